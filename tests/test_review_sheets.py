"""Spreadsheets into a review round: the files, the dirt in them, and that no row is lost or guessed."""

from __future__ import annotations

import builtins
import datetime as dt
import io
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuanngheo.errors import DataProblems, HouseholdError
from chuanngheo.review import sheets as room
from chuanngheo.review.gathering import COUNTS
from chuanngheo.review.profiles import profile
from chuanngheo.review.reading import read_round
from chuanngheo.review.rounds import Prefixes, Round
from chuanngheo.review.sheets import FORMULA, Sheet, cell_text, letter, read_sheets

KEYS = ["date", "family.hostName", "family.code", "family.coDanTocTaiCho", "family.hostGender", "family.numberOfMembers",
        "quickReview.result", "b1Point", "b2Point", "classify", "reviewer"]  # fmt: skip
WORDS = ["Thời gian rà soát", "Chủ hộ", "Mã hộ", "Dân tộc tại chỗ", "Giới tính", "Số nhân khẩu", "Phiếu A", "Phiếu B1",
         "Phiếu B2", "Kết quả rà soát", "Người rà soát"]  # fmt: skip
PLACE = {"commune": "Xã Đắk Wil", "village": "Thôn 1"}


def row(code: Any = "1", **changes: Any) -> list[Any]:
    """A household of the ministry's export, with some cells changed."""
    cells: dict[str, Any] = dict(
        zip(
            KEYS,
            ["01/10/2024", "Nguyễn Văn A", code, None, "Nam", "4", "--", "120", "40", "Hộ nghèo", "Cán bộ B"],
            strict=True,
        )
    )
    by_name = {
        "day": "date",
        "name": "family.hostName",
        "size": "family.numberOfMembers",
        "b1": "b1Point",
        "b2": "b2Point",
        "recorded": "classify",
    }
    return list((cells | {by_name[k]: v for k, v in changes.items()}).values())


def workbook(path: Path, *sheets: Iterable[Sequence[Any]], hidden: Sequence[int] = ()) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet{number}")
        for cells in rows:
            sheet.append(list(cells))
        for line in hidden:
            sheet.row_dimensions[line].hidden = True
    book.save(path)
    return path


def export(path: Path, *rows: Sequence[Any], **more: Any) -> Path:
    return workbook(path / "huyen.xlsx", [KEYS, WORDS, *rows], **more)


def read(path: Path, **more: Any) -> Round:
    return read_round(path, **{"units": PLACE, **more})


def places(made: Round) -> list[tuple[str, int, str]]:
    return [(p.code, p.row, p.column.split(" ")[0]) for p in made.errors]


def adds_up(made: Round) -> bool:
    counts = made.counts
    return counts["read"] == counts["good"] + counts["bad"] + counts["repeated"] + counts["set_aside"]


# --- files --------------------------------------------------------------------------------------------


def test_cells_of_a_workbook(tmp_path: Path) -> None:
    rows = [
        ["a", None],
        [1, 2.5],
        [None, None],
        [True, dt.date(2024, 2, 1)],
        [dt.datetime(2024, 2, 1, 8, 30), "#N/A"],
        ["=1+1", "01/02/2024"],
    ]
    (sheet,) = read_sheets(workbook(tmp_path / "a.xlsx", rows))
    assert sheet.frame.rows() == [
        ("a", None), ("1", "2.5E+0"), (None, None), ("TRUE", "2024-02-01"), ("2024-02-01T08:30:00", "#N/A"), (FORMULA, "01/02/2024"),
    ]  # fmt: skip
    assert (sheet.first, sheet.head[0], sheet.file, sheet.name) == (1, (1, ("a",)), "a.xlsx", "Sheet1")


