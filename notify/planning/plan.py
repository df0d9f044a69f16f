"""Who is told what, how, when: a pure function of event, person, offers, budget and time, with its reasons."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from kernel.clock import local
from notify.desk.explaining import Clause, Why
from notify.planning.quiet import next_waking
from notify.templates.book import Template, TemplateBook
from notify.templates.events import TemplateEvent


class Channel(StrEnum):
    """Ways to a person. The inbox is inside the app and never fails; the others are somebody else's."""

    ZALO = "zalo"
    SMS = "sms"
    INBOX = "inbox"


PUSHING: Final = (Channel.ZALO, Channel.SMS)
_IN_TURN: Final = 2
WANTED_UNSAID: Final[Mapping[Channel, bool]] = {Channel.ZALO: False, Channel.SMS: True, Channel.INBOX: True}
"""Zalo is used only for people who switched it on: a phone number alone is no consent to hand it to Zalo."""


class Priority(IntEnum):
    """Lower goes first."""

    URGENT = 0
    NOTICE = 1


class Skip(StrEnum):
    """Why a channel is not used, as a clause for officers."""

    NO_ADDRESS = "skip_no_address"
    NO_TEXT = "skip_no_text"
    NOT_WANTED = "skip_not_wanted"
    CLOSED = "skip_closed"
    QUOTA = "skip_quota"
    FORM = "skip_form"
    BUDGET = "skip_budget"


@dataclass(frozen=True, slots=True)
class Offer:
    """A channel that can be used, and the gateway it usually goes by. `quota_left` in messages.

    `price_vnd` is for one message, or one part of a text. `hours`: the local times between which it takes messages;
    None for day and night. `barred`: forms registered there that it does not take now.
    """

    channel: Channel
    gateway: str
    price_vnd: int = 0
    quota_left: int | None = None
    hours: tuple[time, time] | None = None
    barred: frozenset[str] = frozenset()

    def open_at(self, moment: datetime) -> bool:
        return self.hours is None or self.hours[0] <= local(moment).time() < self.hours[1]


@dataclass(frozen=True, slots=True)
class Reach:
    """How a person can be reached. `addresses`: channel -> address (a phone in E.164; for the inbox the person's id).

    `wanted`: what the person said of channels for this purpose; unsaid means the channel's own default.
    """

    language: str
    addresses: Mapping[Channel, str]
    wanted: Mapping[Channel, bool] = field(default_factory=dict)

    def wants(self, channel: Channel) -> bool:
        return self.wanted.get(channel, WANTED_UNSAID[channel])


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`budget_left_vnd`: what the agency may still spend this month, None without a budget. `receipt_within`: how long
    a standby waits for the receipt of the one before it."""

    now: datetime
    budget_left_vnd: int | None = None
    receipt_within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """One text to one address. A `standby` goes out only if the one before it fails or takes too long. `not_before` is
    set for what waits for the morning. `why` tells officers the reasons for this channel."""

    channel: Channel
    gateway: str
    address: str
    template: Template
    priority: Priority
    why: Why
    price_vnd: int = 0
    standby: bool = False
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`deliveries` in the order in which they are tried: the inbox, then one that pushes, and perhaps a standby."""

    deliveries: tuple[PlannedDelivery, ...]
    skipped: Mapping[Channel, Skip]

    @property
    def pushes(self) -> bool:
        return any(delivery.channel in PUSHING for delivery in self.deliveries)


def plan(
    event: TemplateEvent, reach: Reach, offers: Sequence[Offer], book: TemplateBook, circumstances: Circumstances
) -> Plan:
    """The cheapest channel that reaches the person now, another in reserve, and the inbox in any case.

    What the law prescribes is told whatever the budget, and by a text when no other channel is left, though texts are
    muted. Zalo is never used for anyone who does not want it. What can wait is not sent at night.
    """
    at = next_waking(circumstances.now) if event.can_wait else circumstances.now
    skipped: dict[Channel, Skip] = {}
    usable: list[_Choice] = []
    last_resort: list[_Choice] = []
    for offer in offers:
        choice = _choose(event, reach, offer, book)
        if isinstance(choice, Skip):
            skipped[offer.channel] = choice
            continue
        wanted, why_not = reach.wants(offer.channel), _hindrance(event, choice, at, circumstances)
        if wanted and why_not is None:
            usable.append(choice)
        else:
            skipped[offer.channel] = why_not if wanted and why_not else Skip.NOT_WANTED
            if event.legal and why_not is None and WANTED_UNSAID[offer.channel]:
                last_resort.append(choice)
    pushing = sorted((choice for choice in usable if choice.offer.channel in PUSHING), key=_price)
    if len(pushing) < _IN_TURN:
        for choice in last_resort:
            pushing.append(choice)
            skipped.pop(choice.offer.channel)
    inbox = [choice for choice in usable if choice.offer.channel is Channel.INBOX]
    not_before = at if at > circumstances.now else None
    passed_over = _passed_over(skipped)
    told = (Clause("always_in_app"), *(() if pushing else passed_over))
    deliveries = [_delivery(event, choice, told) for choice in inbox]
    deliveries += _in_turn(event, reach, pushing, not_before, circumstances, passed_over)
    return Plan(tuple(deliveries), skipped)


