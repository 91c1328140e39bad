"""The audit of classes: holes, overlaps, classes that never apply, and the order of poverty.

The facts in the conditions are cut where some comparison changes; the cells that come of it are all
the households there are, as far as classes go (:mod:`chuanngheo.regions`). Every choice of readings
is looked at, the defaults first: what is found under them is a fault, what is found only under
another sense is closed by the interpretation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations, product
from typing import Any

from .answering import Standard
from .deciding import COUNT, NO_CLASS
from .domains import Domain, Interval
from .equivalence import (
    answer,
    choices,
    class_names,
    class_readings,
    first_day,
    flag_value,
    flags_apart,
    folded_status,
    sayings,
    statuses_apart,
)
from .findings import DecisionTable, Finding, bounds_text, domain_text
from .household import household_names
from .model import LANGUAGES, NO_CLASS_NAME, Cite, Fact, RuleSet, Text
from .prepared import Prepared, prepare
from .regions import Bounds, Region, class_regions, flag_regions, met, status_regions
from .results import class_cite, indicator_cite
from .tree import Ref, walk
from .values import evolve
from .witness import Household, household_in, least_number, met_wholly

_NO_CLASS = {"vi": "không thuộc loại nào", "en": "no class"}
Choice = Mapping[str, str]


class Seen:
    """What was found under which senses: found again under more of them, it is not told again."""

    def __init__(self) -> None:
        self.under: dict[Any, list[tuple[frozenset[tuple[str, str]], frozenset[str]]]] = {}

    def is_new(self, key: Any, chosen: Choice, said: frozenset[str] = frozenset()) -> bool:
        here = (frozenset(chosen.items()), said)
        before = self.under.setdefault(key, [])
        if any(b != here and b[0] <= here[0] for b in before):
            return False
        before.append(here)
        return True


def class_findings(std: Standard) -> Iterator[Finding]:
    for method in std.methods:
        seen, told = Seen(), list[Finding]()
        for chosen in choices(std, class_readings(std, method)):
            prepared = prepare(std, method, chosen)
            for said in sayings(prepared):
                for finding in _ways(std, prepared, chosen, said, seen):
                    if not _explained(std, finding, told):
                        told.append(finding)
                        yield finding


def _explained(std: Standard, finding: Finding, told: Iterable[Finding]) -> bool:
    """Whether the same household lies in a hole under fewer departures from the defaults already."""
    return (
        finding.kind == "hole"
        and finding.witness is not None
        and any(
            f.kind == "hole"
            and f.readings.items() < finding.readings.items()
            and answer(std, dict(finding.witness), method=finding.method, readings=f.readings) == NO_CLASS_NAME
            for f in told
        )
    )


def _ways(std: Standard, prepared: Prepared, chosen: Choice, said: frozenset[str], seen: Seen) -> Iterator[Finding]:
    regions = class_regions(prepared, said)
    found = [
        *_holes(std, prepared, regions, said),
        *_never(std, prepared, regions, said),
        *_overlaps(std, prepared, said),
        *_order(std, prepared, regions, said),
    ]
    for key, finding in found:
        if seen.is_new(key, chosen, said):
            yield _under(std, finding, prepared.method, chosen)


def _under(std: Standard, finding: Finding, method: str, chosen: Choice) -> Finding:
    """A finding with its method and senses, and the interpretation that closes it: then it is a note."""
    found = evolve(finding, method=method, readings=dict(chosen))
    if chosen:
        last = list(chosen)[-1]
        return evolve(found, severity="note", closed_by=(last, std.interpretations[last].default))
    if finding.kind == "overlap" and finding.witness is not None:
        for name in class_readings(std, method):
            for sense in std.interpretations[name].readings:
                other = answer(std, dict(finding.witness), method=method, readings={name: sense})
                if other in finding.about and other not in finding.answers:
                    return evolve(found, severity="note", closed_by=(name, std.interpretations[name].default))
    return found


Keyed = tuple[Any, Finding]


def _how(prepared: Prepared) -> dict[str, Any]:
    return {"method": prepared.method, "readings": prepared.readings}


def _cites(std: Standard, prepared: Prepared, names: Iterable[str]) -> tuple[Cite, ...]:
    return tuple(dict.fromkeys(class_cite(std, n, prepared.method) for n in names if n in std.classes))


def unread_in(std: RuleSet, bounds: Bounds) -> tuple[str, ...]:
    return tuple(k for k in bounds if isinstance(k, str) and k in std.facts and std.facts[k].unread)


def _holes(std: Standard, prepared: Prepared, regions: Iterable[Region], said: frozenset[str]) -> Iterator[Keyed]:
    for region in regions:
        if region.value != NO_CLASS or unread_in(std, region.bounds):
            continue
        witness = household_in(std, region.bounds, said)
        if witness is None:
            continue  # numbers that cannot exceed each other leave nobody in it
        answers = (answer(std, witness, **_how(prepared)),)
        codes = frozenset((k, d) for k, d in region.bounds.items() if not isinstance(d, Interval))
        where = {lang: bounds_text(std, region.bounds, lang) for lang in LANGUAGES}
        yield ("hole", codes), Finding(
            "hole" if answers == (NO_CLASS_NAME,) else "unproved", "error", _nearest(prepared),
            {"vi": f"không thuộc loại nào: {where['vi']}", "en": f"no class: {where['en']}"},
            witness=witness, answers=answers, cites=_cites(std, prepared, _nearest(prepared)),
        )  # fmt: skip


def _nearest(prepared: Prepared) -> tuple[str, ...]:
    return tuple(name for name, _ in prepared.classes)


def _never(std: Standard, prepared: Prepared, regions: Iterable[Region], said: frozenset[str]) -> Iterator[Keyed]:
    there = {r.value for r in regions if unread_in(std, r.bounds) or household_in(std, r.bounds, said) is not None}
    if said:
        return  # what is given only narrows
    for name, node in prepared.classes:
        if name in there:
            continue
        letter = any(r.value is True and household_in(std, r.bounds) is not None for r in flag_regions(prepared, node))
        texts = {
            "vi": f"{std.classes[name].labels['vi']}: " + ("mọi hộ như vậy đã thuộc loại đứng trước" if letter else "điều kiện không thể xảy ra"),
            "en": f"{std.classes[name].labels['en']}: " + ("every such household is in a class before it" if letter else "its condition cannot hold"),
        }  # fmt: skip
        yield ("never", name), Finding("never", "error", (name,), texts, cites=_cites(std, prepared, (name,)))


def _overlaps(std: Standard, prepared: Prepared, said: frozenset[str]) -> Iterator[Keyed]:
    """Pairs of classes whose words both hold; only their order decides."""
    letters = {
        name: [r for r in flag_regions(prepared, node, said) if r.value is True]
        for name, node in prepared.classes
        if not std.classes[name].rest
    }
    for first, second in combinations(letters, 2):
        if nested(std, first, second):
            continue
        for a in letters[first]:
            both = next((x for b in letters[second] if (x := met_wholly(a.bounds, b.bounds)) is not None), None)
            if both is None or unread_in(std, both):
                continue
            witness = household_in(std, both, said)
            if witness is None:
                continue
            answers = (answer(std, witness, **_how(prepared)),)
            labels = [std.classes[n].labels for n in (first, second)]
            where = {lang: bounds_text(std, both, lang) for lang in LANGUAGES}
            codes = frozenset((k, d) for k, d in both.items() if not isinstance(d, Interval))
            yield ("overlap", first, second, codes), Finding(
                "overlap" if answers == (first,) or answers == (answers[0],) else "unproved", "warning", (first, second),
                {"vi": f"vừa là {labels[0]['vi']}, vừa là {labels[1]['vi']}; loại đứng trước được lấy: {where['vi']}",
                 "en": f"both {labels[0]['en']} and {labels[1]['en']}; the one that stands first is taken: {where['en']}"},
                witness=witness, answers=answers, cites=_cites(std, prepared, (first, second)),
            )  # fmt: skip


def nested(std: RuleSet, a: str, b: str) -> bool:
    """Whether one class stands within the other, so that both hold by design."""

    def above(name: str) -> set[str]:
        found = set()
        while name in std.classes and (name := std.classes[name].within):
            found.add(name)
        return found

    return a in above(b) or b in above(a)


def _order(std: Standard, prepared: Prepared, regions: Iterable[Region], said: frozenset[str]) -> Iterator[Keyed]:
    """Pairs of households, the same but for one fact, where the one that is worse off is classed less poor."""
    rank = {name: i for i, (name, _) in enumerate(prepared.classes)}
    facts = household_names(std)
    listed = [r for r in regions if r.value != NO_CLASS and not unread_in(std, r.bounds)]
    read = dict.fromkeys(k for r in listed for k in r.bounds if isinstance(k, str))
    for name in read:
        worse = "more" if name == COUNT or name.startswith("deprived_") else facts[name].worse if name in facts else ""
        if not worse:
            continue
        for poorer in listed:
            for other in listed:
                if rank[other.value] <= rank[poorer.value]:
                    continue
                pair = _worse_and_better(std, name, worse, other, poorer, said)
                if pair is None:
                    continue
                answers = tuple(answer(std, h, **_how(prepared)) for h in pair)
                if answers != (other.value, poorer.value):
                    continue
                label = facts[name].labels if name in facts else {"vi": name, "en": name}
                labels = [std.classes[r.value].labels for r in (other, poorer)]
                yield ("order", name, other.value, poorer.value), Finding(
                    "order", "error", (name, other.value, poorer.value),
                    {"vi": f"{label['vi']} kém hơn mà được xếp {labels[0]['vi']} thay vì {labels[1]['vi']}",
                     "en": f"worse off in {label['en']}, yet {labels[0]['en']} instead of {labels[1]['en']}"},
                    witness=pair[0], other=pair[1], answers=answers,
                    cites=_cites(std, prepared, (poorer.value, other.value)),
                )  # fmt: skip


def _worse_and_better(
    std: Standard, name: str, worse: str, less_poor: Region, poorer: Region, said: frozenset[str]
) -> tuple[Household, Household] | None:
    """A household that is worse off in one fact and classed less poor, and its better-off twin."""
    rest = met(less_poor.bounds, poorer.bounds, name)
    if rest is None:
        return None
    low = {"less": False, "more": True}[worse]
    mine, theirs = less_poor.bounds.get(name), poorer.bounds.get(name)
    if isinstance(mine, frozenset) or isinstance(theirs, frozenset):
        if (mine is not None and low not in mine) or (theirs is not None and (not low) not in theirs):
            return None
        cells: tuple[Any, Any] = (frozenset({low}), frozenset({not low}))
    else:
        spans = _apart(mine or Interval(0, None), theirs or Interval(0, None), worse)
        if spans is None:
            return None
        cells = spans
    pair = tuple(household_in(std, {**rest, name: cell}, said) for cell in cells)
    return (pair[0], pair[1]) if pair[0] is not None and pair[1] is not None else None


def _apart(worse_off: Interval, better_off: Interval, worse: str) -> tuple[Interval, Interval] | None:
    """A part of each interval, so that every value of the first is worse than every one of the second."""
    first, second = (worse_off, better_off) if worse == "less" else (better_off, worse_off)
    below = least_number(first)
    above = second.meet(Interval(below, None, low_open=True, whole=second.whole))
    if above is None:
        return None
    spans = (Interval(below, below, whole=first.whole), above)
    return spans if worse == "less" else (spans[1], spans[0])


# --- interpretations ------------------------------------------------------------------------------------


def sense_findings(std: Standard) -> Iterator[Finding]:
    """Every interpretation with a household on which its senses differ, or a warning that none does."""
    for name, interpretation in std.interpretations.items():
        for sense in interpretation.readings:
            if sense == interpretation.default:
                continue
            found = _sense(std, name, sense)
            yield from found
            if not found:
                yield Finding("idle", "warning", (name,), {
                    "vi": f"{interpretation.question['vi']} Không hộ nào được xếp khác đi: {interpretation.readings[sense]['vi']}.",
                    "en": f"{interpretation.question['en']} No household is classed otherwise: {interpretation.readings[sense]['en']}.",
                }, readings={name: sense})  # fmt: skip


def _sense(std: Standard, name: str, sense: str) -> list[Finding]:
    """What two senses of an interpretation change: with the defaults elsewhere or, failing that, one other sense."""
    interpretation = std.interpretations[name]
    for chosen in _elsewhere(std, name):
        found: dict[str, Finding] = {}
        for method in std.methods:
            left, right = prepare(std, method, chosen), prepare(std, method, {**chosen, name: sense})
            for about, witness, answers, cites, on in _shown(std, left, right):
                found.setdefault(about, Finding(
                    "two_senses", "note", (name, about),
                    {lang: f"{interpretation.question[lang]} {interpretation.readings[interpretation.default][lang]} / "
                           f"{interpretation.readings[sense][lang]}" for lang in LANGUAGES},
                    method=method, readings={**chosen, name: sense}, witness=witness, on=on, answers=answers, cites=cites,
                    closed_by=(name, interpretation.default),
                ))  # fmt: skip
        if found:
            return list(found.values())
    return []


def _elsewhere(std: Standard, name: str) -> Iterator[dict[str, str]]:
    """The senses of the other interpretations: the defaults, then one departure from them."""
    yield {}
    for other, interpretation in std.interpretations.items():
        if other != name:
            yield from ({other: s} for s in interpretation.readings if s != interpretation.default)


Shown = tuple[str, Household, tuple[str, ...], tuple[Cite, ...], Any]


def _shown(std: Standard, left: Prepared, right: Prepared) -> Iterator[Shown]:
    """Where two readings differ: on a class, on indicators, on marks."""
    yield from _classed(std, left, right)
    sides, on = (left, right), first_day(std)
    for name in std.indicators if left.method == std.default_method else ():
        flag = f"deprived_{name}"
        if left.trees.get(flag) == right.trees.get(flag):
            continue
        apart = flags_apart(left, right, flag, on)
        if apart is not None and apart[1] is not None:
            values = tuple(deprived_text(flag_value(std.assess(apart[1], on=on, **_how(p)), name)) for p in sides)
            cites = dict.fromkeys(c for p in sides if (c := indicator_cite(std, name, p.readings)) is not None)
            yield name, apart[1], values, tuple(cites), on
    for name, status in std.statuses.items():
        day = shown_on(std, name)
        apart = statuses_apart(left, right, name, day)
        if apart is not None and apart[1] is not None:
            marks = tuple(mark_text(std.assess(apart[1], on=day, **_how(p)).statuses[name]) for p in sides)
            yield name, apart[1], marks, (status.cite,), day


def _classed(std: Standard, left: Prepared, right: Prepared) -> Iterator[Shown]:
    """A household that two readings class differently, or that only one of them can class."""
    names = class_names(left) | class_names(right)
    if left.classes == right.classes and all(left.trees.get(n) == right.trees.get(n) for n in names):
        return
    for said in sayings(left):
        for a, b in product(class_regions(left, said), class_regions(right, said)):
            both = met_wholly(a.bounds, b.bounds) if a.value != b.value else None
            for bounds in (both, a.bounds, b.bounds) if both is not None else ():
                witness = household_in(std, bounds, said)
                if witness is None:
                    continue
                answers = tuple(answer(std, witness, **_how(p)) for p in (left, right))
                if answers[0] != answers[1]:
                    yield "classes", witness, answers, _cites(std, left, (str(a.value), str(b.value))), None
                    return


def shown_on(std: Standard, name: str) -> date:
    """The day on which a mark is shown: the first that the standard covers and its text was there."""
    status = std.statuses[name]
    return max(d for d in (first_day(std), status.start, status.cite.source.issued) if d is not None)


def mark_text(mark: Any) -> str:
    """``true``, ``false`` or ``unknown``; of the first person where a mark is one of persons."""
    first = mark[0] if isinstance(mark, tuple) else mark
    return "unknown" if first is None else str(first).lower()


def deprived_text(value: bool | None) -> str:
    return {True: "deprived", False: "not deprived", None: "unknown"}[value]


# --- the rules as a table -----------------------------------------------------------------------------


def decision_tables(std: Standard) -> tuple[DecisionTable, ...]:
    """The classes of each method under the default readings, as rows of conditions."""
    return tuple(_decision_table(std, method) for method in std.methods)


def _decision_table(std: Standard, method: str) -> DecisionTable:
    prepared = prepare(std, method)
    regions = class_regions(prepared)
    facts = household_names(std)
    order = {n: i for i, n in enumerate(dict.fromkeys([*std.facts, *facts]))}
    columns = sorted(
        {k for r in regions for k in r.bounds if isinstance(k, str)}, key=lambda n: (facts[n].kind != "code", order[n])
    )
    rank = {name: i for i, (name, _) in enumerate(prepared.classes)}

    def place(region: Region) -> tuple[Any, ...]:
        return rank.get(region.value, len(rank)), [_place(region.bounds.get(c), facts[c]) for c in columns]

    rows: list[tuple[tuple[Text, ...], Text, Cite | None]] = []
    for region in sorted(regions, key=place):
        conditions = tuple(
            {lang: domain_text(region.bounds[c], facts[c], lang) if c in region.bounds else "" for lang in LANGUAGES}
            for c in columns
        )
        if region.value == NO_CLASS:
            rows.append((conditions, _NO_CLASS, None))
        else:
            cls = std.classes[region.value]
            labels = dict(cls.method_labels).get(method, cls.labels)
            rows.append((conditions, labels, class_cite(std, cls.name, method)))
    return DecisionTable(method, std.methods[method].labels, tuple((c, facts[c].labels) for c in columns), tuple(rows))


def _place(domain: Domain | None, fact: Fact) -> tuple[Any, ...]:
    """Where a condition stands in its column: free first, codes in their order, numbers rising."""
    if domain is None:
        return (0,)
    if isinstance(domain, Interval):
        return (1, domain.low is not None, domain.low or 0, domain.low_open)
    return (1, *sorted(list(fact.codes).index(str(c)) if fact.codes else int(c is True) for c in domain))


def method_findings(std: Standard) -> Iterator[Finding]:
    """Pairs of methods that class one household differently: points and measured income are apart."""
    for first, second in combinations(std.methods, 2):
        ways = [prepare(std, m) for m in (first, second)]
        told = set()
        for a, b in product(*(class_regions(p) for p in ways)):
            both = met_wholly(a.bounds, b.bounds) if a.value != b.value and (a.value, b.value) not in told else None
            witness = household_in(std, both) if both is not None else None
            if witness is None:
                continue
            told.add((a.value, b.value))
            names = [std.classes[r.value].labels if r.value in std.classes else _NO_CLASS for r in (a, b)]
            labels = [std.methods[m].labels for m in (first, second)]
            yield Finding(
                "methods", "note", (first, second, str(a.value), str(b.value)),
                {lang: f"{labels[0][lang]}: {names[0][lang]}; {labels[1][lang]}: {names[1][lang]}" for lang in LANGUAGES},
                witness=witness, answers=tuple(answer(std, witness, method=m) for m in (first, second)),
                cites=tuple(dict.fromkeys(c for r, p in zip((a, b), ways, strict=True) for c in _cites(std, p, (str(r.value),)))),
            )  # fmt: skip


def mark_findings(std: Standard) -> Iterator[Finding]:
    """The classes beside which a mark can stand: marks exclude nothing."""
    prepared = prepare(std, std.default_method)
    for name, status in std.statuses.items():
        day = shown_on(std, name)
        holding = [r for r in status_regions(prepared, folded_status(prepared, name), day) if r.value is True]
        for cls in std.classes.values():
            pairs = product([r for r in class_regions(prepared) if r.value == cls.name], holding)
            shown = (
                (household_in(std, both), both)
                for r, h in pairs
                if (both := met_wholly(r.bounds, h.bounds)) is not None
            )
            witness, both = next(((w, b) for w, b in shown if w is not None), (None, {}))
            if witness is None:
                continue
            a = std.assess(witness, on=day)
            where = {lang: bounds_text(std, both, lang) for lang in LANGUAGES}
            yield Finding(
                "beside", "note", (name, cls.name),
                {lang: f"{status.labels[lang]} / {cls.labels[lang]}: {where[lang]}" for lang in LANGUAGES},
                method=prepared.method, witness=witness, on=day, answers=(a.category or a.status, mark_text(a.statuses[name])),
                cites=(status.cite, class_cite(std, cls.name, prepared.method)),
            )  # fmt: skip


def unsettled_findings(std: Standard) -> Iterator[Finding]:
    """Classes that a text which was not found would settle."""
    for name, fact in std.facts.items():
        if not fact.unread:
            continue
        reading = [
            c.name for c in std.classes.values() if any(isinstance(n, Ref) and n.name == name for n in walk(c.node))
        ]
        prepared = prepare(std, std.default_method)
        for region in class_regions(prepared):
            if name not in region.bounds:
                continue
            bounds = {k: d for k, d in region.bounds.items() if k != name}
            witness = household_in(std, bounds)
            if witness is None:
                continue
            yield Finding(
                "unsettled", "note", (name, *reading), _sentence(fact.labels), method=prepared.method, witness=witness,
                answers=(answer(std, witness),), cites=_cites(std, prepared, reading),
            )  # fmt: skip
            break


def _sentence(labels: Text) -> Text:
    return {lang: labels[lang] for lang in LANGUAGES}
