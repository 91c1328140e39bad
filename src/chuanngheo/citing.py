"""Every figure of the shipped data with its citation and grade, and what would confirm it.

A figure is whatever rests on a text: an amount of a line, the days of a standard, the rule of an
indicator or a class, a row of a score card, a printed result, an index of prices. Everything is read
from the data; a text that was not found is a figure of grade D, never left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

from .answering import Standard
from .authoring import find_standard
from .catalogue import SEE, shipped
from .errors import NoStandard, nearest
from .explaining import cite_data, day_text
from .grammar import UNKNOWN
from .model import GRADES, LANGUAGES, Cite, Instrument, Text, bilingual
from .scorecards import Item, Option, ScoreCard
from .tree import Number
from .values import Frozen, evolve, field, frozen
from .version import data_version, standards_folder

SCHEMA = "chuanngheo/citations/1"
SECTIONS = (
    "applies", "lines", "values", "tables", "indicators", "classes", "statuses", "groups", "scorecards",
    "interpretations", "published", "prices", "review",
)  # fmt: skip
DATA = ("published", "prices", "review")  # folders of data that belong to no standard
AMOUNTS = ("value", "number", "dong", "months", "percent")  # what a citation of such data stands beside

WORDS = {
    "vi": {
        "read": "Đã đọc trong văn bản; không cần gì thêm.", "text": "Cần đọc nguyên văn {0}.", "find": "Cần tìm {0}.",
        "place": "Cần biết cả điều, khoản.", "instead": "Cần một văn bản có số hiệu, thay cho: {0}.", "issued": "{0} (ban hành ngày {1})",
        "B": "Đến nay mới đọc ở hai nguồn thứ cấp độc lập.", "C": "Đến nay mới đọc ở một nguồn thứ cấp.",
        "D": "Đến nay chưa nguồn nào xác nhận.", "unknown": "một văn bản mà số hiệu chưa biết", "unread": "Chưa đọc được: {0}.",
        "note": "Ghi chú: {0}.", "question": "Cần văn bản hoặc trả lời của cơ quan có thẩm quyền về câu hỏi: {0}",
        "head": ("Chuẩn", "Phần", "Nội dung", "Giá trị", "Căn cứ", "Mức", "Cần gì để xác nhận"), "none": "Không có số liệu nào.",
    },
    "en": {
        "read": "Read in the text; nothing more is needed.", "text": "To be read: the text of {0}.", "find": "To be found: {0}.",
        "place": "Its article is needed too.", "instead": "Needed: a document with a number, in place of: {0}.", "issued": "{0} (issued {1})",
        "B": "So far read in two independent secondary sources only.", "C": "So far read in one secondary source only.",
        "D": "So far confirmed by no source.", "unknown": "a document whose number is not known", "unread": "Not read: {0}.",
        "note": "Note: {0}.", "question": "Needed: a text, or an answer of the authority, on the question: {0}",
        "head": ("Standard", "Section", "Name", "Value", "Ground", "Grade", "What would confirm it"), "none": "No figures.",
    },
}  # fmt: skip


@frozen
class Figure(Frozen):
    """One figure or rule with its ground.

    ``standard`` is the exact id of a standard (``vn-2022@1.4``) or the file that holds the figure
    (``vn/prices/cpi.yaml``); ``section`` is one of ``SECTIONS``; ``name`` its place in there. ``value`` is
    written as no language writes it (``1500000``, ``9.88``, ``365/12``; of a rule its text) in ``unit``.
    ``cite`` is None for an interpretation, which has ``grounds`` in place of it. ``inherited`` names the
    standard that it was taken over from, ``sought`` what was looked for and not read about it.
    """

    standard: str
    section: str
    name: str
    labels: Text
    value: str
    unit: str
    cite: Cite | None
    grade: str
    grounds: Text = field(factory=dict)
    inherited: str = ""
    sought: tuple[Text, ...] = ()

    def __hash__(self) -> int:
        return hash((self.standard, self.section, self.name))

    @property
    def note(self) -> Text:
        """What the data say about how it was read, in each language; empty where they say nothing."""
        return self.grounds or (self.cite.note if self.cite is not None else {})

    def confirmed_by(self, lang: str = "vi", *, note: bool = True) -> str:
        """What would confirm it, in words; ``note`` adds the note of the data.

        Raises ``ValueError`` for another language than vi and en.

        >>> [f.confirmed_by("en") for f in figures("vn-2027") if f.section == "lines"][0]
        'To be read: the text of Decree 351/2025/NĐ-CP (issued 2025-12-30). Its article is needed too. So far read in two independent secondary sources only. Not read: an average class in Decree 351/2025/NĐ-CP; the annex of deprivation thresholds of Decree 351/2025/NĐ-CP.'
        """
        if lang not in LANGUAGES:
            raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
        words = WORDS[lang]
        said = self.note.get(lang, "").strip().rstrip(".") if note else ""
        noted = f" {_said(words['note'], said)}" if said else ""
        if self.grade == "A":
            return str(words["read"])
        if self.cite is None:
            return _said(words["question"], self.labels[lang].rstrip(".")) + noted
        source = self.cite.source
        if source.key == UNKNOWN:
            parts = [_said(words["find"], words["unknown"])]
        elif not source.number:
            parts = [_said(words["instead"], self.cite.label(lang))]
        elif self.grade == "D":
            parts = [_said(words["find"], self._document(lang))]
        else:
            parts = [_said(words["text"], self._document(lang))]
        if source.number and not self.cite.at and self.section not in DATA:
            parts.append(str(words["place"]))
        parts.append(str(words[self.grade]))
        if self.sought:
            parts.append(_said(words["unread"], "; ".join(t[lang] for t in self.sought)))
        return " ".join(parts) + noted

    def _document(self, lang: str) -> str:
        assert self.cite is not None
        issued = self.cite.source.issued
        label = self.cite.label(lang)
        return label if issued is None else _said(WORDS[lang]["issued"], label, day_text(issued, lang))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, every text in both languages."""
        return {
            "standard": self.standard, "section": self.section, "name": self.name, "label": dict(self.labels),
            "value": self.value, "unit": self.unit or None, "cite": cite_data(self.cite), "grade": self.grade,
            "grounds": dict(self.grounds) or None, "inherited": self.inherited or None,
            "confirmed_by": {lang: self.confirmed_by(lang) for lang in LANGUAGES},
        }  # fmt: skip


