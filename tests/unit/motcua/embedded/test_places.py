"""Where engines live, and as whom they run, for root and for everybody else."""

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from motcua.local.embedded import Account, EngineError
from motcua.local.embedded.places import (
    LONGEST_SOCKET_FOLDER,
    Home,
    choose_home,
    missing,
    open_folder,
    programs,
    socket_folder,
)
from motcua.local.embedded.runfolder import claim, release

ROOT = os.geteuid() == 0
DATA = "data"


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder that every account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-ground-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _nobody() -> Account | None:
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid) if ROOT else None


def test_engines_live_in_the_state_folder(ground: Path) -> None:
    assert choose_home(ground, DATA, ground / "fallback") == Home(ground, _nobody())


def test_root_hands_the_engines_to_the_owner_of_the_folder(ground: Path) -> None:
    owner = pwd.getpwnam("daemon")
    state_dir = ground / "project" / "state"
    state_dir.mkdir(parents=True)
    if ROOT:
        os.chown(state_dir.parent, owner.pw_uid, owner.pw_gid)
    expected = Account(owner.pw_uid, owner.pw_gid) if ROOT else None
    assert choose_home(state_dir, DATA, ground / "fallback").account == expected


def test_a_closed_folder_gets_one_home_elsewhere_and_keeps_it(ground: Path) -> None:
    state_dir = ground / "closed" / "state"
    state_dir.mkdir(parents=True)
    state_dir.parent.chmod(0o700)
    first = choose_home(state_dir, DATA, ground / "fallback")
    assert choose_home(state_dir, DATA, ground / "other") == first
    assert (first.folder.parent == ground / "fallback") == ROOT
    # Opened later, the folder does not draw the engines away from their data.
    state_dir.parent.chmod(0o755)
    assert choose_home(state_dir, DATA, ground / "fallback") == first


def test_data_in_a_folder_that_was_closed_since_is_not_passed_over(ground: Path) -> None:
    state_dir = ground / "closed" / "state"
    (state_dir / DATA).mkdir(parents=True)
    state_dir.parent.chmod(0o700)
    if ROOT:
        with pytest.raises(EngineError, match="cannot reach"):
            choose_home(state_dir, DATA, ground / "fallback")
    else:
        assert choose_home(state_dir, DATA, ground / "fallback").folder == state_dir


def test_folders_are_open_to_others_under_any_umask(ground: Path) -> None:
    before = os.umask(0o077)
    try:
        open_folder(ground / "a" / "b")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((ground / name).stat().st_mode) for name in ("a", "a/b")] == [0o755, 0o755]


def test_socket_folders_are_private_short_and_gone_with_the_run(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = ground / "/".join(["deep"] * 40)
    deep.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    run = claim(deep)
    folder = socket_folder(Home(deep, _nobody()), run)
    assert len(str(folder)) <= LONGEST_SOCKET_FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.stat().st_uid == (pwd.getpwnam("nobody").pw_uid if ROOT else os.geteuid())
    release(run)
    assert not folder.exists()


def test_a_wheel_that_is_not_installed_is_named(ground: Path) -> None:
    assert programs(Home(ground, None), "no-such-wheel", ("no_such_package/bin",), "no_such_package/bin/x") is None
    assert "no-such-wheel is missing" in str(missing("no-such-wheel", "MOTCUA_POSTGRES_PROGRAMS"))
