"""What this package records of lodgings in the outbox: ids, nothing of a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.outbox import record_event
from residence.states import LodgingEvent

REGISTERED: Final = "lodging.registered"
RESUBMITTED: Final = "lodging.resubmitted"
APPROVED: Final = "lodging.approved"
REFUSED: Final = "lodging.refused"
SUSPENDED: Final = "lodging.suspended"
RESUMED: Final = "lodging.resumed"
CLOSED: Final = "lodging.closed"
ACCOUNT_REFUSED: Final = "lodging.account_refused"
TO_POLICE: Final = frozenset({REGISTERED, RESUBMITTED})
"""Of these the police hear, who must decide; of the others the lodging's people."""
OF_CHANGE: Final[Mapping[LodgingEvent, str]] = {
    LodgingEvent.APPROVE: APPROVED,
    LodgingEvent.REFUSE: REFUSED,
    LodgingEvent.RESUBMIT: RESUBMITTED,
    LodgingEvent.SUSPEND: SUSPENDED,
    LodgingEvent.RESUME: RESUMED,
    LodgingEvent.CLOSE: CLOSED,
}


@dataclass(frozen=True, slots=True)
class LodgingChanged:
    """A lodging was registered, or its state changed: one row of its history."""

    kind: str
    lodging_id: UUID
    change_id: UUID

    def record(self, session: Session) -> None:
        payload = {"lodging_id": str(self.lodging_id), "change_id": str(self.change_id)}
        record_event(session, self.kind, self.lodging_id, payload)


@dataclass(frozen=True, slots=True)
class AccountRefused:
    """The authority's portal does not take the account of a lodging any more."""

    lodging_id: UUID

    def record(self, session: Session) -> None:
        record_event(session, ACCOUNT_REFUSED, self.lodging_id, {"lodging_id": str(self.lodging_id)})
