"""How the notebooks show tables and pictures: plain Markdown and PNG, the same on every machine."""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any


class Table:
    """Rows as a Markdown table; numbers stand right, with separators, unknown is a dash."""

    def __init__(self, heads: Sequence[str], rows: Sequence[Sequence[Any]], places: int, note: str) -> None:
        numbers = [any(_number(row[i]) for row in rows) for i in range(len(heads))]
        lines = [heads, ["---:" if n else "---" for n in numbers]]
        lines += [[_shown(v, places) for v in row] for row in rows]
        self.text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        if note:
            self.text += f"\n\n*{note}*"

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


class Picture:
    """A chart as PNG, with its title as the text in its place."""

    def __init__(self, chart: Any, ppi: float) -> None:
        from chuanngheo import plots

        self.text = " ".join(chart.to_dict()["title"]["text"])
        self.png = packed(plots.to_png(chart, ppi))

    def __repr__(self) -> str:
        return f"[picture: {self.text}]"

    def _repr_png_(self) -> bytes:
        return self.png


def table(
    rows: Any, columns: Sequence[str] | Mapping[str, str] | None = None, places: int = 3, note: str = ""
) -> Table:
    """A polars frame, or a list of mappings, with these columns (or columns and what to call them).

    ``places`` are those of numbers below a thousand; ``note`` stands under the table.
    """
    listed: list[Mapping[str, Any]] = list(rows.iter_rows(named=True) if hasattr(rows, "iter_rows") else rows)
    named = columns if isinstance(columns, Mapping) else {n: n for n in columns or (listed[0] if listed else ())}
    return Table(list(named.values()), [[row[n] for n in named] for row in listed], places, note)


def picture(chart: Any, title: str = "", note: str = "", ppi: float = 110) -> Picture:
    """A chart of ``chuanngheo.plots`` for a page, perhaps with another title, and a note before its own."""
    own = chart.copy(deep=True)
    if title:
        own.title.text = [title]
    if note:
        own.title.subtitle = [*textwrap.wrap(note, 110), *own.title.subtitle]
    return Picture(own, ppi)


def packed(png: bytes) -> bytes:
    """The same PNG with its lines packed as tightly as zlib can: a third of the size."""
    at, parts, lines = 8, [], b""
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            lines += png[at + 8 : end - 4]
        else:
            parts.append(png[at:end])
        at = end
    body = b"IDAT" + zlib.compress(zlib.decompress(lines), 9)
    made = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return png[:8] + b"".join(parts[:-1]) + made + parts[-1]


def joined(parts: Iterable[str]) -> str:
    """Several names in one cell."""
    return ", ".join(parts) or "–"


def _number(value: Any) -> bool:
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def _shown(value: Any, places: int) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float | Fraction):
        return f"{float(value):,.{places if abs(float(value)) < 1000 else 0}f}"
    return str(value).replace("|", "\\|").replace("\n", "<br>")
