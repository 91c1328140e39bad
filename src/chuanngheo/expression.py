"""The rule language: a Python-like expression becomes a rule tree.

The text is parsed with :mod:`ast` and translated node by whitelisted node; it is never
compiled or executed. Every name, type and unit is checked here, so that a rule that was read
can be evaluated without surprises. Errors carry the offset of the offending words.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from fractions import Fraction

from .errors import nearest
from .tree import (
    Arith,
    Both,
    Choice,
    Compare,
    Const,
    Count,
    Elapsed,
    Given,
    In,
    Lookup,
    Node,
    Quantifier,
    Reading,
    Ref,
    negate,
)
from .units import PURE, Unit, unit
from .values import Frozen, field, frozen

MAX_LENGTH = 4000
MAX_DEPTH = 40
QUANTIFIERS = ("any", "all", "count", "sum", "share", "min", "max")
ELAPSED = {"age": ("years", "year"), "months": ("months", "month")}


@frozen
class Type(Frozen):
    """What a value is: ``kind`` is boolean, number, code or date."""

    kind: str
    unit: Unit | None = None
    codes: tuple[str, ...] = ()


@frozen
class Fault(Frozen):
    """A fault in an expression: where (offset in characters), what, and the remedy."""

    offset: int
    message: str
    remedy: str = ""


class ExpressionError(Exception):
    """An expression that cannot be read; carries every fault found in it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f.message for f in faults))


@frozen
class Names(Frozen):
    """What an expression may name."""

    household: Mapping[str, Type] = field(factory=dict)
    member: Mapping[str, Type] = field(factory=dict)
    tables: Mapping[str, tuple[Unit, Unit, tuple[str, ...]]] = field(factory=dict)
    code_lists: Mapping[str, tuple[str, ...]] = field(factory=dict)
    readings: Mapping[str, tuple[str, ...]] = field(factory=dict)
    elsewhere: frozenset[str] = frozenset()  # names of the vocabulary that the file does not use
    outer_members: bool = False  # a status of a person names its person `m` without a quantifier


