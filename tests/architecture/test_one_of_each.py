"""What the product has one of stands in one place."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import Source, calls, product


def _imported(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize(("library", "home"), [("typst", "kernel/pdf.py"), ("segno", "kernel/pdf.py")])
def test_a_library_has_one_home(library: str, home: str) -> None:
    assert [source.path for source in product() if library in _imported(source)] == [home]


def test_clients_of_people_and_of_the_sandbox_are_those_of_the_journey() -> None:
    """What generates load, and what compares with somebody else's client, speaks octets of its own."""
    makers = [source.path for source in product() if any(calls(source, "HTTPConnection"))]
    assert sorted(makers) == ["journey/wire.py", "motcua/local/loopback.py"]
