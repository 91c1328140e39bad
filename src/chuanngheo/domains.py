"""Sets of possible values: intervals of numbers, and the calendar as numbers.

A date is its ordinal day, so that an unknown date of birth is an interval like any number.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple, TypeAlias

from .tree import Number

BOOLEANS = frozenset({False, True})
FAR = 10**18  # beyond every number a household can bring
OLDEST = 131  # years


class Interval(NamedTuple):
    """Numbers from ``low`` to ``high``; None is unbounded; ``whole`` numbers only, if so."""

    low: Number | None = None
    high: Number | None = None
    low_open: bool = False
    high_open: bool = False
    whole: bool = False

    @property
    def single(self) -> bool:
        return self.low is not None and self.low == self.high

    @property
    def inside(self) -> Number:
        """A number between the ends."""
        if self.low is None or self.high is None:
            return 0 if self.low is self.high else self.low + 1 if self.low is not None else (self.high or 0) - 1
        return (Fraction(self.low) + self.high) / 2

    @property
    def size(self) -> int | None:
        """How many values a bounded set of whole numbers has."""
        if not self.whole or self.low is None or self.high is None:
            return None
        return int(self.high) - int(self.low) + 1

    def meet(self, other: Interval) -> Interval | None:
        """What both hold, or None."""
        low, low_open = self.low, self.low_open
        if other.low is not None and (low is None or (other.low, other.low_open) > (low, low_open)):
            low, low_open = other.low, other.low_open
        high, high_open = self.high, self.high_open
        if other.high is not None and (high is None or (other.high, not other.high_open) < (high, not high_open)):
            high, high_open = other.high, other.high_open
        whole = self.whole or other.whole
        if whole:
            if low is not None:
                low, low_open = (floor(low) + 1 if low_open else ceil(low)), False
            if high is not None:
                high, high_open = (ceil(high) - 1 if high_open else floor(high)), False
        if low is not None and high is not None and (low > high or (low == high and (low_open or high_open))):
            return None
        return Interval(low, high, low_open, high_open, whole)

    def join(self, other: Interval) -> Interval:
        """From the start of this one to the end of the one that follows it."""
        return Interval(self.low, other.high, self.low_open, other.high_open, self.whole)

    def holds(self, value: Number) -> bool:
        return self.meet(Interval(value, value)) is not None


Domain: TypeAlias = "Interval | frozenset[bool | str]"


def affine_pieces(domain: Interval, slope: Number, offset: Number) -> list[tuple[int, Interval]]:
    """The domain cut where ``slope * x + offset`` changes sign, each piece with its sign."""
    if slope == 0:
        return [((offset > 0) - (offset < 0), domain)]
    crossing = Fraction(-offset) / slope
    rising = 1 if slope > 0 else -1
    cuts = (
        (-rising, Interval(None, crossing, high_open=True)),
        (0, Interval(crossing, crossing)),
        (rising, Interval(crossing, None, low_open=True)),
    )
    met = ((sign, domain.meet(piece)) for sign, piece in cuts)
    return [(sign, piece) for sign, piece in met if piece is not None]


def monotone_pieces(domain: Interval, sign_at: Callable[[int], int]) -> list[tuple[int, Interval]]:
    """The whole numbers of a domain cut where a monotone sign changes, found by bisection."""
    low = int(domain.low if domain.low is not None else -FAR)
    high = int(domain.high if domain.high is not None else FAR)
    pieces: list[tuple[int, Interval]] = []
    while True:
        sign = sign_at(low)
        inside, outside = low, high + 1
        if sign_at(high) == sign:
            inside = high
        else:
            outside = high
            while outside - inside > 1:
                middle = (inside + outside) // 2
                if sign_at(middle) == sign:
                    inside = middle
                else:
                    outside = middle
        pieces.append((sign, Interval(low, inside, whole=True)))
        if inside == high:
            return pieces
        low = inside + 1


def elapsed(kind: str, birth: int, on: int) -> int:
    """Completed years or months from one ordinal day to another, or the year of the first.

    Someone born on the 31st completes a month on the first day that is not before the 31st, or
    on the 1st of the month after a shorter one.
    """
    born = date.fromordinal(birth)
    if kind == "year":
        return born.year
    today = date.fromordinal(on)
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return months if kind == "months" else months // 12


def living(on: int) -> Interval:
    """The days on which somebody alive on the day ``on`` can have been born."""
    return Interval(max(1, on - OLDEST * 366), on, whole=True)


def births(kind: str, value: int, on: int) -> Interval | None:
    """The days of birth for which :func:`elapsed` gives a value on the day ``on``."""
    pieces = monotone_pieces(
        living(on),
        lambda day: (elapsed(kind, day, on) > value) - (elapsed(kind, day, on) < value),
    )
    return next((piece for sign, piece in pieces if sign == 0), None)