BOOLEAN = Type("boolean")
_DIGITS = re.compile(r"[0-9][0-9_]*(\.[0-9]+)?\Z")
_CALLS = (*QUANTIFIERS, *ELAPSED, "year", "given")
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ARITH: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def parse(text: str, names: Names, want: Type) -> Node:
    """Read an expression that must give a value of type ``want`` (its unit included).

    >>> from chuanngheo.units import unit
    >>> names = Names(household={"size": Type("number", unit("person"))})
    >>> parse("size >= 3", names, BOOLEAN)
    Compare(op='>=', left=Ref(name='size', member=False), right=Const(value=3))
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError([Fault(0, f"the expression has more than {MAX_LENGTH} characters", "split it")])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # the reader says what is wrong with a literal
            body = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        offset = max((error.offset or 1) - 1, 0)
        raise ExpressionError([Fault(offset, f"not an expression: {error.msg}", _syntax_remedy(text))]) from None
    except (MemoryError, RecursionError, ValueError):
        raise ExpressionError([Fault(0, "the expression is nested too deep to read", "split it")]) from None
    reader = _Reader(text.strip(), names)
    try:
        node, kind = reader.read(body, 0)
        node = reader.fit(node, kind, want, body)
    except _Stop:
        raise ExpressionError(reader.faults) from None
    if reader.faults:
        raise ExpressionError(reader.faults)
    return node


def _syntax_remedy(text: str) -> str:
    if "&&" in text or "||" in text or "!" in text.replace("!=", ""):
        return "write and, or, not"
    if "≤" in text or "≥" in text:
        return "write <= or >="
    return "an expression looks like: income_per_person <= poverty_line and deprivations >= 3"


class _Stop(Exception):
    """Nothing sensible can be read further here; the fault is already recorded."""


class _Reader:
    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.faults: list[Fault] = []
        self.person: str | None = "m" if names.outer_members else None
        self.in_quantifier = False

    def stop(self, node: ast.AST, message: str, remedy: str = "") -> _Stop:
        self.faults.append(Fault(self.offset(node), message, remedy))
        return _Stop()

    def offset(self, node: ast.AST) -> int:
        line = getattr(node, "lineno", 1) - 1
        lines = self.text.split("\n")
        before = sum(len(earlier) + 1 for earlier in lines[:line])
        column = getattr(node, "col_offset", 0)
        return before + len(lines[line].encode()[:column].decode(errors="ignore"))

    # --- fitting types and units -------------------------------------------------------------

    def fit(self, node: Node, kind: Type, want: Type, place: ast.AST) -> Node:
        if kind.kind != want.kind:
            raise self.stop(place, f"this is a {kind.kind}, a {want.kind} is needed here")
        if want.kind == "number":
            return self.convert(node, kind, want.unit, place)
        return node

    def convert(self, node: Node, kind: Type, want: Unit | None, place: ast.AST) -> Node:
        if kind.unit is None or want is None:  # a bare number takes the unit it meets
            return node
        if kind.unit.powers != want.powers:
            raise self.stop(
                place,
                f"units do not match: {_spell(kind.unit)} against {_spell(want)}",
                "convert with the quantities the law names (divide by household_size, ...)",
            )
        factor = kind.unit.size / want.size
        if factor == 1:
            return node
        if isinstance(node, Const) and not isinstance(node.value, str | bool):
            return Const(_whole(node.value * factor))
        return Arith("*", node, Const(_whole(factor)))

    def alike(
        self, left: tuple[Node, Type], right: tuple[Node, Type], place: ast.AST
    ) -> tuple[Node, Node, Unit | None]:
        """Both sides in one unit: the smaller one, so that no factor is a fraction."""
        (a, ta), (b, tb) = left, right
        target = (
            ta.unit if tb.unit is None else tb.unit if ta.unit is None else min(ta.unit, tb.unit, key=lambda u: u.size)
        )
        return self.convert(a, ta, target, place), self.convert(b, tb, target, place), target

    # --- reading ------------------------------------------------------------------------------

    def number(self, node: ast.expr, depth: int) -> tuple[Node, Type]:
        value, kind = self.read(node, depth)
        if kind.kind != "number":
            raise self.stop(node, f"this is a {kind.kind}, a number is needed here")
        return value, kind

    def condition(self, node: ast.expr, depth: int) -> Node:
        value, kind = self.read(node, depth)
        return self.fit(value, kind, BOOLEAN, node)

    def read(self, node: ast.expr, depth: int) -> tuple[Node, Type]:
        if depth > MAX_DEPTH:
            raise self.stop(
                node, f"the expression is nested deeper than {MAX_DEPTH} levels", "name a part of it under values:"
            )
        below = depth + 1
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name(id=name):
                return self.name(node, name)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                return self.attribute(node, owner, name)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return negate(self.condition(operand, below)), BOOLEAN
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as operand):
                value, kind = self.constant(operand)
                assert isinstance(value, Const)
                assert not isinstance(value.value, str)
                return Const(-value.value), kind
            case ast.BoolOp(op=op, values=values):
                parts: list[Node] = []
                stopped = False
                for value_node in values:  # go on after a fault: all of them are reported at once
                    try:
                        parts.append(self.condition(value_node, below))
                    except _Stop:
                        stopped = True
                if stopped:
                    raise _Stop
                return Both(isinstance(op, ast.And), tuple(parts)), BOOLEAN
            case ast.BinOp(left=left, op=op, right=right):
                return self.arithmetic(node, left, op, right, below)
            case ast.Compare():
                return self.compare(node, below)
            case ast.IfExp(test=test, body=then, orelse=other):
                condition = self.condition(test, below)
                a, b = self.read(then, below), self.read(other, below)
                if a[1].kind != b[1].kind:
                    raise self.stop(node, f"the two branches differ: a {a[1].kind} and a {b[1].kind}")
                if a[1].kind == "number":
                    left_node, right_node, target = self.alike(a, b, node)
                    return Choice(condition, left_node, right_node), Type("number", target)
                return Choice(condition, a[0], b[0]), a[1]
            case ast.Call(func=ast.Name(id=name)):
                return self.call(node, name, below)
        raise self.stop(
            node,
            f"{type(node).__name__} is not part of the rule language",
            "allowed: names, numbers, + - * /, comparisons, and or not, x if c else y, in {...}, "
            "any all count sum share min max over members, tables, age(birth_date, on)",
        )

    def constant(self, node: ast.Constant) -> tuple[Node, Type]:
        value = node.value
        if isinstance(value, bool):
            return Const(value), BOOLEAN
        if isinstance(value, str):
            return Const(value), Type("code", codes=(value,))
        if isinstance(value, int | float):
            written = (
                self.text.encode()[node.col_offset : node.end_col_offset].decode() if node.lineno == 1 else str(value)
            )
            if not _DIGITS.match(written) or len(written) > 30:
                remedy = "at most 30 digits, as in 1500000 or 0.5"
                raise self.stop(node, f"{written[:40]} is not a number in decimal digits", remedy)
            return Const(_whole(Fraction(written.replace("_", "")))), Type("number", None)
        raise self.stop(node, f"a literal {value!r} is not part of the rule language")

    def name(self, node: ast.Name, name: str) -> tuple[Node, Type]:
        if name in ("true", "false"):  # as YAML writes them
            return Const(name == "true"), BOOLEAN
        kind = self.names.household.get(name)
        if kind is None:
            known = [*self.names.household, *self.names.tables, *_CALLS, *self.names.elsewhere]
            remedy = nearest(name, known)
            if name in self.names.member:
                remedy = f"{name} is asked of each person: write m.{name} inside any(... for m in members)"
            raise self.stop(node, f"unknown name {name}", remedy)
        return Ref(name), kind

    def attribute(self, node: ast.Attribute, owner: str, name: str) -> tuple[Node, Type]:
        if owner == "reading":
            raise self.stop(node, "compare a reading with one of its senses", f'reading.{name} == "..."')
        if owner != self.person:
            raise self.stop(node, f"unknown name {owner}", "a person is named in any(... for m in members)")
        kind = self.names.member.get(name)
        if kind is None:
            raise self.stop(
                node, f"unknown fact of a person {name}", nearest(name, [*self.names.member, *self.names.elsewhere])
            )
        return Ref(name, member=True), kind

    def arithmetic(
        self, node: ast.expr, left: ast.expr, op: ast.operator, right: ast.expr, depth: int
    ) -> tuple[Node, Type]:
        symbol = _ARITH.get(type(op))
        if symbol is None:
            raise self.stop(node, f"{type(op).__name__} is not part of the rule language", "allowed: + - * /")
        a, b = self.number(left, depth), self.number(right, depth)
        if symbol in "+-":
            x, y, target = self.alike(a, b, node)
            return _arith(symbol, x, y), Type("number", target)
        if symbol == "/" and b[0] == Const(0):
            raise self.stop(node, "division by zero")
        if a[1].unit is None and b[1].unit is None:
            return _arith(symbol, a[0], b[0]), Type("number", None)
        product = (a[1].unit or PURE).combine(b[1].unit or PURE, 1 if symbol == "*" else -1)
        return _arith(symbol, a[0], b[0]), Type("number", product)

    def compare(self, node: ast.Compare, depth: int) -> tuple[Node, Type]:
        parts: list[Node] = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self.one_comparison(node, left, op, right, depth))
            left = right
        return (parts[0] if len(parts) == 1 else Both(True, tuple(parts))), BOOLEAN

    def one_comparison(self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr, depth: int) -> Node:
        if isinstance(left, ast.Attribute) and isinstance(left.value, ast.Name) and left.value.id == "reading":
            return self.reading(left, op, right)
        if isinstance(op, ast.In | ast.NotIn):
            item, kind = self.read(left, depth)
            if kind.kind != "code":
                raise self.stop(left, f"in tests a code, this is a {kind.kind}")
            return In(item, self.code_list(right, kind), isinstance(op, ast.NotIn))
        symbol = _COMPARE.get(type(op))
        if symbol is None:
            raise self.stop(node, f"{type(op).__name__} is not part of the rule language")
        a, b = self.read(left, depth), self.read(right, depth)
        if a[1].kind != b[1].kind:
            raise self.stop(node, f"a {a[1].kind} is compared with a {b[1].kind}")
        if a[1].kind == "code":
            if symbol not in ("==", "!="):
                raise self.stop(node, "codes have no order", "use == or in {...}")
            return self.code_comparison(node, symbol, a, b)
        if a[1].kind != "number":
            raise self.stop(node, f"a {a[1].kind} needs no comparison", "use the name itself, or not and the name")
        x, y, _ = self.alike(a, b, node)
        return Compare(symbol, x, y)

    def code_comparison(self, node: ast.Compare, symbol: str, a: tuple[Node, Type], b: tuple[Node, Type]) -> Node:
        if isinstance(a[0], Const):
            a, b = b, a
        if not isinstance(b[0], Const) or isinstance(a[0], Const):
            raise self.stop(node, "compare a fact with one of its codes")
        self.known_code(node, str(b[0].value), a[1])
        return In(a[0], (str(b[0].value),), symbol == "!=")

    def known_code(self, place: ast.AST, code: str, kind: Type) -> None:
        if code not in kind.codes:
            raise self.stop(place, f"unknown code {code!r}", nearest(code, kind.codes))

    def code_list(self, node: ast.expr, kind: Type) -> tuple[str, ...]:
        if isinstance(node, ast.Name):
            if node.id not in self.names.code_lists:
                raise self.stop(node, f"unknown list of codes {node.id}", nearest(node.id, self.names.code_lists))
            codes = self.names.code_lists[node.id]
        elif isinstance(node, ast.Set | ast.Tuple | ast.List):
            codes = tuple(e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str))
            if len(codes) != len(node.elts):
                raise self.stop(node, "a list of codes holds quoted codes only")
        else:
            raise self.stop(node, "in needs a list of codes", 'in {"a", "b"}, or the name of a list under code_lists:')
        for code in codes:
            self.known_code(node, code, kind)
        return codes

    def reading(self, left: ast.Attribute, op: ast.cmpop, right: ast.expr) -> Node:
        name = left.attr.replace("_", "-")
        senses = self.names.readings.get(name)
        if senses is None:
            raise self.stop(left, f"unknown interpretation {name}", nearest(name, self.names.readings))
        if not isinstance(op, ast.Eq | ast.NotEq) or not isinstance(right, ast.Constant):
            raise self.stop(left, "compare a reading with one of its senses", f'reading.{left.attr} == "{senses[0]}"')
        if right.value not in senses:
            raise self.stop(right, f"{name} has no reading {right.value!r}", nearest(str(right.value), senses))
        return Reading(name, str(right.value), isinstance(op, ast.NotEq))

    # --- calls --------------------------------------------------------------------------------

    def call(self, node: ast.Call, name: str, depth: int) -> tuple[Node, Type]:
        if node.keywords:
            raise self.stop(node, f"{name}() takes no named arguments")
        if name in QUANTIFIERS:
            if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
                return self.quantifier(node, name, node.args[0], depth)
            if name == "count" and node.args:
                return Count(tuple(self.condition(a, depth) for a in node.args)), Type("number", None)
            raise self.stop(node, f"{name}() goes over the members", f"{name}(m.x for m in members if ...)")
        if name in ELAPSED or name == "year":
            return self.elapsed(node, name)
        if name == "given":
            return self.given(node)
        if name in self.names.tables:
            return self.lookup(node, name, depth)
        raise self.stop(node, f"unknown function {name}", nearest(name, [*_CALLS, *self.names.tables]))

    def quantifier(self, node: ast.Call, name: str, loop: ast.GeneratorExp, depth: int) -> tuple[Node, Type]:
        if self.in_quantifier:
            raise self.stop(node, "quantifiers do not nest", "name the inner part under values:")
        generator = loop.generators[0]
        if (
            len(loop.generators) != 1
            or not isinstance(generator.target, ast.Name)
            or not isinstance(generator.iter, ast.Name)
            or generator.iter.id != "members"
            or generator.is_async
        ):
            raise self.stop(node, f"{name}() goes over the members", f"{name}(... for m in members)")
        outer, self.person, self.in_quantifier = self.person, generator.target.id, True
        try:
            where = [self.condition(test, depth) for test in generator.ifs]
            body, kind = self.read(loop.elt, depth)
        finally:
            self.person, self.in_quantifier = outer, False
        condition = None if not where else where[0] if len(where) == 1 else Both(True, tuple(where))
        if name in ("sum", "min", "max"):
            if kind.kind != "number":
                raise self.stop(loop.elt, f"{name}() needs a number, this is a {kind.kind}")
            return Quantifier(name, body, condition), kind
        body = self.fit(body, kind, BOOLEAN, loop.elt)
        return Quantifier(name, body, condition), BOOLEAN if name in ("any", "all") else Type("number", None)

    def elapsed(self, node: ast.Call, name: str) -> tuple[Node, Type]:
        want = 1 if name == "year" else 2
        usage = "year(m.birth_date)" if name == "year" else f"{name}(m.birth_date, on)"
        if len(node.args) != want:
            raise self.stop(node, f"{name}() is written {usage}")
        value, kind = self.read(node.args[0], 0)
        if kind.kind != "date" or not isinstance(value, Ref):
            raise self.stop(node.args[0], f"{name}() needs a date", usage)
        if name == "year":
            return Elapsed("year", value), Type("number", None)
        if not isinstance(node.args[1], ast.Name) or node.args[1].id != "on":
            raise self.stop(node.args[1], "ages are counted at the day of assessment", usage)
        kind_of, unit_name = ELAPSED[name]
        return Elapsed(kind_of, value), Type("number", unit(unit_name))

    def given(self, node: ast.Call) -> tuple[Node, Type]:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Name):
            raise self.stop(node, "given() takes the name of one fact", "given(income)")
        value, _ = self.name(node.args[0], node.args[0].id)
        assert isinstance(value, Ref)
        return Given(value.name), BOOLEAN

    def lookup(self, node: ast.Call, name: str, depth: int) -> tuple[Node, Type]:
        step_unit, unit_of_value, codes = self.names.tables[name]
        if len(node.args) != (2 if codes else 1):
            raise self.stop(node, f"table {name} is read with {2 if codes else 1} key(s)")
        step, kind = self.number(node.args[0], depth)
        step = self.convert(step, kind, step_unit, node.args[0])
        code: Node | None = None
        if codes:
            code, code_kind = self.read(node.args[1], depth)
            if code_kind.kind != "code" or not set(code_kind.codes) <= set(codes):
                raise self.stop(node.args[1], f"table {name} has columns for {', '.join(codes)}")
        return Lookup(name, step, code), Type("number", unit_of_value)


def _arith(op: str, left: Node, right: Node) -> Node:
    match left, right:
        case Const(int() | Fraction() as a), Const(int() | Fraction() as b):
            x, y = Fraction(a), Fraction(b)
            return Const(_whole(x + y if op == "+" else x - y if op == "-" else x * y if op == "*" else x / y))
    return Arith(op, left, right)


def _whole(value: Fraction | int) -> Fraction | int:
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value


def _spell(unit: Unit) -> str:
    """A unit as text, in base units."""
    up = [f"{n}^{p}" if p > 1 else n for n, p in unit.powers if p > 0]
    down = [f"{n}^{-p}" if p < -1 else n for n, p in unit.powers if p < 0]
    return "/".join(["*".join(up) or "1", *down])
