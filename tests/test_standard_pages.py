"""The pages of the standards: everything that a rule file holds is on them, in both languages, as it is written there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import chuanngheo as cn
from chuanngheo import citing
from chuanngheo.explaining import UNITS, unit_text
from chuanngheo.model import Cite
from chuanngheo.units import ATOMS

ROOT = Path(__file__).parent.parent
SITE = ROOT / "docs" / "site"
sys.path.insert(0, str(SITE))

import standard_markdown  # noqa: E402
import standard_pages  # noqa: E402
import standard_words  # noqa: E402

IDS = tuple(cn.shipped().shelf)
STANDARDS = [f.standard for files in cn.shipped().shelf.values() for f in files]
LANGUAGES = ("vi", "en")
OTHER = {"vi": "en", "en": "vi"}
LONG = 12  # letters from which a label is no word that both languages may have


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def written(language: str) -> dict[str, str]:
    return standard_pages.pages(language)


def plain(text: str) -> str:
    """What a reader sees of a page, on one line: no tags, no signs of markup."""
    text = re.sub(
        r"(?ms)^( *)```(text|python)\n(.*?)^ *```$", lambda m: m[3].replace(">", "&gt;").replace("<", "&lt;"), text
    )
    text = re.sub(r"(?m)^\s*> ", "", text)
    text = re.sub(r"(?<!\\)</?(span|abbr|details|summary|br)[^>]*>", "", text)
    text = re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", text.replace("**", "").replace("&lt;", "<").replace("&gt;", ">"))
    return " ".join(text.split())


def without(text: str, lang: str) -> str:
    """A page without what is marked as another language, and without notes and code."""
    text = re.sub(rf'<span lang="{lang}">.*?</span>', "", text)
    text = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", text)
    return re.sub(r"(?m)^\s*(Note|Ghi chú|Reason|Lý do): .*$", "", text)


def cites(std: Any) -> Iterator[Cite]:
    for span in std.applies:
        yield from (c for c in (span.cite, span.review) if c is not None)
    for line in std.lines.values():
        yield from (line.cite, *(c for _, c in line.cites))
    for derived in (*std.values.values(), *std.indicators.values()):
        yield from (c for c in (derived.cite, *(c for _, _, c in derived.cites)) if c is not None)
    for cls in std.classes.values():
        yield from (cls.cite, *(c for _, c in cls.cites))
    for status in std.marks.values():
        yield status.cite
    for card in std.scorecards.values():
        yield card.cite


def missing(page: str, wanted: Iterable[str]) -> list[str]:
    return [w for w in (" ".join(w.split()) for w in wanted) if w and w not in page]


def test_every_standard_has_a_page_in_both_languages() -> None:
    names = {f"standards/{name}.md" for name in IDS} | {"standards/index.md", "citations.md"}
    for lang in LANGUAGES:
        assert set(standard_pages.pages(lang)) == names
    with pytest.raises(ValueError, match="allowed: vi, en"):
        standard_pages.pages("fr")


def test_a_page_holds_every_text_of_its_standard(written: dict[str, str], language: str) -> None:
    for std in STANDARDS:
        page = plain(written[f"standards/{std.id}.md"])
        wanted = [std.title[language], std.exact_id, std.digest]
        for cite in cites(std):
            wanted += [cite.label(language), cite.words, cite.note.get(language, "")]
        for listed in (std.lines, std.values, std.indicators, std.classes, std.marks, std.methods):
            wanted += [*listed] + [d.labels[language] for d in listed.values()]
        for derived in (*std.values.values(), *std.indicators.values(), *std.classes.values(), *std.marks.values()):
            wanted.append(derived.text)
        for i in std.interpretations.values():
            wanted += [
                i.question[language],
                i.grounds[language],
                *i.readings,
                *(t[language] for t in i.readings.values()),
            ]
        for unseen in std.unseen:
            wanted += [unseen.what[language], unseen.consequence[language]]
        for source in std.sources.values():
            wanted += [source.number, source.title[language], source.note.get(language, "")]
            wanted += [citing.day_text(d, language) for d in (source.issued, source.in_force) if d is not None]
        for card in std.scorecards.values():
            wanted += [card.label[language], *(i.label[language] for i in card.items)]
            wanted += [o.label[language] for i in card.items for o in i.options]
        for f in cn.audit(std).findings:
            wanted += [f.texts[language]] if f.kind != "two_senses" else []
        for fact in std.facts.values():
            wanted += [fact.name, fact.labels[language], *(t[language] for t in fact.codes.values())]
        for span in std.applies:
            wanted += [citing.day_text(d, language) for d in (span.start, span.end) if d is not None]
        assert missing(page, wanted) == [], std.exact_id


def leaves(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for below in node.values():
            yield from leaves(below)
    else:
        yield node


def in_words(number: str, lang: str) -> str:
    """A number of a rule file as the language writes it, all its digits kept."""
    top, slash, bottom = number.partition("/")
    if slash:
        decimal = str(Decimal(top) / Decimal(bottom))
        if Fraction(decimal) != Fraction(number):
            return number
        number = decimal
    whole, _, part = number.replace("_", "").partition(".")
    part = part.rstrip("0")
    text = f"{int(whole):,}" + (f".{part}" if part else "")
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


@pytest.mark.parametrize(
    "path", sorted((ROOT / "standards").glob("*/*/*/v*.yaml")), ids=lambda p: "-".join(p.parts[-4:])
)
def test_every_amount_stands_in_the_table_of_lines(path: Path, written: dict[str, str], language: str) -> None:
    data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    newest = cn.shipped().shelf[data["standard"]][-1].version
    place = data["standard"] if int(data["version"]) == newest else f"{data['standard']}-{data['version']}"
    page = written[f"standards/{data['standard']}.md"]
    section = page.split(f"({place}-lines)=")[1].split(")=\n")[0]
    shown = Counter(re.findall(r"\| \*\*(\S+?)[ %*]", section))
    for name, line in data["lines"].items():
        numbers = [in_words(n, language) for n in leaves(line.get("by", line.get("value")))]
        rows = [r for r in section.splitlines() if f"`{name}` |" in r]
        for n in numbers:
            assert shown[n] > 0, (name, n)
            assert any(f"**{n}" in r for r in rows), (name, n)
        assert len(rows) == len(list(leaves(line.get("by", line.get("value")))))


def test_nothing_of_the_other_language(written: dict[str, str], language: str) -> None:
    other = OTHER[language]
    for std in STANDARDS:
        labels: set[str] = set()
        mine: list[str] = [std.title[language]]
        for listed in (std.lines, std.values, std.indicators, std.classes, std.marks, std.methods, std.facts):
            labels |= {d.labels[other] for d in listed.values() if d.labels[other] != d.labels[language]}
            mine += [d.labels[language] for d in listed.values()]
        labels |= {i.question[other] for i in std.interpretations.values()} | {u.what[other] for u in std.unseen}
        own = " ".join(mine)
        page = plain(without(written[f"standards/{std.id}.md"], other))
        assert [t for t in labels if len(t) >= LONG and t in page and t not in own] == [], std.exact_id
    headings = set(standard_words.WORDS[other].values()) - set(standard_words.WORDS[language].values())
    for place, text in written.items():
        found = set(re.findall(r"(?m)^#+ (.*)$", text)) | set(re.findall(r"(?m)^\| ([^|`*\[]+?) \|", text))
        assert found & {h for h in headings if len(h) > 2} == set(), place


def test_original_words_are_marked_as_vietnamese_in_english() -> None:
    page = standard_pages.pages("en")["standards/vn-2022.md"]
    assert '> <span lang="vi">Khu vực nông thôn: 1.500.000 đồng/người/tháng.' in page
    quoted = re.findall(r"(?m)^\s*> (.*)$", re.sub(r"(?s)```.*?```", "", page))
    assert quoted
    assert all(q.startswith('<span lang="vi">') for q in quoted)
    foreign = standard_pages.pages("vi")["standards/intl-wb-2017.md"]
    assert '> <span lang="en">As of fall 2022, the new global line will be updated to \\$2.15.</span>' in foreign


def anchors(text: str) -> list[str]:
    return re.findall(r"(?m)^\((.+)\)=$", text)


def test_anchors_are_the_same_in_both_languages_and_each_is_there_once() -> None:
    vi, en = standard_pages.pages("vi"), standard_pages.pages("en")
    assert {k: anchors(v) for k, v in vi.items()} == {k: anchors(v) for k, v in en.items()}
    everywhere = Counter(a for text in vi.values() for a in anchors(text))
    assert [a for a, n in everywhere.items() if n > 1] == []
    assert all(re.fullmatch(r"[a-z0-9-]+", a) for a in everywhere)
    for name in IDS:
        assert {f"{name}-{s}" for s in ("days", "lines", "classes", "unseen", "findings", "data")} <= set(everywhere)
    assert {"vn-2011-lines", "vn-2011-1-lines", "vn-2022-scorecards", "vn-2022-decision", "citations-d"} <= set(
        everywhere
    )


def test_headings_are_shaped_alike() -> None:
    vi, en = standard_pages.pages("vi"), standard_pages.pages("en")
    for place in vi:
        levels = [
            [len(h) for h in re.findall(r"(?m)^(#+) ", re.sub(r"(?s)```.*?```", "", t))] for t in (vi[place], en[place])
        ]
        assert levels[0] == levels[1]
        assert levels[0].count(1) == 1


def test_the_index_names_every_standard_once(written: dict[str, str], language: str) -> None:
    index = written["standards/index.md"]
    for name in IDS:
        assert index.count(f"| [{name}]({name}.md) |") == 1
        title = cn.standard(name).title[language]
        assert title in plain(index)
    listed = [line for block in re.findall(r"(?s)```\{toctree\}\n(.*?)```", index) for line in block.split()[1:]]
    assert sorted(listed) == sorted(IDS)


def test_every_row_of_a_table_has_all_its_cells(written: dict[str, str]) -> None:
    for place, text in written.items():
        width = 0
        for line in text.splitlines():
            bars = len(re.findall(r"(?<!\\)\|", line)) if line.strip().startswith("| ") else 0
            assert not (width and bars) or bars == width, (place, line)
            width = bars


def test_readings_have_the_smallest_household_on_which_they_differ(language: str) -> None:
    page = standard_pages.pages(language)["standards/vn-2011.md"]
    words = standard_words.WORDS[language]
    near = cn.standard("vn-2011@1").classes["near_poor"].labels[language]
    none = standard_words.ANSWERS[language]["no_class"]
    sense = words["by_sense"].format("`literal`")
    said = f'{words["differs"]}: `{{"area": "rural", "income_per_person": 400001}}`: {near} ({words["by_default"]}); {none} ({sense})'
    assert said in page


def test_what_a_page_says_to_run_runs(capsys: pytest.CaptureFixture[str]) -> None:
    for name in IDS:
        page = standard_pages.pages("en")[f"standards/{name}.md"]
        found = re.findall(r"(?s)```python\n(.*?)```\n\n```text\n(.*?)```", page)
        assert len(found) == len(cn.shipped().shelf[name])
        for block, printed in found:
            exec(block, {})
            assert capsys.readouterr().out == printed


def test_every_code_has_a_name() -> None:
    dimensions = {i.dimension for s in STANDARDS for i in s.indicators.values() if i.dimension}
    assert dimensions <= set(standard_words.DIMENSIONS)
    assert set(cn.shipped().entities()) <= set(standard_words.ENTITIES)
    assert set(cn.shipped().jurisdictions()) <= set(standard_words.JURISDICTIONS)
    assert set(citing.SECTIONS) == set(standard_words.SECTIONS)
    assert set(standard_words.WORDS["vi"]) == set(standard_words.WORDS["en"])


def test_the_page_of_figures_names_every_one_below_a(written: dict[str, str], language: str) -> None:
    page = plain(written["citations.md"])
    everything = citing.figures()
    below = [f for f in everything if f.grade != "A"]
    assert missing(page, (f.confirmed_by(language, note=False) for f in below)) == []
    assert missing(page, (f.note.get(language, "") for f in below)) == []
    assert missing(page, (f"`{f.name}`" for f in below if f.section != "prices")) == []
    counts = Counter(f.grade for f in everything)
    cells = " | ".join(str(counts[g]) for g in "ABCD")
    assert f"| {cells} | {len(everything)} |" in page
    assert anchors(written["citations.md"]) == [
        "citations",
        "citations-counts",
        "citations-d",
        "citations-c",
        "citations-b",
    ]


def test_the_same_every_time() -> None:
    """In another process, with other hashes: sets have no say in a page."""
    names = ("vn-2006", "vn-2016", "vn-79-2019", "vn-village-2021")
    program = (
        f"import sys; sys.path.insert(0, {str(SITE)!r}); import standard_pages as p\n"
        f"sys.stdout.buffer.write(''.join(p.page(n, l) for n in {names!r} for l in ('vi', 'en')).encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env={"PYTHONHASHSEED": "7", "PATH": ""}
    )
    assert done.stdout.decode() == "".join(standard_pages.page(n, lang) for n in names for lang in LANGUAGES)


SIGNS = st.text(st.sampled_from(list("ab1 .)-+=*_`~<>[](){}#|$\\&!:%^@'\"/đ")), min_size=1, max_size=20)


@given(SIGNS)
@settings(max_examples=300, deadline=None)
def test_escaped_text_means_only_itself(text: str) -> None:
    line = " ".join(text.split())
    shown = MarkdownIt("commonmark").enable("table").render(standard_markdown.escaped(text)).strip()
    assert shown == (f"<p>{escape(line, quote=False).replace(chr(34), '&quot;')}</p>" if line else "")


@given(SIGNS)
@settings(max_examples=200, deadline=None)
def test_code_holds_any_text(text: str) -> None:
    line = " ".join(text.split())
    if line:
        shown = MarkdownIt("commonmark").render(f"x {standard_markdown.code(text)}").strip()
        assert shown == f"<p>x <code>{escape(line, quote=False).replace(chr(34), '&quot;')}</code></p>"


def test_numbers_as_the_language_writes_them() -> None:
    amount = standard_markdown.amount
    assert amount(1_500_000, "VND/person/month", "vi") == "1.500.000 đồng/người/tháng"
    assert amount(1_500_000, "VND/person/month", "en") == "1,500,000 đồng/person/month"
    factor = cn.standard("intl-wb-2017").line("ppp")
    assert amount(factor.value, factor.unit, "vi") == "7.807,6123046875 đồng/đô la quốc tế"
    days = cn.standard("intl-wb-2017").line("days_in_a_month")
    assert standard_markdown.number(days.value, "vi") == "365/12"
    assert (amount(1, "indicator", "en"), amount(15, "percent", "vi")) == ("1 indicator", "15%")
    assert standard_markdown.days(date(2022, 1, 1), None, "vi") == "từ ngày 01/01/2022"


def test_every_unit_has_words_in_both_languages() -> None:
    assert [(lang, atom) for lang in LANGUAGES for atom in ATOMS if atom not in UNITS[lang]] == []
    assert unit_text("criterion", "vi") == "tiêu chí"
    page = plain(standard_pages.pages("vi")["standards/vn-commune-2021.md"])
    assert not re.search(r"\d criteri(on|a)\b", page)
    assert re.search(r"\d tiêu chí\b", page)


def test_a_ground_of_its_own_says_for_whom_in_words() -> None:
    page = standard_pages.pages("vi")["standards/vn-2001.md"]
    assert "Căn cứ (nông thôn, trung du): " in page
    for place, text in standard_pages.pages("vi").items():
        assert not re.search(r"(?m)Căn cứ \(.*\b(urban|rural|midland|plain)\b", text), place


def test_no_section_is_empty(written: dict[str, str]) -> None:
    for place, text in written.items():
        blocks = [
            b for b in re.sub(r"(?ms)^ *```.*?^ *```$", "code", text).split("\n\n") if not re.match(r"\(.+\)=$", b)
        ]
        for before, after in pairwise([*blocks, "## end"]):
            levels = [len(h[0]) if (h := re.match("#+(?= )", b)) else 0 for b in (before, after)]
            assert not levels[0] or not levels[1] or levels[1] > levels[0], (place, before)


def test_days_before_the_document_was_in_force_are_named() -> None:
    vi, en = (standard_pages.pages(lang) for lang in LANGUAGES)
    told = "có hiệu lực ngày 15/02/2026; từ ngày 01/01/2026 đến hết ngày 14/02/2026, chuẩn áp dụng trở về trước."
    assert told in vi["standards/vn-2022.md"]
    told = "came into force on 2021-03-15; from 2021-01-01 to 2021-03-14 the standard reaches back."
    assert told in en["standards/vn-2016.md"]
    assert "trở về trước" not in vi["standards/vn-2027.md"]


def test_a_page_begins_with_what_one_looks_for(language: str) -> None:
    head = plain(standard_pages.pages(language)["standards/vn-2022.md"].split("(vn-2022-days)=")[0])
    std = cn.standard("vn-2022")
    for line in ("poverty_line", "average_line"):
        assert std.lines[line].labels[language][1:] in head
    assert f": {len(std.unseen)}." in head
    assert standard_words.WORDS[language]["graded"] in head
