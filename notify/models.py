"""notification -> delivery -> attempt -> receipt. Times are the database's own clock, which all workers share."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
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

from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText
from notify.sending.states import AttemptState, DeliveryState, ReceiptKind

ADDRESS_FIELD = "delivery.address"
BODY_FIELD = "delivery.body"
RAW_FIELD = "receipt.raw"
VALUES_FIELD = "notification.facts"
RECIPIENT_INDEX = "notification.recipient"
FINGERPRINT_INDEX = "delivery.fingerprint"


def _one_of(column: str, values: type[DeliveryState] | type[AttemptState] | type[ReceiptKind]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Notification(Base):
    """One person is told of one event, over as many channels as it takes.

    `recipient` is a blind index of the address or person told; `kind` names the template, `purpose` what a person may
    mute. `facts` is the JSON that every text of this notice is filled from. `agency_code` is the agency that pays.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("event_id", "recipient"),
        Index("ix_notification_dossier", "dossier_id", postgresql_where=text("dossier_id IS NOT NULL")),
        Index("ix_notification_person", "person_id", "id", postgresql_where=text("person_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID]
    recipient: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    legal: Mapped[bool]
    language: Mapped[str] = mapped_column(Text)
    facts: Mapped[Sealed | None] = mapped_column(SealedText)
    person_id: Mapped[UUID | None]
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"))
    dossier_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Delivery(Base):
    """One text on its way to one address over one channel.

    `due_at` is when a drain must look at the row again: to send it (queued, waiting), because its lease ends (sending),
    or to ask the gateway (unknown); null when nothing is to be done. A standby waits for those of its notification with
    a lower `position` and turns due when they have failed or taken too long. `turn` counts what an officer sent again,
    `replaces` says instead of which. `generation` counts claims: it is the number of the latest attempt and fences off
    whoever still works on an earlier one. `gateway` is the one of the latest attempt; a `pinned` delivery must go there
    again. `fingerprint` is a blind index of address and body, by which equal messages are counted. `failures` counts
    transient outcomes, `asked` the questions about the latest unknown one. `code` and `reason` are those of the last
    outcome, `why` the plan's. What `can_wait` is not sent at night, and nothing before `held_until`, a gateway's word,
    or after `valid_until`.
    """

    __tablename__ = "delivery"
    # Partial indexes hold open work only, so a claim costs the same after a million finished rows as after ten.
    __table_args__ = (
        UniqueConstraint("notification_id", "channel", "turn"),
        CheckConstraint(_one_of("state", DeliveryState), name="state"),
        Index(
            "ix_delivery_due",
            "channel",
            "priority",
            "due_at",
            postgresql_where=text("state IN ('queued', 'waiting', 'standby')"),
        ),
        Index("ix_delivery_standby", "notification_id", postgresql_where=text("state = 'standby'")),
        Index("ix_delivery_replaces", "replaces", unique=True, postgresql_where=text("replaces IS NOT NULL")),
        Index(
            "ix_delivery_failed",
            "agency_code",
            "settled_at",
            postgresql_where=text("state IN ('dead', 'undelivered')"),
        ),
        Index("ix_delivery_watch", "state", "due_at", postgresql_where=text("state IN ('sending', 'unknown')")),
        Index("ix_delivery_fingerprint", "fingerprint", postgresql_where=text("state = 'sending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    notification_id: Mapped[UUID] = mapped_column(ForeignKey("notification.id"))
    dossier_id: Mapped[UUID | None]
    agency_code: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    turn: Mapped[int] = mapped_column(SmallInteger, default=0)
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("delivery.id"))
    gateway: Mapped[str | None] = mapped_column(Text)
    pinned: Mapped[bool] = mapped_column(default=False)
    template: Mapped[str] = mapped_column(Text)
    template_version: Mapped[int] = mapped_column(SmallInteger)
    priority: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text, default=str(DeliveryState.QUEUED))
    due_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    generation: Mapped[int] = mapped_column(SmallInteger, default=0)
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    asked: Mapped[int] = mapped_column(SmallInteger, default=0)
    address: Mapped[Sealed] = mapped_column(SealedText)
    body: Mapped[Sealed] = mapped_column(SealedText)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    parts: Mapped[int] = mapped_column(SmallInteger)
    why: Mapped[str] = mapped_column(Text)
    can_wait: Mapped[bool] = mapped_column(server_default=text("false"))
    valid_until: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]


class Attempt(Base):
    """One call to a gateway, written before the call is made. Changes only under the lock of its delivery."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        CheckConstraint(_one_of("state", AttemptState), name="state"),
        # Not unique: a gateway that gives one id twice is no reason to lose the record of either call.
        Index("ix_attempt_provider_ref", "provider_ref", postgresql_where=text("provider_ref IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    gateway: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    provider_ref: Mapped[str | None] = mapped_column(Text)
    cost_vnd: Mapped[int] = mapped_column(Integer, default=0)
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class Receipt(Base):
    """What a gateway said later of a message it took; stored as it comes and applied by a drain.

    `attempt_id` is whose the receipt says it is: no key, because a receipt may overtake our own commit. `raw` is what
    came, as it came. `problem` says why one was never applied.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        CheckConstraint(_one_of("kind", ReceiptKind), name="kind"),
        Index("ix_receipt_attempt", "attempt_id"),
        Index("ix_receipt_open", "received_at", postgresql_where=text("applied_at IS NULL AND problem IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attempt_id: Mapped[UUID]
    provider: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(Text)
    ref: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    cost_vnd: Mapped[int | None] = mapped_column(Integer)
    raw: Mapped[Sealed] = mapped_column(SealedText)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    applied_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
