"""What happens to an account is told in the app; what has not left for a number that is not theirs is called back."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from auth.models import PHONE_FIELD, Person, Phone
from auth.part import PART
from kernel.clock import SettableClock
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from notify.models import ADDRESS_FIELD, BODY_FIELD, Delivery, Notification
from notify.planning.calling_back import NOT_THEIRS, call_back
from notify.planning.offers import OutlookByLedger
from notify.planning.store import sealed
from tests.db.notify.support import VAULT
from tests.support.telling import handlers_of, teller

MINE, OTHER = "+84905000001", "+84905000002"
EVERY_STATE = ["queued", "waiting", "standby", "sending", "accepted", "delivered", "dead"]


@pytest.fixture
def former(session: Session, clock: SettableClock) -> Phone:
    """A number that somebody held once."""
    person = Person(id=new_id(), full_name="Nguyễn Thị Thử", identity_level=2)
    session.add(person)
    session.flush()
    row = new_id()
    phone = Phone(
        id=row,
        person_id=person.id,
        number=VAULT.seal(PHONE_FIELD, row, MINE),
        number_index=VAULT.index(PHONE_FIELD, MINE),
        verified_at=clock.now(),
        ended_at=clock.now(),
        end_reason="passed_on",
    )
    session.add(phone)
    session.flush()
    return phone


def handle(session: Session, clock: SettableClock, kind: str, payload: dict[str, object]) -> None:
    """Twice, since an event may be handled again."""
    handlers = handlers_of(PART, teller(VAULT, clock, OutlookByLedger(())))
    event = OutboxEvent(id=new_id(), kind=kind, subject_id=new_id(), payload=payload)
    for handler in (*handlers[kind], *handlers[kind]):
        handler(session, [event])
    session.flush()


def texts(session: Session) -> list[tuple[str, str, str]]:
    rows = session.execute(
        select(Delivery, Notification.kind).join(Notification, Notification.id == Delivery.notification_id)
    )
    return [(row.channel, kind, VAULT.open(BODY_FIELD, row.id, row.body)) for row, kind in rows]


def queue(session: Session, person_id: UUID, phone: str, state: str, *, channel: str = "sms") -> Delivery:
    told = Notification(
        id=new_id(),
        event_id=new_id(),
        recipient=new_id().bytes,
        kind="dossier.accepted",
        purpose="dossier_status",
        legal=True,
        language="vi",
        person_id=person_id,
    )
    session.add(told)
    session.flush()
    row = new_id()
    delivery = Delivery(
        id=row,
        notification_id=told.id,
        channel=channel,
        template="dossier.accepted",
        template_version=1,
        priority=1,
        state=state,
        parts=1,
        why="thử",
        **sealed(VAULT, row, phone, "tin thử"),
    )
    session.add(delivery)
    session.flush()
    return delivery


def test_whoever_lost_a_number_is_told_in_the_app_alone(session: Session, clock: SettableClock, former: Phone) -> None:
    with capture_logs() as logs:
        handle(session, clock, "phone.ended", {"phone_id": str(former.id), "reason": "passed_on"})
    (told,) = texts(session)
    assert told[:2] == ("inbox", "account.phone_passed_on")
    # As it shall be, so nobody is alarmed.
    assert logs == []
    assert "…001" in told[2]
    assert MINE not in told[2]


@pytest.mark.parametrize("again", [False, True], ids=["given up", "proved again since"])
def test_what_needs_no_word_is_not_told(session: Session, clock: SettableClock, former: Phone, again: bool) -> None:
    if again:
        former.ended_at, former.end_reason = None, None
        session.flush()
    reason = "passed_on" if again else "given_up"
    handle(session, clock, "phone.ended", {"phone_id": str(former.id), "reason": reason})
    assert texts(session) == []


@pytest.mark.parametrize("kind", ["person.number_corrected", "person.second_account"])
def test_a_number_that_changed_and_a_second_account_are_told(
    session: Session, clock: SettableClock, former: Phone, kind: str
) -> None:
    handle(session, clock, kind, {"person_id": str(former.person_id)})
    ((channel, template, _body),) = texts(session)
    assert (channel, template) == ("inbox", kind.replace("person.", "account."))


@pytest.mark.parametrize("state", EVERY_STATE)
def test_what_has_not_left_is_called_back(session: Session, former: Phone, state: str) -> None:
    theirs = queue(session, former.person_id, MINE, state)
    others = [queue(session, new_id(), MINE, state), queue(session, former.person_id, OTHER, state)]
    call_back(session, VAULT, former.person_id, MINE)
    session.flush()
    session.expire_all()
    left = state in ("queued", "waiting", "standby")
    assert (theirs.state, theirs.code) == (("cancelled", NOT_THEIRS) if left else (state, None))
    assert [row.state for row in others] == [state, state]
    assert VAULT.open(ADDRESS_FIELD, theirs.id, theirs.address) == MINE
