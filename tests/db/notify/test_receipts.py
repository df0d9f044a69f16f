"""Receipts: repeated, late, reordered, early, for an attempt that another followed, for none of ours."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from threading import Barrier
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.models import RAW_FIELD, Receipt
from notify.ports import ReceiptNote
from notify.receipts.applying import UNKNOWN_ATTEMPT, apply_receipts, give_up_unmatched
from notify.sending.claims import DELIVERIES, claim_questions, record_news
from notify.sending.outcomes import Claim, answer_of, news_of
from notify.sending.states import ReceiptKind
from outbound.jobs.leases import LEASE_LOST, lose_expired_leases
from outbound.jobs.outcomes import Outcome, OutcomeKind
from tests.db.notify.support import (
    PATIENCE,
    VAULT,
    claim_due,
    pass_time,
    queue,
    queued,
    row_of,
    settled_events,
    store_receipt,
)

RAW = b"MessageSid=SM1&MessageStatus=delivered&To=%2B84912345678"
KINDS = {
    "queued": ReceiptKind.PROGRESS,
    "sent": ReceiptKind.PROGRESS,
    "delivered": ReceiptKind.DELIVERED,
    "undelivered": ReceiptKind.UNDELIVERED,
    "received": ReceiptKind.IRRELEVANT,
}
MOVED: Final = "moved"
KEPT: Final = "kept"
REPEATED: Final = "repeated"


def _note(status: str, ref: str = "SM1", code: str | None = None) -> ReceiptNote:
    return ReceiptNote("twilio", f"{ref}:{status}", ref, KINDS[status], status, code, "because" if code else None)


class Post:
    """Deliveries under way, and the receipts that come for them."""

    def __init__(self, session: Session, clock: SettableClock) -> None:
        self.session = session

    def claim(self, *, dossier_id: UUID | None = None) -> Claim:
        queue(self.session, dossier_id=dossier_id)
        (claimed,) = claim_due(self.session, 10, PATIENCE.lease)
        return claimed.claim

    def accepted(self) -> Claim:
        claim = self.claim(dossier_id=new_id())
        self.record(claim, Outcome(OutcomeKind.ACCEPTED, ref="SM1"))
        return claim

    def record(self, claim: Claim, outcome: Outcome) -> None:
        record_news(self.session, [news_of(claim, outcome, PATIENCE)])

    def take(self, claim: Claim, status: str, ref: str = "SM1", code: str | None = None) -> str:
        """One receipt, stored and applied: what it changed."""
        before = self.state(claim)
        fresh = store_receipt(self.session, claim.attempt_id, _note(status, ref, code), RAW)
        assert apply_receipts(self.session) == int(fresh)
        if not fresh:
            return REPEATED
        return KEPT if self.state(claim) == before else MOVED

    def store(self, attempt_id: UUID, status: str) -> bool:
        return store_receipt(self.session, attempt_id, _note(status), RAW)

    def state(self, claim: Claim) -> str:
        return row_of(self.session, claim.delivery_id).state

    def resent(self, claim: Claim) -> Claim:
        """The same delivery's second attempt, after the gateway said it does not have the first."""
        pass_time(self.session, PATIENCE.lease)
        lose_expired_leases(self.session, DELIVERIES, timedelta(0))
        (asking,) = claim_questions(self.session, 10, PATIENCE.lease)
        record_news(self.session, [answer_of(asking.claim, [], frozenset(), ended=LEASE_LOST, tries=9)])
        (claimed,) = claim_due(self.session, 10, PATIENCE.lease)
        return claimed.claim


@pytest.fixture
def post(session: Session, clock: SettableClock) -> Post:
    return Post(session, clock)


def test_a_receipt_tells_that_the_text_arrived(post: Post) -> None:
    claim = post.accepted()
    assert post.take(claim, "sent") is KEPT
    assert post.state(claim) == "accepted"
    assert post.take(claim, "delivered") is MOVED
    row = row_of(post.session, claim.delivery_id)
    assert (row.state, row.settled, row.due_in) == ("delivered", True, None)
    (event,) = settled_events(post.session)
    assert (event["delivery_id"], event["status"], event["channel"]) == (str(claim.delivery_id), "delivered", "sms")
    assert set(event) == {"delivery_id", "dossier_id", "status", "channel", "template", "at"}


def test_a_repeated_receipt_changes_and_tells_nothing(post: Post) -> None:
    claim = post.accepted()
    assert [post.take(claim, "delivered") for _ in range(3)] == [MOVED, REPEATED, REPEATED]
    assert post.session.query(Receipt).count() == 1
    assert len(settled_events(post.session)) == 1


def test_what_came_is_kept_sealed(post: Post) -> None:
    claim = post.accepted()
    post.take(claim, "undelivered", code="30005")
    receipt = post.session.query(Receipt).one()
    assert VAULT.open_bytes(RAW_FIELD, receipt.id, receipt.raw) == RAW
    assert (receipt.attempt_id, receipt.status, receipt.code, receipt.ref) == (
        claim.attempt_id, "undelivered", "30005", "SM1",
    )  # fmt: skip
    stored = post.session.scalar(text("SELECT raw FROM receipt"))
    assert b"912345678" not in bytes(stored or b"")
    row = row_of(post.session, claim.delivery_id)
    assert (row.state, row.code) == ("undelivered", "30005")


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered"])))
def test_the_order_of_receipts_does_not_matter(post: Post, order: tuple[str, ...]) -> None:
    claim = post.accepted()
    for status in order:
        post.take(claim, status)
    assert post.state(claim) == "delivered"
    assert len(settled_events(post.session)) == 1


