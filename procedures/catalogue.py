"""The published catalogue: agencies, procedure versions, calendars. Versions never change: they are kept."""

import time
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from agencies.models import Agency, CalendarOverride
from agencies.working_calendar import DayKind, Override, WorkingCalendar, default_overrides
from kernel.errors import DomainError
from kernel.frozen import frozen
from kernel.texts.bilingual import Text
from procedures.definition import Procedure
from procedures.document import procedure_of
from procedures.models import ProcedureVersion

_FRESH_SECONDS = 30.0
# Today, and the working day after it: who files at night is received then.
_DAYS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Published:
    """A published version: its row id, its number, since when it is in force, and what it says."""

    id: UUID
    number: int
    effective_from: date
    procedure: Procedure
    digest: str

    def replaces(self, other: "Published") -> bool:
        """Whether this is the newer law of the two."""
        return (self.effective_from, self.number) > (other.effective_from, other.number)


@dataclass(frozen=True, slots=True)
class AgencyView:
    """An agency (cơ quan) where dossiers are filed."""

    code: str
    name: str
    parent_code: str | None
    commune_code: str | None


class Catalogue:
    """Reads the catalogue through a session, and remembers: versions for ever, the rest for half a minute."""

    def __init__(self) -> None:
        self._versions: dict[UUID, Published] = {}
        self._current: dict[date, tuple[float, tuple[Published, ...]]] = {}
        self._calendars: dict[str, tuple[float, WorkingCalendar]] = {}
        self._agencies: dict[str, tuple[float, Agency]] = {}

    def forget_all(self) -> None:
        """For a database that was restored: another catalogue may be in it."""
        self._versions.clear()
        self._current.clear()
        self._calendars.clear()
        self._agencies.clear()

    def version(self, session: Session, version_id: UUID) -> Published:
        found = self._versions.get(version_id)
        if found is None:
            row = session.get_one(ProcedureVersion, version_id)
            found = self._versions[version_id] = _published(row)
        return found

    def current(self, session: Session, today: date) -> tuple[Published, ...]:
        """The versions in force on `today`, one for each procedure, by code."""
        known = self._current.get(today)
        if known is not None and time.monotonic() - known[0] < _FRESH_SECONDS:
            return known[1]
        rows = session.scalars(
            select(ProcedureVersion)
            .where(ProcedureVersion.effective_from <= today)
            .ext(distinct_on(ProcedureVersion.code))
            .order_by(ProcedureVersion.code, ProcedureVersion.effective_from.desc(), ProcedureVersion.number.desc())
        )
        versions = tuple(self._versions.setdefault(row.id, _published(row)) for row in rows)
        if today not in self._current and len(self._current) >= _DAYS_KEPT:
            self._current.clear()
        self._current[today] = (time.monotonic(), versions)
        return versions

    def read_ahead(self, session: Session, today: date) -> None:
        """Reads what is in force and compiles its forms, so that no citizen waits for that."""
        for published in self.current(session, today):
            published.procedure.form.compile()

    def find_current(self, session: Session, code: str, today: date) -> Published:
        """The version of one procedure in force. Raises `procedure_unknown`."""
        for published in self.current(session, today):
            if published.procedure.code == code:
                return published
        raise DomainError("procedure_unknown")

    def find_number(self, session: Session, code: str, number: int) -> Published:
        """A version of one procedure by its number, in force or not. Raises `procedure_unknown`."""
        row_id = session.scalar(
            select(ProcedureVersion.id).where(ProcedureVersion.code == code, ProcedureVersion.number == number)
        )
        if row_id is None:
            raise DomainError("procedure_unknown")
        return self.version(session, row_id)

    def agency(self, session: Session, code: str) -> Agency:
        """Raises `agency_unknown`."""
        known = self._agencies.get(code)
        if known is not None and time.monotonic() - known[0] < _FRESH_SECONDS:
            return known[1]
        row = session.get(Agency, code)
        if row is None:
            raise DomainError("agency_unknown")
        session.expunge(row)
        self._agencies[code] = (time.monotonic(), row)
        return row

    def calendar(self, session: Session, agency_code: str) -> WorkingCalendar:
        """The working calendar of an agency: the public holidays, and the overrides for all and for it."""
        known = self._calendars.get(agency_code)
        if known is not None and time.monotonic() - known[0] < _FRESH_SECONDS:
            return known[1]
        rows = session.scalars(
            select(CalendarOverride).where(
                or_(CalendarOverride.agency_code.is_(None), CalendarOverride.agency_code == agency_code)
            )
        ).all()
        # Later entries win: what ships with the product, then the rule for all, then the agency's own.
        rows = sorted(rows, key=lambda row: row.agency_code is not None)
        ours = [_override(row) for row in rows]
        calendar = WorkingCalendar(overrides=(*default_overrides(), *ours))
        self._calendars[agency_code] = (time.monotonic(), calendar)
        return calendar


def list_agencies(session: Session, *, commune_code: str | None = None) -> list[AgencyView]:
    """Those where dossiers are filed."""
    query = select(Agency).where(Agency.kind == "office").order_by(Agency.path)
    if commune_code is not None:
        query = query.where(Agency.commune_code == commune_code)
    return [frozen(AgencyView, each) for each in session.scalars(query)]


def _override(row: CalendarOverride) -> Override:
    return Override(row.day, DayKind(row.kind), Text(row.legal_basis, row.legal_basis), row.source)


def _published(row: ProcedureVersion) -> Published:
    return Published(row.id, row.number, row.effective_from, procedure_of(row.document), row.digest.hex())
