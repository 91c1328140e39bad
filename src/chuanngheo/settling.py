"""The general path: every check on the facts of a household, then the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from .case import Case
from .deciding import COUNT, Decision, decide
from .errors import HouseholdError, Problem
from .household import Facts, blank, household_names, read_facts
from .methods import RECORDED, RECORDED_FACTS, choose_method
from .model import RuleSet
from .possible import Evaluator
from .prepared import prepare
from .scoring import Score, score, with_scores
from .terms import NOT_ASKED
from .tree import Ref
from .values import evolve


def settle(
    rules: RuleSet,
    household: Mapping[str, Any],
    on: date | None,
    method: str | None,
    readings: Mapping[str, str] | None,
    derive: str,
    where: str = "",
) -> tuple[str, Decision | None]:
    """The method and the decision (None when recorded), after every check."""
    facts = read_facts(rules, household, on, where=where)
    given = [n for n in household if not blank(household[n])]
    chosen = choose_method(rules, given, method)
    if chosen == RECORDED:
        check_record(rules, facts, where)
        return chosen, None
    case = with_scores(Case(prepare(rules, chosen, readings, derive), facts))
    problems = contradictions(case, where) + excesses(case, where)
    if problems:
        names = ", ".join(p.where for p in problems)
        raise HouseholdError(f"given values contradict the facts they are derived from: {names}", problems)
    return chosen, decide(case)


def filled(rules: RuleSet, card: str, household: Any, on: date | None, readings: Mapping[str, str] | None) -> Score:
    """One score card of the standard from the facts of a household, whatever method reads its sum."""
    facts = read_facts(rules, household, on)
    method = rules.scorecards[card].method or rules.default_method
    return score(Case(prepare(rules, method, readings), facts), card)


def check_record(rules: RuleSet, facts: Facts, where: str) -> None:
    """A recorded class needs its decision: number and date."""
    problems = [
        Problem(
            "CN062",
            where + name,
            f"a recorded class needs {name}",
            None,
            remedy="give class, number and date of the recognising decision",
        )
        for name in RECORDED_FACTS
        if name not in facts.known
    ]
    category = facts.known.get("recorded_category")
    if category is not None and category not in rules.classes:
        problems.append(
            Problem(
                "CN047",
                where + "recorded_category",
                f"{category!r} is not a class of {rules.id}",
                category,
                ", ".join(rules.classes),
            )
        )
    if problems:
        raise HouseholdError("the recorded class cannot be used", problems)


def derived_range(case: Case, name: str) -> Any:
    """What a given value would be if it were derived: (low, high), a set of booleans, or None."""
    other = Case(case.prepared, without(case.facts, name))
    if name in case.scores:
        return case.scores[name].low, case.scores[name].high
    if name == COUNT:
        if not other.counts_flags:
            return None
        counts = Decision(other).counts()
        return counts[0], counts[-1]
    if name not in case.prepared.trees or not other.derives(name):
        return None
    evaluator = Evaluator(other)
    outcomes = Decision(other).evaluate(Ref(name))
    if household_names(case.prepared.rules)[name].kind == "boolean":
        return frozenset(v is True for v, _ in outcomes)
    bounds = [evaluator.bounds(v, e) for v, e in outcomes if v is not NOT_ASKED]
    if not bounds:
        return None
    lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
    return (
        None if None in lows else min(v for v in lows if v is not None),
        None if None in highs else max(v for v in highs if v is not None),
    )


def without(facts: Facts, name: str) -> Facts:
    """The facts but one."""
    return evolve(facts, known={k: v for k, v in facts.known.items() if k != name}, places={})


def contradictions(case: Case, where: str = "") -> list[Problem]:
    """Given values that no completion of the facts they are derived from can have."""
    problems = []
    for name in (n for n in case.facts.known if isinstance(n, str) and n not in case.summed):
        derived = derived_range(case, name)
        if derived is None:
            continue
        given = case.facts.known[name]
        if isinstance(derived, frozenset):
            if given not in derived:
                problems.append(_contradiction(where + name, given, next(iter(derived))))
            continue
        low, high = derived
        whole = household_names(case.prepared.rules)[name].whole
        place = 0 if whole else case.facts.places.get(name, 0)
        assert not isinstance(given, str)
        if (low is not None and given < low - place) or (high is not None and given > high + place):
            problems.append(_contradiction(where + name, given, low if low == high else f"{low} to {high}"))
    return problems


def excesses(case: Case, where: str = "") -> list[Problem]:
    """Numbers beyond another that they cannot exceed, by more than how they were rounded."""
    problems = []
    names = household_names(case.prepared.rules)
    for name, fact in names.items():
        if not fact.at_most or not {name, fact.at_most} & case.facts.known.keys():
            continue  # two derived numbers follow two given ones
        evaluator = Evaluator(case)
        value, most = evaluator.certain(name), evaluator.certain(fact.at_most)
        places = [
            Fraction(0) if names[n].whole else case.facts.places.get(n, Fraction(0)) for n in (name, fact.at_most)
        ]
        if value is not None and most is not None and value > most + max(places):
            shown = [number if isinstance(number, int) else round(float(number), 2) for number in (value, most)]
            problems.append(
                Problem(
                    "CN045",
                    where + name,
                    f"{name} {shown[0]} is more than {fact.at_most} {shown[1]}",
                    value,
                    f"at most {shown[1]}",
                    "check both, and their units",
                )
            )
    return problems


def _contradiction(place: str, given: Any, derived: Any) -> Problem:
    shown = float(derived) if hasattr(derived, "denominator") and getattr(derived, "denominator", 1) != 1 else derived
    return Problem("CN045", place, f"{place} was given as {given}, the other facts make it {shown}", given, str(shown),
                   "keep the one that is right, and leave the other out")  # fmt: skip


def rounding(case: Case) -> list[tuple[str, Any, Any, tuple[str, ...]]]:
    """Given values that differ a little from their derivation, where that changes the class."""
    found = []
    mine: tuple[str, ...] | None = None
    for name in (n for n in case.facts.known if isinstance(n, str) and n not in case.scores):
        derived = derived_range(case, name)
        if (
            derived is None
            or isinstance(derived, frozenset)
            or derived[0] != derived[1]
            or derived[0] == case.facts.known[name]
        ):
            continue
        mine = decide(case).possible if mine is None else mine  # asked for only where some value differs
        other = decide(Case(case.prepared, without(case.facts, name))).possible
        if other != mine:
            found.append((name, case.facts.known[name], derived[0], other))
    return found
