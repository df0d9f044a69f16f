"""The installed command finds every module, wherever it is called from, and no floor may reach up to an entry point."""

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
