"""The documents: every code block runs and prints what the block after it says."""

from __future__ import annotations

import doctest
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import chuanngheo as cn
from blocks import LANGUAGES, RUN, blocks_of, run_page

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    "README.md",
    "README.vi.md",
    "CONTRIBUTING.md",
    *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/??/*.md")),
]
ENGLISH_ONLY = {"mutants.md", "fuzzing.md"}  # for those who work on the engine; and the API, of docs/en/api


@pytest.mark.parametrize("name", DOCUMENTS)
def test_blocks(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    for ran in run_page(name, tmp_path):
        place = f"{name}:{ran.block.line}"
        if ran.said:
            assert ran.printed == ran.said.text, place
        else:
            assert (ran.printed, ran.status) == ("", 0), f"{place}: a block that prints is followed by what it prints"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_only_blocks_that_the_runner_knows(name: str) -> None:
    before = ""
    for block in blocks_of((ROOT / name).read_text(encoding="utf-8")):
        place = f"{name}:{block.line}"
        directive = block.language.startswith("{")  # of MyST, for the site
        assert directive or block.language in LANGUAGES, f"{place}: a fence {block.language!r}"
        assert block.language != "text" or before in RUN, f"{place}: text after {before!r}, which does not run"
        before = block.language


def test_a_command_that_fails_or_prints_something_else_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = """```yaml
# a.yaml: a file
x: 1
```

```csv
# b.csv
n,m
1,2
```

```sh
cat a.yaml b.csv; echo "$CHUANNGHEO_LANG"
```

```text
wrong
```

```sh
false
```
"""
    monkeypatch.setattr("blocks.ROOT", tmp_path)
    (tmp_path / "docs" / "vi").mkdir(parents=True)
    (tmp_path / "docs" / "vi" / "page.md").write_text(page, encoding="utf-8")
    shown, failed = run_page("docs/vi/page.md", tmp_path)
    assert shown.printed == "# a.yaml: a file\nx: 1\nn,m\n1,2\nvi\n"
    assert shown.said is not None
    assert shown.said.text == "wrong\n"
    assert (failed.printed, failed.status, failed.said) == ("", 1, None)


def test_every_page_is_there_in_both_languages() -> None:
    en, vi = ({p.name for p in (ROOT / "docs" / lang).glob("*.md")} for lang in ("en", "vi"))
    assert en - vi == ENGLISH_ONLY
    assert vi <= en


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


PACKAGES = ("chuanngheo", *(f"chuanngheo.{p}" for p in ("comparing", "measures", "plots", "surveys", "testing")))
NAMES = [(package, name) for package in PACKAGES for name in import_module(package).__all__]


@pytest.mark.parametrize(("package", "name"), NAMES, ids=[".".join(n) for n in NAMES])
def test_every_public_name_is_described(package: str, name: str) -> None:
    """A function says what it raises and has an example that runs; a class, and each of its methods, what it is."""
    found = getattr(import_module(package), name)
    if not callable(found):
        return  # a version, a table of names
    text = inspect.getdoc(found) or ""
    assert text, "a docstring"
    if not inspect.isclass(found):
        assert ">>>" in text, "an example that runs"
        assert re.search(r"[Rr]aise|errors as|``(Value|OS)Error``", text), "what it raises, or that it raises nothing"
    else:
        members = {k: v for k, v in vars(found).items() if not k.startswith("_")}
        for member, value in members.items():
            shown = value.fget if isinstance(value, property) else value
            if inspect.isfunction(shown):
                assert inspect.getdoc(shown), f"{name}.{member} says nothing"


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
            generated = re.match(
                r"(\.\./(en|vi)/)?(standards/|citations\.md)", target
            )  # the site's build looks at these
            if "://" not in target and not generated:
                assert (path.parent / target).exists(), f"{name}: {target}"


def test_example_standard_reads() -> None:
    std = cn.read_standard(ROOT / "docs" / "examples" / "local.yaml")
    assert std.jurisdiction != "vn"
    assert all(s.cite.grade == "D" for s in std.applies)
