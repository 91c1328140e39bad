"""The page of what the law does not say is the one that the audits write, in each language."""

from __future__ import annotations

import re

import pytest

import holes


@pytest.fixture(scope="module", params=sorted(holes.PAGES))
def written(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param, holes.page(request.param)


def test_the_page_is_up_to_date(written: tuple[str, str]) -> None:
    """``.venv/bin/python tests/holes.py`` writes it anew."""
    lang, text = written
    assert text == holes.PAGES[lang].read_text(encoding="utf-8")


def test_the_page_can_be_read(written: tuple[str, str]) -> None:
    _, text = written
    assert all(len(line) <= 100 or "`" in line for line in text.splitlines())
    versions = re.findall(r"^## `vn-2011`, \w+ ?\w* 2$|^## `vn-01-2011`", text, re.M)
    assert text.count("**near-poor-gap.**") == 1 + len(versions)


def test_both_languages_tell_the_same_places() -> None:
    names = [re.findall(r"^\*\*([a-z0-9-]+)\.\*\*", holes.page(lang), re.M) for lang in sorted(holes.PAGES)]
    assert names[0] == names[1]
    assert len(names[0]) > 30
