"""What the standards say: ``list``, ``show``, ``line``, ``citations``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from ..answering import Standard
from ..authoring import find_standard, overview, written
from ..catalogue import COUNTRY, shipped
from ..errors import ChuanNgheoError, NoStandard
from ..explaining import day_text
from ..household import givable, person_names
from ..model import Quantity, weakest
from ..resolving import HOUSEHOLD
from ..version import data_version
from .codes import ABSENT, WRONG
from .options import OUTPUT, WHICH, AsJson, Jurisdiction, KnownAt, On, day
from .telling import Teller, tell_problem
from .words import both

TARGET = both("mã của chuẩn (vn-2022, vn-2022@1) hoặc tệp", "id of a standard (vn-2022, vn-2022@1) or a file")


def standard_of(tell: Teller, target: str) -> Standard:
    """A standard by its name or that of a file; what is wrong is said, and it ends there."""
    try:
        return find_standard(target)
    except NoStandard as error:
        tell.fail(ABSENT, error.message)
    except OSError as error:
        tell.fail(*tell.absent(error, target))
    except UnicodeDecodeError as error:
        tell.fail(WRONG, tell.say("unreadable", target, error))
    except ChuanNgheoError as error:
        if tell.as_json:
            tell.fail(WRONG, error.message, error.problems)
        for problem in error.problems:
            tell_problem(tell, problem)
        tell.fail(WRONG, error.message)


# --- list ----------------------------------------------------------------------------------------


def list_(
    ctx: typer.Context,
    on: On = "",
    known_at: KnownAt = "",
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", metavar="ID", help=both("chỉ địa bàn này, như vn, vn-79, intl", "only this jurisdiction, such as vn, vn-79, intl"), rich_help_panel=WHICH)] = "",
    entity: Annotated[str, typer.Option("--entity", metavar=both("TÊN", "NAME"), help=both("chỉ chuẩn phân loại đối tượng này, như household, commune", "only what classifies this, such as household, commune"), rich_help_panel=WHICH)] = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    tell: Teller = ctx.obj
    when, known = day(tell, "--on", on), day(tell, "--known-at", known_at)
    catalogue = shipped()
    wrong = [
        tell.say("not_one_of", option, repr(value), ", ".join(allowed))
        for option, value, allowed in (
            ("--jurisdiction", jurisdiction, catalogue.jurisdictions()), ("--entity", entity, catalogue.entities()),
        )
        if value and value not in allowed
    ]  # fmt: skip
    if wrong:
        tell.usage(*wrong)
    found = catalogue.versions(jurisdiction or None, entity or None)
    found.sort(key=lambda s: (s.entity != HOUSEHOLD, s.entity, s.jurisdiction != COUNTRY, s.jurisdiction))
    if when is not None:
        found = [s for s in found if _answers(s, when, known)]
    elif known is not None:
        found = [s for s in found if any(span.known_from <= known for span in s.applies)]
    if as_json:
        tell.json("standards/1", {"standards": [_listed(s) for s in found]})
    elif found:
        _tell_list(tell, found)
    if not found:
        if not as_json:
            tell.note(tell.say("none_listed"))
        raise typer.Exit(ABSENT)


def _answers(std: Standard, when: date, known: date | None) -> bool:
    """Whether a standard is the one that covers a day in its jurisdiction."""
    try:
        return shipped().applicable(when, std.jurisdiction, std.entity, known, fallback=False) == std
    except NoStandard:
        return False


def _grade(std: Standard) -> str:
    return weakest(*(span.cite.grade for span in std.applies), *(line.cite.grade for line in std.lines.values()), "A")


def _listed(std: Standard) -> dict[str, Any]:
    return {
        "exact_id": std.exact_id, "id": std.id, "version": std.version, "revision": std.revision, "jurisdiction": std.jurisdiction,
        "entity": std.entity, "title": dict(std.title), "grade": _grade(std), "digest": std.digest,
        "applies": [
            {"from": s.start.isoformat(), "to": s.end.isoformat() if s.end else None, "grade": s.cite.grade} for s in std.applies
        ],
    }  # fmt: skip


def _tell_list(tell: Teller, found: list[Standard]) -> None:
    wide = max(len(s.exact_id) for s in found)
    head: tuple[str, str] | None = None
    for std in found:
        if (std.jurisdiction, std.entity) != head:
            if head is not None:
                tell.print()
            head = (std.jurisdiction, std.entity)
            tell.print((f"{std.jurisdiction}, {std.entity}", "bold"))
        tell.print(
            "  ", (f"{std.exact_id:{wide}}", "cyan"), f"  {tell.say('grade', _grade(std))}  {std.title[tell.lang]}"
        )
        for span in std.applies:
            tell.print(
                " " * (wide + 4),
                (span_text(tell, span.start, span.end), "dim"),
            )
        if not std.applies:
            tell.print(" " * (wide + 4), (tell.say("no_days"), "dim"))


def span_text(tell: Teller, start: date, end: date | None) -> str:
    last = f"{tell.say('to')} {day_text(end, tell.lang)}" if end else f"({tell.say('open')})"
    return f"{tell.say('from')} {day_text(start, tell.lang)} {last}"


# --- show ----------------------------------------------------------------------------------------


def show(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar=both("MÃ|TỆP", "ID|FILE"), help=TARGET)],
    resolved: Annotated[bool, typer.Option("--resolved", help=both("in thành một tệp quy định đầy đủ", "print it as one self-contained rule file"), rich_help_panel=OUTPUT)] = False,
    facts: Annotated[bool, typer.Option("--facts", help=both("in mọi số liệu mà assess và classify nhận: tên, đơn vị, mã", "print every fact that assess and classify take: name, unit, codes"), rich_help_panel=OUTPUT)] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    tell: Teller = ctx.obj
    std = standard_of(tell, target)
    if facts and resolved:
        tell.usage(tell.say("not_both", "--facts", "--resolved"))
    if facts:
        _tell_facts(tell, std, as_json)
    elif resolved and as_json:
        tell.json("resolved/1", {"exact_id": std.exact_id, "digest": std.digest, "text": std.text})
    elif resolved:
        typer.echo(std.text, nl=False)
    elif as_json:
        tell.json("standard/1", {k: v for k, v in overview(std).items() if k != "schema"})
    else:
        _tell_standard(tell, overview(std))


def _tell_facts(tell: Teller, std: Standard, as_json: bool) -> None:
    """What may be said of a household, then of each of its members."""
    listed = {"household": givable(std), "members": person_names(std)}
    if as_json:
        tell.json("facts/1", {"exact_id": std.exact_id} | {
            of: [
                {"name": f.name, "kind": f.kind, "label": dict(f.labels), "unit": f.unit or None,
                 "codes": {c: dict(t) for c, t in f.codes.items()}}
                for f in facts.values()
            ]
            for of, facts in listed.items()
        })  # fmt: skip
        return
    for of, facts in listed.items():
        if facts:
            tell.print((tell.say(f"facts_{of}"), "bold"))
        for fact in facts.values():
            unit = f" ({fact.unit})" if fact.unit else ""
            tell.print("  ", (fact.name, "cyan"), f": {fact.labels[tell.lang]}{unit}")
            if fact.codes:
                tell.print("    ", ", ".join(f"{c} ({t[tell.lang]})" for c, t in fact.codes.items()))


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
            tell.print(
                "  ",
                span_text(
                    tell, date.fromisoformat(span["from"]), date.fromisoformat(span["to"]) if span["to"] else None
                ),
            )
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


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- line ----------------------------------------------------------------------------------------


def line(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar=both("TÊN", "NAME"), help=both("tên của mức chuẩn, như poverty_line", "name of the line, such as poverty_line"))],
    on: On = "",
    area: Annotated[str, typer.Option("--area", metavar="rural|urban", help=both("khu vực, nếu mức chuẩn theo khu vực", "area, where the line depends on it"), rich_help_panel=WHICH)] = "",
    by: Annotated[list[str] | None, typer.Option("--by", metavar=both("TÊN=MÃ", "NAME=CODE"), help=both("yếu tố khác của mức chuẩn, như terrain=plain; có thể lặp lại", "what else the line depends on, such as terrain=plain; may be repeated"), rich_help_panel=WHICH)] = None,
    jurisdiction: Jurisdiction = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    from .options import pairs

    tell: Teller = ctx.obj
    when = day(tell, "--on", on)
    if when is None:
        tell.usage(tell.say("lacking", "--on"))
    codes = pairs(tell, "--by", by or (), "terrain=plain") | ({"area": area} if area else {})
    place = jurisdiction or COUNTRY
    found = shipped().line(name, when, jurisdiction=place, known_at=day(tell, "--known-at", known_at), **codes)
    if as_json:
        tell.json("line/1", {"on": when.isoformat(), "jurisdiction": place, "codes": codes, **_line_data(found)})
    else:
        _tell_line(tell, found)


def _line_data(q: Quantity) -> dict[str, Any]:
    from ..explaining import cite_data, plain

    change = q.next_change
    return {
        "name": q.name, "standard": q.standard, "value": plain(q.value), "unit": q.unit, "grade": q.grade, "cite": cite_data(q.cite),
        "stands_in_for": q.stands_in_for or None,
        "caveats": [{"kind": c.kind, "about": c.about, "grade": c.grade, "text": dict(c.texts)} for c in q.caveats],
        "next_change": None if change is None else {
            "from": change[0].isoformat(), "value": None if change[1] is None else plain(change[1].value),
            "unit": None if change[1] is None else change[1].unit, "cite": cite_data(change[2]),
            "status": change.status, "known": change.known, "standard": change.standard or None,
            "stands_in_for": change.stands_in_for or None, "reason": dict(change.reason) or None,
        },
    }  # fmt: skip


def _tell_line(tell: Teller, q: Quantity) -> None:
    from ..explaining import cite_text, number_text, unit_text

    lang = tell.lang

    def amount(of: Quantity) -> str:
        return f"{number_text(of.value, lang)} {unit_text(of.unit, lang)}"

    tell.print((amount(q), "bold"), f" ({q.standard})")
    tell.print(cite_text(q.cite, lang))
    for caveat in q.caveats:
        tell.print(tell.say("note_on", caveat.text(lang)))
    change = q.next_change
    if change is None:
        tell.print(tell.say("no_change"))
        return
    if change[1] is None:
        said, ground = change.reason[lang], change[2].label(lang)
    else:
        reason = f", {change.reason[lang]}" if change.reason else ""
        said, ground = f"{amount(change[1])}{reason}", cite_text(change[2], lang)
    tell.print(tell.say("change", day_text(change[0], lang), said, ground))


# --- citations -----------------------------------------------------------------------------------


def citations(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(metavar=both("MÃ|ĐỊA_BÀN|TỆP", "ID|JURISDICTION|FILE"), help=both("một chuẩn, một địa bàn (vn), hoặc bỏ trống để xem tất cả", "a standard, a jurisdiction (vn), or left out: everything"))] = "",
    grade: Annotated[str, typer.Option("--grade", metavar="A|B|C|D", help=both("chỉ những số liệu ở mức này hoặc thấp hơn", "only figures of this grade or a lower one"), rich_help_panel=OUTPUT)] = "A",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    from ..citing import figures, table
    from .options import one_of

    tell: Teller = ctx.obj
    one_of(tell, "--grade", grade, "ABCD")
    known = subject in ("", *shipped().jurisdictions())
    found = [f for f in figures(subject or None if known else standard_of(tell, subject)) if f.grade >= grade]
    if as_json:
        tell.json("citations/1", {"subject": subject or None, "figures": [f.to_dict() for f in found]})
    else:
        typer.echo(table(tuple(found), tell.lang).rstrip("\n"))


__all__ = ["citations", "line", "list_", "show", "standard_of"]
