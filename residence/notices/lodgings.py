"""What a notice to a lodging's people says, and whom it goes to; read when it is about to be written."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.work import Work
from residence import store
from residence.clock import filing_ends
from residence.models import Batch, Lodging
from residence.nights import store as night_store
from residence.nights.store import NightCounts
from residence.ports import FrontDesk
from residence.receipts.receipts import batch_counts
from residence.service.access import MANAGE, REPORT
from residence.service.batch_findings import still_rejected
from residence.states import LodgingState


@dataclass(frozen=True, slots=True)
class SettledBatch:
    """How many guests of a list were declared, how many of these the authority refused, and how many rows nobody has
    declared yet; `state` says in words a receptionist reads what became of the declared ones."""

    accepted: int
    refused: int
    rejected: int
    state: str


@dataclass(frozen=True, slots=True)
class LodgingNotice:
    """`people` may declare for the lodging; `channel` is the one it prefers. `due_at`: until when the night must be
    filed. `in_doubt` guests of that night wait for a person. `still_needed` is false when what the notice would say is
    no longer so: the night has been filed, the doubt settled, the lodging closed. `batch` is the list that settled."""

    people: tuple[UUID, ...]
    channel: str
    lodging: str
    kind: str
    address: str
    night: date
    due_at: datetime
    in_doubt: int
    still_needed: bool
    agency_code: str
    batch: SettledBatch | None = None


def lodging_notice(work: Work, desk: FrontDesk, lodging_id: UUID, payload: dict[str, Any]) -> LodgingNotice:
    """The facts for `residence.reminder` {lodging_id, night, step}, `residence.in_doubt` {lodging_id, night, items} and
    `residence.settled` {lodging_id, batch_id, state}.

    Raises `not_found`.
    """
    lodging = store.find_lodging(work.session, lodging_id)
    batch = work.session.get_one(Batch, UUID(payload["batch_id"])) if "batch_id" in payload else None
    night = date.fromisoformat(payload["night"]) if batch is None else batch.night
    in_doubt = night_store.night_counts(work.session, lodging.id, night).in_doubt
    nil = store.standing_nil(work.session, lodging.id, night) is not None
    unfiled = not nil and not store.has_guests(work.session, lodging.id, night)
    needed = batch is not None or (unfiled if "step" in payload else in_doubt > 0)
    return LodgingNotice(
        people=tuple(people_of(work, desk, lodging, {REPORT})),
        channel=lodging.reminder_channel,
        lodging=lodging.name,
        kind=lodging.kind,
        address=lodging.address,
        night=night,
        due_at=filing_ends(night),
        in_doubt=in_doubt,
        still_needed=lodging.state == LodgingState.ACTIVE and needed,
        agency_code=lodging.agency_code,
        batch=None if batch is None else _settled(work, batch),
    )


def _settled(work: Work, batch: Batch) -> SettledBatch:
    counts = batch_counts(work.session, batch.id, night_store.account_of(work.session, batch.lodging_id))
    return SettledBatch(batch.accepted, counts.refused, still_rejected(work, batch), ended(counts))


def ended(counts: NightCounts) -> str:
    """What became of the declared guests of a list of which nothing is to be done any more. Pure."""
    parts = []
    if counts.refused:
        parts.append(f"cổng từ chối {counts.refused} khách")
    if counts.in_doubt:
        parts.append(f"{counts.in_doubt} khách chưa rõ, cần kiểm tra")
    if parts:
        return ", ".join(parts)
    return "đã gửi, chờ cổng xác nhận" if counts.transmitted else "cổng đã xác nhận đủ"


def people_of(work: Work, desk: FrontDesk, lodging: Lodging, mandates: Set[str]) -> list[UUID]:
    """Members with one of these mandates who reach this lodging: those it names as its staff, else all of the
    organisation's."""
    people = []
    for member in desk.organisations.members(work, lodging.organisation_id):
        standing = desk.organisations.standings(work, member.person_id).get(lodging.organisation_id)
        if standing is None or standing.mandates.isdisjoint(mandates):
            continue
        narrowed = store.assignments(work.session, member.person_id).get(lodging.organisation_id)
        if MANAGE in standing.mandates or narrowed is None or lodging.id in narrowed:
            people.append(member.person_id)
    return people
