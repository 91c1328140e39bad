"""Rows and columns that cannot be used: every kind of problem, its count and its first rows, in one error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.errors import DataProblems
from tables import ENGINES, KEY, Engine, Row

STD = cn.standard("vn-2022")
ON = date(2026, 3, 1)
ALONE = " alone"  # pandas where polars is not installed
HERE = ["polars", "polars-lazy", "pandas", "pyarrow", "duckdb", "pandas" + ALONE]
NUMBERED = ("polars", "polars-lazy", "pandas", "pyarrow")  # engines whose rows have an order
EXAMPLES = settings.get_profile(settings.get_current_profile_name()).max_examples
LISTS = settings(max_examples=EXAMPLES * 6 // 100)  # each of them holds many households


@pytest.fixture(params=HERE)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    if name.endswith(ALONE):
        monkeypatch.setattr("chuanngheo.tables.find_spec", lambda name: None)
    return name


def kind_of(engine: str) -> Engine:
    return ENGINES[engine.removesuffix(ALONE)]


def classified(engine: str, homes: pl.DataFrame, persons: pl.DataFrame | None = None, **asked: Any) -> list[Row]:
    kind = kind_of(engine)
    people = None if persons is None else kind.make(persons)
    return kind.rows(STD.classify(kind.make(homes), people, **asked))


def refused(engine: str, homes: pl.DataFrame, persons: pl.DataFrame | None = None, **asked: Any) -> DataProblems:
    with pytest.raises(DataProblems) as caught:
        classified(engine, homes, persons, **asked)
    text = str(caught.value)
    for p in caught.value.problems:
        assert p.where
        assert p.allowed or p.remedy, p  # what is allowed, or what to do
        assert f"{p.where}: {p.message} [{p.code}]" in text
    return caught.value


def told(problems: DataProblems) -> dict[tuple[str, str], int]:
    found = [(p.where, p.code) for p in problems.problems]
    assert len(set(found)) == len(found), "each kind of problem is told once"
    return {(p.where, p.code): p.count for p in problems.problems}


def known(row: Mapping[str, Any]) -> Row:
    """A row as a household for ``assess``."""
    return {name: value for name, value in row.items() if name != KEY and value is not None}


def as_assessed(household: Row, on: date | None = None) -> tuple[Any, ...]:
    a = STD.assess(household, on=on)
    return a.category, "; ".join(a.possible)


def every_output_is_null(row: Row, given: pl.DataFrame) -> bool:
    return all(value is None for name, value in row.items() if name not in given.columns and name != "problems")


# --- one table ----------------------------------------------------------------------------------------

FINE = {"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}
WRONG: list[tuple[Row, tuple[str, str] | None]] = [
    (FINE, None),
    (FINE | {"area": "rual"}, ("area", "CN047")),
    (FINE | {"income_per_person": -9}, ("income_per_person", "CN050")),
    ({"area": "rural", "income": 1, "household_size": 0}, ("household_size", "CN050")),
    (FINE | {"deprivations": 13}, ("deprivations", "CN050")),
    (FINE | {"income": 36_000_000, "household_size": 2, "income_per_person": 9}, ("income_per_person", "CN045")),
    ({"area": "urban", "income": 10, "income_excluding_allowances": 12}, ("income_excluding_allowances", "CN045")),
    (FINE | {"deprived_water": False, "water_source": "other", "deprivations": None}, ("deprived_water", "CN045")),
    (FINE | {"deprived_water": True, "deprived_sanitation": True, "deprivations": 1}, ("deprivations", "CN045")),
    ({"area": "urban", "income": 9 * 10**18, "household_size": 2}, ("income", "CN076")),
    ({"area": "urban", "floor_area": -1.0}, ("floor_area", "CN050")),
    ({"area": "urban", "floor_area": 20.00051}, ("floor_area", "CN075")),
    (FINE | {"area": "Rural"}, ("area", "CN047")),
    (FINE | {"income_per_person": 1_500_001}, None),
    ({"area": None, "income_per_person": 1_700_000, "deprivations": 2}, None),
]
HOMES = pl.DataFrame([{KEY: f"h{i}", **row} for i, (row, _) in enumerate(WRONG)], infer_schema_length=None)


def test_every_kind_of_problem_in_one_error(engine: str) -> None:
    if engine.startswith("pandas"):  # no null in the column of the largest income, which would make floats of it
        homes = kind_of(engine).make(HOMES).astype({"income": "Int64"})
        with pytest.raises(DataProblems) as caught:
            STD.classify(homes)
        error = caught.value
    else:
        error = refused(engine, HOMES)
    wanted: dict[tuple[str, str], list[int]] = {}
    for i, (_, problem) in enumerate(WRONG):
        if problem is not None:
            wanted.setdefault((f"households[{problem[0]!r}]", problem[1]), []).append(i)
    assert told(error) == {place: len(rows) for place, rows in wanted.items()}
    for problem in error.problems:
        numbers = wanted[problem.where, problem.code]
        column = problem.where.removeprefix("households['").removesuffix("']")
        assert [row[0] for row in problem.rows] == [n if engine in NUMBERED else None for n in numbers]
        assert [row[1] for row in problem.rows] == [f"h{n}" for n in numbers]
        assert [row[2] for row in problem.rows] == [HOMES[column][n] for n in numbers]
    (typos,) = (p for p in error.problems if p.code == "CN047")
    assert "'Rural' (1)" in typos.message
    assert "'rual' (1)" in typos.message
    assert typos.allowed == "rural, urban"


def test_a_bad_row_is_null_and_says_why(engine: str) -> None:
    if engine.startswith("pandas"):
        kind = kind_of(engine)
        frame = kind.make(HOMES).astype({"income": "Int64"})
        rows = kind.rows(STD.classify(frame, check="defer"))
    else:
        rows = classified(engine, HOMES, check="defer")
    for row, (given_row, problem) in zip(sorted(rows, key=lambda r: int(r[KEY][1:])), WRONG, strict=True):
        if problem is None:
            assert row["problems"] is None
            assert (row["category"], row["possible"]) == as_assessed(known(given_row))
        else:
            name, code = problem
            assert every_output_is_null(row, HOMES), row
            assert row["problems"].startswith(f"{name}: ")
            assert row["problems"].endswith(f"[{code}]")


def test_the_first_five_of_many(engine: str) -> None:
    homes = pl.DataFrame({KEY: range(100, 1100), "area": "rural", "income_per_person": range(-500, 500)})
    (problem,) = refused(engine, homes).problems
    assert (problem.count, len(problem.rows)) == (500, 5)
    assert "rows: 500" in str(problem)
    if engine in NUMBERED:
        assert problem.rows == tuple((i, 100 + i, i - 500) for i in range(5))
    assert "1,000 households" in str(refused(engine, homes))


def test_rows_without_a_key(engine: str) -> None:
    """The key is shown where there is one; without persons nobody needs it."""
    homes = pl.DataFrame({"area": ["rural", "rual"], "income_per_person": 1})
    if engine == "duckdb":
        with pytest.raises(DataProblems) as caught:
            STD.classify(kind_of(engine).make(homes))
        error = caught.value
    else:
        error = refused(engine, homes)
    (problem,) = error.problems
    assert problem.rows == ((1 if engine in NUMBERED else None, None, "rual"),)
    last = str(problem).splitlines()[-1]
    assert not last.strip().startswith(":"), "a row without number and key is its value alone"


def test_a_row_tells_all_its_problems(engine: str) -> None:
    homes = pl.DataFrame(
        {KEY: [0, 1], "area": ["rual", "rural"], "income_per_person": [-1, 1], "deprivations": [99, 3]}
    )
    bad, fine = classified(engine, homes, check="defer")
    assert bad["problems"].count("; ") == 2
    assert [code in bad["problems"] for code in ("area: ", "income_per_person: ", "deprivations: ")] == [True] * 3
    assert fine["category"] == "poor"


def test_codes_that_are_not_listed_are_counted(engine: str) -> None:
    areas = ["1"] * 3 + ["2"] * 2 + ["3"] * 4 + ["0", "4", "5", "6", "7", "8", None]
    homes = pl.DataFrame({KEY: range(len(areas)), "ttnt": areas, "income_per_person": 1, "deprivations": 3})
    asked = {"columns": {"area": {"from": "ttnt", "codes": {"1": "urban", "2": "rural", "0": None}}}}
    (problem,) = refused(engine, homes, **asked).problems
    assert (problem.where, problem.code, problem.count) == ("households['ttnt']", "CN047", 9)
    assert problem.message.startswith("'3' (4), '4' (1), '5' (1), '6' (1), '7' (1)")
    assert "1 more" in problem.message
    assert "urban, rural" in problem.allowed
    rows = classified(engine, homes, check="defer", **asked)
    assert [row["category"] for row in rows] == ["poor"] * 5 + [None] * 4 + ["poor"] + [None] * 5 + ["poor"]


def test_what_stands_for_missing_is_no_problem(engine: str) -> None:
    homes = pl.DataFrame({KEY: [0, 1, 2], "area": ["rural", "NA", "rural"], "income_per_person": [1, 1, -9]})
    said = {"area": {"missing": ["NA"]}, "income_per_person": {"missing": [-9]}}
    rows = classified(engine, homes, columns=said)
    assert [row["possible"] for row in rows] == ["poor; near_poor"] * 2 + ["poor; near_poor; average; not_poor"]
    assert rows[2]["undetermined_because"] == "deprivations; income_per_person"
    assert told(refused(engine, homes)) == {
        ("households['area']", "CN047"): 1, ("households['income_per_person']", "CN050"): 1
    }  # fmt: skip


def test_recorded_classes_need_their_decision(engine: str) -> None:
    day = datetime(2025, 12, 10)
    homes = pl.DataFrame({
        KEY: range(6),
        "recorded_category": ["poor", "poorest", None, "near_poor", "poor", "average"],
        "recorded_decision": ["12/QĐ-UBND", "12/QĐ-UBND", None, None, "", "13"],
        "recorded_date": [day, day, None, day, day, None],
    })  # fmt: skip
    assert told(refused(engine, homes)) == {
        ("households['recorded_decision']", "CN062"): 2,
        ("households['recorded_date']", "CN062"): 1,
        ("households['recorded_category']", "CN047"): 1,
    }
    rows = classified(engine, homes, check="defer")
    assert [row["category"] for row in rows] == ["poor", None, None, None, None, None]
    assert [row["problems"] is None for row in rows] == [True, False, True, False, False, False]
    assert rows[2]["undetermined_because"] == "recorded_category"
    without = homes.drop("recorded_decision", "recorded_date")
    assert set(told(refused(engine, without))) == {
        ("columns['recorded_decision']", "CN062"), ("columns['recorded_date']", "CN062")
    }  # fmt: skip


def test_nothing_runs_before_a_lazy_answer_is_asked_for() -> None:
    def boom(_: pl.DataFrame) -> pl.DataFrame:
        raise RuntimeError("executed")

    lazy = HOMES.lazy().map_batches(boom, schema=HOMES.schema)
    answer = STD.classify(lazy, check="defer")
    with pytest.raises(Exception, match="executed"):
        answer.collect()
    with pytest.raises(Exception, match="executed"):
        STD.classify(lazy)


# --- two tables ---------------------------------------------------------------------------------------

TWO = pl.DataFrame({
    KEY: ["a", "b", "c", "c", "d", "e", None, "f"],
    "area": "rural",
    "income_per_person": 1,
    "household_size": [1, 3, 1, 1, None, 2, None, None],
})  # fmt: skip
PERSONS = pl.DataFrame(
    [
        {KEY: "a", "birth_date": date(1990, 1, 1), "age": 36, "birth_year": 1990, "sex": "male", "internet": True},
        {KEY: "b", "birth_date": ON + timedelta(1)},
        {KEY: "b", "birth_year": 2027},
        {KEY: "c", "age": 200},
        {KEY: "e", "birth_date": date(1990, 3, 2), "age": 36},
        {KEY: "e", "birth_year": 1990, "age": 30},
        {KEY: "f", "sex": "nam", "age_months": 20, "age": 2},
        {KEY: "f", "birth_date": date(1990, 3, 1), "birth_year": 1991},
        {KEY: "z", "age": 5},
        {KEY: None, "age": 5},
    ],
    infer_schema_length=None,
)


def test_every_problem_of_two_tables_in_one_error(engine: str) -> None:
    persons = PERSONS
    if engine.endswith(ALONE):  # where a day is a datetime
        persons = persons.with_columns(pl.col("birth_date").cast(pl.Datetime))
    error = refused(engine, TWO, persons, on=ON)
    found: dict[tuple[str, str], int] = {}
    for p in error.problems:
        found[p.where, p.code] = found.get((p.where, p.code), 0) + p.count
    assert found == {
        ("persons['age']", "CN050"): 1,
        ("persons['sex']", "CN047"): 1,
        ("persons['birth_date']", "CN044"): 1,
        ("persons['birth_year']", "CN044"): 1,
        ("persons['age']", "CN045"): 1,
        ("persons['birth_year']", "CN045"): 2,
        ("persons['age_months']", "CN045"): 1,
        (f"persons[{KEY!r}]", "CN086"): 2,
        (f"households[{KEY!r}]", "CN081"): 2,
        (f"households[{KEY!r}]", "CN082"): 2,
        ("households['household_size']", "CN045"): 1,
    }
    rows = {(p.where, p.code): [row[1] for row in p.rows] for p in error.problems}
    assert rows[f"households[{KEY!r}]", "CN081"] == ["c", "c"]
    assert rows[f"persons[{KEY!r}]", "CN086"] in (["z", None], [None, "z"])
    assert rows["households['household_size']", "CN045"] == ["b"]
    assert rows["persons['sex']", "CN047"] == ["f"]


def test_a_household_tells_the_problems_of_its_persons(engine: str) -> None:
    persons = PERSONS
    if engine.endswith(ALONE):
        persons = persons.with_columns(pl.col("birth_date").cast(pl.Datetime))
    homes = TWO.filter(pl.col(KEY).is_not_null())
    kind = kind_of(engine)
    rows = kind.rows(STD.classify(kind.make(homes), kind.make(persons), on=ON, check="defer"))
    fine = [row for row in rows if row["problems"] is None]
    assert [row[KEY] for row in fine] == ["a"]
    member = {name: value for name, value in PERSONS.row(0, named=True).items() if name != KEY and value is not None}
    household = {"area": "rural", "income_per_person": 1, "household_size": 1, "members": [member]}
    assert (fine[0]["category"], fine[0]["possible"]) == as_assessed(household, ON)
    assert fine[0]["deprived_telecommunication"] is False
    said = {row[KEY]: row["problems"] for row in rows}
    for key, codes in {"b": "CN045 CN044", "c": "CN081 CN050", "d": "CN082", "e": "CN045", "f": "CN047 CN045"}.items():
        assert all(f"[{code}]" in said[key] for code in codes.split()), said[key]
    assert "members.sex" in said["f"]
    assert all(every_output_is_null(row, homes) for row in rows if row["problems"] is not None)


def test_a_household_without_a_key_is_a_problem_in_its_row(engine: str) -> None:
    homes = pl.DataFrame({KEY: ["a", None], "area": "rural", "income_per_person": 1})
    persons = pl.DataFrame({KEY: ["a", None], "internet": [True, False]})
    kind = kind_of(engine)
    rows = kind.rows(STD.classify(kind.make(homes), kind.make(persons), check="defer"))
    (lost,) = [row for row in rows if row[KEY] is None]
    assert lost["problems"] is not None
    assert every_output_is_null(lost, homes)


def keyed(dtype: Any, values: list[Any]) -> pl.Series:
    return pl.Series(KEY, values).cast(dtype)


def homes_and_persons(one: Any, other: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    homes = pl.DataFrame([keyed(one, [1, 0]), pl.Series("area", ["rural"] * 2), pl.Series("income_per_person", [1, 1])])
    return homes, pl.DataFrame([keyed(other, [1, 0, 0]), pl.Series("internet", [True, False, False])])


@pytest.mark.parametrize("check", ["now", "defer"])
def test_keys_of_two_types(engine: str, check: str) -> None:
    """A number is no text: told before anything runs, by no engine in its own words."""
    for one, other in ((pl.Int64, pl.String), (pl.String, pl.Int32)):
        assert ("key", "CN077") in told(refused(engine, *homes_and_persons(one, other), check=check))


@pytest.mark.parametrize("other", [pl.Float64, pl.Categorical, pl.Date], ids=str)
def test_other_keys_meet_or_are_told(engine: str, other: Any) -> None:
    one = pl.String if other == pl.Categorical else pl.Int64
    persons = homes_and_persons(one, pl.String if other == pl.Categorical else pl.Int64)[1]
    persons = persons.with_columns(pl.col(KEY).cast(other))
    homes = homes_and_persons(one, one)[0]
    codes = {"CN077"}
    try:
        rows = classified(engine, homes, persons, check="defer")
    except DataProblems as error:
        rows, codes = [], {p.code for p in error.problems}
    assert "CN077" in codes
    if rows:
        assert sorted((str(row[KEY]), row["deprived_telecommunication"]) for row in rows) == [("0", True), ("1", False)]


@pytest.mark.parametrize(
    ("homes", "persons", "asked", "where", "code"),
    [
        (["area"], ["age"], {}, "key", "CN077"),
        (["area", KEY], ["age"], {}, "key", "CN077"),
        (["area", KEY], ["age", KEY], {"key": "hid"}, "key", "CN077"),
        (["area", KEY], ["birth_year", KEY], {}, "persons['birth_year']", "CN043"),
        (["area", KEY], ["age", KEY], {"person_columns": {"sexx": "age"}}, "person_columns['sexx']", "CN041"),
        (["area", KEY], ["age", KEY], {"person_columns": {"sex": "gioi"}}, "person_columns['sex']", "CN071"),
        (["area", KEY], None, {"person_columns": {"sex": "age"}}, "person_columns", "CN077"),
    ],
)  # fmt: skip
def test_what_two_tables_need(
    homes: list[str], persons: list[str] | None, asked: dict[str, Any], where: str, code: str
) -> None:
    values = {KEY: [1, 2], "area": ["rural", "urban"], "age": [5, 6], "birth_year": [1990, 1991]}
    for name, check in product(("polars", "duckdb"), ("now", "defer")):
        make = ENGINES[name].make
        people = None if persons is None else make(pl.DataFrame({n: values[n] for n in persons}))
        with pytest.raises(DataProblems) as caught:
            STD.classify(make(pl.DataFrame({n: values[n] for n in homes})), people, check=check, **asked)
        assert (where, code) in {(p.where, p.code) for p in caught.value.problems}


# --- contradictions -----------------------------------------------------------------------------------

FLAGS = [f"deprived_{name}" for name in STD.indicators]


@st.composite
def contradicting(draw: st.DrawFn) -> Row:
    """A household whose facts agree, nearly agree, or do not; some of them unknown."""

    def some(values: Any, unknown: int = 1) -> Any:
        return draw(st.sampled_from([*values, *[None] * unknown * (len(values) if unknown > 1 else 1)]))

    def near(value: int, *by: int) -> Any:
        return some([max(0, value + d) for d in by])

    size = draw(st.sampled_from([1, 2, 3, 7, 12]))
    income = draw(st.sampled_from([1_500_000, 2_250_000])) * 12 * size + draw(st.integers(-13, 13))
    a_month = income // 12 // size
    found: Row = {
        "area": some(["rural", "urban"]),
        "household_size": some([size, size, size + 1]),
        "income": some([income, income, income * 1000]),
        "income_per_person": near(a_month, -2, -1, 0, 0, 1, 2),
        "income_excluding_allowances": near(income, -1000, -1, 0, 1, 2, 13, 100),
        "income_excluding_allowances_per_person": near(a_month, -2, -1, 0, 1, 2),
        "deprivations": some([0, 1, 2, 3, 11, 12], 2),
        "water_source": some(["piped", "rain", "other"], 2),
        "toilet": some(["septic", "none"], 2),
        "wall_material": some(["brick_stone", "other"], 2),
        "column_material": some(["brick_stone", "other"], 2),
        "roof_material": some(["tile", "other"], 2),
        "television": some([True, False], 2),
        "tablet": some([True, False], 2),
    }
    if draw(st.booleans()):  # one of the two areas alone leaves open what the other is
        floor = 8 * size + draw(st.sampled_from([-9, -1, 0, 1, 8]))
        mezzanine = draw(st.sampled_from([0, 1, 16]))
        found |= {"floor_area": floor, "mezzanine_area": mezzanine}
        found["floor_area_per_person"] = near((2 * floor + mezzanine) // (2 * size), -1, 0, 1, 2)
    often = draw(st.sampled_from([1, 2, 4]))
    return found | {flag: some([True, False], often) for flag in FLAGS}


def raises(household: Row, on: date | None = None) -> bool:
    try:
        STD.assess(household, on=on)
    except cn.HouseholdError:
        return True
    return False


@LISTS
@given(st.lists(contradicting(), min_size=30, max_size=50))
def test_a_row_has_a_problem_where_assess_raises(households: list[Row]) -> None:
    kinds = dict.fromkeys([*FLAGS, "television", "tablet"], pl.Boolean)
    texts = dict.fromkeys(
        ("area", "water_source", "toilet", "wall_material", "column_material", "roof_material"), pl.String
    )
    names = dict.fromkeys(name for household in households for name in household)
    schema = {name: kinds.get(name, texts.get(name, pl.Int64)) for name in names}
    rows = STD.classify(pl.DataFrame(households, schema=schema), check="defer").rows(named=True)
    for household, row in zip(households, rows, strict=True):
        given_facts = known(household)
        assert raises(given_facts) == (row["problems"] is not None), (given_facts, row["problems"])
        assert (row["possible"] is None) == (row["problems"] is not None)


NEAR: list[tuple[Row, str | None]] = [
    ({"income": 126_000_001, "household_size": 7, "income_per_person": 1_499_999}, "income_per_person"),
    ({"income": 126_000_001, "household_size": 7, "income_per_person": 1_500_000}, None),
    ({"income": 126_000_001, "household_size": 7, "income_per_person": 1_500_001}, None),
    ({"income": 126_000_001, "household_size": 7, "income_per_person": 1_500_002}, "income_per_person"),
    ({"income": 12_000, "income_per_person": 1_000}, None),
    ({"income": 12_000, "income_per_person": 1_002}, "income_per_person"),
    ({"income": 12_000, "income_excluding_allowances": 12_001}, None),
    ({"income": 12_000, "income_excluding_allowances": 12_002}, "income_excluding_allowances"),
    ({"income_per_person": 1_000, "income_excluding_allowances_per_person": 1_002},
     "income_excluding_allowances_per_person"),
    ({"deprived_water": True, "deprivations": 0}, "deprivations"),
    ({"deprived_water": True, "deprivations": 1}, None),
    ({"deprived_water": True, "deprivations": 12}, None),
    ({"deprived_water": False, "deprivations": 12}, "deprivations"),
    ({"deprived_water": True, "water_source": "piped"}, "deprived_water"),
    ({"deprived_water": False, "water_source": "piped"}, None),
    ({"water_source": "other", "deprivations": 0}, "deprivations"),
    ({"deprived_housing_quality": False, "wall_material": "other", "column_material": "other"},
     "deprived_housing_quality"),
    ({"deprived_housing_quality": False, "wall_material": "other", "column_material": "brick_stone"}, None),
]  # fmt: skip


@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_one_unit_of_the_last_place(name: str) -> None:
    """More than that apart is a contradiction; counts and truths must agree exactly."""
    homes = pl.DataFrame([{KEY: i, **facts} for i, (facts, _) in enumerate(NEAR)], infer_schema_length=None)
    rows = classified(name, homes, check="defer")
    for row, (facts, wrong) in zip(rows, NEAR, strict=True):
        assert raises(facts) == (wrong is not None), facts
        assert (row["problems"] is None) == (wrong is None), facts
        if wrong is not None:
            assert row["problems"].startswith(f"{wrong}: ")
            assert row["problems"].endswith("[CN045]")


def test_the_last_place_of_a_column() -> None:
    """It is that of a decimal, or the unit in which a column is given."""
    homes = pl.DataFrame({"income": [126_000_001] * 4, "household_size": [7] * 4})  # 1,500,000.0119 a month
    cents = pl.Series("income_per_person", ["1500000.00", "1500000.02", "1500000.03", "1499999.99"]).cast(
        pl.Decimal(18, 2)
    )
    rows = STD.classify(homes.with_columns(cents), check="defer")["problems"].to_list()
    assert [problem is None for problem in rows] == [False, True, False, False]
    thousands = pl.Series("income_per_person", [1499, 1500, 1501, 1502])
    said = {"income_per_person": {"unit": "thousand VND/person/month"}}
    rows = STD.classify(homes.with_columns(thousands), columns=said, check="defer")["problems"].to_list()
    assert [problem is None for problem in rows] == [False, True, True, False]


@st.composite
def persons_with_ages(draw: st.DrawFn) -> list[Row]:
    """The persons of a household, each with up to four ways of telling an age that may contradict each other."""

    def person() -> Row:
        born = draw(st.dates(date(1900, 1, 1), ON + timedelta(40)) | st.dates(date(2009, 1, 1), ON))
        months = max(0, 12 * (ON.year - born.year) + ON.month - born.month - (ON.day < born.day))
        told = {
            "birth_date": born,
            "birth_year": born.year + draw(st.sampled_from([0, 0, 0, 1, -1])),
            "age": max(0, months // 12 + draw(st.sampled_from([0, 0, 0, 1, -1]))),
            "age_months": max(0, months + draw(st.sampled_from([0, 0, 0, 1, -1, 12]))),
        }
        return {name: value if draw(st.booleans()) else None for name, value in told.items()}

    return [person() for _ in range(draw(st.integers(1, 3)))]


@LISTS
@given(st.lists(persons_with_ages(), min_size=10, max_size=20), st.data())
def test_ages_that_contradict_each_other(families: list[list[Row]], data: st.DataObject) -> None:
    """So, too, a size that is not the number of persons."""
    sizes = [data.draw(st.sampled_from([len(f), len(f), None, len(f) + 1])) for f in families]
    count = len(families)
    homes = pl.DataFrame({KEY: range(count), "area": "rural", "income_per_person": 1, "household_size": sizes},
                         schema_overrides={"household_size": pl.Int64})  # fmt: skip
    schema = {KEY: pl.Int64, "birth_date": pl.Date, "birth_year": pl.Int64, "age": pl.Int64, "age_months": pl.Int64}
    persons = pl.DataFrame([{KEY: i, **p} for i, family in enumerate(families) for p in family], schema=schema)
    rows = STD.classify(homes, persons, on=ON, check="defer").rows(named=True)
    for row, family in zip(rows, families, strict=True):
        household = known({"area": "rural", "income_per_person": 1, "household_size": row["household_size"]})
        household["members"] = [known(person) for person in family]
        assert raises(household, ON) == (row["problems"] is not None), (household, row["problems"])


def test_the_oldest_and_the_youngest() -> None:
    """The same day and year of birth are too early or too late for both."""
    first = next(ON - timedelta(d) for d in range(47_900, 48_000) if raises(born(birth_date=ON - timedelta(d)), ON))
    days = [first, first + timedelta(1), ON, ON + timedelta(1)]
    tried = [born(birth_date=day) for day in days]
    tried += [born(birth_year=day.year + d) for day in (first, ON) for d in (-1, 0, 1)]
    tried += [born(age=n) for n in (0, 129, 130, 131)] + [born(age_months=n) for n in (0, 1570, 1571, 1572)]
    schema = {KEY: pl.Int64, "birth_date": pl.Date, "birth_year": pl.Int64, "age": pl.Int64, "age_months": pl.Int64}
    persons = pl.DataFrame([{KEY: i, **h["members"][0]} for i, h in enumerate(tried)], schema=schema)
    homes = pl.DataFrame({KEY: range(len(tried)), "area": "rural", "income_per_person": 1})
    for row, household in zip(classified("polars", homes, persons, on=ON, check="defer"), tried, strict=True):
        assert raises(household, ON) == (row["problems"] is not None), (household, row["problems"])


def born(**age: Any) -> Row:
    return {"area": "rural", "income_per_person": 1, "members": [age]}


# --- columns ------------------------------------------------------------------------------------------

TABLE = {"area": ["rural"], "income_per_person": [1_500_000], "deprivations": [3]}


@pytest.mark.parametrize(
    ("table", "asked", "where", "code", "says"),
    [
        ({}, {"columns": {"area": 5}}, "columns['area']", "CN070", '{"from": "ttnt", "codes": {1: "urban", 2: "rural"}}'),
        ({}, {"columns": {"area": {"form": "area"}}}, "columns['area']", "CN070", "from, codes, unit, missing"),
        ({}, {"columns": {"area": {"missing": "NA"}}}, "columns['area']", "CN070", "missing"),
        ({}, {"columns": {"area": "aera"}}, "columns['area']", "CN071", "did you mean area?"),
        ({}, {"columns": {"aera": "area"}}, "columns['aera']", "CN041", "did you mean area?"),
        ({}, {"columns": {"sex": "area"}}, "columns['sex']", "CN041", "person"),
        ({}, {"columns": {"deprivations": {"codes": {1: 2}}}}, "columns['deprivations']", "CN072", "has no codes"),
        ({}, {"columns": {"area": {"codes": ["rural"]}}}, "columns['area']", "CN072", "mapping"),
        ({}, {"columns": {"area": {"codes": {1: "urban", 2: "rural"}}}}, "columns['area']", "CN072", "as the column holds them"),
        ({}, {"columns": {"area": {"codes": {"1": "urban", "2": "rual"}}}}, "columns['area']", "CN047", "rural, urban"),
        ({}, {"columns": {"income_per_person": {"missing": ["NA"]}}}, "columns['income_per_person']", "CN072", "'NA'"),
        ({"deprived_water": [1]}, {"columns": {"deprived_water": {"codes": {1: "yes", 0: False}}}},
         "columns['deprived_water']", "CN047", "True, False"),
        ({}, {"columns": {"income_per_person": {"unit": "USD/person/month"}}}, "columns['income_per_person']", "CN073", "'USD'"),
        ({}, {"columns": {"income_per_person": {"unit": "VND/year"}}}, "columns['income_per_person']", "CN073",
         "VND/person/month"),
        ({}, {"columns": {"income_per_person": {"unit": "kg gạo/người/tháng"}}}, "columns['income_per_person']", "CN073",
         "VND/person/month"),
        ({}, {"columns": {"area": {"unit": "VND"}}}, "columns['area']", "CN073", "unit"),
        ({"area": [1]}, {}, "columns['area']", "CN074", '"codes": {1: '),
        ({"deprived_water": [1]}, {}, "columns['deprived_water']", "CN074", "True"),
        ({"deprived_water": ["no"]}, {}, "columns['deprived_water']", "CN074", "True"),
        ({"income_per_person": ["1.500.000"]}, {}, "columns['income_per_person']", "CN074", "numbers"),
        ({"area": [["rural"]]}, {}, "columns['area']", "CN074", "text"),
        ({"income_per_person": [True]}, {}, "columns['income_per_person']", "CN074", "number"),
        ({"b1": [100]}, {}, "method", "CN061", "scores"),
        ({}, {"method": "points"}, "method", "CN060", "criteria, scores, recorded"),
        ({"category": ["x"]}, {}, "category", "CN080", "suffix"),
        ({"problems_a": ["x"]}, {"suffix": "_a"}, "problems_a", "CN080", "suffix"),
        ({"n": [2]}, {"columns": {"deprivations": "n"}}, "deprivations", "CN080", "suffix"),
        ({"_cn_x": [1]}, {}, "_cn_x", "CN079", "rename"),
    ],
)  # fmt: skip
def test_columns_that_cannot_be_used(table: Row, asked: Row, where: str, code: str, says: str) -> None:
    for check in ("now", "defer"):
        error = refused("polars", pl.DataFrame(TABLE | table), check=check, **asked)
        found = {(p.where, p.code): p for p in error.problems}
        assert (where, code) in found
        assert says in str(found[where, code])


def test_all_faults_of_the_columns_at_once() -> None:
    homes = pl.DataFrame({"ttnt": ["T"], "income_per_person": ["1"], "deprivations": [1.0], "_cn": [0]})
    asked = {"area": {"from": "ttnt", "codes": {"T": "town"}}, "toilet": "wc", "incom": "x"}
    assert set(told(refused("polars", homes, columns=asked))) == {
        ("columns['area']", "CN047"), ("columns['income_per_person']", "CN074"), ("columns['toilet']", "CN071"),
        ("columns['incom']", "CN041"), ("_cn", "CN079"),
    }  # fmt: skip


def test_a_table_of_something_else() -> None:
    (problem,) = refused("polars", pl.DataFrame({"x": [1], "y": [2]})).problems
    assert problem.code == "CN078"
    assert "income_per_person" in problem.allowed
    assert "columns=" in problem.remedy


def test_facts_of_another_standard_may_stand_in_columns() -> None:
    homes = pl.DataFrame(TABLE | {"terrain": ["plain"], "loudspeaker": [True]})
    rows = STD.classify(homes, columns={"terrain": "terrain"}).rows(named=True)
    assert rows[0]["category"] == "poor"


def test_tables_that_are_none() -> None:
    for wrong in ([TABLE], TABLE, pl.Series([1]), None, "homes.csv"):
        with pytest.raises(DataProblems, match="CN084") as caught:
            STD.classify(wrong)
        assert "assess_many" in caught.value.problems[0].remedy
    homes = pl.DataFrame(TABLE | {KEY: [1]})
    with pytest.raises(DataProblems, match="CN084") as caught:
        STD.classify(homes, pd.DataFrame({KEY: [1]}))
    assert caught.value.problems[0].where == "persons"
    assert "polars" in str(caught.value)
    assert "pandas" in str(caught.value)


@pytest.mark.parametrize("there", [True, False])
def test_pandas_columns_that_cannot_be_told_apart(there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not there:
        monkeypatch.setattr("chuanngheo.tables.find_spec", lambda name: None)
    for names in (["area", "area"], [0, 1], ["area", 1]):
        with pytest.raises(DataProblems, match="CN083"):
            STD.classify(pd.DataFrame([["rural", "rural"]], columns=names))


def test_things_of_several_types_in_one_column_of_pandas() -> None:
    mixed = pd.DataFrame({"area": ["rural", 1], "income_per_person": [1, 2], "anything": [object(), 1]})
    with pytest.raises(DataProblems, match=r"columns\['area'\].*CN074"):
        STD.classify(mixed)
    untouched = STD.classify(mixed.assign(area="rural"))
    assert untouched["anything"].tolist() == mixed["anything"].tolist()


def test_decimals_and_floats_that_no_64_bits_hold() -> None:
    base = {KEY: [0, 1], "area": "rural", "deprivations": 3}
    for amounts, dtype in (
        ([Decimal("1500000.5"), Decimal(10) ** 17], pl.Decimal(38, 2)),
        ([1_500_000.0, 1e17], pl.Float64),
        ([1_500_000, 2**63 + 5], pl.UInt64),
        ([1_500_000, 2**70], pl.Int128),
    ):
        homes = pl.DataFrame(base).with_columns(pl.Series("income_per_person", amounts, dtype=dtype))
        for name in ("polars", "duckdb") if dtype != pl.Int128 else ("polars",):
            (problem,) = refused(name, homes).problems
            assert (problem.where, problem.code, problem.count) == ("households['income_per_person']", "CN075", 1)
            first, second = classified(name, homes, check="defer")
            assert first["problems"] is None
            assert every_output_is_null(second, homes)
            assert "[CN075]" in second["problems"]


def test_many_places_make_no_contradiction() -> None:
    """A comparison of columns in different units leaves 64 bits sooner than either of them."""
    base = pl.DataFrame({KEY: [0], "area": "rural", "household_size": 4, "deprivations": 3, "income": 10**10})
    places = pl.Series("income_excluding_allowances", [Decimal("1000000.5")], dtype=pl.Decimal(20, 9))
    millions = {"income": {"unit": "million VND/year"}}
    for name in ("polars", "duckdb"):
        (row,) = classified(name, base.with_columns(places), check="defer")  # nine places leave little room before them
        assert row["category"] == "average" or "CN076" in row["problems"]
        homes = base.with_columns(pl.lit(10**13).alias("income"), pl.lit(3677).alias("income_excluding_allowances"))
        (row,) = classified(name, homes, columns=millions, check="defer")
        assert row["category"] == "average" or "CN076" in row["problems"]


def test_other_arguments() -> None:
    homes = pl.DataFrame(TABLE)
    with pytest.raises(cn.ChuanNgheoError, match="CN085") as caught:
        STD.classify(homes, check="later")
    assert caught.value.problems[0].allowed == "now, defer"
    with pytest.raises(cn.NoStandard, match="CN063"):
        STD.classify(homes, readings={"nutrition": "strict"})
    with pytest.raises(cn.NoStandard, match="CN064"):
        STD.classify(homes, derive="none")
    with pytest.raises(cn.HouseholdError, match="CN065"):
        STD.classify(homes, on="2026-01-01")
    with pytest.raises(cn.ChuanNgheoError, match="CN070"):
        STD.classify(homes, columns=["area"])
    assert issubclass(DataProblems, cn.ChuanNgheoError)
    assert issubclass(DataProblems, ValueError)


# --- words --------------------------------------------------------------------------------------------


def test_the_words_of_a_report() -> None:
    """As an official reads them: the place, what is wrong, what is allowed, what to do, the first rows."""
    homes = pl.DataFrame({KEY: ["H1", "H2", "H3"], "area": ["rural", "rual", None], "income_per_person": [1, 2, -9]})
    text = str(refused("polars", homes))
    assert "households['area']: 'rual' (1) is not listed for area [CN047]" in text
    assert "    allowed: rural, urban" in text
    assert "row 1 ('H2'): 'rual'" in text
    assert "a number from 0 VND/person/month" in text
    assert "kind(s)" not in text
    assert "Decimal(" not in text
    assert "datetime.date(" not in text


def test_days_and_decimals_are_shown_as_people_write_them() -> None:
    homes = pl.DataFrame({KEY: [1], "area": ["rural"]})
    persons = pl.DataFrame({KEY: [1], "birth_date": [date(2027, 1, 2)]})
    assert "2027-01-02" not in str(refused("polars", homes, persons, on=ON))
    amounts = pl.Series("income_per_person", [Decimal("-1.50")], dtype=pl.Decimal(18, 2))
    text = str(refused("polars", homes.with_columns(amounts)))
    assert "-1.50" in text
    assert "Decimal(" not in text
