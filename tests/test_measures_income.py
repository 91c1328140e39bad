"""Measures of incomes: textbook numbers, brute force in fractions, bounds, kinds of tables, what is refused."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import microdf
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo import measures as ms

MEASURES = ["headcount", "poverty_gap", "fgt_2", "watts", "sen", "gini"]
AT = {"income": "y", "line": 125, "poor_at_line": True}


def frame(incomes: Sequence[Any], **columns: Sequence[Any]) -> pl.DataFrame:
    return pl.DataFrame({"y": incomes, **columns})


def values(table: Any, column: str = "value") -> dict[str, Any]:
    return dict(zip(table["measure"].to_list(), table[column].to_list(), strict=True))


# --- textbooks ----------------------------------------------------------------------------------------

# J. Haughton, S. Khandker, Handbook on Poverty and Inequality, World Bank 2009, chapter 4: incomes of
# three countries under a line of 125 (pp. 69-72, 77); the measures it does not print are those of the tests
# of PovertyAndInequalityMeasures.jl (test/runtests.jl), which replicate the same chapter.
A, B, C = [100, 100, 150, 150], [124, 124, 150, 150], [100, 110, 150, 160]


def test_handbook_headcounts_are_blind_to_depth() -> None:
    for incomes in (A, B, C):
        assert values(ms.headcount(frame(incomes), ms.census(), **AT)) == {"headcount": 0.5}


def test_handbook_poverty_gaps() -> None:
    assert values(ms.poverty_gap(frame(A), ms.census(), **AT))["poverty_gap"] == pytest.approx(0.10, rel=1e-12)
    assert values(ms.poverty_gap(frame(B), ms.census(), **AT))["poverty_gap"] == pytest.approx(1 / 250, rel=1e-12)
    assert values(ms.poverty_gap(frame(C), ms.census(), **AT))["poverty_gap"] == pytest.approx(0.08, rel=1e-12)


@pytest.mark.parametrize(
    ("alpha", "printed", "digits"),
    [(0, 0.5, 7), (0.5, 0.1984059, 7), (1, 0.08, 7), (1.5, 0.0327530, 7), (2, 0.0136, 7), (2.5, 0.0057192, 7)],
)
def test_handbook_foster_greer_thorbecke(alpha: float, printed: float, digits: int) -> None:
    made = ms.fgt(frame(C), ms.census(), alpha=alpha, **AT)
    assert made["measure"].item() == f"fgt_{alpha:g}"
    assert round(made["value"].item(), digits) == printed


@given(st.one_of(st.floats(0, 5), st.just(1 / 3)))
def test_any_power(alpha: float) -> None:
    made = ms.fgt(frame([*C, None]), ms.census(), alpha=alpha, **AT)
    poor = 0.2**alpha + 0.12**alpha
    assert (made["low"].item(), made["high"].item()) == pytest.approx((poor / 5, (poor + 1) / 5), rel=1e-12)
    assert ms.fgt(frame(C), ms.census(), alpha=alpha, **AT)["value"].item() == pytest.approx(poor / 4, rel=1e-12)


def test_handbook_watts_and_sen() -> None:
    assert round(ms.watts(frame(C), ms.census(), **AT)["value"].item(), 7) == 0.0877442
    assert ms.sen(frame(C), ms.census(), **AT)["value"].item() == pytest.approx(0.09, rel=1e-12)
    # H (1 - (1 - G) mean / z) with G = 1/42 among the poor, by hand
    assert Fraction(1, 2) * (1 - (1 - Fraction(1, 42)) * Fraction(105, 125)) == Fraction(9, 100)


def test_handbook_gini() -> None:
    """Table 6.3: ten incomes; 18/55 by hand, 0.3272727 in the tests named above."""
    incomes = [10, 15, 20, 25, 40, 20, 30, 35, 45, 90]
    assert round(ms.gini(frame(incomes), ms.census(), income="y")["value"].item(), 7) == 0.3272727


def test_gini_of_nine_of_ten() -> None:
    """R's ineq(rep(c(10, 100), times = c(9, 1))) is 0.4263158 (G. Jennings, Statistics Slam Dunk, Manning 2023)."""
    assert round(ms.gini(frame([10] * 9 + [100]), ms.census(), income="y")["value"].item(), 7) == 0.4263158


def test_real_households_of_1998_are_those_that_the_data_say() -> None:
    """docs/examples/data/README.md: 31.6 % of the persons, unweighted, under 1,789,871 đồng a year."""
    homes = pl.read_csv("docs/examples/data/vlss_1998_households.csv").with_columns(
        y=pl.col("expenditure_12_months_thousand_vnd") * 1000 / pl.col("members")
    )
    made = ms.headcount(homes, ms.unweighted("members"), income="y", line=1_789_871, poor_at_line=False, unit="person")
    assert round(made["value"].item(), 3) == 0.316
    assert made["data"].item() == "unweighted sample"
    assert made["total"].item() == homes["members"].sum()


# --- brute force in fractions -------------------------------------------------------------------------


def pairs(y: Sequence[Fraction], w: Sequence[int]) -> Fraction:
    return sum((a * b * abs(p - q) for p, a in zip(y, w, strict=True) for q, b in zip(y, w, strict=True)), Fraction(0))


