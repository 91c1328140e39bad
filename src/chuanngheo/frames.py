"""``classify``: a plan run on the caller's own kind of table.

Nothing is executed on a lazy table but the pass that ``check="now"`` asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from .checking import Check
from .classifying import HOUSEHOLDS, PRESENT, Asked, PersonPlan, Plan, make_person_plan, planned
from .columns import ROOM, Kind
from .errors import DataProblems, HouseholdError, Problem, quoted
from .formula import Formula, column, is_null
from .persons import BORN
from .tables import POSITION, Table, open_table
from .values import evolve

CHECKS = ("now", "defer")
BITS = 63  # of a word
FIRST = 5  # rows shown of each kind of problem
Progress = Callable[[str, int, int | None], None]  # the step, the rows done and in all, None where nobody knows


# --- classify -----------------------------------------------------------------------------------------


def classify(
    asked: Asked,
    households: Any,
    persons: Any = None,
    *,
    check: str = "now",
    progress: Progress | None = None,
) -> Any:
    """The caller's table with the answers beside it."""
    table, people = open_tables(asked, households, persons, check, progress)
    plan = planned(asked, table.schema, None if people is None else people.schema)
    if check == "now":
        plan = planned(asked, *told(plan, table, people, progress), checked=True)
    if progress is not None:
        progress("classifying", 0, None)
    return run(plan, table, people, checked=check == "now")


def classify_persons(
    asked: Asked, households: Any, persons: Any, *, check: str = "now", progress: Progress | None = None
) -> Any:
    """The caller's table of persons with their marks beside it."""
    table, people = open_tables(asked, households, persons, check, None)
    assert people is not None
    plan = make_person_plan(asked, table.schema, people.schema)
    if check == "now":
        first, second = told(plan.plan, table, people, progress)
        assert second is not None
        plan = make_person_plan(asked, first, second, checked=True)
    if progress is not None:
        progress("classifying", 0, None)
    return run_persons(plan, table, people, checked=check == "now")


def open_tables(
    asked: Asked, households: Any, persons: Any, check: str, progress: Progress | None
) -> tuple[Table, Table | None]:
    """The caller's tables, which must be of one kind."""
    if check not in CHECKS:
        problem = Problem(
            "CN085", "check", f"{quoted(check)} is no way of checking", check, ", ".join(CHECKS), "name one of them"
        )
        raise HouseholdError(f"check={check!r} is unknown", [problem])
    mine, theirs = asked.may_read
    tell = None if progress is None else lambda done, rows: progress("classifying", done, rows)
    table = open_table(households, "households", mine, tell)
    people = None if persons is None else open_table(persons, "persons", theirs)
    if people is not None and table.family != people.family:
        raise DataProblems("households and persons are tables of two kinds", [
            Problem("CN084", "persons", f"households are of {table.family}, persons of {people.family}", None,
                    remedy="give both as the same kind of table")
        ])  # fmt: skip
    return table, people


def told(
    plan: Plan, table: Table, people: Table | None, progress: Progress | None
) -> tuple[dict[str, Kind], dict[str, Kind] | None]:
    """The kinds of the columns once every row was looked at. Raises :class:`DataProblems`."""
    if progress is not None:
        progress("checking", 0, None)
    known = find_problems(plan, table, people)
    if progress is not None:
        progress("checking", known[""], known[""])
    return _told(table.schema, known, "h"), None if people is None else _told(people.schema, known, "p")


def _told(schema: Mapping[str, Kind], counts: Mapping[str, int], prefix: str) -> dict[str, Kind]:
    return {
        name: evolve(kind, nullable=kind.nullable and counts.get(f"{prefix} {name}", 1) > 0)
        for name, kind in schema.items()
    }


