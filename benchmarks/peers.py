"""Time one rule, one household: chuanngheo, OpenFisca-Core and zen-engine.

Each peer is given the rule in its own idiom, prepared once outside the timing, and
must first give every case its right category. OpenFisca-Core is timed two ways, as
what it is asked matters: it is built to take many households at once, not one.
"""

import json
from collections.abc import Callable
from importlib.metadata import version
from itertools import pairwise
from timeit import Timer

import numpy as np
import zen
from openfisca_core import periods
from openfisca_core.entities import Entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.populations import Population
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

# isort: split
from baseline import CASES, FLAGS, HOUSEHOLD
from measure import (
    Row,
    check,
    environment,
    library,
    ratio,
    side_by_side,
    table,
    write_section,
)

Classify = Callable[[dict], str]

OPENFISCA_GOAL = 200
ZEN_GOAL = 50

# ---------------------------------------------------------------- OpenFisca-Core
# It keeps integers in 32 bits and floats in float32. Integers are used here, as
# float32 is exact only to 16,777,216; the amounts of every case are ordinary
# ones, since an income above 2,147,483,647 would wrap round without an error.

YEAR = "2024"
ETERNAL = ("area", "household_size")


class Area(Enum):
    """Where the household lives."""

    rural = "rural"
    urban = "urban"


class Category(Enum):
    """What the rule makes of the household."""

    poor = "poor"
    near_poor = "near_poor"
    average = "average"
    not_poor = "not_poor"


def low_income(household: Population, period: periods.Period, parameters: Callable) -> np.ndarray:
    """Compare the year's income with the poverty line."""
    line = parameters(period).poverty_line
    monthly = np.where(household("area", period) == Area.urban, line.urban, line.rural)
    person_months = household("household_size", period) * 12
    return household("income", period) <= monthly * person_months


def deprivations(household: Population, period: periods.Period) -> np.ndarray:
    """Count the flags; `sum` starts from the integer 0, so booleans do add up."""
    return sum(household(flag, period) for flag in FLAGS)


def category(household: Population, period: periods.Period, parameters: Callable) -> np.ndarray:
    """Choose the category."""
    here = parameters(period)
    line = here.average_line
    monthly = np.where(household("area", period) == Area.urban, line.urban, line.rural)
    person_months = household("household_size", period) * 12
    within_average = household("income", period) <= monthly * person_months
    low = household("low_income", period)
    many = household("deprivations", period) >= here.min_deprivations
    return np.select(
        [low & many, low, within_average],
        [Category.poor, Category.near_poor, Category.average],
        Category.not_poor,
    )


def openfisca_country() -> TaxBenefitSystem:
    """Build the smallest country that knows the rule: one entity, the household."""
    entity = Entity("household", "households", "Household", "")

    def variable(name: str, value_type: type, **attributes: object) -> type[Variable]:
        period = periods.ETERNITY if name in ETERNAL else periods.YEAR
        common = {
            "entity": entity,
            "label": name,
            "value_type": value_type,
            "definition_period": period,
        }
        return type(name, (Variable,), common | attributes)

    def enum(name: str, default: object, **attributes: object) -> type[Variable]:
        choice = {"possible_values": type(default), "default_value": default}
        return variable(name, Enum, **choice, **attributes)

    def since_2022(value: int) -> dict:
        return {"values": {"2022-01-01": {"value": value}}}

    def by_area(rural: int, urban: int) -> dict:
        return {"rural": since_2022(rural), "urban": since_2022(urban)}

    country = TaxBenefitSystem([entity])
    country.parameters = ParameterNode(
        "",
        data={
            "poverty_line": by_area(rural=1_500_000, urban=2_000_000),
            "average_line": by_area(rural=2_250_000, urban=3_000_000),
            "min_deprivations": since_2022(3),
        },
    )
    country.add_variables(
        enum("area", Area.rural),
        variable("household_size", int),
        variable("income", int),
        *(variable(flag, bool) for flag in FLAGS),
        variable("low_income", bool, formula=low_income),
        variable("deprivations", int, formula=deprivations),
        enum("category", Category.not_poor, formula=category),
    )
    return country


def openfisca_from_dict(country: TaxBenefitSystem) -> Classify:
    """Describe the household to `build_from_dict`, the documented way."""

    def classify(household: dict) -> str:
        dated = {name: {"ETERNITY" if name in ETERNAL else YEAR: value} for name, value in household.items()}
        situation = {"households": {"one": dated}}
        simulation = SimulationBuilder().build_from_dict(country, situation)
        return simulation.calculate("category", YEAR).decode_to_str()[0]

    return classify


def openfisca_arrays(country: TaxBenefitSystem) -> Classify:
    """Set arrays of one household, periods parsed beforehand: the fastest way found."""
    year, eternity = periods.period(YEAR), periods.period("ETERNITY")

    def classify(household: dict) -> str:
        simulation = SimulationBuilder().build_default_simulation(country, count=1)
        for name, value in household.items():
            period = eternity if name in ETERNAL else year
            simulation.set_input(name, period, [value])
        return simulation.calculate("category", year).decode_to_str()[0]

    return classify


