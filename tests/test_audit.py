"""The audit: each kind of fault planted in a small rule file is found, with its smallest household; mended, nothing is."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.equivalence import answer
from chuanngheo.findings import KINDS, SEVERITIES
from test_rule_files import GOOD, read

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((files("chuanngheo") / "schemas" / "audit-1.json").read_text(encoding="utf-8"))
SNAPSHOT = Path(__file__).parent / "snapshots" / "audit.txt"
DAY = date(2020, 1, 1)
SHIPPED = [f.standard for files_ in cn.shipped().shelf.values() for f in files_]

HEAD = GOOD[: GOOD.index("classes:")]
INDICATORS = """\
indicators:
{}
"""
CITE = "cite: {source: act, at: Điều 3, grade: A}"


def cls(name: str, when: str, more: str = "") -> str:
    condition = "otherwise: true" if when == "otherwise" else f"when: >-\n      {when}"
    return f"  {name}:\n    label: {{vi: {name}, en: {name}}}\n    {condition}\n    {CITE}\n{more}"


def classes(**when: str) -> str:
    return "classes:\n" + "".join(cls(n, w) for n, w in when.items())


def indicator(name: str, deprived: str) -> str:
    return f"  {name}:\n    dimension: {name}\n    label: {{vi: {name}, en: {name}}}\n    deprived: >-\n      {deprived}\n    {CITE}\n"


def interpretation(name: str, *senses: str) -> str:
    listed = ", ".join(f"{s}: {{vi: {s}, en: {s}}}" for s in senses)
    return (
        f"interpretations:\n  {name}:\n    question: {{vi: sao?, en: which?}}\n    readings: {{{listed}}}\n"
        f"    default: {senses[0]}\n    grounds: the words\n    grade: A\n"
    )


def rules(tmp_path: Path, *parts: str, head: str = HEAD) -> cn.Standard:
    return read(tmp_path, head + "".join(parts))


def with_indicators(*listed: str) -> str:
    return HEAD + "indicators:\n" + "".join(listed)


def only(report: cn.Report, kind: str) -> cn.Finding:
    (found,) = report.findings
    assert found.kind == kind
    return found


def confirmed(std: cn.Standard, finding: cn.Finding) -> None:
    """What the finding says of its households is what ``assess`` says."""
    known = {*std.classes, "no_class"}
    if finding.kind == "two_senses":
        if finding.about[1] == "classes":
            (name, _), chosen = finding.about, dict(finding.readings)
            elsewhere = {n: r for n, r in chosen.items() if n != name}
            said = [
                answer(std, dict(finding.witness or {}), method=finding.method, readings=r, on=finding.on)
                for r in (elsewhere, chosen)
            ]
            assert said == list(finding.answers)
        return
    if finding.kind == "methods":
        assert (
            tuple(answer(std, dict(finding.witness or {}), method=m, on=finding.on) for m in finding.about[:2])
            == finding.answers
        )
        return
    how: dict[str, Any] = {"method": finding.method or None, "readings": finding.readings, "on": finding.on}
    homes = [h for h in (finding.witness, finding.other) if h is not None]
    for household, said_ in zip(homes, finding.answers, strict=False):
        if said_ in known:
            assert answer(std, dict(household), **how) == said_


PLAIN = classes(poor="income_per_person <= poverty_line", not_poor="income_per_person > poverty_line")


# --- classes ------------------------------------------------------------------------------------------


def test_nothing_is_found_in_a_good_file(tmp_path: Path) -> None:
    assert cn.audit(rules(tmp_path, PLAIN)).findings == ()
    assert cn.audit(read(tmp_path, GOOD)).findings == ()


def test_a_gap_between_two_lines(tmp_path: Path) -> None:
    std = rules(
        tmp_path, classes(poor="income_per_person <= poverty_line", not_poor="income_per_person >= poverty_line + 1")
    )
    report = cn.audit(std)
    assert [f.witness for f in report.findings] == [
        {"area": "rural", "income_per_person": Fraction(2001, 2)},
        {"area": "urban", "income_per_person": Fraction(4001, 2)},
    ]
    assert {(f.kind, f.severity, f.answers) for f in report.findings} == {("hole", "error", ("no_class",))}
    assert report.errors == report.findings
    for f in report.findings:
        confirmed(std, f)
    wider = rules(
        tmp_path, classes(poor="income_per_person < poverty_line", not_poor="income_per_person > poverty_line + 1")
    )
    assert cn.audit(wider).findings[0].witness == {"area": "rural", "income_per_person": 1000}


def test_an_overlap_at_one_dong(tmp_path: Path) -> None:
    std = rules(
        tmp_path, classes(poor="income_per_person <= poverty_line", not_poor="income_per_person >= poverty_line")
    )
    found = cn.audit(std).findings
    assert [(f.kind, f.severity, f.about, f.answers) for f in found] == [
        ("overlap", "warning", ("poor", "not_poor"), ("poor",))
    ] * 2
    assert [f.witness for f in found] == [
        {"area": "rural", "income_per_person": 1000},
        {"area": "urban", "income_per_person": 2000},
    ]
    for f in found:
        confirmed(std, f)


def test_a_class_that_is_shadowed_and_one_that_cannot_hold(tmp_path: Path) -> None:
    shadowed = rules(
        tmp_path,
        classes(
            poor="income_per_person <= poverty_line", hungry="income_per_person < poverty_line / 2", rest="otherwise"
        ),
    )
    found = cn.audit(shadowed).of("never")
    assert [f.about for f in found] == [("hungry",)]
    assert "in a class before it" in found[0].texts["en"]
    impossible = rules(
        tmp_path,
        classes(poor="income_per_person <= poverty_line", odd='area == "rural" and area == "urban"', rest="otherwise"),
    )
    f = only(cn.audit(impossible), "never")
    assert "cannot hold" in f.texts["en"]
    assert f.severity == "error"
    mended = rules(
        tmp_path,
        classes(
            hungry="income_per_person < poverty_line / 2", poor="income_per_person <= poverty_line", rest="otherwise"
        ),
    )
    assert {f.kind for f in cn.audit(mended).findings} == {"overlap"}  # both hold; only the order decides


def test_numbers_that_cannot_exceed_each_other_leave_no_hole(tmp_path: Path) -> None:
    text = classes(
        poor="income_per_person <= poverty_line",
        not_poor="income_per_person > poverty_line and income_excluding_allowances_per_person <= income_per_person",
    )
    assert cn.audit(rules(tmp_path, text)).findings == ()
    open_ = text.replace("_per_person <= income_per_person\n", "_per_person < income_per_person\n")
    found = cn.audit(rules(tmp_path, open_)).of("hole")
    assert found[0].witness == {
        "area": "rural",
        "income_per_person": 1001,
        "income_excluding_allowances_per_person": 1001,
    }


def test_three_numbers_in_a_chain(tmp_path: Path) -> None:
    facts = """\
