"""Hostile rule files, expressions and households: only the library's own errors may come out, soon and in little room.

    python tests/fuzz.py --runs 1000000          # the long search, as make fuzz
    python tests/fuzz.py --replay FILE           # one finding again

An input is made by choices: of bytes that a coverage-guided fuzzer (Atheris) bends, or of numbers that
Hypothesis draws. Each engine works on each target in a process of its own; see docs/en/fuzzing.md.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Protocol

# The rooms whose branches guide Atheris: what follows them only slows the search.
GUIDING = {
    "rules": [f"chuanngheo.{room}" for room in ("source", "resolving", "reading", "expression", "units")],
    "expressions": [f"chuanngheo.{room}" for room in ("expression", "tree", "units")],
    "households": ["chuanngheo"],
}
GUIDED = GUIDING.get(os.environ.get("CHUANNGHEO_FUZZ", ""))
if GUIDED:
    import atheris

with atheris.instrument_imports(include=GUIDED) if GUIDED else nullcontext():
    import chuanngheo as cn
    from chuanngheo.case import Case
    from chuanngheo.deciding import Decision, missing, next_question
    from chuanngheo.expression import ExpressionError, Names, Type, parse
    from chuanngheo.household import household_names, person_names, read_facts
    from chuanngheo.resolving import canonical
    from chuanngheo.source import read_nodes
    from chuanngheo.tree import extremes_as_tests, fold
    from chuanngheo.units import unit
    from chuanngheo.values import evolve

HERE = Path(__file__).parent
ROOT = HERE.parent
KEPT = ROOT / ".fuzz"  # corpus, findings and figures; git does not see it
TARGETS = ("rules", "expressions", "households")
ENGINES = ("atheris", "hypothesis", "random")
SHARE = {"rules": 6, "expressions": 90, "households": 4}  # of a hundred inputs: how quick each is differs as much
BY = {"atheris": 5, "hypothesis": 3, "random": 92}  # of a hundred inputs
SECONDS = 1.0
MEGABYTES = 200
HANG = 30  # seconds of work after which an input is given up


# --- choices ------------------------------------------------------------------------------------------


class Choices(Protocol):
    """Where the generators get their numbers; 0 is the plainest choice."""

    def below(self, n: int) -> int: ...


class Bytes:
    """Choices from bytes; when they are used up, every choice is 0."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def below(self, n: int) -> int:
        size = 1 if n <= 256 else 2
        found = int.from_bytes(self.data[self.at : self.at + size], "big")
        self.at += size
        return found % n

    def rest(self) -> bytes:
        return self.data[self.at :]


