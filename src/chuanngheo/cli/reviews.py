"""The yearly review for officials, from their files to the report forms: ``report``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from ..answering import Standard
from ..catalogue import COUNTRY, shipped
from .codes import FINE, WRONG
from .files import refuse_existing, writing
from .options import (
    OUTPUT,
    SENSE,
    WHICH,
    AsJson,
    Force,
    Jurisdiction,
    Method,
    Readings,
    StandardOf,
    day,
    pairs,
    readings_of,
)
from .rounds import COMPUTED, RECORDED, Ready, bad_rows, read, ready, row_data, tell_rows
from .telling import Teller, problem_data
from .words import both

FILES = both("Tệp của kỳ rà soát", "Files of the review")
FORMS = both("Biểu báo cáo", "Report forms")
GIVE = {
    "movements": "--previous",
    "totals": "--totals, --whole",
    "whole": "--totals",
    "persons": "child, child_uninsured, child_malnourished, child_not_in_school",
}
MOVES = ("7.2", "7.3")  # forms that hold one round against another


def report(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar=both("TỆP…", "FILE…"), help=both("các tệp của kỳ rà soát: .xlsx, .csv, .parquet", "the files of the round: .xlsx, .csv, .parquet"))],
    out: Annotated[str, typer.Option("--out", metavar=both("TỆP.xlsx", "FILE.xlsx"), help=both("ghi các biểu thành một sổ Excel", "write the forms as a workbook"), rich_help_panel=OUTPUT)] = "",
    html: Annotated[str, typer.Option("--html", metavar=both("TỆP", "FILE"), help=both("ghi các biểu thành một trang HTML", "write the forms as a page of HTML"), rich_help_panel=OUTPUT)] = "",
    on: Annotated[str, typer.Option("--day", metavar=both("NGÀY", "DAY"), help=both("ngày rà soát, như 2024-10-15", "the day of the review, such as 2024-10-15"), rich_help_panel=WHICH)] = "",
    year: Annotated[str, typer.Option("--year", metavar=both("NĂM", "YEAR"), help=both("năm ghi trên biểu; nếu không nêu: năm của --day", "the year on the forms; that of --day where not given"), rich_help_panel=WHICH)] = "",
    standard: StandardOf = "",
    jurisdiction: Jurisdiction = "",
    profile: Annotated[str, typer.Option("--profile", metavar=both("TÊN|TỆP", "NAME|FILE"), help=both("mẫu bố cục của tệp (form-b1, ministry-export, member-list …) hoặc tệp YAML; nếu không nêu thì theo tiêu đề cột", "layout of the files (form-b1, ministry-export, member-list …) or a YAML file; by the heading where not given"), rich_help_panel=FILES)] = "",
    unit: Annotated[list[str], typer.Option("--unit", metavar=both("CẤP=TÊN", "LEVEL=NAME"), help=both("đơn vị mà tệp không ghi, như commune=\"Xã A\"; có thể lặp lại (province, district, commune, village)", "units that the files do not name, such as commune=\"Xã A\"; may be repeated (province, district, commune, village)"), rich_help_panel=FILES)] = [],  # noqa: B006
    area: Annotated[list[str], typer.Option("--area", metavar=both("XÃ=rural|urban", "COMMUNE=rural|urban"), help=both("khu vực của một xã, nếu tệp không ghi; có thể lặp lại", "the area of a commune, where the files have none; may be repeated"), rich_help_panel=FILES)] = [],  # noqa: B006
    prefix: Annotated[list[str], typer.Option("--area-of", metavar=both("TỪ=rural|urban", "WORD=rural|urban"), help=both("khu vực theo từ đứng đầu tên xã, như Xã=rural, Phường=urban", "the area by the word a commune's name begins with, such as Xã=rural, Phường=urban"), rich_help_panel=FILES)] = [],  # noqa: B006
    key: Annotated[list[str], typer.Option("--key", metavar=both("CỘT", "COLUMN"), help=both("cột đủ để phân biệt các hộ, như household_code", "what tells households apart, such as household_code"), rich_help_panel=FILES)] = [],  # noqa: B006
    keep: Annotated[str, typer.Option("--keep", metavar="first|last", help=both("giữ lần rà soát nào khi một hộ có nhiều ngày", "which state to keep of a household with several days"), rich_help_panel=FILES)] = "",
    bad_cells: Annotated[str, typer.Option("--bad-cells", metavar="row|unknown", help=both("ô không đọc được: bỏ cả dòng (row, mặc định) hoặc coi là chưa biết", "a cell that cannot be read: leave out its row (row, default), or take it as unknown"), rich_help_panel=FILES)] = "row",
    previous: Annotated[list[str], typer.Option("--previous", metavar=both("TỆP", "FILE"), help=both("tệp của kỳ năm trước, cho biểu 7.2 và 7.3; có thể lặp lại", "the files of last year's round, for forms 7.2 and 7.3; may be repeated"), rich_help_panel=FILES)] = [],  # noqa: B006
    links: Annotated[str, typer.Option("--links", metavar=both("TỆP", "FILE"), help=both("bảng from_id, to_id, kind: tách, nhập, chuyển, chết", "table of from_id, to_id, kind: splits, merges, moves, deaths"), rich_help_panel=FILES)] = "",
    unmatched: Annotated[str, typer.Option("--unmatched", metavar=both("CÁCH", "WAY"), help=both("hộ chỉ có trong một kỳ và không có trong --links: unexplained (mặc định), demographic, outside", "households in one round only and in no link: unexplained (default), demographic, outside"), rich_help_panel=FILES)] = "unexplained",
    form: Annotated[list[str], typer.Option("--form", metavar="7.1…7.11", help=both("biểu nào; có thể lặp lại; nếu không nêu: mọi biểu lập được", "which form; may be repeated; all that can be filled where not given"), rich_help_panel=FORMS)] = [],  # noqa: B006
    by: Annotated[list[str], typer.Option("--by", metavar=both("CẤP", "LEVEL"), help=both("mỗi dòng một đơn vị cấp nào: district, commune, village", "the units that get rows: district, commune, village"), rich_help_panel=FORMS)] = [],  # noqa: B006
    whole: Annotated[bool, typer.Option("--whole", help=both("tệp có mọi hộ dân cư, không chỉ hộ được rà soát", "the files hold all resident households, not only those reviewed"), rich_help_panel=FORMS)] = False,
    totals: Annotated[str, typer.Option("--totals", metavar=both("TỆP", "FILE"), help=both("bảng tổng số hộ dân cư theo đơn vị, khu vực (.csv, .parquet)", "table of all resident households by unit and area (.csv, .parquet)"), rich_help_panel=FORMS)] = "",
    status: Annotated[str, typer.Option("--status", metavar="preliminary|official", help=both("kết quả sơ bộ hoặc chính thức", "preliminary or official result"), rich_help_panel=FORMS)] = "",
    province: Annotated[str, typer.Option("--province", metavar=both("TÊN", "NAME"), help=both("tên tỉnh ghi trên biểu", "the province on the forms"), rich_help_panel=FORMS)] = "",
    using: Annotated[str, typer.Option("--using", metavar="recorded|computed", help=both("loại hộ ghi trong tệp, hoặc tính lại; nếu không nêu: loại ghi trong tệp, nếu có", "the class that the files record, or computed; recorded where there is one"), rich_help_panel=SENSE)] = "",
    method: Method = "",
    reading: Readings = [],  # noqa: B006
    force: Force = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    from ..review.layout import write_forms, write_html

    tell: Teller = ctx.obj
    when = day(tell, "--day", on)
    _all_given(
        tell, out, html, as_json, when, year, form, previous, using, whole, totals, links, unmatched, keep, bad_cells
    )
    for path in filter(None, (*files, *previous, links, totals)):
        if not os.path.isfile(path):
            tell.fail(*tell.absent(IsADirectoryError() if os.path.isdir(path) else FileNotFoundError(), path))
    for path in filter(None, (out, html)):
        refuse_existing(tell, path, force)
    readings = readings_of(tell, reading)
    of_forms, of_rules = _split(readings)
    options = _reading(tell, unit, area, prefix, key, keep, bad_cells)
    std = _standard(tell, standard, when, jurisdiction)
    found = ready(read(tell, files, options, profile, when), std, when, using, method, of_rules)
    tell_rows(tell, found.round)
    findings = _checked(tell, found, when)
    moved, bad_before, gone_before = None, False, None
    if previous:
        before = ready(read(tell, previous, options, profile, None), std, when, found.using, method, of_rules)
        tell_rows(tell, before.round)
        moved, bad_before = _moves(before, found, links, unmatched, std), bool(before.round.errors)
        gone_before = before.round
    forms, left = _forms(
        found, form, by or _rows(found), moved, tell.lang, whole=whole, totals=_table(tell, totals), status=status or None,
        year=int(year) if year else when.year if when else None, province=province or None, as_of=when, readings=of_forms,
        left_out=found.round, left_out_before=gone_before, computed=found.standard, method=found.method or None,
    )  # fmt: skip
    for path, write in ((out, write_forms), (html, write_html)):
        if path:
            with writing(tell, path, force=force) as beside:
                write(forms.values(), beside, lang=tell.lang)
    code = WRONG if found.round.errors or bad_before or findings.worst == "error" or bad_rows(found) else FINE
    if as_json:
        tell.json("report/1", {
            "exit": code, "using": found.using, "standard": found.standard.exact_id if found.standard else None, "counts": dict(found.round.counts),
            "rows": [row_data(p) for p in found.round.problems], "findings": findings.to_dict(), "forms": {n: f.to_dict() for n, f in forms.items()},
            "left_out": left, "problems": [problem_data(p, tell.lang) for f in forms.values() for p in f.problems],
        })  # fmt: skip
    else:
        _tell(tell, found, forms, left, [p for p in (out, html) if p])
    raise typer.Exit(code)


# --- what must be given --------------------------------------------------------------------------


def _all_given(
    tell: Teller, out: str, html: str, as_json: bool, when: date | None, year: str, form: list[str], previous: list[str],
    using: str, whole: bool, totals: str, links: str, unmatched: str, keep: str, bad_cells: str,
) -> None:  # fmt: skip
    """Everything that is missing or contradicts itself, at once, before a file is opened."""
    from ..review.data import load
    from ..review.movements import UNMATCHED

    known = tuple(load("forms.yaml")["forms"])
    wrong = [tell.say("not_one_of", "--form", repr(f), ", ".join(known)) for f in form if f not in known]
    for option, value, allowed in (
        ("--using", using, ("", RECORDED, COMPUTED)), ("--keep", keep, ("", "first", "last")), ("--bad-cells", bad_cells, ("row", "unknown")),
        ("--unmatched", unmatched, UNMATCHED),
    ):  # fmt: skip
        if value not in allowed:
            wrong.append(tell.say("not_one_of", option, repr(value), ", ".join(filter(None, allowed))))
    if not (out or html or as_json):
        wrong.append(tell.say("one_of_both", "--out", "--html"))
    if out and not out.endswith(".xlsx"):
        wrong.append(tell.say("ending", out, ".xlsx"))
    if when is None and not year:
        wrong.append(tell.say("one_of_both", "--day", "--year"))
    if year and not year.isdecimal():
        wrong.append(tell.say("not_a_number", "--year", repr(year)))
    if using == COMPUTED and when is None:
        wrong.append(tell.say("needs", "--using computed", "--day"))
    if whole and totals:
        wrong.append(tell.say("not_both", "--whole", "--totals"))
    if not previous:
        wrong += [tell.say("needs", f"--form {f}", "--previous") for f in form if f in MOVES]
        wrong += [tell.say("needs", "--links", "--previous")] if links else []
    if wrong:
        tell.usage(*wrong)


def _reading(
    tell: Teller, unit: list[str], area: list[str], prefix: list[str], key: list[str], keep: str, bad_cells: str
) -> dict[str, Any]:
    """The arguments of reading a round that only the caller can know."""
    from ..review.rounds import Prefixes

    units = pairs(tell, "--unit", unit, 'commune="Xã A"')
    communes = pairs(tell, "--area", area, '"Xã A"=rural')
    words = pairs(tell, "--area-of", prefix, "Xã=rural")
    if communes and words:
        tell.usage(tell.say("not_both", "--area", "--area-of"))
    return {
        "units": units or None, "areas": Prefixes(words) if words else communes or None, "key": tuple(key) or None, "keep": keep or None,
        "bad_cells": bad_cells,
    }  # fmt: skip


def _standard(tell: Teller, name: str, when: date | None, jurisdiction: str) -> Standard | None:
    if name:
        from .laws import standard_of

        return standard_of(tell, name)
    return None if when is None else shipped().applicable(when, jurisdiction or COUNTRY)


def _split(readings: Mapping[str, str] | None) -> tuple[dict[str, str], dict[str, str] | None]:
    """Readings of the forms, and those of the rules."""
    from ..review.given import interpretations

    known = interpretations()
    of_forms = {n: s for n, s in (readings or {}).items() if n in known}
    return of_forms, {n: s for n, s in (readings or {}).items() if n not in known} or None


# --- the report ----------------------------------------------------------------------------------


def _checked(tell: Teller, found: Ready, when: date | None) -> Any:
    from ..review.checks import check

    findings = check(found.households, found.persons, std=found.standard, on=when)
    lines = findings.text(tell.lang).splitlines()
    for line in lines[:-1] if findings.skipped else lines:
        tell.note(line)
    if findings.skipped:
        tell.note(tell.say("not_checked", len(findings.skipped)))
    return findings


def _moves(before: Ready, after: Ready, links: str, unmatched: str, std: Standard | None) -> Any:
    from ..review.movements import movements

    table = None
    if links:
        import polars as pl

        table = pl.read_parquet(links) if links.endswith(".parquet") else pl.read_csv(links, infer_schema=False)
    same = std if before.using == after.using == COMPUTED else None
    return movements(
        before.households, after.households, links=table, unmatched=unmatched, category=(before.column, after.column),
        standard_before=same, standard_after=same,
    )  # fmt: skip


def _rows(found: Ready) -> list[str]:
    """The units that get rows where none was named: communes, or villages of the one commune."""
    homes = found.households
    held = [
        n for n in ("district", "commune", "village") if n in homes.columns and homes[n].null_count() < homes.height
    ]
    several = [n for n in held if homes[n].n_unique() > 1]
    return [several[0] if several else held[0] if held else "commune"]


def _table(tell: Teller, path: str) -> Any:
    if not path:
        return None
    import polars as pl

    from .columns import TABLES, told

    if not path.endswith(TABLES):
        tell.usage(tell.say("ending", path, ", ".join(TABLES)))
    with told(path):
        return pl.read_parquet(path) if path.endswith(".parquet") else pl.read_csv(path)


def _forms(
    found: Ready, wanted: list[str], by: list[str], moved: Any, lang: str, **how: Any
) -> tuple[dict[str, Any], dict[str, str]]:
    """The forms asked for, or all that can be filled; and what the others lack."""
    from ..review.reports import reports

    using = RECORDED if found.using == RECORDED else "category"
    made = reports(
        found.households, found.persons, numbers=wanted or None, by=tuple(by), using=using, movements=moved, **how
    )  # fmt: skip
    return {n: f for n, f in made.items() if wanted or not _cannot(f)}, {
        n: _lacks(f, lang) for n, f in made.items() if not wanted and _cannot(f)
    }


def _cannot(form: Any) -> bool:
    """Whether a form would be blank: nothing was given of what it is about, or of nearly all its columns."""
    lacking = [p.where.partition(": ")[2] for p in form.problems if p.code == "CN133"]
    return any(
        what in GIVE or what == "ethnicity" or what.count(",") + 1 >= len(form.columns) - 1
        for what in lacking
        if what != "totals"
    )


def _lacks(form: Any, lang: str) -> str:
    """What was not given for a form, and the option or the columns that would give it."""
    said = []
    for problem in form.problems:
        what = problem.where.partition(": ")[2]
        words = next((n.text[lang] for n in form.notes if n.text["en"] == problem.message), problem.message)
        said.append(f"{words} → {GIVE.get(what, what)}" if problem.code in ("CN133", "CN213") else words)
    return "; ".join(part.rstrip(".") if len(said) > 1 else part for part in said)


def _tell(tell: Teller, found: Ready, forms: Mapping[str, Any], left: Mapping[str, str], paths: list[str]) -> None:
    exact = found.standard.exact_id if found.standard is not None else ""
    tell.print(tell.say("by_recorded") if found.using == RECORDED else tell.say("by_computed", exact))
    for number, form in forms.items():
        if form.problems:
            tell.note(tell.say("form_note", number, _lacks(form, tell.lang)))
    for number, why in left.items():
        tell.note(tell.say("form_left", number, why))
    for path in paths:
        tell.print(f"{tell.say('made', path)}: {tell.say('forms_made', ', '.join(forms))}")


__all__ = ["report"]
