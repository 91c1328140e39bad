"""Standard errors: against a short linearisation, svy itself, replicate weights, and packages that ignore the design."""

from __future__ import annotations

import math
import random
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import microdf
import mpitb
import pandas as pd
import polars as pl
import pytest
import svy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

import chuanngheo as cn
from chuanngheo import measures as ms

LINE = 1_000
AT = {"income": "y", "line": LINE, "poor_at_line": True}
MEASURES = ["headcount", "poverty_gap", "fgt_2", "watts", "sen", "gini"]


def sample(strata: int = 4, units: int = 3, homes: int = 5, seed: int = 7) -> pl.DataFrame:
    """A stratified sample of clusters: incomes that differ by cluster, weights, sizes, a domain across them."""
    draw = random.Random(seed)
    rows = []
    for h in range(strata):
        for u in range(units):
            level = draw.uniform(500, 2_000)
            for _ in range(homes):
                rows.append((
                    f"h{h}", u, round(level * draw.lognormvariate(0, 0.4)) + 1, draw.uniform(0.5, 3),
                    draw.randint(1, 7), draw.choice("ab"),
                ))  # fmt: skip
    return pl.DataFrame(rows, ["stratum", "psu", "y", "w", "n", "g"], orient="row")


# --- by hand ------------------------------------------------------------------------------------------


def value_of(name: str, y: Sequence[float], w: Sequence[float]) -> float:
    """The measure by its definition: sums over households and pairs of households."""
    people = math.fsum(w)
    if name == "gini":
        pairs = math.fsum(a * b * abs(p - q) for p, a in zip(y, w, strict=True) for q, b in zip(y, w, strict=True))
        return pairs / (2 * people * math.fsum(a * b for a, b in zip(y, w, strict=True)))
    poor = [(v, a) for v, a in zip(y, w, strict=True) if v <= LINE]
    if name == "sen":
        q = math.fsum(a for _, a in poor)
        mean = math.fsum(v * a for v, a in poor) / q
        gini = value_of("gini", [v for v, _ in poor], [a for _, a in poor])
        return q / people * (1 - (1 - gini) * mean / LINE)
    part: dict[str, Callable[[float], float]] = {
        "headcount": lambda v: 1.0,
        "poverty_gap": lambda v: 1 - v / LINE,
        "fgt_2": lambda v: (1 - v / LINE) ** 2,
        "watts": lambda v: math.log(LINE / v),
    }
    return math.fsum(a * part[name](v) for v, a in poor) / people


def derivatives(name: str, y: Sequence[float], w: Sequence[float]) -> list[float]:
    """How much a measure changes with the weight of each row: symmetric differences of its definition."""
    made = []
    for i, weight in enumerate(w):
        step = weight * 1e-4
        up, down = list(w), list(w)
        up[i] += step
        down[i] -= step
        made.append((value_of(name, y, up) - value_of(name, y, down)) / (2 * step))
    return made


def taylor(
    scores: Sequence[float], strata: Sequence[Any], units: Sequence[Any], fpc: dict[Any, float] | None = None
) -> float:
    """The standard error of a total of scores: units with replacement within strata. W. G. Cochran 1977, 11."""
    totals: dict[Any, dict[Any, float]] = {}
    for score, h, u in zip(scores, strata, units, strict=True):
        inside = totals.setdefault(h, {})
        inside[u] = inside.get(u, 0.0) + score
    variance = 0.0
    for h, inside in totals.items():
        n, mean = len(inside), sum(inside.values()) / len(inside)
        left = 1 - n / fpc[h] if fpc else 1.0
        variance += left * n / (n - 1) * sum((z - mean) ** 2 for z in inside.values())
    return math.sqrt(variance)


def by_hand(
    table: pl.DataFrame, name: str, weight: str = "w", domain: str | None = None, fpc: Any = None
) -> tuple[float, float]:
    """Value and standard error of a measure in a domain: scores are zero outside, the whole sample stays."""
    inside = [g == domain or domain is None for g in table["g"]]
    y = [v for v, i in zip(table["y"], inside, strict=True) if i]
    w = [v for v, i in zip(table[weight], inside, strict=True) if i]
    slopes = iter(derivatives(name, y, w))
    scores = [a * next(slopes) if i else 0.0 for a, i in zip(table[weight], inside, strict=True)]
    return value_of(name, y, w), taylor(scores, table["stratum"], table["psu"], fpc)


