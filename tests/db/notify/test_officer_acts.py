"""What an officer sees of messages and does about them, and what was given up."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.actor import SYSTEM, Actor, ActorKind
from kernel.clock import SettableClock
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from kernel.work import Work
from notify.desk.acts import (
    CancelReason,
    RedirectReason,
    cancel_message,
    redirect_message,
    redrive_messages,
    resend_message,
)
from notify.desk.costs import BudgetState, budget_state, monthly_costs, set_budget
from notify.desk.dead_letters import DeadKind, list_dead, redrive
from notify.desk.explaining import Clause, advice_for, say_why
from notify.desk.messages import dead_messages, dossier_messages, read_message
from notify.models import ADDRESS_FIELD, BODY_FIELD, Delivery, Receipt
from notify.planning.plan import Channel, PlannedDelivery, Priority
from notify.planning.store import Notice
from notify.registers import Spend
from notify.sending.states import FINAL, SENDABLE, DeliveryState
from notify.templates.book import Rendered
from tests.db.notify.support import PHONE, TEMPLATE, VAULT, deliver

OTHER_PHONE = "+84905000021"
BODY = "Ho so A da duoc tiep nhan."
UNDER_WAY = [state for state in DeliveryState if state not in FINAL and state is not DeliveryState.ACCEPTED]


@dataclass
class Office:
    """A province with two communes; messages of the first commune, and officers of each."""

    work: Work

    def __post_init__(self) -> None:
        for code, parent, path in (("P", None, "P/"), ("P1", "P", "P/P1/"), ("P2", "P", "P/P2/")):
            self.work.session.execute(
                text(
                    "INSERT INTO agency (code, name, short_name, parent_code, path) "
                    "VALUES (:code, :code, :code, :parent, :path)"
                ),
                {"code": code, "parent": parent, "path": path},
            )
        self.dossier = new_id()
        self.here, self.there, self.above = (
            Actor(ActorKind.OFFICER, officer_id=new_id(), agency_code=code, roles=frozenset({"admin"}))
            for code in ("P1", "P2", "P")
        )

    def message(self, state: str = "dead", *, channel: Channel = Channel.SMS, standby: bool = False) -> UUID:
        notice = Notice(
            event_id=new_id(),
            recipient=PHONE,
            template=TEMPLATE.name,
            purpose="dossier_status",
            legal=True,
            language="vi",
            facts={},
            agency_code="P1",
            dossier_id=self.dossier,
        )
        way = PlannedDelivery(
            channel, "esms", PHONE, TEMPLATE, Priority.NOTICE, (Clause("has_phone"),), standby=standby
        )
        (made,) = deliver(self.work.session, notice, [way], Rendered(BODY, "GSM-7", 26, 1))
        self.put(made, state)
        return made

    def put(self, message: UUID, state: str) -> None:
        settled = "now()" if state in FINAL else "NULL"
        self.work.session.execute(
            text(f"UPDATE delivery SET state = :state, settled_at = {settled}, code = '-118' WHERE id = :id"),  # noqa: S608
            {"state": state, "id": message},
        )

    def row(self, message: UUID) -> Delivery:
        return self.work.session.get_one(Delivery, message, populate_existing=True)


@pytest.fixture
def office(session: Session, clock: SettableClock) -> Office:
    return Office(Work(session, VAULT, clock))


def audits(work: Work) -> list[str]:
    return [*work.session.scalars(text("SELECT action FROM audit_entry ORDER BY seq"))]


def test_a_message_shows_its_attempts_and_receipts(office: Office) -> None:
    message, attempt = office.message(), new_id()
    session = office.work.session
    session.execute(
        text(
            "INSERT INTO attempt (id, delivery_id, number, gateway, state, cost_vnd, code, reason) "
            "VALUES (:id, :delivery, 1, 'esms', 'permanent', 0, '-118', 'no account')"
        ),
        {"id": attempt, "delivery": message},
    )
    raw = VAULT.seal_bytes("receipt.raw", (receipt := new_id()), b"{}")
    session.add(
        Receipt(
            id=receipt, attempt_id=attempt, provider="esms", event_id="1", ref="R", kind="progress", status="5", raw=raw
        )
    )
    session.flush()
    seen = read_message(office.work, office.here, message)
    assert (seen.text, seen.address, seen.state, seen.why) == (
        BODY,
        "…678",
        "dead",
        ("Người nhận có số điện thoại.", "The person has a phone."),
    )
    (tried,) = seen.attempts
    assert (tried.gateway, tried.code, tried.reason, tried.receipts[0].status) == ("esms", "-118", "no account", "5")
    assert seen.advice == advice_for("-118")
    assert audits(office.work) == ["message.read"]


def test_messages_of_another_commune_are_absent(office: Office) -> None:
    message = office.message()
    refused = []
    for act in (
        lambda: read_message(office.work, office.there, message),
        lambda: resend_message(office.work, office.there, message),
        lambda: redirect_message(office.work, office.there, message, OTHER_PHONE, RedirectReason.NEW_NUMBER),
        lambda: cancel_message(office.work, office.there, message, CancelReason.WRONG_PHONE),
    ):
        with pytest.raises(DomainError) as error:
            act()
        refused.append(error.value.code)
    assert refused == ["not_found"] * 4
    assert dossier_messages(office.work, office.there, office.dossier) == []
    assert dead_messages(office.work, office.there, limit=9) == []
    assert len(dossier_messages(office.work, office.above, office.dossier)) == 1


@pytest.mark.parametrize("state", [*sorted(FINAL), "accepted"])
def test_a_message_that_ended_can_be_sent_again_once(office: Office, state: str) -> None:
    message = office.message(state)
    again = resend_message(office.work, office.here, message)
    row = office.row(again)
    assert (row.state, row.turn, row.replaces, row.channel) == ("queued", 1, message, "sms")
    assert VAULT.open(ADDRESS_FIELD, again, row.address) == PHONE
    assert VAULT.open(BODY_FIELD, again, row.body) == BODY
    assert row.fingerprint == office.row(message).fingerprint
    with pytest.raises(DomainError, match="message_replaced"):
        resend_message(office.work, office.here, message)
    office.put(again, "dead")
    third = resend_message(office.work, office.here, again)
    assert office.row(third).turn == 2
    assert office.work.session.info["motcua.rings"] >= {"send"}


@pytest.mark.parametrize("state", UNDER_WAY)
def test_a_message_that_may_still_arrive_is_not_sent_again(office: Office, state: str) -> None:
    message = office.message(state)
    with pytest.raises(DomainError, match="message_under_way"):
        resend_message(office.work, office.here, message)


def test_a_notice_in_the_app_and_a_code_are_not_sent_again(office: Office) -> None:
    with pytest.raises(DomainError, match="message_not_sendable"):
        resend_message(office.work, office.here, office.message("delivered", channel=Channel.INBOX))
    code = office.message()
    office.row(code).valid_until = office.work.now() + timedelta(minutes=5)
    with pytest.raises(DomainError, match="message_expired"):
        resend_message(office.work, office.here, code)


def test_a_message_goes_to_the_right_phone_and_no_number_is_readable(office: Office) -> None:
    message = office.message("undelivered")
    again = redirect_message(office.work, office.here, message, OTHER_PHONE, RedirectReason.TYPING_ERROR)
    row = office.row(again)
    assert VAULT.open(ADDRESS_FIELD, again, row.address) == OTHER_PHONE
    assert row.fingerprint != office.row(message).fingerprint
    assert say_why(row.why)[1] == "Redirected by an officer: the number was mistyped."
    for table in ("delivery", "audit_entry"):
        rows = "".join(office.work.session.scalars(text(f"SELECT t::text FROM {table} t")))  # noqa: S608
        assert "905000021" not in rows


@pytest.mark.parametrize("state", [str(state) for state in SENDABLE])
def test_what_has_not_left_can_be_stopped(office: Office, state: str) -> None:
    message = office.message(state)
    cancel_message(office.work, office.here, message, CancelReason.SENT_BY_MISTAKE)
    row = office.row(message)
    assert (row.state, row.code, row.reason, row.due_at) == (
        "cancelled", "cancelled_by_officer", "sent_by_mistake", None,
    )  # fmt: skip
    assert row.settled_at is not None


@pytest.mark.parametrize("state", [str(state) for state in DeliveryState if state not in SENDABLE])
def test_what_has_left_cannot_be_stopped(office: Office, state: str) -> None:
    message = office.message(state)
    with pytest.raises(DomainError) as refused:
        cancel_message(office.work, office.here, message, CancelReason.SENT_BY_MISTAKE)
    assert (refused.value.code, refused.value.params) == ("message_left", {"state": state})
    assert office.row(message).state == state


def test_dead_messages_are_listed_until_they_are_sent_again(office: Office) -> None:
    first, second, living = office.message(), office.message(), office.message("delivered")
    for anyone in (office.here, office.above, SYSTEM):
        assert {seen.id for seen in dead_messages(office.work, anyone, limit=9)} == {first, second}
    done = redrive_messages(office.work, office.here, [first, second, living, first, new_id()])
    assert (len(done.sent), len(done.left)) == (2, 2)
    assert dead_messages(office.work, SYSTEM, limit=9) == []
    assert redrive_messages(office.work, office.there, [first]).sent == ()


def test_dead_messages_come_in_pages(office: Office) -> None:
    made = {office.message() for _ in range(5)}
    seen: list[UUID] = []
    before = None
    while page := dead_messages(office.work, office.here, limit=2, before=before):
        seen += [message.id for message in page]
        before = (page[-1].settled_at or page[-1].created_at, page[-1].id)
    assert (set(seen), len(seen)) == (made, 5)


def test_dead_events_and_receipts_are_for_the_top_agency(office: Office) -> None:
    session = office.work.session
    event = OutboxEvent(id=new_id(), kind="dossier.state_changed", subject_id=new_id(), payload={}, attempts=8)
    event.dead_at, event.error = office.work.now(), "KeyError"
    receipt = Receipt(
        id=(row := new_id()),
        attempt_id=new_id(),
        provider="esms",
        event_id="1",
        ref="R",
        kind="delivered",
        status="5",
        raw=VAULT.seal_bytes("receipt.raw", row, b"{}"),
        problem="unknown_attempt",
    )
    session.add_all([event, receipt])
    session.flush()
    for kind, row in ((DeadKind.EVENT, event.id), (DeadKind.RECEIPT, receipt.id)):
        for officer in (office.here, office.there):
            with pytest.raises(DomainError, match="forbidden"):
                list_dead(office.work, officer, kind, limit=9, before=None)
        for anyone in (office.above, SYSTEM):
            (seen,) = list_dead(office.work, anyone, kind, limit=9, before=None)
            assert seen.id == row
        assert redrive(office.work, office.above, kind, [row, new_id()], theirs=lambda *_: True).sent == (row,)
        assert list_dead(office.work, office.above, kind, limit=9, before=None) == []
    assert session.scalars(text("SELECT attempts FROM outbox_event WHERE dead_at IS NULL")).all() == [0]
    assert session.info["motcua.rings"] >= {"plan", "receipts"}


@pytest.mark.parametrize(
    ("spent", "limit", "warn", "state"),
    [
        (5, None, None, BudgetState.UNSET),
        (0, 0, 80, BudgetState.SPENT),
        (79, 100, 80, BudgetState.WITHIN),
        (80, 100, 80, BudgetState.WARNED),
        (99, 100, 80, BudgetState.WARNED),
        (100, 100, 80, BudgetState.SPENT),
        (101, 100, 100, BudgetState.SPENT),
    ],
)
def test_a_budget_warns_and_then_stops(spent: int, limit: int | None, warn: int | None, state: BudgetState) -> None:
    assert budget_state(spent, limit, warn) is state


def test_a_month_of_costs(office: Office) -> None:
    november, october = date(2026, 11, 1), date(2026, 10, 1)
    for code, month, gateway, cost in (
        ("P1", november, "esms", 1600),
        ("P1", november, "zalo", 300),
        ("P1", october, "esms", 99),
        ("P2", november, "esms", 800),
    ):
        office.work.session.add(
            Spend(agency_code=code, month=month, gateway=gateway, messages=1, parts=2, cost_vnd=cost)
        )
    office.work.session.flush()
    set_budget(office.work, office.here, "P1", 2000, 80)
    (ours,) = monthly_costs(office.work, office.here, november)
    assert (ours.agency_code, ours.cost_vnd, ours.state, ours.limit_vnd) == ("P1", 1900, BudgetState.WARNED, 2000)
    assert [cost.gateway for cost in ours.gateways] == ["esms", "zalo"]
    assert [month.agency_code for month in monthly_costs(office.work, office.above, november)] == ["P1", "P2"]
    with pytest.raises(DomainError, match="not_found"):
        set_budget(office.work, office.there, "P1", 1, 80)
    assert set_budget(office.work, office.above, "P1", 1_000_000, 50).warn_percent == 50
