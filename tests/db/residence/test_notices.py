"""The people of a lodging hear of a night not filed and of how a list ended; nobody else does."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kernel.clock import local
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from kernel.storage import open_store
from kernel.work import Work
from notify.models import BODY_FIELD, Delivery, Notification
from notify.planning.plan import Channel
from notify.planning.preferences import save_preferences
from notify.templates.events import Purpose
from residence.models import Batch
from residence.nights.store import NightCounts
from residence.notices.lodgings import ended
from residence.service import reports
from residence.transmission.planner import plan_transmissions
from tests.db.residence.conftest import Teller
from tests.db.residence.support import Town, guest
from tests.db.residence.test_batches import accept, send, sheet

REMINDER, IN_DOUBT, SETTLED = "residence.reminder", "residence.in_doubt", "residence.settled"


def event(work: Work, town: Town, kind: str, **payload: Any) -> OutboxEvent:
    night = local(work.now()).date().isoformat()
    told = {"lodging_id": str(town.lodging.id), "night": night, **payload}
    return OutboxEvent(id=new_id(), kind=kind, subject_id=town.lodging.id, payload=told)


def texts(work: Work) -> list[tuple[str, str]]:
    """(channel, text) of everything that was queued."""
    rows = work.session.query(Delivery).order_by(Delivery.position).all()
    return [(row.channel, work.vault.open(BODY_FIELD, row.id, row.body)) for row in rows]


def test_a_lodging_that_filed_nothing_is_reminded(work: Work, town: Town, announcer: Teller, phone: str) -> None:
    announcer.tell(work.session, event(work, town, REMINDER, step="first"))
    told = work.session.query(Notification).one()
    assert (told.person_id, told.kind, told.agency_code) == (
        town.owner.person_id, "residence.reminder", town.lodging.agency_code,
    )  # fmt: skip
    (inbox, app), (sms, message) = texts(work)
    assert (inbox, sms) == ("inbox", "sms")
    assert town.lodging.name in app
    assert "23:00" in message
    assert phone not in message


def test_the_last_reminder_is_urgent(work: Work, town: Town, announcer: Teller, phone: str) -> None:
    assert phone
    announcer.tell(work.session, event(work, town, REMINDER, step="second"))
    assert work.session.scalars(text("SELECT DISTINCT template FROM delivery")).all() == ["residence.last_reminder"]
    assert work.session.scalars(text("SELECT DISTINCT priority FROM delivery")).all() == [0]


def test_a_night_that_was_filed_meanwhile_is_not_asked_for(work: Work, town: Town, announcer: Teller) -> None:
    reports.report_nil(work, town.owner, town.desk, town.lodging.id, local(work.now()).date())
    announcer.tell(work.session, event(work, town, REMINDER, step="first"))
    announcer.tell(work.session, event(work, town, IN_DOUBT, items=3))
    assert texts(work) == []


def test_without_a_proved_phone_the_app_tells(work: Work, town: Town, announcer: Teller) -> None:
    announcer.tell(work.session, event(work, town, REMINDER, step="first"))
    assert [channel for channel, _ in texts(work)] == ["inbox"]


def test_who_muted_reminders_finds_them_in_the_app(work: Work, town: Town, announcer: Teller, phone: str) -> None:
    assert phone
    save_preferences(work, town.owner, {Purpose.RESIDENCE_REMINDER: {Channel.SMS: False}})
    announcer.tell(work.session, event(work, town, REMINDER, step="first"))
    assert [channel for channel, _ in texts(work)] == ["inbox"]


def test_how_a_list_ended_is_told(work: Work, town: Town, announcer: Teller, phone: str) -> None:
    assert phone
    batch = Batch(
        id=new_id(),
        lodging_id=town.lodging.id,
        sha256=bytes(32),
        size=1,
        file_key="x",
        night=local(work.now()).date() - timedelta(days=1),
        state="accepted",
        rows=60,
        rejected=2,
        warnings=0,
        accepted=58,
        repeated=0,
        as_of=work.now(),
        created_at=work.now(),
    )
    work.session.add(batch)
    work.session.flush()
    announcer.tell(work.session, event(work, town, SETTLED, batch_id=str(batch.id), state="confirmed"))
    (_, app), (_, message) = texts(work)
    assert "58" in app
    assert "58" in message
    assert "cong da xac nhan du" in message


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"confirmed": 55}, "cổng đã xác nhận đủ"),
        ({"transmitted": 2, "confirmed": 53}, "đã gửi, chờ cổng xác nhận"),
        ({"refused": 5, "confirmed": 50}, "cổng từ chối 5 khách"),
        ({"refused": 1, "in_doubt": 2, "confirmed": 52}, "cổng từ chối 1 khách, 2 khách chưa rõ, cần kiểm tra"),
    ],
)
def test_how_a_list_ended_counts_its_declared_guests(counts: dict[str, int], words: str) -> None:
    nothing = dict.fromkeys(NightCounts._fields, 0)
    assert ended(NightCounts(**{**nothing, "declared": 55, **counts})) == words


def test_rows_nobody_has_declared_are_told_apart_from_guests_that_were_refused(
    work: Work, town: Town, announcer: Teller, phone: str, tmp_path: Path
) -> None:
    assert phone
    files = open_store(tmp_path.as_uri())
    listed = [guest("049090000001"), guest("049090000002"), guest("12"), guest("13", full_name="Trần Thị Mẫu")]
    batch = accept(town, files, send(town, files, sheet(*listed)))
    payload = {"lodging_id": str(town.lodging.id), "batch_id": str(batch.id), "declaration_ids": []}
    plan_transmissions(work.session, payload, 50)
    work.session.execute(text("UPDATE transmission_item SET state = 'confirmed' WHERE position = 1"))
    work.session.execute(text("UPDATE transmission_item SET state = 'refused' WHERE position = 2"))
    # One of the two faulty rows was declared by hand since.
    again = guest("049090000003", full_name="Trần Thị Mẫu")
    reports.report_guests(work, town.owner, town.desk, town.lodging.id, [again])
    announcer.tell(work.session, event(work, town, SETTLED, batch_id=str(batch.id), state="confirmed"))
    told = [body for _, body in texts(work)]
    assert len(told) == 2
    assert "đã khai báo 2 khách, cổng từ chối 1 khách. Dòng lỗi chưa khai báo: 1." in told[0]
    assert "da khai bao 2 khach, cong tu choi 1 khach. Dong loi chua khai bao: 1." in told[1]
