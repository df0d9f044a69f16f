"""What turns events into messages, built for the processes that plan."""

from kernel.outbox import Handlers
from kernel.part import Container
from notify.part import ANNOUNCER, BOOK, CODES, DOSSIERS
from notify.planning.handlers import Announcer
from notify.planning.offers import OutlookByLedger
from notify.settings import NotifySettings


def open_announcer(container: Container) -> Announcer:
    settings = container.settings_of(NotifySettings)
    return Announcer(
        vault=container.vault,
        clock=container.clock,
        dossiers=container.get(DOSSIERS),
        codes=container.get(CODES),
        outlook=OutlookByLedger(settings.routes),
        book=container.get(BOOK),
        receipt_within=settings.send.patience.receipt_within,
    )


def handlers(container: Container) -> Handlers:
    return container.get(ANNOUNCER).handlers()


def urgent_handlers(container: Container) -> Handlers:
    return container.get(ANNOUNCER).urgent_handlers()
