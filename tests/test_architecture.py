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
    "formula", "columns", "figures", "rows", "points", "wanting", "persons", "checking", "classifying", "writing", "tables", "tabular", "surveys", "frames", "sql", "answering", "catalogue", "golden", "mutating",
    "inequalities", "witness", "ways", "equivalence", "findings", "audit_classes", "audit_indicators", "audit_scorecards", "auditing", "file_schema",
    "authoring", "testing", "cli", "__main__",
]  # fmt: skip

# What stands on the engine: rooms import the engine, packages that theirs stands on, and, of their
# own package, only the rooms before them.
PACKAGES = {
    "review": [
        "data", "names", "masking", "units", "sheets", "profiles", "rounds", "gathering", "reading",
        "worksheet", "records", "contradictions", "checks", "movements", "layout", "peoples", "given", "counting",
        "notes", "reports", "priorities", "workbook",
    ],
    "measures": [
        "design", "tidy", "opening", "uncertainty", "inequality", "lines", "income", "shares", "completions", "cells", "counting",
        "children",
    ],
    "comparing": [
        "prices", "published", "lines", "rules", "differences", "words", "wording", "pages", "sides", "clauses", "shapley",
        "tally", "amounts", "classed", "gaps", "moved", "budget", "moves", "telling",
    ],
    "plots": ["labels", "paper", "ladders", "incomes", "classes", "counting", "intervals"],
}  # fmt: skip
STANDS_ON: dict[str, set[str]] = {
    "review": set(), "measures": set(), "comparing": {"measures"}, "plots": {"measures", "comparing"},
}  # fmt: skip
# A value opens these rooms when one of its verbs is called.
VERBS = {
    "comparing.differences": {"wording", "pages", "moves"},
    "comparing.moved": {"budget", "telling"},
    "comparing.budget": {"telling"},
}  # fmt: skip
UPPER = [(package, room) for package, rooms in PACKAGES.items() for room in rooms]

# Rooms that are opened only when something is read from a result, so that starting stays fast.
OPENED_LATER = {"model": {"resolving", "scorecards"}}


def imports(path: Path, *, at_top: bool) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and (id(node) in top) is at_top:
            found |= {node.module} if node.module else {name.name for name in node.names}
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


def imports_from(path: Path, level: int) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == level}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_above_the_engine_is_on_the_plan(package: str) -> None:
    assert sorted(p.stem for p in (ROOMS / package).glob("*.py") if p.stem != "__init__") == sorted(PACKAGES[package])
    text = (ROOMS.parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert re.findall(rf"^\| `{package}\.(\w+)` \| ", text, re.M) == PACKAGES[package]


@pytest.mark.parametrize(("package", "room"), UPPER)
def test_rooms_above_the_engine_import_from_below(package: str, room: str) -> None:
    path = ROOMS / package / f"{room}.py"
    rooms = PACKAGES[package]
    mine = set(rooms[: rooms.index(room)])
    assert imports(path, at_top=True) <= mine
    assert imports(path, at_top=False) <= mine | VERBS.get(f"{package}.{room}", set())
    below = {m for m in imports_from(path, 2) if m.split(".")[0] not in STANDS_ON[package]}
    floor = "file_schema" if package == "comparing" else "golden"  # which rules differ is what an audit proves
    assert below <= set(ORDER[: ORDER.index(floor)])


@pytest.mark.parametrize("room", ORDER)
def test_the_engine_knows_nothing_above_it(room: str) -> None:
    # The door stands open the other way for verbs of a value alone: types, and what a call opens.
    assert not {m.split(".")[0] for m in imports(ROOMS / f"{room}.py", at_top=True)} & set(PACKAGES)


@pytest.mark.parametrize(("package", "room"), UPPER)
def test_no_amounts_years_or_provinces_above_the_engine(package: str, room: str) -> None:
    tree = ast.parse((ROOMS / package / f"{room}.py").read_text(encoding="utf-8"))
    numbers = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is int}
    bounds = {"completions": {4096}}  # what is remembered
    assert not {n for n in numbers if n >= 400} - bounds.get(room, set())
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
    code = "import sys, chuanngheo; print(' '.join(m for m in ('altair','narwhals','numpy','pandas','polars','pyarrow','duckdb','pyspark','hypothesis','jsonschema','pyreadstat','svy') if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == ""
