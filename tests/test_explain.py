"""Explanations, traces, flips and data: what a reader and a program get."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.explaining import explain
from chuanngheo.model import Cite, Instrument
from chuanngheo.testing import households
from chuanngheo.version import standards_folder

STD = cn.standard("vn-2022")
ON = date(2023, 10, 1)
POOR = {"area": "rural", "income": 72_000_000, "household_size": 4} | {
    f"deprived_{k}": k in ("water", "nutrition", "employment") for k in STD.indicators
}
SCHEMA = json.loads((files("chuanngheo") / "schemas" / "assessment-1.json").read_text(encoding="utf-8"))


def test_vietnamese() -> None:
    text = STD.assess(POOR, on=ON).explain("vi")
    assert text.startswith("Kết quả: hộ nghèo.")
    assert "Nghị định 07/2021/NĐ-CP, Điều 3 khoản 2" in text
    assert "từ 03 chỉ số" in text
    assert "1.500.000 đồng/người/tháng" in text
    assert "Thiếu hụt: 3 trên 12 chỉ số (việc làm, dinh dưỡng, nguồn nước sinh hoạt)." in text
    assert text.endswith(
        "Kết quả tính toán theo tiêu chí, không thay thế quyết định công nhận của cơ quan có thẩm quyền."
    )


def test_english() -> None:
    text = STD.assess(POOR, on=ON).explain("en")
    assert text.startswith("Result: poor household.")
    assert "Decree 07/2021/NĐ-CP, Article 3 clause 2" in text
    assert "Deprivations: 3 of 12 indicators (employment, nutrition, water source)." in text
    assert text.endswith("Computed from the criteria; it does not replace recognition by the competent authority.")


def test_a_recorded_class_has_no_disclaimer() -> None:
    facts = {"recorded_category": "near_poor", "recorded_decision": "45/QĐ-UBND", "recorded_date": date(2023, 12, 1)}
    a = STD.assess(facts)
    assert (a.category, a.basis, a.status) == ("near_poor", "recorded", "decided")
    assert "45/QĐ-UBND, 01/12/2023" in a.explain("vi")
    assert "không thay thế" not in a.explain("vi")
    assert a.to_dict()["disclaimer"] is None


def test_undetermined_says_what_is_missing() -> None:
    text = STD.assess({"area": "rural", "income_per_person": 1_000_000}).explain("en")
    assert "undetermined; possibly: poor household, near-poor household" in text
    assert "Still needed: number of deprivations (deprivations)." in text


def test_grades_below_b_are_said() -> None:
    a = cn.standard("vn-1998").assess({"area": "urban", "income_per_person": 40_000})
    assert a.categories == ("hungry", "poor")
    assert {c.grade for c in a.caveats} == {"D"}
    assert "from memory, not confirmed (grade D)" in a.explain("en")
    assert "chưa xác nhận (mức D)" in a.explain("vi")


def test_flips_are_what_an_official_asks() -> None:
    flips = STD.assess({"area": "rural", "income_per_person": 1_500_001, "deprivations": 3}).flips()
    assert [(f.fact, f.change, f.category) for f in flips] == [
        ("income_per_person", -1, "poor"),
        ("income_per_person", 750_000, "not_poor"),
        ("area", None, "poor"),
    ]
    assert "giảm 1 đồng/người/tháng" in flips[0].text("vi")
    assert "1 đồng/person/month less" in str(flips[0])
    assert STD.assess({"area": "rural"}).flips() == ()


def test_a_reform_is_marked_everywhere() -> None:
    changed = STD.reform(poverty_line={"rural": 2_000_000})
    assert int(changed.line("poverty_line", area="rural")) == 2_000_000
    assert int(changed.line("poverty_line", area="urban")) == 2_000_000
    assert int(changed.line("average_line", area="rural")) == 2_250_000
    assert changed != STD
    assert changed.digest != STD.digest
    a = changed.assess({"area": "rural", "income_per_person": 1_900_000, "deprivations": 3})
    assert a.category == "poor"
    assert "hypothetical" in repr(changed)
    assert "HYPOTHETICAL, not law" in a.explain("en")
    assert "GIẢ ĐỊNH" in a.explain("vi")
    assert a.to_dict()["standard"]["hypothetical"] is True
    assert "hypothetical" in {c.kind for c in a.caveats}


STANDARDS = [*cn.standards(), cn.standard("vn-2011@1")]


@pytest.mark.parametrize("std", STANDARDS, ids=lambda s: s.exact_id)
def test_templates_say_what_the_general_way_says(std: cn.Standard) -> None:
    @given(household=households(std), lang=st.sampled_from(["vi", "en"]))
    @settings(deadline=None, max_examples=60, derandomize=True)
    def check(household: dict[str, Any], lang: str) -> None:
        a = std.assess(household, on=std.applies[-1].start)
        assert a.explain(lang) == explain(a, lang)
        assert "\0" not in a.explain(lang)

    check()


@pytest.mark.parametrize("std", STANDARDS, ids=lambda s: s.exact_id)
def test_data_keeps_its_published_schema(std: cn.Standard) -> None:
    @given(household=households(std))
    @settings(deadline=None, max_examples=40, derandomize=True)
    def check(household: dict[str, Any]) -> None:
        a = std.assess(household, on=std.applies[-1].start)
        document = json.loads(json.dumps(a.to_dict(), ensure_ascii=False))
        jsonschema.validate(document, SCHEMA)
        assert document["schema"] == "chuanngheo/assessment/1"
        assert document["standard"]["digest"] == std.digest
        assert document["data_version"] == cn.DATA_VERSION

    check()


def test_flips_of_a_yearly_income() -> None:
    flips = {f.fact: f for f in STD.assess(POOR).flips() if f.fact != "area"}
    assert (flips["income"].to, flips["income"].category) == (72_000_001, "average")
    assert (flips["deprivations"].to, flips["deprivations"].category) == (2, "near_poor")


def test_labels_follow_the_method() -> None:
    by_points = STD.assess({"area": "rural", "b1": 100, "b2": 30})
    labels = {s.name: s.labels["en"] for s in by_points.trace}
    assert labels["low_income"] == "B1 score at or below the line"
    labels = {s.name: s.labels["en"] for s in STD.assess(POOR).trace}
    assert labels["low_income"] == "income at or below the poverty line"


def test_given_indicators_that_were_not_read_in_the_text_are_said() -> None:
    a = cn.standard("vn-2027").assess({"area": "rural", "income_per_person": 1, "deprivations": 3})
    assert "deprivations" in {c.about for c in a.caveats if c.kind == "grade"}


def test_flips_of_points_go_in_tens() -> None:
    flips = STD.assess({"area": "rural", "b1": 140, "b2": 30}).flips()
    assert [(f.fact, f.to, f.category) for f in flips if f.fact in ("b1", "b2")] == [
        ("b1", 141, "not_poor"),
        ("b2", 20, "near_poor"),
    ]


def test_flips_of_an_income_without_allowances() -> None:
    facts = {"area": "rural", "income_per_person": 2_300_000, "income_excluding_allowances_per_person": 2_250_000}
    (flip,) = [f for f in STD.assess(facts).flips() if f.fact == "income_excluding_allowances_per_person"]
    assert (flip.to, flip.category) == (2_250_001, "not_poor")


def test_points_do_not_speak_of_the_average_class() -> None:
    a = STD.assess({"area": "rural", "b1": 141, "b2": 30})
    assert "hộ không nghèo theo phiếu" in a.explain("vi")


def test_a_decision_later_than_the_day_is_told() -> None:
    facts = {"recorded_category": "poor", "recorded_decision": "12/QĐ-UBND", "recorded_date": "2025-12-10"}
    assert [c.kind for c in STD.assess(facts, on=date(2024, 1, 1)).caveats] == ["recorded"]
    assert not STD.assess(facts, on=date(2026, 1, 1)).caveats


def test_days_that_are_no_days() -> None:
    for ask in (
        lambda: STD.assess(POOR, on="2025-10-01"),  # type: ignore[arg-type]
        lambda: cn.assess(POOR, on=2025),  # type: ignore[arg-type]
        lambda: cn.applicable(date(2025, 1, 1), known_at="2024"),  # type: ignore[arg-type]
        lambda: cn.line("poverty_line", on="2025", area="rural"),  # type: ignore[arg-type]
    ):
        with pytest.raises(cn.HouseholdError, match=r"datetime\.date"):
            ask()
    assert STD.assess(POOR, on=datetime(2023, 10, 1, 8, 30)) == STD.assess(POOR, on=date(2023, 10, 1))


def test_places_of_citations_are_in_english_where_the_text_is() -> None:
    """Every place that a rule file names: numbers of documents stay, words of Vietnamese do not."""
    found = sorted(Path(standards_folder()).rglob("*.yaml"))
    places = {at for f in found for at in _places(yaml.safe_load(f.read_text(encoding="utf-8")))}
    assert len(places) > 40
    source = Instrument("x", "", {"vi": "x", "en": "x"})
    for at in places:
        label = re.sub(r"\S*\d+/\S+|\b[a-zđ]\b", "", Cite(source, at, "A").label("en"))
        kept = [c for c in unicodedata.normalize("NFD", label) if unicodedata.combining(c) or c in "đĐ"]
        assert not kept, (at, label)


def _places(held: Any) -> Iterator[str]:
    if isinstance(held, dict):
        yield from (v for k, v in held.items() if k == "at" and isinstance(v, str))
    for below in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
        yield from _places(below)
