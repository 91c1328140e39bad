"""One household under one prepared standard: what is known, what is derived, what a tree can still ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from math import inf
from typing import Any, TypeAlias

import attrs

from .household import Facts
from .prepared import Prepared
from .tree import Both, Choice, Const, Given, Node, Quantifier, Ref, children
from .values import field

Key: TypeAlias = Any  # of an unknown: a household name, (person, name), or a quantifier without members


def spell(key: Key) -> str:
    """An unknown as the caller writes it: ``income``, ``members[2].sex``, ``members``."""
    if isinstance(key, str):
        return key
    if isinstance(key[0], Quantifier):
        return "members"
    return f"members[{key[0]}].{key[1]}"


@attrs.define(eq=False, repr=False)
class Effort:
    """What is left of the steps that one question may take; counted, so that every machine answers alike."""

    left: float = inf

    @contextmanager
    def limited(self, steps: int) -> Iterator[None]:
        """Not more than so many steps for what is done here."""
        before, self.left = self.left, min(self.left, steps)
        begun = self.left
        try:
            yield
        finally:
            self.left = before - (begun - self.left)


_NOTHING: frozenset[tuple[str, Any]] = frozenset()


@attrs.frozen(slots=False, eq=False, repr=False)
class Case:
    """One household under one prepared standard."""

    prepared: Prepared
    facts: Facts
    free: frozenset[str] = frozenset()  # names treated as unknown, whatever was given
    memo: dict[Any, Any] = field(factory=dict)  # how intervals were cut, for the next time
    effort: Effort = field(factory=Effort)
    scores: Mapping[str, Any] = field(factory=dict)  # score cards filled in, by name
    summed: frozenset[str] = frozenset()  # of these, those whose sum comes from their items

    @cached_property
    def known(self) -> dict[Key, Any]:
        return {k: v for k, v in self.facts.known.items() if k not in self.free}

    @cached_property
    def on(self) -> int:
        return (self.facts.on or date(2000, 1, 1)).toordinal()

    def likeness(self, person: int) -> Any:
        """What is known of a person: two persons of whom the same is known are the same to every rule."""
        return self._persons.get(person, _NOTHING), self.facts.births.get(person)

    @cached_property
    def _persons(self) -> dict[int, frozenset[tuple[str, Any]]]:
        known: dict[int, set[tuple[str, Any]]] = {}
        for key, value in self.known.items():
            if isinstance(key, tuple):
                known.setdefault(key[0], set()).add((key[1], value))
        for key, bound in self.facts.limits.items():
            if isinstance(key, tuple):
                known.setdefault(key[0], set()).add((key[1], bound))
        return {person: frozenset(facts) for person, facts in known.items()}

    # --- what is unknown ------------------------------------------------------------------------

    def derives(self, name: str) -> bool:
        """Whether a household value is computed here, rather than given or asked for as it is."""
        if name in self.free:
            return False
        # What is set free was answered at that level, and so was what is known in part.
        answered = self.known.keys() | self.free | self.facts.limits.keys()
        return self.prepared.derives(name, answered, self.facts.members is not None, self._derives)

    @cached_property
    def _derives(self) -> dict[str, bool]:
        return {}

    @cached_property
    def flags(self) -> tuple[str, ...]:
        return tuple(f"deprived_{k}" for k in self.prepared.rules.indicators)

    @cached_property
    def counts_flags(self) -> bool:
        """Whether the number of deprivations is counted here, rather than given or asked for."""
        if "deprivations" in self.known or "deprivations" in self.free:
            return False
        return any(f in self.known or self.derives(f) for f in self.flags)

    def was_given(self, name: str) -> bool:
        """Whether the caller gave a value, be it set free since."""
        return name in self.known or name in self.free

    def visible(self, node: Node) -> Iterator[Node]:
        """The nodes of a tree, without the branches that the given names rule out."""
        if (only := self.chosen(node)) is not None:
            yield from self.visible(only)
            return
        yield node
        for child in children(node):
            yield from self.visible(child)

    def chosen(self, node: Node) -> Node | None:
        """The branch that the given names choose; None where nothing is chosen, or not by them."""
        if not isinstance(node, Choice) or (answer := self._settled(node.test)) is None:
            return None
        return node.then if answer else node.other

    def _settled(self, test: Node) -> bool | None:
        """A test on nothing but what was given."""
        if isinstance(test, Given):
            return self.was_given(test.name)
        if isinstance(test, Const) and isinstance(test.value, bool):
            return test.value
        if isinstance(test, Choice) and (answer := self._settled(test.test)) is not None:  # "not given(...)"
            return self._settled(test.then if answer else test.other)
        if isinstance(test, Both):
            answers = [self._settled(p) for p in test.parts]
            return None if None in answers else all(answers) if test.every else any(answers)
        return None

    # --- which unknowns a tree can read -----------------------------------------------------------

    def unknowns(self, node: Node, person: int | None = None) -> frozenset[Key]:
        memo_key = (node, person)
        if memo_key not in self._unknowns:
            self._unknowns[memo_key] = frozenset(self._find(node, person))
        return self._unknowns[memo_key]

    @cached_property
    def _unknowns(self) -> dict[tuple[Node, int | None], frozenset[Key]]:
        return {}

    def _find(self, node: Node, person: int | None) -> Iterator[Key]:
        if isinstance(node, Quantifier):
            if self.facts.members is None:
                yield (node, "members")
            for i in range(self.facts.members or 0):
                for part in (node.body, node.where):
                    if part is not None:
                        yield from self._of_person(part, i)
            return
        if (only := self.chosen(node)) is not None:
            yield from self.unknowns(only, person)
            return
        if isinstance(node, Ref):
            yield from self._find_name(node, person)
        for child in children(node):
            yield from self.unknowns(child, person)

    def _of_person(self, node: Node, person: int) -> Iterable[Key]:
        """Those of one person, found once for all persons of whom facts of the same names are known."""
        first = self._first.setdefault(frozenset(name for name, _ in self.likeness(person)[0]), person)
        found = self.unknowns(node, first)
        return found if first == person else [(person, k[1]) if k[0] == first else k for k in found]

    @cached_property
    def _first(self) -> dict[frozenset[str], int]:
        return {}

    def _find_name(self, ref: Ref, person: int | None) -> Iterator[Key]:
        rules = self.prepared.rules
        if ref.member:
            key = (person, ref.name)
            fact = rules.facts[ref.name]
            if fact.asked_if is not None:
                yield from self.unknowns(fact.asked_if, person)
            if fact.of is not None:
                yield from self.unknowns(fact.of, person)
            elif key not in self.known:
                yield key
            return
        name = ref.name
        if name in self.prepared.lines:
            yield from self.unknowns(self.prepared.lines[name])
            return
        fact_ = rules.facts.get(name)
        if fact_ is not None and fact_.asked_if is not None:
            yield from self.unknowns(fact_.asked_if)
        if name in self.known:
            return
        if name == "deprivations" and self.counts_flags:
            for flag in self.flags:
                yield from self.unknowns(Ref(flag))
        elif self.derives(name):
            yield from self.unknowns(self.prepared.trees[name])
        else:
            yield name
