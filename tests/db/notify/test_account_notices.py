"""What happens to an account is told in the app; what has not left for a number that is not theirs is called back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from kernel.clock import SettableClock
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from notify.models import ADDRESS_FIELD, BODY_FIELD, Delivery, Notification
from notify.notices.account import NOT_THEIRS, AccountAnnouncer, FormerPhone, call_back
from notify.planning.handlers import Announcer
from notify.planning.offers import OutlookByLedger
from notify.planning.store import sealed
from notify.ports import DossierNotice
from notify.templates.book import shipped_templates
from tests.db.notify.support import VAULT

MINE, OTHER = "+84905000001", "+84905000002"
EVERY_STATE = ["queued", "waiting", "standby", "sending", "accepted", "delivered", "dead"]


class Desk:
    """One person who held one number."""

    def __init__(self, former: FormerPhone | None) -> None:
        self.former = former

    def ended_phone(self, session: Session, phone_id: UUID) -> FormerPhone | None:
        return self.former

    def notices(self, session: Session, payloads: Sequence[dict[str, Any]]) -> list[DossierNotice | None]:
        raise AssertionError

    def one_time_code(self, *_: object) -> None:
        raise AssertionError


@pytest.fixture
def former() -> FormerPhone:
    return FormerPhone(new_id(), MINE)


def announcer(clock: SettableClock, desk: Desk) -> AccountAnnouncer:
    told = Announcer(VAULT, clock, desk, desk, OutlookByLedger(()), lambda _session: shipped_templates())
    return AccountAnnouncer(told, desk)


def handle(session: Session, accounts: AccountAnnouncer, kind: str, payload: dict[str, object]) -> None:
    event = OutboxEvent(id=new_id(), kind=kind, subject_id=new_id(), payload=payload)
    for handler in accounts.handlers()[kind] * 2:
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


def test_whoever_lost_a_number_is_told_in_the_app_alone(
    session: Session, clock: SettableClock, former: FormerPhone
) -> None:
    payload: dict[str, object] = {"phone_id": str(new_id()), "reason": "passed_on"}
    with capture_logs() as logs:
        handle(session, announcer(clock, Desk(former)), "phone.ended", payload)
    (told,) = texts(session)
    assert told[:2] == ("inbox", "account.phone_passed_on")
    # As it shall be, so nobody is alarmed.
    assert logs == []
    assert "…001" in told[2]
    assert MINE not in told[2]


@pytest.mark.parametrize("found", [True, False], ids=["given up", "proved again since"])
def test_what_needs_no_word_is_not_told(
    session: Session, clock: SettableClock, former: FormerPhone, found: bool
) -> None:
    payload: dict[str, object] = {"phone_id": str(new_id()), "reason": "given_up" if found else "passed_on"}
    handle(session, announcer(clock, Desk(former if found else None)), "phone.ended", payload)
    assert texts(session) == []


@pytest.mark.parametrize("kind", ["person.number_corrected", "person.second_account"])
def test_a_number_that_changed_and_a_second_account_are_told(
    session: Session, clock: SettableClock, former: FormerPhone, kind: str
) -> None:
    handle(session, announcer(clock, Desk(None)), kind, {"person_id": str(former.person_id)})
    ((channel, template, _body),) = texts(session)
    assert (channel, template) == ("inbox", kind.replace("person.", "account."))


@pytest.mark.parametrize("state", EVERY_STATE)
def test_what_has_not_left_is_called_back(session: Session, former: FormerPhone, state: str) -> None:
    theirs = queue(session, former.person_id, MINE, state)
    others = [queue(session, new_id(), MINE, state), queue(session, former.person_id, OTHER, state)]
    call_back(session, VAULT, former)
    session.flush()
    session.expire_all()
    left = state in ("queued", "waiting", "standby")
    assert (theirs.state, theirs.code) == (("cancelled", NOT_THEIRS) if left else (state, None))
    assert [row.state for row in others] == [state, state]
    assert VAULT.open(ADDRESS_FIELD, theirs.id, theirs.address) == MINE
