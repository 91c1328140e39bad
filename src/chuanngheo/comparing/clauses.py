"""The clauses by which two standards differ, and the standards between them.

A *clause* is what can be taken from one standard while the rest stays with the other: a line, the
rule of the classes, the indicators. A *hybrid* takes some clauses from b and the rest from a. It is a
real :class:`Standard`, marked hypothetical, so that the ordinary engine answers for it. What cannot
be taken alone (a line in rice beside a line in money, indicators that only one rule reads) is joined
to one clause, and the clause says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import attrs

from ..answering import Standard
from ..errors import HouseholdError, Problem, nearest
from ..explaining import unit_text
from ..model import LANGUAGES, Cite, Derived, Fact, Line, Text
from ..tree import Ref
from ..values import Frozen, evolve, field, frozen
from .sides import FLAG, Reads, Side, dimension, renamed

Atom = tuple[str, str]  # ("line", name), ("rule", ""), ("indicator", name), ("welfare", "")
RULE, WELFARE, DATA = ("rule", ""), ("welfare", ""), ("data", "")
CLASSES, INDICATORS, FACTS = "classes", "indicators", "facts"
MOST = 10  # clauses at once: a table is then classified 1,024 times
COUNTED = "deprivations"
KEPT = 128  # hybrids of one standard

LABELS: Mapping[str, Text] = {
    CLASSES: {"vi": "quy tắc xếp loại hộ", "en": "rule of the classes"},
    INDICATORS: {"vi": "bộ chỉ số thiếu hụt", "en": "indicators of deprivation"},
    "welfare": {"vi": "thước đo mức sống", "en": "welfare concept"},
    FACTS: {"vi": "số liệu riêng cho từng chuẩn", "en": "facts given apart for each standard"},
}


@frozen
class Clause(Frozen):
    """What changes as one: ``parts`` are the lines, indicators and facts that travel with it.

    ``cites`` are those under a and those under b; ``notes`` say why parts cannot be taken apart.
    """

    name: str
    kind: str  # line, rule, indicators, welfare, data
    parts: tuple[str, ...]
    labels: Text
    cites: tuple[tuple[Cite, ...], tuple[Cite, ...]] = ((), ())
    notes: tuple[Text, ...] = ()

    def __hash__(self) -> int:
        return hash((self.name, self.parts))

    def label(self, lang: str = "vi") -> str:
        return self.labels[lang]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name, "kind": self.kind, "parts": list(self.parts), "label": dict(self.labels),
            "cites": {
                which: [{"label": {lang: c.label(lang) for lang in ("vi", "en")}, "words": c.words, "grade": c.grade} for c in cites]
                for which, cites in zip("ab", self.cites, strict=True)
            },
            "notes": [dict(n) for n in self.notes],
        }  # fmt: skip


@attrs.frozen(slots=False, eq=False, repr=False)
class Clauses:
    """The clauses between two standards; ``overrides`` are facts with (column under a, column under b)."""

    a: Side
    b: Side
    clauses: tuple[Clause, ...]
    owner: Mapping[Atom, str]
    overrides: Mapping[str, tuple[Any, Any]] = field(factory=dict)
    fact_owner: Mapping[str, str] = field(factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.clauses)

    def taken(self, subset: int) -> frozenset[str]:
        """The names of a subset given as a number: bit i is clause i."""
        return frozenset(n for i, n in enumerate(self.names) if subset >> i & 1)

    def columns(self, taken: Collection[str], base: Mapping[str, Any]) -> dict[str, Any]:
        """Where the facts are under a hybrid, over what holds for both standards."""
        found = dict(base)
        for fact, specs in self.overrides.items():
            spec = specs[self.fact_owner[fact] in taken]
            if spec is None:
                found.pop(fact, None)
            else:
                found[fact] = spec
        return found

    def hybrid(self, taken: Iterable[str]) -> Standard:
        """The standard with the clauses named from b and the rest from a, marked hypothetical.

        It decides classes alone: statuses, groups, days and what was not found are left out, and the
        readings in use are built in. Raises :class:`HouseholdError` for a clause that is not there.
        """
        names = frozenset(taken)
        unknown = names - set(self.names)
        if unknown:
            raise HouseholdError(f"there is no clause {', '.join(sorted(unknown))}", [
                Problem("CN190", "clauses", f"there is no clause {n!r}", n, ", ".join(self.names), nearest(n, self.names))
                for n in sorted(unknown)
            ])  # fmt: skip
        kept: dict[str, Standard] = self.a.std.memo.setdefault("hybrids", {})  # with the plans made for them
        key = _spelled(self, names)
        if key not in kept:
            if len(kept) >= KEPT:
                kept.clear()
            kept[key] = _hybrid(self, names)
        return kept[key]

    def side(self, atom: Atom, taken: frozenset[str]) -> Side:
        return self.b if self.owner.get(atom) in taken else self.a


# --- what changes -------------------------------------------------------------------------------------


def find_clauses(
    a: Side, b: Side, *, apart: bool | Collection[str] = False, overrides: Mapping[str, tuple[Any, Any]] | None = None
) -> Clauses:
    """The clauses by which two standards differ for the classes of households.

    ``apart`` makes each indicator a clause of its own (True), or those that are named; the rest is one.
    """
    atoms, welfare = _changed(a, b)
    joined = _Joined(atoms)
    _join_units(joined, a, b, welfare)
    _join_conflicts(joined, a, b)
    _join_indicators(joined, a, b, _apart(apart, atoms))
    owner, clauses = _named(joined, a, b)
    facts = _fact_owners(overrides or {}, a, b, owner)
    if FACTS in facts.values():
        named = tuple(f for f, o in facts.items() if o == FACTS)
        clauses.append(Clause(FACTS, "data", named, LABELS[FACTS]))
    return Clauses(a, b, tuple(clauses), owner, overrides or {}, facts)


def _changed(a: Side, b: Side) -> tuple[list[Atom], bool]:
    """Everything that differs, and whether the welfare concept can be taken by itself."""
    rules = a.rule, b.rule
    used = {n for r in rules for n in r.lines} | {
        n for s in (a, b) for d in s.indicators.values() for n in s.reads([d.node]).lines
    }
    atoms: list[Atom] = [
        ("line", n) for n, line in a.std.lines.items()
        if n in used and n in b.std.lines and _line(a, line) != _line(b, b.std.lines[n])
    ]  # fmt: skip
    old, new = a.welfare, b.welfare
    alone = bool(old and new and old != new) and a.facts[old].unit == b.facts[new].unit
    if alone:
        atoms.append(WELFARE)
    if _rule(a, rules[0], "" if alone else old) != _rule(b, rules[1], "" if alone else new, new if alone else "", old):
        atoms.append(RULE)
    counted = any(r.counts for r in rules)
    for name in dict.fromkeys((*a.indicators, *b.indicators)) if counted else ():
        left, right = (_indicator(s, name) for s in (a, b))
        if left != right:
            atoms.append(("indicator", name))
    return atoms, alone


def _line(side: Side, line: Line) -> Any:
    return line.unit, line.table, side.reads([line.node]).meaning()


def _rule(side: Side, reads: Reads, welfare: str, old: str = "", new: str = "") -> Any:
    """What decides the classes, with one name for the welfare concept where that is a clause of its own."""
    meaning = {
        key: renamed(node, old, new) if key[0] == "value" and node is not None else node
        for key, node in reads.meaning().items()
        if welfare or key[1] not in _below(side)
    }
    return [(c.name, c.within, renamed(c.node, old, new) if old else c.node) for c in side.classes], meaning, side.cards


def _below(side: Side) -> set[str]:
    """The welfare concept, and the facts that it is computed from and bounded by."""
    return side.reads([Ref(side.welfare)]).names if side.welfare else set()


def _indicator(side: Side, name: str) -> Any:
    d = side.indicators.get(name)
    return None if d is None else (d.node, side.reads([d.node]).meaning())


# --- what must travel together --------------------------------------------------------------------------


class _Joined:
    """Atoms in groups that grow, and why."""

    def __init__(self, atoms: list[Atom]) -> None:
        self.atoms = atoms
        self.group: dict[Atom, Atom] = {x: x for x in atoms}
        self.notes: list[tuple[Atom, Text]] = []

    def join(self, atoms: Iterable[Atom], note: Text | None = None) -> None:
        here = [x for x in dict.fromkeys(atoms) if x in self.group]
        if len(here) > 1:
            first, others = self.group[here[0]], {self.group[x] for x in here[1:]}
            if others - {first} and note is not None:
                self.notes.append((here[0], note))
            self.group = {x: first if g in others else g for x, g in self.group.items()}


def _join_units(joined: _Joined, a: Side, b: Side, welfare: bool) -> None:
    """A line in another unit goes with the rule that compares something else with it."""
    for kind, name in joined.atoms:
        if kind != "line":
            continue
        units = a.std.lines[name].unit, b.std.lines[name].unit
        if units[0] != units[1]:
            label = a.std.lines[name].labels
            vi, en = ([unit_text(u, lang) for u in units] for lang in LANGUAGES)
            joined.join([RULE, ("line", name), WELFARE], {
                "vi": f"{label['vi']} tính bằng {vi[0]} ở chuẩn trước, bằng {vi[1]} ở chuẩn sau, nên phải đi cùng quy tắc xếp loại.",
                "en": f"The {label['en']} is in {en[0]} before and in {en[1]} after, so that it goes with the rule of the classes.",
            })  # fmt: skip
    if welfare and dimension(a.facts[a.welfare].unit) != dimension(b.facts[b.welfare].unit):
        joined.join([RULE, WELFARE])


def _join_conflicts(joined: _Joined, a: Side, b: Side) -> None:
    """What reads a fact, value or table that means something else in the other standard travels as one."""
    readers: dict[tuple[str, str], list[Atom]] = {}
    meanings: dict[tuple[str, str], list[Any]] = {}
    for side in (a, b):
        for atom in joined.atoms:
            for key, meaning in _reads(side, atom).meaning().items():
                readers.setdefault(key, []).append(atom)
                meanings.setdefault(key, [])
                if meaning not in meanings[key]:
                    meanings[key].append(meaning)
    for key, atoms in readers.items():
        if len(meanings[key]) > 1:
            joined.join(atoms, {
                "vi": f"{key[1]} được định nghĩa khác nhau ở hai chuẩn.",
                "en": f"{key[1]} is defined differently in the two standards.",
            })  # fmt: skip


def _reads(side: Side, atom: Atom) -> Reads:
    kind, name = atom
    if kind == "rule":
        return side.rule
    if kind == "line":
        return side.reads([side.std.lines[name].node])
    if kind == "indicator":
        d = side.indicators.get(name)
        return side.reads([None if d is None else d.node])
    found = side.facts[side.welfare]
    return side.reads([found.of])


def _join_indicators(joined: _Joined, a: Side, b: Side, apart: Collection[str]) -> None:
    mine = [x for x in joined.atoms if x[0] == "indicator"]
    joined.join([x for x in mine if x[1] not in apart])
    if a.cards or b.cards:
        joined.join([RULE, *mine], {
            "vi": "Phiếu điểm đếm các chỉ số nên chúng đi cùng phiếu.",
            "en": "The score cards count indicators, which go with them.",
        })  # fmt: skip
        return
    one, other = a.rule.counts, b.rule.counts
    if not (one and other and a.indicators and b.indicators):
        joined.join([RULE, *mine], {
            "vi": "Chỉ một trong hai quy tắc xếp loại dùng đến chỉ số thiếu hụt nên chúng đi cùng quy tắc đó.",
            "en": "Only one of the two rules of the classes reads indicators, which go with it.",
        })  # fmt: skip
        return
    # A rule that names an indicator needs it there; one that counts them takes any.
    named = {n.removeprefix(FLAG) for n in one | other} - (a.indicators.keys() & b.indicators.keys())
    held = mine if COUNTED not in one & other else [x for x in mine if x[1] in named]
    if held:
        joined.join([RULE, *held], {
            "vi": "Quy tắc xếp loại của một trong hai chuẩn nêu tên từng chỉ số nên chúng đi cùng quy tắc đó.",
            "en": "The rule of the classes of one of the two standards names single indicators, which go with it.",
        })  # fmt: skip


def _apart(apart: bool | Collection[str], atoms: list[Atom]) -> set[str]:
    mine = [n for kind, n in atoms if kind == "indicator"]
    if isinstance(apart, bool):
        return set(mine) if apart else set()
    wanted = {n.removeprefix(FLAG) for n in ((apart,) if isinstance(apart, str) else apart)}
    if wanted - set(mine):
        raise HouseholdError(f"{', '.join(sorted(wanted - set(mine)))}: no indicator that differs", [
            Problem("CN191", f"apart[{n!r}]", f"{n!r} is no indicator that differs between the two standards", n,
                    ", ".join(mine), nearest(n, mine)) for n in sorted(wanted - set(mine))
        ])  # fmt: skip
    return wanted


# --- names, labels and citations --------------------------------------------------------------------------


def _named(joined: _Joined, a: Side, b: Side) -> tuple[dict[Atom, str], list[Clause]]:
    groups: dict[Atom, list[Atom]] = {}
    for atom in joined.atoms:
        groups.setdefault(joined.group[atom], []).append(atom)
    owner: dict[Atom, str] = {}
    found: list[Clause] = []
    for atoms in groups.values():
        notes = tuple(n for at, n in joined.notes if at in atoms)
        clause = _clause(atoms, a, b, notes)
        found.append(clause)
        owner |= dict.fromkeys(atoms, clause.name)
    order = {"line": 0, "rule": 1, "indicators": 2, "welfare": 3}
    return owner, sorted(found, key=lambda c: order[c.kind])


def _clause(atoms: list[Atom], a: Side, b: Side, notes: tuple[Text, ...]) -> Clause:
    kinds = {k for k, _ in atoms}
    lines = [n for k, n in atoms if k == "line"]
    indicators = [n for k, n in atoms if k == "indicator"]
    cites = tuple(_cites(s, atoms, o) for s, o in ((a, b), (b, a)))
    parts = [*(f"lines.{n}" for n in lines), *(f"indicators.{n}" for n in indicators)]
    if "rule" in kinds:
        alone = {n: s for s, o in ((a, b), (b, a)) for n in s.rule.lines if n not in o.std.lines}
        labels = LABELS[CLASSES]
        along = [s.std.lines[n].labels for n, s in alone.items()] + [a.std.lines[n].labels for n in lines]
        along += [LABELS[INDICATORS]] if indicators else []
        if along:
            labels = {
                lang: f"{labels[lang]} ({word} {', '.join(t[lang] for t in along)})"
                for lang, word in (("vi", "cùng với"), ("en", "with"))
            }
        return Clause(CLASSES, "rule", (*(f"lines.{n}" for n in alone), *parts), labels, (cites[0], cites[1]), notes)
    if lines:
        shown = {lang: ", ".join(a.std.lines[n].labels[lang] for n in lines) for lang in ("vi", "en")}
        return Clause("+".join(lines), "line", tuple(parts), shown, (cites[0], cites[1]), notes)
    if indicators:
        single = (a.indicators.get(indicators[0]) or b.indicators[indicators[0]]).labels
        labels = {lang: f"{word}: {single[lang]}" for lang, word in (("vi", "chỉ số"), ("en", "indicator"))}
        alone_name = f"{FLAG}{indicators[0]}"
        one = len(indicators) == 1
        return Clause(alone_name if one else INDICATORS, "indicators", tuple(parts), labels if one else LABELS[INDICATORS],
                      (cites[0], cites[1]), notes)  # fmt: skip
    return Clause("welfare", "welfare", (a.welfare, b.welfare), LABELS["welfare"], (cites[0], cites[1]), notes)


def _cites(side: Side, atoms: list[Atom], other: Side) -> tuple[Cite, ...]:
    found: list[Cite | None] = []
    for kind, name in atoms:
        if kind == "line":
            found += _line_cites(side.std.lines[name])
        elif kind == "indicator":
            found.append(side.indicators[name].cite if name in side.indicators else None)
        else:
            found += side.class_cites()
            alone = [n for n in side.rule.lines if kind == "rule" and n not in other.std.lines]
            found += [c for n in alone for c in _line_cites(side.std.lines[n])]
    return tuple(dict.fromkeys(c for c in found if c is not None))


def _line_cites(line: Line) -> tuple[Cite, ...]:
    """The citation of a line and those of its cells that have others: one of them may be known worse."""
    return (line.cite, *(cite for _, cite in line.cites))


def _fact_owners(
    overrides: Mapping[str, tuple[Any, Any]], a: Side, b: Side, owner: Mapping[Atom, str]
) -> dict[str, str]:
    """The clause that each fact with a column of its own for each standard goes with."""
    blocks = {o for (kind, _), o in owner.items() if kind == "indicator"}
    flags = {COUNTED, *(f"{FLAG}{n}" for s in (a, b) for n in s.indicators)}
    found = {}
    for fact in overrides:
        elsewhere = any(
            fact in s.reads([*(c.node for c in s.classes), *(line.node for line in s.rule.lines.values())]).facts
            or any(fact in s.reads([d.node]).facts for n, d in s.indicators.items() if ("indicator", n) not in owner)
            for s in (a, b)
        )
        read = fact in flags or any(fact in s.reads([d.node]).names for s in (a, b) for d in s.indicators.values())
        found[fact] = next(iter(blocks)) if len(blocks) == 1 and read and not elsewhere else FACTS
    return found


def _spelled(made: Clauses, taken: frozenset[str]) -> str:
    """All that a hybrid is made of, as text."""
    sides = [(s.std.digest, s.method, s.derive, sorted(s.readings.items())) for s in (made.a, made.b)]
    return repr((sides, sorted((x, o) for x, o in made.owner.items() if o in taken)))


# --- hybrids --------------------------------------------------------------------------------------------


def _hybrid(made: Clauses, taken: frozenset[str]) -> Standard:
    a, b = made.a, made.b
    rule, living = made.side(RULE, taken), made.side(WELFARE, taken)
    old, new = (rule.welfare, living.welfare) if WELFARE in made.owner else ("", "")
    classes = {c.name: evolve(c, node=renamed(c.node, old, new)) for c in rule.classes}
    reads = [rule.rule]
    if old != new:
        reads.append(living.reads([living.facts[new].of]))
        reads[-1].facts[new] = living.facts[new]
    indicators: dict[str, Derived] = {}
    first = made.b if any(x[0] == "indicator" and o in taken for x, o in made.owner.items()) else made.a
    for name in dict.fromkeys((*first.indicators, *a.indicators, *b.indicators)):
        side = made.side(("indicator", name), taken)
        if name in side.indicators and side.indicators is not None:
            indicators[name] = side.indicators[name]
            reads.append(side.reads([side.indicators[name].node]))
    lines: dict[str, Line] = {}
    waiting = [n for r in reads for n in r.lines] + [c.cut_off.line for c in rule.cards.values() if c.cut_off]
    for name in dict.fromkeys(waiting):
        side = made.side(("line", name), taken)
        side = side if name in side.std.lines else b if side is a else a
        lines[name] = side.std.lines[name]
        reads.append(side.reads([lines[name].node]))
    facts: dict[str, Fact] = dict(rule.facts) if rule.cards else {}
    for r in reads:
        facts |= r.facts
    values = {
        n: evolve(d, node=None if d.node is None else renamed(d.node, old, new))
        for r in reads
        for n, d in r.values.items()
    }
    method = rule.std.methods[rule.method]
    flags = {f"{FLAG}{n}" for s in (a, b) for n in s.indicators} | {COUNTED}
    known = {n for s in (a, b) for n, f in s.std.facts.items() if f.entity != "person"} | flags
    persons = {n for s in (a, b) for n, f in s.std.facts.items() if f.entity == "person"}
    shown = ", ".join(sorted(taken)) or "-"
    hybrid = evolve(
        a.std,
        id=f"{a.std.id}/{b.std.id}[{'+'.join(n for n in made.names if n in taken)}]",
        title={
            "vi": f"Giả định: {a.std.title['vi']}; lấy từ {b.std.exact_id}: {shown}",
            "en": f"Hypothetical: {a.std.title['en']}; taken from {b.std.exact_id}: {shown}",
        },
        extends="", sources={**a.std.sources, **b.std.sources}, applies=(), facts=facts, lines=lines,
        tables={n: t for r in reads for n, t in r.tables.items()} | (dict(rule.std.tables) if rule.cards else {}),
        values={}, indicators=indicators, methods={rule.method: evolve(method, default=True, values=values)}, classes=classes,
        statuses={}, groups={}, interpretations=rule.interpretations, unseen=(), scorecards=rule.cards,
        other_facts=(a.std.other_facts | b.std.other_facts | known) - facts.keys() - {f"{FLAG}{n}" for n in indicators},
        other_person_facts=(a.std.other_person_facts | b.std.other_person_facts | persons) - facts.keys(),
        hypothetical=True, stands_in_for="",
    )  # fmt: skip
    hybrid.memo["digest"] = hashlib.sha256(_spelled(made, taken).encode()).hexdigest()
    return hybrid


__all__ = ["CLASSES", "FACTS", "INDICATORS", "MOST", "Clause", "Clauses", "find_clauses"]
