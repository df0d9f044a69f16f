"""Finding processes again, and ending them for certain.

A process is known by its pid together with its creation time, since pids are reused. Every child also carries a marker
in its environment, which its own children inherit: web workers and forked job runners are found by it even when the
process that made them is gone. PR_SET_PDEATHSIG is not used: it fires when the *thread* that forked ends, is dropped
when the child changes its account, and needs code between fork and exec, which is unsafe in a threaded supervisor.
"""

import os
import signal
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

from motcua.local.embedded.errors import EngineError
from motcua.local.embedded.spec import RESORT_GRACE_S, Step

MARKER = "MOTCUA_SUPERVISED"
# SIGQUIT because a PostgreSQL that waits for its clients after SIGTERM still ends in good order on it.
FORCEFUL: tuple[Step, ...] = ((signal.SIGTERM, 3.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, RESORT_GRACE_S))
_POLL_S = 0.02
# The creation time is counted from a boot time that moves a little when the wall clock is adjusted.
_SAME_MOMENT_S = 2.0


@dataclass(frozen=True, slots=True)
class Identity:
    """`created` is the process's creation time in seconds since the epoch."""

    pid: int
    created: float

    def find(self) -> psutil.Process | None:
        """The very process, if it still runs; never another one that was given its number."""
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.created) < _SAME_MOMENT_S and is_alive(process):
                return process
        return None


def identify(pid: int) -> Identity | None:
    """The identity of a running process; None if it has ended."""
    with suppress(psutil.Error):
        return Identity(pid, psutil.Process(pid).create_time())
    return None


def is_alive(process: psutil.Process) -> bool:
    """Zombies are dead: in a container nobody may ever reap them."""
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def marked(run_id: str, name: str | None = None) -> list[psutil.Process]:
    """Processes made under the run `run_id` (of the child `name` only, if given); never ourselves or our ancestors."""
    prefix = f"{run_id}/" if name is None else f"{run_id}/{name}"
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in spared:
            continue
        with suppress(psutil.Error, OSError):
            marker = process.environ().get(MARKER, "")
            if marker == prefix or (name is None and marker.startswith(prefix)):
                found.append(process)
    return found


def end(processes: Iterable[psutil.Process], ending: Sequence[Step] = FORCEFUL) -> int:
    """Ends every process, step by step, and returns how many were alive. Raises EngineError if one outlives it all."""
    alive = [process for process in processes if is_alive(process)]
    count = len(alive)
    for step, grace in ending:
        for process in alive:
            with suppress(psutil.Error):
                process.send_signal(step)
        deadline = time.monotonic() + grace
        while (alive := [process for process in alive if is_alive(process)]) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        if not alive:
            return count
    pids = ", ".join(str(process.pid) for process in alive)
    raise EngineError(f"Không dừng được tiến trình {pids}.", f"Processes that cannot be ended: {pids}.")


def to_record(name: str, identity: Identity, ending: Sequence[Step]) -> dict[str, Any]:
    """A process as the run file keeps it."""
    steps = [[int(step), grace] for step, grace in ending]
    return {"name": name, "pid": identity.pid, "created": identity.created, "ending": steps}


def check_record(record: dict[str, Any]) -> None:
    """Raises KeyError, TypeError, ValueError or OverflowError for what `to_record` cannot have made."""
    Identity(int(record["pid"]), float(record["created"]))
    if int(record["pid"]) <= 0:
        raise ValueError("no process has this number")
    for step, grace in record["ending"]:
        signal.Signals(step), float(grace)


def end_recorded(record: dict[str, Any]) -> int:
    """Ends the process of a record if it still is the same one. Returns 1 if it was alive, else 0."""
    process = Identity(int(record["pid"]), float(record["created"])).find()
    if process is None:
        return 0
    return end([process], [(signal.Signals(step), float(grace)) for step, grace in record["ending"]])
