"""The wheel and the sdist: what they hold, and a household assessed from the wheel alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = """
import chuanngheo as cn
from datetime import date
a = cn.assess({"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}, on=date(2026, 3, 1))
assert a.category == "poor", a
assert len(cn.standards()) == 9
assert "site-packages" in cn.__file__, cn.__file__
print(a.category)
"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return folder


def rule_files() -> set[str]:
    return {p.relative_to(ROOT).as_posix() for p in (ROOT / "standards").rglob("*") if p.is_file()}


def test_contents(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"chuanngheo/{f}" for f in rule_files()} <= names
    assert {
        "chuanngheo/py.typed",
        "chuanngheo/schemas/assessment-1.json",
        "chuanngheo/schemas/audit-1.json",
        "chuanngheo/schemas/rule-file-1.json",
    } <= names
    assert any(n.endswith("licenses/LICENSE") for n in names)
    assert {f"chuanngheo/new/{p.name}" for p in (ROOT / "src" / "chuanngheo" / "new").glob("*.yaml")} <= names
    assert "chuanngheo/pages/errors.en.md" in names
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {n.split("/", 1)[1] for n in archive.getnames() if "/" in n}
    assert rule_files() <= inside
    assert {"src/chuanngheo/py.typed", "tests/test_packaging.py", "LICENSE", "README.md"} <= inside


def test_wheel_in_an_empty_environment(dist: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    (wheel,) = dist.glob("*.whl")
    quiet = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*quiet, "-c", str(ROOT / "constraints.txt"), str(wheel)], check=True, capture_output=True, text=True
    )
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    ran = subprocess.run(
        [str(python), "-c", SCRIPT], check=True, capture_output=True, text=True, cwd=tmp_path, env=clean
    )
    assert ran.stdout.strip() == "poor"
    script = subprocess.run(
        [str(python.with_name("chuanngheo"))], capture_output=True, text=True, env=clean, check=False
    )
    assert (script.returncode, script.stderr.count("\n")) == (3, 1), "without its extra the script says what to install"
