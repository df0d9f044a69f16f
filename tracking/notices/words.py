"""What people are told of dossiers: changes of the official status, and the end of a supplement's term.

Contents by NĐ 224/2026/NĐ-CP Đ.15.1.g, which prescribes a notice of every change and what it says at least.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.clock import local
from kernel.notices import Audience, Facts, Notice, Person, ToOffice, ToOfficer, ToPerson, Value, each
from kernel.outbox import OutboxEvent
from kernel.part import Container
from kernel.work import Work
from tracking.part import OFFICE
from tracking.service.notices import NoticeFacts, read_notices
from tracking.service.supplements import read_ended

_UNIT: Final = "Bộ phận Tiếp nhận và Trả kết quả"
_UNSAID: Final = "xem thông báo trên ứng dụng"
_ANSWERED: Final[Mapping[int, str]] = {
    1: "dossier.answered",
    2: "dossier.resumed",
    4: "dossier.resumed",
    9: "dossier.finished",
}
"""After a supplement or a payment the dossier goes on from the official state it had left."""
_TEMPLATES: Final[Mapping[str, str]] = {
    "submit": "dossier.submitted",
    "accept": "dossier.accepted",
    "decline": "dossier.declined",
    "start": "dossier.processing",
    "request_supplement": "dossier.supplement_requested",
    "demand_fee": "dossier.fee_demanded",
    "end_supplement": "dossier.supplement_expired",
    "ask_withdrawal": "dossier.withdrawal_asked",
    "grant_withdrawal": "dossier.withdrawn",
    "refuse_withdrawal": "dossier.withdrawal_refused",
    "stop": "dossier.stopped",
    "finish": "dossier.finished",
    "hand_over": "dossier.handed_over",
}
_TAKEN_BACK: Final = "undo_"
_log = structlog.get_logger()


class NoTemplate(LookupError):  # noqa: N818 - reads as what it says
    """A change of status that has no text: the table is behind the dossier's states."""


def template_for(event: str, to: int) -> str:
    """The name of the text for a change of the official status by `event` to `to`. Raises NoTemplate."""
    if event.startswith(_TAKEN_BACK):
        return "dossier.corrected"
    name = _ANSWERED.get(to) if event in ("supplement", "fee_settled") else _TEMPLATES.get(event)
    if name is None:
        raise NoTemplate(f"no text for {event} to {to}")
    return name


def changes(container: Container, session: Session, events: Sequence[OutboxEvent]) -> list[Notice | None]:
    """Official statuses changed: whoever filed a dossier is told, on the phone that the dossier carries."""
    # Nothing is told where the status is what it was, as when a payment settles while a withdrawal is considered.
    told = [event for event in events if event.payload["from"] != event.payload["to"]]
    found = dict(zip((event.id for event in told), _facts_of(container, session, told), strict=True))
    return [change_notice(event, found[event.id]) if event.id in found else None for event in events]


def change_notice(event: OutboxEvent, facts: NoticeFacts | None) -> Notice | None:
    """The notice of one change of the official status. Raises NoTemplate."""
    if facts is None:
        _log.info("notice.nobody_to_tell", event_id=str(event.id), dossier_id=event.payload["dossier_id"])
        return None
    name = template_for(event.payload["event"], int(event.payload["to"]))
    return _to_applicant(event, name, facts)


def _remind(container: Container, session: Session, event: OutboxEvent) -> Notice | None:
    """The citizen hears once that the term ends soon, while there is time left to answer."""
    (facts,) = _facts_of(container, session, [event])
    if facts is None or not facts.is_waiting or facts.supplement_due_at is None:
        return None
    return _to_applicant(event, "dossier.supplement_reminder", facts, facts.supplement_due_at)


def _term_ended(container: Container, session: Session, event: OutboxEvent) -> Notice:
    """Officers find it in the app; it costs nothing."""
    work = Work(session, container.vault, container.clock)
    ended = read_ended(work, container.get(OFFICE), UUID(event.payload["dossier_id"]))
    who: Audience = (
        ToOffice(ended.agency_code, "admin")
        if ended.handler_id is None
        else ToOfficer(ended.handler_id, ended.agency_code)
    )
    last_day = local(datetime.fromisoformat(event.payload["due_at"])).date()
    return Notice(
        "desk.supplement_stopped" if event.payload["stopped"] else "desk.supplement_overdue",
        [who],
        {"agency": ended.agency, "code": ended.code, "last_day": last_day},
        ended.agency_code,
        by=(),
    )


REMINDERS: Final = each(_remind)
ENDED_TERMS: Final = each(_term_ended)


def _facts_of(container: Container, session: Session, events: Sequence[OutboxEvent]) -> Sequence[NoticeFacts | None]:
    work = Work(session, container.vault, container.clock)
    ids = [(UUID(event.payload["dossier_id"]), UUID(event.payload["timeline_id"])) for event in events]
    return read_notices(work, container.get(OFFICE), ids)


def _to_applicant(event: OutboxEvent, template: str, facts: NoticeFacts, valid_until: datetime | None = None) -> Notice:
    return Notice(
        template,
        [ToPerson(facts.applicant_id, facts.phone, facts.language)],
        _values(facts),
        facts.agency_code,
        UUID(event.payload["dossier_id"]),
        valid_until=valid_until,
    )


def _says_something(reason: str | None) -> bool:
    return any(sign.isalnum() for sign in reason or "")


def _values(facts: NoticeFacts) -> Facts:
    handler: Value = Person(facts.handler_name, _UNIT) if facts.handler_name else _UNIT
    return {
        "agency": facts.agency,
        "answer_by": facts.answer_by,
        "at": facts.at,
        "code": facts.code,
        "due": facts.due_at,
        "fee": facts.fee_vnd,
        "handler": handler,
        "reason": facts.reason if _says_something(facts.reason) else _UNSAID,
        "last_day": facts.supplement_due_at and local(facts.supplement_due_at).date(),
        "received": facts.received_at,
        "status": facts.status,
    }
