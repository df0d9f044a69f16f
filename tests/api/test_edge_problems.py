"""Every refusal is a problem document, in the caller's language, and gives nothing away."""

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from mobile_contract.problems import PROBLEMS
from tests.api.edge_support import THING_ID, bearer


def test_an_unknown_path_is_a_problem_in_vietnamese(edge_client: FlaskClient) -> None:
    response = edge_client.get("/v1/nothing-here")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert response.headers["Content-Language"] == "vi"
    assert "Accept-Language" in response.headers["Vary"]
    assert response.json == {
        "type": "urn:motcua:problem:not_found",
        "title": "Không tìm thấy",
        "status": 404,
        "code": "not_found",
        "detail": "Nội dung này không có, hoặc bạn không được xem.",
        "request_id": response.headers["X-Request-Id"],
    }


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en", "en"),
        ("en-GB,en;q=0.9,vi;q=0.8", "en"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("fr-FR", "vi"),
        ("*", "vi"),
        ("", "vi"),
        ("en;q=banana", "vi"),
        (";;;,,,", "vi"),
    ],
)
def test_the_language_follows_the_caller(edge_client: FlaskClient, header: str, language: str) -> None:
    response = edge_client.get("/v1/nothing-here", headers={"Accept-Language": header})
    assert response.headers["Content-Language"] == language
    assert response.json is not None
    assert response.json["detail"] == getattr(PROBLEMS["not_found"], language)


def test_absent_and_unseen_read_the_same(edge_client: FlaskClient) -> None:
    known = {"X-Request-Id": "the-same-one"}
    absent = edge_client.get("/v1/nothing-here", headers=known)
    unseen = edge_client.get("/v1/things/01936b2e-0000-7000-8000-00000000dead", headers=known)
    malformed = edge_client.get("/v1/things/not-an-id", headers=known)
    assert absent.data == unseen.data == malformed.data
    assert sorted(absent.headers) == sorted(unseen.headers) == sorted(malformed.headers)


def test_a_wrong_method_names_the_right_ones(edge_client: FlaskClient) -> None:
    response = edge_client.patch(f"/v1/things/{THING_ID}")
    assert response.status_code == 405
    assert response.json is not None
    assert response.json["code"] == "method_not_allowed"
    assert {"GET", "PUT", "DELETE"} <= set(response.headers["Allow"].split(", "))


def test_a_redirect_is_never_given_for_a_doubled_slash(edge_client: FlaskClient) -> None:
    assert edge_client.get("/v1//things").status_code == 404
    assert edge_client.get("/v1/things/").status_code == 404


def test_what_a_refusal_knows_is_said_and_sent(edge_client: FlaskClient) -> None:
    response = edge_client.get("/v1/trouble/domain", headers={"Accept-Language": "en"})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "17"
    assert response.json is not None
    assert response.json["detail"] == "There were too many tries; wait 17 seconds."
    assert response.json["retry_after"] == 17


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("teapot", 400, "bad_request"),
        ("slow_down", 429, "too_many_requests"),
        ("stray", 500, "internal"),
        ("duplicate", 500, "internal"),
        ("nothing", 500, "internal"),
        ("database", 503, "unavailable"),
        ("pool", 503, "unavailable"),
    ],
)
def test_every_exception_has_a_document(edge_client: FlaskClient, kind: str, status: int, code: str) -> None:
    response = edge_client.get(f"/v1/trouble/{kind}")
    assert response.status_code == status
    assert response.json is not None
    assert response.json["code"] == code
    assert response.json["status"] == status
    assert ("Retry-After" in response.headers) == (status == 503)


@pytest.mark.parametrize("kind", ["stray", "duplicate", "database"])
def test_neither_the_answer_nor_the_log_quotes_an_exception(edge_client: FlaskClient, kind: str) -> None:
    with capture_logs() as lines:
        response = edge_client.get(f"/v1/trouble/{kind}", headers={"X-Request-Id": "find-me-again"})
    said = response.get_data(as_text=True) + repr(lines)
    for secret in ("049090000001", "Nguyễn", "closed the connection"):
        assert secret not in said
    failure = next(line for line in lines if line["log_level"] == "error")
    assert failure["event"] in ("request.failed", "request.database_away")


def test_a_failure_is_logged_with_the_place_and_the_kind(edge_client: FlaskClient) -> None:
    with capture_logs() as lines:
        edge_client.get("/v1/trouble/stray")
    failure = next(line for line in lines if line["event"] == "request.failed")
    assert failure["error"] == ["ZeroDivisionError"]
    assert any("meet_trouble" in frame for frame in failure["where"])


def test_an_unseen_role_is_403_and_a_missing_token_401(edge_client: FlaskClient) -> None:
    path = f"/v1/things/{THING_ID}"
    anonymous = edge_client.delete(path)
    assert (anonymous.status_code, anonymous.headers["WWW-Authenticate"]) == (401, 'Bearer realm="motcua"')
    stale = edge_client.delete(path, headers=bearer("stale"))
    assert stale.headers["WWW-Authenticate"] == 'Bearer realm="motcua", error="invalid_token"'
    assert edge_client.delete(path, headers=bearer("citizen")).status_code == 403
    assert edge_client.delete(path, headers=bearer("receiver")).status_code == 204


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/docs", "/docs/", "/v1/docs/"])
def test_whoever_looks_for_a_beginning_is_led_to_the_page(edge_client: FlaskClient, path: str) -> None:
    answer = edge_client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/v1/docs")
    assert edge_client.get(path, follow_redirects=True).content_type.startswith("text/html")