class Drawn:
    """Choices that Hypothesis draws, and can make smaller."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        from hypothesis import strategies as st

        self.draw, self.integers = draw, cache(lambda n: st.integers(0, n - 1))

    def below(self, n: int) -> int:
        return int(self.draw(self.integers(n)))


def pick(c: Choices, among: Sequence[Any]) -> Any:
    return among[c.below(len(among))]


def one_in(c: Choices, n: int) -> bool:
    return c.below(n) == n - 1


# --- expressions --------------------------------------------------------------------------------------

HOSTILE = (
    "", " ", "\n", "\t", "\\\n", "\0", "#", "# x", "'", '"', "'''", "`", "é", "e\u0301", "ﬁ", "\u2028", "\u202e", "\ud800", "≤", "&&", "||", "!",
    "1e400", "0x10", "1_0", "1__0", "1.", ".5", "0.1", "1j", "9" * 30, "9" * 31, "9" * 5000, "1/0", "1/3", "-0", "-1", "--1", "007", "1.5e-400",
    "true", "True", "None", "...", "lambda: 0", "f'{area}'", "b'x'", "'x'", "yield", "await x", "x := 1", "*", "**", "//", "%", "@", "<<", "~", "is", "is not",
    "(", ")", "[", "]", "{", "}", "()", "[]", "{}", "{'a': 1}", "(" * 50, "not " * 45, "-" * 45, "[" * 300, "(" * 4000, "1+" * 900 + "1", "a.b.c", "a[0]", "a()()",
    "m", "m.", "m.x", "m.age", "m.birth_date", "members", "on", "reading", "reading.x", "for m in members", "for x in members", "for m in m", "async for m in members",
    "any(", "all(true for m in members)", "sum(1 for m in members)", "max(m.age for m in members)", "min(1 for m in members if m.age > 1)", "share(true for m in members)",
    "count()", "count(1)", "count(true)", "given(", "given(area)", "age(m.birth_date, on)", "months(m.birth_date, on)", "year(m.birth_date)", "any(m for m in members)",
    "x" * 4001, "if", "else", "and", "or", "not", "in", "not in", ",", ".", ":", ";", "=", "print(1)", "__import__('os')", "income.__class__",
)  # fmt: skip
OPERATORS = ("<=", "<", ">", ">=", "==", "!=", "+", "-", "*", "/", "and", "or", "in", "not in", "if", "else", ",")


def shipped() -> list[cn.Standard]:
    """Every shipped standard in every version, and the two files that no law wrote."""
    return list(_shipped())


@cache
def _shipped() -> tuple[cn.Standard, ...]:
    law = [cn.standard(f"{s.id}@{v}") for s in cn.standards() for v in range(1, s.version + 1)]
    return (
        *law,
        cn.read_standard(HERE / "fictional.yaml"),
        cn.read_standard(ROOT / "docs" / "examples" / "local.yaml"),
    )


@cache
def formulas() -> tuple[str, ...]:
    """Every expression of every file."""
    found: dict[str, None] = {}
    for standard in shipped():
        waiting = [canonical(standard.root)]
        while waiting:
            here = waiting.pop()
            if isinstance(here, dict):
                found.update(
                    {
                        v: None
                        for k, v in here.items()
                        if k in ("of", "when", "deprived", "asked_if") and isinstance(v, str)
                    }
                )
                waiting.extend(here.values())
            elif isinstance(here, list):
                waiting.extend(here)
    return tuple(sorted((f for f in found if len(f.split()) > 1 or "." in f), key=lambda f: (len(f), f)))


@cache
def words(standard: cn.Standard) -> tuple[str, ...]:
    """What an expression over a standard may name."""
    names = [*household_names(standard), *standard.lines, *standard.tables, "deprivations"]
    names += [f"m.{n}" for n in person_names(standard)]
    names += [f'"{code}"' for f in standard.facts.values() for code in f.codes]
    names += [
        f'reading.{n.replace("-", "_")} == "{s}"' for n, i in standard.interpretations.items() for s in i.readings
    ]
    return tuple(dict.fromkeys(names))


@cache
def names_of(standard: cn.Standard) -> Names:
    """The names of a standard with their types, as its own expressions see them."""

    def kind(f: Any) -> Type:
        return Type(f.kind, unit(f.unit) if f.unit else None, tuple(f.codes))

    household = {n: kind(f) for n, f in household_names(standard).items()}
    household |= {n: Type("number", unit(line.unit)) for n, line in standard.lines.items()}
    member = {n: kind(f) for n, f in person_names(standard).items()}
    steps = {**household, **member}
    tables = {}
    for n, t in standard.tables.items():
        step = steps.get(t.step_unit)
        if step is not None and step.unit is not None:
            tables[n] = (step.unit, unit(t.unit), t.codes)
    lists = canonical(standard.root).get("code_lists", {})  # type: ignore[union-attr]
    readings = {n: tuple(i.readings) for n, i in standard.interpretations.items()}
    return Names(household, member, tables, {n: tuple(c) for n, c in lists.items()}, readings)


def tokens(text: str) -> list[str]:
    found: list[str] = []
    for part in text.replace("(", " ( ").replace(")", " ) ").split(" "):
        if part:
            found.append(part)
    return found


def grown(c: Choices, standard: cn.Standard, kind: str, depth: int) -> str:
    """An expression of a kind by the grammar, right or nearly so."""
    names = [n for n, f in household_names(standard).items() if f.kind == kind] or ["x"]
    persons = [f"m.{n}" for n, f in person_names(standard).items() if f.kind == kind] or ["m.x"]
    if one_in(c, 40):
        return str(pick(c, HOSTILE))
    leaf = depth <= 0
    if kind == "boolean":
        match c.below(3 if leaf else 10):
            case 0:
                return str(pick(c, names))
            case 1:
                return f"{grown(c, standard, 'number', 0)} {pick(c, ('<', '<=', '>', '>=', '==', '!='))} {grown(c, standard, 'number', depth - 1)}"
            case 2:
                f = pick(c, [f for f in standard.facts.values() if f.kind == "code"] or [None])
                if f is None:
                    return "true"
                owner = "m." if f.entity == "person" else ""
                codes = [pick(c, list(f.codes)) for _ in range(1 + c.below(3))]
                return (
                    f'{owner}{f.name} == "{codes[0]}"'
                    if one_in(c, 2)
                    else owner + f.name + " in {" + ", ".join(f'"{x}"' for x in codes) + "}"
                )
            case 3 | 4:
                parts = [grown(c, standard, kind, depth - 1) for _ in range(2 + c.below(4))]
                return "(" + f" {pick(c, ('and', 'or'))} ".join(parts) + ")"
            case 5:
                return f"not ({grown(c, standard, kind, depth - 1)})"
            case 6:
                return f"({grown(c, standard, kind, depth - 1)} if {grown(c, standard, kind, depth - 1)} else {grown(c, standard, kind, depth - 1)})"
            case 7:
                body = pick(c, persons) if one_in(c, 2) else grown(c, standard, kind, depth - 1)
                where = f" if {grown(c, standard, kind, depth - 1)}" if one_in(c, 2) else ""
                return f"{pick(c, ('any', 'all'))}({body} for m in members{where})"
            case 8:
                ages = f"{pick(c, ('m.age', 'm.age_months', 'year(m.birth_date)', *person_numbers(standard)))}"
                return f"{pick(c, ('any', 'all'))}({ages} {pick(c, ('<', '<=', '>', '>=', '=='))} {pick(c, NUMBERS)} for m in members)"
            case _:
                return f"given({pick(c, list(household_names(standard)))})"
    match c.below(3 if leaf else 9):
        case 0:
            return str(pick(c, names))
        case 1:
            return str(pick(c, NUMBERS))
        case 2:
            return str(pick(c, list(standard.lines) or ["1"]))
        case 3 | 4:
            return f"({grown(c, standard, kind, depth - 1)} {pick(c, ('+', '-', '*', '/'))} {grown(c, standard, kind, depth - 1)})"
        case 5:
            where = f" if {grown(c, standard, 'boolean', depth - 1)}" if one_in(c, 2) else ""
            return f"{pick(c, ('sum', 'min', 'max'))}({pick(c, person_numbers(standard))} for m in members{where})"
        case 6:
            return f"{pick(c, ('count', 'share'))}({grown(c, standard, 'boolean', depth - 1)} for m in members)"
        case 7:
            return "count(" + ", ".join(grown(c, standard, "boolean", depth - 1) for _ in range(1 + c.below(4))) + ")"
        case _:
            table = pick(c, list(standard.tables) or ["t"])
            second = ", m.sex" if one_in(c, 2) else ""
            return f"{table}({grown(c, standard, kind, depth - 1)}{second})"


NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "15",
    "16",
    "60",
    "100",
    "0.5",
    "1/2",
    "1500000",
    "2_000_000",
    "-1",
    "9" * 30,
    "0.000001",
    "0",
)


@cache
def person_numbers(standard: cn.Standard) -> tuple[str, ...]:
    return tuple(f"m.{n}" for n, f in person_names(standard).items() if f.kind == "number") or ("1",)


def expression(c: Choices, standard: cn.Standard) -> str:
    """A text that may be an expression over a standard."""
    mode = c.below(4)
    if mode == 0:
        return grown(c, standard, pick(c, ("boolean", "number")), 1 + c.below(4))
    parts = tokens(pick(c, formulas()))
    if mode == 3:
        other = tokens(pick(c, formulas()))
        parts = parts[: c.below(len(parts) + 1)] + other[c.below(len(other)) :]
    for _ in range(c.below(5)):
        at = c.below(len(parts) + 1)
        match c.below(6):
            case 0:
                parts.insert(at, str(pick(c, words(standard))))
            case 1:
                parts[at : at + 1] = [str(pick(c, words(standard)))]
            case 2:
                del parts[at : at + 1 + c.below(3)]
            case 3:
                parts.insert(at, str(pick(c, OPERATORS)))
            case 4:
                parts[at:at] = parts[at : at + 1 + c.below(20)]
            case _:
                parts.insert(at, str(pick(c, HOSTILE)))
    return " ".join(parts)


WANTED = (
    Type("boolean"), Type("number", None), Type("number", unit("VND/person/month")), Type("number", unit("indicator")), Type("code"), Type("date"),
)  # fmt: skip


def try_expression(made: dict[str, Any]) -> bool:
    """Read an expression; where it is a condition, let it decide a household."""
    standard = shipped()[made["standard"]]
    want = WANTED[made["want"]]
    try:
        tree = parse(made["text"], evolve(names_of(standard), outer_members=made["person"]), want)
    except ExpressionError as error:
        faults = error.faults
        tree = None
    if tree is None:
        assert faults
        assert all(f.message and 0 <= f.offset <= len(made["text"]) for f in faults)
        return False
    if want.kind != "boolean" or made["person"] or made["household"] is None:
        return True
    prepared = standard.assess({}).prepared
    tree = extremes_as_tests(fold(tree, dict(prepared.readings)))
    prepared = evolve(prepared, classes=(("held", tree),))
    decision = Decision(Case(prepared, read_facts(standard, made["household"], made["on"])))
    possible = decision.possible
    open_ = missing(decision)
    assert set(possible) <= {"held", ""}
    assert possible
    assert len(possible) > 1 or not open_
    if open_:
        assert next_question(decision, open_) in open_
    return True


def make_expression(c: Choices) -> dict[str, Any]:
    number = len(shipped()) - 1 - c.below(len(shipped()))
    standard = shipped()[number]
    if isinstance(c, Bytes) and GUIDED and one_in(c, 4):
        text = c.rest().decode("utf-8", "replace")
        return {"standard": number, "text": text, "want": 0, "person": False, "household": None, "on": None}
    person, want = one_in(c, 8), c.below(len(WANTED)) if one_in(c, 4) else 0
    if not one_in(c, 32):
        return {
            "standard": number,
            "text": expression(c, standard),
            "want": want,
            "person": person,
            "household": None,
            "on": None,
        }
    on = day_of(c, standard)
    plain = {
        n: v
        for n, v in ((n, good(c, standard, f)) for n, f in household_names(standard).items() if one_in(c, 3))
        if v is not None
    }
    if one_in(c, 2):
        plain["members"] = [
            {n: good(c, standard, f) for n, f in person_names(standard).items() if n not in AGES and one_in(c, 3)}
            for _ in range(1 + c.below(2))
        ]
    return {
        "standard": number, "text": expression(c, standard), "want": want, "person": person, "household": plain, "on": on,
    }  # fmt: skip


# --- rule files ---------------------------------------------------------------------------------------

SMALL = """\
standard: xx-1
version: 1
revision: 1
jurisdiction: xx
entity: household
title: {vi: a, en: a}
sources: {}
applies:
  - {from: 2099-01-01, to: 2100-12-31, cite: {source: unknown, grade: D, note: n}}
