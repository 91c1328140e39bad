"""An interview as data for a page: the next question, the answer so far and all that stands behind it.

A page that draws this needs to know nothing of the law: every word of it that the law or the
library says is here, in one language, beside the names under which answers are filed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from .asking import Levels, ask, following, household, levels, meant, read_answer, senses, still_open
from .catalogue import COUNTRY, Catalogue, shipped
from .caveats import GRADE_WORDS
from .deciding import COUNT
from .errors import HouseholdError, NoStandard, Problem
from .explaining import WORDS, count_text, day_text, possible_text, value_text
from .household import household_names
from .messages import said
from .model import LANGUAGES, NO_CLASS_NAME, Cite, Text, Unseen, unseen_about, weakest
from .resolving import HOUSEHOLD
from .results import DISCLAIMER, Caveat, class_cite, class_labels
from .tracing import NOT_ASKED_TEXT
from .version import CODE_VERSION, data_version

if TYPE_CHECKING:
    from .answering import Standard
    from .assessment import Assessment

SCHEMA = "chuanngheo/interview/1"
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
    "absent": {
        "vi": "Từ ngày {day}, {label} không còn là một mức của chuẩn áp dụng ({cite}).",
        "en": "From {day} the {label} is no line of the standard that applies ({cite}).",
    },
    "unread": {
        "vi": "Từ ngày {day}, chưa biết {label}: phần văn bản này chưa đọc được ({cite}). Có thể mức này vẫn còn, có thể không.",
        "en": "From {day} the {label} is not known: the text on it was not read ({cite}). It may still be there, it may not.",
    },
    "depends": {
        "vi": "Từ ngày {day}, {label} tùy theo {keys} ({cite}).",
        "en": "From {day} the {label} depends on the {keys} ({cite}).",
    },
    "uncovered": {
        "vi": "Từ ngày {day}, ở đây không có chuẩn nào.",
        "en": "No standard here covers the days from {day}.",
    },
    "national": {
        "vi": "Từ ngày {day}, ở đây chưa tìm thấy văn bản riêng của {place}; những ngày đó xét theo chuẩn quốc gia.",
        "en": "From {day} no text of {place} was found here; the national standard answers for those days.",
    },
    "fallback": {
        "vi": "Ở đây chưa tìm thấy chuẩn riêng của {place} cho ngày này; kết quả xét theo chuẩn quốc gia.",
        "en": "No standard of {place} for this day was found here; the result is by the national standard.",
    },
    "elsewhere": {
        "vi": "{place} (chưa tìm thấy chuẩn cho ngày này; xét theo chuẩn quốc gia)",
        "en": "{place} (no standard found for this day; by the national standard)",
    },
    "some_place": {"vi": "nơi đã chọn", "en": "the place that was chosen"},
    "understood": {"vi": "{question} Đã hiểu: {sense}.", "en": "{question} Read as: {sense}."},
    "weak_C": {
        "vi": "Chưa xác nhận: kết quả dựa vào ít nhất một quy định chỉ biết qua một nguồn thứ cấp (mức C), chưa đọc được văn bản.",
        "en": "Not confirmed: the result rests on at least one rule known from one secondary source alone (grade C); its text was not read.",
    },
    "weak_D": {
        "vi": "Chưa xác nhận: kết quả dựa vào ít nhất một quy định chỉ biết theo trí nhớ (mức D), chưa có văn bản hay nguồn nào.",
        "en": "Not confirmed: the result rests on at least one rule known from memory alone (grade D), without a text or source.",
    },
    "not_seen": {"vi": "Chưa đọc được: {what}. {consequence}", "en": "Not read: {what}. {consequence}"},
    "no_text": {
        "vi": "Chưa tìm thấy văn bản quy định: {labels}. Vì vậy trả lời thêm câu nào cũng không xác định được.",
        "en": "The text that settles this was not found: {labels}. No further answer can settle it.",
    },
    "you_do_not_know": {
        "vi": "Đã trả lời “Không biết”: {labels}. Các câu khác không thay được câu này; khi biết thì sửa lại câu trả lời.",
        "en": "Answered “Don't know”: {labels}. No other question makes up for it; change the answer when you know.",
    },
    "left_open": {
        "vi": "Không còn câu hỏi nào làm rõ thêm được: lời văn của chuẩn để ngỏ trường hợp này.",
        "en": "No question is left that would settle it: the words of the standard leave this case open.",
    },
    "in_words": {
        "vi": "“{value}” chưa viết thành chữ số. Chọn số đúng ý bạn, hoặc viết lại bằng chữ số.",
        "en": "“{value}” is not written in digits. Choose the number that you mean, or write it in digits.",
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
      flips, what would settle it, the next change known, the disclaimer, versions; and what belongs
      beside the class: ``fallback`` (another standard stands in), ``weak`` (grade C or D), ``not_seen``
      (a class that was not read), ``reasons`` (why nothing is left to ask).

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
    base["day_text"] = day_text(on, lang)
    places = _places(catalogue, on, lang, jurisdiction)
    try:
        standard = catalogue.applicable(on, jurisdiction)
    except NoStandard:
        spans = _spans(catalogue, jurisdiction, lang)
        return {**base, "places": places, "error": _say("no_day", lang, day=day_text(on, lang)), "spans": spans}
    at = levels(standard, _known_ways(standard, ways), answers=answers)
    read, problems = _read(standard, answers or {}, on)
    a = standard.assess(household(read, at), on=on, method=at.prepared.method)
    following_ = following(a, read, at, about)
    wrong = next(iter(problems), None)
    asked = ask(standard, wrong, at) if wrong else following_
    left = sum(len(v) for v in still_open(a, read, at).values()) if a.status == "undetermined" else 0
    return {
        **base, "places": places, "question": asked.to_dict(lang) if asked else None, "left": left,
        "standard": {"id": standard.id, "exact_id": standard.exact_id, "title": standard.title[lang],
                     "anchor": _anchor(standard, catalogue), "scores": bool(standard.scorecards) and standard.jurisdiction == COUNTRY},
        "start": [ask(standard, n, at).to_dict(lang) for n in _first(standard, at)],
        "answered": list(_answered(a, answers or {}, read, problems, at, lang)),
        "result": _result(a, read, at, lang, catalogue, jurisdiction),
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


def _cite(cite: Cite, lang: str) -> dict[str, str]:
    grade = {"grade": cite.grade, "grade_text": GRADE_WORDS[cite.grade][lang]}
    return {"label": cite.label(lang), "words": cite.words, **grade}


def _anchor(standard: Standard, catalogue: Catalogue) -> str:
    """What the sections of its page begin with: a version that was replaced has its number."""
    newest = standard.version == catalogue.standard(standard.id).version
    return standard.id if newest else f"{standard.id}-{standard.version}"


def _spans(catalogue: Catalogue, jurisdiction: str, lang: str) -> list[str]:
    """The days that are covered, oldest first."""
    found = {}
    for standard, span in catalogue.spans(jurisdiction, HOUSEHOLD) or catalogue.spans(COUNTRY, HOUSEHOLD):
        end = day_text(span.end, lang) if span.end else _SAY["open"][lang]
        found[span.start] = _say("covers", lang, title=standard.title[lang], start=day_text(span.start, lang), end=end)
    return [found[start] for start in sorted(found)]


def _places(catalogue: Catalogue, on: date, lang: str, chosen: str) -> list[dict[str, str]]:
    """The national standard, each of a place that has one of its own for the day, then the other places."""
    found = [{"jurisdiction": COUNTRY, "text": _SAY["nation"][lang]}]
    others = []
    for place in catalogue.jurisdictions(HOUSEHOLD):
        if place.startswith(f"{COUNTRY}-"):
            try:
                standard = catalogue.applicable(on, place, fallback=False)
            except NoStandard:
                said = _say("elsewhere", lang, place=_place(catalogue, place, lang))
                others.append({"jurisdiction": place, "text": said[:1].upper() + said[1:]})
                continue
            found.append({"jurisdiction": place, "text": standard.title[lang]})
    found += others
    if chosen not in (p["jurisdiction"] for p in found):  # a link may name any place
        said = _say("elsewhere", lang, place=_place(catalogue, chosen, lang))
        found.append({"jurisdiction": chosen, "text": said[:1].upper() + said[1:]})
    return found


# Where the title of a local standard names its place, before words that begin with a capital.
_NAMED = {"vi": re.compile(r"(?:thành phố|tỉnh) ", re.IGNORECASE), "en": re.compile(r"\bof ")}


def _place(catalogue: Catalogue, place: str, lang: str) -> str:
    """The name of a place, as the titles of its standards give it."""
    for standard in reversed(catalogue.versions(place, HOUSEHOLD)):
        title = standard.title[lang]
        for mark in _NAMED[lang].finditer(title):
            name = [*takewhile(lambda w: w[:1].isupper(), title[mark.end() :].split(" "))]
            if name:
                return (mark[0] if lang == "vi" else "") + " ".join(name)
    return _SAY["some_place"][lang]


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
    amounts = meant(fact, str(problem.value))
    if amounts:
        text = _say("in_words", lang, value=problem.value)
    both = senses(str(problem.value)) or amounts
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


def _result(
    a: Assessment, read: Mapping[str, Any], at: Levels, lang: str, catalogue: Catalogue, jurisdiction: str
) -> dict[str, Any]:
    standard, names = a.standard, household_names(a.standard)

    def label(name: str) -> str:
        return _SAY["no_class"][lang] if name == NO_CLASS_NAME else class_labels(standard, name, a.method)[lang]

    steps = [
        s for s in a.trace
        if s.name != COUNT and s.value != NOT_ASKED_TEXT and not (s.name in names and names[s.name].unread)
    ]  # fmt: skip
    settle = [ask(standard, n, at).labels[lang] for n in a.missing if n in names and not names[n].unread]
    caveats = [c for c in a.caveats if c.kind not in (*_ASIDE, "fallback")]
    place = _place(catalogue, standard.stands_in_for, lang) if standard.stands_in_for else ""
    return {
        "status": a.status, "status_text": _SAY.get(a.status, _SAY["no_class"])[lang],
        "category": a.category, "label": label(a.category) if a.category else "",
        "within": [label(c) for c in a.categories[1:]], "possible": [label(c) for c in a.possible],
        "ground": _cite(class_cite(standard, a.category, a.method), lang) if a.category else None,
        "day": {"text": day_text(a.on, lang), "cite": _cite(a.span.cite, lang) if a.span else None} if a.on else None,
        "values": [
            {"label": s.labels[lang], "text": possible_text(s, names.get(s.name), lang)}
            for s in steps if s.kind == "fact" or (s.kind == "value" and s.unit)
        ],
        "lines": [
            {"label": s.labels[lang], "text": possible_text(s, None, lang), "cite": _cite(s.cite, lang)}
            for s in steps if s.kind == "line" and s.cite is not None
        ],
        "deprivations": _deprivations(a, lang),
        "caveats": [{"kind": c.kind, "grade": c.grade, "text": _told(a, c, lang)} for c in caveats],
        "fallback": _say("fallback", lang, place=place) if place else "",
        "weak": _weak(a, caveats, lang), "not_seen": [_not_seen(u, lang) for u in _unseen(a, catalogue)],
        "reasons": list(_reasons(a, read, at, lang)),
        "flips": [f.text(lang) for f in a.flips()], "settle": settle,
        "changes": list(_changes(a, catalogue, jurisdiction, lang)),
        "disclaimer": DISCLAIMER[lang], "text": a.explain(lang),
        "versions": {"standard": standard.exact_id, "code": CODE_VERSION, "data": data_version(), "digest": standard.digest},
    }  # fmt: skip


def _told(a: Assessment, caveat: Caveat, lang: str) -> str:
    """A caveat in words alone: a page names no fact, class or reading by its code."""
    if caveat.kind == "interpretation":
        interpretation = a.standard.interpretations[caveat.about]
        sense = interpretation.readings[a.readings[caveat.about]][lang]
        return _say("understood", lang, question=interpretation.question[lang], sense=sense)
    text = caveat.text(lang)
    if caveat.kind == "rounding":
        labels = {caveat.about: household_names(a.standard)[caveat.about].labels[lang]}
        labels |= {n: class_labels(a.standard, n, a.method)[lang] for n in a.standard.classes}
        text = re.sub(r"\b\w+\b", lambda m: labels.get(m[0], m[0]), text)
        text = text[:1].upper() + text[1:]
    return text


def _weak(a: Assessment, caveats: list[Caveat], lang: str) -> str:
    """A plain warning where the class rests on what is graded C or D; that a count of no effect is, is no ground."""
    if not a.category:
        return ""
    count = next((s.possible for s in a.trace if s.name == COUNT), ())
    open_ = {COUNT} if len(set(count)) > 1 else set()
    grades = [c.grade for c in caveats if c.kind == "grade" and c.about not in open_]
    grades.append(class_cite(a.standard, a.category, a.method).grade)
    grades += [s.cite.grade for s in a.trace if s.kind == "line" and s.cite is not None]
    grade = weakest(*grades, *([a.span.cite.grade] if a.span else []))
    return _SAY[f"weak_{grade}"][lang] if f"weak_{grade}" in _SAY else ""


def _unseen(a: Assessment, catalogue: Catalogue) -> list[Unseen]:
    """What was not read of this standard about classes that others have: the last class may hide one of them."""
    last = list(a.standard.classes)[-1]
    if last not in a.possible:
        return []
    others = {n: c.labels for s in catalogue.versions(None, HOUSEHOLD) for n, c in s.classes.items()}
    about = [unseen_about(a.standard, labels) for n, labels in others.items() if n not in a.standard.classes]
    return [u for u in a.standard.unseen if u in about]


def _not_seen(unseen: Unseen, lang: str) -> str:
    return _say("not_seen", lang, what=unseen.what[lang], consequence=unseen.consequence[lang])


def _reasons(a: Assessment, read: Mapping[str, Any], at: Levels, lang: str) -> Iterator[str]:
    """Why nothing is left to ask although the class is open."""
    if a.status != "undetermined" or still_open(a, read, at):
        return
    facts, names = a.standard.facts, household_names(a.standard)
    texts = [facts[n].labels[lang] for n in a.missing if n in facts and facts[n].unread]
    unknown = [n for n in read if read[n] is None and at.reads(n) and _touches(n, a.missing, at)]
    if texts:
        yield _say("no_text", lang, labels="; ".join(texts))
    if unknown:
        yield _say("you_do_not_know", lang, labels="; ".join(names[n].labels[lang] for n in unknown))
    if not texts and not unknown:
        yield _SAY["left_open"][lang]


def _touches(name: str, missing: Iterable[Any], at: Levels) -> bool:
    """Whether an answer is one of what is missing, or a part of it."""
    wanted = set(missing)
    return name in wanted or any(above in wanted or _touches(above, wanted, at) for above in at.above(name))


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
    """The next known change of each line the answer rests on, and that a place has no standard from then."""
    if a.on is None:
        return
    told = set()
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
        said = {"day": day_text(day, lang), "label": step.labels[lang], "cite": cite.label(lang)}
        if change.stands_in_for and not a.standard.stands_in_for and day not in told:
            told.add(day)
            yield _say("national", lang, place=_place(catalogue, change.stands_in_for, lang), **said)
        if then is not None:
            yield _say("change", lang, value=value_text(then.value, None, lang, then.unit), grade=then.grade, **said)
            continue
        status = "unread" if change.status == "not_found" else change.status
        keys: set[str] = set()
        if status == "depends":
            keys = _keys(catalogue.standard(change.standard).lines[step.name].table) - set(codes)
        facts = catalogue.standard(change.standard).facts if keys else {}
        yield _say(status, lang, keys=", ".join(facts[k].labels[lang] for k in sorted(keys)), **said)


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
