"""A chunk of events is planned with a fixed number of statements, to the same rows as event by event."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.notices import Value
from kernel.outbox import OutboxEvent, drain_events, record_events
from notify.models import Delivery, Notification
from notify.planning.announcing import Announcer, Telling
from notify.planning.offers import OutlookByLedger, Route
from notify.planning.plan import Channel, Reach
from notify.planning.store import Notice
from notify.registers import Budget
from notify.sending.settled import Settled, announce_settled
from notify.templates.book import shipped_templates
from notify.templates.events import events
from tests.db.notify.support import PHONE, VAULT, add_agency
from tests.db.notify.test_planning import AGENCY, NOTICE, Desks
from tracking.service.notices import NoticeFacts

ROUTES = OutlookByLedger([Route(Channel.SMS, "twilio", 800)])


class ManyDesks(Desks):
    """A dossier of its own for each event; `bad` ones have no due time, without which nothing may be told."""

    def __init__(self, clock: SettableClock, bad: Sequence[str] = ()) -> None:
        super().__init__(clock)
        self.bad = bad

    def facts(self, payloads: Sequence[dict[str, Any]]) -> list[NoticeFacts | None]:
        due = {True: None, False: NOTICE.due_at}
        return [replace(NOTICE, applicant_id=new_id(), due_at=due[each["dossier_id"] in self.bad]) for each in payloads]


def _announcer(clock: SettableClock) -> Announcer:
    return Announcer(VAULT, clock, ROUTES, lambda _: shipped_templates())


def _accepted(count: int) -> list[tuple[UUID, dict[str, Any]]]:
    dossiers = [new_id() for _ in range(count)]
    change = {"event": "accept", "from": 1, "to": 2}
    return [(each, {"dossier_id": str(each), "timeline_id": str(new_id()), **change}) for each in dossiers]


def _event(payload: dict[str, Any]) -> OutboxEvent:
    return OutboxEvent(id=new_id(), kind="dossier.state_changed", subject_id=new_id(), payload=payload)


def _drained(database: Database, desks: Desks, happened: Sequence[tuple[UUID, dict[str, Any]]]) -> int:
    """How many statements a chunk of these events cost."""
    with database.transaction() as session:
        record_events(session, "dossier.state_changed", happened)
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    assert drain_events(database, desks.handlers(), chunk=200) == len(happened)
    event.remove(database.engine, "before_cursor_execute", note)
    return len(statements)


def test_a_chunk_costs_the_same_statements_whatever_its_size(clean_database: Database, clock: SettableClock) -> None:
    desks = ManyDesks(clock)
    with clean_database.transaction() as session:
        add_agency(session, AGENCY)
    few, many = _drained(clean_database, desks, _accepted(2)), _drained(clean_database, desks, _accepted(150))
    assert few == many
    with clean_database.transaction() as session:
        assert session.query(Notification).count() == 152
        assert session.query(Delivery).count() == 304
        assert session.query(Delivery).filter_by(channel="sms", state="queued").count() == 152


def test_one_that_cannot_be_told_takes_no_other_with_it(clean_database: Database, clock: SettableClock) -> None:
    happened = _accepted(20)
    bad = [str(dossier) for dossier, _ in happened[5:7]]
    with clean_database.transaction() as session:
        add_agency(session, AGENCY)
    _drained(clean_database, ManyDesks(clock, bad), happened)
    with clean_database.transaction() as session:
        told = {str(row.dossier_id) for row in session.query(Notification)}
        failed = {str(row.subject_id) for row in session.query(OutboxEvent).filter_by(attempts=1)}
    assert told == {str(dossier) for dossier, _ in happened} - {*bad}
    assert failed == {*bad}


def test_the_same_event_twice_in_a_chunk_tells_once(session: Session, clock: SettableClock) -> None:
    add_agency(session, AGENCY)
    ((_, payload),) = _accepted(1)
    twice = [_event(payload)] * 2
    Desks(clock).tell(session, *twice)
    assert session.query(Notification).count() == 1
    assert session.query(Delivery).count() == 2


@pytest.mark.parametrize(("limit_vnd", "texts"), [(0, 0), (1600, 1), (3200, 2), (100_000, 5)])
def test_a_chunk_spends_a_budget_once(session: Session, clock: SettableClock, limit_vnd: int, texts: int) -> None:
    add_agency(session, AGENCY)
    session.add(Budget(agency_code=AGENCY, limit_vnd=limit_vnd, warn_percent=80, set_by=new_id()))
    session.flush()
    told = events()["residence.batch_settled"]
    assert not told.legal
    facts: dict[str, Value | None] = {
        "lodging": "Nhà nghỉ Thử",
        "night": NOTICE.at.date(),
        "state": "đã được xác nhận đủ số",
        "accepted": 3,
        "rejected": 0,
        "deadline": NOTICE.at,
    }
    tellings = []
    for _ in range(5):
        person = new_id()
        addresses = {Channel.SMS: PHONE, Channel.INBOX: str(person)}
        notice = Notice(
            event_id=new_id(),
            recipient=str(person),
            template=told.name,
            purpose=str(told.purpose),
            legal=told.legal,
            language="vi",
            facts=facts,
            person_id=person,
            agency_code=AGENCY,
        )
        tellings.append(Telling(told, Reach("vi", addresses), notice))
    _announcer(clock).announce(session, tellings)
    assert session.query(Delivery).filter_by(channel="sms").count() == texts
    assert session.query(Delivery).filter_by(channel="inbox").count() == 5


def test_how_deliveries_ended_is_written_at_once(session: Session, clock: SettableClock) -> None:
    dossier, ended = new_id(), [new_id() for _ in range(3)]
    announce_settled(session, [Settled(each, dossier, "sms", "delivered", clock.now()) for each in ended])
    rows = session.execute(text("SELECT subject_id, payload ->> 'status', payload ->> 'channel' FROM outbox_event"))
    assert sorted(rows) == sorted((each, "delivered", "sms") for each in ended)
