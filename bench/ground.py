"""The ground a bench stands on: engines, schema and catalogue of its own, and processes of the system by name."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from motcua.local.embedded import EngineUrls, ProcessSpec, Supervisor, engines
from motcua.local.loopback import answers
from motcua.local.ports import Ports, free_ports
from motcua.local.private import own_settings, private_folder, signals_leave
from motcua.local.stack import ROOT, environment, prepare, processes

WEB_WORKERS: Final = 2


@dataclass(frozen=True, slots=True)
class Ground:
    """`environment` is that of every process of the system."""

    folder: Path
    environment: Mapping[str, str]
    ports: Ports

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.sandbox}"

    @contextmanager
    def running(self, *names: str) -> Iterator[Supervisor]:
        """These processes of the system ("api", "sandbox", "worker-send", …), until the block ends."""
        specs = processes(self.environment, self.ports, web_workers=WEB_WORKERS)
        with self.keeping(*(spec for spec in specs if spec.name in names)) as supervisor:
            yield supervisor

    @contextmanager
    def keeping(self, *specs: ProcessSpec) -> Iterator[Supervisor]:
        with Supervisor(self.folder, echo=None) as supervisor:
            supervisor.start(specs)
            yield supervisor

    def module(self, name: str, *arguments: str, port: int | None = None, **env: str) -> ProcessSpec:
        """A process of the bench's own, `python -m name`; with `port` it is ready once that answers at /health."""
        ready = None if port is None else answers(f"http://127.0.0.1:{port}/health")
        argv = [sys.executable, "-m", name, *arguments]
        return ProcessSpec(name, argv, env={**self.environment, **env}, ready=ready, cwd=ROOT)


@contextmanager
def ground(settings: Mapping[str, str] | None = None, lay: Callable[[str], None] | None = None) -> Iterator[Ground]:
    """Engines that keep every commit, as in production; nothing of the caller's own settings but the machine's.

    `settings` are variables of the environment; `lay` is called with the database's URL before there is a schema.
    """
    with signals_leave(), private_folder("bench") as folder, own_settings() as own, _engines(folder, own) as urls:
        ports = free_ports()
        env = environment(folder, urls, ports, {**own, **(settings or {})})
        if lay is not None:
            lay(env["MOTCUA_DATABASE_URL"])
        prepare(env)
        yield Ground(folder, env, ports)


def _engines(folder: Path, said: Mapping[str, str]) -> AbstractContextManager[EngineUrls]:
    database_url, redis_url = said.get("MOTCUA_DATABASE_URL"), said.get("MOTCUA_REDIS_URL")
    return engines(folder / "engines", database_url=database_url, redis_url=redis_url)


def process_of(supervisor: Supervisor, name: str) -> psutil.Process:
    """The running process `name` of the system."""
    pid = next(status.pid for status in supervisor.status() if status.name == name)
    assert pid is not None
    return psutil.Process(pid)


def cpu_s(process: psutil.Process) -> float:
    """Seconds of CPU that the process and all it ever started have taken."""
    spent = process.cpu_times()
    begun = spent.children_user + spent.children_system
    running = [child.cpu_times() for child in process.children(recursive=True)]
    return float(spent.user + spent.system + begun + sum(each.user + each.system for each in running))


def engine_of(place: Ground, name: str) -> psutil.Process:
    """The engine's process, "postgres" or "valkey". Raises StopIteration for one that this run did not start."""
    noted = json.loads((place.folder / "engines" / "run.json").read_text())["processes"]
    return psutil.Process(next(record["pid"] for record in noted if record["name"] == name))
