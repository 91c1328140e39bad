"""Households as tables of every kind, and tables as rows again: for the tests of frames and of SQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NoReturn

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import chuanngheo as cn
from chuanngheo.household import household_names, person_names
from chuanngheo.model import Fact

KEY = "household_id"
DIGITS = 38  # of a decimal column, in every engine
TYPES = {"boolean": pl.Boolean, "code": pl.String, "date": pl.Date, "text": pl.String}

Household = Mapping[str, Any]
Row = dict[str, Any]


# --- households as polars frames ----------------------------------------------------------------------


@dataclass(frozen=True)
class Tables:
    """Households, and their persons where any were given, as polars frames that share :data:`KEY`."""

    households: pl.DataFrame
    persons: pl.DataFrame | None = None

    @property
    def tell(self) -> bool:
        """Whether they hold any fact at all: of a table without, ``classify`` says that it is the wrong one."""
        return any(t is not None and t.width > 1 for t in (self.households, self.persons))


def holdable(household: Household, *, floats: bool = False) -> Row:
    """The household without what no column can hold: a number without an end in decimals is unknown.

    ``floats`` leaves out every fraction: as a float it is no exact number of đồng.
    """

    def held(value: Any) -> Any:
        if isinstance(value, Fraction) and value.denominator == 1:
            return int(value)
        whole = not isinstance(value, Decimal) or value == int(value)
        return None if isinstance(value, Fraction) or (floats and not whole) else value

    found = {name: held(value) for name, value in household.items() if name != "members"}
    if household.get("members"):
        found["members"] = [{name: held(value) for name, value in person.items()} for person in household["members"]]
    return found


def as_tables(standard: cn.Standard, households: Iterable[Household]) -> Tables:
    """The households in the order of their keys, 0, 1, ...; each row of persons has that of its household."""
    given = list(households)
    rows = [(i, household) for i, household in enumerate(given)]
    table = _frame(rows, household_names(standard))
    if not any("members" in household for household in given):
        return Tables(table)
    persons = [(i, person) for i, household in rows for person in household.get("members", ())]
    return Tables(table, _frame(persons, person_names(standard)))


def _frame(rows: list[tuple[int, Household]], facts: Mapping[str, Fact]) -> pl.DataFrame:
    names = dict.fromkeys(name for _, row in rows for name in row if name in facts)
    keys = pl.Series(KEY, [key for key, _ in rows], dtype=pl.Int64)
    return pl.DataFrame([keys, *(_series(facts[name], name, [row.get(name) for _, row in rows]) for name in names)])


def _series(fact: Fact, name: str, values: list[Any]) -> pl.Series:
    if fact.kind != "number":
        return pl.Series(name, values, dtype=TYPES[fact.kind])
    places = [-int(v.as_tuple().exponent) for v in values if isinstance(v, Decimal)]
    if not places:
        return pl.Series(name, values, dtype=pl.Int64)
    decimals = [None if v is None else Decimal(v) for v in values]
    return pl.Series(name, decimals, dtype=pl.Decimal(DIGITS, max(0, *places)))


# --- every kind of table ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Engine:
    """A kind of table: how a polars frame becomes one, and its rows in the order of their households."""

    make: Callable[[pl.DataFrame], Any]
    rows: Callable[[Any], list[Row]]

    def of(self, tables: Tables) -> tuple[Any, Any]:
        """The arguments of ``classify``."""
        return self.make(tables.households), None if tables.persons is None else self.make(tables.persons)


def polars_rows(table: pl.DataFrame) -> list[Row]:
    return table.rows(named=True)


def pandas_rows(table: Any) -> list[Row]:
    """By values, not through polars, which may not be there: whatever pandas calls missing is None."""
    columns = {name: [None if _missing(v) else v for v in table[name].tolist()] for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _missing(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def duckdb_rows(relation: Any) -> list[Row]:
    """A relation has no order of its own."""
    rows: list[Row] = relation.order(KEY).to_arrow_table().to_pylist()
    return rows


def spark_table(table: pl.DataFrame) -> Any:
    from pyspark.sql.types import StructField, StructType

    fields = [StructField(name, _spark_type(dtype)) for name, dtype in table.schema.items()]
    return spark_session().createDataFrame(table.rows(), StructType(fields))


def _spark_type(dtype: pl.DataType) -> Any:
    from pyspark.sql import types as t

    if isinstance(dtype, pl.Decimal):
        return t.DecimalType(DIGITS, dtype.scale)
    plain = {pl.Int64: t.LongType, pl.Boolean: t.BooleanType, pl.String: t.StringType, pl.Date: t.DateType}
    return plain[dtype.base_type()]()


def spark_rows(frame: Any) -> list[Row]:
    """A frame has no order of its own; sorted here, as sorting there would cost another plan."""
    return sorted((row.asDict() for row in frame.collect()), key=lambda row: row[KEY])


ENGINES = {
    "polars": Engine(lambda table: table, polars_rows),
    "polars-lazy": Engine(lambda table: table.lazy(), lambda lazy: polars_rows(lazy.collect())),
    "pandas": Engine(lambda table: table.to_pandas(), pandas_rows),
    "pandas-nullable": Engine(lambda table: table.to_pandas().convert_dtypes(), pandas_rows),
    "pandas-arrow": Engine(lambda table: table.to_pandas(use_pyarrow_extension_array=True), pandas_rows),
    "pyarrow": Engine(lambda table: table.to_arrow(), pa.Table.to_pylist),
    "duckdb": Engine(lambda table: duckdb.from_arrow(table.to_arrow()), duckdb_rows),
    "spark": Engine(spark_table, spark_rows),
}


# --- engines that need more than a package ------------------------------------------------------------


def not_there(what: str) -> NoReturn:
    """Skip a test for want of an engine; where ``CHUANNGHEO_CI`` promises every engine, fail."""
    if os.environ.get("CHUANNGHEO_CI", "") not in ("", "0"):
        pytest.fail(f"{what}; CHUANNGHEO_CI=1 says that it must be there", pytrace=False)
    pytest.skip(what)


@cache
def spark_session() -> Any:
    """The one session of Spark: on this machine alone, quiet, with as few tasks as can show a fault."""
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=None if home is None else f"{home}/bin") is None:
        not_there("Spark needs Java 17: apt-get install openjdk-17-jre-headless")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # otherwise it warns of how the machine is named
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("chuanngheo")
    quiet = {
        "spark.ui.enabled": False,
        "spark.ui.showConsoleProgress": False,
        "spark.sql.shuffle.partitions": 2,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # it never runs for long
    }
    for name, value in quiet.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


@contextmanager
def postgres() -> Iterator[Any]:
    """A connection to the server of ``CHUANNGHEO_POSTGRES``; whatever a test does there is undone."""
    dsn = os.environ.get("CHUANNGHEO_POSTGRES")
    if not dsn:
        not_there("PostgreSQL needs a server: CHUANNGHEO_POSTGRES names it, as .ci/run does")
    import psycopg

    with psycopg.connect(dsn) as connection:
        yield connection
        connection.rollback()
