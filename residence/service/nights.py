"""A lodging's night at a glance, or that of all lodgings of a caller: what was declared, what became of it, and what
being late may cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.work import Work
from residence.accounts.account import AccountState, KnownAccount
from residence.clock import Exposure, NightState, exposure, filing_ends, night_ends, night_state
from residence.models import Lodging
from residence.nights import overview_store
from residence.nights.store import NightCounts, counts_of
from residence.ports import FrontDesk
from residence.service.access import lodging_for, lodgings_for
from residence.service.batch_findings import still_rejected
from residence.states import LodgingState
from residence.views import LodgingView, known_account

_GONE = frozenset({LodgingState.CLOSED, LodgingState.REFUSED})


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
    [(_, seen)] = _nights(work, desk, [lodging], night)
    return seen


def list_nights(
    work: Work, actor: Actor, desk: FrontDesk, night: date, *, after: UUID | None, limit: int
) -> list[tuple[LodgingView, Night]]:
    """One night of every lodging that the caller may see, whichever organisation it is of, oldest first; without those
    that were refused or are closed."""
    held = [each for each in lodgings_for(work, actor, desk) if LodgingState(each.state) not in _GONE]
    held.sort(key=lambda lodging: lodging.id)
    page = [each for each in held if after is None or each.id > after][:limit]
    return [(LodgingView.of(lodging), seen) for lodging, seen in _nights(work, desk, page, night)]


def _nights(work: Work, desk: FrontDesk, lodgings: Sequence[Lodging], night: date) -> list[tuple[Lodging, Night]]:
    session, ids = work.session, [each.id for each in lodgings]
    arrivals = overview_store.arrivals_of(session, ids, night)
    staying = overview_store.staying_in(session, ids, night)
    nils = overview_store.nils_of(session, ids, night)
    owing = overview_store.owing_of(session, ids, night)
    batches = overview_store.newest_batches(session, ids, night)
    rejected = {batch.lodging_id: still_rejected(work, batch) for batch in batches}
    owners = {row.organisation_id for row in lodgings}
    households = {each: desk.organisations.is_household(work, each) for each in owners}

    def seen(lodging: Lodging) -> Night:
        row, faulty = lodging.id, rejected.get(lodging.id, 0)
        counts = counts_of(arrivals.get(row, []), AccountState(lodging.authority_state))
        guests, nil = staying.get(row, 0), row in nils
        return Night(
            night=night,
            state=night_state(guests=guests, nil=nil, owed=row in owing, night=night, now=work.now()),
            staying=guests,
            counts=counts,
            account=known_account(lodging),
            nil=nil,
            rejected=faulty,
            due_at=filing_ends(night),
            closes_at=night_ends(night),
            exposure=exposure(counts.late + faulty, organisation=not households[lodging.organisation_id]),
        )

    return [(lodging, seen(lodging)) for lodging in lodgings]
