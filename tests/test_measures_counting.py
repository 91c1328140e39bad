"""Alkire-Foster counts against published examples, every completion, another package, and the standards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import comb
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpitb.core import MPIToolbox

import chuanngheo as cn
from chuanngheo import measures as ms
from chuanngheo.measures.completions import bounds

CENSUS = ms.census(persons="size")
CHILD = cn.standard("vn-child-2019")
DIMENSIONS = ms.indicator_columns(CHILD)
CHILD_FILE = Path(cn.shipped().shelf["vn-child-2019"][0].path)


def told(table: Any, *keys: str, end: str = "value") -> dict[Any, float | None]:
    """One column of a table of measures by measure (and indicator or group)."""
    frame = table if isinstance(table, pl.DataFrame) else pl.from_pandas(table)
    names = ("measure", *keys)
    return {row[names[0]] if not keys else tuple(row[n] for n in names): row[end] for row in frame.to_dicts()}


# --- published examples -------------------------------------------------------------------------------

# Alkire and Foster (2011), Journal of Public Economics 95, section 4: income, schooling, health, public services of
# four persons, and the cut-offs 13, 12, 3, 1. (The same numbers stand in several public programs.)
ACHIEVED = [(13.1, 14, 4, 1), (15.2, 7, 5, 0), (12.5, 10, 1, 0), (20, 11, 3, 1)]
FOUR = pl.DataFrame(
    [[a < z for a, z in zip(row, (13, 12, 3, 1), strict=True)] for row in ACHIEVED],
    schema=["income", "schooling", "health", "services"],
    orient="row",
)


def test_alkire_and_foster_2011() -> None:
    r = ms.alkire_foster(FOUR, ms.unweighted(), weights=ms.equal_weights(FOUR.columns), k="2/4")
    assert told(r.summary) == {"H": 1 / 2, "A": 3 / 4, "M0": 3 / 8}
    raw = {n: v for (m, n), v in told(r.indicators, "indicator").items() if m == "uncensored_headcount"}
    kept = {n: v for (m, n), v in told(r.indicators, "indicator").items() if m == "censored_headcount"}
    assert raw == {"income": 1 / 4, "schooling": 3 / 4, "health": 1 / 4, "services": 2 / 4}
    assert kept == {"income": 1 / 4, "schooling": 2 / 4, "health": 1 / 4, "services": 2 / 4}
    part = {n: v for (m, n), v in told(r.indicators, "indicator").items() if m == "contribution"}
    assert part == pytest.approx({"income": 1 / 6, "schooling": 2 / 6, "health": 1 / 6, "services": 2 / 6})
    assert r.groups is None
    assert set(r.summary["data"]) == {"unweighted sample"}


# UNDP, Human Development Report, technical note on the MPI (note 5 of the reports of 2014 to 2016): four households
# of 4, 7, 5 and 4 persons. The rows of health and living standard were compared with a public copy of the exercise, the
# two of education are from memory; so are the printed results H 0.800, A 0.563, MPI 0.450. They are worked out below.
NOTE = {
    "schooling": (0, 1, 0, 1), "attendance": (0, 1, 0, 0), "mortality": (1, 1, 0, 1), "nutrition": (0, 0, 1, 0),
    "electricity": (0, 1, 1, 1), "water": (0, 0, 1, 0), "sanitation": (0, 1, 1, 0), "floor": (0, 0, 0, 0),
    "fuel": (1, 1, 1, 1), "assets": (0, 1, 0, 1),
}  # fmt: skip
WHERE = {"schooling": "education", "attendance": "education", "mortality": "health", "nutrition": "health"}
NESTED = ms.nested_weights({n: WHERE.get(n, "living") for n in NOTE})


def test_technical_note_of_the_human_development_report() -> None:
    assert {str(w) for w in NESTED.values()} == {"1/6", "1/18"}
    homes = pl.DataFrame({**NOTE, "size": (4, 7, 5, 4)})
    r = ms.alkire_foster(homes, CENSUS, weights=NESTED, k="1/3", unit="person")
    scores = [Fraction(4, 18), Fraction(13, 18), Fraction(7, 18), Fraction(9, 18)]  # 22.2, 72.2, 38.9, 50.0 per cent
    poor = [(n, s) for n, s in zip((4, 7, 5, 4), scores, strict=True) if s >= Fraction(1, 3)]
    assert sum(n * s for n, s in poor) == 9
    assert told(r.summary) == {"H": 16 / 20, "A": 9 / 16, "M0": 9 / 20}
    parts = {n: v or 0 for (m, n), v in told(r.indicators, "indicator").items() if m == "contribution"}
    of = {d: sum(v for n, v in parts.items() if WHERE.get(n, "living") == d) for d in ("education", "health", "living")}
    assert of == pytest.approx({"education": 3 / 9, "health": 16 / 6 / 9, "living": 60 / 18 / 9})
    assert set(r.summary["unit"]) == {"person"}
    assert set(r.summary["total"]) == {20.0}
    households = ms.alkire_foster(homes, CENSUS, weights=NESTED, k="1/3")
    assert told(households.summary)["H"] == 3 / 4


def test_every_kind_of_table() -> None:
    homes = pl.DataFrame({**NOTE, "size": (4, 7, 5, 4), "side": ["a", "a", "b", "b"]})
    wanted = ms.alkire_foster(homes, CENSUS, weights=NESTED, k="1/3", by="side")
    for native, back in (
        (homes.lazy(), lambda t: t.collect()),
        (homes.to_pandas(), pl.from_pandas),
        (homes.to_arrow(), pl.from_arrow),
        (duckdb.sql("select * from homes"), None),
    ):
        r = ms.alkire_foster(native, CENSUS, weights=NESTED, k="1/3", by="side")
        for mine, theirs in ((wanted.summary, r.summary), (wanted.indicators, r.indicators), (wanted.groups, r.groups)):
            made = theirs if back is None else back(theirs)
            assert made.rows() == mine.rows()
            assert made.columns == mine.columns


# --- the cut-off is exact -----------------------------------------------------------------------------

TWELVE = {f"i{j}": "1/12" for j in range(12)}
SEVEN = {f"i{j}": "1/7" for j in range(7)}
TENTHS = {f"i{j}": "1/10" for j in range(10)}
GLOBAL = {f"i{j}": "1/6" if j < 4 else "1/18" for j in range(10)}


def every_row(names: Sequence[str]) -> pl.DataFrame:
    """Each possible row once."""
    return pl.DataFrame(list(product((False, True), repeat=len(names))), schema=list(names), orient="row")


def by_sum(frame: pl.DataFrame, weights: Mapping[str, str], k: float) -> float:
    """What a loop in floating point finds."""
    floats = [float(Fraction(w)) for w in weights.values()]
    return sum(sum(w for w, d in zip(floats, row, strict=True) if d) >= k for row in frame.rows()) / frame.height


def by_product(frame: pl.DataFrame, weights: Mapping[str, str], k: float) -> float:
    """What a product of matrices in floating point finds."""
    floats = np.array([float(Fraction(w)) for w in weights.values()])
    return float((frame.to_numpy().astype(float) @ floats >= k).mean())


def theirs(frame: pd.DataFrame, weights: Mapping[str, Any], per_cent: float, **survey: str) -> dict[str, float]:
    """H, A, M0 and the indicators of mpitb 0.2."""
    box = MPIToolbox()
    if survey:
        box.svyset(**survey)
    box.set(name="x", dimensions=[(list(weights), "all")])
    floats = {n: float(Fraction(w)) for n, w in weights.items()}
    found = box.est(frame.copy(), "x", [per_cent], weights=floats, svy=bool(survey))
    values = {r["measure"] + (f" {r['indicator']}" if "indicator" in r else ""): r["b"] for r in found}
    return values | {f"se {r['measure']}": r["se"] for r in found if "se" in r}


@pytest.mark.parametrize(
    ("weights", "k", "poor"),
    [
        (TWELVE, "1/2", Fraction(sum(comb(12, n) for n in range(6, 13)), 2**12)),
        (TWELVE, "3/12", Fraction(sum(comb(12, n) for n in range(3, 13)), 2**12)),
        (SEVEN, "2/7", Fraction(sum(comb(7, n) for n in range(2, 8)), 2**7)),
        (SEVEN, "3/7", Fraction(sum(comb(7, n) for n in range(3, 8)), 2**7)),
        # of four indicators of 3/18 and six of 1/18: at least 6/18, at least 9/18
        (GLOBAL, "1/3", Fraction(sum(comb(4, a) * comb(6, b) for a in range(5) for b in range(7) if 3 * a + b >= 6), 2**10)),
        (GLOBAL, "1/2", Fraction(sum(comb(4, a) * comb(6, b) for a in range(5) for b in range(7) if 3 * a + b >= 9), 2**10)),
    ],
)  # fmt: skip
def test_whoever_stands_on_the_cut_off_is_poor(weights: dict[str, str], k: str, poor: Fraction) -> None:
    frame = every_row(list(weights))
    assert told(ms.alkire_foster(frame, ms.census(), weights=weights, k=k).summary)["H"] == float(poor)


def test_floating_point_loses_the_poor_on_the_cut_off() -> None:
    """The reason for whole numbers: the same counts, in floats, by a loop, by numpy, by mpitb 0.2."""
    frame = every_row(list(TWELVE))
    exact = told(ms.alkire_foster(frame, ms.census(), weights=TWELVE, k="1/2").summary)["H"]
    assert exact == 2510 / 4096
    assert by_sum(frame, TWELVE, 0.5) == 1586 / 4096  # everybody with just six is lost
    assert by_product(frame, TWELVE, 0.5) < exact
    assert theirs(frame.to_pandas().astype(int), TWELVE, 50)["H"] < exact
    frame = every_row(list(SEVEN))  # two of seven: in per cent it is no number of floating point
    assert theirs(frame.to_pandas().astype(int), SEVEN, 200 / 7)["H"] == 99 / 128
    assert told(ms.alkire_foster(frame, ms.census(), weights=SEVEN, k="2/7").summary)["H"] == 120 / 128
    frame = every_row(list(GLOBAL))
    assert theirs(frame.to_pandas().astype(int), GLOBAL, 100 / 3)["H"] < 873 / 1024
    assert told(ms.alkire_foster(frame, ms.census(), weights=GLOBAL, k="1/3").summary)["H"] == 873 / 1024


@pytest.mark.parametrize("third", ["1/3", "2/6", Fraction(1, 3), cn.model.Quantity(Fraction(1, 3), "", None)])  # type: ignore[arg-type]
def test_one_number_written_differently(third: Any) -> None:
    weights = {"a": third, "b": " 1 / 3 ", "c": "1/3"}
    r = ms.alkire_foster(every_row("abc"), ms.census(), weights=weights, k=third)
    assert told(r.summary)["H"] == 7 / 8
    assert r.k == Fraction(1, 3)
    half = ms.alkire_foster(every_row("ab"), ms.census(), weights={"a": "0.5", "b": Decimal("0.50")}, k="2/2")
    assert told(half.summary) == {"H": 1 / 4, "A": 1.0, "M0": 1 / 4}


# --- what cannot be used ------------------------------------------------------------------------------


def problems(frame: pl.DataFrame = FOUR, design: Any = None, **more: Any) -> dict[str, str]:
    """Where and code of everything that is wrong."""
    asked = {"weights": ms.equal_weights(FOUR.columns), "k": "1/2"} | more
    with pytest.raises(cn.DataProblems) as caught:
        ms.alkire_foster(frame, design or ms.unweighted(), **asked)
    assert all(p.remedy or p.allowed for p in caught.value.problems)
    return {p.where: p.code for p in caught.value.problems}


def test_all_problems_at_once() -> None:
    weights = {"income": 0.25, "schoolng": "1/4", "health": "a quarter", "services": "0"}
    assert problems(weights=weights, k=0.5, unknown="ignore") == {
        "weights['income']": "CN176",
        "weights['health']": "CN176",
        "weights['services']": "CN177",
        "k": "CN176",
        "unknown": "CN161",
        "households['schoolng']": "CN160",
    }


def test_a_float_says_why() -> None:
    with pytest.raises(cn.DataProblems, match=r"float.*\n.*\n.*1/3"):
        ms.alkire_foster(FOUR, ms.unweighted(), weights=ms.equal_weights(FOUR.columns), k=1 / 3)
    for wrong in (True, None, "1/0", "-1/2", "1/2/3", "½", Decimal("NaN"), "1.5.0", ""):
        assert problems(k=wrong) == {"k": "CN176"}, wrong


def test_weights_add_up_to_one_exactly() -> None:
    thirds = {"income": "0.333", "schooling": "0.333", "health": "0.334", "services": "1/1000000000"}
    assert problems(weights=thirds) == {"weights": "CN177"}
    with pytest.raises(cn.DataProblems, match="add up to 4, not to 1"):
        ms.alkire_foster(FOUR, ms.unweighted(), weights=dict.fromkeys(FOUR.columns, 1), k=1)
    tiny = Fraction(1, 3**40)
    assert problems(weights={"income": tiny, "schooling": 1 - tiny}) == {"weights": "CN179"}
    for wrong in ({}, ["income"], {f"c{n}": Fraction(1, 63) for n in range(63)}):
        assert problems(weights=wrong)["weights"] == "CN175"


def test_whole_numbers_of_numpy_are_exact() -> None:
    one = ms.alkire_foster(FOUR[["income"]], ms.unweighted(), weights={"income": np.int64(1)}, k="1/1")
    assert one.k == 1
    assert problems(k=np.float32(0.25)) == {"k": "CN176"}


@pytest.mark.parametrize("k", [0, "0", 2, "13/12", 1, "1", "1.0", Decimal(1), np.int64(1)])
def test_cut_offs_of_nobody_and_everybody(k: Any) -> None:
    assert problems(k=k) == {"k": "CN178"}


def test_one_name_is_no_list_of_letters() -> None:
    assert ms.equal_weights("water") == {"water": 1}


def test_columns_must_hold_truths() -> None:
    assert problems(FOUR.with_columns(income=pl.lit(2))) == {"households['income']": "CN165"}
    assert problems(FOUR.with_columns(income=pl.lit("yes"))) == {"households['income']": "CN165"}
    assert problems(design=ms.survey("wgt")) == {"households['wgt']": "CN160"}


# --- another package ----------------------------------------------------------------------------------


def sample(rows: int = 400, seed: int = 5) -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    made = {f"i{j}": draw.random(rows) < 0.25 + j / 40 for j in range(10)}
    return pl.DataFrame(
        {
            **made,
            "w": draw.integers(1, 60, rows) / 8,
            "stratum": np.arange(rows) * 8 // rows,
            "psu": np.arange(rows) * 40 // rows,
            "region": np.where(np.arange(rows) % 3 == 0, "north", "south"),
            "size": draw.integers(1, 9, rows),
        }
    )


def test_agrees_with_mpitb_where_mpitb_is_right() -> None:
    frame, per_cent = sample(), 40.0  # no score of eighteenths is 0.4
    other = theirs(frame.to_pandas().astype(dict.fromkeys(GLOBAL, int)), GLOBAL, per_cent, weight="w")
    r = ms.alkire_foster(frame, ms.survey("w"), weights=GLOBAL, k="0.4")
    for measure in ("H", "A", "M0"):
        assert told(r.summary)[measure] == pytest.approx(other[measure])
    names = {
        "hd": "uncensored_headcount",
        "hdk": "censored_headcount",
        "actb": "absolute_contribution",
        "pctb": "contribution",
    }
    for theirs_, ours in names.items():
        for n in GLOBAL:
            assert told(r.indicators, "indicator")[ours, n] == pytest.approx(other[f"{theirs_} {n}"]), (ours, n)


def test_mpitb_takes_an_unknown_for_not_deprived_and_we_do_not() -> None:
    """mpitb 0.2: a missing answer makes the household not poor and leaves it in the denominator."""
    frame = sample()
    holed = frame.with_columns(pl.when(pl.int_range(pl.len()) < 100).then(None).otherwise("i0").alias("i0"))
    whole, known = frame.select(*GLOBAL), holed.drop_nulls("i0").select(*GLOBAL)
    before = theirs(whole.to_pandas().astype(int), GLOBAL, 40.0)["H"]
    after = theirs(holed.select(*GLOBAL).to_pandas().astype(float), GLOBAL, 40.0)["H"]
    dropped = theirs(known.to_pandas().astype(int), GLOBAL, 40.0)["H"]
    assert after < dropped
    assert after == pytest.approx(dropped * 300 / 400)  # every one of the hundred counts as not poor

    def share(unknown: str, end: str = "value") -> float:
        r = ms.alkire_foster(holed, ms.unweighted(), weights=GLOBAL, k="0.4", unknown=unknown)
        return told(r.summary, end=end)["H"]  # type: ignore[return-value]

    assert share("bounds", "value") is None
    assert after < share("bounds", "low") <= before <= share("bounds", "high")
    assert share("drop") == pytest.approx(dropped)
    with pytest.raises(cn.DataProblems) as caught:
        share("raise")
    assert [(p.where, p.count) for p in caught.value.problems] == [("households['i0']", 100)]


def test_mpitb_ignores_what_is_misspelt_and_we_do_not() -> None:
    """mpitb 0.2: a weight column that is not there is no weight; a design that is not there changes nothing."""
    frame = sample()
    table = frame.to_pandas().astype(dict.fromkeys(GLOBAL, int))
    assert theirs(table, GLOBAL, 40.0, weight="wgt")["H"] == theirs(table, GLOBAL, 40.0)["H"]
    assert theirs(table, GLOBAL, 40.0, weight="wgt")["H"] != theirs(table, GLOBAL, 40.0, weight="w")["H"]
    right = theirs(table, GLOBAL, 40.0, weight="w", psu="psu", strata="stratum")["se H"]
    assert theirs(table, GLOBAL, 40.0, weight="w", psu="zz", strata="yy")["se H"] == right
    for design in (
        ms.survey("wgt"),
        ms.survey("w", psu="zz", strata="stratum"),
        ms.survey("w", psu="psu", strata="yy"),
    ):
        with pytest.raises(cn.DataProblems) as caught:
            ms.alkire_foster(frame, design, weights=GLOBAL, k="0.4")
        assert {p.code for p in caught.value.problems} == {"CN160"}
    real = ms.survey("w", psu="psu", strata="stratum")
    drawn = told(ms.alkire_foster(frame, real, weights=GLOBAL, k="0.4").summary, end="se")["H"]
    assert drawn != pytest.approx(right, rel=1e-3)


# --- every completion ---------------------------------------------------------------------------------

Answers = tuple[bool | None, ...]
Found = dict[Any, Fraction | None]


def counted(
    rows: Sequence[tuple[bool, ...]],
    weight: Sequence[int],
    parts: Sequence[Fraction],
    k: Fraction,
    group: Sequence[int],
) -> Found:
    """All measures of a table in which everything is known, as they are defined."""
    scores = [sum((p for p, d in zip(parts, row, strict=True) if d), Fraction(0)) for row in rows]
    kept = [s if s >= k else Fraction(0) for s in scores]
    total = Fraction(sum(weight))
    poor = Fraction(sum(w for w, s in zip(weight, scores, strict=True) if s >= k))
    whole = sum((w * s for w, s in zip(weight, kept, strict=True)), Fraction(0))
    found: Found = {
        "H": poor / total if total else None,
        "A": whole / poor if poor else None,
        "M0": whole / total if total else None,
    }
    for j, part in enumerate(parts):
        raw = Fraction(sum(w for w, row in zip(weight, rows, strict=True) if row[j]))
        both = Fraction(sum(w for w, row, s in zip(weight, rows, scores, strict=True) if row[j] and s >= k))
        found["uncensored_headcount", j] = raw / total if total else None
        found["censored_headcount", j] = both / total if total else None
        found["absolute_contribution", j] = part * both / total if total else None
        found["contribution", j] = part * both / whole if whole else None
    for g in set(group):
        mine = sum((w * s for w, s, h in zip(weight, kept, group, strict=True) if h == g), Fraction(0))
        found["group", g] = mine / whole if whole else None
        found["share", g] = (
            Fraction(sum(w for w, h in zip(weight, group, strict=True) if h == g)) / total if total else None
        )
    return found


def completions(rows: Sequence[Answers]) -> Iterator[list[tuple[bool, ...]]]:
    ways = [list(product(*((False, True) if a is None else (a,) for a in row))) for row in rows]
    yield from (list(way) for way in product(*ways))


def ends(found: Sequence[Found]) -> dict[Any, tuple[Fraction | None, Fraction | None]]:
    every: dict[Any, list[Fraction]] = {}
    for f in found:
        for key, value in f.items():
            every.setdefault(key, [])
            if value is not None:
                every[key].append(value)
    return {key: (min(v), max(v)) if v else (None, None) for key, v in every.items()}


def ours(r: ms.AlkireFoster, names: Sequence[str]) -> dict[Any, tuple[float | None, float | None]]:
    def both(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
        assert (row["value"] is not None) == (row["low"] is not None and row["low"] == row["high"])
        return row["low"], row["high"]

    made: dict[Any, tuple[float | None, float | None]] = {r["measure"]: both(r) for r in r.summary.to_dicts()}
    made |= {(i["measure"], names.index(i["indicator"])): both(i) for i in r.indicators.to_dicts()}
    return made


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Answers], list[int], list[int], list[int], Fraction]:
    d = draw(st.integers(1, 4))
    parts = draw(st.lists(st.integers(1, 4), min_size=d, max_size=d))
    whole = sum(parts)
    k = draw(st.sampled_from([Fraction(n, whole) for n in range(1, whole + 1)]) | st.fractions(Fraction(1, 50), 1))
    answer = st.sampled_from((True, False, None))
    rows = draw(st.lists(st.tuples(*[answer] * d), min_size=1, max_size=4))
    open_ = sum(a is None for row in rows for a in row)
    while open_ > 8:
        rows, open_ = rows[1:], open_ - sum(a is None for a in rows[0])
    n = len(rows)
    weight = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    group = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    return rows, weight, group, parts, k


@settings(max_examples=80)
@given(tables())
def test_bounds_are_those_of_every_completion(
    drawn: tuple[list[Answers], list[int], list[int], list[int], Fraction],
) -> None:
    rows, weight, group, numbers, k = drawn
    parts = [Fraction(n, sum(numbers)) for n in numbers]
    names = [f"i{j}" for j in range(len(parts))]
    wanted = ends([counted(way, weight, parts, k, group) for way in completions(rows)])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Boolean), orient="row")
    frame = frame.with_columns(w=pl.Series(weight), g=pl.Series(group))
    design = ms.survey("w")
    weights = dict(zip(names, parts, strict=True))
    r = ms.alkire_foster(frame, design, weights=weights, k=k)
    for key, pair in ours(r, names).items():
        assert pair == pytest.approx(wanted[key], abs=1e-12), key
    groups = ms.alkire_foster(frame, design, weights=weights, k=k, by="g").groups
    for row in groups.to_dicts():
        key = {"population_share": "share", "contribution": "group"}.get(row["measure"])
        if key is not None:
            assert (row["low"], row["high"]) == pytest.approx(wanted[key, row["g"]], abs=1e-12), row


@given(st.lists(st.tuples(st.sets(st.tuples(st.integers(0, 6), st.integers(1, 4)), min_size=1, max_size=3), st.booleans(), st.integers(0, 3)), min_size=1, max_size=4))  # fmt: skip
def test_ratios_at_their_bounds(drawn: list[tuple[set[tuple[int, int]], bool, int]]) -> None:
    rows: dict[tuple[tuple[int, int], ...], int] = {}
    for pairs, outside, weight in drawn:
        key = (*sorted(pairs), *([(0, 0)] if outside else []))
        rows[key] = rows.get(key, 0) + weight
    every, empty = [], False
    # rows of one kind may choose differently: each unit of weight is a row
    single = [pairs for pairs, weight in rows.items() for _ in range(min(weight, 2))]
    capped = {pairs: min(weight, 2) for pairs, weight in rows.items()}
    for way in product(*single):
        under = sum(d for _, d in way)
        empty |= not under
        every += [Fraction(sum(n for n, _ in way), under)] if under else []
    made = bounds(capped)
    assert (made.low, made.high) == ((min(every), max(every)) if every else (None, None))
    assert made.always == (not empty)


# --- what must always hold ----------------------------------------------------------------------------


@settings(max_examples=40)
@given(tables(), st.fractions(Fraction(1, 50), 1))
def test_censoring_and_the_cut_off(
    drawn: tuple[list[Answers], list[int], list[int], list[int], Fraction], other: Fraction
) -> None:
    rows, weight, _, numbers, k = drawn
    weights = {f"i{j}": Fraction(n, sum(numbers)) for j, n in enumerate(numbers)}
    frame = pl.DataFrame(rows, schema=dict.fromkeys(weights, pl.Boolean), orient="row").with_columns(
        w=pl.Series(weight)
    )
    low, high = (ms.alkire_foster(frame, ms.survey("w"), weights=weights, k=c) for c in sorted((k, other)))
    for end in ("low", "high"):
        for measure in ("H", "M0"):
            one, two = told(low.summary, end=end)[measure], told(high.summary, end=end)[measure]
            assert (one is None) == (two is None)
            assert one is None or one + 1e-12 >= two  # type: ignore[operator]
        found = told(high.indicators, "indicator", end=end)
        for name in weights:
            kept, raw = found["censored_headcount", name], found["uncensored_headcount", name]
            assert kept is None or kept <= raw + 1e-12  # type: ignore[operator]


def test_parts_add_up_to_the_whole() -> None:
    r = ms.alkire_foster(sample(), CENSUS, weights=GLOBAL, k="1/3", by="region", unit="person")
    groups = {(m, g): v or 0 for (m, g), v in told(r.groups, "region").items()}
    every = told(ms.alkire_foster(sample(), CENSUS, weights=GLOBAL, k="1/3", unit="person").summary)
    both = ("north", "south")
    assert sum(groups["population_share", g] for g in both) == pytest.approx(1, abs=1e-15)
    assert sum(groups["contribution", g] for g in both) == pytest.approx(1, abs=1e-15)
    assert sum(groups["population_share", g] * groups["M0", g] for g in both) == pytest.approx(every["M0"], abs=1e-15)
    for g in both:
        part = groups["population_share", g] * groups["M0", g]
        assert groups["contribution", g] * (every["M0"] or 0) == pytest.approx(part)
    own = ms.alkire_foster(sample(), CENSUS, weights=GLOBAL, k="1/3", unit="person").indicators
    parts = [v or 0 for (m, _), v in told(own, "indicator").items() if m == "absolute_contribution"]
    assert sum(parts) == pytest.approx(every["M0"])
    assert list(r.groups.columns) == [
        "region",
        "measure",
        "value",
        "low",
        "high",
        "rows",
        "rows_unknown",
        "total",
        "unit",
        "data",
    ]
    assert r.groups["rows"].to_list() == [134] * 3 + [266] * 3


def test_an_unknown_group_is_a_group() -> None:
    frame = sample().with_columns(region=pl.when(pl.int_range(pl.len()) < 50).then(None).otherwise("region"))
    r = ms.alkire_foster(frame, CENSUS, weights=GLOBAL, k="1/3", by="region")
    assert r.groups["region"].unique(maintain_order=True).to_list() == ["north", "south", None]


def test_nobody_poor_has_no_intensity() -> None:
    nobody = every_row("ab").with_columns(pl.lit(False).alias(n) for n in "ab")
    r = ms.alkire_foster(nobody, ms.census(), weights={"a": "1/2", "b": "1/2"}, k="1/2", by=None)
    assert told(r.summary) == {"H": 0.0, "A": None, "M0": 0.0}
    assert told(r.indicators, "indicator")["contribution", "a"] is None
    empty = ms.alkire_foster(nobody.clear(), ms.census(), weights={"a": "1/2", "b": "1/2"}, k="1/2")
    assert told(empty.summary) == {"H": None, "A": None, "M0": None}


def test_an_indicator_that_nobody_asked_about_is_unknown() -> None:
    """A column in which nothing is known has no kind, or that of objects."""
    asked: dict[str, Any] = {"weights": {"a": "1/2", "b": "1/2"}, "k": "1/2"}
    typed = ms.alkire_foster(every_row("ab").with_columns(a=pl.lit(None, pl.Boolean)), ms.census(), **asked)
    bare = ms.alkire_foster(every_row("ab").with_columns(a=None), ms.census(), **asked)
    objects = ms.alkire_foster(every_row("ab").to_pandas().assign(a=None), ms.census(), **asked)
    assert told(bare.summary, end="high") == told(typed.summary, end="high") == told(objects.summary, end="high")
    assert told(bare.summary, end="low")["H"] < told(bare.summary, end="high")["H"] == 1.0  # type: ignore[operator]


def test_groups_of_nobody() -> None:
    r = ms.alkire_foster(sample().clear(), CENSUS, weights={"i0": "1/2", "i1": "1/2"}, k="1/2", by="region")
    full = ms.alkire_foster(sample(), CENSUS, weights={"i0": "1/2", "i1": "1/2"}, k="1/2", by="region")
    for empty, some in ((r.summary, full.summary), (r.indicators, full.indicators), (r.groups, full.groups)):
        assert empty.height == 0
        assert empty.columns == some.columns


def test_many_unknown_indicators_with_wild_weights_are_refused_not_guessed() -> None:
    parts = [2**j for j in range(20)]
    weights = {f"i{j}": Fraction(p, sum(parts)) for j, p in enumerate(parts)}
    frame = pl.DataFrame({n: [None] for n in weights}, schema=dict.fromkeys(weights, pl.Boolean))
    with pytest.raises(cn.DataProblems) as caught:
        ms.alkire_foster(frame, ms.census(), weights=weights, k="1/2")
    assert [p.code for p in caught.value.problems] == ["CN179"]
    assert told(ms.alkire_foster(frame, ms.census(), weights=weights, k="1/2", unknown="drop").summary)["H"] is None


# --- standard errors ----------------------------------------------------------------------------------


def linearised(frame: pl.DataFrame, top: np.ndarray, bottom: np.ndarray) -> float:
    """Taylor's standard error of a ratio of weighted sums: units within strata, as in any textbook."""
    w = frame["w"].to_numpy()
    z = w * (top - (w * top).sum() / (w * bottom).sum() * bottom) / (w * bottom).sum()
    variance = 0.0
    for s in frame["stratum"].unique():
        mine = (frame["stratum"] == s).to_numpy()
        totals = np.array(
            [z[mine & (frame["psu"] == p).to_numpy()].sum() for p in frame.filter(stratum=s)["psu"].unique()]
        )
        variance += len(totals) / (len(totals) - 1) * ((totals - totals.mean()) ** 2).sum()
    return float(np.sqrt(variance))


