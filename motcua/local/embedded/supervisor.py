"""Starts processes in order, keeps them running, and ends every one of them in reverse order."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Self

from motcua.local.embedded.errors import StartError
from motcua.local.embedded.keeper import Keeper
from motcua.local.embedded.runfolder import RunFolder, claim, release
from motcua.local.embedded.spec import ProcessSpec, ProcessStatus

_POLL_S = 0.05
_PROGRESS_S = 5.0
_STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_terminal = threading.Lock()


def to_terminal(line: str) -> None:
    """One whole line to standard output, whichever thread it comes from; a closed terminal is no reason to stop."""
    with _terminal:
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except UnicodeEncodeError:
            # A child may say anything, and a terminal of another encoding still wants to know.
            with suppress(OSError, ValueError):
                sys.stdout.write(line.encode("ascii", "backslashreplace").decode() + "\n")
                sys.stdout.flush()
        except (OSError, ValueError):
            return


class Supervisor:
    """Keeps processes on behalf of one state folder.

    `run` is for a command in a terminal; `start` and `stop` are for programs and may be called from any thread. Output
    of the children goes to `state_dir/logs/NAME.log` and line by line to `echo` (None: to the files alone); `say` hears
    of long waits and the like, and is `echo` when not given.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        echo: Callable[[str], None] | None = to_terminal,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._state_dir = state_dir
        self._echo = echo
        self._say = say or echo
        self._run: RunFolder | None = None
        self._keepers: list[Keeper] = []
        # Plain counters, since a signal handler must not take a lock that the code it interrupts may hold.
        self._stops_asked = 0
        self._stop_lock = threading.Lock()

    def start(self, specs: Sequence[ProcessSpec]) -> bool:
        """Starts all in order, each once the one before is ready. False if told to stop before the last was ready.

        What a dead supervisor of this folder left running is ended first. Raises StartError (after stopping what had
        begun), AlreadyRunningError, EngineError.
        """
        if self._run is None:
            self._run = claim(self._state_dir, self._say)
        try:
            return all(self._start_one(spec, self._run) for spec in specs)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> bool:
        """Ends all in reverse order; returns whether none had to be forced. A Ctrl-C makes it force the rest."""
        gentle = True
        with self._stop_lock:
            while self._keepers:
                try:
                    gentle = self._keepers[-1].end(self._urgent) and gentle
                except (KeyboardInterrupt, SystemExit):
                    self._stops_asked = 2
                    continue
                self._keepers.pop()
            if self._run is not None:
                release(self._run)
                self._run = None
            self._stops_asked = 0
        return gentle

    def run(self, specs: Sequence[ProcessSpec], on_ready: Callable[[], None] | None = None) -> int:
        """Starts all, waits for SIGINT, SIGTERM, SIGHUP, `request_stop` or the end of an essential process; stops all.

        A second signal kills at once. Returns the exit code: 0 for a stop that was asked for and went without force.
        """
        code = 0
        with self._signals():
            try:
                if self.start(specs):
                    if on_ready is not None:
                        on_ready()
                    code = self._wait()
            except StartError as error:
                self._tell(str(error))
                code = 1
            finally:
                if not self.stop():
                    code = code or 1
        return code

    def request_stop(self) -> None:
        """Makes a `run` in another thread stop; a second call makes it hurry."""
        self._stops_asked += 1

    def status(self) -> list[ProcessStatus]:
        """The processes in starting order."""
        return [keeper.status() for keeper in list(self._keepers)]

    def pid(self, name: str) -> int | None:
        """That of one process; None while it does not run. For who asks often: `status` looks at all, and measures."""
        return next((keeper.pid for keeper in list(self._keepers) if keeper.spec.name == name), None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_one(self, spec: ProcessSpec, run: RunFolder) -> bool:
        if self._told_to_stop():
            return False
        keeper = Keeper(spec, run, self._echo)
        self._keepers.append(keeper)
        keeper.launch()
        begun = time.monotonic()
        told = begun
        while spec.ready is not None and not spec.ready():
            now = time.monotonic()
            if self._told_to_stop():
                return False
            if keeper.crashed:
                raise StartError(spec.name, "dừng ngay khi khởi động", "ended while starting", keeper.tail)
            if now - begun > spec.ready_timeout_s:
                waited = f"{spec.ready_timeout_s:.0f}"
                raise StartError(
                    spec.name, f"chưa sẵn sàng sau {waited} giây", f"not ready after {waited} s", keeper.tail
                )
            if now - told > _PROGRESS_S:
                told = now
                self._tell(f"Đang chờ {spec.name}: {now - begun:.0f} giây / still waiting for {spec.name}")
            time.sleep(_POLL_S)
        return True

    def _wait(self) -> int:
        while not self._told_to_stop():
            for keeper in self._keepers:
                if keeper.over:
                    self._tell(f"{keeper.spec.name} đã dừng nên mọi thứ dừng theo / has ended, so all stops")
                    return 1
            time.sleep(_POLL_S)
        return 0

    def _told_to_stop(self) -> bool:
        return self._stops_asked > 0

    def _urgent(self) -> bool:
        return self._stops_asked > 1

    def _tell(self, line: str) -> None:
        if self._say is not None:
            self._say(line)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Signals count as requests to stop; only the main thread may arrange that, others have `request_stop`."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def heard(_number: int, _frame: FrameType | None) -> None:
            self._stops_asked += 1

        before: dict[signal.Signals, Any] = {number: signal.signal(number, heard) for number in _STOPPING_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
