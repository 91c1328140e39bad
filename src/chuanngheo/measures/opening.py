"""The caller's table opened for measuring: weights, groups, primary units and checked columns.

Whatever is wrong with the columns is found in one pass and told in one error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import Problem, quoted
from ..tabular import to_polars
from ..values import Frozen, frozen
from .design import UNITS, Design, missing_columns, one_of
from .tidy import group_names, raise_all, reserved

if TYPE_CHECKING:
    import polars as pl

WEIGHT, HOUSEHOLD, GROUP, USED = "_cn_weight", "_cn_household", "_cn_group", "_cn_used"
STRATUM, PRIMARY, POPULATION, REPLICATE = "_cn_stratum", "_cn_primary", "_cn_population", "_cn_replicate_"
UNKNOWN = ("bounds", "drop", "raise")
FIRST = 5  # rows shown of each kind of problem
WIDEST = 24  # bits of a 32-bit float that count whole numbers
# What is compared exactly: 18 digits on each side of the point fit into 128 bits.
TEXT = r"^-?\d{1,18}(\.\d{1,18}0*)?$"


@attrs.frozen(eq=False)
class Opened:
    """A table ready for measuring.

    ``frame`` has one row per household in the caller's order: the columns that were asked for under
    their own names (truths as Boolean, numbers as Float64, texts as String, amounts as they are; null
    where unknown), and beside them ``_cn_weight`` (Float64: of households, or of persons),
    ``_cn_household`` (of households), ``_cn_group`` (whole number, the row of ``groups``), ``_cn_used``
    (False where a row is left out of the estimates but stays in the design), where the design has
    them ``_cn_stratum``, ``_cn_primary`` and ``_cn_population``, and ``_cn_replicate_0`` ... (weights of
    the unit). ``groups`` has the values of ``by``, sorted, unknown last; one row of no column without ``by``.
    """

    native: Any
    design: Design
    by: tuple[str, ...]
    unit: str
    frame: pl.DataFrame
    groups: pl.DataFrame
    replicates: tuple[str, ...] = ()

    def beside(self, *columns: Any) -> Opened:
        """With more columns (polars expressions or Series), or others in their place."""
        return attrs.evolve(self, frame=self.frame.with_columns(*columns))


@frozen
class Amount(Frozen):
    """A column of amounts as numbers that compare: whole numbers of ``10 ** -places``, or floats (None)."""

    values: Any
    places: int | None

    @property
    def exact(self) -> bool:
        return self.places is not None


def open_table(
    native: Any,
    design: Design,
    *,
    by: str | Sequence[str] | None = None,
    unit: str = "household",
    truths: Sequence[str] = (),
    numbers: Sequence[str] = (),
    texts: Sequence[str] = (),
    amounts: Sequence[str] = (),
    problems: Sequence[Problem] = (),
    what: str = "households",
    beside: Sequence[str] = (),
) -> Opened:
    """Open a table (pandas, polars, pyarrow, DuckDB) with the columns named, by what they hold.

    ``unit`` is ``"household"`` or ``"person"`` (weight times the persons column of the design).
    ``problems`` are those the caller found already, ``beside`` more columns of the answer. Raises
    :class:`DataProblems` with all of them: columns that are not there (with the nearest names), wrong
    kinds, weights and numbers of persons that are unknown or negative, unknown strata and primary units.
    """
    import polars as pl

    found = list(problems)
    one_of("unit", unit, UNITS, found)
    if not isinstance(design, Design):
        found.append(
            Problem("CN161", "design", f"{quoted(design)} is no design", design, remedy='ms.survey("wt9"), ms.census() or ms.unweighted()')
        )  # fmt: skip
        raise_all(found)
    if unit == "person" and design.persons is None:
        found.append(
            Problem(
                "CN161", "unit", "the design names no column with the number of persons", unit, remedy="persons=..."
            )
        )
    groups = group_names(by, found)
    frame = to_polars(native, what)
    names = frame.columns
    wanted = [(n, "measured") for n in (*truths, *numbers, *texts, *amounts)] + [(n, "by") for n in groups]
    wanted += design.columns.items()
    found += missing_columns(wanted, names, what) + reserved(groups, [n for n, _ in wanted], beside)
    replicates = _replicates(design, names, found, what)
    here = set(names)
    made = [pl.Series("_cn_rows", [None] * frame.height, pl.Null)]
    for kind, asked in ((_truth, truths), (_number, numbers), (_text, texts), (_amount_kind, amounts)):
        made += [kind(frame[n], found, what) for n in dict.fromkeys(asked) if n in here]
    made += [_folded(frame[n]) for n in groups if n in here and n not in {s.name for s in made}]
    opened = pl.DataFrame(made).drop("_cn_rows") if len(made) > 1 else pl.DataFrame(made)
    parts = _weights(frame, design, unit, replicates, found, what)
    parts += _drawn(frame, design, found, what)
    raise_all(found)
    opened = opened.with_columns(parts).with_columns(pl.lit(True).alias(USED))
    opened, table = _numbered(opened, groups)
    return Opened(native, design, groups, unit, opened, table, tuple(f"{REPLICATE}{i}" for i in range(len(replicates))))


def settle(opened: Opened, unknown: str, rows: pl.Expr, columns: Sequence[str]) -> Opened:
    """What becomes of the rows in which something is unknown (``rows`` is True there).

    ``"bounds"``: nothing. ``"drop"``: they are left out of the estimates and stay in the design.
    ``"raise"``: :class:`DataProblems` with each of ``columns``, its count and first rows.
    """
    if unknown == "drop":
        return opened.beside((_used() & ~rows.fill_null(False)).alias(USED))
    if unknown == "raise":
        found = [_unknown(opened, name, opened.frame[name].is_null()) for name in columns]
        if not any(found):
            found = [_unknown(opened, columns[0], opened.frame.select(rows).to_series())]
        raise_all([p for p in found if p is not None])
    return opened


def _unknown(opened: Opened, name: str, rows: pl.Series) -> Problem | None:
    count, first = first_rows(opened.frame[name], rows)
    remedy = 'unknown="bounds", or unknown="drop" to leave these rows out'
    return (
        Problem("CN164", f"households[{name!r}]", "is not known", None, "", remedy, count=count, rows=first)
        if count
        else None
    )


def counted(opened: Opened, rows: pl.Expr) -> pl.DataFrame:
    """For each group: ``rows`` used, ``rows_unknown`` (where ``rows`` is True), ``total`` of the weights used."""
    import polars as pl

    sums = opened.frame.group_by(GROUP).agg(
        pl.col(USED).sum().cast(pl.Int64).alias("rows"),
        rows.fill_null(False).sum().cast(pl.Int64).alias("rows_unknown"),
        pl.col(WEIGHT).filter(_used()).sum().alias("total"),
    )
    every = opened.groups.with_row_index(GROUP).with_columns(pl.col(GROUP).cast(pl.Int64))
    told = every.join(sums, on=GROUP, how="left", maintain_order="left")
    return told.with_columns(
        pl.col("rows").fill_null(0),
        pl.col("rows_unknown").fill_null(0),
        pl.col("total").fill_null(0.0),
        pl.lit(opened.unit).alias("unit"),
        pl.lit(opened.design.data).alias("data"),
    )


def first_rows(column: pl.Series, bad: pl.Series) -> tuple[int, tuple[tuple[Any, ...], ...]]:
    """How many rows are bad, and the first of them as :class:`Problem` shows them."""
    places = bad.fill_null(False).arg_true()
    return len(places), tuple((int(i), None, column[int(i)]) for i in places[:FIRST])


# --- columns ------------------------------------------------------------------------------------------


def amount(column: pl.Series, places: int | None = None) -> Amount:
    """A checked column of amounts as numbers that compare exactly, where they were given exactly.

    Whole numbers and decimals become whole numbers of ``10 ** -places`` (at least as
    many places as they were written with); floats stay floats.
    """
    import polars as pl

    if column.dtype.is_float():
        return Amount(column.cast(pl.Float64), None)
    if not column.dtype.is_decimal():
        times = pl.lit(10 ** (places or 0), pl.Int128)
        return Amount(column.to_frame().select(pl.first().cast(pl.Int128) * times).to_series(), places or 0)
    text = column.cast(pl.String)
    decimals = text.str.extract(r"\.(\d+)$", 1).fill_null("").str.strip_chars_end("0")
    longest = max([*decimals.str.len_chars().unique().to_list(), places or 0])
    digits = text.str.extract(r"^(-?\d+)", 1) + decimals.str.pad_end(longest, "0")
    return Amount(digits.cast(pl.Int128), longest)


def _amount_kind(column: pl.Series, found: list[Problem], what: str) -> pl.Series:
    """Whole numbers, decimals or floats. Texts such as "1.500" can be read in two ways, and are not read."""
    import polars as pl

    name, kind = column.name, column.dtype
    if kind == pl.Null:
        column = column.cast(pl.Int64)
    elif kind == pl.Float32:
        wrong = (column != column.round(0)) | (column.abs() > 2.0**WIDEST)
        _report(
            found,
            column,
            wrong,
            what,
            "is not a whole number that 32 bits hold exactly",
            "read it as a 64-bit float from its source",
        )
        column = column.cast(pl.Float64)
    elif kind.is_float():
        _report(found, column, column.is_infinite(), what, "is not a number", "correct it; unknown is null")
    elif kind.is_decimal() or kind in (pl.Int128, pl.UInt128):
        wrong = ~column.cast(pl.String).str.contains(TEXT)
        _report(
            found,
            column,
            wrong,
            what,
            "is too long to be compared exactly",
            "at most 18 digits before and 18 after the point",
        )
    elif not kind.is_integer():
        _kind(found, name, kind, what, "amounts: whole numbers, decimals or floats")
    return column


def _truth(column: pl.Series, found: list[Problem], what: str) -> pl.Series:
    """True, False, or 1 and 0."""
    import polars as pl

    if column.dtype in (pl.Boolean, pl.Null):
        return column.cast(pl.Boolean)
    if column.dtype.is_numeric():
        _report(
            found,
            column,
            (column != 0) & (column != 1),
            what,
            "is neither true nor false",
            "True, False, 1, 0, or null where it is unknown",
        )
        return (column == 1).alias(column.name)
    _kind(found, column.name, column.dtype, what, "True and False, or 1 and 0; null where it is unknown")
    return column


def _number(column: pl.Series, found: list[Problem], what: str) -> pl.Series:
    """Any finite number."""
    import polars as pl

    if not (column.dtype.is_numeric() or column.dtype == pl.Null):
        _kind(found, column.name, column.dtype, what, "numbers")
        return column
    held = column.cast(pl.Float64)
    _report(found, column, held.is_infinite(), what, "is not a number", "correct it; unknown is null")
    return held


def _text(column: pl.Series, found: list[Problem], what: str) -> pl.Series:
    import polars as pl

    if column.dtype not in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        _kind(found, column.name, column.dtype, what, "text")
    return _folded(column.cast(pl.String))


def _folded(column: pl.Series) -> pl.Series:
    """Both Unicode spellings of a Vietnamese text are one text."""
    import polars as pl

    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    return column.str.normalize("NFC") if column.dtype == pl.String else column


def _report(found: list[Problem], column: pl.Series, wrong: pl.Series, what: str, message: str, remedy: str) -> None:
    count, rows = first_rows(column, wrong)
    if count:
        found.append(Problem("CN165", f"{what}[{column.name!r}]", message, remedy=remedy, count=count, rows=rows))


def _kind(found: list[Problem], name: str, kind: Any, what: str, allowed: str) -> None:
    found.append(Problem("CN165", f"{what}[{name!r}]", f"holds {kind}", None, allowed, "convert the column"))


# --- weights, primary units, groups -------------------------------------------------------------------


def _weights(
    frame: pl.DataFrame, design: Design, unit: str, replicates: Sequence[str], found: list[Problem], what: str
) -> list[pl.Series]:
    import polars as pl

    ones = pl.Series(HOUSEHOLD, [1.0] * frame.height, pl.Float64)
    weight = _measure(frame, design.weight, "weight", found, what)
    persons = _measure(frame, design.persons, "number of persons", found, what) if unit == "person" else None
    household = (ones if weight is None else weight).alias(HOUSEHOLD)
    times = ones if persons is None else persons
    made = [household, (household * times).alias(WEIGHT)]
    for i, name in enumerate(replicates):
        held = _measure(frame, name, "replicate weight", found, what)
        if held is not None:
            made.append((held * times).alias(f"{REPLICATE}{i}"))
    return made


def _measure(frame: pl.DataFrame, name: str | None, part: str, found: list[Problem], what: str) -> pl.Series | None:
    """A column of numbers from 0, all of them known."""
    import polars as pl

    if name is None or name not in frame.columns:
        return None
    column = frame[name]
    if not column.dtype.is_numeric():
        _kind(found, name, column.dtype, what, f"a {part} is a number from 0")
        return None
    value = column.cast(pl.Float64)
    count, rows = first_rows(column, value.is_null() | (value < 0) | value.is_infinite())
    if count:
        found.append(
            Problem("CN166", f"{what}[{name!r}]", f"is not a {part}", None, "a number from 0; it cannot be unknown",
                    "correct it, or leave the household out and say so", count=count, rows=rows)
        )  # fmt: skip
    return value


def _drawn(frame: pl.DataFrame, design: Design, found: list[Problem], what: str) -> list[pl.Series]:
    """Stratum and primary unit of each row as whole numbers; a code of a unit counts within its stratum."""
    import polars as pl

    if not (design.psu or design.independent):
        return []
    if any(n not in frame.columns for n in (*design.strata, *design.psu)):
        return []
    for name in (*design.strata, *design.psu):
        count, rows = first_rows(frame[name], frame[name].is_null())
        if count:
            found.append(
                Problem("CN166", f"{what}[{name!r}]", "a stratum or primary unit is not known", remedy="complete the design", count=count, rows=rows)
            )  # fmt: skip
    one = pl.Series(STRATUM, [0] * frame.height, pl.Int64)
    held = pl.DataFrame(
        [one.alias("_cn_rows"), *(_folded(frame[n]) for n in dict.fromkeys((*design.strata, *design.psu)))]
    )
    strata = _identified(held, design.strata, STRATUM) if design.strata else one
    if design.psu:
        units = _identified(held, (*design.strata, *design.psu), PRIMARY)
    else:
        units = pl.int_range(frame.height, eager=True).alias(PRIMARY)
    size = _measure(frame, design.fpc, "number of primary units", found, what)
    if size is None:
        return [strata, units]
    _population(pl.DataFrame([strata, units, size.alias(POPULATION)]), str(design.fpc), found, what)
    return [strata, units, size.alias(POPULATION)]


def _population(drawn: pl.DataFrame, name: str, found: list[Problem], what: str) -> None:
    """A stratum has one number of primary units in the population, and no fewer than were drawn."""
    import polars as pl

    own, units = pl.col(POPULATION), pl.col(PRIMARY).n_unique().over(STRATUM)
    wrong = drawn.select((own < units) | (own.n_unique().over(STRATUM) > 1)).to_series()
    count, rows = first_rows(drawn[POPULATION], wrong)
    if count:
        found.append(
            Problem("CN174", f"{what}[{name!r}]", "is not one number for the stratum, or fewer than the primary units drawn in it", None,
                    "the number of primary units that the stratum has in the population", "correct it, or leave fpc= out", count=count, rows=rows)
        )  # fmt: skip


def _identified(frame: pl.DataFrame, names: Sequence[str], into: str) -> pl.Series:
    """A whole number for each combination of values."""
    import polars as pl

    asked = list(dict.fromkeys(names))
    ids = frame.select(asked).unique(maintain_order=True).with_row_index(into)
    joined = frame.join(ids, on=asked, how="left", nulls_equal=True, maintain_order="left")
    return joined[into].cast(pl.Int64)


def _numbered(frame: pl.DataFrame, by: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    import polars as pl

    if not by:
        return frame.with_columns(pl.lit(0, pl.Int64).alias(GROUP)), pl.DataFrame([pl.Series("_cn_all", [None])])
    names = list(dict.fromkeys(by))
    groups = frame.select(names).unique().sort(names, nulls_last=True)
    numbered = groups.with_row_index(GROUP).with_columns(pl.col(GROUP).cast(pl.Int64))
    return frame.join(numbered, on=names, how="left", nulls_equal=True, maintain_order="left"), groups


def _replicates(design: Design, names: Sequence[str], found: list[Problem], what: str) -> tuple[str, ...]:
    """The columns of the replicate weights, in their order; those that are not there are problems already."""
    r = design.replicates
    if r is None:
        return ()
    held = r.columns
    if isinstance(held, str):
        prefix = held
        numbered = [(n[len(prefix) :], n) for n in names if n.startswith(prefix) and n != design.weight]
        held = tuple(
            n for end, n in sorted(((e, n) for e, n in numbered if e.isdigit()), key=lambda pair: int(pair[0]))
        )
    scales = r.scale if isinstance(r.scale, tuple) else None
    if len(held) < 2:
        found.append(
            Problem("CN160", f"{what}[{r.columns!r}]", "fewer than two columns of replicate weights have this prefix", r.columns,
                    remedy="replicates= names them, or their prefix")
        )  # fmt: skip
    elif scales is not None and len(scales) != len(held):
        found.append(
            Problem("CN162", "scale", f"{len(scales)} numbers for {len(held)} replicate weights", remedy="one number for each, or one for all")
        )  # fmt: skip
    return held


def _used() -> pl.Expr:
    import polars as pl

    return pl.col(USED)


__all__ = [
    "GROUP",
    "HOUSEHOLD",
    "UNKNOWN",
    "USED",
    "WEIGHT",
    "Amount",
    "Opened",
    "amount",
    "counted",
    "first_rows",
    "open_table",
    "settle",
]
