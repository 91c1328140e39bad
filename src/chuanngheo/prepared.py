"""A standard made ready for one method and one choice of readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import cached_property

import attrs

from .errors import NoStandard, Problem, nearest
from .model import RuleSet
from .scorecards import Option, ScoreCard
from .tree import Given, Node, Quantifier, Ref, extremes_as_tests, fold, readings_in, walk
from .values import evolve, field

DERIVE = ("all", "confirmed")


@attrs.frozen(slots=False, eq=False, repr=False)
class Prepared:
    """The trees that decide, with the readings chosen and the rest cut away."""

    rules: RuleSet
    method: str
    readings: Mapping[str, str]
    derive: str
    trees: Mapping[str, Node]  # household values by name: facts with a rule, values, indicators
    person_trees: Mapping[str, Node]
    lines: Mapping[str, Node]
    classes: tuple[tuple[str, Node], ...]
    unfolded: Mapping[str, Node] = field(repr=False)

    @cached_property
    def needed(self) -> frozenset[str]:
        """Every household name the classes can come to read, ``members`` included."""
        return frozenset(self.closure(node for _, node in self.classes))

    def closure(self, nodes: Iterable[Node]) -> set[str]:
        found: set[str] = set()
        waiting = list(nodes)
        while waiting:
            for n in walk(waiting.pop()):
                if isinstance(n, Quantifier):
                    found.add("members")
                if isinstance(n, Ref) and not n.member and n.name not in found:
                    found.add(n.name)
                    fact = self.rules.facts.get(n.name)
                    if fact is not None and fact.asked_if is not None:
                        waiting.append(fact.asked_if)
                    if n.name == "deprivations":
                        waiting.extend(Ref(f"deprived_{k}") for k in self.rules.indicators)
                    for trees in (self.trees, self.lines):
                        if n.name in trees:
                            waiting.append(trees[n.name])
        return found

    @cached_property
    def asks_given(self) -> frozenset[str]:
        """The names of which a rule asks whether they were given."""
        trees = [*(tree for _, tree in self.classes), *(t for n, t in self.trees.items() if n in self.needed)]
        return frozenset(n.name for t in trees for n in walk(t) if isinstance(n, Given))

    # --- score cards ------------------------------------------------------------------------------

    @cached_property
    def cards(self) -> Mapping[str, ScoreCard]:
        """The score cards whose sums the method reads, under the readings in use."""
        return {n: self.card(n, self.readings) for n, c in self.rules.scorecards.items() if c.method == self.method}

    def card(self, name: str, readings: Mapping[str, str]) -> ScoreCard:
        """A score card of the standard under any choice of readings."""
        key = ("card", name, tuple(readings[i] for i in self.card_interpretations(name)))
        if key not in self.rules.memo:
            card = self.rules.scorecards[name].under(readings)

            def under(option: Option) -> Option:
                when = None if option.when is None else extremes_as_tests(fold(option.when, dict(readings)))
                return evolve(option, when=when)

            items = tuple(evolve(i, options=tuple(map(under, i.options))) for i in card.items)
            self.rules.memo[key] = evolve(card, items=items)
        found: ScoreCard = self.rules.memo[key]
        return found

    def card_interpretations(self, name: str) -> tuple[str, ...]:
        """The interpretations that a card rests on: those of its points, those of its tests."""
        key = ("card interpretations", name)
        if key not in self.rules.memo:
            card = self.rules.scorecards[name]
            found = set(card.interpretations)
            for test in (o.when for i in card.items if not i.indicator for o in i.options if o.when is not None):
                found |= readings_in(test)
            self.rules.memo[key] = tuple(n for n in self.rules.interpretations if n in found)
        names: tuple[str, ...] = self.rules.memo[key]
        return names

    def card_tests(self, name: str) -> list[Node]:
        """The tests of the options of a card, and the facts that its columns are for; the count, if it counts indicators."""
        card = self.card(name, self.readings)
        tests = [o.when for i in card.items for o in i.options if o.when is not None]
        cells = dict.fromkeys(f for c in card.columns.values() for f in c.cells if f in self.rules.facts)
        counted = [Ref("deprivations")] if any(i.indicator for i in card.items) else []
        return [*tests, *map(Ref, cells), *counted]

    @cached_property
    def card_names(self) -> frozenset[str]:
        """Every household name that the cards of the method can come to read."""
        return frozenset(self.closure(t for n in self.cards for t in self.card_tests(n)))

    def own_card_names(self, name: str) -> frozenset[str]:
        """The names that a card reads and the indicators do not: given, they open it."""
        key = ("own card names", self.method, self.derive, name)
        if key not in self.rules.memo:
            flags = [Ref(f"deprived_{k}") for k in self.rules.indicators]
            cells = {f for c in self.rules.scorecards[name].columns.values() for f in c.cells}
            mine = self.closure(self.card_tests(name)) - self.closure(flags) - cells - self.needed
            self.rules.memo[key] = frozenset(mine)
        found: frozenset[str] = self.rules.memo[key]
        return found

    @cached_property
    def shared(self) -> frozenset[str]:
        """Facts that more than one fact or indicator reads: given alone they open none of them."""
        count: dict[str, int] = {}
        for tree in (t for n, t in self.trees.items() if n in self.rules.facts or n.startswith("deprived_")):
            for name in {n.name for n in walk(tree) if isinstance(n, Ref) and not n.member}:
                count[name] = count.get(name, 0) + 1
        return frozenset(name for name, times in count.items() if times > 1)

    def derives(self, name: str, given: Set[str], members: bool, memo: dict[str, bool]) -> bool:
        """Whether a value is computed from what was given, rather than asked for as it is.

        Values of the rule file always are. Facts and indicators are when something that they
        alone read was given, or persons were, or everything was: otherwise the caller answers at
        their own level.
        """
        if name in memo:
            return memo[name]
        tree = self.trees.get(name)
        answer = tree is not None and name not in given
        if answer and tree is not None and (name in self.rules.facts or name.startswith("deprived_")):
            memo[name] = False
            read = {n.name for n in walk(tree) if isinstance(n, Ref) and not n.member} - self.lines.keys()
            persons = any(isinstance(n, Quantifier) for n in walk(tree))
            known = {n for n in read if n in given or self.derives(n, given, members, memo)}
            answer = (
                (persons and members) or bool(known - self.shared) or (bool(read) and known == read and not persons)
            )
        memo[name] = answer
        return answer

    @cached_property
    def interpretations(self) -> tuple[str, ...]:
        """The interpretations that the needed values and the classes depend on."""
        found: set[str] = set()
        for name, node in self.unfolded.items():
            if name in self.needed or name.startswith("class "):
                found |= readings_in(node)
        return tuple(name for name in self.rules.interpretations if name in found)


def choose_readings(rules: RuleSet, readings: Mapping[str, str] | None) -> dict[str, str]:
    """All readings: the defaults, and the caller's choices over them."""
    chosen = {name: i.default for name, i in rules.interpretations.items()}
    for name, sense in (readings or {}).items():
        known = rules.interpretations.get(name)
        if known is None:
            problem = Problem("CN063", "readings", f"there is no interpretation {name!r}", name,
                              ", ".join(rules.interpretations), nearest(name, rules.interpretations))  # fmt: skip
            raise NoStandard(f"{rules.exact_id} has no interpretation {name!r}", [problem])
        if sense not in known.readings:
            problem = Problem("CN063", f"readings[{name!r}]", f"there is no reading {sense!r}", sense,
                              ", ".join(known.readings), "name one of them")  # fmt: skip
            raise NoStandard(f"interpretation {name} has no reading {sense!r}", [problem])
        chosen[name] = sense
    return chosen


