"""Child multidimensional poverty: the Alkire-Foster count with the rule of a standard for children.

The age of a child, the number of dimensions and the dimensions themselves are read from the standard
(entity ``child``); nothing of them stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from ..answering import Standard
from ..catalogue import standards
from ..errors import DataProblems, NoStandard, Problem, quoted
from .cells import INSIDE
from .counting import AlkireFoster, count, equal_weights
from .design import Design, one_of
from .opening import UNKNOWN, USED, Opened, first_rows, open_table
from .tidy import raise_all

ENTITY, AGE = "child", "age"
OLDER, LEAST = "child_age", "least_deprivations"  # the lines of the standard
WHAT = "children"


def child_poverty(
    frame: Any,
    design: Design,
    *,
    standard: Standard | None = None,
    age: str | None = AGE,
    columns: Mapping[str, str] | None = None,
    by: str | Sequence[str] | None = None,
    unknown: str = "bounds",
    level: float = 0.95,
) -> AlkireFoster:
    """The rate of children in multidimensional poverty, with A, M0 and the headcount of each dimension.

    ``frame`` has one row per person; the design's weight is that of the person. Everybody who is not of
    the age of the standard (``age``: completed years) is left out of the estimates and stays in the
    sample; somebody of unknown age may belong or not, and the bounds are over both. ``age=None`` says
    that every row is a child. Dimensions are read from ``deprived_education`` and so on (True where
    deprived, null where unknown); ``columns`` maps these names to others.

    ``standard`` is the newest shipped one of the entity ``child``: a child is poor who is deprived in at
    least two of seven dimensions. Counting dimensions weighs them equally, so k is 2/7. Only ``H`` is
    the official indicator; ``A`` and ``M0`` follow from the same count. The unit of the tables is "child".

    Raises :class:`DataProblems` as :func:`alkire_foster`, and for ages that nobody has.

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> names = ms.indicator_columns(standards(entity="child")[-1])
    >>> rows = pl.DataFrame({"age": [3, 15, 16, 8], **{n: [n in names[:2], False, True, None] for n in names}})
    >>> child_poverty(rows, ms.unweighted()).summary.select("measure", "low", "high").row(0)  # of three children
    ('H', 0.3333333333333333, 0.6666666666666666)
    """
    rule = _newest() if standard is None else standard
    problems: list[Problem] = []
    if rule.entity != ENTITY or not {OLDER, LEAST} <= set(rule.lines):
        problems.append(
            Problem("CN180", "standard", f"{rule.exact_id} is no rule about children", rule.exact_id, f"lines {OLDER}, {LEAST}",
                    f'cn.standards(entity="{ENTITY}")')
        )  # fmt: skip
        raise_all(problems, WHAT)
    named = dict(columns or {})
    sources = [named.pop(name, name) for name in equal_weights(rule)]
    weights = dict(zip(sources, equal_weights(rule).values(), strict=True))
    problems += [
        Problem("CN180", "columns", f"{quoted(name)} is read for {sources.count(name)} dimensions", name, "a column for each dimension",
                "name another one, or give a column of nulls for what is not known")
        for name in weights
        if sources.count(name) > 1
    ]  # fmt: skip
    problems += [
        Problem("CN180", f"columns[{name!r}]", "is no dimension of the standard", name, ", ".join(equal_weights(rule)))
        for name in named
    ]
    one_of("unknown", unknown, UNKNOWN, problems)
    opened = open_table(
        frame, design, by=by, truths=tuple(weights), numbers=() if age is None else (age,), problems=problems, what=WHAT
    )
    if age is not None:
        opened = _children(opened, age, rule, tuple(weights))
    k = Fraction(rule.line(LEAST).value, len(weights))
    opened = attrs.evolve(opened, unit=ENTITY)
    return count(opened, weights, k, unknown, level, () if age is None else (age,))


def _children(opened: Opened, age: str, rule: Standard, dimensions: Sequence[str]) -> Opened:
    """Leaves out whoever is too old; what these are deprived in is nobody's question."""
    import polars as pl

    held, fact = opened.frame[age], rule.facts.get(AGE)
    least, most = (0, None) if fact is None else (fact.least or 0, fact.most)
    wrong = (held < float(least)) | (held > float(most if most is not None else "inf"))
    found, rows = first_rows(held, wrong)
    if found:
        problem = Problem(
            "CN181", f"{WHAT}[{age!r}]", "is no age", None, f"{least} to {most} completed years", "correct it; unknown is null",
            count=found, rows=rows,
        )  # fmt: skip
        raise DataProblems("the ages of children cannot be used", [problem])
    child = pl.col(age) < float(rule.line(OLDER).value)
    older = (~child).fill_null(False)
    return opened.beside(
        child.alias(INSIDE),
        (pl.col(USED) & ~older).alias(USED),
        *(pl.when(older).then(False).otherwise(pl.col(n)).alias(n) for n in dimensions),
    )


def _newest() -> Standard:
    found = standards(entity=ENTITY)
    if not found:
        raise NoStandard(f"no standard of the entity {quoted(ENTITY)} is shipped")
    return found[-1]
