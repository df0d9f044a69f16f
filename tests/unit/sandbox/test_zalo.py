"""The Zalo twin: tokens for one use, messages by template, refusals inside HTTP 200."""

import base64
import hashlib

import pytest

from sandbox.zalo.store import Message, MessageStore
from tests.unit.sandbox.support import SETTINGS, Caller
from tests.unit.sandbox.zalo_support import DATA, TO, Oa, token


@pytest.fixture
def oa(call: Caller) -> Oa:
    return Oa(call)


def test_a_refresh_token_is_good_for_one_use(call: Caller) -> None:
    first = token(call)
    assert first["expires_in"] == "90000"
    again = token(call)
    assert (again["error"], "access_token" in again) == (-14014, False)
    second = token(call, first["refresh_token"])
    assert second["refresh_token"] not in ("", first["refresh_token"])
    assert token(call, first["refresh_token"])["error"] == -14014


def test_tokens_outlive_a_restart(call: Caller) -> None:
    pair = token(call)
    call.control("POST", "/reset", {"twin": "zalo"})
    assert "access_token" in token(call, pair["refresh_token"])
    oa = Oa(call)
    oa.access_token = pair["access_token"]
    assert oa.send()["error"] == 0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"app_id": "1"}, -14002),
        ({"grant_type": "password"}, -14005),
        ({"refresh_token": "r.00000000.1.abc"}, -14014),
        ({"refresh_token": ""}, -14014),
    ],
)
def test_what_the_token_endpoint_refuses_comes_with_http_200(call: Caller, changes: dict[str, str], error: int) -> None:
    assert token(call, **changes)["error"] == error


def test_the_secret_key_is_a_header(call: Caller) -> None:
    form = {"refresh_token": "x", "app_id": SETTINGS.zalo_app_id, "grant_type": "refresh_token"}
    assert call("POST", "/zalo/v4/oa/access_token", form=form).json()["error"] == -14004


def test_a_code_is_bound_to_its_verifier_and_good_once(call: Caller) -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    def exchange(code: str, said: str) -> object:
        form = {"code": code, "app_id": SETTINGS.zalo_app_id, "grant_type": "authorization_code", "code_verifier": said}
        headers = {"secret_key": SETTINGS.zalo_app_secret}
        return call("POST", "/zalo/v4/oa/access_token", form=form, headers=headers).json().get("error", 0)

    codes = [call.control("POST", "/zalo/codes", {"challenge": challenge})["code"] for _ in range(2)]
    assert exchange(codes[0], "another") == -14006
    assert exchange(codes[1], verifier) == 0
    assert exchange(codes[1], verifier) == -14006


@pytest.mark.parametrize(("mode", "consumed"), [("empty_token", True), ("token_error", False)])
def test_a_refresh_that_goes_wrong(call: Caller, mode: str, consumed: bool) -> None:
    call.control("POST", "/zalo/faults", {"mode": mode, "count": 1})
    assert not token(call).get("access_token")
    assert ("error" in token(call)) is consumed


def test_a_message_is_taken_shown_and_told_of(oa: Oa) -> None:
    answer = oa.send(tracking_id="ma-77")
    assert (answer["error"], answer["data"]["sending_mode"]) == (0, "1")
    assert answer["data"]["quota"] == {"dailyQuota": "500000", "remainingQuota": "499999"}
    assert answer["data"]["sent_time"].isdigit()
    (row,) = oa.call.control("GET", "/zalo/messages")["messages"]
    assert (row["to"], row["tracking_id"], row["template_data"]) == (TO, "ma-77", DATA)
    (seen,) = oa.call("GET", "/phone/1.json").json()["messages"]
    assert (seen["channel"], seen["parts"]) == ("Zalo", 0)
    assert "H17.20551-261120-0001" in seen["text"]
    assert "mẫu 430001" in oa.call("GET", "/phone/1").text


def test_the_same_tracking_id_is_no_reason_to_refuse(oa: Oa) -> None:
    assert oa.send()["data"]["msg_id"] != oa.send()["data"]["msg_id"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"phone": "0905000001"}, -108),
        ({"phone": "842363888888"}, -108),
        ({"phone": None}, -108),
        ({"template_id": "999"}, -109),
        ({"template_id": 430001}, -109),
        ({"tracking_id": None}, -132),
        ({"tracking_id": "x" * 49}, -132),
        ({"mode": "test"}, -132),
        ({"template_data": {}}, -111),
        ({"template_data": {**DATA, "la": "x"}}, -132),
        ({"template_data": {**DATA, "ma_ho_so": ""}}, -1122),
        ({"template_data": {**DATA, "trang_thai": ["x"]}}, -1124),
        ({"template_data": {**DATA, "trang_thai": "x" * 31}}, -1121),
    ],
)
def test_what_is_refused(oa: Oa, changes: dict[str, object], error: int) -> None:
    assert oa.send(**changes)["error"] == error
    assert oa.call.twin("zalo")["refused"] == {str(error): 1}


def test_lengths_are_counted_in_composed_characters(oa: Oa) -> None:
    thirty = "e\u0302\u0301" * 30
    assert oa.send(template_data={**DATA, "trang_thai": thirty})["error"] == 0


@pytest.mark.parametrize(("body", "error"), [(b"", -121), (b"{", -122), (b"[]", -122)])
def test_a_body_that_is_none(oa: Oa, body: bytes, error: int) -> None:
    assert oa.post("/zalo/message/template", body)["error"] == error


