"""What is promised, written out: public names, exact standards, facts and codes, as JSON that diffs well.

``python tests/promised.py`` writes the files under ``tests/snapshots/`` anew. It adds, and it refuses to
drop or change anything that is promised: a name of ``chuanngheo.stable.v1``, the digest of a known exact
id, a fact, a code, the code of an error.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

import chuanngheo as cn
from chuanngheo import assessment, comparing, measures, model, plots, results, scoring
from chuanngheo.stable import v1

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "snapshots"
REVIEW = (
    "reading", "profiles", "units", "checks", "worksheet", "movements", "records", "reports", "priorities", "workbook", "layout",
)  # fmt: skip
OTHERS = ("surveys", "golden", "testing")
# Values that are reached from those of v1.
REACHED = (
    model.Class, model.Fact, model.Instrument, model.Interpretation, model.Line, model.Method, model.Span, model.Status, model.Unseen,
    scoring.Score,
)  # fmt: skip
# Attributes that rooms of the library share with each other: nothing is promised of them.
INSIDE = {
    "Assessment": ("case", "decision", "prepared"),
    "Catalogue": ("covering", "shelf", "spans"),
    "Class": ("cites", "method_labels", "node", "rest"),
    "Fact": ("of", "of_text", "on_form", "worse"),
    "Interpretation": ("open_senses", "undecided"),
    "Line": ("cites", "node", "table"),
    "Method": ("values",),
    "Status": ("node",),
    "Standard": ("marks", "memo", "other_facts", "other_person_facts", "plans", "root", "values"),
}
MARKS = {"POSITIONAL_ONLY": "/", "VAR_POSITIONAL": "*", "KEYWORD_ONLY": "", "VAR_KEYWORD": "**"}

# --- names ------------------------------------------------------------------------------------------


def described(value: Any) -> Any:
    """A public name: a function by its parameters, a class by its members, anything else by its type."""
    if inspect.isclass(value):
        return {"class": [b.__name__ for b in value.__mro__[1:-1]], "members": dict(sorted(members(value)))}
    if callable(value):
        return {"parameters": parameters(value)}
    return f"a {type(value).__name__}"


def members(cls: type) -> Iterator[tuple[str, Any]]:
    """The public attributes and methods of a class, those it inherits from the library included.

    How it is made is left out: values of the library are read, and made by it alone.
    """
    fields = [a.name for a in attrs.fields(cls)] if attrs.has(cls) else []  # type: ignore[arg-type]
    hidden = INSIDE.get(cls.__name__, ())
    for name in sorted({*dir(cls), *fields, *_assigned(cls)}):
        if name.startswith("_") or name in hidden or (name not in fields and not _ours(cls, name)):
            continue
        if not hasattr(cls, name):
            yield name, "a value"
            continue
        found = inspect.getattr_static(cls, name)
        if isinstance(found, staticmethod | classmethod):
            found = found.__func__
        yield name, {"parameters": parameters(found)} if inspect.isfunction(found) else "a value"


def _assigned(cls: type) -> list[str]:
    """What the initialiser of an error assigns."""
    if not issubclass(cls, BaseException):
        return []
    made = [vars(c)["__init__"] for c in cls.__mro__ if "__init__" in vars(c) and c.__module__.startswith("chuanngheo")]
    return sorted({n for m in made for n in re.findall(r"self\.(\w+)(?:: [^=\n]+)? =", inspect.getsource(m))})


def _ours(cls: type, name: str) -> bool:
    home = next((c for c in cls.__mro__ if name in vars(c)), cls)
    return home.__module__.startswith("chuanngheo")


def parameters(function: Any) -> list[str]:
    """``name``, ``name=default``, ``*`` before those that are given by name alone; self left out."""
    found: list[str] = []
    by_name = False
    for p in inspect.signature(function).parameters.values():
        if p.name == "self" or (p.name == "cls" and not found):
            continue
        if p.kind is p.KEYWORD_ONLY and not by_name and not any(x.startswith("*") for x in found):
            found.append("*")
        by_name = by_name or p.kind is p.KEYWORD_ONLY
        default = "" if p.default is p.empty else f"={_default(p.default)}"
        found.append(f"{MARKS.get(p.kind.name, '')}{p.name}{default}")
    return found


def _default(value: Any) -> str:
    text = repr(value)
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def exported(module: Any) -> dict[str, Any]:
    """The names of a module that are meant for others: those it lists, or its own that have no underscore."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [
            n
            for n, v in vars(module).items()
            if not n.startswith("_") and getattr(v, "__module__", "") == module.__name__
        ]
    return {name: described(getattr(module, name)) for name in sorted(names)}


def stable_names() -> dict[str, Any]:
    return {
        "chuanngheo.stable.v1": exported(v1),
        "values read from these": {c.__name__: described(c) for c in REACHED},
    }


def other_names() -> dict[str, Any]:
    found = {
        "chuanngheo": {
            n: "as in chuanngheo.stable.v1" if n in v1.__all__ else described(getattr(cn, n)) for n in cn.__all__
        }
    }
    for module in (measures, comparing, plots, results, assessment):
        found[module.__name__] = exported(module)
    for room in (*(f"review.{r}" for r in REVIEW), *OTHERS):
        found[f"chuanngheo.{room}"] = exported(import_module(f"chuanngheo.{room}"))
    return found


# --- standards, facts, codes ------------------------------------------------------------------------


