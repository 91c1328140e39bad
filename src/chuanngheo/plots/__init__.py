"""Pictures of standards and of what they count: altair charts with words in Vietnamese and English.

Needs the extra ``plot``. A chart holds sums and shares alone, never a row of a household, and says under its
title which standard, in which revision, on which data, and whether its numbers are an estimate, a count, or
an unweighted sample. They are laid out for print on A4 and can be told apart in a grey copy.
"""

from __future__ import annotations

from .classes import transitions
from .counting import contributions, deprivations
from .incomes import income_distribution
from .intervals import measures
from .ladders import ladder
from .paper import MissingPackage, save_png, to_png

__all__ = [
    "MissingPackage",
    "contributions",
    "deprivations",
    "income_distribution",
    "ladder",
    "measures",
    "save_png",
    "to_png",
    "transitions",
]
