"""The command line: a thin way to what the library says, in Vietnamese or English.

Exit codes, the same in every command: 0 nothing is wrong, 1 problems were found, 2 wrong usage,
3 something is not there, 4 ``assess`` has no single class, 70 a fault of the program, 130 stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from . import authors, comparisons, households, laws, reviews, tables
from .examples import examples
from .program import Command, Program, start
from .words import PROGRAM, both

LAW, HOMES, WRITE = (
    both("Chuẩn nghèo", "What the standards say"),
    both("Hộ gia đình và rà soát", "Households and reviews"),
    both("Viết một chuẩn", "Writing a standard"),
)

app = typer.Typer(
    name=PROGRAM, cls=Program, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help=both("Chuẩn nghèo của Việt Nam: xem, tính, so sánh, rà soát, viết một chuẩn.",
              "Poverty standards of Viet Nam: read them, apply them, compare them, report, write one."),
    epilog=examples(PROGRAM),
)  # fmt: skip


@app.callback()
def _program() -> None:
    """Nothing of its own: the commands do the work."""


def _command(name: str, panel: str, function: Callable[..., Any], vi: str, en: str) -> None:
    app.command(name, cls=Command, rich_help_panel=panel, help=both(vi, en), epilog=examples(name))(function)


_command(
    "list",
    LAW,
    laws.list_,
    "Liệt kê các chuẩn: địa bàn, ngày áp dụng, mức xác nhận.",
    "List the standards: where, which days, how well read.",
)
_command(
    "show",
    LAW,
    laws.show,
    "Xem một chuẩn: ngày, mức chuẩn, chỉ số, loại hộ, căn cứ.",
    "Show a standard: its days, lines, indicators, classes, grounds.",
)
_command(
    "line",
    LAW,
    laws.line,
    "Một mức chuẩn vào một ngày: số, đơn vị, căn cứ, thay đổi kế tiếp.",
    "A line on a day: number, unit, ground, next change.",
)
_command(
    "citations",
    LAW,
    laws.citations,
    "Mọi số liệu của một chuẩn, mức xác nhận và cần gì để xác nhận.",
    "Every figure of a standard, its grade and what would confirm it.",
)
_command(
    "compare",
    LAW,
    comparisons.compare,
    "So sánh hai chuẩn: mức chuẩn, chỉ số, loại hộ; và hộ nào đổi loại.",
    "Compare two standards: lines, indicators, classes; and who moves.",
)
_command(
    "audit",
    LAW,
    authors.audit,
    "Kiểm tra một chuẩn hoặc cả địa bàn: chỗ trống, chồng lấn, cách hiểu, ngày.",
    "Audit a standard, or all of a jurisdiction: holes, overlaps, senses, days.",
)
_command(
    "assess",
    HOMES,
    households.assess,
    "Loại của một hộ, lý do, và còn thiếu số liệu nào.",
    "The class of a household, why, and what is still missing.",
)
_command(
    "classify",
    HOMES,
    tables.classify,
    "Phân loại cả bảng hộ, từ Parquet hoặc CSV, không giới hạn số dòng.",
    "Classify a table of households, Parquet or CSV, of any length.",
)
_command(
    "report",
    HOMES,
    reviews.report,
    "Báo cáo rà soát hằng năm: đọc tệp, nêu dòng lỗi, kiểm tra, lập biểu 7.1-7.11.",
    "The yearly review: read the files, name bad rows, check, fill in forms 7.1-7.11.",
)
_command(
    "check",
    WRITE,
    authors.check,
    "Đọc tệp quy định: mọi lỗi, kiểm tra quy định, chạy trường hợp mẫu.",
    "Read rule files: every problem, the audit, the golden cases.",
)
_command(
    "new",
    WRITE,
    authors.new,
    "Tạo tệp mẫu có chú giải, và tệp trường hợp mẫu bên cạnh.",
    "Write a commented file to begin with, and golden cases beside it.",
)
_command(
    "explain",
    WRITE,
    authors.explain,
    "Trang của một mã lỗi, như CN014.",
    "The page of an error code, such as CN014.",
)
_command(
    "schema",
    WRITE,
    authors.schema,
    "In JSON Schema của tệp quy định, cho trình soạn thảo.",
    "Print the JSON Schema of rule files, for editors.",
)


def main() -> None:
    """The script."""
    start()
    app()


__all__ = ["app", "main"]
