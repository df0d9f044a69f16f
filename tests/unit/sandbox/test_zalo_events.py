"""Events of the Zalo twin: signed by the published rule; repeated, late, out of order, forged, lost."""

import hashlib
from collections.abc import Iterator

import pytest

from sandbox.zalo.events import sign
from tests.unit.sandbox.support import SETTINGS, Caller, eventually
from tests.unit.sandbox.zalo_support import Oa, Told, Webhook, listening


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with listening() as found:
        yield found


@pytest.fixture
def oa(call: Caller, webhook: Webhook) -> Oa:
    oa = Oa(call)
    oa.turn(webhook_url=webhook.url)
    return oa


def _believed(told: Told) -> bool:
    text = SETTINGS.zalo_app_id.encode() + told.raw + told.members["timestamp"].encode()
    return told.signature == "mac=" + hashlib.sha256(text + SETTINGS.zalo_oa_secret.encode()).hexdigest()


def _tracks(told: list[Told]) -> list[str]:
    return [each.members["message"]["tracking_id"] for each in told]


def test_the_published_vector() -> None:
    raw = (
        b'{"event_name":"user_received_message","app_id":"431250000000000001","sender":{"id":"3876000000000000001"},'
        b'"recipient":{"id":"84987654321"},"message":{"delivery_time":"1795315199000","msg_id":"a1b2c3",'
        b'"tracking_id":"outbox-000123"},"timestamp":"1795315200000"}'
    )
    assert sign("431250000000000001", raw, "1795315200000", "oaSecretExample01") == (
        "mac=71de30321b761d789c31c719088be179b60640c9cefafa5161b7f5a9beeba28d"
    )


def test_an_arrival_is_told(oa: Oa, webhook: Webhook) -> None:
    msg_id = oa.send(tracking_id="ma-5")["data"]["msg_id"]
    (told,) = webhook.wait(1)
    assert _believed(told)
    assert told.server == "ZNS"
    members = told.members
    assert (members["event_name"], members["sender"]) == ("user_received_message", {"id": SETTINGS.zalo_oa_id})
    assert members["recipient"] == {"id": "84905000001"}
    assert set(members["message"]) == {"delivery_time", "msg_id", "tracking_id"}
    assert (members["message"]["msg_id"], members["message"]["tracking_id"]) == (msg_id, "ma-5")
    assert oa.get(f"/zalo/message/status?message_id={msg_id}")["data"]["status"] == 1


def test_a_doubled_event_is_the_same_bytes(oa: Oa, webhook: Webhook) -> None:
    oa.turn(events={"double": 1})
    oa.send()
    first, second = webhook.wait(2)
    assert first == second


def test_what_is_not_answered_with_200_comes_again_a_number_of_times(oa: Oa, webhook: Webhook) -> None:
    oa.turn(events={"retry_after_s": [0.01, 0.01]})
    webhook.answer = lambda _before: 204
    oa.send()
    told = webhook.wait(3)
    assert [each.members.get("num_retry") for each in told] == [None, "1", "2"]
    assert all(_believed(each) for each in told)
    eventually(lambda: oa.call.twin("zalo")["events"].get("given_up") == 1)


def test_a_late_event_and_one_out_of_order_come_after_later_ones(oa: Oa, webhook: Webhook) -> None:
    for dials in ({"late": 1, "late_ms": [700, 700]}, {"late": 0, "reorder": 1}, {"reorder": 0}):
        oa.turn(events=dials)
        oa.send(tracking_id=f"{dials}"[:40])
    assert _tracks(webhook.wait(3)) == [
        "{'reorder': 0}",
        "{'late': 0, 'reorder': 1}",
        "{'late': 1, 'late_ms': [700, 700]}",
    ]


def test_a_forged_event_does_not_hold(oa: Oa, webhook: Webhook) -> None:
    oa.turn(events={"forge": 1})
    webhook.answer = lambda before: 401 if before == 0 else 200
    oa.send()
    assert sorted(_believed(each) for each in webhook.wait(2)) == [False, True]


def test_an_event_can_be_lost_or_switched_off(oa: Oa, webhook: Webhook) -> None:
    oa.turn(events={"lost": 1})
    oa.send(tracking_id="mat")
    oa.turn(events={"lost": 0, "enabled": False})
    oa.send(tracking_id="tat")
    oa.turn(events={"enabled": True})
    oa.send(tracking_id="con")
    assert _tracks(webhook.wait(1)) == ["con"]
    eventually(lambda: oa.call.twin("zalo")["events"]["waiting"] == 0)
    assert _tracks(webhook.told) == ["con"]


def test_nothing_more_is_told_of_a_silent_number_also_not_of_what_it_was_sent(oa: Oa, webhook: Webhook) -> None:
    oa.turn(events={"delay_ms": [300, 300]})
    oa.send(tracking_id="truoc")
    oa.turn(events={"silent": ["+84905000001"], "delay_ms": [0, 0]})
    oa.send(tracking_id="sau")
    oa.send(tracking_id="khac", phone="84905000002")
    eventually(lambda: oa.call.twin("zalo")["events"]["waiting"] == 0)
    assert _tracks(webhook.told) == ["khac"]


def test_any_event_can_be_posted_by_hand(oa: Oa, webhook: Webhook) -> None:
    change = {"prev_value": "500", "new_value": "2000"}
    oa.call.control("POST", "/zalo/events", {"event_name": "change_oa_daily_quota", "oaId": "1", "quota": change})
    (told,) = webhook.wait(1)
    assert _believed(told)
    assert told.members["quota"] == change


def test_nothing_beyond_this_machine_is_called(oa: Oa) -> None:
    oa.turn(webhook_url="http://198.51.100.7/x")
    assert oa.send()["error"] == 0
    assert oa.call.twin("zalo")["events"] == {"refused_address": 1, "waiting": 0}


def test_a_reset_forgets_what_was_not_posted(oa: Oa) -> None:
    oa.turn(events={"delay_ms": [60_000, 60_000]})
    oa.send()
    assert oa.call.twin("zalo")["events"]["waiting"] == 1
    oa.call.control("POST", "/reset", {"twin": "zalo"})
    assert oa.call.twin("zalo")["events"] == {"waiting": 0}
