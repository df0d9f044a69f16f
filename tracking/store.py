"""Every query of the dossier's tables."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import DomainError
from tracking.catalogue.models import Agency
from tracking.models import (
    ClockRow,
    Dossier,
    DossierCounter,
    DossierFile,
    ReservedName,
    TimelineEntry,
    Upload,
    UploadPiece,
)

DRAFT = 0


def lock_own_dossier(session: Session, actor: Actor, dossier_id: UUID) -> Dossier:
    """The caller's own dossier, locked. Raises `not_found`, also for somebody else's."""
    found = session.scalar(
        select(Dossier).where(Dossier.id == dossier_id, Dossier.applicant_id == actor.person_id).with_for_update()
    )
    if found is None:
        raise DomainError("not_found")
    return found


def find_own_dossier(session: Session, actor: Actor, dossier_id: UUID) -> Dossier:
    found = session.scalar(select(Dossier).where(Dossier.id == dossier_id, Dossier.applicant_id == actor.person_id))
    if found is None:
        raise DomainError("not_found")
    return found


def lock_desk_dossier(session: Session, actor: Actor, dossier_id: UUID) -> Dossier:
    """A filed dossier of the officer's agency subtree, locked. Raises `not_found`, also for another agency's."""
    found = session.scalar(_at_desk(actor).where(Dossier.id == dossier_id).with_for_update(of=Dossier))
    if found is None:
        raise DomainError("not_found")
    return found


def find_desk_dossier(session: Session, actor: Actor, dossier_id: UUID) -> Dossier:
    found = session.scalar(_at_desk(actor).where(Dossier.id == dossier_id))
    if found is None:
        raise DomainError("not_found")
    return found


def _at_desk(actor: Actor) -> Select[Dossier]:
    own = select(Agency.path).where(Agency.code == actor.agency_code).scalar_subquery()
    subtree = select(Agency.code).where(Agency.path.startswith(own))
    return select(Dossier).where(Dossier.state != DRAFT, Dossier.agency_code.in_(subtree))


def lock_outdated_search(session: Session, version: int, limit: int) -> Sequence[Dossier]:
    """Dossiers whose search columns are older than `version`; those that somebody works on are left for later."""
    return session.scalars(
        select(Dossier)
        .where(Dossier.search_version < version)
        .order_by(Dossier.search_version)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def count_drafts(session: Session, person_id: UUID) -> int:
    return session.scalars(
        select(func.count()).select_from(Dossier).where(Dossier.applicant_id == person_id, Dossier.state == DRAFT)
    ).one()


def next_number(session: Session, agency_code: str, day: date) -> int:
    """The next number of the agency's day, from its one locked row."""
    statement = insert(DossierCounter).values(agency_code=agency_code, day=day, last=1)
    statement = statement.on_conflict_do_update(
        index_elements=["agency_code", "day"], set_={"last": DossierCounter.last + 1}
    )
    return session.execute(statement.returning(DossierCounter.last)).scalar_one()


def list_timeline(session: Session, dossier_id: UUID) -> Sequence[TimelineEntry]:
    return session.scalars(
        select(TimelineEntry).where(TimelineEntry.dossier_id == dossier_id).order_by(TimelineEntry.seq)
    ).all()


def last_business_entry(session: Session, dossier_id: UUID) -> TimelineEntry | None:
    return session.scalar(
        select(TimelineEntry)
        .where(TimelineEntry.dossier_id == dossier_id, TimelineEntry.axis == "business")
        .order_by(TimelineEntry.seq.desc())
        .limit(1)
    )


def list_clock(session: Session, dossier_id: UUID) -> Sequence[ClockRow]:
    return session.scalars(select(ClockRow).where(ClockRow.dossier_id == dossier_id).order_by(ClockRow.seq)).all()


def list_files(session: Session, dossier_id: UUID, kind: str | None = None) -> Sequence[tuple[DossierFile, Upload]]:
    """The files of a dossier with their uploads, oldest first; removed ones are left out."""
    query = (
        select(DossierFile, Upload)
        .join(Upload, Upload.id == DossierFile.upload_id)
        .where(DossierFile.dossier_id == dossier_id, DossierFile.removed_at.is_(None))
    )
    if kind is not None:
        query = query.where(DossierFile.kind == kind)
    return [(row[0], row[1]) for row in session.execute(query.order_by(DossierFile.id))]


def find_file(session: Session, dossier_id: UUID, file_id: UUID) -> tuple[DossierFile, Upload]:
    for file, upload in list_files(session, dossier_id):
        if file.id == file_id:
            return file, upload
    raise DomainError("not_found")


def reserve_name(session: Session, scope: str, folded: str, dossier_id: UUID) -> bool:
    """Holds a name in its scope for a dossier; False when another holds it. Waits for a rival's transaction to end."""
    statement = (
        insert(ReservedName)
        .values(scope=scope, folded=folded, dossier_id=dossier_id)
        .on_conflict_do_nothing()
        .returning(ReservedName.id)
    )
    return session.execute(statement).first() is not None


def name_is_taken(session: Session, scope: str, folded: str, dossier_id: UUID) -> bool:
    return bool(
        session.scalar(
            select(func.count())
            .select_from(ReservedName)
            .where(
                ReservedName.scope == scope,
                ReservedName.folded == folded,
                ReservedName.released_at.is_(None),
                ReservedName.dossier_id.is_distinct_from(dossier_id),
            )
        )
    )


def release_names(session: Session, dossier_id: UUID, now: datetime) -> None:
    session.execute(
        update(ReservedName)
        .where(ReservedName.dossier_id == dossier_id, ReservedName.released_at.is_(None))
        .values(released_at=now)
    )


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


def dossier_use(session: Session, dossier_id: UUID, besides: Collection[UUID] = ()) -> tuple[int, int]:
    """(files, octets) of a dossier besides these uploads, with those that left it and are kept on record."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(Upload.size), 0))
        .select_from(DossierFile)
        .join(Upload, Upload.id == DossierFile.upload_id)
        .where(DossierFile.dossier_id == dossier_id, DossierFile.upload_id.not_in(besides))
    ).one()
    return int(row[0]), int(row[1])


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
