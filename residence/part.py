"""What lodgings and their guests are to the system."""

from typing import TYPE_CHECKING, Final

from kernel.part import Container, Loop, Part, Service, WaitingTable
from kernel.queues import SWEEP

if TYPE_CHECKING:
    from residence.authority.port import AccountTrial
    from residence.ports import FrontDesk, Organisations
    from residence.transmission.drain import TransmissionDrain

ORGANISATIONS: Final["Service[Organisations]"] = Service("residence.organisations")
"""A port: the register of organisations and their members."""
FRONT_DESK: Final["Service[FrontDesk]"] = Service("residence.front_desk")
ACCOUNTS: Final["Service[AccountTrial]"] = Service("residence.accounts")
BATCHES: Final = "batches"
"""The queue of long files: a queue of its own, since judging one would stall the calls of the queue `residence`."""
TRANSMITTER: Final["Service[TransmissionDrain]"] = Service("residence.transmitter")
_WORDS: Final = "residence.notices.words"
PART: Final = Part(
    name="residence",
    settings=("residence.settings:ResidenceSettings", "residence.transmission.settings:TransmissionSettings"),
    models=("residence.models", "residence.ledger_models"),
    services={
        FRONT_DESK.name: "residence.part:open_front_desk",
        ACCOUNTS.name: "residence.part:open_accounts",
        TRANSMITTER.name: "residence.transmission.loop:open_transmitter",
    },
    loops=(
        # Hours are left when the night ends: an authority that answers slowly may wait for the sweep, and the sweep for
        # it.
        Loop("residence", "residence.transmission.loop:transmit", shares=SWEEP),
        Loop(BATCHES, "residence.batches.loop:work_off"),
    ),
    waiting=(WaitingTable("transmission", "due_at"), WaitingTable("batch", "due_at")),
    handlers=("residence.transmission.loop:handlers",),
    housekeeping=(
        "residence.housekeeping:remind",
        "residence.housekeeping:renew_keys",
        "residence.housekeeping:forget",
    ),
    notices={
        **dict.fromkeys(("residence.reminder", "residence.in_doubt", "residence.settled"), f"{_WORDS}:NIGHTS"),
        **dict.fromkeys(
            (
                "lodging.registered",
                "lodging.resubmitted",
                "lodging.approved",
                "lodging.refused",
                "lodging.suspended",
                "lodging.resumed",
                "lodging.closed",
                "lodging.account_refused",
            ),
            f"{_WORDS}:DECISIONS",
        ),
    },
    texts="residence.notices",
    diagrams=("residence.diagrams:PAGES",),
)


def open_front_desk(container: Container) -> "FrontDesk":
    from residence.ports import FrontDesk
    from residence.settings import ResidenceSettings

    return FrontDesk(container.get(ORGANISATIONS), container.settings_of(ResidenceSettings))


def open_accounts(container: Container) -> "AccountTrial":
    from residence.authority.trial import DirectTrial
    from residence.transmission.settings import TransmissionSettings

    return DirectTrial(container.settings_of(TransmissionSettings).authority)
