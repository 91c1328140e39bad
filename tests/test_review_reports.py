"""The report forms: every number against a plain recount, published figures, what is unknown, what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuanngheo.errors import DataProblems
from chuanngheo.review.data import load
from chuanngheo.review.layout import Form, Row, print_cell
from chuanngheo.review.movements import movements
from chuanngheo.review.peoples import people
from chuanngheo.review.priorities import household_list, priority_list
from chuanngheo.review.reports import ascii_key, report, reports, tabulate

FORMS, CAUSES = load("forms.yaml"), load("causes.yaml")
INDICATORS, CAUSE, GROUPS = list(FORMS["indicators"]), list(CAUSES["causes"]), list(CAUSES["groups"])
FLAGS = [*INDICATORS, *CAUSE, *GROUPS]
CLASSES = ["poor", "near_poor", "average", "not_poor"]
SCHEMA = {
    "household_id": pl.String, "district": pl.String, "commune": pl.String, "area": pl.String,
    "household_size": pl.Int64, "category": pl.String, "ethnicity": pl.String, **dict.fromkeys(FLAGS, pl.Boolean),
}  # fmt: skip
Home = dict[str, Any]


def maybe(values: Any) -> st.SearchStrategy[Any]:
    return st.one_of(values, values, values, st.none())


@st.composite
def rounds(draw: st.DrawFn, known: bool = False) -> list[Home]:
    some: Callable[[Any], st.SearchStrategy[Any]] = (lambda s: s) if known else maybe
    homes = []
    for i in range(draw(st.integers(1, 14))):
        home = {
            "household_id": f"H{i}",
            "district": draw(some(st.sampled_from("AB"))),
            "commune": draw(some(st.sampled_from("xyz"))),
            "area": draw(some(st.sampled_from(["urban", "rural"]))),
            "household_size": draw(some(st.integers(1, 6))),
            "category": draw(some(st.sampled_from(CLASSES))),
            "ethnicity": draw(some(st.sampled_from(["Kinh", "Tày", "Ba Na"]))),
        }
        bits = draw(st.integers(0, 3 ** len(FLAGS) - 1))
        for flag in FLAGS:
            bits, of = divmod(bits, 3)
            home[flag] = (True, False, None)[of] if not known else of == 0
        homes.append(home)
    return homes


def frame(homes: list[Home]) -> pl.DataFrame:
    return pl.DataFrame(homes, schema=SCHEMA)


def of_row(homes: list[Home], row: Row, by: str = "district") -> list[Home]:
    """The households that a row is about, by reading it."""
    areas = {"urban": "urban", "rural": "rural", "unknown": None}
    return [
        h for h in homes
        if (row.group == "total" or h["area"] == areas[row.group]) and (not row.unit or h[by] == row.unit[-1])
    ]  # fmt: skip


# --- against a plain recount


def sure_and_open(homes: list[Home], classes: list[str], flag: str = "") -> tuple[int | None, int]:
    yes = open_ = 0
    answered = scope = 0
    for h in homes:
        kind, f = h["category"], h[flag] if flag else True
        if kind in classes:
            scope += 1
            answered += f is not None
            yes += f is True
            open_ += f is None
        elif kind is None:
            open_ += f is not False
            scope += not flag
        elif not flag:
            scope, answered = scope + 1, answered + 1
    return (None if scope and not answered else yes), open_


@settings(max_examples=40, deadline=None)
@given(rounds())
def test_every_count_is_that_of_a_plain_recount(homes: list[Home]) -> None:
    made = reports(frame(homes), by="district", whole=True) if any(h["district"] for h in homes) else {}
    for number, kinds in (("7.4", ["poor"]), ("7.6", ["near_poor"])):
        for row in made[number].rows if made else ():
            own = of_row(homes, row)
            assert (row.cells[0], row.unknown[0]) == sure_and_open(own, kinds)
            for flag, cell, unknown in zip(INDICATORS, row.cells[1:], row.unknown[1:], strict=True):
                assert (cell, unknown) == sure_and_open(own, kinds, flag)
    for row in made["7.10"].rows if made else ():
        own = of_row(homes, row)
        kinds = [row.category] if row.category else ["poor", "near_poor"]
        assert list(zip(row.cells, row.unknown, strict=True)) == [sure_and_open(own, kinds, flag) for flag in CAUSE]
    for row in made["7.1"].rows if made else ():
        own = of_row(homes, row)
        poor, near = sure_and_open(own, ["poor"])[0], sure_and_open(own, ["near_poor"])[0]
        sizes = [h["household_size"] for h in own]
        persons = None if own and all(s is None for s in sizes) else sum(s or 0 for s in sizes)
        rates = [None if n is None or not own else Fraction(100 * n, len(own)) for n in (poor, near)]
        assert row.cells == (len(own), persons, poor, rates[0], near, rates[1])
    for row in made["7.8"].rows if made else ():
        own = of_row(homes, row)
        for cell, kinds, flag in zip(
            row.cells[2:], (["poor"], ["near_poor"]) * 4, ["", "", *(g for g in GROUPS for _ in "12")], strict=True
        ):
            if row.measure == "households":
                assert cell == sure_and_open(own, kinds, flag)[0]
            elif cell is not None:
                assert cell == sum(
                    h["household_size"] or 0 for h in own if h["category"] in kinds and (not flag or h[flag])
                )


@settings(max_examples=40, deadline=None)
@given(rounds(known=True))
def test_sums(homes: list[Home]) -> None:
    """III = I + II, units add up to their area, districts to communes, persons are not fewer than households."""
    young = children(*((h["household_id"], *(h[f] for f in CAUSE[:4])) for h in homes))
    made = reports(frame(homes), young, by=("district", "commune"), whole=True)
    for number, form in made.items():
        if number in ("7.2", "7.3"):
            continue
        rates = [c.rate for c in form.columns]
        rows = form.rows
        for row in rows:
            parts = [r for r in rows if r.level == row.level + 1 and r.group == row.group and r.measure == row.measure
                     and r.category == row.category and r.unit[: len(row.unit)] == row.unit]  # fmt: skip
            if row.category and row.level == 2:
                parts = [
                    r
                    for r in rows
                    if r.level == 3
                    and r.group == row.group
                    and r.category == row.category
                    and r.unit[:1] == row.unit
                    and len(r.unit) == 2
                ]
            if not parts or (row.category and not row.level):
                continue
            assert_sum(row, parts, rates)
        if number != "7.11":
            for row in rows:
                if row.group == "total" and row.level == 0:
                    assert_sum(
                        row,
                        [r for r in rows if r.level == 0 and r.group != "total" and r.measure == row.measure],
                        rates,
                    )
        assert not form.unknown
    for row in made["7.8"].rows:
        if row.measure == "persons":
            same = made["7.8"].row(*row.unit, group=row.group, measure="households")
            assert all(p >= n for p, n in zip(row.cells, same.cells, strict=True))  # type: ignore[operator]


def assert_sum(row: Row, parts: list[Row], rates: list[bool]) -> None:
    for i, rate in enumerate(rates):
        if not rate:
            assert row.cells[i] == sum(p.cells[i] for p in parts)  # type: ignore[misc]


@settings(max_examples=40, deadline=None)
@given(rounds())
def test_what_has_no_area_is_neither_urban_nor_rural_and_not_lost(homes: list[Home]) -> None:
    homes = [h | {"district": "A"} for h in homes]
    form = report("7.1", frame(homes), whole=True)
    parts = [form.cell("c1", group=g) for g in dict.fromkeys(r.group for r in form.rows) if g != "total"]
    assert form.cell("c1") == len(homes) == sum(parts)  # type: ignore[arg-type]
    lost = sum(h["area"] is None for h in homes)
    assert ("unknown" in {r.group for r in form.rows}) == bool(lost)
    if lost:
        assert form.cell("c1", group="unknown") == lost
        assert any(f"{lost} hộ chưa xác định được khu vực" in n for n in form.footnotes())


@settings(max_examples=40, deadline=None)
@given(rounds())
def test_rates_are_counts_over_totals(homes: list[Home]) -> None:
    homes = [h | {"district": "A"} for h in homes]
    made = reports(frame(homes), numbers=["7.4", "7.5", "7.6", "7.7"])
    for counts, rates in (("7.4", "7.5"), ("7.6", "7.7")):
        for one, other in zip(made[counts].rows, made[rates].rows, strict=True):
            assert one.cells[0] == other.cells[0]
            total = one.cells[0]
            for n, rate in zip(one.cells[1:], other.cells[1:], strict=True):
                if total and n is not None:
                    assert rate == Fraction(100 * n, total)  # type: ignore[operator]
                else:
                    assert rate is None, "a blank, not 0, where there is nobody to divide by"


@settings(max_examples=20, deadline=None)
@given(rounds(), st.randoms())
def test_the_order_of_rows_changes_nothing(homes: list[Home], random: Any) -> None:
    homes = [h | {"district": h["district"] or "A"} for h in homes]
    shuffled = homes.copy()
    random.shuffle(shuffled)
    assert reports(frame(homes), whole=True, order=["A", "B"]) == reports(frame(shuffled), whole=True, order=["A", "B"])


@settings(max_examples=20, deadline=None)
@given(rounds(), st.sampled_from(["average", "not_poor"]))
def test_a_household_outside_the_lists_changes_only_what_counts_all(homes: list[Home], kind: str) -> None:
    homes = [h | {"district": "A", "area": "rural"} for h in homes]
    more = [*homes, homes[0] | {"household_id": "new", "category": kind}]
    before, after = (reports(frame(h), whole=True) for h in (homes, more))
    same = [n for n in before if before[n].rows == after[n].rows]
    assert {"7.4", "7.5", "7.6", "7.7", "7.9", "7.10", "7.11"} <= set(same) or any(h["category"] is None for h in homes)
    assert after["7.1"].cell("c1") == before["7.1"].cell("c1") + 1  # type: ignore[operator]
    for was, row in zip(before["7.8"].rows, after["7.8"].rows, strict=True):
        if was.measure == "households" and None not in was.cells:
            assert was.cells[2:] == row.cells[2:]


@settings(max_examples=40, deadline=None)
@given(rounds())
def test_peoples_divide_the_class(homes: list[Home]) -> None:
    homes = [h | {"district": "A"} for h in homes]
    form = report("7.9", frame(homes))
    for row in form.rows:
        own = of_row(homes, row)
        of = dict(zip([c.key for c in form.columns], row.cells, strict=True))
        for kind in ("poor", "near_poor"):
            placed = sum(h["category"] == kind and h["ethnicity"] is not None for h in own)
            names = [
                k
                for k in of
                if k.startswith(f"{kind}_")
                and k != f"{kind}_minority"
                and not (kind == "poor" and k.startswith("near"))
            ]
            if None not in (of[k] for k in names):
                assert sum(of[k] for k in names) == placed  # type: ignore[misc]
                assert of[f"{kind}_minority"] == placed - of[f"{kind}_kinh"]  # type: ignore[operator]


def test_points_of_b2_are_ten_for_each_indicator() -> None:
    homes = [plain(i, category="poor", **{f: j < 3 + i % 4 for j, f in enumerate(INDICATORS)}) for i in range(8)]
    b2 = sum(10 * sum(h[f] for f in INDICATORS) for h in homes)
    form = report("7.4", frame(homes))
    assert 10 * sum(form.row().cells[1:]) == b2  # type: ignore[arg-type]


# --- children


def plain(i: int, **facts: Any) -> Home:
    return {"household_id": f"H{i}", "district": "Huyện A", "commune": "Xã x", "area": "rural", "household_size": 3,
            "category": "not_poor", "ethnicity": "Kinh", **dict.fromkeys(FLAGS, False)} | facts  # fmt: skip


def children(*rows: tuple[Any, ...]) -> pl.DataFrame:
    names = ["household_id", "child", "child_uninsured", "child_malnourished", "child_not_in_school"]
    return pl.DataFrame(list(rows), schema=dict.fromkeys(names, pl.Boolean) | {"household_id": pl.String}, orient="row")


HOMES = [plain(0, category="poor"), plain(1, category="near_poor"), plain(2), plain(3, category=None)]


def test_children_are_counted_by_the_header_of_7_11() -> None:
    persons = children(("H0", True, True, False, True), ("H0", True, False, None, False), ("H0", False, True, True, True),
                       ("H0", None, None, False, False), ("H1", True, True, True, False), ("H2", True, True, True, True), ("H3", True, True, False, False))  # fmt: skip
    form = report("7.11", frame(HOMES), persons)
    total = form.row()
    assert total.cells == (2, 1, 0, 1, 1, 1, 1, 0)
    assert total.unknown == (2, 2, 1, 0, 1, 1, 0, 0)
    assert form.readings == {"form-7.11-columns": "header"}
    assert any("form-7.11-columns" in n for n in form.footnotes())
    assert [r.label["vi"] for r in form.rows] == ["Huyện A", "Tổng cộng"]


def test_the_note_of_7_11_swaps_columns_and_their_words() -> None:
    persons = children(("H0", True, True, False, True), ("H0", True, True, True, True))
    one, other = (report("7.11", frame(HOMES), persons, readings={"form-7.11-columns": r}) for r in ("header", "note"))
    assert one.row().cells[:4] == (2, 2, 1, 2)
    assert other.row().cells[:4] == (2, 1, 2, 2)
    labels = [[c.label["vi"] for c in f.columns] for f in (one, other)]
    assert labels[0][1] == labels[1][2] == "Chỉ số thiếu hụt về bảo hiểm y tế"
    assert labels[0][2] == labels[1][1] == "Chỉ số thiếu hụt về dinh dưỡng"


def test_persons_of_no_household_are_an_error() -> None:
    with pytest.raises(DataProblems) as error:
        report("7.11", frame(HOMES), children(("H0", True, True, False, True), ("ZZ", True, None, None, None)))
    assert [p.code for p in error.value.problems] == ["CN132"]
    assert error.value.problems[0].count == 1


def test_without_persons_7_11_is_blank_and_says_so() -> None:
    form = report("7.11", frame(HOMES))
    assert set(form.row().cells) == {None}
    assert [p.code for p in form.problems] == ["CN133"]


# --- published figures


def listed(poor: int, near: int, **facts: Any) -> pl.DataFrame:
    n = poor + near
    kinds = ["poor"] * poor + ["near_poor"] * near
    return pl.DataFrame(
        {"household_id": [f"H{i}" for i in range(n)], "category": kinds, **{k: [v] * n for k, v in facts.items()}}
    )


def totals(*rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=["district", "area", "households", "persons"], orient="row")


@pytest.mark.parametrize(
    ("place", "households", "poor", "near", "rates"),
    [
        # Households published: Phú Thọ 2025 (báo Phú Thọ); the rates are those published.
        ("Phú Thọ 2025", 1_005_262, 26_941, 31_615, ("2,68", "3,14")),
        # Only counts and rates published; the number of households is one that fits both rates.
        ("Kon Tum 2023", 149_500, 10_220, 6_568, ("6,84", "4,39")),
        ("Phú Ninh 2022", 22_850, 482, 285, ("2,11", "1,25")),
        ("Bình Thuận 2022", 334_000, 10_689, 14_994, ("3,2", "4,49")),
        ("Cà Mau 2023", 305_850, 9_604, 6_943, ("3,14", "2,27")),
        # Bắc Giang 2015 and the first year of the new standard; near-poor not published.
        ("Bắc Giang 2015", 443_514, 31_046, 0, ("7", "0")),
        ("Bắc Giang, chuẩn mới", 448_365, 42_813, 0, ("9,55", "0")),
    ],
)
def test_published_rates(place: str, households: int, poor: int, near: int, rates: tuple[str, str]) -> None:
    form = report(
        "7.1", listed(poor, near, district=place, area="rural"), totals=totals((place, "rural", households, None))
    )
    assert form.cell("c1") == households
    assert (print_cell(form.cell("c4")), print_cell(form.cell("c6"))) == rates
    assert form.cell("c4") == Fraction(100 * poor, households)


def test_published_flows_of_dong_nai_2020() -> None:
    """5,500 - 1,778 that escaped - 245 that died or moved + 241 new = 3,718 = 600 urban + 3,118 rural."""
    rows = [
        {"district": "Đồng Nai", "area": area, "measure": "households", "c1": c1, "c2": 0, "c3": c3, "c4": c4, "c5": 0, "c6": 0, "c7": c7, "c8": 0, "c9": c9}
        for area, c1, c3, c4, c7, c9 in (("urban", 900, 300, 40, 40, 600), ("rural", 4600, 1478, 205, 201, 3118))
    ]  # fmt: skip
    form = report("7.2", frame(HOMES), movements={"7.2": pl.DataFrame(rows)})
    total = form.row(measure="households").cells
    assert total == (5500, 0, 1778, 245, 0, 0, 241, 0, 3718)
    assert identity(total) == 3718
    assert form.cell("c9", group="urban", measure="households") == 600


def test_published_regions_of_2024_add_up() -> None:
    regions = {
        "TDMNPB": 486_623,
        "ĐBSH": 97_755,
        "BTB&DHMT": 360_614,
        "Tây Nguyên": 152_970,
        "ĐNB": 7_585,
        "ĐBSCL": 153_450,
    }
    form = report(
        "7.1",
        listed(1, 0, district="ĐNB", area="rural"),
        totals=totals(*((r, "rural", n, None) for r, n in regions.items())),
    )
    assert form.cell("c1") == 1_258_997
    assert [form.cell("c1", r, group="rural") for r in regions] == list(regions.values())


def test_published_regions_of_2022_do_not_and_the_sum_is_printed() -> None:
    """The published total is 1,057,374, 90 more than its regions: a total here is always the sum of its parts."""
    regions = {
        "TDMNPB": 455_271,
        "ĐBSH": 69_239,
        "BTB&DHMT": 284_137,
        "Tây Nguyên": 129_160,
        "ĐNB": 9_710,
        "ĐBSCL": 109_767,
    }
    form = report(
        "7.1",
        listed(1, 0, district="ĐNB", area="rural"),
        totals=totals(*((r, "rural", n, None) for r, n in regions.items())),
    )
    assert form.cell("c1") == 1_057_284 == 1_057_374 - 90


# --- movements


def identity(c: Any) -> Any:
    return c[0] - c[1] - c[2] - c[3] + c[4] + c[5] + c[6] + c[7]


def test_movements_of_two_rounds_are_on_the_forms() -> None:
    before = frame([plain(i, category=k) for i, k in enumerate(["poor"] * 4 + ["near_poor"] * 3 + ["not_poor"] * 3)])
    after = frame(
        [
            plain(i, category=k)
            for i, k in enumerate(
                [
                    "poor",
                    "near_poor",
                    "not_poor",
                    "poor",
                    "poor",
                    "near_poor",
                    "not_poor",
                    "poor",
                    "near_poor",
                    "average",
                ]
            )
        ]
    )
    moved = movements(before, after, comparable=True)
    made = reports(after, numbers=["7.2", "7.3"], movements=moved, by="district")
    for number in ("7.2", "7.3"):
        form = made[number]
        for measure, times in (("households", 1), ("persons", 3)):
            row = form.row(measure=measure)
            rural, unit = form.row(group="rural", measure=measure), form.row("Huyện A", group="rural", measure=measure)
            assert row.cells == rural.cells == unit.cells
            c = row.cells
            # 6 or 7 cannot be told without earlier rounds: beside the columns, and marked
            assert c[8] - identity(c) == times * 1  # type: ignore[operator]
        assert form.unknown == {"c6": 1, "c7": 1}
        assert 'Cột "6, 7": 1 hộ chưa xác định; ô có dấu * chỉ ghi số đã chắc chắn.' in form.footnotes()
    assert made["7.2"].row(measure="households").cells[:5] == (4, 1, 1, 0, 1)
    assert household_list("6.2", movements=moved).row(group="total").cells[0] == 3


def test_movements_that_are_not_explained_or_have_no_size_are_said() -> None:
    before = frame(
        [plain(0, category="poor", household_size=None), plain(1, category="poor"), plain(2, category="poor")]
    )
    after = frame([plain(0, category="poor"), plain(1, category="near_poor")])
    form = report("7.2", after, movements=movements(before, after, comparable=True))
    assert form.row(measure="households").cells == (3, 1, 0, 0, 0, 0, 0, 0, 1)
    assert form.cell("c1", measure="persons") is None
    notes = form.footnotes()
    assert "1 hộ có diễn biến chưa giải thích được; các hộ này không nằm trong cột 2 đến 8." in notes
    assert any(n.startswith("1 hộ chưa xác định được số nhân khẩu") for n in notes)


def test_without_movements_7_2_is_blank_and_says_so() -> None:
    form = report("7.2", frame(HOMES))
    assert all(set(r.cells) == {None} for r in form.rows)
    assert [p.code for p in form.problems] == ["CN133"]
    assert "Chưa có số liệu diễn biến trong năm." in form.footnotes()


def test_movements_of_another_shape_are_errors() -> None:
    for given_ in ({"7.2": pl.DataFrame({"district": ["A"], "c1": [1]})}, 12):
        with pytest.raises(DataProblems) as error:
            report("7.2", frame(HOMES), movements=given_)
        assert error.value.problems[0].code in ("CN130", "CN131")


# --- all resident households


def test_without_totals_rates_are_blank_and_the_form_says_why() -> None:
    form = report("7.1", listed(3, 2, district="A", area="rural"))
    assert form.row().cells == (None, None, 3, None, 2, None)
    assert [(p.code, p.remedy) for p in form.problems] == [
        ("CN133", "give totals=, or whole=True if the frame holds every resident household")
    ]
    assert any("1, 2, 4, 6" in n for n in form.footnotes("en"))


def test_a_unit_without_totals_leaves_its_sums_blank() -> None:
    homes = pl.concat(
        [
            listed(3, 2, district="A", area="rural"),
            listed(1, 0, district="B", area="rural").with_columns(household_id=pl.lit("B0")),
        ]
    )
    form = report("7.1", homes, totals=totals(("A", "rural", 50, 200), ("C", "rural", 10, 40)))
    assert form.cell("c4", "A", group="rural") == 6
    assert form.cell("c4", "B", group="rural") is None
    assert form.cell("c3", "C", group="rural") == 0
    assert form.cell("c4") is None
    assert "B" in form.problems[0].message


def test_totals_below_the_count_are_not_a_denominator() -> None:
    form = report("7.1", listed(3, 2, district="A", area="rural"), totals=totals(("A", "rural", 4, 9)))
    assert (form.cell("c4"), form.cell("c6")) == (75, 50)
    assert {p.code for p in form.problems} == {"CN134"}
    form = report("7.1", listed(3, 2, district="A", area="rural"), totals=totals(("A", "rural", 2, 9)))
    assert form.cell("c4") is None


def test_totals_without_area_serve_the_total_alone() -> None:
    form = report(
        "7.1", listed(3, 2, district="A", area="rural"), totals=pl.DataFrame({"district": ["A"], "households": [50]})
    )
    assert form.cell("c4") == 6
    assert form.cell("c4", group="rural") is None
    assert "unknown" not in {r.group for r in form.rows}


def test_a_household_without_area_is_among_those_of_its_unit() -> None:
    homes = listed(3, 2, district="A").with_columns(area=pl.Series(["rural"] * 4 + [None]))
    form = report("7.1", homes, totals=totals(("A", "rural", 50, 200)))
    assert (form.cell("c4", group="rural"), form.cell("c4"), form.cell("c6")) == (6, 6, 4)
    assert form.cell("c6", group="unknown") is None
    assert not form.problems
    lost = listed(3, 2, district="B").with_columns(area=pl.Series(["rural"] * 4 + [None]))
    assert report("7.1", lost, totals=totals(("A", "rural", 50, 200))).cell("c4") is None


def test_whole_of_listed_households_alone_is_suspect() -> None:
    form = report("7.1", listed(3, 2, district="A", area="rural"), whole=True)
    assert "CN134" in {p.code for p in form.problems}


def test_totals_at_a_name_that_is_two_units() -> None:
    homes = listed(2, 0, area="rural", commune="Xã x").with_columns(district=pl.Series(["A", "B"]))
    with pytest.raises(DataProblems) as error:
        report(
            "7.1",
            homes,
            by="commune",
            totals=pl.DataFrame({"commune": ["Xã x"], "area": ["rural"], "households": [50]}),
        )
    assert error.value.problems[0].code == "CN134"
    assert "district" in error.value.problems[0].remedy


# --- units


def test_spellings_of_a_unit_are_one_unit() -> None:
    homes = listed(3, 0, area="rural").with_columns(
        district=pl.Series(["Huyện Đắk Mil", "huyện Đăk Mil", "Huyện  Đắk Mil"])
    )
    form = report("7.4", homes)
    assert form.cell("total", "Huyện Đắk Mil") == 3
    assert sum(r.level == 1 and r.group == "rural" for r in form.rows) == 1


def test_communes_of_one_name_in_two_districts_stay_two() -> None:
    homes = listed(3, 0, area="rural", commune="Xã x").with_columns(district=pl.Series(["A", "B", "B"]))
    form = report("7.4", homes, by="commune")
    assert [r.label["vi"] for r in form.rows if r.level and r.group == "rural"] == ["Xã x (A)", "Xã x (B)"]
    assert form.cell("total", "B", "Xã x") == 2


def test_levels_are_dated() -> None:
    homes = listed(1, 0, area="rural", district="A", commune="Xã x", province="Quảng Ngãi")
    assert report("7.4", homes, as_of=date(2025, 6, 30)).rows[1].label["vi"] != "Xã x"
    assert report("7.4", homes, as_of=date(2025, 7, 1)).cell("total", "Xã x") == 1
    with pytest.raises(DataProblems) as error:
        report("7.4", homes, by="district", as_of=date(2025, 7, 1))
    assert error.value.problems[0].code == "CN136"
    assert "commune" in error.value.problems[0].remedy
    assert (
        report("7.4", homes, by="district", as_of=date(2025, 7, 1), levels=("province", "district")).cell("total", "A")
        == 1
    )


def test_an_empty_level_points_to_the_one_that_is_there() -> None:
    with pytest.raises(DataProblems) as error:
        report("7.4", listed(1, 0, area="rural", district=None, commune="Xã x"))
    assert error.value.problems[0].code == "CN131"
    assert error.value.problems[0].remedy == "by='commune'"


def test_a_household_without_a_unit_has_a_row_of_its_own() -> None:
    homes = listed(3, 0, area="rural").with_columns(district=pl.Series([None, "A", None]))
    form = report("7.4", homes)
    assert form.cell("total", None) == 2
    assert "2 hộ chưa xác định được đơn vị." in form.footnotes()
    assert [r.label["vi"] for r in form.rows if r.level and r.group == "total"] == ["A", "Chưa xác định đơn vị"]


def test_units_stand_as_they_come_or_as_asked() -> None:
    homes = listed(3, 0, area="rural").with_columns(district=pl.Series(["B", "C", "A"]))
    names = [
        [r.label["vi"] for r in report("7.4", homes, order=o).rows if r.level and r.group == "total"]
        for o in (None, ["A", "B"])
    ]
    assert names == [["B", "C", "A"], ["A", "B", "C"]]


# --- ethnicity


def test_codes_that_two_lists_give_differently_are_not_guessed() -> None:
    assert people("04") == ("04", "code")
    assert people("4", "list_1979") == ("Hoa", "listed")
    assert people("04", "list_2008") == ("Mường", "listed")
    assert people("1") == people("01") == people("Kinh") == people("KINH") == ("Kinh", "listed")
    assert people("77") == ("77", "other")
    lists = [CAUSES["ethnicity"]["lists"][n]["names"] for n in ("list_1979", "list_2008")]
    assert [len(names) for names in lists] == [54, 54]
    assert set(lists[0]) == set(lists[1])
    assert len({ascii_key(n) for n in lists[0]}) == 54


def test_ethnic_columns_follow_the_form_then_the_list() -> None:
    homes = frame(
        [
            plain(i, category="poor", ethnicity=e)
            for i, e in enumerate(["Ba Na", "04", "Mường", "Người Anh", "Khmer", "Kinh", None])
        ]
    )
    form = report("7.9", homes)
    labels = [c.label["vi"] for c in form.columns][1:11]
    assert labels == ["Tổng số", "Kinh", "Hoa", "Tày", "Thái", "Mường", "Khơ-me", "Ba Na", "Mã 04", "Người Anh"]
    assert form.cell("poor") == 7
    assert (form.cell("poor_minority"), form.cell("poor_kinh"), form.cell("poor_code_04")) == (4, 1, 1)
    assert form.unknown["poor_minority"] == 2  # nobody knows of the seventh; the sixth is in no list
    assert {p.code for p in form.problems} == {"CN137"}
    assert "Mã 04" not in report("7.9", homes, readings={"ethnic-codes": "list_1979"}).to_html()


def test_readings_of_mixed_households() -> None:
    mixed = plain(0, category="poor", ethnicity="Kinh", minority_household=True, spouse_ethnicity="Tày")
    kinh = plain(1, category="poor", ethnicity="Kinh", minority_household=False, spouse_ethnicity="Kinh")
    open_ = plain(2, category="poor", ethnicity="Kinh", minority_household=True, spouse_ethnicity=None)
    homes = pl.DataFrame([mixed, kinh, open_], schema=SCHEMA | {"spouse_ethnicity": pl.String})
    by = {
        r: report("7.9", homes, readings=r and dict([r]))
        for r in (None, ("mixed-household", "minority_spouse"), ("kinh-column", "minority_only"))
    }
    found = {r: (f.cell("poor_minority"), f.cell("poor_kinh"), f.cell("poor_tay")) for r, f in by.items()}
    assert found[None] == (0, 3, 0)
    assert found["mixed-household", "minority_spouse"] == (1, 1, 1)
    assert found["kinh-column", "minority_only"] == (2, 2, 0)
    assert by["mixed-household", "minority_spouse"].unknown["poor_tay"] == 1


def test_a_note_where_7_8_and_7_9_differ() -> None:
    homes = frame([plain(0, category="poor", ethnicity="Kinh", minority_household=True)])
    made = reports(homes, numbers=["7.8", "7.9"])
    assert any("Mẫu 7.8 ghi 1, Mẫu 7.9 ghi 0" in n for n in made["7.9"].footnotes())
    same = reports(frame([plain(0, category="poor", ethnicity="Tày", minority_household=True)]), numbers=["7.8", "7.9"])
    assert not any("Mẫu 7.8 ghi" in n for n in same["7.9"].footnotes())


# --- what is unknown, what is wrong


def test_absent_columns_are_blank_not_zero() -> None:
    made = reports(listed(3, 2, district="A", area="rural"), whole=False)
    assert made["7.4"].row().cells == (3, *[None] * 12)
    assert made["7.4"].unknown == {f"c{n}": 3 for n in range(1, 13)}
    assert set(made["7.10"].row().cells) == {None}
    assert made["7.8"].row(measure="persons").cells == (None,) * 10
    assert made["7.9"].cell("poor_kinh") is None
    assert all(
        "CN133" in {p.code for p in made[n].problems}
        for n in ("7.1", "7.2", "7.3", "7.4", "7.8", "7.9", "7.10", "7.11")
    )


def test_unknown_can_be_refused() -> None:
    homes = frame([plain(0, category="poor"), plain(1, category=None, area=None)])
    with pytest.raises(DataProblems) as error:
        reports(homes, numbers=["7.4"], unknown="error")
    assert {p.code for p in error.value.problems} == {"CN135"}
    assert {p.where for p in error.value.problems} >= {"form 7.4: total", "area, units"}
    known = frame([plain(0, category="poor"), plain(1)])
    assert reports(known, numbers=["7.4"], unknown="error") == reports(known, numbers=["7.4"])


def test_every_wrong_argument_at_once() -> None:
    with pytest.raises(DataProblems) as error:
        reports(
            frame(HOMES),
            numbers=["7.12"],
            by="hamlet",
            status="final",
            unknown="drop",
            using="class",
            whole=True,
            totals=pl.DataFrame(),
            readings={"form-7.11-columns": "footer", "moon": "full"},
        )
    assert [p.code for p in error.value.problems] == ["CN130"] * 8
    assert all(p.allowed or p.remedy for p in error.value.problems)


def test_every_wrong_row_at_once() -> None:
    homes = pl.DataFrame({
        "household_id": ["H0", "H0", "H2", "H3"], "district": ["A"] * 4, "area": ["rural", "Nông thôn", "urban", None],
        "category": ["poor", "Hộ nghèo", "Hộ nghèo", None], "household_size": [0, 2, 3, 4], "cause_land": [1, 0, 1, None],
    })  # fmt: skip
    with pytest.raises(DataProblems) as error:
        reports(homes)
    found = {p.where: p for p in error.value.problems}
    assert set(found) == {
        f"households['{c}']" for c in ("household_id", "area", "category", "household_size", "cause_land")
    }
    assert found["households['category']"].count == 2
    assert found["households['household_id']"].count == 2
    assert found["households['category']"].value == "Hộ nghèo"


def test_recorded_classes_are_used_when_asked_for() -> None:
    homes = pl.DataFrame(
        {"household_id": ["H0", "H1", "H2"], "district": "A", "area": "rural", "recorded": ["poor", "neither", None]}
    )
    with pytest.raises(DataProblems) as error:
        report("7.4", homes)
    assert 'using="recorded"' in error.value.problems[0].remedy
    form = report("7.4", homes, using="recorded")
    assert (form.cell("total"), form.unknown["total"]) == (1, 1)
    assert any("ghi nhận trong hồ sơ" in n for n in form.footnotes())


def test_no_message_holds_names_of_persons() -> None:
    homes = frame(HOMES * 2).with_columns(head_name=pl.lit("Nguyễn Văn Kín"), area=pl.lit("đồi"))
    with pytest.raises(DataProblems) as error:
        reports(homes)
    assert "Kín" not in str(error.value) + repr(error.value)


@pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "pyarrow"])
def test_any_kind_of_table(kind: str) -> None:
    homes = frame([plain(i, category=CLASSES[i % 4], deprived_water=[True, False, None][i % 3]) for i in range(12)])
    as_kind: dict[str, Callable[[pl.DataFrame], Any]] = {
        "polars": lambda f: f, "lazy": lambda f: f.lazy(), "pyarrow": lambda f: f.to_arrow(), "pandas": lambda f: f.to_pandas()}  # fmt: skip
    assert reports(as_kind[kind](homes), whole=True) == reports(homes, whole=True)


def test_pandas_objects_with_none_are_unknown_not_no() -> None:
    homes = pd.DataFrame(
        {
            "household_id": ["a", "b"],
            "district": "A",
            "area": "rural",
            "category": ["poor", "poor"],
            "deprived_water": [None, True],
        }
    )
    form = report("7.4", homes)
    assert (form.cell("c9"), form.unknown["c9"]) == (1, 1)
    assert isinstance(pa.Table.from_pandas(homes), pa.Table)


# --- tables beside the forms


@settings(max_examples=25, deadline=None)
@given(rounds())
def test_tables_agree_with_the_forms(homes: list[Home]) -> None:
    homes = [h | {"district": "A"} for h in homes]
    made = reports(frame(homes))
    cause = tabulate("cause", frame(homes), by=("area", "district"))
    for row in made["7.10"].rows:
        assert cause.row(*row.unit, group=row.group, category=row.category).cells[1:] == row.cells
    group = tabulate("group", frame(homes), by=())
    poor = group.row(category="poor").cells
    of = made["7.8"].row(measure="households").cells
    assert poor == (of[2], of[4], of[6], of[8])
    share = tabulate("indicator", frame(homes), by="district", share=True)
    assert share.row(category="poor").cells[1:] == made["7.5"].row().cells[1:]


def test_a_table_that_is_not_there() -> None:
    with pytest.raises(DataProblems) as error:
        tabulate("causes", frame(HOMES))
    assert error.value.problems[0].remedy == "did you mean cause?"


# --- priorities


def communes(*sizes: tuple[str, int, int, int]) -> pl.DataFrame:
    """Communes with so many households, poor, and poor deprived of water."""
    homes: list[Home] = []
    for name, n, poor, water in sizes:
        homes += [
            plain(len(homes) + i, commune=name, category="poor" if i < poor else "not_poor", deprived_water=i < water)
            for i in range(n)
        ]
    return frame([h | {"household_id": f"H{i}"} for i, h in enumerate(homes)])


def ranks(form: Form) -> list[tuple[str, str, str]]:
    return [(r.group, r.number, r.label["vi"]) for r in form.rows if r.level]


def test_units_are_ranked_by_rate_with_open_ties() -> None:
    homes = communes(("P", 10, 2, 0), ("Q", 10, 4, 1), ("R", 20, 4, 4), ("S", 3, 3, 0), ("T", 10, 0, 0))
    form = priority_list(homes, least=5, whole=True)
    assert ranks(form) == [
        ("ranked", "1", "Q"),
        ("ranked", "2=", "P"),
        ("ranked", "2=", "R"),
        ("ranked", "4", "T"),
        ("small", "", "S"),
    ]
    assert form.cell("value", "Q", group="ranked") == 40
    assert (form.cell("base"), form.cell("count"), form.cell("value")) == (53, 13, Fraction(1300, 53))
    why = form.cell("reasons", "R", group="ranked")
    assert isinstance(why, dict)
    assert why["vi"] == 'thiếu hụt "Nguồn nước sinh hoạt": 100 % (4/4; toàn bộ 38,46 %)'
    assert form.cell("reasons", "P", group="ranked") is None
    assert len(ranks(priority_list(homes, least=5, whole=True, top=2))) == 4


def test_other_measures() -> None:
    homes = communes(("P", 10, 2, 0), ("Q", 10, 4, 1), ("R", 20, 4, 4))
    assert [r[2] for r in ranks(priority_list(homes, least=1, measure="number"))] == ["Q", "R", "P"]
    assert [r[2] for r in ranks(priority_list(homes, least=1, measure="deprived_water"))] == ["R", "Q", "P"]
    both = priority_list(homes, least=1, measure="minority_household", of="both")
    assert {r[1] for r in ranks(both)} == {"1="}


def test_what_is_unknown_is_bounded_or_stands_apart() -> None:
    homes = communes(("P", 10, 2, 0), ("Q", 10, 4, 1))
    some = homes.with_columns(category=pl.when(pl.col("household_id") == "H9").then(None).otherwise("category"))
    form = priority_list(some, least=1, whole=True)
    assert (form.cell("value", "P", group="ranked"), form.cell("possible", "P", group="ranked")) == (20, 30)
    assert form.cell("possible", "Q", group="ranked") is None
    joins = some.with_columns(deprived_water=pl.col("household_id").is_in(["H0", "H9"]) | pl.col("deprived_water"))
    form = priority_list(joins, least=1, measure="deprived_water")
    assert form.cell("value", "P", group="ranked") == 50
    assert form.cell("possible", "P", group="ranked") == Fraction(200, 3)  # H9 would be one more poor household
    lost = homes.with_columns(deprived_water=pl.when(pl.col("commune") == "P").then(None).otherwise("deprived_water"))
    assert ranks(priority_list(lost, least=1, measure="deprived_water")) == [
        ("ranked", "1", "Q"),
        ("unranked", "", "P"),
    ]
    without = priority_list(homes, least=1)
    assert {r[0] for r in ranks(without)} == {"unranked"}
    assert [p.code for p in without.problems] == ["CN133"]


def test_wrong_arguments_of_a_priority_list() -> None:
    with pytest.raises(DataProblems) as error:
        priority_list(frame(HOMES), least=-1, measure="deprived_watr", of="all", top=-2)
    assert [p.code for p in error.value.problems] == ["CN138"] * 4
    assert error.value.problems[0].remedy.startswith("did you mean deprived_water")


# --- lists of households


def test_list_6_1_has_codes_and_takes_names_only_when_printed() -> None:
    form = household_list("6.1", frame(HOMES), year=2024)
    assert [(r.number, r.label["vi"]) for r in form.rows] == [
        ("I.", "Hộ nghèo"), ("1", "H0"), ("II.", "Hộ cận nghèo"), ("1", "H1"), ("III.", "Tổng cộng (I + II)")]  # fmt: skip
    names = pl.DataFrame({"household_id": ["H0", "H1"], "head_name": ["Nguyễn Văn Kín", "<b>"], "head_sex": [1, 2]})
    html = form.to_html(names=names)
    assert "Nguyễn Văn Kín" in html
    assert "&lt;b&gt;" in html
    for text in (form.to_html(), repr(form), str(form), str(form.to_dict()), str(form.to_frame())):
        assert "Kín" not in text
    assert "1 hộ chưa xác định được phân loại hộ." in form.footnotes()
    with pytest.raises(DataProblems):
        form.to_html(names=names.drop("household_id"))


def test_what_a_list_needs() -> None:
    for number, kept in (("6.3", {}), ("6.1", {}), ("6.2", {"households": frame(HOMES)})):
        with pytest.raises(DataProblems) as error:
            household_list(number, **kept)
        assert [p.code for p in error.value.problems] == ["CN139"]


def words(entry: Any) -> Iterator[str]:
    if isinstance(entry, dict):
        for key, value in entry.items():
            yield from [value] if key in ("vi", "en") and isinstance(value, str) else words(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from words(value)


def test_words_are_whole() -> None:
    for text in [*words(FORMS), *words(CAUSES)]:
        assert text == text.strip()
        assert "  " not in text


def test_a_name_in_the_column_of_classes_or_peoples_is_not_shown() -> None:
    homes = pl.DataFrame({"household_id": ["a", "b"], "commune": ["Xã A"] * 2, "category": ["poor", "Trần Thị Kín"]})
    with pytest.raises(DataProblems) as error:
        reports(homes, by="commune")
    assert "Kín" not in str(error.value) + repr(error.value.problems)
    homes = homes.with_columns(category=pl.lit("poor"), ethnicity=pl.Series(["Trần Thị Kín", "001085012345"]))
    form = reports(homes, by="commune", numbers=["7.9"])["7.9"]
    told = str(form) + form.to_html() + repr(form.to_dict()) + repr(form.problems)
    assert "Kín" not in told
    assert "001085012345" not in told
    assert "‹hidden number, 5 digits or more›" in str(form)


@pytest.mark.parametrize("size", [float("inf"), 2.0**62])
def test_sizes_that_cannot_be_summed(size: float) -> None:
    homes = pl.DataFrame({"household_id": ["a", "b"], "commune": ["Xã A"] * 2, "household_size": [size, size]})
    with pytest.raises(DataProblems, match="CN132"):
        reports(homes, by="commune")


def test_columns_in_which_pandas_knows_nothing_are_unknown() -> None:
    blank: dict[str, list[None]] = {
        "household_size": [None],
        "deprived_water": [None],
        "area": [None],
        "category": [None],
    }
    homes = pl.DataFrame({"household_id": ["a"], "commune": ["Xã A"], **blank})
    assert str(reports(homes.to_pandas(), by="commune")["7.4"]) == str(reports(homes, by="commune")["7.4"])
    assert [r.group for r in household_list("6.1", homes).rows] == ["poor", "near_poor", "total"]


def test_a_province_with_and_without_its_kind_is_one() -> None:
    homes = pl.DataFrame({
        "household_id": ["a", "b"], "province": ["Tỉnh Kon Tum", "Kon Tum"], "commune": ["Xã A"] * 2, "category": ["poor"] * 2,
    })  # fmt: skip
    form = reports(homes, by="commune", numbers=["7.4"])["7.4"]
    assert [r.label["vi"] for r in form.rows if r.group == "total"][1:] == ["Xã A"]
    assert "Tỉnh Kon Tum" in form.heading()
    ordered = reports(homes, by="province", order=["Kon Tum"], numbers=["7.4"])["7.4"]
    assert ordered.cell("total", "Tỉnh Kon Tum") == 2


def test_a_province_of_the_old_map_has_no_forms_of_a_day_of_the_new_one() -> None:
    homes = pl.DataFrame({"household_id": ["a", "b"], "province": ["Kon Tum", "Quảng Ngãi"], "commune": ["Xã A"] * 2})
    with pytest.raises(DataProblems) as error:
        reports(homes, as_of=date(2025, 12, 1))
    (problem,) = error.value.problems
    assert (problem.code, problem.where, problem.count) == ("CN136", "households['province']", 1)
    assert "Quảng Ngãi" in problem.remedy
    assert reports(homes.filter(household_id="b"), as_of=date(2025, 12, 1), numbers=["7.4"])["7.4"].rows


@pytest.mark.parametrize("kind", ["polars", "pandas"])
def test_a_minority_is_told_by_the_name_of_the_people_and_never_guessed(kind: str) -> None:
    from chuanngheo.review.peoples import with_minority

    table = pl.DataFrame({
        "ethnicity": ["Kinh", "Kinh (Việt)", "01", "1", "Mạ", "H'Mông", "04", "99", "người lạ", None, "Tày"],
        "ethnic_minority": [None] * 10 + [False],
    }, schema_overrides={"ethnic_minority": pl.Boolean})  # fmt: skip
    made = with_minority(table if kind == "polars" else table.to_pandas())
    found = made["ethnic_minority"].to_list() if kind == "polars" else pl.from_pandas(made)["ethnic_minority"].to_list()
    assert found == [False, False, False, False, True, True, True, None, None, None, False]
    with pytest.raises(DataProblems, match="CN071"):
        with_minority(table.drop("ethnicity"))