@pytest.fixture(scope="module")
def homes() -> pl.DataFrame:
    return sample()


DESIGN = ms.survey("w", persons="n", strata="stratum", psu="psu")


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("domain", [None, "a", "b"])
def test_every_measure_against_a_linearisation_by_hand(homes: pl.DataFrame, name: str, domain: str | None) -> None:
    made = ms.poverty(homes, DESIGN, by=None if domain is None else "g", **AT)
    rows = made.filter(pl.col("measure") == name)
    if domain is not None:
        rows = rows.filter(pl.col("g") == domain)
    value, se = by_hand(homes, name, domain=domain)
    assert rows["value"].item() == pytest.approx(value, rel=1e-9)
    assert rows["se"].item() == pytest.approx(se, rel=1e-5)
    inside = homes if domain is None else homes.filter(pl.col("g") == domain)
    t = student.ppf(0.975, inside.n_unique(["stratum", "psu"]) - inside["stratum"].n_unique())  # units less strata
    assert rows["ci_low"].item() == pytest.approx(value - t * se, rel=1e-4, abs=1e-7)
    assert rows["ci_high"].item() == pytest.approx(value + t * se, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("name", MEASURES)
def test_persons_have_their_own_errors(homes: pl.DataFrame, name: str) -> None:
    table = homes.with_columns(wn=pl.col("w") * pl.col("n"))
    made = ms.poverty(table, DESIGN, unit="person", **AT).filter(pl.col("measure") == name)
    value, se = by_hand(table, name, weight="wn")
    assert made.select("value", "se").row(0) == pytest.approx((value, se), rel=1e-5)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(2, 5))
