"""Which question to ask next, in words that somebody at home can answer.

The engine says which facts still matter. Some of them nobody knows as such ("3 deprivations"), so a
question goes down to the parts that a fact is computed from: indicators one by one, by the words of
the law; the water source rather than "deprived of water"; on request, income and household size
rather than income a person. Answers are a mapping by name; None is "don't know".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .case import Case
from .deciding import COUNT, missing, next_question
from .errors import HouseholdError, Problem, quoted
from .explaining import unit_text
from .household import Facts, blank, givable, household_names, read_facts
from .model import Cite, Fact, Text
from .prepared import Prepared, prepare
from .results import indicator_cite
from .tree import Number, Quantifier, Ref, walk
from .values import Frozen, field, frozen

if TYPE_CHECKING:
    from .answering import Standard
    from .assessment import Assessment

PARTS, WHOLE = "parts", "whole"
FLAG = "deprived_"
YES, NO = "yes", "no"

UNKNOWN: Text = {"vi": "Không biết", "en": "Don't know"}
_TRUTHS: Mapping[str, Text] = {YES: {"vi": "Đúng", "en": "Yes"}, NO: {"vi": "Không đúng", "en": "No"}}
_DEPRIVED: Mapping[str, Text] = {
    YES: {"vi": "Có thiếu hụt", "en": "Deprived"},
    NO: {"vi": "Không thiếu hụt", "en": "Not deprived"},
}
_WORDS: Mapping[str, Text] = {
    "number": {"vi": "{upper} là bao nhiêu?", "en": "What is the {label}?"},
    "code": {"vi": "Chọn {label}", "en": "Choose the {label}"},
    "boolean": {"vi": "Điều này có đúng không: {label}?", "en": "Is this true of the household: {label}?"},
    "date": {"vi": "{upper} là ngày nào?", "en": "What is the {label}?"},
    "text": {"vi": "{upper} là gì?", "en": "What is the {label}?"},
    "indicator": {"vi": "Hộ có thiếu hụt về {label} không?", "en": "Is the household deprived in {label}?"},
}
_BY_PARTS: Text = {"vi": "Trả lời theo từng phần: {labels}", "en": "Answer by its parts: {labels}"}
_FROM: Text = {
    "vi": "Tính từ {labels}; số của 12 tháng chia đều cho 12.",
    "en": "Computed from {labels}; an amount of 12 months is divided by 12.",
}
_AS_WHOLE: Text = {"vi": "Trả lời thẳng: {labels}", "en": "Answer as one: {labels}"}
_AS_FLAG: Text = {
    "vi": "Trả lời thẳng: có thiếu hụt về {labels} hay không",
    "en": "Answer as one: deprived or not in {labels}",
}


@frozen
class Instead(Frozen):
    """Another level at which the same can be answered: ``ways={name: way}`` chooses it."""

    name: str
    way: str  # "parts" or "whole"
    labels: Text


@frozen
class Question(Frozen):
    """One question about a household. "Don't know" is always an answer to it.

    ``name`` is what the answer is filed under; ``kind`` is boolean, number, code, date or text;
    ``choices`` are the answers of a boolean (``yes``, ``no``) or code, with their words. ``cite``
    is where the law says when a household is deprived, ``part_of`` the fact that this is a part of.
    """

    name: str
    kind: str
    texts: Text
    labels: Text
    unit: str = ""
    note: Text = field(factory=dict)
    choices: Mapping[str, Text] = field(factory=dict)
    whole: bool = False
    least: Number | None = None
    most: Number | None = None
    cite: Cite | None = None
    part_of: str = ""
    instead: tuple[Instead, ...] = ()

    def text(self, lang: str = "vi") -> str:
        """The question in words."""
        return self.texts[lang]

    def to_dict(self, lang: str = "vi") -> dict[str, Any]:
        """JSON-ready, in one language: enough to draw the question."""
        cite = self.cite
        return {
            "name": self.name, "kind": self.kind, "text": self.texts[lang], "label": self.labels[lang],
            "unit": self.unit, "unit_text": unit_text(self.unit, lang), "note": self.note.get(lang, ""),
            "choices": [{"code": c, "text": t[lang]} for c, t in self.choices.items()], "unknown": UNKNOWN[lang],
            "whole": self.whole, "least": _plain(self.least), "most": _plain(self.most), "part_of": self.part_of,
            "cite": None if cite is None else {"label": cite.label(lang), "words": cite.words, "grade": cite.grade},
            "instead": [{"name": i.name, "way": i.way, "text": i.labels[lang]} for i in self.instead],
        }  # fmt: skip


def _plain(value: Number | None) -> int | float | None:
    return value if value is None or isinstance(value, int) else float(value)


# --- levels ---------------------------------------------------------------------------------------


@frozen
class Levels(Frozen):
    """What each fact of a standard can be answered by, under one method and choice of readings."""

    prepared: Prepared
    parts: Mapping[str, tuple[str, ...]]
    ways: Mapping[str, str]

    def way(self, name: str) -> str:
        return self.ways.get(name, WHOLE) if self.parts.get(name) else WHOLE

    def above(self, name: str) -> tuple[str, ...]:
        """What a fact is a part of."""
        return tuple(p for p, parts in self.parts.items() if name in parts)

    def open(self, name: str) -> bool:
        """Whether a fact is asked for at all at the levels chosen: on its own, or as a part."""
        above = self.above(name)
        return not above or any(self.way(p) == PARTS and self.open(p) for p in above)

    def reads(self, name: str) -> bool:
        """Whether an answer under a name counts at the levels chosen."""
        return name in self.prepared.needed and self.way(name) == WHOLE and self.open(name)

    def leaves(self, name: str) -> Iterator[str]:
        """The facts that are asked for a name."""
        if self.way(name) == PARTS:
            for part in self.parts[name]:
                yield from self.leaves(part)
        else:
            yield name

    def roots(self, name: str) -> frozenset[str]:
        """The facts at the top that a name is asked for."""
        above = [p for p in self.above(name) if self.way(p) == PARTS]
        return frozenset(r for p in above for r in self.roots(p)) or frozenset({name})


def levels(
    standard: Standard,
    ways: Mapping[str, str] | None = None,
    method: str | None = None,
    readings: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Levels:
    """The levels of a standard: the caller's choices, then those of the answers, then the usual ones.

    What was answered is asked as a whole, and what was answered in part by its parts. Usually the
    number of deprivations is asked by its indicators, an indicator that rests on one code or truth
    by that one, and all else as it is.
    """
    prepared = prepare(standard, method or standard.default_method, readings)
    names = household_names(standard)
    parts = {n: found for n in sorted(prepared.needed) if n in names for found in [_parts(prepared, n)] if found}
    chosen = {n: PARTS for n, p in parts.items() if n == COUNT or (_is_flag(n) and _one_answer(names, p))}
    chosen |= {
        n: WHOLE if n in answers else PARTS for n in parts if answers and _begun(n, parts, answers, prepared.shared)
    }
    return Levels(prepared, parts, {**chosen, **(ways or {})})


def _begun(name: str, parts: Mapping[str, tuple[str, ...]], answers: Mapping[str, Any], shared: Set[str]) -> bool:
    """Whether a name was answered, or a part of it that it alone reads."""
    return name in answers or any(n not in shared and _begun(n, parts, answers, shared) for n in parts.get(name, ()))


def _is_flag(name: str) -> bool:
    return name.startswith(FLAG)


def _one_answer(names: Mapping[str, Fact], parts: tuple[str, ...]) -> bool:
    return len(parts) == 1 and names[parts[0]].kind in ("code", "boolean")


def _parts(prepared: Prepared, name: str) -> tuple[str, ...]:
    """The facts of the household that a number or indicator is computed from; none where persons come in."""
    rules, names = prepared.rules, givable(prepared.rules)
    if name == COUNT:
        return tuple(FLAG + k for k in rules.indicators)
    tree = prepared.trees.get(name)
    if tree is None or not (_is_flag(name) or (name in rules.facts and names[name].kind == "number")):
        return ()
    nodes = list(Case(prepared, Facts({}, {}, None, None)).visible(tree))
    if any(isinstance(n, Quantifier) for n in walk(tree)):
        return ()
    read = dict.fromkeys(n.name for n in nodes if isinstance(n, Ref) and not n.member and n.name not in prepared.lines)
    return tuple(read) if all(n in names for n in read) else ()


# --- questions ------------------------------------------------------------------------------------


def household(answers: Mapping[str, Any], at: Levels) -> dict[str, Any]:
    """The answers that count at the levels chosen, as facts of a household."""
    return {n: v for n, v in answers.items() if at.reads(n)}


def question(
    standard: Standard,
    answers: Mapping[str, Any],
    *,
    on: date | None = None,
    method: str | None = None,
    readings: Mapping[str, str] | None = None,
    ways: Mapping[str, str] | None = None,
    about: str = "",
) -> Question | None:
    """The next question whose answer still matters, or None.

    ``answers`` holds the answers so far by name, None for "don't know"; nothing is asked twice.
    ``ways`` chooses for a name whether it is asked as a whole or by its ``"parts"``; ``about`` is
    a name to go on with, where it still matters. What needs one answer is asked before what needs
    many, and among these what settles most.

    Raises :class:`HouseholdError` for answers that are not usable.

    >>> import chuanngheo as cn
    >>> std = cn.standard("vn-2022")
    >>> q = question(std, {"area": "rural"})
    >>> q.name, q.kind, q.unit, q.text("en")
    ('income_per_person', 'number', 'VND/person/month', 'What is the income a person a month?')
    >>> q = question(std, {"area": "rural"}, ways={"income_per_person": "parts"})
    >>> q.name, [i.name for i in q.instead]
    ('income', ['income_per_person'])
    >>> question(std, {"area": "rural", "income": 72_000_000}).name
    'household_size'
    >>> question(std, {"area": "rural", "income_per_person": 1_400_000}).text("en")
    'Is the household deprived in employment?'
    >>> question(std, {"area": "rural", "income_per_person": 4_000_000}) is None
    True
    """
    at = levels(standard, ways, method, readings, answers)
    found = standard.assess(household(answers, at), on=on, method=at.prepared.method, readings=readings)
    return following(found, answers, at, about)


def following(a: Assessment, answers: Mapping[str, Any], at: Levels, about: str = "") -> Question | None:
    """The next question after an assessment of the answers so far."""
    if a.status != "undetermined":
        return None
    asked = still_open(a, answers, at)
    below = set(_leaves(about, answers, at)) if about else set()
    wanted = [k for k, leaves in asked.items() if not below.isdisjoint(leaves)]
    one = [k for k in asked if at.roots(k) != {COUNT} and k != COUNT]
    keys = wanted or one or list(asked)
    if not keys:
        return None
    key = next_question(a.decision, keys) if len(keys) > 1 else keys[0]
    leaves = asked[key if key in asked else keys[0]]
    return ask(a.standard, next((n for n in leaves if n in below), leaves[0]), at)


def still_open(a: Assessment, answers: Mapping[str, Any], at: Levels) -> dict[str, list[str]]:
    """What still matters, each with the questions that were not asked for it yet; {} if nothing is left to ask."""
    facts = a.standard.facts
    found: dict[str, list[str]] = {}
    for key in missing(a.decision):
        if not isinstance(key, str) or (key in facts and facts[key].unread) or _given_up(key, answers, at):
            continue
        leaves = [n for n in _leaves(key, answers, at) if n not in answers]
        if leaves:
            found[key] = leaves
    return found


def _leaves(name: str, answers: Mapping[str, Any], at: Levels) -> Iterator[str]:
    if at.way(name) == PARTS:
        for part in at.parts[name]:
            if not _given_up(part, answers, at):
                yield from _leaves(part, answers, at)
    else:
        yield name


def _given_up(name: str, answers: Mapping[str, Any], at: Levels) -> bool:
    """Whether a number cannot be computed any more, because somebody does not know a part of it."""
    if name == COUNT or _is_flag(name) or at.way(name) != PARTS:
        return False
    return any(n in answers and answers[n] is None for n in at.leaves(name))


def ask(standard: Standard, name: str, at: Levels | None = None) -> Question:
    """The question about one name: to ask it again, or to show what was asked.

    >>> import chuanngheo as cn
    >>> q = ask(cn.standard("vn-2022"), "water_source")
    >>> list(q.choices)[:2], q.part_of
    (['piped', 'bottled'], 'deprived_water')
    """
    at = at or levels(standard)
    fact = household_names(standard)[name]
    flag = _is_flag(name)
    above = at.above(name)
    part_of = next((p for p in above if at.way(p) == PARTS), above[0] if above else "")
    key = (name if flag else part_of).removeprefix(FLAG)
    cite = indicator_cite(standard, key, at.prepared.readings) if key in standard.indicators else None
    words = _WORDS["indicator" if flag else fact.kind]
    choices = (_DEPRIVED if flag else _TRUTHS) if fact.kind == "boolean" else fact.codes
    return Question(
        name, fact.kind, {lang: _spoken(words[lang], fact.labels[lang]) for lang in words}, fact.labels, fact.unit,
        fact.note or _computed(standard, name, at),
        choices, fact.whole, fact.least, fact.most, cite, part_of, tuple(_instead(standard, name, at)),
    )  # fmt: skip


def _computed(standard: Standard, name: str, at: Levels) -> Text:
    """What an amount of one month is, where the library would compute it from one of a year."""
    names = household_names(standard)
    parts = [names[n] for n in at.parts.get(name, ())]
    if not names[name].unit.endswith("/month") or not any(p.unit.endswith("/year") for p in parts):
        return {}
    return {lang: _FROM[lang].format(labels=", ".join(p.labels[lang] for p in parts)) for lang in _FROM}


def _spoken(words: str, label: str) -> str:
    return words.format(label=label, upper=label[:1].upper() + label[1:])


def _instead(standard: Standard, name: str, at: Levels) -> Iterator[Instead]:
    names = household_names(standard)

    def labels(words: Text, of: tuple[str, ...]) -> Text:
        return {lang: words[lang].format(labels="; ".join(names[n].labels[lang] for n in of)) for lang in words}

    if at.parts.get(name):
        yield Instead(name, PARTS, labels(_BY_PARTS, at.parts[name]))
    waiting = list(at.above(name))
    while waiting:
        above = waiting.pop(0)
        if at.way(above) == PARTS:
            yield Instead(above, WHOLE, labels(_AS_FLAG if _is_flag(above) else _AS_WHOLE, (above,)))
            waiting += at.above(above)


# --- answers --------------------------------------------------------------------------------------

_SAID = {
    YES: True, "y": True, "true": True, "đúng": True, "có": True, "c": True,
    NO: False, "n": False, "false": False, "không": False, "không đúng": False, "k": False,
}  # fmt: skip
_MONEY = re.compile(r"\s*(đồng|vnđ|vnd|đ)\Z", re.IGNORECASE)
_GROUPS = re.compile(r"-?[0-9]{1,3}(?:([., ])[0-9]{3})(?:\1[0-9]{3})+\Z")  # 1.500.000: two groups and more
_TWO_SENSES = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}\Z")  # 1.500 is fifteen hundred, or one and a half
_MIXED = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+\Z|-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+\Z")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+\Z")
_SCALES = {"k": 3, "nghìn": 3, "ngàn": 3, "ng": 3, "thousand": 3, "tr": 6, "triệu": 6, "trieu": 6, "m": 6, "million": 6,
           "tỷ": 9, "tỉ": 9, "ty": 9}  # fmt: skip
_SCALED = re.compile(
    rf"([0-9][0-9.,]*)? *({'|'.join(sorted(_SCALES, key=len, reverse=True))}) *(rưỡi|ruoi|[0-9]|[0-9]{{3}}(?: *(?:k|nghìn|ngàn))?)?\Z"
)


def read_answer(standard: Standard, name: str, given: Any, *, on: date | None = None) -> Any:
    """An answer as people write it, as a value of the fact: int, decimal text, bool, code, or None.

    Numbers may be grouped as in Vietnam or in English (``1.500.000``, ``1,500,000``), with a decimal
    comma or point. A text with two senses (``1.500``) is not guessed at. A truth is ``yes`` or ``no``,
    ``có`` or ``không``; blank is "don't know".

    Raises :class:`HouseholdError` saying what was wrong and what to write.

    >>> import chuanngheo as cn
    >>> std = cn.standard("vn-2022")
    >>> read_answer(std, "income_per_person", "1.500.000"), read_answer(std, "floor_area", "32,5")
    (1500000, '32.5')
    >>> read_answer(std, "deprived_water", "không"), read_answer(std, "area", " ")
    (False, None)
    >>> senses("150.000")
    ('150000', '150.0')
    """
    fact = household_names(standard).get(name)
    if fact is None or blank(given):
        return None if blank(given) else given
    value = given.strip() if isinstance(given, str) else given
    if fact.kind == "boolean" and isinstance(value, str):
        value = _SAID.get(value.casefold(), value)
    if fact.kind == "number" and isinstance(value, str):
        value = _digits(fact, value)
    known = read_facts(standard, {name: value}, on).known[name]
    if fact.kind != "number":
        return value
    return known if isinstance(known, int) else value


def _digits(fact: Fact, text: str) -> str:
    """The digits of a number as the library reads them, where its writing has one sense."""
    text = _MONEY.sub("", text) if fact.unit.startswith("VND") else text
    text = text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    both = senses(text)
    if both is not None:
        grouped, decimal = both
        problem = Problem("CN051", fact.name, f"{quoted(text)} can mean {grouped} or {decimal}", text,
                          unit_text(fact.unit, "en"), f"write {grouped} or {decimal}")  # fmt: skip
        raise HouseholdError(f"1 problem(s) in the answer: {fact.name}", [problem])
    if _GROUPS.match(text):
        return re.sub("[., ]", "", text)
    if re.match(r"-?[0-9]{1,3} [0-9]{3}\Z", text):  # a blank divides nothing but groups
        return text.replace(" ", "")
    if _MIXED.match(text):
        return text.replace(".", "").replace(",", ".") if text.rindex(",") > text.rindex(".") else text.replace(",", "")
    return text.replace(",", ".") if _COMMA.match(text) else text


def meant(fact: Fact, text: str) -> tuple[str, ...]:
    """The amounts of money that a short writing such as ``1,4 triệu`` or ``2tr5`` can mean, to ask back.

    They are never read as they are: () where the writing is none of these or the fact no money.

    >>> import chuanngheo as cn
    >>> income = cn.facts()["income_per_person"]
    >>> meant(income, "1,4 triệu"), meant(income, "1.400k"), meant(income, "some millions")
    (('1400000',), ('1400000', '1400'), ())
    """
    found = _SCALED.match(_MONEY.sub("", text).strip().casefold()) if fact.unit.startswith("VND") else None
    if found is None or not (found[1] or found[3] in ("rưỡi", "ruoi")):
        return ()
    number, scale, rest = found[1] or "1", 10 ** _SCALES[found[2]], found[3] or ""
    if rest and not number.isdigit():
        return ()  # 1,4 triệu rưỡi
    if rest[:1].isdigit() and _SCALES[found[2]] < _SCALES["tr"]:
        return ()
    if rest[:1].isdigit():  # 2tr5 is two and a half million, 2tr500 as well
        digits = re.sub("[^0-9]", "", rest)
        more = Fraction(int(digits), 10 ** len(digits))
    else:
        more = Fraction(1 if rest else 0, 2)
    both = senses(number)
    if both is None and not re.fullmatch(r"[0-9]+([.,][0-9]+)?", number):
        return ()
    amounts = [(Fraction(n.replace(",", ".")) + more) * scale for n in both or (number,)]
    return tuple(dict.fromkeys(str(a.numerator) for a in amounts if a.denominator == 1))


def senses(text: str) -> tuple[str, str] | None:
    """The two numbers that a text such as ``1.500`` can mean, each written so that it has one sense."""
    if not _TWO_SENSES.match(text):
        return None
    grouped = re.sub("[.,]", "", text)
    decimal = text.replace(",", ".").rstrip("0")
    return grouped, decimal + "0" if len(decimal.partition(".")[2]) in (0, 3) else decimal


__all__ = [
    "Instead",
    "Levels",
    "Question",
    "ask",
    "following",
    "household",
    "levels",
    "meant",
    "question",
    "read_answer",
    "senses",
    "still_open",
]
