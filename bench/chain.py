"""`python -m bench.chain [--count N] [--codes] [--json]`: from a change of status to the gateway (default 10,000).

The changes lie in the tables beforehand, each of its own dossier, person, phone and timeline entry, receipts are off,
and the clock runs from the bell until the sandbox's gateway has accepted every text. One plan worker and one send
worker do it; the limit is what the send worker alone then does with the same deliveries, and the least ratio is 0.4.

With --codes (default 30,000 changes) one one-time code a second is asked for meanwhile, and the limit is the speed of
the same chain without codes, of which it keeps 0.7.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bench.changes import Changes
from bench.ground import ground
from bench.memory import memory_of
from bench.pairs import Result, finish, in_turn, number_after, of_pairs
from bench.plan import lay_ground, without_receipts
from bench.urgent import Codes
from motcua.wiring.joins.edge import Container, build_container

_COUNT, _COUNT_CODES = 10_000, 30_000
_LEAST, _LEAST_CODES = 0.4, 0.7
_PAIRS: Final = 3
_CODE_EVERY_S: Final = 1.0
_MOST_CODES: Final = 300
_CHAIN: Final = ("sandbox", "worker-plan", "worker-send")


def measure(count: int = _COUNT, *, pairs: int = _PAIRS) -> Result:
    with ground() as place:
        held = build_container(place.environment)
        changes = lay_ground(place, held)
        with place.running(*_CHAIN) as supervisor:
            without_receipts(place)
            found = [(_tell(held, changes, count), _send_again(held, changes, count)) for _ in range(pairs)]
            memory = memory_of(supervisor)
        held.close()
    return of_pairs("chain", "messages/s", _LEAST, found).with_memory(memory)


def measure_codes(count: int = _COUNT_CODES, *, pairs: int = _PAIRS, codes: int = _MOST_CODES) -> Result:
    """The same chain with one-time codes and without, in turn."""
    with ground() as place:
        held = build_container(place.environment)
        changes, asking = lay_ground(place, held), Codes(held)
        with place.running(*_CHAIN, "worker-urgent") as supervisor:
            without_receipts(place)

            def figure() -> float:
                asking.prepare(codes)
                with _asked_for(asking):
                    return _tell_and_forget(held, changes, count)

            found = in_turn(pairs, figure, lambda: _tell_and_forget(held, changes, count))
            memory = memory_of(supervisor)
        held.close()
    return of_pairs("chain --codes", "messages/s", _LEAST_CODES, found).with_memory(memory)


def _tell(held: Container, changes: Changes, count: int) -> float:
    """Messages a second from the bell to the last one accepted."""
    changes.lay(count)
    begun = time.perf_counter()
    held.bell.ring("plan")
    changes.wait_until_taken(count)
    return count / (time.perf_counter() - begun)


def _tell_and_forget(held: Container, changes: Changes, count: int) -> float:
    rate = _tell(held, changes, count)
    changes.forget_texts()
    return rate


def _send_again(held: Container, changes: Changes, count: int) -> float:
    """Messages a second of the send worker alone, for the same deliveries."""
    changes.send_again()
    begun = time.perf_counter()
    held.bell.ring("send")
    changes.wait_until_taken(count)
    rate = count / (time.perf_counter() - begun)
    changes.forget_texts()
    return rate


@contextmanager
def _asked_for(asking: Codes) -> Iterator[None]:
    """While the block runs, somebody asks for a code every second."""
    over = threading.Event()
    failed: list[Exception] = []

    def ask() -> None:
        try:
            while not over.is_set():
                asking.ask()
                over.wait(_CODE_EVERY_S)
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=ask, name="codes", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failed:
        raise failed[0]


if __name__ == "__main__":
    if "--codes" in sys.argv:
        finish(measure_codes(number_after("--count", sys.argv, _COUNT_CODES)), sys.argv)
    else:
        finish(measure(number_after("--count", sys.argv, _COUNT)), sys.argv)
