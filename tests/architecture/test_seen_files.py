"""import-linter sees every Python file of the product, so that no contract is blind to one."""

import ast
from pathlib import Path
from typing import Final

import grimp
import pytest

from tests.architecture.house import House, our_house, plant

# The graph of import-linter holds packages alone; the one module at the root starts the package named beside it.
_AT_THE_ROOT: Final = {"wsgi": "motcua"}


def folders_without_init(house: House) -> set[str]:
    """Folders with Python, below the root, that are no packages."""
    folders = {(house.root / module.path).parent for module in house.modules.values()} - {house.root}
    within = {parent for folder in folders for parent in (folder, *folder.parents) if house.root in parent.parents}
    return {folder.relative_to(house.root).as_posix() for folder in within if not (folder / "__init__.py").exists()}


def unseen_files(house: House) -> set[str]:
    """Files that the import graph of the root packages does not hold."""
    graph = grimp.build_graph(*house.root_packages, cache_dir=None)
    seen = graph.modules | set(_AT_THE_ROOT)
    return {module.path for module in house.modules.values() if module.name not in seen}


def test_every_folder_with_python_is_a_package() -> None:
    assert folders_without_init(our_house()) == set()


def test_import_linter_sees_every_file() -> None:
    assert unseen_files(our_house()) == set()


def test_what_stands_at_the_root_only_starts_a_package() -> None:
    for name, started in _AT_THE_ROOT.items():
        tree = our_house().modules[name].tree
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert {module.split(".")[0] for module in modules} == {started}


def test_a_folder_without_init_is_found(tmp_path: Path) -> None:
    files = {"tracking/service/change.py": "", "tracking/service/NO_INIT": "", "tracking/states.py": ""}
    assert folders_without_init(plant(tmp_path, files)) == {"tracking/service"}


def test_a_file_that_the_linter_does_not_see_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"planted/service/change.py": "", "planted/service/NO_INIT": "", "planted/states.py": "", "loose.py": ""}
    house = plant(tmp_path, files)
    house.project["tool"]["importlinter"]["root_packages"][:] = ["planted"]
    monkeypatch.syspath_prepend(tmp_path)
    assert unseen_files(house) == {"planted/service/change.py", "loose.py"}
