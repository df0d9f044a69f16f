"""How an organisation proves its tax code: by its own eID account, by the business registry, or by a paper.

Only a representative does so. What goes over the network is asked between two transactions.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from agencies.tree import agency_exists
from auth.eid.port import EidIdentity
from auth.models import REGISTRATION_FIELD
from auth.organisations import claim_store
from auth.organisations.proof_models import PAPER_CONTENT, OrganisationPaper
from auth.organisations.service.claims import own_number, prove
from auth.organisations.service.organisations import Held, find_held, registration_number, show
from auth.organisations.standing import Means
from auth.organisations.views import OrganisationView
from auth.registry.port import RegistryEntry
from auth.service.access import person_of
from auth.service.attempts import LoginStart, open_attempt
from auth.settings import EidSettings
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError
from kernel.ids import new_id
from kernel.storage import FileStore
from kernel.vault import Vault
from kernel.work import Work

MOST_PAPERS: Final = 20
MOST_BYTES: Final = 10 << 20
# What a paper may be, by how its bytes begin.
_KINDS: Final = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, slots=True)
class SentPaper:
    """A paper whose file has been stored under `file_key`."""

    file_key: str
    media_type: str
    agency_code: str


def may_prove(work: Work, actor: Actor, organisation_id: UUID) -> None:
    """Raises `not_found`, `mandate_missing` for anyone who does not represent the organisation."""
    _represented(work, actor, organisation_id)


def _represented(work: Work, actor: Actor, organisation_id: UUID) -> Held:
    """The organisation, if the caller represents it. Raises `not_found`, `mandate_missing`."""
    held = find_held(work, actor, organisation_id)
    if held.role != "representative":
        raise DomainError("mandate_missing", needed="representative")
    return held


def start_eid_proof(
    work: Work, actor: Actor, settings: EidSettings, organisation_id: UUID, redirect_uri: str | None
) -> LoginStart:
    """Begins a log-in with the organisation's own eID account; it opens no session."""
    _represented(work, actor, organisation_id)
    return open_attempt(work, settings, "citizen", redirect_uri, step_up=True, organisation_id=organisation_id)


def record_eid_proof(work: Work, actor: Actor, organisation_id: UUID, identity: EidIdentity) -> OrganisationView:
    """Raises `organisation_account_needed` for a person's account or another organisation's."""
    held = _represented(work, actor, organisation_id)
    account = identity.organisation
    if account is None or work.vault.index(REGISTRATION_FIELD, account.number) != held.organisation.registration_index:
        raise DomainError("organisation_account_needed")
    prove(work, actor, held.organisation, Means.EID, account.name or None)
    return show(work, held)


def number_to_look_up(work: Work, actor: Actor, organisation_id: UUID) -> str:
    """The tax code to ask the registry for."""
    held = _represented(work, actor, organisation_id)
    write_audit(work.session, actor, "organisation.registry", "organisation", organisation_id)
    return registration_number(work, held.organisation)


def record_registry_proof(
    work: Work, actor: Actor, organisation_id: UUID, entry: RegistryEntry | None
) -> OrganisationView:
    """What the registry said of the number. Raises `registry_unknown`, `registry_names_others`."""
    held = _represented(work, actor, organisation_id)
    if entry is None or not entry.active:
        raise DomainError("registry_unknown")
    if own_number(work, actor) not in entry.representatives:
        raise DomainError("registry_names_others")
    prove(work, actor, held.organisation, Means.REGISTRY, entry.name)
    return show(work, held)


def media_type_of(content: bytes) -> str:
    """Raises `paper_type_unknown`, `paper_too_large`."""
    if len(content) > MOST_BYTES:
        raise DomainError("paper_too_large", megabytes=MOST_BYTES >> 20)
    found = next((kind for begins, kind in _KINDS.items() if content.startswith(begins)), None)
    if found is None:
        raise DomainError("paper_type_unknown")
    return found


def store_paper(files: FileStore, vault: Vault, organisation_id: UUID, content: bytes) -> str:
    """Seals and stores a file under a name of its own; outside any transaction. Returns its key."""
    key = f"organisations/{organisation_id}/{new_id()}"
    files.put(key, vault.seal_bytes(PAPER_CONTENT, organisation_id, content))
    return key


def may_send_paper(work: Work, actor: Actor, organisation_id: UUID, agency_code: str) -> None:
    """Raises `not_found`, `mandate_missing`, `paper_limit`, and `invalid_fields` for an agency that is not there."""
    _represented(work, actor, organisation_id)
    if claim_store.count_papers(work.session, organisation_id) >= MOST_PAPERS:
        raise DomainError("paper_limit", most=MOST_PAPERS)
    if not agency_exists(work.session, agency_code):
        raise DomainError("invalid_fields", fields=[FieldError("?agency_code", "choice")])


def submit_paper(
    work: Work, actor: Actor, organisation_id: UUID, sent: SentPaper
) -> tuple[OrganisationView, str | None]:
    """Gives a stored paper to the officers of an agency; one that still waits is replaced.

    Returns the organisation, and the key of the file that was replaced, to be deleted after the commit.
    """
    may_send_paper(work, actor, organisation_id, sent.agency_code)
    held = _represented(work, actor, organisation_id)
    claim_store.lock_claims(work.session, held.organisation.registration_index)
    before, unused = claim_store.open_paper(work.session, organisation_id), None
    if before is not None:
        before.state, unused, before.file_key = "replaced", before.file_key, None
        work.session.flush()
    paper = OrganisationPaper(
        id=new_id(),
        organisation_id=organisation_id,
        agency_code=sent.agency_code,
        state="submitted",
        file_key=sent.file_key,
        media_type=sent.media_type,
        sent_by=person_of(actor),
        sent_at=work.now(),
    )
    work.session.add(paper)
    work.session.flush()
    write_audit(work.session, actor, "organisation.paper", "organisation_paper", paper.id)
    return show(work, held), unused
