"""The line of each household, and on which side of it its income is: decided exactly, and apart from every float.

A float is on the line where it differs from it by less than one part in a thousand million (0.001 đồng
at a line of one million), be the income or the line that float: so near are the results of a division by twelve months or of a multiplication
by a factor, and so far are no two amounts of đồng. Everything else is compared as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil
from numbers import Integral
from typing import TYPE_CHECKING, Any

import attrs

from ..answering import Standard
from ..columns import EXAMPLE
from ..errors import NoStandard, Problem, nearest, quoted
from ..model import Quantity
from ..tabular import beside, to_polars
from ..units import ATOMS, WORDS, spoken
from ..units import unit as read_unit
from .design import missing_columns
from .opening import Amount, amount, first_rows
from .tidy import raise_all

if TYPE_CHECKING:
    import polars as pl

NEAR = 1e-9  # of the line
LARGEST = 10**18  # of a line that is compared in 128 bits
PLACES = 18  # of decimals
INCOMES = "VND/person/month"  # of a household, where nothing else is said beside a line that has a unit
NO_LINE = object()  # of a measure that has none

Line = int | float | Decimal | Fraction | Quantity | str


# --- the line beside each household -------------------------------------------------------------------


def with_line(
    frame: Any,
    standard: Standard,
    name: str = "poverty_line",
    *,
    columns: Mapping[str, Any] | None = None,
    unit: str | None = None,
    into: str | None = None,
    bounds: bool = False,
) -> Any:
    """A table with the line of each household beside it, exact, from what it depends on (area, terrain).

    ``columns`` says where a fact is, as in :meth:`Standard.classify`: ``{"area": {"from": "ttnt",
    "codes": {1: "urban", 2: "rural"}, "missing": [9]}}``; without it the column has the name of the
    fact; None says that the table does not know the fact. ``unit`` is that of the incomes the line is put beside (``"thousand VND/person/year"``);
    without it the unit is the line's own, for amounts of money VND/person/month. The new column is
    ``into``, or the name of the line: null where the line is not certain. ``bounds=True`` adds the
    least and the greatest line that are still possible, ``<name>_low`` and ``<name>_high``.

    Raises :class:`NoStandard` for an unknown line, :class:`DataProblems` for columns that are not
    there, codes that are not listed (with their count), a unit of another dimension.

    >>> import chuanngheo as cn, polars as pl
    >>> homes = pl.DataFrame({"area": ["rural", "urban", None]})
    >>> with_line(homes, cn.standard("vn-2022"), bounds=True).rows()
    [('rural', 1500000, 1500000, 1500000), ('urban', 2000000, 2000000, 2000000), (None, None, 1500000, 2000000)]
    """
    import polars as pl

    line = standard.lines.get(name)
    if line is None:
        raise NoStandard(f"{standard.exact_id} has no line {name!r}; {nearest(name, standard.lines)}")
    problems: list[Problem] = []
    factor = _factor(line.unit, unit, problems)
    held = to_polars(frame, "households")
    facts = list(dict.fromkeys(_facts(line.table)))
    given = {fact: (columns or {}).get(fact, fact) for fact in facts}
    specs = {fact: _spec(fact, spec, standard, problems) for fact, spec in given.items() if spec is not None}
    for other in set(columns or {}) - set(facts):
        on = f"{name} depends on {', '.join(facts) or 'nothing'}"
        problems.append(Problem("CN169", f"columns[{other!r}]", on, remedy=f"leave {other} out"))
    problems += missing_columns([(s.column, f) for f, s in specs.items()], held.columns)
    target = into or name
    new = [target, *((f"{target}_low", f"{target}_high") if bounds else ())]
    problems += [
        Problem(
            "CN163", f"households[{n!r}]", "there is such a column already", n, remedy="name another one with into="
        )
        for n in new
        if n in held.columns
    ]
    raise_all(problems, "the line")
    blank = pl.Series([None] * held.height, dtype=pl.String)
    codes = pl.DataFrame(
        [specs[f].read(held[specs[f].column], f, problems) if f in specs else blank.alias(f) for f in facts]
    )
    raise_all(problems, "the line")
    if not facts:
        codes = pl.DataFrame({"_": [""] * held.height})
    kinds = codes.unique(maintain_order=True)
    spans: list[tuple[Fraction | None, Fraction | None]] = []
    for row in kinds.iter_rows():
        cells = list(_cells(line.table, dict(zip(facts, row, strict=False))))
        spans.append((min(cells) * factor, max(cells) * factor) if cells else (None, None))
    made: dict[str, list[Fraction | None]] = {
        target: [low if low == high else None for low, high in spans],
        f"{target}_low": [low for low, _ in spans],
        f"{target}_high": [high for _, high in spans],
    }
    lines = kinds.with_columns(_exact(n, made[n]) for n in new)
    joined = codes.join(lines, on=codes.columns, how="left", nulls_equal=True, maintain_order="left")
    return beside(frame, joined.select(new))


@attrs.frozen
class _Spec:
    column: str
    codes: Mapping[Any, Any] | None
    missing: tuple[Any, ...]
    allowed: tuple[str, ...]

    def read(self, column: pl.Series, fact: str, problems: list[Problem]) -> pl.Series:
        """The codes of the fact as text, null where unknown."""
        import polars as pl

        means: dict[Any, str | None] = {c: c for c in self.allowed} if self.codes is None else dict(self.codes)
        means |= dict.fromkeys(self.missing)
        made: list[tuple[Any, str | None]] = []
        wrong = []
        for written in column.unique(maintain_order=True).to_list():
            key = int(written) if isinstance(written, float) and written.is_integer() else written
            if key is None or (key == "" and "" not in means):
                made.append((written, None))
            elif key in means:
                made.append((written, means[key]))
            else:
                wrong.append(written)
        if wrong:
            count, rows = first_rows(column, column.is_in(wrong))
            problems.append(
                Problem("CN169", f"households[{self.column!r}]", f"{', '.join(map(quoted, wrong[:5]))} is not listed for {fact}", None,
                        ", ".join(self.allowed), f'list it under columns["{fact}"]["codes"], or correct it', count=count, rows=rows)
            )  # fmt: skip
        held = pl.Series([w for w, _ in made], dtype=column.dtype)
        meant = pl.Series([m for _, m in made], dtype=pl.String)
        return column.replace_strict(held, meant, default=None, return_dtype=pl.String).alias(fact)


def _spec(fact: str, given: Any, standard: Standard, problems: list[Problem]) -> _Spec:
    spec: Any = {"from": given} if isinstance(given, str) else given
    allowed = tuple(standard.facts[fact].codes)
    if not isinstance(spec, Mapping) or set(spec) - {"from", "codes", "missing"}:
        problems.append(
            Problem("CN169", f"columns[{fact!r}]", f"{quoted(given)} does not say where the fact is", given, "a column's name, or from, codes, missing", EXAMPLE)
        )  # fmt: skip
        return _Spec(fact, None, (), allowed)
    codes = spec.get("codes")
    for meant in (codes or {}).values():
        if meant is not None and meant not in allowed:
            problems.append(
                Problem("CN169", f"columns[{fact!r}]", f"{quoted(meant)} is not a code of {fact}", meant, ", ".join(allowed), nearest(str(meant), allowed))
            )  # fmt: skip
    return _Spec(spec.get("from", fact), codes, tuple(spec.get("missing", ())), allowed)


def _facts(table: Any) -> Iterator[str]:
    """The facts that a line depends on, the outermost first."""
    if isinstance(table, Mapping):
        for fact, cells in table.items():
            yield fact
            for cell in cells.values():
                yield from _facts(cell)


def _cells(table: Any, known: Mapping[str, str | None]) -> Iterator[Fraction]:
    """The lines that are still possible for what is known."""
    if not isinstance(table, Mapping):
        yield Fraction(table)
        return
    ((fact, cells),) = table.items()
    code = known.get(fact)
    for cell in cells.values() if code is None else [cells[code]] if code in cells else ():
        yield from _cells(cell, known)


def _factor(own: str, wanted: str | None, problems: list[Problem], where: str = "unit") -> Fraction:
    if wanted is None:
        return Fraction(1)
    try:
        theirs, ours = spoken(wanted), read_unit(own)
    except KeyError as error:
        known = nearest(error.args[0], [*ATOMS, *WORDS])
        problems.append(Problem("CN169", where, f"unknown unit {quoted(error.args[0])}", wanted, own, known))
        return Fraction(1)
    if theirs.powers != ours.powers:
        remedy = "incomes and line in one unit: rice beside rice, dollars of purchasing power only after their factor"
        problems.append(Problem("CN169", where, f"{wanted} and {own} measure different things", wanted, own, remedy))
        return Fraction(1)
    return ours.size / theirs.size


def _exact(name: str, values: list[Fraction | None]) -> pl.Series:
    """Whole numbers, or decimals where they are none."""
    import polars as pl

    known = [v for v in values if v is not None]
    places = next((p for p in range(PLACES + 1) if all((v * 10**p).denominator == 1 for v in known)), None)
    if places is None:
        problem = Problem("CN169", "unit", "the line is no decimal number in this unit", remedy="choose a finer unit")
        raise_all([problem], "the line")
    elif places:
        decimals = [None if v is None else Decimal(int(v * 10**places)).scaleb(-places) for v in values]
        return pl.Series(name, decimals, pl.Decimal(38, places))
    return pl.Series(name, [None if v is None else int(v) for v in values], pl.Int64)


# --- on which side of the line ------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Side:
    """Of each row: ``below`` the line, ``on`` it (Boolean, null where unknown), and ``gap`` (z - y) / z as Float64."""

    below: pl.Series
    on: pl.Series
    gap: pl.Series


class Rounded(Fraction):
    """A line that was given as a float: an amount that is as near to it as ``NEAR`` is on it."""


def read_line(line: Any, income_unit: str | None, problems: list[Problem]) -> str | Fraction | None:
    """The name of a column, or the line as an exact number in the unit of the incomes."""
    if income_unit is not None and not isinstance(line, Quantity):
        why = "only a Quantity has a unit that can be held against it"
        problems.append(Problem("CN169", "income_unit", why, income_unit, remedy="leave it out, or take the line from a standard: std.line(...)"))
    if isinstance(line, str):
        return line
    value = line.value if isinstance(line, Quantity) else line
    if isinstance(line, Quantity):
        value *= _factor(line.unit, income_unit or INCOMES, problems, "income_unit")
    usable = isinstance(value, Integral | float | Decimal | Fraction) and not isinstance(value, bool)
    try:
        number = Rounded(str(float(value))) if isinstance(value, float) else Fraction(value) if usable else None
    except (ValueError, OverflowError):  # infinity and the like
        number = None
    if number is None or not 0 < number < LARGEST:
        problems.append(
            Problem("CN170", "line", f"{quoted(line)} is no line", line, "a number above 0, a Quantity, a column, or (lowest, highest)", 'cn.line(...), std.line(...), or ms.with_line(...)')
        )  # fmt: skip
        return None
    return number


def side(income: pl.Series, line: pl.Series | Fraction) -> Side:
    """Each income (a checked column) against the line (a number, or a checked column of as many rows)."""
    import polars as pl

    y = amount(income)
    if isinstance(line, Fraction):
        return _beside_number(y, line)
    z = amount(line)
    if y.exact and z.exact:
        places = max(y.places or 0, z.places or 0)
        a, b = amount(income, places).values, amount(line, places).values
        return _sides(pl.DataFrame([a.alias("y"), b.alias("z")]), pl.col("y"), pl.col("z"))
    return _floats(_float(y), _float(z))


def _beside_number(y: Amount, line: Fraction) -> Side:
    import polars as pl

    if y.places is None:
        return _floats(y.values, pl.select(pl.repeat(float(line), len(y.values), dtype=pl.Float64)).to_series())
    z = line * 10**y.places
    if isinstance(line, Rounded) and abs(round(z) - z) <= z * Fraction(NEAR):
        z = Fraction(round(z))  # the amount of these decimals that is meant
    held, edge = pl.DataFrame([y.values.alias("y")]), pl.lit(ceil(z), pl.Int128)
    if z.denominator == 1:
        return _sides(held, pl.col("y"), edge)
    near = _sides(held, pl.col("y"), edge)  # a whole number below the next one above the line is below the line
    return Side(near.below, near.on & False, (float(z) - y.values.cast(pl.Float64)) / float(z))


def _sides(held: pl.DataFrame, y: pl.Expr, z: pl.Expr) -> Side:
    """Of whole numbers, the difference taken before it becomes a float."""
    import polars as pl

    gap = (z - y).cast(pl.Float64) / z.cast(pl.Float64)
    made = held.select((y < z).alias("below"), (y == z).alias("on"), gap.alias("gap"))
    return Side(made["below"], made["on"], made["gap"])


def _floats(y: pl.Series, z: pl.Series) -> Side:
    on = (y - z).abs() <= z * NEAR
    return Side((y < z) & ~on, on, (z - y) / z)


def _float(y: Amount) -> pl.Series:
    import polars as pl

    made: pl.Series = y.values.cast(pl.Float64)
    return made if not y.places else made / 10**y.places


def as_floats(column: pl.Series) -> pl.Series:
    """A checked column of amounts as floats, for what is only added up."""
    return _float(amount(column))


# --- what cannot be measured --------------------------------------------------------------------------


def read_lines(line: Any, poor_at_line: Any, income_unit: str | None, problems: list[Problem]) -> tuple[Any, ...]:
    """The lowest and the highest line, each a number or the name of a column; none where none is asked for."""
    if line is NO_LINE:
        return ()
    if not isinstance(poor_at_line, bool):
        problems.append(
            Problem("CN161", "poor_at_line", f"{quoted(poor_at_line)} does not say whether an income on the line is poor",
                    poor_at_line, "True (từ ... trở xuống), False (dưới)")
        )  # fmt: skip
    pair = line if isinstance(line, tuple) and len(line) == 2 else (line,)
    found = tuple(read_line(end, income_unit, problems) for end in pair)
    return found if len(found) == 2 else found * 2


def below_nothing(frame: pl.DataFrame, columns: Sequence[str], income: str, loss: str) -> list[Problem]:
    """Incomes below zero, and lines that are not above it."""
    found = []
    for name in columns:
        mine = name == income
        wrong = frame[name] < 0 if mine else frame[name] <= 0
        count, rows = first_rows(frame[name], wrong)
        if count and not (mine and loss == "zero"):
            message, remedy = (
                ("is below zero", 'loss="zero" counts a loss as no income')
                if mine
                else ("is no line", "a line is above zero")
            )
            found.append(Problem("CN173", f"households[{name!r}]", message, remedy=remedy, count=count, rows=rows))
    return found


def apart(lines: Sequence[Any], ends: Sequence[Any]) -> list[Problem]:
    """The lowest line above the highest."""
    if len(ends) != 2 or lines[0] == lines[1]:
        return []
    low, high = ends
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        wrong = low > high
    elif isinstance(low, Fraction):
        wrong = bool(side(high, low).below.any())
    else:
        above = side(low, high)
        wrong = bool((~(above.below | above.on)).fill_null(False).any())
    return (
        [Problem("CN170", "line", "the lowest line is above the highest", remedy="line=(lowest, highest)")]
        if wrong
        else []
    )


def bottom_code(zero: Any, problems: list[Problem]) -> float | None:
    """The amount that stands for every income below it."""
    if zero in ("raise", "drop"):
        return None
    usable = isinstance(zero, Integral | float | Decimal | Fraction) and not isinstance(zero, bool) and float(zero) > 0
    if not usable:
        problems.append(
            Problem("CN161", "zero", f"{quoted(zero)} does not say what is done with an income of zero", zero, '"raise", "drop", or an amount above 0')
        )  # fmt: skip
    return float(zero) if usable else None


__all__ = [
    "NO_LINE",
    "Line",
    "Side",
    "apart",
    "as_floats",
    "below_nothing",
    "bottom_code",
    "read_line",
    "read_lines",
    "side",
    "with_line",
]
