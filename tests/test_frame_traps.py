"""Wrong answers that engines give without a word: in a table each is exact, unknown, or an error.

Each trap is a test on every engine that can fall into it. The traps of YAML are in ``test_traps.py``,
where rule files and single households have theirs. Three wait for the parts of the library that they
are about: the exact headcount of Alkire and Foster at a cutoff, a misspelt column of weights, and
the row with a missing indicator that counts as not poor in a measure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import chuanngheo as cn
from chuanngheo.errors import DataProblems
from tables import ENGINES, KEY, Engine, Row

STD = cn.standard("vn-2022")
FLAGS = {f"deprived_{k}": k in ("water", "sanitation", "nutrition") for k in STD.indicators}
LINES = {"rural": 1_500_000, "urban": 2_000_000}
ALONE = " alone"  # pandas where polars is not installed
HERE = ["polars", "polars-lazy", "pandas", "pyarrow", "duckdb"]
NAN, INFINITY = float("nan"), float("inf")

Columns = Mapping[str, Any]
Classify = Callable[..., list[Row]]


def table(columns: Columns) -> pl.DataFrame:
    """A table of households with keys 0, 1, ...; a single value stands in every row."""
    length = next(len(v) for v in columns.values() if isinstance(v, list | pl.Series))
    full = {n: v if isinstance(v, list | pl.Series) else [v] * length for n, v in columns.items()}
    return pl.DataFrame({KEY: range(length), **full}, strict=False)


@pytest.fixture(params=[*HERE, "pandas" + ALONE])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    if name.endswith(ALONE):
        monkeypatch.setattr("chuanngheo.tables.find_spec", lambda name: None)
    return name


def kind_of(engine: str) -> Engine:
    return ENGINES[engine.removesuffix(ALONE)]


@pytest.fixture
def classify(engine: str) -> Classify:
    """Classifies a polars frame, or columns, as a table of the engine; the rows in the order of their keys."""

    def classified(given: Columns | pl.DataFrame, /, std: cn.Standard = STD, **asked: Any) -> list[Row]:
        frame = given if isinstance(given, pl.DataFrame) else table(given)
        return kind_of(engine).rows(std.classify(kind_of(engine).make(frame), **asked))

    return classified


def told(row: Row) -> tuple[Any, ...]:
    return row["category"], row["possible"], row["undetermined_because"], row["problems"]


def as_assessed(household: Mapping[str, Any], std: cn.Standard = STD) -> tuple[Any, ...]:
    """What ``assess`` says of a household, as a row of a table says it."""
    a = std.assess({name: value for name, value in household.items() if name != KEY})
    return a.category, "; ".join(a.possible), "; ".join(a.missing) or None, None


def each_as_assessed(rows: Iterable[Row], households: Iterable[Mapping[str, Any]], std: cn.Standard = STD) -> None:
    for row, household in zip(rows, households, strict=True):
        assert told(row) == as_assessed(household, std), household


def refused(classify: Classify, given: Columns | pl.DataFrame, /, **asked: Any) -> dict[str, tuple[str, int]]:
    """The code and count of each problem, by its place."""
    with pytest.raises(DataProblems) as caught:
        classify(given, **asked)
    return {p.where: (p.code, p.count) for p in caught.value.problems}


# --- numbers ------------------------------------------------------------------------------------------

NARROW = [(pl.Int8, pl.Int8, pl.Int8), (pl.Int32, pl.Int16, pl.UInt8)]  # of incomes, sizes, deprivations


@pytest.mark.parametrize("dtypes", NARROW, ids=str)
def test_narrow_integers_do_not_wrap(classify: Classify, dtypes: tuple[Any, Any, Any]) -> None:
    """``int8 * 2`` wraps in pandas, polars and pyarrow; so does a line times 12 times the members."""
    most = int(pl.select(dtypes[0].max()).item())
    millions = {"unit": "million VND/household/year"}
    columns = {
        "area": "urban",
        "income": pl.Series([0, most, 100, None, most], dtype=dtypes[0]),
        "household_size": pl.Series([99, 99, 1, 99, None], dtype=dtypes[1]),
        "deprivations": pl.Series([3, 12, 2, None, 0], dtype=dtypes[2]),
    }
    size = 99
    households = [
        {"area": "urban", "income": 0, "household_size": size, "deprivations": 3},
        {"area": "urban", "income": most * 10**6, "household_size": size, "deprivations": 12},
        {"area": "urban", "income": 100 * 10**6, "household_size": 1, "deprivations": 2},
        {"area": "urban", "income": None, "household_size": size, "deprivations": None},
        {"area": "urban", "income": most * 10**6, "household_size": None, "deprivations": 0},
    ]
    each_as_assessed(classify(columns, columns={"income": millions}), households)


def test_narrow_flags_are_counted(classify: Classify) -> None:
    """Twelve flags in eight bits: none, some, all, some unknown."""
    answers: list[list[int | None]] = [[1] * n + [0] * (12 - n) for n in range(13)]
    answers += [[1] * n + [None] * 3 + [0] * (9 - n) for n in range(10)]
    columns = {name: pl.Series([a[i] for a in answers], dtype=pl.Int8) for i, name in enumerate(FLAGS)}
    rows = classify(
        {"area": "rural", "income_per_person": pl.Series([100] * len(answers), dtype=pl.Int16), **columns},
        columns={name: {"codes": {1: True, 0: False}} for name in FLAGS},
    )
    truths = [{n: None if v is None else bool(v) for n, v in zip(FLAGS, a, strict=True)} for a in answers]
    each_as_assessed(rows, [{"area": "rural", "income_per_person": 100, **flags} for flags in truths])
    for row, flags in zip(rows, truths, strict=True):
        low = sum(v is True for v in flags.values())
        high = sum(v is not False for v in flags.values())
        assert (row["deprivations_min"], row["deprivations_max"]) == (low, high)
        assert row["deprivations"] == (low if low == high else None)


def test_more_than_32_bits(classify: Classify) -> None:
    """3,000,000,000 đồng are -1,294,967,296 in 32 bits, and then the household is near-poor."""
    columns = {"area": "rural", "income": [3 * 10**9] * 3, "household_size": [99, 99, 1], "deprivations": [3, 2, 3]}
    rows = classify(columns)
    assert [row["category"] for row in rows] == ["not_poor"] * 3
    edge = {"area": "rural", "income": [n * 99 * 12 for n in (1_500_000, 1_500_001)], "household_size": 99}
    assert [row["category"] for row in classify(edge | {"deprivations": 3})] == ["poor", "average"]


def test_32_bit_floats_hold_little(classify: Classify) -> None:
    """Beyond 2^24 a 32-bit float no longer counts single đồng: it is refused, not rounded."""
    exact = [0.0, 1_500_000.0, 1_500_001.0, 2.0**24 - 1]
    columns = {"area": "rural", "income_per_person": pl.Series(exact, dtype=pl.Float32), "deprivations": 3}
    each_as_assessed(
        classify(columns), [{"area": "rural", "income_per_person": int(v), "deprivations": 3} for v in exact]
    )
    beyond = columns | {"income_per_person": pl.Series([3e9, 2.0**24, 100.0, None], dtype=pl.Float32)}
    assert refused(classify, beyond) == {"households['income_per_person']": ("CN075", 2)}
    assert [row["category"] for row in classify(beyond, check="defer")] == [None, None, "poor", None]


SIZES = range(1, 41)
EDGES = [(a, line, s, aside) for (a, line), s, aside in product(LINES.items(), SIZES, (-12, -1, 0, 1, 12, None))]
EDGES += [(a, line * 3 // 2, s, aside) for a, line, s, aside in EDGES]


def test_960_boundaries(classify: Classify) -> None:
    """Rounding before comparing misplaces a quarter of them; so do ``round()`` and ``//``."""
    households = [
        {"area": a, "household_size": s, "income": line * s * 12 + (s if aside is None else aside), "deprivations": 3}
        for a, line, s, aside in EDGES
    ]
    assert len(households) == 960
    whole = pl.DataFrame(households).with_row_index(KEY)
    wanted = [as_assessed(h) for h in households]
    for dtype in (pl.Int64, pl.Float64, pl.Decimal(38, 0), pl.Decimal(20, 2)):
        rows = classify(whole.with_columns(pl.col("income").cast(dtype)))
        assert [told(row) for row in rows] == wanted, dtype


