"""The installed command finds every module, wherever it is called from, and no floor may reach up to an entry point."""

import re
import tomllib
from typing import Any

from tests.architecture.sources import PACKAGES, ROOT

_PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_MODULES = {path.stem for path in ROOT.glob("*.py")}


def test_every_module_at_the_root_is_installed() -> None:
    assert set(_PROJECT["tool"]["setuptools"]["py-modules"]) == _MODULES


def test_every_package_is_installed() -> None:
    found = {pattern.removesuffix("*") for pattern in _PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert found == set(PACKAGES)


def test_the_changelog_ends_unreleased_at_the_version_of_the_product() -> None:
    """Newest first; what is not yet in a release stands above all others."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\] ?–? ?(.*)$", text, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [name for name, _when in versions][:2] == ["Unreleased", project["version"]]
    assert [when for name, when in versions[1:] if not re.fullmatch(r"\d{4}-\d{2}-\d{2}|not released", when)] == []
