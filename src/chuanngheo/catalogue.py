"""Which standard, which version, which day: the shipped rule files as a catalogue.

A :class:`Catalogue` is a value: that of the shipped standards (:func:`shipped`), or that with
standards of your own beside them (:meth:`Catalogue.having`). The functions of this room ask the
shipped one.
"""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeAlias

import attrs

from .answering import Standard, no_law, sorted_by_age
from .assessment import Assessment
from .caveats import standing_in
from .errors import NoStandard, Problem, RuleFileError, as_day, nearest
from .model import LANGUAGES, Change, Cite, Fact, Quantity, Span, Text, Unseen, unseen_about, unseen_scores
from .reading import entities, read_rules, vocabulary_facts
from .resolving import HOUSEHOLD
from .results import Caveat
from .source import MAX_BYTES, Node, read_nodes, read_text
from .values import Frozen, evolve, frozen
from .version import standards_folder

COUNTRY = "vn"
PROVINCE = re.compile(f"{COUNTRY}-[0-9]{{2}}")  # a province by its code
INTERNATIONAL = "intl"  # measures that stand beside each other: no day picks one of them

SEE = "see cn.standards() or chuanngheo list for every standard"
SEE_PLACES = "see cn.shipped().jurisdictions() or chuanngheo list for every jurisdiction"


@cache
def _vocabulary() -> Node:
    root, source = read_nodes(_text(os.path.join(standards_folder(), "vocabulary.yaml")), "vocabulary.yaml")
    if root is None or source.problems:
        raise RuleFileError("vocabulary.yaml cannot be read", source.problems)
    return root


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


@frozen
class Shelved(Frozen):
    """A rule file (``vn/household/2022/v1.yaml``), read when it is first needed, or a standard at hand."""

    id: str
    jurisdiction: str
    entity: str
    version: int
    path: str = ""
    at_hand: Standard | None = None

    @property
    def standard(self) -> Standard:
        return self.at_hand if self.at_hand is not None else _read(self.path)


@cache
def _read(path: str) -> Standard:
    collecting = gc.isenabled()
    gc.disable()  # thousands of small values that all stay: nothing to collect yet
    try:
        return read_standard(path)
    finally:
        if collecting:
            gc.enable()


def read_standard(path: str | os.PathLike[str]) -> Standard:
    """Read a rule file of your own; CSV tables lie beside it.

    Raises :class:`RuleFileError` listing every problem with file, line, column and excerpt.
    Nothing in the file is executed. What it ``extends`` is a shipped standard. A file that does not
    exist is Python's own ``FileNotFoundError``.

    >>> read_standard("docs/examples/local.yaml").exact_id
    'vn-mau-2099@1.1'
    """
    file = os.fspath(path)
    text = read_text(file)
    folder = os.path.dirname(file)

    def beside(name: str) -> str | None:
        other = os.path.join(folder, name)
        return _text(other) if os.path.isfile(other) and os.path.getsize(other) <= MAX_BYTES else None

    inside = os.path.relpath(file, standards_folder()) if os.path.isabs(file) else file
    name = file if inside.startswith("..") else inside.replace(os.sep, "/")
    return read_rules(
        text, name, vocabulary=_vocabulary(), beside=beside, parent=lambda pinned: standard(pinned).text, make=Standard
    )


Spans: TypeAlias = list[tuple[Standard, Span]]


