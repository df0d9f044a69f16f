"""Which channels can be used at this moment: what is configured, what is left of a quota, what of a budget."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.clock import local
from notify.plan import Channel, Offer
from notify.registers import Budget, GatewayState, Spend

INBOX: Final = "inbox"


@dataclass(frozen=True, slots=True)
class Route:
    """A channel that pushes, and its usual gateway with the price of a message or of a part, in đồng.

    `hours`: the local times between which it takes messages; None for day and night. `counts`: its gateway says how
    many it takes in a day.
    """

    channel: Channel
    gateway: str
    price_vnd: int
    hours: tuple[time, time] | None = None
    counts: bool = False


class Outlook(Protocol):
    """What the plan must know of the world."""

    def offers(self, session: Session, now: datetime, channels: Collection[Channel]) -> Sequence[Offer]:
        """Every channel in use, in order of preference between equal prices; what is left of quotas is looked up for
        `channels`, those by which somebody can be reached."""
        ...

    def budget_left(self, session: Session, agency_code: str | None, now: datetime) -> int | None:
        """What the agency may still spend in this month, in đồng; None when nobody set it a budget."""
        ...


@dataclass(frozen=True, slots=True)
class OutlookByLedger:
    """The outlook from the tables of this package."""

    routes: Sequence[Route]

    def offers(self, session: Session, now: datetime, channels: Collection[Channel]) -> Sequence[Offer]:
        counting = any(route.counts and route.channel in channels for route in self.routes)
        left = _quotas(session, now) if counting else {}
        pushing = [
            Offer(
                channel=route.channel,
                gateway=route.gateway,
                price_vnd=route.price_vnd,
                quota_left=left.get(route.gateway),
                hours=route.hours,
            )
            for route in self.routes
        ]
        return [Offer(Channel.INBOX, INBOX), *pushing]

    def budget_left(self, session: Session, agency_code: str | None, now: datetime) -> int | None:
        if agency_code is None:
            return None
        limit = session.scalar(select(Budget.limit_vnd).where(Budget.agency_code == agency_code))
        if limit is None:
            return None
        spent = select(func.coalesce(func.sum(Spend.cost_vnd), 0)).where(
            Spend.agency_code == agency_code, Spend.month == month_of(now)
        )
        return int(limit) - int(session.scalar(spent) or 0)


def month_of(now: datetime) -> date:
    """The first day of the month in Vietnam."""
    return local(now).date().replace(day=1)


def _quotas(session: Session, now: datetime) -> Mapping[str, int]:
    """Gateway -> messages left today, where the gateway said so today."""
    rows = session.execute(
        select(GatewayState.gateway, GatewayState.quota_left, GatewayState.quota_at).where(
            GatewayState.quota_left.is_not(None)
        )
    )
    today = local(now).date()
    return {row.gateway: row.quota_left for row in rows if row.quota_at and local(row.quota_at).date() == today}
