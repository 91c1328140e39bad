"""Plans: the rule tree as Python source for households whose facts are all plain and known.

A plan is made once for each set of names that callers give. It checks the types it relies on
and answers ``None`` for whatever is not plain (a missing value, a float, a typing mistake, a
contradiction): the general path then takes over, with its reports. The source is written from
the checked tree alone; no text of a rule file enters it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import attrs

from .household import HUGE, household_names
from .model import Fact
from .prepared import Prepared
from .tree import Arith, Both, Choice, Compare, Const, Count, Given, In, Node, Not, Ref, Switch
from .values import field

Plan: TypeAlias = Callable[[Mapping[str, Any]], "int | None"]
Readout: TypeAlias = Callable[[Mapping[str, Any]], "tuple[Any, ...]"]


class _NoPlan(Exception):
    """This set of names needs the general path."""


@attrs.define(eq=False, repr=False)
class _Amount:
    """A number as source: ``text * factor / (below * below * ...)``; every ``below`` is positive."""

    text: str
    factor: Fraction = Fraction(1)
    below: tuple[str, ...] = ()
    cells: Node | None = None  # a switch whose numbers may absorb the factor


def make_plan(prepared: Prepared, names: tuple[str, ...]) -> Plan | None:
    """The plan for households that give exactly these names, or None."""
    try:
        return _Writer(prepared, names).plan()
    except _NoPlan:
        return None


def make_readout(
    prepared: Prepared, names: tuple[str, ...], amounts: tuple[str, ...], tests: tuple[Node, ...]
) -> Readout | None:
    """What an explanation shows of a household that a plan has decided, or None.

    The result holds (numerator, denominator) of each amount, then the truth of each test.
    """
    try:
        return _Writer(prepared, names).readout(amounts, tests)
    except _NoPlan:
        return None


@attrs.define(eq=False, repr=False)
class _Writer:
    prepared: Prepared
    names: tuple[str, ...]
    constants: dict[str, Any] = field(factory=dict)
    lines: list[str] = field(factory=list)
    variables: dict[str, str] = field(factory=dict)

    def plan(self) -> Plan:
        self.read_given()
        for index, (_, node) in enumerate(self.prepared.classes):
            self.lines.append(f"if {self.condition(node)}: return {index}")
        self.lines.append("return None")
        made: Plan = self.compiled()
        return made

    def readout(self, amounts: tuple[str, ...], tests: tuple[Node, ...]) -> Readout:
        self.read_given()
        parts = []
        for name in amounts:
            amount = self.named(name)
            top = " * ".join([self.plain(amount), self.constant(amount.factor.numerator)])
            bottom = " * ".join([*amount.below, self.constant(amount.factor.denominator)])
            parts.append(f"({top}, {bottom})")
        parts += [f"({self.condition(test)})" for test in tests]
        self.lines.append(f"return ({', '.join(parts)}{',' if parts else ''})")
        made: Readout = self.compiled()
        return made

    def read_given(self) -> None:
        """Bind the given values to variables, and leave what is not plain to the general path."""
        known = household_names(self.prepared.rules)
        for name in self.names:
            fact = known.get(name)
            if fact is None or fact.kind not in ("boolean", "number", "code") or self.redundant(name):
                raise _NoPlan
            self.variables[name] = f"v{len(self.variables)}"
        counted = self.counted()
        for name, variable in self.variables.items():
            self.lines.append(f"{variable} = h[{name!r}]")
            if name not in counted:
                self.guard(known[name], variable)
        if counted:
            self.lines.append("n = 0")
            for name in counted:
                variable = self.variables[name]
                self.lines.append(f"if {variable} is True: n += 1")
                self.lines.append(f"elif {variable} is not False: return None")

    def compiled(self) -> Any:
        body = "\n    ".join(self.lines)
        scope: dict[str, Any] = dict(self.constants)
        exec(f"def plan(h):\n    {body}", {"__builtins__": {"type": type, "int": int}, **scope}, scope)
        return scope["plan"]

    def redundant(self, name: str) -> bool:
        """Whether a given value has to be checked against the others."""
        others = set(self.names) - {name}
        if name == "deprivations":
            flags = (f"deprived_{k}" for k in self.prepared.rules.indicators)
            return any(f in others or self.prepared.derives(f, others, False, {}) for f in flags)
        fact = self.prepared.rules.facts.get(name)
        if fact is not None and (
            fact.at_most or fact.name in {f.at_most for f in self.prepared.rules.facts.values() if f.name in others}
        ):
            return True
        return self.prepared.derives(name, others, False, {})

    def counted(self) -> tuple[str, ...]:
        flags = tuple(f"deprived_{k}" for k in self.prepared.rules.indicators)
        given = tuple(f for f in flags if f in self.variables)
        if not given or "deprivations" not in self.prepared.needed:
            return ()
        if given != tuple(f for f in self.names if f in flags) and set(given) != set(flags):
            raise _NoPlan
        if len(given) != len(flags):
            raise _NoPlan
        return given

    def guard(self, fact: Fact, variable: str) -> None:
        """Leave what is not plain to the general path."""
        if fact.kind == "boolean":
            self.lines.append(f"if {variable} is not True and {variable} is not False: return None")
        elif fact.kind == "code":
            self.lines.append(
                f"if type({variable}) is not {self.constant(str)} or {variable} not in {self.constant(frozenset(fact.codes))}: return None"
            )
        else:
            low = "" if fact.least is None else f"{self.constant(fact.least)} <= "
            high = self.constant(fact.most if fact.most is not None else HUGE - 1)
            self.lines.append(f"if type({variable}) is not int or not {low}{variable} <= {high}: return None")
            if fact.multiple:
                self.lines.append(f"if {variable} % {fact.multiple}: return None")

    def constant(self, value: Any) -> str:
        for name, known in self.constants.items():
            if known is value or (type(known) is type(value) and known == value):
                return name
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    # --- conditions -----------------------------------------------------------------------------

    def condition(self, node: Node) -> str:
        match node:
            case Const(value):
                return repr(bool(value))
            case Ref(name, False):
                return self.flag(name)
            case Not(Ref(name, False)):
                return f"not {self.flag(name)}"
            case Both(every, parts):
                return "(" + (" and " if every else " or ").join(map(self.condition, parts)) + ")"
            case Choice(test, then, other):
                return f"({self.condition(then)} if {self.condition(test)} else {self.condition(other)})"
            case In(Ref(name, False), codes, negated):
                self.always_asked(name)
                return f"{self.variable(name)} {'not in' if negated else 'in'} {self.constant(frozenset(codes))}"
            case Compare(op, left, right):
                return self.compare(op, self.amount(left), self.amount(right))
            case Given(name):
                return repr(name in self.variables)
        raise _NoPlan

    def flag(self, name: str) -> str:
        if name in self.variables:
            self.always_asked(name)
            return self.variables[name]
        if name in self.prepared.trees:
            return self.condition(self.prepared.trees[name])
        raise _NoPlan

    def variable(self, name: str) -> str:
        if name not in self.variables:
            raise _NoPlan
        return self.variables[name]

    def always_asked(self, name: str) -> None:
        fact = self.prepared.rules.facts.get(name)
        if fact is not None and fact.asked_if is not None:
            raise _NoPlan

    def compare(self, op: str, a: _Amount, b: _Amount) -> str:
        scale = lcm(a.factor.denominator, b.factor.denominator)
        left = self.scaled(a, int(a.factor * scale), b.below)
        right = self.scaled(b, int(b.factor * scale), a.below)
        return f"{left} {op} {right}"

    def scaled(self, amount: _Amount, factor: int, others: tuple[str, ...]) -> str:
        text = self.cell(amount.cells, Fraction(factor)) if amount.cells is not None else amount.text
        parts = [*([text] if text != "1" else []), *others]
        if amount.cells is None and (factor != 1 or not parts):
            parts.append(self.constant(factor))
        return " * ".join(parts)

    # --- numbers --------------------------------------------------------------------------------

    def amount(self, node: Node) -> _Amount:
        match node:
            case Const(value) if not isinstance(value, str | bool):
                return _Amount("1", Fraction(value))
            case Ref(name, False):
                return self.named(name)
            case Switch():
                return _Amount("", cells=node)
            case Arith("*", left, right):
                a, b = self.amount(left), self.amount(right)
                return _Amount(f"{self.plain(a)} * {self.plain(b)}", a.factor * b.factor, a.below + b.below)
            case Arith("/", left, right):
                a, b = self.amount(left), self.amount(right)
                if b.below or not ((isinstance(right, Ref) and self.positive(right.name)) or isinstance(right, Const)):
                    raise _NoPlan
                if isinstance(right, Const):
                    return _Amount(a.text, a.factor / b.factor, a.below, a.cells)
                return _Amount(self.plain(a), a.factor / b.factor, (*a.below, b.text))
            case Arith(op, left, right):
                a, b = self.amount(left), self.amount(right)
                if a.below or b.below:
                    raise _NoPlan
                scale = lcm(a.factor.denominator, b.factor.denominator)
                text = f"({self.scaled(a, int(a.factor * scale), ())} {op} {self.scaled(b, int(b.factor * scale), ())})"
                return _Amount(text, Fraction(1, scale))
            case Count(parts):
                return _Amount("(" + " + ".join(f"({self.condition(p)})" for p in parts) + ")")
            case Choice(test, then, other):
                return self.amount(then if self.constant_test(test) else other)
        raise _NoPlan

    def constant_test(self, test: Node) -> bool:
        """A test that the given names alone decide."""
        match test:
            case Given(name):
                return name in self.variables
            case Both(every, parts):
                answers = [self.constant_test(p) for p in parts]
                return all(answers) if every else any(answers)
        raise _NoPlan

    def named(self, name: str) -> _Amount:
        if name in self.variables:
            self.always_asked(name)
            return _Amount(self.variables[name])
        if name == "deprivations" and any(f"deprived_{k}" in self.variables for k in self.prepared.rules.indicators):
            return _Amount("n")
        for trees in (self.prepared.lines, self.prepared.trees):
            if name in trees:
                return self.amount(trees[name])
        raise _NoPlan

    def positive(self, name: str) -> bool:
        fact = self.prepared.rules.facts.get(name)
        return fact is not None and fact.least is not None and fact.least > 0 and name in self.variables

    def plain(self, amount: _Amount) -> str:
        return amount.text if amount.cells is None else self.cell(amount.cells, Fraction(1))

    def cell(self, node: Node, factor: Fraction) -> str:
        """The number of a switch, times a factor."""
        match node:
            case Const(value):
                return self.constant(_whole(Fraction(value) * factor))
            case Switch(Ref(name, False), cases) if all(isinstance(c, Const) for _, c in cases):
                table = {code: _whole(Fraction(c.value) * factor) for code, c in cases if isinstance(c, Const)}
                return f"{self.constant(table)}[{self.variable(name)}]"
            case Switch(Ref(name, False), cases):
                text = "None"
                for code, case in reversed(cases):
                    text = f"({self.cell(case, factor)} if {self.variable(name)} == {self.constant(code)} else {text})"
                return text
        raise _NoPlan


def _whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value
