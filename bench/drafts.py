"""Drafts by the thousand: copies of one that a citizen really made, each with ids, files and a name of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from attachments.models import FILE_NAME_FIELD, Upload
from kernel.ids import new_id
from kernel.vault import Vault
from kernel.work import Work
from tracking.models import FORM_FIELD, Dossier, DossierFile

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Copy:
    """`name` stands in the household's name and nowhere else; `ids` maps the original's ids to the copy's."""

    dossier_id: UUID
    name: str
    ids: dict[UUID, UUID]


def copy_draft(work: Work, draft_id: UUID, name: str, names: Sequence[str]) -> list[Copy]:
    """Copies of the draft of a household called `name`, one for each of `names`; what names the draft is replaced."""
    dossier, files, uploads = rows_with_files(work, draft_id)
    form = work.vault.open(FORM_FIELD, draft_id, dossier["form_values"])
    if name not in json.dumps(json.loads(form), ensure_ascii=False):
        raise ValueError("the draft has another name")
    copies = [Copy(new_id(), each, _new_ids(draft_id, files, uploads)) for each in names]
    copies = [Copy(copy.ids[draft_id], copy.name, copy.ids) for copy in copies]
    made: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
    for copy in copies:
        sealed = work.vault.seal(FORM_FIELD, copy.dossier_id, form.replace(name, copy.name))
        made[0].append({**dossier, "id": copy.dossier_id, "form_values": sealed})
        made[1].extend(copied_upload(work.vault, upload, copy.ids[upload["id"]]) for upload in uploads)
        made[2].extend(
            {
                **file,
                "id": copy.ids[file["id"]],
                "dossier_id": copy.dossier_id,
                "upload_id": copy.ids[file["upload_id"]],
            }
            for file in files
        )
    for model, rows in zip((Dossier, Upload, DossierFile), made, strict=True):
        work.session.execute(insert(model), rows)
    return copies


def rows_with_files(work: Work, dossier_id: UUID) -> tuple[Row, list[Row], list[Row]]:
    """A dossier, its files, and their uploads."""
    session = work.session
    dossier = session.execute(select(Dossier.__table__).where(Dossier.id == dossier_id)).mappings().one()
    files = session.execute(select(DossierFile.__table__).where(DossierFile.dossier_id == dossier_id)).mappings().all()
    wanted = [file["upload_id"] for file in files]
    uploads = session.execute(select(Upload.__table__).where(Upload.id.in_(wanted))).mappings().all()
    return dict(dossier), [dict(file) for file in files], [dict(upload) for upload in uploads]


def copied_upload(vault: Vault, upload: Row, row: UUID) -> Row:
    file_name = vault.open(FILE_NAME_FIELD, upload["id"], upload["file_name"])
    return {**upload, "id": row, "file_name": vault.seal(FILE_NAME_FIELD, row, file_name)}


def _new_ids(draft_id: UUID, files: Sequence[Row], uploads: Sequence[Row]) -> dict[UUID, UUID]:
    return {old: new_id() for old in (draft_id, *(row["id"] for row in (*files, *uploads)))}
