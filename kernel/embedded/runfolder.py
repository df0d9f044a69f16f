"""The claim of one supervisor on one state folder, and the note of what it started.

`run.lock` is held for as long as the supervisor lives; the system lets go of it even after SIGKILL. `run.json` names
the run, its processes and its socket folders. Finding a `run.json` while getting the lock means that the last
supervisor had no time to tidy up, so the next one does.
"""

import fcntl
import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from kernel.embedded import leftovers
from kernel.embedded.errors import AlreadyRunningError, EngineError
from kernel.embedded.spec import Step

SOCKET_FOLDER_PREFIX = "mc-"

_claims: dict[Path, "RunFolder"] = {}
_guard = threading.RLock()


class RunFolder:
    """Made by `claim`, given back by `release`. Safe to use from several threads."""

    def __init__(self, path: Path, lock: TextIO) -> None:
        self.path = path
        self.run_id = secrets.token_hex(8)
        self.holders = 0
        self._lock = lock
        self._file = path / "run.json"
        self._processes: list[dict[str, Any]] = []
        self._folders: list[str] = []

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def marker(self, name: str) -> str:
        """The value of the environment variable `leftovers.MARKER` for the child `name`."""
        return f"{self.run_id}/{name}"

    def record(self, name: str, pid: int, ending: Sequence[Step]) -> None:
        """Notes a child, so that the next supervisor can end it if this one cannot."""
        identity = leftovers.identify(pid)
        if identity is None:
            return
        with _guard:
            self._processes.append(leftovers.to_record(name, identity, ending))
            self._write()

    def forget(self, pid: int) -> None:
        with _guard:
            self._processes = [record for record in self._processes if record["pid"] != pid]
            self._write()

    def add_folder(self, folder: Path) -> None:
        """Notes a folder of sockets, to be removed with the run."""
        with _guard:
            self._folders.append(str(folder))
            self._write()

    def sweep(self, name: str) -> int:
        """Ends what the child `name` left behind. Returns how many processes there were."""
        return leftovers.end(leftovers.marked(self.run_id, name))

    def end_leftovers(self) -> int:
        """Ends what the run file of a dead supervisor names, last started first. Returns how many were still alive."""
        try:
            noted = json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            noted = {"run": None, "processes": [], "folders": []}
        count = sum(leftovers.end_recorded(record) for record in reversed(noted["processes"]))
        if noted["run"]:
            count += leftovers.end(leftovers.marked(noted["run"]))
        for folder in noted["folders"]:
            _remove_sockets(Path(folder))
        self._write()
        return count

    def give_back(self) -> None:
        """Removes what was noted and lets go of the lock."""
        for folder in self._folders:
            _remove_sockets(Path(folder))
        self._file.unlink(missing_ok=True)
        self.unlock()

    def unlock(self) -> None:
        self._lock.close()

    def _write(self) -> None:
        draft = self._file.with_suffix(".draft")
        noted = {"run": self.run_id, "processes": self._processes, "folders": self._folders}
        draft.write_text(json.dumps(noted, indent=1))
        draft.replace(self._file)


def claim(state_dir: Path, say: Callable[[str], None] | None = None) -> RunFolder:
    """Takes the state folder for this process (again, if it has it already) after ending what a dead one left.

    Raises AlreadyRunningError when another process has it, EngineError when the folder cannot be written.
    """
    path = state_dir.absolute()
    with _guard:
        folder = _claims.get(path)
        if folder is None:
            folder = RunFolder(path, _lock(path))
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
        count = folder.end_leftovers()
    except BaseException:
        folder.unlock()
        raise
    if count and say is not None:
        say(f"Đã dừng {count} tiến trình còn sót lại từ lần chạy trước. / Ended {count} left-over processes.")


def _lock(path: Path) -> TextIO:
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / "logs").mkdir(exist_ok=True)
        handle = (path / "run.lock").open("a+")
    except OSError as error:
        raise EngineError(
            f"Không ghi được vào thư mục {path}: {error.strerror}.", f"Cannot write to {path}: {error.strerror}."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        holder = handle.read().strip()
        handle.close()
        raise AlreadyRunningError(path, int(holder) if holder.isdigit() else 0) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def _remove_sockets(folder: Path) -> None:
    # The name comes out of a file: nothing but a socket folder of ours is ever removed on its word.
    if folder.name.startswith(SOCKET_FOLDER_PREFIX) and not folder.is_symlink():
        with suppress(OSError):
            shutil.rmtree(folder)
