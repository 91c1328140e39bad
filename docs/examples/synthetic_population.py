"""A synthetic population for comparing the standards of 2022 and 2027: nobody in it exists.

Run it to see the calibration, or with a file name to write the households as CSV::

    python docs/examples/synthetic_population.py households.csv

What is met to the household: the poor and near-poor of each region under ``vn-2022`` at the end of
2024, and the country's 3,297,000 households at or below the income line of ``vn-2027``. What is met
by construction of those: 11.7 % of all households. Everything else is assumed: see
``data/published_marginals.yaml``, which keeps what was published apart from what was made up.

The method, in the order of the code:

1. Households of a region: those implied by its published count and percentage, scaled so that the
   country has the households that the ministry's estimate implies (3,297,000 / 11.7 %).
2. Poor of the four regions for which none were read: their poor share of the last full table (2022),
   all odds times one factor, found by bisection, so that the country has its published poor.
3. Urban and rural rates: the ratio published for one province, taken for all.
4. Income a person is lognormal in each region and area. One spread for the whole country; the median of
   each cell follows from its share at or below the line of 2022, the spread, by bisection, from the
   country's share at or below the line of 2027.
5. Each cell is cut by the two lines into three strata. Households stand at equal steps of probability
   in each stratum, so that the tail, where classes change, has many and the weights undo it.
6. Deprivations are cuts through normal variables that lean on income and on each other. One shift for
   each region makes the share with three or more of the twelve, among low incomes, the published one.
7. Weights are whole households: each group's published count is shared out, largest remainders first.

Pure Python with a seed: the same households everywhere. Only the part up to the line of 2027 is fitted
to anything: incomes far above it, and means and inequality with them, are nobody's estimate. The counts
of the review come from points (forms B1 and B2) and are met here by income and indicators.
"""

from __future__ import annotations

import csv
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import exp, log, sqrt
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import Any

import polars as pl
import yaml

import chuanngheo as cn

DATA = Path(__file__).parent / "data" / "published_marginals.yaml"
AREAS = ("rural", "urban")
OLD, NEW = "vn-2022", "vn-2027"
STRATA = ("low", "between", "above")  # at or below the line of 2022; from there to that of 2027; above both
SHARES = {"low": 0.4, "between": 0.3, "above": 0.3}  # of the sample; nothing but precision depends on it
NORMAL = NormalDist()

Household = dict[str, Any]
Cell = tuple[str, str]  # region, area


@dataclass(frozen=True)
class Targets:
    """What the population has to meet, in households; published, or worked out from what was."""

    households: Mapping[str, int]  # by region
    poor: Mapping[str, int]
    near_poor: Mapping[str, int]
    at_or_below_new_line: int
    poor_published: frozenset[str]  # regions whose poor were read; those of the others are assumed


@dataclass(frozen=True)
class Income:
    """One spread, and for each cell the share at or below each of the two lines."""

    spread: float
    old: Mapping[Cell, float]
    new: Mapping[Cell, float]


def marginals() -> dict[str, Any]:
    """The data file: published figures with document and grade, and under ``assumed`` what is made up."""
    with DATA.open(encoding="utf-8") as file:
        read: dict[str, Any] = yaml.safe_load(file)
    return read


def percent(text: str) -> Fraction:
    return Fraction(text) / 100


def shared(total: int, sizes: Sequence[float | Fraction]) -> list[int]:
    """A whole number shared out in proportion to ``sizes``, largest remainders first."""
    exact = [Fraction(size) for size in sizes]
    whole_size = sum(exact)
    parts = [total * size / whole_size for size in exact]
    whole = [int(part) for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (whole[i] - parts[i], i))
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return whole


