"""For those who write standards: ``check``, ``audit``, ``new``, ``explain``, ``schema``."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..answering import Standard
from ..authoring import Checked, CheckedCases, check_cases, check_file, new_files, page_of, pages, place
from ..catalogue import shipped
from ..errors import NoStandard, Problem
from ..file_schema import schema_text
from ..golden import Failure
from ..resolving import HOUSEHOLD
from .codes import ABSENT, WRONG
from .files import refuse_existing, write_text
from .laws import standard_of
from .options import OUTPUT, AsJson, Force
from .telling import Teller, problem_data, tell_problems
from .words import PROGRAM, both

if TYPE_CHECKING:
    from ..findings import Finding, Report


def audit_of(subject: Standard | str) -> Report:
    """Audit, whose rooms are opened when it is first asked for."""
    from ..auditing import audit

    return audit(subject)


# --- check ---------------------------------------------------------------------------------------


def check(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar=both("TỆP…", "FILE…"), help=both("tệp quy định", "rule files"))],
    cases: Annotated[list[str] | None, typer.Option("--cases", metavar=both("TỆP", "FILE"), help=both("tệp hoặc thư mục trường hợp mẫu; có thể lặp lại", "file or folder of golden cases; may be repeated"))] = None,
    audit: Annotated[bool, typer.Option("--audit/--no-audit", help=both("kiểm tra chỗ trống, chồng lấn", "audit for holes and overlaps"))] = True,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    tell: Teller = ctx.obj
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
        tell.json("check/1", _check_data(tell.lang, done, held, worst))
    else:
        for found, report in done:
            _tell_file(tell, found, report, audit)
        if held is not None:
            _tell_cases(tell, held, all(f.standard is not None for f, _ in done))
    raise typer.Exit(worst)


def _tell_file(tell: Teller, found: Checked, report: Report | None, audit: bool) -> None:
    if found.problems:
        tell_problems(tell, found.problems, found.file)
    elif found.standard is not None:
        tell.print((f"{found.file}: {tell.say('no_problem', found.standard.exact_id)}", "bold green"))
    if report is not None and found.standard is not None:
        _tell_findings(tell, report, found.standard, _inherited(found.standard), found.file)
    elif audit and found.problems and place(found.problems[0])[1] is not None:
        tell.print(f"{found.file}: {tell.say('audit_skipped')}")


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
        tell_problems(tell, held.problems, held.file)
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


def _check_data(
    lang: str, done: list[tuple[Checked, Report | None]], held: CheckedCases | None, code: int
) -> dict[str, Any]:
    return {
        "exit": code,
        "files": [
            {
                "file": found.file,
                "standard": found.standard.exact_id if found.standard is not None else None,
                "problems": [problem_data(p, lang) for p in found.problems],
                "audit": report.to_dict()["findings"] if report is not None else None,
            }
            for found, report in done
        ],
        "cases": None if held is None else {
            "count": held.count,
            "problems": [problem_data(p, lang) for p in held.problems],
            "failures": [
                {"place": f.case.place, "case": f.case.name, "what": f.what, "expected": _said(f.expected), "found": _said(f.found)}
                for f in held.failures
            ],
        },
    }  # fmt: skip


# --- audit ---------------------------------------------------------------------------------------


def audit(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar=both("MÃ|TỆP|ĐỊA_BÀN", "ID|FILE|JURISDICTION"), help=both("mã của chuẩn, tệp, hoặc địa bàn (vn)", "id of a standard, a file, or a jurisdiction (vn)"))],
    html: Annotated[str, typer.Option("--html", metavar=both("TỆP", "FILE"), help=both("ghi thành một trang HTML", "write it as a page of HTML"), rich_help_panel=OUTPUT)] = "",
    force: Force = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    tell: Teller = ctx.obj
    if html:
        refuse_existing(tell, html, force)
    with tell.err.status(tell.say("auditing", target)):
        try:
            report = audit_of(target)
        except NoStandard as unknown:
            if not (os.path.exists(target) or re.search(r"\.ya?ml$|[/\\]", target)):
                tell.fail(ABSENT, unknown.message)
            report = audit_of(standard_of(tell, target))
    if html:
        write_text(tell, html, page(report.subject, report.to_html(tell.lang), tell.lang), force=force)
    if as_json:
        tell.json("audit/1", {k: v for k, v in report.to_dict().items() if k != "schema"})
    elif not html:
        tell.print(report.text(tell.lang))
    raise typer.Exit(WRONG if report.errors else 0)


def page(title: str, body: str, lang: str) -> str:
    """A fragment of HTML as a page that stands alone."""
    from html import escape

    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html>\n<html lang="{lang}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


# --- new, explain, schema ------------------------------------------------------------------------


def new(
    ctx: typer.Context,
    path: Annotated[str, typer.Argument(metavar=both("TỆP", "PATH"), help=both("tệp sẽ tạo, như mau-2031.yaml", "the file to write, such as mau-2031.yaml"))],
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", metavar="ID", help=both("địa bàn, như vn-mau", "where it applies, such as vn-mau"))] = "",
    extends: Annotated[str, typer.Option("--extends", metavar=both("MÃ", "ID"), help=both("chuẩn làm nền, như vn-2022", "the standard it stands on, such as vn-2022"))] = "",
    entity: Annotated[str, typer.Option("--entity", metavar=both("TÊN", "NAME"), help=both("đối tượng được phân loại; nếu không nêu: household", "what it classifies; household where not given"))] = HOUSEHOLD,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    tell: Teller = ctx.obj
    if not path.endswith((".yaml", ".yml")):
        path += ".yaml"
    try:
        made = new_files(path, jurisdiction, extends, entity)
    except NoStandard as error:
        tell.fail(ABSENT, error.message)
    except ValueError as error:
        tell.usage(str(error))
    rules, cases, *schema_file = made
    for name in (rules, cases):
        if os.path.lexists(name):
            tell.fail(WRONG, tell.say("exists", name))
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        for name, text in made.items():
            with open(name, "w" if name in schema_file else "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            if not as_json:
                tell.print(tell.say("made", name))
    except OSError as error:
        tell.fail(ABSENT, tell.say("unwritable", error.filename or path, tell.reason(error)))
    entities = sorted({s.entity for s in shipped().standards(None, None)})
    if entity not in entities and not extends:
        tell.note(tell.say("new_entity", entity, ", ".join(entities)))
    command = f"{PROGRAM} check {rules} --cases {cases}"
    if as_json:
        tell.json("new/1", {"files": list(made), "next": command})
    else:
        tell.print(tell.say("next", command))


def explain(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar=both("[MÃ]", "[CODE]"), help=both("mã lỗi, như CN014; bỏ trống để xem mọi mã", "the code of an error, such as CN014; left out: all codes"))] = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    tell: Teller = ctx.obj
    if not code:
        known = pages(tell.lang)
        if as_json:
            tell.json("error-pages/1", {"pages": known})
            return
        for name, text in known.items():
            tell.print((name, "cyan"), "  ", re.split(r"(?<=[.:])\s", " ".join(text.split()))[0])
        tell.print(tell.say("all_codes", len(known), f"{PROGRAM} explain CN014"))
        return
    try:
        said = page_of(code, tell.lang)
    except KeyError as error:
        tell.fail(ABSENT, tell.say("no_code", code, tell.told(error.args[0])))
    if as_json:
        name, _, text = said.partition("\n\n")
        tell.json("error-pages/1", {"pages": {name: text}})
    else:
        typer.echo(said)


def schema() -> None:
    typer.echo(schema_text(), nl=False)


__all__ = ["audit", "audit_of", "check", "explain", "new", "page", "schema"]
