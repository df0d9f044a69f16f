"""What is read of a body: strict JSON in NFC, refused with the field's place and never with its value."""

import io
import json
from contextlib import suppress
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from api.edge.bodies import JSON_LIMIT, read_json
from kernel.errors import DomainError
from tests.api.edge_support import bearer

CHECK = "/v1/things/check"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"name":}',
        b"{'name': 1}",
        b'{"name": NaN}',
        b'{"name": -Infinity}',
        b'{"name": 1e400}',
        b'{"name": 9007199254740992}',
        b'{"name": ' + b"9" * 100_000 + b"}",
        b'{"name": "\xff\xfe"}',
        b"\xef\xbb\xbf{}",
        '{"name": "é"}'.encode("latin-1"),
        '{"name": "x"}'.encode("utf-16"),
        b'{"name": "\\ud800"}',
        b'{"name": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"name": "\x00"}',
        b'{"name": "line\nbreak"}',
        b"[" * 100_000,
        b"[" * 40 + b"]" * 40,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'"' + b'\\"' * 100_000 + b"[" * 50,
    ],
)
def test_what_is_not_strict_json_is_malformed(edge_client: FlaskClient, body: bytes) -> None:
    response = edge_client.post(CHECK, data=body, content_type="application/json")
    assert response.status_code == 400
    assert response.json is not None
    assert response.json["code"] == "malformed_json"


def test_brackets_in_text_are_not_depth() -> None:
    assert read_json(b'["' + b"[{" * 1000 + b'\\"[[", 1]') == ["[{" * 1000 + '"[[', 1]


@pytest.mark.parametrize(
    "body",
    [
        '{"name":"a","name":"b"}',
        '{"name":"a","name":"a"}',
        '{"name":"a","n\\u0061me":"b"}',
        '{"\\u006e\\u0061me":"a","name":"b"}',
        '{"name":"a","extras":{"x":1,"x":2}}',
        '{"name":"a","parts":[{"size":1,"size":2}]}',
        '{"name":"a","extras":{"Hồ":1,"Ho\\u0302\\u0300":2}}',
        '{"name":"a","extras":{"Hồ":1,"Hồ":2}}',
        '{"name":"a","extras":{"é":1,"\\u0065\\u0301":2}}',
    ],
)
def test_a_name_that_stands_twice_is_malformed(edge_client: FlaskClient, body: str) -> None:
    response = edge_client.post(CHECK, data=body.encode(), content_type="application/json")
    assert response.status_code == 400
    assert response.get_json()["code"] == "malformed_json"


@pytest.mark.parametrize("sent", ["true", "false"])
def test_a_switch_is_a_boolean(edge_client: FlaskClient, sent: str) -> None:
    response = edge_client.post(CHECK, data=f'{{"name":"a","urgent":{sent}}}'.encode(), content_type="application/json")
    assert response.status_code == 200


@pytest.mark.parametrize(
    "sent", ["1", "0", "1.0", '"true"', '"false"', '"yes"', '"no"', '"on"', '""', "[]", "[true]", "{}"]
)
def test_a_switch_is_nothing_else(edge_client: FlaskClient, sent: str) -> None:
    response = edge_client.post(CHECK, data=f'{{"name":"a","urgent":{sent}}}'.encode(), content_type="application/json")
    assert response.status_code == 422
    assert [each["pointer"] for each in response.get_json()["errors"]] == ["/urgent"]


@pytest.mark.parametrize(("sent", "status"), [("true", 200), ("false", 200), ("1", 422), ("TRUE", 422), ("yes", 422)])
def test_a_switch_of_a_query_is_one_of_two_words(edge_client: FlaskClient, sent: str, status: int) -> None:
    response = edge_client.get(f"/v1/things?odd_only={sent}", headers=bearer("citizen"))
    assert response.status_code == status


@pytest.mark.parametrize("sent", ['"Ho\u0302\u0300"', '"Ho\\u0302\\u0300"'])
def test_text_is_composed(sent: str) -> None:
    assert read_json(sent.encode()) == "H\u1ed3"


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text('aéỘ\\"[{}]'), st.lists))
def test_json_of_ordinary_values_is_read_as_sent(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_are_malformed(body: bytes) -> None:
    with suppress(json.JSONDecodeError, UnicodeDecodeError):
        json.loads(body.decode())
        return
    with pytest.raises(DomainError, match="malformed_json"):
        read_json(body)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_another_media_type_is_415(edge_client: FlaskClient, content_type: str | None) -> None:
    response = edge_client.post(CHECK, data=b'{"name":"a"}', content_type=content_type)
    assert response.status_code == 415


def test_a_charset_on_json_is_no_other_type(edge_client: FlaskClient) -> None:
    response = edge_client.post(CHECK, data=b'{"name":"a"}', content_type="application/json; charset=utf-8")
    assert response.status_code == 200


def test_more_than_a_mebibyte_is_413(edge_client: FlaskClient) -> None:
    body = b'{"name":"' + b"x" * JSON_LIMIT + b'"}'
    response = edge_client.post(CHECK, data=body, content_type="application/json")
    assert response.status_code == 413
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(("padding", "status"), [(10, 200), (JSON_LIMIT, 413)])
def test_a_body_in_chunks_has_the_same_limit(edge_client: FlaskClient, padding: int, status: int) -> None:
    environ = {
        "wsgi.input": io.BytesIO(b'{"name":"a"}' + b" " * padding),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "",
    }
    response = edge_client.open(CHECK, method="POST", environ_overrides=environ)
    assert response.status_code == status


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"12", b"true"])
def test_json_that_is_no_object_is_a_field_problem_of_the_whole(edge_client: FlaskClient, body: bytes) -> None:
    response = edge_client.post(CHECK, data=body, content_type="application/json")
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["errors"] == [{"pointer": "", "code": "invalid", "message": "Giá trị chưa đúng."}]


