"""Score cards as data: items and their options, what holds together, and every sum that can come out.

Nothing here scores a household. An option may lie on a band of a measure (``from 20 to below 30``);
bands say which options can hold together, so that the reachable sums are counted exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

from .domains import Interval
from .model import Cite, Text
from .tree import Both, Compare, Const, Node, Number
from .values import Frozen, evolve, field, frozen

# What the options of one item do that hold together: by the words only one can; the one with the
# most points counts; all count.
COMBINE = ("exclusive", "highest", "additive")
SIDES = ("at_most", "at_least")
ORDERS = ("best_first", "worst_first")
SOME = ""  # among the truths of an item: whether one of its rows holds, whichever
REMEMBERED = 256  # sums of parts of a card: other senses leave most parts as they are


@frozen
class Measure(Frozen):
    """A number that options have bands of: persons, square metres. ``node`` says how it is derived, if said."""

    name: str
    label: Text
    unit: str = ""
    whole: bool = False
    least: Number | None = None
    most: Number | None = None
    at_most: str = ""  # another measure of the card that it cannot exceed
    worse: str = ""  # which way is worse off: less or more
    node: Node | None = None
    text: str = ""

    @property
    def domain(self) -> Interval:
        return Interval(self.least, self.most, whole=self.whole)


@frozen
class Option(Frozen):
    """A row of an item. ``points`` has None in a column whose form does not have the row."""

    name: str
    label: Text
    points: Mapping[str, Number | None]
    measure: str = ""
    band: Interval | None = None
    when: Node | None = None  # the facts under which it holds, if said
    text: str = ""

    def at(self, column: str) -> Number:
        """Its points in a column; a row that the column does not have gives none."""
        return self.points[column] or 0


@frozen
class Item(Frozen):
    """A question of the form: its number there, and its options in their order."""

    number: str
    label: Text
    combine: str
    options: tuple[Option, ...]
    order: str = ""  # whether the rows run from the best off to the worst, where they have no band
    indicator: str = ""  # the indicator that it counts, if it counts one
    cite: Cite | None = None
    note: Text = field(factory=dict)
    stop: bool = False  # where one of its options holds the form ends, and nothing is summed

    def option(self, name: str) -> Option:
        return next(o for o in self.options if o.name == name)


@frozen
class Column(Frozen):
    """A column of points: for whom it is (codes of facts, by which the cut-off is looked up), and its form."""

    name: str
    label: Text
    cells: Mapping[str, str] = field(factory=dict)
    cite: Cite | None = None


@frozen
class CutOff(Frozen):
    """The line that the sum is held against, and the side that is poor (or deprived)."""

    line: str
    side: str  # at_most or at_least


@frozen
class Alternative(Frozen):
    """What an item or option is under another sense of an interpretation."""

    interpretation: str
    sense: str
    item: str
    cite: Cite
    option: str = ""
    points: Mapping[str, Number] = field(factory=dict)
    band: Interval | None = None
    combine: str = ""


@frozen
class ScoreCard(Frozen):
    """A form of points: what is asked, in order, and what each answer scores in each column."""

    name: str
    label: Text
    unit: str
    columns: Mapping[str, Column]
    items: tuple[Item, ...]
    cite: Cite
    measures: Mapping[str, Measure] = field(factory=dict)
    cut_off: CutOff | None = None
    alternatives: tuple[Alternative, ...] = ()
    method: str = ""  # the method that reads its sum

    def item(self, number: str) -> Item:
        """An item by its number on the form: ``card.item("12")``."""
        return next(i for i in self.items if i.number == number)

    @property
    def interpretations(self) -> tuple[str, ...]:
        """The interpretations on which something of the card rests."""
        return tuple(dict.fromkeys(a.interpretation for a in self.alternatives))

    def under(self, readings: Mapping[str, str]) -> ScoreCard:
        """The card under chosen senses; what is not chosen stays as the items say."""
        chosen = [a for a in self.alternatives if readings.get(a.interpretation) == a.sense]
        items = self.items
        for a in chosen:
            items = tuple(_changed(i, a, self.measures) if i.number == a.item else i for i in items)
        return self if not chosen else evolve(self, items=items)


def _changed(item: Item, a: Alternative, measures: Mapping[str, Measure]) -> Item:
    if a.combine:
        item = evolve(item, combine=a.combine)
    return evolve(item, options=tuple(o if o.name != a.option else _other(o, a, measures) for o in item.options))


def _other(option: Option, a: Alternative, measures: Mapping[str, Measure]) -> Option:
    option = evolve(option, points={**option.points, **a.points})
    if a.band is None:
        return option
    of = measures[option.measure].node
    return evolve(option, band=a.band, when=None if of is None else in_band(of, a.band))


def cell(table: Any, codes: Mapping[str, str]) -> Number | None:
    """The number of a line for the codes of a column; None where they do not lead to one."""
    while isinstance(table, Mapping):
        ((fact, cells),) = table.items()
        table = cells.get(codes.get(fact, ""))
    return table if table is None or not isinstance(table, Mapping) else None


def in_band(of: Node, band: Interval) -> Node:
    """The test whether a number lies in a band."""
    tests: list[Node] = []
    if band.low is not None and band.low == band.high:
        return Compare("==", of, Const(band.low))
    if band.low is not None:
        tests.append(Compare(">" if band.low_open else ">=", of, Const(band.low)))
    if band.high is not None:
        tests.append(Compare("<" if band.high_open else "<=", of, Const(band.high)))
    return tests[0] if len(tests) == 1 else Both(True, tuple(tests))


# --- what an item scores -------------------------------------------------------------------------


def ends(item: Item, truths: Mapping[str, frozenset[bool]], column: str) -> tuple[Number, Number]:
    """The least and the greatest points of an item, of whose options each holds, does not or may hold."""
    if item.combine == "additive":
        met = [_one_of(group, truths, column) for group in exclusive_groups(item)]
        return sum(low for low, _ in met), sum(high for _, high in met)
    if item.combine == "highest":
        held = [o.at(column) for o in item.options if truths[o.name] == {True}]
        some = [o.at(column) for o in item.options if True in truths[o.name]]
        if not held and truths.get(SOME, frozenset()) == {True}:
            held = [min(some)]
        return max(held, default=0), max(some, default=0)
    options = item.options if item.order != "worst_first" else item.options[::-1]
    return _one_of(options, truths, column, truths.get(SOME, frozenset()) == {True})


def some_row(card: ScoreCard, item: Item) -> Node | None:
    """The test whether one of the rows of an item holds, whichever; None where no test says when a row does."""
    tests = tuple(o.when for o in item.options if o.when is not None)
    if len(tests) < len(item.options) or len(tests) < 2:
        return None
    bands = sorted((o.band for o in item.options if o.band is not None), key=lambda b: (b.low is not None, b.low))
    if len(bands) == len(tests) and len({o.measure for o in item.options}) == 1:
        measure = card.measures[item.options[0].measure]
        if measure.node is not None and all(_adjoin(a, b, measure.whole) for a, b in pairwise(bands)):
            first = tests[0].parts[0] if isinstance(tests[0], Both) else tests[0]
            assert isinstance(first, Compare)
            return in_band(first.left, bands[0].join(bands[-1]))
    return Both(False, tests)


def _adjoin(a: Interval, b: Interval, whole: bool) -> bool:
    """Whether a band begins where another ends."""
    if a.high is None or b.low is None:
        return False
    return a.high_open != b.low_open if a.high == b.low else whole and a.high + 1 == b.low


def exclusive_groups(item: Item) -> list[tuple[Option, ...]]:
    """The options of an additive item, those with bands of one measure together: of them one holds."""
    found: dict[str, tuple[Option, ...]] = {}
    for o in item.options:
        key = o.measure if o.band is not None else f" {o.name}"
        found[key] = (*found.get(key, ()), o)
    return list(found.values())


def _one_of(
    options: tuple[Option, ...], truths: Mapping[str, frozenset[bool]], column: str, sure: bool = False
) -> tuple[Number, Number]:
    """Of rows of which one counts, the first that holds: between the least and greatest that may be it.

    Without a row there are no points, unless it is ``sure`` that one holds.
    """
    points: list[Number] = []
    for o in options:
        if True in truths[o.name]:
            points.append(o.at(column))
        if truths[o.name] == {True}:
            return min(points), max(points)
    return min(points if sure else [*points, 0], default=0), max([*points, 0])


# --- what can hold together -----------------------------------------------------------------------


def banded(options: Iterable[Option], measure: str) -> tuple[Option, ...]:
    """The options with a band of a measure."""
    return tuple(o for o in options if o.band is not None and o.measure == measure)


def cells(measure: Measure, bands: Iterable[Interval]) -> tuple[Interval, ...]:
    """The values of a measure cut wherever a band begins or ends, in rising order."""
    domain = measure.domain
    met = [b for band in bands if (b := band.meet(domain)) is not None]
    if measure.whole:
        starts = {b.low for b in met} | {b.high + 1 for b in met if b.high is not None} | {domain.low}
        lows = sorted(s for s in starts if s is not None)
        pieces = [Interval(low, after - 1) for low, after in pairwise(lows)] + [Interval(low) for low in lows[-1:]]
        if domain.low is None:
            pieces.insert(0, Interval(None, lows[0] - 1) if lows else Interval())
    else:
        cuts = sorted({x for b in (domain, *met) for x in (b.low, b.high) if x is not None})
        pieces = [Interval(None, cuts[0], high_open=True)] if cuts else [Interval()]
        pieces += [x for a, b in pairwise(cuts) for x in (Interval(a, a), Interval(a, b, True, True))]
        pieces += [x for last in cuts[-1:] for x in (Interval(last, last), Interval(last, None, True))]
    return tuple(p for piece in pieces if (p := piece.meet(domain)) is not None)


def holding(options: Iterable[Option], piece: Interval) -> tuple[Option, ...]:
    """Those of some options of one measure that hold all over a cell."""
    return tuple(o for o in options if o.band is not None and o.band.meet(piece) is not None)


def runs(measure: Measure, options: tuple[Option, ...]) -> tuple[tuple[Interval, tuple[Option, ...]], ...]:
    """The values of a measure, cut where other options hold: a band, and the options that hold on it."""
    found: list[tuple[Interval, tuple[Option, ...]]] = []
    for piece in cells(measure, (o.band for o in options if o.band is not None)):
        held = holding(options, piece)
        if found and found[-1][1] == held:
            last = found.pop()[0]
            piece = last.join(piece)
        found.append((piece, held))
    return tuple(found)


# --- sums -----------------------------------------------------------------------------------------

Sums = frozenset[Number]
NOTHING: Sums = frozenset({0})


def reachable(card: ScoreCard, column: str) -> Sums:
    """Every sum that some way of answering the items gives in a column.

    A measure has one value, which no more than ``at_most`` may exceed another; an option without a
    band may hold or not, whatever the others do.
    """
    total = NOTHING
    for names, items in components(card):
        total = _added(total, _component(tuple(card.measures[n] for n in names), items, column))
    return total


def components(card: ScoreCard) -> Iterator[tuple[tuple[str, ...], tuple[Item, ...]]]:
    """Measures that bound each other or share an item, with the items that have bands of them."""
    waiting = list(card.items)
    while waiting:
        items = [waiting.pop(0)]
        names = _measures(card, items)
        while also := [i for i in waiting if names & _measures(card, [i])]:
            items += also
            waiting = [i for i in waiting if i not in also]
            names = _measures(card, items)
        yield tuple(n for n in card.measures if n in names), tuple(items)


def _measures(card: ScoreCard, items: Iterable[Item]) -> set[str]:
    names = {o.measure for i in items for o in i.options if o.band is not None}
    return names | {card.measures[n].at_most for n in names if card.measures[n].at_most}


@lru_cache(maxsize=REMEMBERED)
def _component(measures: tuple[Measure, ...], items: tuple[Item, ...], column: str) -> Sums:
    options = tuple(o for i in items for o in i.options)
    bounds = [(m.name, m.at_most) for m in measures if m.at_most]
    found: set[Number] = set()
    for values in product(*(runs(m, banded(options, m.name)) for m in measures)):
        at = {m.name: band for m, (band, _) in zip(measures, values, strict=True)}
        if not all(_within(at[name], at[bound]) for name, bound in bounds):
            continue
        held = {id(o) for _, some in values for o in some}
        sums = NOTHING
        for item in items:
            sums = _added(sums, points_of(item, tuple(o for o in item.options if id(o) in held), column))
        found |= sums
    return frozenset(found)


def _within(band: Interval, bound: Interval) -> bool:
    """Whether some value of a band does not exceed some value of another."""
    return band.meet(Interval(None, bound.high, high_open=bound.high_open)) is not None


def points_of(item: Item, held: tuple[Option, ...], column: str) -> Sums:
    """What an item can score when, of its options with a band, these hold."""
    fixed = [o.at(column) for o in held]
    free = [o.at(column) for o in item.options if o.band is None]
    if item.combine == "additive":
        return _added(frozenset({sum(fixed)}), _subsets(tuple(free)))
    if item.combine == "highest" and fixed:
        least = max(fixed)
        return frozenset({least, *(max(least, p) for p in free)})
    return frozenset([*fixed, *free] if fixed else [0, *free])


@lru_cache(maxsize=REMEMBERED)
def _subsets(points: tuple[Number, ...]) -> Sums:
    sums = NOTHING
    for p in points:
        sums |= frozenset(s + p for s in sums)
    return sums


def _added(a: Sums, b: Sums) -> Sums:
    return frozenset(x + y for x in a for y in b)


def nearest_sums(sums: Sums, line: Number) -> tuple[Number | None, bool, Number | None]:
    """The greatest sum below a line, whether the line itself is a sum, the least sum above it."""
    below = max((s for s in sums if s < line), default=None)
    return below, line in sums, min((s for s in sums if s > line), default=None)
