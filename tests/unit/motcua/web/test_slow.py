"""Whoever sends or reads slowly, or not at all, holds no thread and little else, and is ended in time."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest

from motcua.processes.web.limits import Limits
from tests.support.waiting import eventually
from tests.unit.motcua.web.support import PATIENCE_S, Recorder, Running, answer_of, piece, request, served, until_end

HASTY = Limits(head_s=0.1, silence_s=0.1, kept_s=0.1, unread_s=0.2, lingering_s=0.1)


def alive(running: Running) -> None:
    with closing(running.connect()) as wire:
        wire.sendall(request("GET", "/"))
        assert answer_of(wire)[0] == 200


@pytest.mark.parametrize(
    "start",
    [
        request("POST", "/v1/lookups", b"{", Content_Length="500"),
        request("POST", "/v1/lookups", b"1\r\n{\r\n", Transfer_Encoding="chunked"),
        piece(b"x", Content_Length="1000000"),
        b"POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        b"",
    ],
    ids=["length", "chunked", "upload", "head", "silent"],
)
def test_what_never_ends_holds_no_thread(start: bytes) -> None:
    with served(Recorder(), threads=1) as running, ExitStack() as open_ones:
        for _ in range(50):
            open_ones.enter_context(closing(running.connect())).sendall(start)
        assert eventually(lambda: len(running.hub.connections) == 50)
        alive(running)
        assert running.hub.threads.open == 0


def test_who_does_not_read_holds_no_thread() -> None:
    application = Recorder()
    with served(application, threads=1) as running, ExitStack() as open_ones:
        for _ in range(20):
            open_ones.enter_context(closing(running.connect(small=True))).sendall(request("GET", "/long/30000000"))
        assert eventually(lambda: len(application.calls) == 20)
        alive(running)


def test_who_never_reads_is_ended_and_the_application_let_go() -> None:
    application = Recorder()
    with served(application, limits=HASTY) as running, closing(running.connect(small=True)) as wire:
        wire.sendall(request("GET", "/long/30000000"))
        assert application.closed.wait(PATIENCE_S)
        assert eventually(lambda: not running.hub.connections)
        assert running.hub.ledger.memory == 0


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nHost: a\r\nX-S", b""], ids=["head", "silent"])
def test_a_head_that_does_not_come_ends_the_connection(start: bytes) -> None:
    with served(Recorder(), limits=HASTY) as running, closing(running.connect()) as wire:
        wire.sendall(start)
        assert until_end(wire) == b""


@pytest.mark.parametrize(("language", "word"), [("en", "send it again"), ("vi", "quá chậm")])
def test_a_body_that_does_not_come_is_refused_in_words(language: str, word: str) -> None:
    application = Recorder()
    application.server_hints = _Hints()  # type: ignore[attr-defined]
    with served(application, limits=HASTY) as running:
        answer = running.ask(request("POST", "/", b"{", Content_Length="9", Accept_Language=language))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in head
    assert word in json.loads(body)["detail"]
    assert application.calls == []


class _Hints:
    def longest_body(self, _method: str, _path: str) -> int:
        return 1 << 20

    def problem(self, status: int, language: str) -> bytes:
        from api.app import EdgeApp
        from api.edge.server_hints import ServerHints

        return ServerHints(EdgeApp("test"), ()).problem(status, language)


def test_a_body_that_trickles_is_ended_although_something_always_comes() -> None:
    trickle = Limits(patience_s=0.1, pace_octets=1_000_000, lingering_s=0.1)
    with served(Recorder(), limits=trickle) as running, closing(running.connect()) as wire:
        wire.sendall(request("POST", "/", b"", Content_Length="100000"))
        _keep_sending(wire, lambda: bool(running.hub.connections))
        assert until_end(wire).startswith(b"HTTP/1.1 408 ")


def _keep_sending(wire: socket.socket, going_on: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(200):
        if not going_on():
            return
        try:
            wire.sendall(b"x")
        except OSError:
            return
        pause.wait(0.01)


def test_when_too_much_is_held_the_slowest_goes_and_the_others_are_served() -> None:
    crowded = Limits(held_octets=200_000, memory_octets=100_000)
    application = Recorder()
    with served(application, limits=crowded) as running, ExitStack() as open_ones:
        for _ in range(12):
            wire = open_ones.enter_context(closing(running.connect()))
            wire.sendall(request("POST", "/", b"x" * 30_000, Content_Length="60000"))
        assert eventually(lambda: running.hub.ledger.memory <= 200_000 and len(running.hub.connections) < 12)
        last = open_ones.enter_context(closing(running.connect()))
        last.sendall(request("POST", "/", b"y" * 1000))
        assert answer_of(last)[2] == b"y" * 1000


def test_when_there_are_too_many_the_idle_of_the_fullest_address_go() -> None:
    with served(Recorder(), limits=Limits(connections=10)) as running, ExitStack() as open_ones:
        for _ in range(40):
            open_ones.enter_context(closing(running.connect()))
        alive(running)
        assert len(running.hub.connections) <= 10


def test_when_all_threads_are_busy_and_enough_wait_the_next_is_refused() -> None:
    application = Recorder()
    application.gate.clear()
    with served(application, threads=1, limits=Limits(waiting_calls=1)) as running, ExitStack() as open_ones:
        for number in (1, 2):
            open_ones.enter_context(closing(running.connect())).sendall(request("GET", "/wait"))
            assert eventually(lambda: running.hub.threads.open == number)  # noqa: B023 - waited for here
        assert eventually(lambda: running.hub.threads.full)
        assert running.ask(request("GET", "/")).startswith(b"HTTP/1.1 503 ")
        application.gate.set()


def test_a_worker_that_stops_answers_what_has_come_and_lets_the_idle_go() -> None:
    application = Recorder()
    application.gate.clear()
    with (
        served(application) as running,
        closing(running.connect()) as busy,
        closing(running.connect()) as idle,
        closing(running.connect()) as sending,
    ):
        busy.sendall(request("GET", "/wait"))
        sending.sendall(piece(b"x" * 700, 40, Content_Length="9000"))
        assert eventually(lambda: running.hub.threads.open == 1)
        assert eventually(lambda: len(running.hub.connections) == 3)
        assert eventually(lambda: running.hub.ledger.memory == 700)
        running.do(running.hub.stop)
        assert until_end(idle) == b""
        assert answer_of(sending)[1]["upload-offset"] == "740"
        application.gate.set()
        status, fields, _ = answer_of(busy)
        assert (status, fields["connection"]) == (200, "close")
        assert eventually(lambda: running.hub.idle)
