"""Tables of the caller as lazy frames of polars or narwhals, and the way back.

Polars frames, and pandas and pyarrow tables where polars is installed, are seen through polars
itself; everything else (DuckDB relations, PySpark frames, pandas without polars) through narwhals.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from importlib.util import find_spec
from typing import Any

import attrs

from .columns import ROOM, Kind
from .errors import DataProblems, Problem
from .formula import Formula, kind
from .writing import Writer

POSITION = f"{ROOM}_row"
KNOWN = "pandas, polars (eager or lazy), pyarrow, DuckDB relations, PySpark"
Columns = Mapping[str, Any]  # expressions by the name of the column they make
Back = Callable[[Any, Columns, Mapping[str, Formula]], Any]
Tell = Callable[[int, int], None]  # rows done, rows in all
AT_ONCE = 2**20  # rows between two words of progress


@attrs.define(eq=False, repr=False)
class Table:
    """A lazy frame with the words polars and narwhals do not share.

    ``names`` are all the caller's columns; ``back`` puts new ones beside them and gives the
    caller's kind of table.
    """

    frame: Any
    writer: Writer
    names: tuple[str, ...]
    schema: Mapping[str, Kind]
    back: Back
    family: str
    eager: bool = False  # a polars frame that is put back in order after a join

    def with_stages(
        self, outputs: Mapping[str, Formula], memo: dict[Any, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """The frame with all that several outputs share, and the outputs as expressions.

        ``memo`` keeps the expressions for the next table of this family.
        """
        key = (self.family, self.writer.polars, tuple(outputs))
        found = None if memo is None else memo.get(key)
        if found is None:
            found = attrs.evolve(self.writer, memo={}, kept=[]).stages(outputs)
            if memo is not None:
                memo[key] = found
        stages, last = found
        frame = self.frame
        for stage in stages:
            frame = frame.with_columns(**stage)
        return frame, dict(last)

    def joined(self, other: Any, key: str, how: str = "left") -> Any:
        if self.writer.polars:
            return self.counted().join(other, on=key, how=how, maintain_order="left")
        return self.frame.join(other, on=key, how=how)

    def counted(self) -> Any:
        """The frame with the position of each row, where an eager table will be asked for its order."""
        wanted = self.eager and POSITION not in self.frame.collect_schema().names()
        return self.frame.with_row_index(POSITION) if wanted else self.frame

    def holding(self, frame: Any) -> Table:
        return attrs.evolve(self, frame=frame)

    def rows(self, frame: Any) -> list[dict[str, Any]]:
        """A small result, row by row."""
        found: list[dict[str, Any]] = frame.collect().rows(named=True)
        return found

    def sums(self, formulas: Mapping[str, Formula]) -> dict[str, int]:
        """How many rows meet each condition, in one pass; ``""`` counts the rows."""
        ns = self.writer.ns
        frame, last = self.with_stages(formulas)
        exprs = {name: (e if self.writer.polars else e.cast(ns.Int64)).sum() for name, e in last.items()}
        (row,) = self.rows(frame.select(**exprs, **{f"{ROOM}_all": ns.len()}))
        counts = {name: int(value or 0) for name, value in row.items()}
        counts[""] = counts.pop(f"{ROOM}_all")
        return counts

    def where(self, test: Formula) -> Any:
        """The rows that meet a condition, with their position where rows have one."""
        there = self.writer.polars and POSITION not in self.frame.collect_schema().names()
        table = self.holding(self.frame.with_row_index(POSITION)) if there else self
        frame, last = table.with_stages({f"{ROOM}_bad": test})
        return frame.filter(last[f"{ROOM}_bad"])

    def first(self, rows: Any, show: Iterable[str], number: int) -> list[dict[str, Any]]:
        position = [POSITION] if self.writer.polars else []
        shown = [n for n in dict.fromkeys(show) if n in self.names]
        return self.rows(rows.select(*position, *shown).head(number))

    def finish(self, frame: Any, last: Columns, outputs: Mapping[str, Formula]) -> Any:
        return self.back(frame, last, outputs)


def open_table(native: Any, what: str, wanted: Collection[str], tell: Tell | None = None) -> Table:
    """A table of any kind that narwhals knows; ``wanted`` are the columns that may be read.

    ``tell`` hears of the rows done where the table is in memory. Raises :class:`DataProblems` for anything else.
    """
    import narwhals.stable.v2 as nw

    if isinstance(native, nw.DataFrame | nw.LazyFrame):
        inner = open_table(nw.to_native(native), what, wanted, tell)
        return attrs.evolve(inner, back=lambda f, last, out: nw.from_native(inner.back(f, last, out)))
    try:
        frame = nw.from_native(native)
    except nw.exceptions.DuplicateError:
        _pandas_names(native, what)
        raise
    except TypeError:
        problem = Problem(
            "CN084",
            what,
            f"a {type(native).__name__} is no table that is known here",
            None,
            KNOWN,
            "for a list of dicts use assess_many",
        )
        raise DataProblems(f"{what} is not a table", [problem]) from None
    library = frame.implementation
    if library.is_polars():
        return _polars(native, tell)
    if find_spec("polars") is not None and find_spec("pyarrow") is not None:
        if library.is_pandas():
            return _pandas_through_polars(native, what, wanted, tell)
        if library.is_pyarrow():
            return _arrow_through_polars(native, wanted, tell)
    return _pandas(native, wanted) if library.is_pandas() else _narwhals(native, frame)


# --- polars -------------------------------------------------------------------------------------------


def _polars(native: Any, tell: Tell | None) -> Table:
    import polars as pl

    if isinstance(native, pl.DataFrame):
        return _eager(native, tuple(native.columns), lambda made, _: native.hstack(made), "polars", tell)
    names = tuple(native.collect_schema().names())

    def back(frame: Any, last: Columns, outputs: Mapping[str, Formula]) -> Any:
        return frame.with_columns(**last).select(*names, *outputs)

    return Table(native, Writer(pl, polars=True), names, polars_schema(native), back, "polars")


def _eager(
    frame: Any,
    names: tuple[str, ...],
    beside: Callable[[Any, Mapping[str, Formula]], Any],
    family: str,
    tell: Tell | None,
) -> Table:
    """A table in memory: the answers are computed apart, and put ``beside`` the caller's columns in their order."""
    import polars as pl

    def back(lazy: Any, last: Columns, outputs: Mapping[str, Formula]) -> Any:
        position = [POSITION] if POSITION in lazy.collect_schema().names() else []
        chosen = lazy.select(*position, **{name: last[name] for name in outputs})
        made = chosen.collect(engine="streaming") if tell is None or position else in_parts(chosen, frame.height, tell)
        if position and not made.get_column(POSITION).is_sorted():  # joins of the streaming engine can lose the order
            made = made.sort(POSITION)
        return beside(made.select(*outputs), outputs)

    known = polars_schema(frame.lazy(), frame)
    schema = {name: known.get(name, Kind("other")) for name in names}
    return Table(frame.lazy(), Writer(pl, polars=True), names, schema, back, family, eager=True)


