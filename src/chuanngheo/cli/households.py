"""One household, or a few: ``assess``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from ..answering import Standard
from ..assessment import Assessment
from ..catalogue import COUNTRY, shipped
from ..errors import HouseholdError, Problem
from ..household import blank, household_names, person_names
from ..methods import RECORDED
from ..model import NO_CLASS_NAME, Fact
from ..tracing import decided_on
from .codes import FINE, OPEN, WRONG
from .files import read_plain
from .grounds import of_answer, told_always
from .options import (
    OUTPUT,
    AsJson,
    Derive,
    Jurisdiction,
    KnownAt,
    Method,
    On,
    Readings,
    StandardOf,
    day,
    named_or_of_day,
    one_of,
    pairs,
    readings_of,
)
from .telling import Teller, problem_data, tell_problem
from .words import both

TRUTHS = {
    "true": True, "yes": True, "có": True, "đúng": True, "1": True, "false": False, "no": False, "không": False, "sai": False, "0": False,
}  # fmt: skip
GIVEN = both("Số liệu của hộ", "Facts of the household")
MANY = "households"


def assess(
    ctx: typer.Context,
    facts: Annotated[list[str] | None, typer.Argument(metavar=both("TÊN=GIÁ_TRỊ…", "NAME=VALUE…"), help=both("số liệu của hộ: tiền bằng đồng, không chấm phân cách; true/false hoặc có/không; bỏ trống nếu không biết", "facts of the household: money in đồng without grouping; true/false or yes/no; left out where not known"))] = None,
    file: Annotated[str, typer.Option("--file", metavar=both("TỆP", "FILE"), help=both("một hộ hoặc danh sách hộ, .json hoặc .yaml; - là stdin", "a household or a list of them, .json or .yaml; - is stdin"), rich_help_panel=GIVEN)] = "",
    ask: Annotated[bool, typer.Option("--ask", help=both("hỏi từng câu, chỉ những câu còn ảnh hưởng đến kết quả; gõ ? để xem giải thích", "ask question by question, only those that still matter; ? explains"), rich_help_panel=GIVEN)] = False,
    on: On = "",
    standard: StandardOf = "",
    jurisdiction: Jurisdiction = "",
    known_at: KnownAt = "",
    method: Method = "",
    reading: Readings = [],  # noqa: B006  (typer's own way of saying that there may be none)
    derive: Derive = "all",
    explain: Annotated[bool, typer.Option("--explain", help=both("in đầy đủ lý do và căn cứ", "print the reasons and grounds in full"), rich_help_panel=OUTPUT)] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    tell: Teller = ctx.obj
    when, known = day(tell, "--on", on), day(tell, "--known-at", known_at)
    one_of(tell, "--derive", derive, ("all", "confirmed"))
    given: Any = pairs(tell, tell.say("pair"), facts or (), "area=rural")
    if standard and (jurisdiction or known_at):
        tell.usage(tell.say("not_both", "--standard", "--jurisdiction" if jurisdiction else "--known-at"))
    std = named_or_of_day(tell, standard, when, jurisdiction, known)
    if file:
        given = _with_file(tell, read_plain(tell, file), given)
    elif not given and not ask:
        tell.usage(tell.say("no_facts"))
    readings = readings_of(tell, reading)
    how: dict[str, Any] = {"method": method or None, "readings": readings, "derive": derive}

    def answer(household: Any) -> Assessment:
        if standard:
            return std.assess(household, on=when, **how)
        assert when is not None
        return shipped().assess(household, when, jurisdiction or COUNTRY, known, **how)

    if isinstance(given, list):
        if ask:
            tell.usage(tell.say("not_both", "--ask", f"--file {file}"))
        if not given:
            tell.fail(WRONG, tell.say("no_households", file))
        raise typer.Exit(_many(tell, std, given, answer, explain))
    household = read_household(std, given)
    if ask:
        from .interview import interview

        if "members" in given:
            tell.usage(tell.say("not_both", "--ask", "members"))
        household = interview(tell, std, household, on=when, method=method or None, readings=readings)
    found = answer(household)
    if as_json:
        tell.json("assessment/1", {k: v for k, v in found.to_dict().items() if k != "schema"})
    else:
        tell_answer(tell, found, explain)
    raise typer.Exit(FINE if found.status == "decided" else OPEN)


# --- what is given -------------------------------------------------------------------------------


def _with_file(tell: Teller, data: Any, given: Mapping[str, str]) -> Any:
    """The households of a file: one, with the facts of the command beside its own, or a list."""
    if isinstance(data, dict) and set(data) == {MANY}:
        data = data[MANY]
    if not isinstance(data, dict):
        if given:
            tell.usage(tell.say("not_both", tell.say("pair"), tell.say("list_file")))
        return data
    twice = [name for name in given if name in data]
    if twice:
        tell.usage(*(tell.say("twice", name) for name in twice))
    return {**data, **given}


def read_household(std: Standard, given: Any) -> Any:
    """The texts of a household as values of its facts; what is not usable is left for the library to say."""
    if not isinstance(given, Mapping):
        return given
    names, persons = household_names(std), person_names(std)
    household = {name: value_of(names.get(name), value) for name, value in given.items()}
    members = household.get("members")
    if isinstance(members, list):
        household["members"] = [
            {n: value_of(persons.get(n), v) for n, v in person.items()} if isinstance(person, Mapping) else person
            for person in members
        ]
    return household


def value_of(fact: Fact | None, value: Any) -> Any:
    """A text as a value of a fact: numbers stay the text that was written, so that nothing is rounded."""
    if blank(value):
        return None
    if fact is None or not isinstance(value, str):
        return value
    if fact.kind == "boolean":
        return TRUTHS.get(value.strip().casefold(), value)
    if fact.kind == "number" and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value.strip()):
        return int(value)  # as a number is told again by whoever prints the household
    if fact.kind == "code" and value not in fact.codes and "," in value:
        return [part.strip() for part in value.split(",")]
    return value


# --- answers -------------------------------------------------------------------------------------


def _many(tell: Teller, std: Standard, given: list[Any], answer: Callable[[Any], Assessment], explain: bool) -> int:
    """Every household of a list: the answers of those that can be used, and the problems of all."""
    answers: list[Assessment | None] = []
    problems: list[Problem] = []
    for number, one in enumerate(given):
        try:
            answers.append(answer(read_household(std, one)))
        except HouseholdError as error:
            answers.append(None)
            problems += [
                Problem(p.code, f"{MANY}[{number}].{p.where}", p.message, p.value, p.allowed, p.remedy)
                for p in error.problems
            ]
    code = WRONG if problems else FINE if all(a and a.status == "decided" for a in answers) else OPEN
    if tell.as_json:
        tell.json("assessments/1", {
            "exit": code, "answers": [None if a is None else a.to_dict() for a in answers],
            "problems": [problem_data(p, tell.lang) for p in problems],
        })  # fmt: skip
        return code
    for number, found in enumerate(answers, 1):
        if found is not None:
            tell.print((tell.say("household", number), "bold"))
            tell_answer(tell, found, explain)
            tell.print()
    for problem in problems:
        tell_problem(tell, problem, tell.err)
    return code


def tell_answer(tell: Teller, a: Assessment, explain: bool) -> None:
    """The class and what it rests on in a few lines, or the full text."""
    from ..results import DISCLAIMER

    lang = tell.lang
    if explain:
        tell.print(a.explain(lang))
        return
    std = a.standard
    names = household_names(std)

    def label(name: str) -> str:
        if name in std.interpretations:
            return f"{std.interpretations[name].question[lang]} (--reading {name}=…)"
        return f"{names[name].labels[lang]} ({name})" if name in names else name

    def of_class(name: str) -> str:
        return tell.say("no_class") if name == NO_CLASS_NAME else f"{std.classes[name].labels[lang]} ({name})"

    result = of_class(a.category) if a.category else tell.say(a.status)
    tell.print(f"{tell.say('result')}: ", (result, "bold"))
    tell.print(f"{tell.say('standard')}: {std.title[lang]} ({std.exact_id})")
    if a.status == "undetermined":
        tell.print(f"{tell.say('possible')}: {'; '.join(map(of_class, a.possible))}")
        tell.print(f"{tell.say('missing')}: {'; '.join(map(label, a.missing))}")
        if a.next_question:
            tell.print(f"{tell.say('ask_next')}: {label(a.next_question)}")
    if a.basis == RECORDED:
        decided = f"{decided_on(a):{'%d/%m/%Y' if lang == 'vi' else '%Y-%m-%d'}}"
        tell.print(tell.say("by_decision", a.household["recorded_decision"], decided))
    else:
        tell.print(tell.say(f"grade_{of_answer(a)}"))
    spelled = told_always(a)
    for caveat in spelled:
        tell.print(tell.say("caveat", caveat.text(lang)))
    if len(a.caveats) > len(spelled):
        tell.print(tell.say("caveats", len(a.caveats) - len(spelled)))
    tell.print(tell.say("full_text"))
    if a.basis != RECORDED:
        tell.print((DISCLAIMER[lang], "dim"))


__all__ = ["TRUTHS", "assess", "read_household", "tell_answer", "value_of"]