def _said(pattern: Any, *parts: Any) -> str:
    return str(pattern).format(*parts)


def digits(value: Number) -> str:
    """A number as no language writes it: ``1500000``, a decimal that ends in digits, else a fraction.

    >>> digits(1_500_000), digits(Fraction("2.15")), digits(Fraction(1, 3))
    ('1500000', '2.15', '1/3')
    """
    number = Fraction(value)
    below = number.denominator
    twos, fives = 0, 0
    while below % 2 == 0:
        below, twos = below // 2, twos + 1
    while below % 5 == 0:
        below, fives = below // 5, fives + 1
    places = max(twos, fives)
    if below != 1:
        return f"{number.numerator}/{number.denominator}"
    sign, whole = "-" * (number < 0), str(abs(number.numerator) * 10**places // number.denominator).zfill(places + 1)
    return sign + (f"{whole[:-places]}.{whole[-places:]}" if places else whole)


# --- of a standard ---------------------------------------------------------------------------------


def figures(subject: Standard | str | None = None) -> tuple[Figure, ...]:
    """Every figure of a standard (or the id or file of one), or of a jurisdiction; None takes everything shipped.

    A standard has what it took over from another one too, marked ``inherited``. A jurisdiction has
    each figure once, where it was written, in every version of its standards, then the data that are
    of no standard: published results, prices, the forms of the review. Raises :class:`NoStandard`
    with the nearest names.

    >>> [(f.name, f.value, f.unit, f.grade) for f in figures("vn-2022") if f.section == "lines"][:2]
    [('poverty_line.rural', '1500000', 'VND/person/month', 'A'), ('poverty_line.urban', '2000000', 'VND/person/month', 'A')]
    """
    if isinstance(subject, Standard):
        return _of_standard(subject)
    known = shipped()
    if subject is None or subject in known.jurisdictions():
        everything = [
            f for entity in known.entities() for s in known.versions(subject, entity) for f in _of_standard(s)
            if not f.inherited
        ]  # fmt: skip
        return (*everything, *(f for f in _of_data() if subject is None or f.standard.startswith(f"{subject}/")))
    try:
        return _of_standard(find_standard(subject))
    except NoStandard:
        names = [*known.jurisdictions(), *known.shelf]
        raise NoStandard(f"there is no standard or jurisdiction {subject!r}; {nearest(subject, names, SEE)}") from None


def _of_standard(std: Standard) -> tuple[Figure, ...]:
    if "figures" not in std.memo:
        made = tuple(evolve(f, sought=_sought(std, f)) for f in _listed(std))
        if std.extends:
            parent = _of_standard(shipped().standard(std.extends))
            before = {_same(f): f.inherited or f.standard for f in parent}
            made = tuple(evolve(f, inherited=before.get(_same(f), "")) for f in made)
        std.memo["figures"] = made
    found: tuple[Figure, ...] = std.memo["figures"]
    return found


def _same(figure: Figure) -> Figure:
    """What makes it the same figure in another standard."""
    return evolve(figure, standard="", inherited="", sought=())


def _listed(std: Standard) -> Iterator[Figure]:
    def made(section: str, name: str, labels: Text, value: str, cite: Cite, unit: str = "") -> Figure:
        return Figure(std.exact_id, section, name, labels, value, unit, cite, cite.grade)

    for span in std.applies:
        days = f"{span.start.isoformat()}/{span.end.isoformat() if span.end else '..'}"
        labels = {
            "vi": f"áp dụng từ ngày {day_text(span.start, 'vi')}" + (f" đến ngày {day_text(span.end, 'vi')}" if span.end else ""),
            "en": f"covers {span.start}" + (f" to {span.end}" if span.end else " on"),
        }  # fmt: skip
        yield made("applies", span.start.isoformat(), labels, days, span.cite)
        if span.review is not None:
            review = {
                "vi": f"rà soát cuối năm trước theo chuẩn {labels['vi']}",
                "en": f"review of the autumn before, by the standard that {labels['en']}",
            }
            yield made("applies", f"{span.start.isoformat()}.review", review, days, span.review)
    for line in std.lines.values():
        for codes, value in cells(line.table):
            name = ".".join((line.name, *codes))
            yield made("lines", name, line.labels, digits(value), line.cite_of(codes), line.unit)
    for name, derived in std.values.items():
        if derived.cite is not None:
            yield made("values", name, derived.labels, derived.text, derived.cite, derived.unit)
        yield from _senses(made, "values", name, derived)
    for name, table in std.tables.items():
        count = sum(v is not None for column in table.columns for v in column)
        size = {"vi": f"bảng {name} ({count} số)", "en": f"table {name} ({count} numbers)"}
        yield made("tables", name, size, f"{count} ({', '.join(table.codes)})", table.cite, table.unit)
    for name, derived in std.indicators.items():
        if derived.cite is not None:
            yield made("indicators", name, derived.labels, derived.text, derived.cite)
        yield from _senses(made, "indicators", name, derived)
    for name, cls in std.classes.items():
        yield made("classes", name, cls.labels, cls.text, cls.cite)
        for method, cite in cls.cites:
            said = dict(cls.method_labels).get(method, cls.labels)
            yield made("classes", f"{name}.{method}", said, cls.text, cite)
    for section, marks in (("statuses", std.statuses), ("groups", std.groups)):
        for name, status in marks.items():
            yield made(section, name, status.labels, status.text, status.cite)
    for card in std.scorecards.values():
        yield from _of_card(card, made)
    for name, i in std.interpretations.items():
        yield Figure(std.exact_id, "interpretations", name, i.question, i.default, "", None, i.grade, i.grounds)


def _senses(made: Any, section: str, name: str, derived: Any) -> Iterator[Figure]:
    for interpretation, sense, cite in derived.cites:
        yield made(section, f"{name}.{interpretation}.{sense}", derived.labels, derived.text, cite)


def _of_card(card: ScoreCard, made: Any) -> Iterator[Figure]:
    """The card, its columns and items where they have a citation of their own, every row, every other sense."""
    yield made("scorecards", card.name, card.label, f"{len(card.items)} items", card.cite, card.unit)
    for column in card.columns.values():
        if column.cite is not None:
            yield made("scorecards", f"{card.name}.{column.name}", column.label, column.name, column.cite)
    for item in card.items:
        cite = item.cite or card.cite
        if item.cite is not None:
            yield made("scorecards", f"{card.name}.{item.number}", item.label, item.combine, item.cite)
        for option in item.options:
            name = f"{card.name}.{item.number}.{option.name}"
            yield made("scorecards", name, row_label(item, option), _points(option), cite, card.unit)
    for a in card.alternatives:
        name = ".".join(p for p in (card.name, a.item, a.option, a.interpretation, a.sense) if p)
        value = " ".join(f"{c}={digits(p)}" for c, p in a.points.items()) or a.combine
        yield made("scorecards", name, card.item(a.item).label, value, a.cite, card.unit)


def row_label(item: Item, option: Option) -> Text:
    """A row of a score card with the question that it answers."""
    return {lang: f"{item.label[lang]}: {option.label[lang]}" for lang in LANGUAGES}


def _points(option: Option) -> str:
    return " ".join(f"{column}={digits(p)}" for column, p in option.points.items() if p is not None)


def cells(table: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Number]]:
    """The cells of a line: the codes that lead to each, and its number."""
    if not isinstance(table, dict):
        yield path, table
        return
    for below in table.values():
        for code, inner in below.items():
            yield from cells(inner, (*path, code))


