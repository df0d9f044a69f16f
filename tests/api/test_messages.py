"""Messages over HTTP: stopped, given up, listed, tried anew, paid for; and the app's inbox."""

from typing import Any

import pytest
from sqlalchemy import text

from kernel.ids import new_id
from notify.channels.port import Quota
from notify.pool.gateways import note_form, note_quota, note_states
from outbound.jobs.breaker import CircuitState, Health
from tests.api.authorisation_support import World
from tests.support.words import faults


def _ask(world: World, method: str, path: str, who: str = "officer", language: str = "vi", **sent: Any) -> Any:
    headers = {**world.callers[who].headers(), "Idempotency-Key": str(new_id()), "Accept-Language": language}
    return world.client.open(f"/v1{path}", method=method, headers=headers, **sent)


def _put(world: World, state: str, code: str | None = None) -> str:
    """The message of our dossier in this state; its id."""
    with world.work() as work:
        work.session.execute(
            text("UPDATE delivery SET state = :state, code = :code, due_at = NULL, settled_at = now() WHERE id = :id"),
            {"state": state, "code": code, "id": world.ids["message_id"]},
        )
    return world.ids["message_id"]


def test_what_has_not_left_can_be_stopped_once(world: World) -> None:
    place = f"/desk/messages/{world.ids['message_id']}"
    body = {"reason": "told_otherwise"}
    stopped = _ask(world, "POST", f"{place}/cancel", json=body)
    assert stopped.status_code == 200
    assert (stopped.get_json()["state"], stopped.get_json()["code"]) == ("cancelled", "cancelled_by_officer")
    again = _ask(world, "POST", f"{place}/cancel", json=body)
    assert (again.status_code, again.get_json()["code"]) == (409, "message_left")
    assert _ask(world, "GET", place).get_json()["reason"] == "told_otherwise"
    assert _ask(world, "GET", place, who="other officer").status_code == 404


def test_what_was_given_up_is_listed_with_advice_and_tried_anew_once(world: World) -> None:
    dead = _put(world, "dead", "no_such_number")
    listed = _ask(world, "GET", "/desk/dead-messages").get_json()["items"]
    assert [(each["id"], each["code"]) for each in listed] == [(dead, "no_such_number")]
    assert set(listed[0]["advice"]) == {"vi", "en"}
    assert _ask(world, "GET", "/desk/dead-messages", who="other officer").get_json()["items"] == []
    body = {"kind": "message", "ids": [dead]}
    (sent,) = _ask(world, "POST", "/desk/dead-letters/redrive", json=body).get_json()["sent"]
    shown = _ask(world, "GET", f"/desk/messages/{sent}").get_json()
    assert (shown["state"], shown["replaces"], shown["turn"]) == ("queued", dead, 1)
    assert _ask(world, "POST", "/desk/dead-letters/redrive", json=body).get_json() == {"sent": [], "left": [dead]}
    assert _ask(world, "GET", "/desk/dead-messages").get_json()["items"] == []


