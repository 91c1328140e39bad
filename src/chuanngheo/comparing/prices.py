"""Amounts of one year in the prices of another, by an index that is given or by the one that is shipped."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

from ..errors import DataProblems, NoStandard, Problem, quoted
from ..model import Cite, Instrument, Text, bilingual
from ..values import Frozen, field, frozen
from ..version import standards_folder

FILE = os.path.join("vn", "prices", "cpi.yaml")


@frozen
class PriceIndex(Frozen):
    """Prices by year: ``values[year]`` over ``values[base]`` is what one đồng of the base year was worth.

    ``name`` and ``label`` (Vietnamese and English) name it, ``base`` is the year whose level is 100,
    ``values`` are exact, ``cite`` says where they are from (None for an index of the caller's own).

    >>> from chuanngheo.comparing.prices import price_index
    >>> index = price_index({2010: "100", 2011: "118.7", 2012: "129.5"})
    >>> index.convert(1_000_000, 2010, 2012)
    Fraction(1295000, 1)
    >>> index.span
    (2010, 2012)
    """

    name: str
    base: int
    values: Mapping[int, Fraction]
    label: Text = field(factory=dict)
    cite: Cite | None = None

    def __repr__(self) -> str:
        return f"<PriceIndex {self.name} {self.span[0]}-{self.span[1]}>"

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last year; years between them may be missing."""
        return min(self.values), max(self.values)

    def ratio(self, from_year: int, to_year: int) -> Fraction:
        """Prices of ``to_year`` over prices of ``from_year``.

        Raises :class:`NoStandard` (``CN186``) with every year that the index does not have.
        """
        missing = [y for y in dict.fromkeys((from_year, to_year)) if not _is_year(y) or y not in self.values]
        if missing:
            first, last = self.span
            gaps = [y for y in range(first, last) if y not in self.values]
            years = f"{first} to {last}" + (f" without {', '.join(map(str, gaps))}" if gaps else "")
            problems = [
                Problem("CN186", "year", f"{self.name} has no prices of {quoted(y)}", y, years,
                        "take a year that it has (in a comparison: years=, in_year=), or give an index of your own: price_index({...})")
                for y in missing
            ]  # fmt: skip
            raise NoStandard(f"{self.name} covers {years}, not {', '.join(quoted(y) for y in missing)}", problems)
        return self.values[to_year] / self.values[from_year]

    def convert(self, amount: object, from_year: int, to_year: int) -> Fraction:
        """An amount in the prices of one year, in the prices of another; exact, in the unit of the amount.

        Raises :class:`NoStandard` (``CN186``) for a year it does not have, :class:`DataProblems` (``CN187``)
        for what is no number.
        """
        exact = _number(amount)
        if exact is None:
            problem = Problem("CN187", "amount", f"{quoted(amount)} is not a number", amount, "a number",
                              "an int, a Fraction, a Decimal, a float or its decimal text")  # fmt: skip
            raise DataProblems(f"amount={quoted(amount)} is not a number", [problem])
        return exact * self.ratio(from_year, to_year)


def price_index(values: Mapping[int, Any], name: str = "prices", base: int | None = None) -> PriceIndex:
    """An index of the caller's own: whole years and their levels, in any one scale.

    A level is an int, a Fraction, a Decimal, decimal text, or a float (read by its shortest text). ``base``
    is the year whose level counts as 100 (by default the first); the scale does not matter to :meth:`PriceIndex.convert`.
    Raises :class:`DataProblems` (``CN185``) with every entry that is not usable.

    >>> price_index({2020: 1, 2022: 1.05}).ratio(2020, 2022)
    Fraction(21, 20)
    """
    problems: list[Problem] = []
    levels: dict[int, Fraction] = {}

    def report(where: str, message: str, value: Any, allowed: str, remedy: str) -> None:
        problems.append(Problem("CN185", where, message, value, allowed, remedy))

    entries = values.items() if isinstance(values, Mapping) else ()
    for year, level in entries:
        exact = _number(level)
        if not _is_year(year):
            report(
                f"values[{quoted(year)}]", "is not a year", year, "a whole number", "write 2020, not a text or a day"
            )
        elif exact is None or exact <= 0:
            report(f"values[{year}]", f"{quoted(level)} is no level of prices", level, "a number above 0",
                   "leave out a year whose level is not known")  # fmt: skip
        else:
            levels[year] = exact
    if not entries:
        report("values", "has no years", values, "a mapping of years to levels", 'give {2020: "100", 2021: "101.8"}')
    if base is not None and base not in levels:
        report("base", f"{quoted(base)} is not among the years", base, ", ".join(map(str, levels)), "take one of them")
    if problems:
        raise DataProblems(f"{len(problems)} problem(s) with the index {name}", problems)
    first = base if base is not None else min(levels)
    scaled = {y: 100 * v / levels[first] for y, v in sorted(levels.items())}
    return PriceIndex(name, first, scaled, {"vi": name, "en": name})


@cache
def shipped_cpi() -> PriceIndex:
    """The yearly average consumer price index of Viet Nam, 1995 to 2024, with its citation.

    Source: World Bank, World Development Indicators (FP.CPI.TOTL.ZG), in a copy (grade B). What is
    published is the change of each year; the levels are their exact products. Raises nothing.

    >>> index = shipped_cpi()
    >>> index.span, index.cite.grade
    ((1995, 2024), 'B')
    >>> round(index.convert(1_500_000, 2021, 2024))
    1655535
    """
    with open(os.path.join(standards_folder(), FILE), encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    level = Fraction(100)
    levels = {int(data["base"]): level}
    for year, change in sorted(data["changes"].items()):
        level *= 1 + Fraction(change) / 100
        levels[int(year)] = level
    said = data["cite"]
    source = data["sources"][said["source"]]
    cite = Cite(
        Instrument(said["source"], source["number"], source["title"], grade=source["grade"], note=bilingual(source["note"])),
        said["at"], said["grade"], "", bilingual(said["note"]),
    )  # fmt: skip
    return PriceIndex(data["name"], int(data["base"]), levels, data["title"], cite)


def _is_year(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> Fraction | None:
    """A number as it was written, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value)
    try:
        exact = Decimal(
            repr(value) if isinstance(value, float) else value if isinstance(value, Decimal) else str(value).strip()
        )
    except InvalidOperation:
        return None
    return Fraction(exact) if exact.is_finite() else None


__all__ = ["PriceIndex", "price_index", "shipped_cpi"]
