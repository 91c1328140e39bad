"""The 2022 rule over tables, written by hand for polars, NumPy, pandas and DuckDB.

The yardstick of `whole_tables.py`: what somebody writes who knows the rule, the library and its fast
ways, and needs this one rule only. Each gives the very columns of `classify(..., check="defer")`,
for unknown values too; `tests/test_by_hand.py` holds them to it. What they know beforehand, a
program that reads the rule from a file has to find out:

* A household of unknown size has any size from 1 to 99. Its income alone then says which classes
  some size can give: between one and one and a half lines, or above two, some size makes it
  average; the same for the other sets below.
* The bands of the average class of the two areas overlap, so that an unknown area is one wider band.
* Words are looked up in tables of all their combinations.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from baseline import FLAGS

RURAL, URBAN = 18_000_000, 24_000_000  # the poverty lines, a person a year
RURAL_AVERAGE, URBAN_AVERAGE = 27_000_000, 36_000_000
MOST = 99  # persons
LARGEST = 2**61 - 1
CLASSES = ("poor", "near_poor", "average", "not_poor")
PROBLEMS = (
    "area: is not a listed code [CN047]",
    "household_size: is not a whole number from 1 to 99 [CN050]",
    "income: is not a number from 0 [CN050]",
    "income: is too large to be computed with exactly [CN076]",
)
OTHERS = ("area", "household_size", "income_per_person")  # what can be missing beside the flags


def _joined(words: Iterable[str], bits: int) -> str | None:
    return "; ".join(w for i, w in enumerate(words) if bits >> i & 1) or None


def _missing(bits: int) -> str | None:
    """Three bits of what else is missing, then a bit for each flag; all twelve are one number."""
    if bits >> 3 != 2**12 - 1:
        return _joined((*OTHERS, *FLAGS), bits)
    return _joined((OTHERS[0], "deprivations", *OTHERS[1:]), bits & 1 | 2 | (bits & 6) << 1)


# Tables by code. A class code has one bit for each class that is possible.
POSSIBLE = [_joined(CLASSES, k) for k in range(16)]
CATEGORY = [POSSIBLE[k] if k.bit_count() == 1 else None for k in range(16)]
PROBLEM = [_joined(PROBLEMS, k) for k in range(16)]
BECAUSE = [_missing(k) for k in range(2**15)]

# ------------------------------------------------------------------------ polars
# Conditions become bits by when/then, which is ten times faster than a cast, and words by gather.

U8, U16, I64 = pl.UInt8, pl.UInt16, pl.Int64
_TEXTS = {name: pl.Series(found, dtype=pl.String) for name, found in
          {"category": CATEGORY, "possible": POSSIBLE, "problems": PROBLEM, "because": BECAUSE}.items()}  # fmt: skip


def _if(test: pl.Expr, value: int, kind: Any = U8) -> pl.Expr:
    """The value where a condition holds, else 0; null counts as no."""
    return pl.when(test).then(pl.lit(value, kind)).otherwise(pl.lit(0, kind))


def _bits(*tests: pl.Expr, kind: Any = U8, first: int = 0) -> pl.Expr:
    return reduce(operator.or_, (_if(t, 1 << first + i, kind) for i, t in enumerate(tests)))


def _of(table: pl.Series, code: pl.Expr) -> pl.Expr:
    return pl.lit(table).gather(code)


def with_polars(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The frame with its answers, lazily."""
    area, income, size = pl.col("area"), pl.col("income"), pl.col("household_size")
    flags = [pl.col(f) for f in FLAGS]
    frame = frame.with_columns(
        _rural=(area == "rural").fill_null(True),
        _urban=(area == "urban").fill_null(True),
        _least=reduce(operator.add, (_if(f, 1) for f in flags)),
        _most=reduce(operator.add, (_if(f.is_null() | f, 1) for f in flags)),
        _unknown=_bits(*(f.is_null() for f in flags), kind=U16, first=3),
        _x=income.fill_null(0),
        _low=size.fill_null(1),
        _high=size.fill_null(MOST),
    )
    rural, urban, least, most, unknown, x, low, high = (
        pl.col(f"_{n}") for n in ("rural", "urban", "least", "most", "unknown", "x", "low", "high")
    )

    def line(test: pl.Expr, then: int, otherwise: int) -> pl.Expr:
        return pl.when(test).then(pl.lit(then, I64)).otherwise(pl.lit(otherwise, I64))

    frame = frame.with_columns(
        _above=x > line(rural, RURAL, URBAN) * low,
        _poor=x <= line(urban, URBAN, RURAL) * high,
        _below=x <= line(urban, URBAN_AVERAGE, RURAL_AVERAGE) * high,
        _rich=x > line(rural, RURAL_AVERAGE, URBAN_AVERAGE) * low,
        _bad=_bits(~(rural | urban), (low < 1) | (high > MOST), x < 0, x > LARGEST),
    )
    above, below = pl.col("_above"), pl.col("_below")
    any_size = (
        (rural & ((x > RURAL) & (x <= RURAL_AVERAGE) | (x > RURAL * 2)))
        | (urban & ((x > URBAN) & (x <= URBAN_AVERAGE) | (x > URBAN * 2)))
    )  # fmt: skip
    no_income, no_size = income.is_null(), size.is_null()
    poor, fine = no_income | pl.col("_poor"), pl.col("_bad") == 0
    average = no_income | (above & below & (~no_size | any_size))
    rich = no_income | pl.col("_rich")
    frame = frame.with_columns(_code=_bits(*(fine & t for t in (poor & (most >= 3), poor & (least <= 2), average, rich))))
    code = pl.col("_code")
    between = ((x > RURAL * low) & (x <= URBAN * low)) | ((x > RURAL_AVERAGE * low) & (x <= URBAN_AVERAGE * low))
    area_of_any = (
        ((x > RURAL) & (x <= URBAN)) | ((x > RURAL_AVERAGE) & (x <= URBAN * 2)) | ((x > RURAL * 3) & (x <= URBAN_AVERAGE * MOST))
    )  # fmt: skip
    by_area = area.is_null() & (no_income | (no_size & area_of_any) | (~no_size & between))
    asked = _bits(by_area, no_size & ~no_income & above & below, no_income, kind=U16)
    asked |= pl.when(code & 3 == 3).then(unknown).otherwise(pl.lit(0, U16))
    because = pl.when(code & (code - 1) != 0).then(asked).otherwise(pl.lit(0, U16))
    return frame.with_columns(
        category=_of(_TEXTS["category"], code),
        possible=_of(_TEXTS["possible"], code),
        undetermined_because=_of(_TEXTS["because"], because),
        problems=_of(_TEXTS["problems"], pl.col("_bad")),
        deprivations=pl.when(fine & (least == most)).then(least).cast(I64),
        deprivations_min=pl.when(fine).then(least).cast(I64),
        deprivations_max=pl.when(fine).then(most).cast(I64),
    ).select(pl.exclude("^_.*$"))