def in_parts(lazy: Any, rows: int, tell: Tell) -> Any:
    """A frame of which each row is answered by itself, collected part by part."""
    import polars as pl

    parts = []
    for start in range(0, max(rows, 1), AT_ONCE):
        parts.append(lazy.slice(start, AT_ONCE).collect(engine="streaming"))
        tell(min(start + AT_ONCE, rows), rows)
    return pl.concat(parts)


def polars_schema(lazy: Any, eager: Any = None) -> dict[str, Kind]:
    """The kinds of columns; an eager frame knows which of them miss nothing, or everything."""
    import polars as pl

    found = {}
    for name, dtype in lazy.collect_schema().items():
        missing = 1 if eager is None else eager.get_column(name).null_count()
        found[name] = _polars_kind(dtype, missing > 0 or dtype.is_float())
        if eager is not None and missing == eager.height > 0 and dtype != pl.Object:
            found[name] = Kind("null", shown=str(dtype))
    return found


def _polars_kind(dtype: Any, nullable: bool) -> Kind:
    import polars as pl

    name = {
        pl.Int64: "int", pl.Int8: "narrow", pl.Int16: "narrow", pl.Int32: "narrow", pl.UInt8: "narrow", pl.UInt16: "narrow",
        pl.UInt32: "narrow", pl.UInt64: "wide", pl.Int128: "wide", pl.Float64: "float", pl.Float32: "float32", pl.Decimal: "decimal",
        pl.Boolean: "bool", pl.String: "text", pl.Categorical: "category", pl.Enum: "category", pl.Date: "date",
        pl.Datetime: "datetime", pl.Null: "null",
    }.get(dtype.base_type(), "other")  # fmt: skip
    listed = tuple(dtype.categories) if isinstance(dtype, pl.Enum) else None
    return Kind(name, (dtype.scale or 0) if name == "decimal" else 0, nullable, str(dtype), listed)


