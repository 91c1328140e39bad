"""The distribution of income, with the lines of standards on the same axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import DataProblems, Problem
from .labels import (
    WORDS,
    cell_text,
    decimal_text,
    ground_notes,
    group_text,
    language,
    number_text,
    unit_text,
)
from .ladders import MONTHLY, SHAPES, amounts, in_family, plain, round_steps, written
from .paper import (
    GREY,
    PAGE,
    PAPER,
    SHADES,
    SMALL,
    Design,
    altair,
    choice,
    design_columns,
    finished,
    in_order,
    joined,
    layered,
    nothing,
    one_column,
    pixels,
    said_of_data,
    table,
    values,
    weighted,
)

if TYPE_CHECKING:
    import polars as pl

    from ..answering import Standard

BARS = 40
EDGE = 0.005  # the share at each end that is not drawn: single households would show there


def income_distribution(
    frame: Any,
    design: Design,
    *,
    income: str = "income_per_person",
    lines: Sequence[Standard] = (),
    names: Sequence[str] = ("poverty_line",),
    by: str | None = None,
    unit: str = "person",
    scale: str = "log",
    bars: int = BARS,
    label: str = "",
    lang: str = "vi",
    width: float = PAGE,
) -> Any:
    """A weighted histogram of income a person a month in đồng, with the lines of standards: an altair chart.

    ``frame`` has a row for each household, ``income`` its income a person a month in đồng (not thousands,
    not a year), ``design`` what a row stands for (:mod:`chuanngheo.measures`). The bars are shares of all
    ``unit`` (``"person"`` or ``"household"``), those of unknown income included, and the picture says how
    many are unknown, zero or negative, or beyond the ends of the axis. ``lines`` are standards, ``names``
    which of their lines; under ``by`` a group that is a code of a line (rural, urban) has its own lines alone.
    ``scale`` is ``"log"`` (bars of equal ratio) or ``"linear"``; ``label`` says what the amounts are where they
    are not income (expenditure).

    Only bars enter the chart, no household. Raises :class:`DataProblems`: missing columns (CN201), a choice
    that is not on the list or no design (CN202), nothing to draw (CN203), numbers or weights that are none (CN204).

    >>> import polars as pl
    >>> from chuanngheo import measures as ms
    >>> homes = pl.DataFrame({"income_per_person": [900_000 + 10_000 * n for n in range(200)]})
    >>> chart = income_distribution(homes, ms.synthetic(), unit="household", lang="en")
    >>> chart.to_dict()["title"]["text"]
    ['Distribution of income and the lines']
    """
    words, by = WORDS[language(lang)], one_column(by)
    choice("scale", scale, ("log", "linear"))
    needed = [income, *([by] if by else []), *design_columns(design, unit)]
    made = _known(table(frame, needed, "frame"), design, income, by, unit)
    steps = [s for std in lines for s in _lines(std, names, lang)]
    if lines and not steps:
        nothing("lines", "no standard given has a line of đồng a person a month under these names", "see std.lines")
    low, high = _ends(made, [s["amount"] for s in steps], scale)
    edges = _edges(low, high, bars, scale)
    order = in_order(made["g"].to_list(), by)
    panels, spare = [], []
    room = pixels(width) - pixels(2.2)
    strip = [_strip(steps, edges, room, scale, lang)] if steps else []
    shares = {g: _bars(made.filter(made["g"].eq_missing(g)), edges) for g in order}
    most = max((b["share"] for rows, _ in shares.values() for b in rows), default=1.0) * 1.05
    for place, group in enumerate(order):
        rows, outside = shares[group]
        name = group_text(by, group, lang) if by else ""
        mine = [s for s in steps if group not in _codes(steps) or group in s["codes"] or not s["codes"]]
        last = place == len(order) - 1
        panels.append(
            _panel(
                rows,
                mine,
                steps,
                edges,
                room,
                scale,
                name,
                most,
                (label or words["income_axis"]) if last else "",
                len(order),
                unit,
                lang,
            )
        )
        spare.append(_said(outside, name, lang))
    notes = [
        f"{said_of_data([design.data], lang)}. {words['of_' + unit]}. {words['rows']}: {number_text(made.height, lang)}"
    ]
    notes += [s for s in spare if s]
    if any(s["grade"] == "D" for s in steps):
        notes.append(words["grade_d"])
    notes += ground_notes(list(lines), lang)
    chart = joined([*strip, *panels], 6, shared=("x",), apart=("color", "shape"))
    return finished(chart, words["named"].format(label) if label else words["incomes"], notes, lang, width, list(lines))


def _known(frame: pl.DataFrame, design: Design, income: str, by: str | None, unit: str) -> pl.DataFrame:
    """Income, weight and group of each row, and nothing else of the caller's table."""
    import polars as pl

    if not frame.schema[income].is_numeric():
        problem = Problem(
            "CN204",
            f"frame[{income!r}]",
            "is not a column of numbers",
            str(frame.schema[income]),
            "đồng a person a month",
        )
        raise DataProblems("income is not a number", [problem])
    weight = weighted(frame, design, unit, "frame")
    group = pl.col(by) if by else pl.lit(True)
    return frame.select(pl.col(income).cast(pl.Float64).alias("i"), weight.alias("w"), group.alias("g"))


