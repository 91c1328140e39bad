"""The audit of score cards: bands, rows that change nothing, the reach of the cut-off, forms that disagree.

Every combination of answers is looked at, not a sample: of sums there are few, however many ways lead
to them. What holds for the card as it stands is a fault; what holds only under another sense of an
interpretation, or is settled by one, names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from .answering import Standard
from .domains import Interval
from .explaining import number_text, unit_text
from .findings import WORDS, CardTable, Finding, domain_text
from .model import LANGUAGES, Cite, Fact, Text
from .scorecards import (
    Alternative,
    Item,
    Measure,
    Option,
    ScoreCard,
    banded,
    cell,
    nearest_sums,
    reachable,
    runs,
)
from .tree import Number
from .values import evolve
from .ways import choices

Keyed = tuple[Any, Finding]

COMBINED: Mapping[str, Text] = {
    "exclusive": {"vi": "chỉ một dòng", "en": "one row only"},
    "highest": {"vi": "dòng cao nhất", "en": "the highest row"},
    "additive": {"vi": "cộng các dòng", "en": "rows add up"},
}


def scorecard_findings(std: Standard) -> Iterator[Finding]:
    for card in std.scorecards.values():
        yield from _settled(std, card)
        yield from _senses(std, card)
        yield from _reach(std, card)


def only_scored(std: Standard, finding: Finding) -> bool:
    """Whether an interpretation changes no class because what it changes are the points of a form."""
    return finding.kind == "idle" and any(finding.about[0] in c.interpretations for c in std.scorecards.values())


def card_tables(std: Standard) -> tuple[CardTable, ...]:
    """Every card as rows; where senses differ, the points of each, the default first."""
    return tuple(_table(card) for card in std.scorecards.values())


def _table(card: ScoreCard) -> CardTable:
    rows = []
    for item in card.items:
        for option in item.options:
            cells = []
            for column in card.columns:
                points = [option.points[column]]
                points += [
                    a.points[column] for a in card.alternatives
                    if a.item == item.number and a.option == option.name and column in a.points
                ]  # fmt: skip
                cells.append(" | ".join("" if p is None else str(p) for p in points))
            rows.append((item.number, item.label, COMBINED[item.combine], option.label, tuple(cells)))
    return CardTable(card.name, card.label, tuple((c.name, c.label) for c in card.columns.values()), tuple(rows))


# --- faults of items, under every choice of senses --------------------------------------------------


def _settled(std: Standard, card: ScoreCard) -> Iterator[Finding]:
    """What is found under each choice, once: graver where nothing settles it, closed where a sense does."""
    found = [(chosen, dict(_faults(std, card, card.under(chosen)))) for chosen in choices(std, card.interpretations)]
    told: dict[Any, list[frozenset[tuple[str, str]]]] = {}
    for chosen, faults in found:
        here = frozenset(chosen.items())
        for key, finding in faults.items():
            if any(before <= here for before in told.get(key, ())):
                continue
            told.setdefault(key, []).append(here)
            if chosen:
                last = list(chosen)[-1]
                yield evolve(
                    finding, severity="note", readings=chosen, closed_by=(last, std.interpretations[last].default)
                )
            else:
                yield _closed(std, finding, (next(iter(c)) for c, fs in found if len(c) == 1 and key not in fs))


def _closed(std: Standard, finding: Finding, names: Iterator[str]) -> Finding:
    """A fault that another sense does not have is settled by the default of its interpretation."""
    name = next(names, None)
    if name is None:
        return finding
    return evolve(finding, severity="note", closed_by=(name, std.interpretations[name].default))


def _faults(std: Standard, card: ScoreCard, read: ScoreCard) -> Iterator[Keyed]:
    for item in read.items:
        cites = (item.cite or card.cite,)
        for key, kind, severity, about, texts in (
            *_bands(read, item),
            *_together(read, item),
            *_order(read, item),
            *_idle(item),
        ):
            where = {"vi": f"{card.label['vi']} mục {item.number}: ", "en": f"{card.label['en']} item {item.number}: "}
            said = {lang: where[lang] + texts[lang] for lang in LANGUAGES}
            yield key, Finding(kind, severity, (card.name, item.number, *about), said, cites=cites)
    yield from _cut_off(std, read)


Fault = tuple[Any, str, str, tuple[str, ...], Text]


def _bands(card: ScoreCard, item: Item) -> Iterator[Fault]:
    silent: dict[str, list[str]] = {lang: [] for lang in LANGUAGES}
    for measure in _measures(card, item):
        options = banded(item.options, measure.name)
        for a, b in combinations(options, 2):
            both = _met(measure, a, b)
            if both is not None:
                severity = "warning" if item.combine == "additive" else "error"
                yield ("overlap", item.number, a.name, b.name, both), "band_overlap", severity, (a.name, b.name), {
                    lang: f"\"{a.label[lang]}\" / \"{b.label[lang]}\": {measure.label[lang]} {_least(both, lang)}"
                    for lang in LANGUAGES
                }  # fmt: skip
        listed = runs(measure, options)
        holds = [i for i, (_, held) in enumerate(listed) if held]
        for i, (band, held) in enumerate(listed):
            if held:
                continue
            if holds and holds[0] < i < holds[-1]:
                yield ("gap", item.number, band), "band_gap", "error", (measure.name,), {
                    "vi": f"không có dòng cho {measure.label['vi']} {band_text(band, measure, 'vi')}; nhỏ nhất: {_least(band, 'vi')}",
                    "en": f"no row for {measure.label['en']} {band_text(band, measure, 'en')}; the smallest: {_least(band, 'en')}",
                }  # fmt: skip
            elif not (measure.whole and band.single and band.low == 0):  # of nothing there is no row
                for lang in LANGUAGES:
                    silent[lang].append(f"{measure.label[lang]} {band_text(band, measure, lang)}")
    if silent["en"]:
        yield (
            ("unlisted", item.number, *silent["en"]),
            "band_unlisted",
            "note",
            (),
            {
                "vi": f"mẫu không có dòng, không điểm: {'; '.join(silent['vi'])}",
                "en": f"no row on the form, no points: {'; '.join(silent['en'])}",
            },
        )


def _measures(card: ScoreCard, item: Item) -> list[Measure]:
    return [card.measures[n] for n in dict.fromkeys(o.measure for o in item.options if o.band is not None)]


def _met(measure: Measure, a: Option, b: Option) -> Interval | None:
    assert a.band is not None
    assert b.band is not None
    both = a.band.meet(measure.domain)
    return None if both is None else both.meet(b.band)


def _together(card: ScoreCard, item: Item) -> Iterator[Fault]:
    """An exclusive item of which two rows look at different measures: nothing keeps them apart."""
    if item.combine != "exclusive":
        return
    for a, b in combinations((o for o in item.options if o.band is not None), 2):
        if a.measure == b.measure:
            continue
        bands = [_least_of(card.measures[o.measure], o) for o in (a, b)]
        if None in bands:
            continue
        texts = {}
        for lang in LANGUAGES:
            at = [
                f"{card.measures[o.measure].label[lang]} {_least(x, lang)}"
                for o, x in zip((a, b), bands, strict=True)
                if x is not None
            ]
            texts[lang] = f'"{a.label[lang]}" / "{b.label[lang]}": {", ".join(at)}'
        yield ("together", item.number, a.name, b.name), "not_exclusive", "error", (a.name, b.name), texts
        return


def _least_of(measure: Measure, option: Option) -> Interval | None:
    return None if option.band is None else option.band.meet(measure.domain)


def _order(card: ScoreCard, item: Item) -> Iterator[Fault]:
    """Who is better off by the measure, or by the order of the rows, and scores less."""
    for measure in _measures(card, item):
        if not measure.worse:
            continue
        steps = [
            ({lang: f"{measure.label[lang]} {band_text(band, measure, lang)}" for lang in LANGUAGES}, held)
            for band, held in runs(measure, banded(item.options, measure.name))
        ]
        yield from _falling(card, item, steps if measure.worse == "less" else steps[::-1])
    if item.order:
        free = [(o.label, (o,)) for o in item.options if o.band is None]
        yield from _falling(card, item, free if item.order == "worst_first" else free[::-1])


def _falling(card: ScoreCard, item: Item, steps: Sequence[tuple[Text, tuple[Option, ...]]]) -> Iterator[Fault]:
    """Steps from worse to better off, whose points must not fall."""
    for column in card.columns.values():
        for (worse, before), (better, after) in pairwise(steps):
            low, high = (sum((o.at(column.name) for o in held), start=0) for held in (before, after))
            if high < low:
                about = (column.name, *(o.name for o in (*before, *after)))
                yield ("order", item.number, about, low, high), "score_order", "warning", about, {
                    "vi": f"cột {column.label['vi']}: {better['vi']} được {_points(high, card, 'vi')}, ít hơn {worse['vi']} ({_points(low, card, 'vi')})",
                    "en": f"column {column.label['en']}: {better['en']} has {_points(high, card, 'en')}, fewer than {worse['en']} ({_points(low, card, 'en')})",
                }  # fmt: skip


def _idle(item: Item) -> Iterator[Fault]:
    for option in item.options if not item.stop else ():
        if not any(option.points.values()):
            yield (
                ("idle", item.number, option.name),
                "option_idle",
                "note",
                (option.name,),
                {
                    "vi": f'dòng "{option.label["vi"]}" không đổi điểm ở cột nào',
                    "en": f'the row "{option.label["en"]}" changes the points of no column',
                },
            )


# --- sums -------------------------------------------------------------------------------------------


def _line(std: Standard, card: ScoreCard, column: str) -> Number | None:
    if card.cut_off is None:
        return None
    return cell(std.lines[card.cut_off.line].table, card.columns[column].cells)


def _cut_off(std: Standard, card: ScoreCard) -> Iterator[Keyed]:
    """A cut-off on whose poor side there is no sum at all, or every one."""
    for column in card.columns.values():
        line = _line(std, card, column.name)
        if line is None or card.cut_off is None:
            continue
        sums = reachable(card, column.name)
        at_most = card.cut_off.side == "at_most"
        low, high = min(sums), max(sums)
        reached = low <= line if at_most else high >= line
        always = high <= line if at_most else low >= line
        if reached and not always:
            continue
        kind = "cut_off_always" if reached else "cut_off_unreached"
        sign = "≤" if at_most else "≥"
        what = {
            "cut_off_always": {"vi": "mọi tổng điểm đều", "en": "every sum is"},
            "cut_off_unreached": {"vi": "không tổng điểm nào", "en": "no sum is"},
        }[kind]
        yield (kind, column.name), Finding(
            kind, "error", (card.name, column.name),
            {lang: f"{card.label[lang]}, {column.label[lang]}: {what[lang]} {sign} {_points(line, card, lang)} "
                   f"({number_text(low, lang)}–{number_text(high, lang)})" for lang in LANGUAGES},
            cites=(card.cite, std.lines[card.cut_off.line].cite),
        )  # fmt: skip


def _reach(std: Standard, card: ScoreCard) -> Iterator[Finding]:
    """The least and greatest sum of each column, and the sums around the cut-off; then where one sense differs."""
    every = [(chosen, card.under(chosen)) for chosen in choices(std, card.interpretations)]
    for column in card.columns:
        sums = {frozenset(c.items()): reachable(read, column) for c, read in every}
        least, most = min(min(s) for s in sums.values()), max(max(s) for s in sums.values())
        default = sums[frozenset()]
        yield _range(std, card, column, default, {}, (least, most))
        for chosen, _ in every:
            other = sums[frozenset(chosen.items())]
            if len(chosen) == 1 and _figures(std, card, column, other) != _figures(std, card, column, default):
                yield _range(std, card, column, other, chosen, (min(other), max(other)))


def _figures(std: Standard, card: ScoreCard, column: str, sums: frozenset[Number]) -> tuple[Any, ...]:
    line = _line(std, card, column)
    return min(sums), max(sums), *(() if line is None else nearest_sums(sums, line))


def _range(
    std: Standard, card: ScoreCard, column: str, sums: frozenset[Number], chosen: Mapping[str, str],
    over: tuple[Number, Number],
) -> Finding:  # fmt: skip
    line, label = _line(std, card, column), card.columns[column].label
    cites: list[Cite] = [card.columns[column].cite or card.cite]
    texts = {}
    for lang in LANGUAGES:
        low, high = number_text(min(sums), lang), number_text(max(sums), lang)
        joined = " đến " if lang == "vi" else " to "
        text = f"{card.label[lang]}, {label[lang]}: {low}{joined}{high} {unit_text(card.unit, lang)}"
        if over != (min(sums), max(sums)):
            ends = joined.join(number_text(x, lang) for x in over)
            text += f" (theo mọi cách hiểu: {ends})" if lang == "vi" else f" (under every reading: {ends})"
        if line is not None:
            text += _around(sums, line, lang)
        texts[lang] = text
    if card.cut_off is not None:
        cites.append(std.lines[card.cut_off.line].cite)
    last = list(chosen)[-1] if chosen else ""
    closed = (last, std.interpretations[last].default) if last else None
    return Finding(
        "score_range", "note", (card.name, column), texts, readings=dict(chosen), cites=tuple(cites), closed_by=closed
    )


def _around(sums: frozenset[Number], line: Number, lang: str) -> str:
    below, exact, above = nearest_sums(sums, line)
    none = "không có" if lang == "vi" else "none"
    before, after = (none if x is None else number_text(x, lang) for x in (below, above))
    at = number_text(line, lang)
    if lang == "vi":
        return f"; mức {at}: {'có' if exact else 'không có'} tổng đúng bằng, tổng liền dưới {before}, liền trên {after}"
    return f"; cut-off {at}: {'met exactly by some sum' if exact else 'no sum meets it exactly'}, next below {before}, next above {after}"


# --- senses -----------------------------------------------------------------------------------------


def _senses(std: Standard, card: ScoreCard) -> Iterator[Finding]:
    """Where the text itself has two versions, or does not say: both, with what decides between them."""
    for a in card.alternatives:
        item = card.item(a.item)
        interpretation = std.interpretations[a.interpretation]
        closed = (a.interpretation, interpretation.default)
        readings = {a.interpretation: a.sense}
        if not a.points:
            yield Finding(
                "two_senses", "note", (a.interpretation, card.name, a.item),
                {lang: f"{interpretation.question[lang]} {interpretation.readings[interpretation.default][lang]} / "
                       f"{interpretation.readings[a.sense][lang]}" for lang in LANGUAGES},
                readings=readings, cites=tuple(dict.fromkeys((item.cite or card.cite, a.cite))), closed_by=closed,
            )  # fmt: skip
        for column, points in a.points.items():
            yield _disagreement(card, item, a, column, points, closed)


def _disagreement(
    card: ScoreCard, item: Item, a: Alternative, column: str, points: Number, closed: tuple[str, str]
) -> Finding:
    option = item.option(a.option)
    mine = option.points[column]
    same = mine == points
    texts = {
        lang: f"{card.label[lang]} {word} {item.number}, {card.columns[column].label[lang]}, \"{option.label[lang]}\": "
              f"{'–' if mine is None else number_text(mine, lang)} / {number_text(points, lang)}"
        for lang, word in (("vi", "mục"), ("en", "item"))
    }  # fmt: skip
    return Finding(
        "idle" if same else "points_disagree", "warning" if same else "note",
        (card.name, item.number, option.name, column), texts, readings={a.interpretation: a.sense}, cites=(item.cite or card.cite, a.cite), closed_by=closed,
    )  # fmt: skip


# --- words ------------------------------------------------------------------------------------------


def _points(value: Number, card: ScoreCard, lang: str) -> str:
    return f"{number_text(value, lang)} {unit_text(card.unit, lang)}"


def band_text(band: Interval, measure: Measure, lang: str) -> str:
    """A band in words, its unit included: ``from 20 to below 30 m²``."""
    like = Fact(measure.name, "number", measure.label, unit=measure.unit, least=measure.least, most=measure.most)
    return domain_text(band, like, lang)


def _least(band: Interval, lang: str) -> str:
    """The smallest value of a band, or the end that it begins above."""
    number = _number(band.low, lang)
    return f"{WORDS[lang]['above']} {number}" if band.low_open else number


def _number(value: Number | None, lang: str) -> str:
    return "…" if value is None else number_text(value, lang)


__all__ = ["band_text", "card_tables", "only_scored", "scorecard_findings"]
