"""Fixtures of every kind of test: the databases, the clock, and how hard hypothesis tries."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis import settings
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from kernel.audit import sign_rows_with
from kernel.clock import VIETNAM, SettableClock
from kernel.database.appending import UnitSession
from kernel.database.sessions import Database
from kernel.vault import Vault
from migrations.steps import migrate
from motcua.wiring.parts import tables
from tests.support.throwaway import Host, Servers, ask

# A test may be the first that needs some table.
tables()
VAULT = Vault({1: bytes(32)}, bytes(32))
_HOST = pytest.StashKey[Host]()
_LONG_FIRST = {folder: place for place, folder in enumerate(("security", "flows", "api", "db"))}
_OUR_TABLES = (
    "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
)

settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("long", max_examples=1500, deadline=None)
settings.load_profile(os.environ.get("MOTCUA_TEST_PROFILE", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_HOST] = Host(migrate)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: one of them begun last would run alone to the end, with the other cores idle."""
    items.sort(key=lambda item: _LONG_FIRST.get(item.path.relative_to(item.config.rootpath).parts[1], len(_LONG_FIRST)))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Called by pytest-xdist for every worker it is about to start."""
    host = node.config.stash[_HOST]
    node.workerinput["run_folder"] = str(host.folder)
    host.serve_workers()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _HOST in config.stash:
        config.stash[_HOST].close()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The servers of this run, with a template database that holds the schema."""
    workerinput = getattr(request.config, "workerinput", None)
    if workerinput is not None:
        return ask(Path(workerinput["run_folder"]))
    return request.config.stash[_HOST].servers()


@pytest.fixture(scope="session")
def worker_number() -> int:
    """0 without pytest-xdist, else the number of this worker from 0."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def database_url(servers: Servers, worker_number: int) -> str:
    """This worker's own database, with the schema and no rows."""
    return servers.clone_template(f"gw{worker_number}")


@pytest.fixture(scope="session")
def redis_url(servers: Servers, worker_number: int) -> str:
    """This worker's own numbered database. Number 0 is left alone: on a server of somebody's it may hold something."""
    return servers.numbered_redis_url(worker_number + 1)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url, connect_args={"options": "-c timezone=UTC"})
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work, commits included, is undone after the test."""
    with engine.connect() as connection:
        transaction = connection.begin()
        with UnitSession(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            sign_rows_with(session.info, VAULT)
            yield session
        transaction.rollback()


@pytest.fixture
def clean_database(database_url: str, engine: Engine) -> Iterator[Database]:
    """A database that really commits, without a bell; every table is emptied after the test."""
    database = Database(database_url, pool_size=8)
    sign_rows_with(database.info, VAULT)
    yield database
    database.dispose()
    with engine.begin() as connection:
        tables = ", ".join(connection.scalars(text(_OUR_TABLES)))
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        if tables:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


@pytest.fixture
def clean_redis(redis_url: str) -> Iterator[str]:
    """The URL of this worker's Valkey database, emptied after the test."""
    yield redis_url
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()


@pytest.fixture
def clock() -> SettableClock:
    """Friday 20 November 2026, 10:00 in Vietnam."""
    return SettableClock(datetime(2026, 11, 20, 10, 0, tzinfo=VIETNAM).astimezone(UTC))
