"""Golden cases: written from the legal texts, each with its clause or published source."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import chuanngheo as cn
from chuanngheo.golden import Case, cases_of, failures, read_cases, run_cases

FOLDER = Path(__file__).parent / "cases"
CASES = [
    pytest.param(case, id=f"{Path(case.place.rpartition(':')[0]).stem}: {case.standard} {case.name}")
    for case in read_cases(FOLDER)
]


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case) -> None:
    found = failures(case)
    assert not found, "\n".join(map(str, found))


# --- the reader of cases --------------------------------------------------------------------------

SOURCE = "source: {number: 1/1999, at: Điều 1, grade: A}"
GOOD = f"""\
households:
  farmer: {{area: rural, deprivations: 3}}
cases:
- case: On the line.
  standard: vn-2022
  {SOURCE}
  household: {{like: farmer, income_per_person: 1_500_000}}
  expect: {{category: poor, deprivations: 3, values: {{low_income: true}}, caveats: {{method: false}}}}
- case: Cells of a line.
  standard: [vn-2011@1, vn-2011@2]
  {SOURCE}
  line: poverty_line
  cells: {{rural: 400_000, urban: 500_000}}
- case: Cells of a table.
  standard: vn-2022
  {SOURCE}
  table: weight_cutoff
  cells: {{male: {{0: 2.5, 120: null}}, female: {{0: 2.4}}}}
- case: Bounds of a fact.
  standard: vn-2022
  {SOURCE}
  fact: b2
  takes: [0, 120]
  refuses: [-10, 130, 5]
- case: Points and bands of a form.
  standard: vn-2022
  {SOURCE}
  scorecard: b1
  readings: {{b1-eight-persons: seven_row}}
  columns: [rrd, urban]
  points: {{1: {{persons_1: [105, 125]}}}}
  bands: {{1: {{persons_7: {{from: 7}}}}, 8: {{area_20: {{from: 20, below: 30}}}}}}
  combine: {{7: additive}}
  side: at_most
- case: A form filled in from facts.
  standard: vn-2022
  {SOURCE}
  score: b1
  facts: {{area: rural, region: ch, central_city: false, motorcycles: 3, cars: 1}}
  expect: {{points: {{12: null, 15: 0}}, held: {{12: [car, motorcycles_3]}}, open: {{15: []}}, others: {{b1-motorcycles-ch: {{regional_form: [70, 590]}}}}}}
- case: A form filled in from answers.
  standard: vn-2022
  {SOURCE}
  score: a
  answers: {{0: [], 1: ["yes"], 2: [], 3: [], 4: [], 5: [], 6: [], 7: [], 8: [], 9: ["yes"]}}
  column: all
  expect: {{value: 2, low: 2, high: 2, stopped: false, missing: []}}
- case: An answer that is not on the form.
  standard: vn-2022
  {SOURCE}
  score: b1
  answers: {{10: rain}}
  expect: {{error: CN068}}
- case: A group that report forms count.
  standard: vn-2022
  {SOURCE}
  household: {{members: [{{pension: merit}}]}}
  expect: {{groups: {{merit_household: true}}}}
- case: A household that cannot be.
  standard: vn-2022
  {SOURCE}
  household: {{area: rural, b2: 5}}
  expect: {{error: CN050}}
- case: A day.
  {SOURCE}
  ask: {{applicable: 2022-01-01, known_at: 2021-01-27}}
  expect: {{standard: vn-2022, grade: A}}
