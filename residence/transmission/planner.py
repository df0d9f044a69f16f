"""What was declared becomes transmissions: arrays of one lodging, kind, night and arrival day, in one statement."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database.sessions import ring_after_commit

DRAIN: Final = "residence"
_PLAN: Final = text("""
WITH told AS (
    SELECT d.id, s.night, CAST(s.arrival AT TIME ZONE INTERVAL '7 hours' AS date) AS arrived_on,
        CASE WHEN d.kind IN ('arrival', 'correction') THEN s.kind ELSE 'change' END AS kind
    FROM declaration d JOIN stay s ON s.id = d.stay_id
    WHERE (d.id = ANY(CAST(:declarations AS uuid[])) OR d.batch_id = CAST(:batch AS uuid))
        AND s.lodging_id = :lodging
        AND NOT EXISTS (SELECT 1 FROM transmission_item i WHERE i.declaration_id = d.id)),
placed AS (
    SELECT id, kind, night, arrived_on,
        row_number() OVER (PARTITION BY kind, night, arrived_on ORDER BY id) - 1 AS place FROM told),
arrays AS MATERIALIZED (
    SELECT motcua_new_id() AS id, kind, night, arrived_on, place / :size AS part, count(*) AS declared
    FROM placed GROUP BY kind, night, arrived_on, place / :size),
made AS (
    INSERT INTO transmission
        (id, lodging_id, batch_id, kind, night, arrived_on, state, generation, failures, asked, rounds, declared,
            confirmed)
    SELECT id, :lodging, CAST(:batch AS uuid), kind, night, arrived_on, 'queued', 0, 0, 0, 0, declared, 0 FROM arrays)
INSERT INTO transmission_item (transmission_id, position, declaration_id, state, calls)
SELECT a.id, p.place % :size + 1, p.id, 'queued', 0
FROM placed p JOIN arrays a
    ON a.kind = p.kind AND a.night = p.night AND a.arrived_on = p.arrived_on AND a.part = p.place / :size
""")


def plan_transmissions(session: Session, payload: dict[str, Any], size: int) -> int:
    """Arrays of up to `size` items for what an event `residence.declared` tells of: {lodging_id, batch_id,
    declaration_ids}; those of a batch are found by it. Told twice, nothing is added. Returns how many items were made.
    """
    values = {
        "lodging": UUID(payload["lodging_id"]),
        "batch": UUID(payload["batch_id"]) if payload["batch_id"] else None,
        "declarations": [UUID(each) for each in payload["declaration_ids"]],
        "size": size,
    }
    made = int(getattr(session.execute(_PLAN, values), "rowcount", 0))
    if made:
        ring_after_commit(session, DRAIN)
    return made
