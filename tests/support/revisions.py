"""A database at an older revision, to see what a revision makes of rows that exist already."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, make_url

from migrations import VERSIONS
from migrations.steps import migrate
from tests.support.throwaway import Servers


def number_of(name: str) -> str:
    """The number of the revision whose file is called so after its number."""
    (file,) = VERSIONS.glob(f"[0-9]*_{name}.py")
    return file.name[:4]


def number_before(name: str) -> str:
    return f"{int(number_of(name)) - 1:04d}"


@contextmanager
def database_before(servers: Servers, name: str) -> Iterator[tuple[str, Engine]]:
    """URL and engine of a database of its own at the revision just before the named one; dropped afterwards."""
    url = servers.database_url(f"before_{name[:20]}_{secrets.token_hex(4)}")
    database = make_url(url).database
    servers.order(f'CREATE DATABASE "{database}"')
    engine = create_engine(url, connect_args={"options": "-c timezone=UTC"})
    try:
        migrate(url, number_before(name))
        yield url, engine
    finally:
        engine.dispose()
        servers.order(f'DROP DATABASE "{database}" WITH (FORCE)')
