"""The eSMS twin: its answers, what it refuses, its memory of requests, and its callbacks."""

from collections import Counter
from typing import Any

import pytest

from sandbox.esms.checks import telco_of
from sandbox.world import Settings
from tests.unit.sandbox.support import Caller, Collector, Posted

SEND = "/esms/MainService.svc/json/SendMultipleMessage_V4_post_json/"
SETTINGS = Settings()
PHONE, TO = "0905000001", "+84905000001"


def post(call: Caller, **fields: str | None) -> Any:
    message = {
        "ApiKey": SETTINGS.esms_api_key,
        "SecretKey": SETTINGS.esms_secret_key,
        "Phone": PHONE,
        "Content": "Ho so da duoc tiep nhan",
        "Brandname": SETTINGS.esms_brandname,
        "SmsType": "2",
        "IsUnicode": "0",
        **fields,
    }
    answer = call("POST", SEND, data={name: value for name, value in message.items() if value is not None})
    assert answer.status == 200
    return answer.json()


def turn(call: Caller, **receipts: object) -> None:
    call.control("PATCH", "/esms/settings", {"receipts": {"delay_ms": [0, 40], "double": 0, **receipts}})


def fates(posts: list[Posted]) -> list[tuple[str, str, str]]:
    return [(one.form["SendStatus"], one.form["SendSuccess"], one.form["SendFailed"]) for one in posts]


def test_a_text_is_taken_shown_and_counted(call: Caller) -> None:
    taken = post(call, RequestId="tin-1")
    assert (taken["CodeResult"], taken["CountRegenerate"]) == ("100", 0)
    (row,) = call.control("GET", "/esms/messages?to=%2B84905000001")["messages"]
    assert (row["sid"], row["request_id"], row["to"], row["from"]) == (taken["SMSID"], "tin-1", TO, "UBND DBan")
    (phone,) = call("GET", "/phone.json").json()["phones"]
    (shown,) = call("GET", f"/phone/{phone['handle']}.json").json()["messages"]
    assert (phone["number"], shown["text"], shown["from"]) == (TO, "Ho so da duoc tiep nhan", "UBND DBan")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ApiKey": "x"}, "101"),
        ({"SecretKey": None}, "101"),
        ({"SmsType": "1"}, "118"),
        ({"Brandname": "KHAC"}, "104"),
        ({"Phone": "01205000001"}, "108"),
        ({"Phone": "02363000001"}, "108"),
        ({"Content": ""}, "110"),
        ({"RequestId": "x" * 51}, "110"),
    ],
)
def test_what_is_wrong_is_refused_with_its_code(call: Caller, changed: dict[str, str | None], code: str) -> None:
    assert post(call, **changed)["CodeResult"] == code
    state = call.twin("esms")
    assert (state["accepted"], state["refused"]) == (0, {code: 1})


def test_a_brandname_is_the_same_in_any_case(call: Caller) -> None:
    assert post(call, Brandname="ubnd dban")["CodeResult"] == "100"


def test_what_is_no_json_is_no_request(call: Caller) -> None:
    for body in (b"{", b"[]", b"\xff"):
        answer = call("POST", SEND, data=body)
        assert (answer.status, answer.json()) == (400, {"error": "Invalid request"})


def test_a_request_id_is_taken_once_whatever_comes_with_it(call: Caller) -> None:
    assert post(call, RequestId="a")["CodeResult"] == "100"
    again = post(call, RequestId="a", Content="Khac")
    assert (again["CodeResult"], "SMSID" in again) == ("124", False)
    assert call.twin("esms")["accepted"] == 1


def test_a_refused_request_id_may_come_again(call: Caller) -> None:
    call.control("PATCH", "/esms/settings", {"balance": 849})
    assert post(call, RequestId="a")["CodeResult"] == "103"
    call.control("PATCH", "/esms/settings", {"balance": 850})
    assert post(call, RequestId="a")["CodeResult"] == "100"
    assert call.control("GET", "/esms/settings")["balance"] == 0


