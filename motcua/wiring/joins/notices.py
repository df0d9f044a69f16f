"""Where notify reads what a message says, as kept by tracking and auth: a part of `wiring`, which alone imports it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from auth.organisations.service.claim_news import read_claim_news
from auth.organisations.service.client_news import read_clients_news
from auth.service import former_phones, phones
from auth.service.officers import admins_of, officers_with, person_in_office
from kernel.clock import Clock, local
from kernel.part import Container
from kernel.vault import Vault
from kernel.work import Work
from notify.notices.account import FormerPhone
from notify.notices.lodging import DECIDED, IN_DOUBT, SETTLED, LodgingWord
from notify.notices.organisation import OrganisationWord
from notify.notices.supplement import OfficerWord, SupplementReminder
from notify.planning.addressees import Addressee
from notify.ports import DossierNotice, OneTimeCode
from notify.templates.forms import Place, Value
from residence.events import APPROVED, TO_POLICE
from residence.notices.decisions import decision_notice
from residence.notices.lodgings import LodgingNotice, lodging_notice
from residence.ports import FrontDesk
from tracking.office import Office
from tracking.part import OFFICE
from tracking.service.notices import NoticeFacts, read_notices
from tracking.service.supplements import read_ended


@dataclass(frozen=True, slots=True)
class NoticeDesk:
    """Notify's source of what a status notice says, kept by tracking."""

    vault: Vault
    clock: Clock
    office: Office

    def notices(self, session: Session, payloads: Sequence[dict[str, Any]]) -> list[DossierNotice | None]:
        work = Work(session, self.vault, self.clock)
        changes = [(UUID(payload["dossier_id"]), UUID(payload["timeline_id"])) for payload in payloads]
        found = read_notices(work, self.office, changes)
        kept = {(facts.applicant_id, facts.phone) for facts in found if facts is not None}
        phone = former_phones.phones_to_tell(work, kept)
        return [
            None if facts is None else _notice(facts, phone[facts.applicant_id, facts.phone] or "") for facts in found
        ]


def _notice(facts: NoticeFacts, phone: str) -> DossierNotice:
    return DossierNotice(
        person_id=facts.applicant_id,
        agency_code=facts.agency_code,
        phone=phone,
        language=facts.language,
        code=facts.code,
        agency=facts.agency,
        handler_name=facts.handler_name,
        handler_unit="Bộ phận Tiếp nhận và Trả kết quả",
        received_at=facts.received_at,
        at=facts.at,
        status=facts.status,
        due_at=facts.due_at,
        answer_by=facts.answer_by,
        reason=facts.reason,
        fee_vnd=facts.fee_vnd,
        last_day=facts.supplement_due_at and local(facts.supplement_due_at).date(),
    )


@dataclass(frozen=True, slots=True)
class SupplementWords:
    """Notify's source of what is told when the term of a supplement ends, kept by tracking; officers are auth's."""

    vault: Vault
    clock: Clock
    office: Office

    def reminder(self, session: Session, payload: Mapping[str, Any]) -> SupplementReminder | None:
        work = Work(session, self.vault, self.clock)
        (facts,) = read_notices(work, self.office, [(UUID(payload["dossier_id"]), UUID(payload["timeline_id"]))])
        if facts is None or not facts.is_waiting or facts.supplement_due_at is None:
            return None
        kept = (facts.applicant_id, facts.phone)
        phone = former_phones.phones_to_tell(work, {kept})[kept]
        return SupplementReminder(_notice(facts, phone or ""), facts.supplement_due_at)

    def ended(self, session: Session, payload: Mapping[str, Any]) -> OfficerWord:
        work = Work(session, self.vault, self.clock)
        ended = read_ended(work, self.office, UUID(payload["dossier_id"]))
        handler = None if ended.handler_id is None else person_in_office(work, ended.handler_id)
        people = admins_of(work, ended.agency_code) if handler is None else [handler]
        last_day = local(datetime.fromisoformat(payload["due_at"])).date()
        return OfficerWord(
            people=[Addressee(person, None) for person in people],
            agency_code=ended.agency_code,
            facts={"agency": ended.agency, "code": ended.code, "last_day": last_day},
        )


@dataclass(frozen=True, slots=True)
class ProofDesk:
    """Notify's source of one-time codes, kept by auth."""

    vault: Vault
    clock: Clock

    def one_time_code(self, session: Session, proof_id: UUID) -> OneTimeCode | None:
        found = phones.read_proof_message(Work(session, self.vault, self.clock), proof_id)
        if found is None:
            return None
        return OneTimeCode(found.phone, "vi", found.code, found.valid_until)


