"""Dossiers by the hundred that an office has worked on: copies of one that was really walked, with all that it has."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select

from attachments.models import Upload
from bench.drafts import Row, copied_upload, rows_with_files
from kernel.audit import TamperEvident, sign_row
from kernel.ids import new_id
from kernel.vault import Vault
from kernel.work import Work
from tracking.models import (
    FORM_FIELD,
    PHONE_FIELD,
    REASON_FIELD,
    SECRET_FIELD,
    ClockRow,
    Dossier,
    DossierFile,
    TimelineEntry,
)

_SEALED: Final = {"form_values": FORM_FIELD, "notify_phone": PHONE_FIELD, "lookup_secret": SECRET_FIELD}


def copy_walked(work: Work, dossier_id: UUID, count: int) -> list[UUID]:
    """So many copies of a filed dossier with its files, timeline and clock; their numbers begin at a million."""
    dossier, files, uploads = rows_with_files(work, dossier_id)
    timeline, clock = (_rows_of(work, model, dossier_id) for model in (TimelineEntry, ClockRow))
    copies = [new_id() for _ in range(count)]
    agency_and_day = str(dossier["code"]).rpartition("-")[0]
    for number, copy in enumerate(copies, 1_000_000):
        old = (dossier_id, *(row["id"] for row in (*files, *uploads, *timeline, *clock)))
        ids = {**{each: new_id() for each in old}, dossier_id: copy}
        made = {**_with_ids(dossier, ids), "code": f"{agency_and_day}-{number}"}
        sealed = {name: _sealed_anew(work.vault, field, dossier, name, copy) for name, field in _SEALED.items()}
        work.session.execute(insert(Dossier), [{**made, **sealed}])
        work.session.execute(insert(Upload), [copied_upload(work.vault, row, ids[row["id"]]) for row in uploads])
        work.session.execute(insert(DossierFile), [_with_ids(row, ids) for row in files])
        for entry in timeline:
            entry_id = ids[entry["id"]]
            reason = _sealed_anew(work.vault, REASON_FIELD, entry, "reason", entry_id)
            _add_signed(work, TimelineEntry, {**_with_ids(entry, ids), "reason": reason})
        for line in clock:
            _add_signed(work, ClockRow, _with_ids(line, ids))
    return copies


def _rows_of(work: Work, model: Any, dossier_id: UUID) -> Sequence[Row]:
    """Without what the database counts."""
    columns = [column for column in model.__table__.columns if column.identity is None]
    query = select(*columns).where(model.dossier_id == dossier_id).order_by(model.seq)
    return [dict(row) for row in work.session.execute(query).mappings()]


def _with_ids(row: Row, ids: dict[UUID, UUID]) -> Row:
    return {name: ids.get(value, value) if isinstance(value, UUID) else value for name, value in row.items()}


def _sealed_anew(vault: Vault, field: str, row: Row, name: str, new: UUID) -> bytes | None:
    sealed = row[name]
    return None if sealed is None else vault.seal(field, new, vault.open(field, row["id"], sealed))


def _add_signed(work: Work, model: type[TamperEvident], row: Row) -> None:
    work.session.execute(insert(model), [{**row, "mac": sign_row(work.session, model, row)}])