facts:
  household:
    a: {kind: number, whole: true, least: 0, label: {vi: a, en: a}, at_most: b}
    b: {kind: number, whole: true, least: 0, label: {vi: b, en: b}, at_most: c}
    c: {kind: number, whole: true, least: 0, most: 9, label: {vi: c, en: c}}
    d: {kind: number, label: {vi: d, en: d}, of: a + b}
"""
    chain = classes(first="c < a", rest="d >= 0 or d < 0")
    assert only(cn.audit(rules(tmp_path, facts, chain)), "never").about == ("first",)
    assert cn.audit(rules(tmp_path, facts, classes(first="a > 9", rest="otherwise"))).of("never")
    assert not cn.audit(rules(tmp_path, facts, classes(first="a >= 9", rest="otherwise"))).findings
    two = cn.audit(rules(tmp_path, facts, classes(first="3 * a < 2 * c", rest="3 * a > 2 * c")))
    assert only(two, "hole").witness == {"a": 0, "c": 0}


def test_points_in_tens_have_no_gap_between_them(tmp_path: Path) -> None:
    assert cn.audit(rules(tmp_path, classes(poor="b2 >= 30", not_poor="b2 <= 20"))).findings == ()
    found = cn.audit(rules(tmp_path, classes(poor="b2 > 30", not_poor="b2 <= 20")))
    assert only(found, "hole").witness == {"b2": 30}


def test_less_income_and_one_more_deprivation_make_less_poor(tmp_path: Path) -> None:
    std = rules(
        tmp_path,
        classes(
            poor="income_per_person >= poverty_line and income_per_person <= poverty_line + 5", not_poor="otherwise"
        ),
    )
    f = only(cn.audit(std), "order")
    assert (f.witness, f.other) == (
        {"area": "rural", "income_per_person": 0},
        {"area": "rural", "income_per_person": 1000},
    )
    assert f.answers == ("not_poor", "poor")
    confirmed(std, f)
    two = with_indicators(indicator("water", 'water_source == "rain"'), indicator("light", "not television"))
    std = rules(tmp_path, classes(poor="deprivations == 1", not_poor="otherwise"), head=two)
    f = only(cn.audit(std), "order")
    assert (f.about, f.witness, f.other) == (
        ("deprivations", "not_poor", "poor"),
        {"deprivations": 2},
        {"deprivations": 1},
    )
    assert not cn.audit(rules(tmp_path, classes(poor="deprivations >= 1", not_poor="otherwise"), head=two)).findings
    flag = rules(tmp_path, classes(poor="not deprived_water", not_poor="otherwise"), head=two)
    f = only(cn.audit(flag), "order")
    assert (f.witness, f.other) == ({"deprived_water": True}, {"deprived_water": False})


def test_a_deprivation_that_is_named_is_counted_too(tmp_path: Path) -> None:
    two = with_indicators(indicator("water", 'water_source == "rain"'), indicator("light", "not television"))
    std = rules(
        tmp_path,
        classes(poor="deprived_water and deprivations == 0", near="deprived_water", not_poor="otherwise"),
        head=two,
    )
    assert only(cn.audit(std), "never").about == ("poor",)
    own = rules(tmp_path, classes(poor='deprived_water and water_source == "piped"', not_poor="otherwise"), head=two)
    assert only(cn.audit(own), "never").about == ("poor",)


def test_what_was_given(tmp_path: Path) -> None:
    whole = rules(tmp_path, classes(poor="given(b1) and b1 < 50", other="given(b1)", not_poor="not given(b1)"))
    report = cn.audit(whole)
    assert not report.of("hole", "never")
    hole = rules(tmp_path, classes(poor="given(b1) and b1 < 50", not_poor="not given(b1)"))
    f = only(cn.audit(hole), "hole")
    assert f.witness == {"b1": 50}
    confirmed(hole, f)


def test_persons_in_the_words_of_a_class(tmp_path: Path) -> None:
    std = rules(
        tmp_path,
        classes(poor="count(m.age < 16 for m in members) >= 3", not_poor="count(m.age < 16 for m in members) <= 1"),
    )
    f = only(cn.audit(std), "hole")
    assert len(dict(f.witness or {})["members"]) == 2
    assert f.on == DAY
    confirmed(std, f)
    mended = rules(
        tmp_path,
        classes(poor="count(m.age < 16 for m in members) >= 3", not_poor="count(m.age < 16 for m in members) <= 2"),
    )
    assert not cn.audit(mended).findings


def test_senses_that_open_a_hole_and_one_without_effect(tmp_path: Path) -> None:
    edge = classes(
        poor="income_per_person <= poverty_line",
        not_poor='income_per_person > poverty_line and (true if reading.edge == "all" else income_per_person > poverty_line + 9)',
    )
    std = rules(tmp_path, edge, interpretation("edge", "all", "literal"))
    holes = cn.audit(std).of("hole")
    assert [(f.severity, f.readings, f.closed_by) for f in holes] == [
        ("note", {"edge": "literal"}, ("edge", "all"))
    ] * 2
    assert holes[0].witness == {"area": "rural", "income_per_person": 1001}
    senses = cn.audit(std).of("two_senses")
    assert [(f.witness, f.answers) for f in senses] == [
        ({"area": "rural", "income_per_person": 1001}, ("not_poor", "no_class"))
    ]
    idle = classes(
        poor='income_per_person <= poverty_line if reading.edge == "all" else not income_per_person > poverty_line',
        not_poor="income_per_person > poverty_line",
    )
    f = only(cn.audit(rules(tmp_path, idle, interpretation("edge", "all", "literal"))), "idle")
    assert f.readings == {"edge": "literal"}


def test_two_departures_that_open_what_neither_opens_alone(tmp_path: Path) -> None:
    text = classes(
        poor='income_per_person < poverty_line or income_per_person == poverty_line and reading.low == "in"',
        not_poor='income_per_person > poverty_line or income_per_person == poverty_line and reading.high == "in"',
    )
    first = interpretation("low", "in", "out")
    std = rules(tmp_path, text, first, interpretation("high", "in", "out").replace("interpretations:\n", ""))
    report = cn.audit(std)
    holes = report.of("hole")
    assert {tuple(sorted(f.readings.items())) for f in holes} == {(("high", "out"), ("low", "out"))}
    assert all(f.severity == "note" and f.closed_by in {("high", "in"), ("low", "in")} for f in holes)
    overlaps = report.of("overlap")  # the other sense of either makes it the other class
    assert [(f.severity, f.readings, f.closed_by) for f in overlaps] == [("note", {}, ("low", "in"))] * 2


# --- indicators -----------------------------------------------------------------------------------------

CONSTANT = {
    "never": ("water_source == \"rain\" and water_source == \"piped\"", "water_source == \"rain\"", "never_deprived"),
    "always": ("water_source in {\"rain\", \"piped\"} or water_source not in {\"rain\", \"piped\"}", "water_source not in {\"rain\", \"piped\"}", "always_deprived"),
    "share above all": ("share(m.age < 16 for m in members) > 1", "share(m.age < 16 for m in members) > 1/2", "never_deprived"),
    "share from nothing": ("share(m.age < 16 for m in members) >= 0", "share(m.age < 16 for m in members) > 0", "always_deprived"),
    "ages apart": ("any(m.age < 10 and m.age >= 10 for m in members)", "any(m.age < 10 and m.age >= 9 for m in members)", "never_deprived"),
    "more than are counted": ("count(m.age < 0 for m in members) >= 5", "count(m.age < 16 for m in members) >= 5", "never_deprived"),
    "height of adults": ("any(m.height_cm < 150 for m in members if m.age >= 16)", "any(m.height_cm < 150 for m in members if m.age < 16)", "never_deprived"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONSTANT)
def test_an_indicator_that_never_or_always_holds(tmp_path: Path, name: str) -> None:
    wrong, right, kind = CONSTANT[name]
    other = indicator("light", "not television")
    std = rules(tmp_path, PLAIN, head=with_indicators(indicator("it", wrong), other))
    f = only(cn.audit(std), kind)
    assert (f.severity, f.about) == ("error", ("it",))
    assert f.answers == ({"never_deprived": "not deprived", "always_deprived": "deprived"}[kind],)
    assert cn.audit(rules(tmp_path, PLAIN, head=with_indicators(indicator("it", right), other))).findings == ()


def test_a_form_that_does_not_ask(tmp_path: Path) -> None:
    std = rules(tmp_path, PLAIN, head=with_indicators(indicator("news", "not (television or radio)")))
    f = only(cn.audit(std), "form")
    assert (f.severity, f.about, f.witness, f.answers) == (
        "warning",
        ("news", "radio"),
        {"television": False},
        ("unknown",),
    )
    assert not cn.audit(
        rules(tmp_path, PLAIN, head=with_indicators(indicator("news", "not (television or laptop)")))
    ).findings


TABLE = """\
tables:
  cutoff:
    step: age_months
    unit: kg
    value: kg
    between: last_listed
    rows: [{rows}]
    cite: {{source: act, at: Bảng 1, grade: A}}
