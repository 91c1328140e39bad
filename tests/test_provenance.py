"""Every result says by which exact standard, code and data it was made, or is one step from saying it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import chuanngheo as cn
from chuanngheo import measures as ms
from chuanngheo import plots
from chuanngheo.review.layout import write_forms, write_html
from chuanngheo.review.reports import reports
from chuanngheo.review.workbook import write_review

STD = cn.standard("vn-2022")
LATER = cn.standard("vn-2027")
GROUND = {"standards": [STD.exact_id], "code_version": cn.__version__, "data_version": cn.DATA_VERSION}
BOTH = {**GROUND, "standards": [STD.exact_id, LATER.exact_id]}
HOME = {"area": "rural", "income_per_person": 1_500_000, "deprivations": 3}
ROWS = pl.DataFrame({
    "household_id": ["1", "2", "3"], "area": ["rural", "urban", None], "income_per_person": [1_500_000, 2_000_001, 1_700_000],
    "deprivations": [3, 2, 2], "household_size": [4, 3, 2],
})  # fmt: skip
COLUMNS = {"standard": STD.exact_id, "code_version": cn.__version__, "data_version": cn.DATA_VERSION}


def said(text: str, *ids: str) -> None:
    """A text names the exact standards and both versions."""
    for part in (*ids, cn.__version__, cn.DATA_VERSION):
        assert part in text, part


# --- one household ------------------------------------------------------------------------------------


def test_versions_are_told_apart() -> None:
    assert cn.__version__ != cn.DATA_VERSION
    assert (Path(__file__).parent.parent / "standards" / "DATA_VERSION").read_text(
        encoding="utf-8"
    ).strip() == cn.DATA_VERSION


@pytest.mark.parametrize(
    "result",
    [
        lambda: STD,
        lambda: STD.assess(HOME),
        lambda: cn.assess(HOME, on=date(2025, 1, 1)),
        lambda: STD.assess_many([HOME, {}])[1],
        lambda: STD.line("poverty_line", area="rural"),
        lambda: cn.line("poverty_line", on=date(2025, 1, 1), area="rural"),
        lambda: STD.score("b1", {"area": "rural"}),
        lambda: STD.score("b1", answers={"1": 4}, column="rrd"),
        lambda: cn.audit(STD),
    ],
)
def test_provenance_of_one_standard(result: Callable[[], Any]) -> None:
    assert result().provenance == GROUND
    assert json.loads(json.dumps(result().provenance)) == GROUND


def test_a_next_change_names_its_own_standard() -> None:
    change = cn.line("poverty_line", on=date(2026, 3, 1), area="rural").next_change
    assert change is not None
    assert change[1] is not None
    assert change[1].provenance["standards"] == [LATER.exact_id]


def test_a_what_if_says_so() -> None:
    reform = STD.reform(poverty_line={"rural": 1_600_000})
    assert reform.assess(HOME).provenance["standards"] == [f"{STD.exact_id}+hypothetical"]


def test_an_assessment_as_data_and_as_text() -> None:
    a = STD.assess(HOME)
    data = a.to_dict()
    assert (data["code_version"], data["data_version"]) == (cn.__version__, cn.DATA_VERSION)
    assert (data["standard"]["id"], data["standard"]["version"], data["standard"]["revision"], data["standard"]["digest"]) == (
        STD.id, STD.version, STD.revision, STD.digest,
    )  # fmt: skip
    for lang in ("vi", "en"):
        assert STD.exact_id in a.explain(lang)


@pytest.mark.parametrize("method", ["criteria", "scores", "recorded"])
def test_an_input_schema(method: str) -> None:
    schema = STD.input_schema(method)
    told = [schema[f"x-{key}"] for key in ("standard", "method", "code-version", "data-version")]
    assert told == [STD.exact_id, method, cn.__version__, cn.DATA_VERSION]


# --- an audit, a comparison ------------------------------------------------------------------------------


def test_an_audit() -> None:
    report = cn.audit(STD)
    said(report.to_html("en"), STD.exact_id)
    assert STD.exact_id in report.text("en")
    schema = json.loads((Path(cn.__file__).parent / "schemas" / "audit-1.json").read_text(encoding="utf-8"))
    for made in (report, cn.audit("vn-79")):
        data = made.to_dict()
        assert {k: data[k] for k in GROUND} == made.provenance
        jsonschema.validate(data, schema)
    every = [s.exact_id for s in cn.shipped().versions("vn-79", None)]
    assert len(every) > 2
    assert cn.audit("vn-79").provenance["standards"] == every


def test_a_comparison() -> None:
    c = cn.compare(STD, LATER)
    assert c.provenance == BOTH
    data = c.to_dict()
    assert [data["a"]["exact_id"], data["b"]["exact_id"], data["code_version"], data["data_version"]] == [*BOTH["standards"], cn.__version__, cn.DATA_VERSION]  # fmt: skip
    for text in (c.text("en"), c.to_html("vi"), c.cite("vi")):
        said(text, *BOTH["standards"])


def test_moves_and_their_budget() -> None:
    moves = cn.compare(STD, LATER).on(ROWS)
    for result in (moves, moves.budget()):
        assert result.provenance == BOTH
        data = result.to_dict()
        assert [data["standards"][w]["exact_id"] for w in ("a", "b")] == BOTH["standards"]
        assert (data["code_version"], data["data_version"]) == (cn.__version__, cn.DATA_VERSION)
        said(result.to_html("en"), *BOTH["standards"])
        assert all(name in result.text("en") for name in BOTH["standards"])


# --- tables -----------------------------------------------------------------------------------------------


KINDS: dict[str, tuple[Callable[[pl.DataFrame], Any], Callable[[Any], pl.DataFrame]]] = {
    "polars": (lambda f: f, lambda f: f),
    "lazy polars": (lambda f: f.lazy(), lambda f: f.collect()),
    "pandas": (lambda f: f.to_pandas(), pl.from_pandas),
    "pyarrow": (lambda f: f.to_arrow(), lambda f: pl.DataFrame(pl.from_arrow(f))),
    "duckdb": (lambda f: duckdb.from_arrow(f.to_arrow()), lambda f: f.pl()),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("check", ["now", "defer"])
@pytest.mark.parametrize("rows", [3, 1])
def test_classify_with_provenance(kind: str, check: str, rows: int) -> None:
    make, back = KINDS[kind]
    plain = back(STD.classify(make(ROWS.head(rows)), check=check))
    made = back(STD.classify(make(ROWS.head(rows)), check=check, provenance=True))
    assert not set(COLUMNS) & set(plain.columns), "it is asked for, never there by itself"
    assert made.columns == [*plain.columns, *COLUMNS]
    assert made.select(*COLUMNS).rows() == [tuple(COLUMNS.values())] * rows
    assert made.sort("household_id").drop(*COLUMNS).equals(plain.sort("household_id"))


def test_classify_stays_lazy() -> None:
    made = STD.classify(ROWS.lazy(), check="defer", provenance=True)
    assert isinstance(made, pl.LazyFrame)
    assert isinstance(STD.classify(KINDS["duckdb"][0](ROWS), check="defer", provenance=True), duckdb.DuckDBPyRelation)
    assert isinstance(STD.classify(ROWS.to_pandas(), provenance=True), pd.DataFrame)
    assert isinstance(STD.classify(ROWS.to_arrow(), provenance=True), pa.Table)


def test_pandas_without_polars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chuanngheo.tables.find_spec", lambda name: None)
    made = STD.classify(ROWS.to_pandas(), provenance=True)
    assert made[list(COLUMNS)].drop_duplicates().values.tolist() == [list(COLUMNS.values())]


def test_spark(spark: Any) -> None:
    frame = spark.createDataFrame(ROWS.select("area", "income_per_person", "deprivations").to_dicts())
    made = STD.classify(frame, provenance=True)
    assert {tuple(r) for r in made.select(*COLUMNS).collect()} == {tuple(COLUMNS.values())}


def test_the_suffix_and_columns_that_are_there() -> None:
    taken = ROWS.with_columns(standard=pl.lit("mine"))
    with pytest.raises(cn.DataProblems) as error:
        STD.classify(taken, provenance=True)
    assert [(p.code, p.where) for p in error.value.problems] == [("CN080", "standard")]
    made = STD.classify(taken, provenance=True, suffix="_2022")
    assert made["standard"].unique().to_list() == ["mine"]
    assert made.select(f"{name}_2022" for name in COLUMNS).row(0) == tuple(COLUMNS.values())
    assert STD.classify(taken)["standard"].unique().to_list() == ["mine"], "not in the way of who does not ask"


def test_two_standards_beside_each_other() -> None:
    once = STD.classify(ROWS, provenance=True, suffix="_2022")
    twice = LATER.classify(once, provenance=True, suffix="_2027")
    assert twice.select("standard_2022", "standard_2027").row(0) == (STD.exact_id, LATER.exact_id)
    assert STD.classify(ROWS).columns == STD.classify(ROWS, provenance=False).columns


def test_recorded_classes_and_marks_of_persons() -> None:
    recorded = pl.DataFrame(
        {"recorded_category": ["poor"], "recorded_decision": ["1/QĐ"], "recorded_date": [date(2025, 1, 1)]}
    )
    assert STD.classify(recorded, provenance=True).select(*COLUMNS).row(0) == tuple(COLUMNS.values())
    persons = pl.DataFrame({"household_id": ["1", "2", "3"], "age": [40, 38, 9], "employment": ["working", None, None]})
    marked = STD.classify_persons(ROWS.drop("household_size"), persons, provenance=True)
    assert marked.select(*COLUMNS).rows() == [tuple(COLUMNS.values())] * 3
    assert not set(COLUMNS) & set(STD.classify_persons(ROWS.drop("household_size"), persons).columns)


def test_a_what_if_names_itself_in_every_row() -> None:
    reform = STD.reform(poverty_line={"rural": 1_600_000})
    assert reform.classify(ROWS, provenance=True)["standard"].unique().to_list() == [f"{STD.exact_id}+hypothetical"]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_sql(dialect: str) -> None:
    text = STD.to_sql(dialect, columns=["area", "income_per_person", "deprivations"])
    comments = "\n".join(line for line in text.splitlines() if line.startswith("--"))
    said(comments, STD.exact_id, STD.digest)


def test_tables_of_measures_by_the_columns_of_provenance() -> None:
    """A measure is one of the caller's columns; grouped by these three it says whose classes it counts."""
    answers = STD.classify(ROWS, provenance=True)
    table = ms.classes(answers, ms.census(), by=list(COLUMNS))
    assert table.select(*COLUMNS).unique().rows() == [tuple(COLUMNS.values())]