def test_other_samples(seed: int, units: int, size: int) -> None:
    table = sample(3, units, size, seed)
    if not (table["y"] <= LINE).any():
        table = table.with_columns(y=pl.col("y") // 4 + 1)
    made = ms.poverty(table, DESIGN, **AT)
    for name, value, se in made.select("measure", "value", "se").rows():
        assert (value, se) == pytest.approx(by_hand(table, name), rel=1e-4, abs=1e-9)


def test_a_population_correction(homes: pl.DataFrame) -> None:
    sizes = {"h0": 6.0, "h1": 10.0, "h2": 3.0, "h3": 100.0}
    table = homes.with_columns(big=pl.col("stratum").replace_strict(sizes))
    made = ms.gini(table, ms.survey("w", strata="stratum", psu="psu", fpc="big"), income="y")
    assert made["se"].item() == pytest.approx(by_hand(table, "gini", fpc=sizes)[1], rel=1e-5)
    with pytest.raises(cn.DataProblems, match="CN174"):
        ms.gini(table.with_columns(big=pl.lit(2)), ms.survey("w", strata="stratum", psu="psu", fpc="big"), income="y")


def test_households_drawn_one_by_one(homes: pl.DataFrame) -> None:
    assert "se" not in ms.headcount(homes, ms.survey("w"), **AT).columns  # weights alone do not say how
    alone = homes.with_row_index("row").with_columns(psu="row", stratum=pl.lit("all"))
    made = ms.poverty(homes, ms.survey("w", independent=True), **AT)
    for name, value, se in made.select("measure", "value", "se").rows():
        assert (value, se) == pytest.approx(by_hand(alone, name), rel=1e-5)
    plain = ms.headcount(homes, ms.unweighted(independent=True), **AT)
    p, n = plain["value"].item(), homes.height
    assert plain["se"].item() == pytest.approx(math.sqrt(p * (1 - p) / (n - 1)), rel=1e-9)
    assert plain["data"].item() == "unweighted sample"


def test_a_code_of_a_unit_counts_within_its_stratum(homes: pl.DataFrame) -> None:
    own = homes.with_columns(psu=pl.col("stratum") + "-" + pl.col("psu").cast(pl.String))
    assert ms.poverty(own, DESIGN, **AT).equals(ms.poverty(homes, DESIGN, **AT))
    several = homes.with_columns(half=pl.col("psu") % 2)
    both = ms.headcount(several, ms.survey("w", strata=["stratum"], psu=["half", "psu"]), **AT)
    assert both["se"].item() == ms.headcount(homes, DESIGN, **AT)["se"].item()


# --- svy itself ---------------------------------------------------------------------------------------


def test_svy_means_and_ratios_by_domain(homes: pl.DataFrame) -> None:
    table = homes.with_columns(poor=(pl.col("y") <= LINE).cast(pl.Float64))
    theirs = svy.Sample(table, svy.Design(stratum="stratum", psu="psu", wgt="w")).estimation
    ours = ms.headcount(homes, DESIGN, by="g", level=0.9, **AT).sort("g")
    told = theirs.mean("poor", by="g", alpha=0.1).to_polars().sort("g")
    for mine, other in (("value", "est"), ("se", "se"), ("ci_low", "lci"), ("ci_high", "uci")):
        assert ours[mine].to_list() == pytest.approx(told[other].to_list(), rel=1e-9)
    persons = table.with_columns(pn=pl.col("poor") * pl.col("n"))
    ratio = (
        svy.Sample(persons, svy.Design(stratum="stratum", psu="psu", wgt="w")).estimation.ratio("pn", "n").to_polars()
    )
    mine = ms.headcount(homes, DESIGN, unit="person", **AT)
    assert mine.select("value", "se").row(0) == pytest.approx((ratio["est"].item(), ratio["se"].item()), rel=1e-9)


def test_degrees_of_freedom_are_those_of_the_domain() -> None:
    """Units that hold somebody of the domain, less their strata, as R's survey has it for a subset."""
    table = sample().with_columns(
        g=pl.when((pl.col("stratum") == "h0") | (pl.col("psu") == 0)).then(pl.lit("a")).otherwise("g")
    )
    only = table.with_columns(
        g=pl.when(pl.col("stratum").is_in(["h0", "h1"])).then(pl.lit("few")).otherwise(pl.lit("rest"))
    )
    made = ms.headcount(only, DESIGN, by="g", **AT).filter(pl.col("g") == "few")
    half = (made["ci_high"] - made["value"]).item()
    assert half / made["se"].item() == pytest.approx(student.ppf(0.975, 6 - 2))


def test_a_domain_in_one_unit_has_no_interval() -> None:
    table = sample().with_columns(
        g=pl.when((pl.col("stratum") == "h0") & (pl.col("psu") == 0)).then(pl.lit("one")).otherwise(pl.lit("rest"))
    )
    made = ms.poverty_gap(table, DESIGN, by="g", **AT).filter(pl.col("g") == "one")
    assert made["value"].item() is not None
    assert made.select("se", "ci_low", "ci_high").row(0) == (None, None, None)  # not an error of zero


def test_a_domain_is_not_a_table_of_its_own() -> None:
    """Leaving the others out would leave out their primary units too."""
    table = sample(2, 4, 3).with_columns(g=pl.when(pl.col("psu") < 2).then(pl.lit("in")).otherwise(pl.lit("out")))
    domain = ms.headcount(table, DESIGN, by="g", **AT).filter(pl.col("g") == "in")
    alone = ms.headcount(table.filter(pl.col("g") == "in"), DESIGN, **AT)
    assert domain["value"].item() == alone["value"].item()
    assert domain["se"].item() == pytest.approx(by_hand(table, "headcount", domain="in")[1], rel=1e-5)
    assert domain["se"].item() != pytest.approx(alone["se"].item(), rel=0.01)


def test_dropped_rows_stay_in_the_design(homes: pl.DataFrame) -> None:
    table = homes.with_columns(y=pl.when(pl.col("g") == "b").then(None).otherwise("y"))
    dropped = ms.headcount(table, DESIGN, unknown="drop", **AT)
    domain = ms.headcount(homes, DESIGN, by="g", **AT).filter(pl.col("g") == "a")
    for name in ("value", "se", "ci_low", "ci_high", "rows", "total"):
        assert dropped[name].item() == pytest.approx(domain[name].item(), rel=1e-12)


def test_the_interval_of_bounds_is_that_of_both_ends(homes: pl.DataFrame) -> None:
    holes = homes.with_columns(y=pl.when(pl.int_range(pl.len()) % 9 == 0).then(None).otherwise("y"))
    made = ms.poverty(holes, DESIGN, **AT)
    none, all_ = (
        ms.poverty(holes.with_columns(pl.col("y").fill_null(v)), DESIGN, zero=1, **AT) for v in (5_000_000, 0)
    )
    for name in ("headcount", "poverty_gap", "fgt_2", "sen"):
        row = made.filter(pl.col("measure") == name)
        assert row["se"].item() is None
        assert row["value"].item() is None
        for end, other in (("low", none), ("high", all_)):
            full = other.filter(pl.col("measure") == name)
            assert row[end].item() == pytest.approx(full["value"].item(), rel=1e-9)
            assert row[f"ci_{end}"].item() == pytest.approx(full[f"ci_{end}"].item(), rel=1e-9)
    watts = made.filter(pl.col("measure") == "watts")
    assert watts.select("high", "ci_high").row(0) == (None, None)


# --- strata of one unit -------------------------------------------------------------------------------


def lonely() -> pl.DataFrame:
    return sample().filter((pl.col("stratum") != "h2") | (pl.col("psu") == 1))


def test_a_stratum_of_one_unit_is_told() -> None:
    with pytest.raises(cn.DataProblems, match="CN167") as caught:
        ms.headcount(lonely(), DESIGN, **AT)
    (problem,) = caught.value.problems
    assert problem.count == 1
    assert problem.rows[0][2] == "h2"
    assert "h2" in str(caught.value)


def test_a_stratum_of_one_unit_by_choice() -> None:
    table = lonely()

    def error(single: str) -> float:
        design = ms.survey("w", strata="stratum", psu="psu", single=single)
        return float(ms.headcount(table, design, **AT)["se"].item())

    y, w = table["y"].to_list(), table["w"].to_list()
    scores = [a * d for a, d in zip(w, derivatives("headcount", y, w), strict=True)]
    kept = [(z, h, u) for z, h, u in zip(scores, table["stratum"], table["psu"], strict=True) if h != "h2"]
    skipped = taylor(*zip(*kept, strict=True))
    assert error("skip") == pytest.approx(skipped, rel=1e-5)
    assert error("scale") == pytest.approx(skipped * math.sqrt(4 / 3), rel=1e-5)
    alone = math.fsum(z for z, h in zip(scores, table["stratum"], strict=True) if h == "h2")
    mean = math.fsum(scores) / 10  # of the totals of all ten units
    assert error("center") == pytest.approx(math.sqrt(skipped**2 + (alone - mean) ** 2), rel=1e-5)
    with pytest.raises(cn.DataProblems, match="did you mean center"):
        ms.survey("w", strata="stratum", psu="psu", single="centre")


def test_a_sample_of_one_unit() -> None:
    with pytest.raises(cn.DataProblems, match="the whole sample"):
        ms.headcount(sample(1, 1), ms.survey("w", psu="psu"), **AT)


# --- replicate weights --------------------------------------------------------------------------------


def jackknife(table: pl.DataFrame) -> tuple[pl.DataFrame, list[float]]:
    """JKn: each unit left out in turn, the others of its stratum weighted up."""
    scale = []
    for h, u in table.select("stratum", "psu").unique(maintain_order=True).rows():
        n = table.filter(pl.col("stratum") == h)["psu"].n_unique()
        here = pl.col("stratum") == h
        weight = (
            pl.when(here & (pl.col("psu") == u)).then(0.0).when(here).then(pl.col("w") * n / (n - 1)).otherwise("w")
        )
        table = table.with_columns(weight.alias(f"r{len(scale) + 1}"))
        scale.append((n - 1) / n)
    return table, scale


@pytest.mark.parametrize("name", MEASURES)
def test_jackknife_by_hand(name: str) -> None:
    table, scale = jackknife(sample())
    design = ms.survey("w", replicates="r", method="jkn", scale=scale, df=8)
    made = ms.poverty(table, design, **AT).filter(pl.col("measure") == name)
    y = table["y"].to_list()
    whole = value_of(name, y, table["w"].to_list())
    again = [value_of(name, y, table[f"r{i + 1}"].to_list()) for i in range(len(scale))]
    se = math.sqrt(math.fsum(c * (v - whole) ** 2 for c, v in zip(scale, again, strict=True)))
    assert made.select("value", "se").row(0) == pytest.approx((whole, se), rel=1e-9)
    assert made["ci_high"].item() == pytest.approx(whole + student.ppf(0.975, 8) * se, rel=1e-9)
    linear = ms.poverty(table, DESIGN, **AT).filter(pl.col("measure") == name)["se"].item()
    assert se == pytest.approx(linear, rel=0.15)  # two ways to the same variance


METHODS = [
    ("brr", {}, {}, lambda n: 1 / n, "bootstrap"),
    ("fay", {"fay": 0.3}, {"fay_k": 0.3}, lambda n: 1 / (n * 0.49), "fay"),
    ("jk1", {}, {}, lambda n: (n - 1) / n, None),
    ("bootstrap", {}, {}, lambda n: 1 / n, "bootstrap"),
    ("sdr", {}, {}, lambda n: 4 / n, "successive-difference"),
]


@pytest.mark.parametrize(("method", "more", "theirs", "factor", "peer"), METHODS)
@pytest.mark.parametrize("centre", ["estimate", "mean"])
def test_replicates_by_hand_and_by_microdf(
    method: str, more: dict[str, Any], theirs: dict[str, Any], factor: Any, peer: str | None, centre: str
) -> None:
    draw = random.Random(3)
    table = sample()
    names = [f"rep{i}" for i in range(1, 9)]
    table = table.with_columns(pl.Series(n, [w * draw.uniform(0.4, 1.6) for w in table["w"]]) for n in names)
    design = ms.survey("w", replicates=names, method=method, centre=centre, **more)
    made = ms.gini(table, design, income="y")
    y = table["y"].to_list()
    again = [value_of("gini", y, table[n].to_list()) for n in names]
    middle = made["value"].item() if centre == "estimate" else sum(again) / len(again)
    se = math.sqrt(factor(8) * math.fsum((v - middle) ** 2 for v in again))
    assert made["se"].item() == pytest.approx(se, rel=1e-9)
    half = student.ppf(0.975, 7) * se  # one degree of freedom less than there are replicates
    assert made["ci_high"].item() - made["value"].item() == pytest.approx(half, rel=1e-9)
    if peer is not None and centre == "estimate":
        series = microdf.MicroSeries(table["y"].to_list(), weights=table["w"].to_list())
        told = microdf.replicate_standard_error(
            series, lambda s: s.gini(), table.select(names).to_pandas(), peer, centering="full-sample", **theirs
        )
        assert told == pytest.approx(se, rel=1e-6)


def test_replicates_against_svy_with_persons_and_domains() -> None:
    table = sample()
    draw = random.Random(5)
    table = table.with_columns(
        *(pl.Series(f"r{i}", [w * draw.uniform(0.4, 1.6) for w in table["w"]]) for i in range(1, 13)),
        poor=(pl.col("y") <= LINE).cast(pl.Float64) * pl.col("n"),
    )
    theirs = svy.Sample(table, svy.Design(wgt="w", rep_wgts=svy.BrrWgts(prefix="r", n_reps=12, df=6)))
    told = (
        theirs.estimation.ratio("poor", "n", by="g", method="replication", variance_center="estimate")
        .to_polars()
        .sort("g")
    )
    design = ms.survey("w", persons="n", replicates="r", method="brr", df=6)
    ours = ms.headcount(table, design, by="g", unit="person", **AT)
    for mine, other in (("value", "est"), ("se", "se"), ("ci_low", "lci"), ("ci_high", "uci")):
        assert ours[mine].to_list() == pytest.approx(told[other].to_list(), rel=1e-9)


def test_columns_of_replicates_by_number_not_by_name() -> None:
    uneven = pl.concat([sample(2, 4), sample(2, 2).with_columns(stratum=pl.lit("two-") + pl.col("stratum"))])
    table, scale = jackknife(uneven)
    assert scale == [0.75] * 8 + [0.5] * 4  # r10 comes after r9, and has another scale than r2
    one = ms.headcount(table, ms.survey("w", replicates="r", method="jkn", scale=scale), **AT)
    named = [f"r{i}" for i in range(1, 13)]
    other = ms.headcount(table, ms.survey("w", replicates=named, method="jkn", scale=scale), **AT)
    assert one.equals(other)
    shuffled = table.select(sorted(table.columns))
    assert ms.headcount(shuffled, ms.survey("w", replicates="r", method="jkn", scale=scale), **AT).equals(one)
    with pytest.raises(cn.DataProblems, match="11 numbers for 12"):
        ms.headcount(table, ms.survey("w", replicates="r", method="jkn", scale=scale[:-1]), **AT)
    with pytest.raises(cn.DataProblems, match="CN160"):
        ms.headcount(table, ms.survey("w", replicates="repl", method="brr"), **AT)
    with pytest.raises(cn.DataProblems, match="did you mean r12"):
        ms.headcount(table, ms.survey("w", replicates=["r12", "rr12"], method="brr"), **AT)


def test_the_weight_is_no_replicate_of_itself() -> None:
    table, scale = jackknife(sample(2, 4))
    named = table.rename({"w": "r0"})
    one = ms.headcount(table, ms.survey("w", replicates="r", method="jkn", scale=scale), **AT)
    assert ms.headcount(named, ms.survey("r0", replicates="r", method="jkn", scale=scale), **AT).equals(one)


# --- what a design cannot be --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"strata": "s"}, "strata"),
        ({"psu": "p", "independent": True}, "independent"),
        ({"fpc": "f"}, "fpc"),
        ({"method": "brr"}, "method"),
        ({"replicates": "r"}, "method"),
        ({"replicates": "r", "method": "balanced"}, "method"),
        ({"replicates": "r", "method": "jkn"}, "scale"),
        ({"replicates": "r", "method": "fay"}, "fay"),
        ({"replicates": "r", "method": "brr", "fay": 0.5}, "fay"),
        ({"replicates": "r", "method": "brr", "psu": "p"}, "replicates"),
        ({"replicates": "r", "method": "brr", "centre": "center"}, "centre"),
        ({"replicates": "r", "method": "jkn", "scale": [0.5, -0.5]}, "scale"),
        ({"replicates": "r", "method": "brr", "scale": math.inf}, "scale"),
        ({"replicates": "r", "method": "brr", "df": 0}, "df"),
        ({"replicates": ["r1", 2], "method": "brr"}, "replicates"),
        ({"psu": 3}, "psu"),
        ({"psu": "p", "strata": ["s", 3]}, "strata"),
    ],
)
def test_parts_that_do_not_go_together(parts: dict[str, Any], where: str) -> None:
    with pytest.raises(cn.DataProblems) as caught:
        ms.survey("w", **parts)
    assert [p.where for p in caught.value.problems] == [where]


