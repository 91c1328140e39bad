"""Consistency checks: what breaks each, what lies on its boundary, and that nothing else is found."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.methods import own_facts
from chuanngheo.review.checks import Findings, check, checks
from chuanngheo.review.contradictions import CHECKS
from chuanngheo.review.data import load

STD = cn.standard("vn-2022")
ON = date(2024, 12, 31)
FLAGS = [f"deprived_{name}" for name in STD.indicators]
HOME = {
    "province": "T", "district": "H", "commune": "X", "village": "1", "area": "rural", "region": "rrd",
    "wall_material": "brick_stone", "column_material": "other", "roof_material": "tile", "floor_area": 40, "mezzanine_area": 0,
    "water_source": "other", "toilet": "other", "television": True, "desktop_computer": False, "telephone": False, "laptop": False,
    "tablet": False, "smartphone": False, "radio": False, "cars": 0, "motorcycles": 1, "televisions": 1, "air_conditioners": 0,
    "refrigerators": 0, "washing_machines": 0, "water_heaters": 0, "electricity": 60, "pensioners": 0, "cattle": 1, "b1": 140,
    "agreement": 80.0, "review_date": date(2024, 9, 20), "recorded_decision": "12/QĐ-UBND",
}  # fmt: skip
PERSON = {
    "relation": "other", "birth_date": date(1985, 5, 5), "sex": "male", "height_cm": None, "weight_kg": None,
    "attending_school": False, "school_level": None, "schooling": "upper_secondary", "training": "none", "health_insurance": True,
    "state_paid_health_insurance": False, "internet": False, "social_allowance": "none", "employment": "working",
    "contract": "with", "employer_training": False,
}  # fmt: skip
CHILD = {
    "relation": "child", "birth_date": date(2016, 6, 6), "height_cm": 125.0, "weight_kg": 25.0, "attending_school": True,
    "school_level": "primary", "schooling": "none", "employment": None, "contract": None,
}  # fmt: skip
FAMILIES: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "A1": ({}, [{"relation": "head"}, {"relation": "spouse", "sex": "female"}, CHILD, {"birth_date": date(1950, 1, 1), "employment": "retired_homemaker", "contract": None}]),
    "A2": ({"water_source": "piped", "toilet": "septic", "b1": 130}, [{"relation": "head"}, CHILD]),
    "A3": ({"water_source": "piped", "toilet": "septic", "b1": 145}, [{"relation": "head"}, {"relation": "spouse", "sex": "female"}, CHILD]),
    "B1": ({"village": "2", "floor_area": 15, "b1": 175, "area": "urban", "region": "rrd"}, [{"relation": "head", "sex": "female"}]),
}  # fmt: skip


def consistent(
    families: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = FAMILIES,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tables in which everything agrees: indicators from the facts, points and classes from the indicators."""
    homes, persons = [], []
    for key, (home, members) in families.items():
        homes.append({"household_id": key, **HOME, **home, "household_size": len(members)})
        for i, member in enumerate(members):
            number = f"0010{len(persons):08d}"
            persons.append({"household_id": key, "person_id": f"{key}-{i}", "name": f"Người {len(persons)}", "id_number": number, **PERSON, **member})  # fmt: skip
    h, p = pl.DataFrame(homes, infer_schema_length=None), pl.DataFrame(persons, infer_schema_length=None)
    facts = [n for n in h.columns if n in STD.facts and n not in own_facts(STD)["scores"] | own_facts(STD)["recorded"]]
    made = STD.classify(
        h.select("household_id", *facts), p.select("household_id", *(n for n in p.columns if n in STD.facts)), on=ON
    )
    h = h.join(made.select("household_id", *FLAGS, "deprivations"), on="household_id", maintain_order="left")
    h = h.with_columns(b2=pl.col("deprivations") * 10)
    scored = STD.classify(h.select("household_id", "area", "b1", "b2"), method="scores")
    recorded = pl.col("category").replace({"not_poor": "neither"}).alias("recorded")
    h = h.with_columns(category=scored["category"]).with_columns(recorded)
    size = pl.col("floor_area") / pl.col("household_size")
    return h.with_columns(floor_area_per_person=size), p


