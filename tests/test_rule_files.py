"""Rule files that are wrong: each fault with file, line, column, excerpt and remedy, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

import chuanngheo as cn

GOOD = """\
standard: xx-1
version: 1
revision: 1
jurisdiction: xx
entity: household
title: {vi: Chuẩn thử, en: Test standard}
sources:
  act: {number: 1/XX, title: {vi: Luật thử, en: Test act}, issued: 2019-12-01}
applies:
  - {from: 2020-01-01, to: 2020-12-31, cite: {source: act, at: Điều 1, grade: A}}
lines:
  poverty_line:
    label: {vi: chuẩn nghèo, en: poverty line}
    unit: VND/person/month
    by: {area: {rural: 1_000, urban: 2_000}}
    cite: {source: act, at: Điều 2, grade: A}
methods:
  criteria: {default: true, label: {vi: thu nhập, en: income}}
classes:
  poor:
    label: {vi: hộ nghèo, en: poor}
    when: income_per_person <= poverty_line
    cite: {source: act, at: Điều 3, grade: A}
  not_poor:
    label: {vi: không nghèo, en: not poor}
    otherwise: true
    cite: {source: act, at: Điều 3, grade: A}
"""


def read(tmp_path: Path, text: str) -> cn.Standard:
    file = tmp_path / "local.yaml"
    file.write_text(text, encoding="utf-8")
    return cn.read_standard(file)


def problems(tmp_path: Path, text: str) -> tuple[cn.Problem, ...]:
    with pytest.raises(cn.RuleFileError) as caught:
        read(tmp_path, text)
    assert caught.value.problems
    return caught.value.problems


def test_good_file_is_read(tmp_path: Path) -> None:
    std = read(tmp_path, GOOD)
    assert std.assess({"area": "rural", "income_per_person": 1000}).category == "poor"
    assert std.assess({"area": "rural", "income_per_person": 1001}).category == "not_poor"


WRONG = {
    "unknown key": ("revision: 1", "revison: 1", "CN008", "revison", "revision"),
    "missing key": ("jurisdiction: xx\n", "", "CN009", "", "jurisdiction"),
    "wrong type": ("version: 1", "version: {a: 1}", "CN010", "{a", "number"),
    "decimal comma": ("rural: 1_000", 'rural: "1,5"', "CN011", '"1,5"', "1.5"),
    "grouped with points": ("rural: 1_000", "rural: 1.500.000", "CN012", "1.500.000", "1_500_000"),
    "grouped with commas": ("rural: 1_000", 'rural: "1,500,000"', "CN012", '"1,500,000"', "1_500_000"),
    "a fraction of a đồng": ("rural: 1_000", "rural: 1.500", "CN012", "1.500", "every digit"),
    "yes for true": ("default: true", "default: yes", "CN014", "yes", "true or false"),
    "no for a number": ("rural: 1_000", "rural: no", "CN010", "no", "digits"),
    "duplicate key": ("version: 1\n", "version: 1\nversion: 2\n", "CN007", "version: 2", "keep one"),
    "unknown name": ("income_per_person <= p", "incme_per_person <= p", "CN030", "incme_per_person", "income_per_person"),
    "unknown code": ("urban: 2_000", "urbn: 2_000", "CN008", "urbn", "urban"),
    "units that do not match": (
        "income_per_person <= poverty_line",
        "household_size <= poverty_line",
        "CN030",
        "household_size",
        "person",
    ),
    "a person's fact outside a quantifier": (
        "income_per_person <= poverty_line",
        "m.age >= 16",
        "CN030",
        "m.age",
        "any(",
    ),
    "not an expression": ("income_per_person <= p", "income_per_person =< p", "CN030", "=<", "looks like"),
    "foreign syntax": ("income_per_person <= poverty_line", "income_per_person.real <= poverty_line", "CN030", "", ""),
    "a call to anything": ("income_per_person <= poverty_line", "__import__('os').system('x')", "CN030", "", ""),
    "a lambda": ("income_per_person <= poverty_line", "'(lambda: true)()'", "CN030", "", ""),
    "reversed span": ("to: 2020-12-31", "to: 2019-12-31", "CN023", "2019-12-31", "exchange"),
    "no such day": ("to: 2020-12-31", "to: 2020-02-30", "CN013", "2020-02-30", ""),
    "unknown source": ("{source: act, at: Điều 3, grade: A}\n  not", "{source: atc, at: Điều 3, grade: A}\n  not", "CN019", "atc", "act"),
    "unknown grade": ("at: Điều 2, grade: A", "at: Điều 2, grade: E", "CN017", "E", "A"),
    "no citation": ("    cite: {source: act, at: Điều 2, grade: A}\n", "", "CN009", "", "cite"),
    "unknown unit": ("unit: VND/person/month", "unit: USD/person/month", "CN018", "USD", "VND/person/month"),
    "an alias": ("title: {vi: Chuẩn", "title: &t {vi: Chuẩn", "CN004", "&t", "write the value out"),
    "a tag": ("version: 1", "version: !!python/object:os.system 1", "CN005", "!!python", "plain"),
    "not YAML": ("title: {vi: Chuẩn thử", "title: {vi: [Chuẩn thử", "CN002", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_fault_is_named_with_its_place_and_remedy(tmp_path: Path, name: str) -> None:
    old, new, code, at, remedy = WRONG[name]
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    found = next(p for p in problems(tmp_path, text) if p.code == code)
    file, line, column = found.where.rsplit(":", 2)
    assert file.endswith("local.yaml")
    excerpt, caret = found.excerpt.split("\n")
    assert caret.strip() == "^"
    if at:
        assert text.splitlines()[int(line) - 1][int(column) - 1 :].startswith(at)
        assert excerpt[caret.index("^") :].startswith(at)
    assert remedy in f"{found.message} {found.allowed} {found.remedy}"


def test_overlapping_spans(tmp_path: Path) -> None:
    span = "  - {from: 2020-01-01, to: 2020-12-31, cite: {source: act, at: Điều 1, grade: A}}\n"
    found = problems(tmp_path, GOOD.replace(span, span + span.replace("2020-01-01, to: 2020-12-31", "2020-12-31")))
    assert [p.code for p in found] == ["CN024"]
    assert found[0].where.endswith(":11:5")


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    text = GOOD
    for name in (
        "unknown key",
        "grouped with points",
        "unknown name",
        "reversed span",
        "unknown grade",
        "yes for true",
    ):
        old, new, *_ = WRONG[name]
        text = text.replace(old, new)
    codes = {p.code for p in problems(tmp_path, text)}
    assert {"CN008", "CN012", "CN030", "CN023", "CN017", "CN014"} <= codes


def test_all_faults_of_an_expression_come_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("income_per_person <= poverty_line", "incme_per_person <= poverty_line and aera == 'rural'")
    messages = [p.message for p in problems(tmp_path, text)]
    assert messages == ["unknown name incme_per_person", "unknown name aera"]


def test_place_in_a_folded_expression(tmp_path: Path) -> None:
    text = GOOD.replace(
        "when: income_per_person <= poverty_line",
        "when: >-\n      income_per_person <= poverty_line\n      or aera == 'rural'",
    )
    (found,) = problems(tmp_path, text)
    assert found.where.endswith(":24:10")
    assert "area" in found.remedy


def test_value_that_rests_on_itself(tmp_path: Path) -> None:
    values = """\
