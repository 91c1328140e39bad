"""Whether two standards, or two readings of one, ever answer differently, and on which household.

Both rules are followed along every path of a household of which nothing is known
(:mod:`chuanngheo.regions`); where the paths of one answer and of another meet, there is a household
that tells them apart. Where none meets, the two are equal for every household: a proof, not a
search. Members are followed one by one; :func:`enough_members` says how many it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any

from .answering import Standard
from .assessment import Assessment
from .case import Case, Key
from .deciding import Decision
from .errors import ChuanNgheoError
from .model import NO_CLASS_NAME, RuleSet
from .possible import START, Evaluator, combine
from .prepared import Prepared, prepare
from .regions import Bounds, Region, blank, class_regions, status_regions
from .tree import Compare, Const, Given, Lookup, Node, Quantifier, Ref, extremes_as_tests, fold, readings_in, walk
from .values import Frozen, field, frozen
from .witness import Household, household_in, met_wholly

MOST_MEMBERS = 4  # more are never needed by a rule of the language as it is used; see enough_members


@frozen
class Difference(Frozen):
    """Two standards differ: where, for which household, and what each of them answers."""

    where: str  # classes, indicators.water, lines.poverty_line, applies, ...
    a: Any
    b: Any
    witness: Mapping[str, Any] | None = None
    on: date | None = None
    method: str = ""
    readings: Mapping[str, str] = field(factory=dict)

    def __str__(self) -> str:
        shown = f" for {dict(self.witness)}" if self.witness is not None else ""
        return f"{self.where}: {self.a} against {self.b}{shown}"


@frozen
class Outcome(Frozen):
    """The values of several trees for a household of some size, and what it takes to have them."""

    values: tuple[Any, ...]
    bounds: Bounds
    members: int


# --- several trees over the same persons ------------------------------------------------------------


def quantifiers_in(tree: Node) -> tuple[Quantifier, ...]:
    return tuple(dict.fromkeys(n for n in walk(tree) if isinstance(n, Quantifier)))


def enough_members(trees: Iterable[Node]) -> int:
    """How many members suffice to show every value that trees can have together.

    One person shows what ``any`` or ``all`` can be, ``n + 1`` persons every comparison of a ``count``
    with ``n``, and ``q`` persons every comparison of a ``share`` with ``p/q``: its values then lie
    below, on and above it. Persons that show different quantifiers can stand side by side.
    """
    total = 0
    for tree in trees:
        for q in quantifiers_in(tree):
            bounds = [Fraction(1)]
            for n in walk(tree):
                if isinstance(n, Compare) and q in (n.left, n.right):
                    bounds += [Fraction(c.value) for c in walk(n) if isinstance(c, Const) and type(c.value) is not bool
                               and not isinstance(c.value, str)]  # fmt: skip
            if q.kind == "count":
                total += int(max(bounds)) + 1
            elif q.kind == "share":
                total += max(b.denominator for b in bounds)
            else:
                total += 1
    return max(1, min(total, MOST_MEMBERS))


def together(sides: tuple[tuple[Case, Node], ...], most: int) -> Iterator[Outcome]:
    """The values that trees can have for one and the same household, of 1 to ``most`` members.

    Trees without persons are looked at once. Where persons come in, one household is shown for each
    combination of values of the quantifiers.
    """
    listed = [(case, q) for case, tree in sides for q in quantifiers_in(tree)]
    if not listed:
        for values, bounds in _values(sides, (), {}):
            yield Outcome(values, bounds, 0)
        return
    one = _one_person(listed)
    sizes = dict(one)
    for members in range(1, most + 1):
        if members > 1:
            grown: dict[tuple[Any, Any], Bounds] = {}
            for (a, home_a), bounds_a in sizes.items():
                for (b, home_b), bounds_b in one.items():
                    home = met_wholly(dict(home_a), dict(home_b))
                    if home is None:
                        continue
                    state = tuple(combine(q.kind, x, y) for (_, q), x, y in zip(listed, a, b, strict=True))
                    added = {(members - 1, k[1]) if isinstance(k, tuple) else k: d for k, d in bounds_b.items()}
                    grown.setdefault((state, frozenset(home.items())), {**bounds_a, **added, **home})
            sizes = grown
        for (state, _), bounds in sizes.items():
            for values, narrowed_bounds in _values(sides, state, bounds):
                yield Outcome(values, narrowed_bounds, members)


def _one_person(listed: list[tuple[Case, Quantifier]]) -> dict[tuple[Any, Any], Bounds]:
    """What one person can add to all quantifiers at once, with one way to be that person."""
    states: list[tuple[tuple[Any, ...], dict[Key, Any]]] = [((), {})]
    for case, q in listed:
        evaluator = Evaluator(case)
        states = [
            ((*done, added), e2) for done, env in states for added, e2 in evaluator.person(q, 0, START[q.kind], env)
        ]
    found: dict[tuple[Any, Any], Bounds] = {}
    for state, env in sorted(states, key=lambda s: len(s[1])):
        home = frozenset((k, d) for k, d in env.items() if not isinstance(k, tuple))
        found.setdefault((state, home), env)
    return found


def _values(
    sides: tuple[tuple[Case, Node], ...], state: tuple[Any, ...], bounds: Bounds
) -> Iterator[tuple[tuple[Any, ...], Bounds]]:
    states: list[tuple[tuple[Any, ...], dict[Key, Any]]] = [((), dict(bounds))]
    begin = 0
    for case, tree in sides:
        own = quantifiers_in(tree)
        accumulated = dict(zip(own, state[begin : begin + len(own)], strict=True))
        begin += len(own)
        evaluator = Evaluator(case, accumulated)
        states = [((*v, x), e2) for v, e in states for x, e2 in evaluator.outcomes(tree, e)]
    yield from states


# --- ways to ask --------------------------------------------------------------------------------------


def first_day(rules: RuleSet) -> date:
    """The day on which households of a standard are shown: the first that it covers."""
    return rules.applies[0].start if rules.applies else date.max


def class_names(prepared: Prepared) -> set[str]:
    """The names that classes read, through values of the file but not into facts or indicators."""
    found: set[str] = set()
    waiting = [node for _, node in prepared.classes]
    while waiting:
        for n in walk(waiting.pop()):
            if isinstance(n, Ref) and not n.member and n.name not in found:
                found.add(n.name)
                inner = n.name in prepared.rules.facts or n.name.startswith("deprived_")
                if n.name in prepared.trees and not inner:
                    waiting.append(prepared.trees[n.name])
    return found


def class_readings(rules: RuleSet, method: str) -> tuple[str, ...]:
    """The interpretations that decide between classes, those of indicators apart."""
    prepared = prepare(rules, method)
    names = class_names(prepared)
    wanted: set[str] = set()
    for name, node in prepared.unfolded.items():
        if name.startswith("class ") or (
            name in names and name not in rules.facts and not name.startswith("deprived_")
        ):
            wanted |= readings_in(node)
    return tuple(n for n in rules.interpretations if n in wanted)


def choices(rules: RuleSet, names: Iterable[str]) -> Iterator[dict[str, str]]:
    """Every choice of senses, as what departs from the defaults: the fewest departures first."""
    listed = [[(n, s) for s in rules.interpretations[n].readings] for n in names]
    every = [{n: s for n, s in chosen if s != rules.interpretations[n].default} for chosen in product(*listed)]
    yield from sorted(every, key=len)


def sayings(prepared: Prepared) -> Iterator[frozenset[str]]:
    """Every set of names that the rules can find given, where they ask: the fewest first."""
    trees = [*(node for _, node in prepared.classes), *prepared.trees.values()]
    asked = {n.name for t in trees for n in walk(t) if isinstance(n, Given)}
    raw = {n.name for f in prepared.rules.facts.values() if f.of is not None for n in walk(f.of) if isinstance(n, Ref)}
    names = sorted(asked, key=lambda n: (n in raw, n))  # what the rules compare, before what that is derived from
    for some in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
        yield frozenset(some)


def answer(std: Standard, household: Household, **how: Any) -> str:
    """The class of a household, ``undetermined``, ``no_class``, or the code of the error."""
    try:
        a = std.assess(household, **how)
    except ChuanNgheoError as error:
        return error.problems[0].code if error.problems else "error"
    return a.category or a.status


def flag_value(a: Assessment, name: str) -> bool | None:
    """Whether an assessed household is deprived in an indicator; None where it is not certain."""
    values = {v for v, _ in Decision(a.case).evaluate(Ref(f"deprived_{name}"))}
    return values.pop() if len(values) == 1 else None


# --- two standards --------------------------------------------------------------------------------------


def difference(a: Standard, b: Standard) -> Difference | None:
    """Where two standards first differ, or None: they answer alike for every household, day and reading.

    Looked at are the lines and days they state, the facts they accept, the classes under every method
    and reading, every indicator and every mark. Texts, citations and grades are not rules.

    >>> import chuanngheo as cn
    >>> std = cn.standard("vn-2006")
    >>> difference(std, std) is None
    True
    >>> print(difference(std, std.reform(poverty_line={"rural": 200_001})))
    lines.poverty_line: {'area': {'rural': 200000, 'urban': 260000}} against {'area': {'rural': 200001, 'urban': 260000}}
    """
    stated = _stated(a, b)
    if stated is not None:
        return stated
    for method in a.methods:
        found = _classes(a, b, method)
        if found is not None:
            return found
    for name in a.indicators:
        found = _indicator(a, b, name)
        if found is not None:
            return found
    for name in a.statuses:
        found = _status(a, b, name)
        if found is not None:
            return found
    return None


def _stated(a: Standard, b: Standard) -> Difference | None:
    """What anybody can read off a standard without a household."""
    for where, of in (
        ("methods", lambda s: [(m.name, m.default, m.until) for m in s.methods.values()]),
        ("classes", lambda s: [(c.name, c.within, c.methods) for c in s.classes.values()]),
        ("indicators", lambda s: [(n, d.node is None) for n, d in s.indicators.items()]),
        ("statuses", lambda s: [(x.name, x.of, x.start) for x in s.statuses.values()]),
        ("interpretations", lambda s: [(i.name, tuple(i.readings), i.default) for i in s.interpretations.values()]),
        ("applies", lambda s: [(x.start, x.end, x.known_from, x.concerns) for x in s.applies]),
        ("identity", lambda s: (s.id, s.version, s.revision, s.jurisdiction, s.entity)),
    ):
        if of(a) != of(b):
            return Difference(where, of(a), of(b))
    for kind, of_a, of_b in (("lines", a.lines, b.lines), ("facts", a.facts, b.facts), ("tables", {}, {})):
        for name in dict.fromkeys((*of_a, *of_b)):
            left, right = (_essence(kind, x[name]) if name in x else None for x in (of_a, of_b))
            if left != right:
                return Difference(
                    f"{kind}.{name}",
                    *(("absent", right) if left is None else (left, "absent" if right is None else right)),
                )
    return None


def _essence(kind: str, value: Any) -> Any:
    if kind == "lines":
        return value.table if value.unit else (value.table, value.unit)
    return (value.kind, value.entity, value.unit, tuple(value.codes), value.whole, value.least, value.most, value.multiple,
            value.at_most, value.asked_if, value.of, value.unread)  # fmt: skip


def _classes(a: Standard, b: Standard, method: str) -> Difference | None:
    names = dict.fromkeys((*class_readings(a, method), *class_readings(b, method)))
    for chosen in choices(a, names):
        left, right = prepare(a, method, chosen), prepare(b, method, chosen)
        if left.classes == right.classes and _same_below(left, right, class_names(left) | class_names(right)):
            continue
        for said in sayings(left):
            found = clash(class_regions(left, said), class_regions(right, said), a, said)
            if found is not None:
                values, witness = found
                return Difference("classes", *values, witness, None, method, chosen)
    return None


def _same_below(left: Prepared, right: Prepared, names: Iterable[str]) -> bool:
    return all(left.trees.get(n) == right.trees.get(n) and left.lines.get(n) == right.lines.get(n) for n in names)


def clash(
    left: Iterable[Region], right: Iterable[Region], rules: RuleSet, said: frozenset[str] = frozenset()
) -> tuple[tuple[Any, Any], Household | None] | None:
    """Two different answers for one household, and the household."""
    theirs = list(right)
    found: tuple[tuple[Any, Any], Household | None] | None = None
    for mine in left:
        for other in theirs:
            if mine.value != other.value and (both := met_wholly(mine.bounds, other.bounds)) is not None:
                witness = household_in(rules, both, said)
                values = (mine.value or NO_CLASS_NAME, other.value or NO_CLASS_NAME)
                if witness is not None:
                    return values, witness
                found = found or (values, None)
    return found


def _indicator(a: Standard, b: Standard, name: str) -> Difference | None:
    flag = f"deprived_{name}"
    first = prepare(a, a.default_method), prepare(b, b.default_method)
    if flag not in first[0].trees:
        return None
    names = dict.fromkeys(chain.from_iterable(readings_in(p.unfolded[flag]) for p in first))
    for chosen in choices(a, [n for n in a.interpretations if n in names]):
        left, right = (prepare(s, s.default_method, chosen) for s in (a, b))
        if left.trees[flag] == right.trees[flag] and _same_tables(left, right, flag):
            continue
        found = flags_apart(left, right, flag, first_day(a))
        if found is not None:
            values, witness = found
            return Difference(f"indicators.{name}", *values, witness, first_day(a), a.default_method, chosen)
    return None


def _same_tables(left: Prepared, right: Prepared, flag: str) -> bool:
    tables = {n.table for n in walk(left.trees[flag]) if isinstance(n, Lookup)}
    return all(_numbers(left.rules, t) == _numbers(right.rules, t) for t in tables)


def _numbers(rules: RuleSet, name: str) -> Any:
    table = rules.tables.get(name)
    return None if table is None else (table.step_unit, table.codes, table.steps, table.columns, table.between)


def flags_apart(
    left: Prepared, right: Prepared, flag: str, on: date
) -> tuple[tuple[Any, Any], Household | None] | None:
    """A household that is deprived by one rule and not by the other."""
    sides = tuple((blank(p, on=on, members=1), p.trees[flag]) for p in (left, right))
    found: tuple[tuple[Any, Any], Household | None] | None = None
    for outcome in together(sides, enough_members(tree for _, tree in sides)):
        values = tuple(v is True for v in outcome.values)
        if values[0] != values[1]:
            witness = household_in(left.rules, outcome.bounds)
            if witness is not None:
                return (values[0], values[1]), witness
            found = found or ((values[0], values[1]), None)
    return found


def _status(a: Standard, b: Standard, name: str) -> Difference | None:
    mine, theirs = a.statuses[name].node, b.statuses[name].node
    names = readings_in(mine) | readings_in(theirs)
    for method in a.methods:
        for chosen in choices(a, [n for n in a.interpretations if n in names]):
            found = statuses_apart(prepare(a, method, chosen), prepare(b, method, chosen), name, first_day(a))
            if found is not None:
                values, witness = found
                return Difference(f"statuses.{name}", *values, witness, first_day(a), method, chosen)
    return None


def statuses_apart(
    left: Prepared, right: Prepared, name: str, on: date
) -> tuple[tuple[Any, Any], Household | None] | None:
    """A household whose first member has a mark by one rule and not by the other."""
    mine, theirs = (status_regions(p, folded_status(p, name), on) for p in (left, right))
    return clash(mine, theirs, left.rules)


def folded_status(prepared: Prepared, name: str) -> Node:
    """The condition of a mark under the readings in use."""
    return extremes_as_tests(fold(prepared.rules.statuses[name].node, dict(prepared.readings)))


__all__ = [
    "Difference",
    "Outcome",
    "answer",
    "choices",
    "clash",
    "class_names",
    "class_readings",
    "difference",
    "enough_members",
    "first_day",
    "flag_value",
    "flags_apart",
    "folded_status",
    "sayings",
    "statuses_apart",
    "together",
]