@attrs.frozen(eq=False, repr=False)
class Catalogue:
    """Standards to choose from by name and by day. Versions of one standard stand in order.

    :func:`shipped` gives that of the library, :meth:`having` one with standards of your own. A catalogue
    does not change.

    >>> import chuanngheo as cn
    >>> local = cn.read_standard("docs/examples/local.yaml")
    >>> cn.shipped().having(local).standard("vn-mau-2099").jurisdiction
    'vn-mau'
    """

    shelf: Mapping[str, tuple[Shelved, ...]]

    def having(self, *standards: Standard) -> Catalogue:
        """This catalogue with standards of your own; one of the same id and version takes the other's place.

        Raises :class:`NoStandard` for a what-if: it is the law of no day.

        >>> import chuanngheo as cn
        >>> local = cn.read_standard("docs/examples/local.yaml")
        >>> cn.shipped().having(local).applicable(date(2099, 10, 1), jurisdiction="vn-mau").id
        'vn-mau-2099'
        """
        shelf = dict(self.shelf)
        for own in standards:
            if own.hypothetical:
                raise no_law(own, "answers for no day", "ask it itself: assess, classify, line")
            kept = [f for f in shelf.get(own.id, ()) if f.version != own.version]
            kept.append(Shelved(own.id, own.jurisdiction, own.entity, own.version, at_hand=own))
            shelf[own.id] = tuple(sorted(kept, key=lambda f: f.version))
        return Catalogue(shelf)

    def standard(self, name: str) -> Standard:
        """A standard by name: ``vn-2022`` (newest version), ``vn-2022@1``, or ``vn-2022@1.2`` exactly.

        Raises :class:`NoStandard`, a ``LookupError``.
        """
        base, _, wanted = name.partition("@")
        files = self.shelf.get(base)
        if files is None:
            raise NoStandard(f"there is no standard {base!r}; {nearest(base, self.shelf, SEE)}")
        version, _, revision = wanted.partition(".")
        if not version:
            return files[-1].standard
        match = [f for f in files if str(f.version) == version]
        if not match:
            raise NoStandard(f"{base} has no version {version!r}; allowed: {', '.join(str(f.version) for f in files)}")
        found = match[0].standard
        if revision and revision != str(found.revision):
            raise NoStandard(
                f"{base}@{version} is here in revision {found.revision}, not {revision}; "
                "install the release that carries it"
            )
        return found

    def standards(self, jurisdiction: str | None = COUNTRY, entity: str | None = HOUSEHOLD) -> list[Standard]:
        """Every standard of a jurisdiction in its newest version, oldest first; None takes all of them."""
        newest = (files[-1] for files in self.shelf.values())
        return sorted_by_age([f.standard for f in newest if _fits(f, jurisdiction, entity)])

    def versions(self, jurisdiction: str | None = COUNTRY, entity: str | None = HOUSEHOLD) -> list[Standard]:
        """Every version of every standard of a jurisdiction, oldest first."""
        everything = (f for files in self.shelf.values() for f in files)
        return sorted_by_age([f.standard for f in everything if _fits(f, jurisdiction, entity)])

    def jurisdictions(self, entity: str | None = None) -> tuple[str, ...]:
        """The jurisdictions that have a standard, in order."""
        return tuple(sorted({f.jurisdiction for files in self.shelf.values() for f in files if _fits(f, None, entity)}))

    def entities(self) -> tuple[str, ...]:
        """What the standards classify, in order: households first."""
        found = {f.entity for files in self.shelf.values() for f in files}
        return tuple(sorted(found, key=lambda e: (e != HOUSEHOLD, e)))

    def spans(self, jurisdiction: str, entity: str, known_at: date | None = None) -> Spans:
        """Every span of days with its standard, as far as its ground was issued by ``known_at``."""
        return [
            (s, span)
            for s in self.versions(jurisdiction, entity)
            for span in s.applies
            if known_at is None or span.known_from <= known_at
        ]

    def applicable(
        self,
        day: date,
        jurisdiction: str = COUNTRY,
        entity: str = HOUSEHOLD,
        known_at: date | None = None,
        fallback: bool = True,
    ) -> Standard:
        """The standard that covers a day, by what had been issued by ``known_at`` (default: all).

        ``fallback`` allows the national standard where a jurisdiction has none of its own on that
        day. Raises :class:`NoStandard` naming the neighbours when no standard covers the day.
        """
        return self.covering(day, jurisdiction, entity, known_at, fallback)[0]

    def covering(
        self, day: date, jurisdiction: str, entity: str, known_at: date | None, fallback: bool
    ) -> tuple[Standard, Span]:
        """The standard that covers a day, and its span that does."""
        day, known_at = as_day(day, "day"), None if known_at is None else as_day(known_at, "known_at")
        if jurisdiction == INTERNATIONAL:
            names = ", ".join(s.id for s in self.standards(INTERNATIONAL, entity))
            raise NoStandard(
                f"the standards of {INTERNATIONAL} stand beside each other, no day picks one; name one: {names}"
            )
        shelves = self._in_turn(jurisdiction, entity, known_at, fallback)
        found = _first(shelves, day, jurisdiction)
        if found is not None:
            return found
        spans = shelves[-1]
        known = f" by what was issued up to {known_at}" if known_at else ""
        over = (x for x in spans if x[1].end and x[1].end < day)
        before = max(over, key=lambda x: (x[1].end or day, x[1].known_from), default=None)
        after = min((x for x in spans if x[1].start > day), key=lambda x: x[1].start, default=None)
        hints = [f"{before[0].id} ends on {before[1].end}"] if before else []
        hints += [f"{after[0].id} begins on {after[1].start}"] if after else []
        places = self.jurisdictions()
        if jurisdiction not in places:
            hints.append(nearest(jurisdiction, places, SEE_PLACES))
        if entity not in self.entities():
            hints.append(nearest(entity, self.entities()))
        raise NoStandard(
            f"no {entity} standard of {jurisdiction} covers {day}{known}; {'; '.join(hints) or 'none is known'}"
        )

    def line(
        self,
        name: str,
        on: date,
        *,
        jurisdiction: str = COUNTRY,
        entity: str = HOUSEHOLD,
        known_at: date | None = None,
        **codes: str,
    ) -> Quantity:
        """A line on a day, with the next change known; see :func:`line`."""
        on, known_at = as_day(on, "on"), None if known_at is None else as_day(known_at, "known_at")
        found, span = self.covering(on, jurisdiction, entity, known_at, True)
        here = _on_span(found.line(name, **codes), span)
        _not_before_its_document(here, on, span, known_at)
        shelves = self._in_turn(jurisdiction, entity, known_at, True)
        return Quantity(
            here.value, here.unit, here.cite, name=name, standard=here.standard,
            next_change=_next_change(shelves, on, here, found.lines[name].labels, codes, jurisdiction),
            caveats=tuple(_caveats(found, here, on)), stands_in_for=found.stands_in_for,
        )  # fmt: skip

    def _in_turn(self, jurisdiction: str, entity: str, known_at: date | None, fallback: bool) -> list[Spans]:
        """The spans that answer for a jurisdiction: its own, then those of the country.

        The national standard stands in for a place that has standards here and for every code of a
        province, ``vn-NN``; another name is no place, but a slip of the pen.
        """
        own = self.spans(jurisdiction, entity, known_at)
        inside = PROVINCE.fullmatch(jurisdiction) or jurisdiction in self.jurisdictions()
        national = fallback and inside and jurisdiction.startswith(f"{COUNTRY}-")
        return [own, self.spans(COUNTRY, entity, known_at)] if national else [own]

    def for_review(self, year: int, jurisdiction: str = COUNTRY, known_at: date | None = None) -> list[ReviewStandard]:
        """The standards of the autumn round of a year; see :func:`for_review`."""
        ends = self.covering(date(year, 12, 31), jurisdiction, HOUSEHOLD, known_at, True)
        rounds = [ReviewStandard(ends[0], "year_end", date(year, 12, 31), ends[1].cite, PURPOSES["year_end"])]
        first = date(year + 1, 1, 1)
        try:
            starts = self.covering(first, jurisdiction, HOUSEHOLD, known_at, True)
        except NoStandard:
            return rounds
        cite = starts[1].cite if starts[0] == ends[0] or starts[1].review is None else starts[1].review
        rounds.append(ReviewStandard(starts[0], "next_year", first, cite, PURPOSES["next_year"]))
        return rounds

    def assess(
        self,
        household: Mapping[str, Any],
        on: date,
        jurisdiction: str = COUNTRY,
        known_at: date | None = None,
        method: str | None = None,
        readings: Mapping[str, str] | None = None,
        derive: str = "all",
        entity: str = HOUSEHOLD,
    ) -> Assessment:
        """Assess under the standard that covers a day; see :func:`assess`."""
        found = self.applicable(on, jurisdiction, entity, known_at)
        answer = found.assess(household, on=on, method=method, readings=readings, derive=derive)
        for card in found.scorecards.values():
            issued = card.cite.source.issued
            if card.method == answer.method and known_at is not None and issued is not None and issued > known_at:
                problem = Problem("CN069", "known_at", f"{card.label['en']} was issued on {issued}, after {known_at}", known_at,
                                  f"a day from {issued}", "give a later known_at, or income and indicators: method=\"criteria\"")  # fmt: skip
                raise NoStandard(f"the forms of {found.exact_id} were not known on {known_at}", [problem])
        return answer


