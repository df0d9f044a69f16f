"""Whether a state folder once held data that is gone: then nothing is begun anew in silence."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from motcua.local.embedded.errors import EngineError

MADE: Final = "database-made"
UNFINISHED: Final = "restore-unfinished"
_KEY: Final = "master.key"
_FILES: Final = "files"
_CLUSTER: Final = ("PG_VERSION", "global/pg_control")


def require_no_traces(state_dir: Path, data: Path) -> None:
    """For a cluster that is not there. Raises EngineError when the state folder shows that it once was."""
    found = [name for name in (MADE, _KEY) if (state_dir / name).exists()]
    if _holds_a_file(state_dir / _FILES):
        found.append(_FILES)
    if found:
        raise _gone(state_dir, data, ", ".join(found))


def require_cluster(state_dir: Path, data: Path) -> None:
    """For a cluster whose folder is there. Raises EngineError when what makes it one is not in it."""
    missing = [name for name in _CLUSTER if not (data / name).exists()]
    if missing:
        raise _gone(state_dir, data, ", ".join(missing), emptied=True)


def require_finished(state_dir: Path) -> None:
    """Raises EngineError when a restore into this folder was broken off: what it holds is neither old nor new."""
    if (state_dir / UNFINISHED).exists():
        raise EngineError(
            f"Lần khôi phục trước vào {state_dir} bị ngắt giữa chừng. Chạy lại: motcua restore TỆP --state {state_dir} "
            "--replace.",
            f"The last restore into {state_dir} was broken off. Run motcua restore FILE --state {state_dir} --replace "
            "again.",
        )


@contextmanager
def unfinished(state_dir: Path) -> Iterator[None]:
    """Marks the folder while it is restored. The mark stays when the block is broken off, by an error or a crash."""
    (state_dir / UNFINISHED).touch()
    yield
    (state_dir / UNFINISHED).unlink()


def note_made(state_dir: Path) -> None:
    """Leaves the trace of a cluster that has been made."""
    # Without it the master key and the files are traces enough.
    with suppress(OSError):
        (state_dir / MADE).write_text(
            "Cơ sở dữ liệu của thư mục này đã được tạo. / The database of this folder has been made.\n",
            encoding="utf-8",
        )


def _holds_a_file(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*"))


def _gone(state_dir: Path, data: Path, what: str, *, emptied: bool = False) -> EngineError:
    seen_vi = f"thiếu {what} trong {data}" if emptied else f"{data} không còn, nhưng vẫn còn {what}"
    seen_en = f"{data} lacks {what}" if emptied else f"{data} is gone, but {what} is still there"
    return EngineError(
        f"Thư mục {state_dir} từng có dữ liệu nay không còn ({seen_vi}). Khôi phục: motcua restore TỆP --state "
        f"{state_dir}. Bắt đầu lại từ đầu: chuyển cả thư mục đi nơi khác (mv) rồi chạy lại.",
        f"The folder {state_dir} once held data that is gone ({seen_en}). To restore: motcua restore FILE --state "
        f"{state_dir}. To begin anew on purpose: move the whole folder away (mv) and start again.",
    )