def run(h: pl.DataFrame, p: pl.DataFrame | None, before: pl.DataFrame | None = None, **more: Any) -> Findings:
    return check(h, p, std=STD, on=more.pop("on", ON), before=before, **more)


def found(made: Findings) -> dict[str, int]:
    return {c.check.id: c.count for c in made.checks}


H, P = consistent()
BEFORE = H.select("household_id", "recorded", pl.lit("1/QĐ-UBND").alias("recorded_decision"))


def test_consistent_tables_have_no_findings_and_every_check_was_made() -> None:
    p = P.with_columns(age=pl.lit(ON.year) - pl.col("birth_date").dt.year())
    made = run(H, p, BEFORE)
    assert found(made) == {}
    assert made.skipped == {}
    assert made.worst is None
    assert H.select("household_id", "category", "b2").rows() == [("A1", "poor", 30), ("A2", "near_poor", 10), ("A3", "not_poor", 10), ("B1", "poor", 30)]  # fmt: skip


def test_every_check_of_the_data_has_its_rule_and_is_tried_here() -> None:
    assert set(CHECKS) == set(load("checks.yaml")["checks"])
    assert {b[0] for b in BROKEN} | {"birth_date_text"} == set(CHECKS)
    for made in checks().values():
        assert made.severity in load("checks.yaml")["severities"]
        assert all(made.rules[lang] and made.remedies[lang] for lang in ("vi", "en"))


# --- each check: what breaks it, and the nearest that does not ----------------------------------------

Frames = tuple[pl.DataFrame, pl.DataFrame, "pl.DataFrame | None"]


def home(key: str, **values: Any) -> Callable[[Frames], Frames]:
    def change(frames: Frames) -> Frames:
        h, p, b = frames
        for name, value in values.items():
            wide = pl.Float64 if isinstance(value, float) else None
            old = pl.col(name).cast(wide) if wide else pl.col(name)
            h = h.with_columns(
                pl.when(pl.col("household_id") == key).then(pl.lit(value, dtype=wide)).otherwise(old).alias(name)
            )
        return h, p, b

    return change


def member(who: str, **values: Any) -> Callable[[Frames], Frames]:
    def change(frames: Frames) -> Frames:
        h, p, b = frames
        for name, value in values.items():
            p = p.with_columns(pl.when(pl.col("person_id") == who).then(pl.lit(value)).otherwise(name).alias(name))
        return h, p, b

    return change


def aged(who: str, years: int) -> Callable[[Frames], Frames]:
    """Born so that the age on the last day of the year is this."""
    return member(who, birth_date=date(ON.year - years, 3, 3))


def also(*changes: Callable[[Frames], Frames]) -> Callable[[Frames], Frames]:
    def change(frames: Frames) -> Frames:
        for one in changes:
            frames = one(frames)
        return frames

    return change


def again(key: str, **values: Any) -> Callable[[Frames], Frames]:
    """A household a second time, with something changed."""

    def change(frames: Frames) -> Frames:
        h, p, b = frames
        row = h.filter(pl.col("household_id") == key).with_columns(**{n: pl.lit(v) for n, v in values.items()})
        return pl.concat([h, row]), p, b

    return change


def one_person_more(key: str) -> Callable[[Frames], Frames]:
    def change(frames: Frames) -> Frames:
        h, p, b = frames
        row = p.filter(pl.col("person_id") == "A1-3").with_columns(household_id=pl.lit(key), person_id=pl.lit("x"), id_number=pl.lit(None, dtype=pl.String), name=pl.lit("x"))  # fmt: skip
        return h, pl.concat([p, row]), b

    return change


def without_persons(key: str) -> Callable[[Frames], Frames]:
    return lambda f: (f[0], f[1].filter(pl.col("household_id") != key), f[2])