def test_a_formula_has_the_value_that_was_saved_with_it(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_formula(0, 0, "=60*2", None, 120)
    assert read_sheets(path)[0].frame.rows() == [("120",)]


def test_hidden_rows_and_empty_ones_are_counted(tmp_path: Path) -> None:
    blank = [None] * len(KEYS)
    made = read(export(tmp_path, row("1"), row("2"), blank, row("3"), [" "], blank, hidden=[4]))
    assert made.households["household_code"].to_list() == ["1", "2", "3"]
    assert (made.counts["hidden"], made.counts["read"]) == (1, 3)
    assert [p.message for p in made.problems if "hidden" in p.message] == [
        "rows are hidden in Excel; they were read like any other"
    ]


def test_sheets_are_chosen_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["x"]], [["y"]])
    assert [s.name for s in read_sheets(path)] == ["Sheet1", "Sheet2"]
    assert [s.frame.rows() for s in read_sheets(path, sheets="Sheet2")] == [[("y",)]]
    with pytest.raises(DataProblems, match=r"did you mean Sheet1 or Sheet2") as caught:
        read_sheets(path, sheets=["Shet1"])
    assert caught.value.problems[0].code == "CN106"


@pytest.mark.parametrize(
    ("name", "content", "says", "do"),
    [
        ("a.xlsx", b"", "empty", "copy it again"),
        ("a.xlsx", b"PK\x03\x04 cut off", "damaged", "repair"),
        ("a.xlsx", b"a,b\n1,2\n", "is not one", "name it .csv"),
        ("a.xlsx", b"<html><table>", "a web page", "save it as Excel Workbook"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 2000, "old Excel workbook", ".xlsx"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 2_000_000 + "EncryptedPackage".encode("utf-16-le"), "password", "take it off"),
        ("a.xls", b"abc", "files that end in .xls", "save it as"),
        ("a.csv", b"PK\x03\x04", "a workbook", "name it .xlsx"),
        ("a.csv", b"\xef\xbb\xbf  \n", "no text", "export it again"),
        ("a.csv", "Đơn".encode("cp1258"), "not utf-8 text (line 1)", "encoding='cp1258'"),
        ("a.csv", b"a,b;c\n1,2;3\n", "both separate 2 columns", "separator=','"),
        ("a.parquet", b"PAR1 and no more", "damaged", "write it again"),
        ("a.parquet", b"a,b", "is not one", "name it .csv"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read_say_what_to_do(
    tmp_path: Path, name: str, content: bytes, says: str, do: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataProblems) as caught:
        read_sheets(tmp_path / name)
    (problem,) = caught.value.problems
    assert problem.code == "CN105"
    assert says in problem.message
    assert do in problem.remedy
    assert caught.value.__context__ is None


def test_a_zip_file_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(DataProblems, match="damaged"):
        read_sheets(tmp_path / "a.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_texts_are_read_as_they_are(tmp_path: Path, encoding: str, comma: str) -> None:
    text = f'Xã{comma}Thôn{comma}b\n"Đắk{comma} ""Wil""\nhai dòng"{comma}1.5{comma}x\n\n2{comma}{comma}\n'
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    for (sheet,) in (read_sheets(tmp_path / "a.csv", separator=comma), read_sheets(tmp_path / "a.csv")):
        assert sheet.frame.rows() == [
            ("Xã", "Thôn", "b"), (f'Đắk{comma} "Wil"\nhai dòng', "1.5", "x"), (None, None, None), ("2", None, None),
        ]  # fmt: skip


def test_the_separator_is_the_one_that_makes_the_widest_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a;b;c\n1,5;2,5;3\n", encoding="utf-8")
    assert read_sheets(tmp_path / "a.csv")[0].frame.width == 3


def test_other_encodings_only_when_the_caller_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("a,Đơn\n".encode("cp1258"))
    assert read_sheets(tmp_path / "a.csv", encoding="cp1258")[0].frame.rows() == [("a", "Đơn")]
    with pytest.raises(DataProblems, match="is unknown"):
        read_sheets(tmp_path / "a.csv", encoding="tcvn3")


def test_parquet_keeps_its_types_and_counts_rows_from_one(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"household_id": ["a", "b"], "b1": [120, -3], "recorded": ["poor", "rich"], "list": [[1], None]}
    )
    frame.write_parquet(tmp_path / "a.parquet")
    made = read_round(tmp_path / "a.parquet")
    assert made.households.rows() == [("a", 120, "poor")]
    assert [(p.row, p.column) for p in made.errors] == [(2, "b1"), (2, "recorded")]


def test_letters_and_texts() -> None:
    assert [letter(i) for i in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
    assert [cell_text(v) for v in (float("nan"), 0.1, -0.0, 1e300, dt.time(8), None)] == [
        None,
        "1E-1",
        "0",
        "1E+300",
        "\ue001",
        None,
    ]


def test_progress_is_told_and_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int, int | None]] = []
    path = export(tmp_path, row("1"))
    read(path, progress=lambda *a: told.append(a))
    assert [s for s, _, _ in dict.fromkeys((s, 0, 0) for s, _, _ in told)] == [
        "reading huyen.xlsx [Sheet1]", "understanding huyen.xlsx [Sheet1]", "checking",
    ]  # fmt: skip
    assert all(total is None or done <= total for _, done, total in told)
    read(path, progress=True)
    out, err = capsys.readouterr()
    assert not out
    assert "checking" in err
    monkeypatch.setattr(room, "find_spec", lambda name: None if name == "rich" else True)
    read(path, progress=True)
    assert "\rchecking: 1 of 1" in capsys.readouterr().err


def test_a_package_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = export(tmp_path, row("1"))
    monkeypatch.setattr(room, "find_spec", lambda name: None)
    with pytest.raises(DataProblems, match=r"pip install 'chuanngheo\[excel\]'"):
        read_sheets(path)


# --- the ministry's export ----------------------------------------------------------------------------


def test_the_row_of_vietnamese_headers_is_dropped_and_cells_become_facts(tmp_path: Path) -> None:
    made = read(
        export(tmp_path, row("1"), row("2", b1=175, b2=None, recorded="Hộ cận nghèo", day=dt.date(2024, 12, 1)))
    )
    assert made.problems == () or not made.errors
    assert made.households.select(
        "household_code", "commune", "review_date", "household_size", "b1", "b2", "recorded"
    ).rows() == [
        ("1", "Xã Đắk Wil", dt.date(2024, 10, 1), 4, 120, 40, "poor"),
        ("2", "Xã Đắk Wil", dt.date(2024, 12, 1), 4, 175, None, "near_poor"),
    ]
    assert "area" not in made.households.columns
    assert made.profile == profile("ministry-export")


def test_a_file_of_2023_keeps_its_recorded_classes(tmp_path: Path) -> None:
    made = read(
        export(
            tmp_path, row("1", b1=None, b2=None, day=None), row("2", b1="", b2="--", day="", recorded="Hộ không nghèo")
        )
    )
    assert made.households.select("b1", "b2", "review_date", "recorded").rows() == [
        (None, None, None, "poor"),
        (None, None, None, "neither"),
    ]


def test_every_fault_of_a_row_is_named_where_it_is(tmp_path: Path) -> None:
    made = read(
        export(
            tmp_path,
            row("1"),
            row("2", day="31/02/2024", size="bốn", b1="#REF!", b2=45, recorded="Hộ giàu"),
            row(None),
            row("3", b1="=1+1"),
        )
    )
    assert places(made) == [
        ("CN111", 4, "A"), ("CN111", 4, "F"), ("CN113", 4, "H"), ("CN111", 4, "I"), ("CN112", 4, "J"), ("CN114", 5, "C"), ("CN113", 6, "H"),
    ]  # fmt: skip
    assert made.households["household_code"].to_list() == ["1"]
    assert adds_up(made)
    assert made.rejected.columns == ["file", "sheet", "row", "column", "code", "message"]
    assert set(made.rejected["row"]) == {4, 5, 6}
    with pytest.raises(DataProblems, match="3 of 4 rows cannot be used"):
        made.raise_problems()


def test_an_unmapped_code_is_counted_and_shown_where_it_names_nobody(tmp_path: Path) -> None:
    made = read(
        export(tmp_path, *(row(str(i), recorded="Hộ thoát nghèo") for i in range(3)), row("9", recorded="Trần Văn C"))
    )
    known, name = (p for p in made.summary() if p.code == "CN112")
    assert (known.count, known.message.split(": ")[1]) == (3, "Hộ thoát nghèo")
    assert (name.count, name.message.split(": ")[1]) == (1, "‹hidden text, up to 10 letters›")


def test_a_bad_cell_is_unknown_only_when_asked(tmp_path: Path) -> None:
    path = export(tmp_path, row("1", b1="x"), row(None))
    made = read(path, bad_cells="unknown")
    assert made.households.select("household_code", "b1", "b2").rows() == [("1", None, 40)]
    assert [(p.severity, p.row) for p in made.problems if p.severity != "note"] == [("warning", 3), ("error", 4)]


def test_households_cannot_be_told_apart_by_a_code_of_the_village(tmp_path: Path) -> None:
    path = export(tmp_path, row("1"))
    with pytest.raises(DataProblems, match=r'units=\{"commune": "…", "village": "…"\}') as caught:
        read_round(path)
    assert caught.value.problems[0].code == "CN110"
    assert read_round(path, key="household_code").households["household_id"].to_list() == ["1"]
    assert read_round(path, units={"huyen.xlsx": PLACE}).households["village"].to_list() == ["Thôn 1"]


def test_a_name_in_a_key_needs_a_secret_and_stays_unreadable(tmp_path: Path) -> None:
    path = export(tmp_path, row("1"), row("1", name="Lê Thị B"), row("1", name="NGUYỄN  văn a", day="02/10/2024"))
    with pytest.raises(HouseholdError, match="secret"):
        read_round(path, key=("household_code", "name"))
    first, second = (
        read_round(path, key=("household_code", "name"), secret=s).households["household_id"] for s in ("a", "b")
    )
    assert first.n_unique() == second.n_unique() == 2
    assert set(first).isdisjoint(second)
    assert (
        first.to_list()
        == read_round(path, key=("household_code", "name"), secret="a").households["household_id"].to_list()
    )


def test_a_file_that_units_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(DataProblems, match=r"did you mean huyen\.xlsx") as caught:
        read_round(export(tmp_path, row("1")), units={"huyn.xlsx": PLACE}, key="household_code")
    assert caught.value.problems[0].code == "CN119"


def test_merged_cells_of_a_heading(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        """\
households:
  recognised_by: [Mã hộ, Phiếu B1, Phiếu B2]
  heading_rows: 2
  household: {code: household_code}
  columns: {household_code: [Mã hộ], b1: [Phiếu B1], b2: [Phiếu B2]}
""",
        encoding="utf-8",
    )
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (["KẾT QUẢ RÀ SOÁT"], ["Mã hộ", "Điểm"], [None, "Phiếu B1", "Phiếu B2"], ["1", 120, 30]):
        sheet.append(cells)
    for area in ("A1:C1", "A2:A3", "B2:C2"):
        sheet.merge_cells(area)
    book.save(tmp_path / "a.xlsx")
    assert read_round(tmp_path / "a.xlsx", own).households.rows() == [("1", "1", 120, 30)]


def test_days_of_a_workbook_of_the_other_calendar(tmp_path: Path) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for cells in (["ID_Ho", "Diem_B2", "NgayRaSoat"], ["1", 10, dt.date(2024, 2, 1)], ["2", 10, 43861]):
        book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    assert read_round(tmp_path / "a.xlsx").households["review_date"].to_list() == [dt.date(2024, 2, 1)] * 2


# --- repeated rows ------------------------------------------------------------------------------------


def test_exact_repeats_are_counted_and_one_stays(tmp_path: Path) -> None:
    path = export(tmp_path, *[row("1")] * 50, row("2"))
    made = read(path)
    assert (made.counts["repeated"], made.households.height, made.errors) == (49, 2, ())
    refused = read(path, duplicates="refuse")
    assert (refused.households["household_code"].to_list(), refused.counts["bad"]) == (["2"], 50)
    assert adds_up(made)
    assert adds_up(refused)


def test_repeats_that_contradict_each_other_are_a_problem_of_both(tmp_path: Path) -> None:
    made = read(export(tmp_path, row("1"), row("2"), row("1", b2="10", recorded="Hộ cận nghèo")))
    assert [(p.code, p.row, p.value) for p in made.errors] == [("CN115", 3, "row 5"), ("CN115", 5, "row 3")]
    assert made.errors[0].message == "contradicts another row of the same household in b2, recorded"
    assert made.households["household_code"].to_list() == ["2"]


def test_one_code_of_two_heads_is_a_contradiction(tmp_path: Path) -> None:
    made = read(export(tmp_path, row("1"), row("1", name="Lê Thị B")))
    assert [p.message for p in made.errors] == ["contradicts another row of the same household in name"] * 2


def test_states_at_two_days_stay_apart_and_are_chosen_only_when_asked(tmp_path: Path) -> None:
    path = export(tmp_path, row("1"), row("1", day="01/12/2024", recorded="Hộ cận nghèo"), row("2"))
    both = read(path)
    assert (both.households["household_code"].to_list(), both.counts["states"]) == (["1", "1", "2"], 1)
    assert [p.code for p in both.problems if "several days" in p.message] == ["CN118"]
    assert read(path, keep="last").households.select("household_code", "recorded").rows() == [
        ("1", "near_poor"),
        ("2", "poor"),
    ]
    first = read(path, keep="first")
    assert first.households.select("household_code", "recorded").rows() == [("1", "poor"), ("2", "poor")]
    assert first.counts["set_aside"] == 1
    assert adds_up(first)


def test_a_household_with_a_row_that_cannot_be_used_does_not_fall_back_on_another(tmp_path: Path) -> None:
    made = read(export(tmp_path, row("1"), row("1", day="01/12/2024", recorded="?"), row("2")), keep="last")
    assert made.households["household_code"].to_list() == ["2"]
    assert [(p.code, p.row) for p in made.errors] == [("CN116", 3), ("CN112", 4)]


def test_another_official_is_no_contradiction(tmp_path: Path) -> None:
    made = read(export(tmp_path, row("1"), [*row("1")[:-1], "Cán bộ khác"]))
    assert (made.counts["repeated"], made.errors) == (1, ())


def test_numbers_of_any_width_in_parquet(tmp_path: Path) -> None:
    ids = ["a", "b", "c"]
    for dtype, values in (
        (pl.UInt8, [0, 255, None]),
        (pl.Int8, [-1, 5, 127]),
        (pl.UInt64, [2**64 - 1, 1, 2000]),
        (pl.Int64, [2**63 - 1, -(2**63), 2001]),
        (pl.Float32, [1.5, 2.0, float("nan")]),
    ):
        pl.DataFrame({"household_id": ids, "b1": pl.Series(values, dtype=dtype)}).write_parquet(tmp_path / "a.parquet")
        made = read_round(tmp_path / "a.parquet")
        good = {
            i: v for i, v in zip(ids, values, strict=True) if v is None or v != v or (0 <= v <= 2000 and v == int(v))
        }
        assert dict(made.households.rows()) == {i: None if v is None or v != v else int(v) for i, v in good.items()}


TYPED = {
    "bool": [True, False, None], "int8": pl.Series([1, -5, None], dtype=pl.Int8), "uint64": pl.Series([2**64 - 1, 0, None], dtype=pl.UInt64),
    "int128": pl.Series([2**100, 3, None], dtype=pl.Int128), "float": [1.5, float("nan"), float("inf")], "float32": pl.Series([0.1, 2.0, None], dtype=pl.Float32),
    "decimal": pl.Series(["1.50", "-3.00", None]).cast(pl.Decimal(12, 2)), "date": [dt.date(2024, 2, 1), dt.date(1, 1, 1), None],
    "datetime": [dt.datetime(2024, 2, 1, 8), dt.datetime(2024, 2, 1), None], "zoned": pl.Series([dt.datetime(2024, 2, 1), None, None], dtype=pl.Datetime(time_zone="UTC")),
    "time": [dt.time(8), None, None], "duration": [dt.timedelta(1), None, None], "list": [[1], None, []], "struct": [{"a": 1}, None, None], "binary": [b"a", None, None],
    "category": pl.Series(["poor", "x", None], dtype=pl.Categorical), "null": [None, None, None],
}  # fmt: skip


@pytest.mark.parametrize("kind", TYPED)
def test_every_type_of_parquet_in_every_kind_of_column(tmp_path: Path, kind: str) -> None:
    for name in (
        "household_code",
        "commune",
        "area",
        "b1",
        "income",
        "floor_area",
        "review_date",
        "television",
        "recorded",
    ):
        pl.DataFrame({"household_id": ["a", "b", "c"], name: TYPED[kind]}).write_parquet(tmp_path / "a.parquet")
        made = read_round(tmp_path / "a.parquet")
        assert adds_up(made)
        assert made.counts["read"] == 3
        assert {p.column for p in made.errors} <= {name}
        assert made.counts["good"] + made.counts["bad"] == 3


def test_a_state_without_a_day_cannot_be_placed(tmp_path: Path) -> None:
    path = export(tmp_path, row("1"), row("1", day=None, recorded="Hộ cận nghèo"))
    for keep in (None, "last"):
        assert [p.row for p in read(path, keep=keep).errors] == [3, 4]


# --- places and areas ---------------------------------------------------------------------------------


def test_two_spellings_of_a_place_are_joined_and_reported(tmp_path: Path) -> None:
    one = workbook(
        tmp_path / "a.xlsx",
        [
            [*KEYS, "commune", "village"],
            [*WORDS, "Xã", "Thôn"],
            [*row("1"), "Xã Đắk Wil", "Thôn 1"],
            [*row("2"), "Xã Đắk Wil", "Thôn 1"],
        ],
    )
    two = workbook(
        tmp_path / "b.xlsx",
        [[*KEYS, "commune", "village"], [*WORDS, "Xã", "Thôn"], [*row("1", day="02/10/2024"), "Xã Đăk Wil", "Thôn 1"]],
    )
    made = read_round([one, two])
    assert set(made.households["commune"]) == {"Xã Đắk Wil"}
    assert made.households["household_id"].n_unique() == 2
    (note,) = (p for p in made.problems if p.code == "CN117")
    assert (note.file, note.row, note.message) == (
        "b.xlsx",
        3,
        "'Xã Đăk Wil' is read as 'Xã Đắk Wil', another spelling of it",
    )


def test_the_area_is_unknown_unless_the_file_or_the_caller_says_it(tmp_path: Path) -> None:
    path = export(tmp_path, row("1"))
    assert "area" not in read(path).households.columns
    assert read(path, areas={"xã Đăk Wil": "urban"}).households["area"].to_list() == ["urban"]
    unsaid = read(path, areas={"Xã B": "urban"})
    assert unsaid.households["area"].to_list() == [None]
    assert [(p.count, p.remedy) for p in unsaid.problems if "says nothing" in p.message] == [(1, "name them in areas=")]
    assert read(path, areas=Prefixes({"Xã": "rural", "Phường": "urban"})).households["area"].to_list() == ["rural"]
    assert read(path, areas=Prefixes({"Thị trấn": "rural"})).households["area"].to_list() == [None]


def test_what_the_caller_says_may_not_contradict_the_file(tmp_path: Path) -> None:
    frame = pl.DataFrame({"household_id": ["a", "b"], "commune": ["Xã A", None], "area": ["urban", None]})
    frame.write_parquet(tmp_path / "a.parquet")
    made = read_round(tmp_path / "a.parquet", areas={"Xã A": "rural"}, units={"commune": "Xã A"})
    assert places(made) == [("CN115", 1, "area")]
    assert made.households.select("household_id", "commune", "area").rows() == [("b", "Xã A", "rural")]
    made = read_round(tmp_path / "a.parquet", units={"commune": "Xã B"})
    assert places(made) == [("CN115", 1, "commune")]


# --- persons ------------------------------------------------------------------------------------------


def members(path: Path, *rows: tuple[Any, ...]) -> Path:
    return workbook(path / "members.xlsx", [["household_id", "person_id", "sex", "weight_kg"], *rows])


def homes(path: Path, *codes: str) -> Path:
    return workbook(path / "homes.xlsx", [["household_id", "b1"], *((c, 100) for c in codes)])


def test_a_household_goes_on_only_with_all_of_its_members(tmp_path: Path) -> None:
    made = read_round(
        [
            homes(tmp_path, "a", "b", "c"),
            members(
                tmp_path, ("a", "1", "male", 60), ("a", "2", "x", 50), ("b", "1", "female", 55.5), ("d", "1", "male", 1)
            ),
        ]
    )
    assert made.households["household_id"].to_list() == ["b", "c"]
    assert made.persons.rows() == [("b", "1", "female", 55.5)]
    assert {(p.code, p.file, p.row) for p in made.errors} == {
        ("CN112", "members.xlsx", 3), ("CN116", "members.xlsx", 2), ("CN116", "homes.xlsx", 2), ("CN116", "members.xlsx", 5),
    }  # fmt: skip
    assert adds_up(made)


def test_members_of_a_household_whose_row_is_bad(tmp_path: Path) -> None:
    bad = workbook(tmp_path / "homes.xlsx", [["household_id", "b1"], ["a", "x"], ["b", 5]])
    made = read_round([bad, members(tmp_path, ("a", "1", "male", 60), ("b", "1", "male", 60))])
    assert made.persons["household_id"].to_list() == ["b"]
    assert [p.message for p in made.errors if p.code == "CN116"] == ["the row of its household cannot be used"]


def test_persons_twice_in_a_household(tmp_path: Path) -> None:
    made = read_round(
        [
            homes(tmp_path, "a", "b"),
            members(
                tmp_path, ("a", "1", "male", 60), ("a", "1", "male", 60), ("b", "1", "male", 60), ("b", "1", "male", 61)
            ),
        ]
    )
    assert made.persons.height == 1
    assert made.counts["repeated"] == 1
    assert [(p.code, p.row) for p in made.errors if p.file == "members.xlsx"] == [("CN115", 4), ("CN115", 5)]
    assert made.households["household_id"].to_list() == ["a"]
    assert adds_up(made)


# --- arguments, headings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [{"keep": "newest"}, {"duplicates": "drop"}, {"bad_cells": "skip"}, {"areas": {"Xã A": "town"}}, {"areas": Prefixes({"Xã": "town"})},
     {"units": {"hamlet": "A"}}, {"units": ["A"]}, {"key": "code"}, {"key": "id_number"}],
)  # fmt: skip
def test_arguments_that_cannot_be_used(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(HouseholdError) as caught:
        read(export(tmp_path, row("1")), **wrong)
    assert {p.code for p in caught.value.problems} == {"CN119"}
    assert all(p.remedy for p in caught.value.problems)


def test_all_wrong_arguments_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(HouseholdError) as caught:
        read_round([], keep="x", duplicates="y", bad_cells="z")
    assert [p.where for p in caught.value.problems] == ["duplicates", "keep", "bad_cells"]
    with pytest.raises(DataProblems, match="no file is given"):
        read_round([])


def test_a_heading_that_nobody_knows_names_the_nearest_profile_and_no_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["family.code", "classify", "b1Point", "Nguyễn Văn A"]])
    with pytest.raises(
        DataProblems, match="nearest is ministry-export, for which the headers 'b2point' are missing"
    ) as caught:
        read_round(path)
    assert "Nguyễn" not in str(caught.value)
    assert caught.value.problems[0].code == "CN108"


