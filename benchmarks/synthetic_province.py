"""A synthetic province: one round of the review with every fact of form B1, and the round before it.

    python benchmarks/synthetic_province.py DIRECTORY [HOUSEHOLDS]

No survey is imitated and no figure is that of a place: every share below is invented, unless a
source stands beside it. The province bears the name of a real one because its region, and with it
the column of points, is looked up by name. What matters is the size, the number of columns, and
that the facts of a household hang together: a latent wealth of household and commune drives them.

The files, in the library's own column names:

* ``households.parquet`` and ``persons.parquet``: the answers on form B1, and the few facts that the
  score table asks for and the form does not record;
* ``sheet.parquet``: the same households as a summary sheet has them: B1, B2, the twelve indicators,
  the groups, worked out here by hand, from the facts before any was made unknown;
* ``before.parquet``: the households of the round before with their class; ``links.parquet``: what
  became of those that are gone, and where new ones came from; ``earlier.parquet``: who was on a list
  in the two rounds before that.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

SEED = 2024
HOUSEHOLDS = 300_000
STANDARD = Path(__file__).parent.parent / "standards" / "vn" / "household" / "2022"
ON = date(2024, 11, 1)  # the day of the review
YEAR, SINCE = 2024, 2021
PROVINCE, COLUMN = "Thái Nguyên", "nmm"
DISTRICTS, COMMUNES, VILLAGES = 9, 20, 12  # communes of a district, villages of a commune
URBAN_COMMUNES = 6  # of those of a district
FILES = ("households", "persons", "sheet", "before", "links", "earlier")

SIZES = (0.07, 0.13, 0.17, 0.28, 0.17, 0.10, 0.04, 0.02, 0.012, 0.008)  # 1 to 10 persons, 4.04 on average
# The province's own wealth, set so that about as many are poor or near-poor as in its region: at the end of
# 2024 8.72 % and 6.26 % of the households (Quyết định 217/QĐ-BLĐTBXH of 04/02/2025, two secondary sources).
WEALTH = 0.35
UNKNOWN = 0.001  # of each fact of a household or person
POINTS = {"rural": 140, "urban": 175}  # Thông tư 07/2021/TT-BLĐTBXH, Điều 1 khoản 1 điểm b

INDICATORS = (
    "employment", "dependency", "nutrition", "health_insurance", "adult_education", "school_attendance",
    "housing_quality", "living_area", "water", "sanitation", "telecommunication", "information_assets",
)  # fmt: skip
CAUSES = ("land", "capital", "labour", "tools", "knowledge", "skills", "illness", "other")
CAUSE_SHARES = (0.25, 0.35, 0.20, 0.15, 0.20, 0.30, 0.25, 0.10)
PEOPLES = ("Tày", "Nùng", "Sán Dìu", "Sán Chay", "Dao", "Mông", "Hoa", "Kinh")
PEOPLE_SHARES = (0.44, 0.22, 0.14, 0.10, 0.06, 0.03, 0.01)  # of minority households

Codes = tuple[str, ...]
Facts = dict[str, np.ndarray]  # numbers and booleans; codes as their place in the list
CODES: dict[str, Codes] = {
    "area": ("rural", "urban"),
    "wall_material": ("other", "durable_wood_metal", "brick_stone", "reinforced_concrete"),
    "column_material": ("other", "iron_steel_durable_wood", "brick_stone", "reinforced_concrete"),
    "roof_material": ("other", "special_metal_sheet", "tile", "reinforced_concrete"),
    "water_source": ("other", "rain", "protected_spring", "protected_dug_well", "borehole", "purchased", "piped"),
    "toilet": ("none", "other", "double_vault", "seated_pit", "ventilated_pit", "pour_flush", "septic"),
    "sex": ("male", "female"),
    "relation": ("head", "spouse", "child", "parent", "other"),
    "school_level": ("preschool", "primary", "lower_secondary", "upper_secondary", "university"),
    "schooling": ("none", "primary", "lower_secondary", "upper_secondary"),
    "training": ("none", "elementary", "intermediate", "college", "university", "postgraduate"),
    "social_allowance": ("none", "elderly", "disabled", "orphan"),
    "employment": ("working", "no_job", "unable", "studying", "not_wanting", "retired_homemaker"),
    "contract": ("with", "without", "not_wage"),
    "kind_of_work": ("public_servant", "enterprise", "household_hire", "other"),
    "pension": ("none", "pension", "social_insurance", "merit"),
}


def files(folder: Path, households: int = HOUSEHOLDS) -> dict[str, Path]:
    """The files of a province of so many households, by name; written where they are not there."""
    here = folder / f"province-{households}"
    paths = {name: here / f"{name}.parquet" for name in FILES}
    if not all(path.exists() for path in paths.values()):
        here.mkdir(parents=True, exist_ok=True)
        for name, frame in province(households).items():
            frame.write_parquet(paths[name])
    return paths


def province(households: int = HOUSEHOLDS) -> dict[str, pl.DataFrame]:
    """The frames of the files, by name."""
    draw = np.random.default_rng(SEED)
    place, homes = _homes(draw, households)
    people = _people(draw, homes)
    sheet = _sheet(place, homes, people, draw)
    key = place["household_id"]
    own = [f for f in homes if f not in ("wealth", "minority", "spouse_minority")]
    causes = sheet.select(f"cause_{c}" for c in CAUSES)
    facts = pl.concat([place, _frame(draw, homes, own), causes], how="horizontal")
    of = people["household"]
    persons = pl.DataFrame(
        {
            "household_id": key.gather(of),
            "person_id": pl.select(pl.concat_str(key.gather(of), pl.lit("-"), pl.Series(people["number"] + 1))).to_series(),
            "birth_date": pl.Series(people["born"]).cast(pl.Date),
        }
    )  # fmt: skip
    asked = {
        "height_cm": people["age"] < 16,
        "weight_kg": people["age"] < 10,
        "school_level": people["attending_school"],
        "employment": people["age"] >= 15,
        **dict.fromkeys(("contract", "kind_of_work", "nonfarm_work_3_months"), people["works"]),
    }
    beside = ("household", "number", "born", "age", "months", "works")
    persons = persons.hstack(_frame(draw, people, [f for f in people if f not in beside], asked))
    return {"households": facts, "persons": persons, "sheet": sheet} | _rounds_before(draw, sheet)


# --- households -----------------------------------------------------------------------------------


def _homes(draw: np.random.Generator, n: int) -> tuple[pl.DataFrame, Facts]:
    """Where the households live, and the facts of each."""
    communes = DISTRICTS * COMMUNES
    commune = np.sort(draw.integers(0, communes, n))
    village = draw.integers(0, VILLAGES, n)
    urban_commune = np.arange(communes) % COMMUNES < URBAN_COMMUNES
    rich_commune = draw.normal(0, 0.5, communes) + 0.9 * urban_commune
    urban = urban_commune[commune]
    size = draw.choice(np.arange(1, len(SIZES) + 1), n, p=SIZES)
    wealth = WEALTH + rich_commune[commune] + draw.normal(0, 0.9, n)
    minority = _some(draw, _logistic(-1.0 - 0.6 * wealth))

    def has(base: float, slope: float = 1.0) -> np.ndarray:
        return _some(draw, _logistic(base + slope * wealth))

    def several(base: float, most: int) -> np.ndarray:
        return np.minimum(draw.poisson(np.exp(np.clip(base + 0.5 * wealth, -6, 3))), most)

    def best(name: str, bounds: Sequence[float]) -> np.ndarray:
        """The code whose band holds a noisy wealth."""
        assert len(bounds) == len(CODES[name]) - 1
        return np.searchsorted(np.array(bounds), wealth + draw.normal(0, 0.6, n))

    farm = ~urban & _some(draw, np.full(n, 0.75))

    def land(chance: float, mean: float) -> np.ndarray:
        return np.where(farm & (draw.random(n) < chance), draw.exponential(mean, n).round(-1), 0).astype(np.int64)

    homes: Facts = {
        "wealth": wealth, "minority": minority, "spouse_minority": minority ^ (draw.random(n) < 0.05),
        "household_size": size,
        "wall_material": best("wall_material", (-1.2, -0.6, 1.4)),
        "column_material": best("column_material", (-1.1, -0.4, 0.2)),
        "roof_material": best("roof_material", (-1.3, -0.2, 1.0)),
        "floor_area": np.maximum(10, (np.exp(3.3 + 0.5 * wealth + draw.normal(0, 0.4, n)) + 4 * size).round()).astype(np.int64),
        "mezzanine_area": np.where(has(-3.5), draw.integers(4, 20, n), 0),
        "water_source": best("water_source", (-0.9, -0.7, -0.4, 0.0, 0.5, 0.6)),
        "toilet": best("toilet", (-1.0, -0.6, -0.4, -0.2, 0.0, 0.2)),
        "radio": has(-2.0, 0.2), "smartphone": has(2.4), "tablet": has(-2.5), "desktop_computer": has(-1.8), "laptop": has(-1.6),
        "telephones": np.minimum(several(0.6, 8), size + 1),
        "electricity": np.exp(np.clip(4.2 + 0.35 * wealth + draw.normal(0, 0.4, n), 1, 7)).astype(np.int64),
        "cars": (has(-2.6, 1.3)).astype(np.int64), "motorcycles": several(0.1, 4), "motor_boats": (draw.random(n) < 0.002).astype(np.int64),
        "printers": has(-4.0).astype(np.int64), "televisions": several(-0.1, 3), "stereos": has(-2.5).astype(np.int64),
        "refrigerators": has(1.0).astype(np.int64), "air_conditioners": several(-1.0, 4), "washing_machines": has(0.2).astype(np.int64),
        "water_heaters": has(-0.2).astype(np.int64), "ovens": has(-2.4).astype(np.int64),
        "pond_garden": land(0.6, 300), "annual_crops": land(0.6, 2_000), "perennial_crops": land(0.35, 1_500),
        "water_surface": land(0.08, 600), "forest_land": land(0.25, 6_000),
        "cattle": np.where(farm & has(-0.6, 0.2), draw.integers(1, 5, n), 0), "pigs": np.where(farm & has(-0.5, 0.2), draw.integers(1, 14, n), 0),
        "poultry": np.where(farm & has(0.6, 0.2), draw.integers(1, 14, n) * 10, 0), "aquaculture": farm & has(-2.5, 0.2),
    }  # fmt: skip
    computers = ("desktop_computer", "laptop", "tablet")
    homes["computers_tablets"] = sum(homes[name].astype(np.int64) for name in computers)
    district = commune // COMMUNES
    kinds = np.where(urban_commune, "Phường", "Xã")
    names = [f"{kinds[c]} {c // COMMUNES + 1}.{c % COMMUNES + 1}" for c in range(communes)]
    number = np.arange(n) + 1
    place = pl.DataFrame(
        {
            "household_id": pl.select(pl.format("{}-{}", pl.Series(commune + 1), pl.Series(number))).to_series(),
            "province": pl.Series([PROVINCE]).gather(np.zeros(n, np.uint32)),
            "district": pl.Series([f"Huyện {d + 1}" for d in range(DISTRICTS)]).gather(district),
            "commune": pl.Series(names).gather(commune),
            "village": pl.Series([f"Thôn {v + 1}" for v in range(VILLAGES)]).gather(village),
            "area": pl.Series(CODES["area"]).gather(urban.astype(np.uint32)),
            "ethnicity": _peoples(draw, minority),
        }
    )
    return place, homes


def _peoples(draw: np.random.Generator, minority: np.ndarray) -> pl.Series:
    which = draw.choice(len(PEOPLES) - 1, len(minority), p=PEOPLE_SHARES)
    return pl.Series(PEOPLES).gather(np.where(minority, which, len(PEOPLES) - 1))


# --- persons --------------------------------------------------------------------------------------


def _people(draw: np.random.Generator, homes: Facts) -> Facts:
    """The members, household by household: head, spouse, then children, parents and others."""
    size = homes["household_size"]
    of = np.repeat(np.arange(len(size)), size)
    n = len(of)
    number = np.arange(n) - np.repeat(np.cumsum(size) - size, size)
    wealth = homes["wealth"][of]
    head_age = np.clip(draw.normal(47, 13, len(size)), 20, 90)[of]
    relation = np.select(
        [number == 0, (number == 1) & (draw.random(n) < 0.88)], [0, 1], draw.choice([2, 3, 4], n, p=(0.82, 0.10, 0.08))
    )
    years = np.select(
        [relation == 0, relation == 1, relation == 2, relation == 3],
        [head_age, head_age + draw.normal(-2, 3, n), head_age - draw.uniform(20, 40, n), head_age + draw.uniform(18, 32, n)],
        draw.uniform(0, 85, n),
    )  # fmt: skip
    years = np.where((relation == 2) & (years < 0), draw.uniform(0, 16, n), np.clip(years, 0, 100))
    years = np.where(relation < 2, np.maximum(years, 18), years)
    born = np.datetime64(ON) - (years * 365.25).astype(np.int64)
    months = _months(born)
    age = months // 12

    def has(base: float, slope: float = 1.0) -> np.ndarray:
        return _some(draw, _logistic(base + slope * wealth))

    def rare(share: float) -> np.ndarray:
        return draw.random(n) < share

    working_age = (age >= 15) & (age < 60)
    disabled, unable = rare(0.02), rare(0.01)
    attending = np.select([age < 3, age < 6, age < 12, age < 15, age < 18, age < 23],
                          [rare(0.3), has(3.8), has(4.6), has(4.0), has(2.0), has(-0.8)], False)  # fmt: skip
    level = np.select([age < 6, age < 11, age < 15, age < 18], [0, 1, 2, 3], 4)
    level = np.where(rare(0.01), np.maximum(level - 1, 0), level)
    schooling = np.select(
        [age < 11, age < 15, age < 18], [0, 1, 2], np.where(has(-0.2), 3, np.where(has(0.8), 2, draw.integers(0, 2, n)))
    )
    training = np.where((age >= 18) & has(-1.6), draw.choice([1, 2, 3, 4, 5], n, p=(0.4, 0.22, 0.14, 0.22, 0.02)), 0)
    employment = np.select(
        [attending, unable | (disabled & rare(0.5)), (age >= 60) & rare(0.6), rare(0.015), rare(0.02)],
        [3, 2, 5, 1, 4],
        0,
    )
    works = (age >= 15) & (employment == 0)
    kind = np.select([has(-3.2), has(-1.2), rare(0.15)], [0, 1, 2], 3)
    contract = np.select(
        [kind == 0, kind == 1, kind == 2], [0, np.where(rare(0.01), 1, 0), np.where(rare(0.15), 1, 2)], 2
    )
    pensioner = (age >= 58) & has(-1.4)
    sex = draw.integers(0, 2, n)
    minority = np.where(relation == 1, homes["spouse_minority"][of], homes["minority"][of])
    poor = wealth < -0.6
    return {
        "household": of, "number": number, "born": born, "age": age, "months": months, "works": works,
        "sex": sex, "relation": relation, "ethnic_minority": minority,
        "attending_school": attending, "school_level": level, "schooling": schooling, "training": training,
        "health_insurance": has(3.2, 0.5), "state_paid_health_insurance": poor | (age < 6) | rare(0.1), "internet": (age >= 8) & has(0.9, 1.6),
        "social_allowance": np.select([age >= 80, disabled, (age < 16) & rare(0.005)], [1, 2, 3], 0),
        "employment": employment, "contract": contract, "kind_of_work": kind, "working_age": working_age,
        "nonfarm_work_3_months": (kind < 3) | rare(0.2),
        "pension": np.where(pensioner, draw.choice([1, 2, 3], n, p=(0.6, 0.15, 0.25)), 0), "serious_illness": rare(0.01),
        "height_cm": _measured(draw, "height_cm", sex, months, 1.06 + 0.01 * wealth, 0.03),
        "weight_kg": _measured(draw, "weight_kg", sex, months, 1.25 + 0.03 * wealth, 0.10),
    }  # fmt: skip


def _months(born: np.ndarray) -> np.ndarray:
    """Completed months on the day of the review."""
    month = born.astype("datetime64[M]")
    day = (born - month).astype(np.int64) + 1
    return (np.datetime64(ON, "M") - month).astype(np.int64) - (day > ON.day)


@cache
def _cutoffs() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The months listed in Mẫu số 3.11, and the least weight and height at each, for boys and girls."""
    with open(STANDARD / "nutrition.csv", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    columns = {
        what: np.array([[float(r[f"{what}_{sex}"] or "nan") for r in rows] for sex in CODES["sex"]])
        for what in ("weight_kg", "height_cm")
    }
    return np.array([int(r["age_months"]) for r in rows]), columns


def _cutoff(what: str, sex: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The line of the last month listed; no number where there is none."""
    listed, columns = _cutoffs()
    return columns[what][sex, np.searchsorted(listed, months, side="right") - 1]


def _measured(
    draw: np.random.Generator, what: str, sex: np.ndarray, months: np.ndarray, mean: np.ndarray, spread: float
) -> np.ndarray:
    """Weights or heights as shares of the line; 20 where nobody is measured."""
    line = _cutoff(what, sex, months)
    return np.where(np.isnan(line), 20, np.maximum(line * draw.normal(mean, spread), 1)).round(1)


# --- the summary sheet ----------------------------------------------------------------------------


def _sheet(place: pl.DataFrame, homes: Facts, people: Facts, draw: np.random.Generator) -> pl.DataFrame:
    """B1, B2 and the class of every household by hand, from all the facts; causes of those on a list."""
    n = place.height
    flags, groups = _deprived(homes, people), _groups(homes, people)
    urban = (place["area"] == "urban").to_numpy()
    b1 = np.where(urban, _b1(homes, people, "urban"), _b1(homes, people, COLUMN))
    b2 = 10 * sum(flag.astype(np.int64) for flag in flags.values())
    low = b1 <= np.where(urban, POINTS["urban"], POINTS["rural"])
    kind = np.where(~low, 2, np.where(b2 >= 30, 0, 1))
    listed = pl.Series(kind < 2)
    causes = {
        f"cause_{c}": pl.select(pl.when(listed).then(pl.Series(draw.random(n) < share))).to_series()
        for c, share in zip(CAUSES, CAUSE_SHARES, strict=True)
    }
    columns = {
        "household_size": homes["household_size"],
        "category": pl.Series(("poor", "near_poor", "not_poor")).gather(kind.astype(np.uint32)),
        "b1": b1,
        "b2": b2,
        **{f"deprived_{name}": flag for name, flag in flags.items()},
        **groups,
        **causes,
    }
    return place.hstack(pl.DataFrame(columns))


def _members(people: Facts, homes: int, which: np.ndarray) -> np.ndarray:
    """How many members of each household are such."""
    return np.bincount(people["household"], which, homes).astype(np.int64)


def _is(facts: Facts, name: str, *codes: str) -> np.ndarray:
    return np.isin(facts[name], [CODES[name].index(c) for c in codes])


def _deprived(homes: Facts, people: Facts) -> Facts:
    """The twelve indicators of Mẫu số 3.2."""
    n, age = len(homes["household_size"]), people["age"]

    def any_(which: np.ndarray) -> np.ndarray:
        return _members(people, n, which) > 0

    attends, schooling = people["attending_school"], people["schooling"]
    uneducated = np.where(age < 18, schooling < 2, (schooling < 3) & _is(people, "training", "none"))
    level, months, sex = people["school_level"], people["months"], people["sex"]
    out = np.select(
        [age < 6, age < 12], [~attends, ~attends | (level < 1)], (~attends | (level < 2)) & ~(schooling >= 2)
    )
    light = (age < 10) & (people["weight_kg"] < _cutoff("weight_kg", sex, months))
    short = people["height_cm"] < _cutoff("height_cm", sex, months)
    weak = sum(homes[part] == 0 for part in ("wall_material", "column_material", "roof_material"))
    area = homes["floor_area"] + homes["mezzanine_area"] / 2
    screens = ("smartphone", "tablet", "desktop_computer", "laptop", "radio", "televisions", "telephones")
    made = (
        any_(((age >= 15) & _is(people, "employment", "no_job")) | (people["works"] & _is(people, "contract", "without"))),
        2 * _dependents(homes, people) > homes["household_size"],
        any_((age < 16) & (light | short)),
        any_((age >= 6) & ~people["health_insurance"] & ~people["state_paid_health_insurance"]),
        any_((age >= 16) & (age < 30) & ~attends & uneducated),
        any_((age >= 3) & (age < 16) & out.astype(bool)),
        weak >= 2,
        area < 8 * homes["household_size"],
        _is(homes, "water_source", "other", "rain"),
        _is(homes, "toilet", "none", "other"),
        ~any_(people["internet"]),
        ~np.logical_or.reduce([homes[name] > 0 for name in screens]),
    )  # fmt: skip
    return dict(zip(INDICATORS, made, strict=True))


def _dependents(homes: Facts, people: Facts) -> np.ndarray:
    which = (people["age"] < 16) | _is(people, "social_allowance", "elderly", "disabled")
    return _members(people, len(homes["household_size"]), which)


def _groups(homes: Facts, people: Facts) -> Facts:
    """The groups of the notes on Mẫu số 7.8."""
    n = len(homes["household_size"])
    able = people["working_age"] & ~((people["age"] >= 15) & _is(people, "employment", "unable"))
    return {
        "minority_household": _members(people, n, (people["relation"] < 2) & people["ethnic_minority"]) > 0,
        "no_able_worker": _members(people, n, able) == 0,
        "merit_household": _members(people, n, _is(people, "pension", "merit")) > 0,
    }


def _b1(homes: Facts, people: Facts, column: str) -> np.ndarray:
    """The sum of Mẫu số 3.3 in one of its columns; eight persons and more as seven."""
    points = _points(column)
    n = len(homes["household_size"])

    def step(prefix: str, number: np.ndarray, *bounds: int) -> np.ndarray:
        """The points of the last row whose bound is reached."""
        rows = np.array([0, *(points.get(f"{prefix}_{b}", 0) for b in bounds)])
        return rows[np.searchsorted(bounds, number, side="right")]

    def flat(name: str, holds: np.ndarray) -> np.ndarray:
        return np.where(holds, points[name], 0)

    adult = people["age"] >= 15
    able = ~(
        (adult & _is(people, "employment", "unable"))
        | _is(people, "social_allowance", "disabled")
        | people["serious_illness"]
    )
    dependents = _dependents(homes, people)
    best = np.zeros(n, np.int64)
    np.maximum.at(best, people["household"], people["training"])
    away = people["works"] & people["nonfarm_work_3_months"]
    official, bound = _is(people, "kind_of_work", "public_servant"), _is(people, "contract", "with")
    work = [
        flat(name, _members(people, n, away & which) > 0)
        for name, which in (
            ("public_servant", official),
            ("contract", ~official & bound),
            ("other_work", ~official & ~bound & ~_is(people, "kind_of_work", "enterprise")),
        )
    ]
    area = (homes["floor_area"] + homes["mezzanine_area"] / 2) / homes["household_size"]
    durable = ("motor_boat", "printer", "stereo", "refrigerator", "washing_machine", "water_heater", "oven", "car")
    return sum(
        (
            step("persons", homes["household_size"], 1, 2, 3, 4, 5, 6, 7),
            step("workers", _members(people, n, people["working_age"] & able), 1, 2, 3, 4, 5),
            flat("dependents_0", dependents == 0),
            flat("dependents_1", dependents == 1),
            np.array([0, *(points[c] for c in ("elementary", "intermediate", "college", "college", "college"))])[best],
            np.maximum.reduce(work),
            step("pensioners", _members(people, n, people["pension"] > 0), 1, 2),
            flat("walls", homes["wall_material"] > 0),
            flat("columns", homes["column_material"] > 0),
            step("area", area, 20, 30, 40),
            step("power", homes["electricity"], 25, 50, 100, 150),
            flat("piped", _is(homes, "water_source", "piped", "purchased")),
            flat("borehole", _is(homes, "water_source", "borehole")),
            flat("protected_well", _is(homes, "water_source", "protected_dug_well", "protected_spring")),
            flat("septic", _is(homes, "toilet", "septic")),
            *(flat(name, homes[f"{name}s"] > 0) for name in durable),
            flat("computer", homes["desktop_computer"] | homes["laptop"]),
            step("motorcycles", homes["motorcycles"], 1, 2, 3),
            step("televisions", homes["televisions"], 1, 2),
            step("air_conditioners", homes["air_conditioners"], 1, 2),
            step("pond", homes["pond_garden"], 300, 500),
            step("annual", homes["annual_crops"], 5_000),
            step("perennial", homes["perennial_crops"], 1_000, 5_000),
            step("water", homes["water_surface"], 500, 5_000),
            step("forest", homes["forest_land"], 5_000, 10_000),
            step("cattle", homes["cattle"], 1, 2, 3),
            step("pigs", homes["pigs"], 10),
            step("poultry", homes["poultry"], 100),
            flat("aquaculture", homes["aquaculture"]),
            flat("northern_mountains", np.ones(n, bool)),
        )
    )


@cache
def _points(column: str) -> Mapping[str, int]:
    with open(STANDARD / "b1.csv", encoding="utf-8") as opened:
        return {row["option"]: int(row[column] or 0) for row in csv.DictReader(opened)}


# --- the rounds before ----------------------------------------------------------------------------

OUTSIDE = "not_poor"
WAS = {  # class now → shares of the class a year ago: poor, near-poor, outside
    "poor": (0.82, 0.10, 0.08),
    "near_poor": (0.25, 0.65, 0.10),
    "not_poor": (0.015, 0.02, 0.965),
}
NEW, GONE = 0.006, 0.006  # of the households
EXPLAINED = 0.97  # of the new and gone, by a link
MOVED, RESIZED = 0.002, 0.05  # live in another village now; had one person more
LISTED_BEFORE = 0.3  # of those outside a year ago, that are on a list now: were on one before that


def _rounds_before(draw: np.random.Generator, sheet: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The round before, the links to it, and who was on a list in the two rounds before that."""
    n = sheet.height
    classes = pl.Series(("poor", "near_poor", OUTSIDE))
    then = np.zeros(n, np.uint32)
    for name, shares in WAS.items():
        here = (sheet["category"] == name).to_numpy()
        then[here] = draw.choice(3, int(here.sum()), p=shares)
    new = draw.random(n) < NEW
    places = ("province", "district", "commune", "village", "area")
    rows = np.arange(n)
    rows = np.where(draw.random(n) < MOVED, draw.permutation(n), rows)
    before = sheet.select("household_id").hstack(sheet.select(places)[rows])
    before = before.with_columns(
        household_size=pl.Series(sheet["household_size"].to_numpy() + (draw.random(n) < RESIZED)),
        category=classes.gather(then),
    ).filter(~pl.Series(new))
    gone = before.sample(fraction=GONE, seed=SEED).with_columns(
        pl.concat_str("household_id", pl.lit("x")).alias("household_id")
    )
    explained = gone.filter(pl.Series(draw.random(gone.height) < EXPLAINED))["household_id"]
    fate = pl.Series(("died", "moved_out", "dissolved")).gather(draw.integers(0, 3, len(explained)))
    came = sheet["household_id"].filter(pl.Series(new & (draw.random(n) < EXPLAINED)))
    split = draw.random(len(came)) < 0.6
    parent = before["household_id"].gather(draw.integers(0, before.height, len(came)))
    links = pl.concat(
        [
            pl.DataFrame({"from_id": explained, "to_id": [None] * len(explained), "kind": fate}, schema_overrides={"to_id": pl.String}),
            pl.DataFrame({"from_id": parent, "to_id": came, "split": split}).select(
                pl.when("split").then("from_id").alias("from_id"), "to_id",
                pl.when("split").then(pl.lit("split")).otherwise(pl.lit("moved_in")).alias("kind"),
            ),
        ]
    )  # fmt: skip
    listed = pl.Series(draw.random(before.height) < np.where((before["category"] == OUTSIDE).to_numpy(), 0.02, 0.9))
    once = before.filter(listed).select("household_id", "category")
    risen = sheet.filter(pl.Series((then == 2) & (draw.random(n) < LISTED_BEFORE)) & (pl.col("category") != OUTSIDE))
    once = pl.concat(
        [once.with_columns(pl.col("category").replace(OUTSIDE, "poor")), risen.select("household_id", "category")]
    )
    once = once.unique("household_id", maintain_order=True)
    earlier = pl.concat([once.with_columns(round=pl.lit(year, pl.Int64)) for year in range(SINCE, YEAR - 1)])
    return {"before": pl.concat([before, gone]), "links": links, "earlier": earlier}


# --- what they share ------------------------------------------------------------------------------


def _frame(
    draw: np.random.Generator, facts: Facts, names: Sequence[str], asked: Mapping[str, np.ndarray] | None = None
) -> pl.DataFrame:
    """Facts as columns, null where they are not asked, and here and there unknown."""
    made = {}
    for name in names:
        values = facts[name]
        known = np.ones(len(values), bool) if name == "household_size" else draw.random(len(values)) >= UNKNOWN
        if asked and name in asked:
            known &= asked[name]
        series = pl.Series(CODES[name]).gather(values.astype(np.uint32)) if name in CODES else pl.Series(values)
        made[name] = pl.select(pl.when(pl.Series(known)).then(series)).to_series()
    return pl.DataFrame(made)


def _some(draw: np.random.Generator, chance: np.ndarray) -> np.ndarray:
    return draw.random(len(chance)) < chance


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("households", type=int, nargs="?", default=HOUSEHOLDS)
    given = parser.parse_args()
    for path in files(given.folder, given.households).values():
        print(path, f"{path.stat().st_size / 1e6:.1f} MB")
