"""What the persons of a table say of their households: one pass over the rows, one group per household.

A person meets a region of a quantifier as a household meets one of a rule (:mod:`rows`). What each
person certainly and possibly adds is summed up per household, so that no list of members is ever
made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Any

import attrs

from .columns import Source
from .domains import OLDEST, Domain, Interval, births
from .figures import Totals
from .formula import FALSE, TRUE, Formula, and_, column, compare, if_, lit, minus, not_, number, or_, plus, times
from .prepared import Prepared
from .regions import OUT, Bounds, Region, free_of, met, person_regions
from .tree import Quantifier
from .values import field

AGES = {"age": "years", "age_months": "months", "birth_year": "year"}
BORN = "birth_date"
MANY = 20**2  # pairs of regions beyond which a fact matters if it was read


@attrs.frozen(slots=False, eq=False, repr=False)
class Person:
    """The facts of one row of persons."""

    prepared: Prepared
    sources: Mapping[str, Source]
    on: date | None
    memo: dict[Any, Any] = field(factory=dict, init=False)

    @property
    def day(self) -> int:
        return (self.on or date(2000, 1, 1)).toordinal()  # ages alone are the same on any day

    def known(self, name: str) -> Formula:
        """Whether a fact is known; of the day of birth, whether it is known to the day."""
        return self.sources[name].known if name in self.sources else FALSE

    def ever_known(self) -> set[str]:
        """The facts of which something can be known."""
        found = set(self.sources)
        return found | {BORN} if found & {BORN, *AGES} else found

    def can(self, name: str, domain: Domain) -> Formula:
        """Whether what is known of a fact meets a domain."""
        key = (name, domain)
        if key not in self.memo:
            self.memo[key] = self._can(name, domain)
        found: Formula = self.memo[key]
        return found

    def _can(self, name: str, domain: Domain) -> Formula:
        if name == BORN:
            assert isinstance(domain, Interval)
            return and_(*(or_(not_(s.known), self.fits(s, domain)) for s in self.born()))
        source = self.sources.get(name)
        if source is None:
            return TRUE
        if not isinstance(domain, Interval):
            return or_(not_(source.known), source.among(domain))
        tests = []
        for op, bound in (
            ("<" if domain.high_open else "<=", domain.high),
            (">" if domain.low_open else ">=", domain.low),
        ):
            if bound is not None:
                scaled = Fraction(bound) / source.part
                tests.append(compare(op, times(source.value, scaled.denominator), lit(scaled.numerator)))
        return or_(not_(source.known), and_(*tests))

    def born(self) -> list[Source]:
        return [self.sources[n] for n in (BORN, *AGES) if n in self.sources]

    def fits(self, source: Source, domain: Interval) -> Formula:
        """Whether an age or a day or year of birth fits days of birth."""
        if source.fact.name == BORN:
            day = Formula("date", (source.raw,)) if source.kind.name == "datetime" else source.raw
            return and_(
                TRUE if domain.low is None else compare(">=", day, lit(date.fromordinal(int(domain.low)))),
                TRUE if domain.high is None else compare("<=", day, lit(date.fromordinal(int(domain.high)))),
            )
        values = [v for v, days in self.calendar(source.fact.name) if days.meet(domain) is not None]
        return in_range(source.value, values)

    def calendar(self, name: str) -> list[tuple[int, Interval]]:
        """Every age or year of birth with the days of birth it leaves."""
        key = ("calendar", name)
        if key not in self.memo:
            kind = AGES[name]
            top = date.fromordinal(self.day).year
            values = (
                range(top - OLDEST - 1, top + 1) if kind == "year" else range(OLDEST * (12 if kind == "months" else 1))
            )
            self.memo[key] = [(v, days) for v in values if (days := births(kind, v, self.day)) is not None]
        found: list[tuple[int, Interval]] = self.memo[key]
        return found

    def feasible(self, bounds: Bounds) -> Formula:
        return and_(*(self.can(k, d) for k, d in bounds.items()))

    def any_of(self, regions: Iterable[Region], *values: Any) -> Formula:
        return or_(*(self.feasible(r.bounds) for r in regions if r.value in values))

    # --- what still matters -----------------------------------------------------------------------

    def unknown(self, name: str) -> Formula:
        source = self.sources.get(name)
        joined = FALSE if source is None else and_(source.known, source.joined)
        return or_(not_(self.known(name)), joined)

    def matters(self, regions: tuple[Region, ...], name: str) -> Formula:
        """Whether two values of a fact, all else equal, make the person count differently."""
        unknown = self.unknown(name)
        if unknown == FALSE:
            return FALSE
        values = {r.value for r in regions}
        mentioned = [r for r in regions if name in r.bounds]
        if len(mentioned) ** 2 > MANY:
            return and_(
                unknown,
                *(
                    or_(*(self.feasible(r.bounds) for r in mentioned if (r.value is True) is truth))
                    for truth in (True, False)
                ),
            )
        found = []
        for a, b in combinations(mentioned, 2):
            if a.value == b.value:
                continue
            both = met(a.bounds, b.bounds, name)
            if both is not None:
                found.append(and_(self.feasible(both), self.can(name, a.bounds[name]), self.can(name, b.bounds[name])))
        return and_(unknown, or_(*found)) if values else FALSE


def in_range(value: Formula, values: list[int]) -> Formula:
    """Whether a whole number is among ascending neighbours."""
    if not values:
        return FALSE
    return and_(compare(">=", value, lit(values[0])), compare("<=", value, lit(values[-1])))


@attrs.frozen(slots=False, eq=False, repr=False)
class Group:
    """What to sum up per household: columns of the persons, and how they are put together."""

    columns: dict[str, tuple[str, Formula]] = field(factory=dict)  # name: (max or sum, formula of a person)

    def put(self, how: str, formula: Formula) -> Formula:
        """A column of the group; the same formula is kept once."""
        for name, (kept, known) in self.columns.items():
            if kept == how and known == formula:
                return column(name)
        name = f"_cnp{len(self.columns)}"
        self.columns[name] = (how, formula)
        return column(name)

    def some(self, test: Formula) -> Formula:
        """Whether a condition holds of any person."""
        return test if test in (TRUE, FALSE) else compare("==", self.put("max", number(test)), lit(1))

    def how_many(self, test: Formula) -> Formula:
        return lit(0) if test == FALSE else self.put("sum", number(test) if test != TRUE else lit(1))


def totals(person: Person, q: Quantifier, group: Group, names: bool = True) -> Totals:
    """What the persons of a household come to under a quantifier; its columns go to the group."""
    every = person_regions(person.prepared, q, person.on)
    regions = free_of(every, person.ever_known())
    yes, no, out = (person.any_of(regions, v) for v in (True, False, OUT))
    told = []
    if names:
        for name in dict.fromkeys(k for r in every for k in r.bounds):
            told.append((f"members.{name}", group.some(person.matters(every, str(name)))))
    mentioned = tuple((n, test) for n, test in told if test != FALSE)
    if q.kind == "any":
        return Totals(group.some(not_(or_(no, out))), group.some(yes), mentioned)
    if q.kind == "all":
        return Totals(not_(group.some(no)), not_(group.some(not_(or_(yes, out)))), mentioned)
    sure = not_(or_(no, out))
    if q.kind == "count":
        return Totals(group.how_many(sure), group.how_many(yes), mentioned)
    if q.kind == "share":  # the least: whoever can count against does, who can be left out is; and the other way
        low_over = or_(no, sure) if q.where is not None else TRUE
        high_over = or_(yes, not_(or_(yes, out))) if q.where is not None else TRUE
        return Totals(
            group.how_many(sure), group.how_many(yes), mentioned, group.how_many(low_over), group.how_many(high_over)
        )
    return Totals(lit(0), lit(0), (("members", TRUE),))


def impossible(person: Person) -> Iterator[tuple[str, str, Formula]]:
    """(fact, what is wrong, condition) for days of birth that cannot be, or that contradict each other."""
    sources = {s.fact.name: s for s in person.born()}
    born = sources.get(BORN)
    if born is not None:
        alive = Interval(max(1, person.day - OLDEST * 366), person.day, whole=True)
        yield (
            BORN,
            f"is not a day of birth of somebody alive on {person.on}",
            and_(born.known, not_(person.fits(born, alive))),
        )
    for name, source in sources.items():
        if name == BORN:
            continue
        calendar = person.calendar(name)
        fits_at_all = in_range(source.value, [v for v, _ in calendar])
        if name == "birth_year":
            yield (
                name,
                f"is not a year of birth of somebody alive on {person.on}",
                and_(source.known, not_(fits_at_all)),
            )
    for a, b in combinations(sources, 2):
        yield (
            b,
            f"contradicts {a}",
            and_(sources[a].known, sources[b].known, not_(_agree(person, sources[a], sources[b]))),
        )


def _agree(person: Person, a: Source, b: Source) -> Formula:
    """Whether two ways of telling an age have a day of birth in common."""
    if (a.fact.name, b.fact.name) == (BORN, "birth_year"):
        return compare("==", Formula("year", (a.raw,)), b.value)
    (low_a, high_a), (low_b, high_b) = _months(person, a), _months(person, b)
    return and_(compare("<=", low_a, high_b), compare("<=", low_b, high_a))


def _months(person: Person, source: Source) -> tuple[Formula, Formula]:
    """The least and greatest completed months of age that a way of telling it leaves."""
    on = date.fromordinal(person.day)
    if source.fact.name == BORN:
        year, month, day = (Formula(op, (source.raw,)) for op in ("year", "month", "day"))
        months = minus(lit(on.year * 12 + on.month), plus(times(year, 12), month))
        exact = minus(months, number(compare(">", day, lit(on.day))))
        return exact, exact
    value = source.value
    if source.fact.name == "age":
        return times(value, 12), plus(times(value, 12), lit(11))
    if source.fact.name == "age_months":
        return value, value
    oldest = minus(lit(on.year * 12 + on.month - 1), times(value, 12))
    youngest = minus(oldest, lit(11 + (on.day < 31)))
    return if_(compare("<", youngest, lit(0)), lit(0), youngest), oldest


__all__ = ["Group", "Person", "impossible", "totals"]
