"""Priority lists: which units come first, by what, and what stands out in each; the lists of households.

A rank says only what was counted: equals share it, small units and units of which too much is not
known stand apart. Names of persons come in when a list of households is printed and are not kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from ..errors import DataProblems, Problem, nearest, quoted
from ..model import Text
from ..tabular import to_polars
from ..values import Frozen, frozen
from .counting import CLASSES, Path, Round, count, counted
from .data import load
from .given import CAUSES, FORMS, LISTED
from .layout import Cell, Form, Head, Note, Row, cite_of, label, print_cell, sentence
from .reports import unit_of

OF = {"poor": "poor", "near_poor": "near_poor", "both": ""}


@frozen
class _Standing(Frozen):
    """What a unit is ranked by: ``base`` None and ``value`` None where it is not known."""

    path: Path
    base: int | None
    count: int | None
    value: Cell
    possible: Cell


def priority_list(
    households: Any,
    *,
    least: int,
    by: str = "commune",
    measure: str = "rate",
    of: str = "poor",
    top: int | None = None,
    reasons: int = 3,
    using: str = "category",
    whole: bool = False,
    totals: Any = None,
    year: int | None = None,
    province: str | None = None,
    levels: Sequence[str] | None = None,
    as_of: date | None = None,
    order: Sequence[str] | None = None,
) -> Form:
    """Units in order of need, with the causes and indicators that stand out in each.

    ``measure`` is ``"rate"`` (of all resident households, which ``whole=True`` or ``totals`` give),
    ``"number"``, or the name of a flag, by its share in the class: ``"minority_household"``,
    ``"cause_land"``, ``"deprived_water"``, … ``of`` is the class: ``"poor"``, ``"near_poor"`` or
    ``"both"``. ``least`` is the least number of households to be ranked out of (of the class, for
    ``"number"``); units below it stand apart, and so do units whose value is not known.

    The columns: ``base`` (out of), ``count``, ``value``, ``possible`` (if all that is not known were
    counted; blank where all is known) and ``reasons``: up to so many causes and indicators whose
    share is furthest above that of all units together. ``top`` keeps the first ranks, ties included.

    Raises :class:`DataProblems` with every problem.
    """
    words = load(FORMS)["priorities"]
    flags = {
        **{n: _said(words["indicator"], said) for n, said in load(FORMS)["indicators"].items()},
        **{n: _said(words["cause"], it["report"]) for n, it in load(CAUSES)["causes"].items()},
    }
    flags_and_groups = {**flags, **{n: it["label"] for n, it in load(CAUSES)["groups"].items()}}
    problems = []
    if measure not in ("rate", "number", *flags_and_groups):
        known = ("rate", "number", *flags_and_groups)
        problems.append(Problem("CN138", "measure", f"{quoted(measure)} is not known", measure, ", ".join(known), nearest(measure, known)))  # fmt: skip
    if of not in OF:
        problems.append(Problem("CN138", "of", f"{quoted(of)} is no class of a list", of, ", ".join(OF)))
    for name, n in (("least", least), ("reasons", reasons), ("top", top)):
        if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 0):
            problems.append(
                Problem("CN138", name, f"{quoted(n)} is not a whole number from 0", n, "a whole number from 0")
            )
    round_, found = count(
        households, by=by, using=using, levels=levels, as_of=as_of, order=order, problems=problems,
    )  # fmt: skip
    round_.read_totals(totals, whole, found)
    if found:
        raise DataProblems(f"{len(found)} kinds of problem in what was given for the priority list", found)
    round_.sum_up()
    depth = round_.units.index(round_.printed[-1]) + 1
    paths = list(dict.fromkeys(path[:depth] for _, path in round_.leaves))
    standings = [_standing(round_, path, measure, OF[of]) for path in paths]
    ranked = sorted((s for s in standings if _rankable(s, least)), key=_by_value)
    small = [s for s in standings if s.base is not None and s.base < least]
    other = [s for s in standings if s not in ranked and s not in small]
    places = _places(ranked)
    kept = [s for s, (rank, _) in zip(ranked, places, strict=True) if top is None or rank <= top]
    alike = Counter(path[-1] for path in paths)
    data = load(FORMS)["priorities"]

    def row(s: _Standing, number: str, group: str) -> Row:
        name = round_.names.get(s.path, "")
        said = label(name) if name else load(FORMS)["no_unit"]
        if name and alike[s.path[-1]] > 1 and depth > 1:
            said = label(f"{name} ({round_.names[s.path[:-1]]})")
        why = None if group == "small" else _reasons(round_, s.path, measure, OF[of], flags, reasons)
        cells = (s.base, s.count, s.value, s.possible, why)
        unknown = (0, int(s.possible is not None), int(s.possible is not None), 0, 0)
        return Row(number, said, group, 1, unit_of(round_, s.path, alike[s.path[-1]] > 1), cells=cells, unknown=unknown)

    rows = [Row("", data["groups"]["ranked"], "ranked", cells=(None,) * 5)]
    rows += [row(s, f"{rank}{'=' if tie else ''}", "ranked") for s, (rank, tie) in zip(kept, places, strict=False)]
    for group, those in (("small", small), ("unranked", other)):
        if those:
            rows.append(Row("", data["groups"][group], group, cells=(None,) * 5))
            rows += [row(s, "", group) for s in those]
    total = _standing(round_, (), measure, OF[of])
    cells = (total.base, total.count, total.value, total.possible, None)
    rows.append(Row("", data["whole"], "total", cells=cells, unknown=(0, int(total.possible is not None), int(total.possible is not None), 0, 0)))  # fmt: skip
    notes = [Note("remark", sentence("least", n=least))]
    if len(kept) < len(ranked):
        notes.append(Note("remark", sentence("more", n=len(ranked) - len(kept))))
    if any(r.cells[3] is not None for r in rows):
        notes.append(Note("unknown", sentence("bounds")))
    lacking = []
    if measure == "rate" and not whole and round_.totals is None:
        said = sentence("no_base")
        notes.append(Note("unknown", said))
        lacking.append(Problem("CN133", "priority list: totals", said["en"], None, "", "give totals=, or whole=True"))
    return Form(
        "", _title(measure, of, flags_and_groups), _header(data["header"], rate=measure != "number"), tuple(rows), tuple(notes),
        province=province or round_.province, year=year, figure=load(FORMS)["figure"], problems=tuple(lacking),
    )  # fmt: skip


def _standing(round_: Round, path: Path, measure: str, category: str) -> _Standing:
    tally = round_.sums.get(("total", path), {})
    members = counted(round_, tally, "row", category=category)
    if measure == "number":
        possible = members.sure + members.unknown if members.sure is not None and members.unknown else None
        return _Standing(path, members.sure, members.sure, members.sure, possible)
    if measure == "rate":
        base = (
            counted(round_, tally, "resident").sure
            if round_.whole
            else round_.resident.get(("total", path), {}).get("households")
        )
        own = members
    else:
        base, own = members.sure, counted(round_, tally, f"row.{measure}", category=category)
    if own.sure is None or not base or own.sure > base:
        return _Standing(path, base, own.sure, None, None)
    if not own.unknown:
        return _Standing(path, base, own.sure, Fraction(100 * own.sure, base), None)
    joining = 0  # households that may be of the class, and count in both parts of the share
    if measure != "rate":
        joining = own.unknown - sum(tally.get(f"{measure}?", ())[i] for i in _kinds(category) if f"{measure}?" in tally)
    most = Fraction(100 * min(own.sure + own.unknown, base + joining), base + joining)
    return _Standing(path, base, own.sure, Fraction(100 * own.sure, base), most)


def _kinds(category: str) -> tuple[int, ...]:
    return tuple(CLASSES[kind] for kind in ((category,) if category else LISTED))


def _rankable(s: _Standing, least: int) -> bool:
    return s.value is not None and s.base is not None and s.base >= least


def _by_value(s: _Standing) -> Fraction:
    assert isinstance(s.value, int | Fraction)
    return Fraction(-s.value)


def _places(ranked: Sequence[_Standing]) -> list[tuple[int, bool]]:
    """Rank and whether it is shared: 1, 2=, 2=, 4."""
    values = [s.value for s in ranked]
    return [(values.index(v) + 1, values.count(v) > 1) for v in values]


def _reasons(
    round_: Round, path: Path, measure: str, category: str, flags: Mapping[str, Text], most: int
) -> Text | None:
    """Causes and indicators whose share in a unit is furthest above that of all together."""
    here, everywhere = round_.sums.get(("total", path), {}), round_.sums.get(("total", ()), {})
    found = []
    for flag, said in flags.items():
        own, whole = _known(here, flag, category), _known(everywhere, flag, category)
        if flag != measure and own[1] and Fraction(*own) > Fraction(*whole):
            found.append((Fraction(*own) - Fraction(*whole), said, own, whole))
    found.sort(key=lambda it: -it[0])
    if not found[:most]:
        return None
    words = load(FORMS)["priorities"]["reason"]
    return {
        lang: "; ".join(
            words[lang].format(
                flag=said[lang], yes=print_cell(own[0], lang), n=print_cell(own[1], lang),
                own=print_cell(100 * Fraction(*own), lang), whole=print_cell(100 * Fraction(*whole), lang),
            )
            for _, said, own, whole in found[:most]
        )
        for lang in words
    }  # fmt: skip


def _known(tally: Mapping[str, list[int]], flag: str, category: str) -> tuple[int, int]:
    """Those of the class with a flag, and those of which it is known."""
    n, yes, null = (sum(tally[w][i] for i in _kinds(category)) if w in tally else 0 for w in ("n", flag, f"{flag}?"))
    return yes, n - null


def _said(words: Text, flag: Text) -> Text:
    return {lang: words[lang].format(flag=flag[lang]) for lang in words}


def _title(measure: str, of: str, flags: Mapping[str, Text]) -> Text:
    data = load(FORMS)["priorities"]
    words = data["measures"].get(measure, data["measures"]["flag"])
    return {
        lang: data["title"][lang].format(what=words[lang].format(**{"class": data["classes"][of][lang], "flag": flags.get(measure, {}).get(lang, "")}))
        for lang in data["title"]
    }  # fmt: skip


def _header(entries: Iterable[Mapping[str, Any]], *, rate: bool) -> tuple[Head, ...]:
    return tuple(
        Head(label(it["vi"], it["en"]), key=it["key"], rate=rate and it["key"] in ("value", "possible"), words=it["key"] not in ("number", "label", "base", "count", "value", "possible"))
        for it in entries
    )  # fmt: skip


def household_list(
    number: str,
    households: Any = None,
    *,
    movements: Any = None,
    using: str = "category",
    year: int | None = None,
    province: str | None = None,
) -> Form:
    """Mẫu 6.1, the poor and near-poor households, or Mẫu 6.2, those that left the lists, by their codes.

    6.1 takes the ``households`` of the round, 6.2 the ``movements`` between two rounds. The form asks
    for name, sex, day of birth and address of the head: these come from ``names=`` of ``to_html``
    and ``to_excel`` when it is printed. Households stand in the order of the table.

    Raises :class:`DataProblems` with every problem. Source: Thông tư 07/2021/TT-BLĐTBXH, Phụ lục VI.
    """
    import polars as pl

    data = load(FORMS)
    problems = []
    if number not in data["lists"]:
        problems.append(
            Problem("CN139", "number", f"there is no list {quoted(number)}", number, ", ".join(data["lists"]))
        )
    elif number == "6.1" and households is None:
        problems.append(
            Problem("CN139", "households", "form 6.1 lists the households of a round", None, "", "give households")
        )
    elif number == "6.2" and not hasattr(movements, "exits"):
        problems.append(
            Problem("CN139", "movements", "form 6.2 lists the exits between two rounds", None, "", "give movements=")
        )
    ids: dict[str, list[str]] = {}
    unclassed = 0
    if not problems and number == "6.2":
        for kind, form in (("poor", "7.2"), ("near_poor", "7.3")):
            ids[kind] = [str(i) for i in to_polars(movements.exits(form), "exits")["household_id"].to_list()]
    elif not problems:
        _, problems = count(households, by=(), using=using)
        frame = to_polars(households, "households")
        if not problems and using not in frame.columns:
            problems.append(
                Problem("CN139", f"households[{using!r}]", "there is no such column", None, "", "add the column")
            )
        if not problems:
            classes = frame[using].cast(pl.String)
            ids = {kind: [str(i) for i in frame.filter(classes == kind)["household_id"].to_list()] for kind in LISTED}
            unclassed = classes.null_count()
    if problems:
        raise DataProblems(f"{len(problems)} kinds of problem in what was given for the list", problems)
    entry = data["lists"][number]
    header = _header(data["list_header"], rate=False)
    blank = (None,) * (len(header) - 3)
    rows = []
    for part in entry["parts"]:
        listed = ids[part["category"]]
        rows.append(Row(part["number"], part["label"], part["category"], cells=(len(listed), *blank)))
        rows += [
            Row(str(i), label(id_), part["category"], 1, (id_,), cells=(None, *blank))
            for i, id_ in enumerate(listed, 1)
        ]
    rows.append(
        Row(entry["total"]["number"], entry["total"]["label"], "total", cells=(sum(map(len, ids.values())), *blank))
    )
    notes = [Note("defect", text) for text in entry.get("defects", ())]
    notes += [Note("remark", text) for text in data["list_remarks"]]
    if unclassed:
        notes.append(Note("unknown", sentence("unknown_class", n=unclassed)))
    return Form(
        number, entry["title"], header, tuple(rows), tuple(notes), province=province or "", year=year,
        figure=data["figure"], cite=cite_of(entry["cite"], data["sources"]),
    )  # fmt: skip