def births_as_text(text: str) -> Callable[[Frames], Frames]:
    def change(frames: Frames) -> Frames:
        h, p, b = frames
        written = pl.col("birth_date").dt.strftime("%d/%m/%Y")
        return (
            h,
            p.with_columns(birth_date=pl.when(pl.col("person_id") == "A1-0").then(pl.lit(text)).otherwise(written)),
            b,
        )

    return change


def given_age(years: int) -> Callable[[Frames], Frames]:
    def change(frames: Frames) -> Frames:
        h, p, b = frames
        right = pl.lit(ON.year) - pl.col("birth_date").dt.year()
        return h, p.with_columns(age=pl.when(pl.col("person_id") == "A1-0").then(years).otherwise(right)), b

    return change


def earlier(recorded: str, decision: str) -> Callable[[Frames], Frames]:
    return lambda f: (f[0], f[1], BEFORE.with_columns(
        recorded=pl.when(pl.col("household_id") == "A1").then(pl.lit(recorded)).otherwise("recorded"), recorded_decision=pl.lit(decision)))  # fmt: skip


RICH = {"air_conditioners": 1, "water_heaters": 1, "washing_machines": 1}
TEENAGE_WIFE = also(aged("A1-1", 17), member("A1-1", employment=None, contract=None))
BROKEN: list[tuple[str, Callable[[Frames], Frames], Callable[[Frames], Frames]]] = [
    ("recorded_class", home("A1", recorded="near_poor"), home("A3", category="average")),
    ("class_points", home("A3", b1=140), home("A3", b1=145)),
    ("class_points", home("B1", b1=180), home("B1", b1=170)),
    ("b1_sum", home("A1", b1=103), home("A1", b1=120)),
    ("b2_sum", home("A1", b2=35), home("A1", b2=30)),
    ("b2_sum", home("A1", b2=130), home("A1", b2=None)),
    ("deprivations_flags", home("A1", deprivations=4), home("A1", deprivations=None)),
    ("b2_indicators", home("A1", b2=40), also(home("A1", deprived_water=None, deprivations=None, b2=30))),
    ("b2_deprivations", home("A1", deprived_nutrition=None, deprivations=4), home("A1", deprived_nutrition=None, deprivations=4, b2=40)),
    ("indicator_facts", home("A1", deprived_water=False, deprived_nutrition=True), home("A1", water_source=None)),
    ("household_twice", again("A3"), lambda f: f),
    ("household_two_units", again("A3", village="3"), lambda f: f),
    ("area_in_village", home("A3", area="urban", b1=180), home("A3", area=None, b1=180)),
    ("members_missing", without_persons("A2"), lambda f: f),
    ("household_size", home("A1", household_size=5), home("A1", household_size=None)),
    ("person_without_household", one_person_more("Z"), lambda f: f),
    ("no_head", member("A1-0", relation="other"), member("A1-0", relation=None)),
    ("two_heads", member("A1-3", relation="head"), member("A1-3", relation=None)),
    ("two_spouses", member("A1-3", relation="spouse"), member("A1-3", relation="parent")),
    ("b1_assets", home("A1", b1=75), home("A1", b1=85)),
    ("form_a_stop", home("A1", cars=1), home("A3", cars=1, b1=165)),
    ("form_a_four", home("A1", electricity=150, **RICH), home("A1", electricity=149, **RICH)),
    ("id_number_digits", member("A2-0", id_number="1000000004"), member("A2-0", id_number="100000004")),
    ("person_two_households", member("A2-0", id_number="00 10.00000000"), member("A2-0", id_number="")),
    ("person_twice", member("A1-1", id_number="001000000000"), member("A1-1", id_number=None)),
    ("born_later", member("A1-2", birth_date=date(2025, 1, 1)), also(member("A1-2", birth_date=ON, attending_school=False, school_level=None, height_cm=50.0, weight_kg=3.0))),
    ("age_impossible", aged("A1-3", 131), aged("A1-3", 130)),
    ("age_disagrees", given_age(38), given_age(39)),
    ("parent_child_gap", aged("A1-0", 19), aged("A1-0", 20)),
    ("spouse_age", TEENAGE_WIFE, also(TEENAGE_WIFE, aged("A1-1", 18))),
    ("head_age", also(home("B1", deprived_dependency=None, deprivations=None), aged("B1-0", 14), member("B1-0", employment=None, contract=None, schooling="none", height_cm=150.0, attending_school=True, school_level="lower_secondary")), also(home("B1", deprived_dependency=None, deprivations=None), aged("B1-0", 15), member("B1-0", schooling="none", height_cm=165.0, attending_school=True, school_level="lower_secondary"))),
    ("school_level_age", member("A1-2", school_level="lower_secondary"), also(aged("A1-2", 9), member("A1-2", school_level="lower_secondary"))),
    ("schooling_age", member("A1-2", schooling="primary"), also(aged("A1-2", 9), member("A1-2", schooling="primary"))),
    ("level_not_attending", member("A1-0", school_level="university"), member("A1-0", school_level=None)),
    ("employment_under_15", member("A1-2", employment="studying"), lambda f: f),
    ("contract_without_work", member("A1-3", contract="not_wage"), member("A1-3", contract="not_wage", employment=None)),
    ("height_weight_swapped", member("A1-2", height_cm=25.0, weight_kg=125.0), lambda f: f),
    ("height_range", member("A1-2", height_cm=1.25), member("A1-2", height_cm=None)),
    ("weight_range", member("A1-2", weight_kg=90.0), member("A1-2", weight_kg=None)),
    ("review_day", home("A1", review_date=date(2024, 8, 14)), home("A1", review_date=date(2024, 8, 15))),
    ("review_day", home("A1", review_date=date(2024, 1, 14)), home("A1", review_date=date(2024, 9, 1))),
    ("review_day", home("A1", review_date=date(2024, 8, 1)), home("A1", review_date=date(2024, 12, 14))),
    ("reviewed_later", home("A1", review_date=date(2025, 9, 3)), home("A1", review_date=ON)),
    ("agreement_half", home("A1", agreement=50.0), home("A1", agreement=50.01)),
    ("agreement_below", home("A1", agreement=49.99), home("A1", agreement=49.99, recorded=None)),
    ("agreement_range", home("A1", agreement=100.5), home("A1", agreement=100.0)),
    ("class_without_decision", earlier("near_poor", "12/QĐ-UBND"), earlier("near_poor", "11/QĐ-UBND")),
    ("class_without_decision", also(earlier("near_poor", "11/QĐ-UBND"), home("A1", recorded_decision=None)), home("A1", recorded_decision=None)),
]  # fmt: skip


