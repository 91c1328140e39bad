"""Everything this library raises, and the problems an error carries.

An error is a report: every problem found, each with what was wrong, where, what was allowed
and what to do. The problems are values, so that a form or a log can show them its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .values import Frozen, frozen

# What stands before the parts of a problem.
WORDS = {"en": ("allowed", "what to do", "rows", "row"), "vi": ("cho phép", "cách sửa", "số dòng", "dòng")}


@frozen
class Problem(Frozen):
    """One thing that is wrong.

    ``code`` is stable (``CN014``; each has a paragraph in ``docs/en/errors.md``). ``where`` is a
    fact (``members[2].sex``) or a place in a file (``local.yaml:12:9``); ``excerpt`` shows the
    line of the file with a caret under the place. In a table, ``count`` is the number of rows that
    have the problem and ``rows`` shows the first of them: (number or None, key, value).

    >>> import chuanngheo as cn
    >>> try:
    ...     cn.standard("vn-2006").assess({"area": "Urban"})
    ... except cn.HouseholdError as error:
    ...     print(error.problems[0].code, error.problems[0].where, error.problems[0].remedy)
    CN047 area did you mean urban?
    """

    code: str
    where: str
    message: str
    value: Any = None
    allowed: str = ""
    remedy: str = ""
    excerpt: str = ""
    count: int = 0
    rows: tuple[tuple[Any, ...], ...] = ()

    def __str__(self) -> str:
        return self.text()

    def text(self, lang: str = "en") -> str:
        """The problem as a report shows it, in ``vi`` or ``en``; values, names and places are the same.

        A text that has no Vietnamese stays English.

        >>> print(Problem("CN049", "income", "'x' is not a number", "x", remedy="a number, or None where it is unknown").text("vi"))
        income: 'x' không phải là số [CN049]
            cách sửa: một số, hoặc None khi chưa biết
        """
        say = _speaker(lang)
        allowed, remedy, rows = WORDS[lang][:3]
        parts = [f"{self.where}: {say(self.message)} [{self.code}]"]
        if self.excerpt:
            parts.append(self.excerpt)
        if self.allowed:
            parts.append(f"    {allowed}: {say(self.allowed)}")
        if self.remedy:
            parts.append(f"    {remedy}: {say(self.remedy)}")
        if self.count:
            parts.append(f"    {rows}: {self.count:,}" + "".join(_row(r, WORDS[lang][3]) for r in self.rows))
        return "\n".join(parts)


class ChuanNgheoError(Exception):
    """The root of every error of this library; ``problems`` lists all that was found."""

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        self.message = message
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(message, self.problems)

    def __str__(self) -> str:
        return self.text()

    def text(self, lang: str = "en") -> str:
        """The whole report in ``vi`` or ``en``: what it says, then every problem.

        >>> import chuanngheo as cn
        >>> try:
        ...     cn.standard("vn-2006").assess({"area": "Urban"})
        ... except cn.HouseholdError as error:
        ...     print(error.text("vi"))
        1 vấn đề trong thông tin đã cho đối với vn-2006: area
        - area: 'Urban' không phải là mã của area [CN047]
            cho phép: rural (nông thôn), urban (thành thị)
            cách sửa: ý bạn là urban?
        """
        return "\n".join([_speaker(lang)(self.message), *(f"- {p.text(lang)}" for p in self.problems)])


class RuleFileError(ChuanNgheoError, ValueError):
    """A rule file cannot be read; nothing of it was used."""


class HouseholdError(ChuanNgheoError, ValueError):
    """The facts given about a household are not usable as they stand."""


class DataProblems(ChuanNgheoError, ValueError):
    """Rows of a table are not usable as they stand: every kind of problem, its count, its first rows."""


class NoStandard(ChuanNgheoError, LookupError):
    """No standard, version, line or method answers what was asked."""


def _speaker(lang: str) -> Callable[[str], str]:
    """How a text is told in a language."""
    if lang not in WORDS:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(WORDS)}")
    if lang == "en":
        return str
    from .messages import said  # its texts are read for a report in Vietnamese only

    return lambda text: said(text, lang)


def _row(row: tuple[Any, ...], named: str) -> str:
    """One of the first rows that have a problem: its number and key where there are any."""
    number, key, value = row
    place = "" if number is None else f"{named} {number}"
    if key is not None and key is not value:
        place += f" ({quoted(key)})" if place else quoted(key)
    shown = str(value) if isinstance(value, date | Decimal) else quoted(value)
    return f"\n        {place}: {shown}" if place else f"\n        {shown}"


def as_day(value: object, name: str) -> date:
    """A date; a time of day is dropped, anything else is an error."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    problem = Problem(
        "CN065",
        name,
        f"{quoted(value)} is not a day",
        value,
        "a datetime.date",
        "datetime.date, or date.fromisoformat(...)",
    )
    raise HouseholdError(f"{name}={quoted(value)} is not a day", [problem])


def quoted(value: object) -> str:
    """A value as it should appear in a message: short, and never more than one line."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


FACTS = "see cn.facts() for every known name"


def nearest(name: str, known: Iterable[str], see: str = FACTS) -> str:
    """A remedy that names the nearest known names, or lists a few of them; ``see`` says where all of them are."""
    from difflib import get_close_matches  # only a report needs it

    names = sorted(set(known))
    if not names:
        return "none is known here"
    close = get_close_matches(name, names, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(close) + "?"
    if len(names) <= 30:
        return "known names: " + ", ".join(names)
    return see
