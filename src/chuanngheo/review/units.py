"""Administrative units by day, and the row of the score form that each province stands in.

Provinces, levels and rows are data, in ``standards/vn/review/units.yaml``. A unit is found by its
name or code as of a day. Where the form does not say which row a province has, the answer is
unknown until the caller names the former province or chooses a reading; a commune that no crosswalk
names stays unknown.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from ..errors import ChuanNgheoError, DataProblems, Problem, as_day, nearest, quoted
from ..model import Cite, Instrument, Text, bilingual, weakest
from ..values import Frozen, evolve, field, frozen
from .data import load
from .masking import looks_personal, masked
from .names import key, kind_of, unmarked

FILE = "units.yaml"
AREAS = ("rural", "urban")
FIRST = 3  # rows shown of each problem
SHOWN = 70  # different problems told one by one: more than there are provinces
DAYS = 128  # days whose provinces are remembered
ROOM = "_cn"  # begins the names of columns that are there only while a table is worked on
BETWEEN = "\x1f"

RURAL, MERGED, STATUS = "central-city-rural", "merged-province", "new-central-city"


class UnknownUnit(ChuanNgheoError, LookupError):
    """No unit of that name or code is there on that day."""


class NotComparable(ChuanNgheoError, ValueError):
    """Two rounds were held on different maps, and nothing says which unit became which."""


@frozen
class Province(Frozen):
    """A province, or a city under central government (``central``), as it is on a day.

    ``parts`` are the provinces of the score form's list that lie in it: its former provinces, or
    itself. ``first`` and ``last`` are the days between which it is as it is here (None: no end known).
    """

    name: str
    code: str
    kind: str
    central: bool
    parts: tuple[str, ...]
    first: date
    last: date | None
    cite: Cite

    @property
    def full_name(self) -> str:
        """With its kind."""
        return f"{self.kind[:1].upper()}{self.kind[1:]} {self.name}"


@frozen
class Region(Frozen):
    """The two facts that choose a score column and the regional points; None is unknown.

    ``region`` is the region of rural households (a code of ``region`` in the vocabulary),
    ``central_city`` says whether the row of the cities counts. ``reasons`` say why one is unknown,
    ``choices`` what would settle it: names for ``former=``, readings for ``readings=``. ``grounds``
    say on what a known one rests, ``grade`` how well that was read, ``readings`` what was chosen.
    """

    province: Province
    region: str | None
    central_city: bool | None
    reasons: tuple[Text, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(factory=dict)
    grounds: tuple[Text, ...] = ()
    readings: Mapping[str, str] = field(factory=dict)
    grade: str = "A"
    cite: Cite | None = None


@frozen
class Move(Frozen):
    """An old unit and the new one it became, from the province down; for one household alone where it is named."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    household_id: str = ""


@frozen
class Crosswalk(Frozen):
    """Which unit of the map of one day became which unit of the map of another."""

    before: date
    after: date
    moves: tuple[Move, ...]


# --- provinces ------------------------------------------------------------------------------------


def provinces(on: date) -> tuple[Province, ...]:
    """The provinces of a day, by code.

    Raises :class:`UnknownUnit` for a day before the first list.

    >>> from datetime import date
    >>> len(provinces(date(2025, 6, 30))), len(provinces(date(2025, 7, 1)))
    (63, 34)
    """
    return _provinces(as_day(on, "on"))


def levels(on: date) -> tuple[str, ...]:
    """The levels of units on a day, from the province down.

    >>> from datetime import date
    >>> levels(date(2025, 7, 1))
    ('province', 'commune', 'village')
    """
    return tuple(_map(as_day(on, "on"))["levels"])


def province(name_or_code: str | int, on: date) -> Province:
    """The province of that name, with or without its kind, or of that code, on a day.

    Raises :class:`UnknownUnit` with the nearest names, and with what a former name became.

    >>> from datetime import date
    >>> province("Đăk Nông", date(2024, 1, 1)).code, province("08", date(2026, 1, 1)).parts
    ('67', ('Hà Giang', 'Tuyên Quang'))
    """
    on = as_day(on, "on")
    found = _index(on).get(_sought(name_or_code))
    if found is None:
        problem = _not_found(name_or_code, on, "province")
        raise UnknownUnit(problem.message, [problem])
    return found


