"""The exact kernels over subsets of clauses: against every order of joining, and by their axioms."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuanngheo.comparing.shapley import members, minimal, shapley, subsets

SIZES = st.integers(0, 4)
NUMBERS = st.integers(-5, 5) | st.fractions(-3, 3, max_denominator=7)
GAMES = SIZES.flatmap(lambda n: st.lists(NUMBERS, min_size=1 << n, max_size=1 << n))


def by_every_order(worth: list[Fraction]) -> tuple[Fraction, ...]:
    """The definition: the mean of what a player adds when it joins, over all orders."""
    players = len(worth).bit_length() - 1
    gains = [Fraction(0)] * players
    orders = list(permutations(range(players)))
    for order in orders:
        joined = 0
        for i in order:
            gains[i] += worth[joined | 1 << i] - worth[joined]
            joined |= 1 << i
    return tuple(g / len(orders) for g in gains)


@given(GAMES)
def test_every_order_of_joining(worth: list[Fraction]) -> None:
    assert shapley(worth) == by_every_order(worth)


@given(GAMES)
def test_the_parts_add_up_to_the_whole(worth: list[Fraction]) -> None:
    assert sum(shapley(worth), Fraction(0)) == worth[-1] - worth[0]


@given(GAMES, st.data())
def test_a_player_that_changes_nothing_has_no_part(worth: list[Fraction], data: st.DataObject) -> None:
    players = len(worth).bit_length() - 1
    place = data.draw(st.integers(0, players))
    low = (1 << place) - 1
    wider = [worth[s & low | s >> place + 1 << place] for s in subsets(players + 1)]  # a new player that does nothing
    parts = shapley(wider)
    assert parts[place] == 0
    assert parts[:place] + parts[place + 1 :] == shapley(worth)


@given(GAMES, st.data())
def test_players_that_change_places_change_their_parts(worth: list[Fraction], data: st.DataObject) -> None:
    players = len(worth).bit_length() - 1
    order = data.draw(st.permutations(range(players)))
    turned = [worth[sum(1 << order[i] for i in members(s))] for s in subsets(players)]
    parts = shapley(worth)
    assert shapley(turned) == tuple(parts[order[i]] for i in range(players))


@given(SIZES.flatmap(lambda n: st.tuples(*(st.lists(NUMBERS, min_size=1 << n, max_size=1 << n) for _ in "ab"))))
def test_the_parts_of_two_groups_add_up(both: tuple[list[Fraction], list[Fraction]]) -> None:
    one, other = both
    assert shapley([x + y for x, y in zip(one, other, strict=True)]) == tuple(
        x + y for x, y in zip(shapley(one), shapley(other), strict=True)
    )


def test_a_textbook_game() -> None:
    """A glove game: one left glove and two right ones; the left has 2/3 (Shapley 1953; Osborne and Rubinstein, 1994)."""
    left = 0b001
    worth = [int(bool(s & left) and bool(s & ~left)) for s in subsets(3)]
    assert shapley(worth) == (Fraction(2, 3), Fraction(1, 6), Fraction(1, 6))


def test_one_number_for_each_subset() -> None:
    with pytest.raises(ValueError, match="3 numbers"):
        shapley([0, 1, 2])


@given(st.sets(st.integers(0, 31)))
def test_minimal_subsets(wins: set[int]) -> None:
    found = minimal(wins)
    assert set(found) == {s for s in wins if not any(o != s and o & s == o for o in wins)}
    assert [s.bit_count() for s in found] == sorted(s.bit_count() for s in found)