def test_standard_errors_are_those_of_ratios() -> None:
    frame = sample()
    r = ms.alkire_foster(frame, ms.survey("w", strata="stratum", psu="psu"), weights=GLOBAL, k="1/3")
    scores = [
        sum(Fraction(w) for w, d in zip(GLOBAL.values(), row, strict=True) if d) for row in frame.select(*GLOBAL).rows()
    ]
    poor = np.array([s >= Fraction(1, 3) for s in scores], float)
    kept = np.array([float(s) for s in scores]) * poor
    deprived = frame["i0"].to_numpy().astype(float)
    ones = np.ones(frame.height)
    errors = told(r.summary, end="se")
    assert errors["H"] == pytest.approx(linearised(frame, poor, ones))
    assert errors["A"] == pytest.approx(linearised(frame, kept, poor))
    assert errors["M0"] == pytest.approx(linearised(frame, kept, ones))
    errors = told(r.indicators, "indicator", end="se")
    assert errors["uncensored_headcount", "i0"] == pytest.approx(linearised(frame, deprived, ones))
    assert errors["censored_headcount", "i0"] == pytest.approx(linearised(frame, deprived * poor, ones))
    assert errors["absolute_contribution", "i0"] == pytest.approx(linearised(frame, deprived * poor / 6, ones))
    assert errors["contribution", "i0"] == pytest.approx(linearised(frame, deprived * poor / 6, kept))
    for low, value, high in r.summary.select("ci_low", "value", "ci_high").rows():
        assert low < value < high