def _sought(name_or_code: object) -> str:
    text = str(name_or_code).strip()
    return text.zfill(2) if text.isascii() and text.isdigit() else key(text)


def _not_found(name: object, on: date, where: str) -> Problem:
    names = {unmarked(p.name): p.name for p in _provinces(on)}
    close = [names[n] for n in get_close_matches(unmarked(str(name)), names, n=3, cutoff=0.7)]
    remedy = f"did you mean {' or '.join(close)}?" if close else "review.units.provinces(on) lists them"
    heirs = [p for p in _provinces(on) if any(_sought(name) in _spellings(part) for part in p.parts)]
    for p in heirs:  # a former province, or a former name
        former = next(part for part in p.parts if _sought(name) in _spellings(part))
        remedy = f"{former} is {'part of ' if len(p.parts) > 1 else ''}{p.full_name} on that day: give {p.name!r}"
        remedy += f", and former={former!r} for its row of the score form" if len(p.parts) > 1 else ""
    told = _told(name)
    message = f"{quoted(told)} is not a province on {on}"
    return Problem("CN101", where, message, told, f"the name or code of one of {len(names)} provinces", remedy)


def _told(value: object) -> object:
    """A value as it may appear in a message: the wrong column may hold names of persons."""
    return masked(value) if looks_personal(str(value)) else value


@cache
def _spellings(former: str) -> frozenset[str]:
    """Every key that finds a province of the form's list: its code then, its name, its name with a kind."""
    codes = {code for m in _data()["maps"] for code, entry in m["provinces"].items() if entry == former}
    return frozenset({key(former), *(key(f"{kind} {former}") for kind in _data()["kinds"].values()), *codes})


@lru_cache(maxsize=DAYS)
def _index(on: date) -> Mapping[str, Province]:
    """Every key that finds a province on a day: its code, its name, its name with its kind."""
    plain = _data()["kinds"]["province"]  # a new city is still written as a province in many files
    return {k: p for p in _provinces(on) for k in (p.code, *(key(f"{kind} {p.name}") for kind in ("", p.kind, plain)))}


@lru_cache(maxsize=DAYS)
def _provinces(on: date) -> tuple[Province, ...]:
    here, kinds = _map(on), _data()["kinds"]
    first, last, cite = here["from"], here.get("to"), _cite(here["cite"])
    cities = set(here["cities"])
    found = {}
    for code, entry in here["provinces"].items():
        name, parts = (entry, [entry]) if isinstance(entry, str) else (entry["name"], entry["of"])
        kind = kinds["city" if name in cities else "province"]
        found[name] = Province(name, code, kind, name in cities, tuple(parts), first, last, cite)
    for change in _data()["changes"]:
        old = found.get(change["province"])
        if old is None or change["from"] < first:
            continue
        if change["from"] > on:
            found[old.name] = evolve(old, last=change["from"] - timedelta(days=1))
            continue
        name, changed = change.get("name", old.name), _cite(change["cite"])
        found[old.name] = evolve(old, name=name, kind=kinds["city"], central=True, first=change["from"], cite=changed)
    return tuple(sorted(found.values(), key=lambda p: p.code))


def _map(on: date) -> Mapping[str, Any]:
    maps = _data()["maps"]
    for here in maps:
        if here["from"] <= on <= here.get("to", on):
            return dict(here)
    message = f"no list of provinces covers {on}"
    allowed = f"a day from {min(m['from'] for m in maps)}"
    raise UnknownUnit(message, [Problem("CN100", "on", message, on, allowed, "give the day of the review")])


def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = load(FILE)
    return data


def _cite(entry: Mapping[str, Any]) -> Cite:
    key = entry["source"]
    source = _data()["sources"][key]
    document = Instrument(**{**source, "key": key, "note": bilingual(source.get("note"))})
    return Cite(**{**entry, "source": document, "note": bilingual(entry.get("note"))})


