"""Queries of notices: what a chunk of them says of its dossiers, and what comes back into their timelines.

Each costs the same number of statements whatever the number of dossiers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select, text
from sqlalchemy.orm import Session

from kernel.audit import sign_row
from kernel.ids import new_id
from tracking.models import Dossier, TimelineEntry

_IDS: Final = ARRAY(Uuid())
_AXIS: Final = "notice"
_CHANGES: Final = (
    select(
        TimelineEntry.id.label("timeline_id"),
        TimelineEntry.dossier_id,
        TimelineEntry.at,
        TimelineEntry.to_state,
        TimelineEntry.actor_kind,
        TimelineEntry.actor_name,
        TimelineEntry.reason,
        TimelineEntry.reason_told,
        TimelineEntry.details,
        Dossier.applicant_id,
        Dossier.agency_code,
        Dossier.notify_phone,
        Dossier.language,
        Dossier.code,
        Dossier.handler_name,
        Dossier.submitted_at,
        Dossier.accepted_at,
        Dossier.due_at,
        Dossier.acceptance_due_at,
        Dossier.fee_vnd,
        Dossier.state,
        Dossier.supplement_due_at,
    )
    .join(Dossier, Dossier.id == TimelineEntry.dossier_id)
    .where(TimelineEntry.id == any_(bindparam("entries", type_=_IDS)))
)
# In one order, so that two drains never wait for each other; before the rows of the timeline, whose keys look at the
# dossier and would let an officer's act in between.
_LOCK: Final = text("SELECT id, step FROM dossier WHERE id = ANY(CAST(:dossiers AS uuid[])) ORDER BY id FOR UPDATE")
_TELL: Final = text("""
WITH told AS (
    INSERT INTO timeline_entry
        (id, dossier_id, at, axis, event, step, actor_kind, cause_id, details, mac)
    SELECT new.id, d.id, :at, :axis, new.event, new.step, :actor_kind, new.cause_id, new.details::jsonb, new.mac
    FROM unnest(CAST(:ids AS uuid[]), CAST(:dossiers AS uuid[]), CAST(:causes AS uuid[]), CAST(:events AS text[]),
            CAST(:steps AS text[]), CAST(:details AS text[]), CAST(:macs AS bytea[]))
            WITH ORDINALITY AS new (id, dossier_id, cause_id, event, step, details, mac, turn)
        JOIN dossier d ON d.id = new.dossier_id
    ORDER BY new.turn
    ON CONFLICT (dossier_id, cause_id, event) DO NOTHING
    RETURNING dossier_id),
counted AS (SELECT dossier_id, count(*) AS told FROM told GROUP BY dossier_id)
UPDATE dossier d SET seen_version = d.seen_version + counted.told, updated_at = :at
FROM counted WHERE d.id = counted.dossier_id
""")


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery that ended. `event` is how: delivered, undelivered, dead. `details` holds codes only."""

    dossier_id: UUID
    delivery_id: UUID
    event: str
    details: dict[str, Any]


def changes_of_status(session: Session, entries: Sequence[UUID]) -> Sequence[Row[Any]]:
    """The timeline rows with what their dossiers say now; columns as in `_CHANGES`, sealed ones sealed."""
    return session.execute(_CHANGES, {"entries": list(entries)}).all() if entries else ()


def add_told(session: Session, told: Sequence[Told], *, actor_kind: str, at: datetime) -> None:
    """Writes a timeline row for each, once for a delivery and an event, and makes the citizens' copies stale."""
    wanted = [each.dossier_id for each in told]
    steps = {row.id: row.step for row in session.execute(_LOCK, {"dossiers": wanted})}
    rows = [
        {
            "id": new_id(),
            "dossier_id": each.dossier_id,
            "at": at,
            "axis": _AXIS,
            "event": each.event,
            "step": steps[each.dossier_id],
            "actor_kind": actor_kind,
            "cause_id": each.delivery_id,
            "reason_told": False,
            "details": each.details,
        }
        for each in told
        if each.dossier_id in steps
    ]
    session.execute(
        _TELL,
        {
            "ids": [row["id"] for row in rows],
            "dossiers": [row["dossier_id"] for row in rows],
            "causes": [row["cause_id"] for row in rows],
            "events": [row["event"] for row in rows],
            "steps": [row["step"] for row in rows],
            "details": [json.dumps(row["details"]) for row in rows],
            "macs": [sign_row(session, TimelineEntry, row) for row in rows],
            "axis": _AXIS,
            "actor_kind": actor_kind,
            "at": at,
        },
    )
