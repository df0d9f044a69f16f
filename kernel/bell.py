"""RQ is a bell, not a ledger: a job says "there may be work", the database says what the work is.

No job is queued while one is: whoever takes that one will see the new work too. The queue itself is looked at, since
a key of our own would stay behind, shut, whenever somebody died or fell silent between it and the queue. Those who
look at the same moment may queue a job each, which costs milliseconds. A lost ring costs seconds, because the ringer
process rings every drain every few seconds.
"""

import time

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

RING_TTL_SECONDS = 60
_RETRY_AFTER_FAILURE = 1.0
_log = structlog.get_logger()


def connect(redis_url: str, *, timeout: float = 0.5) -> redis.Redis:
    """A client that gives up fast: a citizen's request must not wait for a broker that is away."""
    # The library's own default is ten tries with growing pauses, seconds in all.
    once = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(redis_url, socket_connect_timeout=timeout, socket_timeout=timeout, retry=once)


class Bell:
    def __init__(self, connection: redis.Redis, *, job_timeout: int = 600) -> None:
        self._connection = connection
        self._job_timeout = job_timeout
        self._silent_until = 0.0

    def ring(self, drain: str) -> bool:
        """Queues one run of `drain` unless one is queued already. Never raises; False when the ring was lost."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            queue = Queue(drain, connection=self._connection)
            if queue.count == 0:
                queue.enqueue(
                    "worker.run",
                    drain,
                    ttl=RING_TTL_SECONDS,
                    result_ttl=0,
                    failure_ttl=0,
                    job_timeout=self._job_timeout,
                    description=drain,
                )
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + _RETRY_AFTER_FAILURE
            _log.warning("bell.lost", drain=drain, error=type(error).__name__)
            return False
        return True
