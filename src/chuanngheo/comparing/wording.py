"""A comparison in words, Vietnamese and English: sections of text and rows, printed as plain text or HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from ..answering import Standard
from ..caveats import GRADE_WORDS
from ..explaining import CONFIRMED, HYPOTHETICAL, day_text, number_text, unit_text, value_text
from ..findings import check_language, household_text
from ..model import Cite, Instrument, Unseen
from ..units import unit
from ..values import Frozen, frozen
from ..version import CODE_VERSION, data_version
from .differences import Comparison, Days, Graded, Rates, Shared, spans
from .lines import Converts, Figure, LineChange, tidy
from .published import Count
from .rules import ClassChange, IndicatorChange, Wording
from .words import KINDS, LINE_KINDS, PARTS, RULES, SIGNS, WORDS

SHARE = "percent"  # a share in percent changes by points; percent of percent would mislead
SHORT = 12  # digits of a digest in a citation


@frozen
class Piece(Frozen):
    """A line of a cell: ``quote`` is the wording of a legal text, in Vietnamese; ``rule`` rule text; ``amount`` what the cell is about."""

    text: str
    kind: str = ""


Cell = tuple[Piece, ...]


@frozen
class Section(Frozen):
    """One part of a comparison: paragraphs, then rows under heads; the first cell of a row says what it is about."""

    key: str
    title: str
    intro: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


def sections(c: Comparison, lang: str) -> tuple[Section, ...]:
    """Every part that has something to say, in order."""
    check_language(lang)
    made = [_subjects(c, lang), _days(c, lang), _lines(c, lang), _indicators(c, lang), _classes(c, lang),
            _methods(c, lang), _readings(c, lang), _rates(c, lang), _grades(c, lang), _unverified(c, lang)]  # fmt: skip
    return tuple(s for s in made if s.intro or s.rows)


def title(c: Comparison, lang: str) -> str:
    """What is compared, with a mark on what is not law."""
    check_language(lang)
    mark = f"{HYPOTHETICAL[lang]}: " if c.hypothetical else ""
    return f"{mark}{WORDS[lang]['title'].format(a=c.a.exact_id, b=c.b.exact_id)}"


def text(c: Comparison, lang: str) -> str:
    """The comparison as plain text; rows stand under each other, so that nothing has to fit a width."""
    lines = [title(c, lang)]
    for section in sections(c, lang):
        lines += ["", section.title, "-" * len(section.title), *section.intro]
        for row in section.rows:
            first, *rest = row
            lines.append("- " + ", ".join(p.text for p in first))
            for head, cell in zip(section.head[1:], rest, strict=True):
                for i, piece in enumerate(cell):
                    said = f'"{piece.text}"' if piece.kind == "quote" else piece.text
                    lines.append(f"    {head}: {said}" if i == 0 else f"        {said}")
    return "\n".join([*lines, "", WORDS[lang]["cite"], citation(c, lang, date.today())])


def citation(c: Comparison, lang: str, on: date) -> str:
    """One line to copy: what was compared, by which rules, data and code, and when."""
    check_language(lang)
    named = [f"{s.exact_id} (sha256 {s.digest[:SHORT]})" for s in (c.a, c.b)]
    mark = f" [{HYPOTHETICAL[lang]}]" if c.hypothetical else ""
    return WORDS[lang]["citation"].format(
        a=named[0], b=named[1], data=data_version(), code=CODE_VERSION, day=day_text(on, lang), mark=mark
    )


# --- small parts ----------------------------------------------------------------------------------------


def _days_text(days: Days, lang: str) -> str:
    end = WORDS[lang]["open"] if days[1] is None else day_text(days[1], lang)
    return f"{day_text(days[0], lang)} – {end}"


def _plain(*lines: str) -> Cell:
    return tuple(Piece(t) for t in lines if t)


def _cited(cite: Cite | None, lang: str) -> Cell:
    if cite is None:
        return ()
    label = cite.label(lang) or WORDS[lang]["no_source"]
    graded = Piece(f"{label} ({CONFIRMED[lang]} {cite.grade})")
    return (graded, Piece(cite.words, "quote")) if cite.words else (graded,)


def percent_text(value: Fraction, lang: str) -> str:
    """``+50%``; ``about +114.29%`` where two places do not say all of it."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    shown = number_text(tidy(abs(value)), lang)
    head, _, number = shown.rpartition(" ")
    return f"{head} {sign}{number}%".strip()


