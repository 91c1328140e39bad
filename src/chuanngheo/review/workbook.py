"""The review workbook written back: a summary, the households with class and reason, the problems, the movements.

Rows go to the file as they are written, so that a province fits. No personal column is written unless
it is named, and no cell becomes a formula whatever it begins with.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import DataProblems, Problem, nearest
from ..household import household_names, person_names
from ..messages import said
from ..model import LANGUAGES
from ..results import DISCLAIMER
from ..tabular import to_polars, uncountable
from ..version import CODE_VERSION, data_version
from .checks import Findings
from .data import load
from .movements import Movements
from .sheets import need

if TYPE_CHECKING:
    import polars as pl

    from ..answering import Standard

FILE = "workbook.yaml"
KEY = "household_id"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula
SLICE = 2**14  # rows held as Python objects at a time
OPEN = "undetermined"  # the class of a household that has none yet
A4 = 9
CLASSES = ("poor", "near_poor", "average", "not_poor")
RECORDED = ("poor", "near_poor", "neither")
COARSE = {"average": "neither", "not_poor": "neither"}


def write_review(
    path: str | os.PathLike[str],
    households: Any,
    persons: Any = None,
    *,
    std: Standard | None = None,
    findings: Findings | None = None,
    problems: Iterable[Any] | None = None,
    movements: Any = None,
    on: date | None = None,
    lang: str = "vi",
    personal: Collection[str] = (),
    rows_per_sheet: int | None = None,
) -> tuple[str, ...]:
    """Write the review workbook (.xlsx) and give the names of its sheets.

    ``households`` is a table in the canonical columns, best as :meth:`Standard.classify` answers it
    (``category``, ``possible``, ``undetermined_because``, ``problems``, ``deprived_*``); ``std`` is the
    standard that answered, for words and lines. ``persons`` counts the members where ``household_size`` is
    blank. ``findings`` come from :func:`.checks.check`, ``problems`` from reading (anything with ``message``,
    ``code`` and ``remedy``), ``movements`` is what :func:`.movements.movements` gives, or a table.

    Only known columns are written; others, personal ones above all, only where ``personal`` names them.
    What does not fit in one sheet goes on in the next; ``rows_per_sheet`` makes them smaller.

    Raises :class:`DataProblems` (CN159): no key, a column named in ``personal`` that is not there, a
    folder that is not there.
    """
    import polars as pl

    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
    need("xlsxwriter", "writing .xlsx")
    h = to_polars(households, "households")
    p = None if persons is None else to_polars(persons, "persons")
    moved = (
        None
        if movements is None
        else to_polars(movements.households if isinstance(movements, Movements) else movements, "movements")
    )
    _checked(path, h, p, personal, rows_per_sheet, {*CLASSES, *(() if std is None else std.classes)})
    finite = [pl.when(pl.col(n).is_finite()).then(n).alias(n) for n, kind in h.schema.items() if kind.is_float()]
    h = h.with_columns(pl.col(KEY).cast(pl.String), *finite)
    if p is not None:
        h = _sized(h, p)
    book = _Book(std, lang, findings, tuple(problems or ()), on, tuple(personal), rows_per_sheet)
    target = os.fspath(path)
    unfinished = f"{target}.part"
    try:
        names = book.write(unfinished, h, moved)
        os.replace(unfinished, target)
    finally:
        with suppress(FileNotFoundError):
            os.remove(unfinished)
    return names


def _checked(
    path: str | os.PathLike[str],
    h: pl.DataFrame,
    p: pl.DataFrame | None,
    personal: Collection[str],
    rows: int | None,
    classes: Collection[str],
) -> None:
    import polars as pl

    problems = []
    folder = os.path.dirname(os.path.abspath(os.fspath(path)))
    for what, frame in (("households", h), ("persons", p)):
        if frame is not None and KEY not in frame.columns:
            problems.append(Problem("CN159", f"{what}[{KEY!r}]", f"there is no column {KEY!r}", None, remedy=f"name the column of the household {KEY}"))  # fmt: skip
    size = h["household_size"] if "household_size" in h.columns else None
    if size is not None and size.dtype != pl.Null:
        number = size.dtype.is_numeric()
        odd = uncountable(size) if number else size.is_not_null()
        if odd.any() or not number:
            problems.append(Problem("CN159", "households['household_size']", "holds what is no number of persons", None,
                                    "whole numbers", "correct them; null where it is unknown", count=int(odd.sum())))  # fmt: skip
    if isinstance(personal, str):
        problems.append(
            Problem("CN159", "personal", "personal is a list of columns", None, remedy=f"personal=[{personal!r}]")
        )
    else:
        problems += [Problem("CN159", f"personal[{n!r}]", f"there is no column {n!r}", None, remedy=nearest(n, h.columns))
                     for n in personal if n not in h.columns]  # fmt: skip
    if not os.path.isdir(folder):
        problems.append(Problem("CN159", "path", "the folder is not there", folder, remedy="make the folder first"))
    if rows is not None and rows < 1:
        problems.append(
            Problem("CN159", "rows_per_sheet", f"{rows} rows do not make a sheet", rows, "a whole number from 1")
        )
    for column, known in (("category", classes), ("recorded", RECORDED)):
        if column in h.columns:
            odd = h[column].cast(pl.String).drop_nulls()
            odd = odd.filter(~odd.is_in(list(known)))
            if len(odd):
                problems.append(Problem("CN159", f"households[{column!r}]", "holds classes that are not known", None,
                                        ", ".join(known), "correct them; null where it is unknown", count=len(odd)))  # fmt: skip
    if problems:
        raise DataProblems(f"{len(problems)} problem(s): the workbook was not written", problems)


def _sized(h: pl.DataFrame, p: pl.DataFrame) -> pl.DataFrame:
    """The number of members from the rows of persons, where the household does not say."""
    import polars as pl

    counts = p.group_by(pl.col(KEY).cast(pl.String)).agg(_members=pl.len().cast(pl.Int64))
    given = pl.col("household_size") if "household_size" in h.columns else pl.lit(None, dtype=pl.Int64)
    h = h.join(counts, on=KEY, how="left", maintain_order="left")
    return h.with_columns(household_size=pl.coalesce(given, "_members")).drop("_members")


Format = Any
Cells = Iterable[tuple[Any, ...]]


@attrs.define(eq=False, repr=False)
class _Book:
    """A workbook being written."""

    std: Standard | None
    lang: str
    findings: Findings | None
    problems: tuple[Any, ...]
    on: date | None
    personal: tuple[str, ...]
    rows_per_sheet: int | None
    formats: dict[str, Format] = attrs.field(factory=dict)
    names: list[str] = attrs.field(factory=list)

    @property
    def words(self) -> Mapping[str, str]:
        found: Mapping[str, str] = load(FILE)["words"][self.lang]
        return found

    def write(self, path: str, h: pl.DataFrame, moved: pl.DataFrame | None) -> tuple[str, ...]:
        import xlsxwriter  # type: ignore[import-untyped]

        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(path, options) as book:
            self.formats = _formats(book)
            self.summary(book, h)
            columns = self.columns(h)
            self.table(book, "households", self.listed(h, columns), h.height, columns)
            self.table(book, "problems", self.problem_rows(), self.problem_count(), list(load(FILE)["problems"]))
            if moved is not None:
                self.table(book, "movements", self.moves(moved), moved.height, self.move_columns(moved))
        return tuple(self.names)

    # --- sheets of rows -------------------------------------------------------------------------------

    def table(self, book: Any, what: str, rows: Cells, count: int, columns: list[str]) -> None:
        """One sheet of rows under a header, or as many as they need."""
        data = load(FILE)[what]
        marked = columns.index("category") if "category" in columns else -1
        source = iter(rows)
        part = 0
        while part == 0 or count > 0:
            part += 1
            name = load(FILE)["sheets"][what][self.lang] + (f" ({part})" if part > 1 else "")
            sheet = self.sheet(book, name)
            limit = min(self.rows_per_sheet or sheet.xls_rowmax, sheet.xls_rowmax - 1)
            here = min(count, limit)
            for i, column in enumerate(columns):
                sheet.set_column(i, i, data.get(column, {}).get("width", 20))
            sheet.set_row(0, 32)
            for i, column in enumerate(columns):
                sheet.write_string(0, i, data[column][self.lang] if column in data else column, self.formats["head"])
            sheet.freeze_panes(1, 1)
            sheet.autofilter(0, 0, max(here, 1), len(columns) - 1)
            sheet.repeat_rows(0)
            for at in range(1, here + 1):
                row = next(source)
                for i, value in enumerate(row[: len(columns)]):
                    if value is not None:
                        self.cell(sheet, at, i, value, self.formats.get(f"class {row[-1]}") if i == marked else None)
            count -= here

    def sheet(self, book: Any, name: str) -> Any:
        sheet = book.add_worksheet(name)
        self.names.append(name)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(f"&L{name}&R{self.words['page']}")
        return sheet

    def cell(self, sheet: Any, row: int, column: int, value: Any, form: Format = None) -> None:
        if isinstance(value, str):
            if len(value) > sheet.xls_strmax:
                value = value[: sheet.xls_strmax - len(self.words["cut"])] + self.words["cut"]
            if value.startswith(FORMULA):
                form = self.formats["quoted"]
            sheet.write_string(row, column, value, form or self.formats["text"])
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.formats["day"])
        else:
            sheet.write_number(row, column, value, form or self.formats["number" if value == int(value) else "decimal"])

    # --- households -----------------------------------------------------------------------------------

    def columns(self, h: pl.DataFrame) -> list[str]:
        """The columns that there is something to write in, and those that were asked for."""
        made = {
            "reason": True,
            "findings": self.findings is not None,
            "difference": {"category", "recorded"} <= set(h.columns),
        }
        known = [c for c in load(FILE)["households"] if made.get(c, c in h.columns)]
        return known + [c for c in self.personal if c not in known]

    def listed(self, h: pl.DataFrame, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        """The rows of the sheet of households; after the last column the class, for its fill."""
        import polars as pl

        made = h.with_columns(
            _reason=self.reason(h),
            _class=_category(h),
            _difference=self.difference(h),
            _findings=pl.lit(None, dtype=pl.String),
        )
        if self.findings is not None and self.findings.count:
            made = made.drop("_findings").join(self.found(), on=KEY, how="left", maintain_order="left")
        area = None if self.std is None else {c: t[self.lang] for c, t in self.std.facts["area"].codes.items()}
        exprs: dict[str, pl.Expr] = {
            "category": pl.col("_class").replace_strict(self.class_words(), default=None, return_dtype=pl.String),
            "reason": pl.col("_reason"), "difference": pl.col("_difference"), "findings": pl.col("_findings"),
        }  # fmt: skip
        if "area" in h.columns and area is not None:
            exprs["area"] = pl.col("area").cast(pl.String).replace(area)
        if "recorded" in h.columns:
            exprs["recorded"] = (
                pl.col("recorded").cast(pl.String).replace({c: w for c, w in self.recorded_words().items() if c})
            )
        chosen = [
            exprs.get(c, _plain(pl.col(c), h.schema[c]) if c in h.columns else pl.lit(None)).alias(f"_{i}")
            for i, c in enumerate(columns)
        ]
        for piece in made.iter_slices(SLICE):
            yield from piece.select(*chosen, pl.col("_class").alias("_fill")).iter_rows()

    def class_words(self) -> dict[str, str]:
        """The name of each class, and of a class that is open."""
        named = load(FILE)["classes"]["recorded"]
        words = {c: named[COARSE.get(c, c)][self.lang] for c in CLASSES}
        if self.std is not None:
            words |= {name: _capital(c.labels[self.lang]) for name, c in self.std.classes.items()}
        return {**words, OPEN: self.words["undetermined"]}

    def recorded_words(self) -> dict[str | None, str]:
        named = load(FILE)["classes"]["recorded"]
        return {**{c: named[c][self.lang] for c in RECORDED}, None: self.words["not_recorded"]}

    def difference(self, h: pl.DataFrame) -> pl.Expr:
        import polars as pl

        if "recorded" not in h.columns or "category" not in h.columns:
            return pl.lit(None, dtype=pl.String)
        same = pl.col("recorded").cast(pl.String) == pl.col("category").cast(pl.String).replace(COARSE)
        return pl.when(same).then(pl.lit(self.words["same"])).when(~same).then(pl.lit(self.words["different"]))

    def found(self) -> pl.DataFrame:
        """What the checks found of each household, in words."""
        import polars as pl

        assert self.findings is not None
        severities = load("checks.yaml")["severities"]
        rules = {
            c.check.id: f"[{severities[c.check.severity][self.lang]}] {c.check.rules[self.lang]}"
            for c in self.findings.checks
        }
        table = self.findings.table.select(KEY, _findings=pl.col("check").replace_strict(rules, return_dtype=pl.String))
        return (
            table.unique(maintain_order=True).group_by(KEY, maintain_order=True).agg(pl.col("_findings").str.join("; "))
        )

    # --- why ------------------------------------------------------------------------------------------

    def reason(self, h: pl.DataFrame) -> pl.Expr:
        """Which lines, which indicators, what is open, in words."""
        import polars as pl

        parts = [*self.lines(h), self.indicators(h), self.open(h)]
        said = pl.concat_str(parts, separator="; ", ignore_nulls=True)
        recorded = pl.col("recorded").is_not_null() if "recorded" in h.columns else pl.lit(False)
        return pl.when(said != "").then(said).when(recorded).then(pl.lit(self.words["only_recorded"]))

    def lines(self, h: pl.DataFrame) -> Iterator[pl.Expr]:
        """``B1 130 ≤ 140``, ``B2 30–40 ≥ 30``, income a person against its line; each where the side is known."""
        import polars as pl

        std = self.std
        if std is None:
            return
        area = pl.col("area").cast(pl.String) if "area" in h.columns else pl.lit(None, dtype=pl.String)
        income = self.words["income"]
        for column, line, label, beyond in (
            ("b1", "score_line", "B1", (" ≤ ", " > ")), ("b2", "deprivation_score_line", "B2", (" < ", " ≥ ")),
            ("income_per_person", "poverty_line", income, (" ≤ ", " > ")),
        ):  # fmt: skip
            if column not in h.columns or line not in std.lines or not h.schema[column].is_numeric():
                continue
            if column == "income_per_person" and "b1" in h.columns:
                continue
            value, limit = pl.col(column).cast(pl.Float64), _limits(std, line, area)
            if limit is None:
                continue
            ends = [f"{column}{end}" for end in ("_min", "_max")]
            if not all(n in h.columns and h.schema[n].is_numeric() for n in ends):
                ends = [column, column]
            least, most = (pl.coalesce(value, pl.col(n).cast(pl.Float64)) for n in ends)
            below = [end <= limit if beyond[0] == " ≤ " else end < limit for end in (least, most)]
            sign = pl.when(below[1]).then(pl.lit(beyond[0])).when(~below[0]).then(pl.lit(beyond[1]))
            span = pl.concat_str([self.numbers(h, least), pl.lit("–"), self.numbers(h, most)])
            shown = pl.when(least == most).then(self.numbers(h, least)).otherwise(span)
            yield pl.concat_str([pl.lit(f"{label} "), shown, sign, self.numbers(h, limit)], ignore_nulls=False)

    def indicators(self, h: pl.DataFrame) -> pl.Expr:
        """``thiếu hụt 3: …; chưa rõ: …`` from the columns ``deprived_*``."""
        import polars as pl

        flags = [c for c in h.columns if c.startswith("deprived_") and h.schema[c] == pl.Boolean]
        named = (
            {} if self.std is None else {f"deprived_{n}": d.labels[self.lang] for n, d in self.std.indicators.items()}
        )
        flags = [f for f in flags if self.std is None or f in named]
        if not flags:
            return pl.lit(None, dtype=pl.String)

        def names(test: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
            each = [pl.when(test(pl.col(f))).then(pl.lit(named.get(f, f.removeprefix("deprived_")))) for f in flags]
            joined = pl.concat_str(each, separator=", ", ignore_nulls=True)
            return pl.when(joined != "").then(joined)

        deprived, unclear = names(lambda c: c.fill_null(False)), names(lambda c: c.is_null())
        count = pl.sum_horizontal(*(pl.col(f).fill_null(False).cast(pl.Int64) for f in flags)).cast(pl.String)
        some = pl.concat_str([pl.lit(f"{self.words['deprived']} "), count, pl.lit(": "), deprived])
        unknown = pl.concat_str([pl.lit(f"{self.words['open_indicators']}: "), unclear])
        all_unknown = pl.all_horizontal(*(pl.col(f).is_null() for f in flags))
        both = pl.concat_str([some, unknown], separator="; ", ignore_nulls=True)
        return pl.when(~all_unknown & (both != "")).then(both)

    def open(self, h: pl.DataFrame) -> pl.Expr:
        """``có thể là hộ nghèo hoặc hộ cận nghèo; cần biết: khu vực``, where there is no class yet."""
        import polars as pl

        if "possible" not in h.columns or "category" not in h.columns:
            return pl.lit(None, dtype=pl.String)
        labels = {name: words[0].lower() + words[1:] for name, words in self.class_words().items()}
        possible = _worded(h, "possible", labels, f" {self.words['or']} ")
        parts = [pl.concat_str([pl.lit(f"{self.words['possible']} "), possible])]
        if "undetermined_because" in h.columns:
            wanted = _worded(h, "undetermined_because", self.fact_words(), ", ")
            parts.append(pl.concat_str([pl.lit(f"{self.words['needs']}: "), wanted]))
        said = pl.concat_str(parts, separator="; ", ignore_nulls=True)
        return pl.when(pl.col("category").is_null() & (said != "")).then(said)

    def fact_words(self) -> dict[str, str]:
        if self.std is None:
            return {}
        words = {f"members.{n}": f.labels[self.lang] for n, f in person_names(self.std).items()}
        return words | {n: f.labels[self.lang] for n, f in household_names(self.std).items()}

    def column_words(self) -> dict[str, str]:
        """Columns as people call them."""
        facts = (
            {}
            if self.std is None
            else {n: f.labels[self.lang] for n, f in person_names(self.std).items()} | self.fact_words()
        )
        return facts | {n: c[self.lang] for n, c in load(FILE)["households"].items()}

    def numbers(self, h: pl.DataFrame, value: pl.Expr) -> pl.Expr:
        """Numbers as the language writes them, each distinct one once."""
        import polars as pl

        from ..explaining import number_text

        distinct = h.select(value.cast(pl.Float64).alias("n")).to_series().drop_nulls().unique().to_list()
        texts = {n: number_text(int(n) if n == int(n) else n, self.lang) for n in distinct}
        return value.cast(pl.Float64).replace_strict(texts, default=None, return_dtype=pl.String)

    # --- problems -------------------------------------------------------------------------------------

    def problem_count(self) -> int:
        found = 0 if self.findings is None else self.findings.count
        return found + sum(max(len(getattr(p, "rows", ())), 1) for p in self.problems)

    def problem_rows(self) -> Iterator[tuple[Any, ...]]:
        """The problems of files, then the findings: one row for each. Rows of tables count from 1."""
        severities = load("checks.yaml")["severities"]
        for p in self.problems:
            severity = severities[getattr(p, "severity", "error")][self.lang]
            reason = said(p.message, self.lang) + (f" ({said(p.allowed, self.lang)})" if p.allowed else "")
            remedy = said(p.remedy, self.lang)
            if hasattr(p, "file"):
                value = p.value or None
                yield (severity, p.file, p.sheet, p.row or None, None, p.column, value, reason, remedy, p.code)
                continue
            for number, key, _ in p.rows or ((None, None, None),):
                home = None if key is None else str(key)
                yield (severity, None, None, number, home, p.where, None, reason, remedy, p.code)
        if self.findings is None:
            return
        words = {c.check.id: (c.check.rules[self.lang], c.check.remedies[self.lang]) for c in self.findings.checks}
        where = {t: load("checks.yaml")["words"][self.lang][t] for t in ("households", "persons")}
        named = self.column_words()
        hidden = [load("checks.yaml")["words"][lang]["hidden"] for lang in ("en", self.lang)]
        for piece in self.findings.table.iter_slices(SLICE):
            for r in piece.iter_rows(named=True):
                rule, remedy = words[r["check"]]
                value = hidden[1] if r["value"] == hidden[0] else r["value"]
                severity = severities[r["severity"]][self.lang]
                yield (
                    severity,
                    None,
                    where[r["table"]],
                    r["row"] + 1,
                    r[KEY],
                    named.get(r["column"], r["column"]),
                    value,
                    rule,
                    remedy,
                    r["code"],
                )

    # --- movements ------------------------------------------------------------------------------------

    def move_columns(self, moved: pl.DataFrame) -> list[str]:
        return [c for c in load(FILE)["movements"] if c in moved.columns]

    def moves(self, moved: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
        import polars as pl

        codes = {code: text[self.lang] for code, text in load(FILE)["codes"].items()}
        coded = {"from", "to", "area", "area_before", "measure", "movement"}
        exprs = [
            (pl.col(c).cast(pl.String).replace(codes) if c in coded else _plain(pl.col(c), moved.schema[c])).alias(c)
            for c in self.move_columns(moved)
        ]
        for piece in moved.iter_slices(SLICE):
            yield from piece.select(exprs).iter_rows()

    # --- the first sheet ------------------------------------------------------------------------------

    def summary(self, book: Any, h: pl.DataFrame) -> None:
        words, sheet = self.words, self.sheet(book, load(FILE)["sheets"]["summary"][self.lang])
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, 8, 16)
        sheet.hide_gridlines(2)
        at = 0
        for line in self.opening(h):
            for i, (value, form) in enumerate(line):
                if value is not None:
                    self.cell(sheet, at, i, value, self.formats[form] if form else None)
            at += 1
        text = DISCLAIMER[self.lang]
        self.cell(sheet, at + 1, 0, text, self.formats["strong"])
        shown = words["personal"].format(", ".join(self.personal)) if self.personal else words["no_personal"]
        self.cell(sheet, at + 2, 0, shown, self.formats["plain"])

    def opening(self, h: pl.DataFrame) -> Iterator[list[tuple[Any, str]]]:
        words = self.words
        yield [(words["title"], "title")]
        if self.std is not None:
            title = f"{self.std.title[self.lang]} ({self.std.exact_id})"
            if self.std.hypothetical:
                title = f"{words['hypothetical']}: {title}"
            yield [(f"{words['standard']}: {title}", "plain")]
        yield [(f"{words['data']}: {data_version()}; {words['code']}: {CODE_VERSION}", "plain")]
        if self.on is not None:
            yield [(f"{words['day']}: {self.on.strftime('%d/%m/%Y')}", "plain")]
        yield []
        if "category" in h.columns:
            yield from self.counts(h, _category(h), self.class_words(), words["computed"])
        if "recorded" in h.columns:
            yield from self.counts(h, h["recorded"].cast(_text_type()), self.recorded_words(), words["recorded"])
        if "category" in h.columns and "recorded" in h.columns:
            yield from self.crossed(h)
        yield from self.checked()
        yield from self.from_files()

    def counts(
        self, h: pl.DataFrame, cls: Any, labels: Mapping[Any, str], title: str
    ) -> Iterator[list[tuple[Any, str]]]:
        """Households and persons by class and area; persons are a number only where every size is known."""
        import polars as pl

        words = self.words
        area = pl.col("area").cast(pl.String) if "area" in h.columns else pl.lit(None, dtype=pl.String)
        size = pl.col("household_size") if "household_size" in h.columns else pl.lit(None, dtype=pl.Int64)
        grouped = (
            h.select(cls.alias("class"), area.alias("area"), size.alias("size"))
            .group_by("class", "area")
            .agg(n=pl.len(), persons=pl.col("size").sum(), unknown=pl.col("size").is_null().sum())
            .rows(named=True)
        )
        codes: list[Any] = [] if self.std is None else list(self.std.facts["area"].codes)
        codes = [*codes, *sorted({g["area"] for g in grouped if g["area"] is not None} - set(codes))]
        codes += [None] if any(g["area"] is None for g in grouped) else []
        named = {c: t[self.lang] for c, t in ({} if self.std is None else self.std.facts["area"].codes).items()}
        heads = [words["unknown_area"] if c is None else named.get(c, c) for c in codes]
        yield [(title, "strong")]
        both = [f"{head}: {words[m]}" for m in ("households", "persons") for head in [*heads, words["total"]]]
        yield [(text, "head") for text in (words["class"], *both)]
        for c in [*labels, "total"]:
            mine = [g for g in grouped if c == "total" or g["class"] == c]
            if not mine and c in (OPEN, None):
                continue
            cells: list[tuple[Any, str]] = []
            for measure in ("n", "persons"):
                for a in [*codes, "total"]:
                    some = [g for g in mine if a == "total" or g["area"] == a]
                    known = measure == "n" or not any(g["unknown"] for g in some)
                    cells.append((sum(g[measure] for g in some), "count") if known else (words["not_known"], "count"))
            yield [(words["total"] if c == "total" else labels[c], "label"), *cells]
        yield []

    def crossed(self, h: pl.DataFrame) -> Iterator[list[tuple[Any, str]]]:
        """Recorded against computed classes."""
        import polars as pl

        labels = self.class_words()
        counts = {
            (r, c): n
            for r, c, n in h.select(r=pl.col("recorded").cast(pl.String), c=_category(h))
            .group_by("r", "c")
            .len()
            .rows()
        }
        yield [(self.words["crossed"], "strong")]
        yield [(text, "head") for text in ("", *labels.values())]
        for recorded, label in self.recorded_words().items():
            row: list[tuple[Any, str]] = []
            for c in labels:
                differs = recorded is not None and c != OPEN and COARSE.get(c, c) != recorded
                n = counts.get((recorded, c), 0)
                row.append((n, "different" if differs and n else "count"))
            if recorded is not None or any(n for n, _ in row):
                yield [(label, "label"), *row]
        yield []

    def checked(self) -> Iterator[list[tuple[Any, str]]]:
        words = self.words
        yield [(words["checks"], "strong")]
        if self.findings is None:
            yield [(words["unchecked"], "plain")]
        elif not self.findings.checks:
            yield [(words["no_checks"], "plain")]
        else:
            yield [(words[w], "head") for w in ("problem", "severity", "rows", "households", "ground")]
            severities = load("checks.yaml")["severities"]
            for c in self.findings.checks:
                ground = "" if c.check.cite is None else f"{c.check.cite.label(self.lang)} ({c.check.cite.grade})"
                yield [(c.check.rules[self.lang], "label"), (severities[c.check.severity][self.lang], "label"), (c.count, "count"),
                       (c.households, "count"), (ground, "plain")]  # fmt: skip
        if self.findings is not None and self.findings.skipped:
            known = load("checks.yaml")["checks"]
            yield [(words["skipped"], "strong")]
            for id, lacking in self.findings.skipped.items():
                yield [(known[id]["rule"][self.lang], "label"), (f"{words['missing']} {', '.join(lacking)}", "plain")]
        yield []

    def from_files(self) -> Iterator[list[tuple[Any, str]]]:
        if not self.problems:
            return
        words = self.words
        kinds: dict[tuple[str, str], int] = {}
        for p in self.problems:
            key = (p.message, p.code)
            kinds[key] = kinds.get(key, 0) + max(getattr(p, "count", 1), 1)
        yield [(words["file_problems"], "strong")]
        yield [(words[w], "head") for w in ("problem", "rows")]
        for (message, code), count in sorted(kinds.items(), key=lambda k: -k[1]):
            yield [(f"{message} [{code}]", "label"), (count, "count")]
        yield []


def _text_type() -> Any:
    import polars as pl

    return pl.String


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _category(h: pl.DataFrame) -> Any:
    """The class of each household; ``undetermined`` where it is open, unknown where nothing was computed."""
    import polars as pl

    if "category" not in h.columns:
        return pl.lit(None, dtype=pl.String)
    return pl.col("category").cast(pl.String).fill_null(OPEN)


def _plain(column: pl.Expr, kind: Any) -> pl.Expr:
    """A column as Excel takes it: texts, numbers, days, and no number for what is not one."""
    import polars as pl

    if kind == pl.Datetime:
        return column.cast(pl.Date)
    if isinstance(kind, pl.Decimal) or kind.is_float():
        column = column.cast(pl.Float64)
        return pl.when(column.is_finite()).then(column)
    return column if kind.is_integer() or kind in (pl.Date, pl.Boolean, pl.String) else column.cast(pl.String)


def _limits(std: Standard, line: str, area: pl.Expr) -> pl.Expr | None:
    """The number of a line in each row; None where it depends on more than the area."""
    import polars as pl

    table = std.lines[line].table
    if not isinstance(table, Mapping):
        return pl.lit(float(table))
    ((fact, cells),) = table.items()
    if fact != "area" or any(isinstance(c, Mapping) for c in cells.values()):
        return None
    return area.replace_strict({c: float(v) for c, v in cells.items()}, default=None, return_dtype=pl.Float64)


def _worded(h: pl.DataFrame, column: str, words: Mapping[str, str], between: str) -> pl.Expr:
    """A column of names joined by ``; ``, in words; each distinct text once."""
    import polars as pl

    distinct = h[column].cast(pl.String).drop_nulls().unique().to_list()
    texts = {text: between.join(words.get(n, n) for n in text.split("; ")) for text in distinct}
    return pl.col(column).cast(pl.String).replace_strict(texts, default=None, return_dtype=pl.String)


def _formats(book: Any) -> dict[str, Format]:
    """The formats of the workbook; fills differ in brightness, so that they stay apart in grey."""
    fills = load(FILE)["fills"]
    base = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
    head = {
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "align": "center",
        "border": 1,
        "bg_color": f"#{fills['head']}",
    }
    kinds: dict[str, dict[str, Any]] = {
        "text": {"text_wrap": True}, "plain": {}, "number": {"num_format": "#,##0"}, "decimal": {"num_format": "#,##0.00"},
        "day": {"num_format": "dd/mm/yyyy", "align": "center"}, "quoted": {"quote_prefix": True}, "head": head,
        "title": {"bold": True, "font_size": 14}, "strong": {"bold": True}, "label": {"border": 1},
        "count": {"border": 1, "num_format": "#,##0", "align": "right"},
        "different": {"border": 1, "num_format": "#,##0", "align": "right", "bold": True, "bg_color": f"#{fills['difference']}"},
        "class poor": {"bold": True, "bg_color": f"#{fills['poor']}"}, "class near_poor": {"bg_color": f"#{fills['near_poor']}"},
        "class undetermined": {"italic": True, "pattern": 18, "fg_color": "#BFBFBF", "bg_color": "#FFFFFF"},
    }  # fmt: skip
    return {name: book.add_format({**base, **own}) for name, own in kinds.items()}


__all__ = ["write_review"]
