"""The example of a port, and that the suite notices the mistakes a port makes first.

Needs ``node``; without it the tests skip, or in CI fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PORT = ROOT / "docs" / "examples" / "port.mjs"
SUITE = ROOT / "tests" / "conformance"
STANDARDS = ("vn-2001@1", "vn-2006@1", "vn-2016@1", "vn-2022@1")
LINE = re.compile(r"(\S+): (\d+) passed, (\d+) failed, (\d+) not supported")


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        if os.environ.get("CHUANNGHEO_CI", "") not in ("", "0"):
            pytest.fail("node is not installed")
        pytest.skip("node is not installed")
    return found


def run(node: str, port: Path, suite: Path = SUITE) -> tuple[int, dict[str, list[int]], str]:
    ran = subprocess.run([node, str(port), str(suite)], capture_output=True, text=True, check=False, timeout=120)
    assert not ran.stderr, ran.stderr
    counts = {m[1].rpartition(".")[0]: [int(m[i]) for i in (2, 3, 4)] for m in LINE.finditer(ran.stdout)}
    return ran.returncode, counts, ran.stdout


def test_the_port_passes_what_it_supports(node: str) -> None:
    code, counts, text = run(node, PORT)
    assert code == 0, text
    assert tuple(counts) == STANDARDS
    for name, (passed, failed, other) in counts.items():
        content = json.loads((SUITE / "cases" / f"{name}.json").read_text(encoding="utf-8"))
        assert passed + failed + other == len(content["golden"]) + len(content["generated"])
        assert failed == 0
        assert passed >= 50


@pytest.mark.parametrize(
    ("right", "wrong", "suffer"),
    [
        ("a * d <= c * b", "a * d < c * b", ("vn-2006@1", "vn-2016@1", "vn-2022@1")),  # on the line
        ("a * d < c * b", "a * d <= c * b", ("vn-2001@1",)),
        ("deprivations(h) >= 3", "deprivations(h) > 3", ("vn-2016@1", "vn-2022@1")),  # the count
        ("deprivations(h) >= 3", "deprivations(h) >= 2", ("vn-2016@1", "vn-2022@1")),
        ("* 12n", "* 11n", STANDARDS),  # the months of a year
        ("[whole, places = \"\"] = text.split(\".\")", "[whole, places = \"\"] = [text.split(\".\")[0]]", ("vn-2006@1", "vn-2022@1")),  # half a đồng
        ("text.split(\"/\").map(BigInt)", "[BigInt(Math.trunc(eval(text))), 1n]", STANDARDS[1:]),  # rounded to the đồng
        ("table.by[fact][known(h, fact)]", "table.by[fact][Object.keys(table.by[fact])[0]]", STANDARDS),  # one area for all
    ],
)  # fmt: skip
def test_a_port_with_a_mistake_fails(
    node: str, tmp_path: Path, right: str, wrong: str, suffer: tuple[str, ...]
) -> None:
    text = PORT.read_text(encoding="utf-8")
    assert text.count(right) == 1
    (tmp_path / "port.mjs").write_text(text.replace(right, wrong), encoding="utf-8")
    code, counts, _ = run(node, tmp_path / "port.mjs")
    assert code == 1
    assert tuple(name for name, (_, failed, _) in counts.items() if failed) == suffer


def test_lines_are_read_from_the_suite_and_not_from_the_port(node: str, tmp_path: Path) -> None:
    """An amount that is changed in the rule file changes the answers: the port holds none."""
    shutil.copytree(SUITE, tmp_path / "suite")
    rules = tmp_path / "suite" / "rules" / "vn-2006@1.yaml"
    text = rules.read_text(encoding="utf-8")
    assert text.count("rural: 200_000") == 1
    rules.write_text(text.replace("rural: 200_000", "rural: 199_000"), encoding="utf-8")
    _, counts, _ = run(node, PORT, tmp_path / "suite")
    assert [name for name, (_, failed, _) in counts.items() if failed] == ["vn-2006@1"]
    assert not re.search(r"\d{5}", PORT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_page_shows_what_it_prints(node: str, lang: str) -> None:
    _, _, text = run(node, PORT)
    page = (ROOT / "docs" / lang / "ports.md").read_text(encoding="utf-8")
    shown = [line for line in page.splitlines() if LINE.fullmatch(line)]
    assert shown == text.splitlines()[: len(shown)]
    assert shown
