"""How well an answer is known: the weakest grade that it rests on, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..answering import Standard
from ..assessment import Assessment
from ..methods import RECORDED
from ..model import LANGUAGES, NO_CLASS_NAME, weakest
from ..prepared import prepare
from ..results import DISCLAIMER, class_cite
from ..tracing import line_cite, used_names
from .words import sentence

UNCONFIRMED = "CD"
ALWAYS = ("recorded", "hypothetical", "fallback")  # caveats that even a short answer tells


def of_answer(a: Assessment) -> str:
    """The weakest grade among the lines and classes that the answer rests on, its day, and what its caveats name."""
    found = [c.grade for c in a.caveats if c.kind in ("grade", "hypothetical")]
    found += [line_cite(a, name).grade for name in used_names(a) if name in a.standard.lines]
    tried = [a.category] if a.category else a.possible
    found += [class_cite(a.standard, name, a.method).grade for name in tried if name in a.standard.classes]
    if a.on is not None and a.span is not None:
        found.append(a.span.cite.grade)
    return weakest(*found)


def told_always(a: Assessment) -> list[Any]:
    """The caveats that a short answer spells out: a day outside the standard, a decision of a later day."""
    return [c for c in a.caveats if c.kind in ALWAYS or (c.kind == "span" and c.about == a.standard.id)]


def of_table(
    std: Standard, method: str, readings: Mapping[str, str] | None, derive: str, on: date | None
) -> dict[str, Any]:
    """What every row of a table shares: its grade, the senses it was read in, the disclaimer.

    The grade is the weakest of the classes of the method, of the lines they read, and of the days. A
    class that was recorded rests on its decision alone, and has neither grade nor disclaimer.
    """
    if method == RECORDED:
        return {"readings": {}, "grade": None, "grade_text": None, "disclaimer": None}
    prepared = prepare(std, method, readings, derive)
    found = [cite.grade for n in std.lines if n in prepared.needed for cite in _cites(std, n)]
    found += [class_cite(std, name, method).grade for name in std.classes if name != NO_CLASS_NAME]
    found += [span.cite.grade for span in std.applies if on is not None and span.holds(on)]
    grade = weakest(*found)
    return {
        "readings": dict(prepared.readings),
        "grade": grade,
        "grade_text": {lang: sentence(f"grade_{grade}", lang) for lang in LANGUAGES},
        "disclaimer": dict(DISCLAIMER),
    }


def _cites(std: Standard, line: str) -> list[Any]:
    return [std.lines[line].cite, *(cite for _, cite in std.lines[line].cites)]


__all__ = ["UNCONFIRMED", "of_answer", "of_table", "told_always"]
