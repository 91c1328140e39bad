"""What an installed chuanngheo must do, run by the Python of its own environment (see ``release_check.py``).

``python tests/release_smoke.py core`` needs the core alone; ``full`` needs the extras; ``spark`` needs Java too.
Everything that is wrong is printed, at once; the exit code says whether anything is.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import chuanngheo as cn
from blocks import run_page

ROOT = Path(__file__).parent.parent
LINES = 12  # of what went wrong
DAY = date(2026, 3, 1)
HOME = {"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}
TABLES = ("polars", "pandas", "pyarrow", "duckdb", "pyspark", "numpy")
EXAMPLES = ("vlss_1998.py", "synthetic_population.py")
PAGES = (  # each extra has one
    "README.md",
    "README.vi.md",
    "docs/en/tables.md",
    "docs/en/review.md",
    "docs/en/measures.md",
    "docs/en/surveys.md",
    "docs/en/pictures.md",
)
COMMANDS = (
    (0, "--version"),
    (0, "list"),
    (0, "show vn-2022"),
    (0, "line poverty_line --on 2026-03-01 --area rural --json"),
    (0, "assess --on 2026-03-01 area=rural income_per_person=1500000 deprivations=3 --explain --lang vi"),
    (4, "assess --on 2026-03-01 area=rural"),
    (0, "compare vn-2022 vn-2027 --lang en"),
    (0, "check docs/examples/local.yaml --no-audit"),
    (0, "explain CN014"),
    (3, "show vn-1800"),
)


def script(*words: str) -> subprocess.CompletedProcess[str]:
    """The script ``chuanngheo`` of this environment."""
    return ran(str(Path(sys.executable).with_name("chuanngheo")), *words)


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT)


def is_installed() -> None:
    home = Path(str(cn.__file__))
    assert ROOT / "src" not in home.parents, f"{home} is the checkout, not what was installed"


def one_household() -> None:
    a = cn.assess(HOME, on=DAY)
    assert (a.category, a.status, a.basis) == ("poor", "decided", "criteria"), a
    assert "recognition by the competent authority" in a.explain("en")
    assert "hộ nghèo" in a.explain("vi").lower()
    assert len(a.flips()) == 2
    assert json.loads(json.dumps(a.to_dict()))["category"] == "poor"
    assert cn.assess({**HOME, "deprivations": None}, on=DAY).possible == ("poor", "near_poor")
    problems = []
    try:
        cn.assess({**HOME, "area": "town", "deprivation": 2}, on=DAY)
    except cn.HouseholdError as error:
        problems = list(error.problems)
    assert len(problems) == 2, problems


def laws() -> None:
    assert len(cn.standards()) == 9
    assert cn.line("poverty_line", on=DAY, area="rural").unit == "VND/person/month"
    assert [need.standard.id for need in cn.for_review(2026)] == ["vn-2022", "vn-2027"]
    assert cn.read_standard(ROOT / "docs" / "examples" / "local.yaml").id == "vn-mau-2099"
    assert "select" in cn.standard("vn-2022").to_sql("duckdb", columns=list(HOME)).lower()


def proofs() -> None:
    assert cn.audit("vn-2011@1").of("hole")[0].witness["income_per_person"] == 400_001
    assert "vn-2027" in cn.compare("vn-2022", "vn-2027").text("en")


def stable() -> None:
    from chuanngheo.stable import v1

    assert v1.assess(HOME, on=DAY).category == "poor"


def only_the_core() -> None:
    there = [name for name in TABLES if importlib.util.find_spec(name)]
    assert not there, f"the core brought {', '.join(there)} along"
    said = script("--version")
    assert (said.returncode, said.stderr.count("\n")) == (3, 1), "without its extra the script says what to install"
    assert "chuanngheo[cli]" in said.stderr


def page(name: str) -> None:
    os.chdir(ROOT)
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for one in run_page(name, Path(folder)):
            said = one.said.text if one.said else ""
            if (one.printed, one.status) != (said, 0):
                wrong.append(f"{name}:{one.block.line} printed\n{one.printed}where the page says\n{said}")
    assert not wrong, "\n".join(wrong)


def example(name: str) -> None:
    done = ran(sys.executable, str(ROOT / "docs" / "examples" / name))
    assert done.returncode == 0, done.stderr


def command(status: int, line: str) -> None:
    done = script(*line.split())
    assert done.returncode == status, f"exit code {done.returncode}, not {status}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr


def tables() -> None:
    import duckdb
    import pandas as pd
    import polars as pl

    rows = pl.DataFrame(
        {"area": ["rural", "urban"], "income_per_person": [1_500_000, 2_500_000], "deprivations": [3, None]}
    )
    std = cn.standard("vn-2022")
    expected = ["poor", "average"]
    assert std.classify(rows)["category"].to_list() == expected
    assert std.classify(rows.lazy()).collect()["category"].to_list() == expected
    assert std.classify(rows.to_arrow())["category"].to_pylist() == expected
    pandas = pd.DataFrame(
        {"area": ["rural", "urban"], "income_per_person": [1_500_000, 2_500_000], "deprivations": [3, 3]}
    )
    assert list(std.classify(pandas)["category"]) == expected
    relation = duckdb.sql("SELECT 'rural' AS area, 1500000 AS income_per_person, 3 AS deprivations")
    assert [row[0] for row in std.classify(relation).project("category").fetchall()] == ["poor"]


def spark() -> None:
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        frame = session.createDataFrame([("rural", 1_500_000, 3)], ["area", "income_per_person", "deprivations"])
        assert [row["category"] for row in cn.standard("vn-2022").classify(frame).collect()] == ["poor"]
    finally:
        session.stop()


CORE: dict[str, Callable[[], Any]] = {
    "installed": is_installed, "one household": one_household, "laws": laws, "proofs": proofs, "stable names": stable,
}  # fmt: skip
FULL: dict[str, Callable[[], Any]] = {
    **CORE,
    **{f"page {name}": lambda name=name: page(name) for name in PAGES},
    **{f"example {name}": lambda name=name: example(name) for name in EXAMPLES},
    **{f"chuanngheo {line}": lambda status=status, line=line: command(status, line) for status, line in COMMANDS},
    "tables": tables,
}
SHARES = {"core": {**CORE, "only the core": only_the_core}, "full": FULL, "spark": {**CORE, "spark": spark}}


def main(share: str) -> int:
    failed = 0
    for name, check in SHARES[share].items():
        try:
            check()
        except Exception:
            failed += 1
            print(f"FAILED {name}\n{''.join(traceback.format_exc().splitlines(keepends=True)[-LINES:])}")
    print(f"{len(SHARES[share]) - failed} of {len(SHARES[share])} checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
