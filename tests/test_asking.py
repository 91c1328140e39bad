"""The interview: only what matters, in words somebody at home can answer, and the class of the facts in the end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.asking import Levels, ask, household, levels, meant, question, read_answer, senses
from chuanngheo.deciding import COUNT
from chuanngheo.interviewing import interview, reading
from chuanngheo.results import DISCLAIMER
from chuanngheo.testing import households
from chuanngheo.tracing import NOT_ASKED_TEXT, value_of

ALL = cn.shipped().versions(None, "household")
BY_ID = {s.exact_id: s for s in ALL}
LONGEST = 20  # questions, at the usual levels


def few(std: cn.Standard) -> int:
    """Fewer examples where each asks a dozen questions."""
    share = 6 if not std.indicators else 50 if std.jurisdiction == "intl" else 15
    return max(2, settings.default.max_examples // share)


def told(full: cn.Assessment, name: str) -> Any:
    """What a household that knows all its facts answers; None where the facts do not say."""
    value = value_of(full, name)[0]
    return None if value == NOT_ASKED_TEXT else value


def interviewed(
    full: cn.Assessment, ways: Mapping[str, str] | None = None, silent: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], Levels]:
    """Answer every question from a household's facts; names in ``silent`` are answered "don't know"."""
    std = full.standard
    answers: dict[str, Any] = {}
    at = levels(std, ways, full.method)
    while (q := question(std, answers, method=full.method, ways=ways)) is not None:
        assert q.name not in answers, "asked twice"
        at = levels(std, ways, full.method, answers=answers)
        missing = std.assess(household(answers, at), method=full.method).missing
        above = {q.name, *at.above(q.name)}
        above |= {a for n in above for a in at.above(n)}
        assert above & set(missing), f"{q.name} is no part of {missing}"
        assert q.text("vi")
        assert q.text("en")
        assert q.to_dict("vi")["unknown"] == "Không biết"
        answers[q.name] = None if q.name in silent else told(full, q.name)
        assert len(answers) <= len(at.prepared.needed)
    return answers, levels(std, ways, full.method, answers=answers)


@pytest.mark.parametrize("std", ALL, ids=BY_ID)
def test_an_interview_ends_in_the_class_of_the_facts(std: cn.Standard) -> None:
    @settings(max_examples=few(std))
    @given(households(std, missing=False, method=std.default_method))
    def check(facts: dict[str, Any]) -> None:
        full = std.assess(facts, method=std.default_method)
        given_whole = {n: "whole" for n in levels(std).parts if facts.get(n) is not None}
        answers, at = interviewed(full, given_whole)
        assert len(answers) <= LONGEST
        found = std.assess(household(answers, at), method=std.default_method)
        if full.status == "decided":
            assert found.category == full.category
        else:  # what was not found in a text leaves it open, and no question was left to ask
            assert found.possible == full.possible

    check()


@pytest.mark.parametrize("std", ALL, ids=BY_ID)
def test_whoever_does_not_know_all_never_gets_another_class(std: cn.Standard) -> None:
    names = sorted(levels(std).prepared.needed)

    @settings(max_examples=few(std))
    @given(households(std, missing=False, method=std.default_method), st.sets(st.sampled_from(names)), st.data())
    def check(facts: dict[str, Any], silent: set[str], data: st.DataObject) -> None:
        at = levels(std)
        chosen = data.draw(st.sets(st.sampled_from(sorted(at.parts)))) if at.parts else set()
        ways = {n: data.draw(st.sampled_from(("parts", "whole"))) for n in sorted(chosen)}
        full = std.assess(facts, method=std.default_method)
        answers, at = interviewed(full, ways, frozenset(silent))
        found = std.assess(household(answers, at), method=std.default_method)
        assert set(full.possible) <= set(found.possible)

    check()


def test_what_needs_one_answer_goes_before_what_needs_twelve() -> None:
    std = cn.standard("vn-2027")
    assert std.assess({}).next_question == COUNT
    q = question(std, {})
    assert q is not None
    assert q.name == "income_per_person"


def test_a_member_is_never_asked_about() -> None:
    std = cn.standard("vn-2022")
    answers: dict[str, Any] = {"area": "rural", "income_per_person": 1_000_000}
    asked = []
    while (q := question(std, answers)) is not None:
        asked.append(q.name)
        answers[q.name] = None
    assert len(asked) == 12
    assert "water_source" in asked
    assert "toilet" in asked
    assert not any("member" in n for n in asked)


