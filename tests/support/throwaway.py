"""One throw-away PostgreSQL and Valkey for a whole test run, shared by its workers.

The process that leads the run (the only one, or the controller of pytest-xdist) owns the engines, because it is the
last to end. They are started when the first test asks, so a run of pure tests pays nothing. The engines of a run that
was killed are found and ended by the next one.
"""

import fcntl
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from kernel.configuration.kinds import Text
from kernel.configuration.settings import DATABASE_URL, REDIS_URL, Environment
from motcua.local.embedded import AlreadyRunningError, Engines
from motcua.local.embedded.runfolder import claim, release

_RUNS = Path(tempfile.gettempdir()) / f"motcua-tests-{os.getuid()}"
_WANTED, _URLS, _ERROR = "wanted", "urls.json", "error.txt"
_POLL_S = 0.05
_PATIENCE_S = 240.0

Migrate = Callable[[str], None]
"""Builds the schema in the empty database of the given URL."""


@dataclass(frozen=True, slots=True)
class Servers:
    """`admin_url` is a database to give orders from; names of the run's own databases begin with `prefix`."""

    admin_url: str
    redis_url: str
    prefix: str

    def database_url(self, name: str) -> str:
        return make_url(self.admin_url).set(database=f"{self.prefix}_{name}").render_as_string(hide_password=False)

    def numbered_redis_url(self, number: int) -> str:
        return (
            self.redis_url.replace("?db=0", f"?db={number}")
            if "?db=" in self.redis_url
            else (f"{self.redis_url.rstrip('/')}/{number}")
        )

    def drop_all(self) -> None:
        """Drops the databases of this run."""
        for name in self.order("SELECT datname FROM pg_database WHERE starts_with(datname, :p)", p=f"{self.prefix}_"):
            self.order(f'DROP DATABASE "{name}" WITH (FORCE)')

    def order(self, statement: str, **values: str) -> list[str]:
        """Runs one statement outside any transaction; returns the first column of its rows, if it has rows."""
        engine = create_engine(self.admin_url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                result = connection.execute(text(statement), values)
                return [str(row[0]) for row in result] if result.returns_rows else []
        finally:
            engine.dispose()

    def clone_template(self, name: str) -> str:
        """A new database with the schema in it; returns its URL."""
        self.order(f'CREATE DATABASE "{self.prefix}_{name}" TEMPLATE "{self.prefix}_template"')
        return self.database_url(name)


class Host:
    """Owns the servers of one run. `migrate` is called once, before the first test that needs a database."""

    def __init__(self, migrate: Migrate) -> None:
        self._migrate = migrate
        self._servers: Servers | None = None
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None
        _RUNS.mkdir(exist_ok=True)
        with _alone():
            _end_killed_runs()
            self.folder = Path(tempfile.mkdtemp(prefix="run-", dir=_RUNS))
            self.folder.chmod(0o755)
            self._claim = claim(self.folder)
        self._engines = Engines(
            self.folder,
            database_url=_given(DATABASE_URL),
            redis_url=_given(REDIS_URL),
            durable=False,
        )

    def servers(self) -> Servers:
        """The servers, started and with the template in place."""
        if self._servers is None:
            urls = self._engines.start()
            servers = Servers(urls.database_url, urls.redis_url, f"test_{self.folder.name[4:]}")
            servers.order(f'CREATE DATABASE "{servers.prefix}_template"')
            self._servers = servers
            self._migrate(servers.database_url("template"))
        return self._servers

    def serve_workers(self) -> None:
        """Starts the servers once a worker asks for them by `ask`."""
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="test servers", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        self._closing.set()
        if self._watcher is not None:
            self._watcher.join()
        try:
            if self._servers is not None:
                self._servers.drop_all()
        finally:
            self._engines.stop()
            release(self._claim)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _watch(self) -> None:
        while not self._closing.wait(_POLL_S):
            if (self.folder / _WANTED).exists():
                self._answer()
                return

    def _answer(self) -> None:
        try:
            servers = self.servers()
        except Exception as error:
            _write(self.folder / _ERROR, f"{type(error).__name__}: {error}")
            return
        answer = {"admin_url": servers.admin_url, "redis_url": servers.redis_url, "prefix": servers.prefix}
        _write(self.folder / _URLS, json.dumps(answer))


def ask(folder: Path) -> Servers:
    """What a worker does to get the servers of the run whose folder this is."""
    (folder / _WANTED).touch()
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if (folder / _URLS).exists():
            return Servers(**json.loads((folder / _URLS).read_text()))
        if (folder / _ERROR).exists():
            raise RuntimeError((folder / _ERROR).read_text())
        time.sleep(_POLL_S)
    raise RuntimeError(f"no test servers after {_PATIENCE_S:.0f} s")


def _given(setting: Text) -> str | None:
    """The address of a server that is there already. Raises SettingsError when it cannot be one."""
    env = Environment(os.environ)
    if not setting.is_set(env):
        return None
    url = setting.read(env)
    env.finish()
    return url


def _write(path: Path, content: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(content)
    draft.replace(path)


@contextmanager
def _alone() -> Iterator[None]:
    """So that no run takes the folder of one that is just beginning for that of a dead one."""
    with (_RUNS / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _end_killed_runs() -> None:
    for folder in _RUNS.glob("run-*"):
        try:
            release(claim(folder))
        except AlreadyRunningError:
            continue
        shutil.rmtree(folder, ignore_errors=True)
