"""A review round as it was read: its households and persons, and what was wrong with the rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import WORDS, DataProblems, Problem
from ..messages import said
from ..values import Frozen, evolve, frozen
from .data import load
from .names import key as name_key
from .profiles import Profile

if TYPE_CHECKING:
    import polars as pl

SHOWN = 3  # rows named in a summary
MOST = 50  # kinds of problem in an error
BY_VALUE = ("CN112", "CN118")  # codes, each of which needs an answer of its own
DONE = {"error": "left out", "warning": "unknown", "note": "noted"}
_PLACE = {"en": ("sheet", "row", "column"), "vi": ("trang tính", "dòng", "cột")}


@frozen
class RowProblem(Frozen):
    """What is wrong with a row, or must be known of a sheet.

    ``row`` and ``column`` are those the user sees (``14``, ``"H Phiếu B1"``); ``row`` is 0 where the
    whole sheet is meant. ``value`` is masked. ``severity`` is ``error`` (the row was left out),
    ``warning`` (the cell is unknown) or ``note``; ``count`` is more than 1 only in notes.
    """

    code: str
    file: str
    sheet: str
    row: int
    column: str
    message: str
    allowed: str = ""
    remedy: str = ""
    value: str = ""
    severity: str = "error"
    count: int = 1

    @property
    def where(self) -> str:
        """The place in words."""
        return self.place()

    def place(self, lang: str = "en") -> str:
        """The place in words, in ``vi`` or ``en``."""
        sheet, row, column = _PLACE[lang]
        parts = [self.file]
        parts += [f"{sheet} {self.sheet}"] if self.sheet else []
        parts += [f"{row} {self.row}"] if self.row else []
        return ", ".join([*parts, f"{column} {self.column}"] if self.column else parts)

    def __str__(self) -> str:
        return self.text()

    def text(self, lang: str = "en") -> str:
        """The problem as a report shows it, in ``vi`` or ``en``.

        >>> print(RowProblem("CN114", "a.csv", "", 3, "", "is blank, and tells the household apart", "", "fill it in").text("vi"))
        a.csv, dòng 3: bị trống, mà nó dùng để phân biệt hộ [CN114]
            cách sửa: điền vào
        """
        told = said(self.message, lang)
        words = WORDS[lang]
        told = f"{self.place(lang)}: {told}"
        told += (f": {said(self.value, lang)}" if self.value else "") + f" [{self.code}]"
        told += f"\n    {words[2]}: {self.count:,}" if self.count > 1 else ""
        told += f"\n    {words[0]}: {said(self.allowed, lang)}" if self.allowed else ""
        return told + (f"\n    {words[1]}: {said(self.remedy, lang)}" if self.remedy else "")


@frozen
class Prefixes(Frozen):
    """A rule of the caller for :func:`read_round`: the area of a commune by the word its name begins with.

    >>> Prefixes({"Xã": "rural", "Phường": "urban"}).area("Phường Bến Nghé")
    'urban'
    """

    areas: Mapping[str, str]

    def area(self, commune: str) -> str | None:
        name = name_key(commune)
        return next((area for word, area in self.areas.items() if name.startswith(f"{name_key(word)} ")), None)


@frozen
class LeftOut(Frozen):
    """What of the files is not in a round: ``rows`` that cannot be used, and the ``households`` that are lost with them.

    A row that does not say whose it is counts as a household of its own where it is a household's.
    Two of them add up. An empty one is false.

    >>> bool(LeftOut()), LeftOut(2, 1) + LeftOut(1, 1)
    (False, LeftOut(rows=3, households=2))
    """

    rows: int = 0
    households: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows or self.households)

    def __add__(self, other: LeftOut) -> LeftOut:
        return LeftOut(self.rows + other.rows, self.households + other.households)


@attrs.frozen(eq=False, repr=False)
class Round:
    """A review round as read.

    ``households`` and ``persons`` are polars frames in canonical columns; ``rejected`` has the place
    of every row left out and one of its reasons in each row, and no personal data. ``counts``: ``read``
    (rows with anything in them) = ``good`` + ``bad`` + ``repeated`` + ``set_aside`` (states that ``keep=`` did not
    choose); and ``blank``, ``hidden``, ``households``, ``persons``, ``states`` (households kept at several days).
    ``left_out`` is what the report forms must say is missing.
    """

    households: pl.DataFrame
    persons: pl.DataFrame
    problems: tuple[RowProblem, ...]
    rejected: pl.DataFrame
    counts: Mapping[str, int]
    profile: Profile
    on: date | None = None
    left_out: LeftOut = LeftOut()

    @property
    def columns(self) -> dict[str, dict[str, Any]]:
        """What ``classify(columns=...)`` has to know: boxes of the form that join several codes of one fact.

        A box speaks where the fact itself was left unknown for it.
        """
        import polars as pl

        found = {}
        for box, spec in load("profiles/_columns.yaml")["household"].items():
            fact = spec.get("joins", {}).get("fact")
            if fact is None or box not in self.households.columns:
                continue
            alone = pl.col(box).is_not_null()
            if fact in self.households.columns:
                alone &= pl.col(fact).is_null()
            if self.households.select(alone.any()).item():
                found[fact] = {"from": box, "codes": spec["joins"]["codes"]}
        return found

    @property
    def errors(self) -> tuple[RowProblem, ...]:
        """The problems for which a row was left out."""
        return tuple(p for p in self.problems if p.severity == "error")

    def summary(self) -> tuple[Problem, ...]:
        """The problems by kind: each kind once, with its count and its first rows."""
        groups: dict[RowProblem, list[RowProblem]] = {}
        for p in self.problems:
            groups.setdefault(evolve(p, row=0, count=1, value=p.value if p.code in BY_VALUE else ""), []).append(p)
        found = []
        for kind, same in groups.items():
            told = f"{kind.message}: {kind.value}" if kind.value else kind.message
            rows = tuple(
                (p.row, None, p.value if p.value and not kind.value else DONE[p.severity])
                for p in same[:SHOWN]
                if p.row
            )
            count = sum(p.count for p in same)
            found.append(Problem(kind.code, kind.where, told, None, kind.allowed, kind.remedy, count=count, rows=rows))
        return tuple(found)

    def raise_problems(self) -> None:
        """Raise :class:`DataProblems` if a row was left out, with every kind of problem, its count and first rows."""
        errors = self.errors
        if errors:
            kinds = attrs.evolve(self, problems=errors).summary()
            more = f"; the first {MOST} kinds follow" if len(kinds) > MOST else ""
            raise DataProblems(
                f"{self.counts['bad']:,} of {self.counts['read']:,} rows cannot be used{more}", kinds[:MOST]
            )

    def to_html(self) -> str:
        """A fragment of HTML: what was read, and the problems by kind."""
        counts = "".join(
            f"<tr><th style='text-align:left'>{escape(k)}</th><td>{v:,}</td></tr>" for k, v in self.counts.items()
        )
        heads = "".join(
            f"<th style='text-align:left'>{h}</th>" for h in ("where", "what", "rows", "first rows", "what to do")
        )
        body = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{escape(c)}</td>" for c in (
                p.where, f"{p.message} [{p.code}]", f"{p.count:,}", ", ".join(str(r[0]) for r in p.rows), p.remedy)) + "</tr>"
            for p in self.summary()
        )  # fmt: skip
        return f"<div><table>{counts}</table><table><tr>{heads}</tr>{body}</table></div>"

    def _repr_html_(self) -> str:
        return self.to_html()

    def __repr__(self) -> str:
        return f"<Round {self.profile.name}: " + ", ".join(f"{v:,} {k}" for k, v in self.counts.items()) + ">"
