"""The modules of a folder, parsed once, and the floors they stand on. Every guard is a function over such a house, so
that a test can build one with a fault in it.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
# Tests are no product, and a revision is a list of statements that a tool made.
_OUTSIDE: Final = ("tests/", "migrations/versions/")
_MADE: Final = frozenset({"build", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    path: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.split(".")[0]


@dataclass(frozen=True, slots=True)
class House:
    """`floors`: packages from the top floor down, as the import-linter contract "floors" of pyproject.toml says."""

    root: Path
    modules: Mapping[str, Module]
    floors: tuple[frozenset[str], ...]
    project: Mapping[str, Any]

    def floor_of(self, package: str) -> int | None:
        """Zero is the top; None for a package that stands on no floor."""
        return next((number for number, floor in enumerate(self.floors) if package in floor), None)

    def below(self, package: str) -> frozenset[str]:
        """Every package on a floor below this one."""
        own = self.floor_of(package)
        return frozenset() if own is None else frozenset().union(*self.floors[own + 1 :])

    @property
    def root_packages(self) -> tuple[str, ...]:
        return tuple(self.project["tool"]["importlinter"]["root_packages"])


@cache
def our_house() -> House:
    return read_house(ROOT)


def read_house(root: Path) -> House:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}
    floors = tuple(frozenset(re.findall(r"\w+", layer)) for layer in contracts["floors"]["layers"])
    modules = {module.name: module for module in _modules(root)}
    return House(root, modules, floors, project)


def plant(root: Path, files: Mapping[str, str]) -> House:
    """A small house in an empty folder: these files, our own pyproject.toml, and the `__init__.py` that belong there.

    An `__init__.py` is left out of a folder that has the file `NO_INIT`.
    """
    (root / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    for folder in {parent for name in files for parent in (root / name).parents if parent.is_relative_to(root)}:
        if folder != root and not (folder / "NO_INIT").exists():
            (folder / "__init__.py").touch()
    return read_house(root)


def imports(module: Module, house: House) -> frozenset[str]:
    """Modules of the house that a module imports, anywhere in it but for the type checker alone."""
    found: set[str] = set()
    for node in _executed(module.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, module)
            found.update(
                f"{base}.{alias.name}" if f"{base}.{alias.name}" in house.modules else base for alias in node.names
            )
    return frozenset(found & set(house.modules)) - {module.name}


def _base(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    kept = parts[: len(parts) - node.level + module.path.endswith("__init__.py")]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield other
                yield from _executed(other)
            continue
        yield node
        yield from _executed(node)


def _modules(root: Path) -> Iterator[Module]:
    for path in sorted(root.rglob("*.py")):
        where = path.relative_to(root)
        hidden = any(part.startswith(".") or part in _MADE for part in where.parts)
        if not hidden and not where.as_posix().startswith(_OUTSIDE):
            parts = where.with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield Module(name, where.as_posix(), ast.parse(path.read_text(encoding="utf-8")))
