"""What an audit says: findings with a household that shows each, and the rules as a table.

A finding is a value: what kind it is, how grave, in words, on which smallest household, by which
clauses, and which interpretation closes it. The report prints, turns into JSON and shows itself as
HTML in a notebook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from html import escape
from typing import Any

from .case import Key
from .domains import Domain, Interval
from .explaining import cite_text, number_text, unit_text, value_text
from .household import household_names, person_names
from .inequalities import LINE, is_line
from .model import LANGUAGES, Cite, Fact, RuleSet, Text
from .regions import Bounds
from .values import Frozen, field, frozen
from .version import CODE_VERSION, data_version, provenance

SCHEMA = "chuanngheo/audit/1"
SEVERITIES = ("error", "warning", "note")

KINDS: Mapping[str, Text] = {
    "hole": {"vi": "chỗ trống", "en": "hole"},
    "overlap": {"vi": "chồng lấn", "en": "overlap"},
    "never": {"vi": "loại không bao giờ áp dụng", "en": "class that never applies"},
    "unsettled": {"vi": "chưa xác định vì văn bản chưa tìm thấy", "en": "left open by a text that was not found"},
    "order": {"vi": "khó khăn hơn nhưng xếp loại tốt hơn", "en": "worse off, and classed less poor"},
    "two_senses": {"vi": "lời văn có hai nghĩa", "en": "words with two senses"},
    "idle": {"vi": "cách hiểu không có tác dụng", "en": "interpretation without effect"},
    "never_deprived": {"vi": "không bao giờ thiếu hụt", "en": "never deprived"},
    "always_deprived": {"vi": "luôn luôn thiếu hụt", "en": "always deprived"},
    "methods": {"vi": "hai phương pháp cho kết quả khác nhau", "en": "two methods can disagree"},
    "beside": {"vi": "đối tượng trùng với loại hộ", "en": "mark that stands beside a class"},
    "form": {"vi": "biểu mẫu không hỏi", "en": "not asked by the form"},
    "input": {"vi": "chỉ số chỉ nhận số liệu cho sẵn", "en": "indicator taken as given"},
    "row_unreached": {"vi": "dòng của bảng không bao giờ dùng", "en": "row of a table never reached"},
    "row_missing": {"vi": "bảng thiếu dòng", "en": "row missing in a table"},
    "between_rows": {"vi": "giữa hai dòng của bảng", "en": "between two rows of a table"},
    "days_left_out": {"vi": "ngày không chuẩn nào áp dụng", "en": "days left out"},
    "days_doubled": {"vi": "ngày có hai chuẩn", "en": "days covered twice"},
    "issued_after": {"vi": "văn bản ban hành sau ngày mà nó làm căn cứ", "en": "document issued after the day it grounds"},
    "grade": {"vi": "dưới mức B", "en": "below grade B"},
    "unproved": {"vi": "chưa chứng minh được", "en": "not proved"},
    "band_overlap": {"vi": "hai dòng của phiếu điểm chồng nhau", "en": "rows of a score card that overlap"},
    "band_gap": {"vi": "phiếu điểm hở giữa hai dòng", "en": "gap between rows of a score card"},
    "band_unlisted": {"vi": "phiếu điểm không có dòng", "en": "values without a row on a score card"},
    "not_exclusive": {"vi": "hai dòng loại trừ nhau mà cùng đúng", "en": "exclusive rows that can hold together"},
    "option_idle": {"vi": "dòng không đổi điểm", "en": "row that changes no points"},
    "score_order": {"vi": "khá hơn nhưng ít điểm hơn", "en": "better off, and fewer points"},
    "points_disagree": {"vi": "hai mẫu ghi điểm khác nhau", "en": "points that two forms give differently"},
    "score_range": {"vi": "tổng điểm có thể có", "en": "sums that can come out"},
    "cut_off_unreached": {"vi": "mức điểm không thể đạt", "en": "cut-off that no sum reaches"},
    "cut_off_always": {"vi": "mức điểm luôn đạt", "en": "cut-off that every sum reaches"},
}  # fmt: skip
WORDS = {
    "vi": {
        "title": "Kiểm tra", "none": "Không có phát hiện.", "witness": "Ví dụ", "on": "ngày", "by": "Căn cứ",
        "closed": "Đóng lại bằng cách hiểu", "readings": "theo cách hiểu", "error": "lỗi", "warning": "cảnh báo",
        "note": "ghi chú", "class": "Loại", "rule": "Bảng quyết định", "any": "bất kỳ", "method": "phương pháp",
        "at_most": "đến", "from": "từ", "above": "trên", "below": "dưới", "and_below": "và dưới", "to_below": "đến dưới", "to": "đến", "ground": "Căn cứ", "answer": "kết quả", "or": "hoặc",
        "born": "sinh", "person": "thành viên", "defaults": "cách hiểu mặc định", "severity": "Mức độ", "what": "Nội dung",
        "card": "Phiếu điểm", "item": "Mục", "option": "Dòng",
    },
    "en": {
        "title": "Audit", "none": "No findings.", "witness": "Example", "on": "on", "by": "Ground",
        "closed": "Closed by the interpretation", "readings": "read as", "error": "error", "warning": "warning",
        "note": "note", "class": "Class", "rule": "Decision table", "any": "any", "method": "method",
        "at_most": "up to", "from": "from", "above": "above", "below": "below", "and_below": "and below", "to_below": "to below", "to": "to", "ground": "Ground", "answer": "answer", "or": "or",
        "born": "born", "person": "member", "defaults": "default readings", "severity": "Severity", "what": "Finding",
        "card": "Score card", "item": "Item", "option": "Row",
    },
}  # fmt: skip


@frozen
class Finding(Frozen):
    """One thing that an audit found.

    ``about`` names the classes, indicator, table or standards concerned; ``readings`` are the senses,
    other than the defaults, under which it holds; ``witness`` is the smallest household that shows it
    and ``answers`` what :meth:`Standard.assess` says of it; ``other`` is the second household where it
    takes two. ``closed_by`` names the interpretation that decides the matter, with its default sense.
    ``str()`` gives the English text; ``cites`` are the places of the law it is about.

    >>> import chuanngheo as cn
    >>> finding = cn.audit("vn-2011@1").of("hole")[0]
    >>> finding.severity, finding.method, finding.witness
    ('note', 'criteria', {'area': 'rural', 'income_per_person': 400001})
    """

    kind: str
    severity: str
    about: tuple[str, ...]
    texts: Text
    method: str = ""
    readings: Mapping[str, str] = field(factory=dict)
    witness: Mapping[str, Any] | None = None
    other: Mapping[str, Any] | None = None
    on: date | None = None
    answers: tuple[str, ...] = ()
    cites: tuple[Cite, ...] = ()
    closed_by: tuple[str, str] | None = None

    def __hash__(self) -> int:
        return hash((self.kind, self.about, self.method, self.on, self.answers))

    def text(self, lang: str = "vi") -> str:
        """The finding with its witness and grounds, in ``vi`` or ``en``."""
        words = WORDS[lang]
        lines = [f"[{words[self.severity]}] {KINDS[self.kind][lang]}: {self.texts[lang]}"]
        if self.readings:
            lines.append(f"    {words['readings']} {', '.join(f'{k} = {v}' for k, v in self.readings.items())}")
        if self.witness is not None:
            day = f" {words['on']} {self.on}" if self.on is not None else ""
            said = f" -> {', '.join(self.answers)}" if self.answers else ""
            shown = " / ".join(household_text(w) for w in (self.witness, self.other) if w is not None)
            lines.append(f"    {words['witness']}{day}: {shown}{said}")
        lines += [f"    {words['by']}: {cite_text(c, lang)}" for c in self.cites]
        if self.closed_by is not None:
            lines.append(f"    {words['closed']} {self.closed_by[0]} = {self.closed_by[1]}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text("en")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; a part of ``chuanngheo/audit/1``."""
        return {
            "kind": self.kind, "severity": self.severity, "about": list(self.about), "texts": dict(self.texts),
            "method": self.method or None, "readings": dict(self.readings), "witness": plain(self.witness),
            "other": plain(self.other), "on": None if self.on is None else self.on.isoformat(), "answers": list(self.answers),
            "cites": [{"number": c.source.number, "at": c.at, "words": c.words, "grade": c.grade} for c in self.cites],
            "closed_by": None if self.closed_by is None else dict(zip(("interpretation", "reading"), self.closed_by, strict=True)),
        }  # fmt: skip


