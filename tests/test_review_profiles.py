"""Profiles: what each known layout means, how cells are read, and how a faulty profile is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.errors import DataProblems, HouseholdError, NoStandard, RuleFileError
from chuanngheo.review.profiles import (
    HOUSEHOLDS,
    LEVELS,
    PERSONS,
    Column,
    profile,
    profiles,
    read_cell,
    read_profile,
    recognise,
    targets,
)
from chuanngheo.review.reading import read_round
from chuanngheo.review.rounds import Round
from chuanngheo.review.sheets import Sheet, cell_text, letter

FOLDER = Path(__file__).parent.parent / "standards" / "vn" / "review" / "profiles"
PLACE = {"commune": "Xã Đắk Wil", "village": "Thôn 1"}


def sheet(*rows: Sequence[Any], name: str = "S") -> Sheet:
    """A sheet as it is read from a workbook."""
    width = max(map(len, rows))
    texts = [[cell_text(c) for c in r] + [None] * (width - len(r)) for r in rows]
    frame = pl.DataFrame({letter(i): pl.Series([r[i] for r in texts], dtype=pl.String) for i in range(width)})
    return Sheet("a.xlsx", name, frame, 1, tuple((n, tuple(c or "" for c in r)) for n, r in enumerate(texts, 1)))


def faults(made: Round) -> list[tuple[str, int, str]]:
    return [(p.code, p.row, p.column) for p in made.errors]


# --- each layout, as input formats have it -------------------------------------------------------------


def test_every_known_layout_has_its_profile() -> None:
    assert [p.name for p in profiles()] == [
        "canonical", "desktop-2016", "form-b1", "ipoor", "ipoor-database", "member-list", "ministry-export", "warehouse",
    ]  # fmt: skip
    assert profile("ipoor") is profile("ipoor")
    with pytest.raises(NoStandard, match="did you mean ipoor"):
        profile("ipor")


def test_ministry_export() -> None:
    keys = ["date", "family.hostName", "family.code", "family.coDanTocTaiCho", "family.hostGender", "family.numberOfMembers",
            "quickReview.result", "b1Point", "b2Point", "classify", "reviewer", "deprivation.nutrition", "reason.lackCapital", "family.isDTTS"]  # fmt: skip
    made = read_round(sheet(
        keys, ["Thời gian rà soát", "Chủ hộ", "Mã hộ"],
        ["15/11/2024", "A", "7", "Có", None, "5", "--", "140", "30", "Hộ nghèo", "B", "TRUE", "FALSE", "Có"],
        ["15/11/2024", "A", "8", None, "Nữ", 2, "--", 141, 0, "Hộ  không nghèo", "B", False, None, None],
    ), units=PLACE)  # fmt: skip
    assert made.profile.name == "ministry-export"
    assert made.profile.computed == ("deprivations",)
    chosen = ["household_size", "b1", "b2", "recorded", "deprived_nutrition", "cause_capital", "minority_household"]
    assert made.households.select(chosen).rows() == [
        (5, 140, 30, "poor", True, False, True),
        (2, 141, 0, "neither", False, None, None),
    ]


def test_ipoor() -> None:
    keys = ["variables", "name", "dob", "gender", "ethnic", "address_line", "ID_num", "family_mem", "classified_before_check", "B1_score", "B2_score",
            "income_per_capita ", "classified_after_check", "", "description", "note", "pdf_url", "province", "district", "commune", "village", "date_check", "official_check"]  # fmt: skip
    group = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc", "Địa chỉ chi tiết", "CCCD", "Số thành viên", "Phân loại trước rà soát", "Điểm B1", "Điểm B2",
             "Thu nhập bình quân đầu người của hộ", "Kết luận rà soát", "Khu vực"]  # fmt: skip
    codes = [
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "1. Hộ nghèo; 2. Hộ cận nghèo",
        "",
        "",
        "",
        "1. Hộ nghèo",
        "1. Thành thị; 2. Nông thôn",
    ]

    def home(n: str, area: Any, result: Any, income: Any) -> list[Any]:
        return [
            n,
            "A",
            "1980",
            "Nam",
            "Mạ",
            "x",
            f"07918501234{n}",
            4,
            1,
            110,
            20,
            income,
            result,
            area,
            "",
            "",
            "",
            "P",
            "D",
            "Xã C",
            "Thôn V",
            dt.date(2025, 10, 1),
            "B",
        ]

    made = sheet(
        ["DANH SÁCH"],
        keys,
        group,
        [""],
        codes,
        home("1", 1, 1, 1_200_000),
        home("2", "2", "Cận nghèo", "1.250.000"),
        home("3", 2, "Không nghèo", 900),
        home("4", None, 4, None),
    )
    with pytest.raises(DataProblems, match="no household_code"):
        read_round(made)
    result = read_round(made, key="id_number", secret="x")
    assert result.households.select("area", "recorded", "income_per_person", "ethnicity", "review_date").rows() == [
        ("urban", "poor", 1_200_000, "Mạ", dt.date(2025, 10, 1)), ("rural", "neither", 900, "Mạ", dt.date(2025, 10, 1)), (None, None, None, "Mạ", dt.date(2025, 10, 1)),
    ]  # fmt: skip
    assert faults(result) == [("CN111", 7, "L income_per_capita")]
    assert [(p.value, p.count) for p in result.problems if "saying nothing" in p.message] == [("4", 1)]
    assert all("1,2" not in h and "07918" not in h for h in result.households["household_id"])


def test_ipoor_database() -> None:
    keys = [
        "household_code",
        "head_name",
        "birth_date",
        "id_card",
        "commune",
        "village",
        "poverty_status",
        "members_count",
        "income_per_capita",
        "score_b1",
        "score_b2",
        "area",
        "last_surveyed_at",
    ]
    rows = [
        ["1", "A", "1980-01-01", "1", "C", "V", s, 3, 1_000_000, 100, 30, "Nông thôn", "2025-10-01T08:00:00"]
        for s in ("poor", "near_poor", "escaped_poverty")
    ]
    made = read_round(sheet(keys, *([f"{i}", *r[1:]] for i, r in enumerate(rows))))
    assert made.households.select("recorded", "area", "b1", "review_date").rows() == [
        (r, "rural", 100, dt.date(2025, 10, 1)) for r in ("poor", "near_poor", None)
    ]


def test_member_list() -> None:
    keys = [
        "HoVaTenChuHo",
        "HoVaTenThanhVien",
        "ChuHoID",
        "QHVCH",
        "NgaySinh",
        "GioiTinh",
        "CCCD",
        "Tinh",
        "Xa",
        "Thon",
        "DanToc",
        "PhanLoaiHo",
        "B1",
        "B2",
        "SoNhanKhau",
        "isDTTS",
    ]
    rest = ["P", "Xã C", "Thôn V", "Kinh", "2", "120", "20", "2", "0"]
    made = read_round(sheet(
        keys, ["A", "A", "9", "1", "02/03/1980", "Nam", "1", *rest], [None, "B", "9", "2", "1982", "Nữ", "2", *rest], [None, "C", "9", "3", None, "Nữ", "3", *rest],
        ["D", "D", "10", "1", "1/1/1970", "Nam", "4", *rest], [None, "E", "10", "2", "1/1/1971", "Nữ", "5", *rest[:5], "125", *rest[6:]],
    ), secret="s")  # fmt: skip
    assert faults(made) == [("CN115", 5, ""), ("CN115", 6, "")]
    assert made.errors[0].message.endswith("rows: b1")
    assert made.households.select(
        "household_id", "commune", "recorded", "b1", "b2", "household_size", "minority_household"
    ).rows() == [("9", "Xã C", "near_poor", 120, 20, 2, False)]
    assert made.persons.select("relation", "birth_date", "birth_year", "sex").rows() == [
        ("head", dt.date(1980, 3, 2), None, "male"), (None, None, 1982, "female"), (None, None, None, "female"),
    ]  # fmt: skip
    assert made.persons["person_id"].n_unique() == 3
    assert "commune" not in made.persons.columns


def test_warehouse_does_not_read_its_own_result() -> None:
    keys = ["ID_Ho", "HoTenChuHo", "LoaiKhuVuc", "NgayRaSoat", "Diem_B1", "Diem_B2", "TongDiemB1B2", "KetQuaCuoiCung"]
    made = read_round(
        sheet(
            keys,
            [1, "A", "Thành thị", "2024-10-01", 100, 60, 160, "Hộ nghèo"],
            [2, "B", "1", "2024-10-01", 100, 60, 160, "Hộ nghèo"],
        )
    )
    assert made.households.select("household_id", "area", "b1", "b2").rows() == [("1", "urban", 100, 60)]
    assert "recorded" not in made.households.columns
    assert faults(made) == [("CN112", 3, "C LoaiKhuVuc")]


def test_desktop_2016_has_its_own_period_and_its_own_codes_of_area() -> None:
    made = sheet(
        ["MaHN", "Maxa", "Chuho", "Thunhap", "MaKV", "Nhankhau", "Maloaiho"],
        ["H1", "X1", "A", 650.5, 1, 4, 0],
        ["H2", "X1", "B", "900", 0, 4, 2],
    )
    result = read_round(made, on=dt.date(2018, 10, 1))
    assert result.households.select("household_id", "income_per_person", "area", "household_size").rows() == [
        ("x1/H1", 650_500, "rural", 4),
        ("x1/H2", 900_000, "urban", 4),
    ]
    assert "recorded" not in result.households.columns
    with pytest.raises(HouseholdError, match="2016-01-01 to 2020-12-31"):
        read_round(made, on=dt.date(2024, 10, 1))


def test_area_codes_differ_between_layouts_and_are_not_shared() -> None:
    one = {p.name: p.tables[0].column("area") for p in profiles()}
    meant = {name: dict(column.codes) for name, column in one.items() if column is not None}
    assert [meant["ipoor"][c] for c in "12"] == ["urban", "rural"]
    assert [meant["desktop-2016"][c] for c in "01"] == ["urban", "rural"]
    assert not {"0", "1", "2"} & set(meant["warehouse"])


# Thông tư 02/2022/TT-BLĐTBXH, Phụ lục III Mẫu số 3.1, "Điền thông tin theo mã như sau"
PART_B = {
    3: ("relation", ["head", "spouse", "child", "parent", "other"]),
    5: ("sex", ["male", "female"]),
    8: ("attending_school", [True, False]),
    9: ("school_level", ["preschool", "primary", "lower_secondary", "upper_secondary", "short_course", "intermediate", "college", "university"]),
    10: ("schooling", ["none", "primary", "lower_secondary", "upper_secondary"]),
    11: ("training", ["none", "elementary", "intermediate", "college", "university", "postgraduate"]),
    12: ("health_insurance", [True, False]),
    13: ("internet", [True, False]),
    14: ("social_allowance", ["elderly", "disabled", "orphan"]),
    15: ("employment", ["working", "no_job", "unable", "studying", "not_wanting", "retired_homemaker"]),
    16: ("kind_of_work", ["public_servant", "enterprise", "household_hire", "other"]),
    17: ("contract", ["with", "without", "not_wage"]),
    18: ("pension", ["pension", "social_insurance", "merit"]),
    19: ("serious_illness", [True, False]),
}  # fmt: skip


@pytest.mark.parametrize("number", PART_B, ids=lambda n: f"column {n}")
def test_form_b1_part_b_has_the_codes_of_the_form(number: int) -> None:
    name, meant = PART_B[number]
    column = profile("form-b1").tables[1].column(name)
    assert column is not None
    assert str(number) in column.headers
    assert [read_cell(column, str(i + 1)) for i in range(len(meant))] == [(m, None) for m in meant]
    beyond, fault = read_cell(column, str(len(meant) + 1))
    assert beyond is None
    assert fault is not None
    assert fault.code == "CN112"
    assert read_cell(column, "")[0] == ("none" if number in (14, 18) else None)


def test_form_b1_part_a() -> None:
    heading = [
        "Mã hộ",
        "Khu vực",
        "I",
        "II",
        "III",
        "IV",
        "V",
        "VI",
        "VII",
        "VIII",
        "IX.1",
        "IX.2",
        "IX.14",
        "X.1",
        "XI.1",
        "XI.3",
        "XII",
        "XIII.2",
        "XIII.5",
    ]
    made = read_round(sheet(
        heading, ["1", 2, 3, 3, 3, 45.5, 2, 1, 60, 1, 0, 2, "3", 300, 1, 12, "X", "x", None], ["2", 1, 4, 1, 2, "30", 3, 4, None, 3, None, "00", 1, None, None, None, None, None, "X"],
    ), "form-b1", units=PLACE)  # fmt: skip
    assert made.errors == ()
    first, second = made.households.rows(named=True)
    known = {
        k: v
        for k, v in first.items()
        if v is not None and k not in ("household_id", "household_code", "commune", "village")
    }
    assert known == {
        "area": "rural", "column_material": "iron_steel_durable_wood", "roof_material": "special_metal_sheet", "wall_material": "durable_wood_metal", "floor_area": 45.5, "mezzanine_area": 0.0,
        "toilet_box": "flush_vip_seated_double", "electricity": 60.0, "water_box": "piped_bottled_purchased", "cars": 0, "motorcycles": 2, "telephones": 3,
        "pond_garden": 300.0, "cattle": 1, "poultry": 120, "aquaculture": True, "cause_capital": True,
    }  # fmt: skip
    assert (second["toilet"], second["water_source"], second["cause_knowledge"], second["cause_capital"]) == (
        "other",
        "protected_dug_well",
        True,
        None,
    )
    assert {(p.value, p.count) for p in made.problems if "saying nothing" in p.message} == {("2", 1), ("1", 1)}


def test_boxes_that_join_several_codes_are_told_to_classify() -> None:
    heading = ["Mã hộ", "Khu vực", "I", "II", "III", "V", "VIII"]
    made = read_round(sheet(heading, ["1", 2, 1, 1, 1, 2, 1], ["2", 2, 1, 1, 1, 3, 4]), "form-b1", units=PLACE)
    std = cn.standard("vn-2022")
    answer = std.classify(made.households, columns=made.columns)
    assert answer.select("deprived_water", "deprived_sanitation").rows() == [(False, False), (True, True)]
    other = std.classify(made.households, columns=made.columns, readings={"indicator-text": "decree_annex"})
    assert other.select("deprived_water", "deprived_sanitation").rows() == [(None, None), (None, True)]
    home = {"water_source": ["piped", "bottled", "purchased"], "toilet": ["septic"]}
    assert [i.held for i in std.score("b1", home).items[9:11]] == [("piped",), ("septic",)]


def test_boxes_that_join_several_codes_stand_for_one_only_where_every_rule_treats_them_alike() -> None:
    std = cn.standard("vn-2022")
    boxes = {"water_source": {"1": ("piped", "bottled", "purchased"), "3": ("protected_dug_well", "protected_spring")},
             "toilet": {"2": ("pour_flush", "ventilated_pit", "seated_pit", "double_vault")}}  # fmt: skip
    readings = [{}, {"indicator-text": "decree_annex"}, {"seated-pit": "annex_iv"}]
    for (fact, indicator), joined in zip(
        {"water_source": "deprived_water", "toilet": "deprived_sanitation"}.items(), boxes.values(), strict=True
    ):
        column = profile("form-b1").tables[0].column(fact)
        assert column is not None
        for box, codes in joined.items():
            homes = pl.DataFrame({"area": ["rural"] * len(codes), fact: codes})
            alike = all(std.classify(homes, readings=r)[indicator].n_unique() == 1 for r in readings)
            assert (column.codes[box] is not None) is alike
            assert column.codes[box] in (None, *codes)


def test_form_b1_with_members(tmp_path: Path) -> None:
    homes = sheet(
        ["Mã hộ", "I", "II", "III", "Thôn", "Xã"], ["1", 1, 1, 1, "Thôn 1", "Xã A"], ["1", 1, 1, 2, "Thôn 2", "Xã A"]
    )
    people = sheet(
        ["Mã hộ", "Thôn", "Xã", "2", "3", "4", "8", "16"],
        ["1", "Thôn 1", "Xã A", "N", 1, dt.date(1980, 1, 2), 2, 4],
        ["1", "Thôn 2", "xã A", "M", 1, 29222, 2, None],
        name="B",
    )
    made = read_round([homes, people])
    assert (
        made.households["household_id"].to_list()
        == made.persons["household_id"].to_list()
        == ["xã a/thôn 1/1", "xã a/thôn 2/1"]
    )
    assert made.persons["birth_date"].to_list() == [dt.date(1980, 1, 2), dt.date(1980, 1, 2)]


@pytest.mark.parametrize("level", LEVELS)
def test_canonical_takes_every_column_under_its_own_name(level: str) -> None:
    names = [n for n in targets(level) if n not in ("household_id", "person_id")]
    cells: list[Any] = []
    for name in names:
        target = targets(level)[name]
        cells.append(
            {
                "id": "c",
                "text": "t",
                "boolean": "TRUE",
                "date": "2024-02-29",
                "code": target.codes[-1:] and target.codes[-1],
            }.get(target.kind, max(1, int(target.least or 0)) * (target.multiple or 1))
        )
    first = ["household_id"] if level == HOUSEHOLDS else ["household_id", "person_id"]
    made = read_round(sheet([*first, *names], [*("x" for _ in first), *cells]))
    frame = made.households if level == HOUSEHOLDS else made.persons
    assert made.errors == ()
    assert frame.width == len(first) + len(names)
    assert all(v is not None for v in frame.row(0))


# --- cells --------------------------------------------------------------------------------------------


def column_of(name: str, level: str = HOUSEHOLDS, **more: Any) -> Column:
    return Column(targets(level)[name], (), **more)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1500000", 1_500_000), (" 0 ", 0), ("1.5E+6", 1_500_000), ("1.5000000000002E+6", 1_500_000), ("2.5E+0", None), ("1.500.000", None), ("1,500,000", None),
     ("1 500 000", None), ("1.500", None), ("1,5", None), ("-1", None), ("9" * 19, None), ("1E+99", None), ("một", None), ("1e5", None), ("٣", None)],
)  # fmt: skip
def test_amounts(text: str, value: int | None) -> None:
    found, fault = read_cell(column_of("income"), text)
    assert found == value
    assert (fault is None) is (value is not None)


@pytest.mark.parametrize(
    ("text", "more", "value"),
    [("3,5", {}, 3.5), ("3.5", {}, 3.5), ("3,125", {}, None), ("3,125", {"decimal": ","}, 3.125), ("1.500", {"grouping": "."}, 1500.0), ("1.500,25", {"grouping": ".", "decimal": ","}, 1500.25),
     ("15.00", {"grouping": "."}, None), ("1.50.000", {"grouping": "."}, None), ("3.125E+0", {}, 3.125), ("12", {"factor": Fraction(1, 2)}, 6.0)],
)  # fmt: skip
def test_decimals_and_groups_are_read_only_where_there_is_one_way(
    text: str, more: dict[str, Any], value: float | None
) -> None:
    assert read_cell(column_of("floor_area", **more), text)[0] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("01/02/2024", dt.date(2024, 2, 1)), ("1/2/2024", dt.date(2024, 2, 1)), ("2024-02-01", dt.date(2024, 2, 1)), ("2024-02-01T08:00:00", dt.date(2024, 2, 1)), ("45323", dt.date(2024, 2, 1)),
     ("29/02/2023", None), ("13/13/2024", None), ("01/02/24", None), ("01-02-2024", None), ("1985", None), ("0", None), ("450000", None)],
)  # fmt: skip
def test_days(text: str, value: dt.date | None) -> None:
    assert read_cell(column_of("review_date", days=("dd/mm/yyyy", "serial")), text)[0] == value
    assert read_cell(column_of("review_date", days=("dd/mm/yyyy", "serial")), "43861", from_1904=True)[0] == dt.date(
        2024, 2, 1
    )


def test_a_number_is_no_day_unless_the_profile_says_so() -> None:
    assert read_cell(column_of("review_date", days=("dd/mm/yyyy",)), "45323")[0] is None


@given(st.text(max_size=20), st.sampled_from(sorted(targets(HOUSEHOLDS))), st.booleans())
def test_a_cell_is_a_value_or_a_fault_never_both(text: str, name: str, old: bool) -> None:
    value, fault = read_cell(column_of(name, days=("dd/mm/yyyy", "serial")), text, from_1904=old)
    assert value is None or fault is None
    assert (value is None and fault is None) is (not text.strip())


@given(st.integers(-(10**20), 10**20), st.sampled_from([1, 10, 1000]))
def test_whole_numbers_are_exact_or_refused(number: int, factor: int) -> None:
    value, fault = read_cell(column_of("income", factor=factor), str(number))
    fits = 0 <= number * factor < 2**63
    assert value == (number * factor if fits else None)
    assert (fault is None) is fits


# --- recognising --------------------------------------------------------------------------------------


def test_a_heading_is_found_below_a_title_and_without_case_or_form() -> None:
    (match,) = recognise(
        sheet(["DANH SÁCH HỘ"], [], ["FAMILY.CODE", " classify", "B1POINT", "b2Point\u200b"], ["Mã hộ"])
    )
    assert (match.profile.name, match.data_from) == ("ministry-export", 5)
    assert recognise(sheet(["a", "b"])) == ()


def test_two_profiles_that_know_a_heading_are_never_settled_in_silence() -> None:
    both = sheet(["household_id", "ID_Ho", "Diem_B2"], ["1", "1", "10"])
    assert [m.profile.name for m in recognise(both)] == ["canonical", "warehouse"]
    with pytest.raises(DataProblems, match="profile='canonical'") as caught:
        read_round(both)
    assert caught.value.problems[0].code == "CN108"
    assert read_round(both, "warehouse").profile.name == "warehouse"


def test_files_of_two_layouts_are_two_rounds() -> None:
    with pytest.raises(DataProblems, match="2 layouts"):
        read_round([sheet(["household_id"], ["1"]), sheet(["ID_Ho", "Diem_B2"], ["1", "10"])])


# --- profiles of one's own ----------------------------------------------------------------------------


def own(path: Path, text: str) -> Path:
    (path / "own.yaml").write_text(text, encoding="utf-8")
    return path / "own.yaml"


def test_a_profile_of_ones_own_extends_a_shipped_one(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        """\
extends: form-b1
title: Huyện A
households:
  columns:
    water_source: {codes: {"1": piped}}
    floor_area: {headers: [Diện tích], unit: m2, decimal: ","}
