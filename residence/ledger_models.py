"""What became of declarations: their way to the authority, reminders sent, and searches made by the police."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText
from residence.models import one_of
from residence.states import TransmissionState


class Transmission(Base):
    """Declarations of one lodging and kind on their way to the authority, in one call. Times are the database's clock.

    `kind` is foreign, vietnamese or change; `route` the lodging API ("api") or the official file ("file"). `due_at` is
    when a drain must look at the row again: to send it (queued, waiting), because its lease ends (sending), or to count
    (unknown, transmitted); null when nothing is to be done. `generation` counts claims and fences off whoever works on
    an earlier one, `failures` transient outcomes, `asked` counts taken. `declared` is how many were sent, `before` how
    many the authority held then, `confirmed` how many of them it holds now. `code` and `reason` are of the last outcome
    and hold nothing personal.
    """

    __tablename__ = "transmission"
    __table_args__ = (
        CheckConstraint(one_of("state", TransmissionState), name="state"),
        CheckConstraint("kind IN ('foreign', 'vietnamese', 'change')", name="kind"),
        CheckConstraint("route IN ('api', 'file')", name="route"),
        Index(
            "ix_transmission_due",
            "due_at",
            postgresql_where=text("state IN ('queued', 'waiting', 'sending', 'unknown', 'transmitted')"),
        ),
        Index("ix_transmission_lodging", "lodging_id", "night"),
        Index("ix_transmission_batch", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    kind: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(Text, default="api")
    night: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, default=str(TransmissionState.QUEUED))
    due_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    generation: Mapped[int] = mapped_column(SmallInteger, default=0)
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    asked: Mapped[int] = mapped_column(SmallInteger, default=0)
    declared: Mapped[int] = mapped_column(Integer)
    before: Mapped[int | None] = mapped_column(Integer)
    confirmed: Mapped[int | None] = mapped_column(Integer)
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class TransmissionItem(Base):
    """One declaration of a transmission, at its place in the call (0-based)."""

    __tablename__ = "transmission_item"
    __table_args__ = (
        CheckConstraint(one_of("state", TransmissionState), name="state"),
        Index("ix_transmission_item_declaration", "declaration_id"),
    )

    transmission_id: Mapped[UUID] = mapped_column(ForeignKey("transmission.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id"))
    state: Mapped[str] = mapped_column(Text, default=str(TransmissionState.QUEUED))
    reason: Mapped[str | None] = mapped_column(Text)


class TransmissionAttempt(Base):
    """One call to the authority, written before it is made."""

    __tablename__ = "transmission_attempt"
    __table_args__ = (UniqueConstraint("transmission_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    transmission_id: Mapped[UUID] = mapped_column(ForeignKey("transmission.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class Reminder(Base):
    """A lodging that had filed nothing was reminded; `step` is the first or the second time of an evening."""

    __tablename__ = "residence_reminder"

    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"), primary_key=True)
    night: Mapped[date] = mapped_column(Date, primary_key=True)
    step: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class GuestSearch(Base):
    """A search of the police over guests: by whom, why, how many were found. What was sought is a blind index."""

    __tablename__ = "guest_search"
    __table_args__ = (Index("ix_guest_search_officer", "officer_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(Text)
    sought: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[Sealed] = mapped_column(SealedText)
    found: Mapped[int] = mapped_column(Integer)
