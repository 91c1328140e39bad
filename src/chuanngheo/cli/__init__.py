"""The command line: a thin way to what the library says, in Vietnamese or English.

Exit codes, the same in every command: 0 nothing is wrong, 1 problems were found, 2 wrong usage,
3 something is not there, 4 ``assess`` has no single class, 70 a fault of the program, 130 stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from . import authors, comparisons, households, laws, reviews, tables
from .program import Command, Program, start
from .words import PROGRAM, both

LAW, HOMES, WRITE = (
    both("Chuẩn nghèo", "What the standards say"),
    both("Hộ gia đình và rà soát", "Households and reviews"),
    both("Viết một chuẩn", "Writing a standard"),
)

app = typer.Typer(
    name=PROGRAM, cls=Program, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help=both("Chuẩn nghèo của Việt Nam từ năm 1993: xem, tính, so sánh, rà soát, viết một chuẩn.",
              "Poverty standards of Viet Nam since 1993: read them, apply them, compare them, report, write one."),
    epilog=both("""chuẩn nghèo khu vực nông thôn vào ngày 01/03/2026
chuanngheo line poverty_line --on 2026-03-01 --area rural
một hộ có 1.500.000 đồng/người/tháng và thiếu hụt 3 chỉ số
chuanngheo assess --on 2026-03-01 area=rural income_per_person=1500000 deprivations=3
một bảng các hộ
chuanngheo classify homes.parquet classes.parquet --standard vn-2022""", """the rural poverty line on 1 March 2026
chuanngheo line poverty_line --on 2026-03-01 --area rural
a household with 1,500,000 đồng a person a month and three deprivations
chuanngheo assess --on 2026-03-01 area=rural income_per_person=1500000 deprivations=3
a table of households
chuanngheo classify homes.parquet classes.parquet --standard vn-2022"""),
)  # fmt: skip


@app.callback()
def _program() -> None:
    """Nothing of its own: the commands do the work."""


def _command(name: str, panel: str, function: Callable[..., Any], vi: str, en: str, examples: str) -> None:
    app.command(name, cls=Command, rich_help_panel=panel, help=both(vi, en), epilog=examples)(function)


_command(
    "list",
    LAW,
    laws.list_,
    "Liệt kê các chuẩn: địa bàn, ngày áp dụng, mức xác nhận.",
    "List the standards: where, which days, how well read.",
    both(
        """các chuẩn áp dụng vào một ngày
chuanngheo list --on 2026-03-01
chuẩn của riêng một tỉnh, thành phố
chuanngheo list --jurisdiction vn-79""",
        """the standards of one day
chuanngheo list --on 2026-03-01
those of one province
chuanngheo list --jurisdiction vn-79""",
    ),
)
_command(
    "show",
    LAW,
    laws.show,
    "Xem một chuẩn: ngày, mức chuẩn, chỉ số, loại hộ, căn cứ.",
    "Show a standard: its days, lines, indicators, classes, grounds.",
    both(
        """chuẩn 2022-2025, mọi căn cứ
chuanngheo show vn-2022
thành một tệp quy định đầy đủ
chuanngheo show vn-2022 --resolved
những số liệu có thể đưa cho assess và classify
chuanngheo show vn-2022 --facts""",
        """the standard of 2022-2025 with all its grounds
chuanngheo show vn-2022
as one self-contained rule file
chuanngheo show vn-2022 --resolved
the facts that assess and classify take
chuanngheo show vn-2022 --facts""",
    ),
)
_command(
    "line",
    LAW,
    laws.line,
    "Một mức chuẩn vào một ngày: số, đơn vị, căn cứ, thay đổi kế tiếp.",
    "A line on a day: number, unit, ground, next change.",
    both(
        """chuẩn nghèo khu vực nông thôn
chuanngheo line poverty_line --on 2026-03-01 --area rural
theo những gì đã ban hành đến ngày 31/12/2025
chuanngheo line poverty_line --on 2025-12-31 --area urban --known-at 2025-12-31
một chuẩn theo địa hình
chuanngheo line poverty_line --on 2001-06-01 --area rural --by terrain=plain""",
        """the rural poverty line