def test_amounts_a_month_are_not_rounded_over_a_line(classify: Classify, engine: str) -> None:
    """A decimal counts to its last place; a float is the đồng that it stands within 0.001 of, or an error."""
    cents = [Decimal("1499999.99"), Decimal("1500000.00"), Decimal("1500000.01"), None]
    decimals = {
        "area": "rural",
        "income_per_person": pl.Series(cents, dtype=pl.Decimal(18, 2)),
        "deprivations": 3,
    }
    if engine.endswith(ALONE):  # which knows no decimals: they are as good as floats
        assert refused(classify, decimals) == {"households['income_per_person']": ("CN075", 2)}
    else:
        households = [{"area": "rural", "income_per_person": v, "deprivations": 3} for v in cents]
        each_as_assessed(classify(decimals), households)
    near = decimals | {"income_per_person": [1_499_999.9995, 1_500_000.0005, 1_500_001.0]}
    assert [row["category"] for row in classify(near)] == ["poor", "poor", "average"]
    far = decimals | {"income_per_person": [1_500_000.002, 1_500_000.5, 1_500_000.0]}
    assert refused(classify, far) == {"households['income_per_person']": ("CN075", 2)}
    assert [row["category"] for row in classify(far, check="defer")] == [None, None, "poor"]


def test_thousands_with_a_fraction_are_whole_dong(classify: Classify) -> None:
    """1,500.001 thousand đồng are 1,500,001 đồng, also as a float."""
    columns = {"area": "rural", "income_per_person": [1500.0, 1500.001, 1499.9990004], "deprivations": 3}
    unit = {"income_per_person": {"unit": "thousand VND/person/month"}}
    assert [row["category"] for row in classify(columns, columns=unit)] == ["poor", "average", "poor"]
    broken = columns | {"income_per_person": [1500.0005, 1500.0, 1500.0]}
    assert refused(classify, broken, columns=unit) == {"households['income_per_person']": ("CN075", 1)}


