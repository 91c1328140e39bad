"""From a region of facts to the smallest household in it.

What is said of a rule is shown on a household that anybody can assess again: the smallest whole
numbers that lie in the region, the first codes, nobody more than it takes. Numbers that are tied to
each other (one cannot exceed another, a rule compares two of them, one is computed from others) are
chosen together: unequal lines over them are eliminated one number after the other (Fourier and
Motzkin), so that "there is no such household" is a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import count, islice, pairwise, product
from math import ceil, floor
from typing import Any

from .case import Key
from .domains import Domain, Interval
from .household import household_names, person_names
from .model import Fact, RuleSet
from .possible import fact_domain
from .regions import Bounds, narrowed
from .terms import Term
from .tree import Arith, Const, Node, Number, Quantifier, Ref, walk
from .values import Frozen, frozen

Household = dict[str, Any]
Form = dict[Key, Fraction]  # a number for each unknown, and for CONSTANT: what they come to together
CONSTANT = None
LINE = "line"  # ("line", ((key, number), ...)): a key of bounds that ties several numbers
TRIES = 30  # of whole numbers, where a line is not one of differences
SIZES = 20  # of divisors, where a derived number is told beside what it is computed from
COUNT, FLAG, OTHERS = "deprivations", "deprived_", "+"


class Undecided(Exception):
    """Whole numbers tied in a way that is not followed here."""


# --- lines over several numbers ---------------------------------------------------------------------


def form_of(term: Any) -> Form | None:
    """A number as a line over its unknowns, or None where it is none."""
    if not isinstance(term, Term):
        return {CONSTANT: Fraction(term)}
    if term.op == "var":
        return {term.parts[0]: Fraction(1)}
    if term.op not in ("+", "-", "*", "/"):
        return None
    return _combined(term.op, *map(form_of, term.parts))


def _combined(op: str, a: Form | None, b: Form | None) -> Form | None:
    if a is None or b is None:
        return None
    if op in "+-":
        sign = 1 if op == "+" else -1
        return {k: a.get(k, Fraction(0)) + sign * b.get(k, Fraction(0)) for k in dict.fromkeys((*a, *b))}
    if op == "*" and not _unknowns(a):
        a, b = b, a
    factor = b.get(CONSTANT, Fraction(0))
    if _unknowns(b) or (op == "/" and not factor):
        return None
    return {k: v * factor if op == "*" else v / factor for k, v in a.items()}


def _unknowns(form: Form) -> list[Key]:
    return [k for k, v in form.items() if k is not CONSTANT and v]


def line_key(form: Form) -> tuple[Key, Fraction, Fraction]:
    """The key of a line in bounds, the factor that was taken out of it, and its constant."""
    keys = sorted(_unknowns(form), key=repr)
    factor = form[keys[0]]
    return (LINE, tuple((k, form[k] / factor) for k in keys)), factor, form.get(CONSTANT, Fraction(0))


def is_line(key: Key) -> bool:
    return isinstance(key, tuple) and key[0] == LINE


@frozen
class Below(Frozen):
    """``form <= 0``, or ``< 0`` where strict."""

    form: Form
    strict: bool = False


def within(form: Form, span: Interval) -> Iterator[Below]:
    """That a line lies in an interval."""
    if span.low is not None:
        yield Below(_combined("-", {CONSTANT: Fraction(span.low)}, form) or {}, span.low_open)
    if span.high is not None:
        yield Below(_combined("-", form, {CONSTANT: Fraction(span.high)}) or {}, span.high_open)


def solved(conditions: Iterable[Below], steps: Mapping[Key, int]) -> dict[Key, Number] | None:
    """The smallest numbers that fulfil every condition, the first named first; None where there are none.

    ``steps`` names the numbers in order: 0 for any number, 1 for whole ones, more for multiples.
    Numbers that may be broken are eliminated first and whole ones last, so that the answer is exact
    wherever whole numbers are tied by differences alone; otherwise :class:`Undecided` may be raised.
    """
    conditions = list(conditions)
    if all(len(_unknowns(c.form)) == 1 for c in conditions):
        return _alone(conditions, steps)
    order = sorted(steps, key=lambda k: not steps[k])
    stages: dict[Key, list[Below]] = {}
    left = [_tightened(c, steps) for c in conditions]
    for key in reversed(order):
        mine = [c for c in left if c.form.get(key)]
        left = [c for c in left if not c.form.get(key)]
        stages[key] = mine
        for low, high in product([c for c in mine if c.form[key] < 0], [c for c in mine if c.form[key] > 0]):
            a, b = ({k: v / abs(c.form[key]) for k, v in c.form.items()} for c in (low, high))
            sums = {k: a.get(k, Fraction(0)) + b.get(k, Fraction(0)) for k in dict.fromkeys((*a, *b)) if k != key}
            left.append(_tightened(Below(sums, low.strict or high.strict), steps))
        left = list(dict.fromkeys(left))
    if any(c.form.get(CONSTANT, 0) > 0 or (c.strict and not c.form.get(CONSTANT, 0)) for c in left):
        return None
    found = next(_assigned(order, stages, steps, {}), None)
    if found is None:
        raise Undecided
    return {k: found[k] for k in steps}


def _alone(conditions: list[Below], steps: Mapping[Key, int]) -> dict[Key, Number] | None:
    """The smallest numbers where none is tied to another."""
    spans: dict[Key, Interval | None] = dict.fromkeys(steps, Interval())
    for c in conditions:
        (key,) = _unknowns(c.form)
        spans[key] = _cut(spans[key], -c.form.get(CONSTANT, Fraction(0)) / c.form[key], c, key)
    found = {k: next(numbers_in(span, steps[k]), None) if span is not None else None for k, span in spans.items()}
    return None if None in found.values() else {k: v for k, v in found.items() if v is not None}


def _cut(span: Interval | None, edge: Fraction, c: Below, key: Key) -> Interval | None:
    cut = Interval(None, edge, high_open=c.strict) if c.form[key] > 0 else Interval(edge, None, low_open=c.strict)
    return span.meet(cut) if span is not None else None


def _tightened(condition: Below, steps: Mapping[Key, int]) -> Below:
    """Over whole numbers alone a constant is rounded to what they can reach."""
    keys = _unknowns(condition.form)
    if not keys or not all(steps.get(k) for k in keys):
        return condition
    unit = min(abs(condition.form[k] * steps[k]) for k in keys)
    form = {k: v / unit for k, v in condition.form.items()}
    if any((form[k] * steps[k]).denominator != 1 for k in keys):
        return condition
    limit = -form.get(CONSTANT, Fraction(0))
    whole = ceil(limit) - 1 if condition.strict else floor(limit)
    return Below({**{k: form[k] for k in keys}, CONSTANT: Fraction(-whole)})


def _assigned(
    order: list[Key], stages: Mapping[Key, list[Below]], steps: Mapping[Key, int], known: dict[Key, Number]
) -> Iterator[dict[Key, Number]]:
    if len(known) == len(order):
        yield dict(known)
        return
    key = order[len(known)]
    span: Interval | None = Interval()
    for c in stages[key]:
        rest = sum(
            (v * known[k] for k, v in c.form.items() if k not in (CONSTANT, key)), c.form.get(CONSTANT, Fraction(0))
        )
        span = _cut(span, -rest / c.form[key], c, key)
    if span is None:
        return
    for number in numbers_in(span, steps[key]):
        yield from _assigned(order, stages, steps, {**known, key: number})


def numbers_in(span: Interval, step: int) -> Iterator[Number]:
    """The first numbers of an interval that are worth a try."""
    if not step:
        yield least_number(span)
        return
    first = 0 if span.low is None else ceil(Fraction(span.low) / step)
    if span.low is None and span.high is not None and span.high < 0:
        first = floor(Fraction(span.high) / step) - 1
    yield from islice((n * step for n in count(first) if span.holds(n * step)), TRIES if span.high is None else 0)
    if span.high is not None:
        yield from islice(
            (n * step for n in range(first, floor(span.high / Fraction(step)) + 1) if span.holds(n * step)), TRIES
        )


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
    persons = regions[0] if len(regions) == 1 else met_wholly(*(_of_persons(b) for b in regions))
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
                    _combined("-", {system.var(name, i): Fraction(1)}, tie) or {}, Interval(0, 0)
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
            told = {*fixed, *(k for f in forms.values() for k in _unknowns(f))}
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
            return _combined(op, _computed(left, fixed), _computed(right, fixed))
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


def least_number(span: Interval) -> Number:
    if span.low is None:
        return (
            0
            if span.high is None or span.high > 0 or (span.high == 0 and not span.high_open)
            else floor(span.high) - (1 if span.high_open else 0)
        )
    whole = floor(span.low)
    for number in (whole, whole + 1):
        if span.holds(number):
            return number
    if not span.low_open:
        return span.low
    return (Fraction(span.low) + Fraction(span.high if span.high is not None else span.low + 1)) / 2


def met_wholly(a: Bounds, b: Bounds) -> dict[Key, Domain] | None:
    """What two regions have in common, or None."""
    found: dict[Key, Domain] = dict(a)
    for key, domain in b.items():
        common = narrowed(found[key], domain) if key in found else domain
        if common is None:
            return None
        found[key] = common
    return found


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
