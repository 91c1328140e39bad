"""A table of households, larger than memory if need be: ``classify``."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..answering import Standard
from ..errors import DataProblems, Problem
from ..household import household_names, person_names
from ..methods import RECORDED
from ..model import Fact
from ..version import CODE_VERSION, data_version
from .codes import FINE, WRONG
from .columns import BAD, ROW, TABLES, Opened, key_of, mapping_of, open_table, told
from .files import refuse_existing, same_file, writing
from .grounds import of_table
from .options import (
    OUTPUT,
    AsJson,
    Column,
    Columns,
    Derive,
    Force,
    Jurisdiction,
    Key,
    Method,
    On,
    Readings,
    StandardOf,
    day,
    is_given,
    named_or_of_day,
    one_of,
    readings_of,
)
from .telling import Teller, problem_data, tell_problem
from .words import both

if TYPE_CHECKING:
    import polars as pl

STDOUT = "-"
SIDECAR = ".meta.json"  # beside a CSV, which has no place for it
PROVENANCE = ("standard", "code_version", "data_version")  # columns that name what answered
FIRST = 5
_ABOUT = re.compile(r"(?:^|; )(\w+): ")  # the fact that a problem of a row is about


def classify(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar=both("VÀO", "IN"), help=both("bảng các hộ, .parquet hoặc .csv, mỗi hộ một dòng", "table of households, .parquet or .csv, a row each"))],
    target: Annotated[str, typer.Argument(metavar=both("RA", "OUT"), help=both("tệp kết quả, .parquet hoặc .csv; - in CSV ra stdout", "the file to write, .parquet or .csv; - writes CSV to stdout"))],
    columns: Columns = "",
    column: Column = [],  # noqa: B006
    persons: Annotated[str, typer.Option("--persons", metavar=both("TỆP", "FILE"), help=both("bảng các thành viên, mỗi người một dòng", "table of the members, a row each"))] = "",
    person_columns: Annotated[str, typer.Option("--person-columns", metavar=both("TỆP.yaml", "FILE.yaml"), help=both("như --columns, cho bảng thành viên", "as --columns, for the table of members"))] = "",
    key: Key = "household_id",
    on: On = "",
    standard: StandardOf = "",
    jurisdiction: Jurisdiction = "",
    method: Method = "",
    reading: Readings = [],  # noqa: B006
    derive: Derive = "all",
    check: Annotated[str, typer.Option("--check", metavar="now|defer", help=both("now (mặc định): có lỗi thì không ghi gì; defer: ghi, dòng lỗi để trống và nêu ở cột problems", "now (default): nothing is written where there are problems; defer: bad rows are left blank and say so in the column problems"), rich_help_panel=OUTPUT)] = "now",
    suffix: Annotated[str, typer.Option("--suffix", metavar=both("ĐUÔI", "TEXT"), help=both("thêm vào tên mọi cột kết quả, như _2022", "put after the name of every column of answers, such as _2022"), rich_help_panel=OUTPUT)] = "",
    force: Force = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    import polars as pl

    tell: Teller = ctx.obj
    one_of(tell, "--check", check, ("now", "defer"))
    one_of(tell, "--derive", derive, ("all", "confirmed"))
    when = day(tell, "--on", on)
    std = named_or_of_day(tell, standard, when, jurisdiction)
    if target == STDOUT and as_json:
        tell.usage(tell.say("not_both", STDOUT, "--json"))
    if person_columns and not persons:
        tell.usage(tell.say("needs", "--person-columns", "--persons"))
    if method and method not in (*std.methods, RECORDED):
        tell.usage(tell.say("not_one_of", "--method", repr(method), ", ".join((*std.methods, RECORDED))))
    if target != STDOUT:
        if not target.lower().endswith(TABLES):
            tell.usage(tell.say("out_ending", target, ", ".join((*TABLES, STDOUT))))
        if same_file(source, target) or (persons and same_file(persons, target)):
            tell.usage(tell.say("same_file", target))
        for name in (target, target + SIDECAR) if target.lower().endswith(".csv") else (target,):
            refuse_existing(tell, name, force)
    readings = readings_of(tell, reading)
    with pl.Config():  # what the library collects on the way streams too
        pl.Config.set_engine_affinity("streaming")
        with tell.err.status(tell.say("reading", source)):
            homes = open_table(tell, source, household_names(std), mapping_of(tell, columns, column))
            people = None
            if persons:
                theirs = mapping_of(tell, person_columns, [])
                people = open_table(tell, persons, person_names(std), theirs, what="persons")
        named = persons != "" or is_given(ctx, "key")
        counted_key = key_of(homes, key, named=named)
        asked: dict[str, Any] = {
            "key": key, "columns": homes.mapping, "person_columns": None if people is None else people.mapping, "on": when,
            "method": method or None, "readings": readings, "derive": derive, "suffix": suffix, "check": check,
            "provenance": True,
        }  # fmt: skip
        frame = homes.frame if check == "now" else homes.frame.with_row_index(ROW)
        waiting = tell.err.status(tell.say("checking")) if check == "now" else nullcontext()
        with told(source), waiting:
            made = _answered(std, frame, homes, people, asked)
        answer = _finished(homes, made, suffix)
        tally = Tally(suffix, counted_key, _columns_of(homes, household_names(std)))
        about = _about(std, source, when, made=asked)
        keys = {} if people is not None or not counted_key else _keys(homes, counted_key)
        with told(source), _progress(tell, source) as step:
            tally.tell = step
            _sink(tell, tally.watch(answer), target, about, force, homes)
    code = WRONG if tally.problems() else FINE
    if as_json:
        tell.json("classified/1", {"out": target, "exit": code, **about, **tally.data(), **keys, "problems": [problem_data(p, tell.lang) for p in tally.problems()]})  # fmt: skip
    else:
        tally.summary(tell, std, about, to_stderr=target == STDOUT, suffix=suffix)
    for name in ("repeated_keys", "empty_keys"):
        if keys.get(name):
            tell.note(tell.say(name, counted_key, _number(keys[name], tell.lang)))
    raise typer.Exit(code)


def _answered(
    std: Standard, frame: pl.LazyFrame, homes: Opened, people: Opened | None, asked: Mapping[str, Any]
) -> pl.LazyFrame:
    """The answers, not yet computed. What a CSV does not say and what a row cannot hold are told together."""
    unreadable = [
        p for table in (homes, people) if table is not None and asked["check"] == "now" for p in table.problems
    ]
    try:
        made: pl.LazyFrame = std.classify(frame, None if people is None else people.frame, **asked)
    except DataProblems as error:
        if not unreadable:
            raise
        unreadable += error.problems
    if unreadable:
        rows = sum(p.count for p in unreadable)
        raise DataProblems(
            f"{len(unreadable)} kind{'s' if len(unreadable) > 1 else ''} of problem, in {rows:,} row{'s' if rows > 1 else ''}",
            unreadable,
        )
    return made


def refuse_unreadable(*tables: Opened | None) -> None:
    problems = [p for table in tables if table is not None for p in table.problems]
    if problems:
        rows = sum(p.count for p in problems)
        raise DataProblems(f"{len(problems)} column(s) cannot be read, in {rows:,} rows", problems)


def _finished(homes: Opened, made: pl.LazyFrame, suffix: str) -> pl.LazyFrame:
    """The caller's columns as they were, and the answers; a row of which a number cannot be read has none."""
    import polars as pl

    answer = homes.back(made)
    names = answer.collect_schema().names()
    if BAD in names:
        kept = {*homes.names, *(n + suffix for n in PROVENANCE), ROW, BAD}
        answers = [n for n in names if n not in kept]
        problems = "problems" + suffix
        bad = pl.col(BAD).is_not_null()
        answer = answer.with_columns(
            *(pl.when(~bad).then(pl.col(n)).alias(n) for n in answers if n != problems),
            pl.concat_str([BAD, problems], separator="; ", ignore_nulls=True).replace("", None).alias(problems),
        ).drop(BAD)  # fmt: skip
    return answer


