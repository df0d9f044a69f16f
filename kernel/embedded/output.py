"""Where the lines of a child go: a file that does not grow for ever, the terminal, and a short memory for errors."""

import logging
from collections import deque
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_BYTES = 5_000_000
LOG_COPIES = 2
TAIL_LINES = 20


class Output:
    """The output of the child `name`, kept in `folder/name.log`. `echo` is called with "name | line"."""

    def __init__(self, name: str, folder: Path, echo: Callable[[str], None] | None) -> None:
        self._name = name
        self._echo = echo
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._file = RotatingFileHandler(
            folder / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_COPIES, encoding="utf-8", delay=True
        )

    @property
    def tail(self) -> tuple[str, ...]:
        return tuple(self._tail)

    def write(self, line: str) -> None:
        self._tail.append(line)
        self._file.handle(logging.makeLogRecord({"msg": line}))
        if self._echo is not None:
            self._echo(f"{self._name} | {line}")

    def close(self) -> None:
        self._file.close()
