"""Price indices: exact conversion, the shipped index against an earlier edition and against its own words."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.comparing.prices import PriceIndex, price_index, shipped_cpi

FILE = Path(__file__).parent.parent / "standards" / "vn" / "prices" / "cpi.yaml"
DATA = yaml.safe_load(FILE.read_text(encoding="utf-8"))
LEVELS = st.dictionaries(
    st.integers(1990, 2030), st.fractions(min_value=Fraction(1, 1000), max_value=10_000), min_size=1, max_size=8
)


def test_figures_are_decimal_texts() -> None:
    """A float in the file would not be the published figure."""
    for section in ("changes", "levels"):
        assert all(isinstance(v, str) for v in DATA[section].values())
    assert sorted(DATA["changes"]) == list(range(1996, 2025))
    assert sorted(DATA["levels"]) == list(range(1995, 2013))


def test_the_shipped_index_is_the_product_of_the_published_changes() -> None:
    index = shipped_cpi()
    assert index.base == 1995
    assert index.values[1995] == 100
    for year, change in DATA["changes"].items():
        assert index.ratio(year - 1, year) == 1 + Fraction(change) / 100


def test_two_editions_of_the_world_bank_agree() -> None:
    """FP.CPI.TOTL (2005 = 100) of 2013 beside FP.CPI.TOTL.ZG of 2025: alike to 2002, revised a little afterwards."""
    index, levels = shipped_cpi(), {y: Fraction(v) for y, v in DATA["levels"].items()}
    for year in range(1996, 2013):
        other = levels[year] / levels[year - 1]
        off = abs(index.ratio(year - 1, year) / other - 1)
        assert off < (Fraction(1, 10**12) if year <= 2002 else Fraction(4, 1000)), year
    whole = index.ratio(1995, 2012) / (levels[2012] / levels[1995])
    assert abs(whole - 1) < Fraction(1, 1000)


def test_a_line_of_2021_in_prices_of_2024() -> None:
    """1.0315650749963129 * 1.0325289282667662 * 1.0362109273885843, from the three changes of the file."""
    converted = shipped_cpi().convert(1_500_000, 2021, 2024)
    wanted = Fraction(1_500_000)
    for change in ("3.15650749963129", "3.25289282667662", "3.62109273885843"):
        wanted *= 1 + Fraction(change) / 100
    assert converted == wanted
    assert round(converted) == 1_655_535


def test_it_says_where_it_is_from() -> None:
    cite = shipped_cpi().cite
    assert cite is not None
    assert cite.grade == "B"
    assert cite.source.number == "FP.CPI.TOTL.ZG"
    assert cite.label("vi") != cite.label("en")
    assert shipped_cpi().label["vi"].startswith("Chỉ số giá tiêu dùng")


def test_it_is_a_value() -> None:
    index = shipped_cpi()
    assert pickle.loads(pickle.dumps(index)) == index
    assert hash(index) == hash(pickle.loads(pickle.dumps(index)))
    assert repr(index) == "<PriceIndex cpi-vn 1995-2024>"
    assert price_index({2020: 1}, name="mine") != price_index({2020: 1}, name="yours")


@given(LEVELS, st.integers(0, 10**9), st.data())
def test_there_and_back_is_the_same_amount(levels: dict[int, Fraction], amount: int, data: Any) -> None:
    index = price_index(levels)
    years = st.sampled_from(sorted(levels))
    a, b, c = data.draw(years), data.draw(years), data.draw(years)
    assert index.convert(index.convert(amount, a, b), b, a) == amount
    assert index.convert(amount, a, a) == amount
    assert index.convert(index.convert(amount, a, b), b, c) == index.convert(amount, a, c)
    assert index.values[index.base] == 100


@given(LEVELS, st.fractions(min_value=Fraction(1, 100), max_value=100))
def test_the_scale_of_an_index_does_not_matter(levels: dict[int, Fraction], factor: Fraction) -> None:
    assert price_index(levels) == price_index({y: v * factor for y, v in levels.items()})


@pytest.mark.parametrize("level", [105, "105", Decimal("105"), 105.0, Fraction(105), " 105.000 "])
def test_levels_are_read_as_they_are_written(level: Any) -> None:
    assert price_index({2020: 100, 2021: level}).ratio(2020, 2021) == Fraction(21, 20)


def test_a_float_is_its_shortest_text() -> None:
    assert price_index({2020: 1, 2021: 0.1}).ratio(2020, 2021) == Fraction(1, 10)
    assert price_index({2020: 1, 2021: 2}).convert(0.1, 2020, 2021) == Fraction(1, 5)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({}, ["values"]),
        ({"2020": 100}, ["values['2020']"]),
        ({2020: 0, 2021: -1, 2022: "x", 2023: float("nan"), 2024: True, 2025: None}, [f"values[{y}]" for y in range(2020, 2026)]),
        ({2020: 100, True: 1}, ["values[True]"]),
    ],
)  # fmt: skip
def test_every_entry_that_is_not_usable_is_named(values: dict[Any, Any], where: list[str]) -> None:
    with pytest.raises(cn.DataProblems) as caught:
        price_index(values)
    assert [p.where for p in caught.value.problems] == where
    assert {p.code for p in caught.value.problems} == {"CN185"}


def test_a_base_year_is_one_of_the_years() -> None:
    assert price_index({2020: 2, 2021: 3}, base=2021).values == {2020: Fraction(200, 3), 2021: 100}
    with pytest.raises(cn.DataProblems, match="CN185"):
        price_index({2020: 2}, base=2021)


def test_a_missing_year_names_the_span() -> None:
    with pytest.raises(cn.NoStandard) as caught:
        shipped_cpi().convert(1, 1990, 2026)
    assert [p.code for p in caught.value.problems] == ["CN186", "CN186"]
    assert "1995 to 2024" in str(caught.value)
    with pytest.raises(cn.NoStandard, match="years=, in_year="):
        cn.compare("vn-2022", "vn-2027", prices=shipped_cpi())
    assert cn.compare("vn-2022", "vn-2027", prices=shipped_cpi(), years=(2022, 2024)).in_year == 2024
    gap: PriceIndex = price_index({2010: 1, 2013: 2})
    with pytest.raises(LookupError, match="2010 to 2013 without 2011, 2012"):
        gap.ratio(2010, 2011)


@pytest.mark.parametrize("amount", ["1.500.000", None, True, float("inf"), object()])
def test_what_is_no_amount_is_refused(amount: Any) -> None:
    with pytest.raises(cn.DataProblems, match="CN187"):
        shipped_cpi().convert(amount, 2020, 2021)
