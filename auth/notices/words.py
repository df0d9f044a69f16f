"""What people are told of their accounts, their organisations and their keys, read when it is about to be written."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from auth.organisations.service.claim_news import read_claim_news
from auth.organisations.service.client_news import read_clients_news
from auth.service import former_phones, phones
from kernel.notices import Facts, Notice, Place, ToPerson, ToPhone, each
from kernel.outbox import OutboxEvent
from kernel.part import Container
from kernel.work import Work
from procedures.part import CATALOGUE

_BY_TEXT: Final = ("sms",)


def _work(container: Container, session: Session) -> Work:
    return Work(session, container.vault, container.clock)


def _code(container: Container, session: Session, event: OutboxEvent) -> Notice | None:
    found = phones.read_proof_message(_work(container, session), UUID(event.payload["proof_id"]))
    return None if found is None else code_notice(found)


def code_notice(found: phones.ProofMessage) -> Notice:
    """A one-time code for a phone; worthless once its time is over, so it is never sent after that."""
    facts: Facts = {"otp": found.code, "until": found.valid_until}
    return Notice("phone_proof.code", [ToPhone(found.phone)], facts, by=_BY_TEXT, valid_until=found.valid_until)


def _phone_ended(container: Container, session: Session, event: OutboxEvent) -> Notice | None:
    """Whoever lost a number to another person finds it in the app."""
    former = former_phones.ended_phone(_work(container, session), UUID(event.payload["phone_id"]))
    if former is None or event.payload["reason"] != "passed_on":
        return None
    return Notice("account.phone_passed_on", [ToPerson(former.person_id)], {"phone": f"…{former.number[-3:]}"}, by=())


def _account(template: str, event: OutboxEvent) -> Notice:
    return Notice(template, [ToPerson(UUID(event.payload["person_id"]))], {}, by=())


def _claim(container: Container, session: Session, event: OutboxEvent) -> Notice:
    """An organisation's own notices are paid by the system."""
    news = read_claim_news(_work(container, session), event.payload)
    facts = {"owner": news.organisation, "reason": news.reason}
    return Notice(event.kind, [ToPerson(person) for person in news.people], facts, by=_BY_TEXT)


def _clients(container: Container, session: Session, event: OutboxEvent) -> Notice:
    """An agency pays for what is told of its own keys."""
    news = read_clients_news(_work(container, session), event.payload)
    name = news.organisation or container.get(CATALOGUE).agency(session, news.agency_code or "").name
    # Its number may be a person's own, so a name that cannot be spelled is stood for by what it is to the reader.
    owner = Place(name, "Tổ chức của ông/bà", "")
    facts: Facts = {"owner": owner, "keys": ", ".join(news.keys), "heir": news.heir, "last_day": news.until}
    return Notice(event.kind, [ToPerson(person) for person in news.people], facts, news.agency_code, by=_BY_TEXT)


CODES: Final = each(_code)
ENDED_PHONES: Final = each(_phone_ended)
CORRECTED_NUMBERS: Final = each(lambda _container, _session, event: _account("account.number_corrected", event))
SECOND_ACCOUNTS: Final = each(lambda _container, _session, event: _account("account.second_account", event))
CLAIMS: Final = each(_claim)
CLIENTS: Final = each(_clients)
