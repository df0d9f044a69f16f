"""A text in reserve: it goes when the message before it fails or brings no receipt, and not otherwise."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.planning.plan import Channel, PlannedDelivery, Priority
from notify.planning.store import STANDBY_AT_LATEST, Notice
from notify.pool.gateways import give_way
from notify.pool.watch import Watch
from notify.ports import ReceiptNote
from notify.receipts.applying import apply_receipts
from notify.sending import due
from notify.sending.claims import record_news
from notify.sending.due import ClaimedRow
from notify.sending.outcomes import news_of
from notify.sending.retry import RECEIPT_WITHIN
from notify.sending.states import ReceiptKind
from notify.templates.book import Rendered
from outbound.jobs.breaker import BreakerLimits
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.pool import PoolMember
from outbound.jobs.shared_pool import SharedPool
from tests.db.notify.support import (
    PATIENCE,
    PHONE,
    TEMPLATE,
    claim_due,
    deliver,
    pass_time,
    row_of,
    rows_of,
    store_receipt,
)

BODY = Rendered("Ho so A da duoc tiep nhan.", "GSM-7", 26, 1)
REFUSED = Outcome(OutcomeKind.PERMANENT, code="-118", reason="no Zalo account")
TAKEN = Outcome(OutcomeKind.ACCEPTED, ref="Z1")


class Pair:
    """A Zalo message and the text that stands by for it."""

    def __init__(self, session: Session, clock: SettableClock) -> None:
        self.session = session
        notice = Notice(
            event_id=new_id(),
            recipient=PHONE,
            template=TEMPLATE.name,
            purpose="dossier_status",
            legal=True,
            language="vi",
            facts={},
        )
        ways = [
            PlannedDelivery(Channel.ZALO, "zalo", PHONE, TEMPLATE, Priority.NOTICE, ()),
            PlannedDelivery(Channel.SMS, "esms", PHONE, TEMPLATE, Priority.NOTICE, (), standby=True),
        ]
        self.zalo, self.sms = deliver(session, notice, ways, BODY)

    def claim(self) -> list[UUID]:
        """What a drain takes now."""
        self.taken = claim_due(self.session, 10, PATIENCE.lease)
        return [claimed.claim.delivery_id for claimed in self.taken]

    def first(self) -> ClaimedRow:
        assert self.claim() == [self.zalo]
        return self.taken[0]

    def end(self, claimed: ClaimedRow, outcome: Outcome) -> None:
        record_news(self.session, [news_of(claimed.claim, outcome, PATIENCE)])

    def receipt(self, claimed: ClaimedRow, kind: ReceiptKind) -> None:
        note = ReceiptNote("zalo", f"{new_id()}", "Z1", kind, str(kind), None, None)
        assert store_receipt(self.session, claimed.claim.attempt_id, note, b"{}")
        assert apply_receipts(self.session) == 1

    def states(self) -> tuple[str, str]:
        return row_of(self.session, self.zalo).state, row_of(self.session, self.sms).state


@pytest.fixture
def pair(session: Session, clock: SettableClock) -> Pair:
    return Pair(session, clock)


def test_a_standby_waits_while_the_first_is_on_its_way(pair: Pair) -> None:
    claimed = pair.first()
    assert row_of(pair.session, pair.sms).due_in == STANDBY_AT_LATEST
    pair.end(claimed, TAKEN)
    assert row_of(pair.session, pair.sms).due_in == RECEIPT_WITHIN
    assert (pair.claim(), pair.states()) == ([], ("accepted", "standby"))


def test_a_refusal_wakes_it_at_once(pair: Pair) -> None:
    pair.end(pair.first(), REFUSED)
    assert pair.claim() == [pair.sms]
    assert pair.states() == ("dead", "sending")


def test_a_receipt_of_failure_wakes_it_at_once(pair: Pair) -> None:
    claimed = pair.first()
    pair.end(claimed, TAKEN)
    pair.receipt(claimed, ReceiptKind.UNDELIVERED)
    assert pair.claim() == [pair.sms]


def test_a_receipt_of_success_ends_it(pair: Pair) -> None:
    claimed = pair.first()
    pair.end(claimed, TAKEN)
    pair.receipt(claimed, ReceiptKind.DELIVERED)
    assert pair.states() == ("delivered", "cancelled")
    assert row_of(pair.session, pair.sms).code == "not_needed"
    pass_time(pair.session, timedelta(days=1))
    assert pair.claim() == []


def test_no_receipt_in_time_wakes_it(pair: Pair) -> None:
    pair.end(pair.first(), TAKEN)
    pass_time(pair.session, RECEIPT_WITHIN)
    assert pair.claim() == [pair.sms]
    assert pair.states() == ("accepted", "sending")


def test_a_first_that_waits_for_another_try_gives_way_in_the_end(pair: Pair) -> None:
    pair.end(pair.first(), Outcome(OutcomeKind.TRANSIENT, code="-100", retry_after_s=7200))
    assert (pair.claim(), pair.states()) == ([], ("waiting", "standby"))
    pass_time(pair.session, RECEIPT_WITHIN)
    assert pair.claim() == [pair.sms]
    assert pair.states() == ("cancelled", "sending")
    assert row_of(pair.session, pair.zalo).code == "superseded"


def test_a_first_that_must_wait_for_the_morning_or_for_tomorrow_gives_way_at_once(pair: Pair) -> None:
    pair.end(pair.first(), Outcome(OutcomeKind.LATER, code="-144", reason="daily limit", retry_after_s=8 * 3600))
    assert pair.states() == ("waiting", "standby")
    assert pair.claim() == [pair.sms]
    assert pair.states() == ("cancelled", "sending")
    assert row_of(pair.session, pair.zalo).code == "superseded"


def test_both_due_at_once_are_not_sent_together(pair: Pair) -> None:
    pass_time(pair.session, timedelta(days=1))
    assert pair.claim() == [pair.zalo]
    assert claim_due(pair.session, 10, PATIENCE.lease) == []
    pair.end(pair.taken[0], TAKEN)
    assert pair.states() == ("accepted", "standby")


def test_a_first_that_nobody_ever_took_gives_way_when_its_channel_is_closed(pair: Pair) -> None:
    pass_time(pair.session, STANDBY_AT_LATEST)
    (claimed,) = claim_due(pair.session, 10, PATIENCE.lease, [Channel.SMS])
    assert claimed.claim.delivery_id == pair.sms


@pytest.mark.parametrize(("waited_s", "gives_way"), [(10, False), (30, True)])
def test_a_first_whose_channel_is_out_of_use_gives_way_soon(pair: Pair, waited_s: int, *, gives_way: bool) -> None:
    pass_time(pair.session, timedelta(seconds=waited_s))
    assert give_way(pair.session, "sms") == 0
    assert give_way(pair.session, "zalo") == int(gives_way)
    claimed = claim_due(pair.session, 10, PATIENCE.lease, [Channel.SMS])
    assert [each.claim.delivery_id for each in claimed] == ([pair.sms] if gives_way else [])
    assert pair.states() == (("cancelled", "sending") if gives_way else ("queued", "standby"))


def test_the_watch_lets_standbys_go_while_no_gateway_of_a_channel_works(
    clean_database: Database, clock: SettableClock
) -> None:
    pool = SharedPool(
        [PoolMember("zalo", Channel.ZALO, 1), PoolMember("esms", Channel.SMS, 1)], BreakerLimits(in_a_row=1)
    )
    watch = Watch(clean_database, pool, RECEIPT_WITHIN)
    with clean_database.transaction() as session:
        pair = Pair(session, clock)
        pass_time(session, timedelta(minutes=1))
    assert not watch.look()
    pool.record("zalo", OutcomeKind.TRANSIENT, 0.1)
    assert watch.look()
    (row,) = rows_of(clean_database, [pair.sms])
    assert row.due_in is not None
    assert row.due_in <= timedelta(0)


def test_a_late_receipt_of_the_first_leaves_the_second_on_its_way(pair: Pair) -> None:
    claimed = pair.first()
    pair.end(claimed, TAKEN)
    pass_time(pair.session, RECEIPT_WITHIN)
    assert pair.claim() == [pair.sms]
    pair.receipt(claimed, ReceiptKind.DELIVERED)
    assert pair.states() == ("delivered", "sending")


def test_a_cut_off_notice_lets_nothing_out(pair: Pair) -> None:
    pair.session.execute(text("UPDATE delivery SET valid_until = now() - interval '1 second'"))
    assert pair.claim() == []
    pass_time(pair.session, timedelta(days=1))
    assert pair.claim() == []
    assert pair.states() == ("cancelled", "cancelled")


def test_what_the_account_is_at_fault_for_lets_the_text_go_at_once(pair: Pair) -> None:
    fault = Outcome(OutcomeKind.TRANSIENT, code="-115", reason="out of balance", operator=True)
    pair.end(pair.first(), fault)
    assert (pair.claim(), pair.states()) == ([pair.sms], ("cancelled", "sending"))


def test_what_can_wait_is_not_claimed_at_night_whatever_came_between(pair: Pair) -> None:
    pair.session.execute(text("UPDATE delivery SET can_wait = true"))
    pair.end(pair.first(), REFUSED)
    pool = SharedPool([PoolMember("esms", Channel.SMS, 1)])
    assert due.claim_due(pair.session, 10, PATIENCE.lease, pool, quiet=True) == []
    (claimed,) = due.claim_due(pair.session, 10, PATIENCE.lease, pool, quiet=False)
    assert claimed.claim.delivery_id == pair.sms
