"""What can be wrong with the rows of a table, as conditions: each kind of problem with its words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from .columns import Source
from .deciding import COUNT
from .figures import largest
from .formula import FALSE, TRUE, Formula, and_, column, compare, lit, not_, or_, plus, times
from .household import _range
from .persons import AGES, Person, impossible
from .rows import Row
from .tree import Quantifier
from .values import Frozen, frozen


@frozen
class Check(Frozen):
    """One kind of problem: its code, the fact and column it is about, and the rows that have it."""

    code: str
    fact: str
    message: str
    test: Formula
    allowed: str = ""
    remedy: str = ""
    column: str = ""
    person: bool = False

    @property
    def words(self) -> str:
        """As a row says it."""
        return f"{'members.' if self.person else ''}{self.fact}: {self.message} [{self.code}]"


def of_source(source: Source, factor: int, person: bool = False) -> Iterator[Check]:
    """What the values of one column can have wrong, each by itself."""
    fact, known = source.fact, source.known

    def check(code: str, message: str, test: Formula, allowed: str = "", remedy: str = "") -> Check:
        return Check(code, fact.name, message, and_(known, test), allowed, remedy, source.column, person)

    if fact.kind in ("code", "boolean"):
        if source.codes and source.kind.name in ("float", "float32", "wide", "decimal"):
            off = Formula("off", (column(source.column), 1, source.kind.name))
            yield Check(
                "CN047", fact.name, "is not a listed code", off, "", "codes are whole numbers", source.column, person
            )
        if source.codes:
            meant = ", ".join(dict.fromkeys(str(code) for _, code in source.codes))
            yield check("CN047", "is not a listed code", not_(source.listed), meant,
                        f'list it under columns["{fact.name}"]["codes"], or correct it')  # fmt: skip
        return
    if fact.kind != "number":
        return
    part = source.part
    if source.kind.name in ("float", "float32", "wide", "decimal"):
        off = Formula("off", (column(source.column), source.scale, source.kind.name))
        finer = (
            "whole đồng"
            if fact.unit.startswith("VND")
            else f"steps of 1/{source.scale} {fact.unit}".replace("1/1 ", "1 ")
        )
        yield Check("CN075", fact.name, f"is not a number in {finer} that 64 bits hold exactly",
                    off, finer,
                    "give it in a finer unit as whole numbers, or as decimals", source.column, person)  # fmt: skip
    limit = largest(factor)
    tests = []
    if fact.least is not None:
        tests.append(compare("<", source.value, lit(_ceil(fact.least / part))))
    if fact.most is not None and fact.most / part < limit:
        tests.append(compare(">", source.value, lit(int(fact.most / part))))
    allowed = f"{_range(fact)} {fact.unit}".strip()
    yield check("CN050", f"is not {_range(fact)}", or_(*tests), allowed, fact.note.get("en", ""))
    if fact.whole and part.denominator != 1:
        yield check("CN050", "is not a whole number", not_(_multiple(source.value, part.denominator)), allowed)
    if fact.multiple:
        yield check(
            "CN050",
            f"is not a multiple of {fact.multiple}",
            not_(_multiple(source.value, int(fact.multiple / part))),
            allowed,
        )
    if fact.most is None or fact.most / part >= limit:
        yield check("CN076", "is too large to be computed with exactly", compare(">", source.value, lit(limit)), f"up to {limit:,}",
                    "check its unit")  # fmt: skip


def of_persons(person: Person) -> Iterator[Check]:
    """What a row of persons can have wrong."""
    for source in person.sources.values():
        yield from of_source(source, 2**12 if source.fact.name not in AGES else 12, person=True)
    for name, message, test in impossible(person):
        code = "CN045" if message.startswith("contradicts") else "CN044"
        yield Check(
            code,
            name,
            message,
            test,
            column=person.sources[name].column,
            person=True,
            remedy="keep the one that is right"
            if code == "CN045"
            else "correct it, or the day of assessment: on=date(...)",
        )


def of_row(row: Row) -> Iterator[Check]:
    """What a row of households can have wrong, contradictions between its columns included."""
    between = [*contradictions(row), *excesses(row)]  # first: they settle how far a column is multiplied
    for name, source in row.sources.items():
        yield from of_source(source, max(row.factors.get(name, 1), row.reach.get(name, 1)))
    yield from between


def contradictions(row: Row) -> Iterator[Check]:
    """Given values that no completion of the facts they are derived from can have."""

    def check(name: str, message: str, test: Formula) -> Check:
        return Check(
            "CN045",
            name,
            message,
            test,
            "",
            "keep the one that is right, and leave the other out",
            row.sources[name].column,
        )

    for name in row.sources:
        given, tree = row.given(name), row.prepared.trees.get(name)
        if name == COUNT:
            low, high = row.sums(row.flags)
            value = row.leaf(COUNT).value
            apart = or_(compare("<", value, low), compare(">", value, high))
            yield check(name, "contradicts the indicators", and_(given, row.counted_otherwise, apart))
        elif name in row.bounds:
            total, value = row.bounds[name], row.leaf(name).value
            apart = or_(compare("<", value, total.low), compare(">", value, total.high))
            yield check(name, "contradicts the facts that the form scores", and_(given, total.opened, apart))
        elif tree is None:
            continue
        elif name in row.flags or row.is_derived(name):
            opened = row._derives(name, unless_given=False)
            for truth in (True, False):
                said = row.sources[name].among({truth})
                yield check(
                    name,
                    "contradicts the facts it is derived from",
                    and_(given, opened, said, not_(row.flag_derived(name, truth))),
                )
        elif isinstance(tree, Quantifier) and tree in row.totals:
            total = row.totals[tree]
            value = row.sources[name].value
            apart = or_(compare("<", value, total.low), compare(">", value, total.high))
            yield check(name, "is not the number of persons in the other table", and_(given, apart))
        elif row.amount(name) is not None:
            opened = row._derives(name, unless_given=False)
            yield check(name, "contradicts the facts it is derived from", and_(given, opened, beyond(row, name)))


def beyond(row: Row, name: str) -> Formula:
    """Whether a given number lies beyond its derivation by more than one unit of its last place."""
    amount, leaf = row.amount(name), row.leaf(name)
    assert amount is not None
    step = 0 if row.facts[name].whole else 1
    found = []
    for low, op, sign in ((True, ">", step), (False, "<", -step)):
        open_ended, numerator, divisor, factor = row.sides(amount, leaf.part, low)
        value = leaf.value if sign == 0 else plus(leaf.value, lit(sign))
        row._multiplied(
            name, factor * 2 * int(max((row.facts[n].most or 1) for n in amount.below) if amount.below else 1)
        )
        right = times(value, factor)
        found.append(
            and_(not_(open_ended), compare(op, numerator, right if divisor == TRUE else times(right, divisor)))
        )
    return or_(*found)


def excesses(row: Row) -> Iterator[Check]:
    """Numbers beyond another that they cannot exceed, by more than how they were rounded."""
    for name, fact in row.facts.items():
        if not fact.at_most or not {name, fact.at_most} & row.sources.keys():
            continue
        tests = []
        for given_a, known_a, a, over_a, part_a, place_a in exact(row, name):
            for given_b, known_b, b, over_b, part_b, place_b in exact(row, fact.at_most):
                if not (given_a or given_b):
                    continue  # two derived numbers follow two given ones
                place = max(
                    Fraction(0) if row.facts[n].whole else p for n, p in ((name, place_a), (fact.at_most, place_b))
                )
                scale = Fraction(part_a, part_b)
                left, right = times(a, scale.numerator), times(b, scale.denominator)
                slack = place / part_b * scale.denominator
                left, right = (
                    times(left, over_b) if over_b != TRUE else left,
                    plus(right, times(over_b, int(slack)) if over_b != TRUE else lit(int(slack))),
                )
                right = right if over_a == TRUE else times(right, over_a)
                shares = (over_a != TRUE) + (over_b != TRUE)  # each is multiplied by the persons of the other
                for n in {name, fact.at_most} & row.sources.keys():
                    row._multiplied(n, 100**shares * max(scale.numerator, scale.denominator))
                tests.append(and_(known_a, known_b, compare(">", left, right)))
        if tests:
            about = name if name in row.sources else fact.at_most
            yield Check(
                "CN045",
                about,
                f"{name} is more than {fact.at_most}",
                or_(*tests),
                "",
                "check both, and their units",
                row.sources[about].column,
            )


def exact(row: Row, name: str) -> Iterator[tuple[bool, Formula, Formula, Formula, Fraction, Fraction]]:
    """The ways in which a number can be known: (given, where, numerator, divisor, its part, last place)."""
    leaf = row.leaf(name)
    if leaf.known != FALSE:
        yield True, leaf.known, leaf.value, TRUE, leaf.part, leaf.part
    amount = row.amount(name)
    if amount is not None and leaf.known != TRUE:
        known = and_(not_(leaf.known), *(row.certain(p) for p in row.parts(name)))
        if known != FALSE:
            _, numerator, divisor, factor = row.sides(amount, Fraction(1), True)
            yield False, known, numerator, divisor, Fraction(1, factor), Fraction(0)


def _ceil(value: Fraction | int) -> int:
    value = Fraction(value)
    return -((-value.numerator) // value.denominator)


def _multiple(value: Formula, of: int) -> Formula:
    return Formula("multiple", (value, of))
