"""Files of spreadsheets as raw cells that know their place: file, sheet, row and column as Excel shows them.

``.xlsx``, ``.csv`` and ``.parquet``. Nothing is interpreted here: a cell is a text, blank, or what
Parquet keeps. Numbers of Excel that are not whole are written with an exponent (``3.125E+0``), real
days as ``yyyy-mm-dd``, so that neither is taken for a text that only looks like one.
"""

from __future__ import annotations

import csv
import io
import os
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import DataProblems, Problem, nearest

if TYPE_CHECKING:
    import polars as pl

Progress = Callable[[str, int, "int | None"], None]  # the step, what is done, and in all; None where nobody knows

LOOK = 40  # rows at the top in which a heading is looked for
ERRORS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
FORMULA = "\ue000"  # a formula that was saved without its value
UNREADABLE = "\ue001"  # what is neither a text, a number, a day nor a truth
EXACT_DIGITS = 15  # of a number in Excel
EVERY = 2**11  # rows between two words of progress
SEPARATORS = (",", ";", "\t")
KINDS = (".xlsx", ".csv", ".parquet")

_ZIP, _OLE, _PARQUET = b"PK", b"\xd0\xcf\x11\xe0", b"PAR1"
_HIDDEN = re.compile(rb"<(?:\w+:)?row [^>]*hidden=\"(?:1|true)\"")
_FORMULAS = re.compile(rb"<(?:\w+:)?f[ />]")
_CHUNK = 2**20
_PROTECTED = "EncryptedPackage".encode("utf-16-le")


@attrs.frozen(eq=False, repr=False)
class Sheet:
    """One sheet. ``frame`` holds every row, also those of the heading, in columns named by their letters.

    ``first`` is the number of the frame's first row as the user sees it; ``head`` the first rows as
    (number, texts); a Parquet file has its heading in row 0. ``hidden`` counts hidden rows, which
    are read like any other. Its repr shows no cell.
    """

    file: str
    name: str
    frame: pl.DataFrame
    first: int
    head: tuple[tuple[int, tuple[str, ...]], ...]
    hidden: int = 0
    from_1904: bool = False

    def __repr__(self) -> str:
        return f"<Sheet {self.place}: {self.frame.height:,} rows, {self.frame.width} columns>"

    @property
    def place(self) -> str:
        """The file, and the sheet where it has a name."""
        return f"{self.file} [{self.name}]" if self.name else self.file


def read_sheets(
    file: str | os.PathLike[str],
    *,
    sheets: str | Iterable[str] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    progress: Progress | bool | None = None,
) -> tuple[Sheet, ...]:
    """The sheets of one file: all of a workbook, or those named by ``sheets``.

    A ``.csv`` is read as UTF-8, or UTF-16 where it begins with its mark; any other ``encoding`` (``cp1258``)
    must be said. Its ``separator`` is found among comma, semicolon and tab, or said. Raises
    :class:`DataProblems` (CN105, CN106) that says what to do with a file that cannot be read.
    """
    path = os.fspath(file)
    name = os.path.basename(path)
    ending = os.path.splitext(name)[1].lower()
    with open(path, "rb") as opened:
        begin = opened.read(_CHUNK)
    _is_what_it_says(path, name, ending, begin)
    need("polars", "reading spreadsheets")
    wanted = None if sheets is None else (sheets,) if isinstance(sheets, str) else tuple(sheets)
    if wanted is not None and ending != ".xlsx":
        raise refused(name, f"a {ending} file has no sheets to choose from", code="CN106", remedy="leave sheets= out")
    with telling(progress) as tell:
        if ending == ".xlsx":
            return tuple(_workbook(path, name, wanted, tell))
        if ending == ".csv":
            return (_csv(path, name, encoding, separator, tell),)
        return (_parquet(path, name, tell),)


def refused(where: str, message: str, *, code: str = "CN105", allowed: str = "", remedy: str = "") -> DataProblems:
    """The error for a file, or a part of it, that cannot be used."""
    return DataProblems(f"{where} cannot be read", [Problem(code, where, message, None, allowed, remedy)])


def need(package: str, what: str) -> None:
    """Say which package is missing, and how to get it."""
    if find_spec(package) is None:
        raise refused(package, f"{what} needs the package {package}", code="CN106",
                      remedy="pip install 'chuanngheo[excel]'")  # fmt: skip


