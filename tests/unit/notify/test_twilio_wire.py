"""The Twilio adapter against a real socket: what it sends, and what it makes of every kind of answer."""

import asyncio
import logging
from base64 import b64decode
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID

import pytest

from notify.channels.port import Outgoing, Question, Sighting
from notify.channels.twilio.gateway import TwilioGateway
from notify.channels.twilio.table import REAL_BASE_URL, TwilioSettings
from notify.sending.states import ReceiptKind
from outbound.jobs.outcomes import AskFailed, Outcome, OutcomeKind
from tests.unit.notify.wire import Answer, Request, Wire, serving

ATTEMPT = UUID("01890000-0000-7000-8000-000000000001")
MESSAGE = Outgoing(ATTEMPT, "+84912345678", "Ho so & ket qua = 1%", "d-0")
TAKEN = Answer(201, {"sid": "SM1", "status": "queued", "body": MESSAGE.body})
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
Use = Callable[[TwilioGateway], Coroutine[Any, Any, Any]]


def _settings(base_url: str, sender: str = "+15005550006", timeout_s: float = 1.0) -> TwilioSettings:
    return TwilioSettings("AC1", "sandbox-token", sender, "https://dvc.example.vn", base_url, timeout_s)


def _talk(answer: Callable[[Request], Answer], use: Use, **settings: Any) -> tuple[Any, Wire]:
    async def run() -> tuple[Any, Wire]:
        async with serving(answer) as wire:
            gateway = TwilioGateway(_settings(wire.base_url, **settings))
            try:
                return await use(gateway), wire
            finally:
                await gateway.close()

    return asyncio.run(run())


def _send(answer: Answer, **settings: Any) -> Outcome:
    outcome, _ = _talk(lambda _: answer, lambda gateway: gateway.send(MESSAGE), **settings)
    assert isinstance(outcome, Outcome)
    return outcome


def test_a_message_is_posted_as_the_interface_wants_it() -> None:
    outcome, wire = _talk(lambda _: TAKEN, lambda gateway: gateway.send(MESSAGE))
    assert outcome == Outcome(OutcomeKind.ACCEPTED, ref="SM1")
    (request,) = wire.requests
    assert (request.method, request.path) == ("POST", "/2010-04-01/Accounts/AC1/Messages.json")
    assert request.form == {
        "To": "+84912345678",
        "From": "+15005550006",
        "Body": MESSAGE.body,
        "StatusCallback": f"https://dvc.example.vn/v1/webhooks/twilio/{ATTEMPT}",
    }
    assert b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"AC1:sandbox-token"


def test_a_messaging_service_and_a_validity_are_passed_on() -> None:
    message = Outgoing(ATTEMPT, "+84912345678", "Ma 123456", "d-0", valid_for_s=2)
    _, wire = _talk(lambda _: TAKEN, lambda gateway: gateway.send(message), sender="MG1")
    assert wire.requests[0].form["MessagingServiceSid"] == "MG1"
    assert wire.requests[0].form["ValidityPeriod"] == "6"
    assert "From" not in wire.requests[0].form


def test_one_connection_serves_message_after_message() -> None:
    async def twice(gateway: TwilioGateway) -> None:
        await gateway.send(MESSAGE)
        await gateway.send(MESSAGE)

    _, wire = _talk(lambda _: TAKEN, twice)
    assert (len(wire.requests), wire.connections) == (2, 1)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer(400, {"code": 21211, "message": "x", "status": 400}), OutcomeKind.PERMANENT, "21211"),
        (Answer(429, {"code": 20429}, {"Retry-After": "3"}), OutcomeKind.TRANSIENT, "20429"),
        (Answer(429, b"slow down"), OutcomeKind.TRANSIENT, "http_429"),
        (Answer(503, b""), OutcomeKind.TRANSIENT, "http_503"),
        (Answer(500, b"<html>"), OutcomeKind.UNKNOWN, "http_500"),
        (Answer(500, ["no object"]), OutcomeKind.UNKNOWN, "http_500"),
        (Answer(400, {"code": "none"}), OutcomeKind.TRANSIENT, "http_400"),
        (Answer(400, b"<html>Blocked</html>"), OutcomeKind.TRANSIENT, "http_400"),
        (Answer(407, b""), OutcomeKind.TRANSIENT, "http_407"),
        (Answer(413, b"<html>"), OutcomeKind.TRANSIENT, "http_413"),
        (Answer(400, {"code": "21611"}), OutcomeKind.TRANSIENT, "21611"),
        (Answer(400, {"code": " 21211 "}), OutcomeKind.PERMANENT, "21211"),
        (Answer(400, {"code": True}), OutcomeKind.TRANSIENT, "http_400"),
        (Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), OutcomeKind.TRANSIENT, "http_302"),
        (Answer(201, b"{not json"), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(201, b"\xff\xfe"), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(201, b""), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(201, ["SM1"]), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(201, {"sid": None}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(201, {"sid": 5}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(reset=True), OutcomeKind.UNKNOWN, "no_answer"),
        (Answer(octets=b""), OutcomeKind.UNKNOWN, "no_answer"),
        (Answer(octets=b"HTTP/1.1 201 X\r\nContent-Le"), OutcomeKind.UNKNOWN, "no_answer"),
        (Answer(octets=b'HTTP/1.1 201 X\r\nContent-Length: 90\r\n\r\n{"sid": "SM1"'), OutcomeKind.UNKNOWN, "no_answer"),
        (Answer(octets=b"SMTP ready\r\n\r\n"), OutcomeKind.UNKNOWN, "no_answer"),
    ],
)
def test_every_answer_ends_in_one_of_four_outcomes(answer: Answer, kind: OutcomeKind, code: str) -> None:
    outcome = _send(answer)
    assert (outcome.kind, outcome.code, outcome.ref) == (kind, code, None)


