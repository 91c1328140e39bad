"""Alkire-Foster counts where some indicators are unknown: what every way of filling them in can give.

Scores are whole numbers over one common denominator and are compared with the cut-off as such. A row
is a *pattern*: which indicators are deprived, which are open, and whether it belongs to the population
at all. Every measure is a ratio of two weighted sums to which each pattern adds one of a few pairs, so
that its least and greatest value are exact: the best pair of a row for a given ratio does not depend on
the other rows (Dinkelbach 1967, "On nonlinear fractional programming", Management Science 13(7)).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, lcm

from ..values import Frozen, frozen

Pair = tuple[int, int]  # what a row of weight 1 adds to numerator and denominator
Whole = bool | None  # belongs to the population, or that is not known
MOST_SUMS = 1 << 17  # different scores that the open indicators of one row may give; no real index comes near


class TooManyScores(Exception):
    """The open indicators of one row have more different sums than can be gone through."""


@frozen
class Rule(Frozen):
    """Weights over one denominator, and the least score that is poor, both whole numbers.

    ``names`` are the indicators in their order; bit *j* of a pattern is the *j*-th of them.
    """

    names: tuple[str, ...]
    parts: tuple[int, ...]
    whole: int  # the common denominator
    least: int  # poor from this score on

    def score(self, bits: int) -> int:
        return sum(part for j, part in enumerate(self.parts) if bits >> j & 1)


def rule(weights: Mapping[str, Fraction], k: Fraction) -> Rule:
    """The rule in whole numbers: a score is poor where it is at least k, so at least the next whole number."""
    whole = lcm(*(w.denominator for w in weights.values()))
    return Rule(tuple(weights), tuple(int(w * whole) for w in weights.values()), whole, ceil(k * whole))


def whole_numbers(weights: Sequence[float]) -> list[int]:
    """Weights as whole numbers in the same proportions; every float is a fraction, so none is rounded."""
    exact = [Fraction(w) for w in weights]
    common = lcm(*(w.denominator for w in exact))
    return [int(w * common) for w in exact]


@frozen
class Pattern(Frozen):
    """Rows that know and do not know the same: ``known`` deprived and ``open`` as bits."""

    known: int
    open: int
    inside: Whole = True

    @property
    def certain(self) -> bool:
        return not self.open and self.inside is True


Choices = tuple[Pair, ...]


# --- what a pattern can add to each measure -------------------------------------------------------


def headcount(of: Rule, p: Pattern) -> Choices:
    low, high = _ends(of, p)
    return _with_outside(p, [(0, 1)] * (low < of.least) + [(1, 1)] * (high >= of.least))


def censored_score(of: Rule, p: Pattern) -> Choices:
    """The score of the poor, nothing for all others: M0 times the common denominator."""
    low, high = _ends(of, p)
    return _with_outside(p, [(low if low >= of.least else 0, 1), (high if high >= of.least else 0, 1)])


def intensity(of: Rule, p: Pattern) -> Choices:
    """The score among the poor: A times the common denominator."""
    low, high = _ends(of, p)
    found = [(0, 0)] * (low < of.least)
    if high >= of.least:
        found += [(_least_poor(of, low, p.open), 1), (high, 1)]
    return _with_outside(p, found)


def uncensored(p: Pattern, j: int) -> Choices:
    bit = 1 << j
    return _with_outside(p, [(0, 1)] * (not p.known & bit) + [(1, 1)] * bool((p.known | p.open) & bit))


def censored(of: Rule, p: Pattern, j: int) -> Choices:
    low, high = _ends(of, p)
    bit = 1 << j
    surely = bool(p.known & bit) and low >= of.least
    maybe = bool((p.known | p.open) & bit) and high >= of.least
    return _with_outside(p, [(0, 1)] * (not surely) + [(1, 1)] * maybe)


def contribution(of: Rule, p: Pattern, j: int) -> Choices:
    """What the indicator adds to the scores of the poor, and these scores."""
    low, high = _ends(of, p)
    bit, part, rest = 1 << j, of.parts[j], p.open & ~(1 << j)
    found = [(0, 0)] * (low < of.least)
    if (p.known | p.open) & bit and high >= of.least:
        found += [(part, _least_poor(of, low + part * bool(p.open & bit), rest)), (part, high)]
    if not p.known & bit and low + of.score(rest) >= of.least:
        found += [(0, _least_poor(of, low, rest)), (0, low + of.score(rest))]
    return _with_outside(p, found)


def _ends(of: Rule, p: Pattern) -> tuple[int, int]:
    low = of.score(p.known)
    return low, low + of.score(p.open)


def _least_poor(of: Rule, low: int, bits: int) -> int:
    """The least score at or above the cut-off that ``low`` and some of the open bits come to."""
    if low >= of.least:
        return low
    sums = _sums(of.parts, bits)
    return low + sums[bisect_left(sums, of.least - low)]


@lru_cache(maxsize=256)
def _sums(parts: tuple[int, ...], bits: int) -> tuple[int, ...]:
    """Every sum that some of the parts of these bits give, in order."""
    found = {0}
    for j, part in enumerate(parts):
        if bits >> j & 1:
            found |= {s + part for s in found}
            if len(found) > MOST_SUMS:
                raise TooManyScores
    return tuple(sorted(found))


def _with_outside(p: Pattern, found: Iterable[Pair]) -> Choices:
    """Each pair once; a row that may not belong to the population may add nothing."""
    return tuple(dict.fromkeys([*found, *([] if p.inside else [(0, 0)])]))


# --- the least and greatest ratio -----------------------------------------------------------------


@frozen
class Bounds(Frozen):
    """The least and the greatest ratio, and which pair rows with the same choices add to reach them.

    ``low`` and ``high`` are None where no completion has anything to divide by; ``always`` says whether
    every completion has.
    """

    low: Fraction | None
    high: Fraction | None
    always: bool
    at_low: Mapping[Choices, Pair]
    at_high: Mapping[Choices, Pair]


def bounds(rows: Mapping[Choices, int]) -> Bounds:
    """Bounds of the sum of numerators over the sum of denominators; rows are their choices with their weight.

    Exact: the extremes over every completion whose denominator is above zero.

    >>> made = bounds({((1, 1),): 3, ((0, 1), (1, 1)): 1})  # three are poor, of one nobody knows
    >>> str(made.low), str(made.high)
    ('3/4', '1')
    """
    always = any(weight > 0 and all(d > 0 for _, d in pairs) for pairs, weight in rows.items())
    high, at_high = _most(rows, 1)
    low, at_low = _most(rows, -1)
    return Bounds(low, high, always, at_low, at_low if low == high else at_high)


def _most(rows: Mapping[Choices, int], sign: int) -> tuple[Fraction | None, dict[Choices, Pair]]:
    """The greatest ratio (the least, where ``sign`` is -1) and the pairs that give it."""
    chosen = {pairs: max(pairs, key=lambda pair: pair[1]) for pairs in rows}
    ratio = _ratio(rows, chosen)
    while ratio is not None:
        p, q = ratio.numerator, ratio.denominator
        better = {pairs: max(pairs, key=lambda pair: (sign * (pair[0] * q - p * pair[1]), pair[1])) for pairs in rows}
        following = _ratio(rows, better)
        if following is None or sign * following <= sign * ratio:
            break
        ratio, chosen = following, better
    return ratio, chosen


def _ratio(rows: Mapping[Choices, int], chosen: Mapping[Choices, Pair]) -> Fraction | None:
    over = sum(weight * chosen[pairs][0] for pairs, weight in rows.items())
    under = sum(weight * chosen[pairs][1] for pairs, weight in rows.items())
    return Fraction(over, under) if under else None
