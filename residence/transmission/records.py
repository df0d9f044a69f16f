"""Writing down what became of transmissions, by the tables of states, and telling those who wait for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.outbox import record_event
from outbound.jobs.leases import JobTable
from residence.transmission.news import News, Verdict
from residence.transmission.states import (
    FINAL,
    ITEM_MOVES,
    TRANSMISSION_MOVES,
    ItemState,
    TransmissionEvent,
    TransmissionState,
    event_of,
)

SETTLED: Final = "residence.settled"
IN_DOUBT: Final = "residence.in_doubt"
TRANSMISSIONS: Final = JobTable("transmission")
_LOCK: Final = text("""
SELECT id, lodging_id, batch_id, night, state, generation, rounds FROM transmission
WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
""")
_ITEMS: Final = text("""
SELECT transmission_id, position, state FROM transmission_item WHERE transmission_id = ANY(CAST(:ids AS uuid[]))
""")
_WRITE_ITEMS: Final = text("""
UPDATE transmission_item i SET state = n.state, code = n.code, reason = n.reason,
    settled_at = CASE WHEN n.state IN ('confirmed', 'in_doubt', 'refused', 'cancelled') THEN now() END
FROM unnest(CAST(:ids AS uuid[]), CAST(:places AS int[]), CAST(:states AS text[]), CAST(:codes AS text[]),
    CAST(:reasons AS text[])) AS n(id, position, state, code, reason)
WHERE i.transmission_id = n.id AND i.position = n.position
""")
_WRITE: Final = text("""
UPDATE transmission t SET state = n.state, code = n.code, reason = n.reason, failures = n.failures, rounds = n.rounds,
    asked = n.asked, due_at = now() + n.wait, confirmed = n.confirmed,
    transmitted_at = CASE WHEN n.state IN ('transmitted', 'confirmed') THEN coalesce(t.transmitted_at, now())
        ELSE t.transmitted_at END,
    settled_at = CASE WHEN n.final THEN now() END
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:codes AS text[]), CAST(:reasons AS text[]),
    CAST(:failures AS int[]), CAST(:rounds AS int[]), CAST(:askeds AS int[]), CAST(:waits AS interval[]),
    CAST(:confirmeds AS int[]), CAST(:finals AS bool[]))
    AS n(id, state, code, reason, failures, rounds, asked, wait, confirmed, final)
WHERE t.id = n.id
""")
_BATCHES: Final = text("""
SELECT t.batch_id, t.lodging_id, array_agg(DISTINCT t.state) AS states FROM transmission t
WHERE t.batch_id = ANY(CAST(:ids AS uuid[])) GROUP BY t.batch_id, t.lodging_id HAVING count(t.due_at) = 0
""")


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be recorded of one transmission that the caller has locked. `asked` is how often it was asked about
    since its last call; `wait` until somebody must look again, None for never."""

    transmission_id: UUID
    verdicts: Sequence[Verdict]
    code: str | None = None
    reason: str | None = None
    wait: timedelta | None = None
    failures: int = 0
    rounds: int | None = None
    asked: int = 0


def record_news(session: Session, news: Sequence[News]) -> None:
    """Records the outcomes of claims. News of a claim that another has followed, or that was given up, are dropped:
    their items are still marked as perhaps there, and are asked about."""
    if not news:
        return
    locked = lock(session, [item.claim.transmission_id for item in news])
    current = [item for item in news if _is_current(locked.get(item.claim.transmission_id), item)]
    changes = [
        Change(item.claim.transmission_id, item.verdicts, item.code, item.reason, item.wait, item.failures)
        for item in current
    ]
    write_changes(session, locked, changes)


def lock(session: Session, ids: Iterable[UUID]) -> Mapping[UUID, Any]:
    """The rows of transmissions, held until the transaction ends."""
    return {row.id: row for row in session.execute(_LOCK, {"ids": list(ids)})}


