"""Provinces by day, the rows of form 3.3, and what stays unknown until the caller chooses."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuanngheo.errors import DataProblems, HouseholdError
from chuanngheo.review import units
from chuanngheo.review.data import load
from chuanngheo.review.units import (
    Crosswalk,
    NotComparable,
    UnknownUnit,
    apply,
    comparable,
    levels,
    province,
    provinces,
    read_crosswalk,
    region_of,
    with_areas,
    with_regions,
)

OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)
LAST = date(2026, 9, 20)  # after every change in the data
DATA = load("units.yaml")
GEOGRAPHY = {"central-city-rural": "geography"}

# Thông tư 02/2022/TT-BLĐTBXH, Phụ lục III, Mẫu số 3.3 item 15, as printed (also 1315/VBHN-BLĐTBXH).
FORM = {
    "rrd": "Vĩnh Phúc, Bắc Ninh, Quảng Ninh, Hải Dương, Hưng Yên, Thái Bình, Hà Nam, Nam Định, Ninh Bình",
    "nmm": "Hà Giang, Cao Bằng, Bắc Kạn, Tuyên Quang, Lào Cai, Yên Bái, Thái Nguyên, Lạng Sơn, Bắc Giang, "
    "Phú Thọ, Điện Biên, Lai Châu, Sơn La, Hòa Bình",
    "ncc": "Thanh Hóa, Nghệ An, Hà Tĩnh, Quảng Bình, Quảng Trị, Thừa Thiên Huế, Quảng Nam, Quảng Ngãi, "
    "Bình Định, Phú Yên, Khánh Hòa, Ninh Thuận, Bình Thuận",
    "ch": "Kon Tum, Gia Lai, Đắk Lắk, Đắk Nông, Lâm Đồng",
    "se": "Bình Phước, Tây Ninh, Bình Dương, Đồng Nai, Bà Rịa - Vũng Tàu",
    "mrd": "Long An, Tiền Giang, Bến Tre, Trà Vinh, Vĩnh Long, Đồng Tháp, An Giang, Kiên Giang, Hậu Giang, "
    "Sóc Trăng, Bạc Liêu, Cà Mau",
}
CITIES = ["TP. Hà Nội", "TP. Hải Phòng", "TP. Đà Nẵng", "TP. Hồ Chí Minh", "TP. Cần Thơ"]

# The 23 provinces of Resolution 202/2025/QH15 that were made of several, and the row their parts share.
MERGED = {
    "Tuyên Quang": "nmm", "Lào Cai": "nmm", "Thái Nguyên": "nmm", "Phú Thọ": None, "Bắc Ninh": None, "Hưng Yên": "rrd",
    "Hải Phòng": None, "Ninh Bình": "rrd", "Quảng Trị": "ncc", "Đà Nẵng": None, "Quảng Ngãi": None, "Gia Lai": None,
    "Khánh Hòa": "ncc", "Lâm Đồng": None, "Đắk Lắk": None, "Hồ Chí Minh": None, "Đồng Nai": "se", "Tây Ninh": None,
    "Cần Thơ": None, "Vĩnh Long": "mrd", "Đồng Tháp": "mrd", "Cà Mau": "mrd", "An Giang": "mrd",
}  # fmt: skip


def region_by_code(code: int) -> str:
    """The recoding of provinces used with the living standards surveys (nguyenngocbinh/vhlss, labels.R)."""
    if code in (1, 22) or 26 <= code <= 37:
        return "rrd"
    if (code <= 25 and code != 17) or code == 17:
        return "nmm"
    bounds = {60: "ncc", 68: "ch", 79: "se", 96: "mrd"}
    return next(region for last, region in bounds.items() if code <= last)


# --- provinces by day -----------------------------------------------------------------------------


def test_sixty_three_then_thirty_four() -> None:
    assert len(provinces(OLD)) == len({p.code for p in provinces(OLD)}) == 63
    assert len(provinces(NEW)) == len({p.code for p in provinces(NEW)}) == 34
    assert sum(p.central for p in provinces(NEW)) == 6
    assert levels(OLD) == ("province", "district", "commune", "village")
    assert levels(NEW) == ("province", "commune", "village")


def test_every_old_province_went_into_one_new_one() -> None:
    parts = [part for p in provinces(NEW) for part in p.parts]
    assert sorted(parts) == sorted(p for q in provinces(OLD) for p in q.parts)
    assert sum(len(p.parts) > 1 for p in provinces(NEW)) == len(MERGED) == 23
    assert {p.name for p in provinces(NEW) if len(p.parts) > 1} == set(MERGED)


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        ("Tỉnh Thừa Thiên Huế", "Thành phố Huế", date(2025, 1, 1)),  # 175/2024/QH15
        ("Tỉnh Đồng Nai", "Thành phố Đồng Nai", date(2026, 4, 30)),  # 30/2026/QH16
        ("Tỉnh Quảng Ninh", "Thành phố Quảng Ninh", date(2026, 9, 1)),  # 36/2026/QH16
        ("Tỉnh Bắc Ninh", "Thành phố Bắc Ninh", date(2026, 9, 20)),  # 39/2026/QH16
    ],
)
def test_new_cities_from_their_day(old: str, new: str, first: date) -> None:
    before, after = province(old, first - timedelta(days=1)), province(new, first)
    assert (before.full_name, before.central, before.last) == (old, False, first - timedelta(days=1))
    assert (after.full_name, after.central, after.first) == (new, True, first)
    assert (before.code, before.parts) == (after.code, after.parts)
    with pytest.raises(UnknownUnit):
        province(new, first - timedelta(days=1))


def test_nine_cities_in_the_autumn_of_2026() -> None:
    assert sum(p.central for p in provinces(LAST)) == 9
    assert len(provinces(LAST)) == 34


@given(st.dates(date(2008, 8, 1), date(2035, 1, 1)))
def test_each_day_has_one_map(day: date) -> None:
    names = [p.name for p in provinces(day)]
    assert len(names) == len(set(names)) == (63 if day < NEW else 34)
    for p in provinces(day):
        assert p.first <= day <= (p.last or day)
        assert province(p.code, day) is province(p.full_name.upper(), day) is province(p.name, day) is p


def test_before_the_first_list() -> None:
    with pytest.raises(UnknownUnit, match="CN100") as error:
        provinces(date(2008, 7, 31))
    assert "2008-08-01" in str(error.value)
    with pytest.raises(HouseholdError, match="CN065"):
        provinces("2024")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "day", "told"),
    [
        ("Bình Đinh", OLD, "Bình Định"),
        ("Bình Định", NEW, "give 'Gia Lai', and former='Bình Định'"),
        ("52", date(2024, 1, 1), None),  # a code is that of its day
        ("64", NEW, "Gia Lai is part of Tỉnh Gia Lai"),
        ("Tỉnh Thừa Thiên - Huế", NEW, "Thừa Thiên Huế is Thành phố Huế on that day: give 'Huế'"),
        ("Huế", date(2024, 12, 31), "lists them"),
        ("Thành phố Bắc Ninh", NEW, "Bắc Ninh"),
        ("", NEW, "lists them"),
        ("Da Nang", NEW, "Đà Nẵng"),
    ],
)
def test_names_that_are_not_there(name: str, day: date, told: str | None) -> None:
    if told is None:
        assert province(name, day).name == "Bình Định"
        assert province(name, NEW).name == "Gia Lai"
        return
    with pytest.raises(UnknownUnit, match="CN101") as error:
        province(name, day)
    assert told in str(error.value)
    assert isinstance(error.value, LookupError)


# --- regions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", FORM)
def test_the_rows_of_the_form(region: str) -> None:
    for name in FORM[region].split(", "):
        found = region_of(name, date(2024, 9, 1))
        assert (found.region, found.central_city, found.grade) == (region, False, "A")
        assert not found.reasons
        assert not found.choices


@pytest.mark.parametrize("name", CITIES)
def test_the_five_cities(name: str) -> None:
    found = region_of(name, date(2024, 9, 1))
    assert (found.region, found.central_city) == (None, True)
    assert found.choices == {"central-city-rural": ("not_stated", "geography")}
    assert province(name, OLD).name in found.reasons[0]["vi"]
    assert found.grade == "A"
    chosen = region_of(name, date(2024, 9, 1), readings=GEOGRAPHY)
    assert (chosen.region is not None, chosen.central_city, chosen.grade) == (True, True, "D")


def test_codes_and_regions_agree_with_the_surveys() -> None:
    for p in provinces(date(2024, 1, 1)):
        assert region_of(p, date(2024, 1, 1), readings=GEOGRAPHY).region == region_by_code(int(p.code)), p.name


@pytest.mark.parametrize("name", MERGED)
def test_a_new_province_keeps_a_row_that_all_its_parts_share(name: str) -> None:
    found = region_of(name, NEW)
    assert found.region == MERGED[name]
    if found.region:
        assert (found.central_city, found.grade) == (False, "C")
        assert any("shared" in g["en"] or "share" in g["en"] for g in found.grounds)
    else:
        assert found.choices["former"] == province(name, NEW).parts
        assert found.reasons


@pytest.mark.parametrize("name", ["Cao Bằng", "Thanh Hóa", "Sơn La"])
def test_a_province_that_stayed_keeps_its_row(name: str) -> None:
    assert region_of(name, NEW) == region_of(name, NEW)
    assert (region_of(name, NEW).region, region_of(name, NEW).grade) == (region_of(name, OLD).region, "A")


def test_whether_a_merged_city_is_one_of_the_five_is_open() -> None:
    for name in ("Hải Phòng", "Đà Nẵng", "Hồ Chí Minh", "Cần Thơ"):
        found = region_of(name, NEW)
        assert (found.region, found.central_city, found.grounds) == (None, None, ())
        assert {"former", "merged-province", "central-city-rural", "new-central-city"} == set(found.choices)
        assert region_of(name, NEW, readings={"new-central-city": "status"}).central_city is True
        by_name = region_of(name, NEW, readings={"merged-province": "by_name", **GEOGRAPHY})
        assert (by_name.region, by_name.central_city, by_name.grade) == (
            region_of(name, OLD, readings=GEOGRAPHY).region, True, "D",
        )  # fmt: skip
    assert region_of("Lâm Đồng", NEW).central_city is False, "no part is a city"


@given(st.sampled_from([(p, part) for p in provinces(NEW) for part in p.parts]), st.sampled_from([{}, GEOGRAPHY]))
def test_the_former_province_decides(place: tuple[units.Province, str], readings: dict[str, str]) -> None:
    here, former = place
    now = region_of(here, NEW, former=former, readings=readings)
    then = region_of(former, date(2024, 12, 31), readings=readings)
    assert (now.region, now.central_city) == (then.region, then.central_city)
    assert now.grade >= then.grade


def test_a_new_city_that_the_form_lists_in_a_region() -> None:
    assert region_of("Thừa Thiên Huế", date(2024, 12, 31)).central_city is False
    for name, day, region in (
        ("Huế", date(2025, 1, 1), "ncc"),
        ("Huế", NEW, "ncc"),
        ("Đồng Nai", date(2026, 4, 30), "se"),
        ("Quảng Ninh", date(2026, 9, 1), "rrd"),
        ("Bắc Ninh", date(2026, 9, 20), None),
    ):
        found = region_of(name, day)
        assert (found.region, found.central_city) == (region, None)
        assert found.choices["new-central-city"] == ("not_stated", "listed", "status")
        for reading, city, grade in (("listed", False, "C"), ("status", True, "D")):
            chosen = region_of(name, day, readings={"new-central-city": reading})
            assert (chosen.region, chosen.central_city, chosen.grade) == (region, city, grade)
    bac_giang = region_of("Bắc Ninh", LAST, former="Bắc Giang", readings={"new-central-city": "status"})
    assert (bac_giang.region, bac_giang.central_city) == ("nmm", True)
    assert region_of("Bắc Ninh", LAST, former="24").region == "nmm", "a former province by its code then"


def test_no_reading_changes_what_is_known_without_one() -> None:
    names = {n: tuple(i["readings"]) for n, i in DATA["interpretations"].items()}
    for day in (date(2024, 1, 1), OLD, NEW, LAST):
        for p in provinces(day):
            plain = region_of(p, day)
            for senses in product(*names.values()):
                found = region_of(p, day, readings=dict(zip(names, senses, strict=True)))
                assert plain.region in (None, found.region)
                assert plain.central_city is None or plain.central_city == found.central_city


@given(st.sampled_from([(p, d) for d in (date(2024, 1, 1), OLD, NEW, LAST) for p in provinces(d)]))
def test_unknown_has_a_reason_and_a_way_out_in_both_languages(place: tuple[units.Province, date]) -> None:
    found = region_of(*place)
    unknown = found.region is None or found.central_city is None
    assert unknown is bool(found.reasons) is bool(found.choices)
    assert all(set(t) == {"vi", "en"} and all(t.values()) for t in (*found.reasons, *found.grounds))
    assert not any("{" in words for t in found.reasons for words in t.values())
    everything = {"central-city-rural": "geography", "merged-province": "by_name", "new-central-city": "listed"}
    settled = region_of(*place, readings=everything)
    assert settled.region
    assert settled.central_city is not None


def test_before_the_form_applied() -> None:
    found = region_of("Gia Lai", date(2021, 12, 31))
    assert (found.region, found.central_city, found.choices) == (None, None, {})
    assert "2022-01-01" in found.reasons[0]["en"]
    assert region_of("Gia Lai", date(2022, 1, 1)).region == "ch"


def test_wrong_readings_and_former_provinces() -> None:
    with pytest.raises(DataProblems) as error:
        region_of("Huế", NEW, readings={"merged": "shared_row", "new-central-city": "yes"})
    assert [p.code for p in error.value.problems] == ["CN102", "CN102"]
    assert "merged-province" in str(error.value)
    with pytest.raises(UnknownUnit, match="CN102") as lookup:
        region_of("Gia Lai", NEW, former="Phú Yên")
    assert "Bình Định, Gia Lai" in str(lookup.value)
    with pytest.raises(UnknownUnit, match="CN101"):
        region_of("Bình Định", NEW)


# --- tables ---------------------------------------------------------------------------------------

HOMES = {
    "household_id": ["a", "b", "c", "d", "e"],
    "province": ["Gia Lai", "TỈNH GIA LAI", None, "01", "Đắk Lắk"],
    "former": ["Bình Định", None, "Bình Định", "", "Đắk Lắk"],
}
KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "lazy": pl.LazyFrame, "pyarrow": pa.table}


def rows(frame: Any, *columns: str) -> list[tuple[Any, ...]]:
    if isinstance(frame, pd.DataFrame):
        return [tuple(None if pd.isna(v) else v for v in r) for r in frame[list(columns)].itertuples(index=False)]
    frame = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    return list(zip(*(frame[c].to_pylist() if isinstance(frame, pa.Table) else frame[c].to_list() for c in columns)))  # noqa: B905


@pytest.mark.parametrize("kind", KINDS)
def test_regions_beside_every_kind_of_table(kind: str) -> None:
    table = KINDS[kind](HOMES)
    found = with_regions(table, on=date(2026, 3, 1), former="former")
    assert type(found) is type(table)
    assert rows(found, "household_id", "region", "central_city") == [
        ("a", "ncc", False),
        ("b", None, False),
        ("c", None, None),
        ("d", None, True),
        ("e", "ch", False),
    ]
    without = with_regions(table, on=date(2026, 3, 1), readings={"merged-province": "by_name", **GEOGRAPHY})
    assert rows(without, "region") == [("ch",), ("ch",), (None,), ("rrd",), ("ch",)]


def test_pandas_keeps_its_index_and_an_unknown_truth() -> None:
    table = pd.DataFrame(HOMES, index=[9, 8, 7, 7, 5])
    found = with_regions(table, on=date(2026, 3, 1))
    assert list(found.index) == [9, 8, 7, 7, 5]
    assert str(found["central_city"].dtype) == "boolean"
    assert found["central_city"].isna().tolist() == [False, False, True, False, False]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_known_is_null_and_of_its_type(kind: str) -> None:
    for names in ([None, None], []):
        table = pl.DataFrame({"province": names}, schema={"province": pl.String})
        native = {"pandas": table.to_pandas, "pyarrow": table.to_arrow, "lazy": table.lazy}.get(kind, table.clone)()
        found = with_regions(native, on=NEW)
        assert rows(found, "region", "central_city") == [(None, None)] * len(names)
        if kind in ("polars", "lazy"):
            assert found.lazy().collect_schema()["central_city"] == pl.Boolean
            assert found.lazy().collect_schema()["region"] == pl.String


def test_codes_as_numbers_and_categories() -> None:
    table = pl.DataFrame({"tinh": [1, 67, 4], "name": pl.Series(["Gia Lai", None, "Gia Lai"], dtype=pl.Categorical)})
    assert rows(with_regions(table, on=OLD, column="tinh"), "region") == [(None,), ("ch",), ("nmm",)]
    assert rows(with_regions(table, on=OLD, column="name"), "region") == [("ch",), (None,), ("ch",)]


@given(st.lists(st.sampled_from([p.name for p in provinces(NEW)] + [None, ""])))  # type: ignore[arg-type]
def test_a_table_says_what_single_questions_say(names: list[str | None]) -> None:
    table = pl.DataFrame({"province": names}, schema={"province": pl.String})
    singles = [region_of(n, LAST) if n else None for n in names]
    assert rows(with_regions(table, on=LAST), "region", "central_city") == [
        (s.region, s.central_city) if s else (None, None) for s in singles
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_that_is_not_found_at_once(kind: str) -> None:
    names = ["Gia Lai", "Bình Định", "Gia Lay", "Bình Định", "Bình Định", "Bình Định"]
    table = KINDS[kind]({"household_id": list("abcdef"), "province": names})
    with pytest.raises(DataProblems) as error:
        with_regions(table, on=NEW)
    by_name = {p.value: p for p in error.value.problems}
    assert {n: p.count for n, p in by_name.items()} == {"Bình Định": 4, "Gia Lay": 1}
    assert all(p.code == "CN101" for p in by_name.values())
    assert [r[1] for r in by_name["Bình Định"].rows] == ["b", "d", "e"]
    if kind != "lazy":
        assert [r[0] for r in by_name["Bình Định"].rows] == [1, 3, 4]


def test_persons_in_the_wrong_column_are_not_shown() -> None:
    heads = pl.DataFrame({"household_id": ["a", "b"], "chu_ho": ["Lê Thái Bình", "Nguyễn Thị Hà Giang"]})
    with pytest.raises(DataProblems) as error:
        with_regions(heads, on=NEW, column="chu_ho")
    told = str(error.value) + repr(error.value.problems)
    assert "Lê" not in told
    assert "Nguyễn" not in told
    many = pl.DataFrame({"province": [f"X{n}" for n in range(500)]})
    with pytest.raises(DataProblems) as error:
        with_regions(many, on=NEW)
    assert sum(p.count for p in error.value.problems) == 500
    assert "430 more values" in error.value.problems[-1].message


def test_a_province_of_another_day() -> None:
    with pytest.raises(UnknownUnit, match="not that of 2025-07-01"):
        region_of(province("Gia Lai", OLD), NEW)
    assert region_of(province("Gia Lai", OLD), OLD).region == "ch"


def test_a_former_province_of_another() -> None:
    table = pl.DataFrame({"province": ["Gia Lai", "Gia Lai"], "cu": ["Phú Yên", "Bình Định"]})
    with pytest.raises(DataProblems, match="CN102") as error:
        with_regions(table, on=NEW, former="cu")
    assert error.value.problems[0].count == 1
    assert error.value.problems[0].where == "cu"


def test_columns_are_neither_missing_nor_overwritten() -> None:
    with pytest.raises(DataProblems) as error:
        with_regions(pl.DataFrame({"tinh": ["Huế"], "region": ["x"]}), on=NEW)
    assert [p.code for p in error.value.problems] == ["CN071", "CN080"]


def test_area_only_by_the_callers_mapping() -> None:
    table = pl.DataFrame({"commune": ["Xã A", "x. B", "Phường C", "Thị trấn D", "Đ", "Xã", None]})
    assert with_areas(table, {"Xã": "rural"})["area"].to_list() == ["rural", "rural"] + [None] * 5
    found = with_areas(table, {"Xã": "rural", "Phường": "urban", "TT.": "urban"})
    assert found["area"].to_list() == ["rural", "rural", "urban", "urban", None, None, None]
    assert with_areas(table, {})["area"].to_list() == [None] * 7
    with pytest.raises(DataProblems) as error:
        with_areas(table, {"Xa": "rural", "Xã": "nông thôn"})
    assert [p.value for p in error.value.problems] == ["Xa", "nông thôn"]


# --- crosswalks -----------------------------------------------------------------------------------

DAYS: dict[str, date] = {"before": date(2024, 12, 31), "after": date(2025, 12, 31)}
COLUMNS = ("from_province", "from_district", "from_commune", "to_province", "to_commune")
ROWS = [
    dict(zip(COLUMNS, values, strict=True))
    for values in [
        ("Bình Định", "Huyện An Lão", "Xã An Hưng", "Gia Lai", "Xã An Lão"),
        ("Bình Định", "Huyện An Lão", "Thị trấn An Lão", "Gia Lai", "Xã An Lão"),
        ("Gia Lai", "Huyện Chư Sê", "Xã Ia Tiêm", "Gia Lai", "Xã Ia Ko"),
    ]
]
HOUSEHOLDS = {
    "household_id": ["1", "2", "3", "4"],
    "province": ["Tỉnh Bình Định", "Tỉnh Bình Định", "Gia Lai", "Gia Lai"],
    "district": ["huyện An Lão", "huyện An Lão", "Huyện Chư Sê", None],
    "commune": ["Xã An Hưng", "TT. An Lão", "Xã Ia Tiêm", "Xã Ia Tiêm"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_households_in_the_units_of_the_new_map(kind: str) -> None:
    table = KINDS[kind](HOUSEHOLDS)
    found = apply(read_crosswalk(ROWS, **DAYS), table)
    assert type(found) is type(table)
    assert rows(found, "household_id", "province", "district", "commune") == [
        ("1", "Gia Lai", None, "Xã An Lão"),
        ("2", "Gia Lai", None, "Xã An Lão"),
        ("3", "Gia Lai", None, "Xã Ia Ko"),
        ("4", None, None, None),
    ]
    assert rows(found, "from_province", "from_commune")[0] == ("Tỉnh Bình Định", "Xã An Hưng")


def test_a_crosswalk_from_a_file_and_from_tables(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    pl.DataFrame(ROWS).write_csv(path, include_bom=True)
    expected = read_crosswalk(ROWS, **DAYS)
    assert read_crosswalk(path, **DAYS) == read_crosswalk(pd.DataFrame(ROWS), **DAYS) == expected
    assert read_crosswalk(pl.LazyFrame(ROWS), **DAYS) == read_crosswalk(pa.Table.from_pylist(ROWS), **DAYS) == expected


def test_households_of_a_divided_commune_are_named() -> None:
    named = [ROWS[0] | {"household_id": "1"}, ROWS[0] | {"household_id": "9", "to_commune": "Xã An Vinh"}, *ROWS[1:]]
    walk = read_crosswalk(named, **DAYS)
    homes = pl.DataFrame(HOUSEHOLDS).with_columns(
        commune=pl.lit("Xã An Hưng"), district=pl.lit("Huyện An Lão"), province=pl.lit("Bình Định")
    )
    assert apply(walk, homes)["commune"].to_list() == ["Xã An Lão", None, None, None]
    assert apply(walk, homes.with_columns(household_id=pl.lit(9)))["commune"].to_list() == ["Xã An Vinh"] * 4
    with pytest.raises(DataProblems, match="CN071"):
        apply(walk, homes.drop("household_id"))


def test_everything_wrong_with_a_crosswalk_at_once() -> None:
    bad = [
        *ROWS,
        ROWS[0] | {"from_province": "BÌNH ĐỊNH", "to_commune": "Xã An Vinh"},
        ROWS[0] | {"from_commune": "Xã An Tân", "share": "0.4"},
        ROWS[0] | {"from_commune": "", "share": 1},
        ROWS[0] | {"from_commune": "Xã An Dũng", "to_province": "Bình Định"},
    ]
    with pytest.raises(DataProblems) as error:
        read_crosswalk(bad, **DAYS)
    assert {p.code for p in error.value.problems} == {"CN103"}
    assert [p.where for p in error.value.problems] == [
        "row 4, share",
        "row 5, from_commune",
        "row 6, to_province",
        "rows 0, 3",
    ]
    assert "former='Bình Định'" in str(error.value)


def test_columns_of_a_crosswalk(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as error:
        read_crosswalk([{"from_provinse": "Gia Lai"}], **DAYS)
    assert [p.where for p in error.value.problems] == list(COLUMNS)
    assert "from_provinse" in str(error.value)
    path = tmp_path / "units.csv"
    path.write_text(
        ",".join(COLUMNS) + "\nGia Lai,Huyện Chư Sê,Xã Ia Tiêm,Gia Lai,Xã Ia Ko,Nguyễn Văn A\n", encoding="utf-8"
    )
    with pytest.raises(DataProblems, match="row 2: has more cells") as error:
        read_crosswalk(path, **DAYS)
    assert "Nguyễn" not in str(error.value)
    path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    assert read_crosswalk(path, **DAYS) == Crosswalk(DAYS["before"], DAYS["after"], ())
    path.write_bytes("Gia Lai".encode("utf-16"))
    with pytest.raises(DataProblems, match="UTF-8"):
        read_crosswalk(path, **DAYS)


@given(st.permutations(range(4)), st.integers(1, 3))
def test_the_order_of_rows_does_not_matter(order: list[int], take: int) -> None:
    walk = read_crosswalk(ROWS[:take], **DAYS)
    homes = pl.DataFrame(HOUSEHOLDS)
    assert apply(walk, homes[order]).equals(apply(walk, homes)[order])


def test_rounds_on_two_maps_need_a_crosswalk() -> None:
    assert comparable(date(2022, 12, 31), OLD)
    assert comparable(NEW, date(2026, 12, 31))
    with pytest.raises(NotComparable, match="CN104") as error:
        comparable(OLD, NEW)
    assert "read_crosswalk" in str(error.value)
    walk = read_crosswalk(ROWS, **DAYS)
    assert comparable(OLD, NEW, walk)
    with pytest.raises(NotComparable, match="leads from"):
        comparable(NEW, OLD, walk)
    with pytest.raises(NotComparable, match="leads from"):
        comparable(OLD, NEW, Crosswalk(NEW, LAST, ()))


# --- the data -------------------------------------------------------------------------------------


def test_every_citation_names_a_source_and_a_grade() -> None:
    cites = [DATA["rows"]["cite"], *(c["cite"] for c in DATA["changes"])]
    cites += [m[n] for m in DATA["maps"] for n in ("cite", "codes", "districts") if n in m]
    assert {c["grade"] for c in cites} <= set("ABC")
    assert {c["source"] for c in cites} == set(DATA["sources"])


def test_the_rows_name_every_province_once() -> None:
    listed = [p for some in DATA["rows"]["regions"].values() for p in some] + list(DATA["rows"]["cities"])
    assert sorted(listed) == sorted(DATA["maps"][0]["provinces"].values())


@pytest.mark.parametrize("kind", ["polars", "pandas", "pyarrow"])
def test_areas_fill_only_what_the_table_leaves_blank(kind: str) -> None:
    table: Any = pl.DataFrame({"commune": ["Xã A", "Phường B", "Xã C", None], "area": ["urban", None, None, None]})
    table = {"polars": table, "pandas": table.to_pandas(), "pyarrow": table.to_arrow()}[kind]
    found = with_areas(table, {"Xã": "rural"})
    column = found["area"].to_pylist() if kind == "pyarrow" else list(found["area"])
    assert [None if a != a else a for a in column] == ["urban", None, "rural", None]
