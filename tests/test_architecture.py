"""The house: which room may import which, and what may not be in any of them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from chuanngheo.review.units import provinces
from chuanngheo.source import read_nodes

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
ROOMS = Path(__file__).parent.parent / "src" / "chuanngheo"

# From the ground up: a room imports only from those before it.
ORDER = [
    "values", "errors", "units", "tree", "domains", "expression", "source", "resolving", "model", "scorecards", "grammar", "reading_cards", "reading",
    "household", "prepared", "case", "terms", "possible", "deciding", "scoring", "answers", "regions", "compiling", "methods", "settling", "results", "tracing",
    "version", "explaining", "templates", "caveats", "flipping", "schema", "assessment", "reforming",
    "formula", "columns", "figures", "rows", "points", "wanting", "persons", "checking", "classifying", "writing", "tables", "frames", "sql", "answering", "catalogue", "golden", "mutating",
    "inequalities", "witness", "ways", "equivalence", "findings", "audit_classes", "audit_indicators", "audit_scorecards", "auditing", "file_schema",
    "authoring", "testing", "cli", "__main__",
]  # fmt: skip

# The yearly review, above the engine: its rooms import the engine and, of themselves, only those before them.
REVIEW = [
    "data", "names", "masking", "tabular", "units", "sheets", "profiles", "rounds", "gathering", "reading",
    "worksheet", "records", "contradictions", "checks", "movements", "layout", "reports", "priorities", "workbook",
]  # fmt: skip

# Rooms that are opened only when something is read from a result, so that starting stays fast.
OPENED_LATER = {"model": {"resolving", "scorecards"}}


def imports(path: Path, *, at_top: bool) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and (id(node) in top) is at_top:
            found.add(node.module or "")
    return found


def test_every_room_is_on_the_plan() -> None:
    assert sorted(p.stem for p in ROOMS.glob("*.py") if p.stem != "__init__") == sorted(ORDER)


def test_the_plan_is_the_one_that_newcomers_read() -> None:
    text = (ROOMS.parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \| ", text, re.M) == ORDER


@pytest.mark.parametrize("room", ORDER)
def test_rooms_import_from_below(room: str) -> None:
    path = ROOMS / f"{room}.py"
    below = set(ORDER[: ORDER.index(room)]) | {"version"}
    assert imports(path, at_top=True) <= below, imports(path, at_top=True) - below
    # Types only: the rooms that read an assessment name it, and it names its standard.
    types = {"answering", "assessment"}
    assert imports(path, at_top=False) <= below | types | OPENED_LATER.get(room, set())


@pytest.mark.parametrize("room", ORDER)
def test_no_amounts_years_or_provinces_in_the_engine(room: str) -> None:
    tree = ast.parse((ROOMS / f"{room}.py").read_text(encoding="utf-8"))
    numbers = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is int}
    bounds = {
        "source": {1_048_576, 60_000},  # the size of a file
        "expression": {4000},
        "resolving": {5000},
        "methods": {512},  # what is remembered
        "templates": {2048},
        "units": {1000, 100_000, 1_000_000},
        "household": {2000},  # a day for ages that are given as they are
        "case": {2000},
        "persons": {2000},
    }
    if room != "testing":
        assert not {n for n in numbers if n >= 400} - bounds.get(room, set())
    assert not {n for n in numbers if 1945 <= n <= 2100} - bounds.get(room, {2000})


def review_imports(path: Path, level: int) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == level}


def test_every_room_of_the_review_is_on_the_plan() -> None:
    assert sorted(p.stem for p in (ROOMS / "review").glob("*.py") if p.stem != "__init__") == sorted(REVIEW)
    text = (ROOMS.parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `review\.(\w+)` \| ", text, re.M) == REVIEW


@pytest.mark.parametrize("room", REVIEW)
def test_rooms_of_the_review_import_from_below(room: str) -> None:
    path = ROOMS / "review" / f"{room}.py"
    assert review_imports(path, 1) <= set(REVIEW[: REVIEW.index(room)])
    assert review_imports(path, 2) <= set(ORDER[: ORDER.index("golden")])


@pytest.mark.parametrize("room", ORDER)
def test_the_engine_knows_no_review(room: str) -> None:
    assert not any(m.startswith("review") for m in review_imports(ROOMS / f"{room}.py", 1))


@pytest.mark.parametrize("room", REVIEW)
def test_no_amounts_years_or_provinces_in_the_review(room: str) -> None:
    tree = ast.parse((ROOMS / "review" / f"{room}.py").read_text(encoding="utf-8"))
    numbers = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is int}
    assert not {n for n in numbers if n >= 400}
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    explained = {ast.get_docstring(n, clean=False) for n in ast.walk(tree) if isinstance(n, DOCUMENTED)}
    said = "\n".join(t for t in texts if t not in explained)
    places = {p.name for day in (date(2025, 6, 30), date(2025, 7, 1)) for p in provinces(day)}
    assert not {name for name in places if name in said}


def test_no_key_stands_twice_in_the_data_of_the_review() -> None:
    """A second key of one name would win without a word."""
    for path in sorted((ROOMS.parent.parent / "standards" / "vn" / "review").rglob("*.yaml")):
        _, source = read_nodes(path.read_text(encoding="utf-8"), path.name)
        assert not [p for p in source.problems if p.code == "CN007"], path


def test_importing_loads_no_extra() -> None:
    code = "import sys, chuanngheo; print(' '.join(m for m in ('narwhals','numpy','pandas','polars','pyarrow','duckdb','pyspark','hypothesis','jsonschema') if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == ""
