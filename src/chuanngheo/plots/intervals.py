"""Tables of measures as points: bounds of what is unknown and confidence intervals, told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import DataProblems, Problem
from .counting import PREFIX
from .labels import WORDS, decimal_text, ground_notes, group_text, language, measure_text
from .paper import (
    INK,
    PAGE,
    PAPER,
    SHADES,
    SMALL,
    altair,
    axis_text,
    finished,
    fold,
    joined,
    layered,
    nothing,
    one_column,
    pixels,
    said_of_data,
    table,
    values,
)

if TYPE_CHECKING:
    import polars as pl

    from ..answering import Standard

NUMBERS = ("low", "high", "ci_low", "ci_high")
BESIDE = ("indicator", "category")  # what a measure is of, in a column of its own
BAR = "#9db7d9"


def measures(
    frame: Any,
    *,
    by: str | None = None,
    only: Sequence[str] | None = None,
    standards: Sequence[Standard] = (),
    lang: str = "vi",
    width: float = PAGE,
) -> Any:
    """A panel for each measure, a row for each group: an altair chart.

    ``frame`` is a table of :mod:`chuanngheo.measures`: the columns ``measure``, ``low``, ``high``,
    perhaps ``ci_low``, ``ci_high``, ``unit``, ``data``, and the column ``by`` of the groups. A dot is a
    value that is certain; a thick bar goes from the lower to the upper bound where something is unknown;
    a thin line with feet is the confidence interval, that of the bounds where there are bounds. Shares
    are drawn in percent. ``only`` names measures, ``standards`` those that the measures rest on.

    Raises :class:`DataProblems`: missing columns (CN201), groups that ``by`` does not tell apart (CN202),
    nothing to draw (CN203), bounds in the wrong order (CN204).

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"income": [100, 100, 150, None]})
    >>> table = ms.headcount(homes, ms.census(), income="income", line=125, poor_at_line=True)
    >>> measures(table, lang="en").to_dict()["title"]["text"]
    ['Measures of poverty']
    """
    words, by = WORDS[language(lang)], one_column(by)
    known = table(frame, ["measure", "low", "high", *([by] if by else [])], "frame")
    rows = _rows(known, by, only, standards, lang)
    names = list(dict.fromkeys(r["name"] for r in rows))
    groups = list(dict.fromkeys(r["group"] for r in rows))
    side = min(pixels(6), max((len(g) for g in groups), default=0) * SMALL * 0.53) + 12 if by else pixels(0.6)
    panels = [_panel([r for r in rows if r["name"] == n], groups, side, bool(by), width, lang) for n in names]
    notes = [". ".join(p for p in (_said(known, "data", lang), _said(known, "unit", lang)) if p)]
    shown = [words["point"]] if any(r["low"] == r["high"] for r in rows) else []
    shown += [words["bounds"]] if any(r["low"] != r["high"] for r in rows) else []
    shown.append(words["interval" if any(r["ci_low"] is not None for r in rows) else "no_interval"])
    notes += [". ".join(shown), *([f"{words['not_known']}"] if any(r["low"] is None for r in rows) else [])]
    notes += ground_notes(list(standards), lang)
    return finished(joined(panels, 12), words["measures"], [n for n in notes if n], lang, width, list(standards))


def _said(known: pl.DataFrame, column: str, lang: str) -> str:
    if column not in known.columns:
        return ""
    held = [str(v) for v in known[column].unique(maintain_order=True).to_list() if v is not None]
    return said_of_data(held if column == "data" else [f"of_{u}" for u in held], lang)


def _rows(
    known: pl.DataFrame, by: str | None, only: Sequence[str] | None, standards: Sequence[Standard], lang: str
) -> list[dict[str, Any]]:
    """One row for each measure and group, checked, in percent where it is a share."""
    import polars as pl

    if only is not None:
        known = known.filter(pl.col("measure").is_in(list(only)))
    if not known.height:
        nothing("frame", "it has none of the measures asked for")
    made, problems = [], []
    names = {f"{PREFIX}{i.name}": i.label(lang) for s in standards for i in s.indicators.values()}
    keys = [c for c in ("measure", *BESIDE, by) if c and c in known.columns]
    if (twice := int(known.select(keys).is_duplicated().sum())) > 0:
        problems.append(Problem("CN202", "by", "several rows of the table are one measure of one group", by,
                                remedy="name the column of the groups, or filter the table first", count=twice))  # fmt: skip
    for place, row in enumerate(known.iter_rows(named=True), 1):
        numbers = {n: row.get(n) for n in NUMBERS}
        order = [float(v) for n in ("ci_low", "low", "high", "ci_high") if (v := numbers[n]) is not None]
        if order != sorted(order) or (row["low"] is None) != (row["high"] is None):
            problems.append(Problem("CN204", f"frame[{row['measure']!r}]", "its bounds are not in order", tuple(order),
                                    "ci_low <= low <= high <= ci_high", count=1, rows=((place, None, row["low"]),)))  # fmt: skip
        label, share = measure_text(row["measure"], lang)
        parts = [names.get(str(row[c]), group_text(c, row[c], lang)) for c in BESIDE if row.get(c) is not None]
        label = ": ".join([label, *parts])
        scale = 100 if share else 1
        made.append({"name": label + (" (%)" if share else ""), "share": share, "group": group_text(by, row[by], lang) if by else "",
                     **{n: None if v is None else scale * v for n, v in numbers.items()}})  # fmt: skip
    if problems:
        raise DataProblems("the table cannot be drawn", problems)
    return made


def _panel(rows: list[dict[str, Any]], groups: list[str], side: float, named: bool, width: float, lang: str) -> Any:
    alt, places = altair(), 1 if rows[0]["share"] else 3
    for row in rows:
        low, high = row["low"], row["high"]
        row["text"] = "?" if low is None else decimal_text(low, places, lang)
        if low is not None and low != high:
            row["text"] += f"-{decimal_text(high, places, lang)}"
        row["end"] = max((row[n] for n in NUMBERS if row[n] is not None), default=0.0)
    kept = [{k: v for k, v in r.items() if k != "share"} for r in rows]
    start = min([0.0, *(r[n] for r in rows for n in NUMBERS if r[n] is not None)])
    most = max(r["end"] for r in rows) or 1.0
    domain = [start * 1.05, start + (most - start) * 1.22]
    x = alt.X(
        "low:Q",
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(title=None, tickCount=5, format=",.3~f", labelFlush=False),
    )
    axis = alt.Axis(title=None, labels=False, ticks=False, domain=False, grid=True)
    y = alt.Y("group:N", sort=groups, axis=axis, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.2))
    bounds = [r for r in kept if r["low"] is not None and r["low"] != r["high"]]
    sure = [r for r in kept if r["low"] is not None and r["low"] == r["high"]]
    spread = [r for r in kept if r["ci_low"] is not None and r["ci_high"] is not None]
    layers = []
    if bounds:
        layers.append(
            alt.Chart(values(bounds))
            .mark_bar(height=9, color=BAR, stroke=SHADES[1], strokeWidth=1)
            .encode(x=x, x2="high:Q", y=y)
        )
    if spread:
        base = alt.Chart(values(spread))
        layers.append(base.mark_rule(color=INK, strokeWidth=1.2).encode(x="ci_low:Q", x2="ci_high:Q", y=y))
        for end in ("ci_low", "ci_high"):
            layers.append(
                base.mark_tick(color=INK, thickness=1.4, height=9, orient="vertical").encode(x=f"{end}:Q", y=y)
            )
    if sure:
        layers.append(
            alt.Chart(values(sure))
            .mark_point(filled=True, size=58, color=SHADES[1], stroke=PAPER, strokeWidth=1, opacity=1)
            .encode(x=x, y=y)
        )
    layers.append(
        alt.Chart(values(kept))
        .mark_text(align="left", dx=8, fontSize=SMALL - 0.5)
        .encode(x="end:Q", y=y, text="text:N")
    )
    if named:
        layers += axis_text({g: fold(g, side - 8) for g in groups}, "group", y, "left")
    return layered(layers, pixels(width) - side - 12, {"step": 20}, rows[0]["name"])


__all__ = ["measures"]
