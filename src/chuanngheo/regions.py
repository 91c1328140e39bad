"""A rule as regions: which values of the facts lead to which answer.

A household of which nothing is known is decided once, along every path. Each outcome narrows the
facts it read, and so names a *region*: codes from a set, a number from an interval, a day of birth
from a span of days. The regions of a rule do not overlap and leave nothing out, so that any engine
that can compare a column with a constant can follow the rule: a household has an answer if and
only if what is known of it meets a region of that answer. This room finds the regions; where their
facts come from is the business of the rooms above.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias

import attrs

from .case import Case, Key
from .deciding import Decision
from .domains import BOOLEANS, Domain, Interval
from .household import Facts
from .possible import Evaluator
from .prepared import Prepared
from .tree import Node, Quantifier
from .values import Frozen, field, frozen

Bounds: TypeAlias = Mapping[Key, Domain]
FEW = 64  # regions that are followed one by one
OUT = "out"  # a person of whom a quantifier does not speak


@frozen
class Region(Frozen):
    """Facts narrowed so far that the answer is one value; a fact that is not named is free."""

    value: Any
    bounds: Bounds


@attrs.frozen(slots=False, eq=False, repr=False)
class Blank(Case):
    """A household of which nothing is known: facts and indicators are asked for as they are."""

    said: frozenset[str] = field(default=frozenset(), kw_only=True)  # the names a rule may find given

    def derives(self, name: str) -> bool:
        rules = self.prepared.rules
        return name in self.prepared.trees and name not in rules.facts and not name.startswith("deprived_")

    @property
    def counts_flags(self) -> bool:
        return False

    def was_given(self, name: str) -> bool:
        return name in self.said


def blank(
    prepared: Prepared, said: frozenset[str] = frozenset(), on: date | None = None, members: int | None = None
) -> Blank:
    return Blank(prepared, Facts({}, {}, members, on), said=said)


def class_regions(prepared: Prepared, said: frozenset[str] = frozenset()) -> tuple[Region, ...]:
    """The regions of each class; ``said`` are the names that ``given(...)`` finds given. Kept for the next call."""
    key = ("regions", prepared.method, tuple(sorted(prepared.readings.items())), prepared.derive, said)
    if key not in prepared.rules.memo:
        case = blank(prepared, said)
        outcomes = ((name, env) for name, env in Decision(case).classify((0, ()), {}, {}))
        prepared.rules.memo[key] = joined(case, outcomes)
    found: tuple[Region, ...] = prepared.rules.memo[key]
    return found


def flag_regions(prepared: Prepared, test: Node, said: frozenset[str] = frozenset()) -> tuple[Region, ...]:
    """The regions in which a test of the household holds, and those in which it does not."""
    case = blank(prepared, said)
    return joined(case, ((v is True, env) for v, env in Evaluator(case).outcomes(test, {})))


def person_regions(prepared: Prepared, q: Quantifier, on: date | None) -> tuple[Region, ...]:
    """What one person can be to a quantifier: ``out`` of it, or its test true or false of them.

    The keys of the bounds are names of facts of a person; an age is the day of birth.
    """
    case = blank(prepared, on=on, members=1)
    evaluator = Evaluator(case)
    found: list[tuple[Any, Bounds]] = []
    for held, env in evaluator.outcomes(q.where, {}, 0) if q.where is not None else [(True, {})]:
        if held is not True:
            found.append((OUT, env))
        else:
            found += [(v is True, e) for v, e in evaluator.outcomes(q.body, env, 0)]
    return of_person(joined(case, found))


def status_regions(prepared: Prepared, test: Node, on: date | None) -> tuple[Region, ...]:
    """The regions of a test of one person, which may read the household as well."""
    case = blank(prepared, on=on, members=1)
    return joined(case, ((v is True, env) for v, env in Evaluator(case).outcomes(test, {}, 0)))


def of_person(regions: Iterable[Region]) -> tuple[Region, ...]:
    return tuple(
        Region(r.value, {k[1] if isinstance(k, tuple) else k: d for k, d in r.bounds.items()}) for r in regions
    )


def quantifiers(regions: Iterable[Region]) -> tuple[Quantifier, ...]:
    """The quantifiers whose values the regions of a household rest on."""
    return tuple(
        dict.fromkeys(k[0] for r in regions for k in r.bounds if isinstance(k, tuple) and isinstance(k[0], Quantifier))
    )


def free_of(regions: Iterable[Region], known: Iterable[Key]) -> tuple[Region, ...]:
    """The regions without the facts that nothing will ever be known of."""
    keys = set(known)
    return merged((r.value, {k: d for k, d in r.bounds.items() if k in keys}) for r in regions)


def joined(case: Case, outcomes: Iterable[tuple[Any, Bounds]]) -> tuple[Region, ...]:
    """Outcomes as regions, without bounds that are no narrower than the fact itself."""
    evaluator = Evaluator(case)
    whole: dict[Key, Domain] = {}

    def narrows(key: Key, domain: Domain) -> bool:
        if key not in whole:
            whole[key] = evaluator.whole_domain(key)
        return domain != whole[key]

    return merged((value, {k: d for k, d in env.items() if narrows(k, d)}) for value, env in outcomes)


def narrowed(a: Domain, b: Domain) -> Domain | None:
    """What two domains have in common, or None."""
    if isinstance(a, Interval) and isinstance(b, Interval):
        return a.meet(b)
    if isinstance(a, frozenset) and isinstance(b, frozenset):
        return a & b or None
    return None


def met(a: Bounds, b: Bounds, but: Key = None) -> dict[Key, Domain] | None:
    """Two regions at once, in everything but perhaps one fact, or None where they exclude each other."""
    found: dict[Key, Domain] = {}
    for key in dict.fromkeys((*a, *b)):
        if key == but:
            continue
        common = narrowed(a[key], b[key]) if key in a and key in b else a[key] if key in a else b[key]
        if common is None:
            return None
        found[key] = common
    return found


def merged(found: Iterable[tuple[Any, Bounds]]) -> tuple[Region, ...]:
    """Regions of one value that differ in one fact alone, put together where they meet."""
    regions = {(value, frozenset(bounds.items())) for value, bounds in found}
    keys = sorted({k for _, bounds in regions for k, _ in bounds}, key=repr)
    before = -1
    while len(regions) != before:
        before = len(regions)
        for key in keys:
            alike: dict[tuple[Any, frozenset[Any]], list[Domain]] = {}
            kept = set()
            for value, bounds in regions:
                domain = dict(bounds).get(key)
                if domain is None:
                    kept.add((value, bounds))
                else:
                    alike.setdefault((value, bounds - {(key, domain)}), []).append(domain)
            for (value, rest), domains in alike.items():
                if (value, rest) in kept:
                    continue  # free of this fact altogether
                kept |= {(value, rest | {(key, d)}) for d in unions(domains)}
            regions = kept
    order = sorted(regions, key=lambda r: (repr(r[0]), sorted((repr(k), _text(d)) for k, d in r[1])))
    return tuple(Region(value, dict(sorted(bounds, key=lambda b: repr(b[0])))) for value, bounds in order)


# --- many regions of truths as one diagram ------------------------------------------------------------


@attrs.frozen(eq=False, repr=False)
class Fork:
    """Where an answer parts by one truth. Forks that part alike are one object, so that ``is`` compares them."""

    key: str
    yes: Diagram
    no: Diagram


@attrs.frozen(eq=False, repr=False)
class Leaf:
    """The answer, whatever else holds."""

    value: Any


Diagram: TypeAlias = Fork | Leaf


def diagram(regions: tuple[Region, ...]) -> Diagram | None:
    """Regions as a decision diagram, in which a sum of weights needs no more forks than it has values.

    None where they rest on anything but truths of the household, or are too few to be worth it.
    """
    keys = sorted({k for r in regions for k in r.bounds}, key=repr)
    domains = (d for r in regions for d in r.bounds.values())
    if len(regions) <= FEW or not all(isinstance(k, str) for k in keys):
        return None
    if not all(isinstance(d, frozenset) and d <= BOOLEANS for d in domains):
        return None
    allowed = [
        [sum(1 << i for i, r in enumerate(regions) if truth in r.bounds.get(key, BOOLEANS)) for truth in (True, False)]
        for key in keys
    ]
    leaves = {r.value: Leaf(r.value) for r in regions}
    alone = {value: sum(1 << i for i, r in enumerate(regions) if r.value == value) for value in leaves}
    forks: dict[tuple[int, int, int], Fork] = {}
    memo: dict[tuple[int, int], Diagram] = {}

    def grown(at: int, among: int) -> Diagram:
        """The diagram of some of the regions, from one key on."""
        if (at, among) not in memo:
            single = next((v for v, mine in alone.items() if among & ~mine == 0), None)
            if single is not None:
                memo[at, among] = leaves[single]
            else:
                yes, no = (grown(at + 1, among & allowed[at][i]) for i in (0, 1))
                memo[at, among] = yes if yes is no else forks.setdefault((at, id(yes), id(no)), Fork(keys[at], yes, no))
        return memo[at, among]

    return grown(0, (1 << len(regions)) - 1)


def unions(domains: list[Domain]) -> list[Domain]:
    """As few domains as hold the same values."""
    codes = frozenset().union(*(d for d in domains if isinstance(d, frozenset)))
    found: list[Domain] = [codes] if codes else []
    spans = sorted((d for d in domains if isinstance(d, Interval)), key=_start)
    for span in spans:
        last = found[-1] if found and isinstance(found[-1], Interval) else None
        if last is not None and _touch(last, span):
            found[-1] = last if _end(last) >= _end(span) else last.join(span)
        else:
            found.append(span)
    return found


def _start(span: Interval) -> tuple[Any, ...]:
    return (span.low is not None, span.low or 0, span.low_open)


def _end(span: Interval) -> tuple[Any, ...]:
    return (span.high is None, span.high or 0, not span.high_open)


def _touch(first: Interval, second: Interval) -> bool:
    if first.high is None or second.low is None:
        return True
    if first.whole and second.whole:
        return second.low <= first.high + 1
    return second.low < first.high or (second.low == first.high and not (first.high_open and second.low_open))


def _text(domain: Domain) -> str:
    return repr(sorted(domain, key=repr)) if isinstance(domain, frozenset) else repr(domain)


__all__ = [
    "OUT",
    "Blank",
    "Diagram",
    "Fork",
    "Leaf",
    "Region",
    "class_regions",
    "diagram",
    "flag_regions",
    "free_of",
    "merged",
    "person_regions",
    "quantifiers",
    "status_regions",
]  # fmt: skip
