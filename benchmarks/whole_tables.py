"""Time and weigh whole tables of households: the library against the rule written by hand.

    python benchmarks/whole_tables.py [--sizes 1,10,27] [--rounds 5] [--data FOLDER] [--readme]

Sizes are millions of households. Each group of contenders runs in a process of its own, so that
none inherits the memory of another; inside it they are timed in turn and the best of the rounds
counts. A group first holds all that it times to the same answers. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import by_hand
import streaming
import synthetic
from baseline import ANSWERS, FACTS
from measure import Row, in_turn, library, write_readme, write_section

STANDARD = "vn-2022"
MILLION = synthetic.MILLION
CHECKED = 200_000  # rows whose answers are compared before anything is timed

Contenders = Mapping[str, Callable[[], object]]
Found = dict[str, float]


def standard() -> Any:
    return library().standard(STANDARD)


def agree(first: Any, second: Any, what: str) -> None:
    """Leave with status 1 unless two polars frames hold the same answers."""
    for name in ANSWERS:
        if not first.get_column(name).cast(second.schema[name]).equals(second.get_column(name)):
            raise SystemExit(f"{what}: {name} differs")


# ---------------------------------------------------------------------- in memory


def group_polars(path: Path, rounds: int) -> Found:
    """Polars frames, against polars by hand and a plain sum of the same columns."""
    import polars as pl

    frame, std = pl.read_parquet(path), standard()
    lazy, few = frame.lazy(), frame.head(CHECKED)
    wanted = by_hand.with_polars(few.lazy()).collect()
    agree(std.classify(few.lazy(), check="defer").collect(), wanted, "polars, lazy")
    agree(std.classify(few), wanted, "polars, eager")
    found = in_turn(
        {
            "by hand, in-memory engine": lambda: by_hand.with_polars(lazy).collect(engine="in-memory"),
            "by hand, streaming engine": lambda: by_hand.with_polars(lazy).collect(engine="streaming"),
            "lazy": lambda: std.classify(lazy, check="defer").collect(engine="in-memory"),
            "streaming": lambda: std.classify(lazy, check="defer").collect(engine="streaming"),
            "eager": lambda: std.classify(frame),
            "sum": lambda: sums(lazy, FACTS).collect(engine="streaming"),
        },
        rounds,
    )
    return found | {"by hand": min(found["by hand, in-memory engine"], found["by hand, streaming engine"])}


def sums(lazy: Any, names: tuple[str, ...]) -> Any:
    """What reading the columns costs: the sum of each, and how often the area is one code."""
    import polars as pl

    return lazy.select((pl.col(n) == "urban").sum() if n == "area" else pl.col(n).sum() for n in names)


def group_pandas(path: Path, rounds: int) -> Found:
    """Pandas frames with nullable types and Arrow tables, against pandas and NumPy by hand."""
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

    table, std = pq.read_table(path), standard()
    frame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}.get)
    few = frame.head(CHECKED)
    wanted = pl.from_pandas(by_hand.with_pandas(few)[list(ANSWERS)])
    agree(pl.from_pandas(std.classify(few, check="defer")[list(ANSWERS)]), wanted, "pandas")
    agree(pl.from_arrow(std.classify(table.slice(0, CHECKED), check="defer").select(ANSWERS)), wanted, "pyarrow")
    columns = {n: (frame[n].array._data, frame[n].array._mask) for n in FACTS if n != "area"}
    area = frame["area"].cat.set_categories(synthetic.AREAS).cat.codes.to_numpy()
    columns["area"] = (area, area < 0)
    return in_turn(
        {
            "by hand, pandas": lambda: by_hand.with_pandas(frame),
            "by hand, NumPy": lambda: by_hand.with_numpy(columns),
            "pandas": lambda: std.classify(frame, check="defer"),
            "pandas, checked": lambda: std.classify(frame),
            "pyarrow": lambda: std.classify(table, check="defer"),
            "pyarrow, checked": lambda: std.classify(table),
        },
        rounds,
    )


def group_duckdb(path: Path, rounds: int) -> Found:
    """DuckDB tables, against SQL by hand; each answer becomes a table."""
    import duckdb
    import polars as pl

    connection, std = duckdb.connect(), standard()
    connection.execute(f"CREATE TABLE households AS FROM '{path}'")
    connection.execute(f"CREATE VIEW few AS FROM households LIMIT {CHECKED}")
    by_hand.duckdb_tables(connection)

    def made(query: str) -> None:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE answers AS {query}")

    def answered(query: str) -> Any:
        return pl.from_arrow(connection.sql(query).to_arrow_table()).sort("household_id")

    def related(name: str) -> str:
        return std.classify(connection.table(name), check="defer").sql_query()

    def of_answers(query: str) -> str:
        return f"SELECT household_id, {', '.join(ANSWERS)} FROM ({query})"

    wanted = answered(by_hand.duckdb_query("few"))
    agree(answered(related("few")), wanted, "DuckDB, relation")
    agree(answered(std.to_sql("duckdb", households="few", columns=FACTS)), wanted, "DuckDB, to_sql")
    query = by_hand.duckdb_query("households")
    hand_answers, to_sql = of_answers(query), of_answers(std.to_sql("duckdb", households="households", columns=FACTS))
    total = ", ".join(f"sum({n})" if n in ("income", "household_size") else f"count(*) FILTER ({n})" for n in FACTS[1:])
    return in_turn(
        {
            "by hand": lambda: made(query),
            "by hand, answers only": lambda: made(hand_answers),
            "relation": lambda: made(related("households")),
            "to_sql": lambda: made(to_sql),
            "sum": lambda: connection.execute(f"SELECT count(*) FILTER (area = 'urban'), {total} FROM households").fetchall(),
        },
        rounds,
    )


# ------------------------------------------------------------------- from Parquet


def group_parquet(path: Path, rounds: int) -> Found:
    """A Parquet file classified as it is read, against reading and summing it."""
    import polars as pl

    std = standard()

    def scan() -> Any:
        return pl.scan_parquet(path)

    def counted(lazy: Any) -> Any:
        return lazy.group_by("area", "category").len().collect(engine="streaming")

    def used(lazy: Any) -> None:
        """Every answer made and let go, batch by batch."""
        lazy.select("household_id", *ANSWERS).sink_batches(lambda _: None)

    first, second = counted(by_hand.with_polars(scan())), counted(std.classify(scan(), check="defer"))
    if sorted(first.rows(), key=str) != sorted(second.rows(), key=str):
        raise SystemExit("Parquet: the counts differ")
    checked = ("area", "income", "household_size")
    return in_turn(
        {
            "sum": lambda: sums(scan(), FACTS).collect(engine="streaming"),
            "sum, checked columns": lambda: sums(scan(), checked).collect(engine="streaming"),
            "counted": lambda: counted(std.classify(scan(), check="defer")),
            "counted, by hand": lambda: counted(by_hand.with_polars(scan())),
            "all answers": lambda: used(std.classify(scan(), check="defer")),
            "all answers, by hand": lambda: used(by_hand.with_polars(scan())),
            "check": lambda: std.classify(scan(), check="now"),
        },
        rounds,
    )


# ------------------------------------------------------------------------ the run


GROUPS: Mapping[str, Callable[[Path, int], Found]] = {
    "polars": group_polars,
    "pandas": group_pandas,
    "duckdb": group_duckdb,
    "parquet": group_parquet,
}


def in_own_process(program: str, *arguments: object) -> Any:
    """Run a script beside this one in a fresh interpreter; return the JSON of its last line."""
    command = [sys.executable, str(Path(__file__).with_name(program)), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


# (what is measured, group, over, under, goal); a ratio of best times.
RATIOS: tuple[tuple[str, str, str, str, float | None], ...] = (
    ("polars lazy / by hand, quicker engine", "polars", "lazy", "by hand", 1.10),
    ("polars streaming / by hand", "polars", "streaming", "by hand, streaming engine", 1.10),
    ("polars eager, checked first / by hand", "polars", "eager", "by hand", 1.40),
    ("pandas, checked first / by hand", "pandas", "pandas, checked", "by hand, pandas", 1.0),
    ("pandas / by hand", "pandas", "pandas", "by hand, pandas", None),
    ("pyarrow, checked first / pandas by hand", "pandas", "pyarrow, checked", "by hand, pandas", 1.0),
    ("pyarrow / pandas by hand", "pandas", "pyarrow", "by hand, pandas", None),
    ("NumPy by hand / pandas by hand", "pandas", "by hand, NumPy", "by hand, pandas", None),
    ("DuckDB relation / SQL by hand", "duckdb", "relation", "by hand", 1.10),
    ("DuckDB `to_sql` / SQL by hand", "duckdb", "to_sql", "by hand, answers only", 1.10),
    ("polars streaming / plain sum", "polars", "streaming", "sum", None),
    ("polars by hand / plain sum", "polars", "by hand, streaming engine", "sum", None),
    ("Parquet, classes counted / plain sum", "parquet", "counted", "sum", 1.25),
    ("Parquet, the same by hand / plain sum", "parquet", "counted, by hand", "sum", None),
    ("Parquet, all answers / plain sum", "parquet", "all answers", "sum", None),
    ("Parquet, all answers / by hand", "parquet", "all answers", "all answers, by hand", None),
    ('Parquet, `check="now"` alone / sum of the checked columns', "parquet", "check", "sum, checked columns", 1.30),
    ('Parquet, `check="now"` alone / sum of all columns', "parquet", "check", "sum", None),
)
MOST_MEMORY = 600.0
WITHOUT_GOAL = ("polars by hand", "DuckDB SQL")


def measured(sizes: list[int], rounds: int, data: Path, with_persons: bool) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """The ratios, and the memory of what streams, for each size."""
    ratios: dict[str, list[float]] = {name: [] for name, *_ in RATIOS}
    memory: dict[str, list[float]] = {how: [] for how in (*streaming.PLAIN, *(streaming.WITH_PERSONS if with_persons else ()))}
    for rows in sizes:
        files = synthetic.files(data, rows, with_persons)
        found = {
            group: in_own_process("whole_tables.py", "--group", group, "--sizes", rows / MILLION, "--rounds", rounds, "--data", data)
            for group in GROUPS
        }
        for group, times in found.items():
            for name, seconds in times.items():
                print(f"{rows / MILLION:g} M, {group}, {name}: {seconds * 1e3:,.0f} ms", flush=True)
        for name, group, over, under, _ in RATIOS:
            ratios[name].append(found[group][over] / found[group][under])
        for how in memory:
            weighed = in_own_process("streaming.py", how, *files, data / "made")
            print(f"{rows / MILLION:g} M, {how}: {weighed['MB']:,.0f} MB, {weighed['seconds']:,.1f} s", flush=True)
            memory[how].append(weighed["MB"])
    return ratios, memory


def page(sizes: list[int], ratios: dict[str, list[float]], memory: dict[str, list[float]]) -> str:
    """The table."""
    lines = [_line("measure", [f"{rows / MILLION:g} M" for rows in sizes], "goal", "met"), "|---|" + "---:|" * len(sizes) + "---:|---|"]
    goals = {name: goal for name, *_, goal in RATIOS} | {how: MOST_MEMORY for how in memory if how not in WITHOUT_GOAL}
    for found, unit, places in ((ratios, "", 2), (memory, " MB", 0)):
        for name, values in found.items():
            goal = goals.get(name)
            row = Row(name, max(values), unit, goal)  # met at every size, or not
            met = {None: "", True: "yes", False: "no"}[row.met]
            about = f"Parquet to Parquet, {name}" if unit else name
            lines.append(_line(about, [f"{v:,.{places}f}{unit}" for v in values], "" if goal is None else f"<= {goal:g}{unit}", met))
    libraries = ", ".join(f"{name} {version(name)}" for name in ("polars", "pandas", "pyarrow", "numpy", "duckdb"))
    machine = f"{date.today()}, {platform.machine()}, {os.cpu_count()} processors, {_memory()} GB; CPython {platform.python_version()}, {libraries}"
    return f"Millions of synthetic households; ratios of times, and memory at its peak. {machine}.\n\n" + "\n".join(lines)


def _line(name: str, cells: list[str], *rest: str) -> str:
    return "| " + " | ".join((name, *cells, *rest)) + " |"


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def main() -> None:
    """Measure, and write the section of RESULTS.md or the block of the README."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1", help="millions of households, with commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "chuanngheo-bench")
    parser.add_argument("--no-persons", action="store_true")
    parser.add_argument("--readme", action="store_true", help="for the README: a section of its own in RESULTS.md, and the block")
    parser.add_argument("--group", help=argparse.SUPPRESS)
    given = parser.parse_args()
    sizes = [round(float(size) * MILLION) for size in given.sizes.split(",")]
    if given.group:
        path, _ = synthetic.files(given.data, sizes[0])
        print(json.dumps(GROUPS[given.group](path, given.rounds)))
        return
    text = page(sizes, *measured(sizes, given.rounds, given.data, not given.no_persons))
    write_section("all tables" if given.readme else "tables", f"## Whole tables\n\n{text}")
    if given.readme:
        write_readme("all tables", "peers tables")


if __name__ == "__main__":
    main()
