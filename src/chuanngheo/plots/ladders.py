"""The ladder of lines: every line of the standards on the days that each covers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..catalogue import facts, on_day, shipped
from ..errors import DataProblems, Problem
from ..model import Quantity, Span, weakest
from ..units import Unit, unit
from .labels import WORDS, cell_text, ground_notes, language, number_text, unit_text
from .paper import PAGE, PAPER, SHADES, SMALL, altair, finished, joined, layered, nothing, pixels, values

if TYPE_CHECKING:
    from ..answering import Standard

# What is drawn from the top down; lines that only mark the foot of a band are left out.
STEPS = ("poverty_line", "hunger_line", "near_poor_line", "average_line")
MONTHLY, IN_RICE = "VND/person/month", "kg_rice/person/month"
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
TALL = 45.0  # pixels of a doubling
Codes = tuple[tuple[str, str], ...]


def ladder(
    standards: Sequence[Standard] | None = None,
    *,
    lang: str = "vi",
    prices: Any = None,
    to_year: int | None = None,
    lines: Sequence[str] = STEPS,
    width: float = PAGE,
) -> Any:
    """The lines of standards over the days each covers, by area, on a logarithmic scale: an altair chart.

    ``standards`` are those of households of the country unless given; where two cover a day, the one that
    the law of that day knew last is drawn, and a what-if standard is drawn beside it. Amounts are đồng a
    person a month; lines in rice have a panel of their own. Figures of grade D are dashed and hollow.

    ``prices`` is an index with ``convert(amount, from_year, to_year)``: every year of a line is then drawn at
    the prices of ``to_year``, to the whole đồng (written in thousands, over the highest), and years that the
    index does not know are left out and named. ``lines`` are names of lines; ``width`` is in centimetres.

    Raises :class:`DataProblems` where nothing is left to draw or ``to_year`` is missing.

    >>> chart = ladder(lang="en")
    >>> chart.to_dict()["title"]["text"]
    ['The lines over time']
    """
    words = WORDS[language(lang)]
    chosen = shipped().versions() if standards is None else list(standards)
    steps = [s for name in lines for s in _steps(chosen, name, lang)]
    money = [s for s in steps if s["unit"] == MONTHLY]
    rice = [s for s in steps if s["unit"] == IN_RICE]
    notes = [words["nominal"]]
    if prices is not None:
        if to_year is None or not _has(prices, to_year):
            problem = Problem("CN202", "to_year", "is no year of the price index", to_year, "a year of the index",
                              "ladder(prices=cpi, to_year=...)")  # fmt: skip
            raise DataProblems("real amounts need the year whose prices are meant", [problem])
        money, absent = _real(money, prices, to_year, lang)
        notes = [f"{words['converted']} {to_year}; {words['rounded']}"]
        if name := getattr(prices, "label", {}).get(lang):
            cite = getattr(prices, "cite", None)
            notes.append(
                f"{words['index']}: {name}" + (f" ({cite.label(lang)}, {words['grade']} {cite.grade})" if cite else "")
            )
        if absent:
            notes.append(f"{words['no_prices']}: {_years(absent)}")
    if not money and not rice:
        nothing("lines", "no standard given has an amount of đồng or rice a person a month under these names",
                "see std.lines")  # fmt: skip
    drawn = money + rice
    areas = list(dict.fromkeys(s["area"] for s in sorted(drawn, key=lambda s: (s["supposed"], s["order"]))))
    notes[0] += f". {words['log']}" + (f". {words['rice_apart']}" if rice else "")
    if any(s["grade"] == "D" for s in drawn):
        notes.append(words["grade_d"])
    longer = [s for s in drawn if s["continued"]]
    if longer:
        notes.append(f"{words['continued']}: {', '.join(_spans(longer))}")
    held = {s["standard"] for s in drawn}
    shown = [s for s in chosen if s.exact_id in held]
    notes += ground_notes(shown, lang)
    left, right = _columns(rice, money, width)
    made = [_column(part, lines, areas, room, lang) for part, room in ((rice, left), (money, right)) if part]
    chart = joined(made, 14, shared=("color", "shape"), beside=True) if len(made) > 1 else made[0]
    title = words["ladder"] + (f" ({words['real']} {to_year})" if prices is not None else "")
    return finished(chart, title, notes, lang, width, shown)


# --- steps ----------------------------------------------------------------------------------------------


def cells(table: Any, before: Codes = ()) -> Iterator[Codes]:
    """The codes that lead to each amount of a line, in the order of the file."""
    if not isinstance(table, dict):
        yield before
        return
    ((fact, inner),) = table.items()
    for code, below in inner.items():
        yield from cells(below, (*before, (fact, code)))


def amounts(std: Standard, name: str) -> list[tuple[Codes, Quantity]]:
    """Every cell of a line with its amount; none where the standard has no such line."""
    if name not in std.lines:
        return []
    return [(codes, std.line(name, **dict(codes))) for codes in cells(std.lines[name].table)]


def in_family(quantity: Quantity) -> tuple[str, Fraction] | None:
    """An amount as đồng or kilograms of rice a person a month; None for what is neither."""
    given = unit(quantity.unit)
    for name in (MONTHLY, IN_RICE):
        wanted = unit(name)
        if given.powers == wanted.powers:
            return name, Fraction(quantity.value) * _times(given, wanted)
    return None


def _times(given: Unit, wanted: Unit) -> Fraction:
    return Fraction(given.size) / Fraction(wanted.size)


def _steps(standards: Sequence[Standard], name: str, lang: str) -> list[dict[str, Any]]:
    """One row for each standard, cell and span of days of a line; cells of one amount and area are one."""
    found: list[dict[str, Any]] = []
    for std, span, start, end in covered(standards):
        for codes, quantity in amounts(std, name):
            family = in_family(quantity)
            if family is not None:
                found.append(_step(std, span, (start, end), name, codes, *family, _grade(quantity, span, name), lang))
    return _beside(_labelled(_told_apart(found, len({s.jurisdiction for s in standards}) > 1, lang)))


def _step(
    std: Standard,
    span: Span,
    days: tuple[date, date],
    name: str,
    codes: Codes,
    measured: str,
    amount: Fraction,
    grade: str,
    lang: str,
) -> dict[str, Any]:
    """One line, for one place, on days that nothing else covers."""
    start, end = days
    return {
        "line": name, "label": std.lines[name].labels[lang], "standard": std.exact_id, "area": cell_text(codes, lang),
        "from": start.isoformat(), "to": end.isoformat(), "x": _year(start), "x2": _year(end + timedelta(1)),
        "amount": plain(amount), "text": written(amount, lang), "unit": measured, "grade": grade,
        "supposed": std.hypothetical, "of": std.jurisdiction, "continued": span.start > std.applies[0].start, "first": start == std.applies[0].start, "order": _rank(codes),
    }  # fmt: skip


def _rank(codes: Codes) -> tuple[bool, int, list[int]]:
    """Areas first, then parts of them, in the order of the vocabulary; a line for everywhere comes last."""
    return not codes, len(codes), [list(facts()[fact].codes).index(code) for fact, code in codes if fact in facts()]


def covered(standards: Sequence[Standard]) -> Iterator[tuple[Standard, Span, date, date]]:
    """The days on which each standard answers, oldest first; what-ifs answer on all of theirs.

    Where spans of law overlap, the one whose ground was issued last has the day. A span without an end
    is drawn to the end of the others, at least one year.
    """
    spans = [(s, span) for s in standards for span in s.applies]
    starts = [span.start for _, span in spans]
    last = max([span.end for _, span in spans if span.end] + [date(d.year, 12, 31) for d in starts], default=date.max)
    law = [(s, span) for s, span in spans if not s.hypothetical]
    edges = sorted({d for _, span in law for d in (span.start, (span.end or last) + timedelta(1))})
    pieces = []
    for start, following in pairwise(edges):
        for group in {(s.jurisdiction, s.entity): None for s, _ in law}:
            answer = on_day([(s, p) for s, p in law if (s.jurisdiction, s.entity) == group], start)
            if answer is not None:
                pieces.append((*answer, start, following - timedelta(1)))
    pieces += [(s, span, span.start, span.end or last) for s, span in spans if s.hypothetical]
    return iter(sorted(pieces, key=lambda p: (p[2], p[0].exact_id)))


def _grade(quantity: Quantity, span: Span, name: str) -> str:
    """The weaker of the grades of the figure and of its days, unless the days are about other lines."""
    return quantity.grade if span.concerns and name not in span.concerns else weakest(quantity.grade, span.cite.grade)


def _told_apart(steps: list[dict[str, Any]], several: bool, lang: str) -> list[dict[str, Any]]:
    """What-ifs, and lines of several jurisdictions, as places of their own; a what-if only where it differs from the law."""
    law = {(s["of"], s["area"], s["amount"], s["x"]) for s in steps if not s["supposed"]}
    kept = [s for s in steps if not s["supposed"] or (s["of"], s["area"], s["amount"], s["x"]) not in law]
    marks = [[s["of"]] * several + [WORDS[lang]["what_if"]] * s["supposed"] for s in kept]
    return [{**s, "area": f"{s['area']} ({', '.join(m)})"} if m else s for s, m in zip(kept, marks, strict=True)]


def _labelled(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An amount is written where it begins, not again where its days go on."""
    seen: dict[tuple[Any, ...], float] = {}
    for step in steps:
        key = (step["line"], step["area"], step["amount"], step["unit"], step["standard"].split("@")[0])
        step["written"] = seen.get(key) != step["x"]
        seen[key] = step["x2"]
    return steps


