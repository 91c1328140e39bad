"""Survey files: Stata's types and labels, the merge with the weights, and units that change the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo import surveys

KEY = list(surveys.VHLSS_AREA)


def homes(**columns: Any) -> pl.DataFrame:
    """Four households in two địa bàn that have one number in two communes."""
    return pl.DataFrame(
        {
            "TINH": [1, 1, 1, 1],
            "Huyen": [1, 1, 1, 1],
            "xa": [4, 4, 7, 7],
            "diaban": [3, 3, 3, 3],
            "hoso": [1, 2, 1, 2],
            "ttnt": [1, 2, 2, None],
            "tsnguoi": [4, 4, 4, 4],
            "thunhap": [96_000, 72_000, 72_001, -1],
        }
        | columns
    )


def write(path: Path, frame: pl.DataFrame, **options: Any) -> Path:
    pyreadstat.write_dta(frame, path, **options)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    labels = {"TINH": "Tỉnh/thành phố", "thunhap": "Thu nhập 12 tháng (nghìn đồng)"}
    return write(
        tmp_path / "ho1.dta",
        homes(),
        column_labels=labels,
        variable_value_labels={"ttnt": {1: "Thành thị", 2: "Nông thôn"}},
    )


def codes(error: pytest.ExceptionInfo[cn.DataProblems]) -> list[str]:
    return [p.code for p in error.value.problems]


# ------------------------------------------------------------- reading


def test_names_labels_and_codes(file: Path) -> None:
    read = surveys.read_stata(file, key=surveys.VHLSS_HOUSEHOLD)
    assert read.frame.columns == ["tinh", "huyen", "xa", "diaban", "hoso", "ttnt", "tsnguoi", "thunhap"]
    assert set(read.frame.dtypes) == {pl.Int64}
    assert read.frame["ttnt"].to_list() == [1, 2, 2, None]
    assert read.frame["thunhap"].to_list() == [96_000, 72_000, 72_001, -1]  # the questionnaire's code stays
    assert read.labels == {"tinh": "Tỉnh/thành phố", "thunhap": "Thu nhập 12 tháng (nghìn đồng)"}
    assert read.codes == {"ttnt": {1: "Thành thị", 2: "Nông thôn"}}
    assert surveys.read_stata(file, columns=["ttnt", "HOSO"]).frame.columns == ["ttnt", "hoso"]


def test_labels_settle_what_codes_mean(tmp_path: Path) -> None:
    """One file codes the town 1, another 0: read by label they agree."""
    meant = {"Thành thị": "urban", "Nông thôn": "rural"}
    asked = []
    for name, town, country in (("a", 1, 2), ("b", 0, 1)):
        frame = homes(ttnt=[town, country, country, None])
        path = write(
            tmp_path / f"{name}.dta", frame, variable_value_labels={"ttnt": {town: "Thành thị", country: "Nông thôn"}}
        )
        read = surveys.read_stata(path)
        columns = dict(surveys.VHLSS_COLUMNS) | {"area": {"from": "ttnt", "codes": read.codes_of("ttnt", meant)}}
        asked.append(cn.standard("vn-2006").classify(read.frame, columns=columns)["possible"].to_list())
    assert asked[0] == asked[1]
    with pytest.raises(cn.DataProblems) as error:
        read.codes_of("ttnt", {"Thành thị": "urban"})
    assert codes(error) == ["CN206"]
    with pytest.raises(cn.DataProblems) as error:
        read.codes_of("tsnguoi", meant)
    assert codes(error) == ["CN206"]


def test_types_of_stata(tmp_path: Path) -> None:
    """Narrow integers are widened; missing values are null; doubles keep their parts; days stay days."""
    path = tmp_path / "types.dta"
    pd.DataFrame(
        {
            "narrow": pd.array([1, 100], dtype="Int8"),
            "small": pd.array([1, None], dtype="Int16"),
            "parts": [0.1, 16_777_217.5],
            "whole": [1.0, float("nan")],
            "text": ["Hà Nội", "Huế"],
            "day": pd.to_datetime(["2024-06-01", "2024-06-02"]),
        }
    ).to_stata(path, write_index=False, version=118, convert_dates={"day": "td"})
    frame = surveys.read_stata(path).frame
    assert dict(frame.schema) == {
        "narrow": pl.Int64, "small": pl.Int64, "parts": pl.Float64, "whole": pl.Int64, "text": pl.String, "day": pl.Date
    }  # fmt: skip
    assert (frame["narrow"] * 2).to_list() == [2, 200]
    assert frame["small"].to_list() == [1, None]
    assert frame["whole"].to_list() == [1, None]
    assert frame["parts"].to_list() == [0.1, 16_777_217.5]


def test_an_amount_that_stata_has_rounded_is_refused(tmp_path: Path) -> None:
    """Stata's float keeps 24 bits: 72,000,001 đồng is 72,000,000 in the file, and on the line."""
    path = tmp_path / "float.dta"
    income = pd.array([72_000_001, 16_000_001], dtype="float32")
    pd.DataFrame({"ttnt": [2, 2], "tsnguoi": [4, 4], "thunhap": income}).to_stata(path, write_index=False)
    frame = surveys.read_stata(path).frame
    assert frame.schema["thunhap"] == pl.Float32
    columns = dict(surveys.VHLSS_COLUMNS) | {"income": {"from": "thunhap", "unit": "VND/household/year"}}
    with pytest.raises(cn.DataProblems, match="thunhap"):
        cn.standard("vn-2022").classify(frame, columns=columns)
    small = pd.DataFrame({"thunhap": pd.array([72_000, 72_001], dtype="float32")})
    small.to_stata(path, write_index=False)
    assert surveys.read_stata(path).frame["thunhap"].to_list() == [72_000, 72_001]


