"""What an officer can do about one message: send it again, send it to a corrected phone, stop it before it leaves."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from agencies.tree import in_subtree
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.database.sessions import ring_after_commit
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.vault import Vault, VaultError
from kernel.work import Work
from notify.desk.explaining import Clause, dump_why
from notify.models import ADDRESS_FIELD, BODY_FIELD, Delivery, Notification
from notify.planning.plan import PUSHING, WANTED_UNSAID, Channel
from notify.planning.preferences import wanted_channels
from notify.planning.store import sealed
from notify.sending.states import DELIVERY_MOVES, FAILED, FINAL, SENDABLE, DeliveryEvent, DeliveryState
from notify.templates.events import Purpose

SEND: Final = "send"
CANCELLED_BY_OFFICER: Final = "cancelled_by_officer"
MOST_AT_ONCE: Final = 500
_RESENDABLE: Final = (*FINAL, DeliveryState.ACCEPTED)


Theirs = Callable[[UUID, str], bool]
"""Whether a phone (E.164) may still be written to for a person, as the domain that keeps phones says."""


def _not_known(_person_id: UUID, _phone: str) -> bool:
    return True


class RedirectReason(StrEnum):
    """Closed, because free words about a citizen have no place beside a message."""

    NEW_NUMBER = "new_number"
    TYPING_ERROR = "typing_error"
    LOST_PHONE = "lost_phone"


class CancelReason(StrEnum):
    SENT_BY_MISTAKE = "sent_by_mistake"
    TOLD_OTHERWISE = "told_otherwise"
    WRONG_PHONE = "wrong_phone"


@dataclass(frozen=True, slots=True)
class Redriven:
    """`sent` are the new messages; `left` those that had not failed, whose notice came in another way, that are not the
    officer's, or were sent again before."""

    sent: tuple[UUID, ...]
    left: tuple[UUID, ...]


def resend_message(work: Work, actor: Actor, message_id: UUID, *, theirs: Theirs = _not_known) -> UUID:
    """The same text once more to the same address, as a message of its own that stands for this one.

    Raises DomainError: not_found; message_under_way while it may still arrive by itself; message_expired;
    message_not_sendable for the inbox; message_replaced when it was sent again before; message_not_wanted on a channel
    that the person does not want any more; message_unreadable; message_address_ended for a phone that is no longer
    `theirs`.
    """
    held = _held(work, actor, message_id)
    made = _again(work, held, None, Clause("resent"), theirs)
    write_audit(work.session, actor, "message.resend", "delivery", message_id, made=str(made))
    return made


def redirect_message(work: Work, actor: Actor, message_id: UUID, phone: str, reason: RedirectReason) -> UUID:
    """The same text to another phone (E.164) that the officer has from the citizen. The dossier keeps its own phone.

    Raises as `resend_message` does.
    """
    held = _held(work, actor, message_id)
    made = _again(work, held, phone, Clause(f"redirected_{reason}"))
    write_audit(work.session, actor, "message.redirect", "delivery", message_id, made=str(made), reason=str(reason))
    return made


def cancel_message(work: Work, actor: Actor, message_id: UUID, reason: CancelReason) -> None:
    """Stops a message that has not left, with those that stand by for it.

    Raises DomainError: not_found; message_left (with its state) once it cannot be called back.
    """
    held = _held(work, actor, message_id)
    if DeliveryState(held.state) not in SENDABLE:
        raise DomainError("message_left", state=held.state)
    rows = work.session.scalars(
        select(Delivery)
        .where(
            Delivery.notification_id == held.notification_id,
            Delivery.position >= held.position,
            Delivery.state.in_([str(state) for state in SENDABLE]),
        )
        .with_for_update()
    ).all()
    for row in rows:
        row.state = str(DELIVERY_MOVES.move(DeliveryState(row.state), DeliveryEvent.CANCEL))
        row.code, row.reason, row.due_at, row.settled_at = CANCELLED_BY_OFFICER, str(reason), None, func.now()
    write_audit(work.session, actor, "message.cancel", "delivery", message_id, reason=str(reason))


