"""The page of what the law does not say is the one that the audits write."""

from __future__ import annotations

import re

import holes


def test_the_page_is_up_to_date() -> None:
    """``.venv/bin/python tests/holes.py`` writes it anew."""
    assert holes.page() == holes.PAGE.read_text(encoding="utf-8")


def test_the_page_can_be_read() -> None:
    text = holes.page()
    assert all(len(line) <= 100 or "`" in line for line in text.splitlines())
    for name in re.findall(r"^\*\*([a-z0-9-]+)\.\*\*", text, re.M):
        assert name in text
    assert text.count("**near-poor-gap.**") == 1 + text.count("## `vn-2011`, version 2") + text.count("## `vn-01-2011`")
