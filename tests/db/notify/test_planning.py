"""Events become notifications and deliveries: once, with the text the law wants, to whoever can be reached."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.outbox import OutboxEvent, drain_events, record_event
from notify.desk.explaining import say_why
from notify.models import ADDRESS_FIELD, BODY_FIELD, Delivery, Notification
from notify.planning.handlers import Announcer
from notify.planning.offers import OutlookByLedger, Route
from notify.planning.plan import Channel, NoTemplate
from notify.ports import DossierNotice, OneTimeCode
from notify.templates.book import TemplateError, shipped_templates
from tests.db.notify.support import PHONE, VAULT, add_agency, settled_events

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
AGENCY = "H17.20551"
NOTICE = DossierNotice(
    person_id=new_id(),
    agency_code=AGENCY,
    phone=PHONE,
    language="vi",
    code="H17.20551-261120-0001",
    agency="Ủy ban nhân dân phường Điện Bàn",
    handler_name="Nguyễn Thị Thử",
    handler_unit="Bộ phận Tiếp nhận và Trả kết quả",
    received_at=NOON,
    at=NOON,
    status="Được tiếp nhận",
    due_at=datetime(2026, 11, 26, 3, 0, tzinfo=UTC),
    answer_by=datetime(2026, 11, 21, 3, 0, tzinfo=UTC),
    fee_vnd=100_000,
)


ONLY_SMS = OutlookByLedger([Route(Channel.SMS, "twilio", 800)])


class Desks:
    """Dossiers and codes, as other packages would tell of them."""

    def __init__(self, notice: DossierNotice | None = NOTICE, code: OneTimeCode | None = None) -> None:
        self.told = notice
        self.code = code
        self.asked: list[Mapping[str, Any]] = []

    def notices(self, session: Session, payloads: Sequence[dict[str, Any]]) -> list[DossierNotice | None]:
        self.asked.extend(payloads)
        return [self.told for _ in payloads]

    def one_time_code(self, session: Session, proof_id: UUID) -> OneTimeCode | None:
        return self.code


@pytest.fixture
def session(session: Session) -> Session:
    """With the agency that pays."""
    add_agency(session, AGENCY)
    return session


def _announcer(desks: Desks, clock: SettableClock) -> Announcer:
    return Announcer(VAULT, clock, desks, desks, ONLY_SMS, lambda _: shipped_templates())


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
    desks, event = Desks(), _changed("accept", 2)
    _announcer(desks, clock).tell_of_changes(session, [event])
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
    assert desks.asked == [event.payload]
    assert session.info["motcua.rings"] == {"send"}


def test_the_same_event_tells_the_same_person_once(session: Session, clock: SettableClock) -> None:
    announcer, event = _announcer(Desks(), clock), _changed("accept", 2)
    announcer.tell_of_changes(session, [event])
    announcer.tell_of_changes(session, [event])
    assert session.query(Notification).count() == 1
    assert session.query(Delivery).count() == 2
    announcer.tell_of_changes(session, [_changed("accept", 2)])
    assert session.query(Notification).count() == 2


def test_no_phone_and_no_name_is_readable_in_the_tables(session: Session, clock: SettableClock) -> None:
    _announcer(Desks(), clock).tell_of_changes(session, [_changed("accept", 2)])
    for table in ("notification", "delivery"):
        rows = "".join(session.scalars(text(f"SELECT t::text FROM {table} t")))  # noqa: S608
        assert "912345678" not in rows
        assert "Nguyen" not in rows


def test_an_office_answers_while_nobody_handles_the_dossier(session: Session, clock: SettableClock) -> None:
    desks = Desks(replace(NOTICE, handler_name=None))
    _announcer(desks, clock).tell_of_changes(session, [_changed("submit", 1)])
    assert "Noi xu ly: Bo phan Mot cua. Se tra loi" in _body(_only_delivery(session))


def test_a_change_without_a_reason_points_to_the_app(session: Session, clock: SettableClock) -> None:
    _announcer(Desks(), clock).tell_of_changes(session, [_changed("stop", 8)])
    assert "Ly do: xem thong bao tren ung dung." in _body(_only_delivery(session))


def test_the_reason_is_told(session: Session, clock: SettableClock) -> None:
    desks = Desks(replace(NOTICE, reason="Thiếu hợp đồng thuê nhà"))
    _announcer(desks, clock).tell_of_changes(session, [_changed("decline", 3)])
    assert "Ly do: Thieu hop dong thue nha." in _body(_only_delivery(session))


@pytest.mark.parametrize("notice", [None, replace(NOTICE, phone="")])
def test_where_nobody_can_be_told_nothing_is_queued(
    session: Session, clock: SettableClock, notice: DossierNotice | None
) -> None:
    with capture_logs() as logs:
        _announcer(Desks(notice), clock).tell_of_changes(session, [_changed("accept", 2)])
    assert session.query(Delivery).where(Delivery.channel != "inbox").count() == 0
    assert logs[0]["event"] in ("notify.nobody_to_tell", "notify.no_channel")


def test_a_notice_that_would_break_the_law_is_not_sent(session: Session, clock: SettableClock) -> None:
    desks = Desks(replace(NOTICE, due_at=None))
    with pytest.raises(TemplateError):
        _announcer(desks, clock).tell_of_changes(session, [_changed("accept", 2)])


def test_an_event_that_leaves_the_status_as_it_was_is_not_told(session: Session, clock: SettableClock) -> None:
    event = _changed("fee_settled", 7)
    event.payload["from"] = 7
    _announcer(Desks(), clock).tell_of_changes(session, [event])
    assert session.query(Notification).count() == 0


def test_a_change_nobody_wrote_a_text_for_is_an_error(session: Session, clock: SettableClock) -> None:
    with pytest.raises(NoTemplate):
        _announcer(Desks(), clock).tell_of_changes(session, [_changed("fly", 4)])


def _requested() -> OutboxEvent:
    proof = new_id()
    return OutboxEvent(id=new_id(), kind="phone_proof.requested", subject_id=proof, payload={"proof_id": str(proof)})


def test_a_one_time_code_is_urgent_and_expires(session: Session, clock: SettableClock) -> None:
    code = OneTimeCode(PHONE, "vi", "123456", clock.now() + timedelta(minutes=5))
    _announcer(Desks(code=code), clock).tell_code(session, _requested())
    delivery = _only_delivery(session)
    assert _body(delivery).startswith(
        "Mot Cua (dich vu cong): 123456 la ma xac nhan so dien thoai nay la cua ban, dung truoc"
    )
    assert (delivery.priority, delivery.dossier_id) == (0, None)
    left = session.scalar(text("SELECT valid_until - now() FROM delivery"))
    assert left == timedelta(minutes=5)


@pytest.mark.parametrize("age", [timedelta(minutes=5), timedelta(hours=1), None])
def test_a_code_whose_time_is_over_is_not_queued(session: Session, clock: SettableClock, age: timedelta | None) -> None:
    code = None if age is None else OneTimeCode(PHONE, "vi", "123456", clock.now())
    clock.advance(age or timedelta(0))
    _announcer(Desks(code=code), clock).tell_code(session, _requested())
    assert session.query(Notification).count() == 0


def test_events_reach_their_handlers_through_the_outbox(clean_database: Database, clock: SettableClock) -> None:
    announcer = _announcer(Desks(code=OneTimeCode(PHONE, "vi", "123456", clock.now() + timedelta(minutes=5))), clock)
    changed, requested = _changed("finish", 9), _requested()
    with clean_database.transaction() as session:
        add_agency(session, AGENCY)
        record_event(session, changed.kind, changed.subject_id, changed.payload)
        record_event(session, requested.kind, requested.subject_id, requested.payload)
    assert drain_events(clean_database, announcer.handlers()) == 2
    with clean_database.transaction() as session:
        assert {row.template for row in session.query(Delivery)} == {"dossier.finished", "phone_proof.code"}


@pytest.mark.parametrize("reason", ["...", "\u200b\u200b\u200b", "", None])
def test_a_reason_that_says_nothing_is_no_reason_for_silence(
    session: Session, clock: SettableClock, reason: str | None
) -> None:
    announcer = _announcer(Desks(replace(NOTICE, reason=reason)), clock)
    announcer.tell_of_changes(session, [_changed("decline", 3)])
    assert "xem thong bao tren ung dung" in _body(_only_delivery(session))


def test_a_text_that_cannot_be_written_leaves_the_inbox_and_a_dead_message(
    session: Session, clock: SettableClock
) -> None:
    # Nothing in it may be shortened.
    announcer = _announcer(Desks(replace(NOTICE, code="H" * 700)), clock)
    announcer.tell_of_changes(session, [_changed("accept", 2)])
    told = {row.channel: row for row in session.query(Delivery)}
    assert (told["inbox"].state, told["sms"].state) == ("delivered", "dead")
    assert (told["sms"].code, told["sms"].settled_at is not None) == ("text_impossible", True)
    assert told["sms"].reason == "dossier.accepted: the values do not fit into 1 part(s)"
    assert [each["status"] for each in settled_events(session)] == ["dead"]


def test_a_code_that_cannot_be_written_is_tried_again(session: Session, clock: SettableClock) -> None:
    code = OneTimeCode(PHONE, "vi", "1" * 700, clock.now() + timedelta(minutes=5))
    event = OutboxEvent(
        id=new_id(), kind="phone_proof.requested", subject_id=new_id(), payload={"proof_id": str(new_id())}
    )
    with pytest.raises(TemplateError):
        _announcer(Desks(code=code), clock).tell_code(session, event)
