"""Synthetic households and persons, as many as are asked for, in Parquet.

No survey is imitated: sizes and shares are plausible, no more. What matters is that many incomes
lie on a line or one đồng beside it and that a few per cent of everything is unknown. The numbers
come from NumPy with a seed for each chunk of a million households, so that a smaller file is the
beginning of a larger one, and no more than a chunk is ever in memory.

    python benchmarks/synthetic.py DIRECTORY MILLIONS [--persons]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from baseline import FLAGS

SEED = 2022
CHUNK = 1_000_000
ROW_GROUP = 250_000
MILLION = 1_000_000

SIZES = np.arange(1, 11)
SHARES = (0.10, 0.19, 0.20, 0.26, 0.13, 0.07, 0.025, 0.015, 0.006, 0.004)  # 3.6 persons on average
AREAS = ("rural", "urban")
URBAN = 0.37
YEARLY_LINES = np.array([[18_000_000, 27_000_000], [24_000_000, 36_000_000]])  # a person a year, by area
ON_A_LINE = 0.25  # of the incomes, a third of them one đồng below or above
DEPRIVED = (0.12, 0.14, 0.13, 0.20, 0.16, 0.05, 0.08, 0.09, 0.12, 0.15, 0.11, 0.07)
UNKNOWN = {"area": 0.01, "income": 0.03, "household_size": 0.02}
UNKNOWN_FLAG = 0.02
UNKNOWN_OF_PERSONS = 0.01

CODES = {
    "employment": ("working", "no_job", "unable", "studying", "not_wanting", "retired_homemaker"),
    "contract": ("with", "without", "not_wage"),
    "school_level": ("preschool", "primary", "lower_secondary", "upper_secondary", "short_course", "intermediate", "college", "university"),
    "schooling": ("none", "primary", "lower_secondary", "upper_secondary"),
    "training": ("none", "elementary", "intermediate", "college", "university", "postgraduate"),
    "social_allowance": ("none", "elderly", "disabled", "orphan"),
}


def _texts(codes: tuple[str, ...], index: np.ndarray, unknown: np.ndarray) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int8), mask=unknown), pa.array(codes))


def households(chunk: int, rows: int) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """One chunk of households, the true number of persons of each, and which have a malnourished child."""
    rng = np.random.default_rng((SEED, chunk))

    def some(share: float) -> np.ndarray:
        return rng.random(CHUNK, dtype=np.float32) < share

    size = rng.choice(SIZES, CHUNK, p=SHARES)
    urban = some(URBAN)
    per_person = np.exp(rng.standard_normal(CHUNK, dtype=np.float32) * 0.8 + 17.3).astype(np.int64)
    line = YEARLY_LINES[urban.astype(np.int8), rng.integers(0, 2, CHUNK)] + 0
    on_it = line * size + rng.integers(-1, 2, CHUNK)
    income = np.where(some(ON_A_LINE), on_it, per_person * size)
    columns = {
        "household_id": pa.array(np.arange(CHUNK, dtype=np.int64) + chunk * CHUNK),
        "area": _texts(AREAS, urban, some(UNKNOWN["area"])),
        "income": pa.array(income, mask=some(UNKNOWN["income"])),
        "household_size": pa.array(size.astype(np.int64), mask=some(UNKNOWN["household_size"])),
    }
    flags = {flag: some(share) for flag, share in zip(FLAGS, DEPRIVED, strict=True)}
    for flag, deprived in flags.items():
        columns[flag] = pa.array(deprived, mask=some(UNKNOWN_FLAG))
    return pa.table(columns).slice(0, rows), size[:rows], flags["deprived_nutrition"][:rows]


def persons(chunk: int, size: np.ndarray, malnourished: np.ndarray) -> pa.Table:
    """The persons of one chunk of households, in the order of the households; the last may have to be a child."""
    rng = np.random.default_rng((SEED, chunk, 1))
    rows = int(size.sum())

    def some(share: float) -> np.ndarray:
        return rng.random(rows, dtype=np.float32) < share

    def unknown() -> np.ndarray:
        return some(UNKNOWN_OF_PERSONS)

    def codes(name: str, index: np.ndarray, asked: np.ndarray) -> pa.DictionaryArray:
        return _texts(CODES[name], index, ~asked | unknown())

    age = rng.integers(0, 75, rows) + rng.integers(0, 25, rows)
    last = np.cumsum(size) - 1
    age[last[malnourished]] %= 16
    works = (age >= 15) & (age < 62) & some(0.9)
    child = (age >= 3) & (age < 18)
    attends = (child & some(0.97)) | ((age >= 18) & (age < 23) & some(0.35))
    level = np.select([age < 6, age < 11, age < 15, age < 18], [0, 1, 2, 3], 7)
    schooling = np.clip(np.select([age < 11, age < 15, age < 18], [0, 1, 2], rng.integers(1, 5, rows)), 0, 3)
    employment = np.where(works, some(0.02).astype(np.int8), np.where(age < 23, 3, 5))
    everybody = np.ones(rows, dtype=bool)
    return pa.table(
        {
            "household_id": pa.array(np.repeat(np.arange(len(size), dtype=np.int64) + chunk * CHUNK, size)),
            "age": pa.array(age.astype(np.int64), mask=unknown()),
            "health_insurance": pa.array(some(0.93), mask=unknown()),
            "state_paid_health_insurance": pa.array(some(0.3), mask=unknown()),
            "internet": pa.array(some(0.7), mask=unknown()),
            "social_allowance": codes("social_allowance", rng.choice(4, rows, p=(0.93, 0.04, 0.02, 0.01)), everybody),
            "employment": codes("employment", employment, age >= 15),
            "contract": codes("contract", rng.choice(3, rows, p=(0.45, 0.02, 0.53)), (age >= 15) & (employment == 0)),
            "attending_school": pa.array(attends, mask=unknown()),
            "school_level": codes("school_level", level, attends),
            "schooling": codes("schooling", schooling, age >= 6),
            "training": codes("training", rng.choice(6, rows, p=(0.6, 0.15, 0.08, 0.07, 0.09, 0.01)), age >= 15),
        }
    )


def chunks(rows: int) -> Iterator[tuple[int, int]]:
    """(number of the chunk, rows of it)."""
    for chunk, start in enumerate(range(0, rows, CHUNK)):
        yield chunk, min(CHUNK, rows - start)


def in_memory(rows: int) -> pa.Table:
    """The same households in one Arrow table."""
    return pa.concat_tables([households(c, n)[0] for c, n in chunks(rows)], promote_options="none").unify_dictionaries()


def files(folder: Path, rows: int, with_persons: bool = False) -> tuple[Path, Path]:
    """The Parquet files (zstd) of so many households and of their persons; written where they are not there."""
    ours, theirs = folder / f"households-{rows}.parquet", folder / f"persons-{rows}.parquet"
    folder.mkdir(parents=True, exist_ok=True)
    if not ours.exists() or (with_persons and not theirs.exists()):
        _write(ours, theirs if with_persons else None, rows)
    return ours, theirs


def _write(ours: Path, theirs: Path | None, rows: int) -> None:
    writers: dict[Path, pq.ParquetWriter] = {}

    def put(path: Path, table: pa.Table) -> None:
        beside = path.with_suffix(".part")
        if path not in writers:
            writers[path] = pq.ParquetWriter(beside, table.schema, compression="zstd")
        writers[path].write_table(table, row_group_size=ROW_GROUP)

    for chunk, n in chunks(rows):
        table, size, malnourished = households(chunk, n)
        put(ours, table)
        if theirs is not None:
            put(theirs, persons(chunk, size, malnourished))
    for path, writer in writers.items():
        writer.close()
        path.with_suffix(".part").rename(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("millions", type=float)
    parser.add_argument("--persons", action="store_true")
    given = parser.parse_args()
    for path in files(given.folder, int(given.millions * MILLION), given.persons):
        print(path, path.exists() and f"{path.stat().st_size / 1e6:.0f} MB")
