"""Agencies, and the days that their calendars count otherwise than the holiday library."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database.sessions import Base
from kernel.ids import new_id


class Agency(Base):
    """`path` lists the codes from the root to this agency, each followed by "/", so a subtree is a prefix of paths.

    `kind` is "office" where dossiers are filed, "police" where lodgings declare their guests.
    """

    __tablename__ = "agency"
    __table_args__ = (
        CheckConstraint("kind IN ('office', 'police')", name="kind"),
        Index("ix_agency_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, default="office", server_default=text("'office'"))
    name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str] = mapped_column(Text)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"))
    path: Mapped[str] = mapped_column(Text, unique=True)
    commune_code: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)


class CalendarOverride(Base):
    """A day off, or a make-up working day, that wins over the holiday library. Without an agency it is for all."""

    __tablename__ = "calendar_override"
    __table_args__ = (UniqueConstraint("day", "agency_code", postgresql_nulls_not_distinct=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Text)
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"))
    legal_basis: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
