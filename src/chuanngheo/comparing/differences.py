"""What two standards have in common and where they differ, as one value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from ..answering import Standard
from ..catalogue import standard
from ..errors import NoStandard, Problem, quoted
from ..model import Cite, Interpretation, Span, Text, Unseen, weakest
from ..results import class_cite, indicator_cite
from ..values import Frozen, frozen
from ..version import provenance
from .lines import Converts, LineChange, line_changes, unseen_scores
from .published import Count, published, same_place
from .rules import ClassChange, IndicatorChange, class_changes, compared_quantities, indicator_changes

DOUBTFUL = "CD"  # grades that confirm nothing
Days = tuple[date, date | None]
SIDES = ("a", "b")


@frozen
class DaysChange(Frozen):
    """The days that each standard covers: spans with their grounds, days of both, days between that neither covers.

    A what-if standard covers none.
    """

    a: tuple[Span, ...]
    b: tuple[Span, ...]
    overlaps: tuple[Days, ...]
    gaps: tuple[Days, ...]


@frozen
class Graded(Frozen):
    """One figure or rule of one standard and its grade. ``kind`` is span, line, indicator, class or interpretation."""

    side: str  # a or b
    kind: str
    name: str
    labels: Text
    cite: Cite | None
    grade: str


@frozen
class Grades(Frozen):
    """The grade of every figure of both, and the weakest of each."""

    figures: tuple[Graded, ...]
    a: str
    b: str


@frozen
class Shared(Frozen):
    """A method or score card, and which of the two standards has it."""

    name: str
    labels: Text
    a: bool
    b: bool
    unseen: Unseen | None = None  # the standard without it may have it: its score tables were looked for and not read


@frozen
class Unverified(Frozen):
    """What could not be verified: a figure graded C or D, or something looked for and not read."""

    side: str
    figure: Graded | None
    unseen: Unseen | None


@frozen
class Rates(Frozen):
    """Official results of each standard, by its day. They count different things and are not comparable.

    ``both`` are places that were counted under both standards on the same day.
    """

    a: tuple[Count, ...]
    b: tuple[Count, ...]
    both: tuple[tuple[Count, Count], ...]
    comparable: bool = False


@frozen
class Comparison(Frozen):
    """Two standards beside each other: ``a`` is the one before, ``b`` the one after.

    ``lines``, ``indicators`` and ``classes`` list what one or both have; ``days``, ``grades``,
    ``interpretations`` (of ``a`` or ``b``), ``methods`` and ``cards`` the rest of it; ``rates`` the
    official results; ``unverified`` what could not be verified. ``years`` are the first years of the two,
    or those that the caller chose; ``in_year`` is the year whose prices real changes are in.
    ``text``, ``to_dict``, ``to_html`` and ``cite`` say it; ``on`` applies both to the same households. Made by :func:`compare`.

    >>> import chuanngheo as cn
    >>> c = cn.compare("vn-2016", "vn-2022")
    >>> print(c.text("en").splitlines()[0])
    vn-2016@1.2 compared with vn-2022@1.4
    """

    a: Standard
    b: Standard
    lines: tuple[LineChange, ...]
    indicators: tuple[IndicatorChange, ...]
    classes: tuple[ClassChange, ...]
    days: DaysChange
    grades: Grades
    interpretations: tuple[tuple[str, Interpretation], ...]
    methods: tuple[Shared, ...]
    cards: tuple[Shared, ...]
    rates: Rates
    unverified: tuple[Unverified, ...]
    prices: Converts | None
    years: tuple[int, int]
    in_year: int
    years_chosen: bool  # by the caller; else they are the first years that the two cover

    def __hash__(self) -> int:
        return hash((self.a, self.b, self.years, self.in_year))

    def __repr__(self) -> str:
        parts = [
            f"{n} {what}" for n, what in (
                (sum(x.kind != "same" for x in self.lines), "lines"),
                (sum(x.kind != "kept" for x in self.indicators), "indicators"),
                (sum(x.kind != "kept" for x in self.classes), "classes"),
            ) if n
        ]  # fmt: skip
        return f"<Comparison {self.a.exact_id} with {self.b.exact_id}: {', '.join(parts) or 'no difference'}>"

    @property
    def hypothetical(self) -> bool:
        """Whether one of the two is a what-if standard."""
        return self.a.hypothetical or self.b.hypothetical

    @property
    def provenance(self) -> dict[str, Any]:
        """What it rests on: ``standards`` (both exact ids), ``code_version``, ``data_version``; JSON-ready."""
        return provenance(self.a.exact_id, self.b.exact_id)

    @property
    def same(self) -> bool:
        """Whether it is one and the same standard: nothing to tell apart."""
        return self.a == self.b

    def text(self, lang: str = "vi") -> str:
        """The comparison in plain words, Vietnamese or English."""
        from .wording import text

        return text(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; its schema is ``chuanngheo/comparison/1``. Fractions are text (``800/7``)."""
        from .pages import to_dict

        return to_dict(self)

    def to_html(self, lang: str = "vi", *, page: bool = True) -> str:
        """A page of HTML that stands alone: no script, nothing fetched. ``page=False`` gives a fragment."""
        from .pages import to_html

        return to_html(self, lang, page=page)

    def cite(self, lang: str = "vi", *, on: date | None = None) -> str:
        """A citation to copy: both exact ids with short digests, versions of data and code, the day (today)."""
        from .wording import citation

        return citation(self, lang, on if on is not None else date.today())

    def _repr_html_(self) -> str:
        return self.to_html(page=False)

    def on(
        self,
        households: Any,
        persons: Any = None,
        *,
        key: str = "household_id",
        columns: Mapping[str, Any] | None = None,
        person_columns: Mapping[str, Any] | None = None,
        weight: str | None = None,
        by: Any = None,
        design: Any = None,
        **how: Any,
    ) -> Any:
        """What the change from ``a`` to ``b`` does to the same households: see :func:`chuanngheo.comparing.moves.moves`."""
        from .moves import moves

        return moves(
            self, households, persons, key=key, columns=columns, person_columns=person_columns,
            weight=weight, by=by, design=design, **how,
        )  # fmt: skip


