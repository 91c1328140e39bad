"""The indicators and classes of two standards beside each other: kept, changed, added, dropped.

An indicator is known by its rule. The same name with another rule is a change, another name with the
same rule is not; a rule that was not read cannot be compared, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from ..answering import Standard
from ..equivalence import flag_value, flags_apart
from ..errors import ChuanNgheoError
from ..household import household_names
from ..model import LANGUAGES, Cite, Derived, Text, Unseen
from ..prepared import Prepared, prepare
from ..results import class_cite, class_labels, indicator_cite
from ..tree import OPPOSITE, Both, Choice, Compare, Lookup, Node, Not, Ref, transform, walk
from ..values import Frozen, evolve, frozen
from ..ways import first_day
from .lines import unseen_about

FLAG = "deprived_"
MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@frozen
class Wording(Frozen):
    """A rule of one standard: its text, and the citation with the deciding words. ``where`` explains names in it."""

    labels: Text
    rule: str  # empty: the rule was not read, the answer is only taken as given
    cite: Cite | None
    where: tuple[tuple[str, str], ...] = ()


@frozen
class IndicatorChange(Frozen):
    """An indicator in both standards.

    ``kind`` is ``kept`` (same rule, same words), ``changed`` (rule or words differ), ``added``,
    ``dropped`` or ``unread`` (cannot be compared: the text of a rule was not read). ``rule`` says how
    far that is known: ``same`` rule; ``equal``, proved to answer alike for every household under the
    default readings; ``different``, shown by ``witness``, a household of which ``a`` and ``b`` say
    ``answers`` (True means deprived); ``other_facts``, each asks for something that the other does not, so
    that no household is the same to both; ``not_proved``; ``not_read``; empty where one standard alone
    has it. ``was`` is the name in ``a`` where it differs.
    """

    name: str
    labels: Text
    kind: str
    rule: str
    dimensions: tuple[str, str]
    a: Wording | None
    b: Wording | None
    was: str = ""
    witness: Mapping[str, Any] | None = None
    on: date | None = None
    answers: tuple[bool, bool] | None = None

    def __hash__(self) -> int:
        return hash((self.name, self.kind, self.rule))


@frozen
class Boundary(Frozen):
    """Where the words of a class leave the line itself to another side: ``<`` is dưới, ``<=`` is từ … trở xuống."""

    line: str
    labels: Text
    a: str  # < <= > >=
    b: str


@frozen
class ClassChange(Frozen):
    """A class in both standards, under the default method and readings of each.

    ``kind`` is ``kept``, ``changed`` (condition, words, or the class it lies within), ``added`` or
    ``dropped``, or ``unread`` where the standard without it lists such a class as not read (``unseen``);
    ``same_condition`` says whether the conditions are the same text of rule (the amounts and
    indicators that they read may still differ). ``boundaries`` lists the lines whose very amount
    falls to another side than before.
    """

    name: str
    kind: str
    a: Wording | None
    b: Wording | None
    within: tuple[str, str]
    same_condition: bool
    boundaries: tuple[Boundary, ...] = ()
    unseen: Unseen | None = None


# --- indicators -----------------------------------------------------------------------------------------


def indicator_changes(a: Standard, b: Standard) -> Iterator[IndicatorChange]:
    """Every indicator of both: those of ``a`` in its order, then those that ``b`` alone has."""
    joined = _joined(a, b), _joined(b, a)
    left, right = (prepare(s, s.default_method) for s in joined)
    renamed = _renamed(left, right)
    taken = set(renamed.values())
    for name in a.indicators:
        other = renamed.get(name, name)
        if name in renamed or (name in b.indicators and name not in taken):
            yield _beside(joined, (left, right), name, other)
        else:
            side = _indicator(a, name)
            yield IndicatorChange(name, side.labels, "dropped", "", (a.indicators[name].dimension, ""), side, None)
    for name in b.indicators:
        if name not in taken and (name not in a.indicators or name in renamed):
            side = _indicator(b, name)
            yield IndicatorChange(name, side.labels, "added", "", ("", b.indicators[name].dimension), None, side)


def _joined(mine: Standard, other: Standard) -> Standard:
    """A standard that also knows the facts of another: a household can then be shown to both."""
    return evolve(mine, facts={**other.facts, **mine.facts})


def _renamed(left: Prepared, right: Prepared) -> dict[str, str]:
    """Indicators that one standard alone has by name and the other has, rule for rule, under another."""
    mine = [n for n in left.rules.indicators if n not in right.rules.indicators]
    theirs = [n for n in right.rules.indicators if n not in left.rules.indicators]
    found: dict[str, str] = {}
    for name in mine:
        for other in theirs:
            if other not in found.values() and _same_rule(left, FLAG + name, right, FLAG + other):
                found[name] = other
                break
    return found


def _same_rule(left: Prepared, mine: str, right: Prepared, theirs: str) -> bool:
    """The same tree over the same facts and tables: nothing has to be proved."""
    here, there = left.trees.get(mine), right.trees.get(theirs)
    if here is None or here != there:
        return False
    return all(_same_below(left, right, n) for n in walk(here))


def _same_below(left: Prepared, right: Prepared, node: Node) -> bool:
    if isinstance(node, Lookup):
        return bool(_numbers(left, node.table) == _numbers(right, node.table))
    if not isinstance(node, Ref):
        return True
    if not _same_fact(left, right, node.name):
        return False
    if node.member:
        return left.person_trees.get(node.name) == right.person_trees.get(node.name)
    if left.lines.get(node.name) != right.lines.get(node.name):
        return False
    here, there = left.trees.get(node.name), right.trees.get(node.name)
    if here is None or there is None:  # one can also derive the answer to the question that both ask
        return here is there or node.name in left.rules.facts
    return here == there and all(_same_below(left, right, n) for n in walk(here))


def _same_fact(left: Prepared, right: Prepared, name: str) -> bool:
    """Whether both ask the same question, so that one answer serves both; or neither asks it."""
    here, there = left.rules.facts.get(name), right.rules.facts.get(name)
    if here is None or there is None:
        return here is there
    asks = [(f.kind, f.entity, f.unit, tuple(f.codes), f.whole, f.least, f.most, f.asked_if) for f in (here, there)]
    return asks[0] == asks[1]


def _numbers(prepared: Prepared, name: str) -> Any:
    table = prepared.rules.tables.get(name)
    return None if table is None else (table.step_unit, table.codes, table.steps, table.columns, table.between)


def _beside(
    joined: tuple[Standard, Standard], both: tuple[Prepared, Prepared], name: str, other: str
) -> IndicatorChange:
    a, b = joined
    sides = _indicator(a, name), _indicator(b, other)
    dimensions = a.indicators[name].dimension, b.indicators[other].dimension
    was = name if name != other else ""
    head = other, sides[1].labels
    if a.id == b.id and a.indicators[name] == b.indicators[other] and not sides[0].rule:
        return IndicatorChange(*head, "kept", "same", dimensions, *sides, was)  # one text, whatever it says
    if not (sides[0].rule and sides[1].rule):
        return IndicatorChange(*head, "unread", "not_read", dimensions, *sides, was)
    words = [("" if s.cite is None else s.cite.words) for s in sides]
    on = max(first_day(a), first_day(b))
    rule, witness, answers = _decide(joined, both, name, other, on)
    kept = rule in ("same", "equal") and words[0] == words[1]
    return IndicatorChange(
        *head, "kept" if kept else "changed", rule, dimensions, *sides, was, witness, on if witness else None, answers
    )


_Decided = tuple[str, Mapping[str, Any] | None, tuple[bool, bool] | None]


def _decide(
    joined: tuple[Standard, Standard], both: tuple[Prepared, Prepared], name: str, other: str, on: date
) -> _Decided:
    """Whether two rules of one name ever answer differently: looked for from both sides, and looked up."""
    if _same_rule(both[0], FLAG + name, both[1], FLAG + other):
        return "same", None, None
    if name != other:
        return "not_proved", None, None
    asked = [_asked(p, FLAG + name) for p in both]
    if asked[0] - asked[1] and asked[1] - asked[0]:
        return "other_facts", None, None
    if not all(_same_fact(*both, n) for n in asked[0] | asked[1]):
        return "other_facts", None, None
    proved = 0
    for turn in (1, -1):
        left, right = both[::turn]
        try:
            found = flags_apart(left, right, FLAG + name, on)
            witness = None if found is None else found[1]
            seen = (
                []
                if witness is None
                else [flag_value(s, p, witness, name, on) for s, p in zip(joined, both, strict=True)]
            )
        except (ChuanNgheoError, KeyError):
            continue
        if found is None:
            proved += 1
        elif set(seen) == {True, False}:
            return "different", witness, (seen[0] is True, seen[1] is True)
    return ("equal" if proved == 2 else "not_proved"), None, None


def _asked(prepared: Prepared, name: str) -> set[str]:
    """The facts that a rule comes down to, of the household and of its members."""
    found: set[str] = set()
    waiting, seen = [prepared.trees[name]], {name}
    while waiting:
        for n in walk(waiting.pop()):
            if isinstance(n, Ref) and n.name not in seen:
                trees = prepared.person_trees if n.member else prepared.trees
                if n.name in trees:
                    seen.add(n.name)
                    waiting.append(trees[n.name])
                elif n.name not in prepared.lines:
                    found.add(n.name)
    return found


def _indicator(std: Standard, name: str) -> Wording:
    derived = std.indicators[name]
    defaults = {n: i.default for n, i in std.interpretations.items()}
    return Wording(
        derived.labels, derived.text if derived.node is not None else "", indicator_cite(std, name, defaults)
    )


# --- classes --------------------------------------------------------------------------------------------


def class_changes(a: Standard, b: Standard) -> Iterator[ClassChange]:
    """Every class of both: those of ``a`` in its order, then those that ``b`` alone has."""
    left, right = (prepare(s, s.default_method) for s in (a, b))
    mine, theirs = (_conditions(p) for p in (left, right))
    for name in dict.fromkeys((*mine, *theirs)):
        sides = _class(a, name) if name in mine else None, _class(b, name) if name in theirs else None
        within = tuple(s.classes[name].within if name in own else "" for s, own in ((a, mine), (b, theirs)))
        if sides[0] is None or sides[1] is None:
            own = sides[0] or sides[1]
            unseen = None if own is None else unseen_about(a if sides[0] is None else b, own.labels)
            kind = "unread" if unseen is not None else "added" if sides[0] is None else "dropped"
            yield ClassChange(name, kind, *sides, (within[0], within[1]), False, unseen=unseen)
            continue
        same = mine[name] == theirs[name]
        words = [s.cite.words if s is not None and s.cite is not None else "" for s in sides]
        kept = same and words[0] == words[1] and within[0] == within[1]
        met = tuple(_boundaries(a, b, mine[name], theirs[name]))
        yield ClassChange(name, "kept" if kept else "changed", *sides, (within[0], within[1]), same, met)


def _conditions(prepared: Prepared) -> dict[str, Node]:
    """The condition of each class, with the values of the method written out."""
    return {name: _written_out(prepared, node) for name, node in prepared.classes}


def _written_out(prepared: Prepared, node: Node) -> Node:
    own = _own_values(prepared.rules, prepared.method)

    def change(n: Node) -> Node:
        if isinstance(n, Ref) and not n.member and n.name in own and n.name in prepared.trees:
            return _written_out(prepared, prepared.trees[n.name])
        return n

    return transform(node, change)


def _own_values(std: Any, method: str) -> Mapping[str, Derived]:
    return {**std.values, **std.methods[method].values}


def _class(std: Standard, name: str) -> Wording:
    cls = std.classes[name]
    method = std.default_method
    known = _own_values(std, method)
    said = tuple((n, known[n].text) for n in _names_in(cls.node) if n in known)
    return Wording(class_labels(std, name, method), cls.text, class_cite(std, name, method), said)


def _names_in(node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.name for n in walk(node) if isinstance(n, Ref) and not n.member))


def _boundaries(a: Standard, b: Standard, mine: Node, theirs: Node) -> Iterator[Boundary]:
    """Below against at or below, above against at or above: a class may meet a line in both directions."""
    here, there = ops_by_line(mine, a.lines), ops_by_line(theirs, b.lines)
    for line in here:
        for direction in (("<", "<="), (">", ">=")):
            one, other = ([op for op in direction if op in ops.get(line, ())] for ops in (here, there))
            if len(one) == len(other) == 1 and one != other:
                yield Boundary(line, b.lines[line].labels, one[0], other[0])


def ops_by_line(node: Node, lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The signs with which a condition holds something against each line: ``{"poverty_line": ("<=",)}``."""
    found: dict[str, dict[str, None]] = {}
    for line, op, _ in _met(node, frozenset(lines), True):
        found.setdefault(line, {})[op] = None
    return {line: tuple(sorted(ops)) for line, ops in found.items()}