def _signed(value: Any, lang: str) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    head, _, number = number_text(tidy(abs(value)), lang).rpartition(" ")
    return f"{head} {sign}{number}".strip()


def _named(c: Comparison) -> tuple[str, str]:
    return c.a.exact_id, c.b.exact_id


def _of(c: Comparison, side: str) -> Standard:
    return c.a if side == "a" else c.b


# --- parts ----------------------------------------------------------------------------------------------


def _subjects(c: Comparison, lang: str) -> Section:
    words = WORDS[lang]
    rows = []
    for std in (c.a, c.b):
        mark = (HYPOTHETICAL[lang],) if std.hypothetical else ()
        rows.append((_plain(std.exact_id), _plain(*mark, std.title[lang]), _plain(f"sha256 {std.digest[:SHORT]}")))
    intro = [words["same"]] if c.same else [words["versions"]] if c.a.id == c.b.id and not c.hypothetical else []
    if c.a.jurisdiction != c.b.jurisdiction:
        intro.append(words["jurisdictions"].format(a=c.a.jurisdiction, b=c.b.jurisdiction))
    return Section(
        "standards",
        PARTS["standards"][lang],
        tuple(intro),
        (words["standard"], words["name"], words["digest"]),
        tuple(rows),
    )


def _instrument(of: Instrument, lang: str) -> str:
    words = WORDS[lang]
    found = [f"{words[k]} {day_text(d, lang)}" if d else words[f"no_{k}"]
             for k, d in (("issued", of.issued), ("in_force", of.in_force))]  # fmt: skip
    if of.grade != "A" and of.note:  # a day may be known less well than the words that are cited
        found.append(words["document_note"].format(of.note[lang]))
    return "; ".join(found)


def _days(c: Comparison, lang: str) -> Section:
    words, rows = WORDS[lang], []
    for std in (c.a, c.b):
        for span in spans(std):
            rows.append((_plain(std.exact_id, _days_text((span.start, span.end), lang)), _cited(span.cite, lang),
                         _plain(_instrument(span.cite.source, lang))))  # fmt: skip
    intro = [f"{words['overlap']}: {', '.join(_days_text(d, lang) for d in c.days.overlaps)}."
             if c.days.overlaps else words["no_overlap"]]  # fmt: skip
    intro.append(
        f"{words['gap']}: {', '.join(_days_text(d, lang) for d in c.days.gaps)}." if c.days.gaps else words["no_gap"]
    )
    if c.hypothetical:
        intro = [words["no_day_what_if"].format(std=s.exact_id) for s in (c.a, c.b) if s.hypothetical]
    head = (words["span"], words["ground"], words["document"])
    return Section("days", PARTS["days"][lang], () if c.same else tuple(intro), head, tuple(rows))


def _lines(c: Comparison, lang: str) -> Section:
    words = WORDS[lang]
    intro = [words["percent"]] if any(x.percent is not None for x in c.lines) else []
    if any(x.real is not None for x in c.lines):
        taken = words["years_chosen" if c.years_chosen else "years_first"]
        intro.append(words["real_note"].format(year=c.in_year, taken=taken))
        intro += [f"{words['index']}: {index_text(c.prices, lang)}."]
    if c.prices is not None and c.hypothetical and not c.years_chosen:
        intro.append(words["no_year_what_if"])
    head = [words["line"], *_named(c), words["change"]]
    if any(x.real is not None for x in c.lines):
        head.append(words["real"].format(year=c.in_year))
    rows = tuple(_line_row(c, x, lang)[: len(head)] for x in c.lines)
    return Section("lines", PARTS["lines"][lang], tuple(intro), tuple(head), rows)


def index_text(prices: Converts | None, lang: str) -> str:
    """What a price index calls itself, and its source; an index of one's own may have neither."""
    label, cite = getattr(prices, "label", {}), getattr(prices, "cite", None)
    named = label.get(lang, "") if isinstance(label, Mapping) else ""
    source = (
        f"{cite.label(lang)} ({CONFIRMED[lang]} {cite.grade})" if isinstance(cite, Cite) else WORDS[lang]["own_index"]
    )
    return "; ".join(p for p in (named, source) if p)


