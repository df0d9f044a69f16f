"""Messages that a gateway took and of which no final receipt came: one that can be asked is asked, once a day.

Receipts that were sent while we could not be reached are gone for good; Twilio advises to look for them daily. After
some days the gateway is not asked any more, and the delivery stays accepted: nobody knows more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.ids import first_id_at
from notify.channels.port import Sighting
from notify.sending.outcomes import Claim, News
from notify.sending.states import AttemptEvent, DeliveryEvent, ReceiptKind

# Ids begin with the time at which they were made, so the primary key finds the deliveries of a few days; an index of
# its own would cost every message that is sent.
_CLAIM: Final = """
WITH silent AS MATERIALIZED (
    SELECT id FROM delivery
    WHERE id BETWEEN :oldest AND :youngest
        AND state = 'accepted' AND gateway = ANY(CAST(:gateways AS text[])) AND coalesce(due_at, now()) <= now()
    ORDER BY id LIMIT :room FOR UPDATE SKIP LOCKED),
held AS (
    UPDATE delivery d SET due_at = now() + :again FROM silent WHERE d.id = silent.id
    RETURNING d.id, d.generation, d.failures, d.gateway, d.address, d.body)
SELECT held.*, a.id AS attempt_id, a.started_at, a.provider_ref
FROM held JOIN attempt a ON a.delivery_id = held.id AND a.number = held.generation
WHERE a.provider_ref IS NOT NULL
"""
_AGAIN: Final = timedelta(hours=24)
_FINAL: Final = {
    ReceiptKind.DELIVERED: DeliveryEvent.RECEIPT_DELIVERED,
    ReceiptKind.UNDELIVERED: DeliveryEvent.RECEIPT_UNDELIVERED,
}


@dataclass(frozen=True, slots=True)
class Silence:
    """How old a delivery without a final receipt is when its gateway is asked: from `after` on, and up to `until`."""

    after: timedelta = timedelta(hours=24)
    until: timedelta = timedelta(hours=96)


USUAL: Final = Silence()


@dataclass(frozen=True, slots=True)
class Silent:
    """An accepted delivery. `address` and `body` are sealed; `ref` is the gateway's id of the message."""

    claim: Claim
    gateway: str
    address: bytes
    body: bytes
    started_at: datetime
    ref: str


def claim_silent(session: Session, gateways: Sequence[str], silence: Silence, room: int) -> list[Silent]:
    """Takes up to `room` deliveries to ask about, oldest first; nobody else asks about them for a day."""
    now = datetime.now(UTC)
    ages = {"oldest": first_id_at(now - silence.until), "youngest": first_id_at(now - silence.after)}
    values = {**ages, "gateways": list(gateways), "again": _AGAIN, "room": room}
    return [
        Silent(
            Claim(row.attempt_id, row.id, row.generation, row.failures),
            row.gateway,
            bytes(row.address),
            bytes(row.body),
            row.started_at,
            row.provider_ref,
        )
        for row in session.execute(text(_CLAIM), values)
    ]


def last_word(claim: Claim, ref: str, sightings: Sequence[Sighting]) -> News | None:
    """What follows from what the gateway has, as if its receipt had come; None when nothing final has happened."""
    seen = next((sighting for sighting in sightings if sighting.ref == ref and sighting.kind in _FINAL), None)
    if seen is None:
        return None
    return News(claim, _FINAL[seen.kind], AttemptEvent.RECEIPT, ref=ref, code=seen.code, later=True)
