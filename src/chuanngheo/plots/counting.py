"""Deprivations by group, and what each indicator contributes to the adjusted headcount M0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import DataProblems, Problem
from .labels import WORDS, column_text, decimal_text, ground_notes, group_text, language, measure_text, percent_text
from .paper import (
    GREY,
    INK,
    PAGE,
    PAPER,
    RAMP,
    SMALL,
    Design,
    altair,
    axis_text,
    design_columns,
    finished,
    fold,
    hatch,
    in_order,
    joined,
    layered,
    nothing,
    one_column,
    pixels,
    said_of_data,
    shade_text,
    table,
    values,
    weighted,
)

if TYPE_CHECKING:
    import polars as pl

    from ..answering import Standard

PREFIX = "deprived_"
FEW = 6  # groups that have room as columns beside the names of indicators
# Neighbours in a stack are far apart in lightness; the number in each part tells it without a shade.
FILLS = (
    "#0b3c78",
    "#c9d8ee",
    "#5b7fae",
    "#f0d9b5",
    "#b3651f",
    "#f6efe3",
    "#2f6f63",
    "#cfe6df",
    "#74558f",
    "#e6dcef",
    "#4d4d4d",
    "#d9d9d9",
)


def deprivations(
    frame: Any,
    std: Standard,
    design: Design | None = None,
    *,
    by: str | None = None,
    unit: str = "household",
    measure: str = "uncensored_headcount",
    lang: str = "vi",
    width: float = PAGE,
) -> Any:
    """A heat map of deprivation rates: indicators by groups, an altair chart.

    ``frame`` is the answer of ``std.classify`` (columns ``deprived_*``, null where unknown) with a
    ``design`` that says what a row stands for, or a table of measures that has the columns ``indicator``,
    ``measure``, ``low``, ``high`` (``alkire_foster(...).indicators``), of which ``measure`` is drawn. Rates
    are shares of all, those of whom the indicator is unknown included: where some are, the cell has the
    lower and the upper bound, its shade is that of the lower one, and it is hatched. Up to six groups
    are columns; more are rows.

    Raises :class:`DataProblems`: missing columns (CN201), no design (CN202), nothing to draw (CN203),
    values that are no truth or no share (CN204).

    >>> import polars as pl
    >>> import chuanngheo as cn
    >>> from chuanngheo import measures as ms
    >>> answer = pl.DataFrame({"deprived_employment": [True, False, None]})
    >>> chart = deprivations(answer, cn.standard("vn-2022"), ms.census(), lang="en")
    >>> chart.to_dict()["title"]["text"]
    ['Deprivation rates by indicator']
    """
    words, by = WORDS[language(lang)], one_column(by)
    indicators = {i.name: i.label(lang) for i in std.indicators.values()}
    first = table(frame, [by] if by else [], "frame")
    if "indicator" in first.columns:
        rates, data, of = _given(first, by, measure)
    else:
        rates, data, of = _counted(first, indicators, design, by, unit), design.data if design else "", unit
    held = [name for name in indicators if any(r["indicator"] == name for r in rates)]
    if not held:
        nothing(
            "frame", f"none of the indicators of {std.exact_id} is in it", "std.classify(...) gives columns deprived_*"
        )
    groups = in_order((r["group"] for r in rates), by)
    made = [_cell(r, indicators, by, lang) for r in rates if r["indicator"] in held]
    chart = _heat(
        made,
        [indicators[n] for n in held],
        [group_text(by, g, lang) if by else words["all"] for g in groups],
        by,
        width,
        lang,
    )
    notes = [". ".join(p for p in (said_of_data([data], lang) if data else "", words.get(f"of_{of}", "")) if p)]
    if "indicator" in first.columns:
        notes.append(measure_text(measure, lang)[0])
    notes.append(f"{words['certain']} (%)" + (f". {words['ranges']}" if any(c["unsure"] for c in made) else ""))
    if any(c["text"] == "?" for c in made):
        notes.append(words["not_known"])
    notes += ground_notes([std], lang)
    return finished(chart, words["deprivations"], [n for n in notes if n], lang, width, [std])


def contributions(
    result: Any,
    std: Standard | None = None,
    *,
    by: str | None = None,
    lang: str = "vi",
    width: float = PAGE,
) -> Any:
    """What each indicator contributes to M0, stacked to a hundred percent for each group: an altair chart.

    ``result`` is the answer of ``alkire_foster`` or its ``indicators``: a table with the columns
    ``indicator``, ``measure`` (of which ``"contribution"`` is drawn), ``low``, ``high`` and ``by``. The
    name of a group carries its M0 where the result has one. Where something is unknown the parts have
    bounds, and cannot be stacked: the picture then shows each part from its lower to its upper bound.
    ``std`` gives the labels of the indicators.

    Raises :class:`DataProblems`: missing columns (CN201), nothing to draw (CN203), values that are no
    share, or parts that are certain and do not sum to one (CN204).

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"water": [True, True, False], "school": [True, False, False]})
    >>> made = ms.alkire_foster(homes, ms.census(), weights=ms.equal_weights(["water", "school"]), k="1/2")
    >>> contributions(made, lang="en").to_dict()["title"]["text"]
    ['Contribution of each indicator to M0']
    """
    words, by = WORDS[language(lang)], one_column(by)
    native = getattr(result, "indicators", result)
    frame = table(native, ["indicator", "measure", "low", "high", *([by] if by else [])], "indicators")
    rates, data, unit = _given(frame, by, "contribution")
    rates = [r for r in rates if r["low"] is not None]
    if not rates:
        nothing("indicators", "no contribution is known; nobody is poor, or the measure is not there")
    labels = {i.name: i.label(lang) for i in std.indicators.values()} if std is not None else {}
    names = list(dict.fromkeys(r["indicator"] for r in rates))
    ordered = [n for n in labels if n in names] + [n for n in names if n not in labels]
    numbered = {n: f"{i}. {labels.get(n, n)}" for i, n in enumerate(ordered, 1)}
    groups = in_order((r["group"] for r in rates), by)
    heights = _heights(result, by)
    called = {g: _called(g, by, heights, lang) for g in groups}
    unsure = any(r["low"] != r["high"] for r in rates)
    if unsure:
        chart = _ranges(rates, ordered, numbered, called, width, lang)
    else:
        _sums_to_one(rates)
        chart = _stacks(rates, ordered, numbered, called, width, lang)
    notes = [". ".join(p for p in (said_of_data([data], lang) if data else "", words.get(f"of_{unit}", "")) if p)]
    notes.append(words["uncertain" if unsure else "parts"])
    standards = [std] if std is not None else []
    notes += ground_notes(standards, lang)
    return finished(chart, words["contributions"], [n for n in notes if n], lang, width, standards)


# --- rates ----------------------------------------------------------------------------------------------


def _given(frame: pl.DataFrame, by: str | None, measure: str) -> tuple[list[dict[str, Any]], str, str]:
    """Bounds from a tidy table of measures."""
    import polars as pl

    table(frame, ["measure", "low", "high"], "frame")
    rows = frame.filter(pl.col("measure") == measure)
    if not rows.height:
        nothing(
            "frame",
            f"it has no measure {measure!r}",
            f"it has {', '.join(map(str, frame['measure'].unique().to_list()))}",
        )
    made = [
        {
            "indicator": str(r["indicator"]).removeprefix(PREFIX),
            "group": r[by] if by else True,
            "low": r["low"],
            "high": r["high"],
        }
        for r in rows.iter_rows(named=True)
    ]
    twice = len(made) - len({(r["indicator"], r["group"]) for r in made})
    outside = [r for r in made if r["low"] is not None and not -1e-9 <= r["low"] <= r["high"] + 1e-9 <= 1 + 2e-9]
    problems = []
    if twice:
        problems.append(Problem("CN204", "frame", "an indicator stands more than once in a group", None,
                                remedy="by= names the column of the groups, or filter the table first", count=twice))  # fmt: skip
    if outside:
        problems.append(
            Problem("CN204", f"frame[{measure!r}]", "is not a share from 0 to 1", outside[0]["low"], count=len(outside))
        )
    if problems:
        raise DataProblems("the table has rates that cannot be drawn", problems)
    said = [str(rows[c][0]) if c in rows.columns else "" for c in ("data", "unit")]
    return made, said[0], said[1]


def _counted(
    frame: pl.DataFrame, indicators: Mapping[str, str], design: Design | None, by: str | None, unit: str
) -> list[dict[str, Any]]:
    """Bounds counted from truths: unknown is deprived at most, not deprived at least."""
    import polars as pl

    held = [n for n in indicators if PREFIX + n in frame.columns]
    frame = table(frame, design_columns(design, unit), "frame")
    wrong = [
        Problem(
            "CN204",
            f"frame[{PREFIX + n!r}]",
            "is not a column of truths",
            str(frame.schema[PREFIX + n]),
            "true, false, null",
        )
        for n in held
        if frame.schema[PREFIX + n] not in (pl.Boolean, pl.Null)
    ]
    if wrong:
        raise DataProblems("the table has deprivations that are no truths", wrong)
    if not held:
        return []
    weight = weighted(frame, design, unit, "frame")
    grouped = frame.select(
        (pl.col(by) if by else pl.lit(True)).alias("g"), weight.alias("w"), *[PREFIX + n for n in held]
    )
    sums = grouped.group_by("g", maintain_order=True).agg(
        pl.col("w").sum().alias("total"),
        *[
            pl.col("w").filter(pl.col(PREFIX + n).cast(pl.Boolean).fill_null(False)).sum().alias(f"low {n}")
            for n in held
        ],
        *[
            pl.col("w").filter(pl.col(PREFIX + n).cast(pl.Boolean).fill_null(True)).sum().alias(f"high {n}")
            for n in held
        ],
    )
    return [
        {"indicator": n, "group": r["g"], "low": r[f"low {n}"] / r["total"], "high": r[f"high {n}"] / r["total"]}
        if r["total"] > 0
        else {"indicator": n, "group": r["g"], "low": None, "high": None}
        for r in sums.iter_rows(named=True)
        for n in held
    ]


def _sums_to_one(rates: Sequence[dict[str, Any]]) -> None:
    sums: dict[Any, float] = {}
    for rate in rates:
        sums[rate["group"]] = sums.get(rate["group"], 0.0) + rate["low"]
    wrong = {g: s for g, s in sums.items() if abs(s - 1) > 1e-6}
    if wrong:
        problem = Problem("CN204", "indicators['contribution']", "the parts of a group do not sum to one", sorted(wrong.values())[0],
                          remedy="give all indicators of the measure, and by= for its groups", count=len(wrong))  # fmt: skip
        raise DataProblems("contributions do not sum to one", [problem])


def _heights(result: Any, by: str | None) -> dict[Any, tuple[float | None, float | None]]:
    """M0 of each group, where the result has it."""
    import polars as pl

    native = getattr(result, "groups", None) if by else None
    native = getattr(result, "summary", None) if native is None else native
    if native is None:
        return {}
    frame = table(native, ["measure", "low", "high"], "summary")
    if by and by not in frame.columns:
        return {}
    rows = frame.filter(pl.col("measure") == "M0")
    return {(r[by] if by else True): (r["low"], r["high"]) for r in rows.iter_rows(named=True)}


def _called(group: Any, by: str | None, heights: Mapping[Any, tuple[float | None, float | None]], lang: str) -> str:
    name = group_text(by, group, lang) if by else WORDS[lang]["all"]
    low, high = heights.get(group, (None, None))
    if low is None or high is None:
        return name
    said = decimal_text(low, 3, lang)
    return f"{name} (M0 {said})" if low == high else f"{name} (M0 {said}-{decimal_text(high, 3, lang)})"


# --- drawing --------------------------------------------------------------------------------------------


def _cell(rate: dict[str, Any], labels: Mapping[str, str], by: str | None, lang: str) -> dict[str, Any]:
    low, high = rate["low"], rate["high"]
    return {
        "indicator": labels[rate["indicator"]], "group": group_text(by, rate["group"], lang) if by else WORDS[lang]["all"],
        "low": low, "high": high, "text": percent_text(low, high, lang), "unsure": low is None or low != high,
        "ink": INK if low is None or low != high else shade_text(low, 1.0),
    }  # fmt: skip


def _heat(
    cells: list[dict[str, Any]], indicators: list[str], groups: list[str], by: str | None, width: float, lang: str
) -> Any:
    """Indicators as rows while the groups have room as columns; else groups as rows."""
    alt, few = altair(), len(groups) <= FEW
    across, down = ("group", "indicator") if few else ("indicator", "group")
    columns, rows = (groups, indicators) if few else (indicators, groups)
    side = pixels(6.6 if few else 3.6)
    wide, high = min(pixels(3.0), (pixels(width) - side) / len(columns)), pixels(0.78)
    heads = {n: fold(n, wide - 2 if few else pixels(4)) for n in columns}
    deep = max(len(h) for h in heads.values())
    flat = alt.Scale(paddingInner=0, paddingOuter=0)
    title = column_text(by, lang) if by else None
    up = alt.Axis(
        title=title if few else None, orient="top", labels=False, ticks=False, domain=False, titlePadding=12 + 13 * deep
    )
    out = alt.Axis(title=None, labels=False, ticks=False, domain=False)
    x, y = alt.X(f"{across}:N", sort=columns, scale=flat, axis=up), alt.Y(f"{down}:N", sort=rows, scale=flat, axis=out)
    most = max((c["low"] for c in cells if c["low"] is not None), default=1.0) or 1.0
    for cell in cells:
        cell["ink"] = cell["ink"] if cell["unsure"] else shade_text(cell["low"], most)
    shade = alt.Color("low:Q", scale=alt.Scale(domain=[0, most], range=list(RAMP)), legend=None)
    known = alt.Chart(values(c for c in cells if c["low"] is not None))
    layers = [known.mark_rect(stroke=PAPER, strokeWidth=1.5).encode(x=x, y=y, color=shade)]
    unsure = [c for c in cells if c["unsure"]]
    if unsure:
        stroke = alt.Chart(values(unsure)).mark_point(
            shape=hatch(wide, high), size=(wide - 3) ** 2, fill=None, stroke=GREY, strokeWidth=0.7, opacity=0.7
        )
        layers.append(stroke.encode(x=x, y=y))
        veil = alt.Chart(values(unsure)).mark_text(
            fontSize=_size(cells, wide), stroke=PAPER, strokeWidth=3, strokeJoin="round"
        )
        layers.append(veil.encode(x=x, y=y, text="text:N"))
    said = alt.Chart(values(cells)).mark_text(fontSize=_size(cells, wide))
    layers.append(said.encode(x=x, y=y, text="text:N", color=alt.Color("ink:N", scale=None)))
    layers += axis_text(heads, across, x, "top" if few else "up") + axis_text(
        {n: fold(n, side) for n in rows}, down, y, "left"
    )
    return layered(layers, {"step": wide}, {"step": high}, apart=("color",))


def _size(cells: list[dict[str, Any]], wide: float) -> float:
    """Numbers as large as the longest of them lets them be."""
    return max(6.5, min(SMALL, wide / (0.56 * max(len(c["text"]) for c in cells))))


def _stacks(
    rates: list[dict[str, Any]],
    ordered: list[str],
    numbered: Mapping[str, str],
    called: Mapping[Any, str],
    width: float,
    lang: str,
) -> Any:
    alt = altair()
    rows = []
    for group, name in called.items():
        start = 0.0
        shares = {r["indicator"]: 100 * r["low"] for r in rates if r["group"] == group}
        for indicator in ordered:
            share = shares.get(indicator, 0.0)
            number = numbered[indicator].split(".")[0]
            rows.append({"group": name, "indicator": numbered[indicator], "share": share, "start": start, "end": start + share,
                         "middle": start + share / 2, "number": number if share >= 2.2 else "",
                         "text": decimal_text(share, 0, lang) if share >= 4 else "",
                         "ink": _ink(FILLS[ordered.index(indicator) % len(FILLS)])})  # fmt: skip
            start += share
    fills = [FILLS[i % len(FILLS)] for i in range(len(ordered))]
    legend = alt.Legend(title=WORDS[lang]["indicator"], orient="bottom", columns=2, symbolType="square")
    color = alt.Color(
        "indicator:N", sort=None, scale=alt.Scale(domain=list(numbered.values()), range=fills), legend=legend
    )
    names = list(called.values())
    side = pixels(3.8)
    y = alt.Y(
        "group:N",
        sort=names,
        scale=alt.Scale(paddingInner=0.28, paddingOuter=0.1),
        axis=alt.Axis(title=None, labels=False, ticks=False, domain=False),
    )
    x = alt.X(
        "start:Q",
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(title=WORDS[lang]["contribution_axis"], format=".0f"),
    )
    middle = alt.X("middle:Q")
    base = alt.Chart(values(rows))
    layers = [base.mark_bar(stroke=PAPER, strokeWidth=1).encode(x=x, x2="end:Q", y=y, color=color)]
    for field, dy, size, weight in (("number", -6, SMALL, "bold"), ("text", 8, SMALL - 1.5, "normal")):
        said = base.mark_text(dy=dy, fontSize=size, fontWeight=weight)
        layers.append(said.encode(x=middle, y=y, text=f"{field}:N", color=alt.Color("ink:N", scale=None)))
    layers += axis_text({n: fold(n, side - 8) for n in names}, "group", y, "left")
    return layered(layers, pixels(width) - side - 12, {"step": 46}, apart=("color",))


def _ink(fill: str) -> str:
    """White on a dark fill, black on a light one, by the lightness that a grey copy keeps."""
    red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
    return PAPER if 0.299 * red + 0.587 * green + 0.114 * blue < 128 else INK


def _ranges(
    rates: list[dict[str, Any]],
    ordered: list[str],
    numbered: Mapping[str, str],
    called: Mapping[Any, str],
    width: float,
    lang: str,
) -> Any:
    """A panel for each group: every part from its lower to its upper bound."""
    alt, side = altair(), pixels(6.6)
    names = [numbered[n] for n in ordered]
    most = 100 * max(r["high"] for r in rates) * 1.25
    panels = []
    for place, (group, name) in enumerate(called.items()):
        rows = [
            {
                "indicator": numbered[r["indicator"]],
                "low": 100 * r["low"],
                "high": 100 * r["high"],
                "text": f"{percent_text(r['low'], r['high'], lang)} %",
            }
            for r in rates
            if r["group"] == group
        ]
        last = place == len(called) - 1
        y = alt.Y(
            "indicator:N", sort=names, axis=alt.Axis(title=None, labels=False, ticks=False, domain=False, grid=True)
        )
        x = alt.X("low:Q", scale=alt.Scale(domain=[0, most], nice=False),
                  axis=alt.Axis(title=WORDS[lang]["contribution_axis"] if last else None, format=".0f"))  # fmt: skip
        base = alt.Chart(values(rows))
        layers = [
            base.mark_bar(color=FILLS[2], stroke=FILLS[0], strokeWidth=1, height=8).encode(x=x, x2="high:Q", y=y),
            base.transform_filter("datum.low == datum.high")
            .mark_point(filled=True, size=40, color=FILLS[0], opacity=1)
            .encode(x=x, y=y),
            base.mark_text(align="left", dx=7, fontSize=SMALL - 1).encode(x=alt.X("high:Q"), y=y, text="text:N"),
            *axis_text({n: fold(n, side) for n in names}, "indicator", y, "left"),
        ]
        panels.append(layered(layers, pixels(width) - side - 12, {"step": 20}, name))
    return joined(panels, 14)


__all__ = ["contributions", "deprivations"]
