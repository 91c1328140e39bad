"""An independent and deliberately naive reading of a standard, to compare the library with.

Nothing is clever here. The facts that are not known are completed in every way that a small grid
of values allows; each completed household is assessed on its own, one rule after the other; and
what is possible, what is missing and what to ask first are read off the list of results. Only the
trees of the rules are the library's; how they are evaluated, which readings are followed, how old
a person is and which row of a table answers is written here a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

from chuanngheo import tree as t

NO_CLASS = "no_class"
AGES = ("age", "age_months", "birth_year")
Key = Any  # a name of the household, or (person, name)


class TooMany(Exception):
    """More completions than the caller wants to look at."""


# --- days ---------------------------------------------------------------------------------------------


def years_old(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def months_old(born: date, on: date) -> int:
    return 12 * (on.year - born.year) + on.month - born.month - (on.day < born.day)


def birthdays(on: date, months: Iterable[int]) -> list[date]:
    """The last day of birth at which so many months are completed, and the day after, for each number."""
    found = []
    for wanted in months:
        year, month = divmod(on.year * 12 + on.month - 1 - wanted, 12)
        born = min(date(year, month + 1, 1) + timedelta(31), on)
        while months_old(born, on) < wanted:
            born -= timedelta(1)
        found += [born, born + timedelta(1)]
    return sorted({d for d in found if d <= on})


def exact(value: Any) -> Any:
    """A number as a fraction; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        return value
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


# --- one completed household --------------------------------------------------------------------------


@dataclass
class Law:
    """A standard under one method and one choice of readings."""

    rules: Any
    method: str
    readings: Mapping[str, str]
    on: date
    trees: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.readings = {**{n: i.default for n, i in self.rules.interpretations.items()}, **self.readings}
        for fact in self.rules.facts.values():
            if fact.of is not None and fact.entity == "household":
                self.trees[fact.name] = fact.of
        for values in (self.rules.values, self.rules.methods[self.method].values):
            self.trees |= {name: d.node for name, d in values.items() if d.node is not None}
        self.trees |= {f"deprived_{n}": d.node for n, d in self.rules.indicators.items() if d.node is not None}
        self.flags = [f"deprived_{n}" for n in self.rules.indicators]
        self.classes = [c for c in self.rules.classes.values() if self.method in c.methods]
        asked = [tree for name, tree in self.trees.items() if name in self.rules.facts or name in self.flags]
        readers = [{n.name for n in self.parts(tree, ()) if is_name(n)} for tree in asked]
        self.shared = {name for names in readers for name in names if sum(name in other for other in readers) > 1}

    def settled(self, node: Any, given: Iterable[str]) -> bool | None:
        """A test on nothing but the readings and what was given; None for every other test."""
        match node:
            case t.Const(bool() as value):
                return value
            case t.Reading(name, sense, negated):
                return (self.readings[name] == sense) != negated
            case t.Given(name):
                return name in given
            case t.Both(every, parts):
                answers = [self.settled(p, given) for p in parts]
                if (not every) in answers:
                    return not every
                return None if None in answers else every
        return None

    def parts(self, node: Any, given: Iterable[str]) -> Iterator[Any]:
        """The nodes of a tree, without the branches that readings and given names rule out."""
        if isinstance(node, t.Choice) and (answer := self.settled(node.test, given)) is not None:
            yield from self.parts(node.then if answer else node.other, given)
        elif self.settled(node, given) is None:
            yield node
            for child in t.children(node):
                yield from self.parts(child, given)


def is_name(node: Any) -> bool:
    return isinstance(node, t.Ref) and not node.member


