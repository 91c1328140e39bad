"""What an assessment says: class, possible classes, missing facts, caveats, trace, flips.

The object keeps what was asked; the rooms above compute the rest when it is read, and are opened
only then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .household import own_copy, read_facts
from .methods import RECORDED, Way
from .model import NO_CLASS_NAME, Span
from .prepared import Prepared, prepare

if TYPE_CHECKING:
    from .answering import Standard
    from .case import Case
    from .deciding import Decision
    from .results import Caveat, Flip, TraceStep
    from .scoring import Score


class Assessment:
    """The class of one household under one standard, and why. Immutable; compares and hashes.

    Attributes: ``category`` (None unless decided), ``categories`` (with the classes it stands
    within), ``status`` (``decided``, ``undetermined``, ``no_class``), ``possible``, ``missing``,
    ``next_question``, ``basis``, ``statuses``, ``groups``, ``scores``, ``caveats``, ``trace``; methods :meth:`flips`,
    :meth:`explain`, :meth:`to_dict`. Made by :meth:`Standard.assess` and :func:`assess`.

    >>> import chuanngheo as cn
    >>> a = cn.standard("vn-2022").assess({"area": "rural", "income_per_person": 1_400_000})
    >>> a.category, a.status, a.possible, a.next_question
    (None, 'undetermined', ('poor', 'near_poor'), 'deprivations')
    """

    __slots__ = ("_household", "_index", "_memo", "_way", "on", "standard")

    standard: Standard
    on: date | None
    _household: dict[str, Any]
    _way: Way
    _index: int  # of the class, where a plan has decided; otherwise -1
    _memo: dict[str, Any]  # what was computed since; not there at first

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an assessment does not change; assess again")

    # --- identity -------------------------------------------------------------------------------

    def __reduce__(self) -> Any:
        return reassess, (self.standard, self._household, self.on, self._way[1:])

    def _identity(self) -> tuple[Any, ...]:
        return (
            self.standard.digest,
            self.on,
            self.method,
            _frozen(dict(self.readings)),
            self.derive,
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
        try:
            memo = self._memo
        except AttributeError:
            memo = {}
            _set_memo(self, memo)
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
        """The decision path: ``criteria``, ``scores``, ``recorded`` or another of the standard."""
        return self._way[1]

    @property
    def basis(self) -> str:
        """What kind of answer this is; only ``recorded`` is a legal status."""
        return self._way[1]

    @property
    def readings(self) -> Mapping[str, str]:
        """Every interpretation of the standard with the reading in use."""
        return self.prepared.readings

    @property
    def prepared(self) -> Prepared:
        """The standard's trees under the method and readings in use."""
        return self._way[0]

    @property
    def category(self) -> str | None:
        """The class; None when undetermined or when no class holds."""
        if self._index >= 0:
            return self._way[0].classes[self._index][0]
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
            return (self._way[0].classes[self._index][0],)
        if self.method == RECORDED:
            return (self._household["recorded_category"],)
        return tuple(c or NO_CLASS_NAME for c in self.decision.possible)

    @property
    def decision(self) -> Decision:
        """The decision behind the class, for the rooms above."""

        def make() -> Decision:
            from .case import Case
            from .deciding import Decision

            return Decision(Case(self.prepared, read_facts(self.standard, self._household, self.on)))

        found: Decision = self._remember("decision", make)
        return found

    @property
    def case(self) -> Case:
        """The household under the prepared standard, for the rooms above."""
        return self.decision.case

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that still matter, at the level at which the caller answers."""
        keys = self._missing_keys()
        if not keys:
            return ()
        from .scoring import wanted

        return wanted(self.case, keys)

    def _missing_keys(self) -> tuple[Any, ...]:
        if self._index >= 0 or self.method == RECORDED:
            return ()
        from .deciding import missing

        keys: tuple[Any, ...] = self._remember("missing", lambda: missing(self.decision))
        return keys

    @property
    def next_question(self) -> str | None:
        """The missing fact whose answer settles most; None where only an unread text would settle it."""
        facts = self.standard.facts
        keys = tuple(k for k in self._missing_keys() if not (k in facts and facts[k].unread))
        if not keys:
            return None
        from .deciding import next_question
        from .scoring import wanted

        key = self._remember("question", lambda: next_question(self.decision, keys))
        asked = wanted(self.case, () if key is None else (key,))
        return next((n for n in asked if n not in self.standard.interpretations), None)

    @property
    def derive(self) -> str:
        """``all``, or ``confirmed`` when derivations graded C or D were left out."""
        return self._way[3]

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
        from .tracing import statuses

        found: Mapping[str, Any] = self._remember("statuses", lambda: statuses(self))
        return found

    @property
    def groups(self) -> Mapping[str, Any]:
        """Whether the household and its members belong to the groups that report forms count.

        True, False or None (not known); of a group of persons one answer for each member.
        """
        from .tracing import groups

        found: Mapping[str, Any] = self._remember("groups", lambda: groups(self))
        return found

    # --- caveats --------------------------------------------------------------------------------

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """Every grade below B, every interpretation used, every fact not read, every fallback."""
        from .caveats import caveats_of

        found: tuple[Caveat, ...] = self._remember("caveats", lambda: tuple(caveats_of(self)))
        return found

    # --- trace ----------------------------------------------------------------------------------

    @property
    def trace(self) -> tuple[TraceStep, ...]:
        """Facts, lines, derived values and classes on the way to the answer, in reading order."""
        from .tracing import trace

        found: tuple[TraceStep, ...] = self._remember("trace", lambda: tuple(trace(self)))
        return found

    # --- scores ---------------------------------------------------------------------------------

    @property
    def scores(self) -> Mapping[str, Score]:
        """The score cards filled in from the facts, by name: ``a.scores["b1"].item("12").held``."""
        return MappingProxyType({} if self.method == RECORDED else dict(self.case.scores))

    # --- flips ----------------------------------------------------------------------------------

    def flips(self) -> tuple[Flip, ...]:
        """The nearest change of each value alone that changes the class; exact, () if undecided.

        Numbers change by whole units (1 đồng, one indicator); an area to each other area.
        """
        from .flipping import flips

        found: tuple[Flip, ...] = self._remember("flips", lambda: tuple(flips(self)))
        return found

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What the answer rests on: ``standards`` (exact ids), ``code_version``, ``data_version``; JSON-ready."""
        return self.standard.provenance

    # --- texts ----------------------------------------------------------------------------------

    def explain(self, lang: str = "vi") -> str:
        """The answer as an official would write it, in ``vi`` or ``en``."""
        if self._index >= 0:
            from .templates import explain_fast

            text = explain_fast(self, lang)
            if text is not None:
                return text
        from .explaining import explain

        return explain(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; its schema is ``chuanngheo/assessment/1``."""
        from .explaining import to_dict

        return to_dict(self)


_SET = [Assessment.__dict__[slot].__set__ for slot in ("standard", "_household", "on", "_way", "_index", "_memo")]
_set_standard, _set_household, _set_on, _set_way, _set_index, _set_memo = _SET
_new = object.__new__


def new_assessment(standard: Standard, household: dict[str, Any], on: date | None, way: Way, index: int) -> Assessment:
    """The frozen object, filled slot by slot (faster than an initialiser that may not assign)."""
    made = _new(Assessment)
    _set_standard(made, standard)
    _set_household(made, household)
    _set_on(made, on)
    _set_way(made, way)
    _set_index(made, index)
    return made


def full_assessment(
    standard: Standard,
    household: Mapping[str, Any],
    on: date | None,
    method: str | None,
    readings: Mapping[str, str] | None,
    derive: str,
) -> Assessment:
    """An assessment by the general path, with every check."""
    from .settling import settle

    mine: dict[str, Any] = own_copy(household)
    chosen, decision = settle(standard, mine, on, method, readings, derive)
    prepared = decision.case.prepared if decision else prepare(standard, standard.default_method, readings, derive)
    made = new_assessment(standard, mine, on, (prepared, chosen, dict(readings) if readings else None, derive), -1)
    if decision is not None:
        _set_memo(made, {"decision": decision})
        _ = decision.possible
    return made


def reassess(
    standard: Standard, household: dict[str, Any], on: date | None, asked: tuple[str, dict[str, str] | None, str]
) -> Assessment:
    """Unpickle."""
    method, readings, derive = asked
    return standard.assess(household, on=on, method=method, readings=readings, derive=derive)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return frozenset((k, _frozen(v)) for k, v in value.items())
    if isinstance(value, list | tuple):
        return tuple(_frozen(v) for v in value)
    try:
        hash(value)
    except TypeError:  # a fact of another standard may be anything: it is not read
        value = repr(value)
    return (type(value).__name__, value)
