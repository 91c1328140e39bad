"""An interview as data for a page: the next question, the answer so far and all that stands behind it.

A page that draws this needs to know nothing of the law: every word of it that the law or the
library says is here, in one language, beside the names under which answers are filed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from .asking import Levels, ask, following, household, levels, read_answer, senses, still_open
from .catalogue import COUNTRY, Catalogue, shipped
from .caveats import GRADES
from .deciding import COUNT
from .errors import HouseholdError, NoStandard, Problem
from .explaining import WORDS, count_text, possible_text, value_text
from .household import household_names
from .messages import said
from .model import LANGUAGES, NO_CLASS_NAME, Cite, Fact, Text
from .resolving import HOUSEHOLD
from .results import DISCLAIMER, class_cite, class_labels
from .tracing import NOT_ASKED_TEXT
from .version import CODE_VERSION, data_version

if TYPE_CHECKING:
    from .answering import Standard
    from .assessment import Assessment

SCHEMA = "chuanngheo/interview/1"
_DAY = Fact("day", "date", {"vi": "ngày", "en": "day"})
_ASIDE = ("not_read", "not_asked", "not_used")  # told by the answers themselves

_SAY: Mapping[str, Text] = {
    "nation": {"vi": "Cả nước (chuẩn quốc gia)", "en": "The whole country (national standard)"},
    "covers": {"vi": "{title}: từ {start} đến {end}", "en": "{title}: {start} to {end}"},
    "open": {"vi": "nay", "en": "now"},
    "no_day": {
        "vi": "Chưa có chuẩn nào ở đây áp dụng cho ngày {day}. Các chuẩn có ở đây áp dụng cho những ngày sau; hãy chọn một ngày trong đó.",
        "en": "No standard here covers {day}. The standards here cover these days; choose one of them.",
    },
    "bad_day": {
        "vi": "“{day}” không phải là một ngày. Viết năm-tháng-ngày (yyyy-mm-dd).",
        "en": "“{day}” is not a day. Write year-month-day (yyyy-mm-dd).",
    },
    "no_class": {"vi": "không thuộc loại nào theo lời văn", "en": "no class by the words"},
    "change": {
        "vi": "Từ ngày {day}, {label} là {value} ({cite}; mức xác nhận {grade}).",
        "en": "From {day} the {label} is {value} ({cite}; grade {grade}).",
    },
    "ends": {
        "vi": "Từ ngày {day}, về {label}: {reason} ({cite}).",
        "en": "From {day}, on the {label}: {reason} ({cite}).",
    },
    "set_aside": {"vi": "không dùng: đã trả lời theo cách khác", "en": "not used: answered in another way"},
    "not_read": {"vi": "không dùng: chuẩn này không hỏi", "en": "not used: this standard does not ask it"},
    "settled": {"vi": "kết quả không phụ thuộc vào câu này", "en": "the result does not depend on it"},
    "unknown": {"vi": "Không biết", "en": "Don't know"},
    "decided": {"vi": "Đã xác định", "en": "Decided"},
    "undetermined": {"vi": "Chưa xác định được", "en": "Undetermined"},
}  # fmt: skip

# The problems that an answer has most often, for those who answer; others are told as everywhere.
_WRONG = {
    "CN046": "“{value}” không phải là một trong các câu trả lời. Chọn một trong các câu trả lời đã ghi.",
    "CN047": "“{value}” không phải là một lựa chọn của {label}. Chọn một trong: {codes}.",
    "CN048": "“{value}” không phải là một ngày. Viết năm-tháng-ngày (yyyy-mm-dd).",
    "CN049": "“{value}” không đọc được thành một số. Chỉ viết chữ số, ví dụ {example}; nếu không biết, chọn “Không biết”.",
    "CN050": "{label} không thể là {value}. Được phép: {range}.",
    "CN051": "“{value}” có thể hiểu theo hai cách. Chọn một cách, hoặc viết liền các chữ số.",
}


def interview(
    day: date | str,
    answers: Mapping[str, Any] | None = None,
    lang: str = "vi",
    *,
    jurisdiction: str = COUNTRY,
    ways: Mapping[str, str] | None = None,
    about: str = "",
    catalogue: Catalogue | None = None,
) -> dict[str, Any]:
    """Everything a page shows after some answers, JSON-ready, in ``vi`` or ``en``.

    ``answers`` is a mapping from the name of a question to what was written (see
    :func:`chuanngheo.asking.read_answer`), None for "don't know"; ``ways`` and ``about`` are those of
    :func:`chuanngheo.asking.question`. Its keys:

    * ``error``: None, or why nothing can be asked on that day, with the ``spans`` that are covered;
    * ``day_text``, ``standard``, ``places`` (the standards that can be chosen for the day);
    * ``start``: the questions that belong beside the day: what its lines are told apart by;
    * ``question``: the next one, None at the end; ``left``: how many more there can be at most;
    * ``answered``: each answer with its question, how it was ``read``, whether it is ``used`` (and
      ``why`` not), and whether the question is ``open`` at the levels chosen, so that it can be changed;
      an answer that cannot be read has a ``problem``, and its question is the next one;
    * ``result``: status, class, possible classes, ground, day, values, lines, deprivations, caveats,
      flips, what would settle it, the next change known, the disclaimer, versions.

    Nothing is raised for what a person may write; an unknown ``lang`` is a ``ValueError``.

    >>> found = interview("2026-03-01", {"area": "rural", "income_per_person": "4.000.000"}, "en")
    >>> found["question"], found["result"]["label"], found["answered"][1]["read"]
    (None, 'household in none of these classes', '4,000,000 đồng/person/month')
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
    catalogue = catalogue or shipped()
    base: dict[str, Any] = {
        "schema": SCHEMA,
        "lang": lang,
        "day": str(day),
        "jurisdiction": jurisdiction,
        "error": None,
        "spans": [],
    }
    try:
        on = day if isinstance(day, date) else date.fromisoformat(day.strip())
    except ValueError:
        return {**base, "error": _say("bad_day", lang, day=day)}
    base["day_text"] = _day(on, lang)
    places = _places(catalogue, on, lang)
    try:
        standard = catalogue.applicable(on, jurisdiction)
    except NoStandard:
        spans = _spans(catalogue, jurisdiction, lang)
        return {**base, "places": places, "error": _say("no_day", lang, day=_day(on, lang)), "spans": spans}
    at = levels(standard, _known_ways(standard, ways), answers=answers)
    read, problems = _read(standard, answers or {}, on)
    a = standard.assess(household(read, at), on=on, method=at.prepared.method)
    following_ = following(a, read, at, about)
    wrong = next(iter(problems), None)
    asked = ask(standard, wrong, at) if wrong else following_
    left = sum(len(v) for v in still_open(a, read, at).values()) if a.status == "undetermined" else 0
    return {
        **base, "places": places, "question": asked.to_dict(lang) if asked else None, "left": left,
        "standard": {"id": standard.id, "exact_id": standard.exact_id, "title": standard.title[lang]},
        "start": [ask(standard, n, at).to_dict(lang) for n in _first(standard, at)],
        "answered": list(_answered(a, answers or {}, read, problems, at, lang)),
        "result": _result(a, at, lang, catalogue, jurisdiction),
    }  # fmt: skip


