"""HTTP/1.1 as it is spoken, and as it is misspoken."""

from contextlib import closing

import pytest

from motcua.processes.web.limits import Limits
from tests.support.waiting import eventually
from tests.unit.motcua.web.support import Recorder, answer_of, piece, read_head, request, served, until_end


def test_a_connection_is_kept_and_requests_are_answered_in_turn() -> None:
    application = Recorder()
    with served(application) as running, closing(running.connect()) as wire:
        for number in range(3):
            wire.sendall(request("POST", f"/{number}", b"%d" % number))
            assert answer_of(wire)[2] == b"%d" % number
        assert len(running.hub.connections) == 1
    assert [each["PATH_INFO"] for each in application.calls] == ["/0", "/1", "/2"]


def test_requests_sent_before_the_answer_are_answered_in_their_order() -> None:
    with served(Recorder(), threads=4) as running:
        last = request("POST", "/", b"last", Connection="close")
        answers = running.ask(b"".join(request("POST", "/wait", b"<%d>" % number) for number in range(20)) + last)
    assert [part.split(b"<")[1] for part in answers.split(b">")[:-1]] == [b"%d" % number for number in range(20)]
    assert answers.endswith(b"last")


def test_too_many_at_once_are_not_held() -> None:
    application = Recorder()
    with served(application, limits=Limits(pipelined=4)) as running:
        answers = running.ask(request("GET", "/") * 50)
    assert answers.count(b"HTTP/1.1 200 ") == len(application.calls) == 4


def test_a_body_in_chunks_is_whole_when_the_application_gets_it() -> None:
    application = Recorder()
    with served(application) as running, closing(running.connect()) as wire:
        wire.sendall(request("POST", "/", b"3\r\nabc\r\n", Transfer_Encoding="chunked"))
        wire.sendall(b"4;x=y\r\ndefg\r\n0\r\nTrailer: 1\r\n\r\n")
        assert answer_of(wire)[2] == b"abcdefg"
    assert application.calls[0]["wsgi.input_terminated"]


def test_who_asks_whether_to_go_on_is_told() -> None:
    with served(Recorder()) as running, closing(running.connect()) as wire:
        wire.sendall(request("POST", "/", b"", Content_Length="2", Expect="100-continue"))
        assert wire.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.sendall(b"ok")
        assert answer_of(wire)[2] == b"ok"


def test_a_long_body_is_whole_and_lies_in_no_memory() -> None:
    application = Recorder()
    body = bytes(range(256)) * 20_000
    with served(application) as running, closing(running.connect()) as wire:
        wire.sendall(request("POST", "/", body[:-1], Content_Length=str(len(body))))
        assert eventually(lambda: running.hub.ledger.spooled == len(body) - 1)
        assert running.hub.ledger.memory == 0
        wire.sendall(body[-1:])
        assert answer_of(wire)[2] == body
        assert eventually(lambda: running.hub.ledger.spooled == running.hub.ledger.memory == 0)


def test_a_long_body_without_room_is_refused_for_the_moment() -> None:
    with served(Recorder(), limits=Limits(spool_octets=1_000_000)) as running:
        assert running.ask(request("POST", "/", b"x" * 2_000_000)).startswith(b"HTTP/1.1 503 ")
        assert running.hub.ledger.spooled == running.hub.ledger.memory == 0


class _Short:
    def longest_body(self, _method: str, path: str) -> int:
        return 200_000 if path == "/more" else 100_000

    def problem(self, status: int, _language: str) -> bytes:
        return b"%d" % status


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_no_operation_takes_is_answered_by_the_application_at_once(chunked: bool) -> None:
    application = Recorder()
    application.server_hints = _Short()  # type: ignore[attr-defined]
    body, fields = b"x" * 150_000, {}
    if chunked:
        body, fields = b"%x\r\n" % len(body) + body + b"\r\n", {"Transfer_Encoding": "chunked"}
    with served(application) as running:
        first = request("POST", "/", body, **fields)
        assert running.ask(first).startswith(b"HTTP/1.1 200 ")
        more = b"0\r\n\r\n" if chunked else b""
        with closing(running.connect()) as wire:
            wire.sendall(request("POST", "/more", body, **fields) + more)
            assert len(answer_of(wire)[2]) == 150_000
    assert application.calls[0].get("CONTENT_LENGTH") == (None if chunked else "150000")


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", 400),
        (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET elsewhere HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 40_000, 431),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400),
    ],
)
def test_what_is_no_request_is_refused_and_reaches_nobody(octets: bytes, status: int) -> None:
    application = Recorder()
    with served(application, limits=Limits(lingering_s=0.1)) as running, closing(running.connect()) as wire:
        wire.sendall(octets)
        assert until_end(wire).startswith(b"HTTP/1.1 %d " % status)
    assert application.calls == []


