"""What lodgings' people and the police are told: a night that is not filed, guests in doubt, lists, decisions."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.notices import Audience, Notice, Place, ToOffice, ToPerson, Value, each
from kernel.outbox import OutboxEvent
from kernel.part import Container
from kernel.work import Work
from residence.events import APPROVED, TO_POLICE
from residence.notices.decisions import decision_notice
from residence.notices.lodgings import LodgingNotice, lodging_notice
from residence.part import FRONT_DESK

_POLICE: Final = "resident_police"
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


def _night(container: Container, session: Session, event: OutboxEvent) -> Notice | None:
    """Everybody who may declare for the lodging hears of it, each over the channels they want."""
    work = Work(session, container.vault, container.clock)
    told = lodging_notice(work, container.get(FRONT_DESK), UUID(event.payload["lodging_id"]), dict(event.payload))
    if not told.still_needed:
        return None
    return Notice(
        _template_of(event),
        [ToPerson(person) for person in told.people],
        _facts(told),
        told.agency_code,
        unsaid=preferred(told.channel),
        # Nobody can do any more what they would be reminded of.
        valid_until=told.due_at if event.kind == "residence.reminder" else None,
    )


def _decision(container: Container, session: Session, event: OutboxEvent) -> Notice:
    """Of a registration the police hear, who must decide; of the others the lodging's people."""
    work = Work(session, container.vault, container.clock)
    told = decision_notice(work, container.get(FRONT_DESK), dict(event.payload))
    police = event.kind in TO_POLICE
    who: list[Audience] = (
        [ToOffice(told.agency_code, _POLICE)] if police else [ToPerson(person) for person in told.people]
    )
    without = event.kind == APPROVED and not told.account_works
    facts: dict[str, Value | None] = {"lodging": _place(told.lodging, told.kind, told.address), "at": told.at}
    return Notice(
        f"{event.kind}_without_account" if without else event.kind,
        who,
        {**facts, "reason": told.reason},
        told.agency_code,
        unsaid=preferred("inbox" if police else told.channel),
    )


NIGHTS: Final = each(_night)
DECISIONS: Final = each(_decision)


def preferred(channel: str) -> dict[str, bool]:
    """What holds for a person who said nothing. The inbox alone asks for quiet. A lodging's word is no consent of its
    people: Zalo is for those who switched it on themselves, and all others get a text."""
    return {"sms": channel != "inbox"}


def _facts(told: LodgingNotice) -> dict[str, Value | None]:
    place = _place(told.lodging, told.kind, told.address)
    facts: dict[str, Value | None] = {"lodging": place, "night": told.night, "deadline": told.due_at}
    if told.batch is not None:
        counts = {"accepted": told.batch.accepted, "refused": told.batch.refused, "rejected": told.batch.rejected}
        facts |= {**counts, "state": told.batch.state}
    return facts


def _place(name: str, kind: str, address: str) -> Place:
    return Place(name, _KINDS.get(kind, _KINDS["other"]), address)


def _template_of(event: OutboxEvent) -> str:
    if event.kind == "residence.settled":
        return "residence.batch_settled"
    if event.kind == "residence.in_doubt":
        return "residence.in_doubt"
    return "residence.last_reminder" if event.payload["step"] == "second" else "residence.reminder"
