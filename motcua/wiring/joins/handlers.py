"""Which events of one domain another hears of."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from kernel.outbox import Handler, Handlers, OutboxEvent
from kernel.part import Container
from kernel.work import Work
from motcua.wiring.joins.notices import AccountWords, AgencyAdmins, LodgingWords, OrganisationWords, SupplementWords
from notify.notices.account import AccountAnnouncer
from notify.notices.budget import BudgetAnnouncer
from notify.notices.lodging import LodgingAnnouncer
from notify.notices.organisation import OrganisationAnnouncer
from notify.notices.supplement import SupplementAnnouncer
from notify.part import ANNOUNCER
from residence.part import FRONT_DESK
from tracking.part import OFFICE
from tracking.service.notices import record_told


def handlers(container: Container) -> Handlers:
    vault, clock, office = container.vault, container.clock, container.get(OFFICE)
    announcer = container.get(ANNOUNCER)
    announcers = (
        AccountAnnouncer(announcer, AccountWords(vault, clock)),
        SupplementAnnouncer(announcer, SupplementWords(vault, clock, office)),
        LodgingAnnouncer(announcer, LodgingWords(vault, clock, container.get(FRONT_DESK))),
        OrganisationAnnouncer(announcer, OrganisationWords(vault, clock, office)),
        BudgetAnnouncer(announcer, AgencyAdmins(vault, clock, office)),
    )

    def told(session: Session, settled: Sequence[OutboxEvent]) -> None:
        record_told(Work(session, vault, clock), [event.payload for event in settled])

    found: dict[str, Sequence[Handler]] = {"delivery.settled": (told,)}
    for each in announcers:
        found |= each.handlers()
    return found
