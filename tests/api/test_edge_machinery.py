"""Permits, limits, transactions, ids, logs, metrics, and the headers every answer carries."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.container import Container, HealthCheck
from api.contract.spec import DOCUMENT
from api.edge.limits import network
from api.edge.permits import PERMITS, all_of, any_of, anyone, citizen, identity_level, officer, role, signed_in
from api.settings import ApiSettings
from kernel.actor import ANONYMOUS, SYSTEM
from kernel.configuration.settings import Environment
from tests.api.edge_support import CITIZEN, OTHER_CITIZEN, RECEIVER, EdgeContainer, bearer, make_app, settings, things


def test_predicates_are_about_the_actor_alone() -> None:
    everyone = (ANONYMOUS, SYSTEM, CITIZEN, OTHER_CITIZEN, RECEIVER)
    expected = {
        anyone: (True, True, True, True, True),
        signed_in: (False, False, True, True, True),
        citizen: (False, False, True, True, False),
        officer: (False, False, False, False, True),
        role("receiver", "leader"): (False, False, False, False, True),
        role("leader"): (False, False, False, False, False),
        identity_level(2): (False, False, True, False, False),
        all_of(citizen, identity_level(2)): (False, False, True, False, False),
        any_of(citizen, role("receiver")): (False, False, True, True, True),
    }
    for permit, answers in expected.items():
        assert tuple(permit(each) for each in everyone) == answers


def test_an_operation_without_a_permit_stops_the_boot() -> None:
    with pytest.raises(LookupError, match="createThing"):
        create_app(cast(Container, EdgeContainer()), resources=(things,), permits=PERMITS)


def test_an_open_operation_reads_no_token(edge_client: FlaskClient) -> None:
    assert edge_client.post("/v1/things/check", json={"name": "a"}, headers=bearer("stale")).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic Y2l0aXplbg==", "citizen", "Bearer " + "x" * 5000])
def test_what_is_no_bearer_token_is_401(edge_client: FlaskClient, header: str) -> None:
    assert edge_client.get("/v1/whoami", headers={"Authorization": header}).status_code == 401


def test_the_scheme_is_read_in_any_case(edge_client: FlaskClient) -> None:
    response = edge_client.get("/v1/whoami", headers={"Authorization": "bEaReR receiver"})
    assert response.json == {"kind": "officer", "roles": ["receiver"]}


def test_who_may_not_call_is_told_before_the_body_is_read(edge_client: FlaskClient) -> None:
    assert edge_client.post("/v1/things", data=b"{", content_type="text/plain").status_code == 401


def test_raising_rolls_back_and_returning_a_refusal_commits(
    edge_client: FlaskClient, edge_container: EdgeContainer
) -> None:
    response = edge_client.post("/v1/tries")
    assert response.status_code == 403
    assert response.content_type == "application/problem+json"
    assert (edge_container.counts.committed, edge_container.counts.rolled_back) == (1, 0)


def test_an_answer_without_content_has_none(edge_client: FlaskClient, edge_container: EdgeContainer) -> None:
    response = edge_client.delete("/v1/things/01936b2e-0000-7000-8000-000000000001", headers=bearer("receiver"))
    assert (response.status_code, response.data) == (204, b"")
    assert "Content-Type" not in response.headers
    assert edge_container.counts.committed == 1


def test_tries_at_one_thing_are_limited_whoever_makes_them(edge_client: FlaskClient) -> None:
    codes = [edge_client.post("/v1/guesses?what=a", environ_base={"REMOTE_ADDR": f"10.0.0.{n}"}) for n in range(4)]
    assert [response.status_code for response in codes] == [204, 204, 204, 429]
    assert int(codes[-1].headers["Retry-After"]) in range(1, 61)
    assert edge_client.post("/v1/guesses?what=b").status_code == 204


def test_an_address_is_counted_by_network() -> None:
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::9") != network("2001:db8:1:3::9")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") == "192.0.2.1"
    assert network("no address") == "no address"


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "203.0.113.8")])
def test_only_trusted_proxies_say_who_calls(proxies: int, seen: str) -> None:
    app = make_app(EdgeContainer(settings=settings(trusted_proxies=proxies)))
    app.add_url_rule("/address", "address", lambda: __import__("flask").request.remote_addr)
    response = app.test_client().get("/address", headers={"X-Forwarded-For": "203.0.113.8, 203.0.113.9"})
    assert response.get_data(as_text=True) == seen


@pytest.mark.parametrize("sent", ["abcd-1234", "A.b_c-" + "9" * 58])
def test_a_sane_request_id_is_kept(edge_client: FlaskClient, sent: str) -> None:
    assert edge_client.get("/health/live", headers={"X-Request-Id": sent}).headers["X-Request-Id"] == sent


@pytest.mark.parametrize(
    "sent", ["", "short", "0905000001", "x" * 65, "a b c d e f", "<script>alert(1)</script>", "-leading-dash"]
)
def test_any_other_request_id_is_replaced(edge_client: FlaskClient, sent: str) -> None:
    given = edge_client.get("/health/live", headers={"X-Request-Id": sent}).headers["X-Request-Id"]
    assert given != sent
    assert re.fullmatch(r"[A-Za-z0-9_-]{16}", given)


@pytest.fixture
def loud() -> Iterator[None]:
    """Logs at the level of a running process."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    yield
    root.setLevel(before)


