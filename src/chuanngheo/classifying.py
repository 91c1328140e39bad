"""A standard as columns: what to compute of a table of households, and of its persons.

The plan knows no engine. It holds formulas for each output column, for each kind of problem, and
for what the persons are summed up to; the rooms above hand it to a dataframe library or write it
out as SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from .checking import Check, of_persons, of_row
from .columns import ROOM, Kind, Source, read_columns
from .deciding import COUNT, NO_CLASS
from .errors import DataProblems, HouseholdError, Problem, nearest, quoted
from .formula import FALSE, NULL, TRUE, Formula, and_, column, compare, if_, lit, not_, or_, text
from .household import household_names, person_names
from .methods import RECORDED, choose_method
from .model import NO_CLASS_NAME, RuleSet
from .persons import Group, Person, totals
from .prepared import Prepared, prepare
from .rows import Row
from .tree import Quantifier, walk
from .values import field

HOUSEHOLDS = f"{ROOM}_households"  # how often a key occurs
PRESENT = f"{ROOM}_present"  # whether any person was found
TEXTS = ("category", "possible", "undetermined_because", "problems")
Schema = Mapping[str, Kind]


@attrs.frozen(slots=False, eq=False, repr=False)
class Asked:
    """What was asked of a table: the standard, and where its facts are."""

    rules: RuleSet
    key: str = "household_id"
    columns: Mapping[str, Any] | None = None
    person_columns: Mapping[str, Any] | None = None
    on: date | None = None
    method: str | None = None
    readings: Mapping[str, str] | None = None
    derive: str = "all"
    suffix: str = ""


@attrs.frozen(slots=False, eq=False, repr=False)
class Plan:
    """Formulas over the columns of one table of households, joined with the sums of its persons."""

    asked: Asked
    prepared: Prepared
    sources: Mapping[str, Source]
    person_sources: Mapping[str, Source]
    group: Group
    outputs: Mapping[str, Formula]
    checks: tuple[Check, ...]
    person_checks: tuple[Check, ...]
    statuses: Mapping[str, tuple[Formula, Formula]] = field(factory=dict)
    row: Row | None = None
    person: Person | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of the households that are read."""
        return tuple(dict.fromkeys(s.column for s in self.sources.values()))


def make_plan(
    asked: Asked,
    schema: Schema,
    person_schema: Schema | None = None,
    *,
    checked: bool = False,
    statuses: bool = False,
) -> Plan:
    """The plan for tables with these columns. Raises :class:`DataProblems` with all that does not fit.

    ``checked`` says that no row has a problem: the formulas then do not look for one.
    """
    problems: list[Problem] = []
    rules = asked.rules
    method, prepared = _method(asked, schema, problems)
    sources, people = _sources(asked, schema, person_schema, problems)
    _raise(rules, problems)
    if method == RECORDED:
        return _recorded(asked, prepared, sources, schema, checked)
    needed = prepared.needed
    used = {n: s for n, s in sources.items() if n in needed or n in rules.facts}
    person = Person(prepared, people, asked.on)
    group = Group()
    found = {q: totals(person, q, group, names=not statuses) for q in _quantifiers(prepared)} if person_schema is not None else {}
    row = Row(prepared, {n: s for n, s in used.items() if n in needed}, found, person_schema is not None)
    checks: list[Check] = []
    person_checks: tuple[Check, ...] = ()
    if not checked:
        person_checks = tuple(of_persons(person)) if person_schema is not None else ()
        checks += _keys(asked, person_schema is not None)
        checks += [c for c in of_row(row) if c.test != FALSE]
        for check in person_checks:
            checks.append(attrs.evolve(check, test=group.some(check.test)))
    outputs = _outputs(row, checks)
    _collide(asked, outputs, schema, sources)
    named = {name + asked.suffix: f for name, f in outputs.items() if asked.suffix or name not in schema}
    return Plan(asked, prepared, used, people, group, named, tuple(checks), person_checks, row=row, person=person)


