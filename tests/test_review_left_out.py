"""What a form says of rows that were left out, and of classes that were computed and not decided."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

import chuanngheo as cn
from chuanngheo.errors import DataProblems
from chuanngheo.results import DISCLAIMER
from chuanngheo.review.layout import Form, write_forms
from chuanngheo.review.reading import read_round
from chuanngheo.review.reports import report, reports, tabulate
from chuanngheo.review.rounds import LeftOut, Round

HEAD = "household_id,province,commune,village,area,household_size,recorded"
GOOD = ("a/1,Gia Lai,Xã A,Làng B,rural,4,poor", "c/1,Gia Lai,Xã C,Làng D,rural,3,neither")
BAD = "a/2,Gia Lai,Xã A,Làng B,rural,3,pooor"
TWIN = "a/1,Gia Lai,Xã A,Làng B,rural,4,near_poor"
TOTALS = pl.DataFrame({"commune": ["Xã A", "Xã C"], "area": ["rural"] * 2, "households": [10, 10], "persons": [40, 30]})
FIGURE = "Số liệu rà soát hành chính của Ban Chỉ đạo"


def read(folder: Path, *rows: str) -> Round:
    (folder / "r.csv").write_text("\n".join((HEAD, *rows)), encoding="utf-8")
    return read_round(folder / "r.csv")


def form(made: Any, number: str = "7.1", **how: Any) -> Form:
    return report(number, made, **{"by": "commune", "using": "recorded", "year": 2024} | how)


def codes(made: Form) -> list[str]:
    return [p.code for p in made.problems]


# --- rows that were left out ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        (GOOD, LeftOut()),
        ((*GOOD, BAD), LeftOut(1, 1)),
        ((*GOOD, TWIN), LeftOut(2, 1)),
        ((*GOOD, ",Gia Lai,Xã A,Làng B,rural,3,poor"), LeftOut(1, 1)),
        ((*GOOD, GOOD[0]), LeftOut()),  # an exact repeat is no loss
        ((*GOOD, BAD, TWIN), LeftOut(3, 2)),
    ],
)
def test_a_round_knows_what_is_missing(tmp_path: Path, rows: tuple[str, ...], left: LeftOut) -> None:
    assert read(tmp_path, *rows).left_out == left


def test_a_member_that_cannot_be_used_costs_its_household(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        "household_id,person_id,province,commune,village,relation_to_head,sex\n"
        "a/1,1,Gia Lai,Xã A,Làng B,head,female\na/1,2,Gia Lai,Xã A,Làng B,child,femal\na/2,3,Gia Lai,Xã A,Làng B,head,male\n",
        encoding="utf-8",
    )
    assert read_round(tmp_path / "p.csv").left_out == LeftOut(2, 1)


@pytest.mark.parametrize(("more", "rows"), [(BAD, 1), (TWIN, 2)])
def test_the_files_are_no_longer_the_whole(tmp_path: Path, more: str, rows: int) -> None:
    made = form(read(tmp_path, *GOOD, more), whole=True, status="official")
    assert codes(made) == ["CN213", "CN214"]
    assert all(p.remedy for p in made.problems)
    of = {key: made.cell(key) for key in ("c1", "c2", "c3", "c4", "c5", "c6")}
    assert [of[k] for k in ("c1", "c2", "c4", "c6")] == [None] * 4
    assert made.unknown == {"c3": 1, "c5": 1}
    assert made.left_out == {"rows": rows, "households": 1}
    assert made.to_dict()["left_out"] == made.left_out
    assert f"{rows} dòng của tệp bị bỏ ra" in made.footnotes("vi")[0]
    assert f"cannot be used: {rows}; households missing for it: 1." in made.footnotes("en")[0]
    for lang in ("vi", "en"):
        for note in made.footnotes(lang)[:3]:
            assert note in made.text(lang)
            assert note in made.to_html(lang)
    write_forms([made], tmp_path / "f.xlsx")
    cells = [c.value for row in openpyxl.load_workbook(tmp_path / "f.xlsx").active.iter_rows() for c in row]
    assert set(made.footnotes("vi")[:3]) <= set(cells)
    assert made.printed(made.row())[2] == ("1*" if more is BAD else "0*")


def test_totals_give_rates_that_are_marked(tmp_path: Path) -> None:
    made = form(read(tmp_path, *GOOD, BAD), totals=TOTALS)
    assert codes(made) == []
    assert (made.cell("c1"), made.cell("c4")) == (20, Fraction(5))
    assert made.printed(made.row())[:4] == ["20", "70", "1*", "5*"]


def test_it_can_be_accepted_and_is_said_all_the_same(tmp_path: Path) -> None:
    made = form(read(tmp_path, *GOOD, BAD), whole=True, accept_left_out=True, status="official")
    assert codes(made) == ["CN214"]
    assert (made.cell("c1"), made.cell("c4")) == (2, Fraction(50))
    assert made.printed(made.row())[0] == "2*"
    assert any("accepts that they are missing" in line for line in made.footnotes("en"))


def test_every_way_to_say_it(tmp_path: Path) -> None:
    made = read(tmp_path, *GOOD, BAD)
    by_round = form(made)
    assert by_round == form(made.households, left_out=made) == form(made.households, left_out=made.left_out)
    assert form(made.households).left_out == {}
    with pytest.raises(DataProblems) as error:
        form(made.households, left_out=3, using="x")
    assert {p.where for p in error.value.problems} >= {"left_out", "using"}
    table = tabulate("cause", made, using="recorded")
    assert table.left_out == {"rows": 1, "households": 1}


def test_unknown_error_refuses_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as error:
        form(read(tmp_path, *GOOD, BAD), totals=TOTALS, unknown="error")
    assert {p.code for p in error.value.problems} == {"CN135"}


def test_movements_say_it_of_both_rounds(tmp_path: Path) -> None:
    from chuanngheo.review.movements import movements

    after = read(tmp_path, *GOOD, BAD)
    before = read(tmp_path, *GOOD)
    moved = movements(before.households, after.households, category=("recorded", "recorded"))
    made = form(after, "7.2", movements=moved, left_out_before=LeftOut(2, 1))
    assert made.left_out == {"rows": 3, "households": 2}
    assert any(line.startswith("Kỳ trước: 2 dòng") for line in made.footnotes())
    assert form(after, left_out_before=LeftOut(2, 1)).left_out == {"rows": 1, "households": 1}


def test_a_round_without_loss_is_as_it_was(tmp_path: Path) -> None:
    made = read(tmp_path, *GOOD)
    plain = reports(made.households, by="commune", using="recorded", whole=True, status="official")
    assert plain == reports(made, by="commune", using="recorded", whole=True, status="official")
    for it in plain.values():
        assert not it.left_out
        assert not it.computed
        assert FIGURE in it.figure["vi"]
        assert "Căn cứ: " in it.footnotes()[-1]
        assert {"CN213", "CN214", "CN215"}.isdisjoint(codes(it))
    assert plain["7.1"].cell("c4") == 50


# --- classes that were computed ------------------------------------------------------------------


def scored(day: date, provenance: bool = False) -> tuple[cn.Standard, pl.DataFrame]:
    std = cn.applicable(day)
    facts = {f"deprived_{name}": [True] for name in std.indicators}
    homes = pl.DataFrame(
        {"household_id": ["1"], "commune": ["Xã A"], "area": ["rural"], "household_size": [4], "income_per_person": [900_000], **facts}
    )  # fmt: skip
    return std, std.classify(homes, on=day, check="defer", provenance=provenance)


def test_a_computed_form_says_by_what_and_what_it_is_not() -> None:
    std, homes = scored(date(2024, 10, 15))
    made = report("7.1", homes, by="commune", computed=std, method="scores")
    assert made.computed == {
        "standards": [std.exact_id], "method": "scores", "code_version": cn.__version__, "data_version": cn.DATA_VERSION,
    }  # fmt: skip
    assert made.to_dict()["computed"] == made.computed
    assert made.provenance["standards"] == [std.exact_id]
    for lang in ("vi", "en"):
        text = made.text(lang)
        assert DISCLAIMER[lang] in text.splitlines()
        assert DISCLAIMER[lang] in made.to_html(lang)
        first = made.footnotes(lang)[0]
        for said in (std.exact_id, "scores", std.methods["scores"].labels[lang], cn.__version__, cn.DATA_VERSION):
            assert said in first
    assert FIGURE not in str(made)
    assert made.footnotes()[-1].startswith("Trình bày theo mẫu: ")


def test_what_classify_wrote_tells_that_it_was_computed() -> None:
    std, homes = scored(date(2024, 10, 15))
    assert "một chuẩn không được nêu tên" in report("7.1", homes, by="commune").footnotes()[0]
    named = report("7.1", scored(date(2024, 10, 15), provenance=True)[1], by="commune")
    assert named.computed["standards"] == [std.exact_id]
    recorded = report("7.1", homes.with_columns(recorded=pl.lit("poor")), by="commune", using="recorded", computed=std)
    assert not recorded.computed
    assert FIGURE in recorded.figure["vi"]


def test_a_standard_that_did_not_answer_and_a_method_it_has_not() -> None:
    std, homes = scored(date(2024, 10, 15), provenance=True)
    for how, where in (
        ({"computed": cn.applicable(date(2027, 10, 15))}, "computed"),
        ({"computed": std, "method": "x"}, "method"),
        ({"method": "scores"}, "method"),
    ):
        with pytest.raises(DataProblems) as error:
            report("7.1", homes, by="commune", **how)
        assert [(p.code, p.where) for p in error.value.problems] == [("CN130", where)]


@pytest.mark.parametrize("number", ["7.4", "7.5", "7.6", "7.7"])
def test_indicators_of_another_standard_are_named(number: str) -> None:
    std, homes = scored(date(2027, 10, 15))
    lacking = "Phương tiện phục vụ tiếp cận thông tin"
    made = report(number, homes.with_columns(category=pl.lit("poor")), by="commune", computed=std)
    assert codes(made) == ["CN215"]
    extra, missing = [line for line in made.footnotes() if std.exact_id in line][1:]
    assert std.indicators["waste_treatment"].labels["vi"] in extra
    assert lacking in missing
    assert any("chuẩn khác" in line for line in made.footnotes())
    at = [c.key for c in made.columns].index("c12")
    assert {row.cells[at] for row in made.rows} == {None}
    unnamed = report(number, homes, by="commune")
    assert codes(unnamed) == ["CN215"]
    assert "deprived_waste_treatment, deprived_information_assets" in unnamed.problems[0].where
    own, mine = scored(date(2024, 10, 15))
    assert codes(report(number, mine, by="commune", computed=own)) == []
    assert codes(report("7.1", homes, by="commune", computed=std, totals=TOTALS)) == []
