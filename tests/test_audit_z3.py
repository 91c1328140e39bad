"""The audit against a solver: the trees of every shipped standard, put to z3 in a second translation.

Nothing of the regions that the audit follows is used here: each condition becomes a formula over the
facts with their bounds, and z3 says whether some household fulfils it. What is not asked makes every
comparison false (docs/en/semantics.md, 3). The audit must find a hole, an overlap, a class that never
applies or a turned order exactly where z3 has a model, under every method and every choice of readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
import z3

import chuanngheo as cn
from chuanngheo import tree as t
from chuanngheo.audit_classes import class_faults, nested
from chuanngheo.audit_indicators import values_of
from chuanngheo.domains import Interval
from chuanngheo.equivalence import clash, difference, flags_apart
from chuanngheo.household import household_names
from chuanngheo.inequalities import is_line
from chuanngheo.prepared import Prepared, prepare
from chuanngheo.ways import choices, class_readings, class_ways, sayings, tied
from test_audit import classes, indicator, rules, with_indicators
from test_rule_files import GOOD, read

SHIPPED = [f.standard for files in cn.shipped().shelf.values() for f in files]
COUNT, FLAG = "deprivations", "deprived_"


def exact(value: Any) -> z3.ArithRef:
    number = Fraction(value)
    return z3.RealVal(f"{number.numerator}/{number.denominator}")


class Formulas:
    """One household as z3 sees it. ``names`` tells two households apart; ``shared`` facts are those of the first."""

    def __init__(
        self, prepared: Prepared, said: frozenset[str] = frozenset(), names: str = "", first: Any = None, but: str = ""
    ) -> None:
        self.prepared, self.rules, self.said = prepared, prepared.rules, said
        self.facts = household_names(prepared.rules)
        self.names, self.first, self.but = names, first, but
        self.variables: dict[str, Any] = {}
        self.conditions: list[Any] = []
        self.tied = independent_ties(prepared)
        self.others: Any = None

    # --- facts ---------------------------------------------------------------------------------------

    def variable(self, name: str) -> Any:
        if name in self.variables:
            return self.variables[name]
        if self.first is not None and name not in (self.but, COUNT):
            self.variables[name] = self.first.variable(name)
            if self.facts[name].at_most:
                self.conditions.append(self.variables[name] <= self.variable(self.facts[name].at_most))
            return self.variables[name]
        fact = self.facts[name]
        made: Any
        if fact.kind == "boolean":
            made = z3.Bool(name + self.names)
        else:
            made = (z3.Int if fact.kind == "code" or fact.whole else z3.Real)(name + self.names)
            least, most = (0, len(fact.codes) - 1) if fact.kind == "code" else (fact.least, fact.most)
            self.conditions += [made >= exact(least)] if least is not None else []
            self.conditions += [made <= exact(most)] if most is not None else []
            if fact.multiple:
                self.conditions.append(made == fact.multiple * z3.Int(f"{name}{self.names}/"))
        self.variables[name] = made
        if fact.at_most:
            self.conditions.append(made <= self.variable(fact.at_most))
        return made

    def counted(self) -> None:
        """The number of deprivations is at least that of the named ones, and the others are shared by two households."""
        named = [f"{FLAG}{n}" for n in self.rules.indicators if f"{FLAG}{n}" in self.read()]
        if COUNT in self.read() and named:
            held = z3.Sum([z3.If(self.truth(t.Ref(n)), 1, 0) for n in named])
            apart = self.first is None or self.but == COUNT
            others = z3.Int("others" + self.names) if apart else self.first.others
            self.others = others
            self.conditions += [
                others >= 0,
                others <= len(self.rules.indicators) - len(named),
                self.variable(COUNT) == others + held,
            ]
        elif COUNT in self.read() and self.first is not None and self.but != COUNT:
            self.conditions.append(self.variable(COUNT) == self.first.variable(COUNT))

    def read(self) -> set[str]:
        return names_read(self.prepared)

    # --- trees ---------------------------------------------------------------------------------------

    def truth(self, node: Any) -> Any:
        """Whether a condition is true; what is not asked is not."""
        match node:
            case t.Const(value):
                return z3.BoolVal(value is True)
            case t.Not(of):
                asked, value = self.name(of)
                return z3.And(asked, z3.Not(value))
            case t.Compare(op, left, right):
                (a_asked, a), (b_asked, b) = self.value(left), self.value(right, self.codes(left))
                if isinstance(left, t.Const) and isinstance(left.value, str):
                    a = self.value(left, self.codes(right))[1]
                held = {"<": lambda: a < b, "<=": lambda: a <= b, ">": lambda: a > b, ">=": lambda: a >= b,
                        "==": lambda: a == b, "!=": lambda: a != b}[op]()  # fmt: skip
                return z3.And(a_asked, b_asked, held)
            case t.In(item, codes, negated):
                asked, value = self.value(item)
                among = z3.Or([value == i for i, c in enumerate(self.codes(item)) if c in codes])
                return z3.And(asked, z3.Not(among) if negated else among)
            case t.Both(every, parts):
                return (z3.And if every else z3.Or)([self.truth(p) for p in parts])
            case t.Choice(test, then, other):
                return z3.If(self.truth(test), self.truth(then), self.truth(other))
            case t.Given(name):
                return z3.BoolVal(name in self.said)
            case t.Ref():
                asked, value = self.name(node)
                return z3.And(asked, value)
        raise NotImplementedError(node)

    def codes(self, node: Any) -> list[str]:
        return list(self.facts[node.name].codes) if isinstance(node, t.Ref) and node.name in self.facts else []

    def value(self, node: Any, codes: Iterable[str] = ()) -> tuple[Any, Any]:
        """Whether a number or code is asked, and what it is."""
        match node:
            case t.Const(str() as value):
                return z3.BoolVal(True), z3.IntVal(list(codes).index(value)) if value in codes else z3.IntVal(-1)
            case t.Const(value):
                return z3.BoolVal(True), exact(value)
            case t.Ref():
                return self.name(node)
            case t.Arith(op, left, right):
                (a_asked, a), (b_asked, b) = self.value(left), self.value(right)
                made = {
                    "+": lambda: a + b,
                    "-": lambda: a - b,
                    "*": lambda: a * b,
                    "/": lambda: z3.ToReal(a) / b if a.is_int() else a / b,
                }[op]()
                return z3.And(a_asked, b_asked, *([b != 0] if op == "/" else [])), made
            case t.Choice(test, then, other):
                (a_asked, a), (b_asked, b) = self.value(then, codes), self.value(other, codes)
                test_ = self.truth(test)
                return z3.If(test_, a_asked, b_asked), z3.If(test_, a, b)
            case t.Switch(on, cases):
                asked, code = self.name(on)
                listed = self.codes(on)
                found_asked, found = z3.BoolVal(False), exact(0)
                for name, tree in cases:
                    inner_asked, inner = self.value(tree)
                    here = code == listed.index(name)
                    found_asked, found = z3.If(here, inner_asked, found_asked), z3.If(here, inner, found)
                return z3.And(asked, found_asked), found
            case t.Count(parts):
                return z3.BoolVal(True), z3.Sum([z3.If(self.truth(p), 1, 0) for p in parts])
        raise NotImplementedError(node)

    def name(self, ref: Any) -> tuple[Any, Any]:
        assert not ref.member
        name, prepared = ref.name, self.prepared
        if name in prepared.lines:
            return self.value(prepared.lines[name])
        derived = (
            name in prepared.trees and name not in self.rules.facts and (not name.startswith(FLAG) or name in self.tied)
        )
        if derived:
            tree = prepared.trees[name]
            boolean = name.startswith(FLAG) or self.facts[name].kind == "boolean"
            return (z3.BoolVal(True), self.truth(tree)) if boolean else self.value(tree)
        fact = self.rules.facts.get(name)
        asked = z3.BoolVal(True) if fact is None or fact.asked_if is None else self.truth(fact.asked_if)
        return asked, self.variable(name)

    # --- classes -------------------------------------------------------------------------------------

    def letters(self) -> dict[str, Any]:
        return {name: self.truth(node) for name, node in self.prepared.classes}

    def rank(self) -> Any:
        found = z3.IntVal(len(self.prepared.classes))
        for i, (_, node) in reversed(list(enumerate(self.prepared.classes))):
            found = z3.If(self.truth(node), i, found)
        return found


def names_read(prepared: Prepared) -> set[str]:
    """The household names that the classes read through values, not into facts or indicators."""
    found: set[str] = set()
    waiting = [node for _, node in prepared.classes]
    while waiting:
        for n in t.walk(waiting.pop()):
            if isinstance(n, t.Ref) and not n.member and n.name not in found:
                found.add(n.name)
                if n.name in prepared.trees and n.name not in prepared.rules.facts and not n.name.startswith(FLAG):
                    waiting.append(prepared.trees[n.name])
    return found


def independent_ties(prepared: Prepared) -> set[str]:
    """Named indicators that read a fact which the classes read as well."""
    names = names_read(prepared)
    facts = {n for n in names if n in prepared.rules.facts}
    return {
        n for n in names if n.startswith(FLAG) and n in prepared.trees and facts & prepared.closure([prepared.trees[n]])
    }


def sat(*conditions: Any) -> bool:
    solver = z3.Solver()
    solver.add(*conditions)
    answer = solver.check()
    assert answer != z3.unknown
    return answer == z3.sat


def whatever_was_not_found(formulas: Formulas, condition: Any) -> Any:
    """A condition that holds whatever texts say that were not found."""
    unread = [n for n in formulas.read() if n in formulas.rules.facts and formulas.rules.facts[n].unread]
    domains = [
        range(len(formulas.facts[n].codes)) if formulas.facts[n].kind == "code" else (False, True) for n in unread
    ]
    return z3.And([
        z3.substitute(condition, *[(formulas.variable(n), z3.BoolVal(v) if isinstance(v, bool) else z3.IntVal(v)) for n, v in zip(unread, values, strict=True)])
        for values in product(*domains)
    ])  # fmt: skip


def region(formulas: Formulas, bounds: Mapping[Any, Any]) -> Any:
    """A region that the audit names, as a formula."""
    parts = []
    for key, domain in bounds.items():
        if is_line(key):
            value = z3.Sum([exact(number) * formulas.variable(name) for name, number in key[1]])
        else:
            value = formulas.name(t.Ref(key))[1]
        if isinstance(domain, Interval):
            parts += (
                [value > exact(domain.low) if domain.low_open else value >= exact(domain.low)]
                if domain.low is not None
                else []
            )
            parts += (
                [value < exact(domain.high) if domain.high_open else value <= exact(domain.high)]
                if domain.high is not None
                else []
            )
        else:
            codes = list(formulas.facts[key].codes)
            parts.append(z3.Or([value == (v if isinstance(v, bool) else codes.index(str(v))) for v in domain]))
    return z3.And(parts)


def ways(std: cn.Standard) -> Iterator[tuple[Prepared, dict[str, str]]]:
    for method in std.methods:
        for chosen in choices(std, class_readings(std, method)):
            yield prepare(std, method, chosen), chosen


# --- classes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("std", SHIPPED, ids=lambda s: s.exact_id)
def test_holes_overlaps_and_classes_that_never_apply(std: cn.Standard) -> None:
    for prepared, _ in ways(std):
        faults = list(class_faults(std, prepared))
        assert not [f for f in faults if f.finding.kind == "unproved"]
        never = {name for name, _ in prepared.classes}
        for said in sayings(prepared):
            formulas = Formulas(prepared, said)
            letters = formulas.letters()
            formulas.counted()
            rank, facts = formulas.rank(), formulas.conditions
            never -= {name for i, (name, _) in enumerate(prepared.classes) if name in never and sat(*facts, rank == i)}
            hole = z3.Not(z3.Or(list(letters.values())))
            holes = [f.bounds for f in faults if f.key == ("hole",) and f.said == said]
            assert sat(*facts, hole) == bool(holes)
            told = z3.Or([region(formulas, b) for b in holes if b is not None])
            assert not sat(*facts, hole != told)  # the very same households
            for a, b in combinations([n for n in letters if not std.classes[n].rest], 2):
                if nested(std, a, b):
                    continue
                both = whatever_was_not_found(formulas, z3.And(letters[a], letters[b]))
                regions = [f.bounds for f in faults if f.key == ("overlap", a, b) and f.said == said]
                assert sat(*facts, both) == bool(regions), (a, b)
                assert not sat(*facts, both != z3.Or([region(formulas, x) for x in regions if x is not None]))
        assert never == {f.key[1] for f in faults if f.finding.kind == "never"}


@pytest.mark.parametrize("std", SHIPPED, ids=lambda s: s.exact_id)
def test_who_is_worse_off_is_not_classed_less_poor(std: cn.Standard) -> None:
    facts = household_names(std)
    for prepared, _ in ways(std):
        found = {f.key[1:] for f in class_faults(std, prepared) if f.key[0] == "order"}
        expected = set()
        names = [name for name, _ in prepared.classes]
        for said in sayings(prepared):
            for name in sorted(names_read(prepared) - independent_ties(prepared)):
                way = "more" if name == COUNT or name.startswith(FLAG) else facts[name].worse if name in facts else ""
                if not way:
                    continue
                better = Formulas(prepared, said)
                worse = Formulas(prepared, said, "'", better, name)
                ranks = worse.rank(), better.rank()
                better.counted()
                worse.counted()
                a, b = worse.variable(name), better.variable(name)
                if z3.is_bool(a):
                    apart = z3.And(z3.Not(a), b) if way == "less" else z3.And(a, z3.Not(b))
                else:
                    apart = a < b if way == "less" else a > b
                base = [*better.conditions, *worse.conditions, apart]
                if not sat(*base, ranks[0] > ranks[1], ranks[0] < len(names)):
                    continue
                for other, poorer in product(range(len(names)), repeat=2):
                    if other > poorer and sat(*base, ranks[0] == other, ranks[1] == poorer):
                        expected.add((name, names[other], names[poorer]))
        assert found == expected


@pytest.mark.parametrize("std", SHIPPED, ids=lambda s: s.exact_id)
def test_what_is_reported_is_what_is_found(std: cn.Standard) -> None:
    """Nothing is told that is not found under its senses, and whatever appears under some senses is told under fewer or these."""
    kinds = ("hole", "overlap", "never", "order")
    told = [f for f in cn.audit(std).findings if f.kind in kinds]
    raw = {
        (p.method, frozenset(chosen.items())): {(f.finding.kind, f.finding.about) for f in class_faults(std, p)} for p, chosen in ways(std)
    }  # fmt: skip
    for f in told:
        assert (f.kind, f.about) in raw[f.method, frozenset(f.readings.items())]
    for (method, senses), faults in raw.items():
        for kind, about in faults:
            assert any(
                f.method == method and (f.kind, f.about) == (kind, about) and f.readings.items() <= senses for f in told
            )


# Rules with faults, so that there is something to agree on: the classes of small files, first to last.
PLANTED = [
    {"poor": "income_per_person <= poverty_line", "rest": "income_per_person > poverty_line + 1"},
    {"poor": "income_per_person >= poverty_line", "rest": "otherwise"},
    {"poor": "income_per_person == poverty_line", "near": "income_per_person <= poverty_line", "rest": "income_per_person >= poverty_line"},
    {"poor": "income_excluding_allowances_per_person <= poverty_line and income_per_person > poverty_line",
     "near": "income_excluding_allowances_per_person > income_per_person", "rest": "income_per_person >= poverty_line"},
    {"poor": "3 * income_excluding_allowances_per_person < 2 * income_per_person",
     "rest": "3 * income_excluding_allowances_per_person > 2 * income_per_person"},
    {"poor": "3 * income_excluding_allowances_per_person > 4 * income_per_person", "near": "income_per_person + income_excluding_allowances_per_person <= 2_000",
     "rest": "income_per_person > 1_000"},
    {"poor": "b2 > 20 and b2 < 30", "near": "b2 >= 40", "rest": "b2 <= 20"},
    {"poor": 'terrain == "plain" or area == "urban" and b1 < 9', "rest": 'terrain != "plain"'},
    {"poor": "deprived_water and deprivations <= 1", "near": "deprived_light and deprivations == 2", "rest": "deprivations == 0"},
    {"poor": "deprivations == 2 and not deprived_water", "near": "deprivations == 3", "rest": "otherwise"},
    {"poor": 'deprived_water and water_source == "piped" or b1 < 5', "near": "not deprived_water and income_per_person <= poverty_line", "rest": "otherwise"},
    {"poor": "deprivations == 1", "near": "deprivations >= 1 and television", "rest": "otherwise"},
    {"poor": "deprived_light and television", "near": "deprived_light and deprivations == 0", "rest": "not deprived_light and deprivations <= 2"},
    {"poor": "count(b1 < 50, b2 >= 30, not television) == 2", "rest": "count(b1 < 50, b2 >= 30, not television) <= 1"},
    {"poor": "given(b1) and b1 < 50", "rest": "not given(b1)"},
    {"poor": "given(b1) and b1 < 50", "near": "b1 < 60", "rest": "b1 > 50"},
]  # fmt: skip


@pytest.mark.parametrize("when", PLANTED, ids=lambda w: w["poor"])
def test_small_files_with_faults(tmp_path: Path, when: dict[str, str]) -> None:
    listed = (
        indicator("water", 'water_source == "rain"'),
        indicator("light", "not television"),
        indicator("home", "floor_area < 20"),
    )
    std = rules(tmp_path, classes(**when), head=with_indicators(*listed))
    assert cn.audit(std).of("hole", "overlap", "never", "order")
    test_holes_overlaps_and_classes_that_never_apply(std)
    test_who_is_worse_off_is_not_classed_less_poor(std)
    test_what_is_reported_is_what_is_found(std)


# --- indicators without persons ------------------------------------------------------------------------


def without_persons(prepared: Prepared, name: str) -> bool:
    tree = prepared.trees.get(f"{FLAG}{name}")
    return tree is not None and not any(isinstance(n, t.Quantifier | t.Lookup) for n in t.walk(tree))


@pytest.mark.parametrize("std", [s for s in SHIPPED if s.indicators], ids=lambda s: s.exact_id)
def test_indicators_that_never_or_always_hold(std: cn.Standard) -> None:
    seen = 0
    for chosen in choices(std, std.interpretations):
        if len(chosen) > 1:
            break
        prepared = prepare(std, std.default_method, chosen)
        for name in (n for n in std.indicators if without_persons(prepared, n)):
            formulas = Formulas(prepared)
            held = formulas.truth(prepared.trees[f"{FLAG}{name}"])
            expected = {v for v in (False, True) if sat(*formulas.conditions, held == v)}
            values, complete = values_of(std, prepared, name)
            assert complete
            assert set(values) == expected
            seen += 1
    assert seen or not any(d.node for d in std.indicators.values())


# --- equivalence -----------------------------------------------------------------------------------------

TWO = GOOD.replace(
    """  criteria: {default: true, label: {vi: thu nhập, en: income}}
