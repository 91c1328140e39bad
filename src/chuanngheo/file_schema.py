"""JSON Schema of a rule file, made from the grammar: editors complete its keys and check them.

It reads a file as the editors' YAML 1.2 does and as YAML 1.1 does: a number may arrive as text
(``1_500_000``), a text as a number or truth. What needs the whole file (does this source exist?)
is left to the reader.
"""

from __future__ import annotations

import json
from typing import Any

from .catalogue import _vocabulary, facts
from .grammar import (
    DEFINITIONS,
    ENTITY,
    ID,
    NAME,
    PINNED,
    RULE_FILE,
    SECTIONS,
    UNKNOWN,
    Either,
    Form,
    Key,
    Kind,
    Named,
    Several,
    Use,
    Value,
)
from .reading import entities
from .resolving import HOUSEHOLD, PERSON
from .units import ATOMS

SCHEMA_ID = "chuanngheo/rule-file/1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TEXT: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_NUMBER = r"^([-+]?[0-9]+(_[0-9]{3})*([.][0-9]+)?|[0-9]+/[1-9][0-9]*)$"
_UNIT = "|".join(ATOMS)
_KEYS = {"id": ID, "shelf": ENTITY}
_SCALARS: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "expression": _TEXT,
    "number": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": _NUMBER}]},
    "count": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]*[1-9][0-9]*$"}]},
    "day": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "boolean": {"type": "boolean"},
    "unit": {"type": "string", "pattern": f"^({_UNIT})(/({_UNIT}))*$"},
    "name": {"type": "string", "pattern": f"^{NAME}$"},
    "id": {"type": "string", "pattern": f"^{ID}$"},
    "pinned": {"type": "string", "pattern": f"^{PINNED}$"},
    "csv": {"type": "string", "pattern": "^[A-Za-z0-9_-]+[.]csv$"},
    "blank": {"const": ""},
}


def rule_file_schema() -> dict[str, Any]:
    """The schema of a rule file. The vocabulary gives what an editor may offer; own facts stay possible."""
    return _Writer().schema()


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(rule_file_schema(), indent=1, ensure_ascii=False) + "\n"


class _Writer:
    """Kinds to schemas; every form is written once, under ``$defs``."""

    def __init__(self) -> None:
        self.entities = entities(_vocabulary())
        self.definitions: dict[str, Any] = {}

    def schema(self) -> dict[str, Any]:
        made = self.form(RULE_FILE)
        needed = made.pop("required")
        made["if"] = {"required": ["extends"]}  # what a child does not write it has from its parent
        made["else"] = {"required": needed}
        made["dependentRequired"] = {"without": ["extends"]}
        made["allOf"] = [self.shelves(entity) for entity in self.entities]
        return {
            "$schema": DIALECT, "$id": SCHEMA_ID, "title": "A rule file of chuanngheo",
            "description": "One version of one standard. docs/en/adding-a-standard.md explains the sections.",
            **made, "$defs": dict(sorted(self.definitions.items())),
        }  # fmt: skip

    def shelves(self, entity: str) -> dict[str, Any]:
        """A file has facts of what it classifies, and of persons where that is households."""
        allowed = [entity, PERSON] if entity == HOUSEHOLD else [entity]
        return {
            "if": {"properties": {"entity": {"const": entity}}, "required": ["entity"]},
            "then": {"properties": {"facts": {"propertyNames": {"enum": allowed}}}},
        }

    def form(self, form: Form) -> dict[str, Any]:
        made: dict[str, Any] = {
            "type": "object",
            "properties": {k.name: self.key(k) for k in form.keys},
            "required": list(form.required),
            "additionalProperties": False,
        }
        for one, other in form.either:
            made["oneOf"] = [{"required": [one]}, {"required": [other]}]
        if form.name == "cite":
            made["if"] = {"properties": {"source": {"const": UNKNOWN}}, "required": ["source"]}
            made["then"] = {"properties": {"grade": {"const": "D"}, "note": {"minLength": 1}}, "required": ["note"]}
        return made

    def key(self, key: Key) -> dict[str, Any]:
        return {"description": f"{key.en}\n\n{key.vi}", **self.kind(key.holds)}

    def kind(self, kind: Kind) -> dict[str, Any]:
        if isinstance(kind, Value):
            return self.value(kind)
        if isinstance(kind, Several):
            return {"type": "array", "items": self.kind(kind.of), **({"minItems": kind.least} if kind.least else {})}
        if isinstance(kind, Either):
            return {"anyOf": [self.kind(k) for k in kind.of]}
        if isinstance(kind, Named):
            return self.named(kind)
        if isinstance(kind, Use):
            return self.defined(kind.name, DEFINITIONS[kind.name])
        return self.defined(kind.name, kind)

    def value(self, value: Value) -> dict[str, Any]:
        if value.kind == "choice":
            return {"enum": list(value.allowed)}
        if value.kind == "entity":  # of one that the vocabulary does not have, the file has all the facts
            return {"anyOf": [{"enum": list(self.entities)}, {"type": "string", "pattern": f"^{ENTITY}$"}]}
        return self.defined(value.kind, _SCALARS[value.kind]) if value.kind != "blank" else dict(_SCALARS["blank"])

    def named(self, named: Named) -> dict[str, Any]:
        below = self.kind(named.of)
        made: dict[str, Any] = {"type": "object"}
        if named.keys == "section":
            return {**made, "properties": dict.fromkeys(SECTIONS, below), "additionalProperties": False}
        if named.keys == "shelf":
            made["properties"] = dict.fromkeys((*self.entities, PERSON), below)
        elif named.keys == "fact":
            made["properties"] = self.coded(below)
        if named.keys == "code":
            made["additionalProperties"] = below
        else:
            made["patternProperties"] = {f"^{_KEYS.get(named.keys, NAME)}$": below}
            made["additionalProperties"] = False
        if named.least:
            made["minProperties"] = named.least
        if named.most is not None:  # editors offer nothing where maxProperties is reached
            made["not"] = {"minProperties": named.most + 1}
        return made

    def coded(self, cells: dict[str, Any]) -> dict[str, Any]:
        """Every fact of the vocabulary that has codes, with its codes."""
        cell = cells["additionalProperties"]
        found: dict[str, Any] = {}
        for entity in self.entities:
            for fact in (f for f in facts(entity).values() if f.kind == "code" and f.entity == entity):
                found[fact.name] = {
                    "description": f"{fact.labels['en']}\n\n{fact.labels['vi']}",
                    **cells,
                    "properties": {
                        code: {**cell, "description": f"{t['en']}\n\n{t['vi']}"} for code, t in fact.codes.items()
                    },
                }
        return found

    def defined(self, name: str, kind: Any) -> dict[str, Any]:
        if name not in self.definitions:
            self.definitions[name] = {}  # what holds itself finds it here
            self.definitions[name] = (
                kind if isinstance(kind, dict) else self.form(kind) if isinstance(kind, Form) else self.kind(kind)
            )
        return {"$ref": f"#/$defs/{name}"}