def test_a_design_is_a_value() -> None:
    assert ms.survey("w", psu="p") == ms.survey("w", psu=["p"])
    assert hash(ms.survey("w", psu="p")) == hash(ms.survey("w", psu=["p"]))
    assert ms.survey("w") != ms.census()
    with pytest.raises(AttributeError):
        ms.census().weight = "w"  # type: ignore[misc]


def test_unknown_strata_and_units(homes: pl.DataFrame) -> None:
    holes = homes.with_columns(psu=pl.when(pl.col("psu") == 1).then(None).otherwise("psu"))
    with pytest.raises(cn.DataProblems, match="CN166") as caught:
        ms.headcount(holes, DESIGN, **AT)
    assert caught.value.problems[0].count == 20


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_levels_that_are_none(homes: pl.DataFrame, level: float) -> None:
    with pytest.raises(cn.DataProblems, match="CN161"):
        ms.headcount(homes, DESIGN, level=level, **AT)


def test_without_svy(homes: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "svy", None)
    with pytest.raises(ms.MissingPackage, match=r"chuanngheo\[survey\]") as caught:
        ms.headcount(homes, DESIGN, **AT)
    assert isinstance(caught.value, ImportError)
    assert caught.value.problems[0].code == "CN168"
    assert ms.headcount(homes, ms.survey("w"), **AT)["value"].item() is not None  # no error, no need of it


