"""``cn.audit``: what the rules leave open, decide twice or can never say, with a household for each.

Complete, not sampled: of a standard its classes, indicators and interpretations, of a jurisdiction
its days, citations and grades.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from .answering import Standard
from .audit_classes import (
    class_findings,
    decision_tables,
    mark_findings,
    method_findings,
    sense_findings,
    unsettled_findings,
)
from .audit_indicators import indicator_findings
from .audit_scorecards import card_tables, only_scored, scorecard_findings
from .catalogue import SEE, Catalogue, shipped
from .errors import NoStandard, nearest
from .explaining import day_text
from .findings import SEVERITIES, Finding, Report
from .model import Cite, Span, Text


def audit(subject: Standard | str, *, catalogue: Catalogue | None = None) -> Report:
    """Audit a standard (or the id of one), or the catalogue of a jurisdiction: ``audit("vn")``.

    Of a standard, under every method and every reading: households in no class or by the words in two,
    classes that never apply, households that are worse off and classed less poor; indicators that
    never or always hold, that a form leaves unknown, rows of tables that are missing or never
    reached; for every interpretation a household on which its senses differ. Of a jurisdiction: days
    without a standard or with two, documents issued after the day they ground, figures below grade B.

    Each finding has a witness, the smallest household that shows it, as :meth:`Standard.assess`
    confirms. Raises :class:`NoStandard` for an unknown id or jurisdiction.

    >>> import chuanngheo as cn
    >>> report = cn.audit("vn-2011@1")
    >>> hole = report.of("hole")[0]
    >>> hole.readings, hole.witness, hole.closed_by
    ({'near-poor-gap': 'literal'}, {'area': 'rural', 'income_per_person': 400001}, ('near-poor-gap', 'continuous'))
    """
    known = catalogue if catalogue is not None else shipped()
    if isinstance(subject, Standard):
        return _audited(subject)
    if subject in known.jurisdictions():
        return _of_jurisdiction(known, subject)
    try:
        return _audited(known.standard(subject))
    except NoStandard:
        names = [*known.jurisdictions(), *known.shelf]
        raise NoStandard(f"there is no standard or jurisdiction {subject!r}; {nearest(subject, names, SEE)}") from None


def _audited(std: Standard) -> Report:
    if "audit" not in std.memo:
        checks = (
            class_findings,
            unsettled_findings,
            method_findings,
            mark_findings,
            indicator_findings,
            sense_findings,
            scorecard_findings,
        )
        found = [finding for check in checks for finding in check(std) if not only_scored(std, finding)]
        std.memo["audit"] = Report(
            std.exact_id, std.title, _in_order(found), decision_tables(std), card_tables(std), (std.exact_id,)
        )
    report: Report = std.memo["audit"]
    return report


def _in_order(found: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda f: SEVERITIES.index(f.severity)))


# --- a jurisdiction -----------------------------------------------------------------------------------


def _of_jurisdiction(known: Catalogue, jurisdiction: str) -> Report:
    found: list[Finding] = []
    for entity in known.entities():
        standards = known.versions(jurisdiction, entity)
        if standards:
            found += [*_days(known, jurisdiction, entity), *(f for s in standards for f in (*_issued(s), *_grades(s)))]
    titles = {"vi": f"các chuẩn của {jurisdiction}", "en": f"the standards of {jurisdiction}"}
    held = tuple(s.exact_id for s in known.versions(jurisdiction, None))
    return Report(jurisdiction, titles, _in_order(found), standards=held)


def _days(known: Catalogue, jurisdiction: str, entity: str) -> Iterator[Finding]:
    spans = sorted(known.spans(jurisdiction, entity), key=lambda x: (x[1].start, x[0].version))
    covered: date | None = spans[0][1].start - timedelta(1)
    for std, span in spans:
        if covered is not None and span.start > covered + timedelta(1):
            first, gap = covered + timedelta(1), span.start - timedelta(1)
            yield Finding(
                "days_left_out", "warning", (entity, std.exact_id),
                {"vi": f"từ {first:%d/%m/%Y} đến {gap:%d/%m/%Y} ({entity})", "en": f"{first} to {gap} ({entity})"},
                on=first, cites=(span.cite,),
            )  # fmt: skip
        covered = None if span.end is None or covered is None else max(covered, span.end)
    for i, (std, span) in enumerate(spans):
        for other, later in spans[i + 1 :]:
            first = max(span.start, later.start)
            last = min((x for x in (span.end, later.end) if x is not None), default=None)
            if last is not None and last < first:
                continue
            winner = max(((std, span), (other, later)), key=lambda p: (p[1].known_from, p[0].version))[0]
            until = {"vi": f"đến {last:%d/%m/%Y}" if last else "trở đi", "en": f"to {last}" if last else "on"}
            yield Finding(
                "days_doubled", "note", (entity, std.exact_id, other.exact_id),
                {"vi": f"từ {first:%d/%m/%Y} {until['vi']}: {std.exact_id} và {other.exact_id}; văn bản sau được lấy: {winner.exact_id}",
                 "en": f"{first} {until['en']}: {std.exact_id} and {other.exact_id}; the later text is taken: {winner.exact_id}"},
                on=first, answers=(winner.exact_id,), cites=(span.cite, later.cite),
            )  # fmt: skip


def cited(std: Standard) -> Iterator[tuple[str, Text, Cite, date | None]]:
    """Everything of a standard that rests on a citation: name, labels, citation, the day it grounds."""
    first = std.applies[0].start if std.applies else None
    for span in std.applies:
        days = {"vi": _span_text(span, "vi"), "en": _span_text(span, "en")}
        yield "applies", days, span.cite, span.start
    for name, line in std.lines.items():
        yield name, line.labels, line.cite, first
        for codes, cite in line.cites:
            yield f"{name}.{'.'.join(codes)}", line.labels, cite, first
    for name, table in std.tables.items():
        yield name, {"vi": name, "en": name}, table.cite, first
    for name, derived in (*std.values.items(), *std.indicators.items()):
        if derived.cite is not None:
            yield name, derived.labels, derived.cite, first
        for interpretation, sense, cite in derived.cites:
            yield f"{name} ({interpretation} = {sense})", derived.labels, cite, first
    for name, cls in std.classes.items():
        yield name, cls.labels, cls.cite, first
        for method, cite in cls.cites:
            yield f"{name} ({method})", cls.labels, cite, first
    for name, status in std.marks.items():
        yield name, status.labels, status.cite, status.start


def _span_text(span: Span, lang: str) -> str:
    ends = [day_text(d, lang) for d in (span.start, span.end) if d is not None]
    return {"vi": "áp dụng ", "en": "covers "}[lang] + " – ".join(ends)


def _issued(std: Standard) -> Iterator[Finding]:
    """Documents issued after the first day that they ground."""
    late: dict[tuple[str, date], list[tuple[str, Cite]]] = {}
    for name, _, cite, day in cited(std):
        if day is not None and cite.source.issued is not None and cite.source.issued > day:
            late.setdefault((cite.source.key, day), []).append((name, cite))
    for (_, day), items in late.items():
        source = items[0][1].source
        names = ", ".join(dict.fromkeys(n for n, _ in items))
        yield Finding(
            "issued_after", "note", (std.exact_id, *dict.fromkeys(n for n, _ in items)),
            {"vi": f"{std.exact_id}: {source.title['vi']} ban hành {source.issued:%d/%m/%Y}, sau ngày {day:%d/%m/%Y} mà nó làm căn cứ ({names})",
             "en": f"{std.exact_id}: {source.title['en']} was issued on {source.issued}, after {day} which it grounds ({names})"},
            on=day, cites=(items[0][1],),
        )  # fmt: skip


def _grades(std: Standard) -> Iterator[Finding]:
    for name, labels, cite, _ in cited(std):
        if cite.grade in "CD":
            note = {lang: f" ({text})" for lang, text in cite.note.items()}
            yield Finding(
                "grade", "note", (std.exact_id, name),
                {lang: f"{std.exact_id} {name}: {labels[lang]}, {cite.grade}{note.get(lang, '')}" for lang in ("vi", "en")},
                cites=(cite,),
            )  # fmt: skip


__all__ = ["audit", "cited"]
