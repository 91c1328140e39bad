"""Score cards: the points of the 2022 forms against the circular, every sum against a naive count, seeded faults.

``b1_forms_2022.csv`` was not made from the shipped file. A script walked through the text of the two
publications of the circular, 1315/VBHN-BLĐTBXH (Công báo 679+680, 24-4-2023) and 02/2022/TT-BLĐTBXH
(Công báo 323+324, 27-4-2022): of Mẫu số 3.3 it took each label with the seven numbers after it (one
number for a row of item 15), and then looked each label up in order in Mẫu số 3.4 to 3.10. The first
seven columns are Mẫu số 3.3, which both publications print alike; ``form_…`` are the regional forms of
the consolidated text, ``gazette_…`` those of the first publication. A form that lacks the row is blank.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.audit_scorecards import scorecard_findings
from chuanngheo.auditing import audit
from chuanngheo.domains import Interval
from chuanngheo.findings import KINDS, Finding
from chuanngheo.model import Cite, Instrument
from chuanngheo.scorecards import Column, Item, Measure, Option, ScoreCard, cells, nearest_sums, reachable
from chuanngheo.values import evolve

STD = cn.standard("vn-2022")
B1, B2 = STD.scorecards["b1"], STD.scorecards["b2"]
COLUMNS = ("rrd", "nmm", "ncc", "ch", "se", "mrd", "urban")
GOLDEN = list(csv.DictReader((Path(__file__).parent / "b1_forms_2022.csv").read_text(encoding="utf-8").splitlines()))
OPTIONS = [(item, option) for item in B1.items for option in item.options]
OTHER_SENSES = {
    "b1-eight-persons": "seven_row", "b1-kinds-of-work": "rows_add",
    "b1-motorcycles-ncc": "regional_form", "b1-motorcycles-ch": "regional_form",
}  # fmt: skip


# --- the forms of 2022 ------------------------------------------------------------------------------


def test_every_point_of_b1_is_that_of_the_circular() -> None:
    assert len(GOLDEN) == 73
    assert [(i.number, o.label["vi"]) for i, o in OPTIONS] == [(g["item"], g["option"]) for g in GOLDEN]
    for (item, option), row in zip(OPTIONS, GOLDEN, strict=True):
        assert tuple(option.points) == COLUMNS
        for column in COLUMNS:
            assert option.points[column] == (int(row[column]) if row[column] else None), (
                item.number,
                option.name,
                column,
            )


def test_where_a_regional_form_differs_both_are_readings() -> None:
    differ = {
        (row["item"], option.name, column, int(row[f"{book}_{column}"]))
        for (_, option), row in zip(OPTIONS, GOLDEN, strict=True)
        for column, book in product(COLUMNS, ("form", "gazette"))
        if row[f"{book}_{column}"] not in (row[column], "")
    }
    assert differ == {("12", "motorcycles_2", "ncc", 40), ("12", "motorcycles_3", "ch", 40)}
    listed = {(a.item, a.option, column, points) for a in B1.alternatives for column, points in a.points.items()}
    assert listed == differ
    left_out = {
        (option.name, column, option.points[column])
        for (_, option), row in zip(OPTIONS, GOLDEN, strict=True)
        for column in COLUMNS
        if not row[f"form_{column}"] and option.points[column] is not None
    }
    assert left_out == {("televisions_1", "nmm", 0)}  # without points, so that nothing hangs on it


def test_a_sense_changes_what_it_is_about_and_nothing_else() -> None:
    def moved(**readings: str) -> list[Any]:
        chosen = B1.under({k.replace("_", "-"): v for k, v in readings.items()})
        pairs = [
            ((i.number, i.combine, o.name, o.band, o.points), (j.number, j.combine, p.name, p.band, p.points))
            for i, j in zip(B1.items, chosen.items, strict=True)
            for o, p in zip(i.options, j.options, strict=True)
        ]
        return [b for a, b in pairs if a != b]

    assert moved() == []
    assert moved(b1_motorcycles_ch="master_table") == []
    ((_, _, name, _, points),) = moved(b1_motorcycles_ch="regional_form")
    assert (name, points["ch"], points["ncc"]) == ("motorcycles_3", 40, 30)
    ((_, _, name, _, points),) = moved(b1_motorcycles_ncc="regional_form")
    assert (name, points["ncc"], points["ch"]) == ("motorcycles_2", 40, 25)
    ((_, _, name, band, _),) = moved(b1_eight_persons="seven_row")
    assert (name, band) == ("persons_7", Interval(7))
    assert [(number, combine) for number, combine, *_ in moved(b1_kinds_of_work="rows_add")] == [("5", "additive")] * 3


def test_b2_has_ten_points_for_each_indicator() -> None:
    assert [i.number for i in B2.items] == ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "4.1", "4.2", "5.1", "5.2", "6.1", "6.2"]  # fmt: skip
    assert [i.indicator for i in B2.items] == list(STD.indicators)
    assert {o.points["all"] for i in B2.items for o in i.options} == {10}
    assert reachable(B2, "all") == {10 * n for n in range(13)}
    # what the circular says of an indicator, the form says
    for item in B2.items:
        cite = STD.indicators[item.indicator].cite
        if cite is not None and "Mẫu số 3.2" in cite.at and "mục 6.2" not in cite.at:
            assert cite.words in item.label["vi"]


def test_what_programs_read() -> None:
    item = B1.items[11]
    assert (item.number, item.label["en"], item.combine) == ("12", "Main assets", "additive")
    assert item.options[3].label == {
        "vi": "Từ 3 xe máy, xe có động cơ trở lên",
        "en": "3 motorcycles or motor vehicles or more",
    }
    assert item.options[3].points["rrd"] == 35
    assert B1.item("15").options[0].points["rrd"] is None
    assert B1.item("15").option("red_river_delta").at("rrd") == 0
    assert B1.interpretations == tuple(OTHER_SENSES)
    assert {len(x.label["en"]) > 0 for c in (B1, B2) for i in c.items for x in (i, *i.options)} == {True}
    assert evolve(B1) == B1
    assert hash(evolve(B1)) == hash(B1)


# --- sums -------------------------------------------------------------------------------------------


def by_hand(column: str, eight: str, work: str, motorcycles: Mapping[str, int]) -> set[int]:
    """Every sum of B1, from the golden rows alone: who can live in a household, then item by item."""
    rows: dict[str, list[tuple[str, int]]] = {}
    for g in GOLDEN:
        if g[column]:
            points = motorcycles.get(g["option"], int(g[column]))
            rows.setdefault(g["item"], []).append((g["option"], points))

    def points(number: str) -> list[int]:
        return [p for _, p in rows.get(number, [])]

    def adding(values: list[int]) -> set[int]:
        return {sum(some) for n in range(len(values) + 1) for some in combinations(values, n)}

    def plus(*many: set[int]) -> set[int]:
        sums = {0}
        for one in many:
            sums = {a + b for a in sums for b in one}
        return sums

    def tiers(number: str, *words: str) -> set[int]:
        """Rows of one thing, of which one holds or none."""
        found = [p for label, p in rows[number] if any(w in label for w in words)]
        assert found
        return {0, *found}

    people = set()
    for n in range(1, 10):
        size = points("1")[n - 1] if n <= 7 else points("1")[6] if eight == "seven_row" else 0
        working = [0, *points("2")][: min(n, 5) + 1]
        dependent = [*points("3"), 0][: n + 1]
        pension = [0, *points("6")][: n + 1]
        people |= {size + w + d + p for w in working for d in dependent for p in pension}
    single = [p for label, p in rows["12"] if not any(w in label for w in ("xe máy", "ti vi", "điều hòa"))]
    assets = plus(adding(single), tiers("12", "xe máy"), tiers("12", "ti vi"), tiers("12", "điều hòa"))
    land = plus(*(tiers("13", w) for w in ("ao, vườn", "cây hằng năm", "cây lâu năm", "mặt nước", "đất rừng")))
    animals = plus(*(tiers("14", w) for w in ("trâu", "lợn", "gà", "thủy sản")))
    jobs = adding(points("5")) if work == "rows_add" else {0, *points("5")}
    rest = [{0, *points(n)} for n in ("4", "8", "9", "10", "11", "15")]
    return plus(people, jobs, adding(points("7")), assets, land, animals, *rest)


@pytest.mark.parametrize("column", COLUMNS)
def test_the_sums_of_b1_are_those_counted_by_hand(column: str) -> None:
    for eight, work, ncc, ch in product(("no_points", "seven_row"), ("highest_row", "rows_add"), (30, 40), (30, 40)):
        other = {"2 xe máy, xe có động cơ": ncc} if column == "ncc" else {}
        other |= {"Từ 3 xe máy, xe có động cơ trở lên": ch} if column == "ch" else {}
        readings = {
            "b1-eight-persons": eight, "b1-kinds-of-work": work,
            "b1-motorcycles-ncc": "regional_form" if ncc == 40 else "master_table",
            "b1-motorcycles-ch": "regional_form" if ch == 40 else "master_table",
        }  # fmt: skip
        assert reachable(B1.under(readings), column) == by_hand(column, eight, work, other)


CITE = Cite(Instrument("x", "1/X", {"vi": "x", "en": "x"}), "", "A")
TEXT = {"vi": "x", "en": "x"}


def naive(card: ScoreCard, column: str, top: int) -> set[Any]:
    """Every sum, over all values from 0 to ``top`` (and halves, where they count) and all ticks."""
    grids = {
        m.name: [v / 2 for v in range(2 * top + 1) if (v % 2 == 0 or not m.whole) and m.domain.holds(v // 2 if v % 2 == 0 else v / 2)]
        for m in card.measures.values()
    }  # fmt: skip
    found = set()
    for values in product(*grids.values()):
        at = dict(zip(grids, values, strict=True))
        if any(m.at_most and at[m.name] > at[m.at_most] for m in card.measures.values()):
            continue
        sums = {0}
        for item in card.items:
            held = [o.points[column] or 0 for o in item.options if o.band is not None and o.band.holds(at[o.measure])]
            free = [o.points[column] or 0 for o in item.options if o.band is None]
            ticked = chain.from_iterable(combinations(free, n) for n in range(len(free) + 1))
            if item.combine == "additive":
                scores = {sum(held) + sum(some) for some in ticked}
            elif item.combine == "highest":
                scores = {max([*held, *some], default=0) for some in ticked}
            else:
                scores = {*held, *free} | (set() if held else {0})
            sums = {a + b for a in sums for b in scores}
        found |= sums
    return found


@st.composite
def small_cards(draw: st.DrawFn) -> ScoreCard:
    measures = {"a": Measure("a", TEXT, whole=draw(st.booleans()), least=draw(st.sampled_from((0, 1))))}
    measures["b"] = Measure("b", TEXT, whole=draw(st.booleans()), least=0, at_most=draw(st.sampled_from(("", "a"))))

    def option(i: int) -> Option:
        low, high = draw(st.integers(0, 3)), draw(st.one_of(st.none(), st.integers(0, 4)))
        band: Interval | None = Interval(low, high, draw(st.booleans()), draw(st.booleans()))
        if band is not None and (band.meet(Interval()) is None or draw(st.booleans())):
            band = None
        points = {"c": draw(st.sampled_from((None, 0, 1, 5, 20, 100)))}
        return Option(f"o{i}", TEXT, points, draw(st.sampled_from(("a", "b"))) if band else "", band)

    items = tuple(
        Item(str(n), TEXT, draw(st.sampled_from(("exclusive", "highest", "additive"))), tuple(option(i) for i in range(draw(st.integers(1, 3)))))
        for n in range(draw(st.integers(1, 3)))
    )  # fmt: skip
    return ScoreCard("card", TEXT, "point", {"c": Column("c", TEXT)}, items, CITE, measures)


@given(small_cards())
def test_sums_are_those_of_every_single_combination(card: ScoreCard) -> None:
    assert reachable(card, "c") == naive(card, "c", 6)


@given(st.booleans(), st.integers(0, 2), st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans(), st.booleans()), max_size=4))  # fmt: skip
def test_cells_part_the_values_of_a_measure(whole: bool, least: int, ends: list[tuple[int, int, bool, bool]]) -> None:
    measure = Measure("a", TEXT, whole=whole, least=least)
    bands = [b for low, high, x, y in ends if (b := Interval(low, high, x, y)).meet(Interval()) is not None]
    pieces = cells(measure, bands)
    for half in range(16):
        value = half / 2
        inside = measure.domain.holds(value)
        mine = [p for p in pieces if p.holds(value)]
        assert len(mine) == inside
        for band in bands:  # a band holds all over a cell, or nowhere in it
            assert all((p.meet(band) is not None) == band.holds(value) for p in mine)


def test_the_sums_around_a_line() -> None:
    assert nearest_sums(frozenset({0, 10, 30}), 20) == (10, False, 30)
    assert nearest_sums(frozenset({0, 10, 30}), 30) == (10, True, None)


# --- reading ----------------------------------------------------------------------------------------

RULES = """\
standard: xx-1
version: 1
revision: 1
jurisdiction: xx
entity: household
title: {vi: Chuẩn thử, en: Test standard}
sources:
  act: {number: 1/XX, title: {vi: Luật thử, en: Test act}, issued: 2019-12-01}
