"""What each household lacks to its line under two standards, exactly, between the ends of what is unknown.

Columns of whole numbers of 128 bits: a part of a đồng a year, small enough that every income and line
is a whole number of parts. :data:`NO_END` stands for what has no bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import lcm
from typing import TYPE_CHECKING, Any

import attrs

from ..tree import Arith, Const, Node, Number, Ref, walk
from ..units import unit
from .amounts import codes, numbers, sources
from .classed import Given, fitting
from .sides import Side

if TYPE_CHECKING:
    import polars as pl

MEASURES = ("gap_from", "gap_to", "entering", "leaving", "staying", "change")
NO_END = 1 << 100
MONTHS = 12
Ends = tuple[Any, Any]  # two polars expressions: the least and the greatest


@attrs.frozen(slots=False, eq=False, repr=False)
class Income:
    """The income of each household a year, or of a person a month, as it is known; what one of each is in đồng a year."""

    total: pl.Series
    total_part: Fraction
    person: pl.Series
    person_part: Fraction  # times the number of persons


def row_gaps(
    given: Given, sides: tuple[Side, Side], line: str, sizes: pl.Series | None, of_row: pl.Series,
    poor: Sequence[tuple[bool, bool, bool, bool]],
) -> tuple[pl.DataFrame, int]:  # fmt: skip
    """For each row and measure ``low``, ``high`` and ``in`` (whether it may be counted), and the parts of a đồng.

    ``poor`` says of each profile whether it can be poor and can be not poor under a, and the same under b.
    """
    import polars as pl

    homes = given.homes
    incomes = [_income(s, o, given, which, line) for which, (s, o) in enumerate((sides, sides[::-1]))]
    pairs, which_pairs = _pairs(given, sides, line)
    parts = [Fraction(p) for i in incomes for p in (i.total_part, i.person_part)]
    scale = lcm(
        *(p.denominator for p in parts), *(Fraction(x).denominator for told in pairs for pair in told for x in pair)
    )
    columns: dict[str, Any] = {
        "size": _wide(sizes if sizes is not None else pl.Series([None] * homes.height, dtype=pl.Int64))
    }
    for side, i in zip("ab", incomes, strict=True):
        columns[f"total_{side}"] = _wide(i.total, int(i.total_part * scale))
        columns[f"person_{side}"] = _wide(i.person, int(i.person_part * scale))
    most = max(map(len, pairs), default=1)
    place = pl.Series(which_pairs, dtype=pl.Int64)
    for at, side in enumerate("ab"):
        for j in range(most):
            lines = [int(MONTHS * Fraction(told[min(j, len(told) - 1)][at]) * scale) for told in pairs]
            columns[f"line_{side}_{j}"] = pl.Series(lines, dtype=pl.Int128).gather(place)
    states = pl.DataFrame(
        list(poor), schema=dict.fromkeys(("can_a", "not_a", "can_b", "not_b"), pl.Boolean), orient="row"
    )
    frame = pl.DataFrame([s.alias(n) for n, s in columns.items()]).hstack(states[of_row])
    same = sides[0].welfare == sides[1].welfare and not _read(sides[0]) & given.overrides.keys()
    bounds = [_measures(j, same) for j in range(most)]
    made = []
    for name in MEASURES:
        lows, highs = ([e for b in bounds for e in b[name][i]] for i in (0, 1))
        made += [pl.min_horizontal(lows).alias(f"{name} low"), pl.max_horizontal(highs).alias(f"{name} high")]
        made.append(bounds[0][name][2].alias(f"{name} in"))
    zero = _lit(0)
    told = frame.lazy().select(made).collect()
    return told.with_columns(
        pl.when(f"{n} in").then(f"{n} {end}").otherwise(zero).alias(f"{n} {end}")
        for n in MEASURES
        for end in ("low", "high")
    ), scale


def _measures(j: int, same: bool) -> dict[str, tuple[list[Any], list[Any], Any]]:
    """Of one pair of lines: for each measure what may be its low and high end, and whether it counts at all."""
    import polars as pl

    can_a, not_a, can_b, not_b = map(pl.col, ("can_a", "not_a", "can_b", "not_b"))
    a, b = _gap("a", j), _gap("b", j)
    more = _more(a, b, j, same)
    zero: Ends = (_lit(0), _lit(0))
    cases: dict[str, list[tuple[Any, Ends]]] = {
        "gap_from": [(can_a, a), (not_a, zero)],
        "gap_to": [(can_b, b), (not_b, zero)],
        "entering": [(can_b & not_a, b), (not_b | can_a, zero)],
        "leaving": [(can_a & not_b, a), (not_a | can_b, zero)],
        "staying": [(can_a & can_b, more), (not_a | not_b, zero)],
        "change": [
            (can_a & can_b, more),
            (not_a & can_b, b),
            (can_a & not_b, (_lit(0) - a[1], _lit(0) - a[0])),
            (not_a & not_b, zero),
        ],
    }
    counts = {"gap_from": can_a, "gap_to": can_b, "entering": can_b & not_a, "leaving": can_a & not_b, "staying": can_a & can_b,
              "change": can_a | can_b}  # fmt: skip
    return {
        name: (
            [pl.when(test).then(low) for test, (low, _) in told],
            [pl.when(test).then(high) for test, (_, high) in told],
            counts[name],
        )
        for name, told in cases.items()
    }


def _gap(side: str, j: int) -> Ends:
    """The gap to a line: exact, or from what little is known to what it can be at most."""
    import polars as pl

    size, total, person, line = (pl.col(n) for n in ("size", f"total_{side}", f"person_{side}", f"line_{side}_{j}"))
    lacking = _least0(line - person)
    exact = pl.when(person.is_not_null()).then(lacking * size).otherwise(_least0(line * size - total))
    least = pl.when(person.is_not_null()).then(lacking).otherwise(_lit(0))  # of one person at least
    none = pl.when(person.is_not_null() & (lacking == 0)).then(_lit(0)).otherwise(_lit(NO_END))
    most = pl.when(size.is_not_null()).then(line * size).otherwise(none)
    known = (person.is_not_null() | total.is_not_null()) & size.is_not_null()
    return pl.when(known).then(exact).otherwise(least), pl.when(known).then(exact).otherwise(most)


def _more(a: Ends, b: Ends, j: int, same: bool) -> Ends:
    """How much greater the gap under b is than that under a."""
    import polars as pl

    if not same:  # two incomes: the ends of one with those of the other
        low = pl.when(a[1] >= NO_END).then(_lit(-NO_END)).otherwise(b[0] - a[1])
        return low, pl.when(b[1] >= NO_END).then(_lit(NO_END)).otherwise(b[1] - a[0])
    size, total, person = (pl.col(n) for n in ("size", "total_a", "person_a"))
    rise = pl.col(f"line_b_{j}") - pl.col(f"line_a_{j}")
    each = _least0(pl.col(f"line_b_{j}") - person) - _least0(pl.col(f"line_a_{j}") - person)
    # Without any income the whole rise, with a great one nothing; with the number of persons, without bound.
    per = pl.when(person.is_not_null()).then(each).otherwise(_lit(0))
    sign = pl.when(person.is_not_null()).then(each).otherwise(rise)
    known = (person.is_not_null() | total.is_not_null()) & size.is_not_null()
    whole = rise * size
    low = pl.when(known).then(b[0] - a[0]).when(size.is_not_null()).then(pl.min_horizontal(_lit(0), whole))
    high = pl.when(known).then(b[0] - a[0]).when(size.is_not_null()).then(pl.max_horizontal(_lit(0), whole))
    return (
        low.otherwise(pl.when(sign < 0).then(_lit(-NO_END)).otherwise(per)),
        high.otherwise(pl.when(sign > 0).then(_lit(NO_END)).otherwise(per)),
    )


def _least0(value: Any) -> Any:
    """Nothing where it is below zero, unknown where it is unknown."""
    import polars as pl

    return pl.when(value < 0).then(_lit(0)).otherwise(value)


def _lit(value: int) -> Any:
    import polars as pl

    return pl.lit(value, pl.Int128)


def _wide(values: pl.Series, times: int = 1) -> pl.Series:
    import polars as pl

    return values.to_frame("v").select(pl.col("v").cast(pl.Int128) * _lit(times)).to_series()


# --- what the rows say ------------------------------------------------------------------------------------


def _income(side: Side, other: Side, given: Given, which: int, line: str) -> Income:
    import polars as pl

    columns = fitting(side.std, other.std, given.columns(which))
    factor = unit(side.facts[side.welfare].unit).size / unit(side.std.lines[line].unit).size
    held = numbers(given.homes, sources(side.std, given.homes, columns, {side.welfare, *_read(side)}))
    blank = pl.Series([None] * given.homes.height, dtype=pl.Int64), Fraction(1)
    total = _total(side.facts[side.welfare].of)
    person, person_part = held.get(side.welfare, blank)
    whole, part = held.get(total[0], blank) if total else blank
    return Income(whole, part * (total[1] if total else 1) * factor * MONTHS, person, person_part * factor * MONTHS)


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


def _read(side: Side) -> set[str]:
    """The welfare concept and what it is computed from."""
    of = side.facts[side.welfare].of
    return {side.welfare} if of is None else {side.welfare, *(n.name for n in walk(of) if isinstance(n, Ref))}


# --- the lines of a row -----------------------------------------------------------------------------------


def _pairs(given: Given, sides: tuple[Side, Side], line: str) -> tuple[list[list[tuple[Number, Number]]], list[int]]:
    """The pairs of lines a month that a row may be held against: all that occur, and which of them each row has."""
    tables = tuple(s.std.lines[line].table for s in sides)
    cells = []
    for which, (side, other) in enumerate((sides, sides[::-1])):
        names = sorted(_facts(tables[which]))
        held = sources(side.std, given.homes, fitting(side.std, other.std, given.columns(which)), names)
        unknown = {n: frozenset(side.facts[n].codes) for n in names if n not in held}
        cells.append(
            {n: codes(given.homes, held[n]) if n in held else [unknown[n]] * given.homes.height for n in names}
        )
    joint = not {n for c in cells for n in c} & given.overrides.keys()
    first, second = (list(c) for c in cells)
    kept: dict[Any, int] = {}
    listed: list[list[tuple[Number, Number]]] = []
    found = []
    every = [held for c in cells for held in c.values()]
    for row in zip(*every, strict=True) if every else [()] * given.homes.height:
        if row not in kept:
            mine = [dict(zip(first, row, strict=False)), dict(zip(second, row[len(first) :], strict=True))]
            if joint:
                told = [(_cell(tables[0], c), _cell(tables[1], c)) for c in _choices({**mine[0], **mine[1]})]
            else:
                told = [
                    (_cell(tables[0], c), _cell(tables[1], d)) for c in _choices(mine[0]) for d in _choices(mine[1])
                ]
            kept[row] = len(listed)
            listed.append(list(dict.fromkeys(told)))
        found.append(kept[row])
    return listed, found


def _facts(table: Any) -> set[str]:
    """The facts that a line depends on."""
    if not isinstance(table, Mapping):
        return set()
    return {*table, *(n for cells in table.values() for t in cells.values() for n in _facts(t))}


def _choices(cells: Mapping[str, frozenset[str]]) -> Iterator[dict[str, str]]:
    for picked in product(*(sorted(c) for c in cells.values())):
        yield dict(zip(cells, picked, strict=True))


def _cell(table: Any, chosen: Mapping[str, str]) -> Number:
    while isinstance(table, Mapping):
        ((fact, cells),) = table.items()
        table = cells[chosen[fact]]
    found: Number = table
    return found


__all__ = ["MEASURES", "NO_END", "row_gaps"]
