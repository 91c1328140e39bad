"""Measures and moves over a table, against the same by hand and against a peer.

    python benchmarks/measures.py [--households 1000000] [--rounds 5]

The same numbers in turn, in one process: measures of incomes against NumPy, Alkire-Foster against NumPy
and mpitb, standard errors against a Taylor linearisation in NumPy, a change of standards against two
``classify`` and a count. What is timed was compared first. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import platform
from importlib.metadata import version
from math import isclose

import numpy as np
import pandas as pd
import polars as pl

from measure import Row, environment, in_turn, library, table, write_section

FLAGS = tuple(f"d{n}" for n in range(12))
LINE, CUT = 1_500_000, 4
LATER = "vn-2022", "vn-2027"


def homes(number: int) -> pl.DataFrame:
    """Synthetic households with weights, strata and primary units; nothing is unknown."""
    dice = np.random.default_rng(1)
    flags = {name: dice.random(number) < 0.25 for name in FLAGS}
    return pl.DataFrame({
        "area": np.where(dice.random(number) < 0.35, "urban", "rural"),
        "income_per_person": dice.integers(100, 9_000, number) * 1_000,
        "weight": dice.random(number) + 0.5,
        "stratum": dice.integers(0, 60, number),
        "unit": dice.integers(0, 40, number),
        "deprivations": sum(flag.astype(np.int64) for flag in flags.values()),
        **flags,
    })


# --- by hand --------------------------------------------------------------------------------------


def gaps(frame: pl.DataFrame) -> tuple[float, float, float]:
    """Headcount, poverty gap, and the squared one."""
    income, weight = frame["income_per_person"].to_numpy(), frame["weight"].to_numpy()
    gap = np.where(income <= LINE, (LINE - income) / LINE, 0.0)
    whole = weight.sum()
    return weight[income <= LINE].sum() / whole, (weight * gap).sum() / whole, (weight * gap**2).sum() / whole


def counts(frame: pl.DataFrame) -> tuple[float, float]:
    """H and M0 of equal weights."""
    weight = frame["weight"].to_numpy()
    many = sum(frame[name].to_numpy().astype(np.int8) for name in FLAGS)
    poor = many >= CUT
    whole = weight.sum()
    return weight[poor].sum() / whole, (weight * many * poor).sum() / len(FLAGS) / whole


def error(frame: pl.DataFrame) -> float:
    """The standard error of the headcount: primary units within strata, with replacement."""
    income, weight = frame["income_per_person"].to_numpy(), frame["weight"].to_numpy()
    poor = (income <= LINE).astype(float)
    score = weight * (poor - (weight * poor).sum() / weight.sum()) / weight.sum()
    cell = frame["stratum"].to_numpy() * 40 + frame["unit"].to_numpy()
    totals = np.bincount(cell, score, 60 * 40).reshape(60, 40)
    centred = totals - totals.mean(axis=1, keepdims=True)
    return float(np.sqrt((40 / 39 * centred**2).sum()))


def two_classifications(cn: object, frame: pl.DataFrame) -> dict[tuple[str, str], int]:
    """The transitions from two answers, which says nothing of why."""
    first, second = (cn.standard(name).classify(frame)["possible"] for name in LATER)
    pairs = pl.DataFrame({"from": first, "to": second}).group_by("from", "to").len()
    return {(a, b): n for a, b, n in pairs.rows()}


# --- the comparison -------------------------------------------------------------------------------


def same(what: str, mine: object, theirs: object) -> None:
    """Leave with status 1 unless two results are the same to the ninth digit."""
    left, right = (x if isinstance(x, tuple) else (x,) for x in (mine, theirs))
    if len(left) != len(right) or not all(isclose(a, b, rel_tol=1e-9) for a, b in zip(left, right, strict=True)):
        raise SystemExit(f"{what}: {mine}, by hand {theirs}")


def ratios(frame: pl.DataFrame, rounds: int) -> list[Row]:
    cn = library()
    from mpitb.core import MPIToolbox

    from chuanngheo import measures as ms

    weighted, drawn = ms.survey("weight"), ms.survey("weight", strata="stratum", psu="unit")
    asked = {"income": "income_per_person", "line": LINE, "poor_at_line": True}
    plain = frame.select("weight", *FLAGS)

    def of_gaps() -> tuple[float, ...]:
        tables = (ms.headcount(frame, weighted, **asked), ms.poverty_gap(frame, weighted, **asked), ms.fgt(frame, weighted, alpha=2, **asked))
        return tuple(t["value"].item() for t in tables)

    def of_counts(flags: pl.DataFrame = plain) -> tuple[float, float]:
        summary = ms.alkire_foster(flags, weighted, weights=ms.equal_weights(FLAGS), k=f"{CUT}/{len(FLAGS)}").summary
        return summary["value"][0], summary["value"][2]

    def of_error() -> float:
        return ms.headcount(frame, drawn, **asked)["se"].item()

    def of_moves() -> dict[tuple[str, str], int]:
        moves = cn.compare(*LATER).on(frame)
        return {(r["from"], r["to"]): r["households"] for r in moves.matrix.iter_rows(named=True)}

    small = plain.head(20_000)
    pandas = small.to_pandas().astype(dict.fromkeys(FLAGS, int))

    def of_peer(rows: pd.DataFrame = pandas) -> float:
        box = MPIToolbox()
        box.svyset(weight="weight")
        box.set(name="m", dimensions=[(list(FLAGS), "all")])
        with contextlib.redirect_stdout(io.StringIO()):
            made = box.est(rows, "m", [100 * CUT / len(FLAGS) - 1], weights=dict.fromkeys(FLAGS, 1 / len(FLAGS)), svy=True)
        return float(next(r["b"] for r in made if r["measure"] == "H"))

    same("headcount and gaps", of_gaps(), gaps(frame))
    same("Alkire-Foster", of_counts(), counts(frame))
    same("mpitb", of_counts(small)[0], of_peer())
    same("standard error", of_error(), error(frame))
    if of_moves() != two_classifications(cn, frame):
        raise SystemExit("the transitions differ from two classifications")

    def over(mine: object, theirs: object) -> float:
        best = in_turn({"library": mine, "other": theirs}, rounds)
        return best["library"] / best["other"]

    return [
        Row("headcount, gap, squared gap / NumPy by hand", over(of_gaps, lambda: gaps(frame))),
        Row("Alkire-Foster, all its tables / H and M0 in NumPy by hand", over(of_counts, lambda: counts(frame))),
        Row("headcount with standard error / NumPy by hand", over(of_error, lambda: error(frame))),
        Row("moves with every clause / two `classify` and a count", over(of_moves, lambda: two_classifications(cn, frame))),
        Row(f"Alkire-Foster of {small.height:,} households, all its tables / mpitb, H alone", over(lambda: of_counts(small), of_peer)),
    ]


def main() -> None:
    """Measure, and write the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--households", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rows = ratios(homes(given.households), given.rounds)
    libraries = ", ".join(f"{name} {version(name)}" for name in ("polars", "numpy", "svy", "mpitb"))
    about = f"{given.households:,} synthetic households. {platform.machine()}, {environment()} {libraries}."
    write_section("measures", f"## Measures and moves\n\n{about}\n\n{table(rows)}")


if __name__ == "__main__":
    main()
