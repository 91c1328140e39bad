"""A change of standards in đồng: what would lift every poor household to its line, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import product, repeat
from operator import mul
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import HouseholdError, Problem, nearest
from ..measures.opening import GROUP
from ..tabular import like
from .classed import UNDETERMINED
from .gaps import MEASURES, NO_END, row_gaps
from .moved import Moves
from .sides import Side, dimension

if TYPE_CHECKING:
    import polars as pl

PERIODS = ("month", "year")
MONTH, YEAR = "VND/month", "VND/year"
End = Fraction | int | None  # None: without bound
Bounds = tuple[End, End]


@attrs.frozen(slots=False, eq=False, repr=False)
class Budget:
    """The poverty gap of the same households under two standards, in đồng.

    The gap of a poor household is what its income lacks to the line (``line`` less income a person,
    times the number of persons); a household that is poor by its deprivations with an income on or
    above the line has none. ``gap_from`` and ``gap_to`` add that up over the households that are poor
    under a, each to its line there, and under b. ``entering`` is the gap under b of those poor
    under b alone, ``leaving`` the gap under a of those poor under a alone, ``staying`` what the gap of
    those poor under both grows by; ``change`` = entering - leaving + staying = gap_to - gap_from.

    What is unknown (income, size, the code that a line depends on, the class) makes bounds ``low`` and
    ``high``, taken row by row and without what ties one unknown to another; ``high`` is null where
    nothing bounds it, never zero. Amounts are exact (:attr:`exact`, fractions of a đồng); the tables
    hold floats. No transfer is this well aimed: the gap is the least sum, not a cost.
    """

    moves: Moves
    line: str
    of: tuple[str, ...]
    exact: Mapping[tuple[int, str, str, bool], Bounds]  # group, measure, period, weighted
    counted: Mapping[tuple[int, str], int]  # households that may be in a measure

    @property
    def provenance(self) -> dict[str, Any]:
        """That of the moves."""
        return self.moves.provenance

    @property
    def hypothetical(self) -> bool:
        return self.moves.hypothetical

    def __repr__(self) -> str:
        mark = ", HYPOTHETICAL, not law" if self.hypothetical else ""
        return f"<Budget {self.moves.a.exact_id} to {self.moves.b.exact_id}: {self.line}, {self.moves.data}{mark}>"

    def amount(self, measure: str, *, period: str = "month", weighted: bool = False) -> Bounds:
        """One measure over all households, exactly: (low, high), high None where it has no bound."""
        groups = range(self.moves.opened.groups.height)
        found = [self.exact[g, measure, period, weighted] for g in groups]
        return _sum(low for low, _ in found), _sum(high for _, high in found)

    @cached_property
    def table(self) -> Any:
        """One row for each group, ``measure`` and ``period`` (month, year), in the caller's kind of table.

        ``households`` that are, or may be, counted in it; ``value`` (null unless certain), ``low``, ``high``
        of the rows given; ``weighted``, ``weighted_low``, ``weighted_high`` with weights; ``unit``, ``data``.
        """
        return like(self.moves.native, self._table())

    def _table(self) -> pl.DataFrame:
        import polars as pl

        rows = []
        for group in range(self.moves.opened.groups.height):
            for measure, period in product(MEASURES, PERIODS):
                row: list[Any] = [group, measure, period, self.counted[group, measure]]
                for weighted in (False, True):
                    low, high = self.exact[group, measure, period, weighted]
                    row += [None if low != high else _float(low), _float(low), _float(high)]
                rows.append((*row, MONTH if period == "month" else YEAR))
        kept = ("value", "low", "high", "weighted", "weighted_low", "weighted_high")
        schema: dict[str, Any] = {GROUP: pl.Int64, "measure": pl.String, "period": pl.String, "households": pl.Int64}
        schema |= dict.fromkeys(kept, pl.Float64) | {"unit": pl.String}
        return self.moves.finished(pl.DataFrame(rows, schema, orient="row"))

    @cached_property
    def moved(self) -> Any:
        """The rows of :attr:`Moves.matrix` from one class to another, and to or from undetermined."""
        import polars as pl

        m = self.moves
        told = m.transitions_table()
        same = [
            not m.moved(a, b) and (UNDETERMINED not in (a, b) or a == b)
            for a, b in told.select("from", "to").iter_rows()
        ]
        return like(m.native, told.filter(~pl.Series(same, dtype=pl.Boolean)))

    def text(self, lang: str = "vi") -> str:
        from .telling import budget_text

        return budget_text(self, lang)

    def to_dict(self) -> dict[str, Any]:
        from .telling import budget_dict

        return budget_dict(self)

    def to_html(self, lang: str = "vi") -> str:
        from .telling import budget_html

        return budget_html(self, lang)

    def _repr_html_(self) -> str:
        return self.to_html()


# --- adding up --------------------------------------------------------------------------------------------


def budget(m: Moves, line: str, of: Iterable[str] | str | None) -> Budget:
    """The gaps of every row, added up exactly. Raises :class:`HouseholdError` where there is no money to count."""
    target = m.target(of)
    sides = m.clauses.a, m.clauses.b
    _counts_money(sides, line)
    poor = [states(codes[0], target) + states(codes[-1], target) for codes in m.profiles.codes]
    rows, scale = row_gaps(m.given, sides, line, m.sizes, m.profiles.of_row, poor)
    exact: dict[tuple[int, str, str, bool], Bounds] = {}
    counted: dict[tuple[int, str], int] = {}
    for group in range(m.opened.groups.height):
        mine = (m.opened.frame[GROUP] == group).arg_true()
        here = rows[mine] if len(mine) < rows.height else rows
        weights = None if m.weights is None else [m.weights.values[i] for i in mine]
        for measure in MEASURES:
            counted[group, measure] = int(here[f"{measure} in"].sum())
            plain = tuple(_total(here[f"{measure} {end}"], None, scale) for end in ("low", "high"))
            told = plain
            if m.weights is not None:
                told = tuple(
                    _total(here[f"{measure} {end}"], weights, scale * m.weights.per) for end in ("low", "high")
                )
            for weighted, (low, high) in ((False, plain), (True, told)):
                exact[group, measure, "year", weighted] = low, high
                exact[group, measure, "month", weighted] = _over(low, 12), _over(high, 12)
    names = m.of if of is None else (of,) if isinstance(of, str) else tuple(of)
    return Budget(m, line, names, exact, counted)


def states(possible: frozenset[str], target: frozenset[str]) -> tuple[bool, bool]:
    """Whether a household can be poor, and whether it can be not poor."""
    return bool(possible & target), not possible <= target


def _total(values: pl.Series, weights: list[int] | None, per: int) -> End:
    """An exact sum; None where one of the rows that count has no bound."""
    held = values.to_list()
    endless = ((values >= NO_END) | (values <= -NO_END)).any()
    if endless and any(abs(v) >= NO_END for v, w in zip(held, weights or repeat(1), strict=False) if w):
        return None
    return _whole(Fraction(sum(held) if weights is None else sum(map(mul, held, weights)), per))


def _counts_money(sides: tuple[Side, Side], line: str) -> None:
    problems = []
    for s in sides:
        known = s.std.lines.get(line)
        if known is None:
            problems.append(Problem("CN197", "line", f"{s.std.exact_id} has no line {line!r}", line, ", ".join(s.std.lines),
                                    nearest(line, s.std.lines)))  # fmt: skip
        elif dimension(known.unit) != "money":
            problems.append(Problem("CN197", "line", f"{line} of {s.std.exact_id} is in {known.unit}, not in đồng", line,
                                    remedy="there is no gap in đồng without a price, which the standard does not give"))  # fmt: skip
        if dimension(s.facts[s.welfare].unit if s.welfare else "") != "money":
            problems.append(Problem("CN197", "method", f"{s.std.exact_id} does not hold one income against the line under method {s.method!r}",
                                    s.method, remedy="ask for the method that reads an income: method=..."))  # fmt: skip
    if problems:
        raise HouseholdError("no gap in đồng can be told", problems)


# --- numbers that may have no end --------------------------------------------------------------------------


def _plus(total: End, more: End) -> End:
    return None if total is None or more is None else total + more


def _over(value: End, by: int) -> End:
    return None if value is None else _whole(Fraction(value) / by)


def _whole(value: End) -> End:
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _sum(values: Iterable[End]) -> End:
    total: End = 0
    for v in values:
        total = _plus(total, v)
    return _whole(total)


def _float(value: End) -> float | None:
    return None if value is None else float(value)


__all__ = ["MEASURES", "Budget", "budget", "states"]
