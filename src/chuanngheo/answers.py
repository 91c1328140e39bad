"""Score cards filled in from the answers on the form: which rows are ticked, which numbers are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .domains import Interval
from .errors import HouseholdError, NoStandard, Problem, nearest, quoted
from .household import to_number
from .model import RuleSet
from .prepared import prepare
from .scorecards import Item, Option, ScoreCard, banded
from .scoring import BOTH, Score, open_ways, score_item, total, with_others
from .tree import Number

YES, NO = frozenset({True}), frozenset({False})


def score_answers(
    rules: RuleSet,
    name: str,
    answers: Mapping[str, Any],
    column: str | None,
    readings: Mapping[str, str] | None,
) -> Score:
    """A card of the standard from its answers by number of item; an item without answer is unknown.

    An answer is the name of the row that holds, or a list of them (``[]``: none holds), or the
    number that the rows have bands of; in an item of several questions a mapping of rows to True or
    False and of measures to numbers, what it leaves out being unknown.
    """
    card = card_of(rules, name)
    method = card.method or rules.default_method
    prepared = prepare(rules, method, readings)
    problems: list[Problem] = []
    columns = list(card.columns.values())
    if column is not None and column not in card.columns:
        problems.append(Problem("CN067", "column", f"{name} has no column {quoted(column)}", column,
                                ", ".join(card.columns), nearest(str(column), card.columns)))  # fmt: skip
    elif column is not None:
        columns = [card.columns[column]]
    given = {i.number: _listed(answers[i.number]) for i in card.items if answers.get(i.number) is not None}
    for number in answers:
        if number not in {i.number for i in card.items}:
            known = [i.number for i in card.items]
            problems.append(Problem("CN068", f"answers[{number!r}]", f"{name} has no item {quoted(number)}", None,
                                    ", ".join(known), "use the number on the form, as text"))  # fmt: skip
    for item in card.items:
        if item.number in given:
            _truths(card, item, given[item.number], problems)
    if problems:
        raise HouseholdError(f"{len(problems)} problem(s) in the answers of {name}", problems)

    def filled(chosen: Mapping[str, str]) -> Score:
        undecided, ways = open_ways(prepared, name, chosen)
        met = [[(i, _known(card, way, i, given)) for i in way.items] for way in ways]
        told = frozenset() if column is None else frozenset(columns[0].cells)
        items = tuple(
            score_item([w[n] for w in met], columns, undecided, _answer_to(item), told)
            for n, item in enumerate(card.items)
        )
        return total(card, columns, items, [t for i, t in met[0] if i.stop])

    return with_others(prepared, name, filled)


def card_of(rules: RuleSet, name: str) -> ScoreCard:
    """A score card by its name. Raises :class:`NoStandard`."""
    card = rules.scorecards.get(name)
    if card is None:
        problem = Problem("CN067", "card", f"there is no score card {quoted(name)}", name,
                          ", ".join(rules.scorecards), nearest(str(name), rules.scorecards))  # fmt: skip
        raise NoStandard(f"{rules.exact_id} has no score card {quoted(name)}", [problem])
    return card


def _answer_to(item: Item) -> Callable[[Option], Iterable[str]]:
    return lambda _: (f"answers[{item.number!r}]",)


def _known(card: ScoreCard, way: ScoreCard, item: Item, given: Mapping[str, Any]) -> dict[str, frozenset[bool]]:
    if item.number not in given:
        return {o.name: BOTH for o in item.options}
    found = _truths(card, item, given[item.number], [])
    if way is not card:  # a row that reaches further in this sense may hold where none of the printed ones does
        printed = {o.name: o.band for o in card.item(item.number).options}
        for o in item.options:
            if o.band != printed[o.name] and not _is_number(given[item.number]) and YES not in found.values():
                found[o.name] = BOTH
    return found


def _is_number(answer: Any) -> bool:
    return not isinstance(answer, bool | Iterable)


def _listed(answer: Any) -> Any:
    """An answer that can be gone through more than once."""
    several = isinstance(answer, Iterable) and not isinstance(answer, str | bytes | Mapping)
    return list(answer) if several else answer


def _truths(card: ScoreCard, item: Item, answer: Any, problems: list[Problem]) -> dict[str, frozenset[bool]]:
    """Which rows of an item hold by an answer; what is wrong with it joins ``problems``."""
    place = f"answers[{item.number!r}]"
    names = {o.name: o for o in item.options}
    measures = {o.measure for o in item.options if o.band is not None}

    def wrong(message: str, allowed: Iterable[str], remedy: str = "") -> None:
        problems.append(Problem("CN068", place, message, answer, ", ".join(allowed), remedy))

    if isinstance(answer, Mapping):
        found = {o.name: BOTH for o in item.options}
        for key, value in answer.items():
            if key in measures:
                found |= _by_number(card, item, key, value, wrong)
            elif key in names and isinstance(value, bool):
                found[key] = YES if value else NO
            elif key in names:
                wrong(f"{key} is {quoted(value)}, and holds or does not", ("True", "False"))
            else:
                known = [*names, *measures]
                wrong(f"there is no row or measure {quoted(key)}", known, nearest(str(key), known))
        return found
    if isinstance(answer, str) or (isinstance(answer, Iterable) and not isinstance(answer, bytes)):
        ticked = [answer] if isinstance(answer, str) else list(answer)
        for key in ticked:
            if not isinstance(key, str) or key not in names:
                wrong(f"there is no row {quoted(key)}", names, nearest(str(key), names))
        groups = [o.measure for o in item.options if o.name in ticked and o.band is not None]
        if (item.combine == "exclusive" and len(ticked) > 1) or len(groups) > len(set(groups)):
            wrong(f"rows that exclude each other are ticked: {', '.join(map(str, ticked))}", names, "tick one of them")
        return {o.name: YES if o.name in ticked else NO for o in item.options}
    if len(measures) == 1 and all(o.band is not None for o in item.options):
        return _by_number(card, item, next(iter(measures)), answer, wrong)
    wrong(f"{quoted(answer)} is no answer to item {item.number}", names, "name the rows that hold, or [] for none")
    return {o.name: BOTH for o in item.options}


def _by_number(card: ScoreCard, item: Item, measure: str, value: Any, wrong: Any) -> dict[str, frozenset[bool]]:
    """The rows that a number decides."""
    options = banded(item.options, measure)
    number = to_number(value)
    domain = card.measures[measure].domain
    if number is None or not domain.holds(number) or (domain.whole and not isinstance(number, int)):
        wrong(f"{quoted(value)} is not possible for {measure}", [_shown(domain)], "write the number itself")
        return {o.name: BOTH for o in options}
    return {o.name: YES if _in(o, number) else NO for o in options}


def _in(option: Option, number: Number) -> bool:
    return option.band is not None and option.band.holds(number)


def _shown(domain: Interval) -> str:
    kind = "a whole number" if domain.whole else "a number"
    return f"{kind} from {domain.low}" if domain.high is None else f"{kind} from {domain.low} to {domain.high}"


__all__ = ["card_of", "score_answers"]
