"""The whole system as processes on one machine: what `motcua up`, the demo, the benches and the flow tests start."""

import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kernel.configuration.environment import tidied
from kernel.configuration.settings import DATABASE_URL, Environment
from motcua.local.embedded import Engines, EngineUrls, ProcessSpec, Supervisor
from motcua.local.embedded.places import memory_folder
from motcua.local.embedded.postgres import forget_other_servers, is_embedded
from motcua.local.embedded.runfolder import claim, release
from motcua.local.loopback import answers
from motcua.local.ports import Ports, require_free
from motcua.local.state import kept_key
from motcua.processes.start import QUEUES, RING
from notify.channels.zalo.settings import SANDBOX_APP_ID

ROOT = Path(__file__).parents[2]
_TWINS: Final = {"vneid": "vneid"}
# Stand in for the addresses of engines that have not been started.
_UNNAMED_DATABASE: Final = "postgresql://localhost/motcua"
_UNNAMED_BROKER: Final = "redis://localhost"


@dataclass(frozen=True, slots=True)
class Stack:
    """A running system: where it answers, and the environment its processes have."""

    api_url: str
    sandbox_url: str
    environment: Mapping[str, str]
    supervisor: Supervisor


def environment(state_dir: Path, urls: EngineUrls, ports: Ports, said: Mapping[str, str]) -> dict[str, str]:
    """The environment of every process: what was said, and for development what the sandbox needs."""
    env = _environment(state_dir, urls, ports, said, kept_key)
    if is_embedded(urls.database_url):
        forget_other_servers(env)
    return {**env, "PROMETHEUS_MULTIPROC_DIR": str(_metrics_folder(state_dir))}


def _environment(
    state_dir: Path, urls: EngineUrls, ports: Ports, said: Mapping[str, str], key: Callable[[Path], str]
) -> dict[str, str]:
    env = {
        "MOTCUA_DATABASE_URL": urls.database_url,
        "MOTCUA_REDIS_URL": urls.redis_url,
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
            "MOTCUA_SANDBOX_API_URL": f"http://127.0.0.1:{ports.api}",
            "MOTCUA_SANDBOX_ZALO_WEBHOOK_URL": f"http://127.0.0.1:{ports.api}/v1/webhooks/zalo",
        }
        env |= {name: said.get(name) or value for name, value in defaults.items()}
        env["MOTCUA_MASTER_KEY"] = said.get("MOTCUA_MASTER_KEY") or key(state_dir)
    return {**said, **env}


def judge(state_dir: Path, ports: Ports, said: Mapping[str, str]) -> None:
    """Raises SettingsError, naming every fault, before anything is started or written for what was said."""
    from motcua.wiring.container import Settings

    urls = EngineUrls(
        said.get("MOTCUA_DATABASE_URL") or _UNNAMED_DATABASE, said.get("MOTCUA_REDIS_URL") or _UNNAMED_BROKER
    )
    Settings.read(_environment(state_dir, urls, ports, said, lambda _state_dir: b64encode(bytes(32)).decode()))


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
    return _python("-m", "motcua.processes.start", task)


def web(env: Mapping[str, str], ports: Ports, workers: int) -> ProcessSpec:
    return _spec("api", serving(ports.api, workers), env, answers(f"http://127.0.0.1:{ports.api}/health/live"))


def serving(port: int, workers: int, *options: str) -> list[str]:
    """The command that serves the API."""
    return _python("-m", "motcua.processes.web", "wsgi:app", "--port", str(port), "--workers", str(workers), *options)


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
        require_free(ports, sandbox=said.get("MOTCUA_MODE") != "production")
        env = environment(state_dir, urls, ports, said)
        prepare(env)
        supervisor = Supervisor(state_dir, echo=echo, say=say)
        try:
            supervisor.start(processes(env, ports, web_workers=web_workers))
            yield Stack(f"http://127.0.0.1:{ports.api}", f"http://127.0.0.1:{ports.sandbox}", env, supervisor)
        finally:
            supervisor.stop()


def prepare(env: Mapping[str, str]) -> None:
    """Schema, catalogue and, outside production, the sandbox's officers."""
    from migrations.steps import migrate
    from motcua.wiring.seeding import seed_system

    migrate(DATABASE_URL.read(Environment(env)))
    seed_system(env)


def wait_until(check: Callable[[], bool], seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if check():
            return True
        time.sleep(0.05)
    return False


def _metrics_folder(state_dir: Path) -> Path:
    """A new folder for what the processes count, in memory: on a full disk a mapped file kills whoever writes to it."""
    run = claim(state_dir)
    try:
        return memory_folder(run, "metrics")
    finally:
        release(run)


def _spec(name: str, argv: list[str], env: Mapping[str, str], ready: Callable[[], bool] | None = None) -> ProcessSpec:
    # Whatever the caller's terminal takes: what a child writes goes to a file.
    return ProcessSpec(name, argv, env={**env, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}, ready=ready, cwd=ROOT)


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
