"""A call is over at its deadline, whatever the other side does, and its place is free again."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import pytest

from outbound.direct.breaker import CircuitBreaker
from outbound.direct.http import AnswerTooLongError, BadCallError, DirectHttp
from outbound.direct.parties import NoAnswerError, Party
from tests.support.waiting import eventually

Script = Callable[[socket.socket, threading.Event], None]
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/JSON; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def speaking(script: Script) -> Iterator[str]:
    """A server that does with each connection what the script says, until the block ends."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        threads: list[threading.Thread] = []

        def serve(wire: socket.socket) -> None:
            with wire, suppress(OSError):
                wire.settimeout(30)
                wire.recv(65536)
                script(wire, over)

        def accept() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    threads.append(threading.Thread(target=serve, args=(listener.accept()[0],)))
                    threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            over.set()
            accepting.join(30)
            for each in threads:
                each.join(30)


def silent(_wire: socket.socket, over: threading.Event) -> None:
    over.wait(30)


def dripping(octets: Callable[[], Iterator[bytes]]) -> Script:
    def script(wire: socket.socket, over: threading.Event) -> None:
        for each in octets():
            if over.wait(0.01):
                return
            wire.sendall(each)

    return script


def head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in count():
        yield b"X-%d: y\r\n" % number


def field() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX: "
    for _ in count():
        yield b"y"


def body() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    for _ in count():
        yield b" "


def chunks() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ in count():
        yield b"1\r\n \r\n"


def interim() -> Iterator[bytes]:
    for _ in count():
        yield b"HTTP/1.1 100 Continue\r\n\r\n"


def client(timeout_s: float = 0.3, **options: int) -> DirectHttp:
    breaker = CircuitBreaker(failures=1000)
    return DirectHttp(Party("thu", timeout_s=timeout_s, breaker=breaker, **options), longest=1_000_000)


@pytest.mark.parametrize(
    "script",
    [silent, *map(dripping, (head, field, body, chunks, interim))],
    ids=["silent", "head", "field", "body", "chunks", "interim"],
)
def test_an_answer_that_does_not_end_is_given_up_and_its_place_is_free(script: Script) -> None:
    asking = client(at_once=1)
    before = threading.active_count()
    with speaking(script) as url:
        for _ in range(3):
            with pytest.raises(NoAnswerError):
                asking.send("GET", url, {})
        assert eventually(lambda: not [t for t in threading.enumerate() if t.name == "outside-thu"])
    asking.close()
    assert eventually(lambda: threading.active_count() <= before)


def test_a_good_answer_is_read_whole_on_a_kept_connection() -> None:
    connections = []

    def script(wire: socket.socket, _over: threading.Event) -> None:
        connections.append(wire)
        wire.sendall(GOOD)
        heard = b""
        while said := wire.recv(65536):
            heard += said
            # Head and body may come apart, those of the first request too; each request gets one answer.
            if heard == b"{}":
                heard = b""
            elif heard.endswith(b"\r\n\r\n{}"):
                heard = b""
                wire.sendall(GOOD)

    asking = client(30.0)
    with speaking(script) as url:
        for _ in range(3):
            reply = asking.send("POST", url, {"X-A": "b"}, b"{}")
            assert (reply.status, reply.media_type, reply.body) == (200, "application/json", b"{}")
        asking.close()
    assert len(connections) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_none(answer: bytes) -> None:
    asking = client(30.0)
    with speaking(lambda wire, _over: wire.sendall(answer)) as url, pytest.raises(NoAnswerError):
        asking.send("GET", url, {})
    asking.close()


def test_an_answer_that_is_too_long_is_not_read() -> None:
    asking = client(30.0)
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b" " * 3_000_000
    with speaking(lambda wire, _over: wire.sendall(long)) as url, pytest.raises(AnswerTooLongError):
        asking.send("GET", url, {})
    asking.close()


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    asking = client(30.0)
    with pytest.raises(NoAnswerError):
        asking.send("GET", f"http://127.0.0.1:{port}/", {})


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    asking = client(30.0)
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with speaking(lambda wire, _over: wire.sendall(moved)) as url:
        assert asking.send("GET", url, {}).status == 302
    asking.close()


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        ("http://[::1", {}),
        ("http://a:99999/", {}),
        ("ftp://127.0.0.1/", {}),
        ("http://127.0.0.1:1/", {"X": "a\r\nX-Evil: 1"}),
        ("http://127.0.0.1:1/", {"X": "\ud800"}),
        ("http://127.0.0.1:1/", {"Authorization": "Bearer ệ"}),
        (f"http://{'a' * 70}.example/", {}),
    ],
)
def test_what_cannot_be_asked_is_refused(url: str, fields: dict[str, str]) -> None:
    asking = client(30.0)
    with pytest.raises((BadCallError, NoAnswerError)):
        asking.send("GET", url, fields)


def test_a_party_that_fails_is_left_alone_for_a_while() -> None:
    asked = []

    def script(wire: socket.socket, _over: threading.Event) -> None:
        asked.append(wire)
        wire.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")

    party = Party("thu", timeout_s=30.0, breaker=CircuitBreaker(failures=2, rest_s=1000.0))
    asking = DirectHttp(party, longest=1000)
    with speaking(script) as url:
        for _ in range(5):
            with pytest.raises(NoAnswerError):
                asking.send("GET", url, {})
    asking.close()
    assert len(asked) == 2
