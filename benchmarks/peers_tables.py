"""Time whole tables of households in other engines: OpenFisca-Core and PolicyEngine-Core.

    python benchmarks/peers_tables.py [--sizes 1,10] [--rounds 3] [--persons 1] [--data FOLDER] [--readme]

The peers know no unknown value and keep integers in 32 bits, so everything is known here and no
income is beyond them. They are asked for the class alone, and so is the library. The rule is
written once, as both read it: variables with formulas over arrays. A country is built once and
not timed; the arrays of a simulation are made beforehand in the types that the peer keeps, its
simulation is built for every round, as it keeps what it has computed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import polars as pl

import synthetic
from baseline import FLAGS, OF_PERSONS
from measure import Row, in_turn, library, table, write_readme, write_section

STANDARD = "vn-2022"
MILLION = synthetic.MILLION
YEAR = "2024"
PEERS = {"OpenFisca-Core": "openfisca_core", "PolicyEngine-Core": "policyengine_core"}
WIDEST = 2**31 - 1
OF_HOUSEHOLDS = tuple(f for f in FLAGS if f not in OF_PERSONS)
GOAL, GOAL_WITH_PERSONS = 30, 100

# --------------------------------------------------------------------- the tables


def complete(folder: Path, rows: int, with_persons: bool) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """The synthetic tables with a value for everything unknown."""
    ours, theirs = synthetic.files(folder, rows, with_persons)
    known = {"area": "rural", "income": 60_000_000, "household_size": 4}
    households = pl.read_parquet(ours).with_columns(
        *(pl.col(name).fill_null(value) for name, value in known.items()), *(pl.col(f).fill_null(False) for f in FLAGS)
    ).with_columns(pl.col("income").clip(0, WIDEST))  # fmt: skip
    if not with_persons:
        return households, None
    known = {"age": 30, "employment": "studying", "contract": "not_wage", "school_level": "preschool", "schooling": "none"}
    known |= {"training": "none", "social_allowance": "none"}
    persons = pl.read_parquet(theirs)
    persons = persons.with_columns(pl.col(n).fill_null(known.get(n, False)) for n in persons.columns if n != "household_id")
    # A child that was grown up a moment ago would contradict its household.
    return households.drop(*OF_PERSONS, "household_size").with_columns(deprived_nutrition=pl.lit(False)), persons


# ------------------------------------------------------------------------- a peer


def modules(package: str) -> SimpleNamespace:
    """The names of a peer: they are the same in both."""

    def of(name: str) -> ModuleType:
        return importlib.import_module(f"{package}.{name}")

    enums = of("indexed_enums" if package == "openfisca_core" else "enums")
    builder = of("simulation_builder" if package == "openfisca_core" else "simulations").SimulationBuilder
    return SimpleNamespace(
        Enum=enums.Enum,
        EnumArray=enums.EnumArray,
        Variable=of("variables").Variable,
        ParameterNode=of("parameters").ParameterNode,
        Entity=of("entities").Entity,
        GroupEntity=of("entities").GroupEntity,
        TaxBenefitSystem=of("taxbenefitsystems").TaxBenefitSystem,
        SimulationBuilder=builder,
        periods=of("periods"),
    )


def country(core: SimpleNamespace, with_persons: bool) -> tuple[Any, dict[str, Any]]:
    """The smallest country that knows the rule, and its lists of codes."""
    enum = {name: core.Enum(name.title(), {c: c for c in codes}) for name, codes in (synthetic.CODES | {"area": synthetic.AREAS}).items()}
    categories = core.Enum("Category", {c: c for c in ("poor", "near_poor", "average", "not_poor")})
    if with_persons:
        person = core.Entity("person", "persons", "Person", "")
        household = core.GroupEntity("household", "households", "Household", "", roles=[{"key": "member", "plural": "members"}])
        system = core.TaxBenefitSystem([person, household])
    else:
        household = core.Entity("household", "households", "Household", "")
        system = core.TaxBenefitSystem([household])

    def add(name: str, kind: Any, formula: Any = None, entity: Any = household, default: Any = None) -> None:
        about = {"value_type": kind, "entity": entity, "definition_period": core.periods.YEAR, "label": name}
        if default is not None:
            about |= {"possible_values": type(default), "default_value": default}
        if formula is not None:
            about["formula"] = formula
        system.add_variable(type(name, (core.Variable,), about))

    def line(household: Any, period: Any, parameters: Any, name: str) -> np.ndarray:
        here = getattr(parameters(period), name)
        return np.where(household("area", period) == enum["area"].urban, here.urban, here.rural)

    def low_income(household: Any, period: Any, parameters: Any) -> np.ndarray:
        return household("income", period) <= line(household, period, parameters, "poverty_line") * 12 * household("household_size", period)

    def within_average(household: Any, period: Any, parameters: Any) -> np.ndarray:
        return household("income", period) <= line(household, period, parameters, "average_line") * 12 * household("household_size", period)

    def deprivations(household: Any, period: Any) -> np.ndarray:
        return sum(household(flag, period).astype(np.int32) for flag in FLAGS)

    def category(household: Any, period: Any, parameters: Any) -> np.ndarray:
        many = household("deprivations", period) >= parameters(period).min_deprivations
        low = household("low_income", period)
        return np.select(
            [low & many, low, household("within_average", period)],
            [categories.poor, categories.near_poor, categories.average],
            categories.not_poor,
        )

    system.parameters = core.ParameterNode("", data={
        "poverty_line": _by_area(1_500_000, 2_000_000),
        "average_line": _by_area(2_250_000, 3_000_000),
        "min_deprivations": _since_2022(3),
    })  # fmt: skip
    add("area", core.Enum, default=enum["area"].rural)
    add("income", int)
    for flag in OF_HOUSEHOLDS if with_persons else FLAGS:
        add(flag, bool)
    if with_persons:
        _persons(core, add, person, enum)
    else:
        add("household_size", int)
    add("low_income", bool, low_income)
    add("within_average", bool, within_average)
    add("deprivations", int, deprivations)
    add("category", core.Enum, category, default=categories.not_poor)
    return system, enum | {"category": categories}


def _since_2022(value: int) -> dict[str, Any]:
    return {"values": {"2022-01-01": {"value": value}}}


def _by_area(rural: int, urban: int) -> dict[str, Any]:
    return {"rural": _since_2022(rural), "urban": _since_2022(urban)}


def _persons(core: SimpleNamespace, add: Any, person: Any, enum: dict[str, Any]) -> None:
    """The facts of persons, and the indicators that rest on them."""
    for name in ("health_insurance", "state_paid_health_insurance", "internet", "attending_school"):
        add(name, bool, entity=person)
    for name in synthetic.CODES:
        add(name, core.Enum, entity=person, default=next(iter(enum[name])))
    add("age", int, entity=person)

    def code(members: Any, name: str, period: Any, *wanted: str) -> np.ndarray:
        held = members(name, period)
        return sum(held == enum[name][w] for w in wanted) > 0 if len(wanted) > 1 else held == enum[name][wanted[0]]

    def household_size(household: Any, period: Any) -> np.ndarray:  # noqa: ARG001
        return household.nb_persons()

    def employment(household: Any, period: Any) -> np.ndarray:
        members = household.members
        adult = members("age", period) >= 15
        works = code(members, "employment", period, "working") & code(members, "contract", period, "without")
        return household.any(adult & (code(members, "employment", period, "no_job") | works))

    def dependency(household: Any, period: Any) -> np.ndarray:
        members = household.members
        dependent = (members("age", period) < 16) | code(members, "social_allowance", period, "elderly", "disabled")
        return household.sum(dependent) * 2 > household.nb_persons()

    def health_insurance(household: Any, period: Any) -> np.ndarray:
        members = household.members
        insured = members("health_insurance", period) | members("state_paid_health_insurance", period)
        return household.any((members("age", period) >= 6) & ~insured)

    def adult_education(household: Any, period: Any) -> np.ndarray:
        members = household.members
        age = members("age", period)
        young = code(members, "schooling", period, "none", "primary")
        grown = ~code(members, "schooling", period, "upper_secondary") & code(members, "training", period, "none")
        lacks = ~members("attending_school", period) & np.where(age < 18, young, grown)
        return household.any((age >= 16) & (age < 30) & lacks)

    def school_attendance(household: Any, period: Any) -> np.ndarray:
        members = household.members
        age, attends = members("age", period), members("attending_school", period)
        names = [level.name for level in enum["school_level"] if level.name != "short_course"]
        small = ~attends | code(members, "school_level", period, "short_course")
        primary = ~attends | ~code(members, "school_level", period, *names[1:])
        secondary = ~attends | ~code(members, "school_level", period, *names[2:])
        done = code(members, "schooling", period, "lower_secondary", "upper_secondary")
        lacks = np.select([age < 6, age < 12], [small, primary], secondary & ~done)
        return household.any((age >= 3) & (age < 16) & lacks)

    def telecommunication(household: Any, period: Any) -> np.ndarray:
        return ~household.any(household.members("internet", period))

    add("household_size", int, household_size)
    indicators = (employment, dependency, health_insurance, adult_education, school_attendance, telecommunication)
    for flag, formula in zip(OF_PERSONS, indicators, strict=True):
        add(flag, bool, formula)


def asked(package: str, households: pl.DataFrame, persons: pl.DataFrame | None) -> Callable[[], np.ndarray]:
    """A function that builds a simulation from arrays and computes the class, as its codes."""
    core = modules(package)
    system, enum = country(core, persons is not None)
    year = core.periods.period(YEAR)

    def arrays(frame: pl.DataFrame) -> dict[str, np.ndarray]:
        found = {}
        for name in frame.columns:
            if name in enum:
                codes = frame[name].cast(pl.String).replace_strict({c.name: c.index for c in enum[name]}, return_dtype=pl.Int16)
                found[name] = core.EnumArray(codes.to_numpy().astype(np.int16), enum[name])
            elif name != "household_id":
                found[name] = frame[name].to_numpy().astype(bool if frame[name].dtype == pl.Boolean else np.int32)
        return found

    given = arrays(households) | ({} if persons is None else arrays(persons))
    of_whom = None if persons is None else persons["household_id"].to_numpy().astype(np.int32)

    def classify() -> np.ndarray:
        if of_whom is None:
            simulation = core.SimulationBuilder().build_default_simulation(system, count=households.height)
        else:
            simulation = core.SimulationBuilder().build_default_simulation(system, count=len(of_whom))
            population = simulation.populations["household"]
            population.count, population.ids = households.height, np.arange(households.height)
            population.members_entity_id = of_whom
        for name, values in given.items():
            simulation.set_input(name, year, values)
        return np.asarray(simulation.calculate("category", year))

    return classify


# ------------------------------------------------------------------------ the run


def measure(package: str, rows: int, with_persons: bool, rounds: int, data: Path) -> dict[str, float]:
    """The best times of the peer and of the library, in turn."""
    std = library().standard(STANDARD)
    households, persons = complete(data, rows, with_persons)
    theirs = asked(package, households, persons)
    lazy, people = households.lazy(), None if persons is None else persons.lazy()

    def ours() -> pl.DataFrame:
        return std.classify(lazy, people, check="now").select("category").collect(engine="streaming")

    names = pl.Series(["poor", "near_poor", "average", "not_poor"])
    found = names.gather(pl.Series(theirs().astype(np.uint32)))
    wanted = ours()["category"]
    if not (found == wanted).all():
        differ = int((found != wanted).sum())
        raise SystemExit(f"{package} and the library differ on {differ:,} of {rows:,} households")
    contenders: dict[str, Callable[[], object]] = {"peer": theirs, "class": ours}
    contenders["all answers"] = lambda: std.classify(households, persons)
    return in_turn(contenders, rounds)


def in_own_process(package: str, rows: int, with_persons: bool, rounds: int, data: Path) -> dict[str, float] | None:
    """Measure in a fresh interpreter; None where the peer does not come through."""
    command = [sys.executable, __file__, "--task", package, "--sizes", str(rows / MILLION), "--rounds", str(rounds), "--data", str(data)]
    command += ["--persons", str(rows / MILLION)] if with_persons else []
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{package}, {rows / MILLION:g} M{', with persons' if with_persons else ''}: left with {done.returncode}", flush=True)
        return None
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure, and write the section of RESULTS.md or the block of the README."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1", help="millions of households, with commas")
    parser.add_argument("--persons", default="", help="the same, for households with their persons")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "chuanngheo-bench")
    parser.add_argument("--readme", action="store_true", help="write the block of the README too")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        rows = round(float(given.sizes) * MILLION)
        print(json.dumps(measure(given.task, rows, bool(given.persons), given.rounds, given.data)))
        return
    rows_of_page = []
    for with_persons, sizes in ((False, given.sizes), (True, given.persons)):
        for size in filter(None, sizes.split(",")):
            for name, package in PEERS.items():
                found = in_own_process(package, round(float(size) * MILLION), with_persons, given.rounds, given.data)
                if found is None:
                    continue
                for what, seconds in found.items():
                    print(f"{name}, {size} M, {what}: {seconds * 1e3:,.0f} ms", flush=True)
                about = f"{name} / chuanngheo, {size} M" + (" with persons" if with_persons else "")
                goal = (GOAL_WITH_PERSONS if with_persons else GOAL) if name == "OpenFisca-Core" else None
                rows_of_page.append(Row(about, found["peer"] / found["class"], goal=goal, at_least=True))
                rows_of_page.append(Row(f"{about}, every answer", found["peer"] / found["all answers"]))
    text = f"{', '.join(f'{name} {version(name)}' for name in PEERS)}; the class of every household.\n\n{table(rows_of_page)}"
    write_section("peers tables", f"## Whole tables in other engines\n\n{text}")
    if given.readme:
        write_readme("all tables", "peers tables")


if __name__ == "__main__":
    main()