def test_fields_reach_the_application_as_they_should() -> None:
    application = Recorder()
    with served(application) as running:
        head = [
            b"GET http://motcua.example/a%20b%C3%A9?q=%20 HTTP/1.1",
            b"Host: motcua.example",
            b"X-One: 1",
            b"X_One: forged",
            b"X-Many: a",
            b"X-Many: b",
            b"Cookie: c=1",
            b"Cookie: d=2",
            b"X-Odd: \xe9",
            b"Connection: close",
        ]
        running.ask(b"\r\n".join([*head, b"", b""]))
    environ = application.calls[0]
    assert environ["PATH_INFO"] == "/a b\xc3\xa9"
    assert environ["QUERY_STRING"] == "q=%20"
    assert (environ["HTTP_X_ONE"], environ["HTTP_X_MANY"], environ["HTTP_COOKIE"]) == ("1", "a,b", "c=1;d=2")
    assert environ["HTTP_X_ODD"] == ""
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert "HTTP_X__ONE" not in environ


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("http://a", "/", ""),
        ("http://a?x=1", "/", "x=1"),
        ("http://a/b/c?x=1/2", "/b/c", "x=1/2"),
        ("//double/slash", "//double/slash", ""),
        ("*", "*", ""),
    ],
)
def test_targets_in_every_form(target: str, path: str, query: str) -> None:
    application = Recorder()
    with served(application) as running:
        running.ask(request("OPTIONS", target, Connection="close"))
    assert (application.calls[0]["PATH_INFO"], application.calls[0]["QUERY_STRING"]) == (path, query)


def test_an_old_client_is_answered_and_left() -> None:
    with served(Recorder()) as running:
        head, _, body = running.ask(b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nok").partition(b"\r\n\r\n")
    assert (read_head(head)[1]["connection"], body) == ("close", b"ok")


def test_an_answer_of_unknown_length_goes_in_chunks_or_ends_with_the_connection() -> None:
    with served(Recorder()) as running:
        head, _, body = running.ask(request("GET", "/long/3000000?chunked", Connection="close")).partition(b"\r\n\r\n")
        assert read_head(head)[1]["transfer-encoding"] == "chunked"
        assert body.count(b"x") == 3_000_000
        assert body.endswith(b"\r\n0\r\n\r\n")
        old = running.ask(b"GET /long/3000000?chunked HTTP/1.0\r\n\r\n")
        assert old.partition(b"\r\n\r\n")[2] == b"x" * 3_000_000


def test_head_has_no_body_and_the_connection_goes_on() -> None:
    with served(Recorder()) as running, closing(running.connect()) as wire:
        wire.sendall(request("HEAD", "/long/3000000"))
        assert b"Content-Length: 3000000" in wire.recv(65536)
        wire.sendall(request("GET", "/"))
        assert answer_of(wire)[0] == 200


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("chunked", [True, False])
def test_another_protocol_is_not_spoken_but_the_request_is_answered(together: bool, chunked: bool) -> None:
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2_Settings": "AAMAAABkAAQAAP__"}
    with served(Recorder()) as running, closing(running.connect()) as wire:
        body = b"2\r\nok\r\n0\r\n\r\n" if chunked else b"ok"
        length = {"Transfer_Encoding": "chunked"} if chunked else {"Content_Length": "2"}
        head = request("POST", "/", None, **{**offer, **length})
        wire.sendall(head + body if together else head)
        if not together:
            wire.sendall(body)
        assert answer_of(wire)[2] == b"ok"
        wire.sendall(request("GET", "/", **offer))
        assert answer_of(wire)[0] == 200
        wire.sendall(request("POST", "/", b"more"))
        assert answer_of(wire)[2] == b"more"


def test_who_has_said_all_is_answered() -> None:
    with served(Recorder()) as running, closing(running.connect()) as wire:
        wire.sendall(request("POST", "/", b"ok"))
        wire.shutdown(1)
        assert until_end(wire).endswith(b"ok")


@pytest.mark.parametrize("ending", ["says no more", "hangs up"])
def test_a_body_shorter_than_it_says_reaches_nobody(ending: str) -> None:
    application = Recorder()
    with served(application) as running:
        with closing(running.connect()) as wire:
            wire.sendall(request("POST", "/", b"{", Content_Length="100"))
            if ending == "says no more":
                wire.shutdown(1)
                assert until_end(wire).startswith(b"HTTP/1.1 400 ")
        assert eventually(lambda: not running.hub.connections)
        assert running.hub.ledger.memory == 0
    assert application.calls == []


def test_an_application_that_raises_is_a_500_and_the_connection_goes_on() -> None:
    def raising(_environ: object, _start: object) -> list[bytes]:
        raise LookupError("x")

    with served(raising) as running, closing(running.connect()) as wire:
        for _ in range(2):
            wire.sendall(request("GET", "/"))
            assert answer_of(wire)[0] == 500


@pytest.mark.parametrize(
    ("cut_after", "kept"), [(0, []), (1, [b"x"]), (150_000, [b"x" * 100_000, b"x" * 50_000])], ids=str
)
def test_what_a_broken_upload_has_brought_is_passed_on(cut_after: int, kept: list[bytes]) -> None:
    application = Recorder()
    with served(application, limits=Limits(piece_octets=100_000)) as running:
        with closing(running.connect()) as wire:
            wire.sendall(piece(b"x" * cut_after, 7, Content_Length="900000"))
            assert eventually(lambda: len(application.calls) >= len(kept) - 1)
        assert eventually(lambda: len(application.calls) >= len(kept))
        assert eventually(lambda: running.hub.idle)
    assert b"".join(application.bodies) == b"".join(kept)
    offsets = [int(each["HTTP_UPLOAD_OFFSET"]) for each in application.calls]
    sizes = [len(each) for each in application.bodies]
    assert offsets == [7 + sum(sizes[:place]) for place in range(len(sizes))]
    assert [each["CONTENT_LENGTH"] for each in application.calls] == [str(size) for size in sizes]
