"""Where a drill takes place: a system of its own, the handles to break it by, and what its subject must offer."""

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import psutil
import redis
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import InterfaceError, OperationalError

from bench.faults.provider import Provider
from bench.ground import Ground
from motcua.local.embedded import ProcessSpec, Supervisor

RETURN_S: Final = 60.0
PHONES: Final = "+849056"
"""What the number of every phone begins with that an order is about."""
_POLL_S: Final = 0.02


class NotBack(Exception):  # noqa: N818 - reads as what it says
    """What a fault took away did not come back."""


class GivenUp(Exception):  # noqa: N818 - reads as what it says
    """Raised inside a transaction so that it is rolled back."""


@dataclass(frozen=True, slots=True)
class Order:
    """One message to be caused; `key` is the subject's own id of it, `mark` stands in no message but this one."""

    phone: str
    key: Any
    mark: str


class Subject(Protocol):
    """The system under test: the product, or what it is compared with. `workers`: names of the processes that an order
    goes through; `others`: of those that work beside them."""

    workers: Sequence[str]
    others: Sequence[str]
    web: str | None
    ended_well: frozenset[str]

    def processes(self, place: Ground) -> list[ProcessSpec]: ...

    def prepare(self, arena: "Arena", number: int) -> list[Order]:
        """So many orders that wait for nothing but their commit."""
        ...

    def carry_out(self, order: Order) -> None:
        """As a use case does it. Raises whatever breaks; may be called again for the same order."""
        ...

    def roll_back(self, order: Order) -> None:
        """The same, given up before its commit."""
        ...

    def commit_and_die(self, arena: "Arena", order: Order) -> None:
        """Commits in a web process that is killed before it rings the bell; commits somewhere in any case."""
        ...

    def poison(self, arena: "Arena", orders: Sequence[Order]) -> None:
        """Uses the orders for messages that cannot go out, each in a way of its own."""
        ...

    def examine_poison(self, arena: "Arena") -> None:
        """Adds to the oddities what poison has not ended dead, with its reason."""
        ...

    def working(self, arena: "Arena", name: str) -> bool:
        """Whether this worker, begun since the fault of this moment, has come so far as to work."""
        ...

    def busy(self, arena: "Arena", name: str) -> bool:
        """Whether this worker, which stands still, stands in the middle of a chunk."""
        ...

    def in_flight(self, arena: "Arena", name: str) -> set[str]:
        """The phones whose message this worker is sending to the provider at this moment."""
        ...

    def unseen(self, arena: "Arena") -> list[tuple[str, float, float]]:
        """Every call whose end nobody saw: its phone, when it began, and when it was given up."""
        ...

    def open(self, arena: "Arena") -> int:
        """How many messages are still to be sent, or to be settled."""
        ...

    def committed(self, arena: "Arena") -> set[str]:
        """The phones of the orders whose commit is in the database."""
        ...

    def ends(self, arena: "Arena") -> dict[str, str] | None:
        """Phone -> the state in which its message ended; None when no record is kept."""
        ...

    def story(self, arena: "Arena", phone: str) -> str:
        """When each stage of one message was reached, for people who look for a delay; "" when no record is kept."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Arena:
    """`begun`: when the fault of this moment struck. `caught`: phones with a call in flight when a worker was killed.
    `poison`: phones whose message cannot go out; `oddities`: what was seen that must not be, in words."""

    place: Ground
    supervisor: Supervisor
    subject: Subject
    provider: Provider
    spare: Iterator[Order]
    begun: float = 0.0
    caught: set[str] = field(default_factory=set)
    poison: set[str] = field(default_factory=set)
    oddities: list[str] = field(default_factory=list)
    settled: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    _engine: Engine | None = None

    # Processes of ours

    def pid(self, name: str) -> int | None:
        return self.supervisor.pid(name)

    def strike(self, name: str, number: signal.Signals) -> None:
        """A signal to a process and all it started; returns once another one runs in its place. Raises NotBack."""
        old = self.wait_for(lambda: self.pid(name), f"{name} to run")
        self.begun = time.time()
        os.killpg(old, number)
        self.wait_for(lambda: self.pid(name) not in (None, old), f"a new {name}")

    def hold_in_mid_chunk(self, name: str) -> set[str]:
        """Makes a worker stand still while it has work in its hands. Returns the phones whose message it is sending.

        It is looked at when it stands, so that it cannot finish between the look and a blow. Raises NotBack.
        """
        self.wait_for(lambda: self._holds_in_mid_chunk(name), f"{name} in mid-chunk")
        caught = self.subject.in_flight(self, name)
        self.caught |= caught
        return caught

    def _holds_in_mid_chunk(self, name: str) -> bool:
        """Whether it stands still now; it goes on when it has nothing in its hands."""
        pid = self.pid(name)
        if pid is None:
            return False
        os.killpg(pid, signal.SIGSTOP)
        if self.subject.busy(self, name):
            return True
        os.killpg(pid, signal.SIGCONT)
        return False

    # The engines

    def engine(self, name: str) -> psutil.Process:
        """The process of "postgres" or "valkey"."""
        noted = json.loads((self.place.folder / "engines" / "run.json").read_text())["processes"]
        return psutil.Process(next(record["pid"] for record in noted if record["name"] == name))

    @contextmanager
    def valkey(self) -> Iterator[redis.Redis]:
        url = self.place.environment["MOTCUA_REDIS_URL"]
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=None) as client:
            yield client

    def valkey_answers(self) -> bool:
        with suppress(redis.RedisError), self.valkey() as client:
            return bool(client.ping())
        return False

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """One statement by a connection of the drill's own, tried again while the database is away."""
        rows: tuple[list[Any]] = self.wait_for(lambda: self._rows(statement, values), "the database")
        return rows[0]

    def postgres_answers(self) -> bool:
        return bool(self._rows("SELECT 1", {}))

    def _rows(self, statement: str, values: Mapping[str, Any]) -> tuple[list[Any]] | None:
        if self._engine is None:
            url = self.place.environment["MOTCUA_DATABASE_URL"]
            self._engine = create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True)
        try:
            with self._engine.connect() as connection:
                result = connection.execute(text(statement), values)
                return ([tuple(row) for row in result] if result.returns_rows else [],)
        except (OperationalError, InterfaceError):
            return None

    def close(self) -> None:
        self.provider.close()
        if self._engine is not None:
            self._engine.dispose()

    # Waiting

    def wait_for(self, check: Callable[[], Any], what: str, seconds: float = RETURN_S) -> Any:
        """What `check` gives once it is true. Raises NotBack."""
        ends = time.monotonic() + seconds
        while not (found := check()):
            if time.monotonic() > ends:
                raise NotBack(f"{what} did not come within {seconds:.0f} s")
            time.sleep(_POLL_S)
        return found

    def catch(self, check: Callable[[], bool], seconds: float) -> bool:
        """Waits for a moment worth striking at, but not for ever."""
        with suppress(NotBack):
            return bool(self.wait_for(check, "the moment", seconds))
        return False

    def order_now(self) -> Order:
        """An order nobody else commits, for a fault that needs one of its own; it counts as ordered from now."""
        order = next(self.spare)
        self.settled[order.phone] = time.time()
        return order


Strike = Callable[[Arena, random.Random], str]
"""Breaks something, and returns, saying what it was, once that is there again. Raises NotBack."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of fault. `gap`: seconds between one return and the next blow, drawn anew each time. `prepare` lays the
    ground before the first order, `examine` adds to the arena's oddities what it finds after the last. `kills`: it
    notes itself whose call was in flight; for other rows that is a call that met a fault and had no end."""

    name: str
    meaning: str
    strike: Strike
    faults: int = 5
    gap: tuple[float, float] = (3.0, 6.0)
    settings: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Arena], None] | None = None
    examine: Callable[[Arena], None] | None = None
    lay: Callable[[str], None] | None = None
    """Called with the database's URL before there is a schema."""
    kills: bool = False
    stepped: bool = False
    """Our processes see a wall clock that the drill can step."""
