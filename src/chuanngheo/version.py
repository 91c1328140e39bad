"""The version of the code, and that of the legal data it carries."""

from __future__ import annotations

from functools import cache
from pathlib import Path

CODE_VERSION = "0.1.0"


@cache
def standards_folder() -> Path:
    """Where the rule files are: inside an installed package, or beside ``src`` in a checkout."""
    here = Path(__file__).resolve().parent
    inside = here / "standards"
    return inside if inside.is_dir() else here.parent.parent / "standards"


@cache
def data_version() -> str:
    """The day of the last legal text read, and a serial: changes whenever ``standards/`` does."""
    return (standards_folder() / "DATA_VERSION").read_text(encoding="utf-8").strip()
