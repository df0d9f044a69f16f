"""Tracking's register of people, kept by auth."""

from uuid import UUID

from auth.service import people, phones
from kernel.part import Container
from kernel.work import Work
from tracking.office import PersonCard


class Register:
    """People and officers, as tracking asks for them."""

    def person_card(self, work: Work, person_id: UUID) -> PersonCard:
        found = people.person_details(work, person_id)
        if found is None:
            raise LookupError("a dossier's applicant is not in the register")
        return PersonCard(found.full_name, found.identity_number, found.birth_date)

    def officer_name(self, work: Work, officer_id: UUID) -> str:
        return people.officer_name(work, officer_id) or ""

    def person_with_identity(self, work: Work, number: str) -> UUID | None:
        return people.person_with_identity(work, number)

    def has_proved_phone(self, work: Work, person_id: UUID, phone: str) -> bool:
        return phones.verified_phone(work, person_id, phone)


def open_people(_container: Container) -> Register:
    return Register()
