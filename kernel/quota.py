"""Bounds on what one account may hold. They hold in a race: whoever counts waits for the others who count the same."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.errors import DomainError

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def hold_quota(session: Session, what: str, owner: UUID | str) -> None:
    """Makes every other transaction that counts `what` of `owner` wait until this one ends.

    A count alone sees nothing of rows that others are about to commit, so that a crowd would pass the bound together.
    """
    session.execute(_LOCK, {"name": f"quota:{what}:{owner}"})


def require_room(
    session: Session, what: str, owner: UUID | str, *, held: Callable[[], int], limit: int, refusal: str
) -> None:
    """Raises DomainError(`refusal`, limit=…) when `owner` holds `limit` of `what`; `held` counts under the lock."""
    hold_quota(session, what, owner)
    if held() >= limit:
        raise DomainError(refusal, limit=limit)