values:
  a: {label: {vi: a, en: a}, of: b}
  b: {label: {vi: b, en: b}, of: a}
classes:
"""
    found = problems(tmp_path, GOOD.replace("classes:\n", values))
    assert found[0].code == "CN031"
    assert "a -> b -> a" in found[0].message or "b -> a -> b" in found[0].message


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 300 + "true" + ")" * 300,
        "not " * 500 + "true",
        "-" * 3000 + "1 <= poverty_line",
        " + ".join(["income_per_person"] * 200) + " <= poverty_line",
        "true" + " and true" * 1000,
        "9" * 200 + " <= poverty_line",
        "1e999 <= poverty_line",
        "\\0",
    ],
    ids=["brackets", "nots", "minuses", "a long sum", "too long", "many digits", "exponent", "escape"],
)
def test_monstrous_expressions_are_refused(tmp_path: Path, expression: str) -> None:
    for p in problems(tmp_path, GOOD.replace("income_per_person <= poverty_line", expression)):
        assert p.code == "CN030"


def test_bombs_are_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join('*' + a for _ in range(9))}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert {p.code for p in problems(tmp_path, bomb)} == {"CN004"}
    assert problems(tmp_path, "[" * 2000)[0].code in ("CN001", "CN002")
    assert problems(tmp_path, "a:\n" + "".join("  " * n + "a:\n" for n in range(1, 400)))[0].code == "CN001"
    assert problems(tmp_path, "- x\n" * 100_000)[0].code == "CN001"
    assert problems(tmp_path, "x: " + "y" * 2_000_000)[0].code == "CN001"
    assert problems(tmp_path, "")[0].code == "CN003"
    assert problems(tmp_path, "- a\n- b\n")[0].code == "CN003"


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    file = tmp_path / "local.yaml"
    file.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(cn.RuleFileError, match="UTF-8"):
        cn.read_standard(file)


def test_a_file_cannot_reach_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path.parent / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    tables = """\
tables:
  t: {file: ../secret.csv, step: age, unit: kg, value: b, cite: {source: act, at: Điều 2, grade: A}}
