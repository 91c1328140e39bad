"""The JSON Schema of rule files: made from the grammar, and of one mind with the reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo import grammar
from chuanngheo.file_schema import rule_file_schema, schema_text
from chuanngheo.source import Node, read_nodes

ROOT = Path(__file__).parent.parent
FILES = sorted(
    [
        *ROOT.glob("standards/*/*/*/v*.yaml"),
        ROOT / "tests" / "fictional.yaml",
        ROOT / "docs" / "examples" / "local.yaml",
    ]
)
SCHEMA = rule_file_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
# Every form of the grammar and every key of it stands in these.
FULL = (ROOT / "tests" / "fictional.yaml").read_text(encoding="utf-8")


def as_1_1(text: str) -> Any:
    """A file as a YAML 1.1 parser gives it, in JSON's types."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(k): plain(v) for k, v in value.items()}
        if isinstance(value, list):
            return [plain(v) for v in value]
        return value.isoformat() if isinstance(value, date) else value

    return plain(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def as_1_2(text: str) -> Any:
    """A file as the YAML 1.2 parser of an editor gives it: the core schema of plain scalars."""

    def plain(node: Node) -> Any:
        if node.kind == "mapping":
            return {k: plain(v) for k, (_, v) in node.entries.items()}
        if node.kind == "sequence":
            return [plain(v) for v in node.items]
        if not node.plain:
            return node.text
        if node.text in ("", "~", "null"):
            return None
        if node.text in ("true", "false"):
            return node.text == "true"
        if re.fullmatch(r"[-+]?[0-9]+", node.text):
            return int(node.text)
        if re.fullmatch(r"[-+]?([0-9]+[.][0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+", node.text):
            return float(node.text)
        return node.text

    root, source = read_nodes(text, "test.yaml")
    assert root is not None
    assert not source.problems
    return plain(root)


def faults(text: str) -> list[str]:
    return [
        f"{e.json_path}: {e.message[:200]}"
        for data in (as_1_1(text), as_1_2(text))
        for e in VALIDATOR.iter_errors(data)
    ]


def reads(folder: Path, text: str) -> tuple[cn.Problem, ...]:
    """The problems that the reader finds."""
    file = folder / "test.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        cn.read_standard(file)
    except cn.RuleFileError as error:
        return error.problems
    return ()


def test_the_shipped_schema_is_that_of_the_grammar() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    shipped = (files("chuanngheo") / "schemas" / "rule-file-1.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "make schema"
    assert json.loads(shipped) == SCHEMA


@pytest.mark.parametrize("path", FILES, ids=lambda p: "-".join(p.relative_to(ROOT).parts[1:]))
def test_every_rule_file_fits(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert faults(text) == []
    assert faults(cn.read_standard(path).text) == []


def forms() -> Iterator[grammar.Form]:
    """Every form of the grammar, once."""
    seen: set[Any] = set()
    waiting: list[Any] = [grammar.RULE_FILE]
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        if isinstance(kind, grammar.Form):
            yield kind
            waiting += [k.holds for k in kind.keys]
        elif isinstance(kind, grammar.Use):
            waiting.append(grammar.DEFINITIONS[kind.name])
        elif isinstance(kind, grammar.Either):
            waiting += kind.of
        elif isinstance(kind, grammar.Several | grammar.Named):
            waiting.append(kind.of)


FORMS = {f.name: f for f in forms()}


def test_every_form_and_key_is_described() -> None:
    assert len(FORMS) >= 17
    for form in FORMS.values():
        names = [k.name for k in form.keys]
        assert len(names) == len(set(names))
        assert {n for pair in form.either for n in pair} <= set(form.optional)
        for key in form.keys:
            assert key.en
            assert key.vi
            assert key.en != key.vi


# One place for each form: a line of a file that begins a mapping of that form, and a whole mapping.
KEYED = """\
standard: xx-1
version: 1
revision: 1
jurisdiction: xx
entity: household
title: {vi: Chuẩn thử, en: Test standard}
sources:
  act:
    number: 1/XX
    title: {vi: Luật thử, en: Test act}
    issued: 2019-12-01
    in_force: 2020-01-01
    grade: A
    note: read
applies:
  - from: 2020-01-01
    to: 2020-12-31
    cite: {source: act, at: Điều 1, words: từ, note: read, grade: A}
    review: {source: act, grade: A}
    concerns: [poor, poverty_line]
facts:
  household:
    kind_of_house:
      kind: code
      label: {vi: nhà, en: house}
      codes: {tent: {vi: lều, en: tent}, house: {vi: nhà, en: house}}
      asked_if: area == "rural"
      note: {vi: ghi chú, en: note}
      on_form: false
      worse: less
    cows:
      kind: number
      unit: kg
      label: {vi: bò, en: cows}
      whole: true
      least: 0
      most: 100
      multiple: 5
    calves:
      kind: number
      unit: kg
      label: {vi: bê, en: calves}
      at_most: cows
      of: cows / 2
    not_found:
      kind: boolean
      unread: true
      label: {vi: chưa tìm thấy, en: not found}
lines:
  poverty_line:
    label: {vi: chuẩn nghèo, en: poverty line}
    unit: VND/person/month
    by: {area: {rural: 1_000, urban: {by: {terrain: {plain: 2_000, midland: 2_000, mountain_island: 3_000}}}}}
    cite: {source: act, at: Điều 2, grade: A}
    cites: {urban: {plain: {source: act, grade: B}}}
  one_line: {label: {vi: một, en: one}, unit: kg, value: 32.5, cite: {source: act, grade: A}}
tables:
  space:
    step: household_size
    unit: m2
    value: m2
    between: next_listed
    rows: [[1, 10], [3, 20.5]]
    cite: {source: act, grade: A}
  weight:
    step: age_months
    unit: kg
    columns: {male: m, female: f}
    file: weight.csv
    cite: {source: act, grade: A}
  space_before: {like: space, between: last_listed}
code_lists:
  bad_houses: [tent]
values:
  bad:
    label: {vi: nhà kém, en: bad house}
    of: kind_of_house in bad_houses
    cite: {source: act, grade: A}
    cites: {which-edge: {inclusive: {source: act, grade: B}}}
    dimension: housing
  half: {label: {vi: nửa, en: half}, unit: kg, of: cows / 2}
indicators:
  housing:
    label: {vi: nhà ở, en: housing}
    cite: {source: act, grade: A}
    cites: {which-edge: {inclusive: {source: act, grade: B}}}
    dimension: housing
    deprived: bad or half < 1
  children: {label: {vi: trẻ em, en: children}, cite: {source: act, grade: A}, deprived: any(m.age < 5 for m in members)}
methods:
  criteria:
    default: true
    label: {vi: thu nhập, en: income}
    values:
      low: {label: {vi: thấp, en: low}, of: "income_per_person <= poverty_line if reading.which_edge == 'inclusive' else income_per_person < poverty_line"}
    until: 2020-06-30
    note: {vi: hết, en: over}
classes:
  poor:
    label: {vi: hộ nghèo, en: poor}
    when: low
    methods: [criteria]
    cites: {criteria: {source: act, grade: A}}
    labels: {criteria: {vi: hộ nghèo, en: poor}}
    cite: {source: act, at: Điều 3, grade: A}
  hungry: {within: poor, label: {vi: hộ đói, en: hungry}, when: low, rest: true, cite: {source: act, grade: A}}
  not_poor:
    label: {vi: không nghèo, en: not poor}
    otherwise: true
    cite: {source: act, at: Điều 3, grade: A}
statuses:
  mark:
    label: {vi: dấu, en: mark}
    of: person
    when: m.age >= 16
    cite: {source: act, grade: A}
    from: unknown
    from_note: not found
groups:
  small: {label: {vi: trẻ nhỏ, en: small}, of: person, as_in: children, cite: {source: act, grade: A}}
scorecards:
  points:
    label: {vi: phiếu, en: form}
    unit: point
    method: criteria
    columns:
      plain: {label: {vi: đồng bằng, en: plain}, cells: {area: urban, terrain: plain}, cite: {source: act, grade: A}}
    cut_off: {line: poverty_line, side: at_most}
    measures:
      people: {label: {vi: người, en: people}, unit: person, of: household_size, worse: more}
      workers: {label: {vi: lao động, en: workers}, whole: true, least: 0, most: 9, at_most: people}
    items:
      - number: 1
        label: {vi: số người, en: people}
        combine: exclusive
        measure: people
        order: best_first
        indicator: housing
        cite: {source: act, grade: A}
        note: read
        options:
          - {name: few, label: {vi: ít, en: few}, from: 1, to: 3}
          - {name: many, label: {vi: nhiều, en: many}, measure: workers, above: 3, below: 7}
    rows: [[1, few, 10], [1, many, ""]]
    alternatives:
      - {reading: {which-edge: exclusive}, item: 1, option: few, points: {plain: 5}, from: 1, to: 4, cite: {source: act, grade: A}}
      - {reading: {which-edge: exclusive}, item: 1, option: many, above: 4, below: 8, cite: {source: act, grade: A}}
      - {reading: {which-edge: exclusive}, item: 1, combine: additive, cite: {source: act, grade: A}}
    cite: {source: act, grade: A}
  listed:
    label: {vi: phiếu, en: form}
    unit: point
    columns: {all: {label: {vi: tất cả, en: all}}}
    items: [{number: "1.1", label: {vi: một, en: one}, combine: additive, stop: false, options: [{name: yes_, label: {vi: có, en: "yes"}, when: bad}]}]
    file: card.csv
    cite: {source: act, grade: A}
interpretations:
  which-edge:
    question: {vi: bằng, en: on it}
    readings: {inclusive: {vi: có, en: in}, exclusive: {vi: không, en: out}}
    default: inclusive
    undecided: exclusive
    grounds: the words
    grade: C
unseen:
  - what: {vi: phụ lục, en: annex}
    consequence: {vi: không, en: none}
"""  # fmt: skip
CHILD = """\
extends: vn-2022@1
without: {indicators: [sanitation], methods: [scores]}
standard: vn-xx-2022
version: 1
revision: 1
jurisdiction: vn-xx
"""


def places(data: Any, kind: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[grammar.Form, tuple[Any, ...]]]:
    """Every mapping of a file that has a form, by the way that leads to it."""
    if isinstance(kind, grammar.Use):
        yield from places(data, grammar.DEFINITIONS[kind.name], path)
    elif isinstance(kind, grammar.Form):
        yield kind, path
        for key in kind.keys:
            if key.name in data:
                yield from places(data[key.name], key.holds, (*path, key.name))
    elif isinstance(kind, grammar.Several) and isinstance(data, list):
        for i, item in enumerate(data):
            yield from places(item, kind.of, (*path, i))
    elif isinstance(kind, grammar.Named):
        for name, item in data.items():
            yield from places(item, kind.of, (*path, name))
    elif isinstance(kind, grammar.Either) and isinstance(data, dict):
        fits = [k for k in kind.of if isinstance(k, grammar.Form) and set(data) & set(k.required)]
        others = [k for k in kind.of if isinstance(k, grammar.Use | grammar.Named)]
        yield from places(data, (fits or others)[0], path)


PLACES = list(places(as_1_2(KEYED), grammar.RULE_FILE))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rules")
    (made / "weight.csv").write_text("age_months,m,f\n1,3,2.9\n12,8,7.5\n", encoding="utf-8")
    (made / "card.csv").write_text("item,option,all\n1.1,yes_,10\n", encoding="utf-8")
    return made


def test_every_key_of_the_grammar_is_accepted_by_both(folder: Path) -> None:
    assert faults(KEYED) == []
    assert [str(p) for p in reads(folder, KEYED)] == []
    assert faults(CHILD) == []
    assert [str(p) for p in reads(folder, CHILD)] == []
    data = as_1_2(KEYED)
    used: dict[str, set[str]] = {name: set() for name in FORMS}
    for form, path in PLACES:
        here = data
        for step in path:
            here = here[step]
        used[form.name] |= set(here)
    used["rule_file"] |= set(as_1_2(CHILD))
    assert {name: sorted(keys) for name, keys in used.items()} == {
        name: sorted(k.name for k in form.keys) for name, form in FORMS.items()
    }


def changed(path: tuple[Any, ...], change: Any) -> str:
    """The file with one mapping changed, as JSON, which is YAML too."""
    data = as_1_2(KEYED)
    here = data
    for step in path:
        here = here[step]
    change(here)
    return json.dumps(data, ensure_ascii=False)


@given(place=st.sampled_from(PLACES), key=st.from_regex(r"[a-z][a-z_]{0,12}", fullmatch=True) | st.sampled_from(["unread", "by", "cite", "Label", "grade "]))  # fmt: skip
def test_any_other_key_is_refused_by_both(folder: Path, place: tuple[grammar.Form, tuple[Any, ...]], key: str) -> None:
    form, path = place
    assume(key not in {k.name for k in form.keys})
    text = changed(path, lambda here: here.update({key: "x"}))
    assert faults(text)
    assert reads(folder, text)


@pytest.mark.parametrize(
    ("form", "path"), PLACES, ids=lambda p: "/".join(map(str, p)) if isinstance(p, tuple) else p.name
)
def test_a_missing_key_is_missed_by_both(folder: Path, form: grammar.Form, path: tuple[Any, ...]) -> None:
    data = as_1_2(KEYED)
    here = data
    for step in path:
        here = here[step]
    needed = [*form.required, *(n for pair in form.either for n in pair if n in here)]
    if form.name == "by":
        return  # without by: it is no number by code
    for key in needed:
        text = changed(path, lambda here, key=key: here.pop(key))
        assert faults(text), key
        assert reads(folder, text), key


BROKEN = {
    "a list for a mapping": ("title: {vi: Chuẩn thử, en: Test standard}", "title: [a, b]"),
    "a text for a mapping": ("title: {vi: Chuẩn thử, en: Test standard}", "title: Chuẩn thử"),
    "a text for a list": ("bad_houses: [tent]", "bad_houses: tent"),
    "a text for a list of methods": ("methods: [criteria]", "methods: criteria"),
    "a text for a list of names": ("concerns: [poor, poverty_line]", "concerns: poor"),
    "a mapping for a list": ("unseen:\n  - what: {vi: phụ lục, en: annex}\n  ", "unseen:\n    what: {vi: phụ lục, en: annex}\n  "),
    "no such grade": ("grade: C", "grade: E"),
    "no such kind": ("kind: code", "kind: integer"),
    "no such unit": ("unit: VND/person/month", "unit: USD/person/month"),
    "a decimal comma": ("value: 32.5", 'value: "32,5"'),
    "points in a number": ("rural: 1_000", "rural: 1.500.000"),
    "commas in a number": ("rural: 1_000", 'rural: "1,500,000"'),
    "a text for a number": ("value: 32.5", "value: about thirty"),
    "a count of zero": ("version: 1\nrevision", "version: 0\nrevision"),
    "a count in parts": ("version: 1\nrevision", "version: 1.5\nrevision"),
    "a quoted truth": ("default: true", 'default: "true"'),
    "a Vietnamese day": ("to: 2020-12-31", "to: 31/12/2020"),
    "capitals in a name": ("  housing:\n", "  Housing:\n"),
    "an id with _": ("standard: xx-1", "standard: xx_1"),
    "an interpretation with _": ("  which-edge:\n    question", "  which edge:\n    question"),
    "one sense": ("readings: {inclusive: {vi: có, en: in}, exclusive: {vi: không, en: out}}", "readings: {inclusive: {vi: có, en: in}}"),
    "an unknown source that is graded": ("review: {source: act, grade: A}", "review: {source: unknown, grade: A, note: x}"),
    "an unknown source without a note": ("review: {source: act, grade: A}", "review: {source: unknown, grade: D}"),
    "value and by": ("value: 32.5", "value: 32.5, by: {area: {rural: 1, urban: 2}}"),
    "when and otherwise": ("    otherwise: true\n", "    otherwise: true\n    when: low\n"),
    "rows and a file": ("    file: weight.csv\n", "    file: weight.csv\n    rows: [[1, 2, 3]]\n"),
    "a file elsewhere": ("file: weight.csv", "file: ../weight.csv"),
    "points without a name": ("[1, few, 10]", "[1, 10]"),
    "a card's rows and a file": ("    file: card.csv\n", "    file: card.csv\n    rows: [[1.1, yes_, 1]]\n"),
    "no such way to combine": ("combine: exclusive\n", "combine: sum\n"),
    "no such side": ("side: at_most", "side: below"),
    "two interpretations at once": ("{which-edge: exclusive}, item: 1, option: many", "{which-edge: exclusive, other: x}, item: 1, option: many"),
    "by two facts": ("by: {area: {rural: 1_000,", "by: {terrain: {plain: 1}, area: {rural: 1_000,"),
    "a citation that is a text": ("cites: {urban: {plain: {source: act, grade: B}}}", "cites: {urban: Điều 2}"),
    "no days": ("- from: 2020-01-01", "- frm: 2020-01-01"),
    "facts of another entity": ("facts:\n  household:\n", "facts:\n  commune:\n"),
    "left out of nothing": ("entity: household\n", "entity: household\nwithout: {lines: [poverty_line]}\n"),
    "an empty section": ("code_lists:\n  bad_houses: [tent]\n", "code_lists:\n"),
}  # fmt: skip
BROKEN_CHILD = {
    "not pinned": ("vn-2022@1", "vn-2022"),
    "no such section": ("{indicators: [sanitation]", "{indicator: [sanitation]"),
    "left out without a list": ("[sanitation]", "sanitation"),
    "left out as a list": ("{indicators: [sanitation], methods: [scores]}", "[sanitation, scores]"),
}


@pytest.mark.parametrize("name", [*BROKEN, *BROKEN_CHILD])
def test_a_broken_file_fails_in_both(folder: Path, name: str) -> None:
    whole = KEYED if name in BROKEN else CHILD
    old, new = BROKEN.get(name) or BROKEN_CHILD[name]
    assert whole.count(old) >= 1
    text = whole.replace(old, new, 1)
    assert list(VALIDATOR.iter_errors(as_1_2(text)))
    assert reads(folder, text)


def test_numbers_by_the_vocabulary_are_offered() -> None:
    cells = SCHEMA["$defs"]["cells"]["properties"]
    assert set(cells["area"]["properties"]) == set(cn.facts()["area"].codes)
    assert all(f.kind == "code" for n, f in cn.facts().items() if n in cells)
