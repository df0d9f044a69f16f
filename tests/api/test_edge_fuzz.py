"""Whatever arrives, the answer is not a 5xx and every refusal is a problem document."""

import string
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobile_contract.problems import PROBLEMS
from tests.api.edge_support import make_app

CLIENT = make_app().test_client()
HEADER_NAMES = (
    "Accept-Language",
    "Accept-Encoding",
    "Authorization",
    "Content-Type",
    "Host",
    "If-Match",
    "If-None-Match",
    "Idempotency-Key",
    "Range",
    "X-Forwarded-For",
    "X-Request-Id",
    "Cookie",
)
LATIN = st.characters(min_codepoint=32, max_codepoint=255)
HEADERS = st.dictionaries(st.sampled_from(HEADER_NAMES), st.text(LATIN, max_size=60), max_size=5)
PATHS = st.sampled_from(["/v1/things", "/v1/things/check", "/v1/tries", "/v1/openapi.json", "/v1/docs", "/health/live"])
QUICK = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


def _hold(response: Any) -> None:
    assert response.status_code < 500
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if response.status_code >= 400:
        assert response.content_type == "application/problem+json"
        if response.data:
            assert response.json["code"] in PROBLEMS
            assert response.json["status"] == response.status_code


@QUICK
@given(st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]), PATHS, HEADERS)
def test_any_method_and_headers(method: str, path: str, headers: dict[str, str]) -> None:
    _hold(CLIENT.open(path, method=method, headers=headers))


@QUICK
@given(st.binary(max_size=60), st.sampled_from(["application/json", "text/plain", ""]))
def test_any_bytes_as_a_body(body: bytes, content_type: str) -> None:
    _hold(CLIENT.post("/v1/things/check", data=body, content_type=content_type))


@QUICK
@given(st.dictionaries(st.sampled_from(["name", "note", "kind", "code", "contact", "at", "parts", "extras"]), JSON))
def test_any_json_as_a_body(body: dict[str, Any]) -> None:
    _hold(CLIENT.post("/v1/things/check", json=body))


@QUICK
@given(st.text(string.printable + "ĐẵẴ\x00\ud7ff%", max_size=40))
def test_any_path(path: str) -> None:
    environ = {"PATH_INFO": "/" + path.encode().decode("latin-1"), "REQUEST_METHOD": "GET"}
    _hold(CLIENT.open("/", environ_overrides=environ))


@QUICK
@given(st.text(string.ascii_letters + "=&%+;0189\x7f", max_size=40))
def test_any_query(query: str) -> None:
    _hold(CLIENT.open("/v1/things", environ_overrides={"QUERY_STRING": query, "HTTP_AUTHORIZATION": "Bearer citizen"}))


@pytest.mark.parametrize("host", ["", "a b", "evil.example/..", "[::1", "x" * 500, "localhost:99999999"])
def test_any_host(edge_client: FlaskClient, host: str) -> None:
    _hold(edge_client.get("/health/live", headers={"Host": host}))


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999", ""])
def test_any_content_length(edge_client: FlaskClient, length: str) -> None:
    _hold(
        edge_client.open(
            "/v1/things/check",
            method="POST",
            content_type="application/json",
            environ_overrides={"CONTENT_LENGTH": length},
        )
    )
