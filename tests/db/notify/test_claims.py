"""Claims, leases, fences and records on the real database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database.sessions import Database
from notify.models import ADDRESS_FIELD, BODY_FIELD
from notify.planning.plan import Priority
from notify.sending.claims import DELIVERIES, record_news
from notify.sending.outcomes import Claim, news_of
from outbound.jobs.leases import lose_expired_leases
from outbound.jobs.outcomes import Outcome, OutcomeKind
from tests.db.notify.support import PATIENCE, PHONE, VAULT, Row, claim_due, pass_time, queue, queued, row_of

LEASE = PATIENCE.lease
NOTHING = timedelta(0)
SECOND = timedelta(seconds=1)


def _claim_one(session: Session) -> Claim:
    (claimed,) = claim_due(session, 10, LEASE)
    return claimed.claim


def test_a_claim_writes_its_attempt_and_holds_the_delivery(session: Session) -> None:
    delivery = queue(session)
    (claimed,) = claim_due(session, 10, LEASE)
    assert claimed.claim.delivery_id == delivery
    assert VAULT.open(ADDRESS_FIELD, delivery, claimed.address) == PHONE
    assert VAULT.open(BODY_FIELD, delivery, claimed.body).startswith("Ho so A")
    assert row_of(session, delivery) == Row(
        "sending", None, 1, 0, LEASE, settled=False, attempts=[("sending", None, None)]
    )
    assert claim_due(session, 10, LEASE) == []


def test_address_and_text_are_not_readable_in_the_table(session: Session) -> None:
    delivery = queue(session)
    stored = session.execute(text("SELECT address, body FROM delivery WHERE id = :id"), {"id": delivery}).one()
    assert b"912345678" not in bytes(stored.address)
    assert b"Ho so" not in bytes(stored.body)


def test_urgent_ones_go_first_and_the_oldest_of_their_kind(session: Session) -> None:
    notices = [queue(session, body=f"{turn}") for turn in range(3)]
    for age, notice in enumerate(notices):
        session.execute(
            text("UPDATE delivery SET due_at = due_at - :age WHERE id = :id"), {"age": age * SECOND, "id": notice}
        )
    code = queue(session, body="Ma 123456", priority=Priority.URGENT)
    pass_time(session, SECOND)
    first = {claimed.claim.delivery_id for claimed in claim_due(session, 2, LEASE)}
    assert first == {code, notices[2]}
    rest = {claimed.claim.delivery_id for claimed in claim_due(session, 10, LEASE)}
    assert rest == {notices[0], notices[1]}


def test_urgent_ones_alone_may_fill_a_chunk(session: Session) -> None:
    queue(session)
    for _ in range(3):
        queue(session, priority=Priority.URGENT)
    pass_time(session, SECOND)
    assert {claimed.priority for claimed in claim_due(session, 3, LEASE)} == {int(Priority.URGENT)}


def test_what_is_not_due_stays(session: Session) -> None:
    queue(session)
    pass_time(session, -SECOND * 5)
    assert claim_due(session, 10, LEASE) == []


def test_what_is_no_longer_valid_is_cancelled_and_never_sent(session: Session) -> None:
    late = queue(session, valid_for=timedelta(minutes=5))
    still = queue(session, body="x", valid_for=timedelta(minutes=15))
    pass_time(session, timedelta(minutes=10))
    (claimed,) = claim_due(session, 10, LEASE)
    assert claimed.claim.delivery_id == still
    assert claimed.valid_for_s == pytest.approx(300)
    assert row_of(session, late) == Row("cancelled", "expired", 0, 0, None, settled=True, attempts=[])


def test_two_drains_never_take_the_same_delivery(clean_database: Database) -> None:
    everything = set(queued(clean_database, 200))

    def take_all() -> list[UUID]:
        taken: list[UUID] = []
        while True:
            with clean_database.transaction() as session:
                chunk = claim_due(session, 7, LEASE)
            if not chunk:
                return taken
            taken += [claimed.claim.delivery_id for claimed in chunk]

    with ThreadPoolExecutor(4) as threads:
        taken = [delivery for found in threads.map(lambda _: take_all(), range(4)) for delivery in found]
    assert len(taken) == 200
    assert set(taken) == everything


def test_a_lease_that_ran_out_leaves_the_outcome_unknown(session: Session) -> None:
    delivery, other = queue(session), queue(session)
    claims = {claimed.claim.delivery_id: claimed.claim for claimed in claim_due(session, 10, LEASE)}
    record_news(session, [news_of(claims[other], Outcome(OutcomeKind.ACCEPTED), PATIENCE)])
    assert lose_expired_leases(session, DELIVERIES, LEASE) == 0
    pass_time(session, LEASE)
    assert lose_expired_leases(session, DELIVERIES, LEASE) == 1
    row = row_of(session, delivery)
    assert (row.state, row.due_in, row.attempts) == ("unknown", LEASE, [("unknown", None, "lease_lost")])
    assert row_of(session, other).state == "accepted"


def test_a_claim_costs_the_same_after_many_finished_rows(session: Session) -> None:
    """The plan reads open rows through the partial index, whatever the table holds besides."""
    delivery = queue(session)
    session.execute(
        text(
            "INSERT INTO delivery (id, notification_id, channel, gateway, template, template_version, priority, state, "
            "position, turn, pinned, generation, failures, asked, address, body, fingerprint, parts, why) "
            "SELECT motcua_new_id(), notification_id, 'c' || n, gateway, template, template_version, priority, "
            "'delivered', 0, 0, false, 1, 0, 0, address, body, fingerprint, parts, why "
            "FROM delivery, generate_series(1, 5000) AS n WHERE id = :id"
        ),
        {"id": delivery},
    )
    session.execute(text("ANALYZE delivery"))
    for where, index in (
        ("state IN ('queued', 'waiting', 'standby') AND channel = 'sms' AND priority = 1", "ix_delivery_due"),
        ("state = 'sending'", "ix_delivery_watch"),
        ("state = 'unknown'", "ix_delivery_watch"),
    ):
        plan = session.scalars(
            text(
                f"EXPLAIN SELECT id FROM delivery WHERE {where} AND due_at <= now() ORDER BY due_at LIMIT 9 "  # noqa: S608
                "FOR UPDATE SKIP LOCKED"
            )
        )
        assert index in "\n".join(plan)