facts:
  household:
    hut: {kind: boolean, label: {vi: a, en: a}}
    goats: {kind: number, unit: person, whole: true, least: 0, most: 9, label: {vi: a, en: a}}
    roof: {kind: code, label: {vi: a, en: a}, codes: {tin: {vi: a, en: a}, tile: {vi: b, en: b}}, asked_if: hut}
  person:
    works: {kind: boolean, label: {vi: a, en: a}, asked_if: m.age >= 15}
lines:
  top: {label: {vi: a, en: a}, unit: VND/person/month, by: {area: {rural: 10, urban: 20}}, cite: {source: unknown, grade: D, note: n}}
tables:
  room: {step: household_size, unit: m2, between: last_listed, rows: [[1, 10], [3, 20]], cite: {source: unknown, grade: D, note: n}}
code_lists: {good: [tile]}
values:
  crowd: {label: {vi: a, en: a}, of: floor_area < room(household_size)}
indicators:
  home: {dimension: home, label: {vi: a, en: a}, deprived: hut and roof not in good or crowd, cite: {source: unknown, grade: D, note: n}}
  work: {dimension: work, label: {vi: a, en: a}, deprived: any(not m.works for m in members), cite: {source: unknown, grade: D, note: n}}
methods:
  criteria:
    default: true
    label: {vi: a, en: a}
    values: {low: {label: {vi: a, en: a}, of: income_per_person <= top}}
classes:
  poor: {label: {vi: a, en: a}, when: low and deprivations >= 1, cite: {source: unknown, grade: D, note: n}}
  other: {label: {vi: b, en: b}, otherwise: true, cite: {source: unknown, grade: D, note: n}}
statuses:
  idle: {label: {vi: a, en: a}, of: person, when: m.works and low, from: unknown, from_note: n, cite: {source: unknown, grade: D, note: n}}
interpretations:
  sense: {question: {vi: a, en: a}, readings: {one: {vi: a, en: a}, two: {vi: b, en: b}}, default: one, grounds: g, grade: D}
unseen:
  - {what: {vi: a, en: a}, consequence: {vi: b, en: b}}
"""
EXTENDING = """\
standard: xx-2
version: 1
revision: 1
extends: vn-2001@1
jurisdiction: xx
entity: household
title: {vi: a, en: a}
applies:
  - {from: 2099-01-01, cite: {source: unknown, grade: D, note: n}}
lines:
  poverty_line: {label: {vi: a, en: a}, unit: VND/person/month, by: {area: {rural: 1, urban: 2}}, cite: {source: unknown, grade: D, note: n}}
"""
NASTY = (
    "", '""', "null", "~", "0", "-1", "-0", "1", "2", "1.5", "1.500.000", "1,5", "1_0", "1e9", ".5", "0x1F", "0o7", "1/0", "1/3", "9" * 40, "9" * 41, "0." + "0" * 37 + "1", "１２",
    "true", "yes", "True", "2031-02-30", "0001-01-01", "9999-12-31", "0000-01-01", "2022-13-01", "2022-01-01T00:00:00", "unknown", "A", "D", "E",
    "&a x", "*a", "!!python/object/apply:os.system [x]", "!t x", "! x", "<<", "? x", "|", ">-", "%x", "@x", "`x", "- x", "-", ":", "#", "a: b", "a #b", "'", '"', "[", "{", "]", "}", "[]", "{}",
    "[[]]", "[{}]", "{a: 1}", "{vi: a}", "{vi: a, en: b}", "[1, 2]", "[1, a]", "[" * 30, "{a: " * 30, '"\\0"', '"\\ud800"', '"\\U0001F600"', '"\\x07"', "e\u0301", "\u202eabc", "\u2028", "\ufeff", "\x07", "\x85", "ﬁ",
    "a" * 5000, '"' + "b " * 3000 + '"', "---", "...", "area", "members", "m", "on", "reading", "deprivations", "deprived_home", "recorded", "income", "household_size", "top", "low", "criteria", "poor",
    "household", "person", "boolean", "number", "code", "date", "text", "last_listed", "next_listed", "VND", "VND/", "/", "VND//person", "VND/person/month", "person", "/".join(["VND"] + ["month"] * 300),
    "x.csv", "fuzz.csv", "../x.csv", "vn-2001@1", "vn-2022", "vn-2022@9", "xx-1@1", "vn-2022@1.2", "vn-2022@1.99", "a" * 70 + "@1", "a-b", "a_b", "A", "1a",
)  # fmt: skip
CSVS = ("", "household_size,m2\n1,10\n3,20\n", "household_size\n", "a,b\n1\n", "household_size,m2\n3,1\n1,2\n", "household_size,m2\n1,x\n", "household_size,household_size,m2\n1,2,3\n",
        "household_size,m2\n" + "".join(f"{i},{i}\n" for i in range(1, 5100)), "\0", "household_size,m2\n1," + "9" * 50, "household_size;m2\n1;2\n", '"household_size","m2"\n"1","2"\n')  # fmt: skip


class Mapped(list[Any]):
    """A mapping as (key, value) pairs, so that a key may stand twice."""


def pairs(node: Any) -> Any:
    """Nodes of the library's reader as plain lists, pairs and texts, written as YAML writes them."""
    if node.kind == "mapping":
        return Mapped((key, pairs(value)) for key, (_, value) in node.entries.items())
    if node.kind == "sequence":
        return [pairs(item) for item in node.items]
    return (
        node.text
        if node.plain and not set(node.text) & set(",[]{}#:\n\"'&*!|>%@`?")
        else json.dumps(node.text, ensure_ascii=False)
    )


