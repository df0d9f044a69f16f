"""Zalo is used for people who switched it on, and for nobody a moment longer."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.actor import SYSTEM, Actor, ActorKind
from kernel.clock import SettableClock
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.work import Work
from notify.desk.acts import RedirectReason, redirect_message, redrive_messages, resend_message
from notify.planning.plan import Channel, PlannedDelivery, Priority, Reach
from notify.planning.preferences import save_preferences
from notify.planning.store import Notice
from notify.templates.book import Rendered
from notify.templates.events import Purpose
from residence.notices.words import preferred
from tests.db.notify.support import PHONE, TEMPLATE, VAULT, deliver
from tests.db.notify.test_preferences import add_person

STATUS = Purpose.DOSSIER_STATUS
ON, OFF = {STATUS: {Channel.ZALO: True}}, {STATUS: {Channel.ZALO: False}}


class Somebody:
    """With a notice by Zalo and a text that stands by for it."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.actor = Actor(ActorKind.CITIZEN, person_id=add_person(work.session))
        notice = Notice(
            event_id=new_id(),
            recipient=str(self.actor.person_id),
            template=TEMPLATE.name,
            purpose=str(STATUS),
            legal=True,
            language="vi",
            facts={},
            person_id=self.actor.person_id,
        )
        ways = [
            PlannedDelivery(channel, str(channel), PHONE, TEMPLATE, Priority.NOTICE, (), standby=standby)
            for channel, standby in [(Channel.ZALO, False), (Channel.SMS, True)]
        ]
        self.zalo, self.sms = deliver(work.session, notice, ways, Rendered("x", "GSM-7", 1, 1))

    def put(self, message: UUID, state: str) -> None:
        self.work.session.execute(
            text("UPDATE delivery SET state = :state, settled_at = now() WHERE id = :id"),
            {"state": state, "id": message},
        )

    def states(self) -> list[tuple[str, str | None, bool]]:
        """(state, code, whether it is due) of both."""
        rows = self.work.session.execute(
            text("SELECT state, code, coalesce(due_at <= now(), false) FROM delivery WHERE turn = 0 ORDER BY position")
        )
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.fixture
def somebody(session: Session, clock: SettableClock) -> Somebody:
    return Somebody(Work(session, VAULT, clock))


def test_who_takes_consent_back_gets_what_has_not_left_by_another_way(somebody: Somebody) -> None:
    save_preferences(somebody.work, somebody.actor, ON)
    assert somebody.states() == [("queued", None, True), ("standby", None, False)]
    save_preferences(somebody.work, somebody.actor, OFF)
    assert somebody.states() == [("cancelled", "not_wanted", False), ("standby", None, True)]
    assert somebody.work.session.info["motcua.rings"] == {"send"}


def test_what_is_on_its_way_cannot_be_called_back(somebody: Somebody) -> None:
    somebody.put(somebody.zalo, "sending")
    save_preferences(somebody.work, somebody.actor, OFF)
    assert somebody.states() == [("sending", None, True), ("standby", None, False)]


def test_an_officer_sends_by_zalo_again_only_who_still_wants_it(somebody: Somebody) -> None:
    somebody.put(somebody.zalo, "dead")
    with pytest.raises(DomainError, match="message_not_wanted"):
        resend_message(somebody.work, SYSTEM, somebody.zalo)
    with pytest.raises(DomainError, match="message_not_wanted"):
        redirect_message(somebody.work, SYSTEM, somebody.zalo, PHONE, RedirectReason.NEW_NUMBER)
    assert redrive_messages(somebody.work, SYSTEM, [somebody.zalo]).left == (somebody.zalo,)
    save_preferences(somebody.work, somebody.actor, ON)
    assert resend_message(somebody.work, SYSTEM, somebody.zalo)


def test_a_text_needs_no_consent(somebody: Somebody) -> None:
    somebody.put(somebody.sms, "dead")
    save_preferences(somebody.work, somebody.actor, {STATUS: {Channel.ZALO: True, Channel.SMS: False}})
    assert resend_message(somebody.work, SYSTEM, somebody.sms)


def test_a_phone_that_is_no_longer_theirs_gets_nothing_sent_again(somebody: Somebody) -> None:
    asked: list[tuple[UUID, str]] = []

    def theirs(person_id: UUID, phone: str) -> bool:
        asked.append((person_id, phone))
        return False

    somebody.put(somebody.sms, "dead")
    with pytest.raises(DomainError, match="message_address_ended"):
        resend_message(somebody.work, SYSTEM, somebody.sms, theirs=theirs)
    assert redrive_messages(somebody.work, SYSTEM, [somebody.sms], theirs=theirs).left == (somebody.sms,)
    assert set(asked) == {(somebody.actor.person_id, PHONE)}
    # Another phone is the officer's word.
    assert redirect_message(somebody.work, SYSTEM, somebody.sms, "+84905000077", RedirectReason.NEW_NUMBER)


@pytest.mark.parametrize("channel", ["zalo", "sms", "inbox"])
def test_what_a_lodging_prefers_is_no_consent_of_its_people(channel: str) -> None:
    reach = Reach("vi", {}, {Channel(name): wish for name, wish in preferred(channel).items()})
    assert not reach.wants(Channel.ZALO)
    assert reach.wants(Channel.SMS) is (channel != "inbox")