def compare(
    a: Standard | str,
    b: Standard | str,
    *,
    prices: Converts | None = None,
    in_year: int | None = None,
    years: tuple[int, int] | None = None,
) -> Comparison:
    """Two standards beside each other: lines, indicators, classes, days, grades, official rates.

    ``a`` and ``b`` are standards, what-if ones too, or names: ``"vn-2016"``, ``"vn-2016@1"``. With a
    price index (``prices``: :func:`shipped_cpi`, :func:`price_index`, or anything with
    ``convert(amount, from_year, to_year)``) changes of money are also real, in the prices of ``in_year``
    (by default the first year of ``b``). ``years`` says of which years' prices the amounts of ``a`` and
    ``b`` are; by default each line is of the first year in which its standard has that amount, in an
    earlier version perhaps; an assumed amount of a what-if is of the first year of the version it changes.

    Raises :class:`NoStandard` when there is no such standard, or the two classify different things
    (CN188), or the years cannot be used (CN189); and what the index raises for a year it does not have.

    >>> c = compare("vn-2016", "vn-2022")
    >>> [(x.cell_labels["en"], x.change, x.percent) for x in c.lines if x.name == "poverty_line"]
    [('rural', 800000, Fraction(800, 7)), ('urban', 1100000, Fraction(1100, 9))]
    >>> [x.name for x in c.indicators if x.kind == "added"]
    ['employment', 'dependency', 'nutrition']
    """
    mine, theirs = (_standard(x, side) for x, side in ((a, "a"), (b, "b")))
    if mine.entity != theirs.entity:
        raise _refused("CN188", "b", f"{mine.exact_id} is about a {mine.entity}, {theirs.exact_id} about a {theirs.entity}",
                       theirs.entity, f"another standard of a {mine.entity}", "see cn.standards(entity=...)")  # fmt: skip
    chosen = _years(mine, theirs, years)
    target = _in_year(in_year, prices, chosen)

    def line_years(name: str) -> tuple[int, int]:
        return chosen if years is not None else (_line_year(mine, name), _line_year(theirs, name))

    figures = (*_graded("a", mine), *_graded("b", theirs))
    worst = [weakest(*(f.grade for f in figures if f.side == s)) for s in SIDES]
    return Comparison(
        mine,
        theirs,
        tuple(line_changes(mine, theirs, prices, line_years, target, compared_quantities(mine, theirs))),
        tuple(indicator_changes(mine, theirs)),
        tuple(class_changes(mine, theirs)),
        _days(mine, theirs),
        Grades(figures, worst[0], worst[1]),
        tuple((s, i) for s, std in zip(SIDES, (mine, theirs), strict=True) for i in std.interpretations.values()),
        tuple(_shared(mine, theirs, *({n: m.labels for n, m in s.methods.items()} for s in (mine, theirs)))),
        tuple(_shared(mine, theirs, *({n: c.label for n, c in s.scorecards.items()} for s in (mine, theirs)))),
        _rates(mine, theirs),
        tuple(_unverified(mine, theirs, figures)),
        prices,
        chosen,
        target,
        years is not None,
    )


