"""Which values are possible, when some facts are not known.

A rule tree is evaluated along every path that the unknown facts leave open. A test on an
unknown fact splits its set of values: a code into its cases, a number at the point where the
test changes. Whatever no later step reads is then forgotten and equal states become one, so
that a count of twelve unknown flags is thirteen states and not four thousand paths. The result
is exact: a class is possible if and only if some completion of the facts gives it.

Where it is not, it errs towards more classes, never towards a wrong one. That happens in rules
such as no shipped standard has: a comparison of two unknown numbers of which neither is a whole
number with at most 200 values, or of one that enters it otherwise than in a straight line; the
sum, least or greatest of unknown numbers of members; several quantifiers without any members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

import attrs

from .domains import BOOLEANS, Domain, Interval, affine_pieces, elapsed, living, monotone_pieces
from .household import Facts, household_names, person_names
from .model import Fact, Table
from .prepared import Prepared
from .tree import (
    Arith,
    Both,
    Choice,
    Compare,
    Const,
    Count,
    Elapsed,
    Given,
    In,
    Lookup,
    Node,
    Not,
    Number,
    Quantifier,
    Ref,
    Switch,
    children,
)  # fmt: skip
from .values import Frozen, field, frozen

Key: TypeAlias = Any  # of an unknown: a household name, (person, name), or a quantifier without members
Env: TypeAlias = dict[Key, Domain]  # what the path so far has narrowed
Outcomes: TypeAlias = list[tuple[Any, Env]]


class _NotAsked:
    """The value of what is not asked: every test on it is false."""

    def __repr__(self) -> str:
        return "not asked"


NOT_ASKED = _NotAsked()
ENUMERABLE = 200
_SIGNS = {
    "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "==": (0,), "!=": (-1, 1),
}  # fmt: skip


@frozen
class Term(Frozen):
    """A number that rests on unknowns: a tree of operations over their keys."""

    op: str  # a fact's own value (var), years, months, year, or + - * /
    parts: tuple[Any, ...]

    def unknowns(self) -> Iterator[Key]:
        if self.op in ("+", "-", "*", "/"):
            for part in self.parts:
                if isinstance(part, Term):
                    yield from part.unknowns()
        else:
            yield self.parts[0]


@attrs.frozen(slots=False, eq=False, repr=False)
class Case:
    """One household under one prepared standard."""

    prepared: Prepared
    facts: Facts
    free: frozenset[str] = frozenset()  # names treated as unknown, whatever was given
    memo: dict[Any, Any] = field(factory=dict)  # how intervals were cut, for the next time

    @cached_property
    def known(self) -> dict[Key, Any]:
        return {k: v for k, v in self.facts.known.items() if k not in self.free}

    @cached_property
    def on(self) -> int:
        return (self.facts.on or date(2000, 1, 1)).toordinal()

    # --- what is unknown ------------------------------------------------------------------------

    def derives(self, name: str) -> bool:
        """Whether a household value is computed here, rather than given or asked for as it is."""
        if name in self.free:
            return False
        answered = self.known.keys() | self.free  # what is set free was answered at that level
        return self.prepared.derives(name, answered, self.facts.members is not None, self._derives)

    @cached_property
    def _derives(self) -> dict[str, bool]:
        return {}

    @cached_property
    def flags(self) -> tuple[str, ...]:
        return tuple(f"deprived_{k}" for k in self.prepared.rules.indicators)

    @cached_property
    def counts_flags(self) -> bool:
        """Whether the number of deprivations is counted here, rather than given or asked for."""
        if "deprivations" in self.known or "deprivations" in self.free:
            return False
        return any(f in self.known or self.derives(f) for f in self.flags)

    def domain(self, key: Key) -> Domain:
        """All the values an unknown can have."""
        if isinstance(key, tuple) and isinstance(key[0], Quantifier):
            return BOOLEANS if key[0].kind in ("any", "all") else Interval(0, None)
        if isinstance(key, tuple):
            i, name = key
            if name == "birth_date":
                return self.facts.births.get(i) or living(self.on)
            fact = person_names(self.prepared.rules)[name]
        else:
            fact = household_names(self.prepared.rules)[key]
        if ("domain", key) not in self.memo:
            self.memo["domain", key] = self.limited(fact_domain(fact), fact)
        found: Domain = self.memo["domain", key]
        return found

    def limited(self, domain: Domain, fact: Fact) -> Domain:
        """The values that leave a number within the ones it cannot exceed, and above those that cannot exceed it."""
        if not isinstance(domain, Interval) or fact.entity == "person":
            return domain
        for name, other in household_names(self.prepared.rules).items():
            if fact.at_most == name and (most := self.certain(name)) is not None:
                domain = domain.meet(Interval(None, most)) or Interval(most, most)
            if other.at_most == fact.name and (least := self.certain(name)) is not None:
                domain = domain.meet(Interval(least, None)) or Interval(least, least)
        return domain

    def certain(self, name: str) -> Number | None:
        """A household number that nothing unknown enters, or None."""
        if name not in household_names(self.prepared.rules) or self.unknowns(Ref(name)):
            return None
        values = [v for v, _ in Evaluator(self).outcomes(Ref(name), {})]
        return values[0] if len(values) == 1 and isinstance(values[0], int | Fraction) else None

    def visible(self, node: Node) -> Iterator[Node]:
        """The nodes of a tree, without the branches that the given names rule out."""
        if isinstance(node, Choice) and (answer := self._settled(node.test)) is not None:
            yield from self.visible(node.then if answer else node.other)
            return
        yield node
        for child in children(node):
            yield from self.visible(child)

    def _settled(self, test: Node) -> bool | None:
        """A test on nothing but what was given."""
        if isinstance(test, Given):
            return test.name in self.known
        if isinstance(test, Both):
            answers = [self._settled(p) for p in test.parts]
            return None if None in answers else all(answers) if test.every else any(answers)
        return None

    # --- which unknowns a tree can read -----------------------------------------------------------

    def unknowns(self, node: Node, person: int | None = None) -> frozenset[Key]:
        memo_key = (node, person)
        if memo_key not in self._unknowns:
            self._unknowns[memo_key] = frozenset(self._find(node, person))
        return self._unknowns[memo_key]

    @cached_property
    def _unknowns(self) -> dict[tuple[Node, int | None], frozenset[Key]]:
        return {}

    def _find(self, node: Node, person: int | None) -> Iterator[Key]:
        if isinstance(node, Quantifier):
            if self.facts.members is None:
                yield (node, "members")
            for i in range(self.facts.members or 0):
                for part in (node.body, node.where):
                    if part is not None:
                        yield from self.unknowns(part, i)
            return
        if isinstance(node, Ref):
            yield from self._find_name(node, person)
        for child in children(node):
            yield from self.unknowns(child, person)

    def _find_name(self, ref: Ref, person: int | None) -> Iterator[Key]:
        rules = self.prepared.rules
        if ref.member:
            key = (person, ref.name)
            fact = rules.facts[ref.name]
            if fact.asked_if is not None:
                yield from self.unknowns(fact.asked_if, person)
            if fact.of is not None:
                yield from self.unknowns(fact.of, person)
            elif key not in self.known:
                yield key
            return
        name = ref.name
        if name in self.prepared.lines:
            yield from self.unknowns(self.prepared.lines[name])
            return
        fact_ = rules.facts.get(name)
        if fact_ is not None and fact_.asked_if is not None:
            yield from self.unknowns(fact_.asked_if)
        if name in self.known:
            return
        if name == "deprivations" and self.counts_flags:
            for flag in self.flags:
                yield from self.unknowns(Ref(flag))
        elif self.derives(name):
            yield from self.unknowns(self.prepared.trees[name])
        else:
            yield name


def fact_domain(fact: Fact) -> Domain:
    if fact.kind == "boolean":
        return BOOLEANS
    if fact.kind == "code":
        return frozenset(fact.codes)
    return Interval(fact.least, fact.most, whole=fact.whole)


# --- evaluation ----------------------------------------------------------------------------------


@attrs.define(eq=False, repr=False)
class Evaluator:
    """Follows every open path of a tree. ``alias`` renames one unknown (its twin)."""

    case: Case
    accumulated: Mapping[Any, Any] = field(factory=dict)
    alias: Mapping[Key, Key] = field(factory=dict)

    def outcomes(self, node: Node, env: Env, person: int | None = None) -> Outcomes:
        """Every value the tree can have, each with the narrowed unknowns."""
        match node:
            case Const(value):
                return [(value, env)]
            case Ref():
                return self.name(node, env, person)
            case Not(of):
                return [(v is False, e) for v, e in self.name(of, env, person)]
            case Compare(op, left, right):
                found: Outcomes = []
                for a, e in self.outcomes(left, env, person):
                    for b, e2 in self.outcomes(right, e, person):
                        found.extend(self.compare(op, a, b, e2))
                return found
            case In(item, codes, negated):
                return [
                    (v is not NOT_ASKED and (v in codes) is not negated, e) for v, e in self.outcomes(item, env, person)
                ]
            case Both(every, parts):
                return self.both(every, parts, env, person)
            case Choice(test, then, other):
                return [
                    outcome
                    for v, e in self.outcomes(test, env, person)
                    for outcome in self.outcomes(then if v is True else other, e, person)
                ]
            case Arith(op, left, right):
                return [
                    (arithmetic(op, a, b), e2)
                    for a, e in self.outcomes(left, env, person)
                    for b, e2 in self.outcomes(right, e, person)
                ]
            case Elapsed(kind, of):
                return self.elapsed(kind, of, env, person)
            case Switch(on, cases):
                trees = dict(cases)
                return [
                    outcome
                    for v, e in self.name(on, env, person)
                    for outcome in ([(NOT_ASKED, e)] if v is NOT_ASKED else self.outcomes(trees[v], e, person))
                ]
            case Lookup():
                return self.lookup(node, env, person)
            case Count(parts):
                return self.count(parts, env, person)
            case Quantifier():
                return self.quantifier(node, env)
            case Given(name):
                return [(name in self.case.known, env)]
        raise AssertionError(node)

    def name(self, ref: Ref, env: Env, person: int | None) -> Outcomes:
        case = self.case
        name = ref.name
        if not ref.member:
            if name in self.accumulated:
                return [(self.accumulated[name], env)]
            if name in case.prepared.lines:
                return self.outcomes(case.prepared.lines[name], env)
        fact = case.prepared.rules.facts.get(name)
        if fact is not None and fact.asked_if is not None:
            found: Outcomes = []
            for asked, e in self.outcomes(fact.asked_if, env, person):
                found.extend(self.asked(ref, e, person) if asked is True else [(NOT_ASKED, e)])
            return found
        return self.asked(ref, env, person)

    def asked(self, ref: Ref, env: Env, person: int | None) -> Outcomes:
        case = self.case
        key: Key = (person, ref.name) if ref.member else ref.name
        if key in case.known and key not in self.alias:
            return [(case.known[key], env)]
        if ref.member:
            of = case.prepared.rules.facts[ref.name].of
            if of is not None:
                return self.outcomes(of, env, person)
        elif ref.name == "deprivations" and case.counts_flags:
            return self.count(tuple(Ref(f) for f in case.flags), env, None)
        elif case.derives(ref.name):
            return self.outcomes(case.prepared.trees[ref.name], env)
        return self.unknown(key, env)

    def unknown(self, key: Key, env: Env) -> Outcomes:
        key = self.alias.get(key, key)
        domain = self.domain(key, env)
        if isinstance(domain, Interval):
            return [(domain.low if domain.single else Term("var", (key,)), env)]
        if len(domain) == 1:
            return [(next(iter(domain)), env)]
        return [(value, {**env, key: frozenset({value})}) for value in sorted(domain)]

    def domain(self, key: Key, env: Env) -> Domain:
        if key in env:
            return env[key]
        return self.case.domain(key[1] if isinstance(key, tuple) and key[0] == "twin" else key)

    def both(self, every: bool, parts: Iterable[Node], env: Env, person: int | None) -> Outcomes:
        settled: Outcomes = []
        waiting = [env]
        for part in parts:
            going: list[Env] = []
            for e in waiting:
                for v, e2 in self.outcomes(part, e, person):
                    if (v is True) is every:
                        going.append(e2)
                    else:
                        settled.append((not every, e2))
            waiting = going
        return settled + [(every, e) for e in waiting]

    def count(self, parts: Iterable[Node], env: Env, person: int | None) -> Outcomes:
        states: Outcomes = [(0, env)]
        for part in parts:
            states = merged((n + (v is True), e2) for n, e in states for v, e2 in self.outcomes(part, e, person))
        return states

    def elapsed(self, kind: str, of: Ref, env: Env, person: int | None) -> Outcomes:
        on = self.case.on
        found: Outcomes = []
        for v, e in self.asked(of, env, person):
            if not isinstance(v, Term):
                found.append((elapsed(kind, v, on), e))
                continue
            domain = self.domain(v.parts[0], e)
            assert isinstance(domain, Interval)
            first, last = elapsed(kind, int(domain.low or 1), on), elapsed(kind, int(domain.high or on), on)
            found.append((first if first == last else Term(kind, v.parts), e))
        return found

    def lookup(self, node: Lookup, env: Env, person: int | None) -> Outcomes:
        table = self.case.prepared.rules.tables[node.table]
        found: Outcomes = []
        for code, e in self.outcomes(node.code, env, person) if node.code is not None else [(None, env)]:
            for step, e2 in self.outcomes(node.step, e, person):
                if code is NOT_ASKED or step is NOT_ASKED:
                    found.append((NOT_ASKED, e2))
                elif isinstance(step, Term):
                    found.extend(self.lookup_unknown(table, step, code, e2))
                else:
                    value = table.value(step, code)
                    found.append((NOT_ASKED if value is None else value, e2))
        return found

    def lookup_unknown(self, table: Table, step: Term, code: str | None, env: Env) -> Outcomes:
        """Split an unknown key at the rows of the table."""
        (key,) = set(step.unknowns())
        domain = self.domain(key, env)
        memo_key = (table.name, code, step.op if len(step.parts) == 1 else step, domain)
        if memo_key not in self.case.memo:
            self.case.memo[memo_key] = self.row_pieces(table, step, code, key, env)
        return [(value, {**env, key: piece}) for value, piece in self.case.memo[memo_key]]

    def row_pieces(self, table: Table, step: Term, code: str | None, key: Key, env: Env) -> list[tuple[Any, Domain]]:
        op = "<" if table.between == "last_listed" else "<="
        before = [table.steps[0] - 1, *table.steps] if op == "<" else [*table.steps, table.steps[-1] + 1]
        found: list[tuple[Any, Domain]] = []
        waiting = [env]
        for listed, reached in zip(table.steps, before, strict=False):
            going: list[Env] = []
            for e in waiting:
                for v, e2 in self.compare(op, step, listed, e):
                    if v:
                        found.append((table.value(reached, code), self.domain(key, e2)))
                    else:
                        going.append(e2)
            waiting = going
        found += [(table.value(before[-1], code), self.domain(key, e)) for e in waiting]
        return [(NOT_ASKED if value is None else value, piece) for value, piece in found]

    # --- comparison -------------------------------------------------------------------------------

    def compare(self, op: str, a: Any, b: Any, env: Env) -> Outcomes:
        if a is NOT_ASKED or b is NOT_ASKED:
            return [(False, env)]
        keys = {k for t in (a, b) if isinstance(t, Term) for k in t.unknowns()}
        signs = _SIGNS[op]
        if not keys:
            return [(((a > b) - (a < b)) in signs, env)]
        if len(keys) > 1:
            return self.compare_several(op, a, b, env, keys)
        (key,) = keys
        domain = self.domain(key, env)
        assert isinstance(domain, Interval)
        pieces = self.pieces(a, b, domain)
        found: Outcomes = []
        for truth, piece in runs((sign in signs, piece) for sign, piece in pieces):
            found.append((truth, {**env, key: piece}))
        return found

    def pieces(self, a: Any, b: Any, domain: Interval) -> list[tuple[int, Interval]]:
        on = self.case.on

        def difference(x: Number) -> Number:
            return value_at(a, x, on) - value_at(b, x, on)

        if affine(a) and affine(b):
            offset = difference(0)
            return affine_pieces(domain, difference(1) - offset, offset)

        def sign(x: int) -> int:
            d = difference(x)
            return (d > 0) - (d < 0)

        once = sum(1 for t in (a, b) if isinstance(t, Term) for _ in t.unknowns()) == 1
        size = domain.size
        if size is not None and size <= ENUMERABLE and not once:
            low = int(domain.low or 0)
            return [(sign(x), Interval(x, x, whole=True)) for x in range(low, low + size)]
        if domain.whole and once:
            memo_key = (_anonymous(a), _anonymous(b), domain)
            if memo_key not in self.case.memo:
                self.case.memo[memo_key] = monotone_pieces(domain, sign)
            found: list[tuple[int, Interval]] = self.case.memo[memo_key]
            return found
        return [(-1, domain), (0, domain), (1, domain)]

    def compare_several(self, op: str, a: Any, b: Any, env: Env, keys: set[Key]) -> Outcomes:
        for key in sorted(keys, key=repr):
            domain = self.domain(key, env)
            assert isinstance(domain, Interval)
            if domain.single:
                return self.compare(
                    op, substitute(a, key, domain.low, self.case.on), substitute(b, key, domain.low, self.case.on), env
                )
            size = domain.size
            if size is not None and size <= ENUMERABLE:
                low = int(domain.low or 0)
                return [
                    outcome
                    for x in range(low, low + size)
                    for outcome in self.compare(
                        op,
                        substitute(a, key, x, self.case.on),
                        substitute(b, key, x, self.case.on),
                        {**env, key: Interval(x, x, whole=True)},
                    )
                ]
        low_a, high_a = self.bounds(a, env)
        low_b, high_b = self.bounds(b, env)
        signs = set()
        if low_a is None or high_b is None or low_a < high_b:
            signs.add(-1)
        if high_a is None or low_b is None or high_a > low_b:
            signs.add(1)
        if (low_a is None or high_b is None or low_a <= high_b) and (
            high_a is None or low_b is None or high_a >= low_b
        ):
            signs.add(0)
        return [(truth, env) for truth in sorted({s in _SIGNS[op] for s in signs})]

    def bounds(self, term: Any, env: Env) -> tuple[Number | None, Number | None]:
        """The least and greatest a number can be; None is unbounded."""
        if not isinstance(term, Term):
            return term, term
        if term.op in ("+", "-", "*", "/"):
            (la, ha), (lb, hb) = self.bounds(term.parts[0], env), self.bounds(term.parts[1], env)
            return _bounds(term.op, la, ha, lb, hb)
        domain = self.domain(term.parts[0], env)
        assert isinstance(domain, Interval)
        if term.op == "var":
            return domain.low, domain.high
        ends = [elapsed(term.op, int(d or 1), self.case.on) for d in (domain.low, domain.high)]
        return min(ends), max(ends)

    # --- members ----------------------------------------------------------------------------------

    def quantifier(self, node: Quantifier, env: Env) -> Outcomes:
        if node in self.accumulated:
            return self.finish(node, self.accumulated[node], env)
        if self.case.facts.members is None:
            return self.unknown((node, "members"), env)
        states: Outcomes = [(START[node.kind], env)]
        for i in range(self.case.facts.members):
            states = merged((s2, e2) for s, e in states for s2, e2 in self.person(node, i, s, e))
        return [outcome for s, e in states for outcome in self.finish(node, s, e)]

    def person(self, node: Quantifier, i: int, state: Any, env: Env) -> Outcomes:
        """What one person adds to a quantifier."""
        kind = node.kind
        if state is (kind == "any") and kind in ("any", "all"):
            return [(state, env)]
        found: Outcomes = []
        for held, e in self.outcomes(node.where, env, i) if node.where is not None else [(True, env)]:
            if held is not True:
                found.append((state, e))
                continue
            for v, e2 in self.outcomes(node.body, e, i):
                if kind in ("any", "all"):
                    found.append((v is True, e2))
                elif kind == "count":
                    found.append((state + (v is True), e2))
                elif kind == "share":
                    found.append(((state[0] + (v is True), state[1] + 1), e2))
                elif v is NOT_ASKED:
                    found.append((state, e2))
                else:
                    found.append((_gather(kind, state, self.bounds(v, e2)), e2))
        return found

    def finish(self, node: Quantifier, state: Any, env: Env) -> Outcomes:
        """The value of a quantifier once every person was seen."""
        kind = node.kind
        if kind in ("any", "all", "count"):
            return [(state, env)]
        if kind == "share":
            return [(Fraction(state[0], state[1]) if state[1] else NOT_ASKED, env)]
        if state is None:
            return [(0 if kind == "sum" else NOT_ASKED, env)]
        low, high = state
        if low == high:
            return [(low, env)]
        key = (node, "range", low, high)
        return [(Term("var", (key,)), {**env, key: env.get(key, Interval(low, high))})]


START: dict[str, Any] = {"any": False, "all": True, "count": 0, "share": (0, 0), "sum": None, "min": None, "max": None}


def _gather(kind: str, state: Any, bounds: tuple[Number | None, Number | None]) -> Any:
    if state is None:
        return bounds
    pairs = list(zip(state, bounds, strict=True))
    if kind == "sum":
        return tuple(None if a is None or b is None else a + b for a, b in pairs)
    choose: Callable[..., Any] = min if kind == "min" else max
    return tuple(choose(a, b) if a is not None and b is not None else None for a, b in pairs)


def combine(kind: str, a: Any, b: Any) -> Any:
    """Two parts of a quantifier as one, each begun from its start."""
    if kind == "any":
        return a or b
    if kind == "all":
        return a and b
    if kind == "count":
        return a + b
    if kind == "share":
        return a[0] + b[0], a[1] + b[1]
    return a if b is None else _gather(kind, a, b)


def merged(states: Iterable[tuple[Any, Env]]) -> Outcomes:
    """Equal states once, in the order in which they came."""
    return list({(v, frozenset(e.items())): (v, e) for v, e in states}.values())


def runs(pieces: Iterable[tuple[bool, Interval]]) -> list[tuple[bool, Interval]]:
    """Neighbouring pieces with the same truth, joined."""
    joined: list[tuple[bool, Interval]] = []
    for truth, piece in pieces:
        if joined and joined[-1][0] is truth:
            joined[-1] = (truth, joined[-1][1].join(piece))
        else:
            joined.append((truth, piece))
    return joined


def arithmetic(op: str, a: Any, b: Any) -> Any:
    if a is NOT_ASKED or b is NOT_ASKED:
        return NOT_ASKED
    if isinstance(a, Term) or isinstance(b, Term):
        return Term(op, (a, b))
    if op == "/":
        return NOT_ASKED if b == 0 else _whole(Fraction(a) / b)
    return a + b if op == "+" else a - b if op == "-" else a * b


def _whole(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value


def value_at(term: Any, x: Number, on: int) -> Number:
    """A term with its one unknown set to a value."""
    if not isinstance(term, Term):
        number: Number = term
        return number
    if term.op == "var":
        return x
    if term.op in ("+", "-", "*", "/"):
        result: Number = arithmetic(term.op, value_at(term.parts[0], x, on), value_at(term.parts[1], x, on))
        return result
    return elapsed(term.op, int(x), on)


def substitute(term: Any, key: Key, x: Number | None, on: int) -> Any:
    """A term with one of its unknowns set to a value."""
    if not isinstance(term, Term):
        return term
    if term.op in ("+", "-", "*", "/"):
        return arithmetic(term.op, substitute(term.parts[0], key, x, on), substitute(term.parts[1], key, x, on))
    return value_at(term, x or 0, on) if term.parts[0] == key else term


def affine(term: Any) -> bool:
    """Whether a term is a line in its unknown."""
    if not isinstance(term, Term) or term.op == "var":
        return True
    if term.op in ("+", "-"):
        return all(map(affine, term.parts))
    if term.op == "*":
        return all(map(affine, term.parts)) and not all(isinstance(p, Term) for p in term.parts)
    return term.op == "/" and affine(term.parts[0]) and not isinstance(term.parts[1], Term)


def _bounds(
    op: str, la: Number | None, ha: Number | None, lb: Number | None, hb: Number | None
) -> tuple[Number | None, Number | None]:
    if op == "+":
        return (None if la is None or lb is None else la + lb, None if ha is None or hb is None else ha + hb)
    if op == "-":
        return (None if la is None or hb is None else la - hb, None if ha is None or lb is None else ha - lb)
    if la is None or ha is None or lb is None or hb is None or (op == "/" and lb <= 0 <= hb):
        positive = la is not None and la >= 0 and lb is not None and (lb >= 0 if op == "*" else lb > 0)
        return (0 if positive else None, None)
    ends = [Fraction(a) * b if op == "*" else Fraction(a) / b for a in (la, ha) for b in (lb, hb)]
    return min(ends), max(ends)


def _anonymous(term: Any) -> Any:
    """A term without the name of its unknown: ages of different persons are cut alike."""
    if not isinstance(term, Term):
        return term
    if term.op in ("+", "-", "*", "/"):
        return (term.op, *map(_anonymous, term.parts))
    return term.op
