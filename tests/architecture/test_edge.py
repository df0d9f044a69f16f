"""The edge (api/) imports use cases and what they return, never a domain's tables or queries; and use cases hand it
frozen dataclasses, never a row.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.handed_out import rows_handed_out
from tests.architecture.house import House, our_house, plant

_EDGE: Final = "api"
_KEPT_BACK: Final = ("models", "store")
# An act in the making: the edge hands it on to the reader that shows it, and looks at its id alone.
_HANDED_ON: Final = frozenset({"Case"})
# Files of guests become the work of a worker; until then their rows are shown.
_STILL: Final = frozenset({"Batch", "api/lodging/batches/routes.py"})


def kept_back_imports(house: House) -> set[tuple[str, str]]:
    """(file of the edge, module with tables or queries that it imports)."""
    return {
        (module.path, name)
        for module in house.modules.values()
        if module.package == _EDGE
        for name in _imported(module.tree)
        if name.rsplit(".", 1)[-1].endswith(_KEPT_BACK)
    }


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_edge_is_handed_no_rows() -> None:
    found = rows_handed_out(our_house(), _EDGE, handed_on=_HANDED_ON)
    assert {(function, row) for function, row in found if row not in _STILL} == set()


def test_the_edge_imports_no_tables_and_no_queries() -> None:
    assert {each for each in kept_back_imports(our_house()) if each[0] not in _STILL} == set()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from tracking.models import Dossier", "tracking.models"),
        ("from tracking import store", "tracking.store"),
        ("import residence.police_store", "residence.police_store"),
        ("from notify.inbox.models import Notification as Row", "notify.inbox.models"),
        ("def view():\n    from auth import key_models", "auth.key_models"),
    ],
)
def test_an_import_of_tables_or_queries_is_found(tmp_path: Path, line: str, found: str) -> None:
    house = plant(tmp_path, {"api/dossiers/routes.py": f"{line}\n", "tracking/service/change.py": f"{line}\n"})
    assert kept_back_imports(house) == {("api/dossiers/routes.py", found)}


def test_a_row_that_is_handed_out_is_found(tmp_path: Path) -> None:
    """Alone, in a list, and in a dataclass inside another."""
    files = {
        "tracking/models.py": 'class Dossier:\n    __tablename__ = "dossier"\n',
        "tracking/views.py": (
            "from tracking.models import Dossier\n"
            "class Inner:\n    row: Dossier\n"
            "class Outer:\n    inner: list[Inner]\n"
        ),
        "tracking/service/drafts.py": (
            "from tracking.models import Dossier\nfrom tracking.views import Outer\n"
            "def one() -> Dossier: ...\ndef many() -> list[Dossier]: ...\ndef deep() -> Outer | None: ...\n"
            "def plain() -> int: ...\ndef not_called() -> Dossier: ...\n"
        ),
        "api/routes.py": (
            "from tracking.service import drafts\nfrom tracking.service.drafts import one\n"
            "one()\ndrafts.many()\ndrafts.deep()\ndrafts.plain()\n"
        ),
    }
    names = ("one", "many", "deep")
    assert rows_handed_out(plant(tmp_path, files), _EDGE) == {
        (f"tracking.service.drafts.{name}", "Dossier") for name in names
    }
