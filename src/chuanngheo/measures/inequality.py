"""Statistics of whole distributions that are no ratios of sums: the Gini coefficient and the Sen index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..values import Frozen, frozen
from .opening import GROUP, USED, WEIGHT, Opened

if TYPE_CHECKING:
    import polars as pl


@frozen
class Gini(Frozen):
    """The Gini coefficient of a column of incomes from 0.

    With S the weighted sum of the distances of a row to all others, it is the weighted sum of S over
    2 W Y (W the weights, Y the incomes). The distances come from running sums over sorted rows.
    """

    income: str

    @property
    def sort(self) -> str | None:
        return self.income

    def _parts(self, w: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        import polars as pl

        y = pl.col(self.income)
        return w.sum(), (w * y).sum(), y * (2 * w.cum_sum() - w.sum()) + (w * y).sum() - 2 * (w * y).cum_sum()

    def value(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        people, incomes, distance = self._parts(w)
        made = (w * distance).sum() / (2 * people * incomes)
        return pl.when(incomes > 0).then(made.clip(0.0, 1.0))  # rounding can fall below zero

    def score(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        people, incomes, distance = self._parts(w)
        of = distance / (people * incomes) - self.value(w) * (1 / people + pl.col(self.income) / incomes)
        return w * of.over(GROUP)


@frozen
class Sen(Frozen):
    """The Sen index of a column of gaps and one of who is poor (1.0 and 0.0).

    H [I + (1 - I) G] is (sum of gaps + D / (2 P)) / W: P the weights of the poor, D the weighted sum of
    the differences of their gaps, which are those of income / line.
    """

    poor: str
    gap: str

    @property
    def sort(self) -> str | None:
        return self.gap

    def _parts(self, w: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        """The weights of the poor, their gaps, and the weighted sum of the distances of a gap to theirs."""
        import polars as pl

        g, v = pl.col(self.gap), w * pl.col(self.poor)
        distance = g * (2 * v.cum_sum() - v.sum()) + (v * g).sum() - 2 * (v * g).cum_sum()
        return v, g, distance

    def value(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        v, g, distance = self._parts(w)
        made = ((v * g).sum() + (v * distance).sum() / (2 * v.sum())) / w.sum()
        return pl.when(w.sum() > 0).then(pl.when(v.sum() > 0).then(made).otherwise(0.0))

    def score(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        v, g, distance = self._parts(w)
        p = v.sum()
        of = pl.col(self.poor) * (g + distance / p - (v * distance).sum() / (2 * p * p))
        inside = pl.when(p > 0).then(of).otherwise(0.0)
        return w * ((inside - self.value(w)) / w.sum()).over(GROUP)


def inequality(opened: Opened, income: str, into: str) -> Opened:
    """Incomes for the least and the greatest Gini coefficient of each group that unknown incomes leave open.

    The coefficient is a convex over a linear function of the incomes, so that over unknown incomes it is
    greatest at a corner: each of them nothing, or without limit; of those without limit one alone is
    worst, the one with the least weight. Levelling the unknown incomes never raises it, so that it is
    least where all of them are one income, and there at one of the known incomes, between which it is
    a linear over a linear function.
    """
    import polars as pl

    row, known = "_cn_x_row", pl.col(income).is_not_null()
    w = pl.when(pl.col(USED)).then(pl.col(WEIGHT)).otherwise(0.0)
    frame = opened.frame.select(GROUP, income, w.alias(WEIGHT)).with_row_index(row)
    y, v, u = pl.col(income).filter(known), pl.col(WEIGHT).filter(known), pl.col(WEIGHT).filter(~known)
    some = pl.col(WEIGHT).filter(~known & (pl.col(WEIGHT) > 0))
    total = (v * y).sum()
    distance = y * (2 * v.cum_sum() - v.sum()) + total - 2 * (v * y).cum_sum()
    people, pairs = v.sum() + u.sum(), (v * distance).sum()
    level = (pairs + 2 * u.sum() * distance) / (2 * people * (total + u.sum() * y))
    told = frame.sort(income, nulls_last=True, maintain_order=True).group_by(GROUP).agg(
        pl.when(total > 0).then(y.gather(level.arg_min()).first()).otherwise(1.0).alias("one"),
        pl.when(total > 0).then((pairs + 2 * u.sum() * total) / (2 * people * total)).alias("nothing"),
        (1 - some.min() / people).alias("everything"),
        pl.col(row).filter(~known & (pl.col(WEIGHT) > 0)).gather(some.arg_min()).first().alias("who"),
    )  # fmt: skip
    held = frame.select(GROUP, income, row).join(told, on=GROUP, how="left", maintain_order="left")
    worst = pl.col("who").is_not_null() & ~(pl.col("nothing") > pl.col("everything")).fill_null(False)
    return opened.beside(
        *held.select(
            pl.col(income).fill_null(pl.col("one")).alias(f"{into}_low"),
            pl.when(worst)
            .then((pl.col(row) == pl.col("who")).cast(pl.Float64))
            .otherwise(pl.col(income).fill_null(0.0))
            .alias(f"{into}_high"),
        )
    )


__all__ = ["Gini", "Sen", "inequality"]
