"""What a backup is made of, or goes into: a database, a file store, and the master key that opens both."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kernel.configuration.settings import DATABASE_URL, FILES_URL, MASTER_KEY, Environment
from kernel.storage import FileStore, open_store
from motcua.backup.errors import BackupError
from motcua.local.embedded import engines
from motcua.local.state import KEY, of_running_system, read_key

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    database_url: str
    files: FileStore
    master_key: bytes


def master_key_of(state_dir: Path, said: Mapping[str, str]) -> bytes:
    """The key that the environment or the state folder gives. Raises EngineError or SettingsError; makes none."""
    text = said.get("MOTCUA_MASTER_KEY", "").strip()
    if not text:
        try:
            text = read_key(state_dir / KEY)
        except FileNotFoundError:
            raise BackupError(
                f"Không có khoá chính: đặt MOTCUA_MASTER_KEY hoặc chép khoá vào {state_dir / KEY}.",
                f"There is no master key: set MOTCUA_MASTER_KEY or put it into {state_dir / KEY}.",
            ) from None
    env = Environment({"MOTCUA_MASTER_KEY": text})
    key = MASTER_KEY.read(env)
    env.finish()
    return key


@contextmanager
def source(state_dir: Path, say: Say) -> Iterator[Place]:
    """The system that runs, or the one at rest in the state folder, whose engines then run for the block."""
    said = of_running_system(state_dir)
    key = master_key_of(state_dir, said)
    if said.get("MOTCUA_DATABASE_URL", "").strip():
        yield _place(state_dir, said, key)
        return
    with engines(state_dir, say=say) as urls:
        yield _place(state_dir, {**said, "MOTCUA_DATABASE_URL": urls.database_url}, key)


@contextmanager
def target(state_dir: Path, said: Mapping[str, str], master_key: bytes, say: Say) -> Iterator[Place]:
    """Where a backup goes: held alone for the block, so no system of this folder runs meanwhile."""
    given = said.get("MOTCUA_DATABASE_URL", "").strip() or None
    # With a server of somebody's nothing is started, and the folder is claimed all the same.
    with engines(
        state_dir, database_url=given, redis_url="unused" if given else None, begin_anew=True, say=say
    ) as urls:
        yield _place(state_dir, {**said, "MOTCUA_DATABASE_URL": urls.database_url}, master_key)


def _place(state_dir: Path, said: Mapping[str, str], master_key: bytes) -> Place:
    files_url = said.get("MOTCUA_FILES_URL", "").strip() or (state_dir / "files").resolve().as_uri()
    env = Environment({**said, "MOTCUA_FILES_URL": files_url})
    database_url, files_url = DATABASE_URL.read(env), FILES_URL.read(env)
    env.finish()
    return Place(database_url, open_store(files_url), master_key)
