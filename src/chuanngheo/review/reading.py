"""Spreadsheets become a review round: households and persons in canonical columns, every bad row named.

Nothing is guessed and nothing dropped in silence: a row is in the round, among the rejected with its
reasons, or counted as an exact repeat of another.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ..errors import DataProblems, HouseholdError, Problem, as_day, nearest
from .gathering import Gathering
from .masking import roles
from .names import key as name_key
from .profiles import HOUSEHOLDS, Match, Profile, profiles, read_profile, recognise, targets, unit_columns
from .profiles import profile as shipped_profile
from .rounds import Prefixes, Round
from .sheets import Progress, Sheet, need, read_sheets, telling

if TYPE_CHECKING:
    Files = str | os.PathLike[str] | Sheet | Iterable[str | os.PathLike[str] | Sheet]

AREAS = ("rural", "urban")
DUPLICATES = ("report", "refuse")
KEEP = ("first", "last")
BAD_CELLS = ("row", "unknown")


def read_round(
    files: Files,
    profile: Profile | str | os.PathLike[str] | None = None,
    *,
    on: date | None = None,
    areas: Mapping[str, str] | Prefixes | None = None,
    units: Mapping[str, Any] | None = None,
    key: str | Sequence[str] | None = None,
    secret: str | None = None,
    duplicates: str = "report",
    keep: str | None = None,
    bad_cells: str = "row",
    progress: Progress | bool | None = None,
) -> Round:
    """Read the files of one review into a :class:`Round`.

    ``files``: a path, a :class:`Sheet`, or several. ``profile``: a profile, the name of a shipped one,
    or the path of a YAML file; without it the heading decides, and two that know it are an error.

    ``areas`` gives the area of communes that the files do not say: by the name of the commune, or
    :class:`Prefixes`. ``units`` gives units that the files do not name: ``{"commune": "Xã A"}``, or one
    such mapping for each file name. ``key`` says which columns tell a household apart where the profile's own
    rule cannot; a personal role among them (``"name"``, ``"id_number"``) enters as a digest under
    ``secret``, a text of yours that must be the same for rounds that are to be compared. With ``secret``
    a person's number of identity becomes ``person_id`` in the same way.

    ``duplicates="refuse"`` makes exact repeats problems, ``keep="last"`` or ``"first"`` chooses among the
    states of a household by day of review, ``bad_cells="unknown"`` lets a row go on without a cell that cannot be
    read. ``progress``: ``progress(step, done, total)``, or True for a bar on stderr.

    Raises :class:`DataProblems` for files that cannot be used at all, :class:`HouseholdError` for arguments;
    rows that cannot be used are in ``problems`` and ``rejected``.
    """
    parts = (key,) if isinstance(key, str) else tuple(key or ())
    _check_arguments(areas, units, parts, secret, duplicates, keep, bad_cells)
    need("polars", "reading spreadsheets")
    with telling(progress) as tell:
        day = None if on is None else as_day(on, "on")
        matched = _matched(files, profile, tell)
        chosen = matched[0][1].profile
        _check_period(chosen, day)
        gathering = Gathering(areas, units or {}, parts, secret, duplicates, keep, bad_cells, tell)
        return gathering.round(matched, chosen, day)


# --- before anything is read --------------------------------------------------------------------------


def _check_arguments(
    areas: Any, units: Any, key: tuple[str, ...], secret: Any, duplicates: Any, keep: Any, bad_cells: Any
) -> None:
    problems = []

    def wrong(where: str, message: str, allowed: str, remedy: str) -> None:
        problems.append(Problem("CN119", where, message, None, allowed, remedy))

    for name, value, allowed in (
        ("duplicates", duplicates, DUPLICATES),
        ("keep", keep, (None, *KEEP)),
        ("bad_cells", bad_cells, BAD_CELLS),
    ):
        if value not in allowed:
            wrong(name, "is none of the choices", ", ".join(map(repr, allowed)), "name one of them")
    given = areas.areas if isinstance(areas, Prefixes) else areas
    if given is not None and (not isinstance(given, Mapping) or any(area not in AREAS for area in given.values())):
        wrong(
            "areas",
            "is no mapping from communes to areas",
            ", ".join(AREAS),
            'areas={"Xã A": "rural"}, or Prefixes({"Xã": "rural"})',
        )
    for name, value in units.items() if isinstance(units, Mapping) else ():
        inner = value if isinstance(value, Mapping) else {name: value}
        if any(unit not in unit_columns() or not isinstance(said, str) for unit, said in inner.items()):
            wrong(
                "units",
                "names what is no unit",
                ", ".join(unit_columns()),
                'units={"commune": "Xã A"}, or {"a.xlsx": {"commune": "Xã A"}}',
            )
    if units is not None and not isinstance(units, Mapping):
        wrong("units", "is no mapping", ", ".join(unit_columns()), 'units={"commune": "Xã A"}')
    known = (*targets(HOUSEHOLDS), *roles())
    for part in key:
        if part not in known:
            wrong(
                "key",
                "names what is neither a column of households nor a personal role",
                "household_code, or a role: " + ", ".join(roles()),
                nearest(str(part), known),
            )
    personal = [part for part in key if part in roles() and part not in targets(HOUSEHOLDS)]
    if personal and not secret:
        wrong("secret", f"is needed: key= names {', '.join(personal)}, which must not be readable in a code", "a text",
              "secret='a text that you keep'; the same one for rounds that are to be compared")  # fmt: skip
    if problems:
        raise HouseholdError(f"{len(problems)} argument(s) of read_round cannot be used", problems)


def _check_period(profile: Profile, on: date | None) -> None:
    first, last = profile.period
    if on is not None and ((first is not None and on < first) or (last is not None and on > last)):
        raise HouseholdError("the profile belongs to another period", [
            Problem("CN119", "on", f"{on} lies outside the period of {profile.name}", None,
                    f"{first or ''} to {last or ''}", "leave on= out, or take the profile of that review")
        ])  # fmt: skip


def _matched(files: Files, profile: Any, tell: Progress) -> list[tuple[Sheet, Match]]:
    """Every sheet that a profile knows, with how it is read; the others are in no round."""
    among = None if profile is None else (_profile(profile),)
    sheets: list[Sheet] = []
    for file in (files,) if isinstance(files, str | os.PathLike | Sheet) else files:
        sheets += (file,) if isinstance(file, Sheet) else read_sheets(file, progress=tell)
    problems: list[Problem] = []
    found: list[tuple[Sheet, Match]] = []
    unknown: list[Sheet] = []
    for sheet in sheets:
        matches = recognise(sheet, among)
        names = {m.profile.name for m in matches}
        if len(matches) > 1:
            several = len(names) > 1
            problems.append(Problem("CN108", sheet.place, f"{'profiles' if several else 'tables of households and of persons'} that know this heading: {len(matches)}", None,
                                    ", ".join(sorted(names)), f"name one: profile={matches[0].profile.name!r}" if several else "say not_with: in a profile of your own"))  # fmt: skip
        elif matches:
            found.append((sheet, matches[0]))
        else:
            unknown.append(sheet)
    if unknown and (among is not None or not found) and not problems:
        problems += [p for sheet in unknown if sheet.frame.height for p in _not_known(sheet, among)] or [
            Problem("CN105", ", ".join(s.place for s in unknown), "holds no cells", None, remedy="export it again")
        ]
    layouts = sorted({m.profile.name for _, m in found})
    if len(layouts) > 1:
        problems.append(Problem("CN108", "files", f"the files of one round have {len(layouts)} layouts", None, "one layout",
                                f"read each in its own round: {', '.join(layouts)}"))  # fmt: skip
    if problems:
        raise DataProblems(f"{len(problems)} sheet(s) or file(s) cannot be read", problems)
    if not found:
        raise DataProblems("there is nothing to read", [Problem("CN105", "files", "no file is given", None, "one file or more", "read_round('a.xlsx')")])  # fmt: skip
    return found


def _profile(given: Any) -> Profile:
    if isinstance(given, Profile):
        return given
    text = os.fspath(given)
    return read_profile(text) if text.endswith((".yaml", ".yml")) else shipped_profile(text)


def _not_known(sheet: Sheet, among: Iterable[Profile] | None) -> Iterator[Problem]:
    """What a heading would have to hold, for the profile that comes nearest."""
    here = {name_key(t) for _, texts in sheet.head for t in texts if t.strip()}
    tables = [(p, t) for p in (profiles() if among is None else among) for t in p.tables]
    near, table = max(tables, key=lambda pt: len(here.intersection(pt[1].recognised_by)) / len(pt[1].recognised_by))
    absent = [name for name in table.recognised_by if name not in here]
    missing = (
        f"nearest is {near.name}, for which the headers {', '.join(map(repr, absent))} are missing"
        if len(absent) < len(table.recognised_by)
        else "no known header is there"
    )
    if not absent:
        beside = f", or stand with {', '.join(map(repr, table.not_with))}" if table.not_with else ""
        missing = f"nearest is {near.name}, whose headers are not in one row{beside}"
    yield Problem("CN108", sheet.place, f"the heading is not known: {missing}", None,
                  ", ".join(p.name for p in (profiles() if among is None else among)),
                  "write a profile of your own (docs/en/review-spreadsheets.md), or read_sheets(file, sheets=[…]) and give the sheets that hold the table")  # fmt: skip