applies:
  - {from: 2020-01-01, to: 2020-12-31, cite: {source: act, at: Điều 1, grade: A}}
lines:
  cut: {label: {vi: mức điểm, en: score line}, unit: point, by: {area: {rural: 20, urban: 25}}, cite: {source: act, grade: A}}
indicators:
  water: {label: {vi: nước, en: water}, cite: {source: act, grade: A}}
methods:
  criteria: {default: true, label: {vi: điểm, en: points}}
classes:
  poor: {label: {vi: hộ nghèo, en: poor}, when: b1 <= cut, cite: {source: act, grade: A}}
  not_poor: {label: {vi: không nghèo, en: not poor}, otherwise: true, cite: {source: act, grade: A}}
scorecards:
  b1:
    label: {vi: Phiếu, en: Form}
    unit: point
    method: criteria
    columns:
      r: {label: {vi: nông thôn, en: rural}, cells: {area: rural}}
      u: {label: {vi: thành thị, en: urban}, cells: {area: urban}}
    cut_off: {line: cut, side: at_most}
    measures:
      persons: {label: {vi: số người, en: persons}, unit: person, of: household_size, worse: more}
      space: {label: {vi: diện tích, en: space}, unit: m2, least: 0, worse: less}
      workers: {label: {vi: lao động, en: workers}, whole: true, least: 0, at_most: persons}
    items:
      - number: 1
        label: {vi: Số người, en: Persons}
        combine: exclusive
        measure: persons
        options:
          - {name: few, label: {vi: đến 3, en: up to 3}, from: 1, to: 3}
          - {name: many, label: {vi: từ 4, en: 4 or more}, from: 4}
      - number: 2
        label: {vi: Diện tích, en: Space}
        combine: exclusive
        measure: space
        options:
          - {name: middle, label: {vi: từ 10 đến dưới 20, en: from 10 to below 20}, from: 10, below: 20}
          - {name: large, label: {vi: từ 20, en: 20 or more}, from: 20}
      - number: 3
        label: {vi: Trường học, en: School}
        combine: exclusive
        order: best_first
        options:
          - {name: high, label: {vi: cao, en: high}}
          - {name: low, label: {vi: thấp, en: low}}
      - number: 4
        label: {vi: Đồ dùng, en: Things}
        combine: additive
        indicator: water
        options:
          - {name: car, label: {vi: ô tô, en: car}}
          - {name: radio, label: {vi: radio, en: radio}}
    rows:
      - [1, few, 20, 25]
      - [1, many, 5, 10]
      - [2, middle, 5, 5]
      - [2, large, 10, 15]
      - [3, high, 10, 10]
      - [3, low, 5, 5]
      - [4, car, 40, 50]
      - [4, radio, "", 5]
    alternatives:
      - {reading: {big-cars: dear}, item: 4, option: car, points: {u: 60}, cite: {source: act, at: Mẫu 2, grade: A}}
    cite: {source: act, at: Mẫu 1, grade: A}
