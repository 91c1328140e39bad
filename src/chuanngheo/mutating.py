"""Mutants of a standard: the same rules with one small fault, of the kinds that authors make.

The resolved tree of nodes is changed, not the text of the file: everything the standard rests on is
covered (what it extends, its tables, the entries of the vocabulary that it reads), and nothing is
parsed anew but the one expression. The stream is the same in every run. A mutant that can no longer
be read is stillborn: reading itself finds the fault.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from .answering import Standard
from .errors import RuleFileError
from .reading import Builder
from .resolving import EXPRESSION_KEYS, get
from .scorecards import COMBINE, ORDERS, SIDES
from .source import Node, Source
from .values import Frozen, frozen

CONDITIONS = ("when", "asked_if")  # the keys whose whole condition is denied once
BOUNDS = ("least", "most", "multiple")
ENDS = {"from": "above", "above": "from", "to": "below", "below": "to"}  # each end of a band, and its neighbour
UNKNOWN = "unknown"
_NUMBER = re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9]+)?\Z")
_FRACTION = re.compile(r"([0-9]+)/([0-9]+)\Z")
_ALIKE = {"any": "all", "all": "any", "min": "max", "max": "min", "sum": "max", "count": "share", "share": "count"}
_OTHERS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">=")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<=")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}
_ARITH: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
}

Path = tuple[str, ...]


def about_depth(path: Path) -> int:
    """How many keys of a path lead to the entry that it is about."""
    return 4 if path[0] == "methods" and "values" in path else 3 if path[0] == "facts" else 2


@frozen
class Mutant(Frozen):
    """One fault: what was changed, where, and the tree of nodes that came of it."""

    id: str
    kind: str
    path: Path  # of keys, and of numbers in lists: ("lines", "poverty_line", "by", "area", "rural")
    line: int  # in the file in which the node stands, from 1
    old: str
    new: str
    root: Node

    @property
    def about(self) -> str:
        """The entry that was changed: ``lines.poverty_line``."""
        return ".".join(self.path[: about_depth(self.path)])

    def born(self, base: Standard) -> Standard | RuleFileError:
        """The standard with the fault, or why it cannot be read."""
        source = Source(base.exact_id, ())
        fields = Builder(self.root, source).build()
        if source.problems:
            return RuleFileError(f"{self.id} cannot be read", source.problems)
        gone = {f"deprived_{name}" for name in base.indicators if name not in fields["indicators"]}
        others = base.other_facts | gone  # a household described for another standard may still give them
        return Standard(**fields, root=self.root, other_facts=others, other_person_facts=base.other_person_facts)


@frozen
class Change(Frozen):
    """One change of a place: its kind, what stood there, what stands there now."""

    kind: str
    path: Path
    line: int
    old: str
    new: str
    node: Node  # that takes the place of the node at the path


def mutants(base: Standard, written: Node | None = None) -> Iterator[Mutant]:
    """Every mutant of a standard, in the order of its file.

    With ``written``, the tree of the file alone, only of what the file writes itself: what it takes
    from a standard that it extends is tried there.
    """
    counted: dict[str, int] = {}
    for change in changes(base.root):
        name = f"{base.id}@{base.version} {'.'.join(change.path)} {change.kind}"
        counted[name] = counted.get(name, 0) + 1
        if written is not None and not _writes(written, change):
            continue
        root = replaced(base.root, change.path, change.node)
        yield Mutant(f"{name} {counted[name]}", change.kind, change.path, change.line, change.old, change.new, root)


def _writes(written: Node, change: Change) -> bool:
    """Whether a file has the entry that a change is about."""
    path = (*change.path, change.old) if change.kind == "indicator" else change.path[: about_depth(change.path)]
    node: Node | None = written
    for key in path:
        if node is None or node.kind == "sequence":
            return node is not None
        node = get(node, key)
    return node is not None


def replaced(root: Node, path: Path, node: Node) -> Node:
    """The tree with another node at a path; what lies beside the path is shared."""
    if not path:
        return node
    key, *rest = path
    made = Node(root.line, root.column, root.kind, items=list(root.items), entries=dict(root.entries))
    if root.kind == "sequence":
        made.items[int(key)] = replaced(root.items[int(key)], tuple(rest), node)
    else:
        key_node, value = root.entries[key]
        made.entries[key] = (key_node, replaced(value, tuple(rest), node))
    return made


# --- the changes of a tree ------------------------------------------------------------------------


def changes(root: Node) -> Iterator[Change]:
    """Every change of a resolved tree, section by section."""
    sections = {key: node for key, (_, node) in root.entries.items()}
    grounds = _grounds(root)
    for key, node in sections.items():
        match key:
            case "sources":
                for name, (_, entry) in node.entries.items():
                    if name in grounds:
                        yield from _days(entry, (key, name), ("issued",))
            case "applies":
                for i, span in enumerate(node.items):
                    yield from _days(span, (key, str(i)), ("from", "to"))
            case "facts":
                for shelf, (_, entries) in node.entries.items():
                    for name, (_, entry) in entries.entries.items():
                        yield from _numbers(entry, (key, shelf, name), BOUNDS)
                        yield from _expressions(entry, (key, shelf, name))
            case "lines":
                for name, (_, entry) in node.entries.items():
                    yield from _cells(entry, (key, name))
            case "tables":
                for name, (_, entry) in node.entries.items():
                    yield from _table(entry, (key, name))
            case "scorecards":
                for name, (_, entry) in node.entries.items():
                    yield from _card(entry, (key, name))
            case "code_lists":
                for name, (_, entry) in node.entries.items():
                    yield from _members(entry, (key, name))
            case "methods":
                for name, (_, entry) in node.entries.items():
                    yield from _days(entry, (key, name), ("until",))
                    values = get(entry, "values")
                    for value, (_, below) in values.entries.items() if values is not None else ():
                        yield from _expressions(below, (key, name, "values", value))
            case "values" | "indicators" | "classes" | "statuses" | "groups":
                for name, (_, entry) in node.entries.items():
                    yield from _days(entry, (key, name), ("from",))
                    yield from _expressions(entry, (key, name))
                if key == "indicators":
                    yield from _without(node, (key,))
                if key == "classes":
                    yield from _order(node, (key,))
            case "interpretations":
                for name, (_, entry) in node.entries.items():
                    yield from _default(entry, (key, name))


def _grounds(root: Node) -> set[str]:
    """The sources whose day of issue decides something: since when a span is known, or a status given."""
    spans, statuses = get(root, "applies"), get(root, "statuses")
    cited = [get(span, "cite") for span in (spans.items if spans is not None else ())]
    cited += [
        get(status, "cite")
        for _, status in (statuses.entries.values() if statuses is not None else ())
        if (start := get(status, "from")) is None or start.text == UNKNOWN
    ]
    found = [get(cite, "source") for cite in cited if cite is not None]
    return {source.text for source in found if source is not None}


def _scalar(like: Node, text: str) -> Node:
    return Node(like.line, like.column, "scalar", text, like.plain, like.folded)


def _changed(kind: str, path: Path, node: Node, new: str) -> Change:
    return Change(kind, path, node.line + 1, node.text.strip(), new, _scalar(node, new))


def _days(entry: Node, path: Path, keys: Iterable[str]) -> Iterator[Change]:
    """Each day one earlier and one later."""
    for key in keys:
        node = get(entry, key)
        if node is None or node.text == UNKNOWN:
            continue
        day = date.fromisoformat(node.text.strip())
        for step in (-1, 1):
            yield _changed("day", (*path, key), node, (day + timedelta(step)).isoformat())


def nudged(text: str) -> tuple[str, ...]:
    """A number one unit of its last place lower and higher, in the same spelling.

    >>> nudged("1_500_000"), nudged("2.5"), nudged("1/3")
    (('1_499_999', '1_500_001'), ('2.4', '2.6'), ('0/3', '2/3', '1/2', '1/4'))
    """
    fraction = _FRACTION.match(text)
    if fraction:
        above, below = fraction.groups()
        return (*(f"{n}/{below}" for n in nudged(above)), *(f"{above}/{n}" for n in nudged(below) if n != "0"))
    if not _NUMBER.match(text):
        return ()
    number = Decimal(text.replace("_", ""))
    unit = Decimal(1).scaleb(int(number.as_tuple().exponent))
    return tuple(_spelled(number + step, "_" in text) for step in (-unit, unit))


def _spelled(number: Decimal, grouped: bool) -> str:
    whole, point, places = str(number).partition(".")
    return (f"{int(whole):_}" if grouped else whole) + point + places


def _numbers(entry: Node, path: Path, keys: Iterable[str]) -> Iterator[Change]:
    for key in keys:
        node = get(entry, key)
        for new in nudged(node.text.strip()) if node is not None else ():
            yield _changed("bound", (*path, key), node or entry, new)


def _cells(node: Node, path: Path) -> Iterator[Change]:
    """The numbers of a line, by whatever codes they stand under."""
    value = get(node, "value")
    if value is not None:
        yield from (_changed("line", (*path, "value"), value, new) for new in nudged(value.text.strip()))
    by = get(node, "by")
    for fact, (_, cells) in by.entries.items() if by is not None else ():
        for code, (_, cell) in cells.entries.items():
            here = (*path, "by", fact, code)
            if cell.kind == "scalar":
                yield from (_changed("line", here, cell, new) for new in nudged(cell.text.strip()))
            else:
                yield from _cells(cell, here)


def _table(node: Node, path: Path) -> Iterator[Change]:
    """Every step and cell of a table, and how it is read between two steps."""
    rows = get(node, "rows")
    for i, row in enumerate(rows.items if rows is not None else ()):
        for j, cell in enumerate(row.items):
            kind = "cell" if j else "step"
            yield from (_changed(kind, (*path, "rows", str(i), str(j)), cell, n) for n in nudged(cell.text.strip()))
    between = get(node, "between")
    if between is not None:
        other = {"last_listed": "next_listed", "next_listed": "last_listed"}[between.text]
        yield _changed("between", (*path, "between"), between, other)


def _card(node: Node, path: Path) -> Iterator[Change]:
    """The points of a score card, its measures, the bands and tests of its options and what they do together, its cut-off."""
    rows = get(node, "rows")
    for i, row in enumerate(rows.items if rows is not None else ()):
        for j, cell in enumerate(row.items[2:], 2):  # after the number of the item and the name of the option
            yield from (_changed("cell", (*path, "rows", str(i), str(j)), cell, n) for n in nudged(cell.text.strip()))
    items, others, cut = get(node, "items"), get(node, "alternatives"), get(node, "cut_off")
    measures = get(node, "measures")
    for name, (_, measure) in measures.entries.items() if measures is not None else ():
        yield from _expressions(measure, (*path, "measures", name), ("of",))
    for i, item in enumerate(items.items if items is not None else ()):
        here = (*path, "items", str(i))
        yield from _other(item, here, "combine", COMBINE)
        yield from _other(item, here, "order", ORDERS)
        yield from _stop(item, here)
        options = get(item, "options")
        for j, option in enumerate(options.items if options is not None else ()):
            yield from _band(option, (*here, "options", str(j)))
            yield from _expressions(option, (*here, "options", str(j)))
    for i, other in enumerate(others.items if others is not None else ()):
        here = (*path, "alternatives", str(i))
        yield from _other(other, here, "combine", COMBINE)
        yield from _band(other, here)
        points = get(other, "points")
        for column, (_, cell) in points.entries.items() if points is not None else ():
            yield from (_changed("cell", (*here, "points", column), cell, n) for n in nudged(cell.text.strip()))
    if cut is not None:
        yield from _other(cut, (*path, "cut_off"), "side", SIDES)


def _band(node: Node, path: Path) -> Iterator[Change]:
    """The ends of a band: their numbers, and whether these belong to it."""
    yield from _numbers(node, path, ENDS)
    for key, other in ENDS.items():
        if key not in node.entries:
            continue
        made = {other if k == key else k: e for k, e in node.entries.items()}
        changed = Node(node.line, node.column, "mapping", items=[], entries=made)
        yield Change("comparison", path, node.entries[key][0].line + 1, key, other, changed)


def _stop(item: Node, path: Path) -> Iterator[Change]:
    """Whether the form ends where an option of an item holds."""
    word = get(item, "stop")
    if word is not None:
        yield _changed("truth", (*path, "stop"), word, "false" if word.text.strip() == "true" else "true")


def _other(node: Node, path: Path, key: str, allowed: tuple[str, ...]) -> Iterator[Change]:
    """A word of a few, each time another."""
    word = get(node, key)
    for other in allowed if word is not None else ():
        if word is not None and other != word.text:
            kind = {"combine": "together", "order": "order"}.get(key, "comparison")
            yield _changed(kind, (*path, key), word, other)


def _members(node: Node, path: Path) -> Iterator[Change]:
    """Each code of a list left out."""
    for i, item in enumerate(node.items):
        rest = Node(node.line, node.column, "sequence", items=[*node.items[:i], *node.items[i + 1 :]], entries={})
        yield Change("member", path, item.line + 1, item.text, "", rest)


def _without(node: Node, path: Path) -> Iterator[Change]:
    """Each indicator left out of the count."""
    for name, (key, _) in node.entries.items():
        rest = Node(
            node.line, node.column, "mapping", items=[], entries={k: e for k, e in node.entries.items() if k != name}
        )
        yield Change("indicator", path, key.line + 1, name, "", rest)


def _order(node: Node, path: Path) -> Iterator[Change]:
    """Each two neighbouring classes in the other order."""
    entries = list(node.entries.items())
    for i in range(len(entries) - 1):
        order = [*entries[:i], entries[i + 1], entries[i], *entries[i + 2 :]]
        made = Node(node.line, node.column, "mapping", items=[], entries=dict(order))
        old, new = f"{entries[i][0]}, {entries[i + 1][0]}", f"{entries[i + 1][0]}, {entries[i][0]}"
        yield Change("order", path, entries[i][1][0].line + 1, old, new, made)


def _default(entry: Node, path: Path) -> Iterator[Change]:
    """Each other sense of an interpretation as its default."""
    node, readings = get(entry, "default"), get(entry, "readings")
    for sense in readings.entries if readings is not None else ():
        if node is not None and sense != node.text:
            yield _changed("default", (*path, "default"), node, sense)


def _expressions(entry: Node, path: Path, keys: Iterable[str] = EXPRESSION_KEYS) -> Iterator[Change]:
    """The changes of every expression of an entry."""
    for key in keys:
        node = get(entry, key)
        if node is None or node.kind != "scalar":
            continue
        text = node.text.strip()
        for kind, old, new, changed in rewritten(text):
            yield Change(kind, (*path, key), node.line + 1, old, new, _scalar(node, changed))
        if key in CONDITIONS:
            yield Change("denied", (*path, key), node.line + 1, text, f"not ({text})", _scalar(node, f"not ({text})"))


# --- the changes of an expression -----------------------------------------------------------------

Rewrite = tuple[str, str, str, str]  # kind, old words, new words, the whole expression with them


def rewritten(text: str) -> Iterator[Rewrite]:
    """Each expression that is one small fault away, from left to right.

    >>> [new for _, _, _, new in rewritten("a < 3 and not b")]
    ['a < 3 or not b', 'a <= 3 and not b', 'a > 3 and not b', 'a < 2 and not b', 'a < 4 and not b', 'a < 3 and b']
    """
    text = " ".join(text.split())
    for node in _in_order(ast.parse(text, mode="eval").body):
        yield from _of_node(_Words(text), node)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


class _Words:
    """An expression as text, whose parts can be exchanged."""

    def __init__(self, text: str) -> None:
        self.text = text

    def span(self, node: ast.expr) -> tuple[int, int]:
        raw = self.text.encode()
        assert node.end_col_offset is not None
        return len(raw[: node.col_offset].decode()), len(raw[: node.end_col_offset].decode())

    def of(self, node: ast.expr) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def put(self, start: int, end: int, new: str) -> str:
        return self.text[:start] + new + self.text[end:]

    def between(self, left: ast.expr, right: ast.expr, word: str) -> tuple[int, int]:
        """Where a word or sign stands between two parts."""
        start, end = self.span(left)[1], self.span(right)[0]
        spelled = r"\s+".join(word.split())
        pattern = rf"\b{spelled}\b" if word[0].isalpha() else re.escape(word)
        found = re.compile(pattern).search(self.text, start, end)
        assert found is not None, (word, self.text)
        return found.span()


def _of_node(words: _Words, node: ast.AST) -> Iterator[Rewrite]:
    match node:
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            for new in nudged(words.of(node)):
                yield "number", words.of(node), new, words.put(*words.span(node), new)
        case ast.Name(id="true" | "false" as name):
            other = {"true": "false", "false": "true"}[name]
            yield "truth", name, other, words.put(*words.span(node), other)
        case ast.BoolOp(op=op, values=values):
            old, new = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
            for left, right in itertools.pairwise(values):
                yield "connective", old, new, words.put(*words.between(left, right, old), new)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for sign, right in zip(ops, comparators, strict=True):
                old, others = _OTHERS[type(sign)]
                for new in others:
                    yield "comparison", old, new, words.put(*words.between(left, right, old), new)
                left = right
        case ast.UnaryOp(op=ast.Not()):
            start = words.span(node)[0]
            yield "not", "not", "", words.text[:start] + words.text[start:].removeprefix("not").lstrip()
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITH:
            old, new = _ARITH[type(op)]
            yield "arithmetic", old, new, words.put(*words.between(left, right, old), new)
        case ast.IfExp(body=then, orelse=other):
            yield "branches", words.of(then), words.of(other), _swapped(words, then, other)
        case ast.Set(elts=elements):
            for element in elements:
                rest = ", ".join(words.of(e) for e in elements if e is not element)
                yield "member", words.of(element), "", words.put(*words.span(node), f"{{{rest}}}")
        case ast.Call(func=ast.Name(id=name) as func, args=[ast.GeneratorExp()]) if name in _ALIKE:
            yield "quantifier", name, _ALIKE[name], words.put(*words.span(func), _ALIKE[name])


def _swapped(words: _Words, then: ast.expr, other: ast.expr) -> str:
    """A choice with its branches exchanged; one that is a choice itself gets brackets."""
    (a, b), (c, d) = words.span(then), words.span(other)
    first, second = (f"({words.of(n)})" if isinstance(n, ast.IfExp) else words.of(n) for n in (other, then))
    return words.text[:a] + first + words.text[b:c] + second + words.text[d:]


__all__ = ["Change", "Mutant", "about_depth", "changes", "mutants", "nudged", "rewritten"]
