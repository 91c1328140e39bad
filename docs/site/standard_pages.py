"""A page for every shipped standard, in Markdown, from its rules and their audit.

``pages(lang)`` gives the text of ``standards/<id>.md`` for each standard, of ``standards/index.md`` and of
``citations.md``. Nothing of the law is written here: whatever a page says comes from the rule files.
Sections have the same English anchors in both languages: ``vn-2022-lines``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from standard_citations import citations
from standard_markdown import (
    FOLDED_FROM,
    amount,
    block,
    code,
    days,
    escaped,
    folded,
    grade,
    ground,
    items,
    note,
    number,
    table,
)
from standard_words import ANSWERS, DIMENSIONS, ENTITIES, JURISDICTIONS, WORDS, named

from chuanngheo.answering import Standard
from chuanngheo.auditing import audit
from chuanngheo.catalogue import shipped
from chuanngheo.caveats import GRADE_WORDS
from chuanngheo.explaining import day_text, unit_text
from chuanngheo.findings import KINDS, Finding, household_text
from chuanngheo.household import household_names
from chuanngheo.model import GRADES, Cite, Derived, Line, Span, Status
from chuanngheo.tree import Number
from chuanngheo.version import data_version

LANGUAGES = ("vi", "en")
FOLDED_RULES = 12  # findings from which they are folded


def pages(lang: str) -> dict[str, str]:
    """The text of every page of a language by its place in the site. Raises ``ValueError`` for an unknown language."""
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
    return dict(_pages(lang))


@cache
def _pages(lang: str) -> dict[str, str]:
    made = {f"standards/{name}.md": page(name, lang) for name in shipped().shelf}
    return {"standards/index.md": index(lang), **made, "citations.md": citations(lang)}


def page(name: str, lang: str) -> str:
    """The page of one standard: its newest version, then those it replaced."""
    versions = [f.standard for f in reversed(shipped().shelf[name])]
    newest = versions[0]
    parts = [f"(standard-{name})=", f"# {name}: {escaped(newest.title[lang])}", *_head(newest, lang)]
    for std in versions:
        several = len(versions) > 1
        if several:
            which = "newest" if std is newest else "older"
            parts += [f"({_anchor(std, 'version')})=", f"## {WORDS[lang][which].format(std.exact_id)}"]
            parts += [] if std is newest else [escaped(std.title[lang])]
        for section, render in SECTIONS.items():
            blocks = [text for text in render(std, lang) if text]
            if blocks:
                title = WORDS[lang]["classes_of" if section == "classes" and std.entity != "household" else section]
                parts += [f"({_anchor(std, section)})=", f"{'##' + '#' * several} {title}", *blocks]
    return "\n\n".join(parts) + "\n"


def _anchor(std: Standard, section: str) -> str:
    """``vn-2022-lines``; of a version that was replaced ``vn-2011-1-lines``."""
    newest = shipped().shelf[std.id][-1].version == std.version
    return f"{std.id}-{section}" if newest else f"{std.id}-{std.version}-{section}"


def _head(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    yield _in_short(std, lang)
    place, what = named(JURISDICTIONS, std.jurisdiction, lang), named(ENTITIES, std.entity, lang)
    yield f"{words['jurisdiction']}: {escaped(place)} ({code(std.jurisdiction)}). {words['entity']}: {escaped(what)}."
    if std.extends:
        yield f"{words['extends']} [{std.extends}]({std.extends.split('@')[0]}.md)."
    meanings = "; ".join(f"{letter}: {text[lang]}" for letter, text in GRADE_WORDS.items())
    yield f"{words['grade_lead']} {escaped(meanings)}."


def _in_short(std: Standard, lang: str) -> str:
    """What one looks for first, so that it fills one screen of a phone."""
    words = WORDS[lang]
    lines = [f"- {shown[:1].upper()}{shown[1:]}." for shown in _few_lines(std, lang)]
    counts = Counter(cite.grade for cite in _cites(std))
    graded = ", ".join(f"{grade(g, lang)} {counts[g]}" for g in GRADES if counts[g])
    lines += [
        f"- {words['days']}: {escaped(_covered(std, lang))}.",
        f"- {words['graded']}: {graded}.",
        f"- [{words['unseen']}](#{_anchor(std, 'unseen')}): {len(std.unseen)}.",
    ]
    return "\n".join([f":::{{admonition}} {words['in_short']}", *lines, ":::"])


# --- days, lines, values, tables ------------------------------------------------------------------------


def _days(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    for span in std.applies:
        concerns = f" ({words['only']}: {', '.join(code(c) for c in span.concerns)})" if span.concerns else ""
        parts = [f"**{escaped(days(span.start, span.end, lang))}**{concerns}", *ground(span.cite, lang)]
        parts += _reaching_back(span, lang)
        if span.review is not None:
            parts += ground(span.review, lang, words["for_review"])
        yield items([parts])


def _reaching_back(span: Span, lang: str) -> Iterator[str]:
    """The days of a span before its document came into force (before it was issued where that day is not known)."""
    source = span.cite.source
    which = "in_force" if source.in_force is not None else "issued"
    first = source.in_force or source.issued
    if first is None or first <= span.start:
        return
    before = first - timedelta(1) if span.end is None else min(first - timedelta(1), span.end)
    yield escaped(
        WORDS[lang][f"back_{which}"].format(
            source.title.get(lang) or source.number, day_text(first, lang), days(span.start, before, lang)
        )
    )


def _lines(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    rows = []
    for line in std.lines.values():
        for conditions, codes, value in _cells(std, line, lang):
            cite = line.cite_of(codes)
            rows.append([
                f"{escaped(line.labels[lang])} {code(line.name, True)}", escaped(conditions or words["everyone"]),
                f"**{escaped(amount(value, line.unit, lang))}**", escaped(cite.label(lang)), grade(cite.grade, lang),
            ])  # fmt: skip
    if not rows:
        return
    head = [words[k] for k in ("line", "applies_to", "amount", "ground", "grade")]
    yield table(head, rows)
    quoted = [[f"**{escaped(n.labels[lang])}** {code(n.name)}", *_of_line(std, n, lang)] for n in std.lines.values()]
    yield items(quoted)


def _cells(std: Standard, line: Line, lang: str) -> Iterator[tuple[str, tuple[str, ...], Number]]:
    """The cells of a line: for whom in words, the codes, the number."""

    def walk(at: Any, said: tuple[str, ...], codes: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], Number]]:
        if not isinstance(at, dict):
            yield ", ".join(said), codes, at
            return
        for fact, below in at.items():
            for name, inner in below.items():
                yield from walk(inner, (*said, _code_text(std, fact, name, lang)), (*codes, name))

    yield from walk(line.table, (), ())


def _code_text(std: Standard, fact: str, name: str, lang: str) -> str:
    known = household_names(std)[fact]
    return known.codes[name][lang] if name in known.codes else f"{known.labels[lang]}: {name}"


def _codes_text(std: Standard, line: Line, codes: tuple[str, ...], lang: str) -> str:
    """For whom a ground of its own is, in words; the codes are keys of the line's table, from the outside."""
    at, said = line.table, []
    for name in codes:
        fact, at = next(((f, below[name]) for f, below in at.items() if name in below))
        said.append(_code_text(std, fact, name, lang))
    return escaped(", ".join(said))