def _fits(file: Shelved, jurisdiction: str | None, entity: str | None) -> bool:
    return jurisdiction in (None, file.jurisdiction) and entity in (None, file.entity)


@cache
def shipped() -> Catalogue:
    """The catalogue of the standards that come with the library; files are read when they are needed.

    Raises nothing; a file that cannot be read shows when it is asked for.

    >>> shipped().entities()[0], "vn" in shipped().jurisdictions()
    ('household', True)
    """
    root = standards_folder()
    found: dict[str, list[Shelved]] = {}
    for folder, _, files in sorted(os.walk(root)):
        parts = os.path.relpath(folder, root).split(os.sep)
        if len(parts) != 3:
            continue
        jurisdiction, entity, name = parts
        identifier = f"{jurisdiction}-{name}" if entity == HOUSEHOLD else f"{jurisdiction}-{entity}-{name}"
        for file in files:
            stem, ending = os.path.splitext(file)
            if ending == ".yaml" and stem[:1] == "v" and stem[1:].isdigit():
                shelved = Shelved(identifier, jurisdiction, entity, int(stem[1:]), os.path.join(folder, file))
                found.setdefault(identifier, []).append(shelved)
    return Catalogue({k: tuple(sorted(v, key=lambda f: f.version)) for k, v in found.items()})


