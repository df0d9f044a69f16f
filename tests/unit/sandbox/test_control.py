"""Steering and watching the sandbox."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.twilio.dials import BadDialError, Dials
from sandbox.world import PhoneBook
from tests.unit.sandbox.support import Caller


def test_health_names_the_twins(call: Caller) -> None:
    twins = ["eid", "vneid", "twilio", "esms", "zalo", "authority", "registry", "phone", "app"]
    assert call("GET", "/health").json() == {"status": "ok", "twins": twins}
    assert call("GET", "/").status == 200
    assert call("GET", "/khong-co").status == 404
    assert call("DELETE", "/health").status == 405


def test_state_counts_and_reset_forgets(call: Caller) -> None:
    call.send()
    call.send(To="khong phai so")
    call.control(
        "PATCH", "/twilio/settings", {"receipts": {"double": 1}, "numbers": {"+84905000009": {"reject": 21610}}}
    )
    call.control("POST", "/twilio/faults", {"mode": "slow", "ms": 1})
    state = call.control("GET", "/state")
    assert (state["origin"], state["seed"]) == (call.origin, 1)
    twilio = state["twins"]["twilio"]
    assert (twilio["accepted"], twilio["kept"], twilio["refused"]) == (1, 1, {"21211": 1})
    assert twilio["settings"]["numbers"]["+84905000009"]["reject"] == 21610
    assert state["twins"]["phone"] == {"numbers": 1, "faults": []}
    fresh = call.control("POST", "/reset", {"seed": 5})
    twilio = fresh["twins"]["twilio"]
    assert (fresh["seed"], twilio["accepted"], twilio["refused"], twilio["faults"]) == (5, 0, {}, [])
    assert (twilio["settings"]["numbers"], twilio["settings"]["receipts"]["double"]) == ({}, 0.1)
    assert fresh["twins"]["phone"]["numbers"] == 0


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'"x"', b"\xff", b'{"twin": "khong-co"}', b'{"seed": "x"}', b'{"seed": true}']
)
def test_a_reset_that_cannot_be(call: Caller, body: bytes) -> None:
    assert call("POST", "/_control/reset", data=body).status == 400


def test_messages_are_shown_in_order_from_a_position(call: Caller) -> None:
    for number in range(5):
        call.send(To=f"+8490500000{number % 2}", Body=f"tin {number}", StatusCallback="http://127.0.0.1:9/x")
    first = call.control("GET", "/twilio/messages?limit=2")
    assert [row["body"] for row in first["messages"]] == ["tin 0", "tin 1"]
    row = first["messages"][0]
    assert set(row) == {
        "position", "sid", "to", "from", "body", "parts", "status", "error_code", "date", "status_callback",
    }  # fmt: skip
    assert (row["to"], row["from"], row["parts"], row["status"]) == ("+84905000000", "UBND DBan", 1, "queued")
    rest = call.control("GET", f"/twilio/messages?since={first['next']}")
    assert [row["body"] for row in rest["messages"]] == ["tin 2", "tin 3", "tin 4"]
    assert (rest["next"], rest["first"], rest["total"]) == (5, 0, 5)
    own = call.control("GET", "/twilio/messages?to=%2B84905000001")
    assert [row["body"] for row in own["messages"]] == ["tin 1", "tin 3"]
    assert call("GET", "/_control/twilio/messages?since=x").status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"speed": 1},
        {"receipts": {"speed": 1}},
        {"receipts": {"enabled": 1}},
        {"receipts": {"double": 2}},
        {"receipts": {"double": True}},
        {"receipts": {"delay_ms": 5}},
        {"receipts": {"delay_ms": [1]}},
        {"receipts": {"per_second": 0}},
        {"receipts": [1]},
        {"numbers": {"+84905000001": 1}},
        {"numbers": {"+84905000001": {"reject": 1}}},
        {"numbers": {"+84905000001": {"final": "gone"}}},
        {"numbers": {"+84905000001": {"final": "sent"}}, "receipts": {"double": 1}},
    ],
)
def test_a_setting_that_cannot_be_changes_nothing(call: Caller, change: dict[str, object]) -> None:
    before = call.control("GET", "/twilio/settings")
    answer = call("PATCH", "/_control/twilio/settings", data=change)
    assert answer.status == 400
    assert answer.json()["error"]
    assert call.control("GET", "/twilio/settings") == before


def test_a_number_is_as_any_other_again(call: Caller) -> None:
    number = "+84905000001"
    call.control("PATCH", "/twilio/settings", {"numbers": {number: {"reject": 21610}}})
    assert call.send(To=number).json()["code"] == 21610
    call.control("PATCH", "/twilio/settings", {"numbers": {number: None}})
    assert call.send(To=number).status == 201


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["reject", "final", "double", "delay_ms", "x"]), inner)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["receipts", "numbers", "x"]), values))
def test_any_object_turns_the_dials_or_is_refused(change: dict[str, Any]) -> None:
    dials = Dials()
    before = json.dumps(dials.as_json())
    refused = False
    try:
        dials.turn(change)
    except BadDialError:
        refused = True
    assert 0 <= dials.receipts.double <= 1
    assert not refused or json.dumps(dials.as_json()) == before


@given(st.lists(st.sampled_from("abcdef"), max_size=30), st.integers(1, 4))
def test_the_phone_book_keeps_the_latest_numbers_under_steady_handles(numbers: list[str], bound: int) -> None:
    book = PhoneBook(bound)
    handles: dict[int, str] = {}
    for number in numbers:
        book.touch(number)
        handle, latest = book.latest(1)[0]
        assert latest == number
        assert handles.setdefault(handle, number) == number
    shown = book.latest(10)
    recent = list(dict.fromkeys(reversed(numbers)))[:bound]
    assert [number for _, number in shown] == recent
    assert all(book.number(handle) == number for handle, number in shown)
    assert len(book) == len(recent)
