"""From one household to the classes still possible, the facts that matter and the next question.

Indicators that share unknown facts form a group; groups are independent of each other. A group
is summed up by what its members can jointly add (how many deprivations, which flags the classes
name), person by person, and what no later step reads is forgotten on the way. The classes are
then decided from the sums. A fact *matters* when two of its values, all else equal, give two
classes: its group is run with that fact doubled, and the two copies are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from itertools import pairwise, product
from typing import Any

import attrs

from .case import Case, Key
from .domains import Domain, Interval
from .possible import START, TIE, Env, Evaluator, Outcomes, combine, merged
from .tree import Lookup, Node, Quantifier, Ref, children, walk
from .values import Frozen, field, frozen

NO_CLASS = ""
# Steps: some 90 take a millisecond. Beyond them an answer is coarser, towards more classes and more
# facts that matter.
FOR_CLASSES = 50 * 10**3
FOR_MISSING, FOR_NEXT = 45 * 10**3, 20 * 10**3
FOR_VALUE = 2 * 10**3
TWIN = "twin"
COUNT = "deprivations"

Pair = tuple[Domain, Domain]
Sums = list[tuple[Any, Any, Env]]  # what a group adds, what its twin adds, and the kept unknowns


class TooMany(Exception):
    """The effort is spent: what is asked is answered more coarsely."""


@frozen
class Group(Frozen):
    """Indicators that share unknown facts, and the quantifiers over the members they rest on."""

    flags: tuple[str, ...]
    quantifiers: tuple[Quantifier, ...]
    unknowns: frozenset[Key]
    of_household: frozenset[Key]  # of these, those that are no person's


@attrs.frozen(slots=False, eq=False, repr=False)
class Decision:
    """The decision over one case."""

    case: Case
    memo: dict[Any, Any] = field(factory=dict)

    @cached_property
    def class_trees(self) -> list[Node]:
        return [node for _, node in self.case.prepared.classes]

    @cached_property
    def counted(self) -> bool:
        """Whether the classes read a number of deprivations that is counted here."""
        return COUNT in _names(self.case, self.class_trees) and self.case.counts_flags

    @cached_property
    def direct(self) -> tuple[str, ...]:
        """Flags that the classes name themselves."""
        named = _names(self.case, self.class_trees)
        return tuple(f for f in self.case.flags if f in named)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        wanted = self.case.flags if self.counted else self.direct
        return tuple(_groups(self.case, wanted))

    @cached_property
    def class_unknowns(self) -> frozenset[Key]:
        """The unknowns that the classes read other than through a group."""
        apart = {*self.direct, *((COUNT,) if self.counted else ())}
        return frozenset(_unknowns_outside(self.case, self.class_trees, apart))

    @cached_property
    def possible(self) -> tuple[str, ...]:
        """The classes possible, in the standard's order (:data:`NO_CLASS` last)."""
        with self.case.effort.limited(FOR_CLASSES):
            try:
                return in_order(self.case, (c for c, _ in self.outcomes()))
            except TooMany:
                return self.every

    @property
    def every(self) -> tuple[str, ...]:
        """What is possible where nothing can be followed."""
        return (*(name for name, _ in self.case.prepared.classes), NO_CLASS)

    def outcomes(
        self, *, keep: Key | None = None, twin: Key | None = None, pair: Pair | None = None, within: Env | None = None
    ) -> Outcomes:
        """Every class (pair of classes with a twin), with what it leaves of the kept unknown.

        ``pair`` narrows the doubled unknown and its twin to a part of their values each, ``within``
        other unknowns of the same person.
        """
        paths = self.paths(keep, twin, pair, within or {})
        return merged((c, {k: d for k, d in e.items() if k == keep}) for c, e in paths)

    def paths(self, keep: Key | None, twin: Key | None, pair: Pair | None, within: Env) -> Iterator[tuple[Any, Env]]:
        """The same one by one, some of them more than once."""
        begin: Env = dict(within)
        if pair is not None and twin is not None:
            begin |= {twin: pair[0], (TWIN, twin): pair[1]}
        for a, b, env in self.states(keep, twin, begin):
            for first, e in self.classify(a, env, {}):
                if twin is None:
                    yield first, e
                elif b == a and twin not in self.class_unknowns:
                    yield (first, first), e
                else:
                    alias = {twin: (TWIN, twin)} if twin in self.class_unknowns else {}
                    yield from (((first, second), e2) for second, e2 in self.classify(b, e, alias))

    def states(self, keep: Key | None, twin: Key | None, begin: Env) -> Sums:
        """What all groups come to together."""
        states: Sums = [((0, ()), (0, ()), begin)]
        for group in self.groups:
            mine = twin if twin in group.unknowns else None
            sums = self.sums(group, keep if keep in group.unknowns else None, mine, begin if mine is not None else {})
            self.spend(len(states) * len(sums))
            states = _merged_sums(
                (_plus(a, a2), _plus(b, b2), both)
                for (a, b, e), (a2, b2, e2) in product(states, sums)
                if (both := _joined(e, e2)) is not None
            )
        return states

    def evaluate(self, node: Node) -> Outcomes:
        """The values a household tree can have, counting the indicators group by group."""
        with self.case.effort.limited(FOR_VALUE):
            try:
                return self._evaluate(node)
            except TooMany:
                return Evaluator(self.case).anything(node, {}, None)

    def _evaluate(self, node: Node) -> Outcomes:
        case = self.case
        if isinstance(node, Ref) and node.name in case.flags:
            if node.name in case.known or not case.derives(node.name):
                return Evaluator(case).outcomes(node, {})
            (group,) = _groups(case, [node.name])
            return [(bool(a[0]), {}) for a, _, _ in self.sums(group, None, None, {})]
        if self.counted and COUNT in _names(case, [node]):
            found: Outcomes = []
            for sums, _, env in self.states(None, None, {}):
                found += Evaluator(case, {**dict(sums[1]), COUNT: sums[0]}).outcomes(node, env)
            return merged(found)
        return outcomes_of(case, node)

    def classify(self, sums: Any, env: Env, alias: dict[Key, Key]) -> Outcomes:
        """The first class that holds, or :data:`NO_CLASS` (a hole in the words)."""
        read = self.class_unknowns | alias.keys() | frozenset(alias.values())
        relevant = _only(env, read)
        key = ("class", sums, frozenset(relevant.items()), frozenset(alias))
        if key not in self.memo:
            self.memo[key] = self._classify(sums, relevant, alias)
        rest = {k: d for k, d in env.items() if k not in read}
        return [(c, {**rest, **e}) for c, e in self.memo[key]] if rest else self.memo[key]

    def _classify(self, sums: Any, env: Env, alias: dict[Key, Key]) -> Outcomes:
        accumulated: dict[Any, Any] = dict(sums[1])
        if self.counted:
            accumulated[COUNT] = sums[0]
        evaluator = Evaluator(self.case, accumulated, alias, ties=True)
        decided: Outcomes = []
        waiting = [env]
        for name, node in self.case.prepared.classes:
            going: list[Env] = []
            for e in waiting:
                for v, e2 in evaluator.outcomes(node, e):
                    if v is True:
                        decided.append((name, e2))
                    else:
                        going.append(e2)
            waiting = going
        decided += [(NO_CLASS, e) for e in waiting]
        return _untied(decided)

    def counts(self) -> tuple[int, ...]:
        """The numbers of deprivations that the flags known and unknown can come to."""
        totals = {0}
        with self.case.effort.limited(FOR_CLASSES):
            try:
                for group in _groups(self.case, self.case.flags):
                    totals = {t + a[0] for t in totals for a, _, _ in self.sums(group, None, None, {})}
            except TooMany:
                totals = set(range(len(self.case.flags) + 1))
        return tuple(sorted(totals))

    @cached_property
    def gathered(self) -> frozenset[Key]:
        """Unknown numbers of members that only their sum, least or greatest is read of.

        Their range is known, not how each moves it: while the class is open, all of them count.
        """
        found: set[Key] = set()
        trees = [*self.class_trees, *(Ref(f) for g in self.groups for f in g.flags)]
        names = _names(self.case, trees) | {f for g in self.groups for f in g.flags}
        trees += [self.case.prepared.trees[n] for n in names if n not in self.case.known and self.case.derives(n)]
        for q in {n for t in trees for n in walk(t) if isinstance(n, Quantifier) and n.kind in ("sum", "min", "max")}:
            for i in range(self.case.facts.members or 0):
                found |= self.case.unknowns(q.body, i)
        return frozenset(found)

    # --- groups -----------------------------------------------------------------------------------

    def sums(self, group: Group, keep: Key | None, twin: Key | None, begin: Env) -> Sums:
        """What a group can add: (deprivations, flags that the classes name), and its twin's."""
        key = (group.flags, keep, twin, frozenset(begin.items()))
        if key not in self.memo:
            outer = self.class_unknowns | {
                keep,
                *(() if twin is None or twin not in self.class_unknowns else ((TWIN, twin),)),
            }
            try:
                self.memo[key] = self._sums(group, outer, twin, begin)
            except TooMany:
                self.memo[key] = self.coarse(group, twin)
        found: Sums = self.memo[key]
        return found

    def spend(self, paths: int) -> None:
        """Count work that is done outside the evaluator."""
        self.case.effort.left -= paths
        if self.case.effort.left < 0:
            raise TooMany

    def coarse(self, group: Group, twin: Key | None) -> Sums:
        """What a group can add if nothing ties its flags together: more than it can, and nothing less."""
        case = self.case
        named = [f for f in group.flags if f in self.direct]
        if twin is not None or len(named) > 8:
            raise TooMany
        sure = {f: bool(case.known[f]) for f in group.flags if f in case.known}
        least = sum(sure.values())
        truths = [
            (sum(flags) + least_of_others, tuple(zip(named, flags, strict=True)))
            for flags in product(*((sure[f],) if f in sure else (False, True) for f in named))
            for least_of_others in range(
                least - sum(sure.get(f, False) for f in named),
                len([f for f in group.flags if f not in named and sure.get(f, True)]) + 1,
            )
        ]
        return [(a, a, {}) for a in truths]

    def _sums(self, group: Group, outer: frozenset[Key], twin: Key | None, begin: Env) -> Sums:
        outside = frozenset(_unknowns_outside(self.case, [Ref(f) for f in group.flags], set(), group.quantifiers))
        later = outer | outside | group.of_household
        alias = {} if twin is None else {twin: (TWIN, twin)}
        read = outside | frozenset(alias.values())
        seen: dict[Any, Outcomes] = {}

        def flags(sums: Any, env: Env, alias: dict[Key, Key]) -> Outcomes:
            relevant = _only(env, read)
            key = (sums, frozenset(relevant.items()), bool(alias))
            if key not in seen:
                seen[key] = self.flag_values(
                    group, dict(zip(group.quantifiers, sums, strict=True)), relevant, alias, outer, twin
                )
            rest = {k: d for k, d in env.items() if k not in read}
            return [(v, {**rest, **e}) for v, e in seen[key]] if rest else seen[key]

        found: Sums = []
        for a, b, env in self.persons(group, later, twin, begin):
            for first, e in flags(a, env, {}):
                if twin is None:
                    found.append((first, first, _only(e, outer)))
                else:
                    found.extend((first, second, _only(e2, outer)) for second, e2 in flags(b, e, alias))
        return _merged_sums(found)

    def flag_values(
        self,
        group: Group,
        accumulated: dict[Any, Any],
        env: Env,
        alias: dict[Key, Key],
        outer: frozenset[Key],
        twin: Key | None,
    ) -> Outcomes:
        """What the flags of a group come to: how many hold, and those that the classes name."""
        evaluator = Evaluator(self.case, accumulated, alias)
        states: Outcomes = [((), env)]
        for i, flag in enumerate(group.flags):
            later = outer if twin is None else None  # the twin still has to read what this copy read
            if later is not None:
                rest = [Ref(f) for f in group.flags[i + 1 :]]
                later = later.union(_unknowns_outside(self.case, rest, set(), group.quantifiers))
            states = merged(
                ((*flags, v is True), e2 if later is None else _only(e2, later))
                for flags, e in states
                for v, e2 in evaluator.outcomes(Ref(flag), e)
            )
            if twin is None and not self.direct:  # only the number matters
                states = merged(((True,) * sum(flags) + (False,) * (len(flags) - sum(flags)), e) for flags, e in states)
        named = [(i, f) for i, f in enumerate(group.flags) if f in self.direct]
        return merged(((sum(flags), tuple((f, flags[i]) for i, f in named)), e) for flags, e in states)

    def persons(self, group: Group, later: frozenset[Key], twin: Key | None, begin: Env) -> Sums:
        """What the quantifiers of a group come to over all members."""
        start = tuple(START[q.kind] for q in group.quantifiers)
        states: Sums = [(start, start, begin)]
        kept = {_person_of(k) for k in later}
        for i in range(self.case.facts.members or 0) if group.quantifiers else ():
            mine = twin if _person_of(twin) in (i, None) else None
            apart = mine is not None or i in kept
            key = (
                group.flags,
                i if apart else self.case.likeness(i),
                mine,
                later,
                None if mine is None else frozenset(begin.items()),
            )
            if key not in self.memo:
                self.memo[key] = self.person(group, i, later, mine, {} if mine is None else begin)
            self.spend(len(states) * len(self.memo[key]))
            states = _merged_sums(
                (_together(group, a, a2), _together(group, b, b2), both)
                for (a, b, e), (a2, b2, e2) in product(states, self.memo[key])
                if (both := _joined(e, e2)) is not None
            )
        return states

    def person(self, group: Group, i: int, later: frozenset[Key], twin: Key | None, begin: Env) -> Sums:
        """What one person can add to the quantifiers of a group, jointly."""
        case = self.case
        read = [
            case.unknowns(q.body, i) | (case.unknowns(q.where, i) if q.where is not None else frozenset())
            for q in group.quantifiers
        ]
        plain, doubled = Evaluator(case), Evaluator(case, {}, {} if twin is None else {twin: (TWIN, twin)})
        order = sorted(range(len(group.quantifiers)), key=lambda n: _has_table(group.quantifiers[n]))
        states: Sums = [((), (), begin)]
        for place, n in enumerate(order):
            keys = later.union(*(read[m] for m in order[place + 1 :]))
            second = frozenset((TWIN, k) if k == twin else k for k in keys)
            read_again = frozenset((TWIN, k) if k == twin else k for k in read[n])
            keep = keys | second
            first = _Remembered(
                plain, group.quantifiers[n], i, read[n], keep | read[n] | read_again if twin in read[n] else keep
            )
            again = _Remembered(doubled, group.quantifiers[n], i, read_again, keep)
            found: Sums = []
            for a, b, env in states:
                for v, e in first(env):
                    if twin in read[n]:
                        found.extend(((*a, v), (*b, v2), e2) for v2, e2 in again(e))
                    else:
                        found.append(((*a, v), (*b, v), e))
            self.spend(len(found))
            states = _merged_sums(found)
        back = [order.index(n) for n in range(len(order))]
        return [(tuple(a[p] for p in back), tuple(b[p] for p in back), e) for a, b, e in states]