def standards() -> dict[str, str]:
    """Every shipped version of every standard by its exact id, with its digest."""
    return {s.exact_id: s.digest for s in sorted(cn.shipped().versions(None, None), key=lambda s: s.exact_id)}


def data() -> dict[str, str]:
    """The version of the legal data with the digest of all its files."""
    made = hashlib.sha256()
    for path in sorted((ROOT / "standards").rglob("*")):
        if path.is_file() and path.name not in ("DATA_VERSION", "examples.yaml"):  # examples of the help are no law
            made.update(f"{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return {cn.DATA_VERSION: made.hexdigest()}


def words() -> dict[str, Any]:
    """Facts with their type, unit and codes; the names inside standards; codes of errors; schemas."""
    vocabulary: dict[str, Any] = {}
    for entity in cn.shipped().entities():
        vocabulary[entity] = {
            name: {"of": f.entity, "type": f.kind, "unit": f.unit, "codes": sorted(f.codes)}
            for name, f in sorted(cn.facts(entity).items())
        }
    inside: dict[str, Any] = {}
    for s in cn.shipped().versions(None, None):
        inside[f"{s.id}@{s.version}"] = {
            "classes": list(s.classes),
            "methods": list(s.methods),
            "lines": {n: line.unit for n, line in s.lines.items()},
        }
    codes = re.findall(r"^### (CN\d{3})$", (ROOT / "docs" / "en" / "errors.md").read_text(encoding="utf-8"), re.M)
    schemas = sorted(p.stem for p in (ROOT / "src" / "chuanngheo" / "schemas").glob("*.json"))
    return {"facts": vocabulary, "standards": dict(sorted(inside.items())), "errors": sorted(codes), "schemas": schemas}


# --- what breaks a promise --------------------------------------------------------------------------


def breaks(old: Any, new: Any, where: str = "") -> list[str]:
    """What was promised and is not so any more. Names, members and items may be added."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        found = [f"{where}{name} is gone" for name in old if name not in new]
        for name in (n for n in old if n in new):
            if name == "parameters":
                found += [f"{where.rstrip('.')}{said}" for said in parameter_breaks(old[name], new[name])]
            else:
                found += breaks(old[name], new[name], f"{where}{name}.")
        return found
    if isinstance(old, list) and isinstance(new, list):
        return [f"{where}{item} is gone" for item in old if item not in new]
    return [] if old == new else [f"{where.rstrip('.')} was {_short(old)} and is {_short(new)}"]


def parameter_breaks(old: list[str], new: list[str]) -> list[str]:
    """Of the parameters of a function: each keeps its default, and its place where it has one."""
    mine, theirs = _parameters(old), _parameters(new)
    found = [f"({name}) is gone" for name in mine if name not in theirs]
    for name in (n for n in mine if n in theirs):
        if mine[name][0] != theirs[name][0]:
            found.append(f"({name}) had the default {mine[name][0]!r}, now {theirs[name][0]!r}")
        placed, now = mine[name][1], theirs[name][1]
        if placed is not None and placed != now:
            found.append(f"({name}) has another place")
    found += [f"({name}) is new and has no default" for name in theirs if name not in mine and theirs[name][0] is None]
    return found


def _parameters(listed: list[str]) -> dict[str, tuple[str | None, int | None]]:
    """Each parameter with its default and its place; None for one without."""
    found: dict[str, tuple[str | None, int | None]] = {}
    by_name = False
    for place, text in enumerate(listed):
        if text == "*":
            by_name = True
            continue
        name, equals, default = text.partition("=")
        by_name = by_name or name.startswith("*")
        found[name] = (default if equals or name.startswith("*") else None, None if by_name else place)
    return found


def _short(value: Any) -> str:
    return str(value)[:80]


# --- files ------------------------------------------------------------------------------------------


def now() -> dict[str, Any]:
    """Each snapshot by the name of its file."""
    return {
        "names-v1": stable_names(), "names": other_names(), "standards": {"standards": standards(), "data": data()}, "words": words(),
    }  # fmt: skip


KEPT = ("names-v1", "standards", "words")  # what is promised; the others only tell what changed
GROWS = ("standards",)  # what was once shipped stays written down


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.json"


def written(name: str) -> Any:
    path = path_of(name)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def merged(name: str, made: Any) -> Any:
    """A snapshot with what earlier releases shipped."""
    old = written(name) if name in GROWS else None
    return made if old is None else {part: dict(sorted({**old[part], **made[part]}.items())) for part in made}


def broken(name: str, made: Any) -> list[str]:
    old = written(name)
    return [] if old is None or name not in KEPT else breaks(old, merged(name, made))


def text_of(made: Any) -> str:
    """JSON, a list of plain items on one line."""
    text = json.dumps(made, ensure_ascii=False, indent=1)
    return (
        re.sub(r"\[\s*((?:\"[^\"]*\",?\s*)*)\]", lambda m: "[" + re.sub(r"\",\s+", '", ', m[1].strip()) + "]", text)
        + "\n"
    )


def main() -> int:
    made = now()
    said = [f"{name}: {line}" for name, value in made.items() for line in broken(name, value)]
    if said:
        print("not written: this was promised (docs/en/stability.md)", *said, sep="\n- ", file=sys.stderr)
        print("A name of v1: keep it, and give the new one another name. A standard: count up its revision. Other data: set standards/DATA_VERSION.", file=sys.stderr)  # fmt: skip
        return 1
    for name, value in made.items():
        path_of(name).write_text(text_of(merged(name, value)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
