"""A change of standards in đồng: what would lift every poor household to its line, before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import HouseholdError, Problem, nearest
from ..measures.opening import GROUP
from ..tabular import like
from ..tree import Arith, Const, Node, Number, Ref, walk
from ..units import unit
from .amounts import codes, numbers, sources
from .classed import UNDETERMINED, fitting
from .moved import Moves
from .sides import Side, dimension
from .tally import exact_weight

if TYPE_CHECKING:
    import polars as pl

MEASURES = ("gap_from", "gap_to", "entering", "leaving", "staying", "change")
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
    ends = [(codes_[0], codes_[-1]) for codes_ in m.profiles.codes]
    states = [tuple(_states(possible, target) for possible in pair) for pair in ends]
    amounts = _Amounts(m, sides, line)
    weights = None if m.design.weight is None else [exact_weight(w) for w in m.given.homes[m.design.weight].to_list()]
    sums: dict[tuple[int, str, bool], list[End]] = {}
    counted: dict[tuple[int, str], int] = {}
    for group, measure, weighted in product(range(m.opened.groups.height), MEASURES, (False, True)):
        sums[group, measure, weighted], counted[group, measure] = [0, 0], 0
    groups = m.opened.frame[GROUP].to_list()
    for row, (group, profile) in enumerate(zip(groups, m.profiles.of_row.to_list(), strict=True)):
        before, after = states[profile]
        if before == after == (False,):
            continue
        w = 1 if weights is None else weights[row]
        for measure, bounds in _of_row(before, after, amounts.gaps(row)).items():
            counted[group, measure] += 1
            for weighted, times in ((False, 1), (True, w)):
                told = sums[group, measure, weighted]
                for i, end in enumerate(bounds):
                    told[i] = _plus(told[i], end, times)
    exact: dict[tuple[int, str, str, bool], Bounds] = {}
    for (group, measure, weighted), (low, high) in sums.items():
        exact[group, measure, "year", weighted] = _whole(low), _whole(high)
        exact[group, measure, "month", weighted] = _whole(_over(low, 12)), _whole(_over(high, 12))
    names = m.of if of is None else (of,) if isinstance(of, str) else tuple(of)
    return Budget(m, line, names, exact, counted)


def _states(possible: frozenset[str], target: frozenset[str]) -> tuple[bool, ...]:
    """Whether a household is poor: certainly, certainly not, or one of the two."""
    return (True,) if possible <= target else (False, True) if possible & target else (False,)


Gaps = list[tuple[Bounds, Bounds, Bounds]]  # for each pair of lines: under a, under b, the second less the first


def _of_row(before: tuple[bool, ...], after: tuple[bool, ...], gaps: Gaps) -> dict[str, Bounds]:
    """Every measure of one household, between its least and greatest over all that may be so."""
    found: dict[str, Bounds] = {}
    zero: Bounds = (0, 0)
    for start, end in product(before, after):
        for a, b, more in gaps:
            here: dict[str, Bounds] = {
                "gap_from": a if start else zero, "gap_to": b if end else zero,
                "entering": b if end and not start else zero, "leaving": a if start and not end else zero,
                "staying": more if start and end else zero,
                "change": more if start and end else b if end else (_minus(a[1]), _minus(a[0])) if start else zero,
            }  # fmt: skip
            for name, bounds in here.items():
                found[name] = _hull(found[name], bounds) if name in found else bounds
    counts = {
        "gap_from": True in before, "gap_to": True in after, "entering": True in after and False in before,
        "leaving": True in before and False in after, "staying": True in before and True in after, "change": True,
    }  # fmt: skip
    return {n: found[n] for n in MEASURES if counts[n]}


def _hull(one: Bounds, other: Bounds) -> Bounds:
    low = None if one[0] is None or other[0] is None else min(one[0], other[0])
    return low, None if one[1] is None or other[1] is None else max(one[1], other[1])


# --- one household ------------------------------------------------------------------------------------------


class _Amounts:
    """What each row says of its income, size and lines."""

    def __init__(self, m: Moves, sides: tuple[Side, Side], line: str) -> None:
        homes = m.given.homes
        self.sizes: list[int | None] = [None] * homes.height if m.sizes is None else m.sizes.to_list()
        self.incomes, self.cells = [], []
        for which, (mine, other) in enumerate((sides, sides[::-1])):
            columns = fitting(mine.std, other.std, m.given.columns(which))
            self.incomes.append(_incomes(mine, homes, columns, line))
            self.cells.append(_cells(mine, homes, columns, line))
        named = {n for s in sides for n in _facts(s.std.lines[line].table)}
        self.joint = not named & m.given.overrides.keys()
        self.same = (
            not _read(sides[0], sides[0].welfare) & m.given.overrides.keys() and sides[0].welfare == sides[1].welfare
        )
        self.tables = tuple(s.std.lines[line].table for s in sides)
        self.kept: dict[Any, list[tuple[Number, Number]]] = {}

    def lines(self, row: int) -> list[tuple[Number, Number]]:
        """The pairs of lines a month that a household may be held against."""
        cells = tuple(tuple(sorted((f, held[row]) for f, held in side.items())) for side in self.cells)
        if cells not in self.kept:
            mine, theirs = (list(_choices(dict(c))) for c in cells)
            if self.joint:
                both = list(_choices({f: dict(cells[0]).get(f, dict(cells[1]).get(f)) for c in cells for f, _ in c}))
                pairs = [(_cell(self.tables[0], c), _cell(self.tables[1], c)) for c in both]
            else:
                pairs = list(
                    product((_cell(self.tables[0], c) for c in mine), (_cell(self.tables[1], c) for c in theirs))
                )
            self.kept[cells] = list(dict.fromkeys(pairs))
        return self.kept[cells]

    def gaps(self, row: int) -> Gaps:
        """The gaps a year under each pair of lines."""
        size = self.sizes[row]
        found = []
        for pair in self.lines(row):
            a, b = (_gap(line, size, *self.incomes[i](row)) for i, line in enumerate(pair))
            if self.same or self.incomes[0](row) == self.incomes[1](row) != (None, None):
                more = _more(pair, size, *self.incomes[0](row))
            else:
                more = (
                    None if a[1] is None else _minus_of(b[0], a[1]),
                    None if b[1] is None else _minus_of(b[1], a[0]),
                )
            found.append((a, b, more))
        return found


def _gap(line: Number, size: int | None, income: Number | None, person: Number | None) -> Bounds:
    """A year's gap to a monthly line, from the income of the household a year or of a person a month."""
    if income is not None:
        return (max(0, 12 * line * size - income),) * 2 if size is not None else (0, None)
    if person is not None:
        lacking = 12 * max(0, line - person)
        return (lacking * size,) * 2 if size is not None else (lacking, None if lacking else 0)
    return 0, None if size is None else 12 * line * size


