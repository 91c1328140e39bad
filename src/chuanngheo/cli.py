"""The command line: a thin way to what the library says, in Vietnamese or English.

Exit codes: 0 nothing is wrong, 1 problems were found, 2 wrong usage, 3 something is not there.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from .answering import Standard
from .authoring import (
    TO_FILL_IN,
    Checked,
    CheckedCases,
    check_cases,
    check_file,
    find_standard,
    new_files,
    overview,
    page_of,
    pages,
    place,
    written,
)
from .errors import ChuanNgheoError, NoStandard, Problem
from .file_schema import schema_text
from .golden import Failure
from .model import LANGUAGES
from .resolving import HOUSEHOLD
from .version import CODE_VERSION, data_version

if TYPE_CHECKING:
    from .findings import Finding, Report

WRONG, USAGE, ABSENT = 1, 2, 3
PROGRAM = "chuanngheo"

# Every sentence of the command line, in both languages.
WORDS: Mapping[str, tuple[str, str]] = {
    "allowed": ("cho phép", "allowed"),
    "remedy": ("cách sửa", "what to do"),
    "more": ("xem thêm", "more"),
    "one_problem": ("1 lỗi", "1 problem"),
    "problems": ("{} lỗi", "{} problems"),
    "no_problem": ("đọc được: {}", "reads as {}"),
    "unfilled": ("còn {} chỗ ‹…› phải điền", "{} places ‹…› are still to be filled in"),
    "not_found": ("không tìm thấy tệp {}", "there is no file {}"),
    "is_folder": ("{} là thư mục; hãy nêu tên tệp", "{} is a folder; name a file"),
    "unreadable": ("không đọc được {}: {}", "{} cannot be read: {}"),
    "unwritable": ("không ghi được {}: {}", "{} cannot be written: {}"),
    "exists": ("{} đã có; không ghi đè. Chọn tên khác", "{} is there already; nothing was overwritten. Choose another name"),
    "made": ("đã tạo {}", "wrote {}"),
    "next": ("Điền những chỗ ‹…›, rồi chạy: {}", "Fill in what stands in ‹…›, then run: {}"),
    "auditing": ("đang kiểm tra {}", "auditing {}"),
    "no_findings": ("không có phát hiện", "no findings"),
    "inherited": ("ngoài những gì {} đã có", "beside those of {}"),
    "audit": ("kiểm tra quy định: {}", "audit: {}"),
    "audit_skipped": ("chưa kiểm tra quy định: tệp chưa đọc được", "not audited: the file cannot be read yet"),
    "error": ("{} lỗi", "{} error(s)"),
    "warning": ("{} cảnh báo", "{} warning(s)"),
    "note": ("{} ghi chú", "{} note(s)"),
    "see_audit": ("xem đầy đủ: {}", "all of it: {}"),
    "cases_hold": ("{} trường hợp mẫu đều đúng", "{} golden cases hold"),
    "cases_fail": ("{} điểm sai trong {} trường hợp mẫu", "{} failure(s) in {} golden cases"),
    "cases_waiting": ("trường hợp mẫu chưa chạy: sửa tệp quy định trước", "golden cases were not run: mend the rule file first"),
    "expected": ("mong đợi {}, kết quả {}", "expected {}, found {}"),
    "no_code": ("không có mã lỗi {}: {}", "there is no error code {}: {}"),
    "all_codes": ("{} lỗi; xem một lỗi: {}", "{} codes; one of them: {}"),
    "days": ("Ngày áp dụng", "Days covered"),
    "lines": ("Mức chuẩn", "Lines"),
    "tables": ("Bảng", "Tables"),
    "indicators": ("Chỉ số thiếu hụt", "Indicators of deprivation"),
    "methods": ("Phương pháp", "Methods"),
    "classes": ("Loại, khó khăn nhất đứng trước", "Classes, most deprived first"),
    "statuses": ("Đối tượng khác", "Marks beside the classes"),
    "interpretations": ("Cách hiểu", "Interpretations"),
    "unseen": ("Chưa đọc được", "Looked for and not read"),
    "from": ("từ", "from"),
    "to": ("đến", "to"),
    "open": ("chưa rõ ngày cuối", "no end known"),
    "grade": ("mức {}", "grade {}"),
    "rows": ("{} dòng", "{} rows"),
    "default": ("mặc định", "default"),
    "within": ("thuộc {}", "within {}"),
    "otherwise": ("mọi trường hợp còn lại", "whoever is in none before"),
    "input": ("nhận số liệu cho sẵn", "taken as given"),
    "extends": ("dựa trên {}", "stands on {}"),
    "wrong_lang": ("--lang nhận vi hoặc en", "--lang takes vi or en"),
}  # fmt: skip


def _locale() -> str:
    """Vietnamese where the environment is, else English."""
    for name in ("CHUANNGHEO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "vi" if value.lower().startswith("vi") else "en"
    return "en"


def _both(vi: str, en: str) -> str:
    """A sentence of the help, which is made before any option is read."""
    return vi if _locale() == "vi" else en


app = typer.Typer(
    name=PROGRAM, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help=_both("Chuẩn nghèo của Việt Nam: kiểm tra, xem, viết một chuẩn. Mã thoát: 0 không có lỗi, 1 có lỗi, 2 dùng sai, 3 không tìm thấy.",
               "Poverty standards of Viet Nam: check, show, write one. Exit codes: 0 nothing is wrong, 1 problems were found, 2 wrong usage, 3 not found."),
)  # fmt: skip

Lang = Annotated[str, typer.Option("--lang", help=_both("vi hoặc en", "vi or en"), metavar="vi|en")]
AsJson = Annotated[bool, typer.Option("--json", help=_both("in JSON", "print JSON"))]
_files_help = _both("tệp quy định", "rule files")
_target_help = _both("mã của chuẩn (vn-2022, vn-2022@1) hoặc tệp", "id of a standard (vn-2022, vn-2022@1) or a file")


class Teller:
    """Says things in one language, on a terminal in colour."""

    def __init__(self, lang: str) -> None:
        lang = lang or _locale()
        if lang not in LANGUAGES:
            raise typer.BadParameter(self.sentence("wrong_lang", _locale()))
        self.lang = lang
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)

    @staticmethod
    def sentence(key: str, lang: str) -> str:
        return WORDS[key][LANGUAGES.index(lang)]

    def say(self, key: str, *parts: object) -> str:
        return self.sentence(key, self.lang).format(*parts)

    def print(self, *parts: str | tuple[str, str]) -> None:
        """One line; a part may be (text, style)."""
        self.out.print(Text.assemble(*parts), soft_wrap=True)

    def fail(self, code: int, message: str) -> NoReturn:
        self.err.print(Text.assemble((f"{PROGRAM}: ", "bold red"), message), soft_wrap=True)
        raise typer.Exit(code)

    def absent(self, error: OSError, name: str) -> tuple[int, str]:
        """What to say of a file that cannot be opened."""
        if isinstance(error, IsADirectoryError):
            return USAGE, self.say("is_folder", name)
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return ABSENT, self.say("not_found", name)
        return ABSENT, self.say("unreadable", name, error.strerror or error)


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", help=_both("in phiên bản", "print the versions"), is_eager=True, callback=lambda on: _version() if on else None)] = False,
) -> None:  # fmt: skip
    """Nothing of its own: the commands do the work."""


def _version() -> NoReturn:
    typer.echo(f"{PROGRAM} {CODE_VERSION}, data {data_version()}")
    raise typer.Exit


def audit_of(subject: Standard | str) -> Report:
    """Audit, whose rooms are opened when it is first asked for."""
    from .auditing import audit

    return audit(subject)


# --- check ---------------------------------------------------------------------------------------


@app.command(help=_both("Đọc tệp quy định: mọi lỗi, kiểm tra quy định, chạy trường hợp mẫu.", "Read rule files: every problem, the audit, the golden cases."))  # fmt: skip
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help=_files_help)],
    cases: Annotated[list[str] | None, typer.Option("--cases", metavar="FILE", help=_both("tệp hoặc thư mục trường hợp mẫu; có thể lặp lại", "file or folder of golden cases; may be repeated"))] = None,
    audit: Annotated[bool, typer.Option("--audit/--no-audit", help=_both("kiểm tra chỗ trống, chồng lấn", "audit for holes and overlaps"))] = True,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:  # fmt: skip
    tell = Teller(lang)
    worst, done = 0, []
    for name in files:
        try:
            found = check_file(name)
        except OSError as error:
            code, message = tell.absent(error, name)
            found = Checked(name, (Problem("", name, message),))
            worst = max(worst, code)
        report = None
        if audit and found.standard is not None:
            with tell.err.status(tell.say("auditing", name)):  # some seconds; on a terminal only
                report = audit_of(found.standard)
        worst = max(worst, WRONG if found.problems or (report and report.errors) else 0)
        done.append((found, report))
    held = None
    if cases:
        try:
            held = check_cases(cases, [f.standard for f, _ in done if f.standard is not None])
        except OSError as error:
            code, message = tell.absent(error, str(error.filename or cases[0]))
            held = CheckedCases(", ".join(cases), 0, (Problem("", str(error.filename or cases[0]), message),))
            worst = max(worst, code)
        worst = max(worst, WRONG if held.problems or held.failures else 0)
    if as_json:
        _print_json(_check_data(done, held, worst))
    else:
        for found, report in done:
            _tell_file(tell, found, report, audit)
        if held is not None:
            _tell_cases(tell, held, all(f.standard is not None for f, _ in done))
    raise typer.Exit(worst)


def _tell_file(tell: Teller, found: Checked, report: Report | None, audit: bool) -> None:
    if found.problems:
        _tell_problems(tell, found.problems, found.file)
    elif found.standard is not None:
        tell.print((f"{found.file}: {tell.say('no_problem', found.standard.exact_id)}", "bold green"))
    if report is not None and found.standard is not None:
        _tell_findings(tell, report, found.standard, _inherited(found.standard), found.file)
    elif audit and found.problems and place(found.problems[0])[1] is not None:
        tell.print(f"{found.file}: {tell.say('audit_skipped')}")


def _tell_problems(tell: Teller, problems: tuple[Problem, ...], file: str) -> None:
    """Every problem, then their number; placeholders take a line each, for there are many at first."""
    unfilled = [p for p in problems if p.code == TO_FILL_IN]
    wrong = [p for p in problems if p.code != TO_FILL_IN]
    for problem in unfilled:
        tell.print((problem.where, "bold"), ": ", problem.message, (f" [{TO_FILL_IN}]", "cyan"))
    for problem in wrong:
        _tell_problem(tell, problem)
    counts = [tell.say("one_problem") if len(wrong) == 1 else tell.say("problems", len(wrong))] if wrong else []
    counts += [tell.say("unfilled", len(unfilled))] if unfilled else []
    tell.print((f"{file}: {'; '.join(counts)}", "bold red"))


def _tell_problem(tell: Teller, problem: Problem) -> None:
    code = (f" [{problem.code}]", "cyan") if problem.code else ""
    tell.print((problem.where, "bold"), ": ", problem.message, code)
    if problem.excerpt:
        line, _, caret = problem.excerpt.partition("\n")
        tell.print(line)
        tell.print((caret, "bold red"))
    if problem.allowed:
        tell.print("    ", tell.say("allowed"), ": ", problem.allowed)
    if problem.remedy:
        tell.print("    ", tell.say("remedy"), ": ", problem.remedy)
    if problem.code:
        tell.print("    ", tell.say("more"), f": {PROGRAM} explain {problem.code}")


def _tell_findings(
    tell: Teller, report: Report, std: Standard, inherited: frozenset[tuple[Any, ...]], file: str
) -> None:
    """Errors and warnings in full, notes as a number; what the parent has already is left to ``audit``."""
    own = [f for f in report.findings if _gist(f) not in inherited]
    for finding in own:
        if finding.severity != "note":
            tell.print((finding.text(tell.lang), "red" if finding.severity == "error" else "yellow"))
    counts = {s: sum(f.severity == s for f in own) for s in ("error", "warning", "note")}
    said = ", ".join(tell.say(s, n) for s, n in counts.items() if n) or tell.say("no_findings")
    said += f", {tell.say('inherited', std.extends)}" if len(own) < len(report.findings) else ""
    more = f" ({tell.say('see_audit', f'{PROGRAM} audit {file}')})" if report.findings else ""
    tell.print(f"{file}: {tell.say('audit', said)}{more}")


def _gist(finding: Finding) -> tuple[Any, ...]:
    """What a finding says, whatever the day of its example."""
    return finding.kind, finding.about, tuple(finding.texts.items()), tuple(finding.readings.items())


def _inherited(std: Standard) -> frozenset[tuple[Any, ...]]:
    """What an audit finds in the standard that this one stands on."""
    return frozenset(_gist(f) for f in audit_of(std.extends).findings) if std.extends else frozenset()


def _tell_cases(tell: Teller, held: CheckedCases, read: bool) -> None:
    if held.problems:
        _tell_problems(tell, held.problems, held.file)
    if not read:
        tell.print((tell.say("cases_waiting"), "bold red"))
        return
    for failure in held.failures:
        tell.print((failure.case.place, "bold"), ": ", failure.case.name)
        tell.print(f"    {failure.what}: ", tell.say("expected", *_pair(failure)))
    if held.failures:
        tell.print((tell.say("cases_fail", len(held.failures), held.count), "bold red"))
    elif not held.problems:
        tell.print((tell.say("cases_hold", held.count), "bold green"))


def _pair(failure: Failure) -> tuple[str, str]:
    return _said(failure.expected), _said(failure.found)


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}: {_said(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_said, value))
    return "–" if value is None else str(value)


def _check_data(done: list[tuple[Checked, Report | None]], held: CheckedCases | None, code: int) -> dict[str, Any]:
    return {
        "schema": "chuanngheo/check/1",
        "exit": code,
        "files": [
            {
                "file": found.file,
                "standard": found.standard.exact_id if found.standard is not None else None,
                "problems": [_problem_data(p) for p in found.problems],
                "audit": report.to_dict()["findings"] if report is not None else None,
            }
            for found, report in done
        ],
        "cases": None if held is None else {
            "count": held.count,
            "problems": [_problem_data(p) for p in held.problems],
            "failures": [
                {"place": f.case.place, "case": f.case.name, "what": f.what, "expected": _said(f.expected), "found": _said(f.found)}
                for f in held.failures
            ],
        },
    }  # fmt: skip


def _problem_data(problem: Problem) -> dict[str, Any]:
    file, line, column = place(problem)
    return {
        "code": problem.code or None, "file": file, "line": line, "column": column, "message": problem.message,
        "allowed": problem.allowed or None, "remedy": problem.remedy or None, "excerpt": problem.excerpt or None,
        "page": f"docs/en/errors.md#{problem.code.lower()}" if problem.code else None,
    }  # fmt: skip


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=1))


# --- show, audit ---------------------------------------------------------------------------------


@app.command(help=_both("Xem một chuẩn: ngày, mức chuẩn, loại hộ, căn cứ.", "Show a standard: its days, lines, classes, grounds."))  # fmt: skip
def show(
    target: Annotated[str, typer.Argument(metavar="ID|FILE", help=_target_help)],
    resolved: Annotated[bool, typer.Option("--resolved", help=_both("in thành một tệp quy định đầy đủ", "print it as one self-contained rule file"))] = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:  # fmt: skip
    tell = Teller(lang)
    std = _standard(tell, target)
    if resolved and as_json:
        _print_json(
            {"schema": "chuanngheo/resolved/1", "exact_id": std.exact_id, "digest": std.digest, "text": std.text}
        )
    elif resolved:
        typer.echo(std.text, nl=False)
    elif as_json:
        _print_json(overview(std))
    else:
        _tell_standard(tell, overview(std))


def _standard(tell: Teller, target: str) -> Standard:
    try:
        return find_standard(target)
    except NoStandard as error:
        tell.fail(ABSENT, error.message)
    except OSError as error:
        tell.fail(*tell.absent(error, target))
    except UnicodeDecodeError as error:
        tell.fail(WRONG, tell.say("unreadable", target, error))
    except ChuanNgheoError as error:
        for problem in error.problems:
            _tell_problem(tell, problem)
        tell.fail(WRONG, error.message)


def _tell_standard(tell: Teller, data: Mapping[str, Any]) -> None:
    lang = tell.lang
    tell.print((data["title"][lang], "bold"))
    parent = f", {tell.say('extends', data['extends'])}" if data["extends"] else ""
    tell.print(f"{data['exact_id']}, {data['jurisdiction']}, {data['entity']}{parent}")
    tell.print((f"digest {data['digest'][:16]}, data {data_version()}", "dim"))

    def head(key: str) -> bool:
        if data.get(key):
            tell.print()
            tell.print((tell.say("days" if key == "applies" else key), "bold"))
        return bool(data.get(key))

    def ground(cite: Mapping[str, Any] | None) -> None:
        if cite is not None:
            words = f': "{cite["words"]}"' if cite["words"] else ""
            tell.print("    ", (f"{cite['label'][lang]}{words} ({tell.say('grade', cite['grade'])})", "dim"))

    if head("applies"):
        for span in data["applies"]:
            end = f"{tell.say('to')} {_day(span['to'], lang)}" if span["to"] else f"({tell.say('open')})"
            tell.print(f"  {tell.say('from')} {_day(span['from'], lang)} {end}")
            ground(span["cite"])
    if head("lines"):
        for line in data["lines"]:
            tell.print("  ", (line["name"], "cyan"), f": {line['label'][lang]} ({line['unit']})")
            for cell in line["cells"]:
                path = f"{'.'.join(cell['codes'])} " if cell["codes"] else ""
                value = written(cell["value"]).replace("_", "," if lang == "en" else ".") if isinstance(cell["value"], int) else cell["value"]  # fmt: skip
                tell.print(f"    {path}{value}")
            ground(line["cite"])
    if head("tables"):
        for table in data["tables"]:
            tell.print("  ", (table["name"], "cyan"), f": {tell.say('rows', table['rows'])} ({table['unit']})")
            ground(table["cite"])
    if head("indicators"):
        for made in data["indicators"]:
            tell.print("  ", (made["name"], "cyan"), f": {made['label'][lang]}")
            tell.print("    ", _one_line(made["deprived"]) if made["deprived"] else tell.say("input"))
            ground(made["cite"])
    if head("methods"):
        for method in data["methods"]:
            mark = f" ({tell.say('default')})" if method["default"] else ""
            tell.print("  ", (method["name"], "cyan"), f": {method['label'][lang]}{mark}")
            for name, text in method["values"].items():
                tell.print(f"    {name}: {_one_line(text)}")
    if head("classes"):
        for cls in data["classes"]:
            mark = f" ({tell.say('within', cls['within'])})" if cls["within"] else ""
            tell.print("  ", (cls["name"], "cyan"), f": {cls['label'][lang]}{mark}")
            tell.print("    ", tell.say("otherwise") if cls["when"] == "otherwise" else _one_line(cls["when"]))
            ground(cls["cite"])
    if head("statuses"):
        for status in data["statuses"]:
            tell.print("  ", (status["name"], "cyan"), f": {status['label'][lang]} ({status['of']})")
            tell.print("    ", _one_line(status["when"]))
            ground(status["cite"])
    if head("interpretations"):
        for sense in data["interpretations"]:
            grade = tell.say("grade", sense["grade"])
            tell.print("  ", (sense["name"], "cyan"), f": {sense['question'][lang]} ({grade})")
            for name, text in sense["readings"].items():
                mark = f" ({tell.say('default')})" if name == sense["default"] else ""
                tell.print(f"    {name}: {text[lang]}{mark}")
    if head("unseen"):
        for item in data["unseen"]:
            tell.print(f"  {item['what'][lang]}")
            tell.print("    ", (item["consequence"][lang], "dim"))


def _day(text: str, lang: str) -> str:
    return "/".join(reversed(text.split("-"))) if lang == "vi" else text


def _one_line(text: str) -> str:
    return " ".join(text.split())


@app.command(help=_both("Kiểm tra quy định: chỗ trống, chồng lấn, cách hiểu, ngày.", "Audit a standard, or all of a jurisdiction: holes, overlaps, senses, days."))  # fmt: skip
def audit(
    target: Annotated[str, typer.Argument(metavar="ID|FILE|JURISDICTION", help=_target_help + _both(", hoặc địa bàn (vn)", ", or a jurisdiction (vn)"))],
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:  # fmt: skip
    tell = Teller(lang)
    try:
        report = audit_of(target)
    except NoStandard as unknown:
        if not (os.path.exists(target) or re.search(r"\.ya?ml$|[/\\]", target)):
            tell.fail(ABSENT, unknown.message)
        report = audit_of(_standard(tell, target))
    if as_json:
        _print_json(report.to_dict())
    else:
        tell.print(report.text(tell.lang))
    raise typer.Exit(WRONG if report.errors else 0)


# --- new, explain, schema ------------------------------------------------------------------------


@app.command(help=_both("Tạo tệp mẫu có chú giải, và tệp trường hợp mẫu bên cạnh.", "Write a commented file to begin with, and golden cases beside it."))  # fmt: skip
def new(
    path: Annotated[str, typer.Argument(metavar="PATH", help=_both("tệp sẽ tạo, như mau-2031.yaml", "the file to write, such as mau-2031.yaml"))],
    jurisdiction: Annotated[str, typer.Option(help=_both("địa bàn, như vn-mau", "where it applies, such as vn-mau"))] = "",
    extends: Annotated[str, typer.Option(help=_both("chuẩn làm nền, như vn-2022", "the standard it stands on, such as vn-2022"))] = "",
    entity: Annotated[str, typer.Option(help=_both("đối tượng được phân loại", "what it classifies"))] = HOUSEHOLD,
    lang: Lang = "",
) -> None:  # fmt: skip
    tell = Teller(lang)
    if not path.endswith((".yaml", ".yml")):
        path += ".yaml"
    try:
        made = new_files(path, jurisdiction, extends, entity)
    except NoStandard as error:
        tell.fail(ABSENT, error.message)
    except ValueError as error:
        tell.fail(USAGE, str(error))
    rules, cases, *schema = made
    for name in (rules, cases):
        if os.path.lexists(name):
            tell.fail(WRONG, tell.say("exists", name))
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        for name, text in made.items():
            with open(name, "w" if name in schema else "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            tell.print(tell.say("made", name))
    except OSError as error:
        tell.fail(ABSENT, tell.say("unwritable", error.filename or path, error.strerror or error))
    tell.print(tell.say("next", f"{PROGRAM} check {rules} --cases {cases}"))


@app.command(help=_both("Trang của một mã lỗi, như CN014.", "The page of an error code, such as CN014."))
def explain(
    code: Annotated[str, typer.Argument(metavar="[CODE]", help=_both("bỏ trống để xem mọi mã", "left out: all codes"))] = "",
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:  # fmt: skip
    tell = Teller(lang)
    if not code:
        known = pages()
        if as_json:
            _print_json(known)
            return
        for name, text in known.items():
            tell.print((name, "cyan"), "  ", re.split(r"(?<=[.:])\s", _one_line(text))[0])
        tell.print(tell.say("all_codes", len(known), f"{PROGRAM} explain CN014"))
        return
    try:
        page = page_of(code)
    except KeyError as error:
        tell.fail(ABSENT, tell.say("no_code", code, error.args[0]))
    if as_json:
        name, _, text = page.partition("\n\n")
        _print_json({name: text})
    else:
        typer.echo(page)


@app.command(help=_both("In JSON Schema của tệp quy định, cho trình soạn thảo.", "Print the JSON Schema of rule files, for editors."))  # fmt: skip
def schema() -> None:
    typer.echo(schema_text(), nl=False)


def main() -> None:
    """The script; a name that the terminal cannot show is no reason to fall over."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(prog_name=PROGRAM)
