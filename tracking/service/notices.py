"""What others must know to tell the citizen, and what comes back: that the citizen has been told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.actor import SYSTEM
from kernel.work import Work
from tracking import store
from tracking.models import PHONE_FIELD, REASON_FIELD
from tracking.office import Office
from tracking.service.change import Because, add_timeline
from tracking.states import LABELS, BusinessState

_TOLD = frozenset({"delivered", "undelivered", "dead"})


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """One change of the official status, with all that the law wants a notice of it to say (NĐ 224/2026 Đ.15.1.g).

    `received_at` is the acceptance, before it the filing; `status` the official name reached. Times are of the change.
    `reason` is None for words that are internal to the agency.
    """

    applicant_id: UUID
    agency_code: str
    phone: str
    language: str
    code: str
    agency: str
    handler_name: str | None
    received_at: datetime
    at: datetime
    status: str
    due_at: datetime | None
    answer_by: datetime | None
    reason: str | None
    fee_vnd: int


def read_notice(work: Work, office: Office, dossier_id: UUID, timeline_id: UUID) -> NoticeFacts | None:
    """The facts of one change, or None for a dossier that is gone or was never filed."""
    dossier = store.find_dossier(work.session, dossier_id)
    entry = store.find_timeline_entry(work.session, timeline_id)
    if dossier is None or entry is None or dossier.notify_phone is None or dossier.submitted_at is None:
        return None
    due_at = entry.details.get("due_at")
    return NoticeFacts(
        applicant_id=dossier.applicant_id,
        agency_code=dossier.agency_code,
        phone=work.vault.open(PHONE_FIELD, dossier.id, dossier.notify_phone),
        language=dossier.language,
        code=dossier.code or "",
        agency=office.catalogue.agency(work.session, dossier.agency_code).name,
        handler_name=entry.actor_name if entry.actor_kind == "officer" else dossier.handler_name,
        received_at=dossier.accepted_at or dossier.submitted_at,
        at=entry.at,
        status=_label(int(entry.to_state or 0), dossier.language),
        due_at=datetime.fromisoformat(due_at) if due_at else dossier.due_at,
        answer_by=dossier.acceptance_due_at,
        reason=work.vault.open(REASON_FIELD, entry.id, entry.reason) if entry.reason and entry.reason_told else None,
        fee_vnd=dossier.fee_vnd,
    )


def _label(state: int, language: str) -> str:
    label = LABELS[BusinessState(state)]
    return label.en if language == "en" else label.vi


def record_told(work: Work, payload: dict[str, Any]) -> None:
    """Writes into the timeline that a message has reached the citizen, or has not. The same delivery tells once."""
    if not payload.get("dossier_id") or payload["status"] not in _TOLD:
        return
    dossier = store.lock_dossier(work.session, UUID(payload["dossier_id"]))
    delivery = UUID(payload["delivery_id"])
    if dossier is None or store.timeline_has(work.session, dossier.id, delivery, payload["status"]):
        return
    because = Because(details={"channel": payload["channel"], "at": payload["at"]})
    add_timeline(work, SYSTEM, dossier, "notice", payload["status"], because, cause_id=delivery)