def test_standard_errors_of_groups_and_of_bounds() -> None:
    frame = sample().with_columns(i1=pl.when(pl.int_range(pl.len()) % 7 == 0).then(None).otherwise("i1"))
    design = ms.survey("w", strata="stratum", psu="psu")
    known = sample()
    r = ms.alkire_foster(known, design, weights=GLOBAL, k="1/3", by="region")
    north = (known["region"] == "north").to_numpy().astype(float)
    share = told(r.groups, "region", end="se")["population_share", "north"]
    assert share == pytest.approx(linearised(known, north, np.ones(known.height)))
    open_ = ms.alkire_foster(frame, design, weights=GLOBAL, k="1/3").summary.row(0, named=True)
    assert open_["measure"] == "H"
    assert open_["se"] is None
    assert open_["ci_low"] < open_["low"] < open_["high"] < open_["ci_high"]
    filled = {}
    for end, answer in (("low", False), ("high", True)):
        whole = frame.with_columns(pl.col("i1").fill_null(answer))
        filled[end] = ms.alkire_foster(whole, design, weights=GLOBAL, k="1/3").summary.row(0, named=True)
    assert (open_["low"], open_["ci_low"]) == pytest.approx((filled["low"]["value"], filled["low"]["ci_low"]))
    assert (open_["high"], open_["ci_high"]) == pytest.approx((filled["high"]["value"], filled["high"]["ci_high"]))


