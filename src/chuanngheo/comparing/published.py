"""Official results as published: how many households were poor by which standard, and by which decision.

The figures are data under ``standards/vn/published``. Each has the grade with which it was read, and
nothing is corrected: a table that does not add up is shipped as printed, with a note.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache

from ..errors import Problem, RuleFileError, nearest
from ..model import GRADES, LANGUAGES, Instrument, Text, bilingual
from ..source import Node, Source, as_date, as_number, as_text, read_nodes, read_text
from ..values import Frozen, field, frozen
from ..version import standards_folder

FOLDER = os.path.join("vn", "published")
FILES = ("national.yaml", "same-place.yaml")
HUNDRED = 100


@frozen
class Printed(Frozen):
    """A number as it was published: its value, its digits as printed, and how well they were read."""

    number: Fraction
    digits: str
    grade: str

    def text(self, lang: str) -> str:
        """``2,338,569`` or ``9.88``; in Vietnamese ``2.338.569`` and ``9,88``."""
        whole, _, part = self.digits.partition(".")
        text = f"{int(whole):,}" + (f".{part}" if part else "")
        return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


@frozen
class Share(Frozen):
    """The households of one class: how many, and in percent of all. Either may not have been found."""

    households: Printed | None
    percent: Printed | None


@frozen
class Count(Frozen):
    """A result of an administrative review: one place, one day, one standard.

    ``standard`` is the id of the standard (``vn-2016``), empty for one that is not in the library;
    ``label`` then says which. ``classes`` maps names of classes to what was counted.
    """

    place: Text
    jurisdiction: str  # vn, or the province that was counted
    day: date
    standard: str
    label: Text
    document: Instrument
    classes: Mapping[str, Share]
    note: Text = field(factory=dict)

    @property
    def grade(self) -> str:
        """That of its weakest figure."""
        printed = [p for s in self.classes.values() for p in (s.households, s.percent) if p is not None]
        return max((p.grade for p in printed), default="D")


@cache
def published() -> tuple[Count, ...]:
    """Every shipped result: the whole country by the day, then places counted under two standards.

    Raises nothing.

    >>> [c.classes["poor"].percent.digits for c in published() if c.standard == "vn-2011" and c.place["en"] == "Whole country"]
    ['14.2', '7.8', '4.25']
    """
    return read_published(os.path.join(standards_folder(), FOLDER, name) for name in FILES)


def read_published(paths: Iterable[str]) -> tuple[Count, ...]:
    """The results in files of your own, in the order in which they stand.

    Raises :class:`RuleFileError` with every fault of every file, each with its place, and ``OSError`` where
    there is no such file.

    >>> import os
    >>> from chuanngheo.version import standards_folder
    >>> path = os.path.join(standards_folder(), "vn", "published", "national.yaml")
    >>> read_published([path])[0].place["en"]
    'Whole country'
    """
    counts: list[Count] = []
    problems: list[Problem] = []
    for path in paths:
        found, source = counts_of(read_text(path), os.path.basename(path))
        counts += found
        problems += source.problems
    if problems:
        raise RuleFileError(f"published results cannot be read: {len(problems)} problem(s)", problems)
    return tuple(counts)


def counts_of(text: str, name: str) -> tuple[list[Count], Source]:
    """The results in a text; what is wrong with it is in the source."""
    root, source = read_nodes(text, name)
    if root is None or source.problems:
        return [], source
    reader = _Reader(source)
    f = reader.fields(root, ("documents", "counts"))
    for key, node in reader.entries(f.get("documents")):
        reader.documents[key] = reader.document(key, node)
    listed = f.get("counts")
    if listed is not None and (listed.kind != "sequence" or not listed.items):
        source.report("CN015", listed, "a list of counts is needed here", remedy="- place: ...")
    counts = [reader.count(node) for node in (listed.items if listed is not None else ())]
    return [c for c in counts if c is not None], source


def same_place(counts: Iterable[Count], a: str, b: str) -> tuple[tuple[Count, Count], ...]:
    """Places that were counted under two standards on the same day: the count under each."""
    known = tuple(counts)
    return tuple(
        (x, y) for x in known for y in known
        if x.standard == a and y.standard == b and a != b and (x.jurisdiction, x.day) == (y.jurisdiction, y.day)
    )  # fmt: skip


class _Reader:
    """Nodes to counts; faults go into the source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.documents: dict[str, Instrument] = {}

    def fields(self, node: Node, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Node]:
        """The values of a mapping by key; unknown and missing keys are problems."""
        allowed = (*required, *optional)
        for key, value in self.entries(node):
            if key not in allowed:
                self.source.report("CN008", value, f"unknown key {key[:60]}", allowed=", ".join(allowed), remedy=nearest(key, allowed))  # fmt: skip
        for key in required:
            if node.kind == "mapping" and key not in node.entries:
                self.source.report("CN009", node, f"the key {key} is missing", allowed=", ".join(allowed))
        return {k: v for k, v in self._pairs(node) if k in allowed}

    def entries(self, node: Node | None) -> list[tuple[str, Node]]:
        if node is not None and node.kind != "mapping":
            self.source.report("CN015", node, "a mapping is needed here")
        return self._pairs(node)

    def _pairs(self, node: Node | None) -> list[tuple[str, Node]]:
        return [] if node is None or node.kind != "mapping" else [(k, v) for k, (_, v) in node.entries.items()]

    def both(self, node: Node | None) -> Text:
        """A text in each language."""
        f = {} if node is None else self.fields(node, LANGUAGES)
        return {lang: as_text(n, self.source) or "" for lang, n in f.items()}

    def grade(self, node: Node | None) -> str:
        if node is not None and node.text not in tuple(GRADES):
            self.source.report("CN017", node, f"{node.text[:60]!r} is not a grade", allowed=", ".join(GRADES))
        return "D" if node is None else node.text

    def document(self, key: str, node: Node) -> Instrument:
        f = self.fields(node, ("number", "title", "grade"), ("issued", "note"))
        number = f["number"].text.strip() if "number" in f else ""
        issued = as_date(f["issued"], self.source) if "issued" in f else None
        if number and issued is None and "issued" not in f:
            self.source.report("CN009", node, "a decision with a number has a day: the key issued is missing")
        noted = f.get("note")
        one = noted is not None and noted.kind != "mapping"
        note = bilingual(as_text(f["note"], self.source) if one else self.both(noted))
        return Instrument(key, number, self.both(f.get("title")), issued, None, self.grade(f.get("grade")), note)

    def count(self, node: Node) -> Count | None:
        f = self.fields(node, ("place", "jurisdiction", "date", "document", "classes"), ("standard", "label", "note"))
        if ("standard" in f) == ("label" in f):
            self.source.report("CN189", node, "a count is under one standard: its id, or a label for one that is not here",
                               allowed="standard, label")  # fmt: skip
        key = as_text(f["document"], self.source) or "" if "document" in f else ""
        document = self.documents.get(key)
        if key and document is None:
            self.source.report("CN189", f["document"], f"there is no document {key[:60]}", remedy=nearest(key, self.documents))  # fmt: skip
        day = as_date(f["date"], self.source) if "date" in f else None
        classes = {name: self.share(n) for name, n in self.entries(f.get("classes"))}
        standard = as_text(f["standard"], self.source) or "" if "standard" in f else ""
        place = self.both(f.get("place"))
        where = as_text(f["jurisdiction"], self.source) or "" if "jurisdiction" in f else ""
        if document is None or day is None:
            return None
        return Count(
            place, where, day, standard, self.both(f.get("label")), document, classes, self.both(f.get("note"))
        )

    def share(self, node: Node) -> Share:
        f = self.fields(node, (), ("households", "percent"))
        if not f:
            self.source.report("CN009", node, "nothing was counted", allowed="households, percent")
        households, percent = (self.printed(f[k]) if k in f else None for k in ("households", "percent"))
        if households is not None and households.number.denominator != 1:
            self.source.report("CN189", f["households"], f"{households.digits} is not a number of households")
        if percent is not None and not 0 <= percent.number <= HUNDRED:
            self.source.report("CN189", f["percent"], f"{percent.digits} is not a percentage", allowed="0 to 100")
        return Share(households, percent)

    def printed(self, node: Node) -> Printed | None:
        f = self.fields(node, ("number", "grade"))
        number = as_number(f["number"], self.source) if "number" in f else None
        if number is None:
            return None
        return Printed(Fraction(number), f["number"].text.strip().replace("_", ""), self.grade(f.get("grade")))


__all__ = ["Count", "Printed", "Share", "counts_of", "published", "read_published", "same_place"]
