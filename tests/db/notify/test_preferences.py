"""What a person wants to be told: changed at will, but for what the law, the inbox and a code's proof demand."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.actor import Actor, ActorKind
from kernel.clock import SettableClock
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.work import Work
from notify.planning.plan import Channel
from notify.planning.preferences import Choices, read_preferences, save_preferences, wanted_channels
from notify.templates.events import Purpose
from tests.db.notify.support import VAULT

STATUS, REMINDER = Purpose.DOSSIER_STATUS, Purpose.RESIDENCE_REMINDER


def add_person(session: Session) -> UUID:
    person = new_id()
    session.execute(
        text(
            "INSERT INTO person (id, full_name, subject_index, identity_level) "
            "VALUES (:id, 'Nguyễn Văn Thử', :index, 1)"
        ),
        {"id": person, "index": person.bytes},
    )
    return person


@pytest.fixture
def work(session: Session, clock: SettableClock) -> Work:
    return Work(session, VAULT, clock)


@pytest.fixture
def someone(session: Session) -> Actor:
    return Actor(ActorKind.CITIZEN, person_id=add_person(session))


def test_without_a_word_texts_are_on_and_zalo_is_off(work: Work, someone: Actor) -> None:
    said = read_preferences(work, someone)
    assert {purpose: choices[Channel.SMS] for purpose, choices in said.items()} == dict.fromkeys(Purpose, True)
    assert {purpose: choices[Channel.ZALO] for purpose, choices in said.items()} == dict.fromkeys(Purpose, False)


def test_what_is_said_holds_for_its_purpose_alone(work: Work, someone: Actor) -> None:
    after = save_preferences(work, someone, {STATUS: {Channel.ZALO: True, Channel.SMS: False}})
    assert after == read_preferences(work, someone)
    assert after[STATUS] == {Channel.ZALO: True, Channel.SMS: False, Channel.INBOX: True}
    assert after[REMINDER] == {Channel.ZALO: False, Channel.SMS: True, Channel.INBOX: True}
    assert someone.person_id is not None
    theirs, other = someone.person_id, add_person(work.session)
    wishes = [(theirs, STATUS), (theirs, REMINDER), (other, STATUS)]
    assert wanted_channels(work.session, wishes) == {
        (theirs, STATUS): {Channel.ZALO: True, Channel.SMS: False},
        (theirs, REMINDER): {},
        (other, STATUS): {},
    }
    assert wanted_channels(work.session, []) == {}


def test_a_mind_may_change(work: Work, someone: Actor) -> None:
    for wanted in (True, False, True):
        after = save_preferences(work, someone, {REMINDER: {Channel.ZALO: wanted}})
        assert after[REMINDER][Channel.ZALO] is wanted


@pytest.mark.parametrize(
    ("choices", "pointer", "code"),
    [
        ({STATUS: {Channel.SMS: False}}, "/dossier_status", "legal_notice_needs_a_channel"),
        ({STATUS: {Channel.SMS: False, Channel.ZALO: False}}, "/dossier_status", "legal_notice_needs_a_channel"),
        ({REMINDER: {Channel.INBOX: False}}, "/residence_reminder/inbox", "inbox_stays"),
        ({Purpose.SECURITY: {Channel.ZALO: True}}, "/security", "purpose_fixed"),
    ],
)
def test_what_cannot_be_muted_is_named(work: Work, someone: Actor, choices: Choices, pointer: str, code: str) -> None:
    before = read_preferences(work, someone)
    with pytest.raises(DomainError) as refused:
        save_preferences(work, someone, choices)
    assert [(field.pointer, field.code) for field in refused.value.fields] == [(pointer, code)]
    assert read_preferences(work, someone) == before


def test_one_channel_may_follow_the_other(work: Work, someone: Actor) -> None:
    save_preferences(work, someone, {STATUS: {Channel.ZALO: True}})
    save_preferences(work, someone, {STATUS: {Channel.SMS: False}})
    with pytest.raises(DomainError):
        save_preferences(work, someone, {STATUS: {Channel.ZALO: False}})
    save_preferences(work, someone, {REMINDER: {Channel.SMS: False}})