def test_two_columns_that_hold_the_same(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["household_id", "b1", "B1"], ["a", 1, 2]])
    with pytest.raises(DataProblems, match="columns B and C both hold b1") as caught:
        read_round(path)
    assert caught.value.problems[0].code == "CN109"


def test_a_sheet_beside_the_table_is_left_and_one_that_was_chosen_is_not(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["Ghi chú"], ["x"]], [["household_id"], ["a"]])
    assert read_round(path).households["household_id"].to_list() == ["a"]
    with pytest.raises(DataProblems, match="the heading is not known"):
        read_round(path, "canonical")


def test_columns_nobody_knows_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["household_id", "Màu mái", "Số điện thoại"], ["a", "đỏ", "0900"]])
    notes = {(p.column, p.message) for p in read_round(path).problems}
    assert notes == {
        ("B Màu mái", "is not read: the profile does not know it"),
        ("C Số điện thoại", "is not read: by its header it is personal (phone)"),
    }


def test_a_code_that_excel_has_rounded(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", [["household_id"], [1.2345678901234567e17], ["1,2E+17"], ["123456789012345678"]]
    )
    made = read_round(path)
    assert [(p.code, p.row) for p in made.errors] == [("CN113", 2), ("CN113", 3)]
    assert made.households["household_id"].to_list() == ["123456789012345678"]


