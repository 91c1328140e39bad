"""A standard and its verbs: line, assess, assess_many, input_schema, reform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from .assessment import Assessment, full_assessment, new_assessment
from .errors import HouseholdError, NoStandard, Problem, as_day, nearest, quoted
from .methods import plan_for
from .model import Quantity, RuleSet


@attrs.frozen(eq=False, repr=False, slots=False)
class Standard(RuleSet):
    """One version of one standard.

    Reads as data (``id``, ``version``, ``revision``, ``digest``, ``title``, ``applies``,
    ``sources``, ``lines``, ``indicators``, ``classes``, ``statuses``, ``methods``,
    ``interpretations``, ``unseen``, ``facts``) and answers with :meth:`assess`.

    >>> import chuanngheo as cn
    >>> std = cn.standard("vn-2022")
    >>> std.assess({"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}).category
    'poor'
    """

    hypothetical: bool = False
    stands_in_for: str = ""  # a jurisdiction that has no standard of its own

    @property
    def exact_id(self) -> str:
        """``vn-2022@1.1``; a what-if standard says so."""
        return super().exact_id + ("+hypothetical" if self.hypothetical else "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Standard) and self.digest == other.digest and self.hypothetical == other.hypothetical

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Standard {self.exact_id}>"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "memo": {k: v for k, v in self.memo.items() if k == "digest"}, "plans": {}}

    def assess(
        self,
        household: Mapping[str, Any],
        *,
        on: date | None = None,
        method: str | None = None,
        readings: Mapping[str, str] | None = None,
        derive: str = "all",
    ) -> Assessment:
        """The class of one household.

        ``household`` maps fact names to values (money in đồng; see :attr:`facts`); a fact that is
        absent or None is unknown, never zero or no. ``on`` is the day of assessment, needed where
        dates of birth are given. ``readings`` chooses senses of interpretations;
        ``derive="confirmed"`` does not derive indicators whose rule is graded C or D.

        Raises :class:`HouseholdError` with every problem: unknown facts, wrong types, codes or
        numbers, contradictions, facts of two methods.
        """
        if on is not None and type(on) is not date:
            on = as_day(on, "on")
        if method is None and readings is None and derive == "all":
            try:
                found = self.plans[tuple(household)]
            except (KeyError, TypeError):
                found = plan_for(self, tuple(household)) if isinstance(household, Mapping) else None
            if found is not None:
                plan, way = found
                try:
                    index = plan(household)
                except (TypeError, KeyError):
                    index = None
                if index is not None:
                    return new_assessment(self, dict(household), on, way, index)
        return full_assessment(self, household, on, method, readings, derive)

    def assess_many(
        self,
        households: Iterable[Mapping[str, Any]],
        *,
        on: date | None = None,
        method: str | None = None,
        readings: Mapping[str, str] | None = None,
        derive: str = "all",
        progress: Callable[[int], None] | None = None,
    ) -> list[Assessment]:
        """Assess a list of households; the problems of all of them come in one error.

        ``progress`` is called with the number done, after each household.
        """
        found: list[Assessment] = []
        problems: list[Problem] = []
        for i, household in enumerate(households):
            try:
                found.append(self.assess(household, on=on, method=method, readings=readings, derive=derive))
            except HouseholdError as error:
                problems.extend(
                    Problem(p.code, f"households[{i}].{p.where}", p.message, p.value, p.allowed, p.remedy)
                    for p in error.problems
                )
            if progress is not None:
                progress(i + 1)
        if problems:
            raise HouseholdError(f"{len(problems)} problem(s) in the households given", problems)
        return found

    def classify(
        self,
        households: Any,
        persons: Any = None,
        *,
        key: str = "household_id",
        columns: Mapping[str, Any] | None = None,
        person_columns: Mapping[str, Any] | None = None,
        on: date | None = None,
        method: str | None = None,
        readings: Mapping[str, str] | None = None,
        derive: str = "all",
        check: str = "now",
        suffix: str = "",
        progress: Callable[[str], None] | None = None,
    ) -> Any:
        """Classify a table"""
        from .classifying import Asked
        from .frames import classify

        day = None if on is None else as_day(on, "on")
        asked = Asked(self, key, columns, person_columns, day, method, readings, derive, suffix)
        return classify(asked, households, persons, check=check, progress=progress)

    def line(self, name: str, **codes: str) -> Quantity:
        """One line: ``std.line("poverty_line", area="rural")``.

        Raises :class:`NoStandard` (a ``LookupError``) when the line, a code or a needed fact is
        unknown; the message lists what is allowed.

        >>> import chuanngheo as cn
        >>> int(cn.standard("vn-2022").line("poverty_line", area="urban"))
        2000000
        """
        line = self.lines.get(name)
        if line is None:
            raise NoStandard(f"{self.exact_id} has no line {name!r}; {nearest(name, self.lines)}")
        table: Any = line.table
        path: list[str] = []
        left = dict(codes)
        while isinstance(table, dict):
            ((fact, cells),) = table.items()
            code = left.pop(fact, None)
            if code not in cells:
                given = "is needed" if code is None else f"{quoted(code)} is unknown"
                raise NoStandard(f"{name} of {self.exact_id} depends on {fact}: {given}; allowed: {', '.join(cells)}")
            path.append(str(code))
            table = cells[code]
        unknown = [k for k in left if k not in self.facts and k not in ("area", "terrain")]
        if unknown:
            raise NoStandard(f"{name} of {self.exact_id} does not depend on {', '.join(unknown)}")
        return Quantity(table, line.unit, line.cite_of(tuple(path)), name=name, standard=self.exact_id)

    def input_schema(self, method: str | None = None, lang: str = "vi") -> dict[str, Any]:
        """JSON Schema of a household for a method: labels, codes, units; enough to draw a form."""
        from .schema import input_schema

        return input_schema(self, method or self.default_method, lang)

    def reform(self, **changes: Any) -> Standard:
        """A what-if standard with other lines: ``std.reform(poverty_line={"rural": 2_000_000})``.

        Codes that are not named keep their value; other lines do not move. The result is marked
        hypothetical in every output. Raises :class:`NoStandard` for an unknown line or code.
        """
        from .reforming import reform

        return reform(self, changes)


def sorted_by_age(standards: Sequence[Standard]) -> list[Standard]:
    """Oldest first, by the first day covered, then by version."""
    return sorted(standards, key=lambda s: (s.applies[0].start if s.applies else date.max, s.id, s.version))
