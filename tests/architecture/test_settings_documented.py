"""Every variable the code reads is explained, and every one explained is read."""

import re
from dataclasses import fields

import pytest

from kernel.configuration.kinds import DECLARED, Seconds, Setting, Whole, Words
from kernel.part import load
from motcua.wiring.parts import PARTS
from sandbox.world import Settings
from tests.architecture.sources import ROOT, product

# A setting is declared by the module that reads it.
KINDS = [load(path) for part in PARTS for path in part.settings]
_NAME = re.compile(r"MOTCUA_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_{])")
_HERE_TOO = "tests/conftest.py"


def _in_code() -> set[str]:
    texts = [source.text for source in product()] + [(ROOT / _HERE_TOO).read_text(encoding="utf-8")]
    found = {name for text in texts for name in _NAME.findall(text)}
    return found | {f"MOTCUA_SANDBOX_{field.name.upper()}" for field in fields(Settings)}


def _explained(page: str) -> set[str]:
    return set(_NAME.findall((ROOT / page).read_text(encoding="utf-8")))


def test_every_variable_is_explained() -> None:
    assert KINDS
    assert _in_code() - _explained("docs/settings.md") == set()


def test_no_variable_is_explained_that_nobody_reads() -> None:
    assert (_explained("docs/settings.md") | _explained("README.md")) - _in_code() == set()


def _line(name: str) -> str:
    """What the page says of one variable."""
    lines = (ROOT / "docs/settings.md").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("|") and f"`{name}`" in line.split("|")[1])


def _range(setting: Whole | Seconds) -> str:
    return (
        f"{setting.least:g} to {setting.most:g}"
        if isinstance(setting, Seconds)
        else f"{setting.least} to {setting.most}"
    )


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_the_page_says_what_a_setting_may_be(name: str) -> None:
    setting = DECLARED[name]
    line = _line(name)
    if isinstance(setting, Whole | Seconds):
        assert _range(setting) in line
        assert re.search(rf"\b{setting.default}\b", line.rpartition(_range(setting))[2])
    if isinstance(setting, Words):
        assert [word for word in setting.words if word not in line] == []


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_every_default_is_one_that_the_setting_takes(name: str) -> None:
    setting: Setting[object] = DECLARED[name]
    if setting.default:
        setting.parse(setting.default)
    if setting.in_production:
        setting.judge_for_production(setting.in_production)
        setting.parse(setting.in_production)