@pytest.mark.parametrize(
    ("header", "seconds"), [("3", 3.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), (" 1.5 ", 1.5), ("-1", None)]
)
def test_retry_after_is_read_in_seconds(header: str, seconds: float | None) -> None:
    assert _send(Answer(429, {"code": 20429}, {"Retry-After": header})).retry_after_s == seconds


def test_a_gateway_too_slow_leaves_the_outcome_unknown() -> None:
    outcome = _send(Answer(201, {"sid": "SM1"}, delay_s=0.6), timeout_s=0.2)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "no_answer")


def test_nobody_listening_means_nothing_was_sent() -> None:
    async def run() -> Outcome:
        async with serving(lambda _: TAKEN) as wire:
            closed = wire.base_url
        gateway = TwilioGateway(_settings(closed))
        try:
            return await gateway.send(MESSAGE)
        finally:
            await gateway.close()

    outcome = asyncio.run(run())
    assert (outcome.kind, outcome.code) == (OutcomeKind.TRANSIENT, "no_connection")


def test_a_gateway_closed_opens_its_connections_again() -> None:
    async def close_between(gateway: TwilioGateway) -> Outcome:
        await gateway.send(MESSAGE)
        await gateway.close()
        return await gateway.send(MESSAGE)

    outcome, wire = _talk(lambda _: TAKEN, close_between)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert wire.connections == 2


def test_neither_phone_nor_text_nor_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _talk(lambda _: Answer(400, {"code": 21211, "message": "+84912345678"}), lambda gateway: gateway.send(MESSAGE))
    for secret in ("912345678", "Ho so", "sandbox-token"):
        assert secret not in caplog.text


@pytest.mark.parametrize("base_url", ["", "api.twilio.com", "ftp://x", "https://"])
def test_a_base_url_that_is_none_is_refused_at_start(base_url: str) -> None:
    with pytest.raises(ValueError):
        TwilioGateway(_settings(base_url))


def test_the_real_address_is_the_default() -> None:
    assert TwilioSettings("AC1", "t", "+1", "https://x").base_url == REAL_BASE_URL == "https://api.twilio.com"


def _record(sid: str, minutes_ago: float, body: str = MESSAGE.body, **changed: object) -> dict[str, object]:
    created = format_datetime(NOW - timedelta(minutes=minutes_ago), usegmt=True)
    return {"sid": sid, "body": body, "status": "sent", "date_created": created, "error_code": None} | changed


def _pages(*pages: list[dict[str, object]]) -> Callable[[Request], Answer]:
    def answer(request: Request) -> Answer:
        number = int(request.query.get("Page", "0"))
        uri = f"{request.path}?Page={number + 1}&PageSize=100" if number + 1 < len(pages) else None
        return Answer(200, {"messages": pages[number], "next_page_uri": uri, "page": number})

    return answer


def _find(answer: Callable[[Request], Answer], **settings: Any) -> tuple[list[Sighting], Wire]:
    question = Question(MESSAGE.to, MESSAGE.body, NOW - timedelta(minutes=15))
    found, wire = _talk(answer, lambda gateway: gateway.find(question), **settings)
    return list(found), wire


def test_messages_are_found_by_phone_sender_and_exact_body() -> None:
    found, wire = _find(
        _pages(
            [_record("SM5", 1), _record("SM4", 2, body=MESSAGE.body + " "), _record("SM3", 3, status="delivered")],
            [_record("SM2", 14, status="undelivered", error_code=30005), _record("SM1", 16)],
        )
    )
    assert found == [
        Sighting("SM2", ReceiptKind.UNDELIVERED, "30005"),
        Sighting("SM3", ReceiptKind.DELIVERED),
        Sighting("SM5", ReceiptKind.PROGRESS),
    ]
    assert wire.requests[0].query == {"To": "+84912345678", "From": "+15005550006", "PageSize": "100"}
    assert [request.query.get("Page") for request in wire.requests] == [None, "1"]


def test_reading_ends_well_before_the_window() -> None:
    found, wire = _find(_pages([_record("SM3", 1), _record("SM2", 80)], [_record("SM1", 1)]))
    assert [sighting.ref for sighting in found] == ["SM3"]
    assert len(wire.requests) == 1


def test_a_message_without_a_date_counts_as_new() -> None:
    found, _ = _find(_pages([_record("SM1", 0, date_created=None)]))
    assert [sighting.ref for sighting in found] == ["SM1"]


def test_a_services_messages_are_not_narrowed_by_sender() -> None:
    _, wire = _find(_pages([]), sender="MG1")
    assert wire.requests[0].query == {"To": "+84912345678", "PageSize": "100"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b""),
        Answer(401, {"code": 20003}),
        Answer(200, b"{not json"),
        Answer(200, {"oops": 1, "more": 2}),
        Answer(reset=True),
        Answer(200, {"messages": []}, delay_s=0.6),
    ],
)
def test_a_question_without_an_answer_is_no_answer_no(answer: Answer) -> None:
    with pytest.raises(AskFailed):
        _find(lambda _: answer, timeout_s=0.2)
