"""The counting measures of Alkire and Foster: who is deprived in enough at once, and in how much.

A person's score is the sum of the weights of what they are deprived in; whoever reaches the cut-off k is
poor. H is the share of the poor, A their average score, M0 = H x A. Alkire, S. and Foster, J. (2011),
"Counting and multidimensional poverty measurement", Journal of Public Economics 95(7-8), 476-487.

Scores and k are compared as whole numbers over the common denominator of the weights: six weights of 1/12
reach k = 1/2, which their sum in floating point need not do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from re import fullmatch
from typing import TYPE_CHECKING, Any

import attrs

from ..answering import Standard
from ..errors import DataProblems, Problem, quoted
from ..model import Quantity
from ..tabular import like, to_polars
from . import completions as can
from .completions import Choices, Pattern, Rule, TooManyScores, whole_numbers
from .design import Design, one_of
from .opening import GROUP, UNKNOWN, USED, WEIGHT, Opened, counted, open_table, settle
from .tidy import columns as tidy_columns
from .uncertainty import Estimate, Ratio, Statistic, estimated

if TYPE_CHECKING:
    import polars as pl

Weights = Mapping[str, Any]
MOST = 62  # indicators: the bits of a whole number of 64 bits
DEPRIVED, OPEN, INSIDE, OF = "_cn_x_deprived", "_cn_x_open", "_cn_x_inside", "_cn_x_of"
CELL = (GROUP, DEPRIVED, OPEN, INSIDE)


@attrs.frozen(eq=False)
class AlkireFoster:
    """The tables of one count, each in the caller's kind of table.

    ``summary`` has the measures ``H``, ``A``, ``M0``; ``indicators`` for each indicator
    ``uncensored_headcount`` (all who are deprived in it), ``censored_headcount`` (the poor who are),
    ``absolute_contribution`` (weight times censored headcount; they add up to M0) and ``contribution``
    (that as a share of M0). ``groups``, with ``by``, has ``population_share``, ``M0`` and
    ``contribution`` (of the group to the M0 of all); None without. ``weights`` and ``k`` are exact.
    """

    summary: Any
    indicators: Any
    groups: Any
    weights: Mapping[str, Fraction]
    k: Fraction

    def __repr__(self) -> str:
        return f"<AlkireFoster of {len(self.weights)} indicators, k = {self.k}>"


def alkire_foster(
    frame: Any,
    design: Design,
    *,
    weights: Weights,
    k: Any,
    by: str | Sequence[str] | None = None,
    unit: str = "household",
    unknown: str = "bounds",
    level: float = 0.95,
) -> AlkireFoster:
    """H, A and M0 of Alkire and Foster, with headcounts, contributions and a split by group.

    ``weights`` maps columns (True where deprived, null where unknown; 1 and 0 will do) to weights that
    add up to 1, and ``k`` is above 0 and at most 1: ``"1/6"``, ``"0.25"``, ``Fraction(1, 6)``, a
    ``Decimal`` or a whole number. A float is refused, because 1/3 is none. ``unit`` ``"person"`` counts
    each household as often as it has persons.

    An unknown indicator is never taken for "not deprived". ``unknown="bounds"`` gives the least and
    greatest value over every way of filling in; they are exact for each measure by itself (those of A
    and of contributions over the ways that leave somebody poor). ``"drop"`` leaves the rows out,
    ``"raise"`` is :class:`DataProblems` with their number. Standard errors come with the design; those
    of bounds are of the completion that gives the bound.

    Raises :class:`DataProblems` for weights, ``k`` and columns that cannot be used.

    The four persons of Alkire and Foster (2011), of whom two are deprived in two dimensions or more:

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> four = pl.DataFrame({"income": [False, False, True, False], "schooling": [False, True, True, True],
    ...                      "health": [False, False, True, False], "services": [False, True, True, False]})
    >>> r = alkire_foster(four, ms.unweighted(), weights=equal_weights(four.columns), k="2/4")
    >>> r.summary["measure"].to_list(), r.summary["value"].to_list()
    (['H', 'A', 'M0'], [0.5, 0.75, 0.375])
    """
    problems: list[Problem] = []
    exact, cutoff = _exact_weights(weights, problems), _cutoff(k, problems)
    one_of("unknown", unknown, UNKNOWN, problems)
    opened = open_table(frame, design, by=by, unit=unit, truths=tuple(exact), problems=problems)
    return count(opened, exact, cutoff, unknown, level)


# --- weights ------------------------------------------------------------------------------------------


def indicator_columns(standard: Standard) -> tuple[str, ...]:
    """The columns that ``standard.classify`` writes for its indicators.

    >>> import chuanngheo as cn
    >>> indicator_columns(cn.standard("vn-child-2019"))[:2]
    ('deprived_education', 'deprived_health')
    """
    return tuple(f"deprived_{name}" for name in standard.indicators)


def equal_weights(names: Standard | Iterable[str]) -> dict[str, Fraction]:
    """The same weight for each column (or for each indicator of a standard).

    >>> equal_weights(["water", "sanitation"])
    {'water': Fraction(1, 2), 'sanitation': Fraction(1, 2)}
    """
    columns = indicator_columns(names) if isinstance(names, Standard) else tuple(names)
    return {name: Fraction(1, len(columns)) for name in columns}


def nested_weights(dimensions: Standard | Mapping[str, str]) -> dict[str, Fraction]:
    """The same weight for each dimension, and within it for each indicator.

    ``dimensions`` maps columns to their dimension, or is a standard: then the columns are those of
    :func:`indicator_columns`.

    >>> made = nested_weights({"nutrition": "health", "mortality": "health", "school": "education"})
    >>> {name: str(w) for name, w in made.items()}
    {'nutrition': '1/4', 'mortality': '1/4', 'school': '1/2'}
    """
    if isinstance(dimensions, Standard):
        held = {f"deprived_{name}": i.dimension for name, i in dimensions.indicators.items()}
    else:
        held = dict(dimensions)
    every = list(held.values())
    return {name: Fraction(1, len(set(every)) * every.count(where)) for name, where in held.items()}


def _exact_weights(weights: Weights, problems: list[Problem]) -> dict[str, Fraction]:
    """The weights, or what is wrong with them; the names are told all the same, so that columns are checked."""
    if not isinstance(weights, Mapping) or not 0 < len(weights) <= MOST:
        problems.append(
            Problem("CN175", "weights", f"are no weights of 1 to {MOST} columns", weights,
                    remedy='weights={"deprived_water": "1/2", "deprived_sanitation": "1/2"}')
        )  # fmt: skip
        return {}
    found = {}
    for name, given in weights.items():
        value = _exact(f"weights[{name!r}]", given, problems)
        if value is not None and value <= 0:
            problems.append(
                Problem("CN177", f"weights[{name!r}]", "a weight is above 0", given, remedy="leave the column out")
            )
        found[name] = value
    known = {name: value for name, value in found.items() if value is not None}
    total = sum(known.values(), Fraction(0))
    if len(known) == len(found) and total != 1:
        problems.append(
            Problem("CN177", "weights", f"the weights add up to {total}, not to 1", None, "weights with the sum 1",
                    f"divide each by {total}, or use equal_weights, nested_weights")
        )  # fmt: skip
    return {name: known.get(name, Fraction(0)) for name in found}


def _cutoff(k: Any, problems: list[Problem]) -> Fraction:
    value = _exact("k", k, problems)
    if value is not None and not 0 < value <= 1:
        problems.append(
            Problem("CN178", "k", f"{quoted(k)} is no cut-off of scores that go from 0 to 1", k, "above 0, at most 1",
                    'a number of indicators is a share of them: k="3/12"')
        )  # fmt: skip
    return value or Fraction(1)


def _exact(where: str, given: Any, problems: list[Problem]) -> Fraction | None:
    held = given.value if isinstance(given, Quantity) else given
    if isinstance(held, str) and fullmatch(r"\s*\d+(\.\d+)?\s*(/\s*0*[1-9]\d*\s*)?", held):
        top, _, bottom = held.partition("/")
        return Fraction(top.strip()) / int(bottom or 1)
    if isinstance(held, int | Fraction) and not isinstance(held, bool):
        return Fraction(held)
    if isinstance(held, Decimal) and held.is_finite():
        return Fraction(held)
    why = "is a float, and most fractions are none: scores on the cut-off would fall on either side of it"
    problems.append(
        Problem("CN176", where, why if isinstance(held, float) else f"{quoted(given)} is no exact number", given,
                "text such as 1/6 or 0.25, a Fraction, a Decimal, a whole number", 'write "1/3", not 0.333')
    )  # fmt: skip
    return None


# --- counting -----------------------------------------------------------------------------------------


def count(
    opened: Opened, weights: Mapping[str, Fraction], k: Fraction, unknown: str, level: float, asked: Sequence[str] = ()
) -> AlkireFoster:
    """The tables of an opened table of truths.

    A null in the column ``INSIDE``, where there is one, stands for a row that may not belong to the
    population. ``asked`` are columns beside the indicators that must be known under ``unknown="raise"``.
    """
    import polars as pl

    names = tuple(weights)
    if INSIDE not in opened.frame.columns:
        opened = opened.beside(pl.lit(True).alias(INSIDE))
    missing = pl.any_horizontal(pl.col(n).is_null() for n in (*names, INSIDE))
    opened = settle(opened, unknown, missing, (*asked, *names))
    opened = opened.beside(
        _bits(pl.col(n).fill_null(False) for n in names).alias(DEPRIVED),
        _bits(pl.col(n).is_null() for n in names).alias(OPEN),
    )
    cells = opened.frame.filter(pl.col(USED)).group_by(CELL).agg(pl.col(WEIGHT).sum()).sort(CELL, nulls_last=True)
    counter = Counter(can.rule(weights, k), cells)
    try:
        summary, indicators = counter.summary(), counter.indicators()
    except TooManyScores:
        problem = Problem(
            "CN179", "weights", "the unknown indicators of one row can add up to more scores than can be gone through", None, "",
            'unknown="drop", or weights with a small common denominator',
        )  # fmt: skip
        raise DataProblems("bounds cannot be found", [problem]) from None
    shares = counter.shares(opened.groups.height) if opened.by else []
    full = opened.beside(*counter.joined(opened.frame))
    bare = attrs.evolve(full, native=to_polars(opened.native, "households"))
    unsure = missing & pl.col(USED)
    made = estimated(bare, summary, unsure, level=level)
    return AlkireFoster(
        like(opened.native, made),
        estimated(full, indicators, unsure, level=level, beside=("indicator",)),
        like(opened.native, _split(bare, made, shares, unsure, level)) if opened.by else None,
        dict(weights),
        k,
    )


def _bits(columns: Iterable[pl.Expr]) -> pl.Expr:
    """One whole number whose bit *j* is the *j*-th column."""
    import polars as pl

    return pl.sum_horizontal(c.cast(pl.Int64) * pl.lit(1 << j, pl.Int64) for j, c in enumerate(columns))


def _split(opened: Opened, summary: pl.DataFrame, shares: Sequence[Estimate], unsure: pl.Expr, level: float) -> Any:
    """For each group its share of the population, its M0 and its part of the M0 of all."""
    import polars as pl

    whole = attrs.evolve(
        opened.beside(pl.col(GROUP).alias(OF), pl.lit(0, pl.Int64).alias(GROUP)),
        by=(),
        groups=pl.DataFrame([pl.Series("_cn_all", [None])]),
    )
    found = estimated(whole, shares, unsure, level=level, beside=(OF,)).with_columns(pl.col(OF).cast(pl.Int64))
    held = counted(opened, unsure).select(pl.col(GROUP).alias(OF), *opened.by, "rows", "rows_unknown", "total")
    found = found.drop("rows", "rows_unknown", "total").join(held, on=OF, how="left", maintain_order="left")
    own = summary.filter(pl.col("measure") == "M0").with_row_index(OF).with_columns(pl.col(OF).cast(pl.Int64))
    order = ["population_share", "M0", "contribution"]
    rows = pl.concat([found, own.select(found.columns)], how="vertical_relaxed")
    rows = rows.sort(OF, pl.col("measure").replace_strict(order, range(len(order)), return_dtype=pl.Int64))
    return rows.select(tidy_columns(opened.by, opened.design.has_variance))


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

    ``cells`` are the patterns of each group with their weight. What a row adds to a measure depends on
    its cell alone, so that a column is worked out for the cells and joined to the rows once.
    """

    def __init__(self, of: Rule, cells: pl.DataFrame) -> None:
        self.rule, self.cells = of, cells
        self.groups: list[int] = cells[GROUP].to_list()
        self.patterns = [Pattern(*row) for row in cells.select(DEPRIVED, OPEN, INSIDE).rows()]
        self.weights = whole_numbers(cells[WEIGHT].to_list())
        self.certain = all(p.certain for p in self.patterns)
        self.columns: dict[str, list[float]] = {}

    def summary(self) -> list[Estimate]:
        of = self.rule
        return [
            Estimate("H", *self.ratios("poor", partial(can.headcount, of))),
            Estimate("A", *self.ratios("intensity", partial(can.intensity, of), of.whole)),
            Estimate("M0", *self.ratios("score", partial(can.censored_score, of), of.whole)),
        ]

    def indicators(self) -> list[Estimate]:
        of, made = self.rule, []
        for j, name in enumerate(of.names):
            own = of.parts[j] / of.whole
            raw = self.ratios(f"raw_{j}", partial(can.uncensored, j=j))
            low, high = self.ratios(f"kept_{j}", partial(can.censored, of, j=j))
            part: tuple[Statistic, Statistic]
            if self.certain:  # nothing to choose: the columns are there
                both = Times(Ratio(low.top, "_cn_x_score_low"), own)
                part = both, both
            else:
                part = self.ratios(f"part_{j}", partial(can.contribution, of, j=j))
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
        scores = [[n for n, _ in can.censored_score(self.rule, p)] for p in self.patterns]
        made = []
        for measure, least, most in (
            ("population_share", [int(p.inside is True) for p in self.patterns], [1 for _ in self.patterns]),
            ("contribution", [min(s) for s in scores], [max(s) for s in scores]),
        ):
            low, high = f"_cn_x_{measure}_low", f"_cn_x_{measure}_high"
            self.columns[low], self.columns[high] = [n / 1 for n in least], [n / 1 for n in most]
            own = [0] * groups
            for g, n, weight in zip(self.groups, most, self.weights, strict=True):
                own[g] += n * weight
            for g in range(groups):
                # Where all others can have nothing, or the group itself, the share is 1 or 0 in every completion.
                bottom = Share(g, low if sum(own) > own[g] else high, high)
                top = bottom if least == most else Share(g, high, low if own[g] else high)
                made.append(Estimate(measure, bottom, top, (str(g),)))
        return made

    def ratios(self, name: str, choices: Callable[[Pattern], Choices], over: int = 1) -> tuple[Ratio, Ratio]:
        """A measure at its least and at its greatest, as columns; one and the same where nothing is open.

        Numerators are divided by ``over``.
        """
        memo = {p: choices(p) for p in set(self.patterns)}
        held = [memo[p] for p in self.patterns]
        rows: dict[int, dict[Choices, int]] = {}
        for g, pairs, weight in zip(self.groups, held, self.weights, strict=True):
            group = rows.setdefault(g, {})
            group[pairs] = group.get(pairs, 0) + weight
        found = {g: can.bounds(group) for g, group in rows.items()}
        low = self._written(
            f"_cn_x_{name}_low", [found[g].at_low[c] for g, c in zip(self.groups, held, strict=True)], over
        )
        if all(b.at_high is b.at_low for b in found.values()):
            return low, low
        high = [found[g].at_high[c] for g, c in zip(self.groups, held, strict=True)]
        return low, self._written(f"_cn_x_{name}_high", high, over)

    def _written(self, name: str, pairs: Sequence[can.Pair], over: int) -> Ratio:
        self.columns[name] = [n / over for n, _ in pairs]
        if all(d == 1 for _, d in pairs):
            return Ratio(name)
        self.columns[f"{name}_of"] = [d / 1 for _, d in pairs]
        return Ratio(name, f"{name}_of")

    def joined(self, frame: pl.DataFrame) -> list[pl.Series]:
        """The columns for every row; a row that is not used adds nothing."""
        import polars as pl

        made = self.cells.select(CELL).with_columns(pl.Series(n, v, pl.Float64) for n, v in self.columns.items())
        rows = frame.select(CELL).join(made, on=CELL, how="left", nulls_equal=True, maintain_order="left")
        return rows.select(pl.col(*self.columns).fill_null(0.0)).get_columns()
