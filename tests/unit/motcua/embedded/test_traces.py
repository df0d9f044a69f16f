"""A state folder whose data is gone is refused; one that never held any is begun."""

from collections.abc import Callable
from pathlib import Path

import pytest

from motcua.local.embedded import EngineError
from motcua.local.embedded.traces import note_made, require_cluster, require_finished, require_no_traces, unfinished


def _key(state: Path) -> None:
    (state / "master.key").write_text("x")


def _empty_key(state: Path) -> None:
    (state / "master.key").touch()


def _file(state: Path) -> None:
    (state / "files" / "ab").mkdir(parents=True)
    (state / "files" / "ab" / "piece").touch()


@pytest.mark.parametrize("leave", [_key, _empty_key, _file, note_made])
def test_every_trace_of_data_refuses_a_new_beginning(tmp_path: Path, leave: Callable[[Path], None]) -> None:
    leave(tmp_path)
    with pytest.raises(EngineError) as refused:
        require_no_traces(tmp_path, tmp_path / "postgres")
    for text in (refused.value.vi, refused.value.en):
        assert "motcua restore" in text
        assert str(tmp_path) in text


def test_a_folder_that_never_held_data_is_no_trace(tmp_path: Path) -> None:
    for name in ("logs", "files"):
        (tmp_path / name).mkdir()
    # The first start of a folder that the engines' account cannot enter has just written this.
    for name in ("run.lock", "engine-home"):
        (tmp_path / name).touch()
    require_no_traces(tmp_path, tmp_path / "postgres")


@pytest.mark.parametrize("kept", [[], ["PG_VERSION"], ["global/pg_control"]])
def test_an_emptied_cluster_is_refused(tmp_path: Path, kept: list[str]) -> None:
    data = tmp_path / "postgres"
    (data / "global").mkdir(parents=True)
    for name in kept:
        (data / name).touch()
    with pytest.raises(EngineError, match="lacks"):
        require_cluster(tmp_path, data)
    for name in ("PG_VERSION", "global/pg_control"):
        (data / name).touch()
    require_cluster(tmp_path, data)


def test_a_restore_that_was_broken_off_is_not_started_upon(tmp_path: Path) -> None:
    require_finished(tmp_path)
    with pytest.raises(ZeroDivisionError), unfinished(tmp_path):
        raise ZeroDivisionError
    with pytest.raises(EngineError, match="broken off"):
        require_finished(tmp_path)
    with unfinished(tmp_path), pytest.raises(EngineError, match="motcua restore FILE"):
        require_finished(tmp_path)
    require_finished(tmp_path)
