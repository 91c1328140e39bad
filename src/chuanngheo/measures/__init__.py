"""Measures of poverty over a table of households: headcount, gaps, inequality, Alkire-Foster.

    from chuanngheo import measures as ms

    design = ms.survey("wt9", persons="tsnguoi", strata="stratum", psu="diaban")
    ms.headcount(homes, design, income="income_per_person", line=1_500_000, poor_at_line=True, unit="person")

A design comes first: :func:`survey`, :func:`census`, :func:`unweighted` or :func:`synthetic`. Every function takes pandas,
polars and pyarrow tables and gives the same kind back, one row for each group and measure.
``docs/en/measures.md`` goes through them.
"""

from __future__ import annotations

from .children import child_poverty
from .counting import AlkireFoster, alkire_foster, equal_weights, indicator_columns, nested_weights
from .design import Design, census, survey, synthetic, unweighted
from .income import fgt, gini, headcount, poverty, poverty_gap, sen, watts
from .lines import with_line
from .shares import classes
from .uncertainty import MissingPackage

__all__ = [
    "AlkireFoster",
    "Design",
    "MissingPackage",
    "alkire_foster",
    "census",
    "child_poverty",
    "classes",
    "equal_weights",
    "fgt",
    "gini",
    "headcount",
    "indicator_columns",
    "nested_weights",
    "poverty",
    "poverty_gap",
    "sen",
    "survey",
    "synthetic",
    "unweighted",
    "watts",
    "with_line",
]