# --- regions --------------------------------------------------------------------------------------


def region_of(
    province: str | int | Province,
    on: date,
    *,
    former: str | None = None,
    readings: Mapping[str, str] | None = None,
) -> Region:
    """The row of the score form that a province has on a day.

    ``former`` names the province in whose former territory the household lives; its row then
    counts. ``readings`` chooses senses of the interpretations in ``standards/vn/review/units.yaml``.
    Raises :class:`UnknownUnit` for a province or former province that is not there, and
    :class:`DataProblems` for a reading that does not exist.

    >>> from datetime import date
    >>> r = region_of("Gia Lai", date(2026, 9, 1))
    >>> r.region, r.central_city, r.choices["former"]
    (None, False, ('Bình Định', 'Gia Lai'))
    >>> region_of("Gia Lai", date(2026, 9, 1), former="Bình Định").region
    'ncc'
    """
    on = as_day(on, "on")
    chosen = _chosen(readings)
    here = province if isinstance(province, Province) else _province(province, on)
    if not here.first <= on <= (here.last or on):
        message = f"{here.full_name} as it was from {here.first} is not that of {on}"
        raise UnknownUnit(message, [Problem("CN101", "province", message, here.name, remedy="look it up on that day")])
    part = None
    if former is not None:
        part = _part(here, former)
        if part is None:
            problem = _not_a_part(here, former, "former")
            raise UnknownUnit(problem.message, [problem])
    return _region(here, on, part, chosen)


_province = province  # region_of has a parameter of that name


def _part(here: Province, former: str) -> str | None:
    return next((p for p in here.parts if _sought(former) in _spellings(p)), None)


def _not_a_part(here: Province, former: object, where: str) -> Problem:
    told = _told(former)
    message = f"{quoted(told)} is not a former province of {here.full_name}"
    allowed = ", ".join(here.parts)
    return Problem("CN102", where, message, told, allowed, nearest(str(former), here.parts))


def _chosen(readings: Mapping[str, str] | None) -> dict[str, str]:
    known = _data()["interpretations"]
    problems = []
    for name, reading in (readings or {}).items():
        allowed = tuple(known[name]["readings"]) if name in known else tuple(known)
        if name not in known:
            what = f"{quoted(name)} is not an interpretation of the regions"
        elif reading not in allowed:
            what = f"{quoted(reading)} is not a reading of {name}"
        else:
            continue
        at = f"readings[{name!r}]" if name in known else "readings"
        wrong = reading if name in known else name
        problems.append(Problem("CN102", at, what, wrong, ", ".join(allowed), nearest(str(wrong), allowed)))
    if problems:
        raise DataProblems(f"{len(problems)} problem(s) in readings", problems)
    return {name: i["default"] for name, i in known.items()} | dict(readings or {})


def _region(here: Province, on: date, former: str | None, chosen: Mapping[str, str]) -> Region:
    rows, texts, known = _data()["rows"], _data()["reasons"], _data()["interpretations"]
    cite = _cite(rows["cite"])
    if on < rows["from"]:
        return Region(here, None, None, (_said(texts["before_form"], day=rows["from"]),), readings=chosen, cite=cite)
    parts = (former,) if former else here.parts
    if former and chosen[STATUS] == "not_stated":  # whoever names a former province asks for the row that lists it
        chosen = {**chosen, STATUS: "listed"}
    if len(parts) > 1 and chosen[MERGED] == "by_name" and here.name in parts:
        parts = (here.name,)
    placed = {p: _placed(p, here.central, chosen) for p in parts}
    region, city = (_shared(row[i] for row in placed.values()) for i in (0, 1))

    open_ = _open(here, placed, region, city)
    reasons = tuple(_said(texts[n], province=here.full_name, places=", ".join(ps)) for n, ps in open_.items())
    choices = {name: tuple(known[name]["readings"]) for name in open_}
    if open_ and former is None and len(here.parts) > 1:
        choices["former"] = here.parts
    if region is None and city is None:
        return Region(here, None, None, reasons, choices, readings=chosen, cite=cite)
    rests = _rests_on(here, parts, region, city)
    grade = weakest(cite.grade, *(g for n in rests for g in (here.cite.grade, known[n]["grade"][chosen[n]])))
    grounds = (
        _said(_data()["grounds"]["former" if former else "listed"], places=", ".join(parts)),
        *(known[n]["readings"][chosen[n]] for n in rests if n != MERGED or not former),
    )
    return Region(here, region, city, reasons, choices, grounds, chosen, grade, cite)


