"""A table of households under two standards and every hybrid between them.

Each row ends as a *profile*: the classes that are possible for it under each subset of the changed
clauses. Profiles are few, so that what is exact and slow is done once for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from ..answering import Standard
from ..classifying import Asked
from ..errors import DataProblems, HouseholdError, Problem
from ..household import givable, household_names, person_names
from ..methods import RECORDED, choose_method
from ..model import NO_CLASS_NAME
from ..prepared import prepare
from ..results import class_labels
from .clauses import Clauses

if TYPE_CHECKING:
    import polars as pl

OURS = "_of_moves"  # how the answers are called beside the caller's columns
UNREAD = "no_fact"  # a column that no rule reads
BITS, EACH = 12, 5  # of a code, and codes in a word of 64 bits
UNDETERMINED = "undetermined"
SPLIT = "; "


@attrs.frozen(slots=False, eq=False, repr=False)
class Given:
    """The caller's tables as polars frames, and where the facts are under both standards."""

    homes: pl.DataFrame
    people: pl.DataFrame | None
    key: str
    base: Mapping[str, Any]
    person_columns: Mapping[str, Any]
    first: Mapping[str, Any]
    second: Mapping[str, Any]
    on: date | None
    readings: Mapping[str, str]
    derive: str
    aside: frozenset[str] = frozenset()  # columns that are read as no fact: those of groups

    def columns(self, which: int) -> dict[str, Any]:
        return {**self.base, **(self.second if which else self.first)}

    @property
    def overrides(self) -> dict[str, tuple[Any, Any]]:
        """The facts whose columns differ, with (under a, under b); None is the column of the fact's own name."""
        facts = dict.fromkeys((*self.first, *self.second))
        found = {f: (self.columns(0).get(f), self.columns(1).get(f)) for f in facts}
        return {f: specs for f, specs in found.items() if specs[0] != specs[1]}


@attrs.frozen(slots=False, eq=False, repr=False)
class Profiles:
    """``of_row`` is the profile of each row; ``codes`` has, for each profile and subset, the possible classes."""

    of_row: pl.Series
    codes: tuple[tuple[frozenset[str], ...], ...]

    def __len__(self) -> int:
        return len(self.codes)


def decided(possible: frozenset[str]) -> str:
    """The class of a set of possible ones: the only one, or ``undetermined``."""
    return next(iter(possible)) if len(possible) == 1 else UNDETERMINED


# --- what may be given ------------------------------------------------------------------------------------


def fitting(std: Standard, other: Standard, mapping: Mapping[str, Any], *, persons: bool = False) -> dict[str, Any]:
    """A mapping of columns without the facts that the other standard alone knows."""
    mine, theirs = ((person_names(s) if persons else household_names(s)) for s in (std, other))
    elsewhere = std.other_person_facts if persons else std.other_facts
    return {n: spec for n, spec in mapping.items() if n in mine or n in elsewhere or n not in theirs}


def method_of(std: Standard, given: Given, which: int, method: str | None) -> str:
    """The method that answers under one standard: as ``classify`` chooses it. Recorded classes are no rule."""
    mapped = fitting(std, std, given.columns(which))
    names = [n for n in givable(std) if (n in given.homes.columns and n not in given.aside) or n in mapped]
    chosen = choose_method(std, names, method)
    if chosen == RECORDED:
        problem = Problem("CN193", "method", "classes recorded by the authority do not follow from a rule", None,
                          ", ".join(std.methods), "name the method of the rules: method=..., or leave the recorded columns out")  # fmt: skip
        raise HouseholdError("recorded classes cannot be moved from one standard to another", [problem])
    return chosen


def no_facts(
    groups: tuple[str, ...], given: Given, standards: tuple[Standard, ...], methods: tuple[str | None, ...]
) -> frozenset[str]:
    """The columns of groups that bear the name of a fact which neither rule reads: ``region`` is one of the forms."""
    read: set[str] = set()
    for which, (std, method) in enumerate(zip(standards, methods, strict=True)):
        prepared = prepare(std, method if method is not None and method in std.methods else std.default_method)
        read |= prepared.needed | prepared.card_names
        for name, spec in given.columns(which).items():
            read |= {
                name,
                spec if isinstance(spec, str) else spec.get("from", name) if isinstance(spec, Mapping) else name,
            }
    return frozenset(groups) - read - {given.key}


def ends(a: Standard, b: Standard, given: Given, methods: tuple[str, str]) -> tuple[pl.Series, pl.Series]:
    """The possible classes under both standards, every row checked. Raises :class:`DataProblems` with all of both."""
    found: list[Any] = []
    problems: dict[tuple[Any, ...], Problem] = {}
    for which, (std, other) in enumerate(((a, b), (b, a))):
        try:
            found.append(_classify(std, other, given, given.columns(which), methods[which], "now"))
        except (DataProblems, HouseholdError) as error:
            for p in error.problems:
                problems.setdefault((p.code, p.where, p.message, p.count), p)
    if problems:
        raise DataProblems(
            f"{len(problems)} kind{'s' if len(problems) > 1 else ''} of problem in the households for {a.exact_id} and {b.exact_id}",
            list(problems.values()),
        )
    return found[0], found[1]


