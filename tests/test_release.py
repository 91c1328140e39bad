"""What a release rests on: bounds, constraints, notes of changes, the list of targets."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import chuanngheo as cn
from blocks import environment
from release_check import OLDEST, PROJECT, ROOT, lower_bounds, pinned

TOWNCRIER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
KINDS = [kind["directory"] for kind in TOWNCRIER["type"]]


def test_the_oldest_versions_are_the_lower_bounds() -> None:
    """Compared as versions: 6 is 6.0.0."""
    bounds = {name: Version(version) for name, version in lower_bounds().items()}
    assert {name: Version(version) for name, version in pinned(OLDEST).items()} == bounds


def brought_along(requirements: list[str]) -> set[str]:
    """The names of all packages that these bring, by what is installed here."""
    todo = [(Requirement(r), frozenset[str]()) for r in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        wanted, extras = todo.pop()
        marker = wanted.marker
        if marker and not any(marker.evaluate({"extra": e}) for e in extras or {""}):
            continue
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key not in seen:
            seen.add(key)
            needs = distribution(wanted.name).requires or []
            todo += [(Requirement(r), key[1]) for r in needs]
    return {name for name, _ in seen}


def test_every_package_of_the_tests_has_its_version() -> None:
    """A version that nobody pinned would change under us from one day to the next."""
    needed = brought_along([f"{PROJECT['name']}[test]"]) - {PROJECT["name"]}
    missing = sorted(needed - set(pinned(ROOT / "constraints.txt")))
    assert not missing, f"not in constraints.txt: {', '.join(missing)}; add each with the version that is installed"


def fragments() -> list[Path]:
    return sorted(p for p in (ROOT / "changes").iterdir() if p.name != "README.md")


def test_notes_of_changes_are_well_named_and_well_written() -> None:
    for path in fragments():
        assert re.fullmatch(rf"(\d+|\+[a-z0-9-]+)\.({'|'.join(KINDS)})(\.\d+)?\.md", path.name), (
            f"changes/{path.name}: name it 12.added.md or +some-words.added.md; see changes/README.md"
        )
        text = path.read_text(encoding="utf-8").strip()
        assert text, path.name
        assert text[0] not in "-*#", f"changes/{path.name}: without heading or list sign"
    listed = re.findall(r"^\| `\.(\w+)\.md` \|", (ROOT / "changes" / "README.md").read_text(encoding="utf-8"), re.M)
    assert listed == KINDS


def test_the_next_section_of_the_changelog_can_be_written(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "changes").mkdir()
    for number, kind in enumerate(KINDS, 1):
        (tmp_path / "changes" / f"{number}.{kind}.md").write_text(f"What is {kind}.\n", encoding="utf-8")
    command = [sys.executable, "-m", "towncrier", "build", "--version", "9.9.9", "--date", "2099-01-01", "--keep"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    before, after = ((folder / "CHANGELOG.md").read_text(encoding="utf-8") for folder in (ROOT, tmp_path))
    head, mark, rest = before.partition("<!-- towncrier: what is new stands below -->\n")
    assert mark
    assert after.startswith(head + mark)
    assert after.endswith(rest.lstrip("\n"))
    assert "## 9.9.9 (2099-01-01)" in after
    headings = re.findall(r"^### (.+)$", after[len(head) : len(after) - len(rest)], re.M)
    assert headings == [kind["name"] for kind in TOWNCRIER["type"]]
    assert "- What is law. (#1)" in after


def test_the_draft_of_these_notes_builds() -> None:
    done = subprocess.run([sys.executable, "-m", "towncrier", "build", "--draft"], cwd=ROOT, check=True,
                          capture_output=True, text=True, encoding="utf-8")  # fmt: skip
    assert done.stdout.startswith(f"## {cn.__version__} (")
    said = " ".join(done.stdout.split())
    for path in fragments():
        assert " ".join(path.read_text(encoding="utf-8").split()) in said, path.name


def test_make_alone_lists_every_target_and_contributing_shows_the_list() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert set(re.findall(r"^  ([a-z-]+) ", listed, re.M)) == targets
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", makefile, re.M)
    assert phony
    assert set(phony[1].replace("\\\n", " ").split()) == targets
    assert listed.strip("\n") in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "keys"), [
    ("CITATION.cff", {"cff-version", "message", "title", "authors", "license", "type"}),
    ("publiccode.yml", {"publiccodeYmlVersion", "name", "developmentStatus", "softwareType", "description", "legal",
                        "localisation", "platforms", "maintenance"}),
])  # fmt: skip
def test_what_catalogues_of_software_read(name: str, keys: set[str]) -> None:
    read = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    assert keys <= set(read)
    assert "MIT" in str(read)


def test_the_path_that_contributors_are_taken_runs(tmp_path: Path) -> None:
    """The commands of CONTRIBUTING.md for a new standard, with the files of the how-to, in a copy of the project."""
    for name in ("src", "standards", "tests/cases"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    section = (
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("\n## A standard, from clone to release\n")[1]
    )
    commands = re.findall(r"^\$ ((?:mkdir|mv|chuanngheo) .+)$", section.split("\n## ")[0], re.M)
    assert [c.split()[1] for c in commands] == ["-p", "new", *commands[2].split()[1:2], "check", "audit", "show"]
    how_to = (ROOT / "docs" / "en" / "local-standard-how-to.md").read_text(encoding="utf-8")
    written = {
        m[1]: m[0]
        for m in re.finditer(r"(?:# yaml-language-server.*\n)?# (mau-2099[.\w]*\.yaml):.*\n(?:(?!```).*\n)+", how_to)
    }
    cases, rules = tmp_path / "tests/cases/vn-mau-2099.yaml", tmp_path / "standards/vn-mau/household/2099/v1.yaml"
    surroundings = {**environment(False), "PYTHONPATH": str(tmp_path / "src")}
    for command in (c for c in commands if not c.startswith("chuanngheo audit")):  # which `check` does too
        if command.startswith("chuanngheo check"):
            assert cases.exists()
            assert rules.exists()
            cases.write_text(written["mau-2099.cases.yaml"], encoding="utf-8")
            rules.write_text(written["mau-2099.yaml"], encoding="utf-8")
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=surroundings, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert "hư cấu" in done.stdout
