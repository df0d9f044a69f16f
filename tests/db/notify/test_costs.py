"""What messages cost: charged once for each attempt that a gateway took, corrected by what its receipt says."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.ids import new_id
from notify.channels.port import Outcome, OutcomeKind
from notify.claims import record_news
from notify.due import Claimed, claim_due
from notify.offers import OutlookByLedger, month_of
from notify.outcomes import news_of
from notify.plan import Channel, PlannedDelivery, Priority
from notify.ports import ReceiptNote
from notify.receipts import apply_receipts
from notify.registers import Budget, Spend
from notify.retry import RECEIPT_WITHIN
from notify.states import ReceiptKind
from notify.store import Notice, add_delivery, add_notification
from notify.texts import Rendered
from tests.db.notify.support import PATIENCE, PHONE, TEMPLATE, VAULT, add_agency, exchange_of, store_receipt

PRICES = {"fake": 800}
TAKEN = Outcome(OutcomeKind.ACCEPTED, ref="R1")
AGENCY = "P1"


@pytest.fixture
def claimed(session: Session) -> Claimed:
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
    told = add_notification(session, VAULT, notice)
    assert told is not None
    way = PlannedDelivery(Channel.SMS, "fake", PHONE, TEMPLATE, Priority.NOTICE, "a test")
    add_delivery(session, VAULT, told, notice, way, Rendered("x" * 170, "GSM-7", 170, 2))
    (taken,) = claim_due(session, 1, PATIENCE.lease, exchange_of("fake"))
    return taken


@pytest.fixture
def receipt(session: Session, clock: SettableClock, claimed: Claimed) -> Callable[[int | None], None]:
    def take(cost_vnd: int | None) -> None:
        kind = ReceiptKind.PROGRESS
        note = ReceiptNote("fake", str(new_id()), "R1", kind, "sent", None, None, cost_vnd=cost_vnd)
        store_receipt(session, claimed.claim.attempt_id, note, b"{}")
        assert apply_receipts(session, RECEIPT_WITHIN, PRICES) == 1

    return take


def record(session: Session, claimed: Claimed, outcome: Outcome) -> None:
    record_news(session, [news_of(claimed.claim, outcome, PATIENCE)], RECEIPT_WITHIN, PRICES)


def spent(session: Session) -> tuple[int, int, int] | None:
    """(messages, parts, đồng) of the agency in its month."""
    row = session.query(Spend).populate_existing().one_or_none()
    return None if row is None else (row.messages, row.parts, row.cost_vnd)


def charged(session: Session, attempt: UUID) -> object:
    return session.scalar(text("SELECT cost_vnd FROM attempt WHERE id = :id"), {"id": attempt})


def test_a_message_that_was_taken_is_charged_once(session: Session, claimed: Claimed) -> None:
    record(session, claimed, TAKEN)
    record(session, claimed, TAKEN)
    assert charged(session, claimed.claim.attempt_id) == 1600
    assert spent(session) == (1, 2, 1600)


@pytest.mark.parametrize("kind", [OutcomeKind.TRANSIENT, OutcomeKind.PERMANENT, OutcomeKind.UNKNOWN])
def test_a_message_that_was_not_taken_costs_nothing(session: Session, claimed: Claimed, kind: OutcomeKind) -> None:
    record(session, claimed, Outcome(kind, code="x"))
    assert spent(session) is None


def test_a_receipt_charges_what_nobody_saw_taken(
    session: Session, claimed: Claimed, receipt: Callable[[int | None], None]
) -> None:
    record(session, claimed, Outcome(OutcomeKind.UNKNOWN))
    receipt(None)
    receipt(None)
    assert spent(session) == (1, 2, 1600)


def test_a_receipt_corrects_the_price(
    session: Session, claimed: Claimed, receipt: Callable[[int | None], None]
) -> None:
    record(session, claimed, TAKEN)
    for said, known in ((None, 1600), (1500, 1500), (1500, 1500), (1700, 1700)):
        receipt(said)
        assert spent(session) == (1, 2, known)
    assert charged(session, claimed.claim.attempt_id) == 1700


def test_what_is_spent_is_taken_from_the_budget_of_the_month(
    session: Session, claimed: Claimed, clock: SettableClock
) -> None:
    outlook = OutlookByLedger([])
    record(session, claimed, TAKEN)
    row = session.query(Spend).one()
    row.month = month_of(clock.now())
    session.flush()
    assert outlook.budget_left(session, AGENCY, clock.now()) is None
    session.add(Budget(agency_code=AGENCY, limit_vnd=5000, warn_percent=80, set_by=new_id()))
    session.flush()
    assert outlook.budget_left(session, AGENCY, clock.now()) == 3400
    assert outlook.budget_left(session, None, clock.now()) is None
