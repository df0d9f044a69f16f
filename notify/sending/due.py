"""Deliveries that are due are taken: looked at and locked, given a gateway, claimed. Times are the database's.

Two statements in one transaction, because the gateway is chosen between them: the choice depends on what this process
has seen of each gateway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from notify.planning.plan import Priority
from notify.sending.outcomes import EXPIRED, Claim
from notify.sending.standbys import SUPERSEDED
from outbound.jobs.shared_pool import SharedPool

# A chunk holds urgent rows first: each priority and channel has its own scan of the index, for as many rows as are
# still wanted. A pinned row waits for its own gateway. What is urgent has a drain of its own, so other claims see it
# only once that one has let it lie.
_DUE: Final = """due_{scan} AS MATERIALIZED (
    SELECT id, generation, state, channel, priority, gateway, pinned, notification_id, position, valid_until
    FROM delivery
    WHERE state IN ('queued', 'waiting', 'standby') AND channel = '{channel}' AND priority = {priority}
        AND due_at <= now(){left_lying} AND NOT (can_wait AND CAST(:quiet AS bool))
        AND NOT (pinned AND gateway = ANY(CAST(:shut AS text[])))
    ORDER BY due_at LIMIT greatest({room}, 0) FOR UPDATE SKIP LOCKED)"""
_LEFT_LYING: Final = " - interval '1 second'"
_TAKEN: Final = "(SELECT count(*) FROM due_{})"
_ROWS: Final = "SELECT * FROM due_{}"
_LOOK: Final = """
WITH {due},
all_due AS ({all_due}),
early AS MATERIALIZED (
    SELECT s.id FROM all_due s JOIN delivery d ON d.notification_id = s.notification_id AND d.position < s.position
    WHERE s.state = 'standby' AND (d.state = 'sending' OR d.id IN (SELECT id FROM all_due)))
SELECT id, generation, channel, priority, gateway, pinned, state = 'waiting', state = 'standby',
    coalesce(valid_until <= now(), false)
FROM all_due WHERE id NOT IN (SELECT id FROM early)
"""
_SUPERSEDE: Final = """spared AS MATERIALIZED (
    SELECT d.id FROM chosen c JOIN delivery s ON s.id = c.id AND s.state = 'standby'
    JOIN delivery d ON d.notification_id = s.notification_id AND d.position < s.position
    WHERE d.state IN ('queued', 'waiting') FOR UPDATE OF d SKIP LOCKED),
superseded AS (
    UPDATE delivery d SET state = 'cancelled', due_at = NULL, settled_at = now(), code = :superseded
    FROM spared WHERE d.id = spared.id),"""
_CLAIM: Final = """
WITH chosen AS MATERIALIZED (
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:gateways AS text[])) AS c(id, gateway)),
{supersede}
claimed AS (
    UPDATE delivery d SET state = 'sending', generation = d.generation + 1, asked = 0, gateway = c.gateway,
        due_at = now() + :lease
    FROM chosen c WHERE d.id = c.id AND (d.valid_until IS NULL OR d.valid_until > now())
    RETURNING d.id, d.generation, d.failures, d.pinned, d.priority, d.gateway, d.address, d.body,
        extract(epoch FROM d.valid_until - now())::float8 AS valid_for_s),
lapsed AS (
    UPDATE delivery d SET state = 'cancelled', due_at = NULL, settled_at = now(), code = :expired
    FROM chosen c WHERE d.id = c.id AND d.valid_until <= now()),
begun AS (
    INSERT INTO attempt (id, delivery_id, number, gateway, state, cost_vnd)
    SELECT motcua_new_id(), id, generation, gateway, 'sending', 0 FROM claimed
    RETURNING id, delivery_id)