@pytest.mark.parametrize(
    ("member", "value", "pointer", "code", "message"),
    [
        ("name", None, "/name", "null", "May not be left empty."),
        ("name", "", "/name", "length_between", "Needs 1 to 40 characters."),
        ("name", "   ", "/name", "length_between", "Needs 1 to 40 characters."),
        ("name", 5, "/name", "invalid", "Not a valid value."),
        ("name", "a\tb", "/name", "control_characters", "Holds characters that are not allowed."),
        ("note", "\x07", "/note", "control_characters", "Holds characters that are not allowed."),
        ("note", "x" * 201, "/note", "length_max", "At most 200 characters."),
        ("kind", "secret-kind", "/kind", "choice", "Not one of the allowed values."),
        ("code", "{input}", "/code", "pattern", "Not in the required form."),
        ("contact", "nobody", "/contact", "email", "Not a valid e-mail address."),
        ("at", "2026-11-20T10:00:00", "/at", "invalid", "Not a valid value."),
        ("at", "0001-01-01T00:00:00+14:00", "/at", "invalid", "Not a valid value."),
        ("parts", [{"size": 1}, {"size": 10}], "/parts/1/size", "range_between", "Must be from 1 to 9."),
        ("parts", [{"size": 1}] * 4, "/parts", "items_max", "At most 3 items."),
        ("parts", [{}], "/parts/0/size", "required", "Required."),
        ("parts", [7], "/parts/0", "invalid", "Not a valid value."),
        ("sizes", {"a": [{"size": 1}, {"size": 0}]}, "/sizes/a/1/size", "range_between", "Must be from 1 to 9."),
        ("sizes", {"too long": []}, "/sizes/too long", "length_max", "At most 5 characters."),
        ("sizes", {"a": 1}, "/sizes/a", "invalid", "Not a valid value."),
        ("sizes", {"a": [], "b": [], "c": []}, "/sizes", "items_max", "At most 2 items."),
        ("sizes", [], "/sizes", "invalid", "Not a valid value."),
        ("a/b~c", 1, "/a~1b~0c", "unknown", "Unknown field."),
    ],
)
def test_a_wrong_field_is_pointed_at(
    edge_client: FlaskClient, member: str, value: Any, pointer: str, code: str, message: str
) -> None:
    body = {"name": "a", member: value}
    response = edge_client.post(CHECK, json=body, headers={"Accept-Language": "en"})
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["code"] == "invalid_fields"
    assert response.json["errors"] == [{"pointer": pointer, "code": code, "message": message}]


def test_a_missing_field_is_named_in_vietnamese(edge_client: FlaskClient) -> None:
    response = edge_client.post(CHECK, json={})
    assert response.json is not None
    assert response.json["errors"] == [{"pointer": "/name", "code": "required", "message": "Bắt buộc phải có."}]


def test_values_are_not_echoed(edge_client: FlaskClient) -> None:
    secret = "049090000001"
    body = {"name": [secret], "kind": secret, "code": secret, "contact": secret, "at": secret, "parts": secret}
    response = edge_client.post(CHECK, json=body)
    assert response.status_code == 422
    assert secret not in response.get_data(as_text=True)


def test_a_flood_of_errors_is_cut(edge_client: FlaskClient) -> None:
    response = edge_client.post(CHECK, json={"name": "a"} | {f"{'n' * 100}{number}": 1 for number in range(500)})
    assert response.json is not None
    assert len(response.json["errors"]) == 50
    assert all(len(error["pointer"]) <= 65 for error in response.json["errors"])


def test_instants_are_read_in_any_offset_and_written_in_vietnams(edge_client: FlaskClient) -> None:
    response = edge_client.post(CHECK, json={"name": " a ", "at": "2026-11-20T03:00:00Z"})
    assert response.json is not None
    assert response.json["at"] == "2026-11-20T10:00:00+07:00"
    assert response.json["name"] == "a"