def _rests_on(here: Province, parts: Sequence[str], region: str | None, city: bool | None) -> tuple[str, ...]:
    """The interpretations without which the answer would be another or none."""
    merged = here.parts != (here.name,)
    rural = region is not None and any(_row(p)[1] for p in parts)
    status = city is not None and here.central and not all(_row(p)[1] for p in parts)
    return tuple(name for name, rests in ((MERGED, merged), (RURAL, rural), (STATUS, status)) if rests)


def _open(
    here: Province, placed: Mapping[str, tuple[str | None, bool | None]], region: str | None, city: bool | None
) -> dict[str, list[str]]:
    """The interpretations that leave something unknown, each with the places it concerns."""
    found = {}
    if region is None and (unlisted := [p for p, row in placed.items() if row[0] is None]):
        found[RURAL] = unlisted
    rows = {_row(p) for p in placed}
    if len(rows) > 1 and (region is None or city is None):
        found[MERGED] = list(placed)
    if city is None and here.central and (listed := [p for p, row in placed.items() if row[1] is None]):
        found[STATUS] = listed
    return found


def _placed(part: str, in_new_city: bool, chosen: Mapping[str, str]) -> tuple[str | None, bool | None]:
    """The row of a province of the form's list, for a household that lives there now."""
    region, city = _row(part)
    if city:
        around: str = _data()["rows"]["cities"][part]
        return (around if chosen[RURAL] == "geography" else None), True
    if chosen[STATUS] == "status" and in_new_city:
        return region, True
    return region, None if in_new_city and chosen[STATUS] == "not_stated" else False


@cache
def _row(part: str) -> tuple[str | None, bool]:
    """The row of the form that names a province: its region, or that of the cities."""
    for region, listed in _data()["rows"]["regions"].items():
        if part in listed:
            return region, False
    return None, True


