"""The database of a backup, by PostgreSQL's own programs."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import psycopg
from sqlalchemy import make_url

from motcua.backup.errors import BackupError
from motcua.local.embedded.postgres import client_program

_CHUNK: Final = 1 << 20
_TAIL: Final = 5


@dataclass(frozen=True, slots=True)
class Server:
    """How PostgreSQL's programs reach a database: the password goes by the environment, as others see command lines."""

    address: str
    environment: Mapping[str, str]


def server_of(database_url: str) -> Server:
    url = make_url(database_url)
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return Server(address, environment)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a dump is taken of: its name, and what stands in it."""

    name: str
    schema: str
    server: int


@contextmanager
def snapshot(database_url: str) -> Iterator[Snapshot]:
    """One moment of the database, kept for the length of the block."""
    with _connected(database_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            schema = _scalar(connection, "SELECT version_num FROM alembic_version") if _has_schema(connection) else None
            if schema is None:
                raise BackupError(
                    "Cơ sở dữ liệu chưa có gì để sao lưu.", "The database holds nothing that could be backed up."
                )
            yield Snapshot(str(_scalar(connection, "SELECT pg_export_snapshot()")), str(schema), _major(connection))


def dump(database_url: str, moment: Snapshot, out: IO[bytes]) -> None:
    """Writes the database as it was at that moment, in pg_dump's own format. Raises BackupError."""
    ours = _program_major("pg_dump")
    if moment.server > ours:
        raise BackupError(
            f"Máy chủ PostgreSQL {moment.server} mới hơn pg_dump {ours} đi kèm. Dùng pg_dump của máy chủ ấy.",
            f"The server is PostgreSQL {moment.server}, newer than our pg_dump {ours}. Use that server's own pg_dump.",
        )
    server = server_of(database_url)
    argv = [str(client_program("pg_dump")), "--format=custom", f"--snapshot={moment.name}", "--no-owner"]
    argv += ["--no-privileges", "--no-comments", "--no-password", f"--dbname={server.address}"]
    with tempfile.TemporaryFile() as said:
        environment = server.environment
        done = subprocess.run(argv, check=False, stdin=subprocess.DEVNULL, stdout=out, stderr=said, env=environment)
        if done.returncode != 0:
            raise _failed("pg_dump", said)


def require_fit(database_url: str, *, needs: int, replace: bool) -> None:
    """Raises BackupError unless a backup of PostgreSQL `needs` can go into this database now."""
    with _connected(database_url) as connection:
        major = _major(connection)
        if major < needs:
            raise BackupError(
                f"Bản sao lưu từ PostgreSQL {needs}, máy chủ này là {major}: cần {needs} trở lên.",
                f"The backup comes from PostgreSQL {needs}, this server is {major}: {needs} or newer is needed.",
            )
        others = _scalar(
            connection,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )
        if others:
            raise BackupError(
                f"Có {others} kết nối khác vào cơ sở dữ liệu: dừng web, worker và cron trước khi khôi phục.",
                f"{others} other connections are open to the database: stop web, workers and cron before restoring.",
            )
        tables = _scalar(
            connection,
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace",
        )
        if tables and not replace:
            raise BackupError(
                "Cơ sở dữ liệu đích đã có dữ liệu. Muốn thay toàn bộ thì thêm --replace.",
                "The database already holds data. Add --replace to put the backup in its place.",
            )


def restore(database_url: str, dumped: Path) -> None:
    """Puts a dump in the place of everything in the database, in one transaction: all of it or nothing."""
    server = server_of(database_url)
    # No file of the person who runs this may change what psql does.
    argv = [str(client_program("psql")), "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"]
    argv += ["--output=/dev/null", f"--dbname={server.address}"]
    with tempfile.TemporaryFile() as said:
        psql = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=said, stderr=said, env=server.environment)
        assert psql.stdin is not None  # noqa: S101
        try:
            with psql.stdin as orders:
                orders.write(b"BEGIN;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
                _write_statements(dumped, orders, said)
                orders.write(b"\nCOMMIT;\n")
        except BrokenPipeError:
            pass
        except BaseException:
            # Without its COMMIT nothing has happened.
            psql.kill()
            psql.wait()
            raise
        if psql.wait() != 0:
            raise _failed("psql", said)


def _write_statements(dumped: Path, orders: IO[bytes], said: IO[bytes]) -> None:
    argv = [
        str(client_program("pg_restore")),
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        "--file=-",
        str(dumped),
    ]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said) as reader:
        assert reader.stdout is not None  # noqa: S101
        try:
            while octets := reader.stdout.read(_CHUNK):
                orders.write(octets)
        except BaseException:
            reader.kill()
            raise
    if reader.returncode != 0:
        raise _failed("pg_restore", said)


@contextmanager
def _connected(database_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    server = server_of(database_url)
    password = server.environment.get("PGPASSWORD")
    try:
        connection = psycopg.connect(server.address, password=password, connect_timeout=5, autocommit=True)
    except psycopg.OperationalError as error:
        raise BackupError(
            f"Không kết nối được cơ sở dữ liệu ({type(error).__name__}).", "The database cannot be reached."
        ) from error
    with connection:
        yield connection


def _has_schema(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    return _scalar(connection, "SELECT to_regclass('public.alembic_version')") is not None


def _major(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    return int(str(_scalar(connection, "SHOW server_version_num"))) // 10000


def _scalar(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> object:
    row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None


def _program_major(name: str) -> int:
    done = subprocess.run([str(client_program(name)), "--version"], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1].split(".")[0])


def _failed(program: str, said: IO[bytes]) -> BackupError:
    said.seek(0)
    tail = "".join(f"\n  {line}" for line in said.read().decode(errors="replace").splitlines()[-_TAIL:])
    return BackupError(
        f"{program} không làm được việc này. Chưa thay đổi gì.", f"{program} failed. Nothing changed.{tail}"
    )
