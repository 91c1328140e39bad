"""Score cards filled in from the facts of a household.

Each option holds, does not hold or may hold; an item then scores between a least and a greatest
number of points, and so does the card. Points are never turned into money.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from itertools import product
from typing import Any

from .case import Case, Key, spell
from .deciding import COUNT, FOR_VALUE, Decision, outcomes_of, place
from .domains import Interval
from .model import Text
from .possible import Evaluator
from .prepared import Prepared
from .scorecards import SOME, Column, Item, Option, ScoreCard, ends, some_row
from .tree import Node, Number, Quantifier, Ref, walk
from .values import Frozen, evolve, frozen
from .version import provenance

BOTH = frozenset({True, False})
Truths = Mapping[str, frozenset[bool]]  # of the options of an item, by name


@frozen
class ItemScore(Frozen):
    """What one item scores: the options that hold, those that may, and the points between."""

    number: str
    label: Text
    held: tuple[str, ...]
    open: tuple[str, ...]
    low: Number
    high: Number
    missing: tuple[str, ...] = ()  # the facts, or the interpretations, that would settle it

    @property
    def value(self) -> Number | None:
        """The points, or None where something is missing."""
        return self.low if self.low == self.high else None


@frozen
class OtherScore(Frozen):
    """What the card would come to under another sense of an interpretation."""

    interpretation: str
    sense: str
    low: Number
    high: Number


@frozen
class Score(Frozen):
    """A card filled in. ``columns`` are those that can be the household's; ``stopped`` ends the form.

    ``value`` is None unless every completion of the missing facts gives the same sum.
    """

    card: str
    unit: str
    columns: tuple[str, ...]
    low: Number
    high: Number
    items: tuple[ItemScore, ...]
    stopped: frozenset[bool] = frozenset({False})
    others: tuple[OtherScore, ...] = ()
    standard: str = ""  # its exact id

    @property
    def provenance(self) -> dict[str, Any]:
        """What the score rests on: ``standards`` (exact ids), ``code_version``, ``data_version``; JSON-ready."""
        return provenance(self.standard)

    @property
    def value(self) -> Number | None:
        return self.low if self.low == self.high else None

    def item(self, number: str) -> ItemScore:
        """An item by its number on the form."""
        return next(i for i in self.items if i.number == number)

    @property
    def missing(self) -> tuple[str, ...]:
        """What would settle it, that of the widest item first."""
        wide = sorted((i for i in self.items if i.missing), key=lambda i: i.low - i.high)
        return tuple(dict.fromkeys(k for i in wide for k in i.missing))


# --- from facts -----------------------------------------------------------------------------------


def scores(case: Case) -> dict[str, Score]:
    """The cards of the method that are filled in from facts here, by name."""
    return {name: score(case, name) for name in case.prepared.cards if opened(case, name)}


def score(case: Case, name: str) -> Score:
    """One card of the standard, from what is known of a household."""
    prepared = case.prepared
    decision = Decision(case)
    met: dict[Any, frozenset[bool]] = {}  # most tests are the same in every sense
    return with_others(prepared, name, lambda readings: _scored(decision, name, readings, met))


def asked(case: Case, test: Node) -> set[Key]:
    """The unknowns that a test comes to read, as far as it is not settled without them."""
    evaluator = Evaluator(case)
    flags = [n for n in walk(test) if isinstance(n, Ref) and n.name in case.flags]
    trees = [case.prepared.trees[n.name] if case.derives(n.name) else n for n in flags] or [test]
    found: set[Key] = set()
    with case.effort.limited(FOR_VALUE):
        for tree in trees:
            possible = case.unknowns(tree)
            found |= {k for _, e in outcomes_of(case, tree) for k in e if k in possible}
            for q in (n for n in walk(tree) if isinstance(n, Quantifier)):
                for i in range(case.facts.members or 0):
                    parts = [p for p in (q.where, q.body) if p is not None]
                    found |= {k for p in parts for _, e in evaluator.outcomes(p, {}, i) for k in e if k in possible}
    return found


def open_ways(prepared: Prepared, name: str, readings: Mapping[str, str]) -> tuple[list[str], list[ScoreCard]]:
    """The undecided interpretations of a card, and the card under each way in which they can be read."""
    known = prepared.rules.interpretations
    undecided = [i for i in prepared.card_interpretations(name) if readings[i] == known[i].undecided]
    ways = product(*(known[i].open_senses for i in undecided))
    return undecided, [prepared.card(name, {**readings, **dict(zip(undecided, way, strict=True))}) for way in ways]


def with_others(prepared: Prepared, name: str, make: Callable[[Mapping[str, str]], Score]) -> Score:
    """A card as chosen, beside what each other sense of an interpretation would make of it."""
    made = make(prepared.readings)
    others = []
    for i in prepared.card_interpretations(name):
        for sense in prepared.rules.interpretations[i].readings:
            if sense != prepared.readings[i]:
                other = make({**prepared.readings, i: sense})
                if (other.low, other.high) != (made.low, made.high):
                    others.append(OtherScore(i, sense, other.low, other.high))
    return evolve(made, others=tuple(others), standard=prepared.rules.exact_id)


def _scored(
    decision: Decision, name: str, readings: Mapping[str, str], remembered: dict[Any, frozenset[bool]]
) -> Score:
    """The card under one choice of readings, or all that its undecided ones leave open."""
    undecided, ways = open_ways(decision.case.prepared, name, readings)
    card = ways[0]
    chosen = [c for c in card.columns.values() if all(_can_be(decision, f, v) for f, v in c.cells.items())]

    def truth(test: Node | None) -> frozenset[bool]:
        if test not in remembered:
            remembered[test] = BOTH if test is None else _truths(decision, test)
        return remembered[test]

    def truths(item: Item) -> dict[str, frozenset[bool]]:
        found = {o.name: truth(o.when) for o in item.options}
        if item.combine != "additive" and {True} not in found.values() and BOTH in found.values():
            found[SOME] = truth(some_row(card, item))
        return found

    case = decision.case

    def unknown(o: Option) -> Iterable[str]:
        return map(spell, sorted(asked(case, o.when), key=place)) if o.when is not None else ()

    given = frozenset(k for k in case.known if isinstance(k, str))
    items = tuple(
        score_item([(way.items[i], truths(way.items[i])) for way in ways], chosen, undecided, unknown, given)
        for i in range(len(card.items))
    )
    made = total(card, chosen, items, [truths(i) for i in card.items if i.stop])
    return _by_count(decision, card, made) if counts_indicators(card) else made


def total(card: ScoreCard, columns: Iterable[Column], items: tuple[ItemScore, ...], stops: Iterable[Truths]) -> Score:
    """The sum of the items, and whether the form ends before them."""
    met = [truth for truths in stops for truth in truths.values()]
    certain = any(t == {True} for t in met)
    stopped = frozenset({True}) if certain else frozenset({False, *(True for t in met if True in t)})
    names = tuple(c.name for c in columns)
    return Score(card.name, card.unit, names, sum(i.low for i in items), sum(i.high for i in items), items, stopped)


def score_item(
    ways: list[tuple[Item, Truths]],
    columns: list[Column],
    undecided: Iterable[str],
    unknown: Callable[[Option], Iterable[str]],
    given: Set[str],
) -> ItemScore:
    """One item over the columns and senses that are open; ``unknown`` names what would settle an option."""
    item, truths = ways[0]
    met = [[ends(way, t, c.name) for c in columns] for way, t in ways]
    low, high = min(a for m in met for a, _ in m), max(b for m in met for _, b in m)
    held = tuple(o.name for o in counting(item, truths))
    open_ = tuple(o.name for o in item.options if truths[o.name] == BOTH)
    missing: dict[str, None] = {}
    if low != high:
        for o in item.options:
            if truths[o.name] == BOTH:
                missing.update(dict.fromkeys(unknown(o)))
        if any(m != met[0] for m in met):
            missing.update(dict.fromkeys(undecided))
        if len(set(met[0])) > 1:
            missing.update(dict.fromkeys(f for c in columns for f in c.cells if f not in given))
    return ItemScore(item.number, item.label, held, open_, low, high, tuple(missing))


def counting(item: Item, truths: Truths) -> tuple[Option, ...]:
    """The options that hold for certain and count: of rows that exclude each other the best alone."""
    sure = [o for o in item.options if truths[o.name] == {True}]
    if item.combine == "additive":
        return tuple(sure)
    if item.order == "worst_first":
        sure = sure[::-1]
    return tuple(sure[:1]) if item.combine == "exclusive" else tuple(sure)


def _can_be(decision: Decision, fact: str, code: str) -> bool:
    if fact not in decision.case.prepared.rules.facts:
        return True
    return any(v == code for v, _ in decision.evaluate(Ref(fact)))


def _truths(decision: Decision, node: Any) -> frozenset[bool]:
    return frozenset(v is True for v, _ in decision.evaluate(node))


def counts_indicators(card: ScoreCard) -> bool:
    """Whether each item is an indicator with the same points: the sum is then their number times these."""
    points = {o.points[c] for i in card.items for o in i.options for c in card.columns}
    return len(points) == 1 and all(i.indicator and len(i.options) == 1 for i in card.items)


def _by_count(decision: Decision, card: ScoreCard, made: Score) -> Score:
    """The sum by the number of indicators, which indicators that share a fact do not leave as open as their items."""
    case = decision.case
    if len(card.items) != len(case.prepared.rules.indicators):
        return made
    each = card.items[0].options[0].at(next(iter(card.columns)))
    if COUNT in case.known:
        number = case.known[COUNT]
        assert not isinstance(number, str)
        return evolve(made, low=each * number, high=each * number)
    if case.counts_flags:
        counts = decision.counts()
        return evolve(made, low=each * counts[0], high=each * counts[-1])
    return made


def with_scores(case: Case) -> Case:
    """The case with its cards filled in: a sum that is settled is known, another is bounded."""
    found = scores(case)
    if not found:
        return case
    facts = case.facts
    summed = {n: s for n, s in found.items() if n not in facts.known}
    known = {**facts.known, **{n: s.value for n, s in summed.items() if s.value is not None}}
    limits = {n: Interval(s.low, s.high, whole=True) for n, s in summed.items() if s.value is None}
    facts = evolve(facts, known=known, limits={**facts.limits, **limits})
    return Case(case.prepared, facts, case.free, scores=found, summed=frozenset(summed))


def opened(case: Case, name: str) -> bool:
    """Whether a card is filled in from facts here, rather than asked for as a sum."""
    card = case.prepared.cards[name]
    if counts_indicators(card):
        return COUNT in case.known or case.counts_flags
    own = case.prepared.own_card_names(name)
    return case.facts.members is not None or any(n in case.known for n in own)


def wanted(case: Case, keys: Iterable[Key]) -> tuple[str, ...]:
    """Unknowns by name, the sums of cards told by what they rest on."""
    found: dict[str, None] = {}
    for key in keys:
        summed = isinstance(key, str) and key in case.summed
        found.update(dict.fromkeys(case.scores[key].missing if summed else (spell(key),)))
    return tuple(found)


__all__ = [
    "BOTH",
    "ItemScore",
    "OtherScore",
    "Score",
    "counts_indicators",
    "open_ways",
    "score",
    "score_item",
    "scores",
    "total",
    "wanted",
    "with_others",
    "with_scores",
]
