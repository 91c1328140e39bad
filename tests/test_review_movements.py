"""Movements between two rounds: the columns of Mẫu 7.2 and 7.3, in households and in persons."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuanngheo.errors import DataProblems
from chuanngheo.review.data import load
from chuanngheo.review.movements import COLUMNS, COUNTED, Movements, Row, balance, movements
from chuanngheo.review.records import citation

CLASSES = ("poor", "near_poor", "average", "not_poor", "neither")
LISTED = ("poor", "near_poor")
HOUSE = {
    "household_id": pl.String,
    "category": pl.String,
    "household_size": pl.Int64,
    "commune": pl.String,
    "area": pl.String,
}


def round_of(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Rows of (household, class, size[, commune[, area]])."""
    return pl.DataFrame([(*r, *("Xã A", "rural")[len(r) - 3 :]) for r in rows], schema=HOUSE, orient="row")


def links_of(*rows: tuple[str | None, str | None, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(("from_id", "to_id", "kind"), pl.String), orient="row")


def one(m: Movements, form: str = "7.2", measure: str = "households") -> Row:
    (row,) = (r for r in m.table(form) if r.measure == measure)
    return row


def told(row: Row) -> dict[str, int | None]:
    return {n: v for n, v in row.numbers.items() if v != 0}


def codes(error: pytest.ExceptionInfo[DataProblems]) -> list[tuple[str, str, int]]:
    return [(p.code, p.where, p.count) for p in error.value.problems]


# --- golden: a commune worked out by hand from the headings of the two forms --------------------------

BEFORE = round_of(
    ("stays", "poor", 4), ("to-near", "poor", 3), ("rises", "poor", 5), ("dies", "poor", 1), ("splits", "poor", 7),
    ("falls", "near_poor", 6), ("leaves", "near_poor", 2), ("stays-near", "near_poor", 4),
    ("returns", "not_poor", 3), ("arises", "average", 8), ("above", "neither", 2), ("joins", "near_poor", 2),
)  # fmt: skip
AFTER = round_of(
    ("stays", "poor", 6), ("to-near", "near_poor", 4), ("rises", "average", 5), ("splits", "poor", 4), ("child", "near_poor", 3),
    ("falls", "poor", 5), ("leaves", "not_poor", 2), ("stays-near", "near_poor", 6),
    ("returns", "poor", 3), ("arises", "poor", 9), ("above", "neither", 2), ("newcomer", "poor", 2),
)  # fmt: skip
LINKS = links_of(
    ("dies", None, "died"),
    ("splits", "child", "split"),
    ("joins", "stays-near", "merge"),
    (None, "newcomer", "moved_in"),
)
EARLIER = {2021: round_of(("returns", "poor", 3), ("arises", "near_poor", 7)), 2022: round_of(("arises", "average", 7))}
# columns            1   2  3  4  5  6  7  8   9
GOLDEN = {
    ("7.2", "start", "households"): (5, 1, 1, 1, 1, 1, 1, 1, 6),
    # 4: 1 who died, 3 who went with the split, 1 fewer in "falls"; 8: 2 more in "stays", 2 who moved in
    ("7.2", "start", "persons"): (20, 3, 5, 1 + 3 + 1, 6, 3, 9, 2 + 2, 29),
    # "to-near" leaves with the 4 it has at the end, and the one more is a gain of the poor; "falls" enters with its 5
    ("7.2", "end", "persons"): (20, 4, 5, 1 + 3, 5, 3, 9, 2 + 2 + 1, 29),
    ("7.3", "start", "households"): (4, 1, 1, 1, 1, 0, 0, 1, 3),
    # 4: the 2 who joined; 8: 1 more in "to-near", 3 of the new household, 2 more in "stays-near"
    ("7.3", "start", "persons"): (14, 2, 6, 2, 3, 0, 0, 1 + 3 + 2, 13),
    ("7.3", "end", "persons"): (14, 2, 5, 2 + 1, 4, 0, 0, 3 + 2, 13),
}


@pytest.mark.parametrize(("form", "movers", "measure"), GOLDEN)
def test_a_commune_by_hand(form: str, movers: str, measure: str) -> None:
    m = movements(BEFORE, AFTER, links=LINKS, earlier=EARLIER, since=2021, persons_of_movers=movers)
    row = one(m, form, measure)
    assert tuple(row[n] for n in range(1, 10)) == GOLDEN[form, movers, measure]
    assert row["unknown"] == row["unexplained"] == row["unclassed_in"] == row["unclassed_out"] == 0
    assert row.end == row[9]
    assert m.problems == ()


def test_published_identity_of_a_province() -> None:
    """Đồng Nai at the end of 2020, press figures (grade C): 5,500 - 1,778 - 245 + 241 = 3,718."""
    poor = [f"H{i}" for i in range(5500)]
    before = pl.DataFrame({"household_id": poor, "category": "poor"})
    kept = poor[1778 + 245 :] + [f"N{i}" for i in range(241)]
    left = poor[:1778] + [f"N{i}" for i in range(241)]
    after = pl.DataFrame(
        {"household_id": [*left[:1778], *kept], "category": ["not_poor"] * 1778 + ["poor"] * len(kept)}
    )
    before = pl.concat([before, pl.DataFrame({"household_id": left[1778:], "category": "not_poor"})])
    gone = pl.DataFrame(
        {"from_id": poor[1778 : 1778 + 245], "to_id": None, "kind": "died"}, schema_overrides={"to_id": pl.String}
    )
    m = movements(before, after, links=gone, earlier=[before], since=0)
    (row,) = (r for r in m.table("7.2", ()) if r.measure == "households")
    assert [row[n] for n in range(1, 10)] == [5500, 0, 1778, 245, 0, 0, 241, 0, 3718]
    arisen = m.arisen()
    assert (arisen.figure, arisen.columns, arisen.agrees) == (3718 - 5500 + 1778, 241, False)
    assert arisen.columns + sum(arisen.parts.values()) == arisen.figure
    assert "241 - 245 (column 4) = -4" in arisen.explain("en")
    assert arisen.cite.grade == "A"


def test_households_and_exits_say_what_became_of_each() -> None:
    m = movements(BEFORE, AFTER, links=LINKS, earlier=EARLIER, since=2021)
    frame = m.households
    said = dict(frame.select("household_id", "movement").iter_rows())
    assert said == {
        "stays": "stayed_poor", "to-near": "poor_to_near_poor", "rises": "poor_to_outside", "dies": "demographic_out_poor",
        "splits": "stayed_poor", "falls": "near_poor_to_poor", "leaves": "near_poor_to_outside", "stays-near": "stayed_near_poor",
        "returns": "returned_poor", "arises": "new_poor", "above": "stayed_outside", "joins": "demographic_out_near_poor",
        "child": "demographic_in_near_poor", "newcomer": "demographic_in_poor",
    }  # fmt: skip
    by_id = {r["household_id"]: (r["column_72"], r["column_73"]) for r in frame.iter_rows(named=True)}
    assert by_id["to-near"] == ("2", "5")
    assert by_id["falls"] == ("5", "3")
    assert by_id["stays"] == (None, None)
    assert m.exits()["household_id"].to_list() == ["to-near", "rises"]
    assert m.exits("7.3")["household_id"].to_list() == ["leaves"]


def test_every_movement_has_its_columns_on_the_forms() -> None:
    forms = load("movements.yaml")["forms"]
    for form, place in (("7.2", 0), ("7.3", 1)):
        assert sorted(forms[form]["columns"]) == list(range(1, 10))
        cite = citation(forms[form]["cite"])
        assert (cite.grade, cite.words) == ("A", forms[form]["title"]["vi"])
        used = {c for found in COLUMNS.values() if (c := found[place]) is not None}
        assert used == {"2", "3", "4", "5", "6", "7", "8", "6 or 7"}
    exits = [n for n, c in forms["7.2"]["columns"].items() if "exits" in c.get("over", ())]
    assert [c[0] for n, c in COLUMNS.items() if n.startswith("poor_to")] == [str(n) for n in exits]


# --- what is not known --------------------------------------------------------------------------------


def test_a_household_in_one_round_only_is_not_a_death() -> None:
    before, after = (
        round_of(("A", "poor", 3), ("B", "poor", 2), ("C", "not_poor", 2)),
        round_of(("A", "poor", 3), ("D", "near_poor", 4), ("E", "average", 4)),
    )
    m = movements(before, after)
    assert told(one(m)) == {"c1": 2, "c9": 1, "unexplained_out": 1, "unexplained": 1}
    assert told(one(m, "7.3")) == {"c9": 1, "unexplained_in": 1, "unexplained": 1}
    assert set(m.households.filter(pl.col("movement") == "unexplained_in")["household_id"]) == {"D", "E"}
    assert [(p.code, p.count, p.rows[0][1]) for p in m.problems] == [("CN124", 1, "B"), ("CN124", 1, "D")]
    m = movements(before, after, unmatched="demographic")
    assert told(one(m)) == {"c1": 2, "c4": 1, "c9": 1}
    assert told(one(m, "7.3", "persons")) == {"c8": 4, "c9": 4}
    m = movements(before, after, unmatched="outside", earlier=[before.clear()], since=0)
    assert told(one(m)) == {"c1": 2, "c3": 1, "c9": 1}
    assert told(one(m, "7.3")) == {"c7": 1, "c9": 1}


def test_links_explain_also_where_the_absent_are_outside() -> None:
    before, after = round_of(("A", "poor", 3), ("B", "poor", 2)), round_of(("C", "poor", 2), ("D", "poor", 1))
    m = movements(before, after, links=links_of(("A", None, "moved_out"), (None, "C", "moved_in")), unmatched="outside")
    assert told(one(m)) == {"c1": 2, "c3": 1, "c4": 1, "c8": 1, "c9": 2, "unknown": 1}


def test_an_unknown_class_is_never_not_poor() -> None:
    before = round_of(("A", "poor", 3), ("B", None, 2), ("C", None, 5))
    after = round_of(("A", None, 3), ("B", "poor", 2), ("C", None, 5))
    m = movements(before, after)
    assert told(one(m, measure="persons")) == {
        "c1": 3,
        "c9": 2,
        "unclassed_out": 3,
        "unclassed_in": 2,
        "unexplained": 5,
    }
    assert [(p.code, p.where, p.count) for p in m.problems] == [("CN125", "category", 3)]


def test_an_unknown_size_is_never_zero() -> None:
    before, after = round_of(("A", "poor", 3), ("B", "poor", 2)), round_of(("A", "poor", None), ("B", "not_poor", None))
    m = movements(before, after)
    row = one(m, measure="persons")
    assert (row[1], row[3], row[9], row[4], row[8], row.end) == (5, 2, None, None, None, None)
    assert row["size_unknown"] == 1
    assert told(one(m)) == {"c1": 2, "c3": 1, "c9": 1}
    assert [(p.code, p.where, p.count) for p in m.problems] == [("CN125", "household_size", 1)]


HISTORY = {
    "no rounds": ({}, "unknown"),
    "rounds without since": ({"earlier": {2021: round_of(("Z", "poor", 1))}}, "unknown"),
    "was poor once": ({"earlier": {2019: round_of(("A", "poor", 1)), 2021: round_of()}}, "c6"),
    "was poor before since": ({"earlier": {2019: round_of(("A", "poor", 1)), 2021: round_of()}, "since": 2021}, "c6"),
    "never on the lists": ({"earlier": {2020: round_of(), 2021: round_of()}, "since": 2020}, "c7"),
    "near-poor only": ({"earlier": {2020: round_of(("A", "near_poor", 1))}, "since": 2020}, "c7"),
    "a year is missing": ({"earlier": {2019: round_of(), 2021: round_of()}, "since": 2019}, "unknown"),
    "complete after the gap": ({"earlier": {2018: round_of(), 2020: round_of(), 2021: round_of()}, "since": 2020}, "c7"),
    "class unknown once": ({"earlier": {2020: round_of(("A", None, 1))}, "since": 2020}, "unknown"),
    "unknown before since": ({"earlier": {2019: round_of(("A", None, 1)), 2020: round_of()}, "since": 2020}, "c7"),
    "a list of rounds": ({"earlier": [round_of(), round_of(("A", "poor", 1))]}, "c6"),
    "one table": ({"earlier": pl.DataFrame({"household_id": ["A", "B"], "round": [2020, 2021], "category": ["average", "poor"]}),
                   "since": 2020}, "c7"),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORY)
def test_return_against_newly_arisen(name: str) -> None:
    arguments, column = HISTORY[name]
    m = movements(round_of(("A", "average", 4)), round_of(("A", "poor", 4)), **arguments)
    assert told(one(m)) == {column: 1, "c9": 1}
    assert told(one(m, measure="persons")) == {column: 4, "c9": 4}
    assert [p.code for p in m.problems] == (["CN126"] if column == "unknown" else [])


def test_the_missing_years_are_named() -> None:
    earlier = {2018: round_of(), 2021: round_of()}
    (note,) = movements(round_of(("A", "average", 4)), round_of(("A", "poor", 4)), earlier=earlier, since=2018).problems
    assert "2019, 2020" in note.message


def test_history_follows_a_renamed_household() -> None:
    before, after = round_of(("old", "average", 4)), round_of(("new", "poor", 4))
    links = links_of(("old", "new", "renamed"))
    m = movements(before, after, links=links, earlier=[round_of(("old", "poor", 4))])
    assert told(one(m)) == {"c6": 1, "c9": 1}
    assert m.households["household_id"].to_list() == ["new"]


# --- places -------------------------------------------------------------------------------------------


def test_who_moves_house_leaves_one_place_and_enters_the_other() -> None:
    before = round_of(("A", "poor", 4, "Xã A"), ("B", "poor", 2, "Xã B"))
    after = round_of(("A", "near_poor", 5, "Xã B"), ("B", "poor", 2, "Xã B"))
    m = movements(before, after)
    rows = {(r.place[0], r.measure): told(r) for r in m.table()}
    assert rows["Xã A", "persons"] == {"c1": 4, "c4": 4, "moved_out": 4}
    assert rows["Xã B", "persons"] == {"c1": 2, "c8": 4, "c2": 4, "c9": 2, "moved_in": 4}
    near = {(r.place[0], r.measure): told(r) for r in m.table("7.3")}
    assert near["Xã B", "persons"] == {"c5": 4, "c8": 1, "c9": 5}
    assert near["Xã A", "persons"] == {}
    (whole,) = (r for r in m.table("7.2", ()) if r.measure == "households")
    assert told(whole) == {"c1": 2, "c2": 1, "c9": 1}
    (whole,) = (r for r in m.table("7.2", (), moves=("commune",)) if r.measure == "households")
    assert told(whole) == {"c1": 2, "c2": 1, "c9": 1, "c4": 1, "c8": 1, "moved_in": 1, "moved_out": 1}


def test_a_place_that_becomes_urban() -> None:
    m = movements(round_of(("A", "poor", 4, "Xã A", "rural")), round_of(("A", "poor", 4, "Xã A", "urban")))
    rows = [(r.area, told(r)) for r in m.table() if r.measure == "households"]
    assert rows == [("urban", {"c8": 1, "c9": 1, "moved_in": 1}), ("rural", {"c1": 1, "c4": 1, "moved_out": 1})]


def test_a_place_that_is_not_known_is_no_move() -> None:
    m = movements(round_of(("A", "poor", 4, "Xã A", None)), round_of(("A", "poor", 4, "Xã A", "urban")))
    rows = [(r.area, told(r)) for r in m.table() if r.measure == "households"]
    assert rows == [
        ("urban", {"c9": 1, "unexplained_in": 1, "unexplained": 1}),
        (None, {"c1": 1, "unexplained_out": 1, "unexplained": 1}),
    ]


def test_rows_stand_in_order_and_a_place_without_a_name_is_last() -> None:
    rounds = round_of(*((f"{c}{a}", "poor", 1, c, a) for c in (None, "Xã B", "Xã A") for a in (None, "rural", "urban")))
    rows = [(r.place[0], r.area) for r in movements(rounds, rounds).table()][::2]
    assert rows == [(c, a) for c in ("Xã A", "Xã B", None) for a in ("urban", "rural", None)]


def test_spellings_of_a_place_are_one_place() -> None:
    m = movements(round_of(("A", "poor", 4, "Xã Đăk Hoà")), round_of(("A", "poor", 4, "xã  Đắk Hòa")))
    assert [(r.place, told(r)) for r in m.table() if r.measure == "households"] == [
        (("xã  Đắk Hòa",), {"c1": 1, "c9": 1})
    ]


def test_spellings_within_a_round_are_one_place() -> None:
    before = round_of(("A", "poor", 4, "Xã Hòa An"), ("B", "poor", 1, "Xã Hoà An"), ("C", "poor", 1, "Xã B"))
    m = movements(before, round_of(("C", "poor", 1, "Xã B")), unmatched="demographic")
    assert [(r[1], r[4], r[9]) for r in m.table() if r.measure == "households"] == [(1, 0, 1), (2, 2, 0)]


def test_units_that_one_round_lacks() -> None:
    m = movements(round_of(("A", "poor", 4)), round_of(("A", "poor", 4)))
    with pytest.raises(DataProblems) as error:
        m.counts("7.2", ("province", "commune"), moves=("village",))
    assert codes(error) == [("CN120", "by['province']", 0), ("CN120", "moves['village']", 0)]
    with pytest.raises(DataProblems, match=r"no movements on form '7.4'"):
        m.counts("7.4")


# --- rounds that cannot be compared, and faults --------------------------------------------------------


def test_two_standards_are_not_compared() -> None:
    rounds = round_of(("A", "poor", 4)), round_of(("A", "poor", 4))
    with pytest.raises(DataProblems, match="classify the first round anew by vn-2022") as error:
        movements(*rounds, standard_before="vn-2016", standard_after="vn-2022")
    assert codes(error) == [("CN123", "standard_after", 0)]
    movements(*rounds, standard_before="vn-2022", standard_after="vn-2022")


@pytest.mark.parametrize("answer", [False, lambda a, b: False])
def test_two_sides_of_a_change_of_units(answer: Any) -> None:
    rounds = round_of(("A", "poor", 4)), round_of(("A", "poor", 4))
    with pytest.raises(DataProblems, match="crosswalk"):
        movements(*rounds, comparable=answer)
    movements(*rounds, comparable=lambda a, b: a.height == b.height)


def test_days_before_and_after_the_merger() -> None:
    rounds = round_of(("A", "poor", 4)), round_of(("A", "poor", 4))
    with pytest.raises(DataProblems, match="the units changed between 2024-12-31 and 2025-12-31") as error:
        movements(*rounds, days=(date(2024, 12, 31), date(2025, 12, 31)))
    assert codes(error) == [("CN123", "days", 0)]
    movements(*rounds, days=(date(2024, 12, 31), date(2025, 12, 31)), comparable=True)
    movements(*rounds, days=(date(2023, 12, 31), date(2024, 12, 31)))


def test_no_commune_in_common_is_a_change_of_units() -> None:
    before, after = round_of(("A", "poor", 4, "Xã A")), round_of(("A", "poor", 4, "Xã Mới"))
    with pytest.raises(DataProblems, match="crosswalk") as error:
        movements(before, after)
    assert codes(error) == [("CN123", "after['commune']", 0)]
    assert told(movements(before, after, comparable=True).table()[0])["moved_out"] == 1


def test_districts_that_were_abolished() -> None:
    before = round_of(("A", "poor", 4)).with_columns(district=pl.lit("Huyện A"))
    after = round_of(("A", "poor", 4)).with_columns(district=pl.lit(None, pl.String))
    with pytest.raises(DataProblems, match="filled in one round and blank in the other"):
        movements(before, after)


def test_all_faults_of_both_rounds_at_once() -> None:
    before = round_of(("A", "Hộ nghèo", 4), ("A", "poor", 0), (None, "poor", 2), (None, "poor", 2))
    after = round_of(("B", "poor", 3, "Xã A", "Nông thôn")).drop("category")
    with pytest.raises(DataProblems) as error:
        movements(before, after, unmatched="ignore")
    assert codes(error) == [
        ("CN120", "unmatched", 0), ("CN121", "before['household_id']", 2), ("CN121", "before['household_id']", 2),
        ("CN047", "before['category']", 1), ("CN050", "before['household_size']", 1), ("CN120", "after['category']", 0),
    ]  # fmt: skip


def test_no_message_shows_what_a_wrong_column_holds() -> None:
    before = round_of(("A", "poor", 4)).with_columns(head_name=pl.lit("Nguyễn Văn A"))
    with pytest.raises(DataProblems) as error:
        movements(before, before, category="head_name", earlier=[before], since=0)
    assert "Nguyễn" not in str(error.value) + repr(error.value.problems)


WRONG_LINKS = {
    "no such kind": (("gone", None, "vanished"), "CN047", "kind"),
    "no source": ((None, None, "died"), "CN122", "from_id"),
    "no target": (("gone", None, "merge"), "CN122", "to_id"),
    "moved in from here": (("gone", "new", "moved_in"), "CN122", "from_id"),
    "died into another": (("gone", "both", "died"), "CN122", "to_id"),
    "not in the first round": (("nobody", None, "died"), "CN122", "from_id"),
    "not in the second round": ((None, "nobody", "moved_in"), "CN122", "to_id"),
    "dead and alive": (("both", None, "died"), "CN122", "from_id"),
    "new and old": (("gone", "both", "split"), "CN122", "to_id"),
}


@pytest.mark.parametrize("name", WRONG_LINKS)
def test_links_that_cannot_be(name: str) -> None:
    link, code, column = WRONG_LINKS[name]
    with pytest.raises(DataProblems) as error:
        movements(
            round_of(("both", "poor", 4), ("gone", "poor", 4)),
            round_of(("both", "poor", 4), ("new", "poor", 4)),
            links=links_of(link),
        )
    assert (code, f"links['{column}']", 1) in codes(error)


@pytest.mark.parametrize(
    "links",
    [
        [("gone", None, "died"), ("gone", None, "moved_out")],
        [("gone", "new", "renamed"), ("gone", "other", "renamed")],
        [("gone", "new", "renamed"), ("gone", None, "died")],
        [(None, "new", "moved_in"), ("both", "new", "split")],
        [("gone", "new", "renamed"), ("also", "new", "renamed")],
    ],
)
def test_two_ways_at_once(links: list[tuple[str | None, str | None, str]]) -> None:
    before = round_of(("both", "poor", 4), ("gone", "poor", 4), ("also", "poor", 1))
    after = round_of(("both", "poor", 4), ("new", "poor", 4), ("other", "poor", 1))
    with pytest.raises(DataProblems, match="in two ways at once"):
        movements(before, after, links=links_of(*links))


@pytest.mark.parametrize(
    ("links", "gone", "come"),
    [
        ([("A", "X", "split"), ("A", "Y", "split")], {"A"}, {"X", "Y"}),
        ([("A", "X", "merge"), ("B", "X", "merge")], {"A", "B"}, {"X"}),
        ([("A", None, "died"), ("B", None, "moved_out"), (None, "X", "moved_in")], {"A", "B"}, {"X"}),
        ([("A", None, "dissolved"), ("B", "X", "split")], {"A", "B"}, {"X"}),
        ([("A", "X", "renamed"), ("B", "Y", "renamed")], set(), set()),
    ],
)
def test_each_kind_of_link_explains(
    links: list[tuple[str | None, str | None, str]], gone: set[str], come: set[str]
) -> None:
    before = round_of(("A", "poor", 4), ("B", "poor", 3), ("C", "near_poor", 1))
    after = round_of(("X", "poor", 4), ("Y", "poor", 3), ("C", "near_poor", 1))
    m = movements(before, after, links=links_of(*links))
    row = one(m)
    renamed = sum(kind == "renamed" for _, _, kind in links)
    assert (row[4], row[8]) == (len(gone), len(come))
    assert (row["unexplained_out"], row["unexplained_in"]) == (2 - len(gone) - renamed, 2 - len(come) - renamed)
    frame = m.households
    for wanted, movement in ((gone, "demographic_out_poor"), (come, "demographic_in_poor")):
        assert set(frame.filter(pl.col("movement") == movement)["household_id"]) == wanted


def test_links_that_go_together() -> None:
    before = round_of(("dies", "poor", 4), ("old", "poor", 5), ("joins", "near_poor", 2), ("parts", "poor", 3))
    after = round_of(("child", "poor", 2), ("new", "poor", 6), ("both", "near_poor", 4), ("parts", "poor", 2))
    links = links_of(
        ("dies", "child", "split"), ("dies", None, "died"), ("old", "new", "renamed"), ("joins", "new", "merge"),
        ("old", "both", "split"), ("parts", "both", "split"), ("joins", "both", "merge"),
    )  # fmt: skip
    m = movements(before, after, links=links)
    assert told(one(m)) == {"c1": 3, "c4": 1, "c8": 1, "c9": 3}
    assert told(one(m, "7.3", "persons")) == {"c1": 2, "c4": 2, "c8": 4, "c9": 4}
    assert told(one(m, measure="persons")) == {"c1": 12, "c4": 4 + 1, "c8": 2 + 1, "c9": 10}
    assert m.problems == ()


def test_wrong_history() -> None:
    rounds = round_of(("A", "poor", 4)), round_of(("A", "poor", 4))
    for arguments in (
        {"since": 2020},
        {"earlier": {2021: round_of()}, "since": 2020},
        {"earlier": pl.DataFrame({"household_id": ["A"], "round": [None], "category": ["poor"]})},
    ):
        with pytest.raises(DataProblems) as error:
            movements(*rounds, **arguments)
        assert [p.code for p in error.value.problems] == ["CN126"]
    with pytest.raises(DataProblems) as error:
        movements(*rounds, earlier=round_of(), links=pl.DataFrame({"from": ["A"]}))
    assert [c for c, _, _ in codes(error)] == ["CN120"] * 4


# --- every input: against a reading of the form, one household at a time --------------------------------


@dataclass
class Case:
    before: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    after: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    links: list[tuple[str | None, str | None, str]] = field(default_factory=list)
    earlier: list[dict[str, Any]] = field(default_factory=list)
    since: int | None = None
    unmatched: str = "unexplained"
    movers: str = "start"

    def made(self) -> Movements:
        def rows(found: Mapping[str, tuple[Any, ...]]) -> pl.DataFrame:
            return round_of(*((h, *r) for h, r in found.items()))

        earlier = [
            pl.DataFrame(list(e.items()), schema={"household_id": pl.String, "category": pl.String}, orient="row")
            for e in self.earlier
        ]
        return movements(
            rows(self.before), rows(self.after), links=links_of(*self.links), earlier=earlier or None, since=self.since,
            unmatched=self.unmatched, persons_of_movers=self.movers, comparable=True,
        )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn, *, sizes: bool = False) -> Case:
    size = st.integers(1, 9) if sizes else st.one_of(st.none(), st.integers(1, 9))
    row = st.tuples(
        st.sampled_from([*LISTED, *CLASSES, None]),
        size,
        st.sampled_from(["Xã A", "Xã B"]),
        st.sampled_from(["rural", "urban", None]),
    )
    case = Case(
        unmatched=draw(st.sampled_from(["unexplained", "demographic", "outside"])),
        movers=draw(st.sampled_from(["start", "end"])),
    )
    names = [f"H{i}" for i in range(draw(st.integers(1, 12)))]
    for name in names:
        where = draw(st.sampled_from(["both", "both", "before", "after"]))
        if where != "after":
            case.before[name] = draw(row)
        if where != "before":
            case.after[name] = draw(row)
    taken: set[str] = set()
    for name in names:
        if name not in case.after:
            fate = draw(st.sampled_from(["none", "died", "moved_out", "dissolved", "merge", "renamed"]))
            targets = sorted(n for n in case.after if n not in taken and (fate == "merge" or n not in case.before))
            if fate in ("died", "moved_out", "dissolved"):
                case.links.append((name, None, fate))
            elif fate != "none" and targets:
                target = draw(st.sampled_from(targets))
                case.links.append((name, target, fate))
                taken |= {target} if target not in case.before else set()
    fated = {f for f, _, _ in case.links}
    for name in names:
        if name not in case.before and name not in taken:
            parents = sorted(n for n in case.before if n not in fated)
            way = draw(st.sampled_from(["none", "moved_in", "split"]))
            if way == "moved_in" or (way == "split" and parents):
                case.links.append((draw(st.sampled_from(parents)) if way == "split" else None, name, way))
    rounds = draw(st.integers(0, 2))
    case.earlier = [
        draw(st.dictionaries(st.sampled_from(names), st.sampled_from([*CLASSES, None]))) for _ in range(rounds)
    ]
    case.since = draw(st.one_of(st.none(), st.integers(0, rounds - 1))) if rounds else None
    return case


