"""Where the lines of a child go: a file that does not grow for ever, the terminal, and a short memory for errors."""

import json
import logging
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_BYTES = 5_000_000
LOG_COPIES = 2
TAIL_LINES = 20
_QUIET_LEVELS = frozenset({"debug", "info"})
_QUIET_LINE = re.compile(r"\[(DEBUG|INFO)\]")


class Output:
    """The output of the child `name`, kept in `folder/name.log`. `echo` is called with "name | line".

    Nothing raises: a full disk or a closed terminal costs lines, and the child is still listened to.
    """

    def __init__(self, name: str, folder: Path, echo: Callable[[str], None] | None) -> None:
        self._name = name
        self._echo = echo
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._file = _LogFile(
            folder / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_COPIES, encoding="utf-8", delay=True
        )

    @property
    def tail(self) -> tuple[str, ...]:
        return tuple(self._tail)

    def write(self, line: str) -> None:
        self._tail.append(line)
        self._file.handle(logging.makeLogRecord({"msg": line}))
        if self._echo is not None:
            with suppress(Exception):
                self._echo(f"{self._name} | {line}")

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self._file.close()


class _LogFile(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """A line that cannot be written is lost. The library would print a traceback for each."""


def worth_showing(line: str) -> bool:
    """Whether a line of a child belongs on a terminal: a warning, an error, or what is no log line at all."""
    if _QUIET_LINE.match(line):
        return False
    if line.startswith("{"):
        with suppress(ValueError, RecursionError):
            found = json.loads(line)
            return not (isinstance(found, dict) and found.get("level") in _QUIET_LEVELS)
    return True
