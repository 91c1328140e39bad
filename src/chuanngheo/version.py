"""The version of the code, and that of the legal data it carries."""

from __future__ import annotations

import os
from functools import cache

CODE_VERSION = "0.1.0"


@cache
def standards_folder() -> str:
    """Where the rule files are: inside an installed package, or beside ``src`` in a checkout."""
    here = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(here, "standards")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(os.path.dirname(here)), "standards")


@cache
def data_version() -> str:
    """The day of the last legal text read, and a serial: changes whenever ``standards/`` does."""
    with open(os.path.join(standards_folder(), "DATA_VERSION"), encoding="utf-8") as file:
        return file.read().strip()
