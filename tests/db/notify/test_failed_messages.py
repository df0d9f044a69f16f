"""What failed, as officers find it: told of in no other way, with what can be done, and sent again together."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.errors import DomainError
from kernel.work import Work
from notify.desk.acts import redrive_messages, resend_message
from notify.desk.explaining import advice_for
from notify.desk.messages import dead_messages, dossier_messages, read_message
from notify.planning.plan import Channel
from tests.db.notify.support import VAULT
from tests.db.notify.test_officer_acts import BODY, Office


@pytest.fixture
def office(session: Session, clock: SettableClock) -> Office:
    return Office(Work(session, VAULT, clock))


def test_one_that_cannot_be_opened_is_listed_and_takes_no_other_with_it(office: Office) -> None:
    sealed, other = office.message("dead"), office.message("dead")
    office.work.session.execute(
        text("UPDATE delivery SET body = '\\x00', code = 'unreadable' WHERE id = :id"), {"id": sealed}
    )
    listed = {each.id: each.text for each in dead_messages(office.work, office.here, limit=10)}
    assert listed == {sealed: "", other: BODY}
    assert len(dossier_messages(office.work, office.here, office.dossier)) == 2
    with pytest.raises(DomainError, match="message_unreadable"):
        resend_message(office.work, office.here, sealed)
    done = redrive_messages(office.work, office.here, [sealed, other])
    assert (len(done.sent), done.left) == (1, (sealed,))


def test_two_officers_who_try_the_same_ones_wait_for_each_other_in_one_direction(office: Office) -> None:
    dead = [office.message("dead") for _ in range(8)]
    statements: list[UUID] = []
    connection = office.work.session.connection()

    @event.listens_for(connection, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "FROM delivery" in statement and "FOR UPDATE" in statement:
            statements.append(next(value for value in parameters.values() if value in dead))

    redrive_messages(office.work, office.here, dead[::-1])
    event.remove(connection, "before_cursor_execute", note)
    assert statements == sorted(dead)


def _beside(office: Office, failed: UUID, state: str) -> None:
    """Another delivery of the same notice."""
    other = office.message(state, channel=Channel.ZALO)
    office.work.session.execute(
        text(
            "UPDATE delivery SET notification_id = (SELECT notification_id FROM delivery WHERE id = :failed) "
            "WHERE id = :other"
        ),
        {"failed": failed, "other": other},
    )


@pytest.mark.parametrize(
    ("state", "told"),
    [("delivered", True), ("accepted", True), ("queued", True), ("dead", False), ("cancelled", False)],
)
def test_what_was_told_in_another_way_is_neither_listed_nor_sent_again(
    office: Office, *, state: str, told: bool
) -> None:
    failed = office.message("dead")
    _beside(office, failed, state)
    listed = {each.id for each in dead_messages(office.work, office.here, limit=10)}
    assert (failed not in listed) is told
    assert (redrive_messages(office.work, office.here, [failed]).left == (failed,)) is told


def test_what_did_not_arrive_is_listed_and_can_be_sent_again(office: Office) -> None:
    failed = office.message("undelivered")
    (listed,) = dead_messages(office.work, office.here, limit=10)
    assert (listed.id, listed.state) == (failed, "undelivered")
    assert len(redrive_messages(office.work, office.here, [failed]).sent) == 1
    assert dead_messages(office.work, office.here, limit=10) == []


@pytest.mark.parametrize(
    ("state", "code", "attempt", "entry"),
    [
        ("dead", "-118", "permanent", "not_on_zalo"),
        ("dead", "21614", "permanent", "number"),
        ("dead", "201", "permanent", "refused"),
        ("dead", "http_503", "transient", "given_up"),
        ("dead", "103", "transient", "given_up"),
        ("dead", "cannot_ask", "unknown", "cannot_ask"),
        ("undelivered", "30003", "accepted", "undelivered"),
        ("undelivered", "30005", "accepted", "number"),
        ("dead", None, "transient", "given_up"),
    ],
)
def test_advice_fits_the_cause(office: Office, state: str, code: str | None, attempt: str, entry: str) -> None:
    failed = office.message(state)
    session = office.work.session
    session.execute(text("UPDATE delivery SET code = :code WHERE id = :id"), {"code": code, "id": failed})
    session.execute(
        text(
            "INSERT INTO attempt (id, delivery_id, number, gateway, state, cost_vnd) "
            "VALUES (motcua_new_id(), :id, 1, 'esms', :state, 0)"
        ),
        {"id": failed, "state": attempt},
    )
    assert read_message(office.work, office.here, failed).advice == advice_for(entry)