# --- other kinds of tables ----------------------------------------------------------------------------


def test_every_kind_of_table_has_the_same_errors(homes: pl.DataFrame) -> None:
    whole = ms.poverty(homes, DESIGN, by="g", **AT)
    pandas = ms.poverty(homes.to_pandas(), DESIGN, by="g", **AT)
    assert isinstance(pandas, pd.DataFrame)
    assert pl.from_pandas(pandas).equals(whole)
    assert pl.from_arrow(ms.poverty(homes.to_arrow(), DESIGN, by="g", **AT)).equals(whole)  # type: ignore[union-attr]
    assert ms.poverty(homes.lazy(), DESIGN, by="g", **AT).collect().equals(whole)
    assert whole.columns == [
        "g", "measure", "value", "low", "high", "se", "ci_low", "ci_high", "rows", "rows_unknown", "total", "unit", "data",
    ]  # fmt: skip


def test_a_row_without_weight_is_in_no_domain_and_in_the_design() -> None:
    table = sample()
    extra = table.head(3).with_columns(w=pl.lit(0.0), y=pl.lit(1, pl.Int64), psu=pl.lit(9, pl.Int64))
    both = pl.concat([table, extra])
    made = ms.poverty(both, DESIGN, **AT)
    for name, value, se in made.select("measure", "value", "se").rows():
        expected, spread = value_of(name, table["y"].to_list(), table["w"].to_list()), None
        slopes = derivatives(name, table["y"].to_list(), table["w"].to_list())
        scores = [a * b for a, b in zip(table["w"], slopes, strict=True)] + [0.0] * 3
        spread = taylor(scores, both["stratum"], both["psu"])
        assert (value, se) == pytest.approx((expected, spread), rel=1e-5)
    half = (made["ci_high"] - made["value"])[0] / made["se"][0]
    assert half == pytest.approx(student.ppf(0.975, 12 - 4))  # a unit that nobody counts in gives no freedom
    assert set(made["rows"]) == {table.height + 3}


