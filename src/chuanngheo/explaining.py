"""An assessment in words, Vietnamese or English, and as JSON-ready data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .deciding import COUNT
from .household import household_names
from .methods import RECORDED
from .model import Cite, Fact, Text
from .results import DISCLAIMER, SCHEMA, class_cite, class_labels
from .tracing import decided_on
from .version import CODE_VERSION, data_version

if TYPE_CHECKING:
    from .assessment import Assessment
    from .results import TraceStep

UNITS = {
    "vi": {"VND": "đồng", "person": "người", "month": "tháng", "year": "năm", "kg_rice": "kg gạo", "point": "điểm",
           "indicator": "chỉ số", "m2": "m²", "household": "hộ", "percent": "%", "share": "", "day": "ngày",
           "international_dollar": "đô la quốc tế", "criterion": "tiêu chí", "thousand_VND": "nghìn đồng",
           "million_VND": "triệu đồng", "kg": "kg", "cm": "cm", "m": "m", "km": "km"},
    "en": {"VND": "đồng", "person": "person", "month": "month", "year": "year", "kg_rice": "kg of rice", "point": "points",
           "indicator": "indicators", "m2": "m²", "household": "household", "percent": "%", "share": "", "day": "day",
           "international_dollar": "international dollar", "criterion": "criteria", "thousand_VND": "thousand đồng",
           "million_VND": "million đồng", "kg": "kg", "cm": "cm", "m": "m", "km": "km"},
}  # fmt: skip
WORDS = {
    "vi": {
        "result": "Kết quả", "by": "Căn cứ", "day": "Ngày xét", "covers": "áp dụng theo", "facts": "Số liệu đã dùng",
        "lines": "Mức chuẩn", "deprived": "Thiếu hụt", "of": "trên", "unknown": "chưa biết", "true": "có", "false": "không",
        "readings": "Cách hiểu đã dùng", "unconfirmed": "Chưa được xác nhận", "notes": "Lưu ý", "grade": "mức",
        "missing": "Cần biết thêm", "next": "Nên hỏi trước", "undetermined": "chưa xác định được", "possible": "có thể là",
        "no_class": "không thuộc loại nào theo lời văn", "none": "không có", "between": "từ", "to": "đến", "from": "trở lên",
        "about": "khoảng", "statuses": "Đối tượng khác", "recorded": "theo quyết định của cơ quan có thẩm quyền",
        "member": "thành viên", "method": "Phương pháp",
    },
    "en": {
        "result": "Result", "by": "Ground", "day": "Day", "covers": "covered by", "facts": "Values read",
        "lines": "Lines", "deprived": "Deprivations", "of": "of", "unknown": "not known", "true": "yes", "false": "no",
        "readings": "Interpretations used", "unconfirmed": "Not confirmed", "notes": "Notes", "grade": "grade",
        "missing": "Still needed", "next": "Ask first", "undetermined": "undetermined", "possible": "possibly",
        "no_class": "no class by the words", "none": "none", "between": "from", "to": "to", "from": "or more",
        "about": "about", "statuses": "Other marks", "recorded": "by decision of the competent authority",
        "member": "member", "method": "Method",
    },
}  # fmt: skip
_MANY = {"person": "persons", "household": "households", "month": "months", "year": "years", "day": "days"}
_ONE = {
    many: one for one, many in (*_MANY.items(), *((u, UNITS["en"][u]) for u in ("point", "indicator", "criterion")))
}
CONFIRMED = {"vi": "mức xác nhận", "en": "grade"}


# --- small parts ----------------------------------------------------------------------------------


def number_text(value: Any, lang: str) -> str:
    """1.500.000 in Vietnamese, 1,500,000 in English; a fraction to two places, marked as about."""
    if isinstance(value, int):
        text = f"{value:,}"
        return text.replace(",", ".") if lang == "vi" else text
    top, bottom = value.numerator, value.denominator
    if bottom == 1:
        return number_text(top, lang)
    hundredths = (200 * top + bottom) // (2 * bottom)  # rounded half up
    whole, part = divmod(hundredths, 100)
    exact = 100 * top == hundredths * bottom
    text = f"{whole:,}".replace(",", ".") + f",{part:02d}" if lang == "vi" else f"{whole:,}.{part:02d}"
    return text if exact else f"{WORDS[lang]['about']} {text}"


def day_text(day: date, lang: str) -> str:
    """30/12/2025 in Vietnamese, 2025-12-30 in English."""
    return f"{day:%d/%m/%Y}" if lang == "vi" else day.isoformat()


def unit_text(unit: str, lang: str) -> str:
    if unit in _MANY and lang == "en":
        return _MANY[unit]
    return "/".join(UNITS[lang].get(part, part) for part in unit.split("/")) if unit else ""


def value_text(value: Any, fact: Fact | None, lang: str, unit: str = "") -> str:
    """One value as a reader writes it."""
    words = WORDS[lang]
    if value is None or value == "not asked":
        return words["unknown"]
    if isinstance(value, bool):
        return words["true" if value else "false"]
    if fact is not None and fact.kind == "code":
        return fact.codes[value][lang]
    if fact is not None and fact.kind == "date":
        return day_text(value if isinstance(value, date) else date.fromordinal(value), lang)
    if isinstance(value, str):
        return value
    named = unit_text(unit or (fact.unit if fact else ""), lang)
    if "share" in (unit, fact.unit if fact else "") and isinstance(value, Fraction) and value.denominator < 100:
        return str(value)  # the score of a household, and what it is held against: 5/18 of all weights
    if lang == "en" and value == 1:
        named = _ONE.get(named, named)
    return f"{number_text(value, lang)}{'' if named == '%' else ' '}{named}".strip()


def possible_text(step: TraceStep, fact: Fact | None, lang: str) -> str:
    words = WORDS[lang]
    if step.value is not None:
        return value_text(step.value, fact, lang, step.unit)
    values = step.possible
    if step.kind in ("line", "fact") and fact is not None and fact.kind == "code":
        return words["unknown"]
    if len(values) == 2 and not any(isinstance(v, bool | str) for v in values):
        low, high = values
        if low in (None, 0) and (high is None or (fact is not None and high == fact.most)):
            return words["unknown"]
        if high is None:
            return f"{value_text(low, fact, lang, step.unit)} {words['from']}"
    numbers = [v for v in values if isinstance(v, int | Fraction) and not isinstance(v, bool)]
    if len(numbers) > 1:
        return f"{words['between']} {number_text(min(numbers), lang)} {words['to']} {value_text(max(numbers), fact, lang, step.unit)}"
    return words["unknown"]


def cite_text(cite: Cite, lang: str) -> str:
    words = f': "{cite.words}"' if cite.words else ""
    return f"{cite.label(lang)}{words} ({CONFIRMED[lang]} {cite.grade})"


# --- the text -------------------------------------------------------------------------------------


MARK = "\0"  # around the name of a value, in the text that becomes a template


def explain(a: Assessment, lang: str, *, marked: bool = False) -> str:
    """The whole explanation, ending with the disclaimer (except for a recorded class).

    ``marked`` writes names in place of the numbers and flags of the household.
    """
    if lang not in WORDS:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(WORDS)}")
    lines = [
        *_result(a, lang),
        *_values(a, lang, marked),
        *_lines(a, lang),
        *_cards(a, lang),
        *_deprivations(a, lang, marked),
    ]
    lines += [*_missing(a, lang), *_statuses(a, lang), *_caveats(a, lang)]
    if a.method != RECORDED:
        lines.append(DISCLAIMER[lang])
    return "\n".join(lines)


def _result(a: Assessment, lang: str) -> Iterator[str]:
    words, rules = WORDS[lang], a.standard
    standard = f"{rules.title[lang]} ({rules.exact_id})"
    if rules.hypothetical:
        standard = f"{HYPOTHETICAL[lang]}: {standard}"
    if a.status == "decided":
        labels = [class_labels(rules, c, a.method)[lang] for c in a.categories]
        name = labels[0] + (f" ({'; '.join(labels[1:])})" if labels[1:] else "")
        yield f"{words['result']}: {name}. {standard}."
    elif a.status == "no_class":
        yield f"{words['result']}: {words['no_class']}. {standard}."
    else:
        options = ", ".join(words["no_class"] if c == "no_class" else rules.classes[c].labels[lang] for c in a.possible)
        yield f"{words['result']}: {words['undetermined']}; {words['possible']}: {options}. {standard}."
    if a.method == RECORDED:
        number, written = a.household["recorded_decision"], value_text(decided_on(a), _DAY, lang)
        yield f"{words['by']}: {words['recorded']}, {number}, {written}."
        if a.on is not None:
            yield f"{words['day']}: {value_text(a.on, _DAY, lang)}."
        return
    if a.category is not None:
        replaced = f" [{REPLACED[lang]}]" if rules.hypothetical else ""
        yield f"{words['by']}: {cite_text(class_cite(rules, a.category, a.method), lang)}{replaced}."
    if a.on is not None:
        span = a.span
        covered = f", {words['covers']} {cite_text(span.cite, lang)}" if span else ""
        yield f"{words['day']}: {value_text(a.on, _DAY, lang)}{covered}."
    if a.method != rules.default_method:
        yield f"{words['method']}: {rules.methods[a.method].labels[lang]}."


_DAY = Fact("on", "date", {"vi": "ngày", "en": "day"})
REPLACED = {"vi": "mức tiền đã thay bằng giả định", "en": "amounts replaced by an assumption"}
HYPOTHETICAL = {"vi": "GIẢ ĐỊNH, không phải pháp luật", "en": "HYPOTHETICAL, not law"}


def _values(a: Assessment, lang: str, marked: bool) -> Iterator[str]:
    if a.method == RECORDED:
        return
    facts = household_names(a.standard)
    shown = [s for s in a.trace if s.kind == "fact" or (s.kind == "value" and s.unit)]
    if any(not (s.name in facts and facts[s.name].unread) for s in shown):
        yield f"{WORDS[lang]['facts']}:"
    for step in shown:
        if step.name != COUNT and not (step.name in facts and facts[step.name].unread):
            text = possible_text(step, facts.get(step.name), lang)
            if marked and isinstance(step.value, int | Fraction):
                text = f"{MARK}{step.name}{MARK}"
            yield f"- {step.labels[lang]}: {text}"
    if a.case.facts.members is not None and "members" in a.prepared.needed:
        yield f"- {WORDS[lang]['member']}: {a.case.facts.members}"


def _lines(a: Assessment, lang: str) -> Iterator[str]:
    shown = [s for s in a.trace if s.kind == "line"]
    if shown:
        yield f"{WORDS[lang]['lines']}:"
    for step in shown:
        assert step.cite is not None
        yield f"- {step.labels[lang]}: {possible_text(step, None, lang)}; {cite_text(step.cite, lang)}"


def _cards(a: Assessment, lang: str) -> Iterator[str]:
    """Each score card that was filled in: its items, their points, and the rows that hold."""
    if a.method == RECORDED:
        return
    words = WORDS[lang]
    for name in a.case.summed:
        score, card = a.case.scores[name], a.standard.scorecards[name]
        columns = ", ".join(card.columns[c].label[lang] for c in score.columns)
        yield f"{card.label[lang]}: {_points(score.low, score.high, card.unit, lang)} ({columns})"
        for item in score.items:
            if item.high:
                options = {o.name: o.label[lang] for o in card.item(item.number).options}
                held = [options[o] for o in item.held] + [f"{options[o]} ({words['unknown']})" for o in item.open]
                yield f"- {item.number}. {item.label[lang]}: {_points(item.low, item.high, card.unit, lang)}" + (
                    f" ({'; '.join(held)})" if held else ""
                )


def _points(low: Any, high: Any, unit: str, lang: str) -> str:
    if low == high:
        return value_text(low, None, lang, unit)
    return f"{WORDS[lang]['between']} {number_text(low, lang)} {WORDS[lang]['to']} {value_text(high, None, lang, unit)}"


def _deprivations(a: Assessment, lang: str, marked: bool) -> Iterator[str]:
    words = WORDS[lang]
    count = next((s for s in a.trace if s.name == COUNT), None)
    flags = [s for s in a.trace if s.kind == "indicator"]
    if count is None and not flags:
        return
    total = len(a.standard.indicators)
    head = words["deprived"]
    if count is not None:
        known = f"{MARK}{COUNT}{MARK}" if marked else count_text(count.possible, lang)
        of = f" {words['of']} {total}" if total else ""
        head += f": {known}{of} {UNITS[lang]['indicator']}"
    deprived = [s.labels[lang] for s in flags if s.value is True]
    unknown = [s.labels[lang] for s in flags if s.value is None]
    yield head + (f"{MARK}{FLAGS}{MARK}" if marked else flags_text(deprived, unknown, lang))
    for step in flags:
        if step.value is True and not step.given and step.cite is not None:
            yield f"- {step.labels[lang]}: {cite_text(step.cite, lang)}"


FLAGS = "flags"


def flags_text(deprived: list[str], unknown: list[str], lang: str) -> str:
    """`` (water source; not known: nutrition).``"""
    parts = [", ".join(deprived)] if deprived else []
    if unknown:
        parts.append(f"{WORDS[lang]['unknown']}: {', '.join(unknown)}")
    return f" ({'; '.join(parts)})." if parts else "."


def count_text(possible: tuple[Any, ...], lang: str) -> str:
    """``3``, or ``from 1 to 4``."""
    low, high = min(possible), max(possible)
    return str(low) if low == high else f"{WORDS[lang]['between']} {low} {WORDS[lang]['to']} {high}"


def _missing(a: Assessment, lang: str) -> Iterator[str]:
    if a.status == "undetermined":
        words = WORDS[lang]
        yield f"{words['missing']}: {', '.join(name_text(a, n, lang) for n in a.missing)}."
        if a.next_question:
            yield f"{words['next']}: {name_text(a, a.next_question, lang)}."


def name_text(a: Assessment, name: str, lang: str) -> str:
    """``giới tính (members[2].sex)``"""
    last = name.rsplit(".", 1)[-1]
    fact = a.standard.facts.get(last) if "." in name else household_names(a.standard).get(name)
    if name in a.standard.interpretations:
        return f"{a.standard.interpretations[name].question[lang]} ({name})"
    return f"{fact.labels[lang]} ({name})" if fact is not None else name


def _statuses(a: Assessment, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    for name, value in a.statuses.items():
        status = a.standard.statuses[name]
        if isinstance(value, tuple):
            who = ", ".join(f"{words['member']} {i + 1}" for i, v in enumerate(value) if v)
            unknown = ", ".join(f"{words['member']} {i + 1}" for i, v in enumerate(value) if v is None)
            text = "; ".join(p for p in (who, f"{words['unknown']}: {unknown}" if unknown else "") if p)
        else:
            text = words["true"] if value else words["unknown"] if value is None and a.method != RECORDED else ""
        if text:
            yield f"{words['statuses']}: {status.labels[lang]}: {text}."


def _caveats(a: Assessment, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    for kinds, head in ((("interpretation",), "readings"), (("grade",), "unconfirmed"), ((), "notes")):
        shown = [c for c in a.caveats if (c.kind in kinds if kinds else c.kind not in ("interpretation", "grade"))]
        if shown:
            yield f"{words[head]}:"
            yield from (f"- {c.text(lang)}" for c in shown)


def flip_texts(a: Assessment, name: str, current: Any, to: Any, category: str) -> Text:
    """A flip in words: ``một tháng ít hơn 1 đồng … -> hộ nghèo``."""
    rules = a.standard
    fact = household_names(rules)[name]
    found = {}
    for lang in ("vi", "en"):
        label = WORDS[lang]["no_class"] if category == "no_class" else class_labels(rules, category, a.method)[lang]
        if isinstance(to, str):
            change = (
                f"{fact.labels[lang]} là {fact.codes[to][lang]}"
                if lang == "vi"
                else f"{fact.labels[lang]} {fact.codes[to][lang]}"
            )
        else:
            amount, target = value_text(abs(_tidy(to - current)), fact, lang), value_text(to, fact, lang)
            if lang == "vi":
                change = f"{fact.labels[lang]} {'tăng' if to > current else 'giảm'} {amount} ({'lên' if to > current else 'còn'} {target})"
            else:
                change = f"{fact.labels[lang]} {amount} {'more' if to > current else 'less'} ({target})"
        found[lang] = f"{change} thì là {label}" if lang == "vi" else f"{change} makes it a {label}"
    return found


def _tidy(value: Any) -> Any:
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact


# --- data -----------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A value as JSON can carry it exactly: whole numbers as numbers, fractions as text."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def cite_data(cite: Cite | None) -> dict[str, Any] | None:
    if cite is None:
        return None
    return {
        "number": cite.source.number, "title": dict(cite.source.title), "issued": plain(cite.source.issued),
        "in_force": plain(cite.source.in_force), "at": cite.at, "words": cite.words, "grade": cite.grade, "note": dict(cite.note),
    }  # fmt: skip


def _score_data(score: Any) -> dict[str, Any]:
    return {
        "value": plain(score.value), "low": plain(score.low), "high": plain(score.high), "unit": score.unit,
        "columns": list(score.columns), "stopped": sorted(score.stopped), "missing": list(score.missing),
        "items": [
            {"number": i.number, "label": dict(i.label), "held": list(i.held), "open": list(i.open),
             "value": plain(i.value), "low": plain(i.low), "high": plain(i.high), "missing": list(i.missing)}
            for i in score.items
        ],
        "others": [
            {"interpretation": o.interpretation, "sense": o.sense, "low": plain(o.low), "high": plain(o.high)}
            for o in score.others
        ],
    }  # fmt: skip


def to_dict(a: Assessment) -> dict[str, Any]:
    rules = a.standard
    return {
        "schema": SCHEMA,
        "standard": {
            "id": rules.id, "version": rules.version, "revision": rules.revision, "digest": rules.digest,
            "jurisdiction": rules.jurisdiction, "title": dict(rules.title), "hypothetical": rules.hypothetical,
        },
        "data_version": data_version(), "code_version": CODE_VERSION,
        "on": plain(a.on), "method": a.method, "basis": a.basis, "derive": a.derive, "readings": dict(a.readings),
        "household": plain(a.household),
        "category": a.category, "categories": list(a.categories), "status": a.status, "possible": list(a.possible),
        "missing": list(a.missing), "next_question": a.next_question, "statuses": plain(a.statuses), "groups": plain(a.groups),
        "caveats": [{"kind": c.kind, "about": c.about, "grade": c.grade, "text": dict(c.texts)} for c in a.caveats],
        "trace": [
            {"kind": s.kind, "name": s.name, "label": dict(s.labels), "value": plain(s.value), "possible": plain(s.possible),
             "unit": s.unit, "given": s.given, "rule": s.text, "cite": cite_data(s.cite)}
            for s in a.trace
        ],
        "scores": {n: _score_data(s) for n, s in a.scores.items()},
        "flips": [
            {"fact": f.fact, "value": plain(f.value), "to": plain(f.to), "change": plain(f.change), "unit": f.unit,
             "category": f.category, "text": dict(f.texts)}
            for f in a.flips()
        ],
        "disclaimer": None if a.method == RECORDED else dict(DISCLAIMER),
    }  # fmt: skip
