"""Households around the lines and counts of a standard, read out of its rules.

For each line one unit below it, on it, a third above it, one above; for each count one fewer, on it, one
more; every code that a rule turns on; and the same with facts left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any

import chuanngheo as cn
from chuanngheo.household import household_names
from chuanngheo.model import Fact
from chuanngheo.prepared import Prepared, prepare
from chuanngheo.testing import _number, _targets
from chuanngheo.tree import Choice, Compare, In, Node, Quantifier, Ref, transform, walk

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+|/[0-9]+)?")
COUNT = "deprivations"
MOST = 110  # households of one method, before facts are left out
LEFT_OUT = 48
SIZES = (1, 3, 7)
TEN = 10


def around(std: cn.Standard) -> Iterator[dict[str, Any]]:
    """What to ask of a standard: ``household``, ``why``, and ``method`` or ``readings`` where they are not the default."""
    for method in std.methods:
        how = {} if method == std.default_method else {"method": method}
        prepared = prepare(std, method)
        tops = _Tops(std, prepared)
        full = list(_thin(tops.worlds(), MOST, f"{std.id} {method}"))
        for household in full:
            yield {"why": "edge", **how, "household": household}
        for household in _thin(_left_out(full), LEFT_OUT, f"{std.id} {method} left out"):
            yield {"why": "unknown", **how, "household": household}
        for name in prepared.interpretations:
            for sense in (r for r in std.interpretations[name].readings if r != prepared.readings[name]):
                chosen = {name: sense}
                other = _Tops(std, prepare(std, method, chosen))
                for household in _thin(other.worlds(), LEFT_OUT // 3, f"{std.id} {method} {name} {sense}"):
                    yield {"why": "reading", **how, "readings": chosen, "household": household}
        if method == std.default_method:
            for household in _thin(_raw(std, tops), MOST // 2, f"{std.id} raw"):
                yield {"why": "divided", "household": household}
            for household in _flags(std, tops):
                yield {"why": "count", "household": household}
    yield {"why": "nothing is known", "household": {}}


def cells(table: Any, codes: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """The codes of each cell of a line."""
    if not isinstance(table, dict):
        yield dict(codes or {})
        return
    for fact, rows in table.items():
        for code, below in rows.items():
            yield from cells(below, {**(codes or {}), fact: code})


class _Tops:
    """The facts that the classes of a method turn on, none of them derived, and where they turn."""

    def __init__(self, std: cn.Standard, prepared: Prepared) -> None:
        self.std = std
        self.prepared = prepared
        self.names = household_names(std)
        self.facts: dict[str, Fact] = {}
        waiting = [self.inlined(tree) for _, tree in prepared.classes]
        self.tests: list[Compare] = []
        self.codes: list[In] = []
        seen: set[str] = set()
        while waiting:
            for n in walk(waiting.pop()):
                if isinstance(n, Compare):
                    self.tests.append(n)
                elif isinstance(n, In):
                    self.codes.append(n)
                elif isinstance(n, Ref) and not n.member and n.name not in seen:
                    seen.add(n.name)
                    tree = self.written_out(n.name)
                    if tree is not None:  # negated: the name stands under "not"
                        waiting.append(self.inlined(tree))
                    elif n.name in self.names:
                        fact = self.facts[n.name] = self.names[n.name]
                        waiting += [] if fact.asked_if is None else [fact.asked_if]
        self.facts = {n: f for n, f in self.facts.items() if not f.unread}

    def written_out(self, name: str) -> Node | None:
        """The tree of a line or of a value of the file; a fact with a rule of its own is given as it is."""
        tree = self.prepared.lines.get(name)
        if tree is None and name not in self.std.facts and name != COUNT and not name.startswith("deprived_"):
            tree = self.prepared.trees.get(name)
            if tree is not None and any(isinstance(n, Quantifier) for n in walk(tree)):
                return None
        return tree

    def inlined(self, node: Node) -> Node:
        def change(n: Node) -> Node:
            tree = self.written_out(n.name) if isinstance(n, Ref) and not n.member else None
            return n if tree is None else self.inlined(tree)

        return transform(node, change)

    def thresholds(self, name: str, world: Mapping[Ref, Any]) -> list[Any]:
        """Where a comparison of this number changes, for a household of these codes."""
        found: dict[Any, None] = {}
        for test in self.tests:
            both = _chosen(test.left, world), _chosen(test.right, world)
            for side, other in (both, both[::-1]):
                if Ref(name) not in set(walk(side)):
                    continue
                start, one = (_number(side, {**world, Ref(name): x}, self.std) for x in (0, 1))
                if start is None or one is None or start == one:
                    continue
                here = _number(other, dict(world), self.std)
                aims = [here] if here is not None else _targets(other, dict(world), self.std)
                for aim in aims:
                    solved = Fraction(aim - start) / (one - start)
                    found[solved.numerator if solved.denominator == 1 else solved] = None
        return list(found)

    def near(self, fact: Fact, value: Any) -> list[Any]:
        """One below, on, a third above, one above, as far as the fact can be so."""
        step = fact.multiple or 1
        if fact.whole:
            aims = [floor(value) // step * step + i * step for i in (-1, 0, 1)]
        else:
            aims = [value - step, value, value + Fraction(1, 3), value + step]
        return [a for a in aims if (fact.least is None or a >= fact.least) and (fact.most is None or a <= fact.most)]

    def worlds(self) -> list[dict[str, Any]]:
        """Every way of putting codes, truths, and numbers at their edges together."""
        switches = [n for n, f in self.facts.items() if f.kind == "code"]
        truths = [n for n, f in self.facts.items() if f.kind == "boolean"]
        numbers = [n for n, f in self.facts.items() if f.kind == "number"]
        seed = f"{self.std.id} {self.prepared.method}"
        found = []
        for chosen in _thin(
            [dict(zip(switches, c, strict=True)) for c in product(*(self.codes_of(n) for n in switches))], 24, seed
        ):
            world = {Ref(n): v for n, v in chosen.items()}
            sides: list[tuple[str, list[Any]]] = [(n, [True, False]) for n in truths]
            lone = [n for n in numbers if not self.thresholds(n, world)]
            if len(lone) > 1:  # held against each other: one is set, the others turn around it
                world[Ref(lone[-1])] = TEN
                sides.append((lone[-1], [TEN]))
            for n in numbers:
                values = dict.fromkeys(v for t in self.thresholds(n, world) for v in self.near(self.facts[n], t))
                if values and Ref(n) not in world:
                    sides.append((n, list(values)))
            for values in _product([s for _, s in sides], seed):
                found.append(self.asked({**chosen, **dict(zip((n for n, _ in sides), values, strict=True))}))
        return found

    def codes_of(self, name: str) -> list[str]:
        """The codes of a fact: all of a few, of many those that a rule names and one more."""
        every = list(self.facts[name].codes)
        if len(every) <= 8:
            return every
        named = [c for n in self.codes if n.item == Ref(name) for c in n.codes]
        others = [c for c in every if c not in named]
        return [*dict.fromkeys(named)][:6] + others[:2]

    def asked(self, household: dict[str, Any]) -> dict[str, Any]:
        """Without what is not asked of this household: terrain in a town."""
        gone = set()
        for name, fact in self.facts.items():
            for n in walk(fact.asked_if) if fact.asked_if is not None else ():
                if isinstance(n, Compare) and isinstance(n.left, Ref) and n.op == "==" and n.left.name in household:
                    wanted = getattr(n.right, "value", None)
                    if wanted is not None and household[n.left.name] != wanted:
                        gone.add(name)
        return {n: v for n, v in household.items() if n not in gone}


def _chosen(node: Node, world: Mapping[Ref, Any]) -> Node:
    """An amount with the choices made that the codes of this household make."""

    def change(n: Node) -> Node:
        if isinstance(n, Choice) and isinstance(n.test, In) and n.test.item in world:
            return n.then if (world[n.test.item] in n.test.codes) is not n.test.negated else n.other  # type: ignore[index]
        return n

    return transform(node, change)


def _left_out(full: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each household without one of its facts."""
    return [{n: v for n, v in h.items() if n != name} for h in full for name in h]