# --- what the table has ---------------------------------------------------------------------------


def _method(asked: Asked, schema: Schema, problems: list[Problem]) -> tuple[str, Prepared]:
    rules = asked.rules
    given = [n for n in household_names(rules) if n in schema or n in (asked.columns or {})]
    try:
        method = choose_method(rules, given, asked.method)
    except HouseholdError as error:
        problems += error.problems
        method = rules.default_method
    return method, prepare(rules, rules.default_method if method == RECORDED else method, asked.readings, asked.derive)


def _sources(
    asked: Asked, schema: Schema, person_schema: Schema | None, problems: list[Problem]
) -> tuple[dict[str, Source], dict[str, Source]]:
    rules = asked.rules
    sources = read_columns(household_names(rules), rules.other_facts, schema, asked.columns, "columns", problems)
    people: dict[str, Source] = {}
    if person_schema is not None:
        people = read_columns(person_names(rules), rules.other_person_facts, person_schema, asked.person_columns, "person_columns", problems)
        for table, columns in (("households", schema), ("persons", person_schema)):
            if asked.key not in columns:
                problems.append(Problem("CN077", "key", f"{table} has no column {quoted(asked.key)}", asked.key,
                                        remedy="name the column that both tables share: key=..."))  # fmt: skip
        dated = [n for n in ("birth_date", "birth_year") if n in people]
        if dated and asked.on is None:
            problems.append(Problem("CN043", f"persons[{dated[0]!r}]", "an age needs the day of assessment", None, remedy="pass on=date(...)"))
    elif asked.person_columns:
        problems.append(Problem("CN077", "person_columns", "there is no table of persons", None, remedy="pass persons=..."))
    if not sources and not people:
        problems.append(Problem("CN078", "columns", f"the table has no column that {rules.exact_id} reads", None,
                                ", ".join(sorted(household_names(rules))),
                                f"name the columns of the facts: columns={{...}}; {nearest('', schema) if schema else ''}"))  # fmt: skip
    for name in schema:
        if name.startswith(ROOM):
            problems.append(Problem("CN079", name, f"names that begin with {ROOM} are ours", name, remedy="rename the column"))
    return sources, people


def _raise(rules: RuleSet, problems: list[Problem]) -> None:
    if problems:
        raise DataProblems(f"{len(problems)} problem(s) with the columns for {rules.exact_id}", problems)


def _collide(asked: Asked, outputs: Mapping[str, Formula], schema: Schema, sources: Mapping[str, Source]) -> None:
    """An output must not take the place of a column, unless that is the very fact it would repeat."""
    problems = []
    for name in outputs:
        there = name + asked.suffix
        if there in schema and (asked.suffix or name not in sources or sources[name].column != name):
            problems.append(Problem("CN080", there, f"the table has a column {quoted(there)} already", None,
                                    remedy='drop or rename it, or write the answers beside it: suffix="_cn"'))  # fmt: skip
    _raise(asked.rules, problems)


def _quantifiers(prepared: Prepared) -> tuple[Quantifier, ...]:
    """Every quantifier over members that the classes can come to read."""
    trees = [node for _, node in prepared.classes] + [t for n, t in prepared.trees.items() if n in prepared.needed]
    return tuple(dict.fromkeys(n for t in trees for n in walk(t) if isinstance(n, Quantifier)))


def _keys(asked: Asked, persons: bool) -> list[Check]:
    """Problems of the keys, told by columns that the join adds."""
    if not persons:
        return []
    twice = compare(">", column(HOUSEHOLDS), lit(1))
    nobody = compare("==", column(PRESENT), lit(0))
    return [
        Check("CN081", asked.key, "the key occurs more than once among the households", twice, "", "give each household a key of its own", asked.key),
        Check("CN082", asked.key, "no person has the key of this household", nobody, "", "leave persons out for households whose members are not known", asked.key),
    ]


# --- what is answered -------------------------------------------------------------------------------