def letter(position: int) -> str:
    """The letters of a column counted from 0.

    >>> letter(0), letter(25), letter(26), letter(701), letter(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_text(value: object) -> str | None:
    """A cell as text, exactly; None where it is blank.

    >>> cell_text(12.0), cell_text(3.125), cell_text(True), cell_text(datetime(2024, 2, 1))
    ('12', '3.125E+0', 'TRUE', '2024-02-01')
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else value
        if number.is_nan():
            return None
        if number.is_finite() and number == number.to_integral_value() and abs(number) < 10**EXACT_DIGITS:
            return str(int(number))
        return f"{number:E}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return UNREADABLE


# --- what the file is ---------------------------------------------------------------------------------


def _is_what_it_says(path: str, name: str, ending: str, begin: bytes) -> None:
    """A file that is not what its ending says, is empty, protected or of an old kind, is an error that says so."""
    if not begin:
        raise refused(name, "the file is empty (0 bytes)", remedy="export or copy it again")
    if begin.startswith(_OLE):
        with open(path, "rb") as opened:
            protected = any(_PROTECTED in block for block in _blocks(opened))
        if protected:
            raise refused(name, "the file is protected by a password",
                          remedy="open it in Excel with the password, take it off (File, Info, Protect Workbook), save")  # fmt: skip
        raise refused(name, "the file is an old Excel workbook (.xls)", allowed=", ".join(KINDS),
                      remedy="open it in Excel and save it as Excel Workbook (.xlsx)")  # fmt: skip
    if ending not in KINDS:
        raise refused(name, f"files that end in {ending or 'nothing'} are not read", allowed=", ".join(KINDS),
                      remedy="save it as one of these")  # fmt: skip
    found = _kind(begin)
    if found not in (ending, ""):
        raise refused(name, f"the file ends in {ending}, but is {_SAID[found]}", allowed=f"a file that is {ending[1:]} inside",
                      remedy=_REMEDY[found])  # fmt: skip
    if not found and ending != ".csv":
        raise refused(name, f"the file ends in {ending}, but is not one: it is damaged or a text", remedy="export it again, or name it .csv if it is a text")  # fmt: skip


_SAID = {".xlsx": "a workbook or another zip file", ".parquet": "a Parquet file", "html": "a web page"}
_REMEDY = {
    ".xlsx": "name it .xlsx",
    ".parquet": "name it .parquet",
    "html": "open it in Excel and save it as Excel Workbook (.xlsx)",
}


def _kind(begin: bytes) -> str:
    if begin.startswith(_ZIP):
        return ".xlsx"
    if begin.startswith(_PARQUET):
        return ".parquet"
    if re.match(rb"\s*<(!doctype html|html|table|\?xml|meta|style)", begin.removeprefix(b"\xef\xbb\xbf"), re.I):
        return "html"
    return ""


def _blocks(opened: Any) -> Iterator[bytes]:
    """A stream in blocks, each with the end of the one before, so that nothing is cut in two."""
    rest = b""
    while block := opened.read(_CHUNK):
        yield rest + block
        rest = block[-64:]


# --- workbooks ----------------------------------------------------------------------------------------


def _workbook(path: str, name: str, wanted: Sequence[str] | None, tell: Progress) -> Iterator[Sheet]:
    need("openpyxl", "reading .xlsx")
    book = _opened(path)
    if book is None:
        raise refused(name, "the workbook is damaged, or is no workbook",
                      remedy="open it in Excel, let it repair the file, save it again as .xlsx")  # fmt: skip
    try:
        titles = [sheet.title for sheet in book.worksheets]
        unknown = [w for w in wanted or () if w not in titles]
        if unknown:
            raise DataProblems(f"{name} has no such sheet", [
                Problem("CN106", f"sheets={w!r}", f"{name} has no sheet of this name", None, ", ".join(titles), nearest(w, titles))
                for w in unknown
            ])  # fmt: skip
        if not titles:
            raise refused(name, "the workbook has no sheet of cells", remedy="copy the table into a sheet")
        parts = _parts(path)
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        for sheet in book.worksheets:
            if wanted is None or sheet.title in wanted:
                read = _cells(path, name, sheet, parts.get(sheet.title, ""), tell)
                if read is None:
                    raise refused(f"{name} [{sheet.title}]", "the sheet is damaged",
                                  remedy="open it in Excel, let it repair the file, save it again as .xlsx")  # fmt: skip
                yield attrs.evolve(read, from_1904=book.epoch == CALENDAR_MAC_1904)
    finally:
        book.close()


