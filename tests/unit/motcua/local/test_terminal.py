"""Commands write on any terminal: what its encoding lacks comes without accents, and nothing ends in a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from motcua.cli.main import main

_GUESTS = "khach.csv"
ENCODINGS = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "cp1258"},
    {"PYTHONIOENCODING": "ascii:strict", "LC_ALL": "POSIX"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "utf-16"},
]


def _motcua(env: dict[str, str], *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "motcua", *arguments],
        check=False,
        capture_output=True,
        input=given,
        env={**os.environ, **env},
    )


_MANY = """
import json, os, sys
from motcua.cli.main import main
codes = []
for arguments in json.loads(sys.argv[1]):
    try:
        # As the system hands them over, whatever the locale makes of them.
        codes.append(main([os.fsdecode(each.encode()) for each in arguments]) or 0)
    except SystemExit as ended:
        codes.append(ended.code)
assert codes == json.loads(sys.argv[2]), codes
"""


@pytest.mark.parametrize("env", ENCODINGS, ids=str)
def test_every_kind_of_output_is_written(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / _GUESTS).write_text("Họ tên\nĐặng Văn Đức\n", encoding="utf-8")
    commands = {
        ("--help",): 0,
        ("--version",): 0,
        ("sms", "parts"): 0,
        ("status", "--state", str(tmp_path / "trạm")): 3,
        ("up", "--port", "70000"): 2,
        ("residence", "check", str(tmp_path / _GUESTS)): 1,
        ("residence", "check", str(tmp_path / "không có.csv")): 2,
        ("migrate",): 1,
    }
    done = subprocess.run(
        [sys.executable, "-c", _MANY, json.dumps([*commands]), json.dumps([*commands.values()])],
        check=False,
        capture_output=True,
        input='"Chào bạn, Đặng Văn Đức 한국"\nkhông\n'.encode(),
        env={**os.environ, **env, "MOTCUA_DATABASE_URL": ""},
    )
    for octets in (done.stdout, done.stderr):
        text = octets.decode(env.get("PYTHONIOENCODING", "ascii").partition(":")[0])
        assert "Traceback" not in text, text
    assert done.returncode == 0


def test_what_a_terminal_lacks_comes_without_its_accents() -> None:
    shown = _motcua({"PYTHONIOENCODING": "ascii"}, "--help").stdout.decode("ascii")
    assert "Mot Cua: dich vu cong tren dien thoai." in shown
    shown = _motcua({"PYTHONIOENCODING": "latin-1"}, "status", "--state", "/không/có").stdout.decode("latin-1")
    # Latin-1 has some of the accents of Vietnamese, and those stay.
    assert "Không có he thong nào" in shown


def test_json_means_the_same_on_every_terminal(tmp_path: Path) -> None:
    (tmp_path / _GUESTS).write_text("Họ tên\nĐặng Văn Đức\n", encoding="utf-8")
    answers = [
        json.loads(_motcua(env, "residence", "check", "--json", str(tmp_path / _GUESTS)).stdout)
        for env in ({"PYTHONIOENCODING": "utf-8"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"})
    ]
    assert answers[0] == answers[1] == answers[2]
    assert any(ord(sign) > 127 for sign in json.dumps(answers[0], ensure_ascii=False))


@pytest.mark.parametrize(
    ("option", "value"),
    [("--port", "70000"), ("--port", "-1"), ("--port", "0"), ("--sandbox-port", "tám nghìn"), ("--web-workers", "0")],
)
def test_a_number_out_of_range_is_a_sentence_in_both_languages(option: str, value: str) -> None:
    done = CliRunner().invoke(main, ["up", option, value])
    said = done.stderr
    assert done.exit_code == 2
    assert "cần số nguyên từ 1" in said
    assert "A whole number from 1" in said


def test_the_version_and_what_runs_are_said(tmp_path: Path) -> None:
    assert b"0." in _motcua({}, "--version").stdout
    done = _motcua({}, "status", "--json", "--state", str(tmp_path))
    assert json.loads(done.stdout) == {"running": False, "supervisor": None, "processes": []}
