"""Options that several commands share, and what their texts mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

import typer

from ..answering import Standard
from ..catalogue import COUNTRY, shipped
from .telling import Teller
from .words import both

WHICH = both("Chuẩn và ngày", "Standard and day")
SENSE = both("Cách tính", "How it is answered")
OUTPUT = both("Kết quả", "Output")

# fmt: off
AsJson = Annotated[bool, typer.Option("--json", help=both("in JSON ra stdout", "print JSON on stdout"), rich_help_panel=OUTPUT)]
On = Annotated[str, typer.Option("--on", metavar=both("NGÀY", "DAY"), help=both("ngày đánh giá, như 2026-03-01", "the day of assessment, such as 2026-03-01"), rich_help_panel=WHICH)]
KnownAt = Annotated[str, typer.Option("--known-at", metavar=both("NGÀY", "DAY"), help=both("chỉ theo những gì đã ban hành đến ngày này", "by what had been issued up to this day"), rich_help_panel=WHICH)]
Jurisdiction = Annotated[str, typer.Option("--jurisdiction", metavar="ID", help=both("địa bàn; nếu không nêu: vn", "where it applies; vn where not given"), rich_help_panel=WHICH)]
StandardOf = Annotated[str, typer.Option("--standard", metavar=both("MÃ|TỆP", "ID|FILE"), help=both("chuẩn nêu đích danh (vn-2022, vn-2022@1) hoặc tệp quy định", "a standard by name (vn-2022, vn-2022@1), or a rule file"), rich_help_panel=WHICH)]
Method = Annotated[str, typer.Option("--method", metavar=both("TÊN", "NAME"), help=both("phương pháp: criteria, scores hoặc của riêng chuẩn", "method: criteria, scores, or another of the standard"), rich_help_panel=SENSE)]
Readings = Annotated[list[str], typer.Option("--reading", metavar=both("TÊN=CÁCH", "NAME=SENSE"), help=both("chọn một cách hiểu khác; có thể lặp lại", "choose another sense of an interpretation; may be repeated"), rich_help_panel=SENSE)]
Derive = Annotated[str, typer.Option("--derive", metavar="all|confirmed", help=both("confirmed: không suy ra chỉ số có quy định mức C, D", "confirmed: derive no indicator whose rule is graded C or D"), rich_help_panel=SENSE)]
Force = Annotated[bool, typer.Option("--force", help=both("ghi đè tệp đã có", "overwrite a file that is there"), rich_help_panel=OUTPUT)]
Columns = Annotated[str, typer.Option("--columns", metavar=both("TỆP.yaml", "FILE.yaml"), help=both("tên cột, mã, đơn vị của từng số liệu", "column, codes and unit of each fact"))]
Column = Annotated[list[str], typer.Option("--column", metavar=both("SỐ_LIỆU=CỘT", "FACT=COLUMN"), help=both("một số liệu ở cột nào; có thể lặp lại", "the column of one fact; may be repeated"))]
Key = Annotated[str, typer.Option("--key", metavar=both("CỘT", "COLUMN"), help=both("cột mã hộ ở cả hai bảng; nếu không nêu: household_id", "the column of the household in both tables; household_id where not given"))]
# fmt: on


def day(tell: Teller, option: str, text: str) -> date | None:
    """A day written year-month-day; None where nothing was given."""
    if not text:
        return None
    try:
        if len(text) != len("2026-03-01"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        tell.usage(tell.say("not_a_day", option, repr(text)))


def pairs(tell: Teller, option: str, given: Iterable[str], form: str) -> dict[str, str]:
    """``name=value`` texts as a mapping; everything wrong at once."""
    found: dict[str, str] = {}
    wrong = []
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            wrong.append(tell.say("not_a_pair", option, repr(text), form))
        elif name.strip() in found:
            wrong.append(f"{option}: {tell.say('twice', name.strip())}")
        else:
            found[name.strip()] = value.strip()
    if wrong:
        tell.usage(*wrong)
    return found


def readings_of(tell: Teller, given: Iterable[str]) -> Mapping[str, str] | None:
    return pairs(tell, "--reading", given, tell.say("sense_pair")) or None


def named_or_of_day(
    tell: Teller, standard: str, on: date | None, jurisdiction: str, known_at: date | None = None
) -> Standard:
    """The standard that was named, or that of a day; one of the two must be given."""
    from .laws import standard_of

    if standard:
        return standard_of(tell, standard)
    if on is None:
        tell.usage(tell.say("one_of_both", "--standard", "--on"))
    return shipped().applicable(on, jurisdiction or COUNTRY, known_at=known_at)


def is_given(ctx: typer.Context, name: str) -> bool:
    """Whether an option was named on the command line."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def one_of(tell: Teller, option: str, value: str, allowed: Iterable[str]) -> str:
    listed = tuple(allowed)
    if value not in listed:
        tell.usage(tell.say("not_one_of", option, repr(value), ", ".join(listed)))
    return value


__all__ = [
    "OUTPUT", "SENSE", "WHICH", "AsJson", "Column", "Columns", "Derive", "Force", "Jurisdiction", "Key", "KnownAt", "Method",
    "On", "Readings", "StandardOf", "day", "is_given", "named_or_of_day", "one_of", "pairs", "readings_of",
]  # fmt: skip
