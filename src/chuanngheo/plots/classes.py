"""Transitions of households between classes: a matrix in which what is not known has a place of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import DataProblems, Problem
from .labels import (
    UNDETERMINED,
    WORDS,
    class_labels,
    class_order,
    decimal_text,
    ground_notes,
    group_text,
    language,
    number_text,
)
from .paper import (
    GREY,
    INK,
    PAGE,
    PAPER,
    RAMP,
    SMALL,
    altair,
    axis_text,
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
)

if TYPE_CHECKING:
    import polars as pl

    from ..answering import Standard

TOTAL = "total"
VEIL = "#ececec"


def transitions(
    moves: Any,
    *,
    by: str | None = None,
    standards: Sequence[Standard] = (),
    data: str = "",
    lang: str = "vi",
    width: float = PAGE,
) -> Any:
    """How many households of each class before are in each class after: an altair chart.

    ``moves`` is the answer of ``cn.compare(a, b).on(...)`` or its ``matrix``: a table with the columns
    ``from``, ``to``, ``households`` and, where the households have weights, ``weighted``. A cell gives the
    percent of all (weighted where there are weights) and below it the number of households in the table;
    the margins give the totals. "Undetermined" always has its row and column, hatched; the frame of
    households that stay is bold. ``by`` draws one matrix for each group.

    ``standards`` are the two that are compared, for the words below the title; ``data`` says what the
    numbers are (``"survey estimate"``, ``"administrative count"``, ``"unweighted sample"``).

    Raises :class:`DataProblems`: missing columns (CN201), no households (CN203), negative or unknown
    numbers (CN204).

    >>> import polars as pl
    >>> matrix = pl.DataFrame({"from": ["poor", "poor"], "to": ["poor", "near_poor"], "households": [3, 1]})
    >>> transitions(matrix, lang="en").to_dict()["title"]["text"]
    ['Households moving between classes']
    """
    words, by = WORDS[language(lang)], one_column(by)
    matrix = getattr(moves, "matrix", moves)
    frame = table(matrix, ["from", "to", "households", *([by] if by else [])], "matrix")
    known = _checked(frame, by)
    standards = list(standards) or _compared(moves)
    said = [data] if data else _held(frame, "data") or [str(getattr(moves, "data", ""))]
    order = _order(known)
    groups = in_order(known["g"].to_list(), by)
    parts = [_cells(known.filter(known["g"].eq_missing(g)), order) for g in groups]
    most = max(c["share"] for cells in parts for c in cells if TOTAL not in (c["from"], c["to"]))
    panels = [
        _matrix(cells, order, most, group_text(by, g, lang) if by else "", width, lang)
        for g, cells in zip(groups, parts, strict=True)
    ]
    notes = [said_of_data(filter(None, said), lang), f"{words['of_all']}. {words['hatched']}. {words['stay']}"]
    if any(_held(frame, "hypothetical")) and not any(s.hypothetical for s in standards):
        notes.append(words["hypothetical"])
    notes = [n for n in notes if n] + ground_notes(standards, lang)
    chart = joined(panels, 18) if len(panels) > 1 else panels[0]
    return finished(chart, words["transitions"], notes, lang, width, standards)


def _held(frame: pl.DataFrame, column: str) -> list[Any]:
    """What a column of the matrix says, where there is one."""
    return frame[column].drop_nulls().unique(maintain_order=True).to_list() if column in frame.columns else []


def _compared(moves: Any) -> list[Any]:
    """The standards that an answer of ``compare`` carries."""
    held = getattr(moves, "comparison", moves)
    return [s for s in (getattr(held, "a", None), getattr(held, "b", None)) if hasattr(s, "exact_id")]


def _checked(frame: pl.DataFrame, by: str | None) -> pl.DataFrame:
    import polars as pl

    measure = (
        "weighted" if "weighted" in frame.columns and frame["weighted"].null_count() < frame.height else "households"
    )
    problems = []
    for name in dict.fromkeys(("households", measure)):
        numbers = frame[name].cast(pl.Float64, strict=False)
        wrong = (numbers.is_null() | (numbers < 0)).fill_null(True)
        if wrong.any():
            rows = tuple((int(i) + 1, None, frame[name][int(i)]) for i in wrong.arg_true()[:5])
            problems.append(Problem("CN204", f"matrix[{name!r}]", "is not a number from 0", None, "numbers from 0",
                                    count=int(wrong.sum()), rows=rows))  # fmt: skip
    if problems:
        raise DataProblems("the matrix has numbers that cannot be drawn", problems)
    known = frame.select(
        (pl.col(by) if by else pl.lit(True)).alias("g"), pl.col("from").fill_null(UNDETERMINED), pl.col("to").fill_null(UNDETERMINED),
        pl.col("households").cast(pl.Int64), pl.col(measure).cast(pl.Float64).alias("w"),
    )  # fmt: skip
    if not known["w"].sum() > 0:
        nothing("matrix", "there are no households in it")
    return known.group_by("g", "from", "to", maintain_order=True).agg(pl.col("households").sum(), pl.col("w").sum())


def _order(known: pl.DataFrame) -> list[str]:
    """Classes that occur, most deprived first; what is not determined is always there, at the end."""
    held = {*known["from"].to_list(), *known["to"].to_list(), UNDETERMINED}
    own = [c for c in held if c not in class_order()]
    return [*[c for c in class_order()[:-1] if c in held], *sorted(own), UNDETERMINED]


def _cells(part: pl.DataFrame, order: Sequence[str]) -> list[dict[str, Any]]:
    """Every cell, empty ones too, and the totals of rows and columns."""
    total = float(part["w"].sum())
    sums: dict[tuple[str, str], tuple[float, int]] = {}
    for before, after, homes, weight in part.select("from", "to", "households", "w").rows():
        for key in ((before, after), (before, TOTAL), (TOTAL, after), (TOTAL, TOTAL)):
            w, n = sums.get(key, (0.0, 0))
            sums[key] = (w + weight, n + homes)
    made = []
    for before in (*order, TOTAL):
        for after in (*order, TOTAL):
            weight, homes = sums.get((before, after), (0.0, 0))
            made.append(
                {"from": before, "to": after, "share": 100 * weight / total if total else 0.0, "households": homes}
            )
    return made


def _matrix(cells: list[dict[str, Any]], order: Sequence[str], most: float, name: str, width: float, lang: str) -> Any:
    alt, words = altair(), WORDS[lang]
    labels = {**class_labels(lang), TOTAL: words["total"]}
    rows = [_said(c, labels, most, lang) for c in cells]
    side, count = pixels(4.6), len(order) + 1
    wide, high = min(pixels(3.2), (pixels(width) - side) / count), pixels(1.05)
    sort = [labels.get(c, c) for c in (*order, TOTAL)]
    heads = {n: fold(n, wide - 4) for n in sort}
    deep = max(len(h) for h in heads.values())
    flat = alt.Scale(paddingInner=0, paddingOuter=0)
    above = alt.Axis(
        title=words["to"], orient="top", labels=False, ticks=False, domain=False, titlePadding=12 + 13 * deep
    )
    beside = alt.Axis(title=words["from"], labels=False, ticks=False, domain=False, titlePadding=side - 36)
    x, y = alt.X("after:N", sort=sort, scale=flat, axis=above), alt.Y("before:N", sort=sort, scale=flat, axis=beside)
    plain, open_, sums = ([r for r in rows if r["kind"] == kind] for kind in ("plain", "open", "sum"))
    shade = alt.Color("share:Q", scale=alt.Scale(domain=[0, most or 1], range=list(RAMP)), legend=None)
    layers = [
        alt.Chart(values(plain)).mark_rect(stroke=PAPER, strokeWidth=1.5).encode(x=x, y=y, color=shade),
        alt.Chart(values(open_)).mark_rect(fill=VEIL, stroke=PAPER, strokeWidth=1.5).encode(x=x, y=y),
        alt.Chart(values(open_))
        .mark_point(
            shape=hatch(wide, high), size=(wide - 3) ** 2, fill=None, stroke="#a8a8a8", strokeWidth=0.8, opacity=1
        )
        .encode(x=x, y=y),
    ]
    stay = [r for r in plain if r["from"] == r["to"]]
    if stay:
        layers.append(alt.Chart(values(stay)).mark_rect(fill=None, stroke=INK, strokeWidth=2).encode(x=x, y=y))
    layers += [layer for part in (plain, open_, sums) for layer in _words(part, part is open_, part is sums, x, y)]
    layers += axis_text(heads, "after", x, "top") + axis_text(
        {n: fold(n, pixels(3.9)) for n in sort}, "before", y, "left"
    )
    return layered(layers, {"step": wide}, {"step": high}, name, apart=("color",))


def _words(part: list[dict[str, Any]], veiled: bool, sums: bool, x: Any, y: Any) -> list[Any]:
    """Percent and number of each cell; on hatching they lie on a veil, so that no stroke crosses them."""
    alt, layers = altair(), []
    for field, dy, size in (("text", -6, SMALL), ("homes", 8, SMALL - 1)):
        base = alt.Chart(values([r for r in part if r["households"] or field == "text"]))
        weight = "bold" if field == "text" and not sums else "normal"
        if veiled:
            halo = base.mark_text(
                dy=dy, fontSize=size, fontWeight=weight, stroke=VEIL, strokeWidth=4, strokeJoin="round"
            )
            layers.append(halo.encode(x=x, y=y, text=f"{field}:N"))
        said = base.mark_text(dy=dy, fontSize=size, fontWeight=weight)
        layers.append(said.encode(x=x, y=y, text=f"{field}:N", color=alt.Color("ink:N", scale=None)))
    return layers


def _said(cell: dict[str, Any], labels: dict[str, str], most: float, lang: str) -> dict[str, Any]:
    """A cell with its words; rows and columns of what is not determined are told apart."""
    ends = (cell["from"], cell["to"])
    kind = "sum" if TOTAL in ends else "open" if UNDETERMINED in ends else "plain"
    share = decimal_text(cell["share"], 1, lang) if cell["share"] >= 0.1 else f"< {decimal_text(0.1, 1, lang)}"
    return {
        **cell, "before": labels.get(ends[0], ends[0]), "after": labels.get(ends[1], ends[1]), "kind": kind,
        "text": f"{share} %" if cell["households"] or cell["share"] else "0",
        "homes": f"({number_text(cell['households'], lang)})",
        "ink": (shade_text(cell["share"], most) if cell["households"] else GREY) if kind == "plain" else INK,
    }  # fmt: skip


__all__ = ["transitions"]