def brute(y: Sequence[int], z: Sequence[int], w: Sequence[int], at_line: bool) -> dict[str, Any]:
    """The definitions, by sums over everybody and over pairs."""
    people = sum(w)
    poor = [p <= q if at_line else p < q for p, q in zip(y, z, strict=True)]
    gaps = [Fraction(q - p, q) if is_poor else Fraction(0) for p, q, is_poor in zip(y, z, poor, strict=True)]
    x = [Fraction(p, q) for p, q in zip(y, z, strict=True)]

    def mean(parts: Sequence[Any]) -> Any:
        return sum(a * b for a, b in zip(parts, w, strict=True)) / Fraction(people)

    h, q = mean([int(p) for p in poor]), [a * p for a, p in zip(w, poor, strict=True)]
    sen = Fraction(0)
    if sum(q):
        m = sum((a * b for a, b in zip(x, q, strict=True)), Fraction(0)) / sum(q)
        g = pairs(x, q) / (2 * sum(q) ** 2 * m) if m else Fraction(0)
        sen = h * (1 - m + m * g)
    income = sum(a * b for a, b in zip(y, w, strict=True))
    logs = [a * math.log(c / b) for a, b, c, p in zip(w, y, z, poor, strict=True) if p and b and a]
    return {
        "headcount": h,
        "poverty_gap": mean(gaps),
        "fgt_2": mean([g * g for g in gaps]),
        "watts": math.fsum(logs) / people,
        "sen": sen,
        "gini": pairs([Fraction(p) for p in y], w) / (2 * people * income) if income else None,
    }


homes = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from([4, 7, 10]), st.integers(0, 4)), min_size=1, max_size=9
).filter(lambda rows: sum(w for _, _, w in rows) > 0)


@given(homes, st.booleans())
def test_the_definitions_by_brute_force(rows: list[tuple[int, int, int]], at_line: bool) -> None:
    y, z, w = zip(*rows, strict=True)
    kept = [(a, b, c) for a, b, c in rows if a]
    made = ms.poverty(
        frame(y, z=z, w=w), ms.survey("w"), income="y", line="z", poor_at_line=at_line, zero="drop"
    )  # fmt: skip
    assert made["measure"].to_list() == MEASURES
    expected = brute(y, z, w, at_line)
    found = values(made)
    if sum(c for _, _, c in kept):
        expected["watts"] = brute(*zip(*kept, strict=True), at_line)["watts"]
        assert found["watts"] == pytest.approx(float(expected["watts"]), rel=1e-9, abs=1e-12)
    for name in ("headcount", "poverty_gap", "fgt_2", "sen"):
        assert found[name] == pytest.approx(float(expected[name]), rel=1e-9, abs=1e-12), name
    if expected["gini"] is None:
        assert found["gini"] is None
    else:
        assert found["gini"] == pytest.approx(float(expected["gini"]), rel=1e-9, abs=1e-12)


@settings(max_examples=40)
@given(homes, st.sampled_from([1, 3, 1000]), st.integers(1, 3))
def test_scale_and_copies_of_everybody_change_nothing(
    rows: list[tuple[int, int, int]], factor: int, copies: int
) -> None:
    y, z, w = zip(*rows, strict=True)
    one = ms.poverty(frame(y, z=z, w=w), ms.survey("w"), income="y", line="z", poor_at_line=True, zero="drop")
    many = frame([v * factor for v in y] * copies, z=[v * factor for v in z] * copies, w=list(w) * copies)
    other = ms.poverty(many, ms.survey("w"), income="y", line="z", poor_at_line=True, zero="drop")
    assert other["value"].is_null().to_list() == one["value"].is_null().to_list()
    assert other["value"].fill_null(-1).to_list() == pytest.approx(
        one["value"].fill_null(-1).to_list(), rel=1e-9, abs=1e-12
    )


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4), st.sampled_from("abc")), min_size=1, max_size=9))
def test_groups_add_up_to_the_whole(rows: list[tuple[int, int, str]]) -> None:
    y, w, g = zip(*rows, strict=True)
    table = frame(y, w=w, g=g)
    asked = {"income": "y", "line": 7, "poor_at_line": True}
    for made in (ms.headcount, ms.poverty_gap):
        parts = made(table, ms.survey("w"), by="g", **asked)
        assert parts["g"].to_list() == sorted(set(g))
        whole = made(table, ms.survey("w"), **asked)
        assert (parts["value"] * parts["total"]).sum() == pytest.approx(
            whole["value"].item() * whole["total"].item(), rel=1e-9, abs=1e-12
        )
        assert parts["total"].sum() == whole["total"].item()
        assert parts["rows"].sum() == whole["rows"].item()


@settings(max_examples=40)
@given(homes)
def test_persons_are_households_times_their_size(rows: list[tuple[int, int, int]]) -> None:
    y, z, size = zip(*rows, strict=True)
    persons = ms.poverty(
        frame(y, z=z, n=size), ms.census("n"), income="y", line="z", poor_at_line=True, zero="drop", unit="person"
    )
    weighted = ms.poverty(frame(y, z=z, n=size), ms.survey("n"), income="y", line="z", poor_at_line=True, zero="drop")
    assert persons["value"].to_list() == weighted["value"].to_list()
    assert set(persons["unit"]) == {"person"}
    assert set(persons["data"]) == {"administrative count"}
    assert persons["total"][0] == sum(size)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 14), min_size=2, max_size=8), st.integers(0, 7), st.integers(1, 5), st.booleans())
def test_an_income_that_falls_lessens_no_poverty(y: list[int], who: int, less: int, at_line: bool) -> None:
    """Sen's monotonicity, also across the line: what the bounds of the Sen index rest on."""
    poorer = list(y)
    poorer[who % len(y)] = max(1, poorer[who % len(y)] - less)
    before, after = (
        values(ms.poverty(frame(v), ms.census(), income="y", line=10, poor_at_line=at_line)) for v in (y, poorer)
    )
    for name in ("headcount", "poverty_gap", "fgt_2", "watts", "sen"):
        assert after[name] >= before[name] - 1e-12, name


@settings(max_examples=40)
@given(st.lists(st.integers(2, 9), min_size=2, max_size=8), st.integers(1, 3))
def test_a_transfer_from_a_poor_to_a_less_poor_adds_poverty(y: list[int], amount: int) -> None:
    """Sen's transfer axiom (Foster, Greer, Thorbecke 1984): alpha 2, Watts and Sen see it, the gap does not."""
    low, high = y.index(min(y)), y.index(max(y))
    given_up = min(amount, y[low] - 1, 10 - y[high])
    assume(low != high and given_up > 0)
    after = list(y)
    after[low] -= given_up
    after[high] += given_up
    one, two = (values(ms.poverty(frame(v), ms.census(), income="y", line=10, poor_at_line=True)) for v in (y, after))
    assert two["poverty_gap"] == pytest.approx(one["poverty_gap"], rel=1e-12)
    for name in ("fgt_2", "watts", "sen", "gini"):
        assert two[name] > one[name], name


