"""The texts of errors as they are written in the source: every one with a hole where a value goes.

Nothing is imported: the syntax trees of ``src`` are walked. A text counts when it is given where a
message, what is allowed or a remedy is asked for, or is the head of an error of the library.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path

SRC = Path(__file__).parent.parent / "src" / "chuanngheo"
PARTS = ("message", "allowed", "remedy", "why")
ERRORS = (
    "ChuanNgheoError",
    "RuleFileError",
    "HouseholdError",
    "DataProblems",
    "NoStandard",
    "UnknownUnit",
    "NotComparable",
)
HOLE = "\0"  # stands for a value until the holes are numbered
MOST = 40  # ways in which one text can be put together


def numbered(text: str) -> str:
    """Holes that touch are one; they are numbered from 0, and braces of the text are doubled."""
    pieces = re.split(f"{HOLE}+", text)
    out = pieces[0].replace("{", "{{").replace("}", "}}")
    for n, piece in enumerate(pieces[1:]):
        out += f"{{{n}}}" + piece.replace("{", "{{").replace("}", "}}")
    return out


def says(template: str) -> bool:
    """Whether there is a word outside the holes."""
    return re.search(r"[A-Za-z]{2}", re.sub(r"\{\d+\}", "", template)) is not None


class Module:
    """One file: its functions, its constants."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parent = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.params: dict[str, list[list[str]]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef):
                names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                self.params.setdefault(node.name, []).append([n for n in names if n not in ("self", "cls")])
            elif isinstance(node, ast.ClassDef):
                fields = [
                    s.target.id for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
                ]
                self.params.setdefault(node.name, []).append(fields)

    def scope(self, node: ast.AST) -> ast.AST:
        while node in self.parent:
            node = self.parent[node]
            if isinstance(node, ast.FunctionDef | ast.Module):
                return node
        return self.tree


@cache
def modules() -> tuple[Module, ...]:
    return tuple(Module(path) for path in sorted(SRC.rglob("*.py")))


@cache
def constants() -> dict[str, str]:
    """Texts that modules name at their left margin."""
    return {
        t.id: s.value.value
        for m in modules()
        for s in m.tree.body
        if isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant) and isinstance(s.value.value, str)
        for t in s.targets
        if isinstance(t, ast.Name)
    }  # fmt: skip


def _assigned(m: Module, name: str, at: ast.AST) -> Iterator[ast.expr]:
    """What a name is made equal to in the functions around a place."""
    scope: ast.AST = at
    while scope is not m.tree:
        scope = m.scope(scope)
        found = False
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    pairs = [(target, node.value)]
                    values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
                    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Subscript):
                        pairs = [
                            p for row in _rows(m, node.value.value) for p in zip(target.elts, row.elts, strict=False)
                        ]
                    elif isinstance(target, ast.Tuple):
                        pairs = [
                            p
                            for v in values
                            if isinstance(v, ast.Tuple)
                            for p in zip(target.elts, v.elts, strict=False)
                        ]
                    for t, v in pairs:
                        if isinstance(t, ast.Name) and t.id == name:
                            found = True
                            yield v
            elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Tuple):
                for row in _rows(m, node.iter):
                    for t, v in zip(node.target.elts, row.elts, strict=False):
                        if isinstance(t, ast.Name) and t.id == name:
                            found = True
                            yield v
        if found or isinstance(scope, ast.Module):
            return


def _rows(m: Module, node: ast.expr) -> list[ast.Tuple]:
    """The rows of a table written in the source: a tuple or list of tuples, or a mapping to tuples."""
    if isinstance(node, ast.Name):
        named = [
            a.value
            for a in ast.walk(m.tree)
            if isinstance(a, ast.Assign | ast.AnnAssign) and a.value is not None
            for t in (a.targets if isinstance(a, ast.Assign) else [a.target])
            if isinstance(t, ast.Name) and t.id == node.id
        ]  # fmt: skip
        return [row for v in named if not isinstance(v, ast.Name) for row in _rows(m, v)]
    elements = (
        node.values if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.Tuple | ast.List) else []
    )
    return [e for e in elements if isinstance(e, ast.Tuple)]


def texts(m: Module, node: ast.expr | None, depth: int = 0) -> list[str]:
    """The texts an expression can come to; a value, or what cannot be followed, is a hole."""
    if node is None or depth > 6:
        return [HOLE]
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.IfExp):
        return texts(m, node.body, depth) + texts(m, node.orelse, depth)
    if isinstance(node, ast.BoolOp):
        return [t for v in node.values for t in texts(m, v, depth)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([texts(m, node.left, depth), texts(m, node.right, depth)])
    if isinstance(node, ast.JoinedStr):
        return _joined([[v.value] if isinstance(v, ast.Constant) else _hole(m, v.value, depth) for v in node.values])
    if isinstance(node, ast.Name):
        if node.id in constants():
            return [constants()[node.id]]
        values = [t for v in _assigned(m, node.id, node) for t in texts(m, v, depth + 1)]
        return values or [HOLE]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return [re.sub(r"\{\w*\}", HOLE, t) for t in texts(m, node.func.value, depth)]
    return [HOLE]


def _hole(m: Module, node: ast.expr, depth: int) -> list[str]:
    """A value inside a text: followed only where it is a choice of words written on the spot."""
    if isinstance(node, ast.IfExp | ast.BoolOp):
        return texts(m, node, depth + 1)
    return [HOLE]


def _joined(parts: Iterable[list[str]]) -> list[str]:
    return ["".join(p) for p in product(*parts)][:MOST]


def _calls(m: Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(m.tree):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else node.func.id
            if isinstance(node.func, ast.Name)
            else ""
        )
        if name in ERRORS and node.args:
            yield "head", node.args[0]
        for params in m.params.get(name) or [p for other in modules() for p in other.params.get(name, ())]:
            for part in PARTS:
                if part in params and params.index(part) < len(node.args):
                    yield part, node.args[params.index(part)]
        yield from ((k.arg, k.value) for k in node.keywords if k.arg in PARTS)


@cache
def written() -> dict[str, str]:
    """Every text with words in it, and the file it is written in."""
    found: dict[str, str] = {}
    for m in modules():
        for _, node in _calls(m):
            for text in texts(m, node):
                template = numbered(text)
                if says(template):
                    found.setdefault(template, str(m.path.relative_to(SRC)))
    return found
