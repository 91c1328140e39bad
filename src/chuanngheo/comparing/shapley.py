"""Exact kernels over the subsets of a few changed clauses.

A subset of n players is a number from 0 to 2**n - 1: bit i is set where player i is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import factorial

Number = int | Fraction


def subsets(players: int) -> Iterator[int]:
    """Every subset of so many players, the empty one first, the whole last."""
    return iter(range(1 << players))


def members(subset: int) -> tuple[int, ...]:
    """The players of a subset, in order.

    >>> members(0b101)
    (0, 2)
    """
    return tuple(i for i in range(subset.bit_length()) if subset >> i & 1)


def shapley(worth: Sequence[Number]) -> tuple[Fraction, ...]:
    """The share of each player in ``worth[all] - worth[none]``: its mean gain over every order of joining.

    ``worth`` has one number for each subset. The shares are exact and add up to the whole; a player
    that changes nothing has none, two that change the same have the same, and shares of a sum of
    games are the sums of the shares (L. S. Shapley, A value for n-person games, 1953).

    >>> shapley([0, 0, 0, 1])  # it takes both
    (Fraction(1, 2), Fraction(1, 2))
    """
    players = len(worth).bit_length() - 1
    if len(worth) != 1 << players:
        raise ValueError(f"{len(worth)} numbers are not one for each subset of some players")
    weights = _weights(players)
    whole = factorial(players)
    found = []
    for i in range(players):
        one = 1 << i
        total: Number = 0
        for subset in range(1 << players):
            if not subset & one:
                gain = worth[subset | one] - worth[subset]
                if gain:
                    total += weights[subset.bit_count()] * gain
        found.append(Fraction(total) / whole)
    return tuple(found)


def _weights(players: int) -> list[int]:
    """In how many orders of all players those of a subset of each size come before one given player."""
    return [factorial(size) * factorial(players - size - 1) for size in range(players)]


def minimal(wins: Iterable[int]) -> tuple[int, ...]:
    """The subsets that hold no other of them, smallest first.

    >>> minimal([0b111, 0b011, 0b100])
    (4, 3)
    """
    kept: list[int] = []
    for subset in sorted(set(wins), key=lambda s: (s.bit_count(), s)):
        if not any(other & subset == other for other in kept):
            kept.append(subset)
    return tuple(kept)


__all__ = ["members", "minimal", "shapley", "subsets"]
