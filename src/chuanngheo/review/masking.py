"""Personal columns, and how a value appears in a message: not at all, unless it cannot say who.

A message, an exception, a log or a page of HTML never shows a name, a number of identity, a day of
birth, an address or a telephone number. Whatever stands in a cell goes through :func:`masked`, or
through :func:`shown`, which lets pass only what the library's own data hold (``Hộ nghèo``) and
numbers of one or two digits (codes).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any

from .data import load
from .names import key

FILE = "profiles/_personal.yaml"
SHORT, LONG = 10, 40  # letters: the bounds of the classes of length
DIGEST = 10  # bytes of what stands for a number of identity or a name under the caller's secret
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,\s]*(?:[eE][-+]?[0-9]+)?\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+)?\Z|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}\Z")
_CODE = re.compile(r"[0-9]{1,2}\Z")
_PLACE = re.compile(r"[^\W\d_][^@:/\\\n]{0,60}\Z")
_DIGITS = re.compile(r"[0-9]")
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")  # marks may stand apart from their letters


def masked(value: object) -> str:
    """What kind of value it is and about how long; nothing of the value itself.

    >>> masked("một văn bản"), masked(12), masked(None)
    ('‹hidden text, 11 to 40 letters›', '‹hidden number, up to 4 digits›', '‹blank›')
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return "‹blank›"
    if isinstance(value, bool):
        return "‹hidden yes or no›"
    if isinstance(value, date | time) or (isinstance(value, str) and _DAY.match(value.strip())):
        return "‹hidden day›"
    if isinstance(value, int | float | Decimal) or (isinstance(value, str) and _NUMBER.match(value.strip())):
        return (
            "‹hidden number, up to 4 digits›"
            if len(_DIGITS.findall(str(value))) <= 4
            else "‹hidden number, 5 digits or more›"
        )
    if not isinstance(value, str):
        return "‹hidden value›"
    length = len(value.strip())
    size = f"up to {SHORT}" if length <= SHORT else f"{SHORT + 1} to {LONG}" if length <= LONG else f"more than {LONG}"
    return f"‹hidden text, {size} letters›"


def shown(value: object, known: Collection[str] = ()) -> str:
    """A value of a column that is not personal, where it cannot say who: codes, and texts whose key is known.

    >>> shown("3"), shown("Hộ nghèo", {key("hộ nghèo")}), shown("Hộ nghèo")
    ('3', 'Hộ nghèo', '‹hidden text, up to 10 letters›')
    """
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if text and (_CODE.match(text) or (len(text) <= LONG * 2 and key(text) in known)):
        return text
    return masked(value)


def place_shown(name: str) -> str:
    """The name of a place; hidden where it looks like a person, a number of identity, an address or a link.

    >>> place_shown("Xã Đắk Wil"), place_shown("Nguyễn Văn A")
    ("'Xã Đắk Wil'", '‹hidden text, 11 to 40 letters›')
    """
    return repr(name) if _PLACE.match(name) and not looks_personal(name) else masked(name)


def looks_personal(text: str) -> bool:
    """Whether a text begins like the name of a person, or holds as many digits as a telephone number.

    >>> looks_personal("TRẦN THỊ B"), looks_personal("Thôn 12"), looks_personal("0912 345 678")
    (True, False, True)
    """
    words = _WORD.findall(text)
    return len(_DIGITS.findall(text)) > 5 or "@" in text or (len(words) > 1 and key(words[0]) in _names())


def role_of(header: str) -> str | None:
    """The personal role that the words of a header say, for a column that no profile knows; None where they say none.

    >>> role_of("Số CCCD của chủ hộ"), role_of("family.phone"), role_of("Mã hộ")
    ('id_number', 'phone', None)
    """
    words = f" {' '.join(_WORD.findall(_split(key(header))))} "
    for role, phrases in _words().items():
        if any(f" {phrase} " in words for phrase in phrases):
            return role
    return None


def roles() -> tuple[str, ...]:
    """The roles that a profile may give to a column."""
    return tuple(load(FILE)["roles"])


def _split(text: str) -> str:
    return re.sub(r"[_.]", " ", text)


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    """The words of each role; what says most comes first (*số CCCD của chủ hộ* is a number, not a name)."""
    spoken: Mapping[str, Any] = load(FILE)["roles"]
    order = [role for role in spoken if role != "name"] + ["name"]
    return {role: tuple(" ".join(_WORD.findall(_split(key(w)))) for w in spoken[role]["words"]) for role in order}


@cache
def _names() -> frozenset[str]:
    return frozenset(key(name) for name in load(FILE)["family_names"])
