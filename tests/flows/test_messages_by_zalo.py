"""The way of a notice to a citizen who switched Zalo on, and what an officer sees of it and can do about it."""

from collections.abc import Iterator
from typing import Any

import pytest

from journey.outside import OutsideParty
from journey.phone import Phone
from tests.support.system import NUMBERS, System, notices
from tests.support.waiting import eventually

LOGIN = "nhap"
NUMBER = NUMBERS[LOGIN]
ELSEWHERE = NUMBERS["khach"]
PREFERENCES = "/v1/me/notification-preferences"


class ZaloUser:
    """A citizen with Zalo on their phone, and the sandbox's account as it sees them."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.phone: Phone = system.citizen(LOGIN)
        self._zalo = OutsideParty(system.stack.sandbox_url, "zalo")

    def wish(self, *, zalo: bool) -> Any:
        return self.phone.call("PATCH", PREFERENCES, json_body={"dossier_status": {"zalo": zalo}}).json()

    def turn(self, **dials: Any) -> None:
        self._zalo.turn(**dials)

    def got(self, code: str) -> list[Any]:
        """What came by Zalo about a dossier."""
        said = self._zalo.look("messages", to=NUMBER)["messages"]
        return [message for message in said if code in message["body"]]

    def messages(self, dossier_id: str) -> list[Any]:
        """All about a dossier as its officer sees them."""
        items = self.system.office().receiver.call("GET", f"/v1/desk/dossiers/{dossier_id}/messages").json()["items"]
        return list(items)

    def of(self, dossier_id: str, event: str) -> dict[str, Any]:
        """The messages of one event as planned, by channel."""
        return {each["channel"]: each for each in self.messages(dossier_id) if each["event"] == event}

    def close(self) -> None:
        self.turn(numbers={NUMBER: None}, clock=None, events={"delay_ms": [200, 1500], "lost": 0}, next_errors=[])
        self.wish(zalo=False)
        self._zalo.close()


@pytest.fixture
def user(system: System) -> Iterator[ZaloUser]:
    user = ZaloUser(system)
    # By the sandbox's own clock it is day, whatever the hour.
    user.turn(clock="10:00", events={"delay_ms": [0, 50], "lost": 0}, numbers={NUMBER: None})
    assert user.wish(zalo=True)["dossier_status"]["zalo"] is True
    yield user
    user.close()


def test_who_switched_zalo_on_is_told_by_zalo_alone(user: ZaloUser) -> None:
    system = user.system
    shown = system.filed(LOGIN)
    system.office().receiver.accept(shown["id"])
    told = system.told(LOGIN, shown["id"], 2)
    assert notices(told) == ["delivered", "delivered"]
    assert {entry["text"] for entry in told["timeline"] if entry["axis"] == "notice"} == {
        "Đã báo cho công dân qua Zalo (đã nộp hồ sơ).",
        "Đã báo cho công dân qua Zalo (hồ sơ được tiếp nhận).",
    }
    assert len(user.got(shown["code"])) == 2
    assert system.gateway.texts(NUMBER, shown["code"]) == []

    ways = user.of(shown["id"], "dossier.accepted")
    assert {channel: way["state"] for channel, way in ways.items()} == {
        "inbox": "delivered", "zalo": "delivered", "sms": "cancelled",
    }  # fmt: skip
    assert ways["sms"]["code"] == "not_needed"
    zalo = ways["zalo"]
    assert zalo["why"].startswith("Tin đi trước tiên qua Zalo. Người nhận đã bật Zalo.")
    assert (zalo["cost_vnd"], zalo["address"], ways["sms"]["cost_vnd"]) == (300, "…005", 0)
    (attempt,) = zalo["attempts"]
    assert (attempt["gateway"], attempt["state"], attempt["cost_vnd"]) == ("zalo", "accepted", 300)
    assert {receipt["status"] for receipt in attempt["receipts"]} == {"user_received_message"}

    notices_read = user.phone.call("GET", "/v1/me/inbox").json()["items"]
    about = [item["event"] for item in notices_read if item["dossier_id"] == shown["id"]]
    assert about == ["dossier.accepted", "dossier.submitted"]


def test_who_has_no_zalo_is_told_by_a_text_at_once(user: ZaloUser) -> None:
    user.turn(numbers={NUMBER: {"reject": -118}})
    system = user.system
    shown = system.filed(LOGIN)
    assert notices(system.told(LOGIN, shown["id"], 1)) == ["dead", "delivered"]
    assert len(system.gateway.texts(NUMBER, shown["code"])) == 1
    ways = user.of(shown["id"], "dossier.submitted")
    assert (ways["zalo"]["state"], ways["zalo"]["code"], ways["zalo"]["cost_vnd"]) == ("dead", "-118", 0)
    assert ways["zalo"]["reason"]
    assert ways["zalo"]["advice"]["vi"]
    assert ways["sms"]["state"] == "delivered"
    assert ways["sms"]["cost_vnd"] == 2000 * ways["sms"]["parts"]


def test_when_the_day_is_spent_a_text_goes_at_once(user: ZaloUser) -> None:
    user.turn(next_errors=[-147])
    system = user.system
    shown = system.filed(LOGIN)
    assert notices(system.told(LOGIN, shown["id"], 1)) == ["delivered"]
    ways = user.of(shown["id"], "dossier.submitted")
    assert (ways["zalo"]["state"], ways["zalo"]["code"], ways["sms"]["state"]) == (
        "cancelled", "superseded", "delivered",
    )  # fmt: skip
    assert [(attempt["state"], attempt["code"]) for attempt in ways["zalo"]["attempts"]] == [("transient", "-147")]


def test_an_officer_sends_again_and_to_another_phone(user: ZaloUser) -> None:
    user.turn(numbers={NUMBER: {"reject": -118}})
    system, officer = user.system, user.system.office().receiver
    shown = system.filed(LOGIN)
    system.told(LOGIN, shown["id"], 1)
    first = user.of(shown["id"], "dossier.submitted")["sms"]

    again = officer.act(f"/v1/desk/messages/{first['id']}/resend", {}).json()
    assert (again["replaces"], again["turn"], again["text"]) == (first["id"], 1, first["text"])
    assert eventually(lambda: len(system.gateway.texts(NUMBER, shown["code"])) == 2)
    assert eventually(lambda: officer.call("GET", f"/v1/desk/messages/{again['id']}").json()["state"] == "delivered")

    body = {"phone": ELSEWHERE, "reason": "new_number"}
    moved = officer.act(f"/v1/desk/messages/{again['id']}/redirect", body).json()
    assert (moved["address"], moved["turn"], moved["replaces"]) == ("…006", 2, again["id"])
    assert eventually(lambda: len(system.gateway.texts(ELSEWHERE, shown["code"])) == 1)
    assert eventually(lambda: notices(user.phone.dossier(shown["id"])).count("delivered") == 3)
    assert len(system.gateway.texts(NUMBER, shown["code"])) == 2
    refused = officer.ask(
        "POST", f"/v1/desk/messages/{again['id']}/redirect", json_body=body, headers={"Idempotency-Key": "once more"}
    )
    assert (refused.status, refused.json()["code"]) == (409, "message_replaced")
