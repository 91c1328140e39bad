"""Two standards beside each other: golden differences from the legal texts, and what must always hold."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser
from importlib.resources import files
from itertools import combinations, product
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.comparing import Comparison, IndicatorChange, LineChange, compare, shipped_cpi
from chuanngheo.comparing.words import DIMENSIONS, KINDS, LINE_KINDS, PARTS, RULES, SIGNS, WORDS
from chuanngheo.model import LANGUAGES
from chuanngheo.values import evolve

SCHEMA = json.loads((files("chuanngheo") / "schemas" / "comparison-1.json").read_text(encoding="utf-8"))
FICTIONAL = cn.read_standard(Path(__file__).parent / "fictional.yaml")
NATIONAL = [s.id for s in cn.standards()]
LOCAL = [s.id for j in ("vn-01", "vn-22", "vn-48", "vn-74", "vn-75", "vn-79") for s in cn.standards(j)]
PAIRS = [*combinations(NATIONAL, 2), *((n, n) for n in NATIONAL)]
pairs = pytest.mark.parametrize(("a", "b"), PAIRS, ids=lambda s: s)


class Index:
    """A price index that anybody can check: prices double with every year."""

    def convert(self, amount: Any, from_year: int, to_year: int) -> Fraction:
        return Fraction(amount) * Fraction(2) ** (to_year - from_year)


class Missing:
    """A price index that has no year."""

    def convert(self, amount: Any, from_year: int, to_year: int) -> Fraction:
        raise KeyError(from_year)


def amounts(c: Comparison, line: str = "poverty_line") -> dict[str, tuple[Any, Any]]:
    return {
        ".".join(code for _, code in x.cell): (x.a and x.a.value, x.b and x.b.value) for x in c.lines if x.name == line
    }


def named(c: Comparison, kind: str) -> list[str]:
    return [x.name for x in c.indicators if x.kind == kind]


def line(c: Comparison, name: str, **cell: str) -> LineChange:
    (found,) = (x for x in c.lines if x.name == name and dict(x.cell) == cell)
    return found


def indicator(c: Comparison, name: str) -> IndicatorChange:
    (found,) = (x for x in c.indicators if x.name == name)
    return found


# --- from the legal texts -------------------------------------------------------------------------------


def test_2016_to_2022() -> None:
    """59/2015/QĐ-TTg Điều 1, 2 against 07/2021/NĐ-CP Điều 3: ten indicators become twelve."""
    c = compare("vn-2016", "vn-2022")
    assert amounts(c) == {"rural": (700_000, 1_500_000), "urban": (900_000, 2_000_000)}
    rural = line(c, "poverty_line", area="rural")
    assert (rural.kind, rural.change, rural.percent) == ("changed", 800_000, Fraction(800, 7))
    assert amounts(c, "near_poor_line") == {"rural": (1_000_000, None), "urban": (1_300_000, None)}
    assert line(c, "near_poor_line", area="rural").kind == "only_a"
    assert named(c, "dropped") == ["health_access"]
    assert named(c, "added") == ["employment", "dependency", "nutrition"]
    assert len(named(c, "changed")) == 9
    assert not named(c, "kept")
    assert not c.days.overlaps
    assert not c.days.gaps
    assert {x.name: x.kind for x in c.classes} == dict.fromkeys(("poor", "near_poor", "average", "not_poor"), "changed")
    assert [x.name for x in c.cards if x.b and not x.a] == ["a", "b1", "b2"]


def test_a_what_if_is_the_law_of_no_day() -> None:
    std = cn.standard("vn-2022")
    for c in (compare(std, std.reform(poverty_line=1_800_000)), compare(std.reform(poverty_line=1_800_000), std)):
        here, there = (c.days.a, c.days.b) if c.b.hypothetical else (c.days.b, c.days.a)
        assert (here, there, c.days.overlaps, c.days.gaps) == (std.applies, (), (), ())
        assert [f.side for f in c.grades.figures if f.kind == "span"] == ["a" if c.b.hypothetical else "b"] * 2
        days = c.text("vi").split("Thời gian áp dụng")[1].split("Mức chuẩn")[0]
        assert "vn-2022@1.4+hypothetical là giả định, không áp dụng cho ngày nào." in days
        assert "cả hai cùng áp dụng" not in days
        assert "vn-2022@1.4+hypothetical is an assumption and the law of no day." in c.text("en")


@pytest.mark.parametrize(("a", "b", "lacking"), [("vn-2016", "vn-2022", "vn-2016"), ("vn-2022", "vn-2027", "vn-2027")])
def test_score_tables_that_were_not_read_are_not_called_absent(a: str, b: str, lacking: str) -> None:
    """17/2016/TT-BLĐTBXH had forms B1 and B2, whose tables were not found; those from 2027 were not seen."""
    c = compare(a, b)
    points = [x for x in c.lines if x.name in ("score_line", "deprivation_score_line")]
    assert len(points) == 3
    shared = [x for x in (*c.methods, *c.cards) if x.name != "criteria"]
    assert [x.name for x in shared] == ["scores", "a", "b1", "b2"]
    assert all(
        x.unseen in cn.standard(lacking).unseen and "bảng điểm" in x.unseen.what["vi"] for x in (*points, *shared)
    )
    methods = c.text("vi").split("Phương pháp và phiếu điểm")[1].split("Cách hiểu")[0]
    assert "không\n" not in methods
    assert methods.count("bảng điểm") == 4
    assert all(x.unseen is None for x in (*compare("vn-2006", "vn-2022").methods, *compare("vn-2006", "vn-2022").cards))


def test_a_near_poor_line_that_was_not_read_is_not_called_new() -> None:
    """117/2008/QĐ-TTg and 25/2008/TT-BLĐTBXH had near-poor households; their figures were not found."""
    for a, b, kind in (("vn-2006", "vn-2011@1", "only_b"), ("vn-2011@1", "vn-2006", "only_a")):
        c = compare(a, b)
        (near,) = (x for x in c.classes if x.name == "near_poor")
        assert near.kind == "unread"
        lines = [x for x in c.lines if x.name == "near_poor_line"]
        assert [x.kind for x in lines] == [kind] * 2
        assert {x.unseen for x in lines} == {near.unseen} <= set(cn.standard("vn-2006").unseen)
        assert "117/2008/QĐ-TTg" in c.text("vi").split("Loại hộ")[1].split("Phương pháp")[0]
    # who stands alone with a name of one word, or with another name, is not taken for it
    assert not [x for x in compare("vn-1998", "vn-2001").classes if x.unseen is not None]
    assert not [x for x in compare("vn-2011@1", "vn-2011@2").classes if x.unseen is not None]


def test_of_an_assumed_amount_the_year_is_said_to_be_assumed_too() -> None:
    """What is proposed today is not of the year in which the law it changes began."""
    std = cn.standard("vn-2022").reform(poverty_line={"rural": 1_800_000})
    c = compare("vn-2016", std, prices=shipped_cpi())
    assert "Mức giả định không thuộc giá của năm nào" in c.text("vi")
    assert "An assumed amount is in prices of no year" in c.to_html("en")
    for other in (
        compare("vn-2016", std, prices=shipped_cpi(), years=(2016, 2024)),
        compare("vn-2016", std),
        compare("vn-2016", "vn-2022", prices=shipped_cpi()),
    ):
        assert "An assumed amount" not in other.text("en")


def test_results_by_one_standard_are_one_series() -> None:
    std = cn.standard("vn-2022")
    for c in (compare("vn-2011@1", "vn-2011@2"), compare(std, std), compare(std, std.reform(poverty_line=1_800_000))):
        told = c.text("vi").split("Kết quả chính thức")[1]
        assert "KHÔNG SO SÁNH ĐƯỢC" not in told
        assert "mẫu số và cách rà soát mỗi năm có thể khác nhau" in told
    assert "KHÔNG SO SÁNH ĐƯỢC" in compare("vn-2016", "vn-79-2016").text("vi")


def test_days_that_were_not_verified_stand_as_the_language_writes_them() -> None:
    c = compare("vn-1996", "vn-1998")
    assert "Từ ngày đến ngày: 01/01/1996 – 31/12/1997" in c.text("vi")
    assert "Days: 1996-01-01 – 1997-12-31" in c.text("en")


def test_2022_to_2027() -> None:
    """351/2025/NĐ-CP by what was seen of it: the rules of its indicators were not read, nor whether an average class remains."""
    c = compare("vn-2022", "vn-2027")
    assert amounts(c) == {"rural": (1_500_000, 2_200_000), "urban": (2_000_000, 2_800_000)}
    assert named(c, "dropped") == ["information_assets"]
    assert named(c, "added") == ["waste_treatment"]
    assert len(named(c, "unread")) == 11
    assert {x.rule for x in c.indicators if x.kind == "unread"} == {"not_read"}
    assert indicator(c, "water").dimensions == ("water_sanitation", "water_sanitation_environment")
    (average,) = (x for x in c.classes if x.name == "average")
    assert average.kind == "unread"
    assert average.unseen is not None
    assert line(c, "average_line", area="rural").unseen is not None
    (poor,) = (x for x in c.classes if x.name == "poor")
    assert (poor.kind, poor.same_condition) == ("changed", True)  # the words and amounts differ, the condition does not
    for lang, words in (("vi", "chưa đọc được văn bản nêu quy tắc"), ("en", "its text was not read")):
        assert words in c.text(lang)


def test_2001_to_2006() -> None:
    """1143/2000/QĐ-LĐTBXH "dưới mức", 170/2005/QĐ-TTg "từ … trở xuống"; plain and mountain get one line."""
    c = compare("vn-2001", "vn-2006")
    assert amounts(c) == {
        "rural.plain": (100_000, 200_000), "rural.midland": (100_000, 200_000),
        "rural.mountain_island": (80_000, 200_000), "urban": (150_000, 260_000),
    }  # fmt: skip
    assert {x.coarser for x in c.lines if len(x.cell) == 2} == {"b"}
    assert line(c, "poverty_line", area="rural", terrain="midland").a.cite.grade == "D"  # type: ignore[union-attr]
    assert {x.name: [(b.line, b.a, b.b) for b in x.boundaries] for x in c.classes} == {
        "poor": [("poverty_line", "<", "<=")], "not_poor": [("poverty_line", ">=", ">")],
    }  # fmt: skip
    assert "dưới mức chuẩn" in c.text("vi")
    assert "từ mức chuẩn trở xuống" in c.text("vi")


def test_1996_to_1998_is_rice_against_money() -> None:
    c = compare("vn-1996", "vn-1998", prices=Missing())  # nothing to convert: no year is asked for
    assert {(x.kind, x.reason) for x in c.lines} == {("not_comparable", "rice")}
    assert all(x.change is x.percent is x.real is None for x in c.lines)
    assert "một bên tính bằng gạo, một bên tính bằng tiền" in c.text("vi")
    assert "one is in rice, the other in money" in c.text("en")


def test_1993_to_1996() -> None:
    """Both in rice: a hunger line by area against one for all, a rural line that splits by terrain."""
    c = compare("vn-1993", "vn-1996")
    assert amounts(c, "hunger_line") == {"rural": (8, 13), "urban": (13, 13)}
    assert {x.name: x.coarser for x in c.lines if x.name == "hunger_line"} == {"hunger_line": "b"}
    assert line(c, "hunger_line", area="urban").kind == "same"
    assert amounts(c)["rural.mountain_island"] == (15, 15)
    assert [x.coarser for x in c.lines if x.name == "poverty_line"] == ["a", "a", "a", ""]


def test_1998_to_2001_drops_the_hungry_class() -> None:
    c = compare("vn-1998", "vn-2001")
    assert {x.name: x.kind for x in c.classes} == {"hungry": "dropped", "poor": "changed", "not_poor": "kept"}
    assert {x.name: x.within for x in c.classes}["hungry"] == ("poor", "")


def test_two_versions_of_one_standard() -> None:
    """32/2014/QĐ-TTg adds a class to 09/2011/QĐ-TTg and leaves its lines."""
    c = compare("vn-2011@1", "vn-2011@2")
    assert {x.name for x in c.lines if x.kind != "same"} == {"average_line"}
    assert [x.name for x in c.classes if x.kind == "added"] == ["average"]
    assert c.days.overlaps == ((date(2014, 5, 27), date(2015, 12, 31)),)
    assert c.rates.a == c.rates.b
    assert not c.rates.both
    assert "Two versions of one standard." in c.text("en")


def test_days_left_out_between() -> None:
    assert compare("vn-1998", "vn-2006").days.gaps == ((date(2001, 1, 1), date(2005, 12, 31)),)
    assert compare("vn-2006", "vn-1998").days.gaps == ((date(2001, 1, 1), date(2005, 12, 31)),)


def test_an_average_line_held_against_another_income() -> None:
    """The worksheet of 2022 leaves allowances out; the standard of 2016 does not."""
    x = line(compare("vn-2016", "vn-2022"), "average_line", area="rural")
    assert x.compared is not None
    assert [len(side) for side in x.compared] == [1, 2]
    assert line(compare("vn-2016", "vn-2022"), "poverty_line", area="rural").compared is None


def test_a_year_against_a_month() -> None:
    """Hồ Chí Minh City writes its lines a year: 21 million is 1.75 million a month."""
    c = compare("vn-2016", "vn-79-2016")
    rural = line(c, "poverty_line", area="rural")
    assert rural.change == 21_000_000 - 12 * 700_000
    assert rural.percent == Fraction(21_000_000 - 8_400_000, 84_000)
    assert "= 8,400,000 đồng/person/year" in c.text("en")
    assert "vn" in c.text("vi").split("Khác địa bàn", 1)[1][:20]


# --- indicators are their rules -------------------------------------------------------------------------


def test_a_witness_is_shown_to_both_and_told_apart() -> None:
    """Health insurance paid by the state: 2022 does not count who has it, 2016 knows no such exception."""
    c = compare("vn-2016", "vn-2022")
    x = indicator(c, "health_insurance")
    assert (x.kind, x.rule, x.answers) == ("changed", "different", (True, False))
    assert x.witness is not None
    (member,) = x.witness["members"]
    assert member["state_paid_health_insurance"] is True
    before = {"members": [{k: v for k, v in member.items() if k != "state_paid_health_insurance"}]}
    for std, household, deprived in ((c.a, before, True), (c.b, dict(x.witness), False)):
        flags = {
            s.name: s.value for s in std.assess({"area": "rural", "income_per_person": 1, **household}, on=x.on).trace
        }
        assert flags["health_insurance" if "health_insurance" in flags else "deprived_health_insurance"] is deprived


def test_rules_over_other_facts_are_not_called_different_by_a_household_that_cannot_be() -> None:
    """2016 asks for a computer, 2022 for a computer or tablet: no household is the same to both questions."""
    c = compare("vn-2016", "vn-2022")
    assert {x.name for x in c.indicators if x.rule == "other_facts"} >= {"information_assets", "housing_quality"}
    assert all(x.witness is None for x in c.indicators if x.rule == "other_facts")


def test_the_same_rule_in_other_words_is_changed() -> None:
    x = indicator(compare("vn-2016", "vn-2022"), "living_area")
    assert (x.kind, x.rule) == ("changed", "same")
    assert x.a is not None
    assert x.b is not None
    assert x.a.rule == x.b.rule == "floor_area_per_person < 8"
    assert x.a.cite != x.b.cite


def test_the_same_rule_under_another_name_is_not_a_new_indicator() -> None:
    a = cn.standard("vn-2022")
    other = dict(a.indicators)
    moved = other.pop("living_area")
    b = evolve(a, id="other", indicators={**other, "crowding": evolve(moved, name="crowding")})
    from chuanngheo.comparing.rules import _renamed
    from chuanngheo.prepared import prepare

    assert _renamed(prepare(a, "criteria"), prepare(b, "criteria")) == {"living_area": "crowding"}
    c = compare(a, b)
    assert not named(c, "added")
    assert not named(c, "dropped")
    x = indicator(c, "crowding")
    assert (x.was, x.kind, x.rule) == ("living_area", "kept", "same")
    assert "named living_area before" in c.text("en")
    assert indicator(compare(b, a), "living_area").was == "crowding"


def test_the_same_name_with_another_rule_is_changed() -> None:
    a = cn.standard("vn-2022")
    swapped = evolve(a.indicators["water"], node=a.indicators["sanitation"].node)
    b = evolve(a, indicators={**a.indicators, "water": swapped})
    x = indicator(compare(a, b), "water")
    assert (x.kind, x.rule) == ("changed", "other_facts")


def test_one_name_for_two_questions_proves_nothing() -> None:
    """The same rule text over a fact that takes other codes is not the same rule."""
    a = cn.standard("vn-2022")
    fact = a.facts["schooling"]
    b = evolve(a, facts={**a.facts, "schooling": evolve(fact, codes=dict(list(fact.codes.items())[:-1]))})
    x = indicator(compare(a, b), "school_attendance")
    assert "schooling" in x.a.rule  # type: ignore[union-attr]
    assert (x.kind, x.rule) == ("changed", "other_facts")
    assert indicator(compare(a, b), "living_area").kind == "kept"


def test_another_number_in_a_rule_is_found() -> None:
    a = cn.standard("vn-2022")
    from chuanngheo.tree import Const, transform

    node = a.indicators["living_area"].node
    assert node is not None
    looser = transform(node, lambda n: Const(9) if n == Const(8) else n)
    b = evolve(a, indicators={**a.indicators, "living_area": evolve(a.indicators["living_area"], node=looser)})
    x = indicator(compare(a, b), "living_area")
    assert (x.kind, x.rule, x.answers) == ("changed", "different", (False, True))
    assert x.witness is not None
    assert 8 <= x.witness["floor_area_per_person"] < 9


# --- what must always hold ------------------------------------------------------------------------------


def neutral(c: Comparison, swap: bool) -> dict[str, Any]:
    """A comparison with its sides named the other way round."""
    d = c.to_dict()
    turn = {"added": "dropped", "dropped": "added", "only_a": "only_b", "only_b": "only_a"} if swap else {}
    side = {"a": "b", "b": "a"} if swap else {}
    lines = {
        (x["name"], tuple(sorted(x["cell"].items()))):
        (turn.get(x["kind"], x["kind"]), x["b" if swap else "a"], x["a" if swap else "b"], side.get(x["coarser"], x["coarser"]), x["reason"])
        for x in d["lines"]
    }  # fmt: skip
    indicators = {
        x["name"]: (turn.get(x["kind"], x["kind"]), x["rule"], x["dimensions"][:: -1 if swap else 1])
        for x in d["indicators"]
    }
    classes = {
        x["name"]: (turn.get(x["kind"], x["kind"]), x["same_condition"], sorted((b["line"], b["b" if swap else "a"]) for b in x["boundaries"]))
        for x in d["classes"]
    }  # fmt: skip
    days = {k: sorted(map(str, d["days"][k])) for k in ("overlaps", "gaps")}
    rates = (
        [d["rates"][k] for k in (("b", "a") if swap else ("a", "b"))],
        [p[:: -1 if swap else 1] for p in d["rates"]["both"]],
    )
    return {"lines": lines, "indicators": indicators, "classes": classes, "days": days, "rates": rates}


@pairs
def test_backwards_is_the_same_with_sides_exchanged(a: str, b: str) -> None:
    assert neutral(compare(a, b), False) == neutral(compare(b, a), True)


@pytest.mark.parametrize("name", [*NATIONAL, *LOCAL, "vn-2011@1"])
def test_a_standard_against_itself_has_no_difference(name: str) -> None:
    c = compare(name, name)
    assert {x.kind for x in c.lines} == {"same"}
    assert {x.kind for x in c.indicators} <= {"kept"}
    assert {x.kind for x in c.classes} == {"kept"}
    assert c.same
    assert "no difference" in repr(c)
    assert "Hai chuẩn là một: không có khác biệt." in c.text("vi")
    assert "The two are one and the same standard: no difference." in c.text("en")


@pairs
def test_every_pair_in_words_and_as_data(a: str, b: str) -> None:
    c = compare(a, b, prices=Index())
    vi, en = c.text("vi"), c.text("en")
    for text in (vi, en):
        assert c.a.exact_id in text
        assert c.b.exact_id in text
    assert vi.count("\n") == en.count("\n")  # nothing is said in one language alone
    assert not [w for w in (" None", "{", "not_read", "only_a") if w in _without_rules(c, en)]
    document = json.loads(json.dumps(c.to_dict()))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def _without_rules(c: Comparison, text: str) -> str:
    """A text less rule texts and examples, which have signs of their own."""
    return "\n".join(t for t in text.split("\n") if "example (" not in t and not any(t.strip() == r for r in _rules(c)))


def _rules(c: Comparison) -> set[str]:
    sides = [w for x in (*c.indicators, *c.classes) for w in (x.a, x.b) if w is not None]
    return {w.rule for w in sides} | {f"{n}: {t}" for w in sides for n, t in w.where}


def test_local_standards_too() -> None:
    for a, b in product(LOCAL, ("vn-2011", "vn-2016", "vn-2022")):
        c = compare(a, b)
        assert c.text("vi").count("\n") == c.text("en").count("\n")
        jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(c.to_dict())))


@pytest.mark.parametrize("words", [PARTS, KINDS, LINE_KINDS, RULES, SIGNS, DIMENSIONS])
def test_words_in_both_languages(words: Any) -> None:
    assert all(set(v) == set(LANGUAGES) and all(v.values()) for v in words.values())


def test_the_same_words_are_there_in_both_languages() -> None:
    assert set(WORDS["vi"]) == set(WORDS["en"])
    for name, text in WORDS["vi"].items():
        fields = {
            f
            for f in (
                "{a}",
                "{b}",
                "{std}",
                "{year}",
                "{qa}",
                "{qb}",
                "{na}",
                "{nb}",
                "{cls}",
                "{line}",
                "{oa}",
                "{ob}",
                "{taken}",
            )
            if f in text
        }
        assert all(f in WORDS["en"][name] for f in fields), name


def test_every_dimension_has_its_words() -> None:
    known = {d.dimension for name in cn.shipped().shelf for d in cn.standard(name).indicators.values()}
    assert known <= set(DIMENSIONS)


@given(
    st.lists(st.integers(0, 10**12), min_size=2, max_size=2),
    st.lists(st.integers(0, 10**12), min_size=2, max_size=2),
)
@settings(deadline=None, max_examples=40, database=None, derandomize=True)
def test_changes_are_exact(before: list[int], after: list[int]) -> None:
    std = cn.standard("vn-2006")
    a, b = (std.reform(poverty_line=dict(zip(("rural", "urban"), x, strict=True))) for x in (before, after))
    for x, old, new in zip(compare(a, b).lines, before, after, strict=True):
        assert x.change == new - old
        assert (x.kind == "same") is (old == new)
        assert x.percent is None if old == 0 else old + old * x.percent / 100 == new  # type: ignore[operator]


# --- prices ---------------------------------------------------------------------------------------------


def test_real_changes_name_their_years() -> None:
    c = compare("vn-2016", "vn-2022", prices=Index())
    assert (c.years, c.in_year) == ((2016, 2022), 2022)
    real = line(c, "poverty_line", area="rural").real
    assert real is not None
    assert (real.a, real.b, real.change) == (700_000 * 2**6, 1_500_000, 1_500_000 - 700_000 * 2**6)
    assert real.percent == Fraction(100 * (1_500_000 - 700_000 * 64), 700_000 * 64)
    assert "in prices of 2022 by a price index" in c.text("en")
    assert "the first year in which its standard has that amount" in c.text("en")
    assert line(c, "deprivation_score_line").real is None  # points have no prices
    chosen = compare("vn-2016", "vn-2022", prices=Index(), years=(2015, 2021), in_year=2010)
    real = line(chosen, "poverty_line", area="urban").real
    assert real is not None
    assert (real.a, real.b) == (Fraction(900_000, 2**5), Fraction(2_000_000, 2**11))
    assert "as the caller chose" in chosen.text("en")
    assert chosen.to_dict()["prices"] == {
        "index": {"vi": "do người dùng cho", "en": "given by the caller"}, "cite": None,
        "years": [2015, 2021], "years_chosen": True, "in_year": 2010,
    }  # fmt: skip


def test_an_amount_that_a_later_version_repeats_is_of_the_first_year() -> None:
    """400,000 đồng are of 2011 (09/2011/QĐ-TTg), though the version with the average class begins in 2014."""
    c = compare("vn-2011@2", "vn-2016", prices=Index())
    assert line(c, "poverty_line", area="rural").real.years == (2011, 2016)  # type: ignore[union-attr]
    assert line(c, "average_line", area="rural").real.years == (2014, 2016)  # type: ignore[union-attr]
    assert "amounts in prices of 2011 and 2016" in c.text("en")
    moved = c.a.reform(poverty_line={"rural": 410_000})  # an amount of the caller's own, of the version it changes
    assert line(compare(moved, "vn-2016", prices=Index()), "poverty_line", area="rural").real.years == (2014, 2016)  # type: ignore[union-attr]


def test_the_shipped_index_is_named_with_its_source() -> None:
    index = shipped_cpi()
    c = compare("vn-2016", "vn-2022", prices=index)
    real = line(c, "poverty_line", area="rural").real
    assert real is not None
    assert real.a == index.convert(700_000, 2016, 2022)
    assert index.cite is not None
    for lang in LANGUAGES:
        assert index.label[lang] in c.text(lang)
        assert index.cite.label(lang) in c.text(lang)
    assert c.to_dict()["prices"]["cite"]["grade"] == index.cite.grade
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(c.to_dict())))
    assert pickle.loads(pickle.dumps(c)) == c
    with pytest.raises(cn.NoStandard) as caught:  # no year is invented for a standard of the future
        compare("vn-2022", "vn-2027", prices=index)
    assert {p.code for p in caught.value.problems} == {"CN186"}


def test_without_an_index_nothing_is_real() -> None:
    c = compare("vn-2016", "vn-2022")
    assert all(x.real is None for x in c.lines)
    assert "price index" not in c.text("en")


def test_a_year_that_the_index_does_not_have_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        compare("vn-2016", "vn-2022", prices=Missing())


# --- what is not law, what was not read -----------------------------------------------------------------


def test_a_what_if_standard_is_marked_in_every_output() -> None:
    a = cn.standard("vn-2022")
    c = compare(a, a.reform(poverty_line={"rural": 2_000_000}))
    assert c.hypothetical
    assert amounts(c) == {"rural": (1_500_000, 2_000_000), "urban": (2_000_000, 2_000_000)}
    assert {x.name for x in c.lines if x.kind != "same"} == {"poverty_line"}
    assert not c.rates.b
    outputs: dict[str, list[Callable[[str], str]]] = {
        "en": [c.text, c.to_html, c.cite], "vi": [c.text, c.to_html, c.cite],
    }  # fmt: skip
    for lang, made in outputs.items():
        for output in made:
            assert {"en": "HYPOTHETICAL", "vi": "GIẢ ĐỊNH"}[lang] in output(lang)
    assert "HYPOTHETICAL" in c.to_dict()["texts"]["en"]
    assert c.to_dict()["hypothetical"] is True
    assert c.to_dict()["b"]["exact_id"].endswith("+hypothetical")
    assert "+hypothetical" in repr(c)
    assert "GIẢ ĐỊNH" in c._repr_html_()
    assert not compare("vn-2016", "vn-2022").hypothetical


def test_what_could_not_be_verified() -> None:
    c = compare("vn-2016", "vn-2022")
    for side, std in (("a", c.a), ("b", c.b)):
        assert [u.unseen for u in c.unverified if u.side == side and u.unseen] == list(std.unseen)
        doubtful = {(f.kind, f.name) for f in c.grades.figures if f.side == side and f.grade in "CD"}
        assert {(u.figure.kind, u.figure.name) for u in c.unverified if u.figure and u.side == side} == doubtful
    assert ("line", "average_line.urban") in {(u.figure.kind, u.figure.name) for u in c.unverified if u.figure}
    assert (c.grades.a, c.grades.b) == ("D", "D")
    for lang, head in (("vi", "Những điều chưa xác minh được"), ("en", "What could not be verified")):
        assert head in c.text(lang)
        for std in (c.a, c.b):
            assert all(u.what[lang] in c.text(lang) for u in std.unseen)


def test_the_weakest_grade() -> None:
    assert compare("vn-2001", "vn-2006").grades.a == "D"  # the midland
    assert (
        max(f.grade for f in compare("vn-2001", "vn-2006").grades.figures if f.side == "b")
        == compare("vn-2001", "vn-2006").grades.b
    )


def test_official_results_stand_side_by_side_and_are_not_comparable() -> None:
    c = compare("vn-2011", "vn-2016")
    assert c.rates.comparable is False
    assert {(n.standard, n.jurisdiction) for n in (*c.rates.a, *c.rates.b)} == {("vn-2011", "vn"), ("vn-2016", "vn")}
    assert [x.place["en"] for x, _ in c.rates.both] == ["Whole country", "Quảng Ngãi"]
    for lang, words in (("vi", "KHÔNG SO SÁNH ĐƯỢC"), ("en", "NOT COMPARABLE")):
        text = c.text(lang)
        assert words in text
        assert "1095/QĐ-LĐTBXH" in text
        assert {"vi": "9,88%", "en": "9.88%"}[lang] in text
    assert "There is no official result by vn-1993@1.2." in compare("vn-1993", "vn-2022").text("en")


# --- citation and page ----------------------------------------------------------------------------------


def test_a_citation_to_copy() -> None:
    c = compare("vn-2016", "vn-2022")
    en = c.cite("en", on=date(2026, 3, 1))
    for part in (
        c.a.exact_id,
        c.a.digest[:12],
        c.b.exact_id,
        c.b.digest[:12],
        cn.DATA_VERSION,
        cn.__version__,
        "2026-03-01",
    ):
        assert part in en
    assert "01/03/2026" in c.cite("vi", on=date(2026, 3, 1))
    assert "\n" not in en


class Page(HTMLParser):
    """Checks that tags close in order, and counts them; gathers what a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_stands_alone_and_has_its_heads(lang: str) -> None:
    c = compare("vn-2011", "vn-2016")
    page = Page()
    page.feed(c.to_html(lang))
    assert not page.open
    names = [t for t, _ in page.tags]
    assert not {"script", "link", "img", "iframe"} & set(names)
    assert not [a for _, a in page.tags if {"src", "href", "onclick"} & set(a)]
    assert ("html", {"lang": lang}) in page.tags
    assert names.count("table") == names.count("caption") == names.count("thead") > 5
    assert all("scope" in a for t, a in page.tags if t == "th")
    assert names.count("h1") == 1
    assert all(a == {"lang": "vi"} for t, a in page.tags if t == "q")  # the law speaks Vietnamese on both pages
    assert c.to_html(lang, page=False).startswith("<style>")