# --- packages that ignore what they are told ----------------------------------------------------------


def test_mpitb_ignores_the_design_and_a_misspelt_weight(homes: pl.DataFrame) -> None:
    """mpitb 0.2: a weight column that does not exist means no weights; strata and units never enter."""
    table = homes.with_columns(poor=(pl.col("y") <= LINE).cast(pl.Int64)).to_pandas()

    def theirs(**design: str) -> tuple[float, float]:
        box = mpitb.MPIToolbox()
        box.set(name="income", dimensions=[(["poor"], "income")])
        box.svyset(**design)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = box.est(table.copy(), "income", [100], svy=True, measures=["H"], indmeasures=[])
        (row,) = [r for r in told if r["measure"] == "H"]
        return float(row["b"]), float(row["se"])

    weighted, error = theirs(weight="w", psu="psu", strata="stratum")
    plain, _ = theirs(weight="wt")
    assert plain == pytest.approx(table["poor"].mean())  # unweighted, without a word
    assert theirs(weight="w", psu="nowhere", strata="nothing") == (weighted, error)
    assert error == pytest.approx(math.sqrt(weighted * (1 - weighted) / len(table)))

    ours = ms.headcount(homes, DESIGN, **AT)
    assert ours["value"].item() == pytest.approx(weighted, rel=1e-12)
    assert ours["se"].item() > 1.2 * error  # clusters are alike inside
    with pytest.raises(cn.DataProblems, match="did you mean w"):
        ms.headcount(homes, ms.survey("wt", strata="nothing", psu="nowhere"), **AT)
