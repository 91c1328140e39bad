"""Alkire-Foster counts where some indicators are unknown: what every way of filling them in can give.

Scores are whole numbers over one common denominator and are compared with the cut-off as such. Every
measure is a ratio of two weighted sums to which a row adds one of a few *pairs*, by how its unknown
answers turn out, so that its least and greatest value are exact: the best pair of a row for a given ratio
does not depend on the other rows (Dinkelbach 1967, "On nonlinear fractional programming", Management
Science 13(7)).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, lcm

from ..values import Frozen, frozen

Pair = tuple[int, int]  # what a row of weight 1 adds to numerator and denominator
Choices = tuple[Pair, ...]
MOST_SUMS = 1 << 17  # different scores that the open indicators of one row may give; no real index comes near


class TooManyScores(Exception):
    """The open indicators of one row have more different sums than can be gone through."""


@frozen
class Rule(Frozen):
    """Weights over one denominator, and the least score that is poor (at least 1), all whole numbers."""

    names: tuple[str, ...]
    parts: tuple[int, ...]
    whole: int  # the common denominator
    least: int  # poor from this score on

    def reached(self, base: int, bits: int) -> Pair:
        """The least and the greatest score of a poor row that has ``base`` and may add each of ``bits``.

        Bit *j* is the *j*-th indicator. (0, 0) where no way makes it poor.
        """
        sums = _sums(self.parts, bits)
        if base + sums[-1] < self.least:
            return 0, 0
        return base + sums[bisect_left(sums, self.least - base)], base + sums[-1]


def rule(weights: Mapping[str, Fraction], k: Fraction) -> Rule:
    """The rule in whole numbers: a score is poor where it is at least k, so at least the next whole number."""
    whole = lcm(*(w.denominator for w in weights.values()))
    return Rule(tuple(weights), tuple(int(w * whole) for w in weights.values()), whole, ceil(k * whole))


def whole_numbers(weights: Sequence[float]) -> list[int]:
    """Weights as whole numbers in the same proportions; every float is a fraction, so none is rounded."""
    exact = [Fraction(w) for w in weights]
    common = lcm(*(w.denominator for w in exact))
    return [int(w * common) for w in exact]


@lru_cache(maxsize=4096)
def _sums(parts: tuple[int, ...], bits: int) -> tuple[int, ...]:
    """Every sum that some of the parts of these bits give, in order."""
    if not bits:
        return (0,)
    top = bits.bit_length() - 1
    below = _sums(parts, bits & ~(1 << top))
    found = tuple(sorted({*below, *(s + parts[top] for s in below)}))
    if len(found) > MOST_SUMS:
        raise TooManyScores
    return found


# --- what a row can add -------------------------------------------------------------------------------
# ``inside`` is None for a row that may not belong to the population at all: then it may add nothing.


def either(surely: bool, maybe: bool, inside: bool | None) -> Choices:
    """A row of which something holds, surely or perhaps, among all rows."""
    return _choices([(0, 1)] * (not surely) + [(1, 1)] * maybe, inside)


def between(least: int, most: int, inside: bool | None) -> Choices:
    """A row with a number between two, among all rows."""
    return _choices([(least, 1), (most, 1)], inside)


def among_poor(may_not: bool, least: int, most: int, inside: bool | None) -> Choices:
    """A score among the poor; the row ``may_not`` be poor, or never is where ``most`` is 0."""
    return _choices([(0, 0)] * may_not + [(least, 1), (most, 1)] * (most > 0), inside)


def part_of_score(
    own: int, may_not: bool, least: int, most: int, least_bare: int, most_bare: int, inside: bool | None
) -> Choices:
    """What an indicator adds to the score of a poor row, and that score: with the indicator, or ``bare`` of it."""
    found = [(0, 0)] * may_not + [(own, least), (own, most)] * (most > 0)
    return _choices(found + [(0, least_bare), (0, most_bare)] * (most_bare > 0), inside)


def _choices(found: Iterable[Pair], inside: bool | None) -> Choices:
    return tuple(sorted({*found, *([] if inside else [(0, 0)])}))


# --- the least and greatest ratio -----------------------------------------------------------------


@frozen
class Bounds(Frozen):
    """The least and the greatest ratio, and which pair rows with the same choices add to reach them.

    ``low`` and ``high`` are None where no completion has anything to divide by; ``always`` says whether
    every completion has.
    """

    low: Fraction | None
    high: Fraction | None
    always: bool
    at_low: Mapping[Choices, Pair]
    at_high: Mapping[Choices, Pair]


def bounds(rows: Mapping[Choices, int]) -> Bounds:
    """Bounds of the sum of numerators over the sum of denominators; rows are their choices with their weight.

    Exact: the extremes over every completion whose denominator is above zero.

    >>> made = bounds({((1, 1),): 3, ((0, 1), (1, 1)): 1})  # three are poor, of one nobody knows
    >>> str(made.low), str(made.high)
    ('3/4', '1')
    """
    always = any(weight > 0 and all(d > 0 for _, d in pairs) for pairs, weight in rows.items())
    high, at_high = _most(rows, 1)
    low, at_low = _most(rows, -1)
    return Bounds(low, high, always, at_low, at_low if low == high else at_high)


def _most(rows: Mapping[Choices, int], sign: int) -> tuple[Fraction | None, dict[Choices, Pair]]:
    """The greatest ratio (the least, where ``sign`` is -1) and the pairs that give it."""
    chosen = {pairs: max(pairs, key=lambda pair: pair[1]) for pairs in rows}
    ratio = _ratio(rows, chosen)
    while ratio is not None:
        p, q = ratio.numerator, ratio.denominator
        better = {pairs: max(pairs, key=lambda pair: (sign * (pair[0] * q - p * pair[1]), pair[1])) for pairs in rows}
        following = _ratio(rows, better)
        if following is None or sign * following <= sign * ratio:
            break
        ratio, chosen = following, better
    return ratio, chosen


def _ratio(rows: Mapping[Choices, int], chosen: Mapping[Choices, Pair]) -> Fraction | None:
    over = sum(weight * chosen[pairs][0] for pairs, weight in rows.items())
    under = sum(weight * chosen[pairs][1] for pairs, weight in rows.items())
    return Fraction(over, under) if under else None
