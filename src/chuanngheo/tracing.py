"""How a result came about: the names it read, their values, its statuses and interpretations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .case import Case
from .deciding import COUNT
from .household import household_names
from .methods import RECORDED, RECORDED_FACTS
from .model import Cite, Status
from .possible import Evaluator
from .results import TraceStep, class_cite, indicator_cite
from .terms import NOT_ASKED, Term
from .tree import Node, Ref, conjuncts, fold, readings_in, walk

if TYPE_CHECKING:
    from .assessment import Assessment

NOT_ASKED_TEXT = "not asked"


def used_names(a: Assessment, *, tried: bool = True, into_count: bool = True) -> tuple[str, ...]:
    """Household names that the classes read, in order, through the values derived here.

    ``tried`` stops at the last class that is possible; ``into_count`` enters the indicators counted.
    """
    case = a.case
    last = a.possible[-1] if tried else ""
    found: dict[str, None] = {}

    def visit_lines() -> None:
        for name in case.prepared.lines:
            visit(Ref(name))

    def visit(node: Node) -> None:
        for n in case.visible(node):
            if not isinstance(n, Ref) or n.member or n.name in found:
                continue
            found[n.name] = None
            if n.name in case.summed:
                for test in case.prepared.card_tests(n.name) if into_count else ():
                    visit(test)
            if n.name in case.known:
                continue
            fact = case.prepared.rules.facts.get(n.name)
            if fact is not None and fact.unread:  # whatever the text says, it says it of the lines
                visit_lines()
            if n.name == COUNT and case.counts_flags:
                for flag in case.flags if into_count else ():
                    visit(Ref(flag))
            elif n.name in case.prepared.lines:
                visit(case.prepared.lines[n.name])
            elif case.derives(n.name):
                visit(case.prepared.trees[n.name])

    for name, node in a.prepared.classes:
        visit(node)
        if name == last:
            break
    return tuple(found)


def used_interpretations(a: Assessment) -> tuple[str, ...]:
    """The interpretations this result rests on."""
    found: set[str] = set()
    unfolded = a.prepared.unfolded
    for name in used_names(a):
        if name in unfolded and name not in a.case.known and a.case.derives(name):
            found |= readings_in(unfolded[name])
    for name in a.case.summed:  # of a card, those under which the sum is another
        found |= {o.interpretation for o in a.case.scores[name].others}
    for name, _ in a.prepared.classes:
        found |= readings_in(unfolded[f"class {name}"])
        if name == a.possible[-1]:
            break
    return tuple(n for n in a.standard.interpretations if n in found)


def trace(a: Assessment) -> Iterator[TraceStep]:
    """Facts, lines, derived values and classes on the way to the answer, in reading order."""
    rules = a.standard
    if a.method == RECORDED:
        for name in RECORDED_FACTS:
            recorded = a.household[name]
            yield TraceStep("fact", name, rules.facts[name].labels, recorded, (recorded,), "", True, "", None)
        return
    for name in sorted(used_names(a), key=lambda n: _depth(a.case, n)):
        if name in rules.lines or name in household_names(rules):
            yield from _item_steps(a, name)
            yield _value_step(a, name)
    for name, node in a.prepared.classes:
        cls = rules.classes[name]
        truth = name == a.category if a.status == "decided" else _truth(a.decision.evaluate(node))
        possible = (truth,) if truth is not None else (False, True)
        cite = class_cite(rules, name, a.method)
        yield TraceStep("class", name, cls.labels, truth, possible, "", False, cls.text, cite)
        if name == a.category:
            break


def _item_steps(a: Assessment, name: str) -> Iterator[TraceStep]:
    """The items of a score card whose sum is a value here; the text names the options that hold."""
    if name not in a.case.summed:
        return
    score, card = a.case.scores[name], a.standard.scorecards[name]
    cite = next((c for n in score.columns for c in [card.columns[n].cite] if c and len(score.columns) == 1), card.cite)
    for item in score.items:
        held = "; ".join(item.held) + "".join(f"; {o}?" for o in item.open)
        yield TraceStep("item", f"{name}.{item.number}", item.label, item.value, (item.low, item.high), card.unit,
                        False, held.removeprefix("; "), cite)  # fmt: skip


def _value_step(a: Assessment, name: str) -> TraceStep:
    rules, case = a.standard, a.case
    value, possible = value_of(a, name)
    if name in rules.lines:
        line = rules.lines[name]
        return TraceStep("line", name, line.labels, value, possible, line.unit, False, "", line_cite(a, name))
    fact = household_names(rules)[name]
    own = rules.methods[a.prepared.method].values.get(name)
    labels = own.labels if own else fact.labels
    given = name in case.facts.known and name not in case.summed
    key = name.removeprefix("deprived_")
    if name.startswith("deprived_") and key in rules.indicators:
        kind, cite = "indicator", indicator_cite(rules, key, a.readings)
    else:
        asked = given or not (case.derives(name) or name in case.summed)
        kind = "fact" if name in rules.facts and asked else "value"
        cite = None
    return TraceStep(kind, name, labels, value, possible, fact.unit, given, "" if given else _rule_text(a, name), cite)


def _rule_text(a: Assessment, name: str) -> str:
    rules = a.standard
    if name.startswith("deprived_"):
        return rules.indicators[name.removeprefix("deprived_")].text
    derived = rules.methods[a.prepared.method].values.get(name) or rules.values.get(name)
    return derived.text if derived else rules.facts[name].of_text if name in rules.facts else ""


def value_of(a: Assessment, name: str) -> tuple[Any, tuple[Any, ...]]:
    """A household value: (the certain value or None, its possible values or least and greatest)."""
    if name == COUNT and a.case.counts_flags:
        counts = a.decision.counts()
        return (counts[0] if len(counts) == 1 else None), counts
    evaluator = Evaluator(a.case)
    outcomes = a.decision.evaluate(Ref(name))
    if any(isinstance(v, Term) for v, _ in outcomes):
        bounds = [evaluator.bounds(v, e) for v, e in outcomes if v is not NOT_ASKED]
        lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
        return None, (
            None if None in lows else min(low for low in lows if low is not None),
            None if None in highs else max(high for high in highs if high is not None),
        )
    distinct = tuple(dict.fromkeys(NOT_ASKED_TEXT if v is NOT_ASKED else v for v, _ in outcomes))
    return (distinct[0] if len(distinct) == 1 else None), distinct


def line_cite(a: Assessment, name: str) -> Cite:
    """The citation of the cell of a line that this household meets."""
    line = a.standard.lines[name]
    path: list[str] = []
    table = line.table
    while isinstance(table, dict):
        ((fact, cells),) = table.items()
        code = a.case.known.get(fact)
        if code is None:
            break
        path.append(code)
        table = cells[code]
    return line.cite_of(tuple(path))


def decided_on(a: Assessment) -> date:
    """The day of the decision that recorded a class."""
    given = a.household["recorded_date"]
    return date.fromisoformat(given) if isinstance(given, str) else given


def statuses(a: Assessment) -> Mapping[str, Any]:
    """Every status: True, False or None, or one of these for each member."""
    return marks(a, a.standard.statuses)


def groups(a: Assessment) -> Mapping[str, Any]:
    """The same of the groups that report forms count."""
    return marks(a, a.standard.groups)


def marks(a: Assessment, listed: Mapping[str, Status]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, status in listed.items():
        first = status.start or status.cite.source.issued
        if a.method == RECORDED:
            found[name] = None
        elif a.on is not None and first is not None and a.on < first:
            persons = a.case.facts.members if status.of == "person" else None
            found[name] = False if persons is None else (False,) * persons
        else:
            node = fold(status.node, dict(a.readings))
            evaluator = Evaluator(a.case)
            persons = a.case.facts.members
            if status.of == "household":
                found[name] = _truth(a.decision.evaluate(node))
            elif persons is None:
                found[name] = _without_members(evaluator, node)
            else:
                alike: dict[Any, bool | None] = {}  # persons of whom the same is known are the same to every rule
                for i in range(persons):
                    if a.case.likeness(i) not in alike:
                        alike[a.case.likeness(i)] = _truth(evaluator.outcomes(node, {}, i))
                found[name] = tuple(alike[a.case.likeness(i)] for i in range(persons))
    return MappingProxyType(found)


def _without_members(evaluator: Evaluator, node: Node) -> bool | None:
    """False when the facts of the household exclude a status for every person."""
    of_household = [p for p in conjuncts(node) if not any(isinstance(n, Ref) and n.member for n in walk(p))]
    return False if any(_truth(evaluator.outcomes(p, {})) is False for p in of_household) else None


def _truth(outcomes: Any) -> bool | None:
    truths = {v is True for v, _ in outcomes}
    return truths.pop() if len(truths) == 1 else None


def _depth(case: Case, name: str) -> int:
    """Facts before lines before what rests on them."""
    derived = name in case.prepared.trees and name not in case.known
    if name.startswith("deprived_"):
        return 2
    if name in case.prepared.lines:
        return 3
    if name == COUNT:
        return 4
    return 0 if not derived else 1 if name in case.prepared.rules.facts else 5
