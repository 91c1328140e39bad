"""The rule tree: what an expression is once its text has been read.

A closed set of small frozen nodes. Negation stands only in front of a boolean name or a test
for membership (it is pushed inwards while reading), so that a test on a fact that was not asked
is false whichever way it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeAlias

from .values import Frozen, evolve, frozen

Number: TypeAlias = int | Fraction
Value: TypeAlias = bool | int | Fraction | str


@frozen
class Const(Frozen):
    """A literal value."""

    value: Value


@frozen
class Ref(Frozen):
    """A name: a fact, a line, an indicator or a derived value; ``member`` when read per person."""

    name: str
    member: bool = False


@frozen
class Elapsed(Frozen):
    """Completed ``years`` or ``months`` from a date to the day of assessment, or its ``year``."""

    kind: str
    of: Ref


@frozen
class Arith(Frozen):
    """Exact ``+ - * /``."""

    op: str
    left: Node
    right: Node


@frozen
class Compare(Frozen):
    """``< <= == != > >=`` between two numbers or two codes."""

    op: str
    left: Node
    right: Node


@frozen
class In(Frozen):
    """Whether a code is one of a list."""

    item: Node
    codes: tuple[str, ...]
    negated: bool = False


@frozen
class Not(Frozen):
    """A boolean name that is false."""

    of: Ref


@frozen
class Both(Frozen):
    """``and`` (``every`` true) or ``or`` over parts."""

    every: bool
    parts: tuple[Node, ...]


@frozen
class Choice(Frozen):
    """``then if test else other``."""

    test: Node
    then: Node
    other: Node


@frozen
class Switch(Frozen):
    """A number by a code: the lines of a standard."""

    on: Ref
    cases: tuple[tuple[str, Node], ...]


@frozen
class Lookup(Frozen):
    """A number from a table of the standard, by a step key and perhaps a code."""

    table: str
    step: Node
    code: Node | None = None


@frozen
class Count(Frozen):
    """How many of several conditions hold."""

    parts: tuple[Node, ...]


@frozen
class Quantifier(Frozen):
    """``any all count sum share min max`` over the members for whom ``where`` holds."""

    kind: str
    body: Node
    where: Node | None = None


@frozen
class Reading(Frozen):
    """Whether the named interpretation is read in one of its senses."""

    name: str
    sense: str
    negated: bool = False


@frozen
class Given(Frozen):
    """Whether the caller gave a fact."""

    name: str


Node: TypeAlias = (
    Const
    | Ref
    | Elapsed
    | Arith
    | Compare
    | In
    | Not
    | Both
    | Choice
    | Switch
    | Lookup
    | Count
    | Quantifier
    | Reading
    | Given
)

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
TRUE, FALSE = Const(True), Const(False)


_BELOW: dict[type, Callable[[Any], tuple[Node, ...]]] = {
    Elapsed: lambda n: (n.of,),
    Arith: lambda n: (n.left, n.right),
    Compare: lambda n: (n.left, n.right),
    In: lambda n: (n.item,),
    Not: lambda n: (n.of,),
    Both: lambda n: n.parts,
    Choice: lambda n: (n.test, n.then, n.other),
    Switch: lambda n: (n.on, *(case for _, case in n.cases)),
    Lookup: lambda n: (n.step,) if n.code is None else (n.step, n.code),
    Count: lambda n: n.parts,
    Quantifier: lambda n: (n.body,) if n.where is None else (n.body, n.where),
}


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    below = _BELOW.get(type(node))
    return below(node) if below is not None else ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, from left to right."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        below = _BELOW.get(type(here))
        if below is not None:
            waiting.extend(below(here)[::-1])


def transform(node: Node, change: Callable[[Node], Node]) -> Node:
    """Rebuild a tree from the leaves up, each node through ``change``."""

    def go(n: Node) -> Node:
        return transform(n, change)

    match node:
        case Arith(op, left, right):
            node = Arith(op, go(left), go(right))
        case Compare(op, left, right):
            node = Compare(op, go(left), go(right))
        case In(item):
            node = evolve(node, item=go(item))
        case Both(every, parts):
            node = Both(every, tuple(map(go, parts)))
        case Count(parts):
            node = Count(tuple(map(go, parts)))
        case Choice(test, then, other):
            node = Choice(go(test), go(then), go(other))
        case Switch(on, cases):
            node = Switch(on, tuple((code, go(case)) for code, case in cases))
        case Lookup(table, step, code):
            node = Lookup(table, go(step), None if code is None else go(code))
        case Quantifier(kind, body, where):
            node = Quantifier(kind, go(body), None if where is None else go(where))
    return change(node)


def negate(node: Node) -> Node:
    """The opposite of a condition, with ``not`` pushed down to the names."""
    match node:
        case Const(bool() as value):
            return Const(not value)
        case Ref():
            return Not(node)
        case Not(of):
            return of
        case Compare(op, left, right):
            return Compare(OPPOSITE[op], left, right)
        case In(item, codes, negated):
            return In(item, codes, not negated)
        case Both(every, parts):
            return Both(not every, tuple(map(negate, parts)))
        case Choice(test, then, other):
            return Choice(test, negate(then), negate(other))
        case Quantifier("any", body, where):
            return Quantifier("all", negate(body), where)
        case Quantifier("all", body, where):
            return Quantifier("any", negate(body), where)
        case Reading(name, sense, negated):
            return Reading(name, sense, not negated)
    return Choice(node, FALSE, TRUE)


def fold(node: Node, readings: dict[str, str]) -> Node:
    """The tree under chosen readings: the senses that were not chosen are cut away."""
    if not readings_in(node):
        return node

    def change(n: Node) -> Node:
        match n:
            case Reading(name, sense, negated):
                return Const((readings[name] == sense) is not negated)
            case Choice(Const(value), then, other):
                return then if value else other
            case Choice(test, Const(True), Const(False)):
                return test
            case Both(every, parts):
                kept: list[Node] = []
                for part in parts:
                    if isinstance(part, Const):
                        if part.value is not every:
                            return part
                    elif isinstance(part, Both) and part.every is every:
                        kept.extend(part.parts)
                    else:
                        kept.append(part)
                return kept[0] if len(kept) == 1 else Both(every, tuple(kept)) if kept else Const(every)
        return n

    return transform(node, change)


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def extremes_as_tests(node: Node) -> Node:
    """Comparisons of a least or greatest member value, as tests on the members.

    ``max(m.x) > c`` is ``any(m.x > c)``: what is unknown of one person then stays that person's,
    and no range of a nameless number stands in for it. Nobody to look at leaves both false.
    """

    def change(n: Node) -> Node:
        match n:
            case Compare(op, Quantifier("min" | "max" as kind, body, where), bound) if not _quantified(bound):
                return _extreme(op if kind == "max" else _TURNED[op], kind, body, where, bound)
            case Compare(op, bound, Quantifier("min" | "max" as kind, body, where)) if not _quantified(bound):
                op = _TURNED[op]
                return _extreme(op if kind == "max" else _TURNED[op], kind, body, where, bound)
        return n

    return transform(node, change) if _quantified(node) else node


def _extreme(op: str, kind: str, body: Node, where: Node | None, bound: Node) -> Node:
    """Written for the greatest; for the least every comparison is turned round."""

    def some(test: str) -> Node:
        return Quantifier("any", Compare(test if kind == "max" else _TURNED[test], body, bound), where)

    match op:
        case ">" | ">=":
            return some(op)
        case "<":
            return Choice(some(">="), FALSE, some("<"))
        case "<=" | "==":
            return Choice(some(">"), FALSE, some(op))
    return Choice(some(">"), TRUE, Choice(some("=="), FALSE, some("<")))


def _quantified(node: Node) -> bool:
    return any(isinstance(n, Quantifier) for n in walk(node))


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The conditions that must all hold for a condition to hold."""
    return node.parts if isinstance(node, Both) and node.every else (node,)


def readings_in(node: Node) -> frozenset[str]:
    """The interpretations a tree depends on."""
    return frozenset(n.name for n in walk(node) if isinstance(n, Reading))
