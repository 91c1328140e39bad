"""How the households of a table were chosen: a survey with weights, a census, or a sample without weights.

Every measure takes a :class:`Design`, so that no table is taken for something it is not: weights are
used where they are named, and "unweighted" is only what somebody said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..errors import DataProblems, Problem, nearest, quoted
from ..values import Frozen, frozen

SURVEY, COUNT, SAMPLE, SYNTHETIC = (
    "survey estimate", "administrative count", "unweighted sample", "synthetic population",
)  # fmt: skip
METHODS = ("brr", "fay", "jk1", "jkn", "bootstrap", "sdr")
SINGLE = ("raise", "center", "scale", "skip")
UNITS = ("household", "person")


@frozen
class Replicates(Frozen):
    """Replicate weights: their columns (or the prefix of them), the method, and how the squares are scaled.

    ``fay`` is the coefficient of Fay's BRR, ``scale`` one number for each replicate (or one for all)
    instead of that of the method, ``df`` the degrees of freedom (the number of replicates less one
    where None). ``centre`` is what the replicates are compared with: ``"estimate"`` or their ``"mean"``.
    """

    columns: tuple[str, ...] | str
    method: str
    fay: float = 0.0
    scale: tuple[float, ...] | float | None = None
    df: float | None = None
    centre: str = "estimate"


@frozen
class Design(Frozen):
    """What a table of households stands for. Made by :func:`survey`, :func:`census`, :func:`unweighted`, :func:`synthetic`.

    >>> from chuanngheo import measures as ms
    >>> ms.survey("wt9", persons="tsnguoi", strata="stratum", psu="diaban").has_variance, ms.census().has_variance
    (True, False)
    """

    data: str  # as every table of results says it
    weight: str | None = None
    persons: str | None = None
    strata: tuple[str, ...] = ()
    psu: tuple[str, ...] = ()
    independent: bool = False  # every row is its own primary sampling unit
    replicates: Replicates | None = None
    fpc: str | None = None
    single: str = "raise"

    @property
    def has_variance(self) -> bool:
        """Whether it says how the sample was drawn, so that standard errors can be given."""
        return bool(self.strata or self.psu or self.independent or self.replicates)

    @property
    def columns(self) -> dict[str, str]:
        """The columns it reads, each with what for; replicates that a prefix names are not among them."""
        found: dict[str, str] = {}
        for part, names in (
            ("weight", (self.weight,)), ("persons", (self.persons,)), ("strata", self.strata),
            ("psu", self.psu), ("fpc", (self.fpc,)),
        ):  # fmt: skip
            found |= {name: part for name in names if name is not None}
        if self.replicates is not None and not isinstance(self.replicates.columns, str):
            found |= dict.fromkeys(self.replicates.columns, "replicates")
        return found


def survey(
    weight: str,
    *,
    persons: str | None = None,
    strata: str | Sequence[str] | None = None,
    psu: str | Sequence[str] | None = None,
    independent: bool = False,
    replicates: Sequence[str] | str | None = None,
    method: str | None = None,
    fay: float = 0.0,
    scale: float | Sequence[float] | None = None,
    df: float | None = None,
    centre: str = "estimate",
    fpc: str | None = None,
    single: str = "raise",
) -> Design:
    """A sample survey: every household stands for as many as its ``weight`` says.

    ``weight`` is the column of household weights (how many households one stands for), ``persons``
    that of the number of persons; the weight of persons is the product. ``strata`` and ``psu`` (primary
    sampling units, in Vietnamese surveys the địa bàn) are columns or lists of columns; a code of a
    unit counts within its stratum. Without them, and without ``replicates``, there is no standard error:
    households are taken as drawn one by one only where ``independent=True`` says so.

    ``replicates`` are columns of replicate weights or the prefix of ``prefix1``, ``prefix2`` ... (``weight`` is
    none of them, also where it is ``prefix0``);
    ``method`` is ``"brr"``, ``"fay"`` (with ``fay``), ``"jk1"``, ``"jkn"`` (with ``scale``, one number
    for each replicate), ``"bootstrap"`` or ``"sdr"``. ``fpc`` is a column with the number of primary
    units that the stratum has in the population, for a finite population correction.

    ``single`` is what to do with a stratum of one primary unit: ``"raise"`` an error that lists them,
    ``"center"`` it at the mean of all units, ``"scale"`` up the variance of the others, or ``"skip"``
    it (its variance is taken as zero).

    Raises :class:`DataProblems` where the parts do not go together.

    >>> d = survey("wt9", persons="tsnguoi", strata="stratum", psu=["xa", "diaban"])
    >>> d.data, d.psu, d.has_variance
    ('survey estimate', ('xa', 'diaban'), True)
    """
    made = Design(
        SURVEY, weight, persons, _names(strata), _names(psu), independent,
        _replicates(replicates, method, fay, scale, df, centre), fpc, single,
    )  # fmt: skip
    return _checked(made, method)


def census(persons: str | None = None) -> Design:
    """Every household once, as in the lists of the yearly review: an administrative count, without weights.

    ``persons`` is the column of the household's size, for ``unit="person"``. Raises nothing here; a column that
    is not there is found when a measure is asked for.

    >>> census("household_size").data
    'administrative count'
    """
    return _checked(Design(COUNT, persons=persons))


def unweighted(
    persons: str | None = None,
    *,
    strata: str | Sequence[str] | None = None,
    psu: str | Sequence[str] | None = None,
    independent: bool = False,
    fpc: str | None = None,
    single: str = "raise",
) -> Design:
    """A sample without weights, or whose weights are left out on purpose; every table says so.

    The other arguments are those of :func:`survey`, and raise what they raise there.

    >>> unweighted().data
    'unweighted sample'
    """
    return _checked(Design(SAMPLE, None, persons, _names(strata), _names(psu), independent, None, fpc, single))


def synthetic(weight: str | None = None, *, persons: str | None = None) -> Design:
    """Households that somebody made up, for trying things out: no number computed from them is an estimate.

    ``weight`` and ``persons`` are names of columns. Raises nothing here.

    >>> synthetic("weight").data
    'synthetic population'
    """
    return _checked(Design(SYNTHETIC, weight, persons))


def missing_columns(wanted: Iterable[tuple[str, str]], names: Sequence[str], what: str = "households") -> list[Problem]:
    """A problem for each (column, what for) that a table does not have, with the nearest names."""
    return [
        Problem("CN160", f"{what}[{name!r}]", f"there is no such column ({part})", name, remedy=nearest(name, names))
        for name, part in dict.fromkeys(wanted)
        if name not in names
    ]


def one_of(name: str, value: object, allowed: Sequence[str], problems: list[Problem]) -> None:
    """A choice that is not on the list is a problem."""
    if value not in allowed:
        problems.append(
            Problem("CN161", name, f"{quoted(value)} is no choice here", value, ", ".join(allowed), nearest(str(value), allowed))
        )  # fmt: skip


# --- parts --------------------------------------------------------------------------------------------


def _names(given: Any) -> tuple[Any, ...]:
    return (
        () if given is None else (given,) if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
    )


def _replicates(
    columns: Sequence[str] | str | None,
    method: str | None,
    fay: float,
    scale: float | Sequence[float] | None,
    df: float | None,
    centre: str,
) -> Replicates | None:
    if columns is None:
        return None
    held = columns if isinstance(columns, str) else _names(columns)
    scales = scale if scale is None or isinstance(scale, int | float) else tuple(scale)
    return Replicates(held, method or "", fay, scales, df, centre)


def _checked(design: Design, method: str | None = None) -> Design:
    problems: list[Problem] = []

    def wrong(where: str, message: str, remedy: str) -> None:
        problems.append(Problem("CN162", where, message, remedy=remedy))

    held = design.replicates.columns if design.replicates is not None else ()
    for name, parts in (
        ("weight", (design.weight,)), ("persons", (design.persons,)), ("fpc", (design.fpc,)), ("strata", design.strata),
        ("psu", design.psu), ("replicates", () if isinstance(held, str) else held),
    ):  # fmt: skip
        for part in parts:
            if part is not None and not isinstance(part, str):
                wrong(name, f"{quoted(part)} is not the name of a column", "give the name of the column as text")
    if design.data == SURVEY and design.weight is None:
        wrong("weight", "a survey has weights", "name the column, or say ms.unweighted(...)")
    one_of("single", design.single, SINGLE, problems)
    drawn = bool(design.strata or design.psu)
    if design.independent and design.psu:
        wrong("independent", "households are drawn one by one, or in primary units", "keep one of independent and psu")
    if design.strata and not design.psu and not design.independent:
        wrong("strata", "strata alone do not say what was drawn", "name psu=, or say independent=True")
    if design.fpc is not None and not (drawn or design.independent):
        wrong("fpc", "a population correction needs a design", "name psu=, or say independent=True")
    r = design.replicates
    if r is None:
        if method is not None:
            wrong("method", "there are no replicate weights", "name replicates=, or leave method out")
    else:
        one_of("method", r.method, METHODS, problems)
        one_of("centre", r.centre, ("estimate", "mean"), problems)
        if drawn or design.independent:
            wrong("replicates", "the variance comes from replicates or from strata and psu",
                  "keep one of them")  # fmt: skip
        if r.method == "jkn" and r.scale is None:
            wrong("scale", "jkn needs one number for each replicate", "scale=[...], (n - 1) / n of the stratum of each")
        scales = r.scale if isinstance(r.scale, tuple) else () if r.scale is None else (r.scale,)
        if not all(0 <= s < float("inf") for s in scales):
            wrong("scale", "a squared difference is multiplied by no less than 0", "scale=[...], numbers from 0")
        if r.df is not None and not r.df > 0:
            wrong("df", f"{quoted(r.df)} is no number of degrees of freedom", "a number above 0, or leave df out")
        if (r.method == "fay") != (r.fay != 0) or not 0 <= r.fay < 1:
            wrong(
                "fay", "method fay has a coefficient above 0 and below 1, other methods none", 'method="fay", fay=0.5'
            )
    if problems:
        raise DataProblems(f"{len(problems)} problem(s) in the design", problems)
    return design


__all__ = ["Design", "Replicates", "census", "survey", "synthetic", "unweighted"]
