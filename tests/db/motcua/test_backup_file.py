"""What may go wrong with a backup's file, its key and its place: a sentence, and nothing has changed."""

import base64
import io
import os
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from kernel.storage import FolderStore
from motcua.backup.archive import Manifest, checked
from motcua.backup.errors import BackupError
from motcua.backup.making import make_backup
from motcua.backup.place import Place, master_key_of
from motcua.backup.restoring import restore_backup
from motcua.local.embedded import EngineError
from motcua.wiring.seeding import seed_system
from tests.support.throwaway import Servers

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))


def _silent(_size: int) -> None:
    pass


@dataclass(frozen=True)
class Made:
    file: Path
    manifest: Manifest
    place: Place


@pytest.fixture(scope="module")
def made(servers: Servers, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("made")
    name = f"backup{os.getpid()}"
    url = servers.clone_template(name)
    said = {"MOTCUA_DATABASE_URL": url, "MOTCUA_REDIS_URL": redis_url, "MOTCUA_FILES_URL": (folder / "files").as_uri()}
    seed_system({**said, "MOTCUA_MASTER_KEY": base64.b64encode(KEY).decode()})
    files = FolderStore(folder / "files")
    for number in range(5):
        files.put(f"piece/{number}", bytes([number]) * 3000)
    (folder / "files" / "piece" / ".put-killed").write_bytes(b"half")
    place = Place(url, files, KEY)
    yield Made(folder / "b", make_backup(place, folder / "b", _silent), place)
    servers.order(f'DROP DATABASE "{servers.prefix}_{name}" WITH (FORCE)')


@pytest.fixture
def empty_url(servers: Servers) -> Iterator[str]:
    name = f"empty{os.getpid()}"
    servers.order(f'CREATE DATABASE "{servers.prefix}_{name}"')
    yield servers.database_url(name)
    servers.order(f'DROP DATABASE "{servers.prefix}_{name}" WITH (FORCE)')


def _said(url: str, files: Path, key: bytes = KEY) -> dict[str, str]:
    return {
        "MOTCUA_DATABASE_URL": url,
        "MOTCUA_FILES_URL": files.as_uri(),
        "MOTCUA_MASTER_KEY": base64.b64encode(key).decode(),
    }


def _restore(state: Path, file: Path, said: dict[str, str], *, over: bool = False) -> Manifest:
    return restore_backup(state, file, said, replace=over, say=print, told=lambda _stage: _silent)


def _tables(url: str) -> int:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) or 0)
    finally:
        engine.dispose()


def test_a_backup_is_for_its_owner_alone_and_holds_no_key(made: Made) -> None:
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    octets = made.file.read_bytes()
    assert KEY not in octets
    assert base64.b64encode(KEY) not in octets
    assert sorted(made.manifest.keys()) == [f"piece/{number}" for number in range(5)]
    assert [path.name for path in made.file.parent.iterdir() if path.name.startswith(".")] == []
    assert checked(made.file, KEY, _silent) == made.manifest


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.6, 0.9, 0.99])
def test_a_file_cut_short_is_refused_and_nothing_changes(
    made: Made, empty_url: str, tmp_path: Path, part: float
) -> None:
    octets = made.file.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(octets[: int(len(octets) * part)])
    with pytest.raises(BackupError, match="damaged or cut short"):
        _restore(tmp_path / "state", cut, _said(empty_url, tmp_path / "files"))
    assert _tables(empty_url) == 0
    assert not (tmp_path / "files").exists()
    assert not (tmp_path / "state").exists()