def flow(node: Any, out: list[str]) -> None:
    """The same as YAML on one line."""
    if isinstance(node, Mapped):
        out.append("{")
        for key, value in node:
            out.append(f"{key}: ")
            flow(value, out)
            out.append(", ")
        out.append("}")
    elif isinstance(node, list):
        out.append("[")
        for value in node:
            flow(value, out)
            out.append(", ")
        out.append("]")
    else:
        out.append(str(node))


def written(root: Any) -> str:
    """A file: its sections as blocks, what they hold as flow."""
    if not isinstance(root, Mapped):
        root = Mapped([("standard", root)])
    lines: list[str] = []
    for key, value in root:
        out: list[str] = []
        if isinstance(value, Mapped) and value:
            for inner, below in value:
                out.append(f"\n  {inner}: ")
                flow(below, out)
        else:
            flow(value, out)
        lines.append(f"{key}: {''.join(out)}\n")
    return "".join(lines)


@cache
def files() -> tuple[tuple[str, Any], ...]:
    """What rule files begin as, the small ones first: their text, and their nodes."""
    texts = [
        SMALL,
        EXTENDING,
        (ROOT / "docs" / "examples" / "local.yaml").read_text(encoding="utf-8"),
        (HERE / "fictional.yaml").read_text(encoding="utf-8"),
    ]
    law = [p.read_text(encoding="utf-8") for p in sorted((ROOT / "standards").glob("*/*/*/*.yaml"))]
    texts += sorted(law, key=len)
    return tuple((text, pairs(read_nodes(text, "x")[0])) for text in texts)


# How often each is where a file begins: reading a large one takes long.
BEGINNINGS = (0,) * 16 + (1,) * 2 + (2,) * 5 + (3,)