def _first(shelves: list[Spans], day: date, jurisdiction: str) -> tuple[Standard, Span] | None:
    """What the first shelf says that has an answer for a day; a national standard then stands in."""
    for place, spans in enumerate(shelves):
        found = on_day(spans, day)
        if found is not None:
            return (_standing_in(found[0], jurisdiction), found[1]) if place else found
    return None


def on_day(spans: Spans, day: date) -> tuple[Standard, Span] | None:
    """Of the spans that hold a day, the one whose ground was issued last."""
    holding = [(s, span) for s, span in spans if span.holds(day)]
    return max(holding, key=lambda pair: (pair[1].known_from, pair[0].version), default=None)


@cache
def _standing_in(national: Standard, jurisdiction: str) -> Standard:
    return evolve(national, stands_in_for=jurisdiction)


def _on_span(quantity: Quantity, span: Span) -> Quantity:
    """A line under a span whose ground is read less well carries the span's grade."""
    if span.cite.grade <= quantity.grade or (span.concerns and quantity.name not in span.concerns):
        return quantity
    days = {
        "vi": f"cho những ngày theo {span.cite.label('vi')} (mức {span.cite.grade})",
        "en": f"on the days of {span.cite.label('en')} (grade {span.cite.grade})",
    }
    note = {lang: "; ".join(p for p in (quantity.cite.note.get(lang), said) if p) for lang, said in days.items()}
    cite: Cite = evolve(quantity.cite, grade=span.cite.grade, note=note)
    return Quantity(quantity.value, quantity.unit, cite, name=quantity.name, standard=quantity.standard)


def _not_before_its_document(q: Quantity, on: date, span: Span, known_at: date | None) -> None:
    """A line is law of no day before its own document, unless the ground of the days reaches back as well."""
    source, issued = q.cite.source, q.cite.source.issued
    if issued is None:
        return
    document = source.number or source.key
    if known_at is not None and issued > known_at:
        raise NoStandard(f"{q.name} of {q.standard} is set by {document}, issued on {issued}: not known on {known_at}")
    if issued > on and span.known_from <= on:
        raise NoStandard(
            f"{q.name} of {q.standard} is set by {document}, issued on {issued}: "
            f"it is not the law of {on}; ask for a day from {issued}"
        )


