"""Two standards beside each other, and what the change does to the same households."""

from __future__ import annotations

from .differences import Comparison, DaysChange, Graded, Grades, Rates, Shared, Unverified, compare
from .lines import Figure, LineChange, Real
from .prices import PriceIndex, price_index, shipped_cpi
from .published import Count, Printed, Share, published, read_published
from .rules import Boundary, ClassChange, IndicatorChange, Wording

__all__ = [
    "Boundary",
    "ClassChange",
    "Comparison",
    "Count",
    "DaysChange",
    "Figure",
    "Graded",
    "Grades",
    "IndicatorChange",
    "LineChange",
    "PriceIndex",
    "Printed",
    "Rates",
    "Real",
    "Share",
    "Shared",
    "Unverified",
    "Wording",
    "compare",
    "price_index",
    "published",
    "read_published",
    "shipped_cpi",
]