# In floats the first falls below the exact line, the second above it; the third has a part of a đồng.
PERCENT = [(100_000, 115), (100_000, 110), (100_001, 115)]


@pytest.mark.parametrize(("base", "percent"), PERCENT[::2])
def test_lines_of_a_percentage(classify: Classify, engine: str, base: int, percent: int) -> None:
    """``100_000 * 1.15`` in floats falls below 115,000; a line is a fraction and is compared as one."""
    line = Fraction(base * percent, 100)
    std = STD.reform(poverty_line={"rural": line, "urban": line})
    incomes = [int(line * size * 12) + aside for size in (1, 7, 99) for aside in (-1, 0, 1)]
    sizes = [size for size in (1, 7, 99) for _ in range(3)]
    columns = {"area": "rural", "income": incomes, "household_size": sizes, "deprivations": 3}
    each_as_assessed(classify(columns, std), table(columns).rows(named=True), std)
    if engine.endswith(ALONE):
        return
    a_month = [Decimal(int(line * 100) + aside) / 100 for aside in (-1, 0, 1)]
    decimals = {"area": "rural", "income_per_person": pl.Series(a_month, dtype=pl.Decimal(18, 2)), "deprivations": 3}
    assert [row["category"] for row in classify(decimals, std)] == ["poor", "poor", "average"]


def test_percentages_of_the_test_go_wrong_in_floats() -> None:
    (below, _), (above, _), _ = [(b * (p / 100), Fraction(b * p, 100)) for b, p in PERCENT]
    assert below < 115_000
    assert above > 110_000


