"""What every picture stands on: altair, the page in centimetres, shades, titles, files."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..catalogue import facts
from ..errors import DataProblems, Problem, nearest, quoted
from ..measures.design import COUNT, SAMPLE, SURVEY, UNITS, Design
from ..measures.uncertainty import MissingPackage
from ..tabular import to_polars
from ..version import provenance
from .labels import WORDS, language

if TYPE_CHECKING:
    import polars as pl

INCH = 2.54  # centimetres
SCREEN = 96  # pixels of an inch, as browsers count; a picture is laid out in them
PAGE = 17.0  # centimetres: the text width of A4 with margins of two
# The converter carries Liberation Sans, which has every Vietnamese letter; browsers take Arial, of the same width.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SMALL, LARGE = 10.5, 15
INK, GREY, PALE, PAPER = "#111111", "#6b6b6b", "#d9d9d9", "#ffffff"
# Far apart in lightness, so that they stay apart in a grey copy.
SHADES = ("#e6842a", "#08306b", "#3f8f9c", "#7a1f3d", "#8db3dd", "#555555")
RAMP = ("#f4f7fb", "#0b3c78")


def altair() -> Any:
    """The package altair, opened when a picture is asked for."""
    return _opened("altair")


def _opened(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError:
        problem = Problem("CN200", name, "is not installed", name, remedy="pip install 'chuanngheo[plot]'")
        raise MissingPackage(f"pictures need {name}", [problem]) from None


def pixels(centimetres: float) -> float:
    return centimetres / INCH * SCREEN


def finished(drawn: Any, title: str, notes: Sequence[str], lang: str, width: float = PAGE, standards: Sequence[Any] = ()) -> Any:
    """A chart with its title, what it rests on below it, and the look of print; both versions go along as metadata."""
    room = int(pixels(width) / (SMALL * 0.51))
    lines = [line for note in notes for line in textwrap.wrap(note, room)]
    heading = textwrap.wrap(title, int(pixels(width) / (LARGE * 0.55)))
    alt, words = (
        altair(),
        {
            "labelFontSize": SMALL,
            "titleFontSize": SMALL,
            "titleFontWeight": "normal",
            "labelColor": INK,
            "titleColor": INK,
        },
    )
    return _with(drawn, {
        "title": alt.TitleParams(heading, subtitle=lines, anchor="start", frame="bounds", offset=12),
        "background": PAPER,
        "padding": 4,
        "description": ". ".join([title, *notes]),
        "usermeta": {"chuanngheo": provenance(*dict.fromkeys(s.exact_id for s in standards))},
        "config": alt.Config(
            font=FONT, locale=_locale(lang), view={"stroke": PALE},
            title={"fontSize": LARGE, "subtitleFontSize": SMALL, "subtitleColor": "#333333", "color": INK, "subtitleLineHeight": 14},
            axis={**words, "gridColor": "#e6e6e6", "domainColor": GREY, "tickColor": GREY, "labelLimit": pixels(7)},
            legend={**words, "labelLimit": pixels(8), "symbolSize": 70},
        ),
    })  # fmt: skip


def layered(layers: Sequence[Any], width: Any, height: Any, title: Any = "", apart: Sequence[str] = ()) -> Any:
    """Charts on one panel of so many pixels (``{"step": n}``: a row or column), with a heading; scales ``apart`` are their own."""
    alt, made = altair(), {"width": width, "height": height}
    if title:
        made["title"] = alt.TitleParams(
            title, anchor="start", frame="group", fontSize=SMALL + 0.5, fontWeight="bold", offset=4
        )
    if apart:
        made["resolve"] = alt.Resolve(scale=dict.fromkeys(apart, "independent"))
    return _with(alt.LayerChart(layer=list(layers)), made)


def joined(
    panels: Sequence[Any], spacing: float, shared: Sequence[str] = (), apart: Sequence[str] = (), beside: bool = False
) -> Any:
    """Panels above each other, or beside each other."""
    alt, made = altair(), {"spacing": spacing}
    if scales := {**dict.fromkeys(shared, "shared"), **dict.fromkeys(apart, "independent")}:
        made["resolve"] = alt.Resolve(scale=scales)
    return _with(alt.HConcatChart(hconcat=list(panels)) if beside else alt.VConcatChart(vconcat=list(panels)), made)


def _with(chart: Any, attributes: Mapping[str, Any]) -> Any:
    """A chart made here, with attributes set: the methods of altair copy all that is in it each time."""
    for name, value in attributes.items():
        setattr(chart, name, value)
    return chart


def _locale(lang: str) -> dict[str, Any]:
    decimal, thousands = (",", ".") if lang == "vi" else (".", ",")
    return {"number": {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}}


def values(rows: Iterable[Mapping[str, Any]]) -> Any:
    """Rows as the data of a chart, written into it: aggregates alone, never households."""
    return _rows()(values=[dict(row) for row in rows])


@cache
def _rows() -> Any:
    """Inline data that altair takes along as it is, without a copy each time charts are joined."""
    return type("InlineData", (altair().InlineData,), {"__deepcopy__": lambda self, _=None: self})


def to_png(chart: Any, ppi: float = 200) -> bytes:
    """A picture as PNG, laid out so that ``ppi`` pixels are one inch of paper. Needs no network and no font.

    Raises :class:`MissingPackage` where vl-convert-python is absent.

    >>> from chuanngheo import plots as pt
    >>> pt.to_png(pt.ladder(lang="en"), ppi=72)[1:4]
    b'PNG'
    """
    version = ".".join(altair().SCHEMA_VERSION.lstrip("v").split(".")[:2])
    made: bytes = _opened("vl_convert").vegalite_to_png(
        chart.to_dict(validate=False), vl_version=version, scale=72 / SCREEN, ppi=ppi
    )  # the converter takes a pixel for a point, 72 to the inch
    return made


def save_png(chart: Any, path: str | os.PathLike[str], ppi: float = 200) -> Path:
    """Write a picture as PNG; the path comes back. Raises what :func:`to_png` does, and ``OSError``.

    >>> import tempfile
    >>> from chuanngheo import plots as pt
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pt.save_png(pt.ladder(), f"{folder}/ladder.png", ppi=72).name
    'ladder.png'
    """
    target = Path(path)
    target.write_bytes(to_png(chart, ppi))
    return target


# --- tables -------------------------------------------------------------------------------------------


def table(native: Any, needed: Sequence[str], what: str) -> pl.DataFrame:
    """The caller's table as a polars frame that has the columns needed and at least one row."""
    frame = to_polars(native, what)
    absent = [
        Problem("CN201", f"{what}[{name!r}]", "there is no such column", name, remedy=nearest(name, frame.columns))
        for name in dict.fromkeys(needed)
        if name not in frame.columns
    ]
    if absent:
        raise DataProblems(f"{what} lacks {len(absent)} column(s)", absent)
    if not frame.height:
        nothing(what, "has no rows")
    return frame


