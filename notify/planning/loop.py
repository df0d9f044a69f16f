"""What turns events into messages, built for the processes that plan."""

from collections.abc import Mapping

from kernel.outbox import Handlers
from kernel.part import Container, load
from notify.part import ANNOUNCER, BOOK, CONTACTS
from notify.planning.announcing import Announcer
from notify.planning.notices import NoticeTeller
from notify.planning.offers import OutlookByLedger
from notify.settings import NotifySettings


def open_announcer(container: Container) -> Announcer:
    settings = container.settings_of(NotifySettings)
    return Announcer(
        vault=container.vault,
        clock=container.clock,
        outlook=OutlookByLedger(settings.routes),
        book=container.get(BOOK),
        receipt_within=settings.send.patience.receipt_within,
    )


def handlers(container: Container) -> Handlers:
    """Of every part's notices, urgent ones included: what their transaction could not tell, the plan drain does."""
    notices = {kind: path for part in container.parts for kind, path in part.notices.items()}
    return {**_told(container, notices), **urgent_handlers(container)}


def urgent_handlers(container: Container) -> Handlers:
    return _told(container, {kind: path for part in container.parts for kind, path in part.urgent_notices.items()})


def _told(container: Container, notices: Mapping[str, str]) -> Handlers:
    teller = NoticeTeller(container, container.get(ANNOUNCER), container.get(CONTACTS))
    return {kind: (teller.handler(load(path)),) for kind, path in notices.items()}
