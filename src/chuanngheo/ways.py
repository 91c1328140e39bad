"""Every way through a rule for a household of which nothing is known, exactly, and for few members.

As :mod:`chuanngheo.regions`, but what ties several numbers is kept as a line over them, and persons
are followed one by one; :func:`enough_members` says how many it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import chain, combinations, pairwise, product
from math import floor
from typing import Any, TypeAlias

import attrs

from .case import Case, Key
from .deciding import NO_CLASS
from .domains import Domain, Interval, affine_pieces
from .household import Facts
from .inequalities import form_of, is_line, line_key
from .model import RuleSet
from .possible import SIGNS, START, Evaluator, Outcomes, combine, runs
from .prepared import Prepared, prepare
from .regions import Blank, Bounds, Region, merged, met
from .terms import Term
from .tree import (
    Compare,
    Const,
    Given,
    Lookup,
    Node,
    Quantifier,
    Ref,
    readings_in,
    transform,
    walk,
)
from .values import Frozen, field, frozen

FEW = 4  # members, where nothing is proved of how many suffice
MANY = 12  # more are not looked at: nothing is proved then


@frozen
class Outcome(Frozen):
    """The values of several trees for a household of some size, and what it takes to have them."""

    values: tuple[Any, ...]
    bounds: Bounds
    members: int


# --- following a rule exactly -------------------------------------------------------------------------


class Straight(Evaluator):
    """Follows every path, and keeps what ties several numbers: a line over them is a bound like any other.

    What is no line (a product of two facts, ages of several persons) stays a range, as in the plain
    evaluator; the case then remembers that its answers are not exact.
    """

    def whole_domain(self, key: Key) -> Domain:
        if _person(key) and key[1] is None:
            return frozenset({True})
        return Interval() if is_line(key) else super().whole_domain(key)

    def name(self, ref: Ref, env: dict[Key, Domain], person: int | None) -> Outcomes:
        found = super().name(ref, env, person)
        if not ref.member and ref.name.startswith("deprived_") and self.case.derives(ref.name):
            return [(v, {**e, ref.name: frozenset({v is True})}) for v, e in found]  # its number is counted as well
        return found

    def compare_several(self, op: str, a: Any, b: Any, env: dict[Key, Domain], keys: set[Key]) -> Outcomes:
        form = form_of(Term("-", (a, b)))
        if form is None or any(_unnamed(k) for k in keys):
            self.note()
            return super().compare_several(op, a, b, env, keys)
        if not any(v for k, v in form.items() if k is not None):
            return self.compare(op, form.get(None, Fraction(0)), 0, env)
        if len({isinstance(k, tuple) for k in keys}) > 1:
            self.note()  # a number of a person against one of the household: which persons can stand together is lost
        key, factor, offset = line_key(form)
        domain = self.domain(key, env)
        assert isinstance(domain, Interval)
        pieces = affine_pieces(domain, factor, offset)
        return [(truth, {**env, key: p}) for truth, p in runs((sign in SIGNS[op], p) for sign, p in pieces)]

    def domain(self, key: Key, env: dict[Key, Domain]) -> Domain:
        return env.get(key, Interval()) if is_line(key) else super().domain(key, env)

    def note(self) -> None:
        if isinstance(self.case, Open):
            self.case.notes[INEXACT] = True

    def pieces(self, a: Any, b: Any, domain: Interval) -> list[tuple[int, Interval]]:
        found = super().pieces(a, b, domain)
        if len(found) > 1 and found[0][1] == found[1][1]:
            self.note()
        return found


INEXACT = "inexact"


def _unnamed(key: Key) -> bool:
    return isinstance(key, tuple) and isinstance(key[0], Quantifier)


@attrs.frozen(slots=False, eq=False, repr=False)
class Open(Blank):
    """A household of which nothing is known but how many persons it has, where that is asked.

    Values that go over the members are computed, and so are indicators that classes name beside a
    fact that these read too; everything else is asked for as it is.
    """

    tied: frozenset[str] = field(default=frozenset(), kw_only=True)
    notes: dict[str, bool] = field(factory=dict, kw_only=True)  # whether something was not followed exactly

    def derives(self, name: str) -> bool:
        if name in self.tied:
            return True
        tree = self.prepared.trees.get(name)
        if tree is not None and self.facts.members is not None and name in self.prepared.rules.facts:
            return any(isinstance(n, Quantifier) for n in walk(tree))
        return super().derives(name)


def open_case(
    prepared: Prepared, trees: Iterable[Node], said: frozenset[str] = frozenset(), on: date | None = None
) -> Open:
    """A household for some trees: with one person to begin with if these go over the members."""
    on = on or first_day(prepared.rules)
    bare = one_sized(prepared, None, said, on)
    return one_sized(prepared, 1, said, on) if any(quantifiers_in(tree, bare) for tree in trees) else bare


def one_sized(prepared: Prepared, members: int | None, said: frozenset[str], on: date) -> Open:
    """How numbers were cut is remembered for every household of one day and size: they are all unknown."""
    cuts = prepared.rules.memo.setdefault(("audit cuts", on, members), {})
    return Open(prepared, Facts({}, {}, members, on), memo=cuts, said=said, tied=tied(prepared))


def tied(prepared: Prepared) -> frozenset[str]:
    """Indicators that the classes name beside facts of their own."""
    names = class_names(prepared)
    flags = {n for n in names if n.startswith("deprived_") and n in prepared.trees}
    return frozenset(f for f in flags if prepared.closure([prepared.trees[f]]) & (names - flags - set(prepared.lines)))


def class_ways(prepared: Prepared, said: frozenset[str] = frozenset()) -> tuple[Region, ...]:
    """The regions of each class, exactly; where the classes go over members, of households of few members."""
    nodes = [node for _, node in prepared.classes]
    found: tuple[Region, ...] = _remembered(
        prepared,
        ("class ways", said),
        lambda: _ways(
            prepared, said, lambda case, done, env: _classified(Straight(case, done), prepared, [env]), nodes
        ),
    )
    return found


def finer_ways(prepared: Prepared, said: frozenset[str] = frozenset()) -> tuple[Region, ...]:
    """The regions of each class, cut where an indicator changes that the classes name beside its own facts."""
    if not tied(prepared):
        return class_ways(prepared, said)

    def follow(case: Open, done: dict[Any, Any], env: dict[Key, Domain]) -> Iterable[tuple[Any, Bounds]]:
        evaluator, envs = Straight(case, done), [env]
        for name in sorted(case.tied):
            envs = [e2 for e in envs for _, e2 in evaluator.outcomes(Ref(name), e)]
        return _classified(evaluator, prepared, envs)

    return _ways(prepared, said, follow, [node for _, node in prepared.classes], together=False)


def condition_ways(prepared: Prepared, test: Node, said: frozenset[str] = frozenset()) -> tuple[Region, ...]:
    """The regions in which a condition of the household holds, and those in which it does not."""
    return _ways(
        prepared, said,
        lambda case, accumulated, env: ((v is True, e) for v, e in Straight(case, accumulated).outcomes(test, env)), [test],
    )  # fmt: skip


def _remembered(prepared: Prepared, key: Any, make: Callable[[], Any]) -> Any:
    memo = prepared.rules.memo.setdefault(("audit", prepared.method, tuple(sorted(prepared.readings.items()))), {})
    if key not in memo:
        memo[key] = make()
    return memo[key]


def _classified(
    evaluator: Straight, prepared: Prepared, waiting: list[dict[Key, Domain]]
) -> Iterator[tuple[Any, Bounds]]:
    for name, node in prepared.classes:
        going: list[dict[Key, Domain]] = []
        for e in waiting:
            for v, e2 in evaluator.outcomes(node, e):
                if v is True:
                    yield name, e2
                else:
                    going.append(e2)
        waiting = going
    yield from ((NO_CLASS, e) for e in waiting)


Following: TypeAlias = Callable[[Open, dict[Any, Any], dict[Key, Domain]], Iterable[tuple[Any, Bounds]]]


def _ways(
    prepared: Prepared, said: frozenset[str], follow: Following, trees: list[Node], *, together: bool = True
) -> tuple[Region, ...]:
    case = open_case(prepared, trees, said)
    found: list[tuple[Any, Bounds]] = []
    listed = list(dict.fromkeys((case, q) for tree in trees for q in quantifiers_in(tree, case)))
    if not listed:
        found = list(follow(case, {}, {}))
    else:
        enough = enough_members(trees, case)
        if enough is None:
            case.notes[INEXACT] = True
        for state, begin, _ in homes(listed, enough or FEW):
            accumulated = dict(zip([q for _, q in listed], state, strict=True))
            found += follow(case, accumulated, dict(begin))
    if case.notes.get(INEXACT):
        prepared.rules.memo[INEXACT, prepared.method] = True
    evaluator = Straight(case)
    wholes: dict[Key, Domain] = {}

    def narrows(key: Key, domain: Domain) -> bool:
        if _person(key) and key[1] is None:
            return True
        if key not in wholes:
            wholes[key] = evaluator.whole_domain(key)
        return domain != wholes[key]

    def narrow(ways: Iterable[tuple[Any, Bounds]]) -> list[tuple[Any, Bounds]]:
        return [(value, {k: d for k, d in env.items() if narrows(k, d)}) for value, env in ways]

    if not together:
        return tuple(Region(value, bounds) for value, bounds in narrow(found))
    return merged(narrow((r.value, r.bounds) for r in merged(narrow(found))))  # what was put together may be all


def proved(prepared: Prepared) -> bool:
    """Whether the ways that were followed under a method are exact."""
    return not prepared.rules.memo.get((INEXACT, prepared.method), False)


# --- several trees over the same persons ------------------------------------------------------------


def quantifiers_in(tree: Node, case: Case | None = None) -> tuple[Quantifier, ...]:
    """The quantifiers of a tree, through the values that are computed in a case."""
    return tuple(dict.fromkeys(n for n in nodes_of(tree, case) if isinstance(n, Quantifier)))


def nodes_of(tree: Node, case: Case | None = None) -> Iterator[Node]:
    """The nodes of a tree, and of the values that are computed in a case."""
    waiting, seen = [tree], set()
    while waiting:
        for n in walk(waiting.pop()):
            yield n
            if case is not None and isinstance(n, Ref) and not n.member and n.name not in seen:
                seen.add(n.name)
                if case.derives(n.name):
                    waiting.append(case.prepared.trees[n.name])


def enough_members(trees: Iterable[Node], case: Case | None = None) -> int | None:
    """How many members suffice to show every answer that trees can give together; None where that is not proved.

    The proof is in docs/en/audit.md. Of a household with some answer a part has the same answer: one
    person for each ``any`` and ``all``, at most ``n + 1`` for a ``count`` that is compared with
    ``n``, and one more for a ``sum`` of a free number without upper bound. One ``share``, compared
    with ``p/q``, takes up to ``q`` persons for each of these.
    """
    wholes = [expanded(tree, case) for tree in trees]
    listed = tuple(dict.fromkeys(q for tree in wholes for q in quantifiers_in(tree)))
    others, shares = 0, list[list[Fraction]]()
    for q in listed:
        if q.kind in ("any", "all"):
            others += 1
            continue
        bounds = _compared_with(q, wholes, case)
        if bounds is None and not (q.kind == "sum" and _free(q, wholes, case)):
            return None
        if q.kind == "count":
            others += max(0, floor(max(bounds or [Fraction(0)]))) + 1
        elif q.kind == "share":
            shares.append(bounds or [])
        elif q.kind == "sum" and _free(q, wholes, case):
            others += 1
        else:
            return None
    if len(shares) > 1:
        return None
    if not shares:
        return others if 0 < others <= MANY else None if others else 1
    edges = sorted({Fraction(0), Fraction(1), *(b for b in shares[0] if 0 < b < 1)})
    parts = [e.denominator for e in edges[1:-1]]
    between = [a.denominator + b.denominator for a, b in pairwise(edges)]
    if not others:  # the outermost parts are reached by one person alone, where none or all is no case of its own
        between = between[0 if 0 in shares[0] else 1 : None if 1 in shares[0] else -1]
    total = max([1, *parts, *between]) * max(1, others)
    return total if total <= MANY else None


def expanded(tree: Node, case: Case | None) -> Node:
    """A tree with the values that are computed in a case written out."""
    if case is None:
        return tree

    def change(n: Node) -> Node:
        if isinstance(n, Ref) and not n.member and case.derives(n.name):
            return expanded(case.prepared.trees[n.name], case)
        return n

    return transform(tree, change)


def _compared_with(q: Quantifier, trees: list[Node], case: Case | None) -> list[Fraction] | None:
    """The numbers that a quantifier is compared with, or None where anything else is done with it."""
    bounds: list[Fraction] = []
    uses = read = 0
    for tree in trees:
        for n in walk(tree):
            uses += n == q
            if isinstance(n, Compare) and q in (n.left, n.right):
                other = n.right if n.left == q else n.left
                if isinstance(other, Const) and not isinstance(other.value, bool | str):
                    bounds.append(Fraction(other.value))
                    read += 1
                elif case is not None and isinstance(other, Ref) and other.name in case.prepared.lines:
                    values = [c.value for c in walk(case.prepared.lines[other.name]) if isinstance(c, Const)]
                    bounds += [Fraction(v) for v in values if not isinstance(v, bool | str)]
                    read += 1
            elif isinstance(n, Lookup) and n.step == q and case is not None:
                bounds += [Fraction(s) for s in case.prepared.rules.tables[n.table].steps]
                read += 1
    return bounds if uses == read else None


def _free(q: Quantifier, trees: list[Node], case: Case | None) -> bool:
    """Whether a sum is of a number without upper bound that nothing else reads."""
    if not isinstance(q.body, Ref) or not q.body.member or case is None:
        return False
    fact = case.prepared.rules.facts[q.body.name]
    times = sum(isinstance(n, Ref) and n.member and n.name == q.body.name for t in trees for n in walk(t))
    same = sum(n == q for t in trees for n in walk(t))
    return fact.most is None and fact.asked_if is None and fact.of is None and times == same and not fact.least


State: TypeAlias = tuple[Any, ...]


def homes(listed: Sequence[tuple[Case, Quantifier]], most: int) -> Iterator[tuple[State, Bounds, int]]:
    """What quantifiers can come to together for households of 1 to ``most`` members, with a household for each.

    Facts of the household are kept apart as far as they decide; of persons one way to be them is kept.
    """
    one = _one_person(listed)
    sizes = dict(one)
    told: set[Any] = set()
    for members in range(1, most + 1):
        if members > 1:
            grown: dict[tuple[Any, Any], Bounds] = {}
            for (a, home_a), bounds_a in sizes.items():
                for (b, home_b), bounds_b in one.items():
                    home = dict(home_a) if home_a == home_b else met(dict(home_a), dict(home_b))
                    if home is None:
                        continue
                    state = tuple(combine(q.kind, x, y) for (_, q), x, y in zip(listed, a, b, strict=True))
                    key = (state, frozenset(home.items()))
                    if key not in grown:
                        added = {_of(members - 1, k): d for k, d in bounds_b.items() if _person(k)}
                        grown[key] = {**bounds_a, **added, **home}
            sizes = grown
        for (state, home), bounds in sizes.items():
            if (state, home) not in told:
                told.add((state, home))
                last = {(members - 1, None): frozenset({True})}  # however little is known of the last person
                yield state, {**bounds, **last}, members


def _person(key: Key) -> bool:
    """Whether a bound is one of a person: of a fact, or of a line over several."""
    return isinstance(key, tuple) and (
        isinstance(key[0], int) or (is_line(key) and any(isinstance(k, tuple) for k, _ in key[1]))
    )


def _of(person: int, key: Key) -> Key:
    if is_line(key):
        return (key[0], tuple((_of(person, k) if isinstance(k, tuple) else k, number) for k, number in key[1]))
    return (person, key[1])


def together(sides: tuple[tuple[Case, Node], ...], most: int) -> Iterator[Outcome]:
    """The values that trees can have for one and the same household, of 1 to ``most`` members.

    Trees without persons are looked at once. Where persons come in, one household is shown for each
    combination of values of the quantifiers.
    """
    listed = [(case, q) for case, tree in sides for q in quantifiers_in(tree, case)]
    if not listed:
        for values, bounds in _values(sides, (), {}):
            yield Outcome(values, bounds, 0)
        return
    for state, bounds, members in homes(listed, most):
        for values, narrowed_bounds in _values(sides, state, bounds):
            yield Outcome(values, narrowed_bounds, members)


def _one_person(listed: Sequence[tuple[Case, Quantifier]]) -> dict[tuple[Any, Any], Bounds]:
    """What one person can add to all quantifiers at once, with one way to be that person."""
    states: dict[Any, tuple[State, dict[Key, Any]]] = {(): ((), {})}
    order = sorted(range(len(listed)), key=lambda i: any(isinstance(n, Lookup) for n in walk(listed[i][1])))
    read = [_reads(case, q) for case, q in listed]
    for place, i in enumerate(order):
        case, q = listed[i]
        evaluator = Straight(case)
        later = frozenset[Key]().union(*(read[j] for j in order[place + 1 :]))
        grown: dict[Any, tuple[State, dict[Key, Any]]] = {}
        for done, env in states.values():
            for added, e2 in evaluator.person(q, 0, START[q.kind], env):
                kept = frozenset((k, d) for k, d in e2.items() if not _person(k) or k in later or is_line(k))
                grown.setdefault(((*done, added), kept), ((*done, added), e2))
        states = grown
    back = [order.index(i) for i in range(len(order))]
    found: dict[tuple[Any, Any], Bounds] = {}
    for state, env in sorted(states.values(), key=lambda s: len(s[1])):
        home = frozenset((k, d) for k, d in env.items() if not _person(k))
        found.setdefault((tuple(state[p] for p in back), home), env)
    return found


def _reads(case: Case, q: Quantifier) -> frozenset[Key]:
    parts = [p for p in (q.body, q.where) if p is not None]
    return frozenset(k for p in parts for k in case.unknowns(p, 0))


def _values(sides: tuple[tuple[Case, Node], ...], state: State, bounds: Bounds) -> Iterator[tuple[State, Bounds]]:
    states: list[tuple[State, dict[Key, Any]]] = [((), dict(bounds))]
    begin = 0
    for case, tree in sides:
        own = quantifiers_in(tree, case)
        accumulated = dict(zip(own, state[begin : begin + len(own)], strict=True))
        begin += len(own)
        evaluator = Straight(case, accumulated)
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
    names, apart = class_names(prepared), tied(prepared)
    wanted: set[str] = set()
    for name, node in prepared.unfolded.items():
        if name.startswith("class ") or (
            name in names and name not in rules.facts and (not name.startswith("deprived_") or name in apart)
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
    names_read = class_names(prepared)
    trees = [*(node for _, node in prepared.classes), *(t for n, t in prepared.trees.items() if n in names_read)]
    asked = {n.name for t in trees for n in walk(t) if isinstance(n, Given)}
    raw = {n.name for f in prepared.rules.facts.values() if f.of is not None for n in walk(f.of) if isinstance(n, Ref)}
    names = sorted(asked, key=lambda n: (n in raw, n))  # what the rules compare, before what that is derived from
    for some in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
        yield frozenset(some)
