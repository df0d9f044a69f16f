"""The claim of one supervisor on one state folder, and the note of what it started.

`run.lock` is held for as long as the supervisor lives; the system lets go of it even after SIGKILL. `run.json` names
the run, its processes and its private folders. Finding a `run.json` while getting the lock means that the last
supervisor had no time to tidy up, so the next one does. `run.lock` names the run too, so a damaged `run.json` hides no
process: every one carries the run's name in its environment.

Once a folder is claimed, no failed write stops anything: a full disk must not end what still serves. What could not be
written is tried again every second.
"""

import fcntl
import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from motcua.local.embedded import leftovers
from motcua.local.embedded.errors import AlreadyRunningError, EngineError
from motcua.local.embedded.spec import Step

PRIVATE_FOLDER_PREFIX = "mc-"
_FILE = "run.json"
_LOCK = "run.lock"
_AGAIN_S = 1.0

_claims: dict[Path, "RunFolder"] = {}
_guard = threading.RLock()


@dataclass(frozen=True, slots=True)
class Noted:
    """What a run file says. `damaged` when it cannot be read for what it should be."""

    run: str | None = None
    processes: list[dict[str, Any]] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    damaged: bool = False


class RunFolder:
    """Made by `claim`, given back by `release`. Safe to use from several threads."""

    def __init__(self, path: Path, lock: TextIO, run_id: str, before: str | None) -> None:
        self.path = path
        self.run_id = run_id
        self.holders = 0
        self._lock = lock
        self._before = before
        self._file = path / _FILE
        self._processes: list[dict[str, Any]] = []
        self._folders: list[str] = []
        self._again: threading.Timer | None = None
        self._given_back = False

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def marker(self, name: str) -> str:
        """The value of the environment variable `leftovers.MARKER` for the child `name`."""
        return f"{self.run_id}/{name}"

    def record(self, name: str, pid: int, ending: Sequence[Step]) -> None:
        """Notes a child, so that the next supervisor can end it if this one cannot."""
        try:
            identity = leftovers.identify(pid)
        except OSError:
            # Without a record it is still found by its marker.
            return
        if identity is None:
            return
        with _guard:
            self._processes.append(leftovers.to_record(name, identity, ending))
            self._write_if_possible()

    def forget(self, pid: int) -> None:
        with _guard:
            self._processes = [record for record in self._processes if record["pid"] != pid]
            self._write_if_possible()

    def add_folder(self, folder: Path) -> None:
        """Notes a private folder outside this one, to be removed with the run."""
        with _guard:
            self._folders.append(str(folder))
            self._write_if_possible()

    def sweep(self, name: str) -> int:
        """Ends what the child `name` left behind. Returns how many processes there were."""
        return leftovers.end(leftovers.marked(self.run_id, name))

    def end_leftovers(self) -> tuple[int, bool]:
        """Ends what a dead supervisor left, last started first.

        Returns how many processes were still alive, and whether its run file was damaged. Raises OSError when the new
        run file cannot be written.
        """
        noted = read_noted(self._file)
        count = sum(leftovers.end_recorded(record) for record in reversed(noted.processes))
        for run in {noted.run, self._before} - {None}:
            count += leftovers.end(leftovers.marked(str(run)))
        for folder in noted.folders:
            _remove_private(Path(folder))
        self._write()
        return count, noted.damaged

    def give_back(self) -> None:
        """Removes what was noted and lets go of the lock."""
        self._given_back = True
        if self._again is not None:
            self._again.cancel()
        for folder in self._folders:
            _remove_private(Path(folder))
        with suppress(OSError):
            self._file.unlink(missing_ok=True)
        self.unlock()

    def unlock(self) -> None:
        self._lock.close()

    def _write_if_possible(self) -> None:
        """Writes now, or else again and again until it can be done."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        try:
            self._write()
        except OSError:
            self._again = threading.Timer(_AGAIN_S, self._write_again)
            self._again.daemon = True
            with suppress(RuntimeError):
                self._again.start()

    def _write_again(self) -> None:
        with _guard:
            if not self._given_back:
                self._write_if_possible()

    def _write(self) -> None:
        noted = {"run": self.run_id, "processes": self._processes, "folders": self._folders}
        # A name of its own each time: nothing that lies in the folder can be in the way.
        draft = self._file.with_name(f"{_FILE}.{secrets.token_hex(4)}.draft")
        try:
            draft.write_text(json.dumps(noted, indent=1), encoding="utf-8")
            draft.replace(self._file)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise


def read_noted(file: Path) -> Noted:
    """What a run file says; nothing if there is none, and nothing but `damaged` if it makes no sense."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Noted()
    except (OSError, ValueError, RecursionError):
        return Noted(damaged=True)
    try:
        processes = [dict(record) for record in found["processes"]]
        for record in processes:
            leftovers.check_record(record)
        folders = [str(folder) for folder in found["folders"]]
        return Noted(None if found["run"] is None else str(found["run"]), processes, folders)
    except (KeyError, TypeError, ValueError, OverflowError):
        return Noted(damaged=True)