chuanngheo line poverty_line --on 2026-03-01 --area rural
by what had been issued up to 31 December 2025
chuanngheo line poverty_line --on 2025-12-31 --area urban --known-at 2025-12-31
a line that depends on the terrain
chuanngheo line poverty_line --on 2001-06-01 --area rural --by terrain=plain""",
    ),
)
_command(
    "citations",
    LAW,
    laws.citations,
    "Mọi số liệu của một chuẩn, mức xác nhận và cần gì để xác nhận.",
    "Every figure of a standard, its grade and what would confirm it.",
    both(
        """những gì của chuẩn 2027 chưa đọc trong văn bản
chuanngheo citations vn-2027 --grade B
cho chương trình khác
chuanngheo citations vn-2022 --json""",
        """what of the standard of 2027 was not read in the text
chuanngheo citations vn-2027 --grade B
for a program
chuanngheo citations vn-2022 --json""",
    ),
)
_command(
    "compare",
    LAW,
    comparisons.compare,
    "So sánh hai chuẩn: mức chuẩn, chỉ số, loại hộ; và hộ nào đổi loại.",
    "Compare two standards: lines, indicators, classes; and who moves.",
    both(
        """chuẩn 2016 và chuẩn 2022
chuanngheo compare vn-2016 vn-2022
theo giá so sánh
chuanngheo compare vn-2011 vn-2016 --prices
trên cùng các hộ
chuanngheo compare vn-2022 vn-2027 --households homes.parquet --html moves.html""",
        """the standards of 2016 and 2022
chuanngheo compare vn-2016 vn-2022
in real terms too
chuanngheo compare vn-2011 vn-2016 --prices
on the same households
chuanngheo compare vn-2022 vn-2027 --households homes.parquet --html moves.html""",
    ),
)
_command(
    "audit",
    LAW,
    authors.audit,
    "Kiểm tra một chuẩn hoặc cả địa bàn: chỗ trống, chồng lấn, cách hiểu, ngày.",
    "Audit a standard, or all of a jurisdiction: holes, overlaps, senses, days.",
    both(
        """chỗ trống và chồng lấn của chuẩn 2006
chuanngheo audit vn-2006
thành một trang HTML
chuanngheo audit vn-2022 --html audit.html""",
        """holes and overlaps of the standard of 2006
chuanngheo audit vn-2006
as a page of HTML
chuanngheo audit vn-2022 --html audit.html""",
    ),
)
_command(
    "assess",
    HOMES,
    households.assess,
    "Loại của một hộ, lý do, và còn thiếu số liệu nào.",
    "The class of a household, why, and what is still missing.",
    both(
        """một hộ ở nông thôn
chuanngheo assess --on 2026-03-01 area=rural income_per_person=1500000 deprivations=3
lý do và căn cứ đầy đủ
chuanngheo assess --on 2026-03-01 area=rural income_per_person=1500000 deprivations=3 --explain
từ tệp; danh sách hộ cho mọi kết quả
chuanngheo assess --on 2026-03-01 --file households.json --json
hỏi từng câu
chuanngheo assess --on 2026-03-01 --ask""",
        """a rural household
chuanngheo assess --on 2026-03-01 area=rural income_per_person=1500000 deprivations=3
reasons and grounds in full
chuanngheo assess --on 2026-03-01 area=rural income_per_person=1500000 deprivations=3 --explain
from a file; a list of households gives all answers
chuanngheo assess --on 2026-03-01 --file households.json --json
question by question
chuanngheo assess --on 2026-03-01 --ask""",
    ),
)
_command(
    "classify",
    HOMES,
    tables.classify,
    "Phân loại cả bảng hộ, từ Parquet hoặc CSV, không giới hạn số dòng.",
    "Classify a table of households, Parquet or CSV, of any length.",
    both(
        """Parquet
chuanngheo classify homes.parquet classes.parquet --standard vn-2022
CSV, với tên cột, mã và đơn vị
chuanngheo classify survey.csv classes.csv --columns columns.yaml --on 2025-12-01
một cột mang tên khác, và các thành viên
chuanngheo classify homes.parquet out.parquet --persons persons.parquet --column area=khu_vuc --on 2025-12-01
ghi cả khi có dòng lỗi
chuanngheo classify homes.parquet all.csv --standard vn-2022 --check defer""",
        """Parquet
