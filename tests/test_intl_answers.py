"""The international standards hold what every standard holds, and tables answer as single households do.

The properties are those of :mod:`test_invariants`, the tables those of :mod:`test_frames`, with fewer
examples: the engine is the same, the rules are new.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import chuanngheo as cn
import test_invariants as invariants
from chuanngheo.figures import beside
from chuanngheo.prepared import prepare
from chuanngheo.regions import Fork, class_regions, diagram
from chuanngheo.testing import assessment_day
from tables import ENGINES, Row
from test_frames import Way, all_agree, classified, other_readings, sample, with_more_effort  # noqa: F401
from test_sql import named, run_duckdb, select

FEW = settings(max_examples=5)
IDS = [s.exact_id for s in invariants.INTERNATIONAL]
LINES, MPI = [i for i in IDS if i.startswith("intl-wb")], next(i for i in IDS if i.startswith("intl-mpi"))
METHOD = "criteria"
drawn_one = invariants.draw_one


def said_once(data: Any, standard: cn.Standard, method: str, **asked: Any) -> Any:
    """A household that tells its prices in one way: of two the survey gives way, and without the other it speaks."""
    household = drawn_one(data, standard, method, **asked)
    if any(n.startswith("price_level_") or n.endswith("_prices") for n in household):
        household.pop("living_standards_survey", None)
    return household


EVERYWHERE = [
    invariants.test_the_default_readings_leave_no_hole,
    invariants.test_nothing_is_missing_when_all_is_given,
    invariants.test_classes_do_not_overlap,
    invariants.test_knowing_less_never_excludes_the_truth,
    invariants.test_asking_and_answering_ends,
    invariants.test_the_plan_agrees_with_the_general_path,
    invariants.test_numbers_may_be_written_in_any_exact_form,
    invariants.test_many_at_once_are_many_one_by_one,
    invariants.test_flips_are_exact,
    invariants.test_results_are_values,
    invariants.test_results_go_out_as_json,
    invariants.test_the_schema_admits_what_can_be_assessed,
]
OF_LINES = [invariants.test_more_income_is_never_poorer]
RUNS = [(check, i) for check in EVERYWHERE for i in IDS]
RUNS += [(check, i) for check in OF_LINES for i in LINES] + [(invariants.test_no_flip_is_left_out, LINES[-1])]
RUNS += [(invariants.test_more_deprivations_are_never_less_poor, MPI)]  # it reads no income, and gives none to flip
SAID_ONCE = ("test_knowing_less_never_excludes_the_truth", "test_asking_and_answering_ends")


@pytest.mark.parametrize(("check", "id"), RUNS, ids=lambda x: x if isinstance(x, str) else x.__name__[5:])
def test_it_holds_what_every_standard_holds(
    check: Callable[..., None], id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if check.__name__ in SAID_ONCE:
        monkeypatch.setattr(invariants, "draw_one", said_once)
    FEW(given(data=st.data())(check.hypothesis.inner_test))(id=id, method=METHOD)  # type: ignore[attr-defined]


# --- tables ----------------------------------------------------------------------------------------------


class Far(Way):
    """A way of asking a standard that does not stand among those of the country."""

    @property
    def standard(self) -> cn.Standard:
        return invariants.STANDARD[self.id]

    def drawn(self) -> st.SearchStrategy[Row]:
        """A table does not deflate an income that it has to divide first: it asks for income_per_person."""
        return super().drawn().filter(lambda h: not divides(h) or by_survey(h))


def divides(household: Row) -> bool:
    return "income" in household or "household_size" in household


def by_survey(household: Row) -> bool:
    return household.get("living_standards_survey") is not None and not any("price" in n for n in household)


PLAIN = [Far(i, METHOD) for i in IDS]
MEMBERS = Far(MPI, METHOD, True)
OTHERWISE = [Far(MPI, METHOD, members, other_readings(MEMBERS)[-1]) for members in (False, True)]
OTHERWISE += [Far("intl-wb-2017@1.2", METHOD, False, (("welfare", "income"),))]


@pytest.mark.parametrize("way", [*PLAIN, MEMBERS, *OTHERWISE], ids=str)
def test_tables_and_sql_say_what_assess_says(way: Way) -> None:
    tables, expected = sample(way)
    all_agree(way, expected, classified(way, ENGINES["polars"], tables, "now"))
    all_agree(way, expected, run_duckdb(select(way, "duckdb", tables), named(tables)))
    assert len({e.answer.category for e in expected}) > 1


@pytest.mark.parametrize("way", [Far("intl-wb-2017@1.2", METHOD), MEMBERS], ids=str)
def test_tables_of_pandas_say_so_too(way: Way) -> None:
    tables, expected = sample(way)
    all_agree(way, expected, classified(way, ENGINES["pandas"], tables, "defer"))


def test_the_factor_as_first_published_serves_tables_too() -> None:
    """Prices with three places; in SQL, which keeps six, the product leaves 64 bits, and says so."""
    std, readings = cn.standard("intl-wb-2011"), {"ppp-revision": "first"}
    line = 2 * Fraction(std.lines["poverty_line"].table) * Fraction(std.lines["first_ppp"].table) * Fraction(365, 12)
    homes = pl.DataFrame({"consumption_per_person": [floor(line), floor(line) + 1], "price_level_2011": [2.0, 2.0]})
    assert std.classify(homes, readings=readings)["category"].to_list() == ["poor", "below_lower_middle"]
    with pytest.raises(cn.ChuanNgheoError, match="leaves 64 bits"):
        std.to_sql("duckdb", columns=homes.columns, readings=readings)


def test_an_income_that_is_divided_and_deflated_is_asked_for_whole() -> None:
    std = cn.standard("intl-wb-2017")
    homes = pl.DataFrame({"income": [0, 24_000_000], "household_size": [1, 2], "price_level_2017": [1, 1]})
    found = std.classify(homes, readings={"welfare": "income"})
    assert found["category"].to_list() == [None, None]
    assert found["undetermined_because"].to_list() == ["income_per_person"] * 2
    whole = pl.DataFrame({"income_per_person": [0, 1_000_000], "price_level_2017": [1, 1]})
    assert std.classify(whole, readings={"welfare": "income"})["category"].to_list() == ["poor", "below_upper_middle"]


# --- lines with many places ------------------------------------------------------------------------------


@settings(max_examples=200)
@given(st.integers(1, 10**7), st.integers(300, 10**6), st.integers(1, 299))
def test_no_share_lies_between_a_bound_and_the_one_beside_it(above: int, below: int, most: int) -> None:
    value = Fraction(above, below)
    assume(value.denominator > most)
    near = beside(value, most)
    assert most < near.denominator <= 2 * most
    low, high = sorted((value, near))
    for n in range(1, most + 1):
        assert floor(low * n) == floor(high * n)
        assert low * n > floor(low * n)


@pytest.mark.parametrize("name", LINES)
def test_an_income_over_persons_is_held_against_a_line_of_a_survey(name: str) -> None:
    """On either side of the line by one đồng a year, for each number of persons, as a single household is."""
    std, readings = cn.standard(name), {"welfare": "income"}
    if "survey_prices" not in std.lines:
        return
    prices = std.lines["survey_prices"].table["living_standards_survey"]
    rows = [
        {"income": floor(line * size * 12) + more, "household_size": size, "living_standards_survey": code}
        for code in ("vlss_1992", "vhlss_2022")
        for size in (1, 2, 3, 7, 98, 99)
        for line in [Fraction(std.lines["poverty_line"].table) * Fraction(std.lines["ppp"].table) * Fraction(365, 12) * Fraction(prices[code])]
        for more in (0, 1)
    ]  # fmt: skip
    single = [std.assess(row, readings=readings).category for row in rows]
    assert set(single[::2]) == {"poor"}
    assert "poor" not in single[1::2]
    assert std.classify(pl.DataFrame(rows), readings=readings)["category"].to_list() == single


@pytest.mark.parametrize("id", IDS)
def test_sql_is_written_for_every_fact(id: str) -> None:
    std = invariants.STANDARD[id]
    for readings in (None, {"welfare": "income"}) if id in LINES else (None, {"nutrition-not-surveyed": "reweighted"}):
        assert "SELECT" in std.to_sql("duckdb", persons="persons", on=assessment_day(std), readings=readings)


# --- what is said ----------------------------------------------------------------------------------------


def test_of_two_ways_to_tell_the_prices_the_one_that_is_not_used_is_named() -> None:
    std = cn.standard("intl-wb-2017")
    both = {"consumption_per_person": 500_000, "price_level_2017": 1, "living_standards_survey": "vlss_1992"}
    a = std.assess(both)
    assert [c.about for c in a.caveats if c.kind == "not_used"] == ["living_standards_survey"]
    for lang in ("vi", "en"):
        assert "VLSS" not in a.explain(lang)
    a = std.assess({**both, "price_level_2017": None})
    assert [c.about for c in a.caveats if c.kind == "not_used"] == []
    assert "VLSS" in a.explain("en")
    assert "price_level_2017" not in {step.name for step in a.trace}


# --- many regions ----------------------------------------------------------------------------------------


def test_many_regions_are_followed_as_one_diagram() -> None:
    """A sum of weights needs no more forks than it has values, and answers as its regions do."""
    regions = class_regions(prepare(invariants.STANDARD[MPI], METHOD))
    top = diagram(regions)
    assert top is not None
    assert diagram(regions[:2]) is None
    flags = sorted({k for r in regions for k in r.bounds})
    forks: set[int] = set()
    for truths in product((True, False), repeat=len(flags)):
        told, at = dict(zip(flags, truths, strict=True)), top
        while isinstance(at, Fork):
            forks.add(id(at))
            at = at.yes if told[at.key] else at.no
        (held,) = [r.value for r in regions if all(told[k] in d for k, d in r.bounds.items())]
        assert at.value == held
    assert len(forks) < 100 < len(regions)
