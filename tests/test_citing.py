"""Every figure of the shipped data is listed, with its ground, its grade and what would confirm it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

import chuanngheo as cn
from chuanngheo import citing
from chuanngheo.comparing.published import published

ROOT = Path(__file__).parent.parent / "standards"
RULES = sorted(ROOT.glob("*/*/*/v*.yaml"))
DATA = sorted(p for room in citing.DATA for p in ROOT.glob(f"*/{room}/**/*.yaml"))
STANDARDS = {
    (f.id, f.version): f.standard for files in cn.shipped().shelf.values() for f in files
}  # by the id and version that the file itself names
EVERYTHING = citing.figures()


def loaded(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def nodes(node: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every mapping of a file, with the keys that lead to it."""
    if isinstance(node, dict):
        yield keys, node
    for key, below in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from nodes(below, (*keys, str(key)))


def citations(data: Any) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    return [(k, n) for k, n in nodes(data) if isinstance(n.get("source"), str) and "grade" in n]


def told(node: dict[str, Any], sources: dict[str, Any]) -> tuple[str, ...]:
    """What a citation says: number of the document, place, words, grade, note."""
    number = sources[node["source"]]["number"] if node["source"] in sources else ""
    return (number, *(" ".join(str(node.get(k, "")).split()) for k in ("at", "words", "grade")), noted(node.get("note")))


def noted(said: Any) -> str:
    """A note in both languages as one text; the same whether it was written once or twice."""
    each = dict.fromkeys(("vi", "en"), said) if isinstance(said, str) else said or {}
    return " / ".join(" ".join(each[lang].split()) for lang in ("vi", "en") if each.get(lang))


