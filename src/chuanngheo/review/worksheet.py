"""The income worksheet of Phụ lục VIII: receipts less costs of twelve months, by source, exactly.

Amounts are given as on the form, in the unit it prints (1,000 đồng), and come back in đồng. A blank
cell is unknown: the total is then open on one side or both, and names what is missing. Allowances
that the State budget pays stand apart and are not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import DataProblems, HouseholdError, Problem, as_day, nearest, quoted
from ..household import blank as is_blank
from ..household import to_number
from ..model import Text
from ..tabular import beside, to_polars
from ..tree import Number
from ..values import Frozen, frozen
from .data import load
from .masking import masked

if TYPE_CHECKING:
    import polars as pl

    from ..answering import Standard
    from ..assessment import Assessment

RECEIPTS, COSTS = "receipts", "costs"
CELLS = (RECEIPTS, COSTS)
TOTAL = "total"
LEFT_OUT = "state_allowances"
AVERAGE = "average"
BLANKS = ("unknown", "none")
LOSSES = ("error", "zero")
_GROUPED = r"^-?[0-9]{1,3}\.[0-9]{3}$"  # 12.500 is how thousands are written in Vietnamese
_PLAIN = r"^-?[0-9]+(\.[0-9]+)?$"
FIRST = 5  # rows shown of each problem
MOST = 2**40  # of a cell: far beyond every household, and small enough to add up


@frozen
class Row(Frozen):
    """A row of the worksheet, in đồng. ``receipts`` and ``costs`` are None where they are not known.

    ``within`` names the row that it is a part of; ``number`` is that printed on the form.
    """

    name: str
    number: str
    labels: Text
    within: str
    receipts: Number | None
    costs: Number | None

    @property
    def income(self) -> Number | None:
        """Receipts less costs; None where either is not known."""
        return None if self.receipts is None or self.costs is None else self.receipts - self.costs

    def label(self, lang: str = "vi") -> str:
        return self.labels[lang]


@frozen
class Worksheet(Frozen):
    """A worksheet added up. Amounts are đồng of twelve months.

    ``receipts`` and ``costs`` are (least, most): equal where known, most None where a blank row may
    hold anything. ``missing`` names the blank cells that leave it open. ``state_allowances`` is shown
    and not counted. ``rows`` is the trace.
    """

    rows: tuple[Row, ...]
    receipts: tuple[Number, Number | None]
    costs: tuple[Number, Number | None]
    missing: tuple[str, ...]
    household_size: int | None
    state_allowances: Number | None = None

    @property
    def income_bounds(self) -> tuple[Number | None, Number | None]:
        """The least and most the income can be; None on a side that is open."""
        low = None if self.costs[1] is None else self.receipts[0] - self.costs[1]
        high = None if self.receipts[1] is None else self.receipts[1] - self.costs[0]
        return low, high

    @property
    def income(self) -> Number | None:
        """``income_excluding_allowances``: receipts less costs, below zero where it is a loss; None if open."""
        low, high = self.income_bounds
        return low if low == high else None

    @property
    def per_person(self) -> Number | None:
        """Income a person a month, as an exact fraction; None where income or members are not known."""
        if self.income is None or self.household_size is None:
            return None
        exact = Fraction(self.income) / self.household_size / months()
        return int(exact) if exact.denominator == 1 else exact

    @property
    def loss(self) -> bool | None:
        """Whether costs exceed receipts; None where that is open."""
        low, high = self.income_bounds
        return True if high is not None and high < 0 else False if low is not None and low >= 0 else None

    def facts(self, *, area: str | None = None, loss: str = "error", **more: Any) -> dict[str, Any]:
        """What :meth:`Standard.assess` reads: ``income_excluding_allowances``, ``household_size``, ``area``.

        With ``state_allowances`` known, ``income`` too (with the allowances). An open income is left
        out. No income fact may be below zero and the law does not say what a loss counts as: it raises
        :class:`HouseholdError` (CN158) unless ``loss="zero"``. ``more`` are further facts
        (``farming_livelihood=True``).
        """
        _allowed("loss", loss, LOSSES)
        found: dict[str, Any] = {"area": area, "household_size": self.household_size, **more}
        if self.income is not None:
            if self.income < 0 and loss == "error":
                raise HouseholdError("the worksheet ends in a loss", [_loss_problem("income_excluding_allowances")])
            found["income_excluding_allowances"] = max(self.income, 0)
            if self.state_allowances is not None:
                found["income"] = max(self.income, 0) + self.state_allowances
        return {name: value for name, value in found.items() if value is not None}

    def assess(
        self,
        std: Standard,
        *,
        area: str | None = None,
        on: date | None = None,
        readings: Mapping[str, str] | None = None,
        loss: str = "error",
        **more: Any,
    ) -> Assessment:
        """The class by a standard (``cn.standard("vn-2022")``), from :meth:`facts`."""
        return std.assess(self.facts(area=area, loss=loss, **more), on=on, readings=readings)

    def average(self, std: Standard, **asked: Any) -> bool | None:
        """Part III of the form: whether it has an average living standard; None where that is open.

        Arguments as for :meth:`assess`.
        """
        found = self.assess(std, **asked)
        return True if found.category == AVERAGE else None if AVERAGE in found.possible else False

    def explain(self, lang: str = "vi") -> str:
        """The rows and their sums, one a line, in đồng."""
        return "\n".join(_explained(self, lang))

    def __str__(self) -> str:
        return self.explain("en")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; fractions as text."""
        from ..explaining import plain

        found: dict[str, Any] = plain({
            "receipts": self.receipts, "costs": self.costs, "income": self.income, "income_bounds": self.income_bounds,
            "per_person": self.per_person, "household_size": self.household_size, "missing": self.missing,
            "state_allowances": self.state_allowances, "loss": self.loss,
            "rows": [{"name": r.name, "number": r.number, "label": r.labels, "within": r.within or None,
                      "receipts": r.receipts, "costs": r.costs, "income": r.income} for r in self.rows],
            "cite": form()["cite"],
        })  # fmt: skip
        return found


