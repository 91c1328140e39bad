"""From the nodes of one file to one self-contained tree of nodes.

Resolving merges what the file ``extends``, takes in the vocabulary entries its expressions
name, and puts the rows of its CSV tables in place of the file names. The result can be written
out as one YAML file that means the same anywhere; its digest identifies the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from .errors import nearest
from .source import Node, Source

EXPRESSION_KEYS = ("of", "when", "deprived", "asked_if", "at_most")
MERGED = (
    "sources",
    "lines",
    "tables",
    "code_lists",
    "facts",
    "values",
    "indicators",
    "methods",
    "statuses",
    "groups",
    "scorecards",
    "interpretations",
)
ALWAYS = ("recorded_category", "recorded_decision", "recorded_date")
WITHOUT = "without"
PERSON = "person"
HOUSEHOLD = "household"
MAX_TABLE_ROWS = 5000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Reader = Callable[[str], "str | None"]  # the text of a file beside the rule file, or None


def scalar(text: str, like: Node, plain: bool = True) -> Node:
    return Node(like.line, like.column, "scalar", text, plain)


def get(node: Node, key: str) -> Node | None:
    """The value of a key of a mapping."""
    entry = node.entries.get(key) if node.kind == "mapping" else None
    return entry[1] if entry else None


def merge(parent: Node, child: Node, source: Source) -> Node:
    """The child's entries over the parent's, less what it does ``without``.

    The named sections merge entry by entry; an entry that the parent does not have, or that the
    child writes itself, cannot be left out.
    """
    merged = Node(child.line, child.column, "mapping", items=[], entries={})
    merged.entries.update(parent.entries)
    for section, (key_node, names) in _left_out(child).items():
        old = get(parent, section)
        if section not in MERGED or old is None or old.kind != "mapping":
            allowed = ", ".join(s for s in MERGED if s in parent.entries)
            source.report(
                "CN025", key_node, f"there is no section {section[:60]} to leave entries out of", allowed=allowed
            )
            continue
        kept = Node(old.line, old.column, "mapping", items=[], entries=dict(old.entries))
        mine = get(child, section)
        for name in names.items:
            if kept.entries.pop(name.text, None) is None:
                source.report("CN025", name, f"the standard that is extended has no {name.text[:60]} in {section}",
                              remedy=nearest(name.text, old.entries))  # fmt: skip
            elif mine is not None and name.text in mine.entries:
                source.report("CN025", name, f"{name.text} is left out and written again",
                              remedy="write it alone: it then stands in place of the other")  # fmt: skip
        merged.entries[section] = (key_node, kept)
    _without_cards(merged, child)
    for key, (key_node, value) in child.entries.items():
        if key == WITHOUT:
            continue
        old = get(merged, key)
        if key in MERGED and old is not None and value.kind == old.kind == "mapping":
            both = Node(value.line, value.column, "mapping", items=[], entries={})
            both.entries.update(old.entries)
            both.entries.update(value.entries)
            value = both
        merged.entries[key] = (key_node, value)
    return merged


def _without_cards(merged: Node, child: Node) -> None:
    """The score cards of a method go with it."""
    cards, left = get(merged, "scorecards"), _left_out(child).get("methods")
    if cards is None or left is None or cards.kind != "mapping":
        return
    gone = {name.text for name in left[1].items}
    kept = Node(cards.line, cards.column, "mapping", items=[], entries={})
    for name, (key, card) in cards.entries.items():
        method = get(card, "method")
        if method is None or method.text not in gone:
            kept.entries[name] = (key, card)
    merged.entries["scorecards"] = (merged.entries["scorecards"][0], kept)


def _left_out(child: Node) -> dict[str, tuple[Node, Node]]:
    node = get(child, WITHOUT)
    return node.entries if node is not None and node.kind == "mapping" else {}


def names_in(node: Node) -> set[str]:
    """Every word in the expressions below a node."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        waiting.extend(current.items)
        for key, (_, value) in current.entries.items():
            if key in EXPRESSION_KEYS and value.kind == "scalar":
                found.update(_NAME.findall(value.text))
            elif key == "by" and value.kind == "mapping":
                found.update(value.entries)
                waiting.append(value)
            else:
                waiting.append(value)
    return found


