"""What happened to a person's account: told in the app, and what must not leave any more is called back."""

from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.database.sessions import ring_after_commit
from kernel.outbox import Handler, OutboxEvent, one_by_one
from kernel.vault import Vault
from notify.models import ADDRESS_FIELD, Delivery, Notification
from notify.planning.addressees import Addressee, GroupNotice, tell_each
from notify.planning.facts import Facts
from notify.planning.handlers import SEND, Announcer
from notify.planning.plan import PUSHING
from notify.sending.states import DELIVERY_MOVES, SENDABLE, DeliveryEvent, DeliveryState
from notify.templates.events import events

PHONE_ENDED: Final = "phone.ended"
NUMBER_CORRECTED: Final = "person.number_corrected"
SECOND_ACCOUNT: Final = "person.second_account"
NOT_THEIRS: Final = "phone_not_theirs"
_TEMPLATES: Final = {
    NUMBER_CORRECTED: "account.number_corrected",
    SECOND_ACCOUNT: "account.second_account",
}
_PASSED_ON: Final = "account.phone_passed_on"


@dataclass(frozen=True, slots=True)
class FormerPhone:
    """A number (E.164) that `person_id` held and does not hold any more."""

    person_id: UUID
    number: str = field(repr=False)


class AccountDesk(Protocol):
    """Knows the phones that people held."""

    def ended_phone(self, session: Session, phone_id: UUID) -> FormerPhone | None:
        """None for one that is theirs again."""
        ...


@dataclass(frozen=True, slots=True)
class AccountAnnouncer:
    """Turns events of an account into notices in the app."""

    announcer: Announcer
    desk: AccountDesk

    def handlers(self) -> dict[str, list[Handler]]:
        """Event kind -> handlers, for the plan drain."""
        return {PHONE_ENDED: [one_by_one(self.end_phone)], **{kind: [one_by_one(self.tell)] for kind in _TEMPLATES}}

    def end_phone(self, session: Session, event: OutboxEvent) -> None:
        """Calls back what has not left for a number, and tells whoever lost it to another person."""
        former = self.desk.ended_phone(session, UUID(event.payload["phone_id"]))
        if former is None:
            return
        if event.payload["reason"] == "passed_on":
            self._announce(session, event, _PASSED_ON, former.person_id, {"phone": f"…{former.number[-3:]}"})
        call_back(session, self.announcer.vault, former)

    def tell(self, session: Session, event: OutboxEvent) -> None:
        self._announce(session, event, _TEMPLATES[event.kind], UUID(event.payload["person_id"]), {})

    def _announce(self, session: Session, event: OutboxEvent, template: str, person_id: UUID, facts: Facts) -> None:
        what = GroupNotice(events()[template], facts, None, by=())
        tell_each(self.announcer, session, event, [Addressee(person_id, None)], what)


def call_back(session: Session, vault: Vault, former: FormerPhone) -> None:
    """What has not left for this person to this number never will; what stands by for it to another one goes."""
    rows = session.scalars(
        select(Delivery)
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(
            Notification.person_id == former.person_id,
            Delivery.channel.in_([str(channel) for channel in PUSHING]),
            Delivery.state.in_([str(state) for state in SENDABLE]),
        )
        .order_by(Delivery.id)
        .with_for_update(of=Delivery)
    ).all()
    ended = [row for row in rows if vault.open(ADDRESS_FIELD, row.id, row.address) == former.number]
    for row in ended:
        row.state = str(DELIVERY_MOVES.move(DeliveryState(row.state), DeliveryEvent.CANCEL))
        row.code, row.due_at, row.settled_at = NOT_THEIRS, None, func.now()
    waiting = {row.notification_id for row in ended}
    for row in rows:
        if row not in ended and row.notification_id in waiting and row.state == DeliveryState.STANDBY:
            row.due_at = func.now()
    if ended:
        ring_after_commit(session, SEND)
