"""What a process needs of the servers beside it before it is built, and asks again while it runs; part of `wiring`."""

import logging

from redis import Redis, RedisError
from sqlalchemy.exc import OperationalError

from api.container import HealthCheck
from kernel.audit import sign_rows_with
from kernel.database.key_watch import KeyWatch
from kernel.database.servers import ServerError, database_away, judge_broker, judge_database, judge_eviction
from kernel.database.sessions import Database
from kernel.storage import FileStore
from kernel.vault import Vault, VaultError, open_vault
from migrations import require_schema

_log = logging.getLogger(__name__)


def open_servers(database: Database, redis: Redis, master_key: bytes) -> tuple[Vault, KeyWatch]:
    """The vault of the database and its watch, once database and broker are known to be what we need.

    Raises ServerError; what was opened is closed then, since whoever waits tries again with a new one.
    """
    try:
        _look_at_broker(redis)
        vault, watch = _open_vault(database, master_key)
    except BaseException:
        database.dispose()
        redis.close()
        raise
    # From now on its sessions sign what must show whether it was tampered with.
    sign_rows_with(database.info, vault)
    return vault, watch


def health_checks(database: Database, redis: Redis, files: FileStore, watch: KeyWatch) -> dict[str, HealthCheck]:
    def database_fits() -> bool:
        with database.reading() as connection:
            judge_database(connection)
            require_schema(connection)
        return True

    def broker_fits() -> bool:
        judge_broker(redis)
        judge_eviction(redis)
        return True

    return {
        # Without Valkey messages leave seconds later and nothing is lost, and without the store all but files goes on:
        # the service is ready then, only not whole.
        "database": HealthCheck(required=True, passes=database_fits),
        "keys": HealthCheck(required=True, passes=lambda: watch.holds(database)),
        "valkey": HealthCheck(required=False, passes=broker_fits),
        "files": files_check(files),
    }


def files_check(files: FileStore) -> HealthCheck:
    def answers() -> bool:
        files.look()
        return True

    return HealthCheck(required=False, passes=answers)


def _look_at_broker(redis: Redis) -> None:
    try:
        judge_broker(redis)
        judge_eviction(redis)
    except RedisError:
        # One that is away is done without until it is back.
        return
    except ServerError as fault:
        if fault.stops:
            raise
        _log.warning("%s", fault)


def _open_vault(database: Database, master_key: bytes) -> tuple[Vault, KeyWatch]:
    try:
        with database.transaction() as session:
            connection = session.connection()
            judge_database(connection)
            require_schema(connection)
            vault = open_vault(connection, master_key)
            return vault, KeyWatch(vault, master_key, connection)
    except OperationalError as error:
        raise database_away(error) from error
    except VaultError as error:
        raise ServerError(
            "MOTCUA_MASTER_KEY không mở được cơ sở dữ liệu này.", "MOTCUA_MASTER_KEY does not open this database."
        ) from error