def leaves(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [leaf for below in node.values() for leaf in leaves(below)]
    return [node]


def exact(text: str) -> Fraction:
    return Fraction(text.replace("_", ""))


@pytest.mark.parametrize("path", RULES, ids=lambda p: "-".join(p.parts[-4:]))
def test_every_citation_of_a_rule_file_is_a_figure(path: Path) -> None:
    data = loaded(path)
    std = STANDARDS[data["standard"], int(data["version"])]
    listed = {
        (c.source.number, *(" ".join(t.split()) for t in (c.at, c.words, c.grade)), noted(c.note))
        for f in citing.figures(std)
        if (c := f.cite) is not None
    }
    parent = cn.standard(data["extends"]).sources.values() if "extends" in data else ()
    sources: dict[str, Any] = {s.key: {"number": s.number} for s in parent} | data.get("sources", {})
    written = {told(n, sources) for _, n in citations(data)}
    assert written
    assert written <= listed


@pytest.mark.parametrize("path", RULES, ids=lambda p: "-".join(p.parts[-4:]))
def test_every_amount_of_a_rule_file_is_a_figure(path: Path) -> None:
    data = loaded(path)
    std = STANDARDS[data["standard"], int(data["version"])]
    found = citing.figures(std)
    amounts = {n: leaves(line.get("by", line.get("value"))) for n, line in data.get("lines", {}).items()}
    for name, numbers in amounts.items():
        listed = [f.value for f in found if f.section == "lines" and f.name.split(".")[0] == name]
        assert Counter(map(exact, listed)) == Counter(map(exact, numbers))
    assert {f.name.split(".")[0] for f in found if f.section == "lines"} == set(std.lines)
    for section in ("indicators", "classes", "statuses", "groups", "interpretations", "tables"):
        names = {f.name.split(".")[0] for f in found if f.section == section}
        assert set(data.get(section, {})) <= names
    assert len([f for f in found if f.section == "applies" and ".review" not in f.name]) == len(std.applies)


def test_every_row_of_a_score_card_is_a_figure() -> None:
    found = [f for f in citing.figures("vn-2022") if f.section == "scorecards"]
    for card in ("b1", "b2", "a"):
        with (ROOT / "vn" / "household" / "2022" / f"{card}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows
        for row in rows:
            (figure,) = [f for f in found if f.name == f"{card}.{row['item']}.{row['option']}"]
            printed = {k: v for k, v in row.items() if k not in ("item", "option") and v}
            assert dict(p.split("=") for p in figure.value.split()) == printed


@pytest.mark.parametrize("path", DATA, ids=lambda p: "-".join(p.parts[-3:]))
def test_data_of_no_standard_have_their_figures_too(path: Path) -> None:
    data = loaded(path)
    listed = [f for f in EVERYTHING if f.standard == path.relative_to(ROOT).as_posix()]
    cited, questions = citations(data), [n for _, n in nodes(data) if "question" in n and "grade" in n]
    if path.parent.name == "prices":
        assert Counter((f.name, f.value) for f in listed) == Counter(data["changes"].items())
    elif path.parent.name == "published":
        printed = [n for _, n in nodes(data["counts"]) if set(n) == {"number", "grade"}]
        assert Counter((f.value, f.grade) for f in listed) == Counter(
            (n["number"].replace("_", ""), n["grade"]) for n in printed
        )
    else:
        sources = data.get("sources", {})
        written = Counter((sources.get(n["source"], {}).get("number", n["source"]), n["grade"]) for _, n in cited)
        assert Counter((f.cite.source.number, f.grade) for f in listed if f.cite is not None) == written
        grades = [g for n in questions for g in leaves(n["grade"])]  # one, or one for each sense
        assert Counter(f.grade for f in listed if f.cite is None) == Counter(grades)


def test_published_results_are_those_that_comparisons_use() -> None:
    shares = [(c, s) for c in published() for s in c.classes.values()]
    printed = Counter(p.digits for _, s in shares for p in (s.households, s.percent) if p is not None)
    assert Counter(f.value for f in EVERYTHING if f.section == "published") == printed


def test_each_figure_is_there_once() -> None:
    places = Counter((f.standard, f.section, f.name) for f in EVERYTHING)
    assert {p: n for p, n in places.items() if n > 1} == {}
    assert {f.section for f in EVERYTHING} == set(citing.SECTIONS)


def test_what_was_taken_over_is_marked_and_counted_where_it_was_written() -> None:
    found = citing.figures("vn-79-2024")
    water = next(f for f in found if f.section == "indicators" and f.name == "water")
    assert (water.inherited, water.cite and water.cite.source.number) == ("vn-2022@1.4", "02/2022/TT-BLĐTBXH")
    own = [f for f in found if not f.inherited]
    assert [f.name for f in own if f.section == "lines"] == ["poverty_line"]
    city = [f for f in citing.figures("vn-79") if f.standard == "vn-79-2024@1.3"]
    assert city == own
    assert any(f.standard == "vn-child-2019@1.2" for f in citing.figures("vn"))
    assert not any(f.standard.startswith("vn-79") for f in citing.figures("vn"))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_would_confirm_a_figure_names_its_document(lang: str) -> None:
    for f in EVERYTHING:
        text = f.confirmed_by(lang)
        if f.grade == "A":
            assert text == citing.WORDS[lang]["read"]
        elif f.cite is None:
            assert f.labels[lang].rstrip(".") in text
        else:
            assert f.cite.label(lang) in text or f.cite.source.key == "unknown"
            assert text == f.confirmed_by(lang, note=False) + (
                f" {citing.WORDS[lang]['note']}".format(f.note[lang].strip().rstrip(".")) if f.note else ""
            )
            assert str(citing.WORDS[lang][f.grade]) in text


def test_a_document_that_was_not_found_is_sought_by_what_was_not_seen() -> None:
    near = next(f for f in citing.figures("vn-79-2024") if f.section == "classes" and f.name == "near_poor")
    assert near.cite is not None
    assert near.cite.source.key == "unknown"
    assert near.confirmed_by("vi", note=False) == (
        "Cần tìm một văn bản mà số hiệu chưa biết. Đến nay chưa nguồn nào xác nhận. "
        "Chưa đọc được: loại hộ cận nghèo và hộ có mức sống trung bình."
    )
    for f in EVERYTHING:
        if f.cite is not None and f.cite.source.key == "unknown" and f.section not in citing.DATA:
            assert f.sought or f.note


def test_a_place_in_another_article_is_not_what_was_not_seen() -> None:
    found = {f.name: f for f in citing.figures("vn-2016") if f.section in ("indicators", "lines")}
    assert [t["en"] for t in found["average_line.urban"].sought] == [
        "Article 2 clause 3 of Decision 59/2015/QĐ-TTg verbatim"
    ]
    assert not any("Article 2" in t["en"] for t in found["water"].sought)


def test_worst_first_and_only_real_grades() -> None:
    some = citing.of_grades(citing.figures("vn-2016"), "cd")
    assert {f.grade for f in some} == {"C", "D"}
    assert [f.grade for f in some] == sorted((f.grade for f in some), reverse=True)
    for wrong in ("E", "", "A1"):
        with pytest.raises(ValueError, match="is no grade; allowed: A, B, C, D"):
            citing.of_grades((), wrong)


def test_unknown_names_and_languages() -> None:
    with pytest.raises(cn.NoStandard, match="there is no standard or jurisdiction 'vn-202'"):
        citing.figures("vn-202")
    for call in (EVERYTHING[0].confirmed_by, lambda lang: citing.table(EVERYTHING, lang)):
        with pytest.raises(ValueError, match="allowed: vi, en"):
            call("fr")


def test_as_data_and_as_text() -> None:
    found = citing.figures("vn-2027")
    data = json.loads(json.dumps(citing.to_dict(found), ensure_ascii=False))
    assert data["schema"] == "chuanngheo/citations/1"
    assert sum(data["counts"].values()) == len(data["figures"]) == len(found)
    first = next(f for f in data["figures"] if f["section"] == "lines")
    assert (first["value"], first["unit"], first["cite"]["number"]) == ("2200000", "VND/person/month", "351/2025/NĐ-CP")
    for lang in ("vi", "en"):
        text = citing.table(found, lang)
        assert text.count("\n") == 3 * len(found) - 1
        assert re.search(r"^B  vn-2027@\S+  lines  poverty_line\.rural = 2200000 VND/person/month$", text, re.M)
    assert citing.table((), "en") == "No figures."


def test_a_file_of_ones_own() -> None:
    path = Path(__file__).parent.parent / "docs" / "examples" / "local.yaml"
    found = citing.figures(str(path))
    assert found == citing.figures(cn.read_standard(path))
    assert {f.section for f in found} >= {"applies", "lines", "classes"}
    assert len({hash(f) for f in found}) > 1