def _line_row(c: Comparison, x: LineChange, lang: str) -> tuple[Cell, ...]:
    words = WORDS[lang]
    first = _plain(x.labels[lang], x.cell_labels[lang])
    said = [LINE_KINDS[x.kind][lang].format(a=c.a.exact_id, b=c.b.exact_id)] if x.kind != "changed" else []
    if x.unseen is not None:
        said.append(_not_seen(x.unseen, c.b if x.b is None else c.a, lang))
    if x.reason:
        said.append(words[f"reason_{x.reason}"])
    if x.kind == "changed" and x.change is not None and x.b is not None:
        share = x.b.unit == SHARE
        named = words["points"] if share else unit_text(x.b.unit, lang)
        said.append(f"{_signed(x.change, lang)} {named}" if x.change else words["unchanged"])
        if x.change and x.percent is not None and not share:
            said.append(percent_text(x.percent, lang))
    if x.coarser:
        said.append(words["coarser"].format(std=_of(c, x.coarser).exact_id))
    if x.compared is not None:
        held = ["; ".join(t[lang] for t in side) for side in x.compared]
        said.append(words["compared"].format(a=c.a.exact_id, b=c.b.exact_id, qa=held[0], qb=held[1]))
    real: Cell = ()
    if x.real is not None and x.b is not None:
        pair = [number_text(tidy(v), lang) for v in (x.real.a, x.real.b)]
        real = _plain(
            f"{pair[0]} → {pair[1]} {unit_text(x.b.unit, lang)}",
            "" if x.real.percent is None else percent_text(x.real.percent, lang),
            words["of_years"].format(a=x.real.years[0], b=x.real.years[1]),
        )
    other = x.b.unit if x.b is not None else ""
    return first, _figure(x.a, other if x.kind == "changed" else "", lang), _figure(x.b, "", lang), _plain(*said), real


def _figure(figure: Figure | None, other: str, lang: str) -> Cell:
    """An amount with its ground; in the other standard's unit too, where that is another."""
    if figure is None:
        return _plain(WORDS[lang]["none"])
    shown = value_text(tidy(figure.value), None, lang, figure.unit)
    if other and other != figure.unit:
        converted = tidy(Fraction(figure.value) * unit(figure.unit).size / unit(other).size)
        shown += f" (= {number_text(converted, lang)} {unit_text(other, lang)})"
    return (Piece(shown, "amount"), *_cited(figure.cite, lang))


def _indicators(c: Comparison, lang: str) -> Section:
    words = WORDS[lang]
    intro = []
    for kind in KINDS:
        named = [x.labels[lang] for x in c.indicators if x.kind == kind]
        if named:
            intro.append(f"{KINDS[kind][lang]} ({len(named)}): {', '.join(named)}.")
    if c.indicators:
        counts = [len(s.indicators) for s in (c.a, c.b)]
        intro.insert(0, words["counts"].format(a=c.a.exact_id, b=c.b.exact_id, na=counts[0], nb=counts[1]))
    head = (words["indicator"], words["what"], *_named(c))
    rows = tuple(
        (
            _plain(x.labels[lang], _dimension(x, lang)),
            _indicator_said(c, x, lang),
            _wording(x.a, lang),
            _wording(x.b, lang),
        )
        for x in c.indicators
    )
    return Section("indicators", PARTS["indicators"][lang], tuple(intro), head, rows)


def _dimension(x: IndicatorChange, lang: str) -> str:
    named = [words_of_dimension(d, lang) for d in dict.fromkeys(d for d in x.dimensions if d)]
    return f"{WORDS[lang]['dimension']}: {' → '.join(named)}" if named else ""


def words_of_dimension(name: str, lang: str) -> str:
    """The name of a dimension; one of a standard of your own stays as it is written there."""
    from .words import DIMENSIONS

    return DIMENSIONS[name][lang] if name in DIMENSIONS else name


def _indicator_said(c: Comparison, x: IndicatorChange, lang: str) -> Cell:
    words = WORDS[lang]
    said = [KINDS[x.kind][lang]]
    if x.was:
        said.append(words["was"].format(name=x.was))
    if x.rule == "not_read":
        unread = [s.exact_id for s, w in ((c.a, x.a), (c.b, x.b)) if w is not None and not w.rule]
        said.append(f"{RULES[x.rule][lang]} ({', '.join(unread)})")
    elif x.rule:
        said.append(RULES[x.rule][lang])
    if x.kind == "changed" and x.rule in ("same", "equal"):
        said.append(words["reworded"])
    if x.witness is not None and x.answers is not None:
        told = [words["deprived" if v else "not_deprived"] for v in x.answers]
        said.append(words["witness"].format(
            household=household_text(x.witness), a=c.a.exact_id, b=c.b.exact_id, va=told[0], vb=told[1],
            day="" if x.on is None else f" ({day_text(x.on, lang)})",
        ))  # fmt: skip
    return _plain(*said)


