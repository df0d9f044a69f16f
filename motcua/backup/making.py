"""Making a backup, also of a system that works meanwhile."""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from kernel.storage import FileStore
from motcua.backup.archive import ANCHORS, DATABASE, FILES, Manifest, Told, Writer, written
from motcua.backup.database import Snapshot, dump, snapshot
from motcua.backup.errors import BackupError
from motcua.backup.place import Place

_TRIES: Final = 5
_HALF: Final = ".put-"


@dataclass(frozen=True, slots=True)
class _Taken:
    moment: Snapshot
    wanted: frozenset[str]


def make_backup(place: Place, file: Path, told: Told) -> Manifest:
    """Writes a backup of one moment, also of a system at work. Raises BackupError.

    Files come first, then the database, then the files that came meanwhile: an object is stored before the row that
    names it, and removed after it. If one vanished before it could be copied, some row may name it, and the database
    is taken once more.
    """
    with written(file, place.master_key, told) as writer:
        _copy(place.files, _keys(place.files), writer)
        for _ in range(_TRIES):
            taken = _take(place, file.parent, writer)
            if taken is not None:
                break
        else:
            raise BackupError(
                "Tệp đính kèm thay đổi quá nhanh nên chưa sao lưu được; hãy chạy lại.",
                "Files come and go too fast for a backup now; run it again.",
            )
        for name in writer.names() - taken.wanted - {DATABASE}:
            writer.drop(name)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        moment = taken.moment
        return writer.finish(
            place.master_key,
            {"made_at": made_at, "product": version("motcua"), "schema": moment.schema, "server": moment.server},
        )


def _take(place: Place, folder: Path, writer: Writer) -> _Taken | None:
    """The database, with the files that its rows name; None when one of those has vanished."""
    before = _keys(place.files)
    with tempfile.TemporaryFile(dir=folder) as dumped, snapshot(place.database_url) as moment:
        dump(place.database_url, moment, dumped)
        # An anchor younger than the dump would call its trail cut off.
        after = {key for key in _keys(place.files) if not key.startswith(ANCHORS)}
        if not _copy(place.files, before | after, writer):
            return None
        size = dumped.seek(0, os.SEEK_END)
        dumped.seek(0)
        writer.add_stream(DATABASE, dumped, size)
    return _Taken(moment, frozenset(FILES + key for key in before | after))


def _copy(files: FileStore, keys: Iterable[str], writer: Writer) -> bool:
    """Adds what the file does not hold yet; False when something was gone."""
    whole, held = True, writer.names()
    for key in sorted(keys):
        if FILES + key in held:
            continue
        try:
            writer.add(FILES + key, files.get(key))
        except KeyError:
            whole = False
    return whole


def _keys(files: FileStore) -> set[str]:
    # What a killed process left half written is no object.
    return {key for key in files.list("") if not key.rpartition("/")[2].startswith(_HALF)}
