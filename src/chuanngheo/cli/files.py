"""Files of the caller: read exactly as they were written, and written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import Problem, RuleFileError
from ..source import Node, read_nodes
from .codes import ABSENT, WRONG
from .telling import Teller

ENDINGS = (".json", ".yaml", ".yml")


@contextmanager
def writing(tell: Teller, path: str, *, force: bool) -> Iterator[str]:
    """The name of a file beside ``path`` that takes its place when all went well, and goes away when not.

    What is there already is overwritten only with ``force``.
    """
    refuse_existing(tell, path, force)
    folder, name = os.path.split(os.path.abspath(path))
    stem, ending = os.path.splitext(name)
    beside = os.path.join(folder, f".{stem}.{secrets.token_hex(4)}.part{ending}")
    try:
        open(beside, "xb").close()
    except OSError as error:
        tell.fail(ABSENT, tell.say("unwritable", path, tell.reason(error)))
    try:
        yield beside
        os.replace(beside, path)
    except OSError as error:
        if error.filename not in (None, "", beside):
            raise
        tell.fail(ABSENT, tell.say("unwritable", path, tell.reason(error)))
    finally:
        if os.path.exists(beside):
            os.unlink(beside)


def refuse_existing(tell: Teller, path: str, force: bool) -> None:
    if os.path.isdir(path):
        tell.usage(tell.say("is_folder", path))
    if os.path.lexists(path) and not force:
        tell.fail(WRONG, tell.say("or_force", tell.say("exists", path)))


def write_text(tell: Teller, path: str, text: str, *, force: bool) -> None:
    with writing(tell, path, force=force) as beside, open(beside, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    tell.note(tell.say("made", path))


def read_plain(tell: Teller, path: str) -> Any:
    """A JSON or YAML file as mappings, lists and texts: every number is the text that was written.

    ``-`` is stdin. Raises :class:`RuleFileError` with the place of what cannot be read.
    """
    name = "stdin" if path == "-" else path
    if path != "-" and not path.lower().endswith(ENDINGS):
        tell.usage(tell.say("ending", path, ", ".join(ENDINGS)))
    try:
        raw = sys.stdin.buffer.read() if path == "-" else _bytes(path)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        tell.fail(*tell.absent(error, path))
    except UnicodeDecodeError as error:
        tell.fail(WRONG, tell.say("unreadable", name, f"UTF-8, byte {error.start}"))
    if path.lower().endswith(".json") or (path == "-" and text.lstrip()[:1] in ("{", "[")):
        return _json(text, name)
    root, source = read_nodes(text, name)
    if root is None or source.problems:
        raise RuleFileError(f"{name} cannot be read", source.problems)
    return _plain(root)


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _json(text: str, name: str) -> Any:
    problems: list[Problem] = []

    def once(found: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [key for key, _ in found]
        problems.extend(
            Problem("CN210", f"{name}: {key}", "stands there twice", key, "each name once", "keep the one that is right")
            for key in dict.fromkeys(names) if names.count(key) > 1
        )  # fmt: skip
        return dict(found)

    try:
        data = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        problem = Problem(
            "CN210", f"{name}:{error.lineno}:{error.colno}", f"is no JSON: {error.msg}", remedy="correct it there"
        )
        raise RuleFileError(f"{name} cannot be read", [problem]) from None
    except RecursionError:
        raise RuleFileError(f"{name} cannot be read", [Problem("CN210", name, "is nested too deep")]) from None
    if problems:
        raise RuleFileError(f"{name} cannot be read", problems)
    return data


def _plain(node: Node) -> Any:
    if node.kind == "mapping":
        return {key: _plain(value) for key, (_, value) in node.entries.items()}
    if node.kind == "sequence":
        return [_plain(item) for item in node.items]
    if node.plain and node.text in ("", "~", "null"):
        return None
    # 1_500_000 is how a YAML file may write a number
    return node.text.replace("_", "") if node.plain and re.fullmatch(r"-?[0-9]+(_[0-9]{3})+", node.text) else node.text


def same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


__all__ = ["read_plain", "refuse_existing", "same_file", "write_text", "writing"]