def _more(lines: tuple[Number, Number], size: int | None, income: Number | None, person: Number | None) -> Bounds:
    """How much greater the gap to the second line is, for one and the same income."""
    grows = (None if lines[0] > lines[1] else 0), (None if lines[1] > lines[0] else 0)  # with the number of persons
    if income is None and person is None:
        # Without any income the whole of it, with a great one nothing.
        whole = None if size is None else 12 * (lines[1] - lines[0]) * size
        return grows if whole is None else (min(0, whole), max(0, whole))
    if size is None and person is None:
        return grows
    if size is None:
        each = 12 * (max(0, lines[1] - person) - max(0, lines[0] - person))  # type: ignore[operator]
        return (None if each < 0 else each), (None if each > 0 else each)
    (a, _), (b, _) = (_gap(line, size, income, person) for line in lines)
    more = _minus_of(b, a)
    return more, more


def _incomes(
    side: Side, homes: pl.DataFrame, columns: Mapping[str, Any], line: str
) -> Callable[[int], tuple[Number | None, Number | None]]:
    """For a row: (income of the household a year, None), or (None, that of a person a month), as it is known."""
    fact = side.facts[side.welfare]
    factor = unit(fact.unit).size / unit(side.std.lines[line].unit).size
    total = _total(fact.of)
    names = {side.welfare, *_read(side, side.welfare)}
    held = numbers(homes, sources(side.std, homes, columns, names))
    blank: list[Number | None] = [None] * homes.height
    each, whole = held.get(side.welfare, blank), held.get(total[0], blank) if total else blank
    yearly = _whole_factor(total[1] * factor * 12) if total else 1

    def income(row: int) -> tuple[Number | None, Number | None]:
        person = each[row]
        if person is not None:
            return None, person if factor == 1 else person * factor
        value = whole[row]
        return None if value is None else value * yearly, None

    return income


def _whole_factor(value: Fraction) -> Number:
    """Whole numbers stay whole, which is faster."""
    return value.numerator if value.denominator == 1 else value


def _total(of: Node | None) -> tuple[str, Fraction] | None:
    """The fact and factor of ``total / persons * factor``."""
    factor = Fraction(1)
    while isinstance(of, Arith) and isinstance(of.right, Const) and of.op in "*/":
        value = Fraction(of.right.value)
        factor = factor * value if of.op == "*" else factor / value
        of = of.left
    if isinstance(of, Arith) and of.op == "/" and isinstance(of.left, Ref) and isinstance(of.right, Ref):
        return of.left.name, factor
    return None


def _read(side: Side, name: str) -> set[str]:
    found = side.facts.get(name)
    return (
        set() if found is None or found.of is None else {name, *(n.name for n in walk(found.of) if isinstance(n, Ref))}
    )


def _cells(side: Side, homes: pl.DataFrame, columns: Mapping[str, Any], line: str) -> dict[str, list[frozenset[str]]]:
    """For each fact that the line depends on, the codes that each row may have."""
    names = _facts(side.std.lines[line].table)
    held = sources(side.std, homes, columns, names)
    return {
        n: codes(homes, held[n]) if n in held else [frozenset(side.facts[n].codes)] * homes.height
        for n in sorted(names)
    }


def _facts(table: Any) -> set[str]:
    if not isinstance(table, Mapping):
        return set()
    return {f for f, cells in table.items()} | {
        n for cells in table.values() for t in cells.values() for n in _facts(t)
    }


def _choices(cells: Mapping[str, frozenset[str] | None]) -> Iterator[dict[str, str]]:
    names = list(cells)
    for picked in product(*(sorted(cells[n] or ()) for n in names)):
        yield dict(zip(names, picked, strict=True))


def _cell(table: Any, chosen: Mapping[str, str]) -> Number:
    while isinstance(table, Mapping):
        ((fact, cells),) = table.items()
        table = cells[chosen[fact]]
    found: Number = table
    return found


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


def _plus(total: End, more: End, times: Number) -> End:
    if not times:
        return total
    return None if total is None or more is None else total + more * times


def _minus(value: End) -> End:
    return None if value is None else -value


def _minus_of(value: End, other: End) -> End:
    return None if value is None or other is None else value - other


def _over(value: End, by: int) -> End:
    return None if value is None else Fraction(value) / by


def _whole(value: End) -> End:
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _sum(values: Iterable[End]) -> End:
    total: End = 0
    for v in values:
        total = _plus(total, v, 1)
    return _whole(total)


def _float(value: End) -> float | None:
    return None if value is None else float(value)


__all__ = ["MEASURES", "Budget", "budget"]
