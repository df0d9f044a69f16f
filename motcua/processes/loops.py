"""The two loops that are no domain's: events to their handlers, and keeping house."""

import time
from typing import Final

import structlog

from kernel.audit.keeping import keep_chain
from kernel.observing.metrics import EVENTS
from kernel.outbox import drain_events
from kernel.part import Turn, load
from migrations import require_schema
from motcua.wiring.container import Container, event_handlers

# Twice as many gain little, and what a chunk holds is seen by the next drain only when all of it is committed.
_CHUNK: Final = 100
_log = structlog.get_logger()


def plan(held: Container, turn: Turn) -> bool:
    """Outbox events to their handlers. True when the slice ended before the events did."""
    handlers = event_handlers(held)
    ends = time.monotonic() + turn.slice_s
    while time.monotonic() < ends and not turn.told_to_stop():
        tries = held.settings.event_tries
        taken = drain_events(held.database, handlers, chunk=_CHUNK, tries=tries, blameless=require_schema)
        EVENTS.inc(taken)
        if taken < _CHUNK:
            return False
    return True


def sweep(held: Container, turn: Turn) -> bool:
    """Keeping house, and the audit chain, which is sealed and anchored whatever else has failed."""
    try:
        keep_house(held)
    finally:
        more = keep_chain(
            held.database, held.vault, held.files, time_slice_s=turn.slice_s, told_to_stop=turn.told_to_stop
        )
    return more


def keep_house(held: Container) -> None:
    """What each part does now and then. One that fails keeps none of the others from theirs; the first error is raised
    at the end."""
    failed: Exception | None = None
    for path in (path for part in held.parts for path in part.housekeeping):
        try:
            load(path)(held)
        except Exception as error:
            _log.exception("sweep.failed", what=path)
            failed = failed or error
    if failed is not None:
        raise failed
