"""The conformance suite: what the law says and what this engine answers, as JSON for any language.

``python tests/conforming.py`` writes ``tests/conformance/`` anew, from the golden cases
(``tests/cases/*.yaml``) and from the edges of the rules. ``docs/en/ports.md`` explains the files.

Golden cases are what the legal texts say. Generated ones are what this engine answers around every
line and count; they stand apart, because an answer of the engine is not the law.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import chuanngheo as cn
import edges
from chuanngheo.golden import Case, names_of, read_cases, speaks_of

SUITE = "chuanngheo/conformance/1"
SUITE_VERSION = 1  # counts changes of what a file or a key means
FOLDER = Path(__file__).parent / "conformance"
CASES = Path(__file__).parent / "cases"
SAFE = 2**53  # from here on a reader of JSON may lose digits
ANSWER = ("category", "status", "possible", "missing", "basis")
PLAIN = {
    "category",
    "categories",
    "deprived",
    "deprivations",
    "income_per_person",
    "values",
    "status",
    "possible",
    "basis",
}

# --- numbers and days ---------------------------------------------------------------------------------


def number(value: Any, *, given: bool = False) -> int | str:
    """A number as JSON: an integer below 2^53, otherwise decimal text or ``p/q``.

    A number that is ``given`` keeps the places it was written with, a fraction stays one: how exactly
    a value is given decides whether it contradicts another.
    """
    if isinstance(value, Decimal):
        return format(value, "f") if given else number(Fraction(value))
    if isinstance(value, int) or value.denominator == 1:
        return int(value) if abs(value) < SAFE else str(int(value))
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if given or rest != 1:
        return f"{value.numerator}/{value.denominator}"
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f")


def plain(value: Any, *, given: bool = False) -> Any:
    """A value of a case as JSON."""
    if isinstance(value, Mapping):
        return {str(k): plain(v, given=given) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v, given=given) for v in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Fraction | Decimal):
        return number(value, given=given)
    if edges.NUMBER.fullmatch(value):
        raise ValueError(f"the text {value!r} would be read as a number: a case of the suite cannot say it")
    return value


# --- what the engine says ------------------------------------------------------------------------------


def answer(a: cn.Assessment) -> dict[str, Any]:
    """The answer: a decided household has a class, another one what is possible and missing."""
    found: dict[str, Any] = {"status": a.status}
    if a.category is not None:
        found["category"] = a.category
    else:
        found |= {"possible": sorted(a.possible), "missing": sorted(a.missing)}
    if a.basis != a.standard.default_method:
        found["basis"] = a.basis
    return found


def level(a: cn.Assessment, asked: Iterable[str]) -> int:
    """What a port must know for this household: 1 plain facts, 2 unknown ones, 3 all the rest."""
    if set(asked) - PLAIN - {"missing"}:
        return 3
    facts = a.standard.facts
    unread = {n for n, f in facts.items() if f.unread}  # a question to a text that was not found: nobody can give it
    uncertain = any(step.value is None for step in a.trace if step.name not in unread)
    return 1 if a.status == "decided" and not uncertain and "missing" not in asked else 2


# --- golden cases --------------------------------------------------------------------------------------


def golden(case: Case, std: cn.Standard, sources: list[Any]) -> dict[str, Any]:
    """One case against one version of a standard."""
    found = named(case, sources)
    if case.kind == "household":
        found |= {"level": 3, **asked(case)}
        found["household"] = plain(case.subject, given=True)
        found["expect"] = expected(case.expect)
        if "error" not in case.expect:
            a = std.assess(case.subject, on=case.on, method=case.method, readings=case.readings)
            found["level"] = level(a, case.expect)
            said = {k: v for k, v in answer(a).items() if k not in case.expect}
            if said:
                found["also"] = said  # of the engine: the text was not asked for it
    elif case.kind == "line":
        cells = {" ".join(codes.values()): codes for codes in edges.cells(std.lines[case.subject].table)}
        found |= {"level": 1, "line": case.subject, "unit": std.lines[case.subject].unit}
        found["cells"] = [{"codes": cells[name], "value": number(v)} for name, v in case.expect.items()]
    elif case.kind == "table":
        found |= {"level": 1, "table": case.subject, "cells": [cell(k, v) for k, v in case.expect.items()]}
    elif case.kind == "fact":
        found |= {"level": 3, **asked(case), "fact": case.subject, "of": std.facts[case.subject].entity}
        found |= {k: plain(v, given=True) for k, v in case.expect.items()}
    elif case.kind == "scorecard":
        found |= {
            "level": 3,
            **asked(case),
            "scorecard": case.subject,
            "print": [printed(k, v) for k, v in case.expect.items()],
        }
    else:
        found |= {"level": 3, **asked(case), **plain(case.subject, given=True), "expect": expected(case.expect)}
    return found


def named(case: Case, sources: list[Any]) -> dict[str, Any]:
    source = dict(case.source)
    if source not in sources:
        sources.append(source)
    stem = Path(case.place.rpartition(":")[0]).stem
    made = hashlib.sha256(f"{stem}\n{case.name}".encode()).hexdigest()[:10]
    return {"id": made, "kind": case.kind, "name": case.name, "source": sources.index(source)}


def asked(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if case.on is not None:
        found["on"] = case.on.isoformat()
    if case.method is not None:
        found["method"] = case.method
    if case.readings is not None:
        found["readings"] = dict(case.readings)
    return found


def expected(expect: Mapping[str, Any]) -> dict[str, Any]:
    """What is expected; lists whose order says nothing are sorted."""
    found = plain(expect)
    return {k: sorted(v) if k in ("possible", "missing") and v else v for k, v in found.items()}


def cell(key: str, value: Any) -> dict[str, Any]:
    column, _, step = key.rpartition(" ")
    return {"column": column or None, "step": number(Fraction(step)), "value": None if value is None else number(value)}


def printed(key: str, value: Any) -> dict[str, Any]:
    """A cell of a form: points of a row in a column, its band, how an item adds up, the side of the cut-off."""
    if key == "side":
        return {"side": value}
    item, *rest = key.split()
    if rest == ["combine"]:
        return {"item": item, "combine": value}
    option, column = rest
    if column == "band":
        return {"item": item, "option": option, "band": plain(value)}
    return {"item": item, "option": option, "column": column, "points": None if value is None else number(value)}


# --- files ----------------------------------------------------------------------------------------------


def of_standard(std: cn.Standard, cases: Iterable[Case]) -> dict[str, Any]:
    """The cases of one version of one standard."""
    sources: list[Any] = []
    held = [golden(c, std, sources) for c in cases]
    return {
        "suite": SUITE,
        "standard": {
            "id": std.id, "version": std.version, "revision": std.revision, "exact_id": std.exact_id, "digest": std.digest,
            "jurisdiction": std.jurisdiction, "entity": std.entity, "title": dict(std.title), "methods": list(std.methods),
            "classes": list(std.classes),
        },
        "rules": f"rules/{name_of(std)}.yaml",
        "sources": sources,
        "golden": held,
        "generated": list(generated(std)),
    }  # fmt: skip


def generated(std: cn.Standard) -> Iterator[dict[str, Any]]:
    """Around every line and count, and with facts left out: the answers of the engine."""
    seen: set[str] = set()
    for asked in edges.around(std):
        given = {k: plain(v, given=True) for k, v in asked.items() if k != "why"}
        made = hashlib.sha256(json.dumps([name_of(std), given], sort_keys=True).encode()).hexdigest()[:10]
        if made in seen:
            continue
        seen.add(made)
        try:
            a = std.assess(asked["household"], method=asked.get("method"), readings=asked.get("readings"))
        except cn.HouseholdError:  # facts that exclude each other: what is refused is for golden cases to say
            continue
        said = answer(a)
        yield {"id": made, "kind": "household", "generated": True, "why": asked["why"], "level": level(a, said), **given, "expect": said}  # fmt: skip


def name_of(std: cn.Standard) -> str:
    return f"{std.id}@{std.version}"


def of_days(cases: Iterable[Case]) -> dict[str, Any]:
    """Which standard covers a day, by what was known: asked of all standards at once."""
    sources: list[Any] = []
    held = [{**named(c, sources), "level": 3, "ask": plain(c.subject), "expect": plain(c.expect)} for c in cases]
    return {"suite": SUITE, "sources": sources, "golden": held}


def of_vocabulary(cases: Iterable[Case], standards: list[cn.Standard]) -> dict[str, Any]:
    """What a fact can be and what follows from it, in every standard that reads it."""
    sources: list[Any] = []
    held = []
    for c in cases:
        by_entity: dict[str, list[cn.Standard]] = {}  # an age is asked of persons, or of the child that is classified
        for s in standards:
            if speaks_of(c, s) and (c.kind == "fact" or tells(c, s)):
                by_entity.setdefault(s.facts[c.subject].entity if c.kind == "fact" else "", []).append(s)
        for of, meant in by_entity.items():
            case = golden(c, meant[0], sources)
            case.pop("also", None)
            if len(by_entity) > 1:
                case["id"] = hashlib.sha256(f"{case['id']} {of}".encode()).hexdigest()[:10]
            held.append({**case, "level": 3, "standards": [name_of(s) for s in meant]})
    return {"suite": SUITE, "sources": sources, "golden": held}


def tells(case: Case, std: cn.Standard) -> bool:
    """Whether the values that a case asks for are on the way to this standard's answer."""
    trace = {step.name for step in std.assess(case.subject, on=case.on).trace}
    return set(case.expect["values"]) <= trace


