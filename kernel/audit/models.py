"""The tables of the audit trail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, Text, Uuid, false, func, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.audit.rows import TamperEvident
from kernel.database.sessions import Base
from kernel.ids import new_id


class AuditEntry(TamperEvident, Base):
    """One act: a write, or a read of another person's data. `details` holds ids and codes, no content."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_type", "object_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(Identity(always=True))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(Text)
    object_type: Mapped[str] = mapped_column(Text)
    object_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]


class AuditPending(Base):
    """A row that is not in the chain yet: written by a trigger in the transaction of the row, removed by the sealer.

    So the sealer needs no order of commits: what is committed and not yet chained is exactly what stands here.
    `legacy`: the row is older than the digests of rows.
    """

    __tablename__ = "audit_pending"

    seq: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    row_id: Mapped[UUID] = mapped_column(Uuid)
    legacy: Mapped[bool] = mapped_column(server_default=false())


class AuditSeal(Base):
    """One link of the chain: `hash` is a keyed digest of the position, the link before, and the whole row.

    `kind` is the row's table. `legacy`: the row was written before rows had digests. `plain` is the link of the chain
    without a key that was kept until then; the links of a chain that is being brought over have no `hash` yet.
    """

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    legacy: Mapped[bool] = mapped_column(server_default=false())
    plain: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)


class AuditCheckpoint(Base):
    """A signed link; `at` is signed too. `anchored_at` says when it was written down outside the database."""

    __tablename__ = "audit_checkpoint"
    __table_args__ = (
        Index("ix_audit_checkpoint_unanchored", "position", postgresql_where=text("anchored_at IS NULL")),
    )

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    anchored_at: Mapped[datetime | None]
