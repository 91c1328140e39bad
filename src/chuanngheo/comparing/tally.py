"""Households, persons and weights added up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..values import Frozen, frozen

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


def exact_weight(value: Any) -> Fraction:
    """A weight exactly as it is written; a float by its shortest decimal text."""
    return Fraction(decimal(value))


def decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else str(value))


def ratio(part: Fraction | None, whole: Fraction | None) -> Fraction | None:
    return None if part is None or not whole else part / whole


def share(part: Fraction, whole: Fraction) -> float | None:
    return as_float(ratio(part, whole))


def as_float(value: Fraction | int | None) -> float | None:
    return None if value is None else float(value)


__all__ = ["UNITS", "Numbers", "Part", "Tally", "amounts", "as_float", "decimal", "exact_weight", "ratio", "share"]
