"""The tree of agencies, read by its table: it belongs to the catalogue."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session


def subtree(session: Session, agency_code: str) -> Sequence[str]:
    """The codes of an agency and of all below it."""
    query = "SELECT code FROM agency WHERE path LIKE (SELECT path FROM agency WHERE code = :agency) || '%'"
    return session.scalars(text(query), {"agency": agency_code}).all()


def is_top(session: Session, agency_code: str) -> bool:
    """Whether the agency stands below no other."""
    found = session.execute(text("SELECT parent_code FROM agency WHERE code = :code"), {"code": agency_code}).first()
    return found is not None and found.parent_code is None
