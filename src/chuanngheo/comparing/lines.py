"""The lines of two standards beside each other, cell by cell, exact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Protocol

from ..answering import Standard
from ..model import LANGUAGES, Cite, Line, Text, Unseen, unseen_about, unseen_scores
from ..tree import Number
from ..units import Unit, unit
from ..values import Frozen, frozen

Cell = tuple[tuple[str, str], ...]  # the codes that lead to an amount: (("area", "rural"), ("terrain", "plain"))

RICE = "rice"
MONEY = "money"
POINTS = "point"


class Converts(Protocol):
    """What a price index must do: an amount of one year in the prices of another."""

    def convert(self, amount: Any, from_year: int, to_year: int) -> Any: ...


@frozen
class Figure(Frozen):
    """An amount of one standard: exact, in its own unit, with the citation of its cell."""

    value: Number
    unit: str
    cite: Cite
    cell: Cell  # as its own table names it: shorter where the other standard says more


@frozen
class Real(Frozen):
    """The same two amounts in the prices of one year; ``percent`` is exact, None from zero."""

    a: Fraction
    b: Fraction
    change: Fraction
    percent: Fraction | None
    years: tuple[int, int]  # of whose prices the two amounts are
    in_year: int


@frozen
class LineChange(Frozen):
    """One cell of a line in both standards.

    ``kind`` is ``same``, ``changed``, ``only_a``, ``only_b`` or ``not_comparable`` (``reason``:
    ``rice`` against money, another ``unit``, or held against quite another ``quantity``). ``change`` is in the unit of ``b`` and ``percent`` exact; both are None
    unless the amounts compare. ``coarser`` names the side (``a`` or ``b``) that has one amount for
    several cells of the other. ``compared`` are the quantities that the rules hold against the
    line, where the two standards hold different ones against it.
    """

    name: str
    labels: Text
    cell: Cell
    cell_labels: Text
    a: Figure | None
    b: Figure | None
    kind: str
    change: Number | None = None
    percent: Fraction | None = None
    real: Real | None = None
    reason: str = ""
    unseen: Unseen | None = None  # the standard without it may have it: that text was looked for and not read
    coarser: str = ""
    compared: tuple[tuple[Text, ...], tuple[Text, ...]] | None = None

    def __hash__(self) -> int:
        return hash((self.name, self.cell, self.kind, self.change))


def line_changes(
    a: Standard,
    b: Standard,
    prices: Converts | None,
    years: Callable[[str], tuple[int, int]],
    in_year: int,
    compared: Mapping[str, tuple[tuple[Text, ...], tuple[Text, ...]]],
) -> Iterator[LineChange]:
    """Every cell of every line: those of ``a`` in its order, then those that ``b`` alone has.

    ``years`` says, for a line, of which years' prices its amounts are in ``a`` and ``b``.
    """
    for name in dict.fromkeys((*a.lines, *b.lines)):
        mine, theirs = a.lines.get(name), b.lines.get(name)
        labels = _both(mine, theirs)
        for cell, left, right in _cells(mine, theirs):
            where = {lang: _where(a, b, cell, lang) for lang in LANGUAGES}
            lacking, held = (b, mine) if right is None else (a, theirs)
            unseen = None if held is None else unseen_about(lacking, held.labels) or (
                unseen_scores(lacking) if _kind(unit(held.unit)) == POINTS else None
            )  # fmt: skip
            made = LineChange(
                name, labels, cell, where, left, right, "only_a" if right is None else "only_b", unseen=unseen
            )
            if left is not None and right is not None:
                made = _beside(made, left, right, prices, years(name), in_year, compared.get(name))
            yield made


def _both(mine: Line | None, theirs: Line | None) -> Text:
    """The name of a line: the later one, since both are shown under it; the two where they differ in words."""
    named = [x.labels for x in (mine, theirs) if x is not None]
    return {lang: " / ".join(dict.fromkeys(n[lang] for n in named)) for lang in LANGUAGES}


def _beside(
    blank: LineChange,
    left: Figure,
    right: Figure,
    prices: Converts | None,
    years: tuple[int, int],
    in_year: int,
    compared: tuple[tuple[Text, ...], tuple[Text, ...]] | None,
) -> LineChange:
    head = blank.name, blank.labels, blank.cell, blank.cell_labels, left, right
    coarser = "" if left.cell == right.cell else "a" if len(left.cell) < len(right.cell) else "b"
    here, there = unit(left.unit), unit(right.unit)
    if here.powers != there.powers:
        kinds = {_kind(here), _kind(there)}
        reason = "rice" if kinds == {RICE, MONEY} else "unit"
        return LineChange(*head, "not_comparable", reason=reason, coarser=coarser, compared=compared)
    if compared is not None and not {t["vi"] for t in compared[0]} & {t["vi"] for t in compared[1]}:
        return LineChange(*head, "not_comparable", reason="quantity", coarser=coarser, compared=compared)
    before = tidy(Fraction(left.value) * here.size / there.size)
    change = tidy(Fraction(right.value) - before)
    percent = Fraction(change) * 100 / before if before else None
    kind = "changed" if change or compared is not None else "same"
    money = prices is not None and _kind(there) == MONEY
    real = _real(prices, before, right.value, years, in_year) if money and prices is not None else None
    return LineChange(*head, kind, change, percent, real, coarser=coarser, compared=compared)


def _real(prices: Converts, before: Number, after: Number, years: tuple[int, int], in_year: int) -> Real:
    a, b = (Fraction(prices.convert(v, y, in_year)) for v, y in zip((before, after), years, strict=True))
    return Real(a, b, b - a, (b - a) * 100 / a if a else None, years, in_year)


def _kind(of: Unit) -> str:
    return next((name for name, power in of.powers if power > 0), "")


def tidy(value: Number) -> Number:
    """A whole fraction as the whole number it is."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


