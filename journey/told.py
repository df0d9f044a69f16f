"""What the demo says as it goes, and the refusal to go on when something is not as it should be."""

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any


class NotSo(Exception):  # noqa: N818 - reads as what it says
    """Something that was to happen did not; the text says what."""


def must(holds: Any, what: str) -> None:
    """Raises NotSo unless it holds."""
    if not holds:
        raise NotSo(what)


class Teller:
    """Numbered steps on standard output, a line each, flushed as they happen."""

    def __init__(self) -> None:
        self._steps = 0

    def step(self, text: str) -> None:
        self._steps += 1
        self._print(f"{self._steps:>3}. {text}")

    def detail(self, text: str) -> None:
        self._print(f"     {text}")

    def _print(self, line: str) -> None:
        print(line)
        sys.stdout.flush()


def grouped(number: int) -> str:
    """A number as it is written in Vietnam: "100.000"."""
    return f"{number:,}".replace(",", ".")


def size_of(octets: int) -> str:
    """The size of a file as people read it: "502 KB"."""
    return f"{grouped(-(-octets // 1024))} KB"


def moment(instant: str) -> str:
    """An instant of the API as people write it: "10:00 03/12/2026"."""
    return f"{datetime.fromisoformat(instant):%H:%M %d/%m/%Y}"


def status_of(shown: Mapping[str, Any]) -> str:
    """The official status of a dossier by its name."""
    return f"trạng thái “{shown['status']['label']}”"
