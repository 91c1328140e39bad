"""``report``: from the files of a review to its forms; every bad row named, nothing personal shown."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner, Result

import chuanngheo as cn
from chuanngheo import cli
from chuanngheo.cli.codes import ABSENT, FINE, USAGE, WRONG
from chuanngheo.review.reading import read_round
from chuanngheo.review.reports import reports
from chuanngheo.review.units import with_regions
from cli_files import REVIEW, write_all

DAY = date(2024, 10, 15)
B1 = (
    "report", "ho.xlsx", "thanh-vien.xlsx", "--profile", "form-b1", "--unit", "province=Gia Lai", "--unit", "commune=Xã A",
    "--unit", "village=Làng B", "--day", "2024-10-15",
)  # fmt: skip
RECORDED = ("report", "review.csv", "--year", "2024")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"LC_ALL": "C.UTF-8"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_all(tmp_path)
    return tmp_path


def data_of(*arguments: str, code: int = FINE) -> dict[str, Any]:
    ran = run(*arguments, "--json")
    assert ran.exit_code == code, ran.output
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def plain(form: Any) -> Any:
    return json.loads(json.dumps(form.to_dict(), default=str))


# --- forms ---------------------------------------------------------------------------------------


def test_forms_are_those_of_the_library_classed_by_form_b1(folder: Path) -> None:
    place = {"province": "Gia Lai", "commune": "Xã A", "village": "Làng B"}
    made = read_round(["ho.xlsx", "thanh-vien.xlsx"], "form-b1", units=place, on=DAY)
    std = cn.applicable(DAY)
    how: dict[str, Any] = {"columns": made.columns, "method": "scores", "on": DAY, "groups": True, "check": "defer"}
    frame = with_regions(made.households, on=DAY)
    forms = reports(std.classify(frame, made.persons, **how), std.classify_persons(frame, made.persons, **how), by="commune", year=2024, as_of=DAY, computed=std, method="scores")  # fmt: skip
    data = data_of(*B1)
    assert data["using"] == "computed"
    assert data["standard"] == std.exact_id
    assert set(data["forms"]) == set(forms) - {"7.2", "7.3", "7.9"}
    for number, form in data["forms"].items():
        assert form == plain(forms[number]), number
    assert "--previous" in data["left_out"]["7.2"]
    assert "ethnicity" in data["left_out"]["7.9"]
    assert data["counts"]["good"] == 8


def test_the_workbook_and_the_page_hold_the_forms_asked_for(folder: Path) -> None:
    ran = run(
        *RECORDED,
        "--form",
        "7.1",
        "--form",
        "7.8",
        "--out",
        "f.xlsx",
        "--html",
        "f.html",
        "--status",
        "official",
        "--lang",
        "vi",
    )
    assert ran.exit_code == FINE, ran.output
    assert len(openpyxl.load_workbook("f.xlsx").sheetnames) == 2
    page = Path("f.html").read_text(encoding="utf-8")
    assert "Mẫu số 7.1" in page
    assert "Mẫu số 7.8" in page
    assert "7.4" not in ran.output
    assert "theo kết quả ghi trong tệp" in ran.stdout
    again = run(*RECORDED, "--out", "f.xlsx")
    assert (again.exit_code, "--force" in again.output) == (WRONG, True)


def test_all_that_can_be_filled_and_what_the_others_lack(folder: Path) -> None:
    ran = run(*RECORDED, "--out", "f.xlsx")
    assert ran.exit_code == FINE
    assert "forms 7.1, 7.8" in ran.stdout
    for number, option in (
        ("7.2", "--previous"),
        ("7.11", "child_uninsured"),
        ("7.9", "ethnicity"),
        ("7.4", "deprived_water"),
    ):
        (line,) = [line for line in ran.stderr.splitlines() if line.startswith(f"form {number} was left out")]
        assert option in line
    (line,) = [line for line in ran.stderr.splitlines() if line.startswith("form 7.1:")]
    assert "--totals, --whole" in line


def test_totals_give_the_rates(folder: Path) -> None:
    Path("totals.csv").write_text(
        "commune,area,households,persons\nXã A,rural,640,2510\nXã C,rural,100,400\n", encoding="utf-8"
    )
    form = data_of(*RECORDED, "--form", "7.1", "--totals", "totals.csv")["forms"]["7.1"]
    frame = read_round("review.csv").households
    expected = reports(
        frame, numbers=["7.1"], by="commune", using="recorded", year=2024, totals=pl.read_csv("totals.csv")
    )["7.1"]
    assert form == plain(expected)
    assert run(*RECORDED, "--form", "7.1", "--totals", "none.csv", "--out", "f.xlsx").exit_code == ABSENT


def test_movements_between_two_rounds(folder: Path) -> None:
    arguments = (*RECORDED, "--previous", "last-year.csv", "--form", "7.2", "--form", "7.3")
    form = data_of(*arguments)["forms"]["7.2"]
    rows = [row for row in form["rows"] if row.get("group") == "total"]
    assert rows
    text = json.dumps(form, ensure_ascii=False)
    assert "Xã C" in text
    Path("links.csv").write_text("from_id,to_id,kind\na/1,,died\n", encoding="utf-8")
    Path("review.csv").write_text(
        "\n".join(line for line in REVIEW.format("poor").splitlines() if not line.startswith("a/1")), encoding="utf-8"
    )
    assert data_of(*arguments, "--links", "links.csv")["forms"]["7.2"] != form


# --- problems ------------------------------------------------------------------------------------


def test_every_bad_row_is_named_by_its_place_and_masked(folder: Path) -> None:
    text = REVIEW.format("Nguyễn Văn Bí Mật").replace(
        "a/2,Gia Lai,Xã A,Làng B,rural,3", "a/2,Gia Lai,Xã A,Làng B,rurl,x"
    )
    Path("review.csv").write_text(text, encoding="utf-8")
    ran = run(*RECORDED, "--form", "7.1", "--out", "f.xlsx")
    assert ran.exit_code == WRONG
    for place in (
        "review.csv, row 4, column G recorded",
        "review.csv, row 3, column E area",
        "review.csv, row 3, column F household_size",
    ):
        assert place in ran.stderr
    assert "3 rows read: 1 usable, 2 not usable" in ran.stderr
    assert "Bí Mật" not in ran.output
    assert Path("f.xlsx").exists()  # of the rows that can be used
    data = data_of(*RECORDED, "--form", "7.1", code=WRONG)
    assert {(r["row"], r["severity"]) for r in data["rows"]} >= {(3, "error"), (4, "error")}
    assert "Bí Mật" not in json.dumps(data, ensure_ascii=False)
    assert data_of(*RECORDED, "--form", "7.1", "--bad-cells", "unknown")["counts"]["good"] == 3


def test_contradictions_are_said_and_counted(folder: Path) -> None:
    lines = [
        "household_id,commune,area,household_size,b1,b2,recorded",
        "1,Xã A,rural,4,100,60,neither",
        "2,Xã A,rural,4,100,60,poor",
    ]
    Path("points.csv").write_text("\n".join(lines), encoding="utf-8")
    ran = run("report", "points.csv", "--day", "2024-10-15", "--form", "7.1", "--out", "f.xlsx", "--lang", "vi")
    assert ran.exit_code == WRONG, ran.output
    assert "Kiểm tra tính nhất quán" in ran.stderr
    data = data_of("report", "points.csv", "--day", "2024-10-15", "--form", "7.1", code=WRONG)
    assert data["findings"]["worst"] == "error"
    assert (data["using"], data_of("report", "points.csv", "--day", "2024-10-15", "--form", "7.1", "--using", "computed", code=WRONG)["using"]) == ("recorded", "computed")  # fmt: skip


def test_all_that_is_missing_is_said_at_once(folder: Path) -> None:
    ran = run(
        "report",
        "review.csv",
        "--form",
        "7.2",
        "--form",
        "7.12",
        "--using",
        "x",
        "--whole",
        "--totals",
        "t.csv",
        "--links",
        "l.csv",
    )
    assert ran.exit_code == USAGE
    for said in ("'7.12' is not known", "--using: 'x'", "--out or --html", "--day or --year", "--form 7.2 needs --previous", "--whole or --totals", "--links needs --previous"):  # fmt: skip
        assert said in ran.output
    ran = run("report", "review.csv", "--using", "computed", "--year", "x", "--out", "a.csv")
    assert ran.exit_code == USAGE
    for said in ("--using computed needs --day", "'x' is not a whole number", "a.csv: the ending"):
        assert said in ran.output


def test_files_that_cannot_be_used(folder: Path) -> None:
    assert run("report", "none.xlsx", "--year", "2024", "--out", "f.xlsx").exit_code == ABSENT
    Path("no.xlsx").write_bytes(b"nothing")
    ran = run("report", "no.xlsx", "--year", "2024", "--out", "f.xlsx")
    assert ran.exit_code == WRONG
    assert "Traceback" not in ran.output
    assert not Path("f.xlsx").exists()
    assert run(*B1[:-2], "--day", "2024-10-15", "--unit", "x=y", "--out", "f.xlsx").exit_code == WRONG
    ran = run("report", "ho.xlsx", "--year", "2024", "--out", "f.xlsx")
    assert ran.exit_code == WRONG
    assert "cannot be told apart" in ran.output


# --- what a form must say ------------------------------------------------------------------------


def test_rows_left_out_are_said_on_the_form(folder: Path) -> None:
    Path("review.csv").write_text(REVIEW.format("pooor"), encoding="utf-8")
    data = data_of(*RECORDED, "--form", "7.1", "--whole", "--status", "official", code=WRONG)
    form = data["forms"]["7.1"]
    assert form["left_out"] == {"rows": 1, "households": 1}
    assert form["unknown"]
    assert {p["code"] for p in data["problems"]} >= {"CN213", "CN214"}
    assert form["rows"][-1]["cells"][0] is None
    ran = run(*RECORDED, "--form", "7.1", "--whole", "--status", "official", "--html", "f.html", "--lang", "vi")
    assert ran.exit_code == WRONG
    assert "→ --totals" in ran.stderr
    assert "1 dòng của tệp bị bỏ ra" in Path("f.html").read_text(encoding="utf-8")


def test_rows_left_out_of_last_year_are_said_as_well(folder: Path) -> None:
    text = Path("last-year.csv").read_text(encoding="utf-8")
    Path("last-year.csv").write_text(text.replace("poor", "pooor", 1), encoding="utf-8")
    data = data_of(*RECORDED, "--previous", "last-year.csv", "--form", "7.2", code=WRONG)
    assert data["forms"]["7.2"]["left_out"]["rows"] == 1


def test_a_computed_form_says_so(folder: Path) -> None:
    form = data_of(*B1, "--form", "7.1")["forms"]["7.1"]
    std = cn.applicable(DAY)
    assert (form["computed"]["standards"], form["computed"]["method"]) == ([std.exact_id], "scores")
    assert form["figure"]["en"] == "Computed from the criteria; it does not replace recognition by the competent authority."
    assert data_of(*RECORDED, "--form", "7.1")["forms"]["7.1"]["computed"] is None


def test_forms_of_another_standard_are_named(folder: Path) -> None:
    Path("later.csv").write_text("household_id,commune,area,household_size,deprived_water\n1,Xã A,rural,4,true\n", encoding="utf-8")
    data = data_of("report", "later.csv", "--day", "2027-10-15", "--using", "computed", "--form", "7.4")
    (problem,) = [p for p in data["problems"] if p["code"] == "CN215"]
    assert "another standard" in problem["message"]
    exact = cn.applicable(date(2027, 10, 15)).exact_id
    assert sum(exact in note["text"]["vi"] for note in data["forms"]["7.4"]["notes"]) == len(("computed", "extra", "missing"))