# -------------------------------------------------------------------- zen-engine

DEPRIVATIONS = f"count([{', '.join(FLAGS)}], # == true)"


def zen_model() -> str:
    """Write the rule as a decision model: an expression node, then a decision table."""
    facts = {
        "poverty_line": 'area == "urban" ? 2000000 : 1500000',
        "average_line": 'area == "urban" ? 3000000 : 2250000',
        "low_income": "income <= $.poverty_line * household_size * 12",
        "within_average": "income <= $.average_line * household_size * 12",
        "deprivations": DEPRIVATIONS,
    }
    columns = ("low_income", "deprivations", "within_average")
    rules = (
        ("true", ">= 3", "", '"poor"'),
        ("true", "< 3", "", '"near_poor"'),
        ("false", "", "true", '"average"'),
        ("false", "", "false", '"not_poor"'),
    )
    expressions = {
        "passThrough": False,
        "executionMode": "single",
        "expressions": [{"id": key, "key": key, "value": value} for key, value in facts.items()],
    }
    decision_table = {
        "hitPolicy": "first",
        "passThrough": False,
        "executionMode": "single",
        "inputs": [{"id": name, "name": name, "field": name} for name in columns],
        "outputs": [{"id": "category", "name": "category", "field": "category"}],
        "rules": [
            {"_id": str(row), **dict(zip((*columns, "category"), cells, strict=True))}
            for row, cells in enumerate(rules)
        ],
    }
    nodes = [
        _node("household", "inputNode", {}),
        _node("facts", "expressionNode", expressions),
        _node("category", "decisionTableNode", decision_table),
        _node("result", "outputNode", {}),
    ]
    edges = [
        {
            "id": f"edge-{left['id']}",
            "type": "edge",
            "sourceId": left["id"],
            "targetId": right["id"],
        }
        for left, right in pairwise(nodes)
    ]
    return json.dumps(
        {
            "contentType": "application/vnd.gorules.decision",
            "nodes": nodes,
            "edges": edges,
        }
    )


def _node(name: str, kind: str, content: dict) -> dict:
    return {
        "id": name,
        "name": name,
        "type": kind,
        "position": {"x": 0, "y": 0},
        "content": content,
    }


def zen_decision() -> Classify:
    """Evaluate the decision model, created once."""
    evaluate = zen.ZenEngine().create_decision(zen_model()).evaluate

    def classify(household: dict) -> str:
        return evaluate(household)["result"]["category"]

    return classify


def zen_expression() -> Classify:
    """Evaluate the whole rule as one compiled expression.

    No decision model and no trace, so no goal: it shows what the rule itself costs in
    the language of zen-engine. A model without any rule takes two thirds of the time
    of `zen_decision`.
    """
    within = "income <= (area == 'urban' ? {urban} : {rural}) * household_size * 12"
    low = within.format(urban=2_000_000, rural=1_500_000)
    average = within.format(urban=3_000_000, rural=2_250_000)
    when_low = f"{DEPRIVATIONS} >= 3 ? 'poor' : 'near_poor'"
    otherwise = f"{average} ? 'average' : 'not_poor'"
    return zen.compile_expression(f"{low} ? ({when_low}) : ({otherwise})").evaluate


# ----------------------------------------------------------------------- the run


def main() -> None:
    """Check that all agree, time them and write the section of RESULTS.md."""
    assess = library().standard("vn-2022").assess
    country = openfisca_country()
    contenders: dict[str, Classify] = {
        "chuanngheo": lambda household: assess(household).category,
        "OpenFisca-Core, `build_from_dict`": openfisca_from_dict(country),
        "OpenFisca-Core, arrays on a default simulation": openfisca_arrays(country),
        "zen-engine, decision": zen_decision(),
        "zen-engine, one compiled expression": zen_expression(),
    }
    goals = (None, OPENFISCA_GOAL, OPENFISCA_GOAL, ZEN_GOAL, None)
    timers = {}
    for name, classify in contenders.items():
        check(name, classify, CASES)
        names = {"classify": classify, "household": HOUSEHOLD}
        timers[name] = Timer("classify(household)", globals=names)
    times = side_by_side(timers, rounds=40, seconds=0.01)
    for name, found in times.items():
        print(f"{name}: {min(found) * 1e6:.2f} us at best")
    rows = [
        Row(
            f"{name} / chuanngheo",
            ratio(times, name, "chuanngheo"),
            goal=goal,
            at_least=True,
        )
        for name, goal in zip(contenders, goals, strict=True)
        if name != "chuanngheo"
    ]
    peers = ("OpenFisca-Core", "zen-engine")
    versions = ", ".join(f"{name} {version(name)}" for name in peers)
    heading = "## The same household in other engines"
    write_section("peers", f"{heading}\n\n{environment()} {versions}.\n\n{table(rows)}")


if __name__ == "__main__":
    main()
