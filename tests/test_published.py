"""Official results: what was published, read as it was printed; every fault of a file at once."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

import chuanngheo as cn
from chuanngheo.comparing.published import Count, Printed, counts_of, published, read_published, same_place
from chuanngheo.version import standards_folder


def of(standard: str, day: date, jurisdiction: str = "vn") -> Count:
    (found,) = (n for n in published() if (n.standard, n.day, n.jurisdiction) == (standard, day, jurisdiction))
    return found


def printed(n: Count, name: str) -> tuple[str | None, str | None]:
    share = n.classes[name]
    return tuple(None if p is None else p.digits for p in (share.households, share.percent))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("standard", "year", "number", "issued", "poor", "near"),
    [  # number and day of each decision, figures as printed in it or in what quotes it
        ("vn-2016", 2015, "1095/QĐ-LĐTBXH", date(2016, 8, 22), ("2338569", "9.88"), ("1235784", "5.22")),
        ("vn-2016", 2016, "945/QĐ-LĐTBXH", date(2017, 6, 22), ("1986697", "8.23"), ("1306928", "5.41")),
        ("vn-2016", 2017, "862/QĐ-LĐTBXH", date(2018, 7, 4), ("1642489", "6.70"), None),
        ("vn-2016", 2018, "1052/QĐ-LĐTBXH", date(2019, 7, 29), (None, "5.23"), None),
        ("vn-2016", 2019, "835/QĐ-LĐTBXH", date(2020, 7, 15), (None, "3.75"), None),
        ("vn-2016", 2020, "576/QĐ-LĐTBXH", date(2021, 5, 18), ("761322", "2.75"), None),
        ("vn-2016", 2021, "125/QĐ-LĐTBXH", date(2022, 2, 22), ("609049", "2.23"), ("850202", "3.11")),
        ("vn-2022", 2022, "71/QĐ-LĐTBXH", date(2023, 1, 19), ("1057374", "4.03"), ("915274", "3.49")),
        ("vn-2022", 2023, "134/QĐ-BLĐTBXH", date(2024, 1, 31), ("815101", "2.93"), ("771235", "2.78")),
        ("vn-2022", 2024, "217/QĐ-BLĐTBXH", date(2025, 2, 4), ("599608", "1.93"), ("659389", "2.13")),
    ],
)
def test_decisions(
    standard: str, year: int, number: str, issued: date, poor: tuple[str, str], near: tuple[str, str] | None
) -> None:
    n = of(standard, date(year, 12, 31))
    assert (n.document.number, n.document.issued) == (number, issued)
    assert printed(n, "poor") == poor
    assert ("near_poor" in n.classes) is (near is not None)
    if near is not None:
        assert printed(n, "near_poor") == near


def test_the_grades_say_what_was_read() -> None:
    assert of("vn-2016", date(2021, 12, 31)).grade == "A"  # published point by point by the ministry
    assert of("vn-2016", date(2016, 12, 31)).grade == "A"  # Điều 1 read
    assert of("vn-2022", date(2022, 12, 31)).grade == "B"  # newspapers
    assert of("vn-2011", date(2010, 12, 31)).classes["poor"].households.grade == "D"  # type: ignore[union-attr]
    assert of("vn-2016", date(2018, 12, 31)).grade == "D"  # 5.23 from memory


def test_a_figure_that_is_known_worse_than_its_decision_says_where_it_comes_from() -> None:
    """A decision whose title was read confirms no figure: 3.75% of 2019 stands in one press report alone."""
    worse = [
        n for n in published()
        if any(p.grade > n.document.grade for s in n.classes.values() for p in (s.households, s.percent) if p)
    ]  # fmt: skip
    assert {n.day.year for n in worse} >= {2010, 2018, 2019, 2020, 2024}
    assert not [n for n in worse if not (n.note.get("vi") and n.note.get("en"))]
    for year in (2010, 2019):
        assert (
            "Percent from one press report"
            in of("vn-2011" if year == 2010 else "vn-2016", date(year, 12, 31)).note["en"]
        )


def test_each_count_is_by_a_standard_that_is_here_near_its_days() -> None:
    for n in published():
        if n.standard:
            std = cn.standard(n.standard)
            # The end of a year may already be listed by the next standard, its start still by the last.
            spans = [s for v in range(1, std.version + 1) for s in cn.standard(f"{std.id}@{v}").applies]
            assert any(s.holds(n.day + timedelta(days=d)) for s in spans for d in (-1, 0, 1)), n
            assert set(n.classes) <= set(std.classes)
        else:
            assert n.label["vi"]
            assert n.label["en"]
        assert n.place["vi"]
        assert n.place["en"]
        assert not n.note or (n.note["vi"] and n.note["en"])
        assert n.document.number or n.document.grade >= "C", "a document without a number is no A or B"


def within(p: Printed) -> tuple[Fraction, Fraction]:
    """What may have been rounded to the digits printed."""
    places = len(p.digits.partition(".")[2])
    half = Fraction(1, 2 * 10**places)
    return p.number - half, p.number + half


def test_both_classes_of_a_count_imply_one_number_of_households() -> None:
    """A digit copied wrong would give two different totals; every published pair agrees within rounding."""
    checked = 0
    for n in published():
        ends = []
        for share in n.classes.values():
            if share.households is not None and share.percent is not None:
                low, high = within(share.percent)
                ends.append((share.households.number / high, share.households.number / low))
        if len(ends) == 2:
            assert max(low for low, _ in ends) <= min(high for _, high in ends), n
            checked += 1
    assert checked >= 8


def test_the_published_sums_that_do_not_agree_are_said_and_not_corrected() -> None:
    n = of("vn-2022", date(2022, 12, 31))
    both = n.classes["poor"].households, n.classes["near_poor"].households
    assert sum(p.number for p in both if p) == 1_972_648  # not the printed total 1,972,767
    assert "1,972,648" in n.note["en"]
    assert "1.972.648" in n.note["vi"]


def test_places_counted_under_two_standards() -> None:
    pairs = same_place(published(), "vn-2011", "vn-2016")
    found = {x.jurisdiction: [n.classes["poor"].percent.digits for n in (x, y)] for x, y in pairs}  # type: ignore[union-attr]
    assert found == {"vn": ["4.25", "9.88"], "vn-51": ["9.22", "15.19"]}
    city = {(x.standard, y.standard): (x.day, y.day) for x, y in same_place(published(), "vn-79-2014", "vn-79-2016")}
    assert list(city) == [("vn-79-2014", "vn-79-2016")]
    assert same_place(published(), "vn-2016", "vn-2016") == ()
    flipped = same_place(published(), "vn-2016", "vn-2011")
    assert flipped == tuple((y, x) for x, y in pairs)


def test_numbers_are_printed_as_published() -> None:
    assert Printed(Fraction(67, 10), "6.70", "C").text("vi") == "6,70"
    assert Printed(Fraction(67, 10), "6.70", "C").text("en") == "6.70"
    assert Printed(Fraction(2338569), "2338569", "B").text("vi") == "2.338.569"


BAD = """
documents:
  qd: {number: 1/QĐ, title: {vi: a, en: b}, grade: A}
  other: {number: "", title: {vi: a}, grade: E}