# --- properties ---------------------------------------------------------------------------------------

HARD = ["", " ", "--", "0", "-1", "1.500", "1,5", "1.500.000", "9" * 40, "1E+5", "1E+99", "#REF!", FORMULA, "\ue001", "TRUE", "31/02/2024", "2024-13-01",
        "01/10/2024", "45000", "Hộ nghèo", "HỘ  NGHÈO", "Đa\u0306\u0301k", "\u200b", "½", "١٢", "nan", "inf", "None", "x" * 500]  # fmt: skip
CELLS = st.one_of(st.none(), st.sampled_from(HARD), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))


def sheet_of(rows: Sequence[Sequence[str | None]]) -> Sheet:
    whole = [KEYS, WORDS, *rows]
    frame = pl.DataFrame({letter(i): pl.Series([r[i] for r in whole], dtype=pl.String) for i in range(len(KEYS))})
    return Sheet("a.xlsx", "S", frame, 1, tuple((n, tuple(c or "" for c in r)) for n, r in enumerate(whole, 1)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(KEYS) - 1), CELLS)
def test_any_cell_is_a_value_or_a_problem_in_its_row_and_column(position: int, cell: str | None) -> None:
    rows = [row("1"), row("2"), row("3")]
    rows[1][position] = cell
    made = read_round(sheet_of(rows), "ministry-export", units=PLACE)
    assert adds_up(made)
    kept = made.households["household_code"].to_list()
    if made.errors:
        assert all(
            p.column == f"{letter(position)} {KEYS[position]}" and p.row == 4 for p in made.errors if p.code != "CN115"
        )
        assert "2" not in kept
    else:
        assert len(kept) + made.counts["repeated"] == 3


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(CELLS, min_size=len(KEYS), max_size=len(KEYS)), max_size=6),
    st.sampled_from([None, "first", "last"]),
    st.sampled_from(["row", "unknown"]),
)
def test_no_sheet_loses_a_row(rows: list[list[str | None]], keep: str | None, bad_cells: str) -> None:
    made = read_round(sheet_of(rows), "ministry-export", units=PLACE, keep=keep, bad_cells=bad_cells)
    assert set(made.counts) == set(COUNTS)
    assert adds_up(made)
    assert made.counts["read"] + made.counts["blank"] == len(rows)
    assert {p.row for p in made.errors} == set(made.rejected["row"])
    assert len({p.row for p in made.errors}) == made.counts["bad"]
    made.to_html()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=4), max_size=5))