def _columns_of(homes: Opened, facts: Mapping[str, Fact]) -> dict[str, str]:
    """The column of each fact whose value may be shown: no day, no text, for these may be somebody's own."""
    found = {name: name for name in homes.names}
    for name, spec in homes.mapping.items():
        found[name] = spec.get("from", name) if isinstance(spec, Mapping) else spec
    return {n: c for n, c in found.items() if n in facts and facts[n].kind in ("number", "code", "boolean")}


def _keys(homes: Opened, key: str) -> dict[str, int]:
    """How many rows repeat an id, and how many have none; each is answered all the same."""
    import polars as pl

    text = pl.col(key).cast(pl.String).str.strip_chars().replace("", None)
    known = text.drop_nulls()
    counted = homes.frame.select(
        text.is_null().sum().alias("empty"), (known.len() - known.hash().n_unique()).alias("repeated")
    )
    seen = counted.collect(engine="streaming").row(0, named=True)
    return {"repeated_keys": seen["repeated"], "empty_keys": seen["empty"]}


def _about(std: Standard, source: str, when: Any, made: Mapping[str, Any]) -> dict[str, Any]:
    """What a result must name to be made again."""
    return {
        "standard": std.exact_id, "id": std.id, "version": std.version, "revision": std.revision, "digest": std.digest,
        "hypothetical": std.hypothetical, "on": None if when is None else when.isoformat(), "method": made["method"] or std.default_method,
        "derive": made["derive"], "check": made["check"], "source": os.path.basename(source),
        **of_table(std, made["method"] or std.default_method, made["readings"], made["derive"], when),
    }  # fmt: skip


