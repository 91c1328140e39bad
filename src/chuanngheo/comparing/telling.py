"""Moves and budgets in words, as a fragment of HTML and as data that JSON carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape
from itertools import product
from typing import Any

from ..explaining import cite_text, number_text, plain
from ..model import LANGUAGES
from ..values import Frozen, frozen
from ..version import CODE_VERSION, data_version
from .budget import MEASURES, PERIODS, Bounds, Budget
from .moved import Moves
from .pages import STYLE
from .tally import Part

SCHEMAS = {"moves": "chuanngheo/moves/1", "budget": "chuanngheo/budget/1"}
HYPOTHETICAL = {"vi": "GIẢ ĐỊNH, không phải pháp luật", "en": "HYPOTHETICAL, not law"}

WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "moves": "Cùng các hộ theo {a} và theo {b}", "budget": "Khoảng cách nghèo theo {a} và theo {b}",
        "rows": "{n} hộ; {data}.", "class": "Loại hộ", "from": "Theo chuẩn trước", "to": "Theo chuẩn sau", "households": "Số hộ",
        "persons": "Số người", "weighted": "Có quyền số", "share": "Tỷ lệ", "transitions": "Chuyển loại",
        "headcount": "Thay đổi số hộ: {of}", "part": "Phần do", "certain": "Chắc chắn", "possible": "Có thể",
        "start": "Chuẩn trước", "end": "Chuẩn sau", "change": "Thay đổi",
        "sum": "Các phần cộng lại đúng bằng thay đổi (giá trị Shapley).", "clauses": "Điều khoản thay đổi", "under": "chuẩn {which}: {cite}",
        "caveats": "Lưu ý", "moved_by": "Điều khoản làm hộ chuyển loại", "group": "Nhóm", "all": "tất cả", "unknown": "chưa rõ",
        "measure": "Khoản", "month": "Một tháng (đồng)", "year": "Một năm (đồng)", "to_": "đến", "least": "Tổng nhỏ nhất để mọi hộ nghèo đạt mức chuẩn; không phải chi phí.",
        "between": "Các chuẩn ở giữa hai chuẩn là giả định, chỉ dùng để tách các điều khoản.", "line": "Mức chuẩn: {line}.",
        "gap_from": "khoảng cách nghèo, chuẩn trước", "gap_to": "khoảng cách nghèo, chuẩn sau", "entering": "hộ mới thành nghèo",
        "leaving": "hộ không còn nghèo", "staying": "hộ vẫn nghèo, tăng thêm", "weights": "có quyền số", "none": "không có",
        "survey estimate": "ước lượng từ điều tra chọn mẫu", "administrative count": "số đếm hành chính",
        "unweighted sample": "mẫu không có quyền số, mỗi hộ tính một lần",
        "synthetic population": "DÂN SỐ GIẢ, không phải ước lượng",
        "methods": "Phương pháp: {a}; {b}.", "or": "hoặc", "and_more": "từ {n} trở lên", "or_less": "từ {n} trở xuống",
    },
    "en": {
        "moves": "The same households under {a} and under {b}", "budget": "The poverty gap under {a} and under {b}",
        "rows": "{n} households; {data}.", "class": "Class", "from": "Under the first", "to": "Under the second", "households": "Households",
        "persons": "Persons", "weighted": "Weighted", "share": "Share", "transitions": "Transitions between classes",
        "headcount": "Change of the headcount: {of}", "part": "Part of", "certain": "Certain", "possible": "Possible",
        "start": "Under the first", "end": "Under the second", "change": "Change",
        "sum": "The parts add up to the change exactly (Shapley values).", "clauses": "Changed clauses", "under": "under {which}: {cite}",
        "caveats": "Caveats", "moved_by": "Clauses that move households", "group": "Group", "all": "all", "unknown": "unknown",
        "measure": "Measure", "month": "A month (đồng)", "year": "A year (đồng)", "to_": "to", "least": "The least sum that lifts every poor household to its line; not a cost.",
        "between": "The standards between the two are hypothetical; they only tell the clauses apart.", "line": "Line: {line}.",
        "gap_from": "poverty gap, first standard", "gap_to": "poverty gap, second standard", "entering": "households that become poor",
        "leaving": "households no longer poor", "staying": "households that stay poor, growth", "weights": "weighted", "none": "none",
        "survey estimate": "survey estimate", "administrative count": "administrative count",
        "unweighted sample": "unweighted sample, every household counts once",
        "synthetic population": "SYNTHETIC population, no estimate",
        "methods": "Methods: {a}; {b}.", "or": "or", "and_more": "{n} or more", "or_less": "{n} or less",
    },
}  # fmt: skip


@frozen
class Section(Frozen):
    """A heading, a table if there is one, and lines below it."""

    title: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()


def _words(lang: str) -> Mapping[str, str]:
    if lang not in WORDS:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
    return WORDS[lang]


# --- moves -------------------------------------------------------------------------------------------------


def moves_text(m: Moves, lang: str) -> str:
    return _text(_heading("moves", m, lang), _of_moves(m, lang))


def moves_html(m: Moves, lang: str) -> str:
    return _html(_heading("moves", m, lang), _of_moves(m, lang), lang, m.provenance)


def _heading(kind: str, m: Moves, lang: str) -> tuple[str, str]:
    """The title, and the mark of a what-if."""
    title = _words(lang)[kind].format(a=m.a.exact_id, b=m.b.exact_id)
    return title, HYPOTHETICAL[lang] if m.hypothetical else ""


def _of_moves(m: Moves, lang: str) -> Iterator[Section]:
    words = _words(lang)
    rows = number_text(len(m.profiles.of_row), lang)
    yield Section("", lines=(words["rows"].format(n=rows, data=words[m.data]), *_methods(m, lang)))
    weights = m.design.weight is not None
    head = [*([words["group"]] if m.by else []), words["from"], words["to"], words["households"], *([words["persons"]] if m.counts_persons else []),
            *([words["weighted"]] if weights else []), words["share"]]  # fmt: skip
    totals, told = m.totals(), []
    for (group, start, end), tally in m.flows.items():
        row = [_group(m, group, lang)] if m.by else []
        row += [m.ladder.label(start, 0, lang), m.ladder.label(end, 1, lang), number_text(tally.households, lang)]
        row += [_number(tally.persons, lang)] if m.counts_persons else []
        row += [_number(tally.weighted, lang)] if weights else []
        told.append((*row, _percent(tally.weighted / totals[group].weighted if totals[group].weighted else None, lang)))
    yield Section(words["transitions"], tuple(head), tuple(told))
    often: dict[str, int] = {}
    for (_, profile), tally in m.cells.items():
        by = m.moved_by(profile)
        if by is not None:
            often[by] = often.get(by, 0) + tally.households
    yield Section(words["moved_by"], lines=tuple(f"{_ways(n, lang)}: {number_text(k, lang)}" for n, k in sorted(often.items(), key=lambda x: (-x[1], x[0]))) or (words["none"],))  # fmt: skip
    yield from _of_headcount(m, lang)
    yield _of_clauses(m, lang)
    if m.caveats:
        yield Section(words["caveats"], lines=tuple(c.text(lang) for c in m.caveats))


def _ways(moved_by: str, lang: str) -> str:
    """Sets of clauses with the word between them in a language; their names are those of the tables."""
    return f" {_words(lang)['or']} ".join(moved_by.split(" or "))


def _methods(m: Moves, lang: str) -> Iterator[str]:
    """By which methods the two answer, where one of them is not the default."""
    sides = (m.clauses.a, m.clauses.b)
    if any(s.method != s.std.default_method for s in sides):
        named = [f"{s.std.exact_id}, {s.std.methods[s.method].labels[lang]}" for s in sides]
        yield _words(lang)["methods"].format(a=named[0], b=named[1])


def _of_headcount(m: Moves, lang: str) -> Iterator[Section]:
    words = _words(lang)
    names = {c.name: c.label(lang) for c in m.clauses.clauses} | {
        "from": words["start"],
        "to": words["end"],
        "change": words["change"],
    }
    labels = ", ".join(_both(m, n, lang) for n in m.of)
    unit = "weighted" if m.design.weight is not None else "households"
    weighted = f" ({words['weights']})" if unit == "weighted" else ""
    head = [
        *([words["group"]] if m.by else []),
        words["part"],
        f"{words['certain']}{weighted}",
        f"{words['possible']}{weighted}",
        f"{words['share']} ({words['certain'].lower()})",
        f"{words['share']} ({words['possible'].lower()})",
    ]
    rows = []
    for group in range(m.opened.groups.height):
        for p in m.parts(group=group):
            row = [_group(m, group, lang)] if m.by else []
            row += [names[p.name], *(_number(x[unit], lang) for x in (p.certain, p.possible))]
            rows.append((*row, *(_percent(x["share"], lang) for x in (p.certain, p.possible))))
    yield Section(words["headcount"].format(of=labels), tuple(head), tuple(rows), (words["sum"],))


def _both(m: Moves, name: str, lang: str) -> str:
    """A class as both standards call it, where their words differ."""
    told = dict.fromkeys(m.ladder.label(name, i, lang) for i, s in enumerate((m.a, m.b)) if name in s.classes)
    return " / ".join(told) or m.ladder.label(name, 0, lang)


def _of_clauses(m: Moves, lang: str) -> Section:
    words, lines = _words(lang), []
    for c in m.clauses.clauses:
        lines.append(f"{c.name}: {c.label(lang)}")
        for std, cites in zip((m.a, m.b), c.cites, strict=True):
            told = dict.fromkeys(cite_text(x, lang) for x in cites)
            lines += [f"  {words['under'].format(which=std.exact_id, cite=x)}" for x in told]
        lines += [f"  {note[lang]}" for note in c.notes]
    return Section(words["clauses"], lines=(*(lines or [words["none"]]), words["between"]))


def moves_dict(m: Moves) -> dict[str, Any]:
    """Exact fractions as text, groups by their values."""
    totals = m.totals()
    return {
        **_about("moves", m),
        "clauses": [c.to_dict() for c in m.clauses.clauses],
        "matrix": [
            {"group": _values(m, g), "from": start, "to": end, **_tally(t), "share": plain(t.weighted / totals[g].weighted) if totals[g].weighted else None}
            for (g, start, end), t in m.flows.items()
        ],
        "moved_by": [
            {"group": _values(m, g), "from": m.transitions[p][0], "to": m.transitions[p][1], "moved_by": m.moved_by(p), **_tally(t)}
            for (g, p), t in m.cells.items() if m.moved_by(p) is not None
        ],
        "headcount": [{"group": _values(m, g), **_part(p)} for g in range(m.opened.groups.height) for p in m.parts(group=g)],
        "caveats": [{"kind": c.kind, "about": c.about, "grade": c.grade, "text": dict(c.texts)} for c in m.caveats],
    }  # fmt: skip


def _about(kind: str, m: Moves) -> dict[str, Any]:
    return {
        "schema": SCHEMAS[kind], "hypothetical": m.hypothetical,
        "mark": dict(HYPOTHETICAL) if m.hypothetical else None,
        "standards": {
            w: {"exact_id": s.exact_id, "digest": s.digest, "hypothetical": s.hypothetical, "title": dict(s.title), "method": side.method, "readings": dict(side.readings)}
            for w, s, side in (("a", m.a, m.clauses.a), ("b", m.b, m.clauses.b))
        },
        "data_version": data_version(), "code_version": CODE_VERSION, "rows": len(m.profiles.of_row), "data": m.data,
        "weight": m.design.weight, "by": list(m.by), "of": list(m.of),
    }  # fmt: skip


def _tally(t: Any) -> dict[str, Any]:
    return {
        "households": t.households,
        "persons": t.persons,
        "weighted": plain(t.weighted),
        "weighted_persons": plain(t.weighted_persons),
    }


def _part(p: Part) -> dict[str, Any]:
    return {"clause": p.name, "certain": plain(p.certain), "possible": plain(p.possible)}


def _values(m: Moves, group: int) -> dict[str, Any]:
    return {} if not m.by else {n: plain(v) for n, v in m.opened.groups.row(group, named=True).items()}


def _group(m: Moves, group: int, lang: str) -> str:
    values = m.opened.groups.row(group)
    return ", ".join(_words(lang)["unknown"] if v is None else str(v) for v in values)


# --- budget ------------------------------------------------------------------------------------------------


def budget_text(b: Budget, lang: str) -> str:
    return _text(_heading("budget", b.moves, lang), _of_budget(b, lang))


def budget_html(b: Budget, lang: str) -> str:
    return _html(_heading("budget", b.moves, lang), _of_budget(b, lang), lang, b.provenance)


def _of_budget(b: Budget, lang: str) -> Iterator[Section]:
    words, m = _words(lang), b.moves
    label = " / ".join(dict.fromkeys(s.lines[b.line].labels[lang] for s in (m.a, m.b)))
    rows = number_text(len(m.profiles.of_row), lang)
    yield Section(
        "", lines=(words["rows"].format(n=rows, data=words[m.data]), words["line"].format(line=label), words["least"])
    )
    weights = (False, True) if m.design.weight is not None else (False,)
    head = (words["measure"], words["households"], words["month"], words["year"])
    told = []
    for weighted in weights:
        for measure in MEASURES:
            name = words[measure] + (f" ({words['weights']})" if weighted else "")
            count = sum(n for (_, at), n in b.counted.items() if at == measure)
            ends = [_bounds(b.amount(measure, period=p, weighted=weighted), lang) for p in PERIODS]
            told.append((name, number_text(count, lang), *ends))
    yield Section("", head, tuple(told))
    if m.caveats:
        yield Section(words["caveats"], lines=tuple(c.text(lang) for c in m.caveats))


def budget_dict(b: Budget) -> dict[str, Any]:
    """Exact amounts: whole numbers, or fractions as text; None where there is no bound."""
    m = b.moves
    return {
        **_about("budget", m), "line": b.line, "of": list(b.of), "unit": "VND",
        "amounts": [
            {"group": _values(m, g), "measure": measure, "period": period, "weighted": weighted, "households": b.counted[g, measure],
             "low": plain(b.exact[g, measure, period, weighted][0]), "high": plain(b.exact[g, measure, period, weighted][1])}
            for g in range(m.opened.groups.height)
            for measure, period, weighted in product(MEASURES, PERIODS, (False, True))
        ],
        "caveats": [{"kind": c.kind, "about": c.about, "grade": c.grade, "text": dict(c.texts)} for c in m.caveats],
    }  # fmt: skip


# --- numbers -----------------------------------------------------------------------------------------------


def _number(value: Fraction | int | None, lang: str) -> str:
    if value is None:
        return _words(lang)["unknown"]
    about, _, number = number_text(abs(value), lang).rpartition(" ")
    return f"{about} {'−' if value < 0 else ''}{number}".strip()


def _percent(value: Fraction | None, lang: str) -> str:
    return _words(lang)["unknown"] if value is None else f"{_number(Fraction(value) * 100, lang)}%"


def _bounds(bounds: Bounds, lang: str) -> str:
    words = _words(lang)
    low, high = (_number(None if x is None else Fraction(x), lang) for x in bounds)
    if None in bounds:  # nothing bounds it on that side
        return (
            low
            if bounds[0] == bounds[1]
            else words["and_more" if bounds[1] is None else "or_less"].format(n=low if bounds[1] is None else high)
        )
    return low if bounds[0] == bounds[1] else f"{low} {words['to_']} {high}"


# --- shapes ------------------------------------------------------------------------------------------------


def _text(heading: tuple[str, str], sections: Iterable[Section]) -> str:
    title, mark = heading
    lines = [f"{mark}: {title}" if mark else title]
    for s in sections:
        lines += [f"{s.title}:"] if s.title else []
        lines += [" | ".join(row) for row in _padded([s.head, *s.rows] if s.head else s.rows)]
        lines += [f"- {line}" if s.title and not line.startswith("  ") else line for line in s.lines]
    return "\n".join(lines)


def _padded(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield tuple(x.ljust(w) if i == 0 else x.rjust(w) for i, (x, w) in enumerate(zip(row, widths, strict=True)))


def _html(heading: tuple[str, str], sections: Iterable[Section], lang: str, ground: Mapping[str, Any]) -> str:
    title, mark = heading
    parts = [f"<h1>{escape(f'{mark}: {title}' if mark else title)}</h1>"]
    parts += [f'<p class="what-if" role="note">{escape(mark)}</p>'] if mark else []
    for s in sections:
        parts += [f"<h2>{escape(s.title)}</h2>"] if s.title else []
        if s.head:
            head = "".join(f'<th scope="col">{escape(h)}</th>' for h in s.head)
            body = "".join(
                "<tr>"
                + f'<th scope="row">{escape(r[0])}</th>'
                + "".join(f"<td>{escape(x)}</td>" for x in r[1:])
                + "</tr>"
                for r in s.rows
            )
            parts.append(f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>')
        parts += [f"<p>{escape(line.strip())}</p>" for line in s.lines]
    made = [", ".join(ground["standards"]), f"chuanngheo {ground['code_version']}", f"data {ground['data_version']}"]
    parts.append(f"<p><small>{escape('; '.join(made))}</small></p>")
    return f'<style>{STYLE}</style><div class="cn-compare" lang="{lang}">{"".join(parts)}</div>'


__all__ = ["HYPOTHETICAL", "budget_dict", "budget_html", "budget_text", "moves_dict", "moves_html", "moves_text"]
