"""One province, from Parquet to all report forms, timed and weighed.

    python benchmarks/province.py [--households 300000] [--rounds 3] [--data FOLDER]

Each round is a process of its own, which reads the files of `synthetic_province.py`, classifies by
the facts of form B1, counts the movements since the round before, makes Mẫu 7.1 to 7.11 by commune and
writes them as Excel and HTML. The round that took the least counts; what it answered is held against
what the generator worked out by hand. Then the same forms from a summary sheet, in turn against polars
code written for them. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

import synthetic_province as synthetic
from measure import Row, in_turn, library, peak_memory, table, write_section
from synthetic_province import INDICATORS, ON, POINTS, SINCE, YEAR
from whole_tables import in_own_process

STANDARD, METHOD = "vn-2022", "scores"
READINGS = {"b1-eight-persons": "seven_row"}  # the form does not say; the caller chooses
BY = "commune"
SAME = ("7.1", "7.4", "7.5", "7.8")  # the forms that are made by hand too
FLAGS = [f"deprived_{name}" for name in INDICATORS]
GROUPS = ("minority_household", "no_able_worker", "merit_household")
ANSWERS = ("category", "b1", "b2", *FLAGS, *GROUPS)
MOST_SECONDS, MOST_MEMORY = 10.0, 2048.0  # of the whole run, from Parquet to the files
MOVED = ("links", "earlier")

Forms = Mapping[str, Any]
Cells = dict[tuple[str, tuple[str, ...], str], tuple[Any, ...]]  # group, unit, measure → cells
Progress = Callable[[str, int, int | None], None]


# --- the run --------------------------------------------------------------------------------------


class Steps:
    """The seconds of each step: on the clock, and of both processors together."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        clock, spent = time.perf_counter(), time.process_time()
        made = work()
        self.seconds[name] = (time.perf_counter() - clock, time.process_time() - spent)
        return made


def review(
    files: Mapping[str, Path], folder: Path, step: Steps, progress: Progress | bool = True
) -> tuple[pl.DataFrame, pl.DataFrame, Any, dict[str, Any]]:
    """Everything from the files of a province to its report forms, written into a folder.

    The answers beside the households, the children's marks beside the persons of listed households,
    the movements and the forms.
    """
    std = step("load the standard", lambda: library().standard(STANDARD))
    from chuanngheo.review.layout import write_forms, write_html
    from chuanngheo.review.movements import movements
    from chuanngheo.review.reading import read_round
    from chuanngheo.review.reports import reports
    from chuanngheo.review.units import with_regions

    def read(*names: str) -> Any:
        found = read_round([files[n] for n in names], profile="canonical", on=ON, progress=progress)
        found.raise_problems()
        return found

    this = step("read the round", lambda: read("households", "persons"))
    last = step("read the round before", lambda: read("before"))
    homes = step("look up the region", lambda: with_regions(this.households, on=ON))
    asked = {"on": ON, "method": METHOD, "readings": READINGS, "groups": True}
    answers = step("classify households", lambda: std.classify(homes, this.persons, **asked))
    listed = answers.filter(pl.col("category").is_in(["poor", "near_poor"]) | pl.col("category").is_null())
    theirs = homes.join(listed, on="household_id", how="semi")
    members = this.persons.join(listed, on="household_id", how="semi")
    children = step("mark the children of those listed", lambda: std.classify_persons(theirs, members, **asked))
    beside = {name: pl.read_parquet(files[name]) for name in MOVED}
    moved = step("movements", lambda: movements(last.households, answers, since=SINCE, **beside))
    forms = step("eleven forms", lambda: reports(
        answers, children, by=BY, whole=True, movements=moved, year=YEAR, as_of=ON, status="official"
    ))  # fmt: skip
    step("write Excel", lambda: write_forms(forms.values(), folder / "forms.xlsx"))
    step("write HTML", lambda: write_html(forms.values(), folder / "forms.html"))
    return answers, children, moved, forms


def once(data: Path, households: int) -> dict[str, Any]:
    """One round: the seconds of each step, the memory at its peak, and what it answered."""
    files = synthetic.files(data, households)
    step = Steps()
    with tempfile.TemporaryDirectory() as folder:
        answers, _, _, forms = review(files, Path(folder), step)
    memory = peak_memory()
    sheet = pl.read_parquet(files["sheet"])
    known = held_against(answers, sheet)
    certain(forms, by_hand(files["sheet"]))
    return {"steps": step.seconds, "MB": memory, "known": known, "load": os.getloadavg()[0]}