def _caveats(found: Standard, q: Quantity, on: date) -> Iterator[Caveat]:
    """What a reader of a line must know, in words."""
    if found.stands_in_for:
        yield standing_in(found.stands_in_for, found.id)
    source = q.cite.source
    if source.issued is None or source.issued <= min(s.start for s in found.applies):
        return
    named = {lang: source.title.get(lang) or source.number for lang in LANGUAGES}
    if source.issued > on:
        yield Caveat("issued_later", q.name, q.grade, {
            "vi": f"{named['vi']} ban hành ngày {source.issued:%d/%m/%Y}, sau ngày được hỏi; chuẩn áp dụng trở về trước.",
            "en": f"{named['en']} was issued on {source.issued}, after the day asked about; the standard reaches back.",
        })  # fmt: skip
    elif source.in_force is None:
        yield Caveat("in_force", q.name, q.grade, {
            "vi": f"Chưa tìm thấy ngày có hiệu lực của {named['vi']}; văn bản ban hành ngày {source.issued:%d/%m/%Y}.",
            "en": f"The day {named['en']} came into force was not found; it was issued on {source.issued}.",
        })  # fmt: skip


def _next_change(
    shelves: list[Spans], on: date, here: Quantity, labels: Text, codes: Mapping[str, str], jurisdiction: str
) -> Change | None:
    """The first later day on which the line is another number or not known to be the same, or none."""
    spans = [pair for shelf in shelves for pair in shelf]
    days = sorted(
        {s.start for _, s in spans if s.start > on} | {s.end + timedelta(1) for _, s in spans if s.end and s.end >= on}
    )
    for day in days:
        found = _first(shelves, day, jurisdiction)
        if found is None:
            if day > max(s.start for _, s in spans):
                return None
            return Change(day, None, here.cite, "uncovered", reason=_NEXT["uncovered"])
        change = _on(day, *found, here, labels, codes)
        if change is not None:
            return change
    return None


def _on(
    day: date, other: Standard, span: Span, here: Quantity, labels: Text, codes: Mapping[str, str]
) -> Change | None:
    """What a standard makes of a line on a day; None where it stays the same."""
    told: dict[str, Any] = {"standard": other.exact_id, "stands_in_for": other.stands_in_for}
    line = other.lines.get(here.name)
    if line is None:
        status, unseen = _absence(other, here, labels)
        said = {} if unseen is None else {lang: f": {unseen.what[lang]}" for lang in LANGUAGES}
        return Change(day, None, span.cite, status, reason=_next(status, other, said), **told)
    amounts = dict(_amounts(line.table, codes))
    if set(amounts.values()) == {here.value} and line.unit == here.unit:
        return None
    if len(amounts) == 1:
        (path,) = amounts
        quantity = Quantity(amounts[path], line.unit, line.cite_of(path), name=here.name, standard=other.exact_id)
        quantity = _on_span(quantity, span)
        return Change(
            day, quantity, span.cite, reason=_next("national", other) if other.stands_in_for else None, **told
        )
    wanted = ", ".join(fact for fact in _facts_of(line.table, codes) if fact not in codes)
    return Change(
        day, None, span.cite, "depends", reason=_next("depends", other, dict.fromkeys(LANGUAGES, wanted)), **told
    )


def _absence(other: Standard, here: Quantity, labels: Text) -> tuple[str, Unseen | None]:
    """What it means that a standard has no such line: only classes read in the legal text say so."""
    unseen = unseen_about(other, labels) or (unseen_scores(other) if here.unit == POINT else None)
    if unseen is not None:
        return "unread", unseen
    classes = [cls.cite for cls in other.classes.values()]
    return ("absent" if classes and all(c.grade == "A" for c in classes) else "not_found"), None


