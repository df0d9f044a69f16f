"""An edge over stand-ins; what needs the database uses the fixtures of the whole suite."""

import flask
import pytest
from flask.testing import FlaskClient

from kernel.clock import SettableClock
from kernel.db import Database
from tests.api.account_support import House
from tests.api.edge_support import EdgeContainer, make_app


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
