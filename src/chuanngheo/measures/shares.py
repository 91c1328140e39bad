"""Shares of classes: the answer of ``std.classify`` counted with a design, with bounds for what is undetermined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import Problem
from .design import Design, one_of
from .opening import UNKNOWN, open_table, settle
from .tidy import raise_all
from .uncertainty import Estimate, Ratio, estimated

BETWEEN = "; "  # of the classes that are still possible


def classes(
    frame: Any,
    design: Design,
    *,
    by: str | Sequence[str] | None = None,
    category: str = "category",
    possible: str = "possible",
    order: Sequence[str] | None = None,
    unit: str = "household",
    unknown: str = "bounds",
    level: float = 0.95,
) -> Any:
    """The share of each class in a table that ``std.classify`` answered.

    A household that is undetermined counts in ``low`` of no class and in ``high`` of each class that
    is possible (of every class where nothing is said, null or "": a row with problems). ``order`` lists the
    classes (``std.classes``); one that is not there has the share 0. Without it they are those that
    occur, by name. ``unknown="drop"`` leaves undetermined households out, ``"raise"`` is an error.

    Returns the columns of :func:`headcount` with ``category`` after ``measure`` (``share``). Raises
    :class:`DataProblems` where a column is not there, or a class is not in ``order``.

    >>> import chuanngheo as cn, polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"area": ["rural", None], "income_per_person": [1_500_000, 1_700_000], "deprivations": [3, 2]})
    >>> made = ms.classes(cn.standard("vn-2022").classify(homes), ms.census())
    >>> made.select("category", "value", "low", "high").rows()
    [('average', None, 0.0, 0.5), ('near_poor', None, 0.0, 0.5), ('poor', 0.5, 0.5, 0.5)]
    """
    import polars as pl

    problems: list[Problem] = []
    one_of("unknown", unknown, UNKNOWN, problems)
    opened = open_table(
        frame, design, by=by, unit=unit, texts=[category, possible], problems=problems, beside=("category",)
    )
    open_ = opened.frame.select(
        pl.when(pl.col(category).is_not_null())
        .then(pl.col(category))
        .otherwise(pl.col(possible).replace("", None))
        .str.split(BETWEEN)
    ).to_series()
    occur = sorted(n for n in open_.drop_nulls().explode().unique().to_list() if n)
    names = list(dict.fromkeys(occur if order is None else (order,) if isinstance(order, str) else order))
    for name in occur:
        one_of("order", name, names, problems)
    raise_all(problems, "shares of classes")
    undetermined = pl.col(category).is_null()
    opened = settle(opened, unknown, undetermined, [category])
    held = pl.lit(open_)
    opened = opened.beside(
        *(
            pl.col(category).eq(n).fill_null(False).cast(pl.Float64).alias(f"_cn_x_{i}_low")
            for i, n in enumerate(names)
        ),
        *(held.list.contains(n).fill_null(True).cast(pl.Float64).alias(f"_cn_x_{i}_high") for i, n in enumerate(names)),
    )
    estimates = [
        Estimate("share", Ratio(f"_cn_x_{i}_low"), Ratio(f"_cn_x_{i}_high"), (n,)) for i, n in enumerate(names)
    ]
    return estimated(opened, estimates, undetermined, level=level, beside=("category",))


__all__ = ["classes"]