def held_against(answers: pl.DataFrame, sheet: pl.DataFrame) -> float:
    """Leave with status 1 unless every certain answer is that of the sheet; the share of certain classes.

    The sheet was worked out before here and there a fact was made unknown.
    """
    both = answers.select("household_id", *ANSWERS, "b1_min", "b1_max").join(
        sheet.select("household_id", *ANSWERS), on="household_id", how="full", suffix="_by_hand"
    )
    for name in ANSWERS:
        wrong = both.filter(pl.col(name) != pl.col(f"{name}_by_hand"))
        if wrong.height or both["household_id"].null_count() or both["household_id_by_hand"].null_count():
            raise SystemExit(f"{name} differs from that by hand in {wrong.height:,} households")
    if both.filter(~pl.col("b1_by_hand").is_between("b1_min", "b1_max")).height:
        raise SystemExit("b1 by hand lies outside of what was said to be possible")
    return 1 - both["category"].null_count() / both.height


def certain(forms: Forms, hand: Mapping[str, Cells]) -> None:
    """Leave with status 1 unless the counts by hand lie between what is certain and what is not known."""
    for number in ("7.1", "7.4", "7.8"):
        for row in forms[number].rows:
            found = hand[number].get((row.group, row.unit, row.measure))
            if found is None:
                continue
            for sure, true, unknown in zip(row.cells, found, row.unknown, strict=True):
                if isinstance(sure, int) and (sure > true or (true - sure > unknown and row.measure != "persons")):
                    raise SystemExit(f"form {number}, {row.label['vi']}: {sure} and {unknown} unknown, by hand {true}")


# --- the same by hand -----------------------------------------------------------------------------


def by_library(sheet: Path) -> Forms:
    """A summary sheet (B1, B2, the indicators, the groups) to four forms."""
    from chuanngheo.review.reports import reports

    std = library().standard(STANDARD)
    answers = std.classify(pl.read_parquet(sheet).drop("category"), method=METHOD)
    found: Forms = reports(answers, numbers=SAME, by=BY, whole=True, year=YEAR, as_of=ON)
    return found


def by_hand(sheet: Path) -> dict[str, Cells]:
    """The cells of the same forms, as one writes it for this province: nothing is checked, nothing may be unknown."""
    line = pl.when(pl.col("area") == "urban").then(POINTS["urban"]).otherwise(POINTS["rural"])
    low, many = pl.col("b1") <= line, pl.col("b2") >= 30
    classed = pl.scan_parquet(sheet).with_columns(poor=low & many, near_poor=low & ~many)
    kinds = ("poor", "near_poor")
    marks = {f"{k}.{g}": pl.col(k) & pl.col(g) for k in kinds for g in GROUPS}
    whats = {"all": pl.lit(True), "minority": pl.col("minority_household"), **{k: pl.col(k) for k in kinds}, **marks}
    size = pl.col("household_size")
    sums = [
        *(expr.sum().alias(f"{what} households") for what, expr in whats.items() if what != "all"),
        *(size.filter(expr).sum().alias(f"{what} persons") for what, expr in whats.items() if what != "all"),
        pl.len().cast(pl.Int64).alias("all households"), size.sum().alias("all persons"),
        *((pl.col("poor") & pl.col(flag)).sum().alias(flag) for flag in FLAGS),
    ]  # fmt: skip
    counted = classed.group_by("area", BY).agg(sums).collect()
    columns = [c for c in counted.columns if c not in ("area", BY)]
    total = counted.with_columns(pl.lit("total").alias("area"))
    both = pl.concat([counted, total])
    of_area = both.group_by("area").agg(pl.col(columns).sum()).with_columns(pl.lit(None, pl.String).alias(BY))
    rows = pl.concat([of_area.select(both.columns), both])

    def share(part: str, of: str) -> pl.Expr:
        return pl.when(pl.col(of) > 0).then(100 * pl.col(part) / pl.col(of))

    def cells(measure: str, *exprs: pl.Expr) -> Cells:
        made = rows.select("area", BY, *(e.alias(f"cell {i}") for i, e in enumerate(exprs)))
        return {(area, () if unit is None else (unit,), measure): tuple(rest) for area, unit, *rest in made.rows()}

    n, poor, near = "all households", "poor households", "near_poor households"
    first = [pl.col(n), pl.col("all persons"), pl.col(poor), share(poor, n), pl.col(near), share(near, n)]
    groups: Cells = {}
    for measure in ("households", "persons"):
        order = ["all", "minority", *kinds, *(f"{k}.{g}" for g in GROUPS for k in kinds)]
        groups |= cells(measure, *(pl.col(f"{what} {measure}") for what in order))
    return {
        "7.1": cells("", *first),
        "7.4": cells("", pl.col(poor), *map(pl.col, FLAGS)),
        "7.5": cells("", pl.col(poor), *(share(flag, poor) for flag in FLAGS)),
        "7.8": groups,
    }


