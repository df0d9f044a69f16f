"""How many calls to have under way at once: as many as are answered without waiting for one another.

What waits should wait here, where the urgent can overtake. So the answers' delay is compared with the shortest one seen
lately, as TCP Vegas does (Brakmo and Peterson, 1995): while they stay near it there may be more, and once they grow
beyond it calls only queue before the gateway.
"""

from math import sqrt
from typing import Final

LEAST: Final = 4
_TOLERATED: Final = 4.0
_SMOOTHING: Final = 0.1
_STEP: Final = 0.2
_LOOK_AFRESH_EVERY: Final = 100


class Pace:
    """`most`: never more than so many. `usual_s`: what an answer takes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._wanted = float(most)
        self._shortest_s = 0.0
        self.usual_s = 0.0
        self._left = most
        self._rounds = 0
        self._looking = False

    @property
    def limit(self) -> int:
        return min(LEAST, self._most) if self._looking else int(self._wanted)

    def answered(self, after_s: float) -> None:
        """A call took `after_s` seconds."""
        self.usual_s += (after_s - self.usual_s) * (_SMOOTHING if self.usual_s else 1.0)
        self._shortest_s = min(self._shortest_s or after_s, after_s)
        self._left -= 1
        if self._left > 0:
            return
        self._rounds += 1
        if self._looking:
            self._looking, self.usual_s = False, self._shortest_s
        elif self._rounds % _LOOK_AFRESH_EVERY == 0:
            # Only a few at once show what an answer takes by itself; by now that may be more than it was.
            self._looking, self._shortest_s = True, 0.0
        else:
            self._adapt()
        # Those that are under way end first.
        self._left = int(self._wanted) + (3 * LEAST if self._looking else 0)

    def _adapt(self) -> None:
        queueing = min(1.0, max(0.5, _TOLERATED * self._shortest_s / max(self.usual_s, 1e-6)))
        better = self._wanted * queueing + sqrt(self._wanted)
        self._wanted = min(self._most, max(min(LEAST, self._most), self._wanted + (better - self._wanted) * _STEP))