def _told(std: Standard, line: Line, unit: str, lang: str) -> str:
    """The amounts of a line in a row: ``rural: 1,500,000 đồng/person/month; urban: …``."""
    return "; ".join(": ".join(p for p in (said, amount(v, unit, lang)) if p) for said, _, v in _cells(std, line, lang))


def _of_line(std: Standard, line: Line, lang: str) -> Iterator[str]:
    yield from ground(line.cite, lang)
    for codes, cite in line.cites:
        yield from ground(cite, lang, f"{WORDS[lang]['ground']} ({_codes_text(std, line, codes, lang)})")


def _values(std: Standard, lang: str) -> Iterator[str]:
    listed = [_derived(d, lang) for d in std.values.values()]
    if listed:
        yield "\n".join(items([parts]) for parts in listed)


def _derived(derived: Derived, lang: str) -> list[str]:
    """A computed value or an indicator: its name, rule, ground and original words."""
    words = WORDS[lang]
    unit = f" ({escaped(unit_text(derived.unit, lang))})" if derived.unit and unit_text(derived.unit, lang) else ""
    parts = [f"**{escaped(derived.labels[lang])}** {code(derived.name)}{unit}"]
    parts += [words["input"]] if derived.node is None else [block(derived.text)]
    if derived.cite is not None:
        parts += ground(derived.cite, lang)
    for interpretation, sense, cite in derived.cites:
        parts += ground(cite, lang, words["sense_cite"].format(code(interpretation), code(sense)))
    return parts


