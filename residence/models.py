"""Lodgings and what they declare. Personal values are sealed; of a document number only a blind index is searchable.

Instants are UTC; a `night` is the date in Vietnam on which it begins.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText
from residence.accounts.account import AccountState
from residence.states import BatchState, DeclarationKind, LodgingState, StayState

PASSWORD_FIELD = "lodging.authority_password"  # noqa: S105 - a column's name
DECLARATION_FIELD = "declaration.content"
NOTE_FIELD = "declaration.note"
FINDINGS_FIELD = "batch.findings"
FILE_NAME_FIELD = "batch.file_name"
SEARCH_REASON_FIELD = "guest_search.reason"
DOCUMENT_INDEX = "stay.document"
WORD_INDEX = "stay.name_words"


def one_of(column: str, values: type[StrEnum]) -> str:
    """The SQL that holds a column to the values of an enumeration."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Lodging(Base):
    """A lodging (cơ sở lưu trú) of an organisation, under the police of one commune.

    `remote`: 24 h instead of 12 for foreigners. `authority_username` and password are its account at the authority's
    portal, given at `authority_given_at`; `authority_state` is what is known of it, since `authority_told_at`, and
    `authority_try_at` when one that could not be tried is tried next. `decided_by` is the officer of the last decision,
    `reason` what they gave for it, `number` counts changes.
    """

    __tablename__ = "lodging"
    __table_args__ = (
        CheckConstraint(one_of("state", LodgingState), name="state"),
        CheckConstraint("(authority_username IS NULL) = (authority_password IS NULL)", name="account"),
        CheckConstraint(one_of("authority_state", AccountState), name="authority_state"),
        CheckConstraint("(authority_username IS NULL) = (authority_state = 'missing')", name="account_known"),
        Index("ix_lodging_organisation", "organisation_id"),
        Index("ix_lodging_agency", "agency_code", "state"),
        Index("ix_lodging_untried", "authority_try_at", postgresql_where=text("authority_state = 'untried'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    commune_code: Mapped[str] = mapped_column(Text)
    remote: Mapped[bool] = mapped_column(Boolean, server_default=false())
    state: Mapped[str] = mapped_column(Text)
    reminder_channel: Mapped[str] = mapped_column(Text)
    authority_username: Mapped[str | None] = mapped_column(Text)
    authority_password: Mapped[Sealed | None] = mapped_column(SealedText)
    authority_state: Mapped[str] = mapped_column(Text, server_default=text("'missing'"))
    authority_given_at: Mapped[datetime | None]
    authority_told_at: Mapped[datetime | None]
    authority_try_at: Mapped[datetime | None]
    number: Mapped[int] = mapped_column(Integer)
    registered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)


class LodgingChange(Base):
    """One change of a lodging's state: who, when, from, to, why."""

    __tablename__ = "lodging_change"
    __table_args__ = (Index("ix_lodging_change_lodging", "lodging_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"))
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(Text)
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    reason: Mapped[str | None] = mapped_column(Text)


class Room(Base):
    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("lodging_id", "name"), CheckConstraint("beds BETWEEN 1 AND 200", name="beds"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"))
    name: Mapped[str] = mapped_column(Text)
    beds: Mapped[int] = mapped_column(SmallInteger)


class LodgingStaff(Base):
    """A member who has rows here declares for these lodgings of the organisation only; one without, for all of them."""

    __tablename__ = "lodging_staff"

    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    added_at: Mapped[datetime]


class Batch(Base):
    """A file of guests. `findings` is the sealed JSON of its verdict; the file lies in the store until `erased_at`.

    `rows`, `rejected` and `warnings` are the verdict's, `accepted` the guests declared from it, `repeated` the good
    rows that the lodging had declared before.

    A `long` one is judged and declared by a worker, from `due_at` on by the database's clock (null: nothing is to be
    done). A claim puts that past its lease and adds to `generation`, which whatever it writes must find unchanged.
    `tries` counts claims that led to nothing, `judged` rows; guests up to the row `declared_to` have been declared.
    Whatever is done counts as done `as_of`, when it was asked for. `acceptor_id` or `accepting_client` asked for the
    good rows to be declared.
    """

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("lodging_id", "sha256"),
        CheckConstraint(one_of("state", BatchState), name="state"),
        CheckConstraint("due_at IS NULL OR (long AND state IN ('judging', 'accepting'))", name="due"),
        Index("ix_batch_night", "lodging_id", "night", "id"),
        Index("ix_batch_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_batch_kept", "created_at", postgresql_where=text("erased_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    file_name: Mapped[Sealed | None] = mapped_column(SealedText)
    file_key: Mapped[str] = mapped_column(Text)
    night: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    warnings: Mapped[int] = mapped_column(Integer)
    accepted: Mapped[int] = mapped_column(Integer)
    repeated: Mapped[int] = mapped_column(Integer)
    findings: Mapped[Sealed | None] = mapped_column(SealedText)
    long: Mapped[bool] = mapped_column(Boolean, server_default=false())
    due_at: Mapped[datetime | None]
    generation: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    judged: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    declared_to: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    as_of: Mapped[datetime]
    acceptor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    accepting_client: Mapped[UUID | None] = mapped_column(ForeignKey("api_client.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_client.id"))
    accepted_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class Stay(Base):
    """A guest's stay (lưu trú) as its latest declaration, number `declarations`, tells it.

    The latest one of a document is what a lodging finds again when a regular guest returns. `night` is the one of
    arrival by `clock.NightRule`, `nights` are all that it covers. `due_at` is when the arrival had to be declared at
    the latest, `late` whether it was later. `name_words` are blind indexes of words of the name. `key_version` tells by
    which rules they and the document's were made. When its content is erased, both go.
    """

    __tablename__ = "stay"
    __table_args__ = (
        CheckConstraint(one_of("state", StayState), name="state"),
        CheckConstraint("kind IN ('vietnamese', 'foreign')", name="kind"),
        CheckConstraint("(document_index IS NULL) = (erased_at IS NOT NULL)", name="erased"),
        # One stay of a document and night of arrival in a lodging: what was declared before is not declared again.
        Index(
            "uq_stay_standing",
            "lodging_id",
            "document_index",
            "night",
            unique=True,
            postgresql_where=text("state <> 'annulled' AND erased_at IS NULL"),
        ),
        Index("ix_stay_night", "lodging_id", "night"),
        Index("ix_stay_lodging", "lodging_id", text("id DESC NULLS LAST")),
        # Who stays a night, of all lodgings and of one: neither reads what is past.
        Index("ix_stay_nights", "nights", postgresql_using="gist", postgresql_where=text("state <> 'annulled'")),
        Index("ix_stay_lodging_departure", "lodging_id", "departure", postgresql_where=text("state <> 'annulled'")),
        Index("ix_stay_document", "document_index", postgresql_where=text("erased_at IS NULL")),
        Index("ix_stay_words", "name_words", postgresql_using="gin"),
        Index("ix_stay_key_version", "key_version", postgresql_where=text("erased_at IS NULL")),
        Index("ix_stay_kept", "departure", postgresql_where=text("erased_at IS NULL")),
        Index("ix_stay_photo", "photo_at", postgresql_where=text("photo_key IS NOT NULL")),
        Index("ix_stay_photos_held", "lodging_id", postgresql_where=text("photo_key IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"))
    document_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_words: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    key_version: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    nationality: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    night: Mapped[date] = mapped_column(Date)
    arrival: Mapped[datetime]
    departure: Mapped[datetime]
    nights: Mapped[Range[date]] = mapped_column(
        DATERANGE,
        Computed(
            "daterange(night, greatest(night + 1, CAST(departure AT TIME ZONE INTERVAL '7 hours' AS date)))",
            persisted=True,
        ),
    )
    room: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    declarations: Mapped[int] = mapped_column(SmallInteger)
    declared_at: Mapped[datetime]
    due_at: Mapped[datetime]
    late: Mapped[bool]
    photo_key: Mapped[str | None] = mapped_column(Text)
    photo_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class Declaration(Base):
    """One link of the chain of a stay: what was declared, when, by whom. Never changed; erased by retention only.

    `content` is the JSON of the whole `GuestDeclaration` as it stands from then on, `note` the reason given.
    """

    __tablename__ = "declaration"
    __table_args__ = (
        UniqueConstraint("stay_id", "number"),
        CheckConstraint(one_of("kind", DeclarationKind), name="kind"),
        CheckConstraint("(declared_by IS NULL) <> (client_id IS NULL)", name="declarer"),
        Index("ix_declaration_batch", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    stay_id: Mapped[UUID] = mapped_column(ForeignKey("stay.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(Text)
    content: Mapped[Sealed | None] = mapped_column(SealedText)
    note: Mapped[Sealed | None] = mapped_column(SealedText)
    declared_at: Mapped[datetime]
    declared_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_client.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))


class NilReport(Base):
    """A lodging's word that it has no guest in a night; withdrawn when a guest of that night is declared after all."""

    __tablename__ = "nil_report"
    __table_args__ = (
        Index(
            # A night first: who has filed nothing is asked of one night and all lodgings.
            "uq_nil_report_standing",
            "night",
            "lodging_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lodging_id: Mapped[UUID] = mapped_column(ForeignKey("lodging.id"))
    night: Mapped[date] = mapped_column(Date)
    declared_at: Mapped[datetime]
    declared_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_client.id"))
    withdrawn_at: Mapped[datetime | None]
