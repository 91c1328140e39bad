"""``classify``: a plan run on the caller's own kind of table.

Polars frames, and pandas and pyarrow tables where polars is installed, run through polars itself;
everything else (DuckDB relations, PySpark frames, pandas without polars) through narwhals. Nothing is
executed on a lazy table but the pass that ``check="now"`` asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from typing import Any

import attrs

from .checking import Check
from .classifying import HOUSEHOLDS, PRESENT, Asked, Plan, make_plan
from .columns import ROOM, Kind
from .errors import DataProblems, HouseholdError, Problem, quoted
from .formula import FALSE, Formula, columns_of, staged
from .values import field
from .writing import Writer

CHECKS = ("now", "defer")
FIRST = 5  # rows shown of each kind of problem
POSITION = f"{ROOM}_row"
Progress = Callable[[str], None]


@attrs.define(eq=False, repr=False)
class Table:
    """A lazy frame of polars or narwhals, with the words the two do not share."""

    frame: Any
    writer: Writer
    names: tuple[str, ...]
    schema: Mapping[str, Kind]
    hand_back: Callable[[Any, tuple[str, ...]], Any] = field(default=None)  # (lazy frame, new columns) -> the caller's kind
    ordered: bool = True

    @property
    def polars(self) -> bool:
        return self.writer.polars

    def with_stages(self, outputs: Mapping[str, Formula]) -> tuple[Any, dict[str, Any]]:
        """The frame with all that several outputs share, and the outputs as expressions."""
        writer = attrs.evolve(self.writer, memo={}, kept=[])
        stages, last = writer.stages(outputs)
        frame = self.frame
        for stage in stages:
            frame = frame.with_columns(**stage)
        return frame, last

    def joined(self, other: Any, key: str, how: str = "left") -> Any:
        if self.polars:
            return self.frame.join(other, on=key, how=how, maintain_order="left")
        return self.frame.join(other, on=key, how=how)

    def sums(self, formulas: Mapping[str, Formula]) -> dict[str, int]:
        """How many rows meet each condition, in one pass; ``""`` counts the rows."""
        ns = self.writer.ns
        frame, last = self.with_stages(formulas)
        exprs = {name: e.cast(ns.Int64).sum() for name, e in last.items()}
        row = self.rows(frame.select(**exprs, **{"_cn_all": ns.len()}))[0]
        counts = {name: int(value or 0) for name, value in row.items()}
        counts[""] = counts.pop("_cn_all")
        return counts

    def rows(self, frame: Any) -> list[dict[str, Any]]:
        """A small result, row by row."""
        done = frame.collect()
        found: list[dict[str, Any]] = done.rows(named=True)
        return found

    def first(self, test: Formula, show: Iterable[str]) -> list[dict[str, Any]]:
        """The first rows that meet a condition, with their position where rows have one."""
        frame = self.frame
        if self.polars:
            frame = frame.with_row_index(POSITION)
        (stages, last) = attrs.evolve(self.writer, memo={}, kept=[]).stages({f"{ROOM}_bad": test})
        for stage in stages:
            frame = frame.with_columns(**stage)
        frame = frame.filter(last[f"{ROOM}_bad"])
        wanted = list(dict.fromkeys(([POSITION] if self.polars else []) + [n for n in show if n in self.names]))
        return self.rows(frame.select(*wanted).head(FIRST))


# --- the caller's tables ----------------------------------------------------------------------------


def open_table(native: Any, what: str) -> Table:
    """A table of any kind that narwhals knows, as a lazy frame. Raises :class:`DataProblems` otherwise."""
    import narwhals.stable.v2 as nw

    if isinstance(native, nw.DataFrame | nw.LazyFrame):
        inner = open_table(nw.to_native(native), what)
        outer = inner.hand_back
        inner.hand_back = lambda frame, new: nw.from_native(outer(frame, new))
        return inner
    try:
        frame = nw.from_native(native)
    except TypeError:
        problem = Problem("CN084", what, f"{type(native).__name__} is no table that is known here", None,
                          "pandas, polars (eager or lazy), pyarrow, DuckDB relations, PySpark", "for a list of dicts use assess_many")  # fmt: skip
        raise DataProblems(f"{what} is not a table", [problem]) from None
    kind = frame.implementation
    if kind.is_polars():
        import polars as pl

        eager = isinstance(native, pl.DataFrame)
        back = (lambda f, new: f.collect(engine="streaming")) if eager else (lambda f, new: f)
        return _polars(native.lazy(), native if eager else None, back)
    if (kind.is_pandas() or kind.is_pyarrow()) and find_spec("polars") is not None and find_spec("pyarrow") is not None:
        return _through_polars(native, kind.is_pandas())
    if kind.is_pandas():
        return _pandas(native)
    lazy = frame.lazy() if isinstance(frame, nw.DataFrame) else frame
    schema = {name: _kind(dtype, native, name) for name, dtype in lazy.collect_schema().items()}
    writer = Writer(nw, floors=not kind.is_spark_like())

    def back(made: Any, new: tuple[str, ...]) -> Any:
        return nw.to_native(made.collect() if isinstance(frame, nw.DataFrame) else made)

    return Table(lazy, writer, tuple(schema), schema, back, ordered=isinstance(frame, nw.DataFrame))


def _polars(lazy: Any, eager: Any, back: Any) -> Table:
    import polars as pl

    found = lazy.collect_schema()
    schema = {}
    for name, dtype in found.items():
        nullable = True
        if eager is not None and not dtype.is_float():
            nullable = eager.get_column(name).null_count() > 0
        schema[name] = _polars_kind(dtype, nullable)
    return Table(lazy, Writer(pl, polars=True), tuple(schema), schema, back)


def _polars_kind(dtype: Any, nullable: bool) -> Kind:
    import polars as pl

    base, places = dtype.base_type(), 0
    name = {
        pl.Int64: "int", pl.Int8: "narrow", pl.Int16: "narrow", pl.Int32: "narrow", pl.UInt8: "narrow", pl.UInt16: "narrow",
        pl.UInt32: "narrow", pl.UInt64: "wide", pl.Int128: "wide", pl.Float64: "float", pl.Float32: "float32", pl.Decimal: "decimal",
        pl.Boolean: "bool", pl.String: "text", pl.Categorical: "category", pl.Enum: "category", pl.Date: "date",
        pl.Datetime: "datetime", pl.Null: "null",
    }.get(base, "other")  # fmt: skip
    if name == "decimal":
        places = dtype.scale or 0
    return Kind(name, places, nullable, str(dtype))


_NARWHALS = {
    "Int64": "int", "Int8": "narrow", "Int16": "narrow", "Int32": "narrow", "UInt8": "narrow", "UInt16": "narrow", "UInt32": "narrow",
    "UInt64": "wide", "Int128": "wide", "UInt128": "wide", "Float64": "float", "Float32": "float32", "Decimal": "decimal", "Boolean": "bool",
    "String": "text", "Categorical": "category", "Enum": "category", "Date": "date", "Datetime": "datetime",
}  # fmt: skip


def _kind(dtype: Any, native: Any, name: str) -> Kind:
    shown = str(dtype)
    found = _NARWHALS.get(shown.split("(")[0], "other")
    return Kind(found, _places(native, name) if found == "decimal" else 0, True, shown)


def _places(native: Any, name: str) -> int:
    """The decimal places of a column, where narwhals does not say."""
    if hasattr(native, "schema") and hasattr(native.schema, "field"):  # pyarrow
        return int(native.schema.field(name).type.scale)
    if hasattr(native, "schema"):  # pyspark
        return int(native.schema[name].dataType.scale)
    if hasattr(native, "types"):  # duckdb
        kind = dict(zip(native.columns, native.types, strict=True))[name]
        return int(dict(kind.children)["scale"])
    return 0


def _through_polars(native: Any, pandas: bool) -> Table:
    """A pandas or pyarrow table, seen by polars; the answers are put beside the caller's own columns."""
    import polars as pl

    twice = pandas and not native.columns.is_unique
    if twice or (pandas and not all(isinstance(c, str) for c in native.columns)):
        problem = Problem("CN083", "columns", "the names of the columns are not all different texts", list(native.columns)[:20], remedy="rename them")
        raise DataProblems("the columns of the table cannot be told apart", [problem])
    names = tuple(native.columns) if pandas else tuple(native.column_names)
    if pandas:
        usable = {}
        for name in names:
            try:
                usable[name] = pl.from_pandas(native[name])
            except Exception:  # a column of things that no engine keeps: it is not ours to read
                usable[name] = pl.Series(name, [None] * len(native), dtype=pl.Object)
        eager = pl.DataFrame(usable) if usable else pl.DataFrame()
    else:
        eager = pl.from_arrow(native)

    def back(lazy: Any, new: tuple[str, ...]) -> Any:
        made = lazy.select(new).collect(engine="streaming")
        if not pandas:
            arrow = made.to_arrow()
            found = native
            for name in new:
                found = found.append_column(name, arrow.column(name))
            return found
        import pandas as pd

        # The caller's frame, its index and its types stay as they are.
        answers = {name: _pandas_column(made.get_column(name), native.index) for name in new}
        return pd.concat([native, pd.DataFrame(answers, index=native.index)], axis=1)

    return _polars(eager.lazy(), eager, back)