@frozen
class DecisionTable(Frozen):
    """The classes of one method as rows of conditions; ``rows`` are (texts by column, class, ground).

    >>> import chuanngheo as cn
    >>> print(cn.audit("vn-2006").tables[0].text("en").splitlines()[0].split("  ")[0])
    area
    """

    method: str
    labels: Text
    columns: tuple[tuple[str, Text], ...]
    rows: tuple[tuple[tuple[Text, ...], Text, Cite | None], ...]

    def __hash__(self) -> int:
        return hash((self.method, len(self.rows)))

    def text(self, lang: str = "vi") -> str:
        """The table in columns of plain text, in ``vi`` or ``en``."""
        head, body = self.cells(lang)
        widths = [max(len(r[i]) for r in [head, *body]) for i in range(len(head))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in [head, *body]]
        return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]])

    def cells(self, lang: str) -> tuple[list[str], list[list[str]]]:
        """The heads of the columns, and the rows, as text."""
        words = WORDS[lang]
        head = [labels[lang] for _, labels in self.columns] + [words["class"], words["ground"]]
        body = [
            [*(c[lang] for c in conditions), name[lang], "" if cite is None else f"{cite.label(lang)} ({cite.grade})"]
            for conditions, name, cite in self.rows
        ]
        return head, body

    def __str__(self) -> str:
        return self.text("en")


