"""The caller's own account: who they are, where they are logged in, which phones they have proved to hold."""

from typing import Any
from uuid import UUID

from api.account.login.schemas import (
    ConfirmedPhoneAnswer,
    ConfirmPhoneRequest,
    EndedAnswer,
    EndSessionsQuery,
    MeAnswer,
    PhoneProofAnswer,
    PhoneProofRequest,
    PhonesAnswer,
    SessionsAnswer,
)
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container
from api.edge.transactions import unit_of_work
from auth.service import people, phones, sessions
from kernel.errors import DomainError, present
from kernel.work import Work

blueprint = Blueprint("account", description="The caller's own account.")


@blueprint.operation("GET", "/v1/me", "readMe", answer=MeAnswer(), transaction=True)
def read_me(work: Work) -> dict[str, Any]:
    """Who the caller is, as the eID provider vouched at the last log-in."""
    caller = actor()
    found = None if caller.person_id is None else people.person_details(work, caller.person_id)
    if found is None:
        raise DomainError("unauthenticated")
    return {
        "id": caller.person_id,
        "kind": caller.kind,
        "full_name": found.full_name,
        "identity_number": found.identity_number,
        "birth_date": found.birth_date,
        "birth": people.birth_of(work, present(caller.person_id)),
        "identity_level": caller.identity_level,
        "agency_code": caller.agency_code,
        "roles": sorted(caller.roles),
    }


@blueprint.operation("GET", "/v1/me/sessions", "listSessions", answer=SessionsAnswer(), transaction=True)
def list_sessions(work: Work) -> dict[str, Any]:
    """The devices on which the caller is logged in, newest first."""
    return {"items": sessions.list_sessions(work, actor(), container().auth.sessions)}


@blueprint.operation("DELETE", "/v1/me/sessions/<uuid:session_id>", "endSession", status=204)
def end_session(session_id: UUID) -> None:
    """Logs one device of the caller out."""
    with unit_of_work() as work:
        sessions.revoke_session(work, actor(), session_id)
    container().token_reader.forget(session_id)


@blueprint.operation("DELETE", "/v1/me/sessions", "endSessions", query=EndSessionsQuery(), answer=EndedAnswer())
def end_sessions(query: dict[str, Any]) -> dict[str, int]:
    """Logs every device of the caller out, or every other one."""
    with unit_of_work() as work:
        ended = sessions.revoke_all(work, actor(), keep_current=query["keep_current"])
    for session_id in ended:
        container().token_reader.forget(session_id)
    return {"ended": len(ended)}


@blueprint.operation("GET", "/v1/me/phones", "listPhones", answer=PhonesAnswer(), transaction=True)
def list_phones(work: Work) -> dict[str, Any]:
    """The numbers the caller has proved to hold, the latest proof first."""
    return {"items": phones.list_phones(work, actor())}


@blueprint.operation("DELETE", "/v1/me/phones/<uuid:phone_id>", "removePhone", status=204)
def remove_phone(phone_id: UUID) -> None:
    """The caller no longer holds this number: nothing is sent there for them any more, queued texts included."""
    with unit_of_work() as work:
        phones.give_up_phone(work, actor(), phone_id)


@blueprint.operation(
    "POST",
    "/v1/me/phone-proofs",
    "requestPhoneProof",
    body=PhoneProofRequest(),
    answer=PhoneProofAnswer(),
    status=201,
    idempotent=True,
    limit="phone_proof",
)
def request_phone_proof(work: Work, body: dict[str, Any]) -> phones.ProofRequest:
    """Sends a one-time code to a phone, and drops the codes asked for before."""
    per_day = container().auth.proof_sms_per_day
    return phones.request_phone_proof(work, actor(), body["phone"], sms_per_day=per_day)


@blueprint.operation(
    "POST",
    "/v1/me/phone-proofs/<uuid:proof_id>/confirm",
    "confirmPhoneProof",
    body=ConfirmPhoneRequest(),
    answer=ConfirmedPhoneAnswer(),
    idempotent=True,
    limit="phone_confirm",
    problems=("phone_code_wrong", "phone_code_expired"),
)
def confirm_phone_proof(work: Work, body: dict[str, Any], proof_id: UUID) -> dict[str, UUID] | DomainError:
    """Proves by its code that the caller holds the phone. Whoever proved it before holds it no longer, and is told."""
    outcome = phones.confirm_phone_proof(work, actor(), proof_id, body["code"])
    # Returned, not raised: a wrong try must count, and the same request sent again must not count twice.
    if outcome.phone_id is None:
        return outcome.refusal or DomainError("phone_code_expired")
    return {"phone_id": outcome.phone_id}
