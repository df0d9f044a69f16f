"""A folder of its own for one run of a demo or a bench, so that runs never meet, and none leaves anything behind."""

import fcntl
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from sqlalchemy import create_engine, make_url, text

from kernel.configuration.settings import DATABASE_URL, Environment
from motcua.local.embedded import AlreadyRunningError
from motcua.local.embedded.runfolder import claim, release

_ours: set[Path] = set()
"""The folders of the runs that go on in this process."""


@contextmanager
def private_folder(kind: str) -> Iterator[Path]:
    """Removed when the block ends. What earlier runs of this kind could not tidy up, killed as they were, goes first.

    Raises EngineError when a left-over process cannot be ended.
    """
    root = Path(tempfile.gettempdir()) / f"motcua-{kind}-{os.getuid()}"
    root.mkdir(exist_ok=True)
    with _alone(root):
        _end_killed_runs(root)
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=root))
        # The engines may run under another account than the one that starts them.
        folder.chmod(0o755)
        held = claim(folder)
        _ours.add(folder)
    try:
        yield folder
    finally:
        release(held)
        shutil.rmtree(folder, ignore_errors=True)
        _ours.discard(folder)


@contextmanager
def signals_leave() -> Iterator[None]:
    """SIGTERM and SIGHUP leave the block as Ctrl-C does, so that what it started is stopped. For the main thread."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """So that no run takes the folder of one that is just beginning for that of a dead one."""
    with (root / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _end_killed_runs(root: Path) -> None:
    # A process is given what it holds once more, so a claim says nothing about runs of our own.
    for folder in set(root.glob("run-*")) - _ours:
        try:
            release(claim(folder))
        except AlreadyRunningError:
            continue
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_settings() -> Iterator[dict[str, str]]:
    """The environment without settings of ours; where it names servers, with a database of the run's own on them."""
    said = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    said["MOTCUA_MODE"] = "development"
    if redis_url := os.environ.get("MOTCUA_REDIS_URL"):
        said["MOTCUA_REDIS_URL"] = redis_url
    env = Environment(os.environ)
    if not DATABASE_URL.is_set(env):
        yield said
        return
    server = DATABASE_URL.read(env)
    env.finish()
    name = f"motcua_run_{secrets.token_hex(6)}"
    _order(server, f'CREATE DATABASE "{name}"')
    try:
        yield {**said, "MOTCUA_DATABASE_URL": make_url(server).set(database=name).render_as_string(hide_password=False)}
    finally:
        _order(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _order(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
