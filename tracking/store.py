"""Every query of the dossier's tables."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from agencies.tree import SUBTREE
from attachments.models import Upload
from kernel.actor import Actor
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.texts.folding import FOLD_VERSION
from tracking.case import Case
from tracking.deadline.clock import ClockEntry, EntryKind
from tracking.models import ClockRow, Dossier, DossierFile, ReservedName, TimelineEntry
from tracking.reading import queries

DRAFT, SUPPLEMENT = 0, 5
# These touch no object of the session, so they go past it: it need not write first what it holds.
_RESERVE = text("""
INSERT INTO reserved_name (id, scope, folded, fold_version, dossier_id)
VALUES (:id, :scope, :folded, :version, :dossier)
ON CONFLICT (scope, folded) WHERE released_at IS NULL
DO UPDATE SET fold_version = :version WHERE reserved_name.dossier_id = :dossier
RETURNING id
""")
_RELEASE = text("UPDATE reserved_name SET released_at = :now WHERE dossier_id = :dossier AND released_at IS NULL")


# Built once: a statement costs more to build than to execute.
_OWN = select(Dossier).where(Dossier.id == bindparam("id"), Dossier.applicant_id == bindparam("person"))
_LOCK_OWN = _OWN.with_for_update()
_AT_DESK = select(Dossier).where(
    Dossier.id == bindparam("id"),
    Dossier.state != DRAFT,
    Dossier.agency_code.in_(text(SUBTREE)),
)
_LOCK_AT_DESK = _AT_DESK.with_for_update(of=Dossier)


def open_own_case(session: Session, actor: Actor, dossier_id: UUID) -> Case:
    """The caller's own dossier, locked, with what belongs to it. Raises `not_found`, also for somebody else's."""
    return own_case(session, lock_own_dossier(session, actor, dossier_id))


def own_case(session: Session, dossier: Dossier) -> Case:
    """The same for a dossier that the caller has locked already, as its own."""
    return _case(session, dossier, internal=False)


def open_desk_case(session: Session, actor: Actor, dossier_id: UUID) -> Case:
    """A filed dossier of the officer's agency subtree, locked, with what belongs to it. Raises `not_found`, also for
    another agency's."""
    found = session.scalar(_LOCK_AT_DESK, {"id": dossier_id, "agency": actor.agency_code})
    if found is None:
        raise DomainError("not_found")
    return _case(session, found, internal=True)


def _case(session: Session, dossier: Dossier, *, internal: bool) -> Case:
    session.flush()
    # A statement of its own, behind the lock: what its holder before has written belongs to the dossier.
    statement = queries.DESK_CASE if internal else queries.OWN_CASE
    row = session.connection().execute(statement, {"id": dossier.id}).scalar_one()
    clock = [
        ClockEntry(EntryKind(line["kind"]), datetime.fromisoformat(line["at"]), line["minutes"])
        for line in row["clock"]
    ]
    return Case(dossier, internal, row["agency_name"], row["timeline"], row["files"], clock)


def lock_own_dossier(session: Session, actor: Actor, dossier_id: UUID) -> Dossier:
    """The caller's own dossier, locked. Raises `not_found`, also for somebody else's."""
    found = session.scalar(_LOCK_OWN, {"id": dossier_id, "person": actor.person_id})
    if found is None:
        raise DomainError("not_found")
    return found


def find_own_dossier(session: Session, actor: Actor, dossier_id: UUID) -> Dossier:
    found = session.scalar(_OWN, {"id": dossier_id, "person": actor.person_id})
    if found is None:
        raise DomainError("not_found")
    return found


def find_desk_dossier(session: Session, actor: Actor, dossier_id: UUID) -> Dossier:
    found = session.scalar(_AT_DESK, {"id": dossier_id, "agency": actor.agency_code})
    if found is None:
        raise DomainError("not_found")
    return found


def lock_outdated_search(session: Session, version: int, limit: int) -> Sequence[Dossier]:
    """Dossiers whose search columns are older than `version`; those that somebody works on are left for later."""
    return session.scalars(
        select(Dossier)
        .where(Dossier.search_version < version)
        .order_by(Dossier.search_version)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def lock_waiting_supplements(session: Session, now: datetime, limit: int) -> Sequence[Dossier]:
    """Dossiers that wait for a supplement and are to be looked at; those that somebody works on are left for later."""
    return session.scalars(
        select(Dossier)
        .where(Dossier.state == SUPPLEMENT, Dossier.supplement_look_at < now)
        .order_by(Dossier.supplement_look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def count_drafts(session: Session, person_id: UUID) -> int:
    return session.scalars(
        select(func.count()).select_from(Dossier).where(Dossier.applicant_id == person_id, Dossier.state == DRAFT)
    ).one()


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
    """Holds a name in its scope for a dossier, also again; False when another holds it.

    Waits for a rival's transaction to end.
    """
    values = {"id": new_id(), "scope": scope, "folded": folded, "version": FOLD_VERSION, "dossier": dossier_id}
    return session.connection().execute(_RESERVE, values).first() is not None


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


def name_is_held(session: Session, scope: str, folded: str) -> bool:
    """By anybody."""
    held = (ReservedName.scope == scope, ReservedName.folded == folded, ReservedName.released_at.is_(None))
    return session.execute(select(ReservedName.id).where(*held).limit(1)).first() is not None


def lock_outdated_names(session: Session, version: int, limit: int) -> Sequence[ReservedName]:
    """Names that are held by keys older than `version`, the oldest first."""
    return session.scalars(
        select(ReservedName)
        .where(ReservedName.fold_version < version, ReservedName.released_at.is_(None))
        .order_by(ReservedName.fold_version, ReservedName.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def release_names(session: Session, dossier_id: UUID, now: datetime) -> None:
    session.connection().execute(_RELEASE, {"dossier": dossier_id, "now": now})


def dossier_use(session: Session, dossier_id: UUID, besides: Collection[UUID] = ()) -> tuple[int, int]:
    """(files, octets) of a dossier besides these uploads, with those that left it and are kept on record."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(Upload.size), 0))
        .select_from(DossierFile)
        .join(Upload, Upload.id == DossierFile.upload_id)
        .where(DossierFile.dossier_id == dossier_id, DossierFile.upload_id.not_in(besides))
    ).one()
    return int(row[0]), int(row[1])
