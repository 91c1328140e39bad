"""One spelling for names of places and for headers of columns, to compare them by.

A key is never shown: what the caller wrote stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from ..values import Frozen, frozen
from .data import load

# Grave, acute, tilde, hook above, dot below: the tone belongs to the syllable, wherever it is written.
VOWELS = frozenset("aeiouy")
TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
APOSTROPHES = "'`\u00b4\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u2032"
# Eth and the African d look like đ and come from old fonts and keyboards.
_LETTERS = str.maketrans({**dict.fromkeys(APOSTROPHES), "\u00f0": "đ", "\u0256": "đ"})
_HYPHENS = str.maketrans(dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212", " "))
REMEMBERED = 2**16  # keys: a province has some hundred names of units, a table many rows with each


@frozen
class _Spellings(Frozen):
    prefix: re.Pattern[str]
    kinds: dict[str, str]  # every spelling of a kind → the kind
    words: dict[str, str]
    whole: dict[str, str]


@lru_cache(maxsize=REMEMBERED)
def key(text: str, *, kind: bool = False) -> str:
    """A text as a key: equal for two spellings of one name, for comparing only.

    One key have: NFC and NFD, capitals and small letters, old and new places of the tone mark
    (Hòa, Hoà), every apostrophe and none, hyphens and spaces of every kind, the short forms of a
    kind of unit (TP., thành phố), and the variants listed in ``standards/vn/review/units.yaml``
    (Đăk, Đắk). Tones and letters otherwise tell names apart.

    A commune and a ward may share a name, so the kind before it is part of the key;
    ``kind=True`` takes it off.

    >>> key("Bà Rịa-Vũng Tàu") == key("BÀ RỊA - VŨNG TÀU")
    True
    >>> key("Xã Hoà Bình") == key("Xã Hòa Bình"), key("Xã Hòa Bình") == key("Phường Hòa Bình")
    (True, False)
    >>> key("TP. Huế") == key("Thành phố Huế"), key("TP. Huế", kind=True) == key("Huế")
    (True, True)
    """
    spellings = _spellings()
    before, name = _split(_named(text, spellings), spellings)
    while kind and (further := _split(name, spellings))[0]:
        name = further[1]
    name = spellings.whole.get(name, name)
    return f"{before} {name}" if before and not kind else name


def unit_key(name: str, level: str) -> str:
    """The key of a unit of some level: a province with and without its kind is one, other units are not.

    >>> unit_key("Tỉnh Đắk Nông", "province") == unit_key("Đắk Nông", "province")
    True
    >>> unit_key("Huyện Kỳ Anh", "district") == unit_key("Thị xã Kỳ Anh", "district")
    False
    """
    return key(name, kind=level == "province")


def kind_of(text: str) -> str:
    """The kind of unit written before a name, as a key (``key("Xã")``), or an empty text where there is none.

    >>> kind_of("P. Bến Nghé") == key("Phường"), kind_of("Bến Nghé")
    (True, '')
    """
    spellings = _spellings()
    return _split(_named(text, spellings), spellings)[0]


def unmarked(text: str) -> str:
    """A key without its kind and without marks, to find what is near: several names have one. Never to decide.

    >>> unmarked("Tỉnh Đắk Nông"), unmarked("Hạ") == unmarked("Hà")
    ('dak nong', True)
    """
    letters = (c for c in unicodedata.normalize("NFD", key(text, kind=True)) if not unicodedata.combining(c))
    return "".join(letters).replace("đ", "d")


def _named(text: str, spellings: _Spellings) -> str:
    """A text folded, with the known variants of its words and of the whole."""
    name = _worded(_folded(text), spellings.words)
    return spellings.whole.get(name, name)


def _worded(folded: str, words: dict[str, str]) -> str:
    return " ".join(words.get(word, word) for word in folded.split(" "))


def _folded(text: str) -> str:
    """Without case, compatibility forms, apostrophes, hyphens and double spaces; each tone in one place."""
    text = _plain(unicodedata.normalize("NFD", text))  # an acute accent that stands alone is an apostrophe here
    text = _plain(unicodedata.normalize("NFKD", text).casefold())
    words = " ".join(text.translate(_HYPHENS).split()) or " ".join(text.split())
    return unicodedata.normalize("NFD", _tones_placed(unicodedata.normalize("NFD", words)))


def _plain(text: str) -> str:
    """Without apostrophes and invisible characters."""
    text = text.translate(_LETTERS)
    return text if text.isprintable() else "".join(c for c in text if unicodedata.category(c) != "Cf")


def _tones_placed(text: str) -> str:
    """The tone of each syllable on one and the same vowel, wherever it was written; decomposed text."""
    out: list[str] = []
    word: list[str] = []
    for c in [*text, ""]:
        if c and unicodedata.category(c)[0] in "LM":
            word.append(c)
        else:
            out += [*_placed(word), c]
            word = []
    return "".join(out)


def _placed(word: list[str]) -> list[str]:
    tones = [c for c in word if c in TONES]
    rest = [c for c in word if c not in TONES]
    letters = [i for i, c in enumerate(rest) if not unicodedata.combining(c)]
    ends = [*letters[1:], len(rest)]  # of each letter with the marks on it
    start = 2 if "".join(rest[:2]) in ("qu", "gi") and len(letters) > 2 and rest[letters[2]] in VOWELS else 0
    run = [n for n, i in enumerate(letters) if i >= start and rest[i] in VOWELS]
    run = [n for k, n in enumerate(run) if n == run[0] + k]
    if not tones or not run:
        return rest + tones
    marked = [n for n in run if ends[n] > letters[n] + 1]
    closed = run[-1] + 1 < len(letters)
    at = marked[-1] if marked else run[-1] if closed else run[len(run) // 3]
    return [*rest[: ends[at]], *tones, *rest[ends[at] :]]


def _split(folded: str, spellings: _Spellings) -> tuple[str, str]:
    found = spellings.prefix.match(folded)
    return (spellings.kinds[found[1]], folded[found.end() :]) if found else ("", folded)


@cache
def _spellings() -> _Spellings:
    data: dict[str, Any] = load("units.yaml")["names"]
    kinds = {_folded(s): _folded(kind) for kind, short in data["kinds"].items() for s in (kind, *short)}
    words = {_folded(s): _folded(word) for word, others in data["words"].items() for s in others}
    whole = {
        _worded(_folded(s), words): _worded(_folded(name), words)
        for name, others in data["whole"].items() for s in others
    }  # fmt: skip
    # After a full stop a name may follow at once, after any other spelling a space comes first.
    either = "|".join(re.escape(s) for s in sorted(kinds, key=len, reverse=True))
    return _Spellings(re.compile(rf"({either})(?:(?<=\.) ?| )(?=.)"), kinds, words, whole)
