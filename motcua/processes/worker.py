"""What RQ calls: `worker.run(drain)`, nothing else. The database says what the work is; the job only says "look"."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import StopRequested
from rq.worker import SimpleWorker
from sqlalchemy.exc import SQLAlchemyError

from auth.organisations.service.lapsed import watch_clients
from kernel.audit.keeping import keep_chain
from kernel.bell import LINGER_SECONDS, URGENT, queue_name
from kernel.database.clock_mark import Waiting, follow_clock
from kernel.database.servers import NotYetError
from kernel.idempotency import forget_old_answers
from kernel.observing.logs import configure_logs
from kernel.observing.metrics import DRAIN_FAILURES, EVENTS
from kernel.outbox import PLAN, drain_events
from kernel.work import Work
from migrations import require_schema
from motcua.wiring.container import Container, Settings, build_container, event_handlers, keep_house
from motcua.wiring.joins.residence import build_transmitter
from notify.notices.budget import watch_budgets
from notify.planning.handlers import SEND
from notify.receipts.applying import DRAIN as RECEIPTS
from notify.receipts.applying import apply_receipts, give_up_unmatched
from residence.nights.reminders import remind_lodgings
from residence.transmission.planner import DRAIN as RESIDENCE

if TYPE_CHECKING:
    from notify.sending.drain import SendDrain
    from residence.transmission.drain import TransmissionDrain

SWEEP: Final = "sweep"
TIME_SLICE_S: Final = 20.0
# Twice as many gain little, and what a chunk holds is seen by the next drain only when all of it is committed.
_CHUNK: Final = 100
_WITHOUT_BELL_S: Final = 0.5
_LOOK_AGAIN_S: Final = 1.0
_TELL_AGAIN_S: Final = 60.0
_LOOK_AT_CLOCK_S: Final = 2.0
_log = structlog.get_logger()


def run(drain: str) -> None:
    """Runs one drain until it is dry or its time slice is over; rings again if work is left.

    A failure is logged and counted, not raised: the ringer comes back in seconds, and RQ must keep no record of it.
    """
    held = _container()
    try:
        more = DRAINS[drain](held)
    except NotYetError as fault:
        # A database that is not the one we are written for: the work waits, as it did before we started.
        _log.warning("drain.waiting", drain=drain, reason=str(fault))
        time.sleep(_WITHOUT_BELL_S)
        return
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
    while time.monotonic() < ends and not _told_to_stop():
        tries = held.settings.event_tries
        taken = drain_events(held.database, handlers, chunk=_CHUNK, tries=tries, blameless=require_schema)
        EVENTS.inc(taken)
        if taken < _CHUNK:
            return False
    return True


def _send(_held: Container) -> bool:
    return _sender().run(time_slice_s=TIME_SLICE_S, told_to_stop=_told_to_stop)


def _urgent(_held: Container) -> bool:
    return _urgent_sender().run(time_slice_s=TIME_SLICE_S, told_to_stop=_told_to_stop)


def _receipts(held: Container) -> bool:
    """What gateways reported back moves deliveries. True when the slice ended before the receipts did."""
    ends, lingered = time.monotonic() + TIME_SLICE_S, False
    while time.monotonic() < ends and not _told_to_stop():
        with held.database.transaction() as session:
            applied = apply_receipts(session, held.notify.send.patience.receipt_within, held.notify.tariff)
        if not applied and lingered:
            return False
        lingered = not applied
        if lingered:
            # They are rung for lazily.
            time.sleep(LINGER_SECONDS)
    return True


def _residence(_held: Container) -> bool:
    return _transmitter().run(time_slice_s=TIME_SLICE_S, told_to_stop=_told_to_stop)


def _sweep(held: Container) -> bool:
    """Keeping house, and the audit chain, which is sealed and anchored whatever else has failed."""
    try:
        _keep_house(held)
    finally:
        more = keep_chain(held.database, held.vault, held.files, time_slice_s=TIME_SLICE_S, told_to_stop=_told_to_stop)
    return more


def _keep_house(held: Container) -> None:
    """Reminders, signing keys, and what has outlived its use."""
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        remind_lodgings(work)
        watch_budgets(work)
        watch_clients(work)
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        forget_old_answers(session, work.now())
        give_up_unmatched(session)
    keep_house(held)
    from motcua.wiring.sending import keep_zalo_tokens

    keep_zalo_tokens(held)


DRAINS: Final[Mapping[str, Callable[[Container], bool]]] = {
    PLAN: _plan,
    URGENT: _urgent,
    SEND: _send,
    RECEIPTS: _receipts,
    RESIDENCE: _residence,
    SWEEP: _sweep,
}
RING_EVERY_S: Final[Mapping[str, float]] = {
    PLAN: 2.0,
    URGENT: 2.0,
    SEND: 2.0,
    RECEIPTS: 2.0,
    RESIDENCE: 2.0,
    SWEEP: 20.0,
}


WAITING: Final = (
    Waiting("outbox_event", "next_attempt_at"),
    Waiting("delivery", "due_at", "valid_until", "held_until"),
    Waiting("transmission", "due_at"),
)


class BrokerAway(Exception):  # noqa: N818 - reads as what it says
    """RQ's worker lost its broker, and is to end instead of waiting for it."""


