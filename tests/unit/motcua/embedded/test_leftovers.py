"""Processes are found again by more than their number, and ended for certain."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from motcua.local.embedded import leftovers
from motcua.local.embedded.spec import Step
from tests.support.processes import running
from tests.support.waiting import eventually

_ASK_THEN_FORCE: tuple[Step, ...] = ((signal.SIGTERM, 0.3), (signal.SIGKILL, 5.0))
_SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


@contextmanager
def _running(code: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    with running([sys.executable, "-c", code], until=b"up", env={**os.environ, **env}) as process:
        yield process


def test_a_process_is_known_by_pid_and_creation_time() -> None:
    with _running(_SLEEPER) as process:
        identity = leftovers.identify(process.pid)
        assert identity is not None
        found = identity.find()
        assert found is not None
        assert found.pid == process.pid


def test_a_pid_given_to_another_process_is_left_alone() -> None:
    with _running(_SLEEPER) as process:
        identity = leftovers.identify(process.pid)
        assert identity is not None
        earlier = leftovers.Identity(identity.pid, identity.created - 3600)
        assert leftovers.end_recorded(leftovers.to_record("old", earlier, _ASK_THEN_FORCE)) == 0
        assert process.poll() is None


def test_a_recorded_process_is_ended() -> None:
    with _running(_SLEEPER) as process:
        identity = leftovers.identify(process.pid)
        assert identity is not None
        assert leftovers.end_recorded(leftovers.to_record("ours", identity, _ASK_THEN_FORCE)) == 1
        assert process.wait() == -signal.SIGTERM


def test_a_process_deaf_to_the_first_step_gets_the_next() -> None:
    with _running(_STUBBORN) as process:
        assert leftovers.end([psutil.Process(process.pid)], _ASK_THEN_FORCE) == 1
        assert process.wait() == -signal.SIGKILL


def test_an_ended_process_that_nobody_reaped_counts_as_dead() -> None:
    with _running(_SLEEPER) as process:
        seen = psutil.Process(process.pid)
        process.send_signal(signal.SIGKILL)
        assert eventually(lambda: seen.status() == psutil.STATUS_ZOMBIE)
        assert not leftovers.is_alive(seen)
        assert leftovers.identify(process.pid) is not None
        assert leftovers.end([seen], _ASK_THEN_FORCE) == 0


def test_children_are_found_by_the_run_and_by_their_name() -> None:
    with (
        _running(_SLEEPER, **{leftovers.MARKER: "run-a/api"}) as api,
        _running(_SLEEPER, **{leftovers.MARKER: "run-a/api-2"}) as other,
        _running(_SLEEPER, **{leftovers.MARKER: "run-b/api"}),
    ):
        assert {process.pid for process in leftovers.marked("run-a")} == {api.pid, other.pid}
        assert [process.pid for process in leftovers.marked("run-a", "api")] == [api.pid]
