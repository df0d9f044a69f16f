"""The life of an upload as a pure table. A file counts for a dossier only once it is complete."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kernel.errors import DomainError
from tracking.texts import Text


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

# A verdict on bytes that never change again is final: whoever looks twice gets the first one.
UPLOAD_MOVES: Final[Mapping[tuple[UploadState, UploadEvent], UploadState]] = {
    (UploadState.RECEIVING, UploadEvent.PIECE): UploadState.RECEIVING,
    (UploadState.RECEIVING, UploadEvent.VERIFIED): UploadState.COMPLETE,
    (UploadState.RECEIVING, UploadEvent.BELIED): UploadState.REFUSED,
    (UploadState.COMPLETE, UploadEvent.VERIFIED): UploadState.COMPLETE,
    (UploadState.REFUSED, UploadEvent.BELIED): UploadState.REFUSED,
}


def upload_transition(state: UploadState, event: UploadEvent) -> UploadState:
    """The next state of an upload. Raises DomainError("upload_closed", upload_state=...) for what its state refuses."""
    target = UPLOAD_MOVES.get((state, event))
    if target is None:
        raise DomainError("upload_closed", upload_state=state.value)
    return target