def test_the_error_of_a_group_s_contribution() -> None:
    frame = sample()
    r = ms.alkire_foster(frame, ms.survey("w", strata="stratum", psu="psu"), weights=TENTHS, k="3/10", by="region")
    counts = frame.select(pl.sum_horizontal(*TENTHS)).to_series().to_numpy()
    kept = np.where(counts >= 3, counts / 10, 0.0)
    north = (frame["region"] == "north").to_numpy().astype(float)
    assert told(r.groups, "region", end="se")["contribution", "north"] == pytest.approx(
        linearised(frame, kept * north, kept)
    )
    poor = (counts >= 3).astype(float)
    assert told(r.summary, "region", end="se")["A", "north"] == pytest.approx(
        linearised(frame, kept * north, poor * north)
    )


def test_replicate_weights() -> None:
    """The whole measure again with each replicate: the delete-one jackknife of ten blocks by hand."""
    block = pl.int_range(pl.len()) % 10
    frame = sample().with_columns(
        (pl.when(block == b).then(0.0).otherwise(pl.col("w") * 10 / 9)).alias(f"r{b}") for b in range(10)
    )
    made = ms.alkire_foster(frame, ms.survey("w", replicates="r", method="jk1"), weights=TENTHS, k="3/10", by="region")
    again = [ms.alkire_foster(frame, ms.survey(f"r{b}"), weights=TENTHS, k="3/10", by="region") for b in range(10)]
    for table, key in (("summary", ("A", "north")), ("groups", ("contribution", "south"))):
        whole = told(getattr(made, table), "region")[key] or 0
        squares = sum((told(getattr(a, table), "region")[key] - whole) ** 2 for a in again)  # type: ignore[operator]
        assert told(getattr(made, table), "region", end="se")[key] == pytest.approx(np.sqrt(0.9 * squares))


