"""Delivery receipts: signed as the vendor's validator wants them; repeated, late, out of order, forged, lost."""

import asyncio
import random
from collections import Counter

import pytest
from twilio.request_validator import RequestValidator

from sandbox.twilio.dials import ReceiptDials
from sandbox.twilio.receipts import Receipts, sign
from sandbox.twilio.store import Message
from tests.unit.sandbox.support import ACCOUNT, TOKEN, Caller, Collector, Posted, eventually

TO = "+84905000001"
FINAL = ("delivered", "undelivered", "failed")


def dials(call: Caller, **changes: object) -> None:
    """Receipts at once and once, but for what is said."""
    plain = {"delay_ms": [0, 40], "double": 0, **changes}
    call.control("PATCH", "/twilio/settings", {"receipts": plain})


def believed(collector: Collector, post: Posted) -> bool:
    return bool(RequestValidator(TOKEN).validate(collector.url + post.path, post.form, post.signature))


def states(posts: list[Posted]) -> list[str]:
    return [post.form["MessageStatus"] for post in posts]


def finals(posts: list[Posted]) -> int:
    return sum(state in FINAL for state in states(posts))


def test_the_published_vector() -> None:
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", params) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_message_is_told_sent_then_delivered(call: Caller, collector: Collector) -> None:
    dials(call)
    sid = call.send(To=TO, StatusCallback=f"{collector.url}/v1/nhan?lan=1&ma=a%2Fb").json()["sid"]
    posts = collector.wait(lambda posts: len(posts) == 2)
    assert sorted(states(posts)) == ["delivered", "sent"]
    assert all(believed(collector, post) for post in posts)
    assert {post.path for post in posts} == {"/v1/nhan?lan=1&ma=a%2Fb"}
    assert len({post.token for post in posts}) == 2
    form = posts[0].form
    assert (form["MessageSid"], form["AccountSid"], form["ApiVersion"]) == (sid, ACCOUNT, "2010-04-01")
    assert (form["To"], form["From"]) == (TO, "UBND DBan")
    assert "ErrorCode" not in form


@pytest.mark.parametrize(
    ("dial", "expected"), [({"final": "undelivered", "error_code": 30003}, "30003"), ({"final": "failed"}, "30008")]
)
def test_a_failure_is_told_with_its_code(
    call: Caller, collector: Collector, dial: dict[str, object], expected: str
) -> None:
    dials(call)
    call.control("PATCH", "/twilio/settings", {"numbers": {TO: dial}})
    call.send(To=TO, StatusCallback=collector.url)
    posts = collector.wait(lambda posts: finals(posts) == 1)
    last = next(post for post in posts if post.form["MessageStatus"] in FINAL)
    assert (last.form["MessageStatus"], last.form["ErrorCode"]) == (dial["final"], expected)


def test_a_doubled_receipt_is_the_same_event(call: Caller, collector: Collector) -> None:
    dials(call, double=1)
    call.send(StatusCallback=collector.url)
    posts = collector.wait(lambda posts: len(posts) == 4)
    assert Counter(states(posts)) == {"sent": 2, "delivered": 2}
    assert sorted(Counter(post.token for post in posts).values()) == [2, 2]


def test_a_refused_receipt_comes_again_until_it_is_taken(call: Caller, collector: Collector) -> None:
    dials(call)
    collector.answer = lambda _post, before: 503 if before < 3 else 204
    call.send(StatusCallback=collector.url)
    posts = collector.wait(lambda posts: len(posts) == 5)
    assert sorted(Counter(post.token for post in posts).values()) in ([1, 4], [2, 3])
    assert call.twin("twilio")["receipts"]["retried"] == 3


def test_a_receipt_that_the_receiver_calls_bad_does_not_come_again(call: Caller, collector: Collector) -> None:
    dials(call)
    collector.answer = lambda _post, _before: 404
    call.send(StatusCallback=collector.url)
    collector.wait(lambda posts: len(posts) == 2)
    collector.answer = lambda _post, _before: 204
    call.send(StatusCallback=f"{collector.url}/sau")
    posts = collector.wait(lambda posts: len([post for post in posts if post.path == "/sau"]) == 2)
    assert len(posts) == 4


def test_nobody_listening_is_given_up_in_the_end(call: Caller) -> None:
    dials(call, retry_for_s=0)
    call.send(StatusCallback="http://127.0.0.1:9/nobody")
    eventually(lambda: call.twin("twilio")["receipts"].get("given_up") == 2)
    assert call.twin("twilio")["receipts"] == {"posted_broken": 2, "given_up": 2, "waiting": 0}


