"""5,999 real households of 1998 under the standards of 1998, 2001 and 2006.

Run it with ``make demo``. Terrain is not in the file, so rural households between the mountain
and the plain line stay undetermined; shares are bounds. Nothing is weighted.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import chuanngheo as cn

DATA = Path(__file__).parent / "data" / "vlss_1998_households.csv"
STANDARDS = ("vn-1998", "vn-2001", "vn-2006")
AREAS = ("rural", "urban")


def household(row: dict[str, str]) -> dict[str, Any]:
    """One row as facts: expenditure stands in for income, thousand đồng become đồng."""
    return {
        "area": "urban" if row["urban"] == "yes" else "rural",
        "household_size": int(row["members"]),
        "income": Decimal(row["expenditure_12_months_thousand_vnd"]) * 1000,
    }


def progress(name: str, total: int) -> Any:
    """A counter on the terminal; silent when the output is not one."""

    def show(done: int) -> None:
        if sys.stderr.isatty() and (done % 250 == 0 or done == total):
            print(
                f"\r{name}: {done:,} of {total:,} households",
                end="\n" if done == total else "",
                file=sys.stderr,
                flush=True,
            )

    return show


def share(low: int, high: int, total: int) -> str:
    """A share, or its bounds where some households are undetermined."""
    if low == high:
        return f"{100 * low / total:.1f} %"
    return f"{100 * low / total:.1f} to {100 * high / total:.1f} %"


def table(std: cn.Standard, results: list[cn.Assessment], areas: list[str]) -> None:
    """Classes by area: households certainly in a class, and the bounds of the share."""
    print(f"\n{std.title['en']} ({std.exact_id}), {len(results):,} households, unweighted")
    rows: list[tuple[str, list[str]]] = []
    for name, cls in std.classes.items():
        cells = []
        for area in (*AREAS, None):
            mine = [a for a, where in zip(results, areas, strict=True) if area in (None, where)]
            certain = sum(a.category == name for a in mine)
            possible = sum(name in a.possible for a in mine)
            cells.append(f"{certain:,} ({share(certain, possible, len(mine))})")
        inner = [c.label("en") for c in std.classes.values() if c.within == name]
        rows.append((cls.label("en") + (f" ({', '.join(inner)} apart)" if inner else ""), cells))
    open_ = Counter(
        (where, ", ".join(a.missing)) for a, where in zip(results, areas, strict=True) if a.status == "undetermined"
    )
    for missing in sorted({m for _, m in open_}):
        counts = [open_[area, missing] for area in AREAS]
        rows.append((f"undetermined, missing: {missing}", [f"{n:,}" for n in (*counts, sum(counts))]))
    width = max(len(label) for label, _ in rows) + 2
    print(f"{'':{width}}{'rural':>26}{'urban':>26}{'all':>26}")
    for label, cells in rows:
        print(f"{label:{width}}" + "".join(f"{cell:>26}" for cell in cells))
    low = list({(c.about, c.grade, str(c)) for a in results for c in a.caveats if c.kind == "grade"})
    for grade in sorted({g for _, g, _ in low}):
        print(f"  grade {grade} (not confirmed): " + ", ".join(sorted({about for about, g, _ in low if g == grade})))


def explain(std: cn.Standard, a: cn.Assessment, number: str) -> None:
    """One household in both languages, and what would change its class."""
    for lang, head in (("vi", "Giải thích một hộ"), ("en", "One household explained")):
        print(f"\n{head} (household_id {number}, {std.exact_id})\n")
        print(a.explain(lang))
        for flip in a.flips():
            print(f"{'Đổi loại nếu' if lang == 'vi' else 'What would change its class'}: {flip.text(lang)}.")


def main() -> None:
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    households = [household(row) for row in rows]
    areas = [h["area"] for h in households]
    print(f"Viet Nam Living Standards Survey 1997-98: {len(rows):,} households.")
    print("Household expenditure of 12 months stands in for income. No weights (urban households are")
    print("over-represented) and no rural terrain: shares are bounds, and not official rates.")
    for name in STANDARDS:
        std = cn.standard(name)
        results = std.assess_many(households, progress=progress(name, len(rows)))
        table(std, results, areas)
    first = next(i for i, a in enumerate(results) if a.category == "poor")
    explain(std, results[first], rows[first]["household_id"])


if __name__ == "__main__":
    main()
