"""The global MPI and the World Bank's lines: beside each other, beside the national standards, and against what was read."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo import measures as ms
from chuanngheo.comparing.prices import shipped_cpi
from chuanngheo.measures import nested_weights
from chuanngheo.tracing import value_of

IDS = ["intl-wb-2005", "intl-wb-2011", "intl-mpi-2018", "intl-wb-2017", "intl-wb-2021"]
YEARS = (2005, 2011, 2017, 2021)
ON = date(2021, 6, 1)
MPI = cn.standard("intl-mpi-2018")
FLAGS = [f"deprived_{name}" for name in MPI.indicators]
LINES = ("poverty_line", "lower_middle_line", "upper_middle_line")
QUIET = settings(deadline=None, derandomize=True, database=None, max_examples=100)
SURVEYS = [*cn.facts()["living_standards_survey"].codes]


def line_in_dong(std: cn.Standard, name: str, ppp: str = "ppp") -> Fraction:
    """Dollars a day times the factor times 365/12: worked out here, not by the rule."""
    return Fraction(std.lines[name].table) * Fraction(std.lines[ppp].table) * Fraction(365, 12)


# --- which there are, and what they rest on --------------------------------------------------------------


def test_they_are_a_jurisdiction_of_their_own() -> None:
    assert [s.id for s in cn.standards("intl")] == IDS
    assert "intl" in cn.shipped().jurisdictions()
    assert not any(s.jurisdiction == "intl" for s in cn.standards())


def test_no_day_picks_one_of_them() -> None:
    for ask in (
        lambda: cn.applicable(date(2024, 1, 1), "intl"),
        lambda: cn.assess({}, on=date(2024, 1, 1), jurisdiction="intl"),
        lambda: cn.line("poverty_line", on=date(2024, 1, 1), jurisdiction="intl"),
    ):
        with pytest.raises(cn.NoStandard, match="name one: intl-wb-2005, intl-wb-2011"):
            ask()


@pytest.mark.parametrize("name", IDS)
def test_what_was_not_seen_is_said(name: str) -> None:
    std = cn.standard(name)
    assert std.unseen
    for part in std.unseen:
        assert part.what["vi"]
        assert part.consequence["en"]
    cites = [x.cite for x in (*std.lines.values(), *std.classes.values(), *std.indicators.values())]
    assert all(c is not None and c.grade in "ABC" and (c.words or c.note) for c in cites)


def test_the_higher_lines_of_2025_are_in_the_words_of_the_world_bank() -> None:
    std = cn.standard("intl-wb-2021")
    assert [std.line(n).grade for n in LINES] == ["A", "A", "A"]
    assert "$4.20 (in 2021 prices)" in std.line("lower_middle_line").cite.words
    answer = std.assess({"consumption_at_2021_prices": 1_000_000})
    assert [c for c in answer.caveats if c.kind == "grade"] == []


@pytest.mark.parametrize(
    ("year", "other"), [(2005, "5919.8901"), (2011, "7624.9702")]
)  # columns oldicp2005 and oldicp2011 of the same file: the figures as the ICP first printed them
def test_the_ppp_factors_are_those_of_the_icp(year: int, other: str) -> None:
    std = cn.standard(f"intl-wb-{year}")
    mine = Fraction(std.lines["first_ppp" if year == 2011 else "ppp"].table)
    assert abs(mine / Fraction(other) - 1) < Fraction(1, 10**6)


def test_the_prices_of_the_surveys_agree_between_base_years() -> None:
    """Over any two surveys prices rose alike, whatever year they are held against: three columns of one file."""
    tables = [cn.standard(f"intl-wb-{y}").lines["survey_prices"].table["living_standards_survey"] for y in YEARS[1:]]
    for code in SURVEYS:
        ratios = [Fraction(t[code]) / Fraction(t["vhlss_2018"]) for t in tables]
        assert max(ratios) / min(ratios) - 1 < Fraction(1, 10**6), code


def test_the_survey_prices_are_not_the_yearly_index() -> None:
    """The World Bank deflates its survey data otherwise: from 2010 to 2012 by 31.5 per cent, the index by 29.5."""
    table = cn.standard("intl-wb-2017").lines["survey_prices"].table["living_standards_survey"]
    mine = Fraction(table["vhlss_2012"]) / Fraction(table["vhlss_2010"])
    assert mine > shipped_cpi().ratio(2010, 2012) + Fraction(2, 100)


# --- the lines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "amounts"),
    [(2005, [225_079]), (2011, [435_077, 732_762, 1_259_436]), (2017, [510_585, 866_807, 1_626_748]), (2021, [685_362, 959_507, 1_896_169])],
)  # fmt: skip
def test_the_lines_in_dong_a_month_at_base_prices(year: int, amounts: list[int]) -> None:
    std = cn.standard(f"intl-wb-{year}")
    assert [int(line_in_dong(std, n)) for n in LINES if n in std.lines] == amounts
    answer = std.assess({f"consumption_at_{year}_prices": amounts[0]})
    assert answer.category == "poor"
    assert value_of(answer, "poverty_line_in_dong")[0] == line_in_dong(std, "poverty_line")


@QUIET
@given(
    year=st.sampled_from(YEARS),
    price=st.fractions(min_value=Fraction(1, 100), max_value=50, max_denominator=10_000),
    line=st.integers(0, 2),
    near=st.integers(-3, 3),
)
def test_poor_is_strictly_below(year: int, price: Fraction, line: int, near: int) -> None:
    std = cn.standard(f"intl-wb-{year}")
    edges = [line_in_dong(std, n) * price for n in LINES if n in std.lines]
    amount = edges[min(line, len(edges) - 1)] + near
    passed = sum(amount >= edge for edge in edges)
    answer = std.assess({"consumption_per_person": amount, f"price_level_{year}": price})
    assert answer.category == list(std.classes)[passed]


@QUIET
@given(year=st.sampled_from(YEARS[1:]), survey=st.sampled_from(SURVEYS), near=st.integers(-2, 2))
def test_a_survey_gives_its_prices(year: int, survey: str, near: int) -> None:
    std = cn.standard(f"intl-wb-{year}")
    price = Fraction(std.line("survey_prices", living_standards_survey=survey).value)
    amount = int(line_in_dong(std, "poverty_line") * price) + near
    by_survey = std.assess({"consumption_per_person": amount, "living_standards_survey": survey})
    by_price = std.assess({"consumption_per_person": amount, f"price_level_{year}": price})
    assert by_survey.category == by_price.category
    assert (by_survey.category == "poor") == (amount < line_in_dong(std, "poverty_line") * price)


def test_the_prices_of_a_year_come_from_the_shipped_index() -> None:
    std = cn.standard("intl-wb-2017")
    price = shipped_cpi().ratio(2017, 2022)
    line = line_in_dong(std, "poverty_line") * price
    assert int(line) == 589_265
    for amount, category in ((589_265, "poor"), (589_266, "below_lower_middle")):
        assert std.assess({"consumption_per_person": amount, "price_level_2017": price}).category == category
        real = shipped_cpi().convert(amount, 2022, 2017)
        assert std.assess({"consumption_at_2017_prices": real}).category == category


@pytest.mark.parametrize("year", YEARS)
def test_an_unknown_price_level_decides_nothing_and_leaves_no_hole(year: int) -> None:
    std = cn.standard(f"intl-wb-{year}")
    answer = std.assess({"consumption_per_person": 700_000})
    assert answer.possible == tuple(std.classes)
    assert answer.missing == (f"price_level_{year}",)
    assert std.assess({"consumption_per_person": 0}).category == "poor"


# --- the global MPI --------------------------------------------------------------------------------------


def scored(flags: dict[str, bool], **asked: Any) -> tuple[Fraction, str | None]:
    answer = MPI.assess(flags, on=ON, **asked)
    return Fraction(value_of(answer, "deprivation_score")[0]), answer.category


def by_hand(score: Fraction) -> str:
    return (
        "severely_poor" if score >= Fraction(1, 2) else "poor" if score >= Fraction(1, 3)
        else "vulnerable" if score >= Fraction(1, 5) else "not_poor"
    )  # fmt: skip


def test_the_weights_are_those_of_nested_dimensions() -> None:
    weights = nested_weights(MPI)
    assert sum(weights.values()) == 1
    assert sorted(weights.values()) == [Fraction(1, 18)] * 6 + [Fraction(1, 6)] * 4
    for name in FLAGS:
        assert scored({f: f == name for f in FLAGS})[0] == weights[name]


@QUIET
@given(st.lists(st.booleans(), min_size=10, max_size=10))
def test_the_score_is_the_sum_of_the_weights(truths: list[bool]) -> None:
    weights, flags = nested_weights(MPI), dict(zip(FLAGS, truths, strict=True))
    wanted = sum((w for name, w in weights.items() if flags[name]), Fraction(0))
    assert scored(flags) == (wanted, by_hand(wanted))


@QUIET
@given(st.lists(st.booleans(), min_size=9, max_size=9))
def test_without_nutrition_each_dimension_still_weighs_a_third(truths: list[bool]) -> None:
    """UNDP HDRO, Viet Nam MICS 2020/2021: gen w = 1/3 of child mortality."""
    names = [f for f in FLAGS if f != "deprived_undernutrition"]
    weights = nested_weights({n: MPI.indicators[n.removeprefix("deprived_")].dimension for n in names})
    flags = dict(zip(names, truths, strict=True))
    wanted = sum((w for name, w in weights.items() if flags[name]), Fraction(0))
    assert scored(flags, readings={"nutrition-not-surveyed": "reweighted"}) == (wanted, by_hand(wanted))


@QUIET
@given(st.lists(st.sampled_from([True, False, None]), min_size=10, max_size=10))
def test_possible_classes_are_those_of_every_completion(truths: list[bool | None]) -> None:
    weights = nested_weights(MPI)
    completions = product(*((t,) if t is not None else (True, False) for t in truths))
    found = {by_hand(sum((w for w, t in zip(weights.values(), c, strict=True) if t), Fraction(0))) for c in completions}
    flags = {n: t for n, t in zip(FLAGS, truths, strict=True) if t is not None}
    assert set(MPI.assess(flags, on=ON).possible) == found


def test_tables_answer_as_single_households_do_and_as_alkire_foster_counts() -> None:
    """Every household of 120 with blanks: classes, and H with its bounds, by two ways that share no code."""
    rows = [
        {f: (None, False, True, True, False)[(i * 7 + j * (i % 11 + 1)) % 5] for j, f in enumerate(FLAGS)} for i in range(120)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=dict.fromkeys(FLAGS, pl.Boolean))
    classed = MPI.classify(frame, on=ON)
    for row, category, possible in zip(rows, classed["category"], classed["possible"], strict=True):
        answer = MPI.assess({k: v for k, v in row.items() if v is not None}, on=ON)
        assert (answer.category, "; ".join(answer.possible)) == (category, possible)
    counted = ms.alkire_foster(frame, ms.unweighted(), weights=nested_weights(MPI), k="1/3").summary
    h = counted.filter(pl.col("measure") == "H").row(0, named=True)
    poor = {"severely_poor", "poor"}
    sets = [set(p.split("; ")) for p in classed["possible"]]
    assert h["low"] == pytest.approx(sum(s <= poor for s in sets) / 120, abs=1e-12)
    assert h["high"] == pytest.approx(sum(bool(s & poor) for s in sets) / 120, abs=1e-12)
    assert h["low"] < h["high"]


def test_persons_decide_three_indicators() -> None:
    rest = {
        f: False for f in FLAGS if f[9:] not in ("undernutrition", "six_years_of_schooling", "child_school_attendance")
    }
    adult = {"age": 35, "years_of_schooling": 9, "nutrition_status": "nourished", "attending_school": False}
    child = {"age": 9, "years_of_schooling": 3, "nutrition_status": "nourished", "attending_school": True}
    assert MPI.assess({**rest, "members": [adult, child]}, on=ON).category == "not_poor"
    thin = {**child, "nutrition_status": "undernourished", "attending_school": False}
    assert MPI.assess({**rest, "members": [adult, thin]}, on=ON).category == "poor"
    assert (
        MPI.assess({**rest, "members": [{**adult, "years_of_schooling": 5}, thin]}, on=ON).category == "severely_poor"
    )
    blank = {"age": 9, "attending_school": True}
    assert MPI.assess({**rest, "members": [adult, blank]}, on=ON).category == "not_poor"  # one sixth at most
    assert MPI.assess({**rest, "deprived_assets": True, "members": [adult, blank]}, on=ON).possible == (
        "vulnerable",
        "not_poor",
    )


# --- beside the national standards -----------------------------------------------------------------------

HOMES = {
    "area": ["rural", "urban", "rural", "rural"],
    "income_per_person": [500_000, 900_000, 2_000_000, 3_000_000],
    "consumption_per_person": [480_000, 880_000, 1_500_000, None],
    "living_standards_survey": ["vhlss_2022"] * 4,
    "deprivations": [4, 3, 2, 0],
}


@pytest.mark.parametrize("kind", [pl.DataFrame, pd.DataFrame])
def test_one_table_serves_national_and_international_standards(kind: Any) -> None:
    homes = kind(HOMES)
    on = date(2022, 12, 31)

    def classes(name: str, **asked: Any) -> list[str | None]:
        column = cn.standard(name).classify(homes, on=on, **asked)["category"]
        return [x if isinstance(x, str) else None for x in column]  # pandas writes a blank as nan

    found = {n: classes(n) for n in ("vn-2022", "intl-wb-2017", "intl-wb-2021")}
    assert found["vn-2022"] == ["poor", "poor", "average", "not_poor"]
    assert found["intl-wb-2017"] == ["poor", "below_lower_middle", "below_upper_middle", None]
    assert found["intl-wb-2021"] == ["poor", "below_lower_middle", "below_upper_middle", None]
    assert classes("intl-wb-2017", readings={"welfare": "income"}) == [
        "poor",
        "below_lower_middle",
        "not_poor",
        "not_poor",
    ]


def test_sql_answers_as_tables_do() -> None:
    homes = pl.DataFrame(HOMES).with_row_index("household_id")
    std, on = cn.standard("intl-wb-2021"), date(2025, 7, 1)
    sql = std.to_sql("duckdb", on=on, columns=["consumption_per_person", "living_standards_survey"])
    con = duckdb.connect()
    con.register("households", homes.to_arrow())
    found = con.sql(sql).pl().sort("household_id")["category"].to_list()
    assert found == std.classify(homes, on=on)["category"].to_list()
    assert found == ["poor", "below_lower_middle", "below_upper_middle", None]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_answers_explain_themselves(lang: str) -> None:
    text = cn.standard("intl-wb-2017").assess({"consumption_per_person": 500_000, "price_level_2017": 1}).explain(lang)
    assert {"vi": "đô la quốc tế", "en": "international dollar"}[lang] in text
    assert {"vi": "510.585,31", "en": "510,585.31"}[lang] in text
    text = MPI.assess(dict.fromkeys(FLAGS, True), on=ON).explain(lang)
    assert {"vi": "nghèo đa chiều nghiêm trọng", "en": "severe multidimensional poverty"}[lang] in text


def test_a_line_is_written_in_digits_where_it_ends() -> None:
    std = cn.standard("intl-wb-2017")
    assert str(std.line("poverty_line")) == "2.15 international_dollar/person/day"
    assert str(std.line("ppp")) == "7,807.6123046875 VND/international_dollar"
    assert str(std.line("days_in_a_month")) == "365/12 day/month"