def side_by_side(frames: list[Frames]) -> Findings:
    """One run over many cases, each with households, villages and numbers of identity of its own."""
    homes, persons, before = [], [], []
    for i, (h, p, b) in enumerate(frames):
        mine = pl.format(f"{i}/{{}}", "household_id").alias("household_id")
        homes.append(h.with_columns(mine, village=pl.format(f"{i}/{{}}", "village")))
        number = pl.col("id_number").str.replace("^00 ?10", f"9{i:03d}")
        persons.append(p.with_columns(mine, id_number=number))
        before.append(BEFORE.with_columns(mine) if b is None else b.with_columns(mine))
    join = {"how": "diagonal_relaxed"}
    return run(*(pl.concat(some, **join) for some in (homes, persons, before)))  # type: ignore[call-overload]


def by_case(made: Findings) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for row in made.frame().rows(named=True):
        found.setdefault(int(row["household_id"].split("/")[0]), set()).add(row["check"])
    return found


def test_each_check_finds_its_own_error_and_nothing_else() -> None:
    made = side_by_side([broken((H, P, BEFORE)) for _, broken, _ in BROKEN])
    assert made.skipped == {}
    found = by_case(made)
    assert [(BROKEN[i][0], found.get(i)) for i in range(len(BROKEN))] == [(id, {id}) for id, _, _ in BROKEN]