def _tables(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    for made in std.tables.values():
        codes = [
            std.facts["sex"].codes[c][lang] if "sex" in std.facts and c in std.facts["sex"].codes else c
            for c in made.codes
        ]
        step = std.facts[made.step_unit].labels[lang] if made.step_unit in std.facts else made.step_unit
        head = [escaped(step), *(escaped(f"{c} ({unit_text(made.unit, lang)})") for c in codes)]
        rows = [
            [number(s, lang), *("" if v is None else number(v, lang) for v in (column[i] for column in made.columns))]
            for i, s in enumerate(made.steps)
        ]
        yield "\n\n".join([f"{code(made.name)} ({code(made.between)})", *ground(made.cite, lang)])
        yield folded(f"{made.name}: {words['rows'].format(len(rows))}", table(head, rows))


# --- indicators, methods, classes, marks -----------------------------------------------------------------


def _indicators(std: Standard, lang: str) -> Iterator[str]:
    for dimension in dict.fromkeys(i.dimension for i in std.indicators.values()):
        if dimension:
            yield f"**{escaped(named(DIMENSIONS, dimension, lang))}** ({WORDS[lang]['dimension'].lower()} {code(dimension)})"
        yield "\n".join(items([_derived(i, lang)]) for i in std.indicators.values() if i.dimension == dimension)


def _methods(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    for method in std.methods.values():
        default = f" ({words['default_method']})" if method.default and len(std.methods) > 1 else ""
        parts = [f"**{escaped(method.labels[lang])}** {code(method.name)}{default}"]
        if method.until is not None:
            parts.append(escaped(words["until"].format(day_text(method.until, lang))))
        if method.note:
            parts.append(escaped(method.note[lang]))
        if method.values:
            rows = [[escaped(v.labels[lang]), code(n, True), code(v.text, True)] for n, v in method.values.items()]
            parts.append(table([words["values_of"], words["fact"], words["rule"]], rows))
        yield items([parts])


def _classes(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    listed = []
    for name, cls in std.classes.items():
        parts = [f"**{escaped(cls.labels[lang])}** {code(name)}"]
        if cls.within:
            parts.append(f"{words['within']}: {escaped(std.classes[cls.within].labels[lang])}.")
        if cls.rest:
            parts.append(words["rest"])
        parts += [block(cls.text), *ground(cls.cite, lang)]
        for method, cite in cls.cites:
            label = dict(cls.method_labels).get(method)
            lead = words["by_method"].format(code(method)) + (f" ({escaped(label[lang])})" if label else "")
            parts += ground(cite, lang, lead)
        listed.append(items([parts]))
    yield "\n".join(listed)


def _decision(std: Standard, lang: str) -> Iterator[str]:
    tables = audit(std).tables
    if tables:
        yield WORDS[lang]["decision_lead"]
    for fact in std.facts.values():  # a class that is told, and stands in the table as a condition
        if fact.codes and set(fact.codes) <= set(std.classes):
            yield WORDS[lang]["told_class"].format(escaped(fact.labels[lang]))
    for made in tables:
        head, body = made.cells(lang)
        shown = table([escaped(h) for h in head], ([escaped(c) for c in row] for row in body))
        label = std.methods[made.method].labels[lang]
        if len(body) >= FOLDED_FROM:
            yield folded(f"{label}: {WORDS[lang]['rows'].format(len(body))}", shown)
        else:
            yield from ([f"**{escaped(label)}**"] if len(tables) > 1 else [])
            yield shown


def _marks(which: str) -> Callable[[Standard, str], Iterator[str]]:
    def render(std: Standard, lang: str) -> Iterator[str]:
        marks = getattr(std, which)
        if marks and which == "statuses":
            yield WORDS[lang]["statuses_lead"]
        if marks:
            yield "\n".join(items([_mark(s, lang)]) for s in marks.values())

    return render


def _mark(status: Status, lang: str) -> list[str]:
    words = WORDS[lang]
    of = words.get(f"of_{status.of}", "")
    parts = [f"**{escaped(status.labels[lang])}** {code(status.name)}" + (f" ({of})" if of else "")]
    if status.start is not None:
        parts.append(escaped(words["since"].format(day_text(status.start, lang))))
    elif status.start_note:
        parts += [words["since_unknown"], note(status.start_note, lang)]
    return [*parts, block(status.text), *ground(status.cite, lang)]


def _cards(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    for made in audit(std).cards:
        card = std.scorecards[made.name]
        parts = [f"**{escaped(card.label[lang])}** {code(card.name)}", *ground(card.cite, lang)]
        if card.cut_off is not None:
            held = _told(std, std.lines[card.cut_off.line], card.unit, lang)
            parts.append(escaped(f"{words['cut_off']}: {held} ({words[card.cut_off.side]})."))
        yield items([parts])
        head, body = made.cells(lang)
        asked = [row[0] for row in body]
        first = [item if item != before else "" for before, item in zip(["", *asked], asked, strict=False)]
        rows = ([escaped(c) for c in (item, *row[1:])] for item, row in zip(first, body, strict=True))
        shown = table([escaped(h) for h in head], rows)
        yield folded(f"{card.label[lang]}: {words['rows'].format(len(body))}", shown)


# --- readings, what was not seen, findings ----------------------------------------------------------------


def _interpretations(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    if not std.interpretations:
        return
    yield words["interpretations_lead"]
    listed = []
    for name, i in std.interpretations.items():
        senses = [
            f"{code(sense)}: {escaped(text[lang])}" + (f" (**{words['default']}**)" if sense == i.default else "")
            + (f" ({words['undecided']})" if sense == i.undecided else "")
            for sense, text in i.readings.items()
        ]  # fmt: skip
        parts = [f"**{escaped(i.question[lang])}** {code(name)}", items([[s] for s in senses])]
        parts.append(f"{words['grounds']}: {escaped(i.grounds[lang])} ({words['place']} {grade(i.grade, lang)})")
        listed.append(items([[*parts, *_difference(std, name, lang)]]))
    yield "\n".join(listed)


def _difference(std: Standard, name: str, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    report = audit(std)
    found = next((f for f in report.of("two_senses") if f.about[0] == name and f.witness is not None), None)
    if found is None:
        if report.of("idle") and any(f.about[0] == name for f in report.of("idle")):
            yield words["no_difference"]
        return
    day = f" {words['on']} {day_text(found.on, lang)}" if found.on is not None else ""
    said = code(household_text(found.witness or {})) + day
    answers = [_answer(std, a, lang) for a in found.answers]
    if len(answers) == 2:
        by = words["by_sense"].format(code(found.readings[name]))
        said += f": {escaped(answers[0])} ({words['by_default']}); {escaped(answers[1])} ({by})"
    yield f"{words['differs']}: {said}"


def _answer(std: Standard, answer: str, lang: str) -> str:
    if answer in std.classes:
        return std.classes[answer].labels[lang]
    return ANSWERS[lang].get(answer, answer)


def _unseen(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    if not std.unseen:
        yield words["none_unseen"]
        return
    yield words["unseen_lead"]
    yield items([f"**{escaped(u.what[lang])}**. {escaped(u.consequence[lang])}"] for u in std.unseen)


def _findings(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    found = [f for f in audit(std).findings if f.kind != "two_senses"]  # these stand with the readings
    if not found:
        yield words["no_findings"]
        return
    yield words["findings_lead"]
    for kind in dict.fromkeys(f.kind for f in found):
        of_kind = [f for f in found if f.kind == kind]
        heading = KINDS[kind][lang][:1].upper() + KINDS[kind][lang][1:]
        shown = items(_finding(std, f, lang) for f in of_kind)
        if len(of_kind) >= FOLDED_RULES:
            yield folded(f"{heading}: {len(of_kind)}", shown)
        else:
            yield f"**{escaped(heading)}**"
            yield shown


def _finding(std: Standard, found: Finding, lang: str) -> list[str]:
    words = WORDS[lang]
    parts = [escaped(found.texts[lang])]
    if found.readings:
        parts[0] += f". {words['under']} " + ", ".join(f"{code(k)} = {code(v)}" for k, v in found.readings.items())
    if found.witness is not None:
        day = f" {words['on']} {day_text(found.on, lang)}" if found.on is not None else ""
        shown = " / ".join(code(household_text(w)) for w in (found.witness, found.other) if w is not None)
        said = ", ".join(escaped(_answer(std, a, lang)) for a in found.answers)
        parts.append(f"{words['example']}{day}: {shown}" + (f" → {said}" if said else ""))
    if found.closed_by is not None:
        parts.append(f"{words['closed']} {code(found.closed_by[0])} = {code(found.closed_by[1])}.")
    return parts


# --- facts, documents, data -------------------------------------------------------------------------------


def _facts(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    rows = []
    for name, fact in std.facts.items():
        kind = words["number_kind" if fact.kind == "number" else fact.kind]
        unit = unit_text(fact.unit, lang)
        codes = "; ".join(f"{code(c, True)} {escaped(text[lang])}" for c, text in fact.codes.items())
        of = f" ({words['person']})" if fact.entity == "person" else ""
        rows.append(
            [code(name, True), escaped(fact.labels[lang]) + of, codes or escaped(f"{kind}, {unit}" if unit else kind)]
        )
    yield folded(words["facts_count"].format(len(rows)), table([words["fact"], words["meaning"], words["kind"]], rows))


def _documents(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    rows = []
    for source in std.sources.values():
        issued, force = (day_text(d, lang) if d else words["not_found"] for d in (source.issued, source.in_force))
        shown = escaped(source.note.get(lang, ""))
        rows.append(
            [escaped(source.number), escaped(source.title[lang]), issued, force, grade(source.grade, lang), shown]
        )
    if rows:
        yield table([words[k] for k in ("number", "document", "issued", "in_force", "grade")] + [words["note"]], rows)


def _use(std: Standard, lang: str) -> Iterator[str]:
    yield WORDS[lang]["use_lead"]
    lines = (
        "import chuanngheo as cn",
        "",
        f'answer = cn.standard("{std.exact_id}").assess({{}})',
        "print(answer.status, answer.possible, answer.next_question)",
    )
    yield "\n".join(["```python", *lines, "```"])
    answer = std.assess({})
    yield f"```text\n{answer.status} {answer.possible} {answer.next_question}\n```"


def _data(std: Standard, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    folder = std.id.removeprefix(f"{std.jurisdiction}-").removeprefix(f"{std.entity}-")
    yield items([
        [f"{words['exact']}: {code(std.exact_id)} ({words['version'].lower()} {std.version}, {words['revision']} {std.revision})"],
        [f"{words['data_version']}: {code(data_version())}"],
        [f"{words['digest']}: {code(std.digest)}"],
        [f"{words['file']}: {code(f'standards/{std.jurisdiction}/{std.entity}/{folder}/v{std.version}.yaml')}"],
    ])  # fmt: skip


SECTIONS: dict[str, Callable[[Standard, str], Iterator[str]]] = {
    "days": _days, "lines": _lines, "classes": _classes, "decision": _decision, "indicators": _indicators,
    "methods": _methods, "values": _values, "statuses": _marks("statuses"), "groups": _marks("groups"),
    "scorecards": _cards, "tables": _tables, "interpretations": _interpretations, "unseen": _unseen,
    "findings": _findings, "documents": _documents, "facts": _facts, "use": _use, "data": _data,
}  # fmt: skip


# --- the index ----------------------------------------------------------------------------------------------


def index(lang: str) -> str:
    """Every standard with its days, lines and grade, by jurisdiction and what it classifies."""
    words = WORDS[lang]
    known = shipped()
    parts = [
        "(standards)=",
        f"# {words['index']}",
        words["index_lead"],
        f"{words['data_version']}: {code(data_version())}",
    ]
    places = sorted(known.jurisdictions(), key=lambda j: (j != "vn", j == "intl", j))
    for place in places:
        parts += [f"(standards-{place})=", f"## {escaped(named(JURISDICTIONS, place, lang))}"]
        for entity in known.entities():
            standards = known.standards(place, entity)
            if not standards:
                continue
            what = named(ENTITIES, entity, lang)
            parts.append(f"**{escaped(what[:1].upper() + what[1:])}**")
            parts.append(
                table([words[k] for k in ("id", "title", "days", "lines", "grade")], (_row(s, lang) for s in standards))
            )
        shown = [f for f in audit(place).findings if f.kind in ("days_left_out", "days_doubled")]
        if shown and place != "intl":
            parts += [
                f"{words['days_found']}:",
                items([f"{escaped(KINDS[f.kind][lang])}: {escaped(f.texts[lang])}"] for f in shown),
            ]
        ids = [s.id for entity in known.entities() for s in known.standards(place, entity)]
        parts.append("\n".join(["```{toctree}", ":hidden:", "", *ids, "```"]))
    return "\n\n".join(parts) + "\n"


def _row(std: Standard, lang: str) -> list[str]:
    return [
        f"[{std.id}]({std.id}.md)",
        escaped(std.title[lang]),
        escaped(_covered(std, lang)),
        "<br>".join(_few_lines(std, lang)),
        grade(max(cite.grade for cite in _cites(std)), lang),
    ]


def _covered(std: Standard, lang: str) -> str:
    spans = sorted((s for f in shipped().shelf[std.id] for s in f.standard.applies), key=lambda s: s.start)
    return "; ".join(dict.fromkeys(days(s.start, s.end, lang) for s in spans))


def _few_lines(std: Standard, lang: str) -> list[str]:
    lines = [line for line in std.lines.values() if len(list(_cells(std, line, lang))) <= FEW_CELLS][:2]
    return [f"{escaped(line.labels[lang])}: {escaped(_told(std, line, line.unit, lang))}" for line in lines]


FEW_CELLS = 4  # a line with more stands on the page of its standard


def _cites(std: Standard) -> Iterator[Cite]:
    """What the lines and classes of a standard rest on."""
    for line in std.lines.values():
        yield from (line.cite_of(codes) for _, codes, _ in _cells(std, line, "en"))
    yield from (cls.cite for cls in std.classes.values())


__all__ = ["index", "page", "pages"]
