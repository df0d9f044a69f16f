"""What RQ calls: `worker.run(drain)`, nothing else. The database says what the work is; the job only says "look"."""

import gc
import os
import signal
import time
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

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

from kernel.bell import queue_name
from kernel.database.clock_mark import Waiting, follow_clock
from kernel.database.servers import NotYetError
from kernel.observing.logs import configure_logs
from kernel.observing.metrics import DRAIN_FAILURES
from kernel.part import Turn, load
from motcua.wiring.container import Container, Settings, open_container
from motcua.wiring.parts import PARTS, loops

TIME_SLICE_S: Final = 20.0
# So late are those that share a process with it.
SHARED_SLICE_S: Final = 5.0
_WITHOUT_BELL_S: Final = 0.5
_LOOK_AGAIN_S: Final = 1.0
_TELL_AGAIN_S: Final = 60.0
_LOOK_AT_CLOCK_S: Final = 2.0
LOOPS: Final = loops()
WAITING: Final = tuple(Waiting(each.table, each.due, *each.others) for part in PARTS for each in part.waiting)
_log = structlog.get_logger()


def run(drain: str) -> None:
    """Runs one drain until it is dry or its time slice is over; rings again if work is left.

    A failure is logged and counted, not raised: the ringer comes back in seconds, and RQ must keep no record of it.
    """
    held = _container()
    try:
        slice_s = TIME_SLICE_S if _alone(drain) else SHARED_SLICE_S
        more = load(LOOPS[drain].run)(held, Turn(slice_s, _told_to_stop))
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


def _of(queue: str) -> list[str]:
    """The drains of one queue."""
    return [name for name, loop in LOOPS.items() if loop.queue == queue]


def _alone(drain: str) -> bool:
    return len(_of(LOOPS[drain].queue)) == 1


def serve(queue: str) -> None:
    """Works off one queue until told to stop; by the clock while there is no broker to ring."""
    configure_logs(f"worker-{queue}", Settings.read(os.environ).kernel.log_level)
    held, drains = _container(), _of(queue)
    for drain in drains:
        load(LOOPS[drain].run)
    # Nothing that is loaded is ever garbage. A full collection would walk all of it: 142,000 objects were measured, and
    # 65 ms in which no code is sent.
    gc.freeze()
    try:
        while not OneQueueWorker.told_to_stop:
            for drain in drains:
                # The job that a killed predecessor had taken is gone with it.
                held.bell.ring(drain)
            _listen(queue, held.settings.redis_url)
            if not OneQueueWorker.told_to_stop:
                _work_without_bell(drains)
    except StopRequested:
        return
    finally:
        held.close()


def _work_without_bell(drains: Sequence[str]) -> None:
    def stop_afterwards(_number: int, _frame: object) -> None:
        OneQueueWorker.told_to_stop = True

    # The handlers that RQ has left behind would break the drain off in the middle of its calls.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_afterwards)
    for drain in drains:
        run(drain)
    time.sleep(_WITHOUT_BELL_S)


def _listen(name: str, redis_url: str) -> None:
    """Until told to stop or until the broker fails: away, silent, or full."""
    # The library's own default is ten tries with growing pauses: deaf for half a minute after the broker is back.
    with Redis.from_url(redis_url, retry=Retry(NoBackoff(), 0)) as connection:
        queue = Queue(queue_name(name), connection=connection)
        try:
            worker = OneQueueWorker([queue], connection=connection, worker_ttl=17, maintenance_interval=30)
            worker.work(logging_level="CRITICAL")
        except (RedisError, BrokerAway) as error:
            _log.warning("worker.broker_away", queue=name, error=type(error).__name__)


def ring_forever() -> None:
    """Rings every drain every few seconds, so that a ring lost with Valkey or a killed process costs only those."""
    configure_logs("ringer", Settings.read(os.environ).kernel.log_level)
    held = _container()
    due = dict.fromkeys(LOOPS, 0.0)
    look_at = 0.0
    while True:
        now = time.monotonic()
        if now >= look_at:
            _follow_clock(held)
            look_at = now + _LOOK_AT_CLOCK_S
        for drain, loop in LOOPS.items():
            if now >= due[drain]:
                held.bell.ring(drain)
                due[drain] = now + loop.every_s
        time.sleep(0.5)


def _follow_clock(held: Container) -> None:
    try:
        with held.database.transaction() as session:
            follow_clock(session, WAITING)
    except SQLAlchemyError as error:
        _log.warning("clock.not_looked_at", error=type(error).__name__)


@cache
def _container() -> Container:
    """Waits until database and schema are there: who starts before the migration goes on by himself after it."""
    told, again_at = "", 0.0
    while True:
        try:
            return open_container(os.environ, drains=True)
        except NotYetError as fault:
            if str(fault) != told or time.monotonic() >= again_at:
                _log.warning("worker.waiting", reason=str(fault))
                told, again_at = str(fault), time.monotonic() + _TELL_AGAIN_S
            time.sleep(_LOOK_AGAIN_S)