def test_the_words_of_the_law_stand_with_an_indicator() -> None:
    q = ask(cn.standard("vn-2022"), "deprived_employment")
    assert q.cite is not None
    assert q.cite.grade == "A"
    assert "không có việc làm" in q.cite.words
    assert q.to_dict("en")["choices"] == [{"code": "yes", "text": "Deprived"}, {"code": "no", "text": "Not deprived"}]


def test_income_can_be_answered_by_its_parts_and_back() -> None:
    std = cn.standard("vn-2022")
    by_parts = {"income_per_person": "parts"}
    answers: dict[str, Any] = {"area": "rural", "income_per_person": 9_000_000}
    q = question(std, answers, ways=by_parts)
    assert q is not None
    assert q.name == "income"
    assert q.instead[0].way == "whole"
    answers["income"] = 72_000_000
    q = question(std, answers, ways=by_parts)
    assert q is not None
    assert q.name == "household_size"
    answers["household_size"] = 4
    at = levels(std, by_parts)
    assert household(answers, at) == {"area": "rural", "income": 72_000_000, "household_size": 4}
    assert household(answers, levels(std, answers=answers)) == {"area": "rural", "income_per_person": 9_000_000}


def test_answers_choose_their_own_level() -> None:
    std = cn.standard("vn-2022")
    start = {"area": "rural", "income_per_person": 1_000_000}
    assert question(std, {**start, "deprivations": 3}) is None
    flags = {"deprived_employment": True, "deprived_water": True, "wall_material": "other", "column_material": "other"}
    at = levels(std, answers={**start, **flags})
    assert household({**start, **flags}, at) == {**start, **flags}
    assert question(std, {**start, **flags}) is None  # two of three parts of the house are enough
    q = question(std, {"area": "rural", "income": 12_000_000 * 6})
    assert q is not None
    assert q.name == "household_size"
    q = question(std, {"area": "rural", "household_size": 4})  # the size alone opens nothing
    assert q is not None
    assert q.name == "income_per_person"


def test_size_is_not_asked_where_the_income_is_not_known() -> None:
    std = cn.standard("vn-2006")
    assert question(std, {"area": "rural", "income": None}, ways={"income_per_person": "parts"}) is None


def test_about_goes_on_with_a_name() -> None:
    std = cn.standard("vn-2022")
    answers: dict[str, Any] = {"area": "rural", "income_per_person": 1_000_000}
    first = question(std, answers)
    assert first is not None
    assert first.name == "deprived_employment"
    q = question(std, answers, about="deprived_housing_quality", ways={"deprived_housing_quality": "parts"})
    assert q is not None
    assert q.name == "wall_material"
    q = question(std, answers, about="deprived_water", ways={"deprived_water": "whole"})
    assert q is not None
    assert q.name == "deprived_water"
    q = question(std, answers, about=COUNT, ways={COUNT: "whole"})
    assert q is not None
    assert q.name == COUNT
    assert q.most == 12


def test_terrain_is_asked_of_rural_households_only() -> None:
    std = cn.standard("vn-2001")
    amount = {"income_per_person": 90_000}
    q = question(std, {"area": "rural", **amount})
    assert q is not None
    assert q.name == "terrain"
    assert question(std, {"area": "urban", **amount}) is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("1500000", 1_500_000), ("1.500.000", 1_500_000), ("1,500,000", 1_500_000), ("1 500 000", 1_500_000),
        (" 1.500.000 đồng ", 1_500_000), ("900 000đ", 900_000), ("1.500.000,5", "1500000.5"), ("1,500,000.5", "1500000.5"),
        ("12,25", "12.25"), ("12.25", "12.25"), ("0", 0), (700_000, 700_000),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(said: Any, number: Any) -> None:
    assert read_answer(cn.standard("vn-2022"), "income_per_person", said) == number