@dataclass(frozen=True, slots=True)
class _Choice:
    offer: Offer
    address: str
    template: Template


def _price(choice: _Choice) -> int:
    """At most, in đồng: a text's parts are counted as its template allows them."""
    return choice.offer.price_vnd * max(choice.template.parts, 1)


def _choose(event: TemplateEvent, reach: Reach, offer: Offer, book: TemplateBook) -> "_Choice | Skip":
    address = reach.addresses.get(offer.channel)
    if not address:
        return Skip.NO_ADDRESS
    template = book.find(event.name, offer.channel, reach.language)
    if template is None:
        return Skip.NO_TEXT
    return Skip.FORM if template.form in offer.barred else _Choice(offer, address, template)


def _hindrance(event: TemplateEvent, choice: _Choice, at: datetime, circumstances: Circumstances) -> Skip | None:
    offer, left = choice.offer, circumstances.budget_left_vnd
    if not offer.open_at(at):
        return Skip.CLOSED
    if offer.quota_left is not None and offer.quota_left < 1:
        return Skip.QUOTA
    if left is not None and not event.legal and _price(choice) > max(left, 0):
        return Skip.BUDGET
    return None


def _in_turn(
    event: TemplateEvent,
    reach: Reach,
    pushing: Sequence[_Choice],
    not_before: datetime | None,
    circumstances: Circumstances,
    passed_over: Why,
) -> list[PlannedDelivery]:
    first, second = (*pushing[:_IN_TURN], None, None)[:_IN_TURN]
    if first is None:
        return []
    why = (*_why(first, reach), *passed_over)
    if second is None:
        return [_delivery(event, first, why, not_before=not_before)]
    reserve = (_reserve(first, second, circumstances), *_muted(second, reach))
    return [
        _delivery(event, first, (*why, *reserve), not_before=not_before),
        _delivery(event, second, reserve, not_before=not_before, standby=True),
    ]


def _passed_over(skipped: Mapping[Channel, Skip]) -> Why:
    """Why other channels to the phone are not used."""
    return tuple(Clause(str(skipped[channel]), {"channel": str(channel)}) for channel in PUSHING if channel in skipped)


def _why(choice: _Choice, reach: Reach) -> Why:
    channel, hours = choice.offer.channel, choice.offer.hours
    taken = () if hours is None else (Clause("hours", {"opens": f"{hours[0]:%H:%M}", "closes": f"{hours[1]:%H:%M}"}),)
    return (
        Clause("first", {"channel": str(channel)}),
        Clause("linked" if channel is Channel.ZALO else "has_phone"),
        *_muted(choice, reach),
        *taken,
        Clause("price", {"vnd": _price(choice)}),
    )


def _reserve(first: _Choice, second: _Choice, circumstances: Circumstances) -> Clause:
    minutes = math.ceil(circumstances.receipt_within / timedelta(minutes=1))
    channels = {"first": str(first.offer.channel), "channel": str(second.offer.channel)}
    return Clause("reserve", {**channels, "minutes": minutes})


def _muted(choice: _Choice, reach: Reach) -> Why:
    channel = choice.offer.channel
    return () if reach.wants(channel) else (Clause("muted", {"channel": str(channel)}),)


def _delivery(
    event: TemplateEvent,
    choice: _Choice,
    why: Why,
    *,
    not_before: datetime | None = None,
    standby: bool = False,
) -> PlannedDelivery:
    return PlannedDelivery(
        channel=choice.offer.channel,
        gateway=choice.offer.gateway,
        address=choice.address,
        template=choice.template,
        priority=Priority.URGENT if event.urgent else Priority.NOTICE,
        why=(*why, Clause("legal" if event.legal else "not_legal")),
        price_vnd=_price(choice),
        standby=standby,
        not_before=not_before,
    )
