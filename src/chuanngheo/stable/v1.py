"""The public names of the first contract: ``from chuanngheo.stable import v1 as cn``.

What is here is never renamed, never loses a parameter, and never changes what it means. Parameters
with a default, names, facts, codes and keys of a result may be added. Importing this opens no more
rooms than ``import chuanngheo`` does: each name is looked up when it is first used.

>>> from datetime import date
>>> from chuanngheo.stable import v1 as cn
>>> cn.assess({"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}, on=date(2025, 3, 1)).category
'poor'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .. import (
        DATA_VERSION,
        Assessment,
        Catalogue,
        Caveat,
        ChuanNgheoError,
        Cite,
        Comparison,
        DataProblems,
        DecisionTable,
        Finding,
        Flip,
        HouseholdError,
        NoStandard,
        Problem,
        Quantity,
        Report,
        ReviewStandard,
        RuleFileError,
        Standard,
        TraceStep,
        __version__,
        applicable,
        assess,
        audit,
        compare,
        facts,
        for_review,
        line,
        read_standard,
        shipped,
        standard,
        standards,
    )

# Written out, not taken over from the package: what is added there is not promised here by itself.
__all__ = [
    "DATA_VERSION",
    "Assessment",
    "Catalogue",
    "Caveat",
    "ChuanNgheoError",
    "Cite",
    "Comparison",
    "DataProblems",
    "DecisionTable",
    "Finding",
    "Flip",
    "HouseholdError",
    "NoStandard",
    "Problem",
    "Quantity",
    "Report",
    "ReviewStandard",
    "RuleFileError",
    "Standard",
    "TraceStep",
    "__version__",
    "applicable",
    "assess",
    "audit",
    "compare",
    "facts",
    "for_review",
    "line",
    "read_standard",
    "shipped",
    "standard",
    "standards",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module("chuanngheo"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
