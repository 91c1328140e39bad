"""Hypothesis strategies for programs that use this library: households near every edge of the law.

A program is wrong where the law turns: one đồng above the line, on it, one below; one indicator
fewer; the day before a sixteenth birthday. :func:`households` reads those places out of the rules
of a standard, whichever it is, and draws households that crowd around them::

    from hypothesis import given
    import chuanngheo as cn
    from chuanngheo.testing import assessment_day, households

    STANDARD = cn.standard("vn-2022")

    @given(households(STANDARD))
    def test_my_form_keeps_the_class(household):
        sent = my_form.read(my_form.write(household))
        day = assessment_day(STANDARD)
        assert STANDARD.assess(sent, on=day).possible == STANDARD.assess(household, on=day).possible

This room needs the package ``hypothesis``; no other room opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import floor
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from hypothesis import strategies as st

from .domains import births, elapsed
from .household import givable, household_names
from .model import Fact
from .prepared import prepare
from .tree import (
    Arith,
    Choice,
    Compare,
    Const,
    Count,
    Elapsed,
    Lookup,
    Node,
    Number,
    Quantifier,
    Ref,
    Switch,
    Value,
    transform,
    walk,
)
from .values import evolve

if TYPE_CHECKING:
    from .answering import Standard

T = TypeVar("T")
Draw: TypeAlias = Callable[[st.SearchStrategy[T]], T]
World: TypeAlias = dict[Ref, Value]  # what is so, by name; the household says some of it

COUNT = "deprivations"
LARGEST = 4  # members drawn
AGES = {"birth_date": "", "birth_year": "year", "age": "years", "age_months": "months"}


def assessment_day(standard: Standard) -> date:
    """The day for which :func:`households` draws dates of birth: the first that is covered.

    Raises nothing for a standard of the law; one that covers no day has none.

    >>> import chuanngheo as cn
    >>> str(assessment_day(cn.standard("vn-2006")))
    '2006-01-01'
    """
    return standard.applies[0].start if standard.applies else date(2000, 1, 1)


def households(
    standard: Standard,
    *,
    missing: bool = True,
    members: bool = False,
    method: str | None = None,
    readings: Mapping[str, str] | None = None,
    on: date | None = None,
) -> st.SearchStrategy[dict[str, Any]]:
    """Households that crowd around every line, count and age of a standard.

    Each draw first settles what is so, then what the caller says of it; what a household says
    therefore never contradicts itself.

    ``missing`` leaves some facts out, or gives them as None; without it every fact that the
    method can ask for is given in some form. ``members`` describes the persons one by one, and
    what rests on them is left to be derived; without it the indicators are given as flags, as
    their number, or as the facts of the household they rest on. ``method`` is the default one
    unless named; ``readings`` chooses what is asked for as it does in ``assess`` (the edges of every
    reading are crowded around). ``on`` is the day for which ages are drawn, by default
    :func:`assessment_day`: pass the same day to ``assess``.

    Numbers are whole where the law counts whole units, otherwise ``Decimal`` or ``Fraction``; money is in
    đồng. Raises :class:`NoStandard` for a method or reading that the standard does not have.

    >>> import chuanngheo as cn
    >>> from hypothesis import given, settings
    >>> std = cn.standard("vn-2006")
    >>> @settings(deadline=None, max_examples=20, database=None)
    ... @given(households(std, missing=False))
    ... def decided(household):
    ...     assert std.assess(household).status == "decided"
    >>> decided()
    """
    edges = _Edges(standard, method or standard.default_method, readings, on or assessment_day(standard), members)

    @st.composite
    def household(draw: Draw[Any]) -> dict[str, Any]:
        return _said(draw, edges, missing)

    return household()


# --- what the rules turn on ---------------------------------------------------------------------------


class _Edges:
    """The facts one method asks for, and the comparisons that decide on them."""

    def __init__(
        self, standard: Standard, method: str, readings: Mapping[str, str] | None, on: date, members: bool
    ) -> None:
        prepared = prepare(standard, method, readings)
        self.standard = standard
        self.on = on
        self.members = members and "members" in prepared.needed
        self.counted = COUNT in prepared.needed
        self.names = household_names(standard)
        self.givable = givable(standard)
        self.flags = tuple(f"deprived_{name}" for name in standard.indicators)
        self.trees = prepared.trees
        self.sizes = tuple(n for n in self.trees if self.trees[n] == Quantifier("count", Const(True)))
        self.classes = tuple(node for _, node in prepared.classes)
        self.lines = prepared.lines
        self.unfolded = prepared.unfolded
        self.of_persons: frozenset[str] = frozenset()
        self.optional: frozenset[str] = frozenset()
        if not members:
            self.of_persons = frozenset(
                name for name, tree in self.trees.items() if any(isinstance(n, Quantifier) for n in walk(tree))
            )
            self.optional = frozenset(self.flags) & set(self.trees) - self.of_persons
        self.compared: dict[Ref, list[tuple[Node, Node]]] = {}
        for side, other in self.comparisons():
            for ref in {n for n in walk(side) if isinstance(n, Ref)}:
                self.compared.setdefault(ref, []).append((side, other))
        self.boundaries = tuple(dict.fromkeys(self.ages()))
        self.found: dict[frozenset[str], tuple[Ref, ...]] = {}

    def fact(self, name: str) -> Fact:
        """What may be said of a household under a name; a number of persons is whole."""
        fact, tree = self.names[name], self.trees.get(name)
        counted = isinstance(tree, Count) or (isinstance(tree, Quantifier) and tree.kind == "count")
        return evolve(fact, whole=True, least=fact.least or 0) if counted else fact

    def below(self, *nodes: Node, cut: frozenset[str] = frozenset()) -> Iterator[Node]:
        """Every node that can come to be read, through derived values that are not cut off."""
        waiting: list[Node] = list(nodes)
        seen: set[tuple[str, bool]] = set()
        while waiting:
            for n in walk(waiting.pop()):
                yield n
                if not isinstance(n, Ref) or (n.name, n.member) in seen:
                    continue
                seen.add((n.name, n.member))
                fact = self.standard.facts.get(n.name)
                if fact is not None and fact.asked_if is not None:
                    waiting.append(fact.asked_if)
                if n.member:
                    if fact is not None and fact.of is not None:
                        waiting.append(fact.of)
                elif n.name not in cut:
                    if n.name == COUNT:
                        waiting.extend(Ref(f) for f in self.flags)
                    waiting.extend(t[n.name] for t in (self.lines, self.trees) if n.name in t)

    def leaves(self, cut: frozenset[str]) -> tuple[Ref, ...]:
        """What must be settled: facts, and derived values that are given as they are."""
        if cut not in self.found:
            self.found[cut] = tuple(dict.fromkeys(self.read(cut)))
        return self.found[cut]

    def described_too(self, cut: frozenset[str]) -> frozenset[str]:
        """Values of a cut that rest on facts which are described as well, and might contradict them."""
        described = {n for n in self.leaves(cut) if n.name not in cut}
        return frozenset(name for name in cut if any(n in described for n in self.below(self.trees[name])))

    def read(self, cut: frozenset[str]) -> Iterator[Ref]:
        for n in self.below(*self.classes, cut=cut):
            if not isinstance(n, Ref) or n.name in self.lines:
                continue
            if n.member:
                fact = self.standard.facts[n.name]
                if fact.of is None and n.name not in AGES:
                    yield n
            elif n.name in self.givable and n.name != COUNT and (n.name in cut or n.name not in self.trees):
                yield n

    def comparisons(self) -> Iterator[tuple[Node, Node]]:
        """Both sides of every comparison of numbers, derived amounts written out."""
        statuses = [s.node for s in self.standard.statuses.values()]
        for n in self.below(*self.unfolded.values(), *statuses):
            if isinstance(n, Compare):
                for left, right in product(_branches(self.inlined(n.left)), _branches(self.inlined(n.right))):
                    yield left, right
                    yield right, left

    def inlined(self, node: Node) -> Node:
        def change(n: Node) -> Node:
            if isinstance(n, Ref) and not n.member:
                tree = self.lines.get(n.name) or self.unfolded.get(n.name)
                if tree is not None and not any(isinstance(x, Quantifier) for x in walk(tree)):
                    return self.inlined(tree)
            return n

        return transform(node, change)

    def ages(self) -> Iterator[tuple[str, int]]:
        """Ages, ages in months and years of birth at which some rule changes."""
        for side, other in (pair for pairs in self.compared.values() for pair in pairs):
            for kind in self.kinds(side):
                for value in _targets(other, {}, self.standard):
                    yield kind, floor(value)
        for n in self.below(*self.unfolded.values()):
            if isinstance(n, Lookup):
                for kind in self.kinds(n.step):
                    for step in self.standard.tables[n.table].steps:
                        yield kind, floor(step)

    def kinds(self, node: Node) -> Iterator[str]:
        for n in walk(node):
            of = self.standard.facts[n.name].of if isinstance(n, Ref) and n.member else n
            if isinstance(of, Elapsed) and of.of.member:
                yield of.kind

    def thresholds(self, of: Ref, world: World) -> tuple[list[Number], list[Number]]:
        """Values of a number at which some comparison changes, all else as it is in a world.

        Those of the lines that this household meets come first, then those of every other cell.
        """
        mine: dict[Number, None] = {}
        others: dict[Number, None] = {}
        for side, other in self.compared.get(of, ()):
            start, one = (_number(side, {**world, of: x}, self.standard) for x in (0, 1))
            if start is None or one is None or start == one:
                continue
            here = _here(other, world, self.standard)
            for target in _targets(other, world, self.standard):
                for near in (target, target - 1, target + 1):
                    solved = _whole(Fraction(near - start) / (one - start))
                    (mine if target == here else others)[solved] = None
        return list(mine), list(others)


def _branches(node: Node) -> list[Node]:
    """The amounts a tree stands for, one for each way through its choices; of members, that of one."""
    match node:
        case Choice(_, then, other):
            return [*_branches(then), *_branches(other)]
        case Arith(op, left, right):
            return [Arith(op, a, b) for a, b in product(_branches(left), _branches(right))]
        case Quantifier("sum" | "min" | "max", body):
            return _branches(body)
    return [node]


def _number(node: Node, world: World, standard: Standard) -> Number | None:
    """An amount in a world; what is not settled yet counts as 0, None where it has no value."""
    match node:
        case Const(int() | Fraction() as value) if not isinstance(value, bool):
            return value
        case Ref():
            found = world.get(node, 0)
            return None if isinstance(found, str | bool) else found
        case Arith(op, left, right):
            a, b = _number(left, world, standard), _number(right, world, standard)
            return None if a is None or b is None else _arithmetic(op, a, b)
        case Switch(on, cases):
            cell = dict(cases).get(str(world.get(on)))
            return None if cell is None else _number(cell, world, standard)
        case Lookup(table, step, code):
            key = _number(step, world, standard)
            column = world.get(code) if isinstance(code, Ref) else None
            if key is None or (code is not None and not isinstance(column, str)):
                return None
            return standard.tables[table].value(key, str(column) if code is not None else None)
    return None


def _here(node: Node, world: World, standard: Standard) -> Number | None:
    """An amount in a world that settles all it rests on."""
    return _number(node, world, standard) if all(n in world for n in walk(node) if isinstance(n, Ref)) else None


def _targets(node: Node, world: World, standard: Standard) -> list[Number]:
    """The amounts a side of a comparison can be: its value in a world first, then every cell."""
    here = _here(node, world, standard)
    found = [] if here is None else [here]
    match node:
        case Switch(_, cases):
            found += [v for _, case in cases for v in _targets(case, world, standard)]
        case Lookup(table, step) if (key := _number(step, world, standard)) is not None:
            rows = standard.tables[table]
            near = product((key, key + 1, key - 1), rows.codes or (None,))
            found += [v for k, column in near if (v := rows.value(k, column)) is not None]
        case Arith(op, left, right):
            for a in _targets(left, world, standard):
                found += [v for b in _targets(right, world, standard) if (v := _arithmetic(op, a, b)) is not None]
    return list(dict.fromkeys(found))


def _arithmetic(op: str, a: Number, b: Number) -> Number | None:
    if op == "/":
        return None if b == 0 else _whole(Fraction(a) / b)
    return a + b if op == "+" else a - b if op == "-" else a * b


def _whole(value: Number) -> Number:
    return value.numerator if value.denominator == 1 else value


# --- what is so ---------------------------------------------------------------------------------------


def _said(draw: Draw[Any], edges: _Edges, missing: bool) -> dict[str, Any]:
    """Settle a world, and say of it what a caller might."""
    cut = _given_as_they_are(draw, edges)
    leaves = edges.leaves(cut)
    kept_back = edges.described_too(cut)
    own = [n for n in leaves if not n.member and n.name not in kept_back]
    persons = _persons(draw, edges, [n for n in leaves if n.member], missing) if edges.members else []
    world: World = {Ref(name): len(persons) for name in edges.sizes} if persons else {}
    for ref in sorted(own, key=lambda n: _order(edges.names[n.name], edges.names)):  # numbers last: they need the codes
        if ref.name not in edges.flags:
            world[ref] = _value(draw, edges, edges.fact(ref.name), ref, world)
    flags = [n for n in own if n.name in edges.flags]
    world.update(_flags(draw, edges, flags))

    household = {n.name: _plain(world[n]) for n in own}
    for name in edges.trees:
        _say_derived(draw, edges, household, world, name)
    if flags and len(flags) == len(edges.flags):
        ways = ("number", "flags", "both") if edges.counted else ("flags",)  # where weights decide, a number does not
        said = draw(st.sampled_from(ways))
        number = sum(world[f] is True for f in flags)
        if said != "flags":
            household[COUNT] = number
        if said == "number":
            household = {k: v for k, v in household.items() if k not in edges.flags}
    if persons:
        household["members"] = persons
        household |= {name: len(persons) for name in edges.sizes if draw(st.booleans())}
    return _without(draw, household) if missing else household


def _given_as_they_are(draw: Draw[Any], edges: _Edges) -> frozenset[str]:
    """The derived values that this household gives instead of what they rest on."""
    if edges.members:
        return frozenset()
    some = bool(edges.optional) and draw(st.booleans())
    cut = edges.of_persons | {name for name in sorted(edges.optional) if not some or draw(st.booleans())}
    while shared := edges.described_too(cut) & edges.optional:  # then it is derived after all
        cut -= shared
    return cut


def _order(fact: Fact, facts: Mapping[str, Fact]) -> tuple[int, int]:
    """Codes and truths first, then numbers, each after the one that it cannot exceed."""
    above, limit = 0, facts.get(fact.at_most)
    while limit is not None and above < len(facts):
        above, limit = above + 1, facts.get(limit.at_most)
    return above, 0 if fact.kind != "number" else 1 if fact.whole else 2


def _value(draw: Draw[Any], edges: _Edges, fact: Fact, ref: Ref, world: World) -> Value:
    """One fact: any code, either truth, a number at an edge."""
    if fact.kind == "code":
        return str(draw(st.sampled_from(tuple(fact.codes))))
    if fact.kind == "boolean":
        return bool(draw(st.booleans()))
    if fact.kind == "date":
        return int(draw(st.integers(edges.on.toordinal() - 4000, edges.on.toordinal())))
    if fact.kind != "number":
        return "text"
    step: Number = fact.multiple or 1
    if not fact.whole and not fact.unit.startswith("VND"):
        step = draw(st.sampled_from((1, Fraction(1, 10), Fraction(1, 1000))))
    low = fact.least or 0
    mine, others = edges.thresholds(ref, world)
    if (mine or others) and draw(st.integers(0, 9)):
        near = draw(st.sampled_from(mine if not others or (mine and draw(st.integers(0, 3))) else others))
        aside = draw(st.sampled_from((0, 0, -1, 1)))
        value: Number = near if aside == 0 and not fact.whole else floor(Fraction(near) / step + aside) * step
    else:
        value = low + step * draw(st.integers(0, 8))
    most = world.get(Ref(fact.at_most), fact.most) if fact.at_most else fact.most
    value = min(value, most) if isinstance(most, int | Fraction) else value
    value = value if fact.least is None else max(value, fact.least)
    if fact.whole:
        value = floor(Fraction(value) / step) * step
    return _whole(value)


def _flags(draw: Draw[Any], edges: _Edges, flags: list[Ref]) -> World:
    """Flags whose number lies at, below or above a number that the rules compare it with."""
    count = Ref(COUNT)
    counts = [floor(v) for _, other in edges.compared.get(count, ()) for v in _targets(other, {}, edges.standard)]
    near = sorted({min(max(c + d, 0), len(flags)) for c in counts for d in (-1, 0, 1)}) or [0, len(flags)]
    wanted = draw(st.sampled_from(near) | st.integers(0, len(flags)))
    chosen = set(draw(st.permutations(range(len(flags))))[:wanted])
    return {flag: i in chosen for i, flag in enumerate(flags)}


def _persons(draw: Draw[Any], edges: _Edges, leaves: list[Ref], missing: bool) -> list[dict[str, Any]]:
    facts = edges.standard.facts
    aged = "birth_date" in facts
    found = []
    for _ in range(draw(st.integers(1, LARGEST))):
        world: World = {}
        person: dict[str, Any] = {}
        if aged:
            born = _birth(draw, edges)
            day = edges.on.toordinal()
            ages = {n: elapsed(kind, born, day) for n, kind in AGES.items() if kind and n in facts}
            world.update({Ref(n, True): age for n, age in ages.items()})
            person |= _say_age(draw, born, ages, missing)
        for ref in sorted(leaves, key=lambda n: _order(facts[n.name], facts)):
            world[ref] = _value(draw, edges, facts[ref.name], ref, world)
            person[ref.name] = _plain(world[ref])
        found.append(person)
    return found


def _birth(draw: Draw[Any], edges: _Edges) -> int:
    """A day of birth on which, or beside which, some rule changes."""
    on = edges.on.toordinal()
    days = [
        day for kind, value in edges.boundaries for day in _days_of_birth(kind, value, on) if on - 40_000 <= day <= on
    ]
    if days and draw(st.integers(0, 9)):
        return int(draw(st.sampled_from(days)))
    return on - int(draw(st.integers(0, 36_000)))


@lru_cache(maxsize=4096)
def _days_of_birth(kind: str, value: int, on: int) -> tuple[int, ...]:
    found = births(kind, value, on)
    if found is None or found.low is None or found.high is None:
        return ()
    first, last = int(found.low), int(found.high)
    return (last, last + 1, last - 1, first, first - 1)


def _say_age(draw: Draw[Any], born: int, ages: Mapping[str, int], missing: bool) -> dict[str, Any]:
    """The ways in which an age can be told; only the date tells everything."""
    told = ["birth_date", "birth_date age", "birth_date birth_year"]
    if missing:
        told += ["birth_year", "age", "age_months", "birth_year age", ""]
    names = draw(st.sampled_from(told)).split()
    values = {"birth_date": date.fromordinal(born), **ages}
    return {n: values[n] for n in names if n in values}


# --- what is said -------------------------------------------------------------------------------------


def _say_derived(draw: Draw[Any], edges: _Edges, household: dict[str, Any], world: World, name: str) -> None:
    """Give an amount instead of, or beside, what it is computed from."""
    tree = edges.trees[name]
    if any(not isinstance(n, Ref | Arith | Const) for n in walk(tree)) or name in household:
        return
    parts = [n for n in walk(tree) if isinstance(n, Ref)]
    if not parts or any(n.member or n not in world for n in parts):
        return
    value = _number(tree, world, edges.standard)
    said = draw(st.sampled_from(("parts", "value", "both")))
    if value is None or said == "parts":
        return
    household[name] = _plain(value)
    if said == "value":
        others = [t for other, t in edges.trees.items() if other != name]
        read = {n for t in (*others, *edges.classes) for n in walk(t) if isinstance(n, Ref)}
        for part in parts:
            if part not in read:
                household.pop(part.name, None)


def _plain(value: Value) -> Any:
    """A value as a caller writes it: decimals rather than fractions, where they are exact."""
    if isinstance(value, Fraction):
        places = next((p for p in range(1, 4) if (value * 10**p).denominator == 1), None)
        return value if places is None else Decimal(int(value * 10**places)).scaleb(-places)
    return value


def _without(draw: Draw[Any], household: dict[str, Any]) -> dict[str, Any]:
    """Some facts absent, some None: mostly a few, at times nearly all."""
    places: list[tuple[Any, ...]] = [(name,) for name in household]
    for i, person in enumerate(household.get("members", ())):
        places += [("members", i, name) for name in person]
    gone: Iterable[tuple[Any, ...]] = draw(st.lists(st.sampled_from(places), unique=True, max_size=4)) if places else ()
    if places and draw(st.integers(0, 19)) == 19:
        gone = draw(st.lists(st.sampled_from(places), unique=True))
    for place in gone:
        holder = household if len(place) == 1 else household.get("members", {})
        if len(place) == 3:
            if not holder:
                continue
            holder = holder[place[1]]
        if draw(st.booleans()):
            holder[place[-1]] = None
        else:
            holder.pop(place[-1], None)
    return household


__all__ = ["assessment_day", "households"]
