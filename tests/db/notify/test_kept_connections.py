"""Connections kept from one run of the drain to the next, which the gateway may have closed meanwhile."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from kernel.database.sessions import Database
from tests.db.notify.drainer import make_sender
from tests.db.notify.support import queued, rows_of
from tests.support.waiting import eventually


class Impatient(BaseHTTPRequestHandler):
    """Takes every message, and closes a connection that is idle for a moment."""

    protocol_version = "HTTP/1.1"
    timeout: ClassVar[float] = 0.2
    closed: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"sid": "SM1", "status": "queued"}'
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def finish(self) -> None:
        super().finish()
        self.closed.append("closed")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        return


def _have_closed(number: int) -> bool:
    return len(Impatient.closed) >= number


@pytest.fixture
def impatient_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Impatient) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_connection_closed_between_two_runs_leaves_no_outcome_unknown(
    clean_database: Database, impatient_url: str
) -> None:
    sender = make_sender(clean_database, impatient_url)
    try:
        for turn in range(1, 4):
            deliveries = queued(clean_database, 1, gateway="twilio")
            sender.run(time_slice_s=5)
            assert [row.state for row in rows_of(clean_database, deliveries)] == ["accepted"]
            assert eventually(partial(_have_closed, turn))
    finally:
        sender.close()
