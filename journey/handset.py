"""What the citizen's phone shows: the texts that reached it, read from the sandbox as the phone's page shows them."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from journey.wire import Wire

_CODE: Final = re.compile(r"\b(\d{6})\b")
_POLL_S: Final = 0.1
T = TypeVar("T")


class NothingCame(Exception):  # noqa: N818 - reads as what it says
    """What was waited for did not happen in time."""


@dataclass(frozen=True, slots=True)
class TextMessage:
    """`state`: queued, sent, delivered or failed. `at`: RFC 3339."""

    at: str
    sender: str
    text: str = field(repr=False)
    encoding: str
    parts: int
    state: str


class Handset:
    """The phone with one number (E.164)."""

    def __init__(self, sandbox_url: str, number: str) -> None:
        self._wire = Wire(sandbox_url)
        self.number = number

    def texts(self) -> list[TextMessage]:
        """All that came, oldest first."""
        listed = self._wire.call("GET", "/phone.json").json()["phones"]
        handles = [row["handle"] for row in listed if row["number"] == self.number]
        if not handles:
            return []
        shown = self._wire.call("GET", f"/phone/{handles[0]}.json").json()["messages"]
        return [_read(message) for message in shown]

    def wait_for(self, *words: str, after: int = 0, seconds: float = 60.0) -> TextMessage:
        """The first text past the `after` first ones that holds all the words. Raises NothingCame."""

        def found() -> TextMessage | None:
            return next((one for one in self.texts()[after:] if all(word in one.text for word in words)), None)

        return wait(found, f"a text with {', '.join(words)}", seconds)

    def one_time_code(self, *, after: int = 0) -> str:
        """The six digits of the latest code past the `after` first texts."""

        def found() -> str | None:
            codes = [match[1] for one in self.texts()[after:] if (match := _CODE.search(one.text))]
            return codes[-1] if codes else None

        return wait(found, "a one-time code", 60.0)

    def close(self) -> None:
        self._wire.close()


def wait(check: Callable[[], T | None], what: str, seconds: float, *, every_s: float = _POLL_S) -> T:
    """What `check` gives once it gives something, asked every `every_s`. Raises NothingCame after `seconds`."""
    ends = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() >= ends:
            raise NothingCame(f"{what} did not come within {seconds:.0f} s")
        time.sleep(every_s)


def _read(message: dict[str, Any]) -> TextMessage:
    return TextMessage(
        message["at"], message["from"], message["text"], message["encoding"], message["parts"], message["state"]
    )
