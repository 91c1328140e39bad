"""The notebooks: written from ``src/*.py``, executed, and held against what is committed.

    python docs/notebooks/build.py            write and execute all of them (make notebooks)
    python docs/notebooks/build.py NAME ...   these alone, by their beginning: 01

The ``.py`` files are the source, in the percent format: ``# %%`` begins code, ``# %% [markdown]`` text.
"""

from __future__ import annotations

import base64
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
SOURCES = sorted((HERE / "src").glob("*.py"))
MARK = "# %%"
SECONDS = 600  # of one cell, on a machine that does much else


def committed(source: Path) -> Path:
    """The notebook of a source."""
    return HERE / f"{source.stem}.ipynb"


def notebook(source: Path) -> Any:
    """A source as a notebook that has not run."""
    made = nbformat.v4.new_notebook()
    made.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    first, *parts = ("\n" + source.read_text(encoding="utf-8")).split("\n" + MARK)
    if first.strip():
        raise ValueError(f"{source.name} does not begin with {MARK}")
    for number, part in enumerate(parts, start=1):
        head, _, body = part.partition("\n")
        if head.strip() == "[markdown]":
            lines = body.strip("\n").split("\n")
            odd = [line for line in lines if not line.startswith("#")]
            if odd:
                raise ValueError(f"{source.name}: a line of text is no comment: {odd[0]}")
            cell = nbformat.v4.new_markdown_cell("\n".join(line[1:].removeprefix(" ") for line in lines))
        elif head.strip():
            raise ValueError(f"{source.name}: {MARK}{head} is no kind of cell")
        else:
            cell = nbformat.v4.new_code_cell(body.strip("\n"))
        cell.id = f"cell-{number:02}"
        made.cells.append(cell)
    return made


def execute(made: Any) -> Any:
    """Run a notebook from top to bottom beside its sources; anything on the error stream is an error."""
    client = NotebookClient(
        made,
        timeout=SECONDS,
        startup_timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(HERE)}},
    )
    client.execute()
    made.metadata.pop("language_info", None)  # the kernel writes the version of Python here
    made.metadata.language_info = {"name": "python"}
    for cell in made.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                raise ValueError(f"{cell.id} wrote to the error stream: {output.text}")
            if str(HERE.parent.parent) in str(output):
                raise ValueError(f"{cell.id} shows a path of this machine")
    return made


def texts(made: Any) -> list[tuple[str, str, list[str]]]:
    """What must be the same: kind, source and every output that is text, of each cell."""
    cells = []
    for cell in made.cells:
        shown = []
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                shown.append(output.text)
            else:
                shown += [text for kind, text in sorted(output.data.items()) if kind.startswith("text/")]
        cells.append((cell.cell_type, cell.source, shown))
    return cells


def pictures(made: Any) -> list[tuple[int, int]]:
    """Width and height of every PNG, each of which has been decoded."""
    outputs = [output for cell in made.cells for output in cell.get("outputs", ()) if "data" in output]
    return [decoded(base64.b64decode(o.data["image/png"])) for o in outputs if "image/png" in o.data]


def decoded(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose parts are whole; raises ``ValueError`` for anything else."""
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    at, lines, size = 8, b"", (0, 0)
    depth = channels = 0
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if png[at + 8 + length : at + 12 + length] != struct.pack(">I", zlib.crc32(kind + data)):
            raise ValueError(f"the part {kind!r} is damaged")
        if kind == b"IHDR":
            size, (depth, colour) = struct.unpack(">II", data[:8]), data[8:10]
            channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
        elif kind == b"IDAT":
            lines += data
        at += 12 + length
    if len(zlib.decompress(lines)) != size[1] * (1 + (size[0] * depth * channels + 7) // 8):
        raise ValueError("lines are missing")
    return size


def main(wanted: list[str]) -> None:
    for source in SOURCES:
        if not wanted or any(source.stem.startswith(name) for name in wanted):
            made = execute(notebook(source))
            nbformat.write(made, committed(source))
            print(f"{committed(source).name}: {len(made.cells)} cells, pictures {pictures(made)}")


if __name__ == "__main__":
    main(sys.argv[1:])
