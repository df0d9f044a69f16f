"""Idempotency keys: the same key and body get the first answer again, kept in the transaction of the effect.

The answer is sealed, since it may hold personal values. Source: IETF draft "The Idempotency-Key HTTP Header Field".
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import LargeBinary, SmallInteger, Text, UniqueConstraint, delete, func
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.database.appending import append_row
from kernel.database.sessions import Base
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.vault import Sealed, SealedText, Vault

KEPT_FOR = timedelta(hours=48)
_FIELD = "idempotency_record.answer"


class IdempotencyRecord(Base):
    __tablename__ = "idempotency_record"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(Text)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    answer: Mapped[Sealed] = mapped_column(SealedText)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


# Sent as they stand: each act sends both, and taking a statement apart costs a fifth of what sending it does.
_HOLD: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended(%(name)s, 0))"
_FIND: Final = """
SELECT id, request_hash, status, answer FROM idempotency_record WHERE account_id = %(account)s AND key = %(key)s
"""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    status: int
    body: str


def request_hash(method: str, path: str, body: bytes) -> bytes:
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


def find_answer(session: Session, vault: Vault, account_id: UUID, key: str, digest: bytes) -> StoredAnswer | None:
    """The first answer to this key, or None if the caller is the first and holds the key until its transaction ends.

    Raises `idempotency_in_progress` while another transaction holds the key, `idempotency_key_reused` for another body.
    """
    connection = session.connection()
    if not connection.exec_driver_sql(_HOLD, {"name": f"{account_id}:{key}"}).scalar():
        raise DomainError("idempotency_in_progress")
    # A statement of its own, so that it sees what the holder before has committed.
    record = connection.exec_driver_sql(_FIND, {"account": account_id, "key": key}).one_or_none()
    if record is None:
        return None
    if record.request_hash != digest:
        raise DomainError("idempotency_key_reused")
    return StoredAnswer(record.status, vault.open(_FIELD, record.id, record.answer))


def keep_answer(
    session: Session, vault: Vault, account_id: UUID, key: str, digest: bytes, answer: StoredAnswer
) -> None:
    """Stores the answer beside the effect it reports."""
    row = new_id()
    kept = {
        "id": row,
        "account_id": account_id,
        "key": key,
        "request_hash": digest,
        "status": answer.status,
        "answer": vault.seal(_FIELD, row, answer.body),
    }
    append_row(session, IdempotencyRecord, kept)


def forget_old_answers(session: Session, now: datetime) -> None:
    """Drops answers that no phone will ask for again."""
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created_at < now - KEPT_FOR))