ABOUT = {"indicators": ("chỉ số",), "scorecards": ("điểm",), "tables": ("bảng",)}  # words of what was not read


def _sought(std: Standard, figure: Figure) -> tuple[Text, ...]:
    """What was not read that is about a figure: its document, its label or its section; of an unknown one else all."""
    if figure.cite is None or figure.grade == "A":
        return ()
    number = figure.cite.source.number.split("-")[0]  # 07/2021/NĐ of 07/2021/NĐ-CP: texts name documents in short
    words = (figure.labels["vi"], *ABOUT.get(figure.section, ()))
    about = tuple(
        u.what for u in std.unseen
        if any(w in u.what["vi"] for w in words)
        or (number and number in u.what["vi"] and _may_be(figure.cite.at, u.what["vi"]))
    )  # fmt: skip
    return about if about or figure.cite.source.key != UNKNOWN else tuple(u.what for u in std.unseen)


def _may_be(at: str, what: str) -> bool:
    """Whether what was not read can be that place of the document: not where both name other articles."""
    here, there = (set(re.findall(r"Điều ([0-9]+)", text)) for text in (at, what))
    return not here or not there or bool(here & there)


# --- of data that belong to no standard ---------------------------------------------------------------


@cache
def _of_data() -> tuple[Figure, ...]:
    """The figures of every other file under ``standards/``, in the order of the files."""
    root = standards_folder()
    found: list[Figure] = []
    for folder, folders, files in os.walk(root):
        folders.sort()
        parts = os.path.relpath(folder, root).split(os.sep)
        if len(parts) > 1 and parts[1] in DATA:
            for file in sorted(f for f in files if f.endswith(".yaml")):
                found += _of_file(os.path.join(folder, file), "/".join((*parts, file)), parts[1])
    return tuple(found)


