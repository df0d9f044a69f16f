"""What must not leave any more for a number that a person lost is called back."""

from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.database.sessions import ring_after_commit
from kernel.vault import Vault
from notify.models import ADDRESS_FIELD, Delivery, Notification
from notify.planning.announcing import SEND
from notify.planning.plan import PUSHING
from notify.sending.states import DELIVERY_MOVES, SENDABLE, DeliveryEvent, DeliveryState

NOT_THEIRS: Final = "phone_not_theirs"


def call_back(session: Session, vault: Vault, person_id: UUID, number: str) -> None:
    """For a `number` (E.164) that is not this person's any more: what has not left for them to this number never will,
    and what stands by for it to another one goes."""
    rows = session.scalars(
        select(Delivery)
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(
            Notification.person_id == person_id,
            Delivery.channel.in_([str(channel) for channel in PUSHING]),
            Delivery.state.in_([str(state) for state in SENDABLE]),
        )
        .order_by(Delivery.id)
        .with_for_update(of=Delivery)
    ).all()
    ended = [row for row in rows if vault.open(ADDRESS_FIELD, row.id, row.address) == number]
    for row in ended:
        row.state = str(DELIVERY_MOVES.move(DeliveryState(row.state), DeliveryEvent.CANCEL))
        row.code, row.due_at, row.settled_at = NOT_THEIRS, None, func.now()
    waiting = {row.notification_id for row in ended}
    for row in rows:
        if row not in ended and row.notification_id in waiting and row.state == DeliveryState.STANDBY:
            row.due_at = func.now()
    if ended:
        ring_after_commit(session, SEND)
