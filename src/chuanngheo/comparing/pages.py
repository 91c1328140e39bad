"""A comparison as a page of HTML and as JSON-ready data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

from ..answering import Standard
from ..explaining import cite_data, plain
from ..model import LANGUAGES, Span, Unseen
from ..version import CODE_VERSION, data_version
from .differences import Comparison, Days, Graded, Shared
from .lines import Figure, LineChange
from .published import Count, Printed
from .rules import ClassChange, IndicatorChange, Wording
from .wording import Cell, Section, citation, index_text, sections, title
from .words import WORDS

SCHEMA = "chuanngheo/comparison/1"

STYLE = """
.cn-compare{font:1rem/1.5 system-ui,"Noto Sans",sans-serif;color:#1a1a1a;background:#fff;max-width:76rem;margin:0 auto;padding:1rem}
.cn-compare h1{font-size:1.5rem;line-height:1.25}.cn-compare h2{font-size:1.15rem;margin:2rem 0 .5rem}
.cn-compare p{margin:.35rem 0;max-width:60rem}
.cn-compare .wide{overflow-x:auto}
.cn-compare table{border-collapse:collapse;width:100%;font-size:.9rem}
.cn-compare caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.cn-compare th,.cn-compare td{border:1px solid #8a8a8a;padding:.35rem .5rem;vertical-align:top;text-align:left;overflow-wrap:anywhere}
.cn-compare th,.cn-compare td{min-width:8rem}.cn-compare td{min-width:11rem}
.cn-compare thead th{background:#eef1f4}.cn-compare tbody th{font-weight:600;min-width:11rem}.cn-compare tbody th div+div{font-weight:400}
.cn-compare td div+div,.cn-compare th div+div{margin-top:.25rem}
.cn-compare q{font-style:italic}.cn-compare code{font-size:.85em;background:#f4f4f4}
.cn-compare .what-if{border:2px solid #8a1c00;color:#8a1c00;padding:.4rem .6rem;font-weight:600}
.cn-compare .cite{border-left:4px solid #5b6770;padding:.3rem .7rem;user-select:all}
@media print{.cn-compare{max-width:none;padding:0}.cn-compare tr{break-inside:avoid}}
""".strip()


# --- HTML -----------------------------------------------------------------------------------------------


def to_html(c: Comparison, lang: str, *, page: bool) -> str:
    """Headings, paragraphs and tables with their real heads; everything escaped, nothing fetched."""
    parts = sections(c, lang)
    head = escape(title(c, lang))
    mark = f'<p class="what-if" role="note">{escape(title(c, lang).split(":", 1)[0])}</p>' if c.hypothetical else ""
    body = "".join(_section(s) for s in parts)
    cite = (f"<section><h2>{escape(WORDS[lang]['cite'].rstrip(':'))}</h2>"
            f'<p class="cite">{escape(citation(c, lang, date.today()))}</p></section>')  # fmt: skip
    main = f'<{"main" if page else "div"} class="cn-compare" lang="{lang}"><h1>{head}</h1>{mark}{body}{cite}</{"main" if page else "div"}>'
    if not page:
        return f"<style>{STYLE}</style>{main}"
    return (f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{head}</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
            f"<body>{main}</body></html>")  # fmt: skip


def _section(s: Section) -> str:
    intro = "".join(f"<p>{escape(t)}</p>" for t in s.intro)
    return f'<section class="{s.key}"><h2>{escape(s.title)}</h2>{intro}{_table(s) if s.rows else ""}</section>'


def _table(s: Section) -> str:
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in s.head)
    rows = "".join(
        "<tr>" + f'<th scope="row">{_cell(r[0])}</th>' + "".join(f"<td>{_cell(x)}</td>" for x in r[1:]) + "</tr>"
        for r in s.rows
    )
    name = escape(s.title, quote=True)
    return (f'<div class="wide" role="region" aria-label="{name}" tabindex="0"><table><caption>{escape(s.title)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")  # fmt: skip


_TAGS: Mapping[str, tuple[str, str]] = {
    "quote": ('<q lang="vi">', "</q>"),
    "rule": ("<code>", "</code>"),
    "amount": ("<strong>", "</strong>"),
    "": ("", ""),
}


def _cell(cell: Cell) -> str:
    shown = [f"{_TAGS[p.kind][0]}{escape(p.text)}{_TAGS[p.kind][1]}" for p in cell]
    return shown[0] if len(shown) == 1 else "".join(f"<div>{t}</div>" for t in shown)


# --- data -----------------------------------------------------------------------------------------------


def to_dict(c: Comparison) -> dict[str, Any]:
    """Whole numbers as numbers, fractions as text, days as yyyy-mm-dd."""
    return {
        "schema": SCHEMA,
        "a": _standard(c.a), "b": _standard(c.b), "hypothetical": c.hypothetical, "same": c.same,
        "data_version": data_version(), "code_version": CODE_VERSION,
        "prices": {"index": None if c.prices is None else {lang: index_text(c.prices, lang) for lang in LANGUAGES},
                   "cite": cite_data(getattr(c.prices, "cite", None)), "years": list(c.years), "years_chosen": c.years_chosen, "in_year": c.in_year},
        "lines": [_line(x) for x in c.lines],
        "indicators": [_indicator(x) for x in c.indicators],
        "classes": [_class(x) for x in c.classes],
        "days": {"a": [_span(s) for s in c.days.a], "b": [_span(s) for s in c.days.b],
                 "overlaps": [_days(d) for d in c.days.overlaps], "gaps": [_days(d) for d in c.days.gaps]},
        "methods": [_shared(x) for x in c.methods], "cards": [_shared(x) for x in c.cards],
        "interpretations": [
            {"side": side, "name": i.name, "question": dict(i.question), "default": i.default,
             "sense": dict(i.readings[i.default]), "grade": i.grade}
            for side, i in c.interpretations
        ],
        "rates": {"comparable": c.rates.comparable, "a": [_count(n) for n in c.rates.a], "b": [_count(n) for n in c.rates.b],
                  "both": [[_count(n) for n in pair] for pair in c.rates.both]},
        "grades": {"a": c.grades.a, "b": c.grades.b, "figures": [_graded(f) for f in c.grades.figures]},
        "unverified": [
            {"side": u.side, "figure": None if u.figure is None else _graded(u.figure),
             "unseen": _unseen(u.unseen)}
            for u in c.unverified
        ],
        "texts": {lang: title(c, lang) for lang in LANGUAGES},
    }  # fmt: skip


def _standard(std: Standard) -> dict[str, Any]:
    return {
        "id": std.id, "version": std.version, "revision": std.revision, "exact_id": std.exact_id, "digest": std.digest,
        "jurisdiction": std.jurisdiction, "entity": std.entity, "title": dict(std.title), "hypothetical": std.hypothetical,
    }  # fmt: skip


def _unseen(u: Unseen | None) -> dict[str, Any] | None:
    return None if u is None else {"what": dict(u.what), "consequence": dict(u.consequence)}


def _figure(x: Figure | None) -> dict[str, Any] | None:
    return (
        None
        if x is None
        else {"value": plain(x.value), "unit": x.unit, "cell": dict(x.cell), "cite": cite_data(x.cite)}
    )


def _line(x: LineChange) -> dict[str, Any]:
    real = x.real and {"a": plain(x.real.a), "b": plain(x.real.b), "change": plain(x.real.change), "percent": plain(x.real.percent),
                       "years": list(x.real.years), "in_year": x.real.in_year}  # fmt: skip
    return {
        "name": x.name, "labels": dict(x.labels), "cell": dict(x.cell), "cell_labels": dict(x.cell_labels), "kind": x.kind,
        "a": _figure(x.a), "b": _figure(x.b), "change": plain(x.change), "percent": plain(x.percent), "real": real,
        "reason": x.reason, "unseen": _unseen(x.unseen), "coarser": x.coarser,
        "compared": None if x.compared is None else [[dict(t) for t in side] for side in x.compared],
    }  # fmt: skip


def _wording(x: Wording | None) -> dict[str, Any] | None:
    return None if x is None else {
        "labels": dict(x.labels), "rule": x.rule or None, "cite": cite_data(x.cite), "where": dict(x.where),
    }  # fmt: skip


def _indicator(x: IndicatorChange) -> dict[str, Any]:
    return {
        "name": x.name, "was": x.was, "labels": dict(x.labels), "kind": x.kind, "rule": x.rule, "dimensions": list(x.dimensions),
        "a": _wording(x.a), "b": _wording(x.b), "witness": plain(x.witness), "on": plain(x.on),
        "answers": None if x.answers is None else list(x.answers),
    }  # fmt: skip


def _class(x: ClassChange) -> dict[str, Any]:
    return {
        "name": x.name, "kind": x.kind, "a": _wording(x.a), "b": _wording(x.b), "within": list(x.within),
        "same_condition": x.same_condition,
        "boundaries": [{"line": b.line, "labels": dict(b.labels), "a": b.a, "b": b.b} for b in x.boundaries],
        "unseen": _unseen(x.unseen),
    }  # fmt: skip


def _span(s: Span) -> dict[str, Any]:
    return {"from": plain(s.start), "to": plain(s.end), "cite": cite_data(s.cite), "concerns": list(s.concerns)}


def _days(d: Days) -> dict[str, Any]:
    return {"from": plain(d[0]), "to": plain(d[1])}


def _shared(x: Shared) -> dict[str, Any]:
    return {"name": x.name, "labels": dict(x.labels), "a": x.a, "b": x.b, "unseen": _unseen(x.unseen)}


def _printed(p: Printed | None) -> dict[str, Any] | None:
    return None if p is None else {"number": plain(p.number), "printed": p.digits, "grade": p.grade}


def _count(n: Count) -> dict[str, Any]:
    return {
        "place": dict(n.place), "jurisdiction": n.jurisdiction, "date": plain(n.day), "standard": n.standard,
        "document": {"number": n.document.number, "title": dict(n.document.title), "issued": plain(n.document.issued),
                     "grade": n.document.grade, "note": dict(n.document.note)},
        "classes": {k: {"households": _printed(s.households), "percent": _printed(s.percent)} for k, s in n.classes.items()},
        "grade": n.grade, "note": dict(n.note),
    }  # fmt: skip


def _graded(f: Graded) -> dict[str, Any]:
    return {
        "side": f.side,
        "kind": f.kind,
        "name": f.name,
        "labels": dict(f.labels),
        "grade": f.grade,
        "cite": cite_data(f.cite),
    }


__all__ = ["SCHEMA", "to_dict", "to_html"]
