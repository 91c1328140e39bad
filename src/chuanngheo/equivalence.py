"""Whether two standards, or two readings of one, ever answer differently, and on which household.

Both rules are followed along every path of a household of which nothing is known
(:mod:`chuanngheo.regions`); where the paths of one answer and of another meet, there is a household
that tells them apart. Where none meets, the two are equal for every household: a proof, not a
search. Members are followed one by one; :func:`enough_members` says how many it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from typing import Any

from .answering import Standard
from .case import Case
from .deciding import NO_CLASS, Decision
from .errors import ChuanNgheoError
from .household import read_facts
from .inequalities import Undecided
from .model import NO_CLASS_NAME, RuleSet
from .prepared import Prepared, prepare
from .regions import Bounds, Region, merged, met
from .tree import (
    Lookup,
    Node,
    Ref,
    extremes_as_tests,
    fold,
    readings_in,
    walk,
)
from .values import Frozen, field, frozen
from .ways import (
    FEW,
    INEXACT,
    Straight,
    choices,
    class_names,
    class_readings,
    class_ways,
    enough_members,
    expanded,
    first_day,
    one_sized,
    open_case,
    proved,
    sayings,
    together,
)
from .witness import Household, household_in, remainder

NOT_PROVED = "not proved"


@frozen
class Difference(Frozen):
    """Two standards differ: where, for which household, and what each of them answers."""

    where: str  # classes, indicators.water, lines.poverty_line, applies, ...
    a: Any
    b: Any
    witness: Mapping[str, Any] | None = None
    on: date | None = None
    method: str = ""
    readings: Mapping[str, str] = field(factory=dict)

    def __str__(self) -> str:
        shown = f" for {dict(self.witness)}" if self.witness is not None else ""
        return f"{self.where}: {self.a} against {self.b}{shown}"


def answer(std: Standard, household: Household, **how: Any) -> str:
    """The class of a household, ``undetermined``, ``no_class``, or the code of the error."""
    if "members" in household:
        how = {"on": first_day(std), **how}
    try:
        a = std.assess(household, **how)
    except ChuanNgheoError as error:
        return error.problems[0].code if error.problems else "error"
    return a.category or a.status


def flag_value(std: Standard, prepared: Prepared, household: Mapping[str, Any], name: str, on: date) -> bool | None:
    """Whether a household is deprived in an indicator; None where it is not certain."""
    case = Case(prepared, read_facts(std, household, on))
    values = {v is True for v, _ in Decision(case).evaluate(Ref(f"deprived_{name}"))}
    return values.pop() if len(values) == 1 else None


# --- two standards --------------------------------------------------------------------------------------


def difference(a: Standard, b: Standard) -> Difference | None:
    """Where two standards first differ, or None: they answer alike for every household, day and reading.

    Looked at are the lines and days they state, the facts they accept, the classes under every method
    and reading, every indicator and every mark. Texts, citations and grades are not rules.

    >>> import chuanngheo as cn
    >>> std = cn.standard("vn-2006")
    >>> difference(std, std) is None
    True
    >>> print(difference(std, std.reform(poverty_line={"rural": 200_001})))
    lines.poverty_line: {'area': {'rural': 200000, 'urban': 260000}} against {'area': {'rural': 200001, 'urban': 260000}}
    """
    stated = _stated(a, b)
    if stated is not None:
        return stated
    for method in a.methods:
        found = _classes(a, b, method)
        if found is not None:
            return found
    for name in a.indicators:
        found = _indicator(a, b, name)
        if found is not None:
            return found
    for name in a.marks:
        found = _status(a, b, name)
        if found is not None:
            return found
    return None


def _stated(a: Standard, b: Standard) -> Difference | None:
    """What anybody can read off a standard without a household."""
    for where, of in (
        ("methods", lambda s: [(m.name, m.default, m.until) for m in s.methods.values()]),
        ("classes", lambda s: [(c.name, c.within, c.methods) for c in s.classes.values()]),
        ("indicators", lambda s: [(n, d.node is None) for n, d in s.indicators.items()]),
        ("statuses", lambda s: [(x.name, x.of, x.start) for x in s.marks.values()]),
        ("interpretations", lambda s: [(i.name, tuple(i.readings), i.default) for i in s.interpretations.values()]),
        ("applies", lambda s: [(x.start, x.end, x.known_from, x.concerns) for x in s.applies]),
        ("identity", lambda s: (s.id, s.version, s.revision, s.jurisdiction, s.entity)),
    ):
        if of(a) != of(b):
            return Difference(where, of(a), of(b))
    for kind, of_a, of_b in (("lines", a.lines, b.lines), ("facts", a.facts, b.facts), ("tables", {}, {})):
        for name in dict.fromkeys((*of_a, *of_b)):
            left, right = (_essence(kind, x[name]) if name in x else None for x in (of_a, of_b))
            if left != right:
                return Difference(
                    f"{kind}.{name}",
                    *(("absent", right) if left is None else (left, "absent" if right is None else right)),
                )
    return None


def _essence(kind: str, value: Any) -> Any:
    if kind == "lines":
        return value.table if value.unit else (value.table, value.unit)
    return (value.kind, value.entity, value.unit, tuple(value.codes), value.whole, value.least, value.most, value.multiple,
            value.at_most, value.asked_if, value.of, value.unread)  # fmt: skip


def _classes(a: Standard, b: Standard, method: str) -> Difference | None:
    names = dict.fromkeys((*class_readings(a, method), *class_readings(b, method)))
    for chosen in choices(a, names):
        left, right = prepare(a, method, chosen), prepare(b, method, chosen)
        if left.classes == right.classes and _same_below(left, right, class_names(left) | class_names(right)):
            continue
        for said in dict.fromkeys((*sayings(left), *sayings(right))):
            ways = class_ways(left, said), class_ways(right, said)
            found = _open_apart(left, *ways, said) if unread_of(a) else clash(*ways, a, said)
            if found is not None:
                values, witness = found
                return Difference("classes", *values, witness, None, method, chosen)
            if not (proved(left) and proved(right)):
                return Difference("classes", NOT_PROVED, NOT_PROVED, None, None, method, chosen)
    return None


def unread_of(rules: RuleSet) -> frozenset[str]:
    """The questions to texts that were not found: nobody can answer them, so only what is possible shows."""
    return frozenset(n for n, f in rules.facts.items() if f.unread)


def _open_apart(
    prepared: Prepared, left: Iterable[Region], right: Iterable[Region], said: frozenset[str]
) -> tuple[tuple[Any, Any], Household | None] | None:
    """A household to which a class is open on one side alone, whatever unread texts may say."""
    unread = unread_of(prepared.rules)
    whole = Straight(open_case(prepared, (), said)).whole_domain
    sides = [
        [(r.value, {k: d for k, d in r.bounds.items() if k not in unread}) for r in regions]
        for regions in (left, right)
    ]
    for here, there in (sides, sides[::-1]):
        for value, bounds in here:
            rest = remainder(bounds, [b for v, b in there if v == value], whole)
            if rest:
                return (value or NO_CLASS_NAME, NOT_PROVED), household_in(prepared.rules, rest[0], said)
    return None


def _same_below(left: Prepared, right: Prepared, names: Iterable[str]) -> bool:
    return all(left.trees.get(n) == right.trees.get(n) and left.lines.get(n) == right.lines.get(n) for n in names)


def clash(
    left: Iterable[Region], right: Iterable[Region], rules: RuleSet, said: frozenset[str] = frozenset()
) -> tuple[tuple[Any, Any], Household | None] | None:
    """Two different answers for one household, and the household."""
    theirs = list(right)
    found: tuple[tuple[Any, Any], Household | None] | None = None
    for mine in left:
        for other in theirs:
            if mine.value != other.value and (both := met(mine.bounds, other.bounds)) is not None:
                witness, there = shown(rules, both, said)
                values = tuple(NO_CLASS_NAME if v == NO_CLASS else v for v in (mine.value, other.value))
                if witness is not None:
                    return (values[0], values[1]), witness
                if there:
                    found = found or ((values[0], values[1]), None)
    return found


def shown(rules: RuleSet, bounds: Bounds, said: Iterable[str] = ()) -> tuple[Household | None, bool]:
    """A household of a region, if it can be told, and whether there may be one at all."""
    try:
        witness = household_in(rules, bounds, said)
        return witness, witness is not None or household_in(rules, bounds, said, unread=True) is not None
    except Undecided:
        return None, True


def _indicator(a: Standard, b: Standard, name: str) -> Difference | None:
    flag = f"deprived_{name}"
    first = prepare(a, a.default_method), prepare(b, b.default_method)
    if flag not in first[0].trees:
        return None
    names = dict.fromkeys(chain.from_iterable(readings_in(p.unfolded[flag]) for p in first))
    for chosen in choices(a, [n for n in a.interpretations if n in names]):
        left, right = (prepare(s, s.default_method, chosen) for s in (a, b))
        if left.trees[flag] == right.trees[flag] and _same_tables(left, right, flag):
            continue
        found = flags_apart(left, right, flag, first_day(a))
        if found is not None:
            values, witness = found
            return Difference(f"indicators.{name}", *values, witness, first_day(a), a.default_method, chosen)
    return None


def _same_tables(left: Prepared, right: Prepared, flag: str) -> bool:
    tables = {n.table for n in walk(left.trees[flag]) if isinstance(n, Lookup)}
    return all(_numbers(left.rules, t) == _numbers(right.rules, t) for t in tables)


def _numbers(rules: RuleSet, name: str) -> Any:
    table = rules.tables.get(name)
    return None if table is None else (table.step_unit, table.codes, table.steps, table.columns, table.between)


def flags_apart(
    left: Prepared, right: Prepared, flag: str, on: date
) -> tuple[tuple[Any, Any], Household | None] | None:
    """A household that is deprived by one rule and not by the other."""
    trees = [p.trees[flag] for p in (left, right)]
    cases = [open_case(p, trees, on=on) for p in (left, right)]
    sides = tuple(zip(cases, trees, strict=True))
    found: tuple[tuple[Any, Any], Household | None] | None = None
    wholes = [expanded(tree, case) for case, tree in sides]
    needed = [enough_members(wholes, case) for case in cases]
    enough = None if None in needed else max(n for n in needed if n is not None)
    for outcome in together(sides, enough or FEW):
        values = tuple(v is True for v in outcome.values)
        if values[0] != values[1]:
            witness, there = shown(left.rules, outcome.bounds)
            if witness is not None:
                return (values[0], values[1]), witness
            if there:
                found = found or ((values[0], values[1]), None)
    if found is None and (enough is None or any(case.notes.get(INEXACT) for case in cases)):
        return (NOT_PROVED, NOT_PROVED), None
    return found


def _status(a: Standard, b: Standard, name: str) -> Difference | None:
    mine, theirs = a.marks[name].node, b.marks[name].node
    names = readings_in(mine) | readings_in(theirs)
    for method in a.methods:
        for chosen in choices(a, [n for n in a.interpretations if n in names]):
            found = statuses_apart(prepare(a, method, chosen), prepare(b, method, chosen), name, first_day(a))
            if found is not None:
                values, witness = found
                return Difference(f"{'statuses' if name in a.statuses else 'groups'}.{name}", *values, witness, first_day(a), method, chosen)
    return None


def statuses_apart(
    left: Prepared, right: Prepared, name: str, on: date
) -> tuple[tuple[Any, Any], Household | None] | None:
    """A household whose first member has a mark by one rule and not by the other."""
    return clash(status_ways(left, name, on), status_ways(right, name, on), left.rules)


def status_ways(prepared: Prepared, name: str, on: date) -> tuple[Region, ...]:
    """The regions of a mark, and of those who do not have it; of persons, the first member."""
    test = folded_status(prepared, name)
    person = 0 if prepared.rules.marks[name].of == "person" else None
    return ways_of_test(prepared, test, on, person)


def ways_of_test(prepared: Prepared, test: Node, on: date, person: int | None = None) -> tuple[Region, ...]:
    """The regions in which a test of a household, or of its first member, holds, and the others."""
    case = one_sized(prepared, 1, frozenset(), on) if person == 0 else open_case(prepared, [test], on=on)
    found = [(v is True, e) for v, e in Straight(case).outcomes(test, {}, person)]
    return merged(found)


def folded_status(prepared: Prepared, name: str) -> Node:
    """The condition of a mark under the readings in use."""
    return extremes_as_tests(fold(prepared.rules.marks[name].node, dict(prepared.readings)))


__all__ = [
    "Difference",
    "answer",
    "clash",
    "difference",
    "flag_value",
    "flags_apart",
    "folded_status",
    "shown",
    "status_ways",
    "statuses_apart",
    "ways_of_test",
]