classes:
"""
    text = GOOD.replace("classes:\n", tables).replace(
        "income_per_person <= poverty_line", "any(m.age < 1 for m in members)"
    )
    assert "CN020" in {p.code for p in problems(tmp_path, text)}


def test_extends_pins_and_merges(tmp_path: Path) -> None:
    text = GOOD.replace("jurisdiction: xx", "extends: vn-2016@1\njurisdiction: xx")
    std = read(tmp_path, text)
    assert "average_line" in std.lines
    assert int(std.line("poverty_line", area="rural")) == 1000
    assert list(std.classes) == ["poor", "not_poor"]
    (found,) = problems(tmp_path, GOOD.replace("jurisdiction: xx", "extends: vn-2016@9\njurisdiction: xx"))
    assert found.code == "CN022"
    (found,) = problems(tmp_path, GOOD.replace("jurisdiction: xx", "extends: vn-2016\njurisdiction: xx"))
    assert found.code == "CN022"
    assert "vn-2016@1" in found.remedy


def test_one_mistake_is_one_problem(tmp_path: Path) -> None:
    tables = """\
tables:
  t: {file: none.csv, step: age_months, unit: kg, value: b, cite: {source: act, at: Điều 2, grade: A}}
classes:
"""
    text = GOOD.replace("classes:\n", tables).replace(
        "income_per_person <= poverty_line", "any(m.weight_kg < t(m.age_months) for m in members)"
    )
    assert [p.code for p in problems(tmp_path, text)] == ["CN020"]
    text = GOOD.replace("    cite: {source: act, at: Điều 2, grade: A}\n", "")
    assert [p.code for p in problems(tmp_path, text)] == ["CN009"]


CHILD = """\
standard: xx-2
extends: vn-2022@1
version: 1
revision: 1
jurisdiction: vn-xx
entity: household
title: {vi: Chuẩn con, en: Child}
applies:
  - {from: 2023-01-01, cite: {source: nd-07, at: Điều 3, grade: A}}
"""


def test_a_child_leaves_out_what_it_is_without(tmp_path: Path) -> None:
    without = "without: {indicators: [sanitation], methods: [scores], scorecards: [b1, b2], lines: [score_line]}\n"
    std = read(tmp_path, CHILD + without)
    assert "sanitation" not in std.indicators
    assert len(std.indicators) == 11
    assert list(std.methods) == ["criteria"]
    assert "score_line" not in std.lines
    assert std.assess({"area": "rural", "income_per_person": 1, "deprivations": 3}).category == "poor"
    with pytest.raises(cn.HouseholdError, match="CN050"):
        std.assess({"area": "rural", "income_per_person": 1, "deprivations": 12})
    alone = tmp_path / "alone.yaml"
    alone.write_text(std.text, encoding="utf-8")
    again = cn.read_standard(alone)
    assert list(again.methods) == ["criteria"]
    assert again.digest == std.digest


def test_a_note_that_is_a_dash_is_written_out_in_quotes(tmp_path: Path) -> None:
    std = read(tmp_path, GOOD.replace("at: Điều 2, grade: A", "at: Điều 2, grade: A, note: '-'"))
    alone = tmp_path / "alone.yaml"
    alone.write_text(std.text, encoding="utf-8")
    assert cn.read_standard(alone).digest == std.digest


def test_every_fault_of_without_is_told(tmp_path: Path) -> None:
    found = problems(tmp_path, CHILD + """\
without:
  indicators: [sewer, sanitation]
  classes: [average]
indicators:
  sanitation:
    dimension: water_sanitation
    label: {vi: hố xí, en: toilet}
    cite: {source: nd-07, at: Phụ lục, grade: D}
""")  # fmt: skip
    assert [(p.code, p.message.split(" ")[-3:]) for p in found] == [
        ("CN025", ["sewer", "in", "indicators"]),
        ("CN025", ["and", "written", "again"]),
        ("CN025", ["entries", "out", "of"]),
    ]
    (alone,) = problems(tmp_path, GOOD + "without: {lines: [poverty_line]}\n")
    assert alone.code == "CN025"


UNREAD = GOOD.replace("    when: income_per_person <= poverty_line\n", '    when: rule_not_found == "poor"\n').replace(
    "lines:\n",
    """\
facts:
  household:
    rule_not_found:
      kind: code
      unread: true
      label: {vi: quy tắc chưa tìm thấy, en: rule not found}
      codes: {poor: {vi: nghèo, en: poor}, not_poor: {vi: không nghèo, en: not poor}}
lines:
""",
)


def test_a_text_that_was_not_found_leaves_the_class_open(tmp_path: Path) -> None:
    std = read(tmp_path, UNREAD)
    a = std.assess({"area": "rural", "income_per_person": 1000})
    assert (a.status, a.possible, a.missing) == ("undetermined", ("poor", "not_poor"), ("rule_not_found",))
    assert a.next_question is None
    assert [c.about for c in a.caveats if c.kind == "not_found"] == ["rule_not_found"]
    assert "rule not found" in a.explain("en")
    assert "quy tắc chưa tìm thấy" in a.explain("vi")
    assert int(std.line("poverty_line", area="urban")) == 2000
    assert "rule_not_found" not in std.input_schema()["properties"]
    with pytest.raises(cn.HouseholdError, match="CN066"):
        std.assess({"rule_not_found": "poor"})
