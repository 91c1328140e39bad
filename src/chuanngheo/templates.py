"""Explanations of plainly decided households, fast: one template for each kind of answer.

Households that give the same names, fall into the same class in the same area on the same day
are explained in the same words; only their numbers and flags differ. The words are written once
by :mod:`chuanngheo.explaining`; here the numbers are put in.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .compiling import Readout, make_readout
from .deciding import COUNT
from .explaining import FLAGS, MARK, explain, flags_text, number_text, unit_text, value_text
from .household import household_names
from .tracing import used_names
from .tree import Node, Ref, conjuncts, fold, walk
from .values import Frozen, frozen

if TYPE_CHECKING:
    from .assessment import Assessment

MAX_TEMPLATES = 2048


@frozen
class Shape(Frozen):
    """What one set of given names has in common."""

    codes: tuple[str, ...]  # given names whose values choose the words
    flags: tuple[str, ...]
    amounts: tuple[str, ...]  # numbers that can be shown and are not given
    readout: Readout


@frozen
class Template(Frozen):
    """Texts with holes between them, and what fills each hole."""

    texts: tuple[str, ...]
    fills: tuple[Callable[[Any, tuple[Any, ...]], str], ...]


def explain_fast(a: Assessment, lang: str) -> str | None:
    """The explanation by template, or None where the general way is needed."""
    household = a._household
    names = tuple(household)
    memo = a.standard.memo
    shapes: dict[tuple[str, ...], Shape | None] = memo.setdefault("shapes", {})
    if names not in shapes:
        if len(shapes) >= MAX_TEMPLATES:
            shapes.clear()
        shapes[names] = _shape(a, names)
    shape = shapes[names]
    if shape is None:
        return None
    values = shape.readout(household)
    if values is None:
        return None
    key = (lang, names, a._index, a.on, values[len(shape.amounts) :], *[household[c] for c in shape.codes])
    templates = memo.setdefault("templates", {})
    template = templates.get(key)
    if template is None:
        if len(templates) >= MAX_TEMPLATES:
            templates.clear()
        template = templates[key] = _template(a, lang, shape)
    texts = template.texts
    found = [texts[0]]
    for i, fill in enumerate(template.fills, 1):
        found.append(fill(household, values))
        found.append(texts[i])
    return "".join(found)


def _shape(a: Assessment, names: tuple[str, ...]) -> Shape | None:
    facts = household_names(a.standard)
    amounts = tuple(
        n
        for n in used_names(a, tried=False)
        if n in facts and facts[n].kind == "number" and n not in names and n != COUNT and (n in a.prepared.trees)
    )
    tests = tuple(
        t for status in a.standard.statuses.values() for t in _tests(status.of, fold(status.node, dict(a.readings)))
    )
    readout = make_readout(a.prepared, names, amounts, tests)
    if readout is None:
        return None
    codes = tuple(
        n for n in names if facts[n].kind == "code" or (facts[n].kind == "boolean" and not n.startswith("deprived_"))
    )
    flags = tuple(f for f in (f"deprived_{k}" for k in a.standard.indicators) if f in names)
    return Shape(codes, flags, amounts, readout)


def _tests(of: str, node: Node) -> tuple[Node, ...]:
    """The parts of a status that a household without members settles."""
    if of == "household":
        return (node,)
    return tuple(p for p in conjuncts(node) if not any(isinstance(n, Ref) and n.member for n in walk(p)))


def _template(a: Assessment, lang: str, shape: Shape) -> Template:
    pieces = explain(a, lang, marked=True).split(MARK)
    return Template(tuple(pieces[::2]), tuple(_fill(a, lang, shape, name) for name in pieces[1::2]))


def _fill(a: Assessment, lang: str, shape: Shape, name: str) -> Callable[[Any, tuple[Any, ...]], str]:
    """What writes one value of a household of this shape."""
    facts = household_names(a.standard)
    if name == FLAGS:
        labels = tuple((f, facts[f].labels[lang]) for f in shape.flags)
        return lambda h, _: flags_text([label for f, label in labels if h[f]], [], lang)
    if name == COUNT and COUNT not in a._household:
        flags = shape.flags
        return lambda h, _: str(sum([h[f] for f in flags]))
    if name == COUNT:
        return lambda h, _: str(h[COUNT])
    unit = unit_text(facts[name].unit, lang)
    if name in shape.amounts:
        place = shape.amounts.index(name)
        if not unit:
            return lambda _, v: value_text(Fraction(*v[place]), facts[name], lang)
        return lambda _, v: f"{ratio_text(v[place], lang)} {unit}"
    if not unit or (lang == "en" and facts[name].unit in ("indicator", "person", "point")):
        return lambda h, _: value_text(h[name], facts[name], lang)
    return lambda h, _: f"{number_text(h[name], lang)} {unit}"


def ratio_text(ratio: tuple[int, int], lang: str) -> str:
    """A fraction as :func:`number_text` writes it."""
    top, bottom = ratio
    whole, rest = divmod(top, bottom)
    return number_text(Fraction(top, bottom), lang) if rest else number_text(whole, lang)
