"""What a process holds: the kernel's objects, the settings of each part, and services built when first asked for."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from redis import Redis

from api.settings import ApiSettings
from kernel.bell import Bell, connect
from kernel.clock import Clock, SystemClock
from kernel.configuration.kinds import DECLARED
from kernel.configuration.settings import ELSEWHERE, Environment, KernelSettings
from kernel.database.key_watch import KeyWatch
from kernel.database.sessions import Database
from kernel.limits import Limiter
from kernel.outbox import Handlers, handle_urgent
from kernel.part import Part, Service, load
from kernel.storage import FileStore
from kernel.vault import Vault
from motcua.wiring.boot import open_servers
from motcua.wiring.parts import JOINS, PARTS, Join, builders, loops
from outbound.direct.files import open_bounded

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment says, read once. `warnings`: what is set and read by nobody."""

    by_kind: Mapping[type[Any], Any]
    warnings: tuple[str, ...]

    @property
    def kernel(self) -> KernelSettings:
        return self.of(KernelSettings)

    def of(self, kind: type[T]) -> T:
        return cast(T, self.by_kind[kind])

    @classmethod
    def read(cls, values: Mapping[str, str], parts: Sequence[Part] = PARTS) -> "Settings":
        """Raises SettingsError, naming every variable that is missing or unfit, or nearly called like one of ours."""
        kinds = [ApiSettings, *(load(path) for part in parts for path in part.settings)]
        env = Environment(values)
        env.look_for_misspelt(DECLARED.keys() | ELSEWHERE)
        found = {kind: kind.read(env) for kind in kinds}
        env.finish()
        return cls(found, tuple(env.warnings))


@dataclass(frozen=True)
class Container:
    """Built once for a process, shared by its threads. See `kernel.part.Container`."""

    all_settings: Settings
    database: Database
    redis: Redis
    vault: Vault
    clock: Clock
    bell: Bell
    limiter: Limiter
    files: FileStore
    watch: KeyWatch
    parts: Sequence[Part] = PARTS
    joins: Sequence[Join] = JOINS
    filled: Mapping[str, Any] = field(default_factory=dict)
    """Services given from outside, by name; they win over what the parts would build."""
    _built: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def settings(self) -> KernelSettings:
        return self.all_settings.kernel

    def settings_of(self, kind: type[T]) -> T:
        return self.all_settings.of(kind)

    def get(self, service: Service[T]) -> T:
        if service.name in self.filled:
            return cast(T, self.filled[service.name])
        with self._lock:
            if service.name not in self._built:
                builder = builders(self.parts, self.joins).get(service.name)
                if builder is None:
                    raise LookupError(f"no part offers {service.name}")
                self._built[service.name] = load(builder)(self)
            return cast(T, self._built[service.name])

    def close(self) -> None:
        """Ends what holds connections."""
        for built in self._built.values():
            close = getattr(built, "close", None)
            if close is not None:
                close()
        self.database.dispose()
        self.redis.close()


def open_container(
    values: Mapping[str, str],
    *,
    clock: Clock | None = None,
    drains: bool = False,
    parts: Sequence[Part] = PARTS,
    joins: Sequence[Join] = JOINS,
) -> Container:
    """Everything of one process, from its environment; `drains`: of a worker.

    Raises SettingsError, and its kind ServerError when a server beside us is away or not what it must be.
    """
    return make_container(Container, values, clock=clock, drains=drains, parts=parts, joins=joins)


C = TypeVar("C", bound=Container)


def make_container(
    kind: Callable[..., C],
    values: Mapping[str, str],
    *,
    clock: Clock | None = None,
    drains: bool = False,
    parts: Sequence[Part] = PARTS,
    joins: Sequence[Join] = JOINS,
) -> C:
    """As `open_container`, for a container of another class."""
    settings = _judged(values, parts)
    kernel = settings.kernel
    queues = {loop.name: loop.queue for loop in loops(parts).values()}
    bell = Bell(redis := connect(kernel.redis_url), queues=queues)
    database = Database(kernel.database_url, pool_size=kernel.pool_size, ring=bell.ring, custom_plans=drains)
    vault, watch = open_servers(database, redis, kernel.master_key)
    held = kind(
        all_settings=settings,
        database=database,
        redis=redis,
        vault=vault,
        clock=clock or SystemClock(),
        bell=bell,
        limiter=Limiter(redis),
        files=open_bounded(kernel.files_url),
        watch=watch,
        parts=parts,
        joins=joins,
    )
    database.before_commit = lambda session: handle_urgent(session, lambda: _urgent_handlers(held))
    database.watch = watch
    return held


def event_handlers(held: Container) -> Handlers:
    """Outbox event -> what is to be done about it, in the transaction that marks it done."""
    paths = [path for part in held.parts for path in part.handlers]
    paths += [path for join in held.joins for path in join.handlers]
    return _joined([load(path)(held) for path in paths])


def _urgent_handlers(held: Container) -> Handlers:
    return _joined([load(path)(held) for part in held.parts for path in part.urgent])


def _joined(found: Sequence[Handlers]) -> Handlers:
    kinds = {kind for handlers in found for kind in handlers}
    return {kind: tuple(each for handlers in found for each in handlers.get(kind, ())) for kind in kinds}


def _judged(values: Mapping[str, str], parts: Sequence[Part]) -> Settings:
    settings = Settings.read(values, parts)
    for warning in settings.warnings:
        # By the standard library: to standard error until the process has set up its logs.
        logging.getLogger(__name__).warning("%s", warning)
    return settings
