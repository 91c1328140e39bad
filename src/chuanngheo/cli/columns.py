"""Tables of the caller as lazy polars frames that hold exactly what was written.

Parquet keeps its types. CSV is read as text and nothing but text: a column that a fact is read from
becomes whole numbers, decimals with as many places as were written, or days; whatever cannot be read
so is a problem with its count. Codes stay the text they are (``01`` is not ``1``).
"""

from __future__ import annotations

import csv
import errno
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import DataProblems, Problem, nearest
from ..model import Fact
from .files import read_plain
from .options import pairs
from .telling import WRITING, Teller, number_of

if TYPE_CHECKING:
    import polars as pl

TABLES = (".parquet", ".csv")
BEFORE = "_cli_text_"  # a column as it was written, under another name meanwhile
ROW = "_cli_row"
BAD = "_cli_bad"
BOM = b"\xef\xbb\xbf"
SEPARATORS = (",", ";", "\t")
NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
TWO_SENSES = r"^-?[0-9]{1,3}\.[0-9]{3}$"  # 150.000 is how thousands are written in Vietnamese
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
FIRST = 5
WORD = 18  # digits that fit into 64 bits, whatever they are
MOST = 38  # digits of a decimal
_TRUTHS = {w: t for t, words in ((True, "true True TRUE 1"), (False, "false False FALSE 0")) for w in words.split()}


