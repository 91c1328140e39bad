"""Columns of a table become facts: names, codes and units, converted exactly.

A column is found under the name of its fact, or where ``columns`` says it is::

    columns={
        "area": {"from": "ttnt", "codes": {1: "urban", 2: "rural"}},
        "income": {"from": "thunhap", "unit": "thousand VND/household/year"},
        "household_size": "tsnguoi",
    }

Nothing is guessed: a code that is not listed is a problem with its count, and a unit of another
dimension is an error before any row is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any
from unicodedata import normalize

import attrs

from .errors import Problem, nearest, quoted
from .formula import FALSE, TRUE, Formula, column, is_in, is_null, not_, or_
from .model import Fact
from .units import ATOMS, WORDS, money_step, spoken, unit
from .values import Frozen, frozen

NUMBERS = ("int", "narrow", "wide", "float", "float32", "decimal")
EXAMPLE = '{"area": {"from": "ttnt", "codes": {1: "urban", 2: "rural"}}}'
ROOM = "_cn"  # how columns of our own begin
HIDDEN = (ROOM, "_cli_")  # those that nobody is told of
EXACT_FLOAT = 24  # bits of a 32-bit float that count whole numbers


@frozen
class Kind(Frozen):
    """What an engine keeps in a column.

    ``int`` (64 bits), ``narrow`` (fewer), ``wide`` (more, or without sign), ``float``, ``float32``,
    ``decimal``, ``bool``, ``text``, ``category``, ``date``, ``datetime``, ``null``, ``other``;
    ``places`` are those of a decimal; ``nullable`` is False only where no value is missing.
    """

    name: str
    places: int = 0
    nullable: bool = True
    shown: str = ""
    categories: tuple[str, ...] | None = None  # of a column that can hold no others


@attrs.frozen(slots=True, eq=False)
class Source:
    """Where a fact is read: a column, the codes it writes, and its unit as a factor of the fact's own."""

    fact: Fact
    column: str
    kind: Kind
    codes: tuple[tuple[Any, Any], ...] = ()  # (as written, code or truth); several of one box that joins them
    factor: Fraction = Fraction(1)
    scale: int = 1
    missing: tuple[Any, ...] = ()  # as written, where the fact is not known

    @property
    def raw(self) -> Formula:
        """What the column holds; numbers that stand for codes as whole numbers."""
        held = column(self.column)
        numbered = self.fact.kind in ("code", "boolean") and self.kind.name in NUMBERS and self.kind.name != "int"
        return Formula("whole", (held, 1, self.kind.name)) if numbered else held

    @property
    def value(self) -> Formula:
        """A number as a whole number of parts (see :attr:`part`); a date as it is; null where unknown."""
        if self.fact.kind == "number" and (self.kind.name != "int" or self.scale != 1):
            return Formula("whole", (column(self.column), self.scale, self.kind.name))
        return self.raw

    @property
    def part(self) -> Fraction:
        """What one of :attr:`value` is, in the fact's own unit."""
        return self.factor / self.scale

    @property
    def known(self) -> Formula:
        if self.kind.name == "null":
            return FALSE
        blank = self._is_one_of(self.missing)
        none = is_null(self.value if self.kind.name in ("float", "float32") else self.raw)
        return not_(or_(none if self.kind.nullable else FALSE, blank))

    @property
    def present(self) -> Formula:
        """Whether there is anything at all."""
        return not_(is_null(self.raw)) if self.kind.nullable else TRUE

    def among(self, codes: Iterable[Any]) -> Formula:
        """Whether a known code or truth is one of these; undefined where it is unknown."""
        wanted = set(codes)
        if self.fact.kind == "boolean" and not self.codes:
            return self.raw if wanted == {True} else not_(self.raw) if wanted == {False} else TRUE
        return self._is_one_of(written for written, code in self.codes if code in wanted)

    def _is_one_of(self, written: Iterable[Any]) -> Formula:
        held = self.kind.categories
        return is_in(self.raw, [w for w in written if held is None or w in held])

    @property
    def joined(self) -> Formula:
        """Whether what is written may be one of several codes: a box that joins them."""
        written = [w for w, _ in self.codes]
        return self._is_one_of(w for w in dict.fromkeys(written) if written.count(w) > 1)

    @property
    def listed(self) -> Formula:
        """Whether a known code is one that was listed."""
        if not self.codes:
            return TRUE
        return self._is_one_of(dict.fromkeys(written for written, _ in self.codes))


