"""A closed vocabulary of units and their exact conversion.

A unit is written ``VND/person/month``. Two units convert when their dimensions agree; the
factor is an exact fraction (a year is twelve months, nothing else is assumed).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from .values import Frozen, frozen

# name: (dimension, size in the base unit of that dimension)
ATOMS: dict[str, tuple[str, int]] = {
    "VND": ("money", 1),
    "thousand_VND": ("money", 1000),
    "kg_rice": ("rice", 1),
    "person": ("person", 1),
    "month": ("time", 1),
    "year": ("time", 12),
    "m2": ("area", 1),
    "kg": ("mass", 1),
    "cm": ("length", 1),
    "point": ("point", 1),
    "indicator": ("indicator", 1),
}


@frozen
class Unit(Frozen):
    """Powers of dimensions and the exact size in their base units."""

    size: Fraction
    powers: tuple[tuple[str, int], ...]

    def combine(self, other: Unit, sign: int) -> Unit:
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, 0) + sign * power
        size = self.size * other.size if sign > 0 else self.size / other.size
        return Unit(size, tuple(sorted((n, p) for n, p in powers.items() if p)))


PURE = Unit(Fraction(1), ())


@lru_cache(maxsize=256)
def unit(text: str) -> Unit:
    """Read ``VND/person/month``; an unknown part raises ``KeyError`` with its name."""
    result = PURE
    for position, atom in enumerate(text.split("/")):
        dimension, size = ATOMS[atom.strip()]
        one = Unit(Fraction(size), ((dimension, 1),))
        result = result.combine(one, -1 if position else 1)
    return result
