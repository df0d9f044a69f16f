"""A piece of an upload goes to the application as it comes in."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.processes.web.body import Body, Ledger, SpoolFullError
from motcua.processes.web.limits import Limits
from tests.support.waiting import eventually
from tests.unit.motcua.web.support import PIECES, Recorder, answer_of, piece, request, served, until_end

SMALL = Limits(piece_octets=1000)


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 2000, 70_123])
@pytest.mark.parametrize("chunked", [False, True])
def test_one_answer_for_all_the_pieces(size: int, chunked: bool) -> None:
    application = Recorder()
    body = bytes(number % 251 for number in range(size))
    with served(application, limits=SMALL) as running, closing(running.connect()) as wire:
        if chunked:
            wire.sendall(piece(b"", 10, Transfer_Encoding="chunked"))
            for start in range(0, size, 700):
                part = body[start : start + 700]
                wire.sendall(b"%x\r\n%b\r\n" % (len(part), part))
            wire.sendall(b"0\r\n\r\n")
        else:
            wire.sendall(piece(body, 10))
        status, fields, _ = answer_of(wire)
        assert (status, fields["upload-offset"]) == (204, str(10 + size))
        wire.sendall(request("GET", "/"))
        assert answer_of(wire)[0] == 200
        assert running.hub.ledger.memory == 0
    assert b"".join(application.bodies[:-1]) == body
    announced = [each.get("serving.announced") for each in application.calls[:-1]]
    left = [size - sum(map(len, application.bodies[:place])) for place in range(len(announced))]
    assert announced == ([None] * len(announced) if chunked else [str(each) for each in left])
    assert {each["CONTENT_TYPE"] for each in application.calls[:-1]} == {PIECES}


def test_many_pieces_at_once_leave_threads_to_the_others() -> None:
    application = Recorder()
    application.gate.clear()
    with served(application, threads=3) as running:
        wires = [running.connect() for _ in range(6)]
        for wire in wires:
            wire.sendall(piece(b"x", path="/wait"))
        assert eventually(lambda: running.hub.threads.open == 6)
        with closing(running.connect()) as other:
            other.sendall(request("GET", "/"))
            assert answer_of(other)[0] == 200
        assert len(application.calls) == 2
        application.gate.set()
        for wire in wires:
            assert answer_of(wire)[0] == 204
            wire.close()


def test_the_first_refusal_is_the_answer_and_the_rest_is_not_taken() -> None:
    application = Recorder()
    with served(application, limits=SMALL) as running, closing(running.connect()) as wire:
        wire.sendall(piece(b"x" * 1000, path="/refused", Content_Length="50000"))
        status, fields, _ = answer_of(wire)
        assert (status, fields["connection"]) == (409, "close")
        wire.sendall(b"x" * 1000)
        assert until_end(wire) == b""
    assert len(application.calls) == 1


def test_an_upload_that_says_no_more_is_told_how_far_it_came() -> None:
    with served(Recorder(), limits=SMALL) as running, closing(running.connect()) as wire:
        wire.sendall(piece(b"x" * 1500, Content_Length="5000"))
        wire.shutdown(1)
        status, fields, _ = answer_of(wire)
    assert (status, fields["upload-offset"], fields["connection"]) == (204, "1500", "close")


def test_an_upload_that_falls_silent_is_told_how_far_it_came() -> None:
    silent = Limits(silence_s=0.1, lingering_s=0.1)
    with served(Recorder(), limits=silent) as running, closing(running.connect()) as wire:
        wire.sendall(piece(b"x" * 1500, Content_Length="5000"))
        status, fields, _ = answer_of(wire)
        assert (status, fields["upload-offset"]) == (204, "1500")
        assert until_end(wire) == b""


def test_pieces_get_smaller_when_much_is_held() -> None:
    application = Recorder()
    crowded = Limits(held_octets=300_000, small_piece_octets=100_000)
    with served(application, limits=crowded) as running:
        wires = [running.connect() for _ in range(3)]
        for wire in wires:
            wire.sendall(piece(b"x" * 120_000, Content_Length="900000"))
        assert eventually(lambda: sum(map(len, application.bodies)) >= 100_000)
        assert running.hub.ledger.memory <= 300_000
        for wire in wires:
            wire.close()
        assert eventually(lambda: sum(map(len, application.bodies)) == 360_000)


@pytest.mark.parametrize("fields", [{"Upload_Offset": "x"}, {"Upload_Offset": "1" * 16}, {"Upload_Offset": "-1"}, {}])
def test_what_names_no_place_is_one_request(fields: dict[str, str]) -> None:
    application = Recorder()
    with served(application, limits=SMALL) as running:
        running.ask(request("PATCH", "/", b"x" * 5000, Content_Type=PIECES, Connection="close", **fields))
    assert [len(each) for each in application.bodies] in ([5000], [])
    assert len(application.calls) <= 1 or fields == {}


@given(st.lists(st.binary(max_size=5000), max_size=20), st.integers(min_value=0, max_value=8000))
def test_a_body_gives_back_what_it_took_wherever_it_lies(parts: list[bytes], most: int) -> None:
    ledger = Ledger()
    body = Body(ledger, most, 1 << 20)
    for part in parts:
        body.add(part)
    whole = b"".join(parts)
    assert body.size == body.received == ledger.memory + ledger.spooled == len(whole)
    opened = body.open()
    taken = []
    while part := opened.read(777):
        taken.append(part)
    assert b"".join(taken) == whole
    body.release()
    assert (ledger.memory, ledger.spooled) == (0, 0)


def test_there_is_an_end_to_files() -> None:
    ledger = Ledger()
    body = Body(ledger, 10, 100)
    body.add(b"x" * 90)
    with pytest.raises(SpoolFullError):
        body.add(b"x" * 20)
    body.release()
    assert ledger.spooled == 0
