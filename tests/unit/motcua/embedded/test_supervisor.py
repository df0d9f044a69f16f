"""Processes start in order, come back when they crash, and all end."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.local.embedded import ProcessSpec, StartError, Supervisor
from motcua.local.embedded.keeper import FIRST_DELAY_S, LONGEST_DELAY_S, WELL_AFTER_S, next_delay
from motcua.local.embedded.leftovers import is_alive, marked
from motcua.local.embedded.runfolder import claim, release
from tests.support.processes import running
from tests.support.waiting import eventually

# Writes its name when it is up and again when it is told to stop.
_DIARIST = """
import signal, sys, time
def write(word):
    with open(sys.argv[2], "a") as diary:
        diary.write(f"{word} {sys.argv[1]}\\n")
def stop(*_):
    write("down")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
write("up")
time.sleep(600)
"""
_OBEDIENT = """
import pathlib, sys, time
pathlib.Path(sys.argv[1], "up").touch()
time.sleep(600)
"""
# Notes that it was told to stop, and does not.
_STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: pathlib.Path(sys.argv[1], "told").touch())
pathlib.Path(sys.argv[1], "up").touch()
time.sleep(600)
"""
_PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("parent", flush=True)
time.sleep(600)
"""


def _python(name: str, code: str, *arguments: str, **options: object) -> ProcessSpec:
    return ProcessSpec(name, [sys.executable, "-u", "-c", code, *arguments], **options)  # type: ignore[arg-type]


def _said(lines: list[str], wanted: str) -> Callable[[], bool]:
    return lambda: wanted in lines


def test_starts_in_order_and_stops_in_reverse(tmp_path: Path) -> None:
    diary = tmp_path / "diary"

    def written(line: str) -> Callable[[], bool]:
        return lambda: diary.exists() and line in diary.read_text()

    specs = [_python(name, _DIARIST, name, str(diary), ready=written(f"up {name}")) for name in ("one", "two", "three")]
    with Supervisor(tmp_path, echo=None) as supervisor:
        assert supervisor.start(specs)
        assert supervisor.stop()
    assert diary.read_text().split("\n")[:-1] == ["up one", "up two", "up three", "down three", "down two", "down one"]


def test_output_goes_to_the_terminal_with_its_name_and_to_a_file(tmp_path: Path) -> None:
    lines: list[str] = []
    talker = _python(
        "talker", "import time; print('xin chào'); time.sleep(600)", ready=_said(lines, "talker | xin chào")
    )
    with Supervisor(tmp_path, echo=lines.append) as supervisor:
        supervisor.start([talker])
        assert (tmp_path / "logs" / "talker.log").read_text() == "xin chào\n"


def test_the_environment_is_added_to_or_stands_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "inherited")
    show = "import os, time; print(os.environ.get('OURS'), os.environ.get('THEIRS')); time.sleep(600)"
    for inherit, expected in ((True, "show | inherited given"), (False, "show | None given")):
        lines: list[str] = []
        spec = _python("show", show, env={"THEIRS": "given"}, inherit_env=inherit, ready=_said(lines, expected))
        with Supervisor(tmp_path, echo=lines.append) as supervisor:
            assert supervisor.start([spec])


def test_a_crashed_process_comes_back(tmp_path: Path) -> None:
    with Supervisor(tmp_path, echo=None) as supervisor:
        supervisor.start([ProcessSpec("sleeper", ["sleep", "600"])])
        (before,) = supervisor.status()
        assert supervisor.pid("sleeper") == before.pid
        assert supervisor.pid("nobody") is None
        assert before.pid is not None
        assert before.memory_bytes > 0
        os.kill(before.pid, signal.SIGKILL)
        assert eventually(lambda: supervisor.status()[0].restarts == 1)
        (after,) = supervisor.status()
        assert after.state == "running"
        assert after.pid not in (None, before.pid)
        assert after.exit_code == -signal.SIGKILL


def test_children_of_a_crashed_process_are_gone_before_it_comes_back(tmp_path: Path) -> None:
    lines: list[str] = []
    with Supervisor(tmp_path, echo=lines.append) as supervisor:
        supervisor.start([_python("parent", _PARENT, ready=_said(lines, "parent | parent"))])
        pid = supervisor.status()[0].pid
        assert pid is not None
        (grandchild,) = psutil.Process(pid).children()
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: supervisor.status()[0].restarts == 1)
        assert not is_alive(grandchild)


def test_stopping_ends_grandchildren_in_sessions_of_their_own(tmp_path: Path) -> None:
    lines: list[str] = []
    folder = claim(tmp_path)
    supervisor = Supervisor(tmp_path, echo=lines.append)
    supervisor.start([_python("parent", _PARENT, ready=_said(lines, "parent | parent"))])
    assert len(marked(folder.run_id)) == 2
    supervisor.stop()
    assert marked(folder.run_id) == []
    release(folder)


def test_a_process_that_ends_while_starting_is_reported_with_its_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, echo=None)
    diary = tmp_path / "diary"
    first = _python("first", _DIARIST, "first", str(diary), ready=diary.exists)
    with pytest.raises(StartError) as failed:
        supervisor.start([first, _python("broken", "print('no key'); raise SystemExit(3)", ready=lambda: False)])
    assert failed.value.name == "broken"
    assert "no key" in failed.value.tail
    assert supervisor.status() == []
    assert diary.read_text() == "up first\ndown first\n"


def test_a_program_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="cannot be run"):
        Supervisor(tmp_path, echo=None).start([ProcessSpec("ghost", [str(tmp_path / "none")])])


def test_a_process_never_ready_is_reported_and_ended(tmp_path: Path) -> None:
    folder = claim(tmp_path)
    slow = ProcessSpec("slow", ["sleep", "600"], ready=lambda: False, ready_timeout_s=0.2)
    with pytest.raises(StartError, match="not ready after"):
        Supervisor(tmp_path, echo=None).start([slow])
    assert marked(folder.run_id) == []
    release(folder)


def test_run_ends_when_an_essential_process_does(tmp_path: Path) -> None:
    sleeper = ProcessSpec("sleeper", ["sleep", "600"])
    essential = _python("essential", "import time; time.sleep(0.2)", restart=False)
    assert Supervisor(tmp_path, echo=None).run([sleeper, essential]) == 1


def test_run_in_another_thread_stops_when_asked(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, echo=None)
    ready, codes = threading.Event(), list[int]()
    specs = [ProcessSpec("sleeper", ["sleep", "600"])]
    thread = threading.Thread(target=lambda: codes.append(supervisor.run(specs, on_ready=ready.set)))
    thread.start()
    assert ready.wait(30)
    supervisor.request_stop()
    thread.join(30)
    assert codes == [0]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_a_command_cleanly(tmp_path: Path, sent: signal.Signals) -> None:
    with _command(tmp_path, _OBEDIENT) as command:
        command.send_signal(sent)
        assert command.wait(30) == 0
    assert not (tmp_path / "run.json").exists()


def test_a_second_signal_kills_what_will_not_stop(tmp_path: Path) -> None:
    with _command(tmp_path, _STUBBORN) as command:
        command.send_signal(signal.SIGINT)
        assert eventually((tmp_path / "told").exists)
        command.send_signal(signal.SIGINT)
        assert command.wait(30) == 1


_COMMAND = """
import sys
from pathlib import Path
from motcua.local.embedded import ProcessSpec, Supervisor
folder = Path(sys.argv[1])
argv = [sys.executable, "-c", sys.argv[2], sys.argv[1]]
spec = ProcessSpec("child", argv, ready=(folder / "up").exists, stop_grace_s=600)
sys.exit(Supervisor(folder, echo=None).run([spec], on_ready=lambda: print("ready", flush=True)))
"""


def _command(folder: Path, code: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return running([sys.executable, "-c", _COMMAND, str(folder), code], until=b"ready")


@given(lives=st.lists(st.floats(min_value=0, max_value=60), max_size=30))
def test_restarts_slow_down_to_a_limit_and_recover(lives: list[float]) -> None:
    delay = 0.0
    for lived in lives:
        previous, delay = delay, next_delay(delay, lived)
        assert FIRST_DELAY_S <= delay <= LONGEST_DELAY_S
        if lived >= WELL_AFTER_S:
            assert delay == FIRST_DELAY_S
        else:
            assert delay >= previous
