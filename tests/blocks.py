"""The blocks of code on a page, run in their order. Also a command that fills in what they print:

    python tests/blocks.py docs/en/start.md

* ``python`` blocks share one scope and run in the project's folder;
* ``sh`` blocks run in one temporary folder, with ``chuanngheo`` on PATH, in UTF-8, and on a Vietnamese page
  with CHUANNGHEO_LANG=vi;
* a ``yaml``, ``csv`` or ``json`` block whose first lines hold ``# name.yaml`` (and a colon, and what one likes)
  is written to that file of the temporary folder; of csv and json, which have no comments, without that line;
* a ``text`` block stands after a block that runs, and is exactly what it printed.

``console`` is for what a reader types and no test runs: ``pip install``, ``make``.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
RUN = ("python", "sh")
FILES = ("yaml", "csv", "json")
SHOWN = ("console", "sql", "stata", "r")  # not run
LANGUAGES = (*RUN, *FILES, *SHOWN, "text")
_BLOCK = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1$", re.M | re.S)
_NAME = r"\A(?:# yaml-language-server:.*\n)?(?:#|//) ([\w.-]+\.{ending})\b.*\n"


class Block(NamedTuple):
    language: str
    text: str
    line: int
    span: tuple[int, int]


class Ran(NamedTuple):
    """A block that ran, what it printed, its exit code, and the text block after it, if any."""

    block: Block
    printed: str
    status: int
    said: Block | None


def blocks_of(page: str) -> list[Block]:
    return [Block(m[2], m[3], page.count("\n", 0, m.start()) + 1, m.span(3)) for m in _BLOCK.finditer(page)]


def is_vietnamese(name: str) -> bool:
    return name.startswith("docs/vi/") or name.endswith(".vi.md")


def environment(vietnamese: bool) -> dict[str, str]:
    """That of the shell blocks: nothing of the machine's language, width or colours."""
    dropped = ("LANG", "LANGUAGE", "COLUMNS", "FORCE_COLOR", "CHUANNGHEO_LANG")
    kept = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith("LC_")}
    here = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    language = {"CHUANNGHEO_LANG": "vi"} if vietnamese else {}
    return {**kept, "PATH": here, "LC_ALL": "C.UTF-8", "TERM": "dumb", **language}


def run_page(name: str, folder: Path) -> Iterator[Ran]:
    """Run the blocks of a page; the caller has gone to the project's folder."""
    scope: dict[str, Any] = {"__name__": "page"}
    blocks = blocks_of((ROOT / name).read_text(encoding="utf-8"))
    surroundings = environment(is_vietnamese(name))
    for block, after in zip_longest(blocks, blocks[1:]):
        said = after if after and after.language == "text" else None
        if block.language in FILES:
            if found := re.match(_NAME.replace("{ending}", block.language), block.text):
                text = block.text if block.language == "yaml" else block.text[found.end() :]
                (folder / found[1]).write_text(text, encoding="utf-8")
        elif block.language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile("\n" * block.line + block.text, name, "exec"), scope)
            yield Ran(block, out.getvalue(), 0, said)
        elif block.language == "sh":
            done = subprocess.run(
                ["bash", "-c", block.text],
                cwd=folder,
                env=surroundings,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
            )
            yield Ran(block, done.stdout, done.returncode, said)


def fill(name: str) -> None:
    """Write into each text block what the block before it prints."""
    with tempfile.TemporaryDirectory() as folder:
        ran = [r for r in run_page(name, Path(folder)) if r.said]
    text = (ROOT / name).read_text(encoding="utf-8")
    for one in reversed(ran):
        assert one.said
        start, end = one.said.span
        text = text[:start] + one.printed + text[end:]
    (ROOT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    os.chdir(ROOT)
    for given in sys.argv[1:]:
        fill(str(Path(given).resolve().relative_to(ROOT)) if Path(given).is_absolute() else given)
