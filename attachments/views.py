"""Uploads, as use cases show them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attachments.models import Upload
from attachments.states import UploadState
from kernel.frozen import frozen


@dataclass(frozen=True, slots=True)
class UploadView:
    """An upload: `received` of `size` octets are here; `refusal` says why a refused one was."""

    id: UUID
    state: str
    size: int
    received: int
    media_type: str | None
    sha256: bytes | None
    refusal: str | None
    attached: bool
    expires_at: datetime

    @classmethod
    def of(cls, upload: Upload) -> "UploadView":
        return frozen(cls, upload)

    @property
    def awaits_verdict(self) -> bool:
        """Whether all octets are here and nobody has looked at them: whoever was about to was killed."""
        return self.state == UploadState.RECEIVING and self.received == self.size
