"""The people whose work goes on: orders committed at a steady pace, whatever breaks meanwhile."""

import threading
import time
from collections.abc import Iterator
from typing import Final

from bench.faults.arena import Order, Subject

PER_SECOND: Final = 10.0
_ROLLED_BACK: Final = 25
_AGAIN_S: Final = 0.1


class Writer:
    """A thread from `start` to `stop`. `ordered`: phone -> when its commit was promised.

    An order whose commit broke is tried again until it is promised, as a person does who sees an error. Some are given
    up before their commit: nobody may hear of those.
    """

    def __init__(self, subject: Subject, orders: Iterator[Order]) -> None:
        self._subject = subject
        self._orders = orders
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
        self.ordered: dict[str, float] = {}
        self.broken = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _write(self) -> None:
        begun = time.monotonic()
        for number, order in enumerate(self._orders, 1):
            if self._over.wait(max(0.0, begun + number / PER_SECOND - time.monotonic())):
                return
            if number % _ROLLED_BACK == 0:
                self._give_up(order)
            else:
                self._insist(order)

    def _give_up(self, order: Order) -> None:
        try:
            self._subject.roll_back(order)
        except Exception:  # whatever is broken at this moment breaks it off just as well
            self.broken += 1

    def _insist(self, order: Order) -> None:
        while True:
            began = time.time()
            try:
                self._subject.carry_out(order)
            except Exception:  # the drill breaks everything, so anything may come up here
                self.broken += 1
                if self._over.wait(_AGAIN_S):
                    return
            else:
                self.ordered[order.phone] = began if time.time() - began < 1 else time.time()
                return
