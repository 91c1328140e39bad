"""The command line: what it prints, in which language, with which exit code; never a traceback."""

from __future__ import annotations

import builtins
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import chuanngheo as cn
from chuanngheo import __main__ as entry
from chuanngheo import cli
from chuanngheo.authoring import new_files, page_of, pages

ROOT = Path(__file__).parent.parent
LOCAL = ROOT / "docs" / "examples" / "local.yaml"
CASES = """\
- case: On the line.
  standard: vn-mau-2099
  source: {number: 1/2099, at: Điều 1, grade: A}
  household: {area: urban, income_per_person: 3_000, deprivations: 2}
  expect: {category: poor}
- case: Above it.
  standard: vn-mau-2099
  source: {number: 1/2099, at: Điều 1, grade: A}
  household: {area: urban, income_per_person: 3_001, deprivations: 2}
  expect: {category: not_poor}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(LOCAL.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "cases.yaml").write_text(CASES, encoding="utf-8")
    return tmp_path


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"LC_ALL": "C.UTF-8", **environment})


def script(*arguments: str, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    command = str(Path(sys.executable).with_name("chuanngheo"))
    clean = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LANG", "LC_MESSAGES", "FORCE_COLOR")}
    return subprocess.run([command, *arguments], cwd=cwd, env={**clean, "LC_ALL": "C.UTF-8"}, text=True, capture_output=True, encoding="utf-8", **more)  # fmt: skip


def broken(folder: Path) -> Path:
    text = (folder / "good.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("otherwise: true", "otherwise: yes"),
        ("between: last_listed", "betwen: last_listed"),
        ("3_000", "3.000.000"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "broken.yaml").write_text(text, encoding="utf-8")
    return folder / "broken.yaml"


# --- check ---------------------------------------------------------------------------------------


def test_check_a_good_file_with_its_cases(folder: Path) -> None:
    ran = run("check", "good.yaml", "--cases", "cases.yaml")
    assert ran.exit_code == 0, ran.output
    assert "vn-mau-2099@1.1" in ran.output
    assert "audit: " in ran.output
    assert "2 golden cases hold" in ran.output


def test_check_names_every_problem_with_place_caret_remedy_and_page(folder: Path) -> None:
    lines = broken(folder).read_text(encoding="utf-8").splitlines()
    ran = run("check", "broken.yaml")
    assert ran.exit_code == 1
    found = re.findall(r"^broken.yaml:(\d+):(\d+): .* \[(CN\d+)\]\n(.*)\n( *\^)\n((?:    .*\n)*)", ran.output, re.M)
    assert [f[2] for f in found] == ["CN012", "CN008", "CN014"]
    assert [int(f[0]) for f in found] == sorted(int(f[0]) for f in found)
    for line, column, code, excerpt, caret, rest in found:
        assert len(excerpt[len(caret) - 1 :]) >= 3
        assert lines[int(line) - 1][int(column) - 1 :].startswith(excerpt[len(caret) - 1 :])
        assert "what to do: " in rest
        assert f"more: chuanngheo explain {code}" in rest
    assert "allowed: step, unit" in ran.output
    assert "broken.yaml: 3 problems" in ran.output


def test_check_in_vietnamese_by_option_and_by_locale(folder: Path) -> None:
    broken(folder)
    for ran in (run("check", "broken.yaml", "--lang", "vi"), run("check", "broken.yaml", LC_ALL="vi_VN.UTF-8")):
        assert ran.exit_code == 1
        assert "cách sửa: viết true hoặc false" in ran.output
        assert "broken.yaml: 3 lỗi" in ran.output
    assert run("check", "broken.yaml", "--lang", "fr").exit_code == 2


def test_check_as_json(folder: Path) -> None:
    broken(folder)
    ran = run("check", "good.yaml", "broken.yaml", "--cases", "cases.yaml", "--json")
    assert ran.exit_code == 1
    data = json.loads(ran.stdout)
    assert (data["schema"], data["exit"]) == ("chuanngheo/check/1", 1)
    good, bad = data["files"]
    assert (good["standard"], good["problems"]) == ("vn-mau-2099@1.1", [])
    assert isinstance(good["audit"], list)
    assert [(p["code"], p["page"]) for p in bad["problems"]][-1] == ("CN014", "docs/en/errors.md#cn014")
    assert (bad["standard"], bad["audit"]) == (None, None)
    assert data["cases"] == {"count": 2, "problems": [], "failures": []}


def test_check_shows_a_case_that_does_not_hold(folder: Path) -> None:
    (folder / "cases.yaml").write_text(CASES.replace("category: poor", "category: near_poor"), encoding="utf-8")
    ran = run("check", "good.yaml", "--no-audit", "--cases", "cases.yaml")
    assert ran.exit_code == 1
    assert "cases.yaml:1: On the line.\n    category: expected near_poor, found poor" in ran.output
    (folder / "cases.yaml").write_text(CASES.replace("expect:", "expct:"), encoding="utf-8")
    ran = run("check", "good.yaml", "--no-audit", "--cases", "cases.yaml")
    assert ran.exit_code == 1
    assert "unknown key expct" in ran.output


def test_what_is_no_rule_file_is_said_in_one_line(folder: Path) -> None:
    (folder / "utf16.yaml").write_bytes("standard: x".encode("utf-16"))
    (folder / "bad.csv").write_bytes(b"household_size,m2\n1,\xff\n")
    text = (folder / "good.yaml").read_text(encoding="utf-8")
    rows = "    rows: [[1, 10], [3, 20], [5, 32.5]]\n"
    assert rows in text
    (folder / "bytes.yaml").write_text(text.replace(rows, "    value: m2\n    file: bad.csv\n"), encoding="utf-8")
    for name, code, words in (
        ("none.yaml", 3, "there is no file none.yaml"),
        (".", 2, "is a folder"),
        ("utf16.yaml", 1, "not UTF-8"),
        ("bytes.yaml", 1, "not UTF-8"),
    ):
        for command in (["check", name, "--no-audit"], ["show", "./" if name == "." else name]):
            ran = run(*command)
            assert ran.exit_code == code, (command, ran.output)
            if command[0] == "check" or name != "bytes.yaml":
                assert words in ran.output, command
    ran = run("check", "good.yaml", "--no-audit", "--cases", "none.yaml")
    assert ran.exit_code == 3
    assert "there is no file none.yaml" in ran.output


# --- show, audit, explain, schema ----------------------------------------------------------------


def test_show_tells_what_a_standard_says() -> None:
    ran = run("show", "vn-2006")
    assert ran.exit_code == 0
    std = cn.standard("vn-2006")
    assert std.exact_id in ran.output
    assert "2006-01-01" in ran.output
    assert "200,000" in ran.output
    for name, sense in std.interpretations.items():
        assert f"{name}: {sense.question['en']}" in ran.output
    for item in std.unseen:
        assert item.what["en"] in ran.output
    vi = run("show", "vn-2006", "--lang", "vi").output
    assert "từ 01/01/2006 đến 31/12/2010" in vi
    assert "200.000" in vi


def test_show_as_json_and_resolved(folder: Path) -> None:
    data = json.loads(run("show", "vn-2011@1", "--json").stdout)
    assert (data["schema"], data["code_version"], data["data_version"]) == (
        "chuanngheo/standard/1",
        cn.__version__,
        cn.DATA_VERSION,
    )
    assert data["digest"] == cn.standard("vn-2011@1").digest
    assert [c["name"] for c in data["classes"]] == list(cn.standard("vn-2011@1").classes)
    whole = run("show", "vn-2011", "--resolved").stdout
    assert whole == cn.standard("vn-2011").text
    (folder / "whole.yaml").write_text(whole, encoding="utf-8")
    assert cn.read_standard("whole.yaml") == cn.standard("vn-2011")
    assert json.loads(run("show", "good.yaml", "--resolved", "--json").stdout)["exact_id"] == "vn-mau-2099@1.1"


@pytest.mark.parametrize("command", ["show", "audit"])
def test_what_is_not_there_has_exit_code_3(folder: Path, command: str) -> None:
    ran = run(command, "vn-2005")
    assert ran.exit_code == 3
    assert "did you mean vn-2006" in ran.output
    assert run(command, "none.yaml").exit_code == 3


def test_audit_has_the_words_of_the_report(folder: Path) -> None:
    ran = run("audit", "good.yaml", "--lang", "vi")
    report = cn.audit(cn.read_standard("good.yaml"))
    assert ran.output.strip() == report.text("vi").strip()
    assert ran.exit_code == (1 if report.errors else 0)
    data = json.loads(run("audit", "good.yaml", "--json").stdout)
    assert {k: data.pop(k) for k in ("code_version", "data_version")} == {
        "code_version": cn.__version__,
        "data_version": cn.DATA_VERSION,
    }
    assert (
        data.items()
        >= {k: v for k, v in json.loads(json.dumps(report.to_dict())).items() if not k.endswith("_version")}.items()
    )


def test_every_code_has_its_page() -> None:
    used = {
        code for p in (ROOT / "src").rglob("*.py") for code in re.findall(r'"(CN\d{3})"', p.read_text(encoding="utf-8"))
    }
    assert used <= set(pages()), used - set(pages())
    assert page_of("cn014") == page_of("14") == page_of("CN014")
    ran = run("explain", "CN014")
    assert ran.exit_code == 0
    assert ran.output.startswith("CN014\n\n`true` or `false`")
    assert run("explain", "CN999").exit_code == 3
    assert "CN087" in run("explain").output


def test_schema_is_the_shipped_one() -> None:
    shipped = ROOT / "src" / "chuanngheo" / "schemas" / "rule-file-1.json"
    assert run("schema").stdout == shipped.read_text(encoding="utf-8")


# --- new -----------------------------------------------------------------------------------------

KINDS = {
    "a standard of its own": (),
    "a child": ("--extends", "vn-2022"),
    "an older child": ("--extends", "vn-1998@1"),
    "communes": ("--entity", "commune"),
}
FILLED = {
    "‹yyyy-mm-dd›": "2031-01-01", "‹đồng›": "1_000", "‹số›": "5", "‹poverty_rate >= rate_line›": "poverty_rate >= rate_line",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_file_lacks_what_it_names_and_nothing_else(folder: Path, kind: str) -> None:
    ran = run("new", "mau-2031.yaml", "--jurisdiction", "vn-mau", *KINDS[kind])
    assert ran.exit_code == 0, ran.output
    text = (folder / "mau-2031.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=rule-file-1.json\n")
    json.loads((folder / "rule-file-1.json").read_text(encoding="utf-8"))
    ran = run("check", "mau-2031.yaml", "--cases", "mau-2031.cases.yaml", "--json")
    assert ran.exit_code == 1
    data = json.loads(ran.stdout)
    problems = [*data["files"][0]["problems"], *data["cases"]["problems"]]
    assert {p["code"] for p in problems} == {"CN026"}
    open_ = sum(len(re.findall("‹[^›]*›", line.split("#")[0])) for line in text.splitlines())
    assert len(data["files"][0]["problems"]) == open_ >= 15
    for old, new in FILLED.items():
        text = text.replace(old, new)
    text = re.sub("‹([^›]*)›", lambda found: re.sub("[^\\w ]", "", found.group(1)), text)
    (folder / "mau-2031.yaml").write_text(text, encoding="utf-8")
    ran = run("check", "mau-2031.yaml", "--no-audit")
    assert ran.exit_code == 0, ran.output
    assert "vn-mau-2031@1.1" in ran.output


def test_commented_parts_of_a_new_file_can_be_uncommented(folder: Path) -> None:
    """What stands behind ``# `` as YAML is YAML that reads."""
    for kind in KINDS:
        made = new_files("mau-2031.yaml", "vn-mau", **dict(zip(("extends",), KINDS[kind][1:], strict=False)) if "--extends" in KINDS[kind] else {})  # fmt: skip
        text = made["mau-2031.yaml"]
        text = re.sub(r"^# ((  )*(indicators|interpretations|facts|  |without).*)$", r"\1", text, flags=re.M)
        for old, new in FILLED.items():
            text = text.replace(old, new)
        text = re.sub("‹([^›]*)›", lambda found: re.sub("[^\\w ]", "", found.group(1)), text)
        text = re.sub(r"^without: .*\n", "", text, flags=re.M)
        (folder / "mau.yaml").write_text(text, encoding="utf-8")
        ran = run("check", "mau.yaml", "--no-audit")
        assert ran.exit_code == 0, ran.output


