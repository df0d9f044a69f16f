"""Every operation, called with whatever its document allows, answers as the document says and never with a failure."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import flask
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.contract.resources import RESOURCES
from api.edge.permits import PERMITS, anyone
from auth.eid.port import EidIdentity
from auth.seed import sandbox_officers, seed_people
from auth.service.attempts import LoginRole
from auth.service.login import open_session
from auth.service.signing_keys import keep_signing_keys
from auth.services import EID
from auth.tokens.issuer import TokenIssuer
from kernel.clock import SettableClock, local
from kernel.database.sessions import Database
from kernel.work import Work
from motcua.wiring.joins.edge import Container, build_container
from procedures.seed import seed_catalogue
from tests.api.account_support import ISSUER, VouchingProvider
from tests.api.edge_support import bearer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
# Ending sessions is tested by itself; here it would end the ones the other calls are made with.
ENDING = {"logOut", "endSession", "endSessions"}
OPERATIONS = sorted(
    name
    for blueprint in RESOURCES
    for name, each in blueprint.operations.items()
    if each.documented and name not in ENDING
)


@pytest.fixture
def wired(clean_database: Database, database_url: str, clean_redis: str, tmp_path: Path) -> Iterator[Container]:
    values = {
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_REDIS_URL": clean_redis,
        "MOTCUA_FILES_URL": tmp_path.as_uri(),
        "MOTCUA_MASTER_KEY": b64encode(bytes(32)).decode(),
    }
    held = build_container(values)
    yield replace(held, filled={EID.name: VouchingProvider(SettableClock(held.clock.now()))})
    held.close()


def _log_in(held: Container, number: str, name: str, role: LoginRole) -> dict[str, str]:
    now = held.clock.now()
    identity = EidIdentity(ISSUER, number, number, name, date(1990, 1, 1), 2, now)
    with held.database.transaction() as session:
        grant = open_session(Work(session, held.vault, held.clock), held.auth.sessions, identity, role)
    issued = TokenIssuer(held.keys, held.vault, held.clock, held.auth.sessions).issue(grant)
    return bearer(issued.access_token)


def _prepare(held: Container) -> dict[str, dict[str, str]]:
    """A catalogue, keys and people; headers by kind of account."""
    officers = sandbox_officers()
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        seed_catalogue(session, local(work.now()).date())
        keep_signing_keys(work, held.auth.sessions)
        seed_people(work, officers)
    return {
        "citizen": _log_in(held, "049090000001", "Nguyễn Văn Thử", "citizen"),
        "officer": _log_in(held, officers[0].identity_number, officers[0].full_name, "officer"),
    }


def _who(app: flask.Flask, operation_id: str, people: dict[str, dict[str, str]], held: Container) -> dict[str, str]:
    """The headers of the first account that may call the operation."""
    if PERMITS[operation_id] is anyone:
        return {}
    for headers in people.values():
        actor = held.token_reader.read(headers["Authorization"].removeprefix("Bearer "))
        if PERMITS[operation_id](actor):
            return headers
    return people["officer"]


def test_every_operation_keeps_its_word(wired: Container) -> None:
    people = _prepare(wired)
    app = create_app(wired)
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", app)
    for name in OPERATIONS:
        headers = _who(app, name, people, wired)
        _call(cast(Any, schema.find_operation_by_id(name)), headers)


def _call(operation: Any, headers: dict[str, str]) -> None:
    @settings(
        max_examples=4,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: "Case[Any]") -> None:
        # The test client does not unpack.
        response = case.call(headers={**headers, "Accept-Encoding": "identity"})
        case.validate_response(response, checks=CHECKS)

    call()
