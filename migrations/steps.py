"""Alembic at work: brings a database to the newest revision, and drafts the next one."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from kernel.database.servers import database_away, judge_database
from migrations import newest_number

_HERE = Path(__file__).parent


def migrate(database_url: str, to: str = "head") -> None:
    """Brings the database up to a revision, the newest one unless told; two processes that try at once wait.

    Raises ServerError for a server that cannot hold it.
    """
    _walk(database_url, lambda config: command.upgrade(config, to))


def step_back(database_url: str, to: str) -> None:
    """Brings the database down to an older revision."""
    _walk(database_url, lambda config: command.downgrade(config, to))


def _walk(database_url: str, walk: Callable[[Config], None]) -> None:
    # Behind a pooler the next statement may reach another server: prepared statements and session locks would not do.
    engine = create_engine(database_url, connect_args={"prepare_threshold": None, "client_encoding": "utf8"})
    try:
        with _connected(engine) as holder, _connected(engine) as connection:
            judge_database(connection)
            connection.rollback()
            # The transaction of the holder stays open as long as the lock is wanted.
            holder.execute(text("SELECT set_config('idle_in_transaction_session_timeout', '0', true)"))
            holder.execute(text("SELECT pg_advisory_xact_lock(hashtext('motcua.migrate'))"))
            config = _config()
            config.attributes["connection"] = connection
            walk(config)
            connection.commit()
    finally:
        engine.dispose()


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        raise database_away(error) from error


def draft_revision(database_url: str, message: str) -> None:
    """Writes a revision from the difference between models and database, for a person to read and mend."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=f"{newest_number() + 1:04d}")
    engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
