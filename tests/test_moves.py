"""The same households under two standards: clauses, hybrids, transitions, movers, headcounts, budgets."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings

import chuanngheo as cn
from chuanngheo import measures as ms
from chuanngheo.comparing.budget import states
from chuanngheo.comparing.clauses import Clauses, find_clauses
from chuanngheo.comparing.gaps import row_gaps
from chuanngheo.comparing.moved import split_of
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
    assert hybrid.hypothetical
    assert hybrid.exact_id.endswith("+hypothetical")
    on = assessment_day(std)

    @given(household=households(std, members=members, on=on))
    @settings(deadline=None, max_examples=60)
    def check(household: dict[str, Any]) -> None:
        assert answer(hybrid, household, on) == answer(std, household, on)

    check()


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_every_hybrid_answers_and_says_that_it_is_none(a: str, b: str) -> None:
    made = clauses(a, b)
    for subset in range(1 << len(made.clauses)):
        hybrid = made.hybrid(made.taken(subset))
        assert hybrid.hypothetical
        assessed = hybrid.assess({"area": "rural"})
        assert "hypothetical" in {c.kind for c in assessed.caveats}
        assert "HYPOTHETICAL" in assessed.explain("en")
        with pytest.raises(cn.NoStandard):
            cn.shipped().having(hybrid)
    assert len({made.hybrid(made.taken(s)).digest for s in range(1 << len(made.clauses))}) == 1 << len(made.clauses)


def test_what_the_clauses_of_each_change_are() -> None:
    assert {pair: clauses(*pair).names for pair in PAIRS} == {
        ("vn-1993", "vn-1996"): ("hunger_line", "poverty_line"),
        ("vn-1996", "vn-1998"): ("classes",),
        ("vn-1998", "vn-2001"): ("poverty_line", "classes"),
        ("vn-2001", "vn-2006"): ("poverty_line", "classes"),
        ("vn-2006", "vn-2011@1"): ("poverty_line", "classes"),
        ("vn-2011@1", "vn-2011"): ("classes",),
        ("vn-2011", "vn-2016"): ("poverty_line", "near_poor_line", "average_line", "classes"),
        ("vn-2016", "vn-2022"): ("poverty_line", "average_line", "classes", "indicators"),
        ("vn-2022", "vn-2027"): ("poverty_line", "classes", "indicators"),
    }
    assert clauses("vn-2022", "vn-2022").names == ()


def test_a_line_in_rice_goes_with_the_rule_and_says_so() -> None:
    (only,) = clauses("vn-1996", "vn-1998").clauses
    assert only.parts == ("lines.hunger_line", "lines.poverty_line")
    assert "is in kg of rice/person/month before and in đồng/person/month after" in only.notes[0]["en"]
    assert "tính bằng kg gạo/người/tháng ở chuẩn trước, bằng đồng/người/tháng ở chuẩn sau" in only.notes[0]["vi"]


def test_a_line_of_one_standard_and_indicators_of_one_travel_with_the_rule() -> None:
    rule = clauses("vn-2016", "vn-2022").clauses[2]
    assert rule.parts == ("lines.near_poor_line",)
    assert rule.label("en") == "rule of the classes (with income near-poverty line)"
    assert rule.cites[1][0].label("en") == "Decree 07/2021/NĐ-CP, Article 3 clause 2"
    multi = clauses("vn-2011", "vn-2016").clauses[-1]
    assert len([p for p in multi.parts if p.startswith("indicators.")]) == 10
    assert "which go with it" in multi.notes[0]["en"]


def test_indicators_apart() -> None:
    every = clauses("vn-2016", "vn-2022", apart=True)
    assert "deprived_living_area" not in every.names  # the same rule in both
    assert {"deprived_employment", "deprived_health_access", "deprived_water"} <= set(every.names)
    some = clauses("vn-2016", "vn-2022", apart=("water", "deprived_nutrition"))
    assert set(some.names[3:]) == {"indicators", "deprived_water", "deprived_nutrition"}
    hybrid = some.hybrid(("deprived_nutrition",))
    assert set(hybrid.indicators) == {*cn.standard("vn-2016").indicators, "nutrition"}
    with pytest.raises(cn.HouseholdError, match="CN191"):
        clauses("vn-2016", "vn-2022", apart=("watr",))
    with pytest.raises(cn.HouseholdError, match="did you mean poverty_line"):
        some.hybrid(("poverty_lin",))


def test_readings_are_built_in() -> None:
    a, b = cn.standard("vn-2001"), cn.standard("vn-2006")
    made = find_clauses(side(a, "criteria", {"midland": "literal"}), side(b, "criteria", {}))
    midland = {"area": "rural", "terrain": "midland", "income_per_person": 90_000}
    assert made.hybrid(()).assess(midland).status == "no_class"
    assert made.hybrid(("poverty_line",)).assess(midland).status == "no_class"
    assert made.hybrid(("classes",)).assess(midland).category == "poor"


def test_a_rule_that_names_indicators_keeps_them() -> None:
    (only,) = clauses("vn-2022", "intl-mpi-2018").clauses
    assert "names single indicators" in only.notes[0]["en"]
    (only,) = clauses("vn-2022", "intl-wb-2021").clauses
    assert "international dollar/person/day" in only.notes[0]["en"]
    assert clauses("intl-wb-2011", "intl-wb-2017").names[:3] == (
        "poverty_line",
        "lower_middle_line",
        "upper_middle_line",
    )


WELFARE = """standard: {id}
version: 1
revision: 1
jurisdiction: vn
entity: household
title: {{vi: x, en: x}}
sources:
  unknown: {{number: unknown, title: {{vi: x, en: x}}, grade: D, note: made for a test}}