@dataclass
class World:
    """A household of which everything is known that the rules can ask for."""

    law: Law
    given: frozenset[str]  # what the caller gave, before anything was completed
    facts: Mapping[str, Any]
    persons: list[dict[str, Any]] | None
    seen: dict[str, Any] = field(default_factory=dict)

    def value(self, node: Any, i: int | None = None) -> Any:
        """The value of a tree; None where it is not asked."""
        match node:
            case t.Const(value):
                return exact(value)
            case t.Ref(name, member):
                return self.of_person(name, i) if member else self.of_household(name)
            case t.Not(of):
                return self.value(of, i) is False
            case t.Both(every, parts):
                held = (self.value(p, i) is True for p in parts)
                return all(held) if every else any(held)
            case t.Choice(test, then, other):
                return self.value(then if self.value(test, i) is True else other, i)
            case t.Compare(op, left, right):
                return compared(op, self.value(left, i), self.value(right, i))
            case t.In(item, codes, negated):
                code = self.value(item, i)
                return code is not None and (code in codes) != negated
            case t.Arith(op, left, right):
                return computed(op, self.value(left, i), self.value(right, i))
            case t.Switch(on, cases):
                code = self.value(on, i)
                return None if code is None else self.value(dict(cases)[code])
            case t.Lookup(name, step, code):
                column = "" if code is None else self.value(code, i)
                return looked_up(self.law.rules.tables[name], self.value(step, i), column)
            case t.Elapsed(kind, of):
                born = self.value(of, i)
                if born is None:
                    return None
                on = self.law.on
                return {"years": years_old(born, on), "months": months_old(born, on), "year": born.year}[kind]
            case t.Count(parts):
                return sum(self.value(p, i) is True for p in parts)
            case t.Quantifier(kind, body, where):
                return self.quantified(kind, body, where)
            case t.Reading(name, sense, negated):
                return (self.law.readings[name] == sense) != negated
            case t.Given(name):
                return name in self.given
        raise AssertionError(node)

    def quantified(self, kind: str, body: Any, where: Any) -> Any:
        assert self.persons is not None
        chosen = [i for i in range(len(self.persons)) if where is None or self.value(where, i) is True]
        values = [self.value(body, i) for i in chosen]
        held = sum(v is True for v in values)
        if kind in ("any", "all", "count"):
            return {"any": held > 0, "all": held == len(values), "count": held}[kind]
        if kind == "share":
            return Fraction(held, len(values)) if values else None
        numbers = [v for v in values if v is not None]
        if kind == "sum":
            return sum(numbers)
        if not numbers:
            return None
        return min(numbers) if kind == "min" else max(numbers)

    def of_household(self, name: str) -> Any:
        if name not in self.seen:
            self.seen[name] = self.found(name)
        return self.seen[name]

    def found(self, name: str) -> Any:
        rules = self.law.rules
        if name in rules.lines:
            return self.value(rules.lines[name].node)
        fact = rules.facts.get(name)
        if fact is not None and fact.asked_if is not None and self.value(fact.asked_if) is not True:
            return None
        if name in self.facts:
            return self.facts[name]
        if name == "deprivations":
            return sum(self.value(t.Ref(f)) is True for f in self.law.flags)
        return self.value(self.law.trees[name])

    def of_person(self, name: str, i: int | None) -> Any:
        assert i is not None
        assert self.persons is not None
        fact = self.law.rules.facts[name]
        if fact.asked_if is not None and self.value(fact.asked_if, i) is not True:
            return None
        return self.value(fact.of, i) if fact.of is not None else self.persons[i][name]

    def category(self) -> str:
        return next((c.name for c in self.law.classes if self.value(c.node) is True), NO_CLASS)

    def acceptable(self) -> bool:
        """Whether no number exceeds another that bounds it, as far as both are known here."""
        for fact in self.law.rules.facts.values():
            if fact.at_most and fact.entity == "household":
                try:
                    value, most = self.of_household(fact.name), self.of_household(fact.at_most)
                except (KeyError, AssertionError):
                    continue  # not all of it is described
                if value is not None and most is not None and value > most:
                    return False
        return True


def compared(op: str, a: Any, b: Any) -> bool:
    if a is None or b is None:
        return False
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[op]


def computed(op: str, a: Any, b: Any) -> Any:
    if a is None or b is None or (op == "/" and b == 0):
        return None
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: Fraction(a) / b}[op]()


def looked_up(table: Any, step: Any, code: Any) -> Any:
    if step is None or code is None:
        return None
    column = table.columns[table.codes.index(code) if table.codes else 0]
    rows = list(zip(table.steps, column, strict=True))
    if table.between == "last_listed":
        reached = [value for s, value in rows if s <= step]
        return exact(reached[-1]) if reached else None
    listed = [(s, value) for s, value in rows if value is not None]
    return exact(next((value for s, value in listed if s >= step), listed[-1][1] if listed else None))


# --- every completion ---------------------------------------------------------------------------------


