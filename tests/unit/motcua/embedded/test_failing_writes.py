"""A disk that is full, or a folder that cannot be written: every child runs exactly once, and none stays dead."""

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from motcua.local.embedded import ProcessSpec, Supervisor
from motcua.local.embedded.leftovers import is_alive, marked
from motcua.local.embedded.output import Output, worth_showing
from motcua.local.embedded.runfolder import RunFolder, claim, release
from tests.support.waiting import eventually

Break = Callable[[Path], object]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunFolder]:
    folder = claim(tmp_path / "state")
    yield folder
    release(folder)


def _run_file_is_a_folder(state: Path) -> None:
    (state / "run.json").unlink()
    (state / "run.json").mkdir()
    (state / "run.json" / "full").touch()


def _state_is_gone(state: Path) -> None:
    shutil.move(state, state.with_name("moved"))


def _logs_are_a_file(state: Path) -> None:
    shutil.rmtree(state / "logs")
    (state / "logs").touch()


def _drafts_are_folders(state: Path) -> None:
    (state / "run.draft").mkdir()
    _run_file_is_a_folder(state)


def _kill(supervisor: Supervisor) -> None:
    pid = supervisor.pid("sleeper")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def _runs_once(run: RunFolder, supervisor: Supervisor, restarts: int) -> bool:
    (status,) = supervisor.status()
    alive = [process.pid for process in marked(run.run_id, "sleeper") if is_alive(process)]
    return status.restarts == restarts and status.state == "running" and alive == [status.pid]


@pytest.mark.parametrize("broken", [_run_file_is_a_folder, _drafts_are_folders, _logs_are_a_file, _state_is_gone])
def test_a_child_comes_back_once_while_nothing_can_be_written(run: RunFolder, broken: Break) -> None:
    with Supervisor(run.path, echo=None) as supervisor:
        supervisor.start([ProcessSpec("sleeper", ["sleep", "600"])])
        broken(run.path)
        for restarts in (1, 2, 3):
            _kill(supervisor)
            assert eventually(lambda wanted=restarts: _runs_once(run, supervisor, wanted))  # type: ignore[misc]
        if not run.path.exists():
            shutil.move(run.path.with_name("moved"), run.path)
    assert marked(run.run_id) == []


@contextmanager
def _no_file_grows() -> Iterator[None]:
    """Every write to a file fails, for root too, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _noted(run: RunFolder) -> list[int]:
    noted = json.loads((run.path / "run.json").read_text())
    assert noted["run"] == run.run_id
    return [record["pid"] for record in noted["processes"]]


def test_on_a_full_disk_a_child_comes_back_and_is_noted_once_there_is_room(run: RunFolder) -> None:
    with Supervisor(run.path, echo=None) as supervisor:
        supervisor.start([ProcessSpec("sleeper", ["sleep", "600"])])
        with _no_file_grows():
            _kill(supervisor)
            assert eventually(lambda: _runs_once(run, supervisor, 1))
        assert eventually(lambda: _noted(run) == [supervisor.pid("sleeper")])
        assert list(run.path.glob("*.draft")) == []


def test_a_talkative_child_is_heard_on_though_its_log_cannot_be_written(run: RunFolder) -> None:
    lines: list[str] = []
    talk = (
        "import itertools, time\nfor n in itertools.count():\n    print(n, 'x' * 5000, flush=True); time.sleep(0.001)"
    )
    with Supervisor(run.path, echo=lines.append) as supervisor, _no_file_grows():
        supervisor.start([ProcessSpec("talker", [sys.executable, "-c", talk])])
        # Far more than a pipe holds: a child whose pipe nobody empties stands still.
        assert eventually(lambda: len(lines) > 200)


def test_lines_written_after_the_disk_had_room_again_are_kept(tmp_path: Path) -> None:
    output = Output("web", tmp_path, None)
    with _no_file_grows():
        for number in range(50):
            output.write(f"lost {number} " + "x" * 1000)
    output.write("kept")
    output.close()
    assert (tmp_path / "web.log").read_text().endswith("kept\n")
    assert output.tail[-1] == "kept"


def test_an_echo_that_fails_does_not_stop_the_listening(tmp_path: Path) -> None:
    def broken(_line: str) -> None:
        raise RuntimeError("the terminal is gone")

    output = Output("web", tmp_path, broken)
    output.write("one")
    output.close()
    assert (tmp_path / "web.log").read_text() == "one\n"


_HOLD = """
import os, signal, subprocess, sys, time
from pathlib import Path
from motcua.local.embedded import ProcessSpec, Supervisor
supervisor = Supervisor(Path(sys.argv[1]), echo=None)
supervisor.start([ProcessSpec("sleeper", ["sleep", "600"])])
print(supervisor.pid("sleeper"), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(
    "left",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"run": null, "processes": [{"pid": "x"}], "folders": []}',
        '{"run": "other", "processes": [{"pid": -1, "created": 0, "ending": [[9, 1]]}], "folders": []}',
        '{"run": 5, "processes": {}, "folders": 7}',
        '{"run": "x", "processes": [{"pid": 1e400, "created": "now", "ending": [[99, 1]]}], "folders": [null]}',
        "\x00\x00\x00\x00",
    ],
)
def test_what_a_killed_supervisor_left_is_ended_though_its_run_file_is_damaged(tmp_path: Path, left: str) -> None:
    with psutil.Popen([sys.executable, "-c", _HOLD, str(tmp_path)], stdout=-1) as killed:
        child = psutil.Process(int(killed.stdout.readline()))
        killed.kill()
    assert is_alive(child)
    (tmp_path / "run.json").write_text(left)
    heard: list[str] = []
    folder = claim(tmp_path, heard.append)
    assert not is_alive(child)
    assert json.loads((tmp_path / "run.json").read_text())["run"] == folder.run_id
    assert ["hỏng" in line and "damaged" in line for line in heard] == [True, False]
    release(folder)


def test_a_terminal_shows_warnings_and_what_is_no_log_line() -> None:
    shown = [
        '{"event": "health.check_failed", "level": "warning"}',
        '{"event": "request.failed", "level": "error"}',
        "Traceback (most recent call last):",
        "[ERROR] Unexpected exit from worker-1",
        "{broken",
        "[]",
    ]
    hidden = ['{"event": "request", "level": "info"}', '{"level": "debug"}', "[INFO] Listening at: http://127.0.0.1"]
    assert [line for line in (*shown, *hidden) if worth_showing(line)] == shown
