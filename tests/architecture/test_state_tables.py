"""Every state machine is a StateTable, and every StateTable is drawn."""

import ast
import importlib
import re
from typing import Any

import pytest

from kernel.states import StateTable
from motcua.cli.diagrams import TARGET, pages
from tests.architecture.sources import Source, calls, product

_TABLE = "kernel/states/table.py"
_MACHINE = re.compile(r"Final\[(?:Mapping|dict)\[tuple\[(\w+), \w+\], \1\]")
_MERMAID = re.compile(r"```mermaid|\b(?:stateDiagram|erDiagram|flowchart|sequenceDiagram)\b")


def _machines() -> list[Source]:
    return [source for source in product() if source.path != _TABLE and any(calls(source, "StateTable"))]


def _tables(source: Source) -> list[StateTable]:  # type: ignore[type-arg]
    module = importlib.import_module(source.path.removesuffix(".py").replace("/", "."))
    return [value for value in vars(module).values() if isinstance(value, StateTable)]


@pytest.mark.parametrize("source", _machines(), ids=lambda source: source.path)
def test_every_table_is_drawn(source: Source) -> None:
    drawn = {id(page.table) for page in pages()}
    made = _tables(source)
    assert len(made) >= len(list(calls(source, "StateTable")))
    assert [table for table in made if id(table) not in drawn] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.file)
def test_the_committed_page_is_the_table(page) -> None:  # type: ignore[no-untyped-def]
    assert (TARGET / page.file).read_text(encoding="utf-8") == page.render(), "stale: run `motcua diagrams`"


def test_no_page_is_left_over_or_drawn_twice() -> None:
    assert sorted(page.file for page in pages()) == sorted(path.name for path in TARGET.iterdir())


def test_every_state_of_a_table_has_a_name() -> None:
    for page in pages():
        positions = {before for before, _ in page.table} | set(page.table.values())
        assert {page.parts(each)[0] for each in positions} <= set(page.names)
        states: Any = type(next(iter(page.names)))
        assert set(page.names) == set(states)


def test_no_machine_is_a_plain_mapping() -> None:
    assert [source.path for source in product() if _MACHINE.search(source.text)] == []


def test_one_module_writes_mermaid() -> None:
    def writes(source: Source) -> bool:
        texts = (node.value for node in ast.walk(source.tree) if isinstance(node, ast.Constant))
        return any(isinstance(text, str) and _MERMAID.search(text) for text in texts)

    assert [source.path for source in product() if writes(source)] == ["kernel/mermaid.py"]