@pytest.mark.parametrize(
    ("clock", "template", "error"),
    [
        ("21:59", "430001", 0),
        ("22:00", "430001", -133),
        ("05:59", "430001", -133),
        ("06:00", "430001", 0),
        ("23:00", "430009", 0),
    ],
)
def test_the_night_rule_goes_by_template(oa: Oa, clock: str, template: str, error: int) -> None:
    oa.turn(clock=clock)
    data = DATA if template == "430001" else {"otp": "123456"}
    assert oa.send(template_id=template, template_data=data)["error"] == error


def test_quotas_of_the_account_and_of_a_template(oa: Oa) -> None:
    oa.call.control("PUT", "/zalo/templates/55", {"text": "<a>", "params": {"a": 5}, "daily": 1})
    assert [oa.send(template_id="55", template_data={"a": "x"})["error"] for _ in range(2)] == [0, -147]
    oa.turn(daily_quota=2)
    assert [oa.send()["error"] for _ in range(2)] == [0, -144]
    assert oa.get("/zalo/message/quota")["data"] == {"dailyQuota": "2", "remainingQuota": "0"}


@pytest.mark.parametrize(("status", "error"), [("PENDING_REVIEW", -131), ("REJECT", -131), ("DISABLE", -146)])
def test_a_template_that_is_not_enabled(oa: Oa, status: str, error: int) -> None:
    oa.call.control("PUT", "/zalo/templates/55", {"text": "<a>", "params": {"a": 5}, "status": status})
    assert oa.send(template_id="55", template_data={"a": "x"})["error"] == error
    info = oa.get("/zalo/template/info/v2?template_id=55")["data"]
    assert (info["status"], info["listParams"][0]["maxLength"]) == (status, 5)


@pytest.mark.parametrize(
    "bad", [{"params": {"a": 0}}, {"status": "ON"}, {"params": []}, {"night": 1}, {"daily": "x"}, {"la": 1}]
)
def test_a_template_that_cannot_be(call: Caller, bad: dict[str, object]) -> None:
    assert call("PUT", "/_control/zalo/templates/55", data=bad).status == 400


def test_a_number_without_zalo_and_the_next_refusals(oa: Oa) -> None:
    oa.turn(numbers={TO: {"reject": -118}}, next_errors=[-32, -100])
    assert [oa.send()["error"] for _ in range(3)] == [-32, -100, -118]
    oa.turn(numbers={TO: None})
    assert oa.send()["error"] == 0


@pytest.mark.parametrize("code", [-124, -216, -220])
def test_tokens_can_be_ended(oa: Oa, code: int) -> None:
    oa.call.control("PATCH", "/zalo/tokens", {"end": code})
    assert oa.send()["error"] == code
    assert oa.get("/zalo/message/quota")["error"] == code


def test_a_token_of_no_life_or_none_at_all_is_refused(oa: Oa) -> None:
    oa.call.control("POST", "/reset", {"twin": "zalo"})
    oa.call.control("PATCH", "/zalo/tokens", {"life_s": 0})
    oa.access_token = token(oa.call)["access_token"]
    assert oa.send()["error"] == -124
    assert oa.call("POST", "/zalo/message/template", data={}).json()["error"] == -124


def test_a_status_is_asked_by_message_id(oa: Oa) -> None:
    oa.turn(numbers={TO: {"arrives": False}})
    gone = oa.send()["data"]["msg_id"]
    assert oa.get(f"/zalo/message/status?message_id={gone}")["data"]["status"] == 0
    assert oa.get("/zalo/message/status?message_id=none")["data"]["status"] == -1


def test_messages_are_listed_page_by_page(call: Caller) -> None:
    oa = Oa(call)
    sent = [oa.send(tracking_id=f"ma-{number}")["data"]["msg_id"] for number in range(3)]
    page = call.control("GET", "/zalo/messages?since=1&limit=1")
    assert [row["msg_id"] for row in page["messages"]] == sent[1:2]
    assert (page["next"], page["first"], page["total"]) == (2, 0, 3)


def test_only_the_latest_messages_are_kept() -> None:
    store = MessageStore(2)
    for position, to in enumerate([TO, "+84905000002", "+84905000002"]):
        store.add(Message(position, f"m{position}", to, "1", {}, "x", "t", 0.0, None))
    assert (store.total, store.first, store.find("m0"), store.at(0)) == (3, 1, None, None)
    assert [message.msg_id for message in store.newest_to("+84905000002")] == ["m2", "m1"]
    assert list(store.newest_to(TO)) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"clock": "24:00"},
        {"clock": 5},
        {"events": {"late": 2}},
        {"events": {"delay_ms": [1]}},
        {"events": {"enabled": "no"}},
        {"events": {"silent": ["0905000001"]}},
        {"events": {"silent": TO}},
        {"numbers": {"0905000001": {}}},
        {"numbers": {TO: {"reject": 5}}},
        {"next_errors": [1]},
        {"daily_quota": -1},
        {"webhook_url": "ftp://x"},
        {"la": 1},
    ],
)
def test_dials_that_cannot_be(call: Caller, bad: dict[str, object]) -> None:
    assert call("PATCH", "/_control/zalo/settings", data=bad).status == 400
    assert call.control("GET", "/zalo/settings")["clock"] is None
