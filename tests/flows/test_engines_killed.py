"""What is killed at any moment is found, ended, and started again with its data."""

import json
import shutil
import signal
import sys
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine

from motcua.local.embedded import AlreadyRunningError, Engines, EngineUrls
from motcua.local.embedded.leftovers import is_alive
from tests.support.engines import kept, pid_of, pings, socket_folder_of, visits
from tests.support.processes import running
from tests.support.throwaway import Host
from tests.support.waiting import eventually


def test_what_a_killed_supervisor_left_is_ended_at_the_next_start(open_folder: Path) -> None:
    state_dir = open_folder / "state"
    with kept(state_dir, "--family") as (command, said):
        left = [psutil.Process(pid) for pid in said["pids"]]
        left += left[-1].children()
        assert len(left) == 4
        assert visits(EngineUrls(said["database_url"], said["redis_url"])) == 1
        command.kill()
        command.wait()
        assert all(is_alive(process) for process in left)
    heard: list[str] = []
    with Engines(state_dir, say=heard.append, durable=False) as urls:
        assert not any(is_alive(process) for process in left)
        assert visits(urls) == 2
    assert len(heard) == 1
    assert not socket_folder_of(EngineUrls(said["database_url"], said["redis_url"])).exists()


def test_a_server_without_a_run_file_is_found_by_its_data(open_folder: Path) -> None:
    state_dir = open_folder / "state"
    with kept(state_dir) as (command, said):
        left = psutil.Process(said["pids"][0])
        command.kill()
        command.wait()
    run = state_dir / "run.json"
    valkey = psutil.Process(said["pids"][1])
    run.unlink()
    with Engines(state_dir, durable=False) as urls:
        assert not is_alive(left)
        assert visits(urls) == 1
    valkey.kill()
    shutil.rmtree(socket_folder_of(EngineUrls(said["database_url"], said["redis_url"])))


_BLOCK = """
import signal, sys, time
from pathlib import Path
from motcua.local.embedded import engines
# Whoever runs the tests may have had these ignored, and a child inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
with engines(Path(sys.argv[1]), durable=False):
    print("inside", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_inside_the_block_ends_the_engines(open_folder: Path, sent: signal.Signals) -> None:
    with running([sys.executable, "-c", _BLOCK, str(open_folder)], until=b"inside") as command:
        noted = json.loads((open_folder / "run.json").read_text())
        started = [psutil.Process(record["pid"]) for record in noted["processes"]]
        assert len(started) == 2
        command.send_signal(sent)
        assert command.wait(30) == (-sent if sent == signal.SIGINT else 128 + sent)
    assert not any(is_alive(process) for process in started)
    assert not (open_folder / "run.json").exists()


def test_two_supervisors_on_one_folder_are_refused(open_folder: Path) -> None:
    state_dir = open_folder / "state"
    with kept(state_dir) as (command, said):
        with pytest.raises(AlreadyRunningError) as refused:
            Engines(state_dir).start()
        assert refused.value.pid == command.pid
        # The first is not the worse for it.
        assert visits(EngineUrls(said["database_url"], said["redis_url"])) == 1
        command.send_signal(signal.SIGINT)
        assert command.wait(30) == 0


def test_crashed_engines_come_back_behind_the_same_urls(open_folder: Path) -> None:
    embedded = Engines(open_folder / "state")
    with embedded as urls:
        assert visits(urls) == 1
        for name in ("postgres", "valkey"):
            psutil.Process(pid_of(embedded.status(), name)).kill()
        assert eventually(lambda: all(status.restarts for status in embedded.status()))
        assert eventually(lambda: _answers(urls))
        assert visits(urls) == 2


def _answers(urls: EngineUrls) -> bool:
    engine = create_engine(urls.database_url)
    try:
        engine.connect().close()
        return pings(urls)
    except Exception:
        return False
    finally:
        engine.dispose()


def test_a_pid_file_naming_a_stranger_does_not_stop_a_start(open_folder: Path) -> None:
    state_dir = open_folder / "state"
    with Engines(state_dir, durable=False) as urls:
        visits(urls)
    with running(["sleep", "600"]) as stranger:
        (state_dir / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{state_dir / 'postgres'}\n1\n5432\n")
        with Engines(state_dir, durable=False) as urls:
            assert visits(urls) == 2
        assert stranger.poll() is None


def test_a_cluster_half_made_is_made_anew(open_folder: Path) -> None:
    state_dir = open_folder / "state"
    draft = state_dir / "postgres.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with Engines(state_dir, durable=False) as urls:
        assert visits(urls) == 1
    assert not draft.exists()


_TEST_RUN = """
import time
from tests.support.throwaway import Host
host = Host(lambda url: None)
host.servers()
print(host.folder, flush=True)
time.sleep(600)
"""


def _no_schema(_database_url: str) -> None:
    """These runs test nothing that would need one."""


def test_servers_of_a_killed_test_run_are_ended_by_the_next() -> None:
    with running([sys.executable, "-c", _TEST_RUN]) as killed:
        assert killed.stdout is not None
        folder = Path(killed.stdout.readline().decode().strip())
        noted = json.loads((folder / "run.json").read_text())
    left = [psutil.Process(record["pid"]) for record in noted["processes"]]
    assert len(left) == 2
    Host(_no_schema).close()
    assert not any(is_alive(process) for process in left)
    assert not folder.exists()