# --- the standards ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vn-2016", "vn-2022", "vn-2027", "vn-child-2019"])
def test_weights_of_a_standard(name: str) -> None:
    std = cn.standard(name)
    for weights in (ms.equal_weights(std), ms.nested_weights(std)):
        assert sum(weights.values()) == 1
        assert tuple(weights) == ms.indicator_columns(std) == tuple(f"deprived_{i}" for i in std.indicators)
    nested = ms.nested_weights(std)
    for dimension in {i.dimension for i in std.indicators.values()}:
        mine = [nested[f"deprived_{n}"] for n, i in std.indicators.items() if i.dimension == dimension]
        assert sum(mine) == Fraction(1, len({i.dimension for i in std.indicators.values()}))
        assert len(set(mine)) == 1


@settings(max_examples=20)
@given(st.lists(st.tuples(*[st.sampled_from((True, False, None))] * 12), min_size=1, max_size=20))
def test_three_of_twelve_is_what_classify_counts(rows: list[Answers]) -> None:
    std = cn.standard("vn-2022")
    names = ms.indicator_columns(std)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Boolean), orient="row")
    frame = frame.with_columns(area=pl.lit("rural"), income_per_person=pl.lit(1_000_000))
    classed = std.classify(frame)
    r = ms.alkire_foster(classed, ms.census(), weights=ms.equal_weights(std), k="3/12")
    low, high = ((classed[f"deprivations_{end}"] >= 3).mean() for end in ("min", "max"))
    assert (told(r.summary, end="low")["H"], told(r.summary, end="high")["H"]) == (low, high)
    # all of them are below the line: the poor are those with three deprivations
    assert low == (classed["category"] == "poor").fill_null(False).mean()