def test_everything_is_escaped() -> None:
    evil = "<script>alert(1)</script>\"'&"
    a = cn.standard("vn-2006")
    cite = evolve(a.lines["poverty_line"].cite, words=evil, at=evil)
    b = evolve(
        a, title={"vi": evil, "en": evil}, id=evil, lines={"poverty_line": evolve(a.lines["poverty_line"], cite=cite)}
    )
    for lang in LANGUAGES:
        html = compare(a, b).to_html(lang)
        assert "<script" not in html
        assert "&lt;script&gt;" in html


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: compare("vn-2022", "vn-village-2021"), "CN188"),
        (lambda: compare("vn-2022", 2027), "CN188"),  # type: ignore[arg-type]
        (lambda: compare("vn-2016", "vn-2022", years=(2016,)), "CN189"),  # type: ignore[arg-type]
        (lambda: compare("vn-2016", "vn-2022", years=("2016", "2022")), "CN189"),  # type: ignore[arg-type]
        (lambda: compare("vn-2016", "vn-2022", in_year=2020), "CN189"),
        (lambda: compare("vn-2016", "vn-2022", in_year=True, prices=Index()), "CN189"),
    ],
)
def test_what_cannot_be_compared(call: Callable[[], Any], code: str) -> None:
    with pytest.raises(cn.NoStandard) as caught:
        call()
    assert [p.code for p in caught.value.problems] == [code]
    assert caught.value.problems[0].remedy


