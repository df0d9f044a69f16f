"""The schema: Alembic revisions, and the one call that brings a database to the newest."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

_HERE = Path(__file__).parent


def _config(database_url: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    return config


def migrate(database_url: str) -> None:
    """Brings the database to the newest revision; two processes that try at once wait for each other."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtext('motcua.migrate'))"))
            connection.commit()
            config = _config(database_url)
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
        config = _config(database_url)
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=f"{_next_number():04d}")
    engine.dispose()


def _next_number() -> int:
    return 1 + max((int(file.name[:4]) for file in (_HERE / "versions").glob("[0-9]*.py")), default=0)


@cache
def head_revision() -> str | None:
    """The revision this code is written for."""
    return ScriptDirectory.from_config(_config()).get_current_head()
