"""Standard errors and intervals from a design: the one room that knows the package ``svy``.

A measure is a :class:`Ratio`, or something with the same three members. Its variance under a design
with strata and primary units is that of the total of its *linearised variable* (score): what a small
change of the weight of a row does to the measure. ``svy`` computes that variance. With replicate
weights each measure is computed again with each of them, and nothing is linearised.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from ..errors import ChuanNgheoError, DataProblems, Problem, quoted
from ..values import Frozen, frozen
from .design import Design, Replicates
from .opening import (
    GROUP,
    POPULATION,
    PRIMARY,
    REPLICATE,
    STRATUM,
    USED,
    WEIGHT,
    Opened,
    counted,
)  # fmt: skip
from .tidy import ERRORS, table
from .tidy import columns as tidy_columns

if TYPE_CHECKING:
    import polars as pl

ROW, ONE, ORDER, STATISTIC = "_cn_row", "_cn_one", "_cn_order", "_cn_s"
ENOUGH = 5  # strata listed in a message


class Statistic(Protocol):
    """Something that is computed from the rows and weights of a group.

    ``sort`` is the column by which rows must be sorted first (None: any order). ``value(w)`` is its
    value in a group, a polars aggregation; ``score(w)`` what a row adds to its variance: the weight
    times the derivative of the value by the weight of the row. ``w`` is zero where a row is not used.
    Two that are equal are computed once.
    """

    @property
    def sort(self) -> str | None: ...
    def value(self, w: pl.Expr) -> pl.Expr: ...
    def score(self, w: pl.Expr) -> pl.Expr: ...


@frozen
class Ratio(Frozen):
    """The weighted sum of column ``top`` over that of ``bottom`` (over the sum of the weights where None).

    It is null where a row that counts has a null in ``top`` (a bound that does not exist), and where
    ``bottom`` comes to zero.
    """

    top: str
    bottom: str | None = None

    @property
    def sort(self) -> str | None:
        return None

    def value(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        top, below = (w * pl.col(self.top)).sum(), self._below(w).sum()
        open_ = ((w > 0) & pl.col(self.top).is_null()).any()
        return pl.when(~open_ & (below != 0)).then(top / below)

    def score(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        value = self.value(w).over(GROUP)
        one = pl.lit(1.0) if self.bottom is None else pl.col(self.bottom)
        return w * (pl.col(self.top) - value * one) / self._below(w).sum().over(GROUP)

    def _below(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        return w if self.bottom is None else w * pl.col(self.bottom)


@attrs.frozen(eq=False)
class Estimate:
    """One row of a table for each group: a measure between ``low`` and ``high`` (one statistic where it is certain).

    ``high=None`` says that there is no upper bound where a row with an unknown counts. ``beside``
    are the values of the columns after ``measure`` (``("nutrition",)`` for ``indicator``).
    """

    measure: str
    low: Statistic
    high: Statistic
    beside: tuple[str, ...] = ()


def estimated(
    opened: Opened,
    estimates: Sequence[Estimate],
    rows_unknown: pl.Expr,
    *,
    level: float = 0.95,
    beside: Sequence[str] = (),
) -> Any:
    """The tidy table of some estimates, in the caller's kind of table.

    ``rows_unknown`` is a polars condition: the rows in which something is unknown. ``level`` is that
    of the intervals. Raises :class:`DataProblems` for a stratum of one primary unit (unless the
    design chose otherwise) and :class:`MissingPackage` where ``svy`` is needed and not installed.
    """
    return finished(opened, [estimated_rows(opened, estimates, rows_unknown, level=level, beside=beside)], beside)


def estimated_rows(
    opened: Opened,
    estimates: Sequence[Estimate],
    rows_unknown: pl.Expr,
    *,
    level: float = 0.95,
    beside: Sequence[str] = (),
    places: Sequence[int] | None = None,
) -> pl.DataFrame:
    """The rows of :func:`estimated`, for :func:`finished`; ``places`` orders the measures within a group."""
    import polars as pl

    _level(level)
    if not estimates:  # an empty table has no groups and no classes of which there could be shares
        texts, numbers = ("measure", *beside), ("low", "high", *(ERRORS if opened.design.has_variance else ()))
        kinds = dict.fromkeys(texts, pl.String) | dict.fromkeys(("value", *numbers), pl.Float64) | {ORDER: pl.Int32}
        held = (
            counted(opened, rows_unknown).clear().with_columns(pl.lit(None, kind).alias(n) for n, kind in kinds.items())
        )
        return held.select(GROUP, ORDER, *tidy_columns(opened.by, opened.design.has_variance, beside))
    frame = opened.frame.with_row_index(ROW).with_columns(
        pl.when(pl.col(USED)).then(pl.col(n)).otherwise(0.0).alias(n) for n in (WEIGHT, *opened.replicates)
    )
    ready = attrs.evolve(opened, frame=frame)
    statistics = list(dict.fromkeys(s for e in estimates for s in (e.low, e.high)))
    place = {s: f"{STATISTIC}{i}" for i, s in enumerate(statistics)}
    found = _values(ready, statistics, [WEIGHT])
    errors = opened.design.has_variance
    if errors:
        found = found.join(_spread(ready, statistics, found, level), on=GROUP, how="left")
    groups = counted(opened, rows_unknown).join(found, on=GROUP, how="left", maintain_order="left")
    made: list[pl.DataFrame] = []
    for order, e in zip(places or range(len(estimates)), estimates, strict=True):
        low, high = place[e.low], place[e.high]
        parts = [pl.lit(e.measure).alias("measure"), pl.col(low).alias("low"), pl.col(high).alias("high")]
        parts += [pl.lit(v).alias(n) for n, v in zip(beside, e.beside, strict=True)]
        if errors:
            parts += [
                pl.col(f"{low} se").alias("se"),
                (pl.col(low) - pl.col(f"{low} half")).alias("ci_low"),
                (pl.col(high) + pl.col(f"{high} half")).alias("ci_high"),
            ]
        made.append(groups.with_columns(parts).with_columns(pl.lit(order).alias(ORDER)))
    rows = pl.concat(made).with_columns(pl.lit(None, pl.Float64).alias("value"))
    return rows.select(GROUP, ORDER, *tidy_columns(opened.by, errors, beside))


def finished(opened: Opened, rows: Sequence[pl.DataFrame], beside: Sequence[str] = ()) -> Any:
    """Rows of :func:`estimated_rows` as one table of the caller's kind."""
    import polars as pl

    whole = pl.concat(rows).sort(GROUP, ORDER).drop(GROUP, ORDER)
    return table(opened.native, whole, opened.by, opened.design.has_variance, beside)