def _amounts(table: Any, codes: Mapping[str, str], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The amounts of a line that some codes leave, by the codes that lead to them."""
    if not isinstance(table, dict):
        yield path, table
        return
    ((fact, cells),) = table.items()
    left = {codes[fact]: cells[codes[fact]]} if codes.get(fact) in cells else cells
    for code, inner in left.items():
        yield from _amounts(inner, codes, (*path, code))


def _facts_of(table: Any, codes: Mapping[str, str]) -> list[str]:
    """What the amounts that some codes leave depend on, in order."""
    if not isinstance(table, dict):
        return []
    ((fact, cells),) = table.items()
    left = [cells[codes[fact]]] if codes.get(fact) in cells else cells.values()
    return list(dict.fromkeys([fact, *(f for inner in left for f in _facts_of(inner, codes))]))


def _next(kind: str, other: Standard, said: Text | None = None) -> Text:
    national = _NATIONAL if other.stands_in_for else dict.fromkeys(LANGUAGES, "{id}")
    return {
        lang: _NEXT[kind][lang].format(
            named=national[lang].format(id=other.id, place=other.stands_in_for), said=(said or {}).get(lang, "")
        )
        for lang in LANGUAGES
    }


POINT = "point"
_NATIONAL: Text = {
    "vi": "chuẩn quốc gia {id} (ở đây không có chuẩn riêng của {place} cho ngày đó)",
    "en": "the national {id} (no standard of {place} for that day is here)",
}
_NEXT: Mapping[str, Text] = {
    "national": {"vi": "theo {named}", "en": "by {named}"},
    "depends": {"vi": "{named} quy định tùy theo {said}; hãy nêu để có số tiền", "en": "{named} sets it by {said}; name that to have the amount"},
    "absent": {
        "vi": "không còn mức này; các loại hộ của {named} đã đọc nguyên văn",
        "en": "no such line; the classes of {named} were read in the legal text",
    },
    "not_found": {
        "vi": "chưa biết; không thấy mức này trong phần đã đọc của {named}, có thể đã bỏ, có thể chưa đọc được",
        "en": "not known; this line is not in what was read of {named}: it may be gone, it may not have been read",
    },
    "unread": {
        "vi": "chưa biết; phần này của {named} chưa đọc được, có thể đã bỏ, có thể vẫn còn{said}",
        "en": "not known; the text of {named} on this was not read: the line may be gone, it may still be there{said}",
    },
    "uncovered": {"vi": "ở đây không có chuẩn nào cho ngày đó", "en": "no standard here covers that day"},
}  # fmt: skip


@frozen
class ReviewStandard(Frozen):
    """A standard that a yearly review round needs: for what, for which day, on what ground.

    ``purpose`` is ``year_end`` or ``next_year``; ``labels`` say it in both languages.
    """

    standard: Standard
    purpose: str  # "year_end" or "next_year"
    day: date
    cite: Cite
    labels: Text

    @property
    def grade(self) -> str:
        """That of the ground: A, B, C or D."""
        return self.cite.grade


PURPOSES: Mapping[str, Text] = {
    "year_end": {"vi": "kết quả cuối năm", "en": "result at the end of the year"},
    "next_year": {"vi": "danh sách đầu năm sau", "en": "list at the start of the next year"},
}


def standard(name: str) -> Standard:
    """A shipped standard: ``vn-2022`` (newest version), ``vn-2022@1`` or ``vn-2022@1.2`` exactly.

    Raises :class:`NoStandard`, a ``LookupError``.

    >>> standard("vn-2001").id
    'vn-2001'
    """
    return shipped().standard(name)


def standards(jurisdiction: str = COUNTRY, entity: str = HOUSEHOLD) -> list[Standard]:
    """Every standard of a jurisdiction in its newest version, oldest first.

    Raises nothing: a jurisdiction or ``entity`` that has none gives an empty list.

    >>> [s.id for s in standards()][-3:]
    ['vn-2016', 'vn-2022', 'vn-2027']
    """
    return shipped().standards(jurisdiction, entity)


def applicable(
    day: date,
    jurisdiction: str = COUNTRY,
    entity: str = HOUSEHOLD,
    known_at: date | None = None,
    fallback: bool = True,
) -> Standard:
    """The standard that covers a day, by what had been issued by ``known_at`` (default: all).

    ``fallback`` allows the national standard where a jurisdiction has none of its own.
    Raises :class:`NoStandard` naming the neighbours when no standard covers the day, and
    :class:`HouseholdError` where a day is none.

    >>> from datetime import date
    >>> applicable(date(2012, 6, 1)).exact_id, applicable(date(2014, 6, 1)).exact_id
    ('vn-2011@1.3', 'vn-2011@2.3')
    """
    return shipped().applicable(day, jurisdiction, entity, known_at, fallback)


def line(
    name: str,
    on: date,
    *,
    jurisdiction: str = COUNTRY,
    entity: str = HOUSEHOLD,
    known_at: date | None = None,
    **codes: str,
) -> Quantity:
    """A line on a day, with the next change known: the commonest question of all.

    >>> from datetime import date
    >>> q = line("poverty_line", on=date(2026, 3, 1), area="rural")
    >>> int(q), q.unit, q.grade
    (1500000, 'VND/person/month', 'B')
    >>> q.next_change[0], int(q.next_change[1])
    (datetime.date(2027, 1, 1), 2200000)

    ``grade`` is the weaker of the line's and of the span's for that day; ``caveats`` say that the national
    standard stands in, or that the day in force was not found. Raises :class:`NoStandard` when no standard
    covers the day, the line is not in it, or the line's own document was issued later.
    """
    return shipped().line(name, on, jurisdiction=jurisdiction, entity=entity, known_at=known_at, **codes)


def for_review(year: int, jurisdiction: str = COUNTRY, known_at: date | None = None) -> list[ReviewStandard]:
    """The standards of the autumn round of a year: one for its end, one for the next year's list.

    When both days have one standard, the round still has both purposes. When the standard
    changes with the year, the ground for listing by the new one is the ``review`` citation of its
    span; a next year that nothing covers is left out. Raises :class:`NoStandard` when nothing covers
    the end of the year.

    >>> [(r.standard.id, r.purpose, str(r.day), r.grade) for r in for_review(2026)]
    [('vn-2022', 'year_end', '2026-12-31', 'B'), ('vn-2027', 'next_year', '2027-01-01', 'D')]
    """
    return shipped().for_review(year, jurisdiction, known_at)


def assess(
    household: Mapping[str, Any],
    on: date,
    jurisdiction: str = COUNTRY,
    known_at: date | None = None,
    method: str | None = None,
    readings: Mapping[str, str] | None = None,
    derive: str = "all",
    entity: str = HOUSEHOLD,
) -> Assessment:
    """Assess a household (or another ``entity``) under the standard that covers a day.

    ``household`` maps names of :func:`facts` to values: money in đồng in the unit of the fact, codes as text,
    ``members`` as a list of mappings; what is absent is unknown. ``known_at`` leaves out what was issued
    later. The other arguments are those of :meth:`Standard.assess`.

    Raises :class:`NoStandard` when no standard covers the day or there is no such method or reading, and
    :class:`HouseholdError` with every problem of the facts.

    >>> from datetime import date
    >>> assess({"area": "rural", "income_per_person": 1_500_001, "deprivations": 3}, on=date(2026, 3, 1)).category
    'average'
    """
    return shipped().assess(household, on, jurisdiction, known_at, method, readings, derive, entity)


def facts(entity: str = HOUSEHOLD) -> Mapping[str, Fact]:
    """The vocabulary: every fact a rule may ask for; of households and of persons, or of another ``entity``.

    Raises :class:`NoStandard` for an entity that has no vocabulary.

    >>> fact = facts()["income_per_person"]
    >>> fact.unit, fact.labels["en"], list(facts()["area"].codes)
    ('VND/person/month', 'income a person a month', ['rural', 'urban'])
    """
    if entity not in entities(_vocabulary()):
        raise NoStandard(f"there is no vocabulary of {entity!r}; {nearest(entity, entities(_vocabulary()))}")
    return _facts(entity)


@cache
def _facts(entity: str) -> Mapping[str, Fact]:
    return vocabulary_facts(_vocabulary(), entity)


__all__ = [
    "Catalogue",
    "ReviewStandard",
    "applicable",
    "assess",
    "facts",
    "for_review",
    "line",
    "read_standard",
    "shipped",
    "standard",
    "standards",
]