def test_an_unknown_name_or_language() -> None:
    with pytest.raises(cn.NoStandard):
        compare("vn-2016", "vn-2023")
    for say in (
        compare("vn-2016", "vn-2022").text,
        compare("vn-2016", "vn-2022").to_html,
        compare("vn-2016", "vn-2022").cite,
    ):
        with pytest.raises(ValueError, match="lang='fr' is unknown"):
            say("fr")


def test_villages_compare_with_villages() -> None:
    """50/2016/QĐ-TTg counts poor and near-poor (65%), 33/2020/QĐ-TTg the poor alone (20%): no fall of 45 points."""
    c = compare("vn-village-2016", "vn-village-2021")
    kinds = {(x.kind, x.reason) for x in c.lines if x.a and x.b and x.a.value == 65 and x.b.value == 20}
    assert kinds == {("not_comparable", "quantity")}
    assert "hai mức đem so với hai đại lượng khác nhau" in c.text("vi")
    assert "65%" in c.text("en")
    assert c.text("vi").count("\n") == c.text("en").count("\n")


def test_a_standard_of_ones_own() -> None:
    c = compare(FICTIONAL, FICTIONAL)
    assert "no difference" in repr(c)
    assert c.text("en")


@pairs
def test_every_part_hashes(a: str, b: str) -> None:
    c = compare(a, b)
    parts = (*c.lines, *c.indicators, *c.classes, *c.interpretations, *c.methods, *c.cards, *c.unverified)
    assert len({*parts, c.days, c.grades, c.rates}) > 3


def test_it_is_a_value() -> None:
    c = compare("vn-2016", "vn-2022")
    assert c == compare("vn-2016", "vn-2022")
    assert hash(c) == hash(compare("vn-2016", "vn-2022"))
    assert c != compare("vn-2022", "vn-2016")
    assert pickle.loads(pickle.dumps(c)) == c
    with pytest.raises(AttributeError):
        c.in_year = 3  # type: ignore[misc]
