"""Every query of uploads and their pieces."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from attachments.models import Upload, UploadPiece
from kernel.errors import DomainError


def lock_upload(session: Session, owner_id: UUID | None, upload_id: UUID) -> Upload:
    found = session.scalar(select(Upload).where(Upload.id == upload_id, Upload.owner_id == owner_id).with_for_update())
    if found is None:
        raise DomainError("not_found")
    return found


def find_upload(session: Session, owner_id: UUID | None, upload_id: UUID) -> Upload:
    found = session.scalar(select(Upload).where(Upload.id == upload_id, Upload.owner_id == owner_id))
    if found is None:
        raise DomainError("not_found")
    return found


def count_open_uploads(session: Session, owner_id: UUID) -> int:
    """Uploads that no dossier took; a refused one holds nothing and does not count."""
    return session.scalars(
        select(func.count())
        .select_from(Upload)
        .where(Upload.owner_id == owner_id, Upload.attached.is_(False), Upload.state != "refused")
    ).one()


def sum_begun_since(session: Session, owner_id: UUID, since: datetime) -> int:
    """Octets of the owner's uploads that were begun after `since` and are still here."""
    return int(
        session.scalars(
            select(func.coalesce(func.sum(Upload.size), 0)).where(
                Upload.owner_id == owner_id, Upload.created_at > since, Upload.state != "refused"
            )
        ).one()
    )


def forget_refused(session: Session, owner_id: UUID, keep: int) -> None:
    """Drops all but the newest refused uploads of an owner."""
    old = (
        select(Upload.id)
        .where(Upload.owner_id == owner_id, Upload.state == "refused", Upload.attached.is_(False))
        .order_by(Upload.id.desc())
        .offset(keep)
    )
    session.execute(delete(Upload).where(Upload.id.in_(old)))


def list_pieces(session: Session, upload_id: UUID) -> Sequence[UploadPiece]:
    return session.scalars(
        select(UploadPiece).where(UploadPiece.upload_id == upload_id).order_by(UploadPiece.start)
    ).all()


def drop_pieces(session: Session, upload_id: UUID, starts: Collection[int] | None = None) -> None:
    """Forgets the pieces of an upload that begin at `starts`, or all."""
    statement = delete(UploadPiece).where(UploadPiece.upload_id == upload_id)
    session.execute(statement if starts is None else statement.where(UploadPiece.start.in_(starts)))


def lock_expired_uploads(session: Session, now: datetime, limit: int) -> Sequence[Upload]:
    return session.scalars(
        select(Upload)
        .where(Upload.attached.is_(False), Upload.expires_at < now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