# --- unknown is a value -------------------------------------------------------------------------------

GRID = [0, 1, 3, 4, 6, 7, 8, 20, 5000]
some_homes = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 12)), st.integers(0, 3)), min_size=1, max_size=6)


@settings(max_examples=40)
@given(some_homes.filter(lambda rows: 1 <= sum(y is None for y, _ in rows) <= 2), st.booleans())
def test_bounds_hold_every_completion(rows: list[tuple[int | None, int]], at_line: bool) -> None:
    y, w = zip(*rows, strict=True)
    assume(sum(w))
    made = ms.poverty(frame(y, w=w), ms.survey("w"), income="y", line=7, poor_at_line=at_line, zero="drop")
    low, high = values(made, "low"), values(made, "high")
    places = [i for i, v in enumerate(y) if v is None]
    assert set(made["rows_unknown"]) == {len(places)}
    reached = dict.fromkeys(("headcount", "poverty_gap", "fgt_2", "sen"), (2.0, -1.0))
    for chosen in product(GRID, repeat=len(places)):
        full = list(y)
        for i, v in zip(places, chosen, strict=True):
            full[i] = v
        exact = brute(full, [7] * len(full), w, at_line)
        for name, value in exact.items():
            if value is None or name == "watts":
                continue
            assert low[name] - 1e-9 <= float(value) <= high[name] + 1e-9, (name, full)
            if name in reached:
                reached[name] = min(reached[name][0], float(value)), max(reached[name][1], float(value))
    for name, (least, most) in reached.items():  # and they are reached: nobody is poor, or all of them have nothing
        assert (low[name], high[name]) == pytest.approx((least, most), rel=1e-9, abs=1e-12)


@given(some_homes.filter(lambda rows: any(y is None for y, _ in rows) and any(y and w for y, w in rows)))
def test_bounds_of_the_gini_coefficient_are_the_best(rows: list[tuple[int | None, int]]) -> None:
    y, w = zip(*rows, strict=True)
    assume(sum(b for a, b in rows if a is None))
    made = ms.gini(frame(y, w=w), ms.survey("w"), income="y")
    known = sorted({v for v in y if v is not None})
    levelled = [brute([t if v is None else v for v in y], [7] * len(y), w, True)["gini"] for t in known]
    assert made["low"].item() == pytest.approx(float(min(g for g in levelled if g is not None)), rel=1e-9, abs=1e-12)
    places = [i for i, v in enumerate(y) if v is None and w[i]]
    extremes = []
    for i in places:  # nearly everything to one of them
        rich = [0 if v is None else v for v in y]
        rich[i] = 10**12
        extremes.append(brute(rich, [7] * len(y), w, True)["gini"])
    extremes.append(brute([v or 0 for v in y], [7] * len(y), w, True)["gini"])
    assert made["high"].item() == pytest.approx(float(max(extremes)), abs=1e-7)
    assert made["value"].item() is None or made["low"].item() == made["high"].item()


def test_an_unknown_income_is_not_not_poor() -> None:
    made = ms.poverty(frame([100, 110, 150, None]), ms.census(), **AT)
    assert made["value"].to_list() == [None] * 6
    assert values(made, "low")["headcount"] == 0.5
    assert values(made, "high")["headcount"] == 0.75
    assert values(made, "high")["poverty_gap"] == pytest.approx((0.2 + 0.12 + 1) / 4)
    assert values(made, "high")["watts"] is None  # as near to zero as it likes
    assert values(made, "low")["watts"] == pytest.approx(0.0877442307, rel=1e-9)
    coded = ms.watts(frame([100, 110, 150, None]), ms.census(), zero=10, **AT)
    assert coded["high"].item() == pytest.approx((math.log(1.25) + math.log(125 / 110) + math.log(12.5)) / 4)


def test_unknown_by_choice() -> None:
    table = frame([100, None, 150], g=["a", "a", "b"])
    dropped = ms.headcount(table, ms.census(), unknown="drop", **AT)
    assert dropped.select("value", "rows", "rows_unknown", "total").row(0) == (0.5, 2, 1, 2.0)
    with pytest.raises(cn.DataProblems, match="CN164") as caught:
        ms.headcount(table, ms.census(), unknown="raise", **AT)
    (problem,) = caught.value.problems
    assert (problem.count, problem.rows) == (1, ((1, None, None),))


def test_nan_is_unknown_and_a_group_may_be() -> None:
    table = pd.DataFrame({"y": [100.0, float("nan"), 150.0], "g": ["b", "a", None]})
    made = ms.headcount(table, ms.census(), by="g", **AT)
    assert made["g"].tolist()[:2] == ["a", "b"]
    assert pd.isna(made["g"].iloc[2])
    assert made["low"].tolist() == [0.0, 1.0, 0.0]
    assert made["high"].tolist() == [1.0, 1.0, 0.0]
    assert made["rows_unknown"].tolist() == [1, 0, 0]


