"""What an author of a standard needs beside the engine: a file to begin with, all that is wrong with
it, an overview, and the page of an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from .answering import Standard
from .catalogue import read_standard, shipped
from .errors import ChuanNgheoError, NoStandard, Problem, nearest
from .file_schema import schema_text
from .golden import Failure, read_cases, run_cases
from .grammar import ENTITY, ID
from .model import Cite, Line
from .resolving import HOUSEHOLD, quote
from .source import MAX_BYTES, Source
from .values import Frozen, frozen
from .version import standards_folder

SCHEMA_FILE = "rule-file-1.json"
CASES_ENDING = ".cases.yaml"
TO_FILL_IN = "CN026"
_PLACEHOLDER = re.compile("‹[^›\n]*›")
_HERE = os.path.dirname(os.path.abspath(__file__))


# --- checking ------------------------------------------------------------------------------------


@frozen
class Checked(Frozen):
    """What was found in one rule file."""

    file: str
    problems: tuple[Problem, ...] = ()
    standard: Standard | None = None


@frozen
class CheckedCases(Frozen):
    """What was found in golden cases: faults of the files, then cases that do not hold."""

    file: str
    count: int
    problems: tuple[Problem, ...] = ()
    failures: tuple[Failure, ...] = ()


def check_file(path: str) -> Checked:
    """Read a rule file: every problem, and every placeholder that is left.

    Raises ``OSError`` where there is no such file.
    """
    left = placeholders(path)
    standard: Standard | None = None
    found: tuple[Problem, ...] = ()
    try:
        standard = read_standard(path)
    except ChuanNgheoError as error:
        found = error.problems or (Problem("", path, error.message),)
    except UnicodeDecodeError as error:  # of a table beside it
        found = (Problem("", path, f"a file beside it is not UTF-8 text (byte {error.start})"),)
    return Checked(path, tuple(sorted((*left, *_elsewhere(found, left)), key=_in_file)), standard)


def check_cases(paths: Sequence[str], standards: Iterable[Standard]) -> CheckedCases:
    """Hold golden cases against the shipped standards and some of the caller's own.

    Raises ``OSError`` where there is no such file.
    """
    catalogue = shipped().having(*standards)
    count = 0
    problems: list[Problem] = []
    failures: list[Failure] = []
    for path in paths:
        left = [p for file in _files(path) for p in placeholders(file)]
        problems += left
        try:
            cases = read_cases(path)
        except ChuanNgheoError as error:
            problems += _elsewhere(error.problems or (Problem("", path, error.message),), left)
            continue
        count += len(cases)
        if not left:
            failures += run_cases(cases, catalogue)
    return CheckedCases(", ".join(paths), count, tuple(problems), tuple(failures))


def placeholders(path: str) -> list[Problem]:
    """What a template left to be filled in (``‹…›``), comments apart; nothing of what is not text."""
    with open(path, "rb") as opened:
        raw = opened.read(MAX_BYTES + 1)
    lines = raw.decode("utf-8", errors="replace").splitlines()
    source = Source(path, tuple(lines))
    for number, line in enumerate(lines):
        for found in _PLACEHOLDER.finditer(_without_comment(line)):
            source.report_at(
                TO_FILL_IN, number, found.start(), f"still to be filled in: {found.group()}",
                remedy="write what the text says, without ‹ and ›",
            )  # fmt: skip
    return source.problems


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    return sorted(os.path.join(path, n) for n in os.listdir(path) if n.endswith(".yaml"))


def _without_comment(line: str) -> str:
    comment = re.search(r"(^|\s)#", line)
    return line[: comment.start()] if comment else line


def _elsewhere(problems: Iterable[Problem], left: Iterable[Problem]) -> list[Problem]:
    """Problems on other lines than those with placeholders, of which nothing else can be said yet."""
    lines = {place(p)[1] for p in left}
    return [p for p in problems if place(p)[1] not in lines or place(p)[1] is None]


def _in_file(problem: Problem) -> tuple[int, int]:
    _, line, column = place(problem)
    return line or 0, column or 0


def place(problem: Problem) -> tuple[str, int | None, int | None]:
    """File, line and column of a problem, counted from 1; None where it is about the whole file."""
    parts = problem.where.rsplit(":", 2)
    if len(parts) == 3 and parts[1].isdecimal() and parts[2].isdecimal():
        return parts[0], int(parts[1]), int(parts[2])
    return problem.where, None, None


# --- the page of an error ------------------------------------------------------------------------


def pages(lang: str = "en") -> Mapping[str, str]:
    """The paragraph of every code in ``docs/{lang}/errors.md``, which is inside an installed package.

    A code without a paragraph in Vietnamese has the English one.
    """
    text = ""
    for language in dict.fromkeys(("en", lang)):
        inside = os.path.join(_HERE, "pages", f"errors.{language}.md")
        beside = os.path.join(os.path.dirname(os.path.dirname(_HERE)), "docs", language, "errors.md")
        path = inside if os.path.exists(inside) else beside
        if language == "en" or os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text += file.read() + "\n"
    found = re.findall(r"^### (CN[0-9]+)\n(.*?)(?=^##|\Z)", text, re.M | re.S)
    return {code: paragraph.strip() for code, paragraph in found}


def page_of(code: str, lang: str = "en") -> str:
    """The paragraph of a code, written ``CN014``, ``cn014`` or ``14``. Raises ``KeyError`` with the nearest codes."""
    known = pages(lang)
    digits = re.sub(r"\D", "", code)
    name = f"CN{digits.zfill(3)}" if re.fullmatch(r"(?i)(cn)?[0-9]+", code.strip()) else code.strip()
    if name not in known:
        raise KeyError(nearest(name, known, "see chuanngheo explain for every code"))
    return f"{name}\n\n{known[name]}"


# --- a file to begin with ------------------------------------------------------------------------


def new_files(path: str, jurisdiction: str = "", extends: str = "", entity: str = HOUSEHOLD) -> dict[str, str]:
    """The files that a new standard begins with, by their paths: rules, cases, and the schema for editors.

    ``extends`` names a shipped standard, whose newest version is pinned where none is named. Raises
    :class:`NoStandard` where there is none, ``ValueError`` for a name that cannot be one.
    """
    parent = shipped().standard(extends) if extends else None
    if parent is not None:
        extends = extends if "@" in extends else f"{parent.id}@{parent.version}"
        entity = parent.entity
    if jurisdiction and not re.fullmatch(ID, jurisdiction):
        raise ValueError(f"{jurisdiction!r} is not the id of a jurisdiction: small letters, digits and -, as in vn-mau")
    if not re.fullmatch(ENTITY, entity):
        raise ValueError(f"{entity!r} is not the name of what a standard classifies: small letters, digits and -")
    cases = re.sub(r"\.ya?ml$", "", path) + CASES_ENDING
    schema, with_schema = _schema_beside(path)
    words = {
        "schema": f"# yaml-language-server: $schema={schema}\n", "standard": _identifier(path, jurisdiction, entity),
        "jurisdiction": jurisdiction or "‹vn-mau›", "entity": entity, "extends": extends,
        "file": path, "cases": cases,
    }  # fmt: skip
    template = "household.yaml" if entity == HOUSEHOLD else "other.yaml"
    if parent is not None:
        template = "child.yaml"
        words["lines"] = _lines_of(parent)
        words["indicator"] = next(iter(parent.indicators), "‹…›")
        words["classes"] = "classes: " + ", ".join(parent.classes)
    of_cases = "cases.yaml" if entity == HOUSEHOLD else "other.cases.yaml"
    made = {path: _filled(template, words), cases: _filled(of_cases, words)}
    if with_schema:
        made[os.path.join(os.path.dirname(path), SCHEMA_FILE)] = schema_text()
    return made


def _filled(template: str, words: Mapping[str, str]) -> str:
    with open(os.path.join(_HERE, "new", template), encoding="utf-8") as file:
        return re.sub(r"@@(\w+)@@", lambda found: words[found.group(1)], file.read())


def _identifier(path: str, jurisdiction: str, entity: str) -> str:
    """The id that the place of a file gives it: its own name, or that of its folder where it is a version."""
    stem = re.sub(r"\.ya?ml$", "", os.path.basename(path))
    if re.fullmatch(r"v[0-9]+", stem):
        stem = os.path.basename(os.path.dirname(os.path.abspath(path)))
        stem = stem if entity == HOUSEHOLD else f"{entity}-{stem}"
    name = "-".join(re.findall(r"[a-z0-9]+", stem.lower())) or "standard"
    if not jurisdiction:
        return f"‹vn-mau›-{name}"
    place_name = jurisdiction.rpartition("-")[2]
    return f"{jurisdiction}-{name.removeprefix(f'{jurisdiction}-').removeprefix(f'{place_name}-')}"


def _schema_beside(path: str) -> tuple[str, bool]:
    """How a file names its schema, and whether that must be written beside it: not inside a checkout."""
    folder = os.path.dirname(os.path.abspath(path))
    checkout = os.path.dirname(standards_folder())
    if checkout != _HERE and os.path.commonpath([folder, checkout]) == checkout:
        return os.path.relpath(os.path.join(_HERE, "schemas", SCHEMA_FILE), folder).replace(os.sep, "/"), False
    return SCHEMA_FILE, True


def _lines_of(parent: Standard) -> str:
    """The lines of a parent with their amounts to be filled in; all but the first as a comment."""
    made: list[str] = []
    for line in parent.lines.values():
        text = "\n".join([
            f"  {line.name}:",
            f"    label: {{vi: {quote(line.labels['vi'])}, en: {quote(line.labels['en'])}}}",
            f"    unit: {line.unit}",
            f"    {_cells(line, True)}  # {parent.id}: {_cells(line, False)}",
            '    cite: {source: resolution, at: ‹Điều 2 khoản 1›, words: "‹nguyên văn / the words›", grade: A}',
        ])  # fmt: skip
        made.append(re.sub("^", "# ", text, flags=re.M) if made else text)
    return "\n".join(made) + "\n"


def _cells(line: Line, open_: bool) -> str:
    def shown(table: Any) -> str:
        if not isinstance(table, dict):
            return ("‹đồng›" if line.unit.startswith("VND") else "‹số›") if open_ else written(table)
        ((fact, cells),) = table.items()
        below = ", ".join(f"{code}: {shown(cell)}" for code, cell in cells.items())
        return f"{{by: {{{fact}: {{{below}}}}}}}"

    if not isinstance(line.table, dict):
        return f"value: {shown(line.table)}"
    return shown(line.table)[1:-1]


def written(value: Any) -> str:
    """A number as a rule file writes it: digits in groups of three by ``_``."""
    if isinstance(value, int):
        return f"{value:_}"
    number = Fraction(value)
    return (
        f"{float(number):_}" if Fraction(str(float(number))) == number else f"{number.numerator}/{number.denominator}"
    )


# --- an overview ---------------------------------------------------------------------------------


def overview(std: Standard) -> dict[str, Any]:
    """A standard as plain data, with every text in both languages: what ``show`` tells."""
    return {
        "schema": "chuanngheo/standard/1",
        "id": std.id, "version": std.version, "revision": std.revision, "exact_id": std.exact_id,
        "digest": std.digest, "jurisdiction": std.jurisdiction, "entity": std.entity, "title": dict(std.title),
        "extends": std.extends or None,
        "applies": [
            {"from": s.start.isoformat(), "to": s.end.isoformat() if s.end else None, "concerns": list(s.concerns),
             "cite": _cite(s.cite)}
            for s in std.applies
        ],
        "lines": [
            {"name": n, "label": dict(line.labels), "unit": line.unit, "cells": list(_listed(line.table)),
             "cite": _cite(line.cite)}
            for n, line in std.lines.items()
        ],
        "tables": [{"name": n, "rows": len(t.steps), "unit": t.unit, "cite": _cite(t.cite)} for n, t in std.tables.items()],
        "indicators": [
            {"name": n, "label": dict(i.labels), "dimension": i.dimension, "deprived": i.text or None,
             "cite": _cite(i.cite)}
            for n, i in std.indicators.items()
        ],
        "methods": [
            {"name": n, "label": dict(m.labels), "default": m.default, "values": {k: v.text for k, v in m.values.items()}}
            for n, m in std.methods.items()
        ],
        "classes": [
            {"name": n, "label": dict(c.labels), "when": c.text, "within": c.within or None, "cite": _cite(c.cite)}
            for n, c in std.classes.items()
        ],
        "statuses": [
            {"name": n, "label": dict(s.labels), "of": s.of, "when": s.text,
             "from": s.start.isoformat() if s.start else None, "cite": _cite(s.cite)}
            for n, s in std.statuses.items()
        ],
        "interpretations": [
            {"name": n, "question": dict(i.question), "readings": {k: dict(t) for k, t in i.readings.items()},
             "default": i.default, "grounds": dict(i.grounds), "grade": i.grade}
            for n, i in std.interpretations.items()
        ],
        "unseen": [{"what": dict(u.what), "consequence": dict(u.consequence)} for u in std.unseen],
    }  # fmt: skip


def _cite(cite: Cite | None) -> dict[str, Any] | None:
    if cite is None:
        return None
    return {
        "label": {lang: cite.label(lang) for lang in ("vi", "en")}, "words": cite.words, "grade": cite.grade,
        "note": dict(cite.note),
    }  # fmt: skip


def _listed(table: Any, path: tuple[str, ...] = ()) -> Iterable[dict[str, Any]]:
    """The cells of a line: the codes that lead to each, and its number."""
    if not isinstance(table, dict):
        yield {"codes": list(path), "value": table if isinstance(table, int) else str(table)}
        return
    for cells in table.values():
        for code, below in cells.items():
            yield from _listed(below, (*path, code))


def find_standard(name: str) -> Standard:
    """A standard by its name, or that of a rule file.

    Raises :class:`NoStandard`, ``OSError`` or what the file has wrong.
    """
    if os.path.exists(name) or name.endswith((".yaml", ".yml")) or os.sep in name:
        return read_standard(name)
    return shipped().standard(name)


__all__ = [
    "Checked", "CheckedCases", "NoStandard", "check_cases", "check_file", "find_standard", "new_files", "overview",
    "page_of", "pages", "place", "placeholders",
]  # fmt: skip