def with_facts(root: Node, vocabulary: Node) -> Node:
    """Add the vocabulary entries the rules name, and those that these name in turn."""
    own = get(root, "facts") or Node(root.line, root.column, "mapping", items=[], entries={})
    shelves: dict[str, dict[str, tuple[Node, Node]]] = {}
    common = get(vocabulary, HOUSEHOLD)
    for shelf in shelves_of(root):
        known = get(vocabulary, shelf)
        mine = get(own, shelf)
        shelves[shelf] = {**(known.entries if known else {}), **(mine.entries if mine else {})}
        if shelf != PERSON and common is not None:  # whatever is classified, a decision may be on record
            shelves[shelf] |= {n: common.entries[n] for n in ALWAYS if n in common.entries}
    wanted = names_in(root) | set(ALWAYS)
    methods = get(root, "methods")
    taken: set[str] = set(mine_names(own))
    waiting = [n for n in wanted if any(n in shelf for shelf in shelves.values())]
    while waiting:
        name = waiting.pop()
        if name in taken:
            continue
        taken.add(name)
        for entries in shelves.values():
            if name in entries:
                waiting.extend(n for n in names_in(entries[name][1]) if any(n in s for s in shelves.values()))
    if methods is not None and "birth_date" in taken:  # a year of birth, or an age, may stand in its place
        taken.update(n for n in ("birth_year", "age", "age_months") if n in shelves.get(PERSON, ()))
    facts = Node(own.line, own.column, "mapping", items=[], entries={})
    for shelf, entries in shelves.items():
        node = Node(own.line, own.column, "mapping", items=[], entries={})
        node.entries.update({n: e for n, e in entries.items() if n in taken})
        if node.entries:
            facts.entries[shelf] = (scalar(shelf, own), node)
    resolved = Node(root.line, root.column, "mapping", items=[], entries={})
    resolved.entries.update(root.entries)
    resolved.entries["facts"] = (scalar("facts", own), facts)
    return resolved


def shelves_of(root: Node) -> tuple[str, ...]:
    """The shelves of facts that a file reads: of what it classifies, and of persons where that is households."""
    entity = get(root, "entity")
    name = entity.text if entity is not None and entity.kind == "scalar" else HOUSEHOLD
    return (name, PERSON) if name == HOUSEHOLD else (name,)


def mine_names(own: Node) -> Iterable[str]:
    for _, shelf in own.entries.values():
        yield from shelf.entries


def with_tables(root: Node, source: Source, read: Reader) -> Node:
    """Put the rows of named CSV files in place: of tables, of score cards."""
    resolved = Node(root.line, root.column, "mapping", items=[], entries={})
    resolved.entries.update(root.entries)
    for section, header in (("tables", _table_header), ("scorecards", _card_header)):
        found = get(root, section)
        if found is None or found.kind != "mapping":
            continue
        filled = Node(found.line, found.column, "mapping", items=[], entries={})
        for name, (key, entry) in found.entries.items():
            file = get(entry, "file")
            filled.entries[name] = (key, entry if file is None else _filled(entry, file, header(entry), source, read))
        resolved.entries[section] = (found, filled)
    return resolved


def _table_header(table: Node) -> list[str]:
    step, columns, value = (get(table, key) for key in ("step", "columns", "value"))
    wanted = [step.text] if step else []
    if columns is not None:
        wanted += [c.text for _, c in columns.entries.values()]
    elif value is not None:
        wanted.append(value.text)
    return wanted


def _card_header(card: Node) -> list[str]:
    columns = get(card, "columns")
    return ["item", "option", *(columns.entries if columns is not None else ())]


