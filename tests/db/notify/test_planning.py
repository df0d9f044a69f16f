"""Events become notifications and deliveries: once, with the text the law wants, to whoever can be reached."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from auth.notices.words import code_notice
from auth.service.phones import ProofMessage
from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.notices import Notice
from kernel.outbox import Handlers, OutboxEvent, drain_events, record_event
from notify.desk.explaining import say_why
from notify.models import ADDRESS_FIELD, BODY_FIELD, Delivery, Notification
from notify.planning.offers import OutlookByLedger, Route
from notify.planning.plan import Channel
from notify.templates.book import TemplateError
from tests.db.notify.support import PHONE, VAULT, add_agency, settled_events
from tests.support.telling import teller
from tracking.notices.words import NoTemplate, change_notice
from tracking.service.notices import NoticeFacts

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
AGENCY = "H17.20551"
NOTICE = NoticeFacts(
    applicant_id=new_id(),
    agency_code=AGENCY,
    phone=PHONE,
    language="vi",
    code="H17.20551-261120-0001",
    agency="Ủy ban nhân dân phường Điện Bàn",
    handler_name="Nguyễn Thị Thử",
    received_at=NOON,
    at=NOON,
    status="Được tiếp nhận",
    due_at=datetime(2026, 11, 26, 3, 0, tzinfo=UTC),
    answer_by=datetime(2026, 11, 21, 3, 0, tzinfo=UTC),
    reason=None,
    fee_vnd=100_000,
    supplement_due_at=None,
    is_waiting=False,
)


ONLY_SMS = OutlookByLedger([Route(Channel.SMS, "twilio", 800)])


class Desks:
    """Dossiers and codes, as their domains would tell of them, told as the plan drain does."""

    def __init__(
        self, clock: SettableClock, notice: NoticeFacts | None = NOTICE, code: ProofMessage | None = None
    ) -> None:
        self.told = notice
        self.code = code
        self._teller = teller(VAULT, clock, ONLY_SMS)

    def facts(self, payloads: Sequence[dict[str, Any]]) -> list[NoticeFacts | None]:
        return [self.told for _ in payloads]

    def handlers(self) -> Handlers:
        return {
            "dossier.state_changed": (self._teller.handler(self._changes),),
            "phone_proof.requested": (self._teller.handler(self._codes),),
        }

    def tell(self, session: Session, *events: OutboxEvent) -> None:
        for handler in self.handlers()[events[0].kind]:
            handler(session, events)

    def _changes(self, _: Any, __: Session, events: Sequence[OutboxEvent]) -> list[Notice | None]:
        facts = self.facts([event.payload for event in events])
        return [change_notice(event, each) for event, each in zip(events, facts, strict=True)]

    def _codes(self, _: Any, __: Session, events: Sequence[OutboxEvent]) -> list[Notice | None]:
        return [None if self.code is None else code_notice(self.code) for _event in events]


@pytest.fixture
def session(session: Session) -> Session:
    """With the agency that pays."""
    add_agency(session, AGENCY)
    return session


def _changed(event: str, to: int) -> OutboxEvent:
    dossier = new_id()
    payload = {"dossier_id": str(dossier), "timeline_id": str(new_id()), "event": event, "from": to - 1, "to": to}
    return OutboxEvent(id=new_id(), kind="dossier.state_changed", subject_id=dossier, payload=payload)


def _only_delivery(session: Session) -> Delivery:
    """The one that leaves the house; the other lies in the inbox."""
    return session.query(Delivery).where(Delivery.channel != "inbox").one()


def _body(delivery: Delivery) -> str:
    return VAULT.open(BODY_FIELD, delivery.id, delivery.body)


def test_a_change_of_status_becomes_one_text(session: Session, clock: SettableClock) -> None:
    event = _changed("accept", 2)
    Desks(clock).tell(session, event)
    told, delivery = session.query(Notification).one(), _only_delivery(session)
    assert (told.event_id, told.kind, told.dossier_id) == (event.id, "dossier.accepted", event.subject_id)
    assert _body(delivery) == (
        "UBND phuong Dien Ban: Ho so H17.20551-261120-0001 da duoc tiep nhan luc 10:00 20/11/2026, "
        "can bo Nguyen Thi Thu. Hen tra ket qua 10:00 26/11/2026."
    )
    assert VAULT.open(ADDRESS_FIELD, delivery.id, delivery.address) == PHONE
    assert (delivery.channel, delivery.gateway, delivery.state, delivery.parts) == ("sms", "twilio", "queued", 1)
    assert (delivery.template, delivery.template_version, delivery.valid_until) == ("dossier.accepted", 2, None)
    vi, en = say_why(delivery.why)
    assert vi.startswith("Tin đi trước tiên qua tin nhắn SMS. Người nhận có số điện thoại. Chi phí cao nhất 800 đồng.")
    assert en == "It goes by SMS first. The person has a phone. It costs 800 VND at most. The law requires this notice."
    assert session.info["motcua.rings"] == {"send"}


def test_the_same_event_tells_the_same_person_once(session: Session, clock: SettableClock) -> None:
    desks, event = Desks(clock), _changed("accept", 2)
    desks.tell(session, event)
    desks.tell(session, event)
    assert session.query(Notification).count() == 1
    assert session.query(Delivery).count() == 2
    desks.tell(session, _changed("accept", 2))
    assert session.query(Notification).count() == 2


def test_no_phone_and_no_name_is_readable_in_the_tables(session: Session, clock: SettableClock) -> None:
    Desks(clock).tell(session, _changed("accept", 2))
    for table in ("notification", "delivery"):
        rows = "".join(session.scalars(text(f"SELECT t::text FROM {table} t")))  # noqa: S608
        assert "912345678" not in rows
        assert "Nguyen" not in rows


def test_an_office_answers_while_nobody_handles_the_dossier(session: Session, clock: SettableClock) -> None:
    desks = Desks(clock, replace(NOTICE, handler_name=None))
    desks.tell(session, _changed("submit", 1))
    assert "Noi xu ly: Bo phan Mot cua. Se tra loi" in _body(_only_delivery(session))


def test_a_change_without_a_reason_points_to_the_app(session: Session, clock: SettableClock) -> None:
    Desks(clock).tell(session, _changed("stop", 8))
    assert "Ly do: xem thong bao tren ung dung." in _body(_only_delivery(session))


def test_the_reason_is_told(session: Session, clock: SettableClock) -> None:
    desks = Desks(clock, replace(NOTICE, reason="Thiếu hợp đồng thuê nhà"))
    desks.tell(session, _changed("decline", 3))
    assert "Ly do: Thieu hop dong thue nha." in _body(_only_delivery(session))


@pytest.mark.parametrize("notice", [None, replace(NOTICE, phone="")])
def test_where_nobody_can_be_told_nothing_is_queued(
    session: Session, clock: SettableClock, notice: NoticeFacts | None
) -> None:
    with capture_logs() as logs:
        Desks(clock, notice).tell(session, _changed("accept", 2))
    assert session.query(Delivery).where(Delivery.channel != "inbox").count() == 0
    assert logs[0]["event"] in ("notice.nobody_to_tell", "notify.no_channel")


def test_a_notice_that_would_break_the_law_is_not_sent(session: Session, clock: SettableClock) -> None:
    desks = Desks(clock, replace(NOTICE, due_at=None))
    with pytest.raises(TemplateError):
        desks.tell(session, _changed("accept", 2))


def test_a_change_nobody_wrote_a_text_for_is_an_error(session: Session, clock: SettableClock) -> None:
    with pytest.raises(NoTemplate):
        Desks(clock).tell(session, _changed("fly", 4))


def _requested() -> OutboxEvent:
    proof = new_id()
    return OutboxEvent(id=new_id(), kind="phone_proof.requested", subject_id=proof, payload={"proof_id": str(proof)})


def test_a_one_time_code_is_urgent_and_expires(session: Session, clock: SettableClock) -> None:
    code = ProofMessage(PHONE, "123456", clock.now() + timedelta(minutes=5))
    Desks(clock, code=code).tell(session, _requested())
    delivery = _only_delivery(session)
    assert _body(delivery).startswith(
        "Mot Cua (dich vu cong): 123456 la ma xac nhan so dien thoai nay la cua ban, dung truoc"
    )
    assert (delivery.priority, delivery.dossier_id) == (0, None)
    left = session.scalar(text("SELECT valid_until - now() FROM delivery"))
    assert left == timedelta(minutes=5)


@pytest.mark.parametrize("age", [timedelta(minutes=5), timedelta(hours=1), None])
def test_a_code_whose_time_is_over_is_not_queued(session: Session, clock: SettableClock, age: timedelta | None) -> None:
    code = None if age is None else ProofMessage(PHONE, "123456", clock.now())
    clock.advance(age or timedelta(0))
    Desks(clock, code=code).tell(session, _requested())
    assert session.query(Notification).count() == 0


def test_events_reach_their_handlers_through_the_outbox(clean_database: Database, clock: SettableClock) -> None:
    desks = Desks(clock, code=ProofMessage(PHONE, "123456", clock.now() + timedelta(minutes=5)))
    changed, requested = _changed("finish", 9), _requested()
    with clean_database.transaction() as session:
        add_agency(session, AGENCY)
        record_event(session, changed.kind, changed.subject_id, changed.payload)
        record_event(session, requested.kind, requested.subject_id, requested.payload)
    assert drain_events(clean_database, desks.handlers()) == 2
    with clean_database.transaction() as session:
        assert {row.template for row in session.query(Delivery)} == {"dossier.finished", "phone_proof.code"}


@pytest.mark.parametrize("reason", ["...", "\u200b\u200b\u200b", "", None])
def test_a_reason_that_says_nothing_is_no_reason_for_silence(
    session: Session, clock: SettableClock, reason: str | None
) -> None:
    desks = Desks(clock, replace(NOTICE, reason=reason))
    desks.tell(session, _changed("decline", 3))
    assert "xem thong bao tren ung dung" in _body(_only_delivery(session))


def test_a_text_that_cannot_be_written_leaves_the_inbox_and_a_dead_message(
    session: Session, clock: SettableClock
) -> None:
    # Nothing in it may be shortened.
    desks = Desks(clock, replace(NOTICE, code="H" * 700))
    desks.tell(session, _changed("accept", 2))
    told = {row.channel: row for row in session.query(Delivery)}
    assert (told["inbox"].state, told["sms"].state) == ("delivered", "dead")
    assert (told["sms"].code, told["sms"].settled_at is not None) == ("text_impossible", True)
    assert told["sms"].reason == "dossier.accepted: the values do not fit into 1 part(s)"
    assert [each["status"] for each in settled_events(session)] == ["dead"]


def test_a_code_that_cannot_be_written_is_tried_again(session: Session, clock: SettableClock) -> None:
    code = ProofMessage(PHONE, "1" * 700, clock.now() + timedelta(minutes=5))
    event = OutboxEvent(
        id=new_id(), kind="phone_proof.requested", subject_id=new_id(), payload={"proof_id": str(new_id())}
    )
    with pytest.raises(TemplateError):
        Desks(clock, code=code).tell(session, event)
