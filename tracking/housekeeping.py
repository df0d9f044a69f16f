"""What the sweep does for dossiers: terms of supplements that end, and keys of older rules made anew."""

from kernel.part import Container
from kernel.renewal import renew_in_pieces
from kernel.work import Work
from tracking.part import OFFICE
from tracking.service.names import renew_held_names
from tracking.service.search import renew_search_keys
from tracking.service.supplements import watch_supplements


def watch_terms(container: Container) -> None:
    office, looked = container.get(OFFICE), 1
    while looked:
        with container.database.transaction() as session:
            looked = watch_supplements(Work(session, container.vault, container.clock), office)


def renew_keys(container: Container) -> None:
    office = container.get(OFFICE)
    renew_in_pieces(container, lambda work: renew_search_keys(work, office))
    renew_in_pieces(container, lambda work: renew_held_names(work, office))
