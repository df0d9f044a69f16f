"""What a notice of a lodging's registration, of a decision on it or of its account says, and whom it goes to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.work import Work
from residence import store
from residence.accounts.account import USABLE, AccountState
from residence.models import Lodging, LodgingChange
from residence.notices.lodgings import people_of
from residence.ports import FrontDesk
from residence.service.access import MANAGE, REPORT


@dataclass(frozen=True, slots=True)
class DecisionNotice:
    """`people` act for the lodging. `at` is when its state changed, `reason` what was given for it; neither is there
    for its account. `account_works`: whether declared guests are passed on."""

    people: tuple[UUID, ...]
    channel: str
    lodging: str
    kind: str
    address: str
    agency_code: str
    at: datetime | None
    reason: str | None
    account_works: bool


def decision_notice(work: Work, desk: FrontDesk, payload: dict[str, Any]) -> DecisionNotice:
    """The facts for the events of `residence.events`. Raises `not_found`."""
    lodging = store.find_lodging(work.session, UUID(payload["lodging_id"]))
    change = work.session.get_one(LodgingChange, UUID(payload["change_id"])) if "change_id" in payload else None
    return _notice(lodging, change, tuple(people_of(work, desk, lodging, {MANAGE, REPORT})))


def _notice(lodging: Lodging, change: LodgingChange | None, people: tuple[UUID, ...]) -> DecisionNotice:
    return DecisionNotice(
        people=people,
        channel=lodging.reminder_channel,
        lodging=lodging.name,
        kind=lodging.kind,
        address=lodging.address,
        agency_code=lodging.agency_code,
        at=None if change is None else change.at,
        reason=None if change is None else change.reason,
        account_works=AccountState(lodging.authority_state) in USABLE,
    )
