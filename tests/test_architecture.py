"""The house: import-linter holds the plan of pyproject.toml; here is what a linter of imports cannot do."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from chuanngheo.review.units import provinces
from chuanngheo.source import read_nodes

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src" / "chuanngheo"
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
# Each plan lists its rooms from the top down; a name in brackets may be absent. Here from the ground up.
PLANS = {
    contract["containers"][0]: [room.strip("()") for room in reversed(contract["layers"])]
    for contract in LINTER["contracts"]
    if contract["type"] == "layers"
}
FILES = sorted(p.relative_to(HOUSE).as_posix() for p in HOUSE.rglob("*.py"))
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def folder(container: str) -> Path:
    return HOUSE.parent / container.replace(".", "/")


def rooms_of(container: str) -> set[str]:
    found = folder(container).iterdir()
    return {p.stem for p in found if p.suffix == ".py" or (p / "__init__.py").exists()} - {"__init__"}


@pytest.mark.parametrize("container", PLANS)
def test_every_room_is_on_the_plan(container: str) -> None:
    """The linter says which room is missing; this says what to do."""
    unknown = sorted(rooms_of(container) - set(PLANS[container]))
    assert not unknown, (
        f"rooms of {container} that no plan knows: {', '.join(unknown)}. Put each into `layers` of the contract for "
        f'`containers = ["{container}"]` in pyproject.toml, above every room that it imports, and into the table at the '
        "same place in docs/en/architecture.md and docs/vi/architecture.md; then run `make check`."
    )


def test_every_package_has_a_plan() -> None:
    packages = {f"chuanngheo.{p.parent.name}" for p in HOUSE.glob("*/__init__.py")}
    loose = {a for c in LINTER["contracts"] if c["type"] == "acyclic_siblings" for a in c["ancestors"]}
    missing = sorted(packages - set(PLANS) - loose)
    assert not missing, (
        f"packages without a plan: {', '.join(missing)}. Add a contract of type `layers` for each in pyproject.toml, "
        "or name it under `ancestors` of the contract `no-circles` if the order of its rooms does not matter."
    )


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("container", PLANS)
def test_the_plan_is_the_one_that_newcomers_read(container: str, language: str) -> None:
    text = (ROOT / "docs" / language / "architecture.md").read_text(encoding="utf-8")
    prefix = container.removeprefix("chuanngheo").removeprefix(".")
    named = re.findall(rf"^\| `{prefix}\.(\w+)` \| " if prefix else r"^\| `(\w+)` \| ", text, re.M)
    assert named == PLANS[container]


def linted(root: Path) -> subprocess.CompletedProcess[str]:
    """The contracts held against the house that stands under ``root/src``."""
    code = f"import sys; sys.path.insert(0, {str(root / 'src')!r}); from importlinter.cli import lint_imports; "
    code += f"sys.exit(lint_imports({str(root / 'pyproject.toml')!r}, no_cache=True))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=root)


@pytest.mark.parametrize(
    ("room", "line", "named"),
    [
        ("units.py", "from .catalogue import facts", "Rooms import from below"),
        ("golden.py", "from .measures import design", "Measures are used by"),
        ("measures/design.py", "from .income import headcount", "Rooms of measures import from below"),
        ("measures/design.py", "import svy", "Only measures.uncertainty knows svy"),
        ("caveats.py", "def late() -> None:\n    import polars", "without any package for tables"),
        ("attic.py", "from .catalogue import facts", "Rooms import from below"),  # no plan knows this room
    ],
)
def test_the_contracts_have_teeth(room: str, line: str, named: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(HOUSE, tmp_path / "src" / "chuanngheo", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "src" / "chuanngheo" / room).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    ran = linted(tmp_path)
    broken = re.findall(r"^(.+) BROKEN", ran.stdout, re.M)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert len(broken) == 1, broken
    assert named in broken[0]


BOUNDS = {
    "source.py": {1_048_576, 60_000},  # the size of a file
    "expression.py": {4000},
    "resolving.py": {5000},
    "methods.py": {512},  # what is remembered
    "templates.py": {2048},
    "units.py": {1000, 100_000, 1_000_000},
    "household.py": {2000},  # a day for ages that are given as they are
    "case.py": {2000},
    "persons.py": {2000},
    "measures/completions.py": {4096},  # what is remembered
}


@pytest.mark.parametrize("file", FILES)
def test_no_amounts_or_years(file: str) -> None:
    tree = ast.parse((HOUSE / file).read_text(encoding="utf-8"))
    numbers = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is int}
    if file != "testing.py":  # which draws amounts at random
        assert not {n for n in numbers if n >= 400} - BOUNDS.get(file, set())
    assert not {n for n in numbers if 1945 <= n <= 2100} - BOUNDS.get(file, {2000})


@pytest.mark.parametrize("file", FILES)
def test_no_names_of_provinces(file: str) -> None:
    tree = ast.parse((HOUSE / file).read_text(encoding="utf-8"))
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    explained = {ast.get_docstring(n, clean=False) for n in ast.walk(tree) if isinstance(n, DOCUMENTED)}
    said = "\n".join(t for t in texts if t not in explained)
    places = {p.name for day in (date(2025, 6, 30), date(2025, 7, 1)) for p in provinces(day)}
    assert not {name for name in places if name in said}


def test_no_key_stands_twice_in_the_data_of_the_review() -> None:
    """A second key of one name would win without a word."""
    for path in sorted((ROOT / "standards" / "vn" / "review").rglob("*.yaml")):
        _, source = read_nodes(path.read_text(encoding="utf-8"), path.name)
        assert not [p for p in source.problems if p.code == "CN007"], path


def test_importing_loads_no_extra() -> None:
    code = "import sys, chuanngheo; print(' '.join(m for m in ('altair','narwhals','numpy','pandas','polars','pyarrow','duckdb','pyspark','hypothesis','jsonschema','pyreadstat','svy') if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == ""
