"""The same act sent twice happens once, and its first answer is given again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from kernel.audit import AuditEntry
from kernel.database.sessions import Database
from kernel.idempotency import IdempotencyRecord, find_answer, request_hash
from tests.api.edge_support import CITIZEN, EdgeContainer, bearer, make_app

CITIZENS = "citizen"
BODY = b'{"name": "V\xc4\x83n Th\xe1\xbb\xad"}'


@pytest.fixture
def client(clean_database: Database) -> FlaskClient:
    return make_app(EdgeContainer(database=clean_database)).test_client()


def _send(client: FlaskClient, key: str, body: bytes = BODY, *, token: str = CITIZENS, **headers: str) -> TestResponse:
    return client.post(
        "/v1/things",
        data=body,
        content_type="application/json",
        headers=bearer(token, Idempotency_Key=key, **headers),
    )


def _made(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency_key_missing"),
        ("", "idempotency_key_missing"),
        ("   ", "idempotency_key_missing"),
        ("x" * 256, "idempotency_key_invalid"),
        ("kh\u00f3a", "idempotency_key_invalid"),
        ("tab\there", "idempotency_key_invalid"),
    ],
)
def test_an_act_needs_a_key(edge_client: FlaskClient, key: str | None, code: str) -> None:
    headers = bearer("citizen") | ({} if key is None else {"Idempotency-Key": key})
    response = edge_client.post("/v1/things", data=BODY, content_type="application/json", headers=headers)
    assert response.status_code == 400
    assert response.json is not None
    assert response.get_json()["code"] == code


def test_the_first_answer_is_given_again_byte_for_byte(client: FlaskClient, clean_database: Database) -> None:
    first = _send(client, "k" * 255)
    again = _send(client, "k" * 255, Accept_Language="en")
    assert first.status_code == again.status_code == 201
    assert first.data == again.data
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    for name in ("Content-Type", "Content-Language", "Location"):
        assert first.headers[name] == again.headers[name]
    assert _made(clean_database) == 1


def test_the_kept_answer_is_sealed(client: FlaskClient, clean_database: Database) -> None:
    _send(client, "k")
    with clean_database.transaction() as session:
        (record,) = session.scalars(select(IdempotencyRecord))
    assert "Thử".encode() not in bytes(record.answer)


def test_another_body_under_the_same_key_is_refused(client: FlaskClient, clean_database: Database) -> None:
    _send(client, "k")
    other = _send(client, "k", BODY.replace(b"\xad", b"\xaf"))
    assert other.status_code == 422
    assert other.get_json()["code"] == "idempotency_key_reused"
    assert _made(clean_database) == 1


def test_a_key_belongs_to_its_account(client: FlaskClient, clean_database: Database) -> None:
    assert _send(client, "k").data != _send(client, "k", token="other").data
    assert _made(clean_database) == 2


def test_a_refusal_leaves_the_key_free(client: FlaskClient, clean_database: Database) -> None:
    assert _send(client, "k", b'{"name": "refused"}').status_code == 403
    assert _send(client, "k", b'{"name": ""}').status_code == 422
    assert _send(client, "k").status_code == 201
    assert _made(clean_database) == 1


def test_a_refusal_with_an_effect_is_an_answer_like_any_other(client: FlaskClient, clean_database: Database) -> None:
    first, again = (_send(client, "k", b'{"name": "half-refused"}') for _ in range(2))
    assert first.status_code == again.status_code == 403
    assert first.data == again.data
    assert again.content_type == "application/problem+json"
    assert _made(clean_database) == 1


def test_a_request_still_running_is_409(client: FlaskClient, clean_database: Database) -> None:
    digest = request_hash("POST", "/v1/things?", BODY)
    assert CITIZEN.id is not None
    with clean_database.transaction() as session:
        assert find_answer(session, EdgeContainer().vault, CITIZEN.id, "k", digest) is None
        response = _send(client, "k")
    assert response.status_code == 409
    assert response.get_json()["code"] == "idempotency_in_progress"
    assert int(response.headers["Retry-After"]) >= 1
    assert _send(client, "k").status_code == 201


def test_many_at_once_make_one(clean_database: Database) -> None:
    app = make_app(EdgeContainer(database=clean_database))

    def send(_number: int) -> tuple[int, bytes]:
        response = _send(app.test_client(), "k")
        return response.status_code, response.data

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(24)))
    assert {status for status, _ in answers} <= {201, 409}
    assert len({data for status, data in answers if status == 201}) == 1
    assert _made(clean_database) == 1


WRITTEN_ONCE = '{"name":"Hồ","parts":[{"size":1}],"extras":{"b":[1,{"y":2,"x":"é"}],"a":null,"n":100}}'


@pytest.mark.parametrize(
    "again",
    [
        '{"extras":{"n":100,"a":null,"b":[1,{"x":"é","y":2}]},"parts":[{"size":1}],"name":"Hồ"}',
        '{ "name" : "H\\u1ed3",\n"parts":[{"size":1}],"extras":{"b":[1.0,{"y":2e0,"x":"e\\u0301"}],"a":null,"n":1e2}}',
        '{"name":"Ho\u0302\u0300","parts":[{"size":1}],"extras":{"b":[1,{"y":2,"x":"\\u00e9"}],"a":null,"n":100.0}}',
    ],
)
def test_the_same_body_in_another_spelling_gets_the_first_answer(client: FlaskClient, again: str) -> None:
    first, second = (_send(client, "k", body.encode()) for body in (WRITTEN_ONCE, again))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.data == first.data
    assert second.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "other",
    [
        WRITTEN_ONCE.replace("[1,", "[true,"),
        WRITTEN_ONCE.replace("[1,", '["1",'),
        WRITTEN_ONCE.replace('[1,{"y":2,"x":"é"}]', '[{"y":2,"x":"é"},1]'),
        WRITTEN_ONCE.replace('"a":null,', ""),
    ],
)
def test_a_body_that_says_something_else_is_refused(client: FlaskClient, other: str) -> None:
    assert _send(client, "k", WRITTEN_ONCE.encode()).status_code == 201
    assert _send(client, "k", other.encode()).get_json()["code"] == "idempotency_key_reused"
