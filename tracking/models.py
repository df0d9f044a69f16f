"""The rows of a dossier (hồ sơ). Personal values are sealed; names stay plain so that officers can search them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.audit import TamperEvident
from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText

FORM_FIELD = "dossier.form_values"
LEFT_OUT_FIELD = "dossier.left_out_values"
PHONE_FIELD = "dossier.notify_phone"
PHONE_INDEX = "dossier.notify_phone"
SECRET_FIELD = "dossier.lookup_secret"  # noqa: S105 - the name of a column
REASON_FIELD = "timeline_entry.reason"

# What an officer can still act on: closed dossiers leave the inbox and its index.
_OPEN_STATES = "state IN (1, 2, 4, 5, 6, 7, 9)"
_CLOSED_STATES = "state IN (3, 8, 10)"


class Dossier(Base):
    """`state` and `origin` are official codes (0-10); `version` counts business changes and is the officer's ETag;
    `seen_version` counts every change the citizen can see; `search_text` holds the words of the
    names of applicant and business, `phone_index` is a blind index of the phone, and `search_version` tells which rules
    both were made by."""

    __tablename__ = "dossier"
    __table_args__ = (
        CheckConstraint("state BETWEEN 0 AND 10", name="state"),
        CheckConstraint("state = 0 OR (code IS NOT NULL AND notify_phone IS NOT NULL)", name="filed"),
        Index("ix_dossier_inbox", "agency_code", "order_at", "id", postgresql_where=text(_OPEN_STATES)),
        Index("ix_dossier_inbox_state", "agency_code", "state", "order_at", "id", postgresql_where=text(_OPEN_STATES)),
        Index("ix_dossier_applicant", "applicant_id", "id"),
        # What an officer searches: names by their words, codes by their ends, phones. Open ones apart from closed ones,
        # which are never fewer.
        *(
            Index(
                f"ix_dossier_search_{name}",
                "search_text",
                postgresql_using="gin",
                postgresql_ops={"search_text": "gin_trgm_ops"},
                postgresql_where=text(states),
            )
            for name, states in (("open", _OPEN_STATES), ("closed", _CLOSED_STATES))
        ),
        Index(
            "ix_dossier_closed",
            "agency_code",
            text("id DESC NULLS LAST"),
            postgresql_where=text(_CLOSED_STATES),
        ),
        Index(
            "ix_dossier_code_end",
            func.reverse(text("code")).label("code_end"),
            postgresql_ops={"code_end": "text_pattern_ops"},
        ),
        Index("ix_dossier_phone", "phone_index", postgresql_where=text("phone_index IS NOT NULL")),
        Index("ix_dossier_search_version", "search_version"),
        Index("ix_dossier_supplement", "supplement_look_at", postgresql_where=text("state = 5")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str | None] = mapped_column(Text, unique=True)
    applicant_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    applicant_name: Mapped[str] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text)
    search_version: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_version.id"))
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    state: Mapped[int] = mapped_column(SmallInteger, default=0)
    origin: Mapped[int | None] = mapped_column(SmallInteger)
    step: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
    seen_version: Mapped[int] = mapped_column(Integer, default=1)
    form_values: Mapped[Sealed] = mapped_column(SealedText)
    # Of a draft that moved to a newer version: what was typed and has no field there.
    left_out_values: Mapped[Sealed | None] = mapped_column(SealedText)
    notify_phone: Mapped[Sealed | None] = mapped_column(SealedText)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(Text, default="vi")
    lookup_secret: Mapped[Sealed | None] = mapped_column(SealedText)
    fee_vnd: Mapped[int] = mapped_column(default=0)
    supplements: Mapped[int] = mapped_column(SmallInteger, default=0)
    # While a supplement is waited for: its term in working days, its end, and when that is to be looked at next.
    supplement_days: Mapped[int | None] = mapped_column(SmallInteger)
    supplement_due_at: Mapped[datetime | None]
    supplement_look_at: Mapped[datetime | None]
    handler_id: Mapped[UUID | None]
    handler_name: Mapped[str | None] = mapped_column(Text)
    hand_over: Mapped[str] = mapped_column(Text, default="not_ready")
    hand_over_way: Mapped[str | None] = mapped_column(Text)
    order_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    acceptance_due_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TimelineEntry(TamperEvident, Base):
    """One change on one axis: who, when, from, to, cause and reason. The citizen's timeline is this table.

    `reason` is internal to the agency unless `reason_told`: only then may the citizen read it, in whatever way.
    """

    __tablename__ = "timeline_entry"
    __table_args__ = (
        Index("ix_timeline_entry_dossier", "dossier_id", "seq"),
        # A delivery tells the timeline once, however often its event is handled.
        Index("uq_timeline_entry_cause", "dossier_id", "cause_id", "event", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    seq: Mapped[int] = mapped_column(Identity(always=True))
    at: Mapped[datetime]
    axis: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str | None] = mapped_column(Text)
    step: Mapped[str | None] = mapped_column(Text)
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str | None] = mapped_column(Text)
    cause_id: Mapped[UUID | None]
    reason: Mapped[Sealed | None] = mapped_column(SealedText)
    reason_told: Mapped[bool] = mapped_column(default=False, server_default=false())
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ClockRow(TamperEvident, Base):
    """One entry of the deadline ledger; append-only."""

    __tablename__ = "clock_entry"
    __table_args__ = (Index("ix_clock_entry_dossier", "dossier_id", "seq"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    seq: Mapped[int] = mapped_column(Identity(always=True))
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    minutes: Mapped[int | None] = mapped_column(Integer)
    # Checked at commit: both rows are written by one use case, in whichever order the session flushes them.
    timeline_id: Mapped[UUID] = mapped_column(ForeignKey("timeline_entry.id", deferrable=True, initially="DEFERRED"))


class DossierCounter(Base):
    """The last number given to a dossier of an agency on a day: one row, so that no number is given twice."""

    __tablename__ = "dossier_counter"

    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class ReservedName(Base):
    """A name that must be unique within an agency's area, held while the dossier (or the business) lives.

    `fold_version` tells by which rules `folded` was made.
    """

    __tablename__ = "reserved_name"
    __table_args__ = (
        Index("uq_reserved_name_live", "scope", "folded", unique=True, postgresql_where=text("released_at IS NULL")),
        Index("ix_reserved_name_fold_version", "fold_version", postgresql_where=text("released_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    fold_version: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    dossier_id: Mapped[UUID | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    reserved_at: Mapped[datetime] = mapped_column(server_default=func.now())
    released_at: Mapped[datetime | None]


class DossierFile(Base):
    """A file of a dossier: `kind` "paper" (from the citizen, `code` names the paper) or "result" (from the agency)."""

    __tablename__ = "dossier_file"
    __table_args__ = (
        UniqueConstraint("dossier_id", "upload_id"),
        Index("ix_dossier_file_dossier", "dossier_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    upload_id: Mapped[UUID] = mapped_column(ForeignKey("upload.id"))
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
