"""`python -m bench.enumeration [--json]`: does the time of an answer tell what its words do not?

Three pairs of requests that are answered alike: a look-up of a code that exists and of one that does not, both with a
wrong secret; the proof of somebody else's phone and one that never was; a code sent to a number that somebody holds and
to one that nobody does. Each pair is sent in turn on one connection, between two requests that are equal. The figure is
the median gap between the unequal ones over the median gap between the equal ones; it must not exceed two.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import redis
from sqlalchemy import Engine, create_engine, text

from bench.ground import Ground, ground
from journey.account import new_key
from journey.casework import file_dossier
from journey.handset import Handset
from journey.phone import Phone
from kernel.ids import new_id

MOST: Final = 2.0
_ROUNDS: Final = 240
_WARM: Final = 20
# Fewer than the tries that a code, an account or an address has.
_BETWEEN_SWEEPS: Final = 8
_HELD, _FREE, _ASKER = "+84905000001", "+84905000077", "+84905000002"
_OTHERS: Final = ("sandbox", "worker-plan", "worker-urgent", "worker-send", "cron")

Send = Callable[[], int]
"""Sends one request and gives the status of its answer."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Milliseconds: medians of |a - b| for requests that differ, and for requests that are equal."""

    name: str
    unequal: float
    equal: float

    @property
    def ratio(self) -> float:
        return self.unequal / self.equal


class Sweeper:
    """Forgets tries and one-time codes, so that no limit ends the measurement. Only what the bench itself has made."""

    def __init__(self, place: Ground) -> None:
        self._redis = redis.Redis.from_url(place.environment["MOTCUA_REDIS_URL"])
        self._engine: Engine = create_engine(place.environment["MOTCUA_DATABASE_URL"])
        self._since = 0

    def tick(self) -> None:
        """Called before every request."""
        self._since += 1
        if self._since % _BETWEEN_SWEEPS == 0:
            for key in self._redis.scan_iter("motcua:limit:*"):
                self._redis.delete(key)

    def forget_proofs(self, keep: str) -> None:
        self.tick()
        with self._engine.begin() as connection:
            connection.execute(text("DELETE FROM phone_proof WHERE id <> :keep"), {"keep": keep})

    def close(self) -> None:
        self._redis.close()
        self._engine.dispose()


def measure() -> list[Gaps]:
    with ground() as place, place.running("api"):
        with place.running(*_OTHERS):
            phone, handset = Phone(place.api_url, _HELD), Handset(place.sandbox_url, _HELD)
            phone.log_in("thu")
            code = str(file_dossier(phone, handset, "Quán Đo Đạc")["code"])
            asker = Phone(place.api_url, _ASKER)
            asker.log_in("mau")
        sweeper = Sweeper(place)
        try:
            return _compare(phone, asker, code, sweeper)
        finally:
            for each in (phone, handset, asker, sweeper):
                each.close()


def _compare(owner: Phone, asker: Phone, code: str, sweeper: Sweeper) -> list[Gaps]:
    sweeper.tick()
    sweeper.forget_proofs(str(new_id()))
    theirs = owner.ask_for_code()
    absent_code = code[:-4] + "9876"

    def look_up(asked: str) -> Send:
        body = {"code": asked, "secret": "23456789"}
        return lambda: asker.wire.ask("POST", "/v1/lookups", json_body=body).status

    def confirm(proof: str) -> Send:
        return lambda: _act(asker, f"/v1/me/phone-proofs/{proof}/confirm", {"code": "123456"})

    def request(number: str) -> Send:
        return lambda: _act(asker, "/v1/me/phone-proofs", {"phone": number})

    def forget() -> None:
        sweeper.forget_proofs(theirs)

    return [
        _gaps("look-up", 404, sweeper.tick, look_up(code), look_up(absent_code)),
        _gaps("confirm a code", 404, sweeper.tick, confirm(theirs), confirm(str(new_id()))),
        _gaps("ask for a code", 201, forget, request(_HELD), request(_FREE)),
    ]


def _act(account: Phone, target: str, body: dict[str, Any]) -> int:
    return account.ask("POST", target, json_body=body, headers={"Idempotency-Key": new_key()}).status


def _gaps(name: str, expected: int, before: Callable[[], None], there: Send, absent: Send) -> Gaps:
    """Each round sends the one kind twice and then the other, the kinds changing places, so that order favours none."""
    unequal, equal = [], []
    for turn in range(_WARM + _ROUNDS):
        one, other = (there, absent) if turn % 2 else (absent, there)
        first, second, third = (_timed(send, expected, before) for send in (one, one, other))
        if turn >= _WARM:
            equal.append(abs(second - first))
            unequal.append(abs(third - second))
    return Gaps(name, median(unequal) * 1000, median(equal) * 1000)


def _timed(send: Send, expected: int, before: Callable[[], None]) -> float:
    before()
    begun = time.perf_counter()
    status = send()
    seconds = time.perf_counter() - begun
    if status != expected:
        raise AssertionError(f"not what was to be measured: {status}")
    return seconds


def main(argv: list[str]) -> None:
    found = measure()
    worst = max(found, key=lambda gaps: gaps.ratio)
    if "--json" in argv:
        line = {"figure": round(worst.unequal, 4), "limit": round(worst.equal, 4), "ratio": round(worst.ratio, 3)}
        ratios = {gaps.name: round(gaps.ratio, 3) for gaps in found}
        print(json.dumps({**line, "unit": "ms median gap", "most": MOST, "ratios": ratios}))
    else:
        print(f"{'answers alike':<24}{'unequal':>10}{'equal':>10}{'ratio':>8}{'most':>8}  unit")
        for gaps in found:
            verdict = "" if gaps.ratio <= MOST else "  TELLS THEM APART"
            numbers = f"{gaps.unequal:>10.3f}{gaps.equal:>10.3f}{gaps.ratio:>8.2f}{MOST:>8.2f}"
            print(f"{gaps.name:<24}{numbers}  ms median gap{verdict}")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv)
