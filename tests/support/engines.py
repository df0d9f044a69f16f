"""Embedded engines as tests see them from outside."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from sqlalchemy import create_engine, text

from motcua.local.embedded import EngineUrls, ProcessStatus
from tests.support.processes import running


def socket_folder_of(urls: EngineUrls) -> Path:
    return Path(urls.redis_url.removeprefix("unix://").partition("?")[0]).parent


def visits(urls: EngineUrls) -> int:
    """Adds a row and counts the rows there are."""
    engine = create_engine(urls.database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS visit (at timestamptz DEFAULT now())"))
            connection.execute(text("INSERT INTO visit DEFAULT VALUES"))
            return int(connection.scalar(text("SELECT count(*) FROM visit")) or 0)
    finally:
        engine.dispose()


def pings(urls: EngineUrls) -> bool:
    with redis.Redis.from_url(urls.redis_url) as client:
        return bool(client.ping())


def pid_of(statuses: list[ProcessStatus], name: str) -> int:
    (pid,) = (status.pid for status in statuses if status.name == name)
    assert pid is not None
    return pid


@contextmanager
def kept(state_dir: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """A command that keeps engines in another process, and what it said once they were up."""
    argv = [sys.executable, "-m", "tests.support.keep", str(state_dir), *options]
    with running(argv) as command:
        assert command.stdout is not None
        line = command.stdout.readline()
        assert line, "the engines did not start"
        yield command, json.loads(line)