def reading(day: date | str, name: str, text: Any, lang: str = "vi", *, jurisdiction: str = COUNTRY) -> dict[str, Any]:
    """How one answer is read, while it is written: ``{"read": …, "problem": …}``.

    >>> reading("2026-03-01", "income_per_person", "1.500.000")["read"]
    '1.500.000 đồng/người/tháng'
    """
    on = day if isinstance(day, date) else date.fromisoformat(day)
    standard = shipped().applicable(on, jurisdiction)
    read, problems = _read(standard, {name: text}, on)
    problem = problems.get(name)
    return {
        "read": None if problem else _spoken(standard, name, read.get(name), lang),
        "problem": _problem(standard, name, problem, lang) if problem else None,
    }


# --- small parts ----------------------------------------------------------------------------------


def _say(key: str, lang: str, **parts: Any) -> str:
    return _SAY[key][lang].format(**parts)


def _day(day: date, lang: str) -> str:
    return value_text(day, _DAY, lang)


def _cite(cite: Cite, lang: str) -> dict[str, str]:
    grade = {"grade": cite.grade, "grade_text": GRADES[cite.grade][lang]}
    return {"label": cite.label(lang), "words": cite.words, **grade}


def _spans(catalogue: Catalogue, jurisdiction: str, lang: str) -> list[str]:
    """The days that are covered, oldest first."""
    found = {}
    for standard, span in catalogue.spans(jurisdiction, HOUSEHOLD) or catalogue.spans(COUNTRY, HOUSEHOLD):
        end = _day(span.end, lang) if span.end else _SAY["open"][lang]
        found[span.start] = _say("covers", lang, title=standard.title[lang], start=_day(span.start, lang), end=end)
    return [found[start] for start in sorted(found)]


