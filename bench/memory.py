"""The most memory that a worker process takes while something is done, above what it had before."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psutil

from bench.ground import process_of
from motcua.local.embedded import Supervisor

_LOOK_EVERY_S: Final = 0.02


@contextmanager
def most_above_idle(supervisor: Supervisor, name: str) -> Iterator[Callable[[], float]]:
    """Watches the workers under the process `name`. What is given tells, after the block, the MB by which the one that
    grew most stood above idle at its highest."""
    workers = [each for each in process_of(supervisor, name).children() if each.children() == []]
    idle = [_resident(each) for each in workers]
    most, over = list(idle), threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_EVERY_S):
            most[:] = [max(before, _resident(each)) for before, each in zip(most, workers, strict=True)]

    watcher = threading.Thread(target=watch, name="memory")
    watcher.start()
    try:
        yield lambda: max(high - low for high, low in zip(most, idle, strict=True))
    finally:
        over.set()
        watcher.join()


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6
