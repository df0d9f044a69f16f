"""Numbers of dossiers: for each agency and day one row, and no number is given twice.

A number is taken in a transaction of its own. Taken in that of the submission, the row would stay locked until the log
is on the disk, and everybody who files at this agency would wait for one another, a write of the disk each. So a
submission that fails after it was given a number leaves a gap.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

# Its commit need not wait for the disk: the log has one order, so the number is on the disk before its dossier is. What
# a crash takes back was told to nobody.
_NEXT: Final = text("""
INSERT INTO dossier_counter (agency_code, day, last)
SELECT :agency, :day, 1 FROM (SELECT set_config('synchronous_commit', 'off', true)) AS unwaited
ON CONFLICT (agency_code, day) DO UPDATE SET last = dossier_counter.last + 1
RETURNING last
""")


class DossierNumbers:
    """`connect` opens a connection on which a statement is a transaction. It must not come from the pool of the units
    of work: those who ask hold a connection already."""

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._connect = connect

    def next(self, agency_code: str, day: date) -> int:
        """The next number of the agency's day, from 1."""
        with self._connect() as connection:
            return int(connection.execute(_NEXT, {"agency": agency_code, "day": day}).scalar_one())
