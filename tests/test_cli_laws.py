"""``list``, ``line``, ``citations``, ``compare``, ``audit --html`` say what the library says."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import chuanngheo as cn
from chuanngheo import cli
from chuanngheo.citing import figures, table
from chuanngheo.comparing import shipped_cpi
from chuanngheo.household import givable
from chuanngheo.model import Change
from cli_files import homes, write_all


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"LC_ALL": "C.UTF-8"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_all(tmp_path)
    return tmp_path


# --- list ----------------------------------------------------------------------------------------


def test_list_has_every_version_of_every_standard() -> None:
    listed = json.loads(run("list", "--json").stdout)["standards"]
    assert {s["exact_id"] for s in listed} == {s.exact_id for s in cn.shipped().versions(None, None)}
    said = run("list").output
    for std in listed:
        assert std["exact_id"] in said
    assert listed[0]["entity"] == "household"
    assert listed[0]["jurisdiction"] == "vn"


def test_list_of_a_day_is_what_covers_it() -> None:
    listed = json.loads(run("list", "--on", "2014-05-27", "--json").stdout)["standards"]
    households = [s["exact_id"] for s in listed if (s["jurisdiction"], s["entity"]) == ("vn", "household")]
    assert households == [cn.applicable(date(2014, 5, 27)).exact_id]
    known = json.loads(run("list", "--on", "2014-06-01", "--known-at", "2014-05-01", "--json").stdout)["standards"]
    assert cn.applicable(date(2014, 6, 1), known_at=date(2014, 5, 1)).exact_id in {s["exact_id"] for s in known}


def test_list_of_a_place_and_an_entity() -> None:
    listed = json.loads(run("list", "--jurisdiction", "vn-79", "--json").stdout)["standards"]
    assert listed
    assert {s["jurisdiction"] for s in listed} == {"vn-79"}
    communes = json.loads(run("list", "--entity", "commune", "--json").stdout)["standards"]
    assert {s["entity"] for s in communes} == {"commune"}
    assert all(s["grade"] in "ABCD" and s["digest"] for s in listed + communes)


# --- line ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_line_with_unit_ground_grade_and_next_change(lang: str) -> None:
    q = cn.line("poverty_line", on=date(2026, 3, 1), area="rural")
    assert q.next_change is not None
    day, following, ground = q.next_change
    said = run("line", "poverty_line", "--on", "2026-03-01", "--area", "rural", "--lang", lang).output
    first, second, third = said.splitlines()
    dots = {"vi": ".", "en": ","}[lang]
    assert first.startswith(f"{int(q):,}".replace(",", dots))
    assert q.standard in first
    assert second.startswith(q.cite.label(lang))
    assert q.cite.words in second
    assert f"{int(following):,}".replace(",", dots) in third
    assert ground.label(lang) in third
    assert (f"{day:%d/%m/%Y}" if lang == "vi" else day.isoformat()) in third


def test_line_as_json_and_by_what_was_known() -> None:
    data = json.loads(run("line", "poverty_line", "--on", "2026-03-01", "--area", "urban", "--json").stdout)
    q = cn.line("poverty_line", on=date(2026, 3, 1), area="urban")
    assert (data["value"], data["unit"], data["grade"], data["standard"]) == (int(q), q.unit, q.grade, q.standard)
    assert data["next_change"]["from"] == "2027-01-01"
    assert data["cite"]["words"] == q.cite.words
    assert (
        run("line", "poverty_line", "--on", "2026-06-01", "--area", "urban", "--known-at", "2025-12-29").exit_code == 3
    )
    plain = json.loads(
        run("line", "poverty_line", "--on", "2001-06-01", "--area", "rural", "--by", "terrain=plain", "--json").stdout
    )
    assert plain["value"] == int(cn.line("poverty_line", on=date(2001, 6, 1), area="rural", terrain="plain"))
    city = json.loads(
        run("line", "poverty_line", "--on", "2017-01-01", "--area", "urban", "--jurisdiction", "vn-79", "--json").stdout
    )
    assert city["standard"].startswith("vn-79")


def test_a_line_that_needs_more_says_what(folder: Path) -> None:
    ran = run("line", "poverty_line", "--on", "2026-03-01")
    assert ran.exit_code == 3
    assert "area" in ran.output
    ran = run("line", "poverty_line", "--on", "2026-03-01", "--area", "rural", "--by", "terrain")
    assert ran.exit_code == 2
    assert "terrain=plain" in ran.output


def change_of(name: str, day: date, **codes: str) -> Change:
    change = cn.line(name, on=day, **codes).next_change
    assert change is not None
    return change


def test_what_was_not_read_of_the_next_standard_is_not_abolished() -> None:
    day = date(2022, 1, 1)
    for name in ("average_line", "score_line"):
        change = change_of(name, day, area="urban")
        assert (change[0], change[1], change.status, change.known) == (date(2027, 1, 1), None, "unread", False)
        assert change.standard == cn.standard("vn-2027").exact_id
        (unseen,) = [u for u in cn.standard("vn-2027").unseen if u.what["vi"] in change.reason["vi"]]
        assert unseen.what["en"] in change.reason["en"]
    low = change_of("low_income_line", date(2025, 3, 1), area="rural")
    assert (low[1], low.status, low.known) == (None, "not_found", False)
    gone = change_of("near_poor_line", date(2021, 6, 1), area="rural")
    assert (gone[1], gone.status, gone.known) == (None, "absent", True)
    amount = change_of("poverty_line", day, area="urban")
    assert (amount[1] is not None, amount.status, amount.known) == (True, "changed", True)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("vi", "chưa biết; phần này của vn-2027 chưa đọc được"), ("en", "not known; the text of vn-2027")],
)
def test_the_command_says_what_is_not_known_of_the_change(lang: str, words: str) -> None:
    asked = ("line", "average_line", "--on", "2022-01-01", "--area", "urban")
    assert words in run(*asked, "--lang", lang).output
    data = json.loads(run(*asked, "--json").stdout)["next_change"]
    assert (data["value"], data["status"], data["known"], data["standard"]) == (
        None,
        "unread",
        False,
        cn.standard("vn-2027").exact_id,
    )
    assert words in data["reason"][lang]


def test_a_change_that_depends_on_what_was_not_given() -> None:
    change = change_of("average_line", date(2014, 5, 27))
    assert (change[0], change[1], change.status, change.known) == (date(2016, 1, 1), None, "depends", False)
    assert "area" in change.reason["vi"]
    urban = change_of("average_line", date(2014, 5, 27), area="urban")
    assert urban[1] == cn.standard("vn-2016").line("average_line", area="urban")
    said = run("line", "average_line", "--on", "2014-05-27").output
    assert "sets it by area" in said
    assert "no such line" not in said


def test_a_change_stays_what_it_is_when_copied() -> None:
    q = cn.line("average_line", on=date(2022, 1, 1), area="urban")
    for same in (pickle.loads(pickle.dumps(q)), copy.deepcopy(q)):
        assert isinstance(same.next_change, Change)
        assert same.next_change == q.next_change
        assert (same.next_change.status, same.next_change.reason) == (
            "unread",
            change_of("average_line", date(2022, 1, 1), area="urban").reason,
        )
    with pytest.raises(AttributeError):
        q.next_change.status = "changed"  # type: ignore[union-attr]


def test_a_line_is_no_law_before_its_own_document() -> None:
    issued = cn.standard("vn-2022").lines["low_income_line"].cite.source.issued
    assert issued is not None
    eve = issued - timedelta(1)
    with pytest.raises(cn.NoStandard, match=f"issued on {issued}.*{eve}; ask for a day from {issued}"):
        cn.line("low_income_line", on=eve, area="rural")
    q = cn.line("low_income_line", on=issued, area="rural")
    assert [c.kind for c in q.caveats] == ["in_force"]
    assert f"{issued:%d/%m/%Y}" in q.caveats[0].text("vi")
    with pytest.raises(cn.NoStandard, match=f"not known on {eve}"):
        cn.line("low_income_line", on=date(2025, 6, 1), known_at=eve, area="rural")
    ran = run("line", "low_income_line", "--on", "2022-01-01", "--area", "rural", "--lang", "vi")
    assert ran.exit_code == 3
    assert f"ban hành ngày {issued}" in ran.output
    said = run("line", "low_income_line", "--on", str(issued), "--area", "rural").output
    assert "came into force was not found" in said


def cells(table: Any, given: tuple[tuple[str, str], ...] = ()) -> Iterator[dict[str, str]]:
    if not isinstance(table, dict):
        yield dict(given)
        return
    ((fact, codes),) = table.items()
    for code, inner in codes.items():
        yield from cells(inner, (*given, (fact, code)))


def test_every_other_shipped_line_answers_on_every_span() -> None:
    refused = set()
    for std in cn.shipped().versions(None, None):
        if std.jurisdiction == "intl":
            continue
        for span in std.applies:
            covered = cn.shipped().covering(span.start, std.jurisdiction, std.entity, None, True)[0]
            for name, line in covered.lines.items():
                for codes in cells(line.table):
                    try:
                        cn.line(name, on=span.start, jurisdiction=std.jurisdiction, entity=std.entity, **codes)
                    except cn.NoStandard:
                        refused.add((covered.id, name, span.start))
    assert refused == {("vn-2022", "low_income_line", date(2022, 1, 1))}
    early = cn.line("poverty_line", on=date(2011, 1, 5), area="rural")
    assert [c.kind for c in early.caveats] == ["issued_later"]


def test_a_change_to_the_national_standard_says_so() -> None:
    asked = ("line", "poverty_line", "--on", "2025-12-31", "--area", "urban", "--jurisdiction", "vn-79")
    for lang, words in (("vi", "chuẩn quốc gia vn-2022"), ("en", "the national vn-2022")):
        last = run(*asked, "--lang", lang).output.splitlines()[-1]
        assert words in last
        assert "vn-79" in last
    data = json.loads(run(*asked, "--json").stdout)
    assert (data["stands_in_for"], data["next_change"]["stands_in_for"]) == (None, "vn-79")
    change = change_of("poverty_line", date(2024, 9, 30), jurisdiction="vn-79")
    assert (change.stands_in_for, dict(change.reason)) == ("", {})


def test_a_place_without_a_standard_here_falls_back_in_words_and_a_typo_does_not() -> None:
    asked = ("line", "poverty_line", "--on", "2025-12-31", "--area", "urban", "--jurisdiction")
    for lang, words in (("vi", "Không có chuẩn riêng của vn-33"), ("en", "No standard of vn-33")):
        assert words in run(*asked, "vn-33", "--lang", lang).output
    data = json.loads(run(*asked, "vn-33", "--json").stdout)
    assert data["stands_in_for"] == "vn-33"
    assert [c["kind"] for c in data["caveats"]] == ["fallback"]
    for typo in ("vn-zz", "vn-7", "vn-790", "xx"):
        ran = run(*asked, typo)
        assert ran.exit_code == 3, typo
        assert "vn-79" in ran.output
    with pytest.raises(cn.NoStandard, match="vn-zz"):
        cn.applicable(date(2025, 12, 31), jurisdiction="vn-zz")
    local = cn.shipped().having(cn.read_standard("docs/examples/local.yaml"))
    assert local.line("poverty_line", date(2025, 12, 31), jurisdiction="vn-mau", area="urban").stands_in_for == "vn-mau"


@pytest.mark.parametrize(
    "ask", [("show", "zz"), ("audit", "zz"), ("new", "x.yaml", "--extends", "zz"), ("explain", "zz")]
)
def test_the_remedy_fits_what_was_looked_for(folder: Path, ask: tuple[str, ...]) -> None:
    ran = run(*ask)
    assert ran.exit_code == 3
    assert "cn.facts()" not in ran.output
    assert ("chuanngheo explain" if ask[0] == "explain" else "chuanngheo list") in ran.output


# --- citations -----------------------------------------------------------------------------------


def test_citations_are_those_of_the_library(folder: Path) -> None:
    found = figures("vn-2027")
    assert run("citations", "vn-2027", "--lang", "vi").output.strip() == table(found, "vi").strip()
    data = json.loads(run("citations", "vn-2027", "--grade", "B", "--json").stdout)
    assert [f["name"] for f in data["figures"]] == [f.name for f in found if f.grade in "BCD"]
    assert len(data["figures"]) > 0
    own = json.loads(run("citations", "local.yaml", "--json").stdout)["figures"]
    assert {f["standard"] for f in own} == {"vn-mau-2099@1.1"}


# --- compare, audit ------------------------------------------------------------------------------


def test_compare_says_what_the_comparison_says(folder: Path) -> None:
    c = cn.compare("vn-2016", "vn-2022")
    assert run("compare", "vn-2016", "vn-2022", "--lang", "vi").output.strip() == c.text("vi").strip()
    data = json.loads(run("compare", "vn-2016", "vn-2022", "--json").stdout)
    assert data.items() >= json.loads(json.dumps(c.to_dict())).items()
    assert data["moves"] is None
    real = cn.compare("vn-2011", "vn-2016", prices=shipped_cpi(), years=(2011, 2016))
    assert (
        run("compare", "vn-2011", "vn-2016", "--prices", "--years", "2011,2016").output.strip()
        == real.text("en").strip()
    )
    assert (
        cn.compare("local.yaml" and cn.read_standard("local.yaml"), "vn-2022").text("en").strip()
        == run("compare", "local.yaml", "vn-2022").output.strip()
    )


def test_compare_on_the_same_households_says_who_moves(folder: Path) -> None:
    m = cn.compare("vn-2022", "vn-2027").on(homes())
    ran = run("compare", "vn-2022", "vn-2027", "--households", "homes.parquet", "--html", "moves.html", "--json")
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["moves"] == json.loads(json.dumps(m.to_dict()))
    page = (folder / "moves.html").read_text(encoding="utf-8")
    assert m.to_html("en") in page
    assert page.count("</body>") == 1
    assert (
        m.text("vi").strip()
        in run("compare", "vn-2022", "vn-2027", "--households", "homes.parquet", "--lang", "vi").output
    )
    again = run("compare", "vn-2022", "vn-2027", "--households", "homes.parquet", "--html", "moves.html")
    assert again.exit_code == 1
    assert "--force" in again.output
    assert run("compare", "vn-2022", "vn-2027", "--persons", "persons.parquet", "--weight", "w").exit_code == 2


def test_compare_reads_csv_as_exactly(folder: Path) -> None:
    arguments = ("compare", "vn-2022", "vn-2027", "--households", "survey.csv", "--columns", "columns.yaml", "--json")
    data = json.loads(run(*arguments).stdout)["moves"]
    assert data is not None
    (folder / "survey.csv").write_text(
        (folder / "survey.csv").read_text(encoding="utf-8").replace("1500.001", "1.500"), encoding="utf-8"
    )
    ran = run(*arguments)
    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["problems"][0]["code"] == "CN049"


def test_audit_as_a_page(folder: Path) -> None:
    ran = run("audit", "vn-2006", "--html", "audit.html", "--lang", "vi")
    report = cn.audit("vn-2006")
    assert ran.exit_code == (1 if report.errors else 0)
    page = (folder / "audit.html").read_text(encoding="utf-8")
    assert page.startswith('<!doctype html>\n<html lang="vi">')
    assert report.to_html("vi") in page
    assert run("audit", "vn-2006", "--html", "audit.html").exit_code == 1
    assert run("audit", "vn-2006", "--html", "audit.html", "--force").exit_code == ran.exit_code


def test_show_lists_the_facts_that_may_be_given(folder: Path) -> None:
    data = json.loads(run("show", "vn-2022", "--facts", "--json").stdout)
    names = {f["name"]: f for f in data["household"]}
    assert set(names) == set(givable(cn.standard("vn-2022")))
    assert names["income_per_person"]["unit"] == "VND/person/month"
    assert {f["name"] for f in data["members"]} >= {"age", "employment"}
    said = run("show", "vn-2022", "--facts", "--lang", "vi").output
    assert "  area: khu vực\n    rural (nông thôn), urban (thành thị)\n" in said
    assert run("show", "vn-2022", "--facts", "--resolved").exit_code == 2
