"""An edge over stand-ins; what needs the database uses the fixtures of the whole suite."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import flask
import pytest
from flask.testing import FlaskClient

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from motcua.wiring.joins.edge import build_container
from tests.api.account_support import House
from tests.api.authorisation_support import World
from tests.api.edge_support import EdgeContainer, make_app
from tests.api.residence_support import Evening


@pytest.fixture(scope="session")
def edge_world() -> tuple[EdgeContainer, flask.Flask]:
    container = EdgeContainer()
    return container, make_app(container)


@pytest.fixture
def edge_container(edge_world: tuple[EdgeContainer, flask.Flask]) -> EdgeContainer:
    container, _ = edge_world
    container.forget()
    return container


@pytest.fixture
def edge_client(edge_world: tuple[EdgeContainer, flask.Flask], edge_container: EdgeContainer) -> FlaskClient:
    return edge_world[1].test_client()


@pytest.fixture
def house(clean_database: Database, clock: SettableClock) -> House:
    return House.build(clean_database, clock)


@pytest.fixture
def world(clean_database: Database, database_url: str, clean_redis: str, tmp_path: Path) -> Iterator[World]:
    """The edge over the whole system."""
    held = build_container(
        {
            "MOTCUA_DATABASE_URL": database_url,
            "MOTCUA_REDIS_URL": clean_redis,
            "MOTCUA_FILES_URL": tmp_path.as_uri(),
            "MOTCUA_MASTER_KEY": b64encode(bytes(32)).decode(),
        }
    )
    yield World(held)
    held.close()


@pytest.fixture
def evening(world: World) -> Evening:
    return Evening(world)