def _met(node: Node, lines: frozenset[str], holds: bool) -> Iterator[tuple[str, str, Node]]:
    match node:
        case Compare(op, left, Ref(name)) if name in lines:
            yield name, op if holds else OPPOSITE[op], left
        case Compare(op, Ref(name), right) if name in lines:
            yield name, MIRROR[op if holds else OPPOSITE[op]], right
        case Both(_, parts):
            for part in parts:
                yield from _met(part, lines, holds)
        case Choice(_, then, other):
            yield from _met(then, lines, holds)
            yield from _met(other, lines, holds)
        case Not(below):
            yield from _met(below, lines, not holds)


def compared_quantities(a: Standard, b: Standard) -> dict[str, tuple[tuple[Text, ...], tuple[Text, ...]]]:
    """Lines of one name that the two standards hold different quantities against, and which."""
    here, there = _quantities(a), _quantities(b)
    return {
        line: (tuple(here[line].values()), tuple(there[line].values()))
        for line in here
        if line in there and set(here[line]) != set(there[line])
    }


def _quantities(std: Standard) -> dict[str, dict[Any, Text]]:
    prepared = prepare(std, std.default_method)
    found: dict[str, dict[Any, Text]] = {}
    for node in _conditions(prepared).values():
        for line, _, other in _met(node, frozenset(std.lines), True):
            for name in _names_in(other):
                if name not in std.lines:
                    found.setdefault(line, {})[name] = _named(std, name)
    return found


def _named(std: Standard, name: str) -> Text:
    facts = household_names(std)
    if name in facts:
        return {lang: facts[name].labels[lang] for lang in LANGUAGES}
    known = _own_values(std, std.default_method).get(name)
    return {lang: name if known is None else known.labels[lang] for lang in LANGUAGES}


__all__ = [
    "Boundary", "ClassChange", "IndicatorChange", "Wording", "class_changes", "compared_quantities",
    "indicator_changes", "ops_by_line",
]  # fmt: skip
