"""The loop that lets what gateways reported move deliveries."""

import time

from kernel.bell import LINGER_SECONDS
from kernel.part import Container, Turn
from notify.receipts.applying import apply_receipts
from notify.settings import NotifySettings


def take_receipts(container: Container, turn: Turn) -> bool:
    """True when the slice ended before the receipts did."""
    settings = container.settings_of(NotifySettings)
    ends, lingered = time.monotonic() + turn.slice_s, False
    while time.monotonic() < ends and not turn.told_to_stop():
        with container.database.transaction() as session:
            applied = apply_receipts(session, settings.send.patience.receipt_within, settings.tariff)
        if not applied and lingered:
            return False
        lingered = not applied
        if lingered:
            # They are rung for lazily.
            time.sleep(LINGER_SECONDS)
    return True