class OneQueueWorker(SimpleWorker):
    """Listens to one queue (RQ may lose a job of several when killed) and forks for no job. For the main thread."""

    told_to_stop = False

    def request_stop(self, signum: Any, frame: Any) -> None:
        OneQueueWorker.told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def subscribe(self) -> None:
        """Nobody sends commands by the broker, and a listener for them would outlive a worker whose broker is gone."""

    def heartbeat(self, *args: Any, **options: Any) -> None:
        try:
            super().heartbeat(*args, **options)
        except (RedisConnectionError, RedisTimeoutError) as error:
            # What RQ takes for a broker on its way back it waits for, and meanwhile no work would be done.
            raise BrokerAway from error


def _told_to_stop() -> bool:
    """A drain ends in the middle of its slice then: whoever takes this worker's place goes on with its work."""
    return OneQueueWorker.told_to_stop


def serve(drain: str) -> None:
    """Works off the queue of one drain until told to stop; by the clock while there is no broker to ring."""
    configure_logs(f"worker-{drain}", Settings.read(os.environ).kernel.log_level)
    held = _container()
    try:
        while not OneQueueWorker.told_to_stop:
            # The job that a killed predecessor had taken is gone with it.
            held.bell.ring(drain)
            _listen(drain, held.settings.redis_url)
            if not OneQueueWorker.told_to_stop:
                _work_without_bell(drain)
    except StopRequested:
        return
    finally:
        for sender in (_sender, _urgent_sender):
            if sender.cache_info().currsize:
                sender().close()
        if _transmitter.cache_info().currsize:
            _transmitter().close()
        held.close()


def _work_without_bell(drain: str) -> None:
    def stop_afterwards(_number: int, _frame: object) -> None:
        OneQueueWorker.told_to_stop = True

    # The handlers that RQ has left behind would break the drain off in the middle of its calls.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_afterwards)
    run(drain)
    time.sleep(_WITHOUT_BELL_S)


def _listen(drain: str, redis_url: str) -> None:
    """Until told to stop or until the broker fails: away, silent, or full."""
    # The library's own default is ten tries with growing pauses: deaf for half a minute after the broker is back.
    with Redis.from_url(redis_url, retry=Retry(NoBackoff(), 0)) as connection:
        queue = Queue(queue_name(drain), connection=connection)
        try:
            worker = OneQueueWorker([queue], connection=connection, worker_ttl=17, maintenance_interval=30)
            worker.work(logging_level="CRITICAL")
        except (RedisError, BrokerAway) as error:
            _log.warning("worker.broker_away", drain=drain, error=type(error).__name__)


def ring_forever() -> None:
    """Rings every drain every few seconds, so that a ring lost with Valkey or a killed process costs only those."""
    configure_logs("ringer", Settings.read(os.environ).kernel.log_level)
    held = _container()
    due = dict.fromkeys(RING_EVERY_S, 0.0)
    look_at = 0.0
    while True:
        now = time.monotonic()
        if now >= look_at:
            _follow_clock(held)
            look_at = now + _LOOK_AT_CLOCK_S
        for drain, every in RING_EVERY_S.items():
            if now >= due[drain]:
                held.bell.ring(drain)
                due[drain] = now + every
        time.sleep(0.5)


def _follow_clock(held: Container) -> None:
    try:
        with held.database.transaction() as session:
            follow_clock(session, WAITING)
    except SQLAlchemyError as error:
        _log.warning("clock.not_looked_at", error=type(error).__name__)


@cache
def _sender() -> "SendDrain":
    # One for the life of the process: it keeps the gateways' connections open between runs.
    from motcua.wiring.sending import build_sender

    return build_sender(_container())


@cache
def _urgent_sender() -> "SendDrain":
    from motcua.wiring.sending import build_sender

    return build_sender(_container(), urgent=True)


@cache
def _transmitter() -> "TransmissionDrain":
    held = _container()
    return build_transmitter(held.database, held.vault, held.clock, held.all_settings.transmission)


@cache
def _container() -> Container:
    """Waits until database and schema are there: who starts before the migration goes on by himself after it."""
    told, again_at = "", 0.0
    while True:
        try:
            return build_container(os.environ, drains=True)
        except NotYetError as fault:
            if str(fault) != told or time.monotonic() >= again_at:
                _log.warning("worker.waiting", reason=str(fault))
                told, again_at = str(fault), time.monotonic() + _TELL_AGAIN_S
            time.sleep(_LOOK_AGAIN_S)
