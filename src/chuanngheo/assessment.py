"""What an assessment says: class, possible classes, missing facts, caveats, trace, flips.

The object keeps what was asked and computes the rest when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from math import ceil, floor
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from .assessing import COUNT, RECORDED, settle
from .deciding import Decision, missing, next_question, pieces
from .domains import Domain, Interval
from .household import household_names, read_facts
from .model import Cite, Span, Text
from .possible import NOT_ASKED, Case, Evaluator, Key, Term
from .prepared import Prepared, prepare
from .tree import Number, Quantifier, Ref, fold, readings_in, walk

if TYPE_CHECKING:
    from .answering import Standard

SCHEMA = "chuanngheo/assessment/1"
NO_CLASS_NAME = "no_class"
DISCLAIMER: Text = MappingProxyType({
    "vi": "Kết quả tính toán theo tiêu chí, không thay thế quyết định công nhận của cơ quan có thẩm quyền.",
    "en": "Computed from the criteria; it does not replace recognition by the competent authority.",
})  # fmt: skip


@frozen
class Caveat:
    """Something a reader of the result must know. ``str()`` gives the English text."""

    kind: str  # grade, interpretation, not_read, not_asked, rounding, span, status, method
    about: str
    grade: str
    texts: Text

    def text(self, lang: str = "vi") -> str:
        return self.texts[lang]

    def __str__(self) -> str:
        return self.texts["en"]

    def __hash__(self) -> int:
        return hash((self.kind, self.about, self.grade))


@frozen
class Flip:
    """The nearest change of one value that changes the class.

    ``change`` is ``to - value`` for numbers (in the value's own unit) and None for codes.
    """

    fact: str
    value: Number | str
    to: Number | str
    change: Number | None
    unit: str
    category: str
    texts: Text

    def text(self, lang: str = "vi") -> str:
        return self.texts[lang]

    def __str__(self) -> str:
        return self.texts["en"]

    def __hash__(self) -> int:
        return hash((self.fact, self.to, self.category))


@frozen
class TraceStep:
    """One value on the way to the class.

    ``value`` is None where it is not certain; ``possible`` then holds its values, or its least
    and greatest for a number.
    """

    kind: str  # fact, line, value, indicator, class
    name: str
    labels: Text
    value: Any
    possible: tuple[Any, ...]
    unit: str
    given: bool
    text: str
    cite: Cite | None


class Assessment:
    """The class of one household under one standard, and why. Immutable; compares and hashes.

    Attributes: ``category`` (None unless decided), ``categories`` (with the classes it stands
    within), ``status`` (``decided``, ``undetermined``, ``no_class``), ``possible``, ``missing``,
    ``next_question``, ``basis``, ``statuses``, ``caveats``, ``trace``; methods :meth:`flips`,
    :meth:`explain`, :meth:`to_dict`.
    """

    __slots__ = (
        "_decision",
        "_derive",
        "_household",
        "_index",
        "_memo",
        "_method",
        "_prepared",
        "_readings",
        "on",
        "standard",
    )

    standard: Standard
    on: date | None
    _household: dict[str, Any]
    _prepared: Prepared | None
    _index: int
    _decision: Decision | None
    _method: str
    _readings: Mapping[str, str] | None
    _derive: str
    _memo: dict[str, Any] | None

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an assessment does not change; assess again")

    # --- identity -------------------------------------------------------------------------------

    def __reduce__(self) -> Any:
        return reassess, (self.standard, self._household, self.on, self.method, self._readings, self._derive)

    def _identity(self) -> tuple[Any, ...]:
        return (
            self.standard.digest,
            self.on,
            self.method,
            _frozen(dict(self.readings)),
            self._derive,
            _frozen(self._household),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Assessment) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        if self.status == "undetermined":
            return f"<Assessment {self.standard.exact_id}: undetermined, possible {', '.join(self.possible)}>"
        return f"<Assessment {self.standard.exact_id}: {self.category or self.status}>"

    def _remember(self, name: str, make: Any) -> Any:
        if self._memo is None:
            object.__setattr__(self, "_memo", {})
        memo = self._memo
        assert memo is not None
        if name not in memo:
            memo[name] = make()
        return memo[name]

    # --- the answer -----------------------------------------------------------------------------

    @property
    def household(self) -> Mapping[str, Any]:
        """The facts as given."""
        return MappingProxyType(self._household)

    @property
    def method(self) -> str:
        return self._method

    @property
    def basis(self) -> str:
        """``criteria``, ``scores`` or ``recorded``: what kind of answer this is."""
        return self._method

    @property
    def readings(self) -> Mapping[str, str]:
        """Every interpretation of the standard with the reading in use."""
        return self.prepared.readings

    @property
    def prepared(self) -> Prepared:
        if self._prepared is None:
            method = self.standard.default_method if self._method == RECORDED else self._method
            object.__setattr__(self, "_prepared", prepare(self.standard, method, self._readings, self._derive))
        assert self._prepared is not None
        return self._prepared

    @property
    def category(self) -> str | None:
        """The class; None when undetermined or when no class holds."""
        if self._index >= 0:
            return self._prepared.classes[self._index][0]  # type: ignore[union-attr]
        possible = self.possible
        return possible[0] if len(possible) == 1 and possible[0] != NO_CLASS_NAME else None

    @property
    def categories(self) -> tuple[str, ...]:
        """The class and the classes it stands within: ``("hungry", "poor")``."""
        found: list[str] = []
        name = self.category
        while name:
            found.append(name)
            name = self.standard.classes[name].within
        return tuple(found)

    @property
    def status(self) -> str:
        """``decided``, ``undetermined`` (facts are missing) or ``no_class`` (a hole in the words)."""
        if self.possible == (NO_CLASS_NAME,):
            return "no_class"
        return "decided" if len(self.possible) == 1 else "undetermined"

    @property
    def possible(self) -> tuple[str, ...]:
        """The classes that some completion of the facts gives, most deprived first."""
        if self._index >= 0:
            return (self._prepared.classes[self._index][0],)  # type: ignore[union-attr]
        if self._method == RECORDED:
            return (self._household["recorded_category"],)
        return tuple(c or NO_CLASS_NAME for c in self.decision.possible)

    @property
    def decision(self) -> Decision:
        """The decision behind the class (for the rooms above)."""
        if self._decision is None:
            facts = read_facts(self.standard, self._household, self.on)
            object.__setattr__(self, "_decision", Decision(Case(self.prepared, facts)))
        assert self._decision is not None
        return self._decision

    @property
    def case(self) -> Case:
        return self.decision.case

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that still matter, at the level at which the caller answers."""
        return tuple(spell(k) for k in self._missing_keys())

    def _missing_keys(self) -> tuple[Key, ...]:
        if self._index >= 0 or self._method == RECORDED:
            return ()
        keys: tuple[Key, ...] = self._remember("missing", lambda: missing(self.decision))
        return keys

    @property
    def next_question(self) -> str | None:
        """The missing fact whose answer settles most."""
        keys = self._missing_keys()
        key = self._remember("question", lambda: next_question(self.decision, keys)) if keys else None
        return None if key is None else spell(key)

    @property
    def derive(self) -> str:
        """``all``, or ``confirmed`` when derivations graded C or D were left out."""
        return self._derive

    # --- days -----------------------------------------------------------------------------------

    @property
    def span(self) -> Span | None:
        """The span of the standard that holds the day; None without a day or outside."""
        if self.on is None:
            return None
        return next((s for s in self.standard.applies if s.holds(self.on)), None)

    # --- statuses -------------------------------------------------------------------------------

    @property
    def statuses(self) -> Mapping[str, Any]:
        """Marks that exclude nothing: True, False or None (not known).

        A status of persons gives one answer for each member, or, without members, False when
        no member can have it and None otherwise.
        """
        found: Mapping[str, Any] = self._remember("statuses", self._statuses)
        return found

    def _statuses(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for name, status in self.standard.statuses.items():
            issued = status.cite.source.issued
            first = status.start or issued
            if self._method == RECORDED or (self.on is not None and first is not None and self.on < first):
                found[name] = None if self._method == RECORDED else False
                continue
            node = fold(status.node, dict(self.readings))
            evaluator = Evaluator(self.case)
            persons = self.case.facts.members
            if status.of == "household":
                found[name] = _truth(evaluator.outcomes(node, {}))
            elif persons is None:
                found[name] = self._without_members(node)
            else:
                found[name] = tuple(_truth(evaluator.outcomes(node, {}, i)) for i in range(persons))
        return MappingProxyType(found)

    def _without_members(self, node: Any) -> bool | None:
        """False when the facts of the household exclude a status for every person."""
        parts = node.parts if getattr(node, "every", False) else (node,)
        for part in parts:
            if any(isinstance(n, Ref) and n.member for n in walk(part)):
                continue
            if _truth(Evaluator(self.case).outcomes(part, {})) is False:
                return False
        return None

    # --- caveats --------------------------------------------------------------------------------

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """Every grade below B, every interpretation used, every fact not read, every fallback."""
        found: tuple[Caveat, ...] = self._remember("caveats", lambda: tuple(self._caveats()))
        return found

    def _caveats(self) -> Any:
        from .caveats import caveats_of

        return caveats_of(self)

    def used_names(self) -> tuple[str, ...]:
        """Household names that the classes tried so far read, in order, through derived values."""
        names: tuple[str, ...] = self._remember("used", self._used_names)
        return names

    def _used_names(self) -> tuple[str, ...]:
        case = self.case
        found: dict[str, None] = {}
        last = self.category

        def visit(node: Any) -> None:
            for n in case.visible(node):
                if isinstance(n, Ref) and not n.member and n.name not in found:
                    found[n.name] = None
                    if n.name in case.known:
                        continue
                    if n.name == COUNT and case.counts_flags:
                        for flag in case.flags:
                            visit(Ref(flag))
                    elif n.name in case.prepared.lines:
                        visit(case.prepared.lines[n.name])
                    elif case.derives(n.name):
                        visit(case.prepared.trees[n.name])

        for name, node in self.prepared.classes:
            visit(node)
            if name == last:
                break
        return tuple(found)

    def used_interpretations(self) -> tuple[str, ...]:
        """The interpretations this result rests on."""
        found: set[str] = set()
        unfolded = self.prepared.unfolded
        for name in self.used_names():
            if name in unfolded and name not in self.case.known and self.case.derives(name):
                found |= readings_in(unfolded[name])
        for name, _ in self.prepared.classes:
            found |= readings_in(unfolded[f"class {name}"])
            if name == self.category:
                break
        return tuple(n for n in self.standard.interpretations if n in found)

    # --- trace ----------------------------------------------------------------------------------

    @property
    def trace(self) -> tuple[TraceStep, ...]:
        """Facts, lines, derived values and classes on the way to the answer, in reading order."""
        found: tuple[TraceStep, ...] = self._remember("trace", lambda: tuple(self._trace()))
        return found

    def _trace(self) -> Any:
        if self._method == RECORDED:
            for name in ("recorded_category", "recorded_decision", "recorded_date"):
                fact = self.standard.facts[name]
                value = self._household[name]
                yield TraceStep("fact", name, fact.labels, value, (value,), "", True, "", None)
            return
        rules, case = self.standard, self.case
        names = household_names(rules)
        order = sorted(self.used_names(), key=lambda n: _depth(case, n))
        for name in order:
            value, possible = self.value_of(name)
            given = name in case.facts.known
            if name in rules.lines:
                line = rules.lines[name]
                yield TraceStep("line", name, line.labels, value, possible, line.unit, False, "", self.line_cite(name))
                continue
            indicator = rules.indicators.get(name.removeprefix("deprived_")) if name.startswith("deprived_") else None
            if name not in names:
                continue
            fact = names[name]
            kind = (
                "indicator"
                if indicator
                else "fact"
                if name in rules.facts and (given or not case.derives(name))
                else "value"
            )
            text = "" if given else self._text_of(name)
            cite = indicator_cite(rules, name.removeprefix("deprived_"), self.readings) if indicator else None
            yield TraceStep(kind, name, fact.labels, value, possible, fact.unit, given, text, cite)
        tried = Evaluator(case)
        for name, node in self.prepared.classes:
            cls = rules.classes[name]
            truth = name == self.category if self.status == "decided" else _truth(tried.outcomes(node, {}))
            possible = (truth,) if truth is not None else (False, True)
            yield TraceStep(
                "class", name, cls.labels, truth, possible, "", False, cls.text, class_cite(rules, name, self._method)
            )
            if name == self.category:
                break

    def _text_of(self, name: str) -> str:
        rules = self.standard
        if name.startswith("deprived_"):
            return rules.indicators[name.removeprefix("deprived_")].text
        method = rules.methods[self.prepared.method].values
        derived = method.get(name) or rules.values.get(name)
        return derived.text if derived else rules.facts[name].of_text if name in rules.facts else ""

    def value_of(self, name: str) -> tuple[Any, tuple[Any, ...]]:
        """A household value: (certain value or None, possible values or bounds)."""
        if name == COUNT and self.case.counts_flags:
            counts = self.decision.counts()
            return (counts[0] if len(counts) == 1 else None), counts
        evaluator = Evaluator(self.case)
        outcomes = evaluator.outcomes(Ref(name), {})
        values = [v for v, _ in outcomes]
        if any(isinstance(v, Term) for v in values):
            bounds = [evaluator.bounds(v, e) for v, e in outcomes if v is not NOT_ASKED]
            lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
            return None, (
                None if None in lows else min(low for low in lows if low is not None),
                None if None in highs else max(high for high in highs if high is not None),
            )
        distinct = tuple(dict.fromkeys("not asked" if v is NOT_ASKED else v for v in values))
        return (distinct[0] if len(distinct) == 1 else None), distinct

    def line_cite(self, name: str) -> Cite:
        """The citation of the cell of a line that this household meets."""
        line = self.standard.lines[name]
        return line.cite_of(tuple(self._path(line.table)))

    def _path(self, table: Any) -> Iterator[str]:
        while isinstance(table, dict):
            ((fact, cells),) = table.items()
            code = self.case.known.get(fact)
            if code is None:
                return
            yield code
            table = cells[code]

    # --- flips ----------------------------------------------------------------------------------

    def flips(self) -> tuple[Flip, ...]:
        """The nearest change of each value alone that changes the class; exact, () if undecided.

        Numbers change by whole units (1 đồng, one indicator); an area to each other area.
        """
        found: tuple[Flip, ...] = self._remember(
            "flips", lambda: tuple(self._flips()) if self._index >= 0 or self._method != RECORDED else ()
        )
        return found

    def _flips(self) -> Any:
        if self.status != "decided":
            return
        facts = household_names(self.standard)
        names = [
            n for n in self.used_names_all() if n in self.case.facts.known or (n == COUNT and self.case.counts_flags)
        ]
        for name in names:
            fact = facts.get(name)
            if fact is None or fact.kind not in ("number", "code") or fact.unit == "person":
                continue
            current = self.value_of(name)[0]
            if current is None or current == "not asked":
                continue
            free = Case(self.prepared, self.case.facts, frozenset({name}))
            yield from self._flips_of(name, current, pieces(Decision(free), name))

    def used_names_all(self) -> tuple[str, ...]:
        """Class-level names of every class, not only of those tried."""
        case = self.case
        found: dict[str, None] = {}

        def visit(node: Any) -> None:
            for n in case.visible(node):
                if isinstance(n, Ref) and not n.member and n.name not in found:
                    found[n.name] = None
                    if n.name in case.prepared.lines:
                        visit(case.prepared.lines[n.name])
                    elif n.name not in case.known and n.name != COUNT and case.derives(n.name):
                        visit(case.prepared.trees[n.name])

        for _, node in self.prepared.classes:
            visit(node)
        return tuple(found)

    def _flips_of(self, name: str, current: Any, parts: list[tuple[Domain, tuple[str, ...]]]) -> Any:
        from .explaining import flip_texts

        mine = self.decision.possible
        unit = household_names(self.standard)[name].unit

        def flip(to: Any, classes: tuple[str, ...]) -> Flip:
            category = classes[0] or NO_CLASS_NAME
            change = to - current if not isinstance(to, str) else None
            return Flip(name, current, to, change, unit, category, flip_texts(self, name, current, to, category))

        if isinstance(current, str):
            for domain, classes in parts:
                (code,) = domain  # type: ignore[misc]
                if code != current and classes != mine and len(classes) == 1:
                    yield flip(code, classes)
            return
        intervals = [(d, c) for d, c in parts if isinstance(d, Interval)]
        here = next(i for i, (d, _) in enumerate(intervals) if d.holds(current))
        for side in (intervals[:here][::-1], intervals[here + 1 :]):
            for d, classes in side:
                to = _nearest_whole(d, current)
                if classes != mine and len(classes) == 1 and to is not None:
                    yield flip(to, classes)
                    break

    # --- texts ----------------------------------------------------------------------------------

    def explain(self, lang: str = "vi") -> str:
        """The answer as an official would write it, in ``vi`` or ``en``."""
        from .explaining import explain

        return explain(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; its schema is ``chuanngheo/assessment/1``."""
        from .explaining import to_dict

        return to_dict(self)


def new_assessment(
    standard: Standard, household: dict[str, Any], on: date | None, prepared: Prepared, index: int
) -> Assessment:
    """An assessment that a plan has decided."""
    made = Assessment.__new__(Assessment)
    setters = _SETTERS
    setters[0](made, standard)
    setters[1](made, household)
    setters[2](made, on)
    setters[3](made, prepared)
    setters[4](made, index)
    setters[5](made, None)
    setters[6](made, prepared.method)
    setters[7](made, None)
    setters[8](made, "all")
    setters[9](made, None)
    return made


_SETTERS = [
    Assessment.__dict__[slot].__set__
    for slot in (
        "standard",
        "_household",
        "on",
        "_prepared",
        "_index",
        "_decision",
        "_method",
        "_readings",
        "_derive",
        "_memo",
    )
]


def full_assessment(
    standard: Standard,
    household: Mapping[str, Any],
    on: date | None,
    method: str | None,
    readings: Mapping[str, str] | None,
    derive: str,
    where: str = "",
) -> Assessment:
    """An assessment by the general path, with every check."""
    chosen, decision = settle(standard, household, on, method, readings, derive, where)
    made = Assessment.__new__(Assessment)
    values = (standard, dict(household), on, decision.case.prepared if decision else None, -1, decision, chosen,
              dict(readings) if readings else None, derive, None)  # fmt: skip
    for setter, value in zip(_SETTERS, values, strict=True):
        setter(made, value)
    if decision is not None:
        _ = decision.possible
    return made


def reassess(
    standard: Standard, household: dict[str, Any], on: date | None, method: str, readings: Any, derive: str
) -> Assessment:
    """Unpickle."""
    return standard.assess(household, on=on, method=method, readings=readings, derive=derive)


def spell(key: Key) -> str:
    """An unknown as the caller writes it: ``income``, ``members[2].sex``, ``members``."""
    if isinstance(key, str):
        return key
    if isinstance(key[0], Quantifier):
        return "members"
    return f"members[{key[0]}].{key[1]}"


def indicator_cite(rules: Any, name: str, readings: Mapping[str, str]) -> Cite | None:
    """The citation of an indicator under the readings in use."""
    derived = rules.indicators[name]
    for interpretation, sense, cite in derived.cites:
        if readings.get(interpretation) == sense:
            found: Cite = cite
            return found
    other: Cite | None = derived.cite
    return other


def class_cite(rules: Any, name: str, method: str) -> Cite:
    """The citation of a class under a method."""
    cls = rules.classes[name]
    found: Cite = dict(cls.cites).get(method, cls.cite)
    return found


def _truth(outcomes: Any) -> bool | None:
    truths = {v is True for v, _ in outcomes}
    return truths.pop() if len(truths) == 1 else None


def _depth(case: Case, name: str) -> int:
    """Facts before lines before what rests on them."""
    if name in case.known or (name not in case.prepared.trees and name not in case.prepared.lines and name != COUNT):
        return 2 if name.startswith("deprived_") else 0
    if name in case.prepared.lines:
        return 3
    if name == COUNT:
        return 4
    return 2 if name.startswith("deprived_") else 1 if name in case.prepared.rules.facts else 5


def _nearest_whole(domain: Interval, current: Number) -> int | None:
    """The whole number of an interval that is nearest to a value outside it."""
    if domain.low is not None and domain.low >= current:
        to = floor(domain.low) + 1 if domain.low_open else ceil(domain.low)
    elif domain.high is not None:
        to = ceil(domain.high) - 1 if domain.high_open else floor(domain.high)
    else:
        return None
    return to if domain.holds(to) else None


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return frozenset((k, _frozen(v)) for k, v in value.items())
    if isinstance(value, list | tuple):
        return tuple(_frozen(v) for v in value)
    return (type(value).__name__, value)


__all__ = ["DISCLAIMER", "SCHEMA", "Assessment", "Caveat", "Flip", "TraceStep"]
