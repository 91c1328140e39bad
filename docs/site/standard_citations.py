"""The page of figures and their grounds: counts by grade, and what would confirm each figure below A."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from standard_markdown import code, escaped, grade, items, note, table
from standard_words import SECTIONS, WORDS, named

from chuanngheo.caveats import GRADE_WORDS
from chuanngheo.citing import Figure, figures
from chuanngheo.model import GRADES

SHOWN = ("lines", "published", "prices")  # of which the value says what the figure is


@cache
def _known() -> tuple[Figure, ...]:
    return figures()


def citations(lang: str) -> str:
    """The page ``citations.md``."""
    words = WORDS[lang]
    parts = [
        "(citations)=",
        f"# {words['citations']}",
        words["citations_lead"],
        "(citations-counts)=",
        f"## {words['counts']}",
        _counts(lang),
    ]
    for letter in GRADES[:0:-1]:
        found = [f for f in _known() if f.grade == letter]
        parts += [
            f"(citations-{letter.lower()})=",
            f"## {words['of_grade'].format(letter)}: {escaped(GRADE_WORDS[letter][lang])}",
        ]
        for where in dict.fromkeys(f.standard for f in found):
            listed = list(_entries([f for f in found if f.standard == where], lang))
            parts.append(f"**{_where(where)}**")
            parts.append(items(listed))
    return "\n\n".join(parts) + "\n"


def _where(standard: str, in_table: bool = False) -> str:
    """A link to the page of a standard; a file of other data by its name."""
    name, at, _ = standard.partition("@")
    return f"[{standard}](standards/{name}.md)" if at else code(f"standards/{standard}", in_table)


def _counts(lang: str) -> str:
    words = WORDS[lang]
    rows = []
    for where in dict.fromkeys(f.standard for f in _known()):
        rows.append([_where(where, True), *_row([f for f in _known() if f.standard == where])])
    rows.append([f"**{words['all']}**", *_row(list(_known()))])
    head = [words["id"], *(grade(g, lang) for g in GRADES), words["all"]]
    return table(head, rows)


def _row(found: list[Figure]) -> list[str]:
    return [*(str(sum(f.grade == g for f in found)) for g in GRADES), str(len(found))]


def _entries(found: list[Figure], lang: str) -> Iterator[list[str]]:
    """The figures of one standard, those with the same ground and note together."""
    groups: dict[tuple[str, str], list[Figure]] = {}
    for f in found:
        key = (f.section, f.confirmed_by(lang)) if f.cite is not None else (f.section, f.name)
        groups.setdefault(key, []).append(f)
    for group in groups.values():
        first = group[0]
        if first.section == "prices":
            names = f"{code(group[0].name)} – {code(group[-1].name)}"
        else:
            names = ", ".join(
                code(f.name) + (f" = {code(f'{f.value} {f.unit}'.strip())}" if f.section in SHOWN and f.value else "")
                for f in group
            )
        said = [
            f"{escaped(named(SECTIONS, first.section, lang))}: {names}. {escaped(first.confirmed_by(lang, note=False))}"
        ]
        if first.note:
            said.append(note(first.note, lang))
        yield said


__all__ = ["citations"]
