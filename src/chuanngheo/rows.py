"""What the columns of one row leave open, as conditions that any engine can compute.

A row meets a region of a rule if what is known of each fact lies in it and what is unknown can. As
the facts of a row are independent of each other, that is a conjunction of comparisons of columns
with constants; the one exception, the pivot, is the business of :mod:`figures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from itertools import product

import attrs

from .case import Key
from .deciding import COUNT
from .domains import Domain, Interval
from .figures import Figures
from .formula import FALSE, TRUE, Formula, and_, compare, if_, lit, not_, number, or_, plus, times
from .regions import Bounds, Diagram, Fork, Leaf, Region, class_regions, diagram, flag_regions
from .tree import Given, Node, Quantifier, walk
from .values import Frozen, frozen


@frozen
class Conditional(Frozen):
    """The regions of the classes under one choice of what was given."""

    test: Formula
    regions: tuple[Region, ...]


@frozen
class Shifted(Frozen):
    """The number of deprivations in a region where ``by`` of those that stand apart are deprived."""

    by: int


@attrs.frozen(slots=False, eq=False, repr=False)
class Row(Figures):
    """What one row of households leaves open under one prepared standard."""

    def meets(self, pairs: Iterable[tuple[Key, Domain]]) -> Formula:
        """Whether what the row leaves open meets domains of several facts at once."""
        held = list(pairs)
        return and_(*(self.within(k, d) for k, d in held), self.in_common(held))

    # --- regions ----------------------------------------------------------------------------------

    def can(self, key: Key, domain: Domain) -> Formula:
        """Whether what the row leaves open of a fact meets a domain."""
        if isinstance(key, tuple):
            return self._can_total(key[0], domain)
        if key == COUNT:
            assert isinstance(domain, Interval)
            return self.count_in(domain, 0)
        if key in self.flags:
            assert isinstance(domain, frozenset)
            return or_(*(self.flag(key, bool(truth)) for truth in domain))
        if isinstance(domain, Interval):
            tests = []
            if domain.high is not None:
                tests.append(self.test(key, "<" if domain.high_open else "<=", Fraction(domain.high)))
            if domain.low is not None and not self._at_the_bottom(key, domain):
                tests.append(self.test(key, ">" if domain.low_open else ">=", Fraction(domain.low)))
            return and_(*tests)
        if self.is_derived(key):
            return or_(*(self.flag(key, bool(truth)) for truth in domain))
        source = self.sources.get(key)
        if source is None:
            return TRUE
        others = {code for _, code in source.codes} - domain
        if source.codes and source.joined == FALSE and len(others) <= len(domain):  # what is not listed is a problem of its own
            return or_(not_(source.present), not_(source.among(others)))
        return or_(not_(source.known), source.among(domain))

    def _at_the_bottom(self, key: str, domain: Interval) -> bool:
        return domain.low == self.facts[key].least and not domain.low_open

    def _can_total(self, q: Quantifier, domain: Domain) -> Formula:
        total = self.totals.get(q)
        if total is None:
            return TRUE
        if isinstance(domain, frozenset):
            return or_(total.high if True in domain else FALSE, not_(total.low) if False in domain else FALSE)
        tests = []
        if domain.high is not None:
            tests.append(
                _fraction_test("<" if domain.high_open else "<=", total.low, total.low_over, Fraction(domain.high))
            )
        if domain.low is not None and (domain.low > 0 or domain.low_open):
            tests.append(
                _fraction_test(">" if domain.low_open else ">=", total.high, total.high_over, Fraction(domain.low))
            )
        return and_(*tests)

    def feasible(self, bounds: Bounds) -> Formula:
        """Whether what the row leaves open meets a region."""
        return self.meets(bounds.items())

    def within(self, key: Key, domain: Domain) -> Formula:
        if isinstance(key, Shifted):
            assert isinstance(domain, Interval)
            return self.count_in(domain, key.by)
        return self.can(key, domain)

    def is_derived(self, key: str) -> bool:
        """Whether a boolean fact has a rule of its own."""
        return key in self.prepared.trees and key in self.facts and self.facts[key].kind == "boolean"

    # --- indicators -------------------------------------------------------------------------------
    def flag(self, flag: str, truth: bool) -> Formula:
        """Whether an indicator can be true, or can be false."""
        return self._remember(("flag", flag, truth), lambda: self._flag(flag, truth))  # type: ignore[no-any-return]

    def _flag(self, flag: str, truth: bool) -> Formula:
        source = self.sources.get(flag)
        given = FALSE if source is None else source.known
        otherwise = TRUE if given == TRUE else self.flag_derived(flag, truth)
        if source is None:
            return otherwise
        if otherwise == TRUE:
            return or_(not_(given), source.among({truth}))
        return or_(and_(given, source.among({truth})), and_(not_(given), otherwise))

    def certain_flag(self, flag: str) -> Formula:
        """Whether an indicator is certainly deprived."""
        source = self.sources.get(flag)
        if source is not None and self.flag_derived(flag, False) == TRUE:
            return and_(source.known, source.among({True}))
        return not_(self.flag(flag, False))

    def flag_derived(self, flag: str, truth: bool) -> Formula:
        """The same from the facts it rests on."""
        regions = self.flag_regions(flag)
        if not regions:
            return TRUE
        can = self.holds(self.prepared.trees[flag], truth)
        direct = {k for r in regions for k in r.bounds if isinstance(k, str)}
        return or_(not_(self.derives(flag)), can) if direct & self.prepared.shared else can

    def holds(self, test: Node, truth: bool) -> Formula:
        """Whether a test of the household can hold, or can fail, by what the row leaves open."""
        return or_(
            *(and_(c.test, or_(*(self.feasible(r.bounds) for r in c.regions if r.value is truth)))
              for c in self.cases(test))
        )  # fmt: skip

    def cases(self, test: Node) -> tuple[Conditional, ...]:
        """The regions of a test, for each choice of given names that it asks about."""
        key = ("cases", test)
        if key not in self.memo:
            names = dict.fromkeys(n.name for n in walk(test) if isinstance(n, Given))
            found = []
            for choice in product((True, False), repeat=len(names)):
                said = frozenset(n for n, yes in zip(names, choice, strict=True) if yes)
                when = and_(*(self.given(n) if n in said else not_(self.given(n)) for n in names))
                if when != FALSE:
                    found.append(Conditional(when, flag_regions(self.prepared, test, said)))
            self.memo[key] = tuple(found)
        return self.memo[key]  # type: ignore[no-any-return]

    @cached_property
    def apart(self) -> tuple[str, ...]:
        """Indicators that must not be summed: the classes name them, or they move with the pivot."""
        keys = {k for c in self.plain_regions for r in c.regions for k in r.bounds}
        moving = any(self.swings(k) != FALSE for k in keys if isinstance(k, str) and k not in self.flags)
        return tuple(f for f in self.flags if f in keys or (COUNT in keys and moving and self.swings(f) != FALSE))

    def sums(self, flags: Iterable[str]) -> tuple[Formula, Formula]:
        """The least and greatest number of these indicators that are deprived."""
        chosen = tuple(flags)
        return (
            plus(*(number(self.certain_flag(f)) for f in chosen)),
            plus(*(number(self.flag(f, True)) for f in chosen)),
        )

    @cached_property
    def count(self) -> tuple[Formula, Formula]:
        """The least and greatest number of deprivations."""
        return self._with_given(*self.sums(self.flags))

    @cached_property
    def others(self) -> tuple[Formula, Formula]:
        """The same without the indicators that stand apart."""
        return self.sums(f for f in self.flags if f not in self.apart)

    def _with_given(self, low: Formula, high: Formula) -> tuple[Formula, Formula]:
        source = self.sources.get(COUNT)
        if source is None:
            return low, high
        return if_(source.known, source.value, low), if_(source.known, source.value, high)

    def count_in(self, domain: Interval, by: int) -> Formula:
        """Whether the number of deprivations can lie in an interval; ``by`` of them stand apart."""
        low, high = self._with_given(*self.others)
        given = self.given(COUNT)
        tests = []
        if domain.high is not None and domain.high < len(self.flags):
            limit = lit(int(domain.high)) if not by else if_(given, lit(int(domain.high)), lit(int(domain.high) - by))
            tests.append(compare("<=", low, limit))
        if domain.low is not None and domain.low > 0:
            limit = lit(int(domain.low)) if not by else if_(given, lit(int(domain.low)), lit(int(domain.low) - by))
            tests.append(compare(">=", high, limit))
        return and_(*tests)

    # --- classes ----------------------------------------------------------------------------------

    @cached_property
    def plain_regions(self) -> tuple[Conditional, ...]:
        """The regions of the classes, for each choice of given names that a rule asks about."""
        names: dict[str, None] = {}
        trees = [node for _, node in self.prepared.classes] + [
            t for n, t in self.prepared.trees.items() if n in self.prepared.needed
        ]
        for n in (n for t in trees for n in walk(t)):
            if isinstance(n, Given):
                names[n.name] = None
        found: dict[tuple[Region, ...], Formula] = {}
        for choice in product((True, False), repeat=len(names)):
            said = dict(zip(names, choice, strict=True))
            test = and_(*(self.given(n) if yes else not_(self.given(n)) for n, yes in said.items()))
            if test != FALSE:
                regions = class_regions(self.prepared, frozenset(n for n, yes in said.items() if yes))
                found[regions] = or_(found.get(regions, FALSE), test)
        if len(found) == 1:
            return (Conditional(TRUE, next(iter(found))),)
        return tuple(Conditional(test, regions) for regions, test in found.items())

    @cached_property
    def regions(self) -> tuple[Conditional, ...]:
        """The same, with the indicators that stand apart told one by one."""
        if not self.apart:
            return self.plain_regions
        return tuple(
            Conditional(c.test, tuple(Region(r.value, b) for r in c.regions for b in self._told(r.bounds)))
            for c in self.plain_regions
        )

    def _told(self, bounds: Bounds) -> Iterator[dict[Key, Domain]]:
        wanted = bounds.get(COUNT)
        if not isinstance(wanted, Interval):
            yield dict(bounds)
            return
        for truths in product((True, False), repeat=len(self.apart)):
            told: dict[Key, Domain] = {k: d for k, d in bounds.items() if k != COUNT}
            for flag, truth in zip(self.apart, truths, strict=True):
                allowed = told.get(flag, frozenset({True, False}))
                if isinstance(allowed, frozenset) and truth in allowed:
                    told[flag] = frozenset({truth})
                else:
                    break
            else:
                told[Shifted(sum(truths))] = wanted
                yield told

    def possible(self, name: str) -> Formula:
        """Whether a class (or none, for "") can be the household's."""
        return or_(*(and_(c.test, self.can_answer(c.regions, name)) for c in self.regions))

    def can_answer(self, regions: tuple[Region, ...], value: object) -> Formula:
        """Whether what the row leaves open meets a region of an answer."""
        top = self.forks(regions)
        if top is None:
            return or_(*(self.feasible(r.bounds) for r in regions if r.value == value))
        return self._reached(top, value)

    def _reached(self, at: Diagram, value: object) -> Formula:
        if isinstance(at, Leaf):
            return TRUE if at.value == value else FALSE
        return self._remember(  # type: ignore[no-any-return]
            ("reached", id(at), value),
            lambda: or_(*(and_(test, self._reached(branch, value)) for test, branch in self.branches(at))),
        )

    def branches(self, fork: Fork) -> tuple[tuple[Formula, Diagram], ...]:
        """Both ways on, each with whether the row can go there."""
        return tuple((self.can(fork.key, frozenset({t})), b) for t, b in ((True, fork.yes), (False, fork.no)))

    def forks(self, regions: tuple[Region, ...]) -> Diagram | None:
        """Many regions as one diagram, where nothing ties the facts of a row to each other."""
        return self._remember(("forks", regions), lambda: self._forks(regions))  # type: ignore[no-any-return]

    def _forks(self, regions: tuple[Region, ...]) -> Diagram | None:
        top = diagram(regions)
        return top if top is None or all(self.swings(k) == FALSE for r in regions for k in r.bounds) else None


def _fraction_test(op: str, value: Formula, over: Formula, bound: Fraction) -> Formula:
    return compare(op, times(value, bound.denominator), times(over, bound.numerator))


__all__ = ["Conditional", "Row", "Shifted"]