def outcomes_of(case: Case, node: Node) -> Outcomes:
    """The values a household tree can have by itself: what each person adds is forgotten with the person."""
    quantifiers = tuple(dict.fromkeys(n for n in walk(node) if isinstance(n, Quantifier)))
    if case.facts.members is None or not quantifiers:
        return Evaluator(case).outcomes(node, {})
    start = tuple(START[q.kind] for q in quantifiers)
    states: Outcomes = [(start, {})]
    added: dict[Any, Outcomes] = {}
    for i in range(case.facts.members):
        like = case.likeness(i)
        if like not in added:
            added[like] = _added_by(case, quantifiers, i, start)
        states = merged(
            (tuple(combine(q.kind, x, y) for q, x, y in zip(quantifiers, a, b, strict=True)), both)
            for (a, e), (b, e2) in product(states, added[like])
            if (both := _joined(e, e2)) is not None
        )
    return merged(
        outcome for s, e in states for outcome in Evaluator(case, dict(zip(quantifiers, s, strict=True))).outcomes(node, e)
    )


def _added_by(case: Case, quantifiers: tuple[Quantifier, ...], i: int, start: tuple[Any, ...]) -> Outcomes:
    """What one person adds to several quantifiers at once."""
    evaluator = Evaluator(case)
    states: Outcomes = [((), {})]
    for q, begin in zip(quantifiers, start, strict=True):
        states = [((*s, v), e2) for s, e in states for v, e2 in evaluator.person(q, i, begin, e)]
    return merged((s, {k: d for k, d in e.items() if _person_of(k) is None}) for s, e in states)


