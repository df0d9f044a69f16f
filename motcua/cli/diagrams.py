"""`motcua diagrams`: the generated pages of the documentation."""

import importlib
from pathlib import Path
from typing import Any, Final

import click

from kernel.states.page import StatePage

_ROOT: Final = Path(__file__).parents[2]
TARGET: Final = _ROOT / "docs" / "states"


def pages() -> list[StatePage[Any, Any]]:
    """What is drawn of every package's states. The packages are found by their module, so none can be forgotten."""
    packages = sorted(path.parent.name for path in _ROOT.glob("*/diagrams.py"))
    return [page for package in packages for page in importlib.import_module(f"{package}.diagrams").PAGES]


def write(target: Path) -> None:
    """Writes every page into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    for page in pages():
        (target / page.file).write_text(page.render(), encoding="utf-8")


@click.command()
def diagrams() -> None:
    """Writes docs/states/ anew from the state tables."""
    write(TARGET)