def test_the_global_index_counts_as_its_rule_set_does() -> None:
    std = cn.standard("intl-mpi-2018")
    frame = every_row(ms.indicator_columns(std))
    r = ms.alkire_foster(frame, ms.census(), weights=ms.nested_weights(std), k=std.line("poverty_cutoff"))
    classed = std.classify(frame)["category"]
    assert told(r.summary)["H"] == classed.is_in(["severely_poor", "poor"]).mean() == 873 / 1024
    severe = ms.alkire_foster(frame, ms.census(), weights=ms.nested_weights(std), k=std.line("severity_cutoff"))
    assert told(severe.summary)["H"] == (classed == "severely_poor").mean()


# --- children -----------------------------------------------------------------------------------------


def children(rows: Sequence[tuple[float | None, Answers]]) -> pl.DataFrame:
    made = pl.DataFrame([a for _, a in rows], schema=dict.fromkeys(DIMENSIONS, pl.Boolean), orient="row")
    return made.with_columns(
        age=pl.Series(
            [a for a, _ in rows], dtype=pl.Float64 if any(isinstance(a, float) for a, _ in rows) else pl.Int64
        )
    )


NONE = (False,) * 7
ONE, TWO = (True, *NONE[1:]), (True, True, *NONE[2:])


def test_two_of_seven_under_sixteen() -> None:
    frame = children([(0, TWO), (15, TWO), (15, ONE), (7, NONE), (16, TWO), (40, TWO)])
    r = ms.child_poverty(frame, ms.census())
    assert told(r.summary) == {"H": 2 / 4, "A": 2 / 7, "M0": 1 / 7}
    assert r.k == Fraction(2, 7)
    assert set(r.weights.values()) == {Fraction(1, 7)}
    assert r.summary.select("rows", "rows_unknown", "total", "unit").row(0) == (4, 0, 4.0, "child")
    assert told(r.indicators, "indicator")["uncensored_headcount", "deprived_education"] == 3 / 4
    assert told(r.indicators, "indicator")["censored_headcount", "deprived_education"] == 2 / 4


