"""The numbers in one row of a table: given, derived, or open between a least and a greatest value.

A comparison of a number with a constant is a comparison of columns, cross-multiplied in whole
numbers. A number of persons that several amounts are divided by (the *pivot*) ties them together
while it is unknown: each comparison of such an amount is then a span of that number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, gcd, lcm
from typing import Any

import attrs

from .case import Key
from .columns import Source
from .deciding import COUNT
from .domains import Domain, Interval
from .errors import ChuanNgheoError
from .formula import (
    FALSE,
    TRUE,
    Formula,
    and_,
    compare,
    floordiv,
    if_,
    is_lit,
    lit,
    minus,
    not_,
    or_,
    plus,
    times,
)  # fmt: skip
from .household import household_names
from .model import Fact
from .prepared import Prepared
from .regions import Region, flag_regions
from .tree import OPPOSITE, Arith, Compare, Const, Node, Quantifier, Ref, walk
from .values import Frozen, evolve, field, frozen

WIDEST = 2**63 - 1  # of a 64-bit whole number
MANY = 300  # a number that is no longer a few


def beside(value: Fraction, most: int) -> Fraction:
    """A fraction with few places, with none of a denominator up to ``most`` between it and the value.

    >>> beside(Fraction(31415926535, 10**10), 10)
    Fraction(47, 15)

    The value itself has a greater denominator; so has what is found, and neither is one of them.
    """
    low, under, high, beneath = floor(value), 1, floor(value) + 1, 1
    while under + beneath <= most:
        if Fraction(low + high, under + beneath) < value:
            low, under = low + high, under + beneath
        else:
            high, beneath = low + high, under + beneath
    return Fraction(low + high, under + beneath)


@frozen
class Totals(Frozen):
    """What the persons of a household come to: the least and greatest a quantifier can be.

    For ``any`` and ``all`` the ends are conditions (certain, possible). ``names`` are the unknown
    facts of persons that matter to it, each with its condition.
    """

    low: Formula
    high: Formula
    names: tuple[tuple[str, Formula], ...] = ()
    low_over: Formula = lit(1)  # of a share: what each end is a share of
    high_over: Formula = lit(1)


@frozen
class Amount(Frozen):
    """A sum of facts times factors, over the product of facts that are never zero."""

    terms: tuple[tuple[str, Fraction], ...]
    constant: Fraction
    below: tuple[str, ...]


@frozen
class Leaf(Frozen):
    """A number in a row: whether it is known, the whole number kept, and what one of it is."""

    known: Formula
    value: Formula
    part: Fraction


@frozen
class Span(Frozen):
    """The pivots n with ``value <= factor * n`` (``upward``) or ``value >= factor * n``, where ``active``.

    ``strict`` leaves the bound itself out. A pivot of its own has the value as its end.
    """

    upward: bool
    value: Formula
    factor: int
    strict: bool
    active: Formula

    @property
    def end(self) -> Formula:
        """The least or the greatest such n."""
        if is_lit(self.value):
            return self.value
        if self.factor == 0:  # only nothing is at most nothing
            return if_(compare("<" if self.strict else "<=", self.value, lit(0)), lit(0), lit(WIDEST))
        down = floordiv(self.value, lit(self.factor))
        up = floordiv(plus(self.value, lit(self.factor - 1)), lit(self.factor))
        if self.upward:
            return plus(down, lit(1)) if self.strict else up
        return minus(up, lit(1)) if self.strict else down


@attrs.frozen(slots=False, eq=False, repr=False)
class Figures:
    """The numbers of one row of households under one prepared standard."""

    prepared: Prepared
    sources: Mapping[str, Source]
    totals: Mapping[Quantifier, Totals]
    members: bool = False  # whether persons were given
    reach: Mapping[str, int] = field(factory=dict)  # the largest a column is multiplied by, as found before
    guarded: bool = False  # whether rows may hold what cannot be multiplied
    bounds: Mapping[str, Any] = field(factory=dict)  # of numbers that score cards come to: opened, low, high
    factors: dict[str, int] = field(factory=dict, init=False)  # the largest a column is multiplied by
    memo: dict[Any, Any] = field(factory=dict, init=False)

    def _remember(self, key: Any, make: Any) -> Any:
        if key not in self.memo:
            self.memo[key] = make()
        return self.memo[key]

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        return household_names(self.prepared.rules)

    @cached_property
    def flags(self) -> tuple[str, ...]:
        return tuple(f"deprived_{k}" for k in self.prepared.rules.indicators)

    # --- what was given, what is derived ----------------------------------------------------------

    def given(self, name: str) -> Formula:
        return self.sources[name].known if name in self.sources else FALSE

    def settled(self, name: str) -> Formula:
        """The same of a code, where it is one code and no box that joins several."""
        return and_(self.given(name), not_(self.sources[name].joined)) if name in self.sources else FALSE

    def derives(self, name: str) -> Formula:
        """Whether a value is computed in this row (:meth:`Prepared.derives`)."""
        key = ("derives", name)
        if key not in self.memo:
            self.memo[key] = FALSE
            self.memo[key] = self._derives(name)
        found: Formula = self.memo[key]
        return found

    def _derives(self, name: str, unless_given: bool = True) -> Formula:
        tree = self.prepared.trees.get(name)
        if tree is None:
            return FALSE
        opened = TRUE
        if name in self.prepared.rules.facts or name in self.flags:
            read = {n.name for n in walk(tree) if isinstance(n, Ref) and not n.member} - self.prepared.lines.keys()
            persons = any(isinstance(n, Quantifier) for n in walk(tree))
            known = {n: or_(self.given(n), self.derives(n)) for n in sorted(read)}
            opened = or_(
                TRUE if persons and self.members else FALSE,
                *(k for n, k in known.items() if n not in self.prepared.shared),
                and_(*known.values()) if read and not persons else FALSE,
            )
        return and_(opened, not_(self.given(name))) if unless_given else opened

    @cached_property
    def counts(self) -> Formula:
        """Whether the number of deprivations is counted in this row."""
        return and_(not_(self.given(COUNT)), self.counted_otherwise)

    @cached_property
    def counted_otherwise(self) -> Formula:
        """Whether some indicator is given or derived."""
        return or_(*(or_(self.given(f), self.derives(f)) for f in self.flags))

    # --- numbers ----------------------------------------------------------------------------------

    def leaf(self, name: str) -> Leaf:
        return self._remember(("leaf", name), lambda: self._leaf(name))  # type: ignore[no-any-return]

    def _leaf(self, name: str) -> Leaf:
        tree = self.prepared.trees.get(name)
        total = self.totals.get(tree) if isinstance(tree, Quantifier) else None
        source = self.sources.get(name)
        if total is not None and tree is not None and isinstance(tree, Quantifier) and tree.kind == "count":
            value = total.low if source is None else if_(source.known, source.value, total.low)
            return Leaf(TRUE, value, Fraction(1))
        if source is None:
            return Leaf(FALSE, lit(0), Fraction(1))
        return Leaf(source.known, self._held(source) if self.guarded else source.value, source.part)

    def _held(self, source: Source) -> Formula:
        """A number, or null where it is no possible one: some engines stop at what they cannot multiply."""
        fact = source.fact
        most = largest(self.reach.get(fact.name, 1))
        if fact.most is not None:
            most = min(most, int(fact.most / source.part))
        return Formula("held", (source.value, int((fact.least or 0) / source.part), most))

    def amount(self, name: str) -> Amount | None:
        """What a number is derived from, where that is a sum of facts over others."""
        tree = self.prepared.trees.get(name)
        if tree is None or isinstance(tree, Quantifier) or name not in self.prepared.rules.facts:
            return None
        return self._remember(("amount", name), lambda: self._linear(tree, name))  # type: ignore[no-any-return]

    def _linear(self, node: Node, of: str) -> Amount | None:
        match node:
            case Const(int() | Fraction() as value) if not isinstance(value, bool):
                return Amount((), Fraction(value), ())
            case Ref(name, False) if name not in self.prepared.lines:
                return Amount(((name, Fraction(1)),), Fraction(0), ())
            case Arith(op, left, right):
                a, b = self._linear(left, of), self._linear(right, of)
                if a is None or b is None:
                    return None
                if op in "+-" and not a.below and not b.below:
                    sign = 1 if op == "+" else -1
                    terms = dict(a.terms)
                    for name, factor in b.terms:
                        terms[name] = terms.get(name, Fraction(0)) + sign * factor
                    return Amount(tuple(terms.items()), a.constant + sign * b.constant, ())
                if op == "*" and not b.terms and not b.below:
                    return _scaled(a, b.constant)
                if op == "*" and not a.terms and not a.below:
                    return _scaled(b, a.constant)
                if op == "/" and not b.terms and not b.below and b.constant:
                    return _scaled(a, 1 / b.constant)
                if op == "/" and len(b.terms) == 1 and not b.constant and not b.below:
                    ((name, factor),) = b.terms
                    if (self.facts[name].least or 0) > 0 or (self._part_of(a, name) and self._asked_above(of)):
                        return evolve_below(_scaled(a, 1 / factor), name)
        return None

    def _part_of(self, a: Amount, whole: str) -> bool:
        """Whether it is a part of a number: where that is none it is none as well, and above no share of it."""
        return not a.constant and all(f > 0 and n in self.facts and self.facts[n].at_most == whole for n, f in a.terms)

    def _asked_above(self, name: str) -> bool:
        """Whether a number is only asked to lie above another: a share of none never does, as where it is not asked."""
        ref = Ref(name)
        trees = [*(tree for _, tree in self.prepared.classes), *self.prepared.trees.values()]
        tests = [n for t in trees for n in walk(t) if isinstance(n, Compare) and ref in walk(n)]
        return all((n.op == ">" and n.left == ref) or (n.op == "<" and n.right == ref) for n in tests)

    def parts(self, name: str) -> tuple[str, ...]:
        amount = self.amount(name)
        return () if amount is None else (*(n for n, _ in amount.terms), *amount.below)

    def certain(self, name: str) -> Formula:
        """Whether nothing unknown enters a number."""
        parts = self.parts(name)
        return or_(self.leaf(name).known, and_(*(self.certain(p) for p in parts)) if parts else FALSE)

    def ends(self, name: str, low: bool) -> tuple[Formula, Formula, Fraction]:
        """A fact at its least or greatest: where that has no end, the value, and what one of it is."""
        leaf, fact = self.leaf(name), self.facts[name]
        end = fact.least if low else fact.most
        if leaf.known == TRUE or end is None:
            return not_(leaf.known), leaf.value, leaf.part
        kept = Fraction(end) / leaf.part
        if kept.denominator != 1:  # cannot be held exactly: the next whole part inside
            kept = Fraction(-((-kept.numerator) // kept.denominator) if low else kept.numerator // kept.denominator)
        return FALSE, if_(leaf.known, leaf.value, lit(int(kept))), leaf.part

    def sides(
        self, amount: Amount, bound: Fraction, low: bool, over: str = ""
    ) -> tuple[Formula, Formula, Formula, int]:
        """Cross-multiplied: (where open-ended, numerator, divisor, whole factor of the divisor).

        ``over`` is the number that the bound is multiplied by: where that is a few, a bound with many
        places gives way to one with few, beside which no amount can tell them apart.
        """
        open_ended: list[Formula] = []
        terms: list[tuple[Formula, Fraction, str]] = []
        for name, factor in amount.terms:
            without_end, value, part = self.ends(name, low == (factor > 0))
            open_ended.append(without_end)
            terms.append((value, factor * part, name))
        divisor, most = TRUE, 1
        for name in amount.below:
            without_end, value, part = self.ends(name, not low)
            open_ended.append(without_end)
            divisor = value if divisor == TRUE else times(divisor, value)
            bound, most = bound * part, most * int((self.facts[name].most or WIDEST) / part)
        scale = lcm(*(f.denominator for _, f, _ in terms), amount.constant.denominator, bound.denominator)
        whole = [int(f * scale) for _, f, _ in terms] + [int(amount.constant * scale), int(bound * scale)]
        common = gcd(*whole) or 1
        *coefficients, constant, times_divisor = [w // common for w in whole]
        step = gcd(*coefficients, constant)
        persons = self._few(over)
        if step > 2 * persons > 0 and Fraction(times_divisor, step).denominator > persons:
            near = beside(Fraction(times_divisor, step), persons)
            *coefficients, constant = [w // step * near.denominator for w in (*coefficients, constant)]
            times_divisor = near.numerator
        for (_, _, name), coefficient in zip(terms, coefficients, strict=True):
            self._multiplied(name, abs(coefficient) * (len(terms) + (constant != 0)))
        if abs(times_divisor) * most > WIDEST or abs(constant) > WIDEST // 4:
            raise ChuanNgheoError(
                f"a line of {self.prepared.rules.exact_id} times its divisor leaves 64 bits; give a coarser unit"
            )
        numerator = plus(*(times(v, c) for (v, _, _), c in zip(terms, coefficients, strict=True)), lit(constant))
        return or_(*open_ended), numerator, divisor, times_divisor

    def _few(self, name: str) -> int:
        """The greatest value of a small whole number; 0 of any other."""
        fact = self.facts.get(name)
        if fact is None or not fact.whole or self.leaf(name).part != 1 or fact.most is None or fact.most > MANY:
            return 0
        return int(fact.most)

    def _multiplied(self, name: str, factor: int) -> None:
        self.factors[name] = max(self.factors.get(name, 1), factor)

    def test(self, name: str, op: str, bound: Fraction, *, limited: bool = True) -> Formula:
        """Whether a number can be so: below a bound taken at its least, above one at its greatest."""
        key = ("test", name, op, bound, limited)
        return self._remember(key, lambda: self._test(name, op, bound, limited))  # type: ignore[no-any-return]

    def _test(self, name: str, op: str, bound: Fraction, limited: bool) -> Formula:
        low = op in ("<", "<=")
        leaf = self.leaf(name)
        given = TRUE
        if leaf.known != FALSE:
            # What is held is whole: nothing lies between a bound and the next whole number.
            scaled = bound / leaf.part
            given = compare(op, leaf.value, lit(ceil(scaled) if op in ("<", ">=") else floor(scaled)))
        amount = self.amount(name)
        otherwise = TRUE
        if name in self.bounds and leaf.known != TRUE:
            between = self.bounds[name]
            reached = compare(op, between.low if low else between.high, lit(int(bound)))
            otherwise = or_(not_(between.opened), reached)
        if amount is not None and leaf.known != TRUE:
            otherwise = self._derived_test(amount, op, bound)
        if limited and leaf.known != TRUE:
            for other in self.limits(name, low):
                if self.certain(other) != FALSE:
                    reached = self.test(other, op, bound, limited=False)
                    otherwise = and_(otherwise, or_(self.derives(name), not_(self.certain(other)), reached))
        if leaf.known in (TRUE, FALSE):
            return given if leaf.known == TRUE else otherwise
        if otherwise == TRUE:
            return or_(not_(leaf.known), given)
        return or_(and_(leaf.known, given), and_(not_(leaf.known), otherwise))

    def _derived_test(self, amount: Amount, op: str, bound: Fraction) -> Formula:
        """The same of a number that is derived."""
        if all(self.leaf(name).known == FALSE for name, _ in amount.terms):
            return TRUE
        low = op in ("<", "<=")
        by = amount.below[0] if len(amount.below) == 1 else ""
        open_ended, numerator, divisor, factor = self.sides(amount, bound, low, by)
        if len(amount.terms) != 1 or len(amount.below) != 1 or amount.constant:
            return or_(open_ended, compare(op, numerator, lit(factor) if divisor == TRUE else times(divisor, factor)))
        # One fact over another: one product serves for both sides of a line, and constants where
        # the divisor is not known.
        (term, _), (below,) = amount.terms[0], amount.below
        leaf, over = self.leaf(term), self.leaf(below)
        value = swapped(numerator, leaf)
        product = times(over.value, factor)
        known = compare(op, value, product) if low else not_(compare(OPPOSITE[op], value, product))
        end = self.facts[below].most if low else self.facts[below].least
        if over.known == TRUE:
            return or_(not_(leaf.known), known)
        if end is None:
            return or_(not_(leaf.known), not_(over.known), known)
        unknown = compare(op, value, lit(int(Fraction(end) / over.part) * factor))
        return or_(not_(leaf.known), if_(over.known, known, unknown))

    def limits(self, name: str, low: bool) -> Iterator[str]:
        """The numbers that a number cannot fall below, or cannot exceed."""
        fact = self.facts[name]
        if low:
            yield from (n for n, other in self.facts.items() if other.at_most == name)
        elif fact.at_most:
            yield fact.at_most

    # --- the number that several amounts are divided by -------------------------------------------

    @cached_property
    def pivot(self) -> str:
        """A whole number of which nothing may be known while several amounts are divided by it."""
        for name, fact in self.facts.items():
            users = [n for n in self.facts if (a := self.amount(n)) is not None and a.below == (name,)]
            if (
                users
                and fact.whole
                and fact.least is not None
                and fact.most is not None
                and self.leaf(name).known != TRUE
            ):
                return name
        return ""

    def swings(self, key: Key) -> Formula:
        """Whether a value moves with the pivot in this row."""
        if not self.pivot or not isinstance(key, str):
            return FALSE
        open_ = not_(self.leaf(self.pivot).known)
        if key == self.pivot:
            return open_
        if key in self.flags:
            inner = self.carrier(key)
            return and_(not_(self.given(key)), self.swings(inner[0])) if inner else FALSE
        amount = self.amount(key)
        if amount is None or amount.below != (self.pivot,) or any(f < 0 for _, f in amount.terms):
            return FALSE
        some = or_(*(self.leaf(n).known for n, _ in amount.terms))
        return and_(open_, some, not_(self.leaf(key).known))

    def flag_regions(self, flag: str) -> tuple[Region, ...]:
        """The regions in which an indicator is deprived, and in which it is not; () for inputs."""
        tree = self.prepared.trees.get(flag)
        if tree is None:
            return ()
        return self._remember(("regions", flag), lambda: flag_regions(self.prepared, tree))  # type: ignore[no-any-return]

    def carrier(self, flag: str) -> tuple[str, dict[bool, Domain]] | None:
        """The one number an indicator rests on, and its values for each answer."""
        regions = self.flag_regions(flag)
        keys = {k for r in regions for k in r.bounds}
        if len(keys) != 1 or len(regions) != 2:
            return None
        (key,) = keys
        return (key, {r.value: r.bounds[key] for r in regions}) if isinstance(key, str) else None

    def spans(self, key: Key, domain: Domain) -> Iterator[Span]:
        """The pivots at which a value that moves with it lies in a domain."""
        active = self.swings(key)
        if active == FALSE:
            return
        if key in self.flags:
            inner = self.carrier(key)
            if inner is not None and isinstance(domain, frozenset) and len(domain) == 1:
                (answer,) = domain
                for span in self.spans(inner[0], inner[1][bool(answer)]):
                    yield evolve(span, active=and_(active, span.active))
        elif isinstance(domain, Interval) and key == self.pivot:
            if domain.low is not None:
                yield Span(True, lit(int(domain.low)), 1, False, active)
            if domain.high is not None:
                yield Span(False, lit(int(domain.high)), 1, False, active)
        elif isinstance(domain, Interval):
            amount = self.amount(key)
            assert amount is not None
            if domain.high is not None:
                yield self._span(amount, Fraction(domain.high), domain.high_open, active, True)
            if domain.low is not None and domain.low > 0:
                yield self._span(amount, Fraction(domain.low), domain.low_open, active, False)

    def _span(self, amount: Amount, bound: Fraction, strict: bool, active: Formula, upward: bool) -> Span:
        """At most a bound from some pivot upwards; at least a bound up to some pivot."""
        above = Amount(amount.terms, amount.constant, ())
        open_ended, numerator, _, factor = self.sides(above, bound * self.leaf(self.pivot).part, upward, self.pivot)
        if len(amount.terms) == 1:  # as it is: where it is unknown the span is not active
            numerator = swapped(numerator, self.leaf(amount.terms[0][0]))
        return Span(upward, numerator, factor, strict, and_(active, not_(open_ended)))

    def in_common(self, pairs: Iterable[tuple[Key, Domain]]) -> Formula:
        """Whether the spans have a pivot in common; that each has one was tested by itself."""
        spans = dict.fromkeys(s for k, d in pairs for s in self.spans(k, d))
        alike: dict[tuple[Formula, Formula], list[Span]] = {}
        for span in spans:
            alike.setdefault((span.value, span.active), []).append(span)
        tests = [self._one_value(value, active, group) for (value, active), group in alike.items()]
        tests += [
            or_(not_(a.active), not_(b.active), compare("<=", a.end, b.end))
            for a in spans
            for b in spans
            if a.upward and not b.upward and (a.value, a.active) != (b.value, b.active)
        ]
        return and_(*tests)

    def _one_value(self, value: Formula, active: Formula, spans: list[Span]) -> Formula:
        """The values at which spans of one number have a pivot in common: a few intervals, told beforehand."""
        if len({s.upward for s in spans}) < 2:
            return TRUE
        if is_lit(value):
            return or_(
                not_(active), *(compare("<=", a.end, b.end) for a in spans for b in spans if a.upward > b.upward)
            )
        fact = self.facts[self.pivot]
        up, down = [s for s in spans if s.upward], [s for s in spans if not s.upward]
        step = max(s.factor for s in down)
        widens = min(s.factor for s in up) >= step  # how far low and high are apart bends downward only
        found: list[tuple[int, int]] = []
        last, before = int(fact.most or 0), None
        for n in range(int(fact.least or 0), last + 1):
            high = min(s.factor * n - s.strict for s in up)
            low = max(s.factor * n + s.strict for s in down)
            if low <= high and found and low <= found[-1][1] + 1:
                found[-1] = (found[-1][0], max(high, found[-1][1]))
            elif low <= high:
                found.append((low, high))
            if widens and high - low + 1 >= step and low <= high:  # from here on each meets the next
                found[-1] = (found[-1][0], max(found[-1][1], min(s.factor * last - s.strict for s in up)))
                break
            if before is not None and high - low < 0 and high - low <= before:
                break
            before = high - low
        within = or_(*(and_(compare(">=", value, lit(low)), compare("<=", value, lit(high))) for low, high in found))
        return or_(not_(active), within)


def largest(factor: int) -> int:
    """The largest number that is computed with, where it is multiplied by a factor."""
    return int(WIDEST // max(4 * factor, 1))


def swapped(numerator: Formula, leaf: Leaf) -> Formula:
    """A numerator with a fact as it is instead of filled in where it is unknown."""
    if numerator.op == "if" and numerator.args[1] == leaf.value:
        return leaf.value
    parts = tuple(swapped(a, leaf) if isinstance(a, Formula) else a for a in numerator.args)
    return Formula(numerator.op, parts)


def _scaled(amount: Amount, factor: Fraction) -> Amount:
    return Amount(tuple((n, f * factor) for n, f in amount.terms), amount.constant * factor, amount.below)


def evolve_below(amount: Amount, name: str) -> Amount:
    return Amount(amount.terms, amount.constant, (*amount.below, name))


__all__ = ["WIDEST", "Amount", "Figures", "Leaf", "Totals", "largest"]
