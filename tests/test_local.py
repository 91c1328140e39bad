"""Standards of provinces: which day has which, what a text that was not found leaves open, yearly lines, edges."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import chuanngheo as cn

LOCAL = ["vn-01", "vn-22", "vn-48", "vn-74", "vn-75", "vn-79"]
STANDARDS = [s for place in LOCAL for s in cn.standards(place)]
every = pytest.mark.parametrize("std", STANDARDS, ids=lambda s: s.exact_id)
ONE = timedelta(days=1)

# place, last day before, its standard, first day, its standard
CHANGES = [
    ("vn-79", date(2008, 12, 31), "vn-2006", "vn-79-2009"),
    ("vn-79", date(2013, 12, 31), "vn-79-2009", "vn-79-2014"),
    ("vn-79", date(2015, 12, 31), "vn-79-2014", "vn-79-2016"),
    ("vn-79", date(2018, 12, 31), "vn-79-2016", "vn-79-2019"),
    ("vn-79", date(2020, 12, 31), "vn-79-2019", "vn-79-2021"),
    ("vn-79", date(2024, 9, 30), "vn-79-2021", "vn-79-2024"),
    ("vn-79", date(2025, 12, 31), "vn-79-2024", "vn-2022"),
    ("vn-79", date(2026, 12, 31), "vn-2022", "vn-2027"),
    ("vn-01", date(2008, 12, 31), "vn-2006", "vn-01-2009"),
    ("vn-01", date(2011, 1, 20), "vn-01-2009", "vn-01-2011"),
    ("vn-01", date(2015, 12, 31), "vn-01-2011", "vn-01-2016"),
    ("vn-01", date(2020, 12, 31), "vn-01-2016", "vn-01-2016"),
    ("vn-01", date(2021, 12, 31), "vn-01-2016", "vn-2022"),
    ("vn-48", date(2015, 12, 31), "vn-2011", "vn-48-2016"),
    ("vn-48", date(2020, 12, 31), "vn-48-2016", "vn-2016"),
    ("vn-74", date(2015, 12, 31), "vn-2011", "vn-74-2016"),
    ("vn-74", date(2021, 12, 31), "vn-74-2016", "vn-2022"),
    ("vn-22", date(2022, 12, 31), "vn-2022", "vn-22-2023"),
    ("vn-22", date(2025, 12, 31), "vn-22-2023", "vn-2022"),
    ("vn-75", date(2022, 8, 9), "vn-2022", "vn-75-2022"),
    ("vn-75", date(2025, 12, 31), "vn-75-2022", "vn-2022"),
]


@pytest.mark.parametrize(("place", "last", "before", "after"), CHANGES, ids=lambda x: str(x))
def test_each_change_comes_on_its_day(place: str, last: date, before: str, after: str) -> None:
    assert cn.applicable(last, jurisdiction=place).id == before
    assert cn.applicable(last + ONE, jurisdiction=place).id == after
    assert cn.applicable(last + ONE + ONE, jurisdiction=place).id == after


@every
def test_an_own_standard_stands_for_its_province_alone(std: cn.Standard) -> None:
    place = std.jurisdiction
    assert std.id == f"{place}-{std.applies[0].start.year}"
    for span in std.applies:
        assert span.end is not None
        for day in (span.start, span.end):
            known = {"known_at": span.known_from}  # a later text may have cut the period short
            assert cn.applicable(day, jurisdiction=place, **known) == std
            assert cn.applicable(day, jurisdiction=place, fallback=False, **known) == std
            assert cn.applicable(day).jurisdiction == "vn"
            assert cn.applicable(day, jurisdiction="vn-36").jurisdiction == "vn"


@every
def test_everything_is_cited(std: cn.Standard) -> None:
    cites = [span.cite for span in std.applies] + [line.cite for line in std.lines.values()]
    cites += [c for line in std.lines.values() for _, c in line.cites]
    cites += [d.cite for d in std.indicators.values() if d.cite is not None] + [c.cite for c in std.classes.values()]
    for cite in cites:
        assert cite.words or cite.note, cite
        if cite.source.key == "unknown":
            assert cite.grade == "D"
            assert cite.note
        else:
            assert all(cite.source.title[lang] for lang in ("vi", "en"))
    assert all(d.cite is not None for d in std.indicators.values())
    assert std.unseen
    for unread in (f for f in std.facts.values() if f.unread):
        assert all(unread.labels[lang] for lang in ("vi", "en"))
        assert set(unread.codes) <= set(std.classes)


@every
def test_what_is_decided_is_grade_b_or_better(std: cn.Standard) -> None:
    """A class that a household can be given without the unread text is graded B or better, its lines too."""
    unread = {name for name, fact in std.facts.items() if fact.unread}
    for cls in std.classes.values():
        if not any(name in cls.text for name in unread) and not (std.id == "vn-01-2016" and cls.name != "poor"):
            assert cls.cite.grade in "AB", cls.name
    if any(name in cls.text for name in unread for cls in std.classes.values()):
        return
    for line in std.lines.values():
        assert line.cite.grade in "AB", line.name


def test_the_national_standard_stands_in_and_the_answer_says_so() -> None:
    home = {"area": "urban", "income_per_person": 2_000_000, "deprivations": 3}
    for place, day in (
        ("vn-79", date(2026, 1, 1)), ("vn-01", date(2022, 1, 1)), ("vn-48", date(2023, 6, 1)), ("vn-36", date(2023, 6, 1)),
    ):  # fmt: skip
        std = cn.applicable(day, jurisdiction=place)
        assert (std.id, std.stands_in_for) == ("vn-2022", place)
        a = cn.assess(home, on=day, jurisdiction=place)
        assert a.category == "poor"
        said = [c for c in a.caveats if c.kind == "fallback"]
        assert [c.about for c in said] == [place]
        assert all(word in said[0].texts[lang] for lang in ("vi", "en") for word in (place, "vn-2022"))
        assert said[0].texts["en"] in a.explain("en")
        with pytest.raises(cn.NoStandard):
            cn.applicable(day, jurisdiction=place, fallback=False)
    own = cn.assess({"income_per_person": 1, "deprivations": 3}, on=date(2025, 1, 1), jurisdiction="vn-79")
    assert not [c for c in own.caveats if c.kind == "fallback"]


def test_what_had_been_issued_decides() -> None:
    day = date(2021, 2, 1)
    assert cn.applicable(day, jurisdiction="vn-79").id == "vn-79-2021"
    assert cn.applicable(day, jurisdiction="vn-79", known_at=date(2021, 3, 22)).id == "vn-2016"
    assert cn.applicable(day, jurisdiction="vn-79", known_at=date(2021, 3, 23)).id == "vn-79-2021"


LINES_ONLY = ["vn-79-2016", "vn-79-2019", "vn-79-2021", "vn-01-2009", "vn-74-2016"]


@pytest.mark.parametrize("name", LINES_ONLY)
def test_lines_answer_where_classes_cannot(name: str) -> None:
    std = cn.standard(name)
    for home in ({}, {"income_per_person": 0}, {"area": "urban", "income_per_person": 10**9}):
        a = std.assess(home, on=std.applies[0].start)
        assert (a.status, a.category) == ("undetermined", None)
        assert a.possible == ("poor", "near_poor", "not_poor")
        assert a.missing == ("combination_not_found",)
        assert a.next_question is None
        assert not a.flips()
    codes = {} if std.jurisdiction == "vn-79" else {"area": "rural"}
    assert std.line("poverty_line", **codes) < std.line("near_poor_line", **codes)


def test_the_caveat_says_what_was_not_found() -> None:
    a = cn.assess({"income_per_person": 1_000_000}, on=date(2017, 1, 1), jurisdiction="vn-79")
    (said,) = [c for c in a.caveats if c.kind == "not_found"]
    assert said.about == "combination_not_found"
    assert said.grade == "D"
    assert said.texts["vi"] == (
        "Chưa xác định được vì văn bản quy định chưa tìm thấy: cách kết hợp mức thu nhập với điểm thiếu hụt "
        "trong Quyết định 58/2015/QĐ-UBND (chưa tìm thấy)."
    )
    assert said.texts["en"] == (
        "Undetermined because the text that settles it was not found: how Decision 58/2015/QĐ-UBND combines "
        "the lines with the deprivations (not found)."
    )
    for lang in ("vi", "en"):
        assert said.texts[lang] in a.explain(lang)
    decided = cn.assess({"income_per_person": 1, "deprivations": 3}, on=date(2025, 1, 1), jurisdiction="vn-79")
    assert decided.category == "poor"
    assert not [c for c in decided.caveats if c.kind == "not_found"]


@pytest.mark.parametrize("std", [s for s in STANDARDS if any(f.unread for f in s.facts.values())], ids=lambda s: s.id)
def test_nobody_can_answer_the_unread(std: cn.Standard) -> None:
    for name in (n for n, f in std.facts.items() if f.unread):
        code = next(iter(std.facts[name].codes))
        assert name not in std.input_schema()["properties"]
        with pytest.raises(cn.HouseholdError, match="cannot be given"):
            std.assess({name: code}, on=std.applies[0].start)
        table = pl.DataFrame({"income": [1], "household_size": [1], name: [code]})
        for check in ("now", "defer"):
            with pytest.raises(cn.DataProblems, match="cannot be given"):
                std.classify(table, check=check)
        with pytest.raises(cn.DataProblems, match="cannot be given"):
            std.classify(table.rename({name: "mine"}), columns={name: "mine"})


@pytest.mark.parametrize(
    ("day", "yearly", "grade", "change", "following"),
    [
        (date(2013, 1, 1), 12_000_000, "C", date(2014, 1, 1), 16_000_000),
        (date(2014, 1, 1), 16_000_000, "B", date(2016, 1, 1), 21_000_000),
        (date(2018, 12, 31), 21_000_000, "B", date(2019, 1, 1), 28_000_000),
        (date(2019, 1, 1), 28_000_000, "B", date(2021, 1, 1), 36_000_000),
        (date(2024, 9, 30), 36_000_000, "B", date(2024, 10, 1), 46_000_000),
    ],
)
def test_a_yearly_line_with_its_next_change(day: date, yearly: int, grade: str, change: date, following: int) -> None:
    q = cn.line("poverty_line", on=day, jurisdiction="vn-79")
    assert (int(q), q.unit, q.grade) == (yearly, "VND/person/year", grade)
    assert q.next_change is not None
    assert (q.next_change[0], int(q.next_change[1] or 0)) == (change, following)
    assert cn.line("poverty_line", on=change, jurisdiction="vn-79") == following


def test_after_the_last_standard_of_a_province_the_national_line_follows() -> None:
    q = cn.line("poverty_line", on=date(2025, 12, 31), jurisdiction="vn-79", area="urban")
    assert (int(q), q.unit) == (46_000_000, "VND/person/year")
    assert q.next_change is not None
    day, following, ground = q.next_change
    assert (day, str(following)) == (date(2026, 1, 1), "2,000,000 VND/person/month")
    assert ground.source.number == "351/2025/NĐ-CP"


def test_lines_of_provinces_with_two_areas() -> None:
    def ask(place: str, day: date, name: str = "poverty_line") -> list[tuple[int, str]]:
        return [
            (int(q), q.grade)
            for area in ("rural", "urban")
            for q in [cn.line(name, on=day, jurisdiction=place, area=area)]
        ]

    assert ask("vn-74", date(2018, 1, 1)) == [(1_200_000, "C"), (1_400_000, "C")]
    assert ask("vn-22", date(2024, 1, 1)) == [(2_100_000, "C"), (2_600_000, "C")]  # the first day is C
    assert ask("vn-01", date(2018, 1, 1), "near_poor_line") == [(1_500_000, "B"), (1_950_000, "B")]
    assert ask("vn-01", date(2021, 6, 1)) == [(1_100_000, "C"), (1_400_000, "C")]
    assert ask("vn-48", date(2018, 1, 1), "near_poor_line") == [(1_430_000, "C"), (1_690_000, "B")]
    assert cn.line("poverty_line", on=date(2026, 6, 1), jurisdiction="vn-79", area="urban") == 2_000_000


@pytest.mark.parametrize("size", [1, 3, 7, 11, 13])
@pytest.mark.parametrize(("name", "line"), [("vn-79-2009", 12_000_000), ("vn-79-2014", 16_000_000)])
def test_a_yearly_line_is_compared_exactly(name: str, line: int, size: int) -> None:
    """One đồng a year of the whole household decides, where a twelfth of the line is no whole number."""
    std = cn.standard(name)

    def at(income: int) -> tuple[str, ...]:
        return std.assess({"income": income, "household_size": size}).possible

    assert at(line * size) == ("poor",)
    assert at(line * size - 1) == ("poor",)
    assert "poor" not in at(line * size + 1)


def test_strict_and_inclusive_edges() -> None:
    hanoi = cn.standard("vn-01-2011")
    edge = {"area": "rural", "income_per_person": 550_000}
    assert hanoi.assess(edge).category == "poor"
    assert hanoi.assess(edge, readings={"line-itself": "strict"}).category == "near_poor"
    assert hanoi.assess({**edge, "income_per_person": 549_999}, readings={"line-itself": "strict"}).category == "poor"
    quang_ninh = cn.standard("vn-22-2023")
    edge = {"area": "urban", "income_per_person": 2_600_000, "deprivations": 3}
    assert quang_ninh.assess(edge).category == "poor"
    assert quang_ninh.assess(edge, readings={"line-itself": "strict"}).category == "not_poor"
    used = [c for c in quang_ninh.assess(edge).caveats if c.kind == "interpretation"]
    assert [c.about for c in used] == ["line-itself"]


def test_a_line_that_two_sentences_name() -> None:
    """16 million a year stands in both sentences of the resolution: an overlap, closed by a named interpretation."""
    city = cn.standard("vn-79-2014")
    edge = {"income": 112_000_000, "household_size": 7}
    assert city.assess(edge).category == "poor"
    assert city.assess(edge, readings={"line-itself": "near_poor"}).category == "near_poor"
    found = [(f.kind, f.severity, f.closed_by) for f in cn.audit(city).findings if f.kind == "overlap"]
    assert found == [("overlap", "note", ("line-itself", "poor"))]


def test_the_midland_of_2001_is_a_hole_that_an_interpretation_closes() -> None:
    nation = cn.standard("vn-2001")
    found = [f for f in cn.audit(nation).findings if f.kind == "hole"]
    assert [(f.severity, f.closed_by) for f in found] == [("note", ("midland", "as_plain"))]
    assert {**(found[0].witness or {}), "income_per_person": 0} == {
        "area": "rural", "terrain": "midland", "income_per_person": 0,
    }  # fmt: skip
    home = {"area": "rural", "terrain": "midland", "income_per_person": 99_999}
    assert {c.about for c in nation.assess(home).caveats if c.grade == "D"} == {"poverty_line", "midland"}
    q = cn.line("poverty_line", on=date(2003, 1, 1), area="rural", terrain="midland")
    assert (int(q), q.grade) == (100_000, "D")
    assert cn.line("poverty_line", on=date(2003, 1, 1), area="rural", terrain="plain").grade == "A"


def test_an_edge_in_one_account_leaves_its_class_open() -> None:
    """The upper urban edge of the average class of Đồng Nai is grade C: there it is not decided."""
    std = cn.standard("vn-75-2022")
    assert std.assess({"area": "rural", "income_per_person": 3_000_000}).category == "average"
    for income in (2_500_001, 3_750_000, 3_750_001):
        a = std.assess({"area": "urban", "income_per_person": income})
        assert (a.possible, a.missing, a.next_question) == (("average", "not_poor"), ("average_line_not_found",), None)


def test_own_indicators_and_what_the_parent_gives() -> None:
    city, nation = cn.standard("vn-79-2024"), cn.standard("vn-2022@1")
    assert set(city.indicators) - set(nation.indicators) == {"social_insurance"}
    assert set(nation.indicators) < set(city.indicators)
    assert city.indicators["social_insurance"].node is None
    assert set(city.methods) == {"criteria"}
    assert set(city.lines) == {"poverty_line"}
    assert not city.statuses
    home = {"income": 46_000_000, "household_size": 1, "water_source": "other", "toilet": "none"}
    a = city.assess(home)
    assert a.possible == ("poor", "near_poor", "average", "not_poor")
    assert "deprived_social_insurance" in a.missing
    assert "area" not in a.missing
    a = city.assess({**home, "deprived_social_insurance": True})
    assert a.category == "poor"
    with pytest.raises(cn.HouseholdError):
        city.assess({"area": "urban", "b1": 100, "b2": 30}, method="scores")


def test_a_household_of_one_province_may_be_described_for_all() -> None:
    """An indicator or fact of another province is left unused with a word, not an unknown name."""
    home = {"income_per_person": 1_000_000, "deprived_social_insurance": True, "deprived_water": True}
    a = cn.standard("vn-79-2014").assess(home)
    assert a.category == "poor"
    assert {c.about for c in a.caveats if c.kind == "not_read"} == {"deprived_social_insurance", "deprived_water"}


# --- tables -----------------------------------------------------------------------------------------

Rows = dict[str, list[Any]]
TABLES: list[tuple[str, Rows]] = [
    (
        "vn-79-2024",
        {
            "income": [138_000_000, 138_000_001, 138_000_000, None, 138_000_001],
            "household_size": [3, 3, 3, 3, None],
            "deprivations": [3, 3, 2, 3, 13],
        },
    ),
    (
        "vn-79-2009",
        {"income": [83_999_999, 84_000_000, 84_000_001, None], "household_size": [7, 7, 7, 7]},
    ),
    (
        "vn-79-2014",
        {"income": [112_000_000, 112_000_001, 147_000_000, 147_000_001, None], "household_size": [7, 7, 7, 7, 7]},
    ),
    (
        "vn-01-2016",
        {
            "area": ["rural", "rural", "rural", "urban", "urban", None],
            "income_per_person": [1_100_000, 1_100_001, 1_500_001, 1_400_000, 1_950_000, 1_200_000],
        },
    ),
    ("vn-48-2016", {"area": ["rural", "urban", None], "income_per_person": [1_100_001, 1_300_000, 1_200_000]}),
    (
        "vn-75-2022",
        {
            "area": ["rural", "rural", "rural", "urban", "urban", "urban", None],
            "income_per_person": [2_000_000, 2_000_001, 3_000_001, 2_500_000, 2_500_001, 3_750_001, 2_200_000],
        },
    ),
    (
        "vn-22-2023",
        {
            "area": ["rural", "rural", "urban", None],
            "income_per_person": [2_100_000, 2_100_001, 2_600_000, 2_300_000],
            "deprivations": [3, 3, 2, None],
        },
    ),
]


def one_by_one(std: cn.Standard, rows: Rows) -> list[tuple[str | None, str, str | None]]:
    answers = []
    for values in zip(*rows.values(), strict=True):
        a = std.assess({k: v for k, v in zip(rows, values, strict=True) if v is not None})
        answers.append((a.category, "; ".join(a.possible), "; ".join(a.missing) or None))
    return answers


@pytest.mark.parametrize(("name", "rows"), TABLES, ids=[name for name, _ in TABLES])
def test_a_table_answers_as_one_household_does(name: str, rows: Rows) -> None:
    a_table_answers_as_one_household_does(cn.standard(name), rows)


def test_a_rule_that_counts_indicators_and_names_two_of_them(tmp_path: Path) -> None:
    """Fiction: a given number of deprivations, and a class that also names two of those it counts."""
    text = Path("docs/examples/local.yaml").read_text(encoding="utf-8")
    text = text.replace("low_income and deprivations >= 2", "deprivations >= 3 or (deprived_water and deprived_space)")
    text = text.replace("low_income and deprivations < 2", "low_income and deprivations == 2")
    text = text.replace("    deprived: counted_floor_area < space_needed(household_size)\n", "")  # an input
    file = tmp_path / "named.yaml"
    file.write_text(text, encoding="utf-8")
    rows: Rows = {
        "area": ["urban"] * 6,
        "income_per_person": [3_000, 3_000, 3_000, 3_001, 3_001, None],
        "deprivations": [2, 2, 2, 2, 1, 3],
        "deprived_water": [True] * 6,
        "deprived_space": [True, False, None, None, False, None],
    }
    std = cn.read_standard(file)
    assert [c for c, _, _ in one_by_one(std, rows)] == ["poor", "near_poor", None, None, "not_poor", "poor"]
    a_table_answers_as_one_household_does(std, rows)


def a_table_answers_as_one_household_does(std: cn.Standard, rows: Rows) -> None:
    wanted = one_by_one(std, rows)
    asked = ["category", "possible", "undetermined_because"]
    assert std.classify(pl.DataFrame(rows)).select(asked).rows() == wanted
    assert std.classify(pl.LazyFrame(rows), check="defer").select(asked).collect().rows() == wanted
    table = pl.DataFrame({"household_id": range(len(wanted)), **rows})
    sql = std.to_sql("duckdb", columns=list(rows))
    with duckdb.connect() as connection:
        connection.register("households", table.to_arrow())
        found = connection.sql(f"SELECT {', '.join(asked)} FROM ({sql}) ORDER BY household_id").fetchall()
    assert found == wanted


def test_a_table_under_a_standard_of_lines_only() -> None:
    std = cn.standard("vn-79-2016")
    answer = std.classify(pl.DataFrame({"income": [1, 10**9], "household_size": [1, 1]}))
    assert (
        answer.select("category", "possible", "undetermined_because").rows()
        == [(None, "poor; near_poor; not_poor", "combination_not_found")] * 2
    )
