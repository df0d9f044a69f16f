"""The Zalo adapter against a real socket: what it sends, what it makes of every answer, and how it renews its token."""

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import VIETNAM, SettableClock
from notify.channels.port import Certainty, Outgoing, Question, Quota
from notify.channels.zalo.gateway import ZaloGateway
from notify.channels.zalo.table import ZaloSettings
from notify.channels.zalo.tokens import AccessToken, NoToken
from outbound.jobs.outcomes import AskFailed, Outcome, OutcomeKind
from tests.unit.notify.wire import Answer, Request, Wire, serving

ATTEMPT = UUID("01890000-0000-7000-8000-000000000001")
FORM = {"template_id": "430001", "template_data": {"ma_ho_so": "H17-1", "loi_nhan": "Hẹn trả kết quả"}}
MESSAGE = Outgoing(ATTEMPT, "+84912345678", json.dumps(FORM), "abc-0")
DATA = {"msg_id": "m1", "sent_time": "1", "quota": {"dailyQuota": "500", "remainingQuota": "499"}}
TAKEN = Answer(200, {"error": 0, "message": "Success", "data": DATA})
REJECTED = Answer(200, {"error": -124, "message": "Access token is invalid"})
NIGHT = datetime(2026, 11, 22, 23, 0, tzinfo=VIETNAM).astimezone(UTC)
Use = Callable[[ZaloGateway], Coroutine[Any, Any, Any]]


class Tokens:
    """Gives out token-0, and the next one whenever the one before is rejected; or fails as told."""

    def __init__(self, *, failure: Exception | None = None, good_for_s: float = 3600.0) -> None:
        self.asked: list[str | None] = []
        self.failure = failure
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._good_for_s = good_for_s
        self._number = 0

    def current(self, rejected: str | None = None) -> AccessToken:
        self.asked.append(rejected)
        self.may_answer.wait(10)
        if self.failure is not None:
            raise self.failure
        if rejected == f"token-{self._number}":
            self._number += 1
        return AccessToken(f"token-{self._number}", self._good_for_s)


def _settings(base_url: str, timeout_s: float = 1.0) -> ZaloSettings:
    return ZaloSettings("1", "app-secret", "2", "oa-secret", base_url=base_url, timeout_s=timeout_s)


def _talk(
    answer: Callable[[Request], Answer], use: Use, tokens: Tokens | None = None, timeout_s: float = 1.0
) -> tuple[Any, Wire]:
    async def run() -> tuple[Any, Wire]:
        async with serving(answer) as wire:
            source = tokens or Tokens()
            gateway = ZaloGateway(_settings(wire.base_url, timeout_s), source, SettableClock(NIGHT))
            try:
                return await use(gateway), wire
            finally:
                source.may_answer.set()
                await gateway.close()

    return asyncio.run(run())


def _send(answer: Answer, message: Outgoing = MESSAGE, timeout_s: float = 1.0) -> Outcome:
    outcome, _ = _talk(lambda _: answer, lambda gateway: gateway.send(message), timeout_s=timeout_s)
    assert isinstance(outcome, Outcome)
    return outcome


def _accepts(token: str) -> Callable[[Request], Answer]:
    return lambda request: TAKEN if request.headers["access_token"] == token else REJECTED


def test_a_message_is_posted_as_the_interface_wants_it() -> None:
    async def send(gateway: ZaloGateway) -> tuple[Outcome, Quota | None]:
        return await gateway.send(MESSAGE), gateway.quota

    (outcome, quota), wire = _talk(lambda _: TAKEN, send)
    assert (outcome, quota) == (Outcome(OutcomeKind.ACCEPTED, ref="m1"), Quota(500, 499, NIGHT))
    (request,) = wire.requests
    assert (request.method, request.path) == ("POST", "/message/template")
    assert request.headers["access_token"] == "token-0"
    assert "authorization" not in request.headers
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {"phone": "84912345678", "tracking_id": ATTEMPT.hex, **FORM}
    assert len(ATTEMPT.hex) <= 48


