"""A transmission (one array sent to the authority) and its items as pure tables: (state, event) -> state.

The authority gives no ids back, may import what it never answered for, and may say yes to what it did not import. So
"it said yes" (transmitted), "we know it has it" (confirmed) and "nobody can tell" (in doubt) are states of their own,
and an item that may be there is never taken for one that is not.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from kernel.states import StateTable, by_event


class TransmissionKind(StrEnum):
    """Which of the authority's three arrays."""

    FOREIGN = "foreign"
    VIETNAMESE = "vietnamese"
    CHANGE = "change"


class TransmissionState(StrEnum):
    """QUEUED: never tried. SENDING: held by a drain. WAITING: to be sent again, and known not to be there as a whole.
    UNKNOWN: some of it may be there. TRANSMITTED: the authority said yes. CONFIRMED: counted or recognised there.
    IN_DOUBT: a person must look. REFUSED: nothing of it was taken. CANCELLED: withdrawn before it was sent."""

    QUEUED = "queued"
    SENDING = "sending"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    TRANSMITTED = "transmitted"
    CONFIRMED = "confirmed"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class TransmissionEvent(StrEnum):
    """AGAIN: some of it must be sent (again). LOSE_SIGHT: some may be there unseen. ACCEPT: the authority said yes.
    CONFIRM: all of it is known to be there. DOUBT, REFUSE, CANCEL: what the states of those names say."""

    CLAIM = "claim"
    AGAIN = "again"
    LOSE_SIGHT = "lose_sight"
    ACCEPT = "accept"
    CONFIRM = "confirm"
    DOUBT = "doubt"
    REFUSE = "refuse"
    CANCEL = "cancel"


class ItemState(StrEnum):
    """SENT: in a call whose end nobody saw; it may be there. The others as for transmissions."""

    QUEUED = "queued"
    SENT = "sent"
    TRANSMITTED = "transmitted"
    CONFIRMED = "confirmed"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class ItemEvent(StrEnum):
    """SEND: a call with it begins. ACCEPT: the authority said yes. CONFIRM: it is there. MISS: it is not there.
    LOSE_SIGHT: the authority said yes and the count does not agree."""

    SEND = "send"
    ACCEPT = "accept"
    CONFIRM = "confirm"
    MISS = "miss"
    LOSE_SIGHT = "lose_sight"
    REFUSE = "refuse"
    DOUBT = "doubt"
    CANCEL = "cancel"


_T = TransmissionState
_E = TransmissionEvent
SENDABLE: Final = (_T.QUEUED, _T.WAITING, _T.UNKNOWN)
_LEADS: Final[Mapping[TransmissionEvent, Mapping[TransmissionState, TransmissionState]]] = {
    _E.CLAIM: dict.fromkeys(SENDABLE, _T.SENDING),
    # From in doubt: a person says that it is not there and must be sent.
    _E.AGAIN: dict.fromkeys((_T.SENDING, _T.UNKNOWN, _T.WAITING, _T.IN_DOUBT), _T.WAITING),
    _E.LOSE_SIGHT: dict.fromkeys((_T.SENDING, _T.UNKNOWN, _T.TRANSMITTED), _T.UNKNOWN),
    _E.ACCEPT: dict.fromkeys((_T.SENDING, _T.UNKNOWN, _T.TRANSMITTED), _T.TRANSMITTED),
    # From in doubt: a person has seen it there, or filed it there by hand.
    _E.CONFIRM: dict.fromkeys((_T.SENDING, _T.UNKNOWN, _T.TRANSMITTED, _T.IN_DOUBT), _T.CONFIRMED),
    # From queued and waiting: a person takes it in hand, who has filed it by other ways.
    _E.DOUBT: {state: _T.IN_DOUBT for state in _T if state not in (_T.CONFIRMED, _T.REFUSED, _T.CANCELLED)},
    _E.REFUSE: dict.fromkeys((_T.SENDING,), _T.REFUSED),
    _E.CANCEL: dict.fromkeys((_T.QUEUED, _T.WAITING, _T.SENDING, _T.IN_DOUBT), _T.CANCELLED),
}
TRANSMISSION_MOVES: Final = StateTable(by_event(_LEADS))
"""What is not listed must not happen. Late news of a claim that another has followed never come here: its generation
fences them off."""

_I = ItemState
_V = ItemEvent
_ITEM_LEADS: Final[Mapping[ItemEvent, Mapping[ItemState, ItemState]]] = {
    _V.SEND: dict.fromkeys((_I.QUEUED, _I.SENT), _I.SENT),
    _V.ACCEPT: dict.fromkeys((_I.SENT,), _I.TRANSMITTED),
    _V.CONFIRM: dict.fromkeys((_I.SENT, _I.TRANSMITTED, _I.IN_DOUBT), _I.CONFIRMED),
    _V.MISS: dict.fromkeys((_I.SENT, _I.IN_DOUBT), _I.QUEUED),
    _V.LOSE_SIGHT: dict.fromkeys((_I.TRANSMITTED,), _I.SENT),
    _V.REFUSE: dict.fromkeys((_I.SENT,), _I.REFUSED),
    _V.DOUBT: dict.fromkeys((_I.QUEUED, _I.SENT, _I.TRANSMITTED), _I.IN_DOUBT),
    _V.CANCEL: dict.fromkeys((_I.QUEUED, _I.IN_DOUBT), _I.CANCELLED),
}
ITEM_MOVES: Final = StateTable(by_event(_ITEM_LEADS))
FINAL: Final = frozenset({_T.CONFIRMED, _T.REFUSED, _T.CANCELLED})
ITEM_FINAL: Final = frozenset({_I.CONFIRMED, _I.REFUSED, _I.CANCELLED})

# The first that any item is in decides: what may be there unseen comes before what must be sent, both before what is
# only waiting for a count, and a person's turn comes when nothing of that is left.
_BY_ITEMS: Final = (
    (_I.SENT, _E.LOSE_SIGHT),
    (_I.QUEUED, _E.AGAIN),
    (_I.TRANSMITTED, _E.ACCEPT),
    (_I.IN_DOUBT, _E.DOUBT),
    (_I.CONFIRMED, _E.CONFIRM),
    (_I.REFUSED, _E.REFUSE),
    (_I.CANCELLED, _E.CANCEL),
)


def event_of(items: Iterable[ItemState]) -> TransmissionEvent:
    """What a transmission must do when its items are in these states; CANCEL for none."""
    held = set(items)
    return next((event for state, event in _BY_ITEMS if state in held), _E.CANCEL)
