"""What was given for the report forms: every fault of its columns and options, and the choices made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ..errors import Problem, nearest, quoted
from ..tabular import uncountable
from ..values import evolve
from .data import load
from .masking import shown
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
FIRST = 5  # rows that a problem shows


def interpretations() -> dict[str, Any]:
    return {**load(FORMS)["interpretations"], **load(CAUSES)["interpretations"]}


def chosen_readings(readings: Mapping[str, str] | None) -> tuple[dict[str, str], list[Problem]]:
    known = interpretations()
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


def status_of(status: str | None) -> tuple[str, list[Problem]]:
    known = load(FORMS)["statuses"]
    names = {said: name for name, texts in known.items() for said in (name, texts["vi"])}
    if status is None or status in names:
        return names.get(status or "", ""), []
    return "", [Problem("CN130", "status", f"{quoted(status)} is no status of a report", status, ", ".join(names))]


def printed_units(
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


def hold_provinces(frame: pl.DataFrame, day: date, problems: list[Problem]) -> None:
    """Names that are no province on the day for which the forms are made."""
    import polars as pl

    named = frame["province"].drop_nulls() if "province" in frame.columns else pl.Series(dtype=pl.String)
    for name in named.unique(maintain_order=True).cast(pl.String):
        try:
            province_on(name, day)
        except UnknownUnit as error:
            (p,) = error.problems
            problems.append(evolve(p, code="CN136", where="households['province']", count=int((named == name).sum())))


def usable(frame: pl.DataFrame, using: str, flags: Sequence[str], problems: list[Problem]) -> pl.DataFrame:
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
    hold_areas(frame, "households", problems)
    if using in frame.columns:
        _listed(frame, using, (*LISTED, *OUTSIDE), problems)
    hold_booleans(frame, flags, "households", problems)
    if "household_size" in frame.columns:
        hold_whole_numbers(frame, ["household_size"], "households", problems, least=1)
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


def hold_areas(frame: pl.DataFrame, what: str, problems: list[Problem]) -> None:
    import polars as pl

    if "area" in frame.columns and frame.schema["area"] != pl.Null:
        _listed(frame.with_columns(pl.col("area").cast(pl.String)), "area", AREAS, problems, what)


def hold_booleans(frame: pl.DataFrame, columns: Iterable[str], what: str, problems: list[Problem]) -> None:
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


def hold_whole_numbers(
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


def indicators() -> tuple[str, ...]:
    return tuple(load(FORMS)["indicators"])


def causes() -> tuple[str, ...]:
    return tuple(load(CAUSES)["causes"])


def groups() -> tuple[str, ...]:
    return tuple(load(CAUSES)["groups"])
