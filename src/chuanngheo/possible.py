"""Which values are possible, when some facts are not known.

A rule tree is evaluated along every path that the unknown facts leave open. A test on an
unknown fact splits its set of values: a code into its cases, a number at the point where the
test changes. Whatever no later step reads is then forgotten and equal states become one, so
that a count of twelve unknown flags is thirteen states and not four thousand paths. The result
is exact: a class is possible if and only if some completion of the facts gives it.

Where it is not, it errs towards more classes, never towards a wrong one. That happens in rules
such as no shipped standard has: a comparison of two unknown numbers of which neither is a whole
number with at most 200 values, or of one that enters it otherwise than in a straight line; the
sum of unknown numbers of members; several quantifiers without any members;
a number that cannot exceed another (income without allowances) where both are unknown; and classes
that name an indicator beside a given number of deprivations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import attrs

from .case import Case, Key
from .domains import BOOLEANS, Domain, Interval, affine_pieces, elapsed, living, monotone_pieces
from .household import household_names, person_names
from .model import Fact, Table
from .terms import (
    NOT_ASKED,
    Term,
    affine,
    anonymous,
    arithmetic,
    bounds_of,
    divided_by_none_at,
    over,
    substitute,
    value_at,
)
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
)
from .values import field

Env: TypeAlias = dict[Key, Domain]  # what the path so far has narrowed
Outcomes: TypeAlias = list[tuple[Any, Env]]

ENUMERABLE = 200
TIE = "tie"  # what a path has answered to a test of several unknown numbers
SIGNS = {
    "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "==": (0,), "!=": (-1, 1),
}  # fmt: skip


def fact_domain(fact: Fact) -> Domain:
    if fact.kind == "boolean":
        return BOOLEANS
    if fact.kind == "code":
        return frozenset(fact.codes)
    return Interval(fact.least, fact.most, whole=fact.whole)


def narrowed(domain: Domain, bound: Domain | None) -> Domain:
    """The values of a domain that what is known in part leaves."""
    if isinstance(domain, Interval) and isinstance(bound, Interval):
        return domain.meet(bound) or bound
    if isinstance(domain, frozenset) and isinstance(bound, frozenset):
        return domain & bound or bound
    return domain


@attrs.define(eq=False, repr=False)
class Evaluator:
    """Follows every open path of a tree. ``alias`` renames one unknown (its twin).

    ``ties`` keeps the truth of a test of several unknown numbers for when the path comes to it again.
    """

    case: Case
    accumulated: Mapping[Any, Any] = field(factory=dict)
    alias: Mapping[Key, Key] = field(factory=dict)
    ties: bool = False

    def outcomes(self, node: Node, env: Env, person: int | None = None) -> Outcomes:
        """Every value the tree can have, each with the narrowed unknowns."""
        effort = self.case.effort
        effort.left -= 1
        if effort.left < 0:
            return self.anything(node, env, person)
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
                return [(self.case.was_given(name), env)]
        raise AssertionError(node)

    def anything(self, node: Node, env: Env, person: int | None) -> Outcomes:
        """Every value a tree of this kind can have, once the effort is spent: too many, and none left out."""
        match node:
            case Const(value):
                return [(value, env)]
            case Choice(_, then, other):
                return self.anything(then, env, person) + self.anything(other, env, person)
            case Ref(name, member):
                key: Key = (person, name) if member else name
                if key in self.case.known and key not in self.alias:
                    return [(self.case.known[key], env), (NOT_ASKED, env)]
                if not member and name in self.accumulated:
                    return [(self.accumulated[name], env)]
                names = person_names(self.case.prepared.rules) if member else household_names(self.case.prepared.rules)
                domain = fact_domain(names[name]) if name in names else Interval()
                if not isinstance(domain, Interval):
                    return [(value, env) for value in sorted(domain)] + [(NOT_ASKED, env)]
            case Quantifier(kind) if kind not in ("any", "all"):
                pass
            case Arith() | Elapsed() | Switch() | Lookup() | Count():
                pass
            case _:
                return [(False, env), (True, env)]
        rest = (node, "range", None, None)
        return [(Term("var", (rest,)), {**env, rest: Interval()}), (NOT_ASKED, env)]

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
        """What an unknown can still be on this path."""
        return (
            env[key]
            if key in env
            else self.whole_domain(key[1] if isinstance(key, tuple) and key[0] == "twin" else key)
        )

    def whole_domain(self, key: Key) -> Domain:
        """All the values an unknown can have in this household."""
        case = self.case
        rules = case.prepared.rules
        if isinstance(key, tuple) and isinstance(key[0], Quantifier):
            return BOOLEANS if key[0].kind in ("any", "all") else Interval(0, None)
        if isinstance(key, tuple):
            i, name = key
            if name == "birth_date":
                return case.facts.births.get(i) or living(case.on)
            return narrowed(fact_domain(person_names(rules)[name]), case.facts.limits.get(key))
        if ("domain", key) not in case.memo:
            fact = household_names(rules)[key]
            domain = self.limited(fact_domain(fact), fact)
            case.memo["domain", key] = narrowed(domain, case.facts.limits.get(key))
        found: Domain = case.memo["domain", key]
        return found

    def limited(self, domain: Domain, fact: Fact) -> Domain:
        """The values that leave a number within the ones it cannot exceed, and above those that cannot exceed it."""
        if not isinstance(domain, Interval):
            return domain
        for name, other in household_names(self.case.prepared.rules).items():
            if fact.at_most == name and (most := self.certain(name)) is not None:
                domain = domain.meet(Interval(None, most)) or Interval(most, most)
            if other.at_most == fact.name and (least := self.certain(name)) is not None:
                domain = domain.meet(Interval(least, None)) or Interval(least, least)
        return domain

    def certain(self, name: str) -> Number | None:
        """A household number that nothing unknown enters, or None."""
        if name not in household_names(self.case.prepared.rules) or self.case.unknowns(Ref(name)):
            return None
        values = [v for v, _ in Evaluator(self.case).outcomes(Ref(name), {})]
        return values[0] if len(values) == 1 and isinstance(values[0], int | Fraction) else None

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
        signs = SIGNS[op]
        if not keys:
            return [(((a > b) - (a < b)) in signs, env)]
        if len(keys) > 1:
            return self.compare_several(op, a, b, env, keys)
        (key,) = keys
        domain = self.domain(key, env)
        assert isinstance(domain, Interval)
        pole = next((x for x in (*divided_by_none_at(a), *divided_by_none_at(b)) if domain.holds(x)), None)
        if pole is not None:  # there the number has no value: every test on it is false
            at, *rest = (
                domain.meet(span)
                for span in (
                    Interval(pole, pole),
                    Interval(None, pole, high_open=True),
                    Interval(pole, None, low_open=True),
                )
            )
            assert at is not None
            others = (o for d in rest if d is not None for o in self.compare(op, a, b, {**env, key: d}))
            return merged([(False, {**env, key: at}), *others])
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
        if not domain.whole and (line := over(a, b)) is not None:  # no pole in the domain: one sign below throughout
            top, bottom = line
            side = 1 if value_at(bottom, domain.inside, on) > 0 else -1
            offset = value_at(top, 0, on)
            return [(side * s, p) for s, p in affine_pieces(domain, value_at(top, 1, on) - offset, offset)]

        def sign(x: int) -> int:
            d = difference(x)
            return (d > 0) - (d < 0)

        once = sum(1 for t in (a, b) if isinstance(t, Term) for _ in t.unknowns()) == 1
        size = domain.size
        if size is not None and size <= ENUMERABLE and not once:
            low = int(domain.low or 0)
            return [(sign(x), Interval(x, x, whole=True)) for x in range(low, low + size)]
        if domain.whole and once:
            memo_key = (anonymous(a), anonymous(b), domain)
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
        truths = sorted({s in SIGNS[op] for s in signs})
        if not self.ties or len(truths) == 1:
            return [(truth, env) for truth in truths]
        tie = (TIE, op, a, b)
        if tie in env:
            return [(truth, env) for truth in truths if truth in env[tie]]
        return [(truth, {**env, tie: frozenset({truth})}) for truth in truths]

    def bounds(self, term: Any, env: Env) -> tuple[Number | None, Number | None]:
        """The least and greatest a number can be; None is unbounded."""
        if not isinstance(term, Term):
            return term, term
        if term.op in ("+", "-", "*", "/"):
            (la, ha), (lb, hb) = self.bounds(term.parts[0], env), self.bounds(term.parts[1], env)
            return bounds_of(term.op, la, ha, lb, hb)
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
