"""Servers that are there already are judged, and what is wrong with them is said."""

from collections.abc import Iterator

import pytest
import redis
from sqlalchemy import Engine, create_engine, text

from kernel.bell import connect
from kernel.database.servers import (
    DoubtfulError,
    NotYetError,
    ServerError,
    judge_broker,
    judge_database,
    judge_eviction,
)
from kernel.database.sessions import Database
from migrations import SchemaBehindError, head_revision, require_schema
from motcua.local.embedded import Engines
from tests.support.throwaway import Servers


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Redis]:
    """One of these tests' own, since they change how it behaves."""
    folder = tmp_path_factory.mktemp("valkey")
    with Engines(folder, database_url="postgresql://unused/x", durable=False) as urls:
        client = connect(urls.redis_url, timeout=30)
        yield client
        client.close()


def test_the_servers_of_this_run_fit(clean_database: Database, valkey: redis.Redis) -> None:
    with clean_database.reading() as connection:
        judge_database(connection)
        require_schema(connection)
    judge_broker(valkey)
    judge_eviction(valkey)


@pytest.mark.parametrize("found", [None, "0001", "0010"])
def test_a_schema_that_lacks_revisions_is_told_with_what_is_missing(engine: Engine, found: str | None) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        if found is None:
            connection.execute(text("DROP TABLE alembic_version"))
        else:
            connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
        with pytest.raises(SchemaBehindError, match=f"{int(found or 0) + 1:04d} … {head_revision()}") as caught:
            require_schema(connection)
        transaction.rollback()
    assert "motcua migrate" in caught.value.vi


def test_a_schema_of_a_later_release_is_no_reason_to_stop(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        require_schema(connection)
        transaction.rollback()


@pytest.mark.parametrize(
    ("setting", "value", "problem", "kind"),
    [
        ("server_version_num", "140012", "PostgreSQL 14 is too old; 15 or newer", ServerError),
        ("server_encoding", "SQL_ASCII", "encoding is SQL_ASCII", ServerError),
        ("transaction_read_only", "on", "can only be read", NotYetError),
    ],
)
def test_a_database_that_does_not_fit_is_named(
    engine: Engine, setting: str, value: str, problem: str, kind: type[ServerError]
) -> None:
    # The server says what another one would: a function of the same name stands before PostgreSQL's own.
    other = f"SELECT CASE WHEN $1 = '{setting}' THEN '{value}' ELSE pg_catalog.current_setting($1) END"
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("CREATE SCHEMA other"))
        connection.execute(
            text(f"CREATE FUNCTION other.current_setting(text) RETURNS text LANGUAGE sql AS $${other}$$")
        )
        connection.execute(text("SET LOCAL search_path = other, pg_catalog, public"))
        with pytest.raises(kind, match=problem):
            judge_database(connection)
        transaction.rollback()


def test_a_database_of_another_encoding_is_refused(servers: Servers) -> None:
    name = f"{servers.prefix}_latin"
    servers.order(f"CREATE DATABASE \"{name}\" ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    engine = create_engine(servers.database_url("latin"), connect_args={"client_encoding": "utf8"})
    with engine.connect() as connection, pytest.raises(ServerError, match="UTF8 is needed"):
        judge_database(connection)
    engine.dispose()


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-lru", "volatile-ttl"])
def test_a_broker_that_forgets_when_full_is_told(valkey: redis.Redis, policy: str) -> None:
    valkey.config_set("maxmemory-policy", policy)
    judge_eviction(valkey)  # without a limit nothing is ever forgotten
    valkey.config_set("maxmemory", "100mb")
    try:
        with pytest.raises(DoubtfulError, match=f"{policy}.*noeviction"):
            judge_eviction(valkey)
        judge_broker(valkey)
    finally:
        valkey.config_set("maxmemory", "0")
        valkey.config_set("maxmemory-policy", "noeviction")


def test_a_replica_is_refused(valkey: redis.Redis) -> None:
    valkey.slaveof("127.0.0.1", 1)
    try:
        with pytest.raises(ServerError, match="replica"):
            judge_broker(valkey)
    finally:
        valkey.slaveof()
