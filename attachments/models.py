"""Files that people send in pieces, and their pieces. Names are sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText

FILE_NAME_FIELD = "upload.file_name"
METADATA_FIELD = "upload.metadata_sent"


class Upload(Base):
    """One file being sent by its owner in pieces, and then kept. `media_type` is what the bytes say it is."""

    __tablename__ = "upload"
    __table_args__ = (
        Index("ix_upload_expiry", "expires_at", postgresql_where=text("NOT attached")),
        Index("ix_upload_open", "owner_id", postgresql_where=text("NOT attached")),
        Index("ix_upload_owner_day", "owner_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(Text)
    file_name: Mapped[Sealed] = mapped_column(SealedText)
    # As the sender put it, which the tus protocol wants given back; it may hold a name.
    metadata_sent: Mapped[Sealed | None] = mapped_column(SealedText)
    declared_type: Mapped[str | None] = mapped_column(Text)
    media_type: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    refusal: Mapped[str | None] = mapped_column(Text)
    attached: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class UploadPiece(Base):
    """A sealed piece of an upload in the file store, at its offset; `key` names the object."""

    __tablename__ = "upload_piece"

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]
    key: Mapped[str] = mapped_column(Text)