def run(plan: Plan, table: Table, people: Table | None, *, checked: bool) -> Any:
    """The caller's columns and the answers, in the caller's kind of table."""
    whole = table
    if people is not None:
        whole = table.holding(with_persons(plan, table, people, checked=checked))
    frame, last = whole.with_stages(plan.outputs, plan.written)
    for name in plan.counts:  # so wide that no sum of theirs can wrap
        last[name] = last[name].cast(whole.writer.ns.Int64)
    return table.finish(frame, last, plan.outputs)


def run_persons(plan: PersonPlan, table: Table, people: Table, *, checked: bool) -> Any:
    """The caller's persons and their marks."""
    key = plan.plan.asked.key
    whole = table.holding(with_persons(plan.plan, table, people, checked=checked))
    frame, last = whole.with_stages(plan.handed)
    handed = frame.select(key, **last)
    if not checked:
        handed = handed.unique(subset=[key], keep="any")  # a key that occurs twice has told so
    joined = people.holding(people.joined(handed, key))
    frame, last = joined.with_stages(plan.outputs)
    return people.finish(frame, last, plan.outputs)


def with_persons(plan: Plan, table: Table, people: Table, *, checked: bool) -> Any:
    """The households with what their persons come to."""
    key, ns = plan.asked.key, table.writer.ns
    words, others = packed(plan, people)
    grouped = grouped_persons(plan, people, words, others)
    frame = table.joined(grouped, key)
    frame = frame.with_columns(**{n: ns.col(n).fill_null(0) for n in (*words, *others, PRESENT)})
    if words:
        dtype = ns.UInt64
        frame = frame.with_columns(**{
            name: ns.when((ns.col(word) & ns.lit(1 << bit, dtype)) != ns.lit(0, dtype)).then(ns.lit(1, ns.Int8)).otherwise(ns.lit(0, ns.Int8))
            for word, names in words.items() for bit, name in enumerate(names)
        })  # fmt: skip
    if not checked:
        often = table.frame.group_by(key).agg(ns.len().alias(HOUSEHOLDS))
        frame = table.holding(frame).joined(often, key)
    return frame


def packed(plan: Plan, people: Table) -> tuple[dict[str, list[str]], list[str]]:
    """The columns of the group that are bits of a word, and the others.

    Polars takes the bits of a word together many times faster than as many maxima.
    """
    if not people.writer.polars:
        return {}, list(plan.group.columns)
    bits = [name for name, (how, _) in plan.group.columns.items() if how == "max"]
    words = {f"{ROOM}_word{i}": bits[i : i + BITS] for i in range(0, len(bits), BITS)}
    return words, [name for name in plan.group.columns if name not in bits]


def grouped_persons(plan: Plan, people: Table, words: Mapping[str, list[str]], others: list[str]) -> Any:
    """One row for each key of the persons."""
    key, ns = plan.asked.key, people.writer.ns
    columns = plan.group.columns
    bits = {name for names in words.values() for name in names}
    formulas = {name: f.args[0] if name in bits else f for name, (_, f) in columns.items()}  # a bit is a condition
    frame, last = people.with_stages(formulas, plan.written)
    wanted = {name: last[name].cast(ns.Int64) if columns[name][0] == "sum" else last[name] for name in others}
    for word, names in words.items():
        dtype = ns.UInt64
        chosen = [ns.when(last[n]).then(ns.lit(1 << i, dtype)).otherwise(ns.lit(0, dtype)) for i, n in enumerate(names)]
        wanted[word] = reduce(or_, chosen)
    sums = [ns.col(n).sum() if columns[n][0] == "sum" else ns.col(n).max() for n in others]
    sums += [ns.col(word).bitwise_or() for word in words]
    found = frame.select(key, **wanted).group_by(key).agg(*sums, ns.len().alias(PRESENT))
    return found.filter(~ns.col(key).is_null())


# --- checks -------------------------------------------------------------------------------------------


