"""``classify``: the same answers as the library, streamed, exact from CSV, whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner, Result

import chuanngheo as cn
from chuanngheo import cli
from chuanngheo.cli import columns, tables
from chuanngheo.cli.codes import ABSENT, FINE, USAGE, WRONG
from cli_files import COLUMNS, SURVEY, homes, write_all

STD = cn.standard("vn-2022")
BY = ("--standard", "vn-2022")


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"LC_ALL": "C.UTF-8", **environment})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_all(tmp_path)
    return tmp_path


def left_over(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


# --- answers -------------------------------------------------------------------------------------


def test_parquet_to_parquet_is_what_the_library_gives(folder: Path) -> None:
    table = homes(1_000)
    table.write_parquet("homes.parquet")
    ran = run("classify", "homes.parquet", "out.parquet", *BY)
    assert ran.exit_code == FINE, ran.output
    expected = STD.classify(table, provenance=True)
    assert_frame_equal(pl.read_parquet("out.parquet"), expected)
    for said in ("1,000 households by vn-2022@1.4", "poor household", "undetermined", "for want of area (area): 250"):
        assert said in ran.stdout
    counts = expected.group_by("category").len().rows_by_key("category")
    data = json.loads(run("classify", "homes.parquet", "again.parquet", *BY, "--json").stdout)
    assert data["classes"] == {
        c: n for c, (n,) in ((k, v[0] if isinstance(v[0], tuple) else v) for k, v in counts.items()) if c
    }
    assert data["undetermined"] == {"rows": 250, "because": {"area": 250}}
    assert (data["rows"], data["problem_rows"], data["no_class"]) == (1_000, 0, 0)


def test_csv_by_names_codes_and_units_is_exact_and_given_back_as_it_was(folder: Path) -> None:
    ran = run("classify", "survey.csv", "out.csv", "--columns", "columns.yaml", "--on", "2025-12-01")
    assert ran.exit_code == FINE, ran.output
    made = pl.read_csv("out.csv", infer_schema=False)
    before = pl.read_csv("survey.csv", infer_schema=False)
    assert_frame_equal(made.select(before.columns), before)
    assert made["category"].to_list() == ["poor", "average", None, "near_poor"]
    assert made["possible"].to_list()[2] == "poor; near_poor"
    assert made["undetermined_because"].to_list() == [None, None, "deprivations", None]
    assert set(made["standard"]) == {STD.exact_id}


def test_one_thousandth_of_a_dong_above_the_line_counts(folder: Path) -> None:
    """1,500.001 thousand đồng is one đồng above 1,500,000; no float lies between."""
    rows = [("1500", "poor"), ("150.000", None), ("1500.0001", "average"), ("1499.9999", "poor")]
    for income, category in rows:
        Path("one.csv").write_text(f"household_id,ttnt,thunhap,thieuhut\n1,02,{income},3\n", encoding="utf-8")
        ran = run("classify", "one.csv", "-", "--columns", "columns.yaml", *BY)
        if category is None:  # 150.000 could be written in Vietnam for 150000
            assert (ran.exit_code, "CN049" in ran.stderr) == (WRONG, True)
        else:
            assert ran.exit_code == FINE, ran.output
            assert f",{category}," in ran.stdout


def test_a_semicolon_a_byte_order_mark_and_blanks(folder: Path) -> None:
    text = "\ufeffhousehold_id;area;income_per_person;deprivations\n1; rural; 1500000 ;3\n2; ;1700000;\n"
    Path("excel.csv").write_text(text, encoding="utf-8")
    ran = run("classify", "excel.csv", "out.parquet", *BY)
    assert ran.exit_code == FINE, ran.output
    made = pl.read_parquet("out.parquet")
    assert made.columns[:4] == ["household_id", "area", "income_per_person", "deprivations"]
    assert made["category"].to_list() == ["poor", None]


def test_persons_truths_and_days_from_csv(folder: Path) -> None:
    Path("h.csv").write_text(
        "household_id,area,income_per_person,deprived_water\n7,rural,1400000,true\n8,rural,1400000,0\n",
        encoding="utf-8",
    )
    Path("p.csv").write_text(
        "household_id,birth_date,health_insurance\n7,1980-05-02,true\n7,2016-09-11,false\n8,,\n", encoding="utf-8"
    )
    ran = run("classify", "h.csv", "out.parquet", "--persons", "p.csv", "--on", "2024-06-01")
    assert ran.exit_code == FINE, ran.output
    table = pl.DataFrame(
        {
            "household_id": ["7", "8"],
            "area": ["rural"] * 2,
            "income_per_person": [1_400_000] * 2,
            "deprived_water": [True, False],
        }
    )
    people = pl.DataFrame(
        {
            "household_id": ["7", "7", "8"],
            "birth_date": [date(1980, 5, 2), date(2016, 9, 11), None],
            "health_insurance": [True, False, None],
        }
    )
    expected = cn.applicable(date(2024, 6, 1)).classify(table, people, on=date(2024, 6, 1), provenance=True)
    made = pl.read_parquet("out.parquet")
    answers = [c for c in expected.columns if c not in table.columns]
    assert_frame_equal(made.select(answers), expected.select(answers))
    Path("p.csv").write_text("household_id,birth_date\n7,02/05/1980\n8,2016-02-30\n", encoding="utf-8")
    ran = run("classify", "h.csv", "out2.parquet", "--persons", "p.csv", "--on", "2024-06-01")
    assert ran.exit_code == WRONG
    assert "[CN048]" in ran.output
    assert "02/05/1980" not in ran.output  # a day of birth is nobody's business


def test_suffix_method_shorthand_and_a_rule_file_of_ones_own(folder: Path) -> None:
    ran = run("classify", "homes.parquet", "a.parquet", *BY, "--column", "area=khu_vuc", "--suffix", "_2022")
    assert ran.exit_code == FINE, ran.output
    made = pl.read_parquet("a.parquet")
    assert {"category_2022", "possible_2022", "standard_2022"} <= set(made.columns)
    again = run("classify", "a.parquet", "b.parquet", "--standard", "vn-2027", "--suffix", "_2027")
    assert again.exit_code == FINE, again.output
    assert set(pl.read_parquet("b.parquet")["standard_2027"]) == {cn.standard("vn-2027").exact_id}
    own = run("classify", "homes.parquet", "own.csv", "--standard", "local.yaml")
    assert own.exit_code == FINE, own.output
    assert set(pl.read_csv("own.csv")["standard"]) == {"vn-mau-2099@1.1"}


# --- what a result names -------------------------------------------------------------------------


def test_results_name_what_made_them(folder: Path) -> None:
    run("classify", "homes.parquet", "out.parquet", *BY, "--on", "2025-12-01")
    run("classify", "homes.parquet", "out.csv", *BY, "--on", "2025-12-01")
    inside = {
        k.removeprefix("chuanngheo."): v
        for k, v in pl.read_parquet_metadata("out.parquet").items()
        if k.startswith("chuanngheo.")
    }
    beside = json.loads(Path("out.csv.meta.json").read_text(encoding="utf-8"))
    assert {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in beside.items()} == inside
    assert beside["standard"] == STD.exact_id
    assert beside["digest"] == STD.digest
    assert (beside["code_version"], beside["data_version"]) == (cn.__version__, cn.DATA_VERSION)
    assert (beside["on"], beside["method"], beside["source"]) == ("2025-12-01", "criteria", "homes.parquet")


# --- problems ------------------------------------------------------------------------------------


def bad() -> pl.DataFrame:
    return pl.DataFrame({
        "household_id": ["a", "b", "c", "d"], "area": ["rural", "rual", "urban", "rual"],
        "income_per_person": [1_500_000, 1_000_000, -1, 2_000_000], "deprivations": [3, 3, 2, 3],
    })  # fmt: skip


def test_problems_stop_before_anything_is_written(folder: Path) -> None:
    bad().write_parquet("bad.parquet")
    ran = run("classify", "bad.parquet", "out.parquet", *BY)
    assert ran.exit_code == WRONG
    with pytest.raises(cn.DataProblems) as caught:
        STD.classify(bad())
    assert caught.value.message in ran.output
    for said in ("'rual' (2) is not listed for area", "rows: 2", "row 2 (from 1) ('b'): rual", "[CN050]"):
        assert said in ran.output
    assert not Path("out.parquet").exists()
    assert not left_over(folder)
    data = json.loads(run("classify", "bad.parquet", "out.parquet", *BY, "--json").stdout)
    assert [p["count"] for p in data["problems"]] == [2, 1]
    assert data["problems"][0]["rows"][0] == {"row": 1, "key": "b", "value": "rual"}


def test_deferred_problems_are_written_counted_and_shown(folder: Path) -> None:
    bad().write_parquet("bad.parquet")
    ran = run("classify", "bad.parquet", "out.parquet", *BY, "--check", "defer")
    assert ran.exit_code == WRONG
    expected = STD.classify(bad(), check="defer", provenance=True)
    assert_frame_equal(pl.read_parquet("out.parquet"), expected)
    assert "3 rows have problems; see the column problems" in ran.stdout
    for said in (
        "area: is not a listed code [CN047]",
        "rows: 2",
        "row 2 (from 1) ('b'): rual",
        "row 4 (from 1) ('d'): rual",
    ):
        assert said in ran.stderr
    data = json.loads(run("classify", "bad.parquet", "out2.parquet", *BY, "--check", "defer", "--json").stdout)
    assert (data["problem_rows"], data["exit"]) == (3, WRONG)
    assert [r["row"] for r in data["problems"][0]["rows"]] == [1, 3]


def test_deferred_numbers_that_cannot_be_read_leave_their_rows_blank(folder: Path) -> None:
    text = SURVEY.replace("1500,3", "1.500,3").replace("1500.001", "1500.001.2").replace("1200", "nghin")
    Path("bad.csv").write_text(text, encoding="utf-8")
    now = run("classify", "bad.csv", "out.csv", "--columns", "columns.yaml", *BY)
    assert now.exit_code == WRONG
    assert "rows: 3" in now.output
    assert "line 2 (heading: 1): 1.500" in now.output
    ran = run("classify", "bad.csv", "out.csv", "--columns", "columns.yaml", *BY, "--check", "defer")
    assert ran.exit_code == WRONG
    made = pl.read_csv("out.csv", infer_schema=False)
    assert made["thunhap"].to_list() == ["1.500", "1500.001.2", "2000", "nghin"]
    assert made["problems"].is_not_null().to_list() == [True, True, False, True]
    assert made["possible"].to_list() == [None, None, "poor; near_poor", None]
    assert "income_per_person: is not a number with one sense [CN049]" in made["problems"][0]


def test_numbers_that_cannot_be_read_and_other_problems_are_told_together(folder: Path) -> None:
    Path("bad.csv").write_text(
        "household_id,area,income_per_person,deprivations\n1,rural,1500000,3\n2,rual,1,3\n3,rural,1.500.000,13\n",
        encoding="utf-8",
    )
    ran = run("classify", "bad.csv", "out.csv", *BY)
    assert ran.exit_code == WRONG
    for said in ("line 4 (heading: 1): 1.500.000", "'rual' (1) is not listed", "line 4 (heading: 1) ('3'): 13"):
        assert said in ran.output
    assert not Path("out.csv").exists()


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("x.parquet", b"no parquet", "x.parquet cannot be read as a table"),
        ("x.csv", b"area,income_per_person,deprivations\nrural,1,\xff\n", "CN212"),
        ("x.csv", b"area,income_per_person\nrural,1,2,3\n", "CN212"),
        ("x.csv", b"area,income_per_person\nrural," + b"9" * 40 + b"\n", "more than 38 digits"),
        ("x.csv", b"", "CN212"),
    ],
)
def test_what_is_no_table_is_said_without_a_traceback(folder: Path, name: str, raw: bytes, said: str) -> None:
    Path(name).write_bytes(raw)
    ran = run("classify", name, "out.parquet", *BY)
    assert ran.exit_code == WRONG, ran.output
    assert said in ran.output
    assert not Path("out.parquet").exists()
    assert not left_over(folder)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["homes.parquet", "out.xlsx", *BY], ".parquet, .csv, -"),
        (["homes.xlsx", "out.csv", *BY], ".parquet, .csv"),
        (["homes.parquet", "homes.parquet", *BY, "--force"], "both what is read and what is to be written"),
        (["homes.parquet", "out.csv"], "--standard or --on"),
        (["homes.parquet", "out.csv", *BY, "--check", "later"], "allowed: now, defer"),
        (["homes.parquet", "-", *BY, "--json"], "- or --json"),
        (["homes.parquet", "out.csv", *BY, "--column", "area"], "area=ttnt"),
        (["survey.csv", "out.csv", *BY, "--columns", "columns.yaml", "--column", "area=ttnt"], "area is given twice"),
        (["homes.parquet", "out.csv", *BY, "--person-columns", "columns.yaml"], "--persons"),
    ],
)
def test_wrong_usage(folder: Path, arguments: list[str], said: str) -> None:
    ran = run("classify", *arguments)
    assert ran.exit_code == USAGE, ran.output
    assert said in ran.output
    assert not Path("out.csv").exists()


def test_columns_that_are_not_there_or_said_wrongly(folder: Path) -> None:
    ran = run("classify", "homes.parquet", "out.csv", *BY, "--column", "area=ttn", "--column", "aera=area")
    assert ran.exit_code == WRONG
    assert "the table has no column 'ttn'" in ran.output
    assert "unknown fact 'aera'" in ran.output
    Path("list.yaml").write_text("- area\n", encoding="utf-8")
    ran = run("classify", "homes.parquet", "out.csv", *BY, "--columns", "list.yaml")
    assert (ran.exit_code, "CN211" in ran.output) == (WRONG, True)
    homes().with_columns(standard=pl.lit("mine")).write_parquet("named.parquet")
    ran = run("classify", "named.parquet", "out.csv", *BY)
    assert (ran.exit_code, "standard" in ran.output) == (WRONG, True)
    assert run("classify", "named.parquet", "out.csv", *BY, "--suffix", "_x").exit_code == FINE


# --- whole or not at all -------------------------------------------------------------------------


def test_nothing_is_overwritten_without_force(folder: Path) -> None:
    Path("out.csv").write_text("mine", encoding="utf-8")
    Path("b.csv.meta.json").write_text("mine", encoding="utf-8")
    for name in ("out.csv", "b.csv"):
        ran = run("classify", "homes.parquet", name, *BY)
        assert ran.exit_code == WRONG
        assert "--force" in ran.output
    assert Path("out.csv").read_text(encoding="utf-8") == "mine"
    assert not Path("b.csv").exists()
    assert run("classify", "homes.parquet", "out.csv", *BY, "--force").exit_code == FINE
    assert Path("out.csv").read_text(encoding="utf-8").startswith("household_id,")
    assert run("classify", "homes.parquet", "none/out.csv", *BY).exit_code == ABSENT


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, OSError])
def test_an_end_in_the_middle_leaves_what_was_there(
    folder: Path, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("out.parquet").write_bytes(b"mine")

    def stopped(self: Any, path: str, **_: Any) -> None:
        Path(path).write_bytes(b"half")
        raise error

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", stopped)
    ran = run("classify", "homes.parquet", "out.parquet", *BY, "--force")
    assert ran.exit_code == {KeyboardInterrupt: 130, RuntimeError: 70, OSError: ABSENT}[error]
    assert Path("out.parquet").read_bytes() == b"mine"
    assert not left_over(folder)


def test_a_signal_while_it_streams_leaves_nothing(folder: Path) -> None:
    """Ctrl-C in a process of its own, once it says that rows are streaming."""
    homes(4_000).write_parquet("homes.parquet")
    code = (
        "import os, signal, sys\n"
        "from chuanngheo.cli import main, tables\n"
        "seen = tables.Tally._see\n"
        "def see(self, batch):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return seen(self, batch)\n"
        "tables.Tally._see = see\n"
        "sys.argv = ['chuanngheo', 'classify', 'homes.parquet', 'out.parquet', '--standard', 'vn-2022']\n"
        "main()\n"
    )
    assert signal.SIGINT
    ran = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "LC_ALL": "C.UTF-8"})  # fmt: skip
    assert ran.returncode == 130, ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (folder / "out.parquet").exists()
    assert not left_over(folder)


# --- streams -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_rows_stream_in_batches_and_no_table_is_ever_held(
    folder: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of several batches: the answers pass in parts, and nothing collected is as long as the file."""
    rows = 300_000
    table = homes(rows)
    (table.write_parquet if ending == "parquet" else table.write_csv)(f"big.{ending}")
    batches, collected = [], []
    seen, collect = tables.Tally._see, pl.LazyFrame.collect

    def see(self: Any, batch: pl.Series) -> pl.Series:
        batches.append(len(batch))
        return seen(self, batch)

    def collecting(self: pl.LazyFrame, *args: Any, **more: Any) -> Any:
        made = collect(self, *args, **more)
        collected.append(made.height)
        return made

    monkeypatch.setattr(tables.Tally, "_see", see)
    monkeypatch.setattr(pl.LazyFrame, "collect", collecting)
    ran = run("classify", f"big.{ending}", f"out.{ending}", *BY, "--json")
    monkeypatch.undo()
    os.chdir(folder)
    assert ran.exit_code == FINE, ran.output
    assert json.loads(ran.stdout)["rows"] == rows == sum(batches)
    assert len(batches) > 1
    assert max(batches) < rows
    assert max(collected) <= columns.FIRST
    made = pl.scan_parquet("out.parquet") if ending == "parquet" else pl.scan_csv("out.csv")
    expected = STD.classify(table).get_column("category").value_counts(sort=True)
    assert_frame_equal(
        made.select("category").collect()["category"].value_counts(sort=True), expected, check_row_order=False
    )
    kept = made.select("household_id").collect()["household_id"]
    assert kept.is_sorted()
    assert kept.len() == rows


def test_the_bar_is_for_terminals_and_on_stderr(folder: Path) -> None:
    ran = run("classify", "homes.parquet", "-", *BY)
    assert ran.stdout.splitlines()[0].startswith("household_id,area,")
    assert len(ran.stdout.splitlines()) == 5
    assert "4 households by vn-2022@1.4" in ran.stderr
    terminal = run("classify", "homes.parquet", "out.parquet", *BY, FORCE_COLOR="1", TTY_COMPATIBLE="1")
    assert terminal.exit_code == FINE
    assert "classifying" in terminal.stderr
    assert "classifying" not in terminal.stdout
    assert COLUMNS.startswith("area:")