counts:
  - place: {vi: x, en: y}
    jurisdiction: vn
    date: 2015-13-31
    standard: vn-2016
    label: {vi: x, en: y}
    document: qx
    classes:
      poor: {households: {number: "1,000", grade: A}, percent: {number: 101, grade: A}}
      near_poor: {}
      average: {households: {number: 1.5, grade: A}, rate: 3}
  - {place: {vi: x, en: y}, jurisdiction: vn, date: 2015-12-31, document: qd, classes: {poor: {percent: {number: 1, grade: A}}}}
"""


def test_every_fault_of_a_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    with pytest.raises(cn.RuleFileError) as caught:
        read_published([str(path)])
    found = {(p.code, p.where.split(":")[1]) for p in caught.value.problems}
    assert found >= {
        ("CN009", "3"),  # a decision with a number and no day
        ("CN009", "4"),  # no title in English
        ("CN017", "4"),  # no such grade
        ("CN013", "8"),  # no such day
        ("CN189", "6"),  # a standard and a label
        ("CN189", "11"),  # no such document
        ("CN012", "13"),  # grouped digits
        ("CN189", "13"),  # more than all
        ("CN009", "14"),  # nothing counted
        ("CN189", "15"),  # half a household
        ("CN008", "15"),  # unknown key
        ("CN189", "16"),  # neither standard nor label
    }
    assert all(p.where.startswith("bad.yaml:") for p in caught.value.problems)


def test_a_file_that_is_none() -> None:
    assert [p.code for p in counts_of("[1, 2]", "x.yaml")[1].problems] == ["CN015"]
    assert [p.code for p in counts_of("documents: {}\ncounts: 3\n", "x.yaml")[1].problems] == ["CN015"]
    assert {p.code for p in counts_of("documents: {}\n", "x.yaml")[1].problems} == {"CN009"}


def test_the_shipped_files_are_those_that_are_read() -> None:
    from chuanngheo.comparing.published import FILES, FOLDER

    assert sorted(p.name for p in Path(standards_folder(), FOLDER).glob("*.yaml")) == sorted(FILES)
