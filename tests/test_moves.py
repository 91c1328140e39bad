"""The same households under two standards: clauses, hybrids, transitions, movers."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.comparing.clauses import Clauses, find_clauses
from chuanngheo.comparing.sides import side
from chuanngheo.testing import assessment_day, households

IDS = ("vn-1993", "vn-1996", "vn-1998", "vn-2001", "vn-2006", "vn-2011@1", "vn-2011", "vn-2016", "vn-2022", "vn-2027")
PAIRS = list(itertools.pairwise(IDS))


def clauses(a: str, b: str, **how: Any) -> Clauses:
    sides = [side(s, s.default_method) for s in map(cn.standard, (a, b))]
    return find_clauses(*sides, **how)


def answer(std: cn.Standard, household: dict[str, Any], on: Any) -> Any:
    try:
        return std.assess(household, on=on).possible
    except cn.HouseholdError as error:
        return sorted({p.code for p in error.problems})


# --- clauses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "b"), PAIRS)
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("members", [False, True])
def test_with_no_clause_a_hybrid_answers_as_a_and_with_all_as_b(a: str, b: str, which: int, members: bool) -> None:
    made = clauses(a, b)
    std = cn.standard((a, b)[which])
    hybrid = made.hybrid(made.names if which else ())
    assert hybrid.hypothetical and hybrid.exact_id.endswith("+hypothetical")
    on = assessment_day(std)

    @given(household=households(std, members=members, on=on))
    @settings(deadline=None, max_examples=60)
    def check(household: dict[str, Any]) -> None:
        assert answer(hybrid, household, on) == answer(std, household, on)

    check()
