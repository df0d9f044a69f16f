"""`make test-long` measures the branch coverage of every floor below the entry points."""

import tomllib
from typing import Any

from tests.architecture.sources import ROOT

_TOOLS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
_FIRST_FOUND = 67.1
_NOT_MEASURED = frozenset({"bench", "motcua", "migrations"})


def test_every_floor_below_the_entry_points_is_measured() -> None:
    floors = next(each for each in _TOOLS["importlinter"]["contracts"] if each["id"] == "floors")
    packages = {package.strip() for floor in floors["layers"] for package in floor.split("|")}
    assert set(_TOOLS["coverage"]["run"]["source"]) == packages - _NOT_MEASURED


def test_branches_are_measured_in_every_process() -> None:
    assert _TOOLS["coverage"]["run"]["branch"] is True
    assert _TOOLS["coverage"]["run"]["patch"] == ["subprocess"]
    assert "$(RUN) coverage report" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_floor_of_coverage_only_rises() -> None:
    assert _TOOLS["coverage"]["report"]["fail_under"] >= _FIRST_FOUND