def test_unknown_lines() -> None:
    table = frame([0, 100, 100, 200], z=[None, None, 125, 125])
    made = ms.poverty(table, ms.census(), income="y", line="z", poor_at_line=False, zero="drop")
    low, high = values(made, "low"), values(made, "high")
    assert (low["headcount"], high["headcount"]) == (0.5, 0.75)  # who has nothing is poor under every line
    assert (low["poverty_gap"], high["poverty_gap"]) == pytest.approx(((1 + 0.2) / 4, (1 + 1 + 0.2) / 4))
    assert values(made)["gini"] is not None  # no line enters it
    between = frame([100, 130], low=[90, 125], high=[125, 140])
    made = ms.poverty(between, ms.census(), income="y", line=("low", "high"), poor_at_line=True)
    low, high = values(made, "low"), values(made, "high")
    assert (low["headcount"], high["headcount"]) == (0.0, 1.0)
    assert high["poverty_gap"] == pytest.approx((0.2 + 10 / 140) / 2)
    assert high["watts"] == pytest.approx((math.log(1.25) + math.log(140 / 130)) / 2)
    assert set(made["rows_unknown"]) == {2}
    with pytest.raises(cn.DataProblems, match="CN164"):
        ms.headcount(between, ms.census(), income="y", line=("low", "high"), poor_at_line=True, unknown="raise")
    with pytest.raises(cn.DataProblems, match="lowest line is above"):
        ms.headcount(between, ms.census(), income="y", line=("high", "low"), poor_at_line=True)


@settings(max_examples=40)
@given(st.integers(0, 200), st.integers(1, 200), st.integers(0, 50), st.booleans())
def test_a_line_between_two_lines(income: int, lowest: int, more: int, at_line: bool) -> None:
    table = frame([income, 60])
    made = ms.poverty(
        table, ms.census(), income="y", line=(lowest, lowest + more), poor_at_line=at_line, zero="drop"
    )  # fmt: skip
    low, high = values(made, "low"), values(made, "high")
    for line in (lowest, lowest + more // 2, lowest + more):
        one = values(ms.poverty(table, ms.census(), income="y", line=line, poor_at_line=at_line, zero="drop"))
        for name in MEASURES:
            assert low[name] - 1e-12 <= one[name] <= high[name] + 1e-12


# --- on the line --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (pl.Int64, 1_500_000),
        (pl.Int32, 1_500_000),
        (pl.UInt64, 1_500_000),
        (pl.Float64, 1_500_000),
        (pl.Float32, 1_500_000),
        (pl.Decimal(20, 3), 1_500_000),
        (pl.Int64, Decimal("1500000")),
        (pl.Int64, Fraction(1_500_000)),
        (pl.Int64, 1_500_000.0),
    ],
)
def test_one_below_on_it_one_above(kind: Any, line: Any) -> None:
    table = pl.DataFrame({"y": pl.Series([1_499_999, 1_500_000, 1_500_001]).cast(kind), "i": [0, 1, 2]})
    for at_line, expected in ((True, [1.0, 1.0, 0.0]), (False, [1.0, 0.0, 0.0])):
        made = ms.headcount(table, ms.census(), income="y", line=line, poor_at_line=at_line, by="i")
        assert made["value"].to_list() == expected
        gaps = ms.poverty_gap(table, ms.census(), income="y", line=line, poor_at_line=at_line, by="i")
        assert gaps["value"].to_list() == [1 / 1_500_000, 0.0, 0.0]
        zero = ms.fgt(table, ms.census(), alpha=0, income="y", line=line, poor_at_line=at_line, by="i")
        assert zero["value"].to_list() == expected


def test_floats_that_should_be_on_the_line_are() -> None:
    """100,000 x 1.15 falls below 115,000 in floating point; a division by twelve can end on either side."""
    assert 100_000 * 1.15 < 115_000
    incomes = [100_000 * 1.15, math.nextafter(115_000, 0), 115_000.0, math.nextafter(115_000, math.inf), 114_999.0]
    below = ms.headcount(frame(incomes, i=range(5)), ms.census(), income="y", line=115_000, poor_at_line=False, by="i")
    assert below["value"].to_list() == [0.0, 0.0, 0.0, 0.0, 1.0]
    near = frame(incomes[:4])  # their gap is nothing, not a hair on either side of it
    assert ms.poverty_gap(near, ms.census(), income="y", line=115_000, poor_at_line=True)["value"].item() == 0.0
    assert ms.fgt(near, ms.census(), alpha=0.5, income="y", line=115_000, poor_at_line=True)["value"].item() == 0.0
    line = pl.DataFrame({"y": [115_000] * 5, "z": incomes, "i": range(5)})
    at = ms.headcount(line, ms.census(), income="y", line="z", poor_at_line=True, by="i")
    assert at["value"].to_list() == [1.0, 1.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize("kind", [pl.Int64, pl.Float64, pl.Decimal(20, 3)])
@pytest.mark.parametrize("line", [100_000 * 1.15, np.float64(115_000), np.int64(115_000), 115_000.00001])
def test_a_line_that_was_multiplied_is_where_it_should_be(kind: Any, line: Any) -> None:
    """A line that is a float by itself is compared as one in a column, whatever the incomes are."""
    table = pl.DataFrame({"y": pl.Series([114_999, 115_000, 115_001]).cast(kind), "i": [0, 1, 2]})
    for at_line, on in ((True, 1.0), (False, 0.0)):
        made = ms.headcount(table, ms.census(), income="y", line=line, poor_at_line=at_line, by="i")
        assert made["value"].to_list() == [1.0, on, 0.0]
        gaps = ms.poverty_gap(table, ms.census(), income="y", line=line, poor_at_line=at_line, by="i")["value"]
        assert gaps.to_list() == pytest.approx([1 / 115_000, 0.0, 0.0], rel=1e-4)
        assert gaps[1] == 0.0


def test_a_float_between_two_amounts_is_between_them() -> None:
    table = frame([1, 2, 3])
    for line, share in ((2.5, 2 / 3), (2.000001, 2 / 3), (1.999999, 1 / 3)):
        made = ms.headcount(table, ms.census(), income="y", line=line, poor_at_line=True)
        assert made["value"].item() == pytest.approx(share)


@given(st.integers(-2, 2), st.fractions(1, 1000, max_denominator=9), st.integers(0, 3), st.booleans())
def test_decimals_and_fractions_are_compared_exactly(off: int, line: Fraction, places: int, at_line: bool) -> None:
    """The decimals next to a line that may be none: 333.333 is below 1000/3."""
    exact = max(Fraction(math.floor(line * 10**places) + off, 10**places), Fraction(0))
    income = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1).scaleb(-places))
    made = ms.headcount(frame([income]), ms.census(), income="y", line=line, poor_at_line=at_line)
    assert made["value"].item() == float(exact <= line if at_line else exact < line)
    gap = ms.poverty_gap(frame([income]), ms.census(), income="y", line=line, poor_at_line=at_line)["value"].item()
    assert gap == pytest.approx(float(max((line - exact) / line, 0)), rel=1e-9, abs=1e-15)