def write_changes(
    session: Session, locked: Mapping[UUID, Any], changes: Sequence[Change], *, tell: bool = True
) -> None:
    """Moves items by their verdicts and transmissions by their items; `tell` writes the events that follow.

    Raises IllegalMove.
    """
    if not changes:
        return
    items = _items(session, [change.transmission_id for change in changes])
    rows: list[tuple[Any, ...]] = []
    item_rows: list[tuple[Any, ...]] = []
    doubted: list[tuple[Any, int]] = []
    for change in changes:
        held, row = items[change.transmission_id], locked[change.transmission_id]
        before = sum(state is ItemState.IN_DOUBT for state in held.values())
        for verdict in change.verdicts:
            held[verdict.position] = ITEM_MOVES.move(held[verdict.position], verdict.event)
            state = held[verdict.position].value
            item_rows.append((change.transmission_id, verdict.position, state, verdict.code, verdict.reason))
        event = event_of(held.values())
        rows.append(_row(row, change, TRANSMISSION_MOVES.move(TransmissionState(row.state), event), held))
        doubts = sum(state is ItemState.IN_DOUBT for state in held.values())
        if doubts > before or (event is TransmissionEvent.DOUBT and row.state != TransmissionState.IN_DOUBT):
            doubted.append((row, doubts))
    if item_rows:
        session.execute(_WRITE_ITEMS, _columns(("ids", "places", "states", "codes", "reasons"), item_rows))
    names = ("ids", "states", "codes", "reasons", "failures", "rounds", "askeds", "waits", "confirmeds", "finals")
    session.execute(_WRITE, _columns(names, rows))
    if tell:
        _tell(session, [locked[change.transmission_id] for change in changes], doubted)


def _is_current(row: Any, news: News) -> bool:
    return (
        row is not None
        and row.generation == news.claim.generation
        and TransmissionState(row.state) is TransmissionState.SENDING
    )


def _items(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[int, ItemState]]:
    items: dict[UUID, dict[int, ItemState]] = {each: {} for each in ids}
    for row in session.execute(_ITEMS, {"ids": list(ids)}):
        items[row.transmission_id][row.position] = ItemState(row.state)
    return items


def _row(row: Any, change: Change, state: TransmissionState, held: Mapping[int, ItemState]) -> tuple[Any, ...]:
    final = state in FINAL or state is TransmissionState.IN_DOUBT
    return (
        change.transmission_id,
        state.value,
        change.code,
        change.reason,
        change.failures,
        row.rounds if change.rounds is None else change.rounds,
        change.asked,
        None if final else change.wait,
        sum(each is ItemState.CONFIRMED for each in held.values()),
        final,
    )


def _tell(session: Session, rows: Sequence[Any], doubted: Sequence[tuple[Any, int]]) -> None:
    for row, items in doubted:
        payload = {"lodging_id": str(row.lodging_id), "transmission_id": str(row.id), "night": row.night.isoformat()}
        record_event(session, IN_DOUBT, row.lodging_id, {**payload, "items": items})
    tell_settled(session, {row.batch_id for row in rows if row.batch_id is not None})


def tell_settled(session: Session, batches: Collection[UUID]) -> None:
    """Writes `residence.settled` {lodging_id, batch_id, state} for those of which nothing is to be done any more."""
    if not batches:
        return
    for batch in session.execute(_BATCHES, {"ids": list(batches)}):
        payload = {"lodging_id": str(batch.lodging_id), "batch_id": str(batch.batch_id)}
        record_event(session, SETTLED, batch.lodging_id, {**payload, "state": settled_as(batch.states)})


def settled_as(states: Iterable[str]) -> str:
    """What a batch is when nothing of it is to be done any more: the most doubtful of its arrays decides."""
    held = set(states)
    order = (TransmissionState.IN_DOUBT, TransmissionState.REFUSED, TransmissionState.TRANSMITTED)
    return next((state.value for state in order if state in held), TransmissionState.CONFIRMED.value)


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
