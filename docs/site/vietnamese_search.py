"""Sphinx's search for both languages: with diacritics or without them, and sums however they are grouped.

What is done to a word here is done in the browser by ``search_words.js``.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from sphinx.search import SearchLanguage
from sphinx.search.en import SearchEnglish

_SCRIPT = (Path(__file__).parent / "search_words.js").read_text(encoding="utf-8")
_GROUPED = re.compile(r"(^|[^\w.,])([1-9]\d{0,2}(?:[.,_]\d{3})+)(?!\d|[.,_]\d)", re.A)


def fold(text: str) -> str:
    """Lower case without diacritics: ``Chuẩn nghèo Đà Nẵng`` becomes ``chuan ngheo da nang``."""
    letters = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in letters if not unicodedata.combining(c)).replace("đ", "d")


def words_of(text: str) -> list[str]:
    """The words of a text. A number begins with ``_`` (Sphinx leaves out bare ones) and has no grouping:
    ``1.500.000 đồng`` becomes ``_1500000`` and ``đồng``."""
    joined = _GROUPED.sub(lambda m: m[1] + re.sub(r"\D", "", m[2]), unicodedata.normalize("NFC", text))
    return [f"_{word}" if re.fullmatch("[0-9]+", word) else word for word in re.findall(r"\w+", joined)]


class VietnameseSearch(SearchLanguage):
    """No word is left out: *không* decides."""

    lang = "vi"
    language_name = "Vietnamese"
    js_splitter_code = _SCRIPT
    js_stemmer_code = "var Stemmer = foldedFirst(function () { this.stemWord = (word) => word; });"

    def split(self, input: str) -> list[str]:
        return words_of(input)

    def stem(self, word: str) -> str:
        return fold(word)


class EnglishSearch(SearchEnglish):
    """English stems, after folding: the Vietnamese on a page is found as it is typed without its signs."""

    js_splitter_code = _SCRIPT + "\nwindow.Stemmer = foldedFirst(window.Stemmer);"  # stands after the stemmer

    def split(self, input: str) -> list[str]:
        return words_of(input)

    def stem(self, word: str) -> str:
        return super().stem(fold(word))

    def word_filter(self, word: str) -> bool:
        return super().word_filter(fold(word))
