"""The report forms of the yearly review, Mẫu 7.1 to 7.11, and tables by cause, group and people."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ..errors import DataProblems, Problem, nearest, quoted
from ..values import evolve
from .counting import Path, Place, Round, Spec, cell_of, count, in_group, plus, tallied
from .data import load
from .given import CAUSES, FORMS, LISTED, chosen_readings, status_of
from .layout import Form, Head, Row, cite_of, label
from .names import unit_key
from .notes import entry_leaves, held_against, of_residents, refuse_unknown, with_basis, with_notes
from .peoples import CODES
from .rounds import LeftOut
from .rounds import Round as ReadRound

if TYPE_CHECKING:
    from ..answering import Standard


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
    left_out: ReadRound | LeftOut | None = None,
    left_out_before: ReadRound | LeftOut | None = None,
    accept_left_out: bool = False,
    computed: Standard | None = None,
    method: str | None = None,
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

    ``left_out`` is the round as read, or the ``left_out`` of it: rows that could not be used. The forms
    then say how many rows and households they miss, mark their numbers, and name the problem where
    ``status`` is official; and ``whole=True`` gives neither all resident households nor rates, unless
    ``accept_left_out=True`` says that those that remain are taken for the whole. ``left_out_before`` is
    the same of the round before, for 7.2 and 7.3. A round given as ``households`` brings both its
    tables and what was left out of it.

    ``computed`` is the standard that computed the columns, ``method`` its method (its default one). Of
    classes that were computed the forms say so, with standard, method and versions, and that they do not
    replace recognition. Where the standard's indicators are not the columns of the forms, 7.4 to 7.7 say
    which are missing.

    Raises :class:`DataProblems` with every problem found. Source: Thông tư 07/2021/TT-BLĐTBXH,
    Phụ lục VII, with 7.8 to 7.10 of Thông tư 02/2022/TT-BLĐTBXH.
    """
    data = load(FORMS)["forms"]
    wanted = tuple(data) if numbers is None else tuple(numbers)
    chosen, problems = chosen_readings(readings)
    problems += [
        Problem("CN130", "number", f"there is no form {quoted(n)}", n, ", ".join(data)) for n in wanted if n not in data
    ]
    if unknown not in ("count", "error"):
        problems.append(Problem("CN130", "unknown", f"{quoted(unknown)} is not known", unknown, "count, error"))
    if whole and totals is not None:
        problems.append(
            Problem("CN130", "totals", "given although whole=True", None, "whole=True or totals", "give one of them")
        )
    shown, more = status_of(status)
    if isinstance(households, ReadRound):
        left_out = households if left_out is None else left_out
        persons = households.persons if persons is None and households.persons.height else persons
        households = households.households
    gone, gone_before = (
        _left_out(name, given, problems)
        for name, given in (("left_out", left_out), ("left_out_before", left_out_before))
    )
    round_, found = count(
        households, persons, by=by, using=using, levels=levels, as_of=as_of, order=order, readings=chosen,
        children="7.11" in wanted, ethnic="7.9" in wanted, computed=computed, method=method,
        problems=problems + more,
    )  # fmt: skip
    round_.left_out, round_.left_out_before = gone, gone_before
    round_.withheld = whole and bool(gone) and not accept_left_out
    round_.read_totals(totals, whole and not round_.withheld, found)
    moved = {n: round_.read_movements(movements, n, found) for n in ("7.2", "7.3") if n in wanted and not found}
    if found:
        raise DataProblems(f"{len(found)} kinds of problem in what was given for the report forms", found)
    made = {
        number: _form(number, data[number], round_, moved.get(number), year, shown, province or round_.province, chosen)
        for number in wanted
    }
    if "7.8" in made and "7.9" in made:
        made["7.9"] = held_against(made["7.9"], made["7.8"])
    if unknown == "error":
        refuse_unknown(made, round_)
    return {number: evolve(form, standards=round_.standards) for number, form in made.items()}


def _left_out(name: str, given: Any, problems: list[Problem]) -> LeftOut:
    """What was left out of a round, from the round or what it says of itself."""
    found = given.left_out if isinstance(given, ReadRound) else LeftOut() if given is None else given
    if isinstance(found, LeftOut):
        return found
    problems.append(Problem("CN130", name, f"a {type(given).__name__} does not say what was left out", None,
                            "the round that read_round made, or its left_out"))  # fmt: skip
    return LeftOut()


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
    left_out: ReadRound | LeftOut | None = None,
    computed: Standard | None = None,
    method: str | None = None,
) -> Form:
    """Poor and near-poor households by cause, target group, people or indicator.

    ``what`` is ``"cause"``, ``"group"``, ``"ethnicity"`` or ``"indicator"``; ``by`` names units,
    and ``"area"`` for urban and rural apart; ``()`` gives the total alone. Every row is followed by
    one for the poor and one for the near-poor. ``share=True`` gives percent of the households of the
    row. Everything else is as in :func:`reports`.
    """
    tables = load(FORMS)["tables"]
    wanted = (by,) if isinstance(by, str) else tuple(by)
    chosen, problems = chosen_readings(readings)
    if what not in tables:
        problems.append(
            Problem(
                "CN130", "what", f"there is no table by {quoted(what)}", what, ", ".join(tables), nearest(what, tables)
            )
        )
    units = tuple(n for n in wanted if n != "area")
    if isinstance(households, ReadRound):
        left_out, households = households if left_out is None else left_out, households.households
    gone = _left_out("left_out", left_out, problems)
    round_, found = count(
        households, by=units, using=using, levels=levels, as_of=as_of, order=order, readings=chosen,
        ethnic=what == "ethnicity", computed=computed, method=method, problems=problems,
    )  # fmt: skip
    round_.left_out = gone
    if found:
        raise DataProblems(f"{len(found)} kinds of problem in what was given for the table", found)
    shared = {"share": "row", "of": "row"} if share else {"count": "row"}
    table = tables[what]
    entry = load(FORMS)["table"] | table
    columns = {"vi": table["vi"], "en": table["en"], "each": what, "named": True} | shared
    entry |= {"rows": "areas" if "area" in wanted else "units", "header": [*entry["header"], columns]}
    form = _form("", entry, round_, None, year, "", province or round_.province, chosen)
    return evolve(form, standards=round_.standards)


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
        cells = [
            (None, 0) if spec.count.partition(".")[2] in round_.lacking else cell_of(round_, spec, row, path)
            for spec in specs
        ]
        rows.append(evolve(row, cells=tuple(c for c, _ in cells), unknown=tuple(n for _, n in cells)))
    form = Form(
        number, entry["title"], header, tuple(rows), province=province, year=year, status=status, figure=data["figure"],
        cite=cite_of(entry["cite"], data["sources"]),
    )  # fmt: skip
    return with_basis(with_notes(form, entry, round_, specs, moved, readings), round_, specs)


def _header(
    entry: Mapping[str, Any], round_: Round, status: str, readings: Mapping[str, str]
) -> tuple[tuple[Head, ...], list[Spec]]:
    specs: list[Spec] = []
    swapped = _swapped(entry, readings)
    by_key = {leaf["key"]: leaf for leaf in entry_leaves(entry["header"])}

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
    whole = of_residents(entry)

    def about(place: Place) -> bool:
        tally = round_.leaves[place]
        if place[0] is None and not tally:
            return False
        if place[0] is None and None not in place[1] and not whole:
            return tallied(tally, "n", (*LISTED, "unknown")) > 0
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
            yield from _unit_rows(entry, round_, [path for area, path in places if in_group(area, group)], group)


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
                    total[column] = plus(total.get(column, 0), n)
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
