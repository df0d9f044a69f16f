"""Delivery and attempt as pure tables: (state, event) -> state. What a table does not list must not happen.

Outcomes, answers to questions and receipts reach us repeated, late and in any order, so each of those events has a row
in every state; a row that stays where it is says that the event is kept on record and changes nothing. Four states of a
delivery are final and no event leads out of them: the first final word stands, also when a receipt "delivered" comes
after "undelivered", because what followed from the first word (a line in the timeline, another channel) cannot be
undone.

A text of several parts has one receipt for all of them. "Some parts arrived" is progress. A gateway that says
"delivered" and then "undelivered" of one message contradicts itself: the later word stays on record with the attempt,
is counted and logged, and the first stands. A legal notice is in the inbox of the app as well, whatever becomes of its
text.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kernel.states import StateTable, by_event, stays


class DeliveryState(StrEnum):
    STANDBY = "standby"
    QUEUED = "queued"
    SENDING = "sending"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    DEAD = "dead"
    CANCELLED = "cancelled"


class DeliveryEvent(StrEnum):
    """STALE_... are receipts of an attempt that a later one has followed; all else speaks of the latest attempt.

    RELEASE and EXPIRE come from whoever holds the attempt and knows that it never left the house. WAKE: those before a
    standby have failed or taken too long; SUPERSEDE: another delivery of the notice does its work. CANCEL is a person's
    word. RESEND: the gateway refuses a repeat of what it has, so an unknown attempt is simply made again. HOLD: the
    gateway takes nothing before a time that it named.
    """

    CLAIM = "claim"
    WAKE = "wake"
    CANCEL = "cancel"
    SUPERSEDE = "supersede"
    RESEND = "resend"
    RELEASE = "release"
    EXPIRE = "expire"
    ACCEPT = "accept"
    FAIL = "fail"
    HOLD = "hold"
    GIVE_UP = "give_up"
    REFUSE = "refuse"
    LOSE_SIGHT = "lose_sight"
    FIND = "find"
    MISS = "miss"
    RECEIPT_PROGRESS = "receipt_progress"
    RECEIPT_DELIVERED = "receipt_delivered"
    RECEIPT_UNDELIVERED = "receipt_undelivered"
    STALE_PROGRESS = "stale_progress"
    STALE_DELIVERED = "stale_delivered"
    STALE_UNDELIVERED = "stale_undelivered"


class AttemptState(StrEnum):
    SENDING = "sending"
    ACCEPTED = "accepted"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


class AttemptEvent(StrEnum):
    ACCEPT = "accept"
    FAIL = "fail"
    REFUSE = "refuse"
    LOSE_SIGHT = "lose_sight"
    FIND = "find"
    MISS = "miss"
    RECEIPT = "receipt"


class ReceiptKind(StrEnum):
    """What a gateway says of a message it took; each adapter maps its own words onto these."""

    PROGRESS = "progress"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    IRRELEVANT = "irrelevant"


_D = DeliveryState
_E = DeliveryEvent
FINAL: Final = frozenset({_D.DELIVERED, _D.UNDELIVERED, _D.DEAD, _D.CANCELLED})
FAILED: Final = (_D.DEAD, _D.UNDELIVERED)
SENDABLE: Final = (_D.STANDBY, _D.QUEUED, _D.WAITING)
_OPEN: Final = tuple(state for state in _D if state not in FINAL)

# Where each event leads from the states that are still open; the final ones stay, by the second table.
_LEADS: Final[Mapping[DeliveryEvent, Mapping[DeliveryState, DeliveryState]]] = {
    _E.CLAIM: dict.fromkeys(SENDABLE, _D.SENDING),
    _E.WAKE: {_D.STANDBY: _D.QUEUED},
    _E.CANCEL: dict.fromkeys(SENDABLE, _D.CANCELLED),
    _E.SUPERSEDE: dict.fromkeys(SENDABLE, _D.CANCELLED),
    _E.RESEND: {_D.UNKNOWN: _D.QUEUED},
    _E.RELEASE: {_D.SENDING: _D.QUEUED, _D.UNKNOWN: _D.QUEUED},
    _E.EXPIRE: dict.fromkeys((*SENDABLE, _D.SENDING, _D.UNKNOWN), _D.CANCELLED),
    _E.ACCEPT: dict.fromkeys(_OPEN, _D.ACCEPTED),
    _E.FAIL: {_D.SENDING: _D.WAITING, _D.UNKNOWN: _D.WAITING},
    _E.HOLD: {_D.SENDING: _D.WAITING, _D.UNKNOWN: _D.WAITING},
    _E.GIVE_UP: {_D.SENDING: _D.DEAD, _D.UNKNOWN: _D.DEAD},
    _E.REFUSE: {_D.SENDING: _D.DEAD, _D.UNKNOWN: _D.DEAD, _D.QUEUED: _D.DEAD},
    _E.LOSE_SIGHT: {_D.SENDING: _D.UNKNOWN},
    _E.FIND: {_D.UNKNOWN: _D.ACCEPTED},
    _E.MISS: {_D.UNKNOWN: _D.QUEUED},
    _E.RECEIPT_PROGRESS: dict.fromkeys(_OPEN, _D.ACCEPTED),
    _E.RECEIPT_DELIVERED: dict.fromkeys(_OPEN, _D.DELIVERED),
    _E.RECEIPT_UNDELIVERED: dict.fromkeys(_OPEN, _D.UNDELIVERED),
    _E.STALE_PROGRESS: dict.fromkeys(SENDABLE, _D.ACCEPTED),
    _E.STALE_DELIVERED: dict.fromkeys(_OPEN, _D.DELIVERED),
    _E.STALE_UNDELIVERED: {},
}
# CLAIM happens only to rows the drain has just locked in the right state: elsewhere a mistake, not late news.
DELIVERY_MOVES: Final = StateTable(stays(_D, (event for event in _E if event is not _E.CLAIM)) | by_event(_LEADS))

_A = AttemptState
ATTEMPT_MOVES: Final = StateTable(
    stays(_A, AttemptEvent)
    | {
        (_A.SENDING, AttemptEvent.ACCEPT): _A.ACCEPTED,
        (_A.SENDING, AttemptEvent.FAIL): _A.TRANSIENT,
        (_A.SENDING, AttemptEvent.REFUSE): _A.PERMANENT,
        (_A.SENDING, AttemptEvent.LOSE_SIGHT): _A.UNKNOWN,
        (_A.SENDING, AttemptEvent.RECEIPT): _A.ACCEPTED,
        (_A.UNKNOWN, AttemptEvent.ACCEPT): _A.ACCEPTED,
        (_A.UNKNOWN, AttemptEvent.FAIL): _A.TRANSIENT,
        (_A.UNKNOWN, AttemptEvent.REFUSE): _A.PERMANENT,
        (_A.UNKNOWN, AttemptEvent.FIND): _A.ACCEPTED,
        (_A.UNKNOWN, AttemptEvent.MISS): _A.TRANSIENT,
        (_A.UNKNOWN, AttemptEvent.RECEIPT): _A.ACCEPTED,
        (_A.TRANSIENT, AttemptEvent.ACCEPT): _A.ACCEPTED,
        (_A.TRANSIENT, AttemptEvent.RECEIPT): _A.ACCEPTED,
        (_A.PERMANENT, AttemptEvent.RECEIPT): _A.ACCEPTED,
    }
)

RECEIPT_EVENTS: Final[Mapping[tuple[ReceiptKind, bool], DeliveryEvent]] = {
    (ReceiptKind.PROGRESS, True): _E.RECEIPT_PROGRESS,
    (ReceiptKind.DELIVERED, True): _E.RECEIPT_DELIVERED,
    (ReceiptKind.UNDELIVERED, True): _E.RECEIPT_UNDELIVERED,
    (ReceiptKind.PROGRESS, False): _E.STALE_PROGRESS,
    (ReceiptKind.DELIVERED, False): _E.STALE_DELIVERED,
    (ReceiptKind.UNDELIVERED, False): _E.STALE_UNDELIVERED,
}
"""(what the receipt says, whether it is of the latest attempt) -> event."""
