"""Numbers that people held once: nothing is sent there for them any more."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from auth import store
from auth.models import PHONE_FIELD, Phone
from kernel.work import Work


@dataclass(frozen=True, slots=True)
class EndedPhone:
    person_id: UUID
    number: str = field(repr=False)


def ended_phone(work: Work, phone_id: UUID) -> EndedPhone | None:
    """Whose number (E.164) ended; None for one that they have proved again since."""
    phone = work.session.get(Phone, phone_id)
    if phone is None or not store.has_ended(work.session, phone.person_id, phone.number_index):
        return None
    return EndedPhone(phone.person_id, work.vault.open(PHONE_FIELD, phone.id, phone.number))


def no_longer_theirs(work: Work, person_id: UUID, phone: str) -> bool:
    """Whether a number (E.164) that a person held once is not theirs any more: nothing goes there for them."""
    return store.has_ended(work.session, person_id, work.vault.index(PHONE_FIELD, phone))


def phones_to_tell(work: Work, kept: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], str | None]:
    """Where notices go that were to go to a person's `kept` number: there while it is theirs, else to the one they
    proved last, if any."""
    rows = store.every_phone_of(work.session, {person_id for person_id, _ in kept})
    told: dict[tuple[UUID, str], str | None] = {}
    for person_id, number in kept:
        index = work.vault.index(PHONE_FIELD, number)
        theirs = [row for row in rows if row.person_id == person_id]
        same = [row for row in theirs if row.number_index == index]
        held = [row for row in theirs if row.ended_at is None]
        if not same or any(row.ended_at is None for row in same):
            told[person_id, number] = number
        else:
            told[person_id, number] = work.vault.open(PHONE_FIELD, held[0].id, held[0].number) if held else None
    return told
