"""A standard as columns: what to compute of a table of households, and of its persons.

The plan knows no engine. It holds formulas for each output column, for each kind of problem, and
for what the persons are summed up to; the rooms above hand it to a dataframe library or write it
out as SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import attrs

from .checking import Check, of_persons, of_row
from .columns import ROOM, Kind, Source, read_columns
from .deciding import COUNT, NO_CLASS
from .errors import DataProblems, HouseholdError, Problem, nearest, quoted
from .figures import Totals
from .formula import (
    FALSE,
    NO_TEXT,
    NULL,
    TRUE,
    Formula,
    and_,
    column,
    compare,
    if_,
    is_null,
    lit,
    not_,
    number,
    one,
    or_,
    text,
    told,
    where,
)
from .household import givable, household_names, person_names
from .methods import RECORDED, choose_method
from .model import NO_CLASS_NAME, RuleSet, Status
from .persons import Group, Person, totals
from .points import sums
from .prepared import Prepared, prepare
from .regions import status_regions
from .resolving import HOUSEHOLD, PERSON
from .rows import Row
from .scoring import counts_indicators
from .tree import Node, Quantifier, fold, walk
from .values import evolve, field
from .version import CODE_VERSION, data_version
from .wanting import missing_facts

HOUSEHOLDS = f"{ROOM}_households"  # how often a key occurs
PRESENT = f"{ROOM}_present"  # whether any person was found
HANDED = f"{ROOM}_handed"  # from a household to its persons
MOST_PLANS = 64
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
    groups: bool = False  # whether the groups that report forms count are told as well
    provenance: bool = False  # whether each row says by which standard, code and data it was answered

    def marks(self, of: str) -> dict[str, Status]:
        """The marks that are told of persons, the groups of households or persons."""
        statuses = self.rules.statuses if of == PERSON else {}
        listed = {**statuses, **(self.rules.groups if self.groups else {})}
        return {n: s for n, s in listed.items() if s.of == of}

    @property
    def may_read(self) -> tuple[set[str], set[str]]:
        """The columns of households and of persons that may be read."""
        return (
            {self.key, *household_names(self.rules), *_named(self.columns)},
            {self.key, *person_names(self.rules), *_named(self.person_columns)},
        )

    @property
    def spelled(self) -> Any:
        """What was asked, as something that hashes."""
        return (self.key, _spelled(self.columns), _spelled(self.person_columns), self.on, self.method, _spelled(self.readings), self.derive,
                self.suffix, self.groups, self.provenance)  # fmt: skip


def _named(mapping: Any) -> set[str]:
    """The columns that a mapping names."""
    if not isinstance(mapping, Mapping):
        return set()
    found = (spec.get("from") if isinstance(spec, Mapping) else spec for spec in mapping.values())
    return {name for name in found if isinstance(name, str)}


def _spelled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((type(k).__name__, k, _spelled(v)) for k, v in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_spelled, value))
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


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
    row: Row | None = None
    person: Person | None = None
    written: dict[Any, Any] = field(factory=dict)  # as expressions of a library, for the next table

    @property
    def counts(self) -> tuple[str, ...]:
        """The output columns that count deprivations."""
        return tuple(
            n for n in self.outputs if n.removesuffix(self.asked.suffix) in (COUNT, f"{COUNT}_min", f"{COUNT}_max")
        )


def make_plan(
    asked: Asked,
    schema: Schema,
    person_schema: Schema | None = None,
    *,
    checked: bool = False,
    beside: bool = True,
) -> Plan:
    """The plan for tables with these columns. Raises :class:`DataProblems` with all that does not fit.

    ``checked`` says that no row has a problem: the formulas then do not look for one. The answers
    stand ``beside`` the columns of the table, or alone.
    """
    problems: list[Problem] = []
    rules = asked.rules
    method, prepared = _method(asked, schema, problems)
    sources, people = _sources(asked, schema, person_schema, problems)
    _raise(rules, problems)
    if method == RECORDED:
        return _recorded(asked, prepared, sources, schema if beside else {}, checked)
    groups = {n: fold(s.node, dict(prepared.readings)) for n, s in asked.marks(HOUSEHOLD).items()}
    needed = prepared.needed | prepared.card_names | prepared.closure(groups.values())
    used = {n: s for n, s in sources.items() if n in needed or n in rules.facts}
    person = Person(prepared, people, asked.on)
    group = Group()
    asking = dict.fromkeys(
        (*_quantifiers(prepared), *(n for t in groups.values() for n in walk(t) if isinstance(n, Quantifier)))
    )
    found = {q: totals(person, q, group) for q in asking} if person_schema is not None else {}
    mine = {n: s for n, s in used.items() if n in needed}
    row = _row(prepared, mine, found, person_schema is not None, {}, guarded=not checked)
    if not checked:  # how far a column is multiplied says how large it may be
        _outputs(row, [])
        tuple(of_row(row))
        row = _row(prepared, mine, found, person_schema is not None, dict(row.factors), guarded=True)
    checks: list[Check] = []
    person_checks: tuple[Check, ...] = ()
    if not checked:
        person_checks = tuple(of_persons(person)) if person_schema is not None else ()
        checks += _keys(asked, person_schema is not None)
        checks += [c for c in of_row(row) if c.test != FALSE]
        for check in person_checks:
            checks.append(evolve(check, test=group.some(check.test)))
    outputs = _outputs(row, checks) | _groups(row, checks, groups) | _provenance(asked)
    if beside:
        _collide(asked, outputs, schema, sources)
    named = {name + asked.suffix: f for name, f in outputs.items() if asked.suffix or name not in schema or not beside}
    return Plan(asked, prepared, used, people, group, named, tuple(checks), person_checks, row=row, person=person)


def _row(
    prepared: Prepared,
    sources: Mapping[str, Source],
    found: Mapping[Quantifier, Totals],
    members: bool,
    reach: Mapping[str, int],
    *,
    guarded: bool,
) -> Row:
    """A row, with the sums of its score cards."""
    row = Row(prepared, sources, found, members, reach, guarded)
    bounds = sums(row)
    return row if not bounds else Row(prepared, sources, found, members, {**reach, **row.factors}, guarded, bounds)


def planned(asked: Asked, schema: Schema, person_schema: Schema | None = None, *, checked: bool = False) -> Plan:
    """The same, kept for the next table with the same columns, whatever the answers are called there."""
    plan = _kept(asked, schema, person_schema, checked)
    _collide(asked, plan.outputs, schema, plan.sources)
    named = {n + asked.suffix: f for n, f in plan.outputs.items() if asked.suffix or n not in schema}
    return attrs.evolve(plan, asked=asked, outputs=named)


def _kept(asked: Asked, schema: Schema, person_schema: Schema | None, checked: bool) -> Plan:
    """A plan with its answers under their own names."""
    bare = attrs.evolve(asked, suffix="")
    people = None if person_schema is None else tuple(person_schema.items())
    key = ("table", bare.spelled, tuple(schema.items()), people, checked)
    memo = asked.rules.memo.setdefault("tables", {})
    if key not in memo:
        if len(memo) >= MOST_PLANS:
            memo.clear()
        memo[key] = make_plan(bare, schema, person_schema, checked=checked, beside=False)
    found: Plan = memo[key]
    return found


# --- marks of persons -----------------------------------------------------------------------------


@attrs.frozen(slots=False, eq=False, repr=False)
class PersonPlan:
    """Formulas for the rows of persons, over their own columns and those their household hands down."""

    plan: Plan
    handed: Mapping[str, Formula]  # of a household
    outputs: Mapping[str, Formula]  # of a person


def make_person_plan(asked: Asked, schema: Schema, person_schema: Schema, *, checked: bool = False) -> PersonPlan:
    """The plan for the marks that persons have (:attr:`Standard.statuses` of a person)."""
    plan = _kept(asked, schema, person_schema, checked)
    handed: dict[str, Formula] = {}
    found: dict[str, Formula] = {}
    bad = FALSE
    if not checked:
        handed[f"{HANDED}_bad"] = number(or_(*(c.test for c in plan.checks)))
        lost = is_null(column(f"{HANDED}_bad"))
        theirs = and_(not_(lost), compare("==", column(f"{HANDED}_bad"), lit(1)))
        own = [(c.test, c.words) for c in plan.person_checks]
        bad = or_(lost, theirs, *(test for test, _ in own))
    for name, status in asked.marks(PERSON).items():
        yes, no = _status(plan, status, handed)
        found[name] = if_(and_(not_(bad), not_(no)), TRUE, if_(and_(not_(bad), not_(yes)), FALSE, NULL))
    if not checked:
        found["problems"] = text([
            (lost, f"{asked.key}: the key is that of no household [CN086]"), (theirs, "the household has a problem of its own"), *own
        ])  # fmt: skip
    else:
        found["problems"] = text(())
    if _hypothetical(asked.rules):
        found["hypothetical"] = TRUE
    found |= _provenance(asked)
    _collide(asked, found, person_schema, {})
    return PersonPlan(plan, handed, {name + asked.suffix: f for name, f in found.items()})


def _status(plan: Plan, status: Status, handed: dict[str, Formula]) -> tuple[Formula, Formula]:
    """Whether a person can have a mark, and can be without it."""
    asked, row, person = plan.asked, plan.row, plan.person
    first = status.start or status.cite.source.issued
    if row is None or person is None:
        return TRUE, TRUE
    if asked.on is not None and first is not None and asked.on < first:
        return FALSE, TRUE
    node = fold(status.node, dict(plan.prepared.readings))
    ends: dict[bool, list[Formula]] = {True: [], False: []}
    for region in status_regions(plan.prepared, node, asked.on):
        mine = {k[1]: d for k, d in region.bounds.items() if isinstance(k, tuple) and isinstance(k[0], int)}
        of_household = row.feasible(
            {k: d for k, d in region.bounds.items() if not (isinstance(k, tuple) and isinstance(k[0], int))}
        )
        if of_household not in (TRUE, FALSE):
            name = next((n for n, f in handed.items() if f == number(of_household)), f"{HANDED}{len(handed)}")
            handed[name] = number(of_household)
            of_household = compare("==", column(name), lit(1))
        ends[region.value].append(and_(of_household, person.feasible(mine)))
    return or_(*ends[True]), or_(*ends[False])


# --- what the table has ---------------------------------------------------------------------------


def _method(asked: Asked, schema: Schema, problems: list[Problem]) -> tuple[str, Prepared]:
    rules = asked.rules
    mapped = asked.columns if isinstance(asked.columns, Mapping) else {}
    given = [n for n in givable(rules) if n in schema or n in mapped]
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
    sources = read_columns(
        givable(rules), rules.other_facts, schema, asked.columns, "columns", problems, person_names(rules)
    )
    for name in (n for n, f in rules.facts.items() if f.unread and (n in schema or n in (asked.columns or {}))):
        problems.append(Problem("CN066", name, f"{name} cannot be given: the text that settles it was not found", name,
                                remedy="leave the column out, or rename it"))  # fmt: skip
    people: dict[str, Source] = {}
    if person_schema is not None:
        people = read_columns(
            person_names(rules),
            rules.other_person_facts,
            person_schema,
            asked.person_columns,
            "person_columns",
            problems,
            household_names(rules),
        )
        for table, columns in (("households", schema), ("persons", person_schema)):
            if asked.key not in columns:
                problems.append(Problem("CN077", "key", f"{table} has no column {quoted(asked.key)}", asked.key,
                                        remedy="name the column that both tables share: key=..."))  # fmt: skip
        if asked.key in schema and asked.key in person_schema:
            kinds = [_key_kind(columns[asked.key]) for columns in (schema, person_schema)]
            if kinds[0] != kinds[1]:
                problems.append(Problem("CN077", "key", f"{quoted(asked.key)} holds {kinds[0]} in households, {kinds[1]} in persons", None,
                                        remedy="give both columns one type"))  # fmt: skip
        dated = [n for n in ("birth_date", "birth_year") if n in people]
        if dated and asked.on is None:
            problems.append(
                Problem(
                    "CN043",
                    f"persons[{dated[0]!r}]",
                    "an age needs the day of assessment",
                    None,
                    remedy="pass on=date(...)",
                )
            )
    elif asked.person_columns:
        problems.append(
            Problem("CN077", "person_columns", "there is no table of persons", None, remedy="pass persons=...")
        )
    if not sources and not people and not any(f.unread for f in rules.facts.values()):
        problems.append(Problem("CN078", "columns", f"the table has no column that {rules.exact_id} reads", None,
                                ", ".join(sorted(givable(rules))),
                                f"name the columns of the facts: columns={{...}}; {nearest('', schema) if schema else ''}"))  # fmt: skip
    for name in schema:
        if name.startswith(ROOM):
            problems.append(
                Problem("CN079", name, f"names that begin with {ROOM} are ours", name, remedy="rename the column")
            )
    return sources, people


def _key_kind(kind: Kind) -> str:
    if kind.name in ("int", "narrow", "wide"):
        return "whole numbers"
    return {"text": "texts", "category": "categories", "float": "floats", "date": "days"}.get(
        kind.name, kind.shown or kind.name
    )


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
                                    remedy='drop or rename it, or write the answers beside it: suffix="_new"'))  # fmt: skip
    _raise(asked.rules, problems)


def _quantifiers(prepared: Prepared) -> tuple[Quantifier, ...]:
    """Every quantifier over members that the classes can come to read."""
    trees = [node for _, node in prepared.classes] + [t for n, t in prepared.trees.items() if n in prepared.needed]
    trees += [t for name in prepared.cards for t in prepared.card_tests(name)]
    trees += [t for n, t in prepared.trees.items() if n in prepared.card_names]
    return tuple(dict.fromkeys(n for t in trees for n in walk(t) if isinstance(n, Quantifier)))


def _keys(asked: Asked, persons: bool) -> list[Check]:
    """Problems of the keys, told by columns that the join adds."""
    if not persons:
        return []
    twice = compare(">", column(HOUSEHOLDS), lit(1))
    nobody = compare("==", column(PRESENT), lit(0))
    return [
        Check(
            "CN081",
            asked.key,
            "the key occurs more than once among the households",
            twice,
            "",
            "give each household a key of its own",
            asked.key,
        ),
        Check(
            "CN082",
            asked.key,
            "no person has the key of this household",
            nobody,
            "",
            "leave persons out for households whose members are not known",
            asked.key,
        ),
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

    single = {
        name: and_(p, *(not_(o) for other, o in possible.items() if other != name)) for name, p in possible.items()
    }
    undetermined = and_(fine, not_(or_(*single.values())))
    category = one((and_(fine, single[name]), name) for name in names)
    every = text((and_(fine, p), name or NO_CLASS_NAME) for name, p in possible.items())
    outputs = {
        "category": category,
        "possible": told(and_(fine, or_(*(single[name] for name in names))), category, every),
        "undetermined_because": where(undetermined, text((test, name) for name, test in missing_facts(row))),
        "problems": where(bad, text((c.test, c.words) for c in checks)),
    }
    if row.flags and (COUNT in row.prepared.needed or _scores_indicators(row)):
        for flag in row.flags:
            can, cannot = row.flag(flag, True), row.flag(flag, False)
            if can == TRUE and cannot == TRUE:
                outputs[flag] = Formula("unknown", ("bool",))
            elif cannot == not_(can):
                outputs[flag] = only(can)
            else:
                outputs[flag] = if_(and_(fine, not_(cannot)), TRUE, if_(and_(fine, not_(can)), FALSE, NULL))
        low, high = row.count
        known = if_(and_(fine, compare("==", low, high)), low, NULL)
        outputs[COUNT] = (
            low if low == high and fine == TRUE else Formula("unknown", ("int",)) if known == NULL else known
        )
        outputs[f"{COUNT}_min"], outputs[f"{COUNT}_max"] = only(low), only(high)
    if _hypothetical(row.prepared.rules):
        outputs["hypothetical"] = TRUE
    for name in row.facts:
        if row.facts[name].unit == "point" and name in row.prepared.needed and name not in row.prepared.lines:
            outputs |= _points(row, name, only)
    return outputs


def _hypothetical(rules: RuleSet) -> bool:
    """Whether the answers are those of a what-if, which each row then says."""
    return bool(getattr(rules, "hypothetical", False))


def _provenance(asked: Asked) -> dict[str, Formula]:
    """The exact standard, and the versions of code and data, one column each."""
    if not asked.provenance:
        return {}
    return {
        "standard": lit(asked.rules.exact_id),
        "code_version": lit(CODE_VERSION),
        "data_version": lit(data_version()),
    }


def _groups(row: Row, checks: list[Check], groups: Mapping[str, Node]) -> dict[str, Formula]:
    """Whether a household belongs to a group; null where it is not certain."""
    fine = not_(or_(*(c.test for c in checks)))
    found = {}
    for name, node in groups.items():
        can, cannot = row.holds(node, True), row.holds(node, False)
        known = if_(and_(fine, not_(cannot)), TRUE, if_(and_(fine, not_(can)), FALSE, NULL))
        found[name] = Formula("unknown", ("bool",)) if known == NULL else known
    return found


def _scores_indicators(row: Row) -> bool:
    """Whether a score is summed here from the indicators."""
    return any(counts_indicators(row.prepared.cards[name]) for name in row.bounds)


def _points(row: Row, name: str, only: Callable[[Formula], Formula]) -> dict[str, Formula]:
    """A score, and the least and greatest it can come to where it is summed here."""
    leaf = row.leaf(name)
    if name not in row.bounds:
        unknown = Formula("unknown", ("int",))
        return {name: unknown if leaf.known == FALSE else only(if_(leaf.known, leaf.value, NULL))}
    total = row.bounds[name]
    low, high = if_(leaf.known, leaf.value, total.low), if_(leaf.known, leaf.value, total.high)
    known = or_(leaf.known, and_(total.opened, compare("==", total.low, total.high)))
    told = or_(leaf.known, total.opened)
    return {
        name: only(if_(known, low, NULL)),
        f"{name}_min": only(if_(told, low, NULL)),
        f"{name}_max": only(if_(told, high, NULL)),
    }


def _recorded(asked: Asked, prepared: Prepared, sources: dict[str, Source], schema: Schema, checked: bool) -> Plan:
    """The classes that were recognised by the authority, each with its decision."""
    rules, problems = asked.rules, []
    for name in ("recorded_category", "recorded_decision", "recorded_date"):
        if name not in sources:
            problems.append(Problem("CN062", f"columns[{name!r}]", f"a recorded class needs {name}", None,
                                    remedy="give class, number and date of the recognising decision"))  # fmt: skip
    _raise(rules, problems)
    category = sources["recorded_category"]
    known = list(rules.classes)
    checks = []
    if not checked:
        for name in ("recorded_decision", "recorded_date"):
            test = and_(category.known, not_(sources[name].known))
            checks.append(
                Check(
                    "CN062",
                    name,
                    f"a recorded class needs {name}",
                    test,
                    "",
                    "give number and date of the decision",
                    sources[name].column,
                )
            )
        listed = or_(*(compare("==", category.raw, lit(name)) for name in known))
        checks.append(Check("CN047", "recorded_category", f"is not a class of {rules.id}", and_(category.known, not_(listed)),
                            ", ".join(known), "", category.column))  # fmt: skip
    fine = and_(not_(or_(*(c.test for c in checks))), category.known)
    outputs = {
        "category": if_(fine, category.raw, NO_TEXT),
        "possible": if_(fine, category.raw, NO_TEXT),
        "undetermined_because": text([(not_(category.known), "recorded_category")]),
        "problems": text((c.test, c.words) for c in checks),
        **_provenance(asked),
    }
    _collide(asked, outputs, schema, sources)
    named = {name + asked.suffix: f for name, f in outputs.items()}
    return Plan(asked, prepared, sources, {}, Group(), named, tuple(checks), ())


__all__ = [
    "HOUSEHOLDS",
    "PRESENT",
    "TEXTS",
    "Asked",
    "PersonPlan",
    "Plan",
    "Schema",
    "make_person_plan",
    "make_plan",
    "planned",
]