def _pandas_column(series: Any, index: Any) -> Any:
    import pandas as pd
    import polars as pl

    if series.dtype == pl.String:
        array = pd.array(series.to_arrow(), dtype=pd.StringDtype("pyarrow", na_value=float("nan")))
    else:
        mask = series.is_null().to_numpy()
        filled = series.fill_null(False if series.dtype == pl.Boolean else 0).to_numpy(writable=True)
        array = (pd.arrays.BooleanArray if series.dtype == pl.Boolean else pd.arrays.IntegerArray)(filled, mask.copy())
    return pd.Series(array, index=index)


def _pandas(native: Any) -> Table:
    """A pandas frame without polars: nullable types throughout, so that unknown is one thing."""
    import narwhals.stable.v2 as nw

    plain = native.convert_dtypes(convert_floating=False).reset_index(drop=True)
    lazy = nw.from_native(plain, eager_only=True).lazy()
    schema = {name: _kind(dtype, plain, name) for name, dtype in lazy.collect_schema().items()}

    def back(made: Any, new: tuple[str, ...]) -> Any:
        answers = nw.to_native(made.select(*new).collect())
        answers.index = native.index
        return native.assign(**{name: answers[name] for name in new})

    return Table(lazy, Writer(nw), tuple(schema), schema, back)


