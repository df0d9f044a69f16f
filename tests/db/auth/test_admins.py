"""Who looks after an agency: its admins of today, else those of the nearest agency above."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from auth.models import Officer, Person
from auth.organisations.store import nearest_admins
from kernel.ids import new_id

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture
def tree(session: Session) -> Session:
    """A province, a district office below it, a commune below that, and a neighbour."""
    for code, path in (("P", "P/"), ("P.1", "P/P.1/"), ("P.1.1", "P/P.1/P.1.1/"), ("P.10", "P/P.10/")):
        session.execute(
            text("INSERT INTO agency (code, name, short_name, path) VALUES (:code, :code, :code, :path)"),
            {"code": code, "path": path},
        )
    return session


def appoint(
    session: Session, agency: str, *, roles: tuple[str, ...] = ("admin",), first: date = TODAY, last: date | None = None
) -> UUID:
    person = Person(id=new_id(), full_name="Phan Thị Thử", subject_index=new_id().bytes, identity_level=2)
    session.add(person)
    session.flush()
    session.add(
        Officer(
            person_id=person.id,
            agency_code=agency,
            roles=[*roles],
            display_name=person.full_name,
            valid_from=first,
            valid_to=last,
        )
    )
    session.flush()
    return person.id


def test_the_nearest_admins_are_asked(tree: Session) -> None:
    above = appoint(tree, "P")
    assert nearest_admins(tree, "P.1.1", TODAY) == [above]
    between = appoint(tree, "P.1")
    assert nearest_admins(tree, "P.1.1", TODAY) == [between]
    own = {appoint(tree, "P.1.1"), appoint(tree, "P.1.1")}
    assert set(nearest_admins(tree, "P.1.1", TODAY)) == own
    assert nearest_admins(tree, "P.10", TODAY) == [above]


def test_only_who_is_admin_today_counts(tree: Session) -> None:
    appoint(tree, "P.1", roles=("receiver",))
    appoint(tree, "P.1", first=TODAY + DAY)
    appoint(tree, "P.1", first=TODAY - 2 * DAY, last=TODAY - DAY)
    assert nearest_admins(tree, "P.1", TODAY) == []
    lasting = appoint(tree, "P.1", first=TODAY - DAY, last=TODAY)
    assert nearest_admins(tree, "P.1", TODAY) == [lasting]
    assert nearest_admins(tree, "nowhere", TODAY) == []
