"""The data of the yearly review: forms, units, layouts of files, as YAML under ``standards/vn/review``."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import yaml

from ..version import standards_folder

FOLDER = os.path.join("vn", "review")


@cache
def load(name: str) -> Any:
    """A file of the review's data, parsed: ``load("units.yaml")``. Do not change what it returns."""
    with open(os.path.join(standards_folder(), FOLDER, name), encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
