"""Formulas over columns: what every engine that keeps tables can compute.

A formula is a small frozen tree that knows no engine. Conditions are *total*: wherever a column can
be null the formula says what that means, so that no engine's own notion of null, NaN or a missing
category decides anything. The makers below fold constants away; :func:`staged` names what several
formulas share, so that it is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .values import Frozen, frozen


@frozen
class Formula(Frozen):
    """An operation over formulas and plain values.

    ``column lit`` · ``is_null is_in`` · ``== != < <= > >=`` · ``and or not`` · ``+ - * floordiv`` ·
    ``held`` (a number, or null outside of two) · ``least greatest`` · ``if`` (condition, then, otherwise) · ``int8`` (a condition as 0 or 1) ·
    ``text`` (pieces (condition, words) joined by ``; ``) · ``one`` (the same where at most one holds) ·
    ``where`` (words where a condition holds) · ``told`` (see :func:`told`) · ``whole`` (a number times a scale, as a
    whole number) · ``off`` (whether that is not one).
    """

    op: str
    args: tuple[Any, ...]


def column(name: str) -> Formula:
    return Formula("column", (name,))


def lit(value: Any) -> Formula:
    return Formula("lit", (value,))


FEW = 3
NO_TEXT = Formula("unknown", ("text",))
TRUE, FALSE, NULL = lit(True), lit(False), lit(None)


def is_lit(f: Formula) -> bool:
    return f.op == "lit"


def not_(f: Formula) -> Formula:
    if f == TRUE:
        return FALSE
    if f == FALSE:
        return TRUE
    return f.args[0] if f.op == "not" else Formula("not", (f,))


def _flat(op: str, parts: Iterable[Formula], neutral: Formula, absorbing: Formula) -> Formula:
    found: dict[Formula, None] = {}
    for part in parts:
        if part == absorbing:
            return absorbing
        if part.op == op:
            found.update(dict.fromkeys(part.args))
        elif part != neutral:
            found[part] = None
    if any(not_(p) in found for p in found if p.op == "not"):
        return absorbing
    dual = "or" if op == "and" else "and"  # a or (a and b) is a
    found = {p: None for p in found if p.op != dual or not any(a in found for a in p.args)}
    if not found:
        return neutral
    return next(iter(found)) if len(found) == 1 else Formula(op, tuple(found))


def and_(*parts: Formula) -> Formula:
    return _flat("and", parts, TRUE, FALSE)


def or_(*parts: Formula) -> Formula:
    return _flat("or", parts, FALSE, TRUE)


def is_null(f: Formula) -> Formula:
    if is_lit(f):
        return lit(f.args[0] is None)
    return Formula("is_null", (f,))


def is_in(f: Formula, values: Iterable[Any]) -> Formula:
    chosen = tuple(dict.fromkeys(values))
    if not chosen:
        return FALSE
    if len(chosen) <= FEW:  # comparisons cost less than a set, and are shared
        return or_(*(compare("==", f, lit(value)) for value in chosen))
    return Formula("is_in", (f, chosen))


_COMPARE = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def compare(op: str, a: Formula, b: Formula) -> Formula:
    if is_lit(a) and is_lit(b):
        return lit(_COMPARE[op](a.args[0], b.args[0]))
    return Formula(op, (a, b))


def if_(test: Formula, then: Formula, other: Formula) -> Formula:
    if is_lit(test):
        return then if test.args[0] else other
    return then if then == other else Formula("if", (test, then, other))


def plus(*parts: Formula) -> Formula:
    constant = sum(p.args[0] for p in parts if is_lit(p))
    rest = [p for p in parts if not is_lit(p)]
    if constant:
        rest.append(lit(constant))
    return lit(constant) if not rest else rest[0] if len(rest) == 1 else Formula("+", tuple(rest))


def times(f: Formula, factor: int | Formula) -> Formula:
    other = factor if isinstance(factor, Formula) else lit(factor)
    if is_lit(f) and is_lit(other):
        return lit(f.args[0] * other.args[0])
    if is_lit(f):
        f, other = other, f
    return f if other == lit(1) else lit(0) if other == lit(0) else Formula("*", (f, other))


def minus(a: Formula, b: Formula) -> Formula:
    return lit(a.args[0] - b.args[0]) if is_lit(a) and is_lit(b) else a if b == lit(0) else Formula("-", (a, b))


def floordiv(a: Formula, b: Formula) -> Formula:
    """Whole quotient of numbers that are not negative; the divisor is positive."""
    if is_lit(a) and is_lit(b):
        return lit(a.args[0] // b.args[0])
    return a if b == lit(1) else Formula("floordiv", (a, b))


def least(*parts: Formula) -> Formula:
    return parts[0] if len(parts) == 1 else Formula("least", parts)


def greatest(*parts: Formula) -> Formula:
    return parts[0] if len(parts) == 1 else Formula("greatest", parts)


def number(test: Formula) -> Formula:
    """A condition as 0 or 1."""
    return lit(int(test.args[0])) if is_lit(test) else Formula("int8", (test,))


def text(pieces: Iterable[tuple[Formula, str]], op: str = "text") -> Formula:
    """The words of the conditions that hold, joined by ``; ``; null where none does."""
    kept = tuple((test, words) for test, words in pieces if test != FALSE)
    return NO_TEXT if not kept else Formula(op, tuple(x for piece in kept for x in piece))


def one(pieces: Iterable[tuple[Formula, str]]) -> Formula:
    """The words of the one condition that holds; null where none does."""
    return text(pieces, "one")


def kind(f: Formula) -> str:
    """What a formula gives: ``bool``, ``int``, ``text``, or "" where only the table knows."""
    if f.op == "unknown":
        return str(f.args[0])
    if f.op == "lit":
        value = f.args[0]
        return (
            "" if value is None else "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "text"
        )
    if f.op == "if":
        return kind(f.args[1]) or kind(f.args[2])
    if f.op in ("column", "date"):
        return ""
    if f.op in ("text", "one", "told", "where"):
        return "text"
    return (
        "int"
        if f.op in ("+", "-", "*", "floordiv", "least", "greatest", "int8", "whole", "held", "year", "month", "day")
        else "bool"
    )


def where(test: Formula, words: Formula) -> Formula:
    """Words where a condition holds; null elsewhere, and not looked for."""
    return words if test == TRUE or words == NO_TEXT else NO_TEXT if test == FALSE else Formula("where", (test, words))


def told(test: Formula, words: Formula, all_: Formula) -> Formula:
    """The words of ``all_``, which ``words`` say as well where a condition holds."""
    return Formula("told", (test, words, all_))


def under(condition: Formula, f: Formula) -> Formula:
    """``condition and f``, with whatever the condition settles folded away in ``f``."""
    facts: dict[Formula, Formula] = {}
    for part in condition.args if condition.op == "and" else (condition,):
        if not is_lit(part):
            facts[part] = TRUE
            facts[not_(part)] = FALSE
    return and_(condition, _assuming(f, facts, {}))


_MAKERS: dict[str, Callable[..., Formula]] = {"and": and_, "or": or_, "not": not_, "if": if_, "int8": number}


def _assuming(f: Formula, facts: Mapping[Formula, Formula], memo: dict[int, Formula]) -> Formula:
    if id(f) not in memo:
        if f in facts:
            memo[id(f)] = facts[f]
        elif f.op in ("column", "lit", "whole", "off", "is_null", "is_in"):
            memo[id(f)] = f
        else:
            args = tuple(_assuming(a, facts, memo) if isinstance(a, Formula) else a for a in f.args)
            same = all(a is b for a, b in zip(args, f.args, strict=True))
            memo[id(f)] = f if same else _MAKERS[f.op](*args) if f.op in _MAKERS else Formula(f.op, args)
    return memo[id(f)]


def below(f: Formula) -> Iterator[Formula]:
    return (a for a in f.args if isinstance(a, Formula))


def columns_of(formulas: Iterable[Formula]) -> tuple[str, ...]:
    """The columns that formulas read, each once."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    waiting = list(formulas)[::-1]
    while waiting:
        f = waiting.pop()
        if id(f) in seen:
            continue
        seen.add(id(f))
        if f.op == "column":
            found[f.args[0]] = None
        waiting += list(below(f))[::-1]
    return tuple(found)