def _places(catalogue: Catalogue, on: date, lang: str) -> list[dict[str, str]]:
    """The national standard, and each of a place that has one of its own for the day."""
    found = [{"jurisdiction": COUNTRY, "text": _SAY["nation"][lang]}]
    for place in catalogue.jurisdictions(HOUSEHOLD):
        if place.startswith(f"{COUNTRY}-"):
            try:
                standard = catalogue.applicable(on, place, fallback=False)
            except NoStandard:
                continue
            found.append({"jurisdiction": place, "text": standard.title[lang]})
    return found


def _first(standard: Standard, at: Levels) -> list[str]:
    """The codes that the lines in use are told apart by, of those that everybody is asked."""
    lines = [line for name, line in standard.lines.items() if name in at.prepared.needed]
    keys = dict.fromkeys(k for line in lines for k in sorted(_keys(line.table)))
    return [k for k in keys if standard.facts[k].asked_if is None]


def _known_ways(standard: Standard, ways: Mapping[str, str] | None) -> dict[str, str]:
    """The choices that this standard knows: a page keeps those of another day."""
    names = household_names(standard)
    return {n: w for n, w in (ways or {}).items() if n in names and w in ("parts", "whole")}


def _read(standard: Standard, answers: Mapping[str, Any], on: date) -> tuple[dict[str, Any], dict[str, Problem]]:
    read: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for name, given in answers.items():
        if name in household_names(standard):
            try:
                read[name] = read_answer(standard, name, given, on=on)
            except HouseholdError as error:
                problems[name] = error.problems[0]
    return read, problems


def _spoken(standard: Standard, name: str, value: Any, lang: str) -> str:
    if value is None:
        return _SAY["unknown"][lang]
    fact = household_names(standard)[name]
    if fact.kind == "boolean":
        return ask(standard, name).choices["yes" if value else "no"][lang]
    if fact.kind == "number" and isinstance(value, str):
        from fractions import Fraction

        value = Fraction(value)
    return value_text(value, fact, lang)


def _problem(standard: Standard, name: str, problem: Problem, lang: str) -> dict[str, Any]:
    """A problem in words, with what it may have meant."""
    fact = household_names(standard)[name]
    label = fact.labels[lang]
    if lang == "vi" and problem.code in _WRONG:
        ends = [
            f"{w} {value_text(b, fact, lang)}" for w, b in (("từ", fact.least), ("đến", fact.most)) if b is not None
        ]
        whole = "số nguyên" if fact.whole else "số"
        text = _WRONG[problem.code].format(
            value=problem.value, label=label[:1].upper() + label[1:], codes="; ".join(c["vi"] for c in fact.codes.values()),
            range=" ".join([whole, *ends]), example="12345" if fact.whole or not fact.unit else "1234567",
        )  # fmt: skip
    else:
        told = (said(p, lang) for p in (problem.message, problem.remedy) if p)
        text = ". ".join(p[:1].upper() + p[1:] for p in told) + "."
    both = senses(str(problem.value)) or ()
    choices = [{"value": s, "text": _spoken(standard, name, read_answer(standard, name, s), lang)} for s in both]
    return {"code": problem.code, "text": text, "choices": choices}


def _answered(
    a: Assessment,
    answers: Mapping[str, Any],
    read: Mapping[str, Any],
    problems: Mapping[str, Problem],
    at: Levels,
    lang: str,
) -> Iterator[dict[str, Any]]:
    standard = a.standard
    idle = _idle(a, read, at)
    for name, given in answers.items():
        if name not in household_names(standard):
            yield {"name": name, "label": name, "given": given, "read": None, "known": given is not None, "used": False, "open": False,
                   "why": _SAY["not_read"][lang], "problem": None, "question": None}  # fmt: skip
            continue
        q = ask(standard, name, at)
        problem = problems.get(name)
        why = "" if at.reads(name) else "set_aside" if name in at.prepared.needed else "not_read"
        why = why or ("settled" if name in idle else "")
        yield {
            "name": name, "label": q.labels[lang], "given": given, "known": read.get(name) is not None,
            "read": None if problem else _spoken(standard, name, read[name], lang),
            "used": not why and not problem, "open": at.reads(name), "why": _SAY[why][lang] if why else "",
            "problem": _problem(standard, name, problem, lang) if problem else None, "question": q.to_dict(lang),
        }  # fmt: skip