def read_columns(
    facts: Mapping[str, Fact],
    elsewhere: Iterable[str],
    schema: Mapping[str, Kind],
    mapping: Mapping[str, Any] | None,
    place: str,
    problems: list[Problem],
    other_table: Iterable[str] = (),
) -> dict[str, Source]:
    """The source of every fact that the table has; what cannot be used is added to ``problems``."""
    found: dict[str, Source] = {}
    wanted: dict[str, Any] = {name: name for name in facts if name in schema}
    others = set(elsewhere)
    if mapping is not None and not isinstance(mapping, Mapping):
        problems.append(
            Problem("CN070", place, f"{quoted(mapping)} is no mapping from facts to columns", mapping, "", EXAMPLE)
        )
        mapping = None
    for name, spec in (mapping or {}).items():
        if name in facts:
            wanted[name] = spec
        elif name not in others:
            remedy = nearest(str(name), [*facts, *others])
            if name in other_table:
                remedy = f"it is a fact of {'a person' if place == 'columns' else 'the household'}: put it under {other_place(place)}="
            problems.append(Problem("CN041", f"{place}[{name!r}]", f"unknown fact {quoted(name)}", None, remedy=remedy))
    for name, spec in wanted.items():
        source = _read(facts[name], spec, schema, f"{place}[{name!r}]", problems)
        if source is not None:
            found[name] = source
    return found


def other_place(place: str) -> str:
    return "person_columns" if place == "columns" else "columns"


def _read(fact: Fact, spec: Any, schema: Mapping[str, Kind], place: str, problems: list[Problem]) -> Source | None:
    before = len(problems)

    def problem(code: str, message: str, value: Any = None, allowed: str = "", remedy: str = "") -> None:
        problems.append(Problem(code, place, message, value, allowed, remedy))

    if isinstance(spec, str):
        spec = {"from": spec}
    if not isinstance(spec, Mapping) or (set(spec) - {"from", "codes", "unit", "missing"}):
        problem("CN070", f"{quoted(spec)} does not say where the fact is", spec, "a column's name, or from, codes, unit, missing",
                EXAMPLE)  # fmt: skip
        return None
    name = spec.get("from", fact.name)
    kind = schema.get(name)
    if kind is None:
        known = [n for n in schema if not n.startswith(HIDDEN)]
        problem("CN071", f"the table has no column {quoted(name)}", name, remedy=nearest(str(name), known))
        return None
    codes, missing = _codes(fact, spec.get("codes"), kind, problem)
    missing += _missing(spec.get("missing", ()), kind, problem)
    if kind.name in ("text", "category") and "" not in dict(codes):
        missing += ("",)
    factor = _factor(fact, spec.get("unit"), problem)
    _fits(fact, kind, bool(spec.get("codes")), name, problem)
    if len(problems) > before:
        return None
    scale = 10**kind.places if kind.name == "decimal" else 1
    if kind.name in ("float", "float32") and fact.kind == "number" and not fact.whole:
        scale = money_step(spec.get("unit") or fact.unit) if fact.unit.startswith("VND") else 10**3
    return Source(fact, name, kind, codes, factor, scale, missing)


