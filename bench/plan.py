"""`python -m bench.plan [--count N] [--json]`: changes of status planned by one plan worker (default 20,000).

The changes lie in the tables beforehand, each of its own dossier, person, phone and timeline entry, and the clock runs
from the bell to the last one. The limit is half of the messages a second that one send worker then sends of the same
deliveries to the sandbox's gateway, receipts off.
"""

import sys
import time
from contextlib import closing
from typing import Final

from bench.backlog import tell_once
from bench.changes import Changes
from bench.ground import Ground, ground
from bench.pairs import Result, finish, number_after, of_pairs
from journey.outside import OutsideParty
from motcua.wiring.joins.edge import Container, build_container

_COUNT: Final = 20_000
_LEAST: Final = 0.5
_PAIRS: Final = 3
# To tell the one citizen whose change is copied.
_STORY: Final = ("sandbox", "api", "worker-plan", "worker-urgent", "worker-send")


def measure(count: int = _COUNT, *, pairs: int = _PAIRS) -> Result:
    with ground() as place:
        held = build_container(place.environment)
        changes = lay_ground(place, held)
        found = [(_plan(place, held, changes, count), _send(place, held, changes, count)) for _ in range(pairs)]
        held.close()
    return of_pairs("plan", "events/s", _LEAST, found)


def _plan(place: Ground, held: Container, changes: Changes, count: int) -> float:
    """Changes a second that one plan worker plans; their texts are held back."""
    with place.running("worker-plan"):
        changes.lay(count)
        begun = time.perf_counter()
        held.bell.ring("plan")
        changes.wait_until_planned()
        rate = count / (time.perf_counter() - begun)
    changes.hold_texts()
    return rate


def _send(place: Ground, held: Container, changes: Changes, count: int) -> float:
    """Texts a second that one send worker gets accepted of those held back."""
    with place.running("sandbox", "worker-send"):
        without_receipts(place)
        changes.release_texts()
        begun = time.perf_counter()
        held.bell.ring("send")
        changes.wait_until_taken(count)
        rate = count / (time.perf_counter() - begun)
    changes.forget_texts()
    return rate


def lay_ground(place: Ground, held: Container) -> Changes:
    """One citizen is told of one change by the whole system, for copies of it."""
    with place.running(*_STORY):
        without_receipts(place)
        changes = Changes(held, tell_once(place, held))
        changes.wait_until_taken()
    changes.forget_texts()
    return changes


def without_receipts(place: Ground) -> None:
    with closing(OutsideParty(place.sandbox_url, "twilio")) as gateway:
        gateway.turn(receipts={"enabled": False})


if __name__ == "__main__":
    finish(measure(number_after("--count", sys.argv, _COUNT)), sys.argv)