@dataclass(frozen=True, slots=True)
class LodgingWords:
    """Notify's source of what lodgings are told, kept by residence; the phones are auth's."""

    vault: Vault
    clock: Clock
    desk: FrontDesk

    def word(self, session: Session, kind: str, payload: Mapping[str, Any]) -> LodgingWord | None:
        work = Work(session, self.vault, self.clock)
        if kind in DECIDED:
            return _decided(work, self.desk, kind, dict(payload))
        told = lodging_notice(work, self.desk, UUID(payload["lodging_id"]), dict(payload))
        if not told.still_needed:
            return None
        return LodgingWord(
            template=_template_of(kind, payload),
            agency_code=told.agency_code,
            people=_reached(work, told.people),
            facts=_facts(told),
            prefers=told.channel,
        )


def _decided(work: Work, desk: FrontDesk, kind: str, payload: dict[str, Any]) -> LodgingWord:
    told = decision_notice(work, desk, payload)
    police = kind in TO_POLICE
    people = officers_with(work, told.agency_code, "resident_police") if police else told.people
    without = kind == APPROVED and not told.account_works
    facts: dict[str, Value | None] = {"lodging": _place(told.lodging, told.kind, told.address), "at": told.at}
    return LodgingWord(
        template=f"{kind}_without_account" if without else kind,
        agency_code=told.agency_code,
        people=_reached(work, people),
        facts={**facts, "reason": told.reason},
        prefers="inbox" if police else told.channel,
    )


def _reached(work: Work, people: Sequence[UUID]) -> tuple[Addressee, ...]:
    return tuple(Addressee(person, phones.latest_phone(work, person)) for person in people)


# By what anybody calls a lodging of each kind, in a text that cannot spell its name.
_KINDS: Final[Mapping[str, str]] = {
    "hotel": "Khách sạn",
    "guest_house": "Nhà nghỉ",
    "homestay": "Homestay",
    "apartment": "Căn hộ du lịch",
    "medical": "Cơ sở y tế",
    "boarding_house": "Nhà trọ",
    "other": "Cơ sở lưu trú",
}


def _facts(told: LodgingNotice) -> dict[str, Value | None]:
    place = _place(told.lodging, told.kind, told.address)
    facts: dict[str, Value | None] = {"lodging": place, "night": told.night, "deadline": told.due_at}
    if told.batch is not None:
        counts = {"accepted": told.batch.accepted, "refused": told.batch.refused, "rejected": told.batch.rejected}
        facts |= {**counts, "state": told.batch.state}
    return facts


def _place(name: str, kind: str, address: str) -> Place:
    return Place(name, _KINDS.get(kind, _KINDS["other"]), address)


def _template_of(kind: str, payload: Mapping[str, Any]) -> str:
    if kind == SETTLED:
        return "residence.batch_settled"
    if kind == IN_DOUBT:
        return "residence.in_doubt"
    return "residence.last_reminder" if payload["step"] == "second" else "residence.reminder"


@dataclass(frozen=True, slots=True)
class OrganisationWords:
    """Notify's source of what organisations are told, and agencies of their keys, kept by auth."""

    vault: Vault
    clock: Clock
    office: Office

    def word(self, session: Session, payload: Mapping[str, Any]) -> OrganisationWord:
        work = Work(session, self.vault, self.clock)
        if "client_ids" not in payload:
            claim = read_claim_news(work, payload)
            return OrganisationWord(
                people=tuple(Addressee(person, phones.latest_phone(work, person)) for person in claim.people),
                facts={"owner": claim.organisation, "reason": claim.reason},
            )
        news = read_clients_news(work, payload)
        name = news.organisation or self.office.catalogue.agency(session, news.agency_code or "").name
        # Its number may be a person's own, so a name that cannot be spelled is stood for by what it is to the reader.
        owner = Place(name, "Tổ chức của ông/bà", "")
        return OrganisationWord(
            people=tuple(Addressee(person, phones.latest_phone(work, person)) for person in news.people),
            facts={"owner": owner, "keys": ", ".join(news.keys), "heir": news.heir, "last_day": news.until},
            agency_code=news.agency_code,
        )


@dataclass(frozen=True, slots=True)
class AgencyAdmins:
    """Notify's source of who looks after an agency: auth's officers, the catalogue's names."""

    vault: Vault
    clock: Clock
    office: Office

    def admins(self, session: Session, agency_code: str) -> Sequence[UUID]:
        return admins_of(Work(session, self.vault, self.clock), agency_code)

    def agency_name(self, session: Session, agency_code: str) -> str:
        return self.office.catalogue.agency(session, agency_code).name


@dataclass(frozen=True, slots=True)
class AccountWords:
    """Notify's source of what happened to somebody's account, kept by auth."""

    vault: Vault
    clock: Clock

    def ended_phone(self, session: Session, phone_id: UUID) -> FormerPhone | None:
        found = former_phones.ended_phone(Work(session, self.vault, self.clock), phone_id)
        return None if found is None else FormerPhone(found.person_id, found.number)


def open_dossiers(container: Container) -> NoticeDesk:
    return NoticeDesk(container.vault, container.clock, container.get(OFFICE))


def open_codes(container: Container) -> ProofDesk:
    return ProofDesk(container.vault, container.clock)
