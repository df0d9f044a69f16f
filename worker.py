"""What RQ calls: `worker.run(drain)`, nothing else. The database says what the work is; the job only says "look"."""

import os
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

import structlog
from redis import Redis
from rq import Queue
from rq.worker import SimpleWorker

from kernel.audit import seal_audit
from kernel.idempotency import forget_old_answers
from kernel.logs import configure_logs
from kernel.metrics import DRAIN_FAILURES, EVENTS
from kernel.outbox import PLAN, drain_events
from kernel.work import Work
from notify.receipts import DRAIN as RECEIPTS
from notify.receipts import apply_receipts, give_up_unmatched
from wiring import Container, build_container, build_sender, event_handlers, keep_house

if TYPE_CHECKING:
    from notify.sending import Sender

SEND: Final = "send"
SWEEP: Final = "sweep"
TIME_SLICE_S: Final = 20.0
_CHUNK: Final = 100
_log = structlog.get_logger()


def run(drain: str) -> None:
    """Runs one drain until it is dry or its time slice is over; rings again if work is left.

    A failure is logged and counted, not raised: the ringer comes back in seconds, and RQ must keep no record of it.
    """
    held = _container()
    held.bell.clear(drain)
    try:
        more = DRAINS[drain](held)
    except Exception:
        DRAIN_FAILURES.labels(drain=drain).inc()
        _log.exception("drain.failed", drain=drain)
        return
    if more:
        held.bell.ring(drain)


def _plan(held: Container) -> bool:
    """Outbox events to their handlers. True when the slice ended before the events did."""
    handlers = event_handlers(held)
    ends = time.monotonic() + TIME_SLICE_S
    while time.monotonic() < ends:
        taken = drain_events(held.database, handlers, chunk=_CHUNK)
        EVENTS.inc(taken)
        if taken < _CHUNK:
            return False
    return True


def _send(_held: Container) -> bool:
    return _sender().run(time_slice_s=TIME_SLICE_S)


def _receipts(held: Container) -> bool:
    """What gateways reported back moves deliveries. True when the slice ended before the receipts did."""
    ends = time.monotonic() + TIME_SLICE_S
    while time.monotonic() < ends:
        with held.database.transaction() as session:
            applied = apply_receipts(session, held.notify.send.patience.receipt_within, held.notify.prices)
        if not applied:
            return False
    return True


def _sweep(held: Container) -> bool:
    """Keeping house: the audit chain, signing keys, and what has outlived its use."""
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        forget_old_answers(session, work.now())
        give_up_unmatched(session)
    keep_house(held)
    with held.database.transaction() as session:
        return seal_audit(session, held.vault) > 0


DRAINS: Final[Mapping[str, Callable[[Container], bool]]] = {
    PLAN: _plan,
    SEND: _send,
    RECEIPTS: _receipts,
    SWEEP: _sweep,
}
RING_EVERY_S: Final[Mapping[str, float]] = {PLAN: 2.0, SEND: 2.0, RECEIPTS: 2.0, SWEEP: 20.0}


class OneQueueWorker(SimpleWorker):
    """Listens to one queue (RQ may lose a job of several when killed), forks for no job, and reconnects within 2 s."""

    max_connection_wait_time = 2.0


def serve(drain: str) -> None:
    """Works off the queue of one drain until told to stop."""
    configure_logs(f"worker-{drain}", os.environ.get("MOTCUA_LOG_LEVEL", "info"))
    held = _container()
    connection = Redis.from_url(held.settings.redis_url)
    worker = OneQueueWorker(
        [Queue(drain, connection=connection)], connection=connection, worker_ttl=30, maintenance_interval=30
    )
    try:
        worker.work(logging_level="WARNING")
    finally:
        if _sender.cache_info().currsize:
            _sender().close()
        held.close()


def ring_forever() -> None:
    """Rings every drain every few seconds, so that a ring lost with Valkey or a killed process costs only those."""
    configure_logs("ringer", os.environ.get("MOTCUA_LOG_LEVEL", "info"))
    held = _container()
    due = dict.fromkeys(RING_EVERY_S, 0.0)
    while True:
        now = time.monotonic()
        for drain, every in RING_EVERY_S.items():
            if now >= due[drain]:
                held.bell.ring(drain)
                due[drain] = now + every
        time.sleep(0.5)


@cache
def _sender() -> "Sender":
    # One for the life of the process: it keeps the gateways' connections open between runs.
    return build_sender(_container())


@cache
def _container() -> Container:
    return build_container(os.environ)
