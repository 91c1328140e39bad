"""A resolved tree of nodes becomes a rule set; every fault of the file is reported at once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from .errors import RuleFileError, nearest
from .expression import BOOLEAN, ExpressionError, Names, Type, parse
from .grammar import (
    BETWEEN,
    BY,
    CITE,
    CLASS,
    FACT,
    ID,
    INDICATOR,
    INSTRUMENT,
    INTERPRETATION,
    KINDS,
    LINE,
    METHOD,
    NAME,
    RULE_FILE,
    SPAN,
    STATUS,
    TABLE,
    TABLE_LIKE,
    TEXTS,
    UNKNOWN,
    UNSEEN,
    VALUE,
    WORSE,
    Form,
)
from .model import (
    GRADES,
    LANGUAGES,
    Cite,
    Class,
    Derived,
    Fact,
    Instrument,
    Interpretation,
    Line,
    Method,
    RuleSet,
    Span,
    Status,
    Table,
    Text,
    Unseen,
    bilingual,
)  # fmt: skip
from .reading_cards import read_cards
from .resolving import HOUSEHOLD, PERSON, Reader, get, merge, shelves_of, with_facts, with_tables
from .source import Node, Source, as_boolean, as_date, as_number, as_text, read_nodes
from .tree import Both, Const, Number, Quantifier, Ref, Switch, walk
from .tree import Node as Tree
from .units import ATOMS, Unit, unit, whole_money
from .values import evolve

T = TypeVar("T")
R = TypeVar("R", bound=RuleSet)

RECORDED = "recorded"
_KEY = re.compile(NAME + r"\Z")
_ID = re.compile(ID + r"\Z")


def read_rules(
    text: str,
    name: str,
    *,
    vocabulary: Node,
    beside: Reader,
    parent: Callable[[str], str],
    make: type[R],
) -> R:
    """Read one rule file.

    ``beside`` gives the text of a CSV file in the same folder, ``parent`` the resolved text of
    the standard that the file extends. Raises :class:`RuleFileError` with every problem.
    """
    root, source = read_nodes(text, name)
    if root is not None and root.kind != "mapping":
        source.report("CN003", root, "a rule file is a mapping that begins with standard:")
    if root is None or source.problems:
        raise _failed(source)
    extends = get(root, "extends")
    _left_out_is_listed(get(root, "without"), source)
    if extends is not None and not re.search(r"@[0-9]", extends.text):
        source.report("CN022", extends, f"{extends.text} is not pinned", remedy=f"pin a version: {extends.text}@1")
        raise _failed(source)
    if extends is not None:
        try:
            base, _ = read_nodes(parent(extends.text), extends.text)
        except LookupError as error:
            source.report(
                "CN022",
                extends,
                f"{extends.text} cannot be extended: {error.args[0]}",
                remedy="pin a version that exists: vn-2022@1",
            )
            raise _failed(source) from None
        assert base is not None
        root = merge(base, root, source)
    elif (left_out := get(root, "without")) is not None:
        source.report("CN025", left_out, "without: leaves entries out of a standard that is extended, and none is",
                      remedy="name it: extends: vn-2022@1")  # fmt: skip
    _rows_or_file(root, source)
    root = with_tables(with_facts(root, vocabulary), source, beside)
    builder = Builder(root, source, frozenset(vocabulary_names(vocabulary, shelves_of(root))))
    fields = builder.build()
    if source.problems:
        raise _failed(source)
    household, person = _other_names(vocabulary, fields["entity"], fields["facts"], fields["indicators"])
    return make(**fields, root=root, other_facts=household, other_person_facts=person)


def _left_out_is_listed(node: Node | None, source: Source) -> None:
    """``without:`` names lists of entries by section; anything else would leave nothing out."""
    if node is None:
        return
    if node.kind != "mapping":
        source.report(
            "CN015", node, "a mapping of sections is needed here", remedy="without: {indicators: [sanitation]}"
        )
    for _, names in node.entries.values():
        if names.kind != "sequence":
            source.report("CN015", names, "a list is needed here", remedy="put it in brackets: [sanitation]")


def _rows_or_file(root: Node, source: Source) -> None:
    for section, what in (("tables", "table"), ("scorecards", "score card")):
        found = get(root, section)
        for _, entry in found.entries.values() if found is not None else ():
            if "rows" in entry.entries and "file" in entry.entries:
                source.report("CN009", entry, f"a {what} has either rows: or file:")


def _other_names(
    vocabulary: Node, entity: str, facts: Mapping[str, Fact], indicators: Mapping[str, Any]
) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the vocabulary that this standard does not read."""
    others = set(vocabulary_names(vocabulary, (entity,)))
    person: set[str] = set()
    if entity == HOUSEHOLD:
        known = get(vocabulary, "indicators")
        others |= {f"deprived_{i.text}" for i in (known.items if known is not None else ()) if i.text not in indicators}
        others.add("deprivations")
        person.update(vocabulary_names(vocabulary, (PERSON,)))
    return frozenset(others - set(facts)), frozenset(person - set(facts))


