"""Watches the gateways beside the drain: writes down how they are doing, and wakes what waited for one that is back."""

import time
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

import structlog
from sqlalchemy.orm import Session

from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.observing.metrics import GATEWAY_CHANGES
from notify.channels.port import Limited, Quota
from notify.pool.gateways import gateways_in_use, give_way, note_quota, note_states, overdue_shares, wake_stranded
from outbound.jobs.breaker import CircuitState, Health
from outbound.jobs.pool import Change
from outbound.jobs.shared_pool import SharedPool

_WRITE_EVERY_S: Final = 5.0
# A gateway that failed now and then, without going out of use, is over it when it still works so long after that.
_OVER_IT_S: Final = 5.0
_WAKE_WITHIN: Final = timedelta(seconds=5)
# Most receipts come in seconds; the deadline after which a standby goes out is far too late to notice a gateway by.
_OVERDUE_SHARE_OF_DEADLINE: Final = 5
_log = structlog.get_logger()


class Watch:
    """For one thread at a time. `restored`: whether `restore` was called. `receipt_within`: the deadline of receipts.
    `limited`: those of the gateways that count what they take. `follows`: whether what others see is followed, for a
    drain that sends too little to see for itself."""

    def __init__(
        self,
        database: Database,
        pool: SharedPool,
        receipt_within: timedelta,
        limited: Mapping[str, Limited] = MappingProxyType({}),
        *,
        follows: bool = False,
    ) -> None:
        self._follows = follows
        self._process = new_id()
        self._limited = limited
        self._quotas: dict[str, Quota] = {}
        self._database = database
        self._pool = pool
        self._overdue_after = receipt_within / _OVERDUE_SHARE_OF_DEADLINE
        self._changes: list[Change] = []
        self._write_at = 0.0
        self._woken_after: dict[str, float] = {}
        self.restored = False

    def restore(self) -> None:
        """Before the first message: a gateway that was out of use at last sight is tried before it is used."""
        with self._database.transaction() as session:
            seen = gateways_in_use(session)
        for gateway, in_use in seen.items():
            if not in_use:
                self._pool.distrust(gateway)
        self._pool.changes()
        self.restored = True

    def wanted(self) -> bool:
        """Whether there is something to write down or to wake."""
        self._changes += self._pool.changes()
        return bool(self._changes) or time.monotonic() >= self._write_at

    def look(self) -> bool:
        """Writes and wakes in one transaction; what could not be written is kept. True when something was woken."""
        changes = list(self._changes)
        health = self._pool.health()
        back = {change.gateway for change in changes if change.new is CircuitState.CLOSED}
        calm = {gateway: failed_at for gateway, each in health.items() if (failed_at := self._over_it(gateway, each))}
        with self._database.transaction() as session:
            channels = {gateway: self._pool.channel_of(gateway) for gateway in health}
            note_states(session, self._process, health, channels)
            woken = {
                gateway: wake_stranded(session, gateway, self._pool.channel_of(gateway), _WAKE_WITHIN)
                for gateway in sorted(back | calm.keys())
            }
            woken |= {channel: give_way(session, channel) for channel in self._out_of_use(health)}
            quotas = self._note_quotas(session)
            overdue = overdue_shares(session, self._overdue_after)
            seen = gateways_in_use(session, besides=self._process) if self._follows else {}
        for gateway in health:
            self._pool.note_receipts(gateway, overdue.get(gateway, 0.0))
        for gateway, in_use in seen.items():
            self._pool.follow(gateway, in_use=in_use)
        del self._changes[: len(changes)]
        self._woken_after |= calm
        self._quotas |= quotas
        self._write_at = time.monotonic() + _WRITE_EVERY_S
        for change in changes:
            GATEWAY_CHANGES.labels(gateway=change.gateway, to=str(change.new)).inc()
            say = _log.info if change.new is CircuitState.CLOSED else _log.warning
            say("notify.gateway", gateway=change.gateway, was=str(change.old), now=str(change.new))
        return any(woken.values())

    def _out_of_use(self, health: Mapping[str, Health]) -> list[str]:
        """The channels none of whose gateways is in use."""
        states: dict[str, set[CircuitState]] = {}
        for gateway, each in health.items():
            states.setdefault(self._pool.channel_of(gateway), set()).add(each.state)
        return sorted(channel for channel, those in states.items() if CircuitState.CLOSED not in those)

    def _note_quotas(self, session: Session) -> dict[str, Quota]:
        """Writes what gateways have said of their quotas since it was last written."""
        said = {gateway: limited.quota for gateway, limited in self._limited.items()}
        fresh = {gateway: quota for gateway, quota in said.items() if quota and quota != self._quotas.get(gateway)}
        for gateway, quota in fresh.items():
            note_quota(session, gateway, quota)
        return fresh

    def _over_it(self, gateway: str, health: Health) -> float | None:
        """When the trouble ended that nobody was woken after yet; None while there is none, or it may not be over."""
        failed_at, worked_at = health.failed_at, health.worked_at
        if failed_at is None or worked_at is None or worked_at < failed_at + _OVER_IT_S:
            return None
        return None if self._woken_after.get(gateway) == failed_at else failed_at
