"""Personal data appear in no message, repr, HTML, exception, log or warning: planted, and looked for."""

from __future__ import annotations

import datetime as dt
import logging
import warnings
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuanngheo.errors import ChuanNgheoError
from chuanngheo.review.masking import looks_personal, masked, place_shown, role_of, roles, shown
from chuanngheo.review.names import key
from chuanngheo.review.profiles import Profile, Table, profiles
from chuanngheo.review.reading import read_round
from chuanngheo.review.sheets import Sheet, letter, read_sheets

CANARIES = {
    "name": "Nguyễn Thị Hoàng Yến",
    "id_number": "079185012345",
    "phone": "0912345678",
    "birth_date": "17/03/1985",
    "birth_year": "1985",
    "address": "12 ngõ Hoàng Yến",
    "link": "https://x.example/hoang-yen.pdf",
    "day of Excel": "31123",
}


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "‹blank›"), ("  ", "‹blank›"), (True, "‹hidden yes or no›"), (12, "‹hidden number, up to 4 digits›"), ("0912 345 678", "‹hidden number, 5 digits or more›"),
     (Decimal("3.5"), "‹hidden number, up to 4 digits›"), ("1.2E+17", "‹hidden number, up to 4 digits›"), (dt.date(1985, 3, 17), "‹hidden day›"), ("17/3/1985", "‹hidden day›"),
     ("1985-03-17T00:00:00", "‹hidden day›"), ("Yến", "‹hidden text, up to 10 letters›"), ("y" * 11, "‹hidden text, 11 to 40 letters›"), ("y" * 41, "‹hidden text, more than 40 letters›"), ([1], "‹hidden value›")],
)  # fmt: skip
def test_masked_says_the_kind_and_about_how_long(value: Any, said: str) -> None:
    assert masked(value) == said


@given(st.text(min_size=3), st.text(min_size=3))
def test_masked_says_the_same_of_texts_of_one_kind_and_length(one: str, other: str) -> None:
    if len(one.strip()) == len(other.strip()) and all(t.strip().isalpha() for t in (one, other)):
        assert masked(one) == masked(other)


def test_shown_lets_codes_and_known_texts_pass_and_nothing_else() -> None:
    known = {key("hộ nghèo")}
    assert [shown(v, known) for v in (3, "12", " HỘ NGHÈO ", "Hộ giàu", "123", 1985, True)] == [
        "3", "12", "HỘ NGHÈO", masked("Hộ giàu"), masked("123"), masked(1985), masked(True),
    ]  # fmt: skip


def test_places_are_shown_unless_they_look_like_a_person() -> None:
    assert place_shown("Xã Đắk Wil") == "'Xã Đắk Wil'"
    assert all(looks_personal(c) for c in ("Nguyễn Thị Hoàng Yến", "TRẦN B", "0912345678", "a@b.vn"))
    assert not any(looks_personal(c) for c in ("Thôn 12", "Hà Nội", "Bon Bu N'Drung", "Lê"))


@pytest.mark.parametrize(
    ("header", "role"),
    [("Họ và tên chủ hộ", "name"), ("family.hostName", None), ("Chủ hộ", "name"), ("Số CCCD/CMND", "id_number"), ("So_CMND", "id_number"), ("Số CCCD của chủ hộ", "id_number"), ("Ngày, tháng, năm sinh", "birth_date"), ("NGÀY SINH", "birth_date"),
     ("Địa chỉ thường trú", "address"), ("SĐT", "phone"), ("Số điện thoại", "phone"), ("pdf_url", "link"), ("Ảnh chụp", "link"), ("Ghi chú", "text"), ("Người rà soát", "official"),
     ("Số nhân khẩu", None), ("Mã hộ", None), ("Phiếu B1", None), ("Số tài khoản", "account")],
)  # fmt: skip
def test_headers_say_what_is_personal(header: str, role: str | None) -> None:
    assert role_of(header) == role
    assert role is None or role in roles()


# --- planted ------------------------------------------------------------------------------------------


def headers_of(table: Table) -> list[str]:
    """Every header that a table knows once, and one that nobody knows."""
    needed = list(table.recognised_by)
    names = (
        [h for c in table.columns for h in c.headers[:1]]
        + [h for hs in table.personal.values() for h in hs[:1]]
        + list(table.left)[:2]
    )
    return [
        *needed,
        *(n for n in dict.fromkeys(names) if n not in needed and not any(same(table, n, m) for m in needed)),
        "cột lạ",
    ]


def same(table: Table, one: str, other: str) -> bool:
    return any(one in c.headers and other in c.headers for c in table.columns)


