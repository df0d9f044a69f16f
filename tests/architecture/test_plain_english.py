"""Phrases that a reader has to translate are not written: docstrings, comments and pages say things plainly."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, everything

BANNED = re.compile(r"for who (?:has|is|was|filled|can|may)|what nobody|those of what", re.IGNORECASE)
_ITSELF = Path(__file__).resolve().relative_to(ROOT).as_posix()
_PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))


def test_no_source_writes_a_banned_phrase() -> None:
    read = [each for each in everything() if each.path != _ITSELF]
    assert {each.path: found for each in read if (found := BANNED.findall(each.text))} == {}


def test_no_page_writes_a_banned_phrase() -> None:
    texts = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in _PAGES}
    assert {page: found for page, text in texts.items() if (found := BANNED.findall(text))} == {}


@pytest.mark.parametrize("text", ["kept for who has it", "What nobody sees", "those of what waits"])
def test_a_banned_phrase_would_be_found(text: str) -> None:
    assert BANNED.search(text)