def _classify(
    std: Standard, other: Standard, given: Given, columns: Mapping[str, Any], method: str, check: str
) -> pl.Series:
    mine = fitting(std, other, columns)
    theirs = fitting(std, other, given.person_columns, persons=True) if given.people is not None else None
    readings = {n: s for n, s in given.readings.items() if n in std.interpretations}
    derive = "all" if check == "defer" else given.derive
    asked = Asked(std, given.key, mine, theirs, given.on, method, readings, derive)
    wanted, of_persons = asked.may_read
    homes = _rows_of(given.homes, [n for n in given.homes.columns if n in wanted - given.aside])
    people = None if given.people is None else given.people.select([n for n in given.people.columns if n in of_persons])
    made = std.classify(
        homes, people, key=given.key, columns=mine, person_columns=theirs, on=given.on, method=method,
        readings=readings, derive=derive, check=check, suffix=OURS,
    )  # fmt: skip
    possible: pl.Series = made[f"possible{OURS}"]
    if possible.null_count():
        rows = made.filter(made[f"possible{OURS}"].is_null())
        raise DataProblems(f"{len(rows)} rows have no answer under {std.exact_id}", [
            Problem("CN193", "households", str(rows[f"problems{OURS}"][0]), None, "", "give each standard a column of its own: first=, second=",
                    count=len(rows))
        ])  # fmt: skip
    return possible


def _rows_of(homes: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Some columns of a table; every row of it where there are none: a rule that was not found reads nothing."""
    import polars as pl

    return homes.select(names) if names else pl.DataFrame({UNREAD: [None] * homes.height}, {UNREAD: pl.Boolean})


# --- profiles ---------------------------------------------------------------------------------------------


def profiles(
    made: Clauses,
    given: Given,
    known: tuple[pl.Series, pl.Series],
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Profiles:
    """The rows classified once under each hybrid; the ends are those that were checked."""
    import polars as pl

    last = (1 << len(made.clauses)) - 1
    listed: dict[str, int] = {}
    words: list[pl.Series] = []
    word: Any = None
    for subset in range(last + 1):
        if subset in (0, last):
            possible = known[subset == last]
        else:
            taken = made.taken(subset)
            hybrid = made.hybrid(taken)
            method = (made.b if made.owner.get(("rule", "")) in taken else made.a).method
            possible = _classify(hybrid, hybrid, given, made.columns(taken, given.base), method, "defer")
        for text in possible.unique(maintain_order=True):
            listed.setdefault(text, len(listed))
        code = (
            possible.replace_strict(listed, return_dtype=pl.Int64) if len(possible) else pl.Series([], dtype=pl.Int64)
        )
        place = subset % EACH
        word = code if place == 0 else word + code * (1 << BITS * place)
        if place == EACH - 1 or subset == last:
            words.append(word.alias(f"w{len(words)}"))
        if progress is not None:
            progress("clauses", subset + 1, last + 1)
    packed = pl.DataFrame(words)
    distinct = packed.unique(maintain_order=True).with_row_index("profile")
    of_row = packed.join(distinct, on=packed.columns, how="left", maintain_order="left")["profile"]
    sets = [frozenset(text.split(SPLIT)) for text in listed]
    codes = tuple(
        tuple(sets[c] for c in _unpacked(row, last + 1)) for row in distinct.select(packed.columns).iter_rows()
    )
    return Profiles(of_row, codes)


def _unpacked(row: tuple[int, ...], subsets: int) -> Iterator[int]:
    for subset in range(subsets):
        yield row[subset // EACH] >> BITS * (subset % EACH) & (1 << BITS) - 1


# --- classes of both --------------------------------------------------------------------------------------


@attrs.frozen(slots=False, eq=False, repr=False)
class Ladder:
    """The classes of both standards, nested ones under the class they lie in."""

    a: Standard
    b: Standard
    methods: tuple[str, str]  # by which each answers: what a class is called can rest on it

    @property
    def within(self) -> dict[str, str]:
        return {n: c.within for s in (self.b, self.a) for n, c in s.classes.items() if c.within}

    def common(self, name: str) -> str:
        """A class as both standards tell it: a nested class that only one has counts as the class around it."""
        while not (name in self.a.classes and name in self.b.classes) and name in self.within:
            name = self.within[name]
        return name

    def inside(self, names: tuple[str, ...]) -> frozenset[str]:
        """Classes, and those nested in them."""
        found = set(names)
        while more := {n for n, around in self.within.items() if around in found} - found:
            found |= more
        return frozenset(found)

    def order(self, which: int) -> dict[str, int]:
        std = self.b if which else self.a
        names = [*std.classes, *(n for n in (*self.a.classes, *self.b.classes) if n not in std.classes)]
        return {n: i for i, n in enumerate((*names, UNDETERMINED, NO_CLASS_NAME))}

    def label(self, name: str, which: int, lang: str) -> str:
        std = (self.a, self.b)[which]
        if name in std.classes:
            return class_labels(std, name, self.methods[which])[lang]
        words: Mapping[str, Mapping[str, str]] = {
            UNDETERMINED: {"vi": "chưa xác định", "en": "undetermined"},
            NO_CLASS_NAME: {"vi": "không thuộc loại nào", "en": "in no class"},
        }
        return words[name][lang] if name in words else name


__all__ = [
    "UNDETERMINED",
    "Given",
    "Ladder",
    "Profiles",
    "decided",
    "ends",
    "fitting",
    "method_of",
    "no_facts",
    "profiles",
]
