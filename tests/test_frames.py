"""Tables of households: ``classify`` says of each row what ``assess`` says of that household."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.testing import assessment_day, households
from chuanngheo.tree import Ref
from tables import ENGINES, Engine, Household, Row, Tables, as_tables, holdable

EXAMPLES = settings.get_profile(settings.get_current_profile_name()).max_examples
LISTS = settings(max_examples=EXAMPLES * 5 // 100)  # each of them holds many households
MANY = 80  # households that one run of an engine answers
ASIDE = "_found"  # answers beside what was given: nothing that a table holds hides them
OF_A_PERSON = re.compile(r"^members\[\d+\]")


# --- ways to ask --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """A standard and how it is asked; prints as the id of a test."""

    id: str
    method: str
    members: bool = False
    readings: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        senses = [f"{name}={sense}" for name, sense in self.readings]
        shown = senses if len(senses) < 2 else [f"{len(senses)} other readings"]
        return " ".join([self.id, self.method, *(["members"] if self.members else []), *shown])

    @property
    def standard(self) -> cn.Standard:
        return STANDARD[self.id]

    @property
    def asked(self) -> dict[str, Any]:
        """What ``assess`` and ``classify`` are both told."""
        day = assessment_day(self.standard)
        return {"on": day, "method": self.method, "readings": dict(self.readings) or None}

    def drawn(self) -> st.SearchStrategy[Row]:
        """Households that can stand in one table: without what no column can hold, and all with persons or none."""
        readings = dict(self.readings) or None
        found = households(self.standard, method=self.method, members=self.members, readings=readings).map(holdable)
        return found.map(with_somebody) if self.members else found


def with_somebody(household: Household) -> Row:
    """The household with persons of whom nothing is known, where its persons were left out."""
    unknown: list[Row] = [{} for _ in range(household.get("household_size") or 1)]
    return {**household, "members": household.get("members") or unknown}


STANDARD = {
    s.exact_id: s for old in cn.standards() for s in [cn.standard(f"{old.id}@{v}") for v in range(1, old.version + 1)]
}


def goes_over_members(standard: cn.Standard, method: str) -> bool:
    return "members" in standard.input_schema(method)["properties"]


def other_readings(way: Way) -> list[tuple[tuple[str, str], ...]]:
    """Senses that are not the default: all of them, all but the first, and, without persons, each alone."""
    others = [(n, r) for n, i in way.standard.interpretations.items() for r in i.readings if r != i.default]
    alone = [] if way.members else [(one,) for one in others]
    return [chosen for chosen in dict.fromkeys([*alone, tuple(others), tuple(others[1:])]) if chosen]


PLAIN = [Way(s.exact_id, m) for s in STANDARD.values() for m in s.methods]
OVER_MEMBERS = [Way(w.id, w.method, True) for w in PLAIN if goes_over_members(w.standard, w.method)]
WAYS = [*PLAIN, *OVER_MEMBERS]
READ_OTHERWISE = [
    Way(w.id, w.method, w.members, readings)
    for w in WAYS
    if w.id.startswith(("vn-2011", "vn-2022")) and w.method == w.standard.default_method
    for readings in other_readings(w)
]
every_way = pytest.mark.parametrize("way", WAYS, ids=str)
other_way = pytest.mark.parametrize("way", READ_OTHERWISE, ids=str)


# --- what both say ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What there is to say of one household; of flags, None where both truths are possible."""

    category: str | None
    possible: tuple[str, ...]
    missing: tuple[str, ...]
    counted: tuple[int, int] | None
    flags: Mapping[str, bool | None]


@dataclass(frozen=True)
class Expected:
    """What ``assess`` says of a household, and whether a table must say no more and no less."""

    household: Household
    answer: Answer
    exact: bool


def assessed(way: Way, household: Household) -> Expected:
    a = way.standard.assess(household, **way.asked)
    missing = dict.fromkeys(OF_A_PERSON.sub("members", name) for name in a.missing)
    flags: dict[str, bool | None] = {}
    counted = None
    if a.case.flags and "deprivations" in a.prepared.needed:
        for flag in a.case.flags:
            truths = {value is True for value, _ in a.decision.evaluate(Ref(flag))}
            flags[flag] = truths.pop() if len(truths) == 1 else None
        number = a.case.known.get("deprivations")
        counts = a.decision.counts() if number is None else (number,)
        counted = (counts[0], counts[-1])
    answer = Answer(a.category, a.possible, tuple(missing), counted, flags)
    return Expected(household, answer, not (way.members and shares_unknowns(a)))


def shares_unknowns(a: cn.Assessment) -> bool:
    """Whether two indicators that are both open rest on one unknown fact of a person.

    The sums over persons take them as independent then, and may leave more open.
    """
    unknown = {flag: a.case.unknowns(Ref(flag)) for flag in a.case.flags if len(a.decision.evaluate(Ref(flag))) > 1}
    of_persons = [{key for key in keys if isinstance(key, tuple)} for keys in unknown.values()]
    return any(one & other for one, other in combinations(of_persons, 2))