def form() -> Mapping[str, Any]:
    """The worksheet as data: rows, unit, period, what is left out, with their citations."""
    found: Mapping[str, Any] = load("worksheet.yaml")
    return found


def months() -> int:
    return int(form()["period"]["months"])


@cache
def row_names() -> Mapping[str, tuple[str, ...]]:
    """The nine sources, each with the rows that are parts of it."""
    return {name: tuple(row.get("rows", ())) for name, row in form()["rows"].items()}


@cache
def cell_names() -> tuple[str, ...]:
    """The columns that :func:`incomes` knows: ``crops_food_receipts`` and so on, in the order of the form."""
    rows = [n for name, parts in row_names().items() for n in (name, *parts)]
    return (*(f"{row}_{cell}" for row in (*rows, TOTAL) for cell in CELLS), LEFT_OUT)


def period(received: date) -> tuple[date, date]:
    """The twelve months that end on the day the request was received: first and last day.

    >>> from datetime import date
    >>> period(date(2024, 3, 15))
    (datetime.date(2023, 3, 16), datetime.date(2024, 3, 15))
    """
    last = as_day(received, "received")
    years, over = divmod(last.year * 12 + last.month - 1 - months(), 12)
    first_of_month = date(years, over + 1, 1)
    after = date(years + over // 11, (over + 1) % 12 + 1, 1)
    day = first_of_month + timedelta(days=min(last.day, (after - first_of_month).days) - 1)
    return day + timedelta(days=1), last


# --- one household ------------------------------------------------------------------------------------


def income(worksheet: Mapping[str, Any], household_size: int | None = None, *, blank: str = "unknown") -> Worksheet:
    """Add up one worksheet, exactly.

    ``worksheet`` maps rows to their two cells in 1,000 đồng: ``{"crops_food": {"receipts": 18_500,
    "costs": 7_200}, "wages": {"receipts": "36000.5", "costs": 0}}``; ``total`` is the last row of the
    form, ``state_allowances`` an amount that is not counted. Amounts may be int, Decimal, Fraction,
    decimal text, or a float as its shortest text. A row with parts may be given itself, or its parts,
    or both, which must agree. A blank cell is unknown; ``blank="none"`` says that the form was filled
    in and a blank means nothing there (not of ``state_allowances``, which the form has no cell for).

    Raises :class:`HouseholdError` with every problem: unknown rows, what is not an amount (CN156,
    CN049 to CN051), sums that do not agree (CN157).

    >>> made = income({"crops": {"receipts": 30_000, "costs": 12_000}, "wages": {"receipts": 72_000}}, 4, blank="none")
    >>> made.income, made.per_person
    (90000000, 1875000)
    """
    _allowed("blank", blank, BLANKS)
    problems: list[Problem] = []
    given = _cells(worksheet, problems)
    size = _size(household_size, problems)
    if problems:
        raise HouseholdError(f"{len(problems)} problem(s) in the worksheet", problems)
    rows: dict[str, dict[str, Number | None]] = {}
    sums: dict[str, tuple[Number, Number | None]] = {}
    missing: list[str] = []
    for cell in CELLS:
        spans, found, open_cells = [], {}, []
        for name, parts in row_names().items():
            own = [(p, given.get((p, cell))) for p in parts]
            span, lacking = _added(name, cell, given.get((name, cell)), own, blank, problems)
            spans.append(span)
            open_cells += lacking
            found[name] = span[0] if span[0] == span[1] else None
            found |= {p: 0 if v is None and blank == "none" and given.get((name, cell)) is None else v for p, v in own}
        sums[cell], is_open = _summed(TOTAL, cell, given.get((TOTAL, cell)), spans, problems)
        missing += open_cells if is_open else []
        for name, value in found.items():
            rows.setdefault(name, {})[cell] = value
    if problems:
        raise HouseholdError(f"{len(problems)} sum(s) of the worksheet do not agree", problems)
    order = {c.rsplit("_", 1)[0]: i for i, c in enumerate(cell_names())}
    missing.sort(key=lambda c: order[c.rsplit(".", 1)[0]])
    return Worksheet(
        tuple(_rows(rows)), sums[RECEIPTS], sums[COSTS], tuple(missing), size, given.get((LEFT_OUT, RECEIPTS))
    )


Span = tuple[Number, Number | None]


def _added(
    name: str,
    cell: str,
    own: Number | None,
    parts: list[tuple[str, Number | None]],
    blank: str,
    problems: list[Problem],
) -> tuple[Span, list[str]]:
    """One source: its own cell and those of its parts, and the blank cells that leave it open."""
    nothing = blank == "none"
    if not parts or all(v is None for _, v in parts):
        if own is None:
            return ((0, 0), []) if nothing else ((0, None), [f"{name}.{cell}"])
        return (own, own), []
    spans: list[Span] = [(v, v) if v is not None else (0, 0 if nothing else None) for _, v in parts]
    span, is_open = _summed(name, cell, own, spans, problems)
    return span, [f"{p}.{cell}" for p, v in parts if v is None] if is_open else []


def _summed(name: str, cell: str, own: Number | None, spans: list[Span], problems: list[Problem]) -> tuple[Span, bool]:
    """A sum, held against the one written on the form; whether it stays open."""
    low = sum((s[0] for s in spans), start=0)
    known = all(s[0] == s[1] for s in spans)
    if own is None:
        return (low, low if known else None), not known
    if own < low or (known and own != low):
        problems.append(_sum_problem(f"{name}.{cell}", _thousands(own), _thousands(low), known))
    return (own, own), False


def _cells(worksheet: Any, problems: list[Problem]) -> dict[tuple[str, str], Number]:
    """The cells that were given, in đồng."""
    found: dict[tuple[str, str], Number] = {}
    if not isinstance(worksheet, Mapping):
        problems.append(Problem("CN156", "worksheet", f"a worksheet is a mapping of rows, not {quoted(worksheet)}", None,
                                remedy='{"wages": {"receipts": 36_000, "costs": 0}}'))  # fmt: skip
        return found
    known = [*(n for name, parts in row_names().items() for n in (name, *parts)), TOTAL]
    for name, row in worksheet.items():
        if name == LEFT_OUT:
            _take((LEFT_OUT, RECEIPTS), LEFT_OUT, row, found, problems)
        elif name not in known:
            problems.append(Problem("CN156", str(name), f"unknown row {quoted(name)}", None, remedy=nearest(str(name), [*known, LEFT_OUT])))  # fmt: skip
        elif row is not None and not isinstance(row, Mapping):
            problems.append(Problem("CN156", str(name), f"a row has two cells, not {quoted(row)}", None,
                                    remedy=f'"{name}": {{"receipts": ..., "costs": ...}}'))  # fmt: skip
        else:
            for cell, value in (row or {}).items():
                if cell in CELLS:
                    _take((name, cell), f"{name}.{cell}", value, found, problems)
                else:
                    problems.append(Problem("CN156", f"{name}.{cell}", f"unknown cell {quoted(cell)}", None, ", ".join(CELLS)))  # fmt: skip
    return found


def _take(
    key: tuple[str, str], place: str, value: Any, found: dict[tuple[str, str], Number], problems: list[Problem]
) -> None:
    if is_blank(value):
        return
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item()
    unit = form()["unit"]["label"]["en"]
    allowed = f"a number from 0, in {unit}"
    exact = to_number(value)
    if isinstance(value, str) and re.match(_GROUPED, value.strip()):
        digits = value.strip().replace(".", "")
        problems.append(Problem("CN051", place, f"{quoted(value)} can mean {digits} or {float(exact or 0):g}", value, allowed,
                                f"write {digits}, or a number with other than three decimals"))  # fmt: skip
    elif exact is None:
        problems.append(Problem("CN049", place, f"{_told(value)} is not a number", _told(value), allowed,
                                "digits without grouping, a decimal point; None where it is unknown"))  # fmt: skip
    elif exact < 0:
        problems.append(Problem("CN050", place, f"{value} is below zero", value, allowed,
                                "write what was spent under costs"))  # fmt: skip
    else:
        dong = Fraction(exact) * int(form()["unit"]["dong"])
        found[key] = int(dong) if dong.denominator == 1 else dong


def _told(value: Any) -> Any:
    """A cell as a message may show it: an amount may, a text that slipped into its column may say who."""
    amount = not isinstance(value, str) or re.match(r"[-0-9.,\s]{1,16}$", value)
    return value if amount else masked(value)


def _size(given: Any, problems: list[Problem]) -> int | None:
    if is_blank(given):
        return None
    if type(given).__module__ == "numpy" and hasattr(given, "item"):
        given = given.item()
    exact = to_number(given)
    if isinstance(exact, int) and exact >= 1:
        return exact
    problems.append(Problem("CN050", "household_size", f"{quoted(given)} is not a number of persons", given,
                            "a whole number from 1", "None where it is unknown"))  # fmt: skip
    return None


def _rows(cells: Mapping[str, Mapping[str, Number | None]]) -> Iterator[Row]:
    for name, row in form()["rows"].items():
        yield Row(name, row["number"], row["label"], "", cells[name][RECEIPTS], cells[name][COSTS])
        for part, inner in row.get("rows", {}).items():
            yield Row(part, "", inner["label"], name, cells[part][RECEIPTS], cells[part][COSTS])


def _allowed(name: str, value: str, among: tuple[str, ...]) -> None:
    if value not in among:
        raise ValueError(f"{name}={value!r} is unknown; allowed: {', '.join(among)}")


def _thousands(value: Number) -> str:
    exact = Fraction(value) / int(form()["unit"]["dong"])
    return f"{exact.numerator:,}" if exact.denominator == 1 else f"{float(exact):,}"


def _sum_problem(where: str, own: str, added: str, known: bool) -> Problem:
    amount = added if known else f"{added} or more"
    return Problem("CN157", where, f"{own} is written where the rows give {amount}", None, amount,
                   "correct the row or the sum; leave the sum out to have it added up")  # fmt: skip


def _loss_problem(where: str, count: int = 0, rows: tuple[tuple[Any, ...], ...] = ()) -> Problem:
    return Problem("CN158", where, "costs are above receipts, and no text says what income that is", None, "an income from 0",
                   'loss="zero" counts it as no income', count=count, rows=rows)  # fmt: skip


def _explained(made: Worksheet, lang: str) -> Iterator[str]:
    from ..explaining import number_text

    words, data = form()["words"][lang], form()

    def amount(value: Number | None) -> str:
        return words["unknown"] if value is None else f"{number_text(value, lang)} đồng"

    def span(low: Number | None, high: Number | None) -> str:
        if low == high:
            return amount(low)
        ends = [f"{words['from']} {amount(low)}"] if low is not None else []
        return " ".join([*ends, *([f"{words['to']} {amount(high)}"] if high is not None else [])]) or words["unknown"]

    heads = {cell: data["columns"][cell]["label"][lang] for cell in CELLS}
    for row in made.rows:
        if (row.receipts, row.costs) not in ((0, 0), (None, None)):
            number = f"{row.number}. " if row.number else "   - "
            yield f"{number}{row.label(lang)}: {heads[RECEIPTS]} {amount(row.receipts)}, {heads[COSTS]} {amount(row.costs)}"
    yield f"{data['total']['label'][lang]}: {heads[RECEIPTS]} {span(*made.receipts)}, {heads[COSTS]} {span(*made.costs)}"
    ended = f" ({words['loss']})" if made.loss else ""
    yield f"{data['income']['label'][lang]}: {span(*made.income_bounds)}{ended}"
    if made.per_person is not None:
        yield f"{data['per_person']['label'][lang]}: {amount(made.per_person)}"
    if made.state_allowances is not None:
        yield f"{data['left_out'][LEFT_OUT]['label'][lang]}: {amount(made.state_allowances)}"
    if made.missing:
        yield f"{words['missing']}: {', '.join(made.missing)}"


# --- many households ----------------------------------------------------------------------------------

OUTPUTS = ("receipts", "costs", "worksheet_income", "income_excluding_allowances", "missing_rows", "worksheet_problems")


def incomes(
    frame: Any,
    columns: Mapping[str, str] | None = None,
    *,
    blank: str = "unknown",
    loss: str = "error",
    check: str = "now",
) -> Any:
    """The worksheets of a table, one a row: the same kind of table with these columns beside its own.

    * ``receipts``, ``costs``, ``worksheet_income`` (đồng, below zero where it is a loss), null if open;
    * ``income_excluding_allowances``: the fact for ``std.classify``; null if open or a loss
      (``loss="zero"``: no income), and ``income`` where the table has ``state_allowances``;
    * ``missing_rows``: the blank cells that leave it open; ``worksheet_problems``: what is wrong.

    A cell is read from the column of its name (:func:`cell_names`: ``crops_food_receipts``), or from
    the one that ``columns`` says; amounts are 1,000 đồng, at most three decimals. A cell without
    a column is blank in every row. ``check="now"`` raises :class:`DataProblems` with each kind of
    problem, its count and first rows; ``"defer"`` gives such a row nulls and its problems.

    >>> import polars as pl
    >>> table = pl.DataFrame({"wages_receipts": [72_000, None], "wages_costs": [0, 0]})
    >>> incomes(table, blank="none")["income_excluding_allowances"].to_list()
    [72000000, 0]
    """
    import polars as pl

    for name, value, among in (("blank", blank, BLANKS), ("loss", loss, LOSSES), ("check", check, ("now", "defer"))):
        _allowed(name, value, among)
    table = to_polars(frame, "worksheets")
    source = _sources(table, columns or {})
    amounts, kinds = _amounts(table, source)
    wrong: dict[tuple[str, str], pl.Series] = {key: test for key, test in kinds.items() if test.any()}
    usable = pl.select(~pl.any_horizontal(*kinds.values())).to_series()
    sums, lacking = {}, {}
    for cell in CELLS:
        parts = []
        for name, names in row_names().items():
            made = _source_column(amounts, name, names, cell, blank)
            parts.append(made)
            _mark(wrong, (f"{name}.{cell}", "CN157"), made["wrong"] & usable)
        total = _total_column(amounts.get(f"{TOTAL}_{cell}"), parts)
        _mark(wrong, (f"{TOTAL}.{cell}", "CN157"), total["wrong"] & usable)
        sums[cell] = total["sum"]
        lacking[cell] = pl.select(
            pl.when(total["sum"].is_null()).then(pl.concat_str([p["missing"] for p in parts], separator="; ", ignore_nulls=True))
        ).to_series()  # fmt: skip
    signed = sums[RECEIPTS] - sums[COSTS]
    if loss == "error":
        _mark(wrong, ("income_excluding_allowances", "CN158"), (signed < 0) & usable)
    if wrong and check == "now":
        raise _data_problems(wrong, table, source)
    return beside(frame, _answer(table, amounts, sums, signed, lacking, wrong, loss))


def _sources(table: pl.DataFrame, columns: Mapping[str, str]) -> dict[str, str]:
    """The column of each cell; every name that is not there at once."""
    problems = [Problem("CN156", f"columns[{quoted(n)}]", f"unknown cell {quoted(n)}", None, remedy=nearest(n, cell_names()))
                for n in columns if n not in cell_names()]  # fmt: skip
    problems += [Problem("CN156", f"columns[{quoted(n)}]", f"there is no column {quoted(c)}", None, remedy=nearest(c, table.columns))
                 for n, c in columns.items() if c not in table.columns]  # fmt: skip
    problems += [Problem("CN156", f"worksheets[{quoted(n)}]", "a column has the name of an answer", None, remedy="rename it")
                 for n in (*OUTPUTS, "income") if n in table.columns]  # fmt: skip
    source = {n: n for n in cell_names() if n in table.columns} | dict(columns)
    if not source:
        problems.append(Problem("CN156", "worksheets", "there is no cell of the worksheet", None, remedy="name the columns with columns={...}"))  # fmt: skip
    if problems:
        raise DataProblems(f"{len(problems)} problem(s) in the columns of the worksheets", problems)
    return source


def _amounts(
    table: pl.DataFrame, source: Mapping[str, str]
) -> tuple[dict[str, pl.Series], dict[tuple[str, str], pl.Series]]:
    """Each cell in đồng as whole numbers, and which rows hold no amount."""
    import polars as pl

    dong, slack = int(form()["unit"]["dong"]), 0.001
    found, wrong = {}, {}
    for cell, column in source.items():
        given = table[column]
        kind = given.dtype
        if kind == pl.String:
            text = given.str.strip_chars().replace("", None)
            wrong[cell, "CN051"] = text.str.contains(_GROUPED).fill_null(False)
            plain = text.str.contains(_PLAIN) & ~wrong[cell, "CN051"]
            exact = pl.select(pl.when(plain).then(text).cast(pl.Decimal(38, 9), strict=False)).to_series()
            value, bad = exact, text.is_not_null() & exact.is_null() & ~wrong[cell, "CN051"]
        elif kind.is_integer() or isinstance(kind, pl.Decimal) or kind.is_float():
            value, bad = given, given.is_not_null() & ~_finite(given)
        else:
            value, bad = pl.Series([None] * len(given), dtype=pl.Int64), given.is_not_null()
        if value.dtype.is_float():
            scaled = value.cast(pl.Float64) * dong
            whole = scaled.round(0)
            off = (scaled - whole).abs() > slack
        elif value.dtype.is_integer():
            scaled = whole = value.cast(pl.Int64) * dong
            off = pl.Series([False] * len(given), dtype=pl.Boolean)
        else:
            scaled = value.cast(pl.Decimal(38, 9)) * dong
            whole = scaled.round(0)
            off = scaled != whole
        wrong[cell, "CN049"] = (bad | off | (value.abs() > MOST)).fill_null(False)
        wrong[cell, "CN050"] = (scaled < 0).fill_null(False)
        unusable = wrong[cell, "CN049"] | wrong[cell, "CN050"] | bad
        found[cell] = pl.select(pl.when(~unusable).then(whole.cast(pl.Int64, strict=False))).to_series()
    return found, wrong


def _finite(given: pl.Series) -> pl.Series:
    return given.is_finite() if given.dtype.is_float() else given.is_not_null()


def _source_column(
    amounts: Mapping[str, pl.Series], name: str, parts: tuple[str, ...], cell: str, blank: str
) -> dict[str, pl.Series]:
    """One source as columns: what is known of it (least, sum), what is missing, whether its sum disagrees."""
    import polars as pl

    rows = len(next(iter(amounts.values())))
    none = pl.Series([None] * rows, dtype=pl.Int64)
    own = amounts.get(f"{name}_{cell}", none)
    mine = [amounts.get(f"{p}_{cell}", none) for p in parts]
    if not parts:
        known = own.fill_null(0) if blank == "none" else own
        missing = pl.select(pl.when(known.is_null()).then(pl.lit(f"{name}.{cell}"))).to_series()
        return {"least": known.fill_null(0), "sum": known, "missing": missing, "wrong": own != own}
    expr = [pl.lit(m) for m in mine]
    frame = pl.select(
        own=pl.lit(own),
        some=pl.any_horizontal(*(e.is_not_null() for e in expr)),
        least=pl.sum_horizontal(*expr),
        every=pl.lit(True) if blank == "none" else pl.all_horizontal(*(e.is_not_null() for e in expr)),
        lacking=pl.concat_str(
            [pl.when(e.is_null()).then(pl.lit(f"{p}.{cell}")) for p, e in zip(parts, expr, strict=True)],
            separator="; ", ignore_nulls=True,
        ),
    )  # fmt: skip
    return frame.select(
        least=pl.coalesce("own", "least"),
        sum=pl.when(pl.col("own").is_not_null()).then("own").when(pl.col("some")).then(pl.when("every").then("least"))
        .otherwise(pl.lit(0 if blank == "none" else None, dtype=pl.Int64)),
        wrong=pl.col("some") & ((pl.col("own") < pl.col("least")) | (pl.col("every") & (pl.col("own") != pl.col("least")))),
        lacking="lacking", some="some", own="own",
    ).select(
        "least", "sum", "wrong",
        missing=pl.when(pl.col("sum").is_null()).then(pl.when("some").then("lacking").otherwise(pl.lit(f"{name}.{cell}"))),
    ).to_dict()  # fmt: skip


def _total_column(own: pl.Series | None, parts: list[dict[str, pl.Series]]) -> dict[str, pl.Series]:
    """The last row of the form: the sum, and whether it disagrees with the one written there."""
    import polars as pl

    made = pl.select(
        least=pl.sum_horizontal(*(pl.lit(p["least"]) for p in parts)),
        every=pl.all_horizontal(*(pl.lit(p["sum"]).is_not_null() for p in parts)),
    )
    if own is None:
        return made.select(sum=pl.when("every").then("least"), wrong=pl.lit(False)).to_dict()
    return made.with_columns(own=own).select(
        sum=pl.coalesce("own", pl.when("every").then("least")),
        wrong=(pl.col("own") < pl.col("least")) | (pl.col("every") & (pl.col("own") != pl.col("least"))),
    ).to_dict()  # fmt: skip


def _mark(wrong: dict[tuple[str, str], pl.Series], key: tuple[str, str], test: pl.Series) -> None:
    test = test.fill_null(False)
    if test.any():
        wrong[key] = test


MESSAGES = {
    "CN049": ("is not an amount in {unit} with at most three decimals", "digits without grouping, a decimal point; blank where it is unknown"),
    "CN050": ("is below zero", "write what was spent under costs"),
    "CN051": ("can be grouped by thousands or have three decimals", "write the digits without grouping"),
    "CN157": ("is not what the rows add up to", "correct the row or the sum; leave the sum out to have it added up"),
}  # fmt: skip


def _problem(key: tuple[str, str], count: int = 0, rows: tuple[tuple[Any, ...], ...] = ()) -> Problem:
    cell, code = key
    if code == "CN158":
        return _loss_problem(cell, count, rows)
    message, remedy = MESSAGES[code]
    unit = form()["unit"]["label"]["en"]
    return Problem(code, cell, message.format(unit=unit), None, f"a number from 0, in {unit}", remedy, count=count, rows=rows)  # fmt: skip


def _data_problems(
    wrong: Mapping[tuple[str, str], pl.Series], table: pl.DataFrame, source: Mapping[str, str]
) -> DataProblems:
    keys = table["household_id"] if "household_id" in table.columns else None
    problems = []
    for key, test in wrong.items():
        places = test.arg_true().head(FIRST).to_list()
        column = source.get(key[0].replace(".", "_"))
        values = [None if column is None else _told(table[column][i]) for i in places]
        rows = tuple((i, None if keys is None else keys[i], v) for i, v in zip(places, values, strict=True))
        problems.append(_problem(key, int(test.sum()), rows))
    return DataProblems(f"{len(problems)} kind(s) of problem in {len(table):,} worksheets", problems)


def _answer(
    table: pl.DataFrame,
    amounts: Mapping[str, pl.Series],
    sums: Mapping[str, pl.Series],
    signed: pl.Series,
    lacking: Mapping[str, pl.Series],
    wrong: Mapping[tuple[str, str], pl.Series],
    loss: str,
) -> pl.DataFrame:
    import polars as pl

    texts = [pl.when(pl.lit(test)).then(pl.lit(f"{k[0]}: {_problem(k).message} [{k[1]}]")) for k, test in wrong.items()]
    blocking = [pl.lit(test) for (_, code), test in wrong.items() if code != "CN158"]
    sound = ~pl.any_horizontal(*blocking) if blocking else pl.lit(True)
    fact: Any = pl.lit(signed)
    fact = fact.clip(lower_bound=0) if loss == "zero" else pl.when(fact >= 0).then(fact)
    missing = pl.concat_str([pl.lit(lacking[c]).replace("", None) for c in CELLS], separator="; ", ignore_nulls=True)
    found: dict[str, Any] = {
        **{cell: pl.when(sound).then(pl.lit(sums[cell])) for cell in CELLS},
        "worksheet_income": pl.when(sound).then(pl.lit(signed)),
        "income_excluding_allowances": pl.when(sound).then(fact),
    }
    if LEFT_OUT in amounts:
        found["income"] = pl.when(sound).then(fact + pl.lit(amounts[LEFT_OUT]))
    found["missing_rows"] = pl.when(sound).then(missing.replace("", None))
    problems = (
        pl.concat_str(texts, separator="; ", ignore_nulls=True).replace("", None)
        if texts
        else pl.lit(None, dtype=pl.String)
    )
    found["worksheet_problems"] = problems
    return table.select(pl.int_range(pl.len()).alias("_row")).with_columns(**found).drop("_row")


__all__ = ["Row", "Worksheet", "cell_names", "form", "income", "incomes", "months", "period", "row_names"]
