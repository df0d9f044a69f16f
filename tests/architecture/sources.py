"""Our own source files, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DOMAINS: Final = ("auth", "notify", "residence", "tracking")
# Without HTTP: what the domains are and what they stand on.
SHARED: Final = ("agencies", "attachments", "outbound", "procedures")
PACKAGES: Final = (
    "api",
    *DOMAINS,
    *SHARED,
    "kernel",
    "mobile_contract",
    "migrations",
    "sandbox",
    "journey",
    "bench",
    "motcua",
)
_AWAY: Final = frozenset({".venv", ".data", "build", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Source:
    path: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.split("/")[0].removesuffix(".py")


@cache
def product() -> tuple[Source, ...]:
    """Every module that is not a test."""
    paths = [*ROOT.glob("*.py"), *(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))]
    return tuple(_read(path) for path in sorted(paths) if not _AWAY & set(path.parts[len(ROOT.parts) :]))


@cache
def suite() -> tuple[Source, ...]:
    return tuple(_read(path) for path in sorted((ROOT / "tests").rglob("*.py")))


def everything() -> tuple[Source, ...]:
    return product() + suite()


def calls(source: Source, name: str) -> Iterator[ast.Call]:
    """Calls of a function or class by its bare or last name."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = node.func
            found = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
            if found == name:
                yield node


def strings(node: ast.AST) -> Iterator[str]:
    """Every text constant in a piece of code."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text))
