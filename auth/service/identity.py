"""Finds the person behind an identity that the eID provider vouches for, or makes them known."""

import structlog

from auth import store
from auth.eid.port import EidIdentity
from auth.eid.recognition import Recognition, recognise
from auth.models import BIRTH_FIELD, IDENTITY_FIELD, SUBJECT_FIELD, Person
from kernel.actor import SYSTEM
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.outbox import record_event
from kernel.texts.folding import search_key
from kernel.work import Work

NUMBER_CORRECTED = "person.number_corrected"
SECOND_ACCOUNT = "person.second_account"
_log = structlog.get_logger()


def know_person(work: Work, identity: EidIdentity) -> Person:
    """The person, with what the provider says of them now. Raises `identity_conflict` (see docs/decisions/0035)."""
    number, vault = identity.identity_number, work.vault
    subject_index = vault.index(SUBJECT_FIELD, f"{identity.issuer}\0{identity.subject}")
    number_index = None if number is None else vault.index(IDENTITY_FIELD, number)
    store.lock_identities(work.session, subject_index, number_index)
    by_subject = store.person_of_subject(work.session, subject_index)
    by_number = None if number_index is None else store.person_of_number(work.session, number_index)
    found = _recognise(work, identity, by_subject, by_number)
    if found is Recognition.CONFLICT:
        _log.warning("login.refused", reason="identity_conflict")
        raise DomainError("identity_conflict")
    if found is Recognition.SECOND_ACCOUNT and by_subject is not None:
        by_subject.subject_index = None
        # The subject is unique: it leaves one account before it comes to the other.
        work.session.flush()
    by_number_first = found in (Recognition.KNOWN_BY_NUMBER, Recognition.SECOND_ACCOUNT)
    person = (by_number if by_number_first else by_subject) or _added(work, identity, number_index, subject_index)
    person.subject_index = subject_index
    if number is not None and number_index != person.identity_index:
        person.identity_number = vault.seal(IDENTITY_FIELD, person.id, number)
        person.identity_index = number_index
    _follow_provider(work, person, identity)
    work.session.flush()
    _tell(work, person, found)
    return person


def _added(work: Work, identity: EidIdentity, number_index: bytes | None, subject_index: bytes) -> Person:
    """A new person, or whoever was entered by this number meanwhile."""
    row, number = new_id(), identity.identity_number
    store.add_person_once(
        work.session,
        {
            "id": row,
            "identity_number": None if number is None else work.vault.seal(IDENTITY_FIELD, row, number),
            "identity_index": number_index,
            "subject_index": subject_index,
            "full_name": identity.full_name,
            "identity_level": identity.level,
        },
    )
    found = None if number_index is None else store.person_of_number(work.session, number_index)
    found = found or store.person_of_subject(work.session, subject_index)
    if found is None:
        raise LookupError("a person just added is gone")
    return found


def _recognise(work: Work, identity: EidIdentity, by_subject: Person | None, by_number: Person | None) -> Recognition:
    return recognise(
        subject=None if by_subject is None else by_subject.id.int,
        number=None if by_number is None else by_number.id.int,
        said=identity.identity_number is not None,
        numbered=by_subject is not None and by_subject.identity_index is not None,
        alike=by_subject is not None and _alike(work, by_subject, identity),
    )


def _alike(work: Work, person: Person, identity: EidIdentity) -> bool:
    """Whether the account has the name or the birth date of this identity."""
    if person.birth_date is not None and identity.birth_date is not None:
        born = work.vault.open(BIRTH_FIELD, person.id, person.birth_date)
        if born == identity.birth_date.isoformat():
            return True
    return bool(identity.full_name) and search_key(person.full_name) == search_key(identity.full_name)


def _follow_provider(work: Work, person: Person, identity: EidIdentity) -> None:
    """The provider is the authority on names, birth dates and levels; what it leaves out is kept."""
    person.full_name = identity.full_name or person.full_name
    person.identity_level = identity.level
    if identity.birth_date is not None:
        person.birth_date = work.vault.seal(BIRTH_FIELD, person.id, identity.birth_date.isoformat())
    elif identity.birth_part is not None and person.birth_date is None:
        person.birth_date = work.vault.seal(BIRTH_FIELD, person.id, identity.birth_part)
    person.updated_at = work.now()


def _tell(work: Work, person: Person, found: Recognition) -> None:
    """Writes down that a number came or changed, and lets the person know of what they may not have expected."""
    if found in (Recognition.NUMBER_APPEARED, Recognition.NUMBER_CORRECTED, Recognition.SECOND_ACCOUNT):
        write_audit(work.session, SYSTEM, f"person.{found}", "person", person.id)
    if found is Recognition.NUMBER_CORRECTED:
        record_event(work.session, NUMBER_CORRECTED, person.id, {"person_id": str(person.id)})
    elif found is Recognition.SECOND_ACCOUNT:
        record_event(work.session, SECOND_ACCOUNT, person.id, {"person_id": str(person.id)})
