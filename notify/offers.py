"""Which channels can be used at this moment: what is configured, what is left of a quota, what of a budget."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final, Protocol

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from kernel.clock import local
from notify.plan import Channel, Offer
from notify.registers import Budget, Spend

INBOX: Final = "inbox"
# By the two indexes of open work.
_PLANNED: Final = text("""
SELECT coalesce(sum(greatest(d.parts, 1) * p.price), 0) FROM (
    SELECT channel, parts, agency_code FROM delivery WHERE state IN ('queued', 'waiting')
    UNION ALL SELECT channel, parts, agency_code FROM delivery WHERE state IN ('sending', 'unknown')) AS d
JOIN unnest(CAST(:channels AS text[]), CAST(:prices AS int[])) AS p(channel, price) ON p.channel = d.channel
WHERE d.agency_code = :agency
""")
_SAID: Final = text("""
SELECT g.gateway, q.remaining, q.at,
    ARRAY(SELECT f.form FROM gateway_form f WHERE f.gateway = g.gateway AND NOT f.in_use) AS barred
FROM unnest(CAST(:gateways AS text[])) AS g(gateway) LEFT JOIN gateway_quota q ON q.gateway = g.gateway
""")


@dataclass(frozen=True, slots=True)
class Route:
    """A channel that pushes, and its usual gateway with the price of a message or of a part, in đồng.

    `hours`: the local times between which it takes messages; None for day and night. `counts`: its gateway says how
    many it takes in a day, and which forms.
    """

    channel: Channel
    gateway: str
    price_vnd: int
    hours: tuple[time, time] | None = None
    counts: bool = False


class Outlook(Protocol):
    """What the plan must know of the world."""

    def offers(self, session: Session, now: datetime, channels: Collection[Channel]) -> Sequence[Offer]:
        """Every channel in use, in order of preference between equal prices; what gateways said is looked up for
        `channels`, those by which somebody can be reached."""
        ...

    def budget_left(self, session: Session, agency_code: str | None, now: datetime) -> int | None:
        """What the agency may still spend in this month, in đồng, less what is planned and not charged yet; None when
        nobody set it a budget."""
        ...


@dataclass(frozen=True, slots=True)
class OutlookByLedger:
    """The outlook from the tables of this package."""

    routes: Sequence[Route]

    def offers(self, session: Session, now: datetime, channels: Collection[Channel]) -> Sequence[Offer]:
        counting = [route.gateway for route in self.routes if route.counts and route.channel in channels]
        said = _said(session, counting) if counting else {}
        return [Offer(Channel.INBOX, INBOX), *(_offer(route, said.get(route.gateway), now) for route in self.routes)]

    def budget_left(self, session: Session, agency_code: str | None, now: datetime) -> int | None:
        if agency_code is None:
            return None
        limit = session.scalar(select(Budget.limit_vnd).where(Budget.agency_code == agency_code))
        if limit is None:
            return None
        spent = select(func.coalesce(func.sum(Spend.cost_vnd), 0)).where(
            Spend.agency_code == agency_code, Spend.month == month_of(now)
        )
        return int(limit) - int(session.scalar(spent) or 0) - self._planned(session, agency_code)

    def _planned(self, session: Session, agency_code: str) -> int:
        """What the agency's messages will cost that are planned and not charged yet, in đồng."""
        prices = {str(route.channel): route.price_vnd for route in self.routes}
        values = {"agency": agency_code, "channels": [*prices], "prices": [*prices.values()]}
        return int(session.execute(_PLANNED, values).scalar_one())


def month_of(now: datetime) -> date:
    """The first day of the month in Vietnam."""
    return local(now).date().replace(day=1)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a gateway said of itself: how many messages were left `at` that instant, which forms it does not take."""

    left: int | None
    at: datetime | None
    barred: frozenset[str]


def _offer(route: Route, said: _Said | None, now: datetime) -> Offer:
    offer = Offer(route.channel, route.gateway, route.price_vnd, hours=route.hours)
    if said is None:
        return offer
    # Yesterday's word says nothing of today.
    fresh = said.at is not None and local(said.at).date() == local(now).date()
    return replace(offer, quota_left=said.left if fresh else None, barred=said.barred)


def _said(session: Session, gateways: Sequence[str]) -> Mapping[str, _Said]:
    rows = session.execute(_SAID, {"gateways": list(gateways)})
    return {row.gateway: _Said(row.remaining, row.at, frozenset(row.barred)) for row in rows}
