"""The demo on real households, and the data it carries."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = ROOT / "docs" / "examples" / "data"


def test_data_gives_the_rate_its_source_gives() -> None:
    """Unweighted persons below 1,789,871 đồng a person a year: 31.6 %."""
    with (DATA / "vlss_1998_households.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5999
    persons = sum(int(r["members"]) for r in rows)
    line = Decimal(1_789_871)
    poor = sum(
        int(r["members"])
        for r in rows
        if Decimal(r["expenditure_12_months_thousand_vnd"]) * 1000 < line * int(r["members"])
    )
    assert round(Decimal(100 * poor) / persons, 1) == Decimal("31.6")
    urban = sum(r["urban"] == "yes" for r in rows)
    assert round(Decimal(100 * urban) / len(rows), 1) == Decimal("28.8")
    assert "Cameron" in (DATA / "README.md").read_text(encoding="utf-8")


def test_demo_says_what_it_must() -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "examples" / "vlss_1998.py")], check=True, capture_output=True, text=True
    )
    text = ran.stdout
    assert "expenditure of 12 months stands in for income" in text
    assert "undetermined, missing: terrain" in text
    assert re.search(r"poor household .*\d+\.\d to \d+\.\d %", text)
    assert "grade D (not confirmed): hunger_line, hungry, not_poor, poor, poverty_line" in text
    assert "Điều 1" in text
    assert "Article 1" in text
    assert "Đổi loại nếu" in text
    assert "What would change its class" in text
    # counts of a hand-written pass over the same rows
    with (DATA / "vlss_1998_households.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    monthly = [
        (r["urban"] == "yes", Decimal(r["expenditure_12_months_thousand_vnd"]) * 1000, 12 * int(r["members"]))
        for r in rows
    ]
    poor_2006 = sum(total <= (260_000 if urban else 200_000) * months for urban, total, months in monthly)
    assert f"{poor_2006:,} (" in text
    open_2001 = sum(not urban and 80_000 * months <= total < 100_000 * months for urban, total, months in monthly)
    assert re.search(rf"undetermined, missing: terrain +{open_2001} +0 +{open_2001}", text)
