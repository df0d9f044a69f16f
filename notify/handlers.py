"""Outbox events that somebody must be told of become notifications with their deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.clock import Clock
from kernel.db import ring_after_commit
from kernel.outbox import Handler, OutboxEvent
from kernel.vault import Vault
from notify.forms import Person, Value
from notify.plan import CODE_TEMPLATE, Offer, Reach, plan, template_for
from notify.ports import CodeDesk, DossierDesk, DossierNotice
from notify.store import Notice, add_delivery, add_notification
from notify.texts import TemplateBook, render

SEND: Final = "send"
DOSSIER_CHANGED: Final = "dossier.state_changed"
CODE_REQUESTED: Final = "phone_proof.requested"
_UNSAID: Final = "xem thông báo trên ứng dụng"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Announcer:
    """Turns events into deliveries. `offers`: the channels on offer, in the order of preference."""

    vault: Vault
    clock: Clock
    dossiers: DossierDesk
    codes: CodeDesk
    offers: Sequence[Offer]
    book: TemplateBook

    def handlers(self) -> dict[str, list[Handler]]:
        """Event kind -> handlers, for the plan drain."""
        return {DOSSIER_CHANGED: [self.tell_of_change], CODE_REQUESTED: [self.tell_code]}

    def tell_of_change(self, session: Session, event: OutboxEvent) -> None:
        """The official status of a dossier changed: the person whose phone it carries is told."""
        if event.payload["from"] == event.payload["to"]:
            # Such as a payment that settles while a withdrawal is being considered: the status is what it was.
            return
        dossier_id = UUID(event.payload["dossier_id"])
        notice = self.dossiers.notice(session, dossier_id, event.payload)
        if notice is None:
            _log.info("notify.nobody_to_tell", event_id=str(event.id), dossier_id=str(dossier_id))
            return
        name = template_for(event.payload["event"], int(event.payload["to"]))
        reach = Reach(notice.language, {"sms": notice.phone})
        self._queue(session, event.id, name, reach, _values(notice), dossier_id=dossier_id)

    def tell_code(self, session: Session, event: OutboxEvent) -> None:
        """A one-time code is on its way to a phone; worthless once its time is over, so it is never sent after that."""
        code = self.codes.one_time_code(session, UUID(event.payload["proof_id"]))
        left = timedelta(0) if code is None else code.valid_until - self.clock.now()
        if code is None or left <= timedelta(0):
            return
        reach = Reach(code.language, {"sms": code.phone})
        values: dict[str, Value | None] = {"otp": code.code, "until": code.valid_until}
        self._queue(session, event.id, CODE_TEMPLATE, reach, values, valid_for=left)

    def _queue(
        self,
        session: Session,
        event_id: UUID,
        name: str,
        reach: Reach,
        values: Mapping[str, Value | None],
        *,
        dossier_id: UUID | None = None,
        valid_for: timedelta | None = None,
    ) -> None:
        planned = plan(name, reach, self.offers, self.book)
        if not planned:
            _log.error("notify.no_channel", event_id=str(event_id), template=name)
            return
        first = planned[0]
        notice = Notice(
            event_id=event_id,
            recipient=first.address,
            template=name,
            purpose="dossier_status" if dossier_id else "security",
            legal=first.template.legal,
            language=reach.language,
            facts=values,
            dossier_id=dossier_id,
        )
        told = add_notification(session, self.vault, notice)
        if told is None:
            return
        for delivery in planned:
            text = render(delivery.template, values)
            add_delivery(session, self.vault, told, notice, delivery, text, valid_for=valid_for)
        ring_after_commit(session, SEND)


def _values(notice: DossierNotice) -> dict[str, Value | None]:
    return {
        "agency": notice.agency,
        "answer_by": notice.answer_by,
        "at": notice.at,
        "code": notice.code,
        "due": notice.due_at,
        "fee": notice.fee_vnd,
        "handler": Person(notice.handler_name) if notice.handler_name else notice.handler_unit,
        "reason": notice.reason or _UNSAID,
        "received": notice.received_at,
        "status": notice.status,
    }
