"""``assess``: facts by name, from files, by questions; exact, with every problem, with an exit code that tells."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import chuanngheo as cn
from chuanngheo import cli
from chuanngheo.cli.codes import FINE, OPEN, USAGE, WRONG

DAY = date(2026, 3, 1)
ON = ("assess", "--on", "2026-03-01")
POOR = ("area=rural", "income_per_person=1500000", "deprivations=3")


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(cli.app, list(arguments), input=given, env={"LC_ALL": "C.UTF-8"})


def answer(*arguments: str) -> dict[str, Any]:
    ran = run(*arguments, "--json")
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_answer_is_that_of_the_library() -> None:
    a = cn.assess({"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}, on=DAY)
    ran = run(*ON, *POOR, "--explain", "--lang", "vi")
    assert ran.exit_code == FINE
    assert ran.output.strip() == a.explain("vi").strip()
    data = answer(*ON, *POOR)
    assert (data["category"], data["standard"]["digest"]) == ("poor", a.standard.digest)
    assert data["flips"] == json.loads(json.dumps(a.to_dict()["flips"]))
    short = run(*ON, *POOR).output
    assert "Result: poor household (poor)" in short
    assert a.explain("en").splitlines()[-1] in short


def test_what_is_open_has_a_code_of_its_own() -> None:
    ran = run(*ON, "area=rural", "income_per_person=1400000")
    assert ran.exit_code == OPEN
    assert "Possible: poor household (poor); near-poor household (near_poor)" in ran.output
    assert "Ask next: number of deprivations (deprivations)" in ran.output
    nobody = ("assess", "--standard", "vn-2011@1", "area=rural", "income_per_person=400500")
    assert run(*nobody).exit_code == FINE
    literal = run(*nobody, "--reading", "near-poor-gap=literal")
    assert literal.exit_code == OPEN
    assert "Result: no class" in literal.output


def test_numbers_are_read_as_they_are_written(folder: Path) -> None:
    (folder / "h.json").write_text(
        '{"area": "rural", "income_per_person": 1500000.0000000000000001, "deprivations": 3}', encoding="utf-8"
    )
    assert answer(*ON, "--file", "h.json")["category"] == "average"
    (folder / "h.json").write_text(
        '{"area": "rural", "income_per_person": 1500000.0000000000000000, "deprivations": 3}', encoding="utf-8"
    )
    assert answer(*ON, "--file", "h.json")["category"] == "poor"
    assert (
        answer(*ON, "area=rural", "income_per_person=1500000.0000000000000001", "deprivations=3")["category"]
        == "average"
    )
    (folder / "h.yaml").write_text("area: rural\nincome_per_person: 1_500_000\ndeprivations: 3\n", encoding="utf-8")
    assert answer(*ON, "--file", "h.yaml")["category"] == "poor"


@pytest.mark.parametrize("written", ["1.500.000", "1,500,000", "1.500.000 đồng", "1500000đ"])
def test_grouped_money_is_an_error_with_its_remedy(written: str) -> None:
    ran = run(*ON, "area=rural", f"income_per_person={written}", "deprivations=3")
    assert ran.exit_code == WRONG
    assert "[CN049]" in ran.output
    if "đ" not in written:
        assert "write the digits without grouping: 1500000" in ran.output
    two = run(*ON, "area=rural", "income_per_person=150.000", "deprivations=3")
    assert "can mean 150000 or 150" in two.output
    assert two.exit_code == WRONG


def test_truths_codes_days_and_blanks_as_people_write_them(folder: Path) -> None:
    for yes, no in (("true", "false"), ("có", "không"), ("yes", "no"), ("Đúng", "Sai"), ("1", "0")):
        data = answer(
            "assess",
            "--standard",
            "vn-2022",
            "area=rural",
            "income_per_person=1400000",
            f"deprived_water={yes}",
            f"deprived_sanitation={no}",
        )
        assert (data["household"]["deprived_water"], data["household"]["deprived_sanitation"]) == (True, False)
    several = answer("assess", "--standard", "vn-2022", "area=rural", "water_source=piped,bottled")
    assert several["household"]["water_source"] == ["piped", "bottled"]
    assert answer(*ON, "area=", "income_per_person=1700000")["household"]["area"] is None
    wrong = run(*ON, "area=rural", "income_per_person=1400000", "deprived_water=maybe")
    assert wrong.exit_code == WRONG
    assert "[CN046]" in wrong.output
    home = {"area": "rural", "members": [{"birth_date": "1980-05-02", "health_insurance": False}]}
    (folder / "m.json").write_text(json.dumps(home), encoding="utf-8")
    expected = cn.assess({**home, "members": [{"birth_date": date(1980, 5, 2), "health_insurance": False}]}, on=DAY)
    assert answer(*ON, "--file", "m.json")["missing"] == list(expected.missing)


def test_every_problem_of_a_household_at_once() -> None:
    ran = run(*ON, "area=rual", "income_per_person=-1", "deprivation=3")
    assert ran.exit_code == WRONG
    for said in ("did you mean rural", "[CN050]", "did you mean deprivations"):
        assert said in ran.output


def test_a_list_gives_all_answers_and_all_problems(folder: Path) -> None:
    rows = [
        {"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}, {"area": "rual"},
        {"area": "rural", "income_per_person": 1_400_000}, {"income_per_person": "1.5.0"},
    ]  # fmt: skip
    (folder / "many.json").write_text(json.dumps(rows), encoding="utf-8")
    ran = run(*ON, "--file", "many.json", "--json")
    assert ran.exit_code == WRONG
    data = json.loads(ran.stdout)
    assert [a and a["category"] for a in data["answers"]] == ["poor", None, None, None]
    assert [a and a["status"] for a in data["answers"]] == ["decided", None, "undetermined", None]
    assert [p["file"] for p in data["problems"]] == ["households[1].area", "households[3].income_per_person"]
    said = run(*ON, "--file", "many.json")
    assert said.stdout.count("Result: ") == 2
    assert "households[3].income_per_person" in said.stderr
    (folder / "many.json").write_text(json.dumps({"households": [rows[0], rows[2]]}), encoding="utf-8")
    assert run(*ON, "--file", "many.json").exit_code == OPEN
    (folder / "many.json").write_text(json.dumps([rows[0]]), encoding="utf-8")
    assert run(*ON, "--file", "many.json").exit_code == FINE


def test_facts_stand_beside_a_file_and_come_from_stdin(folder: Path) -> None:
    (folder / "h.yaml").write_text("area: rural\nincome_per_person: 1500000\n", encoding="utf-8")
    assert answer(*ON, "--file", "h.yaml", "deprivations=3")["category"] == "poor"
    twice = run(*ON, "--file", "h.yaml", "area=urban")
    assert twice.exit_code == USAGE
    assert "area is given twice" in twice.output
    for text in (
        "area: rural\nincome_per_person: 1500000\ndeprivations: 3\n",
        '{"area": "rural", "income_per_person": 1500000, "deprivations": 3}',
    ):
        ran = run(*ON, "--file", "-", "--json", given=text)
        assert json.loads(ran.stdout)["category"] == "poor"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", '{"area": "rural",}', "a.json:1:"),
        ("a.json", '{"area": "rural", "area": "urban"}', "a.json: area"),
        ("a.json", "[" * 100_000, "nested too deep"),
        ("a.json", "[1]", "a household is a mapping"),
        ("a.yaml", "area: rural\narea: urban\n", "a.yaml:2:1"),
        ("a.yaml", "area: &x rural\nb: *x\n", "anchors"),
        ("a.yaml", "", "the file is empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_names_its_place(folder: Path, name: str, text: str, said: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    ran = run(*ON, "--file", name)
    assert ran.exit_code == WRONG, ran.output
    assert said in ran.output
    assert run(*ON, "--file", "a.txt").exit_code == USAGE


def test_what_was_known_and_how_it_is_answered() -> None:
    assert run("assess", "--on", "2026-06-01", "--known-at", "2025-12-29", *POOR).exit_code == 3
    facts = (
        "area=rural",
        "income_per_person=900000",
        "house_type=temporary",
        "hygienic_water=no",
        "hygienic_toilet=no",
    )
    assert answer("assess", "--standard", "vn-2016", *facts)["category"] == "poor"
    assert run("assess", "--standard", "vn-2016", *facts, "--derive", "confirmed").exit_code == OPEN
    assert (
        answer("assess", "--standard", "vn-2022", "area=urban", "b1=175", "b2=30", "--method", "scores")["basis"]
        == "scores"
    )
    assert run("assess", "--standard", "vn-2022", "area=urban", "--known-at", "2025-01-01").exit_code == USAGE
    city = answer("assess", "--on", "2017-01-01", "--jurisdiction", "vn-79", "area=urban", "income_per_person=1")
    assert city["standard"]["jurisdiction"] == "vn-79"


# --- the interview -------------------------------------------------------------------------------


def test_questions_are_asked_until_the_class_is_settled() -> None:
    ran = run(*ON, "--ask", "--json", given="4.000.000\n1\n")
    data = json.loads(ran.stdout)  # stdout holds the answer alone
    assert ran.exit_code == FINE
    assert data["category"] in ("average", "not_poor")
    asked = [line for line in ran.stderr.splitlines() if line.endswith("?") or line.startswith("Choose")]
    assert 1 <= len(asked) <= 2
    assert set(data["household"]) <= {"area", "income_per_person"}


def test_an_interview_explains_takes_another_level_and_unknown() -> None:
    first = run(*ON, "--ask", "area=rural", "--lang", "vi", given="?\n")
    assert first.exit_code == OPEN
    assert "/1  Trả lời theo từng phần: " in first.stderr
    parts = run(*ON, "--ask", "area=rural", "--json", given="/1\n67200000\n4\n" + "\n" * 20)
    household = json.loads(parts.stdout)["household"]
    assert (household["income"], household["household_size"]) == (67_200_000, 4)
    assert "income_per_person" not in household


def test_an_answer_that_cannot_be_used_is_asked_again() -> None:
    ran = run(*ON, "--ask", "area=rural", "--json", given="1.500\n4.000.000\n")
    assert "can mean 1500 or 1.5" in ran.stderr
    assert json.loads(ran.stdout)["household"]["income_per_person"] == 4_000_000
    assert ran.exit_code == FINE


def test_given_facts_are_not_asked_and_the_end_of_answers_is_no_error() -> None:
    ran = run(*ON, "--ask", "income_per_person=1700000", given="")
    assert ran.exit_code == OPEN
    assert "income" not in ran.stderr.lower().split("choose")[0]
    assert run(*ON, "--ask", *POOR, given="").exit_code == FINE
    assert run(*ON, "--ask", *POOR, given="").stderr == ""