@frozen
class CardTable(Frozen):
    """A score card as rows: number and label of the item, what its rows do together, row, points by column."""

    name: str
    labels: Text
    columns: tuple[tuple[str, Text], ...]
    rows: tuple[tuple[str, Text, Text, Text, tuple[str, ...]], ...]

    def text(self, lang: str = "vi") -> str:
        """The columns by their short names, each item under a line of its own."""
        widths = [max(len(name), *(len(r[4][i]) for r in self.rows)) for i, (name, _) in enumerate(self.columns)]
        row = max(len(r[3][lang]) for r in self.rows) + 2
        lines = [" " * row + "".join(f"  {n:>{w}}" for (n, _), w in zip(self.columns, widths, strict=True))]
        number = ""
        for item, label, combined, option, points in self.rows:
            if item != number:
                lines.append(f"{item}. {label[lang]} ({combined[lang]})")
                number = item
            cells = "".join(f"  {p:>{w}}" for p, w in zip(points, widths, strict=True))
            lines.append(f"  {option[lang]:<{row - 2}}{cells}".rstrip())
        return "\n".join(lines)

    def cells(self, lang: str) -> tuple[list[str], list[list[str]]]:
        """The heads of the columns, and the rows, as text."""
        words = WORDS[lang]
        head = [words["item"], words["option"], *(label[lang] for _, label in self.columns)]
        return head, [[f"{item}. {label[lang]}", option[lang], *p] for item, label, _, option, p in self.rows]

    def __str__(self) -> str:
        return self.text("en")


