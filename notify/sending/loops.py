"""The loops that send, with the gateways, their pool and their tokens.

Gateways' libraries are large, so only senders load this.
"""

from contextlib import suppress

from kernel.part import Container, Turn
from notify.channels.esms.gateway import EsmsGateway
from notify.channels.esms.receipts import CALLBACK_PURPOSE
from notify.channels.port import Gateway, Limited
from notify.channels.zalo.gateway import ZaloGateway
from notify.channels.zalo.oauth import ZaloExchange
from notify.channels.zalo.tokens import NoToken, TokenKeeper
from notify.part import SENDER, URGENT_SENDER
from notify.planning.plan import Priority
from notify.planning.quiet import is_quiet
from notify.pool.watch import Watch
from notify.sending.drain import SendDrain, send_drain
from notify.sending.ledger import Ledger
from notify.settings import NotifySettings
from outbound.jobs.shared_pool import SharedPool


def send(container: Container, turn: Turn) -> bool:
    return container.get(SENDER).run(time_slice_s=turn.slice_s, told_to_stop=turn.told_to_stop)


def send_urgent(container: Container, turn: Turn) -> bool:
    return container.get(URGENT_SENDER).run(time_slice_s=turn.slice_s, told_to_stop=turn.told_to_stop)


def open_sender(container: Container) -> SendDrain:
    return build_sender(container)


def open_urgent_sender(container: Container) -> SendDrain:
    return build_sender(container, urgent=True)


def build_sender(container: Container, *, urgent: bool = False) -> SendDrain:
    """The send drain with its gateways; for one thread of one worker. `urgent`: the one for what somebody waits for."""
    settings = container.settings_of(NotifySettings)
    patience = settings.send.patience
    gateways: dict[str, Gateway] = {}
    limited: dict[str, Limited] = {}
    if settings.twilio is not None:
        from notify.channels.twilio.gateway import TwilioGateway

        gateways["twilio"] = TwilioGateway(settings.twilio)
    if settings.esms is not None:
        gateways["esms"] = EsmsGateway(settings.esms, container.vault.derive(CALLBACK_PURPOSE))
    tokens = zalo_keeper(container)
    if settings.zalo is not None and tokens is not None:
        gateways["zalo"] = limited["zalo"] = ZaloGateway(settings.zalo, tokens, container.clock)
    pool = SharedPool(settings.members)
    priorities = (Priority.URGENT,) if urgent else tuple(Priority)
    ledger = Ledger(
        container.database,
        container.vault,
        patience,
        pool,
        tariff=settings.tariff,
        priorities=priorities,
        quiet=lambda: is_quiet(container.clock.now()),
    )
    watch = Watch(container.database, pool, patience.receipt_within, limited, follows=urgent)
    return send_drain(ledger, gateways, pool, watch, settings.send, asks=not urgent)


def zalo_keeper(container: Container) -> TokenKeeper | None:
    """The keeper of the official account's tokens; None when Zalo is not in use."""
    settings = container.settings_of(NotifySettings).zalo
    return (
        None if settings is None else TokenKeeper(container.database, container.vault, settings, ZaloExchange(settings))
    )


def keep_zalo_tokens(container: Container) -> None:
    """Renews the official account's tokens when it is time, also while nothing is sent: unused, they end for good."""
    keeper = zalo_keeper(container)
    if keeper is not None:
        # What is wrong stands in the row and in the log.
        with suppress(NoToken):
            keeper.current()
