"""How an organisation proves its tax code: with its own eID account, by the business registry, by a paper."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from werkzeug.exceptions import ClientDisconnected

from api.account.login.routes import login_to_visit, read_redirect
from api.account.organisations.routes import ONE
from api.account.organisations.schemas import (
    CompleteProofRequest,
    OrganisationAnswer,
    PaperQuery,
    ProofStartAnswer,
    RegistryProofRequest,
    StartProofRequest,
)
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container, here
from api.edge.transactions import unit_of_work
from auth.eid.callback import Callback
from auth.eid.port import EidIdentity
from auth.organisations.service import proofs
from auth.organisations.service.proofs import MOST_BYTES, SentPaper
from auth.organisations.views import OrganisationView
from auth.service import attempts
from kernel.errors import DomainError

blueprint = Blueprint("organisation_proofs", description="How an organisation proves its tax code (xác minh)")
_EID = f"{ONE}/proofs/eid"
_PIECE = 64 * 1024


@blueprint.operation(
    "POST",
    _EID,
    "startOrganisationProof",
    body=StartProofRequest(),
    answer=ProofStartAnswer(),
    status=201,
    limit="login",
    problems=("mandate_missing", "eid_unavailable"),
)
def start_proof(body: dict[str, Any], organisation_id: UUID) -> dict[str, Any]:
    """Begins a log-in with the organisation's own eID account: open `authorization_url` in the system browser."""
    held = container()
    with unit_of_work() as work:
        started = proofs.start_eid_proof(work, actor(), held.auth.eid, organisation_id, body["redirect_uri"])
    return login_to_visit(started)


@blueprint.operation(
    "POST",
    f"{_EID}/<uuid:login_id>/complete",
    "completeOrganisationProof",
    body=CompleteProofRequest(),
    answer=OrganisationAnswer(),
    limit="login",
    problems=(
        "mandate_missing",
        "organisation_proof_failed",
        "login_cancelled",
        "login_in_progress",
        "eid_unavailable",
        "organisation_account_needed",
    ),
)
def complete_proof(body: dict[str, Any], organisation_id: UUID, login_id: UUID) -> OrganisationView:
    """Completes it with what the provider's redirect carried. The caller's own session stays as it is."""
    with unit_of_work() as work:
        proofs.may_prove(work, actor(), organisation_id)
    with _proof_errors():
        back = read_redirect(body)
    with _proof_errors():
        identity = _exchanged(back, body["login_secret"], organisation_id, login_id)
    with unit_of_work() as work:
        return proofs.record_eid_proof(work, actor(), organisation_id, identity)


@blueprint.operation(
    "POST",
    f"{ONE}/proofs/registry",
    "askBusinessRegistry",
    body=RegistryProofRequest(),
    answer=OrganisationAnswer(),
    limit="organisation",
    problems=("mandate_missing", "registry_unavailable", "registry_unknown", "registry_names_others"),
)
def ask_registry(body: dict[str, Any], organisation_id: UUID) -> OrganisationView:
    """Asks the national business registry whether the caller represents the organisation."""
    del body
    with unit_of_work() as work:
        number = proofs.number_to_look_up(work, actor(), organisation_id)
    entry = container().registry.look_up(number)
    with unit_of_work() as work:
        return proofs.record_registry_proof(work, actor(), organisation_id, entry)


@blueprint.operation(
    "PUT",
    f"{ONE}/proofs/paper",
    "sendOrganisationPaper",
    query=PaperQuery(),
    answer=OrganisationAnswer(),
    # A little over, so that one slightly too large is refused in a person's words.
    body_limit=MOST_BYTES + (1 << 20),
    takes="application/octet-stream",
    limit="upload",
    problems=("mandate_missing", "paper_limit", "paper_too_large", "paper_incomplete", "paper_type_unknown"),
)
def send_paper(query: dict[str, Any], organisation_id: UUID) -> OrganisationView:
    """A registration certificate (PDF, JPEG, PNG) for an officer of the agency to check; replaces one that waits."""
    held = container()
    # Who may not is told before ten megabytes are read.
    with unit_of_work() as work:
        proofs.may_send_paper(work, actor(), organisation_id, query["agency_code"])
    content = _received()
    media_type = proofs.media_type_of(content)
    key = proofs.store_paper(held.files, held.vault, organisation_id, content)
    try:
        with unit_of_work() as work:
            sent = SentPaper(key, media_type, query["agency_code"])
            answer, unused = proofs.submit_paper(work, actor(), organisation_id, sent)
    except BaseException:
        # What is refused leaves nothing behind.
        held.files.delete(key)
        raise
    if unused is not None:
        held.files.delete(unused)
    return answer


def _exchanged(back: Callback, secret: str, organisation_id: UUID, login_id: UUID) -> EidIdentity:
    held = container()
    # One that cannot be asked about now is not used up: the app sends the same again.
    with held.eid.admitted():
        with unit_of_work() as work:
            settings = held.auth.sessions
            taken = attempts.take_attempt(work, settings, back, secret, organisation_id=organisation_id)
            if taken.login_id != login_id:
                raise DomainError("login_failed")
        refusal = back.refusal()
        if refusal is not None:
            raise refusal
        return held.eid.exchange(back.code, taken.kept, issuer=back.issuer, encrypt_key=back.encrypt_key)


@contextmanager
def _proof_errors() -> Iterator[None]:
    """The caller stays logged in: an app that is told 401 would only refresh its tokens."""
    try:
        yield
    except DomainError as error:
        if error.code == "login_failed":
            raise DomainError("organisation_proof_failed") from None
        raise


def _received() -> bytes:
    """The body, whole. Raises `paper_too_large`, `paper_incomplete`."""
    stream, content = here().stream, bytearray()
    try:
        while part := stream.read(_PIECE):
            content += part
            if len(content) > MOST_BYTES:
                raise DomainError("paper_too_large", megabytes=MOST_BYTES >> 20)
    except (ClientDisconnected, OSError):
        raise DomainError("paper_incomplete") from None
    expected = here().content_length
    if expected is not None and len(content) < expected:
        raise DomainError("paper_incomplete")
    return bytes(content)