@pytest.mark.parametrize("line", [1_500_000, Fraction(10**9, 7)], ids=str)
def test_64_bits_are_not_left(classify: Classify, line: Any) -> None:
    """Whatever a rule multiplies an amount by, what would leave 64 bits is refused before."""
    std = STD.reform(poverty_line={"rural": line, "urban": line})
    amounts = [10**12, 2**45, 2**55, 2**60, 2**61, 2 * 10**18, 2**62, 9 * 10**18, 2**63 - 1]
    sizes = [3] * len(amounts) + [None] * len(amounts)
    for name in ("income", "income_per_person"):
        twice = pl.Series([*amounts, *amounts], dtype=pl.Int64)
        columns = {"area": "rural", name: twice, "household_size": sizes, "deprivations": 3}
        for amount, row in zip(twice, classify(columns, std, check="defer"), strict=True):
            assert row["category"] == "not_poor" or "[CN076]" in (row["problems"] or ""), (name, amount, row)
    columns = {"area": "rural", "income": [9 * 10**18, 10**12], "household_size": 3, "deprivations": 3}
    assert refused(classify, columns, std=std) == {"households['income']": ("CN076", 1)}


def test_unsigned_and_wider_numbers(classify: Classify, engine: str) -> None:
    columns = {
        "area": "rural",
        "income": pl.Series([2**63 + 1, 2**64 - 1, 18_000_000, 18_000_001, None], dtype=pl.UInt64),
        "household_size": 1,
        "deprivations": 3,
    }
    assert refused(classify, columns) == {"households['income']": ("CN075", 2)}
    rows = classify(columns, check="defer")
    assert [row["category"] for row in rows] == [None, None, "poor", "average", None]
    assert ["[CN075]" in (row["problems"] or "") for row in rows] == [True, True, False, False, False]


def test_sums_of_duckdb_are_128_bits_wide() -> None:
    said = "SELECT i AS household_id, 'rural' AS area, 3 AS deprivations, 1 AS household_size"
    relation = duckdb.sql(f"{said}, sum(18_000_000 + i) AS income FROM range(2) t(i) GROUP BY i")
    assert "HUGEINT" in map(str, relation.types)
    assert [row["category"] for row in ENGINES["duckdb"].rows(STD.classify(relation))] == ["poor", "average"]
    decimals = duckdb.sql(f"{said}, sum((18_000_000 + i)::DECIMAL(12, 2)) AS income FROM range(2) t(i) GROUP BY i")
    assert [row["category"] for row in ENGINES["duckdb"].rows(STD.classify(decimals))] == ["poor", "average"]
    negative = duckdb.sql(f"{said}, (-5)::HUGEINT AS income FROM range(2) t(i)")
    (problem,) = problems_of(negative)
    assert problem.code in ("CN050", "CN075")


def problems_of(native: Any, **asked: Any) -> tuple[cn.Problem, ...]:
    with pytest.raises(DataProblems) as caught:
        STD.classify(native, **asked)
    return caught.value.problems


# --- what is not known --------------------------------------------------------------------------------


def test_missing_income_is_never_a_class(classify: Classify) -> None:
    """In every engine a null income falls to the ``else`` branch: not poor."""
    for income in ([1, None], pl.Series([1.0, NAN]), pl.Series([NAN, NAN])):
        rows = classify({"area": "rural", "income_per_person": income, "deprivations": [3, 3]})
        assert told(rows[1]) == (None, "poor; average; not_poor", "income_per_person", None)
    rows = classify({"area": "rural", "income": [1, None], "household_size": [1, 4], "deprivations": 3})
    assert told(rows[1])[:2] == (None, "poor; average; not_poor")
    rows = classify({"area": "rural", "income": [1, 10**10], "household_size": [1, None], "deprivations": 3})
    assert told(rows[1]) == ("not_poor", "not_poor", None, None)


def test_a_column_without_any_value_is_unknown(classify: Classify) -> None:
    """It has no type of its own in DuckDB and pyarrow, and that of texts in pandas."""
    nothing = pl.Series([None, None], dtype=pl.Null)
    columns = {"area": nothing, "income_per_person": nothing, "deprived_water": nothing, "deprivations": [3, None]}
    rows = classify(columns)
    assert [row["possible"] for row in rows] == ["poor; average; not_poor", "poor; near_poor; average; not_poor"]