def test_the_nearest_that_breaks_nothing_is_not_found() -> None:
    found = by_case(side_by_side([sound((H, P, BEFORE)) for _, _, sound in BROKEN]))
    assert {BROKEN[i][0]: ids for i, ids in found.items()} == {}


@pytest.mark.parametrize(
    ("text", "wrong"), [("31/02/1985", True), ("1985", True), ("1985-05-05", False), ("5/5/1985", False), ("  ", False)]
)
def test_dates_of_birth_as_text(text: str, wrong: bool) -> None:
    """Only the day that is no day is found; with the others the ages are as from days."""
    h, p, b = births_as_text(text)((H, P, BEFORE))
    assert found(run(h, p, b, exclude=["indicator_facts"])) == ({"birth_date_text": 1} if wrong else {})


def test_each_area_and_the_line_itself() -> None:
    """Điều 1 khoản 1 điểm b: điểm A ≤ 140 (rural), ≤ 175 (urban), điểm B ≥ 30."""
    rows = [
        ("rural", 140, 30, "poor", False), ("rural", 140, 20, "near_poor", False), ("rural", 145, 30, "neither", False),
        ("rural", 145, 30, "poor", True), ("rural", 140, 20, "poor", True), ("rural", 140, 30, "near_poor", True),
        ("rural", 140, 0, "neither", True), ("urban", 175, 30, "poor", False), ("urban", 180, 30, "poor", True),
        ("urban", 175, 30, "neither", True), (None, 145, 30, "poor", False), (None, 145, 30, "neither", False),
        (None, 180, 30, "poor", True), (None, 140, 30, "neither", True), ("rural", None, 30, "poor", False),
        ("rural", 140, None, "poor", False), ("rural", 145, None, "poor", True), ("rural", None, 20, "poor", True),
    ]  # fmt: skip
    h = pl.DataFrame(rows, schema=["area", "b1", "b2", "recorded", "wrong"], orient="row").with_row_index(
        "household_id"
    )
    made = check(h.drop("wrong"), std=STD, exclude=["b1_sum"])
    wrong = [str(i) for i, row in enumerate(rows) if row[4]]
    assert made.frame()["household_id"].to_list() == wrong
    assert set(found(made)) == {"class_points"}


def test_the_number_of_deprivations_stands_in_for_a_blank_b2() -> None:
    h = pl.DataFrame(
        {
            "household_id": ["a", "b"],
            "area": ["rural"] * 2,
            "b1": [100] * 2,
            "deprivations": [3, 2],
            "recorded": ["near_poor"] * 2,
        }
    )
    assert [r.household_id for r in check(h, std=STD).of("class_points")[0].rows] == ["a"]


def test_indicators_that_the_caller_worked_out_are_taken_as_they_are() -> None:
    h = pl.DataFrame(
        {
            "household_id": ["a", "b", "c"],
            "deprived_water": [True, True, None],
            "deprived_water_facts": [True, False, False],
            "water_source": ["piped"] * 3,
        }
    )
    assert [r.household_id for r in check(h, std=STD).of("indicator_facts")[0].rows] == ["b"]


def test_the_sum_of_the_two_scores_is_nobody_s_rule() -> None:
    """A warehouse classed by B1 + B2 >= 150: its result is the error, the lawful class is none."""
    h = pl.DataFrame(
        {
            "household_id": ["sum", "law"],
            "area": ["rural"] * 2,
            "b1": [100, 100],
            "b2": [60, 60],
            "recorded": ["neither", "poor"],
        }
    )
    made = check(h, std=STD)
    assert [(c.check.id, [r.household_id for r in c.rows]) for c in made.checks] == [("class_points", ["sum"])]


def test_recorded_not_poor_covers_average_and_not_poor() -> None:
    h = pl.DataFrame({
        "household_id": range(7), "recorded": ["neither", "neither", "neither", "poor", "near_poor", "neither", None],
        "category": ["average", "not_poor", None, None, None, None, None],
        "possible": ["average", "not_poor", *["near_poor; average"] * 3, "poor; near_poor", "poor; near_poor"],
    })  # fmt: skip
    made = check(h)
    assert made.frame()["household_id"].to_list() == ["3", "5"]
    assert "class_points" in made.skipped


