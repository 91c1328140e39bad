"""One standard made ready to be taken apart: its trees under the readings in use, and what each of them reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ..answering import Standard
from ..deciding import COUNT
from ..model import Cite, Class, Derived, Fact, Interpretation, Line, Table
from ..prepared import choose_readings, indicator_grade, prepare
from ..scorecards import ScoreCard
from ..tree import Given, Lookup, Node, Ref, fold, transform, walk
from ..units import unit
from ..values import evolve

FLAG = "deprived_"
POOR = "poor"
WELFARE = ("money", "rice")  # dimensions of what a household lives on


@attrs.frozen(slots=False, eq=False, repr=False)
class Reads:
    """What trees come to read, up to lines and indicators, which are clauses of their own."""

    facts: dict[str, Fact]
    values: dict[str, Derived]
    tables: dict[str, Table]
    lines: dict[str, Line]
    counts: set[str]  # the number of deprivations, and single indicators

    def meaning(self) -> dict[tuple[str, str], Any]:
        """Each fact, value and table by what it means: texts and citations are not rules."""
        found: dict[tuple[str, str], Any] = {("fact", n): _fact(f) for n, f in self.facts.items()}
        found |= {("value", n): d.node for n, d in self.values.items()}
        found |= {("table", n): (t.step_unit, t.codes, t.steps, t.columns, t.between) for n, t in self.tables.items()}
        return found

    @property
    def names(self) -> set[str]:
        return {*self.facts, *self.values, *self.counts}


def _fact(f: Fact) -> Any:
    return (
        f.kind,
        f.entity,
        f.unit,
        tuple(f.codes),
        f.whole,
        f.least,
        f.most,
        f.multiple,
        f.at_most,
        f.asked_if,
        f.of,
        f.unread,
    )


@attrs.frozen(slots=False, eq=False, repr=False)
class Side:
    """A standard under one method: no reading is left to choose."""

    std: Standard
    method: str
    readings: Mapping[str, str]  # of the standard's own interpretations
    classes: tuple[Class, ...]
    values: Mapping[str, Derived]
    indicators: Mapping[str, Derived]
    facts: Mapping[str, Fact]
    cards: Mapping[str, ScoreCard]
    interpretations: Mapping[str, Interpretation]  # of the cards alone
    derive: str = "all"

    def reads(self, nodes: Iterable[Node | None]) -> Reads:
        """What trees of this standard read, through its values and the rules of its facts."""
        found = Reads({}, {}, {}, {}, set())
        waiting = [n for n in nodes if n is not None]
        while waiting:
            for n in walk(waiting.pop()):
                if isinstance(n, Lookup):
                    found.tables.setdefault(n.table, self.std.tables[n.table])
                elif isinstance(n, Ref | Given):
                    waiting += self._name(n.name, found)
        return found

    def _name(self, name: str, found: Reads) -> list[Node]:
        if name in self.std.lines:
            found.lines.setdefault(name, self.std.lines[name])
        elif name == COUNT or (name.removeprefix(FLAG) in self.indicators and name.startswith(FLAG)):
            found.counts.add(name)
        elif name in self.values and name not in found.values:
            found.values[name] = self.values[name]
            node = self.values[name].node
            return [] if node is None else [node]
        elif name in self.facts and name not in found.facts:
            fact = found.facts[name] = self.facts[name]
            limit = [Ref(fact.at_most)] if fact.at_most else []
            return [*(n for n in (fact.of, fact.asked_if) if n is not None), *limit]
        return []

    @property
    def rule(self) -> Reads:
        """What the rule of the classes reads: the classes and, where there are any, the score cards."""
        tests = [o.when for c in self.cards.values() for i in c.items for o in i.options]
        cells = [Ref(f) for c in self.cards.values() for column in c.columns.values() for f in column.cells]
        counted = [Ref(COUNT)] if any(i.indicator for c in self.cards.values() for i in c.items) else []
        return self.reads([*(c.node for c in self.classes), *tests, *cells, *counted])

    @property
    def welfare(self) -> str:
        """The one fact of money or rice that the class of the poor compares with a line; empty if not one."""
        poor = next((c for c in self.classes if c.name == POOR), self.classes[0])
        nodes, seen = [poor.node], set[str]()
        while nodes:
            for n in walk(nodes.pop()):
                if isinstance(n, Ref) and n.name not in seen:
                    seen.add(n.name)
                    node = self.values[n.name].node if n.name in self.values else None
                    nodes += [] if node is None else [node]
        found = [
            n for n in seen if n in self.facts and self.facts[n].entity != "person" and dimension(self.facts[n].unit)
        ]
        return found[0] if len(found) == 1 else ""

    def class_cites(self) -> tuple[Cite, ...]:
        """The citations of the classes under this method, each once."""
        return tuple(dict.fromkeys(dict(c.cites).get(self.method, c.cite) for c in self.classes))


def dimension(text: str) -> str:
    """``money`` or ``rice`` where a unit counts that a person a month; empty for others."""
    if not text:
        return ""
    powers = dict(unit(text).powers)
    found = [d for d in WELFARE if powers.get(d) == 1]
    return found[0] if found and powers.get("person") == -1 else ""


def side(std: Standard, method: str, readings: Mapping[str, str] | None = None, derive: str = "all") -> Side:
    """A standard under a method and its share of the readings."""
    own = {n: s for n, s in (readings or {}).items() if n in std.interpretations}
    chosen = choose_readings(std, own)
    prepare(std, method, own, derive)  # refuses what the standard does not know

    def folded(node: Node | None) -> Node | None:
        return None if node is None else fold(node, chosen)

    def derived(d: Derived) -> Derived:
        return evolve(d, node=folded(d.node))

    def indicator(name: str, d: Derived) -> Derived:
        cite = next((c for i, sense, c in d.cites if chosen.get(i) == sense), d.cite)
        known = derive == "all" or indicator_grade(std, name, chosen) in "AB"
        return evolve(d, node=folded(d.node) if known else None, cite=cite, cites=())

    classes = tuple(
        evolve(c, node=fold(c.node, chosen), methods=(method,)) for c in std.classes.values() if method in c.methods
    )
    facts = {n: evolve(f, of=folded(f.of), asked_if=folded(f.asked_if)) for n, f in std.facts.items()}
    values = {n: derived(d) for n, d in (*std.values.items(), *std.methods[method].values.items())}
    cards = {n: c for n, c in std.scorecards.items() if c.method == method}
    return Side(
        std, method, chosen, classes, values, {n: indicator(n, d) for n, d in std.indicators.items()}, facts, cards,
        std.interpretations if cards else {}, derive,
    )  # fmt: skip


def renamed(node: Node, old: str, new: str) -> Node:
    """A tree that reads another fact in the place of one."""
    if old == new:
        return node

    def change(n: Node) -> Node:
        return evolve(n, name=new) if isinstance(n, Ref | Given) and n.name == old else n

    return transform(node, change)


__all__ = ["FLAG", "POOR", "Reads", "Side", "dimension", "renamed", "side"]