def test_a_missing_indicator_is_neither_no_nor_a_missing_count(classify: Classify) -> None:
    """A null flag makes ``count >= 3`` null, and the household near-poor by fall-through."""
    tried = [*product((True, False, None), repeat=4)]
    some = ("deprived_water", "deprived_sanitation", "deprived_nutrition", "deprived_dependency")
    columns: dict[str, Any] = {"area": "rural", "income_per_person": 1, **dict.fromkeys(FLAGS, False)}
    columns |= {name: [truths[i] for truths in tried] for i, name in enumerate(some)}
    frame = table(columns)
    rows = classify(frame)
    each_as_assessed(rows, frame.rows(named=True))
    assert {row["category"] for row in rows} == {"poor", "near_poor", None}
    rows = classify({"area": "rural", "income_per_person": 1, "deprivations": [None, 2, 3]})
    assert [row["possible"] for row in rows] == ["poor; near_poor", "near_poor", "poor"]


def test_booleans_are_counted(classify: Classify) -> None:
    """``bool + bool`` is "or" in numpy, a number in polars, an error elsewhere; sums skip nulls."""
    names = list(FLAGS)
    columns: dict[str, Any] = {name: [i < n for n in range(13)] for i, name in enumerate(names)}
    rows = classify({"area": "rural", "income_per_person": 1, **columns})
    assert [row["deprivations"] for row in rows] == list(range(13))
    assert [row["category"] for row in rows] == ["near_poor"] * 3 + ["poor"] * 10
    columns = {name: [True if i < n else None for n in range(13)] for i, name in enumerate(names)}
    rows = classify({"area": "rural", "income_per_person": 1, **columns})
    assert [(r["deprivations_min"], r["deprivations_max"]) for r in rows] == [(n, 12) for n in range(13)]
    assert [row["deprivations"] for row in rows] == [None] * 12 + [12]
    assert [row["possible"] for row in rows] == ["poor; near_poor"] * 3 + ["poor"] * 10


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Float32], ids=str)
def test_nan_is_unknown(classify: Classify, dtype: Any) -> None:
    """Every comparison with NaN is False in pandas, and ``NaN >= 1`` True in polars and DuckDB."""
    columns = {
        "area": "rural",
        "income": pl.Series([NAN, 18_000.0, 1.0, 1.0, None, 1.0, 18_001.0], dtype=dtype),
        "household_size": pl.Series([1.0, NAN, 1.0, 2.0, 1.0, None, 1.0], dtype=dtype),
        "deprivations": pl.Series([3.0, 3.0, NAN, None, 3.0, 3.0, 3.0], dtype=dtype),
    }
    unit = {"income": {"unit": "thousand VND/year"}}
    known = [[None if v is None or v != v else int(v) for v in columns[n]] for n in columns if n != "area"]
    households = [
        {"area": "rural", "income": i and i * 1000, "household_size": s, "deprivations": d}
        for i, s, d in zip(*known, strict=True)
    ]
    for check in ("now", "defer"):
        each_as_assessed(classify(columns, columns=unit, check=check), households)


def test_infinity_is_a_problem(classify: Classify) -> None:
    columns = {"area": "rural", "income_per_person": [INFINITY, -INFINITY, NAN, None, 1.0], "deprivations": 3}
    assert refused(classify, columns) == {"households['income_per_person']": ("CN075", 2)}
    rows = classify(columns, check="defer")
    assert [row["category"] for row in rows] == [None, None, None, None, "poor"]
    assert [row["possible"] for row in rows] == [
        None,
        None,
        "poor; average; not_poor",
        "poor; average; not_poor",
        "poor",
    ]


def test_nan_as_pandas_writes_it() -> None:
    """In columns of objects, of floats, of nullable floats and of texts."""
    base = {"income_per_person": [1_700_000.0, NAN, 1.0], "deprivations": [3, 3, 3]}
    for area in (
        pd.Series(["urban", "urban", NAN]),
        pd.Series(["urban", "urban", None], dtype=object),
        pd.Series(["urban", "urban", pd.NA], dtype="string"),
        pd.Series(["urban", "urban", pd.NA], dtype="category"),
    ):
        for income in ("float64", "Float64", "float64[pyarrow]"):
            frame = pd.DataFrame({"area": area, **base}).astype({"income_per_person": income})
            rows = ENGINES["pandas"].rows(STD.classify(frame))
            assert [row["category"] for row in rows] == ["poor", None, "poor"]
            assert rows[1]["possible"] == "poor; average; not_poor"