def nothing(where: str, message: str, remedy: str = "") -> None:
    raise DataProblems("there is nothing to draw", [Problem("CN203", where, message, remedy=remedy)])


def choice(where: str, value: object, allowed: Sequence[str]) -> None:
    """An argument that is not on the list is a problem."""
    if value not in allowed:
        problem = Problem("CN202", where, f"{quoted(value)} is no choice here", value, ", ".join(allowed))
        raise DataProblems(f"{where}={quoted(value)} is no choice here", [problem])


def one_column(by: str | Sequence[str] | None) -> str | None:
    """The column of the groups: pictures have room for one."""
    names = [by] if isinstance(by, str) else list(by or ())
    if len(names) > 1:
        problem = Problem("CN202", "by", f"{len(names)} columns, a picture has room for one", tuple(names),
                          remedy="join them in one column, or draw a picture for each group")  # fmt: skip
        raise DataProblems("by has more than one column", [problem])
    return names[0] if names else None


def weighted(frame: pl.DataFrame, design: Design | None, unit: str, what: str) -> pl.Series:
    """What each row stands for: households, or persons. Columns it needs have been looked for."""
    import polars as pl

    assert design is not None
    weight = pl.lit(1.0) if design.weight is None else pl.col(design.weight).cast(pl.Float64)
    if unit == "person":
        weight = weight * pl.col(str(design.persons)).cast(pl.Float64)
    made = frame.select(weight.alias("w").fill_nan(None))["w"]
    made = made if len(made) == frame.height else pl.Series("w", [1.0] * frame.height)
    wrong = (made.is_null() | (made < 0) | made.is_infinite()).fill_null(True)
    if wrong.any():
        rows = tuple((int(i) + 1, None, made[int(i)]) for i in wrong.arg_true()[:5])
        problem = Problem("CN204", what, "a weight or a number of persons is unknown, negative or infinite", None,
                          "numbers from 0", count=int(wrong.sum()), rows=rows)  # fmt: skip
        raise DataProblems(f"{what} has weights that cannot be used", [problem])
    if not made.sum() > 0:
        nothing(what, "the weights sum to zero")
    return made