class _Remembered:
    """What one person adds to a quantifier, worked out once for equal relevant unknowns."""

    def __init__(self, evaluator: Evaluator, q: Quantifier, i: int, read: frozenset[Key], keys: frozenset[Key]) -> None:
        self.evaluator, self.q, self.i, self.read, self.keys = evaluator, q, i, read, keys
        self.seen: dict[frozenset[Any], Outcomes] = {}

    def __call__(self, env: Env) -> Outcomes:
        relevant = _only(env, self.read)
        key = frozenset(relevant.items())
        if key not in self.seen:
            made = self.evaluator.person(self.q, self.i, START[self.q.kind], relevant)
            self.seen[key] = merged((v, _only(e, self.keys)) for v, e in made)
        rest = {k: d for k, d in env.items() if k not in self.read and k in self.keys}
        return [(v, {**rest, **e}) for v, e in self.seen[key]] if rest else self.seen[key]


def _person_of(key: Key) -> int | None:
    """Whose fact an unknown is; None for the household's."""
    return key[0] if isinstance(key, tuple) and isinstance(key[0], int) else None


def _joined(a: Env, b: Env) -> Env | None:
    """Two narrowings at once, or None where they exclude each other."""
    joined = {**a, **b}
    for key in a.keys() & b.keys():
        first, second = a[key], b[key]
        met: Domain | None = None
        if isinstance(first, Interval) and isinstance(second, Interval):
            met = first.meet(second)
        elif isinstance(first, frozenset) and isinstance(second, frozenset):
            met = first & second or None
        if met is None:
            return None
        joined[key] = met
    return joined


