"""What-if standards: other lines, marked hypothetical wherever they show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .errors import NoStandard, nearest
from .household import to_number
from .model import Cite, Instrument, Line, Text
from .tree import Const, Node, Ref, Switch
from .values import evolve

if TYPE_CHECKING:
    from .answering import Standard

WHAT_IF = Instrument("hypothetical", "", {"vi": "giả định của người dùng", "en": "assumption of the caller"}, grade="D")


def reform(base: Standard, changes: Mapping[str, Any]) -> Standard:
    """The standard with some lines changed; nothing else moves."""
    lines = dict(base.lines)
    for name, change in changes.items():
        line = base.lines.get(name)
        if line is None:
            raise NoStandard(f"{base.exact_id} has no line {name!r}; {nearest(name, base.lines)}")
        table = _merged(name, line.table, change)
        cite = Cite(WHAT_IF, "", "D", note=_instead(line.cite))
        named = isinstance(change, Mapping)
        kept = tuple((path, line.cite_of(path)) for path in (_unnamed(line.table, change) if named else ()))
        lines[name] = Line(name, line.labels, line.unit, _tree(table), table, cite, kept)
    mark = hashlib.sha256(f"{base.digest} {sorted((n, lines[n].table) for n in changes)!r}".encode()).hexdigest()
    made = evolve(base, lines=lines, hypothetical=True)
    made.memo["digest"] = mark
    return made


def _instead(cite: Cite) -> Text:
    return {"vi": f"thay cho {cite.label('vi')}", "en": f"in place of {cite.label('en')}"}


def _merged(name: str, table: Any, change: Any) -> Any:
    """A table with the named cells changed: {"rural": 2_000_000} leaves urban as it was."""
    if not isinstance(change, Mapping):
        value = to_number(change)
        if value is None or value < 0:
            raise NoStandard(f"{name}: {change!r} is not an amount")
        return (
            value
            if not isinstance(table, dict)
            else {f: {c: _merged(name, t, change) for c, t in cells.items()} for f, cells in table.items()}
        )
    if not isinstance(table, dict):
        raise NoStandard(f"{name} is one number here, it does not depend on {', '.join(map(str, change))}")
    ((fact, cells),) = table.items()
    inner = change[fact] if set(change) == {fact} and isinstance(change[fact], Mapping) else change
    unknown = [c for c in inner if c not in cells]
    if unknown:
        raise NoStandard(f"{name} has no cell {', '.join(map(repr, unknown))}; allowed: {', '.join(cells)}")
    return {fact: {c: _merged(name, t, inner[c]) if c in inner else t for c, t in cells.items()}}


def _unnamed(table: Any, change: Any) -> Iterator[tuple[str, ...]]:
    """The codes that lead to each cell of a table that a change does not name."""
    if not isinstance(table, Mapping):
        return
    ((fact, cells),) = table.items()
    inner = change[fact] if set(change) == {fact} and isinstance(change[fact], Mapping) else change
    for code, below in cells.items():
        if code not in inner:
            yield from ((code, *path) for path in _cells(below))
        elif isinstance(inner[code], Mapping):
            yield from ((code, *path) for path in _unnamed(below, inner[code]))


def _cells(table: Any) -> Iterator[tuple[str, ...]]:
    if not isinstance(table, Mapping):
        yield ()
        return
    for cells in table.values():
        yield from ((code, *path) for code, below in cells.items() for path in _cells(below))


def _tree(table: Any) -> Node:
    if not isinstance(table, dict):
        return Const(table)
    ((fact, cells),) = table.items()
    return Switch(Ref(fact), tuple((c, _tree(t)) for c, t in cells.items()))
