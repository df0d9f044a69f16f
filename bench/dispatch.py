"""`python -m bench.dispatch [--latency MS] [--json]`: one worker process sends planned texts through the real drain.

To the sandbox's gateway on loopback, receipts off, against a bare loop of the async Twilio client with as many calls in
flight. The worker is the one of production: rung by the bell, its ledger in the database.

With `--latency` the gateway answers after so many milliseconds, and receipts come back at 200 a second, to the web and
its drain, while either side sends. The worker's CPU a message is measured as well, beside the bare loop's.
"""

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Final

from sqlalchemy import select, text

from bench.backlog import plan_texts
from bench.bare_twilio import IN_FLIGHT
from bench.ground import Ground, cpu_s, ground, process_of
from bench.load import ROOT
from bench.memory import memory_of
from bench.pairs import PAIRS, Result, finish, interleave, number_after
from journey.handset import wait
from journey.outside import OutsideParty
from motcua.wiring.joins.edge import Container, build_container
from notify.models import Delivery

_LEAST: Final = 0.5
_COUNT: Final = 2000
_LEAST_SLOW: Final = 0.6
_MOST_CPU: Final = 1.8
_RECEIPTS_A_SECOND: Final = 200
# By the indexes of open work alone: what is asked again and again must not cost what is measured.
_UNDONE: Final = text("""
SELECT EXISTS (SELECT FROM delivery WHERE state IN ('queued', 'waiting')) OR
    EXISTS (SELECT FROM delivery WHERE state = 'sending')
""")
_TAKEN: Final = frozenset({"accepted", "delivered"})
_PATIENCE_S: Final = 60.0
_POLL_S: Final = 0.01


def measure() -> Result:
    with ground() as place, place.running("sandbox", "worker-send"):
        OutsideParty(place.sandbox_url, "twilio").turn(receipts={"enabled": False})
        held = _container(place)
        numbers = itertools.count()
        _drain(held, numbers, 50)
        result = interleave(
            "dispatch", "messages/s", _LEAST, lambda: _drain(held, numbers, _COUNT), lambda: _bare(place)[0]
        )
        held.close()
        return result


def measure_slow(latency_ms: int, *, count: int = _COUNT, pairs: int = PAIRS) -> Result:
    """Beside the rates, in `more`: CPU a message in milliseconds of either side, and their ratio, at most 1.8."""
    with ground() as place, place.running("sandbox", "api", "worker-send", "worker-receipts") as supervisor:
        _slow_down(place, latency_ms)
        held = _container(place)
        worker = process_of(supervisor, "worker-send")
        ours, bare, numbers = list[float](), list[float](), itertools.count()

        def figure() -> float:
            before = cpu_s(worker)
            rate = _drain(held, numbers, count)
            ours.append((cpu_s(worker) - before) / count)
            return rate

        def limit() -> float:
            rate, each_s = _bare(place, count)
            bare.append(each_s)
            return rate

        # So many receipts wait now that they keep coming to the end.
        _drain(held, numbers, count)
        result = interleave(f"dispatch --latency {latency_ms}", "messages/s", _LEAST_SLOW, figure, limit, pairs=pairs)
        held.close()
        return result.with_memory(memory_of(supervisor)).with_more(
            {
                "cpu_ms": median(ours) * 1e3,
                "bare_cpu_ms": median(bare) * 1e3,
                "cpu_ratio": median(one / other for one, other in zip(ours, bare, strict=True)),
                "cpu_ratio_at_most": _MOST_CPU,
            }
        )


def _slow_down(place: Ground, latency_ms: int) -> None:
    gateway = OutsideParty(place.sandbox_url, "twilio")
    receipts = {"delay_ms": [20, 200], "double": 0.0, "per_second": _RECEIPTS_A_SECOND}
    gateway.fail("slow", op="send", ms=latency_ms)
    gateway.turn(receipts=receipts)


def _container(place: Ground) -> Container:
    held = build_container(place.environment)
    if held.notify.send.in_flight != IN_FLIGHT:
        raise AssertionError("the two sides have different numbers of calls in flight")
    return held


def _drain(held: Container, numbers: Iterator[int], count: int) -> float:
    """Plans `count` texts, rings, and waits until the last outcome is recorded."""
    plan_texts(held, list(itertools.islice(numbers, count)))
    begun = time.perf_counter()
    held.bell.ring("send")
    wait(lambda: _done(held), "the last text", _PATIENCE_S, every_s=_POLL_S)
    rate = count / (time.perf_counter() - begun)
    _check_accepted(held)
    return rate


def _bare(place: Ground, count: int = _COUNT) -> tuple[float, float]:
    """Messages a second, and seconds of CPU a message."""
    base_url = place.environment["MOTCUA_TWILIO_BASE_URL"]
    argv = [sys.executable, "-m", "bench.bare_twilio", base_url, str(count)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True, timeout=_PATIENCE_S)
    rate, each_s = map(float, done.stdout.split())
    return rate, each_s


def _done(held: Container) -> bool:
    with held.database.reading() as connection:
        return not connection.scalar(_UNDONE)


def _check_accepted(held: Container) -> None:
    with held.database.reading() as connection:
        states = set(connection.scalars(select(Delivery.state).distinct()))
    if not states <= _TAKEN:
        raise AssertionError(f"not every text was taken by the gateway: {states}")


if __name__ == "__main__":
    latency_ms = number_after("--latency", sys.argv, 0)
    finish(measure_slow(latency_ms) if latency_ms else measure(), sys.argv)
