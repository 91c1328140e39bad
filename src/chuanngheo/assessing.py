"""One household under one standard: method, contradictions, and the assessment itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from .compiling import Plan, make_plan
from .deciding import COUNT, Decision, decide
from .errors import HouseholdError, Problem
from .household import Facts, household_names, read_facts
from .model import RuleSet
from .possible import NOT_ASKED, Case, Evaluator
from .prepared import Prepared, prepare
from .tree import Ref

RECORDED = "recorded"
RECORDED_FACTS = ("recorded_category", "recorded_decision", "recorded_date")
MAX_PLANS = 512


def choose_method(rules: RuleSet, given: Iterable[str], method: str | None) -> str:
    """The method the caller names, or the only one whose own facts were given.

    Raises :class:`HouseholdError` when facts of two methods were given and none was named.
    """
    allowed = (*rules.methods, RECORDED)
    if method is not None:
        if method not in allowed:
            raise HouseholdError(f"{rules.exact_id} has no method {method!r}", [
                Problem("CN060", "method", f"there is no method {method!r}", method, ", ".join(allowed), "name one of them")
            ])  # fmt: skip
        return method
    own = own_facts(rules)
    names = set(given)
    touched = [m for m in allowed if names & own[m]]
    if len(touched) > 1:
        facts = "; ".join(f"{m}: {', '.join(sorted(names & own[m]))}" for m in touched)
        raise HouseholdError(f"facts of more than one method were given to {rules.exact_id}", [
            Problem("CN061", "method", f"facts of {len(touched)} methods were given ({facts})", None, ", ".join(touched),
                    f"pass method={touched[0]!r} or another of them")
        ])  # fmt: skip
    return touched[0] if touched else rules.default_method


def own_facts(rules: RuleSet) -> Mapping[str, frozenset[str]]:
    """The facts that only one method reads, by method."""
    if "own_facts" not in rules.memo:
        needs = {m: prepare(rules, m).needed for m in rules.methods}
        own = {m: frozenset(n for n in needs[m] if not any(n in needs[o] for o in needs if o != m)) for m in needs}
        shared = {v for m in rules.methods.values() for v in m.values}
        own = {m: names - shared - set(rules.lines) for m, names in own.items()}
        rules.memo["own_facts"] = {**own, RECORDED: frozenset(RECORDED_FACTS)}
    found: Mapping[str, frozenset[str]] = rules.memo["own_facts"]
    return found


def plan_for(rules: RuleSet, names: tuple[str, ...]) -> tuple[Plan, Prepared] | None:
    """The plan for a set of given names under default method and readings, made once."""
    plans: dict[tuple[str, ...], tuple[Plan, Prepared] | None] = rules.memo.setdefault("plans", {})
    if names not in plans:
        if len(plans) >= MAX_PLANS:
            plans.clear()
        made = None
        if all(type(n) is str for n in names) and "members" not in names:
            try:
                method = choose_method(rules, names, None)
            except HouseholdError:
                method = RECORDED
            if method != RECORDED:
                prepared = prepare(rules, method)
                plan = make_plan(prepared, names)
                made = (plan, prepared) if plan is not None else None
        plans[names] = made
    return plans[names]


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
    given = [n for n in household if household[n] is not None]
    chosen = choose_method(rules, given, method)
    if chosen == RECORDED:
        check_record(rules, facts, where)
        return chosen, None
    case = Case(prepare(rules, chosen, readings, derive), facts)
    problems = contradictions(case, where)
    if problems:
        names = ", ".join(p.where for p in problems)
        raise HouseholdError(f"given values contradict the facts they are derived from: {names}", problems)
    return chosen, decide(case)


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
    other = Case(case.prepared, Facts({k: v for k, v in case.facts.known.items() if k != name}, case.facts.births,
                                      case.facts.members, case.facts.on))  # fmt: skip
    if name == COUNT:
        if not other.counts_flags:
            return None
        counts = Decision(other).counts()
        return counts[0], counts[-1]
    if name not in case.prepared.trees or not other.derives(name):
        return None
    evaluator = Evaluator(other)
    outcomes = evaluator.outcomes(Ref(name), {})
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


def contradictions(case: Case, where: str = "") -> list[Problem]:
    """Given values that no completion of the facts they are derived from can have."""
    problems = []
    for name in (n for n in case.facts.known if isinstance(n, str)):
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


def _contradiction(place: str, given: Any, derived: Any) -> Problem:
    shown = float(derived) if hasattr(derived, "denominator") and getattr(derived, "denominator", 1) != 1 else derived
    return Problem("CN045", place, f"{place} was given as {given}, the other facts make it {shown}", given, str(shown),
                   "keep the one that is right, and leave the other out")  # fmt: skip


def rounding(case: Case) -> list[tuple[str, Any, Any, tuple[str, ...]]]:
    """Given values that differ a little from their derivation, where that changes the class."""
    found = []
    mine = decide(case).possible
    for name in (n for n in case.facts.known if isinstance(n, str)):
        derived = derived_range(case, name)
        if (
            derived is None
            or isinstance(derived, frozenset)
            or derived[0] != derived[1]
            or derived[0] == case.facts.known[name]
        ):
            continue
        facts = Facts(
            {k: v for k, v in case.facts.known.items() if k != name},
            case.facts.births,
            case.facts.members,
            case.facts.on,
        )
        other = decide(Case(case.prepared, facts)).possible
        if other != mine:
            found.append((name, case.facts.known[name], derived[0], other))
    return found


__all__ = ["COUNT", "RECORDED", "choose_method", "contradictions", "plan_for", "rounding", "settle"]