def test_the_rule_is_that_of_the_standard(tmp_path: Path) -> None:
    text = CHILD_FILE.read_text(encoding="utf-8")
    stricter = tmp_path / "child.yaml"
    stricter.write_text(text.replace("value: 16", "value: 18").replace("value: 2\n", "value: 3\n"), encoding="utf-8")
    std = cn.read_standard(stricter)
    frame = children([(17, (True,) * 3 + (False,) * 4), (18, (True,) * 7), (3, TWO)])
    r = ms.child_poverty(frame, ms.census(), standard=std)
    assert r.k == Fraction(3, 7)
    assert told(r.summary)["H"] == 1 / 2
    with pytest.raises(cn.DataProblems) as caught:
        ms.child_poverty(frame, ms.census(), standard=cn.standard("vn-2022"))
    assert [p.code for p in caught.value.problems] == ["CN180"]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from((0, 15, 16, 30, None)), st.tuples(*[st.sampled_from((True, False, None))] * 7)),
        min_size=1,
        max_size=12,
    )
)
def test_agrees_with_the_classes_of_the_standard(rows: list[tuple[int | None, Answers]]) -> None:
    frame = children(rows)
    classed = CHILD.classify(frame)
    possible = classed["possible"].str.split("; ").to_list()
    sure = [p for p in possible if p != ["outside"]]
    r = ms.child_poverty(frame, ms.census()).summary.row(0, named=True)
    assert r["rows"] == len(sure)
    # each row is one of: poor, not poor, no child at all; the extremes are over all choices
    every = [
        Fraction(way.count("poor"), len(way) - way.count("outside"))
        for way in distinct(possible)
        if len(way) > way.count("outside")
    ]
    wanted = (min(every), max(every)) if every else (None, None)
    assert (r["low"], r["high"]) == pytest.approx(wanted)
    assert r["measure"] == "H"


