"""The whole system as processes on one machine: what `motcua up`, the demo, the benches and the flow tests start."""

import json
import os
import random
import secrets
import socket
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kernel.embedded import EngineError, Engines, EngineUrls, ProcessSpec, Supervisor
from kernel.environment import tidied
from kernel.settings import DATABASE_URL, Environment
from notify.zalo_settings import SANDBOX_APP_ID
from working import QUEUES, RING

ROOT = Path(__file__).parent
_LEFT = "environment.json"
_TWINS: Final = {"vneid": "vneid"}
# Stand in for the addresses of engines that have not been started.
_UNNAMED_DATABASE: Final = "postgresql://localhost/motcua"
_UNNAMED_BROKER: Final = "redis://localhost"
# What keeps a web worker small, beside code that is not loaded (docs/decisions/0017-granian.md).
LEAN: Final = {
    # Dozens of threads would each keep a heap of their own half empty.
    "MALLOC_ARENA_MAX": "2",
    # granian's own allocator: a body that has been read is given back at once, and no thread hoards.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0,narenas:1,tcache:false",
    # Columns in tracebacks cost memory for every line of code; line numbers stay.
    "PYTHONNODEBUGRANGES": "1",
}


@dataclass(frozen=True, slots=True)
class Ports:
    api: int
    sandbox: int


@dataclass(frozen=True, slots=True)
class Stack:
    """A running system: where it answers, and the environment its processes have."""

    api_url: str
    sandbox_url: str
    environment: Mapping[str, str]
    supervisor: Supervisor


def free_ports() -> Ports:
    """Two ports nobody listens on now."""
    # Below those that systems give to outgoing connections: one of these might be taken before we listen on it.
    api, sandbox, *_ = (port for port in random.sample(range(20000, 30000), 100) if _is_free(port))
    return Ports(api, sandbox)


def require_free(ports: Ports) -> None:
    """Raises EngineError, saying which, if somebody listens on one of the ports."""
    for port in (ports.api, ports.sandbox):
        if not _is_free(port):
            raise EngineError(
                f"Cổng {port} đang có chương trình khác dùng; chọn cổng khác bằng --port / --sandbox-port.",
                f"Port {port} is in use by another program; choose others with --port / --sandbox-port.",
            )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def environment(
    state_dir: Path,
    urls: EngineUrls,
    ports: Ports,
    said: Mapping[str, str],
    *,
    key: Callable[[Path], str] | None = None,
) -> dict[str, str]:
    """The environment of every process: what was said, and for development what the sandbox needs. `key` gives the
    master key of a state folder where none is said."""
    metrics = state_dir / "metrics"
    env = {
        "MOTCUA_DATABASE_URL": urls.database_url,
        "MOTCUA_REDIS_URL": urls.redis_url,
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "MOTCUA_FILES_URL": said.get("MOTCUA_FILES_URL") or (state_dir / "files").resolve().as_uri(),
    }
    if said.get("MOTCUA_MODE") != "production":
        sandbox = f"http://127.0.0.1:{ports.sandbox}"
        defaults = {
            "MOTCUA_PUBLIC_BASE_URL": f"http://127.0.0.1:{ports.api}",
            "MOTCUA_TRUSTED_PROXIES": "0",
            "MOTCUA_EID_ISSUER": f"{sandbox}/{_TWINS.get(said.get('MOTCUA_EID_DIALECT', '').lower(), 'eid')}",
            "MOTCUA_TWILIO_BASE_URL": f"{sandbox}/twilio",
            "MOTCUA_AUTHORITY_BASE_URL": f"{sandbox}/authority",
            "MOTCUA_ESMS_BASE_URL": f"{sandbox}/esms",
            "MOTCUA_ZALO_APP_ID": SANDBOX_APP_ID,
            "MOTCUA_ZALO_BASE_URL": f"{sandbox}/zalo",
            "MOTCUA_ZALO_OAUTH_URL": f"{sandbox}/zalo",
            "MOTCUA_SANDBOX_ZALO_WEBHOOK_URL": f"http://127.0.0.1:{ports.api}/v1/webhooks/zalo",
        }
        env |= {name: said.get(name) or value for name, value in defaults.items()}
        env["MOTCUA_MASTER_KEY"] = said.get("MOTCUA_MASTER_KEY") or (key or _kept_key)(state_dir)
    return {**said, **env}


def judge(state_dir: Path, ports: Ports, said: Mapping[str, str]) -> None:
    """Raises SettingsError, naming every fault, before anything is started or written for what was said."""
    from wiring import Settings

    urls = EngineUrls(
        said.get("MOTCUA_DATABASE_URL") or _UNNAMED_DATABASE, said.get("MOTCUA_REDIS_URL") or _UNNAMED_BROKER
    )
    Settings.read(environment(state_dir, urls, ports, said, key=lambda _state_dir: b64encode(bytes(32)).decode()))