def _only(env: Env, keys: frozenset[Key]) -> Env:
    return {k: d for k, d in env.items() if k in keys} if env else env


def _untied(outcomes: Outcomes) -> Outcomes:
    """Paths without what they have answered to tests of several unknown numbers: no facts by themselves."""
    ties = {k for _, e in outcomes for k in e if isinstance(k, tuple) and k[0] == TIE}
    if not ties:
        return outcomes
    return merged((value, {k: d for k, d in e.items() if k not in ties}) for value, e in outcomes)


def _plus(a: Any, b: Any) -> Any:
    return a[0] + b[0], a[1] + b[1]


def _together(group: Group, a: Any, b: Any) -> Any:
    return tuple(combine(q.kind, x, y) for q, x, y in zip(group.quantifiers, a, b, strict=True))


def _merged_sums(states: Iterable[tuple[Any, Any, Env]]) -> Sums:
    return list({(a, b, frozenset(e.items()) if e else None): (a, b, e) for a, b, e in states}.values())


def _has_table(q: Quantifier) -> bool:
    """Tables cut ages finely: read last, their cuts are forgotten at once."""
    return any(isinstance(n, Lookup) for n in walk(q))


def _names(case: Case, trees: Iterable[Node]) -> set[str]:
    """Household names read from trees, through the values derived here (but not into flags)."""
    found: set[str] = set()
    waiting = list(trees)
    while waiting:
        for n in walk(waiting.pop()):
            if isinstance(n, Ref) and not n.member and n.name not in found:
                found.add(n.name)
                if n.name not in case.known and n.name not in case.flags and case.derives(n.name):
                    waiting.append(case.prepared.trees[n.name])
    return found


