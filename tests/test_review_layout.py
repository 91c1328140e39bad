"""A printed form: numbers as printed, headers with real spans, HTML, Excel, frames."""

from __future__ import annotations

import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuanngheo.errors import DataProblems
from chuanngheo.review.data import load
from chuanngheo.review.layout import Form, Head, Row, grid, label, print_cell, write_forms, write_html
from chuanngheo.review.reports import reports

FORMS = load("forms.yaml")


def homes(n: int = 12, **columns: Any) -> pl.DataFrame:
    base: dict[str, Any] = {
        "household_id": [f"H{i}" for i in range(n)],
        "province": ["Kon Tum"] * n,
        "district": [f"Huyện {'AB'[i % 2]}" for i in range(n)],
        "area": [("urban", "rural")[i // 2 % 2] for i in range(n)],
        "household_size": [1 + i % 5 for i in range(n)],
        "category": [("poor", "near_poor", "not_poor")[i % 3] for i in range(n)],
        "ethnicity": [("Kinh", "Ba Na")[i % 2] for i in range(n)],
    }
    flags = [*FORMS["indicators"], *load("causes.yaml")["causes"], *load("causes.yaml")["groups"]]
    base |= {flag: [(i + j) % 4 == 0 for i in range(n)] for j, flag in enumerate(flags)}
    return pl.DataFrame(base | columns)


@pytest.fixture(scope="module")
def made() -> dict[str, Form]:
    return reports(homes(), whole=True, year=2023, status="official")


# --- numbers


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (None, "", ""),
        (0, "0", "0"),
        (1234567, "1.234.567", "1,234,567"),
        (Fraction(0), "0", "0"),
        (Fraction(50), "50", "50"),
        (Fraction(13, 2), "6,5", "6.5"),
        (Fraction(1, 3), "0,33", "0.33"),
        (Fraction(2, 3), "0,67", "0.67"),
        (Fraction(5, 1000), "0,01", "0.01"),  # half up: 0.005
        (Fraction(4999, 1000000), "0", "0"),
        (Fraction(1015, 1000), "1,02", "1.02"),  # a float would be 1.01
        (Fraction(99996, 1000), "100", "100"),
        (Fraction(-5, 1000), "-0,01", "-0.01"),
        (Fraction(100 * 31046, 443514), "7", "7"),  # Bắc Giang 2015, published as 7.00
        ("Xã A", "Xã A", "Xã A"),
        ({"vi": "có", "en": "yes"}, "có", "yes"),
    ],
)
def test_cells_are_printed_as_the_data_say(value: Any, vi: str, en: str) -> None:
    assert print_cell(value, "vi") == vi
    assert print_cell(value, "en") == en


@given(st.fractions(min_value=0, max_value=1000))
def test_a_printed_rate_is_never_further_off_than_half_its_last_digit(value: Fraction) -> None:
    shown = Fraction(print_cell(value, "en").replace(",", ""))
    assert abs(shown - value) <= Fraction(1, 200)
    assert shown - value != Fraction(-1, 200), "a half goes up"
    assert not print_cell(value, "en").endswith((".", ".0", ".00"))


# --- the header


def test_every_form_is_there_with_its_words() -> None:
    assert list(FORMS["forms"]) == [f"7.{n}" for n in range(1, 12)]
    for number, entry in FORMS["forms"].items():
        assert entry["cite"]["source"] == ("tt-02" if number in ("7.8", "7.9", "7.10") else "tt-07")
        assert entry["cite"]["grade"] == "A"
        assert set(entry["title"]) == {"vi", "en"}


def test_codes_of_columns_are_those_of_the_forms(made: dict[str, Form]) -> None:
    codes = {n: [leaf.code for leaf in form.leaves] for n, form in made.items()}
    assert codes["7.1"] == ["A", "B", "1", "2", "3", "4", "5", "6"]
    assert codes["7.2"] == codes["7.3"] == ["", "", "", *"123456789"]
    assert codes["7.8"] == ["A", "B", "C", *(str(n) for n in range(1, 11))]
    assert codes["7.10"] == codes["7.11"] == ["A", "B", *"12345678"]
    labels = [leaf.label["vi"] for leaf in made["7.4"].leaves]
    assert labels == ["TT", "Khu vực/Đơn vị", "Tổng số hộ nghèo", *(str(n) for n in range(1, 13))]


