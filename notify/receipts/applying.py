"""Delivery receipts: stored as they come, applied by a drain, once, in whatever order they came."""

import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.observing.metrics import RECEIPTS
from kernel.together import Together
from kernel.vault import Vault
from notify.models import RAW_FIELD
from notify.ports import ReceiptNote
from notify.sending.charges import FREE, PAID, PRICED, SPENT, Tariff
from notify.sending.retry import RECEIPT_WITHIN
from notify.sending.settled import Settled, announce_settled
from notify.sending.standbys import STANDBYS
from notify.sending.states import ATTEMPT_MOVES, DELIVERY_MOVES, FINAL, RECEIPT_EVENTS, AttemptEvent, ReceiptKind

DRAIN: Final = "receipts"
UNKNOWN_ATTEMPT: Final = "unknown_attempt"
CHUNK: Final = 500
# An attempt's row is committed before its call is made; only a restored or a lagging database can be later than this.
_MATCH_WITHIN: Final = timedelta(minutes=5)
_OPPOSITES: Final = {str(ReceiptKind.DELIVERED), str(ReceiptKind.UNDELIVERED)}
_log = structlog.get_logger()

# In the order of the key, so that two who store the same ones wait for each other in one direction.
_STORE: Final = """
INSERT INTO receipt (id, attempt_id, provider, event_id, ref, kind, status, code, reason, cost_vnd, raw)
SELECT id, attempt_id, provider, event_id, ref, kind, status, code, reason, cost_vnd, decode(raw, 'base64')
FROM json_to_recordset(%s) AS r(id uuid, attempt_id uuid, provider text, event_id text, ref text, kind text,
    status text, code text, reason text, cost_vnd int, raw text)
ORDER BY provider, event_id
ON CONFLICT (provider, event_id) DO NOTHING RETURNING id::text
"""
# One receipt of a delivery at a time: what the next one means depends on where this one leads.
_APPLY: Final = """
WITH open AS MATERIALIZED (
    SELECT r.id, r.attempt_id, r.provider, r.ref, r.kind, r.code, r.reason, r.cost_vnd, a.delivery_id, a.number,
        a.gateway, r.received_at
    FROM receipt r JOIN attempt a ON a.id = r.attempt_id
    WHERE r.applied_at IS NULL AND r.problem IS NULL
    ORDER BY r.received_at LIMIT :room FOR UPDATE OF r SKIP LOCKED),
first AS (SELECT DISTINCT ON (delivery_id) * FROM open ORDER BY delivery_id, received_at, id),
held AS MATERIALIZED (
    SELECT d.id, d.state, d.generation, d.dossier_id, d.notification_id, d.position, d.channel, d.agency_code,
        greatest(d.parts, 1) AS parts
    FROM delivery d
    WHERE d.id IN (SELECT delivery_id FROM first) ORDER BY d.id FOR UPDATE),
heard AS (
    SELECT f.*, held.state AS before, held.dossier_id, held.notification_id, held.position, held.channel,
        held.agency_code, held.parts, {event} AS event
    FROM first f JOIN held ON held.id = f.delivery_id),
{priced},
{paid},
charged AS MATERIALIZED (
    SELECT h.attempt_id, h.agency_code, h.gateway, (paid.cost = 0)::int AS messages,
        CASE WHEN paid.cost = 0 THEN h.parts ELSE 0 END AS parts,
        coalesce(h.cost_vnd, priced.price * h.parts) - paid.cost AS cost
    FROM heard h JOIN paid ON paid.id = h.attempt_id LEFT JOIN priced ON priced.gateway = h.gateway
    WHERE h.event IS NOT NULL AND (paid.cost = 0 OR h.cost_vnd IS NOT NULL)
        AND coalesce(h.cost_vnd, priced.price * h.parts) <> paid.cost),
{spent},
noted AS (
    UPDATE attempt a SET state = {attempt_state},
        provider_ref = coalesce(a.provider_ref, h.ref), cost_vnd = a.cost_vnd + coalesce(c.cost, 0)
    FROM heard h LEFT JOIN charged c ON c.attempt_id = h.attempt_id
    WHERE a.id = h.attempt_id AND h.event IS NOT NULL),
turned AS (SELECT h.*, false AS yields, {delivery_state} AS after FROM heard h WHERE h.event IS NOT NULL),
moved AS (
    UPDATE delivery d SET state = t.after, code = t.code, reason = t.reason, due_at = NULL,
        settled_at = CASE WHEN t.after = ANY(CAST(:final AS text[])) THEN now() END
    FROM turned t WHERE d.id = t.delivery_id AND t.after <> t.before),
{standbys},
marked AS (UPDATE receipt r SET applied_at = now() FROM first f WHERE r.id = f.id)
SELECT h.delivery_id, h.dossier_id, h.channel, h.provider, h.kind, h.before, now() AS at,
    CASE WHEN t.after <> t.before THEN t.after END AS moved_to,
    (SELECT n.kind FROM notification n WHERE n.id = h.notification_id) AS template
FROM heard h LEFT JOIN turned t ON t.id = h.id
"""
# An attempt made again under the same reference is the same message, and its receipts come for the first of them.
_FAILED_SINCE: Final = """EXISTS (
        SELECT 1 FROM attempt b WHERE b.delivery_id = f.delivery_id AND b.number >= f.number
            AND b.number < held.generation AND b.state IN ('transient', 'permanent'))"""
