"""What officers see of messages and can do about them: one by one, by dossier, and what was given up."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.edge.blueprint import Blueprint
from api.edge.context import actor, language
from api.edge.paging import PageQuery, read_page, turn_page
from api.edge.phones import read_phone
from api.officer.desk.schemas import NothingRequest
from api.officer.messages.schemas import (
    BudgetAnswer,
    BudgetRequest,
    CancelRequest,
    CostsAnswer,
    CostsQuery,
    DeadLettersPage,
    DeadLettersQuery,
    DeadMessagesPage,
    GatewaysAnswer,
    MessageAnswer,
    MessagesAnswer,
    RedirectRequest,
    RedrivenAnswer,
    RedriveRequest,
)
from auth.service import former_phones
from kernel.errors import DomainError
from kernel.work import Work
from mobile_contract.labels import MESSAGE_STATE_LABELS
from notify.desk import acts, costs, dead_letters
from notify.desk import messages as desk
from notify.desk.explaining import Said
from notify.planning.offers import month_of
from notify.templates.events import events
from tracking.reading.views import Reader

blueprint = Blueprint("messages", description="Messages as officers see them (tin đã gửi)")
_MESSAGE = "/v1/desk/messages/<uuid:message_id>"
_UNFIT = (
    "message_under_way",
    "message_replaced",
    "message_expired",
    "message_not_wanted",
    "message_unreadable",
    "message_address_ended",
    "message_not_sendable",
)


@blueprint.operation(
    "GET",
    "/v1/desk/dossiers/<uuid:dossier_id>/messages",
    "listDossierMessages",
    answer=MessagesAnswer(),
    transaction=True,
)
def list_dossier_messages(work: Work, dossier_id: UUID) -> dict[str, Any]:
    """Who was told what of a dossier, when, by what and at what cost; every attempt with its reason."""
    if Reader(work.session.connection(), work.vault, language()).desk(actor(), dossier_id) is None:
        raise DomainError("not_found")
    return {"items": [_shown(message) for message in desk.dossier_messages(work, actor(), dossier_id)]}


@blueprint.operation("GET", _MESSAGE, "readMessage", answer=MessageAnswer(), transaction=True)
def read_message(work: Work, message_id: UUID) -> dict[str, Any]:
    """One message with its attempts and receipts."""
    return _shown(desk.read_message(work, actor(), message_id))


@blueprint.operation(
    "POST",
    f"{_MESSAGE}/resend",
    "resendMessage",
    body=NothingRequest(),
    answer=MessageAnswer(),
    status=201,
    idempotent=True,
    limit="message",
    problems=_UNFIT,
)
def resend_message(work: Work, body: dict[str, Any], message_id: UUID) -> dict[str, Any]:  # noqa: ARG001
    """The same text once more to the same address."""
    return _shown(
        desk.read_message(work, actor(), acts.resend_message(work, actor(), message_id, theirs=_theirs(work)))
    )


@blueprint.operation(
    "POST",
    f"{_MESSAGE}/redirect",
    "redirectMessage",
    body=RedirectRequest(),
    answer=MessageAnswer(),
    status=201,
    idempotent=True,
    limit="message",
    problems=_UNFIT,
)
def redirect_message(work: Work, body: dict[str, Any], message_id: UUID) -> dict[str, Any]:
    """The same text to the right phone. The dossier keeps the phone that its applicant confirmed."""
    phone = read_phone(body["phone"], "/phone")
    made = acts.redirect_message(work, actor(), message_id, phone, acts.RedirectReason(body["reason"]))
    return _shown(desk.read_message(work, actor(), made))


@blueprint.operation(
    "POST",
    f"{_MESSAGE}/cancel",
    "cancelMessage",
    body=CancelRequest(),
    answer=MessageAnswer(),
    idempotent=True,
    problems=("message_left",),
)
def cancel_message(work: Work, body: dict[str, Any], message_id: UUID) -> dict[str, Any]:
    """Stops a message that has not left."""
    acts.cancel_message(work, actor(), message_id, acts.CancelReason(body["reason"]))
    return _shown(desk.read_message(work, actor(), message_id))


@blueprint.operation(
    "GET",
    "/v1/desk/dead-messages",
    "listDeadMessages",
    query=PageQuery(),
    answer=DeadMessagesPage(),
    transaction=True,
)
def list_dead_messages(work: Work, query: dict[str, Any]) -> Any:
    """Messages that were given up, the latest first, with what can be done."""
    page = read_page(query)
    before = (datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1]))) if page.after else None
    rows = desk.dead_messages(work, actor(), limit=page.limit + 1, before=before)
    return turn_page(page, rows, lambda row: [(row.settled_at or row.created_at).isoformat(), str(row.id)], _shown)


@blueprint.operation(
    "GET",
    "/v1/desk/dead-letters",
    "listDeadLetters",
    query=DeadLettersQuery(),
    answer=DeadLettersPage(),
    transaction=True,
)
def list_dead_letters(work: Work, query: dict[str, Any]) -> Any:
    """Events that kept failing, or receipts of nothing of ours; for the top agency alone."""
    page = read_page(query)
    kind = dead_letters.DeadKind(query["kind"])
    rows = dead_letters.list_dead(work, actor(), kind, limit=page.limit + 1, before=page.after_id)
    return turn_page(page, rows, lambda row: [str(row.id)], _with_advice)


@blueprint.operation(
    "POST",
    "/v1/desk/dead-letters/redrive",
    "redriveDeadLetters",
    body=RedriveRequest(),
    answer=RedrivenAnswer(),
    idempotent=True,
)
def redrive_dead_letters(work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """Tries what was given up anew."""
    return asdict(
        dead_letters.redrive(work, actor(), dead_letters.DeadKind(body["kind"]), body["ids"], theirs=_theirs(work))
    )


@blueprint.operation(
    "GET", "/v1/desk/message-costs", "readMessageCosts", query=CostsQuery(), answer=CostsAnswer(), transaction=True
)
def read_message_costs(work: Work, query: dict[str, Any]) -> dict[str, Any]:
    """What messages cost each agency of the officer's in a month, and how its budget stands."""
    month = date.fromisoformat(f"{query['month']}-01") if query["month"] else month_of(work.now())
    items = [asdict(item) for item in costs.monthly_costs(work, actor(), month)]
    return {"month": f"{month:%Y-%m}", "items": items}