def redrive_messages(work: Work, actor: Actor, ids: Collection[UUID], *, theirs: Theirs = _not_known) -> Redriven:
    """Sends messages that failed again, each once; of agencies not the officer's none. At most MOST_AT_ONCE."""
    sent, left = [], []
    # In one order, so that two who try the same ones at the same moment wait for each other in one direction.
    for message_id in sorted(set(ids))[:MOST_AT_ONCE]:
        try:
            held = _held(work, actor, message_id)
            if DeliveryState(held.state) not in FAILED or _told_otherwise(work.session, held):
                raise DomainError("message_under_way", state=held.state)
            sent.append(_again(work, held, None, Clause("resent_together"), theirs))
        except DomainError:
            left.append(message_id)
    write_audit(work.session, actor, "dead_letters.redrive", "agency", None, sent=len(sent), left=len(left))
    return Redriven(tuple(sent), tuple(left))


def _told_otherwise(session: Session, held: Delivery) -> bool:
    """Whether its notice has reached the phone in another way, or still may."""
    others = select(Delivery.id).where(
        Delivery.notification_id == held.notification_id,
        Delivery.id != held.id,
        Delivery.channel.in_(PUSHING),
        Delivery.state.not_in([str(state) for state in (*FAILED, DeliveryState.CANCELLED)]),
    )
    return session.scalar(others.limit(1)) is not None


def _held(work: Work, actor: Actor, message_id: UUID) -> Delivery:
    """The message under lock; absent outside the officer's agencies. The system itself sees every agency."""
    query = select(Delivery).where(Delivery.id == message_id).with_for_update()
    query = query.execution_options(populate_existing=True)
    if actor.agency_code is not None:
        query = query.where(in_subtree(Delivery.agency_code, actor.agency_code))
    held = work.session.scalar(query)
    if held is None:
        raise DomainError("not_found")
    return held


def _again(work: Work, held: Delivery, phone: str | None, why: Clause, theirs: Theirs = _not_known) -> UUID:
    """To `phone`, or to where it went before."""
    _check(work.session, held)
    session, vault = work.session, work.vault
    try:
        address = phone or vault.open(ADDRESS_FIELD, held.id, held.address)
        body = vault.open(BODY_FIELD, held.id, held.body)
    except VaultError:
        raise DomainError("message_unreadable") from None
    told = session.get_one(Notification, held.notification_id)
    # Another phone is the officer's word; the old one may be somebody else's by now.
    if phone is None and told.person_id is not None and not theirs(told.person_id, address):
        raise DomainError("message_address_ended")
    session.execute(text("SELECT 1 FROM notification WHERE id = :id FOR UPDATE"), {"id": held.notification_id})
    latest = session.scalar(
        select(func.max(Delivery.turn)).where(
            Delivery.notification_id == held.notification_id, Delivery.channel == held.channel
        )
    )
    made = Delivery(**_copy(vault, held, address, body), why=dump_why((why,)), turn=(latest or 0) + 1)
    session.add(made)
    session.flush()
    ring_after_commit(session, SEND)
    return made.id


def _check(session: Session, held: Delivery) -> None:
    if Channel(held.channel) not in PUSHING:
        raise DomainError("message_not_sendable")
    if DeliveryState(held.state) not in _RESENDABLE:
        raise DomainError("message_under_way", state=held.state)
    if session.scalar(select(Delivery.id).where(Delivery.replaces == held.id).limit(1)) is not None:
        raise DomainError("message_replaced")
    if held.valid_until is not None:
        raise DomainError("message_expired")
    if not _still_wanted(session, held):
        raise DomainError("message_not_wanted")


def _still_wanted(session: Session, held: Delivery) -> bool:
    """A channel that needs consent is used while there is some. Texts need none, and an officer has a reason."""
    channel = Channel(held.channel)
    if WANTED_UNSAID[channel]:
        return True
    told = session.get_one(Notification, held.notification_id)
    if told.person_id is None:
        return False
    wish = told.person_id, Purpose(told.purpose)
    return wanted_channels(session, [wish])[wish].get(channel, False)


def _copy(vault: Vault, held: Delivery, address: str, body: str) -> dict[str, Any]:
    row = new_id()
    return {
        "id": row,
        "notification_id": held.notification_id,
        "dossier_id": held.dossier_id,
        "agency_code": held.agency_code,
        "channel": held.channel,
        "position": held.position,
        "replaces": held.id,
        "template": held.template,
        "template_version": held.template_version,
        "priority": held.priority,
        **sealed(vault, row, address, body),
        "parts": held.parts,
    }