def _idle(a: Assessment, read: Mapping[str, Any], at: Levels) -> set[str]:
    """The answers without which a decided class is decided all the same, those to one fact taken together."""
    if a.status != "decided":
        return set()
    used = household(read, at)
    idle: set[str] = set()
    for root in dict.fromkeys(r for n in used for r in sorted(at.roots(n))):
        of_root = {n for n in used if root in at.roots(n)}
        rest = {n: v for n, v in used.items() if n not in of_root}
        if a.standard.assess(rest, on=a.on, method=a.method).category == a.category:
            idle |= of_root
    return idle


# --- the result -----------------------------------------------------------------------------------


def _result(a: Assessment, at: Levels, lang: str, catalogue: Catalogue, jurisdiction: str) -> dict[str, Any]:
    standard, names = a.standard, household_names(a.standard)

    def label(name: str) -> str:
        return _SAY["no_class"][lang] if name == NO_CLASS_NAME else class_labels(standard, name, a.method)[lang]

    steps = [
        s for s in a.trace
        if s.name != COUNT and s.value != NOT_ASKED_TEXT and not (s.name in names and names[s.name].unread)
    ]  # fmt: skip
    settle = [ask(standard, n, at).labels[lang] for n in a.missing if n in names and not names[n].unread]
    caveats = [c for c in a.caveats if c.kind not in _ASIDE]
    return {
        "status": a.status, "status_text": _SAY.get(a.status, _SAY["no_class"])[lang],
        "category": a.category, "label": label(a.category) if a.category else "",
        "within": [label(c) for c in a.categories[1:]], "possible": [label(c) for c in a.possible],
        "ground": _cite(class_cite(standard, a.category, a.method), lang) if a.category else None,
        "day": {"text": _day(a.on, lang), "cite": _cite(a.span.cite, lang) if a.span else None} if a.on else None,
        "values": [
            {"label": s.labels[lang], "text": possible_text(s, names.get(s.name), lang)}
            for s in steps if s.kind == "fact" or (s.kind == "value" and s.unit)
        ],
        "lines": [
            {"label": s.labels[lang], "text": possible_text(s, None, lang), "cite": _cite(s.cite, lang)}
            for s in steps if s.kind == "line" and s.cite is not None
        ],
        "deprivations": _deprivations(a, lang),
        "caveats": [{"kind": c.kind, "grade": c.grade, "text": c.text(lang)} for c in caveats],
        "flips": [f.text(lang) for f in a.flips()], "settle": settle,
        "changes": list(_changes(a, catalogue, jurisdiction, lang)),
        "disclaimer": DISCLAIMER[lang], "text": a.explain(lang),
        "versions": {"standard": standard.exact_id, "code": CODE_VERSION, "data": data_version(), "digest": standard.digest},
    }  # fmt: skip


def _deprivations(a: Assessment, lang: str) -> dict[str, Any] | None:
    count = next((s for s in a.trace if s.name == COUNT), None)
    flags = [s for s in a.trace if s.kind == "indicator"]
    if count is None and not flags:
        return None
    choices = {True: "yes", False: "no"}
    return {
        "count": count_text(count.possible, lang) if count and None not in count.possible else None,
        "of": len(a.standard.indicators),
        "items": [
            {"label": s.labels[lang], "deprived": s.value, "cite": _cite(s.cite, lang) if s.cite else None,
             "text": WORDS[lang]["unknown"] if s.value is None else ask(a.standard, s.name).choices[choices[s.value]][lang]}
            for s in flags
        ],
    }  # fmt: skip


def _changes(a: Assessment, catalogue: Catalogue, jurisdiction: str, lang: str) -> Iterator[str]:
    """The next known change of each line the answer rests on."""
    if a.on is None:
        return
    for step in (s for s in a.trace if s.kind == "line" and s.value is not None):
        codes: dict[str, Any] = {
            n: str(v) for n, v in a.household.items() if n in _keys(a.standard.lines[step.name].table)
        }
        try:
            change = catalogue.line(step.name, a.on, jurisdiction=jurisdiction, **codes).next_change
        except NoStandard:
            continue
        if change is None:
            continue
        day, then, cite = change
        said = {"day": _day(day, lang), "label": step.labels[lang], "cite": cite.label(lang)}
        if then is None:
            yield _say("ends", lang, reason=change.reason[lang], **said)
        else:
            yield _say("change", lang, value=value_text(then.value, None, lang, then.unit), grade=then.grade, **said)


def _keys(table: Any) -> set[str]:
    """The facts that the cells of a line are told apart by."""
    found: set[str] = set()
    while isinstance(table, dict):
        ((fact, cells),) = table.items()
        found.add(fact)
        deeper = [c for c in cells.values() if isinstance(c, dict)]
        table = deeper[0] if deeper else None
    return found


__all__ = ["interview", "reading"]
