"""People, officers, organisations, clients, log-ins, sessions, keys and phones. Personal values are sealed; names stay
plain.
"""

from datetime import date, datetime
from typing import Any
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
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText

IDENTITY_FIELD = "person.identity_number"
SUBJECT_FIELD = "person.subject"
BIRTH_FIELD = "person.birth_date"
PHONE_FIELD = "phone.number"
PROOF_PHONE_FIELD = "phone_proof.number"
PROOF_CODE_FIELD = "phone_proof.code"
REGISTRATION_FIELD = "organisation.registration_number"


class Person(Base):
    """Known by the personal identity number (số định danh cá nhân) and by the eID subject that logged in last.

    One that has neither any more is an account whose subject turned out to be a person with an account by number.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("(identity_number IS NULL) = (identity_index IS NULL)", name="identity"),
        CheckConstraint("identity_level BETWEEN 1 AND 2", name="level"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    identity_number: Mapped[Sealed | None] = mapped_column(SealedText)
    identity_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    subject_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    full_name: Mapped[str] = mapped_column(Text)
    birth_date: Mapped[Sealed | None] = mapped_column(SealedText)
    identity_level: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Officer(Base):
    """A person's office (cán bộ) in the subtree of one agency, from and to dates included, by Vietnam's calendar.

    `ended_at` is set when it was ended at once, in the middle of a day.
    """

    __tablename__ = "officer"
    __table_args__ = (
        UniqueConstraint("person_id", "agency_code", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        CheckConstraint("jsonb_typeof(roles) = 'array' AND jsonb_array_length(roles) > 0", name="roles"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    roles: Mapped[list[Any]]
    display_name: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    ended_at: Mapped[datetime | None]


class Organisation(Base):
    """A hotel, a household business or a company. A household's number is its owner's, so the number is sealed.

    `standing`: whether it may speak for the number; several may claim one, and one of them at most is proved.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'closed')", name="status"),
        CheckConstraint("standing IN ('claimed', 'proved', 'disputed')", name="standing"),
        CheckConstraint(
            "(standing = 'proved') = (proved_by IS NOT NULL) AND (proved_by IS NULL) = (proved_at IS NULL)",
            name="proved",
        ),
        Index(
            "uq_organisation_proved",
            "registration_index",
            unique=True,
            postgresql_where=text("standing = 'proved' AND status = 'active'"),
        ),
        Index("ix_organisation_registration", "registration_index"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    registration_number: Mapped[Sealed] = mapped_column(SealedText)
    registration_index: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(Text, server_default="claimed")
    proved_by: Mapped[str | None] = mapped_column(Text)
    proved_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Membership(Base):
    """What a person may do for an organisation, from and to dates included. `display_name` is the organisation's word
    for them, so that adding a number tells nothing of the person behind it. `granted_by`: the member of the staff on
    whose own rights it rests; None where the organisation gave it, by a representative.
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("role IN ('representative', 'staff')", name="role"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        CheckConstraint("jsonb_typeof(mandates) = 'array'", name="mandates"),
        Index(
            "uq_membership_standing",
            "organisation_id",
            "person_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_membership_person", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(Text)
    mandates: Mapped[list[Any]]
    display_name: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiClient(Base):
    """A partner's system with a key of its own; of the key only a digest is kept.

    `grantor_id` is the person on whose rights it rests: whoever made it or took it over. `end_reason` says whether it
    was revoked or ended with its grantor; `warned_of` is the day after which it will end, once its owner was told.
    """

    __tablename__ = "api_client"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (agency_code IS NULL)", name="owner"),
        CheckConstraint("jsonb_typeof(scopes) = 'array' AND jsonb_array_length(scopes) > 0", name="scopes"),
        CheckConstraint("end_reason IN ('revoked', 'grantor')", name="end_reason"),
        CheckConstraint("(revoked_at IS NULL) = (end_reason IS NULL)", name="ended"),
        Index("ix_api_client_grantor", "grantor_id", postgresql_where=text("revoked_at IS NULL")),
        Index("ix_api_client_organisation", "organisation_id"),
        Index("ix_api_client_agency", "agency_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"))
    scopes: Mapped[list[Any]]
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    grantor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    warned_of: Mapped[date | None] = mapped_column(Date)
    last_used_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """One log-in under way. State, nonce, verifier and the app's secret are derived from the id, so none is stored.

    `organisation_id`: it opens no session, but proves this organisation by its own account.

    `step_up`: the provider must have seen the person after this attempt began. `callback_digest` is of the redirect
    that used it up; then `session_id` or `failure` says what came of it.
    """

    __tablename__ = "login_attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    as_role: Mapped[str] = mapped_column(Text)
    redirect_uri: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    taken_at: Mapped[datetime | None]
    step_up: Mapped[bool] = mapped_column(Boolean, server_default=false())
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    callback_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("login_session.id", ondelete="SET NULL"))
    failure: Mapped[str | None] = mapped_column(Text)


class LoginSession(Base):
    """One device logged in. `generation` numbers its refresh tokens; `rotated_at` is when the newest came to be.

    `used_generation` is the newest one of whose access tokens one was shown.
    """

    __tablename__ = "login_session"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", name="revoked"),
        Index("ix_login_session_open", "person_id", postgresql_where=text("revoked_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    identity_level: Mapped[int] = mapped_column(SmallInteger)
    authenticated_at: Mapped[datetime]
    device: Mapped[str | None] = mapped_column(Text)
    generation: Mapped[int] = mapped_column(Integer)
    rotated_at: Mapped[datetime]
    used_generation: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None] = mapped_column(Text)


class Phone(Base):
    """A number its owner has proved to hold. Whoever proves it next takes it over: one number, one holder.

    An ended row stays, so that nothing is sent for that person to this number any more.
    """

    __tablename__ = "phone"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
        CheckConstraint("end_reason IN ('given_up', 'passed_on')", name="end_reason"),
        Index("uq_phone_held", "number_index", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_phone_person", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    number: Mapped[Sealed] = mapped_column(SealedText)
    number_index: Mapped[bytes] = mapped_column(LargeBinary)
    verified_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)


class ProofDay(Base):
    """How many one-time codes left on one day of Vietnam's calendar."""

    __tablename__ = "proof_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    sent: Mapped[int] = mapped_column(Integer)


class PhoneProof(Base):
    """A one-time code on its way to a phone. The readable code is kept, sealed, only until the proof is settled."""

    __tablename__ = "phone_proof"
    __table_args__ = (
        Index("ix_phone_proof_person", "person_id", "created_at"),
        Index("ix_phone_proof_number", "number_index", "created_at"),
        CheckConstraint("state IN ('pending', 'confirmed', 'exhausted', 'superseded')", name="state"),
        CheckConstraint("(state = 'pending') = (code IS NOT NULL)", name="code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    number: Mapped[Sealed] = mapped_column(SealedText)
    number_index: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[Sealed | None] = mapped_column(SealedText)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
