"""The facts a caller gives become exact values; everything unusable is reported at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from .domains import Interval, births, living
from .errors import HouseholdError, Problem, nearest, quoted
from .model import Fact, RuleSet
from .tree import Number, Value
from .values import field

Key = Any  # a household name, or (person, name)

_TEXT_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}\Z")  # 150.000 is how thousands are written in Vietnamese
_GROUPED = re.compile(r"-?[0-9]{1,3}([., ][0-9]{3})+\Z")
_AGES = {"age": "years", "age_months": "months", "birth_year": "year"}


@attrs.frozen(slots=False, eq=False, repr=False)
class Facts:
    """What is known of one household: exact values, and intervals for dates of birth.

    ``places`` is one unit of the last place in which a number was given.
    """

    known: Mapping[Key, Value]
    births: Mapping[int, Interval]
    members: int | None
    on: date | None
    places: Mapping[str, Fraction] = field(factory=dict)
    unused: tuple[str, ...] = ()
    # What is known in part: numbers that facts leave between two ends, codes of which one is meant.
    limits: Mapping[Key, Interval | frozenset[Any]] = field(factory=dict)


def read_facts(rules: RuleSet, household: Mapping[str, Any], on: date | None, *, where: str = "") -> Facts:
    """Check and convert a household. Raises :class:`HouseholdError` with every problem."""
    reader = _Reader(rules, on, where)
    facts = reader.read(household)
    if reader.problems:
        names = ", ".join(dict.fromkeys(p.where for p in reader.problems[:5]))
        raise HouseholdError(
            f"{len(reader.problems)} problem(s) in the facts given for {rules.id}: {names}", reader.problems
        )
    return facts


class _Reader:
    def __init__(self, rules: RuleSet, on: date | None, where: str) -> None:
        self.rules = rules
        self.on = on
        self.where = where
        self.problems: list[Problem] = []
        self.known: dict[Key, Value] = {}
        self.births: dict[int, Interval] = {}
        self.places: dict[str, Fraction] = {}
        self.limits: dict[Key, Interval | frozenset[Any]] = {}
        self.unused: list[str] = []

    def problem(self, code: str, place: str, message: str, value: Any, allowed: str = "", remedy: str = "") -> None:
        self.problems.append(Problem(code, self.where + place, message, value, allowed, remedy))

    def read(self, household: Mapping[str, Any]) -> Facts:
        members: int | None = None
        if not isinstance(household, Mapping):
            self.problem("CN040", "household", f"a household is a mapping of facts, not {quoted(household)}", household,
                         remedy='{"area": "rural", "income_per_person": 1500000, "deprivations": 3}')  # fmt: skip
            household = {}
        for name, value in household.items():
            if blank(value):
                self.check_name(name)
            elif name == "members":
                members = self.members(value)
            else:
                self.one(name, value)
        return Facts(self.known, self.births, members, self.on, self.places, tuple(self.unused), self.limits)

    def check_name(self, name: Any) -> Fact | None:
        """The fact of a name; an unknown name is a problem, one of other standards a note."""
        fact = household_names(self.rules).get(name)
        if fact is None and name != "members":
            if name in self.rules.other_facts:
                self.unused.append(str(name))
            else:
                known = [*givable(self.rules), "members", *self.rules.other_facts]
                person = self.rules.facts.get(name) if isinstance(name, str) else None
                remedy = nearest(str(name), known)
                if person is not None and person.entity == "person":
                    remedy = f'it is asked of each person: "members": [{{"{name}": ...}}]'
                self.problem("CN041", str(name), f"unknown fact {quoted(name)}", None, remedy=remedy)
        return fact

    def one(self, name: Any, value: Any) -> None:
        fact = self.check_name(name)
        if fact is not None and fact.unread:
            self.problem("CN066", str(name), f"{name} cannot be given: the text that settles it was not found", value,
                         remedy="leave it out; the answer says what it leaves open")  # fmt: skip
        elif fact is not None:
            result = self.value(fact, value, name, name)
            if result is not None:
                self.known[name] = result
                if fact.kind == "number":
                    self.places[name] = last_place(value)

    def members(self, value: Any) -> int | None:
        if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
            self.problem(
                "CN040", "members", f"members is a list of persons, not {quoted(value)}", value, remedy="[{...}, {...}]"
            )
            return None
        persons = list(value)
        if not persons:
            self.problem(
                "CN042",
                "members",
                "a household has at least one member",
                value,
                remedy="leave members out if the persons are not known",
            )
            return None
        for i, person in enumerate(persons):
            if not isinstance(person, Mapping):
                self.problem("CN040", f"members[{i}]", f"a person is a mapping of facts, not {quoted(person)}", person)
                continue
            ages: dict[str, Any] = {}
            for name, given in person.items():
                place = f"members[{i}].{name}"
                fact = person_names(self.rules).get(name)
                if fact is None:
                    if name not in self.rules.other_person_facts:
                        known = [*person_names(self.rules), *self.rules.other_person_facts]
                        self.problem(
                            "CN041",
                            place,
                            f"unknown fact of a person {quoted(name)}",
                            None,
                            remedy=nearest(str(name), known),
                        )
                    elif given is not None:
                        self.unused.append(place)
                elif not blank(given):
                    result = self.value(fact, given, place, (i, name))
                    if result is None:
                        continue
                    if name == "birth_date" or name in _AGES:
                        ages[name] = result
                    else:
                        self.known[i, name] = result
            self.age(i, ages)
        return len(persons)

    def age(self, i: int, given: Mapping[str, Any]) -> None:
        """Dates of birth from a date, a year or an age, which must agree."""
        if not given:
            return
        absolute = [n for n in ("birth_date", "birth_year") if n in given]
        if self.on is None and absolute:
            self.problem("CN043", f"members[{i}].{absolute[0]}", "an age needs the day of assessment", given[absolute[0]],
                         remedy="pass on=date(...)")  # fmt: skip
            return
        on = (self.on or date(2000, 1, 1)).toordinal()  # ages alone are the same on any day
        domain: Interval | None = Interval(None, on, whole=True)
        if "birth_date" in given:
            born = given["birth_date"]
            if born > on:
                self.problem("CN044", f"members[{i}].birth_date", f"born on {date.fromordinal(born)}, after the day of assessment {self.on}",
                             date.fromordinal(born))  # fmt: skip
                return
            if born < (living(on).low or 0):
                self.problem("CN044", f"members[{i}].birth_date", f"born on {date.fromordinal(born)}, too long ago to be alive on {self.on}",
                             date.fromordinal(born))  # fmt: skip
                return
            domain = Interval(born, born, whole=True)
        for name, kind in _AGES.items():
            if name not in given or domain is None:
                continue
            possible = births(kind, int(given[name]), on)
            if kind == "year" and possible is None:
                self.problem(
                    "CN044",
                    f"members[{i}].birth_year",
                    f"{given[name]} is not a year of birth on {self.on}",
                    given[name],
                )
                return
            met = None if possible is None else domain.meet(possible)
            if met is None:
                others = ", ".join(f"{n} {_shown(n, v)}" for n, v in given.items() if n != name)
                self.problem("CN045", f"members[{i}].{name}", f"{name} {given[name]} contradicts {others or 'the day of assessment'}", given[name],
                             remedy="keep the one that is right")  # fmt: skip
                return
            domain = met
        assert domain is not None
        if domain.single:
            self.known[i, "birth_date"] = int(domain.low or 0)
        else:
            self.births[i] = domain

    # --- one value ------------------------------------------------------------------------------

    def value(self, fact: Fact, value: Any, place: str, key: Key) -> Value | None:
        if type(value).__module__ == "numpy" and hasattr(value, "item"):
            value = value.item()
        if fact.kind == "number":
            return self.number(fact, value, place)
        if fact.kind == "boolean":
            if isinstance(value, bool):
                return value
            self.problem(
                "CN046",
                place,
                f"{quoted(value)} is not True or False",
                value,
                "True, False, or None where it is unknown",
            )
        elif fact.kind == "code":
            if isinstance(value, list | tuple | set | frozenset):
                return self.one_of(fact, value, place, key)
            if isinstance(value, str) and value in fact.codes:
                return value
            allowed = ", ".join(f"{c} ({t['vi']})" for c, t in fact.codes.items())
            remedy = nearest(value, fact.codes) if isinstance(value, str) else "codes are texts"
            self.problem("CN047", place, f"{quoted(value)} is not a code of {fact.name}", value, allowed, remedy)
        elif fact.kind == "date":
            return self.date(value, place)
        elif isinstance(value, str) and value.strip():
            return value
        else:
            self.problem("CN046", place, f"{quoted(value)} is not a text", value)
        return None

    def one_of(self, fact: Fact, values: Collection[Any], place: str, key: Key) -> str | None:
        """A code of which it is known that it is one of several: a box that joins them."""
        unlisted = [v for v in values if not (isinstance(v, str) and v in fact.codes)]
        if unlisted or not values:
            what = f"{quoted(unlisted[0])} is not a code of {fact.name}" if unlisted else "no code at all is named"
            self.problem("CN047", place, what, values, ", ".join(fact.codes), "name the codes that it may be, or None")
            return None
        if len(set(values)) == 1:
            return str(next(iter(values)))
        if len(set(values)) < len(fact.codes):
            self.limits[key] = frozenset(values)
        return None

    def date(self, value: Any, place: str) -> int | None:
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, date):
            return value.toordinal()
        if isinstance(value, str):
            try:
                return date.fromisoformat(value).toordinal()
            except ValueError:
                pass
        self.problem("CN048", place, f"{quoted(value)} is not a day", value, "a date, or text yyyy-mm-dd",
                     "with the year alone, give birth_year" if place.endswith("birth_date") else "")  # fmt: skip
        return None

    def number(self, fact: Fact, value: Any, place: str) -> Number | None:
        exact = to_number(value)
        if isinstance(value, str) and fact.unit.startswith("VND") and _THOUSANDS.match(value.strip()):
            digits = value.strip().replace(".", "")
            self.problem("CN051", place, f"{quoted(value)} can mean {digits} or {exact and float(exact):g}", value,
                         f"{_range(fact)} {fact.unit}", f"write {digits}, or a number with other than three decimals")  # fmt: skip
            return None
        if exact is None:
            remedy = "a number, or None where it is unknown"
            if isinstance(value, str) and _GROUPED.match(value.strip()):
                remedy = f"write the digits without grouping: {re.sub(r'[., ]', '', value)}"
            elif isinstance(value, str) and "," in value:
                remedy = f"write a decimal point: {value.replace(',', '.')}"
            elif isinstance(value, float):
                remedy = "leave it out, or give None, where it is unknown"
            self.problem(
                "CN049", place, f"{quoted(value)} is not a number", value, f"{_range(fact)} {fact.unit}".strip(), remedy
            )
            return None
        low, high = fact.least, fact.most
        if (low is not None and exact < low) or (high is not None and exact > high):
            code, message = "CN050", f"{value} is not possible for {fact.name}"
        elif fact.whole and not isinstance(exact, int):
            code, message = "CN050", f"{value} is not a whole number"
        elif fact.multiple and exact % fact.multiple:
            code, message = "CN050", f"{value} is not a multiple of {fact.multiple}"
        else:
            return exact
        self.problem(code, place, message, value, f"{_range(fact)} {fact.unit}".strip(), fact.note.get("en", ""))
        return None


DIGITS = 40  # more than any amount has, few enough to compute with
HUGE = 10**DIGITS


def to_number(value: Any) -> Number | None:
    """An exact number from int, Decimal, Fraction, decimal text, or a float's shortest text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < HUGE else None
    if isinstance(value, float):
        value = repr(float(value))
        if value in ("nan", "inf", "-inf"):
            return None
        exact = Fraction(value)
    elif isinstance(value, Fraction):
        exact = value
    elif isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > DIGITS or len(value.as_tuple().digits) > 2 * DIGITS:
            return None
        exact = Fraction(value)
    elif isinstance(value, str) and len(value) <= 40 and _TEXT_NUMBER.match(value.strip()):
        exact = Fraction(value.strip())
    else:
        return None
    return int(exact) if exact.denominator == 1 else exact


