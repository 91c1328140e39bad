"""The nearest changes of one value that change the class; exact."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from .case import Case
from .deciding import COUNT, Decision, pieces
from .domains import Domain, Interval
from .explaining import flip_texts
from .household import household_names
from .methods import RECORDED
from .model import NO_CLASS_NAME
from .results import Flip
from .settling import excesses
from .tracing import NOT_ASKED_TEXT, used_names, value_of
from .tree import Number
from .values import evolve

if TYPE_CHECKING:
    from .assessment import Assessment


def flips(a: Assessment) -> Iterator[Flip]:
    """For each number and code that the classes read: the nearest other value with another class."""
    if a.method == RECORDED or a.status != "decided":
        return
    facts = household_names(a.standard)
    for name in used_names(a, tried=False, into_count=False):
        fact = facts.get(name)
        given = name in a.case.facts.known or (name == COUNT and a.case.counts_flags)
        if not given or fact is None or fact.kind not in ("number", "code") or fact.unit == "person":
            continue
        current = value_of(a, name)[0]
        if current is not None and current != NOT_ASKED_TEXT:
            free = Case(a.prepared, a.case.facts, frozenset({name}))
            yield from _of(a, name, current, pieces(Decision(free), name))


def _of(a: Assessment, name: str, current: Any, parts: list[tuple[Domain, tuple[str, ...]]]) -> Iterator[Flip]:
    mine = a.decision.possible
    fact = household_names(a.standard)[name]
    unit, step = fact.unit, fact.multiple or 1

    def flip(to: Any, classes: tuple[str, ...]) -> Flip:
        category = classes[0] or NO_CLASS_NAME
        change = None if isinstance(to, str) else to - current
        return Flip(name, current, to, change, unit, category, flip_texts(a, name, current, to, category))

    if isinstance(current, str):
        for domain, classes in parts:
            for code in domain if isinstance(domain, frozenset) else ():
                if code != current and classes != mine and len(classes) == 1:
                    yield flip(code, classes)
        return
    intervals = [(d, c) for d, c in parts if isinstance(d, Interval)]
    here = next(i for i, (d, _) in enumerate(intervals) if d.holds(current))
    for side in (intervals[:here][::-1], intervals[here + 1 :]):
        for d, classes in side:
            to = _nearest_whole(d, current, step)
            if classes != mine and len(classes) == 1 and to is not None and _allowed(a, name, to):
                yield flip(to, classes)
                break


def _allowed(a: Assessment, name: str, to: Number) -> bool:
    """Whether the other given facts leave room for a changed value."""
    facts = a.case.facts
    changed = evolve(facts, known={**facts.known, name: to}, unused=())
    return name == COUNT or not excesses(Case(a.prepared, changed))


def _nearest_whole(domain: Interval, current: Number, step: int) -> int | None:
    """The multiple of a step in an interval that is nearest to a value outside it."""
    if domain.low is not None and domain.low >= current:
        low = Fraction(domain.low) / step
        to = (floor(low) + 1 if domain.low_open else ceil(low)) * step
    elif domain.high is not None:
        high = Fraction(domain.high) / step
        to = (ceil(high) - 1 if domain.high_open else floor(high)) * step
    else:
        return None
    return to if domain.holds(to) else None
