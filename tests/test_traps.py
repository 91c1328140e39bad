"""Wrong answers that engines give without a word: here each is exact, unknown, or an error."""

from __future__ import annotations

import pickle
import subprocess
import sys
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import chuanngheo as cn

STD = cn.standard("vn-2022")
FLAGS = {f"deprived_{k}": k in ("water", "sanitation", "nutrition") for k in STD.indicators}
POOR = {"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}


def test_boundaries_of_a_yearly_total() -> None:
    for size in range(1, 30):
        for area, line in (("rural", 1_500_000), ("urban", 2_000_000)):
            for aside, wanted in ((-1, "poor"), (0, "poor"), (1, "average")):
                facts = {"area": area, "income": line * size * 12 + aside, "household_size": size} | FLAGS
                assert STD.assess(facts).category == wanted
                assert STD.assess(facts | {"income": Decimal(facts["income"])}).category == wanted


def test_no_float_enters() -> None:
    third = {"area": "rural", "income": 54_000_001, "household_size": 3} | FLAGS  # 1,500,000.0278 a month
    assert STD.assess(third).category == "average"
    assert STD.assess(third | {"income": 54_000_000}).category == "poor"
    assert STD.assess(POOR | {"income_per_person": 1_500_000.0000001}).category == "average"
    assert STD.assess(POOR | {"income_per_person": 0.1 + 0.2}).category == "poor"
    cents = STD.reform(poverty_line={"rural": Fraction("115000.1")})
    assert cents.assess(POOR | {"income_per_person": Decimal("115000.1")}).category == "poor"
    assert cents.assess(POOR | {"income_per_person": Decimal("115000.10001")}).category == "average"


def test_numbers_beyond_every_machine_word() -> None:
    assert STD.assess({"area": "rural", "income": 3_000_000_000, "household_size": 99} | FLAGS).category == "not_poor"
    assert STD.assess(POOR | {"income_per_person": 10**39}).category == "not_poor"
    assert STD.assess(POOR | {"income_per_person": 10**30 + Fraction(1, 3)}).category == "not_poor"


@pytest.mark.parametrize("missing", [None, "", " ", "absent"])
def test_missing_is_never_not_poor(missing: str | None) -> None:
    edge = POOR | {"income_per_person": 1_600_000, "area": "urban"}
    for name in edge:
        facts = {k: v for k, v in edge.items() if k != name}
        if missing != "absent":
            facts[name] = missing
        a = STD.assess(facts)
        assert a.status == "undetermined"
        assert "poor" in a.possible
        assert a.missing == (name,)
    one_flag = {"area": "rural", "income_per_person": 1} | FLAGS | {"deprived_water": None}
    assert STD.assess(one_flag).possible == ("poor", "near_poor")


def test_unknown_code_is_an_error_not_the_other_branch() -> None:
    for area in ("Rural", "rural ", "nông thôn", "2", unicodedata.normalize("NFD", "đô thị")):
        with pytest.raises(cn.HouseholdError, match="area"):
            STD.assess(POOR | {"area": area})


def test_booleans_and_numbers_do_not_mix() -> None:
    for wrong in (1, 0, "True", "yes", 1.0):
        with pytest.raises(cn.HouseholdError, match="deprived_water"):
            STD.assess({"area": "rural", "income_per_person": 1} | FLAGS | {"deprived_water": wrong})
    for wrong in (True, False, Decimal("1E+999999"), 10**45, "1e3", "0x10", "١٢٣", 1j, [1], {}):
        with pytest.raises(cn.HouseholdError, match="income_per_person"):
            STD.assess(POOR | {"income_per_person": wrong})


@pytest.mark.parametrize(
    "bad", [float("nan"), float("inf"), -float("inf"), Decimal("NaN"), Decimal("Infinity"), np.nan]
)
def test_not_a_number_is_an_error(bad: Any) -> None:
    with pytest.raises(cn.HouseholdError, match="income_per_person"):
        STD.assess(POOR | {"income_per_person": bad})


def test_numpy_scalars_are_what_they_hold() -> None:
    for kind in (np.int32, np.int64, np.float64, np.uint64):
        assert STD.assess(POOR | {"income_per_person": kind(1_500_000)}).category == "poor"
        assert STD.assess(POOR | {"income_per_person": kind(1_500_001)}).category == "average"
    assert STD.assess(POOR | {"deprivations": np.int8(3)}).category == "poor"
    flags = {k: np.bool_(v) for k, v in FLAGS.items()}
    assert STD.assess({"area": "rural", "income_per_person": 1} | flags).category == "poor"


def test_zero_members_and_impossible_sizes() -> None:
    for size in (0, -1, 1.5, 10_000):
        with pytest.raises(cn.HouseholdError, match="household_size"):
            STD.assess({"area": "rural", "income": 0, "household_size": size} | FLAGS)


def test_days_are_days() -> None:
    member = {"birth_date": datetime(2010, 1, 1, 12, 0), "sex": "male"}
    a = STD.assess({"area": "rural", "members": [member]}, on=date(2023, 10, 1))
    assert a.case.facts.known[0, "birth_date"] == date(2010, 1, 1).toordinal()


def test_born_on_the_29th_of_february() -> None:
    child = {"birth_date": date(2008, 2, 29), "social_allowance": "none"}
    adult = {"age": 40, "social_allowance": "none"}

    def dependency(on: date) -> Any:
        a = STD.assess({"area": "rural", "income_per_person": 1, "members": [child, child, adult]}, on=on)
        return {s.name: s.value for s in a.trace}["deprived_dependency"]

    assert dependency(date(2024, 2, 28)) is True  # fifteen
    assert dependency(date(2024, 2, 29)) is False  # sixteen
    child["birth_date"] = date(2008, 2, 28)
    assert dependency(date(2024, 2, 28)) is False


def test_the_household_given_is_not_held_by_reference() -> None:
    facts: dict[str, Any] = dict(POOR)
    a = STD.assess(facts)
    before, text = hash(a), a.explain("en")
    facts["income_per_person"] = 10**9
    assert hash(a) == before
    assert a.explain("en") == text
    with pytest.raises(TypeError):
        a.household["area"] = "urban"  # type: ignore[index]
    with pytest.raises(AttributeError):
        a.on = None


def test_results_pickle_compare_and_hash() -> None:
    on = date(2023, 10, 1)
    members = [{"birth_date": date(1980, 1, 1), "sex": "male"}, {"birth_year": 2015}]
    for a in (
        STD.assess(POOR),
        STD.assess(POOR, on=on),
        STD.assess({"area": "rural", "members": members}, on=on, readings={"radio": "form"}),
        STD.assess({"recorded_category": "poor", "recorded_decision": "1", "recorded_date": on}),
    ):
        again = pickle.loads(pickle.dumps(a))
        assert again == a
        assert hash(again) == hash(a)
        assert again.possible == a.possible
        assert again.standard == a.standard
    assert STD.assess(POOR) != STD.assess(POOR | {"deprivations": 4})
    assert STD.assess(POOR) != STD.assess(POOR, on=on)
    assert len({STD.assess(POOR), STD.assess(dict(reversed(POOR.items())))}) == 1


def test_digests_are_the_same_in_another_process() -> None:
    code = "import chuanngheo as cn; print(*(s.digest for s in cn.standards()))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.split() == [s.digest for s in cn.standards()]


def test_a_floor_without_persons_leaves_only_what_matters_missing() -> None:
    """The number of persons stays open beside the floor area: many pairs of numbers, none of which matters."""
    home = {
        "water_source": "piped",
        "deprived_adult_education": False,
        "deprived_school_attendance": False,
        "low_income": False,
        "floor_area": 0,
        "television": False,
    }
    a = cn.standard("vn-2022").assess(home)
    assert a.missing == ("area", "income_per_person")