def running_id(state_dir: Path) -> tuple[str, int] | None:
    """The name of the run that holds the folder now, and the pid of its supervisor; None when nobody holds it."""
    try:
        with (state_dir / _LOCK).open("r", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                pid, _, run_id = handle.read().strip().partition(" ")
                return run_id, int(pid) if pid.isdigit() else 0
    except OSError:
        return None
    return None


def claim(state_dir: Path, say: Callable[[str], None] | None = None) -> RunFolder:
    """Takes the state folder for this process (again, if it has it already) after ending what a dead one left.

    Raises AlreadyRunningError when another process has it, EngineError when the folder cannot be written.
    """
    path = state_dir.absolute()
    with _guard:
        folder = _claims.get(path)
        if folder is None:
            run_id = secrets.token_hex(8)
            lock, before = _lock(path, run_id)
            folder = RunFolder(path, lock, run_id, before)
            _clear(folder, say)
            _claims[path] = folder
        folder.holders += 1
        return folder


def release(folder: RunFolder) -> None:
    """Gives one hold on the folder back; with the last one the claim ends."""
    with _guard:
        folder.holders -= 1
        if folder.holders == 0:
            _claims.pop(folder.path, None)
            folder.give_back()


def _clear(folder: RunFolder, say: Callable[[str], None] | None) -> None:
    try:
        count, damaged = folder.end_leftovers()
    except OSError as error:
        folder.unlock()
        raise _unwritable(folder.path, error) from error
    except BaseException:
        folder.unlock()
        raise
    if say is None:
        return
    if damaged:
        say(
            f"Tệp {folder.path / _FILE} bị hỏng: đã tìm tiến trình cũ bằng cách khác và ghi lại tệp. / "
            "The run file was damaged: old processes were looked for by other means, and it was written anew."
        )
    if count:
        say(f"Đã dừng {count} tiến trình còn sót lại từ lần chạy trước. / Ended {count} left-over processes.")


def _lock(path: Path, run_id: str) -> tuple[TextIO, str | None]:
    """The lock, and the name of the run that held it last."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / "logs").mkdir(exist_ok=True)
        handle = (path / _LOCK).open("a+", encoding="utf-8", errors="replace")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        holder = handle.read().strip().partition(" ")[0]
        handle.close()
        raise AlreadyRunningError(path, int(holder) if holder.isdigit() else 0) from None
    try:
        handle.seek(0)
        before = handle.read().strip().partition(" ")[2]
        handle.truncate(0)
        handle.write(f"{os.getpid()} {run_id}")
        handle.flush()
    except OSError as error:
        with suppress(OSError):
            handle.close()
        raise _unwritable(path, error) from error
    return handle, before or None


def _unwritable(path: Path, error: OSError) -> EngineError:
    return EngineError(
        f"Không ghi được vào thư mục {path}: {error.strerror}.", f"Cannot write to {path}: {error.strerror}."
    )


def _remove_private(folder: Path) -> None:
    # The name comes out of a file: nothing but a private folder of ours is ever removed on its word.
    if folder.name.startswith(PRIVATE_FOLDER_PREFIX) and not folder.is_symlink():
        with suppress(OSError):
            shutil.rmtree(folder)