interpretations:
  big-cars:
    question: {vi: ô tô mấy điểm, en: how many points has a car}
    readings: {cheap: {vi: 50, en: "50"}, dear: {vi: 60, en: "60"}}
    default: cheap
    grounds: the master table
    grade: A
"""


def read(folder: Path, text: str = RULES) -> cn.Standard:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return cn.read_standard(path)


def problems(folder: Path, text: str) -> list[cn.Problem]:
    with pytest.raises(cn.RuleFileError) as caught:
        read(folder, text)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("      - [4, radio, \"\", 5]\n", "", "CN021", "item 4 has no row of points for the option radio"),
        ("[4, car, 40, 50]", "[4, cart, 40, 50]", "CN021", "item 4, option cart"),
        ("      - [4, car, 40, 50]\n", "      - [4, car, 40, 50]\n      - [4, car, 1, 2]\n", "CN021", "two rows"),
        ("[4, car, 40, 50]", "[4, car, 40]", "CN021", "has 4 parts"),
        ("[4, car, 40, 50]", '[4, car, "40,5", 50]', "CN011", "decimal comma"),
        ("number: 4", "number: 3", "CN007", "the number 3 stands twice"),
        ("{name: low,", "{name: high,", "CN007", "the option high stands twice"),
        ("from: 4}", "from: 4, above: 3}", "CN009", "either from: or above:"),
        ("from: 10, below: 20}", "from: 20, below: 20}", "CN017", "no value is in the band"),
        ("{name: car, label: {vi: ô tô, en: car}}", "{name: car, label: {vi: ô tô, en: car}, from: 1}", "CN009", "a band has a measure"),
        ("en: 4 or more}, from: 4}", "en: 4 or more}}", "CN009", "an option of persons has a band"),
        ("measure: space", "measure: spaces", "CN030", "there is no measure spaces"),
        ("at_most: persons", "at_most: people", "CN030", "people is no measure"),
        ("at_most: persons", "at_most: workers", "CN030", "workers is no measure"),
        ("of: household_size", "of: area", "CN030", "a number is needed here"),
        ("indicator: water", "indicator: waters", "CN030", "there is no indicator waters"),
        ("method: criteria", "method: scores", "CN030", "there is no method scores"),
        ("line: cut", "line: cuts", "CN030", "there is no line cuts"),
        ("cells: {area: urban}", "cells: {area: sea}", "CN030", "the column u does not lead to one number of cut"),
        ("big-cars: dear", "big-cars: cheap", "CN017", "no sense beside the default"),
        ("big-cars: dear", "bigger-cars: dear", "CN017", "no sense beside the default"),
        ("item: 4, option: car", "item: 5, option: car", "CN030", "there is no item 5"),
        ("item: 4, option: car", "item: 4, option: cart", "CN030", "there is no option cart"),
        ("points: {u: 60}", "points: {w: 60}", "CN030", "there is no column w"),
        ("points: {u: 60}", "from: 3", "CN009", "has no band to change"),
        ("option: car, points: {u: 60}", "option: car, combine: highest", "CN009", "an alternative changes"),
        ("item: 4, option: car, points: {u: 60}", "item: 4", "CN009", "an alternative changes"),
        ("combine: additive", "combine: sum", "CN017", "sum"),
        ("    rows:\n", "    file: x.csv\n    rows:\n", "CN009", "either rows: or file:"),
    ],
)  # fmt: skip
def test_a_wrong_card_is_refused_where_it_is_wrong(tmp_path: Path, old: str, new: str, code: str, words: str) -> None:
    assert RULES.count(old) >= 1
    found = problems(tmp_path, RULES.replace(old, new, 1))
    assert any(p.code == code and words in p.message for p in found), "\n".join(map(str, found))


def test_points_may_lie_in_a_file(tmp_path: Path) -> None:
    head, rows, tail = RULES.partition("    rows:\n")[0], RULES.partition("    rows:\n")[2].partition("    alternatives:")[0], RULES.partition("    alternatives:")[2]  # fmt: skip
    lines = [line.strip().removeprefix("- [").removesuffix("]").replace(", ", ",").replace('""', "") for line in rows.splitlines()]  # fmt: skip
    text = head + "    file: points.csv\n    alternatives:" + tail
    assert [p.code for p in problems(tmp_path, text)] == ["CN020"]
    (tmp_path / "points.csv").write_text("item,option,r\n1,few,20\n", encoding="utf-8")
    (missing,) = problems(tmp_path, text)
    assert (missing.code, "lacks column(s) u" in missing.message) == ("CN021", True)
    (tmp_path / "points.csv").write_text("\n".join(["item,option,r,u", *lines]) + "\n", encoding="utf-8")
    inside = read(tmp_path)
    assert read(tmp_path, text).scorecards == inside.scorecards
    assert read(tmp_path, text).digest == inside.digest


def test_the_resolved_text_has_the_cards_and_the_digest_covers_them(tmp_path: Path) -> None:
    again = read(tmp_path, STD.text)
    assert again.scorecards == STD.scorecards
    assert again.digest == STD.digest
    assert "[12, motorcycles_3, 35," in STD.text
    for old, new in (
        ("[12, motorcycles_3, 35,", "[12, motorcycles_3, 40,"),
        ("combine: highest", "combine: additive"),
        ("ch: 40", "ch: 45"),
    ):
        assert STD.text.count(old) == 1, old
        assert read(tmp_path, STD.text.replace(old, new)).digest != STD.digest


def test_the_cards_of_a_method_go_with_it(tmp_path: Path) -> None:
    child = """\
