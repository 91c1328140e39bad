"""From a region of facts to the smallest household in it.

What is said of a rule is shown on a household that anybody can assess again: the smallest whole
numbers that lie in the region, the first codes, nobody more than it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from .case import Key
from .domains import Domain, Interval
from .household import household_names, person_names
from .model import Fact, RuleSet
from .possible import fact_domain
from .regions import Bounds, narrowed
from .tree import Number, Quantifier

Household = dict[str, Any]


def household_in(rules: RuleSet, bounds: Bounds, also: Iterable[str] = ()) -> Household | None:
    """A household of a region, with some value of each name in ``also``; None where there is none.

    None means that numbers which cannot exceed each other exclude it, or that it speaks of persons
    only through what is true of all of them.
    """
    facts = household_names(rules)
    if any(isinstance(k, tuple) and (isinstance(k[0], Quantifier) or k[0] == "twin") for k in bounds):
        return None
    own: dict[str, Domain] = {k: d for k, d in bounds.items() if isinstance(k, str)}
    for name in also:
        if name in facts:
            own.setdefault(name, fact_domain(facts[name]))
    made: Household = {}
    for name in sorted(own, key=lambda n: (bool(facts[n].at_most) if n in facts else True, n)):
        fact = facts.get(name)
        if fact is None or fact.unread:
            return None
        domain: Domain | None = own[name]
        if isinstance(domain, Interval) and fact.at_most in own:
            domain = _within(own, made, fact)
        if domain is None:
            return None
        made[name] = smallest(domain, fact)
    persons = _persons(rules, bounds)
    if persons:
        made["members"] = persons
    return made


def _within(own: Mapping[str, Domain], made: Household, fact: Fact) -> Domain | None:
    """The domain of a number up to another, which is raised where it has to be."""
    mine, other = own[fact.name], own[fact.at_most]
    assert isinstance(mine, Interval)
    assert isinstance(other, Interval)
    below = mine.meet(Interval(None, made[fact.at_most]))
    if below is not None:
        return below
    least = smallest(mine, fact)
    above = other.meet(Interval(least, None))
    if above is None:
        return None
    made[fact.at_most] = smallest(above, fact)
    return mine.meet(Interval(None, made[fact.at_most]))


def _persons(rules: RuleSet, bounds: Bounds) -> list[Household]:
    facts = person_names(rules)
    members = {k[0] for k in bounds if isinstance(k, tuple)}
    made: list[Household] = [{} for _ in range(max(members) + 1 if members else 0)]
    for key, domain in bounds.items():
        if isinstance(key, tuple):
            made[key[0]][key[1]] = smallest(domain, facts[key[1]])
    return made


def smallest(domain: Domain, fact: Fact) -> Any:
    """The smallest whole number of a domain, the middle of one without any, the last day, or the first code."""
    if isinstance(domain, Interval):
        if fact.kind == "date":  # the youngest
            return date.fromordinal(int(domain.high or least_number(domain)))
        return least_number(domain)
    if fact.kind == "code":
        return next(c for c in fact.codes if c in domain)
    return False not in domain


def least_number(span: Interval) -> Number:
    if span.low is None:
        return 0 if span.high is None or span.high > 0 else floor(span.high) - (1 if span.high_open else 0)
    whole = floor(span.low)
    for number in (whole, whole + 1):
        if span.holds(number):
            return number
    if not span.low_open:
        return span.low
    return (Fraction(span.low) + Fraction(span.high if span.high is not None else span.low + 1)) / 2


def met_wholly(a: Bounds, b: Bounds) -> dict[Key, Domain] | None:
    """What two regions have in common, or None."""
    found: dict[Key, Domain] = dict(a)
    for key, domain in b.items():
        common = narrowed(found[key], domain) if key in found else domain
        if common is None:
            return None
        found[key] = common
    return found
