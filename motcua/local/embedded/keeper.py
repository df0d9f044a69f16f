"""Keeping one process: spawned, listened to, spawned again when it crashes, ended when asked."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Literal

import psutil

from motcua.local.embedded.errors import EngineError, StartError
from motcua.local.embedded.leftovers import MARKER
from motcua.local.embedded.output import Output
from motcua.local.embedded.runfolder import RunFolder
from motcua.local.embedded.spec import ProcessSpec, ProcessStatus

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 2.0
# A process that has lived this long was well: its next crash is a first one again.
WELL_AFTER_S = 10.0
_POLL_S = 0.05
_DRAIN_S = 1.0

Urgency = Callable[[], bool]
"""True once whoever waits has lost patience: what is left of an ending is then SIGKILL."""


def next_delay(previous: float, lived: float) -> float:
    """Seconds to wait before a restart, from the last such wait (0 if none) and how long the process lived."""
    if previous == 0 or lived >= WELL_AFTER_S:
        return FIRST_DELAY_S
    return min(previous * 2, LONGEST_DELAY_S)


class Keeper:
    """Owns the process of one spec from `launch` to `end`."""

    def __init__(self, spec: ProcessSpec, run: RunFolder, echo: Callable[[str], None] | None) -> None:
        self.spec = spec
        self._run = run
        self._output = Output(spec.name, run.logs, echo)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._exit_code: int | None = None
        self._restarts = 0

    @property
    def tail(self) -> tuple[str, ...]:
        return self._output.tail

    @property
    def over(self) -> bool:
        """The process has ended and will not be started again."""
        return self._over.is_set()

    @property
    def crashed(self) -> bool:
        """The process has ended at least once without being asked to."""
        return self._exit_code is not None and not self._stopping.is_set()

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        process = self._process
        return process.pid if process is not None and process.returncode is None and not self.over else None

    def launch(self) -> None:
        """Spawns the process and keeps it from now on. Raises StartError if it cannot be spawned."""
        try:
            process = self._spawn()
        except OSError as error:
            self._over.set()
            self._output.close()
            raise StartError(
                self.spec.name, f"không chạy được ({error.strerror})", f"cannot be run ({error.strerror})"
            ) from error
        if process is None:
            self._over.set()
            return
        self._thread = threading.Thread(target=self._keep, args=(process,), name=f"keep {self.spec.name}", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:
            self._thread = None
            process.kill()
            process.wait()
            self._over.set()
            raise StartError(self.spec.name, "hệ thống hết luồng", "the system has no thread left") from error

    def end(self, urgent: Urgency) -> bool:
        """Ends the process, step by step, and returns whether it went without force. May be called again."""
        with self._lock:
            self._stopping.set()
        gentle = True
        for step, grace in self.spec.ending:
            if self._over.is_set():
                break
            if urgent():
                step = signal.SIGKILL
            gentle = step == self.spec.stop_signal
            self._send(step)
            deadline = time.monotonic() + grace
            while not self._over.wait(_POLL_S) and time.monotonic() < deadline:
                if step != signal.SIGKILL and urgent():
                    break
        if self._thread is not None:
            self._thread.join(_DRAIN_S)
        return gentle and self._over.is_set()

    def status(self) -> ProcessStatus:
        pid = self.pid
        state: Literal["running", "waiting", "ended"] = "running" if pid else "ended" if self.over else "waiting"
        return ProcessStatus(
            name=self.spec.name,
            state=state,
            pid=pid,
            restarts=self._restarts,
            exit_code=self._exit_code,
            memory_bytes=0 if pid is None else _memory(pid),
        )

    def _keep(self, first: subprocess.Popen[bytes]) -> None:
        process: subprocess.Popen[bytes] | None = first
        delay = 0.0
        while process is not None:
            lived = self._attend(process)
            process = None
            while process is None and self.spec.restart:
                delay, lived = next_delay(delay, lived), 0.0
                if self._stopping.wait(delay):
                    break
                process = self._respawn()
        self._over.set()
        self._output.close()

    def _attend(self, process: subprocess.Popen[bytes]) -> float:
        """Listens until the process has ended, and tidies up after it. Returns the seconds it lived."""
        born = time.monotonic()
        assert process.stdout is not None  # noqa: S101
        listener = threading.Thread(
            target=self._listen, args=(process.stdout,), name=f"hear {self.spec.name}", daemon=True
        )
        try:
            listener.start()
        except RuntimeError:
            # No thread can be had now. What is said after the end of the output is nothing, so listen here.
            self._listen(process.stdout)
        self._exit_code = process.wait()
        lived = time.monotonic() - born
        try:
            # A dead web server's workers would keep its port, and its pipe to us, to themselves.
            self._run.sweep(self.spec.name)
        except (EngineError, psutil.Error, OSError) as error:
            self._output.write(str(error))
        self._run.forget(process.pid)
        if listener.ident is not None:
            listener.join(_DRAIN_S)
        if not self._stopping.is_set():
            self._output.write(f"đã dừng bất ngờ / ended unasked: {_described(self._exit_code)}")
        return lived

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self._output.write(line.decode(errors="replace").rstrip())

    def _respawn(self) -> subprocess.Popen[bytes] | None:
        try:
            process = self._spawn()
        except (OSError, subprocess.SubprocessError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            self._output.write(f"không chạy lại được / cannot be run again: {why}")
            return None
        if process is not None:
            self._restarts += 1
        return process

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        """The new process, in a group of its own so that a Ctrl-C in the terminal reaches only the supervisor.

        Once it runs nothing here raises: whoever was told that it does not run would start a second one.
        """
        spec = self.spec
        marker = {MARKER: self._run.marker(spec.name)}
        with self._lock:
            if self._stopping.is_set():
                return None
            process = subprocess.Popen(
                list(spec.argv),
                env={**(os.environ if spec.inherit_env else {}), **spec.env, **marker},
                cwd=spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                process_group=0,
                user=spec.account.uid if spec.account else None,
                group=spec.account.gid if spec.account else None,
                extra_groups=[] if spec.account else None,
            )
            self._process = process
            self._run.record(spec.name, process.pid, spec.ending)
        return process

    def _send(self, step: signal.Signals) -> None:
        with self._lock:
            if self._process is not None:
                self._process.send_signal(step)


def _described(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name


def _memory(pid: int) -> int:
    total = 0
    try:
        process = psutil.Process(pid)
        for member in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += member.memory_info().rss
    except psutil.Error:
        return total
    return total
