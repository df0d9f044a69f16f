"""What other packages may know of people and officers, through ports wired at boot."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from auth import store
from auth.models import BIRTH_FIELD, IDENTITY_FIELD, PHONE_FIELD, Person
from kernel.work import Work

_NAME = text("SELECT display_name FROM officer WHERE id = :id")
_WHOLE_DATE = len("YYYY-MM-DD")
_ATTEMPTS_KEPT = timedelta(days=1)
_PROOFS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Contact:
    """`phone` is the number proved last, in E.164."""

    full_name: str
    phone: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """`identity_number` is None only where the eID provider gives none."""

    full_name: str
    identity_number: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    identity_level: int


def person_contact(work: Work, person_id: UUID) -> Contact | None:
    person = work.session.get(Person, person_id)
    if person is None:
        return None
    phones = store.phones_of(work.session, person_id)
    number = work.vault.open(PHONE_FIELD, phones[0].id, phones[0].number) if phones else None
    return Contact(person.full_name, number)


def person_details(work: Work, person_id: UUID) -> PersonDetails | None:
    """For the slip and for pre-filling a form. Whoever reads another person's writes the audit row."""
    person = work.session.get(Person, person_id)
    if person is None:
        return None
    number, born = person.identity_number, known_birth(work, person)
    return PersonDetails(
        full_name=person.full_name,
        identity_number=None if number is None else work.vault.open(IDENTITY_FIELD, person.id, number),
        birth_date=None if born is None or len(born) < _WHOLE_DATE else date.fromisoformat(born),
        identity_level=person.identity_level,
    )


def birth_of(work: Work, person_id: UUID) -> str | None:
    """A person's birth as far as it is known: YYYY-MM-DD, YYYY-MM or YYYY, as forms take it."""
    person = work.session.get(Person, person_id)
    return None if person is None else known_birth(work, person)


def known_birth(work: Work, person: Person) -> str | None:
    return None if person.birth_date is None else work.vault.open(BIRTH_FIELD, person.id, person.birth_date)


def person_with_identity(work: Work, number: str) -> UUID | None:
    """Whose personal identity number this is. Whoever asks writes the audit row."""
    person = store.person_of_number(work.session, work.vault.index(IDENTITY_FIELD, number))
    return None if person is None else person.id


def officer_name(work: Work, officer_id: UUID) -> str | None:
    """The name by which an officer signs, also after the office has ended."""
    return work.session.connection().execute(_NAME, {"id": officer_id}).scalar()


def forget_ended(work: Work) -> None:
    """Removes log-in attempts and phone proofs that nobody will ask about again; run it now and then."""
    now = work.now()
    store.delete_ended(work.session, attempts_before=now - _ATTEMPTS_KEPT, proofs_before=now - _PROOFS_KEPT)
