"""The evening: `python -m bench.residence --peak [--lodgings N] [--minutes M]`.

2,000 lodgings declare 20 guests each, at an even pace over five minutes, to two web workers, while the outbox is
drained and the declarations go to the sandbox's authority; the whole system runs, and loopback is its only network.
Nothing may be refused, 95 of 100 answers come within five times of what they take in the idle system, and every
declaration is at the authority before the peak is ten minutes old. With fewer lodgings the pace is the same unless
minutes are given, and what comes after may last as long as the peak itself.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import text

from bench import load
from bench.ground import Ground, ground
from bench.memory import memory_of
from bench.paced import Paced, p95_ms, send_paced
from bench.pairs import Result
from bench.residence_guests import guests, wire
from bench.residence_town import Hotel, open_hotels
from journey.handset import wait
from journey.outside import OutsideParty
from kernel.clock import local
from kernel.ids import new_id
from motcua.processes.start import QUEUES
from motcua.wiring.joins.edge import Container, build_container
from residence.guests import GuestDeclaration

LODGINGS: Final = 2000
GUESTS: Final = 20
_PACE_S: Final = 300.0 / LODGINGS
_IDLE: Final = 60
_IDLE_EVERY_S: Final = 0.5
_TIMES: Final = 5.0
_WARMING: Final = 20
_PROCESSES: Final = ("sandbox", "api", *(f"worker-{queue}" for queue in QUEUES), "cron")
_AT_THE_AUTHORITY: Final = text("SELECT count(*) FROM transmission_item WHERE state IN ('transmitted', 'confirmed')")
_MOST_WAITED_S: Final = 1200.0


@dataclass(frozen=True, slots=True)
class Evening:
    """`settled_s`: from the first report of the peak until all that was declared was at the authority."""

    idle: Paced
    peak: Paced
    settled_s: float
    allowed_s: float


def measure(lodgings: int = LODGINGS, seconds: float | None = None, *, idle: int = _IDLE) -> Result:
    """`figure` and `limit` are of the answers or of the authority, whichever comes nearer; a refusal makes it 0."""
    peak_s = lodgings * _PACE_S if seconds is None else seconds
    with ground() as place:
        held = build_container(place.environment)
        hotels = open_hotels(held, _WARMING + idle + lodgings)
        with place.running(*_PROCESSES) as supervisor:
            evening = _evening(place, held, hotels, idle, peak_s)
            _check_imported(place, len(hotels), evening.peak)
            memory = memory_of(supervisor)
        held.close()
    return _result(evening, lodgings).with_memory(memory)


def _evening(place: Ground, held: Container, hotels: Sequence[Hotel], alone: int, peak_s: float) -> Evening:
    told = guests(local(held.clock.now()).date())
    requests = [_report(hotel, told) for hotel in hotels]
    before = _WARMING + alone
    number = len(requests) - before
    send_paced(place.ports.api, requests[:_WARMING], _IDLE_EVERY_S)
    idle = send_paced(place.ports.api, requests[_WARMING:before], _IDLE_EVERY_S)
    _wait_settled(held, before * GUESTS)
    begun = time.perf_counter()
    peak = send_paced(place.ports.api, requests[-number:], peak_s / number)
    _wait_settled(held, (before + peak.statuses.get(201, 0)) * GUESTS)
    return Evening(idle, peak, time.perf_counter() - begun, 2 * peak_s)


def _report(hotel: Hotel, told: Iterator[GuestDeclaration]) -> bytes:
    """The evening of one lodging in one request."""
    body = json.dumps({"guests": [wire(guest) for guest in islice(told, GUESTS)]}).encode()
    headers = {
        "Authorization": f"Bearer {hotel.key}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(new_id()),
    }
    return load.request("POST", f"/v1/lodgings/{hotel.lodging_id}/stays", headers, body)


def _wait_settled(held: Container, declared: int) -> None:
    def all_there() -> bool:
        with held.database.reading() as connection:
            return bool(connection.scalar(_AT_THE_AUTHORITY) >= declared)

    wait(all_there, "the last declaration at the authority", _MOST_WAITED_S)


def _check_imported(place: Ground, lodgings: int, peak: Paced) -> None:
    """The authority has every guest, and none of them twice. Of a report that was refused, or whose answer never came,
    it is not known whether it is there: then it is only said why."""
    with closing(OutsideParty(place.sandbox_url, "authority")) as authority:
        told: Any = authority.look("imported", limit=1)
    if peak.refusal:
        print(f"statuses {peak.statuses}, the last refusal: {peak.refusal}", file=sys.stderr)
    elif told["total"] != lodgings * GUESTS:
        raise AssertionError(f"{told['total']} of {lodgings * GUESTS} guests at the authority")
    if told["doubled"]:
        raise AssertionError(f"{told['doubled']} guests twice at the authority")


def _result(evening: Evening, lodgings: int) -> Result:
    p95, limit = p95_ms(evening.peak), _TIMES * p95_ms(evening.idle)
    refused = sum(times for status, times in evening.peak.statuses.items() if status != 201)
    ratios = {"answers": limit / p95, "authority": evening.allowed_s / evening.settled_s}
    name = min(ratios, key=lambda each: ratios[each])
    figure, above, unit = (
        (p95, limit, "ms at p95") if name == "answers" else (evening.settled_s, evening.allowed_s, "s to be there")
    )
    return Result(
        name=f"residence --peak ({name})",
        figure=figure,
        limit=above,
        ratio=0.0 if refused else ratios[name],
        unit=unit,
        least=1.0,
        pairs=((figure, above),),
        more={
            "lodgings": lodgings,
            "refused": refused,
            "p95_ms": p95,
            "idle_p95_ms": limit / _TIMES,
            "settled_s": evening.settled_s,
            "peak_and_as_long_again_s": evening.allowed_s,
            **{f"ratio_{each}": ratio for each, ratio in ratios.items()},
        },
    )