def test_a_changed_byte_anywhere_in_a_part_is_found(made: Made, tmp_path: Path) -> None:
    octets = made.file.read_bytes()
    with tarfile.open(made.file) as tar:
        places = [member.offset_data + member.size // 2 for member in tar]
    for place in places:
        changed = bytearray(octets)
        changed[place] ^= 1
        (tmp_path / "changed").write_bytes(changed)
        with pytest.raises(BackupError):
            checked(tmp_path / "changed", KEY, _silent)


@pytest.mark.parametrize("content", [b"", b"not a tar", bytes(10240), b"PGDMP" + bytes(2000)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BackupError, match="damaged or cut short"):
        checked(tmp_path / "file", KEY, _silent)
    with pytest.raises(BackupError, match="cannot be read"):
        checked(tmp_path / "none", KEY, _silent)


def test_bytes_behind_the_end_are_refused(made: Made, tmp_path: Path) -> None:
    for more in (b"x", bytes(1), bytes(10240) + b"x", bytes(30720)):
        (tmp_path / "longer").write_bytes(made.file.read_bytes() + more)
        with pytest.raises(BackupError, match="damaged"):
            checked(tmp_path / "longer", KEY, _silent)


def test_a_manifest_sealed_by_nobody_is_refused(made: Made, tmp_path: Path) -> None:
    forged = tmp_path / "forged"
    with tarfile.open(made.file) as old, tarfile.open(forged, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            octets = content.read()
            if member.name == "manifest.json":
                octets = octets.replace(b"database.dump", b"database.pump")
            new.addfile(member, io.BytesIO(octets))
    with pytest.raises(BackupError, match="damaged"):
        checked(forged, KEY, _silent)


def test_another_master_key_is_refused_before_anything_is_touched(made: Made, empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError) as refused:
        _restore(tmp_path / "state", made.file, _said(empty_url, tmp_path / "files", OTHER))
    assert "khoá chính khác" in refused.value.vi
    assert "another master key" in refused.value.en
    assert _tables(empty_url) == 0
    assert list(tmp_path.iterdir()) == []


def test_no_key_at_all_is_a_sentence_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="There is no master key"):
        master_key_of(tmp_path, {})
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "master.key").write_bytes(base64.b64encode(KEY))
    assert master_key_of(tmp_path, {}) == KEY
    assert master_key_of(tmp_path, {"MOTCUA_MASTER_KEY": base64.b64encode(OTHER).decode()}) == OTHER


def test_data_that_is_there_is_replaced_only_when_told_so(made: Made, empty_url: str, tmp_path: Path) -> None:
    said = _said(empty_url, tmp_path / "files")
    assert _restore(tmp_path / "state", made.file, said) == made.manifest
    tables = _tables(empty_url)
    assert tables > 30
    files = FolderStore(tmp_path / "files")
    files.put("piece/surplus", b"of another time")
    files.put("audit/anchors/later", b"evidence")
    files.put("piece/1", b"changed")
    with pytest.raises(BackupError, match="--replace"):
        _restore(tmp_path / "state", made.file, said)
    assert files.get("piece/1") == b"changed"
    assert _restore(tmp_path / "state", made.file, said, over=True) == made.manifest
    assert _tables(empty_url) == tables
    assert files.get("piece/1") == bytes([1]) * 3000
    assert files.list("piece") == [f"piece/{number}" for number in range(5)]
    assert files.get("audit/anchors/later") == b"evidence"


def test_a_file_store_that_holds_something_is_not_mixed(made: Made, empty_url: str, tmp_path: Path) -> None:
    FolderStore(tmp_path / "files").put("piece/of-somebody", b"else")
    with pytest.raises(BackupError, match="file store already holds"):
        _restore(tmp_path / "state", made.file, _said(empty_url, tmp_path / "files"))
    assert _tables(empty_url) == 0


def test_a_database_in_use_is_refused(made: Made, empty_url: str, tmp_path: Path) -> None:
    engine = create_engine(empty_url)
    with engine.connect(), pytest.raises(BackupError, match="stop web, workers and cron"):
        _restore(tmp_path / "state", made.file, _said(empty_url, tmp_path / "files"))
    engine.dispose()


def test_a_restore_that_fails_in_the_database_takes_its_files_back(made: Made, empty_url: str, tmp_path: Path) -> None:
    engine = create_engine(empty_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # It holds no table, and yet what is in the dump cannot be made: every new table is refused.
        connection.execute(
            text(
                "CREATE SCHEMA guard; CREATE FUNCTION guard.refuse() RETURNS event_trigger LANGUAGE plpgsql AS"
                " 'BEGIN RAISE EXCEPTION $$not here$$; END';"
                " CREATE EVENT TRIGGER no_tables ON ddl_command_end WHEN TAG IN ('CREATE TABLE')"
                " EXECUTE FUNCTION guard.refuse()"
            )
        )
    engine.dispose()
    with pytest.raises(BackupError, match="not here"):
        _restore(tmp_path / "state", made.file, _said(empty_url, tmp_path / "files"))
    assert FolderStore(tmp_path / "files").list("") == []
    assert _tables(empty_url) == 0


def test_a_backup_that_cannot_be_written_leaves_nothing(made: Made, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        make_backup(made.place, tmp_path / "none" / "b", _silent)
    with pytest.raises(BackupError, match="cannot be reached"):
        make_backup(
            replace(made.place, database_url="postgresql+psycopg://x@127.0.0.1:9/none"), tmp_path / "b", _silent
        )
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_has_nothing_to_back_up(made: Made, empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nothing that could be backed up"):
        make_backup(replace(made.place, database_url=empty_url), tmp_path / "b", _silent)