"""


def test_rows_of_a_table(tmp_path: Path) -> None:
    def found(rows: str, scope: str) -> list[cn.Finding]:
        text = (
            TABLE.format(rows=rows)
            + "indicators:\n"
            + indicator("weight", f"any(m.weight_kg < cutoff(m.age_months) for m in members if {scope})")
        )
        return list(cn.audit(rules(tmp_path, PLAIN, head=HEAD + text)).findings)

    whole = ", ".join(f"[{m}, {m + 3}]" for m in range(3))
    assert not found(whole, "m.age_months < 3")
    (beyond,) = found(whole + ", [3, 6]", "m.age_months < 3")
    assert (beyond.kind, beyond.about) == ("row_unreached", ("weight", "cutoff"))
    assert "row(s) 3" in beyond.texts["en"]
    (missing,) = found("[1, 4], [2, 5]", "m.age_months < 3")
    assert (missing.kind, missing.severity, missing.answers) == ("row_missing", "error", ("not deprived",))
    assert missing.witness == {"members": [{"weight_kg": 1, "birth_date": DAY}]}
    (between,) = found("[0, 3], [2, 5]", "m.age_months < 3")
    assert between.kind == "between_rows"
    assert between.witness == {"members": [{"weight_kg": 3, "birth_date": date(2019, 12, 1)}]}


def test_an_indicator_that_is_only_an_input(tmp_path: Path) -> None:
    text = f"indicators:\n  lost:\n    dimension: lost\n    label: {{vi: mất, en: lost}}\n    {CITE}\n"
    assert only(cn.audit(rules(tmp_path, PLAIN, head=HEAD + text)), "input").about == ("lost",)


PERSONS = """\
facts:
  person:
    sown: {kind: number, least: 0, label: {vi: gieo, en: sown}}
    reaped: {kind: number, least: 0, label: {vi: gặt, en: reaped}}