class MissingPackage(ChuanNgheoError, ImportError):
    """A package that an extra of this library installs is not there."""


# --- values -------------------------------------------------------------------------------------------


def _values(opened: Opened, statistics: Sequence[Statistic], weights: Sequence[str]) -> pl.DataFrame:
    """For each group, each statistic with each weight: columns ``_cn_s0``, or ``_cn_s0 <weight>`` where there are several."""
    import polars as pl

    found = opened.groups.select(pl.int_range(pl.len()).alias(GROUP))
    for by in dict.fromkeys(s.sort for s in statistics):
        asked = [
            s.value(pl.col(w)).alias(f"{STATISTIC}{i}" if len(weights) == 1 else f"{STATISTIC}{i} {w}")
            for i, s in enumerate(statistics)
            if s.sort == by
            for w in weights
        ]
        made = _sorted(opened.frame, by, asked).group_by(GROUP).agg(asked)
        found = found.join(made, on=GROUP, how="left", maintain_order="left")
    return found


def _sorted(frame: pl.DataFrame, by: str | None, asked: Sequence[pl.Expr]) -> pl.DataFrame:
    """The rows in an order, with what the expressions read."""
    if by is None:
        return frame
    names = {ROW, GROUP, by, *(name for e in asked for name in e.meta.root_names())}
    return frame.select(sorted(names)).sort(by, maintain_order=True)


