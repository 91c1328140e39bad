"""Two small Stata files as a household living standards survey names them. Made up: nobody in them exists.

``write(folder)`` writes ``HO1.dta`` (one row for each household) and ``WT.dta`` (one for each địa bàn),
with what such files hold in practice: names in capitals, labelled codes, incomes of a year in thousand
đồng, -1 for what was not answered, numbers of địa bàn that begin anew in each commune.
"""

from __future__ import annotations

from math import exp, log
from pathlib import Path
from random import Random

import polars as pl
import pyreadstat

PROVINCES = {1: "Tỉnh thứ nhất (tổng hợp)", 2: "Tỉnh thứ hai (tổng hợp)", 3: "Tỉnh thứ ba (tổng hợp)"}
AREAS = {1: "Thành thị", 2: "Nông thôn"}
MEDIAN = {1: 5_200_000, 2: 2_700_000}  # đồng a person a month; made up
WEIGHT = {1: 2_600.5, 2: 1_150.25}  # households that one stands for; made up
COMMUNES, HOUSEHOLDS = {1: 4, 2: 6}, 12  # communes of a province and area, one địa bàn each; households of a địa bàn
LABELS: dict[str, str | None] = {
    "TTNT": "Thành thị, nông thôn",
    "TSNGUOI": "Tổng số người trong hộ",
    "THUNHAP": "Thu nhập của hộ trong 12 tháng (nghìn đồng)",
    "THUBQ": "Thu nhập bình quân 1 người 1 tháng (nghìn đồng)",
    "THIEUHUT": "Số chỉ số thiếu hụt (người dùng tự tính)",
}


def tables(seed: int = 9) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Households and địa bàn."""
    draw = Random(seed)
    homes: list[dict[str, float]] = []
    places: list[dict[str, float]] = []
    for province in PROVINCES:
        for area in AREAS:
            for commune in range(1, COMMUNES[area] + 1):
                place = {"TINH": province, "HUYEN": area, "XA": commune, "DIABAN": 1}
                places.append({**place, "WT9": WEIGHT[area] + 50 * province})
                local = draw.gauss(0, 0.3)
                for number in range(1, HOUSEHOLDS + 1):
                    size = draw.choice((1, 2, 3, 3, 4, 4, 4, 5, 5, 6))
                    month = exp(log(MEDIAN[area]) + local + draw.gauss(0, 0.5) - 0.05 * (size - 4))
                    year = round(month * size * 12 / 1000)
                    answered = draw.random() > 0.02
                    homes.append(
                        {
                            **place,
                            "HOSO": number,
                            "TTNT": area,
                            "TSNGUOI": size,
                            "THUNHAP": year if answered else -1,
                            "THUBQ": round(year / size / 12, 3) if answered else -1,
                            "THIEUHUT": sum(draw.random() < min(0.6, 500_000 / month) for _ in range(12)),
                        }
                    )
    return pl.DataFrame(homes), pl.DataFrame(places)


def write(folder: Path) -> tuple[Path, Path]:
    """Both files; their paths come back."""
    homes, places = tables()
    paths = folder / "HO1.dta", folder / "WT.dta"
    codes: dict[str, dict[int | float, str]] = {"TTNT": dict(AREAS.items()), "TINH": dict(PROVINCES.items())}
    pyreadstat.write_dta(homes, paths[0], column_labels=LABELS, variable_value_labels=codes)
    pyreadstat.write_dta(places, paths[1], column_labels={"WT9": "Quyền số hộ"})
    return paths