@pytest.mark.parametrize(
    ("name", "said", "code"),
    [
        ("income_per_person", "700.000", "CN051"), ("income_per_person", "700,000", "CN051"), ("floor_area", "1.500", "CN051"),
        ("income_per_person", "1,5 triệu", "CN049"), ("income_per_person", "1.500.00", "CN049"), ("income_per_person", "-5", "CN050"),
        ("income_per_person", "1.500,000.000", "CN049"), ("household_size", "0", "CN050"), ("household_size", "2,5", "CN050"),
        ("area", "xã", "CN047"), ("deprived_water", "có lẽ", "CN046"), ("recorded_date", "hôm qua", "CN048"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_error_that_says_what_to_do(name: str, said: str, code: str) -> None:
    with pytest.raises(cn.HouseholdError) as caught:
        read_answer(cn.standard("vn-2022"), name, said)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.where == name
    assert problem.remedy or problem.allowed


@pytest.mark.parametrize("text", ["700.000", "1,500", "15.120", "999.999"])
def test_each_of_two_senses_has_one_sense(text: str) -> None:
    both = senses(text)
    assert both is not None
    assert both[0] != both[1]
    for sense in both:
        assert senses(sense) is None
        assert read_answer(cn.standard("vn-2022"), "floor_area", sense) in (int(both[0]), both[1], int(float(both[1])))


@pytest.mark.parametrize("said", ["yes", "Có", "đúng", "TRUE", True])
def test_truths(said: Any) -> None:
    assert read_answer(cn.standard("vn-2022"), "deprived_water", said) is True


def test_blank_is_not_known() -> None:
    assert read_answer(cn.standard("vn-2022"), "deprived_water", " ") is None


# --- as data for a page ---------------------------------------------------------------------------


def answered(found: dict[str, Any], name: str) -> dict[str, Any]:
    (entry,) = [a for a in found["answered"] if a["name"] == name]
    return entry


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("std", [s for s in ALL if s.jurisdiction != "intl"], ids=str)
def test_a_page_gets_all_it_shows(std: cn.Standard, lang: str) -> None:
    day = std.applies[-1].start
    where = std.jurisdiction
    answers: dict[str, Any] = {}
    while (found := interview(day, answers, lang, jurisdiction=where))["question"] is not None:
        assert found["left"] >= 1
        answers[found["question"]["name"]] = None
    assert json.loads(json.dumps(found)) == found
    assert found["result"]["status"] == "undetermined"
    assert len(found["result"]["possible"]) > 1
    assert found["result"]["disclaimer"] == DISCLAIMER[lang]
    assert found["result"]["versions"]["standard"] == cn.applicable(day, where).exact_id
    assert where in [p["jurisdiction"] for p in found["places"]]


def test_a_page_says_what_the_library_says() -> None:
    facts = {"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}
    given = {"area": "rural", "income_per_person": "1.500.000", "deprivations": "3"}
    found = interview("2026-03-01", given, "vi", ways={"deprivations": "whole"})
    a = cn.assess(facts, on=date(2026, 3, 1))
    result = found["result"]
    assert found["question"] is None
    assert result["category"] == a.category == "poor"
    assert result["flips"] == [f.text("vi") for f in a.flips()]
    assert result["text"] == a.explain("vi")
    assert result["ground"]["words"] == a.standard.classes["poor"].cite.words
    assert [line["text"] for line in result["lines"]] == ["1.500.000 đồng/người/tháng"]
    assert result["changes"] == [
        "Từ ngày 01/01/2027, chuẩn nghèo về thu nhập là 2.200.000 đồng/người/tháng (Nghị định 351/2025/NĐ-CP; mức xác nhận B)."
    ]


def test_answers_that_do_not_matter_are_kept_and_said_not_to_be_used() -> None:
    given = {
        "area": "rural",
        "income_per_person": "9000000",
        "deprived_water": "yes",
        "water_source": "rain",
        "terrain": "plain",
    }
    found = interview("2026-03-01", given, ways={"deprived_water": "parts"})
    assert found["result"]["category"] == "not_poor"
    assert answered(found, "income_per_person")["used"]
    assert answered(found, "area")["why"] == "kết quả không phụ thuộc vào câu này"
    assert answered(found, "area")["open"]
    assert answered(found, "water_source")["why"] == "kết quả không phụ thuộc vào câu này"
    assert answered(found, "deprived_water")["why"] == "không dùng: đã trả lời theo cách khác"
    assert not answered(found, "deprived_water")["open"]
    assert answered(found, "terrain")["why"] == "không dùng: chuẩn này không hỏi"
    assert not [c for c in found["result"]["caveats"] if c["kind"].startswith("not_")]


def test_an_answer_that_cannot_be_read_is_asked_again() -> None:
    found = interview("2026-03-01", {"area": "rural", "income_per_person": "700.000", "household_size": "0"}, "vi")
    assert found["question"]["name"] == "income_per_person"
    problem = answered(found, "income_per_person")["problem"]
    assert problem["code"] == "CN051"
    assert problem["choices"] == [
        {"value": "700000", "text": "700.000 đồng/người/tháng"}, {"value": "700.0", "text": "700 đồng/người/tháng"},
    ]  # fmt: skip
    assert (
        answered(found, "household_size")["problem"]["text"]
        == "Số nhân khẩu không thể là 0. Được phép: số nguyên từ 1 người đến 99 người."
    )
    english = interview("2026-03-01", {"income_per_person": "two"}, "en")
    assert "is not a number" in answered(english, "income_per_person")["problem"]["text"]


@pytest.mark.parametrize("code", ["CN046", "CN047", "CN048", "CN049", "CN050", "CN051"])
def test_every_problem_of_an_answer_has_vietnamese_words(code: str) -> None:
    said = {"CN046": ("deprived_water", "?"), "CN047": ("area", "?"), "CN048": ("recorded_date", "?"), "CN049": ("income", "?"),
            "CN050": ("income", "-1"), "CN051": ("income", "1.000")}[code]  # fmt: skip
    problem = reading("2026-03-01", *said, "vi")["problem"]
    assert problem["code"] == code
    assert "{" not in problem["text"]
    assert not re.search(r"\b(not|is|can|mean)\b", problem["text"])


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_day_outside_says_what_is_covered(lang: str) -> None:
    found = interview("1992-12-31", {}, lang)
    assert "31/12/1992" in found["error"] or "1992-12-31" in found["error"]
    assert len(found["spans"]) >= len(cn.standards())
    assert interview("hôm nay", {}, lang)["error"]
    with pytest.raises(ValueError, match="vi, en"):
        interview("2026-03-01", {}, "fr")


@pytest.mark.parametrize(
    ("said", "amounts"),
    [
        ("1,4 triệu", ["1400000"]), ("1.4tr", ["1400000"]), ("1400k", ["1400000"]), ("2 triệu rưỡi", ["2500000"]),
        ("1tr4", ["1400000"]), ("1 triệu 400 nghìn", ["1400000"]), ("1,4 triệu đồng", ["1400000"]), ("1 tỷ", ["1000000000"]),
        ("1.400k", ["1400000", "1400"]), ("1,400 triệu", ["1400000000", "1400000"]),
        ("1tr40", []), ("500k5", []), ("1,4 triệu rưỡi", []), ("1.2.3 triệu", []), ("triệu", []), ("vài triệu", []),
    ],
)  # fmt: skip
def test_amounts_in_words_are_asked_back_and_never_read(said: str, amounts: list[str]) -> None:
    assert list(meant(cn.facts()["income_per_person"], said)) == amounts
    assert not meant(cn.facts()["floor_area"], said)
    found = interview("2026-03-01", {"area": "rural", "income_per_person": said}, "vi")
    problem = answered(found, "income_per_person")["problem"]
    assert found["question"]["name"] == "income_per_person"
    assert [c["value"] for c in problem["choices"]] == amounts
    if amounts == ["1400000"]:
        assert problem["choices"][0]["text"] == "1.400.000 đồng/người/tháng"


def test_an_income_says_what_it_is_computed_from() -> None:
    q = ask(cn.standard("vn-2022"), "income_per_person")
    assert cn.facts()["income"].labels["vi"] in q.note["vi"]
    assert "12" in q.note["en"]


HCMC = "vn-79"


def test_where_a_place_has_no_text_later_the_national_standard_is_said_to_answer() -> None:
    given = {"income_per_person": "1000000", "deprivations": "3"}
    found = interview("2025-06-01", given, "vi", jurisdiction=HCMC, ways={"deprivations": "whole"})
    first, second = found["result"]["changes"]
    assert "chưa tìm thấy văn bản riêng của Thành phố Hồ Chí Minh" in first
    assert "tùy theo khu vực" in second
    assert "không còn" not in first + second


@pytest.mark.parametrize(("lang", "words"), [("vi", "chưa đọc được"), ("en", "was not read")])
def test_a_class_that_was_not_read_does_not_end(lang: str, words: str) -> None:
    changes = interview("2026-03-01", {"area": "rural", "income_per_person": "2000000"}, lang)["result"]["changes"]
    assert any(words in c for c in changes)
    assert not any("không còn" in c or "no line" in c for c in changes)
    result = interview("2027-03-01", {"area": "rural", "income_per_person": "2500000"}, lang)["result"]
    assert result["category"] == "not_poor"
    assert [s.partition(":")[0] for s in result["not_seen"]] == [{"vi": "Chưa đọc được", "en": "Not read"}[lang]]
    poor = {"area": "rural", "income_per_person": "1000000", "deprivations": "3"}
    assert not interview("2027-03-01", poor, lang)["result"]["not_seen"]  # a poor household is no average one


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_place_with_a_standard_is_listed_on_every_day_by_name(lang: str) -> None:
    places = {p for p in cn.shipped().jurisdictions("household") if p.startswith("vn")}
    found = interview("2026-03-01", {}, lang, jurisdiction=HCMC)
    assert {p["jurisdiction"] for p in found["places"]} == places
    texts = [p["text"] for p in found["places"]]
    assert not any(re.search(r"\bvn-|chosen|nơi đã chọn", t) for t in texts)
    assert len(set(texts)) == len(texts)
    name = {"vi": "Thành phố Hồ Chí Minh", "en": "Ho Chi Minh City"}[lang]
    assert name in found["result"]["fallback"]
    other = interview("2026-03-01", {}, lang, jurisdiction="vn-33")
    assert "vn-33" not in str([p["text"] for p in other["places"]]) + other["result"]["fallback"]
    assert not interview("2026-03-01", {}, lang)["result"]["fallback"]


def test_what_is_not_confirmed_is_said_beside_the_class() -> None:
    unread = {"area": "rural", "income_per_person": "1000000", "deprivations": "3"}
    assert "Chưa xác nhận" in interview("2027-03-01", unread, "vi")["result"]["weak"]
    by_income = interview("2027-03-01", {"area": "rural", "income_per_person": "2500000"}, "vi")["result"]
    assert by_income["category"]
    assert not by_income["weak"]  # it does not rest on the indicators
    assert not interview("2026-03-01", unread, "vi")["result"]["weak"]
    assert "(grade D)" in interview("1998-06-01", {"area": "urban", "income_per_person": "1"}, "en")["result"]["weak"]


def test_a_dead_end_says_why() -> None:
    open_ = interview("2025-06-01", {"income_per_person": "900000000"}, "vi", jurisdiction=HCMC)
    assert open_["question"] is None
    assert "Chưa tìm thấy văn bản" in open_["result"]["reasons"][0]
    silent = interview("1998-06-01", {"area": "rural", "income_per_person": "60000", "terrain": None}, "vi")
    assert silent["question"] is None
    assert "địa hình" in silent["result"]["reasons"][0]
    assert not interview("1998-06-01", {"area": "rural"}, "vi")["result"]["reasons"]


@pytest.mark.parametrize("std", [s for s in ALL if s.jurisdiction != "intl"], ids=str)
def test_notes_hold_no_code_names(std: cn.Standard) -> None:
    found = interview(std.applies[-1].start, {"income_per_person": "1"}, "vi", jurisdiction=std.jurisdiction)
    assert not [c["text"] for c in found["result"]["caveats"] if re.search(r" = |\w_\w", c["text"])]


def test_only_indicators_that_were_not_read_are_named_as_such() -> None:
    given = {"income_per_person": "1", "deprivations": "3"}
    found = interview("2025-06-01", given, "vi", jurisdiction=HCMC, ways={"deprivations": "whole"})
    (text,) = [c["text"] for c in found["result"]["caveats"] if c["kind"] == "grade" and "số liệu cho sẵn" in c["text"]]
    std = cn.applicable(date(2025, 6, 1), HCMC)
    for indicator in std.indicators.values():
        assert indicator.cite is not None
        assert (indicator.labels["vi"] in text) == (indicator.node is None and indicator.cite.grade in "CD")