def _shared(values: Iterable[Any]) -> Any:
    """The one value that all have; None where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _said(text: Text, **parts: object) -> Text:
    return {lang: words.format(**parts) for lang, words in text.items()}


# --- tables ---------------------------------------------------------------------------------------


def with_regions(
    households: Any,
    *,
    on: date,
    column: str = "province",
    former: str | None = None,
    readings: Mapping[str, str] | None = None,
) -> Any:
    """A table of households with the columns ``region`` and ``central_city`` beside its own.

    ``households`` is a pandas, polars or pyarrow table; the same kind comes back, in its order.
    ``column`` holds names or codes of provinces, ``former`` (a column too) names of former
    provinces. Where either fact is unknown, or the province is blank, the cell is null. Raises
    :class:`DataProblems` with every name that is not a province of that day, its count and first rows.

    >>> import polars as pl
    >>> from datetime import date
    >>> homes = pl.DataFrame({"province": ["Tỉnh Gia Lai", "Hà Nội", None]})
    >>> with_regions(homes, on=date(2024, 10, 1)).rows()
    [('Tỉnh Gia Lai', 'ch', False), ('Hà Nội', None, True), (None, None, None)]
    """
    on = as_day(on, "on")
    chosen = _chosen(readings)
    columns = (column,) if former is None else (column, former)
    frame = _frame(households, columns, made=("region", "central_city"))
    regions: dict[str | None, list[str]] = {}
    cities: dict[bool | None, list[str]] = {}
    wrong: dict[tuple[str, str], list[str]] = {}
    for joined in _distinct(frame, columns):
        name, place = (*joined.split(BETWEEN), "")[:2]
        if not name.strip():
            continue
        here = _index(on).get(_sought(name))
        part = _part(here, place) if here else None
        if here is None:
            wrong.setdefault((name, ""), []).append(joined)
        elif place.strip() and part is None:
            wrong.setdefault((name, place), []).append(joined)
        else:
            found = _region(here, on, part, chosen)
            regions.setdefault(found.region, []).append(joined)
            cities.setdefault(found.central_city, []).append(joined)
    if wrong:

        def explain(name: str, place: str) -> Problem:
            return _not_a_part(_province(name, on), place, str(former)) if place else _not_found(name, on, column)

        problems = _counted(wrong, explain, frame, columns)
        rows = sum(p.count for p in problems)
        raise DataProblems(f"{column} of {rows:,} row(s) cannot be read as of {on}", problems)
    at = _joined(frame, columns)
    made = {"region": _by_value(at, regions), "central_city": _by_value(at, cities, blank=False)}
    return _back(frame.with_columns(**made), flags=("central_city",))


def with_areas(households: Any, areas: Mapping[str, str], *, column: str = "commune") -> Any:
    """A table of households with the column ``area``, by the kind of unit written before the commune's name.

    ``areas`` is the caller's own mapping of kinds to ``rural`` or ``urban``; a name without a kind,
    or with one that is not in the mapping, stays unknown. An area that the table has stays as it is:
    only its blanks are filled. Raises :class:`DataProblems`.

    >>> import polars as pl
    >>> homes = pl.DataFrame({"commune": ["Xã Nâm Nung", "P. Nghĩa Tân", "TT. Đắk Mil", "Quảng Sơn"]})
    >>> with_areas(homes, {"Xã": "rural", "Phường": "urban"})["area"].to_list()
    ['rural', 'urban', None, None]
    """
    import narwhals.stable.v2 as nw

    kinds = tuple(_data()["names"]["kinds"])
    checked = [
        *((("areas", kind, "a kind of unit", kinds)) for kind in areas if not kind_of(f"{kind} x")),
        *((f"areas[{kind!r}]", area, "an area", AREAS) for kind, area in areas.items() if area not in AREAS),
    ]
    if checked:
        problems = [
            Problem("CN102", at, f"{quoted(v)} is not {what}", v, ", ".join(allowed), nearest(str(v), allowed))
            for at, v, what, allowed in checked
        ]
        raise DataProblems(f"{len(problems)} problem(s) in areas", problems)
    by_kind = {kind_of(f"{kind} x"): area for kind, area in areas.items()}
    frame = _frame(households, (column,), made=())
    where: dict[str, list[str]] = {}
    for name in _distinct(frame, (column,)):
        if kind_of(name) in by_kind:
            where.setdefault(by_kind[kind_of(name)], []).append(name)
    made = _by_value(_joined(frame, (column,)), where)
    if "area" in frame.collect_schema().names():
        given = nw.col("area")
        made = nw.when(given.is_null()).then(made).otherwise(given)
    return _back(frame.with_columns(area=made))


def _frame(native: Any, columns: Sequence[str], made: Sequence[str]) -> Any:
    """The caller's table through narwhals, with the columns that are read and none that would be overwritten."""
    import narwhals.stable.v2 as nw

    frame = nw.from_native(native)
    names = frame.collect_schema().names()
    problems = [
        Problem("CN071", c, f"the table has no column {quoted(c)}", c, ", ".join(names), nearest(c, names))
        for c in columns
        if c not in names
    ]
    problems += [
        Problem("CN080", c, f"the table already has a column {quoted(c)}", c, remedy="drop or rename it")
        for c in made
        if c in names
    ]
    if problems:
        raise DataProblems(f"{len(problems)} problem(s) with the columns of the table", problems)
    return frame


def _joined(frame: Any, columns: Sequence[str]) -> Any:
    """Some columns of a table as one text; what is null is blank."""
    import narwhals.stable.v2 as nw

    schema = frame.collect_schema()
    texts = [(nw.col(c) if schema[c] == nw.String else nw.col(c).cast(nw.String)).fill_null("") for c in columns]
    return texts[0] if len(texts) == 1 else nw.concat_str(texts, separator=BETWEEN)