def test_an_unknown_region_leaves_the_fewest_points_of_any() -> None:
    """Ô tô: 30 points in the Central Highlands, 50 to 60 elsewhere (Mẫu số 3.3); 1 member: 90 in nmm and ncc, 95 in ch."""
    home = {"area": "rural", "household_size": 1, "cars": 1, "recorded": "neither"}
    h = pl.DataFrame([
        {"household_id": "ch", **home, "region": "ch", "b1": 125}, {"household_id": "ch below", **home, "region": "ch", "b1": 120},
        {"household_id": "se", **home, "region": "se", "b1": 160}, {"household_id": "se below", **home, "region": "se", "b1": 155},
        {"household_id": "open", **home, "region": None, "b1": 120}, {"household_id": "open below", **home, "region": None, "b1": 115},
    ])  # fmt: skip
    assert check(h, std=STD).of("b1_assets")[0].count == 3
    assert [f.household_id for f in check(h, std=STD).of("b1_assets")[0].rows] == ["ch below", "se below", "open below"]


def test_where_the_forms_disagree_the_fewer_points_count() -> None:
    """Mẫu số 3.3 gives 30 for three motorcycles in the Central Highlands, Mẫu số 3.8 gives 40."""
    h = pl.DataFrame(
        {
            "household_id": ["1"],
            "area": ["rural"],
            "region": ["ch"],
            "motorcycles": [3],
            "b1": [30],
            "recorded": ["poor"],
        }
    )
    assert check(h, std=STD).of("b1_assets") == ()


