"""The tree of agencies (cây cơ quan): the one place that says what a subtree is.

The path of an agency begins with the path of every agency above it. Packages above put these pieces of SQL into their
own statements.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, text
from sqlalchemy.orm import InstrumentedAttribute, Session


def covers(upper: str, lower: str) -> str:
    """SQL: the agency of alias `upper` is the one of alias `lower`, or stands above it."""
    return f"starts_with({lower}.path, {upper}.path)"


def within(alias: str) -> str:
    """SQL: the agency of `alias` is the one whose code is bound to `:agency`, or stands below it."""
    return f"starts_with({alias}.path, (SELECT path FROM agency WHERE code = :agency))"  # noqa: S608 - names of our own


SUBTREE: Final = f"SELECT agency.code FROM agency WHERE {within('agency')}"  # noqa: S608 - constants only
_ONE_WITHIN: Final = text(f"SELECT 1 FROM agency WHERE code = :code AND {within('agency')}")  # noqa: S608 - the same
_CHAIN: Final = text(
    f"SELECT above.code FROM agency here JOIN agency above ON {covers('above', 'here')}"  # noqa: S608 - the same
    " WHERE here.code = :code ORDER BY length(above.path) DESC"
)
_TOP: Final = text("SELECT 1 FROM agency WHERE code = :code AND parent_code IS NULL")
_THERE: Final = text("SELECT 1 FROM agency WHERE code = :code")


def in_subtree(column: InstrumentedAttribute[Any], root: str | None) -> ColumnElement[bool]:
    """Rows whose agency, by its code in `column`, is `root` or stands below it; none without a root."""
    return column.in_(text(SUBTREE).bindparams(agency=root))


def codes_within(session: Session, root: str | None) -> frozenset[str]:
    """The codes of an agency and of all below it; none for an agency that does not exist."""
    return frozenset(session.scalars(text(SUBTREE), {"agency": root}))


def is_within(session: Session, code: str, root: str | None) -> bool:
    """Whether an agency is `root` or stands below it; False for one that does not exist."""
    return session.execute(_ONE_WITHIN, {"code": code, "agency": root}).first() is not None


def codes_from(session: Session, code: str) -> Sequence[str]:
    """An agency and those above it, the nearest first; none for an agency that does not exist."""
    return session.scalars(_CHAIN, {"code": code}).all()


def is_top(session: Session, code: str | None) -> bool:
    """Whether an agency exists and stands below no other."""
    return session.execute(_TOP, {"code": code}).first() is not None


def agency_exists(session: Session, code: str) -> bool:
    return session.execute(_THERE, {"code": code}).first() is not None
