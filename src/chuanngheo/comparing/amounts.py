"""Facts of the caller's rows as exact values: numbers of persons, money, and codes that may be unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..answering import Standard
from ..columns import Source, read_columns
from ..errors import DataProblems, Problem, nearest
from ..formula import NULL, and_, if_
from ..household import givable, person_names
from ..tables import open_table
from ..tabular import uncountable
from ..tree import Const, Quantifier

if TYPE_CHECKING:
    import polars as pl

PERSONS = Quantifier("count", Const(True))  # the rule of a fact that counts the members


def sources(std: Standard, homes: pl.DataFrame, columns: Mapping[str, Any], names: Iterable[str]) -> dict[str, Source]:
    """Where some facts of households are read; those that the table does not have are left out."""
    wanted = {n: f for n, f in givable(std).items() if n in set(names)}
    mapped = {n: spec for n, spec in columns.items() if n in wanted}
    schema = open_table(homes, "households", homes.columns).schema
    problems: list[Problem] = []
    found = read_columns(wanted, std.other_facts, schema, mapped, "columns", problems, person_names(std))
    if problems:
        raise DataProblems(f"{len(problems)} problem(s) with the columns for {std.exact_id}", problems)
    return found


def numbers(homes: pl.DataFrame, found: Mapping[str, Source]) -> dict[str, tuple[pl.Series, Fraction]]:
    """Each number as whole numbers (null where unknown), and what one of them is in the unit of the fact."""
    import polars as pl

    table = open_table(homes, "households", homes.columns)
    wanted = {
        n: if_(s.known, s.value, NULL) for n, s in found.items() if s.fact.kind == "number" and s.kind.name != "null"
    }
    frame, last = table.with_stages(wanted)
    held = frame.select(**last).collect() if last else None
    blank = pl.Series([None] * homes.height, dtype=pl.Int64)
    return {
        n: (held[n].cast(pl.Int64), s.part) if held is not None and n in wanted else (blank, Fraction(1))
        for n, s in found.items()
    }


def codes(homes: pl.DataFrame, source: Source) -> list[frozenset[str]]:
    """The codes that a row may have: the one that is given, several of a box that joins them, or all."""
    every = tuple(source.fact.codes)
    if source.kind.name == "null":
        return [frozenset(every)] * homes.height
    table = open_table(homes, "households", homes.columns)
    frame, last = table.with_stages({f"c{i}": and_(source.known, source.among([c])) for i, c in enumerate(every)})
    flags = frame.select(**last).collect()
    kept: dict[tuple[bool | None, ...], frozenset[str]] = {}
    found = []
    for row in flags.rows():
        if row not in kept:
            kept[row] = frozenset(c for c, here in zip(every, row, strict=True) if here) or frozenset(every)
        found.append(kept[row])
    return found


def sizes(
    std: Standard,
    other: Standard,
    homes: pl.DataFrame,
    people: pl.DataFrame | None,
    key: str,
    columns: Mapping[str, Any],
    persons_column: str | None,
) -> pl.Series | None:
    """The number of persons of each row, null where unknown; None where nothing tells it.

    ``persons_column`` is a column or a fact; without it the fact that counts the members is read, and
    what it leaves open is counted in the table of persons.
    """
    import polars as pl

    found: pl.Series | None = None
    if persons_column is not None and persons_column in homes.columns and persons_column not in columns:
        found = _checked(homes[persons_column])
    else:
        names = {n for s in (std, other) for n, f in s.facts.items() if f.of == PERSONS and f.entity != "person"}
        if persons_column is not None:
            if persons_column not in {*columns, *names}:
                raise DataProblems("the number of persons cannot be read", [
                    Problem("CN196", "persons_column", f"there is no column or fact {persons_column!r}", persons_column,
                            remedy=nearest(persons_column, [*homes.columns, *columns]))
                ])  # fmt: skip
            names = {persons_column}
        for s in (std, other):
            for values, part in numbers(homes, sources(s, homes, columns, names)).values():
                found = values * part.numerator // part.denominator if found is None else found
    if people is not None and persons_column is None:
        counted = people.group_by(key).agg(pl.len().cast(pl.Int64).alias("_cn_persons"))
        here = homes.select(key).join(counted, on=key, how="left", maintain_order="left")["_cn_persons"]
        found = here if found is None else found.fill_null(here)
    return found


def _checked(column: pl.Series) -> pl.Series:
    import polars as pl

    bad = None if not column.dtype.is_numeric() and column.dtype != pl.Null else uncountable(column)
    if bad is None or bad.any():
        count = 0 if bad is None else int(bad.sum())
        raise DataProblems("the number of persons cannot be read", [
            Problem("CN196", f"households[{column.name!r}]", "is no whole number of persons from 0", None, "", "correct it; unknown is null",
                    count=count)
        ])  # fmt: skip
    return column.cast(pl.Int64)


__all__ = ["codes", "numbers", "sizes", "sources"]
