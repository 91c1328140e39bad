"""A small province from Parquet to all report forms, held against what was worked out by hand.

The generator of the benchmarks works out B1, B2, the indicators, the groups and the class of every
household itself, from the same facts; here the forms are counted again from that, and from its persons.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

pl = pytest.importorskip("polars")
pytest.importorskip("numpy")
openpyxl = pytest.importorskip("openpyxl")

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))

import province  # noqa: E402
import synthetic_province as synthetic  # noqa: E402

HOUSEHOLDS = 2_000
FEWER = {"DISTRICTS": 2, "COMMUNES": 6, "URBAN_COMMUNES": 2}
LISTED = ("poor", "near_poor")
NUMBERS = [f"7.{n}" for n in range(1, 12)]
SIGNS = {1: 1, 2: -1, 3: -1, 4: -1, 5: 1, 6: 1, 7: 1, 8: 1, 9: -1}


class Run:
    """What one run gave, and the frames it began with."""

    def __init__(self, folder: Path, unknown: float) -> None:
        self.folder, self.told = folder, []
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**FEWER, "UNKNOWN": unknown}.items():
                patch.setattr(synthetic, name, value)
            self.files = synthetic.files(folder, HOUSEHOLDS)
        self.frames = {name: pl.read_parquet(path) for name, path in self.files.items()}
        self.answers, self.children, self.moved, self.forms = province.review(
            self.files, folder, province.Steps(), lambda *step: self.told.append(step)
        )


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A province of which everything is known."""
    return Run(tmp_path_factory.mktemp("known"), unknown=0)


