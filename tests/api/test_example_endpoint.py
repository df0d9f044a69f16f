"""The operation of docs/how-to/endpoint.md in the whole application."""

from typing import cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api.app import create_app, outline
from api.container import Container
from api.contract.resources import RESOURCES
from api.contract.spec import document_of
from api.edge.permits import PERMITS
from kernel.audit import AuditEntry
from kernel.database.sessions import Database
from tests.api.edge_support import EdgeContainer, bearer
from tests.examples import endpoint

GOOD = {"agency_code": "H17.36.1", "words": "Cảm ơn anh chị đã giúp."}


@pytest.fixture
def client(clean_database: Database) -> FlaskClient:
    app = create_app(
        cast(Container, EdgeContainer(database=clean_database)),
        resources=(*RESOURCES, endpoint.blueprint),
        permits={**PERMITS, **endpoint.PERMITS},
    )
    return app.test_client()


def _thanked(database: Database) -> int:
    with database.transaction() as session:
        found = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "thanks.give")
        return session.scalar(found) or 0


def test_thanks_are_given_once(client: FlaskClient, clean_database: Database) -> None:
    headers = bearer("citizen", Idempotency_Key="thanks-0001")
    first, again = (client.post("/v1/thanks", json=GOOD, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert _thanked(clean_database) == 1


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"Idempotency-Key": "thanks-0002"}, GOOD, 401, "unauthenticated"),
        (bearer("receiver", Idempotency_Key="thanks-0003"), GOOD, 403, "forbidden"),
        (bearer("citizen"), GOOD, 400, "idempotency_key_missing"),
        (bearer("citizen", Idempotency_Key="thanks-0004"), {**GOOD, "word": "x"}, 422, "invalid_fields"),
        (bearer("citizen", Idempotency_Key="thanks-0005"), {**GOOD, "agency_code": "H99"}, 404, "not_found"),
    ],
)
def test_what_is_refused_leaves_nothing(
    client: FlaskClient, clean_database: Database, headers: dict[str, str], body: object, status: int, code: str
) -> None:
    answer = client.post("/v1/thanks", json=body, headers=headers)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert _thanked(clean_database) == 0


def test_the_document_says_what_the_declaration_says() -> None:
    app = outline((*RESOURCES, endpoint.blueprint), {**PERMITS, **endpoint.PERMITS})
    told = document_of(app)["paths"]["/v1/thanks"]["post"]
    assert told["operationId"] == "thankAgency"
    assert {"201", "401", "403", "404", "422"} <= set(told["responses"])
