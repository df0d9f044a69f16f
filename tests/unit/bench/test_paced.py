"""Requests at their moments: what counts as an answer that never came."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bench.load import request
from bench.paced import send_paced

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
SENT = [request("POST", "/", {}, b"{}")] * 4


@contextmanager
def server(answer: bytes) -> Iterator[int]:
    """Answers once on each connection and closes it; gives its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def test_a_connection_closed_since_is_not_used_again() -> None:
    with server(CREATED) as port:
        assert send_paced(port, SENT, 0.1).statuses == {201: 4}


def test_a_connection_that_breaks_is_no_answer() -> None:
    with server(b"") as port:
        told = send_paced(port, SENT, 0.02)
    assert told.statuses == {0: 4}
    assert told.refusal.startswith("no answer")


def test_a_refusal_is_counted_and_told() -> None:
    with server(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy") as port:
        told = send_paced(port, SENT, 0.02)
    assert (told.statuses, told.refusal) == ({503: 4}, "busy")
