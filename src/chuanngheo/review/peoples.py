"""Ethnic groups by name or code, and who belongs to a minority."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from ..errors import DataProblems, Problem, nearest, quoted
from ..tabular import like, to_polars
from .data import load
from .masking import looks_personal, masked
from .names import key

CAUSES = "causes.yaml"
CODES = ("list_1979", "list_2008")


@cache
def people(value: str | None, codes: str = "unsettled") -> tuple[str | None, str]:
    """An ethnic group by its name or code: its name, and whether it is listed, an unsettled code, or other.

    >>> people("H'Mông"), people("04"), people("4", "list_2008"), people(" "), people("Anh")
    (('Mông', 'listed'), ('04', 'code'), ('Mường', 'listed'), (None, ''), ('Anh', 'other'))
    """
    text = (value or "").strip().removesuffix(".0")  # a code that pandas read as a float
    if not text:
        return None, ""
    data = load(CAUSES)["ethnicity"]["lists"]
    if text.isascii() and text.isdigit():
        at = int(text) - 1
        lists = [data[name]["names"] for name in (CODES if codes == "unsettled" else (codes,))]
        names = {found[at] for found in lists if 0 <= at < len(found)}
        if len(names) == 1:
            return names.pop(), "listed"
        return _unlisted(text.zfill(2)), "code" if names else "other"
    found = _spellings().get(_folded(text))
    return (found, "listed") if found else (_unlisted(unicodedata.normalize("NFC", text)), "other")


def with_minority(persons: Any, *, codes: str = "unsettled", column: str = "ethnicity") -> Any:
    """The table with ``ethnic_minority``, a fact of persons, filled in from the ethnic group where it was unknown.

    A name or code that is in no list stays unknown; so does a code that is the majority in one list
    alone. Takes pandas, polars and pyarrow, and gives the same kind back.

    >>> import polars as pl
    >>> with_minority(pl.DataFrame({"ethnicity": ["Kinh", "Mạ", "04", "?", None]}))["ethnic_minority"].to_list()
    [False, True, True, None, None]
    """
    import polars as pl

    table = to_polars(persons, "persons")
    if column not in table.columns:
        problem = Problem(
            "CN071", column, f"persons has no column {quoted(column)}", column, remedy=nearest(column, table.columns)
        )
        raise DataProblems("persons has no ethnic group", [problem])
    written = table.get_column(column).cast(pl.String)
    meant = {text: _minority(text, codes) for text in written.unique().to_list()}
    found = written.replace_strict(meant, return_dtype=pl.Boolean)
    if "ethnic_minority" in table.columns:
        found = table.select(pl.coalesce("ethnic_minority", found.alias("_found"))).to_series()
    return like(persons, table.with_columns(ethnic_minority=found))


def _minority(text: str | None, codes: str) -> bool | None:
    name, status = people(text, codes)
    majority = load(CAUSES)["ethnicity"]["majority"]
    if status == "listed":
        return bool(name != majority)
    lists = load(CAUSES)["ethnicity"]["lists"]
    at = int(name or 0) - 1 if status == "code" else -1
    named = {lists[n]["names"][at] for n in CODES if 0 <= at < len(lists[n]["names"])}
    return True if status == "code" and majority not in named else None


def _unlisted(text: str) -> str:
    """What is no people of the lists heads a column of 7.9, unless it looks like a person."""
    return masked(text) if looks_personal(text) else text


@cache
def _spellings() -> dict[str, str]:
    data = load(CAUSES)["ethnicity"]
    made = {_folded(name): name for name in data["lists"][CODES[0]]["names"]}
    return made | {_folded(other): name for name, others in data["aliases"].items() for other in others}


def _folded(name: str) -> str:
    return key(name).replace(" ", "")


def placed(row: Mapping[str, Any], readings: Mapping[str, str], majority: str) -> tuple[str | None, str]:
    """The people a household is counted with, None where that is not known; and as :func:`people`."""
    head = people(row["ethnicity"], readings["ethnic-codes"])
    if readings["mixed-household"] == "head" or head[0] != majority or row.get("minority_household") is False:
        return head
    spouse = people(row.get("spouse_ethnicity"), readings["ethnic-codes"])
    return head if spouse[0] == majority else spouse
