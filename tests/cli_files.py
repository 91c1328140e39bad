"""Small files of the kinds that the command line reads: those that the examples of its help name."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import polars as pl

ROOT = Path(__file__).parent.parent
LOCAL = ROOT / "docs" / "examples" / "local.yaml"
CASES = """\
- case: On the line.
  standard: vn-mau-2099
  source: {number: 1/2099, at: Điều 1, grade: A}
  household: {area: urban, income_per_person: 3_000, deprivations: 2}
  expect: {category: poor}
- case: Above it.
  standard: vn-mau-2099
  source: {number: 1/2099, at: Điều 1, grade: A}
  household: {area: urban, income_per_person: 3_001, deprivations: 2}
  expect: {category: not_poor}
"""
COLUMNS = """\
area: {from: ttnt, codes: {01: urban, 02: rural}, missing: [99]}
income_per_person: {from: thunhap, unit: thousand VND/person/month}
deprivations: thieuhut
"""
SURVEY = """\
household_id,ttnt,thunhap,thieuhut,ghi_chu
001,02,1500,3,"a, b"
002,02,1500.001,3,
003,01,2000,,x
004,99,1200,2,y
"""
HOUSEHOLDS = [
    {"area": "rural", "income_per_person": 1_500_000, "deprivations": 3},
    {"area": "urban", "income_per_person": 2_000_001, "deprivations": 3},
]
REVIEW = """\
household_id,province,commune,village,area,household_size,recorded
a/1,Gia Lai,Xã A,Làng B,rural,4,poor
a/2,Gia Lai,Xã A,Làng B,rural,3,near_poor
c/1,Gia Lai,Xã C,Làng D,rural,5,{}
"""


def homes(rows: int = 4) -> pl.DataFrame:
    """Rows that repeat: poor, average, not settled, near-poor."""
    kinds = [("rural", 1_500_000, 3), ("rural", 1_500_001, 3), (None, 1_700_000, 2), ("urban", 1_900_000, 1)]
    chosen = [kinds[i % len(kinds)] for i in range(rows)]
    area, income, count = zip(*chosen, strict=True)
    return pl.DataFrame(
        {
            "household_id": range(rows),
            "area": area,
            "khu_vuc": area,
            "income_per_person": income,
            "deprivations": count,
        },
        schema_overrides={"household_id": pl.Int64},
    )


def write_all(folder: Path) -> None:
    homes().write_parquet(folder / "homes.parquet")
    pl.DataFrame({"household_id": [0, 0, 1, 2, 3], "age": [40, 8, 30, 50, 61]}).write_parquet(
        folder / "persons.parquet"
    )
    texts = {
        "survey.csv": SURVEY, "columns.yaml": COLUMNS, "households.json": json.dumps(HOUSEHOLDS), "local.cases.yaml": CASES,
        "local.yaml": LOCAL.read_text(encoding="utf-8"), "review.csv": REVIEW.format("poor"), "last-year.csv": REVIEW.format("near_poor"),
        "ra-soat.csv": REVIEW.format("poor"), "nam-truoc.csv": REVIEW.format("near_poor"),
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_form_b1(folder)


def write_form_b1(folder: Path) -> None:
    """The answers of phiếu B1 of a small commune: a sheet of households, one of members."""
    land_and_stock = ["X.1", "X.2", "X.3", "X.4", "X.5", "XI.1", "XI.2", "XI.3"]
    goods = [f"IX.{n}" for n in range(1, 15)]
    book = openpyxl.Workbook()
    book.active.append(["Mã hộ", "Khu vực", "Số nhân khẩu", "I", "II", "III", "IV", "V", "VII", "VIII", *goods, *land_and_stock, "XII", "XIII.1", "XIII.2"])  # fmt: skip
    none = dict.fromkeys((*goods, *land_and_stock), "00")
    for code, size, walls, area, toilet, power, water, owned in [
        (1, 2, 4, "15", 3, 20, 4, {}),
        (2, 2, 2, "48,5", 1, 110, 1, {"IX.2": 2, "IX.6": 1, "IX.9": 1, "IX.14": 2}),
        (3, 1, 4, "7", 3, None, 4, {"IX.14": 1}),
    ]:
        row = {**none, **owned}
        book.active.append([code, 2, size, walls, 3, walls, area, toilet, power, water, *(row[n] for n in (*goods, *land_and_stock)), "0", "X" if code == 1 else None, "X" if code != 2 else None])  # fmt: skip
    book.save(folder / "ho.xlsx")
    members = openpyxl.Workbook()
    members.active.append(["Mã hộ", *(str(n) for n in (2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19))])
    for row in [
        (1, "(name)", 1, "02/05/1980", 1, 2, None, 1, 1, 2, 2, None, 1, 4, 3, None, 2),
        (1, "(name)", 3, "11/09/2016", 2, 1, 2, 1, 1, 1, 2, None, None, None, None, None, 2),
        (2, "(name)", 1, "07/01/1979", 1, 2, None, 4, 4, 1, 1, None, 1, 1, 1, None, 2),
        (2, "(name)", 2, "30/03/1984", 2, 2, None, 3, 1, 1, 1, None, 1, 4, 3, None, 2),
        (3, "(name)", 1, "1950", 2, 2, None, 1, 1, 1, 2, 1, 6, None, None, None, 2),
    ]:
        members.active.append(row)
    members.save(folder / "thanh-vien.xlsx")
