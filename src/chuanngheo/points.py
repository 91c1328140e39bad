"""Score cards as columns: the least and the greatest sum that a row of households leaves open.

The same items and rows as for one household (:mod:`scoring`): a test of a row can hold or fail
where what is known of it meets a region of that answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from .case import Key
from .deciding import COUNT
from .formula import FALSE, TRUE, Formula, and_, compare, greatest, if_, least, lit, not_, number, or_, plus, times
from .prepared import Prepared
from .regions import Region
from .rows import Row
from .scorecards import Column, Item, Option, ScoreCard, exclusive_groups, some_row
from .scoring import counts_indicators, open_ways
from .tree import Node, Number
from .values import Frozen, frozen


@frozen
class Named(Frozen):
    """Something to settle that is no fact: an interpretation."""

    name: str


@frozen
class Sum(Frozen):
    """A card in a row: where its facts are given, and the least and greatest its points can come to."""

    opened: Formula
    low: Formula
    high: Formula
    open: tuple[tuple[Key, Formula], ...] = ()  # what would settle it: unknowns, names, each with its condition


def sums(row: Row) -> dict[str, Sum]:
    """The cards of the method whose facts the table has, by name."""
    prepared = row.prepared
    return {name: _Card(row, name).sum() for name in prepared.cards if _opened(row, name) != FALSE}


def _opened(row: Row, name: str) -> Formula:
    if counts_indicators(row.prepared.cards[name]):
        return or_(row.given(COUNT), row.counted_otherwise)
    own = row.prepared.own_card_names(name)
    return TRUE if row.members else or_(*(row.given(n) for n in sorted(own) if n in row.sources))


class _Card:
    """One card over one kind of row."""

    def __init__(self, row: Row, name: str) -> None:
        self.row, self.name = row, name
        self.prepared: Prepared = row.prepared
        self.truths: dict[Node, tuple[Formula, Formula]] = {}
        self.columns: dict[str, Formula] = {}
        self.items: dict[Item, tuple[Formula, Formula]] = {}

    def sum(self) -> Sum:
        card = self.prepared.cards[self.name]
        opened = _opened(self.row, self.name)
        if counts_indicators(card):
            each = int(card.items[0].options[0].at(next(iter(card.columns))))
            low, high = self.row.count
            flags = [(flag, and_(self.row.flag(flag, True), self.row.flag(flag, False))) for flag in self.row.flags]
            return Sum(opened, times(low, each), times(high, each), tuple(flags))
        undecided, ways = open_ways(self.prepared, self.name, self.prepared.readings)
        met = [self.item([way.items[n] for way in ways], card) for n in range(len(card.items))]
        wanted = [w for n, ends in enumerate(met) for w in self.wanted(card, ways, n, ends, undecided)]
        return Sum(opened, plus(*(low for low, _ in met)), plus(*(high for _, high in met)), tuple(wanted))

    def item(self, ways: list[Item], card: ScoreCard) -> tuple[Formula, Formula]:
        """The least and greatest points of an item over the senses left open."""
        ends = list(dict.fromkeys(self.ends(way, card) for way in ways))
        return least(*(low for low, _ in ends)), greatest(*(high for _, high in ends))

    def wanted(
        self, card: ScoreCard, ways: list[ScoreCard], n: int, ends: tuple[Formula, Formula], undecided: list[str]
    ) -> Iterator[tuple[Key, Formula]]:
        """What would settle an item."""
        open_ = not_(compare("==", *ends))
        for option in ways[0].items[n].options:
            can, cannot = self.truth(option.when)
            for key in dict.fromkeys(k for r in self.regions(option.when) for k in r.bounds):
                yield key, and_(open_, can, cannot)
        several = list(dict.fromkeys(self.ends(way.items[n], card) for way in ways))
        for a, b in pairwise(several):
            apart = or_(not_(compare("==", a[0], b[0])), not_(compare("==", a[1], b[1])))
            yield from ((Named(name), and_(open_, apart)) for name in undecided)
        columns = [self.column(c) for c in card.columns.values()]
        several_columns = compare(">", plus(*map(number, columns)), lit(1)) if len(columns) > 1 else FALSE
        for fact in dict.fromkeys(f for c in card.columns.values() for f in c.cells):
            if fact in self.prepared.rules.facts:
                yield fact, and_(open_, several_columns)

    def ends(self, item: Item, card: ScoreCard) -> tuple[Formula, Formula]:
        if item not in self.items:
            self.items[item] = self._ends(item, card)
        return self.items[item]

    def _ends(self, item: Item, card: ScoreCard) -> tuple[Formula, Formula]:
        if item.combine == "additive":
            met = [self.one_of(g, card) for g in exclusive_groups(item)]
            return plus(*(low for low, _ in met)), plus(*(high for _, high in met))
        if item.combine == "highest":
            scored = [(self.can(o), self.must(o), *self.points(o, card)) for o in item.options]
            most = max((int(v) for o in item.options for v in o.points.values() if v is not None), default=0)
            one = least(*(if_(can, a, lit(most)) for can, _, a, _ in scored))
            low = greatest(if_(self.sure(item, card), one, lit(0)), *(if_(must, a, lit(0)) for _, must, a, _ in scored))
            return low, greatest(lit(0), *(if_(can, b, lit(0)) for can, _, _, b in scored))
        sure = self.sure(item, card)
        return self.one_of(item.options if item.order != "worst_first" else item.options[::-1], card, sure)

    def one_of(self, options: Iterable[Option], card: ScoreCard, sure: Formula = FALSE) -> tuple[Formula, Formula]:
        """Of rows of which one counts, the first that holds; whether it is sure that one does."""
        before = FALSE  # whether a row before this one holds for certain
        options = tuple(options)
        lows: list[tuple[Formula, Formula]] = []
        highs: list[tuple[Formula, Formula]] = []
        for o in options:
            reached = and_(self.can(o), not_(before))
            low, high = self.points(o, card)
            lows.append((reached, low))
            highs.append((reached, high))
            before = or_(before, self.must(o))
        before = or_(before, sure)
        most = greatest(lit(0), *(if_(test, p, lit(0)) for test, p in highs))
        top = max((int(v) for o in options for v in o.points.values() if v is not None), default=0)
        return least(if_(before, lit(top), lit(0)), *(if_(test, p, lit(top)) for test, p in lows)), most

    # --- one row ----------------------------------------------------------------------------------

    def sure(self, item: Item, card: ScoreCard) -> Formula:
        """Whether one of the rows of an item holds for certain, whichever."""
        test = some_row(card, item)
        return FALSE if test is None else not_(self.truth(test)[1])

    def can(self, option: Option) -> Formula:
        return self.truth(option.when)[0]

    def must(self, option: Option) -> Formula:
        return not_(self.truth(option.when)[1])

    def truth(self, test: Node | None) -> tuple[Formula, Formula]:
        """Whether a test can hold, and whether it can fail."""
        if test is None:
            return TRUE, TRUE
        if test not in self.truths:
            self.truths[test] = self.row.holds(test, True), self.row.holds(test, False)
        return self.truths[test]

    def regions(self, test: Node | None) -> Iterable[Region]:
        return () if test is None else (r for c in self.row.cases(test) for r in c.regions)

    def column(self, column: Column) -> Formula:
        """Whether a column can be the household's."""
        if column.name not in self.columns:
            facts = [(f, v) for f, v in column.cells.items() if f in self.prepared.rules.facts]
            self.columns[column.name] = and_(*(self.row.can(f, frozenset({v})) for f, v in facts))
        return self.columns[column.name]

    def points(self, option: Option, card: ScoreCard) -> tuple[Formula, Formula]:
        """The least and greatest points of a row over the columns that can be the household's."""
        by_points: dict[Number, list[Formula]] = {}
        for column in card.columns.values():
            by_points.setdefault(option.at(column.name), []).append(self.column(column))
        rising = sorted(by_points)
        return self._first(rising, by_points), self._first(rising[::-1], by_points)

    def _first(self, order: list[Number], tests: dict[Number, list[Formula]]) -> Formula:
        found = lit(int(order[-1]))
        for value in order[-2::-1]:
            found = if_(or_(*tests[value]), lit(int(value)), found)
        return found


__all__ = ["Named", "Sum", "sums"]
