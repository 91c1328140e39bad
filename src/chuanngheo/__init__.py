"""Viet Nam's poverty standards as data, and one small engine that answers exactly and shows why."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import ChuanNgheoError, DataProblems, HouseholdError, NoStandard, Problem, RuleFileError
from .model import Cite, Quantity
from .source import read_nodes as _read_nodes  # noqa: F401  (opens the YAML parser while we import)

if TYPE_CHECKING:
    from .answering import Standard
    from .assessment import Assessment
    from .auditing import audit
    from .catalogue import (
        Catalogue,
        ReviewStandard,
        applicable,
        assess,
        facts,
        for_review,
        line,
        read_standard,
        shipped,
        standard,
        standards,
    )
    from .comparing import Comparison, compare
    from .findings import DecisionTable, Finding, Report
    from .results import Caveat, Flip, TraceStep

    DATA_VERSION: str
    __version__: str

_ROOMS = {
    "assessment": ("Assessment",),
    "results": ("Caveat", "Flip", "TraceStep"),
    "catalogue": (
        "Catalogue",
        "ReviewStandard",
        "applicable",
        "assess",
        "facts",
        "for_review",
        "line",
        "read_standard",
        "shipped",
        "standard",
        "standards",
    ),
    "answering": ("Standard",),
    "auditing": ("audit",),
    "comparing": ("Comparison", "compare"),
    "findings": ("DecisionTable", "Finding", "Report"),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    """Open a room when one of its names is first used: an app that imports us starts at once."""
    if name in _HOMES:
        value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    elif name == "__version__":
        value = import_module(".version", __name__).CODE_VERSION
    elif name == "DATA_VERSION":
        value = import_module(".version", __name__).data_version()
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, "DATA_VERSION", "__version__"])


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
