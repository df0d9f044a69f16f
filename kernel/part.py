"""How a domain registers itself with the system: one `Part` in its `part.py`, and nothing else names it.

A part is data. What runs is named as "module:name" and loaded only by the process that needs it, so a web worker never
carries a gateway's library, and a worker no schema of the API.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from redis import Redis

    from kernel.bell import Bell
    from kernel.clock import Clock
    from kernel.configuration.settings import KernelSettings
    from kernel.database.key_watch import KeyWatch
    from kernel.database.sessions import Database
    from kernel.limits import Limiter
    from kernel.storage import FileStore
    from kernel.vault import Vault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Service(Generic[T]):
    """The name of one object of a process, with its type: what a domain offers, or a port that it needs filled."""

    name: str


class Container(Protocol):
    """What a process holds: the kernel's objects, the settings of each part, and services, built when first asked."""

    @property
    def settings(self) -> "KernelSettings": ...

    @property
    def database(self) -> "Database": ...

    @property
    def redis(self) -> "Redis": ...

    @property
    def vault(self) -> "Vault": ...

    @property
    def clock(self) -> "Clock": ...

    @property
    def bell(self) -> "Bell": ...

    @property
    def limiter(self) -> "Limiter": ...

    @property
    def files(self) -> "FileStore": ...

    @property
    def watch(self) -> "KeyWatch": ...

    @property
    def parts(self) -> "Sequence[Part]": ...

    def get(self, service: Service[T]) -> T:
        """The one object of this process; built now if nobody asked before. Raises LookupError for an unfilled port."""
        ...

    def settings_of(self, kind: type[T]) -> T:
        """The settings of a part, by their class."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """How long a loop may go on: `slice_s` seconds, and no longer than until it is told to stop."""

    slice_s: float
    told_to_stop: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Loop:
    """Work that is done whenever its bell rings, in a worker process of its own.

    `run`: "module:name" of a function (Container, Turn) -> bool, True when work is left. The scheduler rings its bell
    every `every_s` seconds. `shares`: the queue of another loop, in whose process this one takes turns because it may
    be seconds late.
    """

    name: str
    run: str
    every_s: float = 2.0
    shares: str | None = None

    @property
    def queue(self) -> str:
        """Where its bell rings."""
        return self.shares or self.name


@dataclass(frozen=True, slots=True)
class WaitingTable:
    """A table whose open rows wait for the time in the column `due`, by the database's clock. `others`: further columns
    with times of the same clock."""

    table: str
    due: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What a domain is to the system. Every text but `name` is "module" or "module:name".

    `settings`: classes with `read(Environment)`. `models`: modules with tables. `services`: name of a `Service` ->
    function (Container) -> object. `handlers`, `urgent`: functions (Container) -> Handlers of outbox events; the urgent
    ones run in the transaction of their event. `notices`, `urgent_notices`: kind of event ->
    `kernel.notices.NoticeReader`. `texts`: package with the texts of its notices. `housekeeping`: functions
    (Container) -> None that the sweep calls. `seeds`: functions (Container) -> mapping of counts, in order;
    `sandbox_seeds` not in production. `commands`: click commands. `diagrams`: tuples of `StatePage`.
    """

    name: str
    settings: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    services: Mapping[str, str] = field(default_factory=dict)
    loops: tuple[Loop, ...] = ()
    waiting: tuple[WaitingTable, ...] = ()
    handlers: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()
    notices: Mapping[str, str] = field(default_factory=dict)
    urgent_notices: Mapping[str, str] = field(default_factory=dict)
    texts: str = ""
    housekeeping: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    sandbox_seeds: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    diagrams: tuple[str, ...] = ()


_registered: list[Part] = []


def register(parts: Sequence[Part]) -> None:
    """Tells this process of the parts of its system; done once, by the list of them."""
    _registered[:] = parts


def registered() -> Sequence[Part]:
    """The parts of the system. Empty before the list of them was imported."""
    return tuple(_registered)


def load_models() -> None:
    """Loads the tables of every part, for what looks at all of them: a process loads only those of its work."""
    for part in _registered:
        for module in part.models:
            load(module)


def load(path: str) -> Any:
    """What "module:name" names; a module for "module" alone. Raises ImportError and AttributeError."""
    module, _, name = path.partition(":")
    found = import_module(module)
    return getattr(found, name) if name else found