def distinct(possible: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Every way to choose a class for each row, up to their order."""
    kinds = {tuple(p) for p in possible}
    ways: list[list[tuple[str, ...]]] = []
    for kind in sorted(kinds):
        n = sum(tuple(p) == kind for p in possible)
        counts = [c for c in product(range(n + 1), repeat=len(kind)) if sum(c) == n]
        ways.append([tuple(name for name, c in zip(kind, count, strict=True) for _ in range(c)) for count in counts])
    for way in product(*ways):
        yield [name for part in way for name in part]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from((3, 40, None)),
            st.tuples(*[st.sampled_from((True, False, False, None))] * 7),
            st.integers(0, 1),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whoever_may_be_a_child_may_count(rows: list[tuple[int | None, Answers, int]]) -> None:
    while sum(answer is None for age, answers, _ in rows if age != 40 for answer in answers) > 8:
        rows = rows[1:]
    ways: list[Found] = []
    for here in product(*((age != 40,) if age is not None else (True, False) for age, _, _ in rows)):
        kept = [row for row, counts in zip(rows, here, strict=True) if counts]
        sides = [g for _, _, g in kept]
        ways += [
            counted(way, [1] * len(kept), [Fraction(1, 7)] * 7, Fraction(2, 7), sides)
            for way in completions([a for _, a, _ in kept])
        ]
    wanted = ends([{("share", g): Fraction(0) if f["H"] is not None else None for g in (0, 1)}
                   | {("group", g): Fraction(0) if f["A"] is not None else None for g in (0, 1)} | f for f in ways])  # fmt: skip
    frame = children([(age, answers) for age, answers, _ in rows]).with_columns(
        g=pl.Series([g for _, _, g in rows], dtype=pl.Int64)
    )
    for key, pair in ours(ms.child_poverty(frame, ms.census()), DIMENSIONS).items():
        assert pair == pytest.approx(wanted[key], abs=1e-12), key
    for row in ms.child_poverty(frame, ms.census(), by="g").groups.to_dicts():
        key = {"population_share": "share", "contribution": "group"}.get(row["measure"])
        if key is not None:
            assert (row["low"], row["high"]) == pytest.approx(wanted[key, row["g"]], abs=1e-12), row


def test_unknown_ages_and_answers() -> None:
    frame = children([(3, TWO), (4, NONE), (None, TWO), (None, NONE), (5, (True, None, *NONE[2:]))])
    r = ms.child_poverty(frame, ms.census()).summary.row(0, named=True)
    assert (r["low"], r["high"]) == (1 / 4, 3 / 4)  # the unknown age of a poor child left out, of another counted
    assert (r["rows"], r["rows_unknown"], r["value"]) == (5, 3, None)
    dropped = ms.child_poverty(frame, ms.census(), unknown="drop").summary.row(0, named=True)
    assert (dropped["value"], dropped["rows"], dropped["rows_unknown"]) == (1 / 2, 2, 3)
    with pytest.raises(cn.DataProblems) as caught:
        ms.child_poverty(frame, ms.census(), unknown="raise")
    assert {p.where: p.count for p in caught.value.problems} == {
        "households['age']": 2,
        "households['deprived_health']": 1,
    }


def test_what_older_persons_are_deprived_in_is_nobodys_question() -> None:
    frame = children([(3, TWO), (16, (None,) * 7)])
    for unknown in ("bounds", "drop", "raise"):
        r = ms.child_poverty(frame, ms.census(), unknown=unknown).summary.row(0, named=True)
        assert (r["value"], r["rows"], r["rows_unknown"]) == (1.0, 1, 0)


def test_children_of_a_survey_by_group() -> None:
    frame = pl.concat([children([(a, ONE), (a + 8, TWO), (40, TWO)]) for a in range(8)]).with_columns(
        w=pl.int_range(1, 25, eager=True), stratum=pl.Series([1] * 12 + [2] * 12), psu=pl.Series([n // 6 for n in range(24)]),
        sex=pl.Series(["f", "m", "f"] * 8),
    )  # fmt: skip
    r = ms.child_poverty(frame, ms.survey("w", strata="stratum", psu="psu"), by="sex")
    assert told(r.summary, "sex")["H", "f"] == 0.0
    assert told(r.summary, "sex")["H", "m"] == 1.0
    weights = sum(w for w in range(1, 25) if w % 3 == 2), sum(w for w in range(1, 25) if w % 3)
    assert told(r.groups, "sex")["population_share", "m"] == pytest.approx(weights[0] / weights[1])
    assert told(r.groups, "sex")["contribution", "m"] == 1.0
    every = ms.child_poverty(frame, ms.survey("w", strata="stratum", psu="psu")).summary.row(0, named=True)
    assert every["se"] > 0


def test_columns_of_children() -> None:
    frame = children([(3, TWO), (3, ONE)]).rename({"deprived_water": "nuoc", "age": "tuoi"})
    r = ms.child_poverty(frame, ms.census(), age="tuoi", columns={"deprived_water": "nuoc"})
    assert told(r.summary)["H"] == 1 / 2
    assert "nuoc" in r.weights
    assert (
        told(ms.child_poverty(frame, ms.census(), age=None, columns={"deprived_water": "nuoc"}).summary)["H"] == 1 / 2
    )
    with pytest.raises(cn.DataProblems) as caught:
        ms.child_poverty(frame, ms.census(), columns={"deprived_watter": "nuoc"})
    with pytest.raises(cn.DataProblems, match="read for 2 dimensions"):
        ms.child_poverty(frame, ms.census(), age="tuoi", columns={"deprived_water": "nuoc", "deprived_health": "nuoc"})
    assert {(p.code, p.where) for p in caught.value.problems} == {
        ("CN180", "columns['deprived_watter']"),
        ("CN160", "children['deprived_water']"),
        ("CN160", "children['age']"),
    }


def test_ages_that_nobody_has() -> None:
    for wrong in (-1, 131, 9_999):
        with pytest.raises(cn.DataProblems) as caught:
            ms.child_poverty(children([(3, TWO), (wrong, TWO)]), ms.census())
        assert [(p.code, p.count) for p in caught.value.problems] == [("CN181", 1)]
    assert told(ms.child_poverty(children([(15.9, TWO), (16.0, TWO)]), ms.census()).summary)["H"] == 1.0
