"""Households, persons and weights added up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from ..values import Frozen, frozen

if TYPE_CHECKING:
    import polars as pl

DIGITS = 60  # more than any number in a table has
UNITS = ("households", "persons", "weighted", "weighted_persons", "share", "share_persons")
Numbers = Mapping[str, Fraction | None]  # by unit; None where the number of persons is not known


@frozen
class Tally(Frozen):
    """Some households: their number, persons (None where a size is unknown), and both weighted."""

    households: int = 0
    persons: int | None = 0
    weighted: Fraction = Fraction(0)
    weighted_persons: Fraction | None = Fraction(0)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.households + other.households,
            None if self.persons is None or other.persons is None else self.persons + other.persons,
            self.weighted + other.weighted,
            None if self.weighted_persons is None or other.weighted_persons is None
            else self.weighted_persons + other.weighted_persons,
        )  # fmt: skip


@frozen
class Part(Frozen):
    """A headcount, or a clause's exact part in its change, by unit.

    ``certain`` counts the households that are in the classes whatever is unknown, ``possible`` those
    that can be. Units are ``households``, ``weighted``, ``share`` (of all households, weighted) and,
    where sizes are known, ``persons``, ``weighted_persons``, ``share_persons``.
    """

    name: str
    certain: Numbers
    possible: Numbers

    def __hash__(self) -> int:
        return hash(self.name)

    def value(self, unit: str = "households") -> Fraction | None:
        """The number, or None where it is not certain."""
        return self.certain[unit] if self.certain[unit] == self.possible[unit] else None


def amounts(tally: Tally) -> tuple[Any, ...]:
    return (tally.households, tally.persons, tally.weighted, tally.weighted_persons)


@attrs.frozen(slots=False, eq=False, repr=False)
class Weights:
    """The weight of each row as ``values[row] / per``, exactly as it was written; a float by its shortest text."""

    values: list[int]
    per: int


def exact_weights(column: pl.Series) -> Weights:
    """A column of known weights from 0."""
    if column.dtype.is_integer():
        return Weights(column.to_list(), 1)
    texts = [v if isinstance(v, Decimal) else Decimal(repr(v)) for v in column.to_list()]
    places = max((-int(d.as_tuple().exponent) for d in texts), default=0)
    places = max(places, 0)
    with localcontext(prec=DIGITS):
        return Weights([int(d.scaleb(places)) for d in texts], 10**places)


def ratio(part: Fraction | None, whole: Fraction | None) -> Fraction | None:
    return None if part is None or not whole else part / whole


def share(part: Fraction, whole: Fraction) -> float | None:
    return as_float(ratio(part, whole))


def as_float(value: Fraction | int | None) -> float | None:
    return None if value is None else float(value)


__all__ = ["UNITS", "Numbers", "Part", "Tally", "Weights", "amounts", "as_float", "exact_weights", "ratio", "share"]