# --- pandas and pyarrow -------------------------------------------------------------------------------


def _arrow_through_polars(native: Any, wanted: Collection[str], tell: Tell | None) -> Table:
    import polars as pl

    names = tuple(native.column_names)

    def beside(made: Any, outputs: Mapping[str, Formula]) -> Any:
        arrow, found = made.to_arrow(), native
        for name in outputs:
            found = found.append_column(name, arrow.column(name))
        return found

    return _eager(pl.from_arrow(native.select([n for n in names if n in wanted])), names, beside, "pyarrow", tell)


def _pandas_through_polars(native: Any, what: str, wanted: Collection[str], tell: Tell | None) -> Table:
    import polars as pl

    names = _pandas_names(native, what)
    usable: dict[str, Any] = {}
    for name in names:
        if name in wanted:
            try:
                usable[name] = pl.from_pandas(native[name])
            except (TypeError, ValueError, pl.exceptions.PolarsError):  # things of several types: refused where read
                usable[name] = pl.Series(name, [None] * len(native), dtype=pl.Object)

    def beside(made: Any, outputs: Mapping[str, Formula]) -> Any:
        import pandas as pd

        arrays = {name: _pandas_array(made.get_column(name)) for name in outputs}
        return pd.concat([native, pd.DataFrame(arrays, index=native.index, copy=False)], axis=1)

    return _eager(pl.DataFrame(usable), names, beside, "pandas", tell)


def _pandas_names(native: Any, what: str) -> tuple[str, ...]:
    names = tuple(native.columns)
    if len(set(names)) < len(names) or not all(isinstance(n, str) for n in names):
        odd = [n for i, n in enumerate(names) if not isinstance(n, str) or n in names[:i]]
        problem = Problem(
            "CN083",
            what,
            f"columns that are no texts, or occur twice: {odd[:5]}",
            None,
            remedy="give each column a name of its own",
        )
        raise DataProblems(f"the columns of {what} cannot be told apart", [problem])
    return names


def _pandas_array(series: Any) -> Any:
    """A column of answers in the types in which pandas tells unknown apart."""
    import pandas as pd
    import polars as pl

    if series.dtype == pl.String:
        return pd.array(series.to_arrow(), dtype=pd.StringDtype("pyarrow", na_value=float("nan")))
    blank: Any = False if series.dtype == pl.Boolean else 0
    mask = series.is_null().to_numpy(writable=True)
    values = series.fill_null(blank).to_numpy(writable=True)
    return (pd.arrays.BooleanArray if series.dtype == pl.Boolean else pd.arrays.IntegerArray)(values, mask)


