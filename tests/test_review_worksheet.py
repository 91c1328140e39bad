"""The income worksheet of Phụ lục VIII: sums, blanks, losses, days, and the class by note 2 of the form."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.review.worksheet import Worksheet, cell_names, form, income, incomes, period, row_names

STD = cn.standard("vn-2022")
FULL = {
    "crops": {"receipts": 30_000, "costs": 12_000},
    "livestock_cattle": {"receipts": 20_000, "costs": 9_500},
    "wages": {"receipts": 36_000},
    "other": {"receipts": 4_000},
}


def test_rows_of_the_form() -> None:
    """Phụ lục VIII mục II: nine sources, five parts of the first, three of the second."""
    assert [r["number"] for r in form()["rows"].values()] == [str(n) for n in range(1, 10)]
    assert [len(parts) for parts in row_names().values()] == [5, 3, 0, 0, 0, 0, 0, 0, 0]
    assert form()["rows"]["wages"]["label"]["vi"] == "Tiền lương, tiền công"
    assert form()["rows"]["salt"]["label"]["vi"].startswith("Diêm nghiệp (tính cả sản phẩm bán ra")
    assert (form()["unit"]["dong"], form()["period"]["months"]) == (1_000, 12)
    assert form()["left_out"]["state_allowances"]["cite"]["words"] == "Không tính khoản trợ cấp hoặc trợ giúp xã hội do ngân sách nhà nước bảo đảm thực hiện"  # fmt: skip
    assert len(cell_names()) == 2 * (9 + 8 + 1) + 1


def test_added_up_in_dong() -> None:
    made = income(FULL, 4, blank="none")
    assert made.receipts == (90_000_000, 90_000_000)
    assert made.costs == (21_500_000, 21_500_000)
    assert made.income == 68_500_000
    assert made.per_person == Fraction(68_500_000, 48)
    assert (made.missing, made.loss) == ((), False)
    assert made.facts(area="rural") == {"area": "rural", "household_size": 4, "income_excluding_allowances": 68_500_000}


@pytest.mark.parametrize("amount", [Decimal("1234.567"), "1234.567", " 1234.5670", 1234.567, Fraction(1234567, 1000)])
def test_money_is_exact(amount: Any) -> None:
    if amount == "1234.567":
        amount = "01234.567"  # with one to three digits before it, .567 could be thousands
    assert income({"wages": {"receipts": amount}}, 1, blank="none").income == 1_234_567


def test_a_float_is_its_shortest_text() -> None:
    assert income({"wages": {"receipts": 0.1}, "other": {"receipts": 0.2}}, 3, blank="none").income == 300


# --- the class: note 2 of the form --------------------------------------------------------------------

EDGES = [
    ("rural", 1_500_000, False), ("rural", 1_500_001, True), ("rural", 2_250_000, True), ("rural", 2_250_001, False),
    ("urban", 2_000_000, False), ("urban", 2_000_001, True), ("urban", 3_000_000, True), ("urban", 3_000_001, False),
]  # fmt: skip


@pytest.mark.parametrize(("area", "a_month", "average"), EDGES)
def test_average_living_standard(area: str, a_month: int, average: bool) -> None:
    """Ghi chú 2: trên 1.500.000 đồng đến 2.250.000 đồng (rural), trên 2.000.000 đến 3.000.000 (urban)."""
    made = income({"wages": {"receipts": Decimal(a_month) * 12 * 4 / 1000}, "state_allowances": 0}, 4, blank="none")
    assert made.per_person == a_month
    assert made.average(STD, area=area) is average
    assert (made.assess(STD, area=area).category == "average") is average


def test_allowances_are_shown_and_not_counted() -> None:
    """Ghi chú 1 (Thông tư 02/2022): không tính khoản trợ cấp … do ngân sách nhà nước bảo đảm."""
    made = income({"wages": {"receipts": 75_000}, "state_allowances": 6_000}, 4, blank="none")
    assert made.income == 75_000_000
    assert made.state_allowances == 6_000_000
    assert made.facts()["income"] == 81_000_000
    assert "6,000,000" in str(made)
    with_them = income({"wages": {"receipts": 70_000}, "state_allowances": 6_000}, 4, blank="none")
    assert with_them.average(STD, area="rural") is True  # 1,583,333 with allowances, 1,458,333 without
    assert with_them.average(STD, area="rural", readings={"average-lower-edge": "literal"}) is False


def test_unknown_allowances_leave_a_low_income_open() -> None:
    made = income({"wages": {"receipts": 70_000}}, 4, blank="none")
    assert made.state_allowances is None
    assert made.average(STD, area="rural") is None
    assert income({"wages": {"receipts": 80_000}}, 4, blank="none").average(STD, area="rural") is True


def test_open_area_and_size() -> None:
    made = income({"wages": {"receipts": 105_600}, "state_allowances": 0}, None, blank="none")
    assert made.per_person is None
    assert made.average(STD, area="rural") is None
    assert income({"wages": {"receipts": 105_600}, "state_allowances": 0}, 4, blank="none").average(STD) is True


# --- blanks -------------------------------------------------------------------------------------------


def test_a_blank_is_unknown_and_named() -> None:
    made = income({"wages": {"receipts": 36_000, "costs": 0}}, 4)
    assert made.income is None
    assert made.receipts == (36_000_000, None)
    assert made.costs == (0, None)
    assert made.income_bounds == (None, None)
    assert made.missing[:2] == ("crops.receipts", "crops.costs")
    assert len(made.missing) == 16
    assert made.facts() == {"household_size": 4}
    assert made.average(STD, area="rural") is None


def complete(**other: Any) -> dict[str, Any]:
    return {**{name: {"receipts": 0, "costs": 0} for name in row_names()}, **other}


def test_one_side_open_is_a_bound() -> None:
    lower = income(complete(wages={"receipts": None, "costs": 0}, other={"receipts": 50_000, "costs": 0}), 4)
    assert (lower.income_bounds, lower.missing, lower.loss) == ((50_000_000, None), ("wages.receipts",), False)
    upper = income(complete(wages={"receipts": 50_000}), 4)
    assert (upper.income_bounds, upper.missing, upper.loss) == ((None, 50_000_000), ("wages.costs",), None)


def test_parts_and_their_row() -> None:
    """A row with parts may be given itself, by its parts, or by both."""
    assert income(complete(crops={"receipts": 9, "costs": 4}), 1).income == 5_000
    parts = complete(crops=None, crops_food={"receipts": 9, "costs": 4})
    made = income(parts, 1)
    assert made.missing == ("crops_industrial.receipts", "crops_industrial.costs", "crops_fruit.receipts", "crops_fruit.costs",
                            "crops_byproducts.receipts", "crops_byproducts.costs", "crops_other.receipts", "crops_other.costs")  # fmt: skip
    assert made.receipts == (9_000, None)
    assert income(parts, 1, blank="none").income == 5_000
    assert income(complete(crops={"receipts": 10, "costs": 4}, crops_food={"receipts": 9}), 1).receipts == (
        10_000,
        10_000,
    )
    assert income({"total": {"receipts": 100, "costs": 40}}, 1).income == 60_000


@pytest.mark.parametrize(
    ("worksheet", "blank", "places"),
    [
        (complete(crops={"receipts": 8, "costs": 0}, crops_food={"receipts": 9}), "unknown", ["crops.receipts"]),
        (complete(crops={"receipts": 10, "costs": 0}, crops_food={"receipts": 9}), "none", ["crops.receipts"]),
        (complete(wages={"receipts": 7, "costs": 0}, total={"receipts": 8, "costs": 0}), "unknown", ["total.receipts"]),
        ({"wages": {"receipts": 7}, "total": {"receipts": 6}}, "unknown", ["total.receipts"]),
        ({"wages": {"receipts": 7, "costs": 1}, "total": {"receipts": 8, "costs": 2}}, "none", ["total.receipts", "total.costs"]),
    ],
)  # fmt: skip
def test_sums_that_do_not_agree(worksheet: dict[str, Any], blank: str, places: list[str]) -> None:
    with pytest.raises(cn.HouseholdError) as caught:
        income(worksheet, 2, blank=blank)
    assert [(p.code, p.where) for p in caught.value.problems] == [("CN157", place) for place in places]


def test_every_problem_at_once() -> None:
    with pytest.raises(cn.HouseholdError) as caught:
        income({"wage": {"receipts": 1}, "wages": {"receipts": "12.500", "cost": 2, "costs": -1}, "other": 5, "salt": {"receipts": "1,5"},
                "fishery": {"receipts": True, "costs": float("nan")}, "state_allowances": "x"}, 0)  # fmt: skip
    found = [(p.code, p.where) for p in caught.value.problems]
    assert found == [("CN156", "wage"), ("CN051", "wages.receipts"), ("CN156", "wages.cost"), ("CN050", "wages.costs"), ("CN156", "other"),
                     ("CN049", "salt.receipts"), ("CN049", "fishery.receipts"), ("CN049", "fishery.costs"), ("CN049", "state_allowances"),
                     ("CN050", "household_size")]  # fmt: skip
    assert "wages" in caught.value.problems[0].remedy
    with pytest.raises(cn.HouseholdError) as caught:
        income({"wages": {"receipts": "Nguyễn Văn An"}}, 1)
    assert "Nguyễn" not in str(caught.value) + repr(caught.value)
    with pytest.raises(cn.DataProblems) as table:
        incomes(pl.DataFrame({"wages_receipts": ["Nguyễn Văn An"]}))
    assert "Nguyễn" not in str(table.value) + repr(table.value)
    with pytest.raises(cn.HouseholdError):
        income([])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="blank"):
        income({}, 1, blank="zero")


# --- losses -------------------------------------------------------------------------------------------


def test_a_loss_is_shown_and_no_fact_until_the_caller_says_what_it_counts_as() -> None:
    made = income({"crops": {"receipts": 5_000, "costs": 8_000}, "state_allowances": 1_000}, 3, blank="none")
    assert (made.income, made.loss) == (-3_000_000, True)
    assert made.per_person == Fraction(-3_000_000, 36)
    with pytest.raises(cn.HouseholdError) as caught:
        made.facts(area="rural")
    assert [p.code for p in caught.value.problems] == ["CN158"]
    assert made.facts(loss="zero") == {"household_size": 3, "income_excluding_allowances": 0, "income": 1_000_000}
    assert made.average(STD, area="rural", loss="zero") is False
    assert "costs above receipts" in str(made)
    even = income({"crops": {"receipts": 8_000, "costs": 8_000}}, 3, blank="none")
    assert (even.income, even.loss, even.facts()["income_excluding_allowances"]) == (0, False, 0)


# --- the twelve months --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "first"),
    [("2024-03-15", "2023-03-16"), ("2024-02-29", "2023-03-01"), ("2025-02-28", "2024-02-29"), ("2024-02-28", "2023-03-01"),
     ("2024-01-01", "2023-01-02"), ("2023-12-31", "2023-01-01"), ("2024-01-31", "2023-02-01"), ("2025-03-01", "2024-03-02")],
)  # fmt: skip
def test_twelve_months_end_on_the_day_received(received: str, first: str) -> None:
    day = date.fromisoformat(received)
    assert period(day) == (date.fromisoformat(first), day)


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_any_day_has_a_year_before_it(day: date) -> None:
    first, last = period(day)
    assert last == day
    assert (last - first).days in (364, 365)
    assert (first - timedelta(days=1)).year in (day.year - 1, day.year)
    assert (first - timedelta(days=1)).month == day.month
    with pytest.raises(cn.HouseholdError):
        period("2024-01-01")  # type: ignore[arg-type]


# --- tables -------------------------------------------------------------------------------------------

CELLS = st.one_of(st.none(), st.integers(0, 10**6))
NAMES = [c for c in cell_names() if c != "state_allowances"]


def sheet(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        place, cell = name.rsplit("_", 1)
        found.setdefault(place, {})[cell] = value
    return found


def tried(worksheet: dict[str, Any], blank: str) -> Worksheet | None:
    """The worksheet, or None where its sums do not agree."""
    try:
        return income(worksheet, 3, blank=blank)
    except cn.HouseholdError as error:
        if {p.code for p in error.problems} != {"CN157"}:
            raise
        return None


@given(
    st.lists(st.dictionaries(st.sampled_from(NAMES), CELLS, max_size=30), min_size=1, max_size=4),
    st.sampled_from(["unknown", "none"]),
)
def test_tables_and_single_worksheets_agree(rows: list[dict[str, Any]], blank: str) -> None:
    table = pl.DataFrame([{n: row.get(n) for n in NAMES} for row in rows], schema=dict.fromkeys(NAMES, pl.Int64))
    made = incomes(table, blank=blank, check="defer").rows(named=True)
    for row, answer in zip(rows, made, strict=True):
        single = tried(sheet(row), blank)
        if single is None:
            assert "CN157" in answer["worksheet_problems"]
            assert answer["worksheet_income"] is None
            continue
        assert answer["worksheet_income"] == single.income
        assert answer["receipts"] == (single.receipts[0] if single.receipts[1] is not None else None)
        loss = single.income is not None and single.income < 0
        assert answer["income_excluding_allowances"] == (None if loss else single.income)
        assert ("CN158" in (answer["worksheet_problems"] or "")) is loss
        assert set((answer["missing_rows"] or "").split("; ")) - {""} == set(single.missing)


@given(st.lists(st.integers(0, 10**9), min_size=34, max_size=34))
def test_income_is_receipts_less_costs_whatever_the_rows(amounts: list[int]) -> None:
    plain = [r for name, parts in row_names().items() for r in (parts or (name,))]
    made = income({r: {"receipts": amounts[2 * i], "costs": amounts[2 * i + 1]} for i, r in enumerate(plain)}, 7)
    used = amounts[: 2 * len(plain)]
    assert made.income == 1_000 * (sum(used[::2]) - sum(used[1::2]))
    assert made.per_person == Fraction(made.income or 0, 84)
    assert sum(r.income or 0 for r in made.rows if not r.within and r.income is not None) <= 1_000 * sum(used[::2])


def test_table_for_classify() -> None:
    homes = pl.DataFrame({
        "household_id": [1, 2, 3], "area": ["rural"] * 3, "household_size": [4, 4, 4], "thu": ["108000", "108000.001", ""],
        "state_allowances": [0, 0, 0],
    })  # fmt: skip
    made = incomes(homes, {"wages_receipts": "thu"}, blank="none")
    assert made["income_excluding_allowances"].to_list() == [108_000_000, 108_000_001, 0]
    assert STD.classify(made.drop("receipts", "costs"))["category"].to_list() == ["average", "not_poor", None]


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "lazy"])
def test_other_tables(kind: str) -> None:
    table = pl.DataFrame({"wages_receipts": [72_000, None], "wages_costs": [0, 0], "x": ["a", None]})
    native: Any = {"pandas": table.to_pandas, "pyarrow": table.to_arrow, "lazy": table.lazy}[kind]()
    if kind == "pandas":
        native.index = [7, 9]
    made = incomes(native, blank="none")
    assert type(made) is type(native)
    if kind == "pandas":
        assert list(made.index) == [7, 9]
        assert made["income_excluding_allowances"].tolist() == [72_000_000, 0]
    else:
        frame = made.collect() if kind == "lazy" else pl.from_arrow(made)
        assert frame["income_excluding_allowances"].to_list() == [72_000_000, 0]
        assert frame["x"].to_list() == ["a", None]


def test_problems_of_a_table() -> None:
    table = pl.DataFrame(
        {
            "household_id": ["a", "b", "c", "d"],
            "wages_receipts": ["12.500", "-3", "1,5", "2"],
            "crops_costs": [1.0, 2.0005, float("nan"), 9.0],
        }
    )
    with pytest.raises(cn.DataProblems) as caught:
        incomes(table, blank="none")
    found = {(p.code, p.where): (p.count, [r[1] for r in p.rows]) for p in caught.value.problems}
    assert found == {("CN051", "wages_receipts"): (1, ["a"]), ("CN049", "wages_receipts"): (1, ["c"]), ("CN050", "wages_receipts"): (1, ["b"]), ("CN049", "crops_costs"): (1, ["b"]),
                     ("CN158", "income_excluding_allowances"): (1, ["d"])}  # fmt: skip
    assert incomes(table, blank="none", loss="zero", check="defer")["income_excluding_allowances"].to_list() == [
        None,
        None,
        None,
        0,
    ]
    finer = pl.DataFrame({"wages_receipts": [1.00004, 1.0005]})
    with pytest.raises(cn.DataProblems, match="CN049"):
        incomes(finer, blank="none")
    with pytest.raises(cn.DataProblems) as caught:
        incomes(pl.DataFrame({"costs": [1]}), {"wages_receipt": "costs", "salt_costs": "cost"})
    assert [p.code for p in caught.value.problems] == ["CN156"] * 3
    with pytest.raises(cn.DataProblems, match="no cell of the worksheet"):
        incomes(pl.DataFrame({"x": [1]}))


def test_explained_and_as_data() -> None:
    made = income(FULL, 4, blank="none")
    assert made.explain().splitlines()[-2:] == ["tổng thu nhập của hộ gia đình: 68.500.000 đồng", "thu nhập bình quân đầu người một tháng: khoảng 1.427.083,33 đồng"]  # fmt: skip
    data = json.loads(json.dumps(made.to_dict()))
    assert data["per_person"] == "4281250/3"
    assert data["rows"][0]["income"] == 18_000_000
    assert "Rows left blank: livestock.receipts" in str(income({"crops": {"receipts": 1, "costs": 1}}, 1))
