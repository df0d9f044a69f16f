"""What is to be sent of a declaration, now that its turn has come. Pure.

The portal takes an arrival only today or yesterday, changes the departure of Vietnamese guests only, and has no call
for a correction or an annulment: what it does not take is held for a person, who does it there by hand or by file.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from residence.authority.elements import EXTEND, HIGHEST_DOCUMENT_KIND, LEAVE, change_of, element_of
from residence.authority.port import Element
from residence.guests import GuestDeclaration, GuestKind
from residence.states import DeclarationKind
from residence.transmission.states import ItemState, TransmissionKind

ARRIVALS: Final = frozenset({DeclarationKind.ARRIVAL, DeclarationKind.CORRECTION})
OVERTURNING: Final = frozenset({DeclarationKind.CORRECTION, DeclarationKind.ANNULMENT})
_YESTERDAY: Final = timedelta(days=1)


class Why(StrEnum):
    """Why something is held or dropped. The first five need a person, of which the first two can go by file."""

    TOO_OLD = "too_old"
    BY_FILE = "by_file"
    BY_HAND = "by_hand"
    CHANGED_UNSEEN = "changed_unseen"
    ERASED = "erased"
    SUPERSEDED = "superseded"
    NEVER_SENT = "never_sent"
    NOT_THERE = "not_there"


BY_OFFICIAL_FILE: Final = frozenset({Why.TOO_OLD, Why.BY_FILE})
SENTENCES: Final = {
    Why.TOO_OLD: "Cổng chỉ nhận khách đến hôm nay hoặc hôm qua; hãy nộp tệp mẫu của cổng",
    Why.BY_FILE: "Cổng không nhận loại giấy tờ này qua kết nối; hãy nộp tệp mẫu của cổng",
    Why.BY_HAND: "Kết nối của cổng không có lệnh này; hãy sửa trực tiếp trên cổng",
    Why.CHANGED_UNSEEN: "Khai báo đã đổi khi chưa rõ cổng có nhận hay không; hãy kiểm tra trên cổng",
    Why.ERASED: "Dữ liệu đã hết hạn lưu và không còn để gửi",
    Why.SUPERSEDED: "Đã có khai báo sửa hoặc huỷ thay cho khai báo này",
    Why.NEVER_SENT: "Khai báo chưa từng được gửi nên không có gì để huỷ trên cổng",
    Why.NOT_THERE: "Cổng không có lượt lưu trú này",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item whose turn has come. `earlier` are the states of the arrivals and corrections of this stay before it
    (None: not planned yet), `later` the kinds of the declarations that followed it. `guest` is None once erased."""

    kind: DeclarationKind
    guest: GuestDeclaration | None
    state: ItemState
    earlier: Sequence[ItemState | None] = ()
    later: Collection[DeclarationKind] = ()


@dataclass(frozen=True, slots=True)
class Send:
    element: Element
    document: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A person must look."""

    why: Why


@dataclass(frozen=True, slots=True)
class Drop:
    """There is nothing to send."""

    why: Why


@dataclass(frozen=True, slots=True)
class Wait:
    """What came before it is not settled yet."""


Decision = Send | Hold | Drop | Wait


class _Arrival(StrEnum):
    UNSEEN = "unseen"
    COMING = "coming"
    THERE = "there"
    IN_DOUBT = "in_doubt"
    NOWHERE = "nowhere"


def decide(candidate: Candidate, kind: TransmissionKind, today: date) -> Decision:
    """What to do with an item of an array of `kind`; `today` in Vietnam."""
    if candidate.guest is None:
        return Hold(Why.ERASED)
    if candidate.kind in ARRIVALS:
        return _arrival(candidate, candidate.guest, kind, today)
    standing = _standing(candidate.earlier)
    if candidate.kind is DeclarationKind.ANNULMENT:
        return _annulment(standing)
    return _change(candidate, candidate.guest, standing)


def array_of(kind: DeclarationKind, guest: GuestKind) -> TransmissionKind:
    """In which of the authority's arrays a declaration goes."""
    if kind not in ARRIVALS:
        return TransmissionKind.CHANGE
    return TransmissionKind.FOREIGN if guest is GuestKind.FOREIGN else TransmissionKind.VIETNAMESE


def _arrival(candidate: Candidate, guest: GuestDeclaration, kind: TransmissionKind, today: date) -> Decision:
    if OVERTURNING & set(candidate.later):
        # To ask the portal by sending it once more would declare what is no longer so.
        return Hold(Why.CHANGED_UNSEEN) if candidate.state is ItemState.SENT else Drop(Why.SUPERSEDED)
    if candidate.kind is DeclarationKind.CORRECTION:
        standing = _standing(candidate.earlier)
        if standing is _Arrival.UNSEEN:
            return Wait()
        if standing in (_Arrival.THERE, _Arrival.IN_DOUBT):
            return Hold(Why.BY_HAND)
    if guest.kind is GuestKind.VIETNAMESE and (guest.document_kind or 0) > HIGHEST_DOCUMENT_KIND:
        return Hold(Why.BY_FILE)
    if guest.arrival.day < today - _YESTERDAY:
        return Hold(Why.TOO_OLD)
    return Send(element_of(kind, guest), guest.document_number)


def _annulment(standing: _Arrival) -> Decision:
    if standing is _Arrival.UNSEEN:
        return Wait()
    if standing in (_Arrival.THERE, _Arrival.IN_DOUBT):
        return Hold(Why.BY_HAND)
    return Drop(Why.NEVER_SENT)


def _change(candidate: Candidate, guest: GuestDeclaration, standing: _Arrival) -> Decision:
    if DeclarationKind.ANNULMENT in candidate.later:
        return Hold(Why.CHANGED_UNSEEN) if candidate.state is ItemState.SENT else Drop(Why.SUPERSEDED)
    if standing in (_Arrival.UNSEEN, _Arrival.COMING):
        return Wait()
    if standing is _Arrival.NOWHERE:
        return Drop(Why.NOT_THERE)
    by_call = guest.kind is GuestKind.VIETNAMESE and (guest.document_kind or 0) <= HIGHEST_DOCUMENT_KIND
    if standing is _Arrival.IN_DOUBT or not by_call:
        return Hold(Why.BY_HAND)
    loai = LEAVE if candidate.kind is DeclarationKind.EARLY_LEAVE else EXTEND
    return Send(change_of(loai, guest), guest.document_number)


def _standing(earlier: Sequence[ItemState | None]) -> _Arrival:
    """Where the guest's arrival stands with the authority, by the items that declared it."""
    held = set(earlier)
    for state, standing in _STANDINGS:
        if state in held:
            return standing
    return _Arrival.NOWHERE


_STANDINGS: Final = (
    (ItemState.SENT, _Arrival.UNSEEN),
    (ItemState.TRANSMITTED, _Arrival.THERE),
    (ItemState.CONFIRMED, _Arrival.THERE),
    (ItemState.IN_DOUBT, _Arrival.IN_DOUBT),
    (ItemState.QUEUED, _Arrival.COMING),
    (None, _Arrival.COMING),
)