def _missing(given: Any, kind: Kind, problem: Any) -> tuple[Any, ...]:
    """What stands for unknown, in the type of the column."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        problem(
            "CN070", f"missing is a list of what stands for unknown, not {quoted(given)}", given, "", f"[{given!r}]"
        )
        return ()
    found = tuple(given)
    wrong = [w for w in found if isinstance(w, str) is not (kind.name in ("text", "category"))]
    if wrong and kind.name != "null":
        problem("CN072", f"the column holds {kind.shown or kind.name}, missing lists {quoted(wrong[0])}", wrong[0],
                remedy="write what stands for unknown as the column holds it")  # fmt: skip
        return ()
    return found


Codes = tuple[tuple[tuple[Any, Any], ...], tuple[Any, ...]]


def _codes(fact: Fact, given: Any, kind: Kind, problem: Any) -> Codes:
    """(as written, what it means), and what is written where it is not known.

    Both spellings of an accented letter are one text.
    """
    if fact.kind not in ("code", "boolean"):
        if given is not None:
            problem("CN072", f"{fact.name} is {MEANS[fact.kind]}, which has no codes", given, "", "leave codes out")
        return (), ()
    allowed: tuple[Any, ...] = (True, False) if fact.kind == "boolean" else tuple(fact.codes)
    if given is None:
        return (() if fact.kind == "boolean" else tuple((c, c) for c in fact.codes)), ()
    if not isinstance(given, Mapping):
        problem(
            "CN072",
            f"codes is a mapping from what the column holds to {fact.name}, not {quoted(given)}",
            given,
            "",
            EXAMPLE,
        )
        return (), ()
    found: dict[Any, Any] = {}
    for written, meant in given.items():
        several = tuple(meant) if isinstance(meant, list | tuple | set | frozenset) else (meant,)
        wrong = [m for m in several if m is not None or len(several) > 1]
        wrong = [m for m in wrong if m not in allowed or (isinstance(m, int) and not isinstance(m, bool))]
        if wrong or not several:
            what = f"{quoted(wrong[0])} is not a code of {fact.name}" if wrong else "no code at all is named"
            problem("CN047", what, meant, ", ".join(map(str, allowed)))
            continue
        texts = {normalize(form, written) for form in ("NFC", "NFD")} if isinstance(written, str) else ()
        for way in (written, *sorted(set(texts) - {written})):
            found[way] = several
    wrong = [w for w in found if isinstance(w, str) is not (kind.name in ("text", "category"))]
    if wrong and kind.name != "null":
        problem("CN072", f"the column holds {kind.shown or kind.name}, the codes list {quoted(wrong[0])}", wrong[0],
                remedy="write the codes as the column holds them")  # fmt: skip
    known = tuple((w, meant) for w, several in found.items() for meant in dict.fromkeys(several) if meant is not None)
    return known, tuple(w for w, several in found.items() if several == (None,))


def _factor(fact: Fact, given: Any, problem: Any) -> Fraction:
    if given is None:
        return Fraction(1)
    if fact.kind != "number" or not isinstance(given, str):
        problem("CN073", f"{fact.name} has no unit {quoted(given)}", given, fact.unit or "no unit", "leave unit out")
        return Fraction(1)
    try:
        theirs, ours = spoken(given), unit(fact.unit)
    except KeyError as error:
        problem(
            "CN073",
            f"unknown unit {quoted(error.args[0])} in {quoted(given)}",
            given,
            fact.unit,
            nearest(error.args[0], [*ATOMS, *WORDS, "household"]),
        )
        return Fraction(1)
    if theirs.powers != ours.powers:
        problem("CN073", f"{given} and {fact.unit} measure different things", given, fact.unit,
                f"give a column of {fact.name} in a unit like {fact.unit}")  # fmt: skip
    return theirs.size / ours.size


FITS = {
    "boolean": ("bool",),
    "number": ("int", "narrow", "wide", "float", "float32", "decimal"),
    "code": ("text", "category"),
    "date": ("date", "datetime"),
    "text": ("text", "category"),
}


MEANS = {"boolean": "true or false", "number": "a number", "code": "a code", "date": "a day", "text": "a text"}
HOLDS = {
    "boolean": "true and false",
    "number": "whole numbers, decimals or floats",
    "code": "texts or categories",
    "date": "days",
    "text": "texts",
}


def _fits(fact: Fact, kind: Kind, coded: bool, name: str, problem: Any) -> None:
    if kind.name == "null" or (coded and kind.name in (*NUMBERS, "text", "category", "bool")):
        return
    if kind.name not in FITS[fact.kind]:
        remedy = {
            "boolean": f'say what it holds: {{"from": {name!r}, "codes": {{1: True, 2: False}}}}',
            "code": f'say what it holds: {{"from": {name!r}, "codes": {{1: "...", 2: "..."}}}}',
            "number": "turn the texts into numbers first",
            "date": "turn the texts into dates first",
        }.get(fact.kind, "")
        problem("CN074", f"{fact.name} is {MEANS[fact.kind]}, the column {quoted(name)} holds {kind.shown or kind.name}", None,
                HOLDS[fact.kind], remedy)  # fmt: skip