def processes(env: Mapping[str, str], ports: Ports, *, web_workers: int = 2) -> list[ProcessSpec]:
    """Every process of ours, in the order in which they start."""
    specs = []
    if env.get("MOTCUA_MODE") != "production":
        argv = _python("-m", "sandbox", "--host", "127.0.0.1", "--port", str(ports.sandbox))
        specs.append(_spec("sandbox", argv, env, answers(f"http://127.0.0.1:{ports.sandbox}/health")))
    specs.append(web(env, ports, web_workers))
    specs.extend(_spec(f"worker-{queue}", working(queue), env) for queue in QUEUES)
    specs.append(_spec("cron", working(RING), env))
    return specs


def working(task: str) -> list[str]:
    """The command that works off one queue, or rings for all of them."""
    # Compiled like a web worker, once and for all; docstrings are loaded for nobody.
    return _python("-OO", "-m", "working", task)


def web(env: Mapping[str, str], ports: Ports, workers: int) -> ProcessSpec:
    return _spec(
        "api", serving(ports.api, workers), {**LEAN, **env}, answers(f"http://127.0.0.1:{ports.api}/health/live")
    )


def serving(port: int, workers: int, *options: str) -> list[str]:
    """The command that serves the API, with `LEAN` in its environment."""
    # Nothing that is served reads docstrings, 6 MB of a worker: the OpenAPI document is served as committed.
    return _python("-OO", "-m", "serving", "wsgi:app", "--port", str(port), "--workers", str(workers), *options)


@contextmanager
def running_stack(
    state_dir: Path,
    ports: Ports,
    said: Mapping[str, str],
    *,
    durable: bool = True,
    say: Callable[[str], None] | None = None,
    echo: Callable[[str], None] | None = None,
    web_workers: int = 2,
) -> Iterator[Stack]:
    """Engines, schema, seed and all processes, until the block ends. Raises SettingsError, and EngineError's kinds."""
    said = tidied(said)
    judge(state_dir, ports, said)
    engines = Engines(
        state_dir,
        database_url=said.get("MOTCUA_DATABASE_URL") or None,
        redis_url=said.get("MOTCUA_REDIS_URL") or None,
        durable=durable,
        say=say,
    )
    with engines as urls:
        # Only now: what a killed supervisor of this folder left running may have held the ports.
        require_free(ports)
        env = environment(state_dir, urls, ports, said)
        prepare(state_dir, env)
        supervisor = Supervisor(state_dir, echo=echo, say=say)
        try:
            supervisor.start(processes(env, ports, web_workers=web_workers))
            yield Stack(f"http://127.0.0.1:{ports.api}", f"http://127.0.0.1:{ports.sandbox}", env, supervisor)
        finally:
            supervisor.stop()


def prepare(state_dir: Path, env: Mapping[str, str]) -> None:
    """Schema, catalogue and, outside production, the sandbox's officers; empties what the last run measured."""
    from migrations.steps import migrate
    from seeding import seed_system

    metrics = state_dir / "metrics"
    metrics.mkdir(parents=True, exist_ok=True)
    for file in metrics.glob("*.db"):
        file.unlink()
    migrate(DATABASE_URL.read(Environment(env)))
    seed_system(env)


@contextmanager
def left_for_commands(state_dir: Path, env: Mapping[str, str]) -> Iterator[None]:
    """While a system runs, other commands on this machine find its settings in the state folder (owner only)."""
    file = state_dir / _LEFT
    file.unlink(missing_ok=True)
    ours = {name: value for name, value in env.items() if name.startswith("MOTCUA_")}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(ours, opened)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def of_running_system(state_dir: Path) -> dict[str, str]:
    """The environment of this command, completed by that of the system running in the state folder, if any."""
    file = state_dir / _LEFT
    left: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return {**left, **os.environ}


def answers(url: str) -> Callable[[], bool]:
    """A check that a GET of `url` is answered with 200."""

    def check() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own loopback address
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return check


def wait_until(check: Callable[[], bool], seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if check():
            return True
        time.sleep(0.05)
    return False


def _spec(name: str, argv: list[str], env: Mapping[str, str], ready: Callable[[], bool] | None = None) -> ProcessSpec:
    return ProcessSpec(name, argv, env=dict(env), ready=ready, cwd=ROOT)


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _kept_key(state_dir: Path) -> str:
    """The development master key of this state folder, made once; without it its data cannot be read."""
    file = state_dir / "master.key"
    if not file.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as opened:
            opened.write(b64encode(secrets.token_bytes(32)).decode())
    return file.read_text()
