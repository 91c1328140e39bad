"""The report forms of the yearly review, Mẫu 7.1 to 7.11, and tables by cause, group and people.

Everything is counted once, by unit, area and class, in one pass over the households and one over
the persons; the forms are sums of these counts. What is not known is counted beside what is: it is
never a "no", and no row of the caller is left out of the total.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import DataProblems, Problem, nearest, quoted
from ..model import Text
from ..tabular import like, to_polars, uncountable
from ..values import Frozen, evolve, frozen
from .data import load
from .layout import Cell, Form, Head, Note, Row, cite_of, label, sentence
from .masking import looks_personal, masked, shown
from .names import key, unit_key
from .profiles import known_texts
from .units import UnknownUnit
from .units import levels as levels_on
from .units import province as province_on

if TYPE_CHECKING:
    import polars as pl

FORMS, CAUSES = "forms.yaml", "causes.yaml"
UNITS = ("province", "district", "commune", "village")
AREAS = ("urban", "rural")
LISTED = ("poor", "near_poor")
OUTSIDE = ("average", "not_poor", "neither")
CLASSES = {"poor": 0, "near_poor": 1, "other": 2, "unknown": 3}
EVERYONE = tuple(CLASSES)
CHILDREN = ("child_uninsured", "child_malnourished", "child_not_in_school")
TOTALS = ("households", "persons", "minority_households", "minority_persons")
MOVES = tuple(f"c{n}" for n in range(1, 10))
CODES = ("list_1979", "list_2008")
FIRST = 5  # rows that a problem shows

Path = tuple[str | None, ...]  # the keys of a unit and of those above it
Tally = dict[str, list[int]]  # what is counted → how many, by class as in CLASSES
Place = tuple[str | None, Path]  # area and unit


@frozen
class Count(Frozen):
    """How many are certain, and of how many it is not known; ``sure`` is None where nothing is known."""

    sure: int | None
    unknown: int = 0


@frozen
class Spec(Frozen):
    """What a column holds: a count, a share in percent, or a column of the movements."""

    count: str = ""
    of: str = ""
    moves: str = ""
    measure: str = ""


def report(number: str, households: Any, persons: Any = None, **options: Any) -> Form:
    """One report form: ``report("7.4", households, by="commune", year=...)``.

    Takes what :func:`reports` takes.
    """
    return reports(households, persons, numbers=(number,), **options)[number]


def reports(
    households: Any,
    persons: Any = None,
    *,
    numbers: Iterable[str] | None = None,
    by: str | Sequence[str] | None = None,
    using: str = "category",
    whole: bool = False,
    totals: Any = None,
    movements: Any = None,
    year: int | None = None,
    status: str | None = None,
    province: str | None = None,
    levels: Sequence[str] | None = None,
    as_of: date | None = None,
    order: Sequence[str] | None = None,
    readings: Mapping[str, str] | None = None,
    unknown: str = "count",
) -> dict[str, Form]:
    """The report forms 7.1 to 7.11 (or those of ``numbers``), by number.

    ``households`` has one row for each household of the round: ``household_id``, the class
    (``using``: ``"category"``, or ``"recorded"`` as the files have it), ``area``, units,
    ``household_size`` and the flags that the forms count. ``persons`` has ``household_id`` and, for
    7.11, ``child``, ``child_uninsured``, ``child_malnourished``, ``child_not_in_school``. Absent
    columns and nulls are unknown. pandas, polars, pyarrow.

    ``by`` are the units that get rows, from above: ``"district"``, or ``("district", "commune")``
    for both. Without it, the units below the province on the day ``as_of``; units that do not exist
    on that day are an error (``levels`` gives them where they are otherwise). Units stand in the
    order of their first appearance, or as ``order`` names them.

    7.1 and 7.8 need all resident households. Either ``whole=True`` says that the frame holds them,
    or ``totals`` has them: units, ``area``, ``households``, ``persons``, ``minority_households``,
    ``minority_persons``. Without both, these columns and their rates are blank, and the form's
    ``problems`` say so. 7.2 and 7.3 need ``movements``: the result of the room of movements, or a
    mapping of ``"7.2"`` and ``"7.3"`` to frames like its ``counts``.

    ``status`` is ``"preliminary"`` or ``"official"``. ``readings`` chooses other senses of
    ``form-7.11-columns``, ``mixed-household``, ``kinh-column`` and ``ethnic-codes``.
    ``unknown="error"`` refuses to make forms in which anything is unknown.

    Raises :class:`DataProblems` with every problem found. Source: Thông tư 07/2021/TT-BLĐTBXH,
    Phụ lục VII, with 7.8 to 7.10 of Thông tư 02/2022/TT-BLĐTBXH.
    """
    data = load(FORMS)["forms"]
    wanted = tuple(data) if numbers is None else tuple(numbers)
    chosen, problems = _chosen(readings)
    problems += [
        Problem("CN130", "number", f"there is no form {quoted(n)}", n, ", ".join(data)) for n in wanted if n not in data
    ]
    if unknown not in ("count", "error"):
        problems.append(Problem("CN130", "unknown", f"{quoted(unknown)} is not known", unknown, "count, error"))
    if whole and totals is not None:
        problems.append(
            Problem("CN130", "totals", "given although whole=True", None, "whole=True or totals", "give one of them")
        )
    shown, more = _status(status)
    round_, found = count(
        households, persons, by=by, using=using, levels=levels, as_of=as_of, order=order, readings=chosen,
        children="7.11" in wanted, ethnic="7.9" in wanted,
        problems=problems + more,
    )  # fmt: skip
    round_.read_totals(totals, whole, found)
    moved = {n: round_.read_movements(movements, n, found) for n in ("7.2", "7.3") if n in wanted and not found}
    if found:
        raise DataProblems(f"{len(found)} kinds of problem in what was given for the report forms", found)
    made = {
        number: _form(number, data[number], round_, moved.get(number), year, shown, province or round_.province, chosen)
        for number in wanted
    }
    if "7.8" in made and "7.9" in made:
        made["7.9"] = _held_against(made["7.9"], made["7.8"])
    if unknown == "error":
        _refuse_unknown(made, round_)
    return made


def tabulate(
    what: str,
    households: Any,
    *,
    by: str | Sequence[str] = ("area",),
    share: bool = False,
    using: str = "category",
    year: int | None = None,
    province: str | None = None,
    levels: Sequence[str] | None = None,
    as_of: date | None = None,
    order: Sequence[str] | None = None,
    readings: Mapping[str, str] | None = None,
) -> Form:
    """Poor and near-poor households by cause, target group, people or indicator.

    ``what`` is ``"cause"``, ``"group"``, ``"ethnicity"`` or ``"indicator"``; ``by`` names units,
    and ``"area"`` for urban and rural apart; ``()`` gives the total alone. Every row is followed by
    one for the poor and one for the near-poor. ``share=True`` gives percent of the households of the
    row. Everything else is as in :func:`reports`.
    """
    tables = load(FORMS)["tables"]
    wanted = (by,) if isinstance(by, str) else tuple(by)
    chosen, problems = _chosen(readings)
    if what not in tables:
        problems.append(
            Problem(
                "CN130", "what", f"there is no table by {quoted(what)}", what, ", ".join(tables), nearest(what, tables)
            )
        )
    units = tuple(n for n in wanted if n != "area")
    round_, found = count(
        households, by=units, using=using, levels=levels, as_of=as_of, order=order, readings=chosen,
        ethnic=what == "ethnicity", problems=problems,
    )  # fmt: skip
    if found:
        raise DataProblems(f"{len(found)} kinds of problem in what was given for the table", found)
    shared = {"share": "row", "of": "row"} if share else {"count": "row"}
    table = tables[what]
    entry = load(FORMS)["table"] | table
    columns = {"vi": table["vi"], "en": table["en"], "each": what, "named": True} | shared
    entry |= {"rows": "areas" if "area" in wanted else "units", "header": [*entry["header"], columns]}
    return _form("", entry, round_, None, year, "", province or round_.province, chosen)


# --- counting ------------------------------------------------------------------------------------


def count(
    households: Any,
    persons: Any = None,
    *,
    by: str | Sequence[str] | None = None,
    using: str = "category",
    levels: Sequence[str] | None = None,
    as_of: date | None = None,
    order: Sequence[str] | None = None,
    readings: Mapping[str, str] | None = None,
    children: bool = False,
    ethnic: bool = False,
    problems: Iterable[Problem] = (),
) -> tuple[Round, list[Problem]]:
    """A round counted by unit, area and class, and every problem found: what all forms are sums of."""
    import polars as pl

    found = list(problems)
    frame = to_polars(households, "households")
    printed = _printed(by, levels, as_of, frame, found)
    if using not in ("category", "recorded"):
        found.append(Problem("CN130", "using", f"{quoted(using)} is no column of classes", using, "category, recorded"))
    flags = [*_indicators(), *_causes(), *_groups()]
    frame = _usable(frame, using, flags, found)
    if as_of is not None and levels is None:
        _provinces_of(frame, as_of, found)
    round_ = Round(printed, order=tuple(order or ()), using=using, readings=dict(readings or _chosen(None)[0]))
    if found:
        return round_, found
    units = [n for n in UNITS[: UNITS.index(printed[-1]) + 1] if n in frame.columns] if printed else []
    units = [n for n in units if n in printed or frame[n].null_count() < frame.height]
    round_.units = tuple(units)
    if "province" in frame.columns:
        provinces = frame["province"].drop_nulls().unique(maintain_order=True).to_list()
        round_.province = provinces[0] if len({unit_key(p, UNITS[0]) for p in provinces}) == 1 else ""
    present = [f for f in flags if f in frame.columns]
    round_.absent = frozenset(f for f in (*flags, "household_size", "area", using) if f not in frame.columns)
    keys = [*units, "area", "class"]
    frame = frame.with_row_index("at").with_columns(
        (pl.col("area") if "area" in frame.columns else pl.lit(None, pl.String)).alias("area"),
        (pl.col(using) if using in frame.columns else pl.lit(None, pl.String)).alias("class"),
    )
    _count_households(round_, frame, keys, present)
    if ethnic and "ethnicity" in frame.columns:
        _count_peoples(round_, frame, keys)
    if children and persons is not None:
        _count_children(round_, frame, keys, to_polars(persons, "persons"), found)
    return round_, found


@attrs.define(eq=False, repr=False)
class Round:
    """Counts of one round by place and class, with the names and the order of its units."""

    printed: tuple[str, ...]
    order: tuple[str, ...]
    using: str
    readings: dict[str, str]
    units: tuple[str, ...] = ()
    province: str = ""
    absent: frozenset[str] = frozenset()
    leaves: dict[Place, Tally] = attrs.field(factory=dict)
    names: dict[Path, str] = attrs.field(factory=dict)
    keys: dict[tuple[str, str], str] = attrs.field(factory=dict)
    whole: bool = False
    totals: dict[Place, Mapping[str, int | None]] | None = None
    resident: dict[tuple[str, Path], dict[str, int | None]] = attrs.field(factory=dict)
    children: bool = False
    peoples: dict[str, str] | None = None  # what a column of 7.9 is called → listed, code or other
    sums: dict[tuple[str, Path], Tally] = attrs.field(factory=dict)
    counts: dict[tuple[str, Path, str, str, str], Count] = attrs.field(factory=dict)

    def leaf(self, row: Mapping[str, Any]) -> Place:
        """The place of a row; its names are remembered as they were first written."""
        path: Path = ()
        for name in self.units:
            value = row[name]
            path = (*path, None if value is None else self.key(value, name))
            self.names.setdefault(path, value or "")
        return row["area"], path

    def key(self, name: str, level: str) -> str:
        found = self.keys.get((name, level))
        if found is None:
            found = self.keys[name, level] = unit_key(name, level)
        return found

    def finder(
        self, columns: Iterable[str], where: str, problems: list[Problem]
    ) -> Callable[[Mapping[str, Any]], Place | None]:
        """The place of each row of another table, which may lack the higher units."""
        given = [n for n in self.units if n in columns]
        if len(given) == len(self.units):
            return self.leaf
        at = [self.units.index(n) for n in given]
        same: dict[Path, set[Path]] = {}
        for _, path in self.leaves:
            same.setdefault(tuple(path[i] for i in at), set()).add(path)
        lacking = ", ".join(n for n in self.units if n not in given)

        def find(row: Mapping[str, Any]) -> Place | None:
            units = same.get(tuple(None if row[n] is None else self.key(row[n], n) for n in given), set())
            if len(units) == 1:
                return row["area"], next(iter(units))
            if units:
                name = quoted(row[given[-1]]) if given else "a row"
                problems.append(
                    Problem("CN134", where, f"{name} is several units", None, "", f"add the columns {lacking}")
                )
                return None
            return self.leaf({**dict.fromkeys(self.units), **row})

        return find

    def add(self, place: Place, kind: str, counts: Mapping[str, int]) -> None:
        tally = self.leaves.setdefault(place, {})
        for what, n in counts.items():
            if n:
                tally.setdefault(what, [0] * len(CLASSES))[CLASSES[kind]] += n

    def sum_up(self) -> None:
        """Every sum the forms need: of each group, and in it of each unit that has rows."""
        depths = {0, *(self.units.index(n) + 1 for n in self.printed)}
        for (area, path), part in self.leaves.items():
            for group in ("total", area or "unknown"):
                for depth in depths:
                    tally = self.sums.setdefault((group, path[:depth]), {})
                    for what, numbers in part.items():
                        found = tally.get(what)
                        if found is None:
                            tally[what] = numbers.copy()
                        else:
                            for kind, n in enumerate(numbers):
                                found[kind] += n

    # --- what was given beside the households

    def read_totals(self, totals: Any, whole: bool, problems: list[Problem]) -> None:
        self.whole = whole
        if totals is None or problems:
            return
        frame = to_polars(totals, "totals")
        columns = [c for c in TOTALS if c in frame.columns]
        if "households" not in columns:
            problems.append(
                Problem("CN131", "totals", "has no column households", None, "units, area, households, persons, …")
            )
            return
        _whole_numbers(frame, columns, "totals", problems)
        _known_areas(frame, "totals", problems)
        if problems:
            return
        made: dict[Place, Mapping[str, int | None]] = {}
        find = self.finder(frame.columns, "totals", problems)
        for row in frame.iter_rows(named=True):
            place = find({"area": None, **row})
            if place is None:
                continue
            before = made.get(place, dict.fromkeys(columns, 0))
            made[place] = {c: _plus(before[c], row[c]) for c in columns}
            self.leaves.setdefault(place, {})
        self.totals = made
        self.sum_totals()

    def read_movements(
        self, movements: Any, number: str, problems: list[Problem]
    ) -> dict[Place, dict[tuple[str, str], int | None]] | None:
        """The numbers of 7.2 or 7.3 by place: (measure, column) → number, None where it is not known."""
        if movements is None:
            return None
        if hasattr(movements, "counts"):
            shared = (
                tuple(n for n in self.units if n in movements.shared) if hasattr(movements, "shared") else self.units
            )
            native = movements.counts(number, shared)
        elif isinstance(movements, Mapping):
            native = movements.get(number)
            if native is None:
                return None
        else:
            problems.append(
                Problem("CN130", "movements", f"a {type(movements).__name__} holds no movements", None,
                        "what the room of movements made, or a mapping of 7.2 and 7.3 to frames")
            )  # fmt: skip
            return None
        frame = to_polars(native, "movements")
        lacking = [c for c in ("area", "measure", *MOVES) if c not in frame.columns]
        if lacking:
            problems.append(
                Problem(
                    "CN131", f"movements[{number!r}]", f"lacks {', '.join(lacking)}", None, "area, measure, c1 to c9"
                )
            )
            return None
        _known_areas(frame, f"movements[{number!r}]", problems)
        beside = [c for c in ("unknown", "unexplained", "size_unknown") if c in frame.columns]
        made: dict[Place, dict[tuple[str, str], int | None]] = {}
        find = self.finder(frame.columns, f"movements[{number!r}]", problems)
        for row in frame.iter_rows(named=True):
            place = find(row)
            if place is None:
                continue
            numbers = made.setdefault(place, {})
            for c in (*MOVES, *beside):
                at = (row["measure"], c)
                numbers[at] = _plus(numbers.get(at, 0), row[c])
        return made

    def sum_totals(self) -> None:
        """All resident households of each row; None where they are not complete.

        Totals without an area count in the total alone; households without one are among those of their unit.
        """
        totals = self.totals or {}
        given = {unit for _, unit in totals}
        depths = {0, *(self.units.index(n) + 1 for n in self.printed)}
        nothing = dict.fromkeys(TOTALS)
        for (area, unit), tally in self.leaves.items():
            row = totals.get((area, unit))
            groups = ["total"] if area is None else ["total", area]
            if row is None and (not tally or (None, unit) in totals or (area is None and unit in given)):
                groups.remove("total")
                if not tally:
                    continue
            for group in groups:
                for depth in depths:
                    found = self.resident.setdefault((group, unit[:depth]), dict.fromkeys(TOTALS, 0))
                    for column in TOTALS:
                        found[column] = _plus(found[column], (row or nothing).get(column))


def _in_group(area: str | None, group: str) -> bool:
    return group == "total" or (area or "unknown") == group


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def _class(value: str | None) -> str:
    return "unknown" if value is None else value if value in LISTED else "other"


def _count_households(round_: Round, frame: pl.DataFrame, keys: Sequence[str], flags: Sequence[str]) -> None:
    import polars as pl

    sized = "household_size" in frame.columns
    aggregates: dict[str, pl.Expr] = {"at": pl.col("at").min(), "n": pl.len()}
    if sized:
        size = pl.col("household_size").cast(pl.Int64)
        aggregates |= {"size": size.sum(), "size?": size.null_count()}
    for flag in flags:
        aggregates |= {flag: pl.col(flag).sum(), f"{flag}?": pl.col(flag).null_count()}
        if sized and flag in _groups():
            aggregates |= {
                f"{flag}#": size.filter(pl.col(flag)).sum(),
                f"{flag}#?": size.filter(pl.col(flag)).null_count(),
            }
    counted = frame.lazy().group_by(*keys).agg(**aggregates).sort("at").collect()
    whats = [c for c in counted.columns if c not in (*keys, "at")]
    absent = [f for f in (*_indicators(), *_causes(), *_groups()) if f in round_.absent]
    for row in counted.iter_rows(named=True):
        kind = _class(row["class"])
        counts = {what: row[what] for what in whats} | {f"{flag}?": row["n"] for flag in absent}
        if not sized:
            counts["size?"] = row["n"]
        round_.add(round_.leaf(row), kind, counts)


def _count_children(
    round_: Round, frame: pl.DataFrame, keys: Sequence[str], persons: pl.DataFrame, problems: list[Problem]
) -> None:
    import polars as pl

    flags = [f for f in CHILDREN if f in persons.columns]
    if "household_id" not in persons.columns:
        problems.append(Problem("CN131", "persons", "has no column household_id", None, "household_id"))
        return
    _booleans(persons, ["child", *flags], "persons", problems)
    id_ = pl.col("household_id").cast(pl.String)
    homes = frame.select(id_, *keys, "at")
    strangers = persons.select(id_).join(homes, on="household_id", how="anti")
    if strangers.height:
        first = strangers["household_id"].unique(maintain_order=True).head(FIRST).to_list()
        problems.append(
            Problem("CN132", "persons['household_id']", "persons whose household is not among the households", None,
                    "a household_id of households", "give their households, or leave these persons out",
                    count=strangers.height, rows=tuple((None, k, k) for k in first))
        )  # fmt: skip
    if problems or "child" not in persons.columns:
        return
    round_.children = True
    child, open_ = pl.col("child"), pl.col("child").is_null()
    aggregates = {"at": pl.col("at").min(), "m": pl.len(), "child": child.sum(), "child?": child.null_count()}
    for flag in flags:
        yes = pl.col(flag)
        aggregates |= {
            flag: (child & yes).sum(),
            f"{flag}?": (child & yes.is_null()).sum(),
            f"{flag}??": (open_ & yes.fill_null(True)).sum(),
        }
    joined = persons.lazy().select(id_, "child", *flags).join(homes.lazy(), on="household_id", how="inner")
    counted = joined.group_by(*keys).agg(**aggregates).sort("at").collect()
    for row in counted.iter_rows(named=True):
        kind = _class(row["class"])
        counts = {what: row[what] for what in aggregates if what != "at"}
        for flag in CHILDREN:
            if flag not in flags:
                counts |= {f"{flag}?": row["child"], f"{flag}??": row["child?"]}
        round_.add(round_.leaf(row), kind, counts)


def _count_peoples(round_: Round, frame: pl.DataFrame, keys: Sequence[str]) -> None:
    """Households by people, as the readings of 7.9 place them."""
    import polars as pl

    beside = [c for c in ("spouse_ethnicity", "minority_household") if c in frame.columns]
    facts = ["ethnicity", *beside]
    strings = [pl.col(c).cast(pl.String) for c in facts if c != "minority_household"]
    counted = (
        frame.lazy().filter(pl.col("class").is_in(LISTED) | pl.col("class").is_null()).with_columns(strings)
        .group_by(*keys, *facts).agg(at=pl.col("at").min(), n=pl.len()).sort("at").collect()
    )  # fmt: skip
    majority = load(CAUSES)["ethnicity"]["majority"]
    peoples: dict[str, str] = {}
    for row in counted.iter_rows(named=True):
        kind, n = _class(row["class"]), row["n"]
        name, sort = _placed(row, round_.readings, majority)
        counts: dict[str, int] = {}
        if name is None:
            counts = {"people?": n, "minority?": n}
        else:
            peoples.setdefault(name, sort)
            own = round_.readings["kinh-column"] == "minority_only" and name == majority
            mark = row.get("minority_household") if own else True
            if mark is None:
                counts = {f"people:{name}?": n, "minority?": n}
            elif mark:
                counts = {f"people:{name}": n}
                if own or (name != majority and sort != "other"):
                    counts["minority"] = n
                elif sort == "other":
                    counts["minority?"] = n
        round_.add(round_.leaf(row), kind, counts)
    round_.peoples = peoples


def _placed(row: Mapping[str, Any], readings: Mapping[str, str], majority: str) -> tuple[str | None, str]:
    """The people a household is counted with, None where that is not known; and as :func:`people`."""
    head = people(row["ethnicity"], readings["ethnic-codes"])
    if readings["mixed-household"] == "head" or head[0] != majority or row.get("minority_household") is False:
        return head
    spouse = people(row.get("spouse_ethnicity"), readings["ethnic-codes"])
    return head if spouse[0] == majority else spouse


@cache
def people(value: str | None, codes: str = "unsettled") -> tuple[str | None, str]:
    """An ethnic group by its name or code: its name, and whether it is listed, an unsettled code, or other.

    >>> people("H'Mông"), people("04"), people("4", "list_2008"), people(" "), people("Anh")
    (('Mông', 'listed'), ('04', 'code'), ('Mường', 'listed'), (None, ''), ('Anh', 'other'))
    """
    text = (value or "").strip().removesuffix(".0")  # a code that pandas read as a float
    if not text:
        return None, ""
    data = load(CAUSES)["ethnicity"]["lists"]
    if text.isascii() and text.isdigit():
        at = int(text) - 1
        lists = [data[name]["names"] for name in (CODES if codes == "unsettled" else (codes,))]
        names = {found[at] for found in lists if 0 <= at < len(found)}
        if len(names) == 1:
            return names.pop(), "listed"
        return _unlisted(text.zfill(2)), "code" if names else "other"
    found = _spellings().get(_folded(text))
    return (found, "listed") if found else (_unlisted(unicodedata.normalize("NFC", text)), "other")


def with_minority(persons: Any, *, codes: str = "unsettled", column: str = "ethnicity") -> Any:
    """The table with ``ethnic_minority``, a fact of persons, filled in from the ethnic group where it was unknown.

    A name or code that is in no list stays unknown; so does a code that is the majority in one list
    alone. Takes pandas, polars and pyarrow, and gives the same kind back.

    >>> import polars as pl
    >>> with_minority(pl.DataFrame({"ethnicity": ["Kinh", "Mạ", "04", "?", None]}))["ethnic_minority"].to_list()
    [False, True, True, None, None]
    """
    import polars as pl

    table = to_polars(persons, "persons")
    if column not in table.columns:
        problem = Problem(
            "CN071", column, f"persons has no column {quoted(column)}", column, remedy=nearest(column, table.columns)
        )
        raise DataProblems("persons has no ethnic group", [problem])
    written = table.get_column(column).cast(pl.String)
    meant = {text: _minority(text, codes) for text in written.unique().to_list()}
    found = written.replace_strict(meant, return_dtype=pl.Boolean)
    if "ethnic_minority" in table.columns:
        found = table.select(pl.coalesce("ethnic_minority", found.alias("_found"))).to_series()
    return like(persons, table.with_columns(ethnic_minority=found))


def _minority(text: str | None, codes: str) -> bool | None:
    name, status = people(text, codes)
    majority = load(CAUSES)["ethnicity"]["majority"]
    if status == "listed":
        return bool(name != majority)
    lists = load(CAUSES)["ethnicity"]["lists"]
    at = int(name or 0) - 1 if status == "code" else -1
    named = {lists[n]["names"][at] for n in CODES if 0 <= at < len(lists[n]["names"])}
    return True if status == "code" and majority not in named else None


def _unlisted(text: str) -> str:
    """What is no people of the lists heads a column of 7.9, unless it looks like a person."""
    return masked(text) if looks_personal(text) else text


@cache
def _spellings() -> dict[str, str]:
    data = load(CAUSES)["ethnicity"]
    made = {_folded(name): name for name in data["lists"][CODES[0]]["names"]}
    return made | {_folded(other): name for name, others in data["aliases"].items() for other in others}


def _folded(name: str) -> str:
    return key(name).replace(" ", "")


# --- cells ---------------------------------------------------------------------------------------


def _of(tally: Tally, what: str, kinds: Iterable[str]) -> int:
    found = tally.get(what)
    if found is None:
        return 0
    n = 0
    for kind in kinds:
        n += found[CLASSES[kind]]
    return n


def _classes(who: str, category: str) -> tuple[str, ...]:
    if who == "row":
        return (category,) if category else LISTED
    return EVERYONE if who == "resident" else (who,)


def counted(round_: Round, tally: Tally, spec: str, measure: str = "", category: str = "") -> Count:
    """What a column counts, of a tally: ``poor``, ``poor.deprived_water``, ``near_poor.people:Tày``.

    A household whose class is not known may be of the class; with a flag, unless its flag is no.
    """
    who, _, flag = spec.partition(".")
    kinds = _classes(who, category)
    if flag.startswith("child"):
        return _children(round_, tally, kinds, flag)
    if flag.startswith("people:") or flag == "minority":
        return _people(round_, tally, kinds, flag)
    beyond = () if who == "resident" else ("unknown",)
    if flag:
        scope, null = _of(tally, "n", kinds), _of(tally, f"{flag}?", kinds)
        maybe = null + _of(tally, flag, beyond) + _of(tally, f"{flag}?", beyond)
        yes = _of(tally, flag, kinds)
    else:
        scope, null = _of(tally, "n", EVERYONE), _of(tally, "n", beyond)
        maybe, yes = null, _of(tally, "n", kinds)
    nothing = bool(scope) and null == scope
    if measure != "persons":
        return Count(None if nothing else yes, maybe)
    if "household_size" in round_.absent:
        size, sizeless = 0, yes
    else:
        size = _of(tally, f"{flag}#" if flag else "size", kinds)
        sizeless = _of(tally, f"{flag}#?" if flag else "size?", kinds)
    return Count(None if nothing or (yes and sizeless == yes) else size, maybe + sizeless)


def _children(round_: Round, tally: Tally, kinds: Sequence[str], flag: str) -> Count:
    if not round_.children:
        return Count(None)
    scope, null = _of(tally, "m" if flag == "child" else "child", kinds), _of(tally, f"{flag}?", kinds)
    maybe = null + _of(tally, f"{flag}??", kinds) + sum(_of(tally, f"{flag}{q}", ("unknown",)) for q in ("", "?", "??"))
    return Count(None if scope and null == scope else _of(tally, flag, kinds), maybe)


def _people(round_: Round, tally: Tally, kinds: Sequence[str], flag: str) -> Count:
    either = (*kinds, "unknown")
    if round_.peoples is None:
        return Count(None, _of(tally, "n", either))
    null, scope = _of(tally, "people?", kinds), _of(tally, "n", kinds)
    if flag == "minority":
        maybe = _of(tally, "minority?", either)
    else:
        maybe = _of(tally, "people?", either) + _of(tally, f"{flag}?", either)
    return Count(None if scope and null == scope else _of(tally, flag, kinds), maybe + _of(tally, flag, ("unknown",)))


def _cell(round_: Round, spec: Spec, row: Row, path: Path) -> tuple[Cell, int]:
    tally = round_.sums.get((row.group, path), {})
    measure = spec.measure or row.measure
    if spec.of:
        part = _resident_or_counted(round_, tally, spec.count, row, path, measure)
        base = _resident_or_counted(round_, tally, spec.of, row, path, measure)
        unknown = part.unknown + (base.unknown if spec.of not in ("resident", spec.count.partition(".")[0]) else 0)
        if part.sure is None or not base.sure or part.sure > base.sure:
            return None, unknown if part.sure is None else 0
        return Fraction(100 * part.sure, base.sure), unknown
    found = _resident_or_counted(round_, tally, spec.count, row, path, measure)
    return found.sure, found.unknown


def _resident_or_counted(round_: Round, tally: Tally, spec: str, row: Row, path: Path, measure: str) -> Count:
    asked = (row.group, path, spec, measure, row.category)
    found = round_.counts.get(asked)
    if found is None:
        found = round_.counts[asked] = _asked(round_, tally, spec, row, path, measure)
    return found


def _asked(round_: Round, tally: Tally, spec: str, row: Row, path: Path, measure: str) -> Count:
    if not spec.startswith("resident") or round_.whole:
        return counted(round_, tally, spec, measure, row.category)
    if round_.totals is None:
        return Count(None)
    what = "persons" if measure == "persons" else "households"
    return Count(round_.resident.get((row.group, path), {}).get(f"minority_{what}" if "." in spec else what))


# --- forms ---------------------------------------------------------------------------------------


def _form(
    number: str,
    entry: Mapping[str, Any],
    round_: Round,
    moved: dict[Place, dict[tuple[str, str], int | None]] | None,
    year: int | None,
    status: str,
    province: str,
    readings: Mapping[str, str],
) -> Form:
    data = load(FORMS)
    header, specs = _header(entry, round_, status, readings)
    if not round_.sums:
        round_.sum_up()
    moves = "identity" in entry
    places = list(moved or {}) if moves else _places(round_, entry)
    rows = []
    summed = None if moved is None else _summed(moved)
    for row, path in _skeleton(entry, round_, places):
        if moves:
            rows.append(_moved(row, path, summed, specs))
            continue
        cells = [_cell(round_, spec, row, path) for spec in specs]
        rows.append(evolve(row, cells=tuple(c for c, _ in cells), unknown=tuple(n for _, n in cells)))
    form = Form(
        number, entry["title"], header, tuple(rows), province=province, year=year, status=status, figure=data["figure"],
        cite=cite_of(entry["cite"], data["sources"]),
    )  # fmt: skip
    return _with_notes(form, entry, round_, specs, moved, readings)


def _header(
    entry: Mapping[str, Any], round_: Round, status: str, readings: Mapping[str, str]
) -> tuple[tuple[Head, ...], list[Spec]]:
    specs: list[Spec] = []
    swapped = _swapped(entry, readings)
    by_key = {leaf["key"]: leaf for leaf in _entry_leaves(entry["header"])}

    def head(it: Mapping[str, Any]) -> Head:
        said = label(it["vi"], it["en"])
        if status and "status" in it:
            statuses = load(FORMS)["statuses"][status]
            said = {lang: it["status"][lang].format(statuses[lang]) for lang in said}
        if "under" in it:
            return Head(said, tuple(head(child) for child in it["under"]))
        if "each" in it:
            return Head(said, tuple(_each(it, entry, round_, specs)))
        source = by_key[swapped[it["key"]]] if it["key"] in swapped else it
        spec = Spec(
            source.get("share") or source.get("count", ""), it.get("of", ""), it.get("moves", ""), it.get("measure", "")
        )
        if it["key"] not in ("number", "label", "measure"):
            specs.append(spec)
        if source is not it:
            said = label(source["vi"], source["en"])
        return Head(said, (), it["key"], it.get("code", ""), it.get("unit"), it.get("note", ""), rate=bool(spec.of))

    return tuple(head(it) for it in entry["header"]), specs


def _entry_leaves(header: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for it in header:
        if "under" in it:
            yield from _entry_leaves(it["under"])
        elif "key" in it:
            yield it


def _of_residents(entry: Mapping[str, Any]) -> bool:
    return any("resident" in leaf.get("count", "") for leaf in _entry_leaves(entry["header"]))


def _swapped(entry: Mapping[str, Any], readings: Mapping[str, str]) -> dict[str, str]:
    swap = entry.get("swapped")
    if swap is None or readings[swap["interpretation"]] != swap["reading"]:
        return {}
    return {one: other for a, b in swap["keys"] for one, other in ((a, b), (b, a))}


def _each(it: Mapping[str, Any], entry: Mapping[str, Any], round_: Round, specs: list[Spec]) -> Iterator[Head]:
    """The columns that stand for the indicators, the causes, the peoples."""
    who = it.get("share") or it["count"]
    of = it.get("of", "")
    if it["each"] == "indicator":
        for i, (flag, said) in enumerate(load(FORMS)["indicators"].items(), 1):
            specs.append(Spec(f"{who}.{flag}", of))
            yield Head(said if it.get("named") else label(str(i)), key=f"c{i}", rate=bool(of))
    elif it["each"] == "group":
        for flag, group in load(CAUSES)["groups"].items():
            specs.append(Spec(f"{who}.{flag}", of))
            yield Head(group["label"], key=flag, rate=bool(of))
    elif it["each"] == "cause":
        for flag, cause in load(CAUSES)["causes"].items():
            specs.append(Spec(f"{who}.{flag}", of))
            yield Head(cause["report"], key=f"c{cause['code']}", code=cause["code"], rate=bool(of))
    else:
        before = "" if who == "row" else f"{who}_"
        specs.append(Spec(f"{who}.minority", of))
        yield Head(entry["minority_total"], key=f"{before}minority", rate=bool(of))
        word = load(FORMS)["words"]["code"]
        for name, sort in _peoples(entry, round_):
            specs.append(Spec(f"{who}.people:{name}", of))
            said = {lang: f"{word[lang]} {name}" for lang in word} if sort == "code" else label(name)
            yield Head(said, key=f"{before}{ascii_key(name)}", rate=bool(of))


def _peoples(entry: Mapping[str, Any], round_: Round) -> list[tuple[str, str]]:
    """The columns of 7.9: those that the form names, then the others by the list of codes, codes and others last."""
    found = dict.fromkeys(entry["ethnicities"], "listed") | (round_.peoples or {})
    chosen = round_.readings["ethnic-codes"]
    names = load(CAUSES)["ethnicity"]["lists"][CODES[-1] if chosen == "unsettled" else chosen]["names"]
    rank = {"listed": 0, "code": 1, "other": 2}
    first = entry["ethnicities"]

    def at(item: tuple[str, str]) -> tuple[int, int, str]:
        name, sort = item
        place = first.index(name) if name in first else len(first) + (names.index(name) if name in names else 0)
        return rank[sort], place, name

    return sorted(found.items(), key=at)


def ascii_key(name: str) -> str:
    """A name as a name of a column.

    >>> ascii_key("Bru-Vân Kiều"), ascii_key("Xơ Đăng"), ascii_key("04")
    ('bru_van_kieu', 'xo_dang', 'code_04')
    """
    plain = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    made = "_".join(
        "".join(c if c.isascii() and c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()
    )
    return f"code_{made}" if made.isdigit() else made or "other"


def _places(round_: Round, entry: Mapping[str, Any]) -> list[Place]:
    """The places that get rows; one without a known area only where it has households that the form is about."""
    whole = _of_residents(entry)

    def about(place: Place) -> bool:
        tally = round_.leaves[place]
        if place[0] is None and not tally:
            return False
        if place[0] is None and None not in place[1] and not whole:
            return _of(tally, "n", (*LISTED, "unknown")) > 0
        return True

    return [place for place in round_.leaves if about(place)]


def _skeleton(entry: Mapping[str, Any], round_: Round, places: Sequence[Place]) -> Iterator[tuple[Row, Path]]:
    """The rows of a form without their cells, each with the path of its unit."""
    data = load(FORMS)
    total = entry["total"]
    if entry["rows"] == "units":
        yield from _unit_rows(entry, round_, [path for _, path in places], "total")
        yield from _doubled(entry, Row(total["number"], total["label"], "total"), ())
        return
    groups = ["urban", "rural"] + (["unknown"] if any(area is None for area, _ in places) else [])
    for group in (*groups, "total"):
        said = total if group == "total" else data["groups"][group]
        yield from _doubled(entry, Row(said["number"], said["label"], group), ())
        if group != "total" or entry["units_in_total"]:
            yield from _unit_rows(entry, round_, [path for area, path in places if _in_group(area, group)], group)


def _unit_rows(
    entry: Mapping[str, Any], round_: Round, paths: Iterable[Path], group: str
) -> Iterator[tuple[Row, Path]]:
    """The rows of the units of a group, those of each unit under it."""
    depths = [round_.units.index(name) + 1 for name in round_.printed]
    under: dict[Path, dict[Path, None]] = {}
    for path in paths:
        above: Path = ()
        for depth in depths:
            under.setdefault(above, {})[path[:depth]] = None
            above = path[:depth]
    alike = Counter(path[-1] for units in under.values() for path in units)
    place = {path: i for i, path in enumerate(round_.names)}
    wanted = {unit_key(name, level): i for i, name in enumerate(round_.order) for level in round_.printed}

    def at(path: Path) -> tuple[bool, int, int]:
        return path[-1] is None, wanted.get(path[-1] or "", len(wanted)), place[path]

    def rows(above: Path, level: int, before: str) -> Iterator[tuple[Row, Path]]:
        for i, path in enumerate(sorted(under.get(above, ()), key=at), 1):
            name = round_.names[path]
            same = bool(name) and alike[path[-1]] > 1 and len(path) > 1
            said = label(name) if name else load(FORMS)["no_unit"]
            if same and level == 1:
                said = label(f"{name} ({round_.names[path[:-1]]})")
            yield from _doubled(entry, Row(f"{before}{i}", said, group, level, unit_of(round_, path, same)), path)
            yield from rows(path, level + 1, f"{before}{i}.")

    return rows((), 1, "")


def unit_of(round_: Round, path: Path, full: bool) -> Path:
    """The names of a unit, of the levels that have rows; all of them where these alone do not tell it apart."""
    return tuple(
        round_.names.get(path[: i + 1]) or None
        for i, name in enumerate(round_.units[: len(path)])
        if full or name in round_.printed
    )


def _doubled(entry: Mapping[str, Any], row: Row, path: Path) -> Iterator[tuple[Row, Path]]:
    """The row once for each measure, and under a unit once for each class, where the form has them."""
    for measure in entry.get("measures", ("",)):
        yield evolve(row, measure=measure), path
    if row.level or entry.get("classes_of_groups"):
        for category in entry.get("classes", ()):
            yield (
                evolve(row, number="", label=load(FORMS)["classes"][category], category=category, level=row.level + 1),
                path,
            )


def _summed(
    moved: Mapping[Place, Mapping[tuple[str, str], int | None]],
) -> dict[tuple[str, Path, str], dict[str, int | None]]:
    """The movements of each group, of each unit in it and of those above, by measure."""
    found: dict[tuple[str, Path, str], dict[str, int | None]] = {}
    for (area, unit), numbers in moved.items():
        for group in ("total", area or "unknown"):
            for depth in range(len(unit) + 1):
                for (measure, column), n in numbers.items():
                    total = found.setdefault((group, unit[:depth], measure), {})
                    total[column] = _plus(total.get(column, 0), n)
    return found


def _moved(
    row: Row, path: Path, moved: Mapping[tuple[str, Path, str], Mapping[str, int | None]] | None, specs: Sequence[Spec]
) -> Row:
    if moved is None:
        return evolve(row, cells=(None,) * len(specs), unknown=(0,) * len(specs))
    total = moved.get((row.group, path, row.measure), {})
    sizeless = total.get("size_unknown") or 0
    between = total.get("unknown") or 0  # column 6 or 7: earlier rounds do not tell
    cells = tuple(total.get(s.moves, 0) for s in specs)
    unknown = tuple(
        between if s.moves in ("c6", "c7") else sizeless if c is None else 0 for s, c in zip(specs, cells, strict=True)
    )
    return evolve(row, cells=cells, unknown=unknown)


# --- notes ---------------------------------------------------------------------------------------


def _with_notes(
    form: Form,
    entry: Mapping[str, Any],
    round_: Round,
    specs: Sequence[Spec],
    moved: Mapping[Place, Mapping[tuple[str, str], int | None]] | None,
    readings: Mapping[str, str],
) -> Form:
    notes = [Note("form", text) for text in entry.get("notes", ())]
    if "identity" in entry:
        notes.append(Note("remark", entry["identity"]))
    notes += [Note("remark", text) for text in entry.get("remarks", ())]
    notes += [Note("defect", text) for text in entry.get("defects", ())]
    if round_.using == "recorded":
        notes.append(Note("remark", sentence("using")))
    problems: list[Problem] = []

    def missing(name: str, where: str, remedy: str, **what: Any) -> None:
        said = sentence(name, **what)
        notes.append(Note("unknown", said))
        problems.append(Problem("CN133", f"form {form.number}: {where}", said["en"], None, "", remedy))

    used = _readings_of(entry)
    for name in used:
        notes.append(Note("reading", _reading_text(name, readings[name])))
    moves = "identity" in entry
    if moves and moved is None:
        missing("no_movements", "movements", "give movements=")
    elif not moves:
        notes += _unknown_notes(form, entry, round_, specs)
        _absences(form, entry, round_, specs, missing)
    totals = [row for row in form.rows if row.group == "total" and not row.level and not row.category]
    if moves:
        totals = [row for row in totals if row.measure == "households"]
    by_key = {column.key: max(row.unknown[i] for row in totals) for i, column in enumerate(form.columns)}
    if moves and moved is not None:
        notes += _movement_notes(form, moved, by_key)
    problems += _too_many(form, round_, notes)
    if round_.peoples is not None and any(it.get("each") == "ethnicity" for it in entry["header"]):
        problems += _people_notes(form, round_, notes)
    return evolve(
        form,
        notes=tuple(notes),
        unknown={k: n for k, n in by_key.items() if n},
        readings={n: readings[n] for n in used},
        problems=tuple(problems),
    )


def _movement_notes(
    form: Form, moved: Mapping[Place, Mapping[tuple[str, str], int | None]], unknown: Mapping[str, int]
) -> list[Note]:
    def sum_of(measure: str, column: str) -> int:
        return sum(numbers.get((measure, column)) or 0 for numbers in moved.values())

    thing = load(FORMS)["sentences"]["households"]
    notes = [
        Note("unknown", sentence("unknown_column", what=columns, n=n, thing=thing))
        for columns, n in _same_numbers(unknown, form)
    ]
    for name, n in (
        ("unexplained", sum_of("households", "unexplained")),
        ("no_size_moves", sum_of("persons", "size_unknown")),
    ):
        if n:
            notes.append(Note("unknown", sentence(name, n=n)))
    return notes


def _unknown_notes(form: Form, entry: Mapping[str, Any], round_: Round, specs: Sequence[Spec]) -> list[Note]:
    notes = []
    tally = round_.sums.get(("total", ()), {})
    thing = load(FORMS)["sentences"]["children" if entry.get("of_children") else "households"]
    unclassed = _of(tally, "n", ("unknown",))
    if unclassed:
        notes.append(Note("unknown", sentence("unknown_class", n=unclassed)))
    ethnic = any(it.get("each") == "ethnicity" for it in entry["header"])
    unplaced = _of(tally, "people?", LISTED)
    if ethnic and unplaced:
        notes.append(Note("unknown", sentence("unknown_people", n=unplaced)))
    classed = {what: [*numbers[:-1], 0] for what, numbers in tally.items()}
    own = {
        column.key: counted(round_, classed, spec.count).unknown
        for column, spec in zip(form.columns, specs, strict=True)
        if "." in spec.count and not ethnic
    }
    notes += [
        Note("unknown", sentence("unknown_column", what=what, n=n, thing=thing)) for what, n in _same_numbers(own, form)
    ]
    listed = EVERYONE if round_.whole and _of_residents(entry) else (*LISTED, "unknown")
    persons = entry.get("measures") or any(spec.measure == "persons" for spec in specs)
    sizeless = _of(tally, "size?", listed)
    if persons and sizeless and "household_size" not in round_.absent and (round_.whole or entry.get("measures")):
        notes.append(Note("unknown", sentence("unknown_size", n=sizeless)))
    if entry["rows"] == "areas":
        n = _of(round_.sums.get(("unknown", ()), {}), "n", listed)
        if n:
            notes.append(Note("unknown", sentence("unknown_area", n=n)))
    depths = [round_.units.index(n) for n in round_.printed]
    lost = sum(
        _of(part, "n", listed)
        for (_, path), part in round_.leaves.items() if any(path[d] is None for d in depths)
    )  # fmt: skip
    if lost:
        notes.append(Note("unknown", sentence("unknown_unit", n=lost)))
    return notes


def _same_numbers(numbers: Mapping[str, int], form: Form) -> list[tuple[Text, int]]:
    """Columns that have the same number of unknowns, named together."""
    together: dict[int, list[Text]] = {}
    for column in form.columns:
        if n := numbers.get(column.key):
            together.setdefault(n, []).append(label(column.code) if column.code else column.label)
    return [
        ({lang: ", ".join(dict.fromkeys(t[lang] for t in texts)) for lang in ("vi", "en")}, n)
        for n, texts in together.items()
    ]


def _absences(form: Form, entry: Mapping[str, Any], round_: Round, specs: Sequence[Spec], missing: Any) -> None:
    """What was not given at all, so that columns are blank."""
    resident = [
        c.code for c, s in zip(form.columns, specs, strict=True) if "resident" in (s.count.partition(".")[0], s.of)
    ]
    if resident and not round_.whole:
        if round_.totals is None:
            missing(
                "no_totals",
                "totals",
                "give totals=, or whole=True if the frame holds every resident household",
                what=", ".join(resident),
            )
        elif lacking := _without_totals(round_):
            missing("no_totals_units", "totals", "add their rows to totals=", what=", ".join(lacking))
    if "household_size" in round_.absent and (
        entry.get("measures") or (round_.whole and any(s.measure for s in specs))
    ):
        missing("no_sizes", "household_size", "add the column household_size")
    if entry.get("of_children") and not round_.children:
        missing("no_persons", "persons", "give persons= with the columns child, " + ", ".join(CHILDREN))
    if any(it.get("each") == "ethnicity" for it in entry["header"]) and round_.peoples is None:
        missing("no_ethnicity", "ethnicity", "add the column ethnicity")
    flags = {
        s.count.partition(".")[2]: c for c, s in zip(form.columns, specs, strict=True)
        if s.count.partition(".")[2] in round_.absent and not s.count.startswith("resident")
    }  # fmt: skip
    if flags:
        missing(
            "not_given",
            ", ".join(flags),
            "add these columns",
            what={lang: "; ".join(c.label[lang] for c in flags.values()) for lang in ("vi", "en")},
        )


def _without_totals(round_: Round) -> list[str]:
    """The units of which all resident households are not known, in an area that they have households in."""
    totals = round_.totals or {}
    given = {unit for _, unit in totals}
    found = [
        unit
        for (area, unit), tally in round_.leaves.items()
        if tally and (area, unit) not in totals and not (unit in given if area is None else (None, unit) in totals)
    ]
    return [round_.names.get(path) or load(FORMS)["no_unit"]["vi"] for path in dict.fromkeys(found)]


def _too_many(form: Form, round_: Round, notes: list[Note]) -> list[Problem]:
    """Rows with more poor or near-poor households than households."""
    if form.number != "7.1":
        return []
    problems = []
    keys = [c.key for c in form.columns]
    for row in form.rows:
        of = dict(zip(keys, row.cells, strict=True))
        counts = [of[k] for k in ("c3", "c5") if isinstance(of[k], int)]
        if isinstance(of["c1"], int) and sum(counts) > of["c1"]:  # type: ignore[arg-type]
            said = sentence("above_whole", what=row.label)
            notes.append(Note("unknown", said))
            problems.append(
                Problem(
                    "CN134",
                    f"form 7.1: {row.label['vi']}",
                    said["en"],
                    sum(counts),
                    f"at most {of['c1']}",
                    "correct totals=",
                )
            )
    tally = round_.sums.get(("total", ()), {})
    if round_.whole and tally and not _of(tally, "n", ("other", "unknown")):
        said = sentence("whole_listed")
        notes.append(Note("unknown", said))
        problems.append(Problem("CN134", "form 7.1: whole", said["en"], None, "", "give totals= instead of whole=True"))
    return problems


def _people_notes(form: Form, round_: Round, notes: list[Note]) -> list[Problem]:
    problems = []
    for sort, name in (("code", "codes"), ("other", "not_listed")):
        found = sorted(n for n, kind in (round_.peoples or {}).items() if kind == sort)
        if found:
            said = sentence(name, what=", ".join(found))
            notes.append(Note("unknown", said))
            remedy = (
                'readings={"ethnic-codes": "list_2008"} or "list_1979"'
                if sort == "code"
                else "correct the ethnicity of these households"
            )
            problems.append(
                Problem("CN137", f"form {form.number}: ethnicity", said["en"], ", ".join(found), "", remedy)
            )
    return problems


def _held_against(by_people: Form, by_group: Form) -> Form:
    """7.9 with a note where its minority households are not as many as those of 7.8."""
    notes = []
    for kind, column in (("poor", "c5"), ("near_poor", "c6")):
        other, own = by_group.cell(column, measure="households"), by_people.cell(f"{kind}_minority")
        if other is not None and own is not None and other != own:
            notes.append(Note("remark", sentence("totals_differ", who=load(FORMS)["words"][kind], what=other, n=own)))
    return evolve(by_people, notes=(*by_people.notes, *notes)) if notes else by_people


def _refuse_unknown(forms: Mapping[str, Form], round_: Round) -> None:
    problems = [
        Problem("CN135", f"form {form.number}: {name}", f"{n:,} not known", n, "no unknowns, since unknown=\"error\"", "find out what is missing, or unknown=\"count\"")
        for form in forms.values() for name, n in form.unknown.items()
    ]  # fmt: skip
    lost = sum(
        _of(part, "n", EVERYONE) for (area, path), part in round_.leaves.items() if area is None or None in path[-1:]
    )
    if lost:
        problems.append(
            Problem(
                "CN135",
                "area, units",
                f"{lost:,} households without an area or a unit",
                lost,
                'no unknowns, since unknown="error"',
            )
        )
    if problems:
        raise DataProblems(f"{len(problems)} columns of the report forms hold unknowns", problems)


def _readings_of(entry: Mapping[str, Any]) -> list[str]:
    if "swapped" in entry:
        return [entry["swapped"]["interpretation"]]
    if any(it.get("each") == "ethnicity" for it in entry["header"]):
        return ["mixed-household", "kinh-column", "ethnic-codes"]
    return []


def _reading_text(name: str, chosen: str) -> Text:
    return sentence("reading", name=name, what=_interpretations()[name]["readings"][chosen])


# --- what was given ------------------------------------------------------------------------------


def _interpretations() -> dict[str, Any]:
    return {**load(FORMS)["interpretations"], **load(CAUSES)["interpretations"]}


def _chosen(readings: Mapping[str, str] | None) -> tuple[dict[str, str], list[Problem]]:
    known = _interpretations()
    chosen = {name: it["default"] for name, it in known.items()}
    problems = []
    for name, reading in (readings or {}).items():
        if name not in known:
            problems.append(
                Problem(
                    "CN130",
                    f"readings[{name!r}]",
                    "is not an interpretation",
                    name,
                    ", ".join(known),
                    nearest(name, known),
                )
            )
        elif reading not in known[name]["readings"]:
            problems.append(
                Problem(
                    "CN130",
                    f"readings[{name!r}]",
                    f"{quoted(reading)} is not a sense of it",
                    reading,
                    ", ".join(known[name]["readings"]),
                )
            )
        else:
            chosen[name] = reading
    return chosen, problems


def _status(status: str | None) -> tuple[str, list[Problem]]:
    known = load(FORMS)["statuses"]
    names = {said: name for name, texts in known.items() for said in (name, texts["vi"])}
    if status is None or status in names:
        return names.get(status or "", ""), []
    return "", [Problem("CN130", "status", f"{quoted(status)} is no status of a report", status, ", ".join(names))]


def _printed(
    by: str | Sequence[str] | None,
    levels: Sequence[str] | None,
    as_of: date | None,
    frame: pl.DataFrame,
    problems: list[Problem],
) -> tuple[str, ...]:
    valid = tuple(levels) if levels is not None else levels_on(as_of) if as_of is not None else None
    if by is None:
        by = (valid or UNITS)[1]
    printed = (by,) if isinstance(by, str) else tuple(by)
    made = []
    for name in printed:
        if name not in UNITS:
            problems.append(
                Problem("CN130", "by", f"{quoted(name)} is no unit", name, ", ".join(UNITS), nearest(str(name), UNITS))
            )
        elif valid is not None and name not in valid:
            day = "" if as_of is None else f" on {as_of}"
            problems.append(
                Problem("CN136", "by", f"there is no {name}{day}", name, ", ".join(valid), f"by={valid[1]!r}")
            )
        elif name not in frame.columns or (frame.height and frame[name].null_count() == frame.height):
            given = [n for n in UNITS[1:] if n in frame.columns and frame[n].null_count() < frame.height]
            remedy = f"by={given[0]!r}" if given else "add the column"
            problems.append(
                Problem(
                    "CN131", f"households[{name!r}]", "is absent or empty, and by= asks for its rows", None, "", remedy
                )
            )
        else:
            made.append(name)
    return tuple(sorted(made, key=UNITS.index))


def _provinces_of(frame: pl.DataFrame, day: date, problems: list[Problem]) -> None:
    """Names that are no province on the day for which the forms are made."""
    import polars as pl

    named = frame["province"].drop_nulls() if "province" in frame.columns else pl.Series(dtype=pl.String)
    for name in named.unique(maintain_order=True).cast(pl.String):
        try:
            province_on(name, day)
        except UnknownUnit as error:
            (p,) = error.problems
            problems.append(evolve(p, code="CN136", where="households['province']", count=int((named == name).sum())))


def _usable(frame: pl.DataFrame, using: str, flags: Sequence[str], problems: list[Problem]) -> pl.DataFrame:
    """The frame with columns of known kinds; every problem of its rows."""
    import polars as pl

    if "household_id" not in frame.columns:
        problems.append(Problem("CN131", "households", "has no column household_id", None, "household_id"))
    else:
        id_ = frame["household_id"]
        twice = (
            frame.filter(id_.is_duplicated() | id_.is_null())
            if id_.n_unique() < frame.height or id_.null_count()
            else frame.clear()
        )
        if twice.height:
            problems.append(
                Problem("CN132", "households['household_id']", "is empty or occurs more than once", None, "one row for each household",
                        "remove the copies; make codes unique, for example village and code together", count=twice.height,
                        rows=tuple((None, k, k) for k in twice["household_id"].unique(maintain_order=True).head(FIRST).to_list()))
            )  # fmt: skip
    words = [c for c in (*UNITS, "area", using, "ethnicity", "spouse_ethnicity") if c in frame.columns]
    empty = [c for c in frame.columns if frame.schema[c] == pl.Null]
    frame = frame.drop([c for c in empty if c not in UNITS and c != "household_id"])
    frame = frame.with_columns(pl.col(c).cast(pl.String) for c in words if c in frame.columns)
    if using not in frame.columns and (using == "recorded" or "recorded" in frame.columns):
        remedy = (
            "add the column" if using == "recorded" else 'using="recorded" counts the classes that the files record'
        )
        problems.append(Problem("CN131", f"households[{using!r}]", "there is no such column", None, "", remedy))
    _known_areas(frame, "households", problems)
    if using in frame.columns:
        _listed(frame, using, (*LISTED, *OUTSIDE), problems)
    _booleans(frame, flags, "households", problems)
    if "household_size" in frame.columns:
        _whole_numbers(frame, ["household_size"], "households", problems, least=1)
    return frame


def _listed(
    frame: pl.DataFrame, column: str, codes: Sequence[str], problems: list[Problem], what: str = "households"
) -> None:
    import polars as pl

    wrong = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(codes))
    for value, n in (
        wrong.group_by(column).len().sort("len", column, descending=[True, False]).head(FIRST).rows()
        if wrong.height
        else ()
    ):
        rows = wrong.filter(pl.col(column) == value)
        told = shown(value, known_texts())
        keys = rows["household_id"].head(FIRST).to_list() if "household_id" in frame.columns else []
        problems.append(
            Problem(
                "CN132",
                f"{what}[{column!r}]",
                f"{told} is not listed",
                value if told == value else None,
                ", ".join(codes),
                "correct it, or leave it empty where it is not known",
                count=n,
                rows=tuple((None, k, k) for k in keys),
            )
        )


def _known_areas(frame: pl.DataFrame, what: str, problems: list[Problem]) -> None:
    import polars as pl

    if "area" in frame.columns and frame.schema["area"] != pl.Null:
        _listed(frame.with_columns(pl.col("area").cast(pl.String)), "area", AREAS, problems, what)


def _booleans(frame: pl.DataFrame, columns: Iterable[str], what: str, problems: list[Problem]) -> None:
    import polars as pl

    for c in columns:
        if c in frame.columns and frame.schema[c] not in (pl.Boolean, pl.Null):
            problems.append(
                Problem(
                    "CN131",
                    f"{what}[{c!r}]",
                    f"holds {frame.schema[c]}, not yes and no",
                    None,
                    "true, false, null",
                    "read 0/1 and words as booleans; leave unknown null",
                )
            )


def _whole_numbers(
    frame: pl.DataFrame, columns: Iterable[str], what: str, problems: list[Problem], least: int = 0
) -> None:
    import polars as pl

    for c in columns:
        kind = frame.schema[c]
        if kind == pl.Null:
            continue
        if not kind.is_numeric():
            problems.append(
                Problem("CN131", f"{what}[{c!r}]", f"holds {kind}, not numbers", None, f"whole numbers from {least}")
            )
            continue
        wrong = frame.filter(uncountable(frame[c], least))
        if wrong.height:
            keys = (
                wrong["household_id"].head(FIRST).to_list()
                if "household_id" in frame.columns
                else [None] * min(FIRST, wrong.height)
            )
            problems.append(
                Problem(
                    "CN132",
                    f"{what}[{c!r}]",
                    f"is not a whole number from {least}",
                    wrong[c][0],
                    f"whole numbers from {least}",
                    count=wrong.height,
                    rows=tuple((None, k, v) for k, v in zip(keys, wrong[c].head(FIRST).to_list(), strict=True)),
                )
            )


def _indicators() -> tuple[str, ...]:
    return tuple(load(FORMS)["indicators"])


def _causes() -> tuple[str, ...]:
    return tuple(load(CAUSES)["causes"])


def _groups() -> tuple[str, ...]:
    return tuple(load(CAUSES)["groups"])
