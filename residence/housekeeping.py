"""What the sweep does for lodgings: evening reminders, keys of older rules made anew, and what has outlived its use."""

from kernel.part import Container
from kernel.renewal import renew_in_pieces
from kernel.work import Work
from residence.nights.reminders import remind_lodgings
from residence.service.guest_keys import renew_guest_keys
from residence.service.retention import forget_old
from residence.settings import ResidenceSettings


def remind(container: Container) -> None:
    with container.database.transaction() as session:
        remind_lodgings(Work(session, container.vault, container.clock))


def renew_keys(container: Container) -> None:
    renew_in_pieces(container, renew_guest_keys)


def forget(container: Container) -> None:
    with container.database.transaction() as session:
        work = Work(session, container.vault, container.clock)
        keys = forget_old(work, container.settings_of(ResidenceSettings))
    for key in keys:
        container.files.delete(key)