@given(st.lists(st.none() | st.integers(-(2**53), 2**53) | st.floats(-1e12, 1e12), min_size=1, max_size=5))
def test_a_double_comes_back_as_it_was(values: list[float | None]) -> None:
    made = surveys._column("x", values, "double")
    assert made.to_list() == [None if v is None else float(v) for v in values]


def test_texts_of_old_files_are_read_as_told(tmp_path: Path) -> None:
    """Stata 13 and before write bytes: the same are é in one encoding and й in another."""
    path = tmp_path / "old.dta"
    pd.DataFrame({"place": ["Hué"]}).to_stata(path, write_index=False, version=114)
    assert surveys.read_stata(path, encoding="WINDOWS-1252").frame["place"].to_list() == ["Hué"]
    assert surveys.read_stata(path, encoding="WINDOWS-1251").frame["place"].to_list() == ["Huй"]
    with pytest.raises(cn.DataProblems) as error:
        surveys.read_stata(path, encoding="no such")
    assert codes(error) == ["CN205"]


def test_files_that_are_none(tmp_path: Path) -> None:
    text = tmp_path / "text.dta"
    text.write_text("tinh,huyen\n1,2\n", encoding="utf-8")
    for path in (text, tmp_path / "nothing.dta"):
        with pytest.raises(cn.DataProblems) as error:
            surveys.read_stata(path)
        assert codes(error) == ["CN205"]


def test_without_pyreadstat_the_extra_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyreadstat", None)
    with pytest.raises(cn.DataProblems, match=r"chuanngheo\[stata\]"):
        surveys.read_stata(file)


def test_names_that_are_not_there_or_twice(file: Path, tmp_path: Path) -> None:
    with pytest.raises(cn.DataProblems) as error:
        surveys.read_stata(file, columns=["thunhp", "tsnguoi"], key=["hosso"])
    assert codes(error) == ["CN206", "CN206"]
    assert "thunhap" in str(error.value)
    twice = write(tmp_path / "twice.dta", homes(XA=[1, 2, 3, 4]))
    with pytest.raises(cn.DataProblems) as error:
        surveys.read_stata(twice)
    assert codes(error) == ["CN207"]


def test_copies_of_a_household_are_found(tmp_path: Path) -> None:
    path = write(tmp_path / "copies.dta", homes(hoso=[1, 1, 2, None]))
    with pytest.raises(cn.DataProblems) as error:
        surveys.read_stata(path, key=surveys.VHLSS_HOUSEHOLD)
    blank, twice = error.value.problems
    assert (blank.code, blank.count, twice.code, twice.count) == ("CN208", 1, "CN208", 2)
    assert [row[0] for row in twice.rows] == [0, 1]


# ------------------------------------------------------------- the merge