def _outputs(row: Row, checks: list[Check]) -> dict[str, Formula]:
    """Each column of the answer; null, but for its problems, where a row has any."""
    names = [*(name for name, _ in row.prepared.classes)]
    nobody = NO_CLASS if any(r.value == NO_CLASS for c in row.regions for r in c.regions) else None
    possible = {name: row.possible(name) for name in (*names, *([nobody] if nobody is not None else []))}
    bad = or_(*(c.test for c in checks))
    fine = not_(bad)

    def only(f: Formula) -> Formula:
        return f if fine == TRUE else if_(fine, f, NULL)

    single = {name: and_(p, *(not_(o) for other, o in possible.items() if other != name)) for name, p in possible.items()}
    undetermined = and_(fine, not_(or_(*single.values())))
    missing = {name: and_(undetermined, test) for name, test in row.missing().items()}
    outputs = {
        "category": text((and_(fine, single[name]), name) for name in names),
        "possible": text((and_(fine, p), name or NO_CLASS_NAME) for name, p in possible.items()),
        "undetermined_because": text((test, name) for name, test in missing.items()),
        "problems": text((c.test, c.words) for c in checks),
    }
    if row.flags and COUNT in row.prepared.needed:
        for flag in row.flags:
            can, cannot = row.flag(flag, True), row.flag(flag, False)
            if can == TRUE and cannot == TRUE:
                outputs[flag] = Formula("unknown", ("bool",))
            elif cannot == not_(can):
                outputs[flag] = only(can)
            else:
                outputs[flag] = if_(and_(fine, not_(cannot)), TRUE, if_(and_(fine, not_(can)), FALSE, NULL))
        low, high = row.count
        outputs[COUNT] = low if low == high and fine == TRUE else if_(and_(fine, compare("==", low, high)), low, NULL)
        outputs[f"{COUNT}_min"], outputs[f"{COUNT}_max"] = only(low), only(high)
    for name in row.facts:
        if row.facts[name].unit == "point" and name in row.prepared.needed and name not in row.prepared.lines:
            leaf = row.leaf(name)
            outputs[name] = Formula("unknown", ("int",)) if leaf.known == FALSE else only(if_(leaf.known, leaf.value, NULL))
    return outputs


def _recorded(asked: Asked, prepared: Prepared, sources: dict[str, Source], schema: Schema, checked: bool) -> Plan:
    """The classes that were recognised by the authority, each with its decision."""
    rules, problems = asked.rules, []
    for name in ("recorded_category", "recorded_decision", "recorded_date"):
        if name not in sources:
            problems.append(Problem("CN062", f"columns[{name!r}]", f"a recorded class needs {name}", None,
                                    remedy="give class, number and date of the recognising decision"))  # fmt: skip
    _raise(rules, problems)
    category = sources["recorded_category"]
    known = [name for name in rules.classes]
    checks = []
    if not checked:
        for name in ("recorded_decision", "recorded_date"):
            test = and_(category.known, not_(sources[name].known))
            checks.append(Check("CN062", name, f"a recorded class needs {name}", test, "", "give number and date of the decision", sources[name].column))
        listed = or_(*(compare("==", category.raw, lit(name)) for name in known))
        checks.append(Check("CN047", "recorded_category", f"is not a class of {rules.id}", and_(category.known, not_(listed)),
                            ", ".join(known), "", category.column))  # fmt: skip
    fine = and_(not_(or_(*(c.test for c in checks))), category.known)
    outputs = {
        "category": if_(fine, category.raw, NULL),
        "possible": if_(fine, category.raw, NULL),
        "undetermined_because": text([(not_(category.known), "recorded_category")]),
        "problems": text((c.test, c.words) for c in checks),
    }
    _collide(asked, outputs, schema, sources)
    named = {name + asked.suffix: f for name, f in outputs.items()}
    return Plan(asked, prepared, sources, {}, Group(), named, tuple(checks), ())


__all__ = ["HOUSEHOLDS", "PRESENT", "TEXTS", "Asked", "Plan", "Schema", "make_plan"]
