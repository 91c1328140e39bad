"""The least and greatest of members are compared exactly, unknowns and nobody included."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

import chuanngheo as cn
from chuanngheo.case import Case
from chuanngheo.household import Facts
from chuanngheo.possible import Evaluator
from chuanngheo.tree import Compare, Const, Node, Quantifier, Ref, extremes_as_tests, walk

STD = cn.standard("vn-2022")
WEIGHTS = (1, 2, 3)


def truths(node: Node, weights: tuple[int | None, ...]) -> set[bool]:
    known = {(i, "weight_kg"): w for i, w in enumerate(weights) if w is not None}
    known |= {(i, "birth_date"): 730_000 for i in range(len(weights))}
    prepared = STD.assess({}).prepared
    case = Case(prepared, Facts(known, {}, len(weights), None))
    object.__setattr__(case, "on", 730_400)
    return {v is True for v, _ in Evaluator(case).outcomes(node, {})}


@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize("kind", ["min", "max"])
@pytest.mark.parametrize("turned", [False, True])
def test_extremes(op: str, kind: str, turned: bool) -> None:
    extreme: Any = Quantifier(
        kind, Ref("weight_kg", member=True), Compare(">", Ref("weight_kg", member=True), Const(1))
    )
    written = Compare(op, Const(2), extreme) if turned else Compare(op, extreme, Const(2))
    node = extremes_as_tests(written)
    assert {n.kind for n in walk(node) if isinstance(n, Quantifier)} == {"any"}
    for weights in product(WEIGHTS, repeat=2):
        assert truths(node, weights) == truths(written, weights), weights
    for known in WEIGHTS:
        completed = set().union(*(truths(written, (known, w)) for w in (0.5, 1, 1.5, 2, 2.5, 3, 300)))  # type: ignore[arg-type]
        assert truths(node, (known, None)) == completed, known
