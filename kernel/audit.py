"""The audit trail: one row of ids for every write, and for every read of another person's data, in its transaction.

Rows are chained afterwards by one sealer, so that no request ever waits for the head of a chain. The order
is commit-safe: only rows of transactions older than every running one are sealed, so none can appear before the head
later.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, Result, Text, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.actor import Actor
from kernel.db import Base
from kernel.ids import new_id
from kernel.vault import Vault

_GENESIS = bytes(32)
_CHECKPOINT_KEY = "audit checkpoint"


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_order", "xid", "seq"),
        Index("ix_audit_entry_object", "object_type", "object_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    xid: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)"))
    seq: Mapped[int] = mapped_column(Identity(always=True))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(Text)
    object_type: Mapped[str] = mapped_column(Text)
    object_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]


class AuditSeal(Base):
    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    xid: Mapped[int]
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditCheckpoint(Base):
    __tablename__ = "audit_checkpoint"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(server_default=func.now())


def write_audit(
    session: Session, actor: Actor, action: str, object_type: str, object_id: UUID | None, **details: str | int
) -> None:
    """Records that `actor` did `action` ("dossier.accept") to an object. `details`: ids, codes, no content."""
    session.execute(
        insert(AuditEntry).values(
            id=new_id(),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            session_id=actor.session_id,
            action=action,
            object_type=object_type,
            object_id=object_id,
            details=details,
        )
    )


def seal_audit(session: Session, vault: Vault, *, limit: int = 5000) -> int:
    """Chains the rows that none can precede any more, and signs a checkpoint. Returns how many were sealed."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('motcua.audit_seal'))"))
    head = session.scalar(select(AuditSeal).order_by(AuditSeal.position.desc()).limit(1))
    position, previous, xid, seq = (head.position, head.hash, head.xid, head.seq) if head else (0, _GENESIS, 0, 0)
    entries = session.scalars(
        select(AuditEntry)
        .where(
            text("(audit_entry.xid, audit_entry.seq) > (:xid, :seq)"),
            text("audit_entry.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),
        )
        .params(xid=xid, seq=seq)
        .order_by(AuditEntry.xid, AuditEntry.seq)
        .limit(limit)
    ).all()
    for entry in entries:
        position += 1
        previous = _link(previous, entry)
        session.add(AuditSeal(position=position, entry_id=entry.id, xid=entry.xid, seq=entry.seq, hash=previous))
    if entries:
        session.add(AuditCheckpoint(position=position, hash=previous, signature=_sign(vault, position, previous)))
    return len(entries)


def verify_audit(session: Session, vault: Vault) -> list[str]:
    """Walks the whole chain and every checkpoint. Returns what is wrong, one line each; empty when all holds."""
    findings: list[str] = []
    checkpoints = {row.position: row for row in session.scalars(select(AuditCheckpoint))}
    previous, expected = _GENESIS, 0
    rows: Result[AuditSeal, AuditEntry | None] = session.execute(
        select(AuditSeal, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.position)
        .execution_options(yield_per=1000)
    )
    for seal, entry in rows:
        expected += 1
        if seal.position != expected:
            findings.append(f"position {expected}: missing from the chain")
            expected = seal.position
        if entry is None:
            findings.append(f"position {seal.position}: the entry was removed")
        elif _link(previous, entry) != seal.hash:
            findings.append(f"position {seal.position}: the entry or its link was altered")
        previous = seal.hash
        checkpoint = checkpoints.pop(seal.position, None)
        if checkpoint is not None:
            findings.extend(_check_checkpoint(vault, checkpoint, seal.hash))
    findings.extend(f"checkpoint {position}: its part of the chain is gone" for position in sorted(checkpoints))
    return findings


def _check_checkpoint(vault: Vault, checkpoint: AuditCheckpoint, head: bytes) -> Iterable[str]:
    if checkpoint.hash != head:
        yield f"checkpoint {checkpoint.position}: the chain was rewritten"
    if not hmac.compare_digest(checkpoint.signature, _sign(vault, checkpoint.position, checkpoint.hash)):
        yield f"checkpoint {checkpoint.position}: the signature is not ours"


def _link(previous: bytes, entry: AuditEntry) -> bytes:
    content = [
        str(entry.id),
        entry.at.isoformat(),
        entry.actor_kind,
        str(entry.actor_id),
        str(entry.session_id),
        entry.action,
        entry.object_type,
        str(entry.object_id),
        entry.details,
    ]
    return hashlib.sha256(previous + json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).digest()


def _sign(vault: Vault, position: int, head: bytes) -> bytes:
    return hmac.digest(vault.derive(_CHECKPOINT_KEY), position.to_bytes(8, "big") + head, hashlib.sha256)