@pytest.mark.usefixtures("loud")
def test_one_log_line_says_what_without_saying_whose(
    edge_client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    edge_client.get("/v1/things?parity=049090000001", headers=bearer("citizen"))
    edge_client.open("/v1/no/049090000001", method="BREW", headers={"X-Request-Id": "0905-000-001"})
    edge_client.get("/v1/trouble/stray", headers={"X-Request-Id": "find-me-again"})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"event"')]
    assert [(line["operation"], line["method"], line["status"]) for line in lines] == [
        ("listThings", "GET", 422),
        ("unmatched", "OTHER", 404),
        ("meetTrouble", "GET", 500),
    ]
    assert all(line["ms"] >= 0 and line["level"] == "info" for line in lines)
    assert lines[2]["request_id"] == "find-me-again"
    assert not any(secret in repr(lines) for secret in ("049090000001", "0905"))


def test_no_line_is_written_above_its_level(edge_client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.WARNING)
    edge_client.get("/health/live")
    logging.getLogger().setLevel(before)
    assert '"request"' not in capsys.readouterr().out


def test_requests_are_counted_by_operation_and_status(edge_client: FlaskClient) -> None:
    edge_client.get("/health/live")
    text = edge_client.get("/metrics").get_data(as_text=True)
    assert 'motcua_http_requests_total{operation="readLiveness",status="200"}' in text
    assert 'motcua_http_seconds_count{operation="readLiveness"}' in text


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/v1/docs", "/v1/whoami", "/v1/docs/page.js"])
def test_every_answer_is_guarded(edge_client: FlaskClient, path: str) -> None:
    headers = edge_client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert ("script-src" in headers["Content-Security-Policy"]) == (path == "/v1/docs")
    assert headers["Cache-Control"] == ("public, max-age=3600" if path.endswith(".js") else "no-store")


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/v1/docs", "/v1/whoami"])
@pytest.mark.parametrize(
    ("public", "said"),
    [("https://mot-cua.example", "max-age=31536000"), ("HTTPS://mot-cua.example/", "max-age=31536000"), (None, None)],
)
def test_whoever_was_here_by_https_never_asks_in_the_clear_again(
    path: str, public: str | None, said: str | None
) -> None:
    here = settings() if public is None else settings(public_base_url=public)
    answer = make_app(EdgeContainer(settings=here)).test_client().get(path)
    assert answer.headers.get("Strict-Transport-Security") == said


def test_the_document_is_served_as_committed(edge_client: FlaskClient) -> None:
    assert edge_client.get("/v1/openapi.json").data == DOCUMENT.read_bytes()
    older = edge_client.get("/v1/docs/openapi-3.0.json").get_json()
    assert older["openapi"] == "3.0.3"
    assert older["paths"].keys() == json.loads(DOCUMENT.read_bytes())["paths"].keys()


def test_ready_when_all_that_is_required_holds() -> None:
    def away() -> bool:
        raise ConnectionError("redis://secret@somewhere")

    container = EdgeContainer(
        health_checks={
            "database": HealthCheck(required=True, passes=lambda: True),
            "redis": HealthCheck(required=False, passes=away),
        }
    )
    response = make_app(container).test_client().get("/health/ready")
    assert response.status_code == 200
    assert response.json == {"status": "degraded", "checks": {"database": "ok", "redis": "failed"}}


def test_not_ready_when_something_required_fails() -> None:
    container = EdgeContainer(health_checks={"database": HealthCheck(required=True, passes=lambda: False)})
    response = make_app(container).test_client().get("/health/ready")
    assert response.status_code == 503
    assert response.json is not None
    assert response.json["checks"] == {"database": "failed"}


def test_metrics_are_for_this_machine_or_the_holder_of_the_token() -> None:
    container = replace(EdgeContainer(), api=ApiSettings(metrics_token="to-be-read-by-prometheus"))
    client = make_app(container).test_client()
    afar = {"REMOTE_ADDR": "203.0.113.5"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", environ_base=afar).status_code == 404
    assert client.get("/metrics", environ_base=afar, headers=bearer("wrong")).status_code == 404
    assert client.get("/metrics", environ_base=afar, headers=bearer("to-be-read-by-prometheus")).status_code == 200


def test_without_a_metrics_token_none_opens_them() -> None:
    client = make_app().test_client()
    response = client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.5"}, headers={"Authorization": "Bearer "})
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("mode", "token", "fits"), [("development", "sandbox-x", True), ("production", "sandbox-x", False)]
)
def test_production_takes_no_sandbox_metrics_token(mode: str, token: str, *, fits: bool) -> None:
    env = Environment({"MOTCUA_MODE": mode, "MOTCUA_METRICS_TOKEN": token})
    assert ApiSettings.read(env).metrics_token == (token if fits else "")
    assert (env.problems == []) is fits


def test_the_metrics_token_may_be_left_out() -> None:
    env = Environment({"MOTCUA_MODE": "production"})
    assert ApiSettings.read(env).metrics_token == ""
    assert env.problems == []