# --- what was asked -------------------------------------------------------------------------------------


def _standard(given: Any, side: str) -> Standard:
    if isinstance(given, Standard):
        return given
    if isinstance(given, str):
        return standard(given)
    raise _refused(
        "CN188",
        side,
        f"{quoted(given)} is not a standard",
        given,
        "a Standard, or its name",
        'cn.compare("vn-2016", "vn-2022")',
    )


def _years(a: Standard, b: Standard, given: Any) -> tuple[int, int]:
    if given is None:
        return _first_year(a), _first_year(b)
    if (
        isinstance(given, tuple | list)
        and len(given) == 2
        and all(type(y) is int and date.min.year <= y <= date.max.year for y in given)
    ):
        return given[0], given[1]
    raise _refused("CN189", "years", f"{quoted(given)} are not two years", given, "one year for a and one for b",
                   f"years=({_first_year(a)}, {_first_year(b)})")  # fmt: skip


def _in_year(given: Any, prices: Converts | None, years: tuple[int, int]) -> int:
    if given is None:
        return years[1]
    if type(given) is not int or not date.min.year <= given <= date.max.year:
        raise _refused("CN189", "in_year", f"{quoted(given)} is not a year", given, "a year", f"in_year={years[1]}")
    if prices is None:
        raise _refused(
            "CN189", "in_year", "prices of a year are asked for, without a price index", given, "", "give prices= too"
        )
    return given


def _first_year(std: Standard) -> int:
    return min((s.start for s in std.applies), default=date.min).year


def _line_year(std: Standard, name: str) -> int:
    """The first year with the amounts of a line: a later version of a standard may repeat those of an earlier."""
    line = std.lines[name]
    for version in range(1, std.version):
        try:
            older = standard(f"{std.id}@{version}")
        except NoStandard:  # of your own, or a version that is not kept
            continue
        found = older.lines.get(name)
        if found is not None and (found.table, found.unit) == (line.table, line.unit):
            return _first_year(older)
    return _first_year(std)


def _refused(code: str, where: str, message: str, value: Any, allowed: str, remedy: str) -> NoStandard:
    return NoStandard(f"the two cannot be compared: {message}", [Problem(code, where, message, value, allowed, remedy)])


# --- days, grades, what was not read --------------------------------------------------------------------


def _days(a: Standard, b: Standard) -> DaysChange:
    mine, theirs = (spans(s) for s in (a, b))
    gaps = () if a.hypothetical or b.hypothetical else tuple(_gaps((*mine, *theirs)))
    return DaysChange(mine, theirs, tuple(_overlaps(mine, theirs)), gaps)


