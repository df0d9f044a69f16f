"""`motcua up` as a person uses it: started, killed, started again, stopped."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from motcua.local.embedded.leftovers import is_alive
from motcua.local.loopback import request
from motcua.local.ports import Ports, free_ports, require_free
from motcua.processes.start import QUEUES
from tests.support.processes import running

_WORKERS = [f"worker-{queue}" for queue in QUEUES]
# What a caller's environment may hold: a proxy that is not there, a poor terminal, another database.
_UNKIND = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
_UNKIND |= {"no_proxy": "", "PYTHONIOENCODING": "ascii", "PYTHONWARNINGS": "error", "TZ": "America/Lima"}
_UNKIND |= {"PGSERVICE": "nowhere", "PGHOSTADDR": "127.0.0.1", "PGREQUIREAUTH": "scram-sha-256", "PGUSER": "nobody"}
_UNKIND |= {"PGOPTIONS": "-c search_path=nowhere", "PGCLIENTENCODING": "LATIN1", "PGTZ": "America/Lima"}
_CHILDREN = ["postgres", "valkey", "sandbox", "api", *_WORKERS, "cron"]


@contextmanager
def _up(state_dir: Path, ports: Ports, **env: str) -> Iterator[tuple[subprocess.Popen[bytes], list[psutil.Process]]]:
    """The command once it serves, and everything it runs."""
    options = ["--port", str(ports.api), "--sandbox-port", str(ports.sandbox), "--state", str(state_dir)]
    with running(
        [sys.executable, "-m", "motcua", "up", "--web-workers", "1", *options], env={**os.environ, **env}
    ) as command:
        assert command.stdout is not None
        assert any("Ctrl-C" in line.decode() for line in iter(command.stdout.readline, b"")), "it did not come up"
        noted = json.loads((state_dir / "run.json").read_text())["processes"]
        assert [record["name"] for record in noted] == _CHILDREN
        yield command, psutil.Process(command.pid).children(recursive=True)


def _greeted(command: subprocess.Popen[bytes]) -> list[str]:
    """What the greeting says after its first line."""
    assert command.stdout is not None
    return [line.decode().rstrip() for line in iter(command.stdout.readline, b"\n")]


def _serves(ports: Ports) -> bool:
    return request("GET", f"http://127.0.0.1:{ports.api}/health/ready")[0] == 200


def test_everything_comes_up_again_after_a_kill_and_stops_on_ctrl_c(open_folder: Path) -> None:
    ports = free_ports()
    with _up(open_folder, ports, **_UNKIND) as (command, before):
        assert _serves(ports)
        command.kill()
        command.wait()
        assert any(is_alive(process) for process in before)
    with _up(open_folder, ports) as (command, after):
        assert not any(is_alive(process) for process in before)
        greeting = _greeted(command)
        for page in ("people", "phone"):
            (address,) = (line.rpartition(" ")[2] for line in greeting if line.endswith(f"/{page}"))
            assert request("GET", address)[0] == 200
        assert any(line.endswith("docs/first-steps.md") for line in greeting)
        assert _serves(ports)
        command.send_signal(signal.SIGINT)
        assert command.stdout is not None
        command.stdout.read()
        assert command.wait(60) == 0
    assert not any(is_alive(process) for process in after)
    require_free(ports)


def test_a_port_in_use_is_said_before_anything_of_ours_listens(open_folder: Path) -> None:
    ports = free_ports()
    taken = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", str(ports.api)]
    with running(taken) as other:
        assert other.stdout is not None
        assert b"Serving" in other.stdout.readline()
        options = ["--port", str(ports.api), "--sandbox-port", str(ports.sandbox), "--state", str(open_folder)]
        refused = subprocess.run(
            [sys.executable, "-m", "motcua", "up", *options], check=False, capture_output=True, text=True
        )
    assert refused.returncode == 1
    assert f"Port {ports.api} is in use" in refused.stderr
    assert not (open_folder / "run.json").exists()
