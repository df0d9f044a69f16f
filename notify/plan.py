"""Who is told what, how: event + reach + channels on offer -> ordered deliveries with reasons. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

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


class Priority(IntEnum):
    """Lower goes first."""

    URGENT = 0
    NOTICE = 1


class NoTemplate(LookupError):  # noqa: N818 - reads as what it says
    """A change of status that has no text: the table is behind the dossier's states."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A channel that can be used now, and the gateway that serves it."""

    channel: str
    gateway: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How a person can be reached. `addresses`: channel -> address ("sms" -> E.164)."""

    language: str
    addresses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """One text to one address. `reason` says for officers why this channel; it holds no personal value."""

    channel: str
    gateway: str
    address: str
    template: Template
    priority: Priority
    reason: str


def template_for(event: str, to: int) -> str:
    """The name of the text for a change of the official status by `event` to `to`. Raises NoTemplate."""
    name = _ANSWERED.get(to) if event in ("supplement", "fee_settled") else _TEMPLATES.get(event)
    if name is None:
        raise NoTemplate(f"no text for {event} to {to}")
    return name


def plan(name: str, reach: Reach, offers: Sequence[Offer], book: TemplateBook) -> tuple[PlannedDelivery, ...]:
    """The deliveries of one notice in the order in which they are tried; empty when no channel reaches the person.

    The first offer wins whose channel the person has an address on.
    """
    for offer in offers:
        address = reach.addresses.get(offer.channel)
        if address:
            template = book.get(name, offer.channel, reach.language)
            priority = Priority.URGENT if template.urgent else Priority.NOTICE
            return (PlannedDelivery(offer.channel, offer.gateway, address, template, priority, _why(offer, template)),)
    return ()


def _why(offer: Offer, template: Template) -> str:
    duty = "required by law" if template.legal else "asked for by the person"
    return f"{offer.channel} by {offer.gateway}: first channel with an address; {duty}"
