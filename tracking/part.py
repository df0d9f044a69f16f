"""What dossiers are to the system."""

from typing import TYPE_CHECKING, Final

from kernel.part import Container, Part, Service
from procedures.part import CATALOGUE

if TYPE_CHECKING:
    from tracking.office import Office, People

PEOPLE: Final["Service[People]"] = Service("tracking.people")
"""A port: the register of people and officers."""
OFFICE: Final["Service[Office]"] = Service("tracking.office")
PART: Final = Part(
    name="tracking",
    settings=("tracking.office:TrackingSettings",),
    models=("tracking.models",),
    services={OFFICE.name: "tracking.part:open_office"},
    housekeeping=("tracking.housekeeping:watch_terms", "tracking.housekeeping:renew_keys"),
    notices={
        "dossier.state_changed": "tracking.notices.words:changes",
        "dossier.supplement_reminder": "tracking.notices.words:REMINDERS",
        "dossier.supplement_ended": "tracking.notices.words:ENDED_TERMS",
    },
    texts="tracking.notices",
    diagrams=("tracking.diagrams:PAGES",),
)


def open_office(container: Container) -> "Office":
    from tracking.numbers import DossierNumbers
    from tracking.office import Office, TrackingSettings

    numbers = DossierNumbers(container.database.apart)
    return Office(container.get(CATALOGUE), container.get(PEOPLE), numbers, container.settings_of(TrackingSettings))