# --- cells ----------------------------------------------------------------------------------------------

_NONE: Any = None
_Part = tuple[Any, Cell]  # a table, or the rest of one, and the codes that led there


def _cells(mine: Line | None, theirs: Line | None) -> Iterator[tuple[Cell, Figure | None, Figure | None]]:
    """Each cell of the finer table; an amount of the coarser one stands beside each cell it covers."""
    sides = tuple((None if x is None else x.table, ()) for x in (mine, theirs))
    for cell, left, right in _refined((), *sides):
        yield cell, _figure(mine, left), _figure(theirs, right)


def _refined(cell: Cell, left: _Part, right: _Part) -> Iterator[tuple[Cell, _Part, _Part]]:
    leading = next((t for t, _ in (left, right) if isinstance(t, dict)), None)
    if leading is None:
        yield cell, left, right
        return
    ((fact, cells),) = leading.items()
    codes = list(cells)
    for table, _ in (left, right):
        if isinstance(table, dict) and fact in table:
            codes += [c for c in table[fact] if c not in codes]
    for code in codes:
        yield from _refined((*cell, (fact, code)), _at(left, fact, code), _at(right, fact, code))


def _at(part: _Part, fact: str, code: str) -> _Part:
    """What a table says where a fact has a code: itself where it does not ask."""
    table, path = part
    if not isinstance(table, dict):
        return part
    ((own, cells),) = table.items()
    if own == fact:
        return (cells[code], (*path, (fact, code))) if code in cells else (_NONE, path)
    below = {c: _at((t, ()), fact, code) for c, t in cells.items()}
    asked = next((p for _, p in below.values() if p), ())
    return {own: {c: t for c, (t, _) in below.items()}}, (*path, *asked)


def _figure(line: Line | None, part: _Part) -> Figure | None:
    table, path = part
    if line is None or table is None:
        return None
    return Figure(table, line.unit, line.cite_of(tuple(code for _, code in path)), path)


def _where(a: Standard, b: Standard, cell: Cell, lang: str) -> str:
    parts = []
    for fact, code in cell:
        known = next(s.facts[fact] for s in (b, a) if fact in s.facts and code in s.facts[fact].codes)
        parts.append(known.codes[code][lang])
    return ", ".join(parts)


__all__ = ["Cell", "Converts", "Figure", "LineChange", "Real", "line_changes", "tidy", "unseen_about", "unseen_scores"]