def _lines(std: Standard, names: Sequence[str], lang: str) -> list[dict[str, Any]]:
    """The lines of one standard; places of one amount and one area are one."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for name in names:
        for codes, quantity in amounts(std, name):
            family = in_family(quantity)
            if family is None or family[0] != MONTHLY:
                continue
            area = cell_text(codes[:1], lang)
            step = found.setdefault((name, area, family[1]), {
                "standard": std.exact_id, "line": std.lines[name].labels[lang], "place": area, "area": [], "amount": plain(family[1]),
                "text": written(family[1], lang), "grade": quantity.grade, "codes": [c for _, c in codes[:1]],
            })  # fmt: skip
            step["area"].append(cell_text(codes, lang))
            step["grade"] = min(step["grade"], quantity.grade)
    return [{**s, "area": " / ".join(s["area"])} for s in sorted(found.values(), key=lambda s: s["amount"])]


def _codes(steps: list[dict[str, Any]]) -> set[str]:
    return {c for s in steps for c in s["codes"]}


def _ends(made: pl.DataFrame, lines: list[float], scale: str) -> tuple[float, float]:
    """From where to where the axis goes: nearly all of the distribution, and every line."""
    import polars as pl

    drawn = made.filter(pl.col("i") > 0 if scale == "log" else pl.col("i").is_not_null()).sort("i")
    if not drawn["w"].sum() > 0:
        nothing("frame", "no income is known" + (" and above zero" if scale == "log" else ""))
    reached = drawn["w"].cum_sum() / drawn["w"].sum()
    low = float(drawn["i"][int((reached >= EDGE).arg_max() or 0)])
    high = float(drawn["i"][int((reached >= 1 - EDGE).arg_max() or 0)])
    if scale == "log":
        low, high = min([low, *lines]) / 1.25, max([high, *lines]) * 1.25
    else:
        low, high = min([0.0, low]), max([high, *lines]) * 1.05
    return (low, high) if low < high else (low, low + 1)


def _edges(low: float, high: float, bars: int, scale: str) -> list[float]:
    """Round edges of bars of equal ratio or equal width that hold both ends."""
    if scale == "log":
        step = math.log10(high / low) / bars
        return [float(f"{low * 10 ** (i * step):.6g}") for i in range(bars + 1)]
    rough = (high - low) / bars
    power = 10.0 ** math.floor(math.log10(rough))
    width = next(m for m in (1, 2, 5, 10) if m * power >= rough) * power
    first, last = math.floor(low / width), math.ceil(high / width)
    return [i * width for i in range(first, last + 1)]


def _bars(part: pl.DataFrame, edges: list[float]) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """The share of each bar among all of a group, and the shares that no bar shows."""
    import polars as pl

    total = float(part["w"].sum())
    place = pl.Series(edges).search_sorted(part["i"].fill_null(-math.inf), side="right") - 1
    drawn = part.with_columns(place.cast(pl.Int64).alias("b"))
    inside = pl.col("b").is_between(0, len(edges) - 2) & pl.col("i").is_not_null()
    sums = dict(drawn.filter(inside).group_by("b").agg(pl.col("w").sum()).rows())
    rows = [{"x": edges[b], "x2": edges[b + 1], "share": 100 * w / total} for b, w in sorted(sums.items()) if w > 0]
    none = float(drawn.filter(pl.col("i").is_null())["w"].sum())
    zero = float(drawn.filter((pl.col("i") <= 0) & ~inside)["w"].sum())
    below = float(drawn.filter((pl.col("i") > 0) & (pl.col("i") < edges[0]))["w"].sum())
    above = float(drawn.filter(pl.col("i") >= edges[-1])["w"].sum())
    parts = {"unknown_income": none, "no_income": zero, "below_axis": below, "above_axis": above}
    return rows, {name: 100 * w / total for name, w in parts.items() if w > 0}


def _said(outside: dict[str, float], name: str, lang: str) -> str:
    if not outside:
        return ""
    words = WORDS[lang]
    parts = "; ".join(
        f"{words[n]} {decimal_text(share, 1, lang) if share >= 0.1 else '< ' + decimal_text(0.1, 1, lang)} %"
        for n, share in outside.items()
    )
    return f"{words['not_drawn']}{f' ({name})' if name else ''}: {parts}"


# --- drawing --------------------------------------------------------------------------------------------


def _axis(edges: list[float], scale: str, named: str, lang: str) -> Any:
    """The axis of amounts; with numbers and a name where it has one."""
    alt = altair()
    labels, title = bool(named), f"{named} ({unit_text(MONTHLY, lang)})" if named else None
    if scale == "log":
        kind = alt.Scale(type="log", domain=[edges[0], edges[-1]], nice=False)
        axis = alt.Axis(
            values=round_steps(edges[0], edges[-1]), format=",", labels=labels, title=title, labelOverlap="greedy"
        )
    else:
        kind = alt.Scale(domain=[edges[0], edges[-1]], nice=False)
        axis = alt.Axis(format=",.0f", labels=labels, title=title, labelOverlap="greedy", tickCount=6, labelFlush=False)
    return alt.X("x:Q", scale=kind, axis=axis)


def _inks(steps: list[dict[str, Any]]) -> dict[str, str]:
    """A shade for each place, the same in every panel."""
    return {place: SHADES[i % len(SHADES)] for i, place in enumerate(dict.fromkeys(s["place"] for s in steps))}


def _marks(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Shade and sign by place."""
    alt, inks = altair(), _inks(steps)
    legend = alt.Legend(title=None, orient="bottom", columns=3)
    signs = [SHAPES[i % len(SHAPES)] for i in range(len(inks))]
    return {
        "color": alt.Color("place:N", scale=alt.Scale(domain=list(inks), range=list(inks.values())), legend=legend),
        "shape": alt.Shape("place:N", scale=alt.Scale(domain=list(inks), range=signs), legend=legend),
    }


