"""The shape of every table of measures: one row for each group and measure, in the caller's kind of table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import DataProblems, Problem
from ..tabular import like

if TYPE_CHECKING:
    import polars as pl

VALUES = ("value", "low", "high")
ERRORS = ("se", "ci_low", "ci_high")
COUNTS = ("rows", "rows_unknown", "total", "unit", "data")
RESERVED = frozenset(("measure", "indicator", *VALUES, *ERRORS, *COUNTS))
OWN = "_cn_"  # how the columns begin that are made on the way


def columns(by: Sequence[str], errors: bool, beside: Sequence[str] = ()) -> list[str]:
    """The columns of a table, in their order. ``beside`` come after ``measure`` (``indicator``).

    >>> columns(["area"], False)
    ['area', 'measure', 'value', 'low', 'high', 'rows', 'rows_unknown', 'total', 'unit', 'data']
    """
    return [*by, "measure", *beside, *VALUES, *(ERRORS if errors else ()), *COUNTS]


def group_names(by: Any, problems: list[Problem]) -> tuple[str, ...]:
    """The names of the columns of groups, each once.

    >>> group_names(["area", "area"], [])
    ('area',)
    """
    names = () if by is None else (by,) if isinstance(by, str) or not isinstance(by, Iterable) else tuple(by)
    for kind in dict.fromkeys(type(n).__name__ for n in names if not isinstance(n, str)):
        message = f"is of the type {kind}, not the name of a column"
        problems.append(Problem("CN160", "by", message, remedy='by="tinh", or a list of names'))
    return tuple(dict.fromkeys(n for n in names if isinstance(n, str)))


def reserved(by: Sequence[str], read: Iterable[str] = (), beside: Sequence[str] = ()) -> list[Problem]:
    """A problem for each group column whose name is one of the columns of the answer (``beside`` among them).

    Also for each column that is ``read`` and is named like those that are made on the way.
    """
    remedy = "rename the column of the table"
    return [
        Problem("CN163", f"by[{name!r}]", "is the name of a column of the answer", name, remedy=remedy)
        for name in by
        if name in RESERVED or name in beside
    ] + [
        Problem("CN163", f"households[{name!r}]", f"names that begin with {OWN} are those of this library", name, remedy=remedy)
        for name in dict.fromkeys(read)
        if name.startswith(OWN)
    ]  # fmt: skip


def table(native: Any, rows: pl.DataFrame, by: Sequence[str], errors: bool, beside: Sequence[str] = ()) -> Any:
    """Rows as a table of the kind of ``native``. ``value`` is filled in where ``low`` is ``high``.

    ``rows`` has the columns of :func:`columns` but ``value``, and ``se`` of where the two are one.
    """
    import polars as pl

    sure = pl.col("low").eq(pl.col("high")).fill_null(False)
    made = rows.with_columns(pl.when(sure).then("low").alias("value"))
    if errors:
        made = made.with_columns(pl.when(sure).then("se").alias("se"))
    return like(native, made.select(columns(by, errors, beside)))


def raise_all(problems: Sequence[Problem], what: str = "the measure") -> None:
    """All problems in one error, if there are any."""
    if problems:
        count = len(problems)
        raise DataProblems(f"{count} kind{'s' if count > 1 else ''} of problem in what was given for {what}", problems)


__all__ = ["columns", "group_names", "raise_all", "reserved", "table"]
