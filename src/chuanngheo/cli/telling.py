"""Says things: lines on a terminal, problems with their remedies, JSON with its versions, an end with its code."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from ..authoring import TO_FILL_IN, place
from ..errors import ChuanNgheoError, Problem, quoted
from ..messages import said
from ..version import CODE_VERSION, data_version
from .codes import ABSENT, USAGE
from .words import PROGRAM, sentence

Part = str | tuple[str, str]
SHOWN = 5  # first rows of a problem
REASONS = {
    errno.ENOENT: "no_place", errno.ENOTDIR: "no_place", errno.EACCES: "no_read", errno.EPERM: "no_read", errno.EROFS: "read_only",
    errno.ENOSPC: "disk_full", errno.EDQUOT: "disk_quota", errno.EIO: "bad_disk", errno.ENAMETOOLONG: "name_long",
}  # fmt: skip
WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


class Teller:
    """Says things in one language, on a terminal in colour. ``as_json``: whether a program listens."""

    def __init__(self, lang: str, *, as_json: bool = False) -> None:
        self.lang = lang
        self.as_json = as_json
        self.tables: dict[str, bool] = {}  # tables whose rows are named: whether each is a CSV
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, key: str, *parts: object) -> str:
        return sentence(key, self.lang, *parts)

    def told(self, text: str) -> str:
        """A text of an error in the language; one that is told in it already stays as it is."""
        return said(text, self.lang)

    def print(self, *parts: Part) -> None:
        """One line on stdout; a part may be (text, style)."""
        self.out.print(Text.assemble(*parts), soft_wrap=True)

    def note(self, *parts: Part) -> None:
        """One line on stderr: what is not the answer itself."""
        self.err.print(Text.assemble(*parts), soft_wrap=True)

    def json(self, schema: str, data: Mapping[str, Any]) -> None:
        """An answer for programs: its schema, both versions, then what it says."""
        first = {"schema": f"{PROGRAM}/{schema}", "code_version": CODE_VERSION, "data_version": data_version()}
        typer.echo(json.dumps({**first, **data}, ensure_ascii=False, indent=1, default=str))

    def fail(self, code: int, message: str, problems: Iterable[Problem] = ()) -> NoReturn:
        """Say what was wrong, and end."""
        listed = tuple(problems)
        if self.as_json:
            self.json(
                "problems/1",
                {"exit": code, "message": message, "problems": [problem_data(p, self.lang) for p in listed]},
            )
        for problem in listed:
            tell_problem(self, problem, self.err)
        self.note((f"{PROGRAM}: ", "bold red"), self.told(message))
        raise typer.Exit(code)

    def usage(self, *messages: str) -> NoReturn:
        """The command was used wrongly: everything that is wrong with it, at once."""
        for message in messages[:-1]:
            self.note((f"{PROGRAM}: ", "bold red"), message)
        self.fail(USAGE, messages[-1])

    def absent(self, error: OSError, name: str) -> tuple[int, str]:
        """What to say of a file that cannot be opened."""
        if isinstance(error, IsADirectoryError):
            return USAGE, self.say("is_folder", name)
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return ABSENT, self.say("not_found", name)
        if number_of(error) in WRITING or not name:  # nothing is read from a file without a name
            return ABSENT, self.say("unwritable", name or self.say("stdout"), self.reason(error))
        return ABSENT, self.say("unreadable", name, self.reason(error))

    def reason(self, error: OSError) -> str:
        """Why the system refused a file."""
        key = REASONS.get(number_of(error))
        return self.say(key) if key else str(error.strerror or error)

    def row(self, where: str, number: int) -> str:
        """A row as those who look for it count it: the library counts from 0."""
        is_csv = self.tables.get(_table(where))
        if is_csv is None:
            return self.say("row", number)
        return self.say("row_of_csv", number + 2) if is_csv else self.say("row_of_data", number + 1)


def number_of(error: OSError) -> int:
    """The number of a fault of the system; polars gives its words alone."""
    return error.errno or next((n for n in REASONS if os.strerror(n) in str(error)), 0)


def _table(where: str) -> str:
    found = re.match(r"\w+", where)
    return found.group() if found else ""


def tell_problems(tell: Teller, problems: tuple[Problem, ...], file: str) -> None:
    """Every problem, then their number; placeholders take a line each, for there are many at first."""
    unfilled = [p for p in problems if p.code == TO_FILL_IN]
    wrong = [p for p in problems if p.code != TO_FILL_IN]
    for problem in unfilled:
        tell.print((problem.where, "bold"), ": ", tell.told(problem.message), (f" [{TO_FILL_IN}]", "cyan"))
    for problem in wrong:
        tell_problem(tell, problem)
    counts = [tell.say("one_problem") if len(wrong) == 1 else tell.say("problems", len(wrong))] if wrong else []
    counts += [tell.say("unfilled", len(unfilled))] if unfilled else []
    tell.print((f"{file}: {'; '.join(counts)}", "bold red"))


def tell_problem(tell: Teller, problem: Problem, to: Console | None = None) -> None:
    """One problem: where, what, the line of the file, what was allowed, what to do, the first rows."""
    console = to if to is not None else tell.out

    def line(*parts: Part) -> None:
        console.print(Text.assemble(*parts), soft_wrap=True)

    code = (f" [{problem.code}]", "cyan") if problem.code else ""
    line((problem.where, "bold"), ": ", tell.told(problem.message), code)
    if problem.excerpt:
        shown, _, caret = problem.excerpt.partition("\n")
        line(shown)
        line((caret, "bold red"))
    if problem.allowed:
        line("    ", tell.say("allowed"), ": ", tell.told(problem.allowed))
    if problem.remedy:
        line("    ", tell.say("remedy"), ": ", tell.told(problem.remedy))
    if problem.count:
        line("    ", tell.say("count", f"{problem.count:,}"))
        for number, key, value in problem.rows[:SHOWN]:
            named = "" if number is None else tell.row(problem.where, number)
            named += "" if key is None or key is value else f" ({quoted(key)})"
            line("        ", f"{named.strip()}: " if named.strip() else "", "–" if value is None else str(value))
    if problem.code:
        line("    ", tell.say("more"), f": {PROGRAM} explain {problem.code}")


def problem_data(problem: Problem, lang: str) -> dict[str, Any]:
    """A problem for programs."""
    file, line, column = place(problem)
    data: dict[str, Any] = {
        "code": problem.code or None, "file": file, "line": line, "column": column, "message": problem.message,
        "allowed": problem.allowed or None, "remedy": problem.remedy or None, "excerpt": problem.excerpt or None,
        "page": f"docs/{lang}/errors.md#{problem.code.lower()}" if problem.code else None,
    }  # fmt: skip
    if problem.count:
        data["count"] = problem.count
        data["rows"] = [{"row": n, "key": key, "value": value} for n, key, value in problem.rows]  # from 0
    return data


def missing_extra(error: ModuleNotFoundError) -> tuple[str, str] | None:
    """The package that is not there and the extra that brings it; None where it is none of ours."""
    extras = {
        "polars": "polars", "narwhals": "polars", "pyarrow": "polars", "openpyxl": "excel", "xlsxwriter": "excel", "altair": "plot",
        "pyreadstat": "stata", "svy": "survey",
    }  # fmt: skip
    name = (error.name or "").partition(".")[0]
    return (name, extras[name]) if name in extras else None


def tell_error(tell: Teller, error: ChuanNgheoError, code: int) -> NoReturn:
    """What the library raised, with every problem."""
    tell.fail(code, error.message, error.problems)


def shows_traceback() -> bool:
    return bool(os.environ.get("CHUANNGHEO_TRACEBACK"))


__all__ = [
    "Teller",
    "missing_extra",
    "number_of",
    "problem_data",
    "shows_traceback",
    "tell_error",
    "tell_problem",
    "tell_problems",
]