standard: vn-xx-2022
version: 1
revision: 1
extends: vn-2022@1
jurisdiction: vn-xx
entity: household
title: {vi: Chuẩn con, en: Child}
"""
    assert list(read(tmp_path, child).scorecards) == ["a", "b1", "b2"]
    assert list(read(tmp_path, child + "without: {scorecards: [b1]}\n").scorecards) == ["a", "b2"]
    without = "without: {methods: [scores], lines: [score_line, deprivation_score_line], indicators: [water]}\n"
    assert list(read(tmp_path, child + without).scorecards) == ["a"]
    found = problems(tmp_path, child + "without: {indicators: [water]}\n")
    assert [(p.code, "there is no indicator water" in p.message) for p in found] == [("CN030", True)]


# --- the audit --------------------------------------------------------------------------------------


def found(folder: Path, *changes: tuple[str, str]) -> list[Finding]:
    text = RULES
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return list(scorecard_findings(read(folder, text)))


def of(findings: list[Finding], kind: str) -> list[Finding]:
    return [f for f in findings if f.kind == kind]


def test_a_sound_card_has_no_fault(tmp_path: Path) -> None:
    findings = found(tmp_path)
    assert {f.severity for f in findings} == {"note"}
    assert [(f.kind, f.about) for f in findings] == [
        ("band_unlisted", ("b1", "2")),
        ("points_disagree", ("b1", "4", "car", "u")),
        ("score_range", ("b1", "r")),
        ("score_range", ("b1", "u")),
        ("score_range", ("b1", "u")),
    ]
    assert findings[0].texts["en"] == "Form item 2: no row on the form, no points: space below 10 m²"
    assert findings[1].texts == {
        "vi": 'Phiếu mục 4, thành thị, "ô tô": 50 / 60', "en": 'Form item 4, urban, "car": 50 / 60',
    }  # fmt: skip
    assert [c.at for c in findings[1].cites] == ["Mẫu 1", "Mẫu 2"]
    assert findings[1].closed_by == ("big-cars", "cheap")
    rural, urban, dear = findings[2:]
    assert (
        rural.texts["en"]
        == "Form, rural: 5 to 80 points; cut-off 20: met exactly by some sum, next below 15, next above 25"
    )
    assert urban.texts["en"].startswith(
        "Form, urban: 10 to 105 points (under every reading: 10 to 115); cut-off 25: met exactly"
    )
    assert dear.texts["en"].startswith("Form, urban: 10 to 115 points; cut-off 25: met exactly")
    assert (dear.readings, dear.closed_by) == ({"big-cars": "dear"}, ("big-cars", "cheap"))


SEEDED = {
    "overlap": ([("from: 4}", "from: 3}")], "band_overlap", "error", '"up to 3" / "4 or more": persons 3'),
    "overlap at an end": ([("from: 10, below: 20}", "from: 10, to: 20}")], "band_overlap", "error", "space 20"),
    "gap of whole numbers": ([("from: 4}", "from: 6}")], "band_gap", "error", "persons from 4 to 5 persons; the smallest: 4"),
    "gap of one point": ([("from: 20}", "above: 20}")], "band_gap", "error", "space 20 m²; the smallest: 20"),
    "gap above a point": ([("from: 10, below: 20}", "from: 10, to: 15}")], "band_gap", "error", "space above 15 and below 20"),
    "a value above the last row": ([("from: 4}", "from: 4, to: 7}")], "band_unlisted", "note", "persons from 8 persons"),
    "idle": ([('[4, radio, "", 5]', '[4, radio, "", 0]')], "option_idle", "note", 'the row "radio" changes'),
    "exclusive by two measures": (
        [("en: 20 or more}, from: 20}", "en: 20 or more}, measure: workers, from: 2}")],
        "not_exclusive", "error", "space 10, workers 2",
    ),
    "order of a measure": ([("[1, many, 5, 10]", "[1, many, 21, 10]")], "score_order", "warning", "column rural: persons up to 3"),
    "order of rows": ([("[3, low, 5, 5]", "[3, low, 5, 15]")], "score_order", "warning", "column urban: high has 10 points, fewer than low (15"),
    "unreached": ([("rural: 20", "rural: 4")], "cut_off_unreached", "error", "Form, rural: no sum is ≤ 4 points (5–80)"),
    "always": ([("rural: 20", "rural: 80")], "cut_off_always", "error", "Form, rural: every sum is ≤ 80 points"),
    "unreached from below": ([("side: at_most", "side: at_least"), ("rural: 20", "rural: 81")], "cut_off_unreached", "error", "no sum is ≥ 81"),
    "always from below": ([("side: at_most", "side: at_least"), ("rural: 20", "rural: 5")], "cut_off_always", "error", "every sum is ≥ 5"),
    "missed": ([("rural: 20", "rural: 22")], "score_range", "note", "cut-off 22: no sum meets it exactly, next below 20, next above 25"),
    "the same twice": ([("points: {u: 60}", "points: {u: 50}")], "idle", "warning", "50 / 50"),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_fault_is_found(tmp_path: Path, name: str) -> None:
    changes, kind, severity, words = SEEDED[name]
    assert not any(words in f.texts["en"] for f in of(found(tmp_path), kind))
    (fault,) = [f for f in of(found(tmp_path, *changes), kind) if words in f.texts["en"]]
    assert fault.severity == severity
    assert fault.cites
    assert fault.texts["vi"] != fault.texts["en"]
    assert KINDS[kind]["vi"] in fault.text("vi")
    if severity == "error":  # and nothing else is called wrong
        others = [f for f in found(tmp_path, *changes) if f.severity == "error" and f != fault]
        assert others == []


def test_a_fault_that_a_sense_has_or_has_not_names_the_interpretation(tmp_path: Path) -> None:
    old = "option: car, points: {u: 60}"
    (overlap,) = of(found(tmp_path, ("item: 4, " + old, "item: 1, option: many, from: 3")), "band_overlap")
    assert (overlap.severity, overlap.readings, overlap.closed_by) == (
        "note",
        {"big-cars": "dear"},
        ("big-cars", "cheap"),
    )
    gap, = of(found(tmp_path, ("from: 4}", "from: 6}"), ("item: 4, " + old, "item: 1, option: many, from: 4")), "band_gap")  # fmt: skip
    assert (gap.severity, gap.readings, gap.closed_by) == ("note", {}, ("big-cars", "cheap"))
    (two,) = of(found(tmp_path, ("item: 4, " + old, "item: 4, combine: highest")), "two_senses")
    assert (two.about, two.closed_by) == (("big-cars", "b1", "4"), ("big-cars", "cheap"))
    assert two.texts["en"] == "how many points has a car 50 / 60"


def test_what_the_audit_says_of_the_forms_of_2022() -> None:
    findings = list(scorecard_findings(STD))
    assert {f.severity for f in findings} == {"note"}
    disagree = {f.about[1:]: (f.texts["en"][-7:], f.closed_by) for f in of(findings, "points_disagree")}
    assert disagree == {
        ("12", "motorcycles_2", "ncc"): ("30 / 40", ("b1-motorcycles-ncc", "master_table")),
        ("12", "motorcycles_3", "ch"): ("30 / 40", ("b1-motorcycles-ch", "master_table")),
    }
    (eight,) = [f for f in of(findings, "band_unlisted") if f.about == ("b1", "1")]
    assert "members from 8 persons" in eight.texts["en"]
    assert eight.closed_by == ("b1-eight-persons", "not_stated")
    (order,) = of(findings, "score_order")
    assert order.readings == {"b1-motorcycles-ncc": "regional_form"}
    (idle,) = of(findings, "option_idle")
    assert idle.about == ("b1", "15", "northern_mountains")
    lines = {f.about[1]: f.texts["vi"] for f in of(findings, "score_range") if f.about[0] == "b1" and not f.readings}
    assert list(lines) == list(COLUMNS)
    for column, text in lines.items():
        low, high = (
            min(by_hand(column, "no_points", "highest_row", {})),
            max(by_hand(column, "no_points", "highest_row", {})),
        )
        assert f": {low} đến {high} điểm" in text
        assert f"mức {175 if column == 'urban' else 140}: có tổng đúng bằng" in text


def test_the_report_shows_the_cards(tmp_path: Path) -> None:
    report = audit(read(tmp_path))
    assert not report.of("idle")  # an interpretation of points is not idle
    (card,) = report.cards
    assert card.cells("en")[0] == ["Item", "Row", "rural", "urban"]
    assert card.cells("vi")[1][6] == ["4. Đồ dùng", "ô tô", "40", "50 | 60"]
    text = report.text("en")
    assert "Score card b1: Form" in text
    assert "4. Things (rows add up)" in text
    rows = [line.split() for line in text.splitlines()]
    assert ["car", "40", "50", "|", "60"] in rows
    assert ["radio", "5"] in rows
    assert "<h4>Phiếu điểm: Phiếu</h4>" in report.to_html()
    said = report.to_dict()["cards"][0]
    assert said["columns"] == ["r", "u"]
    assert said["rows"][6] == {"item": "4", "option": {"vi": "ô tô", "en": "car"}, "points": ["40", "50 | 60"]}
