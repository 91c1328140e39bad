"""Golden cases: written from the legal texts, each with its clause or published source."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import chuanngheo as cn

FOLDER = Path(__file__).parent / "cases"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['case']}")
    for path in sorted(FOLDER.glob("vn-*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]
DAYS = [
    pytest.param(case, id=case["case"]) for case in yaml.safe_load((FOLDER / "days.yaml").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_household(case: dict[str, Any]) -> None:
    assert case["source"]["grade"] in "ABCD"
    assert case["source"].get("words") or case["source"].get("note") or case["source"].get("at")
    a = cn.standard(case["standard"]).assess(
        case["household"], on=case.get("on"), method=case.get("method"), readings=case.get("readings")
    )
    values = {step.name: step.value for step in a.trace}
    for name, wanted in case["expect"].items():
        if name == "deprived":
            assert {k: values[f"deprived_{k}"] for k in wanted} == wanted
        elif name == "statuses":
            assert {k: list(v) if isinstance(v, tuple) else v for k, v in a.statuses.items() if k in wanted} == wanted
        elif name in ("deprivations", "income_per_person"):
            assert values[name] == wanted
        elif name in ("possible", "categories"):
            assert list(getattr(a, name)) == wanted
        elif name == "missing":
            assert sorted(a.missing) == sorted(wanted)
        else:
            assert getattr(a, name) == wanted, name


@pytest.mark.parametrize("case", DAYS)
def test_day(case: dict[str, Any]) -> None:
    ask, expect = dict(case["ask"]), case["expect"]
    known_at: date | None = ask.pop("known_at", None)
    if "for_review" in ask:
        found = {r.purpose: r for r in cn.for_review(ask["for_review"], known_at=known_at)}
        for name, wanted in expect.items():
            purpose = name.removesuffix("_grade")
            if wanted is None:
                assert purpose not in found
            elif name.endswith("_grade"):
                assert found[purpose].grade == wanted
            else:
                assert wanted in names_of(found[purpose].standard)
        return
    if "line" in ask:
        name, on = ask.pop("line"), ask.pop("on")
        if expect.get("error"):
            with pytest.raises(LookupError):
                cn.line(name, on, known_at=known_at, **ask)
            return
        quantity = cn.line(name, on, known_at=known_at, **ask)
        assert quantity == expect["value"]
        if "grade" in expect:
            assert quantity.grade == expect["grade"]
        if "next" in expect:
            change = expect["next"]
            if change is None:
                assert quantity.next_change is None
            else:
                assert quantity.next_change is not None
                day, following, _ = quantity.next_change
                assert day == change["on"]
                assert following == change["value"] if change.get("value") is not None else following is None
        return
    if expect.get("error"):
        with pytest.raises(LookupError):
            cn.applicable(ask["applicable"], known_at=known_at)
        return
    found_standard = cn.applicable(ask["applicable"], known_at=known_at)
    assert expect["standard"] in names_of(found_standard)
    if "grade" in expect:
        span = next(s for s in found_standard.applies if s.holds(ask["applicable"]))
        assert span.cite.grade == expect["grade"]


def names_of(std: cn.Standard) -> tuple[str, ...]:
    return std.id, f"{std.id}@{std.version}", std.exact_id