def spans(std: Standard) -> tuple[Span, ...]:
    """The days that a standard covers; a what-if is the law of no day, whatever it was made of."""
    return () if std.hypothetical else std.applies


def _overlaps(mine: tuple[Span, ...], theirs: tuple[Span, ...]) -> Iterator[Days]:
    for x in mine:
        for y in theirs:
            start, end = max(x.start, y.start), min(x.end or date.max, y.end or date.max)
            if start <= end:
                yield start, None if end == date.max else end


def _gaps(spans: tuple[Span, ...]) -> Iterator[Days]:
    """Days after the first and before the last that no span covers."""
    covered: date | None = None
    for span in sorted(spans, key=lambda s: s.start):
        if covered is not None and covered < date.max and span.start > covered + timedelta(1):
            yield covered + timedelta(1), span.start - timedelta(1)
        covered = max(covered or date.min, span.end or date.max)


def _graded(side: str, std: Standard) -> Iterator[Graded]:
    defaults = {n: i.default for n, i in std.interpretations.items()}
    for span in spans(std):
        end = "…" if span.end is None else span.end.isoformat()
        days = f"{span.start.isoformat()} – {end}"
        yield Graded(side, "span", days, {"vi": days, "en": days}, span.cite, span.cite.grade)
    for line in std.lines.values():
        yield Graded(side, "line", line.name, line.labels, line.cite, line.cite.grade)
        for path, cite in line.cites:
            if cite.grade != line.cite.grade:
                codes = [f.codes[c] for c in path for f in std.facts.values() if c in f.codes][: len(path)]
                labels = {lang: f"{text} ({', '.join(c[lang] for c in codes)})" for lang, text in line.labels.items()}
                yield Graded(side, "line", f"{line.name}.{'.'.join(path)}", labels, cite, cite.grade)
    for name, derived in std.indicators.items():
        found = indicator_cite(std, name, defaults)
        yield Graded(side, "indicator", name, derived.labels, found, found.grade if found else "D")
    for name, cls in std.classes.items():
        ground = class_cite(std, name, std.default_method)
        yield Graded(side, "class", name, cls.labels, ground, ground.grade)
    for name, i in std.interpretations.items():
        yield Graded(side, "interpretation", name, i.question, None, i.grade)


def _unverified(a: Standard, b: Standard, figures: tuple[Graded, ...]) -> Iterator[Unverified]:
    for side, std in zip(SIDES, (a, b), strict=True):
        for f in figures:
            if f.side == side and f.grade in DOUBTFUL:
                yield Unverified(side, f, None)
        for u in std.unseen:
            yield Unverified(side, None, u)


def _shared(a: Standard, b: Standard, mine: Mapping[str, Text], theirs: Mapping[str, Text]) -> Iterator[Shared]:
    scored = {n for s in (a, b) for card in s.scorecards.values() for n in (card.name, card.method)}
    both = {**mine, **theirs}
    for name in dict.fromkeys((*mine, *theirs)):
        lacking = [s for s, held in ((a, mine), (b, theirs)) if name not in held]
        unseen = unseen_scores(lacking[0]) if lacking and name in scored else None
        yield Shared(name, both[name], name in mine, name in theirs, unseen)


def _rates(a: Standard, b: Standard) -> Rates:
    """Those that the authority counted: there are none for a what-if standard."""
    counts = published()
    mine, theirs = (
        () if s.hypothetical else tuple(c for c in counts if c.standard == s.id and c.jurisdiction == s.jurisdiction)
        for s in (a, b)
    )
    both = () if a.hypothetical or b.hypothetical else same_place(counts, a.id, b.id)
    return Rates(mine, theirs, both)


__all__ = ["Comparison", "DaysChange", "Graded", "Grades", "Rates", "Shared", "Unverified", "compare"]
