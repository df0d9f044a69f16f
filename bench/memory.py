"""`python -m bench.memory [--json]`: the memory of all of `make run`, one minute after its start and idle.

All figures here are proportional memory (PSS, from Linux's /proc/PID/smaps_rollup): a page that several processes share
counts for each of them by its part, so the figures of processes add up to what the machine has given.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

from bench.ground import process_of
from bench.pairs import Result, finish
from journey.handset import wait
from motcua.local.embedded import Supervisor
from motcua.local.loopback import answers
from motcua.local.ports import Ports, free_ports
from motcua.local.private import own_settings, private_folder, signals_leave
from motcua.local.stack import ROOT

WEB_WORKER_MB: Final = 120.0
"""Of a web worker under `bench.submit`."""
_WORKER_MB: Final = 100.0
_SYSTEM_MB: Final = 1200.0
_IDLE_S: Final = 60.0
_STARTS_WITHIN_S: Final = 180.0
_STOPS_WITHIN_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.02


def measure(*, idle_s: float = _IDLE_S) -> Result:
    """Everything that `make run` starts, its own process and the servers included, `idle_s` after the API answers."""
    with signals_leave(), private_folder("bench") as folder, own_settings() as said, _up(folder, said, idle_s) as run:
        running = [run, *run.children(recursive=True)]
        return _within("memory of make run", _SYSTEM_MB, sum(map(_proportional, running)))


def of_web_workers(submitting: Result) -> Result:
    """The larger web worker under `bench.submit`."""
    return _within("memory of a web worker", WEB_WORKER_MB, submitting.memory_mb["api"])


def of_workers(results: Iterable[Result]) -> Result:
    """The largest worker that any bench has had at its end."""
    found = [(mb, name) for result in results for name, mb in result.memory_mb.items() if name.startswith("worker-")]
    most, name = max(found)
    return _within(f"memory of {name}", _WORKER_MB, most)


def memory_of(supervisor: Supervisor) -> dict[str, float]:
    """Proportional memory in MB by the name of each process; of web workers that of the largest."""
    pids = {status.name: status.pid for status in supervisor.status() if status.pid is not None}
    return {name: max(map(_proportional, _at_work(psutil.Process(pid)))) for name, pid in pids.items()}


@contextmanager
def most_above_idle(supervisor: Supervisor, name: str) -> Iterator[Callable[[], float]]:
    """Watches the workers under the process `name`. What is given tells, after the block, the MB by which the one that
    grew most stood above idle at its highest."""
    workers = _at_work(process_of(supervisor, name))
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


@contextmanager
def _up(folder: Path, said: dict[str, str], idle_s: float) -> Iterator[psutil.Process]:
    """What `make run` runs, once it has been idle so long."""
    ports = free_ports()
    with (folder / "up.log").open("wb") as log:
        command = [sys.executable, "-m", "motcua", "up", "--state", str(folder / "state"), *_given(ports)]
        process = subprocess.Popen(command, cwd=ROOT, env=said, stdout=log, stderr=log)
    try:
        wait(answers(f"http://127.0.0.1:{ports.api}/health/ready"), "the API", _STARTS_WITHIN_S, every_s=0.5)
        time.sleep(idle_s)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(_STOPS_WITHIN_S)


def _given(ports: Ports) -> list[str]:
    return ["--port", str(ports.api), "--sandbox-port", str(ports.sandbox)]


def _at_work(process: psutil.Process) -> list[psutil.Process]:
    """Those that a process has started and that have started none, or else itself."""
    return [each for each in process.children(recursive=True) if not each.children()] or [process]


def _proportional(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_full_info().pss) / 1e6
    return 0.0


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


def _within(name: str, most_mb: float, found_mb: float) -> Result:
    return Result(name, found_mb, most_mb, most_mb / found_mb, "MB", 1.0, pairs=((found_mb, most_mb),))


if __name__ == "__main__":
    finish(measure(), sys.argv)
