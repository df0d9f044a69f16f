"""Lodgings, their rooms and nights, and stays, as use cases show them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kernel.frozen import frozen
from residence.accounts.account import AccountState, KnownAccount
from residence.guests import GuestDeclaration
from residence.models import Lodging, Stay


@dataclass(frozen=True, slots=True)
class LodgingView:
    """A lodging (cơ sở lưu trú); `reason` is what the police gave for a refusal or a suspension."""

    id: UUID
    organisation_id: UUID
    name: str
    kind: str
    address: str
    commune_code: str
    agency_code: str
    remote: bool
    state: str
    reason: str | None
    reminder_channel: str
    authority_username: str | None
    account: KnownAccount
    registered_at: datetime
    approved_at: datetime | None

    @classmethod
    def of(cls, lodging: Lodging) -> "LodgingView":
        return frozen(cls, lodging, account=known_account(lodging))


@dataclass(frozen=True, slots=True)
class LodgingChangeView:
    """One change of a lodging's state."""

    at: datetime
    event: str
    from_state: str | None
    to_state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class LodgingName:
    """A lodging as it is named beside a guest or on a receipt."""

    id: UUID
    name: str
    address: str

    @classmethod
    def of(cls, lodging: Lodging) -> "LodgingName":
        return frozen(cls, lodging)


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room and its number of beds."""

    name: str
    beds: int


@dataclass(frozen=True, slots=True)
class NilView:
    """A lodging's word that nobody stays a night."""

    id: UUID
    night: date
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class StayView:
    """A stay (lưu trú) as its latest declaration, number `declarations`, tells it."""

    id: UUID
    state: str
    kind: str
    night: date
    arrival: datetime
    departure: datetime
    declarations: int
    declared_at: datetime
    due_at: datetime
    late: bool
    has_photo: bool

    @classmethod
    def of(cls, stay: Stay) -> "StayView":
        return frozen(cls, stay, has_photo=stay.photo_key is not None)


@dataclass(frozen=True, slots=True)
class SeenGuest:
    """A guest as the police see them; `guest` is None where the content has been erased."""

    stay: StayView
    lodging: LodgingName
    guest: GuestDeclaration | None


def known_account(lodging: Lodging) -> KnownAccount:
    """What its people are told of a lodging's account at the authority's portal."""
    return KnownAccount(AccountState(lodging.authority_state), lodging.authority_username, lodging.authority_told_at)
