"""Numbers that rest on unknowns: small trees of operations over the facts that are not known."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from .case import Key
from .domains import elapsed
from .tree import Number
from .values import Frozen, frozen


class _NotAsked:
    """The value of what is not asked: every test on it is false."""

    def __repr__(self) -> str:
        return "not asked"


NOT_ASKED = _NotAsked()


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


def over(a: Any, b: Any) -> tuple[Any, Any] | None:
    """``a - b`` as one line over another in their unknown, where one side is such a quotient and the other a number."""
    for quotient, number, turned in ((a, b, False), (b, a, True)):
        if isinstance(quotient, Term) and quotient.op == "/" and not isinstance(number, Term):
            top, bottom = quotient.parts
            if isinstance(bottom, Term) and affine(top) and affine(bottom):
                sides = (top, arithmetic("*", bottom, number))
                return arithmetic("-", *(reversed(sides) if turned else sides)), bottom
    return None


def divided_by_none_at(term: Any) -> Iterator[Number]:
    """The values of its one unknown at which a term divides by nothing."""
    if not isinstance(term, Term) or term.op not in ("+", "-", "*", "/"):
        return
    for part in term.parts:
        yield from divided_by_none_at(part)
    divisor = term.parts[1]
    if term.op == "/" and isinstance(divisor, Term) and affine(divisor) and not [*divided_by_none_at(divisor)]:
        offset = value_at(divisor, 0, 0)
        slope = value_at(divisor, 1, 0) - offset
        if slope:
            yield _whole(Fraction(-offset) / slope)


def bounds_of(
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


def anonymous(term: Any) -> Any:
    """A term without the name of its unknown: ages of different persons are cut alike."""
    if not isinstance(term, Term):
        return term
    if term.op in ("+", "-", "*", "/"):
        return (term.op, *map(anonymous, term.parts))
    return term.op
