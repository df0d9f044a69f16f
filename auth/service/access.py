"""Who the caller is to these use cases."""

from uuid import UUID

from kernel.actor import Actor
from kernel.errors import DomainError


def person_of(actor: Actor) -> UUID:
    """The person behind a citizen or an officer. Raises `unauthenticated` for anyone else."""
    if actor.person_id is None:
        raise DomainError("unauthenticated")
    return actor.person_id