def _unknowns_outside(
    case: Case, trees: Iterable[Node], apart: set[str], summed: tuple[Quantifier, ...] = ()
) -> Iterable[Key]:
    """The unknowns that trees read other than through the names ``apart`` or quantifiers summed before."""
    waiting = list(trees)
    seen: set[str] = set(apart)
    while waiting:
        for n in walk_outside(case, waiting.pop(), summed):
            if isinstance(n, Quantifier):
                yield from case.unknowns(n)
            elif isinstance(n, Ref) and not n.member and n.name not in seen:
                seen.add(n.name)
                fact = case.prepared.rules.facts.get(n.name)
                if fact is not None and fact.asked_if is not None:
                    waiting.append(fact.asked_if)
                if n.name in case.prepared.lines:
                    waiting.append(case.prepared.lines[n.name])
                elif n.name not in case.known and case.derives(n.name):
                    waiting.append(case.prepared.trees[n.name])
                else:
                    yield from case.unknowns(n)


def walk_outside(case: Case, node: Node, summed: tuple[Quantifier, ...]) -> Iterator[Node]:
    """The nodes of a tree that can be read, without those below a quantifier, nor quantifiers summed before."""
    if node in summed:
        return
    if (only := case.chosen(node)) is not None:
        yield from walk_outside(case, only, summed)
        return
    yield node
    if not isinstance(node, Quantifier):
        for child in children(node):
            yield from walk_outside(case, child, summed)


