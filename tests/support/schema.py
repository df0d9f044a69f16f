"""The schema of the template database."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import create_engine, text

from kernel.db import Base


def build_schema(database_url: str) -> None:
    """Migrates the empty database to the newest schema."""
    if any(Path("migrations/versions").glob("*.py")):
        import_module("migrations").migrate(database_url)
        return
    for package in ("kernel", "auth", "tracking", "notify"):
        for path in Path(package).rglob("*.py"):
            if "__tablename__" in path.read_text():
                import_module(".".join(path.with_suffix("").parts))
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for extension in ("unaccent", "pg_trgm"):
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
        Base.metadata.create_all(connection)
    engine.dispose()
