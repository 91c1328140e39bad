"""A printed form as a value: its header, rows and notes, and the form as a frame, HTML, Excel or text.

Cells are exact. Rounding happens where a form is printed and nowhere else, by the rules of
``printing`` in ``standards/vn/review/forms.yaml``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any

from ..errors import DataProblems, Problem
from ..explaining import cite_text
from ..model import Cite, Instrument, Text, bilingual
from ..values import Frozen, evolve, field, frozen
from ..version import CODE_VERSION, data_version, provenance
from .data import load
from .sheets import need

# None is a blank; words stand in the columns of lists.
Cell = int | Fraction | str | Text | None

LEADING = ("number", "label", "measure")  # columns that say what a row is
PERSONAL = ("head_name", "head_sex", "head_birth", "address")
MARK = "*"  # beside a number that is not the whole, since something is not known
SCHEMA = "chuanngheo/form/1"

STYLE = """
.cn-form{font:11pt/1.35 "Times New Roman","Liberation Serif",serif;margin:0 0 2em;color:#111}
.cn-form table{border-collapse:collapse;width:100%}
.cn-form caption{font-weight:bold;text-align:center;padding:0 0 .5em}
.cn-form caption span{display:block;font-weight:normal}
.cn-form th,.cn-form td{border:1px solid #555;padding:.15em .35em;vertical-align:middle}
.cn-form thead{display:table-header-group}
.cn-form thead th{font-weight:bold;text-align:center;background:#f2f2f2}
.cn-form thead tr.codes th{font-weight:normal;font-style:italic;background:none}
.cn-form tbody th{font-weight:normal;text-align:left;min-width:9em}
.cn-form tbody th.measure{white-space:nowrap;min-width:0}
.cn-form tbody tr.group th,.cn-form tbody tr.group td{font-weight:bold}
.cn-form td{text-align:right;white-space:nowrap}
.cn-form td.text{text-align:left;white-space:normal}
.cn-form td.middle,.cn-form th.middle{text-align:center}
.cn-form th.level2{padding-left:1.5em}.cn-form th.level3{padding-left:2.7em}
.cn-form ul{list-style:none;margin:.4em 0 0;padding:0;font-size:9.5pt}
.cn-form tr{break-inside:avoid}
@page{size:A4 landscape;margin:12mm}
@media print{.cn-form{break-after:page}}
""".strip()


@frozen
class Head(Frozen):
    """A cell of the header. A leaf has the ``key`` of its column and the ``code`` printed under it."""

    label: Text
    under: tuple[Head, ...] = ()
    key: str = ""
    code: str = ""
    unit: Text | None = None
    note: str = ""
    rate: bool = False
    words: bool = False

    def __hash__(self) -> int:
        return hash((self.key, self.code, self.under))

    def leaves(self) -> Iterator[Head]:
        """The columns under it, from the left."""
        if not self.under:
            yield self
        for head in self.under:
            yield from head.leaves()


@frozen
class Row(Frozen):
    """A row: which unit of which group, and its cells in the order of the columns.

    ``group`` is urban, rural, unknown or total; ``unit`` names the unit from above (district,
    commune, …; None where that is not known) and is empty for a group; ``level`` is 0 for a group.
    ``measure`` is households or persons, ``category`` a class, where the form tells rows apart by
    them. ``unknown`` counts for each cell what is not known about it.
    """

    number: str
    label: Text
    group: str = ""
    level: int = 0
    unit: tuple[str | None, ...] = ()
    measure: str = ""
    category: str = ""
    cells: tuple[Cell, ...] = ()
    unknown: tuple[int, ...] = ()

    def __hash__(self) -> int:
        return hash((self.number, self.group, self.unit, self.measure, self.category))


@frozen
class Note(Frozen):
    """A line under the table; ``kind`` is form (printed on the form), unknown, remark, reading, defect or source."""

    kind: str
    text: Text

    def __hash__(self) -> int:
        return hash((self.kind, self.text.get("en")))


@frozen
class Form(Frozen):
    """A report form with its numbers. ``str()`` gives it as plain text in Vietnamese.

    ``unknown`` counts by column what is not known; ``problems`` say why cells are blank that the
    form asks for. ``figure`` is the kind of figure. ``left_out`` has the rows and households of the files
    that no number includes. ``computed`` has standards, method and versions where the classes were computed and
    not recorded. Names of persons are never part of a form.
    """

    number: str
    title: Text
    header: tuple[Head, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()
    province: str = ""
    year: int | None = None
    status: str = ""
    figure: Text = field(factory=dict)
    cite: Cite | None = None
    unknown: Mapping[str, int] = field(factory=dict)
    readings: Mapping[str, str] = field(factory=dict)
    problems: tuple[Problem, ...] = ()
    standards: tuple[str, ...] = ()  # the exact ids that the households name in a column ``standard``
    left_out: Mapping[str, int] = field(factory=dict)  # rows and households that are in no number of the form
    computed: Mapping[str, Any] = field(factory=dict)  # how the classes were computed; empty where they are recorded

    @property
    def provenance(self) -> dict[str, Any]:
        """What it rests on: ``standards`` (exact ids, as far as named), ``code_version``, ``data_version``; JSON-ready."""
        return provenance(*self.standards)

    def __hash__(self) -> int:
        return hash((self.number, self.province, self.year, self.rows))

    def __repr__(self) -> str:
        return f"Form({self.number!r}, {len(self.rows)} rows)"

    def __str__(self) -> str:
        return self.text()

    @property
    def leaves(self) -> tuple[Head, ...]:
        """Every printed column, the leading ones included."""
        return tuple(leaf for head in self.header for leaf in head.leaves())

    @property
    def columns(self) -> tuple[Head, ...]:
        """The columns that have cells."""
        return tuple(leaf for leaf in self.leaves if leaf.key not in LEADING)

    def row(self, *unit: str | None, group: str = "total", measure: str = "", category: str = "") -> Row:
        """The row of a unit in a group; without a unit that of the group itself.

        Raises ``LookupError`` where there is none.
        """
        wanted = measure or next((r.measure for r in self.rows if r.measure), "")
        for row in self.rows:
            if (row.unit, row.group, row.measure, row.category) == (unit, group, wanted, category):
                return row
        raise LookupError(f"form {self.number} has no row {unit!r} in {group!r}")

    def cell(self, key: str, *unit: str | None, group: str = "total", measure: str = "", category: str = "") -> Cell:
        """One exact cell: ``form.cell("c4", "Huyện A", group="rural")``."""
        keys = [c.key for c in self.columns]
        if key not in keys:
            raise LookupError(f"form {self.number} has no column {key!r}; it has {', '.join(keys)}")
        return self.row(*unit, group=group, measure=measure, category=category).cells[keys.index(key)]

    def heading(self, lang: str = "vi") -> str:
        """Province, year and status, as far as they are known."""
        data = load("forms.yaml")
        said: list[tuple[Text, str]] = []
        if self.province:
            said.append((data["heading"]["province"], self.province))
        if self.year is not None:
            said.append((data["heading"]["year"], str(self.year)))
        if self.status:
            said.append((data["heading"]["status"], data["statuses"][self.status][lang]))
        return " · ".join(f"{label[lang]}: {what}" for label, what in said)

    def name(self, lang: str = "vi") -> str:
        """``Mẫu số 7.1. TỔNG HỢP …``"""
        before = {"vi": "Mẫu số", "en": "Form"}[lang]
        return f"{before} {self.number}. {self.title[lang]}" if self.number else self.title[lang]

    def footnotes(self, lang: str = "vi") -> list[str]:
        """Every line under the table: the form's own notes, what is unknown, remarks, kind of figure, ground."""
        lines = [note.text[lang] for note in self.notes]
        if self.figure:
            lines.append(self.figure[lang])
        if self.cite is not None:
            word = load("forms.yaml")["words"]["layout" if self.computed else "source"][lang]
            lines.append(f"{word}: {cite_text(self.cite, lang)}")
        return lines

    def printed(self, row: Row, lang: str = "vi") -> list[str]:
        """The cells of a row as they are printed, with the mark beside those that are not the whole."""
        marks = row.unknown or (0,) * len(row.cells)
        texts = [print_cell(cell, lang) for cell in row.cells]
        return [text + MARK if mark and text else text for text, mark in zip(texts, marks, strict=True)]

    def to_frame(self, backend: str = "polars") -> Any:
        """One row per row of the form: what it is, then a column of numbers for each column of the form.

        Counts are whole numbers, rates are percent as floats (``to_dict`` has them exactly), blanks
        null. ``unknown`` is the greatest number of unknowns of a cell of the row. ``backend`` is
        polars or pandas.
        """
        data: dict[str, list[Any]] = {
            "number": [r.number for r in self.rows],
            "label": [r.label["vi"] for r in self.rows],
            "group": [r.group for r in self.rows],
            "level": [r.level for r in self.rows],
            "unit": [r.unit[-1] if r.unit else None for r in self.rows],
        }
        data |= {
            name: [getattr(r, name) for r in self.rows]
            for name in ("measure", "category")
            if any(getattr(r, name) for r in self.rows)
        }
        floats = set()
        for i, column in enumerate(self.columns):
            found = [_plain(r.cells[i]) for r in self.rows]
            data[column.key] = [None if c is None else str(c) for c in found] if column.words else found
            if column.rate:
                floats.add(column.key)
        data["unknown"] = [max(r.unknown, default=0) for r in self.rows]
        words = {"number", "label", "group", "unit", "measure", "category", *(c.key for c in self.columns if c.words)}
        if backend == "polars":
            import polars as pl

            kinds = {n: pl.String if n in words else pl.Float64 if n in floats else pl.Int64 for n in data}
            return pl.DataFrame(data, schema=kinds)
        if backend == "pandas":
            import pandas as pd

            types = {n: "string" if n in words else "Float64" if n in floats else "Int64" for n in data}
            return pd.DataFrame({n: pd.array(v, dtype=types[n]) for n, v in data.items()})
        raise DataProblems(f"{backend!r} is no kind of frame", [Problem("CN130", "backend", f"{backend!r} is no kind of frame", backend, "polars, pandas")])  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready and exact: rates as ``numerator/denominator``. Its schema is ``chuanngheo/form/1``."""
        return {
            "schema": SCHEMA, "number": self.number, "title": dict(self.title), "province": self.province or None,
            "year": self.year, "status": self.status or None, "figure": dict(self.figure),
            "header": [_head_dict(head) for head in self.header],
            "columns": [c.key for c in self.columns],
            "rows": [
                {"number": r.number, "label": dict(r.label), "group": r.group, "level": r.level, "unit": list(r.unit),
                 "measure": r.measure or None, "category": r.category or None,
                 "cells": [_exact(c) for c in r.cells], "unknown": list(r.unknown)}
                for r in self.rows
            ],
            "notes": [{"kind": n.kind, "text": dict(n.text)} for n in self.notes],
            "unknown": dict(self.unknown), "readings": dict(self.readings),
            "left_out": dict(self.left_out) or None, "computed": dict(self.computed) or None,
            "cite": None if self.cite is None else {
                "number": self.cite.source.number, "at": self.cite.at, "words": self.cite.words, "grade": self.cite.grade},
            "problems": [{"code": p.code, "where": p.where, "message": p.message} for p in self.problems],
        }  # fmt: skip

    def text(self, lang: str = "vi") -> str:
        """As plain text: columns by their codes, cells as printed."""
        head = [leaf.code if leaf.code and leaf.key not in LEADING else leaf.label[lang] for leaf in self.leaves]
        body = [[*self._leading(row, lang), *self.printed(row, lang)] for row in self._once()]
        widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
        left = [leaf.key in LEADING or leaf.words for leaf in self.leaves]
        lines = [
            "  ".join(
                c.ljust(w) if keep else c.rjust(w) for c, w, keep in zip(line, widths, left, strict=True)
            ).rstrip()
            for line in [head, *body]
        ]
        heading = [h for h in (self.name(lang), self.heading(lang)) if h]
        return "\n".join([*heading, *lines, *self.footnotes(lang)])

    def to_html(self, lang: str = "vi", *, names: Any = None, style: bool = True) -> str:
        """A fragment of HTML that stands alone: the table with its real header, and the notes under it.

        ``names`` is for the lists of households: a frame with ``household_id`` and any of
        ``head_name``, ``head_sex``, ``head_birth``, ``address``, printed and not kept.
        """
        named = _names(names)
        parts = [f'<div class="cn-form" lang="{lang}">', f"<style>{STYLE}</style>" if style else "", "<table>"]
        heading = self.heading(lang)
        parts.append(f"<caption>{escape(self.name(lang))}" + (f"<span>{escape(heading)}</span>" if heading else "") + "</caption>")  # fmt: skip
        parts.append(f"<thead>{_html_head(self, lang)}</thead>")
        group: str | None = None
        for row, span in _spans(self.rows):
            if row.group != group:
                parts.append("</tbody><tbody>" if group is not None else "<tbody>")
                group = row.group
            parts.append(self._html_row(row, span, lang, named))
        parts.append("</tbody></table>" if group is not None else "</table>")
        notes = "".join(f"<li>{escape(line)}</li>" for line in self.footnotes(lang))
        return "".join([*parts, f"<ul>{notes}</ul></div>"])

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_excel(self, path: str | os.PathLike[str], *, lang: str = "vi", names: Any = None) -> None:
        """A workbook with this form alone; see :func:`write_forms`."""
        write_forms([self], path, lang=lang, names=names)

    def _leading(self, row: Row, lang: str) -> list[str]:
        measures = load("forms.yaml")["measures"]
        said = {
            "number": row.number,
            "label": "  " * max(row.level - 1, 0) + row.label[lang],
            "measure": measures[row.measure][lang] if row.measure else "",
        }
        return [said[leaf.key] for leaf in self.leaves if leaf.key in LEADING]

    def _once(self) -> Iterator[Row]:
        """The rows, with number and label only in the first of those that share them."""
        for row, span in _spans(self.rows):
            yield row if span else evolve(row, number="", label={"vi": "", "en": ""})

    def _html_row(self, row: Row, span: int, lang: str, named: Mapping[str, Mapping[str, str]]) -> str:
        cells = []
        group = row.level == 0
        rows = f' rowspan="{span}"' if span > 1 else ""
        for leaf, text in zip(self.leaves, self._leading(row, lang), strict=False):
            if leaf.key == "measure":
                cells.append(f'<th scope="row" class="measure">{escape(text)}</th>')
            elif span and leaf.key == "number":
                cells.append(f'<td class="middle"{rows}>{escape(text)}</td>')
            elif span:
                scope = "rowgroup" if group and span else "row"
                level = f' class="level{row.level}"' if row.level > 1 else ""
                cells.append(f'<th scope="{scope}"{level}{rows}>{escape(text.strip())}</th>')
        cells += [
            f'<td class="text">{escape(t)}</td>' if column.words else f"<td>{escape(t)}</td>"
            for column, t in zip(self.columns, self._cells(row, lang, named), strict=True)
        ]
        kind = ' class="group"' if group else ""
        return f"<tr{kind}>{''.join(cells)}</tr>"

    def _cells(self, row: Row, lang: str, named: Mapping[str, Mapping[str, str]]) -> list[str]:
        texts = self.printed(row, lang)
        who = named.get(str(row.unit[-1])) if named and row.unit else None
        if who is None:
            return texts
        return [who.get(c.key, t) if c.key in PERSONAL else t for c, t in zip(self.columns, texts, strict=True)]


# --- numbers -------------------------------------------------------------------------------------


def print_cell(value: Cell, lang: str = "vi") -> str:
    """A cell as printed: rates half up to two decimals without trailing zeros, a blank for None.

    >>> print_cell(Fraction(1, 3)), print_cell(Fraction(13, 2)), print_cell(1234567), print_cell(None)
    ('0,33', '6,5', '1.234.567', '')
    >>> print_cell(Fraction(5, 1000), "en"), print_cell(Fraction(4999, 1_000_000), "en")
    ('0.01', '0')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return value[lang]
    rules = load("forms.yaml")["printing"]
    thousands, point = rules["thousands"][lang], rules["decimal"][lang]
    if isinstance(value, int):
        return f"{value:,}".replace(",", thousands)
    digits = rules["decimals"]
    scaled = _half_up(value, digits)
    whole, rest = divmod(abs(scaled), 10**digits)
    after = f"{rest:0{digits}}"
    if rules["trim"]:
        after = after.rstrip("0")
    sign = "-" if scaled < 0 else ""
    return sign + f"{whole:,}".replace(",", thousands) + (point + after if after else "")


def _half_up(value: Fraction, digits: int) -> int:
    """A number in units of its last digit; a half goes away from zero."""
    scaled = abs(value) * 10**digits
    found: int = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return -found if value < 0 else found


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Fraction):
        return float(cell)
    return cell["vi"] if isinstance(cell, Mapping) else cell


def _exact(cell: Cell) -> Any:
    if isinstance(cell, Fraction):
        return f"{cell.numerator}/{cell.denominator}"
    return dict(cell) if isinstance(cell, Mapping) else cell


# --- header --------------------------------------------------------------------------------------


def grid(header: Sequence[Head]) -> list[list[tuple[Head, int, int, int]]]:
    """The rows of a header: (cell, column where it begins, columns it spans, rows it spans)."""
    depth = max(map(_depth, header))
    lines: list[list[tuple[Head, int, int, int]]] = [[] for _ in range(depth)]

    def place(head: Head, level: int, at: int) -> int:
        wide = len(list(head.leaves()))
        lines[level].append((head, at, wide, 1 if head.under else depth - level))
        for child in head.under:
            at = place(child, level + 1, at)
        return at if head.under else at + 1

    at = 0
    for head in header:
        at = place(head, 0, at)
    return lines


def _depth(head: Head) -> int:
    return 1 + max(map(_depth, head.under), default=0)


def _spans(rows: Sequence[Row]) -> Iterator[tuple[Row, int]]:
    """Each row with the number of rows that share its number and label, 0 for all but the first of them."""
    i = 0
    while i < len(rows):
        first = rows[i]
        j = i + 1
        if first.measure:
            same = (first.group, first.unit, first.category)
            while j < len(rows) and (rows[j].group, rows[j].unit, rows[j].category) == same:
                j += 1
        yield first, j - i
        for row in rows[i + 1 : j]:
            yield row, 0
        i = j


def _html_head(form: Form, lang: str) -> str:
    lines = []
    for line in grid(form.header):
        cells = []
        for head, _, wide, high in line:
            scope = "colgroup" if head.under else "col"
            spans = (f' colspan="{wide}"' if wide > 1 else "") + (f' rowspan="{high}"' if high > 1 else "")
            mark = f"<sup>{escape(head.note)}</sup>" if head.note else ""
            cells.append(f'<th scope="{scope}"{spans}>{escape(head.label[lang])}{mark}</th>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    lines += [
        '<tr class="codes">' + "".join(f"<th>{escape(text)}</th>" for text in under) + "</tr>"
        for under in _under_header(form, lang)
    ]
    return "".join(lines)


def _under_header(form: Form, lang: str) -> list[list[str]]:
    """The lines between header and rows: units of measurement, codes of columns."""
    lines = [
        [leaf.unit[lang] if leaf.unit else "" for leaf in form.leaves],
        [leaf.code for leaf in form.leaves],
    ]
    return [line for line in lines if any(line)]


def _head_dict(head: Head) -> dict[str, Any]:
    made: dict[str, Any] = {"label": dict(head.label)}
    if head.under:
        return made | {"under": [_head_dict(h) for h in head.under]}
    return made | {"key": head.key, "code": head.code or None, "rate": head.rate}


def _names(names: Any) -> dict[str, dict[str, str]]:
    """The personal columns of the caller by household, as texts."""
    if names is None:
        return {}
    from ..tabular import to_polars

    frame = to_polars(names, "names")
    kept = [c for c in PERSONAL if c in frame.columns]
    if "household_id" not in frame.columns or not kept:
        problem = Problem("CN130", "names", "needs household_id and a column to print", None, ", ".join(PERSONAL))
        raise DataProblems("names cannot be printed", [problem])
    import polars as pl

    shown = frame.select(pl.col("household_id").cast(pl.String), *(pl.col(c).cast(pl.String) for c in kept))
    return {row[0]: {c: t or "" for c, t in zip(kept, row[1:], strict=True)} for row in shown.rows()}


# --- Excel and pages -----------------------------------------------------------------------------


def write_html(forms: Iterable[Form], path: str | os.PathLike[str], *, lang: str = "vi", names: Any = None) -> None:
    """Several forms as one page of HTML, each on a sheet of its own when printed."""
    made = list(forms)
    title = escape(made[0].name(lang)) if len(made) == 1 else escape(", ".join(f.number or f.title[lang] for f in made))
    body = "".join(f.to_html(lang, names=names, style=False) for f in made)
    page = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="generator" content="{escape(_ground(made), quote=True)}">'
        f"<style>{STYLE}</style></head><body>{body}</body></html>"
    )
    with open(path, "w", encoding="utf-8") as file:
        file.write(page)


def _ground(forms: Iterable[Form]) -> str:
    """Both versions and the standards named: what a file says of itself."""
    named = dict.fromkeys(s for f in forms for s in f.standards)
    return "; ".join([f"chuanngheo {CODE_VERSION}", f"data {data_version()}", *named])


def write_forms(forms: Iterable[Form], path: str | os.PathLike[str], *, lang: str = "vi", names: Any = None) -> None:
    """A workbook with a sheet for each form: merged headers, widths, A4 across, the header on every page.

    Counts and rates are numbers; rates are rounded as printed. Needs ``xlsxwriter`` (extra ``excel``).
    """
    need("xlsxwriter", "writing .xlsx")
    import xlsxwriter  # type: ignore[import-untyped]

    named, made = _names(names), list(forms)
    taken: set[str] = set()
    with xlsxwriter.Workbook(os.fspath(path)) as book:
        book.set_properties({"comments": _ground(made)})
        formats = _Formats(book)
        for form in made:
            _write_sheet(book.add_worksheet(_sheet_name(form, lang, taken)), formats, form, lang, named)


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(
                {"font_name": FONT, "font_size": 11, "valign": "vcenter"} | properties
            )
        return self.made[key]


def _sheet_name(form: Form, lang: str, taken: set[str]) -> str:
    name = form.number or form.title[lang]
    name = "".join(" " if c in "[]:*?/\\'" else c for c in name)[:28]
    found, i = name, 1
    while found.casefold() in taken:
        i += 1
        found = f"{name} {i}"
    taken.add(found.casefold())
    return found


def _write_sheet(sheet: Any, formats: _Formats, form: Form, lang: str, named: Mapping[str, Mapping[str, str]]) -> None:
    leaves = form.leaves
    last = len(leaves) - 1
    lead = [leaf.key for leaf in leaves if leaf.key in LEADING]
    widths = [_width(leaf, lang) for leaf in leaves]
    box: dict[str, Any] = {"border": 1, "border_color": "#555555"}
    head = box | {"bold": True, "align": "center", "text_wrap": True}

    def text(line: int, at: int, words: str, wide: int = 1, high: int = 1, **properties: Any) -> None:
        """A text in one cell or in several that are merged; never a formula."""
        if words.startswith(FORMULA):
            properties["quote_prefix"] = True
        made = formats(**properties)
        if wide > 1 or high > 1:
            sheet.merge_range(line, at, line + high - 1, at + wide - 1, "", made)
        if words:
            sheet.write_string(line, at, _safe(words), made)
        else:
            sheet.write_blank(line, at, None, made)

    line = 0
    for words, size in ((form.name(lang), 13), (form.heading(lang), 11)):
        if words:
            text(line, 0, words, last + 1, font_size=size, bold=size == 13, align="center", text_wrap=True)
            line += 1
    line += 1
    top = line
    for cells, height in zip(grid(form.header), _heights(form, widths, lang), strict=True):
        for it, at, wide, high in cells:
            text(line, at, it.label[lang] + (f" ({it.note})" if it.note else ""), wide, high, **head)
        sheet.set_row(line, height)
        line += 1
    for under in _under_header(form, lang):
        for at, words in enumerate(under):
            text(line, at, words, **(head | {"bold": False, "italic": True}))
        line += 1
    sheet.freeze_panes(line, len(lead))
    sheet.repeat_rows(top, line - 1)
    for row, span in _spans(form.rows):
        bold: dict[str, Any] = box | {"bold": not row.level}
        for at, (key, words) in enumerate(zip(lead, form._leading(row, lang), strict=True)):
            if key == "measure":
                text(line, at, words, **bold)
            elif span:
                placed: dict[str, Any] = (
                    {"align": "center"} if key == "number" else {"indent": max(row.level - 1, 0), "text_wrap": True}
                )
                text(line, at, words.strip(), 1, span, **bold, **placed)
        marks = row.unknown or (0,) * len(row.cells)
        printed = form._cells(row, lang, named)
        for at, (column, cell, mark, words) in enumerate(
            zip(form.columns, row.cells, marks, printed, strict=True), len(lead)
        ):
            number = _number(cell)
            if column.words:
                text(line, at, words, **bold, text_wrap=True)
            elif number is None:
                sheet.write_blank(line, at, None, formats(**bold))
            else:
                shown = ("General" if column.rate else "#,##0") + (f'"{MARK}"' if mark else "")
                sheet.write_number(line, at, number, formats(**bold, align="right", num_format=shown))
        line += 1
    line += 1
    for note in form.footnotes(lang):
        text(line, 0, note, last + 1, font_size=9, text_wrap=True, valign="top")
        sheet.set_row(line, 12.5 * _lines(note, sum(widths) * 1.15))
        line += 1
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.set_footer("&R&P/&N")


A4 = 9  # the number of the paper in a workbook
FORMULA = ("=", "+", "-", "@")
FONT = "Times New Roman"
WIDTHS = {"number": 6, "label": 26, "measure": 12, "household_id": 16, "head_name": 28, "address": 36, "reasons": 60}


def _width(leaf: Head, lang: str) -> float:
    wide = WIDTHS.get(leaf.key)
    if wide is not None:
        return wide
    said = leaf.label[lang]
    longest = max(map(len, said.replace("/", " ").split()), default=0)
    return max(9.0, min(16.0, max(longest + 2, len(said) / 4)))


def _heights(form: Form, widths: Sequence[float], lang: str) -> list[float]:
    """The rows of the header, high enough for their words."""
    lines = grid(form.header)
    needed = [1.0] * len(lines)
    for level, cells in enumerate(lines):
        for head, at, wide, high in cells:
            want = _lines(head.label[lang], sum(widths[at : at + wide]))
            have = sum(needed[level : level + high])
            if want > have:
                needed[level + high - 1] += want - have
    return [15 * lines_high + 3 for lines_high in needed]


def _lines(text: str, room: float) -> int:
    """About how many lines a text takes in so many characters."""
    count, used = 1, 0
    for word in text.split():
        if used and used + len(word) + 1 > room:
            count, used = count + 1, 0
        used += len(word) + 1
    return count


def _number(cell: Cell) -> Any:
    if isinstance(cell, Fraction):
        digits = load("forms.yaml")["printing"]["decimals"]
        return _half_up(cell, digits) / 10**digits
    return cell if isinstance(cell, int) else None


def _safe(text: str) -> str:
    """Without the control characters that a workbook cannot hold."""
    return "".join("\ufffd" if ord(c) < 32 and c not in "\t\n" else c for c in text)


# --- forms from the data -------------------------------------------------------------------------


def cite_of(entry: Mapping[str, Any], sources: Mapping[str, Any]) -> Cite:
    """A citation of the review's data as a value."""
    key = entry["source"]
    source = sources[key]
    document = Instrument(
        key, source["number"], source["title"], source.get("issued"), source.get("in_force"), source["grade"], bilingual(source.get("note"))
    )  # fmt: skip
    return Cite(document, entry["at"], entry["grade"], entry.get("words", ""), bilingual(entry.get("note")))


def label(vi: str, en: str = "") -> Text:
    """A text in both languages; a name is the same in both."""
    return {"vi": vi, "en": en or vi}


def sentence(which: str, /, **what: Any) -> Text:
    """One of the sentences of ``forms.yaml``, filled in; mappings by language, numbers as printed."""
    texts: Text = load("forms.yaml")["sentences"][which]
    return {lang: text.format(**{k: print_cell(v, lang) for k, v in what.items()}) for lang, text in texts.items()}
