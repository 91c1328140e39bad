"""The documents: every code block runs and prints what the block after it says."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import chuanngheo as cn

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    "README.md",
    "README.vi.md",
    "CONTRIBUTING.md",
    *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/??/*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_blocks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    scope: dict[str, Any] = {}
    blocks = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    for (language, code), (following, printed) in zip(blocks, [*blocks, ("", "")][1:], strict=True):
        if language != "python":
            continue
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, name, "exec"), scope)
        if following == "text":
            assert out.getvalue() == printed
        else:
            assert not out.getvalue(), "a block that prints is followed by what it prints"


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_readmes_have_python_to_run(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert len(re.findall(r"^```python$", text, re.M)) >= 3
    assert "make demo" in text
    assert "make test" in text
    for std in cn.standards():
        assert std.id in text


HOUSE = ROOT / "src" / "chuanngheo"
ROOMS = sorted(".".join(p.relative_to(HOUSE.parent).with_suffix("").parts) for p in HOUSE.rglob("*.py"))


@pytest.mark.parametrize("room", [r.removesuffix(".__init__") for r in ROOMS if ".standards" not in r])
def test_examples_in_docstrings(room: str) -> None:
    assert doctest.testmod(import_module(room)).failed == 0


def test_every_error_code_has_its_paragraph() -> None:
    written = set(re.findall(r"CN\d{3}", (ROOT / "docs" / "en" / "errors.md").read_text(encoding="utf-8")))
    used = {
        code for p in (ROOT / "src").rglob("*.py") for code in re.findall(r'"(CN\d{3})"', p.read_text(encoding="utf-8"))
    }
    assert used <= written, used - written


def test_links_lead_somewhere() -> None:
    for name in DOCUMENTS:
        path = ROOT / name
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{name}: {target}"


def test_example_standard_reads() -> None:
    std = cn.read_standard(ROOT / "docs" / "examples" / "local.yaml")
    assert std.jurisdiction != "vn"
    assert all(s.cite.grade == "D" for s in std.applies)
