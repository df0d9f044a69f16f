"""Every variable the code reads is explained, and every one explained is read."""

import re
from dataclasses import fields

from sandbox.world import Settings
from tests.architecture.sources import ROOT, product

_NAME = re.compile(r"MOTCUA_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_{])")
_HERE_TOO = "tests/conftest.py"


def _in_code() -> set[str]:
    texts = [source.text for source in product()] + [(ROOT / _HERE_TOO).read_text(encoding="utf-8")]
    found = {name for text in texts for name in _NAME.findall(text)}
    return found | {f"MOTCUA_SANDBOX_{field.name.upper()}" for field in fields(Settings)}


def _explained(page: str) -> set[str]:
    return set(_NAME.findall((ROOT / page).read_text(encoding="utf-8")))


def test_every_variable_is_explained() -> None:
    assert _in_code() - _explained("docs/settings.md") == set()


def test_no_variable_is_explained_that_nobody_reads() -> None:
    assert (_explained("docs/settings.md") | _explained("README.md")) - _in_code() == set()