def test_one_connection_and_one_token_serve_message_after_message() -> None:
    async def thrice(gateway: ZaloGateway) -> Any:
        await gateway.send(MESSAGE)
        await gateway.send(MESSAGE)
        await gateway.close()
        return await gateway.send(MESSAGE)

    tokens = Tokens()
    outcome, wire = _talk(lambda _: TAKEN, thrice, tokens)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert (len(wire.requests), wire.connections, tokens.asked) == (3, 2, [None])


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (Outgoing(ATTEMPT, "+15005550006", MESSAGE.body, "abc-0"), "foreign_number"),
        (Outgoing(ATTEMPT, "+84912345678", "Hồ sơ đã xong", "abc-0"), "bad_body"),
        (Outgoing(ATTEMPT, "+84912345678", '{"template_id": 430001, "template_data": {}}', "abc-0"), "bad_body"),
        (Outgoing(ATTEMPT, "+84912345678", '{"template_id": "1", "template_data": []}', "abc-0"), "bad_body"),
    ],
)
def test_what_cannot_be_sent_is_not_even_tried(message: Outgoing, code: str) -> None:
    outcome, wire = _talk(lambda _: TAKEN, lambda gateway: gateway.send(message))
    assert (outcome.kind, outcome.code, wire.requests) == (OutcomeKind.PERMANENT, code, [])


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer(200, {"error": -118, "message": "x"}), OutcomeKind.PERMANENT, "-118"),
        (Answer(200, {"error": "-118"}), OutcomeKind.PERMANENT, "-118"),
        (Answer(200, {"error": -118, "data": DATA}), OutcomeKind.PERMANENT, "-118"),
        (Answer(400, {"error": -108}), OutcomeKind.PERMANENT, "-108"),
        (Answer(200, {"error": -32}), OutcomeKind.TRANSIENT, "-32"),
        (Answer(200, {"error": -115}), OutcomeKind.TRANSIENT, "-115"),
        (Answer(200, {"error": -9999}), OutcomeKind.UNKNOWN, "-9999"),
        (Answer(200, {"error": None, "data": DATA}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, {"error": True, "data": DATA}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, {"error": 0}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, {"error": 0, "data": []}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, {"error": 0, "data": {"msg_id": ""}}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, {"error": 0, "data": {"msg_id": "a b"}}), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, ["m1"]), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, b"<html>"), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, b"\xff\xfe"), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, b""), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(200, b"[" * 100_000), OutcomeKind.UNKNOWN, "bad_answer"),
        (Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), OutcomeKind.TRANSIENT, "http_302"),
        (Answer(404, b""), OutcomeKind.TRANSIENT, "http_404"),
        (Answer(500, b"<html>"), OutcomeKind.UNKNOWN, "http_500"),
        (Answer(503, b""), OutcomeKind.TRANSIENT, "http_503"),
        (Answer(reset=True), OutcomeKind.UNKNOWN, "no_answer"),
        (Answer(octets=b""), OutcomeKind.UNKNOWN, "no_answer"),
        (Answer(octets=b'HTTP/1.1 200 X\r\nContent-Length: 90\r\n\r\n{"error": 0'), OutcomeKind.UNKNOWN, "no_answer"),
    ],
)
def test_every_answer_ends_in_one_of_four_outcomes(answer: Answer, kind: OutcomeKind, code: str) -> None:
    outcome = _send(answer)
    assert (outcome.kind, outcome.code, outcome.ref) == (kind, code, None)


@given(st.binary(max_size=60) | st.integers().map(lambda code: json.dumps({"error": str(code)}).encode()))
def test_no_answer_is_too_strange(body: bytes) -> None:
    outcome = _send(Answer(200, body))
    assert outcome.kind in OutcomeKind
    assert outcome.kind is not OutcomeKind.ACCEPTED


@pytest.mark.parametrize(
    "quota", [None, [], {}, {"dailyQuota": "x", "remainingQuota": "1"}, {"dailyQuota": 1, "remainingQuota": 2**31}]
)
def test_a_strange_quota_is_no_reason_to_doubt(quota: object) -> None:
    answer = Answer(200, {"error": "0", "data": {"msg_id": 77, "quota": quota}})
    assert _send(answer) == Outcome(OutcomeKind.ACCEPTED, ref="77")


def test_a_spent_day_is_known_from_the_refusal() -> None:
    async def twice(gateway: ZaloGateway) -> tuple[Quota | None, Quota | None]:
        await gateway.send(MESSAGE)
        before = gateway.quota
        await gateway.send(MESSAGE)
        return before, gateway.quota

    answers = [TAKEN, Answer(200, {"error": -144})]
    seen, _ = _talk(lambda _: answers.pop(0), twice)
    assert seen == (Quota(500, 499, NIGHT), Quota(500, 0, NIGHT))


def test_the_night_and_a_hint_to_wait_say_how_long() -> None:
    assert _send(Answer(200, {"error": -133})).retry_after_s == 7 * 3600
    assert _send(Answer(429, b"", {"Retry-After": "3"})).retry_after_s == 3.0


