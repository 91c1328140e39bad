"""Facts that cannot be used: one report that names every fact, its value and what is allowed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import chuanngheo as cn

STD = cn.standard("vn-2022")
ON = date(2023, 10, 1)


def problems(household: Any, **kwargs: Any) -> dict[str, cn.Problem]:
    with pytest.raises(cn.HouseholdError) as caught:
        STD.assess(household, **kwargs)
    for p in caught.value.problems:
        assert p.where
        assert p.where in str(caught.value)
        assert p.code in str(caught.value)
    return {p.where: p for p in caught.value.problems}


@pytest.mark.parametrize(
    ("household", "where", "code", "says"),
    [
        ({"aera": "rural"}, "aera", "CN041", "did you mean area"),
        ({"sex": "male"}, "sex", "CN041", '"members": [{"sex": ...}]'),
        ({"area": "rurl"}, "area", "CN047", "rural (nông thôn), urban (thành thị)"),
        ({"area": "Nông thôn"}, "area", "CN047", "rural (nông thôn)"),
        ({"area": 2}, "area", "CN047", "codes are texts"),
        ({"deprived_water": "no"}, "deprived_water", "CN046", "True, False, or None"),
        ({"deprived_water": 0}, "deprived_water", "CN046", "True, False, or None"),
        ({"income": float("nan")}, "income", "CN049", "None, where it is unknown"),
        ({"income": Decimal("NaN")}, "income", "CN049", "not a number"),
        ({"income": float("inf")}, "income", "CN049", "not a number"),
        ({"income": True}, "income", "CN049", "not a number"),
        ({"income": "1.500.000"}, "income", "CN049", "1500000"),
        ({"income": "1,5"}, "income", "CN049", "1.5"),
        ({"income": "18 triệu"}, "income", "CN049", "not a number"),
        ({"income": -1}, "income", "CN050", "code for missing"),
        ({"household_size": 0}, "household_size", "CN050", "from 1"),
        ({"household_size": 2.5}, "household_size", "CN050", "whole"),
        ({"household_size": 500}, "household_size", "CN050", "to 99"),
        ({"deprivations": 13}, "deprivations", "CN050", "from 0 to 12"),
        ({"b2": 35}, "b2", "CN050", "multiple of 10"),
        ({"members": []}, "members", "CN042", "at least one member"),
        ({"members": 4}, "members", "CN040", "list of persons"),
        ({"members": ["An"]}, "members[0]", "CN040", "mapping"),
        ({"members": [{"sexx": "male"}]}, "members[0].sexx", "CN041", "did you mean sex"),
        ({"members": [{}, {"sex": "nam"}]}, "members[1].sex", "CN047", "male (nam), female (nữ)"),
        ({"members": [{"birth_date": "01/02/2010"}]}, "members[0].birth_date", "CN048", "yyyy-mm-dd"),
        ({"members": [{"birth_date": 2010}]}, "members[0].birth_date", "CN048", "birth_year"),
        ({"members": [{"birth_date": date(2024, 1, 1)}]}, "members[0].birth_date", "CN044", "after the day"),
        ({"members": [{"birth_date": date(1880, 5, 5)}]}, "members[0].birth_date", "CN044", "too long ago"),
        ({"members": [{"birth_date": date(2000, 1, 1), "age": 5}]}, "members[0].age", "CN045", "2000-01-01"),
        ({"members": [{"age": 200}]}, "members[0].age", "CN050", "to 130"),
        ([("area", "rural")], "household", "CN040", "mapping of facts"),
    ],
)  # fmt: skip
def test_one_fault(household: Any, where: str, code: str, says: str) -> None:
    found = problems(household, on=ON)
    assert list(found) == [where]
    assert found[where].code == code
    assert says in str(found[where])


def test_all_faults_come_at_once() -> None:
    found = problems(
        {"area": "rurl", "income": "1,5", "household_size": 0, "watter": True, "members": [{"sex": 1}, {"age": -1}]},
        on=ON,
    )
    assert list(found) == ["area", "income", "household_size", "watter", "members[0].sex", "members[1].age"]


def test_an_age_needs_a_day() -> None:
    (found,) = problems({"members": [{"birth_year": 2010}]}).values()
    assert found.code == "CN043"
    assert "on=" in found.remedy


def test_contradictions() -> None:
    flags = {f"deprived_{k}": False for k in STD.indicators}
    assert problems(flags | {"deprivations": 3})["deprivations"].code == "CN045"
    two = {"income": 36_000_000, "household_size": 2}
    assert "1500000" in problems(two | {"income_per_person": 1_400_000})["income_per_person"].message
    assert problems({"household_size": 3, "members": [{}, {}]})["household_size"].code == "CN045"
    assert problems({"deprived_water": True, "water_source": "piped"})["deprived_water"].code == "CN045"
    more = {"income_excluding_allowances": 40_000_000, "income": 36_000_000, "household_size": 2}
    assert problems(more)["income_excluding_allowances"].code == "CN045"


def test_rounding_is_not_a_contradiction_but_is_told_when_it_decides() -> None:
    base = {"area": "rural", "household_size": 7, "deprivations": 3}
    near = base | {"income": 126_000_001, "income_per_person": 1_500_000}  # exactly 1,500,000.0119
    a = STD.assess(near)
    assert a.category == "poor"  # what was given is used
    assert [c.about for c in a.caveats if c.kind == "rounding"] == ["income_per_person"]
    far = STD.assess(base | {"income": 100_000_001, "income_per_person": Decimal("1190476.2")})
    assert not [c for c in far.caveats if c.kind == "rounding"]


def test_money_in_every_exact_spelling() -> None:
    for money in (1_500_000, "1500000", Decimal(1_500_000), Fraction(1_500_000), 1_500_000.0):
        assert STD.assess({"area": "rural", "income_per_person": money, "deprivations": 3}).category == "poor"
    for money in ("1500000.01", Decimal("1500000.0001"), Fraction(3_000_000_001, 2000), 1_500_000.1):
        assert STD.assess({"area": "rural", "income_per_person": money, "deprivations": 3}).category == "average"


def test_methods() -> None:
    assert problems({"b1": 100, "income": 1}, on=ON)["method"].code == "CN061"
    assert problems({"recorded_category": "poor", "b1": 100})["method"].code == "CN061"
    assert problems({"b1": 100}, method="points")["method"].allowed == "criteria, scores, recorded"
    a = STD.assess({"b1": 100, "b2": 30, "income": 500_000_000, "household_size": 1, "area": "rural"}, method="scores")
    assert (a.category, a.basis) == ("poor", "scores")
    assert problems({"recorded_category": "poor"})["recorded_decision"].code == "CN062"
    wrong = {"recorded_category": "poorest", "recorded_decision": "1", "recorded_date": ON}
    assert "near_poor" in problems(wrong)["recorded_category"].allowed


def test_many_households_report_together() -> None:
    with pytest.raises(cn.HouseholdError) as caught:
        STD.assess_many([{"area": "rural"}, {"area": "x"}, {"incom": 3}])
    assert [p.where for p in caught.value.problems] == ["households[1].area", "households[2].incom"]
    seen: list[int] = []
    assert len(STD.assess_many([{"area": "rural"}] * 3, progress=seen.append)) == 3
    assert seen == [1, 2, 3]


def test_facts_of_other_standards_are_told_not_refused() -> None:
    a = STD.assess(
        {"area": "urban", "terrain": "plain", "income_per_person": 1, "deprivations": 3, "loudspeaker": True}
    )
    assert a.category == "poor"
    assert [c.about for c in a.caveats if c.kind == "not_read"] == ["terrain", "loudspeaker"]


def test_lookups_that_find_nothing() -> None:
    for ask in (
        lambda: cn.standard("vn-2023"),
        lambda: cn.standard("vn-2022@7"),
        lambda: cn.standard("vn-2022@1.99"),
        lambda: STD.line("poverty_lime", area="rural"),
        lambda: STD.line("poverty_line"),
        lambda: STD.line("poverty_line", area="rurl"),
        lambda: STD.line("poverty_line", area="rural", colour="red"),
        lambda: STD.assess({}, readings={"nutrition": "strict"}),
        lambda: STD.assess({}, readings={"nutrition-cutoff": "loose"}),
        lambda: STD.assess({}, derive="none"),
        lambda: STD.reform(poverty_lin=3),
        lambda: STD.reform(poverty_line={"rurl": 3}),
    ):
        with pytest.raises(LookupError) as caught:
            ask()
        assert isinstance(caught.value, cn.NoStandard)
        assert any(
            word in str(caught.value) for word in ("did you mean", "allowed", "known names", "install", "depend")
        )
    with pytest.raises(ValueError, match="vi, en"):
        STD.assess({"area": "rural"}).explain("fr")


def test_thousands_with_a_point_are_asked_about() -> None:
    found = problems({"income": "150.000"})["income"]
    assert found.code == "CN051"
    assert "150000 or 150" in found.message
    assert STD.assess({"income": "150.00"})  # two decimals can mean one thing only


def test_a_national_standard_that_stands_in_says_so() -> None:
    household = {"area": "rural", "income_per_person": 1, "deprivations": 3}
    a = cn.assess(household, on=ON, jurisdiction="vn-36")
    assert a.category == "poor"
    assert [c.about for c in a.caveats if c.kind == "fallback"] == ["vn-36"]
    assert not [c for c in cn.assess(household, on=ON).caveats if c.kind == "fallback"]
    with pytest.raises(cn.NoStandard):
        cn.applicable(ON, jurisdiction="vn-36", fallback=False)
    with pytest.raises(cn.NoStandard):
        cn.applicable(ON, jurisdiction="la")


def test_rounded_amounts_do_not_exceed_each_other() -> None:
    facts = {"area": "rural", "income": 20_000_000, "household_size": 12, "deprivations": 3}
    facts |= {"income_per_person": 138_888, "income_excluding_allowances": 20_000_000}
    assert STD.assess(facts | {"income_per_person": 1_666_667 // 12}).category == "poor"
    income = {"area": "rural", "household_size": 1, "income_excluding_allowances": 0, "income_per_person": 2_250_000}
    for flip in STD.assess(income | {"deprivations": 3}).flips():
        assert STD.assess(income | {"deprivations": 3, flip.fact: flip.to}).category == flip.category
