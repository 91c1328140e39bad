"""What a reader of a result must know, collected from everything the result rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .case import spell
from .deciding import COUNT
from .methods import RECORDED
from .model import Cite, weakest
from .possible import Evaluator
from .results import Caveat, class_cite, indicator_cite
from .settling import rounding
from .tracing import decided_on, line_cite, used_interpretations, used_names
from .tree import Ref, walk

if TYPE_CHECKING:
    from .assessment import Assessment

UNKNOWN = "unknown"  # the source of what no document was found for
GRADE_WORDS = {
    "A": {"vi": "đã đọc nguyên văn", "en": "legal text read"},
    "B": {"vi": "hai nguồn thứ cấp độc lập", "en": "two independent secondary sources"},
    "C": {"vi": "một nguồn thứ cấp", "en": "one secondary source"},
    "D": {"vi": "theo trí nhớ, chưa xác nhận", "en": "from memory, not confirmed"},
}


def caveats_of(a: Assessment) -> Iterator[Caveat]:
    if a.method == RECORDED:
        day = decided_on(a)
        if a.on is not None and day > a.on:
            yield Caveat("recorded", "recorded_date", "A", {
                "vi": f"Quyết định công nhận ngày {day:%d/%m/%Y} ban hành sau ngày xét {a.on:%d/%m/%Y}.",
                "en": f"The recognising decision of {day} was issued after the day asked about, {a.on}.",
            })  # fmt: skip
        return
    yield from _span(a)
    yield from _grades(a)
    for name in used_interpretations(a):
        interpretation = a.standard.interpretations[name]
        sense = a.readings[name]
        yield Caveat("interpretation", name, interpretation.grade, {
            lang: f"{interpretation.question[lang]} {word}: {interpretation.readings[sense][lang]} ({name} = {sense})."
            for lang, word in (("vi", "Đã hiểu"), ("en", "Read as"))
        })  # fmt: skip
    yield from _other_scores(a)
    yield from _unread(a)
    for name, given, derived, other in rounding(a.case):
        classes = ", ".join(c or "no_class" for c in other)
        yield Caveat("rounding", name, "A", {
            "vi": f"{name} được cho là {given}; tính từ số liệu khác là {float(derived)}, khi đó kết quả là {classes}.",
            "en": f"{name} was given as {given}; the other facts make it {float(derived)}, which would give {classes}.",
        })  # fmt: skip
    method = a.standard.methods[a.method]
    if method.until is not None and a.on is not None and a.on > method.until:
        yield Caveat("method", a.method, "C", {lang: method.note[lang] for lang in ("vi", "en")})
    yield from _statuses(a)


def _other_scores(a: Assessment) -> Iterator[Caveat]:
    """What each score would be under the senses that were not chosen, and the class with it."""
    for name in a.case.summed:
        for other in a.case.scores[name].others:
            interpretation = a.standard.interpretations[other.interpretation]
            classes = a.standard.assess(
                dict(a.household), on=a.on, method=a.method, derive=a.derive,
                readings={**a.readings, other.interpretation: other.sense},
            ).possible  # fmt: skip
            ends = str(other.low) if other.low == other.high else f"{other.low} - {other.high}"
            yield Caveat("score", other.interpretation, interpretation.grade, {
                "vi": f"{name} theo cách hiểu {other.interpretation} = {other.sense}: {ends}; kết quả: {', '.join(classes)}.",
                "en": f"{name} read with {other.interpretation} = {other.sense}: {ends}; result: {', '.join(classes)}.",
            })  # fmt: skip


def _span(a: Assessment) -> Iterator[Caveat]:
    span = a.span
    if a.on is None:
        return
    if span is None:
        yield Caveat("span", a.standard.id, "A", {
            "vi": f"Ngày {a.on:%d/%m/%Y} nằm ngoài thời gian áp dụng của {a.standard.id}.",
            "en": f"{a.on} lies outside the days {a.standard.id} covers.",
        })  # fmt: skip
        return
    if span.concerns and not set(a.possible) & set(span.concerns):
        return
    if span.cite.grade in "CD":
        yield _grade("applies", span.cite, {"vi": "Thời gian áp dụng", "en": "The days it covers"})
    if span.cite.source.issued is None:
        yield Caveat("span", "known_from", "D", {
            "vi": "Không rõ ngày ban hành của căn cứ; coi như được biết từ ngày đầu áp dụng.",
            "en": "The ground has no known date of issue; it counts as known from the first day it covers.",
        })  # fmt: skip


def standing_in(place: str, national: str) -> Caveat:
    """That a jurisdiction has no standard here for the day, and the national one answers."""
    return Caveat("fallback", place, "B", {
        "vi": f"Không có chuẩn riêng của {place} ở đây cho ngày này; dùng chuẩn quốc gia {national}.",
        "en": f"No standard of {place} for this day is here; the national {national} stands in.",
    })  # fmt: skip


def _grades(a: Assessment) -> Iterator[Caveat]:
    rules = a.standard
    if rules.stands_in_for:
        yield standing_in(rules.stands_in_for, rules.id)
    inputs = {
        n: d.cite.grade for n, d in rules.indicators.items()
        if d.node is None and d.cite is not None and d.cite.grade in "CD"
    }  # fmt: skip
    if inputs and COUNT in used_names(a):
        whole = len(inputs) == len(rules.indicators)
        vi, en = ("; ".join(rules.indicators[n].labels[lang] for n in inputs) for lang in ("vi", "en"))
        yield Caveat("grade", COUNT, weakest(*inputs.values()), {
            "vi": "Các chỉ số thiếu hụt là số liệu cho sẵn: tên và ngưỡng của chúng chưa đọc được trong văn bản.",
            "en": "The indicators of deprivation are taken as given: their names and thresholds were not read in the text.",
        } if whole else {
            "vi": f"Những chỉ số thiếu hụt này là số liệu cho sẵn, tên và ngưỡng chưa đọc được trong văn bản: {vi}.",
            "en": f"These indicators of deprivation are taken as given, their names and thresholds were not read in the text: {en}.",
        })  # fmt: skip
    if rules.hypothetical:
        yield Caveat("hypothetical", rules.id, "D", {
            "vi": "Chuẩn giả định của người dùng, không phải pháp luật.",
            "en": "A hypothetical standard of the caller, not law.",
        })  # fmt: skip
    for name in used_names(a):
        if name in rules.lines:
            cite = line_cite(a, name)
            if cite.grade in "CD" and cite.source.key != "hypothetical":
                yield _grade(name, cite, rules.lines[name].labels)
        elif name.startswith("deprived_") and name not in a.case.known and a.case.derives(name):
            found = indicator_cite(rules, name.removeprefix("deprived_"), a.readings)
            if found is not None and found.grade in "CD":
                yield _grade(name, found, rules.indicators[name.removeprefix("deprived_")].labels)
    tried = [a.category] if a.category else [c for c in a.possible if c in rules.classes]
    for name in tried:
        if any(
            isinstance(n, Ref) and n.name in rules.facts and rules.facts[n.name].unread
            for n in walk(rules.classes[name].node)
        ):
            continue  # what was not found has no grade; it has a caveat of its own
        cite = class_cite(rules, name, a.method)
        if cite.grade in "CD":
            yield _grade(name, cite, rules.classes[name].labels)


def _grade(about: str, cite: Cite, labels: object) -> Caveat:
    assert hasattr(labels, "__getitem__")
    note = {lang: f" ({text})" for lang, text in cite.note.items()}
    if cite.source.key != UNKNOWN:
        settle = {"vi": f"cần đối chiếu {cite.label('vi')}", "en": f"to be settled by {cite.label('en')}"}
    else:
        settle = {"vi": "chưa tìm thấy văn bản nào", "en": "no document was found that would settle it"}
    return Caveat("grade", about, cite.grade, {
        "vi": f"{labels['vi']}: {GRADE_WORDS[cite.grade]['vi']} (mức {cite.grade}); {settle['vi']}{note.get('vi', '')}.",
        "en": f"{labels['en']}: {GRADE_WORDS[cite.grade]['en']} (grade {cite.grade}); {settle['en']}{note.get('en', '')}.",
    })  # fmt: skip


def _unread(a: Assessment) -> Iterator[Caveat]:
    for name in a.missing if a.status == "undetermined" else ():
        fact = a.standard.facts.get(name)
        if fact is not None and fact.unread:
            yield Caveat("not_found", name, "D", {
                "vi": f"Chưa xác định được vì văn bản quy định chưa tìm thấy: {fact.labels['vi']}.",
                "en": f"Undetermined because the text that settles it was not found: {fact.labels['en']}.",
            })  # fmt: skip
    for name in a.case.facts.unused:
        yield Caveat("not_read", name, "A", {
            "vi": f"{name} không được {a.standard.id} sử dụng.",
            "en": f"{name} is not read by {a.standard.id}.",
        })  # fmt: skip
    for name in _passed_over(a):
        yield Caveat("not_used", name, "A", {
            "vi": f"{name} đã cho nhưng một số liệu khác đã cho được dùng thay; không sử dụng.",
            "en": f"{name} was given but another given value goes before it; it was not used.",
        })  # fmt: skip
    evaluator = Evaluator(a.case)
    for key in a.case.facts.known:
        person, name = key if isinstance(key, tuple) else (None, key)
        fact = a.standard.facts.get(name)
        if fact is None or fact.asked_if is None:
            continue
        if all(v is not True for v, _ in evaluator.outcomes(fact.asked_if, {}, person)):
            yield Caveat("not_asked", spell(key), "A", {
                "vi": f"{spell(key)} đã cho nhưng không hỏi trong trường hợp này; không sử dụng.",
                "en": f"{spell(key)} was given but is not asked in this case; it was not used.",
            })  # fmt: skip


def _passed_over(a: Assessment) -> list[str]:
    """What was given, but neither read nor checked because a rule asks whether another value was given."""
    known, trees = a.case.facts.known, a.prepared.trees
    given = [n for n in sorted(a.prepared.asks_given) if n in known]
    if not given:
        return []
    read = {*used_names(a, tried=False), *a.prepared.closure(trees[n] for n in known if n in trees)}
    return [n for n in given if n not in read]


def _statuses(a: Assessment) -> Iterator[Caveat]:
    for name, status in a.standard.statuses.items():
        value = a.statuses[name]
        if status.start is None and (
            value is None or (isinstance(value, tuple) and any(v is not False for v in value))
        ):
            yield Caveat("status", name, "D", {
                "vi": f"{status.labels['vi']}: ngày bắt đầu chưa tìm thấy ({status.start_note.get('vi') or status.cite.label('vi')}).",
                "en": f"{status.labels['en']}: the day it starts was not found ({status.start_note.get('en') or status.cite.label('en')}).",
            })  # fmt: skip
