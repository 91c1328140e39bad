"""Tables of households: ``classify`` says of each row what ``assess`` says of that household."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations
from typing import Any
from unittest.mock import patch

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import chuanngheo as cn
from chuanngheo import deciding
from chuanngheo.testing import assessment_day, households
from chuanngheo.tree import Ref
from tables import DIGITS, ENGINES, KEY, Engine, Household, Row, Tables, as_tables, holdable, pandas_rows

EXAMPLES = settings.get_profile(settings.get_current_profile_name()).max_examples
LISTS = settings(max_examples=EXAMPLES * 2 // 100)  # each of them holds many households
MANY = 40  # households that one run of an engine answers
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
        return with_persons(found) if self.members else found


@st.composite
def with_persons(draw: Any, found: st.SearchStrategy[Row]) -> Row:
    """The next household whose persons were not left out: a filter would give up too soon."""
    while not (household := draw(found)).get("members"):
        pass
    return household


STANDARD = {
    s.exact_id: s for old in cn.standards() for s in [cn.standard(f"{old.id}@{v}") for v in range(1, old.version + 1)]
}


def goes_over_members(standard: cn.Standard, method: str) -> bool:
    return "members" in standard.input_schema(method)["properties"]


OF_PERSONS = ("no-job", "nutrition-cutoff", "nutrition-between-ages", "adult-education", "school-level", "worker")


def other_readings(way: Way) -> list[tuple[tuple[str, str], ...]]:
    """Senses that are not the default: all of them, all but the first, and each alone that needs no persons."""
    others = [(n, r) for n, i in way.standard.interpretations.items() for r in i.readings if r != i.default]
    alone = [] if way.members else [((name, sense),) for name, sense in others if name not in OF_PERSONS]
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


@pytest.fixture(autouse=True, scope="module")
def with_more_effort() -> Iterator[None]:
    """A table counts no steps; one household with many unknown members would tell more than matters."""
    with patch.object(deciding, "FOR_MISSING", 4 * deciding.FOR_MISSING):
        yield


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
    drawn = data.draw(st.lists(way.drawn(), min_size=10, max_size=20), label="households")
    tables = as_tables(way.standard, drawn)
    assume(tables.tell)
    expected = [assessed(way, household) for household in drawn]
    for check in ("now", "defer"):
        all_agree(way, expected, classified(way, ENGINES["polars"], tables, check))


# --- every engine -------------------------------------------------------------------------------------


@cache
def drawn_of(way: Way) -> list[Row]:
    found: list[Row] = []

    @settings(max_examples=MANY, phases=(Phase.generate,))
    @given(way.drawn())
    def keep(household: Row) -> None:
        found.append(household)

    keep()
    return found


@cache
def sample(way: Way, floats: bool = False) -> tuple[Tables, list[Expected]]:
    """Many households, the same for every engine; ``floats`` are all that it has for numbers with a fraction."""
    kept = [holdable(household, floats=True) for household in drawn_of(way)] if floats else drawn_of(way)
    if floats and kept == drawn_of(way):
        return sample(way)
    return as_tables(way.standard, kept), [assessed(way, household) for household in kept]


def says_the_same(way: Way, engine: str, check: str, floats: bool = False) -> None:
    tables, expected = sample(way, floats)
    all_agree(way, expected, classified(way, ENGINES[engine], tables, check))


@other_way
def test_other_readings(way: Way) -> None:
    says_the_same(way, "polars", "now")


USUAL = {("polars-lazy", "defer"), ("pandas", "now"), ("pyarrow", "now"), ("duckdb", "defer")}
CLOSELY = ("vn-2022@1.4 criteria", "vn-2016@1.2 criteria members")  # on every engine, both ways of checking
WITHOUT_POLARS = [name for name in ENGINES if name.startswith("pandas")]
RUNS = [
    pytest.param(way, engine, check, id=f"{way} {engine} {check}")
    for way in WAYS
    for engine in ENGINES
    for check in ("now", "defer")
    if engine not in ("polars", "spark") and (str(way) in CLOSELY or (engine, check) in USUAL)
]


@pytest.mark.parametrize(("way", "engine", "check"), RUNS)
def test_every_engine(way: Way, engine: str, check: str) -> None:
    says_the_same(way, engine, check)


@pytest.mark.parametrize(("way", "engine", "check"), [run for run in RUNS if run.values[1] in WITHOUT_POLARS])
def test_pandas_without_polars(way: Way, engine: str, check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chuanngheo.tables.find_spec", lambda name: None)
    says_the_same(way, engine, check, floats=True)


SPARK = [*PLAIN, *(w for w in OVER_MEMBERS if w.id.startswith(("vn-2001", "vn-2016", "vn-2022")))]  # a plan is dear
SPARK_NOW = [w for w in SPARK if str(w) in ("vn-1998@1.3 criteria", "vn-2001@1.3 criteria members")]


@pytest.mark.parametrize("way", SPARK, ids=str)
def test_spark(way: Way, spark: Any) -> None:
    says_the_same(way, "spark", "defer")


@pytest.mark.parametrize("way", SPARK_NOW, ids=str)
def test_spark_checks_first(way: Way, spark: Any) -> None:
    says_the_same(way, "spark", "now")


# --- what comes back ----------------------------------------------------------------------------------

VN_2022 = cn.standard("vn-2022")
HOMES = pl.DataFrame({
    KEY: ["d", "a", "c", "b"],
    "note": ["first", None, "third", "fourth"],
    "area": ["rural", "urban", None, "rural"],
    "income_per_person": [1_500_001, 2_000_000, 1_700_000, None],
    "deprived_water": [True, None, False, False],
    "weight": [1.5, float("nan"), 2.0, None],
})  # fmt: skip
PEOPLE = pl.DataFrame({KEY: ["b", "d", "a", "c", "d", "a"], "internet": [True, False, None, False, False, True]})
ANSWERS = ["category", "possible", "undetermined_because", "problems"]

every_engine = pytest.mark.parametrize("engine", [name for name in ENGINES if name != "spark"])
ordered_engine = pytest.mark.parametrize("engine", [n for n in ENGINES if n not in ("spark", "duckdb")])
both_checks = pytest.mark.parametrize("check", ["now", "defer"])
with_or_without_polars = pytest.mark.parametrize("there", [True, False], ids=["polars", "no polars"])


@both_checks
@ordered_engine
def test_rows_keep_their_order(engine: str, check: str) -> None:
    kind = ENGINES[engine]
    many = pl.concat([HOMES.with_columns(pl.col(KEY) + str(n)) for n in range(500)])
    persons = pl.concat([PEOPLE.with_columns(pl.col(KEY) + str(n)) for n in range(500)]).sample(
        fraction=1, shuffle=True, seed=1
    )
    rows = kind.rows(VN_2022.classify(*kind.of(Tables(many, persons)), check=check))
    assert [row[KEY] for row in rows] == many[KEY].to_list()
    assert [row["category"] for row in rows[:4]] == ["average", None, None, None]
    assert {tuple(row[name] for name in ANSWERS) for row in rows[2::4]} == {tuple(rows[2][name] for name in ANSWERS)}


@every_engine
@pytest.mark.parametrize("persons", [None, PEOPLE], ids=["households", "persons"])
def test_the_same_kind_of_table_comes_back(engine: str, persons: pl.DataFrame | None) -> None:
    kind = ENGINES[engine]
    homes, people = kind.of(Tables(HOMES, persons))
    made = VN_2022.classify(homes, people)
    assert type(made) is type(homes)
    assert list(kind.rows(made)[0])[: HOMES.width + len(ANSWERS)] == [*HOMES.columns, *ANSWERS]


@pytest.mark.parametrize("engine", ["polars", "polars-lazy", "pandas", "pyarrow", "duckdb"])
def test_frames_of_narwhals_come_back_as_such(engine: str) -> None:
    homes, people = (nw.from_native(table) for table in ENGINES[engine].of(Tables(HOMES, PEOPLE)))
    made = VN_2022.classify(homes, people)
    assert isinstance(made, type(homes))
    rows = ENGINES[engine].rows(nw.to_native(made))
    assert {row[KEY]: row["category"] for row in rows} == {"d": "average", "a": None, "b": None, "c": None}


@both_checks
def test_polars_columns_stay_as_they_are(check: str) -> None:
    made = VN_2022.classify(HOMES, PEOPLE, check=check)
    assert_frame_equal(made.select(HOMES.columns), HOMES)
    assert made.schema["deprivations_min"] == made.schema["deprivations"] == pl.Int64
    assert made.schema["deprived_sanitation"] == pl.Boolean
    assert [made.schema[name] for name in ANSWERS] == [pl.String] * len(ANSWERS)


def test_arrow_columns_stay_as_they_are() -> None:
    table = HOMES.drop("weight").to_arrow().append_column("list", pa.array([[1], [], None, [2, 3]]))
    made = VN_2022.classify(table.replace_schema_metadata({"whose": "ours"}))
    assert made.select(table.column_names).equals(table)
    assert made.schema.metadata == {b"whose": b"ours"}


INDEXES = {
    "range": pd.RangeIndex(10, 14),
    "texts": pd.Index(["w", "x", "y", "x"], name="home"),
    "days": pd.date_range("2022-01-01", periods=4, tz="Asia/Ho_Chi_Minh"),
    "levels": pd.MultiIndex.from_tuples([(1, "a"), (1, "b"), (0, "a"), (0, "b")], names=["commune", None]),
}


@with_or_without_polars
@both_checks
@pytest.mark.parametrize("index", INDEXES)
def test_a_pandas_frame_stays_as_it_is(index: str, check: str, there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not there:
        monkeypatch.setattr("chuanngheo.tables.find_spec", lambda name: None)
    given = pd.DataFrame(
        {
            "area": pd.Categorical(["rural", "urban", None, "rural"], categories=["urban", "rural", "sea"]),
            "income_per_person": [1_500_001.0, 2_000_000.0, 1_700_000.0, np.nan],
            "deprivations": np.array([3, 2, 1, 0], dtype="int8"),
            "mixed": [1, "one", None, [1]],
            "when": pd.Timestamp("2022-05-01 12:30", tz="Asia/Ho_Chi_Minh"),
        },
        index=INDEXES[index],
    )
    before = given.copy(deep=True)
    made = VN_2022.classify(given, check=check)
    pd.testing.assert_frame_equal(given, before)
    pd.testing.assert_frame_equal(made[given.columns], before)
    assert made.index is given.index or made.index.equals(given.index)
    assert [row["category"] for row in pandas_rows(made)] == ["average", "near_poor", None, None]
    assert [row["deprivations"] for row in pandas_rows(made)] == [3, 2, 1, 0]


@every_engine
@both_checks
def test_no_rows(engine: str, check: str) -> None:
    kind = ENGINES[engine]
    homes, people = kind.of(Tables(HOMES.clear(), PEOPLE.clear()))
    assert kind.rows(VN_2022.classify(homes, people, check=check)) == []


# --- lazy tables --------------------------------------------------------------------------------------


def test_a_lazy_frame_of_polars_is_not_executed() -> None:
    def boom(_: pl.DataFrame) -> pl.DataFrame:
        raise AssertionError("executed")

    homes, people = (t.lazy().map_batches(boom, schema=t.schema) for t in (HOMES, PEOPLE))
    for made in (VN_2022.classify(homes, check="defer"), VN_2022.classify(homes, people, check="defer")):
        assert isinstance(made, pl.LazyFrame)
        assert made.collect_schema().names()[-1] == "deprivations_max"
        with pytest.raises(Exception, match="executed"):
            made.collect()


def test_a_relation_of_duckdb_is_not_executed() -> None:
    boom = "CASE WHEN household_id >= 0 THEN error('executed') END"
    homes = duckdb.sql(f"SELECT household_id, 'rural' AS area, {boom}::BIGINT AS income FROM range(3) t(household_id)")
    people = duckdb.sql(f"SELECT household_id, {boom}::BOOLEAN AS internet FROM range(3) t(household_id)")
    for made in (VN_2022.classify(homes, check="defer"), VN_2022.classify(homes, people, check="defer")):
        assert isinstance(made, duckdb.DuckDBPyRelation)
        assert made.columns[-1] == "deprivations_max"
        with pytest.raises(duckdb.Error, match="executed"):
            made.fetchall()


def test_a_frame_of_spark_is_not_executed(spark: Any) -> None:
    std = cn.standard("vn-1998")  # a plan of vn-2022 is dear
    homes = spark.sql(
        "SELECT id AS household_id, 'urban' AS area,"
        " CAST(CASE WHEN id >= 0 THEN raise_error('executed') END AS BIGINT) AS income_per_person FROM range(3)"
    )
    made = std.classify(homes, check="defer")
    assert type(made) is type(homes)
    assert made.columns == [*homes.columns, *ANSWERS]
    with pytest.raises(Exception, match="executed"):
        made.collect()


# --- names of the answers -----------------------------------------------------------------------------


@every_engine
def test_answers_never_take_the_place_of_a_column(engine: str) -> None:
    kind = ENGINES[engine]
    taken = HOMES.with_columns(category=pl.lit("mine"), deprived_sanitation=pl.lit("theirs"), possible=pl.lit(1))
    homes, _ = kind.of(Tables(taken))
    with pytest.raises(cn.DataProblems) as caught:
        VN_2022.classify(
            homes, columns={"deprived_sanitation": {"from": "deprived_sanitation", "codes": {"theirs": True}}}
        )
    assert {(p.code, p.where) for p in caught.value.problems} == {("CN080", "category"), ("CN080", "possible")}
    columns = {"deprived_sanitation": "deprived_water"}
    with pytest.raises(cn.DataProblems) as caught:
        VN_2022.classify(homes, columns=columns, check="defer")
    assert sorted(p.where for p in caught.value.problems) == ["category", "deprived_sanitation", "possible"]
    rows = kind.rows(VN_2022.classify(homes, columns=columns, suffix="_2022"))
    assert [(row["category"], row["deprived_sanitation"], row["possible"]) for row in rows] == [
        ("mine", "theirs", 1)
    ] * 4
    by_key = {row[KEY]: row for row in rows}
    assert by_key["d"]["category_2022"] == "average"
    assert [by_key[key]["deprived_sanitation_2022"] for key in "dacb"] == [True, None, False, False]


def test_a_suffix_that_is_taken_too() -> None:
    with pytest.raises(cn.DataProblems) as caught:
        VN_2022.classify(HOMES.with_columns(category_2=1, deprivations_2=2), suffix="_2")
    assert [p.where for p in caught.value.problems] == ["category_2", "deprivations_2"]


@every_engine
def test_a_given_fact_stays_under_its_name(engine: str) -> None:
    kind = ENGINES[engine]
    homes, _ = kind.of(Tables(HOMES))
    made = kind.rows(VN_2022.classify(homes))
    assert {row[KEY]: row["deprived_water"] for row in made} == dict(HOMES.select(KEY, "deprived_water").rows())
    assert list(made[0]).count("deprived_water") == 1


# --- columns that are written otherwise ---------------------------------------------------------------


@every_engine
@pytest.mark.parametrize("unit", ["thousand VND/household/year", "nghìn đồng/hộ/năm"])
def test_names_codes_and_units(engine: str, unit: str) -> None:
    survey = pl.DataFrame({
        KEY: range(6),
        "ttnt": [1, 1, 2, 2, 9, None],
        "thunhap": [21_840, 21_841, 16_800, 16_801, 16_800, None],
        "tsnguoi": 7,
    })  # fmt: skip
    columns = {
        "area": {"from": "ttnt", "codes": {1: "urban", 2: "rural", 9: None}},
        "income": {"from": "thunhap", "unit": unit},
        "household_size": "tsnguoi",
    }
    kind, std = ENGINES[engine], cn.standard("vn-2006")
    homes, _ = kind.of(Tables(survey))
    rows = kind.rows(std.classify(homes, columns=columns))
    assert [row["category"] for row in rows] == ["poor", "not_poor", "poor", "not_poor", "poor", None]
    assert [row["undetermined_because"] for row in rows] == [*[None] * 5, "area; income"]


@every_engine
@pytest.mark.parametrize(
    ("unit", "of_one"),
    [
        ("VND/person/month", Fraction(1)),
        ("thousand VND/person/month", Fraction(1000)),
        ("million VND/person/year", Fraction(10**6, 12)),
        ("triệu đồng/người/năm", Fraction(10**6, 12)),
        ("nghìn đồng/người/tháng", Fraction(1000)),
    ],
)
def test_a_unit_is_converted_exactly(engine: str, unit: str, of_one: Fraction) -> None:
    """One of the last place of a decimal column beside every line of rural areas."""
    lines = (1_500_000, 2_250_000)
    step = Fraction(1, 1000)
    amounts = [Fraction(round(line / of_one / step)) * step + n * step for line in lines for n in (-2, -1, 0, 1, 2)]
    expected = [VN_2022.assess({"area": "rural", "income_per_person": a * of_one}).possible for a in amounts]
    survey = pl.DataFrame({
        KEY: range(len(amounts)),
        "area": "rural",
        "amount": pl.Series([Decimal(int(a * 1000)).scaleb(-3) for a in amounts], dtype=pl.Decimal(DIGITS, 3)),
    })  # fmt: skip
    kind = ENGINES[engine]
    homes, _ = kind.of(Tables(survey))
    rows = kind.rows(VN_2022.classify(homes, columns={"income_per_person": {"from": "amount", "unit": unit}}))
    assert [tuple(row["possible"].split("; ")) for row in rows] == expected


def test_a_unit_of_something_else_is_an_error_before_any_row_is_read() -> None:
    wrong = {
        "income": {"from": "income_per_person", "unit": "kg_rice/household/year"},
        "household_size": {"from": "size"},
    }
    with pytest.raises(cn.DataProblems) as caught:
        VN_2022.classify(HOMES.lazy().map_batches(lambda _: 1 / 0, schema=HOMES.schema), columns=wrong)
    assert [(p.code, p.where) for p in caught.value.problems] == [
        ("CN073", "columns['income']"), ("CN071", "columns['household_size']")
    ]  # fmt: skip


# --- how it is asked ----------------------------------------------------------------------------------


@every_engine
@both_checks
def test_derived_values_may_be_given_row_by_row(engine: str, check: str) -> None:
    std = cn.standard("vn-2006")
    homes = [
        {"area": "rural", "income": 16_800_000, "household_size": 7, "income_per_person": None},
        {"area": "rural", "income": None, "household_size": None, "income_per_person": 200_000},
        {"area": "rural", "income": None, "household_size": 7, "income_per_person": 200_001},
        {"area": "rural", "income": 16_800_001, "household_size": 7, "income_per_person": 200_000},
        {"area": "rural", "income": 16_800_001, "household_size": 7, "income_per_person": None},
        {"area": "rural", "income": 16_800_001, "household_size": None, "income_per_person": None},
        {"area": "rural", "income": None, "household_size": 7, "income_per_person": None},
        {"area": None, "income": None, "household_size": None, "income_per_person": 230_000},
    ]
    kind = ENGINES[engine]
    table, _ = kind.of(as_tables(std, homes))
    rows = kind.rows(std.classify(table, check=check))
    assessed = [std.assess(home) for home in homes]
    assert [row["category"] for row in rows] == [a.category for a in assessed]
    assert [row["undetermined_because"] for row in rows] == ["; ".join(a.missing) or None for a in assessed]


@every_engine
def test_the_method_is_told_by_the_columns_or_named(engine: str) -> None:
    kind = ENGINES[engine]
    scores = pl.DataFrame({KEY: range(4), "area": "urban", "b1": [175, 175, 176, None], "b2": [30, 20, 30, 30]})
    both = scores.with_columns(income_per_person=2_000_001)
    by_scores = ["poor", "near_poor", "not_poor", None]
    assert [r["category"] for r in kind.rows(VN_2022.classify(kind.make(scores)))] == by_scores
    with pytest.raises(cn.DataProblems, match="CN061"):
        VN_2022.classify(kind.make(both))
    rows = kind.rows(VN_2022.classify(kind.make(both), method="scores"))
    assert [r["category"] for r in rows] == by_scores
    assert [r["b1"] for r in rows] == [175, 175, 176, None]
    rows = kind.rows(VN_2022.classify(kind.make(both), method="criteria"))
    assert [r["category"] for r in rows] == ["average"] * 4


@every_engine
def test_readings_are_chosen(engine: str) -> None:
    kind, std = ENGINES[engine], cn.standard("vn-2011@1")
    table = kind.make(pl.DataFrame({KEY: range(3), "area": "rural", "income_per_person": [400_000, 400_500, 401_000]}))
    rows = kind.rows(std.classify(table))
    assert [row["category"] for row in rows] == ["poor", "near_poor", "near_poor"]
    rows = kind.rows(std.classify(table, readings={"near-poor-gap": "literal"}))
    assert [row["category"] for row in rows] == ["poor", None, "near_poor"]
    assert [row["possible"] for row in rows] == ["poor", "no_class", "near_poor"]
    with pytest.raises(cn.NoStandard, match="literally"):
        std.classify(table, readings={"near-poor-gap": "literally"})