def _distinct(frame: Any, columns: Sequence[str]) -> Iterator[str]:
    import narwhals.stable.v2 as nw

    found = frame.select(_joined(frame, columns).alias(ROOM)).unique()
    found = found.collect() if isinstance(found, nw.LazyFrame) else found
    yield from sorted(found[ROOM].to_list())


def _by_value(at: Any, where: Mapping[Any, Sequence[str]], *, blank: str | bool = "") -> Any:
    """For each text the value under which it is listed; null where it is under none. ``blank`` is of their type."""
    import narwhals.stable.v2 as nw

    # `at` is never null, so this is null in every row; lit(None) would be false in pandas
    made: Any = nw.when(at.is_null()).then(nw.lit(blank))
    for value, texts in where.items():
        if value is not None:
            made = nw.when(at.is_in(texts)).then(nw.lit(value)).otherwise(made)
    return made


def _back(frame: Any, flags: Sequence[str] = ()) -> Any:
    native = frame.to_native()
    # pandas has no unknown among plain truth values
    return native.astype(dict.fromkeys(flags, "boolean")) if frame.implementation.is_pandas() and flags else native


def _counted(
    wrong: Mapping[tuple[str, str], Sequence[str]],
    explain: Callable[[str, str], Problem],
    frame: Any,
    columns: Sequence[str],
) -> tuple[Problem, ...]:
    """A problem for each thing that is wrong, with the number of rows that have it and the first of them."""
    import narwhals.stable.v2 as nw

    number = f"{ROOM}_row"
    numbered = not isinstance(frame, nw.LazyFrame)
    bad = (frame.with_row_index(number) if numbered else frame).with_columns(_joined(frame, columns).alias(ROOM))
    bad = bad.filter(nw.col(ROOM).is_in([joined for some in wrong.values() for joined in some]))
    bad = bad if numbered else bad.collect()
    tally = dict(bad.group_by(ROOM).agg(nw.len().alias("n")).rows())
    found = []
    for what, some in tuple(wrong.items())[:SHOWN]:
        problem = explain(*what)
        first = bad.filter(nw.col(ROOM).is_in(some)).head(FIRST).rows(named=True)
        rows = tuple((row.get(number), row.get("household_id"), problem.value) for row in first)
        found.append(evolve(problem, count=sum(tally[joined] for joined in some), rows=rows))
    if more := tuple(wrong.values())[SHOWN:]:
        told = f"{len(more):,} more values are not provinces either"
        count = sum(tally[joined] for some in more for joined in some)
        found.append(Problem("CN101", columns[0], told, remedy="is this the column of provinces?", count=count))
    return tuple(found)


# --- crosswalks -----------------------------------------------------------------------------------


def read_crosswalk(source: Any, *, before: date, after: date) -> Crosswalk:
    """A list of old units and the new ones they became, checked as a whole.

    ``source`` is a CSV file (a path), a pandas, polars or pyarrow table, or mappings. Columns, by the
    levels of the two days: ``from_province``, ``from_district``, ``from_commune``, ``to_province``,
    ``to_commune``; optional ``household_id``, for the households of a unit that was divided, and
    ``share``, which can only be 1. Raises :class:`DataProblems` with every row that cannot be used.

    >>> from datetime import date
    >>> walk = read_crosswalk(
    ...     [{"from_province": "Bình Định", "from_district": "Huyện An Lão", "from_commune": "Xã An Hưng",
    ...       "to_province": "Gia Lai", "to_commune": "Xã An Lão"}],
    ...     before=date(2024, 12, 31), after=date(2025, 12, 31),
    ... )
    >>> walk.moves[0].new
    ('Gia Lai', 'Xã An Lão')
    """
    before, after = as_day(before, "before"), as_day(after, "after")
    there, rows, what = _rows_of(source)
    old = tuple(f"from_{level}" for level in levels(before)[:-1])
    new = tuple(f"to_{level}" for level in levels(after)[:-1])
    if missing := [name for name in (*old, *new) if name not in there]:
        allowed = ", ".join((*old, *new))
        problems = [
            Problem("CN103", name, f"{what} has no column {name!r}", name, allowed, nearest(name, there))
            for name in missing
        ]
        raise DataProblems(f"{len(problems)} column(s) are missing in {what}", problems)
    problems = [p for number, row in rows for p in _row_problems(number, row, (*old, *new), before, after)]
    moves = [
        (n, Move(tuple(row[c] for c in old), tuple(row[c] for c in new), row.get("household_id", "")))
        for n, row in rows
    ]
    problems += _divided(moves, before, after)
    if problems:
        raise DataProblems(f"{len(problems)} problem(s) in {what}; nothing of it was used", problems)
    return Crosswalk(before, after, tuple(dict.fromkeys(move for _, move in moves)))