def _of_file(path: str, name: str, section: str) -> Iterator[Figure]:
    with open(path, encoding="utf-8") as file:  # every number as it is printed there
        data: Any = yaml.load(file, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    listed = {**data.pop("sources", {}), **data.pop("documents", {})}
    documents = {key: _document(key, said) for key, said in listed.items()}
    for keys, node, owner in _nodes(data, (), {}):
        place = ".".join(k for k in keys if k != "cite")
        grade = node["grade"]
        if "source" in node:
            key = node["source"]
            at, words, note = node.get("at", ""), node.get("words", ""), bilingual(node.get("note"))
            cite = Cite(documents.get(key) or Instrument(key, key, {}), at, grade, words, note)
            if section == "prices":  # one citation for a series
                for year, change in data["changes"].items():
                    yield Figure(name, section, year, data["title"], change, "percent", cite, grade)
            else:
                value = next((owner[k] for k in AMOUNTS if isinstance(owner.get(k), str)), "")
                labels = _labels(owner, node, place or section)
                yield Figure(name, section, place, labels, value.replace("_", ""), "", cite, grade)
        elif "question" in node:  # some have a grade for each sense
            senses = grade.items() if isinstance(grade, dict) else [("", grade)]
            for sense, of_sense in senses:
                at = f"{place}.{sense}" if sense else place
                chosen = sense or node["default"]
                yield Figure(name, section, at, node["question"], chosen, "", None, of_sense, bilingual(node["grounds"]))
        else:
            yield _printed(name, section, data["counts"][int(keys[1])], keys[3:], node, documents)


def _printed(
    name: str, section: str, count: Any, keys: tuple[str, ...], node: Any, documents: Mapping[str, Instrument]
) -> Figure:
    """A published number: whom it counts, where and when, by which document."""
    place = ".".join((count["jurisdiction"], count["date"], count.get("standard", "other"), *keys))
    day = date.fromisoformat(count["date"])
    labels = {
        lang: f"{count['place'][lang]}, {day_text(day, lang)}: {', '.join(PRINTED[k][lang] for k in keys)}"
        for lang in LANGUAGES
    }
    cite = Cite(documents[count["document"]], "", node["grade"], "", bilingual(count.get("note")))
    unit = "household" if keys[-1] == "households" else keys[-1]
    return Figure(name, section, place, labels, node["number"].replace("_", ""), unit, cite, cite.grade)


PRINTED: Mapping[str, Text] = {
    "poor": {"vi": "hộ nghèo", "en": "poor households"},
    "near_poor": {"vi": "hộ cận nghèo", "en": "near-poor households"},
    "average": {"vi": "hộ có mức sống trung bình", "en": "households with an average living standard"},
    "households": {"vi": "số hộ", "en": "number"},
    "percent": {"vi": "tỷ lệ", "en": "per cent"},
}


def _nodes(node: Any, keys: tuple[str, ...], owner: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Everything with a grade, with the keys that lead to it and the mapping that it stands in."""
    if isinstance(node, dict):
        cited = isinstance(node.get("source"), str) or {"number", "question"} & set(node)
        if "grade" in node and cited:
            yield keys, node, owner
        for key, below in node.items():
            yield from _nodes(below, (*keys, key), node)
    elif isinstance(node, list):
        for place, below in enumerate(node):
            yield from _nodes(below, (*keys, str(place)), node if isinstance(node, dict) else {})


def _document(key: str, said: Mapping[str, Any]) -> Instrument:
    days = [date.fromisoformat(said[k]) if k in said else None for k in ("issued", "in_force")]
    return Instrument(
        key, said["number"], said["title"], days[0], days[1], said.get("grade", "A"), bilingual(said.get("note"))
    )


def _labels(owner: Mapping[str, Any], node: Mapping[str, Any], place: str) -> Text:
    for said in (node.get("label"), owner.get("label"), owner.get("title"), owner.get("text"), owner.get("rule")):
        if isinstance(said, dict) and set(said) == set(LANGUAGES):
            return said
    return dict.fromkeys(LANGUAGES, place)


# --- as text and data ---------------------------------------------------------------------------------


def of_grades(found: Iterable[Figure], grades: str = GRADES) -> tuple[Figure, ...]:
    """The figures of some grades (``"CD"``), the worst first. Raises ``ValueError`` for a letter that is no grade."""
    wrong = sorted(set(grades.upper()) - set(GRADES))
    if wrong or not grades:
        raise ValueError(f"{', '.join(wrong) or 'nothing'} is no grade; allowed: {', '.join(GRADES)}")
    kept = [f for f in found if f.grade in grades.upper()]
    return tuple(sorted(kept, key=lambda f: -GRADES.index(f.grade)))


def table(found: Iterable[Figure], lang: str = "vi") -> str:
    """Figures as text, one in a paragraph: standard, section, name, value, ground, grade, what would confirm it.

    >>> print(table(figures("vn-2001")[1:2], "en"))
    A  vn-2001@1.3  lines  poverty_line.rural.plain = 100000 VND/person/month
       Decision 1143/2000/QĐ-LĐTBXH, Article 1
       Read in the text; nothing more is needed.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
    parts = []
    for f in found:
        first = f"{f.grade}  {f.standard}  {f.section}  {f.name}"
        if f.section in ("lines", *DATA, "scorecards") and f.value:
            first += f" = {f.value} {f.unit}".rstrip()
        ground = f.cite.label(lang) if f.cite is not None else f.labels[lang]
        parts.append("\n   ".join([first, ground, f.confirmed_by(lang)]))
    return "\n".join(parts) if parts else str(WORDS[lang]["none"])


def to_dict(found: Iterable[Figure]) -> dict[str, Any]:
    """JSON-ready: the figures with the version of the data and a count by grade."""
    listed = tuple(found)
    return {
        "schema": SCHEMA, "data_version": data_version(),
        "counts": {grade: sum(f.grade == grade for f in listed) for grade in GRADES},
        "figures": [f.to_dict() for f in listed],
    }  # fmt: skip


__all__ = [
    "SECTIONS",
    "Figure",
    "cells",
    "digits",
    "figures",
    "of_grades",
    "table",
    "to_dict",
]
