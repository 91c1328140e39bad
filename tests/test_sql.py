"""SQL: one SELECT says of each row what ``assess`` says of that household, in DuckDB and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from tables import KEY, Row, Tables, as_tables
from test_frames import ASIDE, LISTS, READ_OTHERWISE, STANDARD, WAYS, Way, all_agree, assessed, every_way

Run = Callable[[str, Mapping[str, pl.DataFrame]], list[Row]]
FEW = settings(LISTS, max_examples=max(1, LISTS.max_examples // 2))  # test_frames looks at many more
HOMES, PEOPLE = "homes", "people"


def select(way: Way, dialect: str, tables: Tables) -> str:
    """The SELECT over tables that have the columns of these."""
    theirs = tables.persons
    return way.standard.to_sql(
        dialect,
        households=HOMES,
        persons=None if theirs is None else PEOPLE,
        columns=[n for n in tables.households.columns if n != KEY],
        person_columns=None if theirs is None else [n for n in theirs.columns if n != KEY],
        suffix=ASIDE,
        **way.asked,
    )


def named(tables: Tables) -> dict[str, pl.DataFrame]:
    return {HOMES: tables.households} | ({} if tables.persons is None else {PEOPLE: tables.persons})


def in_order(names: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> list[Row]:
    wanted = list(names)
    return sorted((dict(zip(wanted, row, strict=True)) for row in rows), key=lambda row: row[KEY])


def run_duckdb(sql: str, tables: Mapping[str, pl.DataFrame]) -> list[Row]:
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table.to_arrow())
        found = connection.sql(sql)
        return in_order(found.columns, found.fetchall())


def run_postgres(connection: Any) -> Run:
    def run(sql: str, tables: Mapping[str, pl.DataFrame]) -> list[Row]:
        with connection.cursor() as cursor:
            for name, table in tables.items():
                columns = ", ".join(f'"{n}" {postgres_type(d)}' for n, d in table.schema.items())
                cursor.execute(f"DROP TABLE IF EXISTS {name}")
                cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
                with cursor.copy(f"COPY {name} FROM STDIN") as rows:
                    for row in table.rows():
                        rows.write_row(row)
            cursor.execute(sql)
            return in_order((column.name for column in cursor.description), cursor.fetchall())

    return run


def postgres_type(dtype: pl.DataType) -> str:
    plain = {pl.Int64: "BIGINT", pl.String: "TEXT", pl.Boolean: "BOOLEAN", pl.Date: "DATE"}
    return plain.get(dtype.base_type(), "NUMERIC")


def check(way: Way, given: list[Row], dialect: str, run: Run) -> None:
    tables = as_tables(way.standard, given)
    assume(tables.tell)
    rows = run(select(way, dialect, tables), named(tables))
    all_agree(way, [assessed(way, household) for household in given], rows)


@every_way
@FEW
@given(data=st.data())
def test_duckdb_says_what_assess_says(way: Way, data: st.DataObject) -> None:
    check(way, data.draw(st.lists(way.drawn(), min_size=10, max_size=20)), "duckdb", run_duckdb)


@pytest.mark.parametrize("way", [*WAYS, *READ_OTHERWISE[:6]], ids=str)
def test_postgres_says_what_assess_says(way: Way, database: Any) -> None:
    @settings(FEW, phases=(Phase.generate,))
    @given(data=st.data())
    def many(data: st.DataObject) -> None:
        check(way, data.draw(st.lists(way.drawn(), min_size=10, max_size=20)), "postgres", run_postgres(database))

    many()


# --- the text itself ----------------------------------------------------------------------------------


@pytest.mark.parametrize("standard", STANDARD.values(), ids=lambda s: s.exact_id)
@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_without_columns_it_expects_every_fact_of_the_method(standard: cn.Standard, dialect: str, request: Any) -> None:
    """The heading is enough to make the tables, and the SELECT runs on them."""
    sql = standard.to_sql(dialect, persons="persons", on=date(2022, 6, 1))
    heading = [line.split(" ", 2)[2] for line in sql.splitlines() if line.startswith(("-- reads ", "-- and "))]
    tables = [text.split(", ages on ")[0].replace("household_id", "household_id bigint", 1) for text in heading]
    if dialect == "duckdb":
        with duckdb.connect() as connection:
            for text in tables:
                connection.execute(f"CREATE TABLE {text}")
            connection.execute("INSERT INTO households (household_id) VALUES (7)")
            found = connection.sql(sql)
            rows = in_order(found.columns, found.fetchall())
    else:
        with request.getfixturevalue("database").cursor() as cursor:
            for text in tables:
                cursor.execute(f"CREATE TEMPORARY TABLE {text}")
            cursor.execute("INSERT INTO households (household_id) VALUES (7)")
            cursor.execute(sql)
            rows = in_order((column.name for column in cursor.description), cursor.fetchall())
    assert rows[0][KEY] == 7
    assert rows[0]["category"] is None
    assert "CN082" in rows[0]["problems"]  # nobody lives there


def test_it_maps_names_codes_and_units() -> None:
    sql = cn.standard("vn-2022").to_sql(
        "duckdb",
        households="survey.ho 1",
        key="hoso",
        columns={
            "area": {"from": "ttnt", "codes": {1: "urban", 2: "rural"}, "missing": [9]},
            "income": {"from": "thunhap", "unit": "thousand VND/household/year"},
            "household_size": "tsnguoi",
            "deprivations": "thieuhut",
        },
    )
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA survey")
        connection.execute('CREATE TABLE survey."ho 1" (hoso INT, ttnt INT, thunhap INT, tsnguoi INT, thieuhut INT)')
        connection.execute(
            'INSERT INTO survey."ho 1" VALUES (1, 2, 72000, 4, 3), (2, 2, 72001, 4, 3), (3, 9, 80000, 4, 3), (4, 5, 1, 1, 1)'
        )
        rows = {row[0]: row[1:4] for row in connection.sql(sql).fetchall()}
        problems = {row[0]: row[4] for row in connection.sql(sql).fetchall()}
    assert rows[1] == ("poor", "poor", None)
    assert rows[2] == ("average", "average", None)
    assert rows[3] == (None, "poor; average", "area")
    assert rows[4] == (None, None, None)
    assert problems[4] == "area: is not a listed code [CN047]"


def test_a_bad_row_says_so_and_leaves_the_others_alone() -> None:
    sql = cn.standard("vn-2022").to_sql("duckdb", columns=["area", "income_per_person", "deprivations"])
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE households (household_id INT, area TEXT, income_per_person DOUBLE, deprivations INT)"
        )
        connection.execute(
            "INSERT INTO households VALUES (1, 'rual', 1, 1), (2, 'rural', -1, 1), (3, 'rural', 1500000, 3), (4, 'rural', 'nan', 3)"
        )
        rows = in_order(connection.sql(sql).columns, connection.sql(sql).fetchall())
    assert [row["category"] for row in rows] == [None, None, "poor", None]
    assert "CN047" in rows[0]["problems"]
    assert "CN050" in rows[1]["problems"]
    assert rows[2]["problems"] is None
    assert rows[3]["problems"] is not None  # SQL has nulls for what is unknown


def test_an_unknown_dialect_is_named() -> None:
    with pytest.raises(cn.NoStandard, match=r"CN087.*\n.*duckdb, postgres"):
        cn.standard("vn-2022").to_sql("oracle")