def _rows_of(source: Any) -> tuple[Sequence[str], list[tuple[int, dict[str, str]]], str]:
    """Names of columns, rows of text with their numbers, and what to call them.

    A row of a file is numbered by its line, a row of a table from 0.
    """
    if isinstance(source, str | os.PathLike):
        what = os.path.basename(source)
        with open(source, encoding="utf-8-sig", newline="") as file:
            try:
                reader = csv.DictReader(file)
                rows = [(reader.line_num, _texts(row)) for row in reader]
            except UnicodeDecodeError as error:
                problem = Problem("CN103", what, "is not a text in UTF-8", remedy="save it as CSV UTF-8")
                raise DataProblems(f"{what} cannot be read", [problem]) from error
            return reader.fieldnames or (), rows, what
    if not isinstance(source, list | tuple):
        import narwhals.stable.v2 as nw

        frame = nw.from_native(source)
        frame = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
        return frame.columns, list(enumerate(map(_texts, frame.rows(named=True)))), "the crosswalk"
    names = tuple(dict.fromkeys(str(name) for row in source for name in row))
    return names, list(enumerate(map(_texts, source))), "the crosswalk"


def _texts(row: Mapping[Any, Any]) -> dict[str, str]:
    return {str(k): "" if v is None or v != v else str(v).strip() for k, v in row.items()}


def _row_problems(
    number: int, row: Mapping[str, str], needed: Sequence[str], before: date, after: date
) -> Iterator[Problem]:
    for name in needed:
        if not row.get(name):
            yield Problem(
                "CN103",
                f"row {number}, {name}",
                "is blank",
                "",
                "a name or code",
                "write the unit, or leave the row out",
            )
        elif name.endswith("province"):
            on = before if name.startswith("from") else after
            if _sought(row[name]) not in _index(on):
                yield evolve(_not_found(row[name], on, f"row {number}, {name}"), code="CN103")
    if "None" in row:
        yield Problem(
            "CN103",
            f"row {number}",
            "has more cells than the header",
            remedy="quote cells that hold commas",
        )
    share = row.get("share", "")
    if share and not _is_one(share):
        yield Problem(
            "CN103",
            f"row {number}, share",
            f"{quoted(_told(share))} of a unit went there; which households is not known",
            _told(share),
            "1, or nothing",
            "name the households of a divided unit, a row for each, in household_id",
        )


def _is_one(share: str) -> bool:
    try:
        return float(share) == 1
    except ValueError:
        return False


def _divided(moves: Iterable[tuple[int, Move]], before: date, after: date) -> Iterator[Problem]:
    """Old units, and households, that would be in two new ones."""
    to: dict[tuple[Any, str], dict[Any, int]] = {}
    said: dict[tuple[Any, str], Move] = {}
    for number, move in moves:
        at = (_unit(move.old, before), move.household_id)
        said.setdefault(at, move)
        to.setdefault(at, {}).setdefault(_unit(move.new, after), number)
    for at, new in to.items():
        if len(new) > 1:
            who = f"household {quoted(at[1])} of " if at[1] else ""
            numbers = ", ".join(str(n) for n in new.values())
            yield Problem(
                "CN103",
                f"rows {numbers}",
                f"{who}{', '.join(str(_told(name)) for name in said[at].old)} became {len(new)} new units",
                _told(said[at].old[-1]),
                "one new unit for each old one",
                "name the households of a divided unit, a row for each, in household_id"
                if not who
                else "keep the row that holds",
            )


