"""Where a log line cannot be written the line is lost, and what it tells of goes on."""

import errno
import io
import logging
import sys
from collections.abc import Iterable
from typing import Any

import pytest

from api.edge.observing import Observed
from motcua.processes.web import master


class _Unwritable(io.TextIOBase):
    """What a full disk, or a reader that is gone, makes of standard output."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def write(self, _text: str, /) -> int:
        raise self._error


@pytest.fixture(params=[OSError(errno.ENOSPC, "full"), BrokenPipeError(), ValueError("closed")], ids=repr)
def no_output(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, _Unwritable(request.param))


def _application(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"whole"]


@pytest.mark.usefixtures("no_output")
def test_a_request_is_answered_though_its_line_cannot_be_written() -> None:
    seen: list[str] = []
    logger = logging.getLogger("motcua.access")
    before = logger.level
    logger.setLevel(logging.INFO)
    try:
        for _ in range(3):
            body = Observed(_application)({"REQUEST_METHOD": "GET"}, lambda status, _headers: seen.append(status))
            assert list(body) == [b"whole"]
    finally:
        logger.setLevel(before)
    assert seen == ["200 OK"] * 3


@pytest.mark.usefixtures("no_output")
def test_the_master_of_web_workers_goes_on() -> None:
    master._say("a web worker ended (-9) and is begun anew")