def staged(outputs: Mapping[str, Formula], prefix: str = "_cn") -> tuple[list[dict[str, Formula]], dict[str, Formula]]:
    """Stages of named parts that are used more than once, then the outputs in terms of them.

    Each stage reads columns and the parts of the stages before it.
    """
    same: dict[tuple[Any, ...], int] = {}
    nodes: list[Formula] = []
    memo: dict[int, int] = {}

    def number_of(f: Formula) -> int:
        if id(f) not in memo:
            key = (f.op, *((("f", number_of(a)) if isinstance(a, Formula) else (type(a).__name__, a)) for a in f.args))
            if key not in same:
                same[key] = len(nodes)
                nodes.append(f)
            memo[id(f)] = same[key]
        return memo[id(f)]

    roots = {name: number_of(f) for name, f in outputs.items()}
    children = [tuple(memo[id(a)] for a in below(f)) for f in nodes]
    used = [0] * len(nodes)
    for i in {*roots.values()}:
        used[i] += 1
    reached = set(roots.values())
    waiting = list(reached)
    while waiting:
        for child in children[waiting.pop()]:
            used[child] += 1
            if child not in reached:
                reached.add(child)
                waiting.append(child)
    shared = {i for i in reached if used[i] > 1 and nodes[i].op not in ("column", "lit") and not _cheap(nodes[i])}
    level: dict[int, int] = {}
    for i in range(len(nodes)):  # children come before their parents
        level[i] = max((level[c] + (c in shared) for c in children[i]), default=0)
    made: dict[int, Formula] = {}

    def rebuilt(i: int) -> Formula:
        """The node in terms of columns and named parts."""
        f = nodes[i]
        args = iter(children[i])
        return Formula(f.op, tuple(named(next(args)) if isinstance(a, Formula) else a for a in f.args))

    def named(i: int) -> Formula:
        if i in shared:
            return column(f"{prefix}{i}")
        if i not in made:
            made[i] = rebuilt(i)
        return made[i]

    stages: list[dict[str, Formula]] = [{} for _ in range(max((level[i] + 1 for i in shared), default=0))]
    for i in sorted(shared):
        stages[level[i]][f"{prefix}{i}"] = rebuilt(i)
    return stages, {name: named(i) for name, i in roots.items()}


def _cheap(f: Formula) -> bool:
    """What costs no more to compute again than to keep."""
    return f.op in ("not", "is_null", "int8") and all(a.op == "column" for a in below(f))