def _wording(w: Wording | None, lang: str) -> Cell:
    if w is None:
        return _plain(WORDS[lang]["none"])
    rule = Piece(w.rule, "rule") if w.rule else Piece(WORDS[lang]["unread"])
    return (*_cited(w.cite, lang), rule, *(Piece(f"{name}: {of}", "rule") for name, of in w.where))


def _classes(c: Comparison, lang: str) -> Section:
    words = WORDS[lang]
    common = [x for x in c.classes if x.a is not None and x.b is not None]
    intro = [f"{words['common']}: {', '.join(x.b.labels[lang] for x in common if x.b is not None)}."] if common else []
    intro += [f"{words['boundary']}: {b}." for x in common for b in _boundaries(c, x, lang)]
    head = (words["class"], words["what"], *_named(c))
    rows = tuple(
        (_plain(_label(x, lang)), _class_said(c, x, lang), _wording(x.a, lang), _wording(x.b, lang)) for x in c.classes
    )
    return Section("classes", PARTS["classes"][lang], tuple(intro), head, rows)


def _label(x: ClassChange, lang: str) -> str:
    return " / ".join(dict.fromkeys(w.labels[lang] for w in (x.a, x.b) if w is not None))


def _boundaries(c: Comparison, x: ClassChange, lang: str) -> Iterator[str]:
    for b in x.boundaries:
        yield WORDS[lang]["meets"].format(cls=_label(x, lang), line=b.labels[lang], a=c.a.exact_id, b=c.b.exact_id,
                                          oa=SIGNS[b.a][lang], ob=SIGNS[b.b][lang])  # fmt: skip


def _class_said(c: Comparison, x: ClassChange, lang: str) -> Cell:
    words = WORDS[lang]
    said = [KINDS[x.kind][lang]]
    if x.a is not None and x.b is not None:
        said.append(words["same_condition" if x.same_condition else "other_condition"])
    if x.unseen is not None:
        said.append(_not_seen(x.unseen, c.b if x.b is None else c.a, lang))
    within = dict.fromkeys(w for w in x.within if w)
    for name in within:
        sides = [s for s, w in zip((c.a, c.b), x.within, strict=True) if w == name]
        said.append(
            words["within"].format(cls=sides[0].classes[name].labels[lang], std=", ".join(s.exact_id for s in sides))
        )
    return _plain(*said)


def _not_seen(u: Unseen, std: Standard, lang: str) -> str:
    return f"{std.exact_id}: {WORDS[lang]['not_seen']}: {u.what[lang]}. {u.consequence[lang]}"


def _methods(c: Comparison, lang: str) -> Section:
    words = WORDS[lang]

    def has(x: Shared, std: Standard, there: bool) -> Cell:
        if not there and x.unseen is not None:
            return _plain(_not_seen(x.unseen, std, lang))
        return _plain(words["yes" if there else "no"])

    rows = tuple((_plain(f"{words[kind]}: {x.labels[lang]}"), has(x, c.a, x.a), has(x, c.b, x.b))
                 for kind, listed in (("method", c.methods), ("card", c.cards)) for x in listed)  # fmt: skip
    intro = () if c.cards else (words["no_cards"],)
    return Section("methods", PARTS["methods"][lang], intro, (words["method"], *_named(c)), rows)


def _readings(c: Comparison, lang: str) -> Section:
    words = WORDS[lang]
    rows = tuple(
        (
            _plain(f"{i.question[lang]} ({i.name})"),
            _plain(_of(c, side).exact_id),
            _plain(i.readings[i.default][lang]),
            _plain(i.grade),
        )
        for side, i in c.interpretations
    )
    return Section(
        "interpretations",
        PARTS["interpretations"][lang],
        (),
        (words["question"], words["standard"], words["default"], words["grade"]),
        rows,
    )


# --- official results -----------------------------------------------------------------------------------


