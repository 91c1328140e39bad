"""Classify a Parquet file into another without ever holding it: what `whole_tables.py` weighs.

    python benchmarks/streaming.py HOW HOUSEHOLDS PERSONS FOLDER

It prints the most memory it held and the seconds it took, as JSON. It opens nothing but what this
needs, as every library that is imported weighs something.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from baseline import ANSWERS, FACTS, OF_PERSONS
from measure import library, peak_memory

KEYS = 500_000  # households whose persons are classified at once

PLAIN = ("polars", "polars, checked first", "polars by hand", "DuckDB SQL")
WITH_PERSONS = ("polars, with persons", "polars, with persons, checked first")


def standard() -> Any:
    return library().standard("vn-2022")


def with_polars(households: Path, target: Path, how: str) -> None:
    """One pass over the households."""
    import polars as pl

    lazy = pl.scan_parquet(households)
    if how.endswith("by hand"):
        import by_hand

        made = by_hand.with_polars(lazy)
    else:
        made = standard().classify(lazy, check="now" if how.endswith("checked first") else "defer")
    made.select("household_id", *ANSWERS).sink_parquet(target, compression="zstd")


def with_duckdb(households: Path, target: Path) -> None:
    """The same by `to_sql`. DuckDB holds less where it need not keep the order of the rows."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"CREATE VIEW households AS FROM '{households}'")
    connection.execute(f"COPY ({standard().to_sql('duckdb', columns=FACTS)}) TO '{target}' (COMPRESSION zstd)")


def with_persons(households: Path, persons: Path, folder: Path, check: str) -> None:
    """Households with their persons, a range of keys at a time.

    A join and a group by hold all their keys, so memory grows with the table. Both files are in
    the order of the key: a filter on it reads only the row groups of the range.
    """
    import polars as pl

    std, key = standard(), pl.col("household_id")
    last = pl.scan_parquet(households).select(key.max()).collect().item()
    for number, start in enumerate(range(0, last + 1, KEYS)):
        here = key.is_between(start, start + KEYS - 1)
        ours = pl.scan_parquet(households).drop(*OF_PERSONS, "household_size").filter(here)
        theirs = pl.scan_parquet(persons).filter(here)
        answers = std.classify(ours, theirs, check=check)
        answers.sink_parquet(folder / f"answers-{number:03}.parquet", compression="zstd")


def main() -> None:
    """Do one of them."""
    how, (households, persons, folder) = sys.argv[1], map(Path, sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    if how in WITH_PERSONS:
        with_persons(households, persons, folder, "now" if how.endswith("checked first") else "defer")
    elif how == "DuckDB SQL":
        with_duckdb(households, folder / "answers.parquet")
    else:
        with_polars(households, folder / "answers.parquet", how)
    print(json.dumps({"MB": peak_memory(), "seconds": time.perf_counter() - start}))
    for made in folder.glob("answers*.parquet"):
        made.unlink()


if __name__ == "__main__":
    main()