def by_reading_the_form(case: Case, form: str) -> dict[tuple[Any, ...], Counter[str]]:
    """(commune, area, measure) → the columns; a household with an unknown size spoils the persons it is needed for."""
    own, other = ("poor", "near_poor") if form == "7.2" else ("near_poor", "poor")
    to_other, to_outside = ("c2", "c3") if form == "7.2" else ("c3", "c2")
    found: dict[tuple[Any, ...], Counter[str]] = {}
    new_code = {f: t for f, t, kind in case.links if kind == "renamed"}
    old_code = {t: f for f, t in new_code.items()}

    def put(place: Any, column: str, households: int, persons: int | None) -> None:
        for measure, number in (("households", households), ("persons", persons)):
            cell = found.setdefault((*place, measure), Counter())
            if number is None or cell.get(column, 0) is None:
                cell[column] = None  # type: ignore[assignment]
            else:
                cell[column] += number

    def growth(place: Any, size: int | None, grown: int | None) -> None:
        if size is None or grown is None:
            put(place, "c4", 0, None)
            put(place, "c8", 0, None)
        else:
            put(place, "c8" if grown > size else "c4", 0, abs(grown - size))

    def group(row: tuple[Any, ...]) -> str:
        return "unknown" if row[0] is None else row[0] if row[0] in LISTED else "outside"

    def way_in(name: str) -> str:
        past = [{e[n] for n in (old_code.get(name, name), name) if n in e} for e in case.earlier]
        if any(own in p for p in past):
            return "c6"
        return "unknown" if case.since is None or any(None in p for p in past[case.since :]) else "c7"

    for name in dict.fromkeys([*(new_code.get(n, n) for n in case.before), *case.after]):
        start = case.before.get(old_code.get(name, name))
        end = case.after.get(name)
        leaves = any(
            name == new_code.get(f or "", f) and k in ("split", "merge", "moved_out", "died", "dissolved")
            for f, _, k in case.links
        )
        enters = any(name == t and k in ("split", "merge", "moved_in") for _, t, k in case.links)
        for row in (start, end):
            if row is not None:
                put(row[2:], "c1", 0, 0)
        if start is None and not enters and case.unmatched == "outside":
            was = "outside"
        else:
            was = group(start) if start is not None else "absent"
        if end is None and not leaves and case.unmatched == "outside":
            now = "outside"
        else:
            now = group(end) if end is not None else "absent"
        size, grown = start[1] if start else None, end[1] if end else None
        place = (end or start)[2:]  # type: ignore[index]
        if was == own:
            assert start is not None
            put(start[2:], "c1", 1, size)
        if now == own:
            put(place, "c9", 1, grown)
        if was == own and start is not None and end is not None and start[2:] != place:
            known = None not in (start[3], place[1]) or start[3] == place[1]
            put(start[2:], "c4" if known else "unexplained_out", 1, size)
            put(place, "c8" if known else "unexplained_in", 1, size)
        moving = size if case.movers == "start" else grown
        if "unknown" in (was, now):
            if was == own:
                put(place, "unclassed_out", 1, size)
            if now == own:
                put(place, "unclassed_in", 1, grown)
        elif was == own == now:
            growth(place, size, grown)
        elif was == own and now == other:
            put(place, to_other, 1, moving)
            if case.movers == "end":
                growth(place, size, grown)
        elif was == other and now == own:
            put(place, "c5", 1, moving)
            if case.movers == "start":
                growth(place, size, grown)
        elif was == own and now == "outside":
            put(place, to_outside, 1, size)
        elif was == "outside" and now == own:
            put(place, way_in(name), 1, grown)
        elif was == own:
            put(place, "c4" if leaves or case.unmatched == "demographic" else "unexplained_out", 1, size)
        elif now == own:
            put(place, "c8" if enters or case.unmatched == "demographic" else "unexplained_in", 1, grown)
    return found


