"""The database's clock, watched for being put back.

All that waits in the database waits until a time by the database's own clock. When that is put back by ten minutes,
whatever was due in a second is due in ten minutes and a second; so the times are put back as far. A clock that is put
forward needs nothing: what becomes due early by it is safe to be looked at early.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import CheckConstraint, SmallInteger, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.database.sessions import Base

# Less is the doing of transactions that overtake one another.
LEAST_STEP: Final = timedelta(seconds=5)
_BEFORE: Final = text("SELECT at - now() FROM clock_mark WHERE id = 1 FOR UPDATE")
_NOTE: Final = text("INSERT INTO clock_mark (id, at) VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET at = now()")
_log = structlog.get_logger()


class ClockMark(Base):
    """The one row: the database's time when somebody last looked."""

    __tablename__ = "clock_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    at: Mapped[datetime]


class Waiting:
    """A table whose open rows wait until the time in the column `due` (null or past for all others). `others`: columns
    of such a row that hold times of the same clock."""

    def __init__(self, table: str, due: str, *others: str) -> None:
        changes = ", ".join(f"{column} = {column} - :back" for column in (due, *others))
        self.put_back = text(f"UPDATE {table} SET {changes} WHERE {due} > now()")  # noqa: S608 - names of our own


def follow_clock(session: Session, tables: Iterable[Waiting]) -> timedelta | None:
    """Notes the database's time, to be done every few seconds. If it has gone back since, puts the times back in the
    same transaction, and returns by how much. Whoever looks meanwhile waits, and finds nothing left to do."""
    back: timedelta | None = session.execute(_BEFORE).scalar_one_or_none()
    session.execute(_NOTE)
    if back is None or back < LEAST_STEP:
        return None
    _log.error("clock.put_back", seconds=round(back.total_seconds()))
    for table in tables:
        session.execute(table.put_back, {"back": back})
    return back
