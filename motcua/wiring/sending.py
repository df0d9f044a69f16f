"""How messages are sent: gateways, their pool and their tokens, a part of `wiring`. A web worker never loads this: the
gateways' libraries are large."""

from contextlib import suppress

from motcua.wiring.container import Container
from notify.channels.esms.gateway import EsmsGateway
from notify.channels.esms.receipts import CALLBACK_PURPOSE
from notify.channels.port import Gateway, Limited
from notify.channels.zalo.gateway import ZaloGateway
from notify.channels.zalo.oauth import ZaloExchange
from notify.channels.zalo.tokens import NoToken, TokenKeeper
from notify.planning.plan import Priority
from notify.planning.quiet import is_quiet
from notify.pool.watch import Watch
from notify.sending.drain import SendDrain, send_drain
from notify.sending.ledger import Ledger
from outbound.jobs.shared_pool import SharedPool


def build_sender(held: Container, *, urgent: bool = False) -> SendDrain:
    """The send drain with its gateways; for one thread of one worker. `urgent`: the one for what somebody waits for."""
    settings, patience = held.notify, held.notify.send.patience
    gateways: dict[str, Gateway] = {}
    limited: dict[str, Limited] = {}
    if settings.twilio is not None:
        from notify.channels.twilio.gateway import TwilioGateway

        gateways["twilio"] = TwilioGateway(settings.twilio)
    if settings.esms is not None:
        gateways["esms"] = EsmsGateway(settings.esms, held.vault.derive(CALLBACK_PURPOSE))
    tokens = zalo_keeper(held)
    if settings.zalo is not None and tokens is not None:
        gateways["zalo"] = limited["zalo"] = ZaloGateway(settings.zalo, tokens, held.clock)
    pool = SharedPool(settings.members)
    priorities = (Priority.URGENT,) if urgent else tuple(Priority)
    ledger = Ledger(
        held.database,
        held.vault,
        patience,
        pool,
        tariff=held.notify.tariff,
        priorities=priorities,
        quiet=lambda: is_quiet(held.clock.now()),
    )
    watch = Watch(held.database, pool, patience.receipt_within, limited, follows=urgent)
    return send_drain(ledger, gateways, pool, watch, settings.send, asks=not urgent)


def zalo_keeper(held: Container) -> TokenKeeper | None:
    """The keeper of the official account's tokens; None when Zalo is not in use."""
    settings = held.notify.zalo
    return None if settings is None else TokenKeeper(held.database, held.vault, settings, ZaloExchange(settings))


def keep_zalo_tokens(held: Container) -> None:
    """Renews the official account's tokens when it is time, also while nothing is sent: unused, they end for good."""
    keeper = zalo_keeper(held)
    if keeper is not None:
        # What is wrong stands in the row and in the log.
        with suppress(NoToken):
            keeper.current()
