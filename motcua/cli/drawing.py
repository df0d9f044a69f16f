"""Pages that are drawn from the code: entity diagrams of every package that owns tables, and the house itself."""

from pathlib import Path
from typing import Final

from kernel.entity_diagram import entities, entity_pages
from motcua.cli.house import house_page
from motcua.wiring.parts import tables

_DOCS: Final = Path(__file__).parents[2] / "docs"
ENTITIES: Final = _DOCS / "entities"
HOUSE: Final = _DOCS / "house.md"


def render_entities() -> dict[str, str]:
    """File name -> page."""
    packages = {module.__name__.split(".")[0] for module in tables()}
    return entity_pages([each for each in entities() if each.package in packages])


def write_entities(target: Path = ENTITIES) -> None:
    """Writes every page into a folder, and removes pages of packages that are no more."""
    target.mkdir(parents=True, exist_ok=True)
    pages = render_entities()
    for stale in {page.name for page in target.glob("*.md")} - set(pages):
        (target / stale).unlink()
    for name, page in pages.items():
        (target / name).write_text(page, encoding="utf-8")


def write_house(target: Path = HOUSE) -> None:
    """Writes the page of floors and processes."""
    target.write_text(house_page(), encoding="utf-8")
