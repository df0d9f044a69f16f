"""What the sweep does for log-in: keys that sign, log-ins that ended, keys of partners whose time runs out."""

from auth.organisations.service.lapsed import watch_clients
from auth.service import people
from auth.service.signing_keys import keep_signing_keys
from auth.settings import AuthSettings
from kernel.part import Container
from kernel.work import Work


def keep_keys(container: Container) -> None:
    with container.database.transaction() as session:
        work = Work(session, container.vault, container.clock)
        keep_signing_keys(work, container.settings_of(AuthSettings).sessions)
        people.forget_ended(work)


def end_lapsed_clients(container: Container) -> None:
    with container.database.transaction() as session:
        watch_clients(Work(session, container.vault, container.clock))
