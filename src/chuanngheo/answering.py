"""A standard and its verbs: line, assess, assess_many, input_schema, reform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from .assessment import Assessment, full_assessment, new_assessment
from .errors import HouseholdError, NoStandard, Problem, as_day, nearest, quoted
from .methods import plan_for
from .model import Quantity, RuleSet
from .version import provenance

if TYPE_CHECKING:
    from .scoring import Score


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
        """``vn-2022@1.2``; a what-if standard says so."""
        return super().exact_id + ("+hypothetical" if self.hypothetical else "")

    @property
    def provenance(self) -> dict[str, Any]:
        """What answers rest on: ``standards`` (exact ids), ``code_version``, ``data_version``; JSON-ready."""
        return provenance(self.exact_id)

    @property
    def text(self) -> str:
        """The resolved rule file as YAML: reading it gives this standard again. A what-if has none.

        Raises :class:`NoStandard` for a what-if: read again, its file would pass for law.
        """
        if self.hypothetical:
            raise no_law(self, "has no rule file", "take the text of the standard it was made from")
        return super().text

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

    def score(
        self,
        card: str,
        household: Mapping[str, Any] | None = None,
        *,
        answers: Mapping[str, Any] | None = None,
        column: str | None = None,
        on: date | None = None,
        readings: Mapping[str, str] | None = None,
    ) -> Score:
        """A score card filled in: from the facts of a household, or from ``answers`` on the form.

        ``answers`` maps the number of an item to the name of the row that holds, a list of names
        (``[]`` for none), the number that the rows have bands of, or a mapping of rows to True or
        False and of measures to numbers; an item without answer is unknown. ``column`` names the
        column of points. ``value`` of the result is None unless the sum is certain; ``low`` and
        ``high`` are its bounds, ``others`` what other senses of the text give.

        Raises :class:`HouseholdError` with every problem, :class:`NoStandard` for an unknown card.

        >>> import chuanngheo as cn
        >>> std = cn.standard("vn-2022")
        >>> std.score("b1", answers={"1": 4, "12": ["car", "motorcycles_2"]}, column="rrd").item("12").value
        80
        """
        from .answers import card_of, score_answers

        if (household is None) == (answers is None):
            problem = Problem("CN068", "household", "facts of a household or answers are needed, one of them", None,
                              remedy='std.score("b1", {...}) or std.score("b1", answers={...}, column="rrd")')  # fmt: skip
            raise HouseholdError("nothing to score, or two things", [problem])
        if answers is not None:
            return score_answers(self, card, answers, column, readings)
        from .settling import filled

        return filled(self, card_of(self, card).name, household, on, readings)

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
        groups: bool = False,
        provenance: bool = False,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> Any:
        """The classes of a table of households, in any dataframe: the same answers as :meth:`assess`.

        ``households`` is a pandas, polars (eager or lazy) or PySpark frame, a pyarrow table or a
        DuckDB relation with one row per household; the same kind comes back, its rows in the same
        order, with these columns beside the caller's own:

        * ``category`` (text, null unless decided), ``possible`` (the classes still open, joined by
          ``"; "``), ``undetermined_because`` (the facts that still matter), ``problems`` (text);
        * ``deprived_*`` (boolean, null unless certain), ``deprivations`` (null unless certain),
          ``deprivations_min``, ``deprivations_max``; the scores where the method has them. A column
          that holds such a value as a fact is left as it is;
        * ``hypothetical``, true in every row, where the standard is a what-if;
        * with ``groups=True`` a boolean for each group of households that report forms count;
        * with ``provenance=True`` the texts ``standard`` (its exact id: ``vn-2022@1.4``), ``code_version`` and
          ``data_version``, the same in every row, so that a file that is written from it says what answered.

        ``persons`` holds one row per person, with the ``key`` of the household in both tables. A
        column is read under the name of its fact, or where ``columns`` and ``person_columns`` say:
        ``{"area": {"from": "ttnt", "codes": {1: "urban", 2: "rural"}}, "income": {"from": "thunhap",
        "unit": "thousand VND/household/year"}}``; ``"missing": [-1]`` lists what stands for unknown.
        Null, NaN and an empty text are unknown. Amounts are whole đồng, decimals, or floats within
        0.001 of one đồng (other numbers: of a thousandth of their unit).

        ``check="now"`` looks at every row in one pass first and raises :class:`DataProblems` with
        each kind of problem, its count and first rows; ``check="defer"`` executes nothing, and gives
        a bad row nulls and its ``problems``. Persons without a household are seen only by ``"now"``
        and by :meth:`classify_persons`. ``progress`` is called with each step (``"checking"``,
        ``"classifying"``), the rows done and the rows in all (None where the engine does not say);
        on tables in memory, after every million rows.

        What one person's unknown facts do to several indicators at once is taken as independent:
        ``possible`` is then at times wider than that of ``assess``, never narrower.

        >>> import chuanngheo as cn, polars as pl
        >>> table = pl.DataFrame({"area": ["rural", None], "income_per_person": [1_500_000, 1_700_000], "deprivations": [3, 2]})
        >>> cn.standard("vn-2022").classify(table).select("category", "possible", "undetermined_because").rows()
        [('poor', 'poor', None), (None, 'near_poor; average', 'area')]
        """
        from .frames import classify

        asked = self._asked(key, columns, person_columns, on, method, readings, derive, suffix, groups, provenance)
        return classify(asked, households, persons, check=check, progress=progress)

    def classify_persons(
        self,
        households: Any,
        persons: Any,
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
        groups: bool = False,
        provenance: bool = False,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> Any:
        """The marks of persons (:attr:`statuses`): the table of persons with a boolean column for each.

        Arguments as for :meth:`classify`; ``groups=True`` adds the groups of persons that report
        forms count (:attr:`groups`), ``provenance=True`` the versions. A mark is null where it is not certain; ``problems`` says
        what is wrong with the person or with the household.

        >>> import chuanngheo as cn, polars as pl
        >>> homes = pl.DataFrame({"household_id": [1], "area": ["rural"], "income_per_person": [2_000_000]})
        >>> persons = pl.DataFrame({"household_id": [1, 1], "age": [40, 38], "employment": ["working", None]})
        >>> cn.standard("vn-2022").classify_persons(homes, persons)["low_income_worker"].to_list()
        [True, None]
        """
        from .frames import classify_persons

        asked = self._asked(key, columns, person_columns, on, method, readings, derive, suffix, groups, provenance)
        return classify_persons(asked, households, persons, check=check, progress=progress)

    def to_sql(
        self,
        dialect: str,
        *,
        households: str = "households",
        persons: str | None = None,
        key: str = "household_id",
        columns: Mapping[str, Any] | Sequence[str] | None = None,
        person_columns: Mapping[str, Any] | Sequence[str] | None = None,
        on: date | None = None,
        method: str | None = None,
        readings: Mapping[str, str] | None = None,
        derive: str = "all",
        suffix: str = "",
    ) -> str:
        """The classification as one SELECT for ``"duckdb"`` or ``"postgres"``.

        It reads the table ``households`` (and ``persons``, where named) and gives the ``key`` and the
        columns of :meth:`classify` with ``check="defer"``. ``columns`` names the facts that the table
        has, or maps them as in :meth:`classify`; without it every fact that the method can read is
        expected as a column. Codes are text, yearly amounts whole đồng (``bigint``), other numbers
        ``numeric`` with at most six decimals, days ``date``. The text begins with what it expects.

        >>> import chuanngheo as cn
        >>> sql = cn.standard("vn-2022").to_sql("postgres", columns=["area", "income_per_person", "deprivations"])
        >>> print(sql.splitlines()[1])
        -- reads households(household_id, area text, income_per_person numeric, deprivations bigint)
        """
        from .sql import to_sql

        names = {n: n for n in columns} if columns is not None and not isinstance(columns, Mapping) else columns
        theirs = (
            {n: n for n in person_columns}
            if person_columns is not None and not isinstance(person_columns, Mapping)
            else person_columns
        )
        asked = self._asked(key, names, theirs, on, method, readings, derive, suffix)
        return to_sql(asked, dialect, households, persons)

    def _asked(
        self,
        key: str,
        columns: Mapping[str, Any] | None,
        person_columns: Mapping[str, Any] | None,
        on: date | None,
        method: str | None,
        readings: Mapping[str, str] | None,
        derive: str,
        suffix: str,
        groups: bool = False,
        provenance: bool = False,
    ) -> Any:
        from .classifying import Asked

        day = None if on is None else as_day(on, "on")
        return Asked(self, key, columns, person_columns, day, method, readings, derive, suffix, groups, provenance)

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

        Cells that are not named keep their value and citation, however deep the table is nested
        (``{"rural": {"plain": 120_000}}``); other lines do not move, not even those that the law sets
        by this one. The result is marked hypothetical in every output, can be changed again, and is
        refused by :meth:`Catalogue.having`. Raises :class:`NoStandard` for an unknown line or code.

        >>> import chuanngheo as cn
        >>> std = cn.standard("vn-2001").reform(poverty_line={"rural": {"plain": 120_000}})
        >>> std.exact_id, int(std.line("poverty_line", area="rural", terrain="mountain_island"))
        ('vn-2001@1.3+hypothetical', 80000)
        """
        from .reforming import reform

        return reform(self, changes)


def no_law(std: Standard, what: str, remedy: str) -> NoStandard:
    """The error of asking a what-if for what only law has."""
    problem = Problem("CN199", std.exact_id, "is a what-if, not law", std.exact_id, "", remedy)
    return NoStandard(f"{std.exact_id} is hypothetical and {what}", [problem])


def sorted_by_age(standards: Sequence[Standard]) -> list[Standard]:
    """Oldest first, by the first day covered, then by version."""
    return sorted(standards, key=lambda s: (s.applies[0].start if s.applies else date.max, s.id, s.version))