""",
    )
    made = read_round(
        sheet(["Mã hộ", "I", "II", "III", "VIII", "Diện tích"], ["1", 1, 1, 1, 1, "45,125"]), path, units=PLACE
    )
    assert made.profile.name == "own"
    assert made.households.select("water_source", "water_box", "floor_area").rows() == [
        ("piped", "piped_bottled_purchased", 45.125)
    ]


def test_a_profile_from_nothing(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        """\
title: {vi: Của xã, en: Of the commune}
households:
  recognised_by: [Mã, Thu nhập]
  blanks: ["không rõ"]
  household: {code: household_code}
  columns:
    household_code: [Mã]
    income: {headers: [Thu nhập], unit: nghìn đồng/hộ/năm, blanks: ["-1"]}
    television: {headers: [Ti vi], codes: {Có: true, Không: false}}
""",
    )
    made = read_round(
        sheet(["Mã", "Thu nhập", "Ti vi"], ["1", 72_000.5, "có"], ["2", -1, "KHÔNG"], ["3", "Không rõ", None]),
        read_profile(path),
    )
    assert made.households.select("household_id", "income", "television").rows() == [
        ("1", 72_000_500, True),
        ("2", None, False),
        ("3", None, None),
    ]


@pytest.mark.parametrize(
    ("text", "place", "code", "says"),
    [
        ("- a\n", "1:1", "CN015", "a profile is a mapping"),
        ("title: x\n", "1:1", "CN009", "a profile has a table"),
        ("households: {columns: {b1: [x]}}\n", "1:13", "CN009", "recognised_by"),
        ("households: {recognised_by: [a]}\n", "1:13", "CN009", "columns"),
        ("households:\n  recognised_by: [a]\n  columns:\n    b3: [x]\n", "4:5", "CN107", "b3 is neither a fact"),
        ("households:\n  recognised_by: [a]\n  colums: {}\n", "3:3", "CN008", "colums"),
        ("households:\n  recognised_by: [a]\n  columns:\n    area: {codes: {\"1\": town}}\n", "4:25", "CN107", "'town' is not a code"),
        ("households:\n  recognised_by: [a]\n  columns:\n    b1: {codes: {\"1\": x}}\n", "4:17", "CN107", "has no codes"),
        ("households:\n  recognised_by: [a]\n  columns:\n    income: {unit: kg/person/month}\n", "4:20", "CN107", "no unit of income"),
        ("households:\n  recognised_by: [a]\n  columns:\n    area: {times: 10}\n", "4:19", "CN107", "has no times"),
        ("households:\n  recognised_by: [a]\n  columns: {b1: [x]}\n  personal: {pet: [x]}\n", "4:14", "CN107", "no personal role"),
        ("households:\n  recognised_by: [a]\n  columns: {b1: [x]}\n  household: {code: kode}\n", "4:21", "CN107", "kode is no column of households"),
        ("households:\n  recognised_by: [a]\n  columns: {b1: [x]}\n  household: {within: [hamlet]}\n", "4:24", "CN107", "'hamlet' is not known"),
        ("households:\n  recognised_by: [a]\n  columns: {b1: [x]}\n  states: review_date\n", "4:11", "CN107", "no column of this table"),
        ("households:\n  recognised_by: [a]\n  columns: {b1: [x]}\n  heading_rows: 0\n", "4:17", "CN107", "from 1 to 9"),
        ("households:\n  recognised_by: [a]\n  columns: {b1: [x]}\n  days: [yy-mm]\n", "4:10", "CN107", "'yy-mm' is not known"),
        ("households:\n  recognised_by: [a]\n  columns: {b1: {headers: [x], decimal: x}}\n", "3:41", "CN107", "a point, a comma"),
        ("households:\n  recognised_by: [a]\n  columns: {b1: {headers: [x], year: birth_year}}\n", "3:38", "CN107", "year: names"),
        ("extends: ../canonical\n", "1:10", "CN107", "no shipped profile"),
        ("period: {from: 2020-13-01}\nhouseholds: {recognised_by: [a], columns: {b1: [x]}}\n", "1:16", "CN013", "calendar"),
        ("title: a: b\n", "1:9", "CN002", "not YAML"),
    ],
)  # fmt: skip
def test_faults_of_a_profile_are_told_with_their_place(
    tmp_path: Path, text: str, place: str, code: str, says: str
) -> None:
    path = own(tmp_path, text)
    with pytest.raises(RuleFileError) as caught:
        read_profile(path)
    problem = caught.value.problems[0]
    assert (problem.where, problem.code) == (f"{path}:{place}", code)
    assert says in problem.message


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(p.name for p in profiles())), st.randoms(use_true_random=False))
def test_a_mangled_profile_is_refused_with_places_or_read(tmp_path: Path, name: str, random: Random) -> None:
    words = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").split(" ")
    for _ in range(random.randrange(1, 4)):
        place = random.randrange(len(words))
        words[place] = random.choice(
            ["", "[]", "{}", "x", "12", "true", "codes: {a: b}", "unknown", words[random.randrange(len(words))]]
        )
    path = own(tmp_path, " ".join(words))
    problems = None
    try:
        made = read_profile(path)
    except RuleFileError as error:
        problems = error.problems
    else:
        recognise(sheet(["household_id", "Mã hộ"], ["1", "2"]), [made])
    assert problems is None or (problems and all(p.where.startswith(f"{path}:") for p in problems))


def test_all_faults_of_a_profile_are_told_at_once(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        "households:\n  recognised_by: [a]\n  columns:\n    b3: [x]\n    area: {codes: {a: b}}\n  personal: {pet: [x]}\n",
    )
    with pytest.raises(RuleFileError) as caught:
        read_profile(path)
    assert len(caught.value.problems) == 3


def test_shipped_profiles_say_what_they_leave_and_name_no_column_twice() -> None:
    for shipped in profiles():
        assert set(shipped.titles) == {"vi", "en"}
        for table in shipped.tables:
            assert table.level in (HOUSEHOLDS, PERSONS)
            seen: dict[str, str] = {}
            for column in table.columns:
                for header in column.headers:
                    other = seen.setdefault(header, column.target.name)
                    assert other == column.target.name or other in ("toilet", "water_source", "floor_area"), (shipped.name, header)
            assert not set(table.left) & set(seen)
            assert all(reason for reason in table.left.values())
            assert table.recognised_by
