"""An edge over stand-ins; what needs the database uses the fixtures of the whole suite."""

import flask
import pytest
from flask.testing import FlaskClient

from tests.api.edge_support import EdgeContainer, make_app


@pytest.fixture
def edge_container() -> EdgeContainer:
    return EdgeContainer()


@pytest.fixture
def edge_app(edge_container: EdgeContainer) -> flask.Flask:
    return make_app(edge_container)


@pytest.fixture
def edge_client(edge_app: flask.Flask) -> FlaskClient:
    return edge_app.test_client()