@given(st.decimals(0, 100, places=2), st.integers(0, 3), st.decimals(Decimal("0.1"), 100, places=1), st.booleans())
def test_a_column_of_lines_is_compared_exactly(income: Decimal, cents: int, line: Decimal, at_line: bool) -> None:
    table = pl.DataFrame({"y": [income, line + Decimal(cents) / 100], "z": [line, line], "i": [0, 1]})
    made = ms.headcount(table, ms.census(), income="y", line="z", poor_at_line=at_line, by="i")
    expected = [float(v <= line if at_line else v < line) for v in (income, line + Decimal(cents) / 100)]
    assert made["value"].to_list() == expected


def test_a_quantity_is_a_line() -> None:
    line = cn.standard("vn-2022").line("poverty_line", area="rural")
    made = ms.headcount(frame([1_500_000, 1_500_001]), ms.census(), income="y", line=line, poor_at_line=True)
    assert made["value"].item() == 0.5


# --- weights ------------------------------------------------------------------------------------------


def test_a_row_without_weight_adds_nothing_and_is_counted_as_a_row() -> None:
    table = frame([100, 110, 1, None], w=[1, 3, 0, 0])
    made = ms.poverty(table, ms.survey("w"), **AT)
    alone = ms.poverty(table.head(2), ms.survey("w"), **AT)
    assert values(made) == values(alone)  # certain, too: the unknown income has no weight
    assert set(made["rows"]) == {4}
    assert set(made["total"]) == {4.0}


def test_rows_that_do_not_count_leave_the_others_certain() -> None:
    """Not even the last digit of a sum may make two ends of what is certain."""
    draw = random.Random(11)
    rows = [(draw.lognormvariate(0, 1) * 100, draw.uniform(0.1, 9), draw.choice("ab")) for _ in range(4_000)]
    table = pl.DataFrame(rows, ["y", "w", "g"], orient="row")
    holes = table.with_columns(
        y=pl.when(pl.int_range(pl.len()) % 7 == 0).then(None).otherwise("y"),
        none=pl.when(pl.int_range(pl.len()) % 7 == 0).then(0.0).otherwise("w"),
        half=pl.when((pl.int_range(pl.len()) % 7 == 0) & (pl.col("g") == "a")).then(0.0).otherwise("w"),
    )
    whole = ms.poverty(table.filter(pl.int_range(pl.len()) % 7 != 0), ms.survey("w"), by="g", **AT)
    dropped = ms.poverty(holes, ms.survey("w"), by="g", unknown="drop", **AT)
    without = ms.poverty(holes, ms.survey("none"), by="g", **AT)
    for made in (dropped, without):
        assert made["value"].to_list() == pytest.approx(whole["value"].to_list(), rel=1e-12)
    mixed = ms.poverty(holes, ms.survey("half"), by="g", **AT)
    assert mixed["value"].is_null().to_list() == [False] * 6 + [True] * 6


def test_no_weight_at_all_is_no_measure() -> None:
    made = ms.poverty(frame([100, 110], w=[0, 0]), ms.survey("w"), **AT)
    assert made["value"].to_list() == [None] * 6
    assert made["low"].to_list() == [None] * 6
    empty = ms.headcount(frame([]).cast(pl.Int64), ms.census(), **AT)
    assert empty.select("value", "rows", "total").row(0) == (None, 0, 0.0)


def test_what_a_design_is_not() -> None:
    with pytest.raises(cn.DataProblems, match="CN162"):
        ms.survey(None)  # type: ignore[arg-type]
    with pytest.raises(cn.DataProblems, match="is no design"):
        ms.headcount(frame([1]), "w", **AT)  # type: ignore[arg-type]
    with pytest.raises(cn.DataProblems, match="names no column with the number of persons"):
        ms.headcount(frame([1]), ms.census(), unit="person", **AT)


def test_everything_that_is_wrong_comes_at_once() -> None:
    table = pl.DataFrame({"wt9": [1.0, -1.0, None], "tsnguoi": [4, None, 3], "thunhap": [1, 2, 3], "ttnt": [1, 2, 1]})
    design = ms.survey("wt", persons="tsnguoi", strata="tinh", psu="diaban")
    with pytest.raises(cn.DataProblems) as caught:
        ms.headcount(
            table, design, income="thunhp", line="lne", poor_at_line=None, by=["ttnnt", "value"], unit="person",
            unknown="ignore", loss="keep",
        )  # fmt: skip
    found = {(p.code, p.where) for p in caught.value.problems}
    assert found == {
        ("CN160", "households['wt']"),
        ("CN160", "households['tinh']"),
        ("CN160", "households['diaban']"),
        ("CN160", "households['thunhp']"),
        ("CN160", "households['lne']"),
        ("CN160", "households['ttnnt']"),
        ("CN160", "households['value']"),
        ("CN163", "by['value']"),
        ("CN161", "unknown"),
        ("CN161", "loss"),
        ("CN161", "poor_at_line"),
        ("CN166", "households['tsnguoi']"),
    }
    by_name = {p.where: p.remedy for p in caught.value.problems}
    assert by_name["households['wt']"] == "did you mean wt9?"
    assert by_name["households['thunhp']"] == "did you mean thunhap?"


