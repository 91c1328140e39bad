"""One suite of invariants over every standard and version, real and fictional."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.household import household_names
from chuanngheo.possible import Evaluator
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


@every
def test_what_is_written_reads_back_the_same(std: cn.Standard, tmp_path: Path) -> None:
    file = tmp_path / "again.yaml"
    file.write_text(std.text, encoding="utf-8")
    again = cn.read_standard(file)
    assert again == std
    assert again.digest == std.digest
    assert again.text == std.text


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


@real
def test_every_default_reading_leaves_no_hole_and_no_overlap(std: cn.Standard) -> None:
    def test(household: dict[str, Any]) -> None:
        a = std.assess(household, on=day(std))
        assert "no_class" not in a.possible
        if a.status != "decided" or a.method != std.default_method:
            return
        truths = {
            n for n, node in a.prepared.classes if all(v is True for v, _ in Evaluator(a.case).outcomes(node, {}))
        }
        assert truths == set(a.categories)

    check(households(std, missing=False), test)


@real
def test_less_is_never_less_poor(std: cn.Standard) -> None:
    order = [*std.classes]

    def test(drawn: tuple[dict[str, Any], Any]) -> None:
        household, less = drawn
        poorer = dict(household)
        for name in ("income_per_person", "income", "rice_per_person"):
            if isinstance(household.get(name), int | Fraction) and "income_excluding_allowances" not in household:
                poorer[name] = household[name] * less
        if set(poorer) & {"income", "income_per_person"} == {"income", "income_per_person"}:
            return
        if isinstance(household.get("deprivations"), int) and not any(k.startswith("deprived_") for k in household):
            poorer["deprivations"] = min(household["deprivations"] + 1, len(std.indicators))
        a, b = std.assess(household, on=day(std)), std.assess(poorer, on=day(std))
        if a.status == b.status == "decided":
            assert order.index(str(b.category)) <= order.index(str(a.category))

    check(st.tuples(households(std), st.sampled_from([Fraction(1, 2), Fraction(999_999, 1_000_000), 1])), test)


@every
def test_the_plan_says_what_the_general_way_says(std: cn.Standard) -> None:
    facts = household_names(std)

    def test(household: dict[str, Any]) -> None:
        a = std.assess(household, on=day(std))
        general = std.assess(household, on=day(std), method=a.method)
        assert general.possible == a.possible
        assert general.category == a.category
        assert general == a
        text = {k: str(v) if type(v) is int and facts[k].kind == "number" else v for k, v in household.items()}
        assert std.assess(text, on=day(std)).possible == a.possible

    check(households(std), test)


@every
def test_flips_are_exact(std: cn.Standard) -> None:
    seen: list[cn.Flip] = []

    def test(household: dict[str, Any]) -> None:
        a = std.assess(household, on=day(std))
        for flip in a.flips():
            if flip.fact not in household:  # a count of flags
                continue
            try:
                flipped = std.assess(household | {flip.fact: flip.to}, on=day(std), method=a.method)
            except cn.HouseholdError as error:  # another given value follows from this one
                if any(p.code != "CN045" for p in error.problems):
                    raise
                continue
            assert (flipped.category or flipped.status) == flip.category
            seen.append(flip)
            if flip.change is not None and abs(flip.change) > 1 and flip.fact != "deprivations":
                nearer = flip.to - 1 if flip.change > 0 else flip.to + 1  # type: ignore[operator]
                assert std.assess(household | {flip.fact: nearer}, on=day(std), method=a.method).category == a.category

    check(households(std, missing=False), test)
    assert len(seen) > 20


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


@every
def test_the_form_takes_what_the_strategies_draw(std: cn.Standard) -> None:
    schema = std.input_schema(lang="en")
    jsonschema.Draft202012Validator.check_schema(schema)
    asked = set(schema["properties"])

    def test(household: dict[str, Any]) -> None:
        plain = {k: v if isinstance(v, int | str | None) else float(v) for k, v in household.items()}
        jsonschema.validate({k: v for k, v in plain.items() if k in asked}, schema)

    check(households(std), test)


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
