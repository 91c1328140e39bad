"""Rule mutation: the mutators themselves, and a fixed share of the mutants of every standard."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import chuanngheo as cn
from chuanngheo.catalogue import shipped
from chuanngheo.errors import RuleFileError
from chuanngheo.golden import Case, cases_of, failures
from chuanngheo.mutating import Mutant, changes, mutants, nudged, rewritten
from mutants import EQUIVALENT, KILLED, STILLBORN, SURVIVED, Court, main, place, report, run
from mutants import brood as brood_of

FICTIONAL = cn.read_standard(Path(__file__).parent / "fictional.yaml")
MOST = 180  # mutants of one standard that are tried here; `make mutants` tries all


# --- a share of every standard --------------------------------------------------------------------


@pytest.mark.parametrize("name", [std.exact_id for std in shipped().versions(None, None)])
def test_no_mutant_of_the_share_survives(name: str) -> None:
    found = run([name], min(100, 100 * MOST // len(brood_of(name))))
    assert not [o for o in found[name] if o.verdict == SURVIVED], report(found)


# --- what is changed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", ("-1", "1")),
        ("1_500_000", ("1_499_999", "1_500_001")),
        ("2.50", ("2.49", "2.51")),
        ("1_000.5", ("1_000.4", "1_000.6")),
        ("1/3", ("0/3", "2/3", "1/2", "1/4")),
        ("1/1", ("0/1", "2/1", "1/2")),
        ("", ()),
        ("north", ()),
    ],
)
def test_numbers_move_by_one_unit_of_their_last_place(text: str, expected: tuple[str, ...]) -> None:
    assert nudged(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < 3", ["a <= 3", "a > 3", "a < 2", "a < 4"]),
        ("a >= b", ["a > b", "a <= b"]),
        ('a == "x"', ['a != "x"']),
        ("1 <= a < 3", ["1 < a < 3", "1 >= a < 3", "1 <= a <= 3", "1 <= a > 3", "0 <= a < 3", "2 <= a < 3", "1 <= a < 2", "1 <= a < 4"]),
        ("a and b or c", ["a and b and c", "a or b or c"]),
        ("(a or b) and (c or d)", ["(a or b) or (c or d)", "(a and b) and (c or d)", "(a or b) and (c and d)"]),
        ("not (a or b)", ["(a or b)", "not (a and b)"]),
        ("not a", ["a"]),
        ('a in {"x", "y"}', ['a not in {"x", "y"}', 'a in {"y"}', 'a in {"x"}']),
        ("a not in listed", ["a in listed"]),
        ("a if c else b", ["b if c else a"]),
        ("a if c else b if d else e", ["(b if d else e) if c else a", "a if c else e if d else b"]),
        ("true", ["false"]),
        ("a + b / 2", ["a - b / 2", "a + b * 2", "a + b / 1", "a + b / 3"]),
        ("any(m.x for m in members)", ["all(m.x for m in members)"]),
        ("max(m.x for m in members)", ["min(m.x for m in members)"]),
        ("sum(m.x for m in members)", ["max(m.x for m in members)"]),
        ("count(m.x for m in members)", ["share(m.x for m in members)"]),
        ("count(a, b) < 2", ["count(a, b) <= 2", "count(a, b) > 2", "count(a, b) < 1", "count(a, b) < 3"]),
        ("đất\n  < 2", ["đất <= 2", "đất > 2", "đất < 1", "đất < 3"]),
    ],
)  # fmt: skip
def test_an_expression_is_changed_in_every_place_once(text: str, expected: list[str]) -> None:
    assert [new for _, _, _, new in rewritten(text)] == expected


def brood() -> list[Mutant]:
    return list(mutants(FICTIONAL))


def test_the_stream_is_the_same_in_every_run_and_has_every_kind() -> None:
    first = brood()
    assert [(m.id, m.old, m.new) for m in first] == [(m.id, m.old, m.new) for m in brood()]
    assert len({m.id for m in first}) == len(first)
    kinds = Counter(m.kind for m in first)
    assert {"day", "bound", "line", "step", "cell", "between", "member", "indicator", "order", "default", "number", "truth",
            "connective", "comparison", "not", "arithmetic", "branches", "quantifier", "denied"} == set(kinds)  # fmt: skip
    assert kinds["indicator"] == 8
    assert kinds["order"] == 4
    assert kinds["default"] == 3
    assert kinds["line"] == 2 * 9


def test_each_mutant_differs_in_its_own_place_alone() -> None:
    text = FICTIONAL.text.splitlines()
    for m in brood():
        base = m.born(FICTIONAL)
        if isinstance(base, RuleFileError):
            continue
        mutated = base.text.splitlines()
        if m.kind in ("indicator", "order", "member"):
            assert mutated != text, m.id
        else:
            assert len(mutated) == len(text), m.id
            assert sum(a != b for a, b in zip(text, mutated, strict=True)) == 1, m.id


def test_days_that_ground_nothing_and_texts_are_left_alone() -> None:
    paths = {".".join(c.path) for c in changes(FICTIONAL.root)}
    assert "sources.law.issued" in paths
    assert "sources.law.in_force" not in paths
    assert not [p for p in paths if p.rsplit(".", 1)[-1] in ("label", "note", "words", "grade", "at", "vi", "en")]


def test_a_mutant_that_cannot_be_read_is_stillborn() -> None:
    born = {m.id: m.born(FICTIONAL) for m in brood()}
    dead = {name: made.problems[0].code for name, made in born.items() if isinstance(made, RuleFileError)}
    assert dead["xx-2000@1 indicators indicator 1"] == "CN030"  # shelter, which classes name
    assert dead["xx-2000@1 applies.0.to day 2"] == "CN024"
    assert "xx-2000@1 indicators indicator 2" not in dead


def test_an_indicator_left_out_is_a_fact_that_is_not_read() -> None:
    water = next(m for m in brood() if m.kind == "indicator" and m.old == "water").born(FICTIONAL)
    assert isinstance(water, cn.Standard)
    assert water.assess({"deprived_water": True}).status == "undetermined"


# --- what kills, and what is proved ---------------------------------------------------------------

SOURCE = "source: {number: 1/1999, at: Điều 3, grade: A}"
WEAK = f"""\
- case: Far below the hunger line an islander in a tent is hungry.
  standard: xx-2000
  {SOURCE}
  household: {{region: isles, grain_per_person: 8, deprived_shelter: true, deprivations: 3}}
  expect: {{category: hungry}}