# --- writing -------------------------------------------------------------------------------------


def _sink(
    tell: Teller, answer: pl.LazyFrame, target: str, about: Mapping[str, Any], force: bool, homes: Opened
) -> None:
    """Write batch by batch; what is at ``target`` is whole, or as it was."""
    as_read: Any = {"separator": homes.separator, "include_bom": homes.bom}  # a CSV goes out as it came in
    if target == STDOUT:
        answer.sink_csv(sys.stdout.buffer, **as_read)
        sys.stdout.buffer.flush()
        return
    versions = {"code_version": CODE_VERSION, "data_version": data_version()}
    note = {"schema": "chuanngheo/classified/1", **versions, **about}
    with writing(tell, target, force=force) as beside:
        if target.lower().endswith(".parquet"):
            flat = {
                f"chuanngheo.{k}": v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)
                for k, v in note.items()
            }
            answer.sink_parquet(beside, metadata=flat)
        else:
            answer.sink_csv(beside, **as_read)
            with writing(tell, target + SIDECAR, force=force) as sidecar, open(sidecar, "w", encoding="utf-8") as file:
                json.dump(note, file, ensure_ascii=False, indent=1)
                file.write("\n")


@contextmanager
def _progress(tell: Teller, source: str) -> Iterator[Any]:
    """A bar on a terminal: rows done, of how many where the file says it."""
    if not tell.err.is_terminal:
        yield None
        return
    import polars as pl
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    rows = pl.scan_parquet(source).select(pl.len()).collect().item() if source.lower().endswith(".parquet") else None
    shown = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[done]}"), TimeElapsedColumn())
    with Progress(*shown, console=tell.err, transient=True) as bar:
        task = bar.add_task(tell.say("classifying"), total=rows, done="")
        yield lambda done: bar.update(task, completed=done, done=tell.say("rows_done", f"{done:,}"))


# --- counting ------------------------------------------------------------------------------------