@frozen
class Report(Frozen):
    """What an audit found of one standard, or of a catalogue; ``str()`` gives the English text.

    ``findings`` are in order of gravity. ``tables`` hold the rules of each method as rows, ``cards`` the score cards.

    >>> import chuanngheo as cn
    >>> report = cn.audit("vn-2022")
    >>> report.subject, len(report.errors), [t.method for t in report.tables][0]
    ('vn-2022@1.4', 0, 'criteria')
    """

    subject: str
    titles: Text
    findings: tuple[Finding, ...]
    tables: tuple[DecisionTable, ...] = ()
    cards: tuple[CardTable, ...] = ()
    standards: tuple[str, ...] = ()  # the exact ids of what was audited

    @property
    def provenance(self) -> dict[str, Any]:
        """What was audited, and by what: ``standards`` (exact ids), ``code_version``, ``data_version``; JSON-ready."""
        return provenance(*self.standards)

    def __hash__(self) -> int:
        return hash((self.subject, self.findings))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What is wrong with the rules as they answer by default."""
        return tuple(f for f in self.findings if f.severity == "error")

    def of(self, *kinds: str) -> tuple[Finding, ...]:
        """The findings of some kinds."""
        return tuple(f for f in self.findings if f.kind in kinds)

    def text(self, lang: str = "vi") -> str:
        """The tables, the score cards and the findings, in ``vi`` or ``en``."""
        words = WORDS[lang]
        counts = ", ".join(f"{sum(f.severity == s for f in self.findings)} {words[s]}" for s in SEVERITIES)
        lines = [f"{words['title']} {self.subject}: {self.titles[lang]} ({counts})"]
        for table in self.tables:
            lines += ["", f"{words['rule']}, {words['method']} {table.method} ({words['defaults']})", table.text(lang)]
        for card in self.cards:
            lines += ["", f"{words['card']} {card.name}: {card.labels[lang]}", card.text(lang)]
        lines += ["", *(f.text(lang) for f in self.findings)] if self.findings else ["", words["none"]]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text("en")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; its schema is ``chuanngheo/audit/1``."""
        return {
            "schema": SCHEMA, "subject": self.subject, "titles": dict(self.titles), **self.provenance,
            "findings": [f.to_dict() for f in self.findings],
            "tables": [
                {"method": t.method, "columns": [name for name, _ in t.columns],
                 "rows": [{"conditions": [dict(c) for c in conditions], "class": dict(name),
                           "cite": None if cite is None else {"number": cite.source.number, "at": cite.at, "grade": cite.grade}}
                          for conditions, name, cite in t.rows]}
                for t in self.tables
            ],
            "cards": [
                {"card": c.name, "columns": [name for name, _ in c.columns],
                 "rows": [{"item": number, "option": dict(option), "points": list(points)} for number, _, _, option, points in c.rows]}
                for c in self.cards
            ],
        }  # fmt: skip

    def to_html(self, lang: str = "vi") -> str:
        """A fragment of HTML: the tables of rules, then the findings."""
        words = WORDS[lang]
        parts = [f"<h3>{escape(words['title'])} {escape(self.subject)}</h3><p>{escape(self.titles[lang])}</p>"]
        for table in self.tables:
            head, body = table.cells(lang)
            parts.append(f"<h4>{escape(words['rule'])}: {escape(table.labels[lang])}</h4>" + _html_table(head, body))
        for card in self.cards:
            head, body = card.cells(lang)
            parts.append(f"<h4>{escape(words['card'])}: {escape(card.labels[lang])}</h4>" + _html_table(head, body))
        rows = []
        for f in self.findings:
            first, *rest = f.text(lang).split("\n")
            what = escape(first.split("] ", 1)[1]) + "".join(f"<br><small>{escape(r.strip())}</small>" for r in rest)
            rows.append(f"<tr><td>{escape(words[f.severity])}</td><td style='text-align:left'>{what}</td></tr>")
        if rows:
            head_row = (
                f"<tr><th>{escape(words['severity'])}</th><th style='text-align:left'>{escape(words['what'])}</th></tr>"
            )
            parts.append(f"<table>{head_row}{''.join(rows)}</table>")
        else:
            parts.append(f"<p>{escape(words['none'])}</p>")
        made = "; ".join([", ".join(self.standards), f"chuanngheo {CODE_VERSION}", f"data {data_version()}"])
        parts.append(f"<p><small>{escape(made)}</small></p>")
        return f'<div lang="{lang}">{"".join(parts)}</div>'

    def _repr_html_(self) -> str:
        return self.to_html()


