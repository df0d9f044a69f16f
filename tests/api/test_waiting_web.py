"""A web worker without a schema is alive, says which migration it waits for, and goes on by itself."""

import json
import threading
from collections.abc import Iterable
from typing import Any

from werkzeug.test import Client

from api.edge.waiting import WaitingApp
from migrations import SchemaBehindError, head_revision
from tests.support.waiting import eventually


def _app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"built"]


def test_it_answers_until_it_is_built_and_then_steps_aside() -> None:
    migrated = threading.Event()

    def build() -> Any:
        if not migrated.is_set():
            raise SchemaBehindError("0003")
        return _app

    waiting = WaitingApp(build, "database", SchemaBehindError(None))
    client = Client(waiting)
    assert client.get("/health/live").json == {"status": "ok"}
    for path, method in (("/health/ready", "GET"), ("/v1/dossiers", "POST"), ("/", "HEAD"), ("/v1/docs", "GET")):
        answer = client.open(path, method=method, headers={"Accept-Language": "en"})
        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["X-Request-Id"]
    told = client.get("/health/ready", headers={"Accept-Language": "en"}).json
    assert told is not None
    assert (told["code"], told["checks"]) == ("unavailable", {"database": "failed"})
    assert f"… {head_revision()}; run motcua migrate" in told["reasons"]["database"]
    assert "hãy chạy motcua migrate" in json.dumps(client.get("/health/ready").json, ensure_ascii=False)
    assert eventually(lambda: "0004 …" in str(client.get("/health/ready").json))
    migrated.set()
    assert eventually(lambda: client.get("/health/ready").data == b"built")


def test_what_cannot_be_built_for_another_reason_keeps_waiting() -> None:
    tried, mended = threading.Semaphore(0), threading.Event()

    def build() -> Any:
        tried.release()
        if mended.is_set():
            return _app
        raise ZeroDivisionError

    client = Client(WaitingApp(build, "database", SchemaBehindError(None)))
    assert tried.acquire(timeout=60)
    assert tried.acquire(timeout=60)
    assert client.get("/health/ready").status_code == 503
    mended.set()
    assert eventually(lambda: client.get("/health/ready").data == b"built")