def sheet(table: Table, rows: list[list[str | None]]) -> Sheet:
    headings = [headers_of(table), *[[""] * len(headers_of(table))] * (table.heading_rows - 1)]
    whole: list[list[str | None]] = [*[list(h) for h in headings], *rows]
    frame = pl.DataFrame(
        {letter(i): pl.Series([r[i] for r in whole], dtype=pl.String) for i in range(len(headings[0]))}
    )
    return Sheet("a.xlsx", "S", frame, 1, tuple((n, tuple(c or "" for c in r)) for n, r in enumerate(whole, 1)))


def everything_said(of: Any, caught: list[Any]) -> Iterator[str]:
    """All that a caller, a log or a notebook could show of a round or an error."""
    if isinstance(of, BaseException):
        seen: BaseException | None = of
        while seen is not None:
            yield from (str(seen), repr(seen), repr(seen.args))
            seen = seen.__cause__ or seen.__context__
    else:
        yield from (
            repr(of),
            of.to_html(),
            of._repr_html_(),
            repr(of.problems),
            *map(str, of.problems),
            *map(str, of.summary()),
            repr(of.summary()),
        )
        yield str(of.rejected.rows())
        try:
            of.raise_problems()
        except ChuanNgheoError as error:
            yield from everything_said(error, [])
    yield from (str(w.message) for w in caught)


def say(told: list[str], step: str, done: int, total: int | None) -> None:
    told.append(f"{step} {done} {total}")


CASES = [(p, t) for p in profiles() for t in p.tables if p.name != "canonical"]


@pytest.mark.parametrize(("profile", "table"), CASES, ids=[f"{p.name}-{t.level}" for p, t in CASES])
def test_what_is_planted_in_any_column_is_said_nowhere(
    profile: Profile, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    width = len(headers_of(table))
    rows: list[list[str | None]] = []
    for canary in CANARIES.values():
        for position in range(width):  # alone in its row, and in two other spellings
            rows += [
                [c if i == position else None for i in range(width)] for c in (canary, canary.upper(), f"{canary} ")
            ]
        rows += [[canary] * width, [*[canary] * (width - 1), "x"], [canary.replace("ế", "e\u0302\u0301")] * width]
    made = sheet(table, rows)
    name = CANARIES["name"]
    ways: list[dict[str, Any]] = [
        {}, {"units": {"commune": name, "village": name}}, {"key": "household_code", "bad_cells": "unknown"},
        {"key": "household_code", "areas": {name: "rural"}, "keep": "last"}, {"duplicates": "refuse", "key": "household_code"},
    ]  # fmt: skip
    if "id_number" in table.personal:
        ways.append({"key": "id_number", "secret": name})
    secrets = {s.casefold() for c in CANARIES.values() for s in (c, key(c), c.split("/")[-1])}
    for way in ways:
        told: list[str] = []
        result: Any
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                result = read_round(made, profile, progress=partial(say, told), **way)
            except ChuanNgheoError as error:
                result = error
        said = "\n".join([*everything_said(result, list(caught)), *told, caplog.text, repr(made)]).casefold()
        assert not [s for s in secrets if s in said], way


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_a_file_without_a_heading_shows_none_of_its_cells(tmp_path: Path, canary: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([f"{canary},Mã hộ,classify,x"] * 3), encoding="utf-8")
    with pytest.raises(ChuanNgheoError) as caught:
        read_round(path)
    path.write_bytes(f"a,{canary}\n".encode() + b"\xff\n")
    with pytest.raises(ChuanNgheoError) as other:
        read_sheets(path)
    assert canary not in "\n".join([*everything_said(caught.value, []), *everything_said(other.value, [])])


def test_a_name_that_stands_as_a_header_is_hidden() -> None:
    table = next(t for p, t in CASES if p.name == "ministry-export")
    made = sheet(table, [[None] * len(headers_of(table))])
    (number, texts), *rest = made.head
    for canary in (CANARIES["name"], CANARIES["id_number"], CANARIES["phone"]):
        heading = (number, (*texts[:-1], canary))
        planted = Sheet("a.xlsx", "S", made.frame, 1, (heading, *rest))
        result = read_round(planted, "ministry-export", key="household_code")
        assert canary not in "\n".join(everything_said(result, []))


def test_the_frames_hold_no_personal_column() -> None:
    for profile, table in CASES:
        row: list[str | None] = ["1"] * len(headers_of(table))
        made = read_round(
            sheet(table, [row]),
            profile,
            units={"commune": "A", "village": "B"},
            key="household_code",
            bad_cells="unknown",
        )
        for frame in (made.households, made.persons, made.rejected):
            assert not set(frame.columns) & (set(roles()) - {"birth_date"})
            assert not any(c.startswith("_") for c in frame.columns)