COMPARED = [n for n in COUNTED if not n.startswith("moved")]
FEWER = settings(max_examples=settings().max_examples // 4)  # tables of a few rows cost as much as tables of thousands


@pytest.mark.parametrize("form", ["7.2", "7.3"])
@FEWER
@given(case=cases())
def test_as_one_reads_the_form(form: str, case: Case) -> None:
    expected = by_reading_the_form(case, form)
    found = {(*r.place, r.area, r.measure): r for r in case.made().table(form)}
    assert found.keys() == expected.keys()
    for cell, row in found.items():
        assert {n: row[n] for n in COMPARED} == {n: expected[cell].get(n, 0) for n in COMPARED}, cell
        assert (row["size_unknown"] == 0) is all(row[n] is not None for n in COUNTED)
        if row.measure == "households" or None not in (row.end, row[9]):
            assert row[9] == row.end is not None


@FEWER
@given(case=cases(sizes=True))
def test_the_identity_of_the_form_holds_in_every_row(case: Case) -> None:
    m = case.made()
    for form, by in (("7.2", ("commune",)), ("7.3", ("commune",)), ("7.2", ()), ("7.3", ())):
        for row in m.table(form, by):
            assert row[9] == row.end == balance(row.numbers)


@FEWER
@given(case=cases(sizes=True))
def test_tables_add_up(case: Case) -> None:
    m = case.made()
    for form in ("7.2", "7.3"):
        parts: Counter[tuple[Any, ...]] = Counter()
        for row in m.table(form):
            parts.update({(row.area, row.measure, n): row[n] or 0 for n in COUNTED})
        whole = {(r.area, r.measure, n): r[n] for r in m.table(form, (), moves=("commune",)) for n in COUNTED}
        assert whole == dict(parts)
    poor, near = m.table("7.2"), m.table("7.3")
    for a, b in zip(poor, near, strict=True):
        assert (a[2], a[5]) == (b[5], b[3]), "who leaves one list for the other enters it"


@settings(max_examples=settings().max_examples // 10)
@given(case=cases(), seed=st.integers(0, 9))
def test_order_of_rows_does_not_matter(case: Case, seed: int) -> None:
    first = case.made()
    mixed = Case(**{**vars(case), "before": _mixed(case.before, seed), "after": _mixed(case.after, seed)}).made()
    assert mixed.table() == first.table()
    assert [p.count for p in mixed.problems] == [p.count for p in first.problems]


def _mixed(rows: dict[str, Any], seed: int) -> dict[str, Any]:
    names = list(rows)
    random.Random(seed).shuffle(names)
    return {n: rows[n] for n in names}


@FEWER
@given(case=cases(sizes=True))
def test_item_410_differs_by_its_parts_only(case: Case) -> None:
    arisen = case.made().arisen()
    assert arisen.figure == arisen.columns + sum(arisen.parts.values())
    assert arisen.figure == arisen.end - arisen.start + arisen.escaped
    for lang in ("vi", "en"):
        assert f"{arisen.figure:,}" in arisen.explain(lang)


# --- kinds of table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "lazy"])
def test_every_kind_of_table(kind: str) -> None:
    def as_kind(frame: pl.DataFrame) -> Any:
        return {"pandas": frame.to_pandas, "pyarrow": frame.to_arrow, "lazy": frame.lazy}[kind]()

    before = pl.concat([BEFORE, round_of(("X", None, None, None, None))])
    plain = movements(before, AFTER, links=LINKS, earlier=EARLIER, since=2021)
    m = movements(as_kind(before), as_kind(AFTER), links=as_kind(LINKS), earlier=as_kind(_long(EARLIER)), since=2021)
    assert m.table() == plain.table()
    assert m.table("7.3") == plain.table("7.3")
    assert type(m.counts()) is type(as_kind(BEFORE)) is type(m.households) is type(m.exits())
    assert m.problems == plain.problems


def _long(rounds: dict[int, pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([f.with_columns(round=pl.lit(year)) for year, f in rounds.items()])


def test_recorded_classes_and_another_key() -> None:
    before, after = (f.rename({"category": "recorded", "household_id": "ma_ho"}) for f in (BEFORE, AFTER))
    m = movements(before, after, links=LINKS, category="recorded", key="ma_ho")
    assert one(m)[9] == 6
    assert "14 households" in repr(m)


def test_rounds_without_places_or_sizes() -> None:
    before, after = (f.select("household_id", "category") for f in (BEFORE, AFTER))
    m = movements(before, after, links=LINKS)
    (households, persons) = m.table("7.2", ())
    assert (households[9], persons[9]) == (6, None)
    nothing = movements(before.clear(), after.clear())
    assert nothing.table("7.2", ()) == ()
    assert one(movements(BEFORE.clear(), AFTER))["unexplained_in"] == 6


def test_whole_floats_are_sizes_and_text_is_not() -> None:
    floats = BEFORE.with_columns(pl.col("household_size").cast(pl.Float64))
    assert one(movements(floats, AFTER, links=LINKS), measure="persons")[1] == 20
    with pytest.raises(DataProblems) as error:
        movements(
            BEFORE.with_columns(pl.col("household_size").cast(pl.String)),
            BEFORE.with_columns(household_size=pl.lit(2.5)),
        )
    assert codes(error) == [("CN120", "before['household_size']", 0), ("CN050", "after['household_size']", 12)]


def test_what_was_recorded_before_against_what_is_computed_since() -> None:
    recorded = pl.col("category").replace({"average": "neither", "not_poor": "neither"}).alias("recorded")
    before = BEFORE.with_columns(recorded).drop("category")
    earlier = {2020: before.with_columns(recorded=pl.lit("poor"))}
    m = movements(before, AFTER, links=LINKS, earlier=earlier, since=2020, category=("recorded", "category"))
    same = movements(
        BEFORE, AFTER, links=LINKS, earlier={2020: BEFORE.with_columns(category=pl.lit("poor"))}, since=2020
    )
    assert [r.numbers for r in m.table()] == [r.numbers for r in same.table()]
    with pytest.raises(DataProblems, match=r"after\['recorded'\]"):
        movements(before, AFTER, category=("recorded", "recorded"))


@pytest.mark.parametrize("size", [float("inf"), 2.0**62])
def test_sizes_that_cannot_be_summed(size: float) -> None:
    with pytest.raises(DataProblems, match="CN050"):
        movements(BEFORE.with_columns(household_size=pl.lit(size)), AFTER)


def test_a_province_with_and_without_its_kind_is_one() -> None:
    before, after = (
        f.with_columns(province=pl.lit(name)) for f, name in ((BEFORE, "Lâm Đồng"), (AFTER, "Tỉnh Lâm Đồng"))
    )
    m = movements(before, after, links=LINKS)
    assert [r.numbers for r in m.table(by=("province", "commune"))] == [
        r.numbers for r in movements(BEFORE, AFTER, links=LINKS).table()
    ]