def answered(row: Row, suffix: str = ASIDE) -> Answer:
    """The answer in a row of a table."""
    found = {name.removesuffix(suffix): value for name, value in row.items() if name.endswith(suffix)}
    assert found["problems"] is None
    flags = {name: value for name, value in found.items() if name.startswith("deprived_")}
    counted = (found["deprivations_min"], found["deprivations_max"]) if "deprivations_min" in found else None
    if counted is not None:
        assert found["deprivations"] == (counted[0] if counted[0] == counted[1] else None)
    return Answer(found["category"], _split(found["possible"]), _split(found["undetermined_because"]), counted, flags)


def _split(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(text.split("; "))


def agree(way: Way, expected: Expected, row: Row) -> None:
    """The row says what the assessment says, or leaves more open where it may."""
    found, wanted = answered(row), expected.answer
    if not way.members:
        assert found == wanted
        return
    assert found.flags == wanted.flags
    decided = len(found.possible) == 1 and found.possible != ("no_class",)
    assert found.category == (found.possible[0] if decided else None)
    if expected.exact:
        assert (found.possible, set(found.missing)) == (wanted.possible, set(wanted.missing))
        assert found.counted == wanted.counted
        return
    assert set(found.possible) >= set(wanted.possible)
    assert set(found.missing) >= set(wanted.missing)
    if wanted.counted is not None:
        assert found.counted is not None
        assert found.counted[0] <= wanted.counted[0] <= wanted.counted[1] <= found.counted[1]


def classified(way: Way, engine: Engine, tables: Tables, check: str) -> list[Row]:
    made = way.standard.classify(*engine.of(tables), check=check, suffix=ASIDE, **way.asked)
    return engine.rows(made)


def all_agree(way: Way, expected: Iterable[Expected], rows: Iterable[Row]) -> None:
    for one, row in zip(expected, rows, strict=True):
        agree(way, one, row)


# --- every household ----------------------------------------------------------------------------------


@every_way
@LISTS
@given(data=st.data())
def test_a_table_says_what_assess_says(way: Way, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(way.drawn(), min_size=20, max_size=40), label="households")
    tables = as_tables(way.standard, drawn)
    assume(tables.tell)
    expected = [assessed(way, household) for household in drawn]
    for check in ("now", "defer"):
        all_agree(way, expected, classified(way, ENGINES["polars"], tables, check))


# --- every engine -------------------------------------------------------------------------------------


@cache
def sample(way: Way) -> tuple[Tables, list[Expected]]:
    """Many households, the same for every engine."""
    found: list[Row] = []

    @settings(max_examples=MANY, phases=(Phase.generate,))
    @given(way.drawn())
    def keep(household: Row) -> None:
        found.append(household)

    keep()
    return as_tables(way.standard, found), [assessed(way, household) for household in found]


def says_the_same(way: Way, engine: str, check: str) -> None:
    tables, expected = sample(way)
    all_agree(way, expected, classified(way, ENGINES[engine], tables, check))


@other_way
def test_other_readings(way: Way) -> None:
    says_the_same(way, "polars", "now")


USUAL = {("polars-lazy", "defer"), ("pandas", "now"), ("pyarrow", "now"), ("duckdb", "defer")}
WITHOUT_POLARS = [name for name in ENGINES if name.startswith("pandas")]
RUNS = [
    pytest.param(way, engine, check, id=f"{way} {engine} {check}")
    for way in WAYS
    for engine in ENGINES
    for check in ("now", "defer")
    if engine not in ("polars", "spark") and (way.id.startswith("vn-2022") or (engine, check) in USUAL)
]


@pytest.mark.parametrize(("way", "engine", "check"), RUNS)
def test_every_engine(way: Way, engine: str, check: str) -> None:
    says_the_same(way, engine, check)


@pytest.mark.parametrize(("way", "engine", "check"), [run for run in RUNS if run.values[1] in WITHOUT_POLARS])
def test_pandas_without_polars(way: Way, engine: str, check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chuanngheo.tables.find_spec", lambda name: None)
    says_the_same(way, engine, check)


SPARK = [*PLAIN, *(w for w in OVER_MEMBERS if w.id.startswith(("vn-2001", "vn-2016", "vn-2022")))]  # a plan is dear
SPARK_NOW = [w for w in SPARK if str(w) in ("vn-1998@1.1 criteria", "vn-2001@1.1 criteria members")]


@pytest.mark.parametrize("way", SPARK, ids=str)
def test_spark(way: Way, spark: Any) -> None:
    says_the_same(way, "spark", "defer")


@pytest.mark.parametrize("way", SPARK_NOW, ids=str)
def test_spark_checks_first(way: Way, spark: Any) -> None:
    says_the_same(way, "spark", "now")
