"""Who is told what, how, when: a pure function of event, person, offers, budget and time, with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from kernel.clock import local
from notify.template_events import TemplateEvent
from notify.texts import Template, TemplateBook

CODE_TEMPLATE: Final = "phone_proof.code"
_ANSWERED: Final[Mapping[int, str]] = {
    1: "dossier.answered",
    2: "dossier.resumed",
    4: "dossier.resumed",
    9: "dossier.finished",
}
"""After a supplement or a payment the dossier goes on from the official state it had left."""
_TEMPLATES: Final[Mapping[str, str]] = {
    "submit": "dossier.submitted",
    "accept": "dossier.accepted",
    "decline": "dossier.declined",
    "start": "dossier.processing",
    "request_supplement": "dossier.supplement_requested",
    "demand_fee": "dossier.fee_demanded",
    "ask_withdrawal": "dossier.withdrawal_asked",
    "grant_withdrawal": "dossier.withdrawn",
    "refuse_withdrawal": "dossier.withdrawal_refused",
    "stop": "dossier.stopped",
    "finish": "dossier.finished",
    "hand_over": "dossier.handed_over",
    "undo_accept": "dossier.corrected",
    "undo_start": "dossier.corrected",
    "undo_finish": "dossier.corrected",
    "undo_hand_over": "dossier.corrected",
}


class Channel(StrEnum):
    """Ways to a person. The inbox is inside the app and never fails; the others are somebody else's."""

    ZALO = "zalo"
    SMS = "sms"
    INBOX = "inbox"


PUSHING: Final = (Channel.ZALO, Channel.SMS)
_IN_TURN: Final = 2
WANTED_UNSAID: Final[Mapping[Channel, bool]] = {Channel.ZALO: False, Channel.SMS: True, Channel.INBOX: True}
"""Zalo is used only for people who switched it on: a phone number alone is no consent to hand it to Zalo."""
QUIET_BEGINS: Final = time(22)
QUIET_ENDS: Final = time(6)


class Priority(IntEnum):
    """Lower goes first."""

    URGENT = 0
    NOTICE = 1


class NoTemplate(LookupError):  # noqa: N818 - reads as what it says
    """A change of status that has no text: the table is behind the dossier's states."""


class Skip(StrEnum):
    """Why a channel is not used."""

    NO_ADDRESS = "no address"
    NO_TEXT = "no text for this channel"
    NOT_WANTED = "not wanted by the person"
    CLOSED = "closed at this hour"
    QUOTA = "quota used up"
    FORM = "its form is not in use there"
    BUDGET = "budget used up"


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
    set for what waits for the morning. `reason` says for officers why this channel; it holds no personal value."""

    channel: Channel
    gateway: str
    address: str
    template: Template
    priority: Priority
    reason: str
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


def template_for(event: str, to: int) -> str:
    """The name of the text for a change of the official status by `event` to `to`. Raises NoTemplate."""
    name = _ANSWERED.get(to) if event in ("supplement", "fee_settled") else _TEMPLATES.get(event)
    if name is None:
        raise NoTemplate(f"no text for {event} to {to}")
    return name


def plan(
    event: TemplateEvent, reach: Reach, offers: Sequence[Offer], book: TemplateBook, circumstances: Circumstances
) -> Plan:
    """The cheapest channel that reaches the person now, another in reserve, and the inbox in any case.

    What the law prescribes is told whatever the budget, and by a text when no other channel is left, though texts are
    muted. Zalo is never used for anyone who does not want it. What can wait is not sent at night.
    """
    at = _morning(circumstances.now) if event.can_wait else circumstances.now
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
    told = "always told in the app" if pushing else f"always told in the app{passed_over}"
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
    passed_over: str,
) -> list[PlannedDelivery]:
    first, second = (*pushing[:_IN_TURN], None, None)[:_IN_TURN]
    if first is None:
        return []
    reason = f"{first.offer.channel} first: {_why(first, reach)}{passed_over}"
    if second is None:
        return [_delivery(event, first, reason, not_before=not_before)]
    minutes = circumstances.receipt_within.total_seconds() / 60
    muted = "" if reach.wants(second.offer.channel) else ", though muted,"
    reserve = f"{second.offer.channel}{muted} if {first.offer.channel} fails or brings no receipt in {minutes:g} min"
    return [
        _delivery(event, first, f"{reason}; {reserve}", not_before=not_before),
        _delivery(event, second, reserve, not_before=not_before, standby=True),
    ]


def _passed_over(skipped: Mapping[Channel, Skip]) -> str:
    """Why other channels to the phone are not used, as the end of a reason."""
    return "".join(f"; no {channel}: {skipped[channel]}" for channel in PUSHING if channel in skipped)


def _why(choice: _Choice, reach: Reach) -> str:
    offer = choice.offer
    linked = "linked" if offer.channel is Channel.ZALO else "has a phone"
    if not reach.wants(offer.channel):
        linked += ", though muted"
    hours = "" if offer.hours is None else f", {offer.hours[0]:%H:%M}\N{EN DASH}{offer.hours[1]:%H:%M}"
    return f"{linked}{hours}, at most {_price(choice)} VND"


def _delivery(
    event: TemplateEvent,
    choice: _Choice,
    reason: str,
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
        reason=f"{reason}; {'required by law' if event.legal else 'not required by law'}",
        price_vnd=_price(choice),
        standby=standby,
        not_before=not_before,
    )


def is_quiet(now: datetime) -> bool:
    """Whether people sleep at that instant, and what can wait, waits."""
    return not QUIET_ENDS <= local(now).time() < QUIET_BEGINS


def _morning(now: datetime) -> datetime:
    """`now` by day; at night the next end of the quiet hours."""
    here = local(now)
    if not is_quiet(now):
        return now
    day = here.date() + timedelta(days=1 if here.time() >= QUIET_BEGINS else 0)
    return datetime.combine(day, QUIET_ENDS, here.tzinfo).astimezone(UTC)
