"""The frozen values a rule set is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from .tree import Node, Number
from .values import Frozen, evolve, field, frozen

if TYPE_CHECKING:
    from .results import Caveat
    from .scorecards import ScoreCard

GRADES = "ABCD"
NO_CLASS_NAME = "no_class"  # the status of a household in a hole of the words
LANGUAGES = ("vi", "en")

Text = Mapping[str, str]  # one text in each language: {"vi": ..., "en": ...}


def weakest(*grades: str) -> str:
    """The grade of what rests on several figures: that of the weakest."""
    return max(grades, default="A")


_PLACES = (
    ("đối tượng áp dụng", "subjects"),
    ("tên Quyết định", "title of the decision"),
    ("tên Nghị định", "title of the decree"),
    ("tên Nghị quyết", "title of the resolution"),
    ("tiêu chí thôn vùng đồng bào dân tộc thiểu số", "criterion of a village in ethnic minority areas"),
    ("tiêu chí", "criterion"),
    ("chỉ tiêu", "indicator"),
    ("bậc học theo", "school levels by"),
    ("loại nhà tiêu theo", "kinds of toilet by"),
    ("nguồn nước theo", "sources of water by"),
    ("của Việt Nam theo", "of Viet Nam by"),
    ("tuổi", "ages"),
    ("Thông tư", "Circular"),
    ("ghi chú", "note"),
    ("Phụ lục", "Annex"),
    ("Mẫu số", "Form"),
    ("Điều", "Article"),
    ("khoản", "clause"),
    ("điểm", "point"),
    ("mục", "item"),
    (" và ", " and "),
)


def bilingual(said: str | Text | None) -> Text:
    """A text in each language: a plain one serves for both, nothing said is an empty mapping.

    >>> bilingual("from memory"), bilingual("")
    ({'vi': 'from memory', 'en': 'from memory'}, {})
    """
    if isinstance(said, str):
        said = dict.fromkeys(LANGUAGES, said)
    return dict(said) if said and any(said.values()) else {}


@frozen
class Instrument(Frozen):
    """A legal document. ``issued`` and ``in_force`` are None where they were not found."""

    key: str
    number: str
    title: Text
    issued: date | None = None
    in_force: date | None = None
    grade: str = "A"
    note: Text = field(factory=dict)


@frozen
class Cite(Frozen):
    """Where a figure or rule comes from, and how well that was read.

    ``words`` are the deciding words of the original; ``grade`` is A (legal text read), B (two
    independent secondary sources), C (one) or D (memory only, never shown as confirmed). ``at`` is the
    article and clause, ``source`` the document, ``note`` what else a reader must know of it, in
    ``vi`` and ``en`` (empty where nothing is noted).

    >>> import chuanngheo as cn
    >>> cite = cn.standard("vn-2022").lines["poverty_line"].cite
    >>> cite.label("en"), cite.grade
    ('Decree 07/2021/NĐ-CP, Article 3 clause 1 point a', 'A')
    """

    source: Instrument
    at: str
    grade: str
    words: str = ""
    note: Text = field(factory=dict)

    def label(self, lang: str = "vi") -> str:
        """``Nghị định 07/2021/NĐ-CP, Điều 3 khoản 2``."""
        at = self.at
        if lang == "en":
            for vi, en in _PLACES:
                at = at.replace(vi, en)
        return ", ".join(p for p in (self.source.title.get(lang) or self.source.number, at) if p)


@frozen
class Fact(Frozen):
    """An entry of the vocabulary: what a rule may ask for."""

    name: str
    kind: str  # boolean, number, code, date, text
    labels: Text
    entity: str = "household"  # or person, or what else a standard classifies
    unit: str = ""
    codes: Mapping[str, Text] = field(factory=dict)
    whole: bool = False
    least: Number | None = None
    most: Number | None = None
    multiple: int | None = None
    at_most: str = ""  # another number of the household that it cannot exceed
    asked_if: Node | None = None
    asked_if_text: str = ""
    of: Node | None = None
    of_text: str = ""
    note: Text = field(factory=dict)
    unread: bool = False  # a question to a text that was not found: no caller can answer it
    worse: str = ""  # which way is worse off: less or more (of a truth: false or true)
    on_form: bool = True  # whether the official form has a place for it

    def label(self, lang: str = "vi") -> str:
        return self.labels[lang]


@frozen
class Line(Frozen):
    """A threshold, perhaps different by area or terrain. ``node`` is the same as a tree."""

    name: str
    labels: Text
    unit: str
    node: Node
    table: Any  # the nested mapping as written: {"area": {"rural": 1500000, ...}} or a number
    cite: Cite
    cites: tuple[tuple[tuple[str, ...], Cite], ...] = ()  # better or worse grades of single cells

    def cite_of(self, codes: tuple[str, ...]) -> Cite:
        """The citation of one cell, by the codes that lead to it."""
        for path, cite in self.cites:
            if codes[: len(path)] == path:
                return cite
        return self.cite


@frozen
class Derived(Frozen):
    """A value computed from facts: an indicator (True means deprived) or a number."""

    name: str
    labels: Text
    kind: str  # boolean, number
    unit: str
    node: Node | None  # None: an input only (its text was not read)
    text: str
    cite: Cite | None
    dimension: str = ""
    cites: tuple[tuple[str, str, Cite], ...] = ()  # (interpretation, sense, citation) where they differ

    def label(self, lang: str = "vi") -> str:
        return self.labels[lang]


@frozen
class Class(Frozen):
    """A class of households. Classes are ordered, most deprived first; the first that holds."""

    name: str
    labels: Text
    node: Node
    text: str
    cite: Cite
    within: str = ""
    methods: tuple[str, ...] = ()
    cites: tuple[tuple[str, Cite], ...] = ()  # per method, where the text differs
    method_labels: tuple[tuple[str, Text], ...] = ()
    rest: bool = False  # by its words, what the classes before it leave

    def label(self, lang: str = "vi") -> str:
        return self.labels[lang]


@frozen
class Status(Frozen):
    """A mark that excludes nothing, of a household or of a person."""

    name: str
    labels: Text
    of: str
    node: Node
    text: str
    cite: Cite
    start: date | None
    start_note: Text = field(factory=dict)

    def label(self, lang: str = "vi") -> str:
        return self.labels[lang]


@frozen
class Method(Frozen):
    """A decision path over the classes: its own values under common names."""

    name: str
    labels: Text
    default: bool
    values: Mapping[str, Derived]
    until: date | None = None  # the last day its forms name, where their title ends earlier
    note: Text = field(factory=dict)


@frozen
class Interpretation(Frozen):
    """Where the words leave a hole, an overlap or two senses."""

    name: str
    question: Text
    readings: Mapping[str, Text]
    default: str
    grounds: Text
    grade: str
    undecided: str = ""  # the sense that chooses none: what the others differ in stays open

    @property
    def open_senses(self) -> tuple[str, ...]:
        """The senses that the undecided one leaves open."""
        return tuple(s for s in self.readings if s != self.undecided)


@frozen
class Span(Frozen):
    """Inclusive days that a standard covers, with the ground for it."""

    start: date
    end: date | None
    cite: Cite
    review: Cite | None = None  # the ground on which the autumn before already lists by it
    concerns: tuple[str, ...] = ()  # classes and lines that the ground is about, where not all

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    @property
    def known_from(self) -> date:
        """The day its ground was issued; without one, its own first day."""
        return self.cite.source.issued or self.start


@frozen
class Table(Frozen):
    """A number by a step key (the last listed one reached) and perhaps by a code."""

    name: str
    step_unit: str
    unit: str
    codes: tuple[str, ...]
    steps: tuple[Number, ...]
    columns: tuple[tuple[Number | None, ...], ...]
    between: str  # last_listed or next_listed
    cite: Cite

    def value(self, step: Number, code: str | None) -> Number | None:
        """The number for a step and code, or None where the table has none.

        ``next_listed`` falls back to the last listed number where no later one is listed.
        """
        column = self.columns[self.codes.index(code) if code is not None else 0]
        if self.between == "last_listed":
            row = sum(s <= step for s in self.steps) - 1
            return column[row] if row >= 0 else None
        listed = [(s, v) for s, v in zip(self.steps, column, strict=True) if v is not None]
        return next((v for s, v in listed if s >= step), listed[-1][1] if listed else None)


@frozen
class Unseen(Frozen):
    """Something looked for and not read, so that nobody believes it is absent."""

    what: Text
    consequence: Text


@attrs.frozen(slots=False, eq=False, repr=False)
class RuleSet:
    """One version of one standard, read and checked. :class:`chuanngheo.Standard` adds the verbs."""

    id: str
    version: int
    revision: int
    jurisdiction: str
    entity: str
    title: Text
    extends: str
    sources: Mapping[str, Instrument]
    applies: tuple[Span, ...]
    facts: Mapping[str, Fact]
    lines: Mapping[str, Line]
    tables: Mapping[str, Table]
    values: Mapping[str, Derived]
    indicators: Mapping[str, Derived]
    methods: Mapping[str, Method]
    classes: Mapping[str, Class]
    statuses: Mapping[str, Status]
    groups: Mapping[str, Status]
    interpretations: Mapping[str, Interpretation]
    unseen: tuple[Unseen, ...]
    root: Any  # the resolved nodes
    other_facts: frozenset[str] = frozenset()  # of other standards
    other_person_facts: frozenset[str] = frozenset()
    scorecards: Mapping[str, ScoreCard] = field(factory=dict)
    memo: dict[Any, Any] = field(factory=dict, init=False)  # what was prepared, kept for the next call
    plans: dict[tuple[str, ...], Any] = field(factory=dict, init=False)  # by the names that were given

    @property
    def marks(self) -> Mapping[str, Status]:
        """The marks that exclude nothing, and the groups that reports count."""
        return {**self.statuses, **self.groups}

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical resolved rules, tables and vocabulary entries included."""
        if "digest" not in self.memo:
            from .resolving import digest

            self.memo["digest"] = digest(self.root)
        found: str = self.memo["digest"]
        return found

    @property
    def text(self) -> str:
        """The resolved rule file as YAML: reading it gives this standard again."""
        from .resolving import dump, standing_alone

        return dump(standing_alone(self.root)).lstrip("\n") + "\n"

    @property
    def exact_id(self) -> str:
        """``vn-2022@1.2``: standard, version, revision."""
        return f"{self.id}@{self.version}.{self.revision}"

    @property
    def default_method(self) -> str:
        """The decision path that is taken where neither the caller nor the facts choose one."""
        return next((m.name for m in self.methods.values() if m.default), next(iter(self.methods)))


