"""Putting a backup in the place of a system's database and files."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from kernel.storage import FileStore
from migrations import head_revision
from motcua.backup.archive import ANCHORS, DATABASE, FILES, Manifest, Told, checked, parts
from motcua.backup.database import require_fit, restore
from motcua.backup.errors import BackupError
from motcua.backup.place import Say, master_key_of, target
from motcua.local.embedded.traces import unfinished

_CHUNK = 1 << 20


def restore_backup(
    state_dir: Path, file: Path, said: dict[str, str], *, replace: bool, say: Say, told: Callable[[str], Told]
) -> Manifest:
    """Restores into the servers of the environment, else into the state folder's own. Raises EngineError and its kinds.

    The whole file is checked before anything is changed. `replace`: over a system that holds data. `told` makes the
    listener of one stage.
    """
    key = master_key_of(state_dir, said)
    manifest = checked(file, key, told("kiểm tra / checking"))
    _require_known(manifest)
    with target(state_dir, said, key, say) as place:
        require_fit(place.database_url, needs=manifest.server, replace=replace)
        before = set(place.files.list(""))
        if before and not replace:
            raise BackupError(
                "Kho tệp đích đã có tệp. Muốn thay toàn bộ thì thêm --replace.",
                "The file store already holds files. Add --replace to put the backup in their place.",
            )
        with unfinished(state_dir):
            _put(place.files, place.database_url, file, manifest, told("khôi phục / restoring"))
            _remove(place.files, before - set(manifest.keys()))
            _bring_up(place.database_url, manifest)
    return manifest


def _put(files: FileStore, database_url: str, file: Path, manifest: Manifest, told: Told) -> None:
    """Files first: until the database is there nothing names them, and if it cannot be, they go again."""
    new: list[str] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            dumped = Path(folder) / DATABASE
            for name, content, _size in parts(file, manifest):
                if name == DATABASE:
                    with dumped.open("wb") as opened:
                        while octets := content.read(_CHUNK):
                            opened.write(octets)
                            told(len(octets))
                else:
                    octets = content.read()
                    _store(files, name.removeprefix(FILES), octets, new)
                    told(len(octets))
            restore(database_url, dumped)
    except BaseException:
        for key in new:
            files.delete(key)
        raise


def _remove(files: FileStore, surplus: set[str]) -> None:
    """What the database of before named, nobody names any more; anchors of the audit trail stay as evidence."""
    for key in surplus:
        if not key.startswith(ANCHORS):
            files.delete(key)


def _store(files: FileStore, key: str, content: bytes, new: list[str]) -> None:
    try:
        if files.get(key) == content:
            return
    except KeyError:
        new.append(key)
    files.put(key, content)


def _require_known(manifest: Manifest) -> None:
    if manifest.schema > head_revision():
        raise BackupError(
            f"Bản sao lưu có lược đồ {manifest.schema}, mới hơn phần mềm này ({head_revision()}): cập nhật trước.",
            f"The backup has schema {manifest.schema}, newer than this release ({head_revision()}): update first.",
        )


def _bring_up(database_url: str, manifest: Manifest) -> None:
    if manifest.schema != head_revision():
        from migrations.steps import migrate

        migrate(database_url)