def vocabulary_names(vocabulary: Node, shelves: Iterable[str]) -> Iterable[str]:
    """The names of all facts on some shelves."""
    for shelf in shelves:
        found = get(vocabulary, shelf)
        yield from found.entries if found is not None else ()


def entities(vocabulary: Node) -> tuple[str, ...]:
    """What standards classify: every shelf of the vocabulary but that of persons."""
    return tuple(k for k in vocabulary.entries if k not in (PERSON, "indicators"))


def vocabulary_facts(vocabulary: Node, entity: str) -> Mapping[str, Fact]:
    """The vocabulary of one entity as facts; that of households has persons as well."""
    root = Node(0, 0, "mapping", items=[], entries={})
    shelves = (entity, PERSON) if entity == HOUSEHOLD else (entity,)
    root.entries.update({k: e for k, e in vocabulary.entries.items() if k in shelves})
    source = Source("vocabulary.yaml", ())
    facts = Builder(root, source).facts(root, shelves)
    if source.problems:
        raise _failed(source)
    return facts


def _failed(source: Source) -> RuleFileError:
    return RuleFileError(f"{source.name} cannot be read: {len(source.problems)} problem(s)", source.problems)


class Builder:
    """Walks the sections in the order in which later ones may name earlier ones."""

    def __init__(self, root: Node, source: Source, elsewhere: frozenset[str] = frozenset()) -> None:
        self.root = root
        self.source = source
        self.elsewhere = elsewhere
        self.sources: dict[str, Instrument] = {}
        self.household: dict[str, Type] = {}
        self.member: dict[str, Type] = {}
        self.tables: dict[str, Table] = {}
        self.table_types: dict[str, tuple[Unit, Unit, tuple[str, ...]]] = {}
        self.code_lists: dict[str, tuple[str, ...]] = {}
        self.interpretations: dict[str, Interpretation] = {}

    # --- small readers ------------------------------------------------------------------------

    def fields(self, node: Node, form: Form, *also: str) -> dict[str, Node]:
        """The values of a mapping with the keys of a form, of which some are needed in ``also``."""
        return self.keyed(node, (*form.required, *also), tuple(k for k in form.optional if k not in also))

    def keyed(self, node: Node, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Node]:
        """The values of a mapping by key; unknown and missing keys are problems."""
        if node.kind != "mapping":
            self.source.report("CN015", node, "a mapping is needed here", allowed=", ".join((*required, *optional)))
            return {}
        allowed = (*required, *optional)
        for key, (key_node, _) in node.entries.items():
            if key not in allowed:
                comma = ", or quote a text that holds a comma" if allowed == LANGUAGES else ""
                remedy = nearest(key, allowed) + comma
                self.source.report("CN008", key_node, f"unknown key {key}", allowed=", ".join(allowed), remedy=remedy)
        for key in required:
            if key not in node.entries:
                self.source.report("CN009", node, f"the key {key} is missing", allowed=", ".join(allowed))
        return {k: v for k, (_, v) in node.entries.items() if k in allowed}

    def entries(self, node: Node | None, pattern: re.Pattern[str] = _KEY) -> dict[str, Node]:
        """The entries of a section whose keys are names."""
        if node is None:
            return {}
        if node.kind != "mapping":
            self.source.report("CN015", node, "a mapping of names is needed here")
            return {}
        for key, (key_node, _) in node.entries.items():
            if not pattern.match(key):
                self.source.report(
                    "CN016", key_node, f"{key[:60]!r} is not a name", remedy="small letters, digits and _ (or - in ids)"
                )
        return {k: v for k, (_, v) in node.entries.items()}

    def items(self, node: Node | None) -> list[Node]:
        """The items of a list."""
        if node is None:
            return []
        if node.kind != "sequence":
            self.source.report("CN015", node, "a list is needed here", remedy="put it in brackets: [a, b]")
            return []
        return node.items

    def text(self, node: Node | None, default: str = "") -> str:
        if node is None:
            return default
        if node.kind == "scalar" and not node.text.strip():
            return ""
        return as_text(node, self.source) or default

    def texts(self, node: Node | None) -> Text:
        """One text in each language."""
        if node is None:
            return {}
        fields = self.fields(node, TEXTS)
        return {lang: self.text(fields.get(lang)) for lang in LANGUAGES}

    def noted(self, node: Node | None) -> Text:
        """A note: one text for both languages, or one in each; empty where nothing is written."""
        if node is not None and node.kind == "mapping":
            return bilingual(self.texts(node))
        return bilingual(self.text(node))

    def choice(self, node: Node | None, allowed: tuple[str, ...], default: str) -> str:
        if node is None:
            return default
        if node.text not in allowed:
            self.source.report(
                "CN017",
                node,
                f"{node.text[:60]!r} is not allowed here",
                allowed=", ".join(allowed),
                remedy=nearest(node.text, allowed),
            )
            return default
        return node.text

    def number(self, node: Node | None) -> Number | None:
        return None if node is None else as_number(node, self.source)

    def day(self, node: Node | None) -> date | None:
        return None if node is None else as_date(node, self.source)

    def unit(self, node: Node | None) -> str:
        if node is None:
            return ""
        try:
            unit(node.text)
        except KeyError as error:
            self.source.report(
                "CN018",
                node,
                f"unknown unit {error.args[0]!r}",
                remedy=f"units are made of {', '.join(ATOMS)}, as in VND/person/month",
            )
            return ""
        return node.text

    def expression(
        self, node: Node, want: Type, *, extra: Mapping[str, Type] | None = None, person: bool = False
    ) -> Tree:
        """A rule tree; a constant stands in where it cannot be read."""
        stand_in: Tree = Const(False) if want.kind == "boolean" else Const(0)
        text = as_text(node, self.source)
        if text is None:
            return stand_in
        names = Names(
            {**self.household, **(extra or {})}, self.member, self.table_types, self.code_lists,
            {k: tuple(i.readings) for k, i in self.interpretations.items()}, self.elsewhere, person,
        )  # fmt: skip
        try:
            return parse(text, names, want)
        except ExpressionError as error:
            for fault in error.faults:
                self.source.report("CN030", node, fault.message, remedy=fault.remedy, shift=fault.offset)
            return stand_in

    # --- citations ----------------------------------------------------------------------------

    def cite(self, node: Node | None) -> Cite:
        if node is None:  # the key was missed already
            return Cite(Instrument("", "", {}), "", "D")
        fields = self.fields(node, CITE)
        grade = self.choice(fields.get("grade"), tuple(GRADES), "D")
        key = self.text(fields.get("source"))
        note = self.noted(fields.get("note"))
        if key == UNKNOWN:
            if grade != "D" or not note:
                self.source.report("CN019", node, "a source that is unknown has grade D and a note with the reason")
            source = Instrument(UNKNOWN, "", {"vi": "văn bản chưa tìm thấy", "en": "document not found"}, grade="D")
        else:
            source = self.sources.get(key, Instrument("", "", {}))
            if key not in self.sources and "source" in fields:
                self.source.report(
                    "CN019", fields["source"], f"unknown source {key!r}", remedy=nearest(key, self.sources)
                )
        return Cite(source, self.text(fields.get("at")), grade, self.text(fields.get("words")), note)

    # --- sections -----------------------------------------------------------------------------

    def build(self) -> dict[str, Any]:
        top = self.fields(self.root, RULE_FILE)
        for key, node in self.entries(top.get("sources"), _ID).items():
            self.sources[key] = self.instrument(key, node)
        for key, node in self.entries(top.get("interpretations"), _ID).items():
            self.interpretations[key] = self.interpretation(key, node)
        facts = self.facts(top.get("facts"), shelves_of(self.root))
        for key, node in self.entries(top.get("code_lists")).items():
            self.code_lists[key] = tuple(self.text(item) for item in self.items(node))
        for key, node in self.entries(top.get("tables")).items():
            self.table(key, node)
        lines = {k: self.line(k, n, facts) for k, n in self.entries(top.get("lines")).items()}
        self.household |= {k: Type("number", unit(line.unit) if line.unit else None) for k, line in lines.items()}
        indicators = self.entries(top.get("indicators"))
        self.household |= {f"deprived_{k}": BOOLEAN for k in indicators}
        if indicators or "deprivations" in self.household:
            self.household["deprivations"] = Type("number", None)
        values = {k: self.derived(k, n, "of") for k, n in self.declare(top.get("values")).items()}
        made = {k: self.derived(k, n, "deprived") for k, n in indicators.items()}
        methods = self.methods(top.get("methods"))
        shared = {
            n: Type(d.kind, unit(d.unit) if d.unit else None) for m in methods.values() for n, d in m.values.items()
        }
        classes = {k: self.class_(k, n, shared, methods) for k, n in self.entries(top.get("classes")).items()}
        for name, cls in classes.items():
            if cls.within and cls.within not in classes:
                self.source.report(
                    "CN017",
                    self.root.entries["classes"][1],
                    f"{name} stands within {cls.within}, which is no class",
                    remedy=nearest(cls.within, classes),
                )
        applies = self.applies(top.get("applies"), {*classes, *lines})
        statuses = {k: self.status(k, n, shared, made) for k, n in self.entries(top.get("statuses")).items()}
        trees = {f.name: f.of for f in facts.values() if f.of is not None}
        trees |= {n: d.node for n, d in values.items() if d.node is not None}
        trees |= {f"deprived_{n}": d.node for n, d in made.items() if d.node is not None}
        below = {name: refs(tree) for name, tree in trees.items()}
        below["deprivations"] = {f"deprived_{name}" for name in indicators}
        for method in methods.values():
            self.no_cycles(below | {n: refs(d.node) for n, d in method.values.items() if d.node is not None})
        identifier = self.text(top.get("standard"))
        if identifier and not _ID.match(identifier):
            self.source.report(
                "CN016",
                top["standard"],
                f"{identifier[:60]!r} is not an id",
                remedy="small letters, digits and -, as in vn-2022",
            )
        return {
            "id": identifier,
            "version": self.count(top.get("version")),
            "revision": self.count(top.get("revision")),
            "jurisdiction": self.text(top.get("jurisdiction")),
            "entity": self.text(top.get("entity")),
            "title": self.texts(top.get("title")),
            "extends": self.text(top.get("extends")),
            "sources": self.sources,
            "applies": applies,
            "facts": facts,
            "lines": lines,
            "tables": self.tables,
            "values": values,
            "indicators": made,
            "methods": methods,
            "classes": classes,
            "statuses": statuses,
            "groups": {k: self.status(k, n, shared, made) for k, n in self.entries(top.get("groups")).items()},
            "scorecards": read_cards(self, top.get("scorecards"), facts, lines, made, methods),
            "interpretations": self.interpretations,
            "unseen": tuple(self.unseen(n) for n in self.items(top.get("unseen"))),
        }

    def count(self, node: Node | None) -> int:
        value = self.number(node)
        if value is not None and (not isinstance(value, int) or value < 1) and node is not None:
            self.source.report("CN010", node, "count from 1 in whole numbers")
        return int(value or 0)

    def instrument(self, key: str, node: Node) -> Instrument:
        f = self.fields(node, INSTRUMENT)
        issued, in_force = self.day(f.get("issued")), self.day(f.get("in_force"))
        return Instrument(key, self.text(f.get("number")), self.texts(f.get("title")), issued, in_force,
                          self.choice(f.get("grade"), tuple(GRADES), "A"), self.noted(f.get("note")))  # fmt: skip

    def interpretation(self, key: str, node: Node) -> Interpretation:
        f = self.fields(node, INTERPRETATION)
        readings = {k: self.texts(n) for k, n in self.entries(f.get("readings")).items()}
        if len(readings) < 2 and "readings" in f:
            self.source.report("CN009", f["readings"], "an interpretation has two readings or more")
        default = self.choice(f.get("default"), tuple(readings) or ("",), "")
        return Interpretation(key, self.texts(f.get("question")), readings, default, self.noted(f.get("grounds")),
                              self.choice(f.get("grade"), tuple(GRADES), "D"),
                              self.choice(f.get("undecided"), tuple(readings), ""))  # fmt: skip

    def applies(self, node: Node | None, named: set[str]) -> tuple[Span, ...]:
        spans: list[tuple[Span, Node]] = []
        for item in node.items if node is not None else ():
            f = self.fields(item, SPAN)
            start, end = self.day(f.get("from")), self.day(f.get("to"))
            review = self.cite(f["review"]) if "review" in f else None
            concerns = tuple(self.choice(n, tuple(named), "") for n in self.items(f.get("concerns")))
            if start is None:
                continue
            if end is not None and end < start:
                self.source.report(
                    "CN023",
                    f["to"],
                    f"the span ends on {end}, before it starts on {start}",
                    remedy="exchange the two days",
                )
            spans.append((Span(start, end, self.cite(f.get("cite")), review, concerns), item))
        if node is not None and not node.items:
            self.source.report(
                "CN015",
                node,
                "a list of spans is needed here",
                remedy="- {from: 2022-01-01, to: 2025-12-31, cite: {...}}",
            )
        for (a, _), (b, place) in itertools.pairwise(spans):
            if a.end is None or b.start <= a.end:
                self.source.report(
                    "CN024",
                    place,
                    f"this span begins on {b.start}, when the one before still runs",
                    remedy="spans follow each other without overlap",
                )
        return tuple(span for span, _ in spans)

    # --- facts, lines, tables -----------------------------------------------------------------

    def facts(self, node: Node | None, allowed: tuple[str, ...]) -> dict[str, Fact]:
        shelves = {k: self.entries(n) for k, n in (self.keyed(node, (), allowed) if node is not None else {}).items()}
        read: dict[str, tuple[str, dict[str, Node]]] = {}
        for shelf, entries in shelves.items():
            for name, entry in entries.items():
                f = self.fields(entry, FACT)
                kind = self.choice(f.get("kind"), KINDS, "text")
                codes = tuple(f["codes"].entries) if "codes" in f else ()
                if kind == "code" and not codes:
                    self.source.report("CN009", entry, f"{name} has kind code and no codes")
                named = self.unit(f.get("unit"))
                made = Type(kind, unit(named) if named else None, codes)
                (self.member if shelf == PERSON else self.household)[name] = made
                read[name] = (shelf, f)
        for _, f in read.values():
            if "at_most" in f and f["at_most"].text not in self.household:
                self.source.report(
                    "CN030",
                    f["at_most"],
                    f"unknown fact {f['at_most'].text[:60]}",
                    remedy=nearest(f["at_most"].text, self.household),
                )
        return {name: self.fact(name, shelf, f) for name, (shelf, f) in read.items()}

    def fact(self, name: str, shelf: str, f: dict[str, Node]) -> Fact:
        person = shelf == PERSON
        kind = (self.member if person else self.household)[name]
        of = self.expression(f["of"], kind, person=person) if "of" in f else None
        asked = self.expression(f["asked_if"], BOOLEAN, person=person) if "asked_if" in f else None
        multiple = self.number(f.get("multiple"))
        return Fact(
            name, kind.kind, self.texts(f.get("label")), shelf, self.unit(f.get("unit")),
            {k: self.texts(n) for k, n in self.entries(f.get("codes")).items()},
            bool("whole" in f and as_boolean(f["whole"], self.source)),
            self.number(f.get("least")), self.number(f.get("most")), int(multiple) if multiple else None, self.text(f.get("at_most")),
            asked, self.text(f.get("asked_if")), of, self.text(f.get("of")), self.texts(f.get("note")),
            bool("unread" in f and as_boolean(f["unread"], self.source)),
            self.choice(f.get("worse"), WORSE, ""), not ("on_form" in f and as_boolean(f["on_form"], self.source) is False),
        )  # fmt: skip

    def line(self, name: str, node: Node, facts: Mapping[str, Fact]) -> Line:
        f = self.fields(node, LINE)
        named = self.unit(f.get("unit"))
        if ("value" in f) == ("by" in f):
            self.source.report("CN009", node, "a line has either value: or by:")
        table: Any = 0
        tree: Tree = Const(0)
        if "value" in f or "by" in f:
            tree, table = self.cell(f.get("value", node), named, facts)
        cites = tuple(self.cell_cites(f.get("cites"), ()))
        return Line(name, self.texts(f.get("label")), named, tree, table, self.cite(f.get("cite")), cites)

    def cell(self, node: Node, named: str, facts: Mapping[str, Fact]) -> tuple[Tree, Any]:
        """A number, or numbers by the codes of a fact, which may nest."""
        by = get(node, "by")
        if by is None:
            value = self.number(node)
            if value is not None and whole_money(named) and not node.text.strip().replace("_", "").isdecimal():
                self.source.report(
                    "CN012", node, f"{node.text} is not a whole number of đồng", remedy="write every digit: 1_500_000"
                )
            return Const(value or 0), value or 0
        if by.kind != "mapping" or len(by.entries) != 1:
            self.source.report("CN015", by, "by: names one fact", remedy="by: {area: {rural: ..., urban: ...}}")
            return Const(0), 0
        name, (key, cases) = next(iter(by.entries.items()))
        fact = facts.get(name)
        if fact is None or fact.kind != "code":
            self.source.report(
                "CN030",
                key,
                f"{name} is not a fact with codes",
                remedy=nearest(name, [n for n, x in facts.items() if x.kind == "code"]),
            )
            return Const(0), 0
        given = self.keyed(cases, tuple(fact.codes))
        for below in given.values():
            if get(below, "by") is not None:
                self.fields(below, BY)
        cells = {code: self.cell(given[code], named, facts) for code in fact.codes if code in given}
        return Switch(Ref(name), tuple((c, t) for c, (t, _) in cells.items())), {
            name: {c: v for c, (_, v) in cells.items()}
        }

    def cell_cites(self, node: Node | None, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Cite]]:
        """Citations of single cells: {urban: {source: ..., ...}}, nested like the codes."""
        if node is None:
            return []
        if node.kind != "mapping":
            self.source.report("CN015", node, "a citation, or citations by code, is needed here")
            return []
        if "grade" in node.entries or "source" in node.entries:
            return [(path, self.cite(node))]
        return [c for code, (_, below) in node.entries.items() for c in self.cell_cites(below, (*path, code))]

    def table(self, name: str, node: Node) -> None:
        if get(node, "like") is not None:
            self.table_like(name, node)
            return
        marked = node.entries.get("unread")
        if marked is not None and marked[0].kind == "mapping":  # by resolving: its file was missed already
            listed = get(node, "columns")
            codes = tuple(listed.entries) if listed is not None else ()
            by = get(node, "step")
            stepped = self.member.get(by.text) or self.household.get(by.text) if by is not None else None
            size = self.unit(get(node, "unit"))
            of_step = stepped.unit if stepped is not None and stepped.unit is not None else unit("indicator")
            self.table_types[name] = (of_step, unit(size) if size else unit("indicator"), codes)
            return
        f = self.fields(node, TABLE, "rows")
        step = self.text(f.get("step"))
        kind = self.member.get(step) or self.household.get(step)
        if kind is None or kind.kind != "number" or kind.unit is None:
            if "step" in f:
                remedy = nearest(step, self.member)
                self.source.report("CN030", f["step"], f"{step[:60]} is not a number with a unit", remedy=remedy)
            return
        codes = tuple(f["columns"].entries) if "columns" in f else ()
        rows = [[self.number(i) if i.text else None for i in r.items] for r in (f["rows"].items if "rows" in f else ())]
        width = 1 + max(1, len(codes))
        if not rows or any(len(r) != width or r[0] is None for r in rows):
            self.source.report("CN021", f.get("rows", node), f"table {name} needs rows of {width} numbers")
            return
        steps = tuple(r[0] for r in rows if r[0] is not None)
        if list(steps) != sorted(set(steps)):
            self.source.report("CN021", f["rows"], f"the steps of table {name} do not rise")
        named = self.unit(f.get("unit"))
        columns = tuple(tuple(r[c + 1] for r in rows) for c in range(width - 1))
        between = self.choice(f.get("between"), BETWEEN, "last_listed")
        self.tables[name] = Table(name, step, named, codes, steps, columns, between, self.cite(f.get("cite")))
        self.table_types[name] = (kind.unit, unit(named) if named else unit("indicator"), codes)

    def table_like(self, name: str, node: Node) -> None:
        """A table with the rows of another, read differently between them."""
        f = self.fields(node, TABLE_LIKE)
        like = self.text(f.get("like"))
        if like not in self.tables:
            self.source.report("CN030", f["like"], f"there is no table {like} above", remedy=nearest(like, self.tables))
            return
        between = self.choice(f.get("between"), BETWEEN, "last_listed")
        self.tables[name] = evolve(self.tables[like], name=name, between=between)
        self.table_types[name] = self.table_types[like]

    # --- rules --------------------------------------------------------------------------------

    def declare(self, node: Node | None) -> dict[str, Node]:
        """Make the names of a section known before its expressions are read."""
        entries = self.entries(node)
        for name, entry in entries.items():
            if name in self.household:
                key = node.entries[name][0] if node is not None else entry
                self.source.report(
                    "CN016", key, f"{name} already names a fact, line or value", remedy="choose another name"
                )
            named = get(entry, "unit")
            size = self.unit(named) if named is not None else ""
            self.household[name] = (
                Type("number", unit(size)) if size else Type("number", None) if named is not None else BOOLEAN
            )
        return entries

    def derived(self, name: str, node: Node, key: str) -> Derived:
        f = self.fields(node, VALUE if key == "of" else INDICATOR)
        named = self.unit(f.get("unit"))
        kind = Type("number", unit(named)) if named else BOOLEAN
        tree = self.expression(f[key], kind) if key in f else None
        cites = [
            (interpretation, sense, self.cite(n))
            for interpretation, senses in self.entries(f.get("cites"), _ID).items()
            for sense, n in self.entries(senses).items()
        ]
        for interpretation, sense, _ in cites:
            known = self.interpretations.get(interpretation)
            if known is None or sense not in known.readings:
                self.source.report(
                    "CN017",
                    f["cites"],
                    f"{interpretation}: {sense} is no reading of this file",
                    remedy=nearest(interpretation, self.interpretations),
                )
        cite = self.cite(f.get("cite")) if key == "deprived" or "cite" in f else None
        return Derived(name, self.texts(f.get("label")), kind.kind, named, tree, self.text(f.get(key)), cite,
                       self.text(f.get("dimension")), tuple(cites))  # fmt: skip

    def methods(self, node: Node | None) -> dict[str, Method]:
        made: dict[str, Method] = {}
        for name, entry in self.entries(node).items():
            f = self.fields(entry, METHOD)
            values = self.entries(f.get("values"))
            before = dict(self.household)
            self.declare(f.get("values"))
            derived = {k: self.derived(k, n, "of") for k, n in values.items()}
            self.household = before
            default = bool("default" in f and as_boolean(f["default"], self.source))
            if name == RECORDED:
                self.source.report("CN016", entry, "recorded is the library's own method")
            made[name] = Method(
                name, self.texts(f.get("label")), default, derived, self.day(f.get("until")), self.texts(f.get("note"))
            )
        if node is not None and sum(m.default for m in made.values()) != 1:
            self.source.report("CN009", node, "one method, and only one, has default: true")
        first = next(iter(made.values()), None)
        for method in made.values():
            if (
                first is not None
                and {k: d.kind for k, d in method.values.items()} != {k: d.kind for k, d in first.values.items()}
                and node is not None
            ):
                self.source.report(
                    "CN009",
                    node,
                    f"method {method.name} must define the same values as {first.name}",
                    allowed=", ".join(first.values),
                )
        return made

    def class_(self, name: str, node: Node, shared: Mapping[str, Type], methods: Mapping[str, Method]) -> Class:
        f = self.fields(node, CLASS)
        if ("when" in f) == ("otherwise" in f):
            self.source.report("CN009", node, "a class has either when: or otherwise: true")
        tree: Tree = Const(True)
        if "when" in f:
            tree = self.expression(f["when"], BOOLEAN, extra=shared)
        elif "otherwise" in f:
            as_boolean(f["otherwise"], self.source)
        only = tuple(self.choice(i, tuple(methods), "") for i in self.items(f.get("methods")))
        cites = tuple((k, self.cite(n)) for k, n in self.entries(f.get("cites")).items())
        return Class(name, self.texts(f.get("label")), tree, self.text(f.get("when"), "otherwise"), self.cite(f.get("cite")),
                     self.text(f.get("within")), only or tuple(methods), cites,
                     tuple((k, self.texts(n)) for k, n in self.entries(f.get("labels")).items()),
                     "otherwise" in f or ("rest" in f and as_boolean(f["rest"], self.source) is True))  # fmt: skip

    def status(self, name: str, node: Node, shared: Mapping[str, Type], indicators: Mapping[str, Derived]) -> Status:
        f = self.fields(node, STATUS)
        of = self.choice(f.get("of"), (HOUSEHOLD, PERSON), HOUSEHOLD)
        if ("when" in f) == ("as_in" in f):
            self.source.report("CN009", node, "a mark has either when: or as_in:")
        tree: Tree = Const(False)
        if "when" in f:
            tree = self.expression(f["when"], BOOLEAN, extra=shared, person=of == PERSON)
        elif "as_in" in f:
            tree = self.deprives(f["as_in"], of, indicators)
        start = None if "from" in f and f["from"].text == UNKNOWN else self.day(f.get("from"))
        return Status(name, self.texts(f.get("label")), of, tree, self.text(f.get("when", f.get("as_in"))),
                      self.cite(f.get("cite")), start, self.noted(f.get("from_note")))  # fmt: skip

    def deprives(self, node: Node, of: str, indicators: Mapping[str, Derived]) -> Tree:
        """The test of the persons who make a household deprived: the indicator asks whether there is any."""
        found = indicators.get(self.text(node))
        tree = found.node if found is not None else None
        if of == PERSON and isinstance(tree, Quantifier) and tree.kind == "any":
            return tree.body if tree.where is None else Both(True, (tree.where, tree.body))
        persons = [n for n, d in indicators.items() if isinstance(d.node, Quantifier) and d.node.kind == "any"]
        self.source.report("CN030", node, f"{node.text[:60]} is no indicator that asks for any such person",
                           allowed=", ".join(persons), remedy=nearest(node.text, persons))  # fmt: skip
        return Const(False)

    def unseen(self, node: Node) -> Unseen:
        f = self.fields(node, UNSEEN)
        return Unseen(self.texts(f.get("what")), self.texts(f.get("consequence")))

    def place_of(self, name: str) -> Node:
        """The key under which a value or indicator stands."""
        for section in ("values", "indicators", "methods"):
            node = get(self.root, section)
            for below in (node, *(get(n, "values") for _, n in node.entries.values())) if node is not None else ():
                if below is not None and (key := below.entries.get(name.removeprefix("deprived_"))):
                    return key[0]
        return self.root

    def no_cycles(self, below: Mapping[str, set[str]]) -> None:
        """A value may not rest on itself; ``below`` names what each rests on."""
        done: set[str] = set()

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                circle = " -> ".join((*path[path.index(name) :], name))
                self.source.report("CN031", self.place_of(name), f"{circle}: a value rests on itself")
            elif name in below and name not in done:
                for part in sorted(below[name]):
                    visit(part, (*path, name))
                done.add(name)

        for name in below:
            visit(name, ())


def refs(tree: Tree) -> set[str]:
    """The names a tree reads."""
    return {n.name for n in walk(tree) if isinstance(n, Ref)}
