"""Time one household: the library against a plain function, and its first steps.

The ratios are taken in one process, side by side. Imports and first uses are
timed inside fresh interpreters that have already started, so that the start of
the interpreter itself is in none of the numbers.
"""

import os
import statistics
import subprocess
import sys
from timeit import Timer

from baseline import CASES, HOUSEHOLD, classify, classify_unrolled
from measure import (
    Row,
    check,
    environment,
    library,
    ratio,
    side_by_side,
    table,
    write_section,
)

STANDARD = "vn-2022"
FRESH_RUNS = 15

IMPORT_LIBRARY = ("", "import chuanngheo")
IMPORT_DEPENDENCIES = ("", "import attrs, yaml")
FIRST_USE = (
    "import chuanngheo as cn",
    f"cn.standard({STANDARD!r}).assess({HOUSEHOLD!r})",
)
ALL_STANDARDS = ("import chuanngheo as cn", "tuple(cn.standards())")


def repeated() -> list[Row]:
    """Compare assess and explain with the plain function."""
    assess = library().standard(STANDARD).assess
    check("the plain function", classify, CASES)
    check("the unrolled function", classify_unrolled, CASES)
    check("chuanngheo", lambda household: assess(household).category, CASES)
    names = {
        "classify": classify,
        "unrolled": classify_unrolled,
        "assess": assess,
        "household": HOUSEHOLD,
    }
    # Statements, not lambdas: one more call would be a tenth of the plain function.
    times = side_by_side(
        {
            "classify": Timer("classify(household)", globals=names),
            "unrolled": Timer("unrolled(household)", globals=names),
            "assess": Timer("assess(household).category", globals=names),
            "explain": Timer('assess(household).explain(lang="vi")', globals=names),
        }
    )
    for name, found in times.items():
        print(f"{name}: {min(found) * 1e6:.2f} us at best")
    plain = ratio(times, "assess", "classify")
    explained = ratio(times, "explain", "classify")
    unrolled = ratio(times, "assess", "unrolled")
    return [
        Row("assess / plain function", plain, goal=5),
        Row("assess and explain('vi') / plain function", explained, goal=30),
        Row("assess / plain function, its count unrolled", unrolled),
    ]


def fresh() -> list[Row]:
    """Time the import and the first uses, each in interpreters of their own."""
    programs = (IMPORT_LIBRARY, IMPORT_DEPENDENCIES, FIRST_USE, ALL_STANDARDS)
    for program in programs:
        _in_fresh_process(*program)  # Leaves compiled files behind; not counted.
    times: dict[tuple[str, str], list[float]] = {program: [] for program in programs}
    for _ in range(FRESH_RUNS):
        for program in programs:
            times[program].append(_in_fresh_process(*program))
    medians = {program: statistics.median(found) for program, found in times.items()}
    for (_, statement), median in medians.items():
        print(f"{statement[:40]}: {median * 1e3:.1f} ms in a fresh process")
    imports = medians[IMPORT_LIBRARY] / medians[IMPORT_DEPENDENCIES]
    first, every = medians[FIRST_USE] * 1e3, medians[ALL_STANDARDS] * 1e3
    return [
        Row("import chuanngheo / import attrs, yaml", imports, goal=1.3),
        Row("first use of a standard, after import", first, " ms", goal=20),
        Row("all standards loaded, after import", every, " ms", goal=150),
    ]


def _in_fresh_process(setup: str, statement: str) -> float:
    """Return the seconds `statement` takes in a new interpreter, after `setup`."""
    program = f"""
from time import perf_counter
{setup}
start = perf_counter()
{statement}
print(perf_counter() - start)
"""
    # Compiled files are kept, as they are wherever a library is used.
    environ = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


def main() -> None:
    """Measure everything and write the section of RESULTS.md."""
    rows = repeated() + fresh()
    text = f"## One household\n\n{environment()}\n\n{table(rows)}"
    write_section("one household", text)


if __name__ == "__main__":
    main()