def _html_table(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    top = "".join(f"<th style='text-align:left'>{escape(h)}</th>" for h in head)
    rows = "".join("<tr>" + "".join(f"<td style='text-align:left'>{escape(c)}</td>" for c in r) + "</tr>" for r in body)
    return f"<table><tr>{top}</tr>{rows}</table>"


# --- words for regions --------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A household as JSON has it; fractions as text, so that nothing is rounded."""
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Fraction) else value


def household_text(household: Mapping[str, Any]) -> str:
    """``{"area": "rural", "income_per_person": 400001}``: what a caller would write."""
    import json

    return json.dumps(plain(household), ensure_ascii=False)


def bounds_text(rules: RuleSet, bounds: Bounds, lang: str) -> str:
    """A region in words: ``area rural, income a person above 400,000 and below 401,000 đồng/person/month``."""
    parts = []
    for key, domain in bounds.items():
        fact = fact_of(rules, key)
        if fact is not None:
            who = f" ({WORDS[lang]['person']} {key[0] + 1})" if isinstance(key, tuple) else ""
            text = domain_text(domain, fact, lang)
            parts += [f"{fact.labels[lang]}{who} {text}"] if text else []
        elif is_line(key):
            parts.append(f"{line_labels(rules, key)[lang]} {domain_text(domain, Fact(LINE, 'number', {}), lang)}")
    return "; ".join(parts)


def line_labels(rules: RuleSet, key: Key) -> Text:
    """A number that a rule makes of several facts: ``share of the poor - 4 * national rate``."""
    found = {}
    for lang in LANGUAGES:
        parts = []
        for name, number in key[1]:
            fact = fact_of(rules, name)
            label = fact.labels[lang] if fact is not None else str(name)
            size = "" if abs(number) == 1 else f"{number_text(_number(abs(number)), lang)} × "
            parts.append(("- " if number < 0 else "+ ") + size + label)
        found[lang] = " ".join(parts).removeprefix("+ ")
    return found


def fact_of(rules: RuleSet, key: Key) -> Fact | None:
    if isinstance(key, str):
        return household_names(rules).get(key)
    return person_names(rules).get(key[1]) if isinstance(key[0], int) else None


def domain_text(domain: Domain, fact: Fact, lang: str) -> str:
    if not isinstance(domain, Interval):
        order = list(fact.codes) if fact.kind == "code" else [False, True]
        return f" {WORDS[lang]['or']} ".join(value_text(v, fact, lang) for v in order if v in domain)
    if fact.kind == "date":
        ends = [value_text(int(d), fact, lang) if d is not None else "" for d in (domain.low, domain.high)]
        return f"{WORDS[lang]['born']} {'–'.join(ends)}"
    return " ".join([*_ends(domain, fact, lang), unit_text(fact.unit, lang)]).strip()


def _ends(span: Interval, fact: Fact, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    if span.single:
        yield number_text(_number(span.low), lang)
        return
    low = span.low is not None and (span.low, span.low_open) != (fact.least, False)
    high = span.high is not None and (span.high, span.high_open) != (fact.most, False)
    if low:
        yield f"{words['above' if span.low_open else 'from']} {number_text(_number(span.low), lang)}"
    if high:
        joined = ("and_below" if span.low_open else "to_below") if low and span.high_open else "to" if low else ""
        yield f"{words[joined or ('below' if span.high_open else 'at_most')]} {number_text(_number(span.high), lang)}"


def _number(value: Any) -> Any:
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def check_language(lang: str) -> None:
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
