"""Notes and grounds: one text for both languages or one in each; those of shipped data are in both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import chuanngheo as cn
from chuanngheo.caveats import _grade
from chuanngheo.model import Cite, Instrument, bilingual

STANDARDS = Path(__file__).parent.parent / "standards"
FILES = sorted(STANDARDS.rglob("*.yaml"))
SAID = ("note", "from_note", "grounds")
VIETNAMESE = re.compile("[ăâđêôơư\u1ea0-\u1ef9áàãéèíìóòõúùýĩũ]", re.I)
ENGLISH = re.compile(r"\b(the|of|from|not|found|seen|and|read|words|alone|what|in)\b(?!-)", re.I)
QUOTED = re.compile(r'"[^"]*"|\$[^,;]*day\)?|\b[A-Z][\w.]*( (of|in|and)? ?[A-Z][\w.]*)+')
FICTION = Path(__file__).parent / "fictional.yaml"


def said_in(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        for key, below in node.items():
            if key in SAID and isinstance(below, str) and below.isdecimal():  # the number of a footnote
                continue
            if key in SAID and (isinstance(below, str) or not {"listed", "former"} <= set(below)):  # those are patterns
                yield below
            else:
                yield from said_in(below)
    elif isinstance(node, list):
        for below in node:
            yield from said_in(below)


@pytest.mark.parametrize("path", FILES, ids=lambda p: "-".join(p.parts[-4:]))
def test_every_note_and_every_ground_is_in_both_languages(path: Path) -> None:
    for said in said_in(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)):
        assert set(said) == {"vi", "en"}, said
        assert all(t.strip() for t in said.values()), said
        without = QUOTED.sub("", said["vi"])
        assert not (len(ENGLISH.findall(without)) >= 2 and not VIETNAMESE.search(without)), said
        words = [w for w in re.findall(r"[^\W\d_]{2,}", without) if "." not in w]
        if said["vi"] == said["en"]:
            assert not ENGLISH.search(without), said
        elif len(words) > 2 and "." not in without:
            assert VIETNAMESE.search(without), said


def rules(folder: Path, written: str) -> Path:
    text = FICTION.read_text(encoding="utf-8")
    assert "note: read once}" in text
    text = text.replace("note: read once}", f"note: {written}}}")
    path = folder / "x.yaml"
    path.write_text(text.replace("grounds: the words say under and above", f"grounds: {written}"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("written", "vi", "en"), [("one text", "one text", "one text"), ("{vi: một, en: one}", "một", "one")]
)
def test_a_note_is_one_text_or_one_in_each_language(tmp_path: Path, written: str, vi: str, en: str) -> None:
    std = cn.read_standard(rules(tmp_path, written))
    said = {"vi": vi, "en": en}
    cite = next(i.cite for i in std.indicators.values() if i.cite is not None and i.cite.note == said)
    assert said in [i.grounds for i in std.interpretations.values()]
    caveat = _grade("x", cite, {"vi": "a", "en": "a"})
    assert f"({vi})" in caveat.texts["vi"]
    assert f"({en})" in caveat.texts["en"]


def test_a_note_lacks_no_language(tmp_path: Path) -> None:
    with pytest.raises(cn.RuleFileError) as error:
        cn.read_standard(rules(tmp_path, "{en: one}"))
    assert any("vi" in p.message for p in error.value.problems)


def test_nothing_noted_is_said_in_no_language() -> None:
    assert bilingual(None) == bilingual("") == bilingual({"vi": "", "en": ""}) == {}
    cite = Cite(Instrument("k", "1", {"vi": "a", "en": "a"}), "", "C")
    assert "()" not in "".join(_grade("x", cite, {"vi": "a", "en": "a"}).texts.values())