def blank(value: Any) -> bool:
    """Unknown: nothing, or an empty cell."""
    return value is None or (isinstance(value, str) and not value.strip())


def own_copy(household: Any) -> Any:
    """A household that the caller's lists, persons and iterators can no longer change."""
    if not isinstance(household, Mapping):
        return household
    copy: dict[str, Any] = dict(household)
    members: Any = copy.get("members")
    if hasattr(members, "__iter__") and not isinstance(members, str | bytes | Mapping):
        copy["members"] = tuple(dict(p) if isinstance(p, Mapping) else p for p in members)
    return copy


def last_place(value: Any) -> Fraction:
    """One unit of the last decimal place in which a number was written."""
    if isinstance(value, float):
        value = repr(float(value))
    if isinstance(value, str | Decimal):
        exponent = Decimal(value).as_tuple().exponent
        if isinstance(exponent, int) and exponent < 0:
            return Fraction(1, 10**-exponent)
        return Fraction(1)
    return Fraction(0) if isinstance(value, Fraction) and value.denominator != 1 else Fraction(1)


def household_names(rules: RuleSet) -> Mapping[str, Fact]:
    """Everything a caller may say of a household, derived values included."""
    if "household_names" not in rules.memo:
        names = {n: f for n, f in rules.facts.items() if f.entity != "person"}
        for values in (rules.values, *(m.values for m in rules.methods.values())):
            for name, d in values.items():
                names.setdefault(name, Fact(name, d.kind, d.labels, unit=d.unit))
        for name, d in rules.indicators.items():
            names[f"deprived_{name}"] = Fact(f"deprived_{name}", "boolean", d.labels)
        if rules.indicators or "deprivations" in names:
            label = {"vi": "số chỉ số thiếu hụt", "en": "number of deprivations"}
            most = len(rules.indicators) or None
            names["deprivations"] = Fact(
                "deprivations", "number", label, unit="indicator", whole=True, least=0, most=most
            )
        rules.memo["household_names"] = names
    found: Mapping[str, Fact] = rules.memo["household_names"]
    return found


def givable(rules: RuleSet) -> Mapping[str, Fact]:
    """What a caller can answer of it: all but the questions to texts that were not found."""
    return {n: f for n, f in household_names(rules).items() if not f.unread}


def person_names(rules: RuleSet) -> Mapping[str, Fact]:
    """Everything a caller may say of a person."""
    if "person_names" not in rules.memo:
        rules.memo["person_names"] = {n: f for n, f in rules.facts.items() if f.entity == "person"}
    found: Mapping[str, Fact] = rules.memo["person_names"]
    return found


def _range(fact: Fact) -> str:
    if fact.least is None and fact.most is None:
        return "any number"
    kind = f"a multiple of {fact.multiple}" if fact.multiple else "a whole number" if fact.whole else "a number"
    low = "" if fact.least is None else f" from {fact.least}"
    return kind + low + ("" if fact.most is None else f" to {fact.most}")


def _shown(name: str, value: Any) -> str:
    return str(date.fromordinal(value)) if name == "birth_date" else str(value)


__all__ = ["Facts", "givable", "household_names", "last_place", "person_names", "read_facts", "to_number"]
