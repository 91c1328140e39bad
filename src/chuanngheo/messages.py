"""What an error says, in Vietnamese: found from its English text, which stays as it was written.

Errors are built in English all over the library. The files of ``vietnamese`` beside this one hold pairs of templates,
``{0} is not a code of {1}`` and ``{0} không phải là mã của {1}``. A text is told in Vietnamese when
one template fits all of it; otherwise it stays English as a whole. In a Vietnamese template ``{0*}``
holds a text that must itself be told in Vietnamese, ``{0~}`` one without spaces, such as a name.
Nothing is read before the first text is asked for in Vietnamese.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from .values import Frozen, frozen
from .version import standards_folder

LANGUAGES = ("vi", "en")
FOLDER = "vietnamese"
PARTS = "parts.yaml"  # what stands inside other texts only
DEPTH = 4  # texts within texts
_HOLE = re.compile(r"\{\{|\}\}|\{(\d+)([*~]?)\}")
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_ANY = rf"((?:{_QUOTED}|[^'\"])*?)"  # a quoted value is one thing, whatever it says
_WORD = rf"({_QUOTED}|[^\s'\"]+)"
_LOOSE = "(.*?)"  # where quotes do not match: a value that was cut short


def said(text: str, lang: str = "en") -> str:
    """A text of an error in ``vi`` or ``en``; English where it has no Vietnamese.

    >>> said("'Rural' is not a code of area", "vi"), said("did you mean rural?", "vi")
    ("'Rural' không phải là mã của area", 'ý bạn là rural?')
    >>> said("nobody wrote this", "vi")
    'nobody wrote this'
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
    return text if lang == "en" or not text else _vietnamese(text, whole=True) or text


def templates() -> tuple[tuple[str, str, str], ...]:
    """Every pair with the file it stands in: (file, English, Vietnamese).

    >>> ("households.yaml", "write the number itself", "ghi chính con số") in templates()
    True
    """
    return tuple((p.file, p.en, p.vi) for p in _pairs())


@frozen
class _Pair(Frozen):
    file: str
    en: str
    vi: str

    @property
    def pieces(self) -> list[str]:
        """The words outside the holes."""
        return [p for p, _, _ in _split(self.en) if p]


def _split(template: str) -> Iterator[tuple[str, str, str]]:
    """The parts of a template: words, and the number and the mark of the hole after them."""
    words, at = "", 0
    for m in _HOLE.finditer(template):
        words += template[at : m.start()]
        at = m.end()
        if m.group(1) is None:
            words += m.group()[0]
        else:
            yield words, m.group(1), m.group(2)
            words = ""
    yield words + template[at:], "", ""


@cache
def _pairs() -> tuple[_Pair, ...]:
    """All templates, those with most words first: the one that fits best is found first."""
    folder = os.path.join(os.path.dirname(__file__), FOLDER)
    found = [
        _Pair(name, pair["en"], pair["vi"])
        for name in sorted(os.listdir(folder))
        if name.endswith(".yaml")
        for pair in _read(os.path.join(folder, name))
    ]
    return tuple(sorted(found, key=lambda p: -sum(map(len, p.pieces))))


@cache
def _exact(whole: bool) -> dict[str, str]:
    """The texts without holes."""
    return {
        "".join(p.pieces): "".join(words for words, _, _ in _split(p.vi))
        for p in reversed(_pairs())
        if all(not hole for _, hole, _ in _split(p.en)) and not (whole and p.file == PARTS)
    }


@cache
def _with_holes() -> tuple[tuple[_Pair, tuple[str, ...]], ...]:
    """The templates with holes, each with the words that a text must have to fit."""
    return tuple((p, tuple(p.pieces)) for p in _pairs() if any(hole for _, hole, _ in _split(p.en)))


@cache
def _pattern(pair: _Pair, loose: bool) -> re.Pattern[str]:
    marks = {hole: mark for _, hole, mark in _split(pair.vi)}
    any_ = _LOOSE if loose else _ANY
    made = "".join(
        re.escape(words) + ("" if not hole else _WORD if marks[hole] == "~" else any_)
        for words, hole, _ in _split(pair.en)
    )
    return re.compile(made, re.DOTALL)


def _vietnamese(text: str, *, whole: bool, depth: int = 0) -> str | None:
    """The Vietnamese of a text, None where it has none; ``whole``: it stands for itself."""
    known = _exact(whole).get(text)
    if known is not None:
        return known
    if depth < DEPTH:
        fitting = [
            p for p, pieces in _with_holes() if not (whole and p.file == PARTS) and all(w in text for w in pieces)
        ]
        for loose in (False, True):
            for pair in fitting:
                filled = _filled(pair, text, loose, depth)
                if filled is not None:
                    return filled
    return _of_data().get(text)


def _filled(pair: _Pair, text: str, loose: bool, depth: int) -> str | None:
    match = _pattern(pair, loose).fullmatch(text)
    if match is None:
        return None
    values = dict(zip((hole for _, hole, _ in _split(pair.en) if hole), match.groups(), strict=True))
    out = ""
    for words, hole, mark in _split(pair.vi):
        value = values.get(hole, "")
        if mark == "*" and value:
            told = _vietnamese(value, whole=False, depth=depth + 1)
            if told is None:
                return None
            value = told
        out += words + value
    return out


@cache
def _of_data() -> dict[str, str]:
    """Texts that the shipped data has in both languages: notes to facts, what a check of the review asks for."""
    folder = standards_folder()
    review = os.path.join(folder, "vn", "review")
    files = [os.path.join(folder, "vocabulary.yaml")]
    files += [os.path.join(review, n) for n in sorted(os.listdir(review)) if n.endswith(".yaml")]
    found: dict[str, str] = {}
    for file in files:
        stack: list[Any] = [_read(file)]
        while stack:
            node = stack.pop()
            if isinstance(node, dict):
                en, vi = node.get("en"), node.get("vi")
                if isinstance(en, str) and isinstance(vi, str) and " " in en:  # a single word may be a name
                    found[en] = vi
                stack += node.values()
            elif isinstance(node, list):
                stack += node
    return found


def _read(file: str) -> Any:
    import yaml

    with open(file, encoding="utf-8") as text:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


__all__ = ["said", "templates"]
