"""The parts of an answer: caveats, flips, steps of the trace, and the citations they carry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .model import Cite, RuleSet, Text
from .tree import Number
from .values import Frozen, frozen

SCHEMA = "chuanngheo/assessment/1"
DISCLAIMER: Text = MappingProxyType({
    "vi": "Kết quả tính toán theo tiêu chí, không thay thế quyết định công nhận của cơ quan có thẩm quyền.",
    "en": "Computed from the criteria; it does not replace recognition by the competent authority.",
})  # fmt: skip


@frozen
class Caveat(Frozen):
    """Something a reader of the result must know. ``str()`` gives the English text.

    ``kind`` is ``grade``, ``interpretation``, ``not_read``, ``not_asked``, ``not_used``, ``rounding``,
    ``span``, ``status`` or ``method``; ``about`` names the fact, rule or standard; ``grade`` is the weakest
    that was read, or empty.

    >>> import chuanngheo as cn
    >>> a = cn.standard("vn-2006").assess({"area": "urban", "income_per_person": 260_000})
    >>> [(c.kind, c.about) for c in a.caveats]
    [('interpretation', 'urban-year-clause')]
    """

    kind: str  # grade, interpretation, not_read, not_asked, not_used, rounding, span, status, method
    about: str
    grade: str
    texts: Text

    def text(self, lang: str = "vi") -> str:
        """The sentence in ``vi`` or ``en``."""
        return self.texts[lang]

    def __str__(self) -> str:
        return self.texts["en"]


@frozen
class Flip(Frozen):
    """The nearest change of one value that changes the class.

    ``change`` is ``to - value`` for numbers (in ``unit``, that of the fact) and None for codes;
    ``category`` is the class that the household then has.

    >>> import chuanngheo as cn
    >>> a = cn.standard("vn-2006").assess({"area": "rural", "income_per_person": 200_000})
    >>> [(f.fact, f.to, f.change, f.unit, f.category) for f in a.flips()]
    [('income_per_person', 200001, 1, 'VND/person/month', 'not_poor')]
    """

    fact: str
    value: Number | str
    to: Number | str
    change: Number | None
    unit: str
    category: str
    texts: Text

    def text(self, lang: str = "vi") -> str:
        """The sentence in ``vi`` or ``en``."""
        return self.texts[lang]

    def __str__(self) -> str:
        return self.texts["en"]


@frozen
class TraceStep(Frozen):
    """One value on the way to the class.

    ``kind`` is ``fact``, ``line``, ``value``, ``indicator`` or ``class``; ``given`` whether the caller gave it.
    ``value`` is None where it is not certain; ``possible`` then holds its values, or its least
    and greatest for a number, in ``unit``.

    >>> import chuanngheo as cn
    >>> a = cn.standard("vn-2006").assess({"area": "rural", "income_per_person": 200_000})
    >>> [(s.kind, s.name, s.value) for s in a.trace if s.kind == "line"]
    [('line', 'poverty_line', 200000)]
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


def indicator_cite(rules: RuleSet, name: str, readings: Mapping[str, str]) -> Cite | None:
    """The citation of an indicator under the readings in use."""
    derived = rules.indicators[name]
    for interpretation, sense, cite in derived.cites:
        if readings.get(interpretation) == sense:
            return cite
    return derived.cite


def class_labels(rules: RuleSet, name: str, method: str) -> Text:
    """What a class is called under a method."""
    cls = rules.classes[name]
    return dict(cls.method_labels).get(method, cls.labels)


def class_cite(rules: RuleSet, name: str, method: str) -> Cite:
    """The citation of a class under a method."""
    cls = rules.classes[name]
    return dict(cls.cites).get(method, cls.cite)