def files() -> dict[str, str]:
    """Every file of the suite by its path under ``tests/conformance/``."""
    standards = cn.shipped().versions(None, None)
    cases = read_cases(CASES)
    mine: dict[str, list[Case]] = {name_of(s): [] for s in standards}
    days, vocabulary = [], []
    for case in cases:
        if case.kind == "ask":
            days.append(case)
        elif not case.standard:
            vocabulary.append(case)
        else:
            std = cn.standard(case.standard)
            assert case.standard in names_of(std)
            mine[name_of(std)].append(case)
    made: dict[str, Any] = {
        "cases/days.json": of_days(days),
        "cases/vocabulary.json": of_vocabulary(vocabulary, standards),
    }
    rules = {}
    for std in sorted(standards, key=name_of):
        made[f"cases/{name_of(std)}.json"] = of_standard(std, mine[name_of(std)])
        rules[f"rules/{name_of(std)}.yaml"] = std.text
    texts = {path: text_of(content) for path, content in made.items()} | rules
    texts["manifest.json"] = json.dumps(manifest(made, texts), ensure_ascii=False, indent=1) + "\n"
    return texts


def manifest(made: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """What is in the suite, for which versions, with a digest of every file."""
    listed = []
    for path, content in made.items():
        both = [*content["golden"], *content.get("generated", ())]
        entry = {
            "file": path,
            "sha256": sha(texts[path]),
            "golden": len(content["golden"]),
            "generated": len(content.get("generated", ())),
        }
        entry["levels"] = {str(n): sum(c["level"] == n for c in both) for n in (1, 2, 3)}
        if "standard" in content:
            rules = content["rules"]
            entry |= {"standard": content["standard"]["exact_id"], "digest": content["standard"]["digest"], "rules": rules, "rules_sha256": sha(texts[rules])}  # fmt: skip
        listed.append(entry)
    return {
        "suite": SUITE, "suite_version": SUITE_VERSION, "code_version": cn.__version__, "data_version": cn.DATA_VERSION,
        "golden": sum(e["golden"] for e in listed), "generated": sum(e["generated"] for e in listed), "files": listed,
    }  # fmt: skip


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def text_of(content: Mapping[str, Any]) -> str:
    """JSON with one case on a line, so that a change is one line of a diff."""
    parts = []
    for key, value in content.items():
        if key in ("sources", "golden", "generated") and value:
            lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in value)
            parts.append(f"{json.dumps(key)}: [\n{lines}\n]")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def stale(texts: Mapping[str, str]) -> list[str]:
    """The files that are not as they would be written now."""
    there = {p.relative_to(FOLDER).as_posix() for part in ("cases", "rules") for p in (FOLDER / part).glob("*")}
    gone = there - set(texts)
    changed = {
        p for p, text in texts.items() if not (FOLDER / p).exists() or (FOLDER / p).read_text(encoding="utf-8") != text
    }
    return sorted(gone | changed)


def main() -> int:
    texts = files()
    for path in stale(texts):
        target = FOLDER / path
        if path not in texts:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(texts[path], encoding="utf-8")
        print(target.relative_to(FOLDER.parent.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