@pytest.mark.parametrize("name", ["s0", "s0 se", "s0 half", "s0 _cn_replicate_0", "group", "name"])
def test_the_name_of_a_group_changes_no_number(name: str) -> None:
    table = frame([100, 110, 150, 160], **{name: [7, 7, 8, 8]})
    design = ms.unweighted(independent=True)
    expected = ms.poverty(table.rename({name: "tinh"}), design, by="tinh", **AT)
    assert ms.poverty(table, design, by=name, **AT).rename({name: "tinh"}).equals(expected)


@pytest.mark.parametrize("name", ["_cn_weight", "_cn_used", "_cn_group", "_cn_x_missing", "_cn_row"])
def test_names_of_the_library_are_refused(name: str) -> None:
    table = frame([100, 110], **{name: [1, 2]})
    for asked in (AT | {"by": name}, AT | {"income": name}, AT | {"line": name}):
        with pytest.raises(cn.DataProblems, match="CN163"):
            ms.headcount(table, ms.census(), **asked)
    with pytest.raises(cn.DataProblems, match="CN163"):
        ms.headcount(table, ms.survey(name), **AT)


@pytest.mark.parametrize("by", [3, pl.col("y"), ["y", 3], pl.Series([1, 2])])
def test_groups_are_named_by_text(by: Any) -> None:
    with pytest.raises(cn.DataProblems, match="not the name of a column"):
        ms.headcount(frame([1, 2]), ms.census(), by=by, **AT)


def test_incomes_are_named_by_text() -> None:
    for wrong in (None, pl.Series([1]), 3):
        with pytest.raises(cn.DataProblems, match="not the name of a column"):
            ms.gini(frame([1, 2]), ms.census(), income=wrong)  # type: ignore[arg-type]


def test_tables_that_pandas_has_and_nobody_can_read() -> None:
    with pytest.raises(cn.DataProblems, match="'y' 2 times"):
        ms.headcount(pd.DataFrame([[1, 2]], columns=["y", "y"]), ms.census(), **AT)
    mixed = pd.DataFrame({"y": [1, 2], "so_nha": [12, "12 bis"], "ok": ["a", None]})
    with pytest.raises(cn.DataProblems) as caught:
        ms.headcount(mixed, ms.census(), **AT)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("CN084", "households['so_nha']")
    assert "bis" not in str(caught.value)  # what a cell holds may be nobody's business
    assert ms.headcount(mixed.drop(columns="so_nha"), ms.census(), **AT)["value"].item() == 1.0


def test_weights_that_are_none() -> None:
    table = pl.DataFrame({"y": [1, 2, 3, 4], "w": [1.0, -1.0, None, math.inf]})
    with pytest.raises(cn.DataProblems) as caught:
        ms.headcount(table, ms.survey("w"), **AT)
    (problem,) = caught.value.problems
    assert (problem.code, problem.count) == ("CN166", 3)
    assert [row for row, _, _ in problem.rows] == [1, 2, 3]


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (["1.500.000"], "CN165"),
        ([math.inf], "CN165"),
        ([True], "CN165"),
        (pl.Series([16_777_216.0 * 4 + 0.5, 0.5], dtype=pl.Float32), "CN165"),
        ([-1], "CN173"),
    ],
)
def test_incomes_that_are_none(column: Any, code: str) -> None:
    with pytest.raises(cn.DataProblems, match=code):
        ms.headcount(pl.DataFrame({"y": column}), ms.census(), **AT)


@pytest.mark.parametrize("line", [0, -5, math.nan, math.inf, True, None, 10**18])
def test_lines_that_are_none(line: Any) -> None:
    with pytest.raises(cn.DataProblems, match="CN170"):
        ms.headcount(frame([1]), ms.census(), income="y", line=line, poor_at_line=True)


def test_a_column_of_lines_is_above_zero() -> None:
    with pytest.raises(cn.DataProblems, match="CN173"):
        ms.headcount(frame([1], z=[0]), ms.census(), income="y", line="z", poor_at_line=True)


def test_losses_by_choice() -> None:
    made = ms.poverty(frame([-50, 100, 150, 150]), ms.census(), loss="zero", zero="drop", **AT)
    nothing = ms.poverty(frame([0, 100, 150, 150]), ms.census(), zero="drop", **AT)
    assert made.equals(nothing)


def test_zero_income_in_watts_is_a_choice() -> None:
    table = frame([0, 100, 150, 0], w=[1, 1, 2, 4])
    with pytest.raises(cn.DataProblems, match="CN172") as caught:
        ms.watts(table, ms.survey("w"), **AT)
    assert caught.value.problems[0].count == 2
    assert caught.value.problems[0].where == "households['y']"
    with pytest.raises(cn.DataProblems, match="CN172"):
        ms.poverty(table, ms.survey("w"), **AT)
    dropped = ms.watts(table, ms.survey("w"), zero="drop", **AT)
    assert dropped["value"].item() == pytest.approx(math.log(1.25) / 3)
    assert dropped.select("rows", "total").row(0) == (2, 3.0)
    coded = ms.watts(table, ms.survey("w"), zero=25, **AT)
    assert coded["value"].item() == pytest.approx((math.log(1.25) + 5 * math.log(5)) / 8)
    for wrong in (125, 126, 0, -1, "keep", True):
        with pytest.raises(cn.DataProblems, match="CN161"):
            ms.watts(table, ms.survey("w"), zero=wrong, **AT)  # type: ignore[arg-type]


def test_powers_that_are_none() -> None:
    for alpha in (-1, math.inf, math.nan, "2", True):
        with pytest.raises(cn.DataProblems, match="CN171"):
            ms.fgt(frame([1]), ms.census(), alpha=alpha, **AT)  # type: ignore[arg-type]


# --- kinds of tables ----------------------------------------------------------------------------------