def test_new_overwrites_nothing(folder: Path) -> None:
    (folder / "b.cases.yaml").write_text("mine", encoding="utf-8")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    for name in ("good.yaml", "b.yaml"):
        ran = run("new", name)
        assert ran.exit_code == 1
        assert "nothing was overwritten" in ran.output
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert run("new", "c.yaml", "--extends", "vn-2099").exit_code == 3
    assert run("new", "c.yaml", "--jurisdiction", "VN Mẫu").exit_code == 2
    assert not (folder / "c.yaml").exists()


def test_new_in_a_clone_uses_the_schema_of_the_clone() -> None:
    made = new_files(str(ROOT / "standards" / "vn-mau" / "household" / "2099" / "v1.yaml"), "vn-mau")
    rules, _ = made
    assert "standard: vn-mau-2099\n" in made[rules]
    (schema,) = re.findall(r"\$schema=(\S+)", made[rules])
    assert (Path(rules).parent / schema).resolve() == ROOT / "src" / "chuanngheo" / "schemas" / "rule-file-1.json"


# --- the script ----------------------------------------------------------------------------------


def test_the_script_is_plain_when_piped(folder: Path) -> None:
    broken(folder)
    ran = script("check", "broken.yaml", "--lang", "vi", cwd=folder)
    assert ran.returncode == 1
    assert "3 lỗi" in ran.stdout
    assert "\x1b" not in ran.stdout + ran.stderr
    assert json.loads(script("show", "vn-2006", "--json", cwd=folder).stdout)["id"] == "vn-2006"
    ran = script("show", "none.yaml", cwd=folder)
    assert (ran.returncode, ran.stderr) == (3, "chuanngheo: there is no file none.yaml\n")
    ran = script("chck", cwd=folder)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert script("--version", cwd=folder).stdout == f"chuanngheo {cn.__version__}, data {cn.DATA_VERSION}\n"