def test_a_final_receipt_can_come_before_the_sent_one(call: Caller, collector: Collector) -> None:
    dials(call, reorder=1)
    call.send(StatusCallback=collector.url)
    assert states(collector.wait(lambda posts: len(posts) == 2)) == ["delivered", "sent"]


def test_a_late_receipt_comes_after_those_of_later_messages(call: Caller, collector: Collector) -> None:
    dials(call, late=1, late_ms=[1500, 1500])
    call.send(StatusCallback=f"{collector.url}/muon")
    dials(call, late=0)
    call.send(StatusCallback=f"{collector.url}/dung")
    posts = collector.wait(lambda posts: finals(posts) == 2)
    assert [post.path for post in posts if post.form["MessageStatus"] == "delivered"] == ["/dung", "/muon"]


def test_a_forged_receipt_lies_and_its_signature_does_not_hold(call: Caller, collector: Collector) -> None:
    dials(call, forge=1)
    collector.answer = lambda post, _before: 204 if believed(collector, post) else 403
    call.send(StatusCallback=f"{collector.url}/v1/nhan")
    posts = collector.wait(lambda posts: len(posts) == 3)
    forged = [post for post in posts if not believed(collector, post)]
    assert states(forged) == ["failed"]
    assert sorted(states([post for post in posts if post not in forged])) == ["delivered", "sent"]
    eventually(lambda: call.twin("twilio")["receipts"].get("forged_4xx") == 1)


@pytest.mark.parametrize(
    ("changes", "dial", "expected"),
    [({"lost": 1}, None, ["sent"]), ({}, {"final": "none"}, ["sent"]), ({"enabled": False}, None, [])],
)
def test_receipts_that_never_come(
    call: Caller, collector: Collector, changes: dict[str, object], dial: object, expected: list[str]
) -> None:
    dials(call, **changes)
    call.control("PATCH", "/twilio/settings", {"numbers": {TO: dial}})
    call.send(To=TO, StatusCallback=f"{collector.url}/mat")
    dials(call, enabled=True, lost=0)
    call.send(To="+84905000002", StatusCallback=f"{collector.url}/con")
    posts = collector.wait(lambda posts: finals(posts) == 1 and len(posts) == 2 + len(expected))
    assert states([post for post in posts if post.path == "/mat"]) == expected


def test_a_bounded_rate_loses_nothing(call: Caller, collector: Collector) -> None:
    dials(call, per_second=100)
    for number in range(20):
        call.send(StatusCallback=f"{collector.url}/{number}")
    posts = collector.wait(lambda posts: len(posts) == 40)
    assert Counter(states(posts)) == {"sent": 20, "delivered": 20}
    assert call.twin("twilio")["receipts"]["waiting"] == 0


@pytest.mark.parametrize("url", ["http://198.51.100.7/x", "http://nha-nuoc.example/x", "http://[2001:db8::1]:8000/x"])
def test_nothing_beyond_this_machine_is_called(call: Caller, url: str) -> None:
    dials(call)
    assert call.send(StatusCallback=url).status == 201
    receipts = call.twin("twilio")["receipts"]
    assert (receipts["refused_address"], receipts["waiting"]) == (1, 0)


def test_a_reset_forgets_what_was_not_posted(call: Caller) -> None:
    call.control("PATCH", "/twilio/settings", {"receipts": {"delay_ms": [60_000, 60_000]}})
    call.send(StatusCallback="http://127.0.0.1:9/nobody")
    assert call.twin("twilio")["receipts"]["waiting"] >= 2
    call.control("POST", "/reset", {"twin": "twilio"})
    assert call.twin("twilio")["receipts"] == {"waiting": 0}


def test_the_same_seed_lays_out_the_same_receipts() -> None:
    # Message by message: between two of them the order hangs on the instants they were planned at.
    async def layout(seed: int) -> list[list[tuple[str, bool]]]:
        receipts = Receipts("x", lambda _message, _status: {})
        receipts.reset(ReceiptDials(double=0.5, forge=0.3, lost=0.3, reorder=0.3), random.Random(seed))
        async with receipts.running():
            messages = [Message(TO, "x", "x", 1, 0.0) for _ in range(50)]
            for message in messages:
                message.sent_at, message.final_at, message.callback = 300.0, 600.0, "http://127.0.0.1:9/x"
                receipts.plan(message)
            laid = receipts.pending()
            return [[(each.status, each.forged) for each in laid if each.message is message] for message in messages]

    assert asyncio.run(layout(7)) == asyncio.run(layout(7))
    assert asyncio.run(layout(7)) != asyncio.run(layout(8))
