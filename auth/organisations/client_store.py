"""Every query of API clients, and of the memberships and offices that they rest on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Session

from agencies.tree import covers, in_subtree
from auth.models import ApiClient, Membership, Officer, Organisation

_OFFICE: Final = (
    "FROM officer o JOIN agency mine ON mine.code = o.agency_code"
    f" JOIN agency theirs ON theirs.code = api_client.agency_code AND {covers('mine', 'theirs')}"
    " WHERE o.ended_at IS NULL AND o.roles @> '[\"admin\"]'"
    " AND o.valid_from <= :day AND (o.valid_to IS NULL OR o.valid_to >= :day)"
)
_IN_OFFICE: Final = text(f"EXISTS (SELECT 1 {_OFFICE} AND o.person_id = api_client.grantor_id)")
_IN_NO_OFFICE: Final = text(f"NOT EXISTS (SELECT 1 {_OFFICE} AND o.person_id = api_client.grantor_id)")
_OFFICES: Final = text(
    "SELECT api_client.id AS client_id, office.display_name, office.valid_to FROM api_client CROSS JOIN LATERAL"  # noqa: S608
    f" (SELECT o.display_name, o.valid_to {_OFFICE} AND o.person_id = api_client.grantor_id AND o.id <> :without"
    " ORDER BY o.valid_to DESC NULLS FIRST LIMIT 1) office WHERE api_client.id = ANY(:clients)"
)
_REACH: Final = text(
    "SELECT api_client.id FROM api_client WHERE api_client.id = ANY(:clients)"  # noqa: S608
    f" AND EXISTS (SELECT 1 {_OFFICE} AND o.id = :officer)"
)
_NO_OFFICE: Final = UUID(int=0)
_DAY: BindParameter[date] = bindparam("day")
_MEMBER_ANSWERS: Final = and_(
    Membership.organisation_id == ApiClient.organisation_id,
    Membership.person_id == ApiClient.grantor_id,
    Membership.revoked_at.is_(None),
    Membership.valid_from <= _DAY,
    or_(Membership.valid_to.is_(None), Membership.valid_to >= _DAY),
)
_STANDS: Final = or_(
    and_(ApiClient.organisation_id.is_not(None), Membership.id.is_not(None), Organisation.status == "active"),
    and_(ApiClient.agency_code.is_not(None), _IN_OFFICE),
)
_CLIENT: Final = (
    select(
        ApiClient.organisation_id,
        ApiClient.agency_code,
        ApiClient.scopes,
        ApiClient.secret_digest,
        ApiClient.expires_at,
        ApiClient.last_used_at,
        ApiClient.grantor_id,
        Membership.role,
        Membership.mandates,
    )
    .outerjoin(Membership, _MEMBER_ANSWERS)
    .outerjoin(Organisation, Organisation.id == ApiClient.organisation_id)
    .where(ApiClient.id == bindparam("id"), ApiClient.revoked_at.is_(None), _STANDS)
)


class ClientRow(NamedTuple):
    """`role` and `mandates` are those of the grantor in the organisation, None for a client of an agency."""

    organisation_id: UUID | None
    agency_code: str | None
    scopes: list[Any]
    secret_digest: bytes
    expires_at: datetime
    last_used_at: datetime | None
    grantor_id: UUID
    role: str | None
    mandates: list[Any] | None


class Answering(NamedTuple):
    """The office by which somebody answers for a client of an agency; `until` is its last day."""

    name: str
    until: date | None


def standing_client(connection: Connection, client_id: UUID, day: date) -> ClientRow | None:
    """A client that is not revoked, whose owner stands, and whose grantor still answers for it on `day`."""
    row = connection.execute(_CLIENT, {"id": client_id, "day": day}).one_or_none()
    return None if row is None else ClientRow(*row)


def note_use(connection: Connection, client_id: UUID, now: datetime) -> None:
    connection.execute(update(ApiClient).where(ApiClient.id == client_id).values(last_used_at=now))


def clients_of_organisation(session: Session, organisation_id: UUID) -> Sequence[ApiClient]:
    return session.scalars(
        select(ApiClient).where(ApiClient.organisation_id == organisation_id).order_by(ApiClient.id)
    ).all()


def count_live_clients(session: Session, now: datetime, organisation_id: UUID | None, agency_code: str | None) -> int:
    """Keys of one owner that work."""
    owner = ApiClient.organisation_id == organisation_id if organisation_id else ApiClient.agency_code == agency_code
    return session.scalars(
        select(func.count())
        .select_from(ApiClient)
        .where(owner, ApiClient.revoked_at.is_(None), ApiClient.expires_at > now)
    ).one()


def clients_below(session: Session, root: str | None) -> Sequence[ApiClient]:
    return session.scalars(_agency_clients(root).order_by(ApiClient.id)).all()


def lock_client_of_organisation(session: Session, organisation_id: UUID, client_id: UUID) -> ApiClient | None:
    return session.scalar(
        select(ApiClient)
        .where(ApiClient.id == client_id, ApiClient.organisation_id == organisation_id)
        .with_for_update()
    )


def lock_client_below(session: Session, root: str | None, client_id: UUID) -> ApiClient | None:
    return session.scalar(_agency_clients(root).where(ApiClient.id == client_id).with_for_update())


def lock_open_clients(session: Session, organisation_id: UUID, now: datetime) -> Sequence[ApiClient]:
    """The clients of an organisation that are neither revoked nor over."""
    return session.scalars(
        _open(now).where(ApiClient.organisation_id == organisation_id).order_by(ApiClient.id).with_for_update()
    ).all()


def lock_clients_of_office(session: Session, officer: Officer, now: datetime) -> Sequence[ApiClient]:
    """The open clients of agencies for which the person of an office may answer by that office."""
    return session.scalars(
        _open(now)
        .where(
            ApiClient.grantor_id == officer.person_id,
            in_subtree(ApiClient.agency_code, officer.agency_code),
        )
        .order_by(ApiClient.id)
        .with_for_update()
    ).all()


def offices_answering(
    session: Session, clients: Collection[UUID], day: date, *, without: UUID = _NO_OFFICE
) -> Mapping[UUID, Answering]:
    """Client id -> the office of its grantor that lasts longest, but for one that is `without`; a client that nobody
    answers for on `day` is left out.
    """
    rows = session.execute(_OFFICES, {"clients": list(clients), "day": day, "without": without})
    return {row.client_id: Answering(row.display_name, row.valid_to) for row in rows}


def answers_for(session: Session, officer: Officer, clients: Collection[UUID], day: date) -> frozenset[UUID]:
    """Those of these clients for which whoever holds this office may answer on `day`."""
    return frozenset(session.scalars(_REACH, {"clients": list(clients), "officer": officer.id, "day": day}))


def lock_lapsed(session: Session, now: datetime, day: date, limit: int) -> Sequence[ApiClient]:
    """Open clients whose grantor no longer answers for them, those of closed organisations left out."""
    of_member = and_(ApiClient.organisation_id.is_not(None), Organisation.status == "active", Membership.id.is_(None))
    of_office = and_(ApiClient.agency_code.is_not(None), _IN_NO_OFFICE)
    query = _open(now).outerjoin(Membership, _MEMBER_ANSWERS)
    query = query.outerjoin(Organisation, Organisation.id == ApiClient.organisation_id)
    locked = query.where(or_(of_member, of_office)).order_by(ApiClient.id).limit(limit)
    return session.scalars(locked.with_for_update(of=ApiClient, skip_locked=True), {"day": day}).all()


def members_lapsing(
    session: Session, now: datetime, day: date, last: date, limit: int
) -> Sequence[tuple[ApiClient, date]]:
    """Open clients of organisations with the day, from `day` to `last`, after which their grantor holds nothing, where
    nobody was warned of that day yet."""
    query = (
        _open(now)
        .add_columns(Membership.valid_to)
        .join(Membership, _MEMBER_ANSWERS)
        .where(Membership.valid_to <= last, ApiClient.warned_of.is_distinct_from(Membership.valid_to))
        .order_by(ApiClient.id)
        .limit(limit)
        .with_for_update(of=ApiClient, skip_locked=True)
    )
    return [(row[0], row[1]) for row in session.execute(query, {"day": day})]


def open_agency_clients(session: Session, now: datetime) -> Sequence[ApiClient]:
    return session.scalars(
        _open(now)
        .where(ApiClient.agency_code.is_not(None))
        .order_by(ApiClient.id)
        .with_for_update(of=ApiClient, skip_locked=True)
    ).all()


def find_clients(session: Session, ids: Collection[UUID]) -> Sequence[ApiClient]:
    return session.scalars(select(ApiClient).where(ApiClient.id.in_(ids)).order_by(ApiClient.id)).all()


def _open(now: datetime) -> Select[Any]:
    return select(ApiClient).where(ApiClient.revoked_at.is_(None), ApiClient.expires_at > now)


def _agency_clients(root: str | None) -> Select[ApiClient]:
    return select(ApiClient).where(in_subtree(ApiClient.agency_code, root))
