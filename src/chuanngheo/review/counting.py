"""A round counted once, by unit, area and class, in one pass over the households and one over the persons.

The forms are sums of these counts. What is not known is counted beside what is: it is never a "no",
and no row of the caller is left out of the total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import Problem, quoted
from ..model import Text
from ..tabular import to_polars
from ..values import Frozen, frozen
from ..version import provenance
from .data import load
from .given import (
    CAUSES,
    FIRST,
    LISTED,
    UNITS,
    causes,
    chosen_readings,
    groups,
    hold_areas,
    hold_booleans,
    hold_provinces,
    hold_whole_numbers,
    indicators,
    printed_units,
    usable,
)
from .layout import Cell, Row
from .names import unit_key
from .peoples import placed
from .rounds import LeftOut

if TYPE_CHECKING:
    import polars as pl

    from ..answering import Standard

CLASSES = {"poor": 0, "near_poor": 1, "other": 2, "unknown": 3}
EVERYONE = tuple(CLASSES)
CHILDREN = ("child_uninsured", "child_malnourished", "child_not_in_school")
TOTALS = ("households", "persons", "minority_households", "minority_persons")
MOVES = tuple(f"c{n}" for n in range(1, 10))

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
    computed: Standard | None = None,
    method: str | None = None,
    problems: Iterable[Problem] = (),
) -> tuple[Round, list[Problem]]:
    """A round counted by unit, area and class, and every problem found: what all forms are sums of."""
    import polars as pl

    found = list(problems)
    frame = to_polars(households, "households")
    printed = printed_units(by, levels, as_of, frame, found)
    if using not in ("category", "recorded"):
        found.append(Problem("CN130", "using", f"{quoted(using)} is no column of classes", using, "category, recorded"))
    flags = [*indicators(), *causes(), *groups()]
    frame = usable(frame, using, flags, found)
    if as_of is not None and levels is None:
        hold_provinces(frame, as_of, found)
    round_ = Round(printed, order=tuple(order or ()), using=using, readings=dict(readings or chosen_readings(None)[0]))
    if found:
        return round_, found
    units = [n for n in UNITS[: UNITS.index(printed[-1]) + 1] if n in frame.columns] if printed else []
    units = [n for n in units if n in printed or frame[n].null_count() < frame.height]
    round_.units = tuple(units)
    if "province" in frame.columns:
        provinces = frame["province"].drop_nulls().unique(maintain_order=True).to_list()
        round_.province = provinces[0] if len({unit_key(p, UNITS[0]) for p in provinces}) == 1 else ""
    if "standard" in frame.columns:  # classify(..., provenance=True) has written it
        round_.standards = tuple(sorted(frame["standard"].cast(pl.String).drop_nulls().unique().to_list()))
    read_basis(round_, frame, computed, method, found)
    if found:
        return round_, found
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
    standards: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()
    leaves: dict[Place, Tally] = attrs.field(factory=dict)
    names: dict[Path, str] = attrs.field(factory=dict)
    keys: dict[tuple[str, str], str] = attrs.field(factory=dict)
    whole: bool = False
    withheld: bool = False  # said to be the whole, but rows are left out
    left_out: LeftOut = LeftOut()
    left_out_before: LeftOut = LeftOut()
    computed: Mapping[str, Any] = attrs.field(factory=dict)
    method: Text = attrs.field(factory=dict)  # what the method of computing is called
    flags_by: str = ""  # the standard that computed the indicators beside recorded classes
    other: Mapping[str, Text] = attrs.field(factory=dict)  # indicators of the standard without a column in the forms
    lacking: frozenset[str] = frozenset()  # flags of the forms that are no indicators of the standard
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
        hold_whole_numbers(frame, columns, "totals", problems)
        hold_areas(frame, "totals", problems)
        if problems:
            return
        made: dict[Place, Mapping[str, int | None]] = {}
        find = self.finder(frame.columns, "totals", problems)
        for row in frame.iter_rows(named=True):
            place = find({"area": None, **row})
            if place is None:
                continue
            before = made.get(place, dict.fromkeys(columns, 0))
            made[place] = {c: plus(before[c], row[c]) for c in columns}
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
        hold_areas(frame, f"movements[{number!r}]", problems)
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
                numbers[at] = plus(numbers.get(at, 0), row[c])
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
                        found[column] = plus(found[column], (row or nothing).get(column))


def read_basis(
    round_: Round, frame: pl.DataFrame, std: Standard | None, method: str | None, problems: list[Problem]
) -> None:
    """By what the classes and indicators were computed: what ``classify`` has written, or the caller says."""
    import polars as pl

    if std is None and method is not None:
        problems.append(Problem("CN130", "method", "is given without computed=", method, "", "computed=std"))
    elif std is not None and method is not None and method not in std.methods:
        problems.append(Problem("CN130", "method", f"{quoted(method)} is no method of {std.exact_id}", method, ", ".join(std.methods)))  # fmt: skip
    if std is not None and round_.standards and round_.standards != (std.exact_id,):
        named = ", ".join(round_.standards)
        problems.append(Problem("CN130", "computed", f"the column standard names {named}", std.exact_id, named, "computed= the standard that answered"))  # fmt: skip
    if problems:
        return
    by_answer = round_.using == "category" and ("possible" in frame.columns or bool(round_.standards))
    if std is not None:
        round_.standards = (std.exact_id,)
        known = {f"deprived_{name}": indicator.labels for name, indicator in std.indicators.items()}
        round_.lacking = frozenset(f for f in indicators() if f not in known)
    else:
        known = {
            c: {"vi": c, "en": c} for c in frame.columns if c.startswith("deprived_") and frame.schema[c] == pl.Boolean
        }
    round_.other = {flag: said for flag, said in known.items() if flag not in indicators()}
    if std is None and round_.other:
        round_.lacking = frozenset(f for f in indicators() if f not in frame.columns)
    if round_.using == "category" and (std is not None or by_answer):
        ways = None if std is None else std.methods[method or std.default_method]
        versions = provenance()
        round_.computed = {"standards": list(round_.standards), "method": None if ways is None else ways.name} | {
            name: _only(frame, name) or versions[name] for name in ("code_version", "data_version")
        }
        round_.method = {} if ways is None else ways.labels
    elif std is not None:
        round_.flags_by = std.exact_id


def _only(frame: pl.DataFrame, name: str) -> str:
    """The texts that a column holds."""
    import polars as pl

    found = frame[name].cast(pl.String).drop_nulls().unique().sort().to_list() if name in frame.columns else []
    return ", ".join(found)


def in_group(area: str | None, group: str) -> bool:
    return group == "total" or (area or "unknown") == group


def plus(a: int | None, b: int | None) -> int | None:
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
        if sized and flag in groups():
            aggregates |= {
                f"{flag}#": size.filter(pl.col(flag)).sum(),
                f"{flag}#?": size.filter(pl.col(flag)).null_count(),
            }
    counted = frame.lazy().group_by(*keys).agg(**aggregates).sort("at").collect()
    whats = [c for c in counted.columns if c not in (*keys, "at")]
    absent = [f for f in (*indicators(), *causes(), *groups()) if f in round_.absent]
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
    hold_booleans(persons, ["child", *flags], "persons", problems)
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
        name, sort = placed(row, round_.readings, majority)
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


# --- cells ---------------------------------------------------------------------------------------


def tallied(tally: Tally, what: str, kinds: Iterable[str]) -> int:
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
        scope, null = tallied(tally, "n", kinds), tallied(tally, f"{flag}?", kinds)
        maybe = null + tallied(tally, flag, beyond) + tallied(tally, f"{flag}?", beyond)
        yes = tallied(tally, flag, kinds)
    else:
        scope, null = tallied(tally, "n", EVERYONE), tallied(tally, "n", beyond)
        maybe, yes = null, tallied(tally, "n", kinds)
    nothing = bool(scope) and null == scope
    if measure != "persons":
        return Count(None if nothing else yes, maybe)
    if "household_size" in round_.absent:
        size, sizeless = 0, yes
    else:
        size = tallied(tally, f"{flag}#" if flag else "size", kinds)
        sizeless = tallied(tally, f"{flag}#?" if flag else "size?", kinds)
    return Count(None if nothing or (yes and sizeless == yes) else size, maybe + sizeless)


def _children(round_: Round, tally: Tally, kinds: Sequence[str], flag: str) -> Count:
    if not round_.children:
        return Count(None)
    scope, null = tallied(tally, "m" if flag == "child" else "child", kinds), tallied(tally, f"{flag}?", kinds)
    maybe = (
        null
        + tallied(tally, f"{flag}??", kinds)
        + sum(tallied(tally, f"{flag}{q}", ("unknown",)) for q in ("", "?", "??"))
    )
    return Count(None if scope and null == scope else tallied(tally, flag, kinds), maybe)


def _people(round_: Round, tally: Tally, kinds: Sequence[str], flag: str) -> Count:
    either = (*kinds, "unknown")
    if round_.peoples is None:
        return Count(None, tallied(tally, "n", either))
    null, scope = tallied(tally, "people?", kinds), tallied(tally, "n", kinds)
    if flag == "minority":
        maybe = tallied(tally, "minority?", either)
    else:
        maybe = tallied(tally, "people?", either) + tallied(tally, f"{flag}?", either)
    return Count(
        None if scope and null == scope else tallied(tally, flag, kinds), maybe + tallied(tally, flag, ("unknown",))
    )


def cell_of(round_: Round, spec: Spec, row: Row, path: Path) -> tuple[Cell, int]:
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