def agree(forms: Forms, hand: Mapping[str, Cells]) -> None:
    """Leave with status 1 unless the forms hold the cells by hand, rates to the ninth decimal."""
    for number in SAME:
        made = {(row.group, row.unit, row.measure): row.cells for row in forms[number].rows}
        if not made or not set(made) <= set(hand[number]):
            raise SystemExit(f"form {number}: its rows differ from those by hand")
        for place, cells in made.items():
            for mine, theirs in zip(cells, hand[number][place], strict=True):
                if (mine is None) != (theirs is None) or (mine is not None and abs(float(mine) - theirs) > 1e-9):
                    raise SystemExit(f"form {number}, {place}: {mine}, by hand {theirs}")


def ratios(data: Path, households: int, rounds: int) -> dict[str, float]:
    """The seconds of the library and of the code by hand, from the summary sheet, in turn."""
    sheet = synthetic.files(data, households)["sheet"]
    agree(by_library(sheet), by_hand(sheet))
    return in_turn({"library": lambda: by_library(sheet), "by hand": lambda: by_hand(sheet)}, rounds)


# --- results --------------------------------------------------------------------------------------


def page(households: int, found: list[dict[str, Any]], compared: Mapping[str, float]) -> str:
    """The section of RESULTS.md."""
    best = min(found, key=lambda run: sum(spent for _, spent in run["steps"].values()))
    clock, spent = (sum(s[i] for s in best["steps"].values()) for i in (0, 1))
    rows = [
        Row("Parquet to all forms, on the clock", clock, " s", MOST_SECONDS),
        Row("Parquet to all forms, both processors together", spent, " s"),
        *(Row(f"- {name}", of_both, " s") for name, (_, of_both) in best["steps"].items()),
        Row("memory at its peak", max(run["MB"] for run in found), " MB", MOST_MEMORY),
        Row("summary sheet to four forms / polars by hand", compared["library"] / compared["by hand"]),
    ]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("polars", "xlsxwriter"))
    machine = f"{platform.machine()}, {os.cpu_count()} processors, load average {best['load']:.1f}; CPython {platform.python_version()}, {libraries}"
    about = (
        f"{households:,} households, {4.04 * households / 1e6:.1f} million persons. {machine}. "
        f"{best['known']:.1%} of the classes are certain; the rest wait for facts that are unknown.\n\n"
        "Steps are seconds of both processors together, as the clock of a machine that does other work says little."
    )
    return f"## One province\n\n{about}\n\n{table(rows)}"


def main() -> None:
    """Measure, and write the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--households", type=int, default=synthetic.HOUSEHOLDS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "chuanngheo-bench")
    parser.add_argument("--part", choices=("once", "ratios"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part == "once":
        print(json.dumps(once(given.data, given.households)))
        return
    if given.part == "ratios":
        print(json.dumps(ratios(given.data, given.households, given.rounds)))
        return
    synthetic.files(given.data, given.households)
    shared = ("--households", given.households, "--rounds", given.rounds, "--data", given.data)
    found = [in_own_process("province.py", "--part", "once", *shared) for _ in range(given.rounds)]
    compared = in_own_process("province.py", "--part", "ratios", *shared)
    write_section("province", page(given.households, found, compared))


if __name__ == "__main__":
    main()
