"""How few members suffice: the values of each indicator against every household of up to four members.

The persons are put together from values around whatever the rule compares with, and the rule is
evaluated by the second reading of :mod:`brute_force`; the audit must find the same values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations_with_replacement, islice, product
from pathlib import Path
from typing import Any

import pytest

import chuanngheo as cn
from brute_force import Law, World, birthdays
from chuanngheo import tree as t
from chuanngheo.audit_indicators import values_of
from chuanngheo.prepared import prepare
from chuanngheo.ways import MANY, choices, enough_members, first_day, open_case
from test_audit import PLAIN, indicator, rules, with_indicators

ROOT = Path(__file__).parent.parent
STANDARDS = [cn.standard("vn-2016"), cn.standard("vn-2022"), cn.read_standard(ROOT / "tests" / "fictional.yaml")]
MOST = 4
TYPES = 400  # kinds of persons that are looked at, of each household
HOMES = 60


def nodes(law: Law, tree: Any) -> Iterator[Any]:
    """The nodes of a rule, through the values of the file and what persons' facts are computed from."""
    waiting, seen = [tree], set()
    while waiting:
        for n in law.parts(waiting.pop(), ()):
            yield n
            if isinstance(n, t.Ref) and n.name not in seen:
                seen.add(n.name)
                fact = law.rules.facts.get(n.name)
                waiting += [fact.asked_if] if fact is not None and fact.asked_if is not None else []
                waiting += [fact.of] if n.member and fact is not None and fact.of is not None else []
                if not n.member and n.name in law.trees and n.name not in law.rules.facts and n.name not in law.flags:
                    waiting.append(law.trees[n.name])


