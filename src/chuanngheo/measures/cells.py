"""The completions at the bounds of every Alkire-Foster measure, as columns beside the rows of a table.

The choices are made by :mod:`completions`; this room finds out, for whole columns at once, between what
each row chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from . import completions as can
from .completions import Choices, Rule, whole_numbers
from .opening import GROUP, USED, WEIGHT
from .uncertainty import Estimate, Ratio, Statistic

if TYPE_CHECKING:
    import polars as pl

NEW = "_cn_x_"
DEPRIVED, OPEN, INSIDE, OF = f"{NEW}deprived", f"{NEW}open", f"{NEW}inside", f"{NEW}of"
PATTERN, KIND, CHOICE, LOW, SURELY, MAYBE = (
    f"{NEW}{n}" for n in ("pattern", "kind", "choice", "low", "surely", "maybe")
)
CELL = (GROUP, DEPRIVED, OPEN, INSIDE)


@attrs.frozen
class Share:
    """What one group has of a sum over all: its own rows by column ``mine``, all others by ``others``."""

    group: int
    mine: str
    others: str
    sort: str | None = None

    def value(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        whole = self._whole(w).sum()
        return pl.when(whole != 0).then(self._own(w).sum() / whole)

    def score(self, w: pl.Expr) -> pl.Expr:
        return (self._own(w) - self.value(w) * self._whole(w)) / self._whole(w).sum()

    def _own(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        return pl.when(pl.col(OF) == self.group).then(w * pl.col(self.mine)).otherwise(0.0)

    def _whole(self, w: pl.Expr) -> pl.Expr:
        import polars as pl

        return w * pl.when(pl.col(OF) == self.group).then(self.mine).otherwise(self.others)


@attrs.frozen
class Times:
    """A ratio times a number."""

    ratio: Ratio
    factor: float
    sort: str | None = None

    def value(self, w: pl.Expr) -> pl.Expr:
        return self.ratio.value(w) * self.factor

    def score(self, w: pl.Expr) -> pl.Expr:
        return self.ratio.score(w) * self.factor


class Counter:
    """Finds for each measure the completions at its bounds, and writes them into columns.

    A *pattern* is what rows know and do not know alike: which indicators are deprived, which are open,
    whether the row belongs to the population. A *cell* is a pattern in a group. What a row adds to a
    measure depends on its cell alone, so that a column is worked out for the cells and joined to the rows.
    """

    def __init__(self, of: Rule, frame: pl.DataFrame) -> None:
        import polars as pl

        self.rule = of
        cells = frame.filter(pl.col(USED)).group_by(CELL).agg(pl.col(WEIGHT).sum())
        patterns = cells.select(CELL[1:]).unique().with_row_index(PATTERN)
        self.cells = cells.join(patterns, on=CELL[1:], how="left", nulls_equal=True)
        low, high = _score(of, DEPRIVED), _score(of, DEPRIVED) + _score(of, OPEN)
        self.patterns = patterns.with_columns(
            (low >= of.least).alias(SURELY), (high >= of.least).alias(MAYBE), low.alias(LOW)
        )
        self.certain = self.patterns.select(((pl.col(OPEN) == 0) & pl.col(INSIDE).fill_null(False)).all()).item()
        self.memo: dict[tuple[int, int], can.Pair] = {}
        self.columns: list[pl.Series] = []

    def summary(self) -> list[Estimate]:
        import polars as pl

        scores = self.reached(pl.col(LOW), pl.col(OPEN))
        least = pl.when(SURELY).then(scores[0]).otherwise(0).alias("least")
        return [
            Estimate("H", *self.ratios("poor", [pl.col(SURELY), pl.col(MAYBE)], can.either)),
            Estimate("A", *self.ratios("intensity", [~pl.col(SURELY), *scores], can.among_poor, self.rule.whole)),
            Estimate("M0", *self.ratios("score", [least, scores[1]], can.between, self.rule.whole)),
        ]

    def indicators(self) -> list[Estimate]:
        import polars as pl

        of, made = self.rule, []
        for j, name in enumerate(of.names):
            own, bit = of.parts[j] / of.whole, pl.lit(1 << j, pl.Int64)
            deprived, open_ = (pl.col(DEPRIVED) & bit) != 0, (pl.col(OPEN) & bit) != 0
            possible = deprived | open_
            raw = self.ratios(f"raw_{j}", [deprived, possible.alias("maybe")], can.either)
            both = [deprived & pl.col(SURELY), (possible & pl.col(MAYBE)).alias("maybe")]
            low, high = self.ratios(f"kept_{j}", both, can.either)
            part: tuple[Statistic, Statistic]
            if self.certain:  # nothing to choose: the columns are there
                only = Times(Ratio(low.top, f"{NEW}score_low"), own)
                part = only, only
            else:
                rest = pl.col(OPEN) & ~bit
                held = [
                    pl.when(possible).then(s).otherwise(0)
                    for s in self.reached(pl.col(LOW) + of.parts[j] * open_, rest)
                ]
                bare = [pl.when(deprived).then(0).otherwise(s) for s in self.reached(pl.col(LOW), rest)]
                keys = [~pl.col(SURELY), *(e.alias(f"s{i}") for i, e in enumerate([*held, *bare]))]
                part = self.ratios(f"part_{j}", keys, partial(can.part_of_score, of.parts[j]))
            added = Times(low, own)
            made += [
                Estimate("uncensored_headcount", *raw, (name,)),
                Estimate("censored_headcount", low, high, (name,)),
                Estimate("absolute_contribution", added, added if high is low else Times(high, own), (name,)),
                Estimate("contribution", part[0], part[1], (name,)),
            ]
        return made

    def shares(self, groups: int) -> list[Estimate]:
        """A group has most where it has all it can and the others have least."""
        import polars as pl

        scores = self.reached(pl.col(LOW), pl.col(OPEN))
        inside = pl.col(INSIDE).fill_null(False)
        made = []
        for measure, least, most in (
            ("population_share", inside.cast(pl.Int64), pl.lit(1)),
            ("contribution", pl.when(pl.col(SURELY) & inside).then(scores[0]).otherwise(0), pl.lit(scores[1])),
        ):
            low, high = f"{NEW}{measure}_low", f"{NEW}{measure}_high"
            found = self.patterns.select(PATTERN, least.cast(pl.Float64).alias(low), most.cast(pl.Float64).alias(high))
            cells = self.cells.join(found, on=PATTERN, how="left", maintain_order="left")
            self.columns += [cells[low], cells[high]]
            own = dict(cells.group_by(GROUP).agg((pl.col(high) * pl.col(WEIGHT)).sum()).rows())
            surely = cells[low].equals(cells[high], check_names=False)
            for g in range(groups):
                # Where all others can have nothing, or the group itself, the share is 1 or 0 in every completion.
                others = any(value for h, value in own.items() if h != g)
                bottom = Share(g, low if others else high, high)
                made.append(
                    Estimate(
                        measure, bottom, bottom if surely else Share(g, high, low if own.get(g) else high), (str(g),)
                    )
                )
        return made

    def reached(self, base: pl.Expr, bits: pl.Expr) -> tuple[pl.Series, pl.Series]:
        """For each pattern the least and the greatest score that is poor, 0 where none is."""
        import polars as pl

        rows = self.patterns.select(base.alias("base"), bits.alias("bits"))
        asked = rows.unique()
        for pair in asked.rows():
            if pair not in self.memo:
                self.memo[pair] = self.rule.reached(*pair)
        found = [self.memo[pair] for pair in asked.rows()]
        ends = asked.with_columns(pl.Series(f"end{i}", [f[i] for f in found], pl.Int64) for i in (0, 1))
        joined = rows.join(ends, on=["base", "bits"], how="left", maintain_order="left")
        return joined["end0"], joined["end1"]

    def ratios(
        self, name: str, keys: Sequence[Any], make: Callable[..., Choices], over: int = 1
    ) -> tuple[Ratio, Ratio]:
        """A measure at its least and at its greatest, as columns; one and the same where nothing is open.

        ``keys`` are what the choices of a pattern depend on; numerators are divided by ``over``.
        """
        import polars as pl

        kinds = self.patterns.select(PATTERN, pl.struct(*keys, pl.col(INSIDE)).alias(KIND))
        every = kinds.select(pl.col(KIND).unique(maintain_order=True)).with_row_index(CHOICE)
        choices = [make(*row.values()) for row in every[KIND].to_list()]
        coded = kinds.join(every, on=KIND, how="left", nulls_equal=True).select(PATTERN, CHOICE)
        cells = self.cells.join(coded, on=PATTERN, how="left", maintain_order="left")
        sums = cells.group_by(GROUP, CHOICE).agg(pl.col(WEIGHT).sum()).sort(GROUP, CHOICE)
        rows: list[tuple[int, int, can.Pair, can.Pair]] = []
        sure = True
        for (g,), group in sums.group_by(GROUP, maintain_order=True):
            held = [choices[c] for c in group[CHOICE]]
            weights: dict[Choices, int] = {}
            for pairs, weight in zip(held, whole_numbers(group[WEIGHT].to_list()), strict=True):
                weights[pairs] = weights.get(pairs, 0) + weight
            found = can.bounds(weights)
            sure &= found.at_high is found.at_low
            rows += [(g, c, found.at_low[p], found.at_high[p]) for c, p in zip(group[CHOICE], held, strict=True)]
        ends = [[low for _, _, low, _ in rows], *([] if sure else [[high for *_, high in rows]])]
        made = pl.DataFrame([
            pl.Series(GROUP, [g for g, *_ in rows], pl.Int64),
            pl.Series(CHOICE, [c for _, c, *_ in rows], cells.schema[CHOICE]),
        ])  # fmt: skip
        ratios = []
        for end, pairs_at in zip(("low", "high"), ends, strict=False):
            top, bottom = f"{NEW}{name}_{end}", f"{NEW}{name}_{end}_of"
            made = made.with_columns(pl.Series(top, [n / over for n, _ in pairs_at], pl.Float64))
            if all(d == 1 for _, d in pairs_at):
                ratios.append(Ratio(top))
            else:
                made = made.with_columns(pl.Series(bottom, [d / 1 for _, d in pairs_at], pl.Float64))
                ratios.append(Ratio(top, bottom))
        keys_of = [GROUP, CHOICE]
        joined = cells.select(keys_of).join(made, on=keys_of, how="left", maintain_order="left")
        self.columns += joined.drop(keys_of).get_columns()
        return ratios[0], ratios[-1]

    def joined(self, frame: pl.DataFrame) -> list[pl.Series]:
        """The columns for every row; a row that is not used adds nothing."""
        import polars as pl

        made = self.cells.select(CELL).with_columns(self.columns)
        rows = frame.select(CELL).join(made, on=CELL, how="left", nulls_equal=True, maintain_order="left")
        return rows.select(pl.col(s.name).fill_null(0.0) for s in self.columns).get_columns()


def _score(of: Rule, bits: str) -> pl.Expr:
    """The sum of the weights of some bits, as a whole number."""
    import polars as pl

    one = pl.lit(1, pl.Int64)
    return pl.sum_horizontal(
        pl.when((pl.col(bits) & (one * (1 << j))) != 0).then(p).otherwise(0).cast(pl.Int64)
        for j, p in enumerate(of.parts)
    )
