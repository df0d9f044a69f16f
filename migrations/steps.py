"""Alembic at work: brings a database to the newest revision, and drafts the next one."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from migrations import newest_number

_HERE = Path(__file__).parent


def migrate(database_url: str, to: str = "head") -> None:
    """Brings the database up to a revision, the newest one unless told; two processes that try at once wait."""
    _walk(database_url, lambda config: command.upgrade(config, to))


def step_back(database_url: str, to: str) -> None:
    """Brings the database down to an older revision."""
    _walk(database_url, lambda config: command.downgrade(config, to))


def _walk(database_url: str, walk: Callable[[Config], None]) -> None:
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtext('motcua.migrate'))"))
            connection.commit()
            config = _config()
            config.attributes["connection"] = connection
            walk(config)
            connection.execute(text("SELECT pg_advisory_unlock(hashtext('motcua.migrate'))"))
            connection.commit()
    finally:
        engine.dispose()


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