def _opened(path: str, *, formulas: bool = False) -> Any:
    """The workbook; None where it cannot be opened. What openpyxl says of a fault could hold cells."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(path, read_only=True, data_only=not formulas, keep_links=False)
    except Exception:
        return None


def _cells(path: str, name: str, sheet: Any, part: str, tell: Progress) -> Sheet | None:
    hidden, formulas = _scan(path, part)
    step = f"reading {name} [{sheet.title}]"
    total = sheet.max_row
    sheet.reset_dimensions()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows: Iterable[Sequence[Any]] = sheet.iter_rows(values_only=True)
            if formulas:
                rows = _with_formulas(path, sheet.title, rows)
            frame, head = _framed(rows, step, total, tell)
    except Exception:
        return None
    return Sheet(name, sheet.title, frame, 1, head, hidden)


def _with_formulas(path: str, title: str, rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """The rows again, with a mark where a formula has no value."""
    again = _opened(path, formulas=True)
    try:
        other = again[title]
        other.reset_dimensions()
        for values, written in zip(rows, other.iter_rows(), strict=True):
            yield [
                FORMULA if value is None and cell.data_type == "f" else value
                for value, cell in zip(values, written, strict=True)
            ]
    finally:
        again.close()


def _parts(path: str) -> Mapping[str, str]:
    """The part of the zip file that holds each sheet."""
    from openpyxl.xml.functions import fromstring

    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        relations = {r.get("Id"): r.get("Target", "") for r in fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
        found = {}
        for sheet in fromstring(archive.read("xl/workbook.xml")).iter():
            if sheet.tag.endswith("}sheet"):
                number = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
                target = relations.get(number, "")
                found[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        return {title: part for title, part in found.items() if part in names}


def _scan(path: str, part: str) -> tuple[int, bool]:
    """How many rows of a sheet are hidden, and whether it has formulas."""
    hidden, formulas, rest = 0, not part, b""
    if part:
        with zipfile.ZipFile(path) as archive, archive.open(part) as opened:
            while block := opened.read(_CHUNK):
                whole, _, rest = (rest + block).rpartition(b"<")
                rest = b"<" + rest
                hidden += len(_HIDDEN.findall(whole))
                formulas = formulas or _FORMULAS.search(whole) is not None
    return hidden, formulas


def _framed(
    rows: Iterable[Sequence[Any]], step: str, total: int | None, tell: Progress
) -> tuple[pl.DataFrame, tuple[tuple[int, tuple[str, ...]], ...]]:
    """Rows of any width as columns of text; rows without cells keep their place."""
    import polars as pl

    columns: list[list[str | None]] = []
    head = []
    count = 0
    for count, row in enumerate(rows, 1):
        texts = [cell_text(value) for value in row]
        while texts and (texts[-1] is None or not texts[-1].strip()):
            texts.pop()
        while len(columns) < len(texts):
            columns.append([None] * (count - 1))
        for column, text in zip(columns, texts, strict=False):
            column.append(text)
        for column in columns[len(texts) :]:
            column.append(None)
        if count <= LOOK:
            head.append((count, tuple(text or "" for text in texts)))
        if count % EVERY == 0:
            tell(step, count, max(total, count) if total else None)
    tell(step, count, count)
    frame = pl.DataFrame({letter(i): pl.Series(values, dtype=pl.String) for i, values in enumerate(columns)})
    return frame, tuple(head)


# --- texts --------------------------------------------------------------------------------------------


def _csv(path: str, name: str, encoding: str | None, separator: str | None, tell: Progress) -> Sheet:
    with open(path, "rb") as opened:
        text = _decoded(opened.read(), name, encoding)
    if not text.strip():
        raise refused(name, "the file has no text", remedy="export it again")
    if separator is not None and len(separator) != 1:
        raise refused(
            name, "separator= is one character", code="CN106", allowed="',', ';', '\\t'", remedy="separator=';'"
        )
    comma = separator or _separator(text, name)
    # One cell may be as long as the file.
    limit = csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        frame, head = _framed(csv.reader(io.StringIO(text, newline=""), delimiter=comma), f"reading {name}", None, tell)
    except csv.Error:
        frame = None
    finally:
        csv.field_size_limit(limit)
    if frame is None:
        raise refused(name, "the quotes of the file do not match, or a character cannot be read",
                      remedy="open it in Excel and save it again as CSV UTF-8")  # fmt: skip
    return Sheet(name, "", frame, 1, head)


def _decoded(raw: bytes, name: str, encoding: str | None) -> str:
    marked = (
        "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else None
    )
    tried = encoding or marked or "utf-8"
    try:
        return raw.decode(tried)
    except LookupError:
        known, place = False, 0
    except UnicodeDecodeError as error:
        known, place = True, error.start
    if not known:
        raise refused(
            name,
            f"encoding={tried!r} is unknown",
            code="CN106",
            allowed="utf-8, utf-16, cp1258, …",
            remedy="name one that Python knows",
        )
    line = raw.count(b"\n", 0, place) + 1
    raise refused(name, f"the file is not {tried} text (line {line})", allowed="UTF-8, UTF-16 with its mark",
                  remedy="save it from Excel as CSV UTF-8, or say what it is: read_sheets(file, encoding='cp1258')")  # fmt: skip


def _separator(text: str, name: str) -> str:
    """The separator that cuts most of the first rows into the same number of columns, and into more of them."""
    top = "".join(line for _, line in zip(range(LOOK), io.StringIO(text), strict=False))
    fits: dict[str, tuple[int, int]] = {}
    for comma in SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(top, newline=""), delimiter=comma) if row]
        except csv.Error:
            continue
        common = max(set(widths) - {1}, key=lambda n: (widths.count(n), n), default=0)
        if common:
            fits[comma] = (widths.count(common), common)
    best = max(fits.values(), default=None)
    found = [comma for comma, fit in fits.items() if fit == best]
    if best is not None and len(found) > 1:
        raise refused(name, f"{' and '.join(map(repr, found))} both separate {best[1]} columns", allowed="one separator",
                      remedy=f"say which: read_sheets(file, separator={found[0]!r})")  # fmt: skip
    return found[0] if found else SEPARATORS[0]


# --- Parquet ------------------------------------------------------------------------------------------


def _parquet(path: str, name: str, tell: Progress) -> Sheet:
    import polars as pl

    step = f"reading {name}"
    tell(step, 0, None)
    try:
        frame = pl.read_parquet(path, glob=False)
    except Exception:
        frame = None
    if frame is None:
        raise refused(name, "the Parquet file is damaged", remedy="write it again")
    heading = tuple(frame.columns)
    columns = []
    for i, column in enumerate(frame.iter_columns()):
        dtype = column.dtype
        if dtype in (pl.Categorical, pl.Enum):
            column = column.cast(pl.String)
        elif dtype.is_nested() or dtype in (pl.Binary, pl.Object, pl.Duration, pl.Time):
            column = pl.select(pl.when(column.is_not_null()).then(pl.lit(UNREADABLE))).to_series()
        columns.append(column.alias(letter(i)))
    tell(step, frame.height, frame.height)
    return Sheet(name, "", pl.DataFrame(columns), 1, ((0, heading),))


# --- progress -----------------------------------------------------------------------------------------


@contextmanager
def telling(progress: Progress | bool | None) -> Iterator[Progress]:
    """A function to call with each step: the caller's, a bar on stderr for True, or none."""
    if callable(progress):
        yield progress
    elif not progress:
        yield _silent
    elif find_spec("rich") is not None:
        with _bar() as tell:
            yield tell
    else:
        with _line() as tell:
            yield tell


def _silent(step: str, done: int, total: int | None) -> None:
    """No progress is shown."""


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    with Bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
             console=Console(stderr=True)) as bar:  # fmt: skip
        tasks: dict[str, Any] = {}

        def tell(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(escape(step), total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield tell


@contextmanager
def _line() -> Iterator[Progress]:
    import sys

    last = ""

    def tell(step: str, done: int, total: int | None) -> None:
        nonlocal last
        if last not in ("", step):
            sys.stderr.write("\n")
        last = step
        sys.stderr.write(f"\r{step}: {done:,}" + (f" of {total:,}" if total is not None else ""))
        sys.stderr.flush()

    try:
        yield tell
    finally:
        if last:
            sys.stderr.write("\n")
