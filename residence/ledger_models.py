"""What became of declarations: their way to the authority, receipts, reminders, and searches made by the police."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText
from residence.models import one_of
from residence.transmission.states import ItemState, TransmissionKind, TransmissionState


class Transmission(Base):
    """One array sent to the authority: one lodging, kind, night and arrival day. Times are the database's clock.

    `arrived_on` is the day by which the authority counts: who comes after midnight belongs to the `night` before.
    `due_at` is when a drain must look at the row again, null when nothing is to be done. `generation` counts claims and
    fences off whoever works on an earlier one, `failures` transient outcomes in a row, `asked` questions about an
    unknown or unconfirmed outcome, `rounds` how often the authority said yes and then did not have it. `declared` items
    are carried, `confirmed` of them known to be there. `code` and `reason` are of the last outcome; nothing personal.
    """

    __tablename__ = "transmission"
    __table_args__ = (
        CheckConstraint(one_of("state", TransmissionState), name="state"),
        CheckConstraint(one_of("kind", TransmissionKind), name="kind"),
        Index("ix_transmission_due", "due_at", postgresql_where=text("state IN ('queued', 'waiting', 'unknown')")),
        Index(
            "ix_transmission_open",
            "lodging_id",
            "id",
            postgresql_where=text("state IN ('queued', 'waiting', 'sending', 'unknown')"),
        ),
        Index("ix_transmission_watch", "state", "due_at", postgresql_where=text("state IN ('sending', 'transmitted')")),
        Index("ix_transmission_arrived", "lodging_id", "arrived_on"),
        Index("ix_transmission_batch", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    kind: Mapped[str] = mapped_column(Text)
    night: Mapped[date] = mapped_column(Date)
    arrived_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, default=str(TransmissionState.QUEUED))
    due_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    generation: Mapped[int] = mapped_column(Integer, default=0)
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    asked: Mapped[int] = mapped_column(SmallInteger, default=0)
    rounds: Mapped[int] = mapped_column(SmallInteger, default=0)
    declared: Mapped[int] = mapped_column(Integer)
    confirmed: Mapped[int] = mapped_column(Integer, default=0)
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    first_sent_at: Mapped[datetime | None]
    transmitted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class TransmissionItem(Base):
    """One declaration of a transmission, by its place (1-based). A declaration travels in one item only.

    `calls` counts the calls that carried it and may have reached the authority.
    """

    __tablename__ = "transmission_item"
    __table_args__ = (
        CheckConstraint(one_of("state", ItemState), name="state"),
        Index(
            "ix_transmission_item_doubt", "transmission_id", postgresql_where=text("state IN ('in_doubt', 'refused')")
        ),
    )

    transmission_id: Mapped[UUID] = mapped_column(ForeignKey("transmission.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id"), unique=True)
    state: Mapped[str] = mapped_column(Text, default=str(ItemState.QUEUED))
    calls: Mapped[int] = mapped_column(SmallInteger, default=0)
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None]


class LodgingReceipt(Base):
    """A signed receipt as it was issued, of a batch or of a night; holds counts, nothing personal."""

    __tablename__ = "lodging_receipt"
    __table_args__ = (Index("ix_lodging_receipt_lodging", "lodging_id", "issued_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(Text, unique=True)
    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    night: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text)
    declared: Mapped[int] = mapped_column(Integer)
    late: Mapped[int] = mapped_column(Integer)
    transmitted: Mapped[int] = mapped_column(Integer)
    confirmed: Mapped[int] = mapped_column(Integer)
    in_doubt: Mapped[int] = mapped_column(Integer)
    refused: Mapped[int] = mapped_column(Integer)
    nil: Mapped[bool] = mapped_column(Boolean, default=False)
    filed_first_at: Mapped[datetime | None]
    filed_last_at: Mapped[datetime | None]
    issued_at: Mapped[datetime]
    issued_to: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class LodgingReminder(Base):
    """A lodging that had filed nothing was reminded; `step` names which time of the evening."""

    __tablename__ = "lodging_reminder"

    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"), primary_key=True)
    night: Mapped[date] = mapped_column(Date, primary_key=True)
    step: Mapped[str] = mapped_column(Text, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


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