# --- classify -----------------------------------------------------------------------------------------


def classify(
    asked: Asked,
    households: Any,
    persons: Any = None,
    *,
    check: str = "now",
    progress: Progress | None = None,
) -> Any:
    """The caller's table with the answers beside it."""
    if check not in CHECKS:
        problem = Problem("CN085", "check", f"{quoted(check)} is no way of checking", check, ", ".join(CHECKS), "name one of them")
        raise HouseholdError(f"check={check!r} is unknown", [problem])
    tell = progress or (lambda _: None)
    table, people = open_table(households, "households"), None if persons is None else open_table(persons, "persons")
    if people is not None and (table.polars != people.polars or type(table.writer.ns) is not type(people.writer.ns)):
        raise DataProblems("households and persons are tables of two kinds", [
            Problem("CN084", "persons", f"households are {type(households).__name__}, persons {type(persons).__name__}", None,
                    remedy="give both as the same kind of table")
        ])  # fmt: skip
    plan = make_plan(asked, table.schema, None if people is None else people.schema)
    if check == "now":
        tell("checking")
        known = find_problems(plan, table, people)
        plan = make_plan(
            asked,
            _told(table.schema, plan.reads, known),
            None if people is None else _told(people.schema, [s.column for s in plan.person_sources.values()], known, "p"),
            checked=True,
        )
    tell("classifying")
    made = run(plan, table, people, checked=check == "now")
    return table.hand_back(made, tuple(plan.outputs))


def _told(schema: Mapping[str, Kind], reads: Iterable[str], counts: Mapping[str, int], prefix: str = "h") -> dict[str, Kind]:
    """The kinds of columns, now that it is known which of them miss nothing."""
    return {
        name: attrs.evolve(kind, nullable=kind.nullable and counts.get(f"{prefix} {name}", 1) > 0) for name, kind in schema.items()
    }


def run(plan: Plan, table: Table, people: Table | None, *, checked: bool) -> Any:
    """The lazy frame of the caller's columns and the answers."""
    whole = table
    if people is not None:
        whole = attrs.evolve(table, frame=with_persons(plan, table, people, checked=checked))
    frame, last = whole.with_stages(plan.outputs)
    integers = [n for n, f in plan.outputs.items() if n.removesuffix(plan.asked.suffix).startswith("deprivations")]
    for name in integers:
        last[name] = last[name].cast(whole.writer.ns.Int64)
    return frame.with_columns(**last).select(*table.names, *plan.outputs)


def with_persons(plan: Plan, table: Table, people: Table, *, checked: bool) -> Any:
    """The households with what their persons come to."""
    key, ns = plan.asked.key, table.writer.ns
    grouped = grouped_persons(plan, people)
    frame = table.joined(grouped, key)
    frame = frame.with_columns(**{n: ns.col(n).fill_null(0) for n in (*plan.group.columns, PRESENT)})
    if not checked:
        often = table.frame.group_by(key).agg(ns.len().alias(HOUSEHOLDS))
        frame = attrs.evolve(table, frame=frame).joined(often, key)
    return frame


def grouped_persons(plan: Plan, people: Table) -> Any:
    """One row for each key of the persons."""
    key, ns = plan.asked.key, people.writer.ns
    frame, last = people.with_stages({name: f for name, (_, f) in plan.group.columns.items()})
    columns = {name: e.cast(ns.Int64) if plan.group.columns[name][0] == "sum" else e for name, e in last.items()}
    frame = frame.select(key, **columns)
    sums = [ns.col(n).sum() if how == "sum" else ns.col(n).max() for n, (how, _) in plan.group.columns.items()]
    found = frame.group_by(key).agg(*sums, ns.len().alias(PRESENT))
    return found.filter(~ns.col(key).is_null())