def _groups(case: Case, flags: Iterable[str]) -> Iterable[Group]:
    """Flags that share unknowns stand together; the others are settled one by one."""
    groups: list[tuple[frozenset[Key], list[str]]] = []
    for flag in flags:
        keys, members = case.unknowns(Ref(flag)), [flag]
        apart = []
        for other_keys, other in groups:
            if keys & other_keys:
                keys |= other_keys
                members = other + members
            else:
                apart.append((other_keys, other))
        groups = [*apart, (keys, members)]
    for keys, members in groups:
        quantifiers = _quantifiers(case, members) if case.facts.members is not None else ()
        yield Group(tuple(members), tuple(quantifiers), keys, frozenset(k for k in keys if _person_of(k) is None))


def _quantifiers(case: Case, flags: list[str]) -> Iterable[Quantifier]:
    """The quantifiers that flags rest on, through the values derived here."""
    trees = [case.prepared.trees[f] for f in flags if f not in case.known and case.derives(f)]
    trees += [case.prepared.trees[n] for n in sorted(_names(case, trees)) if n not in case.known and case.derives(n)]
    return dict.fromkeys(n for t in trees for n in walk(t) if isinstance(n, Quantifier))


# --- questions about a case ------------------------------------------------------------------------


def decide(case: Case) -> Decision:
    return Decision(case)


def in_order(case: Case, found: Iterable[str]) -> tuple[str, ...]:
    order = [name for name, _ in case.prepared.classes] + [NO_CLASS]
    return tuple(sorted(set(found), key=order.index))


def missing(decision: Decision) -> tuple[Key, ...]:
    """The unknowns that still matter, in the order in which the rules read them."""
    if len(decision.possible) < 2:
        return ()
    with decision.case.effort.limited(FOR_MISSING):
        found: dict[Any, bool] = {}
        for key in unknowns(decision):
            like = _like(decision.case, key)
            if like not in found:
                found[like] = decision.case.effort.left < 0 or matters(decision, key)
        return tuple(k for k in unknowns(decision) if found[_like(decision.case, k)])


def _like(case: Case, key: Key) -> Any:
    """The same for unknowns that no rule tells apart: facts of one name of persons of whom the same is known."""
    person = _person_of(key)
    return key if person is None else (case.likeness(person), key[1])