def rough(seed: int) -> dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Households as they may be; whatever depends on something else follows from it."""
    draw = random.Random(seed)
    families = {}
    for i in range(80):
        urban = draw.random() < 0.4
        members = [
            {"relation": "head", "birth_date": date(draw.randint(1950, 1990), draw.randint(1, 12), draw.randint(1, 28))}
        ]
        if draw.random() < 0.6:
            members.append({"relation": "spouse", "sex": "female", "birth_date": date(draw.randint(1950, 2000), 7, 7)})
        for _ in range(draw.randint(0, 3)):
            members.append(
                {
                    **CHILD,
                    "birth_date": date(draw.randint(2015, 2018), draw.randint(1, 12), 1),
                    "internet": draw.random() < 0.5,
                }
            )
        for m in members:
            m["health_insurance"] = draw.random() < 0.8
            if m["relation"] != "child" and draw.random() < 0.4:
                m |= {"employment": draw.choice(["no_job", "unable", "retired_homemaker"]), "contract": None}
        families[f"H{i}"] = (
            {
                "village": "u" if urban else "r", "area": "urban" if urban else "rural", "region": "rrd",
                "water_source": draw.choice(["piped", "rain", "other"]), "toilet": draw.choice(["septic", "other", "double_vault"]),
                "floor_area": len(members) * draw.randint(5, 20), "motorcycles": draw.randint(0, 1), "cattle": draw.randint(0, 2),
                "b1": draw.choice([165, 170, 175, 180, 200]) if urban else draw.choice([130, 135, 140, 145, 200]),
                "agreement": draw.choice([50.01, 75.0, 100.0]), "review_date": date(2024, draw.randint(9, 11), draw.randint(1, 30)),
            },
            members,
        )  # fmt: skip
    return families


# Each example is a village of eighty households, so that a few will do.
@settings(max_examples=3)
@given(st.integers(0, 10**6))
def test_what_agrees_is_never_found(seed: int) -> None:
    h, p = consistent(rough(seed))
    h = h.filter(pl.col("household_size") > 1)  # a lone person alone has 105 or 125 points
    p = p.join(h.select("household_id"), on="household_id", how="semi")
    made = check(h, p, std=STD, on=ON)
    assert found(made) == {}, str(made)


@settings(max_examples=3)
@given(st.integers(0, 10**6), st.data())
def test_unknown_is_never_a_finding(seed: int, data: st.DataObject) -> None:
    """Blank out any cells of tables that agree: nothing is found but what the blank itself breaks."""
    h, p = consistent(rough(seed))
    h = h.filter(pl.col("household_size") > 1)
    p = p.join(h.select("household_id"), on="household_id", how="semi")
    for name in data.draw(
        st.sets(st.sampled_from([c for c in h.columns if c not in ("household_id", "recorded_decision")]), max_size=12)
    ):
        h = h.with_columns(pl.when(pl.int_range(pl.len()) % 3 == len(name) % 3).then(None).otherwise(name).alias(name))
    for name in data.draw(st.sets(st.sampled_from([c for c in p.columns if c != "household_id"]), max_size=8)):
        p = p.with_columns(pl.when(pl.int_range(pl.len()) % 2 == 0).then(None).otherwise(name).alias(name))
    assert found(check(h, p, std=STD, on=ON)) == {}


# --- what comes back ----------------------------------------------------------------------------------

SECRETS = ["001000000000", "Người", "1985", "31/02"]


def bad() -> Findings:
    h, p, b = also(home("A1", recorded="near_poor", b1=75), member("A1-1", id_number="001000000000"), member("A2-0", id_number="001000000000"),
                   births_as_text("31/02/1985"))((H, P, BEFORE))  # fmt: skip
    return run(h, p, b)


def test_findings_in_every_form_hide_persons() -> None:
    made = bad()
    forms = [str(made), made.text("vi"), made.to_html(), made.to_html("en"), json.dumps(made.to_dict(), ensure_ascii=False), repr(made),
             made.frame().write_csv(), str(made.problems()), str(made.for_household("A1"))]  # fmt: skip
    for form in forms:
        for secret in SECRETS:
            assert secret not in form
        assert "A1" in form or form == repr(made)


def test_gravest_first_and_of_one_household() -> None:
    made = bad()
    order = ["error", "warning", "note"]
    assert made.worst == "error"
    ranks = [order.index(c.check.severity) for c in made.checks]
    assert ranks == sorted(ranks)
    assert {c.id for c, _ in made.for_household("A2")} == {"person_two_households"}
    assert {c.id for c, _ in made.for_household("A1")} == {
        "recorded_class",
        "b1_assets",
        "person_two_households",
        "person_twice",
        "birth_date_text",
    }
    assert made.count == sum(c.count for c in made.checks) == made.frame().height
    with pytest.raises(ValueError, match="no check"):
        made.of("b1_asset")
    assert run(H, P).worst is None


def test_citation_of_the_vote() -> None:
    cite = checks()["agreement_half"].cite
    assert cite is not None
    assert (cite.label("en"), cite.grade) == ("Circular 07/2021/TT-BLĐTBXH, Annex V item 1", "A")
    assert "50%" in cite.words


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "lazy"])
def test_other_tables_give_the_same(kind: str) -> None:
    h, p, b = also(home("A1", recorded="near_poor"), member("A1-0", relation="other"))((H, P, BEFORE))
    turn: dict[str, Callable[[pl.DataFrame], Any]] = {
        "pandas": lambda f: f.to_pandas(),
        "pyarrow": lambda f: f.to_arrow(),
        "lazy": lambda f: f.lazy(),
    }
    made = check(turn[kind](h), turn[kind](p), std=STD, on=ON, before=turn[kind](b) if b is not None else None)
    assert found(made) == {"recorded_class": 1, "no_head": 1}
    frame = made.frame()
    assert type(frame).__module__.split(".")[0] == {"pandas": "pandas", "pyarrow": "pyarrow", "lazy": "polars"}[kind]


def test_columns_that_cannot_be_read_are_all_reported() -> None:
    h = pl.DataFrame(
        {
            "household_id": ["1", "2"],
            "b1": ["100", "x"],
            "recorded": ["Hộ nghèo", "poor"],
            "area": ["rural", "rual"],
            "deprived_water": [1, 0],
        }
    )
    p = pl.DataFrame({"relation": ["head"]})
    with pytest.raises(cn.DataProblems) as caught:
        check(h, p, exclude=["no_such"])
    places = [x.where for x in caught.value.problems]
    assert places == [
        "exclude['no_such']",
        "households['area']",
        "households['recorded']",
        "households['b1']",
        "households['deprived_water']",
        "persons['household_id']",
    ]
    assert all(x.code == "CN140" for x in caught.value.problems)
    with pytest.raises(cn.DataProblems) as caught:
        check(pl.DataFrame({"household_id": ["1"], "recorded": ["Nguyễn Văn An"]}))
    assert "Nguyễn" not in str(caught.value)
    with pytest.raises(cn.DataProblems, match="no whole numbers"):
        check(pl.DataFrame({"household_id": [1.0, 2.5]}))
    with pytest.raises(cn.DataProblems, match="without their key"):
        check(pl.DataFrame({"household_id": ["1", None]}))


def test_keys_that_pandas_made_floats_still_meet() -> None:
    h = pl.DataFrame({"household_id": [1.0, 2.0], "household_size": [1, 2]})
    made = check(h, pl.DataFrame({"household_id": [1, 2, None]}))
    assert [(c.check.id, c.rows[0].household_id, c.rows[0].value) for c in made.checks] == [
        ("household_size", "2", "2 / 1"),
        ("person_without_household", None, None),
    ]


def test_tables_without_rows_or_values() -> None:
    assert check(H.clear(), P.clear(), std=STD, on=ON).count == 0
    blank = H.select("household_id", *(pl.lit(None).alias(c) for c in H.columns if c != "household_id"))
    made = check(blank, std=STD, on=ON)
    assert made.count == 0
    assert made.skipped["class_points"] == ("b1",)


def test_excluded_checks_are_not_made() -> None:
    h, p, _ = home("A1", recorded="near_poor")((H, P, None))
    assert found(run(h, p, exclude=["recorded_class"])) == {}


def test_what_was_not_checked_is_named() -> None:
    made = check(pl.DataFrame({"household_id": ["1"], "recorded": ["poor"]}))
    assert made.skipped["class_points"] == ("std", "b1")
    assert made.skipped["members_missing"] == ("persons",)
    assert "Not checked" in str(made)
    assert "Chưa kiểm tra được" in made.text("vi")


def test_a_class_that_is_still_open_is_held_against_the_points_by_what_is_recorded() -> None:
    h = pl.DataFrame({
        "household_id": ["a", "b"], "area": ["urban", "urban"], "b1": [None, 170], "b2": [0, 0],
        "category": [None, "poor"], "recorded": ["poor", "poor"],
    })  # fmt: skip
    blank = h.head(1).with_columns(b2=pl.lit(None, dtype=pl.Int64), deprivations=pl.lit(1))
    assert [r.value for r in check(blank, std=STD).of("class_points")[0].rows] == ["poor / B1 ?, B2 10"]
    (made,) = check(h, std=STD).of("class_points")
    assert [(r.household_id, r.column, r.value) for r in made.rows] == [
        ("a", "recorded", "poor / B1 ?, B2 0"),
        ("b", "category", "poor / B1 170, B2 0"),
    ]


def test_one_person_in_two_households_by_the_digest_that_reading_gave() -> None:
    digest, other = "0123456789abcdef0123", "f" * 20
    p = pl.DataFrame({"household_id": ["a", "b", "b"], "person_id": [digest, digest, other], "relation": ["head"] * 3})
    made = check(p.select("household_id").unique(), p)
    (twice,) = made.of("person_two_households")
    assert [(r.household_id, r.column, r.value) for r in twice.rows] == [
        ("a", "id_number", "‹hidden›"),
        ("b", "id_number", "‹hidden›"),
    ]
    assert digest not in made.text("en") + made.to_html()
    own = check(p.select("household_id").unique(), p.with_columns(person_id=pl.Series(["1", "1", "2"])))
    assert not own.of("person_two_households")
    assert own.skipped["person_two_households"] == ("any_id_number",)
