"""Long lists of guests, and their way over HTTP: sent, and followed until every good row is declared."""

import time
from contextlib import closing
from datetime import date
from typing import Final

from bench.ground import Ground
from bench.residence_guests import good_rows, workbook
from bench.residence_town import Hotel
from journey.wire import Wire

ROWS: Final = 10_000
_PATIENCE_S: Final = 120.0
_LOOK_EVERY_S: Final = 0.25


class Lists:
    """Workbooks of guests who arrived on `day`, none of whom stands in two."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._made = 0

    def next(self, rows: int) -> bytes:
        self._made += 1
        return workbook(self._day, rows, first=1 + ROWS * self._made)


def send_and_follow(place: Ground, hotel: Hotel, content: bytes, rows: int) -> float:
    """Seconds until the list is accepted. Raises AssertionError where it is not, or not whole."""
    begun = time.perf_counter()
    headers = {"Authorization": f"Bearer {hotel.key}", "Content-Type": "application/octet-stream"}
    path = f"/v1/lodgings/{hotel.lodging_id}/batches"
    with closing(Wire(place.api_url, patience_s=_PATIENCE_S)) as wire:
        answer = wire.ask("POST", f"{path}?accept=true&name=khach.xlsx", body=content, headers=headers)
        told = answer.json()
        while answer.status in (200, 202) and told["progress"] is not None:
            if time.perf_counter() > begun + _PATIENCE_S:
                break
            time.sleep(_LOOK_EVERY_S)
            answer = wire.ask("GET", f"{path}/{told['id']}", headers=headers)
            told = answer.json()
    if (answer.status, told.get("state"), told.get("accepted")) != (200, "accepted", good_rows(rows)):
        raise AssertionError(f"not what was to be measured: {answer.status} {told.get('state')} {told.get('accepted')}")
    return time.perf_counter() - begun