@blueprint.operation(
    "PUT",
    "/v1/desk/message-budgets/<agency_code>",
    "setMessageBudget",
    body=BudgetRequest(),
    answer=BudgetAnswer(),
    transaction=True,
)
def set_message_budget(work: Work, body: dict[str, Any], agency_code: str) -> Any:
    """What an agency may spend on messages in a month; from then on what the law does not require stops."""
    return costs.set_budget(work, actor(), agency_code, body["limit_vnd"], body["warn_percent"])


@blueprint.operation("GET", "/v1/desk/gateways", "listGateways", answer=GatewaysAnswer(), transaction=True)
def list_gateways(work: Work) -> dict[str, Any]:
    """How the gateways are doing."""
    return {"items": [asdict(each) | {"state_label": _spoken(each.said)} for each in desk.list_gateways(work)]}


def _shown(message: desk.MessageView) -> dict[str, Any]:
    attempts = [asdict(each) | {"explanation": _spoken(each.explanation)} for each in message.attempts]
    return _with_advice(message) | {
        "event_label": _spoken(events()[message.event].said),
        "state_label": _spoken(MESSAGE_STATE_LABELS[message.state]),
        "why": _spoken(message.why),
        "explanation": _spoken(message.explanation),
        "attempts": attempts,
    }


def _spoken(said: Said | None) -> str | None:
    """In the caller's language."""
    return None if said is None else said[0] if language() == "vi" else said[1]


def _with_advice(found: desk.MessageView | dead_letters.DeadLetter) -> dict[str, Any]:
    shown = asdict(found)
    shown["advice"] = None if found.advice is None else dict(zip(("vi", "en"), found.advice, strict=True))
    return shown


def _theirs(work: Work) -> acts.Theirs:
    """Whether a phone is still a person's, as their account says."""
    return lambda person_id, phone: not former_phones.no_longer_theirs(work, person_id, phone)
