"""The officer's side of papers that prove a tax code: listed, read, accepted, refused. Nobody checks their own."""

from uuid import UUID

from auth.events import StandingChanged
from auth.models import Organisation
from auth.organisations import claim_store
from auth.organisations.proof_models import PAPER_CONTENT, OrganisationPaper
from auth.organisations.service.claims import prove, rivals_of
from auth.organisations.service.organisations import registration_number
from auth.organisations.standing import Means
from auth.organisations.views import PaperToCheck
from auth.service.access import person_of
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.storage import FileStore
from kernel.work import Work


def list_papers(work: Work, actor: Actor, *, after: UUID | None, limit: int) -> list[PaperToCheck]:
    """Those that wait in the officer's subtree, oldest first."""
    write_audit(work.session, actor, "organisation_paper.list", "agency", None, agency=actor.agency_code or "")
    rows = claim_store.papers_below(work.session, actor.agency_code, after=after, limit=limit)
    return [_shown(work, paper, organisation) for paper, organisation in rows]


def read_file(work: Work, actor: Actor, files: FileStore, paper_id: UUID) -> tuple[bytes, str]:
    """The file and its media type. Raises `not_found`."""
    paper = _find(work, actor, paper_id)
    if paper.file_key is None:
        raise DomainError("not_found")
    write_audit(work.session, actor, "organisation_paper.read", "organisation_paper", paper.id)
    try:
        content = files.get(paper.file_key)
    except KeyError:
        raise DomainError("not_found") from None
    return work.vault.open_bytes(PAPER_CONTENT, paper.organisation_id, content), paper.media_type


def accept_paper(work: Work, actor: Actor, paper_id: UUID) -> PaperToCheck:
    """Proves the organisation by the paper. Raises `not_found`, `paper_decided`, `own_paper`."""
    paper, organisation = _to_decide(work, actor, paper_id)
    _decide(work, actor, paper, "accepted", None)
    prove(work, actor, organisation, Means.PAPER)
    return _shown(work, paper, organisation)


def refuse_paper(work: Work, actor: Actor, paper_id: UUID, reason: str) -> PaperToCheck:
    """The claim stays as it is, and its representatives read why. Raises as `accept_paper` does."""
    paper, organisation = _to_decide(work, actor, paper_id)
    _decide(work, actor, paper, "refused", reason)
    StandingChanged.paper_refused(organisation.id, paper.id).record(work.session)
    return _shown(work, paper, organisation)


def _to_decide(work: Work, actor: Actor, paper_id: UUID) -> tuple[OrganisationPaper, Organisation]:
    paper = _find(work, actor, paper_id)
    if paper.state != "submitted":
        raise DomainError("paper_decided")
    if claim_store.belongs_to(work.session, [paper.organisation_id], person_of(actor)):
        raise DomainError("own_paper")
    return paper, work.session.get_one(Organisation, paper.organisation_id)


def _decide(work: Work, actor: Actor, paper: OrganisationPaper, state: str, reason: str | None) -> None:
    paper.state, paper.reason = state, reason
    paper.decided_by, paper.decided_at = actor.officer_id, work.now()
    write_audit(work.session, actor, f"organisation_paper.{state}", "organisation_paper", paper.id)


def _find(work: Work, actor: Actor, paper_id: UUID) -> OrganisationPaper:
    paper = claim_store.lock_paper_below(work.session, actor.agency_code, paper_id)
    if paper is None:
        raise DomainError("not_found")
    return paper


def _shown(work: Work, paper: OrganisationPaper, organisation: Organisation) -> PaperToCheck:
    return PaperToCheck.of(paper, organisation, registration_number(work, organisation), rivals_of(work, organisation))
