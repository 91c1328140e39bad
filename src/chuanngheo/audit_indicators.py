"""The audit of indicators: each over the cells of its own facts, for households of few members.

How few members suffice is the business of :func:`chuanngheo.equivalence.enough_members`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from math import floor
from typing import Any

from .answering import Standard
from .audit_classes import Choice, Seen, deprived_text
from .case import Key
from .domains import Domain, Interval, births
from .equivalence import choices, enough_members, first_day, flag_value, together
from .findings import Finding
from .model import LANGUAGES, Table
from .possible import Evaluator
from .prepared import Prepared, prepare
from .regions import Bounds, blank, met, narrowed
from .results import indicator_cite
from .tree import Compare, Const, Elapsed, Lookup, Node, Number, Ref, readings_in, transform, walk
from .values import evolve
from .witness import household_in

BEYOND = 12  # how many steps past the last row are looked at


def indicator_findings(std: Standard) -> Iterator[Finding]:
    for name, derived in std.indicators.items():
        if derived.node is None:
            yield Finding("input", "note", (name,), {
                "vi": f"{derived.labels['vi']}: ngưỡng chưa đọc được trong văn bản",
                "en": f"{derived.labels['en']}: its threshold was not read in the text",
            }, cites=() if derived.cite is None else (derived.cite,))  # fmt: skip
            continue
        seen = Seen()
        names = [n for n in std.interpretations if n in readings_in(derived.node)]
        for chosen in choices(std, names):
            prepared = prepare(std, std.default_method, chosen)
            for key, finding in (
                *_constant(std, prepared, name),
                *_off_form(std, prepared, name),
                *_tables(std, prepared, name),
            ):
                if seen.is_new(key, chosen):
                    yield _under(std, finding, chosen)


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
    a = std.assess(witness, on=on, method=prepared.method, readings=prepared.readings)
    return (deprived_text(flag_value(a, name)),)


# --- never, always ------------------------------------------------------------------------------------


def _constant(std: Standard, prepared: Prepared, name: str) -> Iterator[Keyed]:
    """An indicator that answers alike for every household."""
    tree, on = prepared.trees[f"deprived_{name}"], first_day(std)
    found: dict[bool, Bounds] = {}
    for outcome in together(((blank(prepared, on=on, members=1), tree),), enough_members([tree])):
        found.setdefault(outcome.values[0] is True, outcome.bounds)
        if len(found) == 2:
            return
    ((value, bounds),) = found.items()
    kind = "always_deprived" if value else "never_deprived"
    witness = household_in(std, bounds)
    labels = std.indicators[name].labels
    yield (kind, name), Finding(
        kind, "error", (name,),
        {"vi": f"{labels['vi']}: mọi hộ đều {'thiếu hụt' if value else 'không thiếu hụt'}",
         "en": f"{labels['en']}: every household is {'' if value else 'not '}deprived"},
        method=prepared.method, witness=witness, on=on, cites=_cites(std, prepared, name),
        answers=() if witness is None else _answers(std, prepared, name, witness, on),
    )  # fmt: skip


# --- the form -----------------------------------------------------------------------------------------


def _off_form(std: Standard, prepared: Prepared, name: str) -> Iterator[Keyed]:
    """An indicator that stays unknown although every question of the form was answered."""
    tree, on = prepared.trees[f"deprived_{name}"], first_day(std)
    off = {n.name for n in walk(tree) if isinstance(n, Ref) and n.name in std.facts and not std.facts[n.name].on_form}
    if not off:
        return
    paths = Evaluator(blank(prepared, on=on, members=1)).outcomes(tree, {})

    def on_form(bounds: Bounds) -> dict[Key, Domain]:
        return {k: d for k, d in bounds.items() if (k[1] if isinstance(k, tuple) else k) not in off}

    deprived = [on_form(b) for v, b in paths if v is True]
    others = [on_form(b) for v, b in paths if v is not True]
    for a in deprived:
        both = next((x for b in others if (x := _met(a, b)) is not None), None)
        witness = household_in(std, both) if both is not None else None
        if witness is None:
            continue
        if not witness:  # the form asks nothing at all that this indicator reads
            witness = {"members": [{}]} if any(k in std.facts and std.facts[k].entity == "person" for k in off) else {}
        answers = _answers(std, prepared, name, witness, on)
        if answers != ("unknown",):
            continue
        labels = std.indicators[name].labels
        asked = {lang: ", ".join(std.facts[n].labels[lang] for n in sorted(off)) for lang in LANGUAGES}
        yield ("form", name), Finding(
            "form", "warning", (name, *sorted(off)),
            {"vi": f"{labels['vi']} chưa xác định được dù phiếu đã điền đủ; phiếu không hỏi: {asked['vi']}",
             "en": f"{labels['en']} stays unknown on a form that is filled in completely; it does not ask: {asked['en']}"},
            method=prepared.method, witness=witness, on=on, answers=answers, cites=_cites(std, prepared, name),
        )  # fmt: skip
        return


def _met(a: Bounds, b: Bounds) -> dict[Key, Domain] | None:
    return met(a, b, None)


# --- tables -------------------------------------------------------------------------------------------


def _tables(std: Standard, prepared: Prepared, name: str) -> Iterator[Keyed]:
    tree = prepared.trees[f"deprived_{name}"]
    looked = [
        n for n in walk(tree) if isinstance(n, Compare) and isinstance(n.right, Lookup) and isinstance(n.left, Ref)
    ]
    for compare in dict.fromkeys(looked):
        yield from _table(std, prepared, name, tree, compare)


def _table(std: Standard, prepared: Prepared, name: str, tree: Node, compare: Compare) -> Iterator[Keyed]:
    assert isinstance(compare.right, Lookup)
    assert isinstance(compare.left, Ref)
    table, on = std.tables[compare.right.table], first_day(std)
    scope = _scope(std, prepared, tree, compare, on)
    labels, cites = std.indicators[name].labels, (table.cite,)
    closing = _closing(std, name)
    for code in table.codes or ("",):
        steps = [v for v in _steps(table) if _in_scope(std, compare, scope, v, code, on)]
        column = table.columns[table.codes.index(code) if code else 0]
        listed = [s for s, v in zip(table.steps, column, strict=True) if v is not None]
        which = dict.fromkeys(LANGUAGES, f"{table.name}{f' ({code})' if code else ''}")
        missing = [v for v in steps if table.value(v, code or None) is None]
        if missing:
            witness = _person_at(std, prepared, tree, compare, missing[0], code, 1, on)
            yield ("row_missing", table.name, code), Finding(
                "row_missing", "error", (name, table.name),
                {"vi": f"{labels['vi']}: {which['vi']} không có số cho {_runs(missing)}", "en": f"{labels['en']}: {which['en']} has no number for {_runs(missing)}"},
                method=prepared.method, witness=witness, on=on, answers=_answers(std, prepared, name, witness, on), cites=cites,
            )  # fmt: skip
        unlisted = [v for v in steps if v not in listed and v not in missing]
        if unlisted:
            value = table.value(unlisted[0], code or None)
            witness = _person_at(std, prepared, tree, compare, unlisted[0], code, value, on)
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


def _scope(std: Standard, prepared: Prepared, tree: Node, compare: Compare, on: date) -> list[Bounds]:
    """The cells of one person in which the compared number matters, whatever the table says.

    Every table is set aside for a fixed number, so that what a missing row would hide is seen.
    """

    def fixed(node: Node) -> Node:
        if isinstance(node, Compare) and isinstance(node.right, Lookup):
            numbers = [v for c in std.tables[node.right.table].columns for v in c if v is not None]
            return Compare(node.op, node.left, Const(sorted(numbers)[len(numbers) // 2]))
        return node

    assert isinstance(compare.left, Ref)
    key: Key = (0, compare.left.name) if compare.left.member else compare.left.name
    paths = Evaluator(blank(prepared, on=on, members=1)).outcomes(transform(tree, fixed), {})
    yes, no = ([b for v, b in paths if (v is True) is truth] for truth in (True, False))
    return [m for a in yes for b in no if key in a and key in b and (m := met(a, b, key)) is not None]


def _steps(table: Table) -> Iterator[int]:
    yield from range(max(0, floor(table.steps[0]) - BEYOND), floor(table.steps[-1]) + BEYOND + 1)


def _at(std: Standard, compare: Compare, step: int, on: date) -> tuple[Key, Domain] | None:
    """The fact behind a step of a table, and its values at that step."""
    assert isinstance(compare.right, Lookup)
    of = compare.right.step
    if isinstance(of, Ref) and (inner := std.facts[of.name].of) is not None and isinstance(inner, Elapsed):
        of = inner
    if isinstance(of, Elapsed):
        span = births(of.kind, step, on.toordinal())
        return None if span is None else ((0, of.of.name), span)
    if isinstance(of, Ref):
        return ((0, of.name) if of.member else of.name), Interval(step, step)
    return None


def _in_scope(std: Standard, compare: Compare, scope: list[Bounds], step: int, code: str, on: date) -> bool:
    at = _at(std, compare, step, on)
    if at is None:
        return False
    wanted: dict[Key, Domain] = {at[0]: at[1]}
    coded = _coded(compare, code)
    if coded is not None:
        wanted[coded[0]] = coded[1]
    return any(all(k not in cell or narrowed(cell[k], d) is not None for k, d in wanted.items()) for cell in scope)


def _coded(compare: Compare, code: str) -> tuple[Key, Domain] | None:
    assert isinstance(compare.right, Lookup)
    of = compare.right.code
    if not code or not isinstance(of, Ref):
        return None
    return ((0, of.name) if of.member else of.name), frozenset({code})


def _person_at(
    std: Standard,
    prepared: Prepared,
    tree: Node,
    compare: Compare,
    step: int,
    code: str,
    value: Number | None,
    on: date,
) -> dict[str, Any]:
    """Somebody at a step of a table, with the number that is compared; otherwise not deprived, where that can be."""
    assert isinstance(compare.left, Ref)
    key: Key = (0, compare.left.name) if compare.left.member else compare.left.name
    bounds: dict[Key, Domain] = {key: Interval(value, value)}
    for found in (_at(std, compare, step, on), _coded(compare, code)):
        if found is not None:
            bounds[found[0]] = found[1]
    paths = Evaluator(blank(prepared, on=on, members=1)).outcomes(tree, bounds)
    paths.sort(key=lambda p: p[0] is True)
    return household_in(std, paths[0][1]) or {}


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
