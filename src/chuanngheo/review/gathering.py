"""Cells become rows, and rows a round, on columns alone.

Each distinct content of a column is read once, and the answer put back beside every row that has it;
only rows with problems are looked at one by one. Every row ends in the round, among the bad ones with
its reasons, or counted as an exact repeat of another.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import attrs

from ..errors import DataProblems, Problem, nearest
from .masking import DIGEST, looks_personal, masked, place_shown, role_of, shown
from .names import key as name_key
from .names import unit_key
from .profiles import (
    HOUSEHOLDS,
    PERSONS,
    ROUNDED,
    Column,
    Fault,
    Match,
    Profile,
    Table,
    known_texts,
    read_cell,
    targets,
    unit_columns,
)
from .rounds import SHOWN, LeftOut, Prefixes, Round, RowProblem
from .sheets import ERRORS, FORMULA, UNREADABLE, Progress, Sheet, cell_text

if TYPE_CHECKING:
    import polars as pl

AT, ROLE, DIFFERS = "_at", "_role_", "_differs_"  # the place of a row among all rows read; personal columns, as digests
INT64 = 2**63 - 1
OFTEN = 100  # rows for each distinct text, from which on the distinct ones are read
WHO = ("name", "id_number")  # roles that say whether two rows are of one household or person
NOWHERE = -1  # the place of what is said of a whole sheet
PLACE = "#"  # before the place of a person in the household, where nothing else tells persons apart
COUNTS = ("read", "good", "bad", "repeated", "set_aside", "blank", "hidden", "households", "persons", "states")

SAYS_NOTHING = Fault("CN118", "is listed as saying nothing of this column, which stays unknown")
OTHER_UNIT = Fault("CN115", "names another unit than units= does", "", "correct one of them")
OTHER_AREA = Fault("CN115", "says another area than areas= does for this commune", "", "correct one of them")
NO_AREA = Fault("CN118", "names communes of which areas= says nothing", "", "name them in areas=")
NO_KEY = Fault("CN114", "is blank, and tells the household apart", "", "fill it in")
STATES = Fault("CN118", "households stand there at several days of review; each state is kept with its day", "",
               'keep="last" or keep="first" chooses one of them')  # fmt: skip
TWICE = Fault("CN115", "stands there more than once", "", 'take the copies out, or duplicates="report"')
NO_HOUSEHOLD = Fault("CN116", "its household has no row", "", "add the row of the household, or correct the code")
BAD_HOUSEHOLD = Fault("CN116", "the row of its household cannot be used", "", "mend that row")
BAD_STATE = Fault("CN116", "another row of this household cannot be used", "", "mend that row: it may be the later one")
BAD_MEMBER = Fault("CN116", "a member of this household has a row that cannot be used", "",
                   "mend that row: a household without one of its members would be answered wrongly")  # fmt: skip


@attrs.define(eq=False, repr=False)
class Source:
    """Rows of one sheet among all rows read: those from ``start`` to below ``end``."""

    sheet: Sheet
    match: Match
    start: int
    end: int

    def row(self, at: int) -> int:
        """The number of a row as the user sees it."""
        return at - self.start + self.sheet.first

    def header(self, place: str) -> str:
        """A column as the user sees it: its letter, where the file has letters, and its header."""
        header = self.match.headers[place]
        seen = masked(header) if looks_personal(header) else header
        return seen if self.sheet.head[0][0] == 0 else f"{place} {seen}"


@attrs.define(eq=False, repr=False)
class Gathering:
    """What one call of :func:`read_round` was asked, and what it has found so far."""

    areas: Mapping[str, str] | Prefixes | None
    units: Mapping[str, Any]
    key: tuple[str, ...]
    secret: str | None
    duplicates: str
    keep: str | None
    bad_cells: str
    tell: Progress
    sources: list[Source] = attrs.field(factory=list)
    problems: list[RowProblem] = attrs.field(factory=list)
    bad: set[int] = attrs.field(factory=set)  # places of rows that are left out
    counts: dict[str, int] = attrs.field(factory=lambda: dict.fromkeys(COUNTS, 0))

    def round(self, matched: Sequence[tuple[Sheet, Match]], profile: Profile, on: date | None) -> Round:
        import polars as pl

        self.may_be_told_apart(matched)
        read: dict[str, list[pl.DataFrame]] = {HOUSEHOLDS: [], PERSONS: []}
        for sheet, match in matched:
            read[match.table.level].append(self.sheet(sheet, match))
        self.tell("checking", 0, self.counts["read"])
        homes = self.joined(read[HOUSEHOLDS], HOUSEHOLDS)
        people = self.joined(read[PERSONS], PERSONS)
        households = None if homes is None else self.repeats(homes, self.table(HOUSEHOLDS).states)
        persons = None if people is None else self.same_persons(self.good(people))
        if households is None and persons is not None:
            households = self.gathered(persons, self.table(PERSONS).of_household)
        assert households is not None
        if persons is not None and people is not None:
            households, persons = self.together(households, persons, homes, people)
        self.tell("checking", self.counts["read"], self.counts["read"])
        self.counts["bad"] = len(self.bad)
        self.counts["households"] = households.height
        self.counts["persons"] = 0 if persons is None else persons.height
        self.counts["good"] = (0 if homes is None else households.height) + self.counts["persons"]
        order = {(s.sheet.file, s.sheet.name): place for place, s in enumerate(self.sources)}
        problems = sorted(self.problems, key=lambda p: (order[p.file, p.sheet], p.row))
        errors = [p for p in problems if p.severity == "error"]
        rejected = pl.DataFrame(
            {name: [getattr(p, name) for p in errors] for name in ("file", "sheet", "row", "column", "code", "message")},
            schema={"file": pl.String, "sheet": pl.String, "row": pl.Int64, "column": pl.String, "code": pl.String, "message": pl.String},
        )  # fmt: skip
        return Round(_in_order(households, HOUSEHOLDS), _in_order(persons, PERSONS), tuple(problems), rejected,
                     self.counts, profile, on, self.left_out(homes, people, households))  # fmt: skip

    def left_out(self, homes: pl.DataFrame | None, people: pl.DataFrame | None, kept: pl.DataFrame) -> LeftOut:
        """The rows that are left out, and how many households are not in the round for it."""
        import polars as pl

        bad = [
            f.filter(pl.col(AT).is_in(list(self.bad))).select("household_id") for f in (homes, people) if f is not None
        ]
        lost = pl.concat(bad).drop_nulls().unique().join(kept, on="household_id", how="anti").height
        nameless = bad[0]["household_id"].null_count() if homes is not None else 0
        return LeftOut(len(self.bad), lost + nameless)

    def table(self, level: str) -> Table:
        return next(s.match.table for s in self.sources if s.match.table.level == level)

    def good(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows without an error so far."""
        import polars as pl

        return rows.filter(~pl.col(AT).is_in(list(self.bad))) if self.bad else rows

    def may_be_told_apart(self, matched: Sequence[tuple[Sheet, Match]]) -> None:
        """Each sheet must have the columns that its households are told apart by."""
        problems = []
        files = {name for sheet, _ in matched for name in (sheet.file, sheet.place)}
        for file in self.units.keys() - files - set(unit_columns()):
            problems.append(
                Problem(
                    "CN119",
                    "units",
                    "names a file that is not among those read",
                    None,
                    ", ".join(sorted(files)),
                    nearest(file, files),
                )
            )
        for sheet, match in matched:
            has = {c.target.name for c in match.columns} | set(self.given(sheet)) | set(match.personal)
            wanted = self.told_by(match.table, has)
            own = match.table.level == PERSONS  # a member's name says nothing of whose household it is
            absent = [
                name for name in wanted if name not in has or (own and name in self.key and name in match.personal)
            ]
            if absent:
                units = ", ".join(f'"{u}": "…"' for u in unit_columns() if u in absent)
                ways = [f"name the units that the file does not: units={{{units}}}, or such a mapping for each file"]
                ways = ways if units else []
                ways.append('say what tells households apart: key="household_code" where the code alone does, or '
                            'key=("household_code", "name") with secret=')  # fmt: skip
                problems.append(Problem("CN110", sheet.place, f"households cannot be told apart: the sheet has no {', '.join(absent)}",
                                        None, ", ".join(wanted), "; or ".join(ways)))  # fmt: skip
        if problems:
            raise DataProblems("households cannot be told apart as the files and arguments stand", problems)

    def told_by(self, table: Table, has: Collection[str]) -> tuple[str, ...]:
        """The columns that must be filled in every row for its household to be known."""
        if self.key:
            return self.key
        return ("household_id",) if "household_id" in has else (*table.needs, table.code)

    # --- one sheet --------------------------------------------------------------------------------

    def sheet(self, sheet: Sheet, match: Match) -> pl.DataFrame:
        """The rows of a sheet in canonical columns, with their place; cells that cannot be read are null."""
        import polars as pl

        start = self.sources[-1].end if self.sources else 0
        source = Source(sheet, match, start, start + sheet.frame.height)
        self.sources.append(source)
        frame = sheet.frame.with_columns(pl.int_range(start, source.end, dtype=pl.Int64).alias(AT)).slice(
            max(match.data_from - sheet.first, 0)
        )
        rows = frame.filter(_filled(frame.drop(AT)))
        self.counts["blank"] += frame.height - rows.height
        self.counts["hidden"] += sheet.hidden
        self.counts["read"] += rows.height
        self.notes(source)
        step = f"understanding {sheet.place}"
        made: dict[str, pl.Series] = {AT: rows[AT]}
        for done, (column, place) in enumerate(match.columns.items()):
            self.tell(step, done, len(match.columns))
            made |= self.column(source, column, place, rows)
        for role, places in match.personal.items():
            if role in WHO or role in self.key:
                made[ROLE + role] = self.role(role, places, rows)
        self.tell(step, len(match.columns), len(match.columns))
        return self.filled(source, pl.DataFrame(made))

    def column(self, source: Source, column: Column, place: str, rows: pl.DataFrame) -> dict[str, pl.Series]:
        """One column as what it holds: each distinct content is read once."""
        import polars as pl

        if column.target.kind in ("id", "text") and column.filled is None:
            return self.texts(source, column, place, rows)
        raw = rows[place]
        if column.target.kind == "number" and raw.dtype.is_integer() and isinstance(column.factor, int):
            return self.whole(source, column, place, rows)
        distinct = raw.unique()
        values: list[Any] = []
        faults: dict[int, Fault] = {}  # by the place among the distinct contents
        silent = []
        for i, text in enumerate(_as_text(distinct)):
            value, fault = read_cell(column, text, from_1904=source.sheet.from_1904)
            values.append(value)
            if fault is not None:
                faults[i] = fault
            elif value is None and column.codes.get(name_key(text or ""), True) is None:
                silent.append(i)
        if faults:
            which = _put_back(
                raw, distinct, [i if i in faults else None for i in range(len(values))], pl.Int64, "which"
            )
            wrong = which.is_not_null()
            for at, i, held in zip(rows[AT].filter(wrong), which.filter(wrong), raw.filter(wrong), strict=True):
                self.cell(source, at, place, column, faults[i], held)
        for i in silent:
            count = int(raw.is_in(distinct[i : i + 1].implode()).sum())
            self.add(source, NOWHERE, source.header(place), SAYS_NOTHING, _shown(column, distinct[i]), "note", count)
        made = {}
        if column.year is not None:
            years = [v if type(v) is int else None for v in values]
            made[column.year.name] = _put_back(raw, distinct, years, pl.Int64, column.year.name)
            values = [None if type(v) is int else v for v in values]
        dtype = _dtype(column)
        same = raw.dtype == dtype and values == distinct.to_list()
        name = column.target.name
        return made | {name: raw.alias(name) if same else _put_back(raw, distinct, values, dtype, name)}

    def whole(self, source: Source, column: Column, place: str, rows: pl.DataFrame) -> dict[str, pl.Series]:
        """A column of whole numbers, by expressions alone; few of them repeat."""
        import polars as pl

        target, factor = column.target, int(column.factor)
        most = min(math.floor(target.most) if target.most is not None else INT64, INT64) // factor
        least = -((min(-math.ceil(target.least), INT64) if target.least is not None else INT64) // factor)
        held = pl.col(place)
        fits = held.is_between(least, most)
        if target.multiple:
            fits &= held * factor % target.multiple == 0
        frame = rows.select(
            AT,
            place,
            fits=fits,
            value=pl.when(fits).then(held.cast(pl.Int64, strict=False) * factor).cast(_dtype(column)),
        )
        for at, number in frame.filter(~pl.col("fits")).select(AT, place).iter_rows():
            fault = read_cell(column, str(number))[1]
            assert fault is not None
            self.cell(source, at, place, column, fault, number)
        return {target.name: frame["value"]}

    def texts(self, source: Source, column: Column, place: str, rows: pl.DataFrame) -> dict[str, pl.Series]:
        """A column of texts, by expressions alone: of each row, or of each distinct text where they repeat often."""
        import polars as pl

        raw = _as_text(rows[place])
        often = len(raw) > OFTEN * raw.to_frame("text").select(pl.col("text").approx_n_unique()).item()
        text = (raw.unique() if often else raw).alias("text")
        stripped = text.str.strip_chars()
        held = stripped if _is_ascii(stripped) else stripped.str.normalize("NFC")
        blank = pl.col("held").is_null() | pl.col("held").str.to_lowercase().is_in(["", *column.blanks])
        broken = pl.col("held").is_in([*ERRORS, FORMULA, UNREADABLE])
        if column.target.kind == "id":
            broken |= pl.col("held").str.contains(ROUNDED)
        frame = pl.DataFrame([text, held.alias("held")]).with_columns(broken=broken.fill_null(False), blank=blank)
        if frame["broken"].any():
            wrong = raw.is_in(frame.filter("broken")["text"].implode())
            for at, said in zip(
                rows[AT].filter(wrong), raw.filter(wrong).str.strip_chars().str.normalize("NFC"), strict=True
            ):
                fault = read_cell(column, said)[1]
                assert fault is not None
                self.cell(source, at, place, column, fault, said)
        values = frame.select(pl.when(~pl.col("blank") & ~pl.col("broken")).then("held")).to_series()
        name = column.target.name
        return {name: _put_back(raw, text, values, pl.String, name) if often else values.alias(name)}

    def role(self, role: str, places: Sequence[str], rows: pl.DataFrame) -> pl.Series:
        """A personal column as digests, null where it is blank. What it holds goes no further."""
        import polars as pl

        texts = pl.DataFrame([_as_text(rows[p]).alias(p).fill_null("") for p in places])
        raw = texts.select(pl.concat_str(pl.all(), separator=" ").str.strip_chars()).to_series()
        distinct = raw.unique()
        # Names that are a key are spelled one way, which takes its time.
        spelled = _digits if role == "id_number" else name_key if role in self.key else _plain
        secret = blake2b((self.secret or "").encode()).digest()
        digests = [
            blake2b(spelled(t).encode(), key=secret, digest_size=DIGEST).hexdigest() if t else None for t in distinct
        ]
        return _put_back(raw, distinct, digests, pl.String, ROLE + role)

    def given(self, sheet: Sheet) -> Mapping[str, str]:
        """The units that the caller says a sheet is about."""
        found = {unit: name for unit, name in self.units.items() if isinstance(name, str)}
        for file, inner in self.units.items():
            if isinstance(inner, Mapping) and file in (sheet.file, sheet.place):
                found |= inner
        return found

    def filled(self, source: Source, frame: pl.DataFrame) -> pl.DataFrame:
        """The units that the caller gave, where the file says nothing; where it says otherwise the row is bad."""
        import polars as pl

        for unit, said in self.given(source.sheet).items():
            if unit not in frame.columns:
                frame = frame.with_columns(pl.lit(said).alias(unit))
                continue
            same = [name for name in frame[unit].unique().drop_nulls() if unit_key(name, unit) == unit_key(said, unit)]
            self.report(frame.filter(pl.col(unit).is_not_null() & ~pl.col(unit).is_in(same))[AT], OTHER_UNIT, unit)
            frame = frame.with_columns(pl.col(unit).fill_null(said))
        return frame

    # --- all sheets of one kind -------------------------------------------------------------------

    def joined(self, frames: Sequence[pl.DataFrame], level: str) -> pl.DataFrame | None:
        """The rows of all sheets, with one spelling for each unit, areas, ``household_id`` and ``person_id``."""
        import polars as pl

        if not frames:
            return None
        rows = pl.concat(frames, how="diagonal_relaxed")
        for unit in unit_columns():
            if unit in rows.columns:
                rows = self.one_spelling(rows, unit)
        rows = self.with_households(self.with_areas(rows), self.table(level))
        return self.with_persons(rows, self.table(level).person) if level == PERSONS else rows

    def one_spelling(self, rows: pl.DataFrame, unit: str) -> pl.DataFrame:
        """Spellings of one name become the one that most rows have; each is reported."""
        import polars as pl

        seen = rows.filter(pl.col(unit).is_not_null()).group_by(unit).agg(pl.len().alias("rows"), pl.col(AT).min())
        groups: dict[str, list[tuple[int, str, int]]] = {}
        for name, count, first in seen.rows():
            groups.setdefault(unit_key(name, unit), []).append((-count, name, first))
        changed: dict[str, str] = {}
        for spellings in groups.values():
            (_, kept, _), *others = sorted(spellings)
            for count, name, first in others:
                changed[name] = kept
                fault = Fault("CN117", f"{place_shown(name)} is read as {place_shown(kept)}, another spelling of it", "",
                              "nothing, if they are one place; otherwise write their names apart")  # fmt: skip
                self.report([first], fault, unit, severity="note", count=-count)
        return rows.with_columns(pl.col(unit).replace(changed)) if changed else rows

    def with_areas(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The area that the caller gives for a commune, where the file says nothing."""
        import polars as pl

        if self.areas is None or "commune" not in rows.columns:
            return rows
        communes = rows["commune"].unique().drop_nulls()
        if isinstance(self.areas, Prefixes):
            areas = [self.areas.area(commune) for commune in communes]
        else:
            given = {name_key(commune): area for commune, area in self.areas.items()}
            areas = [given.get(name_key(commune)) for commune in communes]
        rows = rows.with_columns(_put_back(rows["commune"], communes, areas, pl.String, "said"))
        lost = rows.filter(pl.col("said").is_null() & pl.col("commune").is_not_null())
        self.report(lost[AT][:1], NO_AREA, "commune", severity="note", count=lost.height)
        if "area" not in rows.columns:
            return rows.rename({"said": "area"})
        self.report(rows.filter(pl.col("area") != pl.col("said"))[AT], OTHER_AREA, "area")
        return rows.with_columns(pl.col("area").fill_null(pl.col("said"))).drop("said")

    def with_households(self, rows: pl.DataFrame, table: Table) -> pl.DataFrame:
        """``household_id`` for every row; a row that does not say whose it is, is bad."""
        import polars as pl

        named = {c.removeprefix(ROLE): c for c in reversed(rows.columns)}  # a column before a role of that name
        needed = self.told_by(table, rows.columns)
        within = unit_columns() if self.key else table.within
        if needed == ("household_id",):
            self.report(self.good(rows.filter(pl.col("household_id").is_null()))[AT], NO_KEY, "household_id")
            return rows
        pieces = []
        for part in dict.fromkeys((*within, *needed)):
            if part in unit_columns() and part in rows.columns:
                names = rows[part].unique().drop_nulls()
                spelled = _put_back(rows[part], names, [unit_key(n, part) for n in names], pl.String, part)
                pieces.append(spelled if part in needed else spelled.fill_null("-"))
            elif part in needed:
                pieces.append(rows[named[part]].cast(pl.String).alias(part))
        made = pl.DataFrame(pieces).select(
            pl.concat_str(pl.all(), separator="/").str.normalize("NFC").alias("household_id")
        )
        rows = rows.with_columns(made)
        lost = self.good(rows.filter(pl.col("household_id").is_null()))
        for part in needed:
            self.report(lost.filter(pl.col(named[part]).is_null())[AT], NO_KEY, part)
        return rows

    def with_persons(self, rows: pl.DataFrame, person: str) -> pl.DataFrame:
        """``person_id``: the file's own, the digest of the number of identity under the caller's secret, or the place in the household."""
        import polars as pl

        place = pl.concat_str(
            "household_id", pl.col(AT).cum_count().over("household_id").cast(pl.String), separator=PLACE
        )
        if "person_id" in rows.columns:
            return rows.with_columns(pl.col("person_id").fill_null(place)) if rows["person_id"].has_nulls() else rows
        if self.secret and ROLE + person in rows.columns:
            return rows.with_columns(pl.col(ROLE + person).fill_null(place).alias("person_id"))
        return rows.with_columns(place.alias("person_id"))

    # --- repeated rows ----------------------------------------------------------------------------

    def repeats(self, rows: pl.DataFrame, states: str) -> pl.DataFrame:
        """One row for each household and state: exact repeats are counted, rows that contradict each other are bad."""
        import polars as pl

        if rows["household_id"].n_unique() == rows.height:
            return self.good(rows)
        spoilt = rows.filter(pl.col(AT).is_in(list(self.bad))).select("household_id").drop_nulls().unique()
        self.report(self.good(rows).join(spoilt, on="household_id", how="semi")[AT], BAD_STATE)
        rows = self.good(rows)
        compared = [c for c in rows.columns if c != AT]
        rows = self.once(rows, compared)
        dated = states in rows.columns
        clash = pl.len().over("household_id") > 1
        if dated:
            undated = pl.col(states).is_null().any().over("household_id")
            if self.keep is not None:
                best = pl.col(states).max() if self.keep == "last" else pl.col(states).min()
                chosen = rows.filter(undated | (pl.col(states) == best.over("household_id")))
                self.counts["set_aside"] += rows.height - chosen.height
                rows = chosen
            clash &= undated | (pl.len().over("household_id", states) > 1)
        self.contradictions(rows.filter(clash), compared, ["household_id"], "household")
        rows = rows.filter(~clash)
        several = rows.filter(pl.len().over("household_id") > 1)
        if several.height:
            self.counts["states"] = several["household_id"].n_unique()
            self.report(several[AT][:1], STATES, states, severity="note", count=self.counts["states"])
        return rows

    def same_persons(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Exact repeats of a person are counted; one person of a household with two contents is a problem.

        Without a name, a number of identity or ``person_id``, two rows alike may be twins, and both stay.
        """
        import polars as pl

        known = [c for c in (ROLE + "id_number", ROLE + "name") if c in rows.columns]
        own = not rows["person_id"].str.contains(PLACE, literal=True).any()
        if not (known or own) or (own and rows.select("household_id", "person_id").n_unique() == rows.height):
            return rows
        compared = [c for c in rows.columns if c != AT and (own or c != "person_id")]
        rows = self.once(rows, compared)
        apart = ROLE + "id_number" if ROLE + "id_number" in known else "person_id"
        clash = pl.col(apart).is_not_null() & (pl.len().over("household_id", apart) > 1)
        self.contradictions(rows.filter(clash), compared, ["household_id", apart], "person")
        return rows.filter(~clash)

    def once(self, rows: pl.DataFrame, compared: Sequence[str]) -> pl.DataFrame:
        """Each row once; repeats are counted, or refused."""
        import polars as pl

        if self.duplicates == "refuse":
            twice = pl.struct(compared).is_duplicated()
            self.report(rows.filter(twice)[AT], TWICE)
            return rows.filter(~twice)
        kept = rows.unique(compared, keep="first", maintain_order=True)
        self.counts["repeated"] += rows.height - kept.height
        return kept

    def contradictions(self, rows: pl.DataFrame, compared: Sequence[str], by: Sequence[str], what: str) -> None:
        """Rows that say different things of the same: each names the others, and the columns in which they differ."""
        import polars as pl

        if not rows.height:
            return
        others = [c for c in compared if c not in by]
        groups = rows.group_by(by, maintain_order=True).agg(
            AT, *[(pl.col(c).n_unique() > 1).alias(DIFFERS + c) for c in others]
        )
        for group in groups.iter_rows(named=True):
            differ = ", ".join(c.removeprefix(ROLE) for c in others if group[DIFFERS + c])
            fault = Fault("CN115", f"contradicts another row of the same {what} in {differ}", "",
                          'correct them; states at different days need their day of review, and keep="last" chooses')  # fmt: skip
            for at in group[AT]:
                rest = [self.beside(o, at) for o in group[AT] if o != at]
                more = f" and {len(rest) - SHOWN} more" if len(rest) > SHOWN else ""
                self.report([at], fault, value=", ".join(rest[:SHOWN]) + more)

    # --- households and persons -------------------------------------------------------------------

    def gathered(self, persons: pl.DataFrame, shared: Sequence[str]) -> pl.DataFrame:
        """The households of a list of members: what their rows say of them must agree."""
        import polars as pl

        columns = [c for c in persons.columns if c in shared or c == "area"]
        said = persons.group_by("household_id", maintain_order=True).agg(
            pl.col(AT).alias("rows"), pl.col(AT).first(), *[pl.col(c).drop_nulls().first() for c in columns],
            *[(pl.col(c).drop_nulls().n_unique() > 1).alias(DIFFERS + c) for c in columns],
        )  # fmt: skip
        wrong = pl.any_horizontal(False, *[DIFFERS + c for c in columns])
        for group in said.filter(wrong).iter_rows(named=True):
            differ = ", ".join(c for c in columns if group[DIFFERS + c])
            self.report(
                group["rows"],
                Fault("CN115", f"says other things of its household than its other rows: {differ}", "", "correct them"),
            )
        return said.filter(~wrong).select("household_id", AT, *columns)

    def together(
        self, households: pl.DataFrame, persons: pl.DataFrame, homes: pl.DataFrame | None, people: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """A household goes on only with all of its members, a member only with the household.

        ``homes`` and ``people`` are all rows read, ``households`` and ``persons`` those still good.
        """
        import polars as pl

        persons = self.good(persons)
        if homes is not None:
            alone = persons.join(households, on="household_id", how="anti")
            self.report(alone.join(homes, on="household_id", how="anti")[AT], NO_HOUSEHOLD)
            self.report(alone.join(homes, on="household_id", how="semi")[AT], BAD_HOUSEHOLD)
        if not self.bad:
            return households, persons
        spoilt = people.filter(pl.col(AT).is_in(list(self.bad))).select("household_id").drop_nulls().unique()
        self.report(self.good(persons).join(spoilt, on="household_id", how="semi")[AT], BAD_MEMBER)
        if homes is not None:
            self.report(households.join(spoilt, on="household_id", how="semi")[AT], BAD_MEMBER)
        return households.join(spoilt, on="household_id", how="anti", maintain_order="left"), self.good(persons)

    # --- problems ---------------------------------------------------------------------------------

    def report(
        self,
        places: Iterable[int],
        fault: Fault,
        target: str = "",
        value: str = "",
        severity: str = "error",
        count: int = 1,
    ) -> None:
        """A problem of each row at some places, in the column that holds ``target``."""
        for at in places:
            source = self.source(at)
            letters = [p for c, p in source.match.columns.items() if c.target.name == target]
            letters += source.match.personal.get(target, ())
            self.add(source, at, source.header(letters[0]) if letters else target, fault, value, severity, count)

    def cell(self, source: Source, at: int, place: str, column: Column, fault: Fault, held: object) -> None:
        """A cell that cannot be read: its row is bad, or the cell unknown where the caller asked for that."""
        needed = column.target.kind == "id" or column.target.name in self.told_by(source.match.table, ())
        severity = "warning" if self.bad_cells == "unknown" and not needed else "error"
        said = "" if fault.code == "CN113" else _shown(column, held)
        self.add(source, at, source.header(place), fault, said, severity)

    def notes(self, source: Source) -> None:
        """Columns that are not read, and hidden rows."""
        for place, header in source.match.unread.items():
            role = role_of(header)
            fault = Fault(
                "CN118",
                "is not read: the profile does not know it",
                remedy="name it under columns:, personal: or left: in a profile of your own",
            )
            if role is not None:
                fault = Fault("CN118", f"is not read: by its header it is personal ({role})")
            self.add(source, NOWHERE, source.header(place), fault, severity="note")
        for place, reason in source.match.left.items():
            self.add(source, NOWHERE, source.header(place), Fault("CN118", f"is not read: {reason}"), severity="note")
        if source.sheet.hidden:
            fault = Fault("CN118", "rows are hidden in Excel; they were read like any other")
            self.add(source, NOWHERE, "", fault, severity="note", count=source.sheet.hidden)

    def add(
        self,
        source: Source,
        at: int,
        column: str,
        fault: Fault,
        value: str = "",
        severity: str = "error",
        count: int = 1,
    ) -> None:
        row = 0 if at == NOWHERE else source.row(at)
        where = (source.sheet.file, source.sheet.name, row, column)
        self.problems.append(
            RowProblem(fault.code, *where, fault.message, fault.allowed, fault.remedy, value, severity, count)
        )
        if severity == "error":
            self.bad.add(at)

    def source(self, at: int) -> Source:
        return self.sources[bisect_right(self.sources, at, key=lambda s: s.start) - 1]

    def beside(self, other: int, at: int) -> str:
        """Another row in words, with its file where it is another one."""
        there = self.source(other)
        return f"row {there.row(other)}" + (f" of {there.sheet.place}" if there is not self.source(at) else "")


def _shown(column: Column, held: object) -> str:
    """A cell in a message: codes and small numbers that say nothing of a person, and otherwise nothing."""
    if column.target.kind in ("code", "boolean", "number") and column.filled is None:
        return shown(held, known_texts())
    return masked(held)


def _plain(text: str) -> str:
    return " ".join(normalize("NFC", text).casefold().split())


def _digits(text: str) -> str:
    """A number of identity without the spaces and points between its digits."""
    return "".join(filter(str.isalnum, _plain(text)))


def _as_text(raw: pl.Series) -> pl.Series:
    """A column as the texts of its cells."""
    import polars as pl

    if raw.dtype == pl.String:
        return raw
    if raw.dtype.is_integer():
        return raw.cast(pl.String)
    distinct = raw.unique()
    return _put_back(raw, distinct, [cell_text(value) for value in distinct], pl.String, raw.name)


def _is_ascii(texts: pl.Series) -> bool:
    """Whether no text has a letter beyond ASCII, so that each is spelled in one way only."""
    return bool((texts.str.len_bytes() == texts.str.len_chars()).all())


def _filled(frame: pl.DataFrame) -> pl.Series:
    """The rows that hold anything. Most often the first column says so of every row."""
    import polars as pl

    found = pl.repeat(False, frame.height, eager=True)
    for column in frame.iter_columns():
        here = column.str.strip_chars() != "" if column.dtype == pl.String else column.is_not_null()
        found |= here.fill_null(False)
        if found.all():
            break
    return found


def _put_back(
    raw: pl.Series, distinct: pl.Series, values: Sequence[Any] | pl.Series, dtype: Any, name: str
) -> pl.Series:
    """The value of each distinct content beside every row that has it."""
    import polars as pl

    known = distinct.is_not_null()
    there = pl.Series(values, dtype=dtype)
    made = raw.replace_strict(distinct.filter(known), there.filter(known), default=None, return_dtype=dtype)
    blank = there.filter(~known)
    if len(blank) and blank[0] is not None:
        made = pl.select(pl.when(raw.is_not_null()).then(made).otherwise(pl.lit(blank[0], dtype))).to_series()
    return made.alias(name)


def _dtype(column: Column) -> Any:
    import polars as pl

    target = column.target
    if target.kind == "number":
        return pl.Int64 if target.exact else pl.Float64
    return {"boolean": pl.Boolean, "date": pl.Date}.get(target.kind, pl.String)


def _in_order(rows: pl.DataFrame | None, level: str) -> pl.DataFrame:
    """The canonical columns that are there, in the order of the vocabulary, the codes first; nothing else."""
    import polars as pl

    first = (
        ("household_id", "person_id", "household_code", *unit_columns(), "review_date")
        if level == HOUSEHOLDS
        else ("household_id", "person_id")
    )
    if rows is None:
        return pl.DataFrame(schema=dict.fromkeys(first, pl.String))
    return rows.select([c for c in dict.fromkeys((*first, *targets(level))) if c in rows.columns])
