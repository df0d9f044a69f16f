"""motcua residence check and template, as a program of their own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.sources import ROOT
from tests.unit.residence.declared import official_book, official_row


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "motcua", "residence", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={"PATH": "", "COLUMNS": "200"}, check=False
    )


@pytest.fixture
def guests(tmp_path: Path) -> Path:
    path = tmp_path / "danh sách.txt"
    path.write_bytes(official_book([official_row(1), official_row(2, nationality="Việt Nam", room="")]))
    return path


def test_the_verdict_as_json(guests: Path) -> None:
    ran = run("check", guests, "--json")
    document: dict[str, Any] = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert document.keys() == {"rows", "accepted", "rejected", "warnings"}
    assert (document["rows"], document["accepted"]) == (2, 1)
    [rejected] = document["rejected"]
    assert rejected == {
        "row": 6,
        "column": "E",
        "field": "nationality",
        "value": "Việt Nam",
        "code": "E05",
        "reason": "Mã quốc tịch “Việt Nam” sai dạng: phải là 3 chữ cái HOA, ví dụ VNM, KOR. Có phải là VNM?",
    }
    assert {"row": 6, "column": "P", "field": "room", "value": "", "code": "W01", "reason": "Chưa ghi số phòng."} in (
        document["warnings"]
    )


def test_the_verdict_for_people(guests: Path) -> None:
    ran = run("check", guests)
    assert ran.returncode == 1
    assert "E05" in ran.stdout
    assert "2 khách, nhận được 1" in ran.stdout


def test_nothing_rejected_is_success(tmp_path: Path) -> None:
    path = tmp_path / "guests.xlsx"
    path.write_bytes(official_book([official_row(1)]))
    ran = run("check", path, "--json")
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["rejected"] == []


def test_a_file_refused_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "guests.xlsx"
    path.write_bytes(b"%PDF-1.7")
    ran = run("check", path, "--json")
    document = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert (document["rows"], document["accepted"], document["warnings"]) == (0, 0, [])
    [rejected] = document["rejected"]
    assert (rejected["row"], rejected["column"], rejected["code"]) == (0, None, "F02")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_file_that_is_not_there(tmp_path: Path, options: tuple[str, ...]) -> None:
    for path in (tmp_path / "none.xlsx", tmp_path):
        ran = run("check", path, *options)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert "Không mở được tệp" in ran.stderr
        assert "Traceback" not in ran.stderr


def test_the_empty_sheet_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    assert run("template", path).returncode == 0
    again = run("template", path)
    assert again.returncode == 2
    assert "tệp đã có" in again.stderr
    checked = run("check", path, "--json")
    assert json.loads(checked.stdout)["rejected"][0]["code"] == "F14"
