"""The master key and the settings that a state folder keeps, and what is said when they cannot be used."""

import base64
import json
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from motcua.local.embedded import EngineError
from motcua.local.embedded.runfolder import running_id
from motcua.local.ports import Ports, free_ports, require_free
from motcua.local.state import kept_key, left_for_commands, of_running_system, read_key


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = kept_key(tmp_path / "state")
    assert kept_key(tmp_path / "state") == first
    assert len(base64.b64decode(first)) == 32
    file = tmp_path / "state" / "master.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["master.key"]


@pytest.mark.parametrize("left", [b"", b"\n", b"  \r\n", bytes(44)])
def test_an_empty_key_file_is_said_to_be_empty(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "master.key").write_bytes(left)
    with pytest.raises(EngineError) as refused:
        kept_key(tmp_path)
    assert "trống" in refused.value.vi
    assert "is empty" in refused.value.en
    assert str(tmp_path / "master.key") in refused.value.en
    assert (tmp_path / "master.key").read_bytes() == left


@pytest.mark.parametrize(
    "left", [b"AAAA", base64.b64encode(bytes(31)), base64.b64encode(bytes(33)), "khoá".encode(), b"\xff\xfe" * 20]
)
def test_a_file_without_a_key_is_refused_by_name(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "master.key").write_bytes(left)
    with pytest.raises(EngineError, match="holds no master key"):
        kept_key(tmp_path)


def test_a_key_as_an_editor_leaves_it_is_taken(tmp_path: Path) -> None:
    key = base64.urlsafe_b64encode(bytes(range(200, 232))).decode()
    (tmp_path / "master.key").write_text(f" {key}\r\n")
    assert read_key(tmp_path / "master.key") == key


def test_a_key_that_is_a_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "master.key").mkdir()
    with pytest.raises(EngineError, match="cannot be read or written"):
        kept_key(tmp_path)


_KILLED = """
import os, signal, sys
from pathlib import Path
from motcua.local.state import left_for_commands
with left_for_commands(Path(sys.argv[1]), {"MOTCUA_DATABASE_URL": "of-the-dead"}):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_settings_of_a_killed_system_are_ignored_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], check=False)
    assert "of-the-dead" in (tmp_path / "environment.json").read_text()
    assert running_id(tmp_path) is None
    assert "MOTCUA_DATABASE_URL" not in of_running_system(tmp_path)
    said = capsys.readouterr().err
    assert "không còn chạy" in said
    assert "no longer runs" in said


@pytest.mark.parametrize("left", ["", "{}", "[1]", '{"run": "another", "settings": {"MOTCUA_REDIS_URL": "x"}}'])
def test_settings_that_are_not_of_what_runs_now_are_ignored(tmp_path: Path, left: str) -> None:
    with left_for_commands(tmp_path, {"MOTCUA_REDIS_URL": "ours"}):
        assert of_running_system(tmp_path)["MOTCUA_REDIS_URL"] == "ours"
        held = running_id(tmp_path)
        assert held is not None
        assert json.loads((tmp_path / "environment.json").read_text())["run"] == held[0]
        (tmp_path / "environment.json").write_text(left)
        assert "MOTCUA_REDIS_URL" not in of_running_system(tmp_path)


@pytest.mark.parametrize("number", [70000, -1, 0, 65536])
def test_a_number_that_is_no_port_is_a_sentence(number: int) -> None:
    for ports in (Ports(number, 8025), Ports(8000, number)):
        with pytest.raises(EngineError, match=f"There is no port {number}"):
            require_free(ports)


def test_the_same_port_twice_is_a_sentence() -> None:
    port = free_ports().api
    with pytest.raises(EngineError, match="must differ"):
        require_free(Ports(port, port))
    require_free(Ports(port, port), sandbox=False)


def test_a_port_in_use_is_said_with_both_ways_to_choose_another() -> None:
    ports = free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.sandbox))
        taken.listen()
        with pytest.raises(EngineError) as refused:
            require_free(ports)
    for text in (refused.value.vi, refused.value.en):
        assert str(ports.sandbox) in text
        assert "make run PORT=" in text
        assert "--sandbox-port" in text
