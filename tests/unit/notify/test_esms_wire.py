"""The eSMS adapter against a real socket: what it sends, and what it makes of every kind of answer."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from notify.channels.esms.gateway import EsmsGateway
from notify.channels.esms.receipts import valid_callback
from notify.channels.esms.table import EsmsSettings
from notify.channels.port import Certainty, Outgoing, Question
from outbound.jobs.outcomes import AskFailed, Outcome, OutcomeKind
from tests.unit.notify.wire import Answer, Request, Wire, serving

KEY = bytes(range(32))
ATTEMPT = UUID("01890000-0000-7000-8000-000000000001")
MESSAGE = Outgoing(ATTEMPT, "+84912345678", "Ho so & ket qua = 1%", "abc-0")
TAKEN = Answer(200, {"CodeResult": "100", "CountRegenerate": 0, "SMSID": "S1"})
Use = Callable[[EsmsGateway], Coroutine[Any, Any, Any]]


def _settings(base_url: str, timeout_s: float = 1.0) -> EsmsSettings:
    return EsmsSettings("a-key", "a-secret", "UBND DBan", "https://dvc.example.vn", base_url, timeout_s)


def _talk(answer: Callable[[Request], Answer], use: Use, **settings: Any) -> tuple[Any, Wire]:
    async def run() -> tuple[Any, Wire]:
        async with serving(answer) as wire:
            gateway = EsmsGateway(_settings(wire.base_url, **settings), KEY)
            try:
                return await use(gateway), wire
            finally:
                await gateway.close()

    return asyncio.run(run())


def _send(answer: Answer, message: Outgoing = MESSAGE, **settings: Any) -> Outcome:
    outcome, _ = _talk(lambda _: answer, lambda gateway: gateway.send(message), **settings)
    assert isinstance(outcome, Outcome)
    return outcome


def test_a_message_is_posted_as_the_interface_wants_it() -> None:
    outcome, wire = _talk(lambda _: TAKEN, lambda gateway: gateway.send(MESSAGE))
    assert outcome == Outcome(OutcomeKind.ACCEPTED, ref="S1")
    (request,) = wire.requests
    assert (request.method, request.path) == ("POST", "/MainService.svc/json/SendMultipleMessage_V4_post_json/")
    assert request.headers["content-type"] == "application/json"
    sent = json.loads(request.body)
    address = sent.pop("CallbackUrl")
    assert sent == {
        "ApiKey": "a-key",
        "SecretKey": "a-secret",
        "Phone": "0912345678",
        "Content": MESSAGE.body,
        "Brandname": "UBND DBan",
        "SmsType": "2",
        "IsUnicode": "0",
        "Sandbox": "0",
        "RequestId": "abc-0",
    }
    prefix, _, mac = address.rpartition("/")
    assert prefix == f"https://dvc.example.vn/v1/webhooks/esms/{ATTEMPT}"
    assert valid_callback(KEY, ATTEMPT, mac, [("RequestId", "abc-0")])


def test_accents_are_announced() -> None:
    message = Outgoing(ATTEMPT, "+84912345678", "Hồ sơ đã xong", "abc-0")
    _, wire = _talk(lambda _: TAKEN, lambda gateway: gateway.send(message))
    sent = json.loads(wire.requests[0].body)
    assert (sent["Content"], sent["IsUnicode"]) == ("Hồ sơ đã xong", "1")


def test_one_connection_serves_message_after_message_and_opens_again() -> None:
    async def thrice(gateway: EsmsGateway) -> Any:
        await gateway.send(MESSAGE)
        await gateway.send(MESSAGE)
        await gateway.close()
        return await gateway.send(MESSAGE)

    outcome, wire = _talk(lambda _: TAKEN, thrice)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert (len(wire.requests), wire.connections) == (3, 2)


def test_a_foreign_number_is_not_even_tried() -> None:
    message = Outgoing(ATTEMPT, "+15005550006", "x", "abc-0")
    outcome, wire = _talk(lambda _: TAKEN, lambda gateway: gateway.send(message))
    assert (outcome.kind, outcome.code, wire.requests) == (OutcomeKind.PERMANENT, "foreign_number", [])


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer(200, {"CodeResult": "124", "SendStatus": "5"}), OutcomeKind.ACCEPTED, "124"),
        (Answer(200, {"CodeResult": "100"}), OutcomeKind.ACCEPTED, None),
        (Answer(200, {"CodeResult": "100", "SMSID": 5}), OutcomeKind.ACCEPTED, None),
        (Answer(200, {"CodeResult": 100, "SMSID": "x" * 65}), OutcomeKind.ACCEPTED, None),
        (Answer(200, {"CodeResult": "100", "SMSID": "\ud800"}), OutcomeKind.ACCEPTED, None),
        (Answer(200, {"CodeResult": "\ud800"}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, {"CodeResult": "103"}), OutcomeKind.TRANSIENT, "103"),
        (Answer(200, {"CodeResult": "108"}), OutcomeKind.PERMANENT, "108"),
        (Answer(500, {"CodeResult": "101"}), OutcomeKind.TRANSIENT, "101"),
        (Answer(200, {"CodeResult": "888"}), OutcomeKind.UNKNOWN, "888"),
        (Answer(200, {"CodeResult": ""}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, {"CodeResult": True}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, {"error": "Invalid request"}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, ["100"]), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, b"<html>"), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, b"\xff\xfe"), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, b""), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(400, {"error": "Invalid request"}), OutcomeKind.TRANSIENT, "http_400"),
        (Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), OutcomeKind.TRANSIENT, "http_302"),
        (Answer(500, b"<html>"), OutcomeKind.UNKNOWN, "http_500"),
        (Answer(503, b""), OutcomeKind.TRANSIENT, "http_503"),
        (Answer(reset=True), OutcomeKind.UNKNOWN, "no_answer"),
        (Answer(octets=b""), OutcomeKind.UNKNOWN, "no_answer"),
        (Answer(octets=b'HTTP/1.1 200 X\r\nContent-Length: 90\r\n\r\n{"CodeRes'), OutcomeKind.UNKNOWN, "no_answer"),
        (Answer(octets=b"SMTP ready\r\n\r\n"), OutcomeKind.UNKNOWN, "no_answer"),
    ],
)
def test_every_answer_ends_in_one_of_four_outcomes(answer: Answer, kind: OutcomeKind, code: str | None) -> None:
    outcome = _send(answer)
    assert (outcome.kind, outcome.code, outcome.ref) == (kind, code, None)


@pytest.mark.parametrize(
    ("header", "seconds"), [("3", 3.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), (" 1.5 ", 1.5), ("-1", None)]
)
def test_retry_after_is_read_in_seconds(header: str, seconds: float | None) -> None:
    assert _send(Answer(429, b"", {"Retry-After": header})).retry_after_s == seconds


def test_a_gateway_too_slow_leaves_the_outcome_unknown() -> None:
    outcome = _send(Answer(200, {"CodeResult": "100"}, delay_s=0.6), timeout_s=0.2)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "no_answer")


def test_nobody_listening_means_nothing_was_sent() -> None:
    async def run() -> Outcome:
        async with serving(lambda _: TAKEN) as wire:
            closed = wire.base_url
        gateway = EsmsGateway(_settings(closed), KEY)
        try:
            return await gateway.send(MESSAGE)
        finally:
            await gateway.close()

    outcome = asyncio.run(run())
    assert (outcome.kind, outcome.code) == (OutcomeKind.TRANSIENT, "no_connection")


def test_it_dedupes_and_cannot_be_asked() -> None:
    assert EsmsGateway.certainty is Certainty.DEDUPES
    question = Question(MESSAGE.to, MESSAGE.body, datetime(2026, 11, 20, tzinfo=UTC))
    with pytest.raises(AskFailed):
        _talk(lambda _: TAKEN, lambda gateway: gateway.find(question))


def test_neither_phone_nor_text_nor_key_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _talk(lambda _: Answer(200, {"CodeResult": "101", "ErrorMessage": "0912345678"}), lambda gw: gw.send(MESSAGE))
    shown = caplog.text + repr(_settings("http://x"))
    for secret in ("912345678", "Ho so", "a-secret", "a-key"):
        assert secret not in shown


@pytest.mark.parametrize("base_url", ["", "rest.esms.vn", "ftp://x", "https://"])
def test_a_base_url_that_is_none_is_refused_at_start(base_url: str) -> None:
    with pytest.raises(ValueError):
        EsmsGateway(_settings(base_url), KEY)