""",
    """  criteria:
    default: true
    label: {vi: thu nhập, en: income}
    values:
      low: {label: {vi: thấp, en: low}, of: income_per_person <= poverty_line}
      known:
        label: {vi: chỉ để có tên, en: so that these facts are there}
        of: terrain == "plain" and income_excluding_allowances_per_person >= 0 and mezzanine_area >= 0
indicators:
  water:
    dimension: water
    label: {vi: nước, en: water}
    deprived: water_source not in {"piped", "borehole"}
    cite: {source: act, at: Điều 4, grade: A}
  home:
    dimension: home
    label: {vi: nhà, en: home}
    deprived: count(wall_material == "other", roof_material == "other", floor_area < 20) >= 2
    cite: {source: act, at: Điều 4, grade: A}
""",
).replace(
    "    when: income_per_person <= poverty_line", "    when: low and (deprivations >= 2 or b1 < 50 and not television)"
)

EDITS = [
    ("low and (deprivations >= 2", "low and (deprivations > 1"),  # whole numbers: the same
    ("low and (deprivations >= 2", "low and (deprivations > 2"),
    ("b1 < 50", "b1 <= 49"),  # points are whole
    ("b1 < 50", "b1 <= 50"),
    ("income_per_person <= poverty_line", "not income_per_person > poverty_line"),
    ("income_per_person <= poverty_line", "income_per_person < poverty_line"),
    ("income_per_person <= poverty_line", "income_per_person * 12 <= poverty_line * 12"),
    ("income_per_person <= poverty_line", "income_per_person <= (poverty_line if area == \"rural\" else 2_000)"),
    ("income_per_person <= poverty_line", "income_per_person <= (1_000 if area == \"rural\" else 2_001)"),
    ("and not television", "and not (television and television)"),
    ("and not television", "and (not television or low)"),
    ("low and (deprivations >= 2 or b1 < 50 and not television)", "low and deprivations >= 2 or low and b1 < 50 and not television"),
    ("low and (deprivations >= 2 or b1 < 50 and not television)", "low and deprivations >= 2 or b1 < 50 and not television"),
    ("low and (deprivations", "low and (income_excluding_allowances_per_person <= income_per_person or deprivations"),
    ("low and (deprivations", "low and (income_excluding_allowances_per_person < income_per_person and income_excluding_allowances_per_person > income_per_person or deprivations"),
    ("low and (deprivations", "low and (terrain == \"plain\" and area == \"urban\" or deprivations"),  # not asked in towns
    ("low and (deprivations", "low and (terrain != \"plain\" and area == \"rural\" or deprivations"),
    ('not in {"piped", "borehole"}', 'in {"bottled", "purchased", "protected_dug_well", "protected_spring", "rain", "other"}'),
    ('not in {"piped", "borehole"}', 'in {"bottled", "purchased", "protected_dug_well", "protected_spring", "other"}'),
    ("floor_area < 20) >= 2", "floor_area < 20) > 1"),
    ("floor_area < 20) >= 2", "floor_area <= 20) >= 2"),
    ("floor_area < 20) >= 2", "not floor_area >= 20) == 2"),
    ("floor_area < 20) >= 2", "floor_area + floor_area < 40) >= 2"),
    ("floor_area < 20) >= 2", "floor_area + mezzanine_area < 20 + mezzanine_area) >= 2"),
    ("floor_area < 20) >= 2", "floor_area - mezzanine_area < 20) >= 2"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), EDITS)
def test_equivalence_of_edited_rules(tmp_path: Path, old: str, new: str) -> None:
    assert TWO.count(old) == 1
    a, b = (read(tmp_path, text) for text in (TWO, TWO.replace(old, new)))
    left, right = (prepare(s, "criteria") for s in (a, b))
    mine = Formulas(left)
    theirs = Formulas(right, first=mine, but="nothing")
    ranks = mine.rank(), theirs.rank()
    mine.counted()
    theirs.counted()
    base = [*mine.conditions, *theirs.conditions]
    found = clash(class_ways(left), class_ways(right), a)
    assert (found is not None) == sat(*base, ranks[0] != ranks[1])
    apart = found is not None
    if found is not None:
        assert [s.assess(dict(found[1] or {})).category for s in (a, b)] == list(found[0])
    for name in a.indicators:
        flag = f"{FLAG}{name}"
        held = mine.truth(left.trees[flag]), theirs.truth(right.trees[flag])
        flags = flags_apart(left, right, flag, a.applies[0].start)
        assert (flags is not None) == sat(*mine.conditions, *theirs.conditions, held[0] != held[1])
        apart = apart or flags is not None
    told = difference(a, b)
    assert (told is not None) == apart


REFORMS = [("vn-2006", {"poverty_line": {"rural": 200_001}}), ("vn-2011@1", {"near_poor_line": {"urban": 650_001}}), ("vn-2022", {"average_line": {"rural": 2_249_999}})]  # fmt: skip


@pytest.mark.parametrize(("name", "lines"), REFORMS)
def test_a_line_that_moved(name: str, lines: dict[str, Any]) -> None:
    a = cn.standard(name)
    b = a.reform(**lines)
    for method in a.methods:
        left, right = prepare(a, method), prepare(b, method)
        mine = Formulas(left)
        theirs = Formulas(right, first=mine, but="nothing")
        ranks = mine.rank(), theirs.rank()
        mine.counted()
        theirs.counted()
        found = clash(class_ways(left), class_ways(right), a)
        assert (found is not None) == sat(*mine.conditions, *theirs.conditions, ranks[0] != ranks[1])
        if found is not None:
            assert [s.assess(dict(found[1] or {}), method=method).category for s in (a, b)] == list(found[0])


def test_ties_are_the_same_on_both_sides() -> None:
    for std in SHIPPED:
        for prepared, _ in ways(std):
            assert tied(prepared) == independent_ties(prepared)