@attrs.frozen(eq=False)
class Opened:
    """A table, the columns as they are to be given back, and where its facts are."""

    frame: pl.LazyFrame
    names: tuple[str, ...]
    mapping: Mapping[str, Any]
    texts: tuple[str, ...] = ()  # columns that were converted: their text waits under another name
    problems: tuple[Problem, ...] = ()
    what: str = ""
    is_csv: bool = False
    separator: str = ","
    bom: bool = False  # whether the file begins with a byte order mark

    def back(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The caller's columns as they were written, in their order, then the answers."""
        import polars as pl

        made = [n for n in frame.collect_schema().names() if n not in self.names and not n.startswith("_cli_")]
        own = [pl.col(BEFORE + n).alias(n) if n in self.texts else pl.col(n) for n in self.names]
        return frame.select(*own, *made, *(n for n in (ROW, BAD) if n in frame.collect_schema().names()))


@contextmanager
def told(path: str) -> Iterator[None]:
    """What polars raises as a problem of the file."""
    import polars as pl

    try:
        yield
    except OSError as error:
        if error.filename or number_of(error) in (0, *WRITING, errno.EPIPE, errno.EIO):
            raise
        raise OSError(number_of(error), str(error), path) from None
    except pl.exceptions.PolarsError as error:
        full = next((n for n in (errno.ENOSPC, errno.EDQUOT) if os.strerror(n) in str(error)), None)
        if full is not None:  # polars gives no number, and does not say which file
            raise OSError(full, os.strerror(full), "") from None
        raise unreadable(path, str(error).splitlines()[0]) from None


def unreadable(path: str, message: str) -> DataProblems:
    remedy = "correct the file; text is UTF-8, every row has the columns of the heading"
    return DataProblems(f"{path} cannot be read as a table", [Problem("CN212", path, message, remedy=remedy)])


def mapping_of(tell: Teller, file: str, given: list[str]) -> dict[str, Any]:
    """The columns of facts by a file and by ``--column``, as they were written."""
    found: Any = read_plain(tell, file) if file else {}
    if not isinstance(found, dict):
        problem = Problem(
            "CN211",
            file,
            "is no mapping from facts to columns",
            remedy="area: {from: ttnt, codes: {1: urban, 2: rural}}",
        )
        raise DataProblems(f"{file} does not say where facts are", [problem])
    short = pairs(tell, "--column", given, "area=ttnt")
    twice = [name for name in short if name in found]
    if twice:
        tell.usage(*(f"--column: {tell.say('twice', name)}" for name in twice))
    return {**found, **short}


def open_table(
    tell: Teller, path: str, facts: Mapping[str, Fact], mapping: Mapping[str, Any], *, what: str = "households"
) -> Opened:
    """A Parquet or CSV file. Raises :class:`DataProblems` for what is no table."""
    import polars as pl

    if not path.lower().endswith(TABLES):
        tell.usage(tell.say("ending", path, ", ".join(TABLES)))
    if not os.path.isfile(path):
        tell.fail(*tell.absent(IsADirectoryError() if os.path.isdir(path) else FileNotFoundError(), path))
    is_csv = path.lower().endswith(".csv")
    tell.tables[what] = is_csv
    separator = _separator(path) if is_csv else ","
    if is_csv:
        _named_once(path, separator)
    with told(path):
        frame = pl.scan_csv(path, infer_schema=False, separator=separator) if is_csv else pl.scan_parquet(path)
        schema = frame.collect_schema()
    names = tuple(schema.names())
    specs = {name: _spec(facts.get(name), spec, schema) for name, spec in mapping.items()}
    if not is_csv:
        return Opened(frame, names, specs, what=what)
    made = _typed(path, frame, names, facts, specs, what)
    with open(path, "rb") as file:
        bom = file.read(len(BOM)) == BOM
    return attrs.evolve(made, is_csv=True, separator=separator, bom=bom)


def key_of(opened: Opened, key: str, *, named: bool) -> str:
    """The column of the household, or nothing where the table has none and none was named."""
    if key in opened.names:
        return key
    if named:
        remedy = nearest(key, opened.names)
        problem = Problem("CN077", "key", f"{opened.what} has no column {key!r}", key, remedy=remedy)
        raise DataProblems(f"{opened.what} has no column {key!r}", [problem])
    return ""


def _named_once(path: str, separator: str) -> None:
    """Two columns of one name cannot be told apart: neither is chosen."""
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        heading = next(csv.reader(file, delimiter=separator), [])
    twice = [name for name in dict.fromkeys(heading) if heading.count(name) > 1]
    if twice:
        raise DataProblems(f"{path} cannot be read as a table", [
            Problem("CN212", path, f"columns {', '.join(str(n) for n, h in enumerate(heading, 1) if h == name)} are all named {name!r}",
                    name, remedy="give each column a name of its own")
            for name in twice
        ])  # fmt: skip


def _separator(path: str) -> str:
    with open(path, "rb") as file:
        heading = file.readline(1 << 16).decode("utf-8", errors="replace")
    return max(SEPARATORS, key=heading.count)


# --- the mapping ---------------------------------------------------------------------------------


def _spec(fact: Fact | None, spec: Any, schema: Any) -> Any:
    """One entry with its codes in the type of the column; what is no entry is left for the library to say."""
    if not isinstance(spec, Mapping):
        return spec
    made = dict(spec)
    dtype = schema.get(made.get("from", fact.name if fact is not None else ""))
    written = _writer(dtype)
    if isinstance(made.get("codes"), Mapping):
        made["codes"] = {written(k): _meant(fact, v) for k, v in made["codes"].items()}
    if "missing" in made:
        listed = made["missing"] if isinstance(made["missing"], list) else [made["missing"]]
        made["missing"] = [written(v) for v in listed]
    return made


def _writer(dtype: Any) -> Callable[[Any], Any]:
    """How a text of the mapping stands in a column of that type."""

    def as_number(text: Any) -> Any:
        return int(text) if isinstance(text, str) and re.fullmatch(r"-?[0-9]+", text) else text

    def as_truth(text: Any) -> Any:
        return _TRUTHS.get(text, text)

    if dtype is None or str(dtype) in ("String", "Categorical", "Enum"):
        return lambda text: text
    return as_truth if str(dtype) == "Boolean" else as_number


def _meant(fact: Fact | None, value: Any) -> Any:
    if isinstance(value, list):
        return [_meant(fact, v) for v in value]
    return _TRUTHS.get(value, value) if fact is not None and fact.kind == "boolean" else value


# --- CSV -----------------------------------------------------------------------------------------


def _typed(
    path: str, frame: pl.LazyFrame, names: tuple[str, ...], facts: Mapping[str, Fact], mapping: Mapping[str, Any], what: str
) -> Opened:  # fmt: skip
    """Columns of numbers and days in their types, after one pass over the file to see what they hold."""
    import polars as pl

    specs: dict[str, Any] = {name: name for name in facts if name in names} | dict(mapping)
    made: dict[str, Any] = dict(mapping)
    worded: list[str] = []  # columns of codes and truths
    wanted: dict[str, tuple[Fact, tuple[str, ...]]] = {}  # column: the fact, what stands for unknown
    for name, spec in specs.items():
        fact = facts.get(name)
        entry = dict(spec) if isinstance(spec, Mapping) else {"from": spec}
        column = entry.get("from", name)
        if fact is None or column not in names:
            continue
        if fact.kind == "boolean" and "codes" not in entry:
            made[name] = entry | {"codes": _TRUTHS}
        if fact.kind in ("number", "date"):
            wanted[column] = (fact, tuple(entry.pop("missing", ())))
            made[name] = entry
        else:
            worded.append(column)
    converted: dict[str, pl.Expr] = {c: pl.col(c).str.strip_chars().replace("", None) for c in worded}
    if not wanted:
        return Opened(_beside(frame, converted), names, made, tuple(converted), what=what)

    def text(column: str) -> pl.Expr:
        stripped = pl.col(column).str.strip_chars()
        return pl.when(stripped.is_in(["", *wanted[column][1]])).then(None).otherwise(stripped)

    bad = {c: _unreadable_text(text(c), fact) for c, (fact, _) in wanted.items()}
    counts = [bad[c].sum().alias(f"bad {c}") for c in wanted]
    for column, (fact, _) in wanted.items():
        if fact.kind == "number":
            good = pl.when(~bad[column]).then(text(column))
            counts.append((good.str.len_bytes() - 1 - good.str.find(".", literal=True)).max().alias(f"places {column}"))
            counts.append(good.str.len_bytes().max().alias(f"digits {column}"))
    with told(path):
        seen = frame.select(counts).collect(engine="streaming").row(0, named=True)
    problems = []
    for column, (fact, _) in wanted.items():
        if seen[f"bad {column}"]:
            shown = (
                frame.with_row_index(ROW)
                .filter(bad[column])
                .select(ROW, column)
                .head(FIRST)
                .collect(engine="streaming")
            )
            problems.append(_problem(fact, column, what, seen[f"bad {column}"], shown.rows()))
    for column, (fact, _) in wanted.items():
        typed: pl.Expr = pl.when(~bad[column]).then(text(column)) if seen[f"bad {column}"] else text(column)
        if fact.kind == "date":
            converted[column] = typed.str.to_date("%Y-%m-%d", strict=False)
        else:
            places, digits = seen[f"places {column}"] or 0, seen[f"digits {column}"] or 0
            if places == 0 and digits <= WORD:
                converted[column] = typed.cast(pl.Int64)
            elif digits <= MOST:
                converted[column] = typed.cast(pl.Decimal(MOST, places))
            else:
                raise unreadable(path, f"column {column}: numbers of more than {MOST} digits")
    if problems:
        said = [pl.when(bad[c]).then(pl.lit(f"{f.name}: {_message(f)} [{_code(f)}]")) for c, (f, _) in wanted.items()]
        converted[BAD] = pl.concat_str(said, separator="; ", ignore_nulls=True).replace("", None)
    texts = tuple(c for c in converted if c != BAD)
    return Opened(_beside(frame, converted), names, made, texts, tuple(problems), what)


def _beside(frame: pl.LazyFrame, converted: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    """The converted columns in place of the written ones, which wait under another name."""
    import polars as pl

    written = [pl.col(c).alias(BEFORE + c) for c in converted if c != BAD]
    return frame.with_columns(*written, **converted)


def _unreadable_text(text: pl.Expr, fact: Fact) -> pl.Expr:
    """Whether a text that is there says no number or day, or could say two."""
    if fact.kind == "date":
        return (~text.str.contains(DAY) | text.str.to_date("%Y-%m-%d", strict=False).is_null()).fill_null(
            False
        ) & text.is_not_null()
    wrong = ~text.str.contains(NUMBER)
    if fact.unit.startswith("VND"):
        wrong |= text.str.contains(TWO_SENSES)
    return wrong.fill_null(False)


def _code(fact: Fact) -> str:
    return "CN048" if fact.kind == "date" else "CN049"


def _message(fact: Fact) -> str:
    return "is not a day" if fact.kind == "date" else "is not a number with one sense"


def _problem(fact: Fact, column: str, what: str, count: int, rows: list[tuple[Any, ...]]) -> Problem:
    if fact.kind == "date":
        allowed, remedy = "yyyy-mm-dd", "write the days so"
        rows = [(n, None, "(not shown)") for n, _ in rows]  # a day of birth is nobody's business
    else:
        allowed = "digits, with a decimal point where there are decimals: 1500000, 1234567.5"
        remedy = "write numbers without grouping; list what stands for unknown under missing:"
        rows = [(n, None, value) for n, value in rows]
    where = f"{what}[{column!r}]"
    message = _message(fact) if fact.name == column else f"{fact.name} {_message(fact)}"
    return Problem(_code(fact), where, message, None, allowed, remedy, count=count, rows=tuple(rows))


__all__ = ["BAD", "ROW", "TABLES", "Opened", "key_of", "mapping_of", "open_table", "told", "unreadable"]