def _beside(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Places with one amount on the same days: the first has its sign at the start, the others at the end."""
    places: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for step in steps:
        places.setdefault((step["line"], step["x"], step["amount"], step["unit"]), []).append(step)
    for same in places.values():
        for place, step in enumerate(same):
            step["place"], step["told"] = place, True
    return steps


def _real(steps: list[dict[str, Any]], prices: Any, to_year: int, lang: str) -> tuple[list[dict[str, Any]], list[int]]:
    """Each year of each step at the prices of one year, to the whole đồng; and the years without a price."""
    made, absent = [], set()
    for step in steps:
        first = True
        for year in range(date.fromisoformat(step["from"]).year, date.fromisoformat(step["to"]).year + 1):
            try:
                amount = Fraction(prices.convert(step["amount"], year, to_year))
            except (LookupError, ValueError):
                absent.add(year)
                continue
            whole = math.floor(amount + Fraction(1, 2))
            made.append({
                **step, "x": max(step["x"], float(year)), "x2": min(step["x2"], year + 1.0), "amount": whole,
                "text": number_text(round(whole, -3), lang), "nominal": step["amount"], "written": step["written"] and first,
            })  # fmt: skip
            first = False
    tops: dict[tuple[Any, ...], int] = {}
    for step in made:  # amounts fall from year to year: only over the highest is there room for its number
        key = (step["line"], step["x"])
        tops[key] = max(tops.get(key, 0), step["amount"])
    return [{**s, "told": s["amount"] == tops[s["line"], s["x"]]} for s in made], sorted(absent)


def _has(prices: Any, year: int) -> bool:
    try:
        prices.convert(1, year, year)
    except (LookupError, ValueError):
        return False
    return True


def _year(day: date) -> float:
    """A day as a point on the axis of years; for drawing alone."""
    start = date(day.year, 1, 1)
    return round(day.year + (day - start).days / ((date(day.year, 12, 31) - start).days + 1), 4)


def written(amount: Fraction, lang: str) -> str:
    """An amount as people write it; a month of a yearly amount to the whole đồng, and marked."""
    whole = number_text(math.floor(amount + Fraction(1, 2)), lang)
    return whole if amount.denominator == 1 else f"≈ {whole}"


def plain(amount: Fraction) -> int | float:
    return int(amount) if amount.denominator == 1 else float(amount)


def _years(years: list[int]) -> str:
    """``1993-1997, 2026``."""
    runs: list[list[int]] = []
    for year in years:
        if runs and runs[-1][1] == year - 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _spans(steps: list[dict[str, Any]]) -> list[str]:
    """``vn-2016@1.2 (2021)``: which standards went on, and for which years."""
    found: dict[str, set[int]] = {}
    for step in steps:
        years = range(date.fromisoformat(step["from"]).year, date.fromisoformat(step["to"]).year + 1)
        found.setdefault(step["standard"], set()).update(years)
    return [f"{name} ({_years(sorted(years))})" for name, years in found.items()]


# --- drawing --------------------------------------------------------------------------------------------


def _columns(rice: list[dict[str, Any]], money: list[dict[str, Any]], width: float) -> tuple[float, float]:
    """Pixels of the two columns: one year is as wide in both, as far as amounts can still be written."""
    axes = pixels(0.9) * bool(rice) + pixels(2.0) * bool(money) + (14 if rice and money else 0)
    room = pixels(width) - axes
    years = [max((s["x2"] for s in part), default=0) - min((s["x"] for s in part), default=0) for part in (rice, money)]
    left = room * years[0] / (sum(years) or 1)
    if rice and money:
        left = max(left, pixels(2.8))
    return left, room - left


def _column(steps: list[dict[str, Any]], lines: Sequence[str], areas: list[str], room: float, lang: str) -> Any:
    """One panel for each line, above each other, over the same years and with the same height of a doubling."""
    parts = [part for n in lines if (part := [s for s in steps if s["line"] == n])]
    doublings = sum(math.log2(_reach(part)[1] / _reach(part)[0]) for part in parts)
    # Lines a third apart can still carry their amounts, if the page is high enough.
    doubling = min(TALL, pixels(14.5) / doublings) if doublings else TALL
    panels = [_panel(part, steps, areas, room, doubling, lang) for part in parts]
    return joined(panels, 16, shared=("color", "shape", "x"))


def _reach(steps: list[dict[str, Any]]) -> tuple[float, float]:
    low, high = min(s["amount"] for s in steps), max(s["amount"] for s in steps)
    if low <= 0:
        problem = Problem(
            "CN204", "lines", "an amount of zero has no place on a logarithmic scale", low, "amounts above 0"
        )
        raise DataProblems("a line cannot be drawn", [problem])
    return low, high


def _panel(
    steps: list[dict[str, Any]], column: list[dict[str, Any]], areas: list[str], room: float, doubling: float, lang: str
) -> Any:
    alt, words = altair(), WORDS[lang]
    low, high = _reach(steps)
    height = math.log2(high / low) * doubling + 38
    spread = 2 ** (19 / doubling)
    scale = alt.Scale(type="log", domain=[low / spread, high * spread], nice=False)
    starts = sorted({s["x"] for s in column if s["first"] and s["written"]} | {max(s["x2"] for s in column)})
    x = alt.X("x:Q", scale=alt.Scale(domain=[min(s["x"] for s in column), max(s["x2"] for s in column)], nice=False, zero=False),
              axis=alt.Axis(values=[v for v in starts if v == int(v)], format="d", title=None, labelFlush=False, labelOverlap="greedy"))  # fmt: skip
    few = sorted({s["amount"] for s in steps})
    ticks = few if steps[0]["unit"] == IN_RICE else round_steps(low / spread, high * spread)
    sign = alt.X("sign:Q")
    y = alt.Y("amount:Q", scale=scale, axis=alt.Axis(values=ticks, format=",", title=None, labelOverlap="greedy"))
    shades = [SHADES[i % len(SHADES)] for i in range(len(areas))]
    legend = alt.Legend(title=words["area"], orient="bottom", columns=3)
    color = alt.Color("area:N", scale=alt.Scale(domain=areas, range=shades), legend=legend)
    shape = alt.Shape(
        "area:N",
        scale=alt.Scale(domain=areas, range=[SHAPES[i % len(SHAPES)] for i in range(len(areas))]),
        legend=legend,
    )
    layers = []
    across = 9 * (max(s["x2"] for s in column) - min(s["x"] for s in column)) / room  # years that a sign is wide
    for sure in (False, True):  # what is sure lies above
        rows = [_row(s, across) for s in steps if (s["grade"] != "D") is sure]
        if not rows:
            continue
        base = alt.Chart(values(rows))
        rule = {"strokeWidth": 2.2} if sure else {"strokeWidth": 1.8, "strokeDash": [4, 3]}
        layers.append(base.mark_rule(**rule).encode(x=x, x2="x2:Q", y=y, color=color))
        dots = base.transform_filter("datum.written")
        fill = {"filled": True} if sure else {"filled": False, "fill": PAPER, "strokeWidth": 1.6}
        layers.append(dots.mark_point(size=38, opacity=1, **fill).encode(x=sign, y=y, color=color, shape=shape))
        said = dots.transform_filter("datum.told && datum.place == 0")
        for halo in ({"stroke": PAPER, "strokeWidth": 3, "strokeJoin": "round"}, {}):
            mark = said.mark_text(align="left", dx=6, dy=-6, fontSize=SMALL - 1, **halo)
            layers.append(mark.encode(x=x, y=y, text="text:N"))
    return layered(layers, room, height, _heading(steps, lang))


def _heading(steps: list[dict[str, Any]], lang: str) -> list[str]:
    """The name of the line in its newest words, and its unit below in narrow panels."""
    label = min((s["label"] for s in steps), key=len)
    name, measured = label[:1].upper() + label[1:], unit_text(steps[-1]["unit"], lang)
    return [name, f"({measured})"] if steps[-1]["unit"] == IN_RICE else [f"{name} ({measured})"]


def _row(step: dict[str, Any], across: float) -> dict[str, Any]:
    keep = (
        "x",
        "x2",
        "from",
        "to",
        "amount",
        "text",
        "area",
        "standard",
        "grade",
        "written",
        "place",
        "told",
        "nominal",
    )
    return {k: step[k] for k in keep if k in step} | {
        "sign": step["x2"] - across * step["place"] if step["place"] else step["x"]
    }


def round_steps(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten within bounds: the ticks of a logarithmic axis.

    >>> round_steps(40, 300)
    [50, 100, 200]
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [m * 10**p if p >= 0 else m / 10**-p for p in powers for m in (1, 2, 5)]
    return [t for t in found if low <= t <= high]


__all__ = ["amounts", "covered", "in_family", "ladder", "plain", "round_steps", "written"]