# ------------------------------------------------------------------------- NumPy
# A column is its values and where they are unknown; an unknown value may be anything. Blocks of
# rows that stay in the cache, and no array of a million rows but those that are answered.

BLOCK = 32_768
Column = tuple[np.ndarray, np.ndarray]
_WORDS = {name: np.array(found, dtype=object) for name, found in
          {"category": CATEGORY, "possible": POSSIBLE, "problems": PROBLEM, "undetermined_because": BECAUSE}.items()}  # fmt: skip


def with_numpy(columns: Mapping[str, Column]) -> dict[str, np.ndarray]:
    """The answers: texts as objects, numbers with -1 where none is told. `area` is 0 rural, 1 urban, else no code."""
    rows = len(columns["income"][0])
    found = {name: np.empty(rows, dtype=object) for name in _WORDS}
    found |= {f"deprivations{end}": np.empty(rows, dtype=np.int64) for end in ("", "_min", "_max")}
    for start in range(0, rows, BLOCK):
        here = slice(start, start + BLOCK)
        code, because, bad, least, most = _numpy_codes({n: (v[here], u[here]) for n, (v, u) in columns.items()})
        for name, index in (("category", code), ("possible", code), ("problems", bad), ("undetermined_because", because)):
            np.take(_WORDS[name], index, out=found[name][here], mode="clip")
        least[bad > 0] = most[bad > 0] = -1
        found["deprivations_min"][here], found["deprivations_max"][here] = least, most
        found["deprivations"][here] = np.where(least == most, least, np.int8(-1))
    return found