"""
STRONG = (
    WEAK
    + f"""\
- case: On the hunger line an islander in a tent is hungry.
  standard: xx-2000
  {SOURCE}
  household: {{region: isles, grain_per_person: 10, deprived_shelter: true, deprivations: 3}}
  expect: {{category: hungry}}
- case: Just above the hunger line an islander in a tent is poor.
  standard: xx-2000
  {SOURCE}
  household: {{region: isles, grain_per_person: 10.001, deprived_shelter: true, deprivations: 3}}
  expect: {{category: poor}}
"""
)


def cases(text: str) -> list[Case]:
    found, source = cases_of(text, "weak.yaml")
    assert not source.problems, source.problems
    assert not [f for case in found for f in failures(case, {"xx-2000": FICTIONAL})]
    return found


def mutant(name: str) -> Mutant:
    return next(m for m in brood() if m.id == f"xx-2000@1 {name}")


@pytest.mark.parametrize(
    "name", ["lines.hunger_line.value line 1", "lines.hunger_line.value line 2", "classes.hungry.when comparison 1"]
)
def test_a_weak_case_file_lets_a_mutant_live_that_the_boundary_kills(name: str) -> None:
    weak = Court(FICTIONAL, cases(WEAK)).judge(mutant(name))
    assert weak.verdict == SURVIVED
    assert weak.why
    strong = Court(FICTIONAL, cases(STRONG)).judge(mutant(name))
    assert strong.verdict == KILLED
    assert "weak.yaml:" in strong.why


def test_a_mutant_that_no_household_can_tell_apart_is_proved_equivalent() -> None:
    # Whoever is hungry is caught before: a class below may as well begin on the line itself.
    std = cn.standard("vn-2006")
    same = next(m for m in mutants(std) if m.id == "vn-2006@1 classes.not_poor.when comparison 5")
    assert (same.old, same.new) == (">", ">=")
    outcome = Court(std, []).judge(same)
    assert (outcome.verdict, outcome.why) == (EQUIVALENT, "equal for every household, under every method and reading")


def test_a_bound_between_two_steps_is_proved_equivalent() -> None:
    std = cn.standard("vn-2022")
    bounds = [m for m in mutants(std) if m.about == "facts.household.b2"]
    outcomes = {(m.path[-1], m.new): Court(std, []).judge(m) for m in bounds if m.path[-1] == "most"}
    assert outcomes["most", "121"].why == "the same numbers pass: 0 to 120 by 10"
    assert outcomes["most", "119"].verdict == SURVIVED


def test_a_survivor_shows_the_household_that_tells_it_apart() -> None:
    std = cn.standard("vn-2001")
    found = next(m for m in mutants(std) if m.id == "vn-2001@1 classes.poor.when comparison 1")
    outcome = Court(std, []).judge(found)
    assert outcome.verdict == SURVIVED
    assert "poor" in outcome.why
    assert "income_per_person" in outcome.why


def test_days_are_told_apart_by_what_was_known() -> None:
    std = cn.standard("vn-2006")
    day = next(m for m in mutants(std) if m.id == "vn-2006@1 sources.qd-170.issued day 1")
    outcome = Court(std, [], shipped()).judge(day)
    assert outcome.verdict == SURVIVED
    assert "2005-07-07" in outcome.why


def test_the_place_of_a_mutant_is_the_file_an_author_opens() -> None:
    std = cn.standard("vn-2022")
    places = {m.id.split(" ", 1)[1]: place(std, m) for m in mutants(std)}
    assert places["lines.poverty_line.by.area.rural line 1"].startswith("vn/household/2022/v1.yaml:")
    assert places["facts.household.income.least bound 1"].startswith("vocabulary.yaml:")
    assert places["tables.weight_cutoff.rows.0.1 cell 1"] == "vn/household/2022/nutrition.csv:2"


def test_of_a_standard_that_extends_another_its_own_file_is_tried() -> None:
    own = {m.about for m in brood_of("vn-2011@2")}
    assert "lines.average_line" in own
    assert {"lines.poverty_line", "facts.household.income", "interpretations.near-poor-gap"}.isdisjoint(own)
    assert {"lines.poverty_line", "facts.household.income"} <= {m.about for m in brood_of("vn-2011@1")}


def test_a_score_card_is_changed_in_its_points_bands_and_what_adds_up() -> None:
    std = cn.standard("vn-2022")
    found = [m for m in mutants(std) if m.path[:2] == ("scorecards", "b1")]
    kinds = Counter(m.kind for m in found)
    assert {"cell", "bound", "comparison", "together", "order", "denied", "member", "number", "quantifier"} <= set(
        kinds
    )
    assert kinds["cell"] > 2 * 66 * 6  # 66 rows, seven columns, some boxes of which are empty
    assert ("from", "above") in {(m.old, m.new) for m in found if m.kind == "comparison"}
    assert ("at_most", "at_least") in {(m.old, m.new) for m in found if m.kind == "comparison"}
    assert {m.path[2] for m in found if m.path[-1] == "of"} == {"measures"}
    assert {m.path[2] for m in found if m.path[-1] == "when"} == {"items"}
    blind = Court(std, []).judge(next(m for m in found if m.kind == "cell"))
    assert blind.verdict == SURVIVED
    (stop,) = [m for m in mutants(std) if m.path[-1] == "stop"]
    assert (stop.path[:2], stop.old, stop.new) == (("scorecards", "a"), "true", "false")


def test_what_score_cards_and_groups_read_is_not_proved_by_the_classes_alone() -> None:
    std = cn.standard("vn-2022")
    pigs, group = (
        next(m for m in mutants(std) if m.about == about) for about in ("facts.household.pigs", "groups.child")
    )
    assert Court(std, []).judge(pigs).verdict == SURVIVED
    outcome = Court(std, []).judge(group)
    assert outcome.verdict == SURVIVED
    assert "child" in outcome.why


def test_the_program_prints_a_table_and_says_by_its_status_whether_one_survived(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--standard", "vn-1993", "--processes", "1"]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].split() == ["standard", "mutants", STILLBORN, KILLED, EQUIVALENT, SURVIVED]
    assert printed.splitlines()[1].startswith("vn-1993@")
