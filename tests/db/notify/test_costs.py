"""What messages cost: charged once for each attempt that a gateway took, corrected by what its receipt says."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.models import Attempt
from notify.planning.offers import OutlookByLedger, Route, month_of
from notify.planning.plan import Channel, PlannedDelivery, Priority
from notify.planning.store import Notice
from notify.ports import ReceiptNote
from notify.receipts.applying import apply_receipts
from notify.registers import Budget, Spend
from notify.sending.charges import PAID, Tariff
from notify.sending.claims import claim_questions, record_news
from notify.sending.due import ClaimedRow, claim_due
from notify.sending.outcomes import news_of
from notify.sending.retry import RECEIPT_WITHIN
from notify.sending.states import ReceiptKind
from notify.sending.unseen import UnresolvedAttempt, made_again
from notify.templates.book import Rendered
from outbound.jobs.outcomes import Outcome, OutcomeKind
from tests.db.notify.support import (
    PATIENCE,
    PHONE,
    TEMPLATE,
    add_agency,
    deliver,
    pass_time,
    pool_of,
    store_receipt,
)
from tests.support.waiting import eventually

TARIFF = Tariff({"fake": 800}, frozenset({"fake"}))
TAKEN = Outcome(OutcomeKind.ACCEPTED, ref="R1")
AGENCY = "P1"


def claim_one(session: Session) -> ClaimedRow:
    """A text of two parts that an agency pays, in the hands of a drain."""
    add_agency(session, AGENCY)
    notice = Notice(
        event_id=new_id(),
        recipient=PHONE,
        template=TEMPLATE.name,
        purpose="dossier_status",
        legal=True,
        language="vi",
        facts={},
        agency_code=AGENCY,
    )
    way = PlannedDelivery(Channel.SMS, "fake", PHONE, TEMPLATE, Priority.NOTICE, ())
    deliver(session, notice, [way], Rendered("x" * 170, "GSM-7", 170, 2))
    (taken,) = claim_due(session, 1, PATIENCE.lease, pool_of("fake"))
    return taken


@pytest.fixture
def claimed(session: Session) -> ClaimedRow:
    return claim_one(session)


@pytest.fixture
def receipt(session: Session, clock: SettableClock, claimed: ClaimedRow) -> Callable[[int | None], None]:
    def take(cost_vnd: int | None) -> None:
        send_receipt(session, claimed, cost_vnd)
        assert apply_receipts(session, RECEIPT_WITHIN, TARIFF) == 1

    return take


def send_receipt(session: Session, claimed: ClaimedRow, cost_vnd: int | None = None) -> None:
    note = ReceiptNote("fake", str(new_id()), "R1", ReceiptKind.PROGRESS, "sent", None, None, cost_vnd=cost_vnd)
    store_receipt(session, claimed.claim.attempt_id, note, b"{}")


def record(session: Session, claimed: ClaimedRow, outcome: Outcome) -> None:
    record_news(session, [news_of(claimed.claim, outcome, PATIENCE)], RECEIPT_WITHIN, TARIFF)


def spent(session: Session) -> tuple[int, int, int] | None:
    """(messages, parts, đồng) of the agency in its month."""
    row = session.query(Spend).populate_existing().one_or_none()
    return None if row is None else (row.messages, row.parts, row.cost_vnd)


def charged(session: Session, attempt: UUID) -> object:
    return session.scalar(text("SELECT cost_vnd FROM attempt WHERE id = :id"), {"id": attempt})


def test_a_message_that_was_taken_is_charged_once(session: Session, claimed: ClaimedRow) -> None:
    record(session, claimed, TAKEN)
    record(session, claimed, TAKEN)
    assert charged(session, claimed.claim.attempt_id) == 1600
    assert spent(session) == (1, 2, 1600)


@pytest.mark.parametrize("kind", [OutcomeKind.TRANSIENT, OutcomeKind.PERMANENT, OutcomeKind.UNKNOWN])
def test_a_message_that_was_not_taken_costs_nothing(session: Session, claimed: ClaimedRow, kind: OutcomeKind) -> None:
    record(session, claimed, Outcome(kind, code="x"))
    assert spent(session) is None


def test_a_receipt_charges_what_nobody_saw_taken(
    session: Session, claimed: ClaimedRow, receipt: Callable[[int | None], None]
) -> None:
    record(session, claimed, Outcome(OutcomeKind.UNKNOWN))
    receipt(None)
    receipt(None)
    assert spent(session) == (1, 2, 1600)


def test_a_receipt_corrects_the_price(
    session: Session, claimed: ClaimedRow, receipt: Callable[[int | None], None]
) -> None:
    record(session, claimed, TAKEN)
    for said, known in ((None, 1600), (1500, 1500), (1500, 1500), (1700, 1700)):
        receipt(said)
        assert spent(session) == (1, 2, known)
    assert charged(session, claimed.claim.attempt_id) == 1700


def test_what_is_spent_is_taken_from_the_budget_of_the_month(
    session: Session, claimed: ClaimedRow, clock: SettableClock
) -> None:
    outlook = OutlookByLedger([Route(Channel.SMS, "fake", 800)])
    record(session, claimed, TAKEN)
    row = session.query(Spend).one()
    row.month = month_of(clock.now())
    session.flush()
    assert outlook.budgets_left(session, {AGENCY}, clock.now()) == {}
    session.add(Budget(agency_code=AGENCY, limit_vnd=5000, warn_percent=80, set_by=new_id()))
    session.flush()
    assert outlook.budgets_left(session, {AGENCY}, clock.now()) == {AGENCY: 3400}
    # What is planned and not charged yet is as good as spent: two parts on their way, two that wait.
    claim_one(session)
    assert outlook.budgets_left(session, {AGENCY}, clock.now()) == {AGENCY: 1800}
    session.execute(text("UPDATE delivery SET state = 'queued' WHERE state = 'sending'"))
    assert outlook.budgets_left(session, {AGENCY}, clock.now()) == {AGENCY: 1800}
    assert outlook.budgets_left(session, set(), clock.now()) == {}


@pytest.mark.parametrize("receipt_first", [False, True])
def test_a_receipt_and_an_outcome_at_the_same_moment_charge_once(
    clean_database: Database, *, receipt_first: bool
) -> None:
    with clean_database.transaction() as session:
        claimed = claim_one(session)
        send_receipt(session, claimed)

    def take_outcome(session: Session) -> None:
        record(session, claimed, TAKEN)

    def take_receipt(session: Session) -> None:
        apply_receipts(session, RECEIPT_WITHIN, TARIFF)

    def late(act: Callable[[Session], None]) -> None:
        with clean_database.transaction() as session:
            act(session)

    first, second = (take_receipt, take_outcome) if receipt_first else (take_outcome, take_receipt)
    with ThreadPoolExecutor(1) as thread:
        with clean_database.transaction() as session:
            first(session)
            waiting = thread.submit(late, second)
            assert eventually(lambda: _waits_for_a_lock(clean_database))
        waiting.result(30)
    with clean_database.transaction() as session:
        assert spent(session) == (1, 2, 1600)
        assert charged(session, claimed.claim.attempt_id) == 1600


def _waits_for_a_lock(database: Database) -> bool:
    with database.reading() as connection:
        found = connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"))
    return bool(found)


@pytest.mark.parametrize(("dedupes", "messages"), [(True, 1), (False, 2)])
def test_a_call_made_again_under_its_reference_is_the_same_message_where_the_gateway_dedupes(
    session: Session, claimed: ClaimedRow, *, dedupes: bool, messages: int
) -> None:
    tariff = Tariff({"fake": 800}, frozenset({"fake"} if dedupes else ()))
    record(session, claimed, Outcome(OutcomeKind.UNKNOWN))
    pass_time(session, PATIENCE.lease)
    (asking,) = claim_questions(session, 10, PATIENCE.lease)
    unseen = UnresolvedAttempt(asking.claim, asking.tries, asking.age, asking.latest_age, asking.has_standby)
    record_news(session, [made_again(unseen, PATIENCE)])
    (again,) = claim_due(session, 1, PATIENCE.lease, pool_of("fake"))
    record_news(session, [news_of(again.claim, TAKEN, PATIENCE)], RECEIPT_WITHIN, tariff)
    # The report comes to the address of the call that was taken, with what it really cost.
    send_receipt(session, claimed, 1600)
    assert apply_receipts(session, RECEIPT_WITHIN, tariff) == 1
    assert spent(session) == (messages, 2 * messages, 1600 * messages)


_OF_PAID = """WITH held AS (SELECT CAST(:delivery AS uuid) AS id), {paid}
SELECT cost FROM paid JOIN attempt USING (id) ORDER BY number"""
_PAID = text(_OF_PAID.format(paid=PAID))
Tried = tuple[str, str, str | None, int]
TRIED = st.tuples(
    st.sampled_from(["fake", "other"]),
    st.sampled_from(["accepted", "unknown", "transient", "permanent"]),
    st.sampled_from([None, "not_started", "http_500"]),
    st.sampled_from([0, 800]),
)


def paid_by_reference(tried: list[Tried]) -> list[int]:
    """The same, attempt by attempt: a new reference after each that failed but for want of time."""
    references, reference = list[object](), 0
    for place, (gateway, state, code, _) in enumerate(tried):
        references.append((gateway, reference) if gateway == "fake" else place)
        reference += state == "permanent" or (state == "transient" and code != "not_started")
    return [sum(each[3] for each, other in zip(tried, references, strict=True) if other == mine) for mine in references]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TRIED, min_size=1, max_size=7))
def test_what_was_paid_counts_every_attempt_under_the_same_reference(
    session: Session, claimed: ClaimedRow, tried: list[Tried]
) -> None:
    delivery = claimed.claim.delivery_id
    attempts = [
        {"delivery_id": delivery, "number": number, "gateway": each[0], "state": each[1], "code": each[2],
         "cost_vnd": each[3]} for number, each in enumerate(tried)
    ]  # fmt: skip
    with session.begin_nested() as example:
        session.execute(text("DELETE FROM attempt"))
        session.execute(insert(Attempt), attempts)
        found = session.scalars(_PAID, {**TARIFF.values(), "delivery": delivery}).all()
        example.rollback()
    assert found == paid_by_reference(tried)
