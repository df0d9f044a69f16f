"""What others must know to tell the citizen, and what comes back: that the citizen has been told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from kernel.actor import SYSTEM
from kernel.work import Work
from tracking.models import PHONE_FIELD, REASON_FIELD
from tracking.notices import store as notice_store
from tracking.office import Office
from tracking.states import LABELS, BusinessState

_TOLD = frozenset({"delivered", "undelivered", "dead"})


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """One change of the official status, with all that the law wants a notice of it to say (NĐ 224/2026 Đ.15.1.g).

    `received_at` is the acceptance, before it the filing; `status` the official name reached. Times are of the change.
    `reason` is None for words that are internal to the agency. `supplement_due_at` is the end of the term of which the
    change speaks; `is_waiting` tells whether the dossier waits for a supplement now.
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
    supplement_due_at: datetime | None
    is_waiting: bool


def read_notices(work: Work, office: Office, changes: Sequence[tuple[UUID, UUID]]) -> list[NoticeFacts | None]:
    """The facts of each change, given as (dossier, timeline row); None for a dossier that is gone or not filed."""
    rows = notice_store.changes_of_status(work.session, [timeline_id for _, timeline_id in changes])
    found = {(row.dossier_id, row.timeline_id): row for row in rows}
    return [_facts(work, office, found.get(change)) for change in changes]


def _facts(work: Work, office: Office, row: Row[Any] | None) -> NoticeFacts | None:
    if row is None or row.notify_phone is None or row.submitted_at is None:
        return None
    due_at = row.details.get("due_at")
    return NoticeFacts(
        applicant_id=row.applicant_id,
        agency_code=row.agency_code,
        phone=work.vault.open(PHONE_FIELD, row.dossier_id, row.notify_phone),
        language=row.language,
        code=row.code or "",
        agency=office.catalogue.agency(work.session, row.agency_code).name,
        handler_name=row.actor_name if row.actor_kind == "officer" else row.handler_name,
        received_at=row.accepted_at or row.submitted_at,
        at=row.at,
        status=_label(int(row.to_state or row.state), row.language),
        due_at=datetime.fromisoformat(due_at) if due_at else row.due_at,
        answer_by=row.acceptance_due_at,
        reason=work.vault.open(REASON_FIELD, row.timeline_id, row.reason) if row.reason and row.reason_told else None,
        fee_vnd=row.fee_vnd,
        supplement_due_at=_supplement_due(row),
        is_waiting=row.state == BusinessState.SUPPLEMENT,
    )


def _supplement_due(row: Row[Any]) -> datetime | None:
    """As the change told it; a request from before there were terms has that of its dossier."""
    told = row.details.get("supplement_due_at")
    return datetime.fromisoformat(told) if told else row.supplement_due_at


def _label(state: int, language: str) -> str:
    label = LABELS[BusinessState(state)]
    return label.en if language == "en" else label.vi


def record_told(work: Work, payloads: Sequence[dict[str, Any]]) -> None:
    """Writes into the timelines that messages have reached citizens, or have not. A delivery tells once."""
    told = [
        notice_store.Told(
            dossier_id=UUID(payload["dossier_id"]),
            delivery_id=UUID(payload["delivery_id"]),
            event=payload["status"],
            details={name: payload[name] for name in ("channel", "at", "template") if payload.get(name)},
        )
        for payload in payloads
        if payload.get("dossier_id") and payload["status"] in _TOLD
    ]
    if told:
        notice_store.add_told(work.session, told, actor_kind=SYSTEM.kind.value, at=work.now())
