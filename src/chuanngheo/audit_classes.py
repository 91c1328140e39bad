"""The audit of classes: holes, overlaps, classes that never apply, and the order of poverty.

The facts in the conditions are cut where some comparison changes; the cells that come of it are all
the households there are, as far as classes go (:func:`chuanngheo.ways.class_ways`). Every
choice of readings is looked at, the defaults first: what is found under them is a fault, what is
found only under another sense is closed by the interpretation.
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
    clash,
    flag_value,
    flags_apart,
    folded_status,
    shown,
    status_ways,
    statuses_apart,
    ways_of_test,
)
from .errors import ChuanNgheoError
from .findings import DecisionTable, Finding, bounds_text, domain_text, line_labels
from .household import household_names
from .inequalities import Undecided, is_line
from .model import LANGUAGES, NO_CLASS_NAME, Cite, Fact, RuleSet, Text
from .possible import fact_domain
from .prepared import Prepared, prepare
from .regions import Bounds, Region, met, narrowed
from .resolving import PERSON
from .results import class_cite, indicator_cite
from .scorecards import ScoreCard
from .tree import Both, Ref, walk
from .values import Frozen, evolve, field, frozen
from .ways import (
    Straight,
    choices,
    class_names,
    class_readings,
    class_ways,
    condition_ways,
    finer_ways,
    first_day,
    open_case,
    proved,
    sayings,
    tied,
)
from .witness import Household, pair_in, remainder

_NO_CLASS = {"vi": "không thuộc loại nào", "en": "no class"}
Choice = Mapping[str, str]


@frozen
class Fault(Frozen):
    """A finding about classes under one choice of readings, before it is known what closes it."""

    key: tuple[Any, ...]
    finding: Finding
    bounds: Bounds | None = None  # where it holds, if it can be told by a region
    said: frozenset[str] = field(default=frozenset())


class Told:
    """What was told, under which senses: the same region under more of them is not told again."""

    def __init__(self) -> None:
        self.before: dict[Any, list[tuple[frozenset[Any], frozenset[str], Bounds]]] = {}

    def news(self, fault: Fault, chosen: Choice, asked: frozenset[str], whole: Any) -> list[Bounds]:
        """What is left of a fault without what was told under fewer departures from the defaults.

        ``asked`` are the names of which the rules ask whether they were given.
        """
        senses = frozenset(chosen.items())
        said = fault.said | (asked & (fault.bounds or {}).keys())
        before = self.before.setdefault(fault.key, [])
        known = [b for c, other, b in before if c <= senses and other <= said]
        bounds = fault.bounds if fault.bounds is not None else {}
        left = remainder(bounds, known, whole) if fault.bounds is not None else [] if known else [bounds]
        before.append((senses, said, bounds))
        return left


def class_findings(std: Standard) -> Iterator[Finding]:
    for method in std.methods:
        told = Told()
        evaluator = Straight(open_case(prepare(std, method), ()))
        every = list(choices(std, class_readings(std, method)))
        asked = frozenset[str]().union(*(said for chosen in every for said in sayings(prepare(std, method, chosen))))
        for chosen in every:
            prepared = prepare(std, method, chosen)
            for fault in class_faults(std, prepared):
                for bounds in told.news(fault, chosen, asked, evaluator.whole_domain):
                    finding: Finding | None = fault.finding
                    if fault.bounds is not None and bounds != fault.bounds:
                        finding = _elsewhere_in(std, prepared, fault, bounds)
                    if finding is not None:
                        yield _closed(std, finding, method, chosen)
                        break


def class_faults(std: Standard, prepared: Prepared) -> Iterator[Fault]:
    """Everything that is found under one method and one choice of readings."""
    for said in sayings(prepared):
        yield from _holes(std, prepared, said)
        yield from _overlaps(std, prepared, said)
        yield from _order(std, prepared, said)
    yield from _never(std, prepared)
    if not proved(prepared):
        yield Fault(("unproved",), Finding("unproved", "warning", tuple(n for n, _ in prepared.classes), {
            "vi": "điều kiện của các loại so sánh những số gắn với nhau theo cách chưa theo được; có thể còn lỗi chưa thấy",
            "en": "the conditions tie numbers together in a way that is not followed; there may be faults that are not seen",
        }))  # fmt: skip


def _elsewhere_in(std: Standard, prepared: Prepared, fault: Fault, bounds: Bounds) -> Finding | None:
    """The finding shown on a part of its region."""
    if not shown(std, bounds, fault.said)[1]:
        return None
    witness = (
        _decided(std, prepared, bounds, fault.said)
        if fault.finding.kind == "overlap"
        else shown(std, bounds, fault.said)[0]
    )
    if witness is None:
        return None
    where = {lang: bounds_text(std, bounds, lang) for lang in LANGUAGES}
    old = {lang: bounds_text(std, fault.bounds or {}, lang) for lang in LANGUAGES}
    texts = {lang: fault.finding.texts[lang].replace(old[lang], where[lang]) for lang in LANGUAGES}
    return evolve(fault.finding, texts=texts, witness=witness, answers=(answer(std, witness, **_how(prepared)),))


def _closed(std: Standard, finding: Finding, method: str, chosen: Choice) -> Finding:
    """A finding with its method and senses, and the interpretation that closes it: then it is a note."""
    day = first_day(std) if finding.witness is not None and "members" in finding.witness else finding.on
    found = evolve(finding, method=method, readings=dict(chosen), on=day)
    if chosen:
        closing = next((n for n in reversed(list(chosen)) if _gone(std, found, method, chosen, n)), list(chosen)[-1])
        return evolve(found, severity="note", closed_by=(closing, std.interpretations[closing].default))
    if finding.witness is not None and finding.kind in ("overlap", "hole"):
        for name in class_readings(std, method):
            interpretation = std.interpretations[name]
            for sense in interpretation.readings:
                other = answer(std, dict(finding.witness), method=method, readings={name: sense})
                if finding.kind == "overlap" and other in finding.about and other not in finding.answers:
                    return evolve(found, severity="note", closed_by=(name, interpretation.default))
                if finding.kind == "hole" and other in std.classes:
                    return evolve(found, closed_by=(name, sense))
    return found


def _gone(std: Standard, finding: Finding, method: str, chosen: Choice, name: str) -> bool:
    """Whether the household is answered otherwise with one sense put back to its default."""
    fewer = {n: s for n, s in chosen.items() if n != name}
    homes = [dict(h) for h in (finding.witness, finding.other) if h is not None]
    return bool(homes) and tuple(answer(std, h, method=method, readings=fewer) for h in homes) != finding.answers


def _how(prepared: Prepared) -> dict[str, Any]:
    return {"method": prepared.method, "readings": prepared.readings}


def _cites(std: Standard, prepared: Prepared, names: Iterable[str]) -> tuple[Cite, ...]:
    return tuple(dict.fromkeys(class_cite(std, n, prepared.method) for n in names if n in std.classes))


def unread_in(std: RuleSet, bounds: Bounds) -> tuple[str, ...]:
    return tuple(k for k in bounds if isinstance(k, str) and k in std.facts and std.facts[k].unread)


def _holes(std: Standard, prepared: Prepared, said: frozenset[str]) -> Iterator[Fault]:
    names = tuple(name for name, _ in prepared.classes)
    for region in class_ways(prepared, said):
        if region.value != NO_CLASS:
            continue
        witness, there = shown(std, region.bounds, said)
        if not there:
            continue  # numbers that are tied to each other leave nobody in it
        answers = () if witness is None else (answer(std, witness, **_how(prepared)),)
        where = {lang: bounds_text(std, region.bounds, lang) for lang in LANGUAGES}
        yield Fault(("hole",), Finding(
            "hole" if answers == (NO_CLASS_NAME,) else "unproved", "error", names,
            {"vi": f"không thuộc loại nào: {where['vi']}", "en": f"no class: {where['en']}"},
            witness=witness, answers=answers, cites=_cites(std, prepared, names),
        ), region.bounds, said)  # fmt: skip


def _never(std: Standard, prepared: Prepared) -> Iterator[Fault]:
    missing = dict(prepared.classes)
    for said in sayings(prepared):
        for region in class_ways(prepared, said):
            if region.value in missing and shown(std, region.bounds, said)[1]:
                del missing[region.value]
    for name, node in missing.items():
        letter = any(
            r.value is True and shown(std, r.bounds, said)[1]
            for said in sayings(prepared)
            for r in condition_ways(prepared, node, said)
        )
        texts = {
            "vi": f"{std.classes[name].labels['vi']}: " + ("mọi hộ như vậy đã thuộc loại đứng trước" if letter else "điều kiện không thể xảy ra"),
            "en": f"{std.classes[name].labels['en']}: " + ("every such household is in a class before it" if letter else "its condition cannot hold"),
        }  # fmt: skip
        yield Fault(("never", name), Finding("never", "error", (name,), texts, cites=_cites(std, prepared, (name,))))


def _overlaps(std: Standard, prepared: Prepared, said: frozenset[str]) -> Iterator[Fault]:
    """Pairs of classes whose words both hold; only their order decides."""
    letters = {name: node for name, node in prepared.classes if not std.classes[name].rest}
    for first, second in combinations(letters, 2):
        if nested(std, first, second):
            continue
        for region in condition_ways(prepared, Both(True, (letters[first], letters[second])), said):
            if region.value is not True or unread_in(std, region.bounds):
                continue
            if not shown(std, region.bounds, said)[1]:
                continue
            witness = _decided(std, prepared, region.bounds, said)
            answers = () if witness is None else (answer(std, witness, **_how(prepared)),)
            labels = [std.classes[n].labels for n in (first, second)]
            where = {lang: bounds_text(std, region.bounds, lang) for lang in LANGUAGES}
            yield Fault(("overlap", first, second), Finding(
                "overlap" if answers and answers[0] in std.classes else "unproved", "warning", (first, second),
                {"vi": f"vừa là {labels[0]['vi']}, vừa là {labels[1]['vi']}; loại đứng trước được lấy: {where['vi']}",
                 "en": f"both {labels[0]['en']} and {labels[1]['en']}; the one that stands first is taken: {where['en']}"},
                witness=witness, answers=answers, cites=_cites(std, prepared, (first, second)),
            ), region.bounds, said)  # fmt: skip


def _decided(std: Standard, prepared: Prepared, bounds: Bounds, said: frozenset[str]) -> Household | None:
    """The smallest household of a region of which so much is known that its class is certain."""
    witness, _ = shown(std, bounds, said)
    if witness is not None and answer(std, witness, **_how(prepared)) in std.classes:
        return witness
    for region in class_ways(prepared, said):
        both = met(region.bounds, bounds)
        witness = shown(std, both, said)[0] if both is not None else None
        if witness is not None:
            return witness
    return None


def nested(std: RuleSet, a: str, b: str) -> bool:
    """Whether one class stands within the other, so that both hold by design."""

    def above(name: str) -> set[str]:
        found = set()
        while name in std.classes and (name := std.classes[name].within):
            found.add(name)
        return found

    return a in above(b) or b in above(a)


def directed(std: Standard, prepared: Prepared, regions: Iterable[Region]) -> dict[str, str]:
    """The facts that the classes read and in which a household can be worse off, with the way: less or more."""
    facts, apart = household_names(std), tied(prepared)
    read = dict.fromkeys(n for r in regions for k in r.bounds for n in ([x for x, _ in k[1]] if is_line(k) else [k]))
    names = [n for n in read if isinstance(n, str) and n not in apart]
    ways = {
        n: "more" if n == COUNT or n.startswith("deprived_") else facts[n].worse if n in facts else "" for n in names
    }
    return {n: way for n, way in ways.items() if way}


def _order(std: Standard, prepared: Prepared, said: frozenset[str]) -> Iterator[Fault]:
    """Pairs of households, the same but for one fact, where the one that is worse off is classed less poor."""
    facts = household_names(std)
    listed = [r for r in finer_ways(prepared, said) if r.value != NO_CLASS and not unread_in(std, r.bounds)]
    memo = std.memo.setdefault(
        "audit order", {}
    )  # most senses leave the regions as they are, and nothing to find in them
    seen = (frozenset(listed), tuple(name for name, _ in prepared.classes))
    if memo.get(seen) == []:
        return
    memo[seen] = list(_turned(std, prepared, listed, said))
    for name, other, poorer, pair in memo[seen]:
        answers = tuple(answer(std, h, **_how(prepared)) for h in pair)
        label = facts[name].labels if name in facts else {"vi": name, "en": name}
        labels = [std.classes[n].labels for n in (other, poorer)]
        yield Fault(("order", name, other, poorer), Finding(
            "order" if answers == (other, poorer) else "unproved", "error", (name, other, poorer),
            {"vi": f"{label['vi']} kém hơn mà được xếp {labels[0]['vi']} thay vì {labels[1]['vi']}",
             "en": f"worse off in {label['en']}, yet {labels[0]['en']} instead of {labels[1]['en']}"},
            witness=pair[0], other=pair[1], answers=answers, cites=_cites(std, prepared, (poorer, other)),
        ), None, said)  # fmt: skip


def _turned(
    std: Standard, prepared: Prepared, listed: list[Region], said: frozenset[str]
) -> Iterator[tuple[str, str, str, tuple[Household, Household]]]:
    rank = {name: i for i, (name, _) in enumerate(prepared.classes)}
    facts, loose = household_names(std), tied(prepared)
    told = set()
    for name, worse in directed(std, prepared, listed).items():
        whole = fact_domain(facts[name])
        but = {name, COUNT, *loose}
        rests = [(r, {k: d for k, d in r.bounds.items() if k not in but and not is_line(k)}) for r in listed]
        for (poorer, first), (other, second) in product(rests, rests):
            key = (name, other.value, poorer.value)
            if rank[other.value] <= rank[poorer.value] or key in told:
                continue
            if not _may_meet(second, first):
                continue
            if not _can_be_worse(other.bounds.get(name, whole), poorer.bounds.get(name, whole), worse):
                continue
            try:
                pair = pair_in(std, other.bounds, poorer.bounds, name, worse, said, loose)
            except Undecided:
                continue
            if pair is not None:
                told.add(key)
                yield *key, pair


def _can_be_worse(mine: Domain, theirs: Domain, worse: str) -> bool:
    """Whether some value of the first is worse than one of the second."""
    if not isinstance(mine, Interval) or not isinstance(theirs, Interval):
        return True
    low, high = (mine.low, theirs.high) if worse == "less" else (theirs.low, mine.high)
    return low is None or high is None or low < high


def _may_meet(a: Bounds, b: Bounds) -> bool:
    """Whether two regions share a value of every fact: a quick look before numbers are chosen."""
    return all(k not in b or narrowed(d, b[k]) is not None for k, d in a.items())


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


Shown = tuple[str, Household | None, tuple[str, ...], tuple[Cite, ...], Any]


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
            values = tuple(deprived_text(flag_value(std, p, apart[1], name, on)) for p in sides)
            cites = dict.fromkeys(c for p in sides if (c := indicator_cite(std, name, p.readings)) is not None)
            yield name, apart[1], values, tuple(cites), on
    for name, status in std.marks.items():
        read = left.closure([status.node]) | right.closure([status.node])
        if folded_status(left, name) == folded_status(right, name) and all(
            left.trees.get(n) == right.trees.get(n) for n in read
        ):
            continue
        day = shown_on(std, name)
        apart = statuses_apart(left, right, name, day)
        if apart is not None and apart[1] is not None:
            marks = tuple(mark_of(std, apart[1], name, day, **_how(p)) for p in sides)
            yield name, apart[1], marks, (status.cite,), day
        elif apart is None and status.of != PERSON:  # several members tell the senses apart, none alone
            yield name, None, (), (status.cite,), None
    for name, card in std.scorecards.items() if left.method == std.default_method else ():
        yield from _scored(std, left, right, name, card)


def _scored(std: Standard, left: Prepared, right: Prepared, name: str, card: ScoreCard) -> Iterator[Shown]:
    """Households to whom two readings give other points because a row holds by one of them alone."""
    on = first_day(std)
    mine, theirs = left.card(name, left.readings), right.card(name, right.readings)
    for a, b in zip(mine.items, theirs.items, strict=True):
        for one, other in zip(a.options, b.options, strict=True):
            if (
                a.indicator
                or one.band != other.band
                or one.when is None
                or other.when is None
                or one.when == other.when
            ):
                continue
            apart = clash(ways_of_test(left, one.when, on), ways_of_test(right, other.when, on), std)
            if apart is not None and apart[1] is not None:
                points = tuple(_points_of(std, name, a.number, apart[1], p.readings, on) for p in (left, right))
                yield f"{name}.{a.number}", apart[1], points, (a.cite or card.cite,), on


def _points_of(std: Standard, card: str, item: str, household: Household, readings: Mapping[str, str], on: date) -> str:
    found = std.score(card, household, on=on, readings=readings).item(item)
    return str(found.low) if found.low == found.high else f"{found.low}-{found.high}"


def _classed(std: Standard, left: Prepared, right: Prepared) -> Iterator[Shown]:
    """A household that two readings class differently, or that only one of them can class."""
    names = class_names(left) | class_names(right)
    if left.classes == right.classes and all(left.trees.get(n) == right.trees.get(n) for n in names):
        return
    for said in dict.fromkeys((*sayings(left), *sayings(right))):
        for a, b in product(class_ways(left, said), class_ways(right, said)):
            both = met(a.bounds, b.bounds) if a.value != b.value else None
            for bounds in (both, a.bounds, b.bounds) if both is not None else ():
                witness, _ = shown(std, bounds, said)
                if witness is None:
                    continue
                answers = tuple(answer(std, witness, **_how(p)) for p in (left, right))
                if answers[0] != answers[1]:
                    on = first_day(std) if "members" in witness else None
                    yield "classes", witness, answers, _cites(std, left, (str(a.value), str(b.value))), on
                    return


def shown_on(std: Standard, name: str) -> date:
    """The day on which a mark is shown: the first that the standard covers and its text was there."""
    status = std.marks[name]
    return max(d for d in (first_day(std), status.start, status.cite.source.issued) if d is not None)


def mark_of(std: Standard, household: Household, name: str, on: date, **how: Any) -> str:
    """The mark of a household as :func:`mark_text` says it, or the code of the error."""
    try:
        a = std.assess(household, on=on, **how)
        return mark_text({**a.statuses, **a.groups}.get(name))
    except ChuanNgheoError as error:
        return error.problems[0].code if error.problems else "error"


def mark_text(mark: Any) -> str:
    """``true``, ``false`` or ``unknown``; of the first person where a mark is one of persons."""
    first = next(iter(mark), None) if isinstance(mark, tuple) else mark
    return "unknown" if first is None else str(first).lower()


def deprived_text(value: bool | None) -> str:
    return {True: "deprived", False: "not deprived", None: "unknown"}[value]


# --- the rules as a table -----------------------------------------------------------------------------


def decision_tables(std: Standard) -> tuple[DecisionTable, ...]:
    """The classes of each method under the default readings, as rows of conditions."""
    return tuple(_decision_table(std, method) for method in std.methods)


def _decision_table(std: Standard, method: str) -> DecisionTable:
    prepared = prepare(std, method)
    regions = [r for r in class_ways(prepared) if shown(std, r.bounds)[1]]
    facts = household_names(std)
    order = {n: i for i, n in enumerate(dict.fromkeys([*std.facts, *facts]))}
    named = {k for r in regions for k in r.bounds if isinstance(k, str)}
    columns: list[Any] = sorted(named, key=lambda n: (facts[n].kind != "code", order[n]))
    columns += sorted({k for r in regions for k in r.bounds if is_line(k)}, key=repr)
    labels = [facts[c].labels if isinstance(c, str) else line_labels(std, c) for c in columns]
    kinds = [facts[c] if isinstance(c, str) else Fact(c[0], "number", {}) for c in columns]
    rank = {name: i for i, (name, _) in enumerate(prepared.classes)}

    def place(region: Region) -> tuple[Any, ...]:
        return rank.get(region.value, len(rank)), [
            _place(region.bounds.get(c), f) for c, f in zip(columns, kinds, strict=True)
        ]

    rows: list[tuple[tuple[Text, ...], Text, Cite | None]] = []
    for region in sorted(regions, key=place):
        conditions = tuple(
            {lang: domain_text(region.bounds[c], f, lang) if c in region.bounds else "" for lang in LANGUAGES}
            for c, f in zip(columns, kinds, strict=True)
        )
        if region.value == NO_CLASS:
            rows.append((conditions, _NO_CLASS, None))
        else:
            cls = std.classes[region.value]
            own = dict(cls.method_labels).get(method, cls.labels)
            rows.append((conditions, own, class_cite(std, cls.name, method)))
    names = [c if isinstance(c, str) else line_labels(std, c)["en"] for c in columns]
    return DecisionTable(method, std.methods[method].labels, tuple(zip(names, labels, strict=True)), tuple(rows))


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
        for a, b in product(*(class_ways(p) for p in ways)):
            both = met(a.bounds, b.bounds) if a.value != b.value and (a.value, b.value) not in told else None
            witness = shown(std, both)[0] if both is not None else None
            if witness is None:
                continue
            answers = tuple(answer(std, witness, method=m) for m in (first, second))
            if answers != tuple(NO_CLASS_NAME if r.value == NO_CLASS else r.value for r in (a, b)):
                continue  # facts that are tied through persons: another region may show it
            told.add((a.value, b.value))
            names = [std.classes[r.value].labels if r.value in std.classes else _NO_CLASS for r in (a, b)]
            labels = [std.methods[m].labels for m in (first, second)]
            yield Finding(
                "methods", "note", (first, second, str(a.value), str(b.value)),
                {lang: f"{labels[0][lang]}: {names[0][lang]}; {labels[1][lang]}: {names[1][lang]}" for lang in LANGUAGES},
                witness=witness, on=first_day(std) if "members" in witness else None, answers=answers,
                cites=tuple(dict.fromkeys(c for r, p in zip((a, b), ways, strict=True) for c in _cites(std, p, (str(r.value),)))),
            )  # fmt: skip


def mark_findings(std: Standard) -> Iterator[Finding]:
    """The classes beside which a mark can stand: marks exclude nothing."""
    prepared = prepare(std, std.default_method)
    for name, status in std.statuses.items():
        day = shown_on(std, name)
        holding = [r for r in status_ways(prepared, name, day) if r.value is True]
        for cls in std.classes.values():
            for r, h in product([r for r in class_ways(prepared) if r.value == cls.name], holding):
                both = met(r.bounds, h.bounds)
                witness = shown(std, both)[0] if both is not None else None
                if both is None or witness is None:
                    continue
                answers = (answer(std, witness, on=day), mark_of(std, witness, name, day))
                if answers != (cls.name, "true"):
                    continue
                where = {lang: bounds_text(std, both, lang) for lang in LANGUAGES}
                yield Finding(
                    "beside", "note", (name, cls.name),
                    {lang: f"{status.labels[lang]} / {cls.labels[lang]}: {where[lang]}" for lang in LANGUAGES},
                    method=prepared.method, witness=witness, on=day, answers=answers,
                    cites=(status.cite, class_cite(std, cls.name, prepared.method)),
                )  # fmt: skip
                break


def unsettled_findings(std: Standard) -> Iterator[Finding]:
    """Classes that a text which was not found would settle."""
    for name, fact in std.facts.items():
        if not fact.unread:
            continue
        reading = [
            c.name for c in std.classes.values() if any(isinstance(n, Ref) and n.name == name for n in walk(c.node))
        ]
        prepared = prepare(std, std.default_method)
        for region in class_ways(prepared):
            if name not in region.bounds:
                continue
            witness, _ = shown(std, {k: d for k, d in region.bounds.items() if k != name})
            if witness is None:
                continue
            yield Finding(
                "unsettled", "note", (name, *reading), _sentence(fact.labels), method=prepared.method, witness=witness,
                answers=(answer(std, witness),), cites=_cites(std, prepared, reading),
            )  # fmt: skip
            break


def _sentence(labels: Text) -> Text:
    return {lang: labels[lang] for lang in LANGUAGES}
