"""Leases that ran out: whoever held the delivery may or may not have made the call, so it is asked about."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

LEASE_LOST: Final = "lease_lost"
_ATTEMPTS: Final = """,
noted AS (
    UPDATE {attempts} a SET state = 'unknown', code = :code, finished_at = now()
    FROM lost WHERE a.delivery_id = lost.id AND a.number = lost.generation AND a.state = 'sending')"""
_LOSE: Final = """
WITH lost AS MATERIALIZED (
    SELECT id, generation FROM {deliveries} WHERE state = 'sending' AND due_at <= now()
    ORDER BY due_at LIMIT :room FOR UPDATE SKIP LOCKED){noted}
UPDATE {deliveries} d SET state = 'unknown', code = :code, reason = NULL, due_at = now() + :wait
FROM lost WHERE d.id = lost.id
"""


@dataclass(frozen=True, slots=True)
class JobTable:
    """A domain's table of deliveries, with the columns id, state, generation, due_at, code and reason. While a claim
    holds a row its state is 'sending', and due_at is when its lease ends.

    `attempts`: the table with a row for each claim, where there is one: delivery_id, number (the generation), state,
    code and finished_at.
    """

    deliveries: str
    attempts: str | None = None


def lose_expired_leases(session: Session, table: JobTable, wait: timedelta, *, room: int = 1000) -> int:
    """Makes deliveries unknown whose lease ran out. They are asked about after `wait`. Returns how many there were."""
    noted = "" if table.attempts is None else _ATTEMPTS.format(attempts=table.attempts)
    statement = text(_LOSE.format(deliveries=table.deliveries, noted=noted))
    result = session.execute(statement, {"room": room, "wait": wait, "code": LEASE_LOST})
    return int(getattr(result, "rowcount", 0))
