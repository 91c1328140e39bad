"""Marks of persons: ``classify_persons`` says of each person what ``assess`` says of that member."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.testing import households
from tables import ENGINES, KEY, as_tables, holdable
from test_frames import LISTS

STANDARD = cn.standard("vn-2022")
DAY = date(2025, 12, 1)
MARK = "low_income_worker"
SOME = settings(LISTS, max_examples=max(2, LISTS.max_examples // 2))


def drawn(**how: Any) -> st.SearchStrategy[Any]:
    return st.lists(households(STANDARD, members=True, on=DAY, **how).map(holdable), min_size=10, max_size=20)


def marks(rows: list[dict[str, Any]]) -> list[Any]:
    return [row[MARK] for row in rows]


@pytest.mark.parametrize("readings", [None, {"worker": "any_member"}], ids=["default", "any_member"])
@pytest.mark.parametrize("check", ["now", "defer"])
@SOME
@given(data=st.data())
def test_each_person_has_the_mark_of_the_assessment(readings: Any, check: str, data: st.DataObject) -> None:
    given = [h for h in data.draw(drawn()) if h.get("members")]
    if not given:
        return
    tables = as_tables(STANDARD, given)
    made = STANDARD.classify_persons(tables.households, tables.persons, on=DAY, readings=readings, check=check)
    assert marks(made.rows(named=True)) == [
        mark for h in given for mark in STANDARD.assess(h, on=DAY, readings=readings).statuses[MARK]
    ]


@pytest.mark.parametrize("engine", ["polars", "polars-lazy", "pandas", "pyarrow"] * 5)
def test_every_engine_that_keeps_an_order_says_the_same(engine: str) -> None:
    given = [
        {
            "area": "rural",
            "income_per_person": n,
            "members": [{"age": 30, "employment": e} for e in ("working", "retired_homemaker", None)],
        }
        for n in (1_500_000, 1_500_001, 2_250_000, 2_250_001, None)
    ]
    kind, tables = ENGINES[engine], as_tables(STANDARD, given)
    rows = kind.rows(STANDARD.classify_persons(*kind.of(tables), on=DAY))
    assert marks(rows) == [mark for h in given for mark in STANDARD.assess(h, on=DAY).statuses[MARK]]
    assert [row[KEY] for row in rows] == [i for i in range(5) for _ in range(3)]


def test_before_the_text_was_issued_nobody_has_the_mark() -> None:
    homes = pl.DataFrame({KEY: [1], "area": ["rural"], "income_per_person": [2_000_000]})
    persons = pl.DataFrame({KEY: [1], "age": [30], "employment": ["working"]})
    assert STANDARD.classify_persons(homes, persons, on=date(2025, 2, 23))[MARK].to_list() == [False]
    assert STANDARD.classify_persons(homes, persons, on=DAY)[MARK].to_list() == [True]


def test_a_person_of_no_household_and_a_person_of_a_bad_one_say_so() -> None:
    homes = pl.DataFrame({KEY: [1, 2], "area": ["rural", "rual"], "income_per_person": [2_000_000, 2_000_000]})
    persons = pl.DataFrame({KEY: [1, 2, 3, 1], "employment": ["working", "working", "working", "wroking"]})
    made = STANDARD.classify_persons(homes, persons, on=DAY, check="defer")
    assert made[KEY].to_list() == [1, 2, 3, 1]
    assert made[MARK].to_list() == [None] * 4  # one wrong row spoils the household it belongs to
    assert [p and p.split(";")[0] for p in made["problems"].to_list()] == [
        "the household has a problem of its own",
        "the household has a problem of its own",
        "household_id: the key is that of no household [CN086]",
        "the household has a problem of its own",
    ]
    with pytest.raises(cn.DataProblems) as error:
        STANDARD.classify_persons(homes, persons, on=DAY)
    assert sorted(p.code for p in error.value.problems) == ["CN047", "CN047", "CN086"]
