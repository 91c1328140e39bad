"""From a region of facts to the smallest household in it.

What is said of a rule is shown on a household that anybody can assess again: the smallest whole
numbers that lie in the region (:mod:`chuanngheo.inequalities` where they are tied to each other), the
first codes, nobody more than it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import islice, pairwise, product
from typing import Any

from .case import Key
from .domains import Domain, Interval
from .household import household_names, person_names
from .inequalities import (
    CONSTANT,
    Below,
    Form,
    Undecided,
    combined,
    is_line,
    least_number,
    numbers_in,
    solved,
    unknowns_of,
    within,
)
from .model import Fact, RuleSet
from .possible import fact_domain
from .regions import Bounds, met, narrowed
from .tree import Arith, Const, Node, Number, Quantifier, Ref, walk

Household = dict[str, Any]
SIZES = 20  # of divisors, where a derived number is told beside what it is computed from
COUNT, FLAG, OTHERS = "deprivations", "deprived_", "+"


# --- households ---------------------------------------------------------------------------------------


def household_in(rules: RuleSet, bounds: Bounds, also: Iterable[str] = (), *, unread: bool = False) -> Household | None:
    """The smallest household of a region, with some value of each name in ``also``; None where there is none.

    A region that asks a text which was not found has none either, unless ``unread`` allows an answer
    to that. Raises :class:`Undecided` where whole numbers are tied in a way that is not followed, or
    where a region speaks of persons only through what they come to.
    """
    return next(iter(households_in(rules, (bounds,), also=also, unread=unread) or ()), None)


def pair_in(
    rules: RuleSet,
    worse_off: Bounds,
    better_off: Bounds,
    apart: str,
    worse: str,
    also: Iterable[str] = (),
    loose: Iterable[str] = (),
) -> tuple[Household, Household] | None:
    """Two households that are the same but for one fact, in which the first is worse off; each in its region.

    A deprivation that they differ in is counted as well; ``loose`` are deprivations that follow from
    other facts and may therefore differ too.
    """
    found = households_in(rules, (worse_off, better_off), apart, worse, also, loose)
    return (found[0], found[1]) if found is not None else None


def households_in(
    rules: RuleSet,
    regions: tuple[Bounds, ...],
    apart: str = "",
    worse: str = "",
    also: Iterable[str] = (),
    loose: Iterable[str] = (),
    *,
    unread: bool = False,
) -> list[Household] | None:
    """One household for each region; two are the same but for the fact in which they are apart."""
    if any(isinstance(k, tuple) and isinstance(k[0], Quantifier) for b in regions for k in b):
        raise Undecided
    known = household_names(rules)
    lines = [(i, k, d) for i, b in enumerate(regions) for k, d in b.items() if is_line(k) and isinstance(d, Interval)]
    named = [k for b in regions for k in b if isinstance(k, str)] + [k for _, key, _ in lines for k, _ in key[1]]
    names = list(dict.fromkeys([*named, *(n for n in also if n in known), *([apart] if apart else [])]))
    facts: dict[Key, Fact] = {**known, **{k: person_names(rules)[k[1]] for k in names if isinstance(k, tuple)}}
    if any(n not in facts or (facts[n].unread and not unread) for n in names):
        return None
    owns: list[dict[Key, Domain]] = [{n: b.get(n, fact_domain(facts[n])) for n in names} for b in regions]
    free = {apart, *loose, *([COUNT] if _flags(names) else [])}
    for name in names if len(owns) == 2 else ():
        if name not in free:
            common = narrowed(owns[0][name], owns[1][name])
            if common is None:
                return None
            owns[0][name] = owns[1][name] = common
    if apart and not isinstance(owns[0][apart], Interval):
        low = {"less": False, "more": True}[worse]
        for own, truth in zip(owns, (low, not low), strict=True):
            only = narrowed(own[apart], frozenset({truth}))
            if only is None:
                return None
            own[apart] = only
    chosen = [{n: d if isinstance(d, Interval) else smallest(d, facts[n]) for n, d in own.items()} for own in owns]
    numbers = _numbers(rules, facts, chosen, lines, apart, worse)
    persons = regions[0] if len(regions) == 1 else met(*(_of_persons(b) for b in regions))
    if numbers is None or persons is None:
        return None
    found: list[Household] = []
    for own, mine in zip(chosen, numbers, strict=True):
        made = {**{n: v for n, v in own.items() if not isinstance(v, Interval)}, **mine}
        order = sorted((n for n in made if isinstance(n, str)), key=lambda n: (bool(facts[n].at_most), n))
        home = {n: _shown(made[n], facts[n]) for n in order}
        people = _persons(rules, persons, {k: v for k, v in made.items() if isinstance(k, tuple)})
        found.append({**home, "members": people} if people else home)
    return found


def _of_persons(bounds: Bounds) -> Bounds:
    return {k: d for k, d in bounds.items() if isinstance(k, tuple) and isinstance(k[0], int)}


def _flags(names: Iterable[Key]) -> list[Key]:
    return [n for n in names if isinstance(n, str) and n.startswith(FLAG)]


def _shown(value: Any, fact: Fact) -> Any:
    return date.fromordinal(int(value)) if fact.kind == "date" else value


class _System:
    """The conditions on the numbers of one household, or of two that share all but one fact."""

    def __init__(self, facts: Mapping[Key, Fact], apart: Key, counted: bool) -> None:
        self.facts, self.apart, self.counted = facts, apart, counted
        self.conditions: list[Below] = []
        self.steps: dict[Key, int] = {}

    def var(self, name: Key, i: int) -> Key:
        return (name, i if name == self.apart or (name == COUNT and self.counted) else 0)

    def number(self, name: Key, i: int, span: Interval | None = None) -> Key:
        """A number of a household, within its bounds."""
        key, fact = self.var(name, i), self.facts[name]
        if span is None and key not in self.steps:
            whole = fact_domain(fact)
            assert isinstance(whole, Interval)
            span = whole
        if span is not None:
            self.steps.setdefault(key, fact.multiple or int(fact.whole or span.whole))
            self.conditions += within({key: Fraction(1)}, span)
        return key

    def solve(self) -> dict[Key, Number] | None:
        def place(key: Key) -> tuple[Any, ...]:
            return (key[0] != OTHERS and bool(self.facts[key[0]].at_most), repr(key))

        return solved(self.conditions, {k: self.steps[k] for k in sorted(self.steps, key=place)})


def _numbers(
    rules: RuleSet,
    facts: Mapping[Key, Fact],
    chosen: list[dict[Key, Any]],
    lines: list[tuple[int, Key, Interval]],
    apart: str,
    worse: str,
) -> list[dict[Key, Any]] | None:
    """The numbers of each household, chosen together where they are tied."""
    spans = [{n: d for n, d in own.items() if isinstance(d, Interval)} for own in chosen]
    for fixed, forms in _divisors(rules, spans):
        system = _System(facts, apart, bool(_flags(chosen[0])))
        for i, own in enumerate(spans):
            for name, span in {**own, **fixed}.items():
                system.number(name, i, span)
            for name, form in forms.items():
                tie = {k if k is CONSTANT else system.number(k, i): v for k, v in form.items()}
                system.conditions += within(
                    combined("-", {system.var(name, i): Fraction(1)}, tie) or {}, Interval(0, 0)
                )
            for a, b in _bounded(rules, {k[0] for k in system.steps}):
                both = system.number(a, i), system.number(b, i)
                system.conditions.append(Below({both[0]: Fraction(1), both[1]: Fraction(-1)}))
            held = [chosen[i][n] for n in _flags(chosen[i])]
            if COUNT in own and held:  # the deprivations that are named, and the others, which two households share
                others = (OTHERS, i if apart == COUNT else 0)
                system.steps.setdefault(others, 1)
                system.conditions += within(
                    {others: Fraction(1)}, Interval(0, max(0, len(rules.indicators) - len(held)))
                )
                counted = {system.var(COUNT, i): Fraction(1), others: Fraction(-1)}
                system.conditions += within(counted, Interval(sum(held), sum(held)))
        for i, key, span in lines:
            system.conditions += within({system.number(k, i): v for k, v in key[1]}, span)
        if apart in spans[0]:
            sign = 1 if worse == "less" else -1
            system.conditions.append(Below({(apart, 0): Fraction(sign), (apart, 1): Fraction(-sign)}, True))
        found = system.solve()
        if found is not None:
            told = {*fixed, *(k for f in forms.values() for k in unknowns_of(f))}
            return [
                {n: found[system.var(n, i)] for n in {**spans[i], **dict.fromkeys(told)}} for i in range(len(spans))
            ]
    return None


def _bounded(rules: RuleSet, names: set[Key]) -> list[tuple[str, str]]:
    """Which numbers cannot exceed which, as far as that ties the named ones, be it through others."""
    facts = household_names(rules)
    pairs = [(f.name, f.at_most) for f in facts.values() if f.at_most]
    found: list[tuple[str, str]] = []
    for a, b in pairs:
        chain = [a, b]
        while facts[chain[-1]].at_most:
            chain.append(facts[chain[-1]].at_most)
        if a in names:
            found += pairwise(chain)
    return list(dict.fromkeys(found))


def _divisors(
    rules: RuleSet, spans: list[dict[Key, Interval]]
) -> Iterator[tuple[dict[str, Interval], dict[str, Form]]]:
    """How numbers of a household are computed from others that are told beside them, divisor by divisor."""
    facts = household_names(rules)
    told = dict.fromkeys(n for own in spans for n in own)
    tied: dict[str, Node] = {}
    for name in (n for n in told if isinstance(n, str)):
        of = facts[name].of
        if of is not None and not any(isinstance(n, Quantifier) for n in walk(of)):
            raw = {n.name for n in walk(of) if isinstance(n, Ref)}
            if raw & told.keys():
                tied[name] = of
    by = sorted({n.right.name for of in tied.values() for n in walk(of)
                 if isinstance(n, Arith) and n.op == "/" and isinstance(n.right, Ref)})  # fmt: skip
    ranges = []
    for name in by:
        domain = spans[0].get(name, fact_domain(facts[name]))
        assert isinstance(domain, Interval)
        above = domain.meet(Interval(0, None, low_open=True))
        ranges.append(list(islice(numbers_in(above, 1), SIZES)) if above is not None else [])
    for values in product(*ranges):
        fixed = dict(zip(by, values, strict=True))
        forms = {name: _computed(of, fixed) for name, of in tied.items()}
        yield {n: Interval(v, v) for n, v in fixed.items()}, {n: f for n, f in forms.items() if f is not None}


def _computed(tree: Node, fixed: Mapping[str, Number]) -> Form | None:
    match tree:
        case Const(bool() | str()):
            return None
        case Const(value):
            return {CONSTANT: Fraction(value)}
        case Ref(name):
            return {CONSTANT: Fraction(fixed[name])} if name in fixed else {name: Fraction(1)}
        case Arith(op, left, right):
            return combined(op, _computed(left, fixed), _computed(right, fixed))
    return None


def _persons(rules: RuleSet, bounds: Bounds, numbers: Mapping[Key, Any]) -> list[Household]:
    facts = person_names(rules)
    keys = [k for k in dict.fromkeys((*bounds, *numbers)) if isinstance(k, tuple) and isinstance(k[0], int)]
    made: list[Household] = [{} for _ in range(max((k[0] for k in keys), default=-1) + 1)]
    for i, name in keys:
        if (i, name) in numbers:
            made[i][name] = _shown(numbers[i, name], facts[name])
        elif name is not None:
            made[i][name] = smallest(bounds[i, name], facts[name])
    return made


def smallest(domain: Domain, fact: Fact) -> Any:
    """The smallest whole number of a domain, the middle of one without any, the last day, or the first code."""
    if isinstance(domain, Interval):
        if fact.kind == "date":  # the youngest
            return date.fromordinal(int(domain.high or least_number(domain)))
        if fact.multiple:
            return next(numbers_in(domain, fact.multiple), None)
        return least_number(domain)
    if fact.kind == "code":
        return next(c for c in fact.codes if c in domain)
    return False not in domain


def remainder(bounds: Bounds, others: Iterable[Bounds], whole: Any) -> list[Bounds]:
    """What is left of a region without others, as regions that do not overlap; ``whole(key)`` is all of a fact."""
    left: list[Bounds] = [bounds]
    for other in others:
        kept: list[Bounds] = []
        for mine in left:
            inside: dict[Key, Domain] | None = dict(mine)
            for key, domain in other.items():
                assert inside is not None
                own = inside.get(key, whole(key))
                kept += [{**inside, key: piece} for piece in _outside(own, domain)]
                common = narrowed(own, domain)
                if common is None:
                    inside = None
                    break
                inside[key] = common
        left = kept
    return left


def _outside(domain: Domain, without: Domain) -> Iterator[Domain]:
    if isinstance(domain, Interval) and isinstance(without, Interval):
        if without.low is not None:
            below = domain.meet(Interval(None, without.low, high_open=not without.low_open))
            if below is not None:
                yield below
        if without.high is not None:
            above = domain.meet(Interval(without.high, None, low_open=not without.high_open))
            if above is not None:
                yield above
    elif isinstance(domain, frozenset) and isinstance(without, frozenset) and domain - without:
        yield domain - without