# --- codes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical], ids=str)
def test_an_unknown_code_is_not_the_other_branch(classify: Classify, dtype: Any) -> None:
    """``when(area == "urban").otherwise(rural)``: a typo becomes rural."""
    areas = pl.Series(["rual", "urban", "rural", "rual", "Rural", None], dtype=dtype)
    columns = {"area": areas, "income_per_person": 1_700_000, "deprivations": 3}
    with pytest.raises(DataProblems) as caught:
        classify(columns)
    (problem,) = caught.value.problems
    assert (problem.where, problem.code, problem.count) == ("households['area']", "CN047", 3)
    assert "'rual' (2)" in problem.message
    assert "'Rural' (1)" in problem.message
    rows = classify(columns, check="defer")
    assert [row["category"] for row in rows] == [None, "poor", "average", None, None, None]
    assert [row["possible"] for row in rows] == [None, "poor", "average", None, None, "poor; average"]


@pytest.mark.parametrize(
    "dtype", [pl.Categorical, pl.Enum(["rural", "urban"]), pl.Enum(["urban", "rural", "other"])], ids=str
)
def test_categoricals_with_missing_values(classify: Classify, dtype: Any) -> None:
    """``==`` and ``is_in`` give False, True or null of a missing category, by engine."""
    columns = {
        "area": pl.Series(["rural", None, "urban", None], dtype=dtype),
        "income_per_person": [1_700_000, 1_700_000, 1_700_000, 1],
        "deprivations": 3,
    }
    frame = table(columns)
    for check in ("now", "defer"):
        each_as_assessed(classify(frame, check=check), frame.rows(named=True))


def test_a_category_that_no_row_has(classify: Classify) -> None:
    columns = {"area": pl.Series(["rural", None], dtype=pl.Enum(["rural"])), "income_per_person": 1_700_000}
    assert [row["possible"] for row in classify(columns | {"deprivations": 3})] == ["average", "poor; average"]


def test_an_empty_text_is_unknown_in_every_kind_of_column(classify: Classify) -> None:
    for dtype in (pl.String, pl.Categorical):
        columns = {"area": pl.Series(["", "rural", None], dtype=dtype), "income_per_person": 1_700_000}
        rows = classify(columns | {"deprivations": 3})
        assert [row["possible"] for row in rows] == ["poor; average", "average", "poor; average"]


def test_categories_of_arrow_and_duckdb() -> None:
    areas = pa.array(["rural", None, "urban", ""])
    base = {KEY: [0, 1, 2, 3], "income_per_person": [1_700_000] * 4, "deprivations": [3] * 4}
    of_texts = pa.DictionaryArray.from_arrays(pa.array([0, None, 1, 2]), pa.array(["rural", "urban", None]))
    for column in (areas, areas.dictionary_encode(), of_texts):
        rows = ENGINES["pyarrow"].rows(STD.classify(pa.table({"area": column, **base})))
        assert [row["possible"] for row in rows] == ["average", "poor; average", "poor", "poor; average"]
    values = "(0, 'rural'), (1, NULL), (2, 'urban')"
    enum = f"SELECT i AS {KEY}, a::ENUM('rural', 'urban') AS area FROM (VALUES {values}) t(i, a)"
    relation = duckdb.sql(f"SELECT *, 1700000 AS income_per_person, 3 AS deprivations FROM ({enum})")
    assert any(str(t).startswith("ENUM") for t in relation.types)
    rows = ENGINES["duckdb"].rows(STD.classify(relation))
    assert [row["possible"] for row in rows] == ["average", "poor; average", "poor"]


CODES = {"area": {"from": "ttnt", "codes": {1: "urban", 2: "rural"}}}


