"""Which channels can be used at this moment: what is configured, what is left of a quota, what of a budget."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final, Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.clock import local
from notify.planning.plan import Channel, Offer

INBOX: Final = "inbox"
# What is planned is found by the two indexes of open work.
_LEFT: Final = text("""
WITH planned AS (
    SELECT d.agency_code, sum(greatest(d.parts, 1) * p.price) AS vnd FROM (
        SELECT channel, parts, agency_code FROM delivery WHERE state IN ('queued', 'waiting')
        UNION ALL SELECT channel, parts, agency_code FROM delivery WHERE state IN ('sending', 'unknown')) AS d
    JOIN unnest(CAST(:channels AS text[]), CAST(:prices AS int[])) AS p(channel, price) ON p.channel = d.channel
    WHERE d.agency_code = ANY(CAST(:agencies AS text[])) GROUP BY d.agency_code)
SELECT b.agency_code, b.limit_vnd - coalesce(planned.vnd, 0) - coalesce((
    SELECT sum(s.cost_vnd) FROM message_spend s
    WHERE s.agency_code = b.agency_code AND s.month = :month), 0) AS left_vnd
FROM message_budget b LEFT JOIN planned ON planned.agency_code = b.agency_code
WHERE b.agency_code = ANY(CAST(:agencies AS text[]))
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

    def budgets_left(self, session: Session, agencies: Collection[str], now: datetime) -> Mapping[str, int]:
        """What each agency may still spend in this month, in đồng, less what is planned and not charged yet; those
        without a budget are left out."""
        ...


@dataclass(frozen=True, slots=True)
class OutlookByLedger:
    """The outlook from the tables of this package."""

    routes: Sequence[Route]

    def offers(self, session: Session, now: datetime, channels: Collection[Channel]) -> Sequence[Offer]:
        counting = [route.gateway for route in self.routes if route.counts and route.channel in channels]
        said = _said(session, counting) if counting else {}
        return [Offer(Channel.INBOX, INBOX), *(_offer(route, said.get(route.gateway), now) for route in self.routes)]

    def budgets_left(self, session: Session, agencies: Collection[str], now: datetime) -> Mapping[str, int]:
        if not agencies:
            return {}
        prices = {str(route.channel): route.price_vnd for route in self.routes}
        values = {"agencies": [*agencies], "channels": [*prices], "prices": [*prices.values()], "month": month_of(now)}
        return {row.agency_code: int(row.left_vnd) for row in session.execute(_LEFT, values)}


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
