"""The two languages of the documents say the same: as far as that can be seen without reading them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from blocks import blocks_of

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
BOTH = sorted(p.name for p in (DOCS / "en").glob("*.md") if (DOCS / "vi" / p.name).exists())
QUOTES_ENGLISH = {"where-the-law-does-not-say.md"}  # each question stands in both languages
FENCED = re.compile(r"^(`{3,})[^\n`]*\n.*?^\1$", re.M | re.S)
ENGLISH = re.compile(r'<span lang="en">.*?</span>', re.S)  # marked as such
SPAN = re.compile(r"`[^`]+`")
QUOTED = re.compile(r'"[^"]*"|“[^”]*”|^>.*$', re.M)


README = "README.md"  # its code may be shorter in Vietnamese


def page(language: str, name: str) -> str:
    if name == README:
        return (ROOT / (name if language == "en" else "README.vi.md")).read_text(encoding="utf-8")
    return (DOCS / language / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A page without its blocks of code, fenced or indented."""
    return re.sub(r"(?<=\n\n)(?: {4}.*\n+)+", "", FENCED.sub("", text))


def headings(text: str) -> list[tuple[int, str]]:
    return [(len(m[1]), m[2].strip()) for m in re.finditer(r"^(#+) (.+)$", FENCED.sub("", text), re.M)]


def tables(text: str) -> list[list[str]]:
    """The rows of each table."""
    found = re.finditer(r"(?:^\|.*\|$\n?)+", FENCED.sub("", text), re.M)
    return [m[0].strip().split("\n") for m in found]


def cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", SPAN.sub("", row))) - 1


def numbers(text: str) -> list[int]:
    """Numbers of four digits and more, with or without groups: years, amounts, documents."""
    plain = re.sub(r"(?<=\d)[.,_](?=\d{3}(?!\d))", "", text)
    return sorted(int(n) for n in re.findall(r"\d{4,}", plain))


def test_pages_are_compared() -> None:
    assert {"semantics.md", "tables.md", "errors.md", "adding-a-standard.md"} <= set(BOTH)


@pytest.mark.parametrize("name", [README, *(n for n in BOTH if n not in QUOTES_ENGLISH)])
def test_same_headings(name: str) -> None:
    en, vi = headings(page("en", name)), headings(page("vi", name))
    assert [level for level, _ in en] == [level for level, _ in vi], [*zip(en, vi, strict=False)]


@pytest.mark.parametrize("name", BOTH)
def test_same_blocks(name: str) -> None:
    en, vi = ([b.language for b in blocks_of(page(language, name))] for language in ("en", "vi"))
    assert en == vi


@pytest.mark.parametrize("name", BOTH)
def test_the_code_holds_the_same_numbers(name: str) -> None:
    en, vi = (
        [numbers(b.text) for b in blocks_of(page(language, name)) if b.language in ("python", "yaml", "csv")]
        for language in ("en", "vi")
    )
    assert en == vi


@pytest.mark.parametrize("name", [README, *BOTH])
def test_same_tables(name: str) -> None:
    en, vi = tables(page("en", name)), tables(page("vi", name))
    if name == README:
        assert len(vi) >= 2
        en = en[: len(vi)]  # that of speeds is in English alone
    assert [[cells(row) for row in t] for t in en] == [[cells(row) for row in t] for t in vi]
    for table, other in zip(en, vi, strict=True):
        for row, translated in zip(table, other, strict=True):
            assert numbers(row) == numbers(translated), (row, translated)


@pytest.mark.parametrize("name", BOTH)
def test_same_codes_of_errors(name: str) -> None:
    en, vi = (Counter(re.findall(r"CN\d{3}", page(language, name))) for language in ("en", "vi"))
    assert en == vi


def paragraphs_of_codes(language: str) -> list[tuple[str, str]]:
    return re.findall(r"^### (CN[0-9]+)\n(.*?)(?=^##|\Z)", page(language, "errors.md"), re.M | re.S)


def test_every_error_has_its_paragraph_in_both_languages_in_one_order() -> None:
    en, vi = paragraphs_of_codes("en"), paragraphs_of_codes("vi")
    assert [code for code, _ in en] == [code for code, _ in vi]
    assert all(len(text.strip()) > 20 for _, text in vi)


@pytest.mark.parametrize("name", [README, *BOTH])
def test_nothing_is_left_in_english(name: str) -> None:
    """A paragraph or heading of words that stands on both pages was not translated."""
    en, vi = (
        {re.sub(r"\s+", " ", p).strip() for p in re.split(r"\n\s*\n|\n(?=[*#|])", prose(page(language, name)))}
        for language in ("en", "vi")
    )
    # names, codes and quoted law are the same in both; what else has five words of small letters is a sentence
    left = [p for p in en & vi if len(re.findall(r"\b[a-z]{2,}\b", QUOTED.sub("", SPAN.sub("", p)))) >= 5]
    assert not left


@pytest.mark.parametrize("name", [README, *BOTH])
def test_numbers_are_written_the_vietnamese_way(name: str) -> None:
    text = QUOTED.sub("", SPAN.sub("", ENGLISH.sub("", prose(page("vi", name)))))
    assert not re.findall(r"\b\d{1,3}(?:,\d{3}){2,}\b|\b\d+\.\d{1,2} ?%", text)


# --- places inside pages ---------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """What a link may name after #: each heading as GitHub makes an anchor of it, and the targets of MyST."""
    slugs = [re.sub(r"[^\w\- ]", "", h.replace("`", "").lower()).strip().replace(" ", "-") for _, h in headings(text)]
    return {*slugs, *re.findall(r"^\(([^()\s]+)\)=$", text, re.M)}


def links_into_pages() -> Iterator[tuple[Path, Path, str]]:
    for path in [*ROOT.glob("*.md"), *DOCS.glob("??/*.md")]:
        for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", prose(path.read_text(encoding="utf-8"))):
            there = (path.parent / target).resolve() if target else path
            if "://" not in target and there.exists() and there.suffix == ".md":
                yield path, there, anchor


def test_links_find_their_place() -> None:
    found = [*links_into_pages()]
    lost = [
        f"{path.relative_to(ROOT)}: {there.name}#{anchor}"
        for path, there, anchor in found
        if anchor not in anchors(there.read_text(encoding="utf-8"))
    ]
    assert len(found) > 10
    assert not lost


def test_targets_stand_before_headings() -> None:
    for path in DOCS.glob("??/*.md"):
        lines = path.read_text(encoding="utf-8").split("\n")
        for line, after in pairwise(lines):
            if re.fullmatch(r"\([^()\s]+\)=", line):
                assert after.startswith("#"), f"{path.name}: {line}"
