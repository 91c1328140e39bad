"""Measures of poverty over a table of households: headcount, gaps, inequality, Alkire-Foster."""

from .children import child_poverty
from .counting import AlkireFoster, alkire_foster, equal_weights, indicator_columns, nested_weights
from .design import Design, Replicates, census, survey, unweighted

__all__ = [
    "AlkireFoster",
    "Design",
    "Replicates",
    "alkire_foster",
    "census",
    "child_poverty",
    "equal_weights",
    "indicator_columns",
    "nested_weights",
    "survey",
    "unweighted",
]
