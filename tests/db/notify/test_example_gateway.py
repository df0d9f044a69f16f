"""The gateway of docs/how-to/gateway.md, behind the drain: each message once, whatever the server does."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kernel.database.sessions import Database
from notify.channels.port import Gateway
from notify.sending.retry import SendingPatience
from notify.settings import SendSettings
from tests.db.notify.support import later, queued, rows_of, sender_of
from tests.examples.gateway import TramGateway

PATIENCE = SendingPatience(timedelta(seconds=5), timedelta(seconds=1), timedelta(seconds=0.5))


class Tram:
    """The server: what it took, and what it does next to a call instead of answering it well."""

    def __init__(self) -> None:
        self.taken: dict[str, str] = {}
        self.next: list[str | int] = []
        self.tokens: set[str] = set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.tokens.add(self.headers["Authorization"])
                deed = server.next.pop(0) if server.next else "take"
                if isinstance(deed, int):
                    self.send_response(deed)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                known = asked["id"] in server.taken
                server.taken.setdefault(asked["id"], asked["text"])
                if deed == "break off":
                    self.close_connection = True
                    return
                said = json.dumps({"ref": f"tram-{asked['id']}"}).encode()
                self.send_response(409 if known else 200)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def tram() -> Iterator[Tram]:
    server = Tram()
    yield server
    server.close()


def drain(database: Database, tram: Tram) -> None:
    gateway: Gateway = TramGateway(tram.url, "example-token", timeout_s=1.0)
    sender = sender_of(database, {"tram": gateway}, SendSettings(4, 8, PATIENCE))
    try:
        sender.run(time_slice_s=20)
    finally:
        sender.close()


def test_messages_are_handed_over(clean_database: Database, tram: Tram) -> None:
    deliveries = queued(clean_database, 3)
    drain(clean_database, tram)
    assert {row.state for row in rows_of(clean_database, deliveries)} == {"accepted"}
    assert sorted(tram.taken.values()) == ["Tin so 0", "Tin so 1", "Tin so 2"]
    assert tram.tokens == {"Bearer example-token"}


@pytest.mark.parametrize("deed", ["break off", 503, 429])
def test_what_failed_is_made_again_and_taken_once(clean_database: Database, tram: Tram, deed: str | int) -> None:
    tram.next.append(deed)
    (delivery,) = queued(clean_database, 1)
    drain(clean_database, tram)
    assert rows_of(clean_database, [delivery])[0].state in {"waiting", "unknown"}
    for _ in range(3):
        later(clean_database, timedelta(hours=1))
        drain(clean_database, tram)
    (row,) = rows_of(clean_database, [delivery])
    assert row.state == "accepted"
    assert list(tram.taken.values()) == ["Tin so 0"]


def test_a_refusal_is_final(clean_database: Database, tram: Tram) -> None:
    tram.next.append(400)
    (delivery,) = queued(clean_database, 1)
    drain(clean_database, tram)
    assert [(row.state, row.code) for row in rows_of(clean_database, [delivery])] == [("dead", "http_400")]
    assert tram.taken == {}


def test_an_answer_that_cannot_be_read_is_no_failure(clean_database: Database, tram: Tram) -> None:
    tram.next.append(200)
    (delivery,) = queued(clean_database, 1)
    drain(clean_database, tram)
    assert rows_of(clean_database, [delivery])[0].state == "unknown"
