"""`motcua diagrams`: the generated pages of the documentation."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click

from kernel.part import Part, load
from kernel.states.page import StatePage
from motcua.wiring.parts import PARTS

TARGET: Final = Path(__file__).parents[2] / "docs" / "states"


def pages(parts: Iterable[Part] = PARTS) -> list[StatePage[Any, Any]]:
    """What is drawn of the states of every part."""
    return [page for part in parts for path in part.diagrams for page in load(path)]


def write(target: Path, parts: Iterable[Part] = PARTS) -> None:
    """Writes every page into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    for page in pages(parts):
        (target / page.file).write_text(page.render(), encoding="utf-8")


@click.command()
def diagrams() -> None:
    """Writes docs/states/, docs/entities/ and docs/house.md anew from tables, models, processes and floors."""
    from motcua.cli.drawing import write_entities, write_house

    write(TARGET)
    write_entities()
    write_house()
