"""A lodging's night at a glance: what was declared, what became of it, and what being late may cost."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.work import Work
from residence import batch_store, night_store, store
from residence.account import KnownAccount
from residence.clock import Exposure, NightState, exposure, filing_ends, night_ends, night_state
from residence.night_store import NightCounts
from residence.ports import FrontDesk
from residence.service.access import lodging_for
from residence.service.accounts import known_account
from residence.service.batches import still_rejected


@dataclass(frozen=True, slots=True)
class Night:
    """`staying` counts everyone who stays that night, `counts` its arrivals; `rejected` are rows of the night's newest
    file that could not be taken and were not declared since. `account` is the lodging's at the authority's portal.
    `exposure` is for late and rejected ones together.
    """

    night: date
    state: NightState
    staying: int
    counts: NightCounts
    account: KnownAccount
    nil: bool
    rejected: int
    due_at: datetime
    closes_at: datetime
    exposure: Exposure | None


def read_night(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, night: date) -> Night:
    """Raises `not_found`, `mandate_missing`. Shown to the lodging alone: what it risks is nobody else's business."""
    lodging = lodging_for(work, actor, desk, lodging_id, "read")
    session = work.session
    counts = night_store.night_counts(session, lodging.id, night)
    staying = night_store.guests_over(session, lodging.id, night)
    nil = store.standing_nil(session, lodging.id, night) is not None
    newest = batch_store.latest_batch(session, lodging.id, night)
    rejected = still_rejected(work, newest) if newest is not None else 0
    household = desk.organisations.is_household(work, lodging.organisation_id)
    return Night(
        night=night,
        state=night_state(
            guests=staying,
            nil=nil,
            owed=store.owes(session, lodging.id, night),
            night=night,
            now=work.now(),
        ),
        staying=staying,
        counts=counts,
        account=known_account(lodging),
        nil=nil,
        rejected=rejected,
        due_at=filing_ends(night),
        closes_at=night_ends(night),
        exposure=exposure(counts.late + rejected, organisation=not household),
    )
