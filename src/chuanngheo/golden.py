"""Golden cases: what a legal text says about single households, figures and days, held against the rules.

A case is written from the text, with the rule file closed, and names its clause. It asks for one of
seven things: the answer for a household, the cells of a line or of a table, the numbers a fact can be,
the points and bands of a score card, what such a card comes to when it is filled in, or what covers a
day. The file is YAML as strict as a rule file, and all its faults are reported at once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .answering import Standard
from .catalogue import Catalogue, shipped
from .domains import Interval
from .errors import ChuanNgheoError, HouseholdError, NoStandard, RuleFileError, nearest
from .methods import RECORDED
from .model import GRADES
from .resolving import PERSON, get
from .source import Node, Source, as_boolean, as_date, as_number, as_text, read_nodes, read_text
from .tracing import value_of
from .tree import Number
from .values import Frozen, frozen

if TYPE_CHECKING:
    from .assessment import Assessment

KINDS = ("household", "line", "table", "fact", "scorecard", "score", "ask")
ASKS = ("applicable", "line", "for_review")
ENDS = ("from", "above", "to", "below")
REVIEW = ("year_end", "next_year")
LIKE = "like"
OUT_OF_BOUNDS = "CN050"  # what a number that a fact cannot be is refused with
_COMMON = ("case", "source")
_FORMS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # keys that are needed, and others
    "household": (("household", "expect"), ("standard", "on", "method", "readings")),
    "line": (("standard", "line", "cells"), ()),
    "table": (("standard", "table", "cells"), ()),
    "fact": (("fact",), ("standard", "on", "takes", "refuses")),
    "scorecard": (("standard", "scorecard"), ("readings", "columns", "points", "bands", "combine", "side")),
    "score": (("standard", "score", "expect"), ("facts", "answers", "column", "on", "readings")),
    "ask": (("ask", "expect"), ()),
}
SCORED = ("value", "low", "high", "points", "held", "open", "missing", "stopped", "others", "error")
_NUMERIC = re.compile(r"[-+]?[0-9][0-9_.,/]*\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")

Standards = Catalogue | Mapping[str, Standard] | Callable[[str], Standard] | None


@frozen
class Case(Frozen):
    """One golden case.

    ``kind`` says what it asks for; ``subject`` is the household, the name of a line, table, fact or
    card, a card with the facts or answers that fill it in, or the question about a day; ``expect`` is what the text says of it. ``standard`` is the name of a
    standard (``vn-2022``, ``vn-2011@1``). It is empty for questions about days, and for cases about the
    vocabulary, which are held against every standard that reads the fact, or the values expected.
    """

    name: str
    place: str  # file:line
    kind: str
    standard: str
    source: Mapping[str, str]
    subject: Any
    expect: Mapping[str, Any]
    on: date | None = None
    method: str | None = None
    readings: Mapping[str, str] | None = None


@frozen
class Failure(Frozen):
    """What a case expected and what was found instead."""

    case: Case
    what: str  # the key under expect:, or the cell
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.case.place}: {self.case.name}\n    {self.what}: expected {_shown(self.expected)}, found {_shown(self.found)}"


# --- reading -------------------------------------------------------------------------------------


def read_cases(path: str | os.PathLike[str]) -> tuple[Case, ...]:
    """The cases of one file, or of every ``.yaml`` file of a folder, in order.

    Raises :class:`RuleFileError` with every fault of every file.
    """
    root = os.fspath(path)
    files = (
        sorted(os.path.join(root, n) for n in os.listdir(root) if n.endswith(".yaml"))
        if os.path.isdir(root)
        else [root]
    )
    cases: list[Case] = []
    problems = []
    for file in files:
        found, source = cases_of(read_text(file), file)
        cases += found
        problems += source.problems
    if problems:
        raise RuleFileError(f"{root} cannot be read: {len(problems)} problem(s)", problems)
    return tuple(cases)


def cases_of(text: str, name: str) -> tuple[list[Case], Source]:
    """The cases in a text; what is wrong with it is in the source."""
    root, source = read_nodes(text, name)
    if root is None or source.problems:
        return [], source
    reader = _Reader(source)
    listed: Node | None = root
    if root.kind == "mapping":
        fields = reader.fields(root, ("cases",), ("households",))
        listed = fields.get("cases")
        shared = fields.get("households")
        if shared is not None and shared.kind != "mapping":
            source.report("CN015", shared, "a mapping of names to households is needed here")
        for key, (_, node) in shared.entries.items() if shared is not None else ():
            reader.shared[key] = reader.household(node)
    if listed is not None and (listed.kind != "sequence" or not listed.items):
        source.report("CN015", listed, "a list of cases is needed here", remedy="- case: ...")
        return [], source
    return [case for node in (listed.items if listed is not None else ()) for case in reader.case(node)], source


class _Reader:
    """Nodes to cases; faults go into the source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.shared: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, Node] = {}

    def fields(self, node: Node, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Node]:
        """The values of a mapping by key; unknown and missing keys are problems."""
        allowed = (*required, *optional)
        if node.kind != "mapping":
            self.source.report("CN015", node, "a mapping is needed here", allowed=", ".join(allowed))
            return {}
        for key, (key_node, _) in node.entries.items():
            if key not in allowed:
                self.source.report("CN008", key_node, f"unknown key {key[:60]}", allowed=", ".join(allowed), remedy=nearest(key, allowed))  # fmt: skip
        for key in required:
            if key not in node.entries:
                self.source.report("CN009", node, f"the key {key} is missing", allowed=", ".join(allowed))
        return {k: v for k, (_, v) in node.entries.items() if k in allowed}

    def text(self, node: Node | None) -> str:
        return "" if node is None else as_text(node, self.source) or ""

    def day(self, node: Node | None) -> date | None:
        return None if node is None else as_date(node, self.source)

    def value(self, node: Node) -> Any:
        """A scalar as what it looks like; lists and mappings of such."""
        if node.kind == "sequence":
            return [self.value(item) for item in node.items]
        if node.kind == "mapping":
            return {key: self.value(v) for key, (_, v) in node.entries.items()}
        text = node.text.strip()
        if not node.plain:
            return node.text
        if text in ("", "null", "~"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _DAY.match(text):
            return as_date(node, self.source)
        if _NUMERIC.match(text):
            number = as_number(node, self.source)
            return Decimal(text.replace("_", "")) if number is not None and "." in text else number
        return text

    # --- parts of a case ------------------------------------------------------------------------

    def case(self, node: Node) -> Iterator[Case]:
        """One case, for each of the standards that it names."""
        kinds = [k for k in KINDS if get(node, k) is not None]
        if len(kinds) != 1 and node.kind == "mapping":
            what = f"has {' and '.join(kinds)}" if kinds else "asks for nothing"
            self.source.report("CN090", node, f"a case asks for one thing, this one {what}", allowed=", ".join(KINDS),
                               remedy="write household: for an answer, line:, table: or fact: for figures, score: for a form, ask: for days")  # fmt: skip
            return
        kind = kinds[0] if kinds else KINDS[0]
        required, optional = _FORMS[kind]
        f = self.fields(node, (*_COMMON, *required), optional)
        if not f:
            return
        name = self.text(f.get("case"))
        if name and name in self.seen:
            line = self.seen[name].line + 1
            self.source.report("CN094", f["case"], f"a case of this name stands on line {line} already", remedy="say in what the two differ")  # fmt: skip
        self.seen.setdefault(name, node)
        subject, expect = self.asked(kind, f)
        if kind == "household" and "standard" not in f and "expect" in f and set(expect) - {"values"}:
            self.source.report("CN009", node, "the key standard is missing", remedy="without it, only values: of the vocabulary can be expected")  # fmt: skip
        readings = {k: self.text(v) for k, (_, v) in f["readings"].entries.items()} if "readings" in f else None
        method = self.text(f.get("method")) or None
        standards = f.get("standard")
        named = standards.items if standards is not None and standards.kind == "sequence" else (standards,)
        source, on = self.cited(f.get("source")), self.day(f.get("on"))
        for one in named:
            standard = self.text(one)
            yield Case(name, f"{self.source.name}:{node.line + 1}", kind, standard, source, subject, expect, on,
                       method, readings)  # fmt: skip

    def cited(self, node: Node | None) -> dict[str, str]:
        """The clause a case was written from."""
        if node is None:
            return {}
        f = self.fields(node, ("number", "grade"), ("at", "words", "note"))
        found = {k: v.text.strip() for k, v in f.items()}
        if "grade" in f and found["grade"] not in tuple(GRADES):
            self.source.report(
                "CN017", f["grade"], f"{found['grade'][:60]!r} is not a grade", allowed=", ".join(GRADES)
            )
        if f and not any(found.get(k) for k in ("at", "words", "note")):
            self.source.report("CN091", node, "this source has no place: at which clause, or by which words?",
                               remedy="write at:, words: or a note: that says what stands in for them")  # fmt: skip
        return found

    def household(self, node: Node) -> dict[str, Any]:
        """Facts as a caller would give them, on top of those of a shared household."""
        if node.kind != "mapping":
            self.source.report("CN015", node, "a mapping of facts is needed here")
            return {}
        like = get(node, LIKE)
        found: dict[str, Any] = {}
        if like is not None and like.text not in self.shared:
            self.source.report("CN095", like, f"there is no household {like.text[:60]} under households:", remedy=nearest(like.text, self.shared))  # fmt: skip
        elif like is not None:
            found.update(self.shared[like.text])
        found.update({k: self.value(v) for k, (_, v) in node.entries.items() if k != LIKE})
        return found

    def asked(self, kind: str, f: dict[str, Node]) -> tuple[Any, dict[str, Any]]:
        match kind:
            case "household":
                subject = self.household(f["household"]) if "household" in f else {}
                return subject, self.expected(f.get("expect"), tuple(_FOUND))
            case "ask":
                return self.question(f["ask"], f.get("expect"))
            case "fact":
                lists: dict[str, Any] = {k: [self.value(i) for i in f[k].items] for k in ("takes", "refuses") if k in f}
                if not any(lists.values()):
                    self.source.report("CN092", f["fact"], "nothing is expected of this fact", allowed="takes, refuses")
                return self.text(f["fact"]), lists
            case "scorecard":
                return self.text(f["scorecard"]), self.card(f)
            case "score":
                return self.filled(f), self.expected(f.get("expect"), SCORED)
        cells = {" ".join(path): v for path, v in self.cells(f["cells"], ())} if "cells" in f else {}
        return self.text(f[kind]), cells

    def cells(self, node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Number | None]]:
        """The numbers of a line or table by the keys that lead to them."""
        if node.kind == "mapping":
            for key, (_, below) in node.entries.items():
                yield from self.cells(below, (*path, key))
        elif node.kind == "scalar" and node.plain and node.text in ("", "null", "~"):
            yield path, None
        else:
            yield path, as_number(node, self.source)

    def card(self, f: dict[str, Node]) -> dict[str, Any]:
        """What a form prints: points by item and option for each column, bands, and what rows do together."""
        found: dict[str, Any] = {}
        columns = [self.text(i) for i in f["columns"].items] if "columns" in f else []
        for item, option, node in self.rows(f.get("points")):
            if len(node.items) != len(columns):
                message = f"{item} {option} has {len(node.items)} numbers for {len(columns)} columns"
                self.source.report("CN093", node, message, remedy="write one number for each of columns:")
            for column, cell in zip(columns, node.items, strict=False):
                found[f"{item} {option} {column}"] = None if cell.text in ("", "null") else as_number(cell, self.source)
        for item, option, node in self.rows(f.get("bands")):
            ends = self.fields(node, (), ENDS)
            found[f"{item} {option} band"] = {k: as_number(v, self.source) for k, v in ends.items()}
        combine = self.value(f["combine"]) if "combine" in f else {}
        found |= {f"{item} combine": how for item, how in combine.items()} if isinstance(combine, dict) else {}
        if "side" in f:
            found["side"] = self.text(f["side"])
        if not found:
            self.source.report(
                "CN092", f["scorecard"], "nothing is expected of this card", allowed="points, bands, combine, side"
            )
        return found

    def filled(self, f: dict[str, Node]) -> dict[str, Any]:
        """A score card with the facts, or the answers and the column, that fill it in."""
        if ("facts" in f) == ("answers" in f):
            self.source.report("CN090", f["score"], "a card is filled in from facts: or from answers:, one of them", allowed="facts, answers")  # fmt: skip
        found: dict[str, Any] = {"card": self.text(f["score"])}
        found |= {"facts": self.household(f["facts"])} if "facts" in f else {}
        found |= {"answers": self.value(f["answers"])} if "answers" in f else {}
        return found | ({"column": self.text(f["column"])} if "column" in f else {})

    def rows(self, node: Node | None) -> Iterator[tuple[str, str, Node]]:
        for item, (_, options) in node.entries.items() if node is not None else ():
            for option, (_, below) in options.entries.items():
                yield item, option, below

    def expected(self, node: Node | None, allowed: tuple[str, ...]) -> dict[str, Any]:
        if node is None:
            return {}
        if node.kind == "mapping" and not node.entries:
            self.source.report("CN092", node, "nothing is expected, so nothing is tested", allowed=", ".join(allowed))
        return {k: self.value(v) for k, v in self.fields(node, (), allowed).items()}

    def question(self, node: Node, expect: Node | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is asked about a day, and the keys that can be expected of the answer."""
        ask = self.value(node) if node.kind == "mapping" else {}
        kinds = [k for k in ASKS if k in ask]
        if len(kinds) != 1:
            self.source.report("CN090", node, "ask: names one question", allowed=", ".join(ASKS), remedy="ask: {applicable: 2026-03-01}")  # fmt: skip
            return {}, {}
        for key, kind in (
            ("applicable", date),
            ("on", date),
            ("known_at", date),
            ("for_review", int),
            ("fallback", bool),
        ):
            if ask.get(key) is not None and type(ask[key]) is not kind:
                what = {date: "a day", int: "a year", bool: "true or false"}[kind]
                self.source.report(
                    "CN093", node.entries[key][1], f"{key} is {what}", remedy="days are written yyyy-mm-dd"
                )
        if kinds[0] == "line" and "on" not in ask:
            self.source.report("CN009", node, "the key on is missing", allowed="line, on, known_at, and the codes")
        allowed = {
            "applicable": ("standard", "grade", "error"),
            "line": ("value", "grade", "next", "error"),
            "for_review": (*REVIEW, *(f"{p}_grade" for p in REVIEW)),
        }[kinds[0]]
        found = self.expected(expect, allowed)
        if "error" in found and expect is not None:
            as_boolean(expect.entries["error"][1], self.source)
        return ask, found


# --- holding them against standards --------------------------------------------------------------


def run_cases(cases: Iterable[Case], standards: Standards = None) -> tuple[Failure, ...]:
    """Every failure of the cases. ``standards`` as for :func:`failures`."""
    return tuple(failure for case in cases for failure in failures(case, standards))


def failures(case: Case, standards: Standards = None) -> tuple[Failure, ...]:
    """What a case expected that was not found; empty when it holds.

    ``standards`` says which standards are meant: a :class:`Catalogue`, a mapping of names to
    standards (which stand in place of the shipped ones), a function from a name to a standard, or
    nothing for the shipped ones.
    """
    return tuple(differences(case, standards))


def differences(case: Case, standards: Standards = None) -> Iterator[Failure]:
    """The same one by one, so that a caller can stop at the first."""
    if case.kind == "ask":
        yield from _about_days(case, _catalogue(standards))
        return
    try:
        meant = _meant(case, standards)
    except NoStandard as error:
        yield Failure(case, "standard", case.standard, error.message)
        return
    for standard in meant:
        yield from _ABOUT[case.kind](case, standard)


def speaks_of(case: Case, standard: Standard) -> bool:
    """Whether a case can be held against a standard."""
    if case.standard:
        return case.standard in names_of(standard)
    names = (case.subject,) if case.kind == "fact" else case.expect.get("values", ())
    return case.kind != "ask" and all(name in standard.facts for name in names)


def _meant(case: Case, standards: Standards) -> Iterable[Standard]:
    if case.standard:
        return (_standard(case.standard, standards),)
    if callable(standards):
        raise NoStandard("a case about the vocabulary needs standards to be held against")
    given = standards if isinstance(standards, Catalogue) else shipped()
    every = standards.values() if isinstance(standards, Mapping) else given.versions(None, None)
    return [s for s in every if speaks_of(case, s)]


def _standard(name: str, standards: Standards) -> Standard:
    if isinstance(standards, Mapping):
        found = [s for s in standards.values() if name in names_of(s)]
        return standards[name] if name in standards else found[0] if found else shipped().standard(name)
    if isinstance(standards, Catalogue):
        return standards.standard(name)
    return shipped().standard(name) if standards is None else standards(name)


def _catalogue(standards: Standards) -> Catalogue:
    if isinstance(standards, Catalogue):
        return standards
    return shipped().having(*(standards.values() if isinstance(standards, Mapping) else ()))


def names_of(standard: Standard) -> tuple[str, ...]:
    """The names by which a case can mean a standard."""
    return standard.id, f"{standard.id}@{standard.version}", standard.exact_id


def _about_household(case: Case, standard: Standard) -> Iterator[Failure]:
    wanted_error = case.expect.get("error")
    try:
        a = standard.assess(case.subject, on=case.on, method=case.method, readings=case.readings)
    except ChuanNgheoError as error:
        codes = sorted({p.code for p in error.problems})
        if wanted_error not in codes:
            yield Failure(case, "error", wanted_error, str(error))
        return
    for what, wanted in case.expect.items():
        for name, expected, found in _FOUND[what](a, what, wanted):
            if not _same(expected, found):
                yield Failure(case, name, expected, found)


Found = Iterator[tuple[str, Any, Any]]  # what was looked at, what was expected, what was found


def _attribute(a: Assessment, what: str, wanted: Any) -> Found:
    found = getattr(a, what)
    yield what, wanted, list(found) if isinstance(found, tuple) else found


def _unordered(a: Assessment, what: str, wanted: Any) -> Found:
    yield what, sorted(wanted or ()), sorted(getattr(a, what))


def _number(a: Assessment, what: str, wanted: Any) -> Found:
    yield what, wanted, _value(a, what)


def _named(a: Assessment, what: str, wanted: Any) -> Found:
    prefix = "deprived_" if what == "deprived" else ""
    for name, expected in wanted.items():
        yield f"{what} {name}", expected, _value(a, prefix + name)


def _marks(a: Assessment, what: str, wanted: Any) -> Found:
    marks = getattr(a, what)
    for name, expected in wanted.items():
        found = marks.get(name, f"none of the {what}")
        yield f"{what} {name}", expected, list(found) if isinstance(found, tuple) else found


def _caveat_kinds(a: Assessment, what: str, wanted: Any) -> Found:
    kinds = {name for c in a.caveats for name in (c.kind, c.about)}  # by kind, or by what it is about
    for kind, expected in wanted.items():
        yield f"{what} {kind}", expected, kind in kinds


def _no_error(a: Assessment, what: str, wanted: Any) -> Found:
    yield what, wanted, a.category or a.status


_FOUND: Mapping[str, Callable[[Assessment, str, Any], Found]] = {
    "category": _attribute, "categories": _attribute, "status": _attribute, "possible": _attribute,
    "missing": _unordered, "basis": _attribute, "statuses": _marks, "groups": _marks, "deprivations": _number,
    "income_per_person": _number, "deprived": _named, "values": _named, "caveats": _caveat_kinds, "error": _no_error,
}  # fmt: skip


def _value(a: Assessment, name: str) -> Any:
    """The certain value of a name, or None where it is not certain."""
    if a.method == RECORDED:
        return next((s.value for s in a.trace if s.name == name), None)
    try:
        return value_of(a, name)[0]
    except (KeyError, AssertionError):
        return "no such name"


def _about_line(case: Case, standard: Standard) -> Iterator[Failure]:
    line = standard.lines.get(case.subject)
    cells: dict[str, Any] = {} if line is None else {" ".join(path): v for path, v in _cells_of(line.table)}
    yield from _cells(case, cells, f"no line {case.subject}" if line is None else "no such cell")


def _cells_of(table: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Number]]:
    if not isinstance(table, dict):
        yield path, table
        return
    for cells in table.values():
        for code, below in cells.items():
            yield from _cells_of(below, (*path, code))


def _about_table(case: Case, standard: Standard) -> Iterator[Failure]:
    table = standard.tables.get(case.subject)
    cells: dict[str, Any] = {}
    for column, code in zip(table.columns, table.codes or ("",), strict=True) if table is not None else ():
        cells |= {
            f"{code} {step}".strip(): v
            for step, v in zip(table.steps if table is not None else (), column, strict=True)
        }
    yield from _cells(case, cells, f"no table {case.subject}" if table is None else "not listed")


def _about_card(case: Case, standard: Standard) -> Iterator[Failure]:
    card = standard.scorecards.get(case.subject)
    cells: dict[str, Any] = {}
    if card is not None:
        card = card.under(case.readings or {})
        cells["side"] = card.cut_off.side if card.cut_off is not None else "no cut-off"
    for item in card.items if card is not None else ():
        cells[f"{item.number} combine"] = item.combine
        for option in item.options:
            cells |= {f"{item.number} {option.name} {column}": v for column, v in option.points.items()}
            cells[f"{item.number} {option.name} band"] = ends_of(option.band)
    yield from _cells(case, cells, f"no score card {case.subject}" if card is None else "not listed")


def _about_score(case: Case, standard: Standard) -> Iterator[Failure]:
    subject = case.subject
    try:
        if "answers" in subject:
            made = standard.score(
                subject["card"], answers=subject["answers"], column=subject.get("column"), readings=case.readings
            )
        else:
            made = standard.score(subject["card"], subject["facts"], on=case.on, readings=case.readings)
    except ChuanNgheoError as error:
        codes = sorted({p.code for p in error.problems})
        if case.expect.get("error") not in codes:
            yield Failure(case, "error", case.expect.get("error"), str(error))
        return
    items = {i.number: i for i in made.items}
    for what, wanted in case.expect.items():
        if what in ("points", "held", "open"):
            found: Mapping[str, Any] = {
                n: i.value if what == "points" else list(i.held if what == "held" else i.open) for n, i in items.items()
            }
        elif what == "others":
            found = {f"{o.interpretation}: {o.sense}": [o.low, o.high] for o in made.others}
            wanted = {f"{name}: {sense}": ends for name, of in wanted.items() for sense, ends in of.items()}
        elif what == "missing":
            wanted, found = {"": sorted(wanted)}, {"": sorted(made.missing)}
        elif what == "stopped":
            wanted, found = {"": wanted}, {"": next(iter(made.stopped)) if len(made.stopped) == 1 else None}
        else:
            wanted, found = {"": wanted}, {"": "filled in" if what == "error" else getattr(made, what)}
        for name, expected in wanted.items():
            if not _same(expected, found.get(name, "not listed")):
                yield Failure(case, f"{made.card} {what} {name}".strip(), expected, found.get(name, "not listed"))


def ends_of(band: Interval | None) -> dict[str, Number]:
    """A band as a form says it: from or above, to or below."""
    if band is None:
        return {}
    low, high = ("above" if band.low_open else "from"), ("below" if band.high_open else "to")
    return {key: end for key, end in ((low, band.low), (high, band.high)) if end is not None}


def _cells(case: Case, cells: Mapping[str, Any], otherwise: str) -> Iterator[Failure]:
    for name, wanted in case.expect.items():
        found = cells.get(name, otherwise)
        if found != wanted:
            yield Failure(case, f"{case.subject} {name}".strip(), wanted, found)


def _about_fact(case: Case, standard: Standard) -> Iterator[Failure]:
    fact = standard.facts.get(case.subject)
    if fact is None:
        yield Failure(case, case.subject, "a fact of this standard", "no such fact")
        return
    for key in ("takes", "refuses"):
        for value in case.expect.get(key, ()):
            given = {"members": [{fact.name: value}]} if fact.entity == PERSON else {fact.name: value}
            codes: list[str] = []
            try:
                standard.assess(given, on=case.on, method=case.method)
            except HouseholdError as error:
                codes = [p.code for p in error.problems if p.where.endswith(fact.name)]
            if bool(codes) if key == "takes" else OUT_OF_BOUNDS not in codes:
                expected = "taken" if key == "takes" else f"refused ({OUT_OF_BOUNDS})"
                found = f"refused ({', '.join(codes)})" if codes else "taken"
                yield Failure(case, f"{fact.name} {value}", expected, found)


_ABOUT: Mapping[str, Callable[[Case, Standard], Iterator[Failure]]] = {
    "household": _about_household, "line": _about_line, "table": _about_table, "fact": _about_fact,
    "scorecard": _about_card, "score": _about_score,
}  # fmt: skip


def _about_days(case: Case, days: Catalogue) -> Iterator[Failure]:
    ask, expect = dict(case.subject), dict(case.expect)
    refused = expect.pop("error", False)
    try:
        found = _days[next(k for k in ASKS if k in ask)](days, ask)
    except NoStandard as error:
        if not refused:
            yield Failure(case, "answer", expect, error.message)
        return
    if refused:
        yield Failure(case, "error", True, found)
    for what, wanted in expect.items():
        answer = found.get(what)
        names = answer if isinstance(answer, tuple) else (answer,)
        if wanted not in names:
            yield Failure(case, what, wanted, answer)


def _ask_applicable(days: Catalogue, ask: dict[str, Any]) -> dict[str, Any]:
    day = ask.pop("applicable")
    found = days.applicable(day, **ask)
    grade = next((s.cite.grade for s in found.applies if s.holds(day)), None)
    return {"standard": names_of(found), "grade": grade}


def _ask_line(days: Catalogue, ask: dict[str, Any]) -> dict[str, Any]:
    quantity = days.line(ask.pop("line"), ask.pop("on"), **ask)
    change = quantity.next_change
    later = None
    if change is not None:
        later = {"on": change[0]} | ({"value": change[1].value} if change[1] is not None else {})
    return {"value": quantity.value, "grade": quantity.grade, "next": later}


def _ask_review(days: Catalogue, ask: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for need in days.for_review(ask.pop("for_review"), **ask):
        found |= {need.purpose: names_of(need.standard), f"{need.purpose}_grade": need.grade}
    return found


_days: Mapping[str, Callable[[Catalogue, dict[str, Any]], dict[str, Any]]] = {
    "applicable": _ask_applicable, "line": _ask_line, "for_review": _ask_review,
}  # fmt: skip


def _same(wanted: Any, found: Any) -> bool:
    """Equal, where a truth is not a number."""
    return isinstance(wanted, bool) == isinstance(found, bool) and bool(wanted == found)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing certain"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(v) for v in value) + "]"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


__all__ = ["Case", "Failure", "cases_of", "failures", "read_cases", "run_cases"]
