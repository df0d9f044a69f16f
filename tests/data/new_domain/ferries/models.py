"""Ferries that are due, and how often one was counted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from kernel.database.sessions import Base
from kernel.ids import new_id


class Ferry(Base):
    """A crossing; `passenger_id` is told when it has sailed."""

    __tablename__ = "ferry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    passenger_id: Mapped[UUID]
    due_at: Mapped[datetime | None]
    counted: Mapped[int] = mapped_column(default=0)
