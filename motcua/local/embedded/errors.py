"""What can go wrong before the system is up. Texts are for whoever typed the command: Vietnamese, then English."""

from collections.abc import Sequence
from pathlib import Path


class EngineError(Exception):
    """An embedded engine or a supervised process cannot do its work; the text says what to do about it."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi}\n{en}")
        self.vi = vi
        self.en = en


class AlreadyRunningError(EngineError):
    """Another supervisor holds the state folder. `pid` is 0 when it has not yet said who it is."""

    def __init__(self, folder: Path, pid: int) -> None:
        holder = pid or "?"
        super().__init__(
            f"Thư mục {folder} đang được tiến trình {holder} sử dụng. Hãy dừng tiến trình đó trước.",
            f"Process {holder} is already using {folder}. Stop it first.",
        )
        self.pid = pid


class StartError(EngineError):
    """A process ended, or stayed silent too long, before it was ready. `tail` holds its last lines of output."""

    def __init__(self, name: str, vi: str, en: str, tail: Sequence[str] = ()) -> None:
        shown = "".join(f"\n  {line}" for line in tail)
        super().__init__(f"{name}: {vi}", f"{name}: {en}{shown}")
        self.name = name
        self.tail = tuple(tail)
