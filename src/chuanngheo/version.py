"""The version of the code, and that of the legal data it carries."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

CODE_VERSION = "0.1.0"


@cache
def standards_folder() -> str:
    """Where the rule files are: inside an installed package, or beside ``src`` in a checkout."""
    here = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(here, "standards")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(os.path.dirname(here)), "standards")


def provenance(*standards: str) -> dict[str, Any]:
    """What an answer rests on, JSON-ready: the exact ids of its standards, and both versions.

    >>> sorted(provenance("vn-2022@1.4"))
    ['code_version', 'data_version', 'standards']
    """
    return {"standards": list(standards), "code_version": CODE_VERSION, "data_version": data_version()}


@cache
def data_version() -> str:
    """The day of the last legal text read, and a serial: changes whenever ``standards/`` does."""
    with open(os.path.join(standards_folder(), "DATA_VERSION"), encoding="utf-8") as file:
        return file.read().strip()
