"""What residence asks of the register of organisations and people, which others keep."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from kernel.work import Work
from residence.settings import ResidenceSettings


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands to an organisation today; `household` tells a household business from a company or hotel.

    `disputed`: another organisation has proved the tax code that it claims.
    """

    mandates: frozenset[str]
    household: bool
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Claimant:
    """An organisation as others see it: `standing` says whether it has proved the tax code that it claims."""

    name: str
    standing: str


@dataclass(frozen=True, slots=True)
class Member:
    member_id: UUID
    person_id: UUID
    display_name: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an organisation's own system."""

    key_id: UUID
    name: str


class Organisations(Protocol):
    def standings(self, work: Work, person_id: UUID) -> Mapping[UUID, Standing]:
        """Every active organisation of which the person is a member today."""
        ...

    def is_household(self, work: Work, organisation_id: UUID) -> bool:
        """Whether fines are those for an individual."""
        ...

    def members(self, work: Work, organisation_id: UUID) -> Collection[Member]:
        """Its members that are not revoked."""
        ...

    def keys_of(self, work: Work, organisation_id: UUID, people: Collection[UUID]) -> Collection[Key]:
        """Its keys that work and rest on these people, but for those of people who manage every lodging."""
        ...

    def claimants(self, work: Work, organisations: Collection[UUID]) -> Mapping[UUID, Claimant]:
        """How these organisations are shown to others."""
        ...

    def names(self, work: Work, organisation_id: UUID) -> Mapping[UUID, str]:
        """What the organisation calls its people and its systems, past ones included: person or client id -> name."""
        ...


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """What the use cases of lodgings need beside the work at hand."""

    organisations: Organisations
    settings: ResidenceSettings