def test_a_csv_comes_back_as_it_was_written(rows: list[list[str | None]]) -> None:
    import csv
    import tempfile

    text = io.StringIO(newline="")
    csv.writer(text).writerows([["h1", "h2", "h3", "h4", "h5"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
        (sheet,) = read_sheets(path, separator=",")
    for (_, texts), cells in zip(sheet.head[1:], rows, strict=True):
        wanted = [c or "" for c in cells]
        while wanted and not wanted[-1].strip():
            wanted.pop()
        assert list(texts) == wanted


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    import subprocess

    code = "import sys, chuanngheo.review.reading; print(' '.join(m for m in ('polars', 'openpyxl', 'rich') if m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == ""
    assert builtins.open is open


def test_a_household_is_the_same_with_and_without_the_kind_of_its_province(tmp_path: Path) -> None:
    found = []
    for name in ("Đắk Nông", "Tỉnh Đăk Nông", "TỈNH ĐẮK NÔNG"):
        (tmp_path / "a.csv").write_text(
            f"family.code,classify,b1Point,b2Point,province,commune,village\nMã hộ,,,,,,\n1,Hộ nghèo,100,30,{name},Xã A,1\n",
            encoding="utf-8",
        )
        found.append(read_round(tmp_path / "a.csv").households["household_id"].item())
    assert found == ["đắk nông/xã a/1/1"] * 3