def matters(decision: Decision, key: Key) -> bool:
    """Whether two values of an unknown, all else equal, can give two classes."""

    def differ(pair: Pair | None = None, within: Env | None = None) -> bool:
        try:
            return any(a != b for (a, b), _ in decision.paths(None, key, pair, within or {}))
        except TooMany:
            return True

    if any(differ(within=born) for born in _ages(decision, key)):  # of somebody whose age is known it is soon seen
        return True
    domain = Evaluator(decision.case).whole_domain(key)
    if not isinstance(domain, Interval):
        return differ()
    if decision.case.effort.left < 0:
        return True
    if key in decision.gathered:
        return True
    if any(differ(pair) for pair in pairwise(_halves(domain))):
        return True
    try:
        parts = _parts(decision, key, domain)  # a few pairs of values usually show it; all of them prove it
    except TooMany:
        return True
    if len({classes for _, classes in parts}) > 1:
        return True
    ends = [cell for cell, _ in (parts[0], parts[len(parts) // 2], parts[-1])]
    return any(differ((a, b)) for a, b in pairwise(ends)) or differ()


def _ages(decision: Decision, key: Key) -> Iterator[Env]:
    """A few days of birth for the person whose other fact is asked about: today, and each time twice as old."""
    birth: Key = (_person_of(key), "birth_date")
    if birth[0] is None or birth == key or not any({key, birth} <= g.unknowns for g in decision.groups):
        return
    domain = Evaluator(decision.case).whole_domain(birth)
    if isinstance(domain, Interval):
        for day in _halves(domain):
            yield {birth: day}


def _halves(domain: Interval) -> Iterator[Interval]:
    """A few numbers of a domain: its first, and each time half as far from its last. Days of birth double in age."""
    back = (domain.size or 1) - 1
    while back > 0:
        number = int(domain.high or 0) - back
        yield Interval(number, number, whole=True)
        back //= 2


def unknowns(decision: Decision) -> tuple[Key, ...]:
    """The unknowns the classes read (income, area), then those of each indicator, in order."""
    case = decision.case
    flags = [case.unknowns(Ref(f)) for f in case.flags] if decision.groups else []
    return tuple(dict.fromkeys(k for keys in (decision.class_unknowns, *flags) for k in sorted(keys, key=place)))


def place(key: Key) -> tuple[Any, ...]:
    return (0, 0, key) if isinstance(key, str) else (1, key[0] if isinstance(key[0], int) else -1, str(key[1]))


def pieces(decision: Decision, key: Key) -> list[tuple[Domain, tuple[str, ...]]]:
    """The values of one unknown cut where the possible classes change, with those classes."""
    domain = Evaluator(decision.case).whole_domain(key)
    with decision.case.effort.limited(FOR_CLASSES):
        try:
            return _pieces(decision, key, domain)
        except TooMany:
            return [(domain, decision.every)]


def _pieces(decision: Decision, key: Key, domain: Domain) -> list[tuple[Domain, tuple[str, ...]]]:
    case = decision.case
    if not isinstance(domain, Interval):
        outcomes = [(c, e.get(key, domain)) for c, e in decision.outcomes(keep=key)]
        return [
            (frozenset({value}), in_order(case, (c for c, d in outcomes if not isinstance(d, Interval) and value in d)))
            for value in sorted(domain)
        ]
    found: list[tuple[Domain, tuple[str, ...]]] = []
    for cell, classes in _parts(decision, key, domain):
        if found and found[-1][1] == classes and isinstance(found[-1][0], Interval):
            found[-1] = (found[-1][0].join(cell), classes)
        else:
            found.append((cell, classes))
    return found


def _parts(decision: Decision, key: Key, domain: Interval) -> list[tuple[Interval, tuple[str, ...]]]:
    """An interval cut wherever some test of the rules changes."""
    outcomes = [(c, e.get(key, domain)) for c, e in decision.outcomes(keep=key)]
    parts = [(c, p) for c, p in outcomes if isinstance(p, Interval)]
    cut = cells(domain, {p for _, p in parts})
    decision.spend(len(cut) * len(parts) // 4)
    return [(cell, in_order(decision.case, (c for c, p in parts if p.meet(cell) is not None))) for cell in cut]


def cells(domain: Interval, parts: Iterable[Interval]) -> list[Interval]:
    """A domain cut at every end of its parts."""
    below: set[tuple[Any, bool]] = set()  # (x, inclusive): a cut just after x, or just before it
    for p in parts:
        if p.low is not None:
            below.add((p.low, p.low_open))
        if p.high is not None:
            below.add((p.high, not p.high_open))
    result: list[Interval] = []
    low: tuple[Any, bool] | None = None
    for cut in [*sorted(below), None]:
        piece = Interval(
            None if low is None else low[0],
            None if cut is None else cut[0],
            low is not None and low[1],
            cut is not None and not cut[1],
        )
        met = (
            None
            if piece.low is not None and piece.low == piece.high and (piece.low_open or piece.high_open)
            else domain.meet(piece)
        )
        if met is not None:
            result.append(met)
        low = cut
    return result


def askable(case: Case, key: Key) -> bool:
    """Whether it is settled that a fact is asked in this case: nobody asks the contract of one who may not work."""
    person = _person_of(key)
    fact = case.prepared.rules.facts.get(key if isinstance(key, str) else str(key[1]))
    if fact is None or fact.asked_if is None:
        return True
    return all(v is True for v, _ in Evaluator(case).outcomes(fact.asked_if, {}, person))


def next_question(decision: Decision, candidates: Iterable[Key]) -> Key | None:
    """The unknown whose answer settles most.

    Each answer leaves some set of classes open; the unknown with the smallest average size over
    the different sets its answers can leave wins, the one read first among equals. Facts of which
    it is not settled that they are asked come last.
    """
    best: tuple[Fraction, Key] | None = None
    keys = list({_like(decision.case, k): k for k in reversed(list(candidates))}.values())[::-1]
    with decision.case.effort.limited(FOR_NEXT):
        for key in [k for k in keys if askable(decision.case, k)] or keys:
            sets = {classes for _, classes in pieces(decision, key)}
            score = Fraction(sum(map(len, sets)), len(sets))
            if best is None or score < best[0]:
                best = (score, key)
            if decision.case.effort.left < 0:
                break
    return best[1] if best else None
