"""RQ is a bell, not a ledger: a job says "there may be work", the database says what the work is.

No job is queued while one is: whoever takes that one will see the new work too. The queue itself is looked at, since
a key of our own would stay behind, shut, whenever somebody died or fell silent between it and the queue. Those who
look at the same moment may queue a job each, which costs milliseconds. A lost ring costs seconds, because the ringer
process rings every drain every few seconds.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

URGENT: Final = "urgent"
"""The drain of messages that a person is waiting for, such as one-time codes."""
_PREFIX: Final = "motcua:"
RING_TTL_SECONDS = 60
LINGER_SECONDS = 0.25
"""A drain that is rung for lazily looks once more so long after it found nothing."""
_RETRY_AFTER_FAILURE = 1.0
# Well below LINGER_SECONDS: the run that the last ring began still sees what was committed without one.
_LAZY_SECONDS = 0.1
_log = structlog.get_logger()


def queue_name(drain: str) -> str:
    """The queue of a drain. The broker may be shared, and other programs have queues called "send" as well."""
    return _PREFIX + drain


def connect(redis_url: str, *, timeout: float = 0.5) -> redis.Redis:
    """A client that gives up fast: a citizen's request must not wait for a broker that is away."""
    # The library's own default is ten tries with growing pauses, seconds in all.
    once = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(redis_url, socket_connect_timeout=timeout, socket_timeout=timeout, retry=once)


class Bell:
    """`queues`: drain -> queue, of those that share one."""

    def __init__(
        self,
        connection: redis.Redis,
        *,
        queues: Mapping[str, str] | None = None,
        job_timeout: int = 600,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queues = queues or {}
        self._connection = connection
        self._job_timeout = job_timeout
        self._now = now
        self._silent_until = 0.0
        self._rang_at: dict[str, float] = {}

    def ring(self, drain: str) -> bool:
        """Queues one run of `drain` unless one is queued already. Never raises; False when the ring was lost."""
        if self._now() < self._silent_until:
            return False
        try:
            queue = Queue(queue_name(self._queues.get(drain, drain)), connection=self._connection)
            if not self._is_queued(queue, drain):
                queue.enqueue(
                    "motcua.processes.worker.run",
                    drain,
                    job_id=f"{drain}-{uuid4().hex}",
                    ttl=RING_TTL_SECONDS,
                    result_ttl=0,
                    failure_ttl=0,
                    job_timeout=self._job_timeout,
                    description=drain,
                )
        except redis.RedisError as error:
            self._silent_until = self._now() + _RETRY_AFTER_FAILURE
            _log.warning("bell.lost", drain=drain, error=type(error).__name__)
            return False
        return True

    def _is_queued(self, queue: Queue, drain: str) -> bool:
        queued: Any = self._connection.lrange(queue.key, 0, -1)
        return any(job.decode().rpartition("-")[0] == drain for job in queued)

    def ring_lazily(self, drain: str) -> None:
        """For what comes by the hundred a second: rings unless this process did so just now. Never raises.

        Only for a drain that lingers (LINGER_SECONDS): one that ends as soon as it is dry may have missed the latest.
        """
        now = self._now()
        if now - self._rang_at.get(drain, -_LAZY_SECONDS) >= _LAZY_SECONDS:
            # Noted before the ring, so that no other thread waits for its answer.
            self._rang_at[drain] = now
            self.ring(drain)
