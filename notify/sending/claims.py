"""The drain's queries but for the claim (`due`): record and ask. One statement a chunk; times are the database's.

A delivery's row lock comes first and its attempts change only under it, so no two statements here can wait for each
other in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from notify.sending.charges import FREE, PAID, PRICED, SPENT, Tariff
from notify.sending.outcomes import NOT_STARTED, NOT_TAKEN, Claim, News
from notify.sending.retry import RECEIPT_WITHIN
from notify.sending.settled import Settled
from notify.sending.standbys import STANDBYS
from notify.sending.states import ATTEMPT_MOVES, DELIVERY_MOVES, FINAL, AttemptEvent, DeliveryEvent
from outbound.jobs.leases import LEASE_LOST, JobTable

DELIVERIES: Final = JobTable("delivery", "attempt")
_RECORD: Final = """
WITH news AS (
    SELECT * FROM unnest(
        CAST(:attempts AS uuid[]), CAST(:deliveries AS uuid[]), CAST(:numbers AS int[]), CAST(:events AS text[]),
        CAST(:attempt_events AS text[]), CAST(:refs AS text[]), CAST(:codes AS text[]), CAST(:reasons AS text[]),
        CAST(:waits AS interval[]), CAST(:holds AS interval[]), CAST(:yields AS bool[]), CAST(:later AS bool[])
    ) AS n(attempt_id, delivery_id, number, event, attempt_event, ref, code, reason, wait, hold, yields, later)),
held AS MATERIALIZED (
    SELECT id, state, generation, dossier_id, notification_id, position, channel, agency_code,
        greatest(parts, 1) AS parts
    FROM delivery WHERE id = ANY(CAST(:deliveries AS uuid[])) ORDER BY id FOR UPDATE),
{priced},
{paid},
charged AS MATERIALIZED (
    SELECT n.*, held.agency_code, paid.gateway, 1 AS messages, held.parts,
        CASE WHEN n.attempt_event IN ('accept', 'find') AND paid.cost = 0 THEN priced.price * held.parts END AS cost
    FROM news n JOIN held ON held.id = n.delivery_id JOIN paid ON paid.id = n.attempt_id
    LEFT JOIN priced ON priced.gateway = paid.gateway AND priced.price > 0),
{spent},
noted AS (
    UPDATE attempt a SET
        state = {attempt_state}, cost_vnd = coalesce(n.cost, a.cost_vnd),
        provider_ref = coalesce(a.provider_ref, n.ref), finished_at = now(),
        code = CASE WHEN n.later THEN coalesce(a.code, n.code) ELSE n.code END,
        reason = CASE WHEN n.later THEN coalesce(a.reason, n.reason) ELSE n.reason END
    FROM charged n WHERE a.id = n.attempt_id),
turned AS (
    SELECT n.*, held.state AS before, held.dossier_id, held.notification_id, held.position, held.channel,
        {delivery_state} AS after
    FROM news n JOIN held ON held.id = n.delivery_id AND held.generation = n.number),
moved AS (
    UPDATE delivery d SET state = t.after, code = t.code, reason = t.reason,
        pinned = t.event = 'resend' OR t.event = 'release' AND d.pinned,
        failures = d.failures + (t.event IN ('fail', 'hold') OR coalesce(t.code, '') = :not_taken)::int,
        due_at = CASE WHEN t.after IN ('queued', 'waiting', 'unknown') THEN now() + t.wait END,
        held_until = now() + t.hold,
        settled_at = CASE WHEN t.after = ANY(CAST(:final AS text[])) THEN now() END
    FROM turned t WHERE d.id = t.delivery_id AND t.after <> t.before),
{standbys}
SELECT delivery_id, dossier_id, channel, after AS status, now() AS at,
    (SELECT n.kind FROM notification n WHERE n.id = notification_id) AS template
FROM turned
WHERE after = ANY(CAST(:final AS text[])) AND after <> before AND dossier_id IS NOT NULL
"""
_ASK: Final = """
WITH due AS MATERIALIZED (
    SELECT id FROM delivery WHERE state = 'unknown' AND due_at <= now()
    ORDER BY due_at LIMIT :room FOR UPDATE SKIP LOCKED),
held AS (
    UPDATE delivery d SET due_at = now() + :lease, asked = d.asked + 1 FROM due WHERE d.id = due.id
    RETURNING d.id, d.generation, d.failures, d.gateway, d.address, d.body, d.fingerprint, d.asked, d.code,
        d.notification_id, d.position)
SELECT a.id AS attempt_id, a.started_at, held.*, same.tries, now() - same.first_at AS age,
    now() - a.started_at AS latest_age,
    EXISTS (
        SELECT 1 FROM delivery s WHERE s.notification_id = held.notification_id AND s.position > held.position
            AND s.state <> 'cancelled') AS has_standby