def test_the_header_of_7_2_has_its_three_storeys(made: dict[str, Form]) -> None:
    lines = [[(h.label["vi"], wide, high) for h, _, wide, high in line] for line in grid(made["7.2"].header)]
    assert ("Diễn biến giảm số hộ nghèo", 3, 1) in lines[0]
    assert ("Diễn biến tăng số hộ nghèo", 4, 1) in lines[0]
    assert ("Số hộ thoát nghèo", 2, 1) in lines[1]
    assert ("Số hộ ngoài danh sách hộ nghèo, hộ cận nghèo gặp khó khăn đột xuất trong năm", 2, 1) in lines[1]
    assert [label for label, _, _ in lines[2]] == [
        "Trở thành hộ cận nghèo",
        "Vượt chuẩn cận nghèo",
        "Tái nghèo",
        "Phát sinh mới",
    ]
    assert lines[0][0] == ("TT", 1, 3)


heads = st.recursive(
    st.builds(lambda: Head(label("x"), key="k")),
    lambda kids: st.lists(kids, min_size=1, max_size=3).map(lambda under: Head(label("y"), tuple(under))),
    max_leaves=8,
)


@given(st.lists(heads, min_size=1, max_size=4))
def test_a_header_covers_each_place_once(header: list[Head]) -> None:
    lines = grid(header)
    wide = sum(len(list(h.leaves())) for h in header)
    seen = [(i + r, at + c) for i, line in enumerate(lines) for _, at, w, h in line for r in range(h) for c in range(w)]
    assert sorted(seen) == [(r, c) for r in range(len(lines)) for c in range(wide)]


# --- HTML