@pytest.fixture(scope="module")
def partly(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A province in which one fact in a hundred is unknown."""
    return Run(tmp_path_factory.mktemp("partly"), unknown=0.01)


def test_the_generator_makes_the_same_province_again() -> None:
    first, second = (synthetic.province(300) for _ in range(2))
    assert all(first[name].equals(second[name]) for name in synthetic.FILES)


def test_the_province_has_the_shape_that_its_page_says(known: Run) -> None:
    sheet, persons = known.frames["sheet"], known.frames["persons"]
    assert sheet.height == HOUSEHOLDS
    assert 3.9 < persons.height / HOUSEHOLDS < 4.2
    shares = {c: sheet.filter(category=c).height / HOUSEHOLDS for c in LISTED}
    assert 0.05 < shares["poor"] < 0.12
    assert 0.05 < shares["near_poor"] < 0.13
    assert all(0 < sheet[flag].mean() < 0.3 for flag in province.FLAGS)


def test_every_answer_is_that_by_hand(known: Run) -> None:
    answers, sheet = (frame.sort("household_id") for frame in (known.answers, known.frames["sheet"]))
    for name in province.ANSWERS:
        assert answers[name].to_list() == sheet[name].to_list(), name
    assert province.held_against(known.answers, known.frames["sheet"]) == 1


def test_a_wrong_answer_is_seen(known: Run) -> None:
    wrong = known.answers.with_columns(b1=pl.col("b1") + (pl.int_range(pl.len()) == 7).cast(pl.Int64))
    with pytest.raises(SystemExit, match="b1 differs from that by hand in 1 households"):
        province.held_against(wrong, known.frames["sheet"])
    hand = province.by_hand(known.files["sheet"])
    place = ("total", (), "")
    hand["7.4"][place] = (hand["7.4"][place][0], hand["7.4"][place][1] + 1, *hand["7.4"][place][2:])
    with pytest.raises(SystemExit, match=r"form 7\.4"):
        province.agree(known.forms, hand)


def test_four_forms_are_those_by_hand(known: Run) -> None:
    hand = province.by_hand(known.files["sheet"])
    province.agree(known.forms, hand)
    province.agree(province.by_library(known.files["sheet"]), hand)


def test_the_other_shares_are_those_by_hand(known: Run) -> None:
    near = known.frames["sheet"].filter(category="near_poor")
    row, rates = known.forms["7.6"].row(), known.forms["7.7"].row()
    assert row.cells == (near.height, *(near[flag].sum() for flag in province.FLAGS))
    assert rates.cells[1:] == tuple(Fraction(100 * n, near.height) for n in row.cells[1:])


def test_peoples_and_causes_are_those_of_the_files(known: Run) -> None:
    listed = known.frames["sheet"].filter(pl.col("category").is_in(LISTED))
    form = known.forms["7.9"]
    for kind in LISTED:
        here = listed.filter(category=kind)
        assert form.cell(f"{kind}_tay") == here.filter(ethnicity="Tày").height > 0
        assert form.cell(f"{kind}_minority") == here.filter(pl.col("ethnicity") != "Kinh").height
    assert known.forms["7.10"].row().cells == tuple(listed[f"cause_{cause}"].sum() for cause in synthetic.CAUSES)


def test_children_are_counted_from_their_days_of_birth(known: Run) -> None:
    on = synthetic.ON
    persons = known.frames["persons"].join(known.frames["sheet"].select("household_id", "category"), on="household_id")
    born = pl.col("birth_date")
    birthday = (born.dt.month() > on.month) | ((born.dt.month() == on.month) & (born.dt.day() > on.day))
    aged = persons.with_columns(age=on.year - born.dt.year() - birthday.cast(pl.Int32))
    row = known.forms["7.11"].row()
    for first, kind in ((0, "poor"), (4, "near_poor")):
        children = aged.filter((pl.col("age") < 16) & (pl.col("category") == kind))
        assert row.cells[first] == children.height > 0
        assert row.cells[first + 1] == children.filter((pl.col("age") >= 6) & ~pl.col("health_insurance")).height


def test_movements_lead_from_one_round_to_the_other(known: Run) -> None:
    for number, kind in zip(("7.2", "7.3"), LISTED, strict=True):
        numbers = {"households": [0] * 9, "persons": [0] * 9}
        beside = dict.fromkeys(numbers, 0)
        for row in known.moved.table(number):
            numbers[row.measure] = [a + (row[n] or 0) for n, a in enumerate(numbers[row.measure], 1)]
            beside[row.measure] += row["unknown"] + row["unexplained_in"] - row["unexplained_out"]
            assert row.end == row[9]
        for measure, found in numbers.items():
            assert sum(SIGNS[n] * v for n, v in enumerate(found, 1)) + beside[measure] == 0
        assert numbers["households"][0] == known.frames["before"].filter(category=kind).height
        assert numbers["households"][8] == known.frames["sheet"].filter(category=kind).height
        total = known.forms[number].row(measure="households")
        assert total.cells[0] == numbers["households"][0]
        assert total.cells[-1] == numbers["households"][8]


def test_all_forms_are_written(known: Run) -> None:
    assert list(known.forms) == NUMBERS
    assert not [p for form in known.forms.values() for p in form.problems if p.code == "CN133"]
    book = openpyxl.load_workbook(known.folder / "forms.xlsx", read_only=True)
    assert len(book.sheetnames) == len(NUMBERS)
    book.close()
    assert (known.folder / "forms.html").read_text(encoding="utf-8").count("<table") == len(NUMBERS)


def test_reading_tells_how_far_it_is(known: Run) -> None:
    steps: dict[str, list[tuple[int, Any]]] = {}
    for step, done, total in known.told:
        steps.setdefault(step, []).append((done, total))
    for name in ("households", "persons", "before"):
        assert any(step.startswith("reading") and f"{name}.parquet" in step for step in steps)
    for told in steps.values():
        assert told[-1][0] == told[-1][1]


def test_what_is_unknown_is_never_a_no(partly: Run) -> None:
    """No certain answer is wrong, sums lie within what is said, and each form holds the numbers by hand between
    what is certain and what is not known."""
    share = province.held_against(partly.answers, partly.frames["sheet"])
    assert 0.9 < share < 1
    assert partly.answers["b1"].null_count() > HOUSEHOLDS / 10
    province.certain(partly.forms, province.by_hand(partly.files["sheet"]))
    forms: Mapping[str, Any] = partly.forms
    assert forms["7.1"].unknown["c3"] == partly.answers["category"].null_count() > 0
    poor = partly.frames["sheet"].filter(category="poor").height
    sure = forms["7.1"].row().cells[2]
    assert sure < poor <= sure + forms["7.1"].unknown["c3"]
