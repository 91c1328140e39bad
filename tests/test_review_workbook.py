"""The review workbook: what is in it, what never is, and that it reads back."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

import chuanngheo as cn
from chuanngheo.errors import DataProblems
from chuanngheo.results import DISCLAIMER
from chuanngheo.review.checks import check
from chuanngheo.review.movements import COLUMNS
from chuanngheo.review.workbook import write_review

STD = cn.standard("vn-2022")
EVIL = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)"]
HOMES = pl.DataFrame({
    "household_id": ["H1", "H2", "H3", "H4"], "commune": EVIL, "area": ["rural", "urban", None, "rural"], "household_size": [4, 2, 3, None],
    "b1": [140, 180, 150, None], "b2": [30, 40, 30, None], "deprived_water": [True, False, None, None], "deprived_sanitation": [False, True, True, None],
    "recorded": ["poor", "near_poor", None, "neither"], "name": ["Nguyễn Văn A", "Trần Thị B", "Lê C", "Phạm D"], "id_number": ["001085012345"] * 4,
    "review_date": [date(2024, 9, 20), None, datetime(2024, 10, 1), date(2024, 11, 2)],
}, strict=False)  # fmt: skip


def scored(h: pl.DataFrame) -> pl.DataFrame:
    answers = ["household_id", "category", "possible", "undetermined_because", "problems"]
    made = STD.classify(h.select("household_id", "area", "b1", "b2"), method="scores")
    return h.join(made.select(answers), on="household_id", maintain_order="left")


def read(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def rows(sheet: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]]


def everything(path: Path) -> str:
    with zipfile.ZipFile(path) as file:
        return "".join(file.read(n).decode("utf-8") for n in file.namelist())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "review.xlsx"


def test_classes_and_reasons_in_words(path: Path) -> None:
    assert write_review(path, scored(HOMES), std=STD) == ("Tổng hợp", "Danh sách hộ", "Vấn đề")
    made = rows(read(path)["Danh sách hộ"])
    assert [r["Loại hộ tính được"] for r in made] == ["Hộ nghèo", "Hộ không thuộc diện nghèo, cận nghèo, có mức sống trung bình", "Chưa xác định", "Chưa xác định"]  # fmt: skip
    assert made[0]["Lý do"] == "B1 140 ≤ 140; B2 30 ≥ 30; thiếu hụt 1: nguồn nước sinh hoạt"
    assert made[1]["Lý do"] == "B1 180 > 175; B2 40 ≥ 30; thiếu hụt 1: nhà tiêu hợp vệ sinh"
    assert made[2]["Lý do"] == (
        "B2 30 ≥ 30; thiếu hụt 1: nhà tiêu hợp vệ sinh; chưa rõ: nguồn nước sinh hoạt; có thể là hộ nghèo hoặc "
        "hộ không thuộc diện nghèo, cận nghèo, có mức sống trung bình; cần biết: khu vực"
    )
    assert [r["Khác nhau"] for r in made] == ["khớp", "≠ khác", None, None]
    assert [r["Loại hộ ghi trong hồ sơ"] for r in made] == ["Hộ nghèo", "Hộ cận nghèo", None, "Hộ không nghèo"]
    assert made[0]["Ngày rà soát"] == datetime(2024, 9, 20)
    assert made[0]["Khu vực"] == "nông thôn"


def test_in_english(path: Path) -> None:
    assert write_review(path, scored(HOMES), std=STD, lang="en") == ("Summary", "Households", "Problems")
    made = rows(read(path)["Households"])
    assert made[0]["Computed class"] == "Poor household"
    assert made[2]["Reason"].endswith("possible poor household or household in none of these classes; needed: area")
    assert [DISCLAIMER["en"]] == [r[0] for r in read(path)["Summary"] if r[0] == DISCLAIMER["en"]]


def test_income_and_its_line(path: Path) -> None:
    h = pl.DataFrame(
        {
            "household_id": [1, 2],
            "area": ["rural", "urban"],
            "income_per_person": [1_500_000, 2_000_001],
            "deprivations": [2, 2],
        }
    )
    write_review(path, STD.classify(h), std=STD)
    made = rows(read(path)["Danh sách hộ"])
    assert [r["Lý do"] for r in made] == [
        "thu nhập bình quân đầu người 1.500.000 ≤ 1.500.000",
        "thu nhập bình quân đầu người 2.000.001 > 2.000.000",
    ]
    assert [r["Mã hộ"] for r in made] == ["1", "2"]


def test_summary_adds_up_and_never_fills_in_a_size(path: Path) -> None:
    write_review(path, scored(HOMES), std=STD, on=date(2024, 12, 1))
    summary = read(path)["Tổng hợp"]
    first = {r[0]: r for r in summary}
    start = next(i for i, r in enumerate(summary) if r[0] == "Theo loại hộ tính được")
    table = {r[0]: r[1:9] for r in summary[start + 1 : start + 8]}
    assert table["Loại hộ"][:4] == ("nông thôn: Số hộ", "thành thị: Số hộ", "Chưa rõ khu vực: Số hộ", "Tổng số: Số hộ")
    assert table["Hộ nghèo"] == (1, 0, 0, 1, 4, 0, 0, 4)
    assert table["Tổng số"] == (2, 1, 1, 4, "chưa biết", 2, 3, "chưa biết")
    assert table["Chưa xác định"] == (1, 0, 1, 2, "chưa biết", 0, 3, "chưa biết")
    assert f"Chuẩn áp dụng: {STD.title['vi']} ({STD.exact_id})" in first
    assert "Ngày tính tuổi: 01/12/2024" in first
    assert DISCLAIMER["vi"] in first
    assert "Chưa kiểm tra" in first


def test_members_are_counted_where_the_size_is_blank(path: Path) -> None:
    persons = pl.DataFrame({"household_id": ["H1", "H4", "H4"]})
    write_review(path, scored(HOMES), persons, std=STD)
    assert [r["Số nhân khẩu"] for r in rows(read(path)["Danh sách hộ"])] == [4, 2, 3, 2]


def test_a_standard_that_is_not_law_says_so(path: Path) -> None:
    write_review(path, scored(HOMES), std=STD.reform(poverty_line={"rural": 2_000_000}))
    assert any("GIẢ ĐỊNH, không phải pháp luật" in str(r[0]) for r in read(path)["Tổng hợp"])


def test_nothing_becomes_a_formula(path: Path) -> None:
    write_review(path, scored(HOMES), std=STD)
    sheet = openpyxl.load_workbook(path)["Danh sách hộ"]
    column = next(c.column for c in sheet[1] if c.value == "Xã, phường")
    for i, text in enumerate(EVIL):
        cell = sheet.cell(i + 2, column)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert "<f>" not in everything(path)
    assert "<hyperlink " not in everything(path)


def test_persons_are_named_only_when_asked(path: Path) -> None:
    h = scored(HOMES)
    findings = check(h.drop("review_date"), std=STD)
    write_review(path, h, std=STD, findings=findings)
    for secret in ("Nguyễn", "Trần", "001085"):
        assert secret not in everything(path)
    assert any(r[0] == "Tệp không có cột dữ liệu cá nhân." for r in read(path)["Tổng hợp"])
    write_review(path, h, std=STD, personal=["name"])
    assert rows(read(path)["Danh sách hộ"])[0]["name"] == "Nguyễn Văn A"
    assert "001085" not in everything(path)
    assert any("Có cột dữ liệu cá nhân: name" in str(r[0]) for r in read(path)["Tổng hợp"])


def test_findings_and_problems_of_files(path: Path) -> None:
    class FromFile:
        code, file, sheet, row, column, value = "CN112", "xa.xlsx", "Sheet1", 14, "H Phiếu B1", "‹hidden text›"
        message, allowed, remedy, severity, count = "is not a number", "a number", "correct it", "warning", 1

    h = scored(HOMES).drop("review_date")
    table = cn.Problem(
        "CN112",
        "area",
        "is not listed",
        None,
        "rural, urban",
        "list it",
        count=2,
        rows=((3, "H4", "x"), (5, None, "y")),
    )
    findings = check(h, std=STD)
    write_review(path, h, std=STD, findings=findings, problems=[FromFile(), table])
    made = rows(read(path)["Vấn đề"])
    assert len(made) == 3 + findings.count
    assert made[0] == {"Mức độ": "cảnh báo", "Tệp": "xa.xlsx", "Trang tính": "Sheet1", "Dòng": 14, "Mã hộ": None, "Cột": "H Phiếu B1",
                       "Giá trị": "‹hidden text›", "Nội dung": "không phải là số (một số)", "Cần làm gì": "sửa lại", "Mã": "CN112"}  # fmt: skip
    assert (made[1]["Dòng"], made[1]["Mã hộ"], made[2]["Dòng"]) == (3, "H4", 5)
    assert {r["Mã"] for r in made[3:]} == {c.check.code for c in findings.checks}
    recorded = next(r for r in made if r["Mã"] == "CN141")
    assert (recorded["Mã hộ"], recorded["Dòng"], recorded["Cột"]) == ("H2", 2, "Loại hộ ghi trong hồ sơ")
    summary = {r[0]: r for r in read(path)["Tổng hợp"]}
    assert summary["is not listed [CN112]"][1] == 2
    assert "[lỗi] Loại hộ ghi trong hồ sơ khác" in rows(read(path)["Danh sách hộ"])[1]["Điểm cần kiểm tra"]


def test_movements(path: Path) -> None:
    moved = pl.DataFrame(
        {"household_id": ["H1"], "from": ["near_poor"], "to": ["poor"], "column_72": ["5"], "name": ["Nguyễn"]}
    )
    assert write_review(path, scored(HOMES), std=STD, movements=moved)[-1] == "Biến động"
    assert read(path)["Biến động"] == [
        ("Mã hộ", "Đầu kỳ", "Cuối kỳ", "Cột Mẫu 7.2"),
        ("H1", "hộ cận nghèo", "hộ nghèo", "5"),
    ]


def test_more_rows_than_a_sheet_go_on_in_the_next(path: Path) -> None:
    h = pl.DataFrame({"household_id": [f"H{i}" for i in range(7)], "recorded": ["poor"] * 7})
    assert write_review(path, h, rows_per_sheet=3) == (
        "Tổng hợp",
        "Danh sách hộ",
        "Danh sách hộ (2)",
        "Danh sách hộ (3)",
        "Vấn đề",
    )
    made = read(path)
    assert [len(made[n]) - 1 for n in ("Danh sách hộ", "Danh sách hộ (2)", "Danh sách hộ (3)")] == [3, 3, 1]
    codes = [r["Mã hộ"] for n in made if n.startswith("Danh sách") for r in rows(made[n])]
    assert codes == h["household_id"].to_list()


def test_made_for_reading_and_printing(path: Path) -> None:
    write_review(path, scored(HOMES), std=STD)
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
        assert not sheet.data_validations.dataValidation
    sheet = openpyxl.load_workbook(path)["Danh sách hộ"]
    assert sheet.freeze_panes == "B2"
    heads = [c.value for c in sheet[1]]
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(heads)).column_letter}{HOMES.height + 1}"
    assert sheet.print_title_rows == "$1:$1"
    fills = {sheet.cell(2 + i, heads.index("Loại hộ tính được") + 1).fill.fgColor.rgb for i in range(4)}
    assert len(fills) == 3  # poor, none, undetermined


def grey(rgb: str) -> float:
    r, g, b = (int(rgb[i : i + 2], 16) for i in (0, 2, 4))
    return (299 * r + 587 * g + 114 * b) / 1000


def test_fills_stay_apart_in_grey() -> None:
    from chuanngheo.review.data import load

    fills = load("workbook.yaml")["fills"]
    assert abs(grey(fills["poor"]) - grey(fills["near_poor"])) > 25
    assert 255 - grey(fills["near_poor"]) > 20


def test_only_what_is_recorded(path: Path) -> None:
    """A file of classes alone: no class is computed, none is said to be undetermined."""
    write_review(path, pl.DataFrame({"household_id": ["1"], "recorded": ["poor"]}), std=STD)
    made = rows(read(path)["Danh sách hộ"])[0]
    assert made == {"Mã hộ": "1", "Lý do": "không đủ số liệu để tính", "Loại hộ ghi trong hồ sơ": "Hộ nghèo"}


def test_long_and_odd_texts(path: Path) -> None:
    h = pl.DataFrame(
        {"household_id": ["1"], "village": ["x" * 40_000], "commune": ["\x00\x1f<&>"], "recorded": ["poor"]}
    )
    write_review(path, h)
    made = rows(read(path)["Danh sách hộ"])[0]
    assert made["Thôn, tổ dân phố"].endswith("… (còn tiếp)")
    assert "<&>" in made["Xã, phường"]


@pytest.mark.parametrize("kind", ["pandas", "pyarrow"])
def test_other_tables(path: Path, kind: str) -> None:
    h = scored(HOMES.drop("review_date"))
    write_review(path, h.to_pandas() if kind == "pandas" else h.to_arrow(), std=STD)
    made = rows(read(path)["Danh sách hộ"])
    assert made[0]["Lý do"].startswith("B1 140 ≤ 140")
    assert [r["Số nhân khẩu"] for r in made] == [4, 2, 3, None]


def test_problems_all_at_once_and_nothing_half_written(tmp_path: Path) -> None:
    with pytest.raises(cn.DataProblems) as caught:
        write_review(tmp_path / "no" / "x.xlsx", pl.DataFrame({"id": [1]}), personal=["nam"], rows_per_sheet=0)
    assert [p.where for p in caught.value.problems] == [
        "households['household_id']",
        "personal['nam']",
        "path",
        "rows_per_sheet",
    ]
    assert {p.code for p in caught.value.problems} == {"CN159"}
    with pytest.raises(ValueError, match="lang"):
        write_review(tmp_path / "x.xlsx", HOMES, lang="fr")
    broken = pl.DataFrame({"household_id": ["1"], "category": ["rich"], "recorded": ["poor"]})
    with pytest.raises(cn.DataProblems, match="category"):
        write_review(tmp_path / "x.xlsx", broken, std=STD)
    assert list(tmp_path.iterdir()) == []


def test_points_that_are_known_only_between_two_numbers(path: Path) -> None:
    made = pl.DataFrame({
        "household_id": ["above", "below", "open"], "area": ["urban", "rural", "rural"], "recorded": ["poor"] * 3,
        "category": ["not_poor", "poor", None], "b1": [None, None, None], "b1_min": [190, 75, 90], "b1_max": [225, 140, 141],
        "b2": [None, None, None], "b2_min": [0, 30, 0], "b2_max": [0, 50, 30],
    }, schema_overrides={"b1": pl.Int64, "b2": pl.Int64})  # fmt: skip
    write_review(path, made, std=STD)
    reasons = [r["Lý do"] for r in rows(read(path)["Danh sách hộ"])]
    assert reasons == ["B1 190–225 > 175; B2 0 < 30", "B1 75–140 ≤ 140; B2 30–50 ≥ 30", "không đủ số liệu để tính"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_movement_has_words(path: Path, lang: str) -> None:
    moved = pl.DataFrame({"household_id": list(COLUMNS), "movement": list(COLUMNS)})
    names = write_review(path, HOMES.select("household_id"), std=STD, movements=moved, lang=lang)
    said = [r[1] for r in read(path)[names[-1]][1:]]
    assert len(set(said)) == len(COLUMNS)
    assert not set(said) & set(COLUMNS)


@pytest.mark.parametrize("sizes", [["4", "x"], [-1, 2], [1.5, 2.0], [float("inf"), 1.0], [2**62, 2**62]])
def test_sizes_that_are_no_number_of_persons(path: Path, sizes: list[Any]) -> None:
    homes = pl.DataFrame({"household_id": ["a", "b"], "household_size": sizes})
    with pytest.raises(DataProblems, match="CN159"):
        write_review(path, homes)
    assert not path.exists()


def test_infinite_points_are_no_number_and_persons_need_their_household(path: Path) -> None:
    homes = pl.DataFrame({"household_id": ["a"], "area": ["rural"], "category": ["poor"], "b1": [float("inf")]})
    write_review(path, homes, std=STD)
    assert rows(read(path)["Danh sách hộ"])[0]["Điểm B1"] is None
    with pytest.raises(DataProblems, match="persons"):
        write_review(path, homes, pl.DataFrame({"person_id": ["p"]}), std=STD)


def test_a_pandas_table_in_which_a_column_is_unknown(path: Path) -> None:
    homes = pl.DataFrame({"household_id": ["a", "b"], "household_size": [None, None], "recorded": [None, None]})
    write_review(path, homes.to_pandas(), homes.to_pandas()[["household_id"]])
    assert [r["Số nhân khẩu"] for r in rows(read(path)["Danh sách hộ"])] == [1, 1]