def weights(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame(
        {"tinh": [1, 1], "huyen": [1, 1], "xa": [7, 4], "diaban": [3, 3], "wt9": [2_000.5, 1_000.0]} | columns
    )


def test_weights_come_to_their_households(file: Path) -> None:
    frame = surveys.read_stata(file).frame
    assert surveys.merge(frame, weights(), KEY)["wt9"].to_list() == [1_000.0, 1_000.0, 2_000.5, 2_000.5]
    made = surveys.merge(frame.to_pandas(), weights(), KEY)
    assert isinstance(made, pd.DataFrame)
    assert list(made.columns) == [*frame.columns, "wt9"]
    double = weights().with_columns(pl.col("xa").cast(pl.Float64))
    assert surveys.merge(frame, double, KEY)["wt9"].to_list() == [1_000.0, 1_000.0, 2_000.5, 2_000.5]


@given(st.lists(st.integers(0, 9), max_size=12), st.sets(st.integers(0, 9)))
def test_a_merge_is_a_look_up_of_each_row(mine: list[int], theirs: set[int]) -> None:
    held = {place: place * 10.5 for place in sorted(theirs, reverse=True)}
    many = pl.DataFrame({"n": range(len(mine)), "xa": mine}, {"n": pl.Int64, "xa": pl.Int64})
    one = pl.DataFrame({"xa": list(held), "wt9": list(held.values())}, {"xa": pl.Int64, "wt9": pl.Float64})
    lost = [place for place in mine if place not in held]
    if lost:
        with pytest.raises(cn.DataProblems) as error:
            surveys.merge(many, one, ["xa"])
        assert error.value.problems[0].count == len(lost)
    else:
        assert surveys.merge(many, one, ["xa"]).rows() == [(n, p, held[p]) for n, p in enumerate(mine)]


def test_the_number_of_a_dia_ban_alone_is_no_key(file: Path) -> None:
    frame = surveys.read_stata(file).frame
    with pytest.raises(cn.DataProblems) as error:
        surveys.merge(frame.drop("tinh", "huyen", "xa"), weights(), ["diaban"])
    assert codes(error) == ["CN208"]
    assert error.value.problems[0].count == 2


def test_merges_that_would_lose_households_are_refused(file: Path) -> None:
    frame = surveys.read_stata(file).frame
    with pytest.raises(cn.DataProblems) as error:
        surveys.merge(frame, weights(xa=[7, 5]), KEY)
    assert (codes(error), error.value.problems[0].count) == (["CN209"], 2)
    with pytest.raises(cn.DataProblems) as error:
        surveys.merge(frame, weights(xa=["07", "04"]), KEY)
    assert codes(error) == ["CN209"]
    with pytest.raises(cn.DataProblems) as error:
        surveys.merge(frame, weights(ttnt=[1, 2]), KEY)
    assert codes(error) == ["CN207"]
    with pytest.raises(cn.DataProblems) as error:
        surveys.merge(frame, weights(), [*KEY, "ky"])
    assert codes(error) == ["CN206"]
    with pytest.raises(cn.DataProblems) as error:
        surveys.merge(frame.with_columns(xa=pl.lit(None, pl.Int64)), weights(), KEY)
    assert codes(error) == ["CN209"]


# ------------------------------------------------------------- units


def test_the_survey_columns_mean_what_they_say(file: Path) -> None:
    """Thousand đồng a year: 72,000 for four persons is 1,500,000 đồng a person a month, on the rural line."""
    frame = surveys.read_stata(file).frame.with_columns(deprivations=3)
    made = cn.standard("vn-2022").classify(frame, columns=dict(surveys.VHLSS_COLUMNS))
    assert made["category"].to_list() == ["poor", "poor", "average", None]
    assert made["undetermined_because"].to_list()[3] == "area; income_per_person"


def test_thousands_taken_for_dong_contradict_the_income_a_person(file: Path) -> None:
    """`thubq` beside `thunhap` shows a wrong unit: both are given, so both are compared."""
    frame = surveys.read_stata(file).frame.with_columns(thubq=pl.Series([2_000, 1_500, None, -1]), deprivations=3)
    right = dict(surveys.VHLSS_COLUMNS) | {
        "income_per_person": {"from": "thubq", "unit": "thousand VND/person/month", "missing": [-1]}
    }
    assert cn.standard("vn-2022").classify(frame, columns=right)["category"].to_list()[:2] == ["poor", "poor"]
    wrong = right | {"income": {"from": "thunhap", "unit": "VND/household/year", "missing": [-1]}}
    with pytest.raises(cn.DataProblems, match="CN045"):
        cn.standard("vn-2022").classify(frame, columns=wrong)
