"""The examples of the help. They name standards, days and amounts, and so are data: ``standards/vn/examples.yaml``."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import yaml

from ..model import LANGUAGES
from ..version import standards_folder
from .words import both


def examples(command: str) -> str:
    """What an example does and the command, line by line, in both languages."""
    return both(*("\n".join(_lines(command, lang)) for lang in LANGUAGES))


def _lines(command: str, lang: str) -> list[str]:
    found = []
    for example in _all()[command]:
        run = example["run"]
        found += [example[lang]] if lang in example else []
        found.append(run if isinstance(run, str) else run[lang])
    return found


@cache
def _all() -> Any:
    with open(os.path.join(standards_folder(), "vn", "examples.yaml"), encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


__all__ = ["examples"]
