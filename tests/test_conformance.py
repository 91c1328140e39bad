"""The conformance suite held against this library, by its public names alone; and the suite itself.

The first part reads nothing but the JSON files, as a port in another language would
(``docs/en/ports.md``). The second says that the files are what ``python tests/conforming.py`` writes.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import conforming
from chuanngheo.stable import v1 as cn

FOLDER = Path(__file__).parent / "conformance"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
FILES = [entry["file"] for entry in MANIFEST["files"]]
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+|/[0-9]+)?")
Failure = tuple[str, str, Any, Any]  # the id of the case, what was asked, what was expected, what was found

# --- a runner ----------------------------------------------------------------------------------------


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / path).read_text(encoding="utf-8"))
    return found


def value(given: Any) -> Any:
    """A value of the suite: text that is wholly a number is one, with its places."""
    if isinstance(given, dict):
        return {k: value(v) for k, v in given.items()}
    if isinstance(given, list):
        return [value(v) for v in given]
    if isinstance(given, str) and NUMBER.fullmatch(given):
        return Fraction(given) if "/" in given else Decimal(given)
    return given


def same(expected: Any, found: Any) -> bool:
    """Equal as values of the suite: exact numbers, days as text, a truth is not a number."""
    if isinstance(found, date):
        found = found.isoformat()
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(v, found[k]) for k, v in expected.items())
    if isinstance(expected, list) and isinstance(found, list | tuple):
        return len(expected) == len(found) and all(map(same, expected, found))
    expected = value(expected)
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    return bool(expected == found)


def run(content: dict[str, Any]) -> Iterator[Failure]:
    """Every case of a file; yields what was not found as expected."""
    own = content.get("standard")
    for case in [*content["golden"], *content.get("generated", ())]:
        if case["kind"] == "ask":
            yield from days(case)
            continue
        for name in case.get("standards", [own and f"{own['id']}@{own['version']}"]):
            for what, expected, found in KINDS[case["kind"]](cn.standard(name), case):
                if not same(expected, found):
                    yield case["id"], what, expected, found


Found = Iterator[tuple[str, Any, Any]]


def households(std: cn.Standard, case: dict[str, Any]) -> Found:
    expect = {**case["expect"], **case.get("also", {})}
    day = date.fromisoformat(case["on"]) if "on" in case else None
    try:
        a = std.assess(value(case["household"]), on=day, method=case.get("method"), readings=case.get("readings"))
    except cn.ChuanNgheoError as error:
        yield "error", [expect.get("error")], sorted({p.code for p in error.problems})
        return
    for what, expected in expect.items():
        if what in ("possible", "missing"):
            yield what, sorted(expected or ()), sorted(getattr(a, what))
        elif what in ("deprived", "values"):
            prefix = "deprived_" if what == "deprived" else ""
            for name, one in expected.items():
                yield f"{what} {name}", one, told(a, prefix + name)
        elif what in ("deprivations", "income_per_person"):
            yield what, expected, told(a, what)
        elif what in ("statuses", "groups"):
            for name, one in expected.items():
                yield f"{what} {name}", one, getattr(a, what).get(name, "no such mark")
        elif what == "caveats":
            kinds = {name for c in a.caveats for name in (c.kind, c.about)}
            for kind, one in expected.items():
                yield f"caveats {kind}", one, kind in kinds
        else:
            yield what, expected, getattr(a, what, "no error")


def told(a: cn.Assessment, name: str) -> Any:
    """A value on the way to the answer, None where it is not certain."""
    steps = [s for s in a.trace if s.name == name]
    return steps[0].value if steps else "not in the trace"


def lines(std: cn.Standard, case: dict[str, Any]) -> Found:
    for cell in case["cells"]:
        found = std.line(case["line"], **cell["codes"])
        yield f"{case['line']} {cell['codes']}", cell["value"], found.value
        yield f"{case['line']} unit", case["unit"], found.unit


def tables(std: cn.Standard, case: dict[str, Any]) -> Found:
    table = std.tables[case["table"]]
    for cell in case["cells"]:
        yield (
            f"{case['table']} {cell['column']} {cell['step']}",
            cell["value"],
            table.value(value(cell["step"]), cell["column"]),
        )


def bounds(std: cn.Standard, case: dict[str, Any]) -> Found:
    name = case["fact"]
    for key in ("takes", "refuses"):
        for one in value(case.get(key, [])):
            given = {"members": [{name: one}]} if case["of"] == "person" else {name: one}
            try:
                std.assess(given, on=date.fromisoformat(case["on"]) if "on" in case else None)
                codes = set()
            except cn.HouseholdError as error:
                codes = {p.code for p in error.problems if p.where.endswith(name)}
            yield f"{key} {one}", True, (not codes) if key == "takes" else "CN050" in codes


def forms(std: cn.Standard, case: dict[str, Any]) -> Found:
    card = std.scorecards[case["scorecard"]].under(case.get("readings", {}))
    items = {i.number: i for i in card.items}
    for cell in case["print"]:
        what = " ".join(str(v) for k, v in cell.items() if k in ("item", "option", "column"))
        if "side" in cell:
            yield "side", cell["side"], card.cut_off.side
            continue
        item = items[cell["item"]]
        if "combine" in cell:
            yield f"{what} combine", cell["combine"], item.combine
            continue
        option = next(o for o in item.options if o.name == cell["option"])
        if "band" in cell:
            band, ends = option.band, {}
            if band.low is not None:
                ends["above" if band.low_open else "from"] = band.low
            if band.high is not None:
                ends["below" if band.high_open else "to"] = band.high
            yield f"{what} band", cell["band"], ends
        else:
            yield what, cell["points"], option.points[cell["column"]]


def scores(std: cn.Standard, case: dict[str, Any]) -> Found:
    expect = case["expect"]
    how: dict[str, Any] = {"readings": case.get("readings")}
    try:
        if "answers" in case:
            made = std.score(case["card"], answers=value(case["answers"]), column=case.get("column"), **how)
        else:
            day = date.fromisoformat(case["on"]) if "on" in case else None
            made = std.score(case["card"], value(case["facts"]), on=day, **how)
    except cn.ChuanNgheoError as error:
        yield "error", [expect.get("error")], sorted({p.code for p in error.problems})
        return
    items = {i.number: i for i in made.items}
    for what, expected in expect.items():
        if what in ("points", "held", "open"):
            for number, one in expected.items():
                yield f"{what} {number}", one, getattr(items[number], "value" if what == "points" else what)
        elif what == "others":
            for name, senses in expected.items():
                for sense, ends in senses.items():
                    other = next(o for o in made.others if (o.interpretation, o.sense) == (name, sense))
                    yield f"others {name} {sense}", ends, [other.low, other.high]
        elif what == "missing":
            yield what, sorted(expected), sorted(made.missing)
        elif what == "stopped":
            yield what, expected, next(iter(made.stopped)) if len(made.stopped) == 1 else None
        else:
            yield what, expected, getattr(made, what, "no error")


KINDS: dict[str, Callable[[cn.Standard, dict[str, Any]], Found]] = {
    "household": households, "line": lines, "table": tables, "fact": bounds, "scorecard": forms, "score": scores,
}  # fmt: skip


def days(case: dict[str, Any]) -> Iterator[Failure]:
    ask, expect = dict(case["ask"]), dict(case["expect"])
    refused = expect.pop("error", False)
    for key in ("applicable", "on", "known_at"):
        if key in ask:
            ask[key] = date.fromisoformat(ask[key])
    found: dict[str, Any] = {}
    try:
        if "applicable" in ask:
            day = ask.pop("applicable")
            std = cn.applicable(day, **ask)
            found = {"standard": names(std), "grade": next(s.cite.grade for s in std.applies if s.holds(day))}
        elif "line" in ask:
            line = cn.line(ask.pop("line"), ask.pop("on"), **ask)
            later = line.next_change and {"on": line.next_change[0], **({"value": line.next_change[1].value} if line.next_change[1] else {})}  # fmt: skip
            found = {"value": line.value, "grade": line.grade, "next": later}
        else:
            for need in cn.for_review(ask.pop("for_review"), **ask):
                found |= {need.purpose: names(need.standard), f"{need.purpose}_grade": need.grade}
    except cn.NoStandard:
        if not refused:
            yield case["id"], "answer", expect, "none"
        return
    if refused:
        yield case["id"], "error", True, found
    for what, expected in expect.items():
        answer = found.get(what)
        if not (expected in answer if isinstance(answer, set) else same(expected, answer)):
            yield case["id"], what, expected, answer


def names(std: cn.Standard) -> set[str]:
    """A case may name a standard, one of its versions, or one revision."""
    return {std.id, f"{std.id}@{std.version}", std.exact_id}


# --- the library passes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES)
def test_every_case_holds(path: str) -> None:
    failures = list(run(read(path)))
    assert not failures, "\n".join(
        f"{path} {i}: {what}: expected {e!r}, found {f!r}" for i, what, e, f in failures[:20]
    )


@pytest.mark.parametrize("name", ["vn-2001@1", "vn-2016@1", "vn-commune-2021@1"])
def test_a_wrong_expectation_is_seen(name: str) -> None:
    """Each case with a class is turned round: a runner that looks at nothing would not notice."""
    content = read(f"cases/{name}.json")
    turned = [
        copy.deepcopy(c) for c in [*content["golden"], *content["generated"]] if c.get("expect", {}).get("category")
    ]
    for case in turned:
        case["expect"]["category"] += " and not"
    failed = {i for i, what, *_ in run({**content, "golden": turned, "generated": []}) if what == "category"}
    assert failed == {c["id"] for c in turned}


@pytest.mark.parametrize("path", [p for p in FILES if "@" in p])
def test_the_rules_beside_the_cases_are_the_standard(path: str, tmp_path: Path) -> None:
    content = read(path)
    text = (FOLDER / content["rules"]).read_bytes()
    (tmp_path / "rules.yaml").write_bytes(text)
    std = cn.read_standard(tmp_path / "rules.yaml")
    told = content["standard"]
    assert (std.exact_id, std.digest) == (told["exact_id"], told["digest"])
    assert std.digest == cn.standard(told["exact_id"]).digest


# --- the suite itself --------------------------------------------------------------------------------------


def test_the_files_are_current() -> None:
    assert conforming.stale(conforming.files()) == [], "run: make conformance"


def test_the_manifest_tells_the_files() -> None:
    assert MANIFEST["suite"] == "chuanngheo/conformance/1"
    for entry in MANIFEST["files"]:
        content = read(entry["file"])
        assert hashlib.sha256((FOLDER / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert [len(content["golden"]), len(content.get("generated", []))] == [entry["golden"], entry["generated"]]
        if "rules" in entry:
            assert hashlib.sha256((FOLDER / entry["rules"]).read_bytes()).hexdigest() == entry["rules_sha256"]
            assert content["standard"]["exact_id"] == entry["standard"]
    assert {e["standard"] for e in MANIFEST["files"] if "standard" in e} == {
        s.exact_id for s in cn.shipped().versions(None, None)
    }
    assert MANIFEST["golden"] == sum(e["golden"] for e in MANIFEST["files"])


def test_ids_name_one_case() -> None:
    for path in FILES:
        ids = [c["id"] for part in ("golden", "generated") for c in read(path).get(part, ())]
        assert len(ids) == len(set(ids)), path


def test_golden_and_generated_stand_apart() -> None:
    for path in FILES:
        content = read(path)
        assert all(0 <= c["source"] < len(content["sources"]) and "generated" not in c for c in content["golden"])
        assert all(c["generated"] is True and "source" not in c for c in content.get("generated", ()))


def test_every_line_has_households_on_both_sides() -> None:
    """What is generated turns where the law does: each line of an amount a person is met exactly, and passed by one."""
    for name, line, fact in (("vn-2006@1", "poverty_line", "income_per_person"), ("vn-2022@1", "poverty_line", "income_per_person"),
                             ("vn-1998@1", "hunger_line", "income_per_person"), ("vn-1993@1", "poverty_line", "rice_per_person")):  # fmt: skip
        std, given = cn.standard(name), [c["household"] for c in read(f"cases/{name}.json")["generated"]]
        for codes in conforming.edges.cells(std.lines[line].table):
            here = [value(h[fact]) for h in given if fact in h and codes.items() <= h.items()]
            at = std.line(line, **codes).value
            assert {at - 1, at, at + 1} <= set(here), (name, codes)


def test_the_files_fit_their_schema() -> None:
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    checker = jsonschema.Draft202012Validator(schema)
    checker.check_schema(schema)
    for path in ("manifest.json", *FILES):
        faults = [f"{path}: {e.json_path}: {e.message[:200]}" for e in checker.iter_errors(read(path))]
        assert not faults, faults[:5]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: c["golden"][0].update(expect={}),
        lambda c: c["golden"][0].update(wanted=1),
        lambda c: c["golden"][0].pop("id"),
        lambda c: c["golden"][0].update(level=4),
        lambda c: c["golden"][0]["household"].update(income=1.5),
        lambda c: c["golden"][0]["household"].update(income=2**53),
        lambda c: c["generated"][0].pop("generated"),
        lambda c: c["generated"][0]["expect"].update(status="certain"),
        lambda c: c["standard"].pop("digest"),
    ],
)
def test_what_does_not_fit_the_schema_is_seen(spoil: Callable[[Any], Any]) -> None:
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    content = read("cases/vn-2006@1.json")
    spoil(content)
    assert not jsonschema.Draft202012Validator(schema).is_valid(content)


@pytest.mark.parametrize(
    ("exact", "given", "text"),
    [
        (5, False, 5),
        (2**53 - 1, False, 2**53 - 1),
        (2**53, False, "9007199254740992"),
        (Fraction(5, 2), False, "2.5"),
        (Fraction(1, 80), False, "0.0125"),
        (Fraction(1, 3), False, "1/3"),
        (Fraction(5, 2), True, "5/2"),
        (Decimal("200000.0"), True, "200000.0"),
        (Decimal("2.50"), False, "2.5"),
    ],
)
def test_numbers(exact: Any, given: bool, text: Any) -> None:
    assert conforming.number(exact, given=given) == text
    assert value(text) == exact


def test_a_text_that_looks_like_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="'12' would be read as a number"):
        conforming.plain({"recorded_decision": "12"})
