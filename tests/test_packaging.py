"""The wheel and the sdist: what they hold, their metadata, and the core alone on its oldest versions.

``make release-check`` tries all of it: extras, newest versions, other Pythons.
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from release_check import CORE, OLDEST, ROOT, Environment, build, faults_of_metadata, installed, pinned, smoke, versions


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build(folder, "--no-isolation")
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
    assert {f"chuanngheo/pages/errors.{lang}.md" for lang in ("en", "vi")} <= names
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {n.split("/", 1)[1] for n in archive.getnames() if "/" in n}
    assert rule_files() <= inside
    assert {"src/chuanngheo/py.typed", "tests/test_packaging.py", "LICENSE", "README.md"} <= inside


def test_metadata_is_what_an_index_takes(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    assert faults_of_metadata(wheel) == []


def test_metadata_that_no_index_takes_is_seen(tmp_path: Path) -> None:
    wheel = tmp_path / "a-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a-1.0.dist-info/METADATA", "Metadata-Version: 2.4\nName: a\nVersion: one\n\n")
    assert "invalid" in faults_of_metadata(wheel)[0]


def test_the_core_alone_on_its_oldest_versions(dist: Path, tmp_path: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    python = installed(Environment(sys.executable, "this", wheel, "core", True), tmp_path / "env")
    assert versions(python) == ", ".join(f"{name} {pinned(OLDEST)[name]}" for name in CORE)
    assert "checks passed" in smoke(python, "core", tmp_path)
