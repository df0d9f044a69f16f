"""The scene of the row `residence`: a running system, its hotels, and what they were told is declared."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text

from bench.faults.hotels import Hotels, guest_of
from bench.ground import Ground
from journey.outside import OutsideParty
from motcua.local.embedded import Supervisor
from motcua.wiring.container import Container
from residence.guests import GuestDeclaration


@dataclass(slots=True)
class Scene:
    """What the row acts upon. `taken`: (account, document) of each guest whose declaration was taken, and when."""

    place: Ground
    supervisor: Supervisor
    held: Container
    hotels: Hotels
    authority: OutsideParty
    day: date
    taken: dict[tuple[str, str], float] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 900_000)))
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def guest(self) -> GuestDeclaration:
        with self.lock:
            return guest_of(self.day, next(self.numbers))

    def note(self, place: int, guests: list[GuestDeclaration]) -> None:
        now = time.time()
        with self.lock:
            self.taken |= {(self.hotels.accounts[place], guest.document_number): now for guest in guests}

    def strike(self, name: str) -> None:
        """Kills a process and all it started, and returns once another one runs in its place."""
        old = self._pid(name)
        if old is not None:
            os.killpg(old, signal.SIGKILL)
        ends = time.monotonic() + 60
        while self._pid(name) in (None, old) and time.monotonic() < ends:
            time.sleep(0.02)

    def _pid(self, name: str) -> int | None:
        return next((each.pid for each in self.supervisor.status() if each.name == name), None)

    def number(self, query: str) -> int:
        """What a query counts."""
        with self.held.database.reading() as connection:
            return int(connection.scalar(text(query)) or 0)


def wait_until(holds: Callable[[], bool], within_s: float) -> None:
    """Until it holds, or the time is over."""
    ends = time.monotonic() + within_s
    while not holds() and time.monotonic() < ends:
        time.sleep(0.01)
