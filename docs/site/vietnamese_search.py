"""Vietnamese for Sphinx's search: with diacritics or without them, one finds the same pages."""

from __future__ import annotations

import unicodedata

from sphinx.search import SearchLanguage


def fold(text: str) -> str:
    """Lower case without diacritics: ``Chuẩn nghèo Đà Nẵng`` becomes ``chuan ngheo da nang``."""
    letters = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in letters if not unicodedata.combining(c)).replace("đ", "d")


class VietnameseSearch(SearchLanguage):
    """Words are folded here and, in the same way, in the browser. No word is left out: *không* decides."""

    lang = "vi"
    language_name = "Vietnamese"
    js_splitter_code = r"""
var splitQuery = (query) => query.normalize("NFC").split(/[^\p{Letter}\p{Number}_]+/gu).filter((term) => term);
"""
    js_stemmer_code = r"""
const foldVietnamese = (text) =>
  text.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "").replaceAll("đ", "d");

var Stemmer = function () {
  this.stemWord = foldVietnamese;
};

// The excerpt under a result begins where a word was found, and the words found are folded.
if (typeof Search !== "undefined") {
  Search.makeSearchSummary = (html, keywords, anchor) => {
    const text = Search.htmlToText(html, anchor).normalize("NFC");
    if (text === "") return null;
    const folded = [...text].map((letter) => foldVietnamese(letter).padEnd(letter.length)[0]).join("");
    const together = folded.indexOf([...keywords].join(" "));
    const places = together > -1 ? [together] : [...keywords].map((word) => folded.indexOf(word)).filter((at) => at > -1);
    const start = places.length ? Math.max(Math.min(...places) - 120, 0) : 0;
    const summary = document.createElement("p");
    summary.classList.add("context");
    summary.textContent =
      (start ? "…" : "") + text.substring(start, start + 240).trim() + (start + 240 < text.length ? "…" : "");
    return summary;
  };
}
"""

    def split(self, input: str) -> list[str]:
        return self._word_re.findall(unicodedata.normalize("NFC", input))

    def stem(self, word: str) -> str:
        return fold(word)
