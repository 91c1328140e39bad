"""Every error speaks Vietnamese: each text written in the source has a template, none is left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chuanngheo.messages import said, templates
from written import SRC, numbered, says, written

# Texts that are the same in both languages: code to be typed, names, or pieces of a text whose whole has a template.
SAME = {
    "True (từ ... trở xuống), False (dưới)",
    '{{"area": "rural", "income_per_person": 1500000, "deprivations": 3}}',
    '{{"area": {{"from": "ttnt", "codes": {{1: "urban", 2: "rural"}}}}}}',
    ", nor {0} more",
    "duckdb, postgres",
    "without: {{indicators: [sanitation]}}",
    "- {{from: 2022-01-01, to: 2025-12-31, cite: {{...}}}}",
    "by: {{area: {{rural: ..., urban: ...}}}}",
    "the number {{}} stands twice",
    "the option {{}} stands twice",
    'reading.{0} == "..."',
    'reading.{0} == "{1}"',
    "{0}(m.x for m in members if ...)",
    "{0}(... for m in members)",
    "year(m.birth_date)",
    "{0}(m.birth_date, on)",
    "given(income)",
    "- case: ...",
    "points, bands, combine, side",
    "facts, answers",
    "ask: {{applicable: 2026-03-01}}",
    "{0} is {1}",
    "takes, refuses",
    "category, recorded",
    "household_id",
    "units, area, households, persons, …",
    "warning",
    "error",
    "by={0}",
    "polars, pandas",
    "null",
    "it is not known whether they returned or newly arose: ",
    "true, false",
    "households: {{recognised_by: […], columns: {{…}}}}",
    'decimal: ","',
    "birth_year",
    'units={{"commune": "Xã A"}}',
    "{0} to ",
    " to {0}",
    " to ",
    "read_round('a.xlsx')",
    "valid_from <= valid_to",
    "poor, near_poor, average, not_poor",
    "count, error",
    "pip install 'chuanngheo[excel]'",
    "separator=';'",
    "utf-8, utf-16, cp1258, …",
    ", and former={0} for its row of the score form",
    "personal=[{0}]",
    '{{"wages": {{"receipts": 36_000, "costs": 0}}}}',
    '"{0}": {{"receipts": ..., "costs": ...}}',
    "unknown",
    'cn.standards(entity="{0}")',
    'weights={{"deprived_water": "1/2", "deprived_sanitation": "1/2"}}',
    'method="fay", fay=0.5',
    'income="income"',
    "line=(lowest, highest)",
    "persons=...",
    "level=0.95",
    'cn.compare("vn-2016", "vn-2022")',
    "years=({0}, {1})",
    "in_year={0}",
    '{0}={{"income": "thunhap"}}',
    "- place: ...",
    "standard, label",
    "households, percent",
    "pip install 'chuanngheo[stata]'",
    "true, false, null",
    "ci_low <= low <= high <= ci_high",
    "ladder(prices=cpi, to_year=...)",
    "ms.survey(weight=...), ms.census(), ms.unweighted()",
    "from chuanngheo import measures as ms",
    "pip install 'chuanngheo[plot]'",
    "yyyy-mm-dd",
    "area: {{from: ttnt, codes: {{1: urban, 2: rural}}}}",
    "ABCD",
}
HOLE = re.compile(r"\{\{|\}\}|\{(\d+)[*~]?\}")
BOTH = {en: vi for _, en, vi in templates()}


def holes(template: str) -> set[str]:
    return {m.group(1) for m in HOLE.finditer(template) if m.group(1) is not None}


def filled(template: str) -> str:
    """The template with a name in every hole."""
    return HOLE.sub(lambda m: m.group()[0] if m.group(1) is None else f"h{m.group(1)}", template)


def test_every_text_has_vietnamese() -> None:
    found = written()
    assert len(found) > 1000
    assert {t: f for t, f in found.items() if t not in BOTH and t not in SAME} == {}


def test_no_exception_is_idle() -> None:
    assert {t for t in SAME if t not in written() or t in BOTH} == set()


def test_no_template_is_unused() -> None:
    """A template that is not written as a whole is put together from words that are."""
    source = "\n".join(t for _, t in _strings())
    idle = {
        en
        for file, en, _ in templates()
        if en not in written()
        and not (file in ("phrases.yaml", "parts.yaml") and all(_known(p, source) for p in re.split(r"\{\d+\}", en)))
    }
    assert idle == set()


def _known(piece: str, source: str) -> bool:
    words = re.findall(r"[A-Za-z][A-Za-z_']+", piece)
    return piece.strip(" ;:,") in source or all(re.search(rf"\b{re.escape(w)}\b", source) for w in words)


def _strings() -> list[tuple[str, str]]:
    """The texts of the source, and those that the profiles of the review give as reasons."""
    import ast

    found = []
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append((path.name, node.value))
    profiles = Path(__file__).parent.parent / "standards" / "vn" / "review" / "profiles"
    return found + [(p.name, p.read_text(encoding="utf-8")) for p in sorted(profiles.glob("*.yaml"))]


def test_a_pair_stands_once() -> None:
    english = [en for _, en, _ in templates()]
    assert len(english) == len(set(english))


@pytest.mark.parametrize(("file", "en", "vi"), templates())
def test_a_template_and_its_vietnamese(file: str, en: str, vi: str) -> None:
    """Both have the same holes, the same code between them, and a text made from one finds its other."""
    assert holes(en) == holes(vi)
    assert vi != en
    assert vi.strip()
    for code in re.findall(r"[\w.]+=(?![=>])|\w+\(\.\.\.\)|\b\w+_\w+\b", en):
        assert code in vi or code in ("sheets=",), code
    numbers = re.findall(r"(?<![{\w])\d[\d_.]*\d|(?<![{\w])\d(?![}\w])", en)
    for number in numbers:
        assert number in vi, number
    if "*" not in vi and file != "parts.yaml":
        assert said(filled(en), "vi") == HOLE.sub(
            lambda m: m.group()[0] if m.group(1) is None else f"h{m.group(1)}", vi
        )


def test_numbered() -> None:
    assert numbered("a \0\0 {b} \0") == "a {0} {{b}} {1}"
    assert says("a {0} is") is True
    assert says("{0}: {1}") is False


# --- errors as they happen ------------------------------------------------------------------------

ENGLISH = re.compile(r"\b(is|are|the|not|has|have|no|of|a|an|was|were|give|write|name|did|you|must|needs|known|with)\b")