class Tally:
    """Counts the answers as they stream past, batch by batch and in whatever order."""

    def __init__(self, suffix: str, key: str, columns: Mapping[str, str]) -> None:
        self.suffix = suffix
        self.key = key
        self.columns = columns  # where the facts are whose values may be shown
        self.rows = 0
        self.counts: Counter[tuple[str | None, str | None, str | None]] = Counter()
        self.first: dict[str, list[tuple[int, Any, Any]]] = {}
        self.tell: Any = None
        self._lock = threading.Lock()

    def watch(self, answer: pl.LazyFrame) -> pl.LazyFrame:
        import polars as pl

        names = answer.collect_schema().names()
        read = [n + self.suffix for n in ("category", "undetermined_because", "problems")]
        extra = [n for n in (ROW, self.key) if n and n in names]
        shown = {f: c for f, c in self.columns.items() if c in names} if ROW in names else {}
        watched = pl.struct(
            *(pl.col(n).alias(s) for n, s in zip(read, "cup", strict=True)),
            *(pl.col(n).alias(f"x{n}") for n in extra),
            *(pl.col(c).alias(f"v{f}") for f, c in shown.items()),
        )
        counted = watched.map_batches(self._see, return_dtype=pl.String, is_elementwise=True).alias(read[0])
        made = answer.with_columns(counted)
        return made.drop(ROW) if ROW in names else made

    def _see(self, batch: pl.Series) -> pl.Series:
        import polars as pl

        frame = batch.struct.unnest()
        found = frame.group_by("c", "u", "p").len().rows()
        bad = frame.filter(pl.col("p").is_not_null()) if f"x{ROW}" in frame.columns else None
        with self._lock:
            self.rows += len(batch)
            for c, u, p, n in found:
                self.counts[c, u, p] += n
            for row in () if bad is None else bad.group_by("p").head(FIRST).iter_rows(named=True):
                kept = self.first.setdefault(row["p"], [])
                values = [row[f"v{n}"] for n in dict.fromkeys(_ABOUT.findall(row["p"])) if f"v{n}" in row]
                value = values[0] if len(values) == 1 else ", ".join(map(str, values)) or None
                kept.append((row[f"x{ROW}"], row.get(f"x{self.key}"), value))
                del kept[FIRST * 4 :]
            if self.tell is not None:
                self.tell(self.rows)
        return frame.get_column("c")

    def data(self) -> dict[str, Any]:
        classes: Counter[str] = Counter()
        because: Counter[str] = Counter()
        open_ = bad = none = 0
        for (c, u, p), n in self.counts.items():
            if c is not None:
                classes[c] += n
            elif p is not None:
                bad += n
            elif u is not None:
                open_ += n
                because.update(dict.fromkeys(u.split("; "), n))
            else:
                none += n
        return {
            "rows": self.rows, "classes": dict(classes), "no_class": none, "problem_rows": bad,
            "undetermined": {"rows": open_, "because": dict(sorted(because.items(), key=lambda item: (-item[1], item[0])))},
        }  # fmt: skip

    def problems(self) -> tuple[Problem, ...]:
        kinds: Counter[str] = Counter()
        for (_, _, p), n in self.counts.items():
            if p is not None:
                kinds[p] += n
        return tuple(
            Problem("", "households", said, count=n, rows=tuple(sorted(self.first.get(said, ()), key=lambda row: row[0])[:FIRST]))
            for said, n in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
        )  # fmt: skip

    def summary(self, tell: Teller, std: Standard, about: Mapping[str, Any], *, to_stderr: bool, suffix: str) -> None:
        say = tell.note if to_stderr else tell.print
        data, lang = self.data(), tell.lang
        names = household_names(std)
        say((tell.say("counted", _number(data["rows"], lang), std.exact_id), "bold"))
        rows = [(std.classes[n].labels[lang], data["classes"].get(n, 0)) for n in std.classes]
        rows += [(tell.say("no_class"), data["no_class"])] if data["no_class"] else []
        rows += [(tell.say("open_rows"), data["undetermined"]["rows"])]
        wide = max(len(label) for label, _ in rows)
        for label, count in rows:
            say(f"  {label:{wide}}  {_number(count, lang):>12}")
        for name, count in data["undetermined"]["because"].items():
            label = f"{names[name].labels[lang]} ({name})" if name in names else name
            say(f"    {tell.say('because', label)}: {_number(count, lang)}")
        if about["grade"] is not None:
            say(about["grade_text"][lang])
            say((about["disclaimer"][lang], "dim"))
        if data["problem_rows"]:
            say((f"  {tell.say('bad_rows', _number(data['problem_rows'], lang), 'problems' + suffix)}", "bold red"))
            for problem in self.problems():
                tell_problem(tell, problem, tell.err)


def _number(value: int, lang: str) -> str:
    text = f"{value:,}"
    return text.replace(",", ".") if lang == "vi" else text


__all__ = ["classify"]
