"""What gateways and events of the account say is left of a day, and what the plan makes of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from prometheus_client.registry import REGISTRY
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.work import Work
from notify.channels.port import Quota
from notify.channels.zalo.account_events import take_account_event
from notify.channels.zalo.receipts import DailyQuotaChanged, TemplateStatusChanged
from notify.planning.offers import OutlookByLedger, Route
from notify.planning.plan import PUSHING, Channel
from notify.pool.gateways import change_quota, note_quota
from notify.pool.watch import Watch
from notify.settings import SendSettings
from outbound.jobs.breaker import CircuitState, Health
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.pool import PoolMember
from outbound.jobs.shared_pool import SharedPool
from tests.db.notify.support import PATIENCE, VAULT, FakeGateway, queued, rows_of, sender_of

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
ROUTES = [Route(Channel.ZALO, "zalo", 300, (time(6), time(22)), counts=True), Route(Channel.SMS, "esms", 800)]
WELL = Health(CircuitState.CLOSED, 0.0, 0, 0.0, 0.0, 0.0)


@dataclass
class Counting:
    quota: Quota | None = None


def _left(session: Session, now: datetime = NOON) -> int | None:
    """What the plan takes to be left for Zalo."""
    offers = OutlookByLedger(ROUTES).offers(session, now, PUSHING)
    return {offer.gateway: offer.quota_left for offer in offers}["zalo"]


def _counted() -> float:
    labels = {"provider": "zalo", "event": "daily_quota"}
    return REGISTRY.get_sample_value("motcua_account_events_total", labels) or 0.0


def test_the_watch_writes_what_the_gateway_said_and_the_plan_reads_it(clean_database: Database) -> None:
    gateway = Counting()
    pool = SharedPool([PoolMember("zalo", Channel.ZALO, 1)])
    watch = Watch(clean_database, pool, PATIENCE.receipt_within, {"zalo": gateway})

    def left() -> int | None:
        watch.look()
        with clean_database.transaction() as session:
            return _left(session)

    assert left() is None
    gateway.quota = Quota(500, 499, NOON)
    assert left() == 499
    gateway.quota = Quota(500, 0, NOON + timedelta(seconds=1))
    assert left() == 0
    # Somebody else knows more than this process, which has heard nothing since.
    with clean_database.transaction() as session:
        note_quota(session, "zalo", Quota(500, 7, NOON + timedelta(minutes=1)))
    assert left() == 7


def test_an_older_word_does_not_count(session: Session) -> None:
    note_quota(session, "zalo", Quota(500, 10, NOON))
    note_quota(session, "zalo", Quota(500, 11, NOON - timedelta(seconds=1)))
    assert _left(session) == 10


def test_yesterdays_quota_says_nothing_of_today(session: Session) -> None:
    note_quota(session, "zalo", Quota(500, 0, NOON))
    assert (_left(session), _left(session, NOON + timedelta(days=1))) == (0, None)


@pytest.mark.parametrize(("before", "after", "left"), [(500, 2000, 1500), (2000, 500, 0), (None, 2000, None)])
def test_another_quota_changes_what_is_left(
    session: Session, clock: SettableClock, before: int | None, after: int, left: int | None
) -> None:
    now = clock.now()
    note_quota(session, "zalo", Quota(500, 0, now - timedelta(seconds=1)))
    counted = _counted()
    # Posted again and again, it is one change.
    for _ in range(2):
        take_account_event(Work(session, VAULT, clock), DailyQuotaChanged(before, after, now))
        assert _left(session, now) == left
    assert _counted() == counted + 2


def test_what_an_answer_said_after_the_quota_was_changed_knows_of_it(session: Session, clock: SettableClock) -> None:
    now = clock.now()
    note_quota(session, "zalo", Quota(2000, 1990, now))
    earlier = DailyQuotaChanged(500, 2000, now - timedelta(seconds=1))
    take_account_event(Work(session, VAULT, clock), earlier)
    assert _left(session, now) == 1990


def test_another_quota_says_nothing_where_nothing_is_known_of_today(session: Session) -> None:
    change_quota(session, "zalo", 100, NOON)
    assert _left(session) is None
    note_quota(session, "zalo", Quota(500, 3, NOON))
    tomorrow = NOON + timedelta(days=1)
    change_quota(session, "zalo", 100, tomorrow)
    assert _left(session, tomorrow) is None


def _changed(after: str, at: datetime = NOON) -> TemplateStatusChanged:
    return TemplateStatusChanged("430001", "PENDING_REVIEW", after, "low quality", at)


def _barred(session: Session) -> frozenset[str]:
    (offer,) = (each for each in OutlookByLedger(ROUTES).offers(session, NOON, PUSHING) if each.gateway == "zalo")
    return offer.barred


def test_a_template_is_passed_over_until_it_is_in_use_again(session: Session, clock: SettableClock) -> None:
    work = Work(session, VAULT, clock)
    assert _barred(session) == frozenset()
    take_account_event(work, _changed("DISABLE"))
    assert _barred(session) == {"430001"}
    # Events are posted again and again, in any order; the latest by their own time counts.
    take_account_event(work, _changed("ENABLE", NOON - timedelta(seconds=1)))
    assert _barred(session) == {"430001"}
    take_account_event(work, _changed("ENABLE", NOON + timedelta(seconds=1)))
    assert _barred(session) == frozenset()


@pytest.mark.parametrize(("after", "level"), [("DISABLE", "error"), ("REJECT", "error"), ("ENABLE", "info")])
def test_a_template_that_is_not_in_use_is_told_to_operators(
    session: Session, clock: SettableClock, after: str, level: str
) -> None:
    with capture_logs() as logs:
        take_account_event(Work(session, VAULT, clock), _changed(after))
    (told,) = logs
    assert (told["event"], told["log_level"], told["after"]) == ("zalo.template_changed", level, after)
    assert (told["template_id"], told["reason"]) == ("430001", "low quality")


def test_a_gateway_that_has_sent_all_it_may_today_is_in_use_and_wakes_nobody(clean_database: Database) -> None:
    spent = Outcome(OutcomeKind.LATER, code="-144", reason="daily limit", retry_after_s=8 * 3600)
    gateway = FakeGateway(lambda *_: spent, name="a")
    deliveries = queued(clean_database, 30)
    made = sender_of(clean_database, {"a": gateway}, SendSettings(8, 16, PATIENCE))
    made.run(time_slice_s=20)
    gateway.answer = lambda message, taken: taken.take(message)
    queued(clean_database, 1, body="Tin moi")
    made.run(time_slice_s=20)
    made.close()
    waits = [row.due_in for row in rows_of(clean_database, deliveries)]
    assert all(wait is not None and wait > timedelta(hours=7) for wait in waits)
    with clean_database.transaction() as session:
        row = session.execute(text("SELECT state, error_rate FROM gateway_sight")).one()
    assert (row.state, row.error_rate) == ("closed", 0.0)