def find_problems(plan: Plan, table: Table, people: Table | None) -> dict[str, int]:
    """One pass over the rows: raises :class:`DataProblems`, or tells how many values are missing."""
    counts: dict[str, int] = {}
    found: list[Problem] = []
    whole = table
    if people is not None:
        whole = table.holding(with_persons(plan, table, people, checked=False))
        found += _of_persons(plan, table, people, counts)
    own = [c for c in plan.checks if not c.person]
    missing = _missing(plan.sources.values(), table.schema, "h")
    sums = whole.sums({**{f"c{i}": c.test for i, c in enumerate(own)}, **missing})
    counts |= {name: n for name, n in sums.items() if name in missing}
    key = (plan.asked.key,) if plan.asked.key in table.names else ()
    for i, c in enumerate(own):
        if sums[f"c{i}"]:
            found.append(_problem(c, sums[f"c{i}"], whole, key, plan.asked.key))
    if found:
        rows = sum(p.count for p in found)
        raise DataProblems(
            f"{len(found)} kind{'s' if len(found) > 1 else ''} of problem in {sums['']:,} households, {rows:,} in all",
            found,
        )
    return {**counts, "": sums[""]}


def _missing(sources: Iterable[Any], schema: Mapping[str, Kind], prefix: str) -> dict[str, Formula]:
    found = {}
    for source in sources:
        if schema[source.column].nullable:
            raw = column(source.column)
            found[f"{prefix} {source.column}"] = is_null(
                source.value if source.kind.name in ("float", "float32") else raw
            )
    return found


def _of_persons(plan: Plan, table: Table, people: Table, counts: dict[str, int]) -> list[Problem]:
    key, ns = plan.asked.key, people.writer.ns
    found: list[Problem] = []
    missing = _missing(plan.person_sources.values(), people.schema, "p")
    sums = people.sums({**{f"c{i}": c.test for i, c in enumerate(plan.person_checks)}, **missing})
    counts |= {name: n for name, n in sums.items() if name in missing}
    for i, c in enumerate(plan.person_checks):
        if sums[f"c{i}"]:
            found.append(_problem(c, sums[f"c{i}"], people, (key,), key))
    lost = people.joined(table.frame.select(key), key, "anti")
    alone = people.holding(lost)
    number = int(alone.rows(lost.select(ns.len().alias("n")))[0]["n"])
    if number:
        shown = alone.rows(lost.select(key).head(FIRST))
        found.append(Problem("CN086", f"persons[{key!r}]", "the key is that of no household", None, "", "add the household, or correct the key",
                             count=number, rows=tuple((None, row[key], row[key]) for row in shown)))  # fmt: skip
    return found


def _problem(c: Check, count: int, table: Table, key: tuple[str, ...], key_name: str) -> Problem:
    bad = table.where(c.test)
    rows = table.first(bad, (*key, c.column), FIRST)
    # The day on which somebody was born is nobody's business: the number and key of the row say where to look.
    hidden = "(not shown)" if c.fact == BORN else None
    shown = tuple((row.get(POSITION), row.get(key_name) if key else None, hidden or row.get(c.column)) for row in rows)
    place = f"persons[{c.column!r}]" if c.person else f"households[{c.column!r}]"
    what = c.message
    if c.code == "CN047":
        ns = table.writer.ns
        often = bad.group_by(c.column).agg(ns.len().alias(f"{ROOM}_n"))
        tally = sorted(table.rows(often), key=lambda r: (-r[f"{ROOM}_n"], str(r[c.column])))
        listed = ", ".join(f"{quoted(r[c.column])} ({r[f'{ROOM}_n']:,})" for r in tally[:FIRST])
        what = f"{listed} {'is' if len(tally) == 1 else 'are'} not listed for {c.fact}"
        if len(tally) > FIRST:
            what += f", nor {len(tally) - FIRST} more"
    elif c.fact != c.column:
        what = f"{c.fact} {c.message}"
    return Problem(c.code, place, what, None, c.allowed, c.remedy, count=count, rows=shown)


__all__ = ["classify", "classify_persons"]