def _filled(table: Node, file: Node, wanted: list[str], source: Source, read: Reader) -> Node:
    if not re.fullmatch(r"[A-Za-z0-9_-]+\.csv", file.text):
        source.report(
            "CN020",
            file,
            f"{file.text[:60]!r} is not a file beside this one",
            remedy="name a .csv file in the same folder",
        )
        return _unread(table)
    text = read(file.text)
    if text is None:
        source.report("CN020", file, f"there is no file {file.text} beside this one")
        return _unread(table)
    rows = [line.split(",") for line in text.splitlines() if line.strip()]  # numbers and names, never quoted
    header = [name.strip() for name in rows[0]] if rows else []
    missing = [w for w in wanted if w not in header]
    if missing or len(rows) < 2 or len(rows) > MAX_TABLE_ROWS:
        source.report(
            "CN021", file, f"{file.text} lacks column(s) {', '.join(missing) or '-'} or rows", allowed=", ".join(header)
        )
        return _unread(table)
    places = [header.index(w) for w in wanted]
    listed = Node(file.line, file.column, "sequence", items=[], entries={})
    for row in rows[1:]:
        line = Node(file.line, file.column, "sequence", items=[], entries={})
        line.items.extend(scalar(row[p].strip() if p < len(row) else "", file) for p in places)
        listed.items.append(line)
    resolved = Node(table.line, table.column, "mapping", items=[], entries={})
    resolved.entries.update({k: e for k, e in table.entries.items() if k != "file"})
    resolved.entries["rows"] = (scalar("rows", file), listed)
    return resolved


def _unread(table: Node) -> Node:
    """A table whose file cannot be used, marked so that it is reported once."""
    marked = Node(table.line, table.column, "mapping", items=[], entries=dict(table.entries))
    marked.entries["unread"] = (table, table)
    return marked


def standing_alone(root: Node) -> Node:
    """The resolved rules without the name of the parent, which they hold already."""
    alone = Node(root.line, root.column, "mapping", items=[], entries=dict(root.entries))
    alone.entries.pop("extends", None)
    return alone


# --- canonical text ------------------------------------------------------------------------------


def canonical(node: Node) -> object:
    """The node as plain data: texts with runs of blanks made one."""
    if node.kind == "scalar":
        return " ".join(node.text.split())
    if node.kind == "sequence":
        return [canonical(item) for item in node.items]
    return {key: canonical(value) for key, (_, value) in node.entries.items()}


def digest(root: Node) -> str:
    """SHA-256 of the canonical resolved rules, titles and translations included.

    Classes keep their order (it decides); other mappings are sorted.
    """
    import hashlib  # a digest is made when it is asked for
    import json

    data = canonical(standing_alone(root))
    if isinstance(data, dict) and isinstance(data.get("classes"), dict):
        data["classes"] = list(data["classes"].items())
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def quote(text: str) -> str:
    """A text in double quotes, as YAML and JSON both read it."""
    import json

    return json.dumps(text, ensure_ascii=False)


def dump(node: Node, indent: int = 0) -> str:
    """YAML text of a node: a file that reads back as the same rules."""
    pad = "  " * indent
    if node.kind == "scalar":
        text = " ".join(node.text.split())
        safe = node.plain and re.fullmatch(r"[+-]?[A-Za-z0-9_][A-Za-z0-9_.+-]*", text) and text not in ("null", "~")
        return text if safe else quote(text)
    if node.kind == "sequence":
        if all(i.kind == "scalar" for i in node.items):
            return "[" + ", ".join(dump(i) for i in node.items) + "]"
        return "".join(f"\n{pad}- {dump(i, indent + 1).lstrip()}" for i in node.items) or "[]"
    lines = []
    for key, (_, value) in node.entries.items():
        text = dump(value, indent + 1)
        lines.append(
            f"\n{pad}{quote(key) if not _NAME.fullmatch(key.replace('-', '_')) else key}:"
            + ("" if text.startswith("\n") else " ")
            + text
        )
    return "".join(lines) or "{}"