def _numpy_codes(columns: Mapping[str, Column]) -> tuple[np.ndarray, ...]:
    """Codes of classes, of what is missing, of problems, and the least and most deprivations."""
    rows = len(columns["income"][0])
    least, most, unknown = np.zeros(rows, np.int8), np.zeros(rows, np.int8), np.zeros(rows, np.uint16)
    for i, name in enumerate(FLAGS):
        value, missing = columns[name]
        least += value & ~missing
        most += value | missing
        unknown += missing * np.uint16(8 << i)
    (area, no_area), (x, no_income), (size, no_size) = (columns[n] for n in ("area", "income", "household_size"))
    rural, urban = (area == 0) | no_area, (area == 1) | no_area
    x = np.where(no_income, 0, x)
    low, high = np.where(no_size, 1, size), np.where(no_size, MOST, size)
    above = x > np.where(rural, RURAL, URBAN) * low
    poor = no_income | (x <= np.where(urban, URBAN, RURAL) * high)
    below = x <= np.where(urban, URBAN_AVERAGE, RURAL_AVERAGE) * high
    rich = no_income | (x > np.where(rural, RURAL_AVERAGE, URBAN_AVERAGE) * low)
    bad = ~(rural | urban) * np.uint8(1)
    bad |= ((low < 1) | (high > MOST)) * np.uint8(2)
    bad |= (x < 0) * np.uint8(4) | (x > LARGEST) * np.uint8(8)
    any_size = rural & ((x > RURAL) & (x <= RURAL_AVERAGE) | (x > RURAL * 2))
    any_size |= urban & ((x > URBAN) & (x <= URBAN_AVERAGE) | (x > URBAN * 2))
    average = no_income | (above & below & (~no_size | any_size))
    code = (poor & (most >= 3)) * np.uint8(1)
    code |= (poor & (least <= 2)) * np.uint8(2)
    code |= average * np.uint8(4) | rich * np.uint8(8)
    code *= bad == 0
    between = ((x > RURAL * low) & (x <= URBAN * low)) | ((x > RURAL_AVERAGE * low) & (x <= URBAN_AVERAGE * low))
    any_size = ((x > RURAL) & (x <= URBAN)) | ((x > RURAL_AVERAGE) & (x <= URBAN * 2))
    any_size |= (x > RURAL * 3) & (x <= URBAN_AVERAGE * MOST)
    because = unknown * (code & 3 == 3)
    because |= no_area & (no_income | (no_size & any_size) | (~no_size & between))
    because |= (no_size & ~no_income & above & below) * np.uint16(2)
    because |= no_income * np.uint16(4)
    because *= code & (code - 1) != 0
    return code, because, bad, least, most


# ------------------------------------------------------------------------ pandas
# Whole columns: the values of each nullable column as an array, and pandas' own texts for the words.

_STRINGS = {name: pd.array(found, dtype="str") for name, found in
            {"category": CATEGORY, "possible": POSSIBLE, "problems": PROBLEM, "undetermined_because": BECAUSE}.items()}  # fmt: skip


def with_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its answers beside it."""
    columns = {}
    for name, absent, kind in (("income", 0, np.int64), ("household_size", 1, np.int64), *((f, False, bool) for f in FLAGS)):
        unknown = frame[name].isna().to_numpy()
        columns[name] = (frame[name].to_numpy(dtype=kind, na_value=absent), unknown)
    area = frame["area"]
    codes = np.select([(area == "rural").to_numpy(dtype=bool, na_value=False), (area == "urban").to_numpy(dtype=bool, na_value=False)], [0, 1], -1)
    columns["area"] = (codes, area.isna().to_numpy())
    code, because, bad, least, most = _numpy_codes(columns)
    least, most, wrong = least.astype(np.int64), most.astype(np.int64), bad > 0
    new = {
        "category": _STRINGS["category"].take(code),
        "possible": _STRINGS["possible"].take(code),
        "undetermined_because": _STRINGS["undetermined_because"].take(because),
        "problems": _STRINGS["problems"].take(bad),
        "deprivations": pd.arrays.IntegerArray(least, wrong | (least != most)),
        "deprivations_min": pd.arrays.IntegerArray(least, wrong),
        "deprivations_max": pd.arrays.IntegerArray(most, wrong),
    }
    return pd.concat([frame, pd.DataFrame(new, index=frame.index)], axis=1)


# ------------------------------------------------------------------------ DuckDB
# Words by a join with a small table, which is two to five times faster than a CASE or a list.


def duckdb_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables of words that the query joins with."""
    for name, found in {"classes": POSSIBLE, "problem_words": PROBLEM, "missing_words": BECAUSE}.items():
        rows = pl.DataFrame({"code": pl.Series(range(len(found)), dtype=pl.Int32), "words": pl.Series(found, dtype=pl.String)}).to_arrow()
        connection.register("rows_of_words", rows)
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM rows_of_words")
        connection.unregister("rows_of_words")