def test_every_kind_of_table_gives_the_same() -> None:
    eager = frame([100, 110, 150, 160, None], w=[1.5, 2, 3, 4, 0.5], g=["a", "b", "a", "b", "a"])
    whole = ms.poverty(eager, ms.survey("w"), by="g", **AT)
    lazy = ms.poverty(eager.lazy(), ms.survey("w"), by="g", **AT)
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect().equals(whole)
    arrow = ms.poverty(eager.to_arrow(), ms.survey("w"), by="g", **AT)
    assert isinstance(arrow, pa.Table)
    assert pl.from_arrow(arrow).equals(whole)  # type: ignore[union-attr]
    pandas = ms.poverty(eager.to_pandas(), ms.survey("w"), by="g", **AT)
    assert isinstance(pandas, pd.DataFrame)
    assert pl.from_pandas(pandas).equals(whole)
    assert whole.columns == ["g", "measure", "value", "low", "high", "rows", "rows_unknown", "total", "unit", "data"]


def test_both_spellings_of_a_text_are_one_group() -> None:
    table = frame([1, 200], g=["Tây Nguyên", "Tây Nguyên"])
    made = ms.headcount(table, ms.census(), by="g", **AT)
    assert made.select("g", "value").rows() == [("Tây Nguyên", 0.5)]


def test_the_callers_table_is_left_alone() -> None:
    table = frame([100, 110, None], w=[1.0, 2.0, 3.0])
    before = table.clone()
    ms.poverty(table, ms.survey("w"), **AT)
    assert table.equals(before)


# --- the line of each household -----------------------------------------------------------------------


def test_lines_of_area_and_terrain() -> None:
    std = cn.standard("vn-2001")
    table = pl.DataFrame({
        "ttnt": [1, 2, 2, 2, None, 9],
        "terrain": [None, "plain", "mountain_island", None, "plain", None],
    })  # fmt: skip
    columns = {"area": {"from": "ttnt", "codes": {1: "urban", 2: "rural"}, "missing": [9]}}
    made = ms.with_line(table, std, columns=columns, bounds=True)
    assert made.select("poverty_line", "poverty_line_low", "poverty_line_high").rows() == [
        (150_000, 150_000, 150_000),
        (100_000, 100_000, 100_000),
        (80_000, 80_000, 80_000),
        (None, 80_000, 100_000),
        (None, 100_000, 150_000),
        (None, 80_000, 150_000),
    ]
    assert made.columns[:2] == table.columns
    nowhere = ms.with_line(table.drop("terrain"), std, columns={**columns, "terrain": None}, bounds=True)
    assert nowhere["poverty_line"].to_list() == [150_000, *[None] * 5]
    assert nowhere["poverty_line_high"].to_list() == [150_000, *[100_000] * 3, *[150_000] * 2]
    with pytest.raises(cn.DataProblems, match="CN160"):
        ms.with_line(table.drop("terrain"), std, columns=columns)


def test_lines_in_the_unit_of_the_incomes() -> None:
    table = pl.DataFrame({"area": ["rural", "urban"]})
    std = cn.standard("vn-2022")
    made = ms.with_line(table, std, unit="thousand VND/person/year", into="z")
    assert made["z"].to_list() == [18_000, 24_000]
    made = ms.with_line(table, std, unit="triệu đồng/người/tháng", into="z")
    assert made["z"].to_list() == [Decimal("1.5"), Decimal("2.0")]
    below = made.with_columns(y=pl.Series([1.5, 2.1]))
    assert ms.headcount(below, ms.census(), income="y", line="z", poor_at_line=True)["value"].item() == 0.5
    with pytest.raises(cn.DataProblems, match="measure different things"):
        ms.with_line(table, std, unit="kg rice/person/month")
    with pytest.raises(cn.DataProblems, match="unknown unit"):
        ms.with_line(table, std, unit="dong/person/month")


def test_lines_keep_the_kind_and_the_rows() -> None:
    table = pd.DataFrame({"area": ["urban", None, "rural"]}, index=[7, 8, 9])
    made = ms.with_line(table, cn.standard("vn-2022"))
    assert made.index.tolist() == [7, 8, 9]
    assert made["poverty_line"].tolist()[0] == 2_000_000
    assert pd.isna(made["poverty_line"].iloc[1])
    assert ms.with_line(table, cn.standard("vn-1998"), "hunger_line")["hunger_line"].tolist() == [45_000] * 3


def test_lines_that_cannot_be_found() -> None:
    std = cn.standard("vn-2022")
    table = pl.DataFrame({"area": ["rural", "rual", "town", "rual"]})
    with pytest.raises(cn.DataProblems, match="CN169") as caught:
        ms.with_line(table, std)
    assert caught.value.problems[0].count == 3
    with pytest.raises(cn.NoStandard, match="did you mean poverty_line"):
        ms.with_line(table, std, "povertyline")
    with pytest.raises(cn.DataProblems) as caught:
        ms.with_line(table, std, columns={"area": {"from": "ttnt", "codes": {1: "town"}}, "terrain": "x"}, into="area")
    assert {p.code for p in caught.value.problems} == {"CN160", "CN163", "CN169"}
    assert len(caught.value.problems) == 4


# --- shares of classes --------------------------------------------------------------------------------


def test_shares_of_classes_with_bounds() -> None:
    table = pl.DataFrame({
        "category": ["poor", None, None, "not_poor"],
        "possible": ["poor", "poor; near_poor", None, "not_poor"],
        "w": [1, 2, 3, 4],
    })  # fmt: skip
    made = ms.classes(table, ms.survey("w"), order=["poor", "near_poor", "average", "not_poor"])
    assert made.columns[:3] == ["measure", "category", "value"]
    assert made.select("category", "value", "low", "high").rows() == [
        ("poor", None, 0.1, 0.6),
        ("near_poor", None, 0.0, 0.5),
        ("average", None, 0.0, 0.3),
        ("not_poor", None, 0.4, 0.7),
    ]
    assert set(made["rows_unknown"]) == {2}
    dropped = ms.classes(table, ms.survey("w"), unknown="drop")
    assert dropped.select("category", "value").rows() == [("near_poor", 0.0), ("not_poor", 0.8), ("poor", 0.2)]
    with pytest.raises(cn.DataProblems, match="'near_poor' is no choice here"):
        ms.classes(table, ms.survey("w"), order=["poor", "not_poor"])
    with pytest.raises(cn.DataProblems, match="CN164"):
        ms.classes(table, ms.survey("w"), unknown="raise")


