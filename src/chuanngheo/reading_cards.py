"""The section ``scorecards:`` of a rule file as score cards; the reader of rule files lends its hands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from .domains import Interval
from .errors import nearest
from .expression import BOOLEAN, Type
from .grammar import (
    ALTERNATIVE,
    ID,
    SCORE_COLUMN,
    SCORE_CUT_OFF,
    SCORE_ITEM,
    SCORE_MEASURE,
    SCORE_OPTION,
    SCORECARD,
    WORSE,
    Form,
)
from .model import Cite, Derived, Fact, Interpretation, Line, Method, Text
from .resolving import get
from .scorecards import (
    COMBINE,
    ORDERS,
    SIDES,
    Alternative,
    Column,
    CutOff,
    Item,
    Measure,
    Option,
    ScoreCard,
    cell,
    in_band,
)
from .source import Node, Source, as_boolean
from .tree import Node as Tree
from .tree import Number, Ref
from .units import PURE, unit
from .values import evolve

_ID = re.compile(ID + r"\Z")
_ENDS = ("from", "above", "to", "below")
T = TypeVar("T")
Rows = dict[tuple[str, str], tuple[Number | None, ...]]


class Builder(Protocol):
    """What is used of the reader of rule files."""

    source: Source
    interpretations: dict[str, Interpretation]

    def fields(self, node: Node, form: Form, *also: str) -> dict[str, Node]: ...
    def entries(self, node: Node | None, pattern: re.Pattern[str] = ...) -> dict[str, Node]: ...
    def items(self, node: Node | None) -> list[Node]: ...
    def text(self, node: Node | None, default: str = "") -> str: ...
    def texts(self, node: Node | None) -> Text: ...
    def noted(self, node: Node | None) -> Text: ...
    def choice(self, node: Node | None, allowed: tuple[str, ...], default: str) -> str: ...
    def number(self, node: Node | None) -> Number | None: ...
    def unit(self, node: Node | None) -> str: ...
    def cite(self, node: Node | None) -> Cite: ...
    def expression(self, node: Node, want: Type) -> Tree: ...


def read_cards(
    b: Builder,
    node: Node | None,
    facts: Mapping[str, Fact],
    lines: Mapping[str, Line],
    indicators: Mapping[str, Derived],
    methods: Mapping[str, Method],
) -> dict[str, ScoreCard]:
    found = {
        name: _Card(b, name, entry, facts).read(lines, indicators, methods) for name, entry in b.entries(node).items()
    }
    return {name: card for name, card in found.items() if card is not None}


class _Card:
    """One card; its columns and measures are known before its items are read."""

    def __init__(self, b: Builder, name: str, node: Node, facts: Mapping[str, Fact]) -> None:
        self.b, self.name, self.node, self.facts = b, name, node, facts
        self.columns: dict[str, Column] = {}
        self.measures: dict[str, Measure] = {}

    def read(
        self, lines: Mapping[str, Line], indicators: Mapping[str, Derived], methods: Mapping[str, Method]
    ) -> ScoreCard | None:
        marked = self.node.entries.get("unread")
        if marked is not None and marked[0].kind == "mapping":  # by resolving: its file was missed already
            return None
        b = self.b
        f = b.fields(self.node, SCORECARD, "rows")
        for name, entry in b.entries(f.get("columns")).items():
            c = b.fields(entry, SCORE_COLUMN)
            codes = {k: b.text(n) for k, n in b.entries(c.get("cells")).items()}
            self.columns[name] = Column(
                name, b.texts(c.get("label")), codes, b.cite(c["cite"]) if "cite" in c else None
            )
        for name, entry in b.entries(f.get("measures")).items():
            self.measures[name] = self.measure(name, entry)
        self.bounds_are_measures(f.get("measures"))
        rows = self.rows(f.get("rows"))
        items = tuple(self.item(entry, rows, indicators) for entry in b.items(f.get("items")))
        self.once([i.number for i in items], b.items(f.get("items")), "the number {} stands twice")
        for (item, option), _ in rows.items():
            if "rows" in f:
                b.source.report(
                    "CN021", f["rows"], f"a row has points for item {item}, option {option}, which is not listed",
                    remedy="list the option, or take the row out",
                )  # fmt: skip
        cut = self.cut_off(f["cut_off"], lines) if "cut_off" in f else None
        alternatives = tuple(a for n in b.items(f.get("alternatives")) if (a := self.alternative(n, items)) is not None)
        return ScoreCard(
            self.name, b.texts(f.get("label")), b.unit(f.get("unit")), self.columns, items, b.cite(f.get("cite")),
            self.measures, cut, alternatives, self.method(f.get("method"), methods),
        )  # fmt: skip

    def method(self, node: Node | None, methods: Mapping[str, Method]) -> str:
        name = self.b.text(node)
        if node is not None and name not in methods:
            self.b.source.report("CN030", node, f"there is no method {name[:60]}", remedy=nearest(name, methods))
        return name

    # --- measures ---------------------------------------------------------------------------------

    def measure(self, name: str, node: Node) -> Measure:
        b = self.b
        f = b.fields(node, SCORE_MEASURE)
        named = b.unit(f.get("unit"))
        tree = b.expression(f["of"], Type("number", unit(named) if named else PURE)) if "of" in f else None
        made = Measure(
            name, b.texts(f.get("label")), named, "whole" in f and as_boolean(f["whole"], b.source) is True,
            b.number(f.get("least")), b.number(f.get("most")), b.text(f.get("at_most")),
            b.choice(f.get("worse"), WORSE, ""), tree, b.text(f.get("of")),
        )  # fmt: skip
        fact = self.facts.get(tree.name) if isinstance(tree, Ref) else None
        if fact is not None:  # what a fact can be, its measure can be
            made = evolve(
                made, whole=made.whole or fact.whole,
                least=fact.least if made.least is None else made.least,
                most=fact.most if made.most is None else made.most,
            )  # fmt: skip
        return made

    def bounds_are_measures(self, node: Node | None) -> None:
        for name, measure in self.measures.items():
            bound = measure.at_most
            if bound and (bound not in self.measures or self.measures[bound].at_most or bound == name):
                place = get(node.entries[name][1], "at_most") if node is not None else None
                free = [n for n, m in self.measures.items() if not m.at_most]
                self.b.source.report(
                    "CN030", place or self.node, f"{bound[:60]} is no measure without a bound of its own",
                    allowed=", ".join(free), remedy=nearest(bound, free),
                )  # fmt: skip

    def band(self, f: Mapping[str, Node], node: Node) -> Interval | None:
        """``from`` and ``to`` belong to the band, ``above`` and ``below`` do not."""
        for one, other in (("from", "above"), ("to", "below")):
            if one in f and other in f:
                self.b.source.report("CN009", node, f"a band has either {one}: or {other}:")
        if not any(end in f for end in _ENDS):
            return None
        low = self.b.number(f.get("from", f.get("above")))
        high = self.b.number(f.get("to", f.get("below")))
        made = Interval(low, high, "from" not in f and "above" in f, "to" not in f and "below" in f)
        if made.meet(Interval()) is None:
            self.b.source.report("CN017", node, f"no value is in the band from {low} to {high}")
            return None
        return made

    # --- items ------------------------------------------------------------------------------------

    def rows(self, node: Node | None) -> Rows:
        found: Rows = {}
        width = 2 + len(self.columns)
        for row in self.b.items(node):
            if row.kind != "sequence" or len(row.items) != width:
                self.b.source.report(
                    "CN021", row, f"a row of {self.name} has {width} parts",
                    allowed=", ".join(("item", "option", *self.columns)),
                )  # fmt: skip
                continue
            item, option, *points = row.items
            key = (self.b.text(item), self.b.text(option))
            if key in found:
                self.b.source.report("CN021", row, f"item {key[0]} has two rows for the option {key[1]}")
            found[key] = tuple(self.b.number(p) if p.text.strip() else None for p in points)
        return found

    def item(self, node: Node, rows: Rows, indicators: Mapping[str, Derived]) -> Item:
        b = self.b
        f = b.fields(node, SCORE_ITEM)
        number = b.text(f.get("number"))
        measure = b.text(f.get("measure"))
        indicator = b.text(f.get("indicator"))
        options = [self.option(number, measure, n, rows, indicator) for n in b.items(f.get("options"))]
        self.once([o.name for o in options], b.items(f.get("options")), "the option {} stands twice")
        if indicator and indicator not in indicators:
            b.source.report(
                "CN030",
                f["indicator"],
                f"there is no indicator {indicator[:60]}",
                remedy=nearest(indicator, indicators),
            )
        return Item(
            number, b.texts(f.get("label")), b.choice(f.get("combine"), COMBINE, COMBINE[0]), tuple(options),
            b.choice(f.get("order"), ORDERS, ""), indicator, b.cite(f["cite"]) if "cite" in f else None,
            b.noted(f.get("note")), "stop" in f and as_boolean(f["stop"], b.source) is True,
        )  # fmt: skip

    def option(self, number: str, measure: str, node: Node, rows: Rows, indicator: str = "") -> Option:
        b = self.b
        f = b.fields(node, SCORE_OPTION)
        name = b.text(f.get("name"))
        band = self.band(f, node)
        of = b.text(f.get("measure")) or measure
        if of and of not in self.measures:
            place = f.get("measure", node)
            b.source.report("CN030", place, f"there is no measure {of[:60]}", remedy=nearest(of, self.measures))
            band = None
        elif (band is None) != (not of):
            lacking = "a band has a measure:" if not of else f"an option of {of} has a band: from, above, to or below"
            b.source.report("CN009", node, lacking, allowed=", ".join(_ENDS))
            band = None
        points = rows.pop((number, name), None)
        if points is None and "name" in f:
            b.source.report(
                "CN021", node, f"item {number} has no row of points for the option {name}",
                allowed=", ".join(o for i, o in rows if i == number),
            )  # fmt: skip
        given = points or (None,) * len(self.columns)
        if "when" in f and (of or indicator):
            b.source.report("CN009", f["when"], "a band or an indicator says when the option holds")
        when = b.expression(f["when"], BOOLEAN) if "when" in f and not of else None
        if indicator:
            when = Ref(f"deprived_{indicator}")
        elif band is not None and (node_ := self.measures[of].node) is not None:
            when = in_band(node_, band)
        return Option(
            name, b.texts(f.get("label")), dict(zip(self.columns, given, strict=True)), of if band else "", band,
            when, b.text(f.get("when")),
        )  # fmt: skip

    def once(self, names: list[str], nodes: list[Node], message: str) -> None:
        for i, name in enumerate(names):
            if name and name in names[:i]:
                self.b.source.report("CN007", nodes[i], message.format(name), remedy="keep one of them")

    # --- the rest ---------------------------------------------------------------------------------

    def cut_off(self, node: Node, lines: Mapping[str, Line]) -> CutOff | None:
        b = self.b
        f = b.fields(node, SCORE_CUT_OFF)
        name, side = b.text(f.get("line")), b.choice(f.get("side"), SIDES, SIDES[0])
        line = lines.get(name)
        if line is None:
            if "line" in f:
                b.source.report("CN030", f["line"], f"there is no line {name[:60]}", remedy=nearest(name, lines))
            return None
        for column in self.columns.values():
            if cell(line.table, column.cells) is None:
                b.source.report(
                    "CN030", f["line"], f"the column {column.name} does not lead to one number of {name}",
                    remedy="say which of its cells: cells: {area: rural}",
                )  # fmt: skip
        return CutOff(name, side)

    def alternative(self, node: Node, items: Iterable[Item]) -> Alternative | None:
        b = self.b
        f = b.fields(node, ALTERNATIVE)
        reading = b.entries(f.get("reading"), _ID)
        if len(reading) != 1:
            if "reading" in f:
                b.source.report("CN015", f["reading"], "one interpretation and its sense is needed here")
            return None
        ((interpretation, place),) = reading.items()
        sense = b.text(place)
        known = b.interpretations.get(interpretation)
        others = [] if known is None else [s for s in known.readings if s != known.default]
        if sense not in others:
            b.source.report(
                "CN017", place, f"{interpretation}: {sense} is no sense beside the default, which the items themselves are",
                allowed=", ".join(others), remedy=nearest(interpretation, b.interpretations) if known is None else "",
            )  # fmt: skip
        item = self.named(f.get("item"), {i.number: i for i in items}, "item")
        option = None
        if item is not None and "option" in f:
            option = self.named(f["option"], {o.name: o for o in item.options}, "option")
        points = {k: v for k, n in b.entries(f.get("points")).items() if (v := b.number(n)) is not None}
        for column in points:
            if column not in self.columns:
                b.source.report(
                    "CN030", f["points"], f"there is no column {column}", remedy=nearest(column, self.columns)
                )
        band = self.band(f, node)
        combine = b.choice(f.get("combine"), COMBINE, "")
        of_option = bool(points) or band is not None
        if of_option == bool(combine) or ("option" in f) != of_option:
            b.source.report(
                "CN009",
                node,
                "an alternative changes the points or the band of one option:, or the combine: of an item",
            )
        if band is not None and option is not None and option.band is None:
            b.source.report("CN009", node, f"the option {option.name} has no band to change")
            band = None
        if item is None or ("option" in f and option is None):
            return None
        return Alternative(
            interpretation, sense, item.number, b.cite(f.get("cite")), option.name if option is not None else "",
            points, band, combine,
        )  # fmt: skip

    def named(self, node: Node | None, known: Mapping[str, T], what: str) -> T | None:
        if node is None:
            return None
        name = self.b.text(node)
        if name not in known:
            self.b.source.report("CN030", node, f"there is no {what} {name[:60]}", remedy=nearest(name, known))
        return known.get(name)