def duckdb_query(table: str) -> str:
    """The SELECT over a table or file."""
    deprived = " + ".join(f"CASE WHEN {f} THEN 1 ELSE 0 END" for f in FLAGS)
    unknown = " + ".join(f"CASE WHEN {f} IS NULL THEN {1 << i} ELSE 0 END" for i, f in enumerate(FLAGS))
    return f"""
WITH read AS (
    SELECT *,
        area IS NULL OR area = 'rural' AS _rural,
        area IS NULL OR area = 'urban' AS _urban,
        {deprived} AS _least,
        {unknown} AS _unknown,
        CASE WHEN income <= {LARGEST} THEN income ELSE 0 END AS _x,  -- an overflow would be an error
        CASE WHEN household_size <= {MOST} THEN household_size ELSE 1 END AS _low,
        CASE WHEN household_size <= {MOST} THEN household_size ELSE {MOST} END AS _high
    FROM {table}
), lines AS (
    SELECT *,
        _low * CASE WHEN _rural THEN {RURAL} ELSE {URBAN} END AS _above,
        _low * CASE WHEN _rural THEN {RURAL_AVERAGE} ELSE {URBAN_AVERAGE} END AS _rich,
        _high * CASE WHEN _urban THEN {URBAN} ELSE {RURAL} END AS _poor,
        _high * CASE WHEN _urban THEN {URBAN_AVERAGE} ELSE {RURAL_AVERAGE} END AS _average,
        _least + bit_count(_unknown) AS _most,
        CASE WHEN _rural OR _urban THEN 0 ELSE 1 END
            + CASE WHEN household_size < 1 OR household_size > {MOST} THEN 2 ELSE 0 END
            + CASE WHEN income < 0 THEN 4 WHEN income > {LARGEST} THEN 8 ELSE 0 END AS _bad
    FROM read
), coded AS (
    SELECT *,
        CASE WHEN _bad > 0 THEN 0 WHEN income IS NULL THEN
            12 + CASE WHEN _most >= 3 THEN 1 ELSE 0 END + CASE WHEN _least <= 2 THEN 2 ELSE 0 END
        ELSE
            CASE WHEN _x > _poor THEN 0 ELSE CASE WHEN _most >= 3 THEN 1 ELSE 0 END + CASE WHEN _least <= 2 THEN 2 ELSE 0 END END
            + CASE WHEN _x > _above AND _x <= _average AND (household_size IS NOT NULL
                OR _rural AND (_x > {RURAL} AND _x <= {RURAL_AVERAGE} OR _x > {RURAL * 2})
                OR _urban AND (_x > {URBAN} AND _x <= {URBAN_AVERAGE} OR _x > {URBAN * 2})) THEN 4 ELSE 0 END
            + CASE WHEN _x > _rich THEN 8 ELSE 0 END
        END AS _code
    FROM lines
), told AS (
    SELECT *,
        CASE WHEN bit_count(_code) < 2 THEN 0 ELSE
            CASE WHEN area IS NULL AND (income IS NULL OR CASE WHEN household_size IS NULL THEN
                _x > {RURAL} AND _x <= {URBAN} OR _x > {RURAL_AVERAGE} AND _x <= {URBAN * 2} OR _x > {RURAL * 3} AND _x <= {URBAN_AVERAGE * MOST}
                ELSE _x > {RURAL} * _low AND _x <= {URBAN} * _low OR _x > {RURAL_AVERAGE} * _low AND _x <= {URBAN_AVERAGE} * _low END)
            THEN 1 ELSE 0 END
            + CASE WHEN household_size IS NULL AND income IS NOT NULL AND _x > _above AND _x <= _average THEN 2 ELSE 0 END
            + CASE WHEN income IS NULL THEN 4 ELSE 0 END
            + CASE WHEN _code & 3 = 3 THEN _unknown * 8 ELSE 0 END
        END AS _because
    FROM coded
)
SELECT told.* EXCLUDE (_rural, _urban, _least, _unknown, _x, _low, _high, _above, _poor, _average, _rich, _most, _bad, _code, _because),
    CASE WHEN bit_count(_code) = 1 THEN classes.words END AS category,
    classes.words AS possible,
    missing_words.words AS undetermined_because,
    problem_words.words AS problems,
    CASE WHEN _bad = 0 AND _unknown = 0 THEN _least::BIGINT END AS deprivations,
    CASE WHEN _bad = 0 THEN _least::BIGINT END AS deprivations_min,
    CASE WHEN _bad = 0 THEN _most::BIGINT END AS deprivations_max
FROM told
JOIN classes ON classes.code = _code
JOIN problem_words ON problem_words.code = _bad
JOIN missing_words ON missing_words.code = _because"""