def test_nothing_said_is_every_class() -> None:
    """A table that was written as a text file and read again may have "" for null."""
    table = pl.DataFrame({"category": ["poor", None], "possible": ["poor", ""]})
    made = ms.classes(table, ms.census(), order=["poor", "near_poor"])
    assert made.select("low", "high").rows() == [(0.5, 1.0), (0.0, 0.5)]


def test_shares_of_no_households() -> None:
    empty = pl.DataFrame({"category": [], "possible": []}, schema_overrides={"category": pl.String})
    made = ms.classes(empty, ms.unweighted(independent=True))
    one = ms.classes(
        pl.DataFrame({"category": ["poor"] * 2, "possible": ["poor"] * 2}), ms.unweighted(independent=True)
    )
    assert (made.height, made.columns) == (0, one.columns)
    assert ms.classes(empty, ms.census(), order=["poor"]).select("category", "value").rows() == [("poor", None)]


def test_classes_are_no_groups_of_their_own() -> None:
    table = pl.DataFrame({"category": ["poor", None], "possible": ["poor", "poor; near_poor"]})
    with pytest.raises(cn.DataProblems, match="CN163"):
        ms.classes(table, ms.census(), by="category")
    assert ms.headcount(frame([1], category=["poor"]), ms.census(), by="category", **AT)["value"].to_list() == [1.0]


def test_shares_of_what_a_standard_answered() -> None:
    std = cn.standard("vn-2022")
    homes = pl.DataFrame({
        "area": ["rural", "urban", "rural", None],
        "income_per_person": [1_500_000, 2_000_001, 1_500_000, 1_700_000],
        "deprivations": [3, 5, 2, 2],
    })  # fmt: skip
    made = ms.classes(std.classify(homes), ms.census(), order=list(std.classes))
    assert dict(zip(made["category"], made["low"], strict=True)) == {
        "poor": 0.25, "near_poor": 0.25, "average": 0.25, "not_poor": 0.0,
    }  # fmt: skip


# --- other packages on the same input -----------------------------------------------------------------


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(1, 50)), min_size=2, max_size=30))
def test_microdf_agrees_where_it_can(rows: list[tuple[int, int]]) -> None:
    """microdf 1.5: headcount below a line, weighted Gini. Its gaps are sums of money: ours times line times people."""
    y, w = zip(*rows, strict=True)
    assume(sum(y))
    peer = microdf.MicroDataFrame(
        {"y": [float(v) for v in y], "z": [1_500_000.0] * len(y)}, weights=[float(v) for v in w]
    )
    ours = frame(y, w=w)
    asked = {"income": "y", "line": 1_500_000, "poor_at_line": False}
    head = ms.headcount(ours, ms.survey("w"), **asked)["value"].item()
    assert peer.poverty_rate("y", "z") == pytest.approx(head, rel=1e-12)
    gap = ms.poverty_gap(ours, ms.survey("w"), **asked)["value"].item()
    assert peer.poverty_gap("y", "z") == pytest.approx(gap * 1_500_000 * sum(w), rel=1e-9, abs=1e-6)
    gini = ms.gini(ours, ms.survey("w"), income="y")["value"].item()
    assert peer["y"].gini() == pytest.approx(gini, rel=1e-9, abs=1e-9)


def test_microdf_counts_who_is_on_the_line_and_who_is_unknown_as_not_poor() -> None:
    peer = microdf.MicroDataFrame({"y": [100.0, 125.0, math.nan], "z": [125.0] * 3}, weights=[1.0, 1.0, 1.0])
    assert peer.poverty_rate("y", "z") == pytest.approx(1 / 3)
    made = ms.headcount(frame([100, 125, None]), ms.census(), **AT)
    assert made.select("low", "high").row(0) == pytest.approx((2 / 3, 1.0))


# --- lines with a unit --------------------------------------------------------------------------------


def test_a_line_with_a_unit_is_held_against_incomes_in_theirs() -> None:
    line = cn.standard("vn-2022").line("poverty_line", area="rural")  # 1,500,000 đồng a person a month
    year = pl.DataFrame({"y": [18_000, 18_001]})
    made = ms.headcount(
        year, ms.census(), income="y", line=line, income_unit="nghìn đồng/người/năm", poor_at_line=True
    )
    assert made["value"].item() == 0.5
    month = pl.DataFrame({"y": [1_500_000, 1_500_001]})
    assert ms.headcount(month, ms.census(), income="y", line=line, poor_at_line=True)["value"].item() == 0.5
    both = ms.poverty_gap(month, ms.census(), income="y", line=(line, 3_000_000), poor_at_line=True)
    assert both["low"].item() == 0


@pytest.mark.parametrize(
    ("line", "more"),
    [
        (cn.standard("intl-wb-2017").line("poverty_line"), {}),
        (cn.standard("vn-1993").line("poverty_line", area="rural"), {}),
        (cn.standard("vn-2022").line("poverty_line", area="rural"), {"income_unit": "kg rice/person/month"}),
        (cn.standard("vn-2022").line("poverty_line", area="rural"), {"income_unit": "VND/household/month"}),
        (cn.standard("vn-2022").line("poverty_line", area="rural"), {"income_unit": "dong"}),
        (1_500_000, {"income_unit": "VND/person/month"}),
        ("z", {"income_unit": "VND/person/month"}),
    ],
)
def test_units_that_do_not_go_together_are_refused(line: Any, more: dict[str, Any]) -> None:
    frame = pl.DataFrame({"y": [1_000_000], "z": [1_500_000]})
    with pytest.raises(cn.DataProblems) as raised:
        ms.headcount(frame, ms.census(), income="y", line=line, poor_at_line=True, **more)
    assert {p.code for p in raised.value.problems} == {"CN169"}
