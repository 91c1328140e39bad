"""JSON Schema of what a standard asks: enough for a program to draw the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .household import givable, person_names
from .methods import RECORDED, RECORDED_FACTS
from .model import LANGUAGES, Fact
from .prepared import Prepared, prepare
from .tree import Elapsed, Ref, walk
from .version import CODE_VERSION, data_version

if TYPE_CHECKING:
    from .answering import Standard

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def input_schema(standard: Standard, method: str, lang: str) -> dict[str, Any]:
    """The schema of a household for one method.

    Every property has ``title`` and, where it applies, ``x-unit``, ``x-asked-if`` (a rule
    expression), ``x-note``, ``x-derived-from`` (it may be given, or is computed from these) and,
    for codes, ``oneOf`` with ``const`` and ``title``.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
    names = givable(standard)
    if method == RECORDED:
        wanted = {n: names[n] for n in RECORDED_FACTS}
        schema = _object({n: _property(f, lang) for n, f in wanted.items()}, list(RECORDED_FACTS))
        schema["properties"]["recorded_category"]["oneOf"] = [
            {"const": c.name, "title": c.labels[lang]} for c in standard.classes.values()
        ]
        return {"$schema": DIALECT, "title": _title(standard, lang), **_ground(standard, method), **schema}
    prepared = prepare(standard, method)
    properties = {n: _property(f, lang, _sources(prepared, n)) for n, f in names.items() if n in prepared.needed}
    if "members" in prepared.needed:
        persons = person_names(standard)
        used = _person_facts(prepared)
        properties["members"] = {
            "type": ["array", "null"], "minItems": 1, "title": {"vi": "thành viên", "en": "members"}[lang],
            "items": _object({n: _property(f, lang) for n, f in persons.items() if n in used}, []),
        }  # fmt: skip
    return {
        "$schema": DIALECT, "title": _title(standard, lang), **_ground(standard, method),
        **_object(properties, []),
    }  # fmt: skip


def _ground(standard: Standard, method: str) -> dict[str, Any]:
    return {
        "x-standard": standard.exact_id, "x-method": method, "x-code-version": CODE_VERSION, "x-data-version": data_version(),
    }  # fmt: skip


def _title(standard: Standard, lang: str) -> str:
    mark = {"vi": "GIẢ ĐỊNH, không phải pháp luật: ", "en": "HYPOTHETICAL, not law: "}[lang] if standard.hypothetical else ""
    return mark + standard.title[lang]


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _property(fact: Fact, lang: str, sources: list[str] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"title": fact.labels[lang]}
    if fact.kind == "boolean":
        made["type"] = ["boolean", "null"]
    elif fact.kind == "code":
        made["oneOf"] = [{"const": c, "title": t[lang]} for c, t in fact.codes.items()] + [{"type": "null"}]
    elif fact.kind == "date":
        made |= {"type": ["string", "null"], "format": "date"}
    elif fact.kind == "text":
        made["type"] = ["string", "null"]
    else:
        made["type"] = ["integer" if fact.whole else "number", "null"]
        for key, bound in (("minimum", fact.least), ("maximum", fact.most), ("multipleOf", fact.multiple)):
            if bound is not None:
                made[key] = bound if isinstance(bound, int) else float(bound)
        if fact.unit:
            made["x-unit"] = fact.unit
    if fact.asked_if_text:
        made["x-asked-if"] = fact.asked_if_text
    if fact.note:
        made["x-note"] = fact.note[lang]
    if sources:
        made["x-derived-from"] = sources
    return made


def _sources(prepared: Prepared, name: str) -> list[str]:
    """The facts a value can be computed from, at the next level down."""
    if name == "deprivations":
        return [f"deprived_{k}" for k in prepared.rules.indicators]
    tree = prepared.trees.get(name)
    if tree is None:
        return []
    found = {n.name for n in walk(tree) if isinstance(n, Ref) and not n.member and n.name not in prepared.lines}
    persons = any(isinstance(n, Ref) and n.member for n in walk(tree))
    return sorted(found) + (["members"] if persons else [])


def _person_facts(prepared: Prepared) -> set[str]:
    found: set[str] = set()
    waiting = [prepared.trees[n] for n in prepared.needed if n in prepared.trees]
    facts = prepared.rules.facts
    while waiting:
        for n in walk(waiting.pop()):
            if isinstance(n, Elapsed):
                found |= {"birth_date", "birth_year", "age", "age_months"} & set(facts)
            if isinstance(n, Ref) and n.member and n.name not in found:
                found.add(n.name)
                waiting += [t for t in (facts[n.name].of, facts[n.name].asked_if) if t is not None]
    return found
