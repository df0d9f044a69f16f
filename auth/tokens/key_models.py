"""The keys that sign access tokens."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText

PRIVATE_KEY_FIELD = "signing_key.private_key"


class SigningKey(Base):
    """A key of access tokens: published from its creation, signing from `active_from` until the next one does."""

    __tablename__ = "signing_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kid: Mapped[str] = mapped_column(Text, unique=True)
    private_key: Mapped[Sealed] = mapped_column(SealedText)
    public_jwk: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    active_from: Mapped[datetime]
