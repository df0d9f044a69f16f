"""Long lists of guests, and their way over HTTP: sent, and followed until every good row is declared."""

import http.client
import json
import time
from datetime import date
from typing import Any, Final

from bench.ground import Ground
from bench.residence_guests import good_rows, workbook
from bench.residence_town import Hotel

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
    status, told = _ask(place, "POST", f"{path}?accept=true&name=khach.xlsx", headers, content)
    while status in (200, 202) and told["progress"] is not None:
        if time.perf_counter() > begun + _PATIENCE_S:
            break
        time.sleep(_LOOK_EVERY_S)
        status, told = _ask(place, "GET", f"{path}/{told['id']}", headers)
    if (status, told.get("state"), told.get("accepted")) != (200, "accepted", good_rows(rows)):
        raise AssertionError(f"not what was to be measured: {status} {told.get('state')} {told.get('accepted')}")
    return time.perf_counter() - begun


def _ask(
    place: Ground, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, dict[str, Any]]:
    line = http.client.HTTPConnection("127.0.0.1", place.ports.api, timeout=_PATIENCE_S)
    try:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        line.close()
