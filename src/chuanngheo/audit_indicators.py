"""The audit of indicators: each over the cells of its own facts, for households of few members.

How few members suffice is the business of :func:`chuanngheo.ways.enough_members`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from math import floor
from typing import Any

import attrs

from .answering import Standard
from .audit_classes import Choice, deprived_text
from .case import Key
from .domains import Domain, Interval, births
from .equivalence import flag_value, shown
from .findings import Finding
from .inequalities import is_line
from .model import LANGUAGES, Table
from .possible import Outcomes, fact_domain
from .prepared import Prepared, prepare
from .regions import Bounds, met, narrowed
from .results import indicator_cite
from .terms import Term
from .tree import Compare, Elapsed, Lookup, Node, Number, Ref, readings_in, walk
from .values import evolve
from .ways import (
    FEW,
    INEXACT,
    Straight,
    choices,
    enough_members,
    first_day,
    nodes_of,
    one_sized,
    open_case,
    quantifiers_in,
    together,
)

BEYOND = 12  # how many steps past the last row are looked at
FORM_MEMBERS = 3  # members of whom the form does not ask something, at most


def indicator_findings(std: Standard) -> Iterator[Finding]:
    for name, derived in std.indicators.items():
        if derived.node is None:
            yield Finding("input", "note", (name,), {
                "vi": f"{derived.labels['vi']}: ngưỡng chưa đọc được trong văn bản",
                "en": f"{derived.labels['en']}: its threshold was not read in the text",
            }, cites=() if derived.cite is None else (derived.cite,))  # fmt: skip
            continue
        told: dict[Any, list[frozenset[tuple[str, str]]]] = {}
        names = [n for n in std.interpretations if n in readings_in(derived.node) | _senses_below(std, name)]
        for chosen in choices(std, names):
            prepared = prepare(std, std.default_method, chosen)
            for key, finding in (
                *_constant(std, prepared, name),
                *_off_form(std, prepared, name),
                *_tables(std, prepared, name),
            ):
                senses = frozenset(chosen.items())
                if not any(before < senses for before in told.setdefault(key, [])):
                    yield _under(std, finding, chosen)
                told[key].append(senses)


def _senses_below(std: Standard, name: str) -> frozenset[str]:
    """The interpretations of values that an indicator reads."""
    prepared = prepare(std, std.default_method)
    below = prepared.closure([prepared.trees[f"deprived_{name}"]]) & prepared.trees.keys()
    return frozenset(r for n in below if n in prepared.unfolded for r in readings_in(prepared.unfolded[n]))


def _under(std: Standard, finding: Finding, chosen: Choice) -> Finding:
    if not chosen:
        return finding
    last = list(chosen)[-1]
    default = std.interpretations[last].default
    if finding.severity == "error":
        return evolve(finding, severity="note", readings=dict(chosen), closed_by=(last, default))
    return evolve(finding, readings=dict(chosen))


Keyed = tuple[Any, Finding]


def _cites(std: Standard, prepared: Prepared, name: str) -> tuple[Any, ...]:
    cite = indicator_cite(std, name, prepared.readings)
    return () if cite is None else (cite,)


def _answers(std: Standard, prepared: Prepared, name: str, witness: Mapping[str, Any], on: date) -> tuple[str, ...]:
    return (deprived_text(flag_value(std, prepared, witness, name, on)),)


# --- never, always ------------------------------------------------------------------------------------


def values_of(std: Standard, prepared: Prepared, name: str) -> tuple[dict[bool, Bounds], bool]:
    """The values of an indicator, each with the region of a household, and whether these are proved to be all."""
    tree, on = prepared.trees[f"deprived_{name}"], first_day(std)
    case = open_case(prepared, [tree], on=on)
    enough = enough_members([tree], case)
    found: dict[bool, Bounds] = {}
    for outcome in together(((case, tree),), enough or FEW):
        value = outcome.values[0] is True
        if value not in found and shown(std, outcome.bounds)[1]:
            found[value] = outcome.bounds
            if len(found) == 2:
                break
    return found, enough is not None and not case.memo.get(INEXACT)


def _constant(std: Standard, prepared: Prepared, name: str) -> Iterator[Keyed]:
    """An indicator that answers alike for every household."""
    found, complete = values_of(std, prepared, name)
    labels, on, cites = std.indicators[name].labels, first_day(std), _cites(std, prepared, name)
    if len(found) == 2 and (complete or all(shown(std, bounds)[0] is not None for bounds in found.values())):
        return
    if not complete:
        yield ("unproved", name), Finding(
            "unproved", "warning", (name,),
            {"vi": f"{labels['vi']}: chưa chứng minh được bao nhiêu thành viên là đủ; {_only(found, 'vi')}",
             "en": f"{labels['en']}: not proved how many members suffice; {_only(found, 'en')}"},
            method=prepared.method, on=on, cites=cites,
        )  # fmt: skip
        return
    ((value, bounds),) = found.items()
    kind = "always_deprived" if value else "never_deprived"
    witness, _ = shown(std, bounds)
    yield (kind, name), Finding(
        kind, "error", (name,),
        {"vi": f"{labels['vi']}: mọi hộ đều {'thiếu hụt' if value else 'không thiếu hụt'}",
         "en": f"{labels['en']}: every household is {'' if value else 'not '}deprived"},
        method=prepared.method, witness=witness, on=on, cites=cites,
        answers=() if witness is None else _answers(std, prepared, name, witness, on),
    )  # fmt: skip


def _only(found: Mapping[bool, Bounds], lang: str) -> str:
    seen = [
        {"vi": "thiếu hụt", "en": "deprived"} if v else {"vi": "không thiếu hụt", "en": "not deprived"} for v in found
    ]
    return {"vi": "đã thấy: ", "en": "seen: "}[lang] + ", ".join(x[lang] for x in seen)


# --- the form -----------------------------------------------------------------------------------------


def _off_form(std: Standard, prepared: Prepared, name: str) -> Iterator[Keyed]:
    """An indicator that stays unknown although every question of the form was answered."""
    tree, on = prepared.trees[f"deprived_{name}"], first_day(std)
    case = open_case(prepared, [tree], on=on)
    read = [n for n in nodes_of(tree, case) if isinstance(n, Ref) and n.name in std.facts]
    off = {n.name for n in read if not std.facts[n.name].on_form}
    if not off:
        return
    most = min(enough_members([tree], case) or FORM_MEMBERS, FORM_MEMBERS) if quantifiers_in(tree, case) else 0
    for members in range(1, most + 1) if most else (None,):
        asked_of = one_sized(prepared, members, frozenset(), on)
        found = _left_open(std, prepared, name, Straight(asked_of).outcomes(tree, {}), off)
        if found is None:
            continue
        witness, answers = found
        labels = std.indicators[name].labels
        asked = {lang: ", ".join(std.facts[n].labels[lang] for n in sorted(off)) for lang in LANGUAGES}
        yield ("form", name), Finding(
            "form", "warning", (name, *sorted(off)),
            {"vi": f"{labels['vi']} chưa xác định được dù phiếu đã điền đủ; phiếu không hỏi: {asked['vi']}",
             "en": f"{labels['en']} stays unknown on a form that is filled in completely; it does not ask: {asked['en']}"},
            method=prepared.method, witness=witness, on=on, answers=answers, cites=_cites(std, prepared, name),
        )  # fmt: skip
        return


def _left_open(
    std: Standard, prepared: Prepared, name: str, paths: Outcomes, off: set[str]
) -> tuple[dict[str, Any], tuple[str, ...]] | None:
    """A household of whom everything is known but some facts, for which an indicator stays unknown."""

    def on_form(bounds: Bounds) -> dict[Key, Domain]:
        return {k: d for k, d in bounds.items() if (k[1] if isinstance(k, tuple) else k) not in off}

    deprived = [on_form(b) for v, b in paths if v is True]
    others = [on_form(b) for v, b in paths if v is not True]
    for a in deprived:
        for both in (x for b in others if (x := met(a, b)) is not None):
            witness, _ = shown(std, both)
            if witness is None:
                continue
            if not witness:  # the form asks nothing at all that this indicator reads
                witness = (
                    {"members": [{}]} if any(k in std.facts and std.facts[k].entity == "person" for k in off) else {}
                )
            answers = _answers(std, prepared, name, witness, first_day(std))
            if answers == ("unknown",):
                return witness, answers
    return None


# --- tables -------------------------------------------------------------------------------------------


@attrs.define(eq=False, repr=False)
class Aside(Straight):
    """Sets every table aside: its number may be anything, so that what a missing row would hide is seen."""

    def lookup(self, node: Lookup, env: dict[Key, Domain], person: int | None) -> Outcomes:  # noqa: ARG002
        return [(Term("var", ((TABLE, node),)), env)]

    def whole_domain(self, key: Key) -> Domain:
        return Interval() if isinstance(key, tuple) and key[0] == TABLE else super().whole_domain(key)


TABLE = "table"


def _tables(std: Standard, prepared: Prepared, name: str) -> Iterator[Keyed]:
    tree = prepared.trees[f"deprived_{name}"]
    nodes = list(nodes_of(tree, open_case(prepared, ())))
    compared = [n for n in nodes if isinstance(n, Compare)]
    for node in dict.fromkeys(n for n in nodes if isinstance(n, Lookup)):
        compare = next((c for c in compared if c.right == node and isinstance(c.left, Ref)), None)
        yield from _table(std, prepared, name, tree, node, compare)


def _table(
    std: Standard, prepared: Prepared, name: str, tree: Node, node: Lookup, compare: Compare | None
) -> Iterator[Keyed]:
    table, on = std.tables[node.table], first_day(std)
    if _at(std, node, floor(table.steps[0]), on) is None and _at(std, node, floor(table.steps[-1]), on) is None:
        labels = std.indicators[name].labels
        yield ("unproved", name, table.name), Finding(
            "unproved", "warning", (name, table.name),
            {"vi": f"{labels['vi']}: {table.name} được đọc theo một số tính ra; chưa biết những dòng nào được dùng",
             "en": f"{labels['en']}: {table.name} is read by a computed number; which rows are reached is not known"},
            method=prepared.method, cites=(table.cite,),
        )  # fmt: skip
        return
    scope = _scope(prepared, tree, node, on)
    labels, cites = std.indicators[name].labels, (table.cite,)
    closing = _closing(std, name)
    for code in table.codes or ("",):
        steps = [v for v in _steps(table) if _in_scope(std, node, scope, v, code, on)]
        column = table.columns[table.codes.index(code) if code else 0]
        listed = [s for s, v in zip(table.steps, column, strict=True) if v is not None]
        which = dict.fromkeys(LANGUAGES, f"{table.name}{f' ({code})' if code else ''}")
        missing = [v for v in steps if table.value(v, code or None) is None]
        if missing:
            witness = _somebody_at(std, prepared, tree, node, compare, scope, missing[0], code, 1, on)
            yield ("row_missing", table.name, code), Finding(
                "row_missing", "error", (name, table.name),
                {"vi": f"{labels['vi']}: {which['vi']} không có số cho {_runs(missing)}", "en": f"{labels['en']}: {which['en']} has no number for {_runs(missing)}"},
                method=prepared.method, witness=witness, on=on, answers=_answers(std, prepared, name, witness, on), cites=cites,
            )  # fmt: skip
        unlisted = [v for v in steps if v not in listed and v not in missing]
        if unlisted:
            value = table.value(unlisted[0], code or None)
            witness = _somebody_at(std, prepared, tree, node, compare, scope, unlisted[0], code, value, on)
            yield ("between_rows", table.steps, table.columns, code), Finding(
                "between_rows", "note", (name, table.name),
                {"vi": f"{labels['vi']}: {which['vi']} không có dòng riêng cho {_runs(unlisted)}",
                 "en": f"{labels['en']}: {which['en']} has no row of its own for {_runs(unlisted)}"},
                method=prepared.method, witness=witness, on=on, answers=_answers(std, prepared, name, witness, on), cites=cites,
                closed_by=closing,
            )  # fmt: skip
        reached = {_answering(table, listed, v) for v in steps}
        unreached = [s for s in listed if s not in reached]
        if unreached:
            yield ("row_unreached", table.name, code), Finding(
                "row_unreached", "note", (name, table.name),
                {"vi": f"{labels['vi']}: {which['vi']} không bao giờ đọc dòng {_runs(unreached)}",
                 "en": f"{labels['en']}: {which['en']} never reads the row(s) {_runs(unreached)}"},
                method=prepared.method, cites=cites,
            )  # fmt: skip


def _scope(prepared: Prepared, tree: Node, node: Lookup, on: date) -> list[Bounds]:
    """The cells of a household of one person in which the number from a table matters."""
    case = open_case(prepared, [tree], on=on)
    paths = Aside(case).outcomes(tree, {})
    key = (TABLE, node)

    def reads(bounds: Bounds) -> bool:
        return any(k == key or (is_line(k) and any(x == key for x, _ in k[1])) for k in bounds)

    def rest(bounds: Bounds) -> dict[Key, Domain]:
        return {
            k: d for k, d in bounds.items()
            if not (is_line(k) or (isinstance(k, tuple) and k[0] == TABLE))
        }  # fmt: skip

    yes, no = (
        {frozenset(rest(b).items()) for v, b in paths if (v is True) is truth and reads(b)} for truth in (True, False)
    )
    return [m for a in yes for b in no if (m := met(dict(a), dict(b))) is not None]


def _steps(table: Table) -> Iterator[int]:
    yield from range(max(0, floor(table.steps[0]) - BEYOND), floor(table.steps[-1]) + BEYOND + 1)


@cache
def _births(kind: str, step: int, on: int) -> Interval | None:
    return births(kind, step, on)


def _at(std: Standard, node: Lookup, step: int, on: date) -> tuple[Key, Domain] | None:
    """The fact behind a step of a table, and its values at that step."""
    of = node.step
    if isinstance(of, Ref) and of.name in std.facts:
        inner = std.facts[of.name].of
        if isinstance(inner, Elapsed):
            of = inner
    if isinstance(of, Elapsed):
        span = _births(of.kind, step, on.toordinal())
        return None if span is None else ((0, of.of.name), span)
    if isinstance(of, Ref) and of.name in std.facts:
        span_of = narrowed(fact_domain(std.facts[of.name]), Interval(step, step))
        return None if span_of is None else (((0, of.name) if of.member else of.name), span_of)
    return None


def _in_scope(std: Standard, node: Lookup, scope: list[Bounds], step: int, code: str, on: date) -> bool:
    at = _at(std, node, step, on)
    if at is None:
        return False
    wanted: dict[Key, Domain] = {at[0]: at[1]}
    coded = _coded(node, code)
    if coded is not None:
        wanted[coded[0]] = coded[1]
    return any(all(k not in cell or narrowed(cell[k], d) is not None for k, d in wanted.items()) for cell in scope)


def _coded(node: Lookup, code: str) -> tuple[Key, Domain] | None:
    of = node.code
    if not code or not isinstance(of, Ref):
        return None
    return ((0, of.name) if of.member else of.name), frozenset({code})


def _somebody_at(
    std: Standard,
    prepared: Prepared,
    tree: Node,
    node: Lookup,
    compare: Compare | None,
    scope: list[Bounds],
    step: int,
    code: str,
    value: Number | None,
    on: date,
) -> dict[str, Any]:
    """Somebody at a step of a table, with the number that is compared; otherwise not deprived, where that can be."""
    wanted: dict[Key, Domain] = dict(x for x in (_at(std, node, step, on), _coded(node, code)) if x is not None)
    if compare is not None and isinstance(compare.left, Ref) and value is not None:
        left = compare.left
        span = narrowed(fact_domain(std.facts[left.name]), Interval(value, value)) if left.name in std.facts else None
        if span is not None:
            wanted = {((0, left.name) if left.member else left.name): span, **wanted}
    for cell in sorted(scope, key=len):
        start: dict[Key, Domain] | None = {**wanted}
        for k, d in cell.items():
            common = narrowed(wanted[k], d) if k in wanted else d
            start = None if start is None or common is None else {**start, k: common}
        if start is None:
            continue
        paths = Straight(open_case(prepared, [tree], on=on)).outcomes(tree, start)
        for _, bounds in sorted(paths, key=lambda p: p[0] is True):
            witness, _ = shown(std, bounds)
            if witness is not None:
                return witness
    return {}


def _answering(table: Table, listed: list[Number], step: int) -> Number | None:
    """The row that answers for a step."""
    if table.between == "last_listed":
        return max((s for s in table.steps if s <= step), default=None)
    return next((s for s in listed if s >= step), listed[-1] if listed else None)


def _closing(std: Standard, name: str) -> tuple[str, str] | None:
    """The interpretation that says which row answers between two."""
    node = std.indicators[name].node
    assert node is not None
    default = prepare(std, std.default_method)
    for interpretation in (n for n in std.interpretations if n in readings_in(node)):
        for sense in std.interpretations[interpretation].readings:
            other = prepare(std, std.default_method, {interpretation: sense})
            if _betweens(std, default, name) != _betweens(std, other, name):
                return interpretation, std.interpretations[interpretation].default
    return None


def _betweens(std: Standard, prepared: Prepared, name: str) -> set[str]:
    return {std.tables[n.table].between for n in walk(prepared.trees[f"deprived_{name}"]) if isinstance(n, Lookup)}


def _runs(steps: list[Any]) -> str:
    """``13-14, 16-17``"""
    runs: list[list[Any]] = []
    for s in steps:
        if runs and s == runs[-1][1] + 1:
            runs[-1][1] = s
        else:
            runs.append([s, s])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
