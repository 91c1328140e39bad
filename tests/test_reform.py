"""What-if standards: partial tables merge, nothing else moves, and no output passes for law."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.testing import households

STD = cn.standard("vn-2022")
NESTED = cn.standard("vn-2001")
HOME = {"area": "rural", "income_per_person": 1_900_000, "deprivations": 3}
TABLE = pl.DataFrame({"household_id": [1], **{k: [v] for k, v in HOME.items()}})
CHANGED = STD.reform(poverty_line={"rural": 2_000_000})


# --- what moves -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "cells"),
    [
        ({"rural": {"plain": 120_000}}, {"mountain_island": 80_000, "plain": 120_000, "midland": 100_000, "urban": 150_000}),
        ({"area": {"rural": {"terrain": {"plain": 120_000}}}}, {"mountain_island": 80_000, "plain": 120_000, "midland": 100_000, "urban": 150_000}),
        ({"rural": 120_000}, {"mountain_island": 120_000, "plain": 120_000, "midland": 120_000, "urban": 150_000}),
        ({"urban": 200_000, "rural": {"midland": 90_000}}, {"mountain_island": 80_000, "plain": 100_000, "midland": 90_000, "urban": 200_000}),
        (50_000, dict.fromkeys(("mountain_island", "plain", "midland", "urban"), 50_000)),
    ],
)  # fmt: skip
def test_partial_tables_merge_however_deep(change: Any, cells: dict[str, int]) -> None:
    std = NESTED.reform(poverty_line=change)
    for name, amount in cells.items():
        codes = {"area": "urban"} if name == "urban" else {"area": "rural", "terrain": name}
        assert std.line("poverty_line", **codes) == amount
        for aside, wanted in ((-1, "poor"), (0, "not_poor")):
            assert std.assess({**codes, "income_per_person": amount + aside}).category == wanted


def test_other_lines_do_not_move_unless_they_are_given() -> None:
    assert STD.line("average_line", area="rural") == CHANGED.line("average_line", area="rural") == 2_250_000
    assert STD.line("low_income_line", area="rural") == CHANGED.line("low_income_line", area="rural")
    both = STD.reform(poverty_line={"rural": 2_000_000}, average_line={"rural": 3_000_000})
    assert [int(both.line(n, area="rural")) for n in ("poverty_line", "average_line")] == [2_000_000, 3_000_000]
    assert STD.line("poverty_line", area="rural") == 1_500_000  # the law itself is what it was


def test_a_cell_that_was_not_named_keeps_its_citation() -> None:
    std = NESTED.reform(poverty_line={"rural": {"plain": 120_000}})
    grades = {
        t: std.line("poverty_line", area="rural", terrain=t).cite for t in ("mountain_island", "plain", "midland")
    }
    assert grades["mountain_island"] == NESTED.line("poverty_line", area="rural", terrain="mountain_island").cite
    assert grades["midland"].grade == "D"
    assert grades["midland"].source.key == "qd-1143"
    assert grades["plain"].source.key == "hypothetical"
    assert "Decision 1143/2000" in grades["plain"].note["en"]
    assert STD.reform(poverty_line=1).line("poverty_line", area="urban").cite.source.key == "hypothetical"


def test_a_what_if_of_a_what_if() -> None:
    twice = CHANGED.reform(poverty_line={"urban": 2_500_000})
    assert [int(twice.line("poverty_line", area=a)) for a in ("rural", "urban")] == [2_000_000, 2_500_000]
    assert twice.exact_id == CHANGED.exact_id == "vn-2022@1.4+hypothetical"
    once = STD.reform(poverty_line={"rural": 2_000_000, "urban": 2_500_000})
    assert len({STD.digest, CHANGED.digest, twice.digest, once.digest}) == 4
    assert twice.lines["poverty_line"].table == once.lines["poverty_line"].table
    for area in ("rural", "urban"):
        assert twice.line("poverty_line", area=area).cite.source.key == "hypothetical"
    back = CHANGED.reform(poverty_line={"rural": 1_500_000})
    assert back.hypothetical
    assert back != STD


@given(household=households(STD), amount=st.integers(1_000_000, 3_000_000))
@settings(deadline=None, max_examples=60)
def test_only_the_lines_given_decide_otherwise(household: dict[str, Any], amount: int) -> None:
    std = STD.reform(poverty_line={"rural": amount})
    if household.get("area") == "urban":
        assert std.assess(household).possible == STD.assess(household).possible
    same = STD.reform(poverty_line={"rural": 1_500_000})
    assert same.assess(household).possible == STD.assess(household).possible


def test_amounts_are_exact() -> None:
    std = STD.reform(poverty_line={"rural": Fraction(4_000_001, 2), "urban": "2000000.5"})
    assert std.line("poverty_line", area="rural") == Fraction(4_000_001, 2)
    assert std.assess({**HOME, "income_per_person": Fraction(4_000_001, 2)}).category == "poor"
    assert std.assess({**HOME, "income_per_person": 2_000_001}).category == "average"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"poverty_lin": 1}, "did you mean poverty_line"),
        ({"poverty_line": {"rurl": 1}}, "allowed: rural, urban"),
        ({"poverty_line": {"rural": {"plain": 1}}}, "does not depend on plain"),
        ({"poverty_line": {"rural": -1}}, "not an amount"),
        ({"poverty_line": {"rural": "many"}}, "not an amount"),
        ({"poverty_line": True}, "not an amount"),
        ({"deprivation_score_line": {"rural": 1}}, "does not depend on rural"),
    ],
)
def test_what_cannot_be_changed_is_an_error(change: dict[str, Any], words: str) -> None:
    with pytest.raises(cn.NoStandard, match=words):
        STD.reform(**change)


# --- the mark ---------------------------------------------------------------------------------------------


def test_every_answer_about_one_household_says_so() -> None:
    a = CHANGED.assess(HOME)
    assert a.category == "poor"
    assert "HYPOTHETICAL, not law" in a.explain("en").splitlines()[0]
    assert "GIẢ ĐỊNH, không phải pháp luật" in a.explain("vi").splitlines()[0]
    for lang in ("vi", "en"):
        assert (
            a.explain(lang)
            .splitlines()[1]
            .endswith({"vi": "[mức tiền đã thay bằng giả định].", "en": "[amounts replaced by an assumption]."}[lang])
        )
    data = a.to_dict()
    assert data["standard"]["hypothetical"] is True
    assert json.loads(json.dumps(data)) == data
    assert "hypothetical" in {c.kind for c in a.caveats}
    (line,) = (s for s in a.trace if s.kind == "line" and s.name == "poverty_line")
    assert line.cite.source.key == "hypothetical"
    assert "+hypothetical" in repr(a)
    unknown = CHANGED.assess({"area": "rural"})
    assert unknown.status == "undetermined"
    assert "HYPOTHETICAL" in unknown.explain("en")


def test_the_standard_itself_says_so() -> None:
    assert repr(CHANGED) == "<Standard vn-2022@1.4+hypothetical>"
    assert CHANGED.line("poverty_line", area="urban").standard == "vn-2022@1.4+hypothetical"
    for lang, word in (("vi", "GIẢ ĐỊNH"), ("en", "HYPOTHETICAL")):
        schema = CHANGED.input_schema(lang=lang)
        assert schema["title"].startswith(word)
        assert schema["x-standard"].endswith("+hypothetical")
        assert not STD.input_schema(lang=lang)["title"].startswith(word)
    again = pickle.loads(pickle.dumps(CHANGED))
    assert again == CHANGED
    assert again.hypothetical
    assert again.digest == CHANGED.digest != STD.digest
    assert cn.audit(CHANGED).subject.endswith("+hypothetical")


@pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "pyarrow"])
def test_every_row_of_a_table_says_so(kind: str) -> None:
    table: Any = {"polars": TABLE, "lazy": TABLE.lazy(), "pandas": TABLE.to_pandas(), "pyarrow": TABLE.to_arrow()}[kind]
    for check in ("now", "defer"):
        made = CHANGED.classify(table, check=check)
        made = made.collect() if kind == "lazy" else made
        told = made["hypothetical"]
        assert (told.to_pylist() if kind == "pyarrow" else list(told)) == [True]
        law = STD.classify(table, check=check)
        names = (
            law.collect_schema().names()
            if kind == "lazy"
            else law.column_names
            if kind == "pyarrow"
            else list(law.columns)
        )
        assert "hypothetical" not in names
    if kind == "pandas":
        assert isinstance(made, pd.DataFrame)


def test_persons_too_and_with_a_suffix() -> None:
    persons = pl.DataFrame({"household_id": [1], "age": [40], "employment": ["working"]})
    assert CHANGED.classify_persons(TABLE, persons)["hypothetical"].to_list() == [True]
    assert CHANGED.classify(TABLE, suffix="_new")["hypothetical_new"].to_list() == [True]
    with pytest.raises(cn.DataProblems, match="CN080"):
        CHANGED.classify(TABLE.with_columns(hypothetical=pl.lit("mine")))


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_sql_says_so(dialect: str) -> None:
    sql = CHANGED.to_sql(dialect, columns=list(HOME))
    assert sql.startswith("-- GIẢ ĐỊNH, không phải pháp luật / HYPOTHETICAL, not law\n-- vn-2022@1.4+hypothetical")
    assert not STD.to_sql(dialect, columns=list(HOME)).startswith("-- GIẢ ĐỊNH")
    if dialect == "duckdb":
        import duckdb

        households = TABLE  # noqa: F841  (duckdb finds it by its name)
        assert duckdb.sql(sql).pl().select("category", "hypothetical").rows() == [("poor", True)]


def test_a_comparison_says_so() -> None:
    for c in (cn.compare(STD, CHANGED), cn.compare(CHANGED, "vn-2027")):
        for lang, word in (("vi", "GIẢ ĐỊNH"), ("en", "HYPOTHETICAL")):
            assert word in c.text(lang)
            assert word in c.to_html(lang)
        assert c.to_dict()["hypothetical"] is True
        assert "hypothetical" in repr(c)


def test_moves_and_budgets_say_so() -> None:
    m = cn.compare(STD, CHANGED).on(TABLE)
    for told in (m, m.budget()):
        assert "HYPOTHETICAL, not law" in repr(told)
        for lang, word in (("vi", "GIẢ ĐỊNH, không phải pháp luật"), ("en", "HYPOTHETICAL, not law")):
            assert told.text(lang).startswith(word)
            assert word in told.to_html(lang)
        assert word in told._repr_html_() or "GIẢ ĐỊNH" in told._repr_html_()
        assert told.to_dict()["hypothetical"] is True
    for table in (m.matrix, m.movers, m.headcount, m.budget().table, m.budget().moved):
        assert table["hypothetical"].to_list() == [True] * table.height
        assert table.height
    law = cn.compare("vn-2022", "vn-2027").on(TABLE)
    for table in (law.matrix, law.movers, law.headcount):
        assert "hypothetical" not in table.columns


def test_no_day_and_no_file_is_given_to_a_what_if() -> None:
    for refused in (lambda: cn.shipped().having(CHANGED), lambda: CHANGED.text):
        with pytest.raises(cn.NoStandard, match="hypothetical") as error:
            refused()
        assert [p.code for p in error.value.problems] == ["CN199"]
    assert cn.applicable(STD.applies[0].start) == STD
    assert cn.shipped().standard("vn-2022") == STD != CHANGED