def where(of: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Where a rising function takes a value."""
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if of(middle) < target else (low, middle)
    return (low + high) / 2


def targets(given: dict[str, Any]) -> Targets:
    """Steps 1 and 2."""
    review, full, estimate = given["reviews"][2024], given["reviews"][2022], given["estimate_2027"]
    regions = review["by_region"]
    everywhere = round(estimate["households"] / percent(estimate["share_percent"]))
    implied = [Fraction(r["total"]) / percent(r["total_percent"]) for r in regions.values()]
    households = dict(zip(regions, shared(everywhere, implied), strict=True))

    known = {name: r["poor"] for name, r in regions.items() if "poor" in r}
    rest = review["country"]["poor"] - sum(known.values())
    before = {n: full["by_region"][n]["poor"] / full["by_region"][n]["total"] for n in regions if n not in known}

    def split(factor: float) -> list[float]:
        odds = {n: factor * share / (1 - share) for n, share in before.items()}
        return [regions[n]["total"] * odds[n] / (1 + odds[n]) for n in before]

    factor = where(lambda f: sum(split(f)), rest, 0.01, 100)
    poor: dict[str, int] = {**known, **dict(zip(before, shared(rest, split(factor)), strict=True))}
    poor = {n: poor[n] for n in regions}
    near_poor = {n: regions[n]["total"] - poor[n] for n in regions}
    return Targets(households, poor, near_poor, estimate["households"], frozenset(known))


def line(standard: str, area: str) -> int:
    return int(cn.standard(standard).line("poverty_line", area=area))


def incomes(given: dict[str, Any], aims: Targets) -> Income:
    """Steps 3 and 4."""
    rates = given["urban_and_rural"]["poor_percent"]
    ratio = percent(rates["urban"]) / percent(rates["rural"])
    old: dict[Cell, float] = {}
    size: dict[Cell, float] = {}
    for region, households in aims.households.items():
        urban = percent(given["assumed"]["urban_percent"]["by_region"][region])
        rate = Fraction(aims.poor[region] + aims.near_poor[region], households)
        rural_rate = rate / (1 - urban + urban * ratio)
        old[region, "rural"], old[region, "urban"] = float(rural_rate), float(rural_rate * ratio)
        size[region, "rural"], size[region, "urban"] = float(households * (1 - urban)), float(households * urban)

    raised = {a: line(NEW, a) / line(OLD, a) for a in AREAS}

    def new(spread: float) -> dict[Cell, float]:
        steps = {a: log(ratio) / spread for a, ratio in raised.items()}
        return {cell: NORMAL.cdf(NORMAL.inv_cdf(share) + steps[cell[1]]) for cell, share in old.items()}

    def below(narrowness: float) -> float:
        return sum(size[cell] * share for cell, share in new(1 / narrowness).items())

    spread = 1 / where(below, aims.at_or_below_new_line, 0.1, 10)
    return Income(spread, old, new(spread))


def people(given: dict[str, Any], income: Income, region: str, per_cell: int, draw: Random) -> list[Household]:
    """Steps 5 and 6 up to the shift: households of one region; ``_base`` is the weight before step 7."""
    assumed = given["assumed"]
    lean = {name: float(value) for name, value in assumed["correlation"].items() if name not in ("grade", "note")}
    own = sqrt(1 - lean["income_and_deprivation"] ** 2 - lean["within_household"] ** 2)
    cuts = {n: NORMAL.inv_cdf(1 - float(percent(p))) for n, p in assumed["deprived_percent"]["shares"].items()}
    shares = {size: float(percent(p)) for size, p in assumed["household_sizes_percent"]["shares"].items()}
    ladder = list(accumulate(shares.values()))[:-1]
    sizes = list(shares)
    urban = float(percent(assumed["urban_percent"]["by_region"][region]))
    made: list[Household] = []
    for area in AREAS:
        old, new = income.old[region, area], income.new[region, area]
        lines = line(OLD, area), line(NEW, area)
        median = log(lines[0]) - income.spread * NORMAL.inv_cdf(old)
        spans = {"low": (0.0, old), "between": (old, new), "above": (new, 1.0)}
        for stratum in STRATA:
            low, high = spans[stratum]
            count = round(per_cell * SHARES[stratum])
            for k in range(count):
                z = NORMAL.inv_cdf(low + (high - low) * (k + 0.5) / count)
                thousands = round(exp(median + income.spread * z) / 1000)
                home = draw.gauss(0, 1)
                rank = NORMAL.cdf(
                    -lean["income_and_size"] * z + sqrt(1 - lean["income_and_size"] ** 2) * draw.gauss(0, 1)
                )
                above = {
                    name: -lean["income_and_deprivation"] * z
                    + lean["within_household"] * home
                    + own * draw.gauss(0, 1)
                    - cut
                    for name, cut in cuts.items()
                }
                made.append(
                    {
                        "macro_region": region,
                        "area": area,
                        "household_size": sizes[bisect_right(ladder, rank)],
                        "income_per_person": inside(1000 * thousands, stratum, *lines),
                        "_stratum": stratum,
                        "_above": above,
                        "_base": (urban if area == "urban" else 1 - urban) * (high - low) / count,
                    }
                )
    return made


def inside(amount: int, stratum: str, old: int, new: int) -> int:
    """An income, kept on its side of the two lines after rounding to thousands."""
    if stratum == "low":
        return min(amount, old)
    return min(max(amount, old + 1000), new) if stratum == "between" else max(amount, new + 1000)


def deprive(aims: Targets, region: str, homes: list[Household]) -> None:
    """The shift of step 6: as many households with three of the twelve as the published poor ask for."""
    twelve = cn.standard(OLD).indicators
    needed = []  # the shift at which each household of low income comes to have three
    for home in homes:
        if home["_stratum"] == "low":
            third = sorted((home["_above"][name] for name in twelve), reverse=True)[2]
            needed.append((-third, home["_base"]))
    needed.sort()
    share = aims.poor[region] / (aims.poor[region] + aims.near_poor[region])
    left = share * sum(base for _, base in needed)
    shift = needed[0][0]
    for at, base in needed:
        if left < base / 2:
            break
        shift, left = at, left - base
    for home in homes:
        above = home.pop("_above")
        home |= {f"deprived_{name}": above[name] + shift >= 0 for name in above}
        poor = sum(home[f"deprived_{name}"] for name in twelve) >= 3
        home["_group"] = home["_stratum"] if home["_stratum"] != "low" else "poor" if poor else "near_poor"


def weigh(aims: Targets, homes: list[Household]) -> None:
    """Step 7."""
    groups: dict[tuple[str, str], list[Household]] = {}
    for home in homes:
        groups.setdefault((home["macro_region"], home["_group"]), []).append(home)
    regions = list(aims.households)
    sizes = {r: sum(h["_base"] for h in groups[r, "between"]) * aims.households[r] for r in regions}
    rest = aims.at_or_below_new_line - sum(aims.poor.values()) - sum(aims.near_poor.values())
    between = dict(zip(regions, shared(rest, [sizes[r] for r in regions]), strict=True))
    for (region, group), members in groups.items():
        lower = aims.poor[region] + aims.near_poor[region] + between[region]
        whole = {
            "poor": aims.poor[region],
            "near_poor": aims.near_poor[region],
            "between": between[region],
            "above": aims.households[region] - lower,
        }[group]
        for home, weight in zip(members, shared(whole, [h["_base"] for h in members]), strict=True):
            home["weight"] = weight


def population(per_cell: int = 1000, seed: int = 2027, given: dict[str, Any] | None = None) -> list[Household]:
    """Synthetic households, each with the ``weight`` of the households that it stands for.

    ``per_cell`` are drawn in each of the twelve cells of region and area. Columns: ``household_id``
    (begins with ``synthetic``), ``macro_region``, ``area``, ``household_size``, ``income_per_person`` (đồng a
    month), thirteen ``deprived_*`` (the twelve indicators of ``vn-2022``, and ``waste_treatment``), ``weight``. ``given`` stands in the place
    of :func:`marginals`, to see what another assumption would do.

    >>> homes = population(per_cell=200)
    >>> sum(home["weight"] for home in homes if home["macro_region"] == "nmm") == targets(marginals()).households["nmm"]
    True
    """
    given = given or marginals()
    aims = targets(given)
    income = incomes(given, aims)
    draw = Random(seed)
    homes: list[Household] = []
    for region in aims.households:
        mine = people(given, income, region, per_cell, draw)
        deprive(aims, region, mine)
        homes += mine
    weigh(aims, homes)
    return [
        {"household_id": f"synthetic-{n:05}", **{k: v for k, v in home.items() if not k.startswith("_")}}
        for n, home in enumerate(homes, start=1)
    ]


def calibration(homes: Sequence[Household]) -> list[dict[str, Any]]:
    """Published figures beside those of the synthetic households, as the two standards class them.

    One row for each figure: region (``vn`` for the country), what, published count and percentage (as
    printed, None where none was read), synthetic count and percentage, grade of the published figure.
    """
    given = marginals()
    aims = targets(given)
    review, estimate = given["reviews"][2024], given["estimate_2027"]
    table = pl.DataFrame(homes)
    classed = cn.standard(OLD).classify(table.drop("deprived_waste_treatment"))
    later = cn.standard(NEW).classify(table.drop("deprived_information_assets"))
    classed = classed.with_columns(later=later["category"])

    def households(column: str, classes: tuple[str, ...], region: str | None = None) -> int:
        mine = pl.col(column).is_in(classes) if classes else pl.lit(True)
        return int(classed.filter(mine, pl.col("macro_region") == region if region else pl.lit(True))["weight"].sum())

    rows: list[dict[str, Any]] = []

    def row(where: str, what: str, published: Any, printed: Any, grade: str, made: int, of: int) -> None:
        shown = {"published": published, "published_percent": printed, "grade": grade}
        rows.append({"region": where, "what": what, **shown, "synthetic": made, "percent": f"{100 * made / of:.2f}"})

    for region, whole in aims.households.items():
        read = review["by_region"][region]
        grade = review["regions_grade"]
        poor = households("category", ("poor",), region)
        low = households("category", ("poor", "near_poor"), region)
        sure = grade if region in aims.poor_published else "assumed"
        row(region, "poor, vn-2022", read.get("poor"), read.get("poor_percent"), sure, poor, whole)
        row(region, "poor and near-poor, vn-2022", read["total"], read["total_percent"], grade, low, whole)
    country, everywhere = review["country"], households("category", ())
    poor, low = households("category", ("poor",)), households("later", ("poor", "near_poor"))
    row("vn", "poor, vn-2022", country["poor"], country["poor_percent"], review["grade"], poor, everywhere)
    expected = estimate["households"], estimate["share_percent"], estimate["grade"]
    row("vn", "poor and near-poor, vn-2027", *expected, low, everywhere)
    return rows


def main() -> None:
    homes = population()
    print(f"SYNTHETIC: {len(homes):,} made-up households that stand for {sum(h['weight'] for h in homes):,}.\n")
    for r in calibration(homes):
        published = "not read" if r["published"] is None else f"{r['published']:,}"
        print(
            f"{r['region']:4} {r['what']:28} published {published:>10} ({r['published_percent'] or '-':>5} %, {r['grade']})"
            f"  synthetic {r['synthetic']:>10,} ({r['percent']:>5} %)"
        )
    if len(sys.argv) > 1:
        with Path(sys.argv[1]).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(homes[0]))
            writer.writeheader()
            writer.writerows(homes)


if __name__ == "__main__":
    main()
