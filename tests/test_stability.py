"""The promise of ``docs/en/stability.md``: what is in ``tests/snapshots/`` stays as it is written there.

After an addition: ``python tests/promised.py``. It refuses whatever breaks the promise.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import chuanngheo as cn
import promised
from chuanngheo.stable import v1

# The public names of the contract, and what each of its values is read for.
CONTRACT = {
    "chuanngheo.stable.v1": {
        "Standard": (
            "id", "version", "revision", "digest", "title", "applies", "sources", "lines", "indicators", "classes", "statuses",
            "methods", "scorecards", "interpretations", "unseen", "facts", "exact_id", "line", "input_schema", "assess", "assess_many",
            "classify", "classify_persons", "reform", "to_sql", "score",
        ),
        "Assessment": (
            "category", "status", "possible", "missing", "next_question", "basis", "statuses", "caveats", "trace", "flips",
            "explain", "to_dict", "standard", "on", "method", "readings", "derive",
        ),
        "Quantity": ("value", "unit", "cite", "grade", "next_change"),
        "HouseholdError": ("message", "problems"),
        "Problem": ("code", "where", "message", "value", "allowed", "remedy"),
        "Comparison": ("text", "to_dict", "to_html", "cite", "on"),
        "Report": ("text", "to_dict", "to_html"),
    },
    "values read from these": {"Fact": ("label", "unit", "codes", "asked_if", "kind")},
}  # fmt: skip
FUNCTIONS = (
    "assess",
    "line",
    "applicable",
    "for_review",
    "standards",
    "standard",
    "read_standard",
    "facts",
    "compare",
    "audit",
)


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return promised.now()


@pytest.mark.parametrize("name", promised.KEPT)
def test_what_was_promised_is_kept(name: str, made: dict[str, Any]) -> None:
    assert promised.written(name) is not None
    assert promised.broken(name, made[name]) == []


@pytest.mark.parametrize("name", ["names-v1", "names", "standards", "words"])
def test_the_snapshot_is_up_to_date(name: str, made: dict[str, Any]) -> None:
    """An addition is written down as well, so that it is seen in a diff and promised from then on."""
    text = promised.text_of(promised.merged(name, made[name]))
    assert text == promised.path_of(name).read_text(encoding="utf-8"), "run: python tests/promised.py"


def test_the_contract_is_in_the_snapshot() -> None:
    names = promised.written("names-v1")
    for module, classes in CONTRACT.items():
        for cls, members in classes.items():
            assert set(members) <= set(names[module][cls]["members"]), cls
    assert all("parameters" in names["chuanngheo.stable.v1"][name] for name in FUNCTIONS)


# --- v1 -----------------------------------------------------------------------------------------------


def test_v1_hands_out_what_the_library_has() -> None:
    for name in v1.__all__:
        assert getattr(v1, name) is getattr(cn, name)
    assert set(v1.__all__) <= set(dir(v1))
    with pytest.raises(AttributeError, match="no attribute 'reform'"):
        _ = v1.reform  # type: ignore[attr-defined]


def test_v1_opens_no_more_rooms_than_the_library() -> None:
    def opened(code: str) -> set[str]:
        told = f"{code}\nimport sys; print(' '.join(m for m in sys.modules if 'stable' not in m))"
        ran = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
        return set(ran.stdout.split())

    assert opened("from chuanngheo.stable import v1") == opened("import chuanngheo")
    assert "chuanngheo.answering" in opened("from chuanngheo.stable import v1; v1.standard"), "the test sees rooms"


# --- standards ----------------------------------------------------------------------------------------


def test_an_exact_id_that_is_no_longer_here_is_followed_by_a_later_revision() -> None:
    shipped = promised.standards()
    newest = {name.rpartition(".")[0]: int(name.rpartition(".")[2]) for name in shipped}
    for name in promised.written("standards")["standards"]:
        version, _, revision = name.rpartition(".")
        assert name in shipped or int(revision) < newest[version]


@pytest.mark.parametrize("revision", [1, 2, 99])
def test_another_revision_is_not_passed_off_as_the_one_asked_for(revision: int) -> None:
    std = cn.standard("vn-2022@1")
    assert revision != std.revision
    with pytest.raises(cn.NoStandard) as error:
        cn.standard(f"vn-2022@1.{revision}")
    assert f"in revision {std.revision}, not {revision}" in str(error.value)


def test_a_changed_figure_under_an_old_id_is_seen() -> None:
    changed = promised.written("standards")
    changed["standards"]["vn-2022@1.4"] = "0" * 64
    changed["data"][cn.DATA_VERSION] = "1" * 64
    said = promised.broken("standards", changed)
    assert [line.split(" was ")[0] for line in said] == ["standards.vn-2022@1.4", f"data.{cn.DATA_VERSION}"]


def test_a_standard_of_an_earlier_release_stays_written_down(made: dict[str, Any]) -> None:
    first = next(iter(made["standards"]["standards"]))
    fewer = {
        "standards": {k: v for k, v in made["standards"]["standards"].items() if k != first},
        "data": {"2027.1.1.1": "x"},
    }
    assert promised.broken("standards", fewer) == []
    kept = promised.merged("standards", fewer)
    assert first in kept["standards"]
    assert {cn.DATA_VERSION, "2027.1.1.1"} <= set(kept["data"])


# --- what breaks a promise ------------------------------------------------------------------------------

OLD = ["household", "*", "on=None", "method=None"]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (OLD, []),
        ([*OLD, "units='VND'"], []),
        (["household", "*", "method=None", "on=None"], []),  # given by name: no place to keep
        (["household", "*", "on=None"], ["(method) is gone"]),
        (["household", "*", "day=None", "method=None"], ["(on) is gone"]),
        (["household", "*", "on=1", "method=None"], ["(on) had the default 'None', now '1'"]),
        (["household", "*", "on", "method=None"], ["(on) had the default 'None', now None"]),
        (["home", *OLD], ["(household) has another place", "(home) is new and has no default"]),
        (["*", "household", "on=None", "method=None"], ["(household) has another place"]),
        ([*OLD, "unit"], ["(unit) is new and has no default"]),
    ],
)
def test_parameters(new: list[str], said: list[str]) -> None:
    assert promised.parameter_breaks(OLD, new) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w["facts"]["household"].pop("income"), "facts.household.income is gone"),
        (lambda w: w["facts"]["household"]["income"].update(unit="VND/month"), "facts.household.income.unit was VND/year and is VND/month"),
        (lambda w: w["facts"]["household"]["area"]["codes"].remove("urban"), "facts.household.area.codes.urban is gone"),
        (lambda w: w["standards"]["vn-2022@1"]["classes"].remove("average"), "standards.vn-2022@1.classes.average is gone"),
        (lambda w: w["standards"]["vn-2022@1"]["lines"].pop("poverty_line"), "standards.vn-2022@1.lines.poverty_line is gone"),
        (lambda w: w["errors"].remove("CN041"), "errors.CN041 is gone"),
        (lambda w: w["schemas"].remove("assessment-1"), "schemas.assessment-1 is gone"),
    ],
)  # fmt: skip
def test_words_that_go_or_change_are_named(change: Any, said: str) -> None:
    changed = promised.written("words")
    change(changed)
    assert promised.broken("words", changed) == [said]


def test_words_may_be_added() -> None:
    more = promised.written("words")
    more["facts"]["household"]["area"]["codes"].append("suburban")
    more["errors"].append("CN999")
    assert promised.broken("words", more) == []


def test_the_writer_refuses_to_drop_a_name_of_v1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], made: dict[str, Any]
) -> None:
    monkeypatch.setattr(promised, "FOLDER", tmp_path)
    monkeypatch.setattr(promised, "now", lambda: made)
    assert promised.main() == 0
    before = {p.name: p.read_text(encoding="utf-8") for p in tmp_path.iterdir()}
    changed = copy.deepcopy(made)
    del changed["names-v1"]["chuanngheo.stable.v1"]["for_review"]
    del changed["names"]["chuanngheo.measures"]["gini"]
    monkeypatch.setattr(promised, "now", lambda: changed)
    assert promised.main() == 1
    assert "names-v1: chuanngheo.stable.v1.for_review is gone" in capsys.readouterr().err
    assert {p.name: p.read_text(encoding="utf-8") for p in tmp_path.iterdir()} == before
    changed["names-v1"] = made["names-v1"]  # a name that is not of v1 may go: the diff shows it
    assert promised.main() == 0
    assert "gini" not in json.loads((tmp_path / "names.json").read_text(encoding="utf-8"))["chuanngheo.measures"]
