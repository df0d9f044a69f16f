"""Lodgings that have filed nothing for tonight are reminded at 21:30 and 22:30, each time once."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import text

from kernel.outbox import record_event
from kernel.work import Work
from residence import store
from residence.clock import reminder

REMINDER: Final = "residence.reminder"
_ONCE: Final = text("""
INSERT INTO lodging_reminder (lodging_id, night, step) SELECT unnest(CAST(:lodgings AS uuid[])), :night, :step
ON CONFLICT DO NOTHING RETURNING lodging_id
""")


def remind_lodgings(work: Work) -> int:
    """Writes an event `residence.reminder` {lodging_id, night, step} for each active lodging without guests and without
    a nil report, if it is time. Told again and again, each lodging gets each reminder once. Returns how many got one.
    """
    time = reminder(work.now())
    if time is None:
        return 0
    night, step = time
    lodgings = [lodging.id for lodging in store.unfiled_lodgings(work.session, night)]
    if not lodgings:
        return 0
    told = work.session.scalars(_ONCE, {"lodgings": lodgings, "night": night, "step": step}).all()
    for lodging_id in told:
        record_event(work.session, REMINDER, lodging_id, _payload(lodging_id, night, step))
    return len(told)


def _payload(lodging_id: UUID, night: date, step: str) -> dict[str, str]:
    return {"lodging_id": str(lodging_id), "night": night.isoformat(), "step": step}
