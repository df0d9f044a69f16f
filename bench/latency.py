"""`python -m bench.latency [--backlog N] [--json]`: from an urgent message's commit to its request at the provider.

A one-time code enters as it does in the product: an event in the outbox of a committed transaction. Without a word: in
an idle system, against a bare RQ job on the same broker, from its enqueueing until it runs; the limit is three times
its median and five times its 99th percentile.

With --backlog: 300 codes, ten a second, while so many notices drain. Half
of these are still events and half of them texts, and more are laid until the last code is asked for; the limit of the
99th percentile is 300 ms.
"""

import itertools
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from statistics import median
from typing import Final
from uuid import UUID

from redis import Redis
from rq import Queue

from bench.backlog import plan_texts, repeat_event, settle_all, still_open, tell_once
from bench.bare_job import NOTED, QUEUE, note
from bench.ground import ground
from bench.pairs import PAIRS, Result, finish, in_turn, number_after
from bench.urgent import Codes, Intake
from journey.handset import wait
from motcua.wiring.joins.edge import Container, build_container

_PROCESSES: Final = (
    "sandbox",
    "api",
    "worker-plan",
    "worker-urgent",
    "worker-send",
    "worker-receipts",
    "worker-sweep",
    "cron",
)
_SAMPLES: Final = 200
_BACKLOG_SAMPLES: Final = 300
_BACKLOG_PAIRS: Final = 3
_P50_TIMES, _P99_TIMES = 3.0, 5.0
_BACKLOG_MS: Final = 300.0
_CODES_A_SECOND: Final = 10
_GAP_S: Final = (0.04, 0.16)
_PATIENCE_S: Final = 60.0
_CHUNK: Final = 5000


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds. `behind`: of how many codes it is known that notices waited when they were asked for."""

    p50: float
    p99: float
    behind: int = 0


def measure(*, samples: int = _SAMPLES, pairs: int = PAIRS) -> Result:
    """`figure` and `limit` are those of the percentile that comes nearer to its limit; `more` has both."""
    with ground() as place, place.running(*_PROCESSES), place.keeping(place.module("bench.bare_job")):
        held = build_container(place.environment)
        codes, intake = Codes(held), Intake(place.sandbox_url)
        sides = (lambda: _ours(codes, intake, samples), lambda: _bare(held.redis, samples))
        _ours(codes, intake, 10)
        _bare(held.redis, 10)
        found = in_turn(pairs, *sides)
        intake.close()
        held.close()
    return _beside_a_job(found)


def measure_backlog(number: int, *, samples: int = _BACKLOG_SAMPLES, pairs: int = _BACKLOG_PAIRS) -> Result:
    """Each run lays its own backlog and keeps laying until its last code has been asked for."""
    with ground() as place, place.running(*_PROCESSES):
        held = build_container(place.environment)
        codes, intake = Codes(held), Intake(place.sandbox_url)
        told = tell_once(place, held)
        _ours(codes, intake, 10)
        phones = itertools.count()
        found = [_behind_backlog(held, codes, intake, told, number, phones, samples) for _ in range(pairs)]
        intake.close()
        held.close()
    return Result(
        name=f"latency --backlog {number}",
        figure=median(busy.p99 for busy in found),
        limit=_BACKLOG_MS,
        ratio=median(_BACKLOG_MS / busy.p99 for busy in found),
        unit="ms",
        least=1.0,
        pairs=tuple((busy.p99, _BACKLOG_MS) for busy in found),
        more={
            "p50_ms": median(busy.p50 for busy in found),
            "codes": samples,
            "behind_backlog": min(busy.behind for busy in found),
        },
    )


def _behind_backlog(
    held: Container,
    codes: Codes,
    intake: Intake,
    told: UUID,
    number: int,
    phones: "itertools.count[int]",
    samples: int,
) -> Spread:
    """So many codes, ten a second, while notices wait all the time."""
    codes.prepare(samples)
    _lay(held, told, number, phones)
    begun: dict[str, float] = {}
    behind = 0
    for _ in range(samples):
        to, at = codes.ask()
        begun[to] = at
        left = min(still_open(held))
        behind += left > 0
        if left < number // 3:
            _lay(held, told, number // 2, phones)
        time.sleep(random.uniform(0.5, 1.5) / _CODES_A_SECOND)
    taken = intake.times(set(begun))
    settle_all(held)
    return replace(_spread([taken[to] - at for to, at in begun.items()]), behind=behind)


def _beside_a_job(found: Sequence[tuple[Spread, Spread]]) -> Result:
    p50s = [(ours.p50, _P50_TIMES * bare.p50) for ours, bare in found]
    p99s = [(ours.p99, _P99_TIMES * bare.p99) for ours, bare in found]
    ratios = [median(limit / figure for figure, limit in pairs) for pairs in (p50s, p99s)]
    nearer = (p50s, p99s)[ratios.index(min(ratios))]
    return Result(
        name="latency",
        figure=median(figure for figure, _ in nearer),
        limit=median(limit for _, limit in nearer),
        ratio=min(ratios),
        unit="ms",
        least=1.0,
        pairs=tuple(nearer),
        more={
            "p50_ms": median(ours.p50 for ours, _ in found),
            "p99_ms": median(ours.p99 for ours, _ in found),
            "bare_p50_ms": median(bare.p50 for _, bare in found),
            "bare_p99_ms": median(bare.p99 for _, bare in found),
            "ratio_p50": ratios[0],
            "ratio_p99": ratios[1],
        },
    )


def _ours(codes: Codes, intake: Intake, samples: int) -> Spread:
    codes.prepare(samples)
    begun: dict[str, float] = {}
    for _ in range(samples):
        to, at = codes.ask()
        begun[to] = at
        _pause()
    taken = intake.times(set(begun))
    return _spread([taken[to] - at for to, at in begun.items()])


def _bare(redis: Redis, samples: int) -> Spread:
    queue = Queue(QUEUE, connection=redis)
    redis.delete(NOTED)
    begun = []
    for _ in range(samples):
        begun.append(time.time())
        queue.enqueue(note, result_ttl=0)
        _pause()
    wait(lambda: redis.llen(NOTED) == samples, "the last job", _PATIENCE_S)
    ran = [float(at) for at in redis.lrange(NOTED, 0, -1)]
    return _spread([at - before for before, at in zip(begun, ran, strict=True)])


def _pause() -> None:
    """So long that most find the system idle, and never in step with anything that it does by the clock."""
    time.sleep(random.uniform(*_GAP_S))


def _spread(seconds: Sequence[float]) -> Spread:
    """The 99th percentile by its nearest rank: that many of a hundred were no slower."""
    ordered = sorted(each * 1e3 for each in seconds)
    return Spread(median(ordered), ordered[ceil(len(ordered) * 0.99) - 1])


def _lay(held: Container, told: UUID, number: int, phones: "itertools.count[int]") -> None:
    repeat_event(held, told, number // 2)
    for _ in range(0, number - number // 2, _CHUNK):
        plan_texts(held, list(itertools.islice(phones, _CHUNK)))
    for drain in ("plan", "send"):
        held.bell.ring(drain)


if __name__ == "__main__":
    backlog = number_after("--backlog", sys.argv, 0)
    finish(measure_backlog(backlog) if backlog else measure(), sys.argv)