@pytest.mark.parametrize(("first", "second"), [("delivered", "undelivered"), ("undelivered", "delivered")])
def test_the_first_final_word_stands(post: Post, first: str, second: str) -> None:
    claim = post.accepted()
    post.take(claim, first)
    with capture_logs() as logs:
        assert post.take(claim, second) is KEPT
    assert ("notify.receipt_contradicts", first, second) in [
        (entry["event"], entry.get("was"), entry.get("now")) for entry in logs
    ]
    assert post.state(claim) == first
    assert [event["status"] for event in settled_events(post.session)] == [first]
    assert post.session.query(Receipt).count() == 2


@pytest.mark.parametrize(
    ("status", "state"), [("sent", "accepted"), ("delivered", "delivered"), ("undelivered", "undelivered")]
)
@pytest.mark.parametrize("outcome", [*OutcomeKind, None])
def test_a_receipt_before_our_own_record_is_not_undone_by_it(
    post: Post, status: str, state: str, outcome: OutcomeKind | None
) -> None:
    claim = post.claim(dossier_id=new_id())
    assert post.take(claim, status) is MOVED
    assert post.state(claim) == state
    if outcome is not None:
        post.record(claim, Outcome(outcome))
    assert post.state(claim) == state
    row = row_of(post.session, claim.delivery_id)
    assert row.attempts[0][:2] == ("accepted", "SM1")
    assert claim_due(post.session, 10, PATIENCE.lease) == []


@pytest.mark.parametrize("status", ["sent", "delivered"])
def test_a_receipt_settles_what_nobody_saw(post: Post, status: str) -> None:
    claim = post.claim()
    post.record(claim, Outcome(OutcomeKind.UNKNOWN))
    assert post.take(claim, status) is MOVED
    pass_time(post.session, PATIENCE.ask_after)
    assert claim_questions(post.session, 10, PATIENCE.lease) == []


def test_a_receipt_while_the_gateway_is_being_asked_wins(post: Post) -> None:
    claim = post.claim()
    post.record(claim, Outcome(OutcomeKind.UNKNOWN))
    pass_time(post.session, PATIENCE.ask_after)
    (asking,) = claim_questions(post.session, 10, PATIENCE.lease)
    post.take(claim, "delivered")
    record_news(post.session, [answer_of(asking.claim, [], frozenset(), ended=LEASE_LOST, tries=9)])
    assert post.state(claim) == "delivered"


@pytest.mark.parametrize(
    ("status", "state", "result"),
    [
        ("sent", "sending", KEPT),
        ("delivered", "delivered", MOVED),
        ("undelivered", "sending", KEPT),
        ("received", "sending", KEPT),
    ],
)
def test_a_receipt_of_an_earlier_attempt_settles_only_by_delivery(
    post: Post, status: str, state: str, result: str
) -> None:
    first = post.claim(dossier_id=new_id())
    second = post.resent(first)
    assert (second.delivery_id, second.number) == (first.delivery_id, 2)
    assert post.take(first, status) is result
    assert post.state(first) == state
    post.record(second, Outcome(OutcomeKind.ACCEPTED, ref="SM2"))
    assert post.state(first) == ("accepted" if state == "sending" else state)


def test_a_receipt_that_tells_of_something_else_is_only_kept(post: Post) -> None:
    claim = post.claim()
    assert post.take(claim, "received") is KEPT
    assert row_of(post.session, claim.delivery_id).attempts == [("sending", None, None)]


def test_a_code_without_a_dossier_is_settled_in_silence(post: Post) -> None:
    claim = post.claim()
    assert post.take(claim, "delivered") is MOVED
    assert settled_events(post.session) == []


def test_a_receipt_for_no_attempt_of_ours_is_put_aside_with_its_reason(post: Post) -> None:
    assert post.store(new_id(), "delivered")
    assert apply_receipts(post.session) == 0
    assert give_up_unmatched(post.session) == 0
    post.session.execute(text("UPDATE receipt SET received_at = received_at - interval '6 minutes'"))
    assert give_up_unmatched(post.session) == 1
    assert post.session.query(Receipt).one().problem == UNKNOWN_ATTEMPT
    assert give_up_unmatched(post.session) == 0


def test_a_receipt_that_overtakes_our_commit_waits_for_it(post: Post) -> None:
    claim = post.accepted()
    moved = new_id()
    assert post.store(moved, "delivered")
    assert apply_receipts(post.session) == 0
    post.session.execute(text("UPDATE attempt SET id = :new WHERE id = :old"), {"new": moved, "old": claim.attempt_id})
    assert apply_receipts(post.session) == 1
    assert post.state(claim) == "delivered"


def test_receipts_of_one_delivery_that_wait_together_are_applied_one_after_the_other(post: Post) -> None:
    claim = post.accepted()
    for status in ("sent", "undelivered", "delivered"):
        assert post.store(claim.attempt_id, status)
    assert [apply_receipts(post.session) for _ in range(4)] == [1, 1, 1, 0]
    assert post.state(claim) == "undelivered"


def test_the_same_receipt_twice_at_once_counts_once(clean_database: Database, clock: SettableClock) -> None:
    queued(clean_database, 1)
    with clean_database.transaction() as session:
        (claimed,) = claim_due(session, 10, PATIENCE.lease)
    together = Barrier(4)

    def take(_: int) -> bool:
        together.wait(10)
        with clean_database.transaction() as session:
            return store_receipt(session, claimed.claim.attempt_id, _note("delivered"), RAW)

    def apply(_: int) -> int:
        together.wait(10)
        with clean_database.transaction() as session:
            return apply_receipts(session)

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(take, range(4))) == [False, False, False, True]
        assert sum(threads.map(apply, range(4))) == 1
    with clean_database.transaction() as session:
        assert len(settled_events(session)) == 1
