"""The life of an upload as a pure table. A file counts for a dossier only once it is complete."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kernel.errors import DomainError
from kernel.states import StateTable
from kernel.texts.bilingual import Text


class UploadState(StrEnum):
    RECEIVING = "receiving"
    COMPLETE = "complete"
    REFUSED = "refused"


class UploadEvent(StrEnum):
    PIECE = "piece"
    VERIFIED = "verified"
    BELIED = "belied"


UPLOAD_LABELS: Final[Mapping[UploadState, Text]] = {
    UploadState.RECEIVING: Text("Đang nhận", "Being received"),
    UploadState.COMPLETE: Text("Đã nhận đủ", "Complete"),
    UploadState.REFUSED: Text("Bị từ chối", "Refused"),
}


def _refused(state: UploadState, _event: UploadEvent) -> DomainError:
    return DomainError("upload_closed", upload_state=state.value)


# A verdict on bytes that never change again is final: whoever looks twice gets the first one.
UPLOAD_MOVES: Final = StateTable(
    {
        (UploadState.RECEIVING, UploadEvent.PIECE): UploadState.RECEIVING,
        (UploadState.RECEIVING, UploadEvent.VERIFIED): UploadState.COMPLETE,
        (UploadState.RECEIVING, UploadEvent.BELIED): UploadState.REFUSED,
        (UploadState.COMPLETE, UploadEvent.VERIFIED): UploadState.COMPLETE,
        (UploadState.REFUSED, UploadEvent.BELIED): UploadState.REFUSED,
    },
    _refused,
)
"""Raises DomainError("upload_closed", upload_state=...)."""