@pytest.mark.parametrize("phone", ["01234567890", "02363888888", "+14155550100", "090500001", "không"])
def test_a_phone_that_cannot_be_is_no_place_to_redirect_to(world: World, phone: str) -> None:
    body = {"phone": phone, "reason": "typing_error"}
    answer = _ask(world, "POST", f"/desk/messages/{_put(world, 'dead')}/redirect", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/phone"]


def test_a_budget_is_set_and_stands_beside_the_costs(world: World) -> None:
    agency = world.ids["agency_code"]
    answer = _ask(world, "PUT", f"/desk/message-budgets/{agency}", json={"limit_vnd": 50_000, "warn_percent": 70})
    assert (answer.status_code, answer.get_json()["limit_vnd"]) == (200, 50_000)
    with world.work() as work:
        work.session.execute(
            text(
                "INSERT INTO message_spend (agency_code, month, gateway, messages, parts, cost_vnd) "
                "VALUES (:agency, '2026-10-01', 'esms', 50, 50, 40000)"
            ),
            {"agency": agency},
        )
    costs = _ask(world, "GET", "/desk/message-costs?month=2026-10").get_json()
    (item,) = [each for each in costs["items"] if each["agency_code"] == agency]
    assert (item["cost_vnd"], item["state"], item["limit_vnd"]) == (40_000, "warned", 50_000)
    assert item["gateways"] == [{"gateway": "esms", "messages": 50, "parts": 50, "cost_vnd": 40_000}]
    elsewhere = _ask(world, "GET", "/desk/message-costs?month=2026-10", who="other officer").get_json()
    assert agency not in {each["agency_code"] for each in elsewhere["items"]}
    bad = _ask(world, "GET", "/desk/message-costs?month=2026-13")
    assert (bad.status_code, bad.get_json()["code"]) == (422, "invalid_fields")


def test_gateways_are_shown_with_what_is_left_of_the_day(world: World) -> None:
    now = world.held.clock.now()
    with world.work() as work:
        for seen in (
            Health(CircuitState.OPEN, 0.0, 9, 0.5, 1.5, 0.0),
            Health(CircuitState.CLOSED, 0.0, 9, 0.7, 0.1, 0),
        ):
            note_states(work.session, new_id(), {"zalo": seen}, {"zalo": "zalo"})
        note_quota(work.session, "zalo", Quota(500, 12, now))
        note_form(work.session, "zalo", "430002", "DISABLE", now, in_use=False)
    # Of what several processes see, the worst.
    (shown,) = _ask(world, "GET", "/desk/gateways").get_json()["items"]
    assert (shown["error_rate"], shown["answer_s"], shown["forms_not_in_use"]) == (0.7, 1.5, ["430002"])
    assert (shown["gateway"], shown["state"], shown["quota_left"]) == ("zalo", "open", 12)
    assert shown["quota_at"].endswith("+07:00")
    assert shown["state_label"] == "Tạm ngừng dùng vì lỗi nhiều"
    (english,) = _ask(world, "GET", "/desk/gateways", language="en").get_json()["items"]
    assert english["state_label"] == "Out of use: too many calls failed"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_officer_reads_a_dossiers_messages_in_words(world: World, language: str) -> None:
    _put(world, "cancelled", "cancelled_by_officer")
    items = _ask(world, "GET", f"/desk/dossiers/{world.ids['dossier_id']}/messages", language=language).get_json()[
        "items"
    ]
    assert {item["channel"] for item in items} == {"inbox", "sms"}
    for item in items:
        said = (item["why"], item["event_label"], item["state_label"], item["explanation"] or "")
        assert [fault for text in said for fault in faults(text, language)] == []
        # What a person reads, and no JSON in it.
        assert not item["text"].startswith("{")
        assert item["channel"] == "sms" or item["text"].count("\n") == 1
    stopped = next(item for item in items if item["id"] == world.ids["message_id"])
    assert stopped["explanation"] == {"vi": "Cán bộ đã dừng tin này.", "en": "An officer stopped it."}[language]


def test_a_citizens_inbox_counts_what_they_have_not_opened(world: World) -> None:
    before = _ask(world, "GET", "/me/inbox", who="owner").get_json()
    assert before["unread"] == len(before["items"]) > 1
    newest = before["items"][0]
    for _ in range(2):
        assert _ask(world, "PUT", f"/me/inbox/{newest['id']}/read", who="owner").status_code == 204
    after = _ask(world, "GET", "/me/inbox?limit=1", who="owner").get_json()
    assert after["unread"] == before["unread"] - 1
    assert [(item["id"], item["read_at"] is not None) for item in after["items"]] == [(newest["id"], True)]
    rest = _ask(world, "GET", f"/me/inbox?cursor={after['next_cursor']}", who="owner").get_json()["items"]
    assert [item["id"] for item in rest] == [item["id"] for item in before["items"][1:]]
    assert _ask(world, "PUT", f"/me/inbox/{newest['id']}/read", who="other citizen").status_code == 404
