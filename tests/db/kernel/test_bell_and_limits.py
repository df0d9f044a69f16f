"""Valkey carries the bell and the counters, and may vanish: no caller ever notices."""

import pytest
import redis
from rq import Queue

from kernel.bell import LINGER_SECONDS, Bell, connect, queue_name
from kernel.errors import DomainError
from kernel.limits import Limiter

GONE = "unix:///nonexistent/valkey.sock"


def test_one_job_is_queued_until_somebody_takes_it(clean_redis: str) -> None:
    connection = redis.Redis.from_url(clean_redis)
    bell, queue = Bell(connection), Queue(queue_name("plan"), connection=connection)
    assert [bell.ring("plan") for _ in range(5)] == [True] * 5
    assert len(queue) == 1
    assert bell.ring("send")
    assert len(Queue(queue_name("send"), connection=connection)) == 1
    for _ in range(2):
        # As a worker does that dies the moment after.
        assert connection.lpop(queue.key) is not None
        bell.ring("plan")
        assert len(queue) == 1
    assert [job.args for job in queue.jobs] == [("plan",)]
    connection.close()


def test_drains_that_share_a_queue_have_a_job_each(clean_redis: str) -> None:
    connection = redis.Redis.from_url(clean_redis)
    bell = Bell(connection, queues={"late": "sweep"})
    for drain in ("late", "sweep", "late", "sweep"):
        assert bell.ring(drain)
    assert [job.args for job in Queue(queue_name("sweep"), connection=connection).jobs] == [("late",), ("sweep",)]
    connection.close()


def test_a_broker_may_be_shared_with_another_program(clean_redis: str) -> None:
    connection = redis.Redis.from_url(clean_redis)
    theirs = Queue("send", connection=connection)
    theirs.enqueue("other.task")
    assert Bell(connection).ring("send")
    assert [job.func_name for job in theirs.jobs] == ["other.task"]
    assert [job.func_name for job in Queue(queue_name("send"), connection=connection).jobs] == [
        "motcua.processes.worker.run"
    ]
    connection.close()


def test_a_ring_without_valkey_is_lost_quietly() -> None:
    bell = Bell(connect(GONE))
    assert bell.ring("plan") is False


@pytest.mark.parametrize("gone", [False, True])
def test_tries_are_limited_with_and_without_valkey(clean_redis: str, gone: bool) -> None:
    connection = connect(GONE if gone else clean_redis)
    limiter = Limiter(connection)
    for _ in range(3):
        limiter.hit("lookup", "a", limit=3, window_s=60)
    with pytest.raises(DomainError, match="too_many_requests") as caught:
        limiter.hit("lookup", "a", limit=3, window_s=60)
    limiter.hit("lookup", "b", limit=3, window_s=60)
    assert 1 <= caught.value.params["retry_after"] <= 61
    connection.close()


def test_a_flood_of_made_up_keys_does_not_free_whom_it_floods_beside() -> None:
    connection = connect(GONE)
    limiter = Limiter(connection)
    limiter.hit("login", "a", limit=2, window_s=3600)
    for number in range(40_000):
        limiter.hit("login", f"made-up-{number}", limit=2, window_s=3600)
    limiter.hit("login", "a", limit=2, window_s=3600)
    for number in range(40_000, 80_000):
        limiter.hit("login", f"made-up-{number}", limit=2, window_s=3600)
    with pytest.raises(DomainError, match="too_many_requests"):
        limiter.hit("login", "a", limit=2, window_s=3600)
    connection.close()


def test_processes_count_together(clean_redis: str) -> None:
    connection = connect(clean_redis)
    for _ in range(2):
        Limiter(connection).hit("lookup", "a", limit=2, window_s=60)
    with pytest.raises(DomainError, match="too_many_requests"):
        Limiter(connection).hit("lookup", "a", limit=2, window_s=60)
    connection.close()


def test_what_comes_by_the_hundred_rings_now_and_then(clean_redis: str) -> None:
    connection, passed = redis.Redis.from_url(clean_redis), [0.0]
    bell = Bell(connection, now=lambda: passed[0])
    queue = Queue(queue_name("receipts"), connection=connection)

    def taken() -> bool:
        return connection.lpop(queue.key) is not None

    bell.ring_lazily("receipts")
    assert taken()
    bell.ring_lazily("receipts")
    assert not taken()
    bell.ring_lazily("plan")
    assert len(Queue(queue_name("plan"), connection=connection)) == 1
    # Whoever took the first job looks again after this time, and whatever comes from now on may ring.
    passed[0] += LINGER_SECONDS
    bell.ring_lazily("receipts")
    assert taken()
    connection.close()
