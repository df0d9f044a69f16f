"""Identifiers and random secrets."""

import secrets
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

# No 0/O, 1/I/L: the secret is read off paper and typed on a phone. 31 symbols, 8 of them carry 39 bits.
LOOKUP_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_id() -> UUID:
    """A UUIDv7: unique, and ordered by time so that index pages stay warm."""
    return uuid7()


def first_id_at(moment: datetime) -> UUID:
    """A bound: ids that `new_id` made before `moment` (with a zone) are lower, ids made after it are not."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def new_token(octets: int = 32) -> str:
    """An unguessable URL-safe token of `octets` random bytes."""
    return secrets.token_urlsafe(octets)


def new_lookup_secret(length: int = 8) -> str:
    """The short secret printed on a slip, for look-up without login."""
    return "".join(secrets.choice(LOOKUP_ALPHABET) for _ in range(length))
