"""An organisation that keeps a hotel, written without the use cases that would make one."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.ids import new_id


def add_organisation(session: Session, agency: str, person: UUID) -> UUID:
    """With an agency and a person beside it, which all share."""
    session.execute(
        text(
            "INSERT INTO agency (code, name, short_name, path) VALUES (:c, 'Công an thử', 'CA thu', :c || '/') "
            "ON CONFLICT DO NOTHING"
        ),
        {"c": agency},
    )
    session.execute(
        text(
            "INSERT INTO person (id, subject_index, full_name, identity_level) "
            "VALUES (:id, 'x', 'Nguyễn Văn Thử', 2) ON CONFLICT DO NOTHING"
        ),
        {"id": person},
    )
    organisation = new_id()
    session.execute(
        text(
            "INSERT INTO organisation (id, kind, name, registration_number, registration_index, status, created_at) "
            "VALUES (:id, 'company', 'Khách sạn Thử', :sealed, :index, 'active', now())"
        ),
        {"id": organisation, "sealed": b"x", "index": organisation.bytes},
    )
    return organisation