def _spread(opened: Opened, statistics: Sequence[Statistic], values: pl.DataFrame, level: float) -> pl.DataFrame:
    """For each group and statistic its standard error, and half the width of its interval."""
    if opened.design.replicates is not None:
        return _replicated(opened, statistics, values, level)
    return _linearised(opened, statistics, level)


# --- strata and primary units -------------------------------------------------------------------------


def _linearised(opened: Opened, statistics: Sequence[Statistic], level: float) -> pl.DataFrame:
    import polars as pl

    svy = _svy()
    _single(opened)
    scores = opened.frame.select(ROW, GROUP)
    for by in dict.fromkeys(s.sort for s in statistics):
        asked = [s.score(pl.col(WEIGHT)).alias(f"{STATISTIC}{i}") for i, s in enumerate(statistics) if s.sort == by]
        frame = _sorted(opened.frame, by, asked)
        scores = scores.join(frame.select(ROW, *asked), on=ROW, how="left", maintain_order="left")
    names = [f"{STATISTIC}{i}" for i in range(len(statistics))]
    drawn = [n for n in (WEIGHT, STRATUM, PRIMARY, POPULATION) if n in opened.frame.columns]
    whole = opened.frame.select(ROW, *drawn).join(scores, on=ROW, maintain_order="left")
    whole = whole.with_columns(pl.col(names).fill_null(0.0).fill_nan(0.0))
    # The variance is that of the sums of primary units: so many rows are all it takes.
    unit = [n for n in (STRATUM, PRIMARY, POPULATION, GROUP) if n in whole.columns]
    whole = whole.group_by(unit, maintain_order=True).agg(pl.col(names).sum(), pl.col(WEIGHT).max())
    whole = whole.with_columns(pl.lit(1.0).alias(ONE))
    active = whole.filter(pl.col(WEIGHT) > 0).get_column(GROUP).unique().to_list()
    if not active:
        return pl.DataFrame({GROUP: []}, {GROUP: pl.Int64}).with_columns(
            pl.lit(None, pl.Float64).alias(f"{n} {part}") for n in names for part in ("se", "half")
        )
    # The weights are in the scores already: each row counts once, and one without weight in no domain.
    sample = svy.Sample(whole, _svy_design(svy, opened.design))
    totals = sample.estimation.total(
        names, by=GROUP, where=svy.col(WEIGHT) > 0, method="taylor", alpha=1 - level
    )  # fmt: skip
    made = pl.DataFrame({GROUP: sorted(active)}, {GROUP: pl.Int64})
    for name, total in zip(names, totals, strict=True):
        half = ((pl.col("uci") - pl.col("lci")) / 2).fill_nan(None)
        told = total.to_polars().select(
            pl.col(GROUP).cast(pl.Int64),
            # A group in one primary unit says nothing of its variance: it has no degree of freedom.
            pl.when(half.is_not_null()).then("se").alias(f"{name} se"),
            half.alias(f"{name} half"),
        )
        made = made.join(told, on=GROUP, how="left", maintain_order="left")
    return made.with_columns(pl.exclude(GROUP).fill_nan(None))


def _svy_design(svy: Any, design: Design) -> Any:
    """Its singleton rules have the names of ours, and "raise" is told before it comes so far."""
    chosen = {} if design.single == "raise" else {"singleton": design.single}
    fpc = {} if design.fpc is None else {"pop_size": POPULATION}
    return svy.Design(stratum=STRATUM, psu=PRIMARY, wgt=ONE, **fpc, **chosen)


def _single(opened: Opened) -> None:
    """A stratum of one primary unit says nothing of its variance: an error, unless the design chose."""
    import polars as pl

    if opened.design.single != "raise":
        return
    units = opened.frame.group_by(STRATUM).agg(pl.col(PRIMARY).n_unique().alias("units"), pl.col(ROW).min()).sort(ROW)
    alone = units.filter(pl.col("units") == 1)
    if alone.height:
        rows = tuple((int(r), None, _stratum(opened, int(r))) for r in alone[ROW][:ENOUGH])
        problem = Problem(
            "CN167", "strata", f"{alone.height} of {units.height} strata have one primary unit, which says nothing of their variance", None,
            'single="center", "scale" or "skip"', "join them to a like stratum, or choose single= and say so", count=alone.height, rows=rows,
        )  # fmt: skip
        raise DataProblems("the variance cannot be estimated", [problem])