def places(node: Any, found: list[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """Every place of a tree: the list that holds it, and where in it."""
    for at, item in enumerate(node):
        found.append((node, at))
        below = item[1] if isinstance(node, Mapped) else item
        if isinstance(below, list):
            places(below, found)
    return found


def copied(node: Any) -> Any:
    if isinstance(node, Mapped):
        return Mapped((k, copied(v)) for k, v in node)
    return [copied(v) for v in node] if isinstance(node, list) else node


def value_at(place: tuple[Any, int]) -> Any:
    holder, at = place
    return holder[at][1] if isinstance(holder, Mapped) else holder[at]


def put(place: tuple[Any, int], value: Any) -> None:
    holder, at = place
    holder[at] = (holder[at][0], value) if isinstance(holder, Mapped) else value


def bent(c: Choices, root: Any) -> Any:
    """A tree after a few changes."""
    root = copied(root)
    for _ in range(1 + c.below(4)):
        known = places(root, [])
        if not known:
            break
        place = pick(c, known)
        holder, at = place
        match c.below(9):
            case 0 | 1:
                put(place, pick(c, NASTY))
            case 2:
                del holder[at]
            case 3:
                holder.insert(c.below(len(holder) + 1), copied_item(holder, at))
            case 4:
                other = pick(c, known)
                a, b = copied(value_at(place)), copied(value_at(other))
                put(place, b)
                if other[1] < len(other[0]):
                    put(other, a)
            case 5:
                theirs = places(pick(c, files())[1], []) if one_in(c, 3) else known
                put(place, copied(value_at(pick(c, theirs))))
            case 6:
                if isinstance(holder, Mapped):
                    keys = [k for h, i in known if isinstance(h, Mapped) for k in (h[i][0],)]
                    holder[at] = (pick(c, NASTY) if one_in(c, 3) else pick(c, keys), holder[at][1])
            case 7:
                put(place, json.dumps(expression(c, shipped()[-1 - c.below(2)]), ensure_ascii=False))
            case _:
                put(
                    place,
                    [copied(value_at(place))]
                    if one_in(c, 2)
                    else Mapped([(pick(c, ("vi", "a", "by", "area")), copied(value_at(place)))]),
                )
    return root


def copied_item(holder: Any, at: int) -> Any:
    item = holder[at]
    return (item[0], copied(item[1])) if isinstance(holder, Mapped) else copied(item)


def smeared(c: Choices, text: str) -> str:
    """A text after a few changes."""
    for _ in range(1 + c.below(4)):
        at = c.below(len(text) + 1)
        match c.below(8):
            case 0:
                text = text[:at] + str(pick(c, NASTY)) + text[at:]
            case 1:
                text = text[:at] + text[at + 1 + c.below(40) :]
            case 2:
                lines = text.split("\n")
                i, j = c.below(len(lines)), c.below(len(lines))
                lines[i], lines[j] = lines[j], lines[i]
                text = "\n".join(lines)
            case 3:
                lines = text.split("\n")
                i = c.below(len(lines))
                lines[i:i] = lines[i : i + 1 + c.below(8)]
                text = "\n".join(lines)
            case 4:
                lines = text.split("\n")
                i = c.below(len(lines))
                lines[i] = pick(c, ("", " ", "   ", "\t")) + lines[i].lstrip(" ")
                text = "\n".join(lines)
            case 5:
                text = text[:at] + chr(c.below(128)) + text[at + c.below(2) :]
            case 6:
                other = pick(c, files())[0]
                text = text[:at] + other[c.below(len(other)) :][:4000]
            case _:
                text = text.replace("\n", pick(c, ("\r\n", "\r", "\x85", "\n\n")), 1 + c.below(400))
    return text


def make_rules(c: Choices) -> dict[str, Any]:
    mode = c.below(8)
    csv = pick(c, CSVS) if one_in(c, 8) else CSVS[1]
    if mode == 7 and isinstance(c, Bytes) and GUIDED:
        return {"file": c.rest(), "csv": csv}
    number = c.below(len(files())) if one_in(c, 60) else pick(c, BEGINNINGS)
    text, root = files()[number]
    made = smeared(c, text) if mode > 4 else written(bent(c, root))
    raw = made.encode("utf-8", "surrogatepass")
    if one_in(c, 60):
        at = c.below(len(raw) + 1)
        raw = raw[:at] + bytes([c.below(256)]) + raw[at:]
    return {"file": raw, "csv": csv}


@cache
def scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    for path in (ROOT / "standards").glob("*/*/*/*.csv"):
        shutil.copy(path, folder)
    return folder


def try_rules(made: dict[str, Any]) -> bool:
    """Read a rule file; one that reads must read again from its own text, and answer."""
    folder = scratch()
    path = folder / "fuzz.yaml"
    path.write_bytes(made["file"])
    (folder / "fuzz.csv").write_text(made["csv"], encoding="utf-8")
    try:
        standard = cn.read_standard(path)
    except cn.RuleFileError as error:
        explained(error)
        return False
    path.write_text(standard.text, encoding="utf-8")
    again = cn.read_standard(path)
    assert again.digest == standard.digest
    assert again.text == standard.text
    repr(standard), hash(standard)
    for method in standard.methods:
        for lang in ("vi", "en"):
            json.dumps(standard.input_schema(method, lang))
    for name, line in standard.lines.items():
        with_errors(lambda name=name, line=line: str(standard.line(name, **dict(codes(line.table)))))
    turn = zlib.crc32(made["file"]) % 32
    household = {} if turn % 2 else {"area": "rural", "income_per_person": 5, "members": [{"age": 30}, {}]}
    a = with_errors(lambda: standard.assess(household, on=date(2099, 6, 1)))
    if a is not None:
        assert a.possible
        assert a.statuses is not None
        if turn < 2:
            ask(a)
    return True


def codes(table: Any) -> Iterator[tuple[str, str]]:
    while isinstance(table, dict) and table:
        ((fact, cells),) = table.items()
        if not cells:
            return
        code, table = next(iter(cells.items()))
        yield fact, code


def with_errors(ask_it: Callable[[], Any]) -> Any:
    try:
        return ask_it()
    except cn.ChuanNgheoError as error:
        explained(error)
        return None


def explained(error: cn.ChuanNgheoError) -> None:
    """An error says something, and can be shown."""
    assert str(error)
    for problem in error.problems:
        assert problem.code.startswith("CN"), problem
        assert problem.message
        assert str(problem)


def ask(a: cn.Assessment) -> None:
    """Everything an answer can be asked for."""
    assert a.status in ("decided", "undetermined", "no_class")
    assert a.possible
    assert (a.status == "undetermined") is (len(a.possible) > 1)
    if a.status == "undetermined":
        facts = a.standard.facts
        asked = [n for n in a.missing if not (n in facts and facts[n].unread)]
        assert a.next_question in asked if asked else a.next_question is None
    else:
        assert not a.missing
        assert a.next_question is None
    for lang in ("vi", "en"):
        assert a.explain(lang)
    assert json.loads(json.dumps(a.to_dict())) is not None
    for flip in a.flips():
        assert str(flip)
        assert flip.category != a.category
    for caveat in a.caveats:
        assert str(caveat)
    assert a.trace is not None
    assert a.statuses is not None
    assert repr(a)
    assert a == a
    hash(a)


# --- households ---------------------------------------------------------------------------------------

AGES = ("birth_date", "birth_year", "age", "age_months")
VALUES: tuple[Any, ...] = (
    None, "", " ", "\t\n", 0, 1, -1, 2, 10**6, 10**18, 10**19, 10**39, 10**40, -(10**40), 10**400, 0.0, -0.0, 0.1, 1.5, 1e-300, 1e300, 1e16, float("nan"), float("inf"), float("-inf"), 5e-324,
    Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+40"), Decimal("1E-40"), Decimal("1E+999999"), Decimal("1E-999999"), Decimal("-0"), Decimal("0.10"), Decimal(1) / Decimal(3), Decimal("9" * 81),
    Fraction(1, 3), Fraction(10**30, 7), Fraction(1, 10**50), Fraction(-1, 3), Fraction(7, 1), True, False, 1j, "1500000", "1.500.000", "150.000", "1,5", "12.5", "-1", "+1", "1e5", "0x10", "1_000", "１２", "٣", "9" * 50, "9" * 40, "0." + "0" * 38, " 7 ", "\x00", "x" * 10_000,
    "rural", "urban", "Rural", "rural ", "RURAL", "nông thôn", "no\u0302ng tho\u0302n", "male", "female", "plain", "poor", "near_poor", "not_poor", "e\u0301", "\u202e", "\ud800", b"rural", b"\xff", bytearray(b"x"), "true", "yes", "True", "no",
    date(2010, 5, 5), date.min, date.max, datetime(2010, 5, 5, 1), datetime(2010, 5, 5, tzinfo=UTC), timedelta(1), "2010-05-05", "05/05/2010", "2010-5-5", "20100505", "2010-W10-1", "0001-01-01", "9999-12-31", "2010-02-30", "2010-05-05T00:00:00", 2010, 1875, 20100505, 120, 131, 132, 1571,
    [], (), {}, set(), [None], [[]], [1], ["rural"], {"a": 1}, {"rural": 1}, [{}], [{}, None], [{"age": 3}], [[[[[[]]]]]], {1, 2}, range(3), object, Ellipsis, NotImplemented, "deprived", -0.5, 3.5,
)  # fmt: skip
KEYS: tuple[Any, ...] = ("", " ", "x", "incom", "Area", "members", "age", "on", "sex", "deprived_", "deprived_x", "deprivations", "e\u0301", "\ud800", "m.age", None, 1, True, 1.5, b"area", ("area",), date(2010, 5, 5), "a" * 5000, "__class__", "recorded_category", "recorded_decision", "recorded_date", "{area}", "%s", "\n")  # fmt: skip
MANY = (30, 100, 300, 1000)


def good(c: Choices, standard: cn.Standard, fact: Any) -> Any:
    """A value that a fact can have, often beside a line."""
    if fact.kind == "boolean":
        return bool(c.below(2))
    if fact.kind == "code":
        return pick(c, list(fact.codes))
    if fact.kind == "date":
        return date(1920, 1, 1) + timedelta(c.below(40_000))
    if fact.kind == "text":
        return pick(c, ("12/QĐ-UBND", "x"))
    near = edges(standard, fact.unit)
    low = int(fact.least or 0)
    match c.below(4):
        case 0:
            found: Any = pick(c, near) if near else low
        case 1:
            found = low + c.below(12)
        case 2:
            found = low + c.below(65_536) * c.below(1000)
        case _:
            found = (pick(c, near) if near else low) + pick(c, (1, -1, Fraction(1, 3), Decimal("0.5")))
    if fact.multiple and isinstance(found, int):
        found -= found % fact.multiple
    if fact.most is not None and found > fact.most:
        found = fact.most
    if fact.least is not None and found < fact.least:
        found = fact.least
    return found if not fact.whole or found == int(found) else int(found)


@cache
def edges(standard: cn.Standard, unit_: str) -> tuple[int, ...]:
    """Numbers of the lines that can meet an amount of this unit."""
    found = set()
    for line in standard.lines.values():
        if line.unit.split("/")[0] == unit_.split("/")[0]:
            waiting = [line.table]
            while waiting:
                here = waiting.pop()
                if isinstance(here, dict):
                    waiting.extend(here.values())
                else:
                    found.add(int(here) * (12 if unit_.endswith("year") and "person" not in unit_ else 1))
    return tuple(sorted(found))


def day_of(c: Choices, standard: cn.Standard) -> date:
    spans = standard.applies
    span = pick(c, spans)
    return (
        span.start
        if one_in(c, 2) or span.end is None
        else span.start + timedelta(c.below((span.end - span.start).days + 1))
    )


def value_for(c: Choices, standard: cn.Standard, fact: Any, nasty: int) -> Any:
    if c.below(100) < nasty:
        return pick(c, VALUES)
    found = good(c, standard, fact)
    if one_in(c, 12):
        return None
    if isinstance(found, int) and not isinstance(found, bool) and one_in(c, 10):
        return pick(c, (str, float, Decimal, Fraction))(found)
    return found


def make_household(c: Choices) -> dict[str, Any]:
    number = c.below(len(shipped()))
    standard = shipped()[number]
    nasty = pick(c, (0, 0, 2, 10, 40))
    names = household_names(standard)
    few = list(names)
    made: dict[Any, Any] = {}
    style = c.below(4)
    if style == 0:
        chosen = [n for n in few if one_in(c, 2)]
    elif style == 1:
        chosen = [pick(c, few) for _ in range(c.below(8))]
    elif style == 2:
        chosen = few
    else:
        chosen = [
            n
            for n in ("area", "income", "household_size", "income_per_person", "deprivations")
            if n in names and one_in(c, 2)
        ]
    if style != 2 or not one_in(c, 3):
        chosen = [n for n in chosen if not n.startswith("recorded_")]
    for name in chosen:
        made[name] = value_for(c, standard, names[name], nasty)
    if one_in(c, 2):
        made["members"] = members(c, standard, nasty)
    while nasty and one_in(c, 6):
        key = pick(c, KEYS) if one_in(c, 2) else pick(c, sorted(cn.facts()))
        made[key] = pick(c, VALUES)
    household: Any = made
    if nasty and one_in(c, 100):
        household = pick(c, VALUES)
    on: Any = None if one_in(c, 8) else day_of(c, standard)
    if nasty and one_in(c, 20):
        on = pick(
            c,
            (
                date.min,
                date.max,
                date(1900, 2, 28),
                datetime(2026, 3, 1, 5),
                "2026-03-01",
                5,
                date(2024, 2, 29),
                date(1, 12, 31),
            ),
        )
    method = None
    if one_in(c, 5):
        method = pick(c, (*standard.methods, "recorded", "points", "", *((5,) if nasty else ())))
    readings: Any = None
    if one_in(c, 5):
        readings = {n: pick(c, list(i.readings)) for n, i in standard.interpretations.items() if one_in(c, 2)}
        if nasty and one_in(c, 4):
            readings[pick(c, ("x", "", *standard.interpretations))] = pick(c, ("x", "", 5, None))
    derive: Any = "all" if not one_in(c, 8) else pick(c, ("confirmed", "all", "x", None) if nasty else ("confirmed",))
    return {
        "standard": number,
        "household": household,
        "on": on,
        "method": method,
        "readings": readings,
        "derive": derive,
    }


def members(c: Choices, standard: cn.Standard, nasty: int) -> Any:
    names = person_names(standard)
    size = 1 + c.below(6)
    if one_in(c, 200):
        size = pick(c, MANY)
    if c.below(100) < nasty // 4:
        return pick(c, VALUES)
    blank, alike = one_in(c, 8), one_in(c, 4) or size > 10
    found: list[Any] = []
    for i in range(size):
        if alike and i >= 3:
            found.append(found[i % 3])
            continue
        person: dict[Any, Any] = {}
        if not blank:
            for name, fact in names.items():
                if name not in AGES and one_in(c, 2):
                    person[name] = value_for(c, standard, fact, nasty)
            match c.below(6):
                case 0:
                    person["birth_date"] = date(1930, 1, 1) + timedelta(c.below(35_000))
                case 1:
                    person["age"] = c.below(100)
                case 2:
                    person["birth_year"] = 1930 + c.below(80)
                case 3:
                    person["age_months"] = c.below(200)
                case 4:
                    for name in AGES:
                        person[name] = value_for(c, standard, names.get(name, NO_FACT), nasty)
        if nasty and one_in(c, 30):
            person[pick(c, KEYS)] = pick(c, VALUES)
        found.append(pick(c, VALUES) if nasty and one_in(c, 60) else person)
    return tuple(found) if one_in(c, 10) else found


NO_FACT = cn.facts()["deprivations"] if "deprivations" in cn.facts() else next(iter(cn.facts().values()))


def try_household(made: dict[str, Any]) -> bool:
    """Assess a household, and ask the answer for everything."""
    standard = shipped()[made["standard"]]
    asked = {k: made[k] for k in ("on", "method", "readings", "derive")}
    try:
        a = standard.assess(made["household"], **asked)
    except (cn.HouseholdError, cn.NoStandard) as error:
        explained(error)
        return False
    ask(a)
    return True


MAKE: dict[str, Callable[[Choices], dict[str, Any]]] = {
    "rules": make_rules,
    "expressions": make_expression,
    "households": make_household,
}
TRY: dict[str, Callable[[dict[str, Any]], bool]] = {
    "rules": try_rules,
    "expressions": try_expression,
    "households": try_household,
}


# --- one input, measured ------------------------------------------------------------------------------


class Hung(BaseException):
    """An input that was given up."""


class Meter:
    """What one input takes: seconds of work, and how far the process grew at its peak.

    The peak is looked up once for some inputs (it costs more than most of them) and stands for each: the
    figure is never too small.
    """

    def __init__(self, every: int = 1) -> None:
        self.every, self.turn, self.least = every, 0, 0
        self.file = os.open("/proc/self/statm", os.O_RDONLY)
        self.page = resource.getpagesize()

    def size(self) -> int:
        return int(os.pread(self.file, 100, 0).split()[1]) * self.page

    def peak(self) -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    def run(self, work: Callable[[], Any]) -> tuple[Any, float, float]:
        size = self.size()
        if self.turn == 0:
            self.least = size
            if self.peak() - size > 8_000_000:  # a former peak would hide this one
                with open("/proc/self/clear_refs", "w") as file:
                    file.write("5")
        self.least = min(self.least, size)
        self.turn = (self.turn + 1) % self.every
        start = time.process_time()  # of this process alone: the machine may be busy
        signal.setitimer(signal.ITIMER_PROF, HANG)
        try:
            found = work()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        seconds = time.process_time() - start
        return found, seconds, 0.0 if self.turn else max(0, self.peak() - self.least) / 1e6


def give_up(*_: Any) -> None:
    raise Hung(f"no answer after {HANG} seconds of work")


def python(value: Any) -> str:
    """An input as Python that :func:`again` reads."""
    return repr(value)


def again(text: str) -> Any:
    scope = {
        "Decimal": Decimal,
        "Fraction": Fraction,
        "datetime": __import__("datetime"),
        "nan": float("nan"),
        "inf": float("inf"),
    }
    return eval(text.replace("<class 'object'>", "object"), scope)


def trouble(error: BaseException) -> tuple[str, str]:
    """A finding's signature (what, and the last place in the library) and its traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [f for f in frames if "chuanngheo" in f.filename and "tests" not in f.filename] or frames
    place = f"{Path(inside[-1].filename).name}:{inside[-1].lineno}"
    own = [f for f in frames if f.filename == __file__]
    if isinstance(error, AssertionError) and frames[-1].filename == __file__:
        place = f"fuzz.py: {own[-1].line}"
    shown = "".join(traceback.format_exception(error))
    return f"{type(error).__name__} at {place}", shown if len(shown) < 20_000 else shown[:6000] + "\n...\n" + shown[
        -6000:
    ]


class Work:
    """One engine at one target: counts, keeps what was found, and leaves figures for whoever started it."""

    def __init__(self, target: str, engine: str, runs: int, folder: Path) -> None:
        self.target, self.engine, self.runs, self.folder = target, engine, runs, folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.meter = Meter(64)
        self.inputs = self.accepted = 0
        self.found: dict[str, int] = {}
        self.slowest: list[tuple[float, str]] = []
        self.widest: list[tuple[float, str]] = []
        self.began = self.saved = time.perf_counter()
        with open(self.folder / "now", "wb") as file:
            file.truncate(1 << 22)
        self.now = mmap.mmap(os.open(self.folder / "now", os.O_RDWR), 1 << 22)
        signal.signal(signal.SIGPROF, give_up)
        MAKE[target](Bytes(b""))  # what is made once is not an input's
        for standard in shipped():
            standard.assess({}).to_dict()

    def one(self, made: dict[str, Any]) -> None:
        """Run one input."""
        shown = python(made)
        raw = shown.encode("utf-8", "surrogatepass")[: (1 << 22) - 8]
        self.now[0 : 8 + len(raw)] = len(raw).to_bytes(8, "big") + raw
        self.inputs += 1
        seconds = grown = 0.0
        try:
            accepted, seconds, grown = self.meter.run(lambda: TRY[self.target](made))
            self.accepted += bool(accepted)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            self.keep(*trouble(error), shown)
        if not self.slowest or len(self.slowest) < 5 or seconds > self.slowest[-1][0]:
            self.slowest = sorted([*self.slowest, (seconds, shown)], reverse=True, key=lambda x: x[0])[:5]
        if not self.widest or len(self.widest) < 3 or grown > self.widest[-1][0]:
            self.widest = sorted([*self.widest, (grown, shown)], reverse=True, key=lambda x: x[0])[:3]
        if time.perf_counter() - self.saved > 5:
            self.save()

    def keep(self, what: str, why: str, shown: str) -> None:
        self.found[what] = self.found.get(what, 0) + 1
        if self.found[what] <= 3:
            name = "".join(ch if ch.isalnum() else "-" for ch in what)[:80]
            text = json.dumps(
                {"target": self.target, "what": what, "why": why, "input": shown}, ensure_ascii=True, indent=1
            )
            (self.folder / f"found-{name}-{self.found[what]}.json").write_text(text, encoding="utf-8")
        self.save()

    def save(self) -> None:
        self.saved = time.perf_counter()
        figures = {
            "target": self.target, "engine": self.engine, "inputs": self.inputs, "accepted": self.accepted, "seconds": self.saved - self.began,
            "found": self.found, "slowest": self.slowest, "widest": self.widest,
        }  # fmt: skip
        temporary = self.folder / "figures.new"
        temporary.write_text(json.dumps(figures), encoding="utf-8")
        temporary.replace(self.folder / "figures.json")


# --- the engines --------------------------------------------------------------------------------------


def seeds(target: str, folder: Path, seed: int) -> None:
    """A small corpus, made anew: texts of the shipped files behind a byte that says so, and random choices."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    texts: list[bytes] = []
    if target == "rules":  # the last of 8 modes: the bytes are the file
        texts = [bytes([7, 0]) + text.encode() for text, _ in files()[:4]]
    if target == "expressions":
        texts = [bytes([i % len(shipped()), 3]) + text.encode() for i, text in enumerate(formulas())]
    texts += [rng.randbytes(rng.choice((16, 64, 200, 600))) for _ in range(60)]
    for i, text in enumerate(texts):
        (folder / f"seed-{i}").write_bytes(text)


def by_atheris(work: Work, seed: int) -> None:
    corpus = KEPT / "corpus" / work.target if work.runs > 20_000 else work.folder / "corpus"
    seeds(work.target, corpus, seed)
    words_ = work.folder / "words"
    terms = {w for s in shipped() for w in words(s)} | {
        h for h in (*HOSTILE, *NASTY) if 0 < len(h) < 40 and h.isprintable() and h.isascii()
    }
    words_.write_text("".join(f'"{escaped(w)}"\n' for w in sorted(terms) if w.isascii()), encoding="ascii")

    def once(data: bytes) -> None:
        if work.inputs >= work.runs:
            work.save()
            os._exit(0)
        work.one(MAKE[work.target](Bytes(data)))

    atheris.Setup(
        [sys.argv[0], str(corpus), f"-seed={seed}", "-max_len=4096", "-len_control=20", f"-dict={words_}", "-rss_limit_mb=0", "-print_final_stats=0", "-verbosity=0"],
        once,
    )  # fmt: skip
    atheris.Fuzz()


def escaped(word: str) -> str:
    return "".join(ch if ch.isalnum() or ch in " _.,()/<>=!+-*{}[]:" else f"\\x{ord(ch):02x}" for ch in word)


def by_hypothesis(work: Work, start: int) -> None:
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis import strategies as st

    made = st.composite(lambda draw: MAKE[work.target](Drawn(draw)))()
    step = 2000  # what Hypothesis remembers of a search grows with it
    for number in range(start, start + 10**9):
        if work.inputs >= work.runs:
            break

        @seed(number)
        @settings(
            max_examples=min(step, work.runs - work.inputs),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(made)
        def search(one: dict[str, Any]) -> None:
            if work.inputs < work.runs:
                work.one(one)

        search()
    work.save()


def by_chance(work: Work, seed: int) -> None:
    """Random bytes: many more inputs in the same time than a search that thinks."""
    rng = random.Random(seed)
    while work.inputs < work.runs:
        work.one(MAKE[work.target](Bytes(rng.randbytes(rng.choice((20, 60, 200, 600))))))
    work.save()


def run(target: str, engine: str, runs: int, seed: int, folder: Path) -> None:
    limit = 4 << 30
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))  # what runs away stops here, not at the machine's end
    work = Work(target, engine, runs, folder)
    {"atheris": by_atheris, "hypothesis": by_hypothesis, "random": by_chance}[engine](work, seed)


# --- the search ---------------------------------------------------------------------------------------


def replay(path: Path) -> int:
    """Run one kept input three times: the shortest time counts, since other programs run too."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    signal.signal(signal.SIGPROF, give_up)
    for standard in shipped():
        standard.assess({}).to_dict()
    meter = Meter()
    made = again(kept["input"])
    took: list[tuple[float, float]] = []
    for _ in range(3):
        try:
            _, seconds, grown = meter.run(lambda: TRY[kept["target"]](made))
        except BaseException as error:
            print(json.dumps({"what": trouble(error)[0], "why": trouble(error)[1]}))
            return 1
        took.append((seconds, grown))
        if seconds < SECONDS / 2:
            break
    print(json.dumps({"seconds": min(s for s, _ in took), "megabytes": max(g for _, g in took)}))
    return 0


def again_alone(target: str, shown: str, folder: Path) -> dict[str, Any]:
    """What an input takes in a process of its own, without a fuzzer's instruments."""
    path = folder / "again.json"
    path.write_text(json.dumps({"target": target, "input": shown}), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, __file__, "--replay", str(path)], capture_output=True, text=True, env=environment("")
    )
    lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {"what": "no answer", "why": ran.stderr[-2000:]}
    return found


