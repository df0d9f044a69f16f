"""A dossier that somebody acts on: locked, with what belongs to it, as the act leaves it.

It is read once, when the dossier has been locked. An act adds to it what it adds to the tables, so rules have files and
clock at hand, and the answer needs no second read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from attachments.models import Upload
from kernel.clock import local
from tracking.deadline.clock import ClockEntry
from tracking.models import Dossier, DossierFile

Row = dict[str, Any]
"""As the statements of `queries` give it: JSON, sealed values in hex, instants in Vietnam's civil time."""

TOLD_BY_STATUS: Final = "hand_over"
"""The axis of which every move is caused by a move of the official status, which has told it already."""
_PLAIN: Final = (
    "code",
    "state",
    "origin",
    "step",
    "version",
    "seen_version",
    "applicant_name",
    "fee_vnd",
    "supplements",
    "handler_name",
    "hand_over",
    "hand_over_way",
    "agency_code",
)
_INSTANTS: Final = (
    "submitted_at",
    "acceptance_due_at",
    "accepted_at",
    "due_at",
    "finished_at",
    "handed_over_at",
    "supplement_due_at",
    "created_at",
    "updated_at",
)
_SEALED: Final = ("form_values", "notify_phone", "lookup_secret", "left_out_values")


@dataclass(slots=True)
class Case:
    """`internal`: the reasons that only officers may read are in it; without, it is the citizen's."""

    dossier: Dossier
    internal: bool
    agency_name: str
    timeline: list[Row]
    files: list[Row]
    clock: list[ClockEntry]

    @property
    def dossier_id(self) -> UUID:
        return self.dossier.id

    def files_of(self, kind: str) -> Sequence[Row]:
        return [file for file in self.files if file["kind"] == kind]

    def add_entry(self, entry: Row) -> None:
        """Adds a row of `timeline_entry`, given by column, if it is shown."""
        if entry["axis"] == TOLD_BY_STATUS:
            return
        reason = entry["reason"] if self.internal or entry["reason_told"] else None
        self.timeline.append(
            {
                "id": str(entry["id"]),
                "at": civil(entry["at"]),
                "axis": entry["axis"],
                "event": entry["event"],
                "from": entry["from_state"],
                "to": entry["to_state"],
                "step": entry["step"],
                "actor_kind": entry["actor_kind"],
                "actor_name": entry["actor_name"],
                "details": entry["details"],
                "reason_told": entry["reason_told"],
                "reason": reason and reason.hex(),
            }
        )

    def add_file(self, file: DossierFile, upload: Upload) -> None:
        self.files.append(
            {
                "id": str(file.id),
                "kind": file.kind,
                "code": file.code,
                "added_at": civil(file.added_at),
                "upload_id": str(upload.id),
                "size": upload.size,
                "media_type": upload.media_type,
                "sha256": upload.sha256 and upload.sha256.hex(),
                "file_name": upload.file_name.hex(),
            }
        )

    def row(self) -> Row:
        """What reading the dossier would give once the act is written."""
        dossier = self.dossier
        return {
            "id": str(dossier.id),
            "version_id": str(dossier.version_id),
            "agency_name": self.agency_name,
            "timeline": self.timeline,
            "files": self.files,
            **{name: getattr(dossier, name) for name in _PLAIN},
            **{name: civil(getattr(dossier, name)) for name in _INSTANTS},
            **{name: (sealed := getattr(dossier, name)) and sealed.hex() for name in _SEALED},
        }


def civil(instant: datetime | None) -> str | None:
    return None if instant is None else local(instant).isoformat()