# --- checks -------------------------------------------------------------------------------------------


def find_problems(plan: Plan, table: Table, people: Table | None) -> dict[str, int]:
    """One pass over the rows: raises :class:`DataProblems`, or tells how many values are missing."""
    counts: dict[str, int] = {}
    found: list[Problem] = []
    whole = table
    if people is not None:
        whole = attrs.evolve(table, frame=with_persons(plan, table, people, checked=False))
        found += _of_persons(plan, table, people, counts)
    own = [c for c in plan.checks if not c.person]
    missing = _missing(plan.sources.values(), table.schema, "h")
    sums = whole.sums({**{f"c{i}": c.test for i, c in enumerate(own)}, **missing})
    counts |= {name: n for name, n in sums.items() if name in missing}
    key = (plan.asked.key,) if plan.asked.key in table.names else ()
    for i, c in enumerate(own):
        if sums[f"c{i}"]:
            found.append(_problem(c, sums[f"c{i}"], whole, key, plan.asked.key))
    if found:
        rows = sum(p.count for p in found)
        raise DataProblems(f"{len(found)} kind(s) of problems in {sums['']:,} households ({rows:,} in all)", found)
    return counts


def _missing(sources: Iterable[Any], schema: Mapping[str, Kind], prefix: str) -> dict[str, Formula]:
    from .formula import column, is_null

    found = {}
    for source in sources:
        if schema[source.column].nullable:
            raw = column(source.column)
            found[f"{prefix} {source.column}"] = is_null(source.value if source.kind.name in ("float", "float32") else raw)
    return found


def _of_persons(plan: Plan, table: Table, people: Table, counts: dict[str, int]) -> list[Problem]:
    key, ns = plan.asked.key, people.writer.ns
    found: list[Problem] = []
    kinds = (table.schema[key].name, people.schema[key].name)
    if ("text" in kinds or "category" in kinds) and kinds[0] != kinds[1]:
        return [Problem("CN077", "key", f"{quoted(key)} holds {kinds[0]} in households, {kinds[1]} in persons", None, remedy="give both one type")]
    missing = _missing(plan.person_sources.values(), people.schema, "p")
    sums = people.sums({**{f"c{i}": c.test for i, c in enumerate(plan.person_checks)}, **missing})
    counts |= {name: n for name, n in sums.items() if name in missing}
    for i, c in enumerate(plan.person_checks):
        if sums[f"c{i}"]:
            found.append(_problem(c, sums[f"c{i}"], people, (key,), key))
    lost = people.joined(table.frame.select(key), key, "anti")
    alone = attrs.evolve(people, frame=lost)
    number = int(alone.rows(lost.select(ns.len().alias("n")))[0]["n"])
    if number:
        shown = alone.rows(lost.select(key).head(FIRST))
        found.append(Problem("CN086", f"persons[{key!r}]", "the key is that of no household", None, "", "add the household, or correct the key",
                             count=number, rows=tuple((None, row[key], row[key]) for row in shown)))  # fmt: skip
    return found


def _problem(c: Check, count: int, table: Table, key: tuple[str, ...], key_name: str) -> Problem:
    rows = table.first(c.test, (*key, c.column))
    shown = tuple((row.get(POSITION), row.get(key_name) if key else None, row.get(c.column)) for row in rows)
    place = f"persons[{c.column!r}]" if c.person else f"households[{c.column!r}]"
    what = c.message
    if c.code == "CN047":
        ns = table.writer.ns
        frame, last = table.with_stages({f"{ROOM}_bad": c.test})
        often = frame.filter(last[f"{ROOM}_bad"]).group_by(c.column).agg(ns.len().alias(f"{ROOM}_n"))
        tally = sorted(table.rows(often), key=lambda r: (-r[f"{ROOM}_n"], str(r[c.column])))
        listed = ", ".join(f"{quoted(r[c.column])} ({r[f'{ROOM}_n']:,})" for r in tally[:FIRST])
        what = f"{listed} {'is' if len(tally) == 1 else 'are'} not listed for {c.fact}"
        if len(tally) > FIRST:
            what += f", nor {len(tally) - FIRST} more"
    elif c.fact != c.column:
        what = f"{c.fact} {c.message}"
    return Problem(c.code, place, what, None, c.allowed, c.remedy, count=count, rows=shown)


__all__ = ["classify"]
_ = (FALSE, columns_of, staged)
