"""YAML text to plain nodes that know their place, within bounds.

The events of PyYAML's parser are folded into nodes by a loop, not by recursion, so that a file
from a stranger cannot exhaust the stack; nothing is constructed, resolved or executed. Aliases
and tags are refused (a rule file needs neither, and both are how YAML bombs are made).
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import yaml

from .errors import Problem, RuleFileError
from .values import field

MAX_BYTES = 1_048_576
MAX_NODES = 60_000
MAX_DEPTH = 24
MAX_PROBLEMS = 50

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+(_[0-9]{3})*\Z")
_DECIMAL = re.compile(r"[-+]?[0-9]+(_[0-9]{3})*\.[0-9]+\Z")
_FRACTION = re.compile(r"[0-9]+/[1-9][0-9]*\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}([.,\s][0-9]{3})+\Z")
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+\Z")


def read_text(path: str) -> str:
    """The text of a file, up to one byte more than may be read. Raises :class:`RuleFileError` if it is not UTF-8."""
    with open(path, "rb") as opened:
        raw = opened.read(MAX_BYTES + 1)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleFileError(f"{path} is not UTF-8 text (byte {error.start})") from None


_NO_ITEMS: Any = ()  # shared by all scalars
_NO_ENTRIES: Any = {}


@attrs.define(eq=False, repr=False)  # by the thousand for each file: a frozen one takes twice as long to make
class Node:
    """A scalar (``text``), a sequence (``items``) or a mapping (``entries``) and its place."""

    line: int  # from 0
    column: int
    kind: str
    text: str = ""
    plain: bool = False  # a scalar written without quotes
    folded: bool = False  # a scalar over several lines
    items: list[Node] = _NO_ITEMS
    entries: dict[str, tuple[Node, Node]] = _NO_ENTRIES


@attrs.frozen(eq=False, repr=False)
class Source:
    """One file: its name, its lines, and the problems found in it so far."""

    name: str
    lines: tuple[str, ...]
    problems: list[Problem] = field(factory=list)

    def report(
        self, code: str, node: Node, message: str, *, allowed: str = "", remedy: str = "", shift: int = 0
    ) -> None:
        """Add a problem at a node, ``shift`` characters into its text."""
        line, column = node.line, node.column
        if shift and node.folded:
            line, column = self._locate(node, shift)
        elif shift:
            column += shift + (0 if node.plain else 1)
        self._add(code, line, column, message, allowed, remedy)

    def report_at(
        self, code: str, line: int, column: int, message: str, *, allowed: str = "", remedy: str = ""
    ) -> None:
        """Add a problem at a line and column counted from 0."""
        self._add(code, line, column, message, allowed, remedy)

    def _add(self, code: str, line: int, column: int, message: str, allowed: str, remedy: str) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            return
        where = f"{self.name}:{line + 1}:{column + 1}"
        text = self.lines[line] if line < len(self.lines) else ""
        start = max(0, column - 60)
        excerpt = f"    {text[start : start + 100]}\n    {' ' * (column - start)}^"
        self.problems.append(Problem(code, where, message, allowed=allowed, remedy=remedy, excerpt=excerpt))

    def _locate(self, node: Node, shift: int) -> tuple[int, int]:
        """The line and column of a place in a scalar that was folded from several lines."""
        word = re.match(r"\S+", node.text[shift:])
        wanted = word.group() if word else ""
        seen_before = node.text[:shift].count(wanted) if wanted else 0
        for line in range(node.line, min(node.line + node.text.count("\n") + 60, len(self.lines))):
            column = self.lines[line].find(wanted, node.column if line == node.line else 0)
            while wanted and column >= 0:
                if seen_before == 0:
                    return line, column
                seen_before -= 1
                column = self.lines[line].find(wanted, column + 1)
        return node.line, node.column


def read_nodes(text: str, name: str) -> tuple[Node | None, Source]:
    """Parse one document; problems (syntax, aliases, duplicate keys, bounds) are in the source."""
    source = Source(name, tuple(text.splitlines()))
    if len(text.encode(errors="replace")) > MAX_BYTES:
        source.report_at(
            "CN001", 0, 0, f"the file is larger than {MAX_BYTES} bytes", remedy="put tables in CSV files beside it"
        )
        return None, source
    try:
        loader = _PARSER(text)
        try:
            root = _fold(loader, source)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line, mark.column) if mark else (0, 0)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        source.report_at(
            "CN002",
            line,
            column,
            f"not YAML: {what}",
            remedy="quote texts that contain ': ' or ' #'; indent with spaces",
        )
        return None, source
    if root is None and not source.problems:
        source.report_at("CN003", 0, 0, "the file is empty")
    return (None if source.problems and root is None else root), source


def _fold(loader: Any, source: Source) -> Node | None:
    root: Node | None = None
    stack: list[Node] = []
    keys: list[Node | None] = []
    count = 0
    next_event = loader.get_event
    while (kind := type(event := next_event())) is not yaml.StreamEndEvent:
        mark = event.start_mark
        if kind is yaml.ScalarEvent:
            folded = event.end_mark.line > mark.line
            node = Node(mark.line, mark.column, "scalar", event.value, event.implicit[0], folded)
        elif kind is yaml.MappingStartEvent:
            node = Node(mark.line, mark.column, "mapping", items=[], entries={})
        elif kind is yaml.SequenceStartEvent:
            node = Node(mark.line, mark.column, "sequence", items=[], entries={})
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            stack.pop()
            keys.pop()
            continue
        elif kind is yaml.AliasEvent:
            _refuse_alias(source, mark)
            node = Node(mark.line, mark.column, "scalar")
        elif kind is yaml.DocumentStartEvent and root is not None:
            source.report_at("CN002", mark.line, mark.column, "a file holds one document")
            return root
        else:
            continue
        if kind is not yaml.AliasEvent:
            if event.anchor is not None:
                _refuse_alias(source, mark)
            if event.tag is not None and event.tag != "!":
                source.report_at(
                    "CN005", mark.line, mark.column, f"the tag {event.tag} is not read", remedy="write a plain value"
                )
        count += 1
        if count > MAX_NODES or len(stack) > MAX_DEPTH:
            what = (
                f"has more than {MAX_NODES} values"
                if count > MAX_NODES
                else f"is nested deeper than {MAX_DEPTH} levels"
            )
            source.report_at(
                "CN001", mark.line, mark.column, f"the file {what}", remedy="put tables in CSV files beside it"
            )
            return None
        root = root or node
        if stack:
            _attach(stack[-1], keys, node, source)
        if node.kind != "scalar":
            stack.append(node)
            keys.append(None)
    return root


def _refuse_alias(source: Source, mark: Any) -> None:
    source.report_at("CN004", mark.line, mark.column, "anchors and aliases are not read", remedy="write the value out")


def _attach(parent: Node, keys: list[Node | None], node: Node, source: Source) -> None:
    if parent.kind == "sequence":
        parent.items.append(node)
        return
    key = keys[-1]
    if key is None:
        keys[-1] = node
        if node.kind != "scalar":
            source.report("CN006", node, "a key must be a plain word")
        return
    keys[-1] = None
    if key.text in parent.entries:
        first = parent.entries[key.text][0]
        source.report(
            "CN007", key, f"the key {key.text} stands twice (first on line {first.line + 1})", remedy="keep one of them"
        )
        return
    parent.entries[key.text] = (key, node)


# --- scalars -------------------------------------------------------------------------------------


def as_number(node: Node, source: Source) -> int | Fraction | None:
    """A number in the one spelling that cannot be misread; problems name the right spelling."""
    text = node.text.strip()
    if node.kind != "scalar" or not text:
        source.report("CN010", node, "a number is needed here")
        return None
    if text.isascii() and text.isdecimal() and len(text) <= 40:
        return int(text)
    if _INTEGER.match(text) and len(text) <= 40:
        return int(text)
    if (_DECIMAL.match(text) or _FRACTION.match(text)) and len(text) <= 40:
        value = Fraction(text.replace("_", ""))
        return value.numerator if value.denominator == 1 else value
    if _COMMA.match(text) and not _GROUPED.match(text):
        source.report("CN011", node, f"{text} has a decimal comma", remedy=f"write {text.replace(',', '.')}")
    elif _GROUPED.match(text):
        plain = re.sub(r"[.,\s]", "_", text)
        source.report("CN012", node, f"{text} groups its digits with a point, comma or space", remedy=f"write {plain}")
    else:
        source.report(
            "CN010",
            node,
            f"{text[:60]!r} is not a number",
            remedy="digits, perhaps grouped by _ in threes, and a decimal point",
        )
    return None


def as_date(node: Node, source: Source) -> date | None:
    """A day written yyyy-mm-dd."""
    text = node.text.strip()
    if node.kind == "scalar" and _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            source.report("CN013", node, f"{text} is not a day of the calendar")
            return None
    source.report("CN013", node, f"{text[:40]!r} is not a day", remedy="write yyyy-mm-dd")
    return None


def as_boolean(node: Node, source: Source) -> bool | None:
    """``true`` or ``false``, and nothing that only looks like it."""
    if node.kind == "scalar" and node.plain and node.text in ("true", "false"):
        return node.text == "true"
    source.report("CN014", node, f"{node.text[:40]!r} is not true or false", remedy="write true or false")
    return None


def as_text(node: Node, source: Source) -> str | None:
    """A text; a mapping or list in its place is a problem."""
    if node.kind == "scalar" and node.text.strip():
        return node.text.strip()
    source.report("CN015", node, "a text is needed here")
    return None
