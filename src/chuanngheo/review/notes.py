"""What stands under a report form: its notes, readings in use, what is not known, what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import DataProblems, Problem
from ..model import Text
from ..results import DISCLAIMER
from ..values import evolve
from .counting import CHILDREN, EVERYONE, Place, Round, Spec, counted, tallied
from .data import load
from .given import FORMS, LISTED, indicators, interpretations
from .layout import Form, Note, Row, label, sentence


def with_notes(
    form: Form,
    entry: Mapping[str, Any],
    round_: Round,
    specs: Sequence[Spec],
    moved: Mapping[Place, Mapping[tuple[str, str], int | None]] | None,
    readings: Mapping[str, str],
) -> Form:
    notes = [Note("form", text) for text in entry.get("notes", ())]
    if "identity" in entry:
        notes.append(Note("remark", entry["identity"]))
    notes += [Note("remark", text) for text in entry.get("remarks", ())]
    notes += [Note("defect", text) for text in entry.get("defects", ())]
    if round_.using == "recorded":
        notes.append(Note("remark", sentence("using")))
    problems: list[Problem] = []

    def missing(name: str, where: str, remedy: str, **what: Any) -> None:
        said = sentence(name, **what)
        notes.append(Note("unknown", said))
        problems.append(Problem("CN133", f"form {form.number}: {where}", said["en"], None, "", remedy))

    used = _readings_of(entry)
    for name in used:
        notes.append(Note("reading", _reading_text(name, readings[name])))
    moves = "identity" in entry
    if moves and moved is None:
        missing("no_movements", "movements", "give movements=")
    elif not moves:
        notes += _unknown_notes(form, entry, round_, specs)
        _absences(form, entry, round_, specs, missing)
    totals = [row for row in form.rows if row.group == "total" and not row.level and not row.category]
    if moves:
        totals = [row for row in totals if row.measure == "households"]
    by_key = {column.key: max(row.unknown[i] for row in totals) for i, column in enumerate(form.columns)}
    if moves and moved is not None:
        notes += _movement_notes(form, moved, by_key)
    problems += _too_many(form, round_, notes)
    if round_.peoples is not None and any(it.get("each") == "ethnicity" for it in entry["header"]):
        problems += _people_notes(form, round_, notes)
    return evolve(
        form,
        notes=tuple(notes),
        unknown={k: n for k, n in by_key.items() if n},
        readings={n: readings[n] for n in used},
        problems=tuple(problems),
    )


def with_basis(form: Form, round_: Round, specs: Sequence[Spec]) -> Form:
    """The form with what its numbers rest on: rows that were left out, and by what standard it was computed."""
    notes: list[Note] = []
    problems: list[Problem] = []

    def wrong(code: str, where: str, said: Text, remedy: str) -> None:
        notes.append(Note("unknown", said))
        problems.append(Problem(code, f"form {form.number}: {where}", said["en"], None, "", remedy))

    moves = any(spec.moves for spec in specs)
    form = _without_left_out(form, round_, specs, notes, wrong, moves)
    named = ", ".join(round_.standards)
    by: Text = dict.fromkeys(("vi", "en"), named) if named else sentence("computed_unsaid")
    if round_.computed:
        by_method = by
        if round_.computed["method"]:
            by_method = sentence("computed_method", what=by, method=round_.computed["method"], label=round_.method)
        versions = {"code": round_.computed["code_version"], "data": round_.computed["data_version"]}
        notes.append(Note("remark", sentence("computed", what=by_method, **versions)))
        form = evolve(form, computed=round_.computed, figure=DISCLAIMER)
    flags = {spec.count.partition(".")[2] for spec in specs}.intersection(indicators())
    if flags and round_.flags_by:
        notes.append(Note("remark", sentence("computed_flags", what=by)))
    if flags and (round_.other or round_.lacking):
        labels = load(FORMS)["indicators"]
        flags_named = [*round_.other, *(flag for flag in labels if flag in round_.lacking)]
        wrong(
            "CN215",
            ", ".join(flags_named),
            sentence("other_standard"),
            "report the indicators on the form that was issued for this standard",
        )
        used = by if named else sentence("standard_used")
        for name, texts in (
            ("other_extra", list(round_.other.values())),
            ("other_missing", [labels[flag] for flag in labels if flag in round_.lacking]),
        ):
            if texts:
                what = {lang: "; ".join(t[lang] for t in texts) for lang in ("vi", "en")}
                notes.append(Note("unknown", sentence(name, by=used, what=what)))
    return evolve(form, notes=(*notes, *form.notes), problems=(*form.problems, *problems))


def _without_left_out(
    form: Form, round_: Round, specs: Sequence[Spec], notes: list[Note], wrong: Any, moves: bool
) -> Form:
    """The form with the rows that were left out said, and the numbers marked that they could change."""
    gone = round_.left_out
    before = round_.left_out_before if moves else type(gone)()
    for name, it in (("left_out", gone), ("left_out_before", before)):
        if it:
            notes.append(Note("unknown", sentence(name, rows=it.rows, n=it.households)))
    if not gone and not before:
        return form
    if moves:
        notes.append(Note("unknown", sentence("left_out_moves")))
    resident = any("resident" in (s.count.partition(".")[0], s.of) for s in specs)
    if resident and round_.withheld:
        remedy = "mend the rows and read again, give totals=, or accept_left_out=True"
        wrong("CN213", "whole", sentence("left_out_whole"), remedy)
    elif resident and round_.whole:
        notes.append(Note("unknown", sentence("left_out_accepted")))
    if form.status == "official":
        wrong("CN214", "status", sentence("left_out_official"), "mend the rows and read again, or status='preliminary'")
    n = max((gone + before).households, 1)
    given = [s.count.startswith("resident") and not s.of and round_.totals is not None for s in specs]

    def marked(row: Row) -> Row:
        return evolve(
            row,
            unknown=tuple(
                u if cell is None or sure else u + n
                for u, cell, sure in zip(row.unknown, row.cells, given, strict=True)
            ),
        )

    filled = [any(row.cells[i] is not None for row in form.rows) for i in range(len(form.columns))]
    columns = [c.key for c, some, sure in zip(form.columns, filled, given, strict=True) if some and not sure]
    return evolve(
        form,
        rows=tuple(marked(row) for row in form.rows),
        unknown=dict(form.unknown) | {key: form.unknown.get(key, 0) + n for key in columns},
        left_out={"rows": (gone + before).rows, "households": (gone + before).households},
    )


def _movement_notes(
    form: Form, moved: Mapping[Place, Mapping[tuple[str, str], int | None]], unknown: Mapping[str, int]
) -> list[Note]:
    def sum_of(measure: str, column: str) -> int:
        return sum(numbers.get((measure, column)) or 0 for numbers in moved.values())

    thing = load(FORMS)["sentences"]["households"]
    notes = [
        Note("unknown", sentence("unknown_column", what=columns, n=n, thing=thing))
        for columns, n in _same_numbers(unknown, form)
    ]
    for name, n in (
        ("unexplained", sum_of("households", "unexplained")),
        ("no_size_moves", sum_of("persons", "size_unknown")),
    ):
        if n:
            notes.append(Note("unknown", sentence(name, n=n)))
    return notes


def _unknown_notes(form: Form, entry: Mapping[str, Any], round_: Round, specs: Sequence[Spec]) -> list[Note]:
    notes = []
    tally = round_.sums.get(("total", ()), {})
    thing = load(FORMS)["sentences"]["children" if entry.get("of_children") else "households"]
    unclassed = tallied(tally, "n", ("unknown",))
    if unclassed:
        notes.append(Note("unknown", sentence("unknown_class", n=unclassed)))
    ethnic = any(it.get("each") == "ethnicity" for it in entry["header"])
    unplaced = tallied(tally, "people?", LISTED)
    if ethnic and unplaced:
        notes.append(Note("unknown", sentence("unknown_people", n=unplaced)))
    classed = {what: [*numbers[:-1], 0] for what, numbers in tally.items()}
    own = {
        column.key: counted(round_, classed, spec.count).unknown
        for column, spec in zip(form.columns, specs, strict=True)
        if "." in spec.count and not ethnic
    }
    notes += [
        Note("unknown", sentence("unknown_column", what=what, n=n, thing=thing)) for what, n in _same_numbers(own, form)
    ]
    listed = EVERYONE if round_.whole and of_residents(entry) else (*LISTED, "unknown")
    persons = entry.get("measures") or any(spec.measure == "persons" for spec in specs)
    sizeless = tallied(tally, "size?", listed)
    if persons and sizeless and "household_size" not in round_.absent and (round_.whole or entry.get("measures")):
        notes.append(Note("unknown", sentence("unknown_size", n=sizeless)))
    if entry["rows"] == "areas":
        n = tallied(round_.sums.get(("unknown", ()), {}), "n", listed)
        if n:
            notes.append(Note("unknown", sentence("unknown_area", n=n)))
    depths = [round_.units.index(n) for n in round_.printed]
    lost = sum(
        tallied(part, "n", listed)
        for (_, path), part in round_.leaves.items() if any(path[d] is None for d in depths)
    )  # fmt: skip
    if lost:
        notes.append(Note("unknown", sentence("unknown_unit", n=lost)))
    return notes


def _same_numbers(numbers: Mapping[str, int], form: Form) -> list[tuple[Text, int]]:
    """Columns that have the same number of unknowns, named together."""
    together: dict[int, list[Text]] = {}
    for column in form.columns:
        if n := numbers.get(column.key):
            together.setdefault(n, []).append(label(column.code) if column.code else column.label)
    return [
        ({lang: ", ".join(dict.fromkeys(t[lang] for t in texts)) for lang in ("vi", "en")}, n)
        for n, texts in together.items()
    ]


def _absences(form: Form, entry: Mapping[str, Any], round_: Round, specs: Sequence[Spec], missing: Any) -> None:
    """What was not given at all, so that columns are blank."""
    resident = [
        c.code for c, s in zip(form.columns, specs, strict=True) if "resident" in (s.count.partition(".")[0], s.of)
    ]
    if resident and not round_.whole and not round_.withheld:
        if round_.totals is None:
            missing(
                "no_totals",
                "totals",
                "give totals=, or whole=True if the frame holds every resident household",
                what=", ".join(resident),
            )
        elif lacking := _without_totals(round_):
            missing("no_totals_units", "totals", "add their rows to totals=", what=", ".join(lacking))
    if "household_size" in round_.absent and (
        entry.get("measures") or (round_.whole and any(s.measure for s in specs))
    ):
        missing("no_sizes", "household_size", "add the column household_size")
    if entry.get("of_children") and not round_.children:
        missing("no_persons", "persons", "give persons= with the columns child, " + ", ".join(CHILDREN))
    if any(it.get("each") == "ethnicity" for it in entry["header"]) and round_.peoples is None:
        missing("no_ethnicity", "ethnicity", "add the column ethnicity")
    flags = {
        s.count.partition(".")[2]: c for c, s in zip(form.columns, specs, strict=True)
        if s.count.partition(".")[2] in round_.absent - round_.lacking and not s.count.startswith("resident")
    }  # fmt: skip
    if flags:
        missing(
            "not_given",
            ", ".join(flags),
            "add these columns",
            what={lang: "; ".join(c.label[lang] for c in flags.values()) for lang in ("vi", "en")},
        )


def _without_totals(round_: Round) -> list[str]:
    """The units of which all resident households are not known, in an area that they have households in."""
    totals = round_.totals or {}
    given = {unit for _, unit in totals}
    found = [
        unit
        for (area, unit), tally in round_.leaves.items()
        if tally and (area, unit) not in totals and not (unit in given if area is None else (None, unit) in totals)
    ]
    return [round_.names.get(path) or load(FORMS)["no_unit"]["vi"] for path in dict.fromkeys(found)]


def _too_many(form: Form, round_: Round, notes: list[Note]) -> list[Problem]:
    """Rows with more poor or near-poor households than households."""
    if form.number != "7.1":
        return []
    problems = []
    keys = [c.key for c in form.columns]
    for row in form.rows:
        of = dict(zip(keys, row.cells, strict=True))
        counts = [of[k] for k in ("c3", "c5") if isinstance(of[k], int)]
        if isinstance(of["c1"], int) and sum(counts) > of["c1"]:  # type: ignore[arg-type]
            said = sentence("above_whole", what=row.label)
            notes.append(Note("unknown", said))
            problems.append(
                Problem(
                    "CN134",
                    f"form 7.1: {row.label['vi']}",
                    said["en"],
                    sum(counts),
                    f"at most {of['c1']}",
                    "correct totals=",
                )
            )
    tally = round_.sums.get(("total", ()), {})
    if round_.whole and tally and not tallied(tally, "n", ("other", "unknown")):
        said = sentence("whole_listed")
        notes.append(Note("unknown", said))
        problems.append(Problem("CN134", "form 7.1: whole", said["en"], None, "", "give totals= instead of whole=True"))
    return problems


def _people_notes(form: Form, round_: Round, notes: list[Note]) -> list[Problem]:
    problems = []
    for sort, name in (("code", "codes"), ("other", "not_listed")):
        found = sorted(n for n, kind in (round_.peoples or {}).items() if kind == sort)
        if found:
            said = sentence(name, what=", ".join(found))
            notes.append(Note("unknown", said))
            remedy = (
                'readings={"ethnic-codes": "list_2008"} or "list_1979"'
                if sort == "code"
                else "correct the ethnicity of these households"
            )
            problems.append(
                Problem("CN137", f"form {form.number}: ethnicity", said["en"], ", ".join(found), "", remedy)
            )
    return problems


def held_against(by_people: Form, by_group: Form) -> Form:
    """7.9 with a note where its minority households are not as many as those of 7.8."""
    notes = []
    for kind, column in (("poor", "c5"), ("near_poor", "c6")):
        other, own = by_group.cell(column, measure="households"), by_people.cell(f"{kind}_minority")
        if other is not None and own is not None and other != own:
            notes.append(Note("remark", sentence("totals_differ", who=load(FORMS)["words"][kind], what=other, n=own)))
    return evolve(by_people, notes=(*by_people.notes, *notes)) if notes else by_people


def refuse_unknown(forms: Mapping[str, Form], round_: Round) -> None:
    problems = [
        Problem("CN135", f"form {form.number}: {name}", f"{n:,} not known", n, "no unknowns, since unknown=\"error\"", "find out what is missing, or unknown=\"count\"")
        for form in forms.values() for name, n in form.unknown.items()
    ]  # fmt: skip
    lost = sum(
        tallied(part, "n", EVERYONE)
        for (area, path), part in round_.leaves.items()
        if area is None or None in path[-1:]
    )
    if lost:
        problems.append(
            Problem(
                "CN135",
                "area, units",
                f"{lost:,} households without an area or a unit",
                lost,
                'no unknowns, since unknown="error"',
            )
        )
    if problems:
        raise DataProblems(f"{len(problems)} columns of the report forms hold unknowns", problems)


def _readings_of(entry: Mapping[str, Any]) -> list[str]:
    if "swapped" in entry:
        return [entry["swapped"]["interpretation"]]
    if any(it.get("each") == "ethnicity" for it in entry["header"]):
        return ["mixed-household", "kinh-column", "ethnic-codes"]
    return []


def _reading_text(name: str, chosen: str) -> Text:
    return sentence("reading", name=name, what=interpretations()[name]["readings"][chosen])


def entry_leaves(header: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for it in header:
        if "under" in it:
            yield from entry_leaves(it["under"])
        elif "key" in it:
            yield it


def of_residents(entry: Mapping[str, Any]) -> bool:
    return any("resident" in leaf.get("count", "") for leaf in entry_leaves(entry["header"]))
