"""What each standard must say: citations, labels, forms, readings; the shared properties are in test_invariants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.testing import assessment_day, households

FICTIONAL = cn.read_standard(Path(__file__).parent / "fictional.yaml")
REAL = [*cn.standards(), cn.standard("vn-2011@1")]
STANDARDS = [*REAL, FICTIONAL]
QUIET = settings(
    deadline=None, derandomize=True, database=None, max_examples=60, suppress_health_check=list(HealthCheck)
)

every = pytest.mark.parametrize("std", STANDARDS, ids=lambda s: s.exact_id)
real = pytest.mark.parametrize("std", REAL, ids=lambda s: s.exact_id)


def day(std: cn.Standard) -> date:
    return assessment_day(std)


def check(strategy: st.SearchStrategy[Any], test: Callable[[Any], None]) -> None:
    QUIET(given(strategy)(lambda drawn: test(drawn)))()


@real
def test_everything_is_cited(std: cn.Standard) -> None:
    cites = [s.cite for s in std.applies] + [line.cite for line in std.lines.values()]
    cites += [d.cite for d in std.indicators.values()] + [c.cite for c in std.classes.values()]
    cites += [s.cite for s in std.statuses.values()]
    for cite in cites:
        assert cite is not None
        assert cite.grade in "ABCD"
        assert cite.source.key == "unknown" or cite.source.number
        assert cite.words or cite.note, cite
        if cite.source.key == "unknown":
            assert cite.grade == "D"
            assert cite.note
    for text in (std.title, *(c.labels for c in std.classes.values()), *(f.labels for f in std.facts.values())):
        assert text["vi"]
        assert text["en"]
    for source in std.sources.values():
        for span in std.applies:
            if span.cite.source.key == source.key and source.issued and span.cite.grade == "A" and std.id != "vn-2011":
                assert source.issued <= span.end  # type: ignore[operator]


@every
def test_undetermined_and_missing_go_together(std: cn.Standard) -> None:
    def test(household: dict[str, Any]) -> None:
        a = std.assess(household, on=day(std))
        assert (a.status == "undetermined") == bool(a.missing)
        assert (a.next_question is None) == (not a.missing)
        assert a.next_question is None or a.next_question in a.missing
        assert a.possible == tuple(sorted(a.possible, key=[*std.classes, "no_class"].index))

    check(households(std), test)


@every
def test_members_give_what_they_should(std: cn.Standard) -> None:
    def test(household: dict[str, Any]) -> None:
        a = std.assess(household, on=day(std))
        assert a.possible
        assert a.explain("vi")
        if a.status == "decided":
            blank = {k: v for k, v in household.items() if k != "area"}
            assert a.category in std.assess(blank, on=day(std)).possible

    settings(QUIET, max_examples=15)(given(households(std, members=True))(lambda drawn: test(drawn)))()


def test_the_form_names_units_codes_and_conditions() -> None:
    schema = cn.standard("vn-2001").input_schema(lang="vi")
    terrain = schema["properties"]["terrain"]
    assert terrain["title"] == "địa hình"
    assert terrain["x-asked-if"] == 'area == "rural"'
    assert {"const": "mountain_island", "title": "miền núi, hải đảo"} in terrain["oneOf"]
    assert schema["properties"]["income"]["x-unit"] == "VND/year"
    persons = cn.standard("vn-2022").input_schema()["properties"]["members"]["items"]["properties"]
    assert persons["height_cm"]["x-asked-if"] == "m.age < 16"
    recorded = cn.standard("vn-2022").input_schema(method="recorded", lang="en")
    assert {"const": "near_poor", "title": "near-poor household"} in recorded["properties"]["recorded_category"][
        "oneOf"
    ]


def test_literal_readings_show_the_holes() -> None:
    gap = cn.standard("vn-2011").assess(
        {"area": "rural", "income_per_person": 400_500}, readings={"near-poor-gap": "literal"}
    )
    assert (gap.status, gap.category, gap.possible) == ("no_class", None, ("no_class",))
    assert "no class by the words" in gap.explain("en")
    assert cn.standard("vn-2011").assess({"area": "rural", "income_per_person": 400_500}).category == "near_poor"


def test_confirmed_rules_only() -> None:
    facts = {"area": "rural", "income_per_person": 900_000, "house_type": "temporary"}
    facts |= {"hygienic_water": False, "hygienic_toilet": False}
    std = cn.standard("vn-2016")
    assert std.assess(facts).category == "poor"
    assert {c.grade for c in std.assess(facts).caveats if c.about == "deprived_water"} == {"D"}
    held = std.assess(facts, derive="confirmed")
    assert held.possible == ("poor", "near_poor")
    assert held.missing == ("deprivations",)