SELECT begun.id AS attempt_id, claimed.* FROM claimed JOIN begun ON begun.delivery_id = claimed.id
"""
_CLAIM_PLAIN: Final = text(_CLAIM.format(supersede=""))
_CLAIM_STANDBYS: Final = text(_CLAIM.format(supersede=_SUPERSEDE))


@dataclass(frozen=True, slots=True)
class ClaimedRow:
    """A delivery to send; `address` and `body` are sealed. `valid_for_s`: seconds until it is worth nothing."""

    claim: Claim
    priority: int
    gateway: str
    address: bytes
    body: bytes
    valid_for_s: float | None


class Due(NamedTuple):
    """A locked row that is due, in the order of the columns. A delivery waits only after an attempt that failed.
    `lapsed`: too late to be sent."""

    id: UUID
    generation: int
    channel: str
    priority: int
    gateway: str | None
    pinned: bool
    failed: bool
    standby: bool
    lapsed: bool

    @property
    def may_probe(self) -> bool:
        """Whoever waits for a code to type in does not serve as a trial."""
        return self.priority != Priority.URGENT


def claim_due(
    session: Session,
    room: int,
    lease: timedelta,
    pool: SharedPool,
    priorities: Sequence[Priority] = tuple(Priority),
    *,
    quiet: bool = False,
) -> list[ClaimedRow]:
    """Takes up to `room` deliveries of these priorities that are due and have a gateway to go to, urgent ones first,
    and writes an attempt for each.

    A standby that is taken stops those before it that are not on their way. The caller commits before it calls any
    gateway. What is no longer valid is cancelled and not returned. `quiet`: what can wait, waits.
    """
    found = _look(session, room, pool, priorities, quiet=quiet)
    lapsed = [(due, "") for due in found if due.lapsed]
    alive = [due for due in found if not due.lapsed]
    chosen = zip(alive, pool.choose_all(alive), strict=True)
    picked = [*lapsed, *((due, gateway) for due, gateway in chosen if gateway is not None)]
    try:
        return _take(session, picked, lease)
    except Exception:
        for gateway in {gateway for _, gateway in picked}:
            pool.not_called(gateway)
        raise


def _look(session: Session, room: int, pool: SharedPool, priorities: Sequence[Priority], *, quiet: bool) -> list[Due]:
    rooms = pool.rooms()
    if not rooms:
        return []
    limits = {f"room_{channel}": min(room, most) for channel, most in rooms.items()}
    rows = session.execute(
        _look_statement(tuple(sorted(rooms)), tuple(priorities)),
        {"room": room, "shut": pool.shut(), "quiet": quiet, **limits},
    )
    return [Due._make(row) for row in rows]


def _take(session: Session, picked: Sequence[tuple[Due, str]], lease: timedelta) -> list[ClaimedRow]:
    if not picked:
        return []
    values = {
        "ids": [due.id for due, _ in picked],
        "gateways": [gateway for _, gateway in picked],
        "lease": lease,
        "expired": EXPIRED,
    }
    if any(due.standby for due, _ in picked):
        rows = session.execute(_CLAIM_STANDBYS, {**values, "superseded": SUPERSEDED})
    else:
        rows = session.execute(_CLAIM_PLAIN, values)
    return [
        ClaimedRow(
            Claim(row.attempt_id, row.id, row.generation, row.failures, row.pinned),
            row.priority,
            row.gateway,
            bytes(row.address),
            bytes(row.body),
            row.valid_for_s,
        )
        for row in rows
    ]


@cache
def _look_statement(channels: tuple[str, ...], priorities: tuple[Priority, ...]) -> TextClause:
    wanted = [(int(priority), channel) for priority in priorities for channel in channels]
    scans = []
    for scan, (priority, channel) in enumerate(wanted):
        of_channel = [turn for turn in range(scan) if wanted[turn][1] == channel]
        whole = " - ".join([":room", *map(_TAKEN.format, range(scan))])
        part = " - ".join([f":room_{channel}", *map(_TAKEN.format, of_channel)])
        left_lying = _LEFT_LYING if priority == Priority.URGENT and len(priorities) > 1 else ""
        room = f"least({whole}, {part})"
        scans.append(_DUE.format(scan=scan, priority=priority, channel=channel, room=room, left_lying=left_lying))
    rows = " UNION ALL ".join(map(_ROWS.format, range(len(wanted))))
    return text(_LOOK.format(due=",\n".join(scans), all_due=rows))
