"""One key for the spellings of a name, and different keys for different names."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chuanngheo.review import names
from chuanngheo.review.data import load
from chuanngheo.review.names import key, kind_of, unit_key

# Syllables with every tone, put together as names of places are.
SYLLABLES = st.sampled_from(
    [
        "Hòa",
        "Thủy",
        "Huế",
        "Bà",
        "Rịa",
        "Đắk",
        "R'Lấp",
        "Nguyễn",
        "Quỳ",
        "Tuần",
        "Giáo",
        "Ea",
        "H'leo",
        "Mường",
        "Lò",
        "Phước",
        "Long",
    ]
)
NAMES = st.lists(SYLLABLES, min_size=1, max_size=4).map(" ".join)
TEXTS = st.one_of(st.text(), NAMES)

# Spellings met in real files, and how they are to be read.
SAME = [
    ("Đắk Nông", "Đăk Nông"),
    ("Đắk Nông", "ĐĂK NÔNG"),
    ("Đắk Nông", "Đak Nông"),
    ("Đắk Nông", "Ðắk Nông"),  # with the Icelandic eth
    ("Đắk Lắk", "Đăk Lăk"),
    ("Đắk Lắk", "Đắc Lắc"),
    ("Đắk R'Lấp", "Đắk RLấp"),
    ("Đắk R'Lấp", "Đăk R’Lấp"),
    ("Đắk R'Lấp", "Đắk RʼLấp"),
    ("Đắk R'Lấp", "Đắk R´Lấp"),
    ("Bà Rịa-Vũng Tàu", "Bà Rịa - Vũng Tàu"),
    ("Bà Rịa-Vũng Tàu", "Bà Rịa – Vũng Tàu"),
    ("Bà Rịa-Vũng Tàu", "Bà Rịa  Vũng Tàu"),
    ("Thừa Thiên Huế", "Thừa Thiên - Huế"),
    ("Thừa Thiên Huế", "Thừa Thiên\u00a0Huế"),
    ("Thừa Thiên Huế", "Thừa\u200b Thiên Huế\n"),
    ("Hòa Bình", "Hoà Bình"),
    ("Xã Thủy Xuân", "xã Thuỷ Xuân"),
    ("Thúy", "Thuý"),
    ("Thành phố Hồ Chí Minh", "TP. Hồ Chí Minh"),
    ("Thành phố Hồ Chí Minh", "TP.Hồ Chí Minh"),
    ("Thành phố Hồ Chí Minh", "Tp Hồ Chí Minh"),
    ("Thành phố Hồ Chí Minh", "T.P Hồ Chí Minh"),
    ("Thành phố Hồ Chí Minh", "T.P. Hồ Chí Minh"),
    ("Thành phố Hồ Chí Minh", "TPHCM"),
    ("Thành phố Hồ Chí Minh", "TP.HCM"),
    ("Thị trấn Ea T'ling", "TT. Ea Tling"),
    ("Phường 12", "P.12"),
    ("Diện tích (m²)", "diện tích (m2)"),
]
OTHER = [
    ("Hà", "Hạ"),
    ("Hà Nam", "Hà Nội"),
    ("Hà Nam", "Hàn Am"),
    ("Xã Tân Lập", "Phường Tân Lập"),
    ("Xã Tân Lập", "Tân Lập"),
    ("Thị xã Phú Thọ", "Thị trấn Phú Thọ"),
    ("Đà Nẵng", "Da Nang"),
    ("Đông", "Đồng"),
    ("Xã", "Huyện"),
    ("--", ""),
    ("B1", "B2"),
]


@pytest.mark.parametrize(("one", "another"), SAME)
def test_spellings_of_one_name(one: str, another: str) -> None:
    assert key(one) == key(another)
    assert key(one, kind=True) == key(another, kind=True)


@pytest.mark.parametrize(("one", "another"), OTHER)
def test_different_names(one: str, another: str) -> None:
    assert key(one) != key(another)


@pytest.mark.parametrize("kind", sorted(load("units.yaml")["names"]["kinds"]))
def test_kinds_are_taken_off_only_when_asked(kind: str) -> None:
    assert key(f"{kind.title()} Hòa Bình", kind=True) == key("Hòa Bình")
    assert key(f"{kind.title()} Hòa Bình") != key("Hòa Bình")
    assert kind_of(f"{kind.upper()} Hòa Bình") == key(kind)
    assert key(kind, kind=True) == key(kind), "a kind without a name is a header and stays"


def test_kinds_within_names_stay() -> None:
    assert kind_of("Bản Lầu") == kind_of("Thịnh Đức") == kind_of("Tỉnh/thành phố") == kind_of("Xã") == ""
    assert key("Xã Bản Lầu", kind=True) == key("Bản Lầu")
    assert key("Phường Phường Đúc", kind=True) == key("Phường Đúc", kind=True)


@given(TEXTS)
@example("\u0345\u0300")
@example("a\u200d\u0300")
@example("\u1ffd")
def test_both_unicode_spellings_have_one_key(text: str) -> None:
    assert key(unicodedata.normalize("NFC", text)) == key(unicodedata.normalize("NFD", text)) == key(text)


@given(TEXTS, st.booleans())
@example("Xã Xã Xã Xã", True)
@example("- ' -", False)
@example("TP. TPHCM", False)
def test_a_key_is_its_own_key(text: str, kind: bool) -> None:
    assert key(key(text, kind=kind), kind=kind) == key(text, kind=kind)


def test_every_character_has_a_key_of_its_own_key() -> None:
    for c in map(chr, [*range(0x250), *range(0x1D2C, 0x2100), *range(0xFB00, 0x10000), 0x345, 0x3F4, 0x1E9E]):
        assert key(key(f"a{c}b")) == key(f"a{c}b"), hex(ord(c))


@given(NAMES)
def test_case_and_spaces_make_no_difference(name: str) -> None:
    assert key(name) == key(name.upper()) == key(name.lower()) == key(f"  {name.replace(' ', ' - ')}\u00a0")


@given(NAMES, st.sampled_from("\u0300\u0301\u0303\u0309\u0323"))
def test_another_tone_is_another_name(name: str, tone: str) -> None:
    assert key(f"{name} Ha") != key(f"{name} Ha{tone}")


@given(st.text(min_size=1).filter(lambda t: t.strip() and all(c.isprintable() for c in t)))
def test_nothing_visible_becomes_nothing(text: str) -> None:
    assert key(text) or all(c in names.APOSTROPHES or unicodedata.category(c) in ("Cf", "Zs", "Sk") for c in text)


def test_a_province_is_one_with_and_without_its_kind_and_other_units_are_not() -> None:
    assert unit_key("Tỉnh Lâm Đồng", "province") == unit_key("lâm đồng", "province")
    assert unit_key("TP. Huế", "province") == unit_key("Huế", "province")
    assert unit_key("Xã Tân An", "commune") != unit_key("Phường Tân An", "commune")