def _unit(names: Sequence[str], on: date) -> tuple[str, ...]:
    """A unit as keys, from the province down; of a province its code."""
    here = _index(on).get(_sought(names[0]))
    return (here.code if here else key(names[0]), *(key(name) for name in names[1:]))


def apply(crosswalk: Crosswalk, households: Any) -> Any:
    """The households of an old round in the units of the new map, with their old units beside them.

    ``households`` has the columns of the levels of the old map (``province``, ``district``,
    ``commune``), and ``household_id`` where the crosswalk names households. They come back as
    ``from_province`` and so on; ``province`` and ``commune`` are then the new ones, null where the
    crosswalk does not name the old unit, and ``district`` is null where the new map has none.
    Raises :class:`DataProblems` about columns.
    """
    import narwhals.stable.v2 as nw

    old, new = levels(crosswalk.before)[:-1], levels(crosswalk.after)[:-1]
    units = {_unit(m.old, crosswalk.before): m.new for m in crosswalk.moves if not m.household_id}
    named = {(_unit(m.old, crosswalk.before), m.household_id): m.new for m in crosswalk.moves if m.household_id}
    columns = (*old, "household_id") if named else old
    frame = _frame(households, columns, made=tuple(f"from_{level}" for level in old))
    divided = {unit for unit, _ in named}
    alone = [j for j in _distinct(frame, old) if _unit(j.split(BETWEEN), crosswalk.before) in divided]
    at = _joined(frame, old)
    if alone:
        at = nw.when(at.is_in(alone)).then(_joined(frame, columns)).otherwise(at)
    frame = frame.with_columns(at.alias(ROOM))
    found = {}
    for joined in _distinct(frame, (ROOM,)):
        names = joined.split(BETWEEN)
        unit = _unit(names[: len(old)], crosswalk.before)
        found[joined] = named.get((unit, names[-1]), units.get(unit)) if len(names) > len(old) else units.get(unit)
    kept = {f"from_{level}": nw.col(level) for level in old}
    made = {level: _looked_up({j: to[i] for j, to in found.items() if to}, found) for i, level in enumerate(new)}
    gone = {level: nw.lit(None, dtype=nw.String) for level in old if level not in new}
    return frame.with_columns(**kept).with_columns(**made, **gone).drop(ROOM).to_native()


def _looked_up(known: Mapping[str, str], texts: Iterable[str]) -> Any:
    import narwhals.stable.v2 as nw

    if not known:
        return nw.lit(None, dtype=nw.String)
    texts = list(texts)
    return nw.col(ROOM).replace_strict(texts, [known.get(t) for t in texts], return_dtype=nw.String)


def comparable(on_before: date, on_after: date, crosswalk: Crosswalk | None = None) -> bool:
    """True where two rounds can be compared unit by unit: on one map, or with a crosswalk between their maps.

    Raises :class:`NotComparable` otherwise.

    >>> from datetime import date
    >>> comparable(date(2023, 12, 31), date(2024, 12, 31))
    True
    """
    on_before, on_after = as_day(on_before, "on_before"), as_day(on_after, "on_after")
    if _map(on_before) == _map(on_after):
        return True
    remedy = "review.units.read_crosswalk(...) reads which old unit became which new one; apply it to the old round"
    if crosswalk is None:
        message = f"units of {on_before} and {on_after} lie on different maps, and there is no crosswalk between them"
    elif _map(crosswalk.before) != _map(on_before) or _map(crosswalk.after) != _map(on_after):
        message = (
            f"the crosswalk leads from {crosswalk.before} to {crosswalk.after}, not from {on_before} to {on_after}"
        )
    else:
        return True
    raise NotComparable(message, [Problem("CN104", "crosswalk", message, None, "a crosswalk of these days", remedy)])
