"""With what Debian has: PostgreSQL 15 and Redis under our supervisor, and PgBouncer in transaction mode before them.

Of `make test-long` alone, and needed there: apt-get install postgresql pgbouncer redis-server.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import redis
from sqlalchemy import make_url, text

from kernel.database.sessions import Database
from motcua.local.embedded import Engines
from motcua.local.embedded.places import choose_home
from motcua.local.ports import free_ports
from motcua.local.private import private_folder
from tests.support.system import System, running_system
from tests.support.waiting import eventually

_DEBIANS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_BOUNCER = """
[databases]
motcua = host={sockets} port=5432 user=motcua dbname=motcua
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 20
max_client_conn = 500
logfile = {folder}/pgbouncer.log
{more}
"""


@pytest.fixture
def debians(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of PostgreSQL's programs, named in the settings together with that of Redis."""
    server = shutil.which("redis-server")
    assert _DEBIANS, "apt-get install postgresql"
    assert server, "apt-get install redis-server"
    monkeypatch.setenv("MOTCUA_POSTGRES_PROGRAMS", str(_DEBIANS[0]))
    monkeypatch.setenv("MOTCUA_VALKEY_PROGRAMS", str(Path(server).parent))
    return _DEBIANS[0]


def _a_dossier_travels(system: System) -> None:
    shown: Any = system.filed("thu")
    assert system.office().receiver.accept(shown["id"])["status"]["code"] == 2
    system.told("thu", shown["id"], 2, seconds=180)
    ready = system.wire().call("GET", "/health/ready").json()
    assert ready == {"status": "ok", "checks": {"database": "ok", "keys": "ok", "valkey": "ok", "files": "ok"}}


def test_a_dossier_travels_on_debians_servers(debians: Path) -> None:
    with running_system() as system:
        url = make_url(system.stack.environment["MOTCUA_DATABASE_URL"]).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
            assert connection.info.server_version // 10000 == int(debians.parent.name) < 18
        with redis.Redis.from_url(system.stack.environment["MOTCUA_REDIS_URL"]) as client:
            about: Any = client.info("server")
            assert "valkey_version" not in about
        assert Path(system.process("postgres").exe()).is_relative_to(debians)
        _a_dossier_travels(system)


@contextmanager
def _bouncer(mode: str, more: str) -> Iterator[str]:
    """The address of a database behind PgBouncer."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert program, "apt-get install pgbouncer"
    with private_folder("bouncer") as folder, Engines(folder / "state", durable=False) as urls:
        sockets, port = str(make_url(urls.database_url).query["host"]), free_ports().api
        account = choose_home(folder / "state", "postgres").account
        written = folder / "bouncer"
        written.mkdir()
        (written / "bouncer.ini").write_text(
            _BOUNCER.format(sockets=sockets, port=port, mode=mode, folder=written, more=more), encoding="utf-8"
        )
        for path in (folder, written, written / "bouncer.ini"):
            path.chmod(0o755)
        if account is not None:
            shutil.chown(written, account.uid, account.gid)
        process = subprocess.Popen(
            [program, str(written / "bouncer.ini")], user=account.uid if account else None, stderr=subprocess.DEVNULL
        )
        url = f"postgresql://motcua@127.0.0.1:{port}/motcua"
        try:
            assert eventually(lambda: _answers(url))
            yield url
        finally:
            process.terminate()
            process.wait(30)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize(
    ("mode", "more"),
    [
        ("transaction", ""),
        ("transaction", "ignore_startup_parameters = options"),
        ("session", "ignore_startup_parameters = options"),
    ],
)
def test_a_dossier_travels_through_pgbouncer(mode: str, more: str) -> None:
    with _bouncer(mode, more) as url:
        with running_system(DATABASE_URL=url) as system:
            _a_dossier_travels(system)
        for custom_plans in (False, True):
            _holds(url.replace("postgresql:", "postgresql+psycopg:"), custom_plans=custom_plans)


def _holds(url: str, *, custom_plans: bool) -> None:
    """What is asked of every connection holds, in each of the three ways to speak to the database."""
    database = Database(url, custom_plans=custom_plans)
    asked = text("SELECT current_setting('statement_timeout'), current_setting('plan_cache_mode')")
    wanted = ("15s", "force_custom_plan" if custom_plans else "auto")
    try:
        with database.transaction() as session:
            assert tuple(session.execute(asked).one()) == wanted
        with database.reading() as connection:
            assert tuple(connection.execute(asked).one()) == wanted
        with database.statement() as connection:
            assert tuple(connection.execute(asked).one()) == wanted
    finally:
        database.dispose()


def test_debians_programs_are_found_where_the_wheels_are_missing(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motcua.local.embedded.places.find_spec", lambda _name: None)
    engines = Engines(open_folder / "state", durable=False)
    with engines:
        for status in engines.status():
            assert status.pid is not None
            assert Path(psutil.Process(status.pid).exe()).is_relative_to("/usr")
