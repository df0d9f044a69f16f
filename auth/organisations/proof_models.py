"""How an organisation came to its standing, and the papers that prove one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database.sessions import Base
from kernel.ids import new_id

PAPER_CONTENT = "organisation_paper.content"


class OrganisationChange(Base):
    """One change of standing: who, when, from, to, by which event and means, and why."""

    __tablename__ = "organisation_change"
    __table_args__ = (Index("ix_organisation_change_organisation", "organisation_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(Text)
    from_standing: Mapped[str] = mapped_column(Text)
    to_standing: Mapped[str] = mapped_column(Text)
    means: Mapped[str | None] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    reason: Mapped[str | None] = mapped_column(Text)


class OrganisationPaper(Base):
    """A paper by which an organisation would prove its tax code, checked by an officer of the agency that it names.

    The file lies sealed in the store under `file_key`. One at most waits for an officer.
    """

    __tablename__ = "organisation_paper"
    __table_args__ = (
        CheckConstraint("state IN ('submitted', 'accepted', 'refused', 'replaced')", name="state"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_organisation_paper_open", "organisation_id", unique=True, postgresql_where=text("state = 'submitted'")
        ),
        Index("ix_organisation_paper_agency", "agency_code", "id", postgresql_where=text("state = 'submitted'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    state: Mapped[str] = mapped_column(Text)
    file_key: Mapped[str | None] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