def _raw(std: cn.Standard, tops: _Tops) -> list[dict[str, Any]]:
    """The income of a year and the number of persons instead of the income a person a month."""
    if "income_per_person" not in tops.facts or not {"income", "household_size"} <= set(std.facts):
        return []
    found = []
    for h in tops.worlds():
        amount = h.get("income_per_person")
        if isinstance(amount, int):
            rest = {n: v for n, v in h.items() if n != "income_per_person"}
            found += [
                {**rest, "household_size": n, "income": amount * n * 12 + more}
                for n in SIZES
                for more in (-1, 0, 1)
                if amount
            ]
    return found


def _flags(std: cn.Standard, tops: _Tops) -> Iterator[dict[str, Any]]:
    """The count of deprivations from its indicators, some of them unknown."""
    if COUNT not in tops.facts or not std.indicators:
        return
    flags = [f"deprived_{n}" for n in std.indicators]
    bases = [{n: v for n, v in h.items() if n != COUNT} for h in tops.worlds()]
    bases = list({str(b): b for b in bases}.values())
    limits = [t for t in tops.thresholds(COUNT, {}) if isinstance(t, int) and 0 < t <= len(flags)]
    for base, limit in product(_thin(bases, 6, f"{std.id} flags"), dict.fromkeys(limits)):
        for yes, unknown in (
            (limit - 1, 0),
            (limit, 0),
            (limit + 1, 0),
            (limit - 1, 1),
            (limit, len(flags) - limit),
            (0, limit - 1),
            (0, limit),
        ):
            if yes + unknown <= len(flags):
                given = {f: i < yes for i, f in enumerate(flags) if not yes <= i < yes + unknown}
                yield {**base, **given}


def _product(sides: list[list[Any]], seed: str) -> list[tuple[Any, ...]]:
    """Every combination; of very many, each value with some of the others."""
    size = 1
    for side in sides:
        size *= len(side)
    if size <= MOST * 4:
        return list(product(*sides))
    found = []
    for i, side in enumerate(sides):
        for value, turn in product(side, range(8)):
            made = [s[_digest(f"{seed} {i} {turn} {j}") % len(s)] for j, s in enumerate(sides)]
            made[i] = value
            found.append(tuple(made))
    return found


def _thin(found: list[Any], most: int, seed: str) -> list[Any]:
    """At most so many, in their order, chosen by nothing but their place and the seed."""
    unique = list({str(h): h for h in found}.values())
    if len(unique) <= most:
        return unique
    chosen = sorted(range(len(unique)), key=lambda i: _digest(f"{seed} {i}"))[:most]
    return [unique[i] for i in sorted(chosen)]


def _digest(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)
