"""The in-app inbox: what a person was told, whatever became of the text messages."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kernel.actor import Actor
from kernel.errors import DomainError
from kernel.vault import VaultError
from kernel.work import Work
from notify.models import BODY_FIELD, Delivery, Notification
from notify.planning.plan import Channel
from notify.registers import InboxRead

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One notice. `read_at` is null until the person opens it. `event` names what happened, for the app's icons."""

    id: UUID
    event: str
    title: str
    body: str
    language: str
    dossier_id: UUID | None
    at: datetime
    read_at: datetime | None


def list_inbox(work: Work, actor: Actor, *, limit: int, before: UUID | None = None) -> Sequence[InboxItem]:
    """The caller's newest items, at most `limit`; those older than the item `before`."""
    query = (
        select(
            Delivery.id,
            Delivery.body,
            Delivery.dossier_id,
            Delivery.created_at,
            Notification.kind,
            Notification.language,
            InboxRead.read_at,
        )
        .join(Notification, Notification.id == Delivery.notification_id)
        .outerjoin(InboxRead, InboxRead.delivery_id == Delivery.id)
        .where(Notification.person_id == actor.person_id, Delivery.channel == str(Channel.INBOX))
        .order_by(Notification.id.desc())
        .limit(limit)
    )
    if before is not None:
        place = select(Delivery.notification_id).where(Delivery.id == before).scalar_subquery()
        query = query.where(Notification.id < place)
    return [_item(work, row) for row in work.session.execute(query)]


def count_unread(work: Work, actor: Actor) -> int:
    """How many items the caller has not opened yet."""
    query = (
        select(func.count())
        .select_from(Delivery)
        .join(Notification, Notification.id == Delivery.notification_id)
        .outerjoin(InboxRead, InboxRead.delivery_id == Delivery.id)
        .where(
            Notification.person_id == actor.person_id,
            Delivery.channel == str(Channel.INBOX),
            InboxRead.delivery_id.is_(None),
        )
    )
    return work.session.scalar(query) or 0


def mark_read(work: Work, actor: Actor, item_id: UUID) -> None:
    """Opened; the first time counts. Raises DomainError("not_found") for an item that is not the caller's."""
    owner = work.session.scalar(
        select(Notification.person_id)
        .join(Delivery, Delivery.notification_id == Notification.id)
        .where(Delivery.id == item_id, Delivery.channel == str(Channel.INBOX))
    )
    if owner is None or owner != actor.person_id:
        raise DomainError("not_found")
    work.session.execute(insert(InboxRead).values(delivery_id=item_id).on_conflict_do_nothing())


def _opened(work: Work, row: Any) -> dict[str, str]:
    """One that cannot be opened must not take the others with it."""
    try:
        told: dict[str, str] = json.loads(work.vault.open(BODY_FIELD, row.id, row.body))
    except VaultError:
        _log.error("notify.unreadable", delivery_id=str(row.id))
        return {"title": "", "body": ""}
    return told


def _item(work: Work, row: Any) -> InboxItem:
    told = _opened(work, row)
    return InboxItem(
        id=row.id,
        event=row.kind,
        title=told["title"],
        body=told["body"],
        language=row.language,
        dossier_id=row.dossier_id,
        at=row.created_at,
        read_at=row.read_at,
    )
