"""The loop that talks to the authority, and what it makes of declarations."""

from sqlalchemy.orm import Session

from kernel.outbox import Handlers, OutboxEvent, one_by_one
from kernel.part import Container, Turn
from residence.authority.kbtt import KbttPortal
from residence.part import TRANSMITTER
from residence.transmission.drain import TransmissionDrain, transmission_drain
from residence.transmission.ledger import Ledger
from residence.transmission.planner import plan_transmissions
from residence.transmission.settings import TransmissionSettings


def transmit(container: Container, turn: Turn) -> bool:
    return container.get(TRANSMITTER).run(time_slice_s=turn.slice_s, told_to_stop=turn.told_to_stop)


def open_transmitter(container: Container) -> TransmissionDrain:
    """For one thread of one worker."""
    settings = container.settings_of(TransmissionSettings)
    ledger = Ledger(container.database, container.vault, container.clock, settings.patience, probe=settings.probe)
    return transmission_drain(ledger, KbttPortal(settings.authority), settings.patience, settings.in_flight)


def handlers(container: Container) -> Handlers:
    array = container.settings_of(TransmissionSettings).array

    def declared(session: Session, event: OutboxEvent) -> None:
        plan_transmissions(session, event.payload, array)

    return {"residence.declared": (one_by_one(declared),)}
