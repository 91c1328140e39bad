"""A fixed share of what tests/fuzz.py searches for at length, and every input that once went wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
import fuzz
from chuanngheo.deciding import missing

SHARES = {"rules": 250, "expressions": 1500, "households": 200}


def drawn(target: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.composite(lambda draw: fuzz.MAKE[target](fuzz.Drawn(draw)))()


@settings(max_examples=SHARES["rules"])
@given(made=drawn("rules"))
def test_rule_files(made: dict[str, Any]) -> None:
    fuzz.TRY["rules"](made)


@settings(max_examples=SHARES["expressions"])
@given(made=drawn("expressions"))
def test_expressions(made: dict[str, Any]) -> None:
    fuzz.TRY["expressions"](made)


@settings(max_examples=SHARES["households"])
@given(made=drawn("households"))
def test_households(made: dict[str, Any]) -> None:
    fuzz.TRY["households"](made)


# --- what was found ----------------------------------------------------------------------------------


def test_an_unread_fact_may_be_anything() -> None:
    a = cn.standard("vn-2006").assess({"area": "rural", "income_per_person": 1, "b1": {1, 2}, "b2": bytearray(b"x")})
    assert a == a
    assert hash(a) == hash(cn.standard("vn-2006").assess(a.household))


BLANK: list[dict[str, Any]] = [
    {"members": [{}]},
    {"members": [{}] * 3},
    {"area": "rural", "members": [{}] * 1000},
    {"area": "rural", "members": [{"age": i % 90} for i in range(300)]},
]


@pytest.mark.parametrize("household", BLANK, ids=["one", "three", "thousand", "ages"])
@pytest.mark.parametrize("id", ["vn-2016", "vn-2022"])
def test_blank_members_are_answered_soon(id: str, household: dict[str, Any]) -> None:
    standard = cn.standard(id)
    standard.assess({}).to_dict()
    began = time.process_time()
    a = standard.assess(household, on=standard.applies[0].start)
    fuzz.ask(a)
    assert time.process_time() - began < 5  # where nothing else runs, far below one


def test_a_law_that_ties_everything_is_answered_too() -> None:
    standard = cn.read_standard(Path(__file__).parent / "fictional.yaml")
    household = {"deprived_debts": False, "members": [{}, {}, {}]}
    began = time.process_time()
    a = standard.assess(household, on=date(2005, 1, 1), readings={"regime": "ordinary"}, derive="confirmed")
    fuzz.ask(a)
    assert a.status == "undetermined"
    assert time.process_time() - began < 10


def test_past_the_limit_more_is_missing_and_never_less() -> None:
    standard = cn.standard("vn-2016")
    household = {"area": "rural", "income_per_person": 800_000, "members": [{"age": 3}, {}]}
    exact = standard.assess(household, on=standard.applies[0].start)
    for steps in (0, 10, 100, 1000):
        a = standard.assess(household, on=standard.applies[0].start)
        with a.case.effort.limited(steps):
            assert set(missing(a.decision)) >= set(missing(exact.decision))


# --- the fuzzer itself -------------------------------------------------------------------------------


def test_bytes_and_findings_can_be_had_again(tmp_path: Path) -> None:
    for target in fuzz.TARGETS:
        made = fuzz.MAKE[target](fuzz.Bytes(bytes(range(1, 200))))
        assert fuzz.python(fuzz.again(fuzz.python(made))) == fuzz.python(made)


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_coverage_guided(target: str, tmp_path: Path) -> None:
    """Atheris for a moment at each target."""
    if find_spec("atheris") is None:
        has_wheel = sys.platform == "linux" and sys.version_info < (3, 14)  # as the extra `fuzz` says
        assert not (os.environ.get("CHUANNGHEO_CI") and has_wheel), "pip install '.[fuzz]'"
        pytest.skip("Atheris is not installed: pip install '.[fuzz]'")
    command = [sys.executable, fuzz.__file__, "--runs", "150", "--targets", target, "--engines", "atheris", "--folder"]
    ran = subprocess.run([*command, str(tmp_path / "run")], capture_output=True, text=True, cwd=tmp_path)
    assert re.search(rf"^\| {target} \| atheris \| [\d,]+ \|.* 0 \|$", ran.stdout, re.M), ran.stdout + ran.stderr
