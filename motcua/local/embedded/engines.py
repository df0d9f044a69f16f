"""PostgreSQL and Valkey for one state folder: embedded ones, or those that the settings name."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from motcua.local.embedded import postgres, valkey
from motcua.local.embedded.places import FALLBACK_ROOT, Home, choose_home, leave_home, socket_folder
from motcua.local.embedded.runfolder import RunFolder, claim, release
from motcua.local.embedded.spec import ProcessSpec, ProcessStatus
from motcua.local.embedded.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class EngineUrls:
    """`database_url` is for SQLAlchemy with psycopg, `redis_url` for redis-py and RQ."""

    database_url: str
    redis_url: str


class Engines:
    """Embedded engines without a block: `start` and `stop` may be called from any thread.

    An engine is embedded only if its URL is not given. A crashed one is started again behind the same URL. Data kept
    with `durable=False` may be lost, and is when it had to live outside the state folder. `begin_anew` makes a new
    database although the folder once held one.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        database_url: str | None = None,
        redis_url: str | None = None,
        durable: bool = True,
        begin_anew: bool = False,
        say: Callable[[str], None] | None = None,
        fallback_root: Path = FALLBACK_ROOT,
    ) -> None:
        self._state_dir = state_dir
        self._given = (database_url, redis_url)
        self._durable = durable
        self._begin_anew = begin_anew
        self._say = say
        self._fallback_root = fallback_root
        self._supervisor = Supervisor(state_dir, echo=None, say=say)
        self._home: Home | None = None
        self._home_claim: RunFolder | None = None

    def start(self) -> EngineUrls:
        """Starts what is not given, and returns once it answers. Raises EngineError and its kinds.

        `say` hears of left-overs that were ended and of long waits.
        """
        run = claim(self._state_dir, self._say)
        try:
            return self._start(run)
        except BaseException:
            self.stop()
            raise
        finally:
            release(run)

    def stop(self) -> bool:
        """Ends the engines in reverse order; returns whether none had to be forced."""
        gentle = self._supervisor.stop()
        if self._home_claim is not None:
            release(self._home_claim)
            self._home_claim = None
            if self._home is not None and not self._durable:
                leave_home(self._state_dir, self._home)
        return gentle

    def status(self) -> list[ProcessStatus]:
        """The engines that run here: "postgres", "valkey"."""
        return self._supervisor.status()

    def __enter__(self) -> EngineUrls:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self, run: RunFolder) -> EngineUrls:
        database_url, redis_url = self._given
        if database_url and redis_url:
            self._supervisor.start([])
            return EngineUrls(database_url, redis_url)
        home = choose_home(self._state_dir, postgres.DATA, self._fallback_root)
        if home.folder != run.path:
            # A copied project folder names the same home as the one it was copied from.
            self._home, self._home_claim = home, claim(home.folder, self._say)
        sockets = socket_folder(home, run)
        specs: list[ProcessSpec] = []
        if not database_url:
            postgres.forget_other_servers(os.environ)
            specs.append(postgres.prepare(home, sockets, run, durable=self._durable, begin_anew=self._begin_anew))
        if not redis_url:
            specs.append(valkey.prepare(home, sockets))
        self._supervisor.start(specs)
        if not database_url:
            postgres.ensure_database(sockets)
        return EngineUrls(database_url or postgres.url(sockets), redis_url or valkey.url(sockets))


@contextmanager
def engines(
    state_dir: Path,
    *,
    database_url: str | None = None,
    redis_url: str | None = None,
    durable: bool = True,
    begin_anew: bool = False,
    say: Callable[[str], None] | None = None,
) -> Iterator[EngineUrls]:
    """The engines of a command: started before the block, ended after it, whatever ends it.

    In the main thread SIGTERM and SIGHUP leave the block by SystemExit (unless somebody handles them already), so that
    they too end what was started. The folder is claimed even if both URLs are given.
    """
    with (
        _signals_leave_the_block(),
        Engines(
            state_dir, database_url=database_url, redis_url=redis_url, durable=durable, begin_anew=begin_anew, say=say
        ) as urls,
    ):
        yield urls


@contextmanager
def _signals_leave_the_block() -> Iterator[None]:
    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    ours = []
    if threading.current_thread() is threading.main_thread():
        ours = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