def _pandas(native: Any, wanted: Collection[str]) -> Table:
    """A pandas frame without polars: nullable types throughout, so that unknown is one thing."""
    import narwhals.stable.v2 as nw
    import pandas as pd

    names = _pandas_names(native, "the table")
    plain = native[[n for n in names if n in wanted]].reset_index(drop=True)
    for name in plain.columns:
        if pd.api.types.infer_dtype(plain[name], skipna=True) == "decimal":  # pandas keeps them as objects
            plain[name] = plain[name].astype("Float64")
        elif pd.api.types.infer_dtype(plain[name], skipna=True) == "date":
            plain[name] = pd.to_datetime(plain[name])
        elif str(plain[name].dtype) in ("float32", "float64"):
            plain[name] = plain[name].astype(str(plain[name].dtype).title())
        elif not pd.api.types.is_float_dtype(plain[name]):
            plain[name] = plain[name].convert_dtypes()
            if isinstance(plain[name].dtype, pd.StringDtype):  # Arrow's answers do not mix with the others'
                plain[name] = plain[name].astype("string[python]")
    lazy = nw.from_native(plain, eager_only=True).lazy()
    known = {name: _kind(dtype, plain, name) for name, dtype in lazy.collect_schema().items()}
    known |= {name: Kind("null") for name in plain.columns if len(plain) and plain[name].isna().all()}

    def back(frame: Any, last: Columns, outputs: Mapping[str, Formula]) -> Any:
        told = {name: last[name] for name, formula in outputs.items() if formula.op != "unknown"}
        answers = nw.to_native(frame.select(**told).collect())
        text = pd.StringDtype(na_value=float("nan"))  # "str" of pandas 3; pandas 2 would write 'nan' there
        types = {"bool": "boolean", "int": "Int64", "text": text}
        for name, formula in outputs.items():
            nothing = formula.op == "unknown"  # pandas has no nulls without a type
            dtype: Any = types.get(kind(formula)) or answers[name].dtype
            answers[name] = pd.Series(
                [pd.NA] * len(answers) if nothing else answers[name], dtype=dtype, index=answers.index
            )
        answers.index = native.index
        return native.assign(**{name: answers[name] for name in outputs})

    return Table(lazy, Writer(nw), names, {name: known.get(name, Kind("other")) for name in names}, back, "pandas")


# --- everything else that narwhals knows --------------------------------------------------------------


def _narwhals(native: Any, frame: Any) -> Table:
    import narwhals.stable.v2 as nw

    eager = isinstance(frame, nw.DataFrame)
    lazy = frame.lazy() if eager else frame
    schema = {name: _kind(dtype, native, name) for name, dtype in lazy.collect_schema().items()}

    def back(made: Any, last: Columns, outputs: Mapping[str, Formula]) -> Any:
        done = made.with_columns(**last).select(*schema, *outputs)
        return nw.to_native(done.collect() if eager else done)

    writer = Writer(nw, floors=not frame.implementation.is_spark_like())
    return Table(lazy, writer, tuple(schema), schema, back, str(frame.implementation))


_KINDS = {
    "Int64": "int", "Int8": "narrow", "Int16": "narrow", "Int32": "narrow", "UInt8": "narrow", "UInt16": "narrow", "UInt32": "narrow",
    "UInt64": "wide", "Int128": "wide", "UInt128": "wide", "Float64": "float", "Float32": "float32", "Decimal": "decimal", "Boolean": "bool",
    "String": "text", "Categorical": "category", "Enum": "category", "Date": "date", "Datetime": "datetime",
}  # fmt: skip


def _kind(dtype: Any, native: Any, name: str) -> Kind:
    shown = str(dtype)
    found = _KINDS.get(shown.split("(")[0], "other")
    if found == "other" and hasattr(native, "types"):  # DuckDB has a type for what is always null
        held = dict(zip(native.columns, native.types, strict=True))[name]
        found = "null" if str(held).strip('"') == "NULL" else found
    return Kind(found, _places(native, name) if found == "decimal" else 0, True, shown)


def _places(native: Any, name: str) -> int:
    """The decimal places of a column, where narwhals does not say."""
    if hasattr(native, "types"):  # DuckDB
        held = dict(zip(native.columns, native.types, strict=True))[name]
        return int(dict(held.children)["scale"])
    if hasattr(native, "sparkSession"):
        return int(native.schema[name].dataType.scale)
    return int(native.schema.field(name).type.scale)  # pyarrow


__all__ = ["POSITION", "Table", "open_table"]