def test_numbered_codes_with_missing_values(classify: Classify) -> None:
    """A missing value turns the codes of pandas into floats."""
    columns = {"ttnt": [1, 2, None], "income_per_person": 1_700_000, "deprivations": 3}
    rows = classify(columns, columns=CODES)
    assert [row["possible"] for row in rows] == ["poor", "average", "poor; average"]
    assert refused(classify, columns | {"ttnt": [1, 3, 3]}, columns=CODES) == {"households['ttnt']": ("CN047", 2)}


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def test_both_spellings_of_an_accent(classify: Classify) -> None:
    """``Nông thôn`` in composed and in decomposed letters look alike and differ."""
    assert nfd("Nông thôn") != "Nông thôn"
    urban, rural = "Thành thị", "Nông thôn"
    for known in ({urban: "urban", rural: "rural"}, {nfd(urban): "urban", nfd(rural): "rural"}):
        columns = {"khu_vuc": [nfd(urban), nfd(rural), urban, rural, None], "income_per_person": 1_700_000}
        spec = {"area": {"from": "khu_vuc", "codes": known}}
        rows = classify(columns | {"deprivations": 3}, columns=spec)
        assert [row["possible"] for row in rows] == ["poor", "average", "poor", "average", "poor; average"]
        columns["khu_vuc"] = ["Nong thon", urban, rural, rural, None]
        asked = refused(classify, columns | {"deprivations": 3}, columns=spec)
        assert asked == {"households['khu_vuc']": ("CN047", 1)}


def test_keys_that_only_look_alike_do_not_lose_persons(classify: Classify, engine: str) -> None:
    """A household and its person under two spellings of one key are told, not left apart in silence."""
    kind = kind_of(engine)
    homes = pl.DataFrame({KEY: ["Hộ 1", "Hộ 2"], "area": "rural", "income_per_person": 1})
    persons = pl.DataFrame({KEY: [nfd("Hộ 1"), "Hộ 2"], "internet": [True, False]})
    with pytest.raises(DataProblems) as caught:
        STD.classify(kind.make(homes), kind.make(persons))
    assert {p.code: p.count for p in caught.value.problems} == {"CN082": 1, "CN086": 1}


# --- branches -----------------------------------------------------------------------------------------


def test_nobody_is_not_a_household(classify: Classify) -> None:
    """The cross-multiplied test says poor for an income of nothing and no members."""
    columns = {"area": "rural", "income": [0, 0, 1, 0], "household_size": [0, 1, -1, None], "deprivations": 3}
    assert refused(classify, columns) == {"households['household_size']": ("CN050", 2)}
    rows = classify(columns, check="defer")
    assert [row["category"] for row in rows] == [None, "poor", None, "poor"]
    assert ["[CN050]" in (row["problems"] or "") for row in rows] == [True, False, True, False]


def test_no_branch_divides_by_zero(classify: Classify) -> None:
    """The branch that is not chosen is computed too."""
    columns = {
        "area": "rural",
        "income": [0.0, 18e6, 1e10, None],
        "floor_area": [0.0, 8.0, None, 7.999],
        "mezzanine_area": 0.0,
        "household_size": pl.Series([0, 1, None, 1], dtype=pl.Int8),
    }
    rows = classify(columns, check="defer")
    assert [row["problems"] is not None for row in rows] == [True, False, False, False]
    assert [row["category"] for row in rows] == [None, None, "not_poor", None]
    assert [row["deprived_living_area"] for row in rows] == [None, False, None, True]


# --- names --------------------------------------------------------------------------------------------


def test_misspelt_names_are_errors(classify: Classify) -> None:
    """A peer runs on without the column that was misspelt."""
    columns = {"area": ["rural"], "thunhap": [1], "deprivations": [3]}
    for spec, place, code, near in (
        ({"incom": "thunhap"}, "columns['incom']", "CN041", "income"),
        ({"income": "thunhp"}, "columns['income']", "CN071", "thunhap"),
        ({"income": {"from": "thu nhập"}}, "columns['income']", "CN071", "thunhap"),
    ):
        for check in ("now", "defer"):
            with pytest.raises(DataProblems) as caught:
                classify(columns, columns=spec, check=check)
            (problem,) = caught.value.problems
            assert (problem.where, problem.code) == (place, code)
            assert near in problem.remedy
