"""``comparison.on(households)``: the same households under two standards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from ..answering import Standard
from ..errors import HouseholdError, Problem, as_day, nearest, quoted
from ..measures.design import Design, survey, unweighted
from ..measures.opening import open_table
from ..model import Text, weakest
from ..results import Caveat
from ..tabular import to_polars
from .amounts import sizes
from .classed import Given, ends, method_of, no_facts, profiles
from .clauses import MOST, Clauses, find_clauses
from .lines import unseen_about
from .moved import ADDED, Moves
from .sides import FLAG, POOR, Side, side
from .tally import UNITS

if TYPE_CHECKING:
    from .differences import Comparison

COUNTED = "deprivations"
SHOWN = {
    *ADDED,
    *UNITS,
    "share_of_from",
    "se",
    "ci_low",
    "ci_high",
    "clause",
    "unit",
    "value",
    "certain",
    "possible",
    "data",
    "hypothetical",
}
Progress = Callable[[str, int, int | None], None]


def moves(
    comparison: Comparison,
    households: Any,
    persons: Any = None,
    *,
    key: str = "household_id",
    columns: Mapping[str, Any] | None = None,
    person_columns: Mapping[str, Any] | None = None,
    weight: str | None = None,
    by: str | Sequence[str] | None = None,
    persons_column: str | None = None,
    design: Design | None = None,
    on: date | None = None,
    method: str | tuple[str | None, str | None] | None = None,
    readings: Mapping[str, str] | None = None,
    derive: str = "all",
    first: Mapping[str, Any] | None = None,
    second: Mapping[str, Any] | None = None,
    apart: bool | Collection[str] = False,
    of: str | Sequence[str] = (POOR,),
    progress: Progress | None = None,
) -> Moves:
    """The classes of the same households under both standards of a comparison, and what moves them.

    ``households``, ``persons``, ``key``, ``columns``, ``person_columns``, ``on``, ``readings`` and
    ``derive`` are those of :meth:`Standard.classify`; the mapping may name facts that only one of the
    two standards knows. ``first`` and ``second`` are further columns for one side alone: indicators
    counted under each standard are ``first={"deprivations": "dep_2016"}, second={"deprivations":
    "dep_2022"}``. ``method`` is one for both, or a pair.

    ``weight`` names the column of weights; without it every household counts once, and every table
    says "unweighted sample". ``design`` (:func:`chuanngheo.measures.survey`, ``census``,
    ``unweighted``) stands in its place and gives intervals of shares. ``by`` is a column or several.
    ``persons_column`` is the column or fact with the number of persons; without it the household size
    that the standards know, or the rows of ``persons``, are counted.

    ``apart=True`` makes each indicator that was added, dropped or changed a clause of its own,
    ``apart=("water",)`` those that are named; there may be ten clauses. ``of`` are the classes
    whose headcount is split. ``progress`` is called with ``"clauses"``, the standards done and in all.

    Raises :class:`DataProblems` with all that is wrong with the tables under either standard, and
    :class:`HouseholdError` for what cannot be asked.

    >>> import polars as pl, chuanngheo as cn
    >>> from chuanngheo.comparing import compare
    >>> homes = pl.DataFrame({"area": ["rural", "urban"], "income_per_person": [150_000, 300_000]})
    >>> m = compare("vn-2001", "vn-2006").on(homes)
    >>> m.matrix.select("from", "to", "households", "data").rows()
    [('not_poor', 'poor', 1, 'unweighted sample'), ('not_poor', 'not_poor', 1, 'unweighted sample')]
    >>> m.movers["moved_by"].to_list(), m.shapley["poverty_line"].value()
    (['poverty_line'], Fraction(1, 1))
    """
    a, b = comparison.a, comparison.b
    _alike(a, b)
    chosen = _design(weight, design)
    given = _given(
        a, b, households, persons, key, columns, person_columns, first, second,
        None if on is None else as_day(on, "on"), readings, derive,
    )  # fmt: skip
    groups = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    added = [*ADDED, *(["hypothetical"] if a.hypothetical or b.hypothetical else [])]
    taken = _names(groups, "by", SHOWN) + _names(given.homes.columns, "households", added)
    opened = open_table(given.homes, chosen, by=groups, problems=taken)
    pair = method if isinstance(method, tuple) else (method, method)
    given = attrs.evolve(given, aside=no_facts(groups, given, (a, b), pair))
    methods = method_of(a, given, 0, pair[0]), method_of(b, given, 1, pair[1])
    known = ends(a, b, given, methods)
    made = find_clauses(
        side(a, methods[0], given.readings, derive), side(b, methods[1], given.readings, derive), apart=apart,
        overrides=given.overrides,
    )  # fmt: skip
    _few(made, given)
    found = profiles(made, given, known, progress)
    size = chosen.persons or persons_column
    counted = sizes(a, b, given.homes, given.people, key, given.base, size)
    result = Moves(
        a, b, made, chosen, groups, (of,) if isinstance(of, str) else tuple(of), tuple(caveats(made, given, chosen)),
        households, given, found, opened, counted,
    )  # fmt: skip
    result.target(None)
    return result


# --- what was asked ---------------------------------------------------------------------------------------


def _alike(a: Standard, b: Standard) -> None:
    if a.entity != b.entity:
        problem = Problem("CN193", "comparison", f"{a.exact_id} classifies a {a.entity}, {b.exact_id} a {b.entity}", None,
                          remedy="compare standards of one kind")  # fmt: skip
        raise HouseholdError("the two standards do not classify the same", [problem])


def _design(weight: str | None, design: Design | None) -> Design:
    if weight is not None and design is not None:
        problem = Problem(
            "CN198", "weight", "weights were given twice: weight= and design=", weight, remedy="keep one of them"
        )
        raise HouseholdError("weight and design were both given", [problem])
    return design if design is not None else unweighted() if weight is None else survey(weight)


def _given(
    a: Standard, b: Standard, households: Any, persons: Any, key: str, columns: Any, person_columns: Any,
    first: Any, second: Any, on: date | None, readings: Mapping[str, str] | None, derive: str,
) -> Given:  # fmt: skip
    problems = []
    for name, mapping in (
        ("columns", columns),
        ("person_columns", person_columns),
        ("first", first),
        ("second", second),
    ):
        if mapping is not None and not isinstance(mapping, Mapping):
            problems.append(Problem("CN070", name, f"{quoted(mapping)} is no mapping from facts to columns", mapping, "",
                                    f'{name}={{"income": "thunhap"}}'))  # fmt: skip
    for name in readings or {}:
        if name not in a.interpretations and name not in b.interpretations:
            senses = [*a.interpretations, *b.interpretations]
            problems.append(Problem("CN063", "readings", f"neither standard has an interpretation {name!r}", name, ", ".join(senses),
                                    nearest(name, senses)))  # fmt: skip
    if problems:
        raise HouseholdError(f"{len(problems)} problem(s) in what was asked", problems)
    homes = to_polars(households, "households")
    people = None if persons is None else to_polars(persons, "persons")
    return Given(
        homes, people, key, columns or {}, person_columns or {}, first or {}, second or {}, on, readings or {}, derive
    )


def _names(names: Sequence[str], where: str, taken: Collection[str]) -> list[Problem]:
    """A problem for each name that a column of the answer has."""
    return [
        Problem(
            "CN194",
            f"{where}[{n!r}]",
            "is the name of a column of the answer",
            n,
            remedy="rename the column of the table",
        )
        for n in names
        if n in taken
    ]


def _few(made: Clauses, given: Given) -> None:
    """Raise where there are too many clauses, or indicators apart that were only counted."""
    flags = [n for n in made.names if n.startswith(FLAG)]
    problems = []
    if len(made.clauses) > MOST:
        problems.append(Problem("CN192", "apart", f"{len(made.clauses)} clauses are too many to be told apart", len(made.clauses),
                                f"up to {MOST}", f"leave apart out, or name a few indicators: apart=({flags[0]!r},)"))  # fmt: skip
    count = [
        c
        for which in (0, 1)
        if (c := given.columns(which).get(COUNTED, COUNTED if COUNTED in given.homes.columns else None))
    ]
    if flags and count:
        problems.append(Problem("CN191", "apart", "deprivations are given as a number, which does not tell its indicators apart", COUNTED,
                                remedy="give the indicators, or leave apart out"))  # fmt: skip
    if problems:
        raise HouseholdError("the clauses cannot be told apart", problems)


# --- what a reader must know -------------------------------------------------------------------------------


def caveats(made: Clauses, given: Given, design: Design) -> Iterator[Caveat]:
    """Facts of one name with two definitions, what is hypothetical, unweighted or read badly."""
    a, b = made.a.std, made.b.std
    for std in (a, b):
        if std.hypothetical:
            yield _caveat("hypothetical", std.id, "D", f"{std.exact_id}: chuẩn giả định của người dùng, không phải pháp luật.",
                          f"{std.exact_id} is a hypothetical standard of the caller, not law.")  # fmt: skip
    yield from _same_names(made, given)
    yield from _unread_classes(a, b)
    yield from _unread_classes(b, a)
    yield from _no_class_of_method(made.a, made.b)
    yield from _no_class_of_method(made.b, made.a)
    if design.data == unweighted().data:
        yield _caveat("unweighted", "weight", "A", "Không có quyền số: mỗi hộ trong bảng được tính một lần; tỷ lệ không đại diện cho tổng thể.",
                      "No weights: every household of the table counts once; the shares stand for no population.")  # fmt: skip
    for c in made.clauses:
        grade = weakest(*(cite.grade for cites in c.cites for cite in cites))
        if grade in "CD":
            yield _caveat("grade", c.name, grade, f"{_first(c.labels['vi'])}: căn cứ có phần chỉ ở mức {grade}.",
                          f"{_first(c.labels['en'])}: rests in part on a citation of grade {grade}.")  # fmt: skip


def _unread_classes(std: Standard, other: Standard) -> Iterator[Caveat]:
    """Classes that the other standard may have too: who leaves them may only leave what was not read."""
    for name, cls in std.classes.items():
        unseen = None if name in other.classes else unseen_about(other, cls.labels)
        if unseen is not None:
            yield _caveat("unread", name, "D",
                          f"{_first(cls.labels['vi'])}: {other.exact_id} có thể cũng có loại này, nhưng văn bản chưa đọc được ({unseen.what['vi']}); chuyển khỏi hay vào loại này có thể không phải do pháp luật thay đổi.",
                          f"{_first(cls.labels['en'])}: {other.exact_id} may have this class too; its text was not read ({unseen.what['en']}), so that a move from or to it may be no change of the law.")  # fmt: skip


def _no_class_of_method(side: Side, other: Side) -> Iterator[Caveat]:
    """Classes that a method does not tell apart and the other side does: points know no average living standard."""
    mine, theirs = ({c.name for c in s.classes} for s in (side, other))
    for name, cls in side.std.classes.items():
        if name not in mine and name in theirs:
            method, label = side.std.methods[side.method].labels, cls.labels
            yield _caveat("method", name, "A",
                          f"{side.std.exact_id}, {method['vi']}: không xét {label['vi']}; hộ như vậy nằm trong loại khác, và chuyển khỏi hay vào loại này có thể chỉ do phương pháp.",
                          f"{side.std.exact_id}, {method['en']}: does not tell a {label['en']} apart; such households are in another class, and a move from or to it may come from the method alone.")  # fmt: skip


def _same_names(made: Clauses, given: Given) -> Iterator[Caveat]:
    """One column read under both standards although they define it differently."""
    changed = [n for kind, n in made.owner if kind == "indicator"]
    both = [n for n in changed if n in made.a.indicators and n in made.b.indicators]
    for name in both:
        if _one_column(f"{FLAG}{name}", given):
            label = made.a.indicators[name].labels
            yield _caveat("definition", f"{FLAG}{name}", "D",
                          f"{label['vi']} ({FLAG}{name}): một cột dùng cho cả hai chuẩn, dù hai chuẩn định nghĩa khác nhau; phần thay đổi do định nghĩa không thấy được.",
                          f"{label['en']} ({FLAG}{name}): one column is read under both standards, which define it differently; what the definition changes does not show.")  # fmt: skip
    if changed and made.a.indicators and made.b.indicators and _one_column(COUNTED, given):
        yield _caveat("definition", COUNTED, "D",
                      f"Số chỉ số thiếu hụt ({COUNTED}): một cột dùng cho cả hai chuẩn, dù bộ chỉ số khác nhau; phần thay đổi do bộ chỉ số không thấy được.",
                      f"The number of deprivations ({COUNTED}): one column is read under both standards, whose indicators differ; what they change does not show.")  # fmt: skip


def _one_column(fact: str, given: Given) -> bool:
    """Whether a fact is given, and in the same column for both standards."""
    if fact in given.overrides:
        return False
    return fact in given.columns(0) or fact in given.homes.columns


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _caveat(kind: str, about: str, grade: str, vi: str, en: str) -> Caveat:
    texts: Text = {"vi": vi, "en": en}
    return Caveat(kind, about, grade, texts)


__all__ = ["caveats", "moves"]
