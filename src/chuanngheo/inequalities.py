"""Numbers that are tied to each other, chosen together.

Unequal lines over several numbers (one cannot exceed another, a rule compares two of them, one is
computed from others) are eliminated one number after the other (Fourier and Motzkin), so that "there
are no such numbers" is a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import count, islice, product
from math import ceil, floor
from typing import Any

from .case import Key
from .domains import Interval
from .terms import Term
from .tree import Number
from .values import Frozen, frozen

Form = dict[Key, Fraction]  # a number for each unknown, and for CONSTANT: what they come to together
CONSTANT = None
LINE = "line"  # ("line", ((key, number), ...)): a key of bounds that ties several numbers
TRIES = 30  # of whole numbers, where a line is not one of differences


class Undecided(Exception):
    """Whole numbers tied in a way that is not followed here."""


def form_of(term: Any) -> Form | None:
    """A number as a line over its unknowns, or None where it is none."""
    if not isinstance(term, Term):
        return {CONSTANT: Fraction(term)}
    if term.op == "var":
        return {term.parts[0]: Fraction(1)}
    if term.op not in ("+", "-", "*", "/"):
        return None
    return combined(term.op, *map(form_of, term.parts))


def combined(op: str, a: Form | None, b: Form | None) -> Form | None:
    if a is None or b is None:
        return None
    if op in "+-":
        sign = 1 if op == "+" else -1
        return {k: a.get(k, Fraction(0)) + sign * b.get(k, Fraction(0)) for k in dict.fromkeys((*a, *b))}
    if op == "*" and not unknowns_of(a):
        a, b = b, a
    factor = b.get(CONSTANT, Fraction(0))
    if unknowns_of(b) or (op == "/" and not factor):
        return None
    return {k: v * factor if op == "*" else v / factor for k, v in a.items()}


def unknowns_of(form: Form) -> list[Key]:
    return [k for k, v in form.items() if k is not CONSTANT and v]


def line_key(form: Form) -> tuple[Key, Fraction, Fraction]:
    """The key of a line in bounds, the factor that was taken out of it, and its constant."""
    keys = sorted(unknowns_of(form), key=repr)
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
        yield Below(combined("-", {CONSTANT: Fraction(span.low)}, form) or {}, span.low_open)
    if span.high is not None:
        yield Below(combined("-", form, {CONSTANT: Fraction(span.high)}) or {}, span.high_open)


def solved(conditions: Iterable[Below], steps: Mapping[Key, int]) -> dict[Key, Number] | None:
    """The smallest numbers that fulfil every condition, the first named first; None where there are none.

    ``steps`` names the numbers in order: 0 for any number, 1 for whole ones, more for multiples.
    Numbers that may be broken are eliminated first and whole ones last, so that the answer is exact
    wherever whole numbers are tied by differences alone; otherwise :class:`Undecided` may be raised.
    """
    conditions = list(conditions)
    if all(len(unknowns_of(c.form)) == 1 for c in conditions):
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
        (key,) = unknowns_of(c.form)
        spans[key] = _cut(spans[key], -c.form.get(CONSTANT, Fraction(0)) / c.form[key], c, key)
    found = {k: next(numbers_in(span, steps[k]), None) if span is not None else None for k, span in spans.items()}
    return None if None in found.values() else {k: v for k, v in found.items() if v is not None}


def _cut(span: Interval | None, edge: Fraction, c: Below, key: Key) -> Interval | None:
    cut = Interval(None, edge, high_open=c.strict) if c.form[key] > 0 else Interval(edge, None, low_open=c.strict)
    return span.meet(cut) if span is not None else None


def _tightened(condition: Below, steps: Mapping[Key, int]) -> Below:
    """Over whole numbers alone a constant is rounded to what they can reach."""
    keys = unknowns_of(condition.form)
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
