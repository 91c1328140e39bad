"""The counting measures of Alkire and Foster: who is deprived in enough at once, and in how much.

A person's score is the sum of the weights of what they are deprived in; whoever reaches the cut-off k is
poor. H is the share of the poor, A their average score, M0 = H x A. Alkire, S. and Foster, J. (2011),
"Counting and multidimensional poverty measurement", Journal of Public Economics 95(7-8), 476-487.

Scores and k are compared as whole numbers over the common denominator of the weights: six weights of 1/12
reach k = 1/2, which their sum in floating point need not do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from numbers import Integral
from re import fullmatch
from typing import TYPE_CHECKING, Any

import attrs

from ..answering import Standard
from ..errors import DataProblems, Problem, quoted
from ..model import Quantity
from ..tabular import like, to_polars
from .cells import DEPRIVED, INSIDE, OF, OPEN, Counter
from .completions import TooManyScores, rule
from .design import Design, one_of
from .opening import GROUP, UNKNOWN, Opened, counted, open_table, settle
from .tidy import columns as tidy_columns
from .uncertainty import Estimate, estimated

if TYPE_CHECKING:
    import polars as pl

Weights = Mapping[str, Any]
MOST = 62  # indicators: the bits of a whole number of 64 bits
WIDEST = 1 << 62  # common denominators up to which scores fit into a whole number of 64 bits


@attrs.frozen(eq=False)
class AlkireFoster:
    """The tables of one count, each in the caller's kind of table.

    ``summary`` has the measures ``H``, ``A``, ``M0``; ``indicators`` for each indicator
    ``uncensored_headcount`` (all who are deprived in it), ``censored_headcount`` (the poor who are),
    ``absolute_contribution`` (weight times censored headcount; they add up to M0) and ``contribution``
    (that as a share of M0). ``groups``, with ``by``, has ``population_share``, ``M0`` and
    ``contribution`` (of the group to the M0 of all); None without. ``weights`` and ``k`` are exact. Made by :func:`alkire_foster`.

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"water": [True, True, False, False], "school": [True, False, False, False]})
    >>> made = ms.alkire_foster(homes, ms.census(), weights=ms.equal_weights(["water", "school"]), k="1/2")
    >>> made.summary.select("measure", "value").rows()
    [('H', 0.5), ('A', 0.75), ('M0', 0.375)]
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
    """The columns that ``standard.classify`` writes for its indicators. Raises nothing.

    >>> import chuanngheo as cn
    >>> indicator_columns(cn.standard("vn-child-2019"))[:2]
    ('deprived_education', 'deprived_health')
    """
    return tuple(f"deprived_{name}" for name in standard.indicators)


def equal_weights(names: Standard | Iterable[str]) -> dict[str, Fraction]:
    """The same weight for each column (or for each indicator of a standard); exact. Raises nothing.

    >>> equal_weights(["water", "sanitation"])
    {'water': Fraction(1, 2), 'sanitation': Fraction(1, 2)}
    """
    one = (names,) if isinstance(names, str) else names  # a text is one name, not its letters
    columns = indicator_columns(one) if isinstance(one, Standard) else tuple(one)
    return {name: Fraction(1, len(columns)) for name in columns}


def nested_weights(dimensions: Standard | Mapping[str, str]) -> dict[str, Fraction]:
    """The same weight for each dimension, and within it for each indicator.

    ``dimensions`` maps columns to their dimension, or is a standard: then the columns are those of
    :func:`indicator_columns`. The weights are exact and add up to one. Raises nothing.

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
    if (common := lcm(*(value.denominator for value in known.values()))) > WIDEST:
        problems.append(
            Problem("CN179", "weights", f"their common denominator {common} is too great for exact scores", None, "up to 2**62",
                    "weights with fewer digits")
        )  # fmt: skip
    return {name: known.get(name, Fraction(0)) for name in found}


def _cutoff(k: Any, problems: list[Problem]) -> Fraction:
    value = _exact("k", k, problems)
    if value == 1 and "/" not in str(k) and not isinstance(k, Fraction):
        problems.append(
            Problem("CN178", "k", f"{quoted(k)} can be taken for one indicator, and for all of them", k, "a share of the weights",
                    'k="1/12" for one of twelve, k="12/12" for all of them')
        )  # fmt: skip
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
    if isinstance(held, Integral | Fraction) and not isinstance(held, bool):
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
    counter = Counter(rule(weights, k), opened.frame)
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
    made = estimated(bare, summary, missing, level=level)
    return AlkireFoster(
        like(opened.native, made),
        estimated(full, indicators, missing, level=level, beside=("indicator",)),
        like(opened.native, _split(bare, made, shares, missing, level)) if opened.by else None,
        dict(weights),
        k,
    )


def _bits(columns: Iterable[pl.Expr]) -> pl.Expr:
    """One whole number whose bit *j* is the *j*-th column."""
    import polars as pl

    return pl.sum_horizontal(c.cast(pl.Int64) * pl.lit(1 << j, pl.Int64) for j, c in enumerate(columns))


def _split(opened: Opened, summary: pl.DataFrame, shares: Sequence[Estimate], missing: pl.Expr, level: float) -> Any:
    """For each group its share of the population, its M0 and its part of the M0 of all."""
    import polars as pl

    whole = attrs.evolve(
        opened.beside(pl.col(GROUP).alias(OF), pl.lit(0, pl.Int64).alias(GROUP)),
        by=(),
        groups=pl.DataFrame([pl.Series("_cn_all", [None])]),
    )
    found = estimated(whole, shares, missing, level=level, beside=(OF,)).with_columns(pl.col(OF).cast(pl.Int64))
    held = counted(opened, missing).select(pl.col(GROUP).alias(OF), *opened.by, "rows", "rows_unknown", "total")
    found = found.drop("rows", "rows_unknown", "total").join(held, on=OF, how="left", maintain_order="left")
    own = summary.filter(pl.col("measure") == "M0").with_row_index(OF).with_columns(pl.col(OF).cast(pl.Int64))
    order = ["population_share", "M0", "contribution"]
    rows = pl.concat([found, own.select(found.columns)], how="vertical_relaxed")
    rows = rows.sort(OF, pl.col("measure").replace_strict(order, range(len(order)), return_dtype=pl.Int64))
    return rows.select(tidy_columns(opened.by, opened.design.has_variance))
