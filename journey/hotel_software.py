"""The software at a hotel's front desk: it declares guests with the hotel's key, one by one and by file."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from journey.wire import Answer, Wire

_FILE: Final = {"Content-Type": "application/octet-stream"}


class HotelSoftware:
    """For any number of threads: each call has a connection of its own. `lodging` is the id of one of the hotel's."""

    def __init__(self, api_url: str, key: str, *, patience_s: float = 30.0) -> None:
        self._api_url = api_url
        self._identified = {"Authorization": f"Bearer {key}"}
        self._patience_s = patience_s

    def report(self, lodging: object, guests: Sequence[Mapping[str, Any]], key: str) -> Answer:
        """Declares guests under an idempotency key; the answer, whatever it is."""
        headers = {**self._identified, "Idempotency-Key": key}
        with closing(self._wire()) as wire:
            return wire.ask("POST", f"/v1/lodgings/{lodging}/stays", json_body={"guests": guests}, headers=headers)

    def send_file(self, lodging: object, content: bytes) -> Answer:
        """Sends a list of guests and accepts its good rows; the answer, whatever it is."""
        with closing(self._wire()) as wire:
            return wire.ask("POST", _file_of(lodging), body=content, headers={**self._identified, **_FILE})

    def cut_off(self, lodging: object, content: bytes) -> None:
        """Begins to send a list, and is gone in the middle of it."""
        headers = {**self._identified, **_FILE}
        half = content[: len(content) // 2]
        self._wire().break_off("POST", _file_of(lodging), headers=headers, size=len(content), first=half)

    def _wire(self) -> Wire:
        return Wire(self._api_url, patience_s=self._patience_s)


def _file_of(lodging: object) -> str:
    return f"/v1/lodgings/{lodging}/batches?accept=true&name=khach.xlsx"
