"""``assess --ask``: questions one by one, only those whose answer still matters."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

from .. import asking
from ..answering import Standard
from ..errors import HouseholdError
from ..explaining import unit_text
from .telling import Teller

HELP = "?"
INSTEAD = "/"  # begins the number of another way to answer


def interview(
    tell: Teller, std: Standard, given: Mapping[str, Any], *, on: date | None, method: str | None, readings: Mapping[str, str] | None
) -> dict[str, Any]:  # fmt: skip
    """The household once nothing that is asked would change its class, or the answers end.

    Questions go to stderr: stdout has the answer alone.
    """
    answers = dict(given)
    ways = dict.fromkeys(given, asking.WHOLE)  # what was given is not asked by its parts
    about = ""
    while True:
        question = asking.question(std, answers, on=on, method=method, readings=readings, ways=ways, about=about)
        if question is None:
            break
        tell.note()
        _put(tell, question)
        line = sys.stdin.readline()
        if not line:
            break
        said = line.strip()
        if said == HELP:
            _explain(tell, question)
        elif said.startswith(INSTEAD) and said[1:] in {str(n) for n, _ in enumerate(question.instead, 1)}:
            other = question.instead[int(said[1:]) - 1]
            ways[other.name] = other.way
            about = other.name
        else:
            try:
                answers[question.name] = asking.read_answer(std, question.name, _chosen(question, said), on=on)
            except HouseholdError as error:
                if question.choices:
                    tell.note((tell.say("choose_one", repr(said), len(question.choices)), "red"))
                    continue
                for problem in error.problems:
                    tell.note(
                        (tell.told(problem.message), "red"), f"; {tell.told(problem.remedy)}" if problem.remedy else ""
                    )
    at = asking.levels(std, ways, method, readings, answers)
    return {**given, **asking.household({n: v for n, v in answers.items() if n not in given}, at)}


def _put(tell: Teller, question: asking.Question) -> None:
    tell.note((question.text(tell.lang), "bold"))
    if question.unit:
        tell.note("  ", tell.say("unit", unit_text(question.unit, tell.lang)))
    for number, text in enumerate(question.choices.values(), 1):
        tell.note(f"  {number}  {text[tell.lang]}")
    tell.note("  ", (tell.say("answer_hint"), "dim"))


def _explain(tell: Teller, question: asking.Question) -> None:
    lang = tell.lang
    if question.note.get(lang):
        tell.note(question.note[lang])
    if question.cite is not None:
        words = f': "{question.cite.words}"' if question.cite.words else ""
        tell.note(f"{question.cite.label(lang)}{words} ({tell.say('grade', question.cite.grade)})")
    for number, other in enumerate(question.instead, 1):
        tell.note(f"  {INSTEAD}{number}  {other.labels[lang]}")


def _chosen(question: asking.Question, said: str) -> str:
    """What was meant by the number or the words of a choice."""
    codes = list(question.choices)
    if said.isdecimal() and 1 <= int(said) <= len(codes):
        return codes[int(said) - 1]
    words = {text[lang].casefold(): code for code, text in question.choices.items() for lang in text}
    return words.get(said.casefold(), said)


__all__ = ["interview"]
