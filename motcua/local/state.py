"""What a state folder keeps for the commands of its machine: the master key, and the settings of what runs."""

import base64
import binascii
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from motcua.local.embedded import EngineError
from motcua.local.embedded.postgres import forget_other_servers, is_embedded
from motcua.local.embedded.runfolder import claim, release, running_id

KEY: Final = "master.key"
LEFT: Final = "environment.json"
_KEY_BYTES: Final = 32


def write_whole(file: Path, text: str) -> None:
    """Writes a file for its owner alone: after a crash it is there whole, or as it was before."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def kept_key(state_dir: Path) -> str:
    """The development master key of this state folder, made once; without it its data cannot be read.

    Raises EngineError when the file is there and holds no key.
    """
    file = state_dir / KEY
    try:
        if not file.exists():
            state_dir.mkdir(parents=True, exist_ok=True)
            write_whole(file, base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode())
        return read_key(file)
    except OSError as error:
        raise EngineError(
            f"Không đọc hay ghi được khoá chính {file}: {error.strerror}.",
            f"The master key {file} cannot be read or written: {error.strerror}.",
        ) from error


def read_key(file: Path) -> str:
    """The key that a file holds. Raises EngineError when it holds none, OSError when it cannot be read."""
    text = file.read_bytes().decode("ascii", "replace").strip("\x00 \t\r\n")
    if not text:
        raise EngineError(
            f"Tệp khoá chính {file} trống (máy có thể đã tắt đột ngột). Hãy chép lại khoá từ bản cất riêng; "
            "không có khoá thì không đọc được dữ liệu. Nếu chưa có dữ liệu nào thì xoá tệp này.",
            f"The master key file {file} is empty (the machine may have crashed). Put the key back from your own copy; "
            "the data cannot be read without it. Where there is no data yet, remove the file.",
        )
    try:
        octets = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if len(octets) != _KEY_BYTES:
        raise EngineError(
            f"Tệp {file} không chứa khoá chính (cần {_KEY_BYTES} byte viết bằng base64). Hãy chép lại khoá từ bản cất.",
            f"The file {file} holds no master key ({_KEY_BYTES} bytes in base64). Put the key back from your own copy.",
        )
    return text


@contextmanager
def left_for_commands(state_dir: Path, env: Mapping[str, str]) -> Iterator[None]:
    """While a system runs, other commands on this machine find its settings in the state folder (owner only)."""
    file = state_dir / LEFT
    run = claim(state_dir)
    try:
        ours = {name: value for name, value in env.items() if name.startswith("MOTCUA_")}
        write_whole(file, json.dumps({"run": run.run_id, "settings": ours}))
        yield
    finally:
        with suppress(OSError):
            file.unlink(missing_ok=True)
        release(run)


def of_running_system(state_dir: Path) -> dict[str, str]:
    """The environment of this command, completed by that of the system running in the state folder, if any."""
    left = _left(state_dir)
    if is_embedded({**left, **os.environ}.get("MOTCUA_DATABASE_URL", "")):
        forget_other_servers(os.environ)
    return {**left, **os.environ}


def _left(state_dir: Path) -> dict[str, str]:
    file = state_dir / LEFT
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        said = None
    held = running_id(state_dir)
    if isinstance(said, dict) and held is not None and said.get("run") == held[0]:
        return {str(name): str(value) for name, value in dict(said.get("settings", {})).items()}
    sys.stderr.write(
        f"Bỏ qua {file}: hệ thống để lại tệp này không còn chạy. / Ignored: the system that left it no longer runs.\n"
    )
    return {}