applies:
  - {{from: 1900-01-01, to: 1900-12-31, cite: {{source: unknown, at: x, grade: D, note: test}}}}
lines:
  poverty_line:
    label: {{vi: x, en: line}}
    unit: VND/person/month
    value: 100
    cite: {{source: unknown, at: x, grade: D, note: test}}
methods:
  criteria: {{default: true, label: {{vi: x, en: x}}}}
classes:
  poor:
    label: {{vi: x, en: poor}}
    when: {fact} <= poverty_line
    cite: {{source: unknown, at: x, grade: D, note: test}}
  not_poor:
    label: {{vi: x, en: not poor}}
    when: {fact} > poverty_line
    cite: {{source: unknown, at: x, grade: D, note: test}}
"""


def test_another_welfare_concept_is_a_clause_of_its_own(tmp_path: Path) -> None:
    found = []
    for name, fact in (("vn-one", "income_per_person"), ("vn-two", "income_excluding_allowances_per_person")):
        (tmp_path / f"{name}.yaml").write_text(WELFARE.format(id=name, fact=fact), encoding="utf-8")
        found.append(cn.read_standard(tmp_path / f"{name}.yaml"))
    a, b = found
    made = find_clauses(side(a, "criteria"), side(b, "criteria"))
    assert made.names == ("welfare",)
    both = find_clauses(side(a, "criteria"), side(b.reform(poverty_line=120), "criteria"))
    assert both.names == ("poverty_line", "welfare")
    home = {"income_per_person": 110, "income_excluding_allowances_per_person": 90}
    assert [both.hybrid(t).assess(home).category for t in ((), ("poverty_line",), ("welfare",), both.names)] == [
        "not_poor", "poor", "poor", "poor",
    ]  # fmt: skip
    m = cn.compare(a, b.reform(poverty_line=120)).on(pl.DataFrame([home]))
    assert m.movers["moved_by"].to_list() == ["poverty_line or welfare"]
    assert {n: p.value() for n, p in m.shapley.items()} == dict.fromkeys(both.names, Fraction(1, 2))


# --- moves against one household at a time -----------------------------------------------------------------


FLAGS = sorted({n for s in ("vn-2016", "vn-2022", "vn-2027") for n in cn.standard(s).indicators})
LINES = (
    80_000,
    100_000,
    150_000,
    200_000,
    260_000,
    700_000,
    900_000,
    1_000_000,
    1_300_000,
    1_500_000,
    2_000_000,
    2_200_000,
    2_800_000,
)
NOT_FACTS = ("household_id", "zone", "weight")


def table(seed: int, rows: int = 60) -> pl.DataFrame:
    """Households around the lines, with unknowns; whole incomes of the household or of a person."""
    r = random.Random(seed)
    found = []
    for i in range(rows):
        size = r.randint(1, 6)
        each = r.choice(LINES) + r.choice((-1, 0, 0, 1, 37_000))
        given_as = r.random()
        row: dict[str, Any] = {
            "household_id": i, "area": r.choice(("rural", "urban", None) if r.random() < 0.4 else ("rural", "urban")),
            "terrain": r.choice(("plain", "mountain_island", "midland", None)), "household_size": size if r.random() < 0.9 else None,
            "income": each * 12 * size + r.choice((0, 0, 1)) if given_as < 0.5 else None,
            "income_per_person": each if 0.5 <= given_as < 0.9 else None,
            "zone": r.choice(("A", "B", None)), "weight": r.choice((1.5, 2.25, 0.1, 3.0)),
        }  # fmt: skip
        row |= {
            f"deprived_{n}": r.choice((True, False, None) if r.random() < 0.1 else (True, False, False)) for n in FLAGS
        }
        found.append(row)
    return pl.DataFrame(
        found, schema_overrides={"income": pl.Int64, "income_per_person": pl.Int64}, infer_schema_length=None
    )


def knows(std: cn.Standard, name: str) -> bool:
    return name in std.facts or name.removeprefix("deprived_") in std.indicators


def one_by_one(std: cn.Standard, rows: pl.DataFrame) -> list[frozenset[str]]:
    homes = [
        {k: v for k, v in r.items() if k not in NOT_FACTS and v is not None and knows(std, k)} for r in rows.to_dicts()
    ]
    return [frozenset(std.assess(h).possible) for h in homes]


def told(possible: frozenset[str]) -> str:
    return next(iter(possible)) if len(possible) == 1 else "undetermined"


NEAR = [("vn-2001", "vn-2006"), ("vn-2011", "vn-2016"), ("vn-2016", "vn-2022"), ("vn-2022", "vn-2027")]


@pytest.mark.parametrize(("a", "b"), NEAR)
def test_every_number_against_households_one_by_one(a: str, b: str) -> None:
    rows = table(int(a[-1]))
    m = cn.compare(a, b).on(rows, weight="weight", by="zone")
    made = clauses(a, b)
    subsets = range(1 << len(made.clauses))
    by_hybrid = [one_by_one(made.hybrid(made.taken(s)), rows) for s in subsets]
    by_hybrid[0], by_hybrid[-1] = (one_by_one(cn.standard(s), rows) for s in (a, b))
    of_rows = list(zip(*by_hybrid, strict=True))
    weights = [Fraction(str(w)) for w in rows["weight"]]

    seen = list(zip(rows["zone"], (told(p[0]) for p in of_rows), (told(p[-1]) for p in of_rows), strict=True))
    matrix = {(r["zone"], r["from"], r["to"]): r for r in m.matrix.to_dicts()}
    assert {k: r["households"] for k, r in matrix.items()} == Counter(seen)
    for key, row in matrix.items():
        mine = sum(w for w, at in zip(weights, seen, strict=True) if at == key)
        group = sum(w for w, at in zip(weights, seen, strict=True) if at[0] == key[0])
        assert row["weighted"] == float(mine)
        assert row["share"] == float(mine / group)
        assert row["data"] == "survey estimate"

    movers = {r["household_id"]: r for r in m.movers.to_dicts()}
    for i, possible in enumerate(of_rows):
        start, end = told(possible[0]), told(possible[-1])
        assert (i in movers) == (start != end and "undetermined" not in (start, end))
        if i in movers:
            wins = [s for s in subsets if told(possible[s]) == end]
            best = {made.taken(s) for s in wins if not any(o != s and o & s == o for o in wins)}
            assert {frozenset(x.split(" + ")) for x in movers[i]["moved_by"].split(" or ")} == best
            assert (movers[i]["from"], movers[i]["to"]) == (start, end)

    orders = list(itertools.permutations(range(len(made.clauses))))
    for bound, inside in (("certain", lambda p: p <= {"poor"}), ("possible", lambda p: "poor" in p)):
        expected = dict.fromkeys(made.names, Fraction(0))
        for possible in of_rows:
            for order in orders:
                joined = 0
                for c in order:
                    gain = inside(possible[joined | 1 << c]) - inside(possible[joined])
                    expected[made.names[c]] += Fraction(gain, len(orders))
                    joined |= 1 << c
        assert {n: getattr(p, bound)["households"] for n, p in m.shapley.items()} == expected
    parts = {p.name: p for p in m.parts()}
    for unit, which in itertools.product(("households", "weighted", "share"), ("certain", "possible")):
        sums = {n: getattr(p, which)[unit] for n, p in parts.items()}
        assert sum(sums[n] for n in made.names) == sums["to"] - sums["from"] == sums["change"]
        if unit != "share":  # groups add up
            groups = [{p.name: getattr(p, which)[unit] for p in m.parts(group=g)} for g in range(3)]
            assert {n: sum(g[n] for g in groups) for n in parts} == sums


def test_a_standard_against_itself_moves_nobody() -> None:
    m = cn.compare("vn-2022", "vn-2022").on(table(1))
    assert m.names == ()
    assert m.movers.height == 0
    assert all(r["from"] == r["to"] for r in m.matrix.to_dicts())
    assert set(m.split().filter(pl.col("clause") == "change")["certain"]) == {0.0, None} - {None} or m.counts_persons


def test_hungry_within_poor() -> None:
    rows = pl.DataFrame({"area": ["urban"] * 4, "income_per_person": [40_000, 80_000, 100_000, 200_000]})
    m = cn.compare("vn-1998", "vn-2001").on(rows)
    assert m.matrix.select("from", "to", "households").rows() == [
        ("hungry", "poor", 1), ("poor", "poor", 1), ("not_poor", "poor", 1), ("not_poor", "not_poor", 1),
    ]  # fmt: skip
    assert m.movers.select("income_per_person", "from", "moved_by").rows() == [(100_000, "not_poor", "poverty_line")]
    assert m.budget().moved.select("from", "to").rows() == [("not_poor", "poor")]
    assert [p.value() for p in m.parts()] == [2, 1, 0, 3, 1]  # the hungry are poor
    assert [p.value() for p in m.parts("hungry")] == [1, 0, -1, 0, -1]
    home = pl.DataFrame({"area": ["rural"], "terrain": ["plain"], "rice_per_person": [10]})
    both = cn.compare("vn-1993", "vn-1996").on(home)  # both tell the hungry apart
    assert both.movers.select("from", "to", "moved_by").rows() == [("poor", "hungry", "hunger_line")]


def test_a_hole_is_a_class_of_its_own() -> None:
    rows = pl.DataFrame({"area": ["rural"] * 2, "terrain": ["midland", "plain"], "income_per_person": [150_000] * 2})
    m = cn.compare("vn-2001", "vn-2006").on(rows, readings={"midland": "literal"})
    assert m.matrix.select("from", "to").rows() == [("not_poor", "poor"), ("no_class", "poor")]
    assert m.movers["moved_by"].to_list() == ["poverty_line + classes", "poverty_line"]


# --- facts of both ------------------------------------------------------------------------------------------


HOMES = pl.DataFrame({
    "household_id": [1, 2, 3], "area": ["rural"] * 3, "income_per_person": [900_000, 900_000, 1_400_000],
    "old": [2, 3, 2], "new": [3, 3, 2], "deprivations": [3, 3, 2],
})  # fmt: skip


def test_a_class_that_was_not_read_is_told_where_households_leave_it() -> None:
    """Whether 351/2025/NĐ-CP has an average class is not known: nobody is called out of it without saying so."""
    rows = pl.DataFrame({"area": ["urban"], "income_per_person": [2_900_000], "deprivations": [1]})
    for pair in (("vn-2022", "vn-2027"), ("vn-2027", "vn-2022")):
        m = cn.compare(*pair).on(rows)
        assert m.movers.height == 1
        (told,) = (c for c in m.caveats if c.kind == "unread")
        assert told.about == "average"
        assert told.text("vi") in m.text("vi")
        assert "vn-2027@1.2 may have this class too" in m.text("en")
    assert not [c for c in cn.compare("vn-2016", "vn-2022").on(rows).caveats if c.kind == "unread"]


def test_a_count_of_each_standard() -> None:
    m = cn.compare("vn-2016", "vn-2022").on(HOMES, first={"deprivations": "old"}, second={"deprivations": "new"})
    assert m.matrix.select("from", "to", "households").rows() == [
        ("poor", "poor", 1), ("near_poor", "poor", 1), ("average", "near_poor", 1),
    ]  # fmt: skip
    assert m.movers.select("household_id", "moved_by").rows() == [
        (1, "poverty_line or indicators"),
        (3, "poverty_line + classes"),
    ]
    assert not [c for c in m.caveats if c.kind == "definition"]
    same = cn.compare("vn-2016", "vn-2022").on(HOMES)
    (caveat,) = [c for c in same.caveats if c.kind == "definition"]
    assert caveat.about == "deprivations"
    assert "differ" in caveat.text("en")
    assert caveat.text("vi") in same.text("vi")


def test_flags_of_one_name_and_two_rules_are_told() -> None:
    m = cn.compare("vn-2016", "vn-2022").on(table(3))
    about = {c.about for c in m.caveats if c.kind == "definition"}
    assert {"deprived_water", "deprived_sanitation"} <= about
    assert "deprived_living_area" not in about  # one rule in both
    assert "deprived_nutrition" not in about  # of one standard alone
    m = cn.compare("vn-2016", "vn-2022").on(table(3), second={"deprived_water": "deprived_nutrition"})
    assert "deprived_water" not in {c.about for c in m.caveats}


def test_other_facts_of_one_standard_are_a_clause() -> None:
    rows = HOMES.with_columns(later=pl.Series([3_000_000] * 3))
    m = cn.compare("vn-2022", "vn-2022").on(rows, second={"income_per_person": "later"})
    assert m.names == ("facts",)
    assert set(m.movers["moved_by"]) == {"facts"}
    m = cn.compare("vn-2022", "vn-2027").on(rows, second={"income_per_person": "later"})
    assert m.names == ("poverty_line", "classes", "indicators", "facts")
    assert m.shapley["facts"].value() == -2


def test_persons_tell_the_indicators() -> None:
    homes = pl.DataFrame({"household_id": [1, 2], "area": ["rural"] * 2, "income_per_person": [900_000, 900_000]})
    persons = pl.DataFrame({
        "household_id": [1, 1, 2], "age": [40, 12, 40], "health_insurance": [False, False, True],
        "state_paid_health_insurance": [True, True, False], "internet": [False, False, True], "attending_school": [False, False, False],
        "schooling": ["none", "none", "upper_secondary"], "ill_without_care": [True, False, False],
    })  # fmt: skip
    day = date(2022, 6, 1)
    m = cn.compare("vn-2016", "vn-2022").on(homes, persons, on=day)
    assert m.matrix["persons"].sum() == 3
    for which, name in ((0, "vn-2016"), (-1, "vn-2022")):
        one = cn.standard(name).classify(homes, persons, on=day)["possible"].to_list()
        assert [frozenset(x.split("; ")) for x in one] == [m.profiles.codes[p][which] for p in m.profiles.of_row]
    assert len({m.profiles.codes[p] for p in m.profiles.of_row}) == 2


# --- tables of every kind ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["lazy", "pandas", "pyarrow"])
def test_the_callers_kind_of_table_comes_back(kind: str) -> None:
    c, rows = cn.compare("vn-2016", "vn-2022"), table(5)
    want = c.on(rows, by="zone")
    native = {"lazy": rows.lazy(), "pandas": rows.to_pandas(), "pyarrow": rows.to_arrow()}[kind]
    m = c.on(native, by="zone")
    for name in ("matrix", "movers", "headcount"):
        found = getattr(m, name)
        assert isinstance(found, type(native))
        plain = found.collect() if isinstance(found, pl.LazyFrame) else pl.DataFrame(found)
        assert plain.columns == getattr(want, name).columns
        assert (
            plain["to" if name != "headcount" else "certain"].to_list()
            == getattr(want, name)["to" if name != "headcount" else "certain"].to_list()
        )
    assert isinstance(m.budget().table, type(native))
    assert m.budget().exact == want.budget().exact


def test_the_index_of_pandas_is_kept() -> None:
    rows = table(5).to_pandas()
    rows.index = pd.Index([f"r{i}" for i in range(len(rows))])
    movers = cn.compare("vn-2016", "vn-2022").on(rows).movers
    assert list(movers.index) == [f"r{i}" for i in movers["household_id"]]
    assert list(movers.columns) == [*rows.columns, "from", "to", "moved_by"]


def test_units_and_codes_of_the_caller() -> None:
    survey = pl.DataFrame({
        "ttnt": [2, 1, 9], "thunhap": [Decimal("960.5"), Decimal("1200"), None], "tsnguoi": [1, 1, 2], "x": [True, False, None],
    })  # fmt: skip
    columns: dict[str, Any] = {
        "area": {"from": "ttnt", "codes": {1: "urban", 2: "rural"}, "missing": [9]},
        "income": {"from": "thunhap", "unit": "thousand VND/household/year"}, "household_size": "tsnguoi",
    }  # fmt: skip
    m = cn.compare("vn-2001", "vn-2006").on(survey, columns=columns)
    assert m.matrix["persons"].sum() == 4
    assert m.budget().amount("gap_to", period="year")[0] == 12 * 200_000 - 960_500 + 12 * 260_000 - 1_200_000
    late = cn.compare("vn-2022", "vn-2027").on(survey, columns={**columns, "deprived_waste_treatment": "x"})
    assert late.matrix["households"].sum() == 3  # the mapping names a fact that one of the two does not know


# --- weights and designs ------------------------------------------------------------------------------------


def test_without_weights_every_household_counts_once_and_that_is_said() -> None:
    m = cn.compare("vn-2016", "vn-2022").on(table(7))
    assert set(m.matrix["data"]) == set(m.headcount["data"]) == {"unweighted sample"}
    assert m.matrix["weighted"].to_list() == m.matrix["households"].to_list()
    assert "unweighted" in {c.kind for c in m.caveats}
    assert "every household counts once" in m.text("en")
    census = cn.compare("vn-2016", "vn-2022").on(table(7), design=ms.census())
    assert set(census.matrix["data"]) == {"administrative count"}


def test_shares_have_intervals_where_the_design_says_how_it_was_drawn() -> None:
    rows = table(9, 400).with_columns(stratum=pl.int_range(400) % 4, psu=pl.int_range(400) // 4 % 20)
    d = ms.survey("weight", strata="stratum", psu="psu")
    m = cn.compare("vn-2016", "vn-2022").on(rows, design=d)
    of_row = [m.transitions[p] for p in m.profiles.of_row]
    w, stratum, psu = (rows[n].to_numpy() for n in ("weight", "stratum", "psu"))
    for row in m.matrix.to_dicts():
        x = np.array([t == (row["from"], row["to"]) for t in of_row], dtype=float)
        share = (w * x).sum() / w.sum()
        score = w * (x - share) / w.sum()
        # Taylor linearisation by hand: in each stratum, the spread of the totals of its primary units.
        units = [[score[(stratum == s) & (psu == p)].sum() for p in range(20)] for s in range(4)]
        variance = sum(20 / 19 * sum((u - np.mean(mine)) ** 2 for u in mine) for mine in units)
        assert row["share"] == pytest.approx(share)
        assert row["se"] == pytest.approx(variance**0.5, rel=1e-9)
        assert row["ci_low"] < row["share"] < row["ci_high"]
    parts = {r["clause"]: r for r in m.headcount.filter(pl.col("unit") == "share").to_dicts()}
    for name, row in parts.items():
        place = ("from", *m.names, "to", "change").index(name)
        x = np.array([float(split_of(m.worth(p, m.target(None))[0])[place]) for p in m.profiles.of_row])
        score = w * (x - (w * x).sum() / w.sum()) / w.sum()
        units = [[score[(stratum == s) & (psu == p)].sum() for p in range(20)] for s in range(4)]
        variance = sum(20 / 19 * sum((u - np.mean(mine)) ** 2 for u in mine) for mine in units)
        if row["value"] is None:
            assert row["se"] is None
        else:
            assert row["se"] == pytest.approx(variance**0.5, rel=1e-9)
            assert row["ci_low"] <= row["value"] <= row["ci_high"]
    assert m.headcount.filter(pl.col("unit") == "weighted")["se"].null_count() == len(parts)
    grouped = cn.compare("vn-2016", "vn-2022").on(rows, design=d, by="zone")
    assert grouped.matrix["se"].null_count() == 0
    assert "se" not in cn.compare("vn-2016", "vn-2022").on(rows, weight="weight").matrix.columns


def test_numbers_of_persons() -> None:
    rows = HOMES.with_columns(size=pl.Series([2, 3, None]), household_size=pl.Series([1, 1, 1]))
    c = cn.compare("vn-2016", "vn-2022")
    assert c.on(rows).matrix["persons"].to_list() == [2, 1]
    known = c.on(rows, persons_column="size")
    assert known.matrix.filter(pl.col("from") == "average")["persons"].to_list() == [None]  # unknown, not zero
    assert known.matrix.filter(pl.col("from") == "poor")["persons"].to_list() == [5]
    assert {p.name: p.value("persons") for p in known.parts("average")}["from"] is None
    assert {p.name: p.value("persons") for p in known.parts("poor")}["from"] == 5
    assert c.on(rows, design=ms.census("household_size")).matrix["persons"].to_list() == [2, 1]
    assert "persons" not in c.on(HOMES).matrix.columns


# --- what cannot be asked -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"weight": "wieght"}, "did you mean weight"),
        ({"weight": "weight", "design": ms.unweighted()}, "CN198"),
        ({"by": "zoen"}, "did you mean zone"),
        ({"persons_column": "sise"}, "CN196"),
        ({"persons_column": "weight"}, "CN196"),
        ({"of": ("por",)}, "did you mean poor"),
        ({"of": ()}, "CN195"),
        ({"readings": {"midlnd": "x"}}, "CN063"),
        ({"columns": ["area"]}, "CN070"),
        ({"columns": {"aera": "area"}}, "CN041"),
        ({"apart": True}, "CN192"),
        ({"method": "recorded"}, "CN193"),
        ({"method": "guess"}, "CN060"),
        ({"design": "survey"}, "CN161"),
    ],
)
def test_what_cannot_be_asked_is_an_error(how: dict[str, Any], words: str) -> None:
    with pytest.raises((cn.HouseholdError, cn.DataProblems)) as error:
        cn.compare("vn-2016", "vn-2022").on(table(2), **how)
    assert words in str(error.value)


def test_problems_of_both_standards_come_at_once() -> None:
    rows = pl.DataFrame({"area": ["rual", "rural"], "income_per_person": [-1, 5], "deprivations": [3, 11]})
    with pytest.raises(cn.DataProblems) as error:
        cn.compare("vn-2016", "vn-2022").on(rows)
    assert sorted(p.code for p in error.value.problems) == ["CN047", "CN050", "CN050"]  # 11 of 10 indicators, in 2016


def test_names_of_the_answer_are_not_taken() -> None:
    with pytest.raises(cn.DataProblems, match="CN194"):
        cn.compare("vn-2016", "vn-2022").on(HOMES.with_columns(share=pl.Series([1, 2, 3])), by="share")
    with pytest.raises(cn.DataProblems, match="CN194"):
        cn.compare("vn-2016", "vn-2022").on(HOMES.rename({"old": "from"}))


def test_a_count_does_not_tell_indicators_apart() -> None:
    c = cn.compare("vn-2016", "vn-2022")
    with pytest.raises(cn.HouseholdError, match="CN191"):
        c.on(HOMES, apart=("water",))
    m = c.on(table(4), apart=("water", "nutrition"))
    assert {"deprived_water", "deprived_nutrition"} <= set(m.names)
    assert m.shapley["deprived_water"].certain["households"] == 0  # one column under both
    assert m.shapley["deprived_nutrition"].possible["households"] > 0
    whole, some = ({p.name: p for p in x.parts()} for x in (c.on(table(4)), m))
    assert [whole[n] for n in ("from", "to", "change")] == [some[n] for n in ("from", "to", "change")]


def test_an_empty_table() -> None:
    m = cn.compare("vn-2016", "vn-2022").on(HOMES.clear())
    assert m.matrix.height == 0
    assert m.movers.height == 0
    assert {p.value() for p in m.parts()} == {0}
    assert m.text("en")
    assert m.budget().amount("change") == (0, 0)


# --- budgets ------------------------------------------------------------------------------------------------


def lacking(std: cn.Standard, home: dict[str, Any]) -> Fraction:
    """What a wholly known household lacks to its line a year; nothing where it is not poor."""
    if std.assess({k: v for k, v in home.items() if knows(std, k)}).category != "poor":
        return Fraction(0)
    codes = {
        "area": home["area"],
        **({"terrain": home["terrain"]} if home["area"] == "rural" and "terrain" in std.facts else {}),
    }
    line = std.line("poverty_line", **codes).value
    size = home["household_size"]
    income = home["income"] if home.get("income_per_person") is None else 12 * size * home["income_per_person"]
    return max(Fraction(0), 12 * line * size - Fraction(income))


def completions(row: dict[str, Any]) -> list[dict[str, Any]]:
    """A few households that a row with unknowns may be."""
    money = row["income"] is None and row["income_per_person"] is None
    choices = {
        "area": ("rural", "urban"), "terrain": ("plain", "mountain_island", "midland"), "household_size": (1, 3, 60),
        "income": (0, 3_000_000, 90_000_000, 10**10) if money else (None,),
    }  # fmt: skip
    picked = [(row[n],) if row[n] is not None else c for n, c in choices.items()]
    flags = {n: v for n, v in row.items() if n.startswith("deprived_")}
    found = []
    for values in itertools.product(*picked):
        for unknown in (False, True):
            home = {**row, **dict(zip(choices, values, strict=True))} | {
                n: unknown if v is None else v for n, v in flags.items()
            }
            found.append({k: v for k, v in home.items() if k not in NOT_FACTS and v is not None})
    return found


@pytest.mark.parametrize(("a", "b"), [("vn-2001", "vn-2006"), ("vn-2016", "vn-2022")])
def test_gaps_of_each_household_hold_every_completion(a: str, b: str) -> None:
    rows = table(int(a[-1]) + 1, 40)
    m = cn.compare(a, b).on(rows)
    before, after = cn.standard(a), cn.standard(b)
    poor = [states(c[0], frozenset({"poor"})) + states(c[-1], frozenset({"poor"})) for c in m.profiles.codes]
    gaps, scale = row_gaps(m.given, (m.clauses.a, m.clauses.b), "poverty_line", m.sizes, m.profiles.of_row, poor)
    exact = 0
    for row, bounds in zip(rows.to_dicts(), gaps.to_dicts(), strict=True):
        every = completions(row)
        exact += len(every) == 2
        for home in every:
            start, end = lacking(before, home), lacking(after, home)
            is_poor = [
                s.assess({k: v for k, v in home.items() if knows(s, k)}).category == "poor" for s in (before, after)
            ]
            seen = {
                "gap_from": start, "gap_to": end, "entering": end if not is_poor[0] else 0, "leaving": start if not is_poor[1] else 0,
                "staying": end - start if all(is_poor) else 0, "change": end - start,
            }  # fmt: skip
            for name, value in seen.items():
                low, high = bounds[f"{name} low"], bounds[f"{name} high"]
                assert low <= value * scale <= high, (name, home, low, high)
                known = {
                    k: v
                    for k, v in row.items()
                    if v is None and (knows(before, k) or knows(after, k)) and "income" not in k
                }
                if len(every) == 2 and not known:
                    assert low == high == value * scale
    assert exact > 5


def test_a_budget_adds_up_exactly() -> None:
    rows = table(8).filter(pl.col("household_size").is_not_null() & pl.col("area").is_not_null())
    rows = rows.filter(pl.col("income").is_not_null() | pl.col("income_per_person").is_not_null())
    rows = rows.with_columns(pl.col(f"deprived_{n}").fill_null(True) for n in FLAGS)
    std = cn.standard("vn-2022")
    other = std.reform(poverty_line={"rural": "1800000.5"})
    b = cn.compare(std, other).on(rows, weight="weight", by="zone").budget()
    homes = [{k: v for k, v in r.items() if k not in NOT_FACTS and v is not None} for r in rows.to_dicts()]
    for weighted in (False, True):
        weights = [Fraction(str(w)) if weighted else 1 for w in rows["weight"]]
        for measure, s in (("gap_from", std), ("gap_to", other)):
            total = sum(w * lacking(s, h) for w, h in zip(weights, homes, strict=True))
            assert b.amount(measure, period="year", weighted=weighted) == (total, total)
            assert b.amount(measure, weighted=weighted) == (total / 12, total / 12)
        told = {
            n: b.amount(n, weighted=weighted)[0]
            for n in ("gap_from", "gap_to", "entering", "leaving", "staying", "change")
        }
        assert (
            told["change"] == told["gap_to"] - told["gap_from"] == told["entering"] - told["leaving"] + told["staying"]
        )
    assert b.table.height == 3 * 6 * 2
    assert b.table["value"].null_count() == 0
    assert set(b.table["unit"]) == {"VND/month", "VND/year"}


def test_nothing_bounds_what_an_unknown_size_may_lack() -> None:
    rows = pl.DataFrame({"area": ["rural"], "income_per_person": [150_000]})
    b = cn.compare("vn-2001", "vn-2006").on(rows.with_columns(terrain=pl.lit("plain"))).budget()
    assert b.amount("gap_to") == (50_000, None)  # one person at least
    assert b.amount("gap_from") == (0, 0)
    assert b.table.filter(measure="gap_to", period="month").select("value", "low", "high").rows() == [
        (None, 50_000.0, None)
    ]
    assert "50,000 or more" in b.text("en")
    assert "từ 50.000 trở lên" in b.text("vi")
    assert "unknown" not in b.text("en")


@pytest.mark.parametrize(
    ("pair", "how", "words"),
    [
        (("vn-1996", "vn-1998"), {}, "is in kg_rice/person/month, not in đồng"),
        (("vn-2006", "vn-2011"), {"line": "near_poor_line"}, "vn-2006@1.2 has no line"),
        (("vn-2022", "vn-2022"), {"line": "score_line"}, "not in đồng"),
    ],
)
def test_no_gap_without_money(pair: tuple[str, str], how: dict[str, Any], words: str) -> None:
    m = cn.compare(*pair).on(pl.DataFrame({"area": ["urban"], "income_per_person": [1], "rice_per_person": [9]}))
    with pytest.raises(cn.HouseholdError, match="CN197") as error:
        m.budget(**how)
    assert words in str(error.value)


# --- real households ------------------------------------------------------------------------------------------


def test_5999_households_of_1998() -> None:
    """The classes are those of `make demo`, which assesses one household at a time."""
    rows = pl.read_csv(Path(__file__).parent.parent / "docs" / "examples" / "data" / "vlss_1998_households.csv")
    columns = {
        "area": {"from": "urban", "codes": {"yes": "urban", "no": "rural"}}, "household_size": "members",
        "income": {"from": "expenditure_12_months_thousand_vnd", "unit": "thousand VND/household/year"},
    }  # fmt: skip
    heads = {}
    for pair in (("vn-1998", "vn-2001"), ("vn-2001", "vn-2006")):
        m = cn.compare(*pair).on(rows, columns=columns)
        assert m.matrix["households"].sum() == 5999
        assert m.matrix["persons"].sum() == rows["members"].sum()
        parts = {p.name: p for p in m.parts()}
        for name, at in zip(("from", "to"), pair, strict=True):
            here = (parts[name].certain["households"], parts[name].possible["households"])
            assert heads.setdefault(at, here) == here
        assert set(m.movers["moved_by"]) == {"poverty_line"}
        assert parts["classes"].value("persons") == 0
    assert heads == {"vn-1998": (45, 111), "vn-2001": (294, 554), "vn-2006": (3147, 3147)}


# --- words and data -------------------------------------------------------------------------------------------


def test_texts_and_data_say_everything() -> None:
    m = cn.compare("vn-2016", "vn-2022").on(table(6), weight="weight", by="zone")
    for told in (m, m.budget()):
        for lang in ("vi", "en"):
            text = told.text(lang)
            assert "vn-2016@1.2" in text
            assert "vn-2022@1.4" in text
            assert "HYPOTHETICAL, not law" not in text
            assert f'lang="{lang}"' in told.to_html(lang)
            assert not any(x.text(lang) not in text for x in m.caveats)
        data = told.to_dict()
        assert json.loads(json.dumps(data)) == data
        assert data["weight"] == "weight"
        with pytest.raises(ValueError, match="lang"):
            told.text("fr")
    assert "Điều 3 khoản 2" in m.text("vi")
    assert "Article 3 clause 2" in m.text("en")
    assert sum(r["households"] for r in m.to_dict()["matrix"]) == 60
    parts = [p for p in m.to_dict()["headcount"] if p["group"] == {"zone": "A"}]
    assert [p["clause"] for p in parts] == ["from", *m.names, "to", "change"]


def test_numbers_stand_as_each_language_writes_them() -> None:
    m = cn.compare("vn-2016", "vn-2022").on(
        pl.DataFrame({"area": ["rural"] * 3, "income_per_person": [900_000, 1_400_000, 1_600_000], "w": [1.5, 2.0, 1.0],
                      "dep_2016": [2, 2, 3], "dep_2022": [3, 2, 3]}),
        first={"deprivations": "dep_2016"}, second={"deprivations": "dep_2022"}, weight="w",
    )  # fmt: skip
    vi, en = m.text("vi"), m.text("en")
    assert "poverty_line hoặc indicators: 1" in vi
    assert "poverty_line or indicators: 1" in en
    assert " or " not in vi.split("Thay đổi số hộ")[0]
    assert " %" not in vi + en
    assert "khoảng −33,33%" in vi
    assert "-khoảng" not in vi
    assert "-about" not in en
    assert "Chắc chắn (có quyền số)" in vi
    assert "Certain (weighted)" in en


def test_classes_of_one_name_bear_the_words_of_both() -> None:
    rows = pl.DataFrame(
        {
            "area": ["rural"],
            "income_per_person": [500_000],
            "deprivations": [3],
            "consumption_at_2017_prices": [400_000],
        }
    )
    text = cn.compare("vn-2022", "intl-wb-2017").on(rows).text("vi")
    assert "Thay đổi số hộ: hộ nghèo / hộ dưới chuẩn nghèo quốc tế:" in text


def test_points_know_no_average_living_standard_and_the_words_say_so() -> None:
    rows = pl.DataFrame({"area": ["urban"], "income_per_person": [2_100_000], "b1": [180], "b2": [30]})
    m = cn.compare("vn-2022", "vn-2022").on(rows, method=("criteria", "scores"))
    assert m.matrix.select("from", "to").rows() == [("average", "not_poor")]
    (told,) = (c for c in m.caveats if c.kind == "method")
    for lang, words in (
        (
            "vi",
            (
                "hộ không nghèo theo phiếu (không xét mức sống trung bình)",
                "Phương pháp: vn-2022@1.4, ",
                "điểm phiếu B1 và B2",
            ),
        ),
        ("en", ("household neither poor nor near-poor by the forms", "Methods: vn-2022@1.4, ")),
    ):
        text = m.text(lang)
        assert told.text(lang) in text
        assert not [w for w in words if w not in text]
    assert "không thuộc diện nghèo, cận nghèo, có mức sống trung bình" not in m.text("vi").split("Điều khoản")[0]
    back = cn.compare("vn-2022", "vn-2022").on(rows, method=("scores", "criteria"))
    assert [c.about for c in back.caveats if c.kind == "method"] == ["average"]
    same = cn.compare("vn-2016", "vn-2022").on(rows.drop("b1", "b2"))
    assert not [c for c in same.caveats if c.kind == "method"]
    assert "Phương pháp:" not in same.text("vi")


def test_the_worst_grade_of_a_cell_is_the_grade_of_its_clause() -> None:
    """The rural midland of 2001 is of grade D, the urban average line of 2016 too, whatever the rest of the line is."""
    for pair, name in ((("vn-2001", "vn-2006"), "poverty_line"), (("vn-2016", "vn-2022"), "average_line")):
        m = cn.compare(*pair).on(pl.DataFrame({"area": ["urban"], "income_per_person": [1]}))
        assert [(c.about, c.grade) for c in m.caveats if c.kind == "grade" and c.about == name] == [(name, "D")]
        assert {c.grade for c in next(c for c in m.clauses.clauses if c.name == name).cites[0]} > {"D"}


@pytest.mark.parametrize("unread", ["vn-79-2016", "vn-79-2021", "vn-74-2016"])
def test_a_standard_whose_rule_was_not_found_reads_nothing(unread: str) -> None:
    rows = pl.DataFrame({"area": ["rural", "urban"], "income_per_person": [700_000, 3_000_000], "deprivations": [3, 2]})
    m = cn.compare(unread, "vn-2022").on(rows)
    assert m.matrix.select("from", "to", "households").rows() == [
        ("undetermined", "poor", 1),
        ("undetermined", "average", 1),
    ]
    back = cn.compare("vn-2022", unread).on(rows)
    assert back.matrix.select("from", "to", "households").rows() == [
        ("poor", "undetermined", 1),
        ("average", "undetermined", 1),
    ]
    assert m.movers.height == back.movers.height == 0


def test_a_group_may_bear_the_name_of_a_fact_that_no_rule_reads() -> None:
    rows = table(2).rename({"zone": "region"})
    m = cn.compare("vn-2016", "vn-2022").on(rows, by="region")
    assert set(m.matrix["region"]) == {"A", "B", None}
    assert m.clauses.b.method == "criteria"
    with pytest.raises(cn.HouseholdError, match="CN061"):  # there it is one of the facts of the forms
        cn.compare("vn-2016", "vn-2022").on(rows)
    assert (
        cn.compare("vn-2016", "vn-2022").on(table(2), by="area").matrix["area"].n_unique() == 3
    )  # a fact that is read


def test_hybrids_of_one_name_are_one_only_where_their_rules_are() -> None:
    block, some = clauses("vn-2016", "vn-2022"), clauses("vn-2016", "vn-2022", apart=("nutrition",))
    taken = ("indicators",)
    assert block.hybrid(taken) is clauses("vn-2016", "vn-2022").hybrid(taken)
    assert block.hybrid(taken) != some.hybrid(taken)
    assert "nutrition" in block.hybrid(taken).indicators
    assert "nutrition" not in some.hybrid(taken).indicators
    std = cn.standard("vn-2016")
    sure = find_clauses(
        side(std, "criteria", derive="confirmed"), side(cn.standard("vn-2022"), "criteria", derive="confirmed")
    )
    assert sure.hybrid(()) != block.hybrid(())
