"""Poverty and inequality of incomes: headcount, gap, Foster-Greer-Thorbecke, Watts, Sen, Gini.

Every function takes a table with one row per household, a design, the column of incomes and the line,
and gives one row for each group and measure. Who is poor is decided exactly; what is added up
afterwards are 64-bit floats. An unknown income is neither poor nor not poor: the measure then lies
between ``low`` and ``high``.

Sources: J. Foster, J. Greer, E. Thorbecke, "A Class of Decomposable Poverty Measures", Econometrica 52
(1984); A. Sen, "Poverty: An Ordinal Approach to Measurement", Econometrica 44 (1976); H. Watts, "An
Economic Definition of Poverty" (1968); J. Haughton, S. Khandker, "Handbook on Poverty and Inequality",
World Bank (2009), chapters 4 and 6. Linearised variables: derivatives by the weight of a row, as in
J.-C. Deville, "Variance estimation for complex statistics and estimators", Survey Methodology 25 (1999).
The lines are fixed by law, so that nothing is estimated in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import Problem, quoted
from .design import Design, one_of
from .inequality import Gini, Sen, inequality
from .lines import NO_LINE, Line, Side, apart, as_floats, below_nothing, bottom_code, read_lines, side
from .opening import UNKNOWN, USED, WEIGHT, Opened, first_rows, open_table, settle
from .tidy import raise_all
from .uncertainty import Estimate, Ratio, estimated_rows, finished

if TYPE_CHECKING:
    import polars as pl

LOSS = ("raise", "zero")
INCOME, MISSING = "_cn_x_income", "_cn_x_missing"
POOR, GAP, WATTS, GINI, KEPT = "_cn_x_poor", "_cn_x_gap", "_cn_x_watts", "_cn_x_gini", "_cn_x_kept"

Lines = Line | tuple[Line, Line]
By = str | Sequence[str] | None


# --- the measures -------------------------------------------------------------------------------------


def headcount(
    frame: Any,
    design: Design,
    *,
    income: str,
    line: Lines,
    poor_at_line: bool,
    by: By = None,
    unit: str = "household",
    unknown: str = "bounds",
    loss: str = "raise",
    income_unit: str | None = None,
    level: float = 0.95,
) -> Any:
    """The share of households (or persons) that are poor.

    ``income`` is a column of amounts (whole numbers, decimals or floats), ``line`` a number, a
    ``Quantity``, the name of a column, or a pair (lowest, highest) where a line is not certain; both in
    one unit. A ``Quantity`` knows its own and is held against incomes in đồng a person and month, or in
    ``income_unit`` (``"thousand VND/person/year"``). ``poor_at_line`` says whether an income on the line is
    poor: False where the law says *dưới* (below), True where it says *từ ... trở xuống* (at or below). A float within a thousand
    millionth of the line is on it. ``by`` is a column or a list of columns; a total is asked for by
    leaving it out. ``unit`` is ``"household"`` or ``"person"``.

    ``unknown`` is what becomes of unknown incomes and lines: ``"bounds"`` between nobody and everybody
    of them being poor, ``"drop"`` leaves these rows out of the estimate, ``"raise"`` an error. ``loss``
    is what becomes of incomes below zero: an error, or ``"zero"``. ``level`` is that of the intervals.

    Returns a table of the caller's kind with the columns ``[*by, "measure", "value", "low", "high",
    "rows", "rows_unknown", "total", "unit", "data"]``, and ``se``, ``ci_low``, ``ci_high`` where the
    design says how the sample was drawn. ``value`` is null where it is not certain; the interval is then
    from that of ``low`` to that of ``high``.

    Raises :class:`DataProblems` with everything that is wrong with the columns.

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"income": [100, 100, 150, 150]})
    >>> ms.headcount(homes, ms.census(), income="income", line=125, poor_at_line=True)["value"].item()
    0.5
    """
    asked = _Asked(frame, design, income, line, poor_at_line, by, unit, unknown, loss, level, income_unit)
    return asked.table([_fgt("headcount", 0)])


def poverty_gap(
    frame: Any,
    design: Design,
    *,
    income: str,
    line: Lines,
    poor_at_line: bool,
    by: By = None,
    unit: str = "household",
    unknown: str = "bounds",
    loss: str = "raise",
    income_unit: str | None = None,
    level: float = 0.95,
) -> Any:
    """The mean of (line - income) / line over everybody, nothing for those who are not poor: FGT(1).

    Arguments, table and errors as for :func:`headcount`. The gap of an unknown income lies between 0 and 1.

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"income": [100, 100, 150, 150]})
    >>> ms.poverty_gap(homes, ms.census(), income="income", line=125, poor_at_line=True)["value"].item()
    0.1
    """
    asked = _Asked(frame, design, income, line, poor_at_line, by, unit, unknown, loss, level, income_unit)
    return asked.table([_fgt("poverty_gap", 1)])


def fgt(
    frame: Any,
    design: Design,
    *,
    alpha: float,
    income: str,
    line: Lines,
    poor_at_line: bool,
    by: By = None,
    unit: str = "household",
    unknown: str = "bounds",
    loss: str = "raise",
    income_unit: str | None = None,
    level: float = 0.95,
) -> Any:
    """The Foster-Greer-Thorbecke measure: the mean of the gap of the poor to the power of ``alpha`` (from 0).

    Arguments and table as for :func:`headcount`; the measure is called ``fgt_<alpha>``. ``alpha=0``
    is the headcount, also for who is poor on the line, whose gap is zero. Raises what it raises.

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"income": [100, 100, 150, 150]})
    >>> round(ms.fgt(homes, ms.census(), alpha=2, income="income", line=125, poor_at_line=True)["value"].item(), 12)
    0.02
    """
    problems = []
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 <= alpha < float("inf"):
        problems.append(Problem("CN171", "alpha", f"{quoted(alpha)} is no power", alpha, "a number from 0"))
        alpha = 0
    asked = _Asked(frame, design, income, line, poor_at_line, by, unit, unknown, loss, level, income_unit, problems=problems)
    return asked.table([_fgt(f"fgt_{alpha:g}", alpha)], alphas=[a for a in (alpha,) if a not in (0, 1)])


def watts(
    frame: Any,
    design: Design,
    *,
    income: str,
    line: Lines,
    poor_at_line: bool,
    zero: str | float = "raise",
    by: By = None,
    unit: str = "household",
    unknown: str = "bounds",
    loss: str = "raise",
    income_unit: str | None = None,
    level: float = 0.95,
) -> Any:
    """The Watts index: the mean of the natural logarithm of line / income of the poor, nothing for the others.

    The logarithm of an income of zero is not defined. ``zero`` says what is done: ``"raise"`` an error
    with their count, ``"drop"`` leaves these households out, an amount counts every income below it
    as that amount (bottom coding; the line must be above it). Other arguments, the table and the errors as for
    :func:`headcount`. An unknown income can be as near to zero as it likes: ``high`` is then null,
    unless ``zero`` is an amount.

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"income": [100, 100, 150, 150]})
    >>> round(ms.watts(homes, ms.census(), income="income", line=125, poor_at_line=True)["value"].item(), 6)
    0.111572
    """
    asked = _Asked(frame, design, income, line, poor_at_line, by, unit, unknown, loss, level, income_unit, zero=zero)
    return asked.table([], watts=True)


def sen(
    frame: Any,
    design: Design,
    *,
    income: str,
    line: Lines,
    poor_at_line: bool,
    by: By = None,
    unit: str = "household",
    unknown: str = "bounds",
    loss: str = "raise",
    income_unit: str | None = None,
    level: float = 0.95,
) -> Any:
    """The Sen index H [I + (1 - I) G]: headcount, mean gap of the poor, and the Gini of their incomes.

    It is the version for many poor people (Sen 1976 has G q / (q + 1) for q of them), which does not
    change when everybody is counted twice; Haughton and Khandker 2009 write it
    H (1 - (1 - G) mean / line). With lines that differ, G is that of income / line. Weights enter every
    part. Arguments, table and errors as for :func:`headcount`. It never falls when an income falls, so unknown
    incomes are bounded by nobody of them being poor and by all of them being zero.

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"income": [50, 100, 150, 150]})
    >>> round(ms.sen(homes, ms.census(), income="income", line=125, poor_at_line=True)["value"].item(), 12)
    0.25
    """
    asked = _Asked(frame, design, income, line, poor_at_line, by, unit, unknown, loss, level, income_unit)
    return asked.table([_SEN])


def gini(
    frame: Any,
    design: Design,
    *,
    income: str,
    by: By = None,
    unit: str = "household",
    unknown: str = "bounds",
    loss: str = "raise",
    level: float = 0.95,
) -> Any:
    """The Gini coefficient: half the mean difference of two incomes drawn with replacement, over their mean.

    The sum over all pairs is divided by the square of the population (not by n (n - 1)): counting everybody
    twice changes nothing. Null where the mean is zero. Other arguments, the table and the errors as for :func:`headcount`.

    Bounds for unknown incomes: ``low`` where all of them have the one income that makes the coefficient
    least; ``high`` where one of them has nearly everything (the least weight among them), or all of
    them nothing. That is wide, since one income without limit can be all income there is.

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> ms.gini(pl.DataFrame({"income": [100, 100, 150, 150]}), ms.census(), income="income")["value"].item()
    0.1
    """
    asked = _Asked(frame, design, income, NO_LINE, None, by, unit, unknown, loss, level)
    return asked.table([_GINI])


def poverty(
    frame: Any,
    design: Design,
    *,
    income: str,
    line: Lines,
    poor_at_line: bool,
    zero: str | float = "raise",
    by: By = None,
    unit: str = "household",
    unknown: str = "bounds",
    loss: str = "raise",
    income_unit: str | None = None,
    level: float = 0.95,
) -> Any:
    """All measures in one table: headcount, poverty_gap, fgt_2, watts, sen, gini.

    Arguments, table and errors as for :func:`headcount` and :func:`watts`.

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> made = ms.poverty(pl.DataFrame({"income": [100, 150]}), ms.census(), income="income", line=125, poor_at_line=True)
    >>> made["measure"].to_list()
    ['headcount', 'poverty_gap', 'fgt_2', 'watts', 'sen', 'gini']
    """
    asked = _Asked(frame, design, income, line, poor_at_line, by, unit, unknown, loss, level, income_unit, zero=zero)
    return asked.table(
        [_fgt("headcount", 0), _fgt("poverty_gap", 1), _fgt("fgt_2", 2), _SEN, _GINI], alphas=[2], watts=True
    )


# --- how they are added up --------------------------------------------------------------------------

_SEN = Estimate("sen", Sen(f"{POOR}_low", f"{GAP}_low"), Sen(f"{POOR}_high", f"{GAP}_high"))
_GINI = Estimate("gini", Gini(f"{GINI}_low"), Gini(f"{GINI}_high"))


def _fgt(name: str, alpha: float) -> Estimate:
    return Estimate(name, Ratio(_power(alpha, "low")), Ratio(_power(alpha, "high")))


def _power(alpha: float, end: str) -> str:
    return f"{POOR}_{end}" if alpha == 0 else f"{GAP}_{end}" if alpha == 1 else f"{GAP}_{end}^{float(alpha)!r}"


# --- from the table to columns ------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Asked:
    """What was asked; ``table`` answers."""

    frame: Any
    design: Design
    income: str
    line: Any
    poor_at_line: Any
    by: By
    unit: str
    unknown: str
    loss: str
    level: float
    income_unit: str | None = None
    zero: Any = "raise"
    problems: Sequence[Problem] = ()

    def table(self, estimates: Sequence[Estimate], *, alphas: Sequence[float] = (), watts: bool = False) -> Any:
        opened = self._opened(watts)
        certain = not opened.frame.select((_col(MISSING) & _counts()).any()).item()
        ends = ENDS[:1] if certain else ENDS
        opened = opened.beside((_col(f"{GAP}_{end}") ** a).alias(_power(a, end)) for a in alphas for end in ends)
        if _GINI in estimates:
            opened = opened.beside(_col(INCOME).alias(f"{GINI}_low")) if certain else inequality(opened, INCOME, GINI)
        if not certain:  # a row that does not count is no reason for two ends, not even in the last digit of a sum
            lows = [n for n in opened.frame.columns if n.startswith((POOR, GAP, GINI)) and "_low" in n]
            pairs = [(n, n.replace("_low", "_high")) for n in lows]
            opened = opened.beside(_when(_counts(), high, low).alias(high) for low, high in pairs)
        order = [_ORDER.get(e.measure, 0) for e in estimates]
        rows = [self._rows(opened, estimates, order, certain)] if estimates else []
        if watts:  # which leaves out households that the other measures keep
            kept = opened.beside((_col(USED) & _col(KEPT)).alias(USED))
            rows.append(self._rows(kept, [_WATTS], [_ORDER["watts"]], certain))
        return finished(opened, rows)

    def _rows(self, opened: Opened, estimates: Sequence[Estimate], order: list[int], certain: bool) -> pl.DataFrame:
        """Where nothing is unknown both ends are one."""
        asked = [attrs.evolve(e, high=e.low) if certain else e for e in estimates]
        return estimated_rows(opened, asked, _col(MISSING), level=self.level, places=order)

    def _opened(self, watts: bool) -> Opened:
        """The table with what the measures add up."""
        import polars as pl

        problems = list(self.problems)
        one_of("unknown", self.unknown, UNKNOWN, problems)
        one_of("loss", self.loss, LOSS, problems)
        lines = read_lines(self.line, self.poor_at_line, self.income_unit, problems)
        bottom = bottom_code(self.zero, problems) if watts else None
        if not isinstance(self.income, str):
            kind = type(self.income).__name__
            problem = Problem(
                "CN160", "income", f"is of the type {kind}, not the name of a column", remedy='income="income"'
            )
            raise_all([*problems, problem])
        columns = list(dict.fromkeys([self.income, *(x for x in lines if isinstance(x, str))]))
        opened = open_table(
            self.frame, self.design, by=self.by, unit=self.unit, amounts=columns, problems=problems
        )  # fmt: skip
        frame = opened.frame
        ends = [frame[x] if isinstance(x, str) else x for x in lines if x is not None]
        raise_all([*below_nothing(frame, columns, self.income, self.loss), *apart(lines, ends)])
        income = frame[self.income].clip(0) if self.loss == "zero" else frame[self.income]
        compared = {name: side(income, end) for name, end in dict(zip(lines, ends, strict=True)).items()}
        sides = [compared[name] for name in lines]
        unknown = pl.any_horizontal(pl.col(c).is_null() for c in columns)
        if len(ends) == 2 and lines[0] != lines[1]:
            unknown = unknown | pl.lit((sides[0].gap != sides[1].gap).fill_null(True))
        opened = opened.beside(as_floats(income).alias(INCOME), unknown.alias(MISSING))
        opened = settle(opened, self.unknown, pl.col(MISSING), columns)
        if ends:
            opened = opened.beside(*_poor(income, sides, self.poor_at_line))
        if watts:
            opened = _logarithms(opened, self.income, ends, self.zero, bottom)
        return opened


ENDS = ("low", "high")
_WATTS = Estimate("watts", Ratio(f"{WATTS}_low"), Ratio(f"{WATTS}_high"))
_ORDER = {"headcount": 0, "poverty_gap": 1, "fgt_2": 2, "watts": 3, "sen": 4, "gini": 5}


def _col(name: str) -> pl.Expr:
    import polars as pl

    return pl.col(name)


def _when(condition: pl.Expr, one: str, other: str) -> pl.Expr:
    import polars as pl

    return pl.when(condition).then(pl.col(one)).otherwise(pl.col(other))


def _counts() -> pl.Expr:
    """Whether a row counts in an estimate."""
    return _col(USED) & (_col(WEIGHT) > 0)


def _poor(income: pl.Series, sides: Sequence[Side], poor_at_line: bool) -> list[pl.Series]:
    """Who is poor, and by how much, at least and at most: an income of zero is poor under every line."""
    import polars as pl

    made = []
    for end, at in zip(ENDS, sides, strict=True):
        held = pl.DataFrame({"below": at.below, "on": at.on.fill_null(False), "gap": at.gap, "income": income})
        poor = (pl.col("below") | pl.col("on")) if poor_at_line else pl.col("below")
        poor = poor.fill_null(pl.col("income").eq(0).fill_null(False) if end == "low" else True)
        gap = pl.when(~poor | pl.col("on")).then(0.0).otherwise(pl.col("gap").fill_null(1.0))
        made += held.select(poor.cast(pl.Float64).alias(f"{POOR}_{end}"), gap.alias(f"{GAP}_{end}")).get_columns()
    return made


def _logarithms(opened: Opened, name: str, ends: Sequence[Any], zero: Any, bottom: float | None) -> Opened:
    """ln(line / income) of the poor, at least and at most, and which rows the Watts index keeps."""
    import polars as pl

    y, nothing = pl.col(INCOME), pl.col(INCOME).eq(0).fill_null(False)
    if zero == "raise":
        count, rows = first_rows(opened.frame[name], opened.frame.select(nothing & pl.col(USED)).to_series())
        if count:
            problem = Problem(
                "CN172", f"households[{name!r}]", "is zero, of which there is no logarithm", None, "",
                'zero="drop", or an amount that stands for every income below it', count=count, rows=rows,
            )  # fmt: skip
            raise_all([problem])
    if bottom is not None:
        y = pl.max_horizontal(y, pl.lit(bottom))  # an unknown income counts as no less either
        lines = [float(x) if isinstance(x, Fraction) else as_floats(x) for x in ends]
        if any(x <= bottom if isinstance(x, float) else (x <= bottom).any() for x in lines):
            raise_all(
                [Problem("CN161", "zero", f"{zero!r} is not below every line", zero, remedy="choose a lower amount")]
            )
    made = []
    for end, line in zip(ENDS, ends, strict=True):
        z = pl.lit(float(line)) if isinstance(line, Fraction) else pl.lit(as_floats(line))
        certain = pl.col(INCOME).is_not_null() if end == "low" else pl.lit(True)
        on = pl.col(f"{POOR}_{end}").eq(1) & pl.col(f"{GAP}_{end}").eq(0)
        log = pl.when(pl.col(f"{POOR}_{end}").eq(0) | on | ~certain).then(0.0).when(y > 0).then((z / y).log())
        made.append((log.fill_null(0.0) if end == "low" else log).alias(f"{WATTS}_{end}"))
    return opened.beside(*made, (~nothing if zero == "drop" else pl.lit(True)).alias(KEPT))