def around(law: Law, found: list[Any], name: str) -> list[Any]:
    """Values of a fact: every code, and numbers on and about whatever the rule compares with."""
    fact = law.rules.facts[name]
    if fact.kind == "boolean":
        return [False, True]
    if fact.kind == "code":
        return list(fact.codes)
    cuts = {Fraction(n.value) for n in found if isinstance(n, t.Const) and not isinstance(n.value, bool | str)}
    if fact.kind == "date":
        years = {int(c) for c in cuts if c < 60}
        steps = {int(s) for n in found if isinstance(n, t.Lookup) for s in law.rules.tables[n.table].steps[::9]}
        return birthdays(law.on, sorted({12 * y for y in years} | steps | {0}))
    tables = [law.rules.tables[n.table] for n in found if isinstance(n, t.Lookup)]
    cuts |= {Fraction(v) for table in tables for c in table.columns for v in c[::9] if v is not None}
    low, high = fact.least, fact.most
    step = 1 if fact.whole else Fraction(1, 10)
    some = {c + d for c in cuts for d in (-step, 0, step)} | {
        Fraction(low or 0),
        *({Fraction(high)} if high is not None else ()),
    }
    kept = sorted(
        v
        for v in some
        if (low is None or v >= low) and (high is None or v <= high) and (not fact.whole or v.denominator == 1)
    )
    return kept[:: max(1, len(kept) // 12)]


def spread(items: list[Any], most: int) -> list[Any]:
    return items[:: max(1, len(items) // most)]


def brute(std: cn.Standard, name: str, readings: dict[str, str]) -> set[bool]:
    law = Law(std, std.default_method, readings, first_day(std))
    tree = std.indicators[name].node
    found = list(nodes(law, tree))
    own = sorted({n.name for n in found if isinstance(n, t.Ref) and n.member and std.facts[n.name].of is None})
    quantifiers = list(dict.fromkeys(n for n in found if isinstance(n, t.Quantifier)))
    home = sorted({n.name for n in found if isinstance(n, t.Ref) and not n.member and n.name in std.facts})
    home = [n for n in home if not (quantifiers and n == "household_size")]
    homes = spread(list(product(*(around(law, found, n) for n in home))), HOMES)
    if not quantifiers:
        worlds = (World(law, frozenset(home), dict(zip(home, values, strict=True)), None) for values in homes)
        return {w.value(tree) is True for w in worlds}
    values: set[bool] = set()
    days = {n: around(law, found, n) for n in own}
    every = [dict(zip(own, v, strict=True)) for v in spread(list(islice(product(*days.values()), 60_000)), TYPES)]
    for facts in homes:
        given = dict(zip(home, facts, strict=True))
        kinds: dict[Any, dict[str, Any]] = {}  # persons who do the same to every quantifier stand for each other
        for person in every:
            world = World(law, frozenset(home), given, [person])
            does = tuple(
                (q.where is None or world.value(q.where, 0) is True, world.value(q.body, 0)) for q in quantifiers
            )
            kinds.setdefault(does, person)
        for size in range(1, MOST + 1):
            for members in combinations_with_replacement(spread(list(kinds.values()), 9), size):
                values.add(World(law, frozenset(home), given, [dict(p) for p in members]).value(tree) is True)
                if len(values) == 2:
                    return values
    return values


def cases() -> Iterable[Any]:
    for std in STANDARDS:
        for name, derived in std.indicators.items():
            if derived.node is None:
                continue
            read = t.readings_in(derived.node)
            for chosen in choices(std, [n for n in std.interpretations if n in read]):
                if len(chosen) < 2:
                    label = ", ".join(f"{k}={v}" for k, v in chosen.items())
                    yield pytest.param(std, name, chosen, id=f"{std.id} {name} {label}".strip())


@pytest.mark.parametrize(("std", "name", "chosen"), list(cases()))
def test_values_of_an_indicator_are_those_of_every_small_household(
    std: cn.Standard, name: str, chosen: dict[str, str]
) -> None:
    found, complete = values_of(std, prepare(std, std.default_method, chosen), name)
    assert complete
    assert set(found) == brute(std, name, chosen)


# Rules that need many members, or a few: the condition, how many suffice by docs/en/audit.md, and what it can be.
CHILD, OLD, GIRL = "m.age < 16", "m.age >= 60", 'm.sex == "female"'
NEED = [
    (f"any({CHILD} for m in members)", 1, {False, True}),
    (f"any({CHILD} for m in members) and any({OLD} for m in members)", 2, {False, True}),
    (f"all({CHILD} for m in members) and any({OLD} for m in members)", 2, {False}),
    (f"count({CHILD} for m in members) >= 3", 4, {False, True}),
    (f"count({CHILD} for m in members) >= 6", 7, {False, True}),
    (f"count({CHILD} for m in members) == 2 and count({OLD} for m in members) == 1", 5, {False, True}),
    (f"share({CHILD} for m in members) > 1/2", 2, {False, True}),
    (f"share({CHILD} for m in members) == 2/7", 7, {False, True}),
    (f"share({CHILD} for m in members) > 2/5 and share({CHILD} for m in members) < 1/2", 7, {False, True}),
    (f"share({CHILD} for m in members) > 1", 1, {False}),
    (f"share({CHILD} for m in members) > 1/2 and share({CHILD} for m in members) < 1", 3, {False, True}),
    (f"share({CHILD} for m in members) > 0 and share({CHILD} for m in members) < 1/3", 4, {False, True}),
    (f"share({CHILD} for m in members) == 1/2 and any({OLD} and {GIRL} for m in members)", 3, {False, True}),
    (f"share({CHILD} for m in members) == 1/2 and count({OLD} for m in members) == 3", 12, {False, True}),
    (f"share({CHILD} for m in members) > 3/4 and any({OLD} for m in members)", 5, {False, True}),
    (f"share({CHILD} for m in members) > 4/5 and any({OLD} for m in members) and any({OLD} and {GIRL} for m in members)", 12, {False, True}),
    ("sum(m.height_cm for m in members) > 900", None, {False, True}),
    (f"count({CHILD} for m in members) >= 20", None, {False}),
    (f"share({CHILD} for m in members) > share({OLD} for m in members)", None, {False, True}),
]  # fmt: skip


@pytest.mark.parametrize(("deprived", "members", "values"), NEED)
def test_how_many_members_suffice(tmp_path: Path, deprived: str, members: int | None, values: set[bool]) -> None:
    std = rules(tmp_path, PLAIN, head=with_indicators(indicator("it", deprived)))
    prepared = prepare(std, "criteria")
    tree = prepared.trees["deprived_it"]
    enough = enough_members([tree], open_case(prepared, [tree]))
    assert enough == members if members is None else enough is not None and members <= enough <= MANY
    found, complete = values_of(std, prepared, "it")
    assert complete is (members is not None)
    if complete:
        assert set(found) == values
    elif values == {False}:  # more than are looked at: said, and not called impossible
        assert set(found) == {False}
        assert not cn.audit(std).of("never_deprived")
        assert cn.audit(std).of("unproved")
