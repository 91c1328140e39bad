"""``to_sql``: a plan written out as one SELECT, for apps in any language.

Every formula becomes SQL over whole numbers, conditions and text, stage by stage. A stage ends in
``OFFSET 0`` for PostgreSQL, which would otherwise write every shared part out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import attrs

from .classifying import HOUSEHOLDS, PRESENT, Asked, Plan, make_plan
from .columns import Kind
from .errors import NoStandard, Problem, nearest
from .formula import Formula, staged
from .household import givable, person_names
from .methods import choose_method
from .model import Fact
from .prepared import prepare
from .values import field
from .version import CODE_VERSION, data_version

DIALECTS = {"duckdb": "duckdb", "postgres": "postgres", "postgresql": "postgres"}
PLACES = 6  # decimals of a number that is not whole
SAFE = 9 * 10**18


def to_sql(asked: Asked, dialect: str, households: str, persons: str | None) -> str:
    """The SELECT. Raises :class:`NoStandard` for a dialect that is not known."""
    if dialect not in DIALECTS:
        problem = Problem(
            "CN087",
            "dialect",
            f"{dialect!r} is no dialect written here",
            dialect,
            "duckdb, postgres",
            nearest(dialect, DIALECTS),
        )
        raise NoStandard(f"no SQL for {dialect!r}", [problem])
    mine, theirs = _expected(asked, persons is not None)
    plan = make_plan(asked, mine, theirs, beside=False)
    return _Select(DIALECTS[dialect], plan, households, persons).text(mine, theirs)


def _expected(asked: Asked, persons: bool) -> tuple[dict[str, Kind], dict[str, Kind] | None]:
    """The columns of the tables, as far as they are read."""
    rules = asked.rules
    method = choose_method(rules, asked.columns or (), asked.method)
    needed = prepare(
        rules, method if method in rules.methods else rules.default_method, asked.readings, asked.derive
    ).needed
    facts, people = givable(rules), person_names(rules)
    wanted: Mapping[str, Any] = (
        asked.columns if asked.columns is not None else {n: n for n in facts if n in needed and n not in rules.lines}
    )
    asked_persons: Mapping[str, Any] = asked.person_columns if asked.person_columns is not None else {
        n: n for n in people if asked.on is not None or n not in ("birth_date", "birth_year")
    }  # fmt: skip
    mine = {asked.key: Kind("other"), **_kinds(wanted, facts)}
    return mine, {asked.key: Kind("other"), **_kinds(asked_persons, people)} if persons else None


def _kinds(wanted: Mapping[str, Any], facts: Mapping[str, Fact]) -> dict[str, Kind]:
    found = {}
    for name, spec in wanted.items():
        column = spec if isinstance(spec, str) else spec.get("from", name)
        if name in facts:
            coded = not isinstance(spec, str) and spec.get("codes")
            numbers = coded and all(isinstance(k, int) for k in spec["codes"])
            found[column] = Kind("int", shown="bigint") if numbers else _kind(facts[name], bool(coded))
    return found


def _kind(fact: Fact, coded: bool) -> Kind:
    if fact.kind == "number":
        whole = fact.whole or ("/person" not in fact.unit and fact.unit.startswith("VND"))
        return Kind("int", shown="bigint") if whole else Kind("decimal", PLACES, shown="numeric")
    if coded or fact.kind in ("code", "text"):
        return Kind("text", shown="text")
    return Kind("bool", shown="boolean") if fact.kind == "boolean" else Kind("date", shown="date")


@attrs.define(eq=False, repr=False)
class _Select:
    dialect: str
    plan: Plan
    households: str
    persons: str | None
    memo: dict[int, str] = field(factory=dict)
    kept: list[Formula] = field(factory=list)

    # --- the whole --------------------------------------------------------------------------------

    def text(self, mine: Mapping[str, Kind], theirs: Mapping[str, Kind] | None) -> str:
        plan, key = self.plan, _name(self.plan.asked.key)
        parts: list[tuple[str, str]] = []
        source = f"SELECT * FROM {_table(self.households)}"
        if self.persons is not None:
            parts += self.persons_stages()
            # The rows of a household; how often its key occurs is part of what is checked.
            columns = [*plan.group.columns, PRESENT]
            sums = ", ".join(f"COALESCE(p.{_name(c)}, 0) AS {_name(c)}" for c in columns)
            source = (
                f"SELECT h.*, COUNT(*) OVER (PARTITION BY h.{key}) AS {HOUSEHOLDS}, {sums}\n"
                f"    FROM {_table(self.households)} AS h LEFT JOIN cn_group AS p ON p.{key} = h.{key}"
            )
        parts.append(("cn_facts", source))
        stages, last = staged(plan.outputs)
        before = "cn_facts"
        for i, stage in enumerate(stages, 1):
            parts.append((f"cn_{i}", self.select(["*"], stage, before)))
            before = f"cn_{i}"
        body = ",\n".join(f"{name} AS (\n    {query}{self.fence}\n)" for name, query in parts)
        return f"{self.heading(mine, theirs)}WITH {body}\n{self.select([key], last, before, '    ')}\n"

    def persons_stages(self) -> list[tuple[str, str]]:
        key = _name(self.plan.asked.key)
        stages, last = staged({name: f for name, (_, f) in self.plan.group.columns.items()}, prefix="_cq")
        parts, before = [], _table(str(self.persons))
        for i, stage in enumerate(stages, 1):
            parts.append((f"cn_person_{i}", self.select(["*"], stage, before)))
            before = f"cn_person_{i}"
        sums = [
            f"{'SUM' if how == 'sum' else 'MAX'}({self.write(last[name])}) AS {_name(name)}"
            for name, (how, _) in self.plan.group.columns.items()
        ]
        columns = ",\n        ".join([key, *sums, f"COUNT(*) AS {PRESENT}"])
        parts.append(
            (
                "cn_group",
                f"SELECT\n        {columns}\n    FROM {before}\n    WHERE {key} IS NOT NULL\n    GROUP BY {key}",
            )
        )
        return parts

    @property
    def fence(self) -> str:
        return "\n    OFFSET 0" if self.dialect == "postgres" else ""

    def select(self, first: list[str], formulas: Mapping[str, Formula], source: str, indent: str = "        ") -> str:
        columns = f",\n{indent}".join([*first, *(f"{self.write(f)} AS {_name(name)}" for name, f in formulas.items())])
        end = indent[:-4]
        return f"SELECT\n{indent}{columns}\n{end}FROM {source}"

    def heading(self, mine: Mapping[str, Kind], theirs: Mapping[str, Kind] | None) -> str:
        plan = self.plan
        rules, prepared = plan.asked.rules, plan.prepared
        readings = ", ".join(f"{n}={prepared.readings[n]}" for n in prepared.interpretations)
        lines = [f"{rules.exact_id}, method {prepared.method}" + (f"; readings {readings}" if readings else "")]
        if getattr(rules, "hypothetical", False):
            lines.insert(0, "GIẢ ĐỊNH, không phải pháp luật / HYPOTHETICAL, not law")
        lines.append(f"reads {self.households}({_columns(mine)})")
        if theirs is not None:
            on = f", ages on {plan.asked.on}" if plan.asked.on else ""
            lines.append(f"and {self.persons}({_columns(theirs)}){on}")
        lines += [
            f"{name}: {cls.cite.label('vi')} (grade {cls.cite.grade})"
            for name, cls in rules.classes.items()
            if prepared.method in cls.methods
        ]
        lines.append(f"chuanngheo {CODE_VERSION}, data {data_version()}, digest {rules.digest}")
        lines.append("Kết quả tính toán theo tiêu chí, không thay thế quyết định công nhận của cơ quan có thẩm quyền.")
        return "".join(f"-- {line}\n" for line in lines)

    # --- formulas ---------------------------------------------------------------------------------

    def write(self, f: Formula) -> str:
        if id(f) not in self.memo:
            self.kept.append(f)
            self.memo[id(f)] = self._write(f)
        return self.memo[id(f)]

    def all(self, parts: Iterable[Any]) -> list[str]:
        return [self.write(p) for p in parts]

    def _write(self, f: Formula) -> str:
        match f.op, f.args:
            case "column", (name,):
                return _name(name)
            case "lit", (value,):
                return _literal(value)
            case "unknown", (kind,):
                return f"CAST(NULL AS {_TYPES[kind]})"
            case "is_null", (a,):
                return f"({self.write(a)} IS NULL)"
            case "is_in", (a, values):
                return f"({self.write(a)} IN ({', '.join(map(_literal, values))}))"
            case (("and" | "or"), parts):
                return "(" + f" {f.op.upper()} ".join(self.all(parts)) + ")"
            case "not", (a,):
                return f"(NOT {self.write(a)})"
            case (("+" | "-" | "*"), parts):
                return "(" + f" {f.op} ".join(self.all(parts)) + ")"
            case "floordiv", (a, b):
                sign = "//" if self.dialect == "duckdb" else "/"
                return f"({self.write(a)} {sign} {self.write(b)})"
            case (("least" | "greatest"), parts):
                return f"{f.op.upper()}({', '.join(self.all(parts))})"
            case "if", (test, then, other):
                return f"CASE WHEN {self.write(test)} THEN {self.write(then)} ELSE {self.write(other)} END"
            case "int8", (a,):
                return f"CASE WHEN {self.write(a)} THEN 1 ELSE 0 END"
            case "multiple", (a, of):
                return f"({self.write(a)} % {of} = 0)"
            case "date", (a,):
                return f"CAST({self.write(a)} AS DATE)"
            case (("year" | "month" | "day"), (a,)):
                return f"CAST(EXTRACT({f.op.upper()} FROM {self.write(a)}) AS BIGINT)"
            case "text", pieces:
                told = [
                    f"CASE WHEN {self.write(t)} THEN {_literal(w)} END"
                    for t, w in zip(pieces[::2], pieces[1::2], strict=True)
                ]
                return _joined(told)
            case "one", pieces:
                told = [
                    f"WHEN {self.write(t)} THEN {_literal(w)}" for t, w in zip(pieces[::2], pieces[1::2], strict=True)
                ]
                return f"CASE {' '.join(told)} END"
            case "where", (test, words):
                return f"CASE WHEN {self.write(test)} THEN {self.write(words)} END"
            case "told", (test, words, every):
                return f"CASE WHEN {self.write(test)} THEN {self.write(words)} ELSE {self.write(every)} END"
            case "whole", (a, scale, _):
                x = self.write(a)
                scaled = x if scale == 1 else f"{x} * {scale}"
                return f"CASE WHEN ABS({x}) < {SAFE // scale} THEN CAST(ROUND({scaled}) AS BIGINT) END"
            case "held", (a, low, high):
                x = self.write(a)
                return f"CASE WHEN {x} BETWEEN {_literal(low)} AND {_literal(high)} THEN {x} END"
            case "off", (a, scale, _):
                x = self.write(a)
                scaled = x if scale == 1 else f"{x} * {scale}"
                near = f"ABS({scaled} - ROUND({scaled})) > 0.001"
                return f"COALESCE(CASE WHEN ABS({x}) < {SAFE // scale} THEN {near} ELSE {x} IS NOT NULL END, FALSE)"
            case _:  # comparisons
                a, b = self.all(f.args)
                return f"({a} {'=' if f.op == '==' else '<>' if f.op == '!=' else f.op} {b})"


_TYPES = {"bool": "BOOLEAN", "int": "BIGINT", "text": "TEXT"}


ARGUMENTS = 90  # PostgreSQL takes a hundred at the most


def _joined(texts: list[str]) -> str:
    """Texts joined by "; ", null where there is none."""
    if len(texts) == 1:
        return texts[0]
    parts = [texts[i : i + ARGUMENTS] for i in range(0, len(texts), ARGUMENTS)]
    told = texts if len(parts) == 1 else [_joined(part) for part in parts]
    return f"NULLIF(CONCAT_WS('; ', {', '.join(told)}), '')"


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value) if abs(value) < 2**31 else f"CAST({value} AS BIGINT)"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


def _name(name: str) -> str:
    """An identifier, quoted where it has to be."""
    if name.isascii() and name.replace("_", "a").isalnum() and name == name.lower() and not name[0].isdigit():
        return name
    return '"' + name.replace('"', '""') + '"'


def _table(name: str) -> str:
    return ".".join(_name(part) for part in name.split("."))


def _columns(kinds: Mapping[str, Kind]) -> str:
    return ", ".join(f"{_name(name)} {kind.shown}".strip() for name, kind in kinds.items())


__all__ = ["to_sql"]
