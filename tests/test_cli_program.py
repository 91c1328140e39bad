"""The program around the commands: help that works, two languages, exit codes, no traceback."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import chuanngheo as cn
from chuanngheo import cli
from chuanngheo.cli import codes, words
from cli_files import homes, write_all

COMMANDS = (
    "list", "show", "line", "citations", "compare", "audit", "assess", "classify", "report", "check", "new", "explain", "schema",
)  # fmt: skip
ANSWERING = [c for c in COMMANDS if c != "schema"]  # its answer is a JSON Schema as it is


def run(*arguments: str, given: str = "", **environment: str) -> Result:
    return CliRunner().invoke(
        cli.app, list(arguments), input=given, env={"LC_ALL": "C.UTF-8", "COLUMNS": "200", **environment}
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_all(tmp_path)
    return tmp_path


# --- help ----------------------------------------------------------------------------------------


def examples(lang: str) -> list[str]:
    found = []
    for command in ("", *COMMANDS):
        ran = run(*([command] if command else []), "--help", "--lang", lang)
        assert ran.exit_code == 0, ran.output
        section = ran.output.split({"vi": "Ví dụ:", "en": "Examples:"}[lang])[1]
        section = section.split({"vi": "Mã thoát:", "en": "Exit codes:"}[lang])[0]
        lines = [line.strip() for line in section.splitlines() if line.strip().startswith("chuanngheo ")]
        assert 1 <= len(lines) <= 4, command
        assert not command or len(lines) >= 2 or command == "schema"
        found += lines
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_example_of_the_help_works(folder: Path, lang: str) -> None:
    tried = examples(lang)
    assert len(tried) >= 30
    for example in tried:
        given = "2\n1000000\n\n\n" if "--ask" in example else ""
        ran = run(*shlex.split(example)[1:], given=given)
        undetermined = "--ask" in example
        assert ran.exit_code == (codes.OPEN if undetermined else codes.FINE), (example, ran.output)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_help_is_whole_in_both_languages(lang: str) -> None:
    other = {
        "vi": ("Usage", "Options:", "Examples", "where not given"),
        "en": ("Cách dùng", "Tùy chọn", "Ví dụ", "nếu không nêu"),
    }[lang]
    for command in ("", *COMMANDS):
        said = run(*([command] if command else []), "--help", "--lang", lang).output
        assert "␟" not in said
        assert not [word for word in other if word in said], command
        for code in (codes.FINE, codes.WRONG, codes.USAGE, codes.ABSENT):
            assert re.search(rf"^  {code}  +\S", said, re.M), (command, code)


def test_nothing_and_help_list_the_commands_in_their_order() -> None:
    said = run("--help").output
    assert run().output == said
    assert run().exit_code == 0
    listed = re.findall(r"^  (\w+)  +\S", said.split("Options:")[0], re.M)
    assert listed == list(COMMANDS)
    for code in codes.MEANING:
        assert re.search(rf"^  {code}  +\S", said, re.M), code


def test_options_stand_in_groups_with_their_sentence() -> None:
    said = run("assess", "--help").output
    for group in (
        "Facts of the household:",
        "Standard and day:",
        "How it is answered:",
        "Output:",
        "On every command:",
    ):
        assert f"\n{group}\n" in said
    options = re.findall(r"^  (--[\w-]+)(.*)$", said, re.M)
    assert {o for o, _ in options} >= {"--file", "--ask", "--on", "--standard", "--jurisdiction", "--known-at", "--method", "--reading", "--derive", "--explain", "--json"}  # fmt: skip
    for command in COMMANDS:
        for line in run(command, "--help").output.splitlines():
            assert not re.fullmatch(r"  --[\w-]+( \S+)?", line), f"{command}: an option without a sentence: {line}"


# --- languages -----------------------------------------------------------------------------------


def test_the_language_stands_before_or_after_the_command() -> None:
    vi = run("list", "--on", "2026-03-01", "--lang", "vi").output
    assert "Chuẩn nghèo đa chiều" in vi
    assert run("--lang", "vi", "list", "--on", "2026-03-01").output == vi
    assert run("--lang=vi", "list", "--on", "2026-03-01").output == vi
    assert run("list", "--on", "2026-03-01", LC_ALL="vi_VN.UTF-8").output == vi
    assert run("list", "--on", "2026-03-01", CHUANNGHEO_LANG="vi").output == vi
    assert run("list", "--on", "2026-03-01", CHUANNGHEO_LANG="vi").output != run("list", "--on", "2026-03-01").output
    assert run("list", "--lang", "fr").exit_code == codes.USAGE
    assert run("list", "--lang").exit_code == codes.USAGE


def test_both_languages_of_every_sentence_take_the_same_parts() -> None:
    for key, (vi, en) in words.WORDS.items():
        assert vi.count("{}") == en.count("{}"), key
        assert vi != en or key in {"standard"}, key


# --- ends ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["shw"], "did you mean show?"),
        (["show"], "ID|FILE is missing"),
        (["show", "vn-2022", "--jsn"], "there is no option --jsn"),
        (["line", "poverty_line", "--on", "1/3/2026"], "write year-month-day"),
        (["line", "poverty_line"], "--on is missing"),
        (["assess", "area=rural"], "--standard or --on"),
        (["assess", "--on", "2026-03-01"], "no facts were given"),
        (["assess", "--on", "2026-03-01", "rural"], "is not of the form"),
        (["assess", "--on", "2026-03-01", "area=rural", "--derive", "x"], "allowed: all, confirmed"),
        (["compare", "vn-2016", "vn-2022", "--prices", "--years", "2016"], "2016,2022"),
        (["compare", "vn-2016", "vn-2022", "--years", "2016,2022"], "--years needs --prices"),
        (["compare", "vn-2016", "vn-child-2019"], "cannot be compared"),
        (["list", "--jurisdiction", "vn-x", "--entity", "y"], "--entity: 'y' is not known"),
        (["citations", "vn-2022", "--grade", "E"], "allowed: A, B, C, D"),
    ],
)
def test_wrong_usage_is_2_and_says_what_would_be_right(arguments: list[str], said: str) -> None:
    ran = run(*arguments)
    assert ran.exit_code == codes.USAGE, ran.output
    assert said in ran.output
    assert "Traceback" not in ran.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["line", "poverty_lin", "--on", "2026-03-01"], "did you mean poverty_line"),
        (["line", "poverty_line", "--on", "1992-01-01"], "begins on"),
        (["assess", "--on", "2031-01-01", "area=rural"], "ends on"),
        (["assess", "--standard", "vn-2023", "area=rural"], "vn-202"),
        (["assess", "--on", "2026-03-01", "--file", "none.json"], "there is no file none.json"),
        (["compare", "vn-2016", "vn-2023"], "there is no standard"),
        (["classify", "none.csv", "out.csv", "--standard", "vn-2022"], "there is no file none.csv"),
        (["citations", "vn-2023"], "there is no standard"),
        (["list", "--on", "1970-01-01"], "there is no such standard"),
    ],
)
def test_what_is_not_there_is_3(folder: Path, arguments: list[str], said: str) -> None:
    ran = run(*arguments)
    assert ran.exit_code == codes.ABSENT, ran.output
    assert said in ran.output


def test_a_fault_of_the_program_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: Any) -> None:
        raise RuntimeError("no reason")

    monkeypatch.setattr("chuanngheo.cli.authors.page_of", fall)
    ran = run("explain", "CN014")
    assert ran.exit_code == codes.FAULT
    assert "RuntimeError: no reason" in ran.output
    assert "CHUANNGHEO_TRACEBACK=1" in ran.output
    assert "Traceback" not in ran.output
    shown = run("explain", "CN014", CHUANNGHEO_TRACEBACK="1")
    assert isinstance(shown.exception, RuntimeError)


def test_stopping_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chuanngheo.cli.authors.page_of", stop)
    ran = run("explain", "CN014")
    assert ran.exit_code == codes.STOPPED
    assert "nothing half-written" in ran.output


@pytest.mark.parametrize(("package", "extra"), [("polars", "polars"), ("openpyxl", "excel")])
def test_a_missing_extra_is_one_line_with_the_command(
    folder: Path, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    command = {
        "polars": ["classify", "homes.parquet", "out.parquet", "--standard", "vn-2022"],
        "openpyxl": ["report", "ho.xlsx", "--year", "2024", "--out", "out.xlsx"],
    }[package]
    ran = run(*command)
    assert ran.exit_code == codes.ABSENT, ran.output
    assert f"pip install 'chuanngheo[{extra}]'" in ran.output
    assert "Traceback" not in ran.output
    assert not list(folder.glob("out.*"))


# --- JSON ----------------------------------------------------------------------------------------

JSON = {
    "list": ["--on", "2026-03-01"], "show": ["vn-2022"], "line": ["poverty_line", "--on", "2026-03-01", "--area", "rural"],
    "citations": ["vn-2027"], "compare": ["vn-2016", "vn-2022"], "audit": ["vn-2006"], "assess": ["--on", "2026-03-01", "--file", "households.json"],
    "classify": ["homes.parquet", "out.parquet", "--standard", "vn-2022"], "report": ["review.csv", "--year", "2024"], "check": ["local.yaml", "--no-audit"],
    "new": ["made.yaml"], "explain": ["CN014"],
}  # fmt: skip


@pytest.mark.parametrize("command", ANSWERING)
def test_json_names_its_schema_and_both_versions(folder: Path, command: str) -> None:
    ran = run(command, *JSON[command], "--json", "--lang", "vi")
    assert ran.exit_code == codes.FINE, ran.output
    data = json.loads(ran.stdout)
    assert re.fullmatch(r"chuanngheo/[a-z-]+/1", data["schema"])
    assert (data["code_version"], data["data_version"]) == (cn.__version__, cn.DATA_VERSION)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["line", "poverty_lin", "--on", "2026-03-01", "--json"], codes.ABSENT),
        (["assess", "--on", "2026-03-01", "area=rual", "--json"], codes.WRONG),
        (["list", "--entity", "x", "--json"], codes.USAGE),
    ],
)
def test_json_says_what_went_wrong_too(arguments: list[str], code: int) -> None:
    ran = run(*arguments)
    assert ran.exit_code == code
    data = json.loads(ran.stdout)
    assert (data["schema"], data["exit"]) == ("chuanngheo/problems/1", code)
    assert data["message"]
    if code == codes.WRONG:
        assert data["problems"][0]["page"] == "docs/en/errors.md#cn047"
        assert run(*arguments, "--lang", "vi").stdout.count("docs/vi/errors.md#cn047") == 1


# --- start ---------------------------------------------------------------------------------------


def test_starting_opens_no_heavy_room() -> None:
    code = "import sys; from chuanngheo.cli import app; print(sorted({'polars', 'pandas', 'narwhals', 'openpyxl', 'altair', 'chuanngheo.review.reading', 'chuanngheo.auditing', 'chuanngheo.comparing'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert ran.stdout == "[]\n"


def test_the_page_of_an_error_in_vietnamese_where_there_is_one() -> None:
    vi, en = run("explain", "CN014", "--lang", "vi").output, run("explain", "CN014").output
    assert vi.startswith("CN014\n\n")
    assert vi != en
    assert run("explain", "CN210", "--lang", "vi").output.startswith("CN210\n\n")


def test_rows_of_output_are_not_folded_and_not_coloured_in_a_pipe() -> None:
    said = run("show", "vn-2022", COLUMNS="40").output
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) > 100


def test_input_that_is_no_text(folder: Path) -> None:
    (folder / "bytes.json").write_bytes(b'{"area": "\xff"}')
    ran = run("assess", "--on", "2026-03-01", "--file", "bytes.json")
    assert ran.exit_code == codes.WRONG
    assert "UTF-8" in ran.output
    assert io.StringIO(ran.output).readline().startswith("chuanngheo: ")


def test_a_reader_that_had_enough_is_no_error(folder: Path) -> None:
    homes(400_000).write_csv("homes.csv")
    program = Path(sys.executable).with_name("chuanngheo")
    for command in ("show vn-2022", "classify homes.csv - --standard vn-2022"):
        line = f"'{program}' {command} | head -n 1; echo ${{PIPESTATUS[0]}}"
        ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, encoding="utf-8", check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})  # fmt: skip
        assert ran.stdout.splitlines()[1] == "0", (command, ran.stderr)
        assert ran.stderr == "", command