class Quantity:
    """A number with its unit, citation, grade and the next change known.

    It compares and converts as its number: ``int(q) == 1_500_000`` and ``q == 1_500_000``.
    ``next_change`` is None where no later value was known; otherwise a :class:`Change`, which is
    ``(day, Quantity or None, Cite)``; its ``status`` says what None means. ``caveats`` are sentences a
    reader must know (``kind``, ``text(lang)``), ``stands_in_for`` the jurisdiction that has no standard
    here for that day. ``value`` is an ``int`` or a ``Fraction``, exact; ``int()`` of a fraction is a
    ``ValueError``.

    >>> import chuanngheo as cn
    >>> q = cn.standard("vn-2001").line("poverty_line", area="urban")
    >>> q.value, q.unit, q.grade, q < 200_000
    (150000, 'VND/person/month', 'A', True)
    """

    __slots__ = ("caveats", "cite", "name", "next_change", "standard", "stands_in_for", "unit", "value")

    value: Number
    unit: str
    cite: Cite
    name: str
    standard: str
    next_change: Change | None
    caveats: tuple[Caveat, ...]
    stands_in_for: str

    def __init__(
        self,
        value: Number,
        unit: str,
        cite: Cite,
        *,
        name: str = "",
        standard: str = "",
        next_change: Change | None = None,
        caveats: tuple[Caveat, ...] = (),
        stands_in_for: str = "",
    ) -> None:
        for slot, content in (
            ("value", value), ("unit", unit), ("cite", cite),
            ("name", name), ("standard", standard), ("next_change", next_change),
            ("caveats", caveats), ("stands_in_for", stands_in_for),
        ):  # fmt: skip
            object.__setattr__(self, slot, content)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a quantity does not change")

    @property
    def grade(self) -> str:
        """That of the citation: A, B, C or D."""
        return self.cite.grade

    @property
    def provenance(self) -> dict[str, Any]:
        """What the number rests on: ``standards`` (exact ids), ``code_version``, ``data_version``; JSON-ready."""
        from .version import provenance

        return provenance(*([self.standard] if self.standard else []))

    def __int__(self) -> int:
        if Fraction(self.value).denominator != 1:
            raise ValueError(f"{self.value} {self.unit} is not a whole number")
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def _number(self, other: object) -> Any:
        if isinstance(other, Quantity):
            return other.value if other.unit == self.unit else NotImplemented
        return other if isinstance(other, int | Fraction | float) and not isinstance(other, bool) else NotImplemented

    def __eq__(self, other: object) -> bool:
        number = self._number(other)
        return False if number is NotImplemented else bool(self.value == number)

    def __lt__(self, other: object) -> bool:
        number = self._number(other)
        return NotImplemented if number is NotImplemented else bool(self.value < number)

    def __le__(self, other: object) -> bool:
        number = self._number(other)
        return NotImplemented if number is NotImplemented else bool(self.value <= number)

    def __hash__(self) -> int:
        return hash(self.value)

    def __reduce__(self) -> Any:
        return _quantity, (
            self.value, self.unit, self.cite, self.name, self.standard, self.next_change, self.caveats, self.stands_in_for,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"Quantity({self})"

    def __str__(self) -> str:
        return f"{_spelled(self.value)} {self.unit}"


def _spelled(value: int | Fraction) -> str:
    """A whole number in groups, a decimal in digits where it ends, otherwise as a fraction."""
    if isinstance(value, int):
        return f"{value:,}"
    digits = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{digits:,}" if Fraction(digits) == value else str(value)


def _quantity(
    value: Any, unit: str, cite: Cite, name: str, standard: str, change: Any, caveats: Any = (), place: str = ""
) -> Quantity:
    return Quantity(
        value, unit, cite, name=name, standard=standard, next_change=change, caveats=caveats, stands_in_for=place
    )


class Change(tuple[date, "Quantity | None", Cite]):
    """What is next known of a line: ``day, quantity, cite = change``, and what None for a quantity means.

    ``status`` is ``changed`` (another amount), ``absent`` (the next standard has no such line: its
    classes were read in the legal text),
    ``not_found`` (it is not in what was read of that standard), ``unread`` (the standard's text on it was looked
    for and not read), ``depends`` (it depends on a code that was not given) or ``uncovered`` (no standard is
    here for that day). ``standard`` is the next one's exact id, ``stands_in_for`` the jurisdiction it is not of,
    and ``reason`` says it in ``vi`` and ``en``.

    >>> import chuanngheo as cn
    >>> change = cn.line("average_line", on=date(2022, 1, 1), area="urban").next_change
    >>> change[0], change[1], change.status, change.known, change.standard.partition("@")[0]
    (datetime.date(2027, 1, 1), None, 'unread', False, 'vn-2027')
    """

    status: str
    standard: str
    stands_in_for: str
    reason: Text

    def __new__(
        cls,
        day: date,
        quantity: Quantity | None,
        cite: Cite,
        status: str = "changed",
        standard: str = "",
        stands_in_for: str = "",
        reason: Text | None = None,
    ) -> Change:
        self = super().__new__(cls, (day, quantity, cite))
        self.__dict__.update(status=status, standard=standard, stands_in_for=stands_in_for, reason=reason or {})
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a change does not change")

    def __getnewargs__(self) -> tuple[Any, ...]:  # those of __new__, not one tuple
        return (*self, self.status, self.standard, self.stands_in_for, self.reason)

    @property
    def known(self) -> bool:
        """Whether it is known what holds from that day: another amount, or no such line."""
        return self.status in ("changed", "absent")


KINDS_OF_NAME = ("hộ ", "chuẩn ", "mức ")
SCORE_TABLES = "bảng điểm"


def unseen_about(std: RuleSet, labels: Text) -> Unseen | None:
    """What a standard lists as not read that is about something of this name: it is then not known to be absent.

    The class and its line are of one name: *hộ cận nghèo*, *chuẩn cận nghèo*, *mức cận nghèo*.
    """
    whole = labels["vi"].casefold()
    core = whole.removesuffix(" về thu nhập")
    core = next((core.removeprefix(kind) for kind in KINDS_OF_NAME if core.startswith(kind)), core)
    about = core if " " in core else whole  # one word alone, as *nghèo*, is in too many texts
    return next((u for u in std.unseen if about in u.what["vi"].casefold()), None)


def unseen_scores(std: RuleSet) -> Unseen | None:
    """The score tables that a standard lists as not read: it may have cards, and lines in points."""
    return next((u for u in std.unseen if SCORE_TABLES in u.what["vi"].casefold()), None)


__all__ = [
    "GRADES", "LANGUAGES", "Change", "Cite", "Class", "Derived", "Fact", "Instrument", "Interpretation",
    "Line", "Method", "Quantity", "RuleSet", "Span", "Status", "Table", "Text", "Unseen", "evolve",
    "unseen_about", "unseen_scores", "weakest",
]  # fmt: skip