FROM held JOIN attempt a ON a.delivery_id = held.id AND a.number = held.generation
CROSS JOIN LATERAL (
    SELECT count(*) AS tries, min(b.started_at) AS first_at FROM attempt b
    WHERE b.delivery_id = held.id AND b.state = 'unknown' AND b.number > (
        SELECT coalesce(max(c.number), 0) FROM attempt c
        WHERE c.delivery_id = held.id AND c.state = 'transient' AND c.code NOT IN (:not_started, :lease_lost))) AS same
"""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A delivery whose latest attempt, begun at `started_at`, ended unseen, with `code`. `asked` counts questions, this
    one too.

    `tries`: attempts of unknown outcome under the same reference, `age`: since the first of them, `latest_age`: since
    this one. `has_standby`:
    another delivery of the same notice stands behind this one.
    """

    claim: Claim
    gateway: str
    address: bytes
    body: bytes
    fingerprint: bytes
    asked: int
    started_at: datetime
    code: str | None
    tries: int
    age: timedelta
    latest_age: timedelta
    has_standby: bool


_RECORD_STATEMENT: Final = text(
    _RECORD.format(
        attempt_state=ATTEMPT_MOVES.sql("n.attempt_event", "a.state", AttemptEvent),
        delivery_state=DELIVERY_MOVES.sql("n.event", "held.state", DeliveryEvent),
        standbys=STANDBYS,
        priced=PRICED,
        paid=PAID,
        spent=SPENT,
    )
)


def record_news(
    session: Session,
    news: Sequence[News],
    receipt_within: timedelta = RECEIPT_WITHIN,
    tariff: Tariff = FREE,
) -> list[Settled]:
    """Records what became of claims, by the tables of states, and what was spent, by the gateways' tariff.

    Returns the deliveries of dossiers that this settled.

    News of an attempt that a later one has followed are noted on the attempt and leave the delivery alone.
    """
    if not news:
        return []
    final = [str(state) for state in FINAL]
    values = {**_columns(news), "final": final, "receipt_within": receipt_within, "not_taken": NOT_TAKEN}
    values |= tariff.values()
    rows = session.execute(_RECORD_STATEMENT, values)
    return [Settled(row.delivery_id, row.dossier_id, row.channel, row.status, row.at, row.template) for row in rows]


def _columns(news: Sequence[News]) -> dict[str, list[Any]]:
    return {
        "attempts": [item.claim.attempt_id for item in news],
        "deliveries": [item.claim.delivery_id for item in news],
        "numbers": [item.claim.number for item in news],
        "events": [str(item.event) for item in news],
        "attempt_events": [str(item.attempt_event) for item in news],
        "refs": [item.ref for item in news],
        "codes": [item.code for item in news],
        "reasons": [item.reason for item in news],
        "waits": [item.wait for item in news],
        "holds": [item.hold for item in news],
        "yields": [item.yields for item in news],
        "later": [item.later for item in news],
    }


def claim_questions(session: Session, room: int, lease: timedelta) -> list[Inquiry]:
    """Takes up to `room` unknown deliveries whose time to ask has come; nobody else asks about them for `lease`."""
    values = {"room": room, "lease": lease, "not_started": NOT_STARTED, "lease_lost": LEASE_LOST}
    return [
        Inquiry(
            Claim(row.attempt_id, row.id, row.generation, row.failures),
            row.gateway,
            bytes(row.address),
            bytes(row.body),
            bytes(row.fingerprint),
            row.asked,
            row.started_at,
            row.code,
            row.tries,
            row.age,
            row.latest_age,
            row.has_standby,
        )
        for row in session.execute(text(_ASK), values)
    ]


def hold_equal_messages(session: Session, fingerprint: bytes) -> None:
    """From here to the end of the transaction nobody else accounts for messages equal to these."""
    key = int.from_bytes(fingerprint[:8], "big", signed=True)
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def equal_message_in_flight(session: Session, inquiry: Inquiry) -> bool:
    """Whether another drain is sending an equal message at this moment, whose id we cannot know yet."""
    found = session.execute(
        text("SELECT 1 FROM delivery WHERE fingerprint = :fingerprint AND state = 'sending' AND id <> :id LIMIT 1"),
        {"fingerprint": inquiry.fingerprint, "id": inquiry.claim.delivery_id},
    )
    return found.first() is not None


def refs_of_others(session: Session, attempt_id: UUID, refs: Sequence[str]) -> frozenset[str]:
    """Which of `refs` are accounted for by other attempts."""
    rows = session.execute(
        text("SELECT provider_ref FROM attempt WHERE provider_ref = ANY(CAST(:refs AS text[])) AND id <> :id"),
        {"refs": list(refs), "id": attempt_id},
    )
    return frozenset(row.provider_ref for row in rows)


def ask_later(session: Session, claim: Claim, wait: timedelta) -> None:
    """Puts the question off, unless the delivery has gone on meanwhile."""
    session.execute(
        text(
            "UPDATE delivery SET due_at = now() + :wait WHERE id = :id AND generation = :number AND state = 'unknown'"
        ),
        {"wait": wait, "id": claim.delivery_id, "number": claim.number},
    )