def _rates(c: Comparison, lang: str) -> Section:
    words, r = WORDS[lang], c.rates
    intro = []
    for std, counts in ((c.a, r.a), (c.b, r.b)):
        if not counts:
            intro.append(words["no_rates_what_if" if std.hypothetical else "no_rates"].format(std=std.exact_id))
    if r.a or r.b:
        intro = [words["one_series" if c.a.id == c.b.id else "not_comparable"], *intro]
    head = (words["place"], words["standard"], words["result"], words["decision"], words["note"])
    return Section("rates", PARTS["rates"][lang], tuple(intro), head, tuple(_rate_rows(c, r, lang)))


def _rate_rows(c: Comparison, r: Rates, lang: str) -> Iterator[tuple[Cell, ...]]:
    paired = dict.fromkeys(n for pair in r.both for n in pair)
    for pair in r.both:
        for n in pair:
            yield _count_row(c, n, lang, WORDS[lang]["both"])
    alone: Iterable[Count] = sorted({*r.a, *r.b} - set(paired), key=lambda n: (n.day, n.standard))
    for n in alone:
        yield _count_row(c, n, lang, "")


def _count_row(c: Comparison, n: Count, lang: str, mark: str) -> tuple[Cell, ...]:
    words = WORDS[lang]
    results = []
    for name, share in n.classes.items():
        known = next((s.classes[name].labels[lang] for s in (c.b, c.a) if name in s.classes), name)
        parts = (
            [f"{share.households.text(lang)} {words['households']} ({CONFIRMED[lang]} {share.households.grade})"]
            if share.households
            else []
        )
        parts += [f"{share.percent.text(lang)}% ({CONFIRMED[lang]} {share.percent.grade})"] if share.percent else []
        results.append(f"{known}: {'; '.join(parts)}")
    issued = "" if n.document.issued is None else f" ({day_text(n.document.issued, lang)})"
    return (_plain(n.place[lang], day_text(n.day, lang), mark), _plain(n.standard), _plain(*results),
            _plain(f"{n.document.title[lang]}{issued}"), _plain(n.note.get(lang, "")))  # fmt: skip


# --- how well it is known -------------------------------------------------------------------------------


def _grades(c: Comparison, lang: str) -> Section:
    words = WORDS[lang]
    rows = []
    for side, grade in (("a", c.grades.a), ("b", c.grades.b)):
        figures = [f for f in c.grades.figures if f.side == side]
        counted = "; ".join(f"{g}: {n}" for g in GRADE_WORDS if (n := sum(f.grade == g for f in figures)))
        rows.append((_plain(_of(c, side).exact_id), _plain(f"{grade} ({GRADE_WORDS[grade][lang]})"), _plain(counted)))
    return Section(
        "grades", PARTS["grades"][lang], (), (words["standard"], words["weakest"], words["figures"]), tuple(rows)
    )


def _figure_label(std: Standard, f: Graded, lang: str) -> str:
    """The label of a graded figure; days as the language writes them."""
    found = [s for s in std.applies if f.kind == "span" and f.name.startswith(s.start.isoformat())]
    return _days_text((found[0].start, found[0].end), lang) if found else f.labels[lang]


def _unverified(c: Comparison, lang: str) -> Section:
    words, rows = WORDS[lang], []
    shown = c.unverified if not c.same else tuple(u for u in c.unverified if u.side == "a")
    for u in shown:
        std = _plain(_of(c, u.side).exact_id)
        if u.unseen is not None:
            rows.append(
                (_plain(u.unseen.what[lang]), std, _plain(f"{words['not_seen']}. {u.unseen.consequence[lang]}"))
            )
        elif u.figure is not None:
            what = f"{words[u.figure.kind]}: {_figure_label(_of(c, u.side), u.figure, lang)}"
            grade = f"{CONFIRMED[lang]} {u.figure.grade}: {GRADE_WORDS[u.figure.grade][lang]}"
            source = "" if u.figure.cite is None else u.figure.cite.label(lang)  # what would settle it
            rows.append((_plain(what), std, _plain(grade, source)))
    intro = () if rows else (words["all_verified"],)
    return Section(
        "unverified",
        PARTS["unverified"][lang],
        intro,
        (words["what_not"], words["standard"], words["why"]),
        tuple(rows),
    )


__all__ = ["Cell", "Piece", "Section", "citation", "percent_text", "sections", "text", "title"]