def test_python_dash_m_is_the_same(folder: Path) -> None:
    ran = subprocess.run([sys.executable, "-m", "chuanngheo", "explain", "14"], capture_output=True, text=True, encoding="utf-8", check=True)  # fmt: skip
    assert ran.stdout == script("explain", "CN014", cwd=folder).stdout


def test_a_reader_that_goes_away_is_no_traceback(folder: Path) -> None:
    command = f"'{Path(sys.executable).with_name('chuanngheo')}' show vn-2022 --resolved | head -n 1"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, encoding="utf-8", check=True)
    assert ran.stdout.startswith("standard: vn-2022")
    assert "Traceback" not in ran.stderr
    assert "BrokenPipe" not in ran.stderr


def test_a_terminal_without_our_letters_shows_what_it_can(folder: Path) -> None:
    ran = subprocess.run([sys.executable, "-m", "chuanngheo", "show", "vn-2006", "--lang", "vi"], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, check=True)  # fmt: skip
    assert b"vn-2006@1" in ran.stdout


@pytest.mark.parametrize("absent", ["typer", "rich.console"])
def test_without_the_extra_one_line_says_what_to_install(
    absent: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])
        return real(name, *rest)

    for name in [n for n in sys.modules if n == "chuanngheo.cli" or n.startswith("chuanngheo.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SystemExit) as caught:
        entry.main()
    assert caught.value.code == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "pip install 'chuanngheo[cli]'" in printed.err