chuanngheo classify homes.parquet classes.parquet --standard vn-2022
CSV, with names of columns, codes and units
chuanngheo classify survey.csv classes.csv --columns columns.yaml --on 2025-12-01
a column under another name, and the members
chuanngheo classify homes.parquet out.parquet --persons persons.parquet --column area=khu_vuc --on 2025-12-01
written even where rows are bad
chuanngheo classify homes.parquet all.csv --standard vn-2022 --check defer""",
    ),
)
_command(
    "report",
    HOMES,
    reviews.report,
    "Báo cáo rà soát hằng năm: đọc tệp, nêu dòng lỗi, kiểm tra, lập biểu 7.1-7.11.",
    "The yearly review: read the files, name bad rows, check, fill in forms 7.1-7.11.",
    both(
        """mọi biểu lập được, từ phiếu B1 và danh sách thành viên
chuanngheo report ho.xlsx thanh-vien.xlsx --profile form-b1 --unit commune="Xã A" --unit village="Làng B" --day 2024-10-15 --out mau-7.xlsx
chỉ biểu 7.1, thêm trang HTML
chuanngheo report ra-soat.csv --form 7.1 --year 2024 --status official --html mau-7.1.html
với kỳ năm trước, cho biểu 7.2 và 7.3
chuanngheo report ra-soat.csv --previous nam-truoc.csv --form 7.2 --form 7.3 --year 2024 --out bien-dong.xlsx""",
        """all forms that can be filled, from form B1 and the list of members
chuanngheo report ho.xlsx thanh-vien.xlsx --profile form-b1 --unit commune="Xã A" --unit village="Làng B" --day 2024-10-15 --out forms.xlsx
only form 7.1, as a page of HTML
chuanngheo report review.csv --form 7.1 --year 2024 --status official --html form-7.1.html
with last year's round, for forms 7.2 and 7.3
chuanngheo report review.csv --previous last-year.csv --form 7.2 --form 7.3 --year 2024 --out movements.xlsx""",
    ),
)
_command(
    "check",
    WRITE,
    authors.check,
    "Đọc tệp quy định: mọi lỗi, kiểm tra quy định, chạy trường hợp mẫu.",
    "Read rule files: every problem, the audit, the golden cases.",
    both(
        """tệp quy định và trường hợp mẫu bên cạnh
chuanngheo check local.yaml --cases local.cases.yaml
chỉ đọc, không kiểm tra chỗ trống
chuanngheo check local.yaml --no-audit""",
        """a rule file and the cases beside it
chuanngheo check local.yaml --cases local.cases.yaml
only read it, without the audit
chuanngheo check local.yaml --no-audit""",
    ),
)
_command(
    "new",
    WRITE,
    authors.new,
    "Tạo tệp mẫu có chú giải, và tệp trường hợp mẫu bên cạnh.",
    "Write a commented file to begin with, and golden cases beside it.",
    both(
        """chuẩn của một tỉnh dựa trên chuẩn quốc gia
chuanngheo new mau-2031.yaml --jurisdiction vn-mau --extends vn-2022
một chuẩn riêng
chuanngheo new rieng.yaml --jurisdiction vn-mau""",
        """a province's standard that stands on the national one
chuanngheo new mau-2031.yaml --jurisdiction vn-mau --extends vn-2022
one of its own
chuanngheo new own.yaml --jurisdiction vn-mau""",
    ),
)
_command(
    "explain",
    WRITE,
    authors.explain,
    "Trang của một mã lỗi, như CN014.",
    "The page of an error code, such as CN014.",
    both(
        """một mã
chuanngheo explain CN014
mọi mã
chuanngheo explain""",
        """one code
chuanngheo explain CN014
all codes
chuanngheo explain""",
    ),
)
_command(
    "schema",
    WRITE,
    authors.schema,
    "In JSON Schema của tệp quy định, cho trình soạn thảo.",
    "Print the JSON Schema of rule files, for editors.",
    both("""chuanngheo schema""", """chuanngheo schema"""),
)


def main() -> None:
    """The script."""
    start()
    app()


__all__ = ["app", "main"]
