"""The term of a supplement over HTTP: asked for with its days, the citizen reminded, its end told to both sides."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from kernel.ids import new_id
from kernel.outbox import drain_events
from motcua.processes.loops import keep_house
from motcua.wiring.container import event_handlers
from tests.api.authorisation_support import World

PHONE = "+84912345678"


def act(world: World, caller: str, path: str, body: Any) -> TestResponse:
    headers = {**world.callers[caller].headers(), "Idempotency-Key": str(new_id()), "If-Match": "*"}
    return world.client.post(path, json=body, headers=headers)


def inbox(world: World, caller: str) -> list[dict[str, Any]]:
    answer = world.client.get("/v1/me/inbox", headers=world.callers[caller].headers())
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def sweep(world: World, dossier_id: str, *, due_in: timedelta) -> None:
    """Two sweeps, as if the term ended so much from now and the dossier had to be looked at."""
    with world.held.database.transaction() as session:
        session.execute(
            text(
                "UPDATE dossier SET supplement_due_at = now() + :due_in, supplement_look_at = now() - interval '1 s'"
                " WHERE id = :id"
            ),
            {"id": dossier_id, "due_in": due_in},
        )
    for _ in range(2):
        keep_house(world.held)
        while drain_events(world.held.database, event_handlers(world.held)):
            continue


@pytest.fixture
def asked(world: World) -> tuple[World, str]:
    """A filed dossier whose officer waits ten working days for a supplement."""
    draft = world.ids["draft_id"]
    filed = act(world, "owner", f"/v1/dossiers/{draft}/submission", {"notify_phone": PHONE})
    assert filed.status_code == 200, filed.get_data(as_text=True)
    refused = act(world, "officer", f"/v1/desk/dossiers/{draft}/supplement-request", {"reason": "Ảnh mờ", "days": 61})
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/days")
    answer = act(world, "officer", f"/v1/desk/dossiers/{draft}/supplement-request", {"reason": "Ảnh mờ", "days": 10})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json()["supplement_due_at"].endswith("T23:59:59+07:00")
    return world, draft


def test_reminder_and_end_reach_citizen_and_officer_once(asked: tuple[World, str]) -> None:
    world, dossier = asked
    sweep(world, dossier, due_in=timedelta(days=2))
    code = world.client.get(f"/v1/dossiers/{dossier}", headers=world.callers["owner"].headers()).get_json()["code"]
    titles = [item["title"] for item in inbox(world, "owner") if code in item["title"]]
    assert titles.count(f"Hồ sơ {code} còn thiếu phần bổ sung") == 1
    before = {item["id"] for item in inbox(world, "officer")}
    sweep(world, dossier, due_in=timedelta(seconds=-1))
    shown = world.client.get(f"/v1/dossiers/{dossier}", headers=world.callers["owner"].headers()).get_json()
    assert (shown["status"]["code"], shown["supplement_due_at"]) == (8, None)
    assert [row["event"] for row in shown["timeline"]].count("end_supplement") == 1
    titles = [item["title"] for item in inbox(world, "owner")]
    assert titles.count(f"Hồ sơ {code} dừng giải quyết vì quá hạn bổ sung") == 1
    new = [item for item in inbox(world, "officer") if item["id"] not in before]
    assert [item["title"] for item in new] == [f"Hồ sơ {code} đã dừng vì quá hạn bổ sung"]


def test_who_answered_is_not_reminded(asked: tuple[World, str]) -> None:
    world, dossier = asked
    with world.held.database.transaction() as session:
        session.execute(
            text("UPDATE dossier SET supplement_look_at = now() - interval '1 s' WHERE id = :id"), {"id": dossier}
        )
    keep_house(world.held)
    answer = act(world, "owner", f"/v1/dossiers/{dossier}/supplement", {"note": "Đã chụp lại"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    while drain_events(world.held.database, event_handlers(world.held)):
        continue
    assert not [item for item in inbox(world, "owner") if "còn thiếu phần bổ sung" in item["title"]]
