"""The database: one PostgreSQL, sessions opened only at the edges, and what is to happen after a commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import BigInteger, Connection, DateTime, Engine, MetaData, Uuid, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session

from kernel.database.appending import UnitSession
from kernel.database.link import Link

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_RINGS = "motcua.rings"
_SETTINGS = {"timezone": "UTC", "statement_timeout": "15s"}
_CUSTOM_PLANS = {"plan_cache_mode": "force_custom_plan"}
_BESIDE = 2


class DatabaseChanged(Exception):  # noqa: N818 - says what happened
    """The database was restored, or is being restored, under this process: worth trying again in a moment."""


class Watch(Protocol):
    """Whoever looks whether the database is still the one this process began with. Raises DatabaseChanged."""

    def due(self) -> bool: ...

    def look(self, connection: Connection) -> None: ...

    def mark(self) -> int: ...

    def confirm(self, connection: Connection, mark: int) -> None: ...


class Base(DeclarativeBase):
    """Every table of the system. `Mapped[int]` is bigint, `Mapped[datetime]` timestamptz, `Mapped[dict]` jsonb."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration
        int: BigInteger,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        UUID: Uuid,
    }


def ring_after_commit(session: Session, drain: str) -> None:
    """Asks that the bell of `drain` be rung once the transaction of `session` has committed."""
    session.info.setdefault(_RINGS, set()).add(drain)


class Database:
    """The engine, and the only places where a transaction begins and ends.

    `ring` is called with the name of each drain that the committed work asked for; it must not raise.

    `custom_plans`: for drains. A prepared statement would keep a plan that was made while its table was nearly empty,
    and that reads all of it, until somebody analyses the table. Each execution is planned for the table as it is.
    `before_commit`, once set, is called at the end of every transaction, inside it. `info` is handed to every session.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 16,
        ring: Callable[[str], object] | None = None,
        custom_plans: bool = False,
    ) -> None:
        self.engine = _engine(url, pool_size)
        self._link = Link(self.engine, _SETTINGS | (_CUSTOM_PLANS if custom_plans else {}))
        self._beside = _engine(url, _BESIDE)
        self._link_beside = Link(self._beside, _SETTINGS)
        self._ring = ring
        self.info: dict[Any, Any] = {}
        self.before_commit: Callable[[Session], object] = lambda _session: None
        self.watch: Watch | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction: commits when the block ends, rolls back when it raises, then rings the bells asked for."""
        with UnitSession(self.engine, expire_on_commit=False, info=self.info) as session:
            with session.begin():
                mark = 0 if self.watch is None else self.watch.mark()
                if self.watch is not None and self.watch.due():
                    self.watch.look(session.connection())
                yield session
                self.before_commit(session)
                if self.watch is not None and session.is_active:
                    self.watch.confirm(session.connection(), mark)
                if not session.is_active:
                    # The block would end without a commit and without a word.
                    raise RuntimeError("an error was swallowed that has ended the transaction")
            rings = session.info.pop(_RINGS, ())
        if self._ring is not None:
            for drain in rings:
                self._ring(drain)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for single-statement reads, without the round trips of BEGIN and COMMIT."""
        with self._link.unbound().connect() as connection:
            self._look(connection)
            yield connection

    @contextmanager
    def statement(self) -> Iterator[Connection]:
        """A connection for one statement that writes: it is a transaction of its own, without BEGIN and COMMIT."""
        with self._link.unbound().begin() as connection:
            self._look(connection)
            yield connection

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """The same for one in the middle of a transaction, which it neither waits for nor is undone with.

        It comes from a small pool of its own: were everybody who holds a connection to ask the same pool for another,
        all would wait for each other.
        """
        with self._link_beside.unbound().begin() as connection:
            yield connection

    @contextmanager
    def unwatched(self) -> Iterator[Connection]:
        """A connection for the watch itself."""
        with self._link.unbound().connect() as connection:
            yield connection

    def _look(self, connection: Connection) -> None:
        if self.watch is not None and self.watch.due():
            self.watch.look(connection)

    def dispose(self) -> None:
        self.engine.dispose()
        self._beside.dispose()


def _engine(url: str, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_use_lifo=True,
        # An error's text reaches logs; the values of a statement may be a person's.
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "client_encoding": "utf8"},
    )
