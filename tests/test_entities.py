"""Communes and villages: the same language, another subject, and nothing said of households where none is meant."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import polars as pl
import pytest

import chuanngheo as cn

ENTITIES = ("coastal-commune", "commune", "village")
STANDARDS = [s for e in ENTITIES for s in cn.standards("vn", e)]
DAY = date(2023, 5, 1)
every_standard = pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: s.id)

HILL: dict[str, Any] = {
    "region": "nmm",
    "households": 1000,
    "minority_households": 400,
    "poor_households": 200,
    "new_rural": False,
}
REGIONS = ("rrd", "nmm", "ncc", "ch", "se", "mrd")


# --- which standard -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "wanted"),
    [("commune", "vn-commune-2021"), ("village", "vn-village-2021"), ("coastal-commune", "vn-coastal-commune-2021")],
)
def test_two_questions_about_one_commune_are_two_entities(entity: str, wanted: str) -> None:
    assert cn.applicable(DAY, entity=entity).id == wanted


def test_households_are_asked_unless_another_entity_is_named() -> None:
    assert cn.applicable(DAY).entity == "household"
    assert {s.entity for s in cn.standards()} == {"household"}


def test_a_day_without_a_standard_names_the_neighbours() -> None:
    with pytest.raises(cn.NoStandard) as caught:
        cn.applicable(date(2021, 6, 1), entity="coastal-commune")
    for part in ("coastal-commune", "vn-coastal-commune-2016 ends on 2020-12-31", "vn-coastal-commune-2021 begins on"):
        assert part in str(caught.value)


def test_an_unknown_entity_is_answered_with_the_nearest() -> None:
    with pytest.raises(cn.NoStandard, match="village"):
        cn.applicable(DAY, entity="vilage")


@pytest.mark.parametrize("entity", ENTITIES)
def test_facts_of_an_entity_have_no_persons_in_them(entity: str) -> None:
    found = cn.facts(entity)
    assert {"households", "poor_households", "poverty_rate"} <= set(found)
    assert not {"members", "household_size", "income", "birth_date"} & set(found)
    assert all(f.labels["vi"] and f.labels["en"] for f in found.values())


@every_standard
def test_every_figure_has_its_grade_and_every_gap_is_listed(standard: cn.Standard) -> None:
    assert standard.unseen
    for line in standard.lines.values():
        assert line.cite.grade in ("A", "B", "C")
    for c in standard.classes.values():
        assert c.cite.grade in ("A", "B", "C"), "nothing of these rests on memory"


# --- one commune --------------------------------------------------------------------------------------


def test_assess_chooses_the_standard_of_the_entity() -> None:
    a = cn.assess(HILL, on=DAY, entity="commune")
    assert (a.standard.id, a.category) == ("vn-commune-2021", "zone_3")
    assert not [c for c in a.caveats if c.kind in ("day", "not_read")]


def test_rates_are_exact_fractions_of_the_counts() -> None:
    a = cn.assess({**HILL, "households": 997, "poor_households": 199}, on=DAY, entity="commune")
    rate = next(s for s in a.trace if s.name == "poverty_rate")
    assert (rate.value, rate.unit) == (Fraction(19900, 997), "percent")


def test_a_rate_may_be_given_and_is_held_against_the_counts() -> None:
    given = {"region": "nmm", "minority_share": 40, "poverty_rate": 20, "new_rural": False}
    assert cn.assess(given, on=DAY, entity="commune").category == "zone_3"
    with pytest.raises(cn.HouseholdError) as caught:
        cn.assess({**HILL, "poverty_rate": 25}, on=DAY, entity="commune")
    assert "poverty_rate" in str(caught.value)


def test_more_poor_households_than_households_are_refused() -> None:
    with pytest.raises(cn.HouseholdError) as caught:
        cn.assess({**HILL, "poor_households": 1100}, on=DAY, entity="commune")
    assert {p.code for p in caught.value.problems} == {"CN045"}


def test_facts_of_a_household_are_unknown_to_a_commune() -> None:
    with pytest.raises(cn.HouseholdError) as caught:
        cn.assess({**HILL, "household_size": 4}, on=DAY, entity="commune")
    assert "household_size" in str(caught.value)


def test_one_household_more_is_the_next_class() -> None:
    flips = {f.fact: f for f in cn.assess({**HILL, "illiterate_minority_share": 30}, on=DAY, entity="commune").flips()}
    assert (flips["poor_households"].to, flips["poor_households"].category) == (149, "zone_2")
    assert (flips["minority_households"].to, flips["minority_households"].category) == (149, "outside")


def test_what_is_not_asked_is_not_missing() -> None:
    village = {"region": "nmm", "households": 200, "minority_households": 80, "poor_households": 30}
    a = cn.assess({**village, "national_grid": False}, on=DAY, entity="village")
    assert (a.category, a.missing) == ("extremely_disadvantaged", ())
    a = cn.assess({**village, "national_grid": True}, on=DAY, entity="village")
    assert "off_grid_share" in a.missing


def test_works_that_were_not_read_stay_open_until_counted() -> None:
    shore = {"coastal": True, "new_rural": False, "poor_near_poor_rate": 15, "health_criterion_missed": True}
    read = {
        "school_below_level_2": True,
        "no_culture_house": False,
        "solid_preschool_rooms": 80,
        "clean_water_share": 90,
    }
    a = cn.assess({**shore, **read}, on=DAY, entity="coastal-commune")
    assert (a.status, a.missing) == ("undetermined", ("other_works_lacking",))
    for others, wanted in ((0, "other"), (1, "extremely_disadvantaged")):
        assert (
            cn.assess({**shore, **read, "other_works_lacking": others}, on=DAY, entity="coastal-commune").category
            == wanted
        )


# --- a naive reading of Article 3 to 5 ----------------------------------------------------------------


def by_hand(c: dict[str, Any]) -> str:
    """33/2020/QĐ-TTg as one would write it down, in whole numbers."""
    n, poor = c["households"], c["poor_households"]
    delta = c["region"] == "mrd"
    if 100 * c["minority_households"] < 15 * n:
        return "outside"
    further = (
        100 * c["poor_minority_households"] > 60 * poor
        or c["illiterate_minority_share"] >= 20
        or c["untrained_labour_share"] > 80
        or (c["district_road"] > 20 and c["unpaved_share"] > 50)
    )
    if not c["new_rural"] and (
        100 * poor >= (15 if delta else 20) * n
        or (delta and c["poor_minority_households"] > 150)
        or (100 * poor >= (12 if delta else 15) * n and further)
    ):
        return "zone_3"
    if 100 * poor < 10 * n or c["new_rural"]:
        return "zone_1"
    return "zone_2"


def near(draw: random.Random, whole: int) -> int:
    """A count on a threshold of some number, or one beside it."""
    share = Fraction(draw.choice((0, 10, 12, 15, 20, 60, 100)), 100)
    return min(whole, max(0, int(share * whole) + draw.choice((-1, 0, 1))))


def communes(count: int) -> Iterator[dict[str, Any]]:
    """Communes around every threshold, the same in every run."""
    draw = random.Random(33)
    for _ in range(count):
        n = draw.choice([100, 200, 997, 1000, 2000])
        poor = near(draw, n)
        yield {
            "region": draw.choice(REGIONS),
            "households": n,
            "minority_households": near(draw, n),
            "poor_households": poor,
            "poor_minority_households": draw.choice([near(draw, poor), min(poor, draw.choice((150, 151)))]),
            "new_rural": draw.random() < 0.2,
            "illiterate_minority_share": draw.choice([0, 19, 20, 21]),
            "untrained_labour_share": draw.choice([0, 79, 80, 81]),
            "district_road": draw.choice([0, 20, 21]),
            "unpaved_share": draw.choice([0, 50, 51]),
        }


def test_single_communes_are_classed_as_by_hand() -> None:
    standard = cn.standard("vn-commune-2021")
    seen = set()
    for commune in communes(600):
        assert standard.assess(commune).category == by_hand(commune), commune
        seen.add(by_hand(commune))
    assert seen == {"zone_3", "zone_2", "zone_1", "outside"}


# --- tables -------------------------------------------------------------------------------------------


def test_a_table_of_1000_communes_says_the_same() -> None:
    rows = list(communes(1000))
    answer = cn.standard("vn-commune-2021").classify(pl.DataFrame(rows), on=DAY)
    assert answer["problems"].null_count() == len(rows)
    assert answer["category"].to_list() == [by_hand(c) for c in rows]


def test_sql_says_the_same() -> None:
    rows = list(communes(1000))
    frame = pl.DataFrame(rows).with_row_index("household_id")
    columns = [c for c in frame.columns if c != "household_id"]
    sql = cn.standard("vn-commune-2021").to_sql("duckdb", households="communes", columns=columns, on=DAY)
    with duckdb.connect() as connection:
        connection.register("communes", frame.to_arrow())
        found = connection.sql(sql).pl().sort("household_id")
    assert found["category"].to_list() == [by_hand(c) for c in rows]


def test_unknown_cells_of_a_table_stay_unknown() -> None:
    frame = pl.DataFrame(
        {
            "region": ["nmm", None, "mrd"],
            "minority_share": [40, 40, None],
            "poverty_rate": [25, 17, 25],
            "new_rural": [None, False, False],
            "minority_share_of_poor": [0, 0, 0],
            "illiterate_minority_share": [0, 0, 0],
            "untrained_labour_share": [0, 0, 0],
            "district_road": [0, 0, 0],
        }
    )
    answer = cn.standard("vn-commune-2021").classify(frame, on=DAY)
    assert answer.select("category", "possible", "undetermined_because").rows() == [
        (None, "zone_3; zone_1", "new_rural"),
        (None, "zone_3; zone_2", "region"),
        (None, "zone_3; outside", "minority_share"),
    ]


# --- words --------------------------------------------------------------------------------------------


def someone(standard: cn.Standard) -> dict[str, Any]:
    """Everything this standard asks for, in its least value, so that every text is written."""
    found: dict[str, Any] = {}
    for name, fact in cn.facts(standard.entity).items():
        if fact.of is None and name in standard.facts and not name.startswith("recorded_"):
            found[name] = fact.kind == "boolean" or (next(iter(fact.codes)) if fact.codes else int(fact.least or 0))
    return found


@every_standard
def test_words_do_not_speak_of_a_household(standard: cn.Standard) -> None:
    a = standard.assess(someone(standard), on=standard.applies[0].start)
    vi, en = a.explain("vi"), a.explain("en")
    result_vi, result_en = vi.split("\n")[0], en.split("\n")[0]
    assert result_vi.startswith(("Kết quả: xã", "Kết quả: thôn"))
    assert "hộ " not in result_vi.split(".")[0]
    assert "household" not in result_en.split(".")[0].replace("ethnic-minority households", "")
    assert "household_size" not in vi + en
    assert vi.rstrip().endswith("cơ quan có thẩm quyền.")
    assert "commune" in en or "village" in en


@every_standard
def test_every_class_is_reached_by_some_answer(standard: cn.Standard) -> None:
    a = standard.assess({}, on=standard.applies[0].start)
    assert a.possible == tuple(standard.classes)
    assert set(a.missing) <= set(standard.input_schema()["properties"])