def test_the_same_text_to_the_same_phone_has_to_wait(call: Caller) -> None:
    assert post(call, RequestId="a")["CodeResult"] == "100"
    assert post(call, RequestId="b")["CodeResult"] == "199"
    assert post(call, RequestId="b", Content="Khac")["CodeResult"] == "100"
    assert post(call, RequestId="c", Phone="0905000002")["CodeResult"] == "100"


def test_accents_go_unless_asked_for(call: Caller) -> None:
    post(call, Content="Đã xong")
    post(call, Content="Đã xong", IsUnicode="1")
    assert [row["body"] for row in call.control("GET", "/esms/messages")["messages"]] == ["Da xong", "Đã xong"]


def test_numbers_and_account_have_their_fates(call: Caller) -> None:
    call.control("PATCH", "/esms/settings", {"numbers": {TO: {"reject": "177"}}})
    assert post(call)["CodeResult"] == "177"
    call.control("PATCH", "/esms/settings", {"refuse": "143", "numbers": {TO: None}})
    assert post(call)["CodeResult"] == "143"
    call.control("PATCH", "/esms/settings", {"refuse": None})
    assert post(call)["CodeResult"] == "100"


@pytest.mark.parametrize(
    "change",
    [{"x": 1}, {"balance": -1}, {"price": True}, {"refuse": 101}, {"numbers": []}, {"numbers": {TO: {"final": "x"}}}],
)
def test_dials_that_cannot_be_are_refused_whole(call: Caller, change: dict[str, object]) -> None:
    before = call.control("GET", "/esms/settings")
    answer = call("PATCH", "/_control/esms/settings", data={"receipts": {"double": 1}, **change})
    assert answer.status == 400
    assert call.control("GET", "/esms/settings") == before


def test_a_callback_tells_of_the_way_and_the_end(call: Caller, collector: Collector) -> None:
    turn(call)
    sid = post(call, RequestId="a", CallbackUrl=f"{collector.url}/v1/nhan/x")["SMSID"]
    posts = collector.wait(lambda posts: len(posts) == 2)
    assert sorted(fates(posts)) == [("5", "1", "0"), ("7", "0", "0")]
    assert {one.path for one in posts} == {"/v1/nhan/x"}
    last = next(one.form for one in posts if one.form["SendStatus"] == "5")
    assert (last["SMSID"], last["RequestId"], last["phonenumber"]) == (sid, "a", PHONE)
    assert (last["TotalPrice"], last["TypeId"], last["telcoid"]) == ("850.0000", "2", "2")


def test_a_failed_end_says_so(call: Caller, collector: Collector) -> None:
    turn(call)
    call.control("PATCH", "/esms/settings", {"numbers": {TO: {"final": "undelivered"}}})
    post(call, CallbackUrl=f"{collector.url}/x")
    assert ("5", "0", "1") in fates(collector.wait(lambda posts: len(posts) == 2))


def test_callbacks_come_twice_and_forged_ones_miss_the_address(call: Caller, collector: Collector) -> None:
    turn(call, double=1, forge=1)
    post(call, CallbackUrl=f"{collector.url}/v1/nhan/mac")
    posts = collector.wait(lambda posts: len(posts) == 5)
    assert Counter(one.path for one in posts) == {"/v1/nhan/mac": 4, "/v1/nhan/AAAAAAAAAAAAAAAAAAAAAA": 1}
    assert Counter(fates([one for one in posts if one.path.endswith("mac")])) == {
        ("5", "1", "0"): 2,
        ("7", "0", "0"): 2,
    }


def test_only_this_machine_is_ever_called(call: Caller) -> None:
    turn(call)
    post(call, CallbackUrl="http://example.invalid/x")
    assert call.twin("esms")["receipts"] == {"refused_address": 1, "waiting": 0}


@pytest.mark.parametrize(("number", "telco"), [("+84982000001", "1"), ("+84555000001", "7"), ("+84512000001", "")])
def test_the_network_is_told_by_its_prefix(number: str, telco: str) -> None:
    assert telco_of(number) == telco
