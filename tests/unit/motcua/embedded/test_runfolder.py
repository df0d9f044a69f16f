"""One supervisor a folder, and the next one tidies up after a dead one."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from motcua.local.embedded import AlreadyRunningError, EngineError, leftovers
from motcua.local.embedded.runfolder import claim, release
from tests.support.processes import running

_HOLD = """
import sys, time
from pathlib import Path
from motcua.local.embedded.runfolder import claim
claim(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def test_the_folder_of_another_process_is_refused_naming_it(tmp_path: Path) -> None:
    with running([sys.executable, "-c", _HOLD, str(tmp_path)], until=b"held") as holder:
        with pytest.raises(AlreadyRunningError) as refused:
            claim(tmp_path)
        assert refused.value.pid == holder.pid
        assert str(holder.pid) in refused.value.vi
        assert str(holder.pid) in refused.value.en
        holder.kill()
        holder.wait()
        release(claim(tmp_path))


def test_one_process_may_hold_a_folder_several_times(tmp_path: Path) -> None:
    first, second = claim(tmp_path), claim(tmp_path)
    assert first is second
    release(second)
    assert (tmp_path / "run.json").exists()
    release(first)
    assert not (tmp_path / "run.json").exists()


def test_what_a_dead_supervisor_noted_is_ended_and_said(tmp_path: Path) -> None:
    with running(["sleep", "600"]) as left:
        identity = leftovers.identify(left.pid)
        assert identity is not None
        record = leftovers.to_record("sleep", identity, [(signal.SIGTERM, 5.0)])
        _note(tmp_path, processes=[record])
        heard: list[str] = []
        release(claim(tmp_path, heard.append))
        assert left.wait() == -signal.SIGTERM
        assert len(heard) == 1


def test_children_that_were_never_noted_are_found_by_their_marker(tmp_path: Path) -> None:
    with running(["sleep", "600"], env={**os.environ, leftovers.MARKER: "dead-run/web"}) as left:
        _note(tmp_path, run="dead-run")
        release(claim(tmp_path))
        assert left.wait() == -signal.SIGTERM


def test_socket_folders_of_a_dead_run_go_and_nothing_else(tmp_path: Path) -> None:
    sockets, precious, link = tmp_path / "mc-abc", tmp_path / "precious", tmp_path / "mc-link"
    for folder in (sockets, precious):
        folder.mkdir()
        (folder / "file").touch()
    link.symlink_to(precious)
    _note(tmp_path / "state", folders=[str(sockets), str(precious), str(link)])
    release(claim(tmp_path / "state"))
    assert not sockets.exists()
    assert (precious / "file").exists()


@pytest.mark.parametrize("content", ["", "{", "not json"])
def test_a_run_file_cut_short_does_not_stop_a_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    folder = claim(tmp_path)
    assert json.loads((tmp_path / "run.json").read_text())["run"] == folder.run_id
    release(folder)


def test_a_folder_that_cannot_be_made_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match="Cannot write to"):
        claim(tmp_path / "file" / "state")


def _note(
    folder: Path, *, run: str = "no-such-run", processes: list[dict[str, object]] | None = None, folders: object = ()
) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"run": run, "processes": processes or [], "folders": folders}))
