"""The process that keeps the workers: it holds their sockets, begins anew those that end, and stops them all."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from motcua.processes.web.limits import THREADS, WORKERS, Limits

ROOT: Final = Path(__file__).parents[3]
_BACKLOG: Final = 1024
_LOOK_S: Final = 1.0
# One that ends at once would otherwise be begun without end.
_PAUSE_S: Final = 1.0
_STOPS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def serve(app: str, *, port: int, host: str = "127.0.0.1", workers: int = WORKERS, threads: int = THREADS) -> None:
    """Serves until told to stop. Raises OSError when the address cannot be had."""
    Master(app, listening(host, port, workers), threads).run()


def listening(host: str, port: int, number: int) -> list[socket.socket]:
    """A socket for each worker. The master keeps them: who connects while a worker is begun anew waits, and is served.

    Where the system shares connections out among sockets of one address, each worker has its own.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    shares_out = sys.platform == "linux"
    made: list[socket.socket] = []
    for _ in range(number if shares_out else 1):
        one = socket.socket(family, socket.SOCK_STREAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shares_out:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(address)
        one.listen(_BACKLOG)
        made.append(one)
    return made if shares_out else made * number


class _Slot:
    """The place of one worker."""

    def __init__(self, app: str, listener: socket.socket, threads: int) -> None:
        self._app = app
        self._listener = listener
        self._threads = threads
        self._begun = 0.0
        self.process = self._begin()

    def keep(self, now: float) -> None:
        """Begins a worker that has ended anew."""
        code = self.process.poll()
        if code is None or now - self._begun < _PAUSE_S:
            return
        _say(f"a web worker ended ({code}) and is begun anew")
        self.process = self._begin()

    def _begin(self) -> "subprocess.Popen[bytes]":
        self._begun = time.monotonic()
        descriptor = self._listener.fileno()
        arguments = [self._app, "--socket", str(descriptor), "--threads", str(self._threads)]
        command = [sys.executable, "-m", "motcua.processes.web.worker", *arguments]
        return subprocess.Popen(command, cwd=ROOT, pass_fds=[descriptor])


class Master:
    def __init__(self, app: str, sockets: list[socket.socket], threads: int) -> None:
        self._sockets = sockets
        self._stopping = False
        self._woken, waker = socket.socketpair()
        self._woken.setblocking(False)  # noqa: FBT003 - takes no names
        waker.setblocking(False)  # noqa: FBT003
        self._waker = waker
        for name in _STOPS:
            signal.signal(name, self._stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        self._slots = [_Slot(app, each, threads) for each in sockets]

    def run(self) -> None:
        while not self._stopping:
            self._wait(_LOOK_S)
            if not self._stopping:
                for slot in self._slots:
                    slot.keep(time.monotonic())
        self._end()

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _wait(self, seconds: float) -> None:
        select.select([self._woken], [], [], seconds)
        try:
            self._woken.recv(4096)
        except BlockingIOError:
            return

    def _end(self) -> None:
        # Closed here first, so that nobody is let in once the workers have closed theirs.
        for each in self._sockets:
            each.close()
        workers = [slot.process for slot in self._slots]
        for each_process in workers:
            if each_process.poll() is None:
                each_process.send_signal(signal.SIGTERM)
        ends = time.monotonic() + Limits().grace_s + 1.0
        while any(each.poll() is None for each in workers) and time.monotonic() < ends:
            self._wait(0.1)
        for each_process in workers:
            if each_process.poll() is None:
                _say("a web worker did not stop and is killed")
                each_process.kill()
            each_process.wait()


def _say(line: str) -> None:
    # Whoever reads it may be gone, or its disk full.
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line} (pid {os.getpid()})\n")
        sys.stderr.flush()