def environment(guided: str) -> dict[str, str]:
    return {**os.environ, "CHUANNGHEO_FUZZ": guided, "PYTHONHASHSEED": "0"}


def search(targets: Sequence[str], engines: Sequence[str], runs: int, seed: int, jobs: int, folder: Path) -> int:
    """All engines at all targets, so many processes at a time; prints the table and gives the number of findings."""
    shutil.rmtree(folder, ignore_errors=True)
    waiting: list[tuple[str, str, int]] = []
    whole = sum(SHARE[t] for t in targets)
    for engine in engines:
        part = BY[engine] / sum(BY[e] for e in engines)
        waiting += [(t, engine, -(-int(runs * part * SHARE[t]) // whole)) for t in targets]
    waiting.sort(key=lambda w: -w[2] * {"rules": 3, "expressions": 1, "households": 6}[w[0]])
    running: list[tuple[subprocess.Popen[bytes], str, str, int, Path]] = []
    rooms: list[Path] = []
    began = time.time()
    tries: dict[Path, int] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            target, engine, count = waiting.pop(0)
            room = folder / f"{target}-{engine}-{len(rooms)}"
            rooms.append(room)
            room.mkdir(parents=True)
            command = [
                sys.executable,
                __file__,
                "--work",
                target,
                engine,
                str(count),
                str(seed + len(rooms)),
                str(room),
            ]
            with open(room / "log", "wb") as log:
                process = subprocess.Popen(
                    command, stdout=log, stderr=log, env=environment(target if engine == "atheris" else "")
                )
            running.append((process, target, engine, count, room))
        time.sleep(0.5)
        for item in list(running):
            process, target, engine, count, room = item
            figures = room / "figures.json"
            quiet = time.time() - (figures.stat().st_mtime if figures.exists() else began)
            stuck = process.poll() is None and quiet > 4 * HANG and figures.exists()
            if stuck:
                process.kill()
                process.wait()
            if process.poll() is None:
                continue
            running.remove(item)
            done = json.loads(figures.read_text()) if figures.exists() else {"inputs": 0}
            if process.returncode != 0 or done["inputs"] < count:
                raw = (room / "now").read_bytes() if (room / "now").exists() else b""
                shown = raw[8 : 8 + int.from_bytes(raw[:8], "big")].decode("utf-8", "surrogatepass")
                what = "stopped: no progress" if stuck else f"the process ended with {process.returncode}"
                why = (room / "log").read_text(errors="replace")[-3000:]
                (room / "found-process.json").write_text(
                    json.dumps({"target": target, "what": what, "why": why, "input": shown})
                )
                left = count - done["inputs"]
                if done["inputs"] and left > 0 and len(tries) < 20:
                    tries[room] = 1
                    waiting.append((target, engine, left))
            print(f"{target} by {engine}: {done['inputs']:,} inputs", flush=True)
    return report(rooms, folder)


def report(rooms: Sequence[Path], folder: Path) -> int:
    """The table, after the slowest and widest inputs were run once more alone."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    findings = 0
    for room in rooms:
        path = room / "figures.json"
        figures = json.loads(path.read_text()) if path.exists() else None
        target, engine = room.name.split("-")[:2]
        row = rows.setdefault(
            (target, engine),
            {"inputs": 0, "accepted": 0, "seconds": 0.0, "slowest": 0.0, "widest": 0.0, "found": set()},
        )
        for found in room.glob("found-*.json"):
            row["found"].add(json.loads(found.read_text())["what"])
        if figures is None:
            continue
        for key in ("inputs", "accepted", "seconds"):
            row[key] += figures[key]
        for place, (seconds, shown) in enumerate(figures["slowest"]):
            if seconds <= SECONDS and (engine != "atheris" or place):  # its instruments cost time of their own
                row["slowest"] = max(row["slowest"], 0.0 if engine == "atheris" else seconds)
                continue
            alone = again_alone(target, shown, room)
            row["slowest"] = max(row["slowest"], alone.get("seconds", 0.0))
            if alone.get("seconds", 0.0) > SECONDS or "what" in alone:
                row["found"].add(f"slow: {alone}"[:100])
                (room / f"found-slow-{seconds:.3f}.json").write_text(
                    json.dumps({"target": target, "what": "slow", "why": str(alone), "input": shown})
                )
        for megabytes, shown in figures["widest"][:2]:
            row["widest"] = max(row["widest"], megabytes)
            if megabytes > MEGABYTES:
                row["found"].add(f"large: {megabytes:.0f} MB")
                (room / f"found-large-{megabytes:.0f}.json").write_text(
                    json.dumps({"target": target, "what": "large", "why": "", "input": shown})
                )
    lines = [
        "| target | engine | inputs | time (s) | slowest (ms) | largest growth (MB) | accepted | refused | findings |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for (target, engine), r in sorted(rows.items()):
        lines.append(
            f"| {target} | {engine} | {r['inputs']:,} | {r['seconds']:,.0f} | {1000 * r['slowest']:,.0f} | {r['widest']:,.0f} | {r['accepted']:,} | {r['inputs'] - r['accepted']:,} | {len(r['found'])} |"
        )
        findings += len(r["found"])
        lines += [f"<!-- {what} -->" for what in sorted(r["found"])]
    total = sum(r["inputs"] for r in rows.values())
    lines.append(f"| all | | {total:,} | {sum(r['seconds'] for r in rows.values()):,.0f} | | | | | {findings} |")
    table = "\n".join(lines)
    (folder / "table.md").write_text(table + "\n", encoding="utf-8")
    print(table)
    if findings:
        print(f"{findings} finding(s): {folder}/*/found-*.json; run one again with: python tests/fuzz.py --replay FILE")
    return findings


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--runs", type=int, default=1_000_000, help="inputs in all")
    reader.add_argument("--targets", nargs="+", choices=TARGETS, default=TARGETS)
    reader.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    reader.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time")
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--folder", type=Path, default=KEPT / "run", help="where figures and findings go")
    reader.add_argument("--replay", type=Path, help="run one finding again")
    reader.add_argument("--work", nargs=5, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.work:
        target, engine, runs, seed, folder = asked.work
        run(target, engine, int(runs), int(seed), Path(folder))
        return 0
    if asked.replay:
        return replay(asked.replay)
    return 1 if search(asked.targets, asked.engines, asked.runs, asked.seed, asked.jobs, asked.folder) else 0


if __name__ == "__main__":
    sys.exit(main())
