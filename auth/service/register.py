"""People entered by others before they have ever logged in: by their personal number, under the name they are given."""

from datetime import date

from auth import store
from auth.models import IDENTITY_FIELD, Person
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.ids import new_id
from kernel.texts.vietnam import BadIdentityNumber, parse_identity_number
from kernel.work import Work


def enter_person(work: Work, identity_number: str, full_name: str, *, level: int = 1) -> Person:
    """The person of this number, made known if new; who is known keeps the name the eID provider gave.

    Raises `invalid_fields` for what is no personal number.
    """
    try:
        number = parse_identity_number(identity_number, today=local(work.now()).date()).number
    except BadIdentityNumber as error:
        raise DomainError("invalid_fields", fields=[FieldError("/identity_number", error.code)]) from None
    index, row = work.vault.index(IDENTITY_FIELD, number), new_id()
    store.lock_identities(work.session, index)
    store.add_person_once(
        work.session,
        {
            "id": row,
            "identity_number": work.vault.seal(IDENTITY_FIELD, row, number),
            "identity_index": index,
            "full_name": full_name,
            "identity_level": level,
        },
    )
    person = store.person_of_number(work.session, index)
    if person is None:
        raise LookupError("a person just added is gone")
    return person


def check_days(first: date, last: date | None) -> None:
    """Raises `invalid_fields` for an end before the beginning."""
    if last is not None and last < first:
        raise DomainError("invalid_fields", fields=[FieldError("/valid_to", "date_order")])
