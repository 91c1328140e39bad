"""A closed vocabulary of units and their exact conversion.

A unit is written ``VND/person/month``. Two units convert when their dimensions agree; the
factor is an exact fraction (a year is twelve months, nothing else is assumed).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from unicodedata import normalize

from .values import Frozen, frozen

# name: (dimension, size in the base unit of that dimension)
ATOMS: dict[str, tuple[str, int | Fraction]] = {
    "VND": ("money", 1),
    "thousand_VND": ("money", 1000),
    "million_VND": ("money", 1_000_000),
    "kg_rice": ("rice", 1),
    "person": ("person", 1),
    "month": ("time", 1),
    "year": ("time", 12),
    "day": ("day", 1),  # of no fixed length in months: a rule that needs one names it
    "m2": ("area", 1),
    "kg": ("mass", 1),
    "cm": ("length", 1),
    "point": ("point", 1),
    "indicator": ("indicator", 1),
    "criterion": ("criterion", 1),
    "household": ("household", 1),
    "km": ("length", 100_000),
    "m": ("length", 100),
    "percent": ("", Fraction(1, 100)),
    "share": ("", 1),
    "international_dollar": ("international_dollar", 1),
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

# How people write the same: the amounts of a household need no unit of their own.
WORDS = {
    "thousand VND": "thousand_VND", "million VND": "million_VND", "kg rice": "kg_rice",
    "đồng": "VND", "nghìn đồng": "thousand_VND", "triệu đồng": "million_VND", "kg gạo": "kg_rice",
    "người": "person", "tháng": "month", "năm": "year", "hộ": "household", "m²": "m2",
}  # fmt: skip


def spoken(text: str) -> Unit:
    """Read a unit as people write it: ``thousand VND/household/year``, ``nghìn đồng/hộ/năm``.

    An unknown part raises ``KeyError`` with its name.
    """
    atoms = [WORDS.get(atom, atom) for atom in (part.strip() for part in normalize("NFC", text).split("/"))]
    return unit("/".join(a for a in atoms if a != "household"))


@lru_cache(maxsize=256)
def unit(text: str) -> Unit:
    """Read ``VND/person/month``; an unknown part raises ``KeyError`` with its name."""
    result = PURE
    for position, atom in enumerate(text.split("/")):
        dimension, size = ATOMS[atom.strip()]
        one = Unit(Fraction(size), ((dimension, 1),) if dimension else ())
        result = result.combine(one, -1 if position else 1)
    return result


def money_step(text: str) -> int:
    """How many đồng one of the money of a unit is: 1000 of ``nghìn đồng/người/tháng``; 1 of other units."""
    first = normalize("NFC", text).split("/")[0].strip()
    dimension, size = ATOMS.get(WORDS.get(first, first), ("", 1))
    return int(size) if dimension == "money" else 1


def whole_money(text: str) -> bool:
    """Whether numbers of a unit are amounts of đồng, which are whole; a rate against another money is not."""
    first, *others = text.split("/")
    return first == "VND" and "international_dollar" not in others