class Table(HTMLParser):
    """The places of a table that its cells cover, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[int, int]] = []
        self.covered: set[tuple[int, int]] = set()
        self.row = -1
        self.tags: list[str] = []
        self.scopes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "sup", "br"):
            self.tags.append(tag)
        if tag == "tr":
            self.row += 1
        if tag in ("td", "th"):
            of = dict(attrs)
            if of.get("scope"):
                self.scopes.add(str(of["scope"]))
            at = next(c for c in range(1000) if (self.row, c) not in self.covered)
            for r in range(int(of.get("rowspan") or 1)):
                for c in range(int(of.get("colspan") or 1)):
                    place = (self.row + r, at + c)
                    assert place not in self.covered
                    self.covered.add(place)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "sup", "br"):
            assert self.tags.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("number", list(FORMS["forms"]))
def test_html_is_a_full_rectangle_with_scopes(made: dict[str, Form], number: str, lang: str) -> None:
    form = made[number]
    table = Table()
    table.feed(form.to_html(lang, style=False))
    assert not table.tags
    wide = len(form.leaves)
    assert table.covered == {(r, c) for r in range(table.row + 1) for c in range(wide)}
    assert {"col", "colgroup", "row"} <= table.scopes
    assert form.title[lang] in "".join(table.text)
    assert form.figure[lang] in "".join(table.text)


def test_texts_of_the_caller_are_escaped() -> None:
    form = reports(homes(district=["<script>&"] * 12), whole=True, numbers=["7.1"], province='"<b>"')["7.1"]
    html = form.to_html()
    assert "<script>" not in html
    assert "&lt;script&gt;&amp;" in html
    assert "<b>" not in html


def test_a_page_of_forms(made: dict[str, Form], tmp_path: Path) -> None:
    write_html(made.values(), tmp_path / "forms.html", lang="en")
    page = (tmp_path / "forms.html").read_text(encoding="utf-8")
    assert page.count("<table>") == 11
    assert page.count("<style>") == 1
    assert "@page{size:A4 landscape" in page
    assert 'charset="utf-8"' in page


# --- Excel


def test_excel_reads_back(made: dict[str, Form], tmp_path: Path) -> None:
    write_forms(made.values(), tmp_path / "forms.xlsx")
    book = openpyxl.load_workbook(tmp_path / "forms.xlsx")
    assert book.sheetnames == list(FORMS["forms"])
    sheet = book["7.1"]
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
    assert sheet.print_title_rows == "$4:$7"
    merged = {str(r) for r in sheet.merged_cells.ranges}
    assert {"A4:A6", "B4:B6", "C4:H4", "C5:D5", "E5:F5", "G5:H5"} <= merged
    rows = {row[1]: row for row in sheet.iter_rows(min_row=8, values_only=True)}
    total = rows["Tổng cộng (I + II)"]
    assert total[2:] == (12, 33, 4, 33.33, 4, 33.33)
    assert all(isinstance(v, int | float) for v in total[2:])
    for name in book.sheetnames:
        texts = [str(c.value) for row in book[name].iter_rows() for c in row if c.value is not None]
        assert made[name].figure["vi"] in texts
        assert all(
            c.border.left.style == "thin" for row in book[name].iter_rows(min_row=4, max_row=5, max_col=3) for c in row
        )


def test_excel_holds_texts_as_texts(tmp_path: Path) -> None:
    evil = "=HYPERLINK(1)"
    form = reports(homes(district=[evil, "a\x01b"] * 6), whole=True, numbers=["7.1"])["7.1"]
    form.to_excel(tmp_path / "form.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "form.xlsx")["7.1"]
    cells = [c for row in sheet.iter_rows() for c in row if c.value in (evil, "a\ufffdb")]
    assert {c.data_type for c in cells} == {"s"}
    assert {c.value for c in cells} == {evil, "a\ufffdb"}


def test_marks_stay_beside_numbers_in_excel(tmp_path: Path) -> None:
    form = reports(homes(category=["poor", None] * 6), whole=True, numbers=["7.1"])["7.1"]
    form.to_excel(tmp_path / "form.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "form.xlsx")["7.1"]
    marked = [c for row in sheet.iter_rows(min_row=8) for c in row if c.number_format.endswith('"*"')]
    assert marked
    assert all(isinstance(c.value, int | float) for c in marked)


# --- frames and dictionaries


@pytest.mark.parametrize("backend", ["polars", "pandas"])
def test_frames(made: dict[str, Form], backend: str) -> None:
    frame = made["7.1"].to_frame(backend)
    assert list(frame.columns) == [
        "number",
        "label",
        "group",
        "level",
        "unit",
        *(f"c{n}" for n in range(1, 7)),
        "unknown",
    ]
    assert len(frame) == len(made["7.1"].rows)
    last = frame.to_dicts()[-1] if backend == "polars" else frame.to_dict("records")[-1]
    assert last["c3"] == 4
    assert last["c4"] == pytest.approx(100 / 3)
    blank = made["7.2"].to_frame(backend)
    assert (blank["c1"].null_count() if backend == "polars" else blank["c1"].isna().sum()) == len(blank)


def test_an_unknown_kind_of_frame_is_refused(made: dict[str, Form]) -> None:
    with pytest.raises(DataProblems) as error:
        made["7.1"].to_frame("excel")
    assert error.value.problems[0].code == "CN130"
    assert "polars" in error.value.problems[0].allowed


def test_dictionaries_are_exact(made: dict[str, Form]) -> None:
    import json

    told = json.loads(json.dumps(made["7.1"].to_dict()))
    assert told["schema"] == "chuanngheo/form/1"
    assert told["rows"][-1]["cells"] == [12, 33, 4, "100/3", 4, "100/3"]
    assert told["cite"]["number"] == "07/2021/TT-BLĐTBXH"


def test_cells_by_name(made: dict[str, Form]) -> None:
    form = made["7.8"]
    assert form.cell("c3") == 4
    assert form.cell("c3", measure="persons") == 1 + 4 + 2 + 5
    assert isinstance(form.row("Huyện A", group="rural"), Row)
    with pytest.raises(LookupError, match="no row"):
        form.row("Huyện Z")
    with pytest.raises(LookupError, match="no column"):
        form.cell("c99")


def test_plain_text_has_every_row_once(made: dict[str, Form]) -> None:
    text = made["7.8"].text()
    assert text.count("Nhân khẩu") == sum(r.measure == "persons" for r in made["7.8"].rows)
    assert text.splitlines()[0] == "Mẫu số 7.8. PHÂN NHÓM HỘ NGHÈO, HỘ CẬN NGHÈO"
    assert "chính thức" in text.splitlines()[1]
    assert str(made["7.8"]) == text
    assert repr(made["7.8"]) == f"Form('7.8', {len(made['7.8'].rows)} rows)"


def test_forms_are_values(made: dict[str, Form]) -> None:
    again = reports(homes(), whole=True, year=2023, status="official")
    assert again == made
    assert {hash(f) for f in again.values()} == {hash(f) for f in made.values()}


def test_the_status_stands_in_the_header_of_7_1(made: dict[str, Form]) -> None:
    assert "Kết quả rà soát (chính thức)" in made["7.1"].to_html()
    open_ = reports(homes(), whole=True, numbers=["7.1"])["7.1"]
    assert "Kết quả rà soát (sơ bộ/chính thức)" in open_.to_html()
    assert not re.search("Năm rà soát", open_.to_html())
