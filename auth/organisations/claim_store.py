"""Every query of claims to a tax code, of papers that prove one, and of how an organisation came to its standing."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from agencies.tree import in_subtree
from auth.models import Membership, Organisation
from auth.organisations.proof_models import OrganisationPaper

# Also where nobody claims it yet, so that no row could be locked.
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('motcua.claim:' || :key, 0))")


class Claim(NamedTuple):
    name: str
    standing: str


def lock_claims(session: Session, index: bytes) -> Sequence[Organisation]:
    """Every active organisation that claims a tax code, for one caller at a time."""
    session.execute(_ONE_AT_A_TIME, {"key": index.hex()})
    return session.scalars(
        select(Organisation)
        .where(Organisation.registration_index == index, Organisation.status == "active")
        .order_by(Organisation.id)
        .with_for_update()
        # One of them may have been read before this caller's turn came.
        .execution_options(populate_existing=True)
    ).all()


def belongs_to(session: Session, organisations: Collection[UUID], person_id: UUID) -> bool:
    """Whether a person has a membership in one of these that was not revoked."""
    query = select(Membership.id).where(
        Membership.organisation_id.in_(organisations),
        Membership.person_id == person_id,
        Membership.revoked_at.is_(None),
    )
    return session.execute(query.limit(1)).first() is not None


def open_paper(session: Session, organisation_id: UUID) -> OrganisationPaper | None:
    return session.scalar(
        select(OrganisationPaper)
        .where(OrganisationPaper.organisation_id == organisation_id, OrganisationPaper.state == "submitted")
        .with_for_update()
    )


def latest_papers(session: Session, organisations: Collection[UUID]) -> Mapping[UUID, OrganisationPaper]:
    """Organisation -> the paper that was sent last."""
    rows = session.scalars(
        select(OrganisationPaper)
        .where(OrganisationPaper.organisation_id.in_(organisations))
        .order_by(OrganisationPaper.id)
    )
    return {row.organisation_id: row for row in rows}


def count_papers(session: Session, organisation_id: UUID) -> int:
    query = select(func.count()).where(OrganisationPaper.organisation_id == organisation_id)
    return session.scalar(query) or 0


def papers_below(
    session: Session, root: str | None, *, after: UUID | None, limit: int
) -> Sequence[tuple[OrganisationPaper, Organisation]]:
    """Papers to check in a subtree, with whose they are, oldest first; ids are ordered by time."""
    query = (
        select(OrganisationPaper, Organisation)
        .join(Organisation, Organisation.id == OrganisationPaper.organisation_id)
        .where(
            OrganisationPaper.state == "submitted",
            in_subtree(OrganisationPaper.agency_code, root),
        )
        .order_by(OrganisationPaper.id)
        .limit(limit)
    )
    rows = session.execute(query if after is None else query.where(OrganisationPaper.id > after))
    return [(row[0], row[1]) for row in rows]


def lock_paper_below(session: Session, root: str | None, paper_id: UUID) -> OrganisationPaper | None:
    return session.scalar(
        select(OrganisationPaper)
        .where(OrganisationPaper.id == paper_id, in_subtree(OrganisationPaper.agency_code, root))
        .with_for_update()
    )


def claims_of(session: Session, organisations: Collection[UUID]) -> Mapping[UUID, Claim]:
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.standing).where(Organisation.id.in_(organisations))
    )
    return {row.id: Claim(row.name, row.standing) for row in rows}
