"""Recorded status: which decision covers a day, and who exited recently."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo.errors import DataProblems, HouseholdError
from chuanngheo.model import Cite, Instrument
from chuanngheo.review.data import load
from chuanngheo.review.records import (
    ASSUMPTIONS,
    CATEGORIES,
    COLUMNS,
    LISTED,
    Limit,
    Record,
    add_months,
    class_names,
    limit,
    status_on,
    statuses_on,
)

CITE = Cite(
    Instrument("x", "1/2020/QĐ-TTg", {"vi": "Quyết định 1/2020/QĐ-TTg", "en": "Decision 1/2020/QĐ-TTg"}), "Điều 1", "D"
)
YEARS_3 = Limit(36, CITE)
DAY = timedelta(days=1)


def decision(category: str | None, decided: date, number: str = "", **more: Any) -> Record:
    return Record("H1", category, number or f"{decided:%d%m%y}/QĐ-UBND", decided, **more)


def for_year(category: str, year: int, number: str = "") -> Record:
    """A decision of mid-December that holds for the year after."""
    return decision(category, date(year - 1, 12, 14), number, valid_from=date(year, 1, 1), valid_to=date(year, 12, 31))


POOR_2023 = for_year("poor", 2023)
NEAR_2024 = for_year("near_poor", 2024)
REMOVED = decision("neither", date(2024, 12, 14), kind="removal", left="near_poor", valid_from=date(2025, 1, 1))


# --- which decision -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "state", "category"),
    [
        (date(2022, 12, 31), "not_recorded", None),
        (date(2023, 1, 1), "in_force", "poor"),
        (date(2023, 12, 31), "in_force", "poor"),
        (date(2024, 1, 1), "in_force", "near_poor"),
        (date(2024, 12, 31), "in_force", "near_poor"),
        (date(2025, 1, 1), "in_force", "neither"),
        (date(2031, 1, 1), "in_force", "neither"),
    ],
)
def test_the_latest_decision_that_has_begun(day: date, state: str, category: str | None) -> None:
    status = status_on(day, [REMOVED, NEAR_2024, POOR_2023])
    assert (status.state, status.category, status.basis) == (state, category, "recorded")


def test_before_the_first_decision_is_unknown_not_not_poor() -> None:
    status = status_on(date(2022, 6, 1), [POOR_2023])
    assert status.category is None
    assert status.record is None
    assert "unknown, which is not the same as not poor" in status.explain("en")
    assert "01/01/2023" in status.explain("vi")
    assert status_on(date(2022, 6, 1), []).state == "not_recorded"


def test_after_the_last_day_is_unknown() -> None:
    status = status_on(date(2024, 1, 1), [POOR_2023])
    assert (status.state, status.category, status.record) == ("ended", None, POOR_2023)


def test_what_was_replaced_does_not_come_back() -> None:
    long = decision("poor", date(2022, 1, 1), valid_from=date(2022, 1, 1), valid_to=date(2030, 1, 1))
    assert status_on(date(2023, 12, 31), [long, POOR_2023]).record == POOR_2023
    assert status_on(date(2024, 1, 1), [long, POOR_2023]).state == "ended"


@pytest.mark.parametrize(
    ("given_", "assume", "state"),
    [
        ({}, (), "validity_unknown"),
        ({}, ("from_decision",), "validity_unknown"),
        ({}, ("until_replaced",), "validity_unknown"),
        ({}, ASSUMPTIONS, "in_force"),
        ({"valid_from": date(2023, 1, 1)}, (), "validity_unknown"),
        ({"valid_from": date(2023, 1, 1)}, ("until_replaced",), "in_force"),
        ({"valid_to": date(2023, 12, 31)}, (), "validity_unknown"),
        ({"valid_to": date(2023, 12, 31)}, ("from_decision",), "in_force"),
    ],
)
def test_validity_is_not_assumed(given_: dict[str, date], assume: tuple[str, ...], state: str) -> None:
    status = status_on(date(2023, 6, 1), [decision("poor", date(2022, 12, 14), **given_)], assume=assume)
    assert status.state == state
    assert status.category == ("poor" if state == "in_force" else None)
    assert [c.about for c in status.caveats] == (
        [a for a, name in zip(ASSUMPTIONS, ("valid_from", "valid_to"), strict=True) if name not in given_]
        if state == "in_force"
        else []
    )


def test_a_decision_does_not_reach_back_unless_it_says_so() -> None:
    silent = decision("poor", date(2024, 2, 1))
    assert status_on(date(2024, 1, 31), [silent], assume=ASSUMPTIONS).state == "not_recorded"
    back = decision("poor", date(2024, 2, 1), valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31))
    status = status_on(date(2024, 1, 15), [back])
    assert status.category == "poor"
    assert [c.about for c in status.caveats] == ["decided"]
    assert status_on(date(2024, 1, 15), [back], known_at=date(2024, 1, 31)).state == "not_recorded"


def test_a_removal_that_does_not_say_what_follows() -> None:
    removal = decision(None, date(2023, 12, 14), kind="removal", left="poor", valid_from=date(2024, 1, 1))
    status = status_on(date(2024, 1, 1), [POOR_2023, removal])
    assert (status.state, status.category) == ("unsaid", None)


# --- corrections --------------------------------------------------------------------------------------


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    correction = decision("near_poor", date(2024, 3, 1), "C", kind="correction", corrects=POOR_2023.decision)
    status = status_on(date(2023, 6, 1), [correction, POOR_2023])
    assert (status.category, status.record, [c.kind for c in status.caveats]) == (
        "near_poor",
        correction,
        ["correction", "recorded"],
    )
    assert status_on(date(2024, 6, 1), [correction, POOR_2023, for_year("poor", 2024)]).category == "poor", (
        "its place is in 2023"
    )
    assert status_on(date(2023, 6, 1), [correction, POOR_2023], known_at=date(2024, 2, 29)).category == "poor"


def test_corrections_of_corrections() -> None:
    first = decision("near_poor", date(2024, 3, 1), "C", kind="correction", corrects=POOR_2023.decision)
    second = decision("poor", date(2024, 4, 1), "D", kind="correction", corrects="C")
    assert status_on(date(2023, 6, 1), [second, first, POOR_2023]).record == second


@pytest.mark.parametrize("corrects", ["nowhere", "C", "LATER"])
def test_a_correction_of_nothing(corrects: str) -> None:
    later = decision("poor", date(2025, 1, 1), "LATER", valid_from=date(2025, 1, 1))
    correction = decision("near_poor", date(2024, 3, 1), "C", kind="correction", corrects=corrects)
    with pytest.raises(HouseholdError, match="names an earlier decision") as error:
        status_on(date(2023, 6, 1), [POOR_2023, later, correction])
    assert [p.code for p in error.value.problems] == ["CN127"]
    with pytest.raises(DataProblems) as table_error:
        statuses_on(date(2023, 6, 1), table([POOR_2023, later, correction]))
    assert [(p.code, p.count) for p in table_error.value.problems] == [("CN127", 1)]


# --- one day, two decisions ---------------------------------------------------------------------------

SAME_DAY = [
    ("two classes", [decision("poor", date(2024, 1, 2), "A"), decision("near_poor", date(2024, 1, 2), "B")], True),
    ("the same class", [decision("poor", date(2024, 1, 2), "A"), decision("poor", date(2024, 1, 2), "B")], False),
    ("off one list, onto the other", [decision(None, date(2024, 1, 2), "A", kind="removal", left="poor"),
                                      decision("near_poor", date(2024, 1, 2), "B")], False),
    ("off the list it is put on", [decision(None, date(2024, 1, 2), "A", kind="removal", left="poor"),
                                   decision("poor", date(2024, 1, 2), "B")], True),
    ("one year and the next", [for_year("poor", 2024, "A"), decision("near_poor", date(2023, 12, 14), "B", valid_from=date(2025, 1, 1))], False),
    ("the days touch", [for_year("poor", 2024, "A"), decision("near_poor", date(2023, 12, 14), "B", valid_from=date(2024, 12, 31))], True),
    ("twice the same row", [decision("poor", date(2024, 1, 2), "A")] * 2, False),
    ("corrected", [decision("poor", date(2024, 1, 2), "A"), decision("near_poor", date(2024, 1, 2), "B", kind="correction", corrects="A")], False),
]  # fmt: skip


@pytest.mark.parametrize(("records", "contradict"), [s[1:] for s in SAME_DAY], ids=[s[0] for s in SAME_DAY])
def test_two_decisions_of_one_day(records: list[Record], contradict: bool) -> None:
    if not contradict:
        status_on(date(2024, 6, 1), records)
        statuses_on(date(2024, 6, 1), table(records))
        return
    with pytest.raises(HouseholdError, match="A and B are of one day") as error:
        status_on(date(2024, 6, 1), records)
    assert [p.code for p in error.value.problems] == ["CN128"]
    with pytest.raises(DataProblems, match=r"[AB] and [AB] of ") as table_error:
        statuses_on(date(2024, 6, 1), table(records))
    assert [(p.code, p.count) for p in table_error.value.problems] == [("CN128", 1)]


def test_off_one_list_onto_the_other_gives_the_class() -> None:
    (_, records, _) = SAME_DAY[2]
    assert status_on(date(2024, 6, 1), records, assume=ASSUMPTIONS).category == "near_poor"


# --- recently exited ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)), (date(2024, 2, 29), 48, date(2028, 2, 29)), (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2022, 8, 31), 6, date(2023, 2, 28)), (date(2023, 12, 14), 36, date(2026, 12, 14)), (date(2023, 12, 31), 1, date(2024, 1, 31)),
        (date(2023, 1, 30), 1, date(2023, 2, 28)), (date(2023, 11, 30), 1, date(2023, 12, 30)),
    ],
)  # fmt: skip
def test_months_end_on_the_same_day_or_the_last(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


@given(day=st.dates(date(1993, 1, 1), date(2100, 1, 1)), months=st.integers(1, 240))
def test_months_in_general(day: date, months: int) -> None:
    end = add_months(day, months)
    assert (end.year - day.year) * 12 + end.month - day.month == months
    assert end.day == min(day.day, calendar.monthrange(end.year, end.month)[1])


@pytest.mark.parametrize("exited", [date(2023, 12, 14), date(2024, 2, 29), date(2023, 8, 31)])
@pytest.mark.parametrize("months", [6, 36])
def test_the_last_day_of_the_limit_is_within(exited: date, months: int) -> None:
    policy = Limit(months, CITE)
    records = [decision("poor", date(2022, 12, 14)), decision("neither", exited, kind="removal", left="poor")]
    last = add_months(exited, months)
    for day, within in ((exited, True), (last, True), (last + DAY, False)):
        status = status_on(day, records, recently_exited=policy)
        assert (status.recently_exited, status.exit) == (within, records[1]), day
    assert status_on(exited - DAY, records, recently_exited=policy).recently_exited is None, (
        "the first does not say how long it holds"
    )
    assert status_on(exited, records).recently_exited is None, "not asked"


def test_whether_near_poor_has_exited_is_the_limit_s_to_say() -> None:
    records = [POOR_2023, NEAR_2024, REMOVED]
    both = Limit(36, CITE, LISTED)
    june = date(2024, 6, 1)
    assert status_on(june, records, recently_exited=YEARS_3).exit == NEAR_2024
    assert status_on(june, records, recently_exited=both).recently_exited is False
    assert status_on(date(2027, 12, 14), records, recently_exited=both).recently_exited is True
    assert status_on(date(2027, 12, 14), records, recently_exited=YEARS_3).recently_exited is False
    assert status_on(date(2026, 12, 14), records, recently_exited=YEARS_3).recently_exited is True


@pytest.mark.parametrize(
    ("records", "day", "answer"),
    [
        ([], date(2024, 6, 1), None),
        ([POOR_2023], date(2023, 6, 1), False),
        ([POOR_2023], date(2024, 6, 1), None),  # the decision ended, and none says what came after
        ([for_year("neither", 2023)], date(2025, 12, 14), None),  # what came before the first decision is not known
        ([for_year("neither", 2023)], date(2025, 12, 15), False),  # but it was more than 36 months ago
        (
            [POOR_2023, for_year("neither", 2026)],
            date(2026, 6, 1),
            None,
        ),  # it left in between, by no decision that is recorded
        ([POOR_2023, for_year("neither", 2026)], date(2028, 12, 15), False),
        ([POOR_2023, decision("neither", date(2025, 12, 14), kind="removal", left="poor")], date(2026, 6, 1), True),
        ([POOR_2023, for_year("neither", 2024), for_year("poor", 2025)], date(2025, 6, 1), False),
        ([POOR_2023, for_year("neither", 2024), for_year("neither", 2025)], date(2026, 12, 14), True),
        ([POOR_2023, for_year("neither", 2024), for_year("neither", 2025)], date(2026, 12, 15), False),
        # the day after the last one of the list, and a day later: then it left in between
        ([POOR_2023, decision("neither", date(2024, 1, 1))], date(2024, 6, 1), True),
        ([POOR_2023, decision("neither", date(2024, 1, 2))], date(2024, 6, 1), None),
        ([decision(None, date(2024, 1, 2), kind="removal", left="poor")], date(2024, 6, 1), True),
        (
            [decision(None, date(2024, 1, 2), kind="removal", left="near_poor")],
            date(2024, 6, 1),
            None,
        ),  # to poor, perhaps
    ],
)
def test_recently_exited_from_poverty(records: list[Record], day: date, answer: bool | None) -> None:
    assert status_on(day, records, recently_exited=YEARS_3).recently_exited is answer
    if records:
        assert statuses_on(day, table(records), recently_exited=YEARS_3)["recently_exited"].to_list() == [answer]


def test_a_limit_carries_its_citation() -> None:
    for arguments in (
        (36, None),
        (36, "Quyết định 28/2015/QĐ-TTg"),
        (0, CITE),
        (3.5, CITE),
        (36, CITE, ()),
        (36, CITE, ("average",)),
    ):
        with pytest.raises(HouseholdError) as error:
            Limit(*arguments)
        assert [p.code for p in error.value.problems] == ["CN129"]
    with pytest.raises(HouseholdError, match="credit-2015"):
        limit("credit")


def test_limits_of_the_data_are_examples_with_a_grade() -> None:
    for name in load("movements.yaml")["limits"]:
        found = limit(name)
        assert found.cite.grade in "ABCD"
        assert found.cite.words or (found.cite.grade == "D" and found.cite.note)
    status = status_on(date(2024, 6, 1), [POOR_2023, NEAR_2024], recently_exited=limit("credit-2015"))
    assert status.caveats[-1].grade == "D"
    assert "28/2015" in status.explain("vi")


# --- the engine ---------------------------------------------------------------------------------------


def test_a_recorded_class_goes_into_the_engine() -> None:
    std = cn.standard("vn-2022")
    for category in ("poor", "near_poor", "average", "not_poor"):
        status = status_on(date(2023, 6, 1), [for_year(category, 2023, "12/QĐ-UBND")])
        a = std.assess(status.facts())
        assert (a.category, a.basis, a.status) == (category, "recorded", "decided")
        assert "12/QĐ-UBND" in a.explain("vi")


def test_neither_is_no_single_class() -> None:
    status = status_on(date(2023, 6, 1), [for_year("neither", 2023)])
    assert status.category == "neither"
    assert "covers average and not_poor" in status.explain("en")
    with pytest.raises(HouseholdError, match="no single class") as error:
        status.facts()
    assert [p.code for p in error.value.problems] == ["CN129"]


def test_nothing_recorded_is_no_fact() -> None:
    with pytest.raises(HouseholdError, match="no class is recorded on 2022-06-01"):
        status_on(date(2022, 6, 1), [POOR_2023]).facts()


# --- faults -------------------------------------------------------------------------------------------

FAULTY = {
    "household_id": {"household_id": ""},
    "decision": {"decision": ""},
    "decided": {"decided": None},
    "kind": {"kind": "exit"},
    "category": {"category": "Hộ nghèo"},
    "left": {"kind": "removal", "category": "neither"},
    "valid_to": {"valid_from": date(2024, 1, 2), "valid_to": date(2024, 1, 1)},
    "corrects": {"kind": "correction"},
}


@pytest.mark.parametrize("name", FAULTY)
def test_faults_of_a_record(name: str) -> None:
    bad = Record(
        **{"household_id": "H1", "category": "poor", "decision": "1/QĐ", "decided": date(2024, 1, 1), **FAULTY[name]}
    )
    with pytest.raises(HouseholdError) as error:
        status_on(date(2024, 1, 1), [bad])
    assert [(p.code, p.where) for p in error.value.problems] == [("CN127", f"records[0].{name}")]
    with pytest.raises(DataProblems) as table_error:
        statuses_on(date(2024, 1, 1), table([POOR_2023, bad]))
    assert [(p.code, p.where, p.count) for p in table_error.value.problems] == [("CN127", f"records[{name!r}]", 1)]
    assert "Hộ nghèo" not in str(table_error.value)


@pytest.mark.parametrize("odd", [{"decided": datetime(2024, 1, 1)}, {"valid_from": "2024-01-01"}, {"valid_to": 2024}])
def test_days_are_days(odd: dict[str, Any]) -> None:
    bad = Record(**{"household_id": "H1", "category": "poor", "decision": "1/QĐ", "decided": date(2024, 1, 1), **odd})
    with pytest.raises(HouseholdError) as error:
        status_on(date(2024, 1, 1), [bad])
    assert [p.code for p in error.value.problems] == ["CN127"]


@pytest.mark.parametrize(
    "odd",
    [
        {"left": "poor"},
        {"category": None},
        {"corrects": "2/QĐ"},
        {"left": "average"},
        {"kind": "removal", "left": "poor"},
    ],
)
def test_things_that_do_not_go_together(odd: dict[str, Any]) -> None:
    bad = Record(**{"household_id": "H1", "category": "poor", "decision": "1/QĐ", "decided": date(2024, 1, 1), **odd})
    for ask in (lambda: status_on(date(2024, 1, 1), [bad]), lambda: statuses_on(date(2024, 1, 1), table([bad]))):
        with pytest.raises((HouseholdError, DataProblems)):
            ask()


def test_all_faults_at_once() -> None:
    records = [decision("poor", date(2024, 1, 1)), Record("H2", "rich", "", date(2024, 1, 1))]
    with pytest.raises(HouseholdError) as error:
        status_on(date(2024, 1, 1), records, assume=("until_replaced", "forever"))
    assert [p.where for p in error.value.problems] == [
        "assume",
        "records",
        "records[1].decision",
        "records[1].category",
    ]
    with pytest.raises(HouseholdError):
        status_on(date(2024, 1, 1), [], assume="until_replaced")
    with pytest.raises(HouseholdError):
        status_on("2024-01-01", [])  # type: ignore[arg-type]
    with pytest.raises(DataProblems) as table_error:
        statuses_on(
            date(2024, 1, 1), pl.DataFrame({"household_id": ["A"], "category": ["poor"], "decided": ["1/1/2024"]})
        )
    assert [(p.code, p.where) for p in table_error.value.problems] == [("CN120", "records['decision']")]
    with pytest.raises(DataProblems, match="not days"):
        statuses_on(date(2024, 1, 1), table([POOR_2023]).with_columns(decided=pl.lit("1/1/2024")))


def test_classes_have_names_in_both_languages() -> None:
    assert set(class_names()) == set(CATEGORIES)
    assert all(set(n) == {"vi", "en"} for n in class_names().values())
    assert class_names()["average"]["en"] == "household with an average living standard"


# --- many households as one ---------------------------------------------------------------------------

SCHEMA = {n: pl.Date if n in ("decided", "valid_from", "valid_to") else pl.String for n in COLUMNS}


def table(records: list[Record]) -> pl.DataFrame:
    return pl.DataFrame([[getattr(r, n) for n in COLUMNS] for r in records], schema=SCHEMA, orient="row")


days = st.sampled_from([date(2023, 1, 1) + timedelta(days=60 * i) for i in range(12)])


@st.composite
def archives(draw: st.DrawFn) -> list[Record]:
    records: list[Record] = []
    for i in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["recognition", "recognition", "removal", "correction"]))
        left = draw(st.sampled_from(LISTED)) if kind == "removal" else None
        category = draw(st.sampled_from([*CATEGORIES, *([None] if kind == "removal" else [])]))
        decided = draw(days)
        begin, end = sorted(draw(st.tuples(days, days)))
        earlier = [r.decision for r in records if r.decided <= decided]
        if category == left or (kind == "correction" and not earlier):
            continue
        records.append(
            Record(
                draw(st.sampled_from(["H1", "H2"])), category, f"{i}/QĐ", decided, kind, left,
                draw(st.sampled_from([None, begin])), draw(st.sampled_from([None, end])),
                corrects=draw(st.sampled_from(earlier)) if kind == "correction" else None,
            )
        )  # fmt: skip
    return records


@given(
    records=archives(),
    day=days,
    assume=st.sets(st.sampled_from(ASSUMPTIONS)),
    known_at=st.one_of(st.none(), days),
    policy=st.sampled_from([None, Limit(4, CITE), Limit(4, CITE, LISTED), Limit(9, CITE, ("near_poor",))]),
)
@settings(max_examples=settings().max_examples * 2)
def test_a_table_says_what_single_households_say(
    records: list[Record], day: date, assume: set[str], known_at: date | None, policy: Limit | None
) -> None:
    asked = {"recently_exited": policy, "assume": assume, "known_at": known_at}
    single = {}
    broken = set()
    for name in sorted({r.household_id for r in records}):
        try:
            single[name] = status_on(day, [r for r in records if r.household_id == name], **asked)
        except HouseholdError as error:
            broken |= {p.code for p in error.problems}
    if broken:
        with pytest.raises(DataProblems) as error:
            statuses_on(day, table(records), **asked)
        assert {p.code for p in error.value.problems} == broken
        return
    found = {r["household_id"]: r for r in statuses_on(day, table(records), **asked).iter_rows(named=True)}
    assert found.keys() == single.keys()
    for name, status in single.items():
        row = found[name]
        assert (row["state"], row["category"]) == (status.state, status.category)
        assert row["decision"] == (status.record.decision if status.record else None)
        assert row["decided"] == (status.record.decided if status.record else None)
        if policy is not None:
            assert row["recently_exited"] is status.recently_exited
            assert row["exit_decision"] == (status.exit.decision if status.exit else None)


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "lazy"])
def test_every_kind_of_table(kind: str) -> None:
    frame = table([POOR_2023, NEAR_2024, REMOVED, Record("H0", "poor", "9/QĐ", date(2030, 1, 1))])
    given_ = {"pandas": frame.to_pandas, "pyarrow": frame.to_arrow, "lazy": frame.lazy}[kind]()
    made = statuses_on(date(2025, 6, 1), given_, recently_exited=YEARS_3)
    assert type(made) is type(given_)
    rows = {
        "pandas": lambda: pl.from_pandas(made),
        "pyarrow": lambda: pl.from_arrow(made),
        "lazy": lambda: made.collect(),
    }[kind]()
    assert [r[:6] for r in rows.rows()] == [
        ("H0", "not_recorded", None, None, None, None),
        ("H1", "in_force", "neither", "141224/QĐ-UBND", date(2024, 12, 14), True),
    ]


def test_the_columns_that_need_not_be_there() -> None:
    frame = table([decision("poor", date(2023, 1, 1))]).select("household_id", "category", "decision", "decided")
    assert statuses_on(date(2023, 6, 1), frame, assume=ASSUMPTIONS)["category"].to_list() == ["poor"]
    assert statuses_on(date(2023, 6, 1), frame)["state"].to_list() == ["validity_unknown"]
