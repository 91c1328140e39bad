"""Movements between two rounds of the review: the numbers of Mẫu 7.2 and 7.3.

Every household that is on a list in either round goes into exactly one of the columns 2 to 8, or
into a column of its own for what is not known, so that column 9 is what the form says it is, in
households and in persons. Splits, merges and removals come from the caller's table; none is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from ..errors import DataProblems, Problem, quoted
from ..model import Cite, Text
from ..tabular import like, to_polars, uncountable
from ..values import Frozen, frozen
from .data import load
from .names import unit_key
from .records import CATEGORIES, DATA, FIRST, LISTED, citation, first_rows, missing_columns
from .units import levels, provinces

KEY = "household_id"
UNITS = ("province", "district", "commune", "village")
AREAS = ("urban", "rural")  # in the order of the form
LINKS = ("split", "merge", "moved_in", "moved_out", "died", "dissolved", "renamed")
LEAVING = ("split", "merge", "moved_out", "died", "dissolved")
ENTERING = ("split", "merge", "moved_in")
UNMATCHED = ("unexplained", "demographic", "outside")
MOVERS = ("start", "end")
MEASURES = ("households", "persons")
OUTSIDE, UNKNOWN, ABSENT = "outside", "unknown", "absent"

NUMBERED = tuple(f"c{n}" for n in range(1, 10))
BESIDE = ("unknown", "unexplained_out", "unexplained_in", "unclassed_out", "unclassed_in")
SIGNS: Mapping[str, int] = {
    "c1": 1, "c2": -1, "c3": -1, "c4": -1, "c5": 1, "c6": 1, "c7": 1, "c8": 1,
    "unknown": 1, "unexplained_out": -1, "unexplained_in": 1, "unclassed_out": -1, "unclassed_in": 1,
}  # fmt: skip
COUNTED = (*NUMBERED, *BESIDE, "moved_out", "moved_in")

#: What became of a household → its column in Mẫu 7.2 and in Mẫu 7.3.
COLUMNS: Mapping[str, tuple[str | None, str | None]] = {
    "stayed_poor": (None, None),
    "stayed_near_poor": (None, None),
    "stayed_outside": (None, None),
    "poor_to_near_poor": ("2", "5"),
    "poor_to_outside": ("3", None),
    "near_poor_to_outside": (None, "2"),
    "near_poor_to_poor": ("5", "3"),
    "returned_poor": ("6", None),
    "new_poor": ("7", None),
    "returned_or_new_poor": ("6 or 7", None),
    "returned_near_poor": (None, "6"),
    "new_near_poor": (None, "7"),
    "returned_or_new_near_poor": (None, "6 or 7"),
    "demographic_out_poor": ("4", None),
    "demographic_out_near_poor": (None, "4"),
    "demographic_out_outside": (None, None),
    "demographic_in_poor": ("8", None),
    "demographic_in_near_poor": (None, "8"),
    "demographic_in_outside": (None, None),
    "unexplained_out": (None, None),
    "unexplained_in": (None, None),
    "unclassed": (None, None),
}


@frozen
class Row(Frozen):
    """A row of the form: a place and area, and its numbers in households or in persons.

    ``place`` holds the names of the units asked for; ``area`` is ``urban``, ``rural`` or None where
    it is not known. ``numbers`` has ``c1`` to ``c9`` and what stands beside them (see
    :meth:`Movements.counts`); None is unknown, never zero.
    """

    place: tuple[str | None, ...]
    area: str | None
    measure: str
    numbers: Mapping[str, int | None]

    def __hash__(self) -> int:
        return hash((self.place, self.area, self.measure))

    def __getitem__(self, column: int | str) -> int | None:
        """A number by the column of the form (``row[2]``) or by its name (``row["unknown"]``)."""
        return self.numbers[f"c{column}" if isinstance(column, int) else column]

    @property
    def end(self) -> int | None:
        """What column 9 must be by the others: 1-2-3-4+5+6+7+8, and what stands beside them."""
        return balance(self.numbers)


def balance(numbers: Mapping[str, int | None]) -> int | None:
    """1-2-3-4+5+6+7+8 with the columns of what is not known; None where one of them is unknown."""
    total = 0
    for name, sign in SIGNS.items():
        value = numbers[name]
        if value is None:
            return None
        total += sign * value
    return total


@frozen
class Arisen(Frozen):
    """Newly poor households by the statistical indicator, beside the columns of Mẫu 7.2.

    ``figure`` is poor this year - poor last year + escaped (``escaped``: columns 2 and 3);
    ``columns`` is 5 + 6 + 7 with those that are 6 or 7. They differ by what came in column 8 less
    what went in column 4 and, where there is any, by what is not explained: ``parts``.
    """

    figure: int
    columns: int
    start: int
    end: int
    escaped: int
    parts: Mapping[str, int]
    cite: Cite

    def __hash__(self) -> int:
        return hash((self.figure, self.columns, self.start, self.end))

    @property
    def agrees(self) -> bool:
        return self.figure == self.columns

    def explain(self, lang: str = "vi") -> str:
        """The two figures, and what lies between them."""
        words = {
            "vi": ("Hộ nghèo phát sinh", "Cột 5 + 6 + 7", "Chênh lệch"),
            "en": ("Newly poor", "Columns 5 + 6 + 7", "The difference"),
        }[lang]
        parts = [f"{'+' if n > 0 else '-'} {abs(n):,} ({PARTS[name][lang]})" for name, n in self.parts.items() if n]
        sums = f"{self.end:,} - {self.start:,} + {self.escaped:,} = {self.figure:,}"
        text = f"{words[0]}: {sums} ({self.cite.label(lang)}). {words[1]}: {self.columns:,}."
        return f"{text} {words[2]}: {self.columns:,} {' '.join(parts)} = {self.figure:,}." if parts else text


PARTS: Mapping[str, Text] = {
    "c8": {"vi": "cột 8", "en": "column 8"},
    "c4": {"vi": "cột 4", "en": "column 4"},
    "unexplained_in": {"vi": "chưa rõ vì sao có thêm", "en": "come, not explained"},
    "unexplained_out": {"vi": "chưa rõ vì sao không còn", "en": "gone, not explained"},
    "unclassed_in": {"vi": "chưa biết loại đầu năm", "en": "class at the start unknown"},
    "unclassed_out": {"vi": "chưa biết loại cuối năm", "en": "class at the end unknown"},
}


@attrs.frozen(eq=False, repr=False)
class Movements:
    """What became of each household between two rounds. Made by :func:`movements`.

    ``problems`` are notes, not errors: households that no link explains, classes and sizes that are
    not known, histories that do not reach back, each with its count and first rows.
    """

    frame: Any
    native: Any
    movers: str
    shared: tuple[str, ...]
    problems: tuple[Problem, ...]

    def __repr__(self) -> str:
        return f"Movements({self.frame.height:,} households, {len(self.problems)} notes)"

    @property
    def households(self) -> Any:
        """One row for each household of either round, in the caller's kind of table.

        ``household_id``; the unit columns and ``area`` as they are at the end (at the start, for a
        household that is gone); the same with ``_before`` at the start; ``from`` and ``to``
        (``poor``, ``near_poor``, ``outside``, ``unknown``, ``absent``); ``movement`` (see
        :data:`COLUMNS`); ``column_72`` and ``column_73`` (text: ``"6 or 7"`` where earlier rounds do
        not tell); ``persons_before``, ``persons_after``.
        """
        return like(self.native, self.frame.drop("present_before", "present_after"))

    def exits(self, form: str = "7.2") -> Any:
        """The households that escaped poverty (7.2: to near-poor or above) or left near-poverty (7.3), as on Mẫu 6.2."""
        import polars as pl

        found = {"poor": ("poor_to_near_poor", "poor_to_outside"), "near_poor": ("near_poor_to_outside",)}[listed(form)]
        places = [n for n in (*UNITS, "area") if n in self.frame.columns]
        return like(
            self.native,
            self.frame.filter(pl.col("movement").is_in(found)).select(KEY, *places, "from", "to", "movement"),
        )

    def counts(self, form: str = "7.2", by: Sequence[str] = ("commune",), *, moves: Sequence[str] | None = None) -> Any:
        """The numbers of the form: a row for each place, area and measure, in the caller's kind of table.

        ``by`` are unit columns, with those above them where names repeat; ``()`` is everything together. The columns are those of ``by``,
        ``area``, ``measure`` (``households``, ``persons``), ``c1`` to ``c9`` and beside them
        ``unknown`` (column 6 or 7, earlier rounds do not tell), ``unexplained_out``, ``unexplained_in``
        (in one round only and in no link, or in a place that is not known), ``unclassed_out``,
        ``unclassed_in`` (class at the end, at the start unknown). With them

            c9 = c1 - c2 - c3 - c4 + c5 + c6 + c7 + c8
                 + unknown - unexplained_out + unexplained_in - unclassed_out + unclassed_in

        in every row. ``unexplained`` is how many the last four are together; ``moved_out`` and
        ``moved_in`` are those within 4 and 8 that only changed their place or area; ``size_unknown``
        is the number of households without which the persons cannot be summed: those sums are null.

        A household that changed its place leaves the one by column 4 and enters the other by column
        8 in the class it had, and changes its class where it now lives. ``moves`` are the units whose
        change counts as that (``by``, when left out): tables with the same ``moves`` add up.

        Raises :class:`DataProblems` (CN120) for units that are not in both rounds.
        """
        import polars as pl

        own, other = listed(form), "near_poor" if listed(form) == "poor" else "poor"
        cell = tuple(by)
        apart = tuple(dict.fromkeys((*cell, *(moves if moves is not None else ()))))
        problems = [
            Problem("CN120", f"by[{n!r}]" if n in cell else f"moves[{n!r}]", f"{quoted(n)} is not a unit of both rounds", n,
                    ", ".join(self.shared), "give it in both rounds, or leave it out")
            for n in apart if n not in self.shared
        ]  # fmt: skip
        if problems:
            raise DataProblems("the movements cannot be counted by these units", problems)
        frame = self.frame.with_columns(*_marks(apart))
        parts = []
        for measure in MEASURES:
            persons = measure == "persons"
            sizes = (pl.col("persons_before"), pl.col("persons_after")) if persons else (pl.lit(1), pl.lit(1))
            for rows, suffix, entries in (
                (frame, "", _where_it_is(own, other, self.movers, *sizes)),
                (frame.filter("elsewhere"), "_before", _where_it_was(own, sizes[0])),
            ):
                numbers = {n: entries.get(n, pl.lit(0)).cast(pl.Int64) for n in COUNTED}
                lacking = pl.any_horizontal(pl.col(n).is_null() for n in COUNTED)
                parts.append(
                    rows.select(*(pl.col(f"{n}{suffix}").alias(n) for n in (*cell, "area")), **numbers).with_columns(
                        measure=pl.lit(measure), size_unknown=lacking
                    )
                )
        groups = (*cell, "area", "measure")
        summed = (
            pl.concat(parts)
            .group_by(groups)
            .agg(
                *(pl.when(pl.col(n).is_null().any()).then(None).otherwise(pl.col(n).sum()).alias(n) for n in COUNTED),
                pl.col("size_unknown").sum().cast(pl.Int64),
            )
        )
        four = BESIDE[1:]
        made = summed.with_columns(unexplained=pl.sum_horizontal(four, ignore_nulls=False)).sort(
            *cell,
            pl.col("area").replace_strict(
                {a: i for i, a in enumerate(AREAS)}, default=len(AREAS), return_dtype=pl.Int8
            ),
            "measure",
            nulls_last=True,
        )
        order = (*groups, *NUMBERED, *BESIDE, "unexplained", "moved_out", "moved_in", "size_unknown")
        return like(self.native, made.select(order))

    def table(
        self, form: str = "7.2", by: Sequence[str] = ("commune",), *, moves: Sequence[str] | None = None
    ) -> tuple[Row, ...]:
        """:meth:`counts` as rows: small, for printing and for reading one number."""
        frame = to_polars(self.counts(form, by, moves=moves), "counts")
        names = [n for n in frame.columns if n not in (*by, "area", "measure")]
        return tuple(
            Row(tuple(r[n] for n in by), r["area"], r["measure"], {n: r[n] for n in names})
            for r in frame.iter_rows(named=True)
        )

    def arisen(self) -> Arisen:
        """Newly poor households by the statistical indicator, held against the columns of Mẫu 7.2."""
        rows = [r.numbers for r in self.table("7.2", ()) if r.measure == "households"]
        total = {name: sum(r[name] or 0 for r in rows) for name in COUNTED}
        escaped = total["c2"] + total["c3"]
        return Arisen(
            figure=total["c9"] - total["c1"] + escaped,
            columns=total["c5"] + total["c6"] + total["c7"] + total["unknown"],
            start=total["c1"],
            end=total["c9"],
            escaped=escaped,
            parts={name: SIGNS[name] * total[name] for name in PARTS},
            cite=citation(load(DATA)["indicators"]["arisen"]["cite"]),
        )


def listed(form: str) -> str:
    """The class that a form is about: 7.2 ``poor``, 7.3 ``near_poor``."""
    forms = load(DATA)["forms"]
    if form not in forms:
        problem = Problem("CN120", "form", f"there are no movements on form {quoted(form)}", form, ", ".join(forms))
        raise DataProblems("no such form of movements", [problem])
    found: str = forms[form]["class"]
    return found


def movements(
    before: Any,
    after: Any,
    *,
    links: Any = None,
    earlier: Any = None,
    since: Any = None,
    unmatched: str = "unexplained",
    persons_of_movers: str = "start",
    category: str | tuple[str, str] = "category",
    key: str = KEY,
    standard_before: Any = None,
    standard_after: Any = None,
    days: tuple[date, date] | None = None,
    comparable: bool | Callable[[Any, Any], bool] | None = None,
) -> Movements:
    """What became of each household between two rounds of the review.

    ``before`` and ``after`` are tables with one row for each household: ``household_id``, the class
    (``category``, or the column named there, such as ``recorded``), ``household_size``, ``area`` and
    the unit columns, as far as they are known. ``category=("recorded", "category")`` holds the class
    recorded before, in earlier rounds too, against the one computed since.

    ``links`` is the caller's table of what happened to households: ``from_id``, ``to_id``, ``kind``
    (``split``, ``merge``, ``moved_in``, ``moved_out``, ``died``, ``dissolved``, ``renamed``: the same
    household under another code). A household in one round only and in no link is unexplained, unless
    ``unmatched`` says how to count it: ``"demographic"`` (columns 4 and 8) or ``"outside"`` (the
    rounds hold the poor and near-poor only, so it is outside the lists in the other).

    ``earlier`` tells a return from a newly arisen household: a table with ``household_id``, ``round``
    and ``category``, a mapping of rounds to tables, or a list of tables, the oldest first. ``since``
    is the first round from which they are known to be complete up to ``before``; the texts do not say
    how far back one must look. Who was on the list in any earlier round returned; who was not, with
    every round complete, newly arose; for all others it is unknown.

    ``persons_of_movers`` says which size moves between the two lists where a household changes class
    and size at once: ``"start"`` (the difference goes to column 4 or 8 of the list it enters) or
    ``"end"`` (of the list it leaves).

    Rounds under two standards, or on two sides of a change of units, are not compared (CN123): give
    ``standard_before`` and ``standard_after``, and in ``days`` the day of each round, to have that
    checked. Rounds without a unit in common are never compared. ``comparable=True`` says that the
    units are the same, as after a crosswalk; False, or a function of the two tables that gives False,
    that they are not. Raises :class:`DataProblems` with every
    problem of both rounds and the links, its count and first rows.

    >>> import polars as pl
    >>> before = pl.DataFrame({"household_id": ["A", "B"], "category": ["poor", "poor"], "household_size": [4, 3]})
    >>> after = pl.DataFrame({"household_id": ["A", "B"], "category": ["near_poor", "poor"], "household_size": [4, 5]})
    >>> persons = movements(before, after).table("7.2", by=())[1]
    >>> [persons[n] for n in range(1, 10)], persons.end
    ([7, 4, 0, 0, 0, 0, 0, 2, 5], 5)
    """
    import polars as pl

    problems = _choices(unmatched, persons_of_movers) + _same_standard(standard_before, standard_after)
    class_before, class_after = (category, category) if isinstance(category, str) else category
    first, second = to_polars(before, "before"), to_polars(after, "after")
    problems += _comparable(before, after, days, comparable)
    shared = tuple(n for n in UNITS if n in first.columns and n in second.columns)
    start, found = _round(first, "before", key, class_before, shared)
    end, more = _round(second, "after", key, class_after, shared)
    problems += found + more
    if problems:
        raise DataProblems(f"{len(problems)} kinds of problem in the two rounds", problems)
    table, problems = _links(links, start, end)
    history, complete, gap, more = _history(earlier, since, key, class_before)
    problems += more
    start, end = _one_spelling(start, end, shared)
    if comparable is None:
        problems += _units_changed(start, end, shared)
    if problems:
        raise DataProblems(f"{len(problems)} kinds of problem between the two rounds", problems)

    renamed = table.filter(pl.col("kind") == "renamed").select(
        pl.col("from_id").alias(KEY), pl.col("to_id").alias("new")
    )
    start, history = _renamed(start, renamed), _renamed(history, renamed)
    gone = table.filter(pl.col("kind").is_in(LEAVING)).select(pl.col("from_id").alias(KEY)).unique()
    come = table.filter(pl.col("kind").is_in(ENTERING)).select(pl.col("to_id").alias(KEY)).unique()
    joined = (
        start.join(end, on=KEY, how="full", coalesce=True, suffix="_after", maintain_order="left_right")
        .join(gone.with_columns(leaves=True), on=KEY, how="left", maintain_order="left")
        .join(come.with_columns(enters=True), on=KEY, how="left", maintain_order="left")
    )
    frame = _with_history(_classified(joined, unmatched, shared), history, complete)
    return Movements(frame, before, persons_of_movers, shared, tuple(_notes(frame, complete, gap)))


# --- what became of each household --------------------------------------------------------------------


def _classified(joined: Any, unmatched: str, shared: tuple[str, ...]) -> Any:
    import polars as pl

    def state(there: str, value: str, explained: str) -> Any:
        absent = pl.lit(ABSENT)
        if unmatched == "outside":
            absent = pl.when(pl.col(explained).fill_null(False)).then(absent).otherwise(pl.lit(OUTSIDE))
        return pl.when(pl.col(there).fill_null(False)).then(pl.col(value).fill_null(UNKNOWN)).otherwise(absent)

    here = pl.col("present_after").fill_null(False)
    places = (*shared, "area")
    frame = joined.select(
        KEY,
        *(pl.when(here).then(f"{n}_after").otherwise(n).alias(n) for n in places),
        *(pl.col(n).alias(f"{n}_before") for n in places),
        pl.col("present_before", "present_after").fill_null(False),
        pl.col("leaves", "enters").fill_null(unmatched == "demographic"),
        persons_before="size",
        persons_after="size_after",
        **{"from": state("present_before", "class", "enters"), "to": state("present_after", "class_after", "leaves")},
    )
    start, end = pl.col("from"), pl.col("to")
    movement = (
        pl.when((start == UNKNOWN) | (end == UNKNOWN)).then(pl.lit("unclassed"))
        .when((end == ABSENT) & pl.col("leaves")).then("demographic_out_" + start)
        .when(end == ABSENT).then(pl.lit("unexplained_out"))
        .when((start == ABSENT) & pl.col("enters")).then("demographic_in_" + end)
        .when(start == ABSENT).then(pl.lit("unexplained_in"))
        .when(start == end).then("stayed_" + start)
        .when(start == OUTSIDE).then("returned_or_new_" + end)
        .otherwise(start + "_to_" + end)
    )  # fmt: skip
    return frame.with_columns(movement=movement).drop("leaves", "enters")


def _with_history(frame: Any, history: Any, complete: bool) -> Any:
    """The households that came from outside the lists, by what earlier rounds say of them; and the columns of the forms."""
    import polars as pl

    entrants = frame.filter(pl.col("movement").str.starts_with("returned_or_new")).select(KEY)
    was = (
        history.join(entrants, on=KEY, how="semi")
        .group_by(KEY)
        .agg(
            *((pl.col("class") == c).any().alias(f"was_{c}") for c in LISTED),
            (pl.col("class").is_null() & pl.col("counts")).any().alias("open"),
        )
    )
    frame = frame.join(was, on=KEY, how="left", maintain_order="left")
    known = pl.lit(complete) & ~pl.col("open").fill_null(False)
    movement = pl.col("movement")
    told = movement
    for c in LISTED:
        entered = movement == f"returned_or_new_{c}"
        told = (
            pl.when(entered & pl.col(f"was_{c}").fill_null(False)).then(pl.lit(f"returned_{c}"))
            .when(entered & known).then(pl.lit(f"new_{c}"))
            .otherwise(told)
        )  # fmt: skip
    by_form = [{name: found[i] for name, found in COLUMNS.items()} for i in range(2)]
    frame = frame.with_columns(movement=told).with_columns(
        column_72=pl.col("movement").replace_strict(by_form[0], return_dtype=pl.String),
        column_73=pl.col("movement").replace_strict(by_form[1], return_dtype=pl.String),
    )
    places = [n for n in frame.columns if n.removesuffix("_before") in (*UNITS, "area")]
    return frame.select(KEY, *places, "from", "to", "movement", "column_72", "column_73", "persons_before", "persons_after",
                        "present_before", "present_after")  # fmt: skip


# --- the entries of a form ----------------------------------------------------------------------------


def _marks(units: tuple[str, ...]) -> tuple[Any, Any]:
    """``elsewhere``: whether a household of both rounds changed its place or area; ``placed``: whether both are known."""
    import polars as pl

    both = pl.col("present_before") & pl.col("present_after")
    pairs = [(pl.col(n), pl.col(f"{n}_before")) for n in (*units, "area")]
    differ = pl.any_horizontal(a.ne_missing(b) for a, b in pairs)
    blank = pl.any_horizontal(a.is_null() != b.is_null() for a, b in pairs)
    return (both & differ).alias("elsewhere"), (~blank).alias("placed")


def _where_it_was(own: str, size: Any) -> dict[str, Any]:
    """What a household that changed its place leaves in the old one: it was there, and moved."""
    import polars as pl

    on_list = pl.col("from") == own
    moved, lost = on_list & pl.col("placed"), on_list & ~pl.col("placed")
    return {
        "c1": _sized(on_list, size),
        "c4": _sized(moved, size),
        "moved_out": _sized(moved, size),
        "unexplained_out": _sized(lost, size),
    }


def _where_it_is(own: str, other: str, movers: str, size: Any, size_after: Any) -> dict[str, Any]:
    """The entries of a household in the place where it is (or was, when it is gone)."""
    import polars as pl

    start, end, movement = pl.col("from") == own, pl.col("to") == own, pl.col("movement")
    arrived = start & pl.col("elsewhere")
    to_other, from_other = f"{own}_to_{other}", f"{other}_to_{own}"
    moving = size if movers == "start" else size_after
    changed = movement.is_in([f"stayed_{own}", from_other if movers == "start" else to_other])
    more = size_after - size
    exits, falls = ("c3", "c2") if own == "poor" else ("c2", "c3")
    return {
        "c1": _sized(start & ~pl.col("elsewhere"), size),
        falls: _sized(movement == to_other, moving),
        exits: _sized(movement == f"{own}_to_outside", size),
        "c4": _sized(movement == f"demographic_out_{own}", size) + _sized(changed, (-more).clip(lower_bound=0)),
        "c5": _sized(movement == from_other, moving),
        "c6": _sized(movement == f"returned_{own}", size_after),
        "c7": _sized(movement == f"new_{own}", size_after),
        "c8": _sized(movement == f"demographic_in_{own}", size_after) + _sized(changed, more.clip(lower_bound=0))
        + _sized(arrived & pl.col("placed"), size),
        "c9": _sized(end, size_after),
        "unknown": _sized(movement == f"returned_or_new_{own}", size_after),
        "unexplained_out": _sized(start & (movement == "unexplained_out"), size),
        "unexplained_in": _sized(end & (movement == "unexplained_in"), size_after) + _sized(arrived & ~pl.col("placed"), size),
        "unclassed_out": _sized(start & (movement == "unclassed"), size),
        "unclassed_in": _sized(end & (movement == "unclassed"), size_after),
        "moved_in": _sized(arrived & pl.col("placed"), size),
    }  # fmt: skip


def _sized(condition: Any, size: Any) -> Any:
    import polars as pl

    return pl.when(condition).then(size).otherwise(0)


# --- what the caller gives ----------------------------------------------------------------------------


def _choices(unmatched: str, movers: str) -> list[Problem]:
    return [
        Problem("CN120", name, f"{quoted(value)} is not a choice", value, ", ".join(allowed))
        for name, value, allowed in (("unmatched", unmatched, UNMATCHED), ("persons_of_movers", movers, MOVERS))
        if value not in allowed
    ]


def _same_standard(before: Any, after: Any) -> list[Problem]:
    if before is None or after is None:
        return []
    one, other = (str(getattr(s, "id", s)) for s in (before, after))
    if one == other:
        return []
    return [Problem("CN123", "standard_after", f"the rounds were classified by {one} and by {other}", None, "one standard",
                    f"classify the first round anew by {other} (std.classify) and compare that one")]  # fmt: skip


def _comparable(
    before: Any, after: Any, days: tuple[date, date] | None, comparable: bool | Callable[[Any, Any], bool] | None
) -> list[Problem]:
    """Rounds of two days with other levels of units or other provinces, or of which the caller says so."""
    same = comparable(before, after) if callable(comparable) else comparable
    if same is None and days is not None:
        one, other = days
        if (levels(one), provinces(one)) == (levels(other), provinces(other)):
            return []
        message = f"the units changed between {one} and {other}"
        return [Problem("CN123", "days", message, None, remedy=CROSSWALK)]
    if same is None or same:
        return []
    return [Problem("CN123", "comparable", "the rounds lie on two sides of a change of units", None, remedy=CROSSWALK)]


CROSSWALK = "carry the first round over to the units of the second by a crosswalk, or pass comparable=True where they are the same"


def _units_changed(start: Any, end: Any, shared: tuple[str, ...]) -> list[Problem]:
    problems = []
    for name in shared:
        one, other = (frame.get_column(name) for frame in (start, end))
        if not len(one) or not len(other):
            continue
        blanks = one.null_count() == len(one), other.null_count() == len(other)
        if any(blanks):
            whole = other.null_count() == 0 if blanks[0] else one.null_count() == 0
            message = "is filled in one round and blank in the other" if whole and not all(blanks) else ""
        else:
            common = set(one.drop_nulls().unique()) & set(other.drop_nulls().unique())
            message = "" if common else "has no name that is in both rounds"
        if message:
            problems.append(
                Problem(
                    "CN123",
                    f"after[{name!r}]",
                    f"{name} {message}: the units changed in between",
                    None,
                    remedy=CROSSWALK,
                )
            )
    return problems


def _round(frame: Any, what: str, key: str, category: str, shared: tuple[str, ...]) -> tuple[Any, list[Problem]]:
    """A round as ``household_id``, ``class``, ``size``, the units and ``area``; with every problem of its rows."""
    import polars as pl

    problems = missing_columns(frame, what, (key, category))
    if problems:
        return frame, problems
    size = "household_size"
    columns = [pl.col(key).cast(pl.String).alias(KEY), pl.col(category).cast(pl.String).alias("given")]
    columns += [pl.col(n).cast(pl.String) for n in shared]
    columns.append(
        (pl.col("area").cast(pl.String) if "area" in frame.columns else pl.lit(None, pl.String)).alias("area")
    )
    sized = frame.schema.get(size, pl.Null())
    if not (sized.is_numeric() or sized == pl.Null):
        problems.append(
            Problem(
                "CN120", f"{what}[{size!r}]", f"holds {sized}, not numbers", None, "whole numbers", "convert it first"
            )
        )
        sized = pl.Null()
    columns.append((pl.col(size) if sized != pl.Null else pl.lit(None, pl.Int64)).alias("size"))
    frame = frame.select(columns).with_columns(
        row=pl.int_range(pl.len()),
        **{
            "class": pl.when(pl.col("given").is_in(LISTED))
            .then("given")
            .when(pl.col("given").is_not_null())
            .then(pl.lit(OUTSIDE))
        },
    )
    bad = uncountable(frame["size"], 1)
    blank = pl.col(KEY).is_null() | (pl.col(KEY) == "")
    faults = (
        ("CN121", key, "a household has no key", blank, "", "give each household a key"),
        ("CN121", key, "a key is there more than once", ~blank & pl.col(KEY).is_duplicated(), "", "each household once in a round"),
        ("CN047", category, "is not a class that is listed", pl.col("given").is_not_null() & ~pl.col("given").is_in(CATEGORIES),
         ", ".join(CATEGORIES), "null where it is unknown"),
        ("CN047", "area", "is not an area that is listed", pl.col("area").is_not_null() & ~pl.col("area").is_in(AREAS),
         ", ".join(AREAS), "null where it is unknown"),
        ("CN050", size, "is not a whole number from 1", bad, "a whole number from 1", "null where it is unknown"),
    )  # fmt: skip
    for code, name, message, condition, allowed, remedy in faults:
        found = frame.filter(condition)
        if found.height:
            problems.append(
                Problem(
                    code,
                    f"{what}[{name!r}]",
                    message,
                    None,
                    allowed,
                    remedy,
                    count=found.height,
                    rows=first_rows(found),
                )
            )
    kept = frame.select(KEY, "class", pl.col("size").cast(pl.Int64, strict=False), *shared, "area")
    return kept.with_columns(pl.lit(True).alias(f"present_{what}")), problems


def _links(links: Any, start: Any, end: Any) -> tuple[Any, list[Problem]]:
    """The links, held against the two rounds."""
    import polars as pl

    names = ("from_id", "to_id", "kind")
    if links is None:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String)), []
    frame = to_polars(links, "links")
    problems = missing_columns(frame, "links", names)
    if problems:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String)), problems
    frame = frame.select(pl.col(n).cast(pl.String) for n in names).with_columns(row=pl.int_range(pl.len()))
    before, after = start.get_column(KEY).implode(), end.get_column(KEY).implode()
    kind, source, target = pl.col("kind"), pl.col("from_id"), pl.col("to_id")
    two = ("split", "merge", "renamed")
    fates = (*(k for k in LEAVING if k != "split"), "renamed")  # members may have split off before
    origins = (*(k for k in ENTERING if k != "merge"), "renamed")  # others may have joined
    doubled = _ways(frame.filter(kind.is_in(fates)), "from_id", "to_id")
    crossed = _ways(frame.filter(kind.is_in(origins)), "to_id", "from_id")
    faults = (
        ("CN047", "kind", "is no kind of link", ~kind.is_in(LINKS).fill_null(False), ", ".join(LINKS), ""),
        ("CN122", "from_id", "a link of this kind needs the household it comes from", kind.is_in((*LEAVING, "renamed")) & source.is_null(),
         "a household of the first round", ""),
        ("CN122", "to_id", "a link of this kind needs the household it leads to", kind.is_in((*two, "moved_in")) & target.is_null(),
         "a household of the second round", ""),
        ("CN122", "from_id", "a household that moved in comes from no household of the first round",
         (kind == "moved_in") & source.is_not_null(), "null", "renamed, for the same household under another code"),
        ("CN122", "to_id", "a household that is gone leads to none", kind.is_in(("moved_out", "died", "dissolved")) & target.is_not_null(),
         "null", "merge, for members who joined another household"),
        ("CN122", "from_id", "is no household of the first round", source.is_not_null() & ~source.is_in(before),
         "a household of the first round", "correct the code"),
        ("CN122", "to_id", "is no household of the second round", target.is_not_null() & ~target.is_in(after),
         "a household of the second round", "correct the code"),
        ("CN122", "from_id", "is said to be gone, and is in the second round",
         kind.is_in(("merge", "moved_out", "died", "dissolved", "renamed")) & source.is_in(after), "", "take the link out, or the household"),
        ("CN122", "to_id", "is said to be new, and is in the first round",
         kind.is_in(("split", "moved_in", "renamed")) & target.is_in(before), "", "take the link out, or the household"),
        ("CN122", "from_id", "went in two ways at once", kind.is_in(fates) & source.is_in(doubled),
         "one kind of link", "keep the one that is right"),
        ("CN122", "to_id", "came in two ways at once", kind.is_in(origins) & target.is_in(crossed),
         "one kind of link", "keep the one that is right"),
    )  # fmt: skip
    for code, name, message, condition, allowed, remedy in faults:
        found = frame.filter(condition.fill_null(False))
        if found.height:
            shown = first_rows(found, "to_id" if name == "to_id" else "from_id")
            problems.append(
                Problem(code, f"links[{name!r}]", message, None, allowed, remedy, count=found.height, rows=shown)
            )
    return frame, problems


def _ways(frame: Any, of: str, other: str) -> Any:
    """The households that two kinds of link, or two new codes, are given for."""
    import polars as pl

    codes = pl.col(other).filter(pl.col("kind") == "renamed").n_unique()
    counted = frame.group_by(of).agg(ways=pl.max_horizontal(pl.col("kind").n_unique(), codes))
    return counted.filter(pl.col("ways") > 1).get_column(of).implode()


def _history(earlier: Any, since: Any, key: str, category: str) -> tuple[Any, bool, str, list[Problem]]:
    """Earlier rounds as ``household_id``, ``class``, ``counts`` (in a round that is to be complete); whether
    they are complete; if not, why; and the problems."""
    import polars as pl

    empty = pl.DataFrame(schema={KEY: pl.String, "class": pl.String, "counts": pl.Boolean})
    frame, rounds, problems = _rounds(earlier, key, category)
    if problems:
        return empty, False, "", problems
    if since is not None and since not in rounds:
        problem = Problem("CN126", "since", f"{quoted(since)} is no round of earlier", since, ", ".join(sorted(map(str, rounds))),
                          "name the first of them from which the lists are complete")  # fmt: skip
        return empty, False, "", [problem]
    if since is None:
        lacking = "since= does not say from which round the lists are complete"
        gap = "earlier= was not given" if earlier is None else lacking
    else:
        years = [r for r in rounds if type(r) is int]
        missing = sorted(set(range(since, max(years))) - set(years)) if len(years) == len(rounds) else []
        gap = f"rounds are missing in between: {', '.join(map(str, missing))}" if missing else ""
    if frame is None:
        return empty, not gap, gap, []
    bad = frame.filter(pl.col("class").is_not_null() & ~pl.col("class").is_in(CATEGORIES))
    if bad.height:
        problems = [Problem("CN047", f"earlier[{category!r}]", "is not a class that is listed", None, ", ".join(CATEGORIES),
                            "null where it is unknown", count=bad.height, rows=first_rows(bad))]  # fmt: skip
    counts = pl.lit(False) if since is None else pl.col("round") >= since
    return frame.select(KEY, "class", counts=counts), not gap, gap, problems


def _rounds(earlier: Any, key: str, category: str) -> tuple[Any, list[Any], list[Problem]]:
    """Earlier rounds as one frame of ``household_id``, ``class``, ``round`` and ``row``; the rounds there are."""
    import polars as pl

    if isinstance(earlier, Mapping):
        tables = dict(earlier)
    elif earlier is None or isinstance(earlier, list | tuple):
        tables = dict(enumerate(earlier or ()))
    else:
        tables = {None: earlier}
    parts, problems = [], []
    for name, table in tables.items():
        what = "earlier" if name is None else f"earlier[{name!r}]"
        frame = to_polars(table, what)
        found = missing_columns(frame, what, (key, category, *(["round"] if name is None else [])))
        problems += found
        if not found:
            label = pl.col("round") if name is None else pl.lit(name).alias("round")
            columns = pl.col(key).cast(pl.String).alias(KEY), pl.col(category).cast(pl.String).alias("class")
            parts.append(frame.select(*columns, label, row=pl.int_range(pl.len())))
    if problems or not parts:
        return None, [], problems
    whole = pl.concat(parts, how="vertical_relaxed")
    rounds = list(tables) if None not in tables else whole.get_column("round").unique().to_list()
    if None in rounds:
        problems.append(
            Problem("CN126", "earlier['round']", "a row does not say of which round it is", None, "", "fill it in")
        )
    return whole, rounds, problems


def _renamed(frame: Any, renamed: Any) -> Any:
    """A frame whose households have their codes of the second round."""
    import polars as pl

    if not renamed.height:
        return frame
    joined = frame.join(renamed, on=KEY, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("new", KEY).alias(KEY)).drop("new")


def _one_spelling(start: Any, end: Any, shared: tuple[str, ...]) -> tuple[Any, Any]:
    """Both rounds with one spelling for each name of a place, that of the second where it has one."""
    import polars as pl

    frames = [start, end]
    for name in shared:
        names = [sorted(frame.get_column(name).drop_nulls().unique()) for frame in frames]
        spelled = {unit_key(n, name): n for found in names for n in found}
        for i, found in enumerate(names):
            changes = {n: kept for n in found if (kept := spelled[unit_key(n, name)]) != n}
            if changes:
                frames[i] = frames[i].with_columns(pl.col(name).replace(changes))
    return frames[0], frames[1]


def _notes(frame: Any, complete: bool, gap: str) -> list[Problem]:
    """What the numbers leave open, with counts and first rows."""
    import polars as pl

    on_a_list = pl.col("from").is_in(LISTED) | pl.col("to").is_in(LISTED)
    movement = pl.col("movement")
    lacking = (pl.col("from").is_in(LISTED) & pl.col("persons_before").is_null()) | (
        pl.col("to").is_in(LISTED) & pl.col("persons_after").is_null()
    )
    notes = (
        ("CN124", "links", "households on a list at the start are not in the second round, and in no link",
         (movement == "unexplained_out") & on_a_list, "say in links= what became of them, or unmatched= how to count them"),
        ("CN124", "links", "households on a list at the end are not in the first round, and in no link",
         (movement == "unexplained_in") & on_a_list, "say in links= where they came from, or unmatched= how to count them"),
        ("CN125", "category", "the class is not known in one round", movement == "unclassed", "decide them first; they are in no column"),
        ("CN125", "household_size", "the size is not known, so that persons cannot be summed", lacking, "fill in household_size"),
        ("CN126", "earlier", f"it is not known whether they returned or newly arose{': ' + gap if gap else ''}",
         movement.str.starts_with("returned_or_new"),
         "give earlier= and since=" if not complete else "decide the classes that are unknown in earlier rounds"),
    )  # fmt: skip
    found = []
    for code, where, message, condition, remedy in notes:
        rows = frame.filter(condition)
        if rows.height:
            shown = tuple((None, k, k) for k in rows.get_column(KEY).head(FIRST))
            found.append(Problem(code, where, message, None, "", remedy, count=rows.height, rows=shown))
    return found


__all__ = ["COLUMNS", "Arisen", "Movements", "Row", "balance", "listed", "movements"]
