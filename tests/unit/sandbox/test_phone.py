"""The phone's screen."""

import re

import pytest

from tests.unit.sandbox.support import Caller

FIRST, SECOND = "+84905000001", "+84905000002"


@pytest.fixture
def phones(call: Caller) -> Caller:
    call.control("PATCH", "/twilio/settings", {"receipts": {"delay_ms": [0, 0]}})
    call.send(To=FIRST, Body="Ho so 20551-261120-0001 da duoc tiep nhan")
    call.send(To=SECOND, Body="Tin cua may khac")
    call.send(To=FIRST, Body="Hồ sơ <b>đã xong</b> & có kết quả")
    return call


def test_nothing_yet(call: Caller) -> None:
    assert call("GET", "/phone.json").json() == {"phones": [], "total": 0}
    assert "Chưa có máy nào" in call("GET", "/phone").text
    assert call("GET", "/phone/1").status == call("GET", "/phone/1.json").status == 404


def test_numbers_are_listed_with_their_handles_latest_first(phones: Caller) -> None:
    listed = phones("GET", "/phone.json").json()
    assert [(row["number"], row["handle"], row["messages"]) for row in listed["phones"]] == [
        (FIRST, 1, 2),
        (SECOND, 2, 1),
    ]
    assert listed["total"] == 2
    page = phones("GET", "/phone").text
    assert page.index("0905 000 001") < page.index("0905 000 002")
    links = re.findall(r'href="(/phone/[^"]*)"', page)
    assert links == ["/phone/1", "/phone/2"]


def test_a_screen_as_data(phones: Caller) -> None:
    screen = phones("GET", "/phone/1.json").json()
    assert (screen["handle"], screen["number"]) == (1, FIRST)
    first, second = screen["messages"]
    assert set(first) == {"at", "from", "text", "channel", "encoding", "parts", "state"}
    assert (first["from"], first["channel"], first["encoding"], first["parts"]) == ("UBND DBan", "SMS", "GSM-7", 1)
    assert (first["state"], second["encoding"]) == ("delivered", "UCS-2")
    assert first["at"].endswith("+07:00")
    assert first["at"] <= second["at"]


def test_a_screen_as_a_person_sees_it(phones: Caller) -> None:
    page = phones("GET", "/phone/1")
    assert page.headers.get_content_type() == "text/html"
    assert "Hồ sơ &lt;b&gt;đã xong&lt;/b&gt; &amp; có kết quả" in page.text
    assert "Tin cua may khac" not in page.text
    assert page.text.count('<article class="bubble delivered">') == 2
    assert "1 phần · GSM-7" in page.text
    assert "Đã nhận" in page.text
    assert not re.search(r'(?:src|href)="https?:', page.text)


@pytest.mark.parametrize(
    ("settings", "state", "words"),
    [
        ({"receipts": {"delay_ms": [600_000, 600_000]}}, "queued", "Đang gửi"),
        ({"numbers": {FIRST: {"final": "none"}}}, "sent", "Đã gửi"),
        ({"numbers": {FIRST: {"final": "undelivered"}}}, "failed", "Không đến được"),
    ],
)
def test_every_state_has_its_words(phones: Caller, settings: dict[str, object], state: str, words: str) -> None:
    phones.control("PATCH", "/twilio/settings", settings)
    phones.send(To=FIRST)
    assert phones("GET", "/phone/1.json").json()["messages"][-1]["state"] == state
    page = phones("GET", "/phone/1").text
    assert f'<article class="bubble {state}">' in page
    assert words in page


def test_what_no_phone_number_looks_like_is_shown_as_it_is(phones: Caller) -> None:
    phones.send(To="+15005550006", From="+15005550006")
    assert "+15005550006" in phones("GET", "/phone").text
