"""Who is acting: the result of reading a token, and all that rules may know of the caller."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    CITIZEN = "citizen"
    OFFICER = "officer"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """`person_id` is set for citizens and officers; `officer_id`, `agency_code` and `roles` for officers only.

    `agency_code` is the root of the agency subtree the officer works in. `identity_level` is 1 or 2 by NĐ 69/2024.
    """

    kind: ActorKind
    person_id: UUID | None = None
    session_id: UUID | None = None
    identity_level: int = 0
    officer_id: UUID | None = None
    agency_code: str | None = None
    roles: frozenset[str] = frozenset()

    @property
    def id(self) -> UUID | None:
        return self.officer_id or self.person_id


SYSTEM = Actor(ActorKind.SYSTEM)
ANONYMOUS = Actor(ActorKind.ANONYMOUS)
