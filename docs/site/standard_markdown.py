"""Small parts of Markdown as MyST reads it: text that means nothing but itself, tables, quotations, folds."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from standard_words import UNITS, WORDS

from chuanngheo.caveats import GRADE_WORDS
from chuanngheo.citing import digits
from chuanngheo.explaining import day_text, unit_text
from chuanngheo.model import Cite, Text
from chuanngheo.tree import Number

_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]<>#$|~&^])")
_OPENS_A_BLOCK = re.compile(r"^([-+=%:(])")
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
_VIETNAMESE = re.compile("[đăâêôơư\u1ea0-\u1ef9áàãéèíìóòõúùýĩũ]", re.I)
FOLDED_FROM = 24  # rows of a table from which it is folded


def escaped(text: object) -> str:
    """Text on one line in which no character is markup."""
    line = _MEANS_SOMETHING.sub(r"\\\1", " ".join(str(text).split()))
    return _NUMBERED.sub(r"\1\\\2", _OPENS_A_BLOCK.sub(r"\\\1", line))


def code(text: object, in_table: bool = False) -> str:
    """Inline code, whatever backticks it holds; a pipe would end a cell of a table."""
    line = " ".join(str(text).split())
    ticks = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    inner = f" {line} " if line.startswith("`") or line.endswith("`") else line
    return ticks + (inner.replace("|", "\\|") if in_table else inner) + ticks


def block(text: str, language: str = "text") -> str:
    """A rule as a block of code, wrapped at blanks."""
    lines = textwrap.wrap(" ".join(text.split()), 78, break_long_words=False, break_on_hyphens=False)
    return "\n".join([f"```{language}", *lines, "```"])


def foreign(text: str, of: str, lang: str) -> str:
    """Text of one language on a page of another: marked, so that it is read aloud and hyphenated as it should."""
    return escaped(text) if of == lang else f'<span lang="{of}">{escaped(text)}</span>'


def quotation(words: str, lang: str) -> str:
    """Deciding words of the original, in its own language: Vietnamese, but for international measures."""
    return f"> {foreign(words, 'vi' if _VIETNAMESE.search(words) else 'en', lang)}"


def grade(letter: str, lang: str) -> str:
    return f'<abbr title="{GRADE_WORDS[letter][lang]}">{letter}</abbr>'


def note(said: Text, lang: str) -> str:
    return f"{WORDS[lang]['note']}: {escaped(said[lang])}"


def cited(cite: Cite, lang: str) -> str:
    """``Nghị định 07/2021/NĐ-CP, Điều 3 (mức A)``"""
    return f"{escaped(cite.label(lang))} ({WORDS[lang]['place']} {grade(cite.grade, lang)})"


def ground(cite: Cite, lang: str, lead: str = "", words: bool = True) -> list[str]:
    """A citation with its original words and its note, as blocks."""
    parts = [f"{lead or WORDS[lang]['ground']}: {cited(cite, lang)}"]
    if words and cite.words:
        parts.append(quotation(cite.words, lang))
    if cite.note:
        parts.append(note(cite.note, lang))
    return parts


def number(value: Number, lang: str) -> str:
    """A number with all its digits, as the language writes it: ``1.500.000``, ``7.807,6123``, ``365/12``."""
    written = digits(value)
    if "/" in written:
        return written
    whole, _, part = written.partition(".")
    text = f"{int(whole):,}" + (f".{part}" if part else "")
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def amount(value: Number, unit: str, lang: str) -> str:
    """A number with its unit: ``1.500.000 đồng/người/tháng``."""
    named = UNITS[lang].get(unit) or unit_text(unit, lang)
    if lang == "en" and value == 1 and named in ("points", "indicators", "households", "months", "years"):
        named = named[:-1]
    return f"{number(value, lang)}{'' if named == '%' else ' '}{named}".strip()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell or " " for cell in line) + " |" for line in lines)


def folded(summary: str, *inside: str) -> str:
    """What is long, behind a line of plain text that opens it; no script is needed."""
    return "\n\n".join(["<details>", f"<summary>{escape(summary, quote=False)}</summary>", *inside, "</details>"])


def items(lines: Iterable[Iterable[str]]) -> str:
    """A list; each item is some paragraphs."""
    return "\n".join("- " + "\n\n".join(parts).replace("\n", "\n  ").replace("\n  \n", "\n\n") for parts in lines)


def days(start: date, end: date | None, lang: str) -> str:
    words, first = WORDS[lang], day_text(start, lang)
    return words["from"].format(first) if end is None else words["from_to"].format(first, day_text(end, lang))