def _strip(steps: list[dict[str, Any]], edges: list[float], room: float, scale: str, lang: str) -> Any:
    """The lines above the distribution: a row for each standard, a sign and an amount for each place."""
    alt = altair()
    rows: list[dict[str, Any]] = []
    written: list[dict[str, Any]] = []
    for name in dict.fromkeys(s["standard"] for s in steps):
        mine = sorted((s for s in steps if s["standard"] == name), key=lambda s: s["amount"])
        rows += [{**_line_row(step), "sure": step["grade"] != "D"} for step in mine]
        said = " · ".join(step["text"] for step in mine)
        last, first = (_place(mine[i]["amount"], edges, scale) * room for i in (-1, 0))
        right = last + len(said) * SMALL * 0.52 < room or first < room - last  # where there is room for the amounts
        written.append({"x": mine[-1 if right else 0]["amount"], "standard": name, "text": said, "right": right})
    x = _axis(edges, scale, "", lang)
    order = list(dict.fromkeys(r["standard"] for r in rows))
    y = alt.Y("standard:N", sort=order, axis=alt.Axis(title=None, ticks=False, domain=False, labelPadding=6))
    layers = []
    for sure in (True, False):
        mine = [r for r in rows if r["sure"] is sure]
        if mine:
            look = {"filled": True} if sure else {"filled": False, "fill": PAPER, "strokeWidth": 1.6}
            layers.append(
                alt.Chart(values(mine)).mark_point(size=48, opacity=1, **look).encode(x=x, y=y, **_marks(steps))
            )
    for right in (True, False):
        here = [{k: r[k] for k in ("x", "standard", "text")} for r in written if r["right"] is right]
        if here:
            text = alt.Chart(values(here)).mark_text(
                align="left" if right else "right", dx=8 if right else -8, fontSize=SMALL - 0.5
            )
            layers.append(text.encode(x=x, y=y, text="text:N"))
    return layered(layers, room, {"step": 21})


def _place(amount: float, edges: list[float], scale: str) -> float:
    """How far along the axis an amount is, from 0 to 1."""
    of = math.log if scale == "log" else float
    return (of(amount) - of(edges[0])) / (of(edges[-1]) - of(edges[0]))


def _line_row(step: dict[str, Any]) -> dict[str, Any]:
    return {"x": step["amount"], **{k: step[k] for k in ("standard", "line", "place", "area", "text", "grade")}}


def _panel(
    rows: list[dict[str, Any]],
    steps: list[dict[str, Any]],
    every: list[dict[str, Any]],
    edges: list[float], room: float, scale: str,
    name: str, most: float, axis: str, panels: int, unit: str, lang: str,
) -> Any:  # fmt: skip
    alt, words = altair(), WORDS[lang]
    x = _axis(edges, scale, axis, lang)
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, most], nice=False),
              axis=alt.Axis(title=words[f"share_of_{unit}"], format=".1~f", tickCount=4))  # fmt: skip
    bars = alt.Chart(values(rows)).mark_rect(color="#c9ced6", stroke=GREY, strokeWidth=0.5)
    layers = [bars.encode(x=x, x2="x2:Q", y=y, y2=alt.datum(0))]
    inks = _inks(every)
    for sure, dash in ((True, [1, 0]), (False, [5, 3])):
        mine = [{**_line_row(s), "ink": inks[s["place"]]} for s in steps if (s["grade"] != "D") is sure]
        if mine:
            rule = alt.Chart(values(mine)).mark_rule(strokeWidth=1.6, strokeDash=dash)
            layers.append(rule.encode(x=x, color=alt.Color("ink:N", scale=None)))
    height = pixels(6.2 if panels == 1 else 3.8 if panels < 4 else 2.6)
    return layered(layers, room, height, name)


__all__ = ["income_distribution"]