"""


def test_two_numbers_of_a_person(tmp_path: Path) -> None:
    def found(deprived: str) -> cn.Report:
        return cn.audit(rules(tmp_path, PLAIN, head=PERSONS.join((HEAD, "indicators:\n")) + indicator("it", deprived)))

    assert not found("any(2 * m.sown > m.reaped for m in members)").findings
    assert (
        only(
            found("any(2 * m.sown > m.reaped and m.reaped > 2 * m.sown + 1 for m in members)"), "never_deprived"
        ).severity
        == "error"
    )
    two = found("count(m.sown > m.reaped for m in members) >= 2 and count(m.sown < m.reaped for m in members) >= 1")
    assert not two.findings
    std = rules(
        tmp_path,
        classes(
            poor="count(m.sown > m.reaped for m in members) >= 2", rest="count(m.sown > m.reaped for m in members) < 1"
        ),
        head=HEAD + PERSONS,
    )
    f = only(cn.audit(std), "hole")
    assert dict(f.witness or {})["members"] == [{"sown": 1, "reaped": 0}]
    confirmed(std, f)


def test_what_is_not_followed_is_said(tmp_path: Path) -> None:
    crooked = rules(tmp_path, classes(poor="b1 * b1 < 100 and b1 * b1 > 101", not_poor="otherwise"))
    assert cn.audit(crooked).findings
    product_ = rules(tmp_path, classes(poor="b1 * b2 < 100", not_poor="otherwise"))
    assert cn.audit(product_).of("unproved")
    shares = indicator("it", "share(m.age < 16 for m in members) > 3 * share(m.age < 60 for m in members)")
    assert cn.audit(rules(tmp_path, PLAIN, head=with_indicators(shares))).of("unproved")


# --- what a report says ---------------------------------------------------------------------------------


def reports() -> Iterator[cn.Report]:
    yield from (cn.audit(s) for s in SHIPPED)
    yield cn.audit("vn")
    yield cn.audit(cn.read_standard(ROOT / "tests" / "fictional.yaml"))


def test_reports_are_values_that_print_and_travel() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for report in reports():
        made = report.to_dict()
        assert json.loads(json.dumps(made, ensure_ascii=False)) == made
        validator.validate(made)
        assert pickle.loads(pickle.dumps(report)) == report
        assert hash(pickle.loads(pickle.dumps(report))) == hash(report)
        assert str(report) == report.text("en")
        for f in report.findings:
            assert f.kind in KINDS
            assert f.severity in SEVERITIES
            assert str(f) == f.text("en")
            assert str(f) in str(report)
            assert f.text("vi") in report.text("vi")
            assert f.texts["vi"]
            assert f.texts["vi"] != ""
        for table in report.tables:
            _, *rows = str(table).splitlines()
            assert len(rows) == len(table.rows) + 1
            assert str(table) in str(report)
        assert [SEVERITIES.index(f.severity) for f in report.findings] == sorted(
            SEVERITIES.index(f.severity) for f in report.findings
        )


def test_the_schema_says_what_a_report_holds() -> None:
    assert SCHEMA["properties"]["schema"]["const"] == cn.audit("vn-2006").to_dict()["schema"]
    finding = SCHEMA["$defs"]["finding"]
    assert finding["properties"]["kind"]["enum"] == list(KINDS)
    assert finding["properties"]["severity"]["enum"] == list(SEVERITIES)
    wrong = cn.audit("vn-2011").to_dict()
    wrong["findings"][0]["kind"] = "feeling"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_html_escapes(tmp_path: Path) -> None:
    text = (
        (HEAD + PLAIN)
        .replace("vi: hộ nghèo", "vi: x")
        .replace("en: Test standard", "en: 'a <b> & c'")
        .replace("vi: Chuẩn thử", "vi: 'x <script>'")
    )
    std = read(tmp_path, text.replace("poor: {vi: poor, en: poor}", "poor"))
    report = cn.audit(std)
    assert "<script>" not in report._repr_html_()
    assert "&lt;script&gt;" in report._repr_html_()
    assert "<b>" not in report.to_html("en")
    assert report._repr_html_().count("<table>") == 1
    whole = cn.audit("vn-2022")
    assert whole._repr_html_().count("<table>") == len(whole.tables) + len(whole.cards) + 1


def test_decision_table_in_words() -> None:
    (table,) = cn.audit("vn-2006").tables
    assert str(table).splitlines()[0].split("  ")[0] == "area"
    assert [r[1]["en"] for r in table.rows] == [
        "poor household",
        "poor household",
        "household that is not poor",
        "household that is not poor",
    ]
    assert table.rows[0][0][1]["en"] == "up to 200,000 đồng/person/month"
    assert table.rows[0][0][1]["vi"].startswith("đến 200.000")


def test_decision_table_names_numbers_that_are_compared() -> None:
    names = [name for t_ in cn.audit("vn-village-2026").tables for name, _ in t_.columns]
    assert any("4 ×" in n or "1/4" in n for n in names), names


# --- shipped standards ----------------------------------------------------------------------------------


@pytest.mark.parametrize("std", SHIPPED, ids=lambda s: s.exact_id)
def test_no_shipped_standard_has_an_error(std: cn.Standard) -> None:
    report = cn.audit(std)
    assert report.errors == ()
    assert report.of("unproved") == ()
    for f in report.findings:
        confirmed(std, f)


def snapshot() -> str:
    lines = []
    for std in SHIPPED:
        lines.append(std.id + f"@{std.version}")
        lines += [
            f"    {f.severity} {f.kind} {' '.join(f.about)} {' '.join(f'{k}={v}' for k, v in f.readings.items())}".rstrip()
            for f in cn.audit(std).findings
        ]
    return "\n".join(lines) + "\n"


def test_findings_of_the_shipped_standards_are_the_reviewed_ones() -> None:
    """After a change of a rule: ``.venv/bin/python tests/test_audit.py``, and read what changed."""
    assert snapshot() == SNAPSHOT.read_text(encoding="utf-8")


# --- a catalogue ------------------------------------------------------------------------------------------


def dated(
    tmp_path: Path, name: str, start: str, end: str, *, issued: str = "2019-12-01", grade: str = "A"
) -> cn.Standard:
    text = GOOD.replace("standard: xx-1", f"standard: {name}").replace(
        "from: 2020-01-01, to: 2020-12-31", f"from: {start}, to: {end}"
    )
    text = text.replace("issued: 2019-12-01", f"issued: {issued}").replace(
        "at: Điều 2, grade: A", f"at: Điều 2, grade: {grade}, note: told"
    )
    folder = tmp_path / name
    folder.mkdir()
    return read(folder, text)


def kinds(*standards: cn.Standard) -> list[tuple[str, date | None]]:
    report = cn.audit("xx", catalogue=cn.Catalogue({}).having(*standards))
    return [(f.kind, f.on) for f in report.findings]


def test_days_citations_and_grades_of_a_catalogue(tmp_path: Path) -> None:
    a = dated(tmp_path, "xx-1", "2020-01-01", "2020-12-31")
    assert kinds(a) == []
    assert kinds(a, dated(tmp_path, "xx-2", "2021-01-01", "2021-12-31")) == []
    assert kinds(a, dated(tmp_path, "xx-3", "2021-01-02", "2021-12-31")) == [("days_left_out", date(2021, 1, 1))]
    assert kinds(a, dated(tmp_path, "xx-4", "2020-12-31", "2021-12-31")) == [("days_doubled", date(2020, 12, 31))]
    assert kinds(dated(tmp_path, "xx-5", "2020-01-01", "2020-12-31", issued="2020-01-01")) == []
    assert kinds(dated(tmp_path, "xx-6", "2020-01-01", "2020-12-31", issued="2020-01-02")) == [
        ("issued_after", date(2020, 1, 1))
    ]
    report = cn.audit(
        "xx", catalogue=cn.Catalogue({}).having(dated(tmp_path, "xx-7", "2020-01-01", "2020-12-31", grade="C"))
    )
    assert [(f.kind, f.about) for f in report.findings] == [("grade", ("xx-7@1.1", "poverty_line"))]


def test_a_standard_is_audited_by_name_in_any_catalogue(tmp_path: Path) -> None:
    own = dated(tmp_path, "xx-1", "2020-01-01", "2020-12-31")
    assert cn.audit("xx-1", catalogue=cn.shipped().having(own)).subject == "xx-1@1.1"
    with pytest.raises(cn.NoStandard, match="vn-2022"):
        cn.audit("vn-2202")


# --- properties -------------------------------------------------------------------------------------------

LINES = st.integers(0, 6)
OPS = st.sampled_from(["<", "<=", ">", ">=", "=="])


@st.composite
def conditions(draw: st.DrawFn) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(["line", "number", "deprivations", "area", "upper"]))
        op = draw(OPS)
        parts.append({
            "line": f"income_per_person {op} poverty_line", "upper": f"income_per_person {op} upper_line",
            "number": f"income_per_person {op} {draw(LINES)}", "deprivations": f"deprivations {op} {draw(st.integers(0, 3))}",
            "area": f'area {draw(st.sampled_from(["==", "!="]))} "rural"',
        }[kind])  # fmt: skip
    return draw(st.sampled_from([" and ", " or "])).join(parts)


@st.composite
def files_of_rules(draw: st.DrawFn) -> str:
    lines = {n: (draw(LINES), draw(LINES)) for n in ("poverty_line", "upper_line")}
    text = HEAD[: HEAD.index("lines:")] + "lines:\n"
    for name, (rural, urban) in lines.items():
        text += f"  {name}:\n    label: {{vi: x, en: x}}\n    unit: VND/person/month\n    by: {{area: {{rural: {rural}, urban: {urban}}}}}\n    {CITE}\n"
    text += "indicators:\n" + indicator("water", 'water_source == "rain"') + indicator("light", "not television")
    text += HEAD[HEAD.index("methods:") :]
    count = draw(st.integers(2, 3))
    return text + classes(**{f"class_{i}": draw(conditions()) for i in range(count)})


POINTS = sorted({Fraction(n, 2) for n in range(17)})


@settings(max_examples=1 + settings().max_examples // 4)
@given(files_of_rules())
def test_holes_and_overlaps_are_those_of_every_household(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Thresholds are whole numbers up to 6: the points, each and half way between, stand for every income."""
    std = read(tmp_path_factory.mktemp("rules"), text)
    report = cn.audit(std)
    alone = {
        name: read(tmp_path_factory.mktemp("one"), text[: text.index("classes:")] + classes(**{name: std.classes[name].text, "rest": "otherwise"}))
        for name in std.classes
    }  # fmt: skip
    found, together, reached = [], set(), set()
    for area, income, count in product(("rural", "urban"), POINTS, (0, 1, 2)):
        household = {"area": area, "income_per_person": income, "deprivations": count}
        answered = answer(std, household)
        reached.add(answered)
        if answered == "no_class":
            found.append(household)
        letters = [n for n, s in alone.items() if answer(s, household) == n]
        together |= {(a, b) for i, a in enumerate(letters) for b in letters[i + 1 :]}
    assert bool(found) == bool(report.of("hole"))
    assert together == {f.about for f in report.of("overlap")}
    assert {f.about[0] for f in report.of("never")} == set(std.classes) - reached
    for f in report.of("hole", "overlap", "order"):
        confirmed(std, f)
    for household in found:  # each lies in a region that is told: no number of its smallest household is greater
        assert any(
            f.witness is not None
            and all(
                v == household[k] if k == "area" else v <= household[k] + Fraction(1, 2) for k, v in f.witness.items()
            )
            for f in report.of("hole")
        )


if __name__ == "__main__":
    SNAPSHOT.parent.mkdir(exist_ok=True)
    SNAPSHOT.write_text(snapshot(), encoding="utf-8")
