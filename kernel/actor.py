"""Who is acting: the result of reading a token, and all that rules may know of the caller."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    CITIZEN = "citizen"
    OFFICER = "officer"
    CLIENT = "client"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """`person_id` is set for citizens and officers; `officer_id`, `agency_code` and `roles` for officers only.

    `agency_code` is the root of the agency subtree the officer works in. `identity_level` is 1 or 2 by NĐ 69/2024.
    `authenticated_at` is when the person last proved to the eID provider who they are. A client is a partner's system:
    it has `client_id`, `scopes`, and either the `organisation_id` or the `agency_code` it belongs to. `grantor_id` is
    the person on whose rights it rests, `mandates` are what they hold in the organisation now.
    """

    kind: ActorKind
    person_id: UUID | None = None
    session_id: UUID | None = None
    identity_level: int = 0
    officer_id: UUID | None = None
    agency_code: str | None = None
    roles: frozenset[str] = frozenset()
    authenticated_at: datetime | None = None
    client_id: UUID | None = None
    organisation_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    grantor_id: UUID | None = None
    mandates: frozenset[str] = frozenset()

    @property
    def id(self) -> UUID | None:
        return self.officer_id or self.person_id or self.client_id


SYSTEM = Actor(ActorKind.SYSTEM)
ANONYMOUS = Actor(ActorKind.ANONYMOUS)
