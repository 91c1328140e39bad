"""Profiles: what the layouts of spreadsheets mean, as data.

A profile says how a layout is recognised, which columns hold which facts in which codes and units,
what stands for a blank, which columns are personal, and how a household is told apart from every
other. The shipped ones are in ``standards/vn/review/profiles``; one of your own is a YAML file that
may extend a shipped one. A heading that two profiles know is never settled in silence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from ..catalogue import facts
from ..errors import DataProblems, NoStandard, Problem, RuleFileError, nearest
from ..model import LANGUAGES, Text
from ..resolving import get
from ..source import Node, Source, as_boolean, as_date, as_number, as_text, read_nodes, read_text
from ..tree import Number
from ..units import spoken, unit
from ..values import Frozen, field, frozen
from ..version import standards_folder
from .data import FOLDER, load
from .masking import roles
from .names import key
from .sheets import ERRORS, FORMULA, UNREADABLE, letter

if TYPE_CHECKING:
    from .sheets import Sheet

HOUSEHOLDS, PERSONS = "households", "persons"
LEVELS = (HOUSEHOLDS, PERSONS)
DAYS = ("dd/mm/yyyy", "dd-mm-yyyy", "dd.mm.yyyy", "mm/dd/yyyy", "yyyy/mm/dd", "serial")

_TOP = ("title", "note", "seen", "period", "computed", "extends", *LEVELS)
_TABLE = ("recognised_by", "not_with", "heading_rows", "blanks", "days", "household", "person", "states", "columns",
          "personal", "left", "of_household", "own_names")  # fmt: skip
_COLUMN = ("headers", "codes", "unit", "times", "blank", "blanks", "decimal", "grouping", "year", "filled", "days")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_WHOLE = re.compile(r"[-+]?[0-9]{1,40}\Z")
_EXACT = re.compile(r"[-+]?[0-9]{1,40}(?:\.[0-9]{1,40})?E[-+]?[0-9]{1,2}\Z")
_SHORT = re.compile(r"[-+]?[0-9]{1,40}[.,](?:[0-9]{1,2}|[0-9]{4,40})\Z")
_POINTED = re.compile(r"[-+]?[0-9]{1,40}[.,\s][0-9.,\s]+\Z")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T[0-9:.]+)?\Z")
_NEAR = Fraction(1, 10**3)  # how far a number of Excel may be from the whole number it stands for
_INT64 = 2**63


@frozen
class Target(Frozen):
    """What a column of a review round can hold: a fact of the vocabulary or a column of ``_columns.yaml``.

    ``kind`` is ``id``, ``text``, ``number``, ``boolean``, ``code`` or ``date``; ``level`` households or persons.
    """

    name: str
    kind: str
    level: str
    labels: Text
    codes: tuple[str, ...] = ()
    unit: str = ""
    whole: bool = False
    least: Number | None = None
    most: Number | None = None
    multiple: int | None = None

    @property
    def exact(self) -> bool:
        """Whether it is a whole number, money included."""
        return self.whole or self.unit.startswith("VND")


@frozen
class Column(Frozen):
    """How one column is read. ``headers`` and the keys of ``codes`` are keys of ``names.key``.

    ``codes`` maps what is written to a code, a truth, or None where it says nothing; ``factor`` is
    what a number is multiplied by; ``blank`` what a blank box means (None: unknown); ``filled`` the
    code of a cell that holds anything at all; ``year`` the column of a year that stands alone.
    """

    target: Target
    headers: tuple[str, ...]
    codes: Mapping[str, Any] = field(factory=dict)
    factor: Number = 1
    blank: Any = None
    blanks: tuple[str, ...] = ()
    decimal: str = ""
    grouping: str = ""
    year: Target | None = None
    filled: Any = None
    days: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.target, self.headers, self.factor))


@frozen
class Fault(Frozen):
    """Why a cell cannot be read; says nothing of what it holds."""

    code: str
    message: str
    allowed: str = ""
    remedy: str = ""


@frozen
class Table(Frozen):
    """One table of a profile: of households, or of persons.

    ``heading_rows`` counts the rows from the one that names the columns to the last before the data.
    A household is told apart by ``code`` within the units ``within``, of which ``needs`` must be known.
    ``left`` are columns that the profile knows and does not read, with the reason.
    """

    level: str
    recognised_by: tuple[str, ...]
    columns: tuple[Column, ...]
    not_with: tuple[str, ...] = ()
    heading_rows: int = 1
    code: str = "household_id"
    within: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    person: str = ""
    states: str = ""
    of_household: tuple[str, ...] = ()
    personal: Mapping[str, tuple[str, ...]] = field(factory=dict)
    left: Mapping[str, str] = field(factory=dict)

    def __hash__(self) -> int:
        return hash((self.level, self.recognised_by))

    def column(self, target: str) -> Column | None:
        return next((c for c in self.columns if c.target.name == target), None)


@frozen
class Profile(Frozen):
    """A layout of spreadsheets. ``period`` are the days it belongs to; ``computed`` the columns that the
    program which made the file worked out itself, every other column being recorded."""

    name: str
    titles: Text
    tables: tuple[Table, ...]
    note: Text = field(factory=dict)
    seen: str = ""
    period: tuple[date | None, date | None] = (None, None)
    computed: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.name, self.tables))

    def __repr__(self) -> str:
        return f"<Profile {self.name}: {self.titles['en']}>"


@attrs.frozen(eq=False, repr=False)
class Match:
    """A sheet that a table of a profile knows. ``columns`` maps each column of the round to the letter where
    it stands, ``personal`` the role to letters; ``unread`` are letters and headers that nobody knows."""

    profile: Profile
    table: Table
    data_from: int  # row number
    columns: Mapping[Column, str]
    headers: Mapping[str, str]
    personal: Mapping[str, tuple[str, ...]]
    left: Mapping[str, str]
    unread: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Match {self.profile.name} {self.table.level}: {len(self.columns)} columns, data from row {self.data_from}>"


# --- what a column can hold ---------------------------------------------------------------------------


@cache
def targets(level: str) -> Mapping[str, Target]:
    """Every column that a table of households, or of persons, can have."""
    shelf = "household" if level == HOUSEHOLDS else "person"
    found = {
        f.name: Target(f.name, f.kind, level, f.labels, tuple(f.codes), f.unit, f.whole, _bound(f.least), _bound(f.most), f.multiple)
        for f in facts().values() if f.entity == shelf
    }  # fmt: skip
    for name, spec in load("profiles/_columns.yaml")[shelf].items():
        found[name] = Target(name, spec["kind"], level, spec["label"], tuple(spec.get("codes", ())), "",
                             spec.get("whole", False), _bound(spec.get("least")), _bound(spec.get("most")))  # fmt: skip
    return found


def _bound(value: Any) -> Number | None:
    return None if value is None else _whole(Fraction(value))


def _whole(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value


def unit_columns() -> tuple[str, ...]:
    """The columns of units of administration, from the largest."""
    return tuple(load("profiles/_columns.yaml")["units"])


# --- cells --------------------------------------------------------------------------------------------


def read_cell(column: Column, text: str | None, *, from_1904: bool = False) -> tuple[Any, Fault | None]:
    """A cell as a value of its column, or the fault of it; never both, and nothing is guessed.

    A value is a text, a whole number, a float, a truth, a day, or None where the cell says nothing.
    A whole number for a bare year comes with ``column.year`` set: the caller looks at the type.
    """
    stripped = (text or "").strip()
    if not stripped or stripped.casefold() in column.blanks:
        return column.blank, None
    if (broken := _broken(stripped)) is not None:
        return None, broken
    if column.filled is not None:
        return column.filled, None
    return _READ[column.target.kind](column, stripped, from_1904)


def _broken(text: str) -> Fault | None:
    if text == FORMULA:
        return Fault("CN113", "holds a formula that was saved without its value", "a value",
                     "open the file in Excel, let it compute, save it")  # fmt: skip
    if text in ERRORS:
        return Fault("CN113", f"holds the error {text} of a formula", "a value", "mend the formula, or clear the cell")
    if text == UNREADABLE:
        return Fault("CN111", "holds neither a text, a number, a day nor a truth", "", "write it as one of these")
    return None


def _text(column: Column, text: str, _: bool) -> tuple[Any, Fault | None]:
    return text, rounded(text) if column.target.kind == "id" else None


def rounded(text: str) -> Fault | None:
    """A code that Excel kept as a number too long for it."""
    if not re.match(ROUNDED, text):
        return None
    return Fault("CN113", "holds a code that Excel kept as a number, rounded after 15 digits or written with an exponent",
                 "a text", "make the column Text in Excel and export it again")  # fmt: skip


ROUNDED = r"^[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+$"


def _coded(column: Column, text: str, _: bool) -> tuple[Any, Fault | None]:
    name = key(text)
    if name in column.codes:
        return column.codes[name], None
    if column.target.kind == "boolean" and name in _TRUTHS:
        return _TRUTHS[name], None
    known = sorted({str(v).lower() if isinstance(v, bool) else v for v in column.codes.values() if v is not None})
    return None, Fault("CN112", "holds a code that the profile does not list", ", ".join(known) or "true, false",
                       f"say what it means: columns: {{{column.target.name}: {{codes: …}}}} in a profile of your own, or correct the cell")  # fmt: skip


_TRUTHS = {"true": True, "false": False}


def _number(column: Column, text: str, _: bool) -> tuple[Any, Fault | None]:
    number = _parsed(text, column.decimal, column.grouping)
    target = column.target
    if number is None:
        many = _POINTED.match(text) is not None
        return None, Fault("CN111", "holds a number that can be read in two ways, or with groups of digits" if many else "is not a number",
                           _range(target), "say decimal: or grouping: in the profile, or write the digits alone" if many else "write the digits alone")  # fmt: skip
    number *= column.factor
    if target.exact and isinstance(number, Fraction):
        near = round(number)
        if number != near and ("E" not in text or not -_NEAR <= number - near <= _NEAR):
            return None, Fault("CN111", "is not a whole number", _range(target), "write a whole number")
        number = near
    low, high = target.least, target.most
    if (low is not None and number < low) or (high is not None and number > high) or not -_INT64 < number < _INT64:
        return None, Fault(
            "CN111",
            "is a number outside what can be",
            _range(target),
            "correct it; leave it blank where it is not known",
        )
    if target.multiple and number % target.multiple:
        return None, Fault("CN111", f"is not a multiple of {target.multiple}", _range(target), "correct it")
    return (int(number) if target.exact else float(number)), None


def _parsed(text: str, decimal: str, grouping: str) -> int | Fraction | None:
    """A number in the one way it can be read; None where there is none, or two."""
    if grouping:
        groups = text.split(decimal)[0].split(grouping) if decimal else text.split(grouping)
        if len(groups) > 1 and (len(groups[0].lstrip("+-")) > 3 or any(len(g) != 3 for g in groups[1:])):
            return None
        text = text.replace(grouping, "")
    if _WHOLE.match(text):
        return int(text)
    if _EXACT.match(text):
        return Fraction(text)
    if decimal and text.count(decimal) == 1:
        plain = text.replace(decimal, ".")
        return Fraction(plain) if re.match(r"[-+]?[0-9]{1,40}\.[0-9]{1,40}\Z", plain) else None
    return Fraction(text.replace(",", ".")) if not decimal and _SHORT.match(text) else None


def _range(target: Target) -> str:
    what = "a whole number" if target.whole else "a number"
    if target.least is not None:
        what += f" from {target.least}"
    if target.most is not None:
        what += f" to {target.most}"
    return f"{what} {target.unit}".strip()


def _day(column: Column, text: str, from_1904: bool) -> tuple[Any, Fault | None]:
    allowed = ", ".join([*column.days, "a day of Excel"])
    if column.year is not None and re.match(r"[0-9]{4}\Z", text):
        return _number(Column(column.year, ()), text, False)
    if (iso := _ISO.match(text)) is not None:
        return _dated(iso[1], iso[2], iso[3], allowed)
    for form in column.days:
        if form == "serial" and re.match(r"[0-9]{1,6}\Z", text):
            return _serial(int(text), from_1904, allowed)
        if form != "serial" and (found := re.match(_pattern(form), text)) is not None:
            return _dated(found["y"], found["m"], found["d"], allowed)
    return None, Fault(
        "CN111",
        "is not a day in a form that the profile lists",
        allowed,
        "write it so, or list its form under days: in the profile",
    )


@cache
def _pattern(form: str) -> str:
    return (
        re.escape(form)
        .replace("dd", "(?P<d>[0-9]{1,2})")
        .replace("mm", "(?P<m>[0-9]{1,2})")
        .replace("yyyy", "(?P<y>[0-9]{4})")
        + r"\Z"
    )


def _dated(year: str, month: str, day: str, allowed: str) -> tuple[Any, Fault | None]:
    try:
        return date(int(year), int(month), int(day)), None
    except ValueError:
        return None, Fault(
            "CN111", "is no day of the calendar", allowed, "correct it; day and month may be the wrong way round"
        )


def _serial(number: int, from_1904: bool, allowed: str) -> tuple[Any, Fault | None]:
    spec = load("profiles/_columns.yaml")["serial"]
    if not spec["least"] <= number <= spec["most"]:
        return None, Fault("CN111", "is a number that is no day of Excel", allowed, "write the day as a day")
    nought: date = spec["nought_1904" if from_1904 else "nought"]
    return nought + timedelta(days=number), None


_READ = {"id": _text, "text": _text, "code": _coded, "boolean": _coded, "number": _number, "date": _day}


# --- recognising --------------------------------------------------------------------------------------


def recognise(sheet: Sheet, among: Iterable[Profile] | None = None) -> tuple[Match, ...]:
    """Every table of the profiles (all shipped ones, unless given) whose heading is in the sheet.

    Raises :class:`DataProblems` (CN109) where a heading is known but two of its columns hold the same.
    """
    found: list[Match] = []
    problems: list[Problem] = []
    for profile in profiles() if among is None else among:
        for table in profile.tables:
            row = _heading(sheet, table)
            if row is not None:
                found.append(_match(sheet, profile, table, row, problems))
    if problems:
        raise DataProblems(f"the heading of {sheet.place} is not usable", problems)
    return tuple(found)


def _heading(sheet: Sheet, table: Table) -> int | None:
    """The position in ``head`` where a heading begins that has every header that the table is known by.

    Headers may stand in several of its rows: a cell merged over two of them is written in the first.
    """
    rows = [{key(t) for t in texts if t.strip()} for _, texts in sheet.head]
    for position, here in enumerate(rows):
        if here.isdisjoint(table.recognised_by):
            continue
        whole = set().union(*rows[position : position + table.heading_rows])
        if whole.issuperset(table.recognised_by) and whole.isdisjoint(table.not_with):
            return position
    return None


def _match(sheet: Sheet, profile: Profile, table: Table, row: int, problems: list[Problem]) -> Match:
    rows = sheet.head[row : row + table.heading_rows]
    columns: dict[Column, str] = {}
    headers: dict[str, str] = {}
    personal: dict[str, tuple[str, ...]] = {}
    left: dict[str, str] = {}
    unread: dict[str, str] = {}
    for position in range(max(len(texts) for _, texts in rows)):
        written = [t for _, texts in rows if position < len(texts) and (t := texts[position].strip())]
        if not written:
            continue
        place = letter(position)
        headers[place] = written[0]
        # The row that names the columns decides; the rows under it count where it is blank or says nothing.
        for name in map(key, written):
            found = [c for c in table.columns if name in c.headers]
            role = next((r for r, known in table.personal.items() if name in known), None)
            if found or role is not None or name in table.left:
                break
        if role is not None:
            personal[role] = (*personal.get(role, ()), place)
        for column in found:
            if column in columns:
                problems.append(Problem(
                    "CN109", sheet.place, f"columns {columns[column]} and {place} both hold {column.target.name}", None,
                    "one column for each", "take one of them out, or give it another header",
                ))  # fmt: skip
            columns[column] = place
        if not found and role is None:
            if name in table.left:
                left[place] = table.left[name]
            else:
                unread[place] = written[0]
    return Match(profile, table, rows[-1][0] + 1, columns, headers, personal, left, unread)


# --- the profiles -------------------------------------------------------------------------------------


@cache
def profiles() -> tuple[Profile, ...]:
    """Every shipped profile, by name."""
    names = sorted(
        n.removesuffix(".yaml") for n in os.listdir(_folder()) if n.endswith(".yaml") and not n.startswith("_")
    )
    return tuple(read_profile(os.path.join(_folder(), f"{name}.yaml")) for name in names)


def profile(name: str) -> Profile:
    """A shipped profile by its name. Raises :class:`NoStandard` where there is none.

    >>> profile("ministry-export")
    <Profile ministry-export: Export of the ministry's review system>
    """
    for known in profiles():
        if known.name == name:
            return known
    raise NoStandard(f"no profile is called {name!r}: {nearest(name, [p.name for p in profiles()])}")


def read_profile(path: str | os.PathLike[str]) -> Profile:
    """A profile from a YAML file; ``extends:`` names a shipped one whose entries it keeps.

    Raises :class:`RuleFileError` with every fault as ``file:line:column`` (CN107, and the codes of any YAML file).
    """
    file = os.fspath(path)
    root, source = read_nodes(read_text(file), file)
    found = None
    if root is not None and not source.problems:
        found = _Reader(source).profile(root, os.path.splitext(os.path.basename(file))[0])
    if found is None or source.problems:
        raise RuleFileError(f"{file} is no usable profile: {len(source.problems)} problem(s)", source.problems)
    return found


def _folder() -> str:
    return os.path.join(standards_folder(), FOLDER, "profiles")


@cache
def known_texts() -> frozenset[str]:
    """Keys of every code and header of the shipped profiles and of every code of the vocabulary: texts that name nobody."""
    found: set[str] = set()
    for shipped in profiles():
        for table in shipped.tables:
            for column in table.columns:
                found |= {*column.headers, *column.codes}
            for headers in table.personal.values():
                found |= set(headers)
    for level in LEVELS:
        for target in targets(level).values():
            found |= {key(code) for code in target.codes}
    return frozenset(found)


class _Reader:
    """Nodes to a profile; faults go into the source."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def profile(self, root: Node, name: str) -> Profile | None:
        if root.kind != "mapping":
            self.source.report("CN015", root, "a profile is a mapping", allowed=", ".join(_TOP))
            return None
        extends = get(root, "extends")
        if extends is not None:
            base = os.path.join(_folder(), f"{extends.text}.yaml")
            if not _NAME.match(extends.text) or not os.path.isfile(base):
                self.fault(
                    extends,
                    "there is no shipped profile of this name",
                    nearest(extends.text, [p.name for p in profiles()]),
                )
                return None
            with open(base, encoding="utf-8") as opened:
                shipped, _ = read_nodes(opened.read(), base)
            assert shipped is not None
            root = _merged(shipped, root)
        f = self.fields(root, _TOP)
        tables = tuple(self.table(f[level], level) for level in LEVELS if level in f)
        if not tables:
            self.source.report("CN009", root, "a profile has a table", allowed=" or ".join(LEVELS), remedy="households: {recognised_by: […], columns: {…}}")  # fmt: skip
        names = {n for level in LEVELS for n in targets(level)}
        computed = self.listed(f.get("computed"), names)
        period = self.fields(f["period"], ("from", "to")) if "period" in f else {}
        days = tuple(as_date(period[end], self.source) if end in period else None for end in ("from", "to"))
        return Profile(name, self.texts(f.get("title"), name), tables, self.texts(f.get("note"), ""),
                       self.text(f.get("seen")), (days[0], days[1]), computed)  # fmt: skip

    def table(self, node: Node, level: str) -> Table:
        f = self.fields(node, _TABLE)
        known_by = tuple(key(h) for h in self.listed(f.get("recognised_by"), None))
        if not known_by and node.kind == "mapping":
            self.source.report(
                "CN009", node, "the key recognised_by is missing, or lists nothing", allowed=", ".join(_TABLE)
            )
        blanks = tuple(b.casefold() for b in self.listed(f.get("blanks"), None))
        days = self.listed(f.get("days"), DAYS)
        columns: list[Column] = []
        for name, target_node, spec in self.entries(f.get("columns")):
            column = self.column(name, target_node, spec, level, blanks, days)
            columns += [column] if column is not None else []
        if "own_names" in f and as_boolean(f["own_names"], self.source):
            named = {c.target.name for c in columns}
            columns += [self.own(target, blanks, days) for name, target in targets(level).items() if name not in named]
            if level == PERSONS and "household_id" not in named:
                columns.append(self.own(targets(HOUSEHOLDS)["household_id"], blanks, days))
        elif "columns" not in f and node.kind == "mapping":
            self.source.report("CN009", node, "the key columns is missing", allowed=", ".join(_TABLE))
        shared = {c.target.name for c in columns}
        household = self.household(f.get("household"))
        person = self.fields(f["person"], ("id",)) if "person" in f else {}
        states = self.text(f.get("states"))
        if states and states not in shared:
            self.fault(f["states"], f"{states[:40]} is no column of this table", nearest(states, shared))
        personal: dict[str, tuple[str, ...]] = {}
        for role, role_node, headers in self.entries(f.get("personal")):
            if role not in roles():
                self.fault(role_node, f"{role[:40]} is no personal role", nearest(role, roles()))
            personal[role] = tuple(key(h) for h in self.listed(headers, None))
        left = {key(header): self.text(why) for header, _, why in self.entries(f.get("left"))}
        rows = as_number(f["heading_rows"], self.source) if "heading_rows" in f else 1
        if not isinstance(rows, int) or not 1 <= rows <= 9:
            self.fault(
                f["heading_rows"],
                "heading_rows is a whole number from 1 to 9",
                "count from the row with the names to the last before the data",
            )
            rows = 1
        return Table(
            level, known_by, tuple(columns),
            tuple(key(h) for h in self.listed(f.get("not_with"), None)), rows, *household,
            self.text(person.get("id")), states, self.listed(f.get("of_household"), shared), personal, left,
        )  # fmt: skip

    def household(self, node: Node | None) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        if node is None:
            return "household_id", (), ()
        f = self.fields(node, ("code", "within", "needs"))
        code = self.text(f.get("code"))
        if code and code not in targets(HOUSEHOLDS):
            self.fault(f["code"], f"{code[:40]} is no column of households", "household_code, or household_id")
        within = self.listed(f.get("within"), unit_columns())
        return code, within, self.listed(f.get("needs"), within)

    def column(
        self, name: str, at: Node, node: Node, level: str, blanks: tuple[str, ...], days: tuple[str, ...]
    ) -> Column | None:
        target = targets(level).get(name)
        if target is None and level == PERSONS:
            target = targets(HOUSEHOLDS).get(name)
        if target is None:
            self.fault(
                at,
                f"{name[:40]} is neither a fact nor a column of a review round",
                nearest(name, [*targets(level), *targets(HOUSEHOLDS)]),
            )
            return None
        if node.kind == "sequence":
            node = Node(node.line, node.column, "mapping", items=[], entries={"headers": (node, node)})
        f = self.fields(node, _COLUMN)
        headers = tuple(key(h) for h in self.listed(f.get("headers"), None)) or (key(name),)
        codes = {}
        if target.kind in ("code", "boolean"):
            allowed: dict[str, Any] = {c: c for c in target.codes} if target.kind == "code" else dict(_TRUTHS)
            if "codes" not in f:
                codes = {key(c): v for c, v in allowed.items()}
            for written, _, meant in self.entries(f.get("codes")):
                codes[key(written)] = self.meaning(meant, allowed)
        elif "codes" in f:
            self.fault(f["codes"], f"{name} is {_A[target.kind]}, which has no codes", "leave codes: out")
        blank = None
        if "blank" in f:
            blank = self.meaning(f["blank"], {c: c for c in target.codes} if target.kind == "code" else dict(_TRUTHS))
        filled = self.meaning(f["filled"], {c: c for c in target.codes}) if "filled" in f else None
        year = None
        if "year" in f:
            year = targets(level).get(f["year"].text)
            if year is None or target.kind != "date":
                self.fault(f["year"], "year: names the column of a year that stands where a day should", "birth_year")
        return Column(
            target, headers, codes, self.factor(target, f), blank, blanks + tuple(b.casefold() for b in self.listed(f.get("blanks"), None)),
            self.sign(f.get("decimal")), self.sign(f.get("grouping")), year, filled,
            self.listed(f.get("days"), DAYS) or days,
        )  # fmt: skip

    def own(self, target: Target, blanks: tuple[str, ...], days: tuple[str, ...]) -> Column:
        """A column under its own name, with its own codes."""
        codes: dict[str, Any] = {key(c): c for c in target.codes} if target.kind == "code" else dict(_TRUTHS)
        return Column(
            target, (key(target.name),), codes if target.kind in ("code", "boolean") else {}, blanks=blanks, days=days
        )

    def factor(self, target: Target, f: Mapping[str, Node]) -> Number:
        factor = Fraction(1)
        for name in ("unit", "times"):
            if name in f and target.kind != "number":
                self.fault(f[name], f"{target.name} is {_A[target.kind]}, which has no {name}", f"leave {name}: out")
                return 1
        if "times" in f:
            factor = Fraction(1 if (times := as_number(f["times"], self.source)) is None else times)
        if "unit" in f:
            try:
                theirs, ours = spoken(f["unit"].text), unit(target.unit)
            except KeyError:
                theirs, ours = None, None
            if theirs is None or ours is None or theirs.powers != ours.powers:
                self.fault(
                    f["unit"],
                    f"{f['unit'].text[:40]} is no unit of {target.name}",
                    f"a unit like {target.unit or 'none'}",
                )
            else:
                factor *= theirs.size / ours.size
        return _whole(factor)

    def sign(self, node: Node | None) -> str:
        if node is None:
            return ""
        if node.text not in (",", ".", " "):
            self.fault(node, "decimal: and grouping: are a point, a comma or a space", 'decimal: ","')
        return node.text

    def meaning(self, node: Node, allowed: Mapping[str, Any]) -> Any:
        """The code that a text stands for; None for ``unknown``."""
        if node.kind == "scalar" and node.text == "unknown":
            return None
        if node.kind != "scalar" or node.text not in allowed:
            self.fault(
                node, f"{node.text[:40]!r} is not a code of this column", f"allowed: {', '.join(allowed)}, unknown"
            )
            return None
        return allowed[node.text]

    # --- nodes ------------------------------------------------------------------------------------

    def fault(self, node: Node, message: str, remedy: str = "") -> None:
        self.source.report("CN107", node, message, remedy=remedy)

    def fields(self, node: Node, allowed: tuple[str, ...]) -> dict[str, Node]:
        found = {}
        for name, at, value in self.entries(node):
            if name in allowed:
                found[name] = value
            else:
                self.source.report("CN008", at, f"unknown key {name[:60]}", allowed=", ".join(allowed), remedy=nearest(name, allowed))  # fmt: skip
        return found

    def entries(self, node: Node | None) -> Iterator[tuple[str, Node, Node]]:
        if node is None:
            return
        if node.kind != "mapping":
            self.source.report("CN015", node, "a mapping is needed here")
            return
        for name, (at, value) in node.entries.items():
            yield name, at, value

    def listed(self, node: Node | None, allowed: Collection[str] | None) -> tuple[str, ...]:
        """A list of texts, each of which must be allowed."""
        if node is None:
            return ()
        items = node.items if node.kind == "sequence" else [node]
        found = []
        for item in items:
            text = item.text if item.kind == "scalar" and item.text == " " else as_text(item, self.source)
            if text is not None and allowed is not None and text not in allowed:
                self.fault(item, f"{text[:40]!r} is not known here", nearest(text, allowed))
            found += [text] if text is not None else []
        return tuple(found)

    def text(self, node: Node | None) -> str:
        return "" if node is None else as_text(node, self.source) or ""

    def texts(self, node: Node | None, otherwise: str) -> Text:
        if node is None or node.kind == "scalar":
            said = self.text(node) or otherwise
            return dict.fromkeys(LANGUAGES, said)
        f = self.fields(node, LANGUAGES)
        return {lang: self.text(f.get(lang)) for lang in LANGUAGES}


_A = {
    "id": "a code of its own",
    "text": "a text",
    "number": "a number",
    "date": "a day",
    "boolean": "true or false",
    "code": "a code",
}


def _merged(base: Node, own: Node) -> Node:
    """The entries of both; where both have one, mappings are merged, anything else is one's own."""
    if base.kind == "sequence" and own.kind == "mapping":  # the short form of a column is its headers
        base = attrs.evolve(base, kind="mapping", items=[], entries={"headers": (base, base)})
    if base.kind != "mapping" or own.kind != "mapping":
        return own
    entries = dict(base.entries)
    for name, (at, value) in own.entries.items():
        entries[name] = (at, _merged(entries[name][1], value) if name in entries else value)
    return attrs.evolve(own, entries=entries)