@dataclass
class Answer:
    """What the completions of a household come to."""

    possible: tuple[str, ...]
    missing: frozenset[str]
    scores: dict[str, Fraction]  # of each missing fact: the average size of what its answers leave open
    statuses: dict[str, Any]
    completions: int


@dataclass
class Question:
    """One household and what is not known of it."""

    law: Law
    facts: dict[str, Any]
    persons: list[dict[str, Any]] | None

    @classmethod
    def of(cls, law: Law, household: Mapping[str, Any]) -> Question:
        facts = {n: exact(v) for n, v in household.items() if v is not None and n != "members"}
        members = household.get("members")
        persons = None if members is None else [{n: exact(v) for n, v in p.items() if v is not None} for p in members]
        return cls(law, facts, persons)

    def derived(self, name: str, path: tuple[str, ...] = ()) -> bool:
        """Whether a value is computed from what it rests on, rather than asked for as it is.

        Values of the standard always are. A fact or indicator is where everything it rests on is
        known, where the members are, or where something was given that it alone rests on.
        """
        if name not in self.law.trees or name in self.facts or name in path:
            return False
        if name not in self.law.rules.facts and name not in self.law.flags:
            return True
        nodes = list(self.law.parts(self.law.trees[name], self.facts))
        if self.persons is not None and any(isinstance(n, t.Quantifier) for n in nodes):
            return True
        names = [n.name for n in nodes if is_name(n)]
        below = (*path, name)
        if any(n not in self.law.shared and (n in self.facts or self.derived(n, below)) for n in names):
            return True
        return all(n in self.facts or n in self.law.rules.lines or self.derived(n, below) for n in names) and not any(
            isinstance(n, t.Quantifier) for n in nodes
        )

    def counted(self) -> bool:
        return "deprivations" not in self.facts and any(f in self.facts or self.derived(f) for f in self.law.flags)

    def unknowns(self, nodes: Iterable[Any]) -> dict[Key, None]:
        """Every unknown fact that some tree can come to read."""
        found: dict[Key, None] = {}
        seen: set[Any] = set()
        waiting: list[tuple[Any, int | None]] = [(n, None) for n in nodes]
        while waiting:
            tree, person = waiting.pop()
            for n in self.law.parts(tree, self.facts):
                if isinstance(n, t.Quantifier):
                    for i in range(len(self.persons or ())):
                        waiting += [(part, i) for part in (n.body, n.where) if part is not None]
                    if self.persons is None:
                        found["members"] = None
                elif isinstance(n, t.Ref) and not (n.member and person is None) and (n, person) not in seen:
                    seen.add((n, person))
                    self.read(n, person, found, waiting)
        return found

    def read(self, ref: Any, person: int | None, found: dict[Key, None], waiting: list[tuple[Any, int | None]]) -> None:
        rules, name = self.law.rules, ref.name
        fact = rules.facts.get(name)
        if fact is not None and fact.asked_if is not None:
            waiting.append((fact.asked_if, person))
        if ref.member:
            if fact.of is not None:
                waiting.append((fact.of, person))
            elif name not in self.persons[person]:  # type: ignore[index]
                found[person, name] = None
        elif name in rules.lines:
            waiting.append((rules.lines[name].node, None))
        elif name in self.facts:
            return
        elif name == "deprivations" and self.counted():
            waiting += [(t.Ref(f), None) for f in self.law.flags]
        elif self.derived(name):
            waiting.append((self.law.trees[name], None))
        else:
            found[name] = None

    def jointly_bounded(self) -> bool:
        """Whether one number bounds another and both, or what they are computed from, are open."""
        keys = self.unknowns(c.node for c in self.law.classes).keys()
        for fact in self.law.rules.facts.values():
            if fact.at_most and fact.entity == "household":
                a, b = (list(self.unknowns([t.Ref(n)])) for n in (fact.name, fact.at_most))
                alone = (not a and b == [fact.at_most]) or (not b and a == [fact.name])
                if (a or b) and not alone and set(a) | set(b) <= keys:
                    return True
        return False

    def domain(self, key: Key, numbers: Mapping[str, Iterable[Any]], days: Iterable[date]) -> list[Any]:
        name = key[1] if isinstance(key, tuple) else key
        if name == "birth_date":
            return [d for d in days if self.fits(self.persons[key[0]], d)]  # type: ignore[index]
        fact = self.law.rules.facts.get(name)
        if name.startswith("deprived_") or (fact is not None and fact.kind == "boolean"):
            return [False, True]
        if fact is not None and fact.kind == "code":
            return list(fact.codes)
        if name not in numbers and fact is None and name not in ("deprivations",):
            return [False, True]  # a value of the standard that is a condition
        if name == "deprivations":
            return list(range(len(self.law.flags) + 1))
        grid = {exact(v) for v in numbers[name]}
        return sorted(
            v for v in grid
            if (fact.least is None or v >= fact.least) and (fact.most is None or v <= fact.most)
            and not (fact.whole and v.denominator != 1) and not (fact.multiple and v % fact.multiple)
        )  # fmt: skip

    def fits(self, person: Mapping[str, Any], born: date) -> bool:
        on = self.law.on
        ages = {"age": years_old(born, on), "age_months": months_old(born, on), "birth_year": born.year}
        return all(person[n] == ages[n] for n in AGES if n in person)

    def answer(self, numbers: Mapping[str, Iterable[Any]], days: Iterable[date] = (), *, limit: int = 3000) -> Answer:
        """Every completion, one after the other."""
        days = list(days)
        statuses = self.law.rules.statuses.values()
        keys = list(self.unknowns(c.node for c in self.law.classes))
        if "members" in keys:
            raise TooMany("every list of persons")
        domains = [self.domain(k, numbers, days) for k in keys]
        size = 1
        for d in domains:
            size *= len(d)
        if size > limit:
            raise TooMany(size)
        results: dict[tuple[Any, ...], str] = {}
        held: dict[str, set[Any]] = {s.name: set() for s in statuses}
        own = {s.name: self.unknowns([s.node]).keys() <= set(keys) for s in statuses if s.of == "household"}
        for values in product(*domains):
            world = self.world(dict(zip(keys, values, strict=True)))
            if world.acceptable():
                results[values] = world.category()
                for s in statuses:
                    if own.get(s.name):
                        held[s.name].add(world.value(s.node) is True)
        names = [spell(k) for k in keys]
        order = [c.name for c in self.law.classes] + [NO_CLASS]
        missing, scores = set(), {}
        for place, name in enumerate(names):
            leaves: dict[Any, set[str]] = {}
            others: dict[Any, set[str]] = {}
            for values, category in results.items():
                leaves.setdefault(values[place], set()).add(category)
                others.setdefault(values[:place] + values[place + 1 :], set()).add(category)
            if any(len(classes) > 1 for classes in others.values()):
                missing.add(name)
            sets = {frozenset(classes) for classes in leaves.values()}
            scores[name] = Fraction(sum(map(len, sets)), len(sets))
        return Answer(
            tuple(sorted(set(results.values()), key=order.index)),
            frozenset(missing),
            scores,
            {n: (next(iter(v)) if len(v) == 1 else None) for n, v in held.items() if own.get(n)},
            len(results),
        )

    def world(self, completed: Mapping[Key, Any]) -> World:
        facts = {**self.facts, **{k: v for k, v in completed.items() if isinstance(k, str)}}
        persons = None
        if self.persons is not None:
            persons = [{**p, **{k[1]: v for k, v in completed.items() if isinstance(k, tuple) and k[0] == i}}
                       for i, p in enumerate(self.persons)]  # fmt: skip
        return World(self.law, frozenset(self.facts), facts, persons)


def spell(key: Key) -> str:
    return key if isinstance(key, str) else f"members[{key[0]}].{key[1]}"


# --- leaving facts out -----------------------------------------------------------------------------------


def places(household: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Where a fact can be blanked."""
    found: list[tuple[Any, ...]] = [(n,) for n in household if n != "members"]
    for i, person in enumerate(household.get("members", ())):
        found += [("members", i, n) for n in person]
    return found


def blanked(household: Mapping[str, Any], gone: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """The household without the facts in some places."""
    gone = set(gone)
    kept = {n: v for n, v in household.items() if (n,) not in gone}
    if "members" in kept:
        kept["members"] = [
            {n: v for n, v in person.items() if ("members", i, n) not in gone}
            for i, person in enumerate(kept["members"])
        ]
    return kept
