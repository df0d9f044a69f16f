"""Whom notices go to, as auth knows people, their phones and their offices."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from auth.service import former_phones, phones
from auth.service.officers import admins_of, officers_with, person_in_office
from kernel.clock import Clock
from kernel.notices import Audience, ToOffice, ToOfficer, ToPerson, ToPhone
from kernel.part import Container
from kernel.vault import Vault
from kernel.work import Work
from notify.ports import Contact

_ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Directory:
    """Notify's source of contacts."""

    vault: Vault
    clock: Clock

    def find(self, session: Session, audiences: Sequence[Sequence[Audience]]) -> list[list[Contact]]:
        work = Work(session, self.vault, self.clock)
        kept = {
            (each.person_id, each.phone)
            for audience in audiences
            for each in audience
            if isinstance(each, ToPerson) and each.phone is not None
        }
        current = former_phones.phones_to_tell(work, kept) if kept else {}
        found = []
        for audience in audiences:
            contacts: list[Contact] = []
            for each in audience:
                if isinstance(each, ToPerson) and each.phone is not None:
                    phone = current[each.person_id, each.phone]
                    contacts.append(Contact(each.person_id, phone, each.language))
                else:
                    contacts += _contacts(work, each)
            found.append(contacts)
        return found


def _contacts(work: Work, who: Audience) -> list[Contact]:
    if isinstance(who, ToPhone):
        return [Contact(None, who.phone, who.language)]
    if isinstance(who, ToPerson):
        return [Contact(who.person_id, phones.latest_phone(work, who.person_id), who.language)]
    if isinstance(who, ToOffice):
        people = (
            admins_of(work, who.agency_code) if who.role == _ADMIN else officers_with(work, who.agency_code, who.role)
        )
        return [Contact(person, phones.latest_phone(work, person)) for person in people]
    return _officer(work, who)


def _officer(work: Work, who: ToOfficer) -> list[Contact]:
    holder = person_in_office(work, who.officer_id)
    people = admins_of(work, who.agency_code) if holder is None else [holder]
    return [Contact(person, phones.latest_phone(work, person)) for person in people]


def open_contacts(container: Container) -> Directory:
    return Directory(container.vault, container.clock)
