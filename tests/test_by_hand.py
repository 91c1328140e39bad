"""The rule written by hand in benchmarks/ gives the very columns of classify, for unknown and wrong values too.

What is timed against it is only worth something if it answers the same question.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import chuanngheo as cn

pl = pytest.importorskip("polars")
pd = pytest.importorskip("pandas")
np = pytest.importorskip("numpy")
duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))

import by_hand  # noqa: E402
import synthetic  # noqa: E402
from baseline import ANSWERS, FLAGS  # noqa: E402

ROWS = 20_000


@pytest.fixture(scope="module")
def frame() -> Any:
    """Synthetic households, a few of them with values that are wrong, and incomes near the edges."""
    made = pl.from_arrow(synthetic.in_memory(ROWS))
    row, size, income, area = (
        pl.int_range(ROWS),
        pl.col("household_size"),
        pl.col("income"),
        pl.col("area").cast(pl.String),
    )
    edges = [
        line * n + d
        for line in (18_000_000, 24_000_000, 27_000_000, 36_000_000)
        for n in (1, 2, 3, 98, 99, 100)
        for d in (0, 1)
    ]
    nth = pl.Series(edges).gather(np.arange(ROWS) // 3 % len(edges))
    return made.with_columns(
        *(pl.when(row % 101 > 0).then(flag).alias(flag) for flag in FLAGS),
        income=pl.when(row % 503 == 0)
        .then(-5)
        .when(row % 503 == 1)
        .then(2**61)
        .when(row % 3 == 0)
        .then(nth)
        .otherwise(income),
        household_size=pl.when(row % 401 == 0)
        .then(0)
        .when(row % 401 == 1)
        .then(120)
        .when(row % 9 == 0)
        .then(None)
        .otherwise(size),
        area=pl.when(row % 307 == 0).then(pl.lit("suburb")).when(row % 5 == 0).then(None).otherwise(area),
    )


@pytest.fixture(scope="module")
def wanted(frame: Any) -> Any:
    return cn.standard("vn-2022").classify(frame, check="defer")


def differing(found: Any, wanted: Any) -> dict[str, int]:
    """How many rows differ, by column."""
    apart = {n: int((~found[n].cast(wanted.schema[n]).eq_missing(wanted[n])).sum()) for n in ANSWERS}
    return {n: number for n, number in apart.items() if number}


def test_the_rows_hold_every_kind(wanted: Any) -> None:
    """Otherwise the tests below would say little."""
    assert wanted["category"].n_unique() == 5
    assert wanted["possible"].n_unique() >= 11
    assert wanted["problems"].n_unique() >= 6
    names = set(wanted["undetermined_because"].drop_nulls().str.split("; ").explode())
    assert names == {"area", "deprivations", "household_size", "income_per_person", *FLAGS}


def test_polars(frame: Any, wanted: Any) -> None:
    assert not differing(by_hand.with_polars(frame.lazy()).collect(), wanted)
    assert by_hand.with_polars(frame.lazy()).collect_schema() == wanted.schema


def test_pandas(frame: Any, wanted: Any) -> None:
    kinds = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    made = by_hand.with_pandas(frame.to_arrow().to_pandas(types_mapper=kinds.get))
    assert not differing(pl.from_pandas(made[list(ANSWERS)]), wanted)


def test_numpy(frame: Any, wanted: Any) -> None:
    columns = {n: (frame[n].fill_null(0 if frame[n].dtype == pl.Int64 else False).to_numpy(), frame[n].is_null().to_numpy())
               for n in ("income", "household_size", *FLAGS)}  # fmt: skip
    codes = frame["area"].replace_strict({"rural": 0, "urban": 1}, default=-1, return_dtype=pl.Int8)
    columns["area"] = (codes.to_numpy(), frame["area"].is_null().to_numpy())
    made = {n: pl.Series(v.tolist()) for n, v in by_hand.with_numpy(columns).items()}
    texts = {n: made[n] for n in ("category", "possible", "undetermined_because", "problems")}
    numbers = {n: s.replace(-1, None) for n, s in made.items() if n not in texts}
    assert not differing(pl.DataFrame(texts | numbers), wanted)


def test_duckdb(frame: Any, wanted: Any) -> None:
    connection = duckdb.connect()
    by_hand.duckdb_tables(connection)
    connection.register("households", frame.to_arrow())
    made = pl.from_arrow(connection.sql(by_hand.duckdb_query("households")).to_arrow_table())
    assert not differing(made.sort("household_id"), wanted)