def design_columns(design: Design | None, unit: str) -> list[str]:
    """The columns of weights that a picture needs; a design is never guessed."""
    choice("unit", unit, UNITS)
    if not isinstance(design, Design):
        problem = Problem("CN202", "design", f"{quoted(design)} does not say what the rows stand for", None,
                          "ms.survey(weight=...), ms.census(), ms.unweighted()",
                          "from chuanngheo import measures as ms")  # fmt: skip
        raise DataProblems("a picture of households needs a design", [problem])
    if unit == "person" and design.persons is None:
        problem = Problem("CN202", "unit", "persons need the design's column of persons", unit,
                          remedy='name persons= in the design, or unit="household"')  # fmt: skip
        raise DataProblems("unit='person' without persons", [problem])
    return [c for c in (design.weight, design.persons if unit == "person" else None) if c is not None]


def said_of_data(names: Iterable[str], lang: str) -> str:
    """Whether numbers are a survey estimate, an administrative count or an unweighted sample."""
    words = WORDS[language(lang)]
    return "; ".join(words.get(n, n) for n in dict.fromkeys(names))


def shade_text(value: float, most: float) -> str:
    """White on dark shades, black on light ones."""
    return PAPER if most > 0 and value / most > 0.5 else INK


def fold(text: str, room: float) -> list[str]:
    """A label on as many lines as it needs in so many pixels."""
    return textwrap.wrap(text, max(6, int(room / (SMALL * 0.53))), break_long_words=False) or [text]


def axis_text(labels: Mapping[str, Sequence[str]], field: str, place: Any, side: str) -> list[Any]:
    """Labels of several lines: an axis of Vega does not centre such lines.

    ``side`` is ``"left"`` of rows, ``"top"`` of columns, or ``"up"``: above columns, read from below.
    """
    alt, layers, step = altair(), [], 13
    for count in sorted({len(lines) for lines in labels.values()}):
        rows = values({field: name, "said": list(lines)} for name, lines in labels.items() if len(lines) == count)
        middle = -step * (count - 1) / 2
        look: dict[str, Any] = {
            "left": {"align": "right", "baseline": "middle", "dx": -7, "dy": middle},
            "top": {"align": "center", "baseline": "alphabetic", "dy": 2 * middle - 7},
            "up": {"align": "left", "baseline": "middle", "dx": 7, "dy": middle, "angle": 270},
        }[side]
        mark = alt.Chart(rows).mark_text(fontSize=SMALL, lineHeight=step, color=INK, **look)
        edge = {"y": place, "x": alt.value(0)} if side == "left" else {"x": place, "y": alt.value(0)}
        layers.append(mark.encode(**edge, text="said:N"))
    return layers


def in_order(groups: Iterable[Any], by: str | None) -> list[Any]:
    """Groups as their fact lists them, others by name; what is not known comes last."""
    fact = facts().get(by or "")
    codes = list(fact.codes) if fact is not None else []
    known = list(dict.fromkeys(groups))
    return sorted(known, key=lambda g: (g is None, g not in codes, codes.index(g) if g in codes else 0, str(g)))


def hatch(wide: float, high: float) -> str:
    """Slanted strokes that fill a cell of this form; the picture of what is not known."""
    r = high / wide
    strokes = []
    n = max(2, round(4 * wide / high)) if wide >= high else 4
    for i in range(-n, n + 1):
        # Strokes from the lower edge to the upper one, cut at the sides.
        x0, x1 = 2 * i / n - r, 2 * i / n + r
        a, b = max(x0, -1.0), min(x1, 1.0)
        if a < b:
            strokes.append(f"M{a:.3f},{r - (a - x0):.3f}L{b:.3f},{r - (b - x0):.3f}")
    return "".join(strokes)


__all__ = [
    "COUNT", "FONT", "GREY", "INK", "PAGE", "PALE", "PAPER", "RAMP", "SAMPLE", "SHADES", "SMALL", "SURVEY", "Design",
    "MissingPackage", "altair", "axis_text", "choice", "design_columns", "finished", "fold", "hatch", "in_order", "joined", "layered", "nothing", "one_column", "pixels",
    "said_of_data", "save_png", "shade_text", "table", "to_png", "values", "weighted",
]  # fmt: skip