def prepare(rules: RuleSet, method: str, readings: Mapping[str, str] | None = None, derive: str = "all") -> Prepared:
    """The trees of a standard under a method and readings; kept for the next call.

    ``derive="confirmed"`` treats indicators whose derivation is graded C or D as inputs.
    """
    chosen = choose_readings(rules, readings)
    if derive not in DERIVE:
        problem = Problem("CN064", "derive", f"{derive!r} is unknown", derive, ", ".join(DERIVE), "name one of them")
        raise NoStandard(f"derive={derive!r} is unknown", [problem])
    key = ("prepared", method, tuple(sorted(chosen.items())), derive)
    if key not in rules.memo:
        rules.memo[key] = _prepare(rules, method, chosen, derive)
    made: Prepared = rules.memo[key]
    return made


def _prepare(rules: RuleSet, method: str, chosen: dict[str, str], derive: str) -> Prepared:
    if method not in rules.methods:
        raise NoStandard(f"{rules.exact_id} has no method {method!r}; allowed: {', '.join(rules.methods)}, recorded")
    unfolded: dict[str, Node] = {}
    person: dict[str, Node] = {}
    for fact in rules.facts.values():
        if fact.of is not None:
            (person if fact.entity == "person" else unfolded)[fact.name] = fact.of
    for values in (rules.values, rules.methods[method].values):
        unfolded |= {name: d.node for name, d in values.items() if d.node is not None}
    for name, d in rules.indicators.items():
        if d.node is not None and (derive == "all" or indicator_grade(rules, name, chosen) in "AB"):
            unfolded[f"deprived_{name}"] = d.node
    # Most trees are the same for every method: the rules keep them, so their identity names them.
    folded: dict[int, Node] = rules.memo.setdefault(("folded", tuple(sorted(chosen.items()))), {})

    def under_readings(node: Node) -> Node:
        if id(node) not in folded:
            folded[id(node)] = extremes_as_tests(fold(node, chosen))
        return folded[id(node)]

    classes = tuple((c.name, under_readings(c.node)) for c in rules.classes.values() if method in c.methods)
    trees = {name: under_readings(node) for name, node in unfolded.items()}
    lines = {name: line.node for name, line in rules.lines.items()}
    unfolded |= {f"class {c.name}": c.node for c in rules.classes.values() if method in c.methods}
    return Prepared(rules, method, chosen, derive, trees, person, lines, classes, unfolded)


def indicator_grade(rules: RuleSet, name: str, readings: Mapping[str, str]) -> str:
    """The grade of an indicator's rule under the chosen readings."""
    derived = rules.indicators[name]
    for interpretation, sense, cite in derived.cites:
        if readings.get(interpretation) == sense:
            return cite.grade
    return derived.cite.grade if derived.cite else "D"
