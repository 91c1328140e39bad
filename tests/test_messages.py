"""Every error speaks Vietnamese: each text written in the source has a template, none is left over."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import chuanngheo as cn
import test_household_errors
import test_rule_files
from chuanngheo.messages import said, templates
from written import SRC, numbered, says, written

# Texts that are the same in both languages: code to be typed, names, or pieces of a text whose whole has a template.
SAME = {
    "computed=std",
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

ENGLISH = re.compile(r"\b(is|are|the|not|has|have|no|of|an|was|were|give|write|name|did|you|must|needs|known|with)\b")


def unsaid(text: str) -> str:
    """A text without what is the same in both languages: values in quotes, brackets, code, names of columns."""
    text = re.sub(r"'[^']*'|\"[^\"]*\"|‹[^›]*›|`[^`]*`", "", text)
    text = re.sub(r"\{[^{}]*\}|\[[^\[\]]*\]|\([^()]*\)", "", re.sub(r"\{[^{}]*\{[^{}]*\}[^{}]*\}", "", text))
    text = re.sub(r"\b(and|or|not|in|x if c else y|all|over|min|max)\b", "", text)  # of the rule language
    return re.sub(r"[\w.]+=\S*|\S*[_/<>@:-]\S*", "", text)


def values(text: str) -> set[str]:
    """What must not be lost: numbers, values in quotes, names with an underscore."""
    return set(re.findall(r"'[^']*'|\"[^\"]*\"|\d[\d.,]*\d|\d|\b\w+_\w+\b", text))


def vietnamese(error: cn.ChuanNgheoError) -> str:
    """The report in Vietnamese, after a look at each of its texts."""
    for text in (error.message, *(t for p in error.problems for t in (p.message, p.allowed, p.remedy) if t)):
        told = said(text, "vi")
        assert values(text) <= values(told) | set(re.split(r"[\s,;]+", told)), (text, told)
        assert not ENGLISH.search(unsaid(told)), (text, told)
    report = error.text("vi")
    assert error.text("en") == error.text() == str(error)
    for p in error.problems:
        assert f"{p.where}: " in report
        assert f"[{p.code}]" in report
        assert p.excerpt in report
    return report


def caught(make: Callable[[], object]) -> str:
    with pytest.raises(cn.ChuanNgheoError) as error:
        make()
    return vietnamese(error.value)


HOUSEHOLDS = next(m for m in test_household_errors.test_one_fault.pytestmark if m.name == "parametrize").args[1]


@pytest.mark.parametrize("household", [row[0] for row in HOUSEHOLDS], ids=str)
def test_a_household(household: Any) -> None:
    report = caught(lambda: cn.standard("vn-2022").assess(household, on=date(2023, 10, 1)))
    assert report.startswith("1 vấn đề trong thông tin đã cho đối với vn-2022: ")


@pytest.mark.parametrize("name", test_rule_files.WRONG)
def test_a_rule_file(tmp_path: Path, name: str) -> None:
    good, bad = test_rule_files.WRONG[name][:2]
    file = tmp_path / "local.yaml"
    file.write_text(test_rule_files.GOOD.replace(good, bad), encoding="utf-8")
    with pytest.raises(cn.RuleFileError) as error:
        cn.read_standard(file)
    if "YAML" not in error.value.problems[0].message:  # the reader of YAML speaks English
        error.value.message = error.value.message.replace(str(tmp_path), "")
        vietnamese(error.value)


TABLE = pl.DataFrame({"area": ["rural", "rual", None], "income_per_person": [1, 2, -1], "deprivations": [3, 2, 13]})


@pytest.mark.parametrize(
    "make",
    [
        lambda: cn.standard("vn-2099"),
        lambda: cn.standard("vn-2022@9"),
        lambda: cn.applicable(date(1900, 1, 1)),
        lambda: cn.line("poverty_line", date(2023, 1, 1), area="x"),
        lambda: cn.line("poverty_line", date(2023, 1, 1)),
        lambda: cn.line("povrty_line", date(2023, 1, 1)),
        lambda: cn.assess({}, on="2023-01-01"),  # type: ignore[arg-type]
        lambda: cn.standard("vn-2022").assess({}, method="points"),
        lambda: cn.standard("vn-2022").assess({}, readings={"nutrition": "strict"}),
        lambda: cn.standard("vn-2022").assess({"recorded_category": "poor"}),
        lambda: cn.standard("vn-2022").assess({"income": 10, "household_size": 2, "income_per_person": 9}),
        lambda: cn.standard("vn-2022").score("b9", {}),
        lambda: cn.standard("vn-2022").score("b1", answers={"99": []}, column="xx"),
        lambda: cn.standard("vn-2022").classify(TABLE),
        lambda: cn.standard("vn-2022").classify(TABLE, columns={"area": {"form": "a"}, "incom": "b", "income": "c"}),
        lambda: cn.standard("vn-2022").classify(TABLE, columns={"area": {"from": "deprivations", "codes": {"1": "urban"}}}),
        lambda: cn.standard("vn-2022").classify(pl.DataFrame({"x": [1]})),
        lambda: cn.standard("vn-2022").classify([{"area": "rural"}]),
        lambda: cn.standard("vn-2022").to_sql("oracle"),
        lambda: cn.compare("vn-2022", "vn-village-2021"),
        lambda: cn.standard("vn-2022").reform(poverty_line={"rural": "x"}),
    ],
)  # fmt: skip
def test_a_lookup_or_a_table(make: Callable[[], object]) -> None:
    caught(make)


def test_a_value_that_says_what_a_template_says_stays_whole() -> None:
    assert (
        said("'x is not a code of y' is not a code of area", "vi") == "'x is not a code of y' không phải là mã của area"
    )
    cut = "'a very long value which is not a number and goes on and ... is not a number"
    assert said(cut, "vi") == cut.removesuffix("is not a number") + "không phải là số"


def test_no_text_is_told_in_half() -> None:
    for text in ("", "nobody wrote this", "'x' is not a code of", "see also: nothing of it", "x; y; z"):
        assert said(text, "vi") == text
    assert said("there is no standard 'x'; nobody wrote this", "vi").startswith("there is no standard")


def test_what_stands_within_a_text_is_no_text() -> None:
    assert said("weight", "vi") == "weight"
    assert said("a weight is a number from 0", "vi") == "quyền số là một số từ 0"


def test_other_languages_are_refused() -> None:
    with pytest.raises(ValueError, match="allowed: vi, en"):
        said("'x' is not a day", "fr")
    with pytest.raises(ValueError, match="allowed: en, vi"):
        cn.Problem("CN048", "x", "'x' is not a day").text("fr")


def test_rows_of_a_table_are_named() -> None:
    p = cn.Problem("CN050", "households['n']", "is not a number", count=1234, rows=((7, "k", -1), (None, None, 2)))
    assert p.text("vi").splitlines()[1:] == ["    số dòng: 1,234", "        dòng 7 ('k'): -1", "        2"]


def test_nothing_is_read_before_vietnamese_is_asked_for() -> None:
    code = (
        "import sys, chuanngheo as cn\n"
        "try:\n    cn.standard('vn-2006').assess({'area': 'x'})\n"
        "except cn.HouseholdError as error:\n    str(error)\n"
        "    assert 'chuanngheo.messages' not in sys.modules\n"
        "    print(error.text('vi'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert "không phải là mã của area" in done.stdout
