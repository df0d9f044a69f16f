"""Alembic at work: brings a database to the newest revision, and drafts the next one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from migrations import newest_number

_HERE = Path(__file__).parent


def migrate(database_url: str) -> None:
    """Brings the database to the newest revision; two processes that try at once wait for each other."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtext('motcua.migrate'))"))
            connection.commit()
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
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
