"""What is known beside the messages: templates, preferences, budgets and spending, gateways, and their tokens."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText

ACCESS_FIELD = "oauth_token.access_token"
REFRESH_FIELD = "oauth_token.refresh_token"


class TemplateVersion(Base):
    """One version of the text of one event on one channel in one language; the newest not retired is in use.

    Numbers go on from those of the templates that are shipped. `content` is one entry as in `templates/*.yaml`.
    """

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("name", "channel", "language", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[dict[str, Any]]
    note: Mapped[str | None] = mapped_column(Text)
    saved_by: Mapped[UUID]
    saved_at: Mapped[datetime] = mapped_column(server_default=func.now())
    retired_at: Mapped[datetime | None]


class Preference(Base):
    """Whether a person wants one purpose on one channel; where there is no row, the channel's own default holds."""

    __tablename__ = "preference"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    wanted: Mapped[bool]
    said_at: Mapped[datetime] = mapped_column(server_default=func.now())


class InboxRead(Base):
    """When a person first opened an item of the in-app inbox."""

    __tablename__ = "inbox_read"

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Budget(Base):
    """What an agency may spend on messages in a month, in whole đồng; it warns from `warn_percent` on.

    `told_month` and `told_state`: what its agency was told last.
    """

    __tablename__ = "message_budget"
    __table_args__ = (
        CheckConstraint("limit_vnd >= 0", name="limit"),
        CheckConstraint("warn_percent BETWEEN 1 AND 100", name="warn"),
    )

    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    limit_vnd: Mapped[int] = mapped_column(BigInteger)
    warn_percent: Mapped[int] = mapped_column(SmallInteger)
    told_month: Mapped[date | None]
    told_state: Mapped[str | None] = mapped_column(Text)
    set_by: Mapped[UUID]
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Spend(Base):
    """What an agency's messages cost in one month over one gateway. `month` is its first day, in Vietnam."""

    __tablename__ = "message_spend"

    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    gateway: Mapped[str] = mapped_column(Text, primary_key=True)
    messages: Mapped[int] = mapped_column(Integer)
    parts: Mapped[int] = mapped_column(Integer)
    cost_vnd: Mapped[int] = mapped_column(BigInteger)


class GatewaySight(Base):
    """How a gateway is doing as one process sees it that sends, for officers, for the others and for the next start."""

    __tablename__ = "gateway_sight"

    gateway: Mapped[str] = mapped_column(Text, primary_key=True)
    process: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    error_rate: Mapped[float] = mapped_column(Float)
    answer_s: Mapped[float] = mapped_column(Float)
    overdue_rate: Mapped[float] = mapped_column(Float)
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class GatewayQuota(Base):
    """How many messages a gateway still took of a day, `at` that instant; null when nobody knows."""

    __tablename__ = "gateway_quota"

    gateway: Mapped[str] = mapped_column(Text, primary_key=True)
    remaining: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime]


class GatewayForm(Base):
    """What a gateway last said of a template registered with it; `status` is its own word, `at` its own time."""

    __tablename__ = "gateway_form"

    gateway: Mapped[str] = mapped_column(Text, primary_key=True)
    form: Mapped[str] = mapped_column(Text, primary_key=True)
    in_use: Mapped[bool]
    status: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class OAuthToken(Base):
    """The one pair of tokens of an account at a provider; its row is locked while the pair is exchanged.

    `id` binds the sealed values. `problem` is what the last exchange failed with; the pair before it is kept.
    """

    __tablename__ = "oauth_token"
    __table_args__ = (UniqueConstraint("provider", "account"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text)
    access_token: Mapped[Sealed | None] = mapped_column(SealedText)
    refresh_token: Mapped[Sealed] = mapped_column(SealedText)
    expires_at: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
    problem_at: Mapped[datetime | None]
