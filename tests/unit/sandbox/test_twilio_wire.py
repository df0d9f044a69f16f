"""The gateway as the vendor's own client sees it."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException

from tests.unit.sandbox.support import ACCOUNT, MESSAGES, Caller, basic, with_client

TO, FROM = "+84905000001", "UBND DBan"
fuzzed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def at_once(call: Caller) -> None:
    call.control("PATCH", "/twilio/settings", {"receipts": {"delay_ms": [0, 0]}})


def never(call: Caller) -> None:
    call.control("PATCH", "/twilio/settings", {"receipts": {"delay_ms": [600_000, 600_000]}})


def refusal(call: Caller, use: Callable[[Any], Awaitable[Any]]) -> TwilioRestException:
    async def attempt(client: Any) -> TwilioRestException:
        with pytest.raises(TwilioRestException) as caught:
            await use(client)
        return caught.value

    return with_client(call.origin, attempt)


def test_a_sent_message_is_answered_as_the_client_expects(call: Caller) -> None:
    never(call)
    body = "Hồ sơ đã được tiếp nhận " * 5

    async def use(client: Any) -> Any:
        return await client.messages.create_async(to=TO, from_=FROM, body=body)

    message = with_client(call.origin, use)
    assert re.fullmatch(r"SM[0-9a-f]{32}", message.sid)
    assert (message.to, message.from_, message.body, message.account_sid) == (TO, FROM, body, ACCOUNT)
    assert (message.status, message.direction, message.num_segments) == ("queued", "outbound-api", "2")
    assert message.date_created.tzinfo is UTC
    assert (message.date_sent, message.error_code, message.price) == (None, None, None)
    assert message.uri == f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{message.sid}.json"


def test_a_fetched_message_has_come_to_its_end(call: Caller) -> None:
    at_once(call)

    async def use(client: Any) -> Any:
        sent = await client.messages.create_async(to=TO, from_=FROM, body="Xin chao")
        return await client.messages(sent.sid).fetch_async()

    message = with_client(call.origin, use)
    assert message.status == "delivered"
    assert message.date_sent is not None


def test_a_number_can_be_told_to_fail(call: Caller) -> None:
    at_once(call)
    dial = {"final": "undelivered", "error_code": 30003}
    call.control("PATCH", "/twilio/settings", {"numbers": {TO: dial}})

    async def use(client: Any) -> Any:
        sent = await client.messages.create_async(to=TO, from_=FROM, body="Xin chao")
        return await client.messages(sent.sid).fetch_async()

    message = with_client(call.origin, use)
    assert (message.status, message.error_code) == ("undelivered", 30003)
    assert message.error_message


def test_a_messaging_service_picks_the_sender_later(call: Caller) -> None:
    never(call)

    async def use(client: Any) -> tuple[Any, Any]:
        service = "MG" + "0" * 32
        first = await client.messages.create_async(to=TO, messaging_service_sid=service, body="Xin chao")
        at_once(call)
        second = await client.messages.create_async(to=TO, messaging_service_sid=service, body="Xin chao")
        return first, second

    first, second = with_client(call.origin, use)
    assert (first.status, first.from_, first.num_segments) == ("accepted", None, "0")
    assert (second.status, second.from_, second.num_segments) == ("delivered", "MOTCUA", "1")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "0905000001"}, 21211),
        ({"To": "+84123456789"}, 21211),
        ({"To": "+841234567890"}, 21211),
        ({"To": "+842363000001"}, 21614),
        ({"To": "+842438000001"}, 21614),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550002"}, 21612),
        ({"To": "+15005550003"}, 21408),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"From": ""}, 21603),
        ({"From": "Mot cai ten qua dai"}, 21212),
        ({"From": "Điện Bàn"}, 21212),
        ({"From": "+15005550001"}, 21212),
        ({"From": "+15005550007"}, 21606),
        ({"From": "+15005550008"}, 21611),
        ({"MessagingServiceSid": "MG1"}, 21705),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "ftp://127.0.0.1/x"}, 21609),
        ({"StatusCallback": "http://[/x"}, 21609),
        ({"StatusCallback": "http://127.0.0.1:99999/x"}, 21609),
    ],
)
def test_a_bad_request_gets_its_code(call: Caller, form: dict[str, str], code: int) -> None:
    answer = call.send(**form)
    document = answer.json()
    assert (answer.status, document["code"], document["status"]) == (400, code, 400)
    assert document["message"]
    assert document["more_info"].endswith(str(code))
    assert call.twin("twilio")["accepted"] == 0
    assert call.twin("twilio")["refused"] == {str(code): 1}


@pytest.mark.parametrize("form", [{"To": "+15005550006"}, {"From": "+15005550006"}, {"Body": "x" * 1600}])
def test_a_good_request_at_the_edge_passes(call: Caller, form: dict[str, str]) -> None:
    assert call.send(**form).status == 201


def test_the_client_raises_the_code(call: Caller) -> None:
    call.control("PATCH", "/twilio/settings", {"numbers": {TO: {"reject": 21610}}})
    error = refusal(call, lambda client: client.messages.create_async(to=TO, from_=FROM, body="Xin chao"))
    assert (error.status, error.code) == (400, 21610)


def test_wrong_credentials_and_unknown_things(call: Caller) -> None:
    form = {"To": TO, "From": FROM, "Body": "x"}
    denied = call("POST", MESSAGES, form=form, headers=basic(secret="sandbox-khac"))
    assert (denied.status, denied.json()["code"]) == (401, 20003)
    assert call("GET", MESSAGES).status == 401
    elsewhere = call("POST", MESSAGES.replace(ACCOUNT, "AC" + "f" * 32), form=form, headers=basic())
    assert (elsewhere.status, elsewhere.json()["code"]) == (404, 20404)
    for sid in ("SM" + "0" * 32, "SMx", "SM" + "é" * 32, "MM" + "0" * 32):
        path = MESSAGES.replace(".json", f"/{quote(sid)}.json")
        assert call("GET", path, headers=basic()).json()["code"] == 20404
        assert call("POST", path, form={"Status": "canceled"}, headers=basic()).json()["code"] == 20404


def test_what_still_waits_can_be_canceled_and_any_text_redacted(call: Caller) -> None:
    never(call)

    async def use(client: Any) -> tuple[str, str, str]:
        sent = await client.messages.create_async(to=TO, from_=FROM, body="Xin chao")
        canceled = await client.messages(sent.sid).update_async(status="canceled")
        redacted = await client.messages(sent.sid).update_async(body="")
        return canceled.status, redacted.status, redacted.body

    assert with_client(call.origin, use) == ("canceled", "canceled", "")
    at_once(call)
    sid = call.send().json()["sid"]
    error = refusal(call, lambda client: client.messages(sid).update_async(status="canceled"))
    assert (error.status, error.code) == (400, 30409)
    error = refusal(call, lambda client: client.messages(sid).update_async(body="mot noi dung khac"))
    assert (error.status, error.code) == (400, 20001)


def test_a_list_is_filtered_by_number_sender_and_date(call: Caller) -> None:
    for number, sender in ((TO, FROM), ("+84905000002", FROM), (TO, "MOT CUA")):
        assert call.send(To=number, From=sender).status == 201
    now = datetime.now(UTC)
    day = timedelta(days=1)

    async def count(client: Any, **filters: Any) -> int:
        return len(await client.messages.list_async(**filters))

    async def use(client: Any) -> list[int]:
        return [
            await count(client),
            await count(client, to=TO),
            await count(client, to=TO, from_=FROM),
            await count(client, to="+84905000009"),
            await count(client, date_sent_after=now - day),
            await count(client, date_sent_after=now + day),
            await count(client, date_sent_before=now + day, to=TO),
            await count(client, date_sent_before=now - day),
        ]

    assert with_client(call.origin, use) == [3, 2, 1, 0, 3, 0, 2, 0]


def test_every_spelling_of_a_date_bound(call: Caller) -> None:
    call.send()
    created = datetime.fromisoformat(call.control("GET", "/twilio/messages")["messages"][0]["date"])
    today, before = f"{created:%Y-%m-%d}", f"{created - timedelta(days=1):%Y-%m-%d}"
    expected = {
        f"DateSent={today}": 1,
        f"DateSent={before}": 0,
        f"DateSent>={today}": 1,
        f"DateSent%3E={today}": 1,
        f"DateSent<={today}": 1,
        f"DateSent%3C={before}": 0,
        f"DateSent=%3E%3D{before}": 1,
        f"DateSent=%3C%3D{before}": 0,
        f"DateSent%3E={quote(created.isoformat())}": 1,
        "DateSent=": 1,
        f"To={TO}": 1,
    }
    found = {text: call("GET", f"{MESSAGES}?{text}", headers=basic()).json() for text in expected}
    assert {text: len(page["messages"]) for text, page in found.items()} == expected


@pytest.mark.parametrize("text", ["DateSent=mai", "DateSent%21=2026-11-20", "PageSize=x", "PageToken=1", "Page=-1"])
def test_a_list_parameter_that_cannot_be(call: Caller, text: str) -> None:
    answer = call("GET", f"{MESSAGES}?{text}", headers=basic())
    assert (answer.status, answer.json()["code"]) == (400, 20001)


def test_pages_hold_everything_once_while_new_messages_arrive(call: Caller) -> None:
    sids = [call.send(To=TO, Body=f"tin {number}").json()["sid"] for number in range(7)]

    async def use(client: Any) -> list[str]:
        found: list[str] = []
        page = await client.messages.page_async(to=TO, page_size=3)
        while page is not None:
            found += [message.sid for message in page]
            call.send(To=TO, Body="tin chen vao")
            page = await page.next_page_async()
        return found

    assert with_client(call.origin, use) == sids[::-1]


def test_the_list_says_where_it_is(call: Caller) -> None:
    for _ in range(3):
        call.send()
    page = call("GET", f"{MESSAGES}?{urlencode({'To': TO, 'PageSize': 2})}", headers=basic()).json()
    assert (page["page"], page["page_size"], page["start"], page["end"]) == (0, 2, 0, 1)
    assert page["next_page_uri"].startswith(
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?To=%2B84905000001&PageSize=2&"
    )
    last = call("GET", "/twilio" + page["next_page_uri"], headers=basic()).json()
    assert (last["page"], len(last["messages"]), last["next_page_uri"]) == (1, 1, None)


@fuzzed
@given(
    st.binary(max_size=300) | st.dictionaries(st.text(max_size=8), st.text(max_size=30)).map(urlencode).map(str.encode)
)
def test_no_form_makes_the_gateway_fail(call: Caller, body: bytes) -> None:
    assert call("POST", MESSAGES, form=body, headers=basic()).status in (201, 400)


@fuzzed
@given(
    st.dictionaries(
        st.sampled_from(["To", "From", "DateSent", "DateSent>", "DateSent<", "Page", "PageSize", "PageToken", "x"]),
        st.text(max_size=20) | st.integers().map(str) | st.dates().map(str) | st.datetimes().map(str),
    )
)
def test_no_query_makes_the_gateway_fail(call: Caller, parameters: dict[str, str]) -> None:
    text = urlencode(parameters, errors="replace")
    assert call("GET", f"{MESSAGES}?{text}", headers=basic()).status in (200, 400)


def test_a_hundred_fields_are_too_many(call: Caller) -> None:
    assert call("POST", MESSAGES, form=b"&".join([b"a=b"] * 101), headers=basic()).status == 400