# --- pictures, the review ------------------------------------------------------------------------------------


def test_pictures() -> None:
    moves = cn.compare(STD, LATER).on(ROWS)
    answers = STD.classify(ROWS)
    table = ms.headcount(ROWS, ms.census(), income="income_per_person", line=1_500_000, poor_at_line=True)
    for chart, ids in (
        (plots.ladder([STD], lang="en"), GROUND["standards"]),
        (plots.transitions(moves, lang="en"), BOTH["standards"]),
        (
            plots.income_distribution(answers, ms.census(persons="household_size"), lines=[STD]),
            GROUND["standards"],
        ),
        (plots.measures(table, standards=[STD]), GROUND["standards"]),
        (plots.measures(table), []),
    ):
        data = chart.to_dict()
        assert data["usermeta"]["chuanngheo"] == {**GROUND, "standards": ids}
        assert cn.DATA_VERSION in data["description"]
        assert all(name in data["description"] for name in ids)


@pytest.fixture
def round_() -> pl.DataFrame:
    return STD.classify(ROWS, provenance=True).with_columns(district=pl.lit("A"), commune=pl.lit("B"))


def test_report_forms(round_: pl.DataFrame, tmp_path: Path) -> None:
    made = reports(round_, numbers=["7.4"], by="commune", year=2025)
    assert made["7.4"].provenance == GROUND
    write_html(made.values(), tmp_path / "forms.html")
    said((tmp_path / "forms.html").read_text(encoding="utf-8").split("</head>")[0], STD.exact_id)
    write_forms(made.values(), tmp_path / "forms.xlsx")
    said(zipfile.ZipFile(tmp_path / "forms.xlsx").read("docProps/core.xml").decode(), STD.exact_id)
    bare = reports(round_.drop("standard"), numbers=["7.4"], by="commune", year=2025)
    assert bare["7.4"].provenance == {**GROUND, "standards": []}, (
        "a frame that does not name its standard: nothing is guessed"
    )


def test_the_workbook_of_a_review(round_: pl.DataFrame, tmp_path: Path) -> None:
    write_review(tmp_path / "review.xlsx", round_, std=STD)
    with zipfile.ZipFile(tmp_path / "review.xlsx") as book:
        shown = "".join(book.read(n).decode() for n in book.namelist() if n.startswith(("xl/shared", "xl/worksheets")))
    said(shown, STD.exact_id)
