"""What others wait while a list of 10,000 guests is judged and declared: part of `python -m bench.residence`.

Twenty requests a second come at their moments, answered or not: hotels declare a guest, look at their night, and turn
the pages of their stays. In turn nothing else happens, and one long list after the other is worked at. 95 of 100
answers may take twice as long as in the idle system.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice
from math import ceil
from typing import Final

from bench import load
from bench.ground import Ground
from bench.paced import p95_ms, send_paced
from bench.residence_files import Lists, send_and_follow
from bench.residence_guests import guests, wire
from bench.residence_town import Hotel, open_hotels
from kernel.clock import local
from kernel.ids import new_id
from motcua.wiring.joins.edge import Container

SECONDS: Final = 12.0
PAIRS: Final = 3
TIMES: Final = 2.0
_A_SECOND: Final = 20
# One more than a multiple of three, so that each hotel asks each kind in turn.
_ASKING: Final = 61
_FIRST_GUEST: Final = 900_000
_WARMING_S: Final = 3.0
_PROCESSES: Final = ("api", "worker-batches", "cron")


@dataclass(frozen=True, slots=True)
class Beside:
    """Milliseconds at p95, of each turn: idle, and while lists were worked at; `lists` were."""

    turns: list[tuple[float, float]]
    lists: int

    @property
    def pairs(self) -> list[tuple[float, float]]:
        """(figure, limit) of each turn."""
        return [(busy, TIMES * idle) for idle, busy in self.turns]


def look(place: Ground, held: Container, lists: Lists, rows: int, *, pairs: int, seconds: float) -> Beside:
    """Measures both in turn, `seconds` each, `pairs` times."""
    asking = _requests(local(held.clock.now()).date(), open_hotels(held, _ASKING))
    with place.running(*_PROCESSES):
        (first,) = open_hotels(held, 1)
        took = send_and_follow(place, first, lists.next(rows), rows)
        # Made before: to write a workbook takes as long as to judge it. The second list may take half as long.
        files = [lists.next(rows) for _ in range(pairs * (2 + ceil(2 * seconds / took)))]
        sent = [*zip(open_hotels(held, len(files)), files, strict=True)]
        _p95(place, asking, min(seconds, _WARMING_S))
        turns, worked = [], 0
        for _ in range(pairs):
            idle = _p95(place, asking, seconds)
            busy, number = _while_working(place, sent, rows, lambda: _p95(place, asking, seconds))
            turns.append((idle, busy))
            worked += number
    return Beside(turns, worked)


def _while_working(
    place: Ground, sent: list[tuple[Hotel, bytes]], rows: int, measure: Callable[[], float]
) -> tuple[float, int]:
    """What is measured while one list after the other is worked at, and how many were."""
    over = threading.Event()

    def work() -> int:
        number = 0
        while not over.is_set():
            send_and_follow(place, *sent.pop(), rows)
            number += 1
        return number

    with ThreadPoolExecutor(1) as beside:
        working = beside.submit(work)
        try:
            found = measure()
        finally:
            over.set()
        return found, working.result()


def _p95(place: Ground, asking: Iterator[bytes], seconds: float) -> float:
    number = max(1, round(seconds * _A_SECOND))
    answered = send_paced(place.ports.api, list(islice(asking, number)), 1.0 / _A_SECOND)
    if any(not 200 <= status < 300 for status in answered.statuses):
        raise AssertionError(f"not what was to be measured: {answered.statuses} {answered.refusal}")
    return p95_ms(answered)


def _requests(day: date, hotels: Sequence[Hotel]) -> Iterator[bytes]:
    """A guest declared, a night looked at, a page of stays, without end and by one hotel after the other."""
    told = guests(day, first=_FIRST_GUEST)
    for place, hotel in enumerate(cycle(hotels)):
        headers, lodging = {"Authorization": f"Bearer {hotel.key}"}, f"/v1/lodgings/{hotel.lodging_id}"
        if place % 3 == 0:
            body = json.dumps({"guests": [wire(next(told))]}).encode()
            more = {"Content-Type": "application/json", "Idempotency-Key": str(new_id())}
            yield load.request("POST", f"{lodging}/stays", {**headers, **more}, body)
        else:
            yield load.request("GET", f"{lodging}/night?night={day}" if place % 3 == 1 else f"{lodging}/stays", headers)