_GIVE_UP: Final = text("""
UPDATE receipt r SET problem = :problem
WHERE r.applied_at IS NULL AND r.problem IS NULL AND r.received_at < now() - :within
    AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.id = r.attempt_id)
""")


def _event_case() -> str:
    rows = " ".join(
        f"WHEN '{kind}/{'latest' if latest else 'stale'}' THEN '{event}'"
        for (kind, latest), event in RECEIPT_EVENTS.items()
    )
    latest = f"(CASE WHEN f.number = held.generation OR NOT {_FAILED_SINCE} THEN 'latest' ELSE 'stale' END)"
    return f"(CASE f.kind || '/' || {latest} {rows} END)"


_APPLY_STATEMENT: Final = text(
    _APPLY.format(
        event=_event_case(),
        attempt_state=ATTEMPT_MOVES.sql("'receipt'", "a.state", [AttemptEvent.RECEIPT]),
        delivery_state=DELIVERY_MOVES.sql("h.event", "h.before", RECEIPT_EVENTS.values()),
        standbys=STANDBYS,
        priced=PRICED,
        paid=PAID,
        spent=SPENT,
    )
)


class NewReceipt(NamedTuple):
    """An authenticated receipt as it is stored; `raw` is sealed, and in base64."""

    id: str
    attempt_id: str
    provider: str
    event_id: str
    ref: str
    kind: str
    status: str
    code: str | None
    reason: str | None
    cost_vnd: int | None
    raw: str


def new_receipt(vault: Vault, attempt_id: UUID, note: ReceiptNote, raw: bytes) -> NewReceipt:
    """What `note` says of an attempt. The caller has checked the signature over the raw bytes."""
    row = new_id()
    return NewReceipt(
        str(row),
        str(attempt_id),
        note.provider,
        note.event_id,
        note.ref,
        str(note.kind),
        note.status,
        note.code,
        note.reason,
        note.cost_vnd,
        b64encode(vault.seal_bytes(RAW_FIELD, row, raw)).decode(),
    )


def store_receipts(connection: Connection, receipts: Sequence[NewReceipt]) -> list[bool]:
    """Stores receipts by one statement; for each, True unless it was here before.

    Whether there is such an attempt is seen later: a receipt may overtake our own commit, and the gateway waits for an
    answer.
    """
    rows = json.dumps([receipt._asdict() for receipt in receipts])
    stored = set(connection.exec_driver_sql(_STORE, (rows,)).scalars())
    for receipt in receipts:
        if receipt.id not in stored:
            RECEIPTS.labels(provider=receipt.provider, result="repeated").inc()
    return [receipt.id in stored for receipt in receipts]


def note_stranger(note: ReceiptNote) -> None:
    """One of a message that we never sent, such as another system's by the same account: told to operators."""
    RECEIPTS.labels(provider=note.provider, result="strange").inc()
    _log.warning("notify.receipt_of_a_stranger", provider=note.provider, ref=note.ref)


def receipts_desk(database: Database) -> Together[NewReceipt, bool]:
    """Takes receipts from many threads; True for one that was not here before."""

    def store(receipts: Sequence[NewReceipt]) -> list[bool]:
        with database.statement() as connection:
            return store_receipts(connection, receipts)

    return Together(store)


def apply_receipts(
    session: Session,
    receipt_within: timedelta = RECEIPT_WITHIN,
    tariff: Tariff = FREE,
    *,
    room: int = CHUNK,
) -> int:
    """Lets one chunk of receipts move attempts and deliveries, and announces those that this settled.

    `tariff` says what a message costs where the gateway's receipt does not say what it charged.

    Returns how many were applied; none means that all are, or wait for their attempts.
    """
    rows = session.execute(
        _APPLY_STATEMENT,
        {"room": room, "final": [str(state) for state in FINAL], "receipt_within": receipt_within} | tariff.values(),
    ).all()
    settled = [
        Settled(row.delivery_id, row.dossier_id, row.channel, row.moved_to, row.at, row.template)
        for row in rows
        if row.moved_to in FINAL and row.dossier_id is not None
    ]
    announce_settled(session, settled)
    for row in rows:
        RECEIPTS.labels(provider=row.provider, result="moved" if row.moved_to else "kept").inc()
        if {row.kind, row.before} == _OPPOSITES:
            RECEIPTS.labels(provider=row.provider, result="contradicts").inc()
            _log.warning("notify.receipt_contradicts", delivery_id=str(row.delivery_id), was=row.before, now=row.kind)
    return len(rows)


def give_up_unmatched(session: Session, *, within: timedelta = _MATCH_WITHIN) -> int:
    """Puts receipts aside, with the reason, whose attempt has not appeared `within` this time. Returns how many."""
    result = session.execute(_GIVE_UP, {"problem": UNKNOWN_ATTEMPT, "within": within})
    number = int(getattr(result, "rowcount", 0))
    if number:
        _log.error("notify.receipts_unmatched", number=number)
    return number