def test_a_gateway_too_slow_leaves_the_outcome_unknown() -> None:
    outcome = _send(Answer(200, TAKEN.body, delay_s=0.6), timeout_s=0.2)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "no_answer")


def test_nobody_listening_means_nothing_was_sent() -> None:
    async def run() -> Outcome:
        async with serving(lambda _: TAKEN) as wire:
            closed = wire.base_url
        gateway = ZaloGateway(_settings(closed), Tokens(), SettableClock(NIGHT))
        try:
            return await gateway.send(MESSAGE)
        finally:
            await gateway.close()

    outcome = asyncio.run(run())
    assert (outcome.kind, outcome.code) == (OutcomeKind.TRANSIENT, "no_connection")


@pytest.mark.parametrize("code", [-124, "-216", -220])
def test_a_rejected_token_is_renewed_and_the_message_sent_again_once(code: object) -> None:
    def answer(request: Request) -> Answer:
        return TAKEN if request.headers["access_token"] == "token-1" else Answer(200, {"error": code})

    tokens = Tokens()
    outcome, wire = _talk(answer, lambda gateway: gateway.send(MESSAGE), tokens)
    assert outcome == Outcome(OutcomeKind.ACCEPTED, ref="m1")
    assert (len(wire.requests), tokens.asked) == (2, [None, "token-0"])


def test_a_token_rejected_twice_is_for_an_operator() -> None:
    outcome, wire = _talk(lambda _: REJECTED, lambda gateway: gateway.send(MESSAGE))
    assert (outcome.kind, outcome.code, outcome.operator) == (OutcomeKind.TRANSIENT, "-124", True)
    assert len(wire.requests) == 2


def test_many_messages_ask_for_one_renewal() -> None:
    async def many(gateway: ZaloGateway) -> list[Outcome]:
        return list(await asyncio.gather(*(gateway.send(MESSAGE) for _ in range(20))))

    tokens = Tokens()
    outcomes, _ = _talk(_accepts("token-1"), many, tokens, timeout_s=10)
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}
    assert tokens.asked == [None, "token-0"]


def test_a_token_is_asked_for_again_when_its_time_is_over() -> None:
    async def twice(gateway: ZaloGateway) -> None:
        await gateway.send(MESSAGE)
        await gateway.send(MESSAGE)

    tokens = Tokens(good_for_s=0.0)
    _talk(lambda _: TAKEN, twice, tokens)
    assert tokens.asked == [None, None]


@pytest.mark.parametrize(
    ("failure", "reason"), [(NoToken("empty token: http 200"), "empty token: http 200"), (OSError("x"), "OSError")]
)
def test_without_a_token_nothing_is_sent(failure: Exception, reason: str) -> None:
    outcome, wire = _talk(lambda _: TAKEN, lambda gateway: gateway.send(MESSAGE), Tokens(failure=failure))
    assert wire.requests == []
    assert outcome == Outcome(OutcomeKind.TRANSIENT, code="no_token", reason=reason, operator=True)


def test_waiting_for_a_token_takes_no_longer_than_a_call_may() -> None:
    async def impatient(gateway: ZaloGateway) -> tuple[Outcome, Outcome]:
        first = await gateway.send(MESSAGE)
        tokens.may_answer.set()
        return first, await gateway.send(MESSAGE)

    tokens = Tokens()
    tokens.may_answer.clear()
    (first, second), wire = _talk(lambda _: TAKEN, impatient, tokens, timeout_s=0.4)
    assert (first.kind, first.code, first.reason) == (OutcomeKind.TRANSIENT, "no_token", "TimeoutError")
    assert second.kind is OutcomeKind.ACCEPTED
    assert (len(wire.requests), tokens.asked) == (1, [None])


def test_it_cannot_be_asked_and_does_not_dedupe() -> None:
    question = Question(MESSAGE.to, MESSAGE.body, NIGHT)
    with pytest.raises(AskFailed):
        _talk(lambda _: TAKEN, lambda gateway: gateway.find(question))
    assert ZaloGateway.certainty is Certainty.NEITHER


def test_neither_phone_nor_text_nor_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _send(Answer(200, {"error": -9999, "message": "84912345678"}))
    _send(Answer(200, {"error": -115, "message": "token-0"}))
    for secret in ("912345678", "Hẹn trả", "token-0", "app-secret"):
        assert secret not in caplog.text


@pytest.mark.parametrize("base_url", ["", "business.openapi.zalo.me", "ftp://x", "https://"])
def test_a_base_url_that_is_none_is_refused_at_start(base_url: str) -> None:
    with pytest.raises(ValueError):
        ZaloGateway(_settings(base_url), Tokens(), SettableClock(NIGHT))
