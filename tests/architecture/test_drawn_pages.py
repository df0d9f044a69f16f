"""Pages that are drawn from the code are those that stand in docs/."""

from pathlib import Path

import pytest

from motcua.cli import house
from motcua.cli.drawing import ENTITIES, HOUSE, render_entities, write_entities, write_house
from tests.architecture.sources import ROOT


@pytest.mark.parametrize("name", sorted({*render_entities(), *(page.name for page in ENTITIES.iterdir())}))
def test_an_entity_page_is_current(name: str) -> None:
    told = render_entities().get(name, "")
    assert (ENTITIES / name).read_text(encoding="utf-8") == told, "stale: run `motcua diagrams`"


def test_pages_are_written_and_those_of_no_package_go(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old", encoding="utf-8")
    write_entities(tmp_path)
    assert {page.name: page.read_text(encoding="utf-8") for page in tmp_path.iterdir()} == render_entities()


def test_the_picture_of_the_house_is_current(tmp_path: Path) -> None:
    write_house(tmp_path / "house.md")
    drawn = (tmp_path / "house.md").read_text(encoding="utf-8")
    assert HOUSE.read_text(encoding="utf-8") == drawn, "stale: run `motcua diagrams`"


def test_every_outside_party_is_in_the_picture_and_somebody_calls_it() -> None:
    twins = {path.parent.name for path in (ROOT / "sandbox").glob("*/__init__.py")}
    assert set(house.PARTIES) == twins
    assert {party for part in house.PROCESSES.values() for party in part.calls} == twins


def test_a_process_of_which_nothing_is_said_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "PROCESSES", {name: part for name, part in house.PROCESSES.items() if name != "cron"})
    with pytest.raises(ValueError, match="cron"):
        house.house_page()
