"""A round of the yearly review made ready for its report: read, classed where it can be, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from ..answering import Standard
from ..errors import ChuanNgheoError
from .telling import Teller
from .words import both, one

if TYPE_CHECKING:
    from ..review.rounds import Round, RowProblem

RECORDED, COMPUTED = "recorded", "computed"
SHOWN = 200  # rows named on a terminal; --json has them all
SEVERITIES: Mapping[str, str] = {
    "error": both("dòng không dùng được", "row left out"), "warning": both("ô chưa rõ", "cell unknown"),
    "note": both("ghi chú", "note"),
}  # fmt: skip


@attrs.frozen(eq=False)
class Ready:
    """A round with its classes: households and persons, and by what they are classed."""

    round: Round
    households: Any
    persons: Any  # None where the files have none
    using: str
    standard: Standard | None = None
    method: str = ""  # by which method of the standard, where it answered

    @property
    def column(self) -> str:
        return RECORDED if self.using == RECORDED else "category"


def read(tell: Teller, files: Sequence[str], options: Mapping[str, Any], profile: str, on: date | None) -> Round:
    from ..review.reading import read_round

    return read_round(list(files), profile or None, on=on, progress=tell.err.is_terminal, **options)


def ready(
    made: Round, std: Standard | None, on: date | None, using: str, method: str, readings: Mapping[str, str] | None
) -> Ready:
    """A round with the classes asked for; without ``using``, those that the files record, or else computed ones.

    Indicators and groups are worked out beside recorded classes too, where the facts are there.
    """
    homes, people = made.households, made.persons if made.persons.height else None
    chosen = using or (RECORDED if _any(homes, RECORDED) else COMPUTED)
    if std is None or on is None:
        return Ready(made, homes, people, chosen)
    how: dict[str, Any] = {
        "columns": made.columns, "on": on, "method": method or ("scores" if "scores" in std.methods else None),
        "readings": readings, "groups": True, "check": "defer",
    }  # fmt: skip
    try:
        if _any(homes, "province"):
            from ..review.units import with_regions

            homes = with_regions(homes, on=on)
        scored = std.classify(homes, people, **how)
        marked = None if people is None else std.classify_persons(homes, people, **how)
    except ChuanNgheoError:
        if chosen == COMPUTED:
            raise
        return Ready(made, made.households, people, chosen)
    return Ready(made, scored, marked, chosen, std, how["method"] or std.default_method)


def _any(frame: Any, name: str) -> bool:
    return name in frame.columns and frame[name].null_count() < frame.height


def bad_rows(ready_: Ready) -> int:
    """Households whose computed answer has problems."""
    homes = ready_.households
    if ready_.using != COMPUTED or "problems" not in homes.columns:
        return 0
    return int(homes["problems"].is_not_null().sum())


# --- telling -------------------------------------------------------------------------------------


def tell_rows(tell: Teller, made: Round) -> None:
    """Every row that cannot be used, every cell that is unknown for it: file, sheet, row, column. Values stay masked."""
    for problem in made.problems[:SHOWN]:
        _tell_row(tell, problem)
    if len(made.problems) > SHOWN:
        tell.note(tell.say("and_more", f"{len(made.problems) - SHOWN:,}"))
    count = made.counts
    tell.note(
        tell.say("read_rows", f"{count['read']:,}", f"{count['good']:,}", f"{count['bad']:,}", f"{count['repeated']:,}")
    )


def _tell_row(tell: Teller, problem: RowProblem) -> None:
    said = tell.told(problem.message) + (f": {tell.told(problem.value)}" if problem.value else "")
    colour = {"error": "red", "warning": "yellow"}.get(problem.severity, "dim")
    tell.note((problem.place(tell.lang), "bold"), ": ", said, (f" [{problem.code}]", "cyan"), (f" ({one(SEVERITIES[problem.severity], tell.lang)})", colour))  # fmt: skip
    if problem.allowed and problem.severity != "note":
        tell.note("    ", tell.say("allowed"), ": ", tell.told(problem.allowed))
    if problem.remedy and problem.severity != "note":
        tell.note("    ", tell.say("remedy"), ": ", tell.told(problem.remedy))


def row_data(problem: RowProblem) -> dict[str, Any]:
    return {
        "code": problem.code, "severity": problem.severity, "file": problem.file, "sheet": problem.sheet or None,
        "row": problem.row or None, "column": problem.column or None, "message": problem.message, "value": problem.value or None,
        "allowed": problem.allowed or None, "remedy": problem.remedy or None, "count": problem.count,
    }  # fmt: skip


__all__ = ["COMPUTED", "RECORDED", "Ready", "bad_rows", "read", "ready", "row_data", "tell_rows"]
