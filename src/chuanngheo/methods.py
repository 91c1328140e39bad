"""Which method answers for the facts that were given, and the plan that answers fast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .compiling import Plan, make_plan
from .errors import HouseholdError, Problem
from .model import RuleSet
from .prepared import Prepared, prepare

RECORDED = "recorded"
RECORDED_FACTS = ("recorded_category", "recorded_decision", "recorded_date")
MAX_PLANS = 512


Way = tuple[Prepared, str, "dict[str, str] | None", str]  # the trees, and what was asked: method, readings, derive
Planned = tuple[Plan, Way]


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
        needs = {m: p.needed | p.card_names for m in rules.methods for p in [prepare(rules, m)]}
        own = {m: frozenset(n for n in needs[m] if not any(n in needs[o] for o in needs if o != m)) for m in needs}
        shared = {v for m in rules.methods.values() for v in m.values}
        own = {m: names - shared - set(rules.lines) for m, names in own.items()}
        rules.memo["own_facts"] = {**own, RECORDED: frozenset(RECORDED_FACTS)}
    found: Mapping[str, frozenset[str]] = rules.memo["own_facts"]
    return found


def plan_for(rules: RuleSet, names: tuple[str, ...]) -> Planned | None:
    """The plan for a set of given names under default method and readings, made once."""
    plans: dict[tuple[str, ...], Planned | None] = rules.plans
    if names not in plans:
        if len(plans) >= MAX_PLANS:
            plans.clear()
        made = None
        unread = {n for n, f in rules.facts.items() if f.unread}
        if all(type(n) is str for n in names) and "members" not in names and unread.isdisjoint(names):
            try:
                method = choose_method(rules, names, None)
            except HouseholdError:
                method = RECORDED
            prepared = prepare(rules, rules.default_method if method == RECORDED else method)
            if method != RECORDED and not (prepared.card_names - prepared.needed) & set(names):
                plan = make_plan(prepared, names)
                made = (plan, (prepared, method, None, "all")) if plan is not None else None
        plans[names] = made
    return plans[names]
