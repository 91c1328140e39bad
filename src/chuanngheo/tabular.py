"""The caller's tables as polars frames in memory, and the way back to the kind that was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import DataProblems, Problem

if TYPE_CHECKING:
    import polars as pl

KNOWN = "pandas, polars (eager or lazy), pyarrow, DuckDB relations"


def to_polars(native: Any, what: str) -> pl.DataFrame:
    """A table of any kind that narwhals knows as a polars frame, its rows in their order.

    Raises :class:`DataProblems` for anything else.
    """
    import narwhals.stable.v2 as nw

    try:
        frame = nw.from_native(native)
    except TypeError:
        problem = Problem("CN084", what, f"a {type(native).__name__} is no table that is known here", None, KNOWN)
        raise DataProblems(f"{what} is not a table", [problem]) from None
    except nw.exceptions.DuplicateError as error:
        twice = " ".join(str(error).split())
        problem = Problem("CN084", what, f"has columns of one name: {twice}", None, "", "rename or drop one of them")
        raise DataProblems(f"{what} is not a table", [problem]) from None
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    try:
        made = eager.to_polars()
    except (TypeError, ValueError):
        if not frame.implementation.is_pandas():
            raise
        raise DataProblems(f"{what} is not a table", _mixed(native, what)) from None
    return made.with_columns(_nan_is_unknown(made)).with_columns(_blank_objects(frame, made))


def uncountable(column: pl.Series, least: int = 0) -> pl.Series:
    """Which numbers are no whole numbers from ``least``, or so great that the column cannot be summed."""
    import polars as pl

    value = column.cast(pl.Float64)
    wrong = (value < least) | (value != value.round(0)) | (value * len(column) >= 2.0**63)
    return wrong.fill_null(False)


def like(native: Any, frame: pl.DataFrame) -> Any:
    """A polars frame as the kind of table that was given."""
    import narwhals.stable.v2 as nw

    given = nw.from_native(native, allow_series=False)
    library = given.implementation
    if library.is_pandas():
        return _to_pandas(frame)
    if library.is_pyarrow():
        return frame.to_arrow()
    return frame.lazy() if isinstance(given, nw.LazyFrame) and library.is_polars() else frame


def beside(native: Any, columns: pl.DataFrame) -> Any:
    """The caller's table with new columns beside its own; pandas keeps its index."""
    import narwhals.stable.v2 as nw

    given = nw.from_native(native)
    library = given.implementation
    if library.is_pandas():
        made = _to_pandas(columns)
        made.index = given.to_native().index
        return given.to_native().assign(**{name: made[name] for name in columns.columns})
    if library.is_pyarrow():
        table = given.to_native()
        for name in columns.columns:
            table = table.append_column(name, columns[name].to_arrow())
        return table
    whole = to_polars(native, "frame").hstack(columns)
    return whole.lazy() if isinstance(given, nw.LazyFrame) and library.is_polars() else whole


def _to_pandas(frame: pl.DataFrame) -> Any:
    """In the types in which pandas tells unknown apart."""
    import pandas as pd
    import pyarrow as pa  # type: ignore[import-untyped]

    types = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    return frame.to_arrow().to_pandas(types_mapper=types.get)


def _blank_objects(native: Any, made: pl.DataFrame) -> list[Any]:
    """pandas keeps a column in which nothing is known as objects, which are no texts."""
    import polars as pl

    if not native.implementation.is_pandas():
        return []
    kinds = native.to_native().dtypes
    blank = [n for n, kind in made.schema.items() if kind == pl.String and made[n].null_count() == made.height]
    return [pl.lit(None).alias(n) for n in blank if made.height and str(kinds[n]) == "object"]


def _mixed(native: Any, what: str) -> list[Problem]:
    """The columns in which pandas keeps numbers, texts and other things as objects; their values stay unsaid."""
    import polars as pl

    found = []
    for name in native.columns:
        try:
            pl.from_pandas(native[name])
        except (TypeError, ValueError):
            kinds = sorted({type(v).__name__ for v in native[name].dropna()})
            found.append(
                Problem("CN084", f"{what}[{name!r}]", f"holds several kinds of values: {', '.join(kinds)}", None,
                        "numbers, or texts", "convert the column, or leave it out")
            )  # fmt: skip
    return found


def _nan_is_unknown(frame: pl.DataFrame) -> list[Any]:
    import polars as pl

    return [pl.col(n).fill_nan(None) for n, kind in frame.schema.items() if kind.is_float()]
