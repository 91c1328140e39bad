"""What the command line must not pass over: grades, days outside, ids, full disks, names of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

import chuanngheo as cn
from chuanngheo import cli
from chuanngheo.cli.codes import ABSENT, FINE, OPEN, STOPPED, USAGE, WRONG
from chuanngheo.results import DISCLAIMER
from cli_files import homes, write_all

BY = ("--standard", "vn-2022")
POOR = ("area=rural", "income_per_person=1500000", "deprivations=3")
OLD = "household_id,area,income_per_person\n1,rural,30000\n2,urban,80000\n3,urban,95000\n"


def run(*arguments: str, given: str = "", **environment: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), input=given, env={"LC_ALL": "C.UTF-8", **environment})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_all(tmp_path)
    Path("old.csv").write_text(OLD, encoding="utf-8")
    return tmp_path


# --- grades, readings, disclaimer ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", "Mức xác nhận: D, chưa được xác nhận"), ("en", "Grade: D, not confirmed")]
)
def test_a_table_by_a_standard_that_nobody_confirmed_says_so(folder: Path, lang: str, words: str) -> None:
    ran = run("classify", "old.csv", f"{lang}.csv", "--standard", "vn-1998", "--lang", lang)
    assert ran.exit_code == FINE, ran.output
    assert words in ran.stdout
    assert DISCLAIMER[lang] in ran.stdout
    said = run("classify", "old.csv", f"{lang}-2.csv", "--standard", "vn-1998", "--lang", lang, "--json").stdout
    for told in (json.loads(said), json.loads(Path(f"{lang}.csv.meta.json").read_text(encoding="utf-8"))):
        assert told["grade"] == "D"
        assert words in told["grade_text"][lang]
        assert told["disclaimer"] == dict(DISCLAIMER)


def test_a_table_names_every_reading_in_use(folder: Path) -> None:
    std = cn.standard("vn-2022")
    chosen = {name: i.default for name, i in std.interpretations.items()}
    name, interpretation = next(iter(std.interpretations.items()))
    other = next(s for s in interpretation.readings if s != interpretation.default)
    assert json.loads(run("classify", "homes.parquet", "a.csv", *BY, "--json").stdout)["readings"] == chosen
    told = json.loads(run("classify", "homes.parquet", "b.csv", *BY, "--json", "--reading", f"{name}={other}").stdout)
    assert told["readings"] == chosen | {name: other}
    assert told["readings"] == dict(std.assess({}, readings={name: other}).readings)


def test_recorded_classes_alone_have_neither_grade_nor_disclaimer(folder: Path) -> None:
    text = "household_id,recorded_category,recorded_decision,recorded_date\n1,poor,12/QĐ-UBND,2025-12-10\n"
    Path("r.csv").write_text(text, encoding="utf-8")
    ran = run("classify", "r.csv", "out.csv", *BY, "--method", "recorded", "--json")
    assert ran.exit_code == FINE, ran.output
    told = json.loads(ran.stdout)
    assert (told["grade"], told["disclaimer"], told["classes"]) == (None, None, {"poor": 1})


def test_a_short_answer_has_the_weakest_grade_it_rests_on() -> None:
    assert "\nGrade: A (" in run("assess", *BY, *POOR).stdout
    assert "\nGrade: B (" in run("assess", "--on", "2026-03-01", *POOR).stdout  # its day rests on another text
    old = run("assess", "--standard", "vn-1998", "area=rural", "income_per_person=30000", "--lang", "vi").stdout
    assert "\nMức xác nhận: D, chưa được xác nhận" in old


def test_a_day_outside_the_standard_is_always_said() -> None:
    given = ("--standard", "vn-1998", "area=rural", "income_per_person=30000")
    assert (
        "Caveat: 2026-03-01 lies outside the days vn-1998 covers.\n"
        in run("assess", *given, "--on", "2026-03-01").stdout
    )
    assert "lies outside" not in run("assess", *given, "--on", "1999-03-01").stdout


def test_a_recorded_class_shows_its_decision_and_a_day_that_is_too_late() -> None:
    given = ("assess", *BY, "recorded_category=poor", "recorded_decision=12/QĐ-UBND", "recorded_date=2025-12-10")
    said = run(*given, "--on", "2025-12-20").stdout
    assert "Recorded by decision of the competent authority: 12/QĐ-UBND, 2025-12-10\n" in said
    assert "Grade" not in said
    assert "Caveat" not in said
    vi = run(*given, "--on", "2025-03-01", "--lang", "vi").stdout
    assert "Theo quyết định công nhận của cơ quan có thẩm quyền: 12/QĐ-UBND, ngày 10/12/2025\n" in vi
    assert "Lưu ý: Quyết định công nhận ngày 10/12/2025 ban hành sau ngày xét 01/03/2025.\n" in vi


# --- ends ----------------------------------------------------------------------------------------


def script(folder: Path, *arguments: str, out: str | None = None, before: str = "") -> subprocess.CompletedProcess[str]:
    code = f"import sys\n{before}\nfrom chuanngheo.__main__ import main\nsys.argv[1:] = {list(arguments)!r}\nmain()\n"
    with open(out or os.devnull, "w") as stdout:
        return subprocess.run([sys.executable, "-c", code], cwd=folder, stdout=stdout, stderr=subprocess.PIPE, text=True,
                              encoding="utf-8", env={**os.environ, "LC_ALL": "C.UTF-8"})  # fmt: skip


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize(
    "arguments",
    [
        ["assess", *BY, *POOR],
        ["assess", *BY, *POOR, "--json"],
        ["show", "vn-2022"],
        ["schema"],
        ["--help"],
        ["--version"],
        ["classify", "homes.parquet", "-", *BY],
    ],
)
def test_a_full_disk_is_one_line(folder: Path, arguments: list[str]) -> None:
    ran = script(folder, *arguments, out="/dev/full")
    assert ran.returncode == ABSENT, ran.stderr
    told = ran.stderr.splitlines()
    assert told[-1] == "chuanngheo: standard output cannot be written: no space left"
    assert "Traceback" not in ran.stderr


def test_ctrl_c_while_the_program_opens_is_one_line(folder: Path) -> None:
    """The signal comes while a room of the command line is imported."""
    before = (
        "import os, signal\n"
        "class Meddling:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'chuanngheo.cli.households':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Meddling())"
    )
    ran = script(folder, "list", before=before)
    assert ran.returncode == STOPPED, ran.stderr
    assert ran.stderr == "chuanngheo: stopped\n"


# --- tables --------------------------------------------------------------------------------------


def test_rows_are_counted_as_a_person_counts_them_and_show_what_is_wrong(folder: Path) -> None:
    Path("bad.csv").write_text(
        "household_id,area,income_per_person,deprivations\na,rural,1.500,3\nb,rual,1500000,3\nc,rual,2.500,3\n",
        encoding="utf-8",
    )
    deferred = run("classify", "bad.csv", "out.csv", *BY, "--check", "defer").stderr
    for said in (
        "line 2 (heading: 1) ('a'): 1.500",
        "line 3 (heading: 1) ('b'): rual",
        "line 4 (heading: 1) ('c'): 2.500, rual",
    ):
        assert said in deferred
    now = run("classify", "bad.csv", "out2.csv", *BY, "--lang", "vi").output
    assert "dòng 3 (tiêu đề: 1) ('b'): rual" in now


def test_names_of_our_own_are_never_shown(folder: Path) -> None:
    Path("h.csv").write_text("id,area,income_per_person,deprivations\n1,rural,1.500.000,3\n", encoding="utf-8")
    Path("h2.csv").write_text("id,area,income_per_person,deprivations\n1,rural,1500000,3\n", encoding="utf-8")
    said = [
        run("classify", "h.csv", "o.csv", *BY, "--column", "water_source=zzz").output,
        run("classify", "h.csv", "o.csv", *BY, "--check", "defer", "--column", "water_source=zzz").output,
        run("classify", "h.csv", "o.csv", *BY, "--key", "zzz").output,
        run("compare", "vn-2016", "vn-2022", "--households", "h2.csv", "--key", "id", "--weight", "zzz").output,
        run("compare", "vn-2016", "vn-2022", "--households", "h2.csv", "--key", "id", "--column", "area=zzz").output,
    ]
    assert [s for s in said if "_cli" in s or "zzz" not in s] == []


def test_two_columns_of_one_name_are_both_named(folder: Path) -> None:
    Path("twice.csv").write_text("area;income_per_person;area\nrural;1;urban\n", encoding="utf-8")
    ran = run("classify", "twice.csv", "out.csv", *BY)
    assert ran.exit_code == WRONG
    assert "columns 1, 3 are all named 'area'" in ran.output
    assert "các cột 1, 3 cùng tên 'area'" in run("classify", "twice.csv", "out.csv", *BY, "--lang", "vi").output
    assert not Path("out.csv").exists()


def test_ids_that_repeat_or_are_empty_are_counted(folder: Path) -> None:
    Path("h.csv").write_text("household_id,area\n1,rural\n1,rural\n 1,urban\n,urban\n2,urban\n", encoding="utf-8")
    ran = run("classify", "h.csv", "out.csv", *BY)
    assert ran.exit_code == FINE
    assert "column household_id: rows that repeat an id: 2\n" in ran.stderr
    assert "column household_id: rows without an id: 1\n" in ran.stderr
    told = json.loads(run("classify", "h.csv", "out2.csv", *BY, "--json").stdout)
    assert (told["repeated_keys"], told["empty_keys"]) == (2, 1)
    assert "an id" not in run("classify", "homes.parquet", "out3.csv", *BY).stderr


def test_a_key_that_is_not_there_is_an_error_where_it_was_named(folder: Path) -> None:
    Path("h.csv").write_text("ma_ho,area\n1,rural\n", encoding="utf-8")
    ran = run("classify", "h.csv", "out.csv", *BY, "--key", "ma_hoo")
    assert ran.exit_code == WRONG
    assert "households has no column 'ma_hoo'" in ran.output
    assert "did you mean ma_ho?" in ran.output
    assert run("classify", "h.csv", "out.csv", *BY).exit_code == FINE


@pytest.mark.parametrize(("bom", "separator"), [(b"\xef\xbb\xbf", ";"), (b"", ","), (b"", "\t")])
def test_a_csv_goes_out_as_it_came_in(folder: Path, bom: bytes, separator: str) -> None:
    text = "household_id,area,income_per_person,deprivations\n1,rural,1500000,3\n".replace(",", separator)
    Path("in.CSV").write_bytes(bom + text.encode())
    ran = run("classify", "in.CSV", "out.CSV", *BY)
    assert ran.exit_code == FINE, ran.output
    written = Path("out.CSV").read_bytes()
    assert written.startswith(bom + b"household_id" + separator.encode())
    assert pl.read_csv("out.CSV", separator=separator)["category"].to_list() == ["poor"]
    assert Path("out.CSV.meta.json").exists()


def test_endings(folder: Path) -> None:
    homes().write_parquet("H.PARQUET")
    assert run("classify", "H.PARQUET", "O.Parquet", *BY).exit_code == FINE
    assert pl.read_parquet("O.Parquet").height == 4
    wrong = run("classify", "homes.parquet", "out.xls", *BY, "--lang", "vi")
    assert wrong.exit_code == USAGE
    assert "không ghi được tệp có đuôi này" in wrong.output
    assert "không đọc được" not in wrong.output


def test_one_kind_of_problem_in_one_row(folder: Path) -> None:
    Path("h.csv").write_text("area,income_per_person\nrural,x\n", encoding="utf-8")
    assert "chuanngheo: 1 kind of problem, in 1 row\n" in run("classify", "h.csv", "out.csv", *BY).output


# --- words of the command ------------------------------------------------------------------------


@pytest.mark.parametrize("option", [("--method", "xx"), ("--reading", "xx=xx"), ("--derive", "xx")])
@pytest.mark.parametrize("command", [("assess", *BY, *POOR), ("classify", "homes.parquet", "out.csv", *BY)])
def test_values_that_an_option_does_not_know_are_wrong_usage(
    folder: Path, command: tuple[str, ...], option: tuple[str, str]
) -> None:
    ran = run(*command, *option)
    assert ran.exit_code == USAGE, ran.output
    assert "xx" in ran.output


def test_the_help_says_what_4_means() -> None:
    assert "the class is not determined, or there is none" in run("assess", "--help").output
    assert "hoặc không thuộc loại nào" in " ".join(run("assess", "--help", "--lang", "vi").output.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "vn-2022", "x", "y"], "thừa: x y"),
        (["show", "--facts=1", "vn-2022"], "--facts không nhận giá trị"),
        (["line", "poverty_line", "--on"], "--on cần một giá trị"),
        (["assess", *BY, "rural"], "không có dạng"),
        (["assess", *BY, "rural"], "TÊN=GIÁ_TRỊ"),
        (["assess", *BY, *POOR, "--reading", "x"], "tên=cách"),
        (["classify", "homes.parquet", "none/out.csv", *BY], "không ghi được none/out.csv: không có thư mục này"),
    ],
)
def test_vietnamese_is_vietnamese(folder: Path, arguments: list[str], said: str) -> None:
    ran = run(*arguments, "--lang", "vi")
    assert ran.exit_code in (USAGE, ABSENT)
    assert said in ran.output
    for english in ("unexpected", "argument", "NAME=VALUE", "No such file", "requires"):
        assert english not in ran.output


def test_a_choice_that_is_none_is_told_by_its_numbers() -> None:
    for lang, said in (("vi", "'4': viết một số từ 1 đến 2"), ("en", "'4': write a number from 1 to 2")):
        ran = run("assess", *BY, "income_per_person=1700000", "--ask", "--lang", lang, given="4\n")
        assert ran.exit_code == OPEN
        assert said in ran.stderr
        assert "True" not in ran.stderr


def test_an_empty_list_of_households_is_said(folder: Path) -> None:
    Path("none.json").write_text("[]", encoding="utf-8")
    ran = run("assess", *BY, "--file", "none.json")
    assert ran.exit_code == WRONG
    assert "none.json: the list has no households" in ran.stderr


def test_versions_for_programs() -> None:
    for arguments in (["--version", "--json"], ["--json", "--version"]):
        told = json.loads(run(*arguments).stdout)
        assert told == {
            "schema": "chuanngheo/version/1",
            "code_version": cn.__version__,
            "data_version": cn.DATA_VERSION,
        }


def test_numbers_of_a_household_are_numbers_however_they_were_given() -> None:
    household = {"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}
    data = cn.standard("vn-2022").assess(household).to_dict()
    assert json.loads(run("assess", *BY, *POOR, "--json").stdout)["household"] == data["household"]
    asked = run("assess", *BY, "area=rural", "deprivations=3", "--ask", "--json", given="1.500.000\n")
    assert json.loads(asked.stdout)["household"] == data["household"]


def test_an_entity_that_nobody_classifies_gets_a_note(folder: Path) -> None:
    ran = run("new", "a.yaml", "--jurisdiction", "vn-mau", "--entity", "zz")
    assert ran.exit_code == FINE
    assert "classifies a zz; there are: " in ran.stderr
    assert "classifies" not in run("new", "b.yaml", "--jurisdiction", "vn-mau", "--entity", "commune").stderr