"""


def read(text: str) -> list[Case]:
    cases, source = cases_of(text, "cases.yaml")
    assert not source.problems, "\n".join(map(str, source.problems))
    return cases


def test_every_form_of_a_case_is_read_and_holds() -> None:
    cases = read(GOOD)
    kinds = [
        "household",
        "line",
        "line",
        "table",
        "fact",
        "scorecard",
        "score",
        "score",
        "score",
        "household",
        "household",
        "ask",
    ]
    assert [c.kind for c in cases] == kinds
    assert cases[0].place == "cases.yaml:4"
    assert cases[0].subject == {"area": "rural", "deprivations": 3, "income_per_person": 1_500_000}
    assert [c.standard for c in cases[1:3]] == ["vn-2011@1", "vn-2011@2"]
    assert run_cases(cases) == ()


@pytest.mark.parametrize(
    ("right", "wrong", "what", "expected", "found"),
    [
        ("category: poor", "category: near_poor", "category", "near_poor", "poor"),
        ("deprivations: 3,", "deprivations: 2,", "deprivations", 2, 3),
        ("low_income: true", "low_income: false", "values low_income", False, True),
        ("low_income: true", "low: true", "values low", True, "no such name"),
        ("method: false", "method: true", "caveats method", True, False),
        ("urban: 500_000", "urban: 500_001", "poverty_line urban", 500_001, 500_000),
        ("urban: 500_000", "town: 500_000", "poverty_line town", 500_000, "no such cell"),
        ("0: 2.5", "0: 2.6", "weight_cutoff male 0", Fraction(26, 10), Fraction(5, 2)),
        ("120: null", "121: null", "weight_cutoff male 121", None, "not listed"),
        ("takes: [0, 120]", "takes: [0, 130]", "b2 130", "taken", "refused (CN050)"),
        ("refuses: [-10, 130, 5]", "refuses: [20]", "b2 20", "refused (CN050)", "taken"),
        ("[105, 125]", "[105, 130]", "b1 1 persons_1 urban", 130, 125),
        ("{from: 7}", "{from: 7, to: 7}", "b1 1 persons_7 band", {"from": 7, "to": 7}, {"from": 7}),
        ("7: additive", "7: exclusive", "b1 7 combine", "exclusive", "additive"),
        ("side: at_most", "side: at_least", "b1 side", "at_least", "at_most"),
        ("15: 0", "15: 5", "b1 points 15", 5, 0),
        ("12: [car, motorcycles_3]", "12: [car]", "b1 held 12", ["car"], ["car", "motorcycles_3"]),
        ("15: []}, others", "16: []}, others", "b1 open 16", [], "not listed"),
        ("{value: 2,", "{value: 3,", "a value", 3, 2),
        ("stopped: false", "stopped: true", "a stopped", True, False),
        ("missing: []", "missing: [x]", "a missing", ["x"], []),
        ("error: CN068", "error: CN067", "error", "CN067", None),
        ("10: rain", "10: piped", "b1 error", "CN068", "filled in"),
        ("merit_household: true", "merit_household: false", "groups merit_household", False, True),
        ("error: CN050", "error: CN041", "error", "CN041", None),
        ("b2: 5", "b2: 10", "error", "CN050", "undetermined"),
        ("standard: vn-2022, grade", "standard: vn-2016, grade", "standard", "vn-2016", ("vn-2022", "vn-2022@1", "vn-2022@1.4")),
        ("grade: A}\n", "grade: B}\n", "grade", "B", "A"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_named(right: str, wrong: str, what: str, expected: object, found: object) -> None:
    at = GOOD.rindex(right)
    failed = run_cases(read(GOOD[:at] + wrong + GOOD[at + len(right) :]))
    failed = failed[:1] if what.startswith("poverty_line") else failed
    assert [(f.what, f.expected) for f in failed] == [(what, expected)]
    if found is not None:
        assert failed[0].found == found
    assert str(failed[0]).startswith(f"{failed[0].case.place}: {failed[0].case.name}\n    {what}: expected ")


@pytest.mark.parametrize(
    ("code", "text", "place", "words"),
    [
        ("CN090", f"- case: x\n  standard: vn-2022\n  {SOURCE}\n  expect: {{category: poor}}", "1:3", "asks for nothing"),
        ("CN090", f"- case: x\n  {SOURCE}\n  ask: {{on: 2022-01-01}}\n  expect: {{standard: vn-2022}}", "3:8", "one question"),
        ("CN091", "- case: x\n  source: {number: 1/1999, grade: A}\n  ask: {applicable: 2022-01-01}\n  expect: {error: true}", "2:11", "no place"),
        ("CN092", f"- case: x\n  {SOURCE}\n  ask: {{applicable: 2022-01-01}}\n  expect: {{}}", "4:11", "nothing is expected"),
        ("CN092", f"- case: x\n  standard: vn-2022\n  {SOURCE}\n  fact: b2", "4:9", "nothing is expected"),
        ("CN093", f"- case: x\n  {SOURCE}\n  ask: {{applicable: 2022}}\n  expect: {{error: true}}", "3:21", "applicable is a day"),
        ("CN093", f"- case: x\n  standard: vn-2022\n  {SOURCE}\n  scorecard: b1\n  columns: [rrd]\n  points: {{1: {{persons_1: [1, 2]}}}}", "6:27", "2 numbers for 1 columns"),
        ("CN092", f"- case: x\n  standard: vn-2022\n  {SOURCE}\n  scorecard: b1", "4:14", "nothing is expected"),
        ("CN090", f"- case: x\n  standard: vn-2022\n  {SOURCE}\n  score: b1\n  expect: {{value: 1}}", "4:10", "facts: or from answers:"),
        ("CN094", f"- case: x\n  {SOURCE}\n  ask: {{applicable: 2022-01-01}}\n  expect: {{error: true}}\n" * 2, "5:9", "line 1"),
        ("CN095", f"- case: x\n  standard: vn-2022\n  {SOURCE}\n  household: {{like: farmer}}\n  expect: {{status: undetermined}}", "4:21", "no household farmer"),
        ("CN008", f"- case: x\n  {SOURCE}\n  ask: {{applicable: 2022-01-01}}\n  expect: {{eror: true}}", "4:12", "unknown key eror"),
        ("CN009", "- case: x\n  ask: {applicable: 2022-01-01}\n  expect: {error: true}", "1:3", "source is missing"),
        ("CN012", f"- case: x\n  standard: vn-2022\n  {SOURCE}\n  line: poverty_line\n  cells: {{rural: 1.500.000}}", "5:18", "groups its digits"),
        ("CN013", f"- case: x\n  {SOURCE}\n  ask: {{applicable: 2022-02-30}}\n  expect: {{error: true}}", "3:21", "not a day"),
        ("CN015", "cases: {}", "1:8", "a list of cases"),
    ],
)  # fmt: skip
def test_a_faulty_case_file_says_where(code: str, text: str, place: str, words: str) -> None:
    problem, *more = cases_of(text, "cases.yaml")[1].problems
    assert not more
    assert (problem.code, problem.where) == (code, f"cases.yaml:{place}")
    assert words in problem.message


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- case: x\n  standard: y\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(
        GOOD.replace("like: farmer", "like: frmer").replace("1_500_000", "1.500"), encoding="utf-8"
    )
    with pytest.raises(cn.RuleFileError) as error:
        read_cases(tmp_path)
    assert [p.code for p in error.value.problems] == ["CN090", "CN095"]
    assert "did you mean farmer?" in str(error.value)


def test_cases_are_held_against_the_standards_that_are_given() -> None:
    case, *_ = read(GOOD)
    std = cn.standard("vn-2022")
    lower = std.reform(poverty_line={"rural": 1_400_000})
    local = cn.model.evolve(lower, hypothetical=False)
    for standards in ({"mine": lower}, {"vn-2022": lower}, lambda name: lower, cn.shipped().having(local)):
        assert [f.found for f in failures(case, standards)] == ["average", False]
    assert failures(case, {"vn-2016": cn.standard("vn-2016")}) == ()
    assert [f.what for f in failures(case, lambda name: cn.standard("vn-2099"))] == ["standard"]


def test_days_are_asked_of_the_standards_that_are_given() -> None:
    case = read(GOOD)[-1]
    std = cn.standard("vn-2022")
    later = cn.model.evolve(std, applies=(cn.model.evolve(std.applies[0], start=date(2022, 1, 2)), *std.applies[1:]))
    for standards in ({"vn-2022": later}, cn.shipped().having(later)):
        assert "covers 2022-01-01" in failures(case, standards)[0].found