def _stratum(opened: Opened, row: int) -> Any:
    """The stratum of a row as the caller wrote it."""
    from ..tabular import to_polars

    names = opened.design.strata
    if not names:
        return "the whole sample"
    held = to_polars(opened.native, "households").row(row, named=True)
    return held[names[0]] if len(names) == 1 else tuple(held[n] for n in names)


# --- replicate weights --------------------------------------------------------------------------------


def _replicated(opened: Opened, statistics: Sequence[Statistic], values: pl.DataFrame, level: float) -> pl.DataFrame:
    import polars as pl

    svy = _svy()
    replicates = opened.design.replicates
    assert replicates is not None
    coefficients, df = _coefficients(svy, replicates, len(opened.replicates))
    every = _values(opened, statistics, opened.replicates).join(values, on=GROUP, maintain_order="left")
    wide = _t(level, df)
    asked = []
    for i in range(len(statistics)):
        ours = [pl.col(f"{STATISTIC}{i} {REPLICATE}{r}") for r in range(len(opened.replicates))]
        centre = pl.col(f"{STATISTIC}{i}") if replicates.centre == "estimate" else sum(ours[1:], ours[0]) / len(ours)
        squares = [c * (o - centre) ** 2 for c, o in zip(coefficients, ours, strict=True)]
        se = sum(squares[1:], squares[0]).sqrt()
        asked += [se.alias(f"{STATISTIC}{i} se"), (se * wide).alias(f"{STATISTIC}{i} half")]
    return every.select(GROUP, *asked)


def _coefficients(svy: Any, replicates: Replicates, count: int) -> tuple[list[float], float]:
    """What each squared difference is multiplied by, and the degrees of freedom, as svy has them."""
    kinds: dict[str, tuple[Any, dict[str, Any]]] = {
        "brr": (svy.BrrWgts, {}),
        "fay": (svy.BrrWgts, {"fay_coef": replicates.fay}),
        "jk1": (svy.JackknifeWgts, {"kind": "jk1"}),
        "jkn": (svy.JackknifeWgts, {"kind": "jkn"}),
        "bootstrap": (svy.BootstrapWgts, {}),
        "sdr": (svy.SdrWgts, {}),
    }
    kind, more = kinds[replicates.method]
    scale = replicates.scale if replicates.scale is None else _floats(replicates.scale)
    if replicates.method == "jkn":  # which stratum each replicate left out is in the scale alone
        coefficients = [scale] * count if isinstance(scale, float) else list(scale or ())
    else:
        coefficients = kind(prefix=REPLICATE, n_reps=count, scale=scale, **more).coefficients()
    return coefficients, float(replicates.df if replicates.df is not None else count - 1)


def _floats(scale: float | tuple[float, ...]) -> float | tuple[float, ...]:
    return tuple(float(s) for s in scale) if isinstance(scale, tuple) else float(scale)


# --- parts --------------------------------------------------------------------------------------------


def _t(level: float, df: float) -> float:
    """The quantile of Student's t for a two-sided interval."""
    from scipy.stats import t  # type: ignore[import-untyped]

    return float(t.ppf((1 + level) / 2, df))


def _level(level: float) -> None:
    if not isinstance(level, int | float) or not 0 < level < 1:
        problem = Problem(
            "CN161", "level", f"{quoted(level)} is no level of confidence", level, "above 0 and below 1", "level=0.95"
        )
        raise DataProblems("the level of confidence cannot be used", [problem])


def _svy() -> Any:
    try:
        import svy
    except ImportError:
        problem = Problem(
            "CN168", "svy", "standard errors need the package svy, which is not installed", None, "",
            "pip install 'chuanngheo[survey]', or a design without strata, psu and replicates",
        )  # fmt: skip
        raise MissingPackage("the package svy is not installed", [problem]) from None
    return svy


__all__ = ["Estimate", "MissingPackage", "Ratio", "Statistic", "estimated", "estimated_rows", "finished"]
